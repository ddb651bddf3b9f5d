//! Entries of one size in buckets on disk: what does not fit in memory waits here until its bucket is read.
//!
//! One append-only store holds the blocks of all buckets: no more than one file is open however many buckets there
//! are. A block is a header (bucket, length in bytes, CRC-32 of the bytes; a little-endian `u32` each) and the
//! records. Memory: [`BLOCK_BYTES`] a bucket that is written to, and 16 bytes a block.

use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::store::{Mark, Scratch};
use crate::units::count;

/// Most bytes of records in a block.
const BLOCK_BYTES: usize = 32 * 1024;
/// Bytes of a block's header.
const HEADER: usize = 12;

/// Records of `SIZE` bytes in buckets.
pub(super) struct DiskBuckets<const SIZE: usize> {
    scratch: Mutex<Box<dyn Scratch>>,
    buckets: Vec<Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// Records that are not in a block yet.
    open: Vec<u8>,
    /// Where each block's records start, and how many bytes they take.
    blocks: Vec<(u64, u32)>,
    num_entries: u64,
}

impl<const SIZE: usize> std::fmt::Debug for DiskBuckets<SIZE> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiskBuckets").field("buckets", &self.buckets.len()).finish_non_exhaustive()
    }
}

impl<const SIZE: usize> DiskBuckets<SIZE> {
    /// Records a block.
    const MOST: usize = BLOCK_BYTES / SIZE;

    /// Empty buckets.
    pub(super) fn new(scratch: Box<dyn Scratch>, num_buckets: usize) -> Self {
        let buckets = (0..num_buckets).map(|_| Bucket::default()).collect();
        Self { scratch: Mutex::new(scratch), buckets }
    }

    /// Number of buckets.
    pub(super) fn num_buckets(&self) -> usize {
        self.buckets.len()
    }

    /// Bytes of memory it takes: open blocks, and where the others stand.
    pub(super) fn num_bytes(&self) -> u64 {
        let of =
            |bucket: &Bucket| bucket.open.capacity() + bucket.blocks.capacity() * size_of::<(u64, u32)>();
        count(self.buckets.iter().map(of).sum())
    }

    /// Records in a bucket.
    pub(super) fn num_entries(&self, bucket: usize) -> u64 {
        self.buckets[bucket].num_entries
    }

    /// Appends an entry to a bucket.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be written to.
    #[inline]
    pub(super) fn push(&mut self, bucket: usize, entry: &[u8; SIZE]) -> Result<()> {
        let place = &mut self.buckets[bucket];
        place.open.extend_from_slice(entry);
        place.num_entries += 1;
        if place.open.len() >= Self::MOST * SIZE { self.close_block(bucket) } else { Ok(()) }
    }

    fn close_block(&mut self, bucket: usize) -> Result<()> {
        let Bucket { open, blocks, .. } = &mut self.buckets[bucket];
        let len = u32::try_from(open.len()).expect("a block is closed at `BLOCK_BYTES`");
        let number = u32::try_from(bucket).expect("there are a few thousand buckets");
        let mut header = [0; HEADER];
        let words = [number, len, crc32fast::hash(open)];
        for (place, word) in header.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        let scratch = self.scratch.get_mut().unwrap_or_else(PoisonError::into_inner);
        scratch.append(&header)?;
        blocks.push((scratch.append(open)?, len));
        open.clear();
        Ok(())
    }

    /// Writes what is in memory, and says what the store holds then.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be written to.
    pub(super) fn save(&mut self) -> Result<Mark> {
        for bucket in 0..self.buckets.len() {
            if !self.buckets[bucket].open.is_empty() {
                self.close_block(bucket)?;
            }
        }
        self.scratch.get_mut().unwrap_or_else(PoisonError::into_inner).mark()
    }

    /// Restores `num_buckets` buckets from a store that was saved.
    ///
    /// # Errors
    /// [`crate::Error::Output`] and [`crate::Error::Damaged`] of the store.
    pub(super) fn restore(mut scratch: Box<dyn Scratch>, num_buckets: usize) -> Result<Self> {
        let end = scratch.mark()?.len;
        let mut buckets: Vec<Bucket> = (0..num_buckets).map(|_| Bucket::default()).collect();
        let mut offset = 0;
        while offset < end {
            let mut header = [0; HEADER];
            scratch.read_at(offset, &mut header)?;
            let word = |at: usize| {
                let mut word = [0; 4];
                word.copy_from_slice(&header[at..at + 4]);
                u32::from_le_bytes(word)
            };
            let (number, len) = (word(0) as usize, word(4));
            let Some(bucket) = buckets.get_mut(number) else { return Err(scratch.damaged(offset)) };
            offset += count(HEADER);
            bucket.blocks.push((offset, len));
            bucket.num_entries += u64::from(len) / count(SIZE);
            offset += u64::from(len);
        }
        if offset != end {
            return Err(scratch.damaged(end));
        }
        Ok(Self { scratch: Mutex::new(scratch), buckets })
    }

    /// The records of a bucket, a block at a time, in the order in which they were pushed.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be read or is damaged; the first of `visit`.
    pub(super) fn for_each(&self, bucket: usize, mut visit: impl FnMut(&[[u8; SIZE]])) -> Result<()> {
        let place = &self.buckets[bucket];
        let mut block = Vec::new();
        for &(offset, len) in &place.blocks {
            let mut header = [0; HEADER];
            block.resize(len as usize, 0);
            {
                // Poisoned only if a read panicked, and then the run is over.
                let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
                scratch.read_at(offset - count(HEADER), &mut header)?;
                scratch.read_at(offset, &mut block)?;
                if header[8..] != crc32fast::hash(&block).to_le_bytes() {
                    return Err(scratch.damaged(offset));
                }
            }
            visit(block.as_chunks().0);
        }
        visit(place.open.as_chunks().0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryOutput, Output};

    #[test]
    fn records_come_back_by_bucket_and_in_order() {
        let mut buckets = DiskBuckets::<8>::new(MemoryOutput::new().scratch().unwrap(), 7);
        let bucket = |n: u64| usize::try_from(n * n % 7).unwrap();
        for n in 0..100_000_u64 {
            buckets.push(bucket(n), &n.to_le_bytes()).unwrap();
        }
        for number in 0..7 {
            let mut found = Vec::new();
            buckets
                .for_each(number, |entries| found.extend(entries.iter().map(|r| u64::from_le_bytes(*r))))
                .unwrap();
            let expected: Vec<u64> = (0..100_000).filter(|&n| bucket(n) == number).collect();
            assert_eq!(buckets.num_entries(number), count(expected.len()));
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn damage_is_told() {
        struct Flipped(Box<dyn Scratch>);
        impl Scratch for Flipped {
            fn append(&mut self, content: &[u8]) -> Result<u64> {
                self.0.append(content)
            }
            fn read_at(&mut self, offset: u64, content: &mut [u8]) -> Result<()> {
                self.0.read_at(offset, content)?;
                if let Some(byte) = content.get_mut(500) {
                    *byte ^= 1;
                }
                Ok(())
            }
        }
        let mut buckets = DiskBuckets::<8>::new(Box::new(Flipped(MemoryOutput::new().scratch().unwrap())), 1);
        for n in 0..10_000_u64 {
            buckets.push(0, &n.to_le_bytes()).unwrap();
        }
        let error = buckets.for_each(0, |_| ()).unwrap_err().to_string();
        assert!(error.contains("damaged"), "{error}");
    }
}
