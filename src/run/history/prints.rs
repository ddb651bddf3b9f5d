//! Prints of an index: the documents of earlier runs by which boilerplate is counted, and those that this run adds (contract
//! C4).

use super::{History, Update};
use crate::decide::boilerplate::PrintBlock;
use crate::error::Result;
use crate::index::{IndexReader, IndexWriter};
use crate::store::Output;
use crate::units::{Ordinal, push_varint, take_varint};

/// Bytes of a print, about, from which is told how many there are.
const USUAL_PRINT: u64 = 8;

impl History {
    /// Gives the documents of earlier runs that count, in blocks and always in the same order. Their places are those in
    /// their index.
    pub(crate) fn for_each_prints(&self, mut give: impl FnMut(&PrintBlock) -> Result<()>) -> Result<()> {
        for (reader, _) in &self.readers {
            for block in reader.prints() {
                give(&block?)?;
            }
        }
        Ok(())
    }

    /// Number of their paragraphs, about.
    pub(crate) fn num_printed_lines(&self) -> u64 {
        self.readers.iter().map(|(reader, _)| reader.num_print_bytes() / USUAL_PRINT).sum()
    }

    /// Begins to take in prints.
    pub(crate) fn begin_prints(&self, output: &dyn Output) -> Result<()> {
        self.update.as_ref().map_or(Ok(()), |update| update.prints.begin(output))
    }

    /// Takes in a block of prints of this run, of so many documents; blocks come in order.
    pub(crate) fn keep_prints(&self, start: Ordinal, num_documents: u64, block: &[u8]) -> Result<()> {
        let Some(update) = &self.update else { return Ok(()) };
        update.prints.keep(|bytes| {
            push_varint(bytes, start.0);
            push_varint(bytes, num_documents);
            bytes.extend_from_slice(block);
        })
    }
}

impl Update {
    /// Writes the prints of an index and, behind them, those of this run, whose places begin at `base`.
    pub(super) fn write_prints(
        &self,
        old: Option<&IndexReader>,
        base: u64,
        writer: &mut IndexWriter<'_>,
    ) -> Result<()> {
        if let Some(old) = old {
            writer.push_prints_of(old, Ordinal(0))?;
        }
        let decode = |bytes: &mut &[u8]| {
            let (start, num_documents) = (take_varint(bytes)?, take_varint(bytes)?);
            Some((Ordinal(base + start), num_documents, bytes.to_vec()))
        };
        self.prints.for_each(decode, |(start, num_documents, block)| {
            writer.push_prints(start, num_documents, &block)
        })
    }
}
