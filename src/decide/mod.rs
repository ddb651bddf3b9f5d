//! Stage 6: prints in, verdicts out. Looks at fingerprints and places only, never at text, and is the one
//! place where documents meet (contract I3).
//!
//! The rules that remove text stand in one table ([`Rule`]). What searches of the whole corpus found stands in
//! `Findings`. Copies of paragraphs are found here: prints are partitioned by the first bits of their fingerprint
//! (`NUM_PARTITIONS`), and each partition is settled by itself, batch after batch in corpus order. So the first
//! occurrence in corpus order stays whatever the number of threads, without a lock and without looking ahead. Pure:
//! no I/O; decisions compare integers only.
//!
//! Prints that do not fit in memory are partitioned on disk and settled when all are there (`Partitioner`,
//! `DiskVerdicts`), through traits that [`crate::store`] fulfils. Earlier runs come before everything (`Earlier`);
//! their file is [`crate::index`].

pub(crate) mod boilerplate;
mod by_hand;
mod copies;
mod disk_buckets;
mod disk_verdicts;
mod earlier;
mod exact;
mod findings;
pub mod near;
mod partition;
mod partitioner;
pub(crate) mod passages;
mod places;
mod rule_names;
mod rules;
mod verdict;

pub(crate) use by_hand::{ByHand, Named, PlaceUse};
pub(crate) use copies::Copies;
pub(crate) use disk_verdicts::{DiskVerdicts, SavedVerdicts};
pub(crate) use earlier::{Earlier, EarlierEntries, EarlierPlace, earlier_document, earlier_place};
pub(crate) use exact::SavedSurvivors;
pub use exact::{ChunkPrints, Exact};
pub(crate) use findings::{DocumentTexts, EvidencePlace, Finding, Findings, NO_TEXT};
pub use partition::PartitionedPrints;
pub(crate) use partitioner::{Partitioner, SavedPartitioner, SettleOptions, SurvivorVisitor};
pub(crate) use places::{Owner, OwnerKind, Places, SavedPlaces};
pub(crate) use rules::looks_ahead;
pub use rules::{Judges, Rule, Stays, Wording};
pub(crate) use verdict::Removed;
pub use verdict::{Reason, Verdict};
