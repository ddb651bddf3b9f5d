//! Originals: the inputs of a run, read again for whoever asks what was removed.

use std::borrow::Cow;

use crate::config::Config;
use crate::discover::{self, SourceList};
use crate::error::Result;
use crate::observe::Observer;
use crate::report::page::{Text, TextPlace, Texts};
use crate::run::corpus::{Corpus, Listing, Resources};
use crate::run::lookup::{look_up, spelled};
use crate::run::session::pool;
use crate::run::texts::{requests, texts};
use crate::store::{DiskInput, NullOutput, Root};

pub use crate::run::lookup::{Excerpt, ExcerptRequest, Missing, OriginalParagraph};

/// The inputs of a run, listed again.
pub struct Originals {
    input: DiskInput,
    sources: SourceList,
    config: Config,
    pool: rayon::ThreadPool,
}

impl std::fmt::Debug for Originals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Originals").field("input", &self.input).finish_non_exhaustive()
    }
}

impl Originals {
    /// Lists the inputs. `config` is that of the run ([`crate::account::Settings::reading`]).
    ///
    /// # Errors
    /// Those of [`discover::discover`], [`crate::Error::Threads`].
    pub fn list(roots: Vec<Root>, config: Config, observer: &dyn Observer) -> Result<Self> {
        let pool = pool(&config)?;
        let input = DiskInput::new(roots).following(config.read.follow);
        let sources = pool.install(|| discover::discover(input.roots(), &input, &config.read, observer))?;
        Ok(Self { input, sources, config, pool })
    }

    /// The paths of all files, as the ledger spells them.
    pub fn paths(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.sources.iter().map(spelled)
    }

    /// Whether a file has this path.
    pub fn has_file(&self, path: &str) -> bool {
        self.sources.iter().any(|source| spelled(source) == path)
    }

    /// Reads what is wanted; the answers stand in the order of the questions.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`], [`crate::Error::Config`], and [`crate::Error::Output`] if there is no space to unpack to.
    pub fn read(
        &self,
        wanted: &[ExcerptRequest],
        observer: &dyn Observer,
    ) -> Result<Vec<std::result::Result<Excerpt, Missing>>> {
        self.pool.install(|| {
            let resources = Resources::new(&self.config, &NullOutput)?;
            let listing = Listing { sources: &self.sources, input: &self.input };
            let corpus = Corpus::new(listing, &resources, &self.config, observer);
            look_up(wanted, &corpus, self.input.roots())
        })
    }
}

/// The texts of a run's inputs.
#[derive(Debug)]
pub struct OriginalTexts<'a, O> {
    /// The inputs.
    pub originals: Originals,
    /// The observer that hears how far the reading is.
    pub observer: &'a O,
}

impl<O: Observer> Texts for OriginalTexts<'_, O> {
    fn read(&mut self, wanted: &[TextPlace]) -> Result<Vec<std::result::Result<Text, String>>> {
        Ok(texts(self.originals.read(&requests(wanted), self.observer)?))
    }
}
