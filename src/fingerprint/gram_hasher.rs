//! Grams: the runs of N tokens by which a short text is found inside a longer one (contract N5).
//!
//! Source: T. B. Brown et al., "Language Models are Few-Shot Learners", `NeurIPS` 2020, appendix C: texts of an
//! evaluation are looked for in training data by runs of 13 words. Tokens are those of near-duplicates
//! ([`crate::normalize::Tokenizer`]), so that case, width, punctuation and line breaks do not count. A character of a
//! script without spaces is a token: 13 of them are some eight words. No single run decides, but half of a text's, and
//! a longer run would be lost to each changed character more often.
//!
//! The hash of a run is the polynomial of its tokens' hashes (as that of a shingle), mixed with its length.

use std::ops::RangeInclusive;

use super::shingle::{GOLDEN, hash_on, mix, roll};
use super::token::is_unspaced;
use crate::normalize::TokenSink;
use crate::units::{self, count};

/// The version of these rules: hashes of another version mean nothing.
pub const GRAM_VERSION: u32 = 1;
/// Lengths that a gram may have.
pub const GRAM_LENGTHS: RangeInclusive<usize> = LEAST_WORDS..=MAX_LEN;
/// A text that is shorter than a gram is one by itself if it has so many words or numbers: characters of scripts
/// without spaces do not count, as ten of them are often in other texts by chance.
pub const LEAST_WORDS: usize = 8;
/// The longest gram.
const MAX_LEN: usize = 32;
/// Places of the rings: a power of two above the longest gram.
const RING: usize = 64;

/// Takes the grams of a text.
pub trait GramSink {
    /// A gram of this hash and number of tokens, which begins and ends in these paragraphs.
    fn gram(&mut self, hash: u64, len: usize, paragraphs: (u64, u64));
}

/// A token, and the paragraph in which it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SeenToken {
    hash: u64,
    paragraph: u64,
}

/// The tokens at both ends of a text, or of a piece of one, across which grams of a long text go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GramEnds {
    head: Vec<SeenToken>,
    tail: Vec<SeenToken>,
    num_tokens: u64,
    num_words: u64,
}

impl GramEnds {
    /// Number of tokens.
    pub fn num_tokens(&self) -> u64 {
        self.num_tokens
    }

    /// Adds the piece that follows; `sink` takes the grams across the joint. Some grams on one side of it may come again.
    pub fn join<S: GramSink>(&mut self, next: &Self, hasher: &mut GramHasher<S>) {
        for token in self.tail.iter().chain(&next.head) {
            hasher.push(*token);
        }
        hasher.finish();
        let missing = (MAX_LEN - 1).saturating_sub(self.head.len());
        self.head.extend(next.head.iter().take(missing));
        self.tail.extend(&next.tail);
        let surplus = self.tail.len().saturating_sub(MAX_LEN - 1);
        self.tail.drain(..surplus);
        self.num_tokens += next.num_tokens;
        self.num_words += next.num_words;
    }

    /// A text shorter than `len` tokens as a gram by itself, if it has enough words: its tokens and its hash.
    pub fn short_text(&self, len: usize) -> Option<(u8, u64)> {
        let is_short = self.num_tokens < count(len) && self.num_words >= count(LEAST_WORDS);
        let sum = || self.head.iter().fold(0, |sum, token| roll(sum, token.hash));
        let num_tokens = u8::try_from(self.num_tokens).ok().filter(|_| is_short)?;
        Some((num_tokens, gram_hash(sum(), self.head.len())))
    }
}

/// The hash of a run of `len` tokens with this polynomial.
#[inline]
fn gram_hash(sum: u64, len: usize) -> u64 {
    mix(sum ^ GOLDEN.wrapping_mul(count(len)))
}

/// Makes the grams of the tokens that it is given. Cost: some nanoseconds a token and length.
#[derive(Debug)]
pub struct GramHasher<S> {
    /// The lengths, each with what the polynomial before a run is worth behind it.
    lengths: Vec<(usize, u64)>,
    /// The token at hand, the number of its letters, and the last of them.
    token: u64,
    num_letters: u32,
    last: u32,
    paragraph: u64,
    /// The polynomial of all tokens so far.
    sum: u64,
    /// By the number of a token: the polynomial before it, and its paragraph.
    before: [(u64, u64); RING],
    /// By the number of a token: the token.
    ring: [u64; RING],
    ends: GramEnds,
    /// Takes the grams.
    pub sink: S,
}

impl<S: GramSink> GramHasher<S> {
    /// A hasher of runs of these lengths, all in [`GRAM_LENGTHS`].
    pub fn new(lengths: &[usize], sink: S) -> Self {
        let power = |len: usize| (0..len).fold(1_u64, |power, _| roll_zero(power));
        let lengths = lengths.iter().map(|&len| (len.min(MAX_LEN), power(len.min(MAX_LEN)))).collect();
        let (token, num_letters, last, paragraph, sum) = (0, 0, 0, 0, 0);
        let (before, ring, ends) = ([(0, 0); RING], [0; RING], GramEnds::default());
        Self { lengths, token, num_letters, last, paragraph, sum, before, ring, ends, sink }
    }

    /// The tokens that follow stand in this paragraph.
    pub fn begin_paragraph(&mut self, paragraph: u64) {
        self.paragraph = paragraph;
    }

    /// Ends a text, or a piece of one; the hasher is ready for another. `sink` stays.
    pub fn finish(&mut self) -> GramEnds {
        let mut ends = std::mem::take(&mut self.ends);
        let kept = ends.num_tokens.min(count(MAX_LEN - 1));
        let at = |number: u64| units::index(number % count(RING));
        let token = |number| SeenToken { hash: self.ring[at(number)], paragraph: self.before[at(number)].1 };
        ends.tail = (ends.num_tokens - kept..ends.num_tokens).map(token).collect();
        (self.sum, self.token, self.num_letters) = (0, 0, 0);
        ends
    }

    #[inline]
    fn push(&mut self, token: SeenToken) {
        let number = units::index(self.ends.num_tokens % count(RING));
        self.before[number] = (self.sum, token.paragraph);
        self.ring[number] = token.hash;
        self.sum = roll(self.sum, token.hash);
        self.ends.num_tokens += 1;
        if self.ends.head.len() < MAX_LEN - 1 {
            self.ends.head.push(token);
        }
        for &(len, power) in &self.lengths {
            if self.ends.num_tokens >= count(len) {
                let (before, first) = self.before[(number + RING + 1 - len) % RING];
                let sum = self.sum.wrapping_sub(before.wrapping_mul(power));
                self.sink.gram(gram_hash(sum, len), len, (first, token.paragraph));
            }
        }
    }

    #[inline]
    fn character(&mut self, code: u32) {
        self.token = hash_on(self.token, code);
        (self.num_letters, self.last) = (self.num_letters + 1, code);
    }
}

/// A polynomial, one element that is 0 longer.
fn roll_zero(sum: u64) -> u64 {
    roll(sum, 0)
}

impl<S: GramSink> TokenSink for GramHasher<S> {
    #[inline]
    fn letter(&mut self, code: u32) {
        self.character(code);
    }

    #[inline]
    fn digit(&mut self, code: u32) {
        self.character(code);
    }

    #[inline]
    fn joiner(&mut self, _code: u32) {}

    #[inline]
    fn end(&mut self) {
        let hash = std::mem::take(&mut self.token);
        let is_character = self.num_letters == 1 && is_unspaced(self.last);
        self.num_letters = 0;
        self.ends.num_words += u64::from(!is_character);
        self.push(SeenToken { hash, paragraph: self.paragraph });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Repair;
    use crate::normalize::Tokenizer;

    /// A hash, and the paragraphs in which the gram begins and ends.
    type SeenGram = (u64, (u64, u64));

    #[derive(Debug, Default)]
    struct Seen(Vec<SeenGram>);

    impl GramSink for Seen {
        fn gram(&mut self, hash: u64, _len: usize, paragraphs: (u64, u64)) {
            self.0.push((hash, paragraphs));
        }
    }

    fn grams(paragraphs: &[&str], lengths: &[usize]) -> (Vec<SeenGram>, GramEnds) {
        let mut hasher = GramHasher::new(lengths, Seen::default());
        for (text, number) in paragraphs.iter().zip(0..) {
            hasher.begin_paragraph(number);
            Tokenizer::new(Repair::Basic).tokens(text, &mut hasher);
        }
        let ends = hasher.finish();
        (hasher.sink.0, ends)
    }

    #[test]
    fn case_width_punctuation_and_lines_do_not_count() {
        let (plain, _) = grams(&["The cat sat on the mat while AI 读书 3,000 times."], &[9]);
        let (other, ends) = grams(&["the CAT, sat (on) the mat:", "while ＡＩ “读书” ３０００ times"], &[9]);
        let hashes = |grams: &[SeenGram]| grams.iter().map(|gram| gram.0).collect::<Vec<_>>();
        assert_eq!((plain.len(), ends.num_tokens()), (4, 12));
        assert_eq!(hashes(&plain), hashes(&other));
        assert_eq!(other.iter().map(|gram| gram.1).collect::<Vec<_>>(), [(0, 1); 4]);
        let (longer, _) = grams(&["So the cat sat on the mat while AI 读书"], &[8, 9]);
        assert!(hashes(&longer).contains(&plain[0].0));
    }

    #[test]
    fn a_short_text_is_one_gram_if_it_has_words_enough() {
        let (grams_of, ends) = grams(&["who wrote the second symphony of the composer"], &[13]);
        assert!(grams_of.is_empty());
        let (len, whole) = ends.short_text(13).unwrap();
        assert_eq!(len, 8);
        let (longer, _) = grams(&["Ask: who wrote the second symphony of the composer? Nobody."], &[8]);
        assert!(longer.iter().any(|gram| gram.0 == whole));
        for text in ["who wrote the second symphony of composers", "下列关于水的说法正确的", ""] {
            assert_eq!(grams(&[text], &[13]).1.short_text(13), None, "{text}");
        }
        let long = "one two three four five six seven eight nine ten eleven twelve thirteen";
        assert_eq!(grams(&[long], &[13]).1.short_text(13), None, "it has a gram");
    }

    #[test]
    fn pieces_joined_are_the_whole() {
        let words: Vec<String> = (0..150).map(|n| format!("w{}", n * n % 61)).collect();
        let paragraphs: Vec<&str> = words.iter().map(String::as_str).collect();
        let (mut whole, ends) = grams(&paragraphs, &[8, 13, 32]);
        whole.sort_unstable();
        for cuts in [vec![75], vec![1, 2, 3, 40, 41, 100], (1..150).collect()] {
            let mut hasher = GramHasher::new(&[8, 13, 32], Seen::default());
            let mut joined: Option<GramEnds> = None;
            let mut at = 0;
            for cut in cuts.iter().copied().chain([150]) {
                for (number, text) in paragraphs.iter().enumerate().take(cut).skip(at) {
                    hasher.begin_paragraph(count(number));
                    Tokenizer::new(Repair::Basic).tokens(text, &mut hasher);
                }
                at = cut;
                let next = hasher.finish();
                match &mut joined {
                    Some(open) => open.join(&next, &mut hasher),
                    none => *none = Some(next),
                }
            }
            let mut seen = hasher.sink.0;
            seen.sort_unstable();
            seen.dedup();
            let mut expected = whole.clone();
            expected.dedup();
            assert_eq!(seen, expected, "{cuts:?}");
            assert_eq!(joined, Some(ends.clone()));
        }
    }
}
