//! Verdicts on disk, by place: they were settled before the text is read again.

use serde::{Deserialize, Serialize};

use super::disk_buckets::DiskBuckets;
use super::exact::ChunkPrints;
use super::verdict::Verdict;
use crate::error::Result;
use crate::store::{Mark, Scratch};
use crate::units::{self, Ordinal, count};

/// A verdict on disk: the place and the verdict's bits, a little-endian `u64` each.
const ENTRY_BYTES: usize = 16;
/// Places of a window, as a power of two, at least: eight MiB of verdicts.
const MIN_WINDOW_BITS: u32 = 20;
/// Windows, at most; beyond that they become longer.
const MAX_WINDOWS: u64 = 512;

/// Verdicts by place. Memory: those of one window, 8 MiB up to 500 million paragraphs; and the blocks that windows
/// are written in (`DiskBuckets`), 16 MiB at most.
#[derive(Debug)]
pub(crate) struct DiskVerdicts {
    windows: DiskBuckets<ENTRY_BYTES>,
    boundary: u64,
    window_bits: u32,
    /// The window that is in memory.
    loaded: Option<usize>,
    verdicts: Vec<Verdict>,
}

/// A [`DiskVerdicts`] that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedVerdicts {
    boundary: u64,
    window_bits: u32,
    num_windows: usize,
    /// Length and checksum of the store that holds the verdicts.
    pub verdicts: Mark,
}

impl DiskVerdicts {
    /// An empty table: no paragraph from `boundary` to `end` goes yet.
    pub(super) fn new(scratch: Box<dyn Scratch>, boundary: Ordinal, end: Ordinal) -> Self {
        let num_places = end.0.saturating_sub(boundary.0);
        let mut window_bits = MIN_WINDOW_BITS;
        while num_places >> window_bits >= MAX_WINDOWS {
            window_bits += 1;
        }
        let num_windows = units::index(num_places >> window_bits) + 1;
        let windows = DiskBuckets::new(scratch, num_windows);
        Self { windows, boundary: boundary.0, window_bits, loaded: None, verdicts: Vec::new() }
    }

    /// Writes all verdicts to their store, and returns the state to resume from.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be written to.
    pub(crate) fn save(&mut self) -> Result<SavedVerdicts> {
        let (boundary, window_bits, num_windows) =
            (self.boundary, self.window_bits, self.windows.num_buckets());
        Ok(SavedVerdicts { boundary, window_bits, num_windows, verdicts: self.windows.save()? })
    }

    /// Resumes saved verdicts, with the store that holds them.
    ///
    /// # Errors
    /// [`crate::Error::Output`] and [`crate::Error::Damaged`] of the store.
    pub(crate) fn resume(saved: &SavedVerdicts, verdicts: Box<dyn Scratch>) -> Result<Self> {
        let &SavedVerdicts { boundary, window_bits, num_windows, .. } = saved;
        let windows = DiskBuckets::restore(verdicts, num_windows)?;
        Ok(Self { windows, boundary, window_bits, loaded: None, verdicts: Vec::new() })
    }

    /// The paragraph at `place` goes.
    pub(super) fn push(&mut self, place: Ordinal, verdict: Verdict) -> Result<()> {
        let Some((window, _)) = self.window(place.0) else { return Ok(()) };
        let mut entry = [0; ENTRY_BYTES];
        entry[..8].copy_from_slice(&place.0.to_le_bytes());
        entry[8..].copy_from_slice(&verdict.to_bits().to_le_bytes());
        self.windows.push(window, &entry)
    }

    /// The window of a place, and the place in it.
    fn window(&self, place: u64) -> Option<(usize, usize)> {
        let place = place.checked_sub(self.boundary)?;
        let window = usize::try_from(place >> self.window_bits).ok()?;
        let within = usize::try_from(place & ((1 << self.window_bits) - 1)).ok()?;
        (window < self.windows.num_buckets()).then_some((window, within))
    }

    fn load(&mut self, window: usize) -> Result<()> {
        if self.loaded == Some(window) {
            return Ok(());
        }
        self.loaded = None;
        self.verdicts.clear();
        self.verdicts.resize(1 << self.window_bits, Verdict::KEEP);
        let mask = (1 << self.window_bits) - 1;
        let (verdicts, boundary) = (&mut self.verdicts, self.boundary);
        self.windows.for_each(window, |entries| {
            for entry in entries {
                let [place, bits] = [0, 8].map(|at| {
                    let mut word = [0; 8];
                    word.copy_from_slice(&entry[at..at + 8]);
                    u64::from_le_bytes(word)
                });
                let within = units::index(place.wrapping_sub(boundary) & mask);
                if let Some(verdict) = verdicts.get_mut(within) {
                    *verdict = Verdict::from_bits(bits);
                }
            }
        })?;
        self.loaded = Some(window);
        Ok(())
    }

    /// The verdicts on chunks that follow, as [`super::Exact::settle`] gives them. Going back is possible and costs
    /// reading a window again.
    ///
    /// # Errors
    /// [`crate::Error::Output`] and [`crate::Error::Damaged`] of the store.
    pub(crate) fn settle(&mut self, chunks: &[ChunkPrints<'_>]) -> Result<Vec<Vec<Verdict>>> {
        let mut all = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            let mut verdicts = vec![Verdict::KEEP; chunk.num_paragraphs];
            self.fill(chunk.first.0, &mut verdicts)?;
            all.push(verdicts);
        }
        Ok(all)
    }

    fn fill(&mut self, first: u64, verdicts: &mut [Verdict]) -> Result<()> {
        let mut done = 0;
        while done < verdicts.len() {
            let Some((window, within)) = self.window(first + count(done)) else { return Ok(()) };
            self.load(window)?;
            let rest = &self.verdicts[within..];
            let len = rest.len().min(verdicts.len() - done);
            verdicts[done..done + len].copy_from_slice(&rest[..len]);
            done += len;
        }
        Ok(())
    }
}
