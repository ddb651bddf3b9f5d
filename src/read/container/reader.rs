//! Readers of one document or container, and the pieces that they give, one after the other.

use std::io::{self, Read};
use std::sync::Arc;

use super::csv::Columns;
use super::parquet::Rows;
use crate::document::Kind;
use crate::error::SkipReason;
use crate::read::coding::Coding;
use crate::read::context::PIECE_BYTES;
use crate::read::fault::Fault;
use crate::read::slot::Slot;
use crate::split::Splitting;
use crate::units::{self, count};

/// Reads one document, or a container of records, piece by piece.
pub(crate) trait PieceReader: Send {
    /// The next piece, made in `buffer`. Not called again after the last one.
    fn next(&mut self, buffer: Vec<u8>) -> Take;

    /// Bytes read so far; 0 where they are not read in order.
    fn num_read(&self) -> u64;

    /// The kind that opening the file showed, if that is more than was known before.
    fn kind(&self) -> Option<Kind> {
        None
    }
}

/// How a piece ends.
#[derive(Debug)]
pub(in crate::read) enum End {
    Well,
    Skipped(SkipReason),
    Fault(Fault),
    Reread(Reread),
}

/// The content of a piece.
#[derive(Debug)]
pub(in crate::read) enum Body {
    /// Whole paragraphs of a text document.
    Text(TextPiece),
    /// All bytes of a page.
    Page(Vec<u8>),
    /// Whole lines, whose records are still to be found.
    Lines(Vec<u8>),
    /// Records that were found already.
    Records(Records),
}

/// Records that were found while they were read, their texts not decoded yet. Spans are in `bytes`.
#[derive(Debug, Default)]
pub(in crate::read) struct Records {
    pub(in crate::read) bytes: Vec<u8>,
    pub(in crate::read) slots: Vec<Slot>,
    /// Line feeds in the bytes.
    pub(in crate::read) num_lines: u64,
    /// Records that are not for us.
    pub(in crate::read) skipped: Vec<SkipReason>,
    /// The columns of a table of text.
    pub(in crate::read) columns: Option<Arc<Columns>>,
    /// The rows of a table.
    pub(in crate::read) rows: Option<Rows>,
}

/// The result of reading on in a document or container.
pub(in crate::read) struct Take {
    pub(in crate::read) body: Body,
    pub(in crate::read) is_last: bool,
    /// The fault after the body, if there is one.
    pub(in crate::read) end: End,
}

impl End {
    /// The end of what goes well but for a fault.
    pub(in crate::read) fn of(fault: Option<Fault>) -> Self {
        fault.map_or(Self::Well, Self::Fault)
    }
}

/// A piece of a text document.
#[derive(Debug)]
pub(in crate::read) struct TextPiece {
    pub(in crate::read) bytes: Vec<u8>,
    pub(in crate::read) coding: Coding,
    /// Where the bytes stand in the document.
    pub(in crate::read) offset: u64,
    /// How the document is split, as its beginning shows.
    pub(in crate::read) splitting: Splitting,
}

/// How a source is to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Reread {
    /// As a stream of pieces: there is more in it than its size says.
    AsStream,
    /// As a stream, its encoding detected by all of it first: what its beginning showed was wrong.
    Detected,
}

/// The UTF-8 form of U+FEFF.
pub(in crate::read) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads up to a piece, or a quarter more of a long one; `false` at the end.
pub(in crate::read) fn fill(
    reader: &mut impl Read,
    buffer: &mut Vec<u8>,
    num_read: &mut u64,
) -> io::Result<bool> {
    let missing = PIECE_BYTES.saturating_sub(count(buffer.len()));
    let want = missing.max(count(buffer.len()) / 4);
    buffer.reserve(units::index(want));
    let before = buffer.len();
    let got = reader.take(want).read_to_end(buffer);
    *num_read += count(buffer.len() - before);
    Ok(count(got?) == want)
}
