//! How a record is written again with another text: everything but the text byte for byte (contract O4).

use std::io::{self, Write};

use super::csv::{self, Quoter};
use super::jsonl::Escaper;
use crate::read::page::PageFacts;
use crate::read::slot::{RawRecord, Slot};

/// How a document or a record of a container is written again with another text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rewrite {
    /// The document is its text and nothing else.
    Text,
    /// Its text is written in place of the old one, and every other byte stays.
    InPlace(InPlace),
    /// Bytes before its text depend on it: it is made anew as a whole.
    Whole {
        /// Writes a record with its new text.
        write: fn(NewRecord<'_>, &mut dyn Write) -> io::Result<()>,
        /// The JSON of the id that a page has once it is written as its text, from that of the id that it came with.
        page_id: fn(&[u8]) -> Vec<u8>,
        /// Bytes that follow a record that is written unchanged.
        end: &'static [u8],
    },
    /// The document is a row of a table: see [`super::parquet::Rows::with_texts`].
    Rows,
}

/// A record that is made anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRecord<'a> {
    /// The record as it was read.
    pub record: &'a [u8],
    /// What is known of the page that it holds.
    pub page: Option<&'a PageFacts>,
    /// Its new text.
    pub text: &'a [u8],
}

impl Rewrite {
    /// Bytes that follow a part that is no document and is written unchanged.
    pub(crate) fn end(self) -> &'static [u8] {
        match self {
            Self::Text | Self::Rows | Self::InPlace(_) => b"",
            Self::Whole { end, .. } => end,
        }
    }

    /// Whether a text has room for one line only.
    pub(crate) fn is_one_line(self) -> bool {
        matches!(self, Self::InPlace(InPlace { is_one_line: true, .. }))
    }
}

/// A text that is written in place of another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InPlace {
    /// How it is spelled, if not as it is.
    pub escape: Option<Escape>,
    /// Whether a line end would end the record.
    pub is_one_line: bool,
}

/// How a text is spelled inside a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As a JSON string: UTF-8 with the escapes that JSON requires and no others.
    Json,
    /// As a field between these delimiters, in quotes if it stood in quotes before or cannot be read without.
    Csv {
        /// The byte between two fields.
        delimiter: u8,
    },
}

impl InPlace {
    /// Writes a record as it was read; nothing, and `false`, if that is not known any more.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write_as_read<W: Write>(self, bytes: &[u8], slot: &Slot, out: &mut W) -> io::Result<bool> {
        match slot.raw {
            RawRecord::Lost => return Ok(false),
            RawRecord::Stands => out.write_all(&bytes[slot.line.range()])?,
            RawRecord::Spelled => {
                self.write(bytes, slot, out, |value| value.write_all(&bytes[slot.text.range()]))?;
            }
        }
        Ok(true)
    }

    /// Writes a record; `write_value` writes the new text, which is escaped on the way.
    ///
    /// The line and the value of `slot` are the raw spans in `bytes` of the record and of its text, with what encloses
    /// it.
    ///
    /// # Errors
    /// Those of `out` and of `write_value`.
    pub(crate) fn write<W: Write>(
        self,
        bytes: &[u8],
        slot: &Slot,
        out: &mut W,
        write_value: impl FnOnce(&mut ValueWriter<'_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        let Slot { line: record, value, .. } = slot;
        out.write_all(&bytes[record.start..value.start])?;
        match self.escape {
            None => write_value(&mut ValueWriter::Plain(out))?,
            Some(Escape::Json) => {
                write_quoted(out, |out| write_value(&mut ValueWriter::Json(Escaper::new(out))))?;
            }
            Some(Escape::Csv { .. }) if bytes[value.range()].starts_with(b"\"") => {
                write_quoted(out, |out| write_value(&mut ValueWriter::Csv(Quoter::new(out))))?;
            }
            Some(Escape::Csv { delimiter }) => {
                let mut held = ValueWriter::Held(Vec::new());
                write_value(&mut held)?;
                let ValueWriter::Held(field) = held else { return Ok(()) };
                if csv::needs_quotes(&field, delimiter) {
                    write_quoted(out, |out| Quoter::new(out).write_all(&field))?;
                } else {
                    out.write_all(&field)?;
                }
            }
        }
        out.write_all(&bytes[value.end..record.end])
    }
}

/// Writes quotes around what `write` writes.
fn write_quoted<W: Write>(out: &mut W, write: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
    out.write_all(b"\"")?;
    write(out)?;
    out.write_all(b"\"")
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
    /// Not before all of it is known.
    Held(Vec<u8>),
}

impl<W: Write> Write for ValueWriter<'_, W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(content),
            Self::Json(out) => out.write(content),
            Self::Csv(out) => out.write(content),
            Self::Held(held) => held.write(content),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Json(out) => out.flush(),
            Self::Csv(out) => out.flush(),
            Self::Held(_) => Ok(()),
        }
    }
}
