//! Prints partitioned by the first bits of their fingerprint, and one partition's table of survivors.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::verdict::Verdict;
use crate::config::Scope;
use crate::fingerprint::Fingerprint;
use crate::units::{Ordinal, count};

const PARTITION_BITS: u32 = 6;
/// 64: at a gigabyte of text one partition's table (about a megabyte) fits the second-level cache, and two to
/// sixteen cores find enough of them to share.
pub(crate) const NUM_PARTITIONS: usize = 1 << PARTITION_BITS;

/// A paragraph as decide sees it. Indices are inside the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Print {
    fingerprint: Fingerprint,
    paragraph: u32,
    /// The first paragraph of its document.
    document_start: u32,
}

/// The prints of a chunk, sorted by partition, in corpus order inside each.
///
/// 24 bytes a paragraph.
#[derive(Debug, Default)]
pub struct PartitionedPrints {
    prints: Vec<Print>,
    /// `ends[p]` is the end of partition `p` in `prints`.
    ends: Vec<u32>,
}

/// Sorts the prints of a chunk by partition.
impl PartitionedPrints {
    /// Deals `(fingerprint, paragraph, first paragraph of its document)`, given in corpus order.
    pub fn partition(prints: &[(Fingerprint, u32, u32)]) -> Self {
        let mut next = vec![0_u32; NUM_PARTITIONS];
        for (fingerprint, ..) in prints {
            next[fingerprint.prefix(PARTITION_BITS)] += 1;
        }
        let mut sum = 0;
        for count in &mut next {
            sum += std::mem::replace(count, sum);
        }
        let mut partitioned = Vec::new();
        if let Some(&(fingerprint, paragraph, document_start)) = prints.first() {
            partitioned.resize(prints.len(), Print { fingerprint, paragraph, document_start });
        }
        for &(fingerprint, paragraph, document_start) in prints {
            let place = &mut next[fingerprint.prefix(PARTITION_BITS)];
            partitioned[*place as usize] = Print { fingerprint, paragraph, document_start };
            *place += 1;
        }
        Self { prints: partitioned, ends: next } // every start has moved to its end
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.prints.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.prints.is_empty()
    }

    /// Takes out the records of paragraphs that are not to be looked at: they count as never seen.
    ///
    /// Cost: one look at each record.
    pub fn retain(&mut self, mut is_looked_at: impl FnMut(u32) -> bool) {
        let (mut start, mut kept) = (0, 0_u32);
        for end in &mut self.ends {
            for number in start..*end {
                let print = self.prints[number as usize];
                if is_looked_at(print.paragraph) {
                    self.prints[kept as usize] = print;
                    kept += 1;
                }
            }
            start = std::mem::replace(end, kept);
        }
        self.prints.truncate(kept as usize);
    }

    /// The records, as they were given to [`Self::partition`], by partition.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Fingerprint, u32, u32)> {
        self.prints.iter().map(|print| (print.fingerprint, print.paragraph, print.document_start))
    }

    /// Splits the records and a slice as long as they are into one share a partition.
    pub(super) fn shares<'a>(
        &'a self,
        mut verdicts: &'a mut [Verdict],
        origin: ChunkOrigin,
    ) -> impl Iterator<Item = ChunkShare<'a>> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let prints = &self.prints[start..end as usize];
            start = end as usize;
            let (mine, rest) = std::mem::take(&mut verdicts).split_at_mut(prints.len());
            verdicts = rest;
            ChunkShare { prints, verdicts: mine, origin }
        })
    }

    /// Puts verdicts that stand in the order of partitions into the order of paragraphs.
    pub(super) fn restore(&self, partitioned: &[Verdict], verdicts: &mut [Verdict]) {
        for (print, &verdict) in self.prints.iter().zip(partitioned) {
            verdicts[print.paragraph as usize] = verdict;
        }
    }
}

/// Where a chunk stands in corpus order.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkOrigin {
    /// Place of its first paragraph.
    pub(super) first: Ordinal,
    /// Place of the first paragraph of the document that the chunk begins in the middle of.
    pub(super) open_document: Option<Ordinal>,
}

/// The records of one chunk in one partition, and the room for their verdicts.
pub(super) struct ChunkShare<'a> {
    prints: &'a [Print],
    verdicts: &'a mut [Verdict],
    origin: ChunkOrigin,
}

/// A survivor: 24 bytes.
#[derive(Debug, Clone, Copy)]
struct Survivor {
    fingerprint: Fingerprint,
    place: u64,
}

/// Survivors a segment: growing never copies what is there.
const SEGMENT: usize = 4096;

/// The survivors of one partition. Memory: 24 bytes a survivor, and 5 to 11.5 bytes of hash table.
#[derive(Debug, Default)]
pub(super) struct Partition {
    table: HashTable<u32>,
    survivors: Vec<Vec<Survivor>>,
    len: usize,
}

fn at(survivors: &[Vec<Survivor>], index: u32) -> Survivor {
    survivors[index as usize / SEGMENT][index as usize % SEGMENT]
}

impl Partition {
    /// The survivors and their places, in corpus order but for those that were moved.
    pub(super) fn into_survivors(self) -> impl Iterator<Item = (Fingerprint, u64)> {
        self.survivors.into_iter().flatten().map(|survivor| (survivor.fingerprint, survivor.place))
    }

    /// Number of survivors.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The survivors after the first `known`, in corpus order.
    pub(super) fn since(&self, known: usize) -> impl Iterator<Item = (Fingerprint, u64)> {
        let survivors = self.survivors.iter().skip(known / SEGMENT).flatten().skip(known % SEGMENT);
        survivors.map(|survivor| (survivor.fingerprint, survivor.place))
    }

    /// Takes up a survivor; survivors come in corpus order.
    pub(super) fn resume(&mut self, fingerprint: Fingerprint, place: u64) {
        self.settle_one(fingerprint, place, 0);
    }

    /// Bytes of memory it takes.
    pub(super) fn num_bytes(&self) -> u64 {
        count(self.table.allocation_size() + self.len * size_of::<Survivor>())
    }

    pub(super) fn settle(&mut self, share: ChunkShare<'_>, scope: Scope) {
        let ChunkShare { prints, verdicts, origin } = share;
        for (print, verdict) in prints.iter().zip(verdicts) {
            let place = origin.first.0 + u64::from(print.paragraph);
            let earliest = match scope {
                Scope::Corpus => 0,
                Scope::Document => match origin.open_document {
                    Some(start) if print.document_start == 0 => start.0,
                    _ => origin.first.0 + u64::from(print.document_start),
                },
            };
            *verdict = self.settle_one(print.fingerprint, place, earliest);
        }
    }

    #[inline]
    fn settle_one(&mut self, fingerprint: Fingerprint, place: u64, earliest: u64) -> Verdict {
        let survivors = &mut self.survivors;
        let entry = self.table.entry(
            fingerprint.table_hash(),
            |&index| at(survivors, index).fingerprint == fingerprint,
            |&index| at(survivors, index).fingerprint.table_hash(),
        );
        match entry {
            Entry::Occupied(entry) => {
                let index = *entry.get() as usize;
                let survivor = &mut survivors[index / SEGMENT][index % SEGMENT];
                if survivor.place >= earliest {
                    return Verdict::duplicate_of(Ordinal(survivor.place));
                }
                survivor.place = place; // of an earlier document, out of scope
            }
            Entry::Vacant(entry) => {
                if self.len.is_multiple_of(SEGMENT) {
                    survivors.push(Vec::with_capacity(SEGMENT));
                }
                survivors[self.len / SEGMENT].push(Survivor { fingerprint, place });
                entry.insert(
                    u32::try_from(self.len).expect("2^32 survivors in one of 64 partitions: 6 TB of memory"),
                );
                self.len += 1;
            }
        }
        Verdict::KEEP
    }

    /// Forgets the survivors at `place` and after it.
    ///
    /// Survivors stand in corpus order as long as none was moved, which only [`Scope::Document`] does; and
    /// there the forgotten document is out of scope for every other anyway.
    pub(super) fn retract(&mut self, place: Ordinal) {
        while let Some(last) = self.survivors.last_mut() {
            let kept = last.partition_point(|survivor| survivor.place < place.0);
            self.len -= last.len() - kept;
            last.truncate(kept);
            if kept > 0 {
                break;
            }
            self.survivors.pop();
        }
        // The last segment may be only partly filled; a full one is followed by a new one.
        let len = self.len;
        self.table.retain(|index| (*index as usize) < len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prints(keys: &[&str]) -> Vec<(Fingerprint, u32, u32)> {
        keys.iter().zip(0..).map(|(key, n)| (Fingerprint::of(key.as_bytes()), n, 0)).collect()
    }

    #[test]
    fn dealing_keeps_every_record_and_its_order() {
        let keys: Vec<String> = (0..1000).map(|n| (n % 300).to_string()).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let prints = prints(&keys);
        let partitioned = PartitionedPrints::partition(&prints);
        assert_eq!(partitioned.len(), 1000);
        let mut start = 0;
        for (partition, &end) in partitioned.ends.iter().enumerate() {
            let share = &partitioned.prints[start..end as usize];
            assert!(share.iter().all(|r| r.fingerprint.prefix(PARTITION_BITS) == partition));
            assert!(share.is_sorted_by_key(|r| r.paragraph));
            start = end as usize;
        }
        assert_eq!(start, 1000);
    }

    #[test]
    fn retracting_forgets_the_tail_only() {
        let mut partition = Partition::default();
        let print = |n: u64| Fingerprint::of(&n.to_le_bytes());
        let many = u64::try_from(SEGMENT).unwrap() * 2 + 100;
        for n in 0..many {
            assert_eq!(partition.settle_one(print(n), n, 0), Verdict::KEEP);
        }
        for cut in [many - 5, u64::try_from(SEGMENT).unwrap() * 2, u64::try_from(SEGMENT).unwrap(), 10, 0] {
            partition.retract(Ordinal(cut));
            for n in 0..cut.min(50) {
                assert_eq!(partition.settle_one(print(n), 1 << 40, 0), Verdict::duplicate_of(Ordinal(n)));
            }
            assert_eq!(partition.len as u64, cut);
        }
        assert_eq!(partition.settle_one(print(5), 7, 0), Verdict::KEEP);
        assert_eq!(partition.settle_one(print(5), 8, 0), Verdict::duplicate_of(Ordinal(7)));
    }
}
