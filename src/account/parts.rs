//! Counts of paragraphs by a property: the encoding or directory of their document, or their length.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Counts;

/// Counts of the kept and removed paragraphs of one part of the corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PartCounts {
    /// Documents read.
    pub documents: u64,
    /// Paragraphs kept.
    pub kept: u64,
    /// Paragraphs removed.
    pub removed: u64,
    /// Bytes of the kept ones.
    pub bytes_kept: u64,
    /// Bytes of the removed ones.
    pub bytes_removed: u64,
}

impl PartCounts {
    /// The counts that a part of a run adds.
    pub(super) fn of(counts: &Counts) -> Self {
        let (mut removed, mut bytes_removed) = (0, 0);
        for (_, paragraphs, bytes) in counts.removed.iter() {
            removed += paragraphs;
            bytes_removed += bytes;
        }
        Self {
            documents: counts.documents_kept + counts.documents_emptied,
            kept: counts.paragraphs_kept,
            removed,
            bytes_kept: counts.bytes_kept,
            bytes_removed,
        }
    }
}

impl std::ops::AddAssign for PartCounts {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.kept += other.kept;
        self.removed += other.removed;
        self.bytes_kept += other.bytes_kept;
        self.bytes_removed += other.bytes_removed;
    }
}

/// Paragraphs of about one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LengthCounts {
    /// Kept.
    pub kept: u64,
    /// Removed.
    pub removed: u64,
}

/// Paragraphs by the number of binary digits of their length in bytes, those of 32 KiB and more together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Lengths([LengthCounts; Lengths::CLASSES]);

impl Lengths {
    const CLASSES: usize = 16;

    /// Counts one more paragraph of `num_bytes` bytes.
    #[inline]
    pub(crate) fn add(&mut self, num_bytes: usize, is_kept: bool) {
        let class = num_bytes.checked_ilog2().unwrap_or(0);
        let counts = &mut self.0[(class as usize).min(Self::CLASSES - 1)];
        *(if is_kept { &mut counts.kept } else { &mut counts.removed }) += 1;
    }

    /// These lengths if what stays of them goes.
    #[must_use]
    pub(crate) fn all_removed(self) -> Self {
        Self(self.0.map(|LengthCounts { kept, removed }| LengthCounts { kept: 0, removed: kept + removed }))
    }

    /// The classes that have paragraphs, each by the least length in it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, LengthCounts)> {
        let classes = self.0.iter().enumerate().filter(|(_, counts)| **counts != LengthCounts::default());
        classes.map(|(class, counts)| (1 << class, *counts))
    }
}

impl std::ops::AddAssign for Lengths {
    fn add_assign(&mut self, other: Self) {
        for (counts, more) in self.0.iter_mut().zip(other.0) {
            counts.kept += more.kept;
            counts.removed += more.removed;
        }
    }
}

/// The most directories that a summary lists.
pub const MAX_DIRECTORIES: usize = 1000;

/// Counts by directory. Of a tree with more than [`MAX_DIRECTORIES`] the upper levels are told apart, as many as
/// have no more; which ones does not depend on the order in which directories come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Directories {
    counts: BTreeMap<String, PartCounts>,
    /// The number of levels that are counted separately.
    depth: usize,
    /// The directory that was counted last, and what is not added yet.
    open: (String, PartCounts),
}

impl Default for Directories {
    fn default() -> Self {
        Self { counts: BTreeMap::new(), depth: usize::MAX, open: (TOP.to_owned(), PartCounts::default()) }
    }
}

/// The directory of files that are in none.
const TOP: &str = ".";

impl Directories {
    /// Adds counts of a document of this path (as a record spells it).
    pub(crate) fn add(&mut self, path: &str, counts: &Counts) {
        let directory = path.rfind('/').map_or(TOP, |end| &path[..end]);
        if directory != self.open.0 {
            self.close();
            directory.clone_into(&mut self.open.0);
        }
        self.open.1 += PartCounts::of(counts);
    }

    fn close(&mut self) {
        let counts = std::mem::take(&mut self.open.1);
        if counts != PartCounts::default() {
            *self.counts.entry(above(&self.open.0, self.depth).to_owned()).or_default() += counts;
        }
        while self.counts.len() > MAX_DIRECTORIES {
            let deepest = self.counts.keys().map(|directory| levels(directory)).max().unwrap_or(0);
            self.depth = deepest.min(self.depth).saturating_sub(1);
            for (directory, counts) in std::mem::take(&mut self.counts) {
                *self.counts.entry(above(&directory, self.depth).to_owned()).or_default() += counts;
            }
        }
    }

    /// The counts.
    pub(super) fn finish(mut self) -> BTreeMap<String, PartCounts> {
        self.close();
        self.counts
    }
}

fn levels(directory: &str) -> usize {
    if directory == TOP { 0 } else { directory.split('/').count() }
}

/// The directory at this level above, or itself.
fn above(directory: &str, levels: usize) -> &str {
    match directory.match_indices('/').nth(levels.saturating_sub(1)) {
        _ if levels == 0 => TOP,
        Some((end, _)) => &directory[..end],
        None => directory,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_fall_into_powers_of_two() {
        let mut lengths = Lengths::default();
        for len in [0, 1, 2, 3, 4, 32_767, 32_768, 1 << 40] {
            lengths.add(len, len != 3);
        }
        let found: Vec<_> =
            lengths.iter().map(|(from, counts)| (from, counts.kept, counts.removed)).collect();
        assert_eq!(found, [(1, 2, 0), (2, 1, 1), (4, 1, 0), (16_384, 1, 0), (32_768, 2, 0)]);
    }

    #[test]
    fn directories_above() {
        for (directory, level, expected) in
            [("a/b/c", 0, "."), ("a/b/c", 1, "a"), ("a/b/c", 2, "a/b"), ("a/b/c", 3, "a/b/c"), (".", 1, ".")]
        {
            assert_eq!(above(directory, level), expected);
        }
    }

    /// The directories that are listed when paths come in this order.
    fn told(paths: &[String]) -> BTreeMap<String, PartCounts> {
        let mut directories = Directories::default();
        for path in paths {
            directories.add(path, &Counts { documents_kept: 1, ..Counts::default() });
        }
        directories.finish()
    }

    #[test]
    fn too_many_directories_count_for_those_above() {
        let mut paths: Vec<String> =
            (0..1200).map(|n| format!("site-{}/day-{}/{n}/x.txt", n % 7, n % 120)).collect();
        paths.push("top.txt".to_owned());
        let forth = told(&paths);
        paths.reverse();
        assert_eq!(forth, told(&paths));
        assert_eq!((forth.len(), forth["."].documents), (841, 1));
        assert!(forth.keys().skip(1).all(|directory| levels(directory) == 2));
        assert_eq!(forth.values().map(|counts| counts.documents).sum::<u64>(), 1201);
        let wide: Vec<String> = (0..1001).map(|n| format!("{n}/x.txt")).collect();
        assert_eq!(told(&wide).into_keys().collect::<Vec<_>>(), ["."]);
    }
}
