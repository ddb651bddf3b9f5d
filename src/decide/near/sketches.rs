//! The sketches of texts: in memory as far as there is room, the others on disk.
//!
//! On disk each segment of texts stands twice. Sketch by sketch, for those that are asked for one by one; and bin by
//! bin, so that a band of all texts is read without the others: all bands together are one reading of the file.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::signatures::SignatureId;
use crate::error::Result;
use crate::fingerprint::mix;
use crate::store::Scratch;
use crate::units::count;

/// Texts a segment.
pub(super) const SEGMENT: usize = 1024;

/// From this number of wanted sketches on, a segment is read as a whole.
const WHOLE: usize = 32;

/// The sketches of texts, numbered from 0.
///
/// Memory: 2 bytes a bin of a text that has room, 4 bytes of one that has none, and one segment. Disk: 4 bytes a bin
/// of one that has none.
#[derive(Debug)]
pub(super) struct Sketches {
    num_bins: usize,
    len: usize,
    /// Segments of [`SEGMENT`] texts each, so that growing copies nothing.
    segments: Vec<Vec<u16>>,
    /// Segments there is room for.
    room: usize,
    /// The segments that come after those in memory.
    disk: Option<Disk>,
}

/// Segments on disk.
struct Disk {
    /// Locked for one reading at a time.
    scratch: Mutex<Box<dyn Scratch>>,
    num_segments: usize,
    /// The last one, until it is full.
    open: Vec<u16>,
    /// Tells sketches apart without a reading, as copies are looked up one at a time.
    short_hashes: Vec<u32>,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("num_segments", &self.num_segments).finish_non_exhaustive()
    }
}

/// Where a segment is.
enum Segment<'a> {
    InMemory(&'a [u16]),
    /// Its number there.
    OnDisk(usize, &'a Disk),
}

impl Sketches {
    /// An empty list of sketches with `num_bins` bins each. At most `budget` bytes of them are kept in memory, once
    /// there is a store for the others.
    pub(super) fn new(num_bins: usize, budget: usize) -> Self {
        let room = budget / (SEGMENT * num_bins * size_of::<u16>()).max(1);
        Self { num_bins, len: 0, segments: Vec::new(), room, disk: None }
    }

    /// Number of bins.
    pub(super) fn num_bins(&self) -> usize {
        self.num_bins
    }

    /// Number of segments.
    pub(super) fn num_segments(&self) -> usize {
        self.len.div_ceil(SEGMENT)
    }

    /// Whether the next sketch has no room and nowhere to go.
    pub(super) fn needs_scratch(&self) -> bool {
        self.disk.is_none() && self.len.is_multiple_of(SEGMENT) && self.segments.len() >= self.room
    }

    /// Keeps what has no room from here on in an empty store; nothing unless it is needed.
    pub(super) fn overflow_to(&mut self, scratch: Box<dyn Scratch>) {
        if self.needs_scratch() {
            let scratch = Mutex::new(scratch);
            self.disk = Some(Disk { scratch, num_segments: 0, open: Vec::new(), short_hashes: Vec::new() });
        }
    }

    /// Whether any sketch is on disk.
    pub(super) fn is_on_disk(&self) -> bool {
        self.disk.is_some()
    }

    /// Adds a sketch.
    pub(super) fn push(&mut self, bins: &[u16]) -> Result<()> {
        let is_first = self.len.is_multiple_of(SEGMENT);
        if is_first && self.disk.is_none() {
            self.segments.push(Vec::with_capacity(SEGMENT * self.num_bins));
        }
        if let Some(disk) = &mut self.disk {
            disk.push(bins, self.num_bins)?;
        } else if let Some(segment) = self.segments.last_mut() {
            add(segment, bins, self.num_bins);
        }
        self.len += 1;
        Ok(())
    }

    /// The bins of a sketch that is in memory, as all are unless [`Self::is_on_disk`].
    #[inline]
    pub(super) fn bins(&self, id: SignatureId) -> &[u16] {
        let start = id as usize % SEGMENT * self.num_bins;
        &self.segments[id as usize / SEGMENT][start..start + self.num_bins]
    }

    /// The [`short_hash`] of a sketch.
    #[inline]
    pub(super) fn short_hash(&self, id: SignatureId) -> u32 {
        match &self.disk {
            Some(disk) if id as usize / SEGMENT >= self.segments.len() => {
                disk.short_hashes[id as usize - self.segments.len() * SEGMENT]
            }
            _ => short_hash(self.bins(id)),
        }
    }

    fn segment(&self, number: usize) -> Segment<'_> {
        match &self.disk {
            Some(disk) if number >= self.segments.len() => {
                let number = number - self.segments.len();
                if number < disk.num_segments {
                    Segment::OnDisk(number, disk)
                } else {
                    Segment::InMemory(&disk.open)
                }
            }
            _ => Segment::InMemory(&self.segments[number]),
        }
    }

    /// The keys of `rows` bins from `start` on of all sketches of a segment.
    pub(super) fn keys(&self, segment: usize, start: usize, rows: usize) -> Result<Vec<u64>> {
        match self.segment(segment) {
            Segment::InMemory(bins) => {
                Ok(bins.chunks_exact(self.num_bins).map(|bins| key(bins, start, rows)).collect())
            }
            Segment::OnDisk(number, disk) => {
                let columns = self.num_bins * 2 * number + self.num_bins + start;
                let bins = disk.read(columns * SEGMENT, rows * SEGMENT)?;
                Ok((0..SEGMENT).map(|n| hash(start, rows, |row| bins[row * SEGMENT + n])).collect())
            }
        }
    }

    /// The sketches of a text and of some others.
    pub(super) fn of(&self, id: SignatureId, others: &[SignatureId]) -> Result<SomeSketches<'_>> {
        let ids = [&[id], others].concat();
        if self.is_on_disk() {
            return Ok(SomeSketches::Loaded(self.num_bins, self.load(&ids)?));
        }
        Ok(SomeSketches::InMemory(self, ids))
    }

    /// The sketches of these texts, one after the other.
    pub(super) fn load(&self, ids: &[SignatureId]) -> Result<Vec<u16>> {
        let mut loaded = vec![0; ids.len() * self.num_bins];
        let mut order: Vec<(SignatureId, usize)> = ids.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let segment = |id: SignatureId| id as usize / SEGMENT;
        for run in order.chunk_by(|(a, _), (b, _)| segment(*a) == segment(*b)) {
            let mut put = |place: usize, bins: &[u16]| {
                loaded[place * self.num_bins..][..self.num_bins].copy_from_slice(bins);
            };
            let of_all = |all: &[u16], put: &mut dyn FnMut(usize, &[u16])| {
                for &(id, place) in run {
                    put(place, &all[id as usize % SEGMENT * self.num_bins..][..self.num_bins]);
                }
            };
            match self.segment(segment(run[0].0)) {
                Segment::InMemory(all) => of_all(all, &mut put),
                Segment::OnDisk(number, disk) => {
                    let first = number * 2 * SEGMENT;
                    if run.len() >= WHOLE {
                        let all = disk.read(first * self.num_bins, SEGMENT * self.num_bins)?;
                        of_all(&all, &mut put);
                        continue;
                    }
                    for &(id, place) in run {
                        let at = (first + id as usize % SEGMENT) * self.num_bins;
                        put(place, &disk.read(at, self.num_bins)?);
                    }
                }
            }
        }
        Ok(loaded)
    }
}

/// The sketches of some texts, where they are or as they were read.
pub(super) enum SomeSketches<'a> {
    InMemory(&'a Sketches, Vec<SignatureId>),
    /// With their number of bins.
    Loaded(usize, Vec<u16>),
}

impl SomeSketches<'_> {
    /// The bins of the text of this number among those.
    #[inline]
    pub(super) fn bins(&self, number: usize) -> &[u16] {
        match self {
            Self::InMemory(sketches, ids) => sketches.bins(ids[number]),
            Self::Loaded(num_bins, bins) => &bins[number * num_bins..][..*num_bins],
        }
    }
}

impl Disk {
    fn push(&mut self, bins: &[u16], num_bins: usize) -> Result<()> {
        add(&mut self.open, bins, num_bins);
        self.short_hashes.push(short_hash(bins));
        if self.open.len() < SEGMENT * num_bins {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(self.open.len() * 4);
        bytes.extend(self.open.iter().flat_map(|bin| bin.to_le_bytes()));
        for column in 0..num_bins {
            let column = self.open.iter().skip(column).step_by(num_bins);
            bytes.extend(column.flat_map(|bin| bin.to_le_bytes()));
        }
        self.scratch.get_mut().unwrap_or_else(PoisonError::into_inner).append(&bytes)?;
        self.num_segments += 1;
        self.open.clear();
        Ok(())
    }

    /// Reads `len` bins, from the `at`-th bin of the store on.
    fn read(&self, at: usize, len: usize) -> Result<Vec<u16>> {
        let mut bytes = vec![0; len * 2];
        // Poisoned only if a read panicked, and then the run is over.
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner).read_at(count(at) * 2, &mut bytes)?;
        Ok(bytes.as_chunks().0.iter().map(|&bin| u16::from_le_bytes(bin)).collect())
    }
}

/// Adds a sketch to a segment.
fn add(segment: &mut Vec<u16>, bins: &[u16], num_bins: usize) {
    let len = segment.len() + num_bins;
    segment.extend_from_slice(bins);
    segment.resize(len, 0);
}

/// A short hash by which two sketches are distinguished without reading them.
pub(super) fn short_hash(bins: &[u16]) -> u32 {
    (key(bins, 0, bins.len()) >> 32) as u32
}

/// The key of `rows` bins from `start` on, going round at the end of the sketch.
#[inline]
pub(super) fn key(bins: &[u16], start: usize, rows: usize) -> u64 {
    hash(start, rows, |row| bins[(start + row) % bins.len()])
}

/// The key of the bins of these rows, the first of which is the `start`-th of its sketch.
#[inline]
fn hash(start: usize, rows: usize, bin: impl Fn(usize) -> u16) -> u64 {
    let mut key = start as u64 + 1;
    for chunk in (0..rows).step_by(4) {
        let mut word = 0_u64;
        for row in chunk..(chunk + 4).min(rows) {
            word = word << 16 | u64::from(bin(row));
        }
        key = mix(key ^ word);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryOutput, Output};

    const NUM_BINS: usize = 7;

    fn bins(n: usize) -> Vec<u16> {
        let bin = |bin: usize| u16::try_from(mix((n * NUM_BINS + bin) as u64) & 0xffff).unwrap();
        (0..NUM_BINS).map(bin).collect()
    }

    fn sketches(num: usize, budget: usize) -> Sketches {
        let mut sketches = Sketches::new(NUM_BINS, budget);
        for n in 0..num {
            if sketches.needs_scratch() {
                sketches.overflow_to(MemoryOutput::new().scratch().unwrap());
            }
            sketches.push(&bins(n)).unwrap();
        }
        sketches
    }

    /// A budget of no, one and two segments and of all, with the last segment empty, full and between.
    #[test]
    fn the_same_wherever_they_are() {
        let segment = SEGMENT * NUM_BINS * 2;
        for num in [0, 1, SEGMENT, 3 * SEGMENT - 1, 3 * SEGMENT, 3 * SEGMENT + 1] {
            for budget in [0, segment - 1, segment, 2 * segment + 1, usize::MAX] {
                let sketches = sketches(num, budget);
                let fits = num <= budget / segment * SEGMENT;
                assert_eq!(sketches.is_on_disk(), !fits, "{num} {budget}");
                // All in turn, backwards, a few from each segment, and one twice.
                let ids: Vec<u32> = (0..u32::try_from(num).unwrap()).collect();
                let few: Vec<u32> = ids.iter().rev().step_by(100).copied().collect();
                let twice: Vec<u32> = ids.iter().chain(&ids).rev().copied().collect();
                for ids in [&ids, &few, &twice] {
                    let expected: Vec<u16> = ids.iter().flat_map(|&id| bins(id as usize)).collect();
                    assert!(sketches.load(ids).unwrap() == expected, "{num} {budget}");
                }
                assert!(ids.iter().all(|&id| sketches.short_hash(id) == short_hash(&bins(id as usize))));
                for (start, rows) in [(0, 1), (2, 5), (6, 1), (0, NUM_BINS)] {
                    let keys = (0..sketches.num_segments()).map(|n| sketches.keys(n, start, rows).unwrap());
                    let expected: Vec<u64> = (0..num).map(|n| key(&bins(n), start, rows)).collect();
                    assert_eq!(keys.collect::<Vec<_>>().concat(), expected, "{num} {budget} {start}");
                }
            }
        }
    }

    /// In the middle of a segment, and where there is room, a store is not asked for and not taken.
    #[test]
    fn a_store_is_taken_when_it_is_needed() {
        let mut sketches = sketches(SEGMENT + 1, 3 * SEGMENT * NUM_BINS * 2);
        sketches.overflow_to(MemoryOutput::new().scratch().unwrap());
        assert!(!sketches.needs_scratch() && !sketches.is_on_disk());
        // Without one all stay in memory.
        (0..3 * SEGMENT).for_each(|n| sketches.push(&bins(n)).unwrap());
        assert!(!sketches.is_on_disk());
        assert_eq!(sketches.bins(u32::try_from(4 * SEGMENT).unwrap()), bins(3 * SEGMENT - 1));
    }
}
