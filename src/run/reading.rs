//! A pass that only reads: the corpus in order, a batch at a time, for those who decide and write nothing.

use rayon::prelude::*;

use super::corpus::Listing;
use super::feed::{Feed, Work};
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::read::{self, Chunk, PartFate, ReadContext, Reread, Visitor};
use crate::units::{SourceId, count};

/// Gives out what a scan makes of each chunk. While one batch is scanned, in parallel, the next is fed.
pub(crate) struct Pass<'a, S> {
    feed: Feed<'a>,
    observer: &'a dyn Observer,
    scan: S,
    /// What is fed and not yet scanned; `None` before the first batch, and after a rewind.
    fed: Option<Vec<Work>>,
}

impl<'a, T: Send, S: Fn(Work) -> (Chunk, T) + Sync> Pass<'a, S> {
    /// Takes `feed` through to its end.
    pub(crate) fn new(feed: Feed<'a>, observer: &'a dyn Observer, scan: S) -> Self {
        Self { feed, observer, scan, fed: None }
    }

    /// The next batch; `None` at the end of the corpus. A batch may be empty: all of it is read again.
    ///
    /// # Errors
    /// [`Error::Interrupted`], and [`Error::Output`] if there is no space to unpack to.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<(Chunk, T)>>> {
        let fed = match self.fed.take() {
            Some(fed) => fed,
            None => self.feed.next_batch()?,
        };
        if fed.is_empty() {
            return Ok(None);
        }
        if self.observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let (feed, scan) = (&mut self.feed, &self.scan);
        let scanner = || fed.into_par_iter().map(scan).collect::<Vec<_>>();
        let (next, mut scanned) = rayon::join(|| feed.next_batch(), scanner);
        self.fed = Some(next?);
        let reread = scanned.iter().enumerate().find_map(|(at, (chunk, _))| Some((at, reread(chunk)?)));
        if let Some((at, (first, source, how))) = reread {
            scanned.truncate(at);
            self.feed.rewind(first, source, how);
            self.fed = None;
        }
        Ok(Some(scanned))
    }
}

/// Where reading is to begin anew, and the source that is to be read in another way, if there is one.
fn reread(chunk: &Chunk) -> Option<(SourceId, SourceId, Reread)> {
    let (source, how) = chunk.parts.iter().find_map(|part| match part.fate {
        PartFate::Reread(how) => Some((part.source, how)),
        _ => None,
    })?;
    Some((chunk.parts.first().map_or(source, |part| part.source), source, how))
}

/// Reads one chunk, if it is not read yet, and shows its documents to `visitor`.
pub(crate) fn read_work(
    work: Work,
    listing: Listing<'_>,
    context: &ReadContext,
    visitor: &mut impl Visitor,
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
