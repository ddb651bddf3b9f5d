//! Findings: by rule, the documents and paragraphs that searches of the whole corpus remove. Later stages look them up
//! here.
//!
//! Any search may add what it found: documents ([`Findings::add_documents`]), documents by the texts they hold
//! ([`Findings::add_texts`] and [`Findings::add_copies`], so that what is said of a text is said of all its copies), or
//! paragraphs, with all copies of each ([`Findings::add_paragraphs`]) or each by itself ([`Findings::add_places`]). Rules are
//! applied in the order in which they were added, those about documents
//! first.

mod saved;

use super::earlier::earlier_place;
use super::rules::Rule;
use super::verdict::{Reason, Verdict};
use crate::document::SourceFigures;
use crate::units::{DocumentId, Ordinal, count, index};

/// Why something goes: who stays in its place, if anyone does, and where the evidence is kept. 24 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finding {
    /// [`NOTHING`] if nothing stays.
    survivor: u64,
    evidence: EvidencePlace,
}

/// Where evidence stands in its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct EvidencePlace {
    /// Its first byte.
    pub offset: u64,
    /// Bytes of it.
    pub len: u32,
}

/// The number of no document and no paragraph.
const NOTHING: u64 = u64::MAX;

impl Finding {
    /// A finding. The survivor is the number of a document or the ordinal of a paragraph, whichever the rule judges.
    pub(crate) fn new(survivor: Option<u64>, evidence: EvidencePlace) -> Self {
        Self { survivor: survivor.unwrap_or(NOTHING), evidence }
    }

    /// Number of the document, or ordinal of the paragraph, that stays; none under a rule that leaves nothing.
    pub(crate) fn survivor(self) -> Option<u64> {
        (self.survivor != NOTHING).then_some(self.survivor)
    }

    /// Where the evidence is kept.
    pub(crate) fn evidence(self) -> EvidencePlace {
        self.evidence
    }
}

impl Default for Finding {
    fn default() -> Self {
        Self::new(None, EvidencePlace::default())
    }
}

/// Everything that searches of the corpus found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The texts of documents, if documents were compared.
    texts: Option<DocumentTexts>,
    /// The sources of documents, if boilerplate was searched for.
    sources: Option<SourceFigures>,
    /// Removals by rule, in the order in which rules are applied.
    lists: Vec<List>,
}

/// The texts that documents hold, each text once. 4 bytes a document, 8 a text.
#[derive(Debug, Default)]
pub(crate) struct DocumentTexts {
    /// The text of each document; [`NO_TEXT`] if it has none to compare.
    of: Vec<u32>,
    /// The document of each text that would stay.
    best: Vec<u64>,
}

/// The text of a document without one.
pub(crate) const NO_TEXT: u32 = u32::MAX;

/// The removals by one rule: 32 bytes each.
#[derive(Debug)]
struct List {
    rule: Rule,
    units: ListedUnits,
    /// Sorted by number of the unit.
    removed: Vec<(u64, Finding)>,
}

/// Units that a list numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListedUnits {
    Texts,
    Documents,
    Paragraphs,
    /// Paragraphs whose copies do not follow them.
    Places,
}

impl DocumentTexts {
    /// Texts by document, and the document that would stay by text.
    pub(crate) fn new(of: Vec<u32>, best: Vec<u64>) -> Self {
        Self { of, best }
    }

    fn of(&self, document: DocumentId) -> Option<u32> {
        let text = *self.of.get(usize::try_from(document.0).ok()?)?;
        (text != NO_TEXT).then_some(text)
    }

    /// The document that would stay of those that hold this text.
    fn best(&self, text: u32) -> Option<DocumentId> {
        self.best.get(text as usize).copied().map(DocumentId)
    }
}

impl List {
    /// Why a unit goes, if it does. Cost: a binary search.
    fn reason(&self, unit: u64) -> Option<Reason> {
        let number = self.removed.binary_search_by_key(&unit, |(unit, _)| *unit).ok()?;
        Some(Reason::Found { rule: self.rule, number: count(number) })
    }
}

impl Findings {
    /// Adds the texts of documents, of which all copies but the best go as such.
    pub(crate) fn add_copies(&mut self, texts: DocumentTexts) {
        self.texts = Some(texts);
    }

    /// Adds the texts of documents, of which all copies but the best go as such, and the texts that go by a rule,
    /// sorted.
    pub(crate) fn add_texts(&mut self, texts: DocumentTexts, rule: Rule, removed: Vec<(u32, Finding)>) {
        self.add_copies(texts);
        let removed = removed.into_iter().map(|(text, found)| (u64::from(text), found));
        self.add(rule, ListedUnits::Texts, removed);
    }

    /// Adds the documents that go by a rule, sorted.
    pub(crate) fn add_documents(&mut self, rule: Rule, removed: Vec<(DocumentId, Finding)>) {
        self.add(
            rule,
            ListedUnits::Documents,
            removed.into_iter().map(|(document, found)| (document.0, found)),
        );
    }

    /// Adds the paragraphs that go by a rule, sorted. Copies of one go with it: they need not be named.
    pub(crate) fn add_paragraphs(&mut self, rule: Rule, removed: Vec<(Ordinal, Finding)>) {
        self.add(rule, ListedUnits::Paragraphs, removed.into_iter().map(|(place, found)| (place.0, found)));
    }

    /// Adds paragraphs that go by a rule, sorted, each by itself: copies of one may stay. They are nobody's survivors.
    pub(crate) fn add_places(&mut self, rule: Rule, removed: Vec<(Ordinal, Finding)>) {
        self.add(rule, ListedUnits::Places, removed.into_iter().map(|(place, found)| (place.0, found)));
    }

    /// Says of which sources the documents are.
    pub(crate) fn set_sources(&mut self, sources: SourceFigures) {
        self.sources = Some(sources);
    }

    /// The sources of documents, if boilerplate was searched for.
    pub(crate) fn sources(&self) -> Option<SourceFigures> {
        self.sources
    }

    fn add(&mut self, rule: Rule, units: ListedUnits, removed: impl Iterator<Item = (u64, Finding)>) {
        debug_assert!(self.lists.iter().all(|list| list.rule != rule), "a rule has one list");
        self.lists.push(List { rule, units, removed: removed.collect() });
    }

    /// The verdict on a document as a whole. Cost: a binary search a rule.
    pub(crate) fn judge_document(&self, document: DocumentId) -> Verdict {
        let text = self.texts.as_ref().and_then(|texts| texts.of(document));
        let found = self.lists.iter().find_map(|list| match list.units {
            ListedUnits::Texts => list.reason(u64::from(text?)),
            ListedUnits::Documents => list.reason(document.0),
            ListedUnits::Paragraphs | ListedUnits::Places => None,
        });
        let best = || self.texts.as_ref()?.best(text?).filter(|best| *best != document);
        found.or_else(|| best().map(Reason::ExactDocument)).map_or(Verdict::KEEP, Verdict::removed)
    }

    /// Whether a document goes, by this verdict, for a document of an earlier run.
    pub(crate) fn goes_for_earlier(&self, verdict: Verdict) -> bool {
        let survivor = match verdict.reason() {
            Some(Reason::ExactDocument(document)) => Some(document.0),
            Some(Reason::Found { rule, number }) if rule.is_of_documents() => {
                self.finding(rule, number).survivor()
            }
            _ => None,
        };
        survivor.is_some_and(|survivor| earlier_place(survivor).is_some())
    }

    /// The verdict on a paragraph at `place`, given that on its copies: those of a paragraph that was found follow it.
    /// Cost: a binary search a rule.
    pub(crate) fn judge_paragraph(&self, place: Ordinal, verdict: Verdict) -> Verdict {
        let original = match verdict.reason() {
            None => place,
            Some(Reason::Exact(survivor)) => survivor,
            Some(_) => return verdict,
        };
        let mut lists = self.lists.iter().filter(|list| list.units == ListedUnits::Paragraphs);
        lists.find_map(|list| list.reason(original.0)).map_or(verdict, Verdict::removed)
    }

    /// The verdicts on paragraphs that go each by itself, among the `num` from `first` on, with their numbers there; those
    /// of the rule added first come first. Cost: a binary search a rule.
    pub(crate) fn places(&self, first: Ordinal, num: usize) -> impl Iterator<Item = (usize, Verdict)> {
        let lists = self.lists.iter().filter(|list| list.units == ListedUnits::Places);
        let end = first.0 + count(num);
        lists.flat_map(move |list| {
            let start = list.removed.partition_point(|(place, _)| *place < first.0);
            let removed = list.removed[start..].iter().take_while(move |(place, _)| *place < end);
            removed.zip(count(start)..).map(move |((place, _), number)| {
                let reason = Reason::Found { rule: list.rule, number };
                (index(place - first.0), Verdict::removed(reason))
            })
        })
    }

    /// Whether any paragraph was found.
    pub(crate) fn has_paragraphs(&self) -> bool {
        self.lists.iter().any(|list| list.units == ListedUnits::Paragraphs && !list.removed.is_empty())
    }

    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_none() && self.lists.iter().all(|list| list.removed.is_empty())
    }

    /// The finding of this number among those of a rule.
    pub(crate) fn finding(&self, rule: Rule, number: u64) -> Finding {
        let list = self.lists.iter().find(|list| list.rule == rule);
        let found =
            list.zip(usize::try_from(number).ok()).and_then(|(list, number)| list.removed.get(number));
        found.map(|(_, found)| *found).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(survivor: impl Into<Option<u64>>) -> Finding {
        Finding::new(survivor.into(), EvidencePlace { offset: 3, len: 7 })
    }

    #[test]
    fn documents_go_by_their_text_or_by_their_number() {
        let mut findings = Findings::default();
        // Documents 0 and 2 are copies, 1 has no text, 3 and 4 are copies that go.
        let texts = DocumentTexts::new(vec![0, NO_TEXT, 0, 1, 1], vec![2, 4]);
        findings.add_texts(texts, Rule::NearDocument, vec![(1, found(2))]);
        findings.add_documents(
            Rule::ExactDocument,
            vec![(DocumentId(1), found(None)), (DocumentId(3), found(0))],
        );
        let judge = |document| findings.judge_document(DocumentId(document)).reason();
        let near = Some(Reason::Found { rule: Rule::NearDocument, number: 0 });
        assert_eq!(
            (0..3).map(judge).collect::<Vec<_>>(),
            [
                Some(Reason::ExactDocument(DocumentId(2))),
                Some(Reason::Found { rule: Rule::ExactDocument, number: 0 }),
                None
            ]
        );
        assert_eq!(
            (3..6).map(judge).collect::<Vec<_>>(),
            [near, near, None],
            "the rule added first comes first"
        );
        assert_eq!(findings.finding(Rule::NearDocument, 0).survivor(), Some(2));
        assert_eq!(findings.finding(Rule::ExactDocument, 0), found(None));
        assert_eq!(findings.finding(Rule::ExactDocument, 0).survivor(), None);
        assert_eq!(findings.finding(Rule::NearParagraph, 0), Finding::default());
        assert!(!findings.has_paragraphs());
    }

    #[test]
    fn places_are_found_one_by_one() {
        let mut findings = Findings::default();
        findings
            .add_places(Rule::Boilerplate, [3, 4, 9, 12].map(|place| (Ordinal(place), found(None))).to_vec());
        let places = |first, num| {
            let found = findings.places(Ordinal(first), num).map(|(at, verdict)| (at, verdict.reason()));
            found.collect::<Vec<_>>()
        };
        let reason = |number| Some(Reason::Found { rule: Rule::Boilerplate, number });
        assert_eq!(places(0, 3), []);
        assert_eq!(places(4, 6), [(0, reason(1)), (5, reason(2))]);
        assert_eq!(places(12, 100), [(0, reason(3))]);
        assert_eq!(findings.judge_paragraph(Ordinal(3), Verdict::KEEP), Verdict::KEEP);
        assert!(!findings.has_paragraphs() && !findings.is_empty());
    }

    #[test]
    fn copies_go_with_the_paragraph_that_was_found() {
        let mut findings = Findings::default();
        findings.add_paragraphs(Rule::Exact, vec![(Ordinal(4), found(None))]);
        findings.add_paragraphs(Rule::NearParagraph, vec![(Ordinal(1), found(0)), (Ordinal(4), found(0))]);
        let judge = |place, verdict| findings.judge_paragraph(Ordinal(place), verdict);
        let copy = |place| Verdict::duplicate_of(Ordinal(place));
        assert!(findings.has_paragraphs());
        assert_eq!(judge(0, Verdict::KEEP), Verdict::KEEP);
        assert_eq!(judge(9, copy(0)), copy(0));
        for (place, verdict) in [(4, Verdict::KEEP), (9, copy(4))] {
            assert_eq!(judge(place, verdict).reason(), Some(Reason::Found { rule: Rule::Exact, number: 0 }));
        }
        assert_eq!(judge(8, copy(1)).reason(), Some(Reason::Found { rule: Rule::NearParagraph, number: 0 }));
        for gone in [Reason::Earlier(4), Reason::ExactDocument(DocumentId(4))].map(Verdict::removed) {
            assert_eq!(judge(4, gone), gone);
        }
    }
}
