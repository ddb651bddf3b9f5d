//! The features by which two texts are compared: the set of their shingles, their numbers, and their tokens in order.

use super::hashes::{HASH_BITS, ShingleHead, num_shared, sorted};
use crate::fingerprint::{Number, Token, Wording, mix, slot};
use crate::units::count;

/// Bytes of a hash in the store.
const HASH_BYTES: usize = HASH_BITS as usize / 8;

/// A set of more shingles than this is compared by a sample of at least half as many: those of the smallest hashes,
/// whose Jaccard coefficient has a standard error below 0.001 (bottom-k sketch, Broder 1997).
const MAX_SHINGLES: usize = 1 << 20;

/// The most numbers that are compared in full. Of more, those of the smallest slots are a sample; of tokens, the first
/// ones.
const MAX_TOKENS: usize = 1 << 20;
/// Bytes of a token in the store.
const TOKEN_BYTES: usize = 4;

/// The features of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    /// Number of its tokens, or characters: its length.
    len: u64,
    /// Hashes of 32 bits, sorted, each once; all below `limit`.
    shingles: Vec<u32>,
    /// Hashes from here on are not in the sample; 2^32 if the set is whole.
    limit: u64,
    /// Sorted.
    numbers: Vec<Number>,
    /// In text order.
    tokens: Vec<Token>,
}

/// A summary of the numbers of a text. It is zero for a text without numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NumberMarks {
    /// A set of 64 bits, with one bit for each different number.
    pub bits: u64,
    /// A sum over the numbers: equal where they are equal, and hardly ever otherwise.
    pub sum: u64,
}

impl NumberMarks {
    pub(super) fn of(numbers: &[Number]) -> Self {
        let hash = |text: &str| text.bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
        let mut hashes: Vec<u64> =
            numbers.iter().flat_map(|number| number.text.split(' ')).map(hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let bits = hashes.iter().fold(0, |bits, hash| bits | 1 << (hash & 63));
        Self { bits, sum: hashes.into_iter().fold(0, u64::wrapping_add) }
    }
}

/// How many shingles two texts share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overlap {
    /// Shingles of both.
    pub shared: u64,
    /// Shingles of the one.
    pub own: u64,
    /// Shingles of the other.
    pub others: u64,
}

impl Overlap {
    /// Shingles of either.
    pub fn union(self) -> u64 {
        self.own + self.others - self.shared
    }
}

impl Features {
    /// The features of a text of `len` elements with these shingles (as [`crate::fingerprint::Shingles`] gives
    /// them) and this wording.
    pub fn new(len: u64, shingles: &[u64], wording: Wording) -> Self {
        let Wording { mut numbers, mut tokens } = wording;
        numbers.sort_unstable();
        numbers.truncate(MAX_TOKENS);
        tokens.truncate(MAX_TOKENS);
        let mut features = Self { len, shingles: Vec::new(), limit: 1 << HASH_BITS, numbers, tokens };
        features.add(shingles);
        features
    }

    /// Adds shingles to none.
    fn add(&mut self, hashes: &[u64]) {
        self.shingles = sorted(hashes);
        self.sample();
    }

    /// Leaves out what is there twice, and what is beyond the sample.
    fn sample(&mut self) {
        self.shingles.dedup();
        if self.is_whole() && self.shingles.len() <= MAX_SHINGLES {
            return;
        }
        let cut = |shingles: &mut Vec<u32>, limit| {
            shingles.truncate(shingles.partition_point(|&hash| u64::from(hash) < limit));
        };
        cut(&mut self.shingles, self.limit);
        while self.shingles.len() > MAX_SHINGLES {
            self.limit /= 2;
            cut(&mut self.shingles, self.limit);
        }
    }

    /// Joins the features of what follows in a long text. Cost: O(features of both).
    pub fn join(&mut self, next: Self) {
        self.len += next.len;
        self.limit = self.limit.min(next.limit);
        merge(&mut self.shingles, next.shingles);
        self.sample();
        merge(&mut self.numbers, next.numbers);
        self.numbers.truncate(MAX_TOKENS);
        self.tokens.extend(next.tokens);
        self.tokens.truncate(MAX_TOKENS);
    }

    /// Number of tokens or characters.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.shingles.is_empty()
    }

    /// Number of different shingles, of the sample if they are sampled.
    pub fn num_shingles(&self) -> u64 {
        count(self.shingles.len())
    }

    /// Whether the shingles are all there are.
    pub fn is_whole(&self) -> bool {
        self.limit == 1 << HASH_BITS
    }

    /// The numbers.
    pub fn numbers(&self) -> &[Number] {
        &self.numbers
    }

    /// A summary of the numbers, which differs for nearly all texts with other numbers.
    pub fn number_marks(&self) -> NumberMarks {
        NumberMarks::of(&self.numbers)
    }

    /// The tokens, in text order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The different words in any of these slots, which are sorted: words that stand between two words, each with its
    /// slot; sorted.
    ///
    /// Cost: O(tokens), a hash and a comparison each where they are in none.
    pub fn words_in(&self, slots: &[u32]) -> Vec<(u32, Token)> {
        // One bit for each remainder of a slot: nearly all words end here.
        let place = |slot: u32| (slot as usize >> 6 & 3, 1_u64 << (slot & 63));
        let mut bits = [0_u64; 4];
        for &slot in slots {
            bits[place(slot).0] |= place(slot).1;
        }
        let mut words = Vec::new();
        let mut look = |before: Token, word: Token, next: Token| {
            let slot = slot(before, next);
            let is_wanted = bits[place(slot).0] & place(slot).1 != 0 && slots.binary_search(&slot).is_ok();
            if is_wanted && word.is_wordlike() && !before.is_number() && !next.is_number() {
                words.push((slot, word));
            }
        };
        let mut before = Token::EDGE;
        for pair in self.tokens.windows(2) {
            look(before, pair[0], pair[1]);
            before = pair[0];
        }
        if let Some(&last) = self.tokens.last() {
            look(before, last, Token::EDGE);
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Bytes it takes in memory, about.
    pub fn num_bytes(&self) -> usize {
        let text: usize =
            self.numbers.iter().map(|number| number.text.capacity() + size_of::<Number>()).sum();
        self.shingles.capacity() * 4 + self.tokens.capacity() * TOKEN_BYTES + text + size_of::<Self>()
    }

    /// Counts shared shingles: exact if both sets are whole, of the smaller sample if not.
    ///
    /// Cost: O(shingles of both).
    pub fn overlap(&self, other: &Self) -> Overlap {
        self.overlap_if(other, |_, _| 0).unwrap_or_default()
    }

    /// Counts shared shingles as [`Self::overlap`] does; `None` as soon as fewer are shared than `needed` says of the
    /// numbers of shingles in both.
    pub fn overlap_if(&self, other: &Self, needed: impl Fn(u64, u64) -> u64) -> Option<Overlap> {
        let limit = self.limit.min(other.limit);
        let (mine, others) = (self.sampled(limit), other.sampled(limit));
        let (own, all) = (count(mine.len()), count(others.len()));
        let shared = num_shared(mine, others, needed(own, all))?;
        Some(Overlap { shared, own, others: all })
    }

    /// The shingles of the smallest hashes.
    pub(super) fn head(&self) -> ShingleHead {
        ShingleHead::of(&self.shingles, if self.is_whole() { self.num_shingles() } else { 0 })
    }

    /// Whether as many shingles as are `needed` may be shared with the text of this head.
    pub(super) fn may_share(&self, head: &ShingleHead, needed: impl Fn(u64, u64) -> u64) -> bool {
        !self.is_whole() || head.may_share(&self.shingles, needed)
    }

    /// The hashes below a limit, which is at most one's own.
    fn sampled(&self, limit: u64) -> &[u32] {
        if limit == self.limit {
            return &self.shingles;
        }
        &self.shingles[..self.shingles.partition_point(|&hash| u64::from(hash) < limit)]
    }

    /// The features as bytes, to be kept until they are asked for.
    pub fn encode(&self) -> Vec<u8> {
        let mut out =
            Vec::with_capacity(64 + self.shingles.len() * HASH_BYTES + self.tokens.len() * TOKEN_BYTES);
        let lens = [self.shingles.len(), self.numbers.len(), self.tokens.len()].map(count);
        for number in [self.len, self.limit].into_iter().chain(lens) {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend(self.shingles.iter().flat_map(|hash| hash.to_le_bytes()));
        for number in &self.numbers {
            out.extend_from_slice(&number.slot.to_le_bytes());
            push_short(&mut out, number.text.as_bytes());
        }
        for token in &self.tokens {
            out.extend_from_slice(&token.code().to_le_bytes());
        }
        out
    }

    /// The features that [`Self::encode`] wrote; `None` of other bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, mut rest) = bytes.split_first_chunk::<40>()?;
        let word = |at: usize| head[at * 8..].first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        let (len, limit) = (word(0)?, word(1)?);
        let len_at = |at| word(at).and_then(|len| usize::try_from(len).ok());
        let (num_shingles, num_numbers, num_tokens) = (len_at(2)?, len_at(3)?, len_at(4)?);
        let (hashes, numbers) = rest.split_at_checked(num_shingles.checked_mul(HASH_BYTES)?)?;
        rest = numbers;
        let shingles = hashes.as_chunks().0.iter().map(|&hash| u32::from_le_bytes(hash)).collect();
        let mut numbers = Vec::new();
        for _ in 0..num_numbers {
            let (slot, after) = rest.split_first_chunk()?;
            let (&len, after) = after.split_first()?;
            let (text, after) = after.split_at_checked(usize::from(len))?;
            numbers.push(Number {
                slot: u32::from_le_bytes(*slot),
                text: String::from_utf8(text.to_vec()).ok()?,
            });
            rest = after;
        }
        let tokens = rest.get(..num_tokens.checked_mul(TOKEN_BYTES)?)?.as_chunks().0.iter();
        let tokens = tokens.map(|bytes| Token::from_code(u32::from_le_bytes(*bytes))).collect();
        Some(Self { len, shingles, limit, numbers, tokens })
    }
}

/// Merges a sorted sequence into another.
fn merge<T: Ord>(all: &mut Vec<T>, mut more: Vec<T>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.append(&mut more);
        all.sort(); // the stable sort finds the two sorted runs and merges them
    }
}

/// Appends the text of a number behind its length, a byte.
fn push_short(out: &mut Vec<u8>, text: &[u8]) {
    out.push(u8::try_from(text.len()).expect("the text of a number is cut to some 64 bytes"));
    out.extend_from_slice(text);
}

/// The features of a text of one paragraph, for tests.
#[cfg(test)]
pub(super) fn features_of(text: &str) -> Features {
    use crate::config::{NearConfig, Repair};
    use crate::fingerprint::{Numbers, Shingler};
    use crate::normalize::Tokenizer;
    let mut shingler = Shingler::new(NearConfig::default().shingle, Numbers::default());
    Tokenizer::new(Repair::Basic).tokens(text, &mut shingler);
    let shingles = shingler.finish();
    Features::new(shingles.num_elements(), &shingles.into_hashes(), shingler.numbers.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Share;

    fn features(range: std::ops::Range<u64>) -> Features {
        let len = range.end - range.start;
        Features::new(len, &range.map(mix).collect::<Vec<_>>(), Wording::default())
    }

    #[test]
    fn overlap_is_exact_of_whole_sets() {
        for (a, b, shared) in [(0..10, 5..15, 5), (0..0, 0..5, 0), (0..3000, 1000..3000, 2000)] {
            let (a, b) = (features(a), features(b));
            let overlap = a.overlap(&b);
            assert_eq!((overlap.shared, overlap.own, overlap.others), (shared, a.len(), b.len()));
            assert_eq!(a.overlap_if(&b, |_, _| shared), Some(overlap));
            assert_eq!(a.overlap_if(&b, |_, _| shared + 1), None);
        }
    }

    #[test]
    fn long_texts_are_compared_by_a_sample() {
        let (a, b) = (features(0..3_000_000), features(1_000_000..4_000_000));
        assert!(a.shingles.len() <= MAX_SHINGLES && a.shingles.len() > MAX_SHINGLES / 2);
        let overlap = a.overlap(&b);
        let jaccard = Share::of(overlap.shared, overlap.union()).as_f64();
        assert!((jaccard - 0.5).abs() < 0.003, "{jaccard}");
        let short = features(0..1000);
        assert!(short.overlap(&a).own < 1000, "the short one is sampled too");
    }

    #[test]
    fn bytes_come_back() {
        let number = |slot, text: &str| Number { slot, text: text.to_owned() };
        let numbers = vec![number(9, "3.5"), number(2, "١٢")];
        let tokens = vec![Token::character(7), Token::number("3.5"), Token::mixed(1), Token::word(5, 3)];
        let features = Features::new(7, &[mix(1), mix(2), mix(1)], Wording { tokens, numbers });
        let bytes = features.encode();
        assert_eq!(Features::decode(&bytes), Some(features));
        for len in 0..bytes.len() {
            assert_eq!(Features::decode(&bytes[..len]), None, "{len}");
        }
    }

    #[test]
    fn words_are_found_by_their_slots() {
        let [a, b, c] = ['甲', '乙', '丙'].map(|c| Token::character(u32::from(c)));
        let tokens = vec![a, b, c, Token::number("1"), b, c];
        let features = Features::new(6, &[], Wording { tokens, numbers: Vec::new() });
        let mut slots = [slot(a, c), slot(b, Token::EDGE), slot(Token::number("1"), c), slot(Token::EDGE, b)];
        let mut expected = [(slots[0], b), (slots[1], c), (slots[3], a)];
        slots.sort_unstable();
        expected.sort_unstable();
        assert_eq!(features.words_in(&slots), expected, "none beside a number");
        assert_eq!(features.words_in(&[]), []);
    }

    #[test]
    fn pieces_join_to_the_whole() {
        let whole = features(0..2_500_000);
        let mut joined = features(0..1_200_000);
        joined.join(features(1_200_000..2_500_000));
        assert_eq!(joined, whole);
    }
}
