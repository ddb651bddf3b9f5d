//! Stage 2: sources in, documents out, a [`Chunk`] at a time: opened, unpacked, decoded to UTF-8 and, for
//! containers of records, taken apart (contract D1, D4, O4).
//!
//! What a file is, its first bytes say; its name decides only where they say nothing. Small plain files are read
//! whole, several to a chunk ([`read_files`]). Everything else is a [`Stream`] of pieces that end where a paragraph
//! or a record ends, so that memory does not depend on the size of a file. What cannot be read is a rejection in
//! the chunk, never an error of the run. Does not know what a duplicate is, nor where documents go.

pub mod archive;
mod chunk;
mod content;
pub mod csv;
mod decompress;
pub mod encoding;
mod fault;
mod fields;
mod jsonl;
mod lines;
mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod rows;
mod spool;
mod stream;
mod text;
mod unescape;
pub mod warc;
mod web;
mod whole;

use encoding_rs::{Encoding, UTF_8};

pub use archive::Member;
pub use chunk::{Chunk, Part, PartFate, Reread, Role, Slot};
pub use content::{Archive, Compression, Kind, Wrap};
pub use fault::Fault;
pub use fields::{Field, Fields};
pub use jsonl::FieldPath;
#[cfg(feature = "parquet")]
pub use parquet::Rows;
pub use spool::{Spool, Spooler};
pub use stream::{Piece, PiecePlace, Stop, Stream};
pub use whole::{is_large, read_files, read_piece};

use crate::config::{Config, EncodingErrors, SplitConfig};
use crate::error::{Error, Result};
use encoding::Decision;
use text::Telling;

/// What reading needs to know, made once a run.
#[derive(Debug)]
pub struct ReadContext {
    /// Path of the field that holds a record's text.
    pub text_field: FieldPath,
    /// Name of the field that names a record.
    pub id_field: String,
    split: SplitConfig,
    telling: Telling,
    /// Most bytes of a document that is decoded, and of a plain text file.
    decoded_limit: u64,
    text_limit: u64,
}

impl ReadContext {
    /// The context of a configuration.
    ///
    /// # Errors
    /// [`Error::Config`] if the encoding has no known name.
    pub fn new(config: &Config) -> Result<Self> {
        let read = &config.read;
        let given = match &read.encoding {
            None => None,
            Some(label) => Some(encoding::by_label(label).ok_or_else(|| {
                Error::Config(format!(
                    "encoding {label:?}: no such encoding; write a name such as gb18030, big5, shift_jis or utf-16le"
                ))
            })?),
        };
        Ok(Self {
            text_field: FieldPath::new(&read.text_field),
            id_field: read.id_field.clone(),
            split: config.split,
            telling: Telling { given, replace: read.encoding_errors == EncodingErrors::Replace },
            decoded_limit: read.decoded_limit(),
            text_limit: read.max_document_size.unwrap_or(u64::MAX),
        })
    }

    /// The encoding of a container of records that begins with `head`, and the length of its byte order mark.
    ///
    /// JSON Lines are UTF-8 (RFC 8259, section 8.1), and one bad line does not make them anything else: another
    /// encoding is believed if most lines that are not ASCII are no UTF-8, and the encoding is one of many bytes a
    /// character, which chance does not give.
    fn container_encoding(&self, head: &[u8], kind: Kind) -> (&'static Encoding, usize) {
        if let Some(found) = encoding::by_bom(head) {
            return found;
        }
        // In UTF-16 the byte of a line feed is half of one, or of something else.
        let is_wide = memchr::memchr(0, head).is_some();
        let whole = if is_wide { None } else { crate::split::line::last_lf(head) };
        let lines = &head[..whole.unwrap_or(head.len() & !1)];
        match encoding::detect(lines, self.telling.given) {
            Decision::Other(encoding) if self.telling.given == Some(encoding) => (encoding, 0),
            Decision::Other(encoding) if !encoding::is_line_independent(encoding) => (encoding, 0),
            Decision::Other(encoding) if kind != Kind::JsonLines => (encoding, 0),
            Decision::Other(encoding) if !encoding.is_single_byte() && is_mostly_bad(lines) => (encoding, 0),
            _ => (UTF_8, 0),
        }
    }
}

/// Whether most lines that are not ASCII, and at least two, are no UTF-8.
fn is_mostly_bad(lines: &[u8]) -> bool {
    let (mut bad, mut good) = (0, 0);
    for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_ascii()) {
        if simdutf8::basic::from_utf8(line).is_ok() { good += 1 } else { bad += 1 }
    }
    bad >= 2 && bad > good
}

/// Takes the text of each document as it is read: one call for each slot of the chunk, in order. A rejected
/// record, and bytes that are no document, have the empty text.
pub trait Visitor {
    /// The next document, or the next piece of a large one.
    fn document(&mut self, text: &str);
}

/// The pieces of a large file are about this long; a smaller file is read whole.
pub const PIECE_BYTES: u64 = 256 * 1024;
