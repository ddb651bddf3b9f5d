//! The list of what a run wrote to OUT, in corpus order. Lines are put together before they are written: a corpus of
//! small files would cost a system call more for each.

use crate::error::Result;
use crate::store::{Mark, OutputFile, WrittenFile};

/// Bytes that are put together.
const PENDING: usize = 64 * 1024;

/// The list while it is made.
pub(super) struct FileList {
    file: Box<dyn OutputFile>,
    pending: Vec<u8>,
}

impl FileList {
    /// Goes on with a list.
    pub(super) fn new(file: Box<dyn OutputFile>) -> Self {
        Self { file, pending: Vec::new() }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, file: &WrittenFile) -> Result<()> {
        self.pending.extend_from_slice(&file.to_json());
        if self.pending.len() < PENDING { Ok(()) } else { self.flush().map(drop) }
    }

    /// Writes what was added; gives back what the list holds then.
    pub(super) fn flush(&mut self) -> Result<Mark> {
        if !self.pending.is_empty() {
            self.file.append(&self.pending)?;
            self.pending.clear();
        }
        Ok(self.file.mark())
    }
}
