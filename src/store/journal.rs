//! The journal of a run: its last sealed state, on disk, so that another run can go on from there after this one was
//! killed.
//!
//! A seal replaces the one before it in one step: the state is written beside it, made to reach the disk, and
//! renamed. Everything that the state speaks of reaches the disk before it does (`syncfs`). That takes as long as
//! the disk needs, and the run goes on meanwhile: what a state speaks of is only ever appended to.
//!
//! Format, little-endian: the magic `tamisjnl`, a `u32` version, the CRC-32 of what follows it, the length as a
//! `u64`, and the state.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use super::output_error;
use super::steps::{OnDisk, Steps};
use crate::error::{Error, Result};
use crate::units::count;

const MAGIC: &[u8; 8] = b"tamisjnl";
const VERSION: u32 = 2;
const HEADER: usize = 24;

/// Writes and reads the journal of one output.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// Directories on the file systems that hold what states speak of.
    directories: Vec<PathBuf>,
    /// The state that an interrupted run left.
    left: Mutex<Option<Vec<u8>>>,
    writing: Mutex<Option<JoinHandle<Result<()>>>>,
}

impl Journal {
    /// A journal at `path`.
    pub(super) fn new(path: PathBuf, directories: Vec<PathBuf>, left: Option<Vec<u8>>) -> Self {
        Self { path, directories, left: Mutex::new(left), writing: Mutex::new(None) }
    }

    /// Reads the state that was saved last.
    ///
    /// # Errors
    /// [`Error::Resume`] if there is none or it is damaged.
    pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
        let refuse = |what: String| Error::Resume { path: path.to_owned(), what };
        let bytes = fs::read(path).map_err(|error| refuse(format!("its journal cannot be read: {error}")))?;
        let parsed = bytes.split_at_checked(HEADER).and_then(|(header, state)| {
            let (magic, rest) = header.split_first_chunk::<8>()?;
            let (version, rest) = rest.split_first_chunk::<4>()?;
            let (crc, len) = rest.split_first_chunk::<4>()?;
            let crc_is = crc32fast::hash(&[len, state].concat());
            let is_whole = len == count(state.len()).to_le_bytes() && *crc == crc_is.to_le_bytes();
            Some((magic == MAGIC, u32::from_le_bytes(*version), is_whole, state))
        });
        match parsed {
            Some((true, VERSION, true, state)) => Ok(state.to_vec()),
            Some((true, version, _, _)) if version != VERSION => {
                Err(refuse(format!("its journal has version {version}, and this program writes {VERSION}")))
            }
            _ => Err(refuse("its journal is damaged".to_owned())),
        }
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the state that a run left which was cut short.
    pub fn take_checkpoint(&self) -> Option<Vec<u8>> {
        lock(&self.left).take()
    }

    /// Seals a state. It is on disk some time after this; an earlier one is when this begins.
    ///
    /// # Errors
    /// [`Error::Output`] of the seal before this one, or if no thread can be started.
    pub fn save_checkpoint(&self, state: Vec<u8>) -> Result<()> {
        self.settle()?;
        let (path, directories) = (self.path.clone(), self.directories.clone());
        let spawned = std::thread::Builder::new()
            .name("tamis-journal".to_owned())
            .spawn(move || write(&path, &directories, &state));
        *lock(&self.writing) = Some(spawned.map_err(output_error(&self.path, "start a thread to write"))?);
        Ok(())
    }

    /// Waits for the seal that is being written.
    ///
    /// # Errors
    /// [`Error::Output`] if it could not be.
    pub fn settle(&self) -> Result<()> {
        let Some(writing) = lock(&self.writing).take() else { return Ok(()) };
        let panicked = |_| output_error(&self.path, "write")(io::Error::other("the thread panicked"));
        writing.join().map_err(panicked)?
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Nothing is removed under a thread that writes; what it says no longer matters.
        let _ = self.settle();
    }
}

/// Poisoned only if a thread panicked between two whole assignments.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until everything on the file system of a directory is on its disk.
pub(super) fn sync(directory: &Path) -> Result<()> {
    OnDisk.sync_file_system(directory).map_err(output_error(directory, "sync"))
}

fn write(path: &Path, directories: &[PathBuf], state: &[u8]) -> Result<()> {
    directories.iter().try_for_each(|directory| sync(directory))?;
    let new = path.with_extension("new");
    let len = count(state.len()).to_le_bytes();
    let crc = crc32fast::hash(&[&len[..], state].concat());
    let _ = fs::remove_file(&new); // of a seal that was cut short, or a link that somebody put there
    let written = File::create_new(&new).and_then(|mut file| {
        file.write_all(&[&MAGIC[..], &VERSION.to_le_bytes(), &crc.to_le_bytes(), &len].concat())?;
        file.write_all(state)?;
        file.sync_all()
    });
    written.map_err(output_error(&new, "write"))?;
    fs::rename(&new, path).map_err(output_error(path, "replace"))?;
    let parent = path.parent().unwrap_or(Path::new("."));
    OnDisk.sync_directory(parent).map_err(output_error(parent, "sync"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_state_comes_back_and_no_flipped_byte_passes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal");
        let journal = Journal::new(path.clone(), vec![directory.path().to_owned()], None);
        assert!(matches!(Journal::read(&path), Err(Error::Resume { .. })));
        for state in ["first", "second"] {
            journal.save_checkpoint(state.as_bytes().to_vec()).unwrap();
        }
        journal.settle().unwrap();
        assert_eq!(Journal::read(&path).unwrap(), b"second");
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            fs::write(&path, flipped).unwrap();
            let error = Journal::read(&path).unwrap_err().to_string();
            assert!(error.contains("journal") && error.contains("without --resume"), "{at}: {error}");
            fs::write(&path, &whole[..at]).unwrap();
            assert!(Journal::read(&path).is_err(), "cut at {at}");
        }
    }
}
