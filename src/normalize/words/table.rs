//! The table behind the fast path: for each character its folded form, and its class in the word rules of UAX #29.
//!
//! No property file is kept here. What a character folds to is what the libraries fold it to; its class is that
//! of the plain character from which `unicode-segmentation` does not tell it apart in any context of a probe. So
//! the table is of the libraries' Unicode version whatever that is.

use std::sync::OnceLock;

use unicode_segmentation::UnicodeSegmentation;

use super::kind::{CharKind, kind};
use super::library;
use crate::normalize::fold::{decode, starts_afresh};
use crate::split::repaired::{Fate, fate};

/// How the word rules treat a character: values of `Word_Break`, those without a rule as `Other`.
///
/// `Single_Quote` differs from `MidNumLet` after Hebrew letters only, and those have no class. Nor have `Extend`,
/// `Format`, `ZWJ` and regional indicators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    Other,
    Letter,
    Numeric,
    Katakana,
    Connector,
    MidLetter,
    MidNum,
    MidNumLet,
}

/// Number of classes.
pub(super) const NUM_CLASSES: usize = 8;

/// A plain character of each class.
const PLAIN: [(char, Class); 11] = [
    ('中', Class::Other),
    (' ', Class::Other),
    ('"', Class::Other),
    ('a', Class::Letter),
    ('1', Class::Numeric),
    ('カ', Class::Katakana),
    ('_', Class::Connector),
    (':', Class::MidLetter),
    (',', Class::MidNum),
    ('.', Class::MidNumLet),
    ('\'', Class::MidNumLet),
];

/// One folded character. Bits 0-20 are its code, 21-23 its class; bit 24 is set if it is a decimal digit, bit 25
/// if it is no letter, mark or number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FoldedChar(u32);

const CLASS_SHIFT: u32 = 21;
const DIGIT: u32 = 1 << 24;
const JOINER: u32 = 1 << 25;
/// Bit of an [`TableEntry`]: it is the index of several units.
const SEVERAL: u32 = 1 << 26;
/// Bit of an [`TableEntry`]: the libraries must take it.
const HARD: u32 = 1 << 27;

impl FoldedChar {
    /// The unit of a folded character, if it has a class.
    fn of(c: char) -> Option<Self> {
        let class = class(c)?;
        let is_middle = matches!(class, Class::MidLetter | Class::MidNum | Class::MidNumLet);
        let kind = match kind(c) {
            // All of these are punctuation; the pass counts on that.
            CharKind::Letter | CharKind::Digit if is_middle => return None,
            CharKind::Letter => 0,
            CharKind::Digit => DIGIT,
            CharKind::Invisible | CharKind::Other => JOINER,
        };
        Some(Self(u32::from(c) | u32::from(class as u8) << CLASS_SHIFT | kind))
    }

    #[inline]
    pub(super) fn code(self) -> u32 {
        self.0 & ((1 << CLASS_SHIFT) - 1)
    }

    /// The class as a number below [`NUM_CLASSES`].
    #[inline]
    pub(super) fn class(self) -> usize {
        (self.0 >> CLASS_SHIFT) as usize % NUM_CLASSES
    }

    #[inline]
    pub(super) fn is_digit(self) -> bool {
        self.0 & DIGIT != 0
    }

    #[inline]
    pub(super) fn is_joiner(self) -> bool {
        self.0 & JOINER != 0
    }
}

/// The table's entry for one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TableEntry(u32);

impl TableEntry {
    /// A character that needs its context, is repaired, or folds to nothing.
    const HARD: Self = Self(HARD);
    /// Stands after the end of a text: parted from all before it, and nothing itself.
    pub(super) const SPACE: Self = Self(' ' as u32 | JOINER);

    #[inline]
    pub(super) fn is_hard(self) -> bool {
        self.0 & HARD != 0
    }

    /// The one unit the character folds to, if it is one. Not of a hard character.
    #[inline]
    pub(super) fn unit(self) -> Option<FoldedChar> {
        (self.0 & SEVERAL == 0).then_some(FoldedChar(self.0))
    }

    /// Whether it is a letter of class `Other`, a token by itself: Han, Hiragana, most of Thai.
    #[inline]
    pub(super) fn is_lone(self) -> bool {
        self.0 < 1 << CLASS_SHIFT
    }

    /// Whether it is one letter of class `Letter`: Latin, Greek, Cyrillic, Hangul.
    #[inline]
    pub(super) fn is_plain_letter(self) -> bool {
        self.0 >> CLASS_SHIFT == Class::Letter as u32
    }

    /// The code of the one unit the character folds to, if it is one.
    #[inline]
    pub(super) fn code(self) -> u32 {
        FoldedChar(self.0).code()
    }

    /// Whether a text may be cut before it: a segment begins there whatever stands before, and no HTML entity
    /// goes on there. Quotation marks are not trusted for Hebrew's sake.
    pub(super) fn is_fence(self) -> bool {
        self.is_lone() || self == Self::SPACE
    }
}

/// Code points a page.
const PAGE: usize = 256;
/// Pages up to U+10FFFF.
const NUM_PAGES: usize = 0x11_0000 / PAGE;

/// The entries of a page, and the units of the characters that have several.
#[derive(Debug)]
struct TablePage {
    entries: Box<[TableEntry; PAGE]>,
    several: Vec<Box<[FoldedChar]>>,
}

/// The entries of all characters, made page by page when first needed (80 µs a page of Han, up to 0.8 ms another;
/// Chinese and English news touch some 90 pages: 10 ms once a process).
#[derive(Debug)]
pub(super) struct WordTable {
    pages: [OnceLock<TablePage>; NUM_PAGES],
}

static TABLE: WordTable = WordTable { pages: [const { OnceLock::new() }; NUM_PAGES] };

impl WordTable {
    /// The table.
    pub(super) fn get() -> &'static Self {
        &TABLE
    }

    /// The entries of the ASCII characters; of the ampersand the hard one.
    #[inline]
    pub(super) fn ascii(&self) -> &[TableEntry; 128] {
        self.page(0).entries.first_chunk().unwrap_or(&[TableEntry::HARD; 128])
    }

    /// The entry of the character at `at` and its width in bytes; a space of no width after the end of `text`.
    #[inline]
    pub(super) fn entry(&self, text: &[u8], at: usize) -> (TableEntry, usize) {
        let Some((code, width)) = decode(text, at) else { return (TableEntry::SPACE, 0) };
        let entry = self.page(code as usize / PAGE).entries[code as usize % PAGE];
        if entry.is_hard() && code == u32::from(b'&') && !may_be_entity(&text[at + 1..]) {
            return (TableEntry('&' as u32 | JOINER), 1);
        }
        (entry, width)
    }

    /// The units of the character at `at`; none of a hard one.
    #[cold]
    pub(super) fn several(&self, text: &[u8], at: usize) -> &[FoldedChar] {
        let Some((code, _)) = decode(text, at) else { return &[] };
        let page = self.page(code as usize / PAGE);
        let entry = page.entries[code as usize % PAGE];
        page.several.get((entry.0 & !SEVERAL) as usize).map_or(&[], |units| units)
    }

    #[inline]
    fn page(&self, number: usize) -> &TablePage {
        self.pages[number].get_or_init(|| TablePage::new(number))
    }
}

impl TablePage {
    #[cold]
    fn new(number: usize) -> Self {
        let mut page = Self { entries: Box::new([TableEntry::HARD; PAGE]), several: Vec::new() };
        for code in 0..PAGE {
            let c = u32::try_from(number * PAGE + code).ok().and_then(char::from_u32);
            page.entries[code] = c.map_or(TableEntry::HARD, |c| page.entry(c));
        }
        page
    }

    fn entry(&mut self, c: char) -> TableEntry {
        if fate(c) != Fate::Keep || !starts_afresh(c) || c == '&' {
            return TableEntry::HARD;
        }
        let units: Option<Vec<FoldedChar>> = library::fold(std::iter::once(c)).map(FoldedChar::of).collect();
        match units.as_deref() {
            // What folds to nothing would hide from the pass that a mark behind it meets what stands before it.
            None | Some([]) => TableEntry::HARD,
            Some([unit]) => TableEntry(unit.0),
            Some(units) => {
                self.several.push(units.into());
                u32::try_from(self.several.len() - 1)
                    .map_or(TableEntry::HARD, |index| TableEntry(SEVERAL | index))
            }
        }
    }
}

/// Whether an HTML entity may begin with an ampersand before `rest`, once `rest` is repaired.
///
/// An entity's name is ASCII letters, digits and `#`, with `;` right behind; repair may take out what stands
/// between. Cost: the length of the name; over a text linear, as no name goes beyond an ampersand.
#[cold]
fn may_be_entity(rest: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
    let end = rest.iter().take_while(|byte| is_name(byte)).count();
    let after = decode(rest, end).and_then(|(code, _)| char::from_u32(code));
    after.is_some_and(|c| c == ';' || fate(c) != Fate::Keep)
}

/// The class of a folded character, if it is that of a plain one.
fn class(c: char) -> Option<Class> {
    static PLAIN_PROBES: OnceLock<[(u64, Class); PLAIN.len()]> = OnceLock::new();
    // No ideograph has a value of `Word_Break`, and a probe takes 3 µs: 70 ms for those that news use.
    if ('\u{4e00}'..='\u{9fff}').contains(&c) {
        return Some(Class::Other);
    }
    let probes = PLAIN_PROBES.get_or_init(|| PLAIN.map(|(plain, class)| (probe(plain), class)));
    let found = probe(c);
    probes.iter().find(|(plain, _)| *plain == found).map(|(_, class)| *class)
}

/// Where `unicode-segmentation` finds boundaries around `c` in many contexts: bit `n` is set if a segment begins
/// at character `n` of the probe.
fn probe(c: char) -> u64 {
    let text = format!(
        "a{c}a中1{c}1中カ{c}カ中_{c}_中{c}:a中a:{c}中{c},1中1,{c}中א\"{c}中{c}'中\u{5d0}{c}\u{5d0}中\u{1f1e6}{c}\u{1f1e6} {c}{c} {c}"
    );
    let mut at = 0;
    text.split_word_bounds().fold(0, |bits, segment| {
        let bit = 1 << at;
        at += segment.chars().count();
        bits | bit
    })
}
