//! Containers: what documents come in, one file or folder each, behind the trait [`Container`]. The table is
//! [`Kind::container`]; names and endings stand in [`crate::document::Kind`].
//!
//! A container says what its first bytes look like, how its pieces are read, how the text of a record is decoded in
//! place, what else a record holds, and how a record is written again with another text. It knows neither where
//! bytes come from (files, archives, decompression: [`super::open`]) nor what becomes of a text. Whatever a cargo
//! feature switches off is switched off in this folder.

mod charset;
mod csv;
mod doc;
mod html;
mod json;
mod jsonl;
mod lenient;
pub(super) mod lines;
mod parquet;
pub(super) mod reader;
mod rewrite;
pub(super) mod text;
mod warc;

use std::io::{self, Read};

pub(crate) use charset::Charset;
pub(super) use charset::FoundCharset;
pub(crate) use csv::Columns;
pub(super) use html::{begins_with, is_page, skip_comments};
pub(crate) use json::Field;
pub(crate) use jsonl::Escaper;
pub(super) use jsonl::JsonForm;
pub(crate) use parquet::Rows;
pub(crate) use parquet::{RowWriter, ShardRow, ShardRows, ShardWriter};
pub(crate) use reader::Reread;
pub(crate) use rewrite::{Escape, InPlace, NewRecord, Rewrite};

use self::reader::PieceReader;
use super::content::Head;
use super::context::ReadContext;
use super::fault::Fault;
use super::slot::Slot;
use crate::discover::Format;
use crate::document::Kind;
use crate::store::InputFile;

/// A container format: it holds one document, or records each of which is one.
pub(super) trait Container: Sync {
    /// Whether the first bytes of a file are a sign of it. By default they show nothing, and the file's name decides
    /// alone. A name that promises records of another form is believed, unless this kind [`Kind::is_binary`].
    fn is_shown_by(&self, _head: Head<'_>, _context: &ReadContext) -> bool {
        false
    }

    /// How its bytes are read.
    fn access(&self) -> Access;

    /// Checks a record, in a table of these columns, and finds its text: where it stands in the record, or, if it is
    /// spelled otherwise there, decoded over it or behind everything else that is in `bytes`. Sets [`Slot::text`] and
    /// [`Slot::raw`]. Returns how many malformed sequences were replaced.
    ///
    /// # Errors
    /// What is wrong with the record.
    fn decode(
        &self,
        bytes: &mut Vec<u8>,
        slot: &mut Slot,
        columns: Option<&Columns>,
        context: &ReadContext,
    ) -> Result<u64, Fault>;

    /// Reads the fields that records hold beside their texts.
    ///
    /// # Errors
    /// If it cannot be put into JSON.
    fn fields<'a>(&self, beside: Beside<'a>) -> io::Result<FieldsOf<'a>>;

    /// How a record is written again with another text, by the columns of its table if it stands in one.
    fn rewrite(&self, columns: Option<&Columns>) -> Rewrite;

    /// Whether each record is compressed by itself, so that it can be read from where an index says it begins.
    fn is_compressed_by_record(&self) -> bool {
        false
    }
}

/// Records whose texts were decoded, and what stands beside those.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) slots: &'a [Slot],
    pub(super) columns: Option<&'a Columns>,
    pub(super) rows: Option<&'a Rows>,
}

/// The fields of the record in the slot of this number, counted from the first of those given.
pub(crate) type FieldsOf<'a> = Box<dyn Fn(usize) -> Vec<Field> + 'a>;

/// How the bytes of a container are read.
pub(crate) enum Access {
    /// The bytes are one document.
    Document,
    /// The bytes are one page, which is read at once.
    Page(OpenContainer),
    /// The bytes are records, read in order, once.
    InOrder(InOrder),
    /// The bytes are records, found by going to and fro in the file.
    Seek(OpenContainer),
    /// The bytes cannot be read: this build leaves the container out.
    Absent,
}

/// How a container of records is read in order.
pub(crate) struct InOrder {
    pub(super) charset: Charset,
    pub(super) open: OpenInOrder,
    /// Every line that is not blank is a record.
    is_lines: bool,
}

impl InOrder {
    /// Every line that is not blank is a record.
    fn lines(charset: Charset) -> Access {
        Access::InOrder(Self {
            charset,
            open: |reader, context| Ok(Box::new(lines::LineReader::new(reader, context))),
            is_lines: true,
        })
    }

    /// Records are found by the reader that `open` makes.
    fn records(charset: Charset, open: OpenInOrder) -> Access {
        Access::InOrder(Self { charset, open, is_lines: false })
    }
}

/// A container that was opened.
pub(crate) type Opened = Result<Box<dyn PieceReader>, Fault>;

/// Opens a container in a file.
pub(crate) type OpenContainer = fn(Box<dyn InputFile>, &ReadContext) -> Opened;

/// Opens a container that is read in order, decoded to UTF-8 unless it is bytes.
pub(crate) type OpenInOrder = fn(Box<dyn Read + Send>, &ReadContext) -> Opened;

#[warn(clippy::wildcard_enum_match_arm)]
impl Kind {
    /// How documents of this kind are read and written: the table.
    pub(super) fn container(self) -> &'static dyn Container {
        match self {
            Self::Text | Self::Markdown => &text::TextContainer,
            Self::Html => &html::Html,
            Self::JsonLines => &jsonl::JsonLines,
            Self::Csv => &csv::Table::<b','>,
            Self::Tsv => &csv::Table::<b'\t'>,
            Self::Warc => &warc::Warc,
            Self::DocDump => &doc::DocDump,
            Self::Parquet => &parquet::Parquet,
        }
    }

    /// How a record is written again with another text.
    pub(super) fn rewrite(self, columns: Option<&Columns>) -> Rewrite {
        self.container().rewrite(columns)
    }

    /// Whether each record is compressed by itself, so that it can be read from where an index says it begins.
    pub(crate) fn is_compressed_by_record(self) -> bool {
        self.container().is_compressed_by_record()
    }

    /// Recognizes the container that `head` begins, under a name that promises `format`.
    pub(super) fn detect(head: Head<'_>, format: Format, context: &ReadContext) -> Self {
        let promised = format.kind();
        let mut kinds = Self::ALL.into_iter().filter(|kind| kind.is_binary() || !promised.is_container());
        kinds.find(|kind| kind.container().is_shown_by(head, context)).unwrap_or(promised)
    }

    /// Whether small files of this kind are taken apart where they lie, without a stream.
    pub(super) fn is_plain(self) -> bool {
        !self.is_container() || self.is_lines()
    }

    /// Whether every line that is not blank is a record.
    pub(super) fn is_lines(self) -> bool {
        matches!(self.container().access(), Access::InOrder(InOrder { is_lines: true, .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_against_names() {
        let named = Format::Named;
        let context = ReadContext::new(&crate::Config::default()).unwrap();
        for (head, format, expected) in [
            (&b"PAR1\x15\x04"[..], Format::Sniff, Kind::Parquet),
            (b"PAR1\x15\x04", named(Kind::Csv), Kind::Parquet),
            (b"PAR1\n", Format::Sniff, Kind::Text),
            (b"WARC/1.0\r\n", Format::Sniff, Kind::Warc),
            (b"WARC/1.0\r\n", named(Kind::Text), Kind::Warc),
            (b"WARC/1.0\r\n", named(Kind::JsonLines), Kind::JsonLines),
            (b"WARC/1.0\n", Format::Sniff, Kind::Text),
            (b"WARC/1.0\n", named(Kind::Warc), Kind::Warc),
            (b"{}", Format::Sniff, Kind::Text),
            (b"{\"text\":\"a\"}\n", Format::Sniff, Kind::JsonLines),
            (b"{\"text\":\"a\"}\n", named(Kind::Csv), Kind::Csv),
            (b"<doc>\n<url>u</url>\n", Format::Sniff, Kind::DocDump),
            (b"<doc id=\"1\">\nprose\n", named(Kind::Text), Kind::DocDump),
            (b"<doc id=\"1\">\nprose\n", named(Kind::Tsv), Kind::Tsv),
            (b"<!DOCTYPE html>\n<p>", Format::Sniff, Kind::Html),
            (b"<html><p>", named(Kind::Text), Kind::Html),
            (b"<!doctype html>\nNews\n", named(Kind::Text), Kind::Text),
            (b"<html>", named(Kind::Csv), Kind::Csv),
            (b"", Format::Sniff, Kind::Text),
            (b"", named(Kind::Tsv), Kind::Tsv),
        ] {
            let bytes = Head { bytes: head, is_whole: true };
            assert_eq!(Kind::detect(bytes, format, &context), expected, "{head:?} {format:?}");
        }
    }
}
