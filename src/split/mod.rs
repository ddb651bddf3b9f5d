//! Stage 3: a document's text in, its paragraphs out, as spans (contract P1, P2).
//!
//! Guarantees: spans lie on character boundaries, do not overlap, stand in text order, and hold every
//! character of the text that is not a line ending, blank, or an edge that repair trims. Pure: no I/O,
//! no state between calls. Knows nothing about keys, duplicates or output.
//!
//! Cost: one vectorised pass over the bytes, plus UAX #29 segmentation in sentence mode; Markdown is parsed.

mod auto;
mod block;
mod complex;
pub mod line;
mod markdown;
pub(crate) mod repaired;
mod sentence;

use crate::config::{Repair, SplitConfig, SplitMode};
use crate::document::{Kind, Paragraph};

pub use auto::HEAD_BYTES;
pub(crate) use complex::is_complex;
pub use markdown::num_marks;

/// What a paragraph is in one document (contract P2): what [`SplitMode`] says of all, decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Method {
    /// Every line that is not blank.
    #[default]
    Line,
    /// A run of non-blank lines.
    Block,
    /// Every sentence of a line.
    Sentence,
    /// A block of Markdown whose lines are syntax, and every other line.
    Markdown,
}

impl Method {
    /// Its name: that of the option that asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Block => "block",
            Self::Sentence => "sentence",
            Self::Markdown => "markdown",
        }
    }

    /// Whether a paragraph is on one line.
    pub fn is_within_lines(self) -> bool {
        match self {
            Self::Line | Self::Sentence => true,
            Self::Block | Self::Markdown => false,
        }
    }
}

/// The way in which one document is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Splitting {
    /// What a paragraph is.
    pub method: Method,
    /// Changes made to each line before anything else.
    pub repair: Repair,
}

impl Splitting {
    /// How a document of this kind is split that has this text, or begins with it. More than [`HEAD_BYTES`] are not
    /// looked at, and fewer only if they are all of the document: so a document is split in one way, whether it is
    /// held whole or comes in pieces.
    pub fn of(config: SplitConfig, kind: Kind, text: &str) -> Self {
        let method = match config.split {
            SplitMode::Auto => auto::method(kind, text),
            SplitMode::Line => Method::Line,
            SplitMode::Block => Method::Block,
            SplitMode::Sentence => Method::Sentence,
            SplitMode::Markdown => Method::Markdown,
        };
        Self { method, repair: config.repair }
    }
}

/// How one document is to be split: in a way that is known, or in the one that its text shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitBy {
    /// In this way.
    Known(Splitting),
    /// As a document of this kind is split that has the text.
    Text(SplitConfig, Kind),
}

impl SplitBy {
    /// How a document with this text is split.
    pub fn splitting(self, text: &str) -> Splitting {
        match self {
            Self::Known(splitting) => splitting,
            Self::Text(config, kind) => Splitting::of(config, kind, text),
        }
    }

    /// As [`split`]; returns how the document was split, too.
    pub fn split(self, text: &str, out: &mut Vec<Paragraph>) -> (Splitting, bool) {
        if let Some(blank_after) = self.split_by_lines(text, out) {
            return (Splitting { method: Method::Line, repair: Repair::Basic }, blank_after);
        }
        let splitting = self.splitting(text);
        (splitting, split(text, splitting, out))
    }

    /// Splits a text into lines, and asks these how it is split: nearly all texts are split so, and this way they are
    /// walked over once. `None`, and no paragraphs, if that is not how it is split, or if its lines do not tell.
    fn split_by_lines(self, text: &str, out: &mut Vec<Paragraph>) -> Option<bool> {
        let Self::Text(SplitConfig { split: SplitMode::Auto, repair: Repair::Basic }, kind) = self else {
            return None;
        };
        if text.len() > HEAD_BYTES || !auto::goes_by_lines(kind) {
            return None;
        }
        let start = out.len();
        let blank_after = for_each_line(text, Repair::Basic, |line| out.push(line));
        if auto::method_of_lines(text, &out[start..]) == Some(Method::Line) {
            return Some(blank_after);
        }
        out.truncate(start);
        None
    }
}

/// Appends the paragraphs of `text` to `out` and returns whether a blank line stands after the last one.
///
/// A long document may be split piece by piece, if each piece ends where a paragraph ends (see
/// [`cut_point`]): then "blank line at the end" of one piece belongs to the first paragraph of the next.
///
/// ```
/// use tamis::split::{Splitting, split};
/// let mut paragraphs = Vec::new();
/// let text = "　今天\r\n\r\nToday\n";
/// let trailing = split(text, Splitting::default(), &mut paragraphs);
/// assert_eq!(&text[paragraphs[0].span.range()], "今天");
/// assert!(paragraphs[1].blank_before && !trailing);
/// ```
pub fn split(text: &str, splitting: Splitting, out: &mut Vec<Paragraph>) -> bool {
    for_each(text, splitting, |paragraph| out.push(paragraph))
}

/// How many paragraphs `text` has. Takes no memory for them.
pub fn num_paragraphs(text: &str, splitting: Splitting) -> u64 {
    let mut number = 0;
    for_each(text, splitting, |_| number += 1);
    number
}

/// Shows the paragraphs of `text` to `visit`, in order; returns whether a blank line stands after the last one.
#[inline]
fn for_each(text: &str, Splitting { method, repair }: Splitting, visit: impl FnMut(Paragraph)) -> bool {
    match method {
        Method::Line => for_each_line(text, repair, visit),
        Method::Block => block::for_each(text, repair, visit),
        Method::Sentence => sentence::for_each(text, repair, visit),
        Method::Markdown => markdown::for_each(text, repair, visit),
    }
}

#[inline]
fn for_each_line(text: &str, repair: Repair, mut visit: impl FnMut(Paragraph)) -> bool {
    let mut blank = false;
    line::for_each(text, repair, |span| {
        if span.is_empty() {
            blank = true;
        } else {
            visit(Paragraph::new(span, blank));
            blank = false;
        }
    });
    blank
}

/// The last place in `bytes` at which a text that goes on after them may be cut into two pieces without
/// cutting a paragraph, or `None` if there is none.
///
/// The place is after a line ending; in block mode, after a blank line; in Markdown there is none. `bytes` need not be valid UTF-8:
/// line endings are single bytes that occur in no longer character. A CR at the very end is no place to
/// cut, as its LF may follow.
///
/// Cost: O(bytes after the cut) in line and sentence mode.
pub fn cut_point(bytes: &[u8], splitting: Splitting) -> Option<usize> {
    match splitting.method {
        Method::Line | Method::Sentence => line::last_end(bytes),
        Method::Block => block::cut_point(bytes, splitting.repair),
        // A parser needs the whole document.
        Method::Markdown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraphs(text: &str, method: Method, repair: Repair) -> Vec<(&str, bool)> {
        let mut out = Vec::new();
        let splitting = Splitting { method, repair };
        split(text, splitting, &mut out);
        assert_eq!(num_paragraphs(text, splitting), crate::units::count(out.len()), "{text:?}");
        out.iter().map(|p| (&text[p.span.range()], p.blank_before)).collect()
    }

    #[test]
    fn lines() {
        for (name, text, expected) in [
            ("empty", "", vec![]),
            ("no final line ending", "a", vec![("a", false)]),
            (
                "LF, CR LF and lone CR (P1)",
                "a\nb\r\nc\rd",
                vec![("a", false), ("b", false), ("c", false), ("d", false)],
            ),
            ("CR CR LF is one line end (P1)", "a\r\r\nb", vec![("a", false), ("b", false)]),
            ("CR before CR CR LF is another", "a\r\r\r\nb", vec![("a", false), ("b", true)]),
            (
                "separators of lines and paragraphs (P1)",
                "甲\u{2028}“乙”\u{2029}\u{2028}丙",
                vec![("甲", false), ("“乙”", false), ("丙", true)],
            ),
            ("escape sequences (P3)", "\x1b[1m a\x1b[0m\n\x1b[2K\nb", vec![("a", false), ("b", true)]),
            ("blank is blank after repair", "a\n \u{3000}\u{FEFF}\u{7}\nb", vec![("a", false), ("b", true)]),
            ("U+3000 indent is trimmed", "\u{3000}\u{3000}甲\u{3000}\n", vec![("甲", false)]),
            ("edges of both kinds", "\u{FEFF} \u{200B}a b\u{2060}\t\n", vec![("a b", false)]),
            ("leading blank lines", "\n\na", vec![("a", true)]),
        ] {
            assert_eq!(paragraphs(text, Method::Line, Repair::Basic), expected, "{name}");
        }
    }

    #[test]
    fn lines_without_repair() {
        assert_eq!(
            paragraphs(" a \r\n\u{3000}\n\u{FEFF}\nb", Method::Line, Repair::None),
            [(" a ", false), ("b", true)],
            "U+FEFF is no text at the start of a line (contract D4)"
        );
    }

    #[test]
    fn blocks() {
        for (name, text, expected) in [
            ("two lines are one block", "a\nb\n\nc\n", vec![("a\nb", false), ("c", true)]),
            ("a white line separates", "a\n\u{3000}\n b \n c ", vec![("a", false), ("b \n c", true)]),
            ("lone CR", "a\rb\r\rc", vec![("a\rb", false), ("c", true)]),
            ("CR CR LF", "a\r\r\nb\r\r\n\r\r\nc", vec![("a\r\r\nb", false), ("c", true)]),
        ] {
            assert_eq!(paragraphs(text, Method::Block, Repair::Basic), expected, "{name}");
        }
    }

    #[test]
    fn sentences() {
        for (name, text, expected) in [
            (
                "Chinese",
                "今天下雨。明天呢？好！",
                vec![("今天下雨。", false), ("明天呢？", false), ("好！", false)],
            ),
            ("trimmed", "One. Two.\n\n  Three.", vec![("One.", false), ("Two.", false), ("Three.", true)]),
            ("repair comes first", "One.\u{c}Two.", vec![("One.", false), ("Two.", false)]),
            ("removed inside", "O\u{200B}ne\u{7}. Two.", vec![("O\u{200B}ne\u{7}.", false), ("Two.", false)]),
            ("escape sequences", "\x1b[1mOne.\x1b[0m Two.\x1b[m", vec![("One.", false), ("Two.", false)]),
            (
                "a title with a sentence in it",
                "One. \x1b]0;It. Is.\x07Two.",
                vec![("One.", false), ("Two.", false)],
            ),
        ] {
            assert_eq!(paragraphs(text, Method::Sentence, Repair::Basic), expected, "{name}");
        }
    }

    #[test]
    fn cut_points() {
        let line = Splitting::default();
        let block = Splitting { method: Method::Block, ..line };
        for (bytes, splitting, expected) in [
            (&b"ab"[..], line, None),
            (b"a\nb", line, Some(2)),
            (b"a\r\nb\r", line, Some(3)),
            (b"a\rb", line, Some(2)),
            (b"a\r", line, None),
            (b"a\nb\r\r", line, Some(2)),
            (b"a\r\r\nb", line, Some(4)),
            (b"a\nb\n", block, None),
            (b"a\n\nb\nc", block, Some(3)),
            (b"a\n \t\r\nb", block, Some(6)),
            ("a\n\u{3000}\nb\nc".as_bytes(), block, Some(6)),
            (b"a\n\n\n\nb", block, Some(5)),
            (b"a\r\r\nb", block, None),
            (b"a\r\r\n\r\r\nb\r\r\nc", block, Some(7)),
            (b"a\r\r\r\nb", block, Some(5)),
            (b"a\r\rb", block, Some(3)),
        ] {
            assert_eq!(cut_point(bytes, splitting), expected, "{bytes:?}");
        }
    }
}
