//! Why near-duplicates are held to be such, kept until the ledger says so.

use serde::{Deserialize, Serialize};

use super::json::RawJson;
use crate::decide::near::{Match, NumberOverlap};
use crate::decide::passages::HeldText;
use crate::decide::{EvidencePlace, Finding};
use crate::error::Result;
use crate::rules::Editor;
use crate::store::{Mark, Scratch};

/// How alike a near-duplicate and its survivor are, as a line of the ledger says it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Likeness {
    /// The Jaccard coefficient, if it is not 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// The share of it that stands in the survivor, where that is why it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containment: Option<f64>,
    /// The numbers in either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<LedgerNumbers>,
    /// The first and last paragraph of the passage, where the survivor stands in what goes; then `containment` is the
    /// share of the survivor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<(u64, u64)>,
}

/// Why something goes, as a line of the ledger says it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Evidence {
    /// How alike it and its survivor are, if it has one.
    pub likeness: Likeness,
    /// The evidence of a rule that has no survivors, in that rule's own form.
    pub own: Option<RawJson<'static>>,
}

/// Numbers of a near-duplicate and its survivor. Each list holds 32 at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerNumbers {
    /// Numbers in both texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<String>,
    /// Numbers in the removed text only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// Numbers in the survivor only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survivor: Vec<String>,
}

impl LedgerNumbers {
    /// The numbers as a run may leave them behind: a number may be that of a telephone or a card (contract C6).
    pub(crate) fn for_record(self, editor: &Editor) -> Self {
        let of = |numbers: Vec<String>| {
            numbers.into_iter().map(|number| editor.for_record(&number).into_owned()).collect()
        };
        Self { shared: of(self.shared), removed: of(self.removed), survivor: of(self.survivor) }
    }
}

/// Numbers of each kind that a line holds.
const MAX_NUMBERS: usize = 32;

impl Likeness {
    fn of(found: Match, numbers: NumberOverlap) -> Self {
        let Match { similarity, containment } = found;
        let jaccard = similarity.jaccard();
        let first = |mut numbers: Vec<String>| {
            numbers.truncate(MAX_NUMBERS);
            numbers
        };
        let numbers = LedgerNumbers {
            shared: first(numbers.shared),
            removed: first(numbers.removed),
            survivor: first(numbers.survivor),
        };
        let is_silent =
            numbers.shared.is_empty() && numbers.removed.is_empty() && numbers.survivor.is_empty();
        Self {
            similarity: (similarity.shared != similarity.union).then(|| jaccard.as_f64()),
            containment: containment.map(crate::config::Share::as_f64),
            numbers: (!is_silent).then_some(numbers),
            passage: None,
        }
    }
}

/// Evidence, on disk.
pub(crate) struct EvidenceStore {
    scratch: Box<dyn Scratch>,
    /// The evidence that a rule without survivors kept last, and where it stands.
    last: (String, EvidencePlace),
}

impl std::fmt::Debug for EvidenceStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvidenceStore").finish_non_exhaustive()
    }
}

impl EvidenceStore {
    /// A store without evidence.
    pub(crate) fn new(scratch: Box<dyn Scratch>) -> Self {
        Self { scratch, last: (String::new(), EvidencePlace::default()) }
    }

    /// Says what the store holds.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn mark(&mut self) -> Result<Mark> {
        self.scratch.mark()
    }

    /// Keeps why something goes for `survivor`.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn keep(&mut self, survivor: u64, found: Match, numbers: NumberOverlap) -> Result<Finding> {
        let json = serde_json::to_string(&Likeness::of(found, numbers)).unwrap_or_default(); // strings and numbers only
        Ok(Finding::new(Some(survivor), self.append(&json)?))
    }

    /// Keeps why a document goes that holds a text of an earlier run.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn keep_held(&mut self, held: HeldText) -> Result<Finding> {
        let HeldText { survivor, share, paragraphs } = held;
        let likeness =
            Likeness { containment: Some(share.as_f64()), passage: Some(paragraphs), ..Likeness::default() };
        let json = serde_json::to_string(&likeness).unwrap_or_default(); // numbers only
        Ok(Finding::new(Some(survivor), self.append(&json)?))
    }

    /// Keeps why something goes for which nothing stays, if there is anything to say. Equal evidence that is kept in a
    /// row is kept once, so that paragraphs that go for it are one stretch.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn keep_own(&mut self, evidence: Option<&RawJson<'_>>) -> Result<Finding> {
        let json = evidence.map_or("", RawJson::json);
        if self.last.0 != json {
            let place = if json.is_empty() { EvidencePlace::default() } else { self.append(json)? };
            self.last = (json.to_owned(), place);
        }
        Ok(Finding::new(None, self.last.1))
    }

    fn append(&mut self, json: &str) -> Result<EvidencePlace> {
        let offset = self.scratch.append(json.as_bytes())?;
        let len = u32::try_from(json.len()).expect("a few numbers, each of which is cut to a length");
        Ok(EvidencePlace { offset, len })
    }

    /// Reads the evidence of a finding. Without a finding the evidence is empty.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn read(&mut self, finding: Option<Finding>) -> Result<Evidence> {
        let Some(finding) = finding else { return Ok(Evidence::default()) };
        let EvidencePlace { offset, len } = finding.evidence();
        let mut json = vec![0; len as usize];
        self.scratch.read_at(offset, &mut json)?;
        if finding.survivor().is_some() {
            let likeness = serde_json::from_slice(&json).unwrap_or_default();
            return Ok(Evidence { likeness, own: None });
        }
        let own = String::from_utf8(json).ok().and_then(RawJson::spelled);
        Ok(Evidence { likeness: Likeness::default(), own })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::near::Similarity;
    use crate::store::{MemoryOutput, Output};

    #[test]
    fn evidence_comes_back() {
        let mut store = EvidenceStore::new(MemoryOutput::new().scratch().unwrap());
        let found = Match { similarity: Similarity { shared: 3, union: 4 }, containment: None };
        let alike = store.keep(7, found, NumberOverlap::default()).unwrap();
        let own = RawJson::of(&("source", 812)).unwrap();
        let alone = store.keep_own(Some(&own)).unwrap();
        assert_eq!(store.keep_own(Some(&own)).unwrap(), alone);
        let silent = store.keep_own(None).unwrap();
        assert_eq!([alike, alone, silent].map(Finding::survivor), [Some(7), None, None]);
        let likeness = Likeness { similarity: Some(0.75), ..Likeness::default() };
        assert_eq!(store.read(Some(alike)).unwrap(), Evidence { likeness, own: None });
        assert_eq!(store.read(Some(alone)).unwrap().own, Some(own));
        assert_eq!(store.read(Some(silent)).unwrap(), Evidence::default());
        assert_eq!(store.read(None).unwrap(), Evidence::default());
    }
}
