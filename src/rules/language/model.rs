//! The languages of one alphabet, by the pieces of words: a linear model of character n-grams.
//!
//! The n-grams of one to five characters of each word, its edges included, and the word as a whole are hashed to rows of
//! a table; their sum is a vector from which the score of each language follows by a matrix (Joulin et al., "Bag of Tricks for Efficient Text
//! Classification", 2017, and "FastText.zip", 2016, which tells why so few dimensions and bits are enough). Numbers are
//! integers, so that a text has the same language on every machine. How the table was made: `README.md` beside this file.

use super::known::{NUM_MODELLED, modelled_in, rarity};
use super::script::Script;
use crate::config::Language;

/// Rows of the table; a power of two.
const ROWS: usize = 1 << 16;

/// Numbers of a row. Each takes four bits, so that a row is a `u64`.
const DIMENSIONS: usize = 16;

/// The longest n-gram, in characters.
const MOST_GRAM: usize = 5;

/// Bytes of a word that are looked at, with its edges.
const MOST_BYTES: usize = 128;

/// N-grams that are made at once: no more than [`Halves`] hold.
const SIDE_BY_SIDE: usize = 16;

/// What is added to a number of a row, so that it is not negative.
const OFFSET: i64 = 8;

/// One in a weight of the matrix.
const WEIGHT_ONE: i64 = 1 << 14;

/// One in a square root.
const ROOT: i64 = 1 << 8;

/// One in a score. Scores are natural logarithms of odds.
pub(super) const ONE: i64 = 1 << 10;

static TABLE: &[u8; ROWS * 8] = include_bytes!("table.bin");
/// For each language a weight for each dimension; then a number for each that is added to its score.
static MATRIX: [i64; (DIMENSIONS + 1) * NUM_MODELLED] = {
    let bytes = include_bytes!("matrix.bin");
    let mut numbers = [0; (DIMENSIONS + 1) * NUM_MODELLED];
    let mut at = 0;
    while at < numbers.len() {
        numbers[at] = i16::from_le_bytes([bytes[2 * at], bytes[2 * at + 1]]) as i64;
        at += 1;
    }
    numbers
};

/// The sum of the rows of a text's n-grams.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct GramSum {
    sum: [u32; DIMENSIONS],
    num_grams: u32,
    /// Characters of the words.
    chars: u32,
}

/// The language with the highest score, and by how much it leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    pub(super) language: Language,
    /// The logarithm of the odds against the language that comes next, in [`ONE`].
    pub(super) lead: i64,
}

impl GramSum {
    /// Adds a word, in lower case.
    ///
    /// Cost: five look-ups a character.
    pub(super) fn add(&mut self, word: &[u8], chars: usize) {
        let mut bytes = [b'<'; MOST_BYTES];
        let end = word.len().min(MOST_BYTES - 2) + 1;
        bytes[1..end].copy_from_slice(&word[..end - 1]);
        bytes[end] = b'>';
        let bytes = &bytes[..=end];
        // Where characters begin, and where the last one ends.
        let mut places = [0; MOST_BYTES + 1];
        let mut num_chars = 0;
        for at in (0..bytes.len()).filter(|at| is_start(bytes[*at])) {
            places[num_chars] = at;
            num_chars += 1;
        }
        places[num_chars] = bytes.len();
        let mut halves = Halves::default();
        for first in (0..num_chars).step_by(SIDE_BY_SIDE) {
            // N-grams that begin side by side grow side by side: their rows are waited for together.
            let mut hashes = [HASH_BASIS; SIDE_BY_SIDE];
            for length in 0..MOST_GRAM.min(num_chars - first) {
                for (hash, start) in hashes.iter_mut().zip(first..num_chars - length) {
                    let c = &bytes[places[start + length]..places[start + length + 1]];
                    *hash = c.iter().copied().fold(*hash, hashed);
                    // An edge alone says nothing.
                    if length > 0 || (start > 0 && start + 1 < num_chars) {
                        halves.add(row(*hash));
                        self.num_grams += 1;
                    }
                }
                halves.settle(&mut self.sum);
            }
        }
        if chars + 2 > MOST_GRAM {
            halves.add(row(bytes.iter().copied().fold(HASH_BASIS, hashed)));
            halves.settle(&mut self.sum);
            self.num_grams += 1;
        }
        self.chars += u32::try_from(chars).unwrap_or(u32::MAX);
    }

    pub(super) fn join(&mut self, next: &Self) {
        for (sum, next) in self.sum.iter_mut().zip(next.sum) {
            *sum += next;
        }
        self.num_grams += next.num_grams;
        self.chars += next.chars;
    }

    pub(super) fn chars(&self) -> u32 {
        self.chars
    }

    /// The likeliest language of those that are written in `script`; `None` if there were no words.
    pub(super) fn best(&self, script: Script) -> Option<Best> {
        let num_grams = i64::from(self.num_grams);
        if num_grams == 0 {
            return None;
        }
        let sums = self.sum.map(|sum| i64::from(sum) - OFFSET * num_grams);
        // N-grams of one text repeat one another: what they say together grows by the root of their number.
        let root = (num_grams * ROOT * ROOT).isqrt();
        let mut best: Option<(i64, Language)> = None;
        let mut next = i64::MIN;
        for (number, language) in modelled_in(script) {
            let weights = &MATRIX[number * DIMENSIONS..][..DIMENSIONS];
            let product: i64 = weights.iter().zip(sums).map(|(weight, sum)| weight * sum).sum();
            let bias = MATRIX[NUM_MODELLED * DIMENSIONS + number];
            let rarity = rarity(language) * RARITY_CHARS / i64::from(self.chars).max(RARITY_CHARS);
            let score = product * ONE * ROOT / root / WEIGHT_ONE + bias - rarity;
            if best.is_none_or(|(most, _)| score > most) {
                next = best.map_or(next, |(most, _)| most);
                best = Some((score, language));
            } else {
                next = next.max(score);
            }
        }
        best.map(|(score, language)| Best { language, lead: score.saturating_sub(next) })
    }
}

/// How rare a language is counts in full in a text of so many characters, and for less the longer it is.
const RARITY_CHARS: i64 = 20;

/// Rows added up, eight numbers in each half, a byte each.
#[derive(Debug, Default)]
struct Halves {
    even: u64,
    odd: u64,
}

impl Halves {
    const LOW: u64 = 0x0f0f_0f0f_0f0f_0f0f;

    /// Adds a row. At most seventeen go in before a byte is full: 17 × 15 = 255.
    fn add(&mut self, row: u64) {
        self.even += row & Self::LOW;
        self.odd += (row >> 4) & Self::LOW;
    }

    /// Moves the sums to where there is more room.
    fn settle(&mut self, sum: &mut [u32; DIMENSIONS]) {
        let bytes = self.even.to_le_bytes().into_iter().zip(self.odd.to_le_bytes());
        for (two, (even, odd)) in sum.chunks_exact_mut(2).zip(bytes) {
            two[0] += u32::from(even);
            two[1] += u32::from(odd);
        }
        *self = Self::default();
    }
}

fn row(hash: u32) -> u64 {
    let at = (hash as usize % ROWS) * 8;
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&TABLE[at..at + 8]);
    u64::from_le_bytes(bytes)
}

/// FNV-1a, 32 bits, over signed bytes, as fastText hashes n-grams.
const HASH_BASIS: u32 = 2_166_136_261;

fn hashed(hash: u32, byte: u8) -> u32 {
    let signed = if byte < 0x80 { u32::from(byte) } else { u32::from(byte) | 0xffff_ff00 };
    (hash ^ signed).wrapping_mul(16_777_619)
}

/// Whether a character begins with `byte`.
fn is_start(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}
