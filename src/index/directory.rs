//! Blocks of the directory: the documents that places stand in, written and walked.

use crate::units::{Ordinal, push_varint, take_varint};

use super::layout::BLOCK_DOCUMENTS;

/// Bytes after which a block ends, so that few are read to find a place.
const BLOCK_BYTES: usize = 8 * 1024;

/// The head of a unit; of a document the bit is not set.
const UNIT: u64 = 1;
/// Places that no document takes stand before it.
const GAP: u64 = 1 << 1;
/// Marks a document that is not the expected record.
const RECORD: u64 = 1 << 2;

/// A document of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexedDocument<'a> {
    /// Path of its file, and behind it `/` and that of the archive's member.
    pub path: &'a [u8],
    /// Number of the record in it, if it is one.
    pub record: Option<u64>,
    /// Place of its first paragraph.
    pub start: Ordinal,
    /// Number of its paragraphs.
    pub num_paragraphs: u64,
}

/// A block that is being written.
#[derive(Debug, Default)]
pub(super) struct OpenBlock {
    bytes: Vec<u8>,
    num_documents: usize,
    /// Place of its first paragraph, and after the last.
    start: u64,
    end: u64,
    path: Vec<u8>,
    next_record: Option<u64>,
}

impl OpenBlock {
    /// Adds a document that begins at [`Self::end`] or after it.
    pub(super) fn push(&mut self, document: &IndexedDocument<'_>) {
        let IndexedDocument { path, record, start, num_paragraphs } = *document;
        let is_first = self.num_documents == 0;
        if is_first {
            (self.start, self.end) = (start.0, start.0);
            self.path.clear();
        }
        let goes_back = record < self.next_record && record.is_some();
        if is_first || goes_back || self.path != path {
            self.push_unit(path);
        }
        let is_expected = record == self.next_record;
        let gap = start.0 - self.end;
        let flags = if gap > 0 { GAP } else { 0 } | if is_expected { 0 } else { RECORD };
        push_varint(&mut self.bytes, flags | num_paragraphs << 3);
        if gap > 0 {
            push_varint(&mut self.bytes, gap);
        }
        if !is_expected {
            let above = record.map_or(0, |record| record - self.next_record.unwrap_or(0) + 1);
            push_varint(&mut self.bytes, above);
        }
        self.next_record = record.map(|record| record + 1);
        self.end = start.0 + num_paragraphs;
        self.num_documents += 1;
    }

    fn push_unit(&mut self, path: &[u8]) {
        let shared = self.path.iter().zip(path).take_while(|(before, now)| before == now).count();
        push_varint(&mut self.bytes, UNIT | (shared as u64) << 1);
        push_varint(&mut self.bytes, (path.len() - shared) as u64);
        self.bytes.extend_from_slice(&path[shared..]);
        self.path.truncate(shared);
        self.path.extend_from_slice(&path[shared..]);
        self.next_record = None;
    }

    pub(super) fn is_full(&self) -> bool {
        self.num_documents >= BLOCK_DOCUMENTS || self.bytes.len() >= BLOCK_BYTES
    }

    /// Place after the last paragraph.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Places before `end` are taken.
    pub(super) fn skip_to(&mut self, end: u64) {
        self.end = end;
    }

    /// Ends the block: the place of its first paragraph and its bytes, unless it is empty. The next one begins.
    pub(super) fn take(&mut self) -> Option<(u64, Vec<u8>)> {
        self.num_documents = 0;
        self.next_record = None;
        let bytes = std::mem::take(&mut self.bytes);
        (!bytes.is_empty()).then_some((self.start, bytes))
    }
}

/// A walk through the documents of a block.
#[derive(Debug, Default)]
pub(super) struct BlockWalk {
    bytes: Vec<u8>,
    fence: u64,
    at: usize,
    path: Vec<u8>,
    next_record: Option<u64>,
    /// The document reached: its places, and its record.
    start: u64,
    end: u64,
    record: Option<u64>,
}

/// The block is not what is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl BlockWalk {
    /// Before the first document of a block.
    pub(super) fn new(bytes: Vec<u8>, fence: u64) -> Self {
        Self { bytes, fence, start: fence, end: fence, ..Self::default() }
    }

    /// Goes to the document in which `place` stands. `false`: there is none in this block. Cost: what is between this
    /// place and the one before, if it is behind that, else what is before it in the block.
    pub(super) fn seek(&mut self, place: u64) -> Result<bool, Malformed> {
        if place < self.start {
            self.restart();
        }
        while place >= self.end {
            match self.advance() {
                Some(true) => {}
                Some(false) => return Ok(false),
                None => {
                    self.restart(); // of the next document the path may be there, and no more
                    return Err(Malformed);
                }
            }
        }
        Ok(place >= self.start)
    }

    fn restart(&mut self) {
        *self = Self::new(std::mem::take(&mut self.bytes), self.fence);
    }

    /// The document reached.
    pub(super) fn document(&self) -> IndexedDocument<'_> {
        IndexedDocument {
            path: &self.path,
            record: self.record,
            start: Ordinal(self.start),
            num_paragraphs: self.end - self.start,
        }
    }

    /// Goes to the next document; `Some(false)` at the end.
    fn advance(&mut self) -> Option<bool> {
        let mut rest = &self.bytes[self.at..];
        let is_first = self.at == 0;
        let mut has_unit = false;
        let head = loop {
            if rest.is_empty() {
                return (!has_unit).then_some(false);
            }
            let head = take_varint(&mut rest)?;
            if head & UNIT == 0 {
                break head;
            }
            let shared = usize::try_from(head >> 1).ok().filter(|shared| *shared <= self.path.len())?;
            let len = usize::try_from(take_varint(&mut rest)?).ok()?;
            let (suffix, behind) = rest.split_at_checked(len)?;
            self.path.truncate(shared);
            self.path.extend_from_slice(suffix);
            (self.next_record, rest, has_unit) = (None, behind, true);
        };
        if is_first && !has_unit {
            return None;
        }
        let gap = if head & GAP == 0 { 0 } else { take_varint(&mut rest)? };
        self.record = if head & RECORD == 0 {
            self.next_record
        } else {
            match take_varint(&mut rest)?.checked_sub(1) {
                Some(above) => Some(self.next_record.unwrap_or(0).checked_add(above)?),
                None => None,
            }
        };
        self.next_record = match self.record {
            Some(record) => Some(record.checked_add(1)?),
            None => None,
        };
        self.start = self.end.checked_add(gap)?;
        self.end = self.start.checked_add(head >> 3)?;
        self.at = self.bytes.len() - rest.len();
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Path, record, first place, number of paragraphs.
    type DocumentFields = (&'static str, Option<u64>, u64, u64);

    const DOCUMENTS: [DocumentFields; 10] = [
        ("a/1.txt", None, 5, 3),
        ("a/2.txt", None, 8, 40),
        ("a/2.txt", None, 50, 1), // of the next run
        ("b.jsonl", Some(0), 51, 2),
        ("b.jsonl", Some(1), 53, 1),
        ("b.jsonl", Some(900), 60, 1),
        ("b.jsonl", Some(899), 61, 1), // of the next run
        ("b.jsonl", None, 62, 1),
        ("", Some(0), 63, 1),
        ("b/c.zip/一.txt", None, 64, 1000),
    ];

    fn block() -> (u64, Vec<u8>) {
        let mut block = OpenBlock::default();
        for (path, record, start, num_paragraphs) in DOCUMENTS {
            let path = path.as_bytes();
            block.push(&IndexedDocument { path, record, start: Ordinal(start), num_paragraphs });
        }
        assert_eq!(block.end(), 1064);
        let taken = block.take().unwrap();
        assert!(block.take().is_none());
        taken
    }

    #[test]
    fn places_are_found_in_any_order() {
        let (fence, bytes) = block();
        assert_eq!(fence, 5);
        let mut walk = BlockWalk::new(bytes, fence);
        let places: Vec<u64> = (0..1100).chain((0..1100).rev()).chain([61, 5, 63, 5, 1063, 52]).collect();
        for place in places {
            let told =
                DOCUMENTS.iter().find(|(_, _, start, num)| *start <= place && place < start + num).copied();
            assert_eq!(walk.seek(place), Ok(told.is_some()), "{place}");
            if let Some((path, record, start, num_paragraphs)) = told {
                let path = path.as_bytes();
                let told = IndexedDocument { path, record, start: Ordinal(start), num_paragraphs };
                assert_eq!(walk.document(), told, "{place}");
            }
        }
    }

    #[test]
    fn neighbours_take_little() {
        let mut block = OpenBlock::default();
        for record in 0..100 {
            let start = Ordinal(record * 12);
            block.push(&IndexedDocument {
                path: b"a.jsonl",
                record: Some(record),
                start,
                num_paragraphs: 12,
            });
        }
        assert_eq!(block.take().unwrap().1.len(), 9 + 101);
    }

    #[test]
    fn damage_is_an_error_or_an_answer() {
        let (fence, bytes) = block();
        for place in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[place] = value;
                let _ = BlockWalk::new(bytes, fence).seek(u64::MAX - 1); // any answer, and an end
            }
            let cut = BlockWalk::new(bytes[..place].to_vec(), fence).seek(u64::MAX);
            assert!(cut == Ok(false) || cut == Err(Malformed));
        }
        for bytes in [&[0x10][..], &[1, 0], &[5, 0], &[1, 200]] {
            assert_eq!(BlockWalk::new(bytes.to_vec(), 0).seek(0), Err(Malformed), "{bytes:?}");
        }
    }
}
