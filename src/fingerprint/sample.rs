//! Samples of a text's windows: what a text holds is found in longer ones by them.
//!
//! A *window* is a run of tokens that is long enough to be rare: five words, or ten characters of a script without
//! spaces. A window is in the sample if its hash is below 2^64 / s, whatever text it stands in (`FracMinHash`: L. Irber
//! et al., "Lightweight compositional analysis of metagenomes with `FracMinHash` and minimum metagenome covers", bioRxiv
//! 2022; A. Z. Broder, 1997, takes the hashes that s divides). So a part's sample is a part of the whole's sample, of
//! whatever lengths both are, which no sketch of a fixed size can say. Windows are of tokens whatever shingles are of:
//! two texts of one language share many shingles of five letters, and next to no five words in a row.

use super::number_sample::NumberSample;
use super::shingle::{NoNumbers, TokenObserver, mix, polynomial_power, roll};
use super::token::is_unspaced;

/// The version of what samples are made of, as indexes name it: windows, their hashes, and which are kept.
pub const SAMPLE_VERSION: u32 = 1;
/// The coarsest sample of a text in memory: one window in 2^3, and of those that begin with a word two.
const MAX_LEVEL: u8 = 3;
/// Most keys of a text that is sampled more finely than that, about.
const MAX_KEYS: usize = 128;
/// Bits of a key. A key of a long text is one of 2^37: of 10^9 keys one in 137 equals another by chance.
const KEY_BITS: u32 = 40;
/// The coarsest sample there is: that of an index, of which each text has few keys however long it is.
const COARSEST: u8 = 39;

/// What the tokens of a window weigh together, at least.
const WINDOW_WEIGHT: u32 = 10;
/// The weights of a word or a number, and of a letter that is a token by itself.
const WORD_WEIGHT: u32 = 2;
const LETTER_WEIGHT: u32 = 1;
/// Most tokens of a window.
const MAX_WINDOW: usize = WINDOW_WEIGHT.div_ceil(LETTER_WEIGHT) as usize;

/// The key of a window: 40 bits of its hash, in 5 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleKey([u8; KEY_BYTES]);

const KEY_BYTES: usize = KEY_BITS as usize / 8;

impl SampleKey {
    /// Bytes of a key.
    pub const NUM_BYTES: usize = KEY_BYTES;
    /// Keys are below this.
    pub const END: u64 = 1 << KEY_BITS;
    /// The keys of long texts are below this.
    pub const END_OF_LONG: u64 = Self::END >> MAX_LEVEL;

    #[inline]
    fn of(hash: u64) -> Self {
        let mut key = [0; KEY_BYTES];
        key.copy_from_slice(&hash.to_be_bytes()[..KEY_BYTES]);
        Self(key)
    }

    /// The key as a number: keys sort as their numbers do.
    #[inline]
    pub fn value(self) -> u64 {
        let mut bytes = [0; 8];
        bytes[8 - KEY_BYTES..].copy_from_slice(&self.0);
        u64::from_be_bytes(bytes)
    }

    /// Appends keys as bytes.
    pub fn encode(keys: &[Self], out: &mut Vec<u8>) {
        out.extend(keys.iter().flat_map(|key| key.0));
    }

    /// The keys that [`Self::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Vec<Self> {
        bytes.as_chunks().0.iter().map(|&bytes| Self(bytes)).collect()
    }
}

/// The sampled keys of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// Sorted, each once; below 2^(40 - level).
    keys: Vec<SampleKey>,
    /// One window in 2^level is in the sample, and of those that begin with a word two.
    level: u8,
}

impl Sample {
    /// The sample of a text. The shorter it is, the more of its windows are in it: all of 128.
    pub fn of(tokens: &SampledTokens) -> Self {
        let mut level = 0;
        while level < MAX_LEVEL && tokens.0.len() >> level > MAX_KEYS {
            level += 1;
        }
        Self::at(level, &tokens.0)
    }

    fn at(level: u8, tokens: &[WindowToken]) -> Self {
        let mut sample = Self { keys: Vec::new(), level };
        sample.add(tokens, tokens.len());
        sample.sort();
        sample
    }

    /// A sample of these keys, sorted, at this level: as they were taken out of one.
    pub fn from_parts(keys: Vec<SampleKey>, level: u8) -> Self {
        Self { keys, level: level.min(COARSEST) }
    }

    /// A coarser sample, of at most so many keys.
    #[must_use]
    pub fn thinned(mut self, max_keys: usize) -> Self {
        while self.keys.len() > max_keys && self.level < COARSEST {
            self.level += 1;
            self.keys.truncate(Self::at_level(&self.keys, self.level).len());
        }
        self
    }

    /// The keys: sorted, each once.
    pub fn keys(&self) -> &[SampleKey] {
        &self.keys
    }

    /// The level: one window in 2^level is in the sample.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Those of some sorted keys that are in a sample of this level too.
    #[inline]
    pub fn at_level(keys: &[SampleKey], level: u8) -> &[SampleKey] {
        let end = SampleKey::END >> level.min(COARSEST);
        &keys[..keys.partition_point(|key| key.value() < end)]
    }

    /// Adds the windows that begin with one of the first `num_starts` tokens.
    fn add(&mut self, tokens: &[WindowToken], num_starts: usize) {
        let limit = u64::MAX >> self.level;
        let (mut end, mut weight, mut sum) = (0, 0, 0);
        for start in 0..num_starts.min(tokens.len()) {
            while weight < WINDOW_WEIGHT {
                let Some(token) = tokens.get(end) else { return };
                sum = roll(sum, token.hash());
                weight += token.weight();
                end += 1;
            }
            let hash = place(sum, tokens[start]);
            if hash <= limit {
                self.keys.push(SampleKey::of(hash));
            }
            let first = tokens[start];
            sum = sum.wrapping_sub(first.hash().wrapping_mul(polynomial_power(end - start - 1)));
            weight -= first.weight();
        }
    }

    fn sort(&mut self) {
        self.keys.sort_unstable_by_key(|key| key.value());
        self.keys.dedup();
    }
}

/// The hash of a window by which it is in a sample or not. Of windows that begin with a word twice as many are: a text has
/// half as many of them as a Chinese one of the same length.
#[inline]
fn place(sum: u64, first: WindowToken) -> u64 {
    if first.weight() == WORD_WEIGHT { mix(sum) >> 1 } else { mix(sum) }
}

/// The hash of a token; the last bit says whether it is a letter by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WindowToken(u64);

impl WindowToken {
    #[inline]
    fn hash(self) -> u64 {
        self.0
    }

    #[inline]
    fn weight(self) -> u32 {
        if self.0 & 1 == 1 { LETTER_WEIGHT } else { WORD_WEIGHT }
    }
}

/// Collects the tokens that samples are made of. 8 bytes a token.
#[derive(Debug, Clone, Default)]
pub struct SampledTokens(Vec<WindowToken>, TokenInMaking);

/// The kinds of the characters of a token.
#[derive(Debug, Clone, Copy, Default)]
struct TokenInMaking {
    num_chars: u32,
    letter: u32,
}

/// Makes samples of the tokens it is given, or wants none.
pub trait Sampler: TokenObserver {
    /// The sample of all tokens so far, of a whole text; the sampler is empty again.
    fn take(&mut self) -> Sample;
    /// The sample of all tokens so far, of a piece of a text; the sampler is empty again.
    fn take_piece(&mut self) -> PieceSample;
    /// Ends a line of a text.
    fn end_line(&mut self) {}
    /// The numbers of all tokens so far, of a whole text or of a piece of one, if they are wanted. Comes after the sample
    /// is taken.
    fn take_numbers(&mut self, _is_whole: bool) -> NumberSample {
        NumberSample::default()
    }
}

impl Sampler for SampledTokens {
    fn take(&mut self) -> Sample {
        let sample = Sample::of(self);
        self.0.clear();
        sample
    }

    fn take_piece(&mut self) -> PieceSample {
        let sample = PieceSample::of(self);
        self.0.clear();
        sample
    }
}

impl Sampler for NoNumbers {
    fn take(&mut self) -> Sample {
        Sample::default()
    }

    fn take_piece(&mut self) -> PieceSample {
        PieceSample::default()
    }
}

#[cfg(test)]
impl SampledTokens {
    /// Words of these hashes.
    pub(crate) fn words(hashes: &[u64]) -> Self {
        let words = hashes.iter().map(|hash| WindowToken(hash & !1));
        Self(words.collect(), TokenInMaking::default())
    }
}

impl TokenObserver for SampledTokens {
    const IS_WATCHING: bool = true;
    #[inline]
    fn letter(&mut self, code: u32) {
        self.1 = TokenInMaking { num_chars: self.1.num_chars + 1, letter: code };
    }
    #[inline]
    fn digit(&mut self, _code: u32) {
        // A digit by itself is a number, whatever follows.
        self.1 = TokenInMaking { num_chars: 2, letter: 0 };
    }
    #[inline]
    fn joiner(&mut self, _code: u32) {}
    #[inline]
    fn separator(&mut self, _code: u32) {}
    #[inline]
    fn end(&mut self, hash: u64) {
        let TokenInMaking { num_chars, letter } = std::mem::take(&mut self.1);
        let is_letter = num_chars == 1 && is_unspaced(letter);
        self.0.push(WindowToken(hash & !1 | u64::from(is_letter)));
    }
}

/// The sample of a piece of a long text, and the tokens at its ends.
#[derive(Debug, Clone, Default)]
pub struct PieceSample {
    sample: Sample,
    /// The first and the last tokens, one fewer than a window may have.
    head: Vec<WindowToken>,
    tail: Vec<WindowToken>,
}

const NUM_ENDS: usize = MAX_WINDOW - 1;

impl PieceSample {
    /// The sample of a piece.
    pub fn of(tokens: &SampledTokens) -> Self {
        let tokens = &tokens.0;
        let num_ends = NUM_ENDS.min(tokens.len());
        Self {
            sample: Sample::at(MAX_LEVEL, tokens),
            head: tokens[..num_ends].to_vec(),
            tail: tokens[tokens.len() - num_ends..].to_vec(),
        }
    }

    /// Adds what follows: the windows across the joint, then those of the next piece.
    pub fn join(&mut self, next: Self) {
        let ends = [&self.tail[..], &next.head].concat();
        // Those that end before the joint are there already, and a sample has each key once.
        self.sample.add(&ends, self.tail.len());
        self.sample.keys.extend(next.sample.keys);
        let missing = NUM_ENDS.saturating_sub(self.head.len());
        self.head.extend(next.head.iter().take(missing));
        // A piece of fewer tokens is all head and all tail.
        let last = if next.tail.len() < NUM_ENDS { ends } else { next.tail };
        self.tail = last[last.len().saturating_sub(NUM_ENDS)..].to_vec();
    }

    /// The sample of all pieces.
    pub fn finish(mut self) -> Sample {
        self.sample.sort();
        self.sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many tokens, from a place on: of three one is a letter by itself.
    fn tokens(range: std::ops::Range<u64>) -> SampledTokens {
        let token = |n: u64| WindowToken(mix(n) & !1 | u64::from(n.is_multiple_of(3)));
        SampledTokens(range.map(token).collect(), TokenInMaking::default())
    }

    /// The keys of all windows, slowly.
    fn slow(tokens: &SampledTokens, level: u8) -> Vec<SampleKey> {
        let windows = (0..tokens.0.len()).filter_map(|start| {
            let mut weight = 0;
            let rest = &tokens.0[start..];
            let end = rest.iter().position(|token| {
                weight += token.weight();
                weight >= WINDOW_WEIGHT
            })?;
            Some(place(rest[..=end].iter().fold(0, |sum, token| roll(sum, token.hash())), rest[0]))
        });
        let sampled = windows.filter(|hash| hash.leading_zeros() >= u32::from(level));
        let mut keys: Vec<SampleKey> = sampled.map(SampleKey::of).collect();
        keys.sort_unstable_by_key(|key| key.value());
        keys.dedup();
        keys
    }

    #[test]
    fn windows_are_rolled() {
        for (len, level) in [(0, 0), (4, 0), (7, 0), (100, 0), (129, 1), (5000, 3)] {
            let tokens = tokens(0..len);
            let sample = Sample::of(&tokens);
            assert_eq!((sample.keys(), sample.level()), (&slow(&tokens, level)[..], level), "{len}");
        }
    }

    #[test]
    fn keys_are_numbers() {
        for hash in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            let key = SampleKey::of(hash);
            assert_eq!(key.value(), hash >> 24);
            let mut bytes = Vec::new();
            SampleKey::encode(&[key, key], &mut bytes);
            assert_eq!((bytes.len(), SampleKey::decode(&bytes)), (10, vec![key, key]));
        }
    }

    #[test]
    fn a_part_is_found_in_the_whole() {
        let whole = Sample::of(&tokens(0..20_000));
        assert_eq!(whole.level(), MAX_LEVEL);
        for (range, level) in [(500..600, 0), (9000..9300, 2), (100..4000, 3)] {
            let part = Sample::of(&tokens(range.clone()));
            assert_eq!(part.level(), level, "{range:?}");
            let shared = Sample::at_level(part.keys(), whole.level());
            assert!(!shared.is_empty() && shared.iter().all(|key| whole.keys().binary_search(key).is_ok()));
            assert_eq!(Sample::at_level(part.keys(), level), part.keys());
        }
    }

    /// However a text is cut into pieces, some of them shorter than a window.
    #[test]
    fn pieces_join_to_the_whole() {
        let whole = Sample::of(&tokens(0..6000));
        for cuts in [vec![0, 3000, 6000], vec![0, 2, 3, 9, 4000, 4003, 6000], vec![0, 0, 5, 10, 6000, 6000]] {
            let mut pieces = cuts.windows(2).map(|cut| PieceSample::of(&tokens(cut[0]..cut[1])));
            let mut joined = pieces.next().unwrap();
            pieces.for_each(|next| joined.join(next));
            assert_eq!(joined.finish(), whole, "{cuts:?}");
        }
    }

    /// What an index keeps of a long text is as much a part of the whole's sample.
    #[test]
    fn thinned_samples_are_coarser() {
        let whole = Sample::of(&tokens(0..60_000)).thinned(64);
        assert!((20..=64).contains(&whole.keys().len()) && whole.level() > MAX_LEVEL);
        let part = Sample::of(&tokens(20_000..50_000)).thinned(64);
        let shared = Sample::at_level(part.keys(), whole.level().max(part.level()));
        assert!(!shared.is_empty() && shared.iter().all(|key| whole.keys().binary_search(key).is_ok()));
        assert_eq!(Sample::from_parts(whole.keys().to_vec(), whole.level()), whole);
        let short = Sample::of(&tokens(0..50));
        assert_eq!(short.clone().thinned(64), short);
    }

    /// Five words, or ten letters of a script without spaces.
    #[test]
    fn windows_of_languages() {
        use crate::config::{NearConfig, Repair};
        use crate::fingerprint::Shingler;
        use crate::normalize::Tokenizer;
        for (text, num) in [
            ("one two three four", 0),
            ("one two three four five", 1),
            ("one two three four five six 2026", 3),
            ("新华社北京十一月三", 0),
            ("新华社北京十一月三十", 1),
            ("新华社北京11月30日电 Reuters 记者", 6),
        ] {
            let mut shingler = Shingler::new(NearConfig::default().shingle, SampledTokens::default());
            Tokenizer::new(Repair::Basic).tokens(text, &mut shingler);
            assert_eq!(Sample::of(&shingler.numbers).keys().len(), num, "{text}");
        }
    }
}
