//! Blocks of prints: what the boilerplate of sources is counted by. [`crate::decide::boilerplate`] says what is in one.

use crate::decide::boilerplate::PrintBlock;
use crate::units::Ordinal;

/// Bytes that no block has: one ends after 64 KiB, or with the document that begins before. What takes more is no document
/// by which anything of a source is counted, but a corpus in one file.
pub(crate) const MAX_BLOCK: u64 = 64 << 20;

/// The documents of a block, whose places are below `end`.
pub(super) fn decode(bytes: &[u8], start: u64, end: u64) -> Option<PrintBlock> {
    let block = PrintBlock::decode(start, bytes)?;
    let is_sound = block.documents.last().is_some_and(|last| last.place < Ordinal(end))
        && block.documents.iter().all(|document| document.counts);
    is_sound.then_some(block)
}
