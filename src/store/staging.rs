//! The directories in which a run works: `OUT.tamis-partial`, and one for what does not fit in memory if another place
//! is named for that. Each is opened without following a link, and says itself that it is ours: only then is anything
//! in it opened, used or cleared. Somebody may have put something there of the same name.
//!
//! The lock is the operating system's, so that it goes with a killed process. Its file holds the mark.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, fstat, mkdir, mkdirat, statat};
use rustix::io::Errno;

use super::overlap::canonical;
use super::path::{bytes, from_bytes, printable};
use super::{beneath, output_error};
use crate::error::{Error, Result};

/// The lock of a staging directory, which holds its mark.
const LOCK: &str = "lock";
const MARK: &[u8] = b"tamis-staging 1\n";

/// The file that names the directory of what does not fit in memory.
const SPILL_NAME: &str = "spill";
/// How the name of such a directory ends, and what its mark begins with: the staging directory that it belongs to
/// follows.
const SPILL: &str = ".tamis-spill";
const SPILL_MARK: &str = "mark";
const SPILL_MAGIC: &[u8] = b"tamis-spill 1\n";

/// How a directory of ours is opened.
const OURS: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn foreign(path: &Path, what: impl Into<String>) -> Error {
    Error::OutputForeign { path: path.to_owned(), what: what.into() }
}

/// A staging directory that is ours and locked.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) path: PathBuf,
    handle: OwnedFd,
    /// Held to the end of the run.
    lock: File,
}

impl Drop for Home {
    /// Lets go of the lock. Closing the file would not: a program that this process starts at the same moment holds it
    /// open for a while too.
    fn drop(&mut self) {
        let _ = self.lock.unlock(); // closing it is all that is left to do
    }
}

impl Home {
    /// Makes the directory, or takes over one that a run left, and locks it. `out` is named if another run is at work.
    pub(super) fn claim(path: &Path, out: &Path) -> Result<Self> {
        loop {
            match mkdir(path, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(output_error(path, "create")(error.into())),
            }
            let handle = match open_ours(path) {
                Ok(Some(handle)) => handle,
                Ok(None) => continue, // a run that ended has just removed it
                Err(error) => return Err(error),
            };
            let Some(lock) = lock(&handle, path, out)? else { continue };
            return Ok(Self { path: path.to_owned(), handle, lock });
        }
    }

    /// A directory in it, made if it is not there.
    pub(super) fn room(&self, name: &str) -> Result<OwnedFd> {
        let path = self.path.join(name);
        let made = match mkdirat(&self.handle, name, Mode::from_raw_mode(0o777)) {
            Ok(()) | Err(Errno::EXIST) => beneath::open(&self.handle, Path::new(name), OURS),
            Err(error) => Err(error.into()),
        };
        Ok(made.map_err(output_error(&path, "create"))?.into())
    }

    /// The bytes of the file of that name, if it is one.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        read_file(&self.handle, name)
    }

    /// Writes a file in the place of what has its name.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let file = beneath::create_new(&self.handle, Path::new(name), true);
        let written = file.and_then(|mut file| file.write_all(content));
        written.map_err(output_error(&self.path.join(name), "write"))
    }

    /// Removes what stands there under a name.
    pub(super) fn remove(&self, name: impl AsRef<Path>) -> Result<()> {
        let name = name.as_ref();
        match beneath::remove(&self.handle, name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(output_error(&self.path.join(name), "remove")(error))
            }
            _ => Ok(()),
        }
    }

    /// Removes everything but the lock, which says that the directory is ours.
    pub(super) fn clear(&self) -> Result<()> {
        let names = beneath::names(&self.handle).map_err(output_error(&self.path, "list"))?;
        names.iter().filter(|name| *name != LOCK).try_for_each(|name| self.remove(name))
    }

    /// Waits until the names in it are on the disk.
    pub(super) fn sync(&self) -> Result<()> {
        rustix::fs::fsync(&self.handle).map_err(io::Error::from).map_err(output_error(&self.path, "sync"))
    }

    /// Removes the directory, which holds nothing any more but the lock.
    pub(super) fn remove_all(&self) -> Result<()> {
        self.remove(LOCK)?;
        std::fs::remove_dir(&self.path).map_err(output_error(&self.path, "remove"))
    }

    /// The directory that is named here for what does not fit in memory.
    pub(super) fn spill_named(&self) -> Option<PathBuf> {
        self.read(SPILL_NAME).map(|name| from_bytes(&name).to_owned())
    }

    /// Names that directory, so that the next run can clear it.
    pub(super) fn name_spill(&self, spill: &Path) -> Result<()> {
        self.write(SPILL_NAME, bytes(spill))
    }

    /// Removes the directory of what does not fit in memory that is named here, if it says itself that it belongs here.
    pub(super) fn clear_spill(&self) {
        let Some(named) = self.spill_named().filter(|named| *named != self.path && named.is_absolute())
        else {
            return;
        };
        let Ok(Some(handle)) = open_ours(&named) else { return };
        if read_file(&handle, SPILL_MARK) != Some(self.spill_mark()) {
            return;
        }
        let cleared = beneath::clear(&handle, |name| name != SPILL_MARK.as_bytes())
            .and_then(|()| beneath::remove(&handle, Path::new(SPILL_MARK)))
            .and_then(|()| std::fs::remove_dir(&named));
        if let Err(error) = cleared {
            tracing::warn!(path = %printable(&named), %error, "cannot remove the files of an earlier run there");
        }
    }

    /// Opens the directory for what does not fit in memory: this one, or one in a place that was named.
    ///
    /// # Errors
    /// [`Error::Resume`] if it `is_left` by a run and not there.
    pub(super) fn open_spill(&self, path: &Path, is_left: bool) -> Result<OwnedFd> {
        if path == self.path {
            let same = self.handle.try_clone();
            return same.map_err(output_error(path, "open"));
        }
        if is_left && path.symlink_metadata().is_err() {
            let what = "the files of that run are missing".to_owned();
            return Err(Error::Resume { path: path.to_owned(), what });
        }
        std::fs::create_dir_all(path).map_err(output_error(path, "create"))?;
        let Some(handle) = open_ours(path)? else {
            return Err(output_error(path, "open")(io::ErrorKind::NotFound.into()));
        };
        let mark = self.spill_mark();
        if read_file(&handle, SPILL_MARK).as_ref() == Some(&mark) {
            return Ok(handle);
        }
        if !is_empty_but_for(&handle, "") {
            return Err(foreign(path, "was not made by a run into this OUT"));
        }
        let made = beneath::create_new(&handle, Path::new(SPILL_MARK), false);
        made.and_then(|mut file| file.write_all(&mark)).map_err(output_error(path, "write into"))?;
        Ok(handle)
    }

    fn spill_mark(&self) -> Vec<u8> {
        [SPILL_MAGIC, bytes(&self.path), b"\n"].concat()
    }
}

/// The directory in `base` for what does not fit in memory of a run into `out`. Its name tells runs into directories of
/// one name apart.
pub(super) fn spill_in(base: &Path, out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let number = crc32fast::hash(out.as_os_str().as_encoded_bytes());
    canonical(base).join(format!("{name}-{number:08x}{SPILL}"))
}

/// Opens a directory that may be ours; `None` if there is nothing.
fn open_ours(path: &Path) -> Result<Option<OwnedFd>> {
    match rustix::fs::open(path, OURS, Mode::empty()) {
        Ok(handle) => Ok(Some(handle)),
        Err(Errno::NOENT) if !path.is_symlink() => Ok(None),
        Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR) => {
            let is_link = path.is_symlink();
            Err(foreign(path, if is_link { "is a symbolic link" } else { "is not a directory" }))
        }
        Err(error) => Err(output_error(path, "open")(error.into())),
    }
}

/// Locks a staging directory, and marks it if it is new; `None` if it went meanwhile.
fn lock(handle: &OwnedFd, path: &Path, out: &Path) -> Result<Option<File>> {
    let not_ours = || foreign(path, "was not made by a run");
    if statat(handle, LOCK, AtFlags::SYMLINK_NOFOLLOW).is_err() && !is_empty_but_for(handle, "") {
        return Err(not_ours());
    }
    let lock_path = path.join(LOCK);
    // What is no file must not keep us waiting.
    let opened = beneath::open(handle, Path::new(LOCK), OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK);
    let mut lock = match opened {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if beneath::is_of_a_link(&error) || error.kind() == io::ErrorKind::IsADirectory => {
            return Err(not_ours());
        }
        Err(error) => return Err(output_error(&lock_path, "create")(error)),
    };
    let look = |lock: &File| lock.metadata().map_err(output_error(&lock_path, "lock"));
    if !look(&lock)?.is_file() || look(&lock)?.nlink() > 1 {
        return Err(not_ours());
    }
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: out.to_owned() }),
        Err(TryLockError::Error(source)) => return Err(output_error(&lock_path, "lock")(source)),
    }
    if look(&lock)?.nlink() == 0 {
        return Ok(None); // who held it removed it between our opening and our locking it
    }
    let mut mark = Vec::new();
    (&mut lock).take(64).read_to_end(&mut mark).map_err(output_error(&lock_path, "read"))?;
    if mark.is_empty() && is_empty_but_for(handle, LOCK) {
        lock.write_all(MARK).map_err(output_error(&lock_path, "write"))?;
    } else if mark != MARK {
        return Err(not_ours());
    }
    Ok(Some(lock))
}

/// Whether a directory holds nothing but what has this name.
fn is_empty_but_for(handle: &OwnedFd, name: &str) -> bool {
    beneath::names(handle).is_ok_and(|names| names.iter().all(|found| found == name))
}

/// The bytes of a file in a directory of ours; `None` if it is no file.
fn read_file(handle: &OwnedFd, name: &str) -> Option<Vec<u8>> {
    let mut file = beneath::open(handle, Path::new(name), OFlags::RDONLY | OFlags::NONBLOCK).ok()?;
    let found = fstat(&file).ok()?;
    let mut content = Vec::new();
    let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
    (is_file && file.read_to_end(&mut content).is_ok()).then_some(content)
}
