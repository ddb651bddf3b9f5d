//! Opening: what the first bytes of a file say decides how it is read.

use std::io::{Read, SeekFrom};
use std::sync::Arc;

use super::ahead::{Ahead, Once, RecordBytes, peek};
use super::chunk::Role;
use super::container::reader::{BOM, End, PieceReader, Take};
use super::container::text::{TextReader, TextStart};
use super::container::{Access, Charset, FoundCharset, InOrder, Reread};
use super::content::{Archive, Compression, SNIFF_BYTES, Wrap};
use super::context::ReadContext;
use super::decompress::{Decompressor, Limits, Total, Trailing};
use super::encoding;
use super::fault::Trouble;
use super::piece::{Piece, PiecePlace};
use super::position::ReadPosition;
use super::recognize::{Recognized, recognize};
use super::spool::{Spool, Spooler};
use crate::discover::{Format, Packing, Source};
use crate::document::Kind;
use crate::error::SkipReason;
use crate::store::InputFile;
use crate::units::{self, SourceId, count};

/// Opens files and members of archives.
pub(super) struct Opener<'a> {
    pub(super) context: &'a ReadContext,
    pub(super) how: Option<Reread>,
    pub(super) spooler: &'a dyn Spooler,
    /// Bytes of the file that were read.
    pub(super) position: ReadPosition,
    /// Bytes that it was unpacked to.
    pub(super) total: Total,
}

/// Where what is opened comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileOrigin {
    /// A file that can be opened again.
    File,
    /// A stream that cannot.
    Stream,
    /// A member of an archive, spooled.
    Member,
}

impl FileOrigin {
    pub(super) fn of(source: Source<'_>) -> Self {
        if source.size == u64::MAX { Self::Stream } else { Self::File }
    }
}

/// What the name of a file promises.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promise {
    pub(super) format: Format,
    pub(super) packing: Packing,
}

impl Promise {
    /// The promise of a path that is to be read as `format`.
    pub(super) fn of(path: &[u8], format: Format) -> Self {
        let packing = match format {
            Format::Asked | Format::Written | Format::Given(_) => Packing::default(),
            Format::Sniff | Format::ServerPage | Format::Named(_) | Format::Json => Packing::of(path),
        };
        Self { format, packing }
    }
}

/// The properties of a file that show from outside: the format that its name promises, and its compression.
#[derive(Debug, Clone, Copy)]
struct Envelope {
    format: Format,
    outer: Compression,
    /// Whether what is in it should be packed once more, by its name.
    is_pack_due: bool,
}

/// The content that opening a file found.
pub(super) enum FoundContent {
    Document(OpenedDocument),
    Archive(OpenedArchive),
    Skipped(SkipReason),
}

/// An archive whose members are still to be found.
pub(super) struct OpenedArchive {
    pub(super) file: Box<dyn InputFile>,
    pub(super) outer: Compression,
    pub(super) archive: Archive,
    /// Tells of what lies after its end.
    pub(super) trailing: Trailing,
}

/// One document, or container of records, that is being read.
pub(super) struct OpenedDocument {
    pub(super) role: Role,
    pub(super) wrap: Wrap,
    /// The settings of the file, if options name other ones for it.
    pub(super) context: Option<Arc<ReadContext>>,
    kind: Kind,
    encoding: &'static str,
    is_guess: bool,
    is_first: bool,
    reader: Box<dyn PieceReader>,
    /// Malformed sequences that were replaced while reading, and those a piece was given out with.
    num_replaced: ReadPosition,
    num_given: u64,
    /// Counts the bytes read, where nothing between the file and the reader does.
    position: Option<ReadPosition>,
    /// Bytes before those that the reader reads: a byte order mark.
    mark: u64,
    /// Tells of what lies after its end.
    trailing: Trailing,
}

/// Why something is not opened.
enum Unread {
    Skip(SkipReason),
    Reject(Trouble),
}

impl Unread {
    fn found(self) -> Result<FoundContent, Trouble> {
        match self {
            Self::Skip(reason) => Ok(FoundContent::Skipped(reason)),
            Self::Reject(trouble) => Err(trouble),
        }
    }
}

impl Opener<'_> {
    /// Opens the file of this path, whose name makes this promise, under the settings that options name for it.
    pub(super) fn open_at(
        &self,
        path: &[u8],
        file: Box<dyn InputFile>,
        promise: Promise,
        origin: FileOrigin,
    ) -> Result<FoundContent, Trouble> {
        let Some(context) = self.context.of(path) else { return self.open(file, promise, origin) };
        let Self { how, spooler, ref position, ref total, .. } = *self;
        let (position, total) = (position.clone(), total.clone());
        let opener = Opener { context: &context, how, spooler, position, total };
        let mut found = opener.open(file, promise, origin)?;
        if let FoundContent::Document(document) = &mut found {
            document.context = Some(context);
        }
        Ok(found)
    }

    /// Opens `file`, whose name makes this promise.
    fn open(
        &self,
        file: Box<dyn InputFile>,
        promise: Promise,
        origin: FileOrigin,
    ) -> Result<FoundContent, Trouble> {
        let trailing = Trailing::default();
        let mut found = self.unpack(file, promise, origin, &trailing)?;
        match &mut found {
            FoundContent::Document(document) => document.trailing = trailing,
            FoundContent::Archive(archive) => archive.trailing = trailing,
            FoundContent::Skipped(_) => {}
        }
        Ok(found)
    }

    /// Opens what `file` is if it is decompressed; `trailing` is told what lies after the end of that.
    fn unpack(
        &self,
        mut file: Box<dyn InputFile>,
        Promise { format, packing }: Promise,
        origin: FileOrigin,
        trailing: &Trailing,
    ) -> Result<FoundContent, Trouble> {
        let mut ahead = peek(&mut file, SNIFF_BYTES);
        let outer = Compression::of(&ahead.head);
        if outer == Compression::None {
            let envelope = Envelope { format, outer, is_pack_due: packing.outer };
            ahead.extend(format, &mut file);
            if origin == FileOrigin::Stream {
                return self.open_stream(ahead, Box::new(file), envelope);
            }
            // An error will come again in its place.
            file.seek(SeekFrom::Start(0))?;
            return self.open_file(&ahead, file, envelope, origin);
        }
        let raw: Box<dyn Read + Send> = if origin == FileOrigin::Stream {
            ahead.before(Box::new(file))
        } else {
            file.seek(SeekFrom::Start(0))?;
            Box::new(file)
        };
        let limits = Limits { total: self.total.clone(), window: self.context.window_limit };
        let position = self.position_of(origin);
        let mut decoded = Decompressor::new(raw, outer, &position, limits, trailing.clone())?;
        let mut ahead = peek(&mut decoded, SNIFF_BYTES);
        if Compression::of(&ahead.head) != Compression::None {
            return Ok(FoundContent::Skipped(SkipReason::Nested));
        }
        ahead.extend(format, &mut decoded);
        let envelope = Envelope { format, outer, is_pack_due: packing.inner };
        self.open_stream(ahead, Box::new(decoded), envelope)
    }

    /// Recognizes what is no archive. What cannot be read from its first byte on is told by reading it.
    fn recognize(&self, ahead: &Ahead, envelope: Envelope) -> Result<Kind, Unread> {
        let is_torn = ahead.head.is_empty() && ahead.error.is_some();
        let is_pack_due = envelope.is_pack_due && !is_torn;
        match recognize(ahead.head(), envelope.format, is_pack_due, self.context) {
            Recognized::Skip(_) if is_torn => Ok(envelope.format.kind()),
            Recognized::Read(kind) => Ok(kind),
            Recognized::Skip(reason) => Err(Unread::Skip(reason)),
            Recognized::Reject(fault) => Err(Unread::Reject(fault.into())),
        }
    }

    /// The counter of bytes for this origin: the bytes of a member are not those of the file.
    fn position_of(&self, origin: FileOrigin) -> ReadPosition {
        if origin == FileOrigin::Member { ReadPosition::default() } else { self.position.clone() }
    }

    /// Opens what can be sought in.
    fn open_file(
        &self,
        ahead: &Ahead,
        file: Box<dyn InputFile>,
        envelope: Envelope,
        origin: FileOrigin,
    ) -> Result<FoundContent, Trouble> {
        let outer = envelope.outer;
        if let Some(archive) = Archive::of(&ahead.head) {
            return Ok(FoundContent::archive(file, outer, archive));
        }
        let kind = match self.recognize(ahead, envelope) {
            Ok(kind) => kind,
            Err(unread) => return unread.found(),
        };
        self.open_recognized(kind, file, outer, origin)
    }

    /// Opens a document or container of this kind.
    fn open_recognized(
        &self,
        kind: Kind,
        file: Box<dyn InputFile>,
        outer: Compression,
        origin: FileOrigin,
    ) -> Result<FoundContent, Trouble> {
        match kind.container().access() {
            Access::Document => self.text(file, kind, outer, origin == FileOrigin::File),
            Access::InOrder(how) => {
                let mut found = self.container(RecordBytes::Seekable(file), kind, outer, &how)?;
                found.count_by_reading(self.position_of(origin));
                Ok(found)
            }
            Access::Page(open) | Access::Seek(open) => {
                let document = OpenedDocument::new(kind, outer, open(file, self.context)?);
                let position = Some(self.position_of(origin));
                Ok(FoundContent::Document(OpenedDocument { position, ..document }))
            }
            Access::Absent => Ok(FoundContent::Skipped(SkipReason::Unsupported)),
        }
    }

    /// Opens what can be read once: it is spooled where that is not enough.
    fn open_stream(
        &self,
        ahead: Ahead,
        rest: Box<dyn Read + Send>,
        envelope: Envelope,
    ) -> Result<FoundContent, Trouble> {
        let outer = envelope.outer;
        match Archive::of(&ahead.head) {
            Some(Archive::Tar) => {
                let file = Box::new(Once(ahead.before(rest)));
                return Ok(FoundContent::archive(file, outer, Archive::Tar));
            }
            Some(Archive::Zip) => {
                let file = Box::new(self.spool(ahead.before(rest), u64::MAX, outer)?);
                return Ok(FoundContent::archive(file, outer, Archive::Zip));
            }
            None => {}
        }
        let kind = match self.recognize(&ahead, envelope) {
            Ok(kind) => kind,
            Err(unread) => return unread.found(),
        };
        let whole = ahead.before(rest);
        let limit = match kind.container().access() {
            Access::InOrder(how) => {
                let mut found = self.container(RecordBytes::Stream(whole), kind, outer, &how)?;
                if outer == Compression::None {
                    found.count_by_reading(self.position.clone());
                }
                return Ok(found);
            }
            Access::Document | Access::Page(_) => self.context.decoded_limit,
            Access::Seek(_) | Access::Absent => u64::MAX,
        };
        let spool = self.spool(whole, limit, outer)?;
        self.open_recognized(kind, Box::new(spool), outer, FileOrigin::Member)
    }

    /// Spools a stream, so that it can be sought in.
    fn spool(&self, stream: Box<dyn Read + Send>, limit: u64, outer: Compression) -> Result<Spool, Trouble> {
        let spool = Spool::fill(stream, limit, self.spooler, |_| ())?;
        if outer == Compression::None {
            self.position.advance(units::index(spool.len()));
        }
        Ok(spool)
    }

    /// A text document; the first piece of a file that can be read again shows its encoding.
    fn text(
        &self,
        mut file: Box<dyn InputFile>,
        kind: Kind,
        outer: Compression,
        is_file: bool,
    ) -> Result<FoundContent, Trouble> {
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
        let reader = TextReader::new(Box::new(file), self.context, kind, TextStart { coding, limit });
        let num_replaced = reader.num_replaced();
        let document = OpenedDocument::new(kind, outer, Box::new(reader));
        let mut found = FoundContent::Document(OpenedDocument { num_replaced, ..document });
        if is_file {
            found.count_by_reading(self.position.clone());
        }
        Ok(found)
    }

    /// A container of records that is read in order; its first piece shows its encoding.
    fn container(
        &self,
        raw: RecordBytes,
        kind: Kind,
        outer: Compression,
        how: &InOrder,
    ) -> Result<FoundContent, Trouble> {
        let context = self.context;
        let (mut reader, found) = match how.charset {
            Charset::Bytes => (raw.into_reader(), FoundCharset::UTF_8),
            charset => raw.detect(|head| charset.detect(head, context.detection))?,
        };
        let FoundCharset { encoding, mark, is_guess } = found;
        let mut num_replaced = ReadPosition::default();
        if encoding != encoding_rs::UTF_8 {
            let transcoder = encoding::Transcoder::new(reader, encoding, context.detection.replace);
            num_replaced = transcoder.num_replaced();
            reader = Box::new(transcoder);
        }
        let document = OpenedDocument::new(kind, outer, (how.open)(reader, context)?);
        let encoding = encoding::name(encoding);
        let mark = count(mark);
        Ok(FoundContent::Document(OpenedDocument { encoding, is_guess, num_replaced, mark, ..document }))
    }
}

impl FoundContent {
    fn archive(file: Box<dyn InputFile>, outer: Compression, archive: Archive) -> Self {
        Self::Archive(OpenedArchive { file, outer, archive, trailing: Trailing::default() })
    }

    /// Has the bytes that the document's reader reads counted by `position`.
    fn count_by_reading(&mut self, position: ReadPosition) {
        if let Self::Document(document) = self {
            document.position = Some(position);
        }
    }
}

impl OpenedDocument {
    fn new(kind: Kind, outer: Compression, reader: Box<dyn PieceReader>) -> Self {
        let wrap = Wrap { outer, ..Wrap::default() };
        let (role, encoding, num_replaced) = (Role::Whole, "UTF-8", ReadPosition::default());
        let kind = reader.kind().unwrap_or(kind);
        Self {
            role,
            wrap,
            context: None,
            kind,
            encoding,
            is_guess: false,
            is_first: true,
            reader,
            num_replaced,
            num_given: 0,
            position: None,
            mark: 0,
            trailing: Trailing::default(),
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
        let trailing = if is_last && matches!(end, End::Well) { self.trailing.take() } else { None };
        Piece {
            source: SourceId(0), // the stream knows
            role: self.role.clone(),
            kind: self.kind,
            wrap: self.wrap,
            is_first: std::mem::take(&mut self.is_first),
            is_last: is_last || !matches!(end, End::Well),
            body,
            end,
            trailing,
            num_bytes: 0,
            encoding: self.encoding,
            is_guess: self.is_guess,
            num_replaced,
            context: self.context.clone(),
            place: PiecePlace::default(), // the stream knows
        }
    }
}
