//! Which texts may have a near-duplicate at all, and which of them can have to do with one another.

use rayon::prelude::*;

use super::banding::Banding;
use super::keyed::{IsCancelled, go_on, join_by_keys};
use super::signatures::{Banded, SignatureId, Signatures, num_equal};
use super::sketches::SEGMENT;
use super::union_find::{find, join, root};
use crate::error::Result;

/// Texts of a bucket that are compared pair by pair. More are taken together unseen: it costs time later, but
/// loses nothing.
const SMALL: usize = 256;

/// A text and its key in a band. Those of one key are a bucket.
type Keyed = (u64, SignatureId);

/// Groups of texts.
///
/// Memory: 4 bytes a text that is in one, and 8 a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Components {
    texts: Vec<SignatureId>,
    /// Where each group ends.
    ends: Vec<usize>,
}

impl Components {
    /// The groups.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[SignatureId]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.texts[start..end])
    }

    /// The texts of all groups.
    pub(crate) fn texts(&self) -> &[SignatureId] {
        &self.texts
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Groups of texts no two of which match across groups (but for what the search misses), each sorted by the order in
/// which its texts would stay. Texts that meet no other are in none.
///
/// Cost: a sort of 16 bytes a text for each band, in parallel; with samples, a look-up for each text. Memory: 4 bytes a
/// text, 8 a text that met another, the index of keys,
/// and at most `budget`: if the sort has no room, a band takes several rounds, and if sketches are on disk, those of
/// small buckets are read as many at a time as there is room for. A round is a sixteenth of the texts at least, and a
/// bucket is never cut apart.
///
/// # Errors
/// Those of the store that holds sketches; [`crate::Error::Interrupted`] once `is_cancelled`.
pub(crate) fn components(
    banded: Banded<'_>,
    budget: usize,
    is_cancelled: IsCancelled<'_>,
) -> Result<Components> {
    let Banded { texts, banding, .. } = banded;
    let mut parents: Vec<SignatureId> = texts.ids().collect();
    let room = BandRoom::new(texts, budget);
    let mut keys: Vec<Keyed> = Vec::new();
    for band in 0..banding.bands {
        for round in 0..room.rounds {
            go_on(is_cancelled)?;
            let round = BandRound { number: round, rounds: room.rounds };
            put_keys(&mut keys, banded, band * banding.rows, round)?;
            keys.par_sort_unstable();
            let buckets = Buckets { texts, min_equal: banding.min_equal, at_once: room.at_once };
            buckets.join(&keys, &mut parents)?;
        }
    }
    drop(keys);
    if let Some(samples) = texts.samples() {
        join_by_keys(banded, samples, &mut parents, budget / 2, is_cancelled)?;
    }
    Ok(groups(parents, texts))
}

/// The number of texts that fit into the memory budget at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BandRoom {
    /// Rounds of a band.
    rounds: u64,
    /// Texts of buckets that are looked at.
    at_once: usize,
}

/// More rounds would save less than a byte a text, and 21 stay in memory.
const MAX_ROUNDS: usize = 16;

impl BandRoom {
    /// Half of it is for the sort, half for what is made of it.
    fn new(texts: &Signatures, budget: usize) -> Self {
        let (len, half) = (texts.len(), budget / 2);
        let rounds = (len.saturating_mul(size_of::<Keyed>()).div_ceil(half.max(1))).clamp(1, MAX_ROUNDS);
        let sketch = if texts.is_on_disk() { texts.sketches().num_bins() * size_of::<u16>() } else { 0 };
        // The sketch of a text, its number and place, its label and edge, and its share of the bucket.
        let at_once = (half / (sketch + 48)).max(SMALL);
        Self { rounds: rounds as u64, at_once }
    }
}

/// One round of a band.
#[derive(Debug, Clone, Copy)]
struct BandRound {
    number: u64,
    /// Rounds of the band.
    rounds: u64,
}

impl BandRound {
    /// Whether a key is one of this round.
    fn takes(self, key: u64) -> bool {
        (u128::from(key) * u128::from(self.rounds)) >> 64 == u128::from(self.number)
    }
}

/// Segments of which keys are made at once.
const SEGMENTS: usize = 64;

/// Collects the keys of a round, made of the bins of a band, from `start` on.
fn put_keys(keys: &mut Vec<Keyed>, banded: Banded<'_>, start: usize, round: BandRound) -> Result<()> {
    let Banded { texts, banding: Banding { rows, .. }, .. } = banded;
    keys.clear();
    let segments: Vec<usize> = (0..texts.sketches().num_segments()).collect();
    for some in segments.chunks(SEGMENTS) {
        let made = some.par_iter().map(|&segment| {
            let ids = texts.ids().skip(segment * SEGMENT);
            let made = texts.sketches().keys(segment, start, rows)?.into_iter().zip(ids);
            let wanted = |&(key, id): &Keyed| round.takes(key) && banded.is_banded(id);
            Ok(made.filter(wanted).collect::<Vec<Keyed>>())
        });
        for made in made.collect::<Result<Vec<_>>>()? {
            keys.extend(made);
        }
    }
    Ok(())
}

/// Takes together the texts of buckets.
struct Buckets<'a> {
    texts: &'a Signatures,
    min_equal: usize,
    at_once: usize,
}

impl Buckets<'_> {
    /// Looks at the buckets of sorted keys.
    fn join(&self, keys: &[Keyed], parents: &mut [u32]) -> Result<()> {
        let mut buckets = keys.chunk_by(|(a, _), (b, _)| a == b).filter(|bucket| bucket.len() > 1);
        loop {
            let (mut some, mut num_texts) = (Vec::new(), 0);
            while num_texts < self.at_once
                && let Some(bucket) = buckets.next()
            {
                num_texts += bucket.len();
                some.push(bucket);
            }
            if some.is_empty() {
                return Ok(());
            }
            let edges: Vec<(u32, u32)> = if self.texts.is_on_disk() {
                self.edges_of_loaded(&some, parents)?
            } else {
                let edges = |bucket: &&[Keyed]| {
                    self.edges(bucket, parents, |number| self.texts.bins(bucket[number].1))
                };
                some.par_iter().flat_map_iter(edges).collect()
            };
            for (a, b) in edges {
                join(parents, a, b);
            }
        }
    }

    /// The edges of each bucket, as [`Self::edges`] finds them. Sketches are read only of buckets whose texts are not
    /// taken together already: in the later bands those are few.
    fn edges_of_loaded(&self, buckets: &[&[Keyed]], parents: &[u32]) -> Result<Vec<(u32, u32)>> {
        let num_bins = self.texts.sketches().num_bins();
        let is_one = |bucket: &[Keyed]| {
            let first = find(parents, bucket[0].1);
            bucket.iter().all(|&(_, id)| find(parents, id) == first)
        };
        let open: Vec<&[Keyed]> = buckets.par_iter().copied().filter(|bucket| !is_one(bucket)).collect();
        let (small, large): (Vec<_>, Vec<_>) = open.into_iter().partition(|bucket| bucket.len() <= SMALL);
        let ids: Vec<SignatureId> =
            small.iter().flat_map(|bucket| bucket.iter().map(|&(_, id)| id)).collect();
        let loaded = self.texts.sketches().load(&ids)?;
        let mut rest = loaded.as_slice();
        let with_sketches: Vec<(&[Keyed], &[u16])> = small
            .into_iter()
            .map(|bucket| {
                let (own, others) = rest.split_at(bucket.len() * num_bins);
                rest = others;
                (bucket, own)
            })
            .collect();
        let edges = |&(bucket, bins): &(&[Keyed], &[u16])| {
            self.edges(bucket, parents, |number| &bins[number * num_bins..][..num_bins])
        };
        let mut edges: Vec<(u32, u32)> = with_sketches.par_iter().flat_map_iter(edges).collect();
        edges.extend(large.into_iter().flat_map(chain));
        Ok(edges)
    }

    /// The pairs of a bucket that are to be taken together, less those that are by others.
    fn edges<'b>(
        &self,
        bucket: &[Keyed],
        parents: &[u32],
        bins: impl Fn(usize) -> &'b [u16],
    ) -> Vec<(u32, u32)> {
        if bucket.len() > SMALL {
            return chain(bucket).collect();
        }
        let mut labels: Vec<u32> = bucket.iter().map(|&(_, id)| find(parents, id)).collect();
        let mut edges = Vec::new();
        for number in 1..bucket.len() {
            for other in 0..number {
                let (own, others) = (labels[number], labels[other]);
                if own == others || num_equal(bins(number), bins(other)) < self.min_equal {
                    continue;
                }
                edges.push((bucket[number].1, bucket[other].1));
                labels.iter_mut().filter(|label| **label == own).for_each(|label| *label = others);
            }
        }
        edges
    }
}

/// The edges of a bucket that is taken together unseen.
fn chain(bucket: &[Keyed]) -> impl Iterator<Item = (u32, u32)> {
    bucket.windows(2).map(|pair| (pair[0].1, pair[1].1))
}

fn groups(mut parents: Vec<u32>, texts: &Signatures) -> Components {
    // A root comes before all others of its group, so that it is known for one when the first of them is met.
    let mut rooted: Vec<(u32, SignatureId)> = Vec::new();
    let mut has_others = vec![0_u64; parents.len().div_ceil(64)];
    for id in texts.ids() {
        let root = root(&mut parents, id);
        if root == id {
            continue;
        }
        let (word, bit) = (root as usize / 64, 1 << (root % 64));
        if has_others[word] & bit == 0 {
            has_others[word] |= bit;
            rooted.push((root, root));
        }
        rooted.push((root, id));
    }
    drop(parents);
    rooted.par_sort_unstable_by_key(|&(root, id)| (root, texts.order(id)));
    let ends = rooted.chunk_by(|(a, _), (b, _)| a == b).scan(0, |end, group| {
        *end += group.len();
        Some(*end)
    });
    Components { ends: ends.collect(), texts: rooted.iter().map(|&(_, id)| id).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::judge::Judge;
    use super::super::signatures::Signed;
    use super::super::sketches::key;
    use super::*;
    use crate::config::{NearConfig, Share};
    use crate::fingerprint::{Sample, mix};
    use crate::store::{MemoryOutput, Output};

    /// Sketches of templates with some bins changed: some nearly all, some of more than [`SMALL`] texts.
    fn signed(n: u64, num_bins: usize) -> Signed {
        let template = match mix(n) % 8 {
            0..4 => 1,
            4..6 => 100 + mix(n) / 8 % 300,
            _ => 1000 + n,
        };
        let changed = [0, 5, 20, 45, 90][usize::try_from(mix(n ^ 0x77) % 5).unwrap()];
        let bin = |bin: u64| {
            let is_changed = mix(n * 1000 + bin) % 100 < changed;
            let value = mix(if is_changed { n << 20 | bin } else { template << 40 | bin });
            u16::try_from(value & 0xfff).unwrap()
        };
        let bins = (0..num_bins as u64).map(bin).collect();
        Signed { digest: n / 2, bins, rank: [mix(n) % 5, 0, 0], sample: Sample::default() }
    }

    fn signatures(num: u64, budget: usize, banding: Banding, is_ranked: bool) -> Signatures {
        let mut texts = Signatures::within(budget, banding.num_bins(), is_ranked);
        for n in 0..num {
            if texts.needs_scratch() {
                texts.overflow_to(MemoryOutput::new().scratch().unwrap());
            }
            // Some come again.
            texts.push(n, &signed(if n % 16 == 15 { n - 7 } else { n }, banding.num_bins())).unwrap();
        }
        texts
    }

    /// Groups, slowly: every pair of every small bucket.
    fn slow(texts: &Signatures, banding: Banding) -> Vec<Vec<SignatureId>> {
        let ids = 0..u32::try_from(texts.len()).unwrap();
        let mut parents: Vec<u32> = ids.clone().collect();
        for band in 0..banding.bands {
            let mut buckets: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
            for id in ids.clone() {
                let key = key(texts.bins(id), band * banding.rows, banding.rows);
                buckets.entry(key).or_default().push(id);
            }
            for bucket in buckets.into_values() {
                let is_large = bucket.len() > SMALL;
                for (number, &a) in bucket.iter().enumerate() {
                    let others = &bucket[if is_large { number.saturating_sub(1) } else { 0 }..number];
                    for &b in others {
                        if is_large || num_equal(texts.bins(a), texts.bins(b)) >= banding.min_equal {
                            join(&mut parents, a, b);
                        }
                    }
                }
            }
        }
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        ids.for_each(|id| groups.entry(find(&parents, id)).or_default().push(id));
        let mut groups: Vec<Vec<u32>> = groups.into_values().filter(|group| group.len() > 1).collect();
        for group in &mut groups {
            group.sort_by_key(|&id| texts.order(id));
        }
        groups
    }

    fn found_in(texts: &Signatures, banding: Banding, budget: usize) -> Components {
        let judge = Judge::new(&NearConfig::default());
        components(Banded { texts, banding, judge: &judge }, budget, &|| false).unwrap()
    }

    fn as_vectors(components: &Components) -> Vec<Vec<SignatureId>> {
        components.iter().map(<[SignatureId]>::to_vec).collect()
    }

    /// Whatever fits in memory, the groups are the same and in the same order.
    #[test]
    fn budgets_do_not_matter() {
        for (hundredths, is_ranked) in [(80, false), (50, true)] {
            let banding = Banding::new(Share::hundredths(hundredths));
            let all = signatures(2600, usize::MAX, banding, is_ranked);
            let expected = slow(&all, banding);
            assert!(expected.iter().any(|group| group.len() > SMALL), "{hundredths}");
            assert!(expected.len() > 1 && expected.concat().len() < all.len());
            assert!(BandRoom::new(&all, 0).rounds == 16 && BandRoom::new(&all, 0).at_once == SMALL);
            assert_eq!(BandRoom::new(&all, usize::MAX).rounds, 1);
            for kept in [0, 500_000, usize::MAX] {
                let texts = signatures(2600, kept, banding, is_ranked);
                assert_eq!(texts.is_on_disk(), kept < usize::MAX);
                assert_eq!(texts.len(), all.len());
                let ids = 0..u32::try_from(texts.len()).unwrap();
                assert!(ids.clone().all(|id| texts.order(id) == all.order(id)));
                for budget in [0, 60_000, usize::MAX] {
                    let found = found_in(&texts, banding, budget);
                    assert!(as_vectors(&found) == expected, "{hundredths} {kept} {budget}");
                    assert_eq!(found.texts(), expected.concat());
                }
            }
        }
    }

    /// A bucket is large or not by all of its texts: no round and no batch cuts it apart.
    #[test]
    fn large_buckets_are_whole() {
        let banding = Banding { bands: 2, rows: 1, bins: 2, min_equal: 2 };
        for (num, is_large) in [(SMALL, false), (SMALL + 1, true)] {
            for kept in [0, usize::MAX] {
                let mut texts = Signatures::within(kept, 2, false);
                for n in 0..1500 {
                    if texts.needs_scratch() {
                        texts.overflow_to(MemoryOutput::new().scratch().unwrap());
                    }
                    // They agree in one bin of two, which is not enough to be taken together.
                    let first = if n % 5 == 0 && n / 5 < num { 7 } else { 10_000 + n };
                    let bins = vec![u16::try_from(first).unwrap(), u16::try_from(n).unwrap()];
                    texts
                        .push(
                            n as u64,
                            &Signed { digest: n as u64, bins, rank: [0; 3], sample: Sample::default() },
                        )
                        .unwrap();
                }
                for budget in [0, usize::MAX] {
                    let found = found_in(&texts, banding, budget);
                    assert_eq!(found.texts().len(), if is_large { num } else { 0 }, "{num} {kept} {budget}");
                    assert_eq!(found.is_empty(), !is_large);
                }
            }
        }
    }
}
