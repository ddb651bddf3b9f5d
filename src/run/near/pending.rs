//! The paragraphs of a long text, which wait until all of it is read and found good: in memory as many as fit, the
//! others on disk.

use crate::decide::near::Signed;
use crate::error::Result;
use crate::store::{Output, Scratch};
use crate::units::{Ordinal, count};

/// Paragraphs that wait, in corpus order.
pub(super) struct Pending<'a> {
    output: &'a dyn Output,
    num_bins: usize,
    /// Most paragraphs that wait in memory.
    limit: usize,
    in_memory: Vec<(Ordinal, Signed)>,
    /// The paragraphs before those in memory, in a store of its own, as nothing can be taken out of a store.
    on_disk: Option<(Box<dyn Scratch>, usize)>,
}

/// Bytes of a record on disk beside its bins: place, digest and rank.
const HEAD: usize = 40;

/// Records that are read at once.
const READ: usize = 1024;

impl<'a> Pending<'a> {
    /// An empty queue. It keeps about `budget` bytes in memory, of sketches with `num_bins` bins.
    pub(super) fn new(output: &'a dyn Output, num_bins: usize, budget: usize) -> Self {
        // The record, and what an allocation takes.
        let limit = budget / (size_of::<(Ordinal, Signed)>() + num_bins * 2 + 16);
        Self { output, num_bins, limit, in_memory: Vec::new(), on_disk: None }
    }

    /// Forgets a text that was not read to its end, or is not good.
    pub(super) fn clear(&mut self) {
        self.in_memory.clear();
        self.on_disk = None;
    }

    /// Adds what was read of a text.
    pub(super) fn add(&mut self, seen: Vec<(Ordinal, Signed)>) -> Result<()> {
        self.in_memory.extend(seen);
        if self.in_memory.len() <= self.limit {
            return Ok(());
        }
        let (scratch, len) = match &mut self.on_disk {
            Some(on_disk) => on_disk,
            none => none.insert((self.output.scratch()?, 0)),
        };
        let mut record = Vec::with_capacity(HEAD + self.num_bins * 2);
        for (place, Signed { digest, bins, rank }) in self.in_memory.drain(..) {
            record.clear();
            for word in [place.0, digest].into_iter().chain(rank) {
                record.extend_from_slice(&word.to_le_bytes());
            }
            record.extend(bins.iter().flat_map(|bin| bin.to_le_bytes()));
            scratch.append(&record)?;
            *len += 1;
        }
        Ok(())
    }

    /// Gives all of a good text, in order.
    pub(super) fn take(&mut self, mut give: impl FnMut(Ordinal, &Signed) -> Result<()>) -> Result<()> {
        let record_len = HEAD + self.num_bins * 2;
        if let Some((mut scratch, len)) = self.on_disk.take() {
            let mut bytes = Vec::new();
            for first in (0..len).step_by(READ) {
                bytes.resize((len - first).min(READ) * record_len, 0);
                scratch.read_at(count(first * record_len), &mut bytes)?;
                for record in bytes.chunks_exact(record_len) {
                    let (place, text) = decode(record);
                    give(place, &text)?;
                }
            }
        }
        self.in_memory.drain(..).try_for_each(|(place, text)| give(place, &text))
    }
}

fn decode(record: &[u8]) -> (Ordinal, Signed) {
    let (head, bins) = record.split_at(HEAD);
    let mut words = [0; HEAD / 8];
    for (word, bytes) in words.iter_mut().zip(head.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    let [place, digest, rank @ ..] = words;
    let bins = bins.as_chunks().0.iter().map(|&bin| u16::from_le_bytes(bin)).collect();
    (Ordinal(place), Signed { digest, bins, rank })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryOutput;

    #[test]
    fn what_waits_comes_back_in_order() {
        let text = |n: u64| {
            let bins = [1, 2, 3].map(|bin| u16::try_from(n * bin % 60_000).unwrap()).to_vec();
            (Ordinal(n), Signed { digest: n << 40, bins, rank: [n, 0, u64::MAX - n] })
        };
        let output = MemoryOutput::new();
        for budget in [0, 1000, 100_000, usize::MAX] {
            let mut pending = Pending::new(&output, 3, budget);
            for (first, end) in [(0, 0), (0, 3000), (7, 8), (5, 2100)] {
                pending.add((0..100).map(text).collect()).unwrap();
                pending.clear(); // a bad one
                for n in (first..end).step_by(700) {
                    pending.add((n..end.min(n + 700)).map(text).collect()).unwrap();
                }
                let mut taken = Vec::new();
                pending
                    .take(|place, text| {
                        taken.push(format!("{place:?} {text:?}"));
                        Ok(())
                    })
                    .unwrap();
                let expected = (first..end).map(text).map(|(place, text)| format!("{place:?} {text:?}"));
                assert!(expected.eq(taken), "{budget} {first} {end}");
            }
        }
    }
}
