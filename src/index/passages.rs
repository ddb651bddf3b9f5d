//! Blocks of grams: what texts are found by inside longer ones, written and read.

use crate::error::Result;
use crate::units::{Ordinal, count, push_varint, take_varint};

use super::layout::Section;
use super::reader::IndexReader;

/// Most grams of a text: of a longer one those with the smallest hashes are kept, which is a sample of all.
pub const MAX_GRAMS: usize = 1 << 20;
/// Bytes that no block has: it ends after 64 KiB, or with the text that begins before.
pub(super) const MAX_BLOCK: u64 = (MAX_GRAMS as u64 + 16) * 8 + 64 * 1024;
/// Bytes of a gram.
const GRAM: usize = 8;

/// The grams of a text of an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPassage {
    /// The place of the first paragraph of its document.
    pub place: Ordinal,
    /// Tokens of the text if it is shorter than a gram, and so one by itself.
    pub short: Option<u8>,
    /// Its different grams, ascending: at least one, at most [`MAX_GRAMS`].
    pub grams: Vec<u64>,
}

impl IndexPassage {
    /// A text by its grams, in any order; `None` if it has none.
    pub(crate) fn of(place: Ordinal, short: Option<u8>, mut grams: Vec<u64>) -> Option<Self> {
        thin(&mut grams);
        (!grams.is_empty()).then_some(Self { place, short, grams })
    }

    /// Appends the text, whose place is counted from `start`.
    pub(crate) fn encode(&self, start: u64, out: &mut Vec<u8>) {
        push_varint(out, self.place.0 - start);
        out.push(self.short.unwrap_or(0));
        push_varint(out, count(self.grams.len()));
        out.extend(self.grams.iter().flat_map(|gram| gram.to_le_bytes()));
    }

    /// Takes a text from the front; `None` of other bytes.
    pub(crate) fn decode(start: u64, bytes: &mut &[u8]) -> Option<Self> {
        let place = start.checked_add(take_varint(bytes)?)?;
        let (short, rest) = bytes.split_first()?;
        *bytes = rest;
        let short = Some(*short).filter(|short| *short > 0);
        let len = usize::try_from(take_varint(bytes)?).ok()?;
        let most = if short.is_some() { 1 } else { MAX_GRAMS };
        let len = Some(len).filter(|len| (1..=most).contains(len))?;
        let (grams, rest) = bytes.split_at_checked(len * GRAM)?;
        *bytes = rest;
        let grams: Vec<u64> = grams.as_chunks().0.iter().map(|gram| u64::from_le_bytes(*gram)).collect();
        grams.is_sorted_by(|a, b| a < b).then_some(Self { place: Ordinal(place), short, grams })
    }
}

/// Leaves the grams that are kept of a text: each once, ascending.
pub(crate) fn thin(grams: &mut Vec<u64>) {
    grams.sort_unstable();
    grams.dedup();
    grams.truncate(MAX_GRAMS);
}

/// The texts of an index by their grams, in order of their places. Memory: a block.
#[derive(Debug)]
pub struct IndexPassages<'a> {
    reader: &'a IndexReader,
    next_block: usize,
    block: std::vec::IntoIter<IndexPassage>,
}

impl<'a> IndexPassages<'a> {
    pub(super) fn new(reader: &'a IndexReader) -> Self {
        Self { reader, next_block: 0, block: Vec::new().into_iter() }
    }

    /// Reads the next block. `false`: there is none left.
    fn read(&mut self) -> Result<bool> {
        let number = self.next_block;
        if number >= self.reader.num_gram_blocks() {
            return Ok(false);
        }
        self.next_block = usize::MAX; // nothing comes behind an error
        let bytes = self.reader.gram_block(number)?;
        let end = self.reader.gram_fence(number + 1);
        let Some(passages) = decode(&bytes, self.reader.gram_fence(number), end) else {
            let block = u64::try_from(number).ok();
            return Err(self.reader.damaged(Section::Grams, block, "it cannot be understood"));
        };
        self.block = passages.into_iter();
        self.next_block = number + 1;
        Ok(true)
    }
}

/// The texts of a block, whose places are below `end`.
fn decode(mut bytes: &[u8], start: u64, end: u64) -> Option<Vec<IndexPassage>> {
    let mut passages: Vec<IndexPassage> = Vec::new();
    while !bytes.is_empty() {
        let passage = IndexPassage::decode(start, &mut bytes)?;
        let is_next = passages.last().map_or(passage.place.0 == start, |last| last.place < passage.place);
        if !is_next || passage.place.0 >= end {
            return None;
        }
        passages.push(passage);
    }
    Some(passages)
}

impl Iterator for IndexPassages<'_> {
    type Item = Result<IndexPassage>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(passage) = self.block.next() {
                return Some(Ok(passage));
            }
            match self.read() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::mix;

    #[test]
    fn blocks_come_back_and_damage_is_an_error_or_an_answer() {
        let passage = |n: u64| {
            let short = (n == 0).then_some(9);
            IndexPassage::of(Ordinal(5 + n * n), short, (0..=n).map(mix).collect()).unwrap()
        };
        let passages: Vec<IndexPassage> = (0..9).map(passage).collect();
        let mut bytes = Vec::new();
        for passage in &passages {
            passage.encode(5, &mut bytes);
        }
        assert_eq!(decode(&bytes, 5, 1000).as_ref(), Some(&passages));
        assert_eq!(decode(&bytes, 5, 69), None, "the last stands where the next block begins");
        assert_eq!(decode(&bytes, u64::MAX - 3, u64::MAX), None);
        for at in 0..bytes.len() {
            let cut = decode(&bytes[..at], 5, 1000);
            assert!(cut.is_none_or(|cut| passages.starts_with(&cut)));
            for value in [0, 0x7f, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                let _ = decode(&bytes, 5, 1000); // any answer, and an end
            }
        }
    }

    #[test]
    fn only_so_many_grams_are_kept() {
        assert_eq!(IndexPassage::of(Ordinal(3), None, Vec::new()), None);
        assert_eq!(IndexPassage::of(Ordinal(3), None, vec![9, 3, 9]).unwrap().grams, [3, 9]);
        let many: Vec<u64> = (0..=1 << 20).rev().collect();
        let kept = IndexPassage::of(Ordinal(0), None, many).unwrap().grams;
        assert_eq!(
            (kept.len(), kept.first(), kept.last()),
            (MAX_GRAMS, Some(&0), Some(&(MAX_GRAMS as u64 - 1)))
        );
    }
}
