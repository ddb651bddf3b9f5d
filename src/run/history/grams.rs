//! Grams of an index: those that are looked for in this run's documents, and those that this run adds (contract N5).

use super::{History, Update};
use crate::config::Config;
use crate::decide::passages::{self, Passages, PassagesBuilder};
use crate::error::{Error, Result};
use crate::index::{IndexPassage, IndexReader};
use crate::store::{Output, path};

impl History {
    /// All runs of an index have grams of one length, or none has any: an index says as a whole what is found by it.
    pub(super) fn check_grams(&self, config: &Config) -> Result<()> {
        let Some((reader, _)) = self.readers.last() else { return Ok(()) };
        let (what, remedy) = match (reader.settings().grams, config.history.grams) {
            (Some(grams), now) if Some(grams.tokens) != now => (
                format!(
                    "it holds all runs of {} tokens of its texts, and this run would add texts without them",
                    grams.tokens
                ),
                "add --grams with this number to `tamis index build`; to compare with it, use --against",
            ),
            (None, Some(_)) => (
                "no run in it has grams, so no run with grams can be added".to_owned(),
                "make another index for the texts that are to be found inside longer ones",
            ),
            _ => return Ok(()),
        };
        Err(Error::Index { path: reader.path().to_owned(), what, remedy })
    }

    /// The grams of the texts of indexes that are only compared with, and how many tokens they have; `None` if no index
    /// holds any.
    ///
    /// # Errors
    /// [`Error::Config`] if they take more than `room` bytes, or have several lengths; [`Error::Index`].
    pub(crate) fn passages(&self, room: u64) -> Result<Option<(Passages, usize)>> {
        let with_grams = self.with_grams();
        let mut builder = PassagesBuilder::default();
        let (mut length, mut needed) = (None, 0_u64);
        for (reader, base) in with_grams {
            let tokens = reader.settings().grams.map_or(0, |grams| grams.tokens);
            if *length.get_or_insert(tokens) != tokens {
                return Err(Error::Index {
                    path: reader.path().to_owned(),
                    what: format!(
                        "its grams have {tokens} tokens, and those of another index have a different length"
                    ),
                    remedy: "compare with one of them at a time, or build them with the same --grams",
                });
            }
            // What the file has room for, whatever it says of itself.
            let num_grams = reader.num_gram_bytes() / 8;
            needed =
                needed.saturating_add(passages::num_bytes(num_grams, num_grams.min(reader.num_places())));
            if needed > room {
                return Err(Error::Config(format!(
                    "memory: the grams of {} and of the indexes before it take up to {} MiB, and {} MiB are available for \
                     them; give more with --memory, or compare with fewer indexes at once",
                    path::printable(reader.path()),
                    needed.div_ceil(1024 * 1024),
                    room / 1024 / 1024,
                )));
            }
            for passage in reader.passages() {
                let IndexPassage { place, short, grams } = passage?;
                // What is as long as a gram is no short text.
                let short = short.filter(|short| usize::from(*short) < tokens);
                builder.add(base + place.0, short, &grams).ok_or_else(|| {
                    Error::Config(
                        "against: the indexes hold more than 2^32 grams; compare with fewer".to_owned(),
                    )
                })?;
            }
        }
        Ok(length.map(|length| (builder.finish(), length)))
    }

    /// The indexes that are only compared with and hold grams.
    fn with_grams(&self) -> impl Iterator<Item = &(IndexReader, u64)> {
        let compared = self.readers.len() - usize::from(self.is_updating());
        self.readers[..compared].iter().filter(|(reader, _)| reader.settings().grams.is_some())
    }

    /// Whether there are grams to look for.
    pub(crate) fn has_passages(&self) -> bool {
        self.with_grams().next().is_some()
    }

    /// Whether the last of the indexes is the one that this run is added to.
    fn is_updating(&self) -> bool {
        self.update.as_ref().is_some_and(|update| update.reader.is_some())
    }

    /// How many tokens the grams have that are kept of this run, if they are.
    pub(crate) fn gram_len(&self) -> Option<usize> {
        self.update.as_ref()?.gram_len
    }

    /// Begins to take in grams.
    pub(crate) fn begin_grams(&self, output: &dyn Output) -> Result<()> {
        self.update.as_ref().map_or(Ok(()), |update| update.grams.begin(output))
    }

    /// Takes in the grams of a text of this run; texts come in order.
    pub(crate) fn keep_grams(&self, passage: &IndexPassage) -> Result<()> {
        let keep = |update: &Update| update.grams.keep(|bytes| passage.encode(0, bytes));
        self.update.as_ref().map_or(Ok(()), keep)
    }
}
