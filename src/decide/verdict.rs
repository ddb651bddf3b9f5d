//! What becomes of a paragraph, and by which rule.

use crate::units::{DocumentId, Ordinal};

/// What becomes of one paragraph: eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict(u64);

/// Why a paragraph goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Reason {
    /// It is a copy of the paragraph there (contract I3).
    Exact(Ordinal),
    /// Its document is a copy of this one.
    ExactDocument(DocumentId),
    /// Its document is a near-duplicate: number of the finding.
    NearDocument(u64),
    /// It is a near-duplicate: number of the finding.
    NearParagraph(u64),
    /// It is a copy of a paragraph of an earlier run: its place in the index of those.
    Earlier(u64),
}

/// The rules that remove paragraphs, in the order of the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Copies of paragraphs.
    Exact,
    /// Paragraphs of documents that are copies as a whole.
    ExactDocument,
    /// Paragraphs of documents that are near-duplicates.
    NearDocument,
    /// Near-duplicate paragraphs.
    NearParagraph,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 4] = [Self::Exact, Self::ExactDocument, Self::NearDocument, Self::NearParagraph];

    /// Its name in the ledger and the summary.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::ExactDocument => "exact-document",
            Self::NearDocument => "near-document",
            Self::NearParagraph => "near-paragraph",
        }
    }

    /// Whether it is about whole documents.
    pub fn is_of_documents(self) -> bool {
        matches!(self, Self::ExactDocument | Self::NearDocument)
    }

    /// Whether what it removes stands elsewhere as it is.
    pub fn is_exact(self) -> bool {
        matches!(self, Self::Exact | Self::ExactDocument)
    }
}

/// Bits of a place; the three above tell the reason.
const PLACE_BITS: u32 = 61;

impl Verdict {
    /// It stays.
    pub const KEEP: Self = Self(u64::MAX);

    /// It goes.
    #[inline]
    pub fn removed(reason: Reason) -> Self {
        let (rule, place) = match reason {
            Reason::Exact(survivor) => (0, survivor.0),
            Reason::ExactDocument(survivor) => (1, survivor.0),
            Reason::NearDocument(finding) => (2, finding),
            Reason::NearParagraph(finding) => (3, finding),
            Reason::Earlier(place) => (4, place),
        };
        Self(rule << PLACE_BITS | place)
    }

    /// It goes, as a copy of the paragraph at `survivor`.
    #[inline]
    pub fn duplicate_of(survivor: Ordinal) -> Self {
        Self(survivor.0)
    }

    /// Its bits.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// The verdict of these bits.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Whether it stays.
    #[inline]
    pub fn is_kept(self) -> bool {
        self == Self::KEEP
    }

    /// Why it goes, if it does.
    #[inline]
    pub fn reason(self) -> Option<Reason> {
        let place = self.0 & ((1 << PLACE_BITS) - 1);
        match self.0 >> PLACE_BITS {
            _ if self.is_kept() => None,
            0 => Some(Reason::Exact(Ordinal(place))),
            1 => Some(Reason::ExactDocument(DocumentId(place))),
            2 => Some(Reason::NearDocument(place)),
            3 => Some(Reason::NearParagraph(place)),
            _ => Some(Reason::Earlier(place)),
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
        // What stands in an earlier run goes as what stands in this one.
        let rule = Rule::ALL.get(usize::try_from(self.0 >> PLACE_BITS).unwrap_or(0)).copied();
        if self.is_kept() { None } else { rule.or(Some(Rule::Exact)) }
    }
}

/// Paragraphs removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Removed {
    /// They and their bytes, in the order of [`Rule::ALL`].
    by_rule: [(u64, u64); Rule::ALL.len()],
    /// Those of them that stand in an earlier run.
    earlier: u64,
}

impl Removed {
    /// One more paragraph, of so many bytes, if it goes; says whether it does.
    #[inline]
    pub fn add(&mut self, verdict: Verdict, bytes: u64) -> bool {
        let Some(rule) = verdict.rule() else { return false };
        let (paragraphs, sum) = &mut self.by_rule[rule as usize];
        *paragraphs += 1;
        *sum += bytes;
        self.earlier += u64::from(verdict.is_earlier());
        true
    }

    /// Paragraphs that stand in an earlier run.
    pub fn num_earlier(self) -> u64 {
        self.earlier
    }

    /// Paragraphs and bytes by rule.
    pub fn iter(self) -> impl Iterator<Item = (Rule, u64, u64)> {
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
        assert_eq!((Verdict::KEEP.reason(), Verdict::KEEP.rule()), (None, None));
        for place in [0, 1, (1 << PLACE_BITS) - 2] {
            let reasons = [
                Reason::Exact(Ordinal(place)),
                Reason::ExactDocument(DocumentId(place)),
                Reason::NearDocument(place),
                Reason::NearParagraph(place),
                Reason::Earlier(place),
            ];
            for (reason, rule) in reasons.into_iter().zip(Rule::ALL.into_iter().chain([Rule::Exact])) {
                let verdict = Verdict::removed(reason);
                assert_eq!((verdict.reason(), verdict.rule()), (Some(reason), Some(rule)));
            }
        }
        assert_eq!(Verdict::duplicate_of(Ordinal(5)), Verdict::removed(Reason::Exact(Ordinal(5))));
    }
}
