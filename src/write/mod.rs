//! Stage 7: documents and verdicts in, clean text in its container out (contract P4, P5, O1, O4).
//!
//! Pure but for the writer it is given. Does not know why a paragraph goes, nor what stands in other documents.

mod container;
mod convert;
mod encode;
mod ids;
mod record;
mod shard;
mod text;
mod uid;

pub(crate) use container::{SourceWriter, WritePiece};
pub(crate) use convert::{ANNOTATIONS, Converted};
pub(crate) use convert::{rows, uid_in_line};
pub(crate) use encode::compress;
pub(crate) use ids::{RecordIds, SavedIds};
pub(crate) use record::{Original, RecordText, write_record, write_verbatim};
pub(crate) use shard::{SavedShards, Shards};
pub(crate) use text::{BlankLines, TextForm, count_text, write_document};
pub use text::{Edits, Judged, Written, write_text};
pub(crate) use uid::{Uid, UidClaim, UidName, UsedIds};
