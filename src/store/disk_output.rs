//! An output on disk: everything is written below a staging directory beside OUT and moved into place at the
//! end ([`super::publish`]).

use std::fs::{self, File, Permissions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::fd::OwnedFd;
use rustix::fs::OFlags;

use super::disk_input::Root;
use super::disk_scratch::DiskScratch;
use super::publish::{Claim, Rooms, Shape, Staging};
use super::written::{LeftStaging, WRITTEN, WrittenList};
use super::{
    Area, FileIdentity, Journal, Mark, Output, OutputFile, Scratch, StagedFile, beneath, output_error, path,
};
use crate::error::{Error, Result};
use crate::units::count;

/// The journal's name in the staging directory.
pub(super) const JOURNAL: &str = "journal";

/// Writes OUT and `OUT.tamis`.
#[derive(Debug)]
pub struct DiskOutput {
    staging: Staging,
    rooms: Rooms,
    /// Whether publishing waits for the disk even where nothing is replaced.
    is_synced: bool,
    journal: Journal,
    published: AtomicBool,
    scratches: AtomicU64,
    /// The files of the corpus that are finished, for checkpoints.
    written: Arc<WrittenList>,
}

/// Options for a run that was cut short before, and for the place of overflowing data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Go on with what a run that was cut short left. If it left nothing, this one begins at the beginning.
    pub resume: bool,
    /// The directory for what does not fit in memory. Default: beside OUT.
    pub spill_dir: Option<PathBuf>,
}

impl DiskOutput {
    /// Claims `out` and clears what a run that was killed left there.
    ///
    /// # Errors
    /// [`Error::OutputExists`] if OUT is not empty and `force` is not set, [`Error::OutputForeign`] if
    /// something that is not ours is in the way, [`Error::Busy`] if another run has claimed it, and
    /// [`Error::Output`] if the staging directory cannot be made.
    pub fn begin(out: &Path, force: bool) -> Result<Self> {
        Self::recover(out, force, &Recovery::default())
    }

    /// Claims OUT as [`Self::begin`] does, and goes on with what a run that was cut short left, if that is asked for.
    ///
    /// # Errors
    /// As [`Self::begin`], and [`Error::Resume`] if what was left is damaged.
    pub fn recover(out: &Path, force: bool, recovery: &Recovery) -> Result<Self> {
        Self::claim(out, force, Shape::WithRecord, recovery)
    }

    /// The staging directory of an interrupted run into `out`, if another run can resume it.
    pub fn leftover(out: &Path) -> Option<PathBuf> {
        Self::staging_of(out).filter(|directory| directory.join(JOURNAL).exists())
    }

    /// The directory in which a run into `out` stages, if it is there.
    pub fn staging_of(out: &Path) -> Option<PathBuf> {
        let directory = path::with_suffix(&super::overlap::canonical(out), ".tamis-partial");
        directory.exists().then_some(directory)
    }

    /// Claims a directory that is to hold one area and nothing beside it; what is written goes to
    /// [`Area::Corpus`].
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn begin_alone(directory: &Path, force: bool) -> Result<Self> {
        Self::claim(directory, force, Shape::Alone, &Recovery::default())
    }

    fn claim(out: &Path, force: bool, shape: Shape, recovery: &Recovery) -> Result<Self> {
        let Claim { staging, rooms, left } = Staging::begin(out, force, shape, recovery)?;
        let directories = vec![staging.directory().to_owned(), staging.spill().to_owned()];
        let journal = Journal::new(staging.directory().join(JOURNAL), directories, left);
        let (published, scratches) = (AtomicBool::new(false), AtomicU64::new(0));
        let written = Arc::default();
        Ok(Self { staging, rooms, is_synced: false, journal, published, scratches, written })
    }

    /// Publishing waits until everything is on the disk. Where something is replaced it always does.
    #[must_use]
    pub fn synced(mut self) -> Self {
        self.is_synced = true;
        self
    }

    /// Checks that OUT and the inputs do not lie inside one another (contract O3).
    ///
    /// # Errors
    /// [`Error::OutputOverlapsInput`] if they do.
    pub fn check_overlap(out: &Path, inputs: &[Root]) -> Result<()> {
        super::overlap::check_overlap(out, inputs)
    }

    /// The directory that `out` means: every link and every `..` resolved, as far as it exists.
    pub fn resolved(out: &Path) -> PathBuf {
        super::overlap::canonical(out)
    }

    /// The directory that will be OUT when this is published.
    pub fn staged_corpus(&self) -> &Path {
        self.staging.corpus()
    }

    /// A file that was opened and holds nothing.
    fn file(
        &self,
        file: File,
        (base, path): (PathBuf, PathBuf),
        (area, relative): (Area, &[u8]),
    ) -> DiskFile {
        let crc = self.written.is_kept().then(crc32fast::Hasher::new);
        let written = (area == Area::Corpus).then(|| (Arc::clone(&self.written), relative.to_owned()));
        DiskFile { file, path, base, len: 0, crc, written }
    }

    /// Where a file stands in staging: the directory of its area, its path below that, and its whole path.
    fn staged(&self, area: Area, relative: &[u8]) -> Result<Staged<'_>> {
        let (base, room) = match area {
            Area::Corpus => (self.staging.corpus(), &self.rooms.corpus),
            Area::Account => (self.staging.record(), &self.rooms.record),
        };
        let path = path::below(base, relative).ok_or_else(|| Error::Output {
            path: path::from_bytes(relative).to_owned(),
            operation: "write outside OUT to",
            source: io::ErrorKind::InvalidInput.into(),
        })?;
        Ok(Staged { base, room, relative: path::from_bytes(relative).to_owned(), path })
    }

    /// Creates a new file; makes its directory if that is what is missing, so that a directory costs one system call
    /// for its first file and none for the others. What a run that was cut short wrote after its last seal is written
    /// once more.
    fn create_new(&self, staged: &Staged<'_>) -> Result<File> {
        let create = || beneath::create_new(staged.room, &staged.relative, self.staging.is_resumed());
        let opened = create().or_else(|error| match (error.kind(), staged.path.parent()) {
            (io::ErrorKind::NotFound, Some(parent)) => {
                fs::create_dir_all(parent)?;
                create()
            }
            _ => Err(error),
        });
        opened.map_err(output_error(&staged.path, "create"))
    }

    /// Creates a store in the place of what has its name, which is not written into.
    fn create_scratch(&self, name: &str) -> Result<(File, PathBuf)> {
        let path = self.staging.spill().join(name);
        let file = beneath::create_new(&self.rooms.spill, Path::new(name), true);
        Ok((file.map_err(output_error(&path, "create"))?, path))
    }
}

/// Where a file stands in staging.
struct Staged<'a> {
    /// The directory of its area, as a path and open.
    base: &'a Path,
    room: &'a OwnedFd,
    /// Its path below that.
    relative: PathBuf,
    /// Its whole path.
    path: PathBuf,
}

impl Output for DiskOutput {
    fn write(&self, relative: &[u8], content: &[u8]) -> Result<()> {
        let staged = self.staged(Area::Corpus, relative)?;
        self.create_new(&staged)?.write_all(content).map_err(output_error(&staged.path, "write"))?;
        self.written.push_content(relative, content)
    }

    fn create(&self, area: Area, relative: &[u8]) -> Result<Box<dyn OutputFile>> {
        let staged = self.staged(area, relative)?;
        let file = self.create_new(&staged)?;
        let (base, path) = (staged.base.to_owned(), staged.path);
        Ok(Box::new(self.file(file, (base, path), (area, relative))))
    }

    fn reopen(&self, area: Area, relative: &[u8], mark: Mark) -> Result<Box<dyn OutputFile>> {
        let staged = self.staged(area, relative)?;
        let file = beneath::open(staged.room, &staged.relative, OFlags::WRONLY | OFlags::NONBLOCK);
        let (base, path) = (staged.base.to_owned(), staged.path);
        let file = file.map_err(output_error(&path, "reopen"))?;
        let found = file.metadata().map_err(output_error(&path, "reopen"))?.len();
        if found < mark.len {
            return Err(Error::Damaged { path, offset: found });
        }
        let mut file = self.file(file, (base, path), (area, relative));
        file.truncate(mark)?;
        Ok(Box::new(file))
    }

    fn keep_digests(&self) -> Result<()> {
        if !self.staging.is_resumed() {
            self.written.keep(self.store(WRITTEN)?);
        }
        Ok(())
    }

    fn mark_written(&self) -> Result<Option<Mark>> {
        self.written.mark()
    }

    fn check_written(
        &self,
        list: Option<Mark>,
        open: &[StagedFile],
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Result<()> {
        let (corpus, account) = (self.staging.corpus(), self.staging.record());
        let left = LeftStaging { corpus, account, is_cancelled };
        let Some(mark) = list else { return left.check(None, open) };
        let mut list = self.reopen_store(WRITTEN, mark)?;
        left.check(Some(&mut *list), open)?;
        self.written.keep(list);
        Ok(())
    }

    fn store(&self, name: &'static str) -> Result<Box<dyn Scratch>> {
        let (file, path) = self.create_scratch(&format!("store-{name}"))?;
        Ok(Box::new(DiskScratch::new(file, path)))
    }

    fn reopen_store(&self, name: &'static str, mark: Mark) -> Result<Box<dyn Scratch>> {
        let name = format!("store-{name}");
        let path = self.staging.spill().join(&name);
        let file = beneath::open(&self.rooms.spill, Path::new(&name), OFlags::RDWR | OFlags::NONBLOCK);
        let file = file.map_err(output_error(&path, "reopen"))?;
        Ok(Box::new(DiskScratch::resume(file, path, mark)?))
    }

    fn directories(&self) -> Option<(&Path, &Path)> {
        Some((self.staging.out(), self.staging.corpus()))
    }

    fn journal(&self) -> Option<&Journal> {
        Some(&self.journal)
    }

    fn space(&self) -> Option<(PathBuf, u64)> {
        let directory = self.staging.spill();
        let found = rustix::fs::statvfs(directory).ok()?;
        Some((directory.to_owned(), found.f_bavail.saturating_mul(found.f_frsize)))
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>> {
        let number = self.scratches.fetch_add(1, Ordering::Relaxed);
        let name = format!("scratch-{number}");
        let (file, path) = self.create_scratch(&name)?;
        // Without a name it is gone when it is closed: some are done with long before the run.
        let removed = beneath::remove(&self.rooms.spill, Path::new(&name));
        removed.map_err(output_error(&path, "remove"))?;
        Ok(Box::new(DiskScratch::new(file, path)))
    }

    fn sync(&self) -> Result<()> {
        super::journal::sync(self.staging.directory())
    }

    fn publish(&self) -> Result<()> {
        self.journal.settle()?;
        self.staging.publish(self.is_synced)?;
        self.published.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for DiskOutput {
    fn drop(&mut self) {
        if self.published.load(Ordering::Relaxed) {
            return;
        }
        // A seal that cannot be written is no seal; the one before it stands.
        let _ = self.journal.settle();
        if !self.staging.has_state() {
            self.staging.abandon();
        }
    }
}

struct DiskFile {
    file: File,
    path: PathBuf,
    base: PathBuf,
    len: u64,
    /// Of what was appended, if digests are kept.
    crc: Option<crc32fast::Hasher>,
    /// Where it is listed when it is whole, by this path; nowhere if it belongs to the account.
    written: Option<(Arc<WrittenList>, Vec<u8>)>,
}

impl OutputFile for DiskFile {
    fn append(&mut self, content: &[u8]) -> Result<()> {
        self.file.write_all(content).map_err(output_error(&self.path, "write"))?;
        self.len += count(content.len());
        if let Some(crc) = &mut self.crc {
            crc.update(content);
        }
        Ok(())
    }

    fn make_own(&mut self) -> Result<Option<FileIdentity>> {
        let found = self.file.metadata().and_then(|found| {
            let mode = found.permissions().mode() & !0o022;
            self.file.set_permissions(Permissions::from_mode(mode))?;
            Ok(found)
        });
        Ok(FileIdentity::of(&found.map_err(output_error(&self.path, "look at"))?))
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn mark(&self) -> Mark {
        let crc = self.crc.clone().map_or(0, crc32fast::Hasher::finalize);
        Mark { len: self.len, crc }
    }

    fn truncate(&mut self, mark: Mark) -> Result<()> {
        let cut = self.file.set_len(mark.len).and_then(|()| self.file.seek(SeekFrom::Start(mark.len)));
        cut.map_err(output_error(&self.path, "truncate"))?;
        self.len = mark.len;
        if let Some(crc) = &mut self.crc {
            *crc = crc32fast::Hasher::new_with_initial_len(mark.crc, mark.len);
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let mark = self.mark();
        self.written.map_or(Ok(()), |(list, relative)| list.push(&relative, mark))
    }

    fn discard(self: Box<Self>) -> Result<()> {
        fs::remove_file(&self.path).map_err(output_error(&self.path, "remove"))?;
        remove_parents(&self.path, &self.base);
        Ok(())
    }
}

/// Removes the directories below `base` that were made for a file alone; the first that is not empty ends this.
fn remove_parents(file: &Path, base: &Path) {
    for parent in file.ancestors().skip(1).take_while(|parent| *parent != base) {
        match fs::remove_dir(parent) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => break,
            _ => {}
        }
    }
}
