//! The file of an index: read at any place, and replaced as a whole or not at all.
//!
//! Beside FILE stand, while a run replaces it, `FILE.tamis-lock` (the operating system's lock, which goes with a
//! killed process), `FILE.tamis-new` (what is written), and, from [`Replacement::prepare`] on, `FILE.tamis-pending`:
//! the marker of a run that publishes an OUT at the same time. It says which OUT, and which directory is about to take
//! that name, so that of a run that was killed between its two renames it can be told whether OUT was published:
//!
//! ```text
//! tamis-index-pending 1 5f70bf18
//! inode 1234 born 1764120474123456789
//! /data/out
//! ```
//!
//! The first line holds the CRC-32 of everything after it; the last is the path's raw bytes. Of a crash
//!
//! - before the marker is whole: OUT was not published, and what was written goes;
//! - after it, before OUT was published: the same;
//! - after OUT was published: the new index takes FILE's name;
//! - after that: only the marker is left to clear.
//!
//! [`settle_pending`] does so, for the next run and for whoever only reads. What does not know what an index holds
//! stands in this file; what is in it is `index`'s.

mod marker;
mod names;
#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::overlap::canonical;
use super::{Append, ReadAt, output_error};
use crate::error::{Error, Result};
use crate::units::count;
use marker::{DirectoryIdentity, Marker};
use names::{Lock, Names, create, remove};

/// An open file. It stays what it was when the file is replaced.
#[derive(Debug)]
struct OpenIndexFile {
    file: File,
    len: u64,
}

impl ReadAt for OpenIndexFile {
    fn read_at(&self, offset: u64, content: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(content, offset)
    }

    fn len(&self) -> u64 {
        self.len
    }
}

/// Opens an index, after finishing what a crash cut short.
///
/// # Errors
/// [`Error::Index`] if it cannot be opened or is no file, and those of [`settle_pending`].
pub fn open_for_reading(path: &Path) -> Result<Box<dyn ReadAt>> {
    settle_pending(path)?;
    let unreadable = |error: &io::Error| Error::Index {
        path: path.to_owned(),
        what: format!("cannot read this index: {error}"),
        remedy: "check the path and its permissions",
    };
    // Opening a FIFO would wait for who writes to it.
    if !fs::metadata(path).map_err(|error| unreadable(&error))?.is_file() {
        return Err(no_file(path));
    }
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let len = file.metadata().map_err(|error| unreadable(&error))?.len();
    Ok(Box::new(OpenIndexFile { file, len }))
}

fn no_file(path: &Path) -> Error {
    Error::Index {
        path: path.to_owned(),
        what: "it is not a regular file".to_owned(),
        remedy: "name the file of an index",
    }
}

/// Finishes what a killed run cut short between publishing its OUT and replacing the index; a run that is still at
/// work is left to it. Nothing is touched if nothing was cut short.
///
/// # Errors
/// [`Error::Output`] if files beside the index cannot be changed.
pub fn settle_pending(path: &Path) -> Result<()> {
    let names = Names::of(path);
    if !names.pending.exists() {
        return Ok(());
    }
    match names.lock() {
        Ok(_lock) => names.settle(),
        Err(Error::IndexBusy { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A new index that is being written. Dropped before [`Self::commit`] it leaves the index as it was, unless the OUT
/// that it belongs to was published.
#[derive(Debug)]
pub struct Replacement {
    names: Names,
    /// `None` once it has its name.
    file: Option<File>,
    len: u64,
    /// Dropped last: the files are settled under it.
    _lock: Lock,
}

impl Replacement {
    /// Locks the index `path`, which need not exist, settles what a killed run left, and begins a new file beside it.
    ///
    /// # Errors
    /// [`Error::IndexBusy`] if another run is replacing it, [`Error::Index`] if it is not a file, and
    /// [`Error::Output`] if files beside it cannot be made.
    pub fn begin(path: &Path) -> Result<Self> {
        let names = Names::of(path);
        if names.file.symlink_metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(no_file(path));
        }
        let lock = names.lock()?;
        names.settle()?;
        let file = OpenOptions::new().write(true).create_new(true).open(&names.new);
        let file = file.map_err(output_error(&names.new, "create"))?;
        if let Ok(old) = fs::metadata(&names.file) {
            let _ = file.set_permissions(old.permissions()); // who may not read the old one should not the new one
        }
        Ok(Self { names, file: Some(file), len: 0, _lock: lock })
    }

    /// Whether there is an index to replace.
    pub fn has_old(&self) -> bool {
        self.names.file.exists()
    }

    /// The first bytes of the file that is to be replaced, at most `len`.
    ///
    /// # Errors
    /// [`Error::Output`] if it cannot be read.
    pub fn old_start(&self, len: u64) -> Result<Vec<u8>> {
        let mut start = Vec::new();
        let file = File::open(&self.names.file).map_err(output_error(&self.names.file, "read"))?;
        io::Read::read_to_end(&mut io::Read::take(file, len), &mut start)
            .map_err(output_error(&self.names.file, "read"))?;
        Ok(start)
    }

    /// Bytes written.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Everything is written, and the directory `staged` is about to be published as `out`: whatever happens from
    /// here on, the index is replaced if and only if that was. [`Self::commit`] comes after.
    ///
    /// # Errors
    /// [`Error::Output`] if the disk is full or `staged` is not there.
    pub fn prepare(&self, out: &Path, staged: &Path) -> Result<()> {
        self.sync()?;
        let identity = DirectoryIdentity::of(staged).map_err(output_error(staged, "find"))?;
        let content = Marker { out: canonical(out), identity }.content();
        let pending = &self.names.pending;
        let written = create(pending).and_then(|mut file| {
            file.write_all(&content)?;
            file.sync_all()
        });
        written.map_err(output_error(pending, "write"))?;
        self.names.sync_directory()
    }

    fn sync(&self) -> Result<()> {
        let synced = self.file.as_ref().map_or(Ok(()), File::sync_all);
        synced.map_err(output_error(&self.names.new, "write"))
    }

    /// The new file takes the index's name, and stays under it whatever happens after.
    ///
    /// # Errors
    /// [`Error::Output`]; then the index stands as it was.
    pub fn commit(mut self) -> Result<()> {
        self.sync()?;
        self.names.take_name()?;
        self.file = None;
        remove(&self.names.pending)
    }
}

impl Append for Replacement {
    fn append(&mut self, content: &[u8]) -> Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(content).map_err(output_error(&self.names.new, "write"))?;
        }
        self.len += count(content.len());
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if self.file.is_some()
            && let Err(error) = self.names.settle()
        {
            tracing::warn!(%error, "the next run clears what is left beside the index");
        }
    }
}
