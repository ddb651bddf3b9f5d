//! How a record is written again with another text: everything but the text byte for byte (contract O4).

use std::io::{self, Write};

use super::csv::Quoter;
use super::jsonl::Escaper;
use crate::read::slot::Slot;

/// How a document or a record of a container is written again with another text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rewrite {
    /// The document is its text and nothing else.
    Text,
    /// Its text is written in place of the old one, and every other byte stays.
    InPlace(InPlace),
    /// Bytes before its text depend on it: it is made anew as a whole.
    Whole {
        /// Writes the record that is given first with the text that is given second.
        write: fn(&[u8], &[u8], &mut dyn Write) -> io::Result<()>,
        /// Bytes that follow a record that is written unchanged.
        end: &'static [u8],
    },
    /// The document is a row of a table: see [`super::parquet::Rows::with_texts`].
    Rows,
}

impl Rewrite {
    /// Bytes that follow a part that is no document and is written unchanged.
    pub(crate) fn end(self) -> &'static [u8] {
        match self {
            Self::Text | Self::Rows => b"",
            Self::InPlace(InPlace { end, .. }) | Self::Whole { end, .. } => end,
        }
    }
}

/// A text that is written in place of another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InPlace {
    /// How it is spelled, if not as it is.
    pub escape: Option<Escape>,
    /// Bytes that are written after the record.
    pub end: &'static [u8],
}

/// How a text is spelled inside a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As a JSON string: UTF-8 with the escapes that JSON requires and no others, so that cleaning twice writes the
    /// same bytes.
    Json,
    /// In quotes, whatever is in it: clean text ends with a line feed and needs them; and an empty one needs them
    /// where it is the only field, or its record would be an empty line, which is no record.
    Csv,
}

impl InPlace {
    /// Writes a record; `write_value` writes the new text, which is escaped on the way.
    ///
    /// The line and the value of `slot` are the raw spans in `bytes` of the record and of its text, with what encloses
    /// it. After decoding in place only the bounds of the text mean something, and only they are used.
    ///
    /// # Errors
    /// Those of `out` and of `write_value`.
    pub(crate) fn write<W: Write, T>(
        self,
        bytes: &[u8],
        slot: &Slot,
        out: &mut W,
        write_value: impl FnOnce(&mut ValueWriter<'_, W>) -> io::Result<T>,
    ) -> io::Result<T> {
        let Slot { line: record, value, .. } = slot;
        out.write_all(&bytes[record.start..value.start])?;
        let written = write_escaped(self.escape, out, write_value)?;
        out.write_all(&bytes[value.end..record.end])?;
        out.write_all(self.end)?;
        Ok(written)
    }
}

/// Writes a text with what encloses it; `write_value` writes the text itself.
///
/// # Errors
/// Those of `out` and of `write_value`.
pub(super) fn write_escaped<W: Write, T>(
    escape: Option<Escape>,
    out: &mut W,
    write_value: impl FnOnce(&mut ValueWriter<'_, W>) -> io::Result<T>,
) -> io::Result<T> {
    let Some(escape) = escape else { return write_value(&mut ValueWriter::Plain(out)) };
    out.write_all(b"\"")?;
    let written = write_value(&mut match escape {
        Escape::Json => ValueWriter::Json(Escaper::new(out)),
        Escape::Csv => ValueWriter::Csv(Quoter::new(out)),
    })?;
    out.write_all(b"\"")?;
    Ok(written)
}

/// Escapes what is written through it.
#[derive(Debug)]
pub(crate) enum ValueWriter<'a, W> {
    /// Not at all.
    Plain(&'a mut W),
    /// For the inside of a JSON string.
    Json(Escaper<'a, W>),
    /// For the inside of a quoted field.
    Csv(Quoter<'a, W>),
}

impl<W: Write> Write for ValueWriter<'_, W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(content),
            Self::Json(out) => out.write(content),
            Self::Csv(out) => out.write(content),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Json(out) => out.flush(),
            Self::Csv(out) => out.flush(),
        }
    }
}
