//! What a text is compared by: all of its features, or what an index keeps of it.

use super::features::{Features, NumberMarks};
use super::hashes::ShingleHead;
use super::judge::{Judge, Match};
use super::synopsis::Synopsis;
use crate::fingerprint::Number;

/// What a text is compared by. All texts of a run are compared by the same.
#[derive(Debug, Clone)]
pub(crate) enum Comparable {
    /// Its shingles, numbers and tokens.
    Whole(Features),
    /// What an index keeps of it.
    Synopsis(Synopsis),
}

impl Comparable {
    /// Whether this text is a near-duplicate of `survivor`.
    pub(super) fn compare(&self, survivor: &Self, judge: &Judge) -> Option<Match> {
        match (self, survivor) {
            (Self::Whole(text), Self::Whole(survivor)) => judge.compare(text, survivor),
            (Self::Synopsis(text), Self::Synopsis(survivor)) => judge.compare_synopses(text, survivor),
            _ => None,
        }
    }

    /// Whether this text may match a survivor, as far as that one's first shingles show it.
    pub(super) fn may_match(&self, survivor: &ShingleHead, judge: &Judge) -> bool {
        match self {
            Self::Whole(text) => judge.may_match(text, survivor),
            Self::Synopsis(_) => true,
        }
    }

    /// Its first shingles, and how many there are; of a synopsis about how many, and none of them.
    pub(super) fn head(&self) -> ShingleHead {
        match self {
            Self::Whole(text) => text.head(),
            Self::Synopsis(text) => ShingleHead::of(&[], text.len),
        }
    }

    /// A summary of its numbers.
    pub(super) fn number_marks(&self) -> NumberMarks {
        match self {
            Self::Whole(text) => text.number_marks(),
            Self::Synopsis(text) => text.number_marks(),
        }
    }

    /// Its numbers, as far as they are kept.
    pub(super) fn numbers(&self) -> &[Number] {
        match self {
            Self::Whole(text) => text.numbers(),
            Self::Synopsis(text) => text.numbers.numbers(),
        }
    }

    /// Bytes it takes in memory, about.
    pub(super) fn num_bytes(&self) -> usize {
        match self {
            Self::Whole(text) => text.num_bytes(),
            Self::Synopsis(text) => text.num_bytes(),
        }
    }
}
