//! Blocks of texts: what near-duplicates of earlier runs are found by, written and read.

use crate::decide::near::{MAX_KEYS, Synopsis};
use crate::error::Result;
use crate::fingerprint::{NumberSample, Sample, SampleKey};
use crate::units::{Ordinal, push_varint, take_varint};

use super::layout::Section;
use super::reader::IndexReader;

/// Bytes after which a block ends.
const BLOCK_BYTES: usize = 64 * 1024;
/// Bytes that no block has: one text takes a few kilobytes at most.
pub(super) const MAX_BLOCK: u64 = 1 << 20;
/// Most bins of a sketch that are believed to be there.
const MAX_BINS: usize = 4096;

/// A text that survived an earlier run as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexText {
    /// The place of the first paragraph of its document.
    pub place: Ordinal,
    /// 64 bits of the fingerprint of the document.
    pub digest: u64,
    /// What it is compared by.
    pub synopsis: Synopsis,
}

impl IndexText {
    /// Appends the text, whose place is counted from `start`.
    pub(crate) fn encode(&self, start: u64, out: &mut Vec<u8>) {
        let Self { place, digest, synopsis: Synopsis { len, bins, sample, numbers } } = self;
        push_varint(out, place.0 - start);
        out.extend_from_slice(&digest.to_le_bytes());
        push_varint(out, *len);
        out.push(sample.level());
        out.push(u8::try_from(sample.keys().len()).expect("at most 64 keys"));
        SampleKey::encode(sample.keys(), out);
        numbers.encode(out);
        out.extend(bins.iter().map(|bin| bin.to_le_bytes()[0])); // 8 bits are kept
    }

    /// Takes a text of so many bins from the front; `None` of other bytes.
    pub(crate) fn decode(start: u64, num_bins: usize, bytes: &mut &[u8]) -> Option<Self> {
        let place = start.checked_add(take_varint(bytes)?)?;
        let (digest, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        let len = take_varint(bytes)?;
        let ([level, num_keys], rest) = bytes.split_first_chunk()?;
        let num_keys = usize::from(*num_keys);
        let (keys, mut rest) = rest.split_at_checked(num_keys * SampleKey::NUM_BYTES)?;
        let keys = SampleKey::decode(keys);
        let sample = Sample::from_parts(keys, *level);
        let is_sound = num_keys <= MAX_KEYS
            && sample.keys().is_sorted_by(|a, b| a < b)
            && Sample::at_level(sample.keys(), sample.level()).len() == num_keys;
        let numbers = NumberSample::decode(&mut rest).filter(|_| is_sound)?;
        let (bins, rest) = rest.split_at_checked(num_bins)?;
        let bins = bins.iter().map(|bin| u16::from(*bin)).collect();
        *bytes = rest;
        let synopsis = Synopsis { len, bins, sample, numbers };
        Some(Self { place: Ordinal(place), digest: u64::from_le_bytes(*digest), synopsis })
    }
}

/// A block of texts, or of their grams, that is being written.
#[derive(Debug, Default)]
pub(super) struct OpenTexts {
    bytes: Vec<u8>,
    /// Place of its first text, and of its last.
    start: u64,
    last: Option<u64>,
}

impl OpenTexts {
    /// Adds the text at a place, which `encode` appends, counted from the first; `false` if it does not stand behind those
    /// before it.
    pub(super) fn push(&mut self, place: Ordinal, encode: impl FnOnce(u64, &mut Vec<u8>)) -> bool {
        if self.last.is_some_and(|last| last >= place.0) {
            return false;
        }
        if self.bytes.is_empty() {
            self.start = place.0;
        }
        encode(self.start, &mut self.bytes);
        self.last = Some(place.0);
        true
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= BLOCK_BYTES
    }

    /// Texts before this place are there.
    pub(super) fn skip_to(&mut self, end: u64) {
        self.last = end.checked_sub(1).max(self.last);
    }

    /// Ends the block: the place of its first text and its bytes, unless it is empty.
    pub(super) fn take(&mut self) -> Option<(u64, Vec<u8>)> {
        let bytes = std::mem::take(&mut self.bytes);
        (!bytes.is_empty()).then_some((self.start, bytes))
    }
}

/// The texts of an index in order of their places. Memory: a block.
#[derive(Debug)]
pub struct IndexTexts<'a> {
    reader: &'a IndexReader,
    next_block: usize,
    block: std::vec::IntoIter<IndexText>,
}

impl<'a> IndexTexts<'a> {
    pub(super) fn new(reader: &'a IndexReader) -> Self {
        Self { reader, next_block: 0, block: Vec::new().into_iter() }
    }

    /// Reads the next block. `false`: there is none left.
    fn read(&mut self) -> Result<bool> {
        let number = self.next_block;
        if number >= self.reader.num_text_blocks() {
            return Ok(false);
        }
        self.next_block = usize::MAX; // nothing comes behind an error
        let bytes = self.reader.text_block(number)?;
        let end = self.reader.text_fence(number + 1);
        let texts = decode(&bytes, self.reader.text_fence(number), end, self.reader.num_bins());
        let Some(texts) = texts else {
            let block = u64::try_from(number).ok();
            return Err(self.reader.damaged(Section::Texts, block, "it cannot be decoded"));
        };
        self.block = texts.into_iter();
        self.next_block = number + 1;
        Ok(true)
    }
}

/// The texts of a block, whose places are below `end`.
fn decode(mut bytes: &[u8], start: u64, end: u64, num_bins: usize) -> Option<Vec<IndexText>> {
    let mut texts: Vec<IndexText> = Vec::new();
    if num_bins == 0 || num_bins > MAX_BINS {
        return None;
    }
    while !bytes.is_empty() {
        let text = IndexText::decode(start, num_bins, &mut bytes)?;
        let is_first = texts.last().map_or(text.place.0 == start, |last| last.place < text.place);
        if !is_first || text.place.0 >= end {
            return None;
        }
        texts.push(text);
    }
    Some(texts)
}

impl Iterator for IndexTexts<'_> {
    type Item = Result<IndexText>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(text) = self.block.next() {
                return Some(Ok(text));
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
    use crate::fingerprint::{Number, SampledTokens, mix};

    fn text(n: u64) -> IndexText {
        let words: Vec<u64> = (0..n * 40).map(mix).collect();
        let number = |slot: u64| Number { slot: u32::try_from(slot).unwrap(), text: "7.1234".to_owned() };
        let synopsis = Synopsis {
            len: n * 40,
            bins: (0..96).map(|bin| (mix(n ^ bin) & 0xff) as u16).collect(),
            sample: Sample::of(&SampledTokens::words(&words)).thinned(MAX_KEYS),
            numbers: NumberSample::of((0..n % 7).map(number).collect()),
        };
        IndexText { place: Ordinal(5 + n * n), digest: mix(n), synopsis }
    }

    #[test]
    fn blocks_come_back_and_damage_is_an_error_or_an_answer() {
        let mut block = OpenTexts::default();
        let texts: Vec<IndexText> = (0..12).map(text).collect();
        let mut push = |text: &IndexText| block.push(text.place, |start, out| text.encode(start, out));
        assert!(texts.iter().all(&mut push));
        assert!(!push(&texts[3]), "places ascend");
        let (start, bytes) = block.take().unwrap();
        assert_eq!((start, block.take()), (5, None));
        assert_eq!(decode(&bytes, start, 1000, 96).as_ref(), Some(&texts));
        assert_eq!(decode(&bytes, start, 126, 96), None, "the last stands where the next block begins");
        assert_eq!(decode(&bytes, start, 1000, 0), None);
        assert_eq!(decode(&bytes, start, 1000, 95), None);
        for at in 0..bytes.len() {
            let cut = decode(&bytes[..at], start, 1000, 96);
            assert!(cut.is_none_or(|cut| texts.starts_with(&cut)));
            for value in [0, 0x7f, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                let _ = decode(&bytes, start, 1000, 96); // any answer, and an end
            }
        }
    }
}
