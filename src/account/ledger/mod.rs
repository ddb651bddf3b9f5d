//! The ledger: one line a stretch of removed paragraphs (contract O5).
//!
//! | part | what it does |
//! |---|---|
//! | `line` | the types of a line, for both ways |
//! | `json` | what a line carries as it is spelled |
//! | `stretch` | joins removed paragraphs to what becomes a line |
//! | `grounds` | why a stretch goes, and what stays in its place |
//! | `evidence` | what searches found, kept until the ledger says it |
//! | `writer` | stretches in, compressed lines out |
//! | `reader` | compressed lines in, lines out |

mod evidence;
mod grounds;
mod json;
mod line;
mod reader;
mod stretch;
mod writer;

pub use evidence::{EvidenceStore, LedgerNumbers, Likeness};
pub use grounds::{Grounds, LedgerContext, SurvivorDocument, Survivors};
pub use json::{RawJson, RecordId};
pub use line::{LedgerLine, LedgerLineRef, LedgerPlace};
pub use reader::LedgerReader;
pub use stretch::{Stretch, StretchContext, StretchText, for_each_stretch};
pub use writer::{Checkpoint, Ledger, SavedLedger};
