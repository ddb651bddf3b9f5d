//! Stage 6: records in, verdicts out. Looks at fingerprints and places only, never at text, and is the one
//! place where documents meet (contract I3).
//!
//! Records are dealt by fingerprint prefix into [`NUM_PARTITIONS`] partitions. Each partition is settled by
//! itself, batch after batch in corpus order, so that the first occurrence in corpus order wins whatever the
//! number of threads, without a lock and without looking ahead. Pure: no I/O; decisions use comparison of
//! integers only.
//!
//! What does not fit in memory is partitioned into buckets on disk and settled when all of it is there ([`Dealer`],
//! [`Plan`]), through traits that [`crate::store`] fulfils. Earlier runs come before everything ([`Earlier`]); their
//! file is [`crate::index`].

mod copies;
mod dealer;
mod earlier;
mod exact;
mod findings;
pub mod near;
mod partition;
mod places;
mod plan;
mod rules;
mod spill;
mod verdict;

pub use copies::Copies;
pub use dealer::{Dealer, FreshVisitor, Means, SavedDealer};
pub use earlier::{Earlier, EarlierEntries, EarlierPlace};
pub use exact::{Batch, Exact, SavedSurvivors};
pub use findings::{EvidencePlace, Finding, Findings, NO_TEXT, Texts};
pub use partition::{Dealt, NUM_PARTITIONS};
pub use places::{Located, Owner, Places, SavedPlaces, UnitKind};
pub use plan::{Plan, SavedPlan};
pub use rules::{Judges, Rule, Stays, Wording, looks_ahead};
pub use verdict::{Reason, Removed, Verdict};
