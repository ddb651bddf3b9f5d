//! The paragraphs of a long text, which wait until all of it is read and found good: in memory as many as fit, the
//! others on disk.

use crate::decide::near::Signed;
use crate::error::Result;
use crate::fingerprint::{Sample, SampleKey};
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
    on_disk: Option<PendingOnDisk>,
}

/// Paragraphs that wait on disk, with the number of keys of each: 4 bytes a paragraph in memory.
struct PendingOnDisk {
    scratch: Box<dyn Scratch>,
    num_keys: Vec<u32>,
}

/// Bytes of a record on disk beside its bins and keys: place, digest, rank, and the level of its sample.
const HEAD: usize = 48;

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
        let on_disk = match &mut self.on_disk {
            Some(on_disk) => on_disk,
            none => none.insert(PendingOnDisk { scratch: self.output.scratch()?, num_keys: Vec::new() }),
        };
        let mut record = Vec::with_capacity(HEAD + self.num_bins * 2);
        for (place, Signed { digest, bins, rank, sample }) in self.in_memory.drain(..) {
            record.clear();
            for word in [place.0, digest].into_iter().chain(rank).chain([u64::from(sample.level())]) {
                record.extend_from_slice(&word.to_le_bytes());
            }
            record.extend(bins.iter().flat_map(|bin| bin.to_le_bytes()));
            SampleKey::encode(sample.keys(), &mut record);
            on_disk.scratch.append(&record)?;
            on_disk.num_keys.push(u32::try_from(sample.keys().len()).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    /// Gives all of a good text, in order.
    pub(super) fn take(&mut self, mut give: impl FnMut(Ordinal, &Signed) -> Result<()>) -> Result<()> {
        if let Some(PendingOnDisk { mut scratch, num_keys }) = self.on_disk.take() {
            let bins = self.num_bins * size_of::<u16>();
            let record_len = |num_keys: u32| HEAD + bins + num_keys as usize * SampleKey::NUM_BYTES;
            let (mut bytes, mut at) = (Vec::new(), 0);
            for some in num_keys.chunks(READ) {
                bytes.resize(some.iter().map(|&num_keys| record_len(num_keys)).sum(), 0);
                scratch.read_at(at, &mut bytes)?;
                at += count(bytes.len());
                let mut rest = bytes.as_slice();
                for &num_keys in some {
                    let (record, after) = rest.split_at(record_len(num_keys));
                    rest = after;
                    let (place, text) = decode(record, bins);
                    give(place, &text)?;
                }
            }
        }
        self.in_memory.drain(..).try_for_each(|(place, text)| give(place, &text))
    }
}

/// The paragraph of a record whose sketch takes `num_bytes` bytes.
fn decode(record: &[u8], num_bytes: usize) -> (Ordinal, Signed) {
    let (head, rest) = record.split_at(HEAD);
    let (bins, keys) = rest.split_at(num_bytes);
    let mut words = [0; HEAD / 8];
    for (word, bytes) in words.iter_mut().zip(head.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    let [place, digest, rank @ .., level] = words;
    let bins = bins.as_chunks().0.iter().map(|&bin| u16::from_le_bytes(bin)).collect();
    let sample = Sample::from_parts(SampleKey::decode(keys), u8::try_from(level).unwrap_or(u8::MAX));
    (Ordinal(place), Signed { digest, bins, rank, sample })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryOutput;

    #[test]
    fn what_waits_comes_back_in_order() {
        let text = |n: u64| {
            let bins = [1, 2, 3].map(|bin| u16::try_from(n * bin % 60_000).unwrap()).to_vec();
            let bytes: Vec<u8> = (0..u8::try_from(n % 9 * 5).unwrap()).collect();
            let sample = Sample::from_parts(SampleKey::decode(&bytes), u8::try_from(n % 4).unwrap());
            (Ordinal(n), Signed { digest: n << 40, bins, rank: [n, 0, u64::MAX - n], sample })
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
