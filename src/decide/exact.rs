//! Exact de-duplication: the first of the paragraphs with one fingerprint stays (contract I3).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::partition::{ChunkOrigin, NUM_PARTITIONS, Partition, PartitionedPrints};
use super::verdict::Verdict;
use crate::config::Scope;
use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::units::Ordinal;

/// The survivors so far, and the scope in which they count.
#[derive(Debug)]
pub struct Exact {
    scope: Scope,
    partitions: Vec<Partition>,
}

/// How many survivors of each partition are saved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedSurvivors(Vec<usize>);

/// Bytes of a survivor that is saved.
const SAVED_SURVIVOR: usize = 24;
/// Bytes of a piece of them.
const SAVED_PIECE: usize = 64 * 1024;

/// A chunk to be settled.
#[derive(Debug)]
pub struct ChunkPrints<'a> {
    /// Its records.
    pub prints: &'a PartitionedPrints,
    /// Number of its paragraphs; those without a record stay.
    pub num_paragraphs: usize,
    /// Place of its first paragraph.
    pub first: Ordinal,
    /// Place of the first paragraph of the document that it begins in the middle of.
    pub open_document: Option<Ordinal>,
}

impl Exact {
    /// A table without survivors.
    pub fn new(scope: Scope) -> Self {
        Self { scope, partitions: (0..NUM_PARTITIONS).map(|_| Partition::default()).collect() }
    }

    /// Settles chunks that follow, in corpus order, on everything settled before. Returns a verdict a
    /// paragraph for each chunk. Partitions are settled in parallel on the caller's rayon pool.
    ///
    /// Cost: one probe of a hash table a record.
    pub fn settle(&mut self, chunks: &[ChunkPrints<'_>]) -> Vec<Vec<Verdict>> {
        let mut partitioned: Vec<Vec<Verdict>> =
            chunks.iter().map(|chunk| vec![Verdict::KEEP; chunk.prints.len()]).collect();
        let mut shares: Vec<_> = (0..NUM_PARTITIONS).map(|_| Vec::with_capacity(chunks.len())).collect();
        for (chunk, verdicts) in chunks.iter().zip(&mut partitioned) {
            let origin = ChunkOrigin { first: chunk.first, open_document: chunk.open_document };
            for (partition, share) in shares.iter_mut().zip(chunk.prints.shares(verdicts, origin)) {
                partition.push(share);
            }
        }
        let scope = self.scope;
        self.partitions.par_iter_mut().zip(shares).for_each(|(partition, shares)| {
            for share in shares {
                partition.settle(share, scope);
            }
        });
        let restore = |(chunk, partitioned): (&ChunkPrints<'_>, &Vec<Verdict>)| {
            let mut verdicts = vec![Verdict::KEEP; chunk.num_paragraphs];
            chunk.prints.restore(partitioned, &mut verdicts);
            verdicts
        };
        chunks.par_iter().zip(&partitioned).map(restore).collect()
    }

    /// Where a paragraph must be the first of its kind.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Bytes of memory it takes: 24 a survivor, and 5 to 11.5 of hash table.
    pub fn num_bytes(&self) -> u64 {
        self.partitions.iter().map(Partition::num_bytes).sum()
    }

    /// Gives out the survivors after those that are `saved`, 24 bytes each, in pieces of some kilobytes. Nothing that is
    /// saved may be taken back after this. In the scope of documents nothing outlasts one, and there must be none open.
    ///
    /// # Errors
    /// The first of `sink`.
    pub(crate) fn save(
        &self,
        saved: &mut SavedSurvivors,
        mut sink: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        saved.0.resize(NUM_PARTITIONS, 0);
        let mut piece = Vec::with_capacity(SAVED_PIECE + SAVED_SURVIVOR);
        for (partition, saved) in self.partitions.iter().zip(&mut saved.0) {
            if self.scope == Scope::Document {
                continue;
            }
            for (fingerprint, place) in partition.since(*saved) {
                piece.extend_from_slice(fingerprint.as_bytes());
                piece.extend_from_slice(&place.to_le_bytes());
                if piece.len() >= SAVED_PIECE {
                    sink(&piece)?;
                    piece.clear();
                }
            }
            *saved = partition.len();
        }
        sink(&piece)
    }

    /// Resumes from the bytes that [`Self::save`] gave, in the same order; `None` if they are not those.
    pub fn resume(&mut self, bytes: &[u8]) -> Option<()> {
        let (prints, rest) = bytes.as_chunks::<SAVED_SURVIVOR>();
        for print in prints {
            let (fingerprint, place) = (print.first_chunk::<16>()?, print.last_chunk::<8>()?);
            let fingerprint = Fingerprint::from_bytes(*fingerprint);
            let partition = &mut self.partitions[fingerprint.prefix(NUM_PARTITIONS.trailing_zeros())];
            partition.resume(fingerprint, u64::from_le_bytes(*place));
        }
        rest.is_empty().then_some(())
    }

    /// Whether it holds what is saved and nothing else.
    pub(crate) fn is(&self, saved: &SavedSurvivors) -> bool {
        self.scope == Scope::Document
            || self.partitions.iter().map(Partition::len).eq(saved.0.iter().copied())
    }

    /// The survivors and their places, by partition.
    pub(super) fn into_survivors(self) -> impl Iterator<Item: Iterator<Item = (Fingerprint, u64)>> {
        self.partitions.into_iter().map(Partition::into_survivors)
    }

    /// Forgets everything settled at `place` and after it: its document turned out to be bad.
    pub fn retract(&mut self, place: Ordinal) {
        if self.scope == Scope::Corpus {
            self.partitions.par_iter_mut().for_each(|partition| partition.retract(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(exact: &mut Exact, first: u64, open: Option<u64>, keys: &[(&str, u32)]) -> Vec<Option<u64>> {
        let prints: Vec<_> = keys
            .iter()
            .zip(0..)
            .map(|((key, start), n)| (Fingerprint::of(key.as_bytes()), n, *start))
            .collect();
        let chunk = ChunkPrints {
            prints: &PartitionedPrints::partition(&prints),
            num_paragraphs: keys.len(),
            first: Ordinal(first),
            open_document: open.map(Ordinal),
        };
        let verdicts = exact.settle(&[chunk]).remove(0);
        // The bits of such a verdict are the place.
        verdicts.iter().map(|verdict| (!verdict.is_kept()).then_some(verdict.to_bits())).collect()
    }

    #[test]
    fn what_is_taken_out_was_never_seen() {
        let keys = [(b"a", 0, 0), (b"b", 1, 0), (b"a", 2, 2), (b"b", 3, 2), (b"c", 4, 2)];
        let prints = keys.map(|(key, paragraph, start)| (Fingerprint::of(key), paragraph, start));
        let mut partitioned = PartitionedPrints::partition(&prints);
        partitioned.retain(|paragraph| ![0, 3].contains(&paragraph));
        assert_eq!(partitioned.len(), 3);
        let chunk =
            ChunkPrints { prints: &partitioned, num_paragraphs: 5, first: Ordinal(0), open_document: None };
        assert_eq!(Exact::new(Scope::Corpus).settle(&[chunk]), [[Verdict::KEEP; 5]]);
        partitioned.retain(|_| false);
        assert!(partitioned.is_empty());
    }

    #[test]
    fn first_in_corpus_order_stays() {
        let mut exact = Exact::new(Scope::default());
        assert_eq!(settle(&mut exact, 0, None, &[("a", 0), ("b", 0), ("a", 2)]), [None, None, Some(0)]);
        assert_eq!(settle(&mut exact, 3, None, &[("b", 0), ("c", 0)]), [Some(1), None]);
        exact.retract(Ordinal(3));
        assert_eq!(settle(&mut exact, 5, None, &[("c", 0), ("a", 0)]), [None, Some(0)]);
    }

    #[test]
    fn document_scope() {
        let mut exact = Exact::new(Scope::Document);
        let two_documents = [("a", 0), ("a", 0), ("a", 2), ("a", 2)];
        assert_eq!(settle(&mut exact, 0, None, &two_documents), [None, Some(0), None, Some(2)]);
        // The document that began at 2 goes on, then another begins.
        assert_eq!(settle(&mut exact, 4, Some(2), &[("a", 0), ("a", 1), ("a", 1)]), [Some(2), None, Some(5)]);
    }
}
