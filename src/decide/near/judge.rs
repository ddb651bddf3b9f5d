//! Whether two texts are near-duplicates.

use std::cmp::Ordering;

use super::features::{Features, Overlap};
use crate::config::{Limit, NearConfig, Share};
use crate::fingerprint::{Number, WORD_BITS};
use crate::units::count;

/// The rules of one configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge {
    threshold: Share,
    containment: Limit,
    guard: Limit,
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

/// Numbers of two texts, as reports show them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NumberOverlap {
    /// Numbers in both.
    pub shared: Vec<String>,
    /// Numbers in the one that goes only.
    pub removed: Vec<String>,
    /// Numbers in the survivor only.
    pub survivor: Vec<String>,
}

impl Judge {
    /// The rules of this configuration.
    pub(crate) fn new(config: &NearConfig) -> Self {
        Self { threshold: config.threshold, containment: config.containment, guard: config.number_guard }
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

    /// Whether `text` is a near-duplicate of `survivor`.
    ///
    /// Cost: O(shingles and numbers of both).
    pub(crate) fn compare(&self, text: &Features, survivor: &Features) -> Option<Match> {
        let overlap = text.overlap_if(survivor, |own, others| self.num_needed(own, others))?;
        let similarity = Similarity { shared: overlap.shared, union: overlap.union() };
        let is_alike = overlap.union() > 0 && self.threshold.is_reached(overlap.shared, overlap.union());
        let contained = if is_alike { None } else { self.contained(overlap)? };
        let numbers = match self.guard {
            Limit::Off => SlotOverlap::default(),
            Limit::AtLeast(_) => SlotOverlap::of(text, survivor),
        };
        if !self.guard.is_reached(numbers.agree, numbers.agree + numbers.conflict) {
            return None;
        }
        Some(Match { similarity, containment: contained })
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
        let Limit::AtLeast(limit) = self.containment else { return None };
        let is_contained =
            overlap.own > 0 && overlap.own <= overlap.others && limit.is_reached(overlap.shared, overlap.own);
        is_contained.then(|| Some(Share::of(overlap.shared, overlap.own)))
    }
}

/// How the numbers of two texts agree, slot by slot: a number is held against what stands in the same place of the
/// other text, so that one that stands where the other text has nothing (a by-line, a part that was cut off) says
/// nothing, and one that was replaced does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct SlotOverlap {
    agree: u64,
    conflict: u64,
}

impl SlotOverlap {
    fn of(a: &Features, b: &Features) -> Self {
        let mut overlap = Self::default();
        // Numbers in slots where the other text has fewer, and how many more there are.
        let (mut more_in_a, mut more_in_b) = (Vec::new(), Vec::new());
        let (mut left, mut right) = (a.numbers(), b.numbers());
        while let Some(slot) = left.first().into_iter().chain(right.first()).map(|number| number.slot).min() {
            let in_slot = |numbers: &[Number]| numbers.partition_point(|number| number.slot <= slot);
            let (mine, after) = left.split_at(in_slot(left));
            let (others, others_after) = right.split_at(in_slot(right));
            (left, right) = (after, others_after);
            let agree = num_common(mine.iter().map(|n| &n.text), others.iter().map(|n| &n.text));
            let (a_left, b_left) = (count(mine.len()) - agree, count(others.len()) - agree);
            overlap.agree += agree;
            overlap.conflict += a_left.min(b_left);
            if a_left > b_left {
                more_in_a.push((slot, a_left - b_left));
            } else if b_left > a_left {
                more_in_b.push((slot, b_left - a_left));
            }
        }
        overlap.conflict += num_against_words(&more_in_a, b, a) + num_against_words(&more_in_b, a, b);
        if overlap == Self::default() { Self::anywhere(a, b) } else { overlap }
    }

    /// Compares texts that share no slot with a number: by all their numbers, wherever they stand.
    fn anywhere(a: &Features, b: &Features) -> Self {
        let (a, b) = (single_numbers(a), single_numbers(b));
        let agree = num_common(a.iter(), b.iter());
        Self { agree, conflict: count(a.len().min(b.len())) - agree }
    }
}

/// Common elements of two sorted sequences, as often as they stand in both.
fn num_common<T: Ord>(a: impl Iterator<Item = T>, b: impl Iterator<Item = T>) -> u64 {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    let mut common = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let order = x.cmp(y);
        common += u64::from(order.is_eq());
        if order.is_le() {
            a.next();
        }
        if order.is_ge() {
            b.next();
        }
    }
    common
}

/// Numbers of one text where the other has a word that it has not itself: of the numbers in each slot no more than
/// there are such words. Slots are sorted.
fn num_against_words(numbers: &[(u64, u64)], there: &Features, here: &Features) -> u64 {
    if numbers.is_empty() {
        return 0;
    }
    let slots: Vec<u64> = numbers.iter().map(|(slot, _)| *slot).collect();
    let mut words = there.words_in(&slots);
    if words.is_empty() {
        return 0;
    }
    let own = here.words_in(&slots);
    words.retain(|word| own.binary_search(word).is_err());
    let in_slot = |slot: u64| {
        let start = words.partition_point(|word| word >> WORD_BITS < slot);
        count(words[start..].partition_point(|word| word >> WORD_BITS == slot))
    };
    numbers.iter().map(|&(slot, num)| num.min(in_slot(slot))).sum()
}

/// The numbers of a text, each by itself, sorted.
fn single_numbers(features: &Features) -> Vec<&str> {
    let mut numbers: Vec<&str> =
        features.numbers().iter().flat_map(|number| number.text.split(' ')).collect();
    numbers.sort_unstable();
    numbers
}

impl NumberOverlap {
    /// The numbers of a text and of its survivor.
    pub(crate) fn of(text: &Features, survivor: &Features) -> Self {
        let (mut removed, mut others) = (single_numbers(text), single_numbers(survivor));
        removed.dedup();
        others.dedup();
        let owned = |numbers: Vec<&str>| numbers.into_iter().map(str::to_owned).collect();
        let both = |numbers: &[&str], is_in: bool, other: &[&str]| {
            owned(numbers.iter().filter(|n| other.binary_search(n).is_ok() == is_in).copied().collect())
        };
        Self {
            shared: both(&removed, true, &others),
            removed: both(&removed, false, &others),
            survivor: both(&others, false, &removed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{NearPreset, Repair};
    use crate::fingerprint::{Numbers, Shingler};
    use crate::normalize::Tokenizer;

    fn features(text: &str) -> Features {
        let config = NearConfig::default();
        let mut shingler = Shingler::new(config.shingle, Numbers::default());
        Tokenizer::new(Repair::Basic).tokens(text, &mut shingler);
        let shingles = shingler.finish();
        Features::new(shingles.num_elements(), shingles.into_hashes(), shingler.numbers.finish())
    }

    fn slots(a: &str, b: &str) -> (u64, u64) {
        let overlap = SlotOverlap::of(&features(a), &features(b));
        let other = SlotOverlap::of(&features(b), &features(a));
        assert_eq!(overlap, other, "it is symmetric");
        (overlap.agree, overlap.conflict)
    }

    #[test]
    fn slots_table() {
        for (name, a, b, expected) in [
            ("the same", "up 3 points to 250 now", "up 3 points to 250 now", (2, 0)),
            ("one replaced", "up 3 points to 250 now", "up 4 points to 250 now", (1, 1)),
            ("one by a word", "up 3 points to 250 now", "up three points to 250 now", (1, 1)),
            ("one more", "up 3 points to 250 now", "up 3 points to 250 now, 2026 edition", (2, 0)),
            ("one less", "up 3 points to 250 now", "up 3 points", (1, 0)),
            ("a date is one number", "on 2026-11-25 it rose", "on 2026-11-26 it rose", (0, 1)),
            ("mixed tokens are neutral", "in Q3 it rose 7 points", "in Q4 it rose 7 points", (1, 0)),
            ("no shared slot", "about 5 and 7", "then 5 or 8", (1, 1)),
            ("no numbers", "it rose", "it fell", (0, 0)),
            ("numbers in one only", "it rose 5 points", "it fell", (0, 0)),
            ("Chinese", "中间价报7.1234元", "中间价报6.9876元", (0, 1)),
        ] {
            assert_eq!(slots(a, b), expected, "{name}");
        }
    }

    #[test]
    fn numbers_are_told() {
        let numbers = NumberOverlap::of(&features("3 of 7 and 7"), &features("3 of 8"));
        let told = |numbers: &[&str]| numbers.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            numbers,
            NumberOverlap { shared: told(&["3"]), removed: told(&["7"]), survivor: told(&["8"]) }
        );
    }

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
