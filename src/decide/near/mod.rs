//! Near-duplicates: sketches in, removals out.
//!
//! Two texts are near-duplicates if the Jaccard coefficient of the sets of their shingles (A. Z. Broder, 1997, see
//! [`crate::fingerprint::Shingles`]) reaches a threshold, and their numbers agree. Sketches
//! ([`crate::fingerprint::Sketch`]) tell which pairs are worth looking at.
//!
//! 1. Every text has a sketch ([`Signatures`]); copies of one text are one text.
//! 2. Texts whose sketches agree in a band meet ([`Banding`], `components()`): only those are looked at again.
//! 3. Each group is settled by itself (`settle()`): in the order in which texts would stay, each is judged
//!    (`Judge`) by its [`Features`] against those that stay, found through the bands of their sketches. A text
//!    goes only if it matches one that stays.
//!
//! Groups are settled in parallel; inside a group everything is in order, so that nothing depends on the number of
//! threads.

mod banding;
mod changes;
mod components;
mod features;
mod forest;
mod grams;
mod judge;
mod numbers;
mod settle;
mod signatures;
mod sketches;

pub use banding::Banding;
pub(crate) use components::{Components, components};
pub use features::{Features, NumberMarks, Overlap};
#[cfg(test)]
pub(crate) use judge::Similarity;
pub(crate) use judge::{Judge, Match};
pub(crate) use numbers::NumberOverlap;
pub(crate) use settle::{Load, Removal, num_bytes, settle};
pub(crate) use signatures::Banded;
pub use signatures::{MemberPlace, Rank, SignatureId, Signatures, Signed};
