//! Exact de-duplication of what does not fit in memory: prints are partitioned into buckets on disk, and each bucket is
//! settled by itself when all prints are there.
//!
//! Cost on disk: 24 bytes a print, and 16 a duplicate for the verdicts ([`DiskVerdicts`]).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::disk_buckets::DiskBuckets;
use super::disk_verdicts::DiskVerdicts;
use super::earlier::{Earlier, NONE, advance};
use super::exact::{ChunkPrints, Exact};
use super::verdict::Verdict;
use crate::config::Scope;
use crate::error::Result;
use crate::fingerprint::{Fingerprint, mix};
use crate::store::{Mark, Scratch};
use crate::units::{Ordinal, count};

/// Bits of the fingerprint that are the number of its bucket.
const BUCKET_BITS: u32 = 8;
/// 256: at 100 GB of text a bucket is about 40 MB.
const NUM_BUCKETS: usize = 1 << BUCKET_BITS;

/// A print on disk: the fingerprint, and the place as a little-endian `u64`.
const PRINT_BYTES: usize = 24;

/// Added to a place, it says that the prints at that place and after it that came before do not count.
const RETRACTION: u64 = 1 << 63;

/// The resources and outlets that settling uses.
pub(crate) struct SettleOptions<'a> {
    /// Bytes of memory it may take.
    pub budget: u64,
    /// Where verdicts are kept.
    pub scratch: Box<dyn Scratch>,
    /// Paragraphs of earlier runs, which come before all paragraphs of this run.
    pub earlier: Option<&'a dyn Earlier>,
    /// Called with every survivor, in ascending order of fingerprints.
    pub fresh: Option<&'a mut SurvivorVisitor<'a>>,
}

/// A function that takes a survivor: its fingerprint and its place.
pub(crate) type SurvivorVisitor<'a> = dyn FnMut(Fingerprint, Ordinal) -> Result<()> + 'a;

impl std::fmt::Debug for SettleOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SettleOptions").field("budget", &self.budget).finish_non_exhaustive()
    }
}

/// Partitions prints on disk, given in corpus order.
#[derive(Debug)]
pub(crate) struct Partitioner {
    buckets: DiskBuckets<PRINT_BYTES>,
    scope: Scope,
    /// The first place that is to get a verdict.
    boundary: u64,
}

impl Partitioner {
    /// Takes over from what was settled in memory: `boundary` is the place of the next paragraph, and
    /// `open_document` that of the first paragraph of the document that it stands in the middle of.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be written to.
    pub(crate) fn take_over(
        exact: Exact,
        scratch: Box<dyn Scratch>,
        boundary: Ordinal,
        open_document: Option<Ordinal>,
    ) -> Result<Self> {
        let scope = exact.scope();
        let buckets = DiskBuckets::new(scratch, NUM_BUCKETS);
        let mut partitioner = Self { buckets, scope, boundary: boundary.0 };
        for survivors in exact.into_survivors() {
            for (fingerprint, place) in survivors {
                match (scope, open_document) {
                    (Scope::Corpus, _) => partitioner.push(fingerprint, place)?,
                    // Of other documents nothing counts any more.
                    (Scope::Document, Some(start)) if place >= start.0 => {
                        partitioner.push(salted(fingerprint, start.0), place)?;
                    }
                    (Scope::Document, _) => {}
                }
            }
        }
        Ok(partitioner)
    }

    fn push(&mut self, fingerprint: Fingerprint, place: u64) -> Result<()> {
        let mut print = [0; PRINT_BYTES];
        print[..16].copy_from_slice(fingerprint.as_bytes());
        print[16..].copy_from_slice(&place.to_le_bytes());
        self.buckets.push(fingerprint.prefix(BUCKET_BITS), &print)
    }

    /// Writes all prints to their store, and returns the state to resume from.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be written to.
    pub(crate) fn save(&mut self) -> Result<SavedPartitioner> {
        Ok(SavedPartitioner { boundary: self.boundary, prints: self.buckets.save()? })
    }

    /// Resumes a saved partitioner, with the store that holds its prints.
    ///
    /// # Errors
    /// [`crate::Error::Output`] and [`crate::Error::Damaged`] of the store.
    pub(crate) fn resume(saved: &SavedPartitioner, scope: Scope, prints: Box<dyn Scratch>) -> Result<Self> {
        let SavedPartitioner { boundary, .. } = *saved;
        Ok(Self { buckets: DiskBuckets::restore(prints, NUM_BUCKETS)?, scope, boundary })
    }

    /// Partitions the prints of the next chunks, in corpus order.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be written to.
    pub(crate) fn partition(&mut self, chunks: &[ChunkPrints<'_>]) -> Result<()> {
        for chunk in chunks {
            for (fingerprint, paragraph, document_start) in chunk.prints.iter() {
                let fingerprint = match (self.scope, chunk.open_document) {
                    (Scope::Corpus, _) => fingerprint,
                    (Scope::Document, Some(start)) if document_start == 0 => salted(fingerprint, start.0),
                    (Scope::Document, _) => salted(fingerprint, chunk.first.0 + u64::from(document_start)),
                };
                self.push(fingerprint, chunk.first.0 + u64::from(paragraph))?;
            }
        }
        Ok(())
    }

    /// Forgets the prints at `place` and after it. Their places may be given again, to what follows.
    ///
    /// Cost: a print in each bucket.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if the store cannot be written to.
    pub(crate) fn retract(&mut self, place: Ordinal) -> Result<()> {
        self.boundary = self.boundary.min(place.0); // what is given a place again gets its verdict here
        let mut retraction = [0; PRINT_BYTES];
        retraction[16..].copy_from_slice(&(place.0 | RETRACTION).to_le_bytes());
        (0..NUM_BUCKETS).try_for_each(|bucket| self.buckets.push(bucket, &retraction))
    }

    /// Bytes of memory it takes: 8 MiB, and 16 a block of 32 KiB of prints on disk.
    pub(crate) fn num_bytes(&self) -> u64 {
        self.buckets.num_bytes()
    }

    /// Settles everything up to `end`. Buckets are settled in parallel on the caller's rayon pool.
    ///
    /// Cost: a sort of 24 bytes a print, and one reading of what earlier runs left.
    ///
    /// # Errors
    /// [`crate::Error::Output`] and [`crate::Error::Damaged`] of the stores; those of `options`.
    pub(crate) fn settle(self, end: Ordinal, options: SettleOptions<'_>) -> Result<DiskVerdicts> {
        let SettleOptions { budget, scratch, earlier, mut fresh } = options;
        let mut verdicts = DiskVerdicts::new(scratch, Ordinal(self.boundary), end);
        let threads = rayon::current_num_threads();
        let wants_survivors = fresh.is_some();
        let rounds: Vec<BucketRound> =
            (0..NUM_BUCKETS).flat_map(|b| self.rounds(b, budget, threads)).collect();
        for group in rounds.chunks(threads) {
            let settled: Result<Vec<SettledRound>> =
                group.par_iter().map(|round| self.settle_round(*round, earlier, wants_survivors)).collect();
            for SettledRound { duplicates, survivors } in settled? {
                for (place, verdict) in duplicates {
                    verdicts.push(Ordinal(place), verdict)?;
                }
                if let Some(fresh) = &mut fresh {
                    survivors
                        .iter()
                        .try_for_each(|print| fresh(print.fingerprint(), Ordinal(print.place)))?;
                }
            }
        }
        Ok(verdicts)
    }

    /// A bucket that does not fit is read several times, a part of its fingerprints at a time.
    fn rounds(
        &self,
        bucket: usize,
        budget: u64,
        threads: usize,
    ) -> impl Iterator<Item = BucketRound> + use<> {
        let bytes = self.buckets.num_entries(bucket).saturating_mul(BYTES_A_PRINT);
        let share = (budget / count(threads).max(1)).max(MIN_ROUND);
        let bits = bytes.div_ceil(share).max(1).next_power_of_two().trailing_zeros().min(MAX_ROUND_BITS);
        (0..1_u64 << bits).map(move |number| BucketRound { bucket, bits, number })
    }

    fn settle_round(
        &self,
        round: BucketRound,
        earlier: Option<&dyn Earlier>,
        wants_survivors: bool,
    ) -> Result<SettledRound> {
        let mut prints = self.prints(round)?;
        prints.sort_unstable();
        let (first, last) = round.range();
        let mut entries = earlier.map(|earlier| earlier.entries(first, last)).transpose()?;
        let mut entry = None;
        let mut settled = SettledRound::default();
        for group in prints.chunk_by(|a, b| (a.high, a.low) == (b.high, b.low)) {
            if let Some(entries) = &mut entries {
                entry = advance(&mut **entries, entry, group[0].fingerprint())?;
            }
            let rest = match entry {
                Some((fingerprint, place)) if fingerprint == group[0].fingerprint() && place != NONE => {
                    let verdict = Verdict::earlier(place);
                    settled.duplicates.extend(group.iter().map(|print| (print.place, verdict)));
                    continue;
                }
                _ => &group[1..],
            };
            let verdict = Verdict::duplicate_of(Ordinal(group[0].place));
            settled.duplicates.extend(rest.iter().map(|print| (print.place, verdict)));
            if wants_survivors {
                settled.survivors.push(group[0]);
            }
        }
        Ok(settled)
    }

    /// The prints of a round that were not retracted.
    fn prints(&self, round: BucketRound) -> Result<Vec<PlacedPrint>> {
        let mut prints: Vec<PlacedPrint> = Vec::new();
        let mut has_looked_back = false;
        self.buckets.for_each(round.bucket, |block| {
            for print in block.iter().map(PlacedPrint::of) {
                if print.place < RETRACTION {
                    prints.extend(round.holds(print.high).then_some(print));
                    continue;
                }
                let first = print.place - RETRACTION;
                while prints.pop_if(|print| print.place >= first).is_some() {}
                // The survivors taken over are in no order. Among them are prints of one document at most that can
                // still be retracted: the one that was open then.
                if first <= self.boundary && !has_looked_back {
                    prints.retain(|print| print.place < first);
                    has_looked_back = true;
                }
            }
        })?;
        Ok(prints)
    }
}

/// A [`Partitioner`] that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedPartitioner {
    boundary: u64,
    /// Length and checksum of the store that holds the prints.
    pub prints: Mark,
}

/// Memory that a print takes while its round is settled: the print, its verdict, and the vectors' growth.
const BYTES_A_PRINT: u64 = 96;
/// Rounds below this are not worth cutting.
const MIN_ROUND: u64 = 1024 * 1024;
/// At most 65,536 rounds a bucket: past any disk.
const MAX_ROUND_BITS: u32 = 16;

/// The prints of a bucket whose next bits are a number.
#[derive(Debug, Clone, Copy)]
struct BucketRound {
    bucket: usize,
    bits: u32,
    number: u64,
}

impl BucketRound {
    fn prefix(self) -> (u64, u32) {
        (count(self.bucket) << self.bits | self.number, BUCKET_BITS + self.bits)
    }

    fn holds(self, high: u64) -> bool {
        let (prefix, bits) = self.prefix();
        high >> (u64::BITS - bits) == prefix
    }

    fn range(self) -> (u64, u64) {
        let (prefix, bits) = self.prefix();
        let first = prefix << (u64::BITS - bits);
        (first, first | (u64::MAX >> bits))
    }
}

/// A print, in the order in which it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PlacedPrint {
    high: u64,
    low: u64,
    place: u64,
}

impl PlacedPrint {
    fn of(bytes: &[u8; PRINT_BYTES]) -> Self {
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            word
        };
        let [high, low] = [0, 8].map(|at| u64::from_be_bytes(word(at)));
        Self { high, low, place: u64::from_le_bytes(word(16)) }
    }

    fn fingerprint(self) -> Fingerprint {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.high.to_be_bytes());
        bytes[8..].copy_from_slice(&self.low.to_be_bytes());
        Fingerprint::from_bytes(bytes)
    }
}

/// The result of settling one round.
#[derive(Debug, Default)]
struct SettledRound {
    duplicates: Vec<(u64, Verdict)>,
    /// Survivors in ascending order of fingerprints, if the caller wants them.
    survivors: Vec<PlacedPrint>,
}

/// A fingerprint that is one of its document's only.
fn salted(fingerprint: Fingerprint, document_start: u64) -> Fingerprint {
    let mut bytes = *fingerprint.as_bytes();
    let salt = [mix(document_start ^ 0x7461_6d69_7364_6f63), mix(document_start ^ 0x7363_6f70_6573_616c)];
    for (byte, salt) in bytes.iter_mut().zip(salt.iter().flat_map(|word| word.to_le_bytes())) {
        *byte ^= salt;
    }
    Fingerprint::from_bytes(bytes)
}

#[cfg(test)]
mod tests;
