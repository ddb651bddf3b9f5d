//! Opening: what the first bytes of a file say decides how it is read.

use std::io::{self, Cursor, Read, SeekFrom};

use encoding_rs::Encoding;

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
use super::stream::{Body, End, Piece, PiecePlace, Take};
use super::text::{BOM, NextText, TextReader};
use super::web::WebReader;
use super::{PIECE_BYTES, encoding};
use crate::discover::{Format, Source};
use crate::error::SkipReason;
use crate::store::InputFile;
use crate::units::{SourceId, count};

/// Opens files and members of archives.
pub(super) struct Opener<'a> {
    pub(super) context: &'a ReadContext,
    pub(super) how: Option<Reread>,
    pub(super) spooler: &'a dyn Spooler,
    /// Bytes of the file that were read.
    pub(super) position: Position,
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
    /// Malformed sequences that were replaced while reading, and those a piece was given out with.
    num_replaced: Position,
    num_told: u64,
    /// Counts the bytes read, where nothing between the file and the reader does.
    position: Option<Position>,
    /// Bytes before those that the reader reads: a byte order mark.
    mark: u64,
}

enum Reader {
    Text(TextReader),
    Lines(LineReader),
    Rows(RowReader),
    Web(WebReader),
    #[cfg(feature = "parquet")]
    Parquet(ParquetReader),
}

/// The first bytes of a stream, and the error that stands after them if they are fewer than were asked for.
struct Ahead {
    head: Vec<u8>,
    error: Option<io::Error>,
}

/// The first bytes of a stream, at most `len`.
fn peek(reader: &mut impl Read, len: usize) -> Ahead {
    let mut head = Vec::with_capacity(len);
    let error = reader.take(count(len)).read_to_end(&mut head).err();
    Ahead { head, error }
}

impl Ahead {
    /// A reader that gives what was read ahead first.
    fn before(self, rest: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        Box::new(Prefixed { head: Cursor::new(self.head), error: self.error, rest })
    }
}

struct Prefixed {
    head: Cursor<Vec<u8>>,
    error: Option<io::Error>,
    rest: Box<dyn Read + Send>,
}

impl Read for Prefixed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.head.read(out)?;
        if got > 0 || out.is_empty() {
            return Ok(got);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.rest.read(out),
        }
    }
}

impl Opener<'_> {
    /// Opens `file`, whose name promises `format`.
    pub(super) fn open(
        &self,
        mut file: Box<dyn InputFile>,
        format: Format,
        origin: Origin,
    ) -> Result<Found, Trouble> {
        let ahead = peek(&mut file, SNIFF_BYTES);
        let outer = Compression::of(&ahead.head);
        if outer == Compression::None {
            if origin == Origin::Stream {
                return self.open_stream(ahead, Box::new(file), (format, outer));
            }
            // An error will come again in its place.
            file.seek(SeekFrom::Start(0))?;
            return self.open_file(&ahead.head, file, (format, outer), origin);
        }
        let raw: Box<dyn Read + Send> = if origin == Origin::Stream {
            ahead.before(Box::new(file))
        } else {
            file.seek(SeekFrom::Start(0))?;
            Box::new(file)
        };
        let mut decoded = Decompressor::new(raw, outer, &self.position_of(origin))?;
        let ahead = peek(&mut decoded, SNIFF_BYTES);
        self.open_stream(ahead, Box::new(decoded), (format, outer))
    }

    /// What counts the bytes read: those of a member are not the file's.
    fn position_of(&self, origin: Origin) -> Position {
        if origin == Origin::Member { Position::default() } else { self.position.clone() }
    }

    /// Opens what can be sought in.
    fn open_file(
        &self,
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
            kind => {
                let mut found = self.container(Container::Seekable(file), kind, outer)?;
                found.count_by_reading(self.position_of(origin));
                Ok(found)
            }
        }
    }

    /// Opens what can be read once: it is spooled where that is not enough.
    fn open_stream(
        &self,
        ahead: Ahead,
        rest: Box<dyn Read + Send>,
        (format, outer): (Format, Compression),
    ) -> Result<Found, Trouble> {
        let head = ahead.head.clone();
        let archive = Archive::of(&head);
        let kind = Kind::of(&head, format);
        if archive.is_none() && kind == Kind::Text && format == Format::Sniff && content::is_binary(&head) {
            return Ok(Found::Skipped(SkipReason::Binary));
        }
        let whole = ahead.before(rest);
        if archive == Some(Archive::Tar) {
            return Ok(Found::Archive { file: Box::new(Once(whole)), outer, archive: Archive::Tar });
        }
        let is_spooled = kind == Kind::Text || kind == Kind::Parquet || archive == Some(Archive::Zip);
        if !is_spooled {
            let mut found = self.container(Container::Stream(whole), kind, outer)?;
            if outer == Compression::None {
                found.count_by_reading(self.position.clone());
            }
            return Ok(found);
        }
        let limit =
            if archive.is_none() && kind == Kind::Text { self.context.decoded_limit } else { u64::MAX };
        let spool = Spool::fill(whole, limit, self.spooler, |_| ())?;
        if outer == Compression::None {
            self.position.advance(usize::try_from(spool.len()).unwrap_or(usize::MAX));
        }
        self.open_file(&head, Box::new(spool), (format, outer), Origin::Member)
    }

    /// A text document; the first piece of a file that can be read again tells its encoding.
    fn text(
        &self,
        mut file: Box<dyn InputFile>,
        outer: Compression,
        is_file: bool,
    ) -> Result<Found, Trouble> {
        let telling = self.context.telling;
        let is_tentative = is_file && self.how != Some(Reread::Detected);
        let coding = if is_tentative {
            None
        } else {
            let coding = telling.detect(&mut file)?;
            file.seek(SeekFrom::Start(0))?;
            let mark = encoding::by_bom(&peek(&mut file, 4).head).map_or(0, |(_, mark)| mark);
            // The reader takes the mark of UTF-8 off itself.
            let mark = if mark == BOM.len() { 0 } else { mark };
            file.seek(SeekFrom::Start(count(mark)))?;
            Some(coding)
        };
        let limit = if is_file { self.context.text_limit } else { self.context.decoded_limit };
        let reader = TextReader::new(Box::new(file), self.context.split, (telling, coding), limit);
        let num_replaced = reader.num_replaced();
        let document = Document::new(Kind::Text, outer, Reader::Text(reader));
        let mut found = Found::Document(Document { num_replaced, ..document });
        if is_file {
            found.count_by_reading(self.position.clone());
        }
        Ok(found)
    }

    /// A container of records in text; its encoding is told by its first piece.
    fn container(&self, container: Container, kind: Kind, outer: Compression) -> Result<Found, Trouble> {
        let context = self.context;
        let mut name = "UTF-8";
        let mut num_replaced = Position::default();
        let (mut reader, encoding, mark) = if kind == Kind::Warc {
            (container.into_reader(), encoding_rs::UTF_8, 0)
        } else {
            container.told(|head| context.container_encoding(head, kind))?
        };
        if encoding != encoding_rs::UTF_8 {
            name = encoding::name(encoding);
            let transcoder = encoding::Transcoder::new(reader, encoding, context.telling.replace);
            num_replaced = transcoder.num_replaced();
            reader = Box::new(transcoder);
        }
        let reader = match kind {
            Kind::Csv(delimiter) => Reader::Rows(RowReader::new(reader, delimiter, context)?),
            Kind::Warc => Reader::Web(WebReader::new(reader, context.decoded_limit)),
            _ => Reader::Lines(LineReader::new(reader, context.decoded_limit)),
        };
        let mut document = Document::new(kind, outer, reader);
        (document.encoding, document.num_replaced, document.mark) = (name, num_replaced, mark);
        if let Reader::Rows(rows) = &document.reader {
            document.kind = Kind::Csv(rows.delimiter());
        }
        Ok(Found::Document(document))
    }

    #[cfg(feature = "parquet")]
    fn parquet(&self, file: Box<dyn InputFile>, outer: Compression) -> Result<Found, Trouble> {
        let reader = Reader::Parquet(ParquetReader::new(file, self.context)?);
        Ok(Found::Document(Document::new(Kind::Parquet, outer, reader)))
    }

    #[cfg(not(feature = "parquet"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "the form of its twin")]
    fn parquet(&self, _file: Box<dyn InputFile>, _outer: Compression) -> Result<Found, Trouble> {
        Ok(Found::Skipped(SkipReason::Unsupported))
    }
}

/// A container of records, opened.
enum Container {
    Seekable(Box<dyn InputFile>),
    Stream(Box<dyn Read + Send>),
}

impl Container {
    fn into_reader(self) -> Box<dyn Read + Send> {
        match self {
            Self::Seekable(file) => Box::new(file),
            Self::Stream(reader) => reader,
        }
    }

    /// The reader after the byte order mark, and what `tell` tells by the first piece: the encoding, and the length
    /// of the mark.
    fn told(
        self,
        tell: impl FnOnce(&[u8]) -> (&'static Encoding, usize),
    ) -> io::Result<(Box<dyn Read + Send>, &'static Encoding, u64)> {
        let len = usize::try_from(PIECE_BYTES).unwrap_or(usize::MAX);
        match self {
            // Read again from the file itself, which fills buffers better than a copy of its beginning does.
            Self::Seekable(mut file) => {
                let ahead = peek(&mut file, len);
                let (encoding, mark) = tell(&ahead.head);
                file.seek(SeekFrom::Start(count(mark)))?;
                Ok((Box::new(file), encoding, count(mark)))
            }
            Self::Stream(mut reader) => {
                let mut ahead = peek(&mut reader, len);
                let (encoding, mark) = tell(&ahead.head);
                ahead.head.drain(..mark);
                Ok((ahead.before(reader), encoding, count(mark)))
            }
        }
    }
}

impl Found {
    /// Has the bytes that the document's reader reads counted by `position`.
    fn count_by_reading(&mut self, position: Position) {
        if let Self::Document(document) = self {
            document.position = Some(position);
        }
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
        let (role, encoding, num_replaced) = (Role::Whole, "UTF-8", Position::default());
        Self {
            role,
            wrap,
            kind,
            encoding,
            is_first: true,
            reader,
            num_replaced,
            num_told: 0,
            position: None,
            mark: 0,
        }
    }

    /// Whether its bytes are more than read: decompressed, transcoded, or taken apart.
    pub(super) fn is_unpacked(&self) -> bool {
        self.wrap != Wrap::default()
            || !matches!(self.kind, Kind::Text | Kind::JsonLines)
            || self.encoding != "UTF-8"
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
        let Take { body, is_last, fault } = take;
        let end = fault.map_or(End::Well, End::Fault);
        self.piece(body, is_last, end)
    }

    fn next_text(&mut self, buffer: Vec<u8>) -> Piece {
        let Reader::Text(reader) = &mut self.reader else {
            return self.piece(Body::Lines(buffer), true, End::Well);
        };
        match reader.next(buffer) {
            Ok(NextText::Piece(piece, is_last)) => self.piece(Body::Text(piece), is_last, End::Well),
            Ok(NextText::Unclear) => self.piece(Body::Lines(Vec::new()), true, End::Reread(Reread::Detected)),
            Err(fault) => self.piece(Body::Lines(Vec::new()), true, End::Fault(fault)),
        }
    }

    fn piece(&mut self, body: Body, is_last: bool, end: End) -> Piece {
        if let Some(position) = &self.position {
            let num_read = match &self.reader {
                Reader::Text(reader) => reader.num_read(),
                Reader::Lines(reader) => reader.num_read(),
                Reader::Rows(reader) => reader.num_read(),
                Reader::Web(reader) => reader.num_read(),
                #[cfg(feature = "parquet")]
                Reader::Parquet(_) => 0,
            };
            position.set(self.mark + num_read);
        }
        let num_replaced = self.num_replaced.get() - self.num_told;
        self.num_told += num_replaced;
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
            num_replaced,
            place: PiecePlace::default(), // the stream knows
        }
    }
}
