//! The files beside an index, the lock on it, and what is done with what a killed run left.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::marker::Marker;
use crate::error::{Error, Result};
use crate::store::output_error;
use crate::store::overlap::canonical;
use crate::store::path::{printable, with_suffix};

/// The files of an index.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) file: PathBuf,
    pub(super) new: PathBuf,
    pub(super) pending: PathBuf,
    lock: PathBuf,
}

/// The lock on an index. Its file goes when it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // if it stays, the next run takes it over
    }
}

impl Names {
    pub(super) fn of(path: &Path) -> Self {
        let file = canonical(path);
        Self {
            new: with_suffix(&file, ".tamis-new"),
            pending: with_suffix(&file, ".tamis-pending"),
            lock: with_suffix(&file, ".tamis-lock"),
            file,
        }
    }

    pub(super) fn lock(&self) -> Result<Lock> {
        loop {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .custom_flags(without_links())
                .open(&self.lock)
                .map_err(output_error(&self.lock, "create"))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(Error::IndexBusy { path: self.file.clone() }),
                Err(TryLockError::Error(source)) => return Err(output_error(&self.lock, "lock")(source)),
            }
            // Who held it before may have removed the file between our opening and our locking it: then another
            // may hold a new one by now.
            let locked = file.metadata().map_err(output_error(&self.lock, "lock"))?;
            if fs::symlink_metadata(&self.lock).is_ok_and(|there| there.ino() == locked.ino()) {
                return Ok(Lock { path: self.lock.clone(), _file: file });
            }
        }
    }

    /// Clears what a killed run left, after finishing what it had as good as done. Under the lock.
    pub(super) fn settle(&self) -> Result<()> {
        let marker = match fs::read(&self.pending) {
            Ok(content) => Marker::parse(&content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(output_error(&self.pending, "read")(error)),
        };
        if marker.is_some_and(|marker| marker.is_published()) && self.new.exists() {
            tracing::info!(index = %printable(&self.file), "finished the update of a run that was interrupted");
            self.take_name()?;
        }
        remove(&self.new)?;
        remove(&self.pending)
    }

    /// The new file becomes the index.
    pub(super) fn take_name(&self) -> Result<()> {
        fs::rename(&self.new, &self.file).map_err(output_error(&self.file, "replace"))?;
        self.sync_directory()
    }

    pub(super) fn sync_directory(&self) -> Result<()> {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(output_error(directory, "sync"))
    }
}

/// A link beside an index was not put there by a run: it is not opened, and what is not a file does not keep us waiting.
fn without_links() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

/// Creates a file in the place of what has its name, which is never written into: it may be a link.
pub(super) fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => OpenOptions::new().write(true).create_new(true).open(path),
    }
}

pub(super) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(output_error(path, "remove")(error)),
        _ => Ok(()),
    }
}
