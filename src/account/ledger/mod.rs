//! The ledger: one line a stretch of removed paragraphs (contract O5).
//!
//! | part | what it does |
//! |---|---|
//! | `line` | the types of a line, for both ways |
//! | `json` | what a line carries as it is spelled |
//! | `stretch` | joins removed paragraphs to what becomes a line |
//! | `survivors` | what stays in the place of a stretch |
//! | `evidence` | why what a search found goes, kept until the ledger says it |
//! | `writer` | stretches in, compressed lines out |
//! | `reader` | compressed lines in, lines out |

mod evidence;
mod json;
mod line;
mod reader;
mod stretch;
mod survivors;
mod writer;

pub use evidence::LedgerNumbers;
pub(crate) use evidence::{Evidence, EvidenceStore};
pub use json::{RawJson, RecordId};
pub use line::{LedgerLine, LedgerLineRef, LedgerPlace};
pub use reader::LedgerReader;
pub(crate) use stretch::{Stretch, StretchContext, StretchText, for_each_stretch};
pub(crate) use survivors::{LedgerContext, SurvivorDocument, SurvivorPlace, Survivors, survivors};
pub(crate) use writer::{LedgerWriter, RollbackPoint, SavedLedgerWriter};
