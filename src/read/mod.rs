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

/// Reads these sources whole, one after the other, into one chunk that uses `buffer`.
pub fn read_files<'a>(
    input: &dyn Input,
    sources: impl Iterator<Item = Source<'a>>,
    context: &ReadContext,
    buffer: Vec<u8>,
) -> Chunk {
    let mut chunk = Chunk::new(buffer);
    for source in sources {
        chunk.begin_part(source.id, *source.plan == Plan::Read(Format::JsonLines), true);
        match source.plan {
            Plan::Skip(reason) => chunk.end_part(PartFate::Skipped(*reason), true),
            Plan::Reject(why) => chunk.reject_part(RejectReason::Unreadable, None, why),
            Plan::Read(format) => read_file(input, source, *format, context, &mut chunk),
        }
    }
    chunk
}

fn read_file(
    input: &dyn Input,
    source: Source<'_>,
    format: Format,
    context: &ReadContext,
    chunk: &mut Chunk,
) {
    let start = chunk.bytes.len();
    let limit = source.size.saturating_add(MAX_GROWTH);
    chunk.bytes.reserve(usize::try_from(source.size).unwrap_or(0).saturating_add(64));
    let read = input.open(source.place).and_then(|file| file.take(limit).read_to_end(&mut chunk.bytes));
    match read {
        Err(error) => {
            chunk.bytes.truncate(start);
            chunk.reject_part(RejectReason::Unreadable, None, &unreadable(&error));
        }
        Ok(len) if count(len) == limit => {
            chunk.bytes.truncate(start);
            chunk.reject_part(RejectReason::Growing, None, "it grew while it was read");
        }
        Ok(_) => {
            let fate = decode(chunk, ByteSpan::new(start, chunk.bytes.len()), format, (0, 0), context);
            chunk.end_part(fate, true);
        }
    }
}

/// Makes a chunk of one piece of a large source.
pub fn read_piece(piece: Piece, context: &ReadContext) -> Chunk {
    let Piece { source, format, bytes, offset, bom, is_first, is_last, fault } = piece;
    let mut chunk = Chunk::new(Vec::new());
    chunk.begin_part(source, format == Format::JsonLines, is_first);
    chunk.bytes = bytes;
    let whole = ByteSpan::new(0, chunk.bytes.len());
    let fate = decode(&mut chunk, whole, format, (offset, bom), context);
    match fault {
        Some(error) if fate == PartFate::Read => {
            let end = offset + count(chunk.bytes.len());
            if format != Format::JsonLines {
                chunk.slots.clear(); // half a text document is none
            }
            chunk.reject_part(RejectReason::Unreadable, Some(end), &unreadable(&error));
        }
        _ => chunk.end_part(fate, is_last),
    }
    chunk
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}

/// Finds the documents in `chunk.bytes[span]`, which stands at `offset` of its file; the file's byte order mark
/// before that takes `bom` bytes.
fn decode(
    chunk: &mut Chunk,
    span: ByteSpan,
    format: Format,
    (offset, bom_before): (u64, u64),
    context: &ReadContext,
) -> PartFate {
    let bytes = &chunk.bytes[span.range()];
    if format == Format::Sniff && offset == 0 {
        let head = &bytes[..bytes.len().min(SNIFF_BYTES)];
        if memchr::memchr(0, head).is_some() {
            return PartFate::Skipped(SkipReason::Binary);
        }
    }
    // A byte order mark decides for UTF-8 and is no part of the text (contract D4).
    let bom = if offset == 0 && bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let span = ByteSpan::new(span.start + bom, span.end);
    if format == Format::JsonLines {
        jsonl::records(chunk, span, context);
        return PartFate::Read;
    }
    let text = &chunk.bytes[span.range()];
    if simdutf8::basic::from_utf8(text).is_err() {
        let byte = simdutf8::compat::from_utf8(text).map_or_else(|error| error.valid_up_to(), str::len);
        return PartFate::Rejected {
            reason: RejectReason::NotUtf8,
            byte: Some(offset + count(byte + bom)),
            detail: not_utf8(text).to_owned(),
        };
    }
    chunk.push(Slot::text(span, offset - bom_before));
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
