//! One operation of an output that fails, and what a run says then.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tamis::Error;

use super::faulty::Watcher;

/// The error of a disk on which an operation of this kind finds no room.
pub(crate) fn no_room(kind: &str) -> Error {
    Error::Output { path: kind.into(), operation: "do", source: io::ErrorKind::StorageFull.into() }
}

/// One operation of a kind that fails: the one after so many others. What comes after it works again, so that an
/// error which is passed over is seen.
pub(crate) struct Fault {
    kind: &'static str,
    at: u64,
    seen: AtomicU64,
}

impl Fault {
    pub(crate) fn new(kind: &'static str, at: u64) -> Arc<Self> {
        Arc::new(Self { kind, at, seen: AtomicU64::new(0) })
    }

    pub(crate) fn was_met(&self) -> bool {
        self.seen.load(Ordering::Relaxed) > self.at
    }
}

impl Watcher for Fault {
    fn meet(&self, kind: &'static str, _path: &Path, _store: Option<u64>, _bytes: u64) -> tamis::Result<()> {
        // In memory a store that outlasts the run is one like the others.
        let kind = if kind == "store" { "scratch" } else { kind };
        if kind != self.kind || self.seen.fetch_add(1, Ordering::Relaxed) != self.at {
            return Ok(());
        }
        Err(no_room(kind))
    }
}
