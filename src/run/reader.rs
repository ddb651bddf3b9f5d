//! Reads the corpus a batch at a time: one batch is scanned, in parallel, while the next is fed and something else is
//! done. Every pass goes on by [`advance`]; [`ReadOnlyPass`] is the pass that does nothing but read.

use rayon::prelude::*;

use super::corpus::{Corpus, Listing};
use super::feed::{Feed, Rewind, Work};
use super::pass::Pass;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::read::{self, Chunk, PartFate, ReadContext, TextVisitor};
use crate::units::{SourceId, count};

/// Scans the batch that was fed ahead, or the next, and feeds another if that is worth it, while `meanwhile` runs.
///
/// `is_long` says that batches hold much more than they should: then nothing is done at once.
pub(crate) fn advance<T: Send>(
    feed: &mut Feed<'_>,
    scan: &(impl Fn(Work) -> T + Sync),
    is_long: bool,
    meanwhile: impl FnOnce() -> Result<()> + Send,
) -> (Result<Vec<T>>, Result<()>) {
    let scanner = |work: Vec<Work>| work.into_par_iter().map(scan).collect();
    match feed.take_ahead() {
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
    }
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
    let bytes = text.as_bytes();
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    count(ends.filter(|&end| bytes[end] == b'\n' || bytes.get(end + 1) != Some(&b'\n')).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_split_ends_them() {
        for (text, expected) in [("", 0), ("a\nb", 1), ("a\r\nb\r\n", 2), ("a\rb\r", 2), ("\r\r\n\n", 3)] {
            assert_eq!(count_lines(text), expected, "{text:?}");
        }
    }
}
