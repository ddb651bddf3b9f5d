//! Joints: line breaks inside a paragraph of a script that is written without spaces. Such a break stands for nothing,
//! so that wrapping a text makes no other paragraph of it (contract I1).

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use super::library::is_unseen;
use crate::config::Repair;
use crate::split::repaired::{Fate, fate};
use crate::split::{is_complex, line};
use crate::units::ByteSpan;

/// How words are parted where a character stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    /// By spaces, as far as is known.
    Spaces,
    /// By nothing: Han, Kana, `Line_Break` SA, and the punctuation of Chinese and Japanese.
    Nothing,
    /// As beside it: quotation marks, dashes and dots that Chinese and Japanese share with other languages.
    AsBeside,
}

/// How words are parted around `c`.
pub(super) fn spacing(c: char) -> Spacing {
    match c {
        '\0'..='\u{7f}' => Spacing::Spaces,
        '·' | '\u{2013}'..='\u{2015}' | '‘' | '’' | '“' | '”' | '‥' | '…' | '‧' => {
            Spacing::AsBeside
        }
        _ if is_written_without_spaces(c) => Spacing::Nothing,
        _ => Spacing::Spaces,
    }
}

fn is_written_without_spaces(c: char) -> bool {
    // Marks of Kana, among them those that several scripts share.
    let is_kana_mark =
        matches!(c, '\u{3099}'..='\u{309c}' | '\u{30fc}' | '\u{ff70}' | '\u{ff9e}' | '\u{ff9f}');
    // CJK Symbols and Punctuation, the middle dot and the double hyphen of Kana, Vertical Forms, CJK Compatibility Forms,
    // Small Form Variants, Halfwidth and Fullwidth Forms.
    let is_of_blocks = matches!(c, '\u{3001}'..='\u{303f}' | '\u{30a0}' | '\u{30fb}' | '\u{fe10}'..='\u{fe1f}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff01}'..='\u{ffee}');
    let is_punctuation = is_of_blocks
        && matches!(
            c.general_category_group(),
            GeneralCategoryGroup::Punctuation | GeneralCategoryGroup::Symbol
        );
    is_kana_mark
        || is_punctuation
        || matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo)
        || is_complex(c)
}

/// One side of a line break.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    nearest: Spacing,
    /// Of the nearest character that says so itself.
    beside: Spacing,
}

impl Side {
    /// A side where nothing stands.
    const NOTHING: Self = Self { nearest: Spacing::Spaces, beside: Spacing::Spaces };

    /// This side of a break before which `c` comes next.
    fn with(self, c: char) -> Self {
        match spacing(c) {
            _ if is_unseen(c) => self,
            Spacing::AsBeside => Self { nearest: Spacing::AsBeside, ..self },
            own => Self { nearest: own, beside: own },
        }
    }

    /// The side after a break on which `text` stands: as much of it as it takes, up to the next break.
    fn after(text: impl Iterator<Item = char>) -> Self {
        let mut seen = text.take_while(|c| *c != '\n').filter(|c| !is_unseen(*c)).map(spacing);
        let Some(nearest) = seen.next() else { return Self::NOTHING };
        let own = Some(nearest).filter(|spacing| *spacing != Spacing::AsBeside);
        let beside = own.or_else(|| seen.find(|spacing| *spacing != Spacing::AsBeside));
        Self { nearest, beside: beside.unwrap_or(Spacing::Spaces) }
    }
}

/// Whether a break between these two is a joint.
fn is_joint(before: Side, after: Side) -> bool {
    match (before.nearest, after.nearest) {
        (Spacing::Spaces, _) | (_, Spacing::Spaces) => false,
        (Spacing::AsBeside, Spacing::AsBeside) => {
            [before, after].iter().all(|side| side.beside == Spacing::Nothing)
        }
        _ => true,
    }
}

/// Stands for a joint: parts what is normalized as a line break does, and then goes with the invisible characters.
const WORD_JOINER: char = '\u{2060}';

/// The characters of a repaired paragraph, with a word joiner for each line break that is a joint.
#[derive(Debug, Clone)]
pub(super) struct Joined<I> {
    text: I,
    before: Side,
}

impl<I> Joined<I> {
    pub(super) fn new(text: I) -> Self {
        Self { text, before: Side::NOTHING }
    }
}

impl<I: Iterator<Item = char> + Clone> Iterator for Joined<I> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let c = self.text.next()?;
        if c != '\n' {
            self.before = self.before.with(c);
            return Some(c);
        }
        if self.before.nearest != Spacing::Spaces && is_joint(self.before, Side::after(self.text.clone())) {
            return Some(WORD_JOINER);
        }
        self.before = Side::NOTHING;
        Some(c)
    }
}

/// What the fast path makes of a line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// It is white space, which goes on to `end`.
    Space { end: usize },
    /// It is a joint, and goes with the white space around it, up to `end`.
    Joint { end: usize },
    /// The libraries must tell.
    Unclear,
}

/// Tells what the line end at `at` in a paragraph of `text` is that is repaired in this way: as [`Joined`] would of the
/// repaired paragraph, if nothing else of that needs the libraries.
pub(super) fn line_break(text: &str, at: usize, repair: Repair) -> Break {
    let (head, tail) = text.split_at(at);
    let is_spaced = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if is_spaced(head.as_bytes().last()) {
        return Break::Space { end: at + 1 };
    }
    let (before, after) = (head.trim_end(), tail.trim_start());
    let run = &text[before.len()..text.len() - after.len()];
    let end = before.len() + run.len();
    // What repair changes must be seen by who looks for it.
    let is_rare = |c: char| fate(c) != Fate::Keep || matches!(c, '\u{2028}' | '\u{2029}');
    let sides = [before.chars().next_back(), after.chars().next()];
    if run.contains(is_rare) || sides.iter().flatten().any(|c| is_unseen(*c)) {
        return Break::Unclear;
    }
    let mut ends = line::ends(run);
    let first = ends.next().map_or(0, ByteSpan::len);
    let is_one = ends.next().is_none() && (repair == Repair::Basic || first == run.len());
    let [left, right] = sides.map(|c| c.map_or(Spacing::Spaces, spacing));
    match (left, right) {
        (Spacing::AsBeside, Spacing::AsBeside) if is_one => Break::Unclear,
        (Spacing::Spaces, _) | (_, Spacing::Spaces) => Break::Space { end },
        _ if is_one => Break::Joint { end },
        _ => Break::Space { end },
    }
}
