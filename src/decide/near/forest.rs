//! Finds the survivors that a text may be a near-duplicate of, in time that does not grow with their number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::banding::Banding;
use super::components::key;
use super::signatures::{SignatureId, Signatures};

/// Survivors a bucket. One that would hold more is split by more bins of the sketch, so that those most alike stay
/// together (M. Bawa, T. Condie and P. Ganesan, "LSH Forest", WWW 2005).
const BUCKET: usize = 128;

/// The survivors of a component, by the bands of their sketches.
///
/// 4 bytes a survivor and band, and the table. A look-up costs `bands` probes and at most `bands` times 128
/// comparisons of sketches.
#[derive(Debug, Default)]
pub(super) struct Forest {
    nodes: HashMap<u64, Node>,
}

#[derive(Debug)]
enum Node {
    Bucket(Vec<SignatureId>),
    Split,
}

impl Forest {
    /// Adds a survivor. Beyond the depth of a whole sketch, where a bucket's sketches are the same, the first 128
    /// are kept.
    pub(super) fn insert(&mut self, id: SignatureId, texts: &Signatures, banding: Banding) {
        for band in 0..banding.bands {
            self.insert_at((id, band), banding.rows, texts, banding);
        }
    }

    fn insert_at(
        &mut self,
        (id, band): (SignatureId, usize),
        mut depth: usize,
        texts: &Signatures,
        banding: Banding,
    ) {
        let start = band * banding.rows;
        while depth <= banding.num_bins() {
            let mut moved = Vec::new();
            match self.nodes.entry(key(texts.bins(id), start, depth)) {
                Entry::Vacant(entry) => {
                    entry.insert(Node::Bucket(vec![id]));
                    return;
                }
                Entry::Occupied(mut entry) => match entry.get_mut() {
                    Node::Bucket(ids) if ids.len() < BUCKET => {
                        ids.push(id);
                        return;
                    }
                    Node::Bucket(ids) if depth + banding.rows <= banding.num_bins() => {
                        moved = std::mem::take(ids);
                        entry.insert(Node::Split);
                    }
                    Node::Bucket(_) => return,
                    Node::Split => {}
                },
            }
            depth += banding.rows;
            for id in moved {
                self.insert_at((id, band), depth, texts, banding);
            }
        }
    }

    /// Puts the survivors that share a bucket with `id` into `found`, each once, in no order.
    pub(super) fn look_up(
        &self,
        id: SignatureId,
        texts: &Signatures,
        banding: Banding,
        found: &mut Vec<SignatureId>,
    ) {
        found.clear();
        for band in 0..banding.bands {
            let mut depth = banding.rows;
            while let Some(node) = self.nodes.get(&key(texts.bins(id), band * banding.rows, depth)) {
                if let Node::Bucket(ids) = node {
                    found.extend_from_slice(ids);
                    break;
                }
                depth += banding.rows;
            }
        }
        found.sort_unstable();
        found.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::super::signatures::Signed;
    use super::*;
    use crate::config::Share;

    #[test]
    fn full_buckets_are_split_and_the_like_stay_together() {
        let banding = Banding::new(Share::hundredths(80));
        let mut texts = Signatures::new(banding.num_bins(), false);
        // A thousand texts that share their first half, in pairs that are equal but for one bin.
        for n in 0..1000_u16 {
            let mut bins = vec![7; banding.num_bins()];
            bins[banding.num_bins() / 2..].fill(n / 2);
            bins[3] = n;
            texts.push(u64::from(n), &Signed { digest: u64::from(n), bins, rank: [0; 3] });
        }
        let mut forest = Forest::default();
        let mut found = Vec::new();
        for id in (0..1000).step_by(2) {
            forest.insert(id, &texts, banding);
        }
        for id in (1..1000).step_by(2) {
            forest.look_up(id, &texts, banding, &mut found);
            assert!(found.contains(&(id - 1)), "{id}");
            assert!(found.len() <= banding.bands * BUCKET, "{}", found.len());
        }
    }
}
