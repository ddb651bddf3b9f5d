//! A file of an output that is written through the writers of other crates and still ours to end.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Mark, OutputFile};
use crate::error::{Error, Result};

/// A handle of an output file. All handles are of the same file: an encoder owns one, and who made the encoder
/// keeps another to ask how much was written, to learn what went wrong, and to discard the file.
#[derive(Clone)]
pub struct SharedFile(Arc<Mutex<Shared>>);

struct Shared {
    /// `None` once it is discarded: then what encoders still write on their way out goes nowhere.
    file: Option<Box<dyn OutputFile>>,
    error: Option<Error>,
}

impl fmt::Debug for SharedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedFile").finish_non_exhaustive()
    }
}

impl SharedFile {
    /// The first handle of a file.
    pub fn new(file: Box<dyn OutputFile>) -> Self {
        Self(Arc::new(Mutex::new(Shared { file: Some(file), error: None })))
    }

    /// Poisoned only if a write panicked, and then the run is over.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of bytes written.
    pub fn len(&self) -> u64 {
        self.lock().file.as_ref().map_or(0, |file| file.len())
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length and checksum of the bytes written.
    pub fn mark(&self) -> Mark {
        self.lock().file.as_ref().map_or_else(Mark::default, |file| file.mark())
    }

    /// Ends the file: it is whole. Returns how many bytes were written.
    ///
    /// # Errors
    /// [`Error::Output`] with the path.
    pub fn finish(&self) -> Result<u64> {
        let len = self.len();
        let file = self.lock().file.take();
        file.map_or(Ok(()), OutputFile::finish)?;
        Ok(len)
    }

    /// Removes the file.
    ///
    /// # Errors
    /// [`Error::Output`] with the path.
    pub fn discard(&self) -> Result<()> {
        let file = self.lock().file.take();
        file.map_or(Ok(()), OutputFile::discard)
    }

    /// Notes an error that a writer of other crates will not carry.
    pub fn fail(&self, error: Error) {
        self.lock().error.get_or_insert(error);
    }

    /// The error of the store behind the error of a writer; failing that, the writer's own.
    pub fn explain(&self, error: impl fmt::Display) -> Error {
        let own = self.lock().error.take();
        own.unwrap_or_else(|| Error::Output {
            path: "output".into(),
            operation: "encode",
            source: io::Error::other(error.to_string()),
        })
    }
}

impl Write for SharedFile {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let mut shared = self.lock();
        let Some(file) = &mut shared.file else { return Ok(content.len()) };
        match file.append(content) {
            Ok(()) => Ok(content.len()),
            Err(error) => {
                shared.error.get_or_insert(error);
                Err(io::Error::other("the output file failed"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
