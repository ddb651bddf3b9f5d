//! Evidence of an encoding: how likely the characters are that come out of it, as text of the languages that were
//! written in it.
//!
//! The likelihood of a text is a [`Cost`]: the sum, over its characters, of the negative binary logarithm of their
//! probability, in half bits. Chinese, Japanese and Korean are judged character by character ([`characters`]), what is
//! written with an alphabet by its pairs of letters ([`letters`]), signs by themselves and their neighbors ([`signs`]).
//! The difference of two costs is what the evidence weighs: at 20 half bits one reading is a thousand times as likely
//! as the other. ASCII is the same in nearly every encoding: a word of nothing else has a fixed cost.
//!
//! `letters.txt` and `characters.txt` hold the probabilities. They were counted, and smoothed as their readers say, from
//! lists of word frequencies of 36 languages (those of the Python package wordfreq 3.1, and of jieba 0.42 for
//! Chinese; Thai, Estonian and Serbian from the translations that Debian 12 ships; traditional Chinese is simplified
//! Chinese converted by OpenCC's table of characters).

mod characters;
mod letters;
mod signs;

pub(super) use characters::Wide;
pub(super) use letters::{AsciiWords, Language};

/// Half bits.
pub(super) type Cost = u32;

/// How the text of an encoding is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// By characters, as the likeliest of these.
    Wide(&'static [Wide]),
    /// By pairs of letters, as the likeliest of these languages, all of one script.
    Letters(&'static [Language]),
}

/// The cost of an ASCII letter in a word of ASCII.
const ASCII_LETTER: Cost = 8;

/// The cost of a control character that no text has.
const CONTROL: Cost = 40;

/// The cost of a change between a word in ASCII and a word in a script that has no ASCII.
const SWITCH: Cost = 4;

/// The cost of a word in ASCII in a text of a script that has no ASCII, and of all of them together at most: a lone
/// letter among them is more likely one of Latin, or a sign.
const ASCII_WORD: Cost = 2;
const MOST_ASCII_WORDS: Cost = 30;

/// The cost of a single wide character beside a letter in ASCII: of a letter beyond ASCII and what follows it, a wrong
/// reading often makes one.
const BESIDE_LETTER: Cost = 16;

/// The cost of a text whose wide characters are all signs: nothing speaks for its language.
const SIGNS_ALONE: Cost = 12;

/// Whether what stands between these is alone among ASCII.
fn is_alone(before: Option<char>, after: Option<char>) -> bool {
    [before, after].into_iter().flatten().all(|c| c.is_ascii())
}

/// The costs of a text under one reading, added up over its parts.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    reading: Reading,
    /// The cost of what is the same in every language: words in ASCII, and signs.
    ascii: Cost,
    common: Cost,
    /// The cost of the rest in each way of reading it.
    ways: Vec<Cost>,
    /// The number of characters that are not part of words in ASCII.
    pub(super) characters: u32,
    /// Whether there are letters among them.
    has_letters: bool,
    /// Words in ASCII beside a script that has none.
    ascii_words: u32,
}

impl Evidence {
    /// No text yet. `ascii` is the text's ASCII, which makes some languages likelier than others.
    pub(super) fn new(reading: Reading, ascii: &AsciiWords) -> Self {
        let ways = match reading {
            Reading::Wide(ways) => vec![ascii.cost(Language::En); ways.len()],
            Reading::Letters(languages) => {
                // ASCII beside another script is English, if it is in any language.
                let known = |language: Language| if language.is_latin() { language } else { Language::En };
                languages.iter().map(|&language| ascii.cost(known(language))).collect()
            }
        };
        Self { reading, ascii: 0, common: 0, ways, characters: 0, has_letters: false, ascii_words: 0 }
    }

    /// Adds the evidence of another part under the same reading.
    pub(super) fn join(&mut self, part: &Self) {
        self.ascii += part.ascii;
        self.common += part.common;
        self.characters += part.characters;
        self.has_letters |= part.has_letters;
        self.ascii_words += part.ascii_words;
        for (cost, more) in self.ways.iter_mut().zip(&part.ways) {
            *cost += more;
        }
    }

    /// Adds a text.
    pub(super) fn add(&mut self, text: &str) {
        match self.reading {
            Reading::Wide(ways) => self.add_wide(text, ways),
            Reading::Letters(languages) => self.add_letters(text, languages),
        }
    }

    fn add_wide(&mut self, text: &str, ways: &[Wide]) {
        let mut before = None;
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            if c.is_ascii() {
                self.add_ascii(c);
            } else {
                let after = rest.clone().next();
                if is_alone(before, after) {
                    let letters = [before, after].into_iter().flatten().filter(char::is_ascii_alphabetic);
                    self.common += letters.map(|_| BESIDE_LETTER).sum::<Cost>();
                }
                for (cost, way) in self.ways.iter_mut().zip(ways) {
                    *cost += way.cost(c, before);
                }
                self.characters += 1;
                self.has_letters |= c.is_alphabetic();
            }
            before = Some(c);
        }
    }

    fn add_ascii(&mut self, c: char) {
        if c.is_ascii_alphabetic() {
            self.ascii += ASCII_LETTER;
        } else if c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r') {
            self.common += CONTROL;
        }
    }

    fn add_letters(&mut self, text: &str, languages: &[Language]) {
        let is_latin = languages.first().is_some_and(|language| language.is_latin());
        let mut was_ascii = None;
        let mut before = None;
        let mut rest = text;
        let mut word = Vec::new();
        while let Some(c) = rest.chars().next() {
            let end = rest.find(|c| !letters::is_letter(c)).unwrap_or(rest.len());
            if end > 0 {
                let is_ascii = rest[..end].is_ascii();
                if !is_latin && was_ascii.is_some_and(|was| was != is_ascii) {
                    self.common += SWITCH;
                }
                was_ascii = Some(is_ascii);
                self.ascii_words += u32::from(!is_latin && is_ascii);
                if is_ascii {
                    self.ascii += ASCII_LETTER * u32::try_from(end).unwrap_or(u32::MAX / ASCII_LETTER);
                } else {
                    letters::spell(&rest[..end], &mut word);
                    for (cost, language) in self.ways.iter_mut().zip(languages) {
                        *cost += language.cost(&word);
                    }
                    self.characters += u32::try_from(word.len()).unwrap_or(u32::MAX);
                }
                before = rest[..end].chars().next_back();
                rest = &rest[end..];
                continue;
            }
            let after = rest[c.len_utf8()..].chars().next();
            if c.is_ascii() {
                self.add_ascii(c);
            } else {
                self.common += signs::cost(c, before, after);
                self.characters += 1;
            }
            before = Some(c);
            rest = &rest[c.len_utf8()..];
        }
    }

    /// The cost of all texts, in the likeliest way of reading them.
    pub(super) fn cost(&self) -> Cost {
        self.ascii + self.own()
    }

    /// The cost of all but words in ASCII.
    pub(super) fn own(&self) -> Cost {
        let is_bare = matches!(self.reading, Reading::Wide(_)) && !self.has_letters;
        let signs_alone = if is_bare { SIGNS_ALONE } else { 0 };
        let ascii_words = (ASCII_WORD * self.ascii_words).min(MOST_ASCII_WORDS);
        self.common + signs_alone + ascii_words + self.ways.iter().min().copied().unwrap_or_default()
    }

    /// Whether this is as likely as text is. `slack` is let pass in a hundred.
    ///
    /// Right readings cost up to 12 half bits a letter and 22 a Chinese character in all but names and lists of
    /// exotic words, wrong ones 18 and 26 and more.
    pub(super) fn is_text(&self, slack: u32) -> bool {
        let (each, once) = match self.reading {
            Reading::Wide(_) => (24, 40),
            Reading::Letters(_) => (14, 60),
        };
        self.own() * 100 <= (each * self.characters + once) * (100 + slack)
    }
}
