//! Lines that were looked at closely and are right: a corpus is read several times, and says many things again.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// Half of the SHA-256 of a line, by which it is known again: no two lines have the same.
type LineDigest = [u8; 16];

/// Most lines that are remembered: 10 MB of them.
const MOST: usize = 1 << 18;

/// Lines that are right, as far as there is room for them. What is found in a text does not depend on them.
#[derive(Debug, Default)]
pub(super) struct RightLines {
    digests: Mutex<HashSet<LineDigest>>,
}

impl RightLines {
    /// Whether a line is known to be right.
    ///
    /// Cost: that of a digest, a hundredth of a close look.
    pub(super) fn has(&self, line: &str) -> bool {
        let digest = digest(line);
        self.lock().contains(&digest)
    }

    /// Remembers a line, if there is room.
    pub(super) fn add(&self, line: &str) {
        let digest = digest(line);
        let mut digests = self.lock();
        if digests.len() < MOST {
            digests.insert(digest);
        }
    }

    /// A set is whole wherever a thread stopped.
    fn lock(&self) -> MutexGuard<'_, HashSet<LineDigest>> {
        self.digests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(line: &str) -> LineDigest {
    let whole = Sha256::digest(line.as_bytes());
    let mut half = LineDigest::default();
    half.copy_from_slice(&whole[..size_of::<LineDigest>()]);
    half
}
