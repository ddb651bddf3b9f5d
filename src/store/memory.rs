//! The in-memory twins of the disk: for documents that never were files, and for tests, which can make any
//! write fail.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Area, Input, InputFile, InputPlace, Output, OutputFile, Scratch, path};
use crate::error::{Error, Result};
use crate::units::{self, count};

/// Files in memory.
#[derive(Debug, Default)]
pub struct MemoryInput {
    files: BTreeMap<Vec<u8>, Arc<[u8]>>,
}

impl MemoryInput {
    /// An input without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, in the place of one of the same path.
    pub fn insert(&mut self, relative: impl Into<Vec<u8>>, content: impl Into<Arc<[u8]>>) {
        self.files.insert(relative.into(), content.into());
    }

    fn file(&self, place: InputPlace<'_>) -> io::Result<&Arc<[u8]>> {
        self.files.get(place.relative).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Input for MemoryInput {
    fn open(&self, place: InputPlace<'_>) -> io::Result<Box<dyn InputFile>> {
        Ok(Box::new(Cursor::new(Arc::clone(self.file(place)?))))
    }

    fn size(&self, place: InputPlace<'_>) -> io::Result<u64> {
        Ok(count(self.file(place)?.len()))
    }
}

type MemoryFiles = BTreeMap<(Area, Vec<u8>), Vec<u8>>;

/// An output in memory. Clones share the same files.
#[derive(Debug, Clone, Default)]
pub struct MemoryOutput {
    staged: Arc<Mutex<MemoryFiles>>,
    published: Arc<Mutex<MemoryFiles>>,
    writes: Arc<AtomicU64>,
    fail_at: Option<u64>,
}

impl MemoryOutput {
    /// An empty output.
    pub fn new() -> Self {
        Self::default()
    }

    /// An output whose `n`-th write (counted from 0) and every later one fail as a full disk does.
    pub fn failing_at(n: u64) -> Self {
        Self { fail_at: Some(n), ..Self::default() }
    }

    /// Takes what was published out of the output: content by area and relative path.
    pub fn take_published(&self) -> BTreeMap<(Area, Vec<u8>), Vec<u8>> {
        std::mem::take(&mut *lock(&self.published))
    }

    fn count_write(&self, relative: &[u8]) -> Result<()> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        match self.fail_at {
            Some(n) if number >= n => Err(Error::Output {
                path: path::from_bytes(relative).to_owned(),
                operation: "write",
                source: io::ErrorKind::StorageFull.into(),
            }),
            _ => Ok(()),
        }
    }
}

/// A poisoned lock only means that another thread panicked between two whole insertions.
fn lock(files: &Mutex<MemoryFiles>) -> MutexGuard<'_, MemoryFiles> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Output for MemoryOutput {
    fn write(&self, relative: &[u8], content: &[u8]) -> Result<()> {
        self.count_write(relative)?;
        lock(&self.staged).insert((Area::Corpus, relative.to_vec()), content.to_vec());
        Ok(())
    }

    fn create(&self, area: Area, relative: &[u8]) -> Result<Box<dyn OutputFile>> {
        self.count_write(relative)?;
        lock(&self.staged).insert((area, relative.to_vec()), Vec::new());
        Ok(Box::new(MemoryFile { output: self.clone(), key: (area, relative.to_vec()), len: 0 }))
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>> {
        Ok(Box::new(MemoryScratch(Vec::new())))
    }

    fn publish(&self) -> Result<()> {
        self.count_write(b"publish")?;
        *lock(&self.published) = std::mem::take(&mut *lock(&self.staged));
        Ok(())
    }
}

struct MemoryFile {
    output: MemoryOutput,
    key: (Area, Vec<u8>),
    len: u64,
}

impl OutputFile for MemoryFile {
    fn append(&mut self, content: &[u8]) -> Result<()> {
        self.output.count_write(&self.key.1)?;
        if let Some(file) = lock(&self.output.staged).get_mut(&self.key) {
            file.extend_from_slice(content);
        }
        self.len += count(content.len());
        Ok(())
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn truncate(&mut self, len: u64) -> Result<()> {
        if let Some(file) = lock(&self.output.staged).get_mut(&self.key) {
            file.truncate(units::index(len));
        }
        self.len = len;
        Ok(())
    }

    fn discard(self: Box<Self>) -> Result<()> {
        lock(&self.output.staged).remove(&self.key);
        Ok(())
    }
}

struct MemoryScratch(Vec<u8>);

impl Scratch for MemoryScratch {
    fn append(&mut self, content: &[u8]) -> Result<u64> {
        let offset = count(self.0.len());
        self.0.extend_from_slice(content);
        Ok(offset)
    }

    fn read_at(&mut self, offset: u64, content: &mut [u8]) -> Result<()> {
        let start = units::index(offset);
        let found = start.checked_add(content.len()).and_then(|end| self.0.get(start..end));
        let Some(found) = found else {
            return Err(Error::Output {
                path: PathBuf::from("scratch"),
                operation: "read",
                source: io::ErrorKind::UnexpectedEof.into(),
            });
        };
        content.copy_from_slice(found);
        Ok(())
    }
}
