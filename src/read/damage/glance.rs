//! A quick look at bytes: whether anything in them asks for a closer one.

use std::sync::LazyLock;

use super::charset::Charset;
use super::common::{Class, class};
use super::utf8_misread::SINGLE;

/// Below this every character has its place in the tables of leads and of continuations; what lies above is in no charset
/// of one byte.
const NARROW: usize = 0x2600;

/// Characters of the basic plane.
const NUM: usize = 1 << 16;

/// What a character asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Look {
    /// Nothing.
    None,
    /// A sign of narrow scripts, or an accented letter.
    Narrow,
    /// Punctuation that stands beside narrow characters.
    Between,
    Capital,
    Small,
    /// A character of wide scripts in everyday use.
    Wide,
    /// One that is not.
    Rare,
    /// A closer look, by itself.
    Closer,
}

/// In a row or nearly: rare characters weigh 6, others take away 1.
const RARE: i32 = 6;
const TOO_RARE: i32 = 8;
/// Narrow characters side by side that no word has.
/// The longest run in which one rare character is enough.
const SHORT_RUN: u32 = 8;
const TOO_MANY_NARROW: u32 = 3;
/// Capitals of Cyrillic side by side.
const TOO_MANY_CAPITALS: u32 = 4;

struct Looks {
    looks: Vec<Look>,
    /// For each narrow character, the charsets in which it is the first byte of a sequence, and those in which it is another.
    sides: Vec<(u16, u16)>,
}

static LOOKS: LazyLock<Looks> = LazyLock::new(Looks::new);

impl Looks {
    fn new() -> Self {
        let mut looks = vec![Look::None; NUM];
        for (value, place) in (0_u32..).zip(&mut looks) {
            *place = char::from_u32(value).map_or(Look::None, look);
        }
        let mut sides = vec![(0, 0); NARROW];
        for (bit, charset) in SINGLE.into_iter().enumerate() {
            for (value, sides) in (0_u32..).zip(&mut sides) {
                let bytes = char::from_u32(value).and_then(|c| charset.table().bytes(c));
                // In code page 866 letters are on both sides, so that every word would have pairs: there a letter makes
                // none with a letter.
                let both = if charset == Charset::Cp866 { 1 << bit | 1 << SINGLE.len() } else { 1 << bit };
                let is_letter = charset == Charset::Cp866 && matches!(value, 0x400..=0x4ff);
                match bytes {
                    Some(0xc2..=0xf4) => sides.0 |= if is_letter { 1 << bit } else { both },
                    Some(0x80..=0xbf) => sides.1 |= if is_letter { 1 << SINGLE.len() } else { both },
                    _ => {}
                }
            }
        }
        Self { looks, sides }
    }
}

fn look(c: char) -> Look {
    match c {
        _ if c.is_ascii() => Look::None,
        '\u{80}'..='\u{9f}' | '\u{fffd}' | 'ƒ' | '锟' | '烫' | '屯' | '鈥' | '锛' | '銆' => {
            Look::Closer
        }
        '\u{a0}' | '\u{2010}'..='\u{203a}' => Look::Between,
        'А'..='Я' | '\u{400}'..='\u{40f}' => Look::Capital,
        'а'..='я' | '\u{450}'..='\u{45f}' => Look::Small,
        '\u{a1}'..='\u{24f}' | '\u{2c6}'..='\u{2dd}' | '\u{2100}'..='\u{24ff}' => Look::Narrow,
        _ => match class(c) {
            Class::Rare | Class::RareSyllable | Class::Odd | Class::HalfKatakana => Look::Rare,
            Class::Other => Look::None,
            _ => Look::Wide,
        },
    }
}

/// Whether a line, or a text of lines, may be damaged. If it may not, none of its lines is.
///
/// Cost: 16 bytes of ASCII at a time, else a look at a table for each character.
pub(crate) fn may_be_damaged(bytes: &[u8]) -> bool {
    let looks = &*LOOKS;
    // Of a length that the compiler knows: no bound is checked for each character.
    let Some(by_value) = looks.looks.first_chunk() else { return true };
    let mut state = State::default();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] < 0x80 {
            let start = at;
            at += num_ascii(&bytes[at..]);
            if state.is_odd_run(bytes[start].is_ascii_lowercase()) {
                return true;
            }
            state.end_run(bytes[at - 1].is_ascii_lowercase());
            continue;
        }
        let num_wide = num_wide(by_value, &bytes[at..]);
        if num_wide > 0 {
            at += 3 * num_wide;
            state.add_wide(num_wide);
        }
        if bytes.get(at).is_some_and(|byte| !byte.is_ascii()) {
            let (value, len) = value(&bytes[at..]);
            at += len;
            if state.is_suspicious(looks, value) {
                return true;
            }
        }
    }
    state.is_odd_run(false)
}

/// How many bytes of ASCII are at the start.
fn num_ascii(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<16>() {
        if u128::from_le_bytes(*chunk) & 0x8080_8080_8080_8080_8080_8080_8080_8080 != 0 {
            break;
        }
        at += 16;
    }
    at + bytes[at..].iter().take_while(|byte| byte.is_ascii()).count()
}

/// How many wide characters in everyday use are at the start: most of a text in Chinese.
fn num_wide(looks: &[Look; NUM], bytes: &[u8]) -> usize {
    let (triples, _) = bytes.as_chunks::<3>();
    triples
        .iter()
        .take_while(|triple| {
            let value = usize::from(triple[0] & 0xf) << 12
                | usize::from(triple[1] & 0x3f) << 6
                | usize::from(triple[2] & 0x3f);
            triple[0] & 0xf0 == 0xe0 && looks[value] == Look::Wide
        })
        .count()
}

/// The code point at the start of UTF-8, and its length. What is no UTF-8 is read as something.
fn value(bytes: &[u8]) -> (usize, usize) {
    let cont = |at: usize| usize::from(bytes.get(at).copied().unwrap_or_default() & 0x3f);
    let lead = usize::from(bytes[0]);
    match lead {
        ..0xe0 => ((lead & 0x1f) << 6 | cont(1), 2),
        0xe0..0xf0 => ((lead & 0xf) << 12 | cont(1) << 6 | cont(2), 3),
        _ => (usize::MAX, 4),
    }
}

/// What was seen of a run of characters beyond ASCII.
#[derive(Default)]
struct State {
    before: usize,
    rare: i32,
    num_narrow: u32,
    num_capitals: u32,
    last: Option<Look>,
    /// A run of one wide character so far.
    is_lone: bool,
    run: u32,
    has_rare: bool,
    /// Whether the ASCII before the run ended with a small letter.
    is_behind_letter: bool,
}

impl State {
    /// Whether a run that ends here is one of one character in a word, or a short one of rare characters.
    fn is_odd_run(&self, is_before_letter: bool) -> bool {
        self.is_lone && (is_before_letter || self.is_behind_letter) || self.has_rare && self.run <= SHORT_RUN
    }

    fn end_run(&mut self, is_behind_letter: bool) {
        *self = Self { rare: self.rare, is_behind_letter, ..Self::default() };
    }

    fn add_wide(&mut self, num: usize) {
        let num_capped = u32::try_from(num).unwrap_or(u32::MAX / 2);
        self.rare = (self.rare - i32::try_from(num).unwrap_or(i32::MAX)).max(0);
        self.is_lone = self.run == 0 && num == 1;
        self.run = self.run.saturating_add(num_capped);
        (self.before, self.num_narrow, self.num_capitals, self.last) = (0, 0, 0, None);
    }

    fn is_suspicious(&mut self, looks: &Looks, value: usize) -> bool {
        let look = looks.looks.get(value).copied().unwrap_or(Look::None);
        self.is_lone = self.run == 0 && matches!(look, Look::Rare);
        self.run += 1;
        let side = |value: usize| looks.sides.get(value).copied().unwrap_or_default();
        let is_pair = side(self.before).0 & side(value).1 != 0;
        self.before = value;
        self.has_rare |= look == Look::Rare;
        self.rare = if look == Look::Rare { self.rare + RARE } else { self.rare - 1 }.max(0);
        self.num_narrow = match look {
            Look::Narrow => self.num_narrow + 1,
            Look::Between => self.num_narrow,
            _ => 0,
        };
        let is_mixed_case = self.last.replace(look) == Some(Look::Small) && look == Look::Capital;
        self.num_capitals = if look == Look::Capital { self.num_capitals + 1 } else { 0 };
        is_pair
            || is_mixed_case
            || look == Look::Closer
            || self.rare >= TOO_RARE
            || self.num_narrow >= TOO_MANY_NARROW
            || self.num_capitals >= TOO_MANY_CAPITALS
    }
}
