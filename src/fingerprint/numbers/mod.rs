//! The wording of a text: its tokens in order, and its numbers with where they stand (contract N2).

#[cfg(test)]
mod tests;

use super::numeral::{Beside, beside, is_mark, plain};
use super::shingle::{GOLDEN, TokenObserver, mix};
use super::stamp::{LineEdges, Stamps};
use super::token::{Token, is_unspaced};

/// A number, and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    /// The slot: a hash, of 28 bits, of what stands before the number and after it. Texts that say the same around a
    /// number have the same slot there; of two texts of a thousand words, one in a hundred thousand numbers meets one
    /// by chance.
    pub slot: u32,
    /// Its sign, its digits with a decimal point, its currency and its unit sign; of several numbers that follow one
    /// another in a line, all of them, parted by spaces.
    pub text: String,
}

/// The tokens of a text, in order, and its numbers. What only says when a copy was put up is in neither.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// The numbers, in text order.
    pub numbers: Vec<Number>,
}

/// The slot between two tokens; a number is as good as any other.
#[inline]
pub(crate) fn slot(before: Token, next: Token) -> u32 {
    const SLOT_BITS: u32 = 28;
    let hash = |token: Token| if token.is_number() { 1 } else { u64::from(token.code()) << 1 };
    let around = mix(hash(before).rotate_left(32) ^ hash(next).wrapping_mul(GOLDEN));
    u32::try_from(around >> (u64::BITS - SLOT_BITS)).expect("28 bits")
}

/// Numbers in a row, as they are read.
#[derive(Debug)]
pub(super) struct NumberRow {
    /// The place of the first among the tokens.
    pub(super) start: usize,
    /// How many there are.
    pub(super) len: usize,
    /// Two of them are hours and minutes.
    pub(super) has_clock: bool,
    /// Cut behind `MAX_TEXT` bytes; `hash` is of all of it then.
    text: String,
    hash: u64,
}

/// Longer numbers are cut, and marked with a hash of all of them, so that they stay different.
const MAX_TEXT: usize = 64;

impl NumberRow {
    fn push(&mut self, text: &str) {
        self.hash = text.bytes().fold(self.hash, |hash, byte| mix(hash ^ u64::from(byte)));
        if self.text.len() <= MAX_TEXT {
            self.text.push_str(text);
        }
    }

    /// The numbers, one by one; of a row that was cut not all.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ')
    }

    fn into_text(mut self) -> String {
        if self.text.len() > MAX_TEXT {
            self.text.truncate(self.text.floor_char_boundary(MAX_TEXT - 20));
            self.text = format!("{}...#{:016x}", self.text, self.hash);
        }
        self.text
    }
}

/// What stands between the last token and the next.
#[derive(Debug, Default)]
struct Gap {
    /// Characters.
    len: usize,
    /// A minus sign that would belong to a number that follows at once.
    has_minus: bool,
    /// A currency sign: of the number that follows, or else of the one before.
    currency: Option<char>,
    /// Nothing but unit signs, and one space at most, stands behind a number: what comes may be its unit.
    is_unit_open: bool,
    /// Nothing but unit signs stands between the last token and here.
    is_joined: bool,
    /// What its last character is.
    last: Option<Beside>,
}

/// Collects the wording of the tokens it is given.
#[derive(Debug, Default)]
pub struct Numbers {
    tokens: Vec<Token>,
    rows: Vec<NumberRow>,
    /// The text of the last token if that is a number, as its row has it.
    last: String,
    gap: Gap,
    /// There is a full stop in the gap, which ends a sentence where a line ends.
    has_point: bool,
    lines: LineEdges,
    /// The token in the making: its digits and the marks between them, its letters.
    digits: String,
    has_digit: bool,
    letters: u16,
    num_letters: usize,
    letter: u32,
}

impl Numbers {
    /// Ends a line.
    pub fn end_line(&mut self) {
        self.end_gap(false);
        if std::mem::take(&mut self.has_point) {
            self.lines.stop();
        }
        self.lines.end(self.tokens.len(), self.rows.len());
        self.gap = Gap::default();
    }

    /// The wording of a whole text, line by line (see [`Self::end_line`]); the collector is empty again.
    pub fn finish(&mut self) -> Wording {
        self.end_line();
        let stamps = self.lines.stamps(&self.tokens, &self.rows);
        self.wording(&stamps)
    }

    /// The wording of a part of a text, whose edges are not those of the text.
    pub fn finish_part(&mut self) -> Wording {
        self.end_line();
        self.wording(&Stamps::default())
    }

    fn wording(&mut self, stamps: &Stamps) -> Wording {
        let Self { tokens, rows, .. } = std::mem::take(self);
        let mut wording = Wording { tokens, numbers: Vec::with_capacity(rows.len()) };
        for row in rows {
            if stamps.has_row(&row) {
                continue;
            }
            let before = row.start.checked_sub(1).map_or(Token::EDGE, |at| wording.tokens[at]);
            let next = wording.tokens.get(row.start + row.len).copied().unwrap_or(Token::EDGE);
            wording.numbers.push(Number { slot: slot(before, next), text: row.into_text() });
        }
        stamps.remove_from(&mut wording.tokens);
        wording
    }

    /// Takes down a number.
    fn number(&mut self) {
        let is_first = self.lines.is_at_start(self.tokens.len());
        let is_row = !is_first && self.tokens.last().is_some_and(|token| token.is_number());
        let mut text = plain(&self.digits);
        if self.take_minus() {
            text.insert(0, '-');
        }
        text.extend(self.gap.currency.take());
        if !is_row {
            let start = self.tokens.len();
            self.rows.push(NumberRow { start, len: 0, has_clock: false, text: String::new(), hash: 0 });
        }
        let row = self.rows.last_mut().expect("a row of tokens that are numbers, or the one that was pushed");
        if is_row {
            row.push(" ");
        }
        row.push(&text);
        row.len += 1;
        row.has_clock |= is_row && self.gap.len == 1 && self.gap.last == Some(Beside::Colon);
        self.tokens.push(Token::number(&text));
        self.last = text;
    }

    /// Whether a minus stands before the number that is read. A word that is one is no token then.
    fn take_minus(&mut self) -> bool {
        if self.gap.has_minus {
            return true;
        }
        let line = self.lines.current(&self.tokens);
        let len = match line {
            [.., below, zero] if [*below, *zero] == MINUS_BELOW.map(Token::character) => 2,
            [.., minus] if *minus == Token::character(MINUS) => {
                // "2胜1负3平" is no -3.
                let is_after_number = line.len() > 1 && line[line.len() - 2].is_number();
                usize::from(!is_after_number)
            }
            _ => 0,
        };
        if self.gap.len > 0 || len == 0 {
            return false;
        }
        self.tokens.truncate(self.tokens.len() - len);
        true
    }

    /// Adds a sign to the number before.
    fn add_unit(&mut self, unit: char) {
        let mut bytes = [0; 4];
        let text = unit.encode_utf8(&mut bytes);
        self.last.push_str(text);
        if let (Some(row), Some(token)) = (self.rows.last_mut(), self.tokens.last_mut()) {
            row.push(text);
            *token = Token::number(&self.last);
        }
    }

    /// Ends what stands between two tokens: a currency sign before no number belongs to the number before it.
    fn end_gap(&mut self, is_before_number: bool) {
        let belongs_before = self.gap.is_unit_open && !is_before_number;
        if let Some(currency) = self.gap.currency.take_if(|_| belongs_before) {
            self.add_unit(currency);
            self.gap.is_unit_open = false;
        }
    }
}

/// The words that are a minus sign before a number: 零下 and 负.
const MINUS_BELOW: [u32; 2] = [0x96f6, 0x4e0b];
const MINUS: u32 = 0x8d1f;

impl TokenObserver for Numbers {
    const IS_WATCHING: bool = true;

    #[inline]
    fn letter(&mut self, code: u32) {
        self.letters |= Token::letter(code);
        self.num_letters += 1;
        self.letter = code;
    }

    #[inline]
    fn digit(&mut self, code: u32) {
        self.digits.extend(char::from_u32(code));
        self.has_digit = true;
    }

    #[inline]
    fn joiner(&mut self, code: u32) {
        if is_mark(code) {
            self.digits.extend(char::from_u32(code));
        }
    }

    fn separator(&mut self, code: u32) {
        let c = char::from_u32(code).unwrap_or(' ');
        let kind = beside(c);
        let gap = &mut self.gap;
        let is_first = gap.len == 0;
        gap.len += 1;
        // A minus sign that something but a currency sign stands behind is none.
        gap.has_minus = match kind {
            Beside::Minus => !gap.is_joined,
            Beside::Currency => gap.has_minus,
            _ => false,
        };
        gap.last = Some(kind);
        self.has_point |= c == '.';
        match kind {
            Beside::Unit if gap.is_unit_open => return self.add_unit(c),
            Beside::Currency => {
                gap.currency = Some(c);
                return;
            }
            Beside::Space if gap.currency.is_none() => gap.is_unit_open &= is_first,
            // "5 € more", but "costs $ 5".
            Beside::Space => self.end_gap(false),
            Beside::Minus if !gap.is_joined => gap.is_unit_open = false,
            _ => {
                if kind == Beside::Stop {
                    self.lines.stop();
                }
                self.end_gap(false);
                self.gap.currency = None;
                self.gap.is_unit_open = false;
            }
        }
        self.gap.is_joined = false;
    }

    #[inline]
    fn end(&mut self, hash: u64) {
        let is_number = self.has_digit && self.num_letters == 0;
        if self.gap.currency.is_some() {
            self.end_gap(is_number);
        }
        let is_character = self.num_letters == 1 && !self.has_digit && is_unspaced(self.letter);
        if is_number {
            self.number();
        } else {
            self.tokens.push(match (self.has_digit, is_character) {
                (true, _) => Token::mixed(hash),
                (false, true) => Token::character(self.letter),
                (false, false) => Token::word(hash, self.letters),
            });
        }
        // "3月-5月" is a range, "最低-5度" is not.
        let is_after_number = || self.tokens.iter().rev().nth(1).is_some_and(|token| token.is_number());
        let is_joined = !is_character || is_after_number();
        self.gap = Gap { is_unit_open: is_number, is_joined, ..Gap::default() };
        self.has_point = false;
        self.digits.clear();
        (self.has_digit, self.letters, self.num_letters) = (false, 0, 0);
    }
}
