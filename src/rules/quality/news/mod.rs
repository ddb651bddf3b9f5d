//! The profile `news`: what is no news at all goes. Short bulletins, rates, weather, scores, verse and interviews stay.
//!
//! Each signal is a kind of page: damaged text, gibberish, code, tables of numbers alone, lists of links and of key words,
//! notices, offers, stubs. Its measure is one that such a page cannot do without, and its bound leaves room above all that
//! was seen in news. A text that a signal cannot judge, as it is too short or in another script, is left by it
//! (contract C3).

use std::borrow::Cow;
use std::cell::OnceCell;

use super::Scores;
use super::classes::Properties;
use super::lines::{Lines, ends_sentence};
use super::phrases::{Phrases, cut_off, has_cut_lines, is_attributed};
use super::repetition::hammered;
use super::score::Score;
use super::script::{Language, Scripts, width};
use super::vocabulary::Vocabulary;
use super::words::{SpacedWords, function_words};

/// Columns of a text above which it is no notice, offer or list of one paragraph: 750 Chinese characters.
const SHORT: u64 = 1500;
/// Lines of what was written as one block, with a heading and a foot.
const BLOCK: u64 = 3;

/// What is measured of a text, once.
#[derive(Debug)]
struct Seen<'a> {
    text: &'a str,
    /// In lower case: only short texts are asked for it.
    lower: OnceCell<String>,
    language: Language,
    scripts: Scripts,
    lines: Lines,
    spaced: SpacedWords,
    /// The part that is function words, and of what.
    function: Option<(u64, u64)>,
}

/// All that the profile measures of a text, in the order in which signals are named.
///
/// Cost: one look at each character, two for Latin letters, and for a short text the search for phrases.
pub(super) fn scores(opening: &str) -> Scores {
    let text = &*without_entities(opening);
    let lines = Lines::of(text);
    let scripts = Scripts::of(&lines.chars);
    let language = scripts.language();
    let is_spaced = matches!(language, Language::Latin | Language::Other);
    let spaced = if is_spaced { SpacedWords::of(text) } else { SpacedWords::default() };
    let function = function_words(text, &lines.chars, &scripts, &spaced, language);
    let seen = Seen { text, lower: OnceCell::new(), language, scripts, lines, spaced, function };
    let mut scores = seen.damage();
    scores.extend(seen.gibberish());
    scores.extend(seen.remains());
    scores.extend(seen.messages());
    scores.extend(seen.lists());
    scores.extend(seen.words());
    Scores { language: language.name(), scores }
}

/// A text without the entities of HTML that old pages left in it, which are no code.
fn without_entities(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let (before, behind) = rest.split_at(start);
        plain.push_str(before);
        let name =
            behind[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '#').map_or(0, |end| end + 1);
        if (3..=9).contains(&name) && behind[name..].starts_with(';') {
            plain.push(' ');
            rest = &behind[name + 1..];
        } else {
            plain.push('&');
            rest = &behind[1..];
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

impl Seen<'_> {
    fn lower(&self) -> &str {
        self.lower.get_or_init(|| self.text.to_lowercase())
    }

    /// Text that was decoded wrongly.
    fn damage(&self) -> Vec<Score> {
        let all = self.scripts.all;
        let chars = &self.lines.chars;
        let [replaced, latin1, gbk] = [Properties::REPLACEMENT, Properties::LATIN1, Properties::GBK]
            .map(|property| chars.num(property));
        vec![
            Score::at_most("replacement-characters", (replaced, all), 25),
            // Vietnamese, which has most, has less than a sixth of them.
            Score::at_most("latin-1-characters", (latin1, all), 250).only_if(latin1 >= 20),
            Score::at_most("utf-8-read-as-gbk", (gbk, self.scripts.han), 20).only_if(gbk >= 2),
        ]
    }

    /// Text of no language.
    fn gibberish(&self) -> Vec<Score> {
        let Scripts { all, han, symbols, .. } = self.scripts;
        let chars = &self.lines.chars;
        let is_chinese = self.language == Language::Chinese;
        let is_latin = self.language == Language::Latin;
        let is_some_language = self.function.is_none_or(|(part, whole)| part * 10 >= whole);
        let lorem = self.spaced.num_lorem();
        let is_in_letters = is_latin && self.spaced.is_ascii() && !is_some_language;
        let (clusters, words) = if is_in_letters { consonant_clusters(self.text) } else { (0, 0) };
        vec![
            Score::at_least("letters-and-digits", (all - symbols, all), 300).only_if(all >= 20),
            // Two in three characters of running text are frequent, and of characters at random one in eight.
            Score::at_least("frequent-hanzi", (chars.num(Properties::FREQUENT), han), 200)
                .only_if(is_chinese && han >= 60),
            Score::at_most("unbroken-hanzi", (chars.num_unbroken(), han), 500).only_if(is_chinese),
            Score::at_most("consonant-clusters", (clusters, words), 300).only_if(words >= 10),
            Score::at_most("lorem-ipsum", (lorem, self.spaced.num()), 200).only_if(lorem >= 4),
        ]
    }

    /// Code, and tables of numbers alone.
    fn remains(&self) -> Vec<Score> {
        let all = self.scripts.all;
        // Style sheets have few others.
        let code = self.lines.chars.num(Properties::CODE) + 2 * self.lines.chars.num(Properties::BRACE);
        let has_prose = self.scripts.eastern() * 10 >= all * 3;
        let has_words = self.function.is_some_and(|(part, whole)| part * 1000 >= whole * 150);
        // Between English words it takes more to be code.
        let bound = if has_words { 150 } else { 60 };
        let Lines { numbers, numbers_width, width, .. } = self.lines;
        let chars = &self.lines.chars;
        let has_letters = chars.num(Properties::ALPHABETIC) > 0;
        let is_table = numbers >= 3 || !has_letters && chars.num(Properties::NUMERIC) >= 20;
        vec![
            Score::at_most("code-characters", (code, all), bound).only_if(all >= 40 && !has_prose),
            Score::at_most("lines-of-numbers", (numbers_width, width), 800).only_if(is_table),
        ]
    }

    /// Lists of links and of key words.
    fn lists(&self) -> Vec<Score> {
        let Lines { num, width, links, links_width, data, navigation, prose_width, .. } = self.lines;
        let is_latin = self.language == Language::Latin;
        // An article among links is an article: 150 characters of Chinese; of English pages of products have as much.
        let is_article =
            if is_latin { prose_width >= 1500 || prose_width * 2 >= width } else { prose_width >= 300 };
        let is_table = data * 4 >= num && navigation < 2;
        let can_judge = self.function.is_some() && !is_article && !is_table;
        let is_named = navigation >= 3 && links >= 5 && links * 10 >= num * 4;
        let has_few_words = self.has_function_words_below(match self.language {
            Language::Chinese => 140,
            Language::Japanese => 400,
            Language::Korean => 350,
            Language::Thai => 100,
            // Verse in English has more.
            Language::Latin | Language::Other => 300,
        });
        let is_listed = links >= 8 && links * 1000 >= num * 650 && has_few_words;
        let (link_list, bound) = if is_named { (true, 300) } else { (is_listed, 450) };
        let is_block = num <= BLOCK && width <= SHORT;
        let (part, whole) = self.function.unwrap_or_default();
        let words = self.spaced.num();
        // Both look at each character again, and only a block is asked for them.
        let is_separated = || self.text.chars().filter(|c| "|·•»".contains(*c)).take(8).count() == 8;
        let english = is_block
            && is_latin
            && self.spaced.may_be_english()
            && self.lines.num_stops * 60 <= words
            && (words >= 20 || words >= 8 && is_separated());
        let is_chinese = self.language == Language::Chinese;
        let chinese = is_block && is_chinese && self.lines.num_stops <= 1 && is_enumeration(self.text);
        let can_be_offer = num <= BLOCK && (60..=600).contains(&width) && !is_attributed(self.lower());
        let hammered = if can_be_offer { hammered(self.lower(), self.language) } else { (0, 1) };
        let can_be_hammered = !is_latin || self.spaced.may_be_english() && self.has_function_words_below(200);
        vec![
            Score::at_most("link-list", (links_width, width), bound).only_if(can_judge && link_list),
            Score::at_least("word-list", (part, whole), 120).only_if(english || chinese),
            Score::at_most("repeated-phrase", hammered, if is_latin { 150 } else { 180 })
                .only_if(can_be_hammered),
        ]
    }

    /// Whether fewer thousandths of the text are function words.
    fn has_function_words_below(&self, bound: u64) -> bool {
        self.function.is_some_and(|(part, whole)| part * 1000 < whole * bound)
    }

    /// Words that notices and offers are made of, however they are put.
    fn words(&self) -> Vec<Score> {
        if self.lines.width > SHORT {
            return Vec::new();
        }
        let words = self.vocabulary();
        let bound = match (is_attributed(self.lower()), words.is_addressed) {
            (true, _) => 450,
            (false, true) => 160,
            (false, false) => 280,
        };
        // A word or two of a caption say nothing.
        let is_spaced = matches!(self.language, Language::Latin | Language::Other);
        let has_words = |(part, whole): (u64, u64)| {
            if is_spaced { part >= 3 || part == 2 && whole <= 12 } else { part >= 8 }
        };
        vec![
            Score::at_most("notice-words", words.notice, bound).only_if(has_words(words.notice)),
            Score::at_most("offer-words", words.offer, bound).only_if(has_words(words.offer)),
        ]
    }

    /// What of a short text is the vocabulary of notices and offers.
    fn vocabulary(&self) -> Vocabulary {
        match self.language {
            Language::Chinese | Language::Japanese | Language::Korean => Vocabulary::of_eastern(self.lower()),
            Language::Latin | Language::Other => self.spaced.vocabulary(self.text),
            Language::Thai => Vocabulary::default(),
        }
    }

    /// Notices, offers, and texts that were cut.
    fn messages(&self) -> Vec<Score> {
        let Lines { num, width, .. } = self.lines;
        if width > SHORT {
            return Vec::new();
        }
        let (notices, offers) = (Phrases::of_notices(self.lower()), Phrases::of_offers(self.lower()));
        let bound = if is_attributed(self.lower()) { 300 } else { 120 };
        // A link that leads on shows it, or nothing but the marks: no sentence ends before them.
        let is_cut = match cut_off(self.lower()) {
            Some(is_linked) => is_linked || self.lines.num_stops <= 1,
            None => false,
        };
        let has_cut_lines = has_cut_lines(self.lower());
        let can_be_cut = has_cut_lines || num <= BLOCK + 2 && (20..=400).contains(&width);
        vec![
            Score::at_most(
                "notice",
                (notices.width, width),
                if notices.num_different > 1 { bound } else { 400 },
            ),
            Score::at_most("offer", (offers.width, width), bound).only_if(offers.num_different > 2),
            Score::no_more("cut-off", u64::from(is_cut || has_cut_lines), 0).only_if(can_be_cut),
        ]
    }
}

/// Words of lower case with four or more letters, and those among them that have four consonants in a row.
fn consonant_clusters(text: &str) -> (u64, u64) {
    let words = text.split(|c: char| !c.is_alphabetic());
    let mut num = (0, 0);
    for word in words.filter(|word| word.len() >= 4 && word.bytes().all(|letter| letter.is_ascii_lowercase()))
    {
        let runs = word.split(['a', 'e', 'i', 'o', 'u', 'y']);
        num.0 += u64::from(runs.map(str::len).max().is_some_and(|longest| longest >= 4));
        num.1 += 1;
    }
    num
}

/// Fewest entries of an enumeration, and most columns of one.
const ENTRIES: usize = 10;
const ENTRY: u64 = 16;

/// Whether a text is short entries between spaces, commas or bars. Verse is too, but for its even feet.
fn is_enumeration(text: &str) -> bool {
    let is_between = |c: char| c.is_whitespace() || ",，、|｜丨;；/·-—_:：".contains(c);
    let widths: Vec<u64> = text
        .split(is_between)
        .filter(|entry| !entry.is_empty())
        .map(|entry| if entry.contains(char::is_numeric) { u64::MAX } else { width(entry) })
        .collect();
    // Names of people, at the end of a sentence.
    let commas = text.matches('、').count();
    if commas * 2 >= widths.len() && ends_sentence(text.trim_end()) {
        return false;
    }
    let num = |is_counted: fn(&&u64) -> bool| widths.iter().filter(is_counted).count();
    let is_verse = num(|width| **width == 10).max(num(|width| **width == 14)) * 5 >= widths.len() * 4;
    widths.len() >= ENTRIES && num(|width| **width <= ENTRY) * 5 >= widths.len() * 4 && !is_verse
}

#[cfg(test)]
mod tests;
