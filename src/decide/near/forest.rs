//! Finds the survivors that a text may be a near-duplicate of, in time that does not grow with their number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::banding::Banding;
use super::signatures::{Banded, SignatureId, Signatures};
use super::sketches::key;
use crate::error::Result;

/// Number of a text in its component.
pub(super) type ComponentIndex = u32;

/// Survivors a bucket. One that would hold more is split by more bins of the sketch, so that those most alike stay
/// together (M. Bawa, T. Condie and P. Ganesan, "LSH Forest", WWW 2005).
const BUCKET: usize = 128;

/// Bytes of a survivor in a band, at most: mostly it is alone in its bucket, which is a vector in a table that is half
/// full or more.
const NODE_BYTES: usize = 110;

/// The survivors of a component, by the bands of their sketches.
///
/// Memory: mostly buckets of one, 70 to 110 bytes a survivor and band, 1.1 to 1.8 kB at 16 bands; and 2 bytes a bin of a text
/// of the component if sketches are on disk. A look-up costs `bands` probes and at most `bands` times 128 comparisons
/// of sketches.
#[derive(Debug)]
pub(super) struct Forest<'a> {
    sketches: ComponentSketches<'a>,
    banding: Banding,
    nodes: HashMap<u64, Node>,
}

/// The sketches of a component, by position.
#[derive(Debug)]
enum ComponentSketches<'a> {
    /// Where they are.
    InMemory(&'a [SignatureId], &'a Signatures),
    /// Sketches that were read from disk, with their number of bins.
    Loaded(usize, Vec<u16>),
}

#[derive(Debug)]
enum Node {
    Bucket(Vec<ComponentIndex>),
    Split,
}

impl<'a> Forest<'a> {
    /// A forest without survivors, for the texts of a component. If sketches are on disk, all those of the component
    /// are read once.
    ///
    /// # Errors
    /// Those of the store that holds sketches.
    pub(super) fn new(component: &'a [SignatureId], banded: Banded<'a>) -> Result<Self> {
        let Banded { texts, banding, .. } = banded;
        let sketches = if texts.is_on_disk() {
            ComponentSketches::Loaded(banding.num_bins(), texts.sketches().load(component)?)
        } else {
            ComponentSketches::InMemory(component, texts)
        };
        Ok(Self { sketches, banding, nodes: HashMap::new() })
    }

    /// Bytes that a component of `num_texts` texts takes, if those of them that are looked up by bands all survive.
    pub(super) fn num_bytes(num_texts: usize, num_banded: usize, banded: Banded<'_>) -> usize {
        let Banded { texts, banding, .. } = banded;
        let sketch = if texts.is_on_disk() { banding.num_bins() * size_of::<u16>() } else { 0 };
        let nodes = num_banded.saturating_mul(banding.bands * NODE_BYTES);
        num_texts.saturating_mul(sketch).saturating_add(nodes)
    }

    /// The bins of the sketch of a text.
    #[inline]
    pub(super) fn bins(&self, text: ComponentIndex) -> &[u16] {
        match &self.sketches {
            ComponentSketches::InMemory(component, texts) => texts.bins(component[text as usize]),
            ComponentSketches::Loaded(num_bins, bins) => &bins[text as usize * num_bins..][..*num_bins],
        }
    }

    /// Adds a survivor. Beyond the depth of a whole sketch, where a bucket's sketches are the same, the first 128
    /// are kept.
    pub(super) fn insert(&mut self, text: ComponentIndex) {
        for band in 0..self.banding.bands {
            self.insert_at(text, band * self.banding.rows, self.banding.rows);
        }
    }

    fn insert_at(&mut self, text: ComponentIndex, start: usize, mut depth: usize) {
        let (rows, deepest) = (self.banding.rows, self.banding.num_bins());
        while depth <= deepest {
            let mut moved = Vec::new();
            let key = key(self.bins(text), start, depth);
            match self.nodes.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(Node::Bucket(vec![text]));
                    return;
                }
                Entry::Occupied(mut entry) => match entry.get_mut() {
                    Node::Bucket(texts) if texts.len() < BUCKET => {
                        texts.push(text);
                        return;
                    }
                    Node::Bucket(texts) if depth + rows <= deepest => {
                        moved = std::mem::take(texts);
                        entry.insert(Node::Split);
                    }
                    Node::Bucket(_) => return,
                    Node::Split => {}
                },
            }
            depth += rows;
            for text in moved {
                self.insert_at(text, start, depth);
            }
        }
    }

    /// Finds the survivors that share a bucket with `text`, and appends each to `found` once for each shared bucket.
    pub(super) fn look_up(&self, text: ComponentIndex, found: &mut Vec<ComponentIndex>) {
        let bins = self.bins(text);
        for band in 0..self.banding.bands {
            let mut depth = self.banding.rows;
            while let Some(node) = self.nodes.get(&key(bins, band * self.banding.rows, depth)) {
                if let Node::Bucket(texts) = node {
                    found.extend_from_slice(texts);
                    break;
                }
                depth += self.banding.rows;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge::Judge;
    use super::super::signatures::Signed;
    use super::*;
    use crate::config::{NearConfig, Share};
    use crate::fingerprint::Sample;

    #[test]
    fn full_buckets_are_split_and_the_like_stay_together() {
        let banding = Banding::new(Share::hundredths(80));
        let mut texts = Signatures::new(banding.num_bins(), false);
        // A thousand texts that share their first half, in pairs that are equal but for one bin.
        for n in 0..1000_u16 {
            let mut bins = vec![7; banding.num_bins()];
            bins[banding.num_bins() / 2..].fill(n / 2);
            bins[3] = n;
            texts
                .push(
                    u64::from(n),
                    &Signed { digest: u64::from(n), bins, rank: [0; 3], sample: Sample::default() },
                )
                .unwrap();
        }
        let component: Vec<SignatureId> = (0..1000).collect();
        let judge = Judge::new(&NearConfig::default());
        let mut forest = Forest::new(&component, Banded { texts: &texts, banding, judge: &judge }).unwrap();
        let mut found = Vec::new();
        for id in (0..1000).step_by(2) {
            forest.insert(id);
        }
        for id in (1..1000).step_by(2) {
            found.clear();
            forest.look_up(id, &mut found);
            assert!(found.contains(&(id - 1)), "{id}");
            assert!(found.len() <= banding.bands * BUCKET, "{}", found.len());
        }
    }
}
