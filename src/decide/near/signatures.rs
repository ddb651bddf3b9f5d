//! Signatures: of every text its sketch, its copies, and the one of them that would stay.

use std::ops::Range;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::banding::Banding;
use super::details::{Details, TextDetails};
use super::judge::Judge;
use super::samples::Samples;
use super::sketches::{Sketches, short_hash};
use super::synopsis::Synopsis;
use crate::decide::earlier_place;
use crate::error::Result;
use crate::fingerprint::Sample;
use crate::store::Scratch;

/// Number of a distinct text, in the order in which texts were seen first.
pub type SignatureId = u32;

/// The place of a text among those that could stay, the smallest first; ties are broken by corpus order.
pub type Rank = [u64; 3];

/// Where a text stands: the number of a document, or the ordinal of a paragraph.
pub type MemberPlace = u64;

/// The sketches of all distinct texts.
///
/// Memory of a distinct text: 21 to 28 bytes; 32 more under an order other than that of the corpus; and 2 a bin, or 4
/// in all if its sketch is on disk. There it takes 4 bytes a bin. Where samples are kept, 5 more and 4 a key.
#[derive(Debug)]
pub struct Signatures {
    sketches: Sketches,
    samples: Option<Samples>,
    /// What an index keeps beside, if one is used.
    details: Option<Details>,
    digests: Vec<u64>,
    table: HashTable<u32>,
    /// The member that would stay.
    best: Vec<MemberPlace>,
    /// Its rank; empty if all rank the same.
    ranks: Vec<Rank>,
    is_ranked: bool,
}

/// Texts, the bands in which their sketches meet, and what makes two of them match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Banded<'a> {
    /// The texts.
    pub texts: &'a Signatures,
    /// The bands.
    pub banding: Banding,
    /// The rules.
    pub judge: &'a Judge,
}

/// The properties of one text by which it is compared.
#[derive(Debug, Clone)]
pub struct Signed {
    /// 64 bits of the fingerprint of its key text.
    pub digest: u64,
    /// The bins of its sketch.
    pub bins: Vec<u16>,
    /// Its rank.
    pub rank: Rank,
    /// The sample of its shingles; empty unless samples are kept.
    pub sample: Sample,
}

impl Signatures {
    /// An empty set of texts whose sketches have `num_bins` bins. Unless `is_ranked`, the first in corpus order comes
    /// first.
    pub fn new(num_bins: usize, is_ranked: bool) -> Self {
        Self::within(usize::MAX, num_bins, is_ranked)
    }

    /// An empty set of texts, as in [`Self::new`]. Sketches beyond `budget` bytes are kept on disk
    /// ([`Self::needs_scratch`]).
    pub fn within(budget: usize, num_bins: usize, is_ranked: bool) -> Self {
        Self {
            sketches: Sketches::new(num_bins, budget),
            samples: None,
            details: None,
            digests: Vec::new(),
            table: HashTable::new(),
            best: Vec::new(),
            ranks: Vec::new(),
            is_ranked,
        }
    }

    /// The same, with samples, of which `budget` bytes stay in memory.
    #[must_use]
    pub fn with_samples(self, budget: usize) -> Self {
        Self { samples: Some(Samples::new(budget)), ..self }
    }

    /// The same, with what an index keeps of texts, of which `budget` bytes stay in memory.
    #[must_use]
    pub fn with_details(self, budget: usize) -> Self {
        Self { details: Some(Details::new(budget)), ..self }
    }

    /// Whether the sketch or the sample of the next text is beyond the budget and has nowhere to go: without a store it stays in
    /// memory. Sketches and samples need a store each; once they have it this is never so again.
    pub fn needs_scratch(&self) -> bool {
        self.sketches.needs_scratch()
            || self.samples.as_ref().is_some_and(Samples::needs_scratch)
            || self.details.as_ref().is_some_and(Details::needs_scratch)
    }

    /// Keeps the sketches, or the samples, beyond the budget in an empty store. Does nothing unless it is needed.
    pub fn overflow_to(&mut self, scratch: Box<dyn Scratch>) {
        if self.sketches.needs_scratch() {
            self.sketches.overflow_to(scratch);
        } else if let Some(samples) = self.samples.as_mut().filter(|samples| samples.needs_scratch()) {
            samples.overflow_to(scratch);
        } else if let Some(details) = self.details.as_mut().filter(|details| details.needs_scratch()) {
            details.overflow_to(scratch);
        }
    }

    /// Whether any sketch is on disk.
    pub fn is_on_disk(&self) -> bool {
        self.sketches.is_on_disk()
    }

    /// Number of distinct texts.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The numbers of all texts.
    pub(crate) fn ids(&self) -> Range<SignatureId> {
        0..to_id(self.len())
    }

    /// The bins of a text's sketch.
    ///
    /// # Panics
    /// If it is on disk: see [`Self::is_on_disk`].
    #[inline]
    pub fn bins(&self, id: SignatureId) -> &[u16] {
        self.sketches.bins(id)
    }

    /// The sketches of all texts, in memory and on disk.
    pub(super) fn sketches(&self) -> &Sketches {
        &self.sketches
    }

    /// The lengths and numbers of all texts, if they are kept.
    pub(super) fn details(&self) -> Option<&Details> {
        self.details.as_ref()
    }

    /// Whether texts are compared by what an index keeps of them.
    pub(super) fn has_details(&self) -> bool {
        self.details.is_some()
    }

    /// Whether a text is one of an earlier run.
    #[inline]
    pub(crate) fn is_earlier(&self, id: SignatureId) -> bool {
        earlier_place(self.best(id)).is_some()
    }

    /// The digest of a text.
    pub(crate) fn digest(&self, id: SignatureId) -> u64 {
        self.digests[id as usize]
    }

    /// What an index keeps of a text; `None` if no details are kept.
    ///
    /// # Errors
    /// Those of the stores.
    pub(crate) fn synopsis(&self, id: SignatureId) -> Result<Option<Synopsis>> {
        let Some(details) = &self.details else { return Ok(None) };
        let TextDetails { len, numbers } = details.get(id)?;
        let bins = self.sketches.load(&[id])?;
        let sample = match &self.samples {
            Some(samples) => Sample::from_parts(samples.keys(id)?.into_owned(), samples.level(id)),
            None => Sample::default(),
        };
        Ok(Some(Synopsis { len, bins, sample, numbers }))
    }

    /// The samples of all texts, if they are kept.
    pub(super) fn samples(&self) -> Option<&Samples> {
        self.samples.as_ref()
    }

    /// Adds a text that stands at `member`, in corpus order. Texts of one digest and one sketch are one text;
    /// sketches are told apart by 32 bits of their hash, as one of them may be on disk.
    ///
    /// # Errors
    /// Those of the store that holds what has no room in memory.
    ///
    /// # Panics
    /// At 2^32 distinct texts: more than 90 GB of memory.
    pub fn push(&mut self, member: MemberPlace, text: &Signed) -> Result<SignatureId> {
        let Self { table, digests, sketches, samples, .. } = self;
        let own = short_hash(&text.bins);
        let entry = table.entry(
            text.digest,
            |&id| digests[id as usize] == text.digest && sketches.short_hash(id) == own,
            |&id| digests[id as usize],
        );
        match entry {
            Entry::Occupied(entry) => {
                let id = *entry.get();
                if self.is_ranked && text.rank < self.ranks[id as usize] {
                    self.ranks[id as usize] = text.rank;
                    self.best[id as usize] = member;
                }
                Ok(id)
            }
            Entry::Vacant(entry) => {
                let id = to_id(digests.len());
                sketches.push(&text.bins)?;
                if let Some(samples) = samples {
                    samples.push(&text.sample)?;
                }
                entry.insert(id);
                digests.push(text.digest);
                self.best.push(member);
                if self.is_ranked {
                    self.ranks.push(text.rank);
                }
                Ok(id)
            }
        }
    }

    /// Adds a text as [`Self::push`] does, with what an index keeps of it.
    ///
    /// # Errors
    /// Those of the stores that hold what has no room in memory.
    pub fn push_detailed(
        &mut self,
        member: MemberPlace,
        text: &Signed,
        own: &TextDetails,
    ) -> Result<SignatureId> {
        let id = self.push(member, text)?;
        match &mut self.details {
            Some(details) if details.num_texts() == id as usize => details.push(own)?,
            _ => {}
        }
        Ok(id)
    }

    /// The member of a text that would stay.
    #[inline]
    pub fn best(&self, id: SignatureId) -> MemberPlace {
        self.best[id as usize]
    }

    /// The sort key of a text: the smallest one stays first.
    pub fn order(&self, id: SignatureId) -> (Rank, MemberPlace) {
        // Those of earlier runs come first; they are never ranked.
        let rank = self.ranks.get(id as usize).copied();
        (rank.unwrap_or([u64::from(!self.is_earlier(id)), 0, 0]), self.best(id))
    }

    /// Forgets what texts are compared by; the members that would stay are left, in the order of texts.
    pub fn into_best(self) -> Vec<MemberPlace> {
        let mut best = self.best;
        best.shrink_to_fit();
        best
    }
}

/// The number of the text at `index`, which [`Signatures::push`] checks for each text.
fn to_id(index: usize) -> SignatureId {
    u32::try_from(index).expect("2^32 distinct texts: more than 90 GB of memory")
}

/// Number of equal bins of two sketches.
#[inline]
pub(super) fn num_equal(a: &[u16], b: &[u16]) -> usize {
    // Sixteen-bit lanes: the compiler makes vector comparisons of it.
    let equal: u16 = a.iter().zip(b).map(|(a, b)| u16::from(a == b)).sum();
    usize::from(equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_one_text_and_the_best_ranked_stays() {
        let signed = |digest, bin, rank| Signed {
            digest,
            bins: vec![bin; 3],
            rank: [rank, 0, 0],
            sample: Sample::default(),
        };
        let mut texts = Signatures::new(3, true);
        assert_eq!(texts.push(0, &signed(7, 1, 5)).unwrap(), 0);
        assert_eq!(texts.push(1, &signed(7, 2, 5)).unwrap(), 1, "another text of the same digest");
        assert_eq!(texts.push(2, &signed(7, 1, 5)).unwrap(), 0);
        assert_eq!(texts.best(0), 0, "the first of equals");
        assert_eq!(texts.push(3, &signed(7, 1, 4)).unwrap(), 0);
        assert_eq!((texts.best(0), texts.best(1), texts.len()), (3, 1, 2));
        assert_eq!(num_equal(texts.bins(0), texts.bins(1)), 0);
    }

    #[test]
    fn many_texts() {
        let mut texts = Signatures::new(2, false);
        for n in 0..3000_u16 {
            let text = Signed {
                digest: u64::from(n),
                bins: vec![n, n + 1],
                rank: [0; 3],
                sample: Sample::default(),
            };
            assert_eq!(texts.push(u64::from(n), &text).unwrap(), u32::from(n));
        }
        assert_eq!(
            (texts.bins(0), texts.bins(1023), texts.bins(2999)),
            (&[0, 1][..], &[1023, 1024][..], &[2999, 3000][..])
        );
    }
}
