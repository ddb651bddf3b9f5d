//! Characters of a text by script, and the language by whose measures it is judged.
//!
//! Shares of scripts are enough to choose measures by: what differs is whether words stand between spaces, and which
//! marks end a sentence (contract C5).

use unicode_width::UnicodeWidthChar;

use super::classes::{Properties, Tally};
use crate::config::QualityLanguage;
use crate::units::count;

/// The languages that have measures of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Chinese,
    Japanese,
    Korean,
    Thai,
    /// Any language in Latin letters; which one, the function words tell.
    Latin,
    /// A script that no measure of words is made for.
    Other,
}

impl Language {
    /// Its name in bounds.
    pub(super) fn name(self) -> QualityLanguage {
        match self {
            Self::Chinese => QualityLanguage::Zh,
            Self::Japanese => QualityLanguage::Ja,
            Self::Korean => QualityLanguage::Ko,
            Self::Thai => QualityLanguage::Th,
            Self::Latin => QualityLanguage::Latin,
            Self::Other => QualityLanguage::Other,
        }
    }
}

/// Characters of a text that are no white space, by script.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scripts {
    pub all: u64,
    pub han: u64,
    pub kana: u64,
    pub hiragana: u64,
    pub hangul: u64,
    pub thai: u64,
    pub latin: u64,
    /// Letters of other scripts.
    pub other: u64,
    /// Neither letters nor digits.
    pub symbols: u64,
}

impl Scripts {
    /// Those of counted characters.
    pub(super) fn of(chars: &Tally) -> Self {
        const OWN: Properties = Properties::OF_OWN_SCRIPT;
        let letters = OWN | Properties::ALPHABETIC;
        let all = chars.num_where(|c| !c.has(Properties::SPACE));
        Self {
            all,
            han: chars.num(Properties::HAN),
            kana: chars.num(Properties::KANA),
            hiragana: chars.num(Properties::HIRAGANA),
            hangul: chars.num(Properties::HANGUL),
            thai: chars.num(Properties::THAI),
            latin: chars.num(Properties::LATIN),
            other: chars.num_where(|c| c.has(Properties::ALPHABETIC) && !c.has(OWN)),
            symbols: all - chars.num(letters | Properties::NUMERIC),
        }
    }

    /// Characters of scripts written without spaces between words, and of Hangul, whose words are no words of English.
    pub(super) fn eastern(&self) -> u64 {
        self.han + self.kana + self.hangul + self.thai
    }

    /// The language by whose measures the text is judged: that of most of its text, where a character of Chinese counts
    /// as three Latin letters, as it says about as much.
    pub(super) fn language(&self) -> Language {
        let ideographs = self.han + self.kana;
        // A Japanese headline may have one kana in twenty; a few of them in a Chinese text are a quotation.
        let is_japanese = self.kana * 20 >= ideographs && (self.kana >= 8 || self.kana * 4 >= ideographs);
        let weights = [
            (ideographs * 6, if is_japanese { Language::Japanese } else { Language::Chinese }),
            (self.hangul * 6, Language::Korean),
            (self.thai * 3, Language::Thai),
            (self.latin * 2, Language::Latin),
            (self.other * 2, Language::Other),
        ];
        let heaviest = weights.into_iter().rev().max_by_key(|(weight, _)| *weight);
        heaviest.filter(|(weight, _)| *weight > 0).map_or(Language::Other, |(_, language)| language)
    }
}

/// Whether the character is an ideograph.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether the character is hiragana.
pub(super) fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}')
}

/// Whether the character is kana.
pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}')
}

/// Whether the character is Korean.
pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}')
}

/// Whether the character is Thai, its vowels and tones among them.
pub(super) fn is_thai(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}')
}

/// Whether the character is a Latin letter.
pub(super) fn is_latin(c: char) -> bool {
    let is_range = matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff21}'..='\u{ff5a}');
    is_range && c.is_alphabetic()
}

/// Whether words of the character's script stand between spaces in a way that they can be counted by.
pub(super) fn is_spaced(c: char) -> bool {
    !(is_han(c) || is_kana(c) || is_hangul(c) || is_thai(c))
}

/// Whether the character takes two columns. Most of Chinese text needs no table.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}') || !c.is_ascii() && c.width() == Some(2)
}

/// Columns of a text: a wide character counts 2, any other 1. So a line holds about as much text in any script.
pub(super) fn width(text: &str) -> u64 {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Characters of a text for which this is true.
pub(super) fn num_chars(text: &str, is_counted: impl Fn(char) -> bool) -> u64 {
    count(text.chars().filter(|c| is_counted(*c)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_their_scripts() {
        for (text, language) in [
            ("今天下雨，NASA发射了火箭。", Language::Chinese),
            ("「ありがとう」一詞在臺灣也常聽到，許多人認得這幾個字。", Language::Chinese),
            ("“の”字招牌在街上到处都是。", Language::Chinese),
            ("今日は雨が降るそうです。", Language::Japanese),
            ("오늘은 비가 온다", Language::Korean),
            ("วันนี้ฝนตก", Language::Thai),
            ("It rains today in 北京.", Language::Latin),
            ("Hôm nay trời mưa", Language::Latin),
            ("Сегодня идёт дождь", Language::Other),
            ("123 456", Language::Other),
            ("", Language::Other),
        ] {
            assert_eq!(Scripts::of(&Tally::of(text)).language(), language, "{text}");
        }
    }

    #[test]
    fn characters_by_script() {
        let scripts = Scripts::of(&Tally::of("雨 は비ฝ é Д 1。"));
        let Scripts { all, han, kana, hangul, thai, latin, other, symbols, hiragana } = scripts;
        assert_eq!([all, han, kana, hangul, thai], [8, 1, 1, 1, 1]);
        assert_eq!([latin, other, symbols, hiragana], [1, 1, 1, 1]);
        assert_eq!(scripts.eastern(), 4);
        assert_eq!(width("雨。a é"), 7);
    }
}
