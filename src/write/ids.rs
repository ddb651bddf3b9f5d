//! The ids of records, for the ledger.

use crate::error::Result;
use crate::store::Scratch;
use crate::units::DocumentId;

/// The ids of records, on disk: an index of fixed-size entries, one a document from the first noted on, and
/// the ids one after the other. Nothing is written for a corpus without ids.
pub struct RecordIds {
    /// The first document with an entry.
    first: Option<u64>,
    /// The next document to get an entry.
    next: u64,
    index: Box<dyn Scratch>,
    ids: Box<dyn Scratch>,
}

/// An entry: offset and length, each a little-endian u64.
const ENTRY_BYTES: usize = 16;

impl std::fmt::Debug for RecordIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordIds").field("next", &self.next).finish_non_exhaustive()
    }
}

impl RecordIds {
    /// None yet, to be kept in the two scratch stores.
    pub fn new([index, ids]: [Box<dyn Scratch>; 2]) -> Self {
        Self { first: None, next: 0, index, ids }
    }

    /// Notes the id of a record, the JSON of its id field; empty if it has none. What is noted already is not
    /// noted again.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub fn note(&mut self, document: DocumentId, id: &[u8]) -> Result<()> {
        if self.first.is_none() {
            if id.is_empty() {
                return Ok(());
            }
            (self.first, self.next) = (Some(document.0), document.0);
        }
        if document.0 < self.next {
            return Ok(()); // by the pass before this one
        }
        while self.next < document.0 {
            self.index.append(&[0; ENTRY_BYTES])?;
            self.next += 1;
        }
        let offset = self.ids.append(id)?;
        let mut entry = [0; ENTRY_BYTES];
        entry[..8].copy_from_slice(&offset.to_le_bytes());
        entry[8..].copy_from_slice(&crate::units::count(id.len()).to_le_bytes());
        self.index.append(&entry)?;
        self.next += 1;
        Ok(())
    }

    /// The id of a document; empty if it has none.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub fn get(&mut self, document: DocumentId) -> Result<Vec<u8>> {
        let Some(number) = self.first.and_then(|first| document.0.checked_sub(first)) else {
            return Ok(Vec::new());
        };
        if document.0 >= self.next {
            return Ok(Vec::new());
        }
        let mut entry = [0; ENTRY_BYTES];
        self.index.read_at(number * ENTRY_BYTES as u64, &mut entry)?;
        let (mut offset, mut len) = ([0; 8], [0; 8]);
        offset.copy_from_slice(&entry[..8]);
        len.copy_from_slice(&entry[8..]);
        let mut id = vec![0; usize::try_from(u64::from_le_bytes(len)).unwrap_or(0)];
        if !id.is_empty() {
            self.ids.read_at(u64::from_le_bytes(offset), &mut id)?;
        }
        Ok(id)
    }
}
