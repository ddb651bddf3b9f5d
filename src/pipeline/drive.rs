//! One pass over the corpus: feed a batch while the one before it is scanned and the one before that is visited,
//! then settle.

use rayon::prelude::*;

use super::commit::SavedRecorder;
use super::feed::{BATCH_BYTES, Buffers, Feed, OutputSpooler, Work};
use super::history::History;
use super::render::Settled;
use super::scan::{ScanContext, Scanned, scan};
use super::seal::Sealer;
use super::settle::{Decider, Halt, Rewind, Start};
use super::spill::{self, Begun};
use crate::config::Config;
use crate::decide::{Earlier, Places};
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::read::ReadContext;
use crate::store::{Input, Output};
use crate::units::count;

/// What every pass works with.
#[derive(Clone, Copy)]
pub(super) struct Corpus<'a> {
    pub(super) sources: &'a SourceList,
    pub(super) input: &'a dyn Input,
    pub(super) output: &'a dyn Output,
    pub(super) read: &'a ReadContext,
    pub(super) spooler: &'a OutputSpooler<'a>,
    pub(super) config: &'a Config,
    pub(super) observer: &'a dyn Observer,
    pub(super) buffers: &'a Buffers,
    /// What earlier runs left.
    pub(super) history: Option<&'a History>,
    /// Seals what is done.
    pub(super) sealer: Option<&'a Sealer<'a>>,
}

impl<'a> Corpus<'a> {
    /// What earlier runs left.
    pub(super) fn earlier(&self) -> Option<&'a dyn Earlier> {
        self.history.map(|history| history as &dyn Earlier)
    }

    /// A feed from its beginning.
    pub(super) fn feed(&self) -> Feed<'a> {
        let can_retract = self.output.can_retract();
        let feed =
            Feed::new((self.sources, self.input), self.read, (self.spooler, can_retract), self.buffers);
        feed.within(self.config.memory)
    }

    fn error(&self, halt: Halt) -> Error {
        match halt {
            Halt::Changed(source) => {
                Error::Changed { path: self.sources.get(source).place.relative.to_vec() }
            }
            Halt::Error(error) => error,
        }
    }
}

/// What is done with a chunk whose paragraphs have verdicts: `visit` in parallel, `commit` in corpus order.
pub(super) struct Visitor<'v, V, C> {
    pub(super) visit: &'v V,
    pub(super) commit: &'v mut C,
}

/// Takes in what was made of chunks, in corpus order.
pub(super) trait Commit<T>: Send {
    /// Takes in what was made of a chunk, and gives back the chunk's buffer.
    fn commit(&mut self, made: T, places: &Places) -> Result<Vec<u8>>;

    /// Saves everything so far, if that is possible here.
    fn save(&mut self) -> Result<Option<SavedRecorder>> {
        Ok(None)
    }
}

impl<T, F: FnMut(T, &Places) -> Result<Vec<u8>> + Send> Commit<T> for F {
    fn commit(&mut self, made: T, places: &Places) -> Result<Vec<u8>> {
        self(made, places)
    }
}

/// How a pass goes through the corpus, and where it is.
pub(super) enum Course<'a> {
    /// It decides as it goes; if records do not fit in memory any more, it goes on to the next.
    Stream(Feed<'a>),
    /// Records are put aside on disk; the second is what was fed already.
    Deal(Feed<'a>, Option<Vec<Work>>, Begun, Box<Start>),
    /// Everything is decided.
    Write(Feed<'a>),
}

/// Takes a pass through to its end.
///
/// If records do not fit in memory any more, those of the rest are put aside on disk, settled there, and the rest is
/// gone through once more with what came of it ([`super::spill`]).
pub(super) fn drive<T: Send, V, C>(
    corpus: &Corpus<'_>,
    (course, context): (Course<'_>, &ScanContext<'_>),
    decider: &mut Decider<'_>,
    mut visitor: Visitor<'_, V, C>,
) -> Result<()>
where
    V: Fn(Settled, &Places) -> Result<T> + Sync,
    C: Commit<T>,
{
    let course = match course {
        Course::Stream(mut feed) => {
            let mut fed = None;
            match run(corpus, (&mut feed, &mut fed), context, decider, &mut visitor)? {
                Reached::End => return decider.finish().map_err(|halt| corpus.error(halt)),
                Reached::Brim => {
                    let recorder = visitor.commit.save()?;
                    let (begun, start) = spill::begin(corpus, (&feed, fed.as_deref()), decider, recorder)?;
                    Course::Deal(feed, fed, begun, Box::new(start))
                }
            }
        }
        course => course,
    };
    let mut feed = match course {
        Course::Stream(feed) | Course::Write(feed) => feed,
        Course::Deal(feed, fed, begun, start) => {
            spill::decide_ahead(corpus, (feed, fed, context), decider, (begun, *start))?
        }
    };
    let context = spill::context(corpus, context);
    run(corpus, (&mut feed, &mut None), &context, decider, &mut visitor)?;
    decider.finish().map_err(|halt| corpus.error(halt))
}

/// How far [`run`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// To the end.
    End,
    /// To where memory is full of records. Everything that was settled is visited.
    Brim,
}

/// Takes `feed` on, as far as it goes. What it fed and did not settle is left in `fed`.
pub(super) fn run<T: Send, V, C>(
    corpus: &Corpus<'_>,
    (feed, fed): (&mut Feed<'_>, &mut Option<Vec<Work>>),
    context: &ScanContext<'_>,
    decider: &mut Decider<'_>,
    visitor: &mut Visitor<'_, V, C>,
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
        let is_full = spill::is_full(corpus, decider)?;
        let position = feed.position(fed.as_deref().unwrap_or_default());
        let sealer = corpus.sealer.filter(|sealer| !batch.is_empty() && sealer.is_due(position));
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
        feed.end_with_source(corpus.sealer.is_some_and(Sealer::is_wanted));
        let (scanned, written) = advance(fed, feed, (context, is_long), writer);
        written?;
        let scanned = scanned?;
        is_done = scanned.is_empty() && fed.as_ref().is_none_or(Vec::is_empty);
        let rewind;
        (settled, rewind) = decider.settle(scanned, feed).map_err(|halt| corpus.error(halt))?;
        if let Some(sealer) = corpus.sealer {
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
