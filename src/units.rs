//! Newtypes that carry units, so that a document number cannot be used as a paragraph number
//! or a byte offset as a count; and integers as few bytes.
//!
//! Knows nothing about text, files or threads.

use serde::{Deserialize, Serialize};

/// Number of a source (an input file) in corpus order, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

impl SourceId {
    /// The source at `index` of the list of sources.
    ///
    /// # Panics
    /// If `index` is 2^32 or more. Listing refuses so many sources, so that no index of a list reaches it.
    #[inline]
    pub fn at(index: usize) -> Self {
        Self(u32::try_from(index).expect("more sources than are listed"))
    }

    /// The number as an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Number of a document in corpus order over the whole run, counted from 0.
///
/// Every text file that was begun and every record has one, rejected records included, so that
/// the record number inside a file is a difference of two `DocumentId`s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocumentId(pub u64);

/// Place of a paragraph in corpus order over the whole run, counted from 0.
///
/// Comparing two ordinals is comparing their places in corpus order (contract D3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ordinal(pub u64);

/// Index of a paragraph inside its document, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ParagraphIndex(pub u64);

/// A half-open range of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ByteSpan {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl ByteSpan {
    /// A span from `start` to `end`; an end before the start gives the empty span at `start`.
    #[inline]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Number of bytes.
    #[inline]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as a range, to slice with.
    #[inline]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    /// This span, counted from a place `offset` bytes further left.
    #[inline]
    #[must_use]
    pub fn shifted(self, offset: usize) -> Self {
        Self { start: self.start + offset, end: self.end + offset }
    }
}

// A corpus may hold more documents, paragraphs and bytes than 32 bits can count, and tables in memory are indexed by
// those numbers. Where `usize` is narrower than 64 bits, an index would be cut off in silence; such a target is
// refused here instead. The two conversions below are lossless because of it.
const _: () = assert!(usize::BITS == 64, "tamis needs a target whose pointers have 64 bits");

/// Widens a length or an index to the 64 bits that counters use.
///
/// Lossless: `usize` has 64 bits, which is asserted at compile time.
#[inline]
pub fn count(n: usize) -> u64 {
    n as u64
}

/// A number of 64 bits as an index or a length in memory.
///
/// Lossless: `usize` has 64 bits, which is asserted at compile time.
#[inline]
pub fn index(n: u64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "`usize` has 64 bits, as asserted above")]
    let index = n as usize;
    index
}

/// Appends an integer as LEB128: 7 bits a byte, low ones first, the high bit set in all but the last.
pub(crate) fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

/// Takes an integer from the front; `None` if it is cut off or has more than 64 bits.
pub(crate) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_arithmetic() {
        let span = ByteSpan::new(3, 8);
        assert_eq!((span.len(), span.is_empty(), span.range()), (5, false, 3..8));
        assert_eq!(span.shifted(10), ByteSpan::new(13, 18));
        assert!(ByteSpan::new(5, 2).is_empty());
    }

    #[test]
    fn integers_come_back() {
        let mut bytes = Vec::new();
        let numbers = [0, 1, 127, 128, 300, 1 << 35, (1 << 48) - 1, u64::MAX];
        for number in numbers {
            push_varint(&mut bytes, number);
        }
        let mut rest = bytes.as_slice();
        for number in numbers {
            assert_eq!(take_varint(&mut rest), Some(number));
        }
        assert_eq!(take_varint(&mut rest), None);
        assert_eq!(take_varint(&mut &[0xff; 9][..]), None, "it is cut off");
        assert_eq!(take_varint(&mut [[0xff; 9].as_slice(), &[2]].concat().as_slice()), None, "65 bits");
    }
}
