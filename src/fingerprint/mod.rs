//! Stage 5: key text in, [`Fingerprint`] out (contract I2).
//!
//! Pure. Knows nothing about where a key came from or what equality of two fingerprints leads to.

mod gram_hasher;
mod number_sample;
mod numbers;
mod numeral;
mod sample;
mod shingle;
mod sketch;
mod stamp;
mod token;
mod wording_sampler;

use sha2::{Digest, Sha256};

pub use gram_hasher::{GRAM_LENGTHS, GRAM_VERSION, GramEnds, GramHasher, GramSink, LEAST_WORDS};
pub use number_sample::NumberSample;
pub(crate) use numbers::slot;
pub use numbers::{Number, Numbers, Wording};
pub use sample::{PieceSample, SAMPLE_VERSION, Sample, SampleKey, SampledTokens, Sampler};
pub(crate) use shingle::mix;
pub use shingle::{NoNumbers, Shingler, Shingles, TokenObserver};
pub use sketch::{SKETCH_VERSION, Sketch};
pub use token::Token;
pub use wording_sampler::SampledWording;

use crate::normalize::{KeyBuffer, KeySink, count_text_chars};
use crate::units::count;

/// Identity of a paragraph: the first 16 bytes of the SHA-256 of its key text.
///
/// At 10^12 paragraphs the chance of one false match is below 10^-14 (birthday bound, n^2 / 2^129).
/// Source of SHA-256: FIPS 180-4.
///
/// ```
/// use tamis::fingerprint::Fingerprint;
/// let print = Fingerprint::of(b"abc");
/// assert_eq!(print.to_string(), "ba7816bf8f01cfea414140de5dae2223");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint of `key`. Cost: about 0.7 ns a byte with the CPU's SHA instructions.
    #[inline]
    pub fn of(key: &[u8]) -> Self {
        Self::from_digest(&Sha256::digest(key).into())
    }

    #[inline]
    fn from_digest(digest: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(bytes)
    }

    /// The 16 bytes, as they stand in files.
    #[inline]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The fingerprint of these bytes, as they stood in a file.
    #[inline]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The first `bits` (at most 8) bits, which deal records into partitions.
    #[inline]
    pub fn prefix(&self, bits: u32) -> usize {
        usize::from(self.0[0]) >> (8 - bits.min(8))
    }

    /// 64 bits that do not depend on [`Self::prefix`], for hash tables inside a partition.
    #[inline]
    pub fn table_hash(&self) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[8..]);
        u64::from_le_bytes(bytes)
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let mut hex = [0; 32];
        for (place, digit) in hex.iter_mut().zip(digits) {
            *place = DIGITS[usize::from(digit)];
        }
        f.write_str(std::str::from_utf8(&hex).unwrap_or_default())
    }
}

/// Fingerprints a document: the SHA-256 of its paragraphs' fingerprints, one after the other.
#[derive(Debug, Clone, Default)]
pub struct DocumentHasher(Sha256);

impl DocumentHasher {
    /// The next paragraph.
    pub fn update(&mut self, paragraph: &Fingerprint) {
        self.0.update(paragraph.as_bytes());
    }

    /// The document's fingerprint.
    pub fn finish(self) -> Fingerprint {
        Fingerprint::from_digest(&self.0.finalize().into())
    }
}

/// Keys up to this length are hashed in one go from one buffer; longer ones as they come, so that a line
/// of any length needs no second copy.
const MAX_BUFFERED: usize = 8 * 1024;

/// Bytes of a block of SHA-256 (FIPS 180-4, section 5.2.1).
const BLOCK: usize = 64;
/// The initial hash value of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Collects one key at a time and fingerprints it. Reused from paragraph to paragraph: no allocation.
#[derive(Debug, Default)]
pub struct KeyHasher {
    buffer: KeyBuffer,
    flushed: Option<Sha256>,
    /// Characters of what is flushed, and those of them that are text, as far as these are counted.
    num_chars: u64,
    num_text_chars: u64,
    /// How far the characters of text are counted.
    most_text_chars: u64,
}

impl KeyHasher {
    /// A hasher that counts characters of text (contract I4) until there are `most` of them.
    pub fn counting_to(most: u64) -> Self {
        Self { most_text_chars: most, ..Self::default() }
    }

    /// Ends the key and returns its fingerprint; the hasher is empty again.
    #[inline]
    pub fn finish(&mut self) -> Fingerprint {
        let print = match self.flushed.take() {
            None => self.fingerprint_in_place(),
            Some(hasher) => {
                Fingerprint::from_digest(&hasher.chain_update(self.buffer.as_bytes()).finalize().into())
            }
        };
        self.reset();
        print
    }

    /// [`Fingerprint::of`] the buffer, padded where it stands (FIPS 180-4, section 5.1.1) and given to `sha2` as
    /// whole blocks: 28 ns less a paragraph of 230 bytes than through its own buffer, of 189.
    #[inline]
    fn fingerprint_in_place(&mut self) -> Fingerprint {
        let len = self.buffer.len();
        // One bit, zeros, and the length in bits in eight bytes.
        let padded_len = (len + 9).next_multiple_of(BLOCK);
        let padded = self.buffer.padded(padded_len - len);
        padded[len] = 0x80;
        padded[padded_len - 8..].copy_from_slice(&(count(len) * 8).to_be_bytes());
        let mut state = INITIAL;
        let (blocks, _) = padded.as_chunks::<BLOCK>();
        sha2::block_api::compress256(&mut state, blocks);
        let mut bytes = [0; 16];
        for (place, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
            *place = word.to_be_bytes();
        }
        Fingerprint(bytes)
    }

    /// Characters of the key so far. Cost: O(buffered bytes).
    pub fn num_chars(&self) -> u64 {
        self.num_chars + count_chars(self.buffer.as_bytes())
    }

    /// Characters of text in the key so far (contract I4), as far as they are counted. Cost: up to the last one counted.
    #[inline]
    pub fn num_text_chars(&self) -> u64 {
        let left = self.most_text_chars - self.num_text_chars;
        self.num_text_chars + count_text_chars(self.buffer.as_bytes(), left)
    }
}

impl KeySink for KeyHasher {
    #[inline]
    fn buffer(&mut self) -> &mut KeyBuffer {
        &mut self.buffer
    }

    fn flush(&mut self) {
        if self.buffer.len() >= MAX_BUFFERED {
            // The last character stays: the next space must know whether it follows a space.
            let is_start = |byte: &u8| byte & 0xc0 != 0x80;
            let end = self.buffer.as_bytes().iter().rposition(is_start).unwrap_or(0);
            let flushed = &self.buffer.as_bytes()[..end];
            self.num_chars += count_chars(flushed);
            self.num_text_chars += count_text_chars(flushed, self.most_text_chars - self.num_text_chars);
            self.flushed.get_or_insert_with(Sha256::new).update(flushed);
            self.buffer.drop_front(end);
        }
    }

    fn reset(&mut self) {
        self.buffer.clear();
        self.flushed = None;
        self.num_chars = 0;
        self.num_text_chars = 0;
    }
}

/// Characters in valid UTF-8: bytes that do not continue one.
fn count_chars(bytes: &[u8]) -> u64 {
    count(bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sha256_cut_to_128_bits() {
        // FIPS 180-4 examples.
        for (key, expected) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb924"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223"),
            ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039"),
        ] {
            assert_eq!(Fingerprint::of(key.as_bytes()).to_string(), expected);
        }
    }

    #[test]
    fn a_long_key_is_hashed_as_it_comes() {
        let key = "苹果 AI ".repeat(40_000);
        let mut hasher = KeyHasher::counting_to(u64::MAX);
        for piece in key.as_bytes().chunks(1100) {
            hasher.buffer().extend(piece);
            hasher.flush();
        }
        assert_eq!((hasher.num_chars(), hasher.num_text_chars()), (6 * 40_000, 4 * 40_000));
        assert_eq!(hasher.finish(), Fingerprint::of(key.as_bytes()));
        assert_eq!(hasher.finish(), Fingerprint::of(b""), "the hasher is empty again");
    }

    #[test]
    fn every_length_is_padded_right() {
        let key: Vec<u8> = (0..=255).cycle().take(700).collect();
        let mut hasher = KeyHasher::default();
        for len in 0..key.len() {
            hasher.buffer().extend(&key[..len]);
            assert_eq!(hasher.finish(), Fingerprint::of(&key[..len]), "{len}");
        }
    }

    #[test]
    fn prefixes_partition() {
        let print = Fingerprint::of(b"abc"); // 0xba = 0b1011_1010
        assert_eq!((print.prefix(6), print.prefix(8), print.prefix(0)), (0b10_1110, 0xba, 0));
    }
}
