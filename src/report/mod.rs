//! Stage 8: the account of a run: [`Summary`] (`summary.json`), the list of rejections (`rejected.jsonl`), and
//! what varies from run to run ([`RunInfo`], `run.json`). The ledger, which stage 7 writes, is read back here
//! ([`LedgerReader`]). [`page`] shows all of it to people.
//!
//! The summary holds integers and the configuration only: no time, path, version or machine, so that it is
//! identical from run to run.

mod baseline;
mod check;
mod figures;
mod formats;
mod inspection;
mod ledger;
pub mod page;
mod parts;
mod rejected;
mod run_info;
mod summary;

pub use baseline::{Allowance, Baseline, BaselineFault, BaselineSettings, FileMark, MAX_FILES};
pub use check::{CheckReport, Limits, Location, MAX_WORST, Measured, Problem, ProblemKind, ProblemWriter};
pub use figures::{fraction, grouped, size};
pub use formats::ReportFormat;
pub use inspection::{InspectedBytes, Inspection, LongestParagraph, Scripts, Sizes, Skipped};
pub use ledger::{
    LedgerHead, LedgerHeadPlace, LedgerLine, LedgerLineRef, LedgerPlace, LedgerPlaceRef, LedgerReader,
    RecordId,
};
pub use parts::{Directories, LengthCounts, Lengths, MAX_DIRECTORIES, PartCounts};
pub use rejected::{RejectedLine, rejection_line};
pub use run_info::RunInfo;
pub use summary::{
    ByteCounts, Counts, DocumentCounts, FileCounts, NearSettings, ParagraphCounts, RecordCounts, Settings,
    Summary, Unit,
};
