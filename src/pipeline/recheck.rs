//! A corpus that is read several times must be the same each time: what was decided of one reading is carried out in
//! another.

use crate::units::DocumentId;

/// What every document of a reading was: four bytes each.
#[derive(Debug, Default)]
pub(super) struct Reading(Vec<u32>);

/// No document of this number was read to its end.
const NONE: u32 = 0;

/// A part of the document's fingerprint that tells it from another version of it; never [`NONE`].
fn mark(digest: u64) -> u32 {
    u32::try_from(digest >> 32).unwrap_or(1) | 1
}

impl Reading {
    /// Notes a document. Documents come in order.
    pub(super) fn note(&mut self, document: DocumentId, digest: u64) {
        let index = usize::try_from(document.0).unwrap_or(usize::MAX);
        if index >= self.0.len() {
            self.0.resize(index, NONE);
            self.0.push(mark(digest));
        }
    }
}

/// Holds a reading against an earlier one.
#[derive(Debug)]
pub(super) struct Recheck<'a> {
    earlier: &'a Reading,
    /// The first document not yet checked.
    next: usize,
}

impl<'a> Recheck<'a> {
    /// Nothing is checked yet.
    pub(super) fn new(earlier: &'a Reading) -> Self {
        Self { earlier, next: 0 }
    }

    /// Checks a document that was read to its end, and that none was left out before it. Documents come in order.
    ///
    /// # Errors
    /// The number of a document that is not what it was.
    pub(super) fn check(&mut self, document: DocumentId, digest: u64) -> Result<(), DocumentId> {
        let index = usize::try_from(document.0).unwrap_or(usize::MAX);
        self.skip_to(index)?;
        self.next = index + 1;
        if self.earlier.0.get(index) == Some(&mark(digest)) { Ok(()) } else { Err(document) }
    }

    /// Checks that no document is left.
    ///
    /// # Errors
    /// The number of one that was not read again.
    pub(super) fn finish(&mut self) -> Result<(), DocumentId> {
        self.skip_to(self.earlier.0.len())
    }

    fn skip_to(&mut self, index: usize) -> Result<(), DocumentId> {
        let skipped = self.earlier.0.get(self.next..index.min(self.earlier.0.len())).unwrap_or_default();
        match skipped.iter().position(|mark| *mark != NONE) {
            Some(at) => Err(DocumentId(crate::units::count(self.next + at))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_found() {
        let mut reading = Reading::default();
        for (document, digest) in [(0, 5 << 32), (3, 7 << 32), (4, 8 << 32)] {
            reading.note(DocumentId(document), digest);
        }
        let check = |documents: &[(u64, u64)]| {
            let mut recheck = Recheck::new(&reading);
            let checked =
                documents.iter().try_for_each(|&(n, digest)| recheck.check(DocumentId(n), digest << 32));
            checked.and_then(|()| recheck.finish()).map_err(|document| document.0)
        };
        assert_eq!(check(&[(0, 5), (3, 7), (4, 8)]), Ok(()));
        for (name, documents, changed) in [
            ("other text", &[(0, 5), (3, 9)][..], 3),
            ("one more", &[(0, 5), (2, 9)], 2),
            ("one left out", &[(0, 5), (4, 8)], 3),
            ("the last left out", &[(0, 5), (3, 7)], 4),
            ("one more at the end", &[(0, 5), (3, 7), (4, 8), (5, 1)], 5),
        ] {
            assert_eq!(check(documents), Err(changed), "{name}");
        }
    }
}
