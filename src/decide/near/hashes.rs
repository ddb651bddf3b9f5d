//! Hashes of shingles, sorted: how they are sorted, counted, and what the first of them say.

use crate::units::{self, count};

/// Bits of a shingle's hash that are compared. Of two texts of `n` shingles, one shingle of `2^32 / n` looks like another
/// by chance: of a thousand shingles one in one pair of four thousand, of a million one in four thousand.
pub(super) const HASH_BITS: u32 = 32;

/// A bucket of more hashes is sorted by the library: they are not spread evenly, or are very many.
const SMALL_BUCKET: usize = 16;

/// The first bits of hashes, sorted. They are spread evenly: they are dealt by their first bits into buckets of one or
/// two, and each is sorted by itself. A quarter of the time of a sort that compares.
pub(super) fn sorted(hashes: &[u64]) -> Vec<u32> {
    let bits = hashes.len().max(1).ilog2().min(16);
    let cut = |hash: u64| (hash >> (u64::BITS - HASH_BITS)) as u32;
    let bucket = |hash: u64| units::index(hash >> (u64::BITS - bits - 1) >> 1);
    let mut ends = vec![0_u32; (1 << bits) + 1];
    for &hash in hashes {
        ends[bucket(hash) + 1] += 1;
    }
    for at in 1..ends.len() {
        ends[at] += ends[at - 1];
    }
    let mut sorted = vec![0; hashes.len()];
    for &hash in hashes {
        let place = &mut ends[bucket(hash)];
        sorted[*place as usize] = cut(hash);
        *place += 1;
    }
    // Every start has moved to its end.
    let mut start = 0;
    for &end in &ends[..ends.len() - 1] {
        let end = end as usize;
        if end - start > SMALL_BUCKET {
            sorted[start..end].sort_unstable();
        } else {
            insertion_sort(&mut sorted[start..end]);
        }
        start = end;
    }
    sorted
}

#[inline]
fn insertion_sort(hashes: &mut [u32]) {
    for next in 1..hashes.len() {
        let hash = hashes[next];
        let mut at = next;
        while at > 0 && hashes[at - 1] > hash {
            hashes[at] = hashes[at - 1];
            at -= 1;
        }
        hashes[at] = hash;
    }
}

/// Steps between two looks at whether enough can still be shared.
const STRIDE: usize = 64;

/// Whether so many shared ones among the first `seen` of `all` hashes mean that fewer than `needed` are shared in all, but
/// for one time in a hundred thousand. Hashes are sorted, so that those seen are a sample: four and a half standard
/// deviations of the shared ones that are expected in it are missing.
#[inline]
fn are_too_few(shared: u64, seen: usize, all: usize, needed: u64) -> bool {
    let all = count(all.max(1));
    let expected = needed.saturating_mul(count(seen)) / all;
    let missing = expected.saturating_sub(shared);
    let variance = expected.saturating_mul(all.saturating_sub(needed)) / all;
    missing.saturating_mul(missing) > 20_u64.saturating_mul(variance + 1)
}

/// Elements of both sorted slices; `None` as soon as it is certain, or as good as certain, that they are fewer than
/// `needed`.
pub(super) fn num_shared(a: &[u32], b: &[u32], needed: u64) -> Option<u64> {
    let (mut at_a, mut at_b, mut shared) = (0, 0, 0);
    while at_a < a.len() && at_b < b.len() {
        let most_left = count((a.len() - at_a).min(b.len() - at_b));
        if shared + most_left < needed || are_too_few(shared, at_a, a.len(), needed) {
            return None;
        }
        // Without a branch that depends on the data: which side is smaller is as good as chance.
        for _ in 0..STRIDE {
            let (Some(x), Some(y)) = (a.get(at_a), b.get(at_b)) else { break };
            shared += u64::from(x == y);
            at_a += usize::from(x <= y);
            at_b += usize::from(y <= x);
        }
    }
    (shared >= needed).then_some(shared)
}

/// Shingles of a [`ShingleHead`], at most.
const HEAD_LEN: usize = 512;

/// The shingles of a text of the smallest hashes: a sample by which most texts that do not match are told apart before all
/// the shingles of either are read.
#[derive(Debug, Clone, Default)]
pub(super) struct ShingleHead {
    hashes: Box<[u32]>,
    /// Shingles in all; 0 if that is not known.
    num_shingles: u64,
}

impl ShingleHead {
    /// Bytes it takes, at most.
    pub(super) const NUM_BYTES: usize = HEAD_LEN * size_of::<u32>() + size_of::<Self>() + 16;

    /// The first of a text's hashes, which are sorted. `num_shingles` is 0 if they are not all there are.
    pub(super) fn of(hashes: &[u32], num_shingles: u64) -> Self {
        Self { hashes: hashes[..hashes.len().min(HEAD_LEN)].into(), num_shingles }
    }

    /// Number of the text's shingles; 0 if it is not known.
    pub(super) fn num_shingles(&self) -> u64 {
        self.num_shingles
    }

    /// Whether a text of all these hashes, sorted, may share as many with this one as are `needed`; certain but for one time
    /// in a hundred thousand if not.
    pub(super) fn may_share(&self, hashes: &[u32], needed: impl Fn(u64, u64) -> u64) -> bool {
        let Some(&last) = self.hashes.last() else { return true };
        if self.num_shingles == 0 {
            return true;
        }
        let is_all = count(self.hashes.len()) == self.num_shingles;
        let end = if is_all { hashes.len() } else { hashes.partition_point(|&hash| hash <= last) };
        let shared = num_shared(&hashes[..end], &self.hashes, 0).unwrap_or(0);
        let needed = needed(count(hashes.len()), self.num_shingles);
        !are_too_few(shared, end, hashes.len(), needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::mix;

    #[test]
    fn hashes_are_sorted_however_many_and_alike() {
        for len in [0, 1, 2, 3, 5, 8, 100, 1500, 70_000] {
            for spread in [1, 3, u64::MAX] {
                let hashes: Vec<u64> = (0..len).map(|n| mix(n % spread)).collect();
                let mut expected: Vec<u32> = hashes.iter().map(|hash| (hash >> 32) as u32).collect();
                expected.sort_unstable();
                assert_eq!(sorted(&hashes), expected, "{len} {spread}");
            }
        }
    }

    /// Texts that share a part of their shingles: the first shingles tell those that share far too few.
    #[test]
    fn first_shingles_tell_what_is_not_shared() {
        let hashes = |range: std::ops::Range<u64>| sorted(&range.map(mix).collect::<Vec<u64>>());
        for (len, shared, needed, expected) in [
            (4000, 4000, 3000, true),
            (4000, 3000, 3000, true),
            (4000, 2900, 3000, true),
            (4000, 1500, 3000, false),
            (4000, 0, 400, false),
            (100, 80, 80, true),
            (100, 10, 80, false),
        ] {
            let head = ShingleHead::of(&hashes(len - shared..2 * len - shared), len);
            assert_eq!(head.may_share(&hashes(0..len), |_, _| needed), expected, "{len} {shared} {needed}");
        }
    }
}
