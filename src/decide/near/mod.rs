//! Near-duplicates: sketches in, removals out.
//!
//! Two texts are near-duplicates if the Jaccard coefficient of the sets of their shingles (A. Z. Broder, 1997, see
//! [`crate::fingerprint::Shingles`]) reaches a threshold, and their numbers agree; where containment counts, also if
//! that share of the shorter one stands in the longer. Sketches ([`crate::fingerprint::Sketch`]) and, where containment
//! counts, samples ([`crate::fingerprint::Sample`]) tell which pairs are worth looking at.
//!
//! 1. Every text has a sketch, and a sample if there is one ([`Signatures`]); copies of one text are one text.
//! 2. Texts meet whose sketches agree in a band ([`Banding`]) or whose samples share rare keys (`keyed`), if all that is
//!    known of both lets them match (`close`); only those are looked at again (`components()`).
//! 3. Each group is settled by itself (`settle()`): in the order in which texts would stay, each is judged
//!    (`Judge`) by its [`Features`] against those that stay, found in the same ways (`finder`). A text
//!    goes only if it matches one that stays.
//!
//! Where an index is used, texts are compared by what it keeps of them ([`Synopsis`]), those of this run too, so that day by
//! day is as good as all at once: a pair is compared only if its two texts meet by themselves, whatever group they are in.
//!
//! Groups are settled in parallel, and a large one in blocks; what depends on the order is decided in order, so that
//! nothing depends on the number of threads.

mod banding;
mod changes;
mod close;
mod comparable;
mod components;
mod details;
mod features;
mod finder;
mod forest;
mod grams;
mod hashes;
mod judge;
mod keyed;
mod numbers;
mod samples;
mod settle;
mod signatures;
mod sketches;
mod survivors;
mod synopsis;
mod union_find;

pub use banding::Banding;
pub(crate) use comparable::Comparable;
pub(crate) use components::{Components, components};
pub use details::TextDetails;
pub use features::{Features, NumberMarks, Overlap};
#[cfg(test)]
pub(crate) use judge::Similarity;
pub(crate) use judge::{Judge, Match};
pub(crate) use numbers::NumberOverlap;
pub(crate) use settle::{Load, Removal, num_bytes, settle};
pub(crate) use signatures::Banded;
pub use signatures::{MemberPlace, Rank, SignatureId, Signatures, Signed};
pub use synopsis::Synopsis;
pub(crate) use synopsis::{MAX_KEYS, kept_bits};
