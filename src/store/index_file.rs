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
//! stands in this file; what is in it is `decide::index`'s.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::path::{bytes, from_bytes, printable, with_suffix};
use super::publish::canonical;
use super::{Append, ReadAt, output_error};
use crate::error::{Error, Result};
use crate::units::count;

const MARKER: &str = "tamis-index-pending 1";

/// An open file. It stays what it was when the file is replaced.
#[derive(Debug)]
struct DiskFile {
    file: File,
    len: u64,
}

impl ReadAt for DiskFile {
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
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        return Err(no_file(path));
    }
    Ok(Box::new(DiskFile { file, len: metadata.len() }))
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

/// The files of an index.
#[derive(Debug)]
struct Names {
    file: PathBuf,
    new: PathBuf,
    pending: PathBuf,
    lock: PathBuf,
}

/// The lock on an index. Its file goes when it is dropped.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // if it stays, the next run takes it over
    }
}

impl Names {
    fn of(path: &Path) -> Self {
        let file = canonical(path);
        Self {
            new: with_suffix(&file, ".tamis-new"),
            pending: with_suffix(&file, ".tamis-pending"),
            lock: with_suffix(&file, ".tamis-lock"),
            file,
        }
    }

    fn lock(&self) -> Result<Lock> {
        loop {
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(&self.lock);
            let file = file.map_err(output_error(&self.lock, "create"))?;
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
    fn settle(&self) -> Result<()> {
        let marker = match fs::read(&self.pending) {
            Ok(content) => Marker::parse(&content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(output_error(&self.pending, "read")(error)),
        };
        if marker.is_some_and(|marker| marker.is_published()) && self.new.exists() {
            tracing::info!(index = %printable(&self.file), "the update of a run that was cut short is finished");
            self.take_name()?;
        }
        remove(&self.new)?;
        remove(&self.pending)
    }

    /// The new file becomes the index.
    fn take_name(&self) -> Result<()> {
        fs::rename(&self.new, &self.file).map_err(output_error(&self.file, "replace"))?;
        self.sync_directory()
    }

    fn sync_directory(&self) -> Result<()> {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(output_error(directory, "sync"))
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(output_error(path, "remove")(error)),
        _ => Ok(()),
    }
}

/// Which directory is about to be which OUT.
#[derive(Debug, PartialEq, Eq)]
struct Marker {
    out: PathBuf,
    identity: Identity,
}

/// What a directory keeps when it is renamed. File numbers are used again, hence the time of birth, where the file
/// system knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    inode: u64,
    born: u128,
}

impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        let born = metadata.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
        Ok(Self { inode: metadata.ino(), born: born.map_or(0, |born| born.as_nanos()) })
    }
}

impl Marker {
    fn content(&self) -> Vec<u8> {
        let Identity { inode, born } = self.identity;
        let mut told = format!("inode {inode} born {born}\n").into_bytes();
        told.extend_from_slice(bytes(&self.out));
        told.push(b'\n');
        let mut content = format!("{MARKER} {:08x}\n", crc32fast::hash(&told)).into_bytes();
        content.extend_from_slice(&told);
        content
    }

    /// `None` if it is not whole: then nothing was published behind it.
    fn parse(content: &[u8]) -> Option<Self> {
        let (first, told) = content.split_at(content.iter().position(|&byte| byte == b'\n')? + 1);
        if first != format!("{MARKER} {:08x}\n", crc32fast::hash(told)).as_bytes() {
            return None;
        }
        let (numbers, out) = told.split_at(told.iter().position(|&byte| byte == b'\n')?);
        let mut words = std::str::from_utf8(numbers).ok()?.split(' ');
        let inode = words.nth(1)?.parse().ok()?;
        let born = words.nth(1)?.parse().ok()?;
        let out = out.strip_prefix(b"\n")?.strip_suffix(b"\n")?;
        Some(Self { out: from_bytes(out).to_owned(), identity: Identity { inode, born } })
    }

    /// Whether the directory has its name.
    fn is_published(&self) -> bool {
        Identity::of(&self.out).is_ok_and(|there| there == self.identity)
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
        let identity = Identity::of(staged).map_err(output_error(staged, "find"))?;
        let content = Marker { out: canonical(out), identity }.content();
        let pending = &self.names.pending;
        let written = File::create(pending).and_then(|mut file| {
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
            tracing::warn!(%error, "the next run will clear what is left beside the index");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sandbox(tempfile::TempDir);

    impl Sandbox {
        /// An index, an OUT, and a staged directory.
        fn new() -> Self {
            let sandbox = Self(tempfile::tempdir().unwrap());
            fs::write(sandbox.index(), "old").unwrap();
            fs::create_dir(sandbox.staged()).unwrap();
            sandbox
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn index(&self) -> PathBuf {
            self.path("day.index")
        }

        fn staged(&self) -> PathBuf {
            self.path("staged")
        }

        fn out(&self) -> PathBuf {
            self.path("out")
        }

        fn begin(&self) -> Replacement {
            let mut new = Replacement::begin(&self.index()).unwrap();
            new.append(b"new").unwrap();
            new
        }

        /// What a killed process leaves: all of it but the lock.
        fn kill(&self, mut new: Replacement) {
            let new_file = fs::read(&new.names.new).ok();
            new.file = None; // nothing is settled
            drop(new);
            assert_eq!(fs::read(self.path("day.index.tamis-new")).ok(), new_file);
        }

        /// What the index is to a reader; and nothing else is left.
        fn read(&self) -> String {
            let file = open_for_reading(&self.index()).unwrap();
            let mut content = vec![0; usize::try_from(file.len()).unwrap()];
            file.read_at(0, &mut content).unwrap();
            assert_eq!(content, fs::read(self.index()).unwrap());
            String::from_utf8(content).unwrap()
        }

        fn beside(&self) -> Vec<String> {
            let names = fs::read_dir(self.0.path()).unwrap();
            let mut names: Vec<String> =
                names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.retain(|name| name.contains(".tamis-"));
            names.sort();
            names
        }
    }

    #[test]
    fn replaced_or_not() {
        let sandbox = Sandbox::new();
        drop(sandbox.begin());
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("old", 0));
        let new = sandbox.begin();
        assert_eq!((new.has_old(), new.old_start(2).unwrap(), new.len()), (true, b"ol".to_vec(), 3));
        assert_eq!(sandbox.read(), "old");
        new.commit().unwrap();
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
        fs::remove_file(sandbox.index()).unwrap();
        let new = sandbox.begin();
        assert!(!new.has_old());
        new.commit().unwrap();
        assert_eq!(sandbox.read(), "new");
    }

    #[test]
    fn one_run_at_a_time() {
        let sandbox = Sandbox::new();
        let new = sandbox.begin();
        let error = Replacement::begin(&sandbox.index()).unwrap_err();
        assert!(error.to_string().contains("day.index: another run is updating this index"), "{error}");
        new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
        fs::rename(sandbox.staged(), sandbox.out()).unwrap();
        assert_eq!(sandbox.read(), "old", "a reader leaves a run at work alone");
        new.commit().unwrap();
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
        assert!(Replacement::begin(sandbox.0.path()).is_err(), "a directory");
    }

    #[test]
    fn killed_while_it_wrote() {
        let sandbox = Sandbox::new();
        sandbox.kill(sandbox.begin());
        assert_eq!(sandbox.beside(), ["day.index.tamis-new"]);
        assert_eq!(sandbox.read(), "old");
        sandbox.begin().commit().unwrap();
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
    }

    #[test]
    fn killed_while_it_prepared() {
        let sandbox = Sandbox::new();
        let new = sandbox.begin();
        new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
        sandbox.kill(new);
        let marker = fs::read(sandbox.path("day.index.tamis-pending")).unwrap();
        fs::rename(sandbox.staged(), sandbox.out()).unwrap();
        for len in 0..marker.len() {
            fs::write(sandbox.path("day.index.tamis-new"), "new").unwrap();
            fs::write(sandbox.path("day.index.tamis-pending"), &marker[..len]).unwrap();
            assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("old", 0), "{len}");
        }
        for place in 0..marker.len() {
            let mut marker = marker.clone();
            marker[place] ^= 1;
            assert_eq!(Marker::parse(&marker), None, "{place}");
        }
    }

    #[test]
    fn killed_before_out_was_published() {
        for settled_by_run in [false, true] {
            let sandbox = Sandbox::new();
            fs::create_dir(sandbox.out()).unwrap();
            let new = sandbox.begin();
            new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
            sandbox.kill(new);
            assert_eq!(sandbox.beside(), ["day.index.tamis-new", "day.index.tamis-pending"]);
            if settled_by_run {
                drop(Replacement::begin(&sandbox.index()).unwrap());
            }
            assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("old", 0));
        }
    }

    #[test]
    fn killed_after_out_was_published() {
        for settled_by_run in [false, true] {
            let sandbox = Sandbox::new();
            let new = sandbox.begin();
            new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
            fs::rename(sandbox.staged(), sandbox.out()).unwrap();
            sandbox.kill(new);
            if settled_by_run {
                drop(Replacement::begin(&sandbox.index()).unwrap());
            }
            assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
        }
    }

    #[test]
    fn killed_before_the_marker_was_cleared() {
        let sandbox = Sandbox::new();
        let new = sandbox.begin();
        new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
        fs::rename(sandbox.staged(), sandbox.out()).unwrap();
        new.names.take_name().unwrap();
        sandbox.kill(new);
        assert_eq!(sandbox.beside(), ["day.index.tamis-pending"]);
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
    }

    #[test]
    fn dropped_after_out_was_published() {
        let sandbox = Sandbox::new();
        let new = sandbox.begin();
        new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
        fs::rename(sandbox.staged(), sandbox.out()).unwrap();
        drop(new); // an error, or a panic, between
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
    }

    #[test]
    fn a_number_used_again_is_not_the_same_directory() {
        let sandbox = Sandbox::new();
        let new = sandbox.begin();
        new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
        let born = Identity::of(&sandbox.staged()).unwrap().born;
        sandbox.kill(new);
        fs::remove_dir(sandbox.staged()).unwrap();
        fs::create_dir(sandbox.out()).unwrap();
        if born != 0 {
            assert_eq!(sandbox.read(), "old");
        }
        let odd =
            Marker { out: from_bytes(b"/a\nb\xff").to_owned(), identity: Identity { inode: 1, born: 0 } };
        assert_eq!(Marker::parse(&odd.content()), Some(odd));
    }
}
