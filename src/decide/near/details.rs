//! What an index keeps of texts beside sketches and samples: their lengths and numbers, in memory as far as there is room,
//! the numbers of the others on disk.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::signatures::SignatureId;
use crate::error::Result;
use crate::fingerprint::NumberSample;
use crate::store::Scratch;
use crate::units::{self, count};

/// The length and the numbers of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextDetails {
    /// Number of its tokens, or characters.
    pub len: u64,
    /// The numbers that are kept of it.
    pub numbers: NumberSample,
}

/// Texts of which one start is kept.
const STRIDE: usize = 64;

/// The lengths and numbers of texts, numbered from 0.
///
/// Memory: 10 bytes a text, and its numbers, encoded, as far as there is room. Disk: the numbers of the others.
#[derive(Debug, Default)]
pub(super) struct Details {
    lens: Vec<u64>,
    /// Where each 64th text's numbers begin, and how many bytes those of each text are.
    starts: Vec<u64>,
    num_bytes: Vec<u16>,
    end: u64,
    in_memory: Vec<u8>,
    room: usize,
    disk: Option<Disk>,
}

struct Disk {
    /// Locked for one reading at a time.
    scratch: Mutex<Box<dyn Scratch>>,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").finish_non_exhaustive()
    }
}

impl Details {
    /// An empty list, which keeps about `budget` bytes of numbers in memory once there is a store for the others.
    pub(super) fn new(budget: usize) -> Self {
        Self { room: budget, ..Self::default() }
    }

    /// Whether numbers have no room and nowhere to go.
    pub(super) fn needs_scratch(&self) -> bool {
        self.disk.is_none() && self.in_memory.len() > self.room
    }

    /// Keeps what comes from here on in an empty store.
    pub(super) fn overflow_to(&mut self, scratch: Box<dyn Scratch>) {
        self.disk = Some(Disk { scratch: Mutex::new(scratch) });
    }

    /// Adds the next text.
    pub(super) fn push(&mut self, text: &TextDetails) -> Result<()> {
        if self.lens.len().is_multiple_of(STRIDE) {
            self.starts.push(self.end);
        }
        let mut bytes = Vec::new();
        text.numbers.encode(&mut bytes);
        self.lens.push(text.len);
        self.num_bytes.push(u16::try_from(bytes.len()).expect("32 numbers of at most 70 bytes each"));
        self.end += count(bytes.len());
        match &mut self.disk {
            None => self.in_memory.extend_from_slice(&bytes),
            Some(disk) => {
                disk.scratch.get_mut().unwrap_or_else(PoisonError::into_inner).append(&bytes)?;
            }
        }
        Ok(())
    }

    /// Number of texts.
    pub(super) fn num_texts(&self) -> usize {
        self.lens.len()
    }

    /// The length of a text.
    #[inline]
    pub(super) fn len(&self, id: SignatureId) -> u64 {
        self.lens[id as usize]
    }

    /// The length and the numbers of a text.
    pub(super) fn get(&self, id: SignatureId) -> Result<TextDetails> {
        let id = id as usize;
        let first = id / STRIDE;
        let before = self.num_bytes[first * STRIDE..id].iter().map(|&len| u64::from(len)).sum::<u64>();
        let (start, len) = (self.starts[first] + before, usize::from(self.num_bytes[id]));
        let in_memory = count(self.in_memory.len());
        let mut read = Vec::new();
        let mut bytes = match &self.disk {
            Some(disk) if start >= in_memory => {
                read.resize(len, 0);
                // Poisoned only if a read panicked, and then the run is over.
                let mut scratch = disk.scratch.lock().unwrap_or_else(PoisonError::into_inner);
                scratch.read_at(start - in_memory, &mut read)?;
                read.as_slice()
            }
            _ => &self.in_memory[units::index(start)..][..len],
        };
        let numbers = NumberSample::decode(&mut bytes).expect("it is as it was encoded");
        Ok(TextDetails { len: self.lens[id], numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Number;
    use crate::store::{MemoryOutput, Output};

    #[test]
    fn the_same_wherever_they_are() {
        let details = |n: u32| TextDetails {
            len: u64::from(n) * 7,
            numbers: NumberSample::of(
                (0..n % 5).map(|at| Number { slot: at, text: n.to_string() }).collect(),
            ),
        };
        for budget in [0, 1000, usize::MAX] {
            let mut texts = Details::new(budget);
            for n in 0..500 {
                if texts.needs_scratch() {
                    texts.overflow_to(MemoryOutput::new().scratch().unwrap());
                }
                texts.push(&details(n)).unwrap();
            }
            assert_eq!((texts.disk.is_some(), texts.num_texts()), (budget < usize::MAX, 500));
            assert!((0..500).all(|n| texts.get(n).unwrap() == details(n)), "{budget}");
            assert_eq!(texts.len(3), 21);
        }
    }
}
