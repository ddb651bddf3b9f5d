//! A record with another text: everything but the text byte for byte (contract O4).

#![warn(clippy::wildcard_enum_match_arm)]

use std::io::{self, Write};

use super::{Judged, Written, write_text};
use crate::config::Repair;
use crate::read::{Chunk, Kind, Rewrite, Slot};

/// A record as it was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Original<'a> {
    /// The chunk that holds it.
    pub chunk: &'a Chunk,
    /// Where it stands in the chunk.
    pub slot: &'a Slot,
    /// The kind of its container.
    pub kind: Kind,
}

/// Writes a record again, with the text of `document`.
///
/// # Errors
/// Those of `out`; rows of a table are not written one by one.
pub(crate) fn write_record<W: Write>(
    original: Original<'_>,
    document: Judged<'_>,
    repair: Repair,
    out: &mut W,
) -> io::Result<Written> {
    let Original { chunk, slot, kind } = original;
    match kind.rewrite() {
        Rewrite::Text => write_text(document, repair, out),
        Rewrite::InPlace(in_place) => {
            in_place.write(&chunk.bytes, slot, out, |value| write_text(document, repair, value))
        }
        Rewrite::Whole { write, .. } => {
            let mut text = Vec::new();
            let written = write_text(document, repair, &mut text)?;
            write(&chunk.bytes[slot.line.range()], &text, out)?;
            Ok(written)
        }
        Rewrite::Rows => Err(io::Error::other("rows are written together")),
    }
}

/// Writes what is no document and stays as it is.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_verbatim<W: Write>(
    chunk: &Chunk,
    slot: &Slot,
    kind: Kind,
    out: &mut W,
) -> io::Result<()> {
    out.write_all(&chunk.bytes[slot.line.range()])?;
    out.write_all(kind.rewrite().end())
}
