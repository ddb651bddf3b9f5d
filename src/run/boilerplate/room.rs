//! The memory that the rule may take: half of what a ceiling leaves above the fixed part of a run.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::run::ceiling::{FIXED, above_fixed};
use crate::run::corpus::Corpus;
use crate::store::{MemoryOutput, Output, Scratch, SpillScratch};

/// What may be taken, and where the rest goes.
pub(super) struct Room<'a> {
    /// Bytes; none without a ceiling.
    most: Option<u64>,
    config: &'a Config,
    output: &'a dyn Output,
}

impl<'a> Room<'a> {
    pub(super) fn of(corpus: &Corpus<'a>) -> Self {
        let most = corpus.config.memory.map(|memory| above_fixed(memory) / 2);
        Self { most, config: corpus.config, output: corpus.output }
    }

    /// An empty store that takes a quarter of the room at most, and then goes to disk.
    ///
    /// # Errors
    /// Those of the output.
    pub(super) fn scratch(&self) -> Result<Box<dyn Scratch>> {
        let Some(most) = self.most else { return MemoryOutput::new().scratch() };
        Ok(Box::new(SpillScratch::new(most / 4, self.output.scratch()?)))
    }

    /// Checks that `num_bytes` of what cannot go to disk fit.
    ///
    /// # Errors
    /// [`Error::Config`] if they do not.
    pub(super) fn check(&self, num_bytes: u64, what: &str) -> Result<()> {
        // A ceiling below the smallest of the command is for tests and says nothing of this.
        let Some(memory) = self.config.memory.filter(|memory| memory / 2 >= FIXED) else { return Ok(()) };
        if self.most.is_none_or(|most| num_bytes <= most) {
            return Ok(());
        }
        Err(Error::Config(format!(
            "memory {memory}: --boilerplate takes more than {} MiB for {what}; give more, or clean the sources in several runs",
            num_bytes / 1024 / 1024
        )))
    }
}
