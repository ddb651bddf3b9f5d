//! Whether two texts are near-duplicates.

use std::cmp::Ordering;

use super::changes::Changes;
use super::features::{Features, Overlap};
use super::hashes::ShingleHead;
use super::numbers::SlotOverlap;
use crate::config::{Limit, NearConfig, Share, ShingleUnit};
use crate::units::count;

/// The rules of one configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge {
    threshold: Share,
    containment: Limit,
    guard: Limit,
    /// Shingles, one after the other, that are as long as a window of a sample, at most.
    shingles_a_window: usize,
}

/// How alike two texts are: shingles in both, of those in either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Similarity {
    /// Shingles in both.
    pub shared: u64,
    /// Shingles in either.
    pub union: u64,
}

impl Similarity {
    /// The Jaccard coefficient, rounded down to four decimals.
    pub(crate) fn jaccard(self) -> Share {
        Share::of(self.shared, self.union)
    }
}

impl Ord for Similarity {
    fn cmp(&self, other: &Self) -> Ordering {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        product(self.shared, other.union).cmp(&product(other.shared, self.union))
    }
}

impl PartialOrd for Similarity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Why a text is a near-duplicate of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    /// How alike they are.
    pub similarity: Similarity,
    /// The share of the shorter text's shingles that stand in the longer one, if that is why.
    pub containment: Option<Share>,
}

impl Judge {
    /// The rules of this configuration.
    pub(crate) fn new(config: &NearConfig) -> Self {
        // Five words of five letters, or ten characters that are tokens.
        let window_len: usize = match config.shingle.unit() {
            ShingleUnit::Char => 25,
            ShingleUnit::Word => 10,
        };
        Self {
            threshold: config.threshold,
            containment: config.containment,
            guard: config.number_guard,
            shingles_a_window: window_len.div_ceil(config.shingle.len()),
        }
    }

    /// Whether numbers count.
    pub(crate) fn is_guarded(&self) -> bool {
        self.guard != Limit::Off
    }

    /// The Jaccard coefficient below which a text of `own` shingles cannot match one of `others` shingles.
    pub(crate) fn least_jaccard(&self, own: u64, others: u64) -> Share {
        match self.containment {
            Limit::AtLeast(limit) if own <= others => {
                let shared = limit.least_of(own);
                self.threshold.min(Share::of(shared, own + others - shared))
            }
            _ => self.threshold,
        }
    }

    /// Whether a text goes because a longer one holds it, whatever their similarity.
    pub(crate) fn has_containment(&self) -> bool {
        self.containment != Limit::Off
    }

    /// The Jaccard coefficient from which on two texts match.
    pub(super) fn threshold(&self) -> f64 {
        self.threshold.as_f64()
    }

    /// The part of the shorter text's windows that two texts share at the limit, if single characters are wrong everywhere,
    /// so that windows are lost before shingles are. Of the shorter of two texts of a Jaccard coefficient `j`, `2j / (1 + j)`
    /// at least stands in the other; of texts that are not `alike`, what containment asks for.
    pub(super) fn window_limit(&self, alike: bool) -> f64 {
        let jaccard = self.threshold();
        let by_threshold = 2.0 * jaccard / (1.0 + jaccard);
        let held = match self.containment.share() {
            Some(limit) if !alike => limit.as_f64(),
            Some(limit) => by_threshold.min(limit.as_f64()),
            None => by_threshold,
        };
        (0..self.shingles_a_window).fold(1.0, |share, _| share * held)
    }

    /// Whether `text` is a near-duplicate of `survivor`.
    ///
    /// Cost: O(shingles and numbers of both).
    pub(crate) fn compare(&self, text: &Features, survivor: &Features) -> Option<Match> {
        let overlap = text.overlap_if(survivor, |own, others| self.num_needed(own, others))?;
        let similarity = Similarity { shared: overlap.shared, union: overlap.union() };
        let contained = if self.is_alike(similarity) { None } else { self.contained(overlap)? };
        if self.guard != Limit::Off && !self.tells_the_same(text, survivor, similarity) {
            return None;
        }
        Some(Match { similarity, containment: contained })
    }

    /// Whether a text may match a survivor, as far as that one's first shingles show it.
    pub(super) fn may_match(&self, text: &Features, survivor: &ShingleHead) -> bool {
        text.may_share(survivor, |own, others| self.num_needed(own, others))
    }

    /// Whether two texts are so alike that they match, if they tell the same.
    pub(super) fn is_alike(&self, similarity: Similarity) -> bool {
        similarity.union > 0 && self.threshold.is_reached(similarity.shared, similarity.union)
    }

    /// The share of a text that a longer one holds, if that is enough.
    pub(super) fn contains(&self, shared: u64, own: u64) -> Option<Share> {
        let Limit::AtLeast(limit) = self.containment else { return None };
        (own > 0 && limit.is_reached(shared, own)).then(|| Share::of(shared, own))
    }

    /// Whether the numbers of two texts agree, of which so many do and so many do not.
    pub(super) fn is_agreed(&self, agree: u64, conflict: u64) -> bool {
        self.guard.is_reached(agree, agree + conflict)
    }

    /// Whether the numbers of two texts that are alike agree, and no more of their words are others than an edited copy
    /// would have.
    fn tells_the_same(&self, text: &Features, survivor: &Features, similarity: Similarity) -> bool {
        let numbers = SlotOverlap::of(text, survivor);
        let is_agreed = |conflict| self.is_agreed(numbers.agree, conflict);
        let agrees = is_agreed(numbers.conflict);
        if !agrees && numbers.conflict > numbers.agree + 1 {
            return false;
        }
        let changes = if similarity.shared == similarity.union {
            Changes::default()
        } else {
            Changes::between(text.tokens(), survivor.tokens())
        };
        (agrees || is_agreed(changes.conflicts_but_slips(numbers.conflict)))
            && changes.are_few_in(count(text.tokens().len().min(survivor.tokens().len())))
    }

    /// The number of shared shingles below which texts of `own` and `others` shingles cannot match.
    fn num_needed(&self, own: u64, others: u64) -> u64 {
        let alike = self.threshold.least_shared(own, others);
        match self.containment {
            Limit::AtLeast(limit) if own <= others => alike.min(limit.least_of(own)),
            _ => alike,
        }
    }

    /// The share of the text that stands in a survivor that is longer; `None` if it is too small.
    #[expect(clippy::option_option, reason = "the inner is what a match says")]
    fn contained(&self, overlap: Overlap) -> Option<Option<Share>> {
        let Overlap { shared, own, others } = overlap;
        self.contains(shared, own).filter(|_| own <= others).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::NearPreset;
    use crate::decide::near::features::features_of as features;

    #[test]
    fn containment_is_of_the_shorter_in_the_longer() {
        let judge = Judge::new(&NearConfig {
            containment: Limit::AtLeast(Share::hundredths(80)),
            ..NearConfig::preset(NearPreset::Strict)
        });
        let words: Vec<String> = (0..100)
            .map(|n| format!("w{}x", "abcdefghij".chars().nth(n % 10).unwrap()).repeat(n / 10 + 1))
            .collect();
        let (part, whole) = (features(&words[..30].join(" ")), features(&words.join(" ")));
        let found = judge.compare(&part, &whole).expect("the part goes");
        assert_eq!(found.containment, Some(Share::ONE));
        assert!(judge.compare(&whole, &part).is_none(), "the whole stays");
        let plain = Judge::new(&NearConfig::default());
        assert!(plain.compare(&part, &whole).is_none() && plain.compare(&part, &part).is_some());
    }

    #[test]
    fn texts_without_shingles_match_nothing() {
        let judge = Judge::new(&NearConfig::default());
        assert!(judge.compare(&features("！！"), &features("——")).is_none());
        assert!(judge.compare(&features("one"), &features("one")).is_some());
        assert!(judge.compare(&features("one"), &features("two")).is_none());
    }
}
