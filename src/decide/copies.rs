//! How copies of paragraphs are found in a pass: as it goes, later, or before.

use super::dealer::Dealer;
use super::exact::{Batch, Exact};
use super::plan::Plan;
use super::verdict::Verdict;
use crate::error::Result;
use crate::units::Ordinal;

/// Exact de-duplication, by the memory there is. All ways give the same verdicts.
#[derive(Debug, Default)]
pub enum Copies {
    /// Not in this pass.
    #[default]
    Unsought,
    /// In memory: a batch is settled on everything before it.
    Live(Exact),
    /// Records are put aside; there are no verdicts yet.
    Dealt(Dealer),
    /// The verdicts are known.
    Planned(Plan),
}

impl Copies {
    /// A verdict a paragraph for each chunk; chunks come in corpus order.
    ///
    /// # Errors
    /// Those of the stores on disk.
    pub fn settle(&mut self, batches: &[Batch<'_>]) -> Result<Vec<Vec<Verdict>>> {
        let untouched = |batch: &Batch<'_>| vec![Verdict::KEEP; batch.num_paragraphs];
        match self {
            Self::Unsought => Ok(batches.iter().map(untouched).collect()),
            Self::Live(exact) => Ok(exact.settle(batches)),
            Self::Dealt(dealer) => {
                dealer.deal(batches)?;
                Ok(batches.iter().map(untouched).collect())
            }
            Self::Planned(plan) => plan.settle(batches),
        }
    }

    /// Forgets what stands at `place` and after it, up to `next`: its document turned out to be bad.
    pub fn retract(&mut self, place: Ordinal, next: Ordinal) {
        match self {
            Self::Live(exact) => exact.retract(place),
            Self::Dealt(dealer) => dealer.retract(place, next),
            Self::Unsought | Self::Planned(_) => {}
        }
    }

    /// Bytes of memory that grow with the corpus.
    pub fn num_bytes(&self) -> u64 {
        match self {
            Self::Live(exact) => exact.num_bytes(),
            Self::Dealt(dealer) => dealer.num_bytes(),
            // A window of the verdicts, in the place of what was dealt.
            Self::Unsought | Self::Planned(_) => 0,
        }
    }
}
