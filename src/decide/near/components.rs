//! Which texts may have a near-duplicate at all, and which of them can have to do with one another.

use rayon::prelude::*;

use super::banding::Banding;
use super::signatures::{SignatureId, Signatures};
use crate::fingerprint::mix;

/// Texts of a bucket that are compared pair by pair. More are taken together unseen: it costs time later, but
/// loses nothing.
const SMALL: usize = 256;

/// Groups of texts no two of which match across groups (but for what banding misses), each sorted by the order in
/// which its texts would stay. Texts that meet no other are in none.
///
/// Cost: a sort of 16 bytes a text for each band, in parallel; memory: those bytes, and 4 bytes a text.
pub fn components(texts: &Signatures, banding: Banding) -> Vec<Vec<SignatureId>> {
    let mut parents: Vec<u32> = (0..u32::try_from(texts.len()).unwrap_or(u32::MAX)).collect();
    let mut keys: Vec<(u64, SignatureId)> = Vec::with_capacity(texts.len());
    for band in 0..banding.bands {
        keys.clear();
        keys.par_extend(
            (0..u32::try_from(texts.len()).unwrap_or(u32::MAX))
                .into_par_iter()
                .map(|id| (key(texts.bins(id), band * banding.rows, banding.rows), id)),
        );
        keys.par_sort_unstable();
        let buckets: Vec<&[(u64, SignatureId)]> =
            keys.chunk_by(|(a, _), (b, _)| a == b).filter(|bucket| bucket.len() > 1).collect();
        let edges: Vec<(u32, u32)> =
            buckets.par_iter().flat_map_iter(|bucket| edges(bucket, texts, banding.min_equal)).collect();
        for (a, b) in edges {
            join(&mut parents, a, b);
        }
    }
    groups(parents, texts)
}

/// The key of `rows` bins from `start` on, going round at the end of the sketch.
#[inline]
pub(super) fn key(bins: &[u16], start: usize, rows: usize) -> u64 {
    let mut key = start as u64 + 1;
    for chunk in (start..start + rows).step_by(4) {
        let mut word = 0_u64;
        for at in chunk..(chunk + 4).min(start + rows) {
            word = word << 16 | u64::from(bins[at % bins.len()]);
        }
        key = mix(key ^ word);
    }
    key
}

/// The pairs of a bucket that are to be taken together.
fn edges(bucket: &[(u64, SignatureId)], texts: &Signatures, min_equal: usize) -> Vec<(u32, u32)> {
    if bucket.len() > SMALL {
        return bucket.windows(2).map(|pair| (pair[0].1, pair[1].1)).collect();
    }
    let mut edges = Vec::new();
    for (number, &(_, a)) in bucket.iter().enumerate() {
        let others = bucket[..number].iter().map(|&(_, b)| b);
        edges.extend(others.filter(|&b| texts.num_equal(a, b) >= min_equal).map(|b| (a, b)));
    }
    edges
}

fn root(parents: &mut [u32], mut id: u32) -> u32 {
    while parents[id as usize] != id {
        let above = parents[parents[id as usize] as usize];
        parents[id as usize] = above; // halves the path
        id = above;
    }
    id
}

fn join(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parents, a), root(parents, b));
    // The smaller number becomes the root, whatever the order of the edges.
    parents[a.max(b) as usize] = a.min(b);
}

fn groups(mut parents: Vec<u32>, texts: &Signatures) -> Vec<Vec<SignatureId>> {
    let ids = 0..u32::try_from(parents.len()).unwrap_or(u32::MAX);
    let mut rooted: Vec<(u32, SignatureId)> = ids.map(|id| (root(&mut parents, id), id)).collect();
    drop(parents);
    rooted.par_sort_unstable();
    let groups = rooted.chunk_by(|(a, _), (b, _)| a == b).filter(|group| group.len() > 1);
    let mut groups: Vec<Vec<SignatureId>> =
        groups.map(|group| group.iter().map(|&(_, id)| id).collect()).collect();
    groups.par_iter_mut().for_each(|group| group.sort_unstable_by_key(|&id| texts.order(id)));
    groups
}
