//! Chunks: small files read whole, or one piece of a stream, with the documents in them found and decoded.

use std::io::{self, Read};

use super::chunk::{Chunk, Part, PartFate, Role};
use super::container::Reread;
use super::container::reader::{BOM, Body, End, TextPiece};
use super::content::{Archive, Compression, Head, Wrap};
use super::context::{PIECE_BYTES, ReadContext};
use super::decode::{self, Decoding, TextVisitor};
use super::fault::Fault;
use super::open::Promise;
use super::piece::Piece;
use super::recognize::{Recognized, recognize};
use super::spool::NoSpooler;
use super::stream::{SourceStream, Stop};
use crate::discover::{Format, Source, SourcePlan, is_packed};
use crate::document::Kind;
use crate::error::RejectReason;
use crate::store::Input;
use crate::units::{self, count};

/// A file that grew by more than this between listing and reading is being written to.
const MAX_GROWTH: u64 = 1024 * 1024;

/// A packed file up to this size is read among others by one task: it holds little, unless it is an attack.
const SMALL_PACKED: u64 = 32 * 1024;

/// The most bytes that a small packed file may unpack to here.
const MAX_UNPACKED: usize = 4 * 1024 * 1024;

/// Whether a source of this listed size is read as a stream of pieces.
pub(crate) fn is_large(source: Source<'_>) -> bool {
    let limit = if is_packed(source.place.relative) { SMALL_PACKED } else { PIECE_BYTES };
    source.size > limit && matches!(source.plan, SourcePlan::Read(_))
}

/// Reads these sources whole, one after the other, to the end of `chunk`.
///
/// If one of them holds more than can be read so, its part says so ([`PartFate::Reread`]) and is the last.
pub(crate) fn read_files<'a>(
    input: &dyn Input,
    sources: impl Iterator<Item = Source<'a>>,
    context: &ReadContext,
    chunk: &mut Chunk,
    visitor: &mut impl TextVisitor,
) {
    for source in sources {
        read_file(input, source, context, chunk, visitor);
        if chunk.parts.last().is_some_and(|part| matches!(part.fate, PartFate::Reread(_))) {
            return;
        }
    }
}

fn read_file(
    input: &dyn Input,
    source: Source<'_>,
    context: &ReadContext,
    chunk: &mut Chunk,
    visitor: &mut impl TextVisitor,
) {
    let format = if let SourcePlan::Read(format) = source.plan { *format } else { Format::Sniff };
    let kind = format.kind();
    let (own, given) = (context.of(source.place.relative), context);
    let context = own.as_deref().unwrap_or(context);
    chunk.begin_part(Part::new(source.id, Role::Whole, kind, Wrap::default()));
    match source.plan {
        SourcePlan::Skip(reason) => return chunk.end_part(PartFate::Skipped(*reason)),
        SourcePlan::Reject(why) => {
            let fault = Fault::new(RejectReason::Unreadable, why.to_string());
            return chunk.end_part(PartFate::Rejected(fault));
        }
        SourcePlan::Read(_) => {}
    }
    let start = chunk.bytes.len();
    let outcome = append_file(input, source, &mut chunk.bytes);
    let bytes = &chunk.bytes[start..];
    let promise = Promise::of(source.place.relative, format);
    // Of a file that breaks off, what is there may tell what it is.
    let is_told = outcome.is_ok() || (format == Format::Json && !bytes.is_empty());
    let treatment = if is_told { Treatment::of(bytes, promise, context) } else { Treatment::Plain };
    match treatment {
        Treatment::Plain => {}
        Treatment::Stream => {
            chunk.bytes.truncate(start);
            chunk.parts.pop();
            return read_stream(input, source, given, chunk, visitor);
        }
        Treatment::LeftOut(fate) => {
            if let Some(part) = chunk.parts.last_mut() {
                part.num_bytes = count(bytes.len());
            }
            chunk.bytes.truncate(start);
            return chunk.end_part(fate);
        }
    }
    let num_bytes = count(bytes.len());
    let limit = if kind.is_container() { u64::MAX } else { context.text_limit };
    let fate = match outcome {
        Ok(()) if num_bytes > limit => PartFate::Rejected(Fault::too_large(limit)),
        Ok(()) => decode_file(chunk, start, format, context, visitor),
        // As in a large file: half a text document is none, the records before a fault are.
        Err(fault) if kind.is_lines() && fault.reason == RejectReason::Unreadable => {
            let len = crate::split::line::last_lf(bytes).unwrap_or(0);
            let fault = if num_bytes > 0 { fault.or_at(num_bytes) } else { fault };
            chunk.bytes.truncate(start + len);
            decode_file(chunk, start, format, context, visitor);
            PartFate::Rejected(fault)
        }
        Err(fault) => PartFate::Rejected(fault),
    };
    if matches!(fate, PartFate::Rejected(_)) && !kind.is_container() {
        chunk.bytes.truncate(start);
    }
    if let Some(part) = chunk.parts.last_mut() {
        part.num_bytes = num_bytes;
    }
    chunk.end_part(fate);
}

/// What is to be done with the bytes of a small file.
enum Treatment {
    /// They are plain text or lines of records in UTF-8.
    Plain,
    /// They are read as a stream: they are packed, or something else.
    Stream,
    /// They are left out.
    LeftOut(PartFate),
}

impl Treatment {
    fn of(bytes: &[u8], promise: Promise, context: &ReadContext) -> Self {
        // All magic numbers but that of tar begin with a byte that text seldom begins with.
        if Compression::of(bytes) != Compression::None || Archive::of(bytes).is_some() {
            return Self::Stream;
        }
        let head = Head::of(bytes, units::index(PIECE_BYTES));
        let kind = match recognize(head, promise.format, promise.packing.outer, context) {
            Recognized::Read(kind) => kind,
            Recognized::Skip(reason) => return Self::LeftOut(PartFate::Skipped(reason)),
            Recognized::Reject(fault) => return Self::LeftOut(PartFate::Rejected(fault)),
        };
        let is_stream = kind != promise.format.kind()
            || !kind.is_plain()
            || (kind.is_lines() && simdutf8::basic::from_utf8(bytes).is_err() && !bytes.starts_with(BOM));
        if is_stream { Self::Stream } else { Self::Plain }
    }
}

/// Finds the documents of a plain file that stands at the end of `chunk`.
fn decode_file(
    chunk: &mut Chunk,
    start: usize,
    format: Format,
    context: &ReadContext,
    visitor: &mut impl TextVisitor,
) -> PartFate {
    let bytes = &chunk.bytes[start..];
    let kind = format.kind();
    if kind.is_lines() {
        let mark = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        decode::decode_lines(chunk, start + mark, kind, context, visitor);
        return PartFate::Read;
    }
    if kind.is_page() {
        return decode::decode_page(chunk, start, context, visitor);
    }
    decode::decode_whole(chunk, start, context, visitor)
}

/// Appends a file's bytes. What was read before an error stays.
///
/// One call of `read` in the common case: a file that gives just its listed size when asked for one byte more has
/// no more. Files that changed are read to their end.
fn append_file(input: &dyn Input, source: Source<'_>, bytes: &mut Vec<u8>) -> Result<(), Fault> {
    let mut file = input.open(source.place).map_err(|error| Fault::of(&error))?;
    let start = bytes.len();
    let listed = units::index(source.size);
    bytes.resize(start + listed + 1, 0);
    let got = loop {
        match file.read(&mut bytes[start..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                bytes.truncate(start);
                return Err(Fault::of(&error));
            }
            Ok(got) => break got,
        }
    };
    bytes.truncate(start + got);
    if got == listed {
        return Ok(());
    }
    let more = file.take(MAX_GROWTH).read_to_end(bytes).map_err(|error| Fault::of(&error))?;
    if count(more) < MAX_GROWTH {
        return Ok(());
    }
    bytes.truncate(start);
    Err(Fault::new(RejectReason::Growing, "it grew while it was read"))
}

/// Reads a small file as a stream, to its end. A text of several pieces is to be read as one that is large: it is good
/// as a whole or not at all, and what is known to be bad of such a text is taken back from chunks of one piece only.
fn read_stream(
    input: &dyn Input,
    source: Source<'_>,
    context: &ReadContext,
    chunk: &mut Chunk,
    visitor: &mut impl TextVisitor,
) {
    let mut stream = SourceStream::new(input, source, context, None, &NoSpooler);
    let start = chunk.bytes.len();
    loop {
        match stream.next_piece(Vec::new()) {
            Ok(Some(piece)) if !piece.goes_on_with_text() && chunk.bytes.len() - start <= MAX_UNPACKED => {
                add_piece(piece, context, chunk, visitor);
                if let Some(PartFate::Reread(_)) = chunk.parts.last().map(|part| &part.fate) {
                    return;
                }
            }
            Ok(None) => return,
            Ok(Some(_)) | Err(Stop::OverBudget | Stop::Fatal(_)) => {
                chunk.begin_part(Part::new(source.id, Role::Whole, Kind::Text, Wrap::default()));
                return chunk.end_part(PartFate::Reread(Reread::AsStream));
            }
        }
    }
}

/// Makes a chunk of one piece of a stream.
pub(crate) fn read_piece(piece: Piece, context: &ReadContext, visitor: &mut impl TextVisitor) -> Chunk {
    let mut chunk = Chunk::default();
    add_piece(piece, context, &mut chunk, visitor);
    chunk
}

fn add_piece(piece: Piece, context: &ReadContext, chunk: &mut Chunk, visitor: &mut impl TextVisitor) {
    let Piece { source, role, kind, wrap, is_first, is_last, body, end, trailing, num_bytes, .. } = piece;
    let context = piece.context.as_deref().unwrap_or(context);
    let part = Part {
        is_first,
        is_last,
        trailing,
        num_bytes,
        encoding: piece.encoding,
        is_guess: piece.is_guess,
        num_replaced: piece.num_replaced,
        ..Part::new(source, role, kind, wrap)
    };
    chunk.begin_part(part);
    let start = chunk.bytes.len();
    let fate = match body {
        Body::Text(TextPiece { bytes, coding, offset, splitting }) => {
            decode::append(chunk, bytes);
            let decoding = Decoding { coding, offset, context, splitting: Some(splitting) };
            decode::decode(chunk, start, decoding, visitor)
        }
        Body::Page(bytes) => {
            decode::append(chunk, bytes);
            decode::decode_page(chunk, start, context, visitor)
        }
        Body::Lines(bytes) => {
            decode::append(chunk, bytes);
            decode::decode_lines(chunk, start, kind, context, visitor);
            PartFate::Read
        }
        Body::Records(records) => {
            decode::add_records(records, kind, context, chunk, visitor);
            PartFate::Read
        }
    };
    chunk.end_part(match end {
        End::Well => fate,
        End::Skipped(reason) => PartFate::Skipped(reason),
        End::Fault(fault) => PartFate::Rejected(fault),
        End::Reread(how) => PartFate::Reread(how),
    });
}
