//! Stage 7: documents and verdicts in, clean text in its container out (contract P4, P5, O1, O4).
//!
//! Pure but for the writer it is given. Does not know why a paragraph goes, nor what stands in other documents.

mod container;
mod convert;
pub mod csv;
mod encode;
mod ids;
#[cfg(feature = "parquet")]
mod parquet;
mod record;
mod shard;
mod text;
pub mod warc;

pub use container::{ByteWriter, Piece, SourceWriter};
pub use convert::Converted;
#[cfg(feature = "parquet")]
pub(crate) use convert::rows;
pub(crate) use encode::compress;
pub use ids::{RecordIds, SavedIds};
#[cfg(feature = "parquet")]
pub(crate) use parquet::with_texts;
pub use record::{Escaper, write_record, write_verbatim};
pub use shard::{SavedShards, Shards};
pub use text::{Judged, Layout, Written, count_text, write_text};
