//! Where bytes live: listing and opening inputs, staging and publishing outputs. The only room that touches
//! the file system; every other room gets an [`Input`] and an [`Output`], and tests give them twins in
//! memory.
//!
//! Guarantees: nothing appears under a final name before [`Output::publish`], and nothing is ever written
//! outside OUT, its record and its staging directory.

#![expect(clippy::disallowed_methods, reason = "this is the room in which files are opened")]

mod beneath;
mod disk_input;
mod disk_output;
mod disk_scratch;
mod identity;
pub mod index_file;
mod journal;
mod listing;
mod machine;
mod memory;
pub mod names;
mod overlap;
mod owned;
pub mod path;
mod publish;
mod shared;
mod spill;
mod staging;
mod steps;
mod stream_output;
mod written;

use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

pub(crate) use disk_input::is_file;
pub use disk_input::{DiskInput, Root, open_file};
pub use disk_output::{DiskOutput, Recovery};
pub use identity::{FileIdentity, own_file};
pub use journal::Journal;
pub(crate) use listing::{ListedFile, ListedKind, list};
pub use machine::machine_memory;
pub use memory::{MemoryInput, MemoryOutput};
pub use overlap::account_of;
pub use owned::{WrittenFile, for_each_written};
pub use shared::SharedFile;
pub(crate) use spill::SpillScratch;
pub(crate) use stream_output::StreamOutput;
pub use written::StagedFile;

use crate::error::{Error, Result};

/// A file of the input: the number of the input it belongs to, and its path relative to that, as raw bytes
/// with `/` between components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputPlace<'a> {
    /// Index of the input, in the order given.
    pub root: usize,
    /// Relative path.
    pub relative: &'a [u8],
}

/// A file that is open for reading.
pub trait InputFile: Read + Seek + Send {}

impl<F: Read + Seek + Send> InputFile for F {}

/// Where documents come from.
pub trait Input: Sync {
    /// Opens a file. Standard input can be opened once and not be sought in.
    ///
    /// # Errors
    /// Those of the operating system; the caller makes a rejection of them.
    fn open(&self, place: InputPlace<'_>) -> io::Result<Box<dyn InputFile>>;

    /// Size in bytes at this moment: a hint, as files grow and shrink.
    ///
    /// # Errors
    /// Those of the operating system.
    fn size(&self, place: InputPlace<'_>) -> io::Result<u64>;

    /// A number that is another if the file was written to since: of its size and the time of its last change. `None`
    /// if it cannot be read again, or that cannot be told.
    fn stamp(&self, _place: InputPlace<'_>) -> Option<u64> {
        None
    }
}

/// The two parts of an output (contract O2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// OUT: cleaned documents and nothing else.
    Corpus,
    /// `OUT.tamis`: the account of the run.
    Account,
}

/// Where cleaned documents and the record go. What is never published is removed when the value is dropped.
pub trait Output: Sync {
    /// Writes one whole new file of the corpus. Called from several threads, for different paths.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn write(&self, relative: &[u8], content: &[u8]) -> Result<()>;

    /// Begins a new file that is written piece by piece.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn create(&self, area: Area, relative: &[u8]) -> Result<Box<dyn OutputFile>>;

    /// A nameless store that is gone when the run ends.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn scratch(&self) -> Result<Box<dyn Scratch>>;

    /// A store that outlasts a run that is cut short, by this name, empty.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn store(&self, _name: &'static str) -> Result<Box<dyn Scratch>> {
        self.scratch()
    }

    /// The store of this name that a run left which was cut short, as it was then.
    ///
    /// # Errors
    /// [`crate::Error::Damaged`] if it does not hold what it held, [`crate::Error::Output`].
    fn reopen_store(&self, name: &'static str, _mark: Mark) -> Result<Box<dyn Scratch>> {
        Err(output_error(Path::new(name), "reopen")(io::ErrorKind::Unsupported.into()))
    }

    /// The file that a run left which was cut short, as it was then. That it still begins so,
    /// [`Self::check_written`] says.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn reopen(&self, _area: Area, relative: &[u8], _mark: Mark) -> Result<Box<dyn OutputFile>> {
        Err(output_error(path::from_bytes(relative), "reopen")(io::ErrorKind::Unsupported.into()))
    }

    /// Keeps digests of what is written from here on, as checkpoints will name it.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn keep_digests(&self) -> Result<()> {
        Ok(())
    }

    /// Length and checksum of the list of finished files of the corpus; `None` if there is none.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn mark_written(&self) -> Result<Option<Mark>> {
        Ok(None)
    }

    /// Holds what a run left that was cut short against what its checkpoint names, and removes everything else: files
    /// that are finished, by their `list`, and those that are `open`. Goes on listing there.
    ///
    /// # Errors
    /// [`crate::Error::Resume`] if something was damaged: then nothing is removed. [`crate::Error::Interrupted`] when
    /// `is_cancelled` says so.
    fn check_written(
        &self,
        _list: Option<Mark>,
        _open: &[StagedFile],
        _is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Result<()> {
        Ok(())
    }

    /// OUT, and the directory that is to take its name.
    fn directories(&self) -> Option<(&Path, &Path)> {
        None
    }

    /// The journal, if this output outlasts a run that is cut short.
    fn journal(&self) -> Option<&Journal> {
        None
    }

    /// The directory of scratch stores, and the number of bytes free there, if the system says.
    fn space(&self) -> Option<(PathBuf, u64)> {
        None
    }

    /// Whether what was written of a document can be taken back when it turns out to be bad.
    fn can_retract(&self) -> bool {
        true
    }

    /// Waits until everything written so far is on the disk, if there is one.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn sync(&self) -> Result<()> {
        Ok(())
    }

    /// Makes everything written so far appear under its final name, at once.
    ///
    /// # Errors
    /// [`crate::Error::Output`]; then the previous output stands as it was.
    fn publish(&self) -> Result<()>;
}

/// A file of an output that is written piece by piece.
pub trait OutputFile: Send {
    /// Appends.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn append(&mut self, content: &[u8]) -> Result<()>;

    /// Which file it is, and nobody but its owner can write to it from now on; `None` where that cannot be told.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn make_own(&mut self) -> Result<Option<FileIdentity>> {
        Ok(None)
    }

    /// Number of bytes appended.
    fn len(&self) -> u64;

    /// Whether nothing was appended.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its length and checksum; without a checksum if no digests are kept.
    fn mark(&self) -> Mark {
        Mark { len: self.len(), crc: 0 }
    }

    /// Forgets everything that was appended after it held this.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn truncate(&mut self, mark: Mark) -> Result<()>;

    /// Ends the file: it is whole.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }

    /// Removes the file: its document turned out to be bad.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn discard(self: Box<Self>) -> Result<()>;
}

/// A mark of a store or a file: its length in bytes, and the CRC-32 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// Bytes.
    pub len: u64,
    /// Their CRC-32 (that of gzip, RFC 1952).
    pub crc: u32,
}

/// A nameless store: append, and read anywhere.
pub trait Scratch: Send {
    /// Appends and returns the offset at which the bytes stand.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn append(&mut self, content: &[u8]) -> Result<u64>;

    /// Fills `content` from the bytes at `offset`.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path; also if fewer bytes were appended.
    fn read_at(&mut self, offset: u64, content: &mut [u8]) -> Result<()>;

    /// Hands everything to the system, and says what the store holds.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn mark(&mut self) -> Result<Mark> {
        Ok(Mark::default())
    }

    /// Where it stands, to name in messages.
    fn path(&self) -> &Path {
        Path::new("scratch")
    }

    /// The error for bytes that are not those that were appended.
    fn damaged(&self, offset: u64) -> Error {
        Error::Damaged { path: self.path().to_owned(), offset }
    }
}

/// A file that is read at any place, from several threads at once.
pub trait ReadAt: Send + Sync {
    /// Fills `content` from the bytes at `offset`.
    ///
    /// # Errors
    /// Those of the operating system; also if there are fewer bytes.
    fn read_at(&self, offset: u64, content: &mut [u8]) -> io::Result<()>;

    /// Size in bytes.
    fn len(&self) -> u64;

    /// Whether there is no byte.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, offset: u64, content: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).ok();
        let there = start.and_then(|start| self.get(start..start.checked_add(content.len())?));
        content.copy_from_slice(there.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn len(&self) -> u64 {
        crate::units::count(self.len())
    }
}

/// A file that is written from its beginning to its end.
pub trait Append {
    /// Appends.
    ///
    /// # Errors
    /// [`crate::Error::Output`] with the path.
    fn append(&mut self, content: &[u8]) -> Result<()>;
}

impl Append for Vec<u8> {
    fn append(&mut self, content: &[u8]) -> Result<()> {
        self.extend_from_slice(content);
        Ok(())
    }
}

/// Makes an error of the operating system one that names the path and what was tried.
fn output_error(path: &Path, operation: &'static str) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Output { path, operation, source }
}

/// An output that keeps nothing: `--dry-run`.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullOutput;

impl Output for NullOutput {
    fn write(&self, _relative: &[u8], _content: &[u8]) -> Result<()> {
        Ok(())
    }

    fn create(&self, _area: Area, _relative: &[u8]) -> Result<Box<dyn OutputFile>> {
        Ok(Box::new(NullFile(0)))
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>> {
        disk_scratch::nameless_scratch()
    }

    fn publish(&self) -> Result<()> {
        Ok(())
    }
}

struct NullFile(u64);

impl OutputFile for NullFile {
    fn append(&mut self, content: &[u8]) -> Result<()> {
        self.0 += crate::units::count(content.len());
        Ok(())
    }

    fn len(&self) -> u64 {
        self.0
    }

    fn truncate(&mut self, mark: Mark) -> Result<()> {
        self.0 = mark.len;
        Ok(())
    }

    fn discard(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
