//! Finds copies of paragraphs in a pass: as it goes, later on disk, or from known verdicts.

use super::disk_verdicts::DiskVerdicts;
use super::exact::{ChunkPrints, Exact};
use super::partitioner::Partitioner;
use super::verdict::Verdict;
use crate::error::Result;
use crate::units::Ordinal;

/// Exact de-duplication, by the memory there is. All ways give the same verdicts.
#[derive(Debug, Default)]
pub(crate) enum Copies {
    /// This pass does not look for copies.
    #[default]
    NotSought,
    /// In memory: each chunk is settled against everything before it.
    InMemory(Exact),
    /// Prints are put aside on disk; there are no verdicts yet.
    Partitioned(Partitioner),
    /// The verdicts are known.
    Settled(DiskVerdicts),
}

impl Copies {
    /// A verdict a paragraph for each chunk; chunks come in corpus order.
    ///
    /// # Errors
    /// Those of the stores on disk.
    pub(crate) fn settle(&mut self, chunks: &[ChunkPrints<'_>]) -> Result<Vec<Vec<Verdict>>> {
        let untouched = |chunk: &ChunkPrints<'_>| vec![Verdict::KEEP; chunk.num_paragraphs];
        match self {
            Self::NotSought => Ok(chunks.iter().map(untouched).collect()),
            Self::InMemory(exact) => Ok(exact.settle(chunks)),
            Self::Partitioned(partitioner) => {
                partitioner.partition(chunks)?;
                Ok(chunks.iter().map(untouched).collect())
            }
            Self::Settled(verdicts) => verdicts.settle(chunks),
        }
    }

    /// Forgets what stands at `place` and after it: its document turned out to be bad.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be written to.
    pub(crate) fn retract(&mut self, place: Ordinal) -> Result<()> {
        match self {
            Self::InMemory(exact) => exact.retract(place),
            Self::Partitioned(partitioner) => partitioner.retract(place)?,
            Self::NotSought | Self::Settled(_) => {}
        }
        Ok(())
    }

    /// Bytes of memory that grow with the corpus.
    pub(crate) fn num_bytes(&self) -> u64 {
        match self {
            Self::InMemory(exact) => exact.num_bytes(),
            Self::Partitioned(partitioner) => partitioner.num_bytes(),
            // The verdicts keep one window in memory, whatever the size of the corpus.
            Self::NotSought | Self::Settled(_) => 0,
        }
    }
}
