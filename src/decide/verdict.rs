//! Verdicts: whether a paragraph stays, and by which rule it goes.

use super::rules::Rule;
use crate::units::{DocumentId, Ordinal};

/// The verdict on one paragraph, in eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict(u64);

/// Why a paragraph goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Reason {
    /// The paragraph is a copy of the one at this place (contract I3).
    Exact(Ordinal),
    /// The paragraph's document is a copy of this document.
    ExactDocument(DocumentId),
    /// The paragraph is a copy of one in an earlier run, at this place of the index.
    Earlier(u64),
    /// A search found the paragraph or its document; or the paragraph is layout and goes with the rest of its document
    /// ([`Rule::Layout`]), which nothing has to be searched for.
    Found {
        /// The rule that was searched by.
        rule: Rule,
        /// Number of the finding; 0 for layout.
        number: u64,
    },
}

impl Reason {
    /// The rule by which the paragraph goes. What stands in an earlier run goes as what stands in this one.
    pub fn rule(self) -> Rule {
        match self {
            Self::Exact(_) | Self::Earlier(_) => Rule::Exact,
            Self::ExactDocument(_) => Rule::ExactDocument,
            Self::Found { rule, .. } => rule,
        }
    }
}

/// The kinds of reasons, in the two highest bits. That of copies is 0, so that the bits of such a verdict are the place.
const EXACT: u64 = 0;
const EXACT_DOCUMENT: u64 = 1;
const EARLIER: u64 = 2;
const FOUND: u64 = 3;

/// Bits of a place, below the kind.
const PLACE_BITS: u32 = 62;
/// Bits of a finding's number; between them and the kind stands the rule.
const NUMBER_BITS: u32 = 56;

const _: () = assert!(
    Rule::ALL.len() < 1 << (PLACE_BITS - NUMBER_BITS),
    "a rule has a number of six bits, and the highest of them is that of the verdict to keep"
);

impl Verdict {
    /// The paragraph stays.
    pub const KEEP: Self = Self(u64::MAX);

    /// The paragraph stays because somebody named it, though a rule removes it (contract O7).
    pub const KEEP_BY_HAND: Self = Self(u64::MAX - 1);

    /// The verdict on layout that goes with the rest of its document (contract P5).
    pub const LAYOUT: Self = Self(FOUND << PLACE_BITS | (Rule::Layout as u64) << NUMBER_BITS);

    /// The verdict on a paragraph that goes for a reason.
    #[inline]
    pub fn removed(reason: Reason) -> Self {
        let (kind, place) = match reason {
            Reason::Exact(survivor) => (EXACT, survivor.0),
            Reason::ExactDocument(survivor) => (EXACT_DOCUMENT, survivor.0),
            Reason::Earlier(place) => (EARLIER, place),
            Reason::Found { rule, number } => (FOUND, (rule as u64) << NUMBER_BITS | number),
        };
        Self(kind << PLACE_BITS | place)
    }

    /// The verdict on a copy of the paragraph at `survivor`.
    #[inline]
    pub fn duplicate_of(survivor: Ordinal) -> Self {
        Self(survivor.0)
    }

    /// The verdict on a copy of a paragraph at this place in the index of earlier runs.
    #[inline]
    pub fn earlier(place: u64) -> Self {
        Self::removed(Reason::Earlier(place))
    }

    /// Its bits.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// The verdict of these bits, which [`Self::to_bits`] gave.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Whether it stays.
    #[inline]
    pub fn is_kept(self) -> bool {
        self.0 >= Self::KEEP_BY_HAND.0
    }

    /// Whether it stays because somebody named it.
    #[inline]
    pub fn is_kept_by_hand(self) -> bool {
        self == Self::KEEP_BY_HAND
    }

    /// Why it goes, if it does.
    #[inline]
    pub fn reason(self) -> Option<Reason> {
        let place = self.0 & ((1 << PLACE_BITS) - 1);
        match self.0 >> PLACE_BITS {
            EXACT => Some(Reason::Exact(Ordinal(place))),
            EXACT_DOCUMENT => Some(Reason::ExactDocument(DocumentId(place))),
            EARLIER => Some(Reason::Earlier(place)),
            _ => {
                // No rule has the number that stands in the verdicts to keep.
                let rule = *Rule::ALL.get(usize::try_from(place >> NUMBER_BITS).ok()?)?;
                Some(Reason::Found { rule, number: place & ((1 << NUMBER_BITS) - 1) })
            }
        }
    }

    /// Whether it goes as a copy of what stands in an earlier run.
    #[inline]
    pub fn is_earlier(self) -> bool {
        matches!(self.reason(), Some(Reason::Earlier(_)))
    }

    /// The rule by which it goes, if it does.
    #[inline]
    pub fn rule(self) -> Option<Rule> {
        self.reason().map(Reason::rule)
    }
}

/// Paragraphs removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Removed {
    /// Number and bytes of removed paragraphs, in the order of [`Rule::ALL`].
    by_rule: [(u64, u64); Rule::ALL.len()],
    /// Number of removed paragraphs that stand in an earlier run.
    earlier: u64,
}

impl Removed {
    /// Counts a paragraph of `bytes` bytes, if it goes. Returns whether it does.
    #[inline]
    pub(crate) fn add(&mut self, verdict: Verdict, bytes: u64) -> bool {
        let Some(rule) = verdict.rule() else { return false };
        let (paragraphs, sum) = &mut self.by_rule[rule as usize];
        *paragraphs += 1;
        *sum += bytes;
        self.earlier += u64::from(verdict.is_earlier());
        true
    }

    /// Counts paragraphs that go by `rule`.
    pub(crate) fn add_all(&mut self, rule: Rule, num_paragraphs: u64, num_bytes: u64) {
        let (paragraphs, bytes) = &mut self.by_rule[rule as usize];
        *paragraphs += num_paragraphs;
        *bytes += num_bytes;
    }

    /// Paragraphs that stand in an earlier run.
    pub(crate) fn num_earlier(self) -> u64 {
        self.earlier
    }

    /// Paragraphs and bytes by rule.
    pub(crate) fn iter(self) -> impl Iterator<Item = (Rule, u64, u64)> {
        Rule::ALL.into_iter().zip(self.by_rule).map(|(rule, (paragraphs, bytes))| (rule, paragraphs, bytes))
    }
}

impl std::ops::AddAssign for Removed {
    fn add_assign(&mut self, other: Self) {
        for ((paragraphs, bytes), (more_paragraphs, more_bytes)) in self.by_rule.iter_mut().zip(other.by_rule)
        {
            *paragraphs += more_paragraphs;
            *bytes += more_bytes;
        }
        self.earlier += other.earlier;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_back() {
        for kept in [Verdict::KEEP, Verdict::KEEP_BY_HAND] {
            assert_eq!((kept.reason(), kept.rule(), kept.is_kept()), (None, None, true));
            assert_eq!(kept.is_kept_by_hand(), kept != Verdict::KEEP);
        }
        let there_and_back = |reason, rule| {
            let verdict = Verdict::removed(reason);
            assert_eq!((verdict.reason(), verdict.rule()), (Some(reason), Some(rule)));
            assert_eq!(verdict.is_earlier(), matches!(reason, Reason::Earlier(_)));
            assert_eq!(Verdict::from_bits(verdict.to_bits()), verdict);
            assert!(!verdict.is_kept());
        };
        for place in [0, 1, (1 << PLACE_BITS) - 1] {
            there_and_back(Reason::Exact(Ordinal(place)), Rule::Exact);
            there_and_back(Reason::ExactDocument(DocumentId(place)), Rule::ExactDocument);
            there_and_back(Reason::Earlier(place), Rule::Exact);
        }
        for rule in Rule::ALL {
            for number in [0, 1, (1 << NUMBER_BITS) - 1] {
                there_and_back(Reason::Found { rule, number }, rule);
            }
        }
        assert_eq!(Verdict::LAYOUT.reason(), Some(Reason::Found { rule: Rule::Layout, number: 0 }));
        assert_eq!(Verdict::duplicate_of(Ordinal(5)).reason(), Some(Reason::Exact(Ordinal(5))));
        assert_eq!(Verdict::earlier(5).reason(), Some(Reason::Earlier(5)));
    }

    #[test]
    fn every_rule_counts_for_itself() {
        let mut removed = Removed::default();
        for (rule, bytes) in Rule::ALL.into_iter().zip(10..) {
            assert!(removed.add(Verdict::removed(Reason::Found { rule, number: 7 }), bytes));
        }
        assert!(removed.add(Verdict::earlier(3), 100));
        assert!(!removed.add(Verdict::KEEP, 1000));
        removed += removed;
        let expected = Rule::ALL.into_iter().zip(10..).map(|(rule, bytes)| match rule {
            Rule::Exact => (rule, 4, 2 * (bytes + 100)),
            _ => (rule, 2, 2 * bytes),
        });
        assert!(removed.iter().eq(expected));
        assert_eq!(removed.num_earlier(), 2);
    }
}
