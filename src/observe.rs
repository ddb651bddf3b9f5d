//! How a run speaks while it runs: the library calls an [`Observer`], the command draws a bar from it,
//! tests listen, and an embedder forwards.
//!
//! Calls come from worker threads; nothing an observer does can change the output.

use crate::error::{Rejection, SkipReason};

/// What a run is about. Each stage goes through the corpus from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Sketches of texts are made, to find those that may be near-duplicates.
    Sketching,
    /// Those are read again, to be compared.
    Comparing,
    /// What is left of documents is measured, to find those that filters drop.
    Filtering,
    /// What does not fit in memory is read ahead and decided on.
    Deciding,
    /// Everything is read, decided and written.
    Cleaning,
}

impl Stage {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sketching => "sketching",
            Self::Comparing => "comparing",
            Self::Filtering => "filtering",
            Self::Deciding => "deciding",
            Self::Cleaning => "cleaning",
        }
    }
}

/// Receives what happens in a run. Every method has an empty default.
pub trait Observer: Sync {
    /// The inputs are listed: so many files, of so many bytes together.
    fn discovered(&self, _files: u64, _bytes: u64) {}

    /// A stage begins. Where nothing is read ahead there is none but [`Stage::Cleaning`], and it is not reported.
    fn begun(&self, _stage: Stage) {}

    /// So many more files and bytes of input were read before they are cleaned.
    fn searched(&self, _files: u64, _bytes: u64) {}

    /// So many more files and bytes of input are done with.
    fn advanced(&self, _files: u64, _bytes: u64) {}

    /// A file was left out as not for us (contract D2). `path` is relative to its input.
    fn skipped(&self, _path: &[u8], _reason: SkipReason) {}

    /// A file or record was left out because something is wrong with it.
    fn rejected(&self, _rejection: &Rejection) {}

    /// Asked often; once it is true the run stops, cleans up, and returns [`crate::Error::Interrupted`].
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {}
