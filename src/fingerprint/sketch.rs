//! `MinHash` sketches: a few bytes from which the similarity of two sets of shingles is estimated.
//!
//! The scheme is Fast Similarity Sketching (S. Dahlgaard, M. B. T. Knudsen and M. Thorup, FOCS 2017): one pass over
//! the set throws every element into one of `k` bins, and a bin keeps its smallest value; as long as a bin is
//! empty, another pass with other hash values follows, whose values are larger than all before. Each bin of two
//! sketches is equal with a probability of the sets' Jaccard coefficient, as with `k` independent `MinHash`es (Broder
//! 1997), and the number of equal bins is concentrated as sharply; but the cost is O(n + k log k), not O(n k), for
//! short sets as for long ones, where bins that are filled from their neighbours (one-permutation hashing) lose
//! recall.

use super::shingle::mix;
use crate::units;

/// The version of sketches, as indexes name it.
pub const SKETCH_VERSION: u32 = 1;

/// Seeds the passes after the first. Changing it changes every sketch.
const SEED: u64 = 0x7461_6d69_7331_3937;

/// The smallest values of a set's shingles, one a bin. Sketches of two sets joined bin by bin are the sketch of
/// their union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// Number of the pass in the high half, hash value in the low half.
    bins: Vec<u64>,
}

/// The value of a bin that is still empty.
const EMPTY: u64 = u64::MAX;

impl Sketch {
    /// The sketch of the set of these hashes in `num_bins` bins; `None` of the empty set.
    ///
    /// Hashes must be mixed well; repeated ones make no difference.
    pub fn of(hashes: &[u64], num_bins: usize) -> Option<Self> {
        if hashes.is_empty() || num_bins == 0 {
            return None;
        }
        let mut bins = vec![EMPTY; num_bins];
        throw(&mut bins, hashes.iter().copied(), 0);
        if bins.contains(&EMPTY) {
            let mut distinct = hashes.to_vec();
            distinct.sort_unstable();
            distinct.dedup();
            fill(&mut bins, &distinct);
        }
        Some(Self { bins })
    }

    /// The sketch of the union of both sets.
    pub fn join(&mut self, other: &Self) {
        for (mine, others) in self.bins.iter_mut().zip(&other.bins) {
            *mine = (*mine).min(*others);
        }
    }

    /// 16 bits a bin: what is kept in memory. Different values look equal once in 65,536.
    pub fn bits(&self) -> impl Iterator<Item = u16> + '_ {
        self.bins.iter().map(|&value| (mix(value) >> 48) as u16)
    }
}

/// The bin of a mixed hash, and its value in it.
#[inline]
fn place(hash: u64, num_bins: usize) -> (usize, u64) {
    // The high half times the number of bins, without a division (Lemire 2019, "Fast random integer generation").
    let bin = ((hash >> 32) * num_bins as u64) >> 32;
    (units::index(bin), hash & 0xffff_ffff)
}

/// One pass over mixed hashes.
#[inline]
fn throw(bins: &mut [u64], hashes: impl Iterator<Item = u64>, pass: u64) {
    let num_bins = bins.len();
    for hash in hashes {
        let (bin, value) = place(hash, num_bins);
        if let Some(bin) = bins.get_mut(bin) {
            *bin = (*bin).min(pass << 32 | value);
        }
    }
}

/// Passes on until no bin is empty.
fn fill(bins: &mut [u64], distinct: &[u64]) {
    let num_bins = bins.len() as u64;
    for pass in 1.. {
        if !bins.contains(&EMPTY) {
            return;
        }
        let seed = mix(SEED.wrapping_add(pass));
        let hashes = distinct.iter().map(|hash| mix(hash ^ seed));
        if pass < num_bins {
            throw(bins, hashes, pass);
        } else {
            // From here on each pass fills one bin for certain.
            let bin = units::index(pass - num_bins);
            let value = hashes.map(|hash| hash & 0xffff_ffff).min().unwrap_or(0);
            if let Some(bin) = bins.get_mut(bin) {
                *bin = (*bin).min(pass << 32 | value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(range: std::ops::Range<u64>) -> Vec<u64> {
        range.map(mix).collect()
    }

    fn equal(a: &Sketch, b: &Sketch) -> usize {
        a.bits().zip(b.bits()).filter(|(a, b)| a == b).count()
    }

    #[test]
    fn equal_bins_are_the_jaccard_coefficient() {
        // Two sets of `len` that share three quarters of each: J = 0.6.
        for len in [4, 20, 100, 1000, 20_000] {
            let (mut sum, rounds) = (0, 200);
            for round in 0..rounds {
                let start = round * 1_000_000;
                let a = Sketch::of(&set(start..start + len), 100).unwrap();
                let b = Sketch::of(&set(start + len / 4..start + len / 4 + len), 100).unwrap();
                sum += equal(&a, &b);
            }
            // Within 0.02 of 0.6.
            assert!((11_600..=12_400).contains(&sum), "{len}: {sum} of 20,000");
        }
    }

    #[test]
    fn every_bin_is_filled_even_by_one_element() {
        let sketch = Sketch::of(&[mix(1)], 108).unwrap();
        assert!(!sketch.bins.contains(&EMPTY));
        assert!(Sketch::of(&[], 108).is_none());
    }

    #[test]
    fn joined_sketches_are_those_of_the_union() {
        for (a, b) in [(0..3, 2..9), (0..500, 400..3000), (0..1, 0..4000)] {
            let mut joined = Sketch::of(&set(a.clone()), 96).unwrap();
            joined.join(&Sketch::of(&set(b.clone()), 96).unwrap());
            let whole = [set(a), set(b)].concat();
            assert_eq!(Some(joined), Sketch::of(&whole, 96));
        }
    }

    /// The bits are part of what two machines must agree on.
    #[test]
    fn sketches_are_stable() {
        let bits: Vec<u16> = Sketch::of(&set(0..10), 4).unwrap().bits().collect();
        assert_eq!(bits, Sketch::of(&set(0..10), 4).unwrap().bits().collect::<Vec<_>>());
    }
}
