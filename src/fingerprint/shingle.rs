//! Shingles: the overlapping runs of tokens, or of characters, that a text is compared by.
//!
//! Source: A. Z. Broder, "On the resemblance and containment of documents", Compression and Complexity of
//! Sequences 1997: two texts are as alike as the sets of their `w`-shingles, by their Jaccard coefficient.

use crate::config::{Shingle, ShingleUnit};
use crate::normalize::TokenSink;
use crate::units;

/// An odd constant: 2^64 divided by the golden ratio (D. Knuth, TAOCP 3, section 6.4).
pub(super) const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// The base of the rolling polynomial; odd, so that multiplying by it loses nothing.
const BASE: u64 = 0xd6e8_feb8_6659_fd93;
/// A mark that is mixed into the hash of a text shorter than one shingle, so that it never looks like a part of a
/// longer text.
const SHORT: u64 = 0x5851_f42d_4c95_7f2d;

/// A bijection of 64 bits that leaves no pattern (the finalizer of `SplitMix64`: G. L. Steele, D. Lea and
/// C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants by D. Stafford).
#[inline]
pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The shingles of a document, or of a piece of one, as hashes of 64 bits, in text order, repeated ones included.
///
/// The hash of a shingle is the polynomial of its elements' hashes, rolled from one shingle to the next
/// (R. M. Karp and M. O. Rabin, 1987), and mixed. Arithmetic is modulo 2^64 on explicit integers: the same on every
/// platform. 8 bytes a shingle.
#[derive(Debug, Clone, Default)]
pub struct Shingles {
    hashes: Vec<u64>,
    ends: TextEnds,
}

/// The elements at both ends of a text: at most one fewer than make a shingle.
#[derive(Debug, Clone, Default)]
struct TextEnds {
    head: Vec<u64>,
    tail: Vec<u64>,
    /// Elements in all.
    len: u64,
}

impl Shingles {
    /// Number of elements (tokens or characters).
    pub fn num_elements(&self) -> u64 {
        self.ends.len
    }

    /// Adds the shingles of the text that follows, those across the joint included.
    pub fn join(&mut self, next: Self, shingle: Shingle) {
        let joint: Vec<u64> = self.ends.tail.iter().chain(&next.ends.head).copied().collect();
        self.hashes.extend(joint.windows(shingle.len()).map(hash));
        if self.hashes.is_empty() {
            self.hashes = next.hashes;
        } else {
            self.hashes.extend(next.hashes);
        }
        let room = shingle.len() - 1;
        let missing = room.saturating_sub(self.ends.head.len());
        self.ends.head.extend(next.ends.head.iter().take(missing));
        if next.ends.tail.len() < room {
            self.ends.tail.extend(&next.ends.tail);
            let surplus = self.ends.tail.len().saturating_sub(room);
            self.ends.tail.drain(..surplus);
        } else {
            self.ends.tail = next.ends.tail;
        }
        self.ends.len += next.ends.len;
    }

    /// The hashes. A text that is shorter than one shingle but not empty is one shingle by itself: it equals only
    /// texts of the same elements. A text without elements has no shingle.
    pub fn into_hashes(mut self) -> Vec<u64> {
        if self.hashes.is_empty() && self.ends.len > 0 {
            self.hashes.push(mix(polynomial(&self.ends.head) ^ SHORT));
        }
        self.hashes
    }

    /// Takes what is complete out: to be used before the rest of a long document comes.
    pub fn take_complete(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.hashes)
    }

    /// Number of shingles that are complete.
    pub fn num_complete(&self) -> usize {
        self.hashes.len()
    }
}

/// The hash of a token, one character longer.
#[inline]
pub(super) fn hash_on(hash: u64, code: u32) -> u64 {
    (hash ^ u64::from(code)).wrapping_mul(GOLDEN).rotate_left(23)
}

/// The hash of a token of these letters and digits, folded.
pub(super) fn token_hash(text: &str) -> u64 {
    text.chars().fold(0, |hash, c| hash_on(hash, u32::from(c)))
}

/// The polynomial, one element longer.
#[inline]
pub(super) fn roll(sum: u64, element: u64) -> u64 {
    sum.wrapping_mul(BASE).wrapping_add(element)
}

/// What the first element of a polynomial is worth that so many others follow.
#[inline]
pub(super) fn polynomial_power(num_after: usize) -> u64 {
    const POWERS: [u64; MAX_SHINGLE] = {
        let mut powers = [1_u64; MAX_SHINGLE];
        let mut at = 1;
        while at < MAX_SHINGLE {
            powers[at] = powers[at - 1].wrapping_mul(BASE);
            at += 1;
        }
        powers
    };
    POWERS[num_after]
}

fn polynomial(elements: &[u64]) -> u64 {
    elements.iter().fold(0, |sum, element| roll(sum, *element))
}

fn hash(elements: &[u64]) -> u64 {
    mix(polynomial(elements))
}

/// Makes shingles of the tokens it is given.
#[derive(Debug)]
pub struct Shingler<N = NoNumbers> {
    shingle: Shingle,
    /// `BASE` to the power of the shingle's length: what the element that leaves is worth.
    leaving: u64,
    /// The last elements, as a ring.
    ring: [u64; MAX_SHINGLE],
    at: usize,
    sum: u64,
    token: u64,
    shingles: Shingles,
    /// Takes the numbers of the text.
    pub numbers: N,
}

/// Shingles of the next text that there is room for at most before it comes.
const MOST_EXPECTED: usize = 1 << 14;

/// Longest shingle.
const MAX_SHINGLE: usize = Shingle::MAX_LEN;

/// Takes what else is wanted of the tokens that shingles are made of.
pub trait TokenObserver {
    /// Whether anything is.
    const IS_WATCHING: bool;
    /// A letter of the token.
    fn letter(&mut self, code: u32);
    /// A digit of the token.
    fn digit(&mut self, code: u32);
    /// A character inside the token that is neither.
    fn joiner(&mut self, code: u32);
    /// A character between two tokens.
    fn separator(&mut self, code: u32);
    /// The token, of this hash, is complete.
    fn end(&mut self, hash: u64);
}

/// Wants nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNumbers;

impl TokenObserver for NoNumbers {
    const IS_WATCHING: bool = false;
    #[inline]
    fn letter(&mut self, _code: u32) {}
    #[inline]
    fn digit(&mut self, _code: u32) {}
    #[inline]
    fn joiner(&mut self, _code: u32) {}
    #[inline]
    fn separator(&mut self, _code: u32) {}
    #[inline]
    fn end(&mut self, _hash: u64) {}
}

impl<N: TokenObserver> Shingler<N> {
    /// A shingler that gives the numbers to `numbers`.
    pub fn new(shingle: Shingle, numbers: N) -> Self {
        let leaving = (0..shingle.len()).fold(1_u64, |power, _| power.wrapping_mul(BASE));
        let shingles = Shingles::default();
        Self { shingle, leaving, ring: [0; MAX_SHINGLE], at: 0, sum: 0, token: 0, shingles, numbers }
    }

    /// The shingles of all tokens so far; the shingler is empty again. `numbers` stays.
    pub fn finish(&mut self) -> Shingles {
        let mut shingles = std::mem::take(&mut self.shingles);
        // The next text is about as long; growing step by step would copy it several times.
        self.shingles.hashes.reserve(shingles.hashes.len().min(MOST_EXPECTED));
        let kept = units::index(shingles.ends.len).min(self.shingle.len() - 1);
        // The last elements stand in the ring before `at`.
        let len = self.shingle.len();
        shingles.ends.tail = (0..kept).map(|n| self.ring[(self.at + len - kept + n) % len]).collect();
        (self.at, self.sum, self.token) = (0, 0, 0);
        self.ring = [0; MAX_SHINGLE];
        shingles
    }

    #[inline]
    fn push(&mut self, element: u64) {
        let len = self.shingle.len();
        let leaves = std::mem::replace(&mut self.ring[self.at], element);
        self.at = if self.at + 1 == len { 0 } else { self.at + 1 };
        self.sum =
            self.sum.wrapping_mul(BASE).wrapping_add(element).wrapping_sub(leaves.wrapping_mul(self.leaving));
        self.shingles.ends.len += 1;
        if self.shingles.ends.len >= len as u64 {
            self.shingles.hashes.push(mix(self.sum));
        } else {
            self.shingles.ends.head.push(element);
        }
    }

    #[inline]
    fn character(&mut self, code: u32) {
        if N::IS_WATCHING || self.shingle.unit() == ShingleUnit::Word {
            self.token = hash_on(self.token, code);
        }
        if self.shingle.unit() == ShingleUnit::Char {
            self.push(u64::from(code).wrapping_add(1).wrapping_mul(GOLDEN));
        }
    }
}

impl<N: TokenObserver> TokenSink for Shingler<N> {
    #[inline]
    fn letter(&mut self, code: u32) {
        self.numbers.letter(code);
        self.character(code);
    }

    #[inline]
    fn digit(&mut self, code: u32) {
        self.numbers.digit(code);
        self.character(code);
    }

    #[inline]
    fn joiner(&mut self, code: u32) {
        self.numbers.joiner(code);
    }

    #[inline]
    fn separator(&mut self, code: u32) {
        self.numbers.separator(code);
    }

    #[inline]
    fn end(&mut self) {
        let token = std::mem::take(&mut self.token);
        self.numbers.end(token);
        if self.shingle.unit() == ShingleUnit::Word {
            self.push(token);
        }
    }
}
