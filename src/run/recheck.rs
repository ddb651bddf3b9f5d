//! A corpus that is read several times must be the same each time: what was decided of one reading is carried out in
//! another.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;
use crate::store::{Mark, Scratch};
use crate::units::{self, DocumentId, count};

/// The checksums of all documents of a reading: four bytes each, on disk.
pub(crate) struct Checksums {
    /// The first document that is noted; those before it are not known.
    first: u64,
    /// The document after the last noted.
    end: u64,
    scratch: Mutex<Box<dyn Scratch>>,
}

impl std::fmt::Debug for Checksums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checksums").field("end", &self.end).finish_non_exhaustive()
    }
}

/// Marks a document that was not read to its end.
const NONE: u32 = 0;
/// Bytes of a mark.
const MARK: u64 = 4;

/// The mark of a document: the CRC-32 of its text, by which another version of it is recognized; never [`NONE`].
fn mark(checksum: u32) -> u32 {
    checksum | 1
}

impl Checksums {
    /// An empty list, which begins with document `first`.
    pub(crate) fn new(scratch: Box<dyn Scratch>, first: DocumentId) -> Self {
        Self { first: first.0, end: first.0, scratch: Mutex::new(scratch) }
    }

    /// Notes a document. Documents come in order; one before the first is passed over.
    pub(crate) fn note(&mut self, document: DocumentId, checksum: u32) -> Result<()> {
        if document.0 < self.end {
            return Ok(());
        }
        let scratch = self.scratch.get_mut().unwrap_or_else(PoisonError::into_inner);
        for _ in self.end..document.0 {
            scratch.append(&NONE.to_le_bytes())?;
        }
        scratch.append(&mark(checksum).to_le_bytes())?;
        self.end = document.0 + 1;
        Ok(())
    }

    /// Writes all checksums to their store, and returns the state to resume from.
    pub(crate) fn save(&mut self) -> Result<SavedChecksums> {
        self.save_shared()
    }

    /// Saves what others read as well.
    pub(crate) fn save_shared(&self) -> Result<SavedChecksums> {
        let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(SavedChecksums { first: self.first, end: self.end, mark: scratch.mark()? })
    }

    /// Resumes saved checksums, with their store as it was then.
    pub(crate) fn resume(saved: &SavedChecksums, scratch: Box<dyn Scratch>) -> Self {
        Self { first: saved.first, end: saved.end, scratch: Mutex::new(scratch) }
    }

    /// Fills `marks` with those of the documents from `first` on.
    fn read(&self, first: u64, marks: &mut Vec<u32>, num: u64) -> Result<()> {
        let mut bytes = vec![0; units::index(num * MARK)];
        // Poisoned only if a read panicked, and then the run is over.
        let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        scratch.read_at((first - self.first) * MARK, &mut bytes)?;
        marks.clear();
        marks.extend(bytes.as_chunks().0.iter().map(|mark| u32::from_le_bytes(*mark)));
        Ok(())
    }
}

/// A [`Checksums`] that was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SavedChecksums {
    first: u64,
    end: u64,
    /// Length and checksum of its store.
    pub(crate) mark: Mark,
}

/// Documents that are read ahead.
const AHEAD: u64 = 4096;

/// Compares a reading of the corpus with an earlier one.
#[derive(Debug, Clone)]
pub(crate) struct Recheck {
    earlier: Arc<Checksums>,
    /// The first document not yet checked.
    next: u64,
    /// Marks that were read, and the document of the first of them.
    marks: Vec<u32>,
    first: u64,
}

/// The reason why a check failed.
#[derive(Debug)]
pub(crate) enum Unlike {
    /// This document is not what it was.
    Document(DocumentId),
    /// The checksums cannot be read.
    Error(crate::Error),
}

impl Recheck {
    /// A check that begins with the first known document.
    pub(crate) fn new(earlier: Arc<Checksums>) -> Self {
        Self::starting(earlier, DocumentId(0))
    }

    /// Checks documents from `first` on.
    pub(crate) fn starting(earlier: Arc<Checksums>, first: DocumentId) -> Self {
        let next = first.0.max(earlier.first);
        Self { first: earlier.first, earlier, next, marks: Vec::new() }
    }

    /// Goes back, so that documents from `next` on are checked once more.
    pub(crate) fn back_to(self, next: DocumentId) -> Self {
        Self::starting(self.earlier, next)
    }

    /// The first document that is not checked yet.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Checks a document that was read to its end, and that none was left out before it. Documents come in order.
    ///
    /// # Errors
    /// [`Unlike::Document`] with one that is not what it was.
    pub(crate) fn check(&mut self, document: DocumentId, checksum: u32) -> std::result::Result<(), Unlike> {
        if document.0 < self.next {
            return Ok(());
        }
        self.skip_to(document.0)?;
        self.next = document.0 + 1;
        let is_same = self.mark(document.0)? == mark(checksum);
        if is_same { Ok(()) } else { Err(Unlike::Document(document)) }
    }

    /// Checks that no document is left.
    ///
    /// # Errors
    /// [`Unlike::Document`] with one that was not read again.
    pub(crate) fn finish(&mut self) -> std::result::Result<(), Unlike> {
        self.skip_to(self.earlier.end)
    }

    fn skip_to(&mut self, document: u64) -> std::result::Result<(), Unlike> {
        for skipped in self.next..document.min(self.earlier.end) {
            if self.mark(skipped)? != NONE {
                return Err(Unlike::Document(DocumentId(skipped)));
            }
        }
        Ok(())
    }

    fn mark(&mut self, document: u64) -> std::result::Result<u32, Unlike> {
        if !(self.earlier.first..self.earlier.end).contains(&document) {
            return Ok(NONE);
        }
        if !(self.first..self.first + count(self.marks.len())).contains(&document) {
            let num = AHEAD.min(self.earlier.end - document);
            self.earlier.read(document, &mut self.marks, num).map_err(Unlike::Error)?;
            self.first = document;
        }
        let at = units::index(document - self.first);
        Ok(self.marks.get(at).copied().unwrap_or(NONE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryOutput, Output};

    #[test]
    fn every_difference_is_found() {
        let mut reading = Checksums::new(MemoryOutput::new().scratch().unwrap(), DocumentId(2));
        for (document, checksum) in [(0, 3), (2, 4), (5, 6), (10_000, 8), (10_001, 10)] {
            reading.note(DocumentId(document), checksum).unwrap();
        }
        let reading = Arc::new(reading);
        let check = |documents: &[(u64, u32)]| {
            let mut recheck = Recheck::new(Arc::clone(&reading));
            let checked = documents.iter().try_for_each(|&(n, sum)| recheck.check(DocumentId(n), sum));
            checked.and_then(|()| recheck.finish()).map_err(|unlike| match unlike {
                Unlike::Document(document) => document.0,
                Unlike::Error(error) => panic!("{error}"),
            })
        };
        let all = [(0, 12), (1, 1), (2, 4), (5, 6), (10_000, 8), (10_001, 10)];
        assert_eq!(check(&all), Ok(()), "what stands before the first noted is not known");
        for (name, documents, changed) in [
            ("other text", &[(2, 4), (5, 8)][..], 5),
            ("one more", &[(2, 4), (4, 8)], 4),
            ("one left out", &[(2, 4), (10_000, 8)], 5),
            ("the last left out", &[(2, 4), (5, 6), (10_000, 8)], 10_001),
            ("one more at the end", &[(2, 4), (5, 6), (10_000, 8), (10_001, 10), (10_002, 1)], 10_002),
        ] {
            assert_eq!(check(documents), Err(changed), "{name}");
        }
    }
}
