//! Stage 7: documents and verdicts in, clean text in its container out (contract P4, P5, O1, O4), and the
//! runs of removed paragraphs for the ledger (contract O5).
//!
//! Pure but for the writer it is given. Does not know why a paragraph goes, nor what stands in other documents
//! but for the places of survivors.

mod ledger;
mod record;
mod run;
mod text;

pub use ledger::{Ledger, LedgerContext};
pub use record::{Escaper, write_record};
pub use run::{Run, Runs, for_each_run};
pub use text::{Judged, Layout, Written, write_text};
