//! The beginning of every program over the corpus: a valid configuration, threads of its own, and listed inputs.

use rayon::ThreadPool;

use super::corpus::{Corpus, Listing, Resources};
use crate::config::Config;
use crate::discover;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::store::{DiskInput, NullOutput, Root};

/// One execution of a program: its configuration, its observer and its worker threads.
pub(crate) struct Session<'a> {
    config: &'a Config,
    observer: &'a dyn Observer,
    pool: ThreadPool,
}

impl<'a> Session<'a> {
    /// Begins with a configuration that holds.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Threads`].
    pub(crate) fn begin(config: &'a Config, observer: &'a dyn Observer) -> Result<Self> {
        config.validate()?;
        Ok(Self { config, observer, pool: pool(config)? })
    }

    /// Begins with a configuration that holds and inputs to read.
    ///
    /// # Errors
    /// Those of [`Self::begin`], [`Error::NoInput`].
    pub(crate) fn over(roots: &[Root], config: &'a Config, observer: &'a dyn Observer) -> Result<Self> {
        config.validate()?;
        if roots.is_empty() {
            return Err(Error::NoInput);
        }
        Ok(Self { config, observer, pool: pool(config)? })
    }

    /// The configuration.
    pub(crate) fn config(&self) -> &'a Config {
        self.config
    }

    /// The observer that hears how far the program is.
    pub(crate) fn observer(&self) -> &'a dyn Observer {
        self.observer
    }

    /// Number of worker threads.
    pub(crate) fn num_threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Does something on the worker threads.
    pub(crate) fn install<T: Send>(&self, body: impl FnOnce() -> T + Send) -> T {
        self.pool.install(body)
    }

    /// Lists `input` and hands `body` the corpus it makes, on the worker threads. Nothing is written.
    ///
    /// # Errors
    /// Those of [`discover::discover`] and of `body`.
    pub(crate) fn read<T: Send>(
        &self,
        input: &DiskInput,
        body: impl FnOnce(&Corpus<'_>) -> Result<T> + Send,
    ) -> Result<T> {
        self.install(|| {
            let sources = discover::discover(input.roots(), input, &self.config.read, self.observer)?;
            let resources = Resources::new(self.config, &NullOutput)?;
            let listing = Listing { sources: &sources, input };
            body(&Corpus::new(listing, &resources, self.config, self.observer))
        })
    }
}

/// Worker threads: a pool of our own, never rayon's global one.
///
/// # Errors
/// [`Error::Threads`].
pub(crate) fn pool(config: &Config) -> Result<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(config.threads)
        .thread_name(|number| format!("tamis-{number}"))
        .build()
        .map_err(|error| Error::Threads(error.to_string()))
}
