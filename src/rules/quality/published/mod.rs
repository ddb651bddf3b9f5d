//! The profiles `gopher`, `c4` and `fineweb2`: filters that others published, with their values.
//!
//! Sources: Rae et al., "Scaling Language Models: Methods, Analysis & Insights from Training Gopher", 2021, section A.1.1
//! and table A1; Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020,
//! section 2.2, and the code that came with it; Penedo et al., "The `FineWeb` Datasets", 2024, for English; Penedo et al.,
//! "`FineWeb2`: One Pipeline to Scale Them All", 2025, with the values of each language that were published beside it.
//!
//! What they say of words is said of characters where words do not stand between spaces ([`super::repetition`]).

use std::collections::HashSet;

use super::Scores;
use super::classes::Tally;
use super::lines::{self, ends_sentence};
use super::repetition::{Units, duplicate_lines};
use super::score::Score;
use super::script::{Language, Scripts};
use super::words::{SpacedWords, words};
use crate::units::count;

mod values;

use values::{CHINESE, ENGLISH, GOPHER, JAPANESE, KOREAN, THAI, Values};

/// Fewest words of a document, and most, in all languages (Gopher; FineWeb-2 keeps them).
const WORDS: (u64, u64) = (50, 100_000);
/// Stop words of which a text must hold two different ones.
const STOP_WORDS: u64 = 2;
/// Characters of a line that is short (`FineWeb`).
const SHORT_LINE: usize = 30;

/// A text, and what it is measured by.
#[derive(Debug)]
struct Judged<'a> {
    text: &'a str,
    language: Language,
    units: Units<'a>,
}

/// The measures of phrases that are said again: of the most frequent of 2 words and more, and of all of 5 words and more.
const TOP: [&str; 3] = ["top-2-gram", "top-3-gram", "top-4-gram"];
const DUPLICATE: [&str; 6] = [
    "duplicate-5-grams",
    "duplicate-6-grams",
    "duplicate-7-grams",
    "duplicate-8-grams",
    "duplicate-9-grams",
    "duplicate-10-grams",
];

/// The scores of a text by these measures; none if there are no values for its language (contract C3).
fn scores(text: &str, measures: impl Fn(Judged<'_>) -> Vec<Score>) -> Scores {
    let scripts = Scripts::of(&Tally::of(text));
    let language = scripts.language();
    let is_foreign = || SpacedWords::of(text).is_foreign();
    let has_values = language != Language::Other && (language != Language::Latin || !is_foreign());
    let judged = has_values.then(|| Judged { text, language, units: Units::of(text, language) });
    Scores { language: language.name(), scores: judged.map_or_else(Vec::new, measures) }
}

/// All that Gopher's filters measure of a text, with their one set of values.
pub(super) fn gopher(text: &str) -> Scores {
    scores(text, |judged| {
        let values = Values { stop_words: judged.values().stop_words, ..GOPHER };
        let mut scores = judged.repetition(&values);
        scores.extend(judged.gopher_quality(&values));
        scores
    })
}

/// All that FineWeb-2's filters measure of a text, with the values of its language; those of `FineWeb` in English.
pub(super) fn fineweb2(text: &str) -> Scores {
    scores(text, |judged| {
        let values = judged.values();
        let mut scores = judged.repetition(values);
        scores.extend(judged.fineweb_quality(values));
        scores.extend(judged.gopher_quality(values));
        scores
    })
}

/// Phrases of lines that C4 does not count.
const POLICIES: [&str; 7] = [
    "javascript",
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
];

/// All that C4's filters measure of a text. Lines stay or go with their document, so that those which C4 takes out are not
/// counted here.
pub(super) fn c4(text: &str) -> Scores {
    scores(text, |judged| judged.sentences())
}

impl Judged<'_> {
    /// All that C4's filters measure.
    fn sentences(&self) -> Vec<Score> {
        let Self { text, language, .. } = *self;
        // Words of five characters or more are rare in Chinese: three words are five characters.
        let least = |line: &str| Units::of(line, language).num_word_eighths(false) >= 3 * 8;
        let is_counted = |line: &&str| {
            let lower = line.to_lowercase();
            let is_policy = POLICIES.iter().any(|policy| lower.contains(policy));
            ends_sentence(line) && !line.ends_with("...") && !is_policy && least(line)
        };
        let sentences =
            lines::of(text).filter(is_counted).map(|line| Tally::default().add(line).num_stops).sum();
        let found = |what: &str| count(text.to_lowercase().matches(what).count());
        vec![
            Score::no_more("curly-brackets", found("{"), 0),
            Score::no_more("lorem-ipsum", found("lorem ipsum"), 0),
            // Sentences of Thai end without a mark.
            Score::no_fewer("sentences", sentences, 5).only_if(language != Language::Thai),
        ]
    }

    /// The values of FineWeb-2 for the language.
    fn values(&self) -> &'static Values {
        match self.language {
            Language::Chinese => &CHINESE,
            Language::Japanese => &JAPANESE,
            Language::Korean => &KOREAN,
            Language::Thai => &THAI,
            Language::Latin | Language::Other => &ENGLISH,
        }
    }

    /// Gopher's filters of repetition. Paragraphs are lines, so that its measures of both are one.
    fn repetition(&self, values: &Values) -> Vec<Score> {
        let (duplicates, characters) = duplicate_lines(self.text);
        let mut scores = vec![Score::at_most("duplicate-lines", duplicates, values.duplicate_lines)];
        if let Some(bound) = values.duplicate_line_characters {
            scores.push(Score::at_most("duplicate-line-characters", characters, bound));
        }
        for ((signal, n), bound) in TOP.into_iter().zip(2..).zip(values.top) {
            scores.push(Score::at_most(signal, self.units.top(n), bound));
        }
        for ((signal, n), bound) in DUPLICATE.into_iter().zip(5..).zip(values.duplicate) {
            scores.push(Score::at_most(signal, self.units.duplicate(n), bound));
        }
        scores
    }

    /// `FineWeb`'s own filters.
    fn fineweb_quality(&self, values: &Values) -> Vec<Score> {
        let num = count(lines::of(self.text).count());
        let ended = count(lines::of(self.text).filter(|line| ends_sentence(line)).count());
        let short = count(
            lines::of(self.text)
                .filter(|line| line.chars().take(SHORT_LINE + 1).count() <= SHORT_LINE)
                .count(),
        );
        let (_, characters) = duplicate_lines(self.text);
        let breaks = num.saturating_sub(1);
        let words = self.units.num_word_eighths(false);
        let mut scores = vec![Score::at_least("line-punctuation", (ended, num), values.line_punctuation)];
        if let Some(bound) = values.short_lines {
            scores.push(Score::at_most("short-lines", (short, num), bound));
        }
        scores.push(Score::at_most("duplicate-characters", characters, values.duplicate_characters));
        scores.push(Score::at_most("line-breaks", (breaks * 8, words), values.line_breaks));
        scores
    }

    /// Gopher's filters of quality.
    fn gopher_quality(&self, values: &Values) -> Vec<Score> {
        let eighths = self.units.num_word_eighths(false);
        let num_words = eighths / 8;
        let is_spaced = self.language == Language::Latin;
        let (letters, spaced) = self.units.spaced_words();
        let ellipses = count(self.text.matches("...").count() + self.text.matches('…').count());
        let hashes = count(self.text.matches('#').count());
        let num_lines = count(lines::of(self.text).count());
        let lines = |is_counted: fn(&str) -> bool| {
            count(lines::of(self.text).filter(|line| is_counted(line)).count())
        };
        // A mark is a word to those who count words with a segmenter, as FineWeb does and Gopher does not.
        let all = eighths + if values.counts_marks { 8 * num_marks(self.text) } else { 0 };
        vec![
            Score::no_fewer("words", num_words, WORDS.0),
            Score::no_more("most-words", num_words, WORDS.1),
            Score::at_least("word-length", (letters, spaced), 3000).only_if(is_spaced),
            Score::at_most("most-word-length", (letters, spaced), 10_000).only_if(is_spaced),
            Score::at_most("hashes", (hashes * 8, eighths), 100),
            Score::at_most("ellipses", (ellipses * 8, eighths), 100),
            Score::at_most("bullet-lines", (lines(|line| line.starts_with(['•', '-'])), num_lines), 900),
            Score::at_most(
                "cut-lines",
                (lines(|line| line.ends_with("...") || line.ends_with('…')), num_lines),
                300,
            ),
            Score::at_least(
                "words-with-letters",
                (self.units.num_word_eighths(true), all),
                values.words_with_letters,
            ),
            Score::no_fewer("stop-words", self.num_stop_words(values), STOP_WORDS),
        ]
    }

    /// Different stop words that the text holds: as words where they stand between spaces, else as characters.
    fn num_stop_words(&self, values: &Values) -> u64 {
        let stop_words = values.stop_words.split(' ');
        if self.language != Language::Latin {
            return count(stop_words.filter(|stop| self.text.contains(stop)).count());
        }
        let lower = self.text.to_lowercase();
        let held: HashSet<&str> = words(&lower).collect();
        count(stop_words.filter(|stop| held.contains(stop)).count())
    }
}

/// Marks of a text; the same one several times in a row is one.
fn num_marks(text: &str) -> u64 {
    let is_mark = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    let before = std::iter::once(' ').chain(text.chars());
    count(before.zip(text.chars()).filter(|(before, c)| is_mark(*c) && before != c).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signals by which a text goes.
    fn out(scores: &Scores) -> Vec<&'static str> {
        scores.scores.iter().filter(|score| score.is_out()).map(|score| score.signal).collect()
    }

    /// An article of eight different sentences, and what is done to it.
    fn article() -> String {
        "市气象台今天上午发布了大风蓝色预警信号。\n预计未来一天内，本市大部分地区将有五级左右的北风。\n山区的阵风可以达到八级，请注意防范高空坠物。\n\
         交通部门提醒，高速公路上的车辆应当减速慢行。\n港口的货船已经回到锚地，渡轮也推迟了开船的时间。\n学校取消了下午的户外活动，体育课改在室内进行。\n\
         园林工人正在加固路边的树木，并清理断枝。\n预警解除之前，市民最好不要在广告牌下停留。\n"
            .to_owned()
    }

    #[test]
    fn prose_passes_all_of_them() {
        let english = "The weather office issued a wind warning on Monday morning, and asked people to stay away from the shore.\n\
            It expects gusts of up to fifty miles an hour over the hills by the end of the day. Ferries have been cancelled.\n\
            Schools moved their sports lessons indoors. The harbour master said that most of the boats were back at anchor.\n\
            Workers were busy with the trees along the main road, and the council told drivers to slow down until the evening.\n";
        let chinese = article();
        for text in [&*chinese, english] {
            for (name, scores) in [("gopher", gopher(text)), ("c4", c4(text)), ("fineweb2", fineweb2(text))] {
                assert!(!scores.scores.is_empty());
                assert_eq!(out(&scores), [""; 0], "{name}: {scores:?}");
            }
        }
    }

    #[test]
    fn what_each_signal_is_for() {
        let chinese = article();
        let line = chinese.lines().next().unwrap();
        for (text, signals) in [
            (chinese.repeat(2), &["duplicate-lines", "duplicate-5-grams"][..]),
            (line.repeat(12), &["top-4-gram", "duplicate-10-grams"]),
            (chinese.replace('。', ""), &["line-punctuation"]),
            (chinese.replace(['，', '。', '的', '了'], "\n"), &["line-breaks"]),
            ("大风预警。".to_owned(), &["words"]),
            (chinese.replace(['\n', '。'], "……\n"), &["ellipses", "cut-lines"]),
            ("•".to_owned() + &chinese.replace('\n', "\n•"), &["bullet-lines"]),
            ("天 1 2 3 4 5 6 7，".repeat(40), &["words-with-letters", "stop-words"]),
        ] {
            let out = out(&fineweb2(&text));
            assert!(signals.iter().all(|signal| out.contains(signal)), "{text}: {out:?}, not {signals:?}");
        }
        for (text, signal) in [
            (format!("{chinese}{{"), "curly-brackets"),
            (format!("{chinese}Lorem ipsum"), "lorem-ipsum"),
            (chinese.lines().take(4).collect::<Vec<_>>().join("\n"), "sentences"),
        ] {
            assert_eq!(out(&c4(&text)), [signal], "{text}");
        }
    }

    #[test]
    fn what_has_no_values_is_left() {
        for text in [
            "Le maire a dit mardi que le pont est fermé et que les travaux ne sont pas finis.",
            "Мэр сказал во вторник, что мост закрыт.",
            "١٢٣ الجسر مغلق",
            "",
        ] {
            assert!([gopher(text), c4(text), fineweb2(text)].iter().all(|of| of.scores.is_empty()), "{text}");
        }
    }
}
