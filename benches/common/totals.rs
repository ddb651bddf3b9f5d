//! Counts of a corpus, taken while it is written.

use std::collections::HashSet;
use std::fmt::Write as _;

/// The exact contents of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Totals {
    /// Documents.
    pub(crate) documents: u64,
    /// Paragraphs: lines that are not blank.
    pub(crate) paragraphs: u64,
    /// Different paragraphs, white space at both ends aside: what is left after exact deduplication.
    pub(crate) distinct: u64,
    /// Bytes of the text, each line ended by LF, as it stands in the one big file.
    pub(crate) text_bytes: u64,
    /// Bytes of the corpus on disk: more than `text_bytes` for CR LF and for JSON.
    pub(crate) disk_bytes: u64,
}

impl Totals {
    /// The totals as lines of a name and a number.
    pub(crate) fn to_stamp(self) -> String {
        let mut stamp = String::new();
        for (name, value) in [
            ("documents", self.documents),
            ("paragraphs", self.paragraphs),
            ("distinct", self.distinct),
            ("text_bytes", self.text_bytes),
            ("disk_bytes", self.disk_bytes),
        ] {
            writeln!(stamp, "{name} {value}").expect("writing to a String cannot fail");
        }
        stamp
    }

    /// Reads what [`Totals::to_stamp`] wrote; `None` if anything is missing, as after a crash.
    pub(crate) fn from_stamp(stamp: &str) -> Option<Self> {
        let value = |name: &str| {
            stamp.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
        };
        Some(Self {
            documents: value("documents")?,
            paragraphs: value("paragraphs")?,
            distinct: value("distinct")?,
            text_bytes: value("text_bytes")?,
            disk_bytes: value("disk_bytes")?,
        })
    }
}

/// Counts documents as they pass; holds 16 bytes for every different paragraph.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    totals: Totals,
    seen: HashSet<u128>,
}

impl Counter {
    /// Counts one document.
    pub(crate) fn count(&mut self, document: &str) {
        self.totals.documents += 1;
        for line in document.lines() {
            self.totals.paragraphs += 1;
            self.totals.text_bytes += line.len() as u64 + 1;
            self.seen.insert(hash(line.trim().as_bytes()));
        }
    }

    /// The totals of all documents, with the size on disk filled in.
    pub(crate) fn finish(self, disk_bytes: u64) -> Totals {
        Totals { distinct: self.seen.len() as u64, disk_bytes, ..self.totals }
    }
}

/// A 128-bit hash: two lanes of 64 bits that multiply and fold eight bytes at a time.
///
/// The fold is `wyhash`'s `mum` (<https://github.com/wangyi-fudan/wyhash>, public domain). At 10^7 paragraphs a
/// collision has a chance of about 10^-25.
fn hash(bytes: &[u8]) -> u128 {
    let mut low = 0xa076_1d64_78bd_642f ^ bytes.len() as u64;
    let mut high = 0xe703_7ed1_a0b4_28db ^ bytes.len() as u64;
    let mut absorb = |word: u64| {
        low = fold(low ^ word, 0x8ebc_6af0_9c88_c6e3);
        high = fold(high.rotate_left(32) ^ word, 0x5899_65cc_7537_4cc3);
    };
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        absorb(u64::from_le_bytes(word.try_into().expect("the chunk has 8 bytes")));
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    absorb(u64::from_le_bytes(last));
    absorb(0x1d8e_4e27_c47d_124f);
    u128::from(high) << 64 | u128::from(low)
}

/// The two halves of the 128-bit product, combined.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
    let halves = (product as u64, (product >> 64) as u64);
    halves.0 ^ halves.1
}
