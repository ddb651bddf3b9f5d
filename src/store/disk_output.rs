//! An output on disk: everything is written below a staging directory beside OUT and moved into place at the
//! end ([`super::publish`]).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::disk_input::Root;
use super::publish::{Shape, Staging};
use super::{Area, Output, OutputFile, Scratch, output_error, path};
use crate::error::{Error, Result};
use crate::units::count;

/// Writes OUT and `OUT.tamis`.
#[derive(Debug)]
pub struct DiskOutput {
    staging: Staging,
    published: AtomicBool,
    scratches: AtomicU64,
}

impl DiskOutput {
    /// Claims `out` and clears what a run that was killed left there.
    ///
    /// # Errors
    /// [`Error::OutputExists`] if OUT is not empty and `force` is not set, [`Error::OutputForeign`] if
    /// something that is not ours is in the way, [`Error::Busy`] if another run has claimed it, and
    /// [`Error::Output`] if the staging directory cannot be made.
    pub fn begin(out: &Path, force: bool) -> Result<Self> {
        Self::claim(out, force, Shape::WithRecord)
    }

    /// Claims a directory that is to hold one area and nothing beside it; what is written goes to
    /// [`Area::Corpus`].
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn begin_alone(directory: &Path, force: bool) -> Result<Self> {
        Self::claim(directory, force, Shape::Alone)
    }

    fn claim(out: &Path, force: bool, shape: Shape) -> Result<Self> {
        let staging = Staging::begin(out, force, shape)?;
        Ok(Self { staging, published: AtomicBool::new(false), scratches: AtomicU64::new(0) })
    }

    /// Checks that OUT and the inputs do not lie inside one another (contract O3).
    ///
    /// # Errors
    /// [`Error::OutputOverlapsInput`] if they do.
    pub fn check_overlap(out: &Path, inputs: &[Root]) -> Result<()> {
        super::publish::check_overlap(out, inputs)
    }

    /// The directory that `out` means: every link and every `..` resolved, as far as it exists.
    pub fn resolved(out: &Path) -> PathBuf {
        super::publish::canonical(out)
    }

    fn staged(&self, area: Area, relative: &[u8]) -> Result<PathBuf> {
        let base = match area {
            Area::Corpus => self.staging.corpus(),
            Area::Record => self.staging.record(),
        };
        path::below(base, relative).ok_or_else(|| Error::Output {
            path: path::from_bytes(relative).to_owned(),
            operation: "write outside OUT to",
            source: io::ErrorKind::InvalidInput.into(),
        })
    }
}

/// Creates a new file; makes its directory if that is what is missing, so that a directory costs one system
/// call for its first file and none for the others.
fn create_new(file: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let opened = options.open(file).or_else(|error| match (error.kind(), file.parent()) {
        (io::ErrorKind::NotFound, Some(parent)) => {
            fs::create_dir_all(parent)?;
            options.open(file)
        }
        _ => Err(error),
    });
    opened.map_err(output_error(file, "create"))
}

impl Output for DiskOutput {
    fn write(&self, relative: &[u8], content: &[u8]) -> Result<()> {
        let path = self.staged(Area::Corpus, relative)?;
        create_new(&path)?.write_all(content).map_err(output_error(&path, "write"))
    }

    fn create(&self, area: Area, relative: &[u8]) -> Result<Box<dyn OutputFile>> {
        let path = self.staged(area, relative)?;
        let base = self.staging.corpus().to_owned();
        Ok(Box::new(DiskFile { file: create_new(&path)?, path, base, len: 0 }))
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>> {
        let number = self.scratches.fetch_add(1, Ordering::Relaxed);
        let path = self.staging.directory().join(format!("scratch-{number}"));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        let file = options.open(&path).map_err(output_error(&path, "create"))?;
        // Without a name it is gone when it is closed: some are done with long before the run.
        fs::remove_file(&path).map_err(output_error(&path, "remove"))?;
        Ok(Box::new(DiskScratch { file, path, written: 0, buffer: Vec::new() }))
    }

    fn publish(&self) -> Result<()> {
        self.staging.publish()?;
        self.published.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for DiskOutput {
    fn drop(&mut self) {
        if !self.published.load(Ordering::Relaxed) {
            self.staging.abandon();
        }
    }
}

struct DiskFile {
    file: File,
    path: PathBuf,
    base: PathBuf,
    len: u64,
}

impl OutputFile for DiskFile {
    fn append(&mut self, content: &[u8]) -> Result<()> {
        self.file.write_all(content).map_err(output_error(&self.path, "write"))?;
        self.len += count(content.len());
        Ok(())
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn truncate(&mut self, len: u64) -> Result<()> {
        let cut =
            self.file.set_len(len).and_then(|()| io::Seek::seek(&mut self.file, io::SeekFrom::Start(len)));
        cut.map_err(output_error(&self.path, "truncate"))?;
        self.len = len;
        Ok(())
    }

    fn discard(self: Box<Self>) -> Result<()> {
        fs::remove_file(&self.path).map_err(output_error(&self.path, "remove"))?;
        // A directory made for it alone goes too; the first that is not empty ends this.
        let parents = self.path.ancestors().skip(1).take_while(|parent| *parent != self.base);
        for parent in parents {
            if fs::remove_dir(parent).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// Appends go to the file in pieces of at least this many bytes.
const SCRATCH_BUFFER: usize = 64 * 1024;

/// A scratch store without a name, where the system keeps what is temporary: it goes with the process.
pub(super) fn nameless_scratch() -> Result<Box<dyn Scratch>> {
    let path = std::env::temp_dir();
    let file = tempfile::tempfile().map_err(output_error(&path, "create a file in"))?;
    Ok(Box::new(DiskScratch { file, path, written: 0, buffer: Vec::new() }))
}

struct DiskScratch {
    file: File,
    path: PathBuf,
    written: u64,
    buffer: Vec<u8>,
}

impl Scratch for DiskScratch {
    fn append(&mut self, content: &[u8]) -> Result<u64> {
        let offset = self.written + count(self.buffer.len());
        self.buffer.extend_from_slice(content);
        if self.buffer.len() >= SCRATCH_BUFFER {
            self.file.write_all(&self.buffer).map_err(output_error(&self.path, "write"))?;
            self.written += count(self.buffer.len());
            self.buffer.clear();
        }
        Ok(offset)
    }

    fn read_at(&mut self, offset: u64, content: &mut [u8]) -> Result<()> {
        // The file first, then what is still in the buffer.
        let on_disk = usize::try_from(self.written.saturating_sub(offset)).unwrap_or(usize::MAX);
        let (head, tail) = content.split_at_mut(on_disk.min(content.len()));
        self.file.read_exact_at(head, offset).map_err(output_error(&self.path, "read"))?;
        let start = usize::try_from(offset.saturating_sub(self.written)).unwrap_or(usize::MAX);
        let buffered = start.checked_add(tail.len()).and_then(|end| self.buffer.get(start..end));
        let eof = || output_error(&self.path, "read")(io::ErrorKind::UnexpectedEof.into());
        tail.copy_from_slice(buffered.ok_or_else(eof)?);
        Ok(())
    }
}
