//! Outputs that are watched: whoever watches is asked before every operation, and can make it fail.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tamis::store::{Area, Journal, Mark, Output, OutputFile, Scratch, path};

/// Who is asked.
pub(crate) trait Watcher: Send + Sync {
    /// Lets an operation be done, or makes it fail.
    ///
    /// `kind` is `write`, `create`, `reopen`, `forget`, `scratch`, `store`, `reopen-store` or `publish` of an output,
    /// `append`, `truncate` or `discard` of a file, `note`, `read` or `mark` of a store. `path` is what it is done to,
    /// `store` the number of a store, in the order in which they were made, and `bytes` are to be written.
    fn meet(&self, kind: &'static str, path: &Path, store: Option<u64>, bytes: u64) -> tamis::Result<()>;
}

/// An output whose operations are watched.
pub(crate) struct Watched<O, W> {
    inner: O,
    watcher: Arc<W>,
    num_stores: AtomicU64,
}

/// A file or a store of it.
struct Part<T, W> {
    inner: T,
    path: PathBuf,
    store: Option<u64>,
    watcher: Arc<W>,
}

impl<O: Output, W: Watcher> Watched<O, W> {
    pub(crate) fn new(inner: O, watcher: &Arc<W>) -> Self {
        Self { inner, watcher: Arc::clone(watcher), num_stores: AtomicU64::new(0) }
    }

    fn meet(&self, kind: &'static str, relative: &[u8], content: &[u8]) -> tamis::Result<()> {
        self.watcher.meet(kind, path::from_bytes(relative), None, content.len() as u64)
    }

    fn file(&self, file: Box<dyn OutputFile>, relative: &[u8]) -> Part<Box<dyn OutputFile>, W> {
        let (path, watcher) = (path::from_bytes(relative).to_owned(), Arc::clone(&self.watcher));
        Part { inner: file, path, store: None, watcher }
    }

    /// A new store, which `make` makes.
    fn numbered(
        &self,
        kind: &'static str,
        name: &str,
        make: impl FnOnce() -> tamis::Result<Box<dyn Scratch>>,
    ) -> tamis::Result<Box<dyn Scratch>>
    where
        W: 'static,
    {
        let path = self.inner.space().map_or_else(|| name.into(), |(directory, _)| directory.join(name));
        let store = Some(self.num_stores.fetch_add(1, Ordering::Relaxed));
        self.watcher.meet(kind, &path, store, 0)?;
        Ok(Box::new(Part { inner: make()?, path, store, watcher: Arc::clone(&self.watcher) }))
    }
}

impl<O: Output, W: Watcher + 'static> Output for Watched<O, W> {
    fn write(&self, relative: &[u8], content: &[u8]) -> tamis::Result<()> {
        self.meet("write", relative, content)?;
        self.inner.write(relative, content)
    }

    fn create(&self, area: Area, relative: &[u8]) -> tamis::Result<Box<dyn OutputFile>> {
        self.meet("create", relative, &[])?;
        Ok(Box::new(self.file(self.inner.create(area, relative)?, relative)))
    }

    fn reopen(&self, area: Area, relative: &[u8], len: u64) -> tamis::Result<Box<dyn OutputFile>> {
        self.meet("reopen", relative, &[])?;
        Ok(Box::new(self.file(self.inner.reopen(area, relative, len)?, relative)))
    }

    fn forget(&self, relative: &[u8]) -> tamis::Result<()> {
        self.meet("forget", relative, &[])?;
        self.inner.forget(relative)
    }

    fn scratch(&self) -> tamis::Result<Box<dyn Scratch>> {
        self.numbered("scratch", "scratch", || self.inner.scratch())
    }

    fn store(&self, name: &'static str) -> tamis::Result<Box<dyn Scratch>> {
        self.numbered("store", name, || self.inner.store(name))
    }

    fn reopen_store(&self, name: &'static str, mark: Mark) -> tamis::Result<Box<dyn Scratch>> {
        self.numbered("reopen-store", name, || self.inner.reopen_store(name, mark))
    }

    fn directories(&self) -> Option<(&Path, &Path)> {
        self.inner.directories()
    }

    fn journal(&self) -> Option<&Journal> {
        self.inner.journal()
    }

    fn space(&self) -> Option<(PathBuf, u64)> {
        self.inner.space()
    }

    fn can_retract(&self) -> bool {
        self.inner.can_retract()
    }

    fn sync(&self) -> tamis::Result<()> {
        self.inner.sync()
    }

    fn publish(&self) -> tamis::Result<()> {
        self.meet("publish", b"publish", &[])?;
        self.inner.publish()
    }
}

impl<T, W: Watcher> Part<T, W> {
    fn meet(&self, kind: &'static str, content: &[u8]) -> tamis::Result<()> {
        self.watcher.meet(kind, &self.path, self.store, content.len() as u64)
    }
}

impl<W: Watcher> OutputFile for Part<Box<dyn OutputFile>, W> {
    fn append(&mut self, content: &[u8]) -> tamis::Result<()> {
        self.meet("append", content)?;
        self.inner.append(content)
    }

    fn len(&self) -> u64 {
        self.inner.len()
    }

    fn truncate(&mut self, len: u64) -> tamis::Result<()> {
        self.meet("truncate", &[])?;
        self.inner.truncate(len)
    }

    fn discard(self: Box<Self>) -> tamis::Result<()> {
        self.meet("discard", &[])?;
        self.inner.discard()
    }
}

impl<W: Watcher> Scratch for Part<Box<dyn Scratch>, W> {
    fn append(&mut self, content: &[u8]) -> tamis::Result<u64> {
        self.meet("note", content)?;
        self.inner.append(content)
    }

    fn read_at(&mut self, offset: u64, content: &mut [u8]) -> tamis::Result<()> {
        self.meet("read", &[])?;
        self.inner.read_at(offset, content)
    }

    fn mark(&mut self) -> tamis::Result<Mark> {
        self.meet("mark", &[])?;
        self.inner.mark()
    }

    fn path(&self) -> &Path {
        self.inner.path()
    }
}
