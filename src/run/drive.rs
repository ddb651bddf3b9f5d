//! Takes a pass through the corpus: a batch is fed while the one before it is scanned and the one before that is visited,
//! and between the two the scanned batch is settled. Where prints do not fit in memory, one pass leads to the next.

use std::marker::PhantomData;

use rayon::prelude::*;
use serde::Serialize;

use super::ceiling;
use super::checkpoint::Sealer;
use super::corpus::{Buffers, Corpus};
use super::course::Course;
use super::decider::Decider;
use super::feed::{BATCH_BYTES, Feed, Work};
use super::overflow;
use super::pass::{Keys, Pass, Wants};
use super::reader::advance;
use super::scan::{ScanContext, scan};
use super::settled::Settled;
use crate::decide::Places;
use crate::error::{Error, Result};
use crate::units::count;

/// What is done with a chunk whose paragraphs have verdicts: `visit` in parallel, `commit` in corpus order.
pub(crate) struct Visitor<'v, V, C, S> {
    /// The keys that `visit` reads.
    pub(crate) keys: Keys,
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
    mut course: Course<'a>,
    decider: &mut Decider<'_>,
    mut visitor: Visitor<'_, V, C, C::Saved>,
) -> Result<()>
where
    V: Fn(Settled, &Places) -> Result<T> + Sync,
    C: Commit<T>,
{
    loop {
        if course.pass == Pass::Partition {
            overflow::begin_reading(corpus);
            let mut watch = Watch { corpus, saved: PhantomData };
            let visit = |settled, _: &Places| Ok(settled);
            let sealer = visitor.sealer;
            let mut ahead = Visitor { keys: Keys::Unread, visit: &visit, commit: &mut watch, sealer };
            run(corpus, &mut course, decider, &mut ahead)?;
            course = overflow::settle(corpus, course, decider)?;
            if let Some(sealer) = sealer {
                sealer.begin_writing(corpus)?;
            }
        }
        match run(corpus, &mut course, decider, &mut visitor)? {
            Reached::End => return decider.finish().map_err(|halt| halt.into_error(corpus.sources)),
            Reached::Ceiling => {
                let saved = visitor.commit.save()?;
                course = overflow::begin(corpus, course, decider)?;
                if let (Some(sealer), Some(rest)) = (visitor.sealer, &course.rest) {
                    sealer.begin_partition(rest, saved);
                }
            }
        }
    }
}

/// How far [`run`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// To the end.
    End,
    /// To where prints fill the memory they may take. Everything that was settled is visited.
    Ceiling,
}

/// Takes a course on as far as it goes.
fn run<T: Send, V, C>(
    corpus: &Corpus<'_>,
    course: &mut Course<'_>,
    decider: &mut Decider<'_>,
    visitor: &mut Visitor<'_, V, C, C::Saved>,
) -> Result<Reached>
where
    V: Fn(Settled, &Places) -> Result<T> + Sync,
    C: Commit<T>,
{
    let wants = Wants { keys: visitor.keys, checksums: decider.has_checksums() };
    let context = ScanContext::new(corpus, course.pass.needs(wants));
    let feed = &mut course.feed;
    let (mut settled, mut is_done) = (Vec::new(), false);
    while !is_done || !settled.is_empty() {
        if corpus.observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let batch = std::mem::take(&mut settled);
        let is_long = is_long(&batch, feed);
        let is_full = ceiling::is_full(corpus, decider)?;
        let sealer = visitor.sealer;
        let due = sealer.filter(|sealer| !batch.is_empty() && sealer.is_due(feed.position()));
        let places = decider.places();
        let writer = || visit_all(batch, places, visitor, corpus.buffers);
        if is_full {
            writer()?;
            return Ok(Reached::Ceiling);
        }
        if let Some(sealer) = due {
            writer()?;
            sealer.seal(corpus, feed, decider, visitor.commit.save()?)?;
            continue;
        }
        feed.end_with_source(sealer.is_some_and(Sealer::is_wanted));
        let (scanned, written) = advance(feed, &|work| scan(work, &context), is_long, writer);
        written?;
        let scanned = scanned?;
        is_done = scanned.is_empty() && feed.ahead().is_none_or(<[Work]>::is_empty);
        let rewind;
        (settled, rewind) = decider.settle(scanned, feed).map_err(|halt| halt.into_error(corpus.sources))?;
        if let Some(sealer) = sealer {
            let parts = settled.iter().flat_map(|settled| &settled.scanned.chunk.parts);
            sealer.advance(parts.map(|part| part.num_bytes).sum());
        }
        if let Some(rewind) = rewind {
            feed.rewind(rewind);
            is_done = false;
        }
        if feed.ahead().is_none() && feed.is_unpacking() {
            feed.feed_ahead()?;
        }
    }
    Ok(Reached::End)
}

/// Visits a batch in parallel and commits it in order.
fn visit_all<T: Send, V, C>(
    batch: Vec<Settled>,
    places: &Places,
    visitor: &mut Visitor<'_, V, C, C::Saved>,
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
