//! The numbers of a text and where they stand: what a template changes from one day to the next.

use super::shingle::{GOLDEN, TokenObserver, mix};

/// A number, and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    /// The slot: a hash, of `SLOT_BITS`, of what stands before the number and after it. Texts that say the same
    /// around a number have the same slot there.
    pub slot: u64,
    /// Its digits and points; of several numbers that follow one another, all of them, parted by spaces.
    pub text: String,
}

/// The numbers and the words of a text, by slot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slots {
    /// The numbers, in text order.
    pub numbers: Vec<Number>,
    /// The words that stand between two words, in text order, each as its slot and below that `WORD_BITS` of its
    /// hash: what may stand in one text where the other has a number.
    pub words: Vec<u64>,
}

/// Bits of a slot: of two texts of a thousand words, one in a hundred thousand numbers meets a slot by chance.
pub(crate) const SLOT_BITS: u32 = 28;
/// Bits of a word behind its slot.
pub(crate) const WORD_BITS: u32 = 12;

/// The hash that stands for the beginning or the end of a text, where a word has no neighbour.
const EDGE: u64 = 0x6564_6765;

/// A token, or several numbers in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TokenGroup {
    hash: u64,
    kind: TokenGroupKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenGroupKind {
    Edge,
    Number,
    Word,
    /// A token of letters and digits (Q3, 5th): neither a number nor a word in the place of one.
    Mixed,
}

/// Collects the numbers of the tokens it is given: tokens of nothing but digits. Thousands separators and the like do
/// not count, decimal points do.
#[derive(Debug)]
pub struct Numbers {
    found: Slots,
    before: TokenGroup,
    /// The unit whose slot is known once the next has come, and the text of a number.
    open: TokenGroup,
    text: String,
    /// The token in the making.
    digits: String,
    has_letter: bool,
}

impl Default for Numbers {
    fn default() -> Self {
        let edge = TokenGroup { hash: EDGE, kind: TokenGroupKind::Edge };
        Self {
            found: Slots::default(),
            before: edge,
            open: edge,
            text: String::new(),
            digits: String::new(),
            has_letter: false,
        }
    }
}

/// Longer numbers are cut, and marked with a hash of all of them, so that they stay different.
const MAX_TEXT: usize = 64;

impl Numbers {
    /// Returns the slots found so far, and empties the collector.
    pub fn finish(&mut self) -> Slots {
        self.close(TokenGroup { hash: EDGE, kind: TokenGroupKind::Edge });
        std::mem::take(self).found
    }

    /// Takes down the open unit, which `next` follows.
    fn close(&mut self, next: TokenGroup) {
        let around = self.before.hash.rotate_left(32) ^ next.hash.wrapping_mul(GOLDEN);
        let slot = around.wrapping_mul(GOLDEN) >> (u64::BITS - SLOT_BITS);
        match self.open.kind {
            TokenGroupKind::Number => {
                let mut text = std::mem::take(&mut self.text);
                if text.len() > MAX_TEXT {
                    text.truncate(text.floor_char_boundary(MAX_TEXT - 20));
                    text = format!("{text}...#{:016x}", self.open.hash);
                }
                self.found.numbers.push(Number { slot, text });
            }
            // Beside a number no number can stand, and so no word in the place of one.
            TokenGroupKind::Word
                if self.before.kind != TokenGroupKind::Number && next.kind != TokenGroupKind::Number =>
            {
                self.found.words.push(slot << WORD_BITS | self.open.hash >> (u64::BITS - WORD_BITS));
            }
            _ => {}
        }
        self.before = self.open;
        self.open = next;
    }
}

impl TokenObserver for Numbers {
    const IS_WATCHING: bool = true;

    #[inline]
    fn letter(&mut self) {
        self.has_letter = true;
    }

    #[inline]
    fn digit(&mut self, code: u32) {
        self.digits.extend(char::from_u32(code));
    }

    #[inline]
    fn joiner(&mut self, code: u32) {
        if code == u32::from('.') {
            self.digits.push('.');
        }
    }

    #[inline]
    fn end(&mut self, hash: u64) {
        let has_digit = self.digits.bytes().any(|byte| byte != b'.');
        let kind = match (std::mem::take(&mut self.has_letter), !has_digit) {
            (false, false) => TokenGroupKind::Number,
            (true, false) => TokenGroupKind::Mixed,
            (_, true) => TokenGroupKind::Word,
        };
        if kind == TokenGroupKind::Number && self.open.kind == TokenGroupKind::Number {
            self.open.hash = mix(self.open.hash ^ hash.rotate_left(1));
            self.text.push(' ');
        } else {
            self.close(TokenGroup { hash, kind });
        }
        if kind == TokenGroupKind::Number && self.text.len() <= MAX_TEXT {
            self.text.push_str(&self.digits);
        }
        self.digits.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Repair, Shingle, ShingleUnit};
    use crate::fingerprint::Shingler;
    use crate::normalize::Tokenizer;

    fn slots(text: &str) -> Slots {
        let mut shingler = Shingler::new(Shingle::new(ShingleUnit::Word, 5), Numbers::default());
        Tokenizer::new(Repair::Basic).tokens(text, &mut shingler);
        shingler.numbers.finish()
    }

    #[test]
    fn numbers_table() {
        for (text, expected) in [
            ("人民币中间价报7.1234元", vec!["7.1234"]),
            ("3,000.50 and 12", vec!["3000.50", "12"]),
            ("2024年3月5日", vec!["2024", "3", "5"]),
            ("2024-03-05 18:33", vec!["2024 03 05 18 33"]),
            ("Q3 and 5th are words", vec![]),
            ("", vec![]),
            ("12", vec!["12"]),
        ] {
            let found: Vec<String> = slots(text).numbers.into_iter().map(|number| number.text).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_slot_is_what_stands_around_a_number() {
        let slot = |text| slots(text).numbers[0].slot;
        assert_eq!(slot("报7.1234元"), slot("今天报6.5元了"));
        assert_ne!(slot("报7.1234元"), slot("报7.1234美元"));
        assert_ne!(slot("报7.1234元"), slot("7.1234元"));
    }

    #[test]
    fn a_word_can_stand_in_a_number_s_slot() {
        let (number, word) = (slots("rose 2 points"), slots("rose two points"));
        let at: Vec<u64> = word.words.iter().map(|word| word >> WORD_BITS).collect();
        assert!(at.contains(&number.numbers[0].slot));
        assert!(
            slots("rose 2nd points").words.iter().all(|word| word >> WORD_BITS != number.numbers[0].slot)
        );
    }

    #[test]
    fn long_numbers_are_cut_and_stay_different() {
        let (a, b) = ("1".repeat(100_000), format!("{}2", "1".repeat(99_999)));
        let (a, b) = (slots(&a), slots(&b));
        assert!(a.numbers[0].text.len() <= MAX_TEXT + 1 && a != b);
    }
}
