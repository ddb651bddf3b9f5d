//! Why near-duplicates are held to be such, kept until the ledger says so.

use serde::{Deserialize, Serialize};

use crate::decide::near::{Match, NumberOverlap};
use crate::decide::{EvidencePlace, Finding};
use crate::error::Result;
use crate::store::{Mark, Scratch};
use crate::units::count;

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
}

impl std::fmt::Debug for EvidenceStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvidenceStore").finish_non_exhaustive()
    }
}

impl EvidenceStore {
    /// A store without evidence.
    pub fn new(scratch: Box<dyn Scratch>) -> Self {
        Self { scratch }
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
        let offset = self.scratch.append(&json)?;
        let len = u32::try_from(json.len()).unwrap_or(0);
        Ok(Finding::new(Some(survivor), EvidencePlace { offset, len }))
    }

    /// What was kept.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub fn read(&mut self, finding: Finding) -> Result<Likeness> {
        let EvidencePlace { offset, len } = finding.evidence();
        let mut json = vec![0; usize::try_from(len).unwrap_or(0)];
        self.scratch.read_at(offset, &mut json)?;
        debug_assert!(count(json.len()) > 0);
        Ok(serde_json::from_slice(&json).unwrap_or_default())
    }
}
