//! The prints of a run's documents, put aside until all are there.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::decide::boilerplate::{Line, OpenPrints, PrintBlock};
use crate::error::Result;
use crate::store::Scratch;
use crate::units::{Ordinal, count, index};

/// The prints of documents in corpus order, in blocks. Memory: 32 bytes a block of 64 KiB, and a block.
pub(super) struct PrintStore {
    scratch: Mutex<Box<dyn Scratch>>,
    blocks: Vec<StoredBlock>,
    open: OpenPrints,
    num_lines: u64,
}

/// Where a block stands.
#[derive(Debug, Clone, Copy)]
struct StoredBlock {
    /// Place of its first document.
    start: u64,
    offset: u64,
    len: u64,
    crc: u32,
}

impl PrintStore {
    pub(super) fn new(scratch: Box<dyn Scratch>) -> Self {
        Self { scratch: Mutex::new(scratch), blocks: Vec::new(), open: OpenPrints::default(), num_lines: 0 }
    }

    /// Poisoned only if a read panicked, and then the run is over.
    fn lock(&self) -> MutexGuard<'_, Box<dyn Scratch>> {
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a document, in corpus order.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) fn push(
        &mut self,
        (place, source): (Ordinal, &str),
        counts: bool,
        lines: &[Line],
    ) -> Result<()> {
        self.open.push((place, source), counts, lines);
        self.num_lines += count(lines.len());
        if self.open.is_full() { self.end_block() } else { Ok(()) }
    }

    /// Writes the block that is open.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) fn end_block(&mut self) -> Result<()> {
        if let Some((start, bytes)) = self.open.take() {
            let offset = self.lock().append(&bytes)?;
            let (len, crc) = (count(bytes.len()), crc32fast::hash(&bytes));
            self.blocks.push(StoredBlock { start, offset, len, crc });
        }
        Ok(())
    }

    /// Paragraphs of all documents.
    pub(super) fn num_lines(&self) -> u64 {
        self.num_lines
    }

    /// Gives the blocks that are written, in order.
    ///
    /// # Errors
    /// Those of the store, and the first of `visit`.
    pub(super) fn for_each(&self, mut visit: impl FnMut(&PrintBlock) -> Result<()>) -> Result<()> {
        let mut bytes = Vec::new();
        for StoredBlock { start, offset, len, crc } in &self.blocks {
            bytes.resize(index(*len), 0);
            self.lock().read_at(*offset, &mut bytes)?;
            let is_whole = crc32fast::hash(&bytes) == *crc;
            let block = PrintBlock::decode(*start, &bytes).filter(|_| is_whole);
            visit(&block.ok_or_else(|| self.lock().damaged(*offset))?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryOutput, Output};

    #[test]
    fn documents_come_back_in_order() {
        let mut store = PrintStore::new(MemoryOutput::new().scratch().unwrap());
        let line = |key: u64| Line { key, width: 80, ..Line::default() };
        for n in 0..5000 {
            store.push((Ordinal(n * 3), "a"), true, &[line(7), line(n), line(n + 9000)]).unwrap();
        }
        store.end_block().unwrap();
        assert!(store.blocks.len() > 1 && store.num_lines() == 15_000);
        let mut next = 0;
        store
            .for_each(|block| {
                for document in &block.documents {
                    assert_eq!(document.place, Ordinal(next * 3));
                    assert_eq!(block.lines[document.lines.clone()], [line(7), line(next), line(next + 9000)]);
                    next += 1;
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(next, 5000);
    }
}
