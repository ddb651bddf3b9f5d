//! Breaks between lines that may stand inside a sentence, and how wide the lines beside them are.

use std::ops::Index;

use unicode_width::UnicodeWidthChar;

use super::{LEAST_MARGIN, MOST_MARGIN};
use crate::split::{is_complex, line};

/// A line that is not blank, without its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// What stands before its text.
    pub(super) indent: &'a str,
    /// Its text, without white space at both ends.
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    /// A line as it stands.
    pub(super) fn of(line: &'a str) -> Self {
        let span = line::trim(line);
        Self { indent: &line[..span.start], text: &line[span.range()] }
    }

    /// A width, by any measure, that the line has at least: that of its printable ASCII and of most Han. All bytes are
    /// looked at without a branch, which compiles to vector instructions.
    pub(super) fn least_width(self) -> u32 {
        let is_wide = |byte: &u8| u32::from(matches!(byte, b' '..=b'~' | 0xe4..=0xe9));
        self.text.as_bytes().iter().map(is_wide).sum()
    }
}

/// A way of measuring a line. Programs that wrap text do not agree on one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Measure {
    /// In columns; a character of ambiguous width (UAX #11) takes one.
    #[default]
    Columns,
    /// In columns; a character of ambiguous width takes two, as in East Asian fonts.
    WideColumns,
    /// In characters.
    Characters,
}

/// All measures; the first of equals is the one that counts.
pub(super) const MEASURES: [Measure; 3] = [Measure::Columns, Measure::WideColumns, Measure::Characters];

/// How wide a line is, by each measure.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Width {
    columns: u32,
    wide_columns: u32,
    characters: u32,
}

impl Index<Measure> for Width {
    type Output = u32;

    fn index(&self, measure: Measure) -> &u32 {
        match measure {
            Measure::Columns => &self.columns,
            Measure::WideColumns => &self.wide_columns,
            Measure::Characters => &self.characters,
        }
    }
}

impl Width {
    /// The right edge of a line.
    pub(super) fn of(line: Line<'_>) -> Self {
        let mut width = Self::default();
        width.add_all(line.indent);
        width.add_all(line.text);
        width
    }

    fn add_all(&mut self, text: &str) {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            // One column each, whatever the measure.
            self.add_narrow(u32::try_from(text.len()).expect("the first 64 KiB of a text are looked at"));
            return;
        }
        text.chars().for_each(|c| self.add(c));
    }

    fn add_narrow(&mut self, num_chars: u32) {
        for at in [&mut self.columns, &mut self.wide_columns, &mut self.characters] {
            *at += num_chars;
        }
    }

    #[inline]
    fn add(&mut self, c: char) {
        match c {
            ' '..='~' => self.add_narrow(1),
            // Han characters are wide (UAX #11), and most of a Chinese text.
            '\u{4e00}'..='\u{9fff}' => {
                self.columns += 2;
                self.wide_columns += 2;
                self.characters += 1;
            }
            _ => self.add_other(c),
        }
    }

    fn add_other(&mut self, c: char) {
        if c == '\t' {
            for at in [&mut self.columns, &mut self.wide_columns, &mut self.characters] {
                *at = *at / TAB * TAB + TAB;
            }
            return;
        }
        let columns = |width: Option<usize>| width.map_or(0, |width| u32::try_from(width).unwrap_or(2));
        // A control character of ASCII takes no column.
        let narrow = if c.is_ascii() { 0 } else { columns(c.width()) };
        self.columns += narrow;
        self.wide_columns += if c.is_ascii() { 0 } else { columns(c.width_cjk()) };
        self.characters += u32::from(narrow > 0);
    }
}

/// Columns between tab stops.
const TAB: u32 = 8;

/// Characters of a word that is no word, but an address or data; it says nothing about a margin.
const LONGEST_WORD: usize = 30;

/// A break between two lines that may stand inside a sentence: the line before does not end as sentences end, and the
/// line after does not begin as sentences, items and headings begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Break<'a> {
    before: Line<'a>,
    after: Line<'a>,
    /// The first word of the line after.
    word: &'a str,
    /// Whether a space would stand before it at the end of the line before.
    is_spaced: bool,
    /// What this word begins with, behind opening punctuation.
    first: char,
    /// Whether the line after goes on with an item of a list, below its text.
    is_item: bool,
}

/// A break whose lines are measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeasuredBreak {
    /// The line before.
    pub(super) before: Width,
    /// The line before, had it taken the first word of the line after as well.
    pub(super) with_word: Width,
    /// The line after.
    pub(super) after: Width,
    /// Whether a small letter follows in a script that has capitals, or an item of a list goes on: then a sentence does.
    pub(super) is_sure: bool,
    /// Whether the line after goes on with an item of a list, below its text.
    pub(super) is_item: bool,
    /// Whether hardly anything but a sentence looks like this.
    pub(super) is_clear: bool,
}

impl<'a> Break<'a> {
    /// The break between two lines of which the first ends no sentence, if it may stand inside one. Whether they stand in
    /// a table is not asked here.
    pub(super) fn between(before: Line<'a>, after: Line<'a>) -> Option<Self> {
        // A mark belongs to the letter before it.
        let last = before.text.chars().rev().find(|c| c.width() != Some(0))?;
        let rest = &after.text[shared_mark(before.text, after.text)..];
        let start = rest.trim_start_matches(is_opening);
        let first = start.chars().next()?;
        let is_item = first.is_alphanumeric() && is_rest_of_item(before, after);
        let is_level = || indent(after) <= indent(before);
        // A name or two are an entry of a list.
        let has_words = || before.text.split_whitespace().nth(2).is_some();
        let goes_on = if is_item {
            true
        } else if first.is_lowercase() {
            is_word(rest) && has_words()
        } else if !last.is_alphanumeric() {
            // Where small letters do not tell, verse would look like this: its lines end with commas.
            false
        } else if first.is_uppercase() && !is_unspaced(last) {
            let is_capitals = last.is_uppercase() && start.chars().nth(1).is_some_and(char::is_uppercase);
            is_capitals && has_words() && is_level()
        } else {
            // A line that is indented further begins a paragraph.
            (first.is_alphabetic() || is_closing(first) || is_inner(first)) && is_level()
        };
        if !goes_on {
            return None;
        }
        let word = first_word(rest);
        if word.chars().count() > LONGEST_WORD {
            return None;
        }
        let is_spaced = !is_unspaced(last) && !is_unspaced(first);
        Some(Self { before, after, word, is_spaced, first, is_item })
    }

    /// Whether its lines have columns of their own.
    pub(super) fn is_in_table(&self) -> bool {
        has_tab(self.before.text) || has_tab(self.after.text) || self.num_gaps() == 2
    }

    /// How many of its lines have a wide gap.
    fn num_gaps(&self) -> usize {
        [self.before, self.after].into_iter().filter(|line| has_wide_gap(line.text)).count()
    }

    /// Whether this break may be full, as far as it shows that by itself: whatever the margin is, the line before with the
    /// word is wider, and the line after at most 2 wider than the margin.
    pub(super) fn may_be_full(&self) -> bool {
        let with_word = self.with_word(Width::of(self.before));
        let after = self.after.least_width();
        MEASURES.iter().any(|measure| {
            let most_margin = MOST_MARGIN.min(with_word[*measure].saturating_sub(1));
            most_margin >= LEAST_MARGIN && after <= most_margin + 2
        })
    }

    fn with_word(&self, mut width: Width) -> Width {
        if self.is_spaced {
            width.add(' ');
        }
        self.word.chars().for_each(|c| width.add(c));
        width
    }

    /// This break, measured.
    pub(super) fn measured(&self) -> MeasuredBreak {
        let Self { before, after, first, is_item, .. } = *self;
        let is_sure = first.is_lowercase() || is_item;
        let is_clear = self.num_gaps() == 0 && (is_sure || is_sentence(before.text, after.text, first));
        let width = Width::of(before);
        let with_word = self.with_word(width);
        MeasuredBreak { before: width, with_word, after: Width::of(after), is_sure, is_item, is_clear }
    }
}

/// Whether a line stands below the text of an item that begins on the line before, behind its mark.
fn is_rest_of_item(before: Line<'_>, after: Line<'_>) -> bool {
    let Some(item) = before.text.strip_prefix(['*', '-', '+', '•']) else { return false };
    let text = item.trim_start_matches(' ');
    let gap = u32::try_from(item.len() - text.len()).expect("the first 64 KiB of a text are looked at");
    gap > 0 && indent(after) == indent(before) + 1 + gap
}

/// Whether two lines, of which the second begins with the letter `first`, have the punctuation of a sentence where
/// letters do not tell. Capitals are headlines more often than sentences, and these have commas too.
fn is_sentence(before: &str, after: &str, first: char) -> bool {
    let has_comma = |text: &str| text.contains([',', '，', '。', '،', '।']);
    (has_comma(before) && is_sentence_end(after)) || (has_comma(after) && !first.is_uppercase())
}

/// The columns of a line's indentation.
fn indent(line: Line<'_>) -> u32 {
    Width::of(Line { text: "", ..line }).columns
}

/// Whether a line, trimmed, ends as a sentence ends, or as what follows a colon does.
#[inline]
pub(super) fn is_sentence_end(text: &str) -> bool {
    ends_for_sure(text.as_bytes()) || ends_with_stop(text)
}

/// Whether the last bytes of a line say that it ends as a sentence ends; most that do are seen so.
#[inline]
fn ends_for_sure(line: &[u8]) -> bool {
    matches!(
        line,
        [.., b'.' | b'!' | b'?' | b':' | b';']
            | [.., 0xe3, 0x80, 0x82]
            | [.., 0xef, 0xbc, 0x81 | 0x9a | 0x9b | 0x9f]
    )
}

/// [`is_sentence_end`] of any line.
fn ends_with_stop(text: &str) -> bool {
    let last = text.trim_end_matches(is_closing).chars().next_back();
    last.is_none_or(|c| {
        matches!(c, '.' | '!' | '?' | ':' | ';' | '{' | '}' | '…' | '—')
            || matches!(c, '。' | '！' | '？' | '：' | '；' | '．' | '｡' | '؟' | '۔' | '।' | '॥' | '။' | '។')
    })
}

/// Punctuation inside a sentence of a script without capitals.
fn is_inner(c: char) -> bool {
    matches!(c, '，' | '。' | '、' | '！' | '？' | '：' | '；' | '،' | '।')
}

/// Opens a quotation or a parenthesis.
fn is_opening(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '(' | '[' | '<' | '“' | '‘' | '«' | '„')
        || matches!(c, '（' | '［' | '《' | '〈' | '「' | '『' | '【')
}

/// Closes a quotation or a parenthesis.
fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»')
        || matches!(c, '）' | '］' | '》' | '〉' | '」' | '』' | '】')
}

/// Whether a line has a tab inside it, as rows of tables have.
fn has_tab(text: &str) -> bool {
    text.contains('\t')
}

/// Whether a line has a gap inside it, as rows of tables have, and lines of few words that were justified.
fn has_wide_gap(text: &str) -> bool {
    text.contains("    ")
}

/// The bytes of what both lines begin with, as lines of quoted mail and of comments do.
fn shared_mark(before: &str, after: &str) -> usize {
    let mark = |text: &str| text.len() - text.trim_start_matches(['>', '#', '|', ';', '%', '/', ' ']).len();
    let len = mark(after);
    if before.as_bytes().get(..len) == Some(&after.as_bytes()[..len]) && mark(before) == len {
        len
    } else {
        0
    }
}

/// Whether a line begins with a word of letters, and not with a name of a file or of what a program knows.
fn is_word(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let word = word.trim_start_matches(is_opening).trim_end_matches(|c: char| !c.is_alphanumeric());
    word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '‐' | '\u{ad}'))
}

/// Whether the script of `c` sets no spaces between words, and breaks lines between any two characters.
fn is_unspaced(c: char) -> bool {
    c.width() == Some(2) && !matches!(c, '\u{ac00}'..='\u{d7a3}')
}

/// Bytes after which a run of Thai, or of another script that breaks lines between words but sets no spaces there, has
/// surely ended a word.
const COMPLEX_WORD: usize = 30;

/// What a program that wraps text takes to the next line as a whole.
fn first_word(text: &str) -> &str {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() || (is_complex(c) && at >= COMPLEX_WORD) {
            return &text[..at];
        }
        let Some(&(end, next)) = chars.peek() else { break };
        let may_end = if is_unspaced(c) { !is_closing(next) && !is_inner(next) } else { is_unspaced(next) };
        if may_end && !is_opening(c) {
            return &text[..end];
        }
    }
    text
}
