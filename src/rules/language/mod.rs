//! The language of a document, told by the beginnings of its first paragraphs ([`SAMPLE_BYTES`]): by the script of its
//! letters where one language is written so, by characters for the forms of Chinese, and by the pieces of words for what
//! shares an alphabet.
//!
//! What other rules remove counts too: the language of a document does not depend on the documents around it.
//! Letters count, not bytes: one of Chinese, Japanese and Korean as three. Acronyms, file names, options and the like
//! say nothing, as they are alike in all languages. A text of several languages is `mixed` if none has most of it;
//! one without words is `und`.

mod filter;
mod han;
mod known;
mod model;
mod script;
mod words;

use unicode_normalization::UnicodeNormalization;

pub(super) use filter::LanguageFilter;
use han::HanForms;
use known::{are_near, only_language_in};
use model::GramSum;
use script::Script;
use words::WordSink;

use crate::config::Language;

/// What is looked at of each document, so that a long one costs no more than a short one: 350 words, or 700 characters
/// of Chinese.
const SAMPLE_BYTES: usize = 2 * 1024;

/// What is looked at of each paragraph: enough to tell its language, and an abstract in another language does not take
/// all of the sample.
const PARAGRAPH_BYTES: usize = 384;

/// Letters that a paragraph needs to have a say in whether a text is mixed.
const LEAST_VOTE: u32 = 40;

/// Letters that a text needs to be mixed.
const LEAST_MIXED: u32 = 150;

/// A language that has less than these hundredths of a text is not that of the text.
const LEAST_SHARE: u64 = 60;

/// Letters that a text in an alphabet needs to have a language.
const LEAST_LETTERS: u32 = 4;

/// A language leads the next by so much, or it is not told: odds of twenty-one to twenty.
const LEAST_LEAD: i64 = model::ONE / 20;

/// A paragraph has a say in whether a text is mixed only if its language leads by so much: odds of e² to one.
const LEAST_LEAD_OF_VOTE: i64 = 2 * model::ONE;

/// The beginning of a document: paragraphs are added to it, and what follows a piece of a long text is joined to it.
/// What it holds does not depend on where the text was cut into pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// Paragraphs, each ended by LF.
    text: String,
    /// Whether nothing more goes in.
    is_full: bool,
}

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// The language, `mixed` or `und`.
    pub(super) language: Language,
    /// Letters by which it was told; those of Chinese, Japanese and Korean count three.
    pub(super) letters: u32,
    /// Letters of paragraphs in this language; of the language that has most, if it is `mixed`.
    pub(super) letters_of: u32,
}

impl Sample {
    /// Adds a paragraph.
    ///
    /// Cost: copies its beginning; nothing once the sample is full.
    pub(super) fn add(&mut self, paragraph: &str) {
        if self.is_full {
            return;
        }
        let beginning = &paragraph[..paragraph.floor_char_boundary(PARAGRAPH_BYTES)];
        let room = SAMPLE_BYTES - self.text.len();
        self.is_full = beginning.len() > room;
        self.text.push_str(&beginning[..beginning.floor_char_boundary(room)]);
        self.push_end();
    }

    /// Ends a paragraph.
    fn push_end(&mut self) {
        self.is_full |= self.text.len() == SAMPLE_BYTES;
        if !self.is_full {
            self.text.push('\n');
        }
    }

    /// Adds the sample of what follows.
    pub(super) fn join(&mut self, next: &Self) {
        if self.is_full {
            return;
        }
        if self.text.is_empty() {
            self.clone_from(next);
            return;
        }
        let room = SAMPLE_BYTES - self.text.len();
        self.is_full = next.is_full || next.text.len() > room;
        self.text.push_str(&next.text[..next.text.floor_char_boundary(room)]);
    }

    /// Whether there is no text.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The language of the sample.
    ///
    /// Cost: some tens of nanoseconds a letter of an alphabet, a few one of Chinese.
    pub(super) fn told(&self) -> Told {
        tell(&self.text)
    }
}

/// The language of `text`, whose paragraphs are lines.
fn tell(text: &str) -> Told {
    // Accents may stand behind their letters; the model knows letters that have them.
    let composed: String;
    let text = if text.bytes().any(|byte| matches!(byte, 0xcc | 0xcd)) {
        composed = text.nfc().collect();
        &composed
    } else {
        text
    };
    let mut whole = Reading::default();
    let mut votes = Votes::default();
    for paragraph in text.lines() {
        let mut reading = Reading::default();
        words::words(paragraph, &mut reading);
        whole.join(&reading);
        votes.add(&reading);
    }
    let (language, letters) = (whole.language(LEAST_LEAD), whole.letters());
    let letters_of = if votes.all >= LEAST_VOTE {
        // Of all letters, as if paragraphs too short to tell were like the others.
        scaled(votes.of(language), votes.all, letters)
    } else {
        whole.letters_of_main()
    };
    let is_mixed = letters >= LEAST_MIXED && u64::from(letters_of) * 100 < u64::from(letters) * LEAST_SHARE;
    let language = if is_mixed { Language::MIXED } else { language };
    Told { language, letters, letters_of }
}

/// `part` of `all`, as a part of `whole`.
fn scaled(part: u32, all: u32, whole: u32) -> u32 {
    let scaled = u64::from(part) * u64::from(whole) / u64::from(all.max(1));
    u32::try_from(scaled).unwrap_or(u32::MAX)
}

/// What was read of a paragraph or a text.
#[derive(Debug, Clone, Copy, Default)]
struct Reading {
    /// Letters by script.
    letters: [u32; Script::COUNT],
    han: HanForms,
    /// The words of each alphabet.
    grams: [GramSum; 4],
}

impl Reading {
    fn join(&mut self, next: &Self) {
        for (letters, next) in self.letters.iter_mut().zip(next.letters) {
            *letters += next;
        }
        self.han.join(next.han);
        for (grams, next) in self.grams.iter_mut().zip(&next.grams) {
            grams.join(next);
        }
    }

    /// All letters.
    fn letters(&self) -> u32 {
        self.letters.iter().sum()
    }

    fn letters_in(&self, script: Script) -> u32 {
        self.letters[script as usize]
    }

    /// The script of most letters; Han and kana are one.
    fn main(&self) -> Option<Script> {
        let east = self.letters_in(Script::Han) + self.letters_in(Script::Kana);
        let others = Script::ALL.into_iter().filter(|script| !matches!(script, Script::Han | Script::Kana));
        let most = others.max_by_key(|script| self.letters_in(*script))?;
        if east == 0 && self.letters_in(most) == 0 {
            None
        } else if east >= self.letters_in(most) {
            // A few kana stand in Chinese texts too.
            let is_japanese = self.letters_in(Script::Kana) * 20 > east;
            Some(if is_japanese { Script::Kana } else { Script::Han })
        } else {
            Some(most)
        }
    }

    /// Letters of the script of most letters.
    fn letters_of_main(&self) -> u32 {
        match self.main() {
            None => 0,
            Some(Script::Han | Script::Kana) => self.letters_in(Script::Han) + self.letters_in(Script::Kana),
            Some(script) => self.letters_in(script),
        }
    }

    /// The language, if it leads the next by this much.
    fn language(&self, least_lead: i64) -> Language {
        match self.main() {
            None => Language::UNDECIDED,
            Some(Script::Han) => self.han.language(),
            Some(script) if script.is_alphabet() => self.language_of_words(script, least_lead),
            Some(script) => only_language_in(script),
        }
    }

    fn language_of_words(&self, script: Script, least_lead: i64) -> Language {
        let grams = &self.grams[script as usize];
        let best =
            grams.best(script).filter(|best| grams.chars() >= LEAST_LETTERS && best.lead >= least_lead);
        best.map_or(Language::UNDECIDED, |best| best.language)
    }
}

impl WordSink for Reading {
    fn letter(&mut self, script: Script, c: char) {
        self.letters[script as usize] += script.weight();
        if script == Script::Han {
            self.han.add(c);
        }
    }

    fn word(&mut self, script: Script, word: &[u8], chars: usize) {
        self.letters[script as usize] += u32::try_from(chars).unwrap_or(u32::MAX);
        self.grams[script as usize].add(word, chars);
    }
}

/// The letters of paragraphs, by their language.
#[derive(Debug, Default)]
struct Votes {
    by_language: Vec<(Language, u32)>,
    all: u32,
}

impl Votes {
    fn add(&mut self, reading: &Reading) {
        let letters = reading.letters();
        if letters < LEAST_VOTE {
            return;
        }
        let language = reading.language(LEAST_LEAD_OF_VOTE);
        if language == Language::UNDECIDED {
            return;
        }
        // What else stands in the paragraph is a vote for no language.
        self.all += letters;
        let own = reading.letters_of_main();
        match self.by_language.iter_mut().find(|(known, _)| *known == language) {
            Some((_, sum)) => *sum += own,
            None => self.by_language.push((language, own)),
        }
    }

    /// The letters of paragraphs in `language`, or in one that a paragraph of it may be taken for.
    fn of(&self, language: Language) -> u32 {
        self.by_language.iter().filter(|(known, _)| are_near(*known, language)).map(|(_, sum)| sum).sum()
    }
}

#[cfg(test)]
mod tests;
