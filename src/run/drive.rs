//! Takes a pass through the corpus: a batch is fed while the one before it is scanned and the one before that is visited,
//! and between the two the scanned batch is settled. Where prints do not fit in memory, one pass leads to the next.

use std::marker::PhantomData;

use rayon::prelude::*;
use serde::Serialize;

use super::ceiling;
use super::checkpoint::Checkpointer;
use super::corpus::{Buffers, Corpus};
use super::decider::Decider;
use super::feed::{BATCH_BYTES, Feed, Work};
use super::overflow;
use super::pass::{Keys, Pass, Wants};
use super::progress::PassProgress;
use super::reader::advance;
use super::scan::{ScanContext, scan};
use super::settled::Settled;
use crate::decide::Places;
use crate::error::{Error, Result};
use crate::units::count;

/// The work on a chunk whose paragraphs have verdicts: `visit` runs in parallel, `commit` in corpus order.
pub(crate) struct ChunkVisitor<'v, V, C, S> {
    /// The keys that `visit` reads.
    pub(crate) keys: Keys,
    pub(crate) visit: &'v V,
    pub(crate) commit: &'v mut C,
    /// Saves checkpoints from time to time, if there is a journal.
    pub(crate) checkpointer: Option<&'v Checkpointer<'v, S>>,
}

/// Takes in what was made of chunks, in corpus order.
pub(crate) trait Commit<T>: Send {
    /// The part of its state that can be saved.
    type Saved: Clone + Send + Serialize;

    /// Takes in what was made of a chunk, and gives back the chunk's buffer.
    fn commit(&mut self, made: T, places: &Places) -> Result<Vec<u8>>;

    /// Saves everything so far, if that is possible here.
    fn save(&mut self) -> Result<Option<Self::Saved>> {
        Ok(None)
    }
}

impl<T, F: FnMut(T, &Places) -> Result<Vec<u8>> + Send> Commit<T> for F {
    type Saved = ();

    fn commit(&mut self, made: T, places: &Places) -> Result<Vec<u8>> {
        self(made, places)
    }
}

/// Reports chunks that are read ahead; there is nothing to save of them.
struct Watch<'a, 'c, S> {
    corpus: &'a Corpus<'c>,
    saved: PhantomData<S>,
}

impl<S: Clone + Send + Serialize> Commit<Settled> for Watch<'_, '_, S> {
    type Saved = S;

    fn commit(&mut self, settled: Settled, _: &Places) -> Result<Vec<u8>> {
        overflow::report(self.corpus, &settled);
        Ok(settled.scanned.chunk.bytes)
    }
}

/// Takes a pass through to its end, and those that it leads to.
///
/// If prints do not fit in memory any more, those of the rest are put aside on disk, settled there, and the rest is
/// gone through once more with what came of it ([`overflow`]).
///
/// # Errors
/// Any [`Error`].
pub(crate) fn drive<'a, T: Send, V, C>(
    corpus: &Corpus<'a>,
    mut progress: PassProgress<'a>,
    decider: &mut Decider<'_>,
    mut visitor: ChunkVisitor<'_, V, C, C::Saved>,
) -> Result<()>
where
    V: Fn(Settled, &Places) -> Result<T> + Sync,
    C: Commit<T>,
{
    loop {
        if progress.pass == Pass::Partition {
            overflow::begin_reading(corpus);
            let mut watch = Watch { corpus, saved: PhantomData };
            let visit = |settled, _: &Places| Ok(settled);
            let checkpointer = visitor.checkpointer;
            let mut ahead =
                ChunkVisitor { keys: Keys::Unread, visit: &visit, commit: &mut watch, checkpointer };
            run(corpus, &mut progress, decider, &mut ahead)?;
            progress = overflow::settle(corpus, progress, decider)?;
            if let Some(checkpointer) = checkpointer {
                checkpointer.begin_writing(corpus)?;
            }
        }
        match run(corpus, &mut progress, decider, &mut visitor)? {
            PassStop::EndOfCorpus => return decider.finish().map_err(|halt| halt.into_error(corpus.sources)),
            PassStop::MemoryCeiling => {
                let saved = visitor.commit.save()?;
                progress = overflow::begin(corpus, progress, decider)?;
                if let (Some(checkpointer), Some(rest)) = (visitor.checkpointer, &progress.rest) {
                    checkpointer.begin_partition(rest, saved);
                }
            }
        }
    }
}

/// The reason why [`run`] stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PassStop {
    /// The corpus has come to its end.
    EndOfCorpus,
    /// Prints fill the memory that they may take. Everything that was settled is visited.
    MemoryCeiling,
}

/// Takes a pass on as far as it goes.
fn run<T: Send, V, C>(
    corpus: &Corpus<'_>,
    progress: &mut PassProgress<'_>,
    decider: &mut Decider<'_>,
    visitor: &mut ChunkVisitor<'_, V, C, C::Saved>,
) -> Result<PassStop>
where
    V: Fn(Settled, &Places) -> Result<T> + Sync,
    C: Commit<T>,
{
    let wants =
        Wants { prints: decider.takes_prints(), keys: visitor.keys, checksums: decider.has_checksums() };
    let context = ScanContext::new(corpus, progress.pass.needs(wants));
    let feed = &mut progress.feed;
    let (mut settled, mut is_done) = (Vec::new(), false);
    while !is_done || !settled.is_empty() {
        if corpus.observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let batch = std::mem::take(&mut settled);
        let is_long = is_long(&batch, feed);
        let is_full = ceiling::is_full(corpus, decider)?;
        let checkpointer = visitor.checkpointer;
        let due =
            checkpointer.filter(|checkpointer| !batch.is_empty() && checkpointer.is_due(feed.position()));
        let places = decider.places();
        let writer = || visit_all(batch, places, visitor, corpus.buffers);
        if is_full {
            writer()?;
            return Ok(PassStop::MemoryCeiling);
        }
        if let Some(checkpointer) = due {
            writer()?;
            checkpointer.save_checkpoint(corpus, feed, decider, visitor.commit.save()?)?;
            continue;
        }
        feed.end_with_source(checkpointer.is_some_and(Checkpointer::is_wanted));
        let (scanned, written) = advance(feed, &|work| scan(work, &context), is_long, writer);
        written?;
        let scanned = scanned?;
        is_done = scanned.is_empty() && feed.ahead().is_none_or(<[Work]>::is_empty);
        let rewind;
        (settled, rewind) = decider.settle(scanned, feed).map_err(|halt| halt.into_error(corpus.sources))?;
        if let Some(checkpointer) = checkpointer {
            let parts = settled.iter().flat_map(|settled| &settled.scanned.chunk.parts);
            checkpointer.advance(parts.map(|part| part.num_bytes).sum());
        }
        if let Some(rewind) = rewind {
            feed.rewind(rewind);
            is_done = false;
        }
        if feed.ahead().is_none() && feed.is_unpacking() {
            feed.feed_ahead()?;
        }
    }
    Ok(PassStop::EndOfCorpus)
}

/// Visits a batch in parallel and commits it in order.
fn visit_all<T: Send, V, C>(
    batch: Vec<Settled>,
    places: &Places,
    visitor: &mut ChunkVisitor<'_, V, C, C::Saved>,
    buffers: &Buffers,
) -> Result<()>
where
    V: Fn(Settled, &Places) -> Result<T> + Sync,
    C: Commit<T>,
{
    let visit = visitor.visit;
    let visited: Result<Vec<_>> = batch.into_par_iter().map(|settled| visit(settled, places)).collect();
    for visited in visited? {
        buffers.give_back(visitor.commit.commit(visited, places)?);
    }
    Ok(())
}

/// Whether a batch holds much more than a batch should.
fn is_long(settled: &[Settled], feed: &Feed<'_>) -> bool {
    let settled = settled.iter().map(|settled| count(settled.scanned.chunk.bytes.len())).sum::<u64>();
    settled.max(feed.num_held()) > 2 * BATCH_BYTES
}
