//! What was found, as the later stages ask for it.

use super::signatures::{Member, SignatureId, Signatures};
use crate::decide::{Reason, Verdict};
use crate::units::{DocumentId, Ordinal};

/// A text that goes: who stays, and where the evidence is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Finding {
    /// Number of the document, or ordinal of the paragraph, that stays.
    pub survivor: u64,
    /// Where the evidence stands in its store.
    pub offset: u64,
    /// Bytes of it.
    pub len: u32,
}

/// Near-duplicates of a corpus.
#[derive(Debug, Default)]
pub struct Findings {
    pub(super) documents: Option<Documents>,
    /// Sorted by ordinal.
    pub(super) paragraphs: Vec<(Ordinal, Finding)>,
}

/// Verdicts on documents. 4 bytes a document, 8 a text, and 32 a text that goes.
#[derive(Debug, Default)]
pub struct Documents {
    /// The text of each document; [`NO_TEXT`] if it has none to compare.
    pub(super) texts_of: Vec<SignatureId>,
    /// The member of each text that would stay.
    pub(super) best: Vec<Member>,
    /// Texts that go, sorted.
    pub(super) removed: Vec<(SignatureId, Finding)>,
}

/// The text of a document without one.
pub const NO_TEXT: SignatureId = SignatureId::MAX;

impl Findings {
    /// Adds what became of documents.
    pub fn set_documents(&mut self, documents: Documents) {
        self.documents = Some(documents);
    }

    /// Adds near-duplicate paragraphs, sorted by ordinal.
    pub fn set_paragraphs(&mut self, paragraphs: Vec<(Ordinal, Finding)>) {
        self.paragraphs = paragraphs;
    }

    /// The verdict on a document as a whole. Cost: a binary search.
    pub fn judge_document(&self, document: DocumentId) -> Verdict {
        let found = self.documents.as_ref().and_then(|documents| documents.reason(document));
        found.map_or(Verdict::KEEP, Verdict::removed)
    }

    /// The verdict on a paragraph at `place`, given that on its copies.
    pub fn judge_paragraph(&self, place: Ordinal, verdict: Verdict) -> Verdict {
        let original = match verdict.reason() {
            None => place,
            Some(Reason::Exact(survivor)) => survivor,
            Some(_) => return verdict,
        };
        match self.paragraphs.binary_search_by_key(&original, |(place, _)| *place) {
            Ok(number) => Verdict::removed(Reason::NearParagraph(number as u64)),
            Err(_) => verdict,
        }
    }

    /// Whether any paragraph is a near-duplicate.
    pub fn has_paragraphs(&self) -> bool {
        !self.paragraphs.is_empty()
    }

    /// The finding about documents of this number.
    pub fn document(&self, number: u64) -> Finding {
        let removed =
            self.documents.as_ref().map(|documents| documents.removed.as_slice()).unwrap_or_default();
        usize::try_from(number)
            .ok()
            .and_then(|number| removed.get(number))
            .map(|(_, found)| *found)
            .unwrap_or_default()
    }

    /// The finding about paragraphs of this number.
    pub fn paragraph(&self, number: u64) -> Finding {
        let found = usize::try_from(number).ok().and_then(|number| self.paragraphs.get(number));
        found.map(|(_, found)| *found).unwrap_or_default()
    }
}

impl Documents {
    /// Verdicts from the texts of documents, and the texts that go, sorted.
    pub fn new(texts_of: Vec<SignatureId>, texts: Signatures, removed: Vec<(SignatureId, Finding)>) -> Self {
        Self { texts_of, best: texts.into_best(), removed }
    }

    fn text(&self, document: DocumentId) -> Option<SignatureId> {
        let text = *self.texts_of.get(usize::try_from(document.0).ok()?)?;
        (text != NO_TEXT).then_some(text)
    }

    fn reason(&self, document: DocumentId) -> Option<Reason> {
        let text = self.text(document)?;
        if let Ok(number) = self.removed.binary_search_by_key(&text, |(text, _)| *text) {
            return Some(Reason::NearDocument(number as u64));
        }
        let best = *self.best.get(text as usize)?;
        (best != document.0).then_some(Reason::ExactDocument(DocumentId(best)))
    }
}
