//! All or nothing: where a run works, and the one step that publishes (contract O3).
//!
//! Beside OUT stand, while a run works, `OUT.tamis-partial/{lock,corpus/,record/}`, and files without a
//! name (or, for a moment, of the name `scratch-N`). The next run takes over what a killed one left, undoes a
//! publication that was cut short, and clears it.
//!
//! Publishing is three renames at most: the old record steps aside, the new record takes its name, and then,
//! in one atomic step that commits, the new OUT takes the place of the old (`renameat2` with
//! `RENAME_EXCHANGE`; where a file system has no exchange, old and new are renamed one after the other).
//! Before that step a crash is undone by the next run, after it only the old output is left to clear.
//!
//! Where something is replaced, everything that is written reaches the disk before the first rename, and the renames
//! do before the old output is removed: a power cut leaves one of the two whole.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fd::OwnedFd;

use super::disk_output::{JOURNAL, Recovery};
use super::journal::Journal;
use super::overlap::{ACCOUNT, canonical};
use super::owned::{check_free, is_empty};
use super::path::{printable, with_suffix};
use super::staging::{Home, spill_in};
use super::steps::{OnDisk, Steps, has_no_exchange};
use super::{beneath, output_error};
use crate::error::{Error, Result};

/// The parts of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// OUT and `OUT.tamis`.
    WithRecord,
    /// One directory.
    Alone,
}

/// Names the file numbers of the new output, so that after a crash it can be told which one stands under the final
/// name.
const MARKER: &str = "publishing";
/// Where the previous record and output stand while they are replaced.
const OLD_RECORD: &str = "old-record";
const OLD_CORPUS: &str = "old-corpus";

/// The directories in staging that a run writes to.
#[derive(Debug)]
pub(super) struct Rooms {
    pub(super) corpus: OwnedFd,
    pub(super) record: OwnedFd,
    pub(super) spill: OwnedFd,
}

/// The claim of a run: where it works, and the state that it goes on from.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) staging: Staging,
    pub(super) rooms: Rooms,
    pub(super) left: Option<Vec<u8>>,
}

/// The names a run uses, and the lock on them.
#[derive(Debug)]
pub(super) struct Staging {
    out: PathBuf,
    out_record: PathBuf,
    home: Home,
    corpus: PathBuf,
    record: PathBuf,
    /// Where what does not fit in memory is put: this directory, or one in another that was named.
    spill: PathBuf,
    /// Whether OUT has a record beside it.
    has_record: bool,
    /// Whether OUT may be replaced.
    force: bool,
    /// Whether it goes on with what a run left that was cut short.
    is_resumed: bool,
    /// Parents of OUT that did not exist, the innermost first.
    made: Vec<PathBuf>,
    steps: Box<dyn Steps>,
}

/// File numbers of a new output and its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Numbers {
    corpus: Option<u64>,
    record: Option<u64>,
}

impl Staging {
    /// Claims OUT; gives back the state that a run sealed last which was cut short, if it is to go on.
    pub(super) fn begin(out: &Path, force: bool, shape: Shape, recovery: &Recovery) -> Result<Claim> {
        let has_record = shape == Shape::WithRecord;
        let out = resolve(out)?;
        let (out_record, directory) = (with_suffix(&out, ACCOUNT), with_suffix(&out, ".tamis-partial"));
        if directory.symlink_metadata().is_err() {
            check_free(&out, has_record.then_some(&*out_record), force)?;
        }
        let made = make_parents(&out)?;
        let home = Home::claim(&directory, &out).inspect_err(|_| unmake(&made))?;
        let spill =
            recovery.spill_dir.as_ref().map_or_else(|| directory.clone(), |base| spill_in(base, &out));
        let mut staging = Self {
            corpus: directory.join("corpus"),
            record: directory.join("record"),
            out,
            out_record,
            home,
            spill,
            has_record,
            force,
            is_resumed: false,
            made,
            steps: Box::new(OnDisk),
        };
        staging.undo()?;
        // A run that is refused leaves what another one did as it is.
        staging.check_free().inspect_err(|_| {
            if !staging.has_state() {
                staging.abandon();
            }
        })?;
        let left = if recovery.resume { staging.left() } else { Ok(None) }?;
        staging.is_resumed = left.is_some();
        let prepared = staging.prepare().inspect_err(|_| {
            if left.is_none() {
                staging.abandon();
            }
        });
        let rooms = prepared?;
        Ok(Claim { staging, rooms, left })
    }

    fn check_free(&self) -> Result<()> {
        check_free(&self.out, self.has_record.then_some(&*self.out_record), self.force)
    }

    /// Whether a run left a state to go on from.
    pub(super) fn has_state(&self) -> bool {
        self.journal().exists()
    }

    /// The state that a run sealed last which was cut short.
    fn left(&self) -> Result<Option<Vec<u8>>> {
        if !self.has_state() {
            return Ok(None); // it had not come far
        }
        let spill = self.home.spill_named().unwrap_or_default();
        if spill != self.spill {
            let spill = printable(&spill);
            let what =
                format!("that run used {spill} for what did not fit in memory; give the same --spill-dir");
            return Err(Error::Resume { path: self.home.path.clone(), what });
        }
        Journal::read(&self.journal()).map(Some)
    }

    /// Clears what is not gone on with, and opens what is written to.
    fn prepare(&self) -> Result<Rooms> {
        if !self.is_resumed {
            if self.has_state() {
                let path = printable(&self.home.path);
                tracing::warn!(%path, "cleared what an interrupted run left here");
            }
            self.clear_home()?;
            self.home.name_spill(&self.spill)?; // a disk that is full would lose the name of one that is resumed
        }
        let spill = self.home.open_spill(&self.spill, self.is_resumed)?;
        if self.is_resumed {
            self.clear_scratches(&spill)?;
        }
        Ok(Rooms { corpus: self.home.room("corpus")?, record: self.home.room("record")?, spill })
    }

    fn journal(&self) -> PathBuf {
        self.home.path.join(JOURNAL)
    }

    pub(super) fn spill(&self) -> &Path {
        &self.spill
    }

    pub(super) fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    pub(super) fn directory(&self) -> &Path {
        &self.home.path
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

    /// Undoes what a killed run had begun to publish. If it had published, what it left there is done with.
    fn undo(&self) -> Result<()> {
        let Some(marker) = self.home.read(MARKER) else { return Ok(()) };
        let mut numbers = marker
            .split(u8::is_ascii_whitespace)
            .map(|number| std::str::from_utf8(number).ok().and_then(|number| number.parse::<u64>().ok()));
        let numbers = Numbers { corpus: numbers.next().flatten(), record: numbers.next().flatten() };
        if numbers.corpus.is_some() && numbers.corpus == inode(&self.out) {
            return self.forget_state();
        }
        if numbers.corpus.is_some() {
            tracing::info!("undid a run that was interrupted while it published");
            self.roll_back(numbers)?;
        }
        self.home.remove(MARKER)
    }

    /// Removes what a killed run left in staging.
    fn clear_home(&self) -> Result<()> {
        self.forget_state()?;
        self.home.clear_spill();
        self.home.clear()
    }

    /// Makes staging that is about to be removed useless for `--resume`.
    fn forget_state(&self) -> Result<()> {
        if !self.has_state() {
            return Ok(());
        }
        self.home.remove(JOURNAL)?;
        self.home.sync()
    }

    /// Removes what no state speaks of.
    fn clear_scratches(&self, spill: &OwnedFd) -> Result<()> {
        let cleared = beneath::clear(spill, |name| name.starts_with(b"scratch-"));
        cleared.map_err(|error| Error::Resume {
            path: self.spill.clone(),
            what: format!("cannot clear the files of that run: {error}"),
        })
    }

    /// Puts the previous output and record back.
    fn roll_back(&self, new: Numbers) -> Result<()> {
        let is_new = |number: Option<u64>, place: &Path| number.is_some() && number == inode(place);
        let restore = |old: &str, place: &Path| {
            let old = self.home.path.join(old);
            // What is no directory was not put there by a run.
            let is_there = old.symlink_metadata().is_ok_and(|found| found.is_dir());
            if is_there && place.symlink_metadata().is_err() {
                self.steps.rename(&old, place).map_err(output_error(place, "restore"))?;
            }
            Ok(())
        };
        if is_new(new.corpus, &self.out) {
            let taken_back = if self.corpus.exists() {
                self.steps.exchange(&self.corpus, &self.out)
            } else {
                self.steps.rename(&self.out, &self.corpus)
            };
            taken_back.map_err(output_error(&self.out, "undo"))?;
        }
        if is_new(new.record, &self.out_record) {
            let taken_back = self.steps.rename(&self.out_record, &self.record);
            taken_back.map_err(output_error(&self.out_record, "undo"))?;
        }
        restore(OLD_RECORD, &self.out_record)?;
        restore(OLD_CORPUS, &self.out)
    }

    /// Whether something stands there that is given up.
    fn replaces(&self) -> bool {
        let holds = |path: &Path| path.exists() && !is_empty(path);
        holds(&self.out) || self.has_record && holds(&self.out_record)
    }

    /// Publishes. Where something is replaced, or `is_synced` asks for it, all of it is on the disk before and after.
    pub(super) fn publish(&self, is_synced: bool) -> Result<()> {
        self.check_free()?; // others may have put something there while the run was at work
        let is_synced = is_synced || self.replaces();
        let numbers = Numbers { corpus: inode(&self.corpus), record: inode(&self.record) };
        let told = [numbers.corpus, numbers.record].map(Option::unwrap_or_default);
        self.home.write(MARKER, format!("{} {}\n", told[0], told[1]).as_bytes())?;
        if is_synced {
            let synced = self.steps.sync_file_system(&self.home.path);
            synced.map_err(output_error(&self.home.path, "sync"))?;
        }
        let moved = self.publish_record().and_then(|()| self.publish_corpus());
        let moved = moved.and_then(|()| if is_synced { self.sync_names() } else { Ok(()) });
        if let Err(error) = moved {
            self.roll_back(numbers)?;
            let _ = self.home.remove(MARKER); // the next run does
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
            let aside = self.steps.rename(&self.out_record, &self.home.path.join(OLD_RECORD));
            aside.map_err(output_error(&self.out_record, "replace"))?;
        }
        self.steps.rename(&self.record, &self.out_record).map_err(output_error(&self.out_record, "publish"))
    }

    fn publish_corpus(&self) -> Result<()> {
        let publish = || output_error(&self.out, "publish");
        if !self.out.exists() || is_empty(&self.out) {
            return self.steps.rename(&self.corpus, &self.out).map_err(publish());
        }
        match self.steps.exchange(&self.corpus, &self.out) {
            Err(error) if has_no_exchange(&error) => {
                self.steps.rename(&self.out, &self.home.path.join(OLD_CORPUS)).map_err(publish())?;
                self.steps.rename(&self.corpus, &self.out).map_err(publish())
            }
            exchanged => exchanged.map_err(publish()),
        }
    }

    /// Waits until OUT and its record have their names on the disk, and so have the directories that were made for
    /// them.
    fn sync_names(&self) -> Result<()> {
        let parents = self.out.ancestors().skip(1).take(1 + self.made.len());
        for parent in parents {
            self.steps.sync_directory(parent).map_err(output_error(parent, "sync"))?;
        }
        Ok(())
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
        if let Err(error) = self.clear_home().and_then(|()| self.home.remove_all()) {
            tracing::warn!(path = %printable(&self.home.path), %error, "cannot remove the staging directory");
        }
    }
}

/// OUT with every link resolved.
fn resolve(out: &Path) -> Result<PathBuf> {
    let resolved = canonical(out);
    if resolved.file_name().is_none() || resolved.is_symlink() {
        let what = "does not name a directory".to_owned();
        return Err(Error::OutputForeign { path: out.to_owned(), what });
    }
    Ok(resolved)
}

/// Makes the parents of OUT; returns those that were missing, the innermost first.
fn make_parents(out: &Path) -> Result<Vec<PathBuf>> {
    let missing = out.ancestors().skip(1).take_while(|parent| !parent.exists());
    let made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    if let Some(existing) = out.ancestors().nth(made.len() + 1).filter(|existing| !existing.is_dir()) {
        let what = "is not a directory".to_owned();
        return Err(Error::OutputForeign { path: existing.to_owned(), what });
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

fn inode(path: &Path) -> Option<u64> {
    fs::symlink_metadata(path).ok().map(|metadata| metadata.ino())
}

#[cfg(test)]
mod tests;
