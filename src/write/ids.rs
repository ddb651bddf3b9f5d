//! The ids of records, for the ledger.

use crate::error::Result;
use crate::store::{Mark, Scratch};
use crate::units::{self, DocumentId, count};

/// The ids of records, on disk: an index of fixed-size entries, one a document from the first noted on, and what is
/// too long for its entry, one after the other. Nothing is written for a corpus without ids.
pub(crate) struct RecordIds {
    /// The first document with an entry.
    first: Option<u64>,
    /// The next document to get an entry.
    next: u64,
    index: Box<dyn Scratch>,
    ids: Box<dyn Scratch>,
    /// Blocks of entries as they were read, each in the place that its number has among [`NUM_BLOCKS`].
    blocks: Vec<Block>,
}

/// Entries that were read from the index.
#[derive(Debug, Clone, Default)]
struct Block {
    number: u64,
    /// Those that there were; none if none was read.
    entries: Vec<u8>,
}

/// [`RecordIds`] that were saved.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SavedIds {
    first: Option<u64>,
    next: u64,
    /// The marks of the two stores.
    pub stores: [Mark; 2],
}

/// An entry: the length and the id, or [`ELSEWHERE`] and, as little-endian u64s from byte 8 on, offset and length.
/// Room for a UUID in quotes.
const ENTRY_BYTES: usize = 40;
/// First byte of an entry whose id stands elsewhere.
const ELSEWHERE: u8 = u8::MAX;
/// Entries that are read at once: 2.5 KiB. Documents are asked for in order, and between them the survivors, which often
/// stand in one document again and again, or in neighbours.
const BLOCK: usize = 64;
/// Blocks that are kept, 2.5 MiB of them: the ids of 65,536 documents.
const NUM_BLOCKS: usize = 1024;

impl std::fmt::Debug for RecordIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordIds").field("next", &self.next).finish_non_exhaustive()
    }
}

impl RecordIds {
    /// None yet, to be kept in the two scratch stores.
    pub(crate) fn new([index, ids]: [Box<dyn Scratch>; 2]) -> Self {
        Self { first: None, next: 0, index, ids, blocks: Vec::new() }
    }

    /// Notes the id of a record, the JSON of its id field; empty if it has none. What is noted already is not
    /// noted again.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn note(&mut self, document: DocumentId, id: &[u8]) -> Result<()> {
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
        let mut entry = [0; ENTRY_BYTES];
        match u8::try_from(id.len()) {
            Ok(len) if id.len() < ENTRY_BYTES => {
                entry[0] = len;
                entry[1..=id.len()].copy_from_slice(id);
            }
            _ => {
                entry[0] = ELSEWHERE;
                entry[8..16].copy_from_slice(&self.ids.append(id)?.to_le_bytes());
                entry[16..24].copy_from_slice(&count(id.len()).to_le_bytes());
            }
        }
        self.index.append(&entry)?;
        self.next += 1;
        Ok(())
    }

    /// The document behind the last whose id is noted.
    pub(crate) fn end(&self) -> DocumentId {
        DocumentId(self.next)
    }

    /// Writes everything to the stores, and says how to take it up.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn save(&mut self) -> Result<SavedIds> {
        let stores = [self.index.mark()?, self.ids.mark()?];
        Ok(SavedIds { first: self.first, next: self.next, stores })
    }

    /// Takes up what was saved, with the two stores as they were then.
    pub(crate) fn resume(saved: &SavedIds, [index, ids]: [Box<dyn Scratch>; 2]) -> Self {
        Self { first: saved.first, next: saved.next, index, ids, blocks: Vec::new() }
    }

    /// The id of a document; empty if it has none. What was read with another is not read again, mostly.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn get(&mut self, document: DocumentId) -> Result<Vec<u8>> {
        let Some(number) = self.first.and_then(|first| document.0.checked_sub(first)) else {
            return Ok(Vec::new());
        };
        if document.0 >= self.next {
            return Ok(Vec::new());
        }
        let entry = self.entry(number)?;
        match entry[0] {
            ELSEWHERE => {
                let word = |at: usize| {
                    let mut bytes = [0; 8];
                    bytes.copy_from_slice(&entry[at..at + 8]);
                    u64::from_le_bytes(bytes)
                };
                let mut id = vec![0; units::index(word(16))];
                self.ids.read_at(word(8), &mut id)?;
                Ok(id)
            }
            len => Ok(entry[1..].iter().copied().take(usize::from(len)).collect()),
        }
    }

    fn entry(&mut self, number: u64) -> Result<[u8; ENTRY_BYTES]> {
        if self.blocks.is_empty() {
            self.blocks.resize(NUM_BLOCKS, Block::default());
        }
        let (block_number, at) = (number / count(BLOCK), units::index(number % count(BLOCK)) * ENTRY_BYTES);
        let block = &mut self.blocks[units::index(block_number % count(NUM_BLOCKS))];
        // The last block grows while entries are noted.
        if block.number != block_number || block.entries.len() <= at {
            let first = block_number * count(BLOCK);
            let num_noted = units::index((self.next - self.first.unwrap_or(0) - first).min(count(BLOCK)));
            let mut entries = std::mem::take(&mut block.entries);
            entries.resize(num_noted * ENTRY_BYTES, 0);
            self.index.read_at(first * count(ENTRY_BYTES), &mut entries)?;
            *block = Block { number: block_number, entries };
        }
        let mut entry = [0; ENTRY_BYTES];
        entry.copy_from_slice(&block.entries[at..at + ENTRY_BYTES]);
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{NullOutput, Output};

    #[test]
    fn ids_come_back_in_any_order() {
        let scratch = || NullOutput.scratch().unwrap();
        let mut ids = RecordIds::new([scratch(), scratch()]);
        let id = |n: u64| match n % 4 {
            0 => String::new(),
            1 => n.to_string(),
            2 => format!("\"{n:036}\""), // the longest that fits is 39 bytes
            _ => format!("\"{n:037}\"") + &"x".repeat(usize::try_from(n % 3).unwrap()),
        };
        // More than the blocks that are kept.
        let end = count(BLOCK * NUM_BLOCKS) + 9000;
        let is_noted = |n: u64| (5..end).contains(&n) && !n.is_multiple_of(7);
        let expected = |n: u64| if is_noted(n) { id(n) } else { String::new() };
        ids.note(DocumentId(2), b"").unwrap();
        for n in (5..end).filter(|n| is_noted(*n)) {
            ids.note(DocumentId(n), id(n).as_bytes()).unwrap();
            let asked = if n.is_multiple_of(3) { n } else { n / 2 };
            assert_eq!(ids.get(DocumentId(asked)).unwrap(), expected(asked).as_bytes(), "{asked} after {n}");
        }
        for n in 0..9100 {
            for n in [n, n * 7919 % end, n + count(BLOCK * NUM_BLOCKS)] {
                assert_eq!(ids.get(DocumentId(n)).unwrap(), expected(n).as_bytes(), "{n}");
            }
        }
    }
}
