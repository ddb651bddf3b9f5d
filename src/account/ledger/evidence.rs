//! Evidence: why a search found something, kept until the ledger says it.

use serde::{Deserialize, Serialize};

use super::grounds::Grounds;
use super::json::RawJson;
use crate::decide::near::{Match, NumberOverlap};
use crate::decide::{EvidencePlace, Finding};
use crate::error::Result;
use crate::store::{Mark, Scratch};

/// How alike a near-duplicate and its survivor are, as a line of the ledger says it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Likeness {
    /// The Jaccard coefficient, if it is not 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// The share of it that stands in the survivor, where that is why it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containment: Option<f64>,
    /// The numbers in either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<LedgerNumbers>,
}

/// Numbers of a near-duplicate and its survivor, each at most so many as are useful to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerNumbers {
    /// In both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<String>,
    /// In what goes only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// In the survivor only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survivor: Vec<String>,
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
        }
    }
}

/// Evidence, on disk.
pub struct EvidenceStore {
    scratch: Box<dyn Scratch>,
    /// The evidence that was kept last by a rule without survivors, and where.
    last: (Vec<u8>, EvidencePlace),
}

impl std::fmt::Debug for EvidenceStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvidenceStore").finish_non_exhaustive()
    }
}

impl EvidenceStore {
    /// A store without evidence.
    pub fn new(scratch: Box<dyn Scratch>) -> Self {
        Self { scratch, last: (Vec::new(), EvidencePlace::default()) }
    }

    /// Says what the store holds.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub fn mark(&mut self) -> Result<Mark> {
        self.scratch.mark()
    }

    /// Keeps why something goes for `survivor`.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub fn keep(&mut self, survivor: u64, found: Match, numbers: NumberOverlap) -> Result<Finding> {
        let json = serde_json::to_vec(&Likeness::of(found, numbers)).unwrap_or_default(); // strings and numbers only
        Ok(Finding::new(Some(survivor), self.append(&json)?))
    }

    /// Keeps why something goes by a rule without survivors, if there is something to say. Equal evidence that is kept
    /// in a row is kept once, so that paragraphs that go for it are one stretch.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub fn keep_own(&mut self, evidence: Option<&RawJson<'_>>) -> Result<Finding> {
        let json = evidence.map_or("", RawJson::json).as_bytes();
        if self.last.0 != json {
            let place = if json.is_empty() { EvidencePlace::default() } else { self.append(json)? };
            self.last = (json.to_vec(), place);
        }
        Ok(Finding::new(None, self.last.1))
    }

    fn append(&mut self, json: &[u8]) -> Result<EvidencePlace> {
        let offset = self.scratch.append(json)?;
        Ok(EvidencePlace { offset, len: u32::try_from(json.len()).unwrap_or(0) })
    }

    /// How alike a near-duplicate is to what stays; nothing is said of what is none.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub fn likeness(&mut self, grounds: &Grounds) -> Result<Likeness> {
        match (grounds.finding, &grounds.survivors) {
            (Some(finding), Some(_)) => {
                Ok(serde_json::from_slice(&self.read(finding)?).unwrap_or_default()) // as it was kept
            }
            _ => Ok(Likeness::default()),
        }
    }

    /// What a rule without survivors says of itself, if it does.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub fn own(&mut self, grounds: &Grounds) -> Result<Option<RawJson<'static>>> {
        match (grounds.finding, &grounds.survivors) {
            (Some(finding), None) => Ok(RawJson::spelled(
                String::from_utf8(self.read(finding)?).unwrap_or_default(), // as it was kept; empty if there is none
            )),
            _ => Ok(None),
        }
    }

    fn read(&mut self, finding: Finding) -> Result<Vec<u8>> {
        let EvidencePlace { offset, len } = finding.evidence();
        let mut json = vec![0; usize::try_from(len).unwrap_or(0)];
        self.scratch.read_at(offset, &mut json)?;
        Ok(json)
    }
}
