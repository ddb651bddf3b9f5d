//! The ceiling on memory: how much of it prints may take, and whether they fill it.

use super::corpus::Corpus;
use super::decider::Decider;
use crate::config::TargetFormat;
use crate::decide::Copies;
use crate::error::{Error, Result};

/// Bytes of memory that do not grow with the corpus: the program, batches of text and what is made of them.
pub(crate) const FIXED: u64 = 112 * 1024 * 1024;

/// Bytes of memory that Parquet files take beside that: rows as they are read and as they are written, and row groups.
const PARQUET: u64 = 128 * 1024 * 1024;

/// Bytes of memory for the id of a record that goes into a shard, at most, while the file of the record is read.
const ID: u64 = 32;

/// The part of a ceiling of `memory` bytes that does not grow with the corpus. Below the smallest ceiling of the
/// command, half is left for prints.
fn fixed(memory: u64) -> u64 {
    FIXED.min(memory / 2)
}

/// Bytes of a ceiling above what does not grow with the corpus.
pub(crate) fn above_fixed(memory: u64) -> u64 {
    memory.saturating_sub(fixed(memory))
}

/// Bytes of memory that prints may take, if there is a ceiling.
///
/// # Errors
/// [`Error::Config`] if what is known of each file takes more than there is.
pub(crate) fn room(corpus: &Corpus<'_>, decider: &Decider<'_>) -> Result<Option<u64>> {
    let Some(memory) = corpus.config.memory else { return Ok(None) };
    let has_binary = corpus.sources.has_binary() || corpus.config.write.to == Some(TargetFormat::Parquet);
    let tables = if has_binary { PARQUET } else { 0 };
    let is_shards = matches!(corpus.config.write.to, Some(TargetFormat::Jsonl | TargetFormat::Parquet));
    let ids = if is_shards { ID * decider.places().num_documents_of_last_source() } else { 0 };
    let listed = corpus.sources.num_bytes() + decider.places().num_bytes() + ids;
    let (listed, tables) = if memory / 2 < FIXED { (0, 0) } else { (listed, tables) };
    match above_fixed(memory).checked_sub(listed + tables) {
        // The rest is for sketches of texts and for what groups them.
        Some(room) if corpus.config.decide.near.units.is_some() => Ok(Some(room / 4)),
        Some(room) => Ok(Some(room)),
        None => Err(Error::Config(format!(
            "memory {memory}: {} files and {} documents take {} MiB beside the {} MiB of such a run; give more, or clean \
             them in several runs with --index",
            corpus.sources.len(),
            decider.places().num_documents(),
            listed.div_ceil(1024 * 1024),
            (FIXED + tables) / 1024 / 1024,
        ))),
    }
}

/// Whether prints fill the memory that they may take.
pub(crate) fn is_full(corpus: &Corpus<'_>, decider: &Decider<'_>) -> Result<bool> {
    let room = room(corpus, decider)?;
    if !matches!(decider.copies, Copies::InMemory(_)) {
        return Ok(false);
    }
    // The paragraphs of earlier runs are on disk, and have to be compared there.
    Ok(corpus.history.is_some() || room.is_some_and(|room| decider.copies.num_bytes() > room))
}
