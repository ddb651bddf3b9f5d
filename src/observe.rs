//! How a run speaks while it runs: the library calls an [`Observer`], the command draws a bar from it,
//! tests listen, and an embedder forwards.
//!
//! Calls come from worker threads; nothing an observer does can change the output.

use crate::error::{Rejection, SkipReason};

/// A stage of a run. Each goes through the corpus from its beginning, but for [`Stage::Settling`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Documents are reduced to fingerprints, to find copies of them.
    Fingerprinting,
    /// Runs of tokens are kept for an index, or looked for in documents, to find passages of a benchmark.
    Matching,
    /// Sketches of texts are made, to find those that may be near-duplicates.
    Sketching,
    /// The run reads texts that met again, to compare them.
    Comparing,
    /// Texts that met are compared with one another, and those that go are found. Nothing is read.
    Settling,
    /// Paragraphs are reduced to prints, to find the boilerplate of each source.
    Counting,
    /// The run measures what is left of documents, to find those that filters drop.
    Filtering,
    /// The run reads ahead and decides on the paragraphs that do not fit in memory.
    Deciding,
    /// Everything is read, decided and written.
    Cleaning,
}

impl Stage {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fingerprinting => "fingerprinting",
            Self::Matching => "matching",
            Self::Sketching => "sketching",
            Self::Comparing => "comparing",
            Self::Settling => "settling",
            Self::Counting => "counting",
            Self::Filtering => "filtering",
            Self::Deciding => "deciding",
            Self::Cleaning => "cleaning",
        }
    }
}

/// Places that are kept by hand and kept nothing, as they were given, in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptNothing {
    /// Those that name nothing in the inputs.
    pub nowhere: Vec<String>,
    /// Those that name something which no rule removes.
    pub idle: Vec<String>,
}

/// Documents by their sources, as boilerplate was counted (contract C4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceCounts {
    /// All documents.
    pub documents: u64,
    /// Those without the field that names their source, so that it is their directory.
    pub unnamed: u64,
    /// All sources.
    pub sources: u64,
    /// Those with fewer than 3 documents, of which nothing goes.
    pub small: u64,
}

/// Receives what happens in a run. Every method has an empty default.
pub trait Observer: Sync {
    /// The inputs are listed. Called with the number of files, and with their size in bytes.
    fn discovered(&self, _files: u64, _bytes: u64) {}

    /// The stages that are to come, where there are several, as far as is known: one may turn out not to be needed, and
    /// others may come between them.
    fn planned(&self, _stages: &[Stage]) {}

    /// A stage begins. Where nothing is read ahead there is none but [`Stage::Cleaning`], and it is not reported.
    fn begun(&self, _stage: Stage) {}

    /// Reports progress of a stage before cleaning: `files` and `bytes` more were read.
    fn searched(&self, _files: u64, _bytes: u64) {}

    /// [`Stage::Settling`] is to compare so many texts.
    fn settling(&self, _texts: u64) {}

    /// Reports progress of [`Stage::Settling`]: `texts` more are compared.
    fn settled(&self, _texts: u64) {}

    /// Reports progress of cleaning: `files` and `bytes` more are finished.
    fn advanced(&self, _files: u64, _bytes: u64) {}

    /// The sources whose boilerplate goes are known.
    fn counted(&self, _sources: &SourceCounts) {}

    /// A file was left out as not for us (contract D2). `path` is relative to its input.
    fn skipped(&self, _path: &[u8], _reason: SkipReason) {}

    /// A file or record was left out because something is wrong with it.
    fn rejected(&self, _rejection: &Rejection) {}

    /// Places that are kept by hand kept nothing (contract O7). Called once, when everything is decided.
    fn kept_nothing(&self, _places: &KeptNothing) {}

    /// Asked often; once it is true the run stops, cleans up, and returns [`crate::Error::Interrupted`].
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {}
