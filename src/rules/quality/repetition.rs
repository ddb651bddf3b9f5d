//! What a text says again: lines, and phrases of n words.
//!
//! Words that stand between spaces are the units of most scripts. In Chinese, Japanese, Korean and Thai characters are,
//! and so many of them are taken for n words as n words have on average.

use std::collections::{HashMap, HashSet};

use super::lines;
use super::script::{Language, is_spaced, num_chars};
use super::words::is_english_function;
use crate::units::count;

/// A unit of phrases: where it stands in the text, and its characters.
#[derive(Debug, Clone, Copy)]
struct Unit {
    start: usize,
    end: usize,
    num_chars: u64,
}

/// A text as a row of units.
#[derive(Debug)]
pub(super) struct Units<'a> {
    text: &'a str,
    row: Vec<Unit>,
    num_chars: u64,
    /// Eighths of a word that a unit is.
    eighths: u64,
}

/// Eighths of a word that one character is: words of Chinese and Japanese text have 1.6 characters on average, as do the
/// morphemes by which Korean is measured (the segmenters that FineWeb-2 counts by: jieba, `SudachiPy`, Kiwi); Thai words have 4.
pub(super) fn eighths_of_a_word(language: Language) -> u64 {
    match language {
        Language::Chinese | Language::Japanese | Language::Korean => 5,
        Language::Thai => 2,
        Language::Latin | Language::Other => 8,
    }
}

impl<'a> Units<'a> {
    /// The words or characters of a text of this language; marks and white space are none.
    pub(super) fn of(text: &'a str, language: Language) -> Self {
        let eighths = eighths_of_a_word(language);
        let mut row: Vec<Unit> = Vec::new();
        let mut is_in_word = false;
        for (start, c) in text.char_indices() {
            let end = start + c.len_utf8();
            // Marks of Thai and of Indian scripts are alphabetic, an apostrophe in a word is as good as a letter.
            let is_part = c.is_alphanumeric() || is_in_word && matches!(c, '\'' | '’');
            match row.last_mut() {
                Some(unit) if is_part && is_in_word && is_spaced(c) => {
                    unit.end = end;
                    unit.num_chars += 1;
                }
                _ if is_part => row.push(Unit { start, end, num_chars: 1 }),
                _ => {}
            }
            is_in_word = is_part && is_spaced(c);
        }
        Self { text, row, num_chars: num_chars(text, |c| !c.is_whitespace()), eighths }
    }

    /// Words of the text, in eighths, of letters only or of all units.
    pub(super) fn num_word_eighths(&self, of_letters_only: bool) -> u64 {
        let eighths = |unit: &Unit| {
            let word = &self.text[unit.start..unit.end];
            let is_counted = !of_letters_only || word.contains(char::is_alphabetic);
            let is_part = word.starts_with(|c: char| !is_spaced(c));
            u64::from(is_counted) * if is_part { self.eighths.min(5) } else { 8 }
        };
        self.row.iter().map(eighths).sum()
    }

    /// The average length of words that stand between spaces: their characters, and their number.
    pub(super) fn spaced_words(&self) -> (u64, u64) {
        (self.row.iter().map(|unit| unit.num_chars).sum(), count(self.row.len()))
    }

    /// The units that make a phrase of `n` words.
    fn size(&self, n: usize) -> usize {
        let n = count(n) * 8;
        usize::try_from((n + self.eighths / 2) / self.eighths).unwrap_or(usize::MAX)
    }

    /// Phrases of `n` words, each with its characters.
    fn phrases(&self, n: usize) -> impl Iterator<Item = (&'a str, u64)> + '_ {
        let phrase = |units: &[Unit]| {
            let (first, last) = (units.first()?, units.last()?);
            Some((&self.text[first.start..last.end], units.iter().map(|unit| unit.num_chars).sum()))
        };
        self.row.windows(self.size(n)).filter_map(phrase)
    }

    /// The characters of the text that are the phrase of `n` words which is said most, and all characters (Rae et al. 2021,
    /// table A1). A phrase that is said once is no repetition.
    pub(super) fn top(&self, n: usize) -> (u64, u64) {
        let mut said: HashMap<&str, (u64, u64)> = HashMap::new();
        for (phrase, num_chars) in self.phrases(n) {
            let said = said.entry(phrase).or_insert((0, num_chars));
            said.0 += 1;
        }
        let repeated =
            said.values().filter(|(times, _)| *times > 1).map(|(times, num_chars)| times * num_chars);
        (repeated.max().unwrap_or(0), self.num_chars)
    }

    /// The characters of phrases of `n` words that were said before, none counted twice, and all characters (Rae et al.
    /// 2021, table A1).
    pub(super) fn duplicate(&self, n: usize) -> (u64, u64) {
        let mut said = HashSet::new();
        let (mut repeated, mut left_out) = (0, 0);
        for (phrase, num_chars) in self.phrases(n) {
            if left_out > 0 {
                left_out -= 1;
            } else if !said.insert(phrase) {
                repeated += num_chars;
                left_out = self.size(n) - 1;
            }
        }
        (repeated, self.num_chars)
    }
}

/// Lines that stood before in the text, and all lines; characters of such lines, and of all lines.
pub(super) fn duplicate_lines(text: &str) -> ((u64, u64), (u64, u64)) {
    let mut seen = HashSet::new();
    let (mut num, mut num_chars, mut num_all, mut all_chars) = (0, 0, 0, 0);
    for line in lines::of(text) {
        let chars = count(line.chars().count());
        num_all += 1;
        all_chars += chars;
        if !seen.insert(line) {
            num += 1;
            num_chars += chars;
        }
    }
    ((num, num_all), (num_chars, all_chars))
}

/// Times from which on a phrase is hammered in.
const HAMMERED: u64 = 3;

/// Places of a text in lower case at which a phrase begins that is said three times or more, and all places: four
/// characters of a script without spaces, or two words, neither of them a function word of English.
pub(super) fn hammered(lower: &str, language: Language) -> (u64, u64) {
    let units = Units::of(lower, language);
    let size = if language == Language::Latin { 2 } else { 4 };
    let mut said: HashMap<&str, u64> = HashMap::new();
    for window in units.row.windows(size) {
        let words = || window.iter().map(|unit| &lower[unit.start..unit.end]);
        let (Some(first), Some(last)) = (window.first(), window.last()) else { continue };
        let is_joined = size == 2 || first.end - first.start + 3 * (size - 1) == last.end - first.start;
        if is_joined && words().all(|word| word.contains(char::is_alphabetic) && !is_english_function(word)) {
            *said.entry(&lower[first.start..last.end]).or_insert(0) += 1;
        }
    }
    (said.values().filter(|times| **times >= HAMMERED).sum(), count(units.row.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_or_characters() {
        for (text, language, eighths, letters) in [
            ("It’s 3 pm, in 北京.", Language::Latin, 4 * 8 + 2 * 5, 3 * 8 + 2 * 5),
            ("今天是3月5日。", Language::Chinese, 5 * 5 + 2 * 8, 5 * 5),
            ("ฝนตก", Language::Thai, 4 * 2, 4 * 2),
        ] {
            let units = Units::of(text, language);
            assert_eq!(
                (units.num_word_eighths(false), units.num_word_eighths(true)),
                (eighths, letters),
                "{text}"
            );
        }
    }

    #[test]
    fn phrases_that_are_said_again() {
        let text = "one two three four five six one two three four five end";
        let units = Units::of(text, Language::Latin);
        let all = num_chars(text, |c| !c.is_whitespace());
        assert_eq!(units.duplicate(5), (19, all));
        assert_eq!(units.duplicate(6), (0, all));
        assert_eq!(units.top(2), (2 * 9, all), "three four");
        assert_eq!(Units::of("a b c d", Language::Latin).top(2), (0, 4), "nothing is said twice");
        // Five words are eight characters.
        let chinese = Units::of("今天北京有大雨请注意今天北京有大雨。", Language::Chinese);
        assert_eq!((chinese.duplicate(5).0, chinese.duplicate(4).0), (0, 6));
        assert_eq!(Units::of("", Language::Chinese).top(2), (0, 0));
    }

    #[test]
    fn lines_that_stand_there_again() {
        assert_eq!(duplicate_lines("一二\n三\n\n 一二 \n四"), ((1, 4), (2, 6)));
        assert_eq!(duplicate_lines(""), ((0, 0), (0, 0)));
    }

    #[test]
    fn hammered_phrases() {
        let share = |text, language| hammered(text, language);
        assert_eq!(share("小城开锁哪家好，小城开锁电话，小城开锁价格", Language::Chinese), (3, 19));
        assert_eq!(share("the cat sat and the cat ran and the cat slept", Language::Latin).0, 0);
        assert_eq!(share("cheap bags, cheap bags and cheap bags", Language::Latin), (3, 7));
    }
}
