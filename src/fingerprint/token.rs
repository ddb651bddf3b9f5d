//! A token in 32 bits: enough to align two texts, and to tell a misspelled word from another one.

use super::shingle::{mix, token_hash};

/// One token of a text: two bits for its kind, thirty for what it is.
///
/// A word carries the set of its letters, so that a misspelled copy of it is known without its text. Two different
/// tokens look the same once in 16,000 pairs of words of the same letters, and less often for the other kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u32);

const KIND_SHIFT: u32 = 30;
const CHARACTER: u32 = 0;
const WORD: u32 = 1;
const NUMBER: u32 = 2;
const MIXED: u32 = 3;
/// Bits of a word's set of letters; above them stand 14 bits of its hash.
const LETTER_BITS: u32 = 16;
/// Words whose sets of letters differ in no more elements than this are spellings of one word: one letter that was
/// replaced, left out or added changes two at most.
const MAX_MISSPELLED: u32 = 2;

impl Token {
    /// Stands before the first token of a text and after the last.
    pub(crate) const EDGE: Self = Self(CHARACTER << KIND_SHIFT | ((1 << KIND_SHIFT) - 1));

    /// A letter that is a token by itself, of a script without spaces: Han, Kana, Thai.
    pub(crate) fn character(code: u32) -> Self {
        Self(CHARACTER << KIND_SHIFT | code)
    }

    /// A word of the letters in `letters` (see [`Self::letter`]).
    pub(crate) fn word(hash: u64, letters: u16) -> Self {
        let own = top_bits(mix(hash), KIND_SHIFT - LETTER_BITS);
        Self(WORD << KIND_SHIFT | own << LETTER_BITS | u32::from(letters))
    }

    /// The token that a word of these folded letters is, or a letter by itself.
    pub(crate) fn of(letters: &str) -> Self {
        let mut codes = letters.chars().map(u32::from);
        match (codes.next(), codes.next()) {
            (Some(code), None) if is_unspaced(code) => Self::character(code),
            _ => Self::word(
                token_hash(letters),
                letters.chars().fold(0, |set, c| set | Self::letter(u32::from(c))),
            ),
        }
    }

    /// A number of this text.
    pub(crate) fn number(text: &str) -> Self {
        let hash = text.bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
        Self(NUMBER << KIND_SHIFT | top_bits(hash, KIND_SHIFT))
    }

    /// A token of letters and digits (Q3, 5th): neither a number nor a word.
    pub(crate) fn mixed(hash: u64) -> Self {
        Self(MIXED << KIND_SHIFT | top_bits(mix(hash), KIND_SHIFT))
    }

    /// The element of a set of letters that stands for a letter. Of `a` to `z` two share one at most.
    #[inline]
    pub(crate) fn letter(code: u32) -> u16 {
        1 << (code.wrapping_mul(7) % LETTER_BITS)
    }

    fn kind(self) -> u32 {
        self.0 >> KIND_SHIFT
    }

    /// Whether it is a letter of a script without spaces.
    pub(crate) fn is_character(self) -> bool {
        self.kind() == CHARACTER
    }

    /// Whether it is a number.
    pub(crate) fn is_number(self) -> bool {
        self.kind() == NUMBER
    }

    /// Whether it has letters and no digits.
    pub(crate) fn is_wordlike(self) -> bool {
        self.kind() <= WORD
    }

    /// Whether two words are spellings of one. Words without a letter in common never are (plan A, plan B).
    pub(crate) fn is_spelling_of(self, other: Self) -> bool {
        let letters = |token: Self| token.0 & ((1 << LETTER_BITS) - 1);
        let are_words = self.kind() == WORD && other.kind() == WORD;
        let (own, others) = (letters(self), letters(other));
        are_words && own & others != 0 && (own ^ others).count_ones() <= MAX_MISSPELLED
    }

    /// The number that stands for it.
    pub(crate) fn code(self) -> u32 {
        self.0
    }

    /// The token of this [`Self::code`].
    pub(crate) fn from_code(code: u32) -> Self {
        Self(code)
    }
}

/// Whether a letter is of a script whose letters are tokens by themselves; asked of letters that are.
pub(super) fn is_unspaced(code: u32) -> bool {
    code >= 0xe00 && !matches!(code, 0x10a0..=0x11ff | 0x1e00..=0x1fff | 0xac00..=0xd7ff)
}

fn top_bits(hash: u64, bits: u32) -> u32 {
    u32::try_from(hash >> (u64::BITS - bits)).expect("at most 30 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (a, b, expected) in [
            ("economy", "eonomy", true),
            ("economy", "econxmy", true),
            ("street", "streqt", true),
            ("january", "february", false),
            ("accepted", "rejected", false),
            ("london", "paris", false),
            ("a", "b", false),
        ] {
            assert_eq!(Token::of(a).is_spelling_of(Token::of(b)), expected, "{a} {b}");
            assert_eq!(Token::of(b).is_spelling_of(Token::of(a)), expected, "{b} {a}");
            assert_ne!(Token::of(a), Token::of(b));
        }
        assert!(!Token::character(0x4e2d).is_spelling_of(Token::character(0x4e2e)));
        assert!(!Token::number("12").is_spelling_of(Token::number("13")));
    }

    #[test]
    fn kinds() {
        let tokens =
            [Token::character(0x10_ffff), Token::of("a"), Token::number("1"), Token::mixed(7), Token::EDGE];
        for token in tokens {
            assert_eq!(Token::from_code(token.code()), token);
        }
        assert_eq!(tokens.map(Token::is_number), [false, false, true, false, false]);
        assert_eq!(tokens.map(Token::is_wordlike), [true, true, false, false, true]);
        assert!(tokens[..4].iter().all(|token| *token != Token::EDGE));
    }
}
