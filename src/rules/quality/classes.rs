//! What a character is, looked up in one table, so that a text is looked at once whatever is asked of it.
//!
//! Characters with the same properties are one class. A [`Tally`] counts the characters of each class, and every measure
//! of characters is a sum over the classes that have a property.

use std::ops::BitOr;
use std::sync::LazyLock;

use super::lines;
use super::script::{is_han, is_hangul, is_hiragana, is_kana, is_latin, is_thai, is_wide};
use super::words::is_chinese_function;
use crate::read::encoding::is_frequent;

/// Properties of a character, or of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Properties(u32);

impl Properties {
    /// White space, or a control.
    pub(super) const SPACE: Self = Self(1);
    pub(super) const HAN: Self = Self(1 << 1);
    pub(super) const KANA: Self = Self(1 << 2);
    pub(super) const HIRAGANA: Self = Self(1 << 3);
    pub(super) const HANGUL: Self = Self(1 << 4);
    pub(super) const THAI: Self = Self(1 << 5);
    pub(super) const LATIN: Self = Self(1 << 6);
    pub(super) const ALPHABETIC: Self = Self(1 << 7);
    pub(super) const NUMERIC: Self = Self(1 << 8);
    /// It takes two columns.
    pub(super) const WIDE: Self = Self(1 << 9);
    /// A hanzi that two in three characters of running text are.
    pub(super) const FREQUENT: Self = Self(1 << 10);
    /// A hanzi that sentences are held together by.
    pub(super) const FUNCTION: Self = Self(1 << 11);
    /// U+FFFD.
    pub(super) const REPLACEMENT: Self = Self(1 << 12);
    /// Of Latin-1, beyond ASCII.
    pub(super) const LATIN1: Self = Self(1 << 13);
    /// One of the first characters of what `，` `。` `“` become if UTF-8 is read as GBK; none is in use.
    pub(super) const GBK: Self = Self(1 << 14);
    /// A mark that code is full of.
    pub(super) const CODE: Self = Self(1 << 15);
    /// A curly bracket, which hardly anything but code has.
    pub(super) const BRACE: Self = Self(1 << 19);
    /// A mark that ends a sentence, whatever follows.
    pub(super) const STOP: Self = Self(1 << 16);
    /// A mark that ends a sentence before [`Self::GAP`].
    pub(super) const STOP_BEFORE_GAP: Self = Self(1 << 17);
    /// White space, or what closes a quotation or a bracket.
    pub(super) const GAP: Self = Self(1 << 18);

    /// Of scripts that are told apart.
    pub(super) const OF_OWN_SCRIPT: Self =
        Self(Self::HAN.0 | Self::KANA.0 | Self::HANGUL.0 | Self::THAI.0 | Self::LATIN.0);

    /// Of a character.
    fn of(c: char) -> Self {
        let is = |has: bool, property: Self| if has { property } else { Self::default() };
        let is_stop = matches!(c, '。' | '！' | '？');
        // Controls stand for nothing, where repair does not take them out: old files are padded with them.
        is(c.is_whitespace() || c.is_control(), Self::SPACE)
            | is(is_han(c), Self::HAN)
            | is(is_kana(c), Self::KANA)
            | is(is_hiragana(c), Self::HIRAGANA)
            | is(is_hangul(c), Self::HANGUL)
            | is(is_thai(c), Self::THAI)
            | is(is_latin(c), Self::LATIN)
            | is(c.is_alphabetic(), Self::ALPHABETIC)
            | is(c.is_numeric(), Self::NUMERIC)
            | is(is_wide(c), Self::WIDE)
            | is(is_han(c) && is_frequent(u32::from(c)), Self::FREQUENT)
            | is(is_chinese_function(c), Self::FUNCTION)
            | is(c == '\u{fffd}', Self::REPLACEMENT)
            | is(matches!(c, '\u{80}'..='\u{ff}'), Self::LATIN1)
            | is(matches!(c, '锛' | '銆' | '鈥' | '锟'), Self::GBK)
            | is(matches!(c, '{' | '}' | '[' | ']' | '<' | '>' | '=' | ';' | '_' | '\\' | '"'), Self::CODE)
            | is(matches!(c, '{' | '}'), Self::BRACE)
            | is(is_stop, Self::STOP)
            | is(!is_stop && lines::STOPS.contains(&c), Self::STOP_BEFORE_GAP)
            | is(c.is_whitespace() || lines::CLOSING.contains(&c), Self::GAP)
    }

    /// Whether there is one of these among them.
    pub(super) fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }
}

impl BitOr for Properties {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Characters that the table has: all planes with letters, and one that stands for all behind them.
const NUM: u32 = 0x4_0001;

/// Classes that a text may be counted by: more than there are.
const MOST_CLASSES: usize = 128;

/// The class of each character, and the properties of each class.
struct Classes {
    of: Vec<u8>,
    properties: [Properties; MOST_CLASSES],
}

static CLASSES: LazyLock<Classes> = LazyLock::new(Classes::new);

impl Classes {
    /// # Panics
    /// Never: a test shows that there are not too many classes.
    fn new() -> Self {
        let mut found: Vec<Properties> = Vec::new();
        let mut class = |value: u32| {
            let properties = char::from_u32(value).map_or_else(Properties::default, Properties::of);
            let known = found.iter().position(|known| *known == properties);
            let class = known.unwrap_or_else(|| {
                found.push(properties);
                found.len() - 1
            });
            u8::try_from(class).expect("few classes")
        };
        let of = (0..NUM).map(&mut class).collect();
        let mut properties = [Properties::default(); MOST_CLASSES];
        properties[..found.len()].copy_from_slice(&found);
        Self { of, properties }
    }

    fn class(&self, c: char) -> usize {
        usize::from(self.of[u32::from(c).min(NUM - 1) as usize])
    }
}

/// The characters of a text, by class.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    counts: [u32; MOST_CLASSES],
    /// Hanzi in rows of [`LONG_ROW`] or more.
    unbroken: u64,
}

/// Hanzi without any mark between them, of which no sentence has so many.
const LONG_ROW: u64 = 60;

/// What was seen of one line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// What its characters are.
    pub seen: Properties,
    /// Columns: a wide character counts 2, any other 1. So a line holds about as much text in any script.
    pub width: u64,
    /// Sentences that end in it: full-width marks always end one, others before white space or what closes.
    pub num_stops: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: [0; MOST_CLASSES], unbroken: 0 }
    }
}

impl Tally {
    /// That of a text.
    pub(super) fn of(text: &str) -> Self {
        let mut tally = Self::default();
        tally.add(text);
        tally
    }

    /// Adds a line.
    ///
    /// Cost: a look at the table for each character.
    pub(super) fn add(&mut self, line: &str) -> Look {
        let classes = &*CLASSES;
        let mut look = Look::default();
        let (mut row, mut may_end) = (0, false);
        for c in line.chars() {
            let class = classes.class(c);
            let properties = classes.properties[class];
            self.counts[class] += 1;
            look.seen = look.seen | properties;
            look.width += 1 + u64::from(properties.has(Properties::WIDE));
            look.num_stops += u64::from(properties.has(Properties::STOP))
                + u64::from(may_end && properties.has(Properties::GAP));
            may_end = properties.has(Properties::STOP_BEFORE_GAP);
            if properties.has(Properties::HAN) {
                row += 1;
            } else {
                self.end_row(row);
                row = 0;
            }
        }
        self.end_row(row);
        look.num_stops += u64::from(may_end);
        look
    }

    fn end_row(&mut self, row: u64) {
        if row >= LONG_ROW {
            self.unbroken += row;
        }
    }

    /// Characters that have one of these properties.
    pub(super) fn num(&self, any: Properties) -> u64 {
        self.num_where(|properties| properties.has(any))
    }

    /// Characters whose properties are such.
    pub(super) fn num_where(&self, is_counted: impl Fn(Properties) -> bool) -> u64 {
        let classes = self.counts.iter().zip(&CLASSES.properties);
        classes.filter(|(_, properties)| is_counted(**properties)).map(|(count, _)| u64::from(*count)).sum()
    }

    /// Hanzi in rows of sixty or more, without any mark: no sentence is so long.
    pub(super) fn num_unbroken(&self) -> u64 {
        self.unbroken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_its_properties() {
        let classes = &*CLASSES;
        let mut num = 0;
        for c in '\0'..=char::MAX {
            let class = classes.class(c);
            assert_eq!(classes.properties[class], Properties::of(c), "{c:?}");
            num = num.max(class + 1);
        }
        assert!((20..MOST_CLASSES).contains(&num), "{num} classes");
    }

    #[test]
    fn what_is_seen_of_a_line() {
        for (line, width, num_stops) in [
            ("他走了。", 8, 1),
            ("他说：“走吧！”", 14, 1),
            ("It was 3.5 metres. He left", 26, 1),
            ("(It was over.)", 14, 1),
            ("标题", 4, 0),
            ("这是真的吗？是。", 16, 2),
            ("Wait... what?!", 14, 2),
            ("", 0, 0),
        ] {
            let look = Tally::default().add(line);
            assert_eq!((look.width, look.num_stops), (width, num_stops), "{line}");
        }
        let look = Tally::default().add("第3天");
        assert!(look.seen.has(Properties::NUMERIC) && !look.seen.has(Properties::SPACE));
    }

    #[test]
    fn characters_of_all_lines_are_counted() {
        let mut tally = Tally::of(&format!("{}，{}", "雨".repeat(60), "风".repeat(59)));
        tally.add("は é");
        assert_eq!(tally.num(Properties::HAN), 119);
        assert_eq!(tally.num(Properties::KANA | Properties::LATIN), 2);
        assert_eq!(tally.num_where(|properties| !properties.has(Properties::SPACE)), 122);
        assert_eq!(tally.num_unbroken(), 60);
    }
}
