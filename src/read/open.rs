//! Opening: what the first bytes of a file say decides how it is read.

use std::io::{self, Cursor, Read, SeekFrom};

use super::ReadContext;
use super::chunk::{Reread, Role};
use super::content::{self, Archive, Compression, Kind, SNIFF_BYTES, Wrap};
use super::decompress::{Decompressor, Position};
use super::fault::Trouble;
use super::lines::LineReader;
#[cfg(feature = "parquet")]
use super::parquet::ParquetReader;
use super::rows::RowReader;
use super::spool::{Spool, Spooler};
use super::stream::{Body, End, Piece, Take};
use super::text::{BOM, NextText, TextReader};
use super::web::WebReader;
use super::{PIECE_BYTES, encoding};
use crate::discover::{Format, Source};
use crate::error::SkipReason;
use crate::store::InputFile;
use crate::units::{SourceId, count};

/// Opens files and members of archives.
#[derive(Clone, Copy)]
pub(super) struct Opener<'a> {
    pub(super) context: &'a ReadContext,
    pub(super) how: Option<Reread>,
    pub(super) spooler: &'a dyn Spooler,
}

/// Where what is opened comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A file that can be opened again.
    File,
    /// A stream that cannot.
    Stream,
    /// A member of an archive, spooled.
    Member,
}

impl Origin {
    pub(super) fn of(source: Source<'_>) -> Self {
        if source.size == u64::MAX { Self::Stream } else { Self::File }
    }
}

/// What was found in a file.
pub(super) enum Found {
    Document(Document),
    Archive { file: Box<dyn InputFile>, outer: Compression, archive: Archive },
    Skipped(SkipReason),
}

/// One document, or container of records, that is being read.
pub(super) struct Document {
    pub(super) role: Role,
    pub(super) wrap: Wrap,
    kind: Kind,
    encoding: &'static str,
    is_first: bool,
    reader: Reader,
}

enum Reader {
    Text(TextReader),
    Lines(LineReader),
    Rows(RowReader),
    Web(WebReader),
    #[cfg(feature = "parquet")]
    Parquet(ParquetReader),
}

/// A reader that gives what was read ahead of it first.
struct Prefixed(io::Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>);

impl Read for Prefixed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

/// The first bytes of a stream, at most `len`.
fn peek(reader: &mut impl Read, len: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(len);
    reader.take(count(len)).read_to_end(&mut head)?;
    Ok(head)
}

fn prefixed(head: Vec<u8>, rest: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    Box::new(Prefixed(Cursor::new(head).chain(rest)))
}

impl Opener<'_> {
    /// Opens `file`, whose name promises `format`.
    pub(super) fn open(
        self,
        mut file: Box<dyn InputFile>,
        format: Format,
        origin: Origin,
    ) -> Result<Found, Trouble> {
        let head = peek(&mut file, SNIFF_BYTES)?;
        let outer = Compression::of(&head);
        if outer == Compression::None {
            if origin == Origin::Stream {
                return self.open_stream(head, Box::new(file), (format, outer));
            }
            file.seek(SeekFrom::Start(0))?;
            return self.open_file(&head, file, (format, outer), origin);
        }
        let raw: Box<dyn Read + Send> = if origin == Origin::Stream {
            prefixed(head, Box::new(file))
        } else {
            file.seek(SeekFrom::Start(0))?;
            Box::new(file)
        };
        let mut decoded = Decompressor::new(raw, outer, &Position::default())?;
        let head = peek(&mut decoded, SNIFF_BYTES)?;
        self.open_stream(head, Box::new(decoded), (format, outer))
    }

    /// Opens what can be sought in.
    fn open_file(
        self,
        head: &[u8],
        file: Box<dyn InputFile>,
        (format, outer): (Format, Compression),
        origin: Origin,
    ) -> Result<Found, Trouble> {
        if let Some(archive) = Archive::of(head) {
            return Ok(Found::Archive { file, outer, archive });
        }
        match Kind::of(head, format) {
            Kind::Parquet => self.parquet(file, outer),
            Kind::Text if format == Format::Sniff && content::is_binary(head) => {
                Ok(Found::Skipped(SkipReason::Binary))
            }
            Kind::Text => self.text(file, outer, origin == Origin::File),
            kind => self.container(Box::new(file), kind, outer),
        }
    }

    /// Opens what can be read once: it is spooled where that is not enough.
    fn open_stream(
        self,
        head: Vec<u8>,
        rest: Box<dyn Read + Send>,
        (format, outer): (Format, Compression),
    ) -> Result<Found, Trouble> {
        let archive = Archive::of(&head);
        let kind = Kind::of(&head, format);
        if archive.is_none() && kind == Kind::Text && format == Format::Sniff && content::is_binary(&head) {
            return Ok(Found::Skipped(SkipReason::Binary));
        }
        let is_spooled = kind == Kind::Text || kind == Kind::Parquet || archive == Some(Archive::Zip);
        if archive == Some(Archive::Tar) {
            let file = Box::new(Once(prefixed(head, rest)));
            return Ok(Found::Archive { file, outer, archive: Archive::Tar });
        }
        if !is_spooled {
            return self.container(prefixed(head, rest), kind, outer);
        }
        let limit = if archive.is_none() && kind == Kind::Text { self.context.decoded_limit } else { u64::MAX };
        let spool = Spool::fill(prefixed(head.clone(), rest), limit, self.spooler, |_| ())?;
        self.open_file(&head, Box::new(spool), (format, outer), Origin::Member)
    }

    /// A text document; the first piece of a file that can be read again tells its encoding.
    fn text(self, mut file: Box<dyn InputFile>, outer: Compression, is_file: bool) -> Result<Found, Trouble> {
        let telling = self.context.telling;
        let is_tentative = is_file && self.how != Some(Reread::Detected);
        let coding = if is_tentative {
            None
        } else {
            let coding = telling.detect(&mut file)?;
            file.seek(SeekFrom::Start(0))?;
            let mark = encoding::by_bom(&peek(&mut file, BOM.len())?).map_or(0, |(_, mark)| mark);
            // The reader takes the mark of UTF-8 off itself.
            let mark = if mark == BOM.len() { 0 } else { mark };
            file.seek(SeekFrom::Start(count(mark)))?;
            Some(coding)
        };
        let limit = if is_file { self.context.text_limit } else { self.context.decoded_limit };
        let reader = TextReader::new(Box::new(file), self.context.split, (telling, coding), limit);
        Ok(Found::Document(Document::new(Kind::Text, outer, Reader::Text(reader))))
    }

    /// A container of records in text; its encoding is told by its first piece.
    fn container(
        self,
        mut reader: Box<dyn Read + Send>,
        kind: Kind,
        outer: Compression,
    ) -> Result<Found, Trouble> {
        let context = self.context;
        let mut name = "UTF-8";
        if kind != Kind::Warc {
            let head = peek(&mut reader, usize::try_from(PIECE_BYTES).unwrap_or(usize::MAX))?;
            let (encoding, mark) = context.container_encoding(&head, kind);
            reader = prefixed(head[mark..].to_vec(), reader);
            if encoding != encoding_rs::UTF_8 {
                name = encoding::name(encoding);
                reader = Box::new(encoding::Transcoder::new(reader, encoding, context.telling.replace));
            }
        }
        let reader = match kind {
            Kind::Csv(delimiter) => Reader::Rows(RowReader::new(reader, delimiter, context)?),
            Kind::Warc => Reader::Web(WebReader::new(reader, context.decoded_limit)),
            _ => Reader::Lines(LineReader::new(reader, context.decoded_limit)),
        };
        let mut document = Document::new(kind, outer, reader);
        document.encoding = name;
        if let Reader::Rows(rows) = &document.reader {
            document.kind = Kind::Csv(rows.delimiter());
        }
        Ok(Found::Document(document))
    }

    #[cfg(feature = "parquet")]
    fn parquet(self, file: Box<dyn InputFile>, outer: Compression) -> Result<Found, Trouble> {
        let reader = Reader::Parquet(ParquetReader::new(file, self.context)?);
        Ok(Found::Document(Document::new(Kind::Parquet, outer, reader)))
    }

    #[cfg(not(feature = "parquet"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "the form of its twin")]
    fn parquet(self, _file: Box<dyn InputFile>, _outer: Compression) -> Result<Found, Trouble> {
        Ok(Found::Skipped(SkipReason::Unsupported))
    }
}

/// A stream in the place of a file: it cannot be sought in, and nobody tries.
struct Once(Box<dyn Read + Send>);

impl Read for Once {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl io::Seek for Once {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::NotSeekable.into())
    }
}

impl Document {
    fn new(kind: Kind, outer: Compression, reader: Reader) -> Self {
        let wrap = Wrap { outer, ..Wrap::default() };
        Self { role: Role::Whole, wrap, kind, encoding: "UTF-8", is_first: true, reader }
    }

    /// Number of the archive's member it is.
    pub(super) fn member_number(&self) -> Option<u64> {
        match &self.role {
            Role::Member(member) => Some(member.number),
            _ => None,
        }
    }

    /// The next piece.
    pub(super) fn next(&mut self, buffer: Vec<u8>) -> Piece {
        let take = match &mut self.reader {
            Reader::Text(_) => return self.next_text(buffer),
            Reader::Lines(reader) => reader.next(buffer),
            Reader::Rows(reader) => reader.next(buffer),
            Reader::Web(reader) => reader.next(buffer),
            #[cfg(feature = "parquet")]
            Reader::Parquet(reader) => reader.next(buffer),
        };
        let Take { body, is_last, fault, num_replaced } = take;
        let end = fault.map_or(End::Well, End::Fault);
        Piece { num_replaced, ..self.piece(body, is_last, end) }
    }

    fn next_text(&mut self, buffer: Vec<u8>) -> Piece {
        let Reader::Text(reader) = &mut self.reader else {
            return self.piece(Body::Lines(buffer), true, End::Well);
        };
        match reader.next(buffer) {
            Ok(NextText::Piece(piece, is_last)) => self.piece(Body::Text(piece), is_last, End::Well),
            Ok(NextText::Unclear) => {
                self.piece(Body::Lines(Vec::new()), true, End::Reread(Reread::Detected))
            }
            Err(fault) => self.piece(Body::Lines(Vec::new()), true, End::Fault(fault)),
        }
    }

    fn piece(&mut self, body: Body, is_last: bool, end: End) -> Piece {
        Piece {
            source: SourceId(0), // the stream knows
            role: self.role.clone(),
            kind: self.kind,
            wrap: self.wrap,
            is_first: std::mem::take(&mut self.is_first),
            is_last: is_last || !matches!(end, End::Well),
            body,
            end,
            num_bytes: 0,
            encoding: self.encoding,
            num_replaced: 0,
        }
    }
}
