//! All or nothing: the staging directory, its lock, and the one step that publishes (contract O3).
//!
//! Beside OUT stand, while a run works, `OUT.tamis-partial/{lock,corpus/,record/}`, and files without a
//! name (or, for a moment, of the name `scratch-N`). The lock is the
//! operating system's, so that it goes with a killed process; the next run then takes the leftover over,
//! undoes a publication that was cut short, and clears it.
//!
//! Publishing is three renames at most: the old record steps aside, the new record takes its name, and then,
//! in one atomic step that commits, the new OUT takes the place of the old (`renameat2` with
//! `RENAME_EXCHANGE`; where a file system has no exchange, old and new are renamed one after the other).
//! Before that step a crash is undone by the next run, after it only the old output is left to clear.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::disk_output::{JOURNAL, Recovery};
use super::journal::Journal;
use super::overlap::{ACCOUNT, canonical};
use super::path::{from_bytes, printable, with_suffix};
use super::{SUMMARY, output_error};
use crate::error::{Error, Result};

/// The shape of an output: the files and directories that it consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// OUT and `OUT.tamis`.
    WithRecord,
    /// The output is one directory.
    Alone,
}

/// The names a run uses, and the lock on them.
#[derive(Debug)]
pub(super) struct Staging {
    out: PathBuf,
    out_record: PathBuf,
    directory: PathBuf,
    corpus: PathBuf,
    record: PathBuf,
    /// Where what does not fit in memory is put: this directory, or one in another that was named.
    spill: PathBuf,
    /// Whether OUT has a record beside it.
    has_record: bool,
    /// Whether it goes on with what a run left that was cut short.
    is_resumed: bool,
    /// Parents of OUT that did not exist, the innermost first.
    made: Vec<PathBuf>,
    /// Held to the end of the run.
    lock: File,
}

impl Staging {
    /// Claims OUT. Returns the last checkpoint of an interrupted run, if this run is to resume it.
    pub(super) fn begin(
        out: &Path,
        force: bool,
        shape: Shape,
        recovery: &Recovery,
    ) -> Result<(Self, Option<Vec<u8>>)> {
        let has_record = shape == Shape::WithRecord;
        let out = resolve(out)?;
        let (out_record, directory) = (with_suffix(&out, ACCOUNT), with_suffix(&out, ".tamis-partial"));
        let lock_path = directory.join("lock");
        if !directory.exists() {
            check_free(&out, has_record.then_some(&out_record), force)?;
        } else if !lock_path.exists() && !is_empty(&directory) {
            return Err(Error::OutputForeign { path: directory, what: "was not left by a run" });
        }
        let made = make_parents(&out)?;
        let lock = claim(&directory, &lock_path, &out).inspect_err(|_| unmake(&made))?;
        let (corpus, record) = (directory.join("corpus"), directory.join("record"));
        let spill =
            recovery.spill_dir.as_ref().map_or_else(|| directory.clone(), |base| spill_in(base, &out));
        let mut staging = Self {
            out,
            out_record,
            directory,
            corpus,
            record,
            spill,
            has_record,
            is_resumed: false,
            made,
            lock,
        };
        staging.undo()?;
        // A run that is refused leaves what another one did as it is.
        check_free(&staging.out, has_record.then_some(&staging.out_record), force).inspect_err(|_| {
            if !staging.journal().exists() {
                staging.abandon();
            }
        })?;
        let left = if recovery.resume { staging.left() } else { Ok(None) }?;
        staging.is_resumed = left.is_some();
        staging.prepare().inspect_err(|_| {
            if left.is_none() {
                staging.abandon();
            }
        })?;
        Ok((staging, left))
    }

    /// The last checkpoint of an interrupted run.
    fn left(&self) -> Result<Option<Vec<u8>>> {
        let journal = self.journal();
        if !journal.exists() {
            return Ok(None); // it had not come far
        }
        let spill = self.spill_named().unwrap_or_default();
        if spill != self.spill {
            let spill = printable(&spill);
            let what =
                format!("that run put what did not fit in memory into {spill}; give the same --spill-dir");
            return Err(Error::Resume { path: self.directory.clone(), what });
        }
        Journal::read(&journal).map(Some)
    }

    fn prepare(&self) -> Result<()> {
        self.take_over()?;
        for directory in [&self.corpus, &self.record, &self.spill] {
            fs::create_dir_all(directory).map_err(output_error(directory, "create"))?;
        }
        if self.is_resumed {
            return Ok(()); // a disk that is full would lose the name that stands there
        }
        let name = self.spill_name();
        fs::write(&name, self.spill.as_os_str().as_encoded_bytes()).map_err(output_error(&name, "write"))
    }

    /// Names the directory of what does not fit in memory, so that the next run can clear it.
    fn spill_name(&self) -> PathBuf {
        self.directory.join("spill")
    }

    /// The directory that is named there.
    fn spill_named(&self) -> Option<PathBuf> {
        let bytes = fs::read(self.spill_name()).ok()?;
        Some(from_bytes(&bytes).to_owned())
    }

    fn journal(&self) -> PathBuf {
        self.directory.join(JOURNAL)
    }

    pub(super) fn spill(&self) -> &Path {
        &self.spill
    }

    pub(super) fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn out(&self) -> &Path {
        &self.out
    }

    pub(super) fn corpus(&self) -> &Path {
        &self.corpus
    }

    pub(super) fn record(&self) -> &Path {
        &self.record
    }

    fn old_record(&self) -> PathBuf {
        self.directory.join("old-record")
    }

    fn old_corpus(&self) -> PathBuf {
        self.directory.join("old-corpus")
    }

    /// Names the file numbers of the new output, so that after a crash it can be told which one stands
    /// under the final name.
    fn marker(&self) -> PathBuf {
        self.directory.join("publishing")
    }

    /// Undoes what a killed run had begun to publish. If it had published, what it left there is done with.
    fn undo(&self) -> Result<()> {
        let Ok(marker) = fs::read_to_string(self.marker()) else { return Ok(()) };
        let mut numbers = marker.split_whitespace().map(|number| number.parse::<u64>().ok());
        let (corpus, record) = (numbers.next().flatten(), numbers.next().flatten());
        if corpus.is_some() && corpus == inode(&self.out) {
            return self.forget_state();
        }
        if corpus.is_some() {
            tracing::info!("a run that was cut short while publishing is undone");
            self.roll_back(record)?;
        }
        remove(&self.marker()).map_err(output_error(&self.marker(), "remove"))
    }

    /// Removes what a killed run left in staging, but for what this one goes on with.
    fn take_over(&self) -> Result<()> {
        if self.is_resumed {
            return self.clear_scratches();
        }
        if self.journal().exists() {
            tracing::warn!(path = %printable(&self.directory), "cleared what a run left here that was cut short");
        }
        self.forget_state()?;
        self.clear_spill();
        self.clear_directory()
    }

    /// Removes the journal's state, as an output that is about to be removed must not be resumed.
    fn forget_state(&self) -> Result<()> {
        if !self.journal().exists() {
            return Ok(());
        }
        remove(&self.journal()).map_err(output_error(&self.journal(), "remove"))?;
        let synced = File::open(&self.directory).and_then(|directory| directory.sync_all());
        synced.map_err(output_error(&self.directory, "sync"))
    }

    /// Removes everything but the lock, which says that the directory is ours.
    fn clear_directory(&self) -> Result<()> {
        for entry in fs::read_dir(&self.directory).map_err(output_error(&self.directory, "list"))? {
            let entry = entry.map_err(output_error(&self.directory, "list"))?;
            if entry.file_name() != "lock" {
                remove(&entry.path()).map_err(output_error(&entry.path(), "remove"))?;
            }
        }
        Ok(())
    }

    /// Removes what no state speaks of.
    fn clear_scratches(&self) -> Result<()> {
        let missing = |error| Error::Resume {
            path: self.spill.clone(),
            what: format!("what that run put there cannot be listed: {error}"),
        };
        for entry in fs::read_dir(&self.spill).map_err(missing)?.flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(b"scratch-") {
                remove(&entry.path()).map_err(output_error(&entry.path(), "remove"))?;
            }
        }
        Ok(())
    }

    /// Removes the directory of what does not fit in memory that is named here, if it is one of ours.
    fn clear_spill(&self) {
        let Some(named) = self.spill_named() else { return };
        let is_ours =
            named.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(SPILL.as_bytes()));
        if named != self.directory
            && is_ours
            && named.is_absolute()
            && let Err(error) = remove(&named)
        {
            tracing::warn!(path = %printable(&named), %error, "cannot remove what a run put there");
        }
    }

    /// Puts the previous output and record back; `record` is the file number of the new record.
    fn roll_back(&self, record: Option<u64>) -> Result<()> {
        let restore = |old: &Path, place: &Path| {
            if old.exists() && !place.exists() {
                fs::rename(old, place).map_err(output_error(place, "restore"))?;
            }
            Ok(())
        };
        if record.is_some() && record == inode(&self.out_record) {
            fs::rename(&self.out_record, &self.record).map_err(output_error(&self.out_record, "undo"))?;
        }
        restore(&self.old_record(), &self.out_record)?;
        restore(&self.old_corpus(), &self.out)
    }

    pub(super) fn publish(&self) -> Result<()> {
        let numbers = [inode(&self.corpus), inode(&self.record)].map(Option::unwrap_or_default);
        fs::write(self.marker(), format!("{} {}\n", numbers[0], numbers[1]))
            .map_err(output_error(&self.marker(), "write"))?;
        let moved = self.publish_record().and_then(|()| self.publish_corpus());
        if let Err(error) = moved {
            self.roll_back(Some(numbers[1]))?;
            let _ = remove(&self.marker()); // the next run does
            return Err(error);
        }
        self.clear();
        Ok(())
    }

    fn publish_record(&self) -> Result<()> {
        if !self.has_record {
            return Ok(());
        }
        if self.out_record.exists() {
            fs::rename(&self.out_record, self.old_record())
                .map_err(output_error(&self.out_record, "replace"))?;
        }
        fs::rename(&self.record, &self.out_record).map_err(output_error(&self.out_record, "publish"))
    }

    fn publish_corpus(&self) -> Result<()> {
        let publish = || output_error(&self.out, "publish");
        if !self.out.exists() || is_empty(&self.out) {
            return fs::rename(&self.corpus, &self.out).map_err(publish());
        }
        match renameat_with(CWD, &self.corpus, CWD, &self.out, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
                fs::rename(&self.out, self.old_corpus()).map_err(publish())?;
                fs::rename(&self.corpus, &self.out).map_err(publish())
            }
            Err(error) => Err(publish()(error.into())),
        }
    }

    /// Removes everything this run made: it came to nothing.
    pub(super) fn abandon(&self) {
        self.clear();
        unmake(&self.made);
    }

    /// Removes the staging directory: the state first, and last the lock, so that a run that is killed meanwhile leaves
    /// neither a state without its stores nor a directory that is nobody's. A failure leaves rubbish beside OUT, which
    /// the next run clears.
    pub(super) fn clear(&self) {
        let cleared = self.forget_state().and_then(|()| {
            self.clear_spill();
            self.clear_directory()?;
            remove(&self.directory).map_err(output_error(&self.directory, "remove"))
        });
        if let Err(error) = cleared {
            tracing::warn!(path = %printable(&self.directory), %error, "cannot remove the staging directory");
        }
    }
}

impl Drop for Staging {
    /// Lets go of the lock. Closing the file would not: a program that this process starts at the same moment holds it
    /// open for a while too.
    fn drop(&mut self) {
        let _ = self.lock.unlock(); // closing it is all that is left to do
    }
}

/// How the name of a directory for what does not fit in memory ends.
const SPILL: &str = ".tamis-spill";

/// The directory in `base` for a run into `out`. Its name tells runs into directories of one name apart.
fn spill_in(base: &Path, out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let number = crc32fast::hash(out.as_os_str().as_encoded_bytes());
    canonical(base).join(format!("{name}-{number:08x}{SPILL}"))
}

/// Makes the staging directory and takes its lock.
fn claim(directory: &Path, lock_path: &Path, out: &Path) -> Result<File> {
    fs::create_dir_all(directory).map_err(output_error(directory, "create"))?;
    let lock = File::create(lock_path).map_err(output_error(lock_path, "create"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::Busy { path: out.to_owned() }),
        Err(TryLockError::Error(source)) => Err(output_error(lock_path, "lock")(source)),
    }
}

/// OUT with every link resolved.
fn resolve(out: &Path) -> Result<PathBuf> {
    let resolved = canonical(out);
    if resolved.file_name().is_none() || resolved.is_symlink() {
        return Err(Error::OutputForeign { path: out.to_owned(), what: "does not name a directory" });
    }
    Ok(resolved)
}

/// Makes the parents of OUT; returns those that were missing, the innermost first.
fn make_parents(out: &Path) -> Result<Vec<PathBuf>> {
    let missing = out.ancestors().skip(1).take_while(|parent| !parent.exists());
    let made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    if let Some(existing) = out.ancestors().nth(made.len() + 1).filter(|existing| !existing.is_dir()) {
        return Err(Error::OutputForeign { path: existing.to_owned(), what: "is not a directory" });
    }
    if let Some(parent) = made.first() {
        fs::create_dir_all(parent).inspect_err(|_| unmake(&made)).map_err(output_error(parent, "create"))?;
    }
    Ok(made)
}

/// Removes directories that were made for a run that came to nothing, unless somebody put something there.
fn unmake(made: &[PathBuf]) {
    for directory in made {
        if fs::remove_dir(directory).is_err() {
            break;
        }
    }
}

/// Refuses to touch what is not ours to replace.
fn check_free(out: &Path, out_record: Option<&PathBuf>, force: bool) -> Result<()> {
    if out.exists() {
        if !out.is_dir() {
            return Err(Error::OutputForeign { path: out.to_owned(), what: "is not a directory" });
        }
        if !force && !is_empty(out) {
            return Err(Error::OutputExists { path: out.to_owned() });
        }
    }
    let Some(out_record) = out_record else { return Ok(()) };
    let is_record = is_empty(out_record) || out_record.join(SUMMARY).exists();
    if out_record.symlink_metadata().is_ok() && !is_record {
        return Err(Error::OutputForeign { path: out_record.to_owned(), what: "is no record of a run" });
    }
    Ok(())
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

fn inode(path: &Path) -> Option<u64> {
    fs::symlink_metadata(path).ok().map(|metadata| metadata.ino())
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    let removed =
        if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
