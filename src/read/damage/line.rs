//! A line as characters, and as the bytes of a charset that it may have been misread in.

use std::cell::OnceCell;
use std::ops::Range;

use super::charset::{Charset, Table};
use super::plausible::{as_it_stands, as_it_stands_in_double_byte};

/// The characters of a line and where each begins. What is asked for again is kept: the bytes in each charset, and what
/// each character weighs as it stands.
pub(super) struct Line {
    pub(super) chars: Vec<char>,
    offsets: Vec<usize>,
    stretches: [OnceCell<Vec<Stretch>>; Charset::ALL.len()],
    standing: OnceCell<Vec<i32>>,
    standing_in_double_byte: OnceCell<Vec<i32>>,
}

impl Line {
    pub(super) fn new(text: &str) -> Self {
        let (mut offsets, chars): (Vec<_>, Vec<_>) = text.char_indices().unzip();
        offsets.push(text.len());
        Self {
            chars,
            offsets,
            stretches: Default::default(),
            standing: OnceCell::new(),
            standing_in_double_byte: OnceCell::new(),
        }
    }

    /// The byte span of a range of characters.
    pub(super) fn span(&self, chars: &Range<usize>) -> Range<usize> {
        self.offsets[chars.start]..self.offsets[chars.end]
    }

    /// The character before, and the one at, an index.
    pub(super) fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).map(|at| self.chars[at])
    }

    pub(super) fn at(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    /// The longest ranges of characters that have bytes in a charset, of those that hold more than ASCII.
    pub(super) fn stretches(&self, charset: Charset) -> &[Stretch] {
        self.stretches[charset as usize].get_or_init(|| self.find_stretches(charset))
    }

    /// What each character weighs as it stands, if the line was read in a charset of two bytes or not.
    pub(super) fn standing(&self, is_double_byte: bool) -> &[i32] {
        let (kept, stands): (_, fn(_, _, _) -> i32) = if is_double_byte {
            (&self.standing_in_double_byte, as_it_stands_in_double_byte)
        } else {
            (&self.standing, as_it_stands)
        };
        kept.get_or_init(|| {
            let weight = |(at, c): (usize, &char)| stands(self.before(at), *c, self.at(at + 1));
            self.chars.iter().enumerate().map(weight).collect()
        })
    }

    fn find_stretches(&self, charset: Charset) -> Vec<Stretch> {
        let table = charset.table();
        let mut stretches = Vec::new();
        let mut stretch = Stretch::at(0);
        for (at, c) in self.chars.iter().enumerate() {
            if let Some(bytes) = table.bytes(*c) {
                stretch.push(bytes, !c.is_ascii());
            } else {
                stretch.hand_over(&mut stretches, at + 1);
            }
        }
        stretch.hand_over(&mut stretches, self.chars.len());
        stretches
    }
}

/// A range of characters as bytes of a charset.
pub(super) struct Stretch {
    /// The index of its first character in the line.
    pub(super) first: usize,
    pub(super) bytes: Vec<u8>,
    /// Where the bytes of each character begin, and the end of the last.
    pub(super) starts: Vec<usize>,
    has_more_than_ascii: bool,
}

impl Stretch {
    fn at(first: usize) -> Self {
        Self { first, bytes: Vec::new(), starts: vec![0], has_more_than_ascii: false }
    }

    fn push(&mut self, bytes: u16, is_more_than_ascii: bool) {
        let [lead, trail] = bytes.to_be_bytes();
        if lead != 0 {
            self.bytes.push(lead);
        }
        self.bytes.push(trail);
        self.starts.push(self.bytes.len());
        self.has_more_than_ascii |= is_more_than_ascii;
    }

    /// Ends a stretch, and begins the next at a character.
    fn hand_over(&mut self, stretches: &mut Vec<Self>, next: usize) {
        if self.has_more_than_ascii {
            stretches.push(std::mem::replace(self, Self::at(next)));
        } else {
            self.first = next;
            self.bytes.clear();
            self.starts.truncate(1);
        }
    }

    pub(super) fn num_chars(&self) -> usize {
        self.starts.len() - 1
    }

    /// The index in the stretch of the character that begins at a byte.
    pub(super) fn char_at_byte(&self, byte: usize) -> Option<usize> {
        self.starts.binary_search(&byte).ok()
    }

    /// What the bytes from one of them on say in a charset.
    pub(super) fn decode_at(&self, table: &Table, byte: usize) -> Option<(char, usize)> {
        table.char_at(self.bytes.get(byte..)?)
    }
}

/// The character of two to four bytes of UTF-8 that `bytes` begin with, and its length.
pub(super) fn sequence(bytes: &[u8]) -> Option<(char, usize)> {
    let len = match bytes.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes = match bytes {
        // A pair of surrogates, each in three bytes (CESU-8, Unicode Technical Report 26).
        [
            0xed,
            high @ 0xa0..=0xaf,
            high_end @ 0x80..=0xbf,
            0xed,
            low @ 0xb0..=0xbf,
            low_end @ 0x80..=0xbf,
            ..,
        ] => {
            let bits = |first: u8, last: u8| u32::from(first & 0xf) << 6 | u32::from(last & 0x3f);
            let c = char::from_u32(0x1_0000 + (bits(*high, *high_end) << 10) + bits(*low, *low_end))?;
            return Some((c, 6));
        }
        _ => bytes.get(..len)?,
    };
    let text = std::str::from_utf8(bytes).ok()?;
    Some((text.chars().next()?, len))
}
