//! Languages with an alphabet, by pairs of neighboring letters.

use std::sync::LazyLock;

use super::characters::Costs;
use super::{ASCII_LETTER, Cost};

/// The languages of `letters.txt`, in its order, those in Latin letters first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read::encoding) enum Language {
    En,
    Fr,
    De,
    Es,
    It,
    Pt,
    Nl,
    Sv,
    Da,
    Nb,
    Fi,
    Is,
    Ca,
    Et,
    Pl,
    Cs,
    Sk,
    Hu,
    Sl,
    Hr,
    Ro,
    Tr,
    Lt,
    Lv,
    Vi,
    Ru,
    Uk,
    Bg,
    Mk,
    Sr,
    El,
    He,
    Ar,
    Fa,
    Th,
}

/// How many languages are in Latin letters.
const NUM_LATIN: usize = Language::Vi as usize + 1;

/// Costs of pairs of letters, one language after the other: a line with its name, its script and its letters, the most
/// frequent first, then a line for what stands before a letter (nothing, or one of the letters) with the cost of what
/// follows (nothing, or one of the letters), a digit of base 36 each.
///
/// A pair has 95 % of its probability in the language and 5 % of that of its second letter in any language of the
/// script; pairs that were not met have that of independent letters.
const LETTERS: &str = include_str!("letters.txt");

/// The pairs of letters of one language.
#[derive(Debug)]
struct Pairs {
    script: &'static str,
    /// The number of a letter by its code point; 0 for those that are none of the language.
    numbers: Box<[u8]>,
    /// Number of letters, and one for no letter.
    width: usize,
    costs: Box<[u8]>,
    /// Letters of the script in other languages.
    foreign: Costs,
}

static PAIRS: LazyLock<Vec<Pairs>> = LazyLock::new(|| {
    let mut all = Vec::new();
    let mut lines = LETTERS.lines();
    while let Some(line) = lines.next() {
        let mut fields = line.split(' ').skip(1);
        let (Some(script), Some(letters)) = (fields.next(), fields.next()) else { break };
        let width = letters.chars().count() + 1;
        let mut numbers = vec![0; letters.chars().map(|c| c as usize).max().unwrap_or(0) + 1];
        for (number, letter) in (1..).zip(letters.chars()) {
            numbers[letter as usize] = number;
        }
        let digit = |digit: char| digit.to_digit(36).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
        let costs = lines.by_ref().take(width).flat_map(|line| line.chars().map(digit)).collect();
        let foreign = Costs::of(script);
        all.push(Pairs { script, numbers: numbers.into_boxed_slice(), width, costs, foreign });
    }
    all
});

/// The cost of a letter that is none of the script.
const UNKNOWN: Cost = 41;

/// The cost of a letter that is not in the language's alphabet, beside its own.
const FOREIGN: Cost = 2;

/// The cost of a word in two scripts, where they meet.
const MIXED: Cost = 36;

/// A letter of a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    lower: char,
    /// The cost of its case after the letter before it.
    case: Cost,
}

/// Whether words are made of this character.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || !c.is_ascii()
            && (c.is_alphabetic()
                || matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{652}' | '\u{e30}'..='\u{e4f}'))
}

/// Spells a word, letter by letter. Capitals begin a word or make up all of it.
pub(super) fn spell(word: &str, letters: &mut Vec<Letter>) {
    letters.clear();
    let mut before = None;
    for c in word.chars() {
        let case = if c.is_uppercase() {
            match before {
                Some(before) if char::is_uppercase(before) => 3,
                Some(before) if char::is_lowercase(before) => 30,
                _ => 5,
            }
        } else {
            Cost::from(c.is_lowercase() && before.is_some_and(char::is_uppercase))
        };
        letters.push(Letter { lower: c.to_lowercase().next().unwrap_or(c), case });
        before = Some(c);
    }
}

impl Language {
    /// Whether it is written in Latin letters.
    pub(super) fn is_latin(self) -> bool {
        (self as usize) < NUM_LATIN
    }

    /// The cost of a word.
    pub(super) fn cost(self, word: &[Letter]) -> Cost {
        PAIRS[self as usize].cost(word)
    }
}

impl Pairs {
    fn cost(&self, word: &[Letter]) -> Cost {
        let is_latin = self.script == "latin";
        let (mut cost, mut before, mut is_after_ascii) = (0, 0, false);
        for letter in word {
            cost += letter.case;
            if !is_latin && letter.lower.is_ascii() {
                cost += ASCII_LETTER + if before == 0 { 0 } else { MIXED };
                (before, is_after_ascii) = (0, true);
                continue;
            }
            cost += if is_after_ascii { MIXED } else { 0 };
            is_after_ascii = false;
            let number = self.numbers.get(letter.lower as usize).copied().map_or(0, usize::from);
            cost += if number == 0 {
                self.foreign.get(letter.lower).unwrap_or(UNKNOWN) + FOREIGN
            } else {
                Cost::from(self.costs[before * self.width + number])
            };
            before = number;
        }
        cost + Cost::from(self.costs[before * self.width])
    }
}

/// What the words in ASCII say about the language of a text.
#[derive(Debug, Clone)]
pub(in crate::read::encoding) struct AsciiWords {
    /// By language in Latin letters.
    costs: [Cost; NUM_LATIN],
    words: usize,
}

/// So many words tell a language as well as all of them.
const MOST_WORDS: usize = 200;

/// The most that words in ASCII say against a language: there may be two languages in a text.
const MOST_COST: Cost = 24;

impl AsciiWords {
    /// Nothing yet.
    pub(in crate::read::encoding) fn new() -> Self {
        Self { costs: [0; NUM_LATIN], words: 0 }
    }

    /// Adds the words of `bytes` that are of ASCII letters alone.
    pub(in crate::read::encoding) fn add(&mut self, bytes: &[u8]) {
        let mut letters = Vec::new();
        let words = bytes.split(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic());
        let words = words.filter(|word| !word.is_empty() && word.is_ascii());
        for word in words.take(MOST_WORDS - self.words) {
            letters.clear();
            letters.extend(
                word.iter().map(|byte| Letter { lower: char::from(byte.to_ascii_lowercase()), case: 0 }),
            );
            for (cost, pairs) in self.costs.iter_mut().zip(&*PAIRS) {
                *cost += pairs.cost(&letters);
            }
            self.words += 1;
        }
    }

    /// The cost of the text being in this language, one in Latin letters.
    pub(super) fn cost(&self, language: Language) -> Cost {
        let least = self.costs.iter().min().copied().unwrap_or_default();
        self.costs.get(language as usize).map_or(0, |cost| (cost - least).min(MOST_COST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_pairs() {
        assert_eq!(PAIRS.len(), Language::Th as usize + 1);
        for pairs in &*PAIRS {
            assert_eq!(pairs.costs.len(), pairs.width * pairs.width);
        }
        let is_latin: Vec<bool> = PAIRS.iter().map(|pairs| pairs.script == "latin").collect();
        assert!(is_latin[..NUM_LATIN].iter().all(|is| *is) && !is_latin[NUM_LATIN..].contains(&true));
    }

    #[test]
    fn words_cost_least_in_their_language() {
        let cost = |word: &str, language: Language| {
            let mut letters = Vec::new();
            spell(word, &mut letters);
            language.cost(&letters)
        };
        for (word, language, other) in [
            ("größer", Language::De, Language::Fr),
            ("château", Language::Fr, Language::De),
            ("święta", Language::Pl, Language::Cs),
            ("который", Language::Ru, Language::Bg),
            ("її", Language::Uk, Language::Ru),
        ] {
            assert!(cost(word, language) < cost(word, other), "{word}");
        }
        assert!(cost("позволЯет", Language::Ru) > cost("позволяет", Language::Ru) + 20);
    }

    #[test]
    fn ascii_tells_the_language() {
        let mut ascii = AsciiWords::new();
        ascii.add("il programma non \u{e9} stato trovato nella cartella".as_bytes());
        assert_eq!(ascii.cost(Language::It), 0);
        assert!(ascii.cost(Language::En) > 10 && ascii.cost(Language::Pl) == MOST_COST);
    }
}
