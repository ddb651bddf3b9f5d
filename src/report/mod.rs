//! Stage 9: what people and programs are shown: the problems that a check found, in each report format
//! ([`ReportFormat`]), what an inspection counted ([`Inspection`]), and the account of a run as a [`page`].

mod baseline;
mod check;
#[doc(hidden)]
pub mod diff;
mod formats;
mod inspection;
#[doc(hidden)]
pub mod page;
mod quality;

pub use baseline::{Baseline, BaselineFault, BaselineSettings, MAX_CORPUS, MAX_FILES};
pub(crate) use baseline::{CorpusFile, FileMark, TextMark};
pub use check::{
    CheckReport, LetPass, Limits, Location, MAX_WORST, Measured, Problem, ProblemKind, ProblemWriter,
};
pub use formats::ReportFormat;
pub use inspection::{
    InspectedBytes, InspectedPages, Inspection, LongestParagraph, PageWithoutText, Scripts, Sizes, Skipped,
};
pub use quality::{DrawnClass, InspectedQuality, InspectedSignal, shown};
