//! Stage 8: the account of a run, the files that it leaves beside OUT (contract O2).
//!
//! | file | holds | type |
//! |---|---|---|
//! | [`SUMMARY`](names::SUMMARY) | counts, and the options they depend on | [`Summary`] |
//! | [`LEDGER`](names::LEDGER) | every removed paragraph | [`LedgerLine`], `LedgerWriter`, [`LedgerReader`] |
//! | [`REJECTED`](names::REJECTED) | what was left out because something is wrong with it | [`RejectedLine`] |
//! | [`RUN_INFO`](names::RUN_INFO) | what varies from run to run | [`RunInfo`] |
//!
//! The card of a dataset (`--dataset-card`) is made of the summary too, and stands in OUT.
//!
//! Each of these types both writes and reads its file; [`Run::open`] opens all of them. The summary holds integers
//! and the configuration only: no time, path, version or machine, so that it is identical from run to run.

mod card;
mod figures;
mod ledger;
pub mod names;
mod parts;
mod rejected;
mod run;
mod run_info;
mod settings;
mod summary;

pub(crate) use card::{CARD, card};
pub(crate) use figures::fraction;
#[doc(hidden)]
pub use figures::{grouped, size};
pub(crate) use ledger::{
    Evidence, EvidenceStore, LedgerContext, LedgerWriter, RollbackPoint, SavedLedgerWriter, Stretch,
    StretchContext, StretchText, SurvivorDocument, SurvivorPlace, Survivors, for_each_stretch, survivors,
};
pub use ledger::{LedgerLine, LedgerLineRef, LedgerNumbers, LedgerPlace, LedgerReader, RawJson, RecordId};
pub(crate) use parts::{Directories, Lengths};
pub use parts::{LengthCounts, MAX_DIRECTORIES, PartCounts};
pub use rejected::RejectedLine;
pub use run::{Lines, Rejections, Run};
pub use run_info::RunInfo;
pub use settings::Settings;
pub use summary::{ByteCounts, DocumentCounts, FileCounts, ParagraphCounts, RecordCounts, Summary};
pub(crate) use summary::{CountedUnit, Counts};
