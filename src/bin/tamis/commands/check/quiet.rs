//! What `check` shows while it works.

use tamis::Observer;
use tamis::error::SkipReason;
use tamis::observe::{KeptNothing, SourceCounts, Stage};

use crate::progress::Progress;

/// Shows how far a check is, unless it is one of a revision that is gone; what is rejected stands in the report.
pub(crate) struct Quiet<'a> {
    pub(crate) progress: &'a Progress,
    pub(crate) is_bar: bool,
}

impl Observer for Quiet<'_> {
    fn kept_nothing(&self, places: &KeptNothing) {
        if self.is_bar {
            self.progress.kept_nothing(places);
        }
    }

    fn counted(&self, sources: &SourceCounts) {
        if self.is_bar {
            self.progress.counted(sources);
        }
    }

    fn discovered(&self, files: u64, bytes: u64) {
        if self.is_bar {
            self.progress.discovered(files, bytes);
        }
    }

    fn begun(&self, stage: Stage) {
        if self.is_bar {
            self.progress.begun(stage);
        }
    }

    fn searched(&self, files: u64, bytes: u64) {
        if self.is_bar {
            self.progress.searched(files, bytes);
        }
    }

    fn advanced(&self, files: u64, bytes: u64) {
        if self.is_bar {
            self.progress.advanced(files, bytes);
        }
    }

    fn skipped(&self, path: &[u8], reason: SkipReason) {
        self.progress.skipped(path, reason);
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled()
    }
}
