//! How far a file was read, seen from outside its reader.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::units::count;

/// Bytes of the file read so far, seen from outside the reader.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadPosition(Arc<AtomicU64>);

impl ReadPosition {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, bytes: usize) {
        self.0.fetch_add(count(bytes), Ordering::Relaxed);
    }
}
