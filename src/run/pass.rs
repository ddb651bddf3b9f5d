//! One reading of the corpus: a batch is fed while the one before it is scanned and the one before that is visited, and
//! between the two the scanned batch is settled.

use rayon::prelude::*;
use serde::Serialize;

use super::ceiling;
use super::checkpoint::Sealer;
use super::corpus::{Buffers, Corpus};
use super::decider::{Decider, Rewind};
use super::feed::{BATCH_BYTES, Feed, Work};
use super::scan::{ScanContext, Scanned, scan};
use super::settled::Settled;
use crate::decide::Places;
use crate::error::{Error, Result};
use crate::units::count;

/// What is done with a chunk whose paragraphs have verdicts: `visit` in parallel, `commit` in corpus order.
pub(crate) struct Visitor<'v, V, C, S> {
    pub(crate) visit: &'v V,
    pub(crate) commit: &'v mut C,
    /// Where what is done is written down from time to time.
    pub(crate) sealer: Option<&'v Sealer<'v, S>>,
}

/// Takes in what was made of chunks, in corpus order.
pub(crate) trait Commit<T>: Send {
    /// What can be saved of it.
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

/// How far [`run`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// To the end.
    End,
    /// To where memory is full of records. Everything that was settled is visited.
    Brim,
}

/// Takes `feed` on, as far as it goes. What it fed and did not settle is left in `fed`.
pub(crate) fn run<T: Send, V, C>(
    corpus: &Corpus<'_>,
    (feed, fed): (&mut Feed<'_>, &mut Option<Vec<Work>>),
    context: &ScanContext<'_>,
    decider: &mut Decider<'_>,
    visitor: &mut Visitor<'_, V, C, C::Saved>,
) -> Result<Reached>
where
    V: Fn(Settled, &Places) -> Result<T> + Sync,
    C: Commit<T>,
{
    let (mut settled, mut is_done) = (Vec::new(), false);
    while !is_done || !settled.is_empty() {
        if corpus.observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let batch = std::mem::take(&mut settled);
        let is_long = is_long(&batch, fed.as_deref());
        let is_full = ceiling::is_full(corpus, decider)?;
        let position = feed.position(fed.as_deref().unwrap_or_default());
        let sealer = visitor.sealer.filter(|sealer| !batch.is_empty() && sealer.is_due(position));
        let writer =
            || visit_all(batch, decider.places(), (visitor.visit, &mut *visitor.commit), corpus.buffers);
        if is_full {
            writer()?;
            return Ok(Reached::Brim);
        }
        if let Some(sealer) = sealer {
            writer()?;
            sealer.seal(corpus, (position, feed.ways()), decider, visitor.commit.save()?)?;
            continue;
        }
        feed.end_with_source(visitor.sealer.is_some_and(Sealer::is_wanted));
        let (scanned, written) = advance(fed, feed, (context, is_long), writer);
        written?;
        let scanned = scanned?;
        is_done = scanned.is_empty() && fed.as_ref().is_none_or(Vec::is_empty);
        let rewind;
        (settled, rewind) = decider.settle(scanned, feed).map_err(|halt| halt.into_error(corpus.sources))?;
        if let Some(sealer) = visitor.sealer {
            let parts = settled.iter().flat_map(|settled| &settled.scanned.chunk.parts);
            sealer.advance(parts.map(|part| part.num_bytes).sum());
        }
        if let Some(Rewind { first, source, how }) = rewind {
            feed.rewind(first, source, how);
            (*fed, is_done) = (None, false);
        }
        if fed.is_none() && feed.is_unpacking() {
            *fed = Some(feed.next_batch()?);
        }
    }
    Ok(Reached::End)
}

/// Scans the batch that was fed, or the next, and feeds another if that is worth it, while `writer` runs.
fn advance(
    fed: &mut Option<Vec<Work>>,
    feed: &mut Feed<'_>,
    (context, is_long): (&ScanContext<'_>, bool),
    writer: impl FnOnce() -> Result<()> + Send,
) -> (Result<Vec<Scanned>>, Result<()>) {
    let scanner = |work: Vec<Work>| work.into_par_iter().map(|work| scan(work, context)).collect();
    match fed.take() {
        // Batches with a line of many megabytes each are not held at once.
        work if is_long => {
            let written = writer();
            (work.map_or_else(|| feed.next_batch(), Ok).map(scanner), written)
        }
        // What is unpacked is unpacked ahead. Unpacking and packing each take one thread their time, and
        // so start at once on two; scanning is shared by whoever is done first.
        Some(work) => {
            let (next, (written, scanned)) =
                rayon::join(|| feed.next_batch(), || rayon::join(writer, || scanner(work)));
            match next {
                Ok(next) => {
                    *fed = Some(next);
                    (Ok(scanned), written)
                }
                Err(error) => (Err(error), written),
            }
        }
        // What is only read is in the cache when it is scanned.
        None => rayon::join(|| feed.next_batch().map(scanner), writer),
    }
}

/// Visits a batch in parallel and commits it in order.
fn visit_all<T: Send>(
    batch: Vec<Settled>,
    places: &Places,
    (visit, commit): (&(impl Fn(Settled, &Places) -> Result<T> + Sync), &mut impl Commit<T>),
    buffers: &Buffers,
) -> Result<()> {
    let visited: Result<Vec<_>> = batch.into_par_iter().map(|settled| visit(settled, places)).collect();
    for visited in visited? {
        buffers.give_back(commit.commit(visited, places)?);
    }
    Ok(())
}

/// Whether a batch holds much more than a batch should.
fn is_long(settled: &[Settled], fed: Option<&[Work]>) -> bool {
    let settled = settled.iter().map(|settled| count(settled.scanned.chunk.bytes.len())).sum::<u64>();
    let fed = fed.unwrap_or_default().iter().map(Work::len).sum();
    settled.max(fed) > 2 * BATCH_BYTES
}
