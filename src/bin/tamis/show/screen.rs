//! Output as a screen can show it: lines are cut between words where the terminal is narrow, and the words that matter
//! are in colour. In a pipe, and in CI, lines are whole and plain, as programs read them.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The width of a row's name and number, behind which its text begins.
const ROW: usize = 29;
/// A text beside a name and a number needs this many columns; in fewer it continues at the left.
const MIN_BESIDE: usize = 28;
/// No line is cut to fewer columns than this.
const MIN_WIDTH: usize = 20;

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// Beginnings of lines that are shown in colour. No line begins with text of an input.
const COLOURS: [(&str, &str); 9] = [
    ("FAIL ", RED),
    ("pass ", GREEN),
    ("check failed", RED),
    ("check passed", GREEN),
    ("not verified", RED),
    ("verified", GREEN),
    ("rejected ", YELLOW),
    ("stubs ", YELLOW),
    ("next ", BOLD),
];

/// What a stream can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Columns of a line; lines are whole without.
    pub(crate) width: Option<usize>,
    /// Whether it shows colours.
    pub(crate) has_colour: bool,
}

/// Whether the program runs in CI, which keeps what is printed as a log.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// The columns that COLUMNS asks for.
pub(crate) fn columns() -> Option<usize> {
    let columns = env::var("COLUMNS").ok()?.parse().ok()?;
    (columns > 0).then_some(columns)
}

impl Screen {
    /// That of a stream: standard output or standard error.
    pub(crate) fn of(stream: &(impl IsTerminal + AsFd)) -> Self {
        if !stream.is_terminal() {
            return Self { width: None, has_colour: false };
        }
        let measured = || terminal_size::terminal_size_of(stream).map(|(width, _)| usize::from(width.0));
        let width = columns().or_else(measured).filter(|width| *width > 0 && !is_ci());
        let is_plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { width, has_colour: !is_plain && !is_dumb }
    }

    /// A text as the screen can show it.
    pub(crate) fn fit(self, text: &str) -> String {
        if self.width.is_none() && !self.has_colour {
            return text.to_owned();
        }
        let mut fitted = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            let cut = self.width.map_or_else(|| line.to_owned(), |width| cut(line, width.max(MIN_WIDTH)));
            fitted.push_str(&if self.has_colour { coloured(&cut) } else { cut });
            fitted.push_str(end);
        }
        fitted
    }
}

/// The first word of a line in its colour.
fn coloured(line: &str) -> String {
    let known = COLOURS.iter().find(|(begin, _)| line.starts_with(begin));
    known.map_or(line.to_owned(), |(begin, colour)| {
        let word = begin.trim_end();
        format!("{colour}{word}{RESET}{}", &line[word.len()..])
    })
}

/// Cuts a line between words into lines of at most `width` columns. Those after the first are indented below its text.
fn cut(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let (indent, first) = indent(line, width);
    let mut lines = vec![String::new()];
    let mut column = 0;
    for word in first.into_iter().chain(words(&line[first.map_or(0, str::len)..])) {
        let is_start = column == 0 || column == indent && lines.len() > 1;
        if !is_start && column + word.trim_end().width() > width {
            end_line(&mut lines, &mut column, indent);
        }
        if column + word.trim_end().width() <= width {
            column += push(&mut lines, word);
            continue;
        }
        for grapheme in word.graphemes(true) {
            if column + grapheme.width() > width {
                end_line(&mut lines, &mut column, indent);
            }
            column += push(&mut lines, grapheme);
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// Columns before the lines that continue `line`, and the part of it that stays together before the first word.
fn indent(line: &str, width: usize) -> (usize, Option<&str>) {
    let row = line.get(..ROW).filter(|row| row.is_ascii() && row.ends_with("   "));
    match row {
        Some(row) if width >= ROW + MIN_BESIDE => (ROW, Some(row)),
        Some(row) => (4, Some(row).filter(|_| width > ROW + 8)),
        None => (line.len() - line.trim_start().len() + 4, None),
    }
}

/// The words of a line, each with the white space after it. Text of wide characters is cut between any two of them, but
/// for closing punctuation.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(' ').flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let part = match rest.graphemes(true).next()? {
                first if first.width() < 2 => rest,
                first => {
                    let after = &rest[first.len()..];
                    let closing: usize =
                        after.graphemes(true).take_while(|part| is_closing(part)).map(str::len).sum();
                    &rest[..first.len() + closing]
                }
            };
            rest = &rest[part.len()..];
            Some(part)
        })
    })
}

fn is_closing(part: &str) -> bool {
    let mut chars = part.chars();
    chars.next().is_some_and(|c| " ，。、；：？！）」』》〉】〕”’…,.;:?!)]}%".contains(c))
}

fn push(lines: &mut [String], part: &str) -> usize {
    if let Some(line) = lines.last_mut() {
        line.push_str(part);
    }
    part.width()
}

fn end_line(lines: &mut Vec<String>, column: &mut usize, indent: usize) {
    lines.push(" ".repeat(indent));
    *column = indent;
}

/// A word as a shell takes it: in quotes if it needs them.
pub(crate) fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':' | ',');
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Writes lines as a screen can show them.
#[derive(Debug)]
pub(crate) struct FittedWriter<W> {
    inner: W,
    screen: Screen,
    open: Vec<u8>,
}

impl<W: Write> FittedWriter<W> {
    /// A writer to `inner`, which ends on this screen.
    pub(crate) fn new(inner: W, screen: Screen) -> Self {
        Self { inner, screen, open: Vec::new() }
    }
}

impl<W: Write> Write for FittedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.open.extend_from_slice(bytes);
        if let Some(end) = self.open.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.open.split_off(end + 1);
            let lines = std::mem::replace(&mut self.open, rest);
            self.inner.write_all(self.screen.fit(&String::from_utf8_lossy(&lines)).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Screen = Screen { width: Some(40), has_colour: false };

    #[test]
    fn lines_are_cut_between_words_and_indented() {
        let row = format!("{:<11} {:>14}   12 kept (80.0 %), 3 emptied, and more", "documents", 15);
        for (width, line, expected) in [
            (80, row.as_str(), row.clone()),
            (
                60,
                &row,
                format!(
                    "{:<11} {:>14}   12 kept (80.0 %), 3 emptied,\n{}and more",
                    "documents",
                    15,
                    " ".repeat(29)
                ),
            ),
            (
                40,
                &row,
                format!("{:<11} {:>14}   12 kept\n    (80.0 %), 3 emptied, and more", "documents", 15),
            ),
            (20, "  - a.txt: repeats b.txt", "  - a.txt: repeats\n      b.txt".to_owned()),
            (20, "0123456789012345678901234", "01234567890123456789\n    01234".to_owned()),
            (20, "今天下雨，明天天气晴朗，后天多云。", "今天下雨，明天天气晴\n    朗，后天多云。".to_owned()),
        ] {
            assert_eq!(cut(line, width), expected, "{width}: {line}");
        }
        assert_eq!(NARROW.fit("short\n\nlast"), "short\n\nlast");
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let text =
            "a b\u{301}c 今天下雨，明天天气晴朗。 https://example.org/a/very/long/path/that/does/not/end x\n";
        for width in 20..60 {
            for repeated in [1, 3] {
                let line = text.trim_end().repeat(repeated);
                let cut = cut(&line, width);
                assert!(cut.lines().all(|line| line.width() <= width), "{width}: {cut}");
                let without = |text: &str| text.split_whitespace().collect::<String>();
                assert_eq!(without(&cut), without(&line));
            }
        }
    }

    #[test]
    fn words_that_matter_are_in_colour() {
        let screen = Screen { width: None, has_colour: true };
        assert_eq!(screen.fit("FAIL 3 duplicates\n"), "\u{1b}[31mFAIL\u{1b}[0m 3 duplicates\n");
        assert_eq!(screen.fit("  FAIL\nFAILED\n"), "  FAIL\nFAILED\n");
        assert_eq!(Screen { has_colour: false, ..screen }.fit("FAIL 3\n"), "FAIL 3\n");
    }

    #[test]
    fn a_writer_fits_whole_lines() {
        let mut written = Vec::new();
        let mut writer = FittedWriter::new(&mut written, Screen { width: Some(20), has_colour: true });
        for part in ["pa", "ss 0 near-duplicates (limit 0)\nFA", "IL 1\n"] {
            writer.write_all(part.as_bytes()).unwrap();
        }
        writer.flush().unwrap();
        let expected =
            "\u{1b}[32mpass\u{1b}[0m 0\n    near-duplicates\n    (limit 0)\n\u{1b}[31mFAIL\u{1b}[0m 1\n";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}
