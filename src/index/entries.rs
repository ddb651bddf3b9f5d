//! Entries of an index in order of their fingerprints.

use std::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::units::Ordinal;

use super::layout::{BLOCK, CRC, ENTRY, Section, checked, unpack};
use super::reader::IndexReader;

/// A paragraph that survived an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Its place in the index.
    pub place: Ordinal,
}

/// The first 8 bytes of a fingerprint, as the number by which fingerprints ascend.
pub(super) fn prefix(fingerprint: &Fingerprint) -> u64 {
    fingerprint.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// A fingerprint as the number by which fingerprints ascend.
#[inline]
pub(super) fn key(fingerprint: &Fingerprint) -> u128 {
    u128::from_be_bytes(*fingerprint.as_bytes())
}

/// Blocks of a read: 270 kB, which a disk gives at full speed and the second-level cache holds.
const READ_BLOCKS: u64 = 6;

/// The entries of a range, ascending. Memory: one read.
#[derive(Debug)]
pub struct IndexEntries<'a> {
    reader: &'a IndexReader,
    range: RangeInclusive<u64>,
    /// Blocks that are still to be read.
    blocks: std::ops::Range<u64>,
    /// Entries of the blocks read last, without checksums, and those of them that were not given yet.
    buffer: Vec<u8>,
    left: std::ops::Range<usize>,
    last: Option<u128>,
}

impl<'a> IndexEntries<'a> {
    pub(super) fn new(reader: &'a IndexReader, range: RangeInclusive<u64>) -> Self {
        let blocks = reader.blocks_of(&range);
        Self { reader, range, blocks, buffer: Vec::new(), left: 0..0, last: None }
    }

    /// Reads and checks some blocks. `false`: there is none left.
    fn read(&mut self) -> Result<bool> {
        let start = self.blocks.start;
        let end = self.blocks.end.min(start + READ_BLOCKS);
        if start >= end {
            return Ok(false);
        }
        self.blocks.start = end;
        self.reader.read_blocks(start..end, &mut self.buffer)?;
        let mut len = 0; // of the entries before
        for (number, at) in (start..end).zip((0..).step_by(BLOCK)) {
            let block = at..self.buffer.len().min(at + BLOCK);
            let content_len = block.len().saturating_sub(CRC);
            if checked(Section::Entries, number, &self.buffer[block]).is_none() {
                return Err(self.damaged(number, "the checksum is wrong"));
            }
            self.buffer.copy_within(at..at + content_len, len);
            self.check(number, len..len + content_len)?;
            len += content_len;
        }
        self.left = self.within(len);
        Ok(true)
    }

    /// Checks what a checksum does not promise: the order, the fence, and that all places are there.
    fn check(&mut self, number: u64, content: std::ops::Range<usize>) -> Result<()> {
        let num_places = self.reader.num_places();
        let mut last = self.last;
        let (entries, _) = self.buffer[content].as_chunks::<ENTRY>();
        if entries.first().map(|entry| prefix(&unpack(entry).fingerprint)) != self.reader.fence(number) {
            return Err(self.damaged(number, "it does not match its table"));
        }
        let (mut is_ordered, mut last_place) = (true, 0);
        for entry in entries {
            let IndexEntry { fingerprint, place } = unpack(entry);
            let own = key(&fingerprint);
            is_ordered &= last.is_none_or(|last| last < own);
            last_place = last_place.max(place.0);
            last = Some(own);
        }
        self.last = last;
        if !is_ordered {
            return Err(self.damaged(number, "it is out of order"));
        }
        if last_place >= num_places {
            return Err(self.damaged(number, "a place belongs to none of its runs"));
        }
        Ok(())
    }

    fn damaged(&self, number: u64, what: &str) -> Error {
        self.reader.damaged(Section::Entries, Some(number), what)
    }

    /// The bytes of the first `len` that hold entries of the range.
    fn within(&self, len: usize) -> std::ops::Range<usize> {
        let (entries, _) = self.buffer[..len].as_chunks::<ENTRY>();
        let prefix = |entry: &[u8; ENTRY]| prefix(&unpack(entry).fingerprint);
        let start = entries.partition_point(|entry| prefix(entry) < *self.range.start());
        let end = entries.partition_point(|entry| prefix(entry) <= *self.range.end()).max(start);
        start * ENTRY..end * ENTRY
    }

    /// Reads until an entry is at hand, or to the end.
    #[cold]
    fn refill(&mut self) -> Result<()> {
        while self.left.is_empty() {
            match self.read() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.blocks.start = self.blocks.end; // nothing comes behind an error
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Takes the next entry.
    #[inline]
    pub(super) fn advance(&mut self) -> Result<Option<IndexEntry>> {
        if self.left.is_empty() {
            self.refill()?;
        }
        let entry = self.buffer.get(self.left.clone()).and_then(<[u8]>::first_chunk).map(unpack);
        self.left.start = self.left.end.min(self.left.start + ENTRY);
        Ok(entry)
    }
}

impl Iterator for IndexEntries<'_> {
    type Item = Result<IndexEntry>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}
