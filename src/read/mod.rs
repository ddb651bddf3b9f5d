//! Stage 2: sources in, documents out, a [`Chunk`] at a time: opened, read, checked as UTF-8 and, for
//! containers of records, taken apart (contract D1, D4, O4).
//!
//! Small files are read whole, several to a chunk ([`read_files`]); a large one is read as a stream of pieces
//! that end where a paragraph or record ends ([`Stream`]), so that memory does not depend on the size of a file.
//! What cannot be read is a rejection in the chunk, never an error of the run. Does not know what a duplicate
//! is, nor where documents go.

mod chunk;
mod jsonl;
mod stream;
mod unescape;

use std::io::{self, Read};

pub use chunk::{Chunk, Part, PartFate, RecordFault, Slot};
pub use jsonl::FieldPath;
pub use stream::{Piece, Stream};

use crate::config::{Config, ReadConfig};
use crate::discover::{Format, Plan, Source};
use crate::error::{RejectReason, SkipReason};
use crate::store::Input;
use crate::units::{ByteSpan, count};

/// What reading needs to know, made once a run.
#[derive(Debug)]
pub struct ReadContext {
    /// Path of the field that holds a record's text.
    pub text_field: FieldPath,
    /// Name of the field that names a record.
    pub id_field: String,
}

impl ReadContext {
    /// The context of a configuration.
    pub fn new(config: &ReadConfig) -> Self {
        Self { text_field: FieldPath::new(&config.text_field), id_field: config.id_field.clone() }
    }
}

/// A file that grew by more than this between listing and reading is being written to.
const MAX_GROWTH: u64 = 1024 * 1024;

/// How much of the beginning of a file is looked at to tell text from binary: what git looks at.
const SNIFF_BYTES: usize = 8 * 1024;

/// Takes the text of each document as it is read: one call for each slot of the chunk, in order. A rejected
/// record has the empty text.
pub trait Visitor {
    /// The next document, or the next piece of a large one.
    fn document(&mut self, text: &str);
}

/// Reads these sources whole, one after the other, to the end of `chunk`.
pub fn read_files<'a>(
    input: &dyn Input,
    sources: impl Iterator<Item = Source<'a>>,
    context: &ReadContext,
    chunk: &mut Chunk,
    visitor: &mut impl Visitor,
) {
    for source in sources {
        let format = if let Plan::Read(format) = source.plan { *format } else { Format::Sniff };
        chunk.begin_part(source.id, format, true);
        match source.plan {
            Plan::Skip(reason) => chunk.end_part(PartFate::Skipped(*reason), true),
            Plan::Reject(why) => chunk.reject_part(RejectReason::Unreadable, None, why),
            Plan::Read(_) => match read_whole(input, source, chunk) {
                Ok(span) => {
                    let stretch = Stretch { span, format, offset: 0, bom: 0 };
                    let fate = decode(chunk, stretch, context, visitor);
                    chunk.end_part(fate, true);
                }
                Err(WholeFault { reason, detail, read }) => {
                    // As in a large file: half a text document is none, the records before a fault are.
                    if format == Format::JsonLines && reason == RejectReason::Unreadable {
                        let stretch = Stretch { span: read, format, offset: 0, bom: 0 }.whole_lines(chunk);
                        decode(chunk, stretch, context, visitor);
                        let byte = (!read.is_empty()).then(|| count(read.len()));
                        chunk.reject_part(reason, byte, &detail);
                    } else {
                        chunk.bytes.truncate(read.start);
                        chunk.reject_part(reason, None, &detail);
                    }
                }
            },
        }
    }
}

/// Why a file could not be read whole.
struct WholeFault {
    reason: RejectReason,
    detail: String,
    /// Where the bytes read before the fault stand.
    read: ByteSpan,
}

/// Appends a file's bytes and returns where they stand.
fn read_whole(input: &dyn Input, source: Source<'_>, chunk: &mut Chunk) -> Result<ByteSpan, WholeFault> {
    let start = chunk.bytes.len();
    let outcome = append_file(input, source, &mut chunk.bytes);
    let read = ByteSpan::new(start, chunk.bytes.len());
    let (reason, detail) = match outcome {
        Err(error) => (RejectReason::Unreadable, unreadable(&error)),
        Ok(false) => (RejectReason::Growing, "it grew while it was read".to_owned()),
        Ok(true) => return Ok(read),
    };
    Err(WholeFault { reason, detail, read })
}

/// Appends a file's bytes; `false` if there are far more than were listed.
///
/// One call of `read` in the common case: a file that gives just its listed size when asked for one byte more has
/// no more. Files that changed are read to their end.
fn append_file(input: &dyn Input, source: Source<'_>, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let mut file = input.open(source.place)?;
    let start = bytes.len();
    let listed = usize::try_from(source.size).unwrap_or(usize::MAX - 1);
    bytes.resize(start + listed + 1, 0);
    let got = loop {
        match file.read(&mut bytes[start..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                bytes.truncate(start);
                return Err(error);
            }
            Ok(got) => break got,
        }
    };
    bytes.truncate(start + got);
    if got == listed {
        return Ok(true);
    }
    let more = file.take(MAX_GROWTH).read_to_end(bytes)?;
    Ok(count(more) < MAX_GROWTH)
}

/// Makes a chunk of one piece of a large source.
pub fn read_piece(piece: Piece, context: &ReadContext, visitor: &mut impl Visitor) -> Chunk {
    let Piece { source, format, bytes, offset, bom, is_first, is_last, fault } = piece;
    let mut chunk = Chunk::new(Vec::new());
    chunk.begin_part(source, format, is_first);
    chunk.bytes = bytes;
    let stretch = Stretch { span: ByteSpan::new(0, chunk.bytes.len()), format, offset, bom };
    match fault {
        None => {
            let fate = decode(&mut chunk, stretch, context, visitor);
            chunk.end_part(fate, is_last);
        }
        Some(error) => {
            // Half a text document is none; the records before a fault are.
            if format == Format::JsonLines {
                let stretch = stretch.whole_lines(&chunk);
                decode(&mut chunk, stretch, context, visitor);
            }
            let end = offset + count(chunk.bytes.len());
            chunk.reject_part(RejectReason::Unreadable, Some(end), &unreadable(&error));
        }
    }
    chunk
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}

/// Some bytes of one source.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Where they stand in the chunk.
    span: ByteSpan,
    format: Format,
    /// Where they stand in the file.
    offset: u64,
    /// Length of the file's byte order mark, if it stands before them.
    bom: u64,
}

impl Stretch {
    /// The stretch without the half line at its end: a record that breaks off with its file is no bad record.
    fn whole_lines(mut self, chunk: &Chunk) -> Self {
        let len = crate::split::line::last_lf(&chunk.bytes[self.span.range()]).unwrap_or(0);
        self.span.end = self.span.start + len;
        self
    }
}

/// Finds the documents in a stretch of `chunk`.
fn decode(
    chunk: &mut Chunk,
    stretch: Stretch,
    context: &ReadContext,
    visitor: &mut impl Visitor,
) -> PartFate {
    let Stretch { span, format, offset, bom } = stretch;
    let bytes = &chunk.bytes[span.range()];
    if format == Format::Sniff && offset == 0 {
        let head = &bytes[..bytes.len().min(SNIFF_BYTES)];
        if memchr::memchr(0, head).is_some() {
            return PartFate::Skipped(SkipReason::Binary);
        }
    }
    // A byte order mark decides for UTF-8 and is no part of the text (contract D4).
    let mark = if offset == 0 && bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let span = ByteSpan::new(span.start + mark, span.end);
    if format == Format::JsonLines {
        jsonl::records(chunk, span, context, visitor);
        return PartFate::Read;
    }
    let bytes = &chunk.bytes[span.range()];
    let Ok(text) = simdutf8::basic::from_utf8(bytes) else {
        let byte = simdutf8::compat::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        return PartFate::Rejected {
            reason: RejectReason::NotUtf8,
            byte: Some(offset + count(byte + mark)),
            detail: not_utf8(bytes).to_owned(),
        };
    };
    visitor.document(text);
    chunk.push(Slot::text(span, offset - bom));
    PartFate::Read
}

/// The UTF-8 form of U+FEFF.
const BOM: &[u8] = b"\xef\xbb\xbf";

fn not_utf8(text: &[u8]) -> &'static str {
    match text {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            "not valid UTF-8 (it starts with the byte order mark of UTF-16)"
        }
        _ => "not valid UTF-8",
    }
}

/// The pieces of a large file are about this long; a smaller file is read whole.
pub const PIECE_BYTES: u64 = 256 * 1024;

/// Whether a source of this listed size is read as a stream of pieces.
pub fn is_large(source: Source<'_>) -> bool {
    source.size > PIECE_BYTES && matches!(source.plan, Plan::Read(_))
}

/// Opens a large source.
pub fn open_stream(input: &dyn Input, source: Source<'_>, config: &Config) -> Stream {
    let format = match source.plan {
        Plan::Read(format) => *format,
        _ => Format::Sniff,
    };
    Stream::new(source.id, format, input.open(source.place), config.split)
}
