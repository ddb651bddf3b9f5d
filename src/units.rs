//! Newtypes that carry units, so that a document number cannot be used as a paragraph number
//! or a byte offset as a count.
//!
//! Knows nothing about text, files or threads.

use serde::{Deserialize, Serialize};

/// Number of a source (an input file) in corpus order, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

impl SourceId {
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

/// Widens a length or an index to the 64 bits that counters use.
///
/// Lossless on every platform Rust supports (`usize` has at most 64 bits).
#[inline]
pub fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
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
}
