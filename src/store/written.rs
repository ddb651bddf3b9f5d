//! The list of what a run has written to OUT so far: a list of the files that are whole, with size and checksum of
//! each. A checkpoint names the list by what it holds ([`Mark`]), and a run that resumes holds staging against it:
//! what was damaged meanwhile is refused, and what the checkpoint does not name goes.
//!
//! Files are listed as they are finished, by several threads, so the list is in no order. Only runs that save
//! checkpoints keep one. An entry, little-endian: the CRC-32 of the file's bytes as a `u32`, their number as a `u64`,
//! the length of the path as a `u32`, and the path below OUT.
//!
//! Memory: a buffer while the list is written; 16 bytes a file while staging is checked.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use rustix::fs::OFlags;
use walkdir::WalkDir;

use super::{Area, Mark, Scratch, beneath, output_error, path};
use crate::error::{Error, Result};
use crate::units::count;

/// The name of the store that holds the list.
pub(super) const WRITTEN: &str = "written";

/// The list, once it is begun.
#[derive(Default)]
pub(super) struct WrittenList(OnceLock<Mutex<Box<dyn Scratch>>>);

impl std::fmt::Debug for WrittenList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WrittenList").field("is_kept", &self.is_kept()).finish()
    }
}

impl WrittenList {
    /// Keeps the list in this store from here on.
    pub(super) fn keep(&self, store: Box<dyn Scratch>) {
        // A list that is kept already is the one that was resumed.
        let _ = self.0.set(Mutex::new(store));
    }

    /// Whether a list is kept.
    pub(super) fn is_kept(&self) -> bool {
        self.0.get().is_some()
    }

    /// Lists a file that is whole.
    pub(super) fn push(&self, relative: &[u8], mark: Mark) -> Result<()> {
        let Some(list) = self.0.get() else { return Ok(()) };
        let len = u32::try_from(relative.len()).unwrap_or(u32::MAX); // no system takes a path of so many bytes
        let head = [&mark.crc.to_le_bytes()[..], &mark.len.to_le_bytes(), &len.to_le_bytes()].concat();
        let entry = [&head, relative].concat();
        // Poisoned only if a thread panicked between two whole entries.
        list.lock().unwrap_or_else(PoisonError::into_inner).append(&entry).map(drop)
    }

    /// Lists a file that holds `content`. The checksum is made by the thread that wrote the file.
    pub(super) fn push_content(&self, relative: &[u8], content: &[u8]) -> Result<()> {
        if !self.is_kept() {
            return Ok(());
        }
        self.push(relative, Mark { len: count(content.len()), crc: crc32fast::hash(content) })
    }

    /// Length and checksum of the list; `None` if none is kept.
    pub(super) fn mark(&self) -> Result<Option<Mark>> {
        let list = self.0.get().map(|list| list.lock().unwrap_or_else(PoisonError::into_inner));
        list.map(|mut list| list.mark()).transpose()
    }
}

/// A file of staging, as a checkpoint names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedFile {
    /// The part of the output it belongs to.
    pub area: Area,
    /// Its path there.
    pub relative: Vec<u8>,
    /// Its length and checksum then.
    pub mark: Mark,
}

/// Staging of a run that was cut short.
pub(super) struct LeftStaging<'a> {
    pub(super) corpus: &'a Path,
    pub(super) account: &'a Path,
    pub(super) is_cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// Files that are checked side by side.
const BATCH: usize = 1024;
/// Bytes of a file that are read at once.
const BUFFER: usize = 256 * 1024;

/// The files of staging that a checkpoint names, by hash; whoever plants files does not know the hash function.
#[derive(Default)]
struct Named {
    state: RandomState,
    files: HashSet<u64>,
}

impl Named {
    fn key(&self, area: Area, relative: &[u8]) -> u64 {
        self.state.hash_one((area, relative))
    }

    fn insert(&mut self, area: Area, relative: &[u8]) {
        self.files.insert(self.key(area, relative));
    }

    fn contains(&self, area: Area, relative: &[u8]) -> bool {
        self.files.contains(&self.key(area, relative))
    }
}

impl LeftStaging<'_> {
    /// Checks the files that `list` names, which are whole, and those that are `open`, which may have grown since; then
    /// removes all others. Cost: everything that was written is read once.
    ///
    /// # Errors
    /// [`Error::Resume`] for the first file that is not what it was, and then nothing was removed;
    /// [`Error::Interrupted`], [`Error::Output`].
    pub(super) fn check(&self, list: Option<&mut dyn Scratch>, open: &[StagedFile]) -> Result<()> {
        let mut named = Named::default();
        self.check_batch(open, true, &mut named)?;
        if let Some(list) = list {
            let mut entries = Entries::new(list)?;
            loop {
                let batch = entries.batch()?;
                if batch.is_empty() {
                    break;
                }
                self.check_batch(&batch, false, &mut named)?;
            }
        }
        let mut others = Vec::new();
        let num_found = self.find_others(&named, &mut others)?;
        if num_found < named.files.len() {
            return Err(self.behind_a_link(&others));
        }
        for other in &others {
            self.remove(other).map_err(output_error(other, "remove"))?;
        }
        if !others.is_empty() {
            remove_empty(self.corpus);
        }
        Ok(())
    }

    /// Removes a file or link of staging; no link on the way is followed.
    fn remove(&self, path: &Path) -> io::Result<()> {
        let below = |base| path.strip_prefix(base).ok().map(|relative| (base, relative));
        let (base, relative) =
            below(self.corpus).or_else(|| below(self.account)).ok_or(io::ErrorKind::NotFound)?;
        beneath::remove(beneath::open_place(base)?, relative)
    }

    /// Checks files side by side. The first that is damaged is the one that is refused.
    fn check_batch(&self, files: &[StagedFile], is_open: bool, named: &mut Named) -> Result<()> {
        let checked: Vec<_> = files.par_iter().map(|file| self.check_file(file, is_open)).collect();
        for (file, checked) in files.iter().zip(checked) {
            checked?;
            named.insert(file.area, &file.relative);
        }
        Ok(())
    }

    fn base(&self, area: Area) -> &Path {
        match area {
            Area::Corpus => self.corpus,
            Area::Account => self.account,
        }
    }

    /// Checks that a file holds what it held; `is_open` files may have more behind it.
    fn check_file(&self, file: &StagedFile, is_open: bool) -> Result<()> {
        let StagedFile { area, relative, mark } = file;
        let base = self.base(*area);
        let Some(path) = path::below(base, relative) else {
            return Err(refuse(base, "a checkpoint names a file outside of it".to_owned()));
        };
        let file = open_regular(&path).map_err(|what| refuse(&path, what))?;
        let unread = |error: io::Error| refuse(&path, format!("it cannot be read: {error}"));
        let found = file.metadata().map_err(unread)?.len();
        if found < mark.len || found > mark.len && !is_open {
            let (expected, more) = (mark.len, if is_open { " or more" } else { "" });
            return Err(refuse(
                &path,
                format!("it has {found} bytes, and the run left it with {expected}{more}"),
            ));
        }
        let crc = self.checksum(file, mark.len).map_err(unread)?;
        match crc {
            None => Err(Error::Interrupted),
            Some(crc) if crc == mark.crc => Ok(()),
            Some(_) => Err(refuse(&path, "its content is not what the run wrote".to_owned())),
        }
    }

    /// The checksum of the first `len` bytes of a file; `None` if the run is to stop.
    fn checksum(&self, mut file: File, len: u64) -> io::Result<Option<u32>> {
        let mut crc = crc32fast::Hasher::new();
        let mut buffer = vec![0; BUFFER.min(usize::try_from(len).unwrap_or(BUFFER)).max(1)];
        let mut rest = len;
        while rest > 0 {
            if (self.is_cancelled)() {
                return Ok(None);
            }
            let most = usize::try_from(rest).unwrap_or(BUFFER).min(buffer.len());
            match file.read(&mut buffer[..most])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                num => {
                    crc.update(&buffer[..num]);
                    rest -= count(num);
                }
            }
        }
        Ok(Some(crc.finalize()))
    }

    /// Collects what is in staging and not named, and counts what is.
    fn find_others(&self, named: &Named, others: &mut Vec<PathBuf>) -> Result<usize> {
        let mut num_found = 0;
        for area in [Area::Corpus, Area::Account] {
            let base = self.base(area);
            for entry in WalkDir::new(base).min_depth(1) {
                let entry = entry.map_err(|error| refuse(base, format!("it cannot be listed: {error}")))?;
                let relative = entry.path().strip_prefix(base).unwrap_or(entry.path());
                if entry.file_type().is_dir() {
                    continue;
                }
                if entry.file_type().is_file() && named.contains(area, path::bytes(relative)) {
                    num_found += 1;
                } else {
                    others.push(entry.into_path());
                }
            }
        }
        Ok(num_found)
    }

    /// The error for files that can be opened and are not found below staging: a directory on the way is a link.
    fn behind_a_link(&self, others: &[PathBuf]) -> Error {
        let link = others.iter().find(|other| other.is_symlink() && other.is_dir());
        refuse(
            link.map_or(self.corpus, PathBuf::as_path),
            "a directory of the run was replaced by a symbolic link".to_owned(),
        )
    }
}

fn refuse(path: &Path, what: String) -> Error {
    Error::Resume { path: path.to_owned(), what }
}

/// Opens a file that is no link and nothing special; in words, why not.
fn open_regular(path: &Path) -> std::result::Result<File, String> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let opened = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path);
    match opened.and_then(|file| Ok((file.metadata()?.is_file(), file))) {
        Ok((true, file)) => Ok(file),
        Ok((false, _)) => Err("it is not a regular file, and the run wrote one".to_owned()),
        Err(error) if path.is_symlink() => {
            Err(format!("it is a symbolic link, and the run wrote a file ({error})"))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Err("the run wrote it, and it is missing".to_owned())
        }
        Err(error) => Err(format!("it cannot be opened: {error}")),
    }
}

/// Removes directories below `base` that hold nothing.
fn remove_empty(base: &Path) {
    let directories = WalkDir::new(base).min_depth(1).contents_first(true).into_iter().flatten();
    for directory in directories.filter(|entry| entry.file_type().is_dir()) {
        let _ = fs::remove_dir(directory.path()); // most hold something
    }
}

/// Reads the entries of a list.
struct Entries<'a>(BufReader<FromStart<'a>>);

/// Reads a store from its beginning.
struct FromStart<'a> {
    store: &'a mut dyn Scratch,
    at: u64,
    end: u64,
}

impl Read for FromStart<'_> {
    fn read(&mut self, content: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(content.len());
        self.store.read_at(self.at, &mut content[..most]).map_err(io::Error::other)?;
        self.at += count(most);
        Ok(most)
    }
}

impl<'a> Entries<'a> {
    fn new(store: &'a mut dyn Scratch) -> Result<Self> {
        let end = store.mark()?.len;
        Ok(Self(BufReader::with_capacity(BUFFER, FromStart { store, at: 0, end })))
    }

    /// The next files; none at the end.
    fn batch(&mut self) -> Result<Vec<StagedFile>> {
        let mut batch = Vec::new();
        while batch.len() < BATCH {
            match self.next() {
                Ok(Some(file)) => batch.push(file),
                Ok(None) => break,
                Err(_) => {
                    let store = &self.0.get_ref().store;
                    return Err(refuse(store.path(), "its content is not what the run wrote".to_owned()));
                }
            }
        }
        Ok(batch)
    }

    fn next(&mut self) -> io::Result<Option<StagedFile>> {
        let mut head = [0; 16];
        if self.0.fill_buf()?.is_empty() {
            return Ok(None);
        }
        self.0.read_exact(&mut head)?;
        let ([crc, a, b, path], _) = head.as_chunks::<4>() else { return Ok(None) };
        let len = u64::from(u32::from_le_bytes(*a)) | u64::from(u32::from_le_bytes(*b)) << 32;
        let mark = Mark { len, crc: u32::from_le_bytes(*crc) };
        let path_len = u64::from(u32::from_le_bytes(*path));
        let mut relative = Vec::new();
        if count((&mut self.0).take(path_len).read_to_end(&mut relative)?) < path_len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(StagedFile { area: Area::Corpus, relative, mark }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DiskOutput, Output};
    use super::*;

    fn never() -> bool {
        false
    }

    /// A file that is appended to, cut and appended to again has the checksum of its bytes.
    #[test]
    fn a_file_is_listed_as_it_is_finished() {
        let directory = tempfile::tempdir().unwrap();
        let output = DiskOutput::begin(&directory.path().join("out"), false).unwrap();
        assert_eq!(output.mark_written().unwrap(), None);
        output.write(b"before", b"not listed, and so not ours").unwrap();
        output.keep_digests().unwrap();
        let mut file = output.create(Area::Corpus, b"a/\xff.txt").unwrap();
        file.append(b"kept").unwrap();
        let kept = file.mark();
        assert_eq!(kept, Mark { len: 4, crc: crc32fast::hash(b"kept") });
        file.append(b" and taken back").unwrap();
        file.truncate(kept).unwrap();
        file.append(b" and goes on").unwrap();
        file.finish().unwrap();
        output.write(b"b", b"").unwrap();
        output.create(Area::Corpus, b"dropped").unwrap().discard().unwrap();
        let mut open = output.create(Area::Account, b"open").unwrap();
        open.append(b"so far").unwrap();
        let named = StagedFile { area: Area::Account, relative: b"open".to_vec(), mark: open.mark() };
        open.append(b", and more").unwrap();
        let list = output.mark_written().unwrap();
        output.check_written(list, std::slice::from_ref(&named), &never).unwrap();
        let corpus = output.staged_corpus();
        assert!(!corpus.join("before").exists() && corpus.join("b").exists());
        for (path, content) in [("b", "x"), ("a/\u{fffd}.txt", "")] {
            let path = if content.is_empty() {
                corpus.join(path::from_bytes(b"a/\xff.txt"))
            } else {
                corpus.join(path)
            };
            let whole = fs::read(&path).unwrap();
            fs::write(&path, content).unwrap();
            let error = output.check_written(list, std::slice::from_ref(&named), &never).unwrap_err();
            assert!(matches!(&error, Error::Resume { path: named, .. } if *named == path), "{error}");
            fs::write(&path, whole).unwrap();
        }
        assert!(matches!(
            output.check_written(list, std::slice::from_ref(&named), &|| true),
            Err(Error::Interrupted)
        ));
        output.check_written(list, &[named], &never).unwrap();
    }

    #[test]
    fn a_list_that_breaks_off_is_refused() {
        let mut scratch = super::super::disk_scratch::nameless_scratch().unwrap();
        let list = WrittenList::default();
        list.keep(super::super::disk_scratch::nameless_scratch().unwrap());
        list.push_content(b"a/b.txt", b"text").unwrap();
        let len = list.mark().unwrap().unwrap().len;
        let mut entry = vec![0; usize::try_from(len).unwrap()];
        list.0.get().unwrap().lock().unwrap().read_at(0, &mut entry).unwrap();
        scratch.append(&entry).unwrap();
        scratch.append(&entry[..entry.len() - 1]).unwrap();
        let mut entries = Entries::new(&mut *scratch).unwrap();
        let expected = StagedFile {
            area: Area::Corpus,
            relative: b"a/b.txt".to_vec(),
            mark: Mark { len: 4, crc: crc32fast::hash(b"text") },
        };
        assert_eq!(entries.next().unwrap(), Some(expected));
        assert!(matches!(entries.batch(), Err(Error::Resume { .. })));
    }
}
