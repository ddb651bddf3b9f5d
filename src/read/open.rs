//! Opening: what the first bytes of a file say decides how it is read.

use std::io::{self, Cursor, Read, SeekFrom};

use encoding_rs::Encoding;

use super::chunk::Role;
use super::container::reader::{BOM, End, PieceReader, Take};
use super::container::text::TextReader;
use super::container::{Access, Charset, InOrder, Reread};
use super::content::{self, Archive, Compression, SNIFF_BYTES, Wrap};
use super::context::{PIECE_BYTES, ReadContext};
use super::decompress::{Decompressor, Total};
use super::encoding;
use super::fault::Trouble;
use super::piece::{Piece, PiecePlace};
use super::position::Position;
use super::spool::{Spool, Spooler};
use crate::discover::{Format, Source};
use crate::document::Kind;
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
    /// Bytes that it was unpacked to.
    pub(super) total: Total,
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

/// What a file shows from outside: the format that its name promises, and what it is compressed with.
#[derive(Debug, Clone, Copy)]
struct Envelope {
    format: Format,
    outer: Compression,
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
    reader: Box<dyn PieceReader>,
    /// Malformed sequences that were replaced while reading, and those a piece was given out with.
    num_replaced: Position,
    num_given: u64,
    /// Counts the bytes read, where nothing between the file and the reader does.
    position: Option<Position>,
    /// Bytes before those that the reader reads: a byte order mark.
    mark: u64,
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
        let envelope = Envelope { format, outer };
        if outer == Compression::None {
            if origin == Origin::Stream {
                return self.open_stream(ahead, Box::new(file), envelope);
            }
            // An error will come again in its place.
            file.seek(SeekFrom::Start(0))?;
            return self.open_file(&ahead.head, file, envelope, origin);
        }
        let raw: Box<dyn Read + Send> = if origin == Origin::Stream {
            ahead.before(Box::new(file))
        } else {
            file.seek(SeekFrom::Start(0))?;
            Box::new(file)
        };
        let mut decoded = Decompressor::new(raw, outer, &self.position_of(origin), self.total.clone())?;
        let ahead = peek(&mut decoded, SNIFF_BYTES);
        self.open_stream(ahead, Box::new(decoded), envelope)
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
        envelope: Envelope,
        origin: Origin,
    ) -> Result<Found, Trouble> {
        let Envelope { format, outer } = envelope;
        if let Some(archive) = Archive::of(head) {
            return Ok(Found::Archive { file, outer, archive });
        }
        let kind = Kind::detect(head, format);
        match kind.container().access() {
            Access::Document if format == Format::Sniff && content::is_binary(head) => {
                Ok(Found::Skipped(SkipReason::Binary))
            }
            Access::Document => self.text(file, kind, outer, origin == Origin::File),
            Access::InOrder(how) => {
                let mut found = self.container(Raw::Seekable(file), kind, outer, &how)?;
                found.count_by_reading(self.position_of(origin));
                Ok(found)
            }
            Access::Seek(open) => Ok(Found::Document(Document::new(kind, outer, open(file, self.context)?))),
            Access::Absent => Ok(Found::Skipped(SkipReason::Unsupported)),
        }
    }

    /// Opens what can be read once: it is spooled where that is not enough.
    fn open_stream(
        &self,
        ahead: Ahead,
        rest: Box<dyn Read + Send>,
        envelope: Envelope,
    ) -> Result<Found, Trouble> {
        let Envelope { format, outer } = envelope;
        let head = ahead.head.clone();
        let archive = Archive::of(&head);
        let kind = Kind::detect(&head, format);
        let access = kind.container().access();
        let is_document = archive.is_none() && matches!(access, Access::Document);
        if is_document && format == Format::Sniff && content::is_binary(&head) {
            return Ok(Found::Skipped(SkipReason::Binary));
        }
        let whole = ahead.before(rest);
        if archive == Some(Archive::Tar) {
            return Ok(Found::Archive { file: Box::new(Once(whole)), outer, archive: Archive::Tar });
        }
        if let Access::InOrder(how) = &access
            && archive.is_none()
        {
            let mut found = self.container(Raw::Stream(whole), kind, outer, how)?;
            if outer == Compression::None {
                found.count_by_reading(self.position.clone());
            }
            return Ok(found);
        }
        let limit = if is_document { self.context.decoded_limit } else { u64::MAX };
        let spool = Spool::fill(whole, limit, self.spooler, |_| ())?;
        if outer == Compression::None {
            self.position.advance(usize::try_from(spool.len()).unwrap_or(usize::MAX));
        }
        self.open_file(&head, Box::new(spool), envelope, Origin::Member)
    }

    /// A text document; the first piece of a file that can be read again shows its encoding.
    fn text(
        &self,
        mut file: Box<dyn InputFile>,
        kind: Kind,
        outer: Compression,
        is_file: bool,
    ) -> Result<Found, Trouble> {
        let detection = self.context.detection;
        let is_tentative = is_file && self.how != Some(Reread::Detected);
        let coding = if is_tentative {
            None
        } else {
            let coding = detection.detect(&mut file)?;
            file.seek(SeekFrom::Start(0))?;
            let mark = encoding::by_bom(&peek(&mut file, 4).head).map_or(0, |(_, mark)| mark);
            // The reader takes the mark of UTF-8 off itself.
            let mark = if mark == BOM.len() { 0 } else { mark };
            file.seek(SeekFrom::Start(count(mark)))?;
            Some(coding)
        };
        let limit = if is_file { self.context.text_limit } else { self.context.decoded_limit };
        let reader = TextReader::new(Box::new(file), self.context.split, detection, coding, limit);
        let num_replaced = reader.num_replaced();
        let document = Document::new(kind, outer, Box::new(reader));
        let mut found = Found::Document(Document { num_replaced, ..document });
        if is_file {
            found.count_by_reading(self.position.clone());
        }
        Ok(found)
    }

    /// A container of records that is read in order; its first piece shows its encoding.
    fn container(&self, raw: Raw, kind: Kind, outer: Compression, how: &InOrder) -> Result<Found, Trouble> {
        let context = self.context;
        let (mut reader, encoding, mark) = match how.charset {
            Charset::Bytes => (raw.into_reader(), encoding_rs::UTF_8, 0),
            charset => raw.detect(|head| charset.detect(head, context.detection))?,
        };
        let mut num_replaced = Position::default();
        if encoding != encoding_rs::UTF_8 {
            let transcoder = encoding::Transcoder::new(reader, encoding, context.detection.replace);
            num_replaced = transcoder.num_replaced();
            reader = Box::new(transcoder);
        }
        let document = Document::new(kind, outer, (how.open)(reader, context)?);
        let encoding = encoding::name(encoding);
        Ok(Found::Document(Document { encoding, num_replaced, mark, ..document }))
    }
}

/// The bytes of a container of records.
enum Raw {
    Seekable(Box<dyn InputFile>),
    Stream(Box<dyn Read + Send>),
}

impl Raw {
    fn into_reader(self) -> Box<dyn Read + Send> {
        match self {
            Self::Seekable(file) => Box::new(file),
            Self::Stream(reader) => reader,
        }
    }

    /// The reader after the byte order mark, and what `detect` finds by the first piece: the encoding, and the length
    /// of the mark.
    fn detect(
        self,
        detect: impl FnOnce(&[u8]) -> (&'static Encoding, usize),
    ) -> io::Result<(Box<dyn Read + Send>, &'static Encoding, u64)> {
        let len = usize::try_from(PIECE_BYTES).unwrap_or(usize::MAX);
        match self {
            // Read again from the file itself, which fills buffers better than a copy of its beginning does.
            Self::Seekable(mut file) => {
                let ahead = peek(&mut file, len);
                let (encoding, mark) = detect(&ahead.head);
                file.seek(SeekFrom::Start(count(mark)))?;
                Ok((Box::new(file), encoding, count(mark)))
            }
            Self::Stream(mut reader) => {
                let mut ahead = peek(&mut reader, len);
                let (encoding, mark) = detect(&ahead.head);
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
    fn new(kind: Kind, outer: Compression, reader: Box<dyn PieceReader>) -> Self {
        let wrap = Wrap { outer, ..Wrap::default() };
        let (role, encoding, num_replaced) = (Role::Whole, "UTF-8", Position::default());
        let kind = reader.kind().unwrap_or(kind);
        Self {
            role,
            wrap,
            kind,
            encoding,
            is_first: true,
            reader,
            num_replaced,
            num_given: 0,
            position: None,
            mark: 0,
        }
    }

    /// Whether its bytes are more than read: decompressed, transcoded, or taken apart.
    pub(super) fn is_unpacked(&self) -> bool {
        self.wrap != Wrap::default() || !self.kind.is_plain() || self.encoding != "UTF-8"
    }

    /// Number of the archive's member it is.
    pub(super) fn member_number(&self) -> Option<u64> {
        if let Role::Member(member) = &self.role { Some(member.number) } else { None }
    }

    /// The next piece.
    pub(super) fn next(&mut self, buffer: Vec<u8>) -> Piece {
        let Take { body, is_last, end } = self.reader.next(buffer);
        if let Some(position) = &self.position {
            position.set(self.mark + self.reader.num_read());
        }
        let num_replaced = self.num_replaced.get() - self.num_given;
        self.num_given += num_replaced;
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
