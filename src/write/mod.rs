//! Stage 7: documents and verdicts in, clean text in its container out (contract P4, P5, O1, O4), and the
//! runs of removed paragraphs for the ledger (contract O5).
//!
//! Pure but for the writer it is given. Does not know why a paragraph goes, nor what stands in other documents
//! but for the places of survivors.

mod container;
mod convert;
mod encode;
mod evidence;
mod ids;
mod ledger;
mod record;
mod run;
mod shard;
mod text;

pub use container::{ByteWriter, Piece, SourceWriter};
pub use convert::Converted;
pub(crate) use convert::rows;
pub(crate) use encode::compress;
pub use evidence::{Evidence, EvidenceStore, NumbersTold};
pub use ids::{RecordIds, SavedIds};
pub use ledger::{Checkpoint, Ledger, LedgerContext, SavedLedger, SurvivorDocument, Survivors, survivors};
pub use record::{write_record, write_verbatim};
pub use run::{Run, RunText, Runs, for_each_run};
pub use shard::{SavedShards, Shards};
pub use text::{Judged, Layout, Written, count_text, write_text};
