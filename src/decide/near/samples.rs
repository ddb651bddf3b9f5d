//! The samples of texts: in memory as far as there is room, the others on disk.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::signatures::SignatureId;
use crate::error::Result;
use crate::fingerprint::{Sample, SampleKey};
use crate::store::Scratch;
use crate::units::count;

/// Bytes that are written to disk at once.
const BLOCK_BYTES: usize = 1 << 20;
/// The keys of a text, where they are or as they were read.
type Keys<'a> = Cow<'a, [SampleKey]>;

/// The samples of texts, numbered from 0.
///
/// Memory: 5 bytes a text, and 5 a key that has room. Disk: 5 bytes a key that has none.
#[derive(Debug, Default)]
pub(super) struct Samples {
    /// The keys of all texts in memory, one after the other.
    keys: Vec<SampleKey>,
    /// Where each 64th text begins, in keys, and how many keys each text has.
    starts: Vec<u64>,
    lens: Vec<u32>,
    levels: Vec<u8>,
    num_keys: u64,
    /// Keys there is room for.
    room: usize,
    /// The keys that come after those in memory.
    disk: Option<Disk>,
}

struct Disk {
    /// Locked for one reading at a time.
    scratch: Mutex<Box<dyn Scratch>>,
    /// Keys in the store.
    num_written: u64,
    /// The keys behind them, until they fill a block.
    open: Vec<SampleKey>,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("num_written", &self.num_written).finish_non_exhaustive()
    }
}

/// Texts of which one start is kept.
const STRIDE: usize = 64;

impl Samples {
    /// An empty list, which keeps at most `budget` bytes of keys in memory once there is a store for the others.
    pub(super) fn new(budget: usize) -> Self {
        Self { room: budget / SampleKey::NUM_BYTES, ..Self::default() }
    }

    /// Whether keys have no room and nowhere to go.
    pub(super) fn needs_scratch(&self) -> bool {
        self.disk.is_none() && self.keys.len() > self.room
    }

    /// Keeps what comes from here on in an empty store.
    pub(super) fn overflow_to(&mut self, scratch: Box<dyn Scratch>) {
        self.disk = Some(Disk { scratch: Mutex::new(scratch), num_written: 0, open: Vec::new() });
    }

    /// Number of keys of all texts.
    pub(super) fn num_keys(&self) -> u64 {
        self.num_keys
    }

    /// Adds the sample of the next text.
    pub(super) fn push(&mut self, sample: &Sample) -> Result<()> {
        if self.lens.len().is_multiple_of(STRIDE) {
            self.starts.push(self.num_keys);
        }
        let len = u32::try_from(sample.keys().len())
            .expect("fewer than 2^32 keys: a text of more is longer than a disk");
        self.lens.push(len);
        self.levels.push(sample.level());
        self.num_keys += u64::from(len);
        match &mut self.disk {
            None => self.keys.extend_from_slice(sample.keys()),
            Some(disk) => disk.push(sample.keys())?,
        }
        Ok(())
    }

    /// The level of a text's sample.
    #[inline]
    pub(super) fn level(&self, id: SignatureId) -> u8 {
        self.levels[id as usize]
    }

    /// Number of keys of a text.
    #[inline]
    pub(super) fn len(&self, id: SignatureId) -> usize {
        self.lens[id as usize] as usize
    }

    /// The keys of a text.
    pub(super) fn keys(&self, id: SignatureId) -> Result<Keys<'_>> {
        let first = id as usize / STRIDE;
        let before = self.lens[first * STRIDE..id as usize].iter().map(|&len| u64::from(len)).sum::<u64>();
        let (start, len) = (self.starts[first] + before, self.len(id));
        let in_memory = count(self.keys.len());
        match &self.disk {
            Some(disk) if start >= in_memory => disk.read(start - in_memory, len),
            _ => Ok(Cow::Borrowed(&self.keys[range(start, len)])),
        }
    }
}

/// So many elements from a place on that is in memory.
fn range(start: u64, len: usize) -> Range<usize> {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    start..start + len
}

impl Disk {
    /// Adds the keys of a text, and writes a block that is full.
    fn push(&mut self, keys: &[SampleKey]) -> Result<()> {
        self.open.extend_from_slice(keys);
        if self.open.len() * SampleKey::NUM_BYTES >= BLOCK_BYTES {
            let mut bytes = Vec::with_capacity(self.open.len() * SampleKey::NUM_BYTES);
            SampleKey::encode(&self.open, &mut bytes);
            self.scratch.get_mut().unwrap_or_else(PoisonError::into_inner).append(&bytes)?;
            self.num_written += count(self.open.len());
            self.open.clear();
        }
        Ok(())
    }

    /// Reads `len` keys, from the `at`-th on: a text's keys are never parted.
    fn read(&self, at: u64, len: usize) -> Result<Keys<'_>> {
        if at >= self.num_written {
            return Ok(Cow::Borrowed(&self.open[range(at - self.num_written, len)]));
        }
        let mut bytes = vec![0; len * SampleKey::NUM_BYTES];
        // Poisoned only if a read panicked, and then the run is over.
        let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        scratch.read_at(at * count(SampleKey::NUM_BYTES), &mut bytes)?;
        Ok(Cow::Owned(SampleKey::decode(&bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::mix;
    use crate::store::{MemoryOutput, Output};

    fn sample(n: u32) -> Sample {
        let num_keys = mix(u64::from(n)) % 300;
        let bytes: Vec<u8> =
            (0..num_keys).flat_map(|key| mix(key << 32 | u64::from(n)).to_le_bytes()).collect();
        let mut keys = SampleKey::decode(&bytes);
        keys.sort_unstable();
        Sample::from_parts(keys, u8::try_from(n % 4).unwrap())
    }

    #[test]
    fn the_same_wherever_they_are() {
        for budget in [0, 1, 100_000, usize::MAX] {
            let mut samples = Samples::new(budget);
            for n in 0..2500 {
                if samples.needs_scratch() {
                    samples.overflow_to(MemoryOutput::new().scratch().unwrap());
                }
                samples.push(&sample(n)).unwrap();
            }
            assert_eq!(samples.disk.is_some(), budget < usize::MAX);
            let mut num_keys = 0;
            for n in 0..2500 {
                let expected = sample(n);
                assert_eq!(&*samples.keys(n).unwrap(), expected.keys(), "{budget} {n}");
                assert_eq!((samples.level(n), samples.len(n)), (expected.level(), expected.keys().len()));
                num_keys += expected.keys().len();
            }
            assert_eq!(samples.num_keys(), num_keys as u64);
        }
    }
}
