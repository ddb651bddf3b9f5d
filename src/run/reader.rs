//! Reads the corpus a batch at a time: one batch is scanned, in parallel, while the next is fed and something else is
//! done. Every pass goes on by [`advance`]; [`ReadOnlyPass`] is the pass that does nothing but read.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::corpus::{Corpus, Listing};
use super::feed::{Feed, Rewind, Room, Work};
use super::pass::Pass;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::read::{self, Chunk, PartFate, ReadContext, TextVisitor, held_of_lines};
use crate::split::line;
use crate::units::{SourceId, count};

/// Scans the batch that was fed ahead, or the next, and feeds another if that is worth it, while `meanwhile` runs. What
/// would make the batch too large for memory is left for the next.
///
/// `is_long` says that batches hold much more than they should: then nothing is done at once.
pub(crate) fn advance<T: Send + Weigh>(
    feed: &mut Feed<'_>,
    scan: &(impl Fn(Work) -> T + Sync),
    is_long: bool,
    meanwhile: impl FnOnce() -> Result<()> + Send,
) -> (Result<Vec<T>>, Result<()>) {
    let room = feed.room();
    let scanner = |work: Vec<Work>| scan_all(work, scan, &room);
    let (scanned, done) = match feed.take_returned() {
        Some(work) if is_long => {
            let done = meanwhile();
            (Ok(scanner(work)), done)
        }
        // Enough was fed for the batch that it is the end of.
        Some(work) => {
            let (scanned, done) = rayon::join(|| scanner(work), meanwhile);
            (Ok(scanned), done)
        }
        None => match feed.take_ahead() {
            // Batches with a line of many megabytes each are not held at once.
            work if is_long => {
                let done = meanwhile();
                (work.map_or_else(|| feed.next_batch(), Ok).map(scanner), done)
            }
            // What is unpacked is unpacked ahead. Unpacking and packing each take one thread their time, and
            // so start at once on two; scanning is shared by whoever is done first.
            Some(work) => {
                let (fed, (done, scanned)) =
                    rayon::join(|| feed.feed_ahead(), || rayon::join(meanwhile, || scanner(work)));
                (fed.map(|()| scanned), done)
            }
            // What is only read is in the cache when it is scanned.
            None => rayon::join(|| feed.next_batch().map(scanner), meanwhile),
        },
    };
    let scanned = scanned.map(|(scanned, rest)| {
        feed.give_back(rest);
        scanned
    });
    (scanned, done)
}

/// Work that takes up memory while its batch is worked on.
pub(crate) trait Weigh {
    /// Bytes of memory it takes, about.
    fn weight(&self) -> u64;
}

impl<T> Weigh for (Chunk, T) {
    fn weight(&self) -> u64 {
        count(self.0.bytes.len()) + held_of_lines(&self.0.bytes)
    }
}

/// A batch that is being scanned.
struct Queue {
    rest: std::vec::IntoIter<Work>,
    /// Number of what is scanned next.
    next: usize,
    /// Bytes of memory that are held, or will be when what was begun is done.
    held: u64,
    /// Bytes that were held for each 16 of text.
    held_for_16: u64,
}

/// 4 bytes for each one, as of lines of 33 bytes, until something else is seen.
const USUALLY_HELD_FOR_16: u64 = 4 * 16;

/// Scans in order, on all threads, until there is no room for more; gives back what was not begun. At least one is
/// scanned. What is in the works on each thread when room runs out is held too.
fn scan_all<T: Send + Weigh>(
    work: Vec<Work>,
    scan: &(impl Fn(Work) -> T + Sync),
    room: &Room<'_>,
) -> (Vec<T>, Vec<Work>) {
    let queue = Queue { rest: work.into_iter(), next: 0, held: 0, held_for_16: USUALLY_HELD_FOR_16 };
    let queue = Mutex::new(queue);
    let take = || {
        // Poisoned only if another thread panicked, and then the run is over.
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        if room.is_filled_by(queue.held) {
            return None;
        }
        let work = queue.rest.next()?;
        let (number, expected) = (queue.next, room.expected(&work, queue.held_for_16));
        queue.next += 1;
        queue.held += expected;
        Some((number, expected, work))
    };
    let scan_one = |(number, expected, work): (usize, u64, Work)| {
        let scanned = scan(work);
        let weight = scanned.weight();
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.held = (queue.held + weight).saturating_sub(expected);
        if weight > expected {
            // More of its kind follow, as a rule.
            queue.held_for_16 = weight.saturating_mul(queue.held_for_16) / expected.max(1);
        }
        (number, scanned)
    };
    let threads = rayon::current_num_threads().min(queue.lock().map_or(1, |queue| queue.rest.len()));
    let loops = (0..threads).into_par_iter().with_max_len(1);
    let scanned = loops.map(|_| std::iter::from_fn(&take).map(&scan_one).collect::<Vec<_>>());
    let mut scanned: Vec<_> = scanned.flatten_iter().collect();
    scanned.sort_unstable_by_key(|(number, _)| *number);
    let rest = queue.into_inner().unwrap_or_else(PoisonError::into_inner).rest;
    (scanned.into_iter().map(|(_, scanned)| scanned).collect(), rest.collect())
}

/// The pass that only reads: gives out what a scan makes of each chunk, for programs that decide and write nothing.
pub(crate) struct ReadOnlyPass<'a, S> {
    feed: Feed<'a>,
    observer: &'a dyn Observer,
    scan: S,
}

impl<'a, T: Send, S: Fn(Work) -> (Chunk, T) + Sync> ReadOnlyPass<'a, S> {
    /// Takes `feed` through to its end.
    pub(crate) fn new(feed: Feed<'a>, observer: &'a dyn Observer, scan: S) -> Self {
        Self { feed, observer, scan }
    }

    /// Looks at all of `corpus`, as one who cannot take back what was made of a document's beginning.
    pub(crate) fn at(corpus: &Corpus<'a>, scan: S) -> Self {
        Self::new(Feed::final_at_once(corpus), corpus.observer, scan)
    }

    /// The next batch; `None` at the end of the corpus. A batch may be empty: all of it is read again.
    ///
    /// # Errors
    /// [`Error::Interrupted`], and [`Error::Output`] if there is no space to unpack to.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<(Chunk, T)>>> {
        if self.feed.ahead().is_none() && Pass::ReadOnly.feeds_ahead() {
            self.feed.feed_ahead()?;
        }
        if self.feed.ahead().is_some_and(<[Work]>::is_empty) {
            return Ok(None);
        }
        if self.observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let (scanned, done) = advance(&mut self.feed, &self.scan, false, || Ok(()));
        done?;
        let mut scanned = scanned?;
        for (chunk, _) in &scanned {
            self.feed.note_ways(chunk);
        }
        let reread = scanned.iter().enumerate().find_map(|(at, (chunk, _))| Some((at, reread(chunk)?)));
        if let Some((at, rewind)) = reread {
            scanned.truncate(at);
            self.feed.rewind(rewind);
        }
        Ok(Some(scanned))
    }
}

/// Where reading is to begin anew, if a source of this chunk is to be read in another way.
fn reread(chunk: &Chunk) -> Option<Rewind> {
    let (source, how) = chunk.parts.iter().find_map(|part| match part.fate {
        PartFate::Reread(how) => Some((part.source, how)),
        _ => None,
    })?;
    Some(Rewind { first: chunk.parts.first().map_or(source, |part| part.source), source, how })
}

/// Reads one chunk, if it is not read yet, and shows its documents to `visitor`.
pub(crate) fn read_work(
    work: Work,
    listing: Listing<'_>,
    context: &ReadContext,
    visitor: &mut impl TextVisitor,
) -> Chunk {
    match work {
        Work::Piece(piece) => read::read_piece(*piece, context, visitor),
        Work::Files(range, buffer) => {
            let mut chunk = Chunk::new(buffer);
            let sources = range.map(|id| listing.sources.get(SourceId(id)));
            read::read_files(listing.input, sources, context, &mut chunk, visitor);
            chunk
        }
    }
}

/// Line endings in a text (contract P1).
pub(crate) fn count_lines(text: &str) -> u64 {
    count(line::ends(text).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_split_ends_them() {
        for (text, expected) in [("", 0), ("a\nb", 1), ("a\r\nb\r\n", 2), ("a\rb\r", 2), ("\r\r\n\n", 2)] {
            assert_eq!(count_lines(text), expected, "{text:?}");
        }
    }
}
