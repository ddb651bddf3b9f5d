//! Stage 2: sources in, documents out, a [`Chunk`] at a time: opened, unpacked, decoded to UTF-8 and, for
//! containers of records, taken apart (contract D1, D4, O4).
//!
//! The first bytes of a file say what it is; its name decides only where they say nothing. Small plain files are read
//! whole, several to a chunk ([`read_files`]). Everything else is a [`SourceStream`] of pieces that end where a
//! paragraph or a record ends, so that memory does not depend on the size of a file. What cannot be read is a
//! rejection in the chunk, never an error of the run. Does not know what a duplicate is, nor where documents go.

mod ahead;
pub(crate) mod archive;
mod chunk;
mod coding;
mod container;
mod content;
mod context;
pub(crate) mod damage;
mod decode;
mod decompress;
pub(crate) mod encoding;
mod fault;
mod fields;
mod given;
mod open;
mod page;
mod piece;
mod position;
mod recognize;
mod slot;
mod spool;
mod stream;
mod text_fields;
mod whole;

pub(crate) use chunk::{Chunk, Part, PartFate, Role, WrittenIn};
pub(crate) use container::{
    Escaper, InPlace, NewRecord, Rewrite, RowWriter, ShardRow, ShardRows, ShardWriter,
};
pub(crate) use container::{Field, Reread, Rows};
pub(crate) use content::{Archive, Compression, Wrap};
pub(crate) use context::{PARAGRAPH_BYTES, PIECE_BYTES, ReadContext};
pub(crate) use decode::{IgnoreTexts, TextVisitor};
pub(crate) use fault::Fault;
pub(crate) use fields::Fields;
pub(crate) use page::PageFacts;
pub(crate) use piece::{Piece, PiecePlace, held_of_lines};
pub(crate) use slot::Slot;
pub(crate) use spool::{Spool, Spooler};
pub(crate) use stream::{SourceStream, Stop};
pub(crate) use whole::{is_large, read_files, read_piece};

use std::sync::Arc;

use crate::config::{Config, DEFAULT_TEXT_FIELDS, EncodingErrors, TargetFormat};
use crate::discover::Globs;
use crate::error::{Error, Result};
use coding::Detection;
use context::{FileOptions, ParagraphLimit};
use given::{GivenEncodings, known};
use text_fields::TextFields;

impl ReadContext {
    /// The context of a configuration.
    ///
    /// # Errors
    /// [`Error::Config`] if the encoding has no known name, if a text field or a glob is not valid, or if this build
    /// leaves out what is to be written.
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let read = &config.read;
        if config.write.to == Some(TargetFormat::Parquet) && !ShardRows::IS_BUILT {
            return Err(Error::Config("to parquet: this program was built without Parquet".to_owned()));
        }
        let encodings = GivenEncodings::new(&read.encoding)?;
        let fallback = read.encoding_fallback.as_deref();
        let detection = Detection {
            given: encodings.other(),
            fallback: fallback.map(|label| known("encoding-fallback", label)).transpose()?,
            replace: read.encoding_errors == EncodingErrors::Replace,
        };
        // Who names fields of HTML, and no others, means those.
        let is_default = read.text_field == DEFAULT_TEXT_FIELDS;
        let has_html = !read.html_field.is_empty();
        let named = if is_default && has_html { &read.html_field } else { &read.text_field };
        let text_fields = TextFields::new(named)?;
        Ok(Self {
            text_fields: text_fields.others(),
            options: Arc::new(FileOptions { text_fields, encodings }),
            id_field: read.id_field.clone(),
            pages: read.pages,
            html_fields: read.html_field.clone().into(),
            tsv_quotes: read.tsv_quotes,
            hidden: read.hidden,
            globs: Arc::new(Globs::new(read)?),
            split: config.split,
            paragraphs: ParagraphLimit::new(read.decoded_limit()),
            detection,
            mender: config.decide.fix_encoding.then(Arc::default),
            decoded_limit: read.decoded_limit(),
            text_limit: read.max_document_size.unwrap_or(u64::MAX),
            window_limit: context::window_limit(config.memory),
        })
    }
}
