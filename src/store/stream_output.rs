//! Standard output as an output: documents leave as they are decided, and cannot be taken back.

use std::io::{self, Write};
use std::path::Path;

use super::disk_output::DiskOutput;
use super::disk_scratch::nameless_scratch;
use super::{Area, Mark, NullOutput, Output, OutputFile, Scratch, output_error};
use crate::error::{Error, Result};
use crate::units::count;

/// Writes the corpus to standard output, and the record to a directory of its own or nowhere.
#[derive(Debug)]
pub(crate) struct StreamOutput {
    record: Option<DiskOutput>,
}

impl StreamOutput {
    /// Claims the directory of the record, if there is to be one.
    ///
    /// # Errors
    /// As [`DiskOutput::begin`].
    pub(crate) fn begin(record: Option<&Path>, force: bool) -> Result<Self> {
        let record = record.map(|directory| DiskOutput::begin_alone(directory, force)).transpose()?;
        Ok(Self { record })
    }

    /// Publishing the record waits until it is on the disk.
    #[must_use]
    pub(crate) fn synced(self) -> Self {
        Self { record: self.record.map(DiskOutput::synced) }
    }
}

impl Output for StreamOutput {
    fn write(&self, _relative: &[u8], content: &[u8]) -> Result<()> {
        StreamFile(0).append(content)
    }

    fn create(&self, area: Area, relative: &[u8]) -> Result<Box<dyn OutputFile>> {
        match (area, &self.record) {
            (Area::Corpus, _) => Ok(Box::new(StreamFile(0))),
            (Area::Account, Some(record)) => record.create(Area::Corpus, relative),
            (Area::Account, None) => NullOutput.create(area, relative),
        }
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>> {
        nameless_scratch()
    }

    fn can_retract(&self) -> bool {
        false
    }

    fn publish(&self) -> Result<()> {
        flush()?;
        self.record.as_ref().map_or(Ok(()), Output::publish)
    }
}

/// Counts what it writes.
struct StreamFile(u64);

fn failed(operation: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |error| match error.kind() {
        io::ErrorKind::BrokenPipe => Error::PipeClosed,
        _ => output_error(Path::new("standard output"), operation)(error),
    }
}

fn flush() -> Result<()> {
    io::stdout().flush().map_err(failed("write"))
}

impl OutputFile for StreamFile {
    fn append(&mut self, content: &[u8]) -> Result<()> {
        io::stdout().write_all(content).map_err(failed("write"))?;
        self.0 += count(content.len());
        Ok(())
    }

    fn len(&self) -> u64 {
        self.0
    }

    fn truncate(&mut self, mark: Mark) -> Result<()> {
        if mark.len == self.0 {
            return Ok(());
        }
        Err(failed("take back what was written")(io::ErrorKind::NotSeekable.into()))
    }

    fn discard(mut self: Box<Self>) -> Result<()> {
        self.truncate(Mark::default())
    }
}
