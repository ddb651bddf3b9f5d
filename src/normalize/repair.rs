//! Repair: what is written of a paragraph (contract P3).

use std::io::{self, Write};

use crate::config::Repair;
use crate::document::Edges;
use crate::split::line::{self, Lines};
use crate::split::repaired::RepairedLine;
use crate::units::ByteSpan;

/// Writes the repaired paragraph `text` (a span that `split` found) to `out`.
///
/// The paragraph's lines are joined by LF; under [`Repair::Basic`] each is repaired. Memory: a few bytes,
/// whatever the length of a line.
///
/// # Errors
/// Those of `out`.
pub(crate) fn repair<W: Write>(text: &str, repair: Repair, edges: Edges, out: &mut W) -> io::Result<()> {
    let mut buffer = [0; 4];
    for c in repaired_chars(text, repair, edges) {
        out.write_all(c.encode_utf8(&mut buffer).as_bytes())?;
    }
    Ok(())
}

/// The characters of the repaired paragraph `text`, its lines joined by LF.
pub(crate) fn repaired_chars(
    text: &str,
    repair: Repair,
    edges: Edges,
) -> impl Iterator<Item = char> + Clone + '_ {
    Lines::of(text).enumerate().flat_map(move |(number, line)| {
        let joint = (number > 0).then_some('\n');
        joint.into_iter().chain(LineChars::of(line, repair, edges))
    })
}

/// The characters of the repaired paragraph `text`, each with the place in `text` where it came from.
///
/// Cost: twice that of [`repaired_chars`].
pub(crate) fn placed_chars(
    text: &str,
    repair: Repair,
    edges: Edges,
) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut at = 0;
    Lines::of(text).enumerate().flat_map(move |(number, line)| {
        // Lines are parts of the text: their ends stand between them.
        let end = at;
        at += text[at..].find(line).unwrap_or_default();
        let (start, joint) = (at, (number > 0).then_some((end, '\n')));
        at += line.len();
        let body = match (repair, edges) {
            (Repair::Basic, Edges::Trimmed) => line::trim(line),
            (Repair::Basic, Edges::Kept) | (Repair::None, _) => ByteSpan { start: 0, end: line.len() },
        };
        let chars: Box<dyn Iterator<Item = (usize, char)>> = match repair {
            Repair::Basic => Box::new(RepairedLine::new(&line[body.range()])),
            Repair::None => Box::new(line.char_indices()),
        };
        joint.into_iter().chain(chars.map(move |(place, c)| (start + body.start + place, c)))
    })
}

/// The characters of one line.
#[derive(Debug, Clone)]
enum LineChars<'a> {
    Repaired(RepairedLine<'a>),
    Plain(std::str::Chars<'a>),
}

impl<'a> LineChars<'a> {
    fn of(line: &'a str, repair: Repair, edges: Edges) -> Self {
        match (repair, edges) {
            (Repair::Basic, Edges::Trimmed) => {
                Self::Repaired(RepairedLine::new(&line[line::trim(line).range()]))
            }
            (Repair::Basic, Edges::Kept) => Self::Repaired(RepairedLine::new(line)),
            (Repair::None, _) => Self::Plain(line.chars()),
        }
    }
}

impl Iterator for LineChars<'_> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        match self {
            Self::Repaired(line) => line.next().map(|(_, c)| c),
            Self::Plain(chars) => chars.next(),
        }
    }
}

/// Whether repair changes a character inside the lines of `text`. Cost: about 0.2 ns a byte where nothing is rare.
pub(crate) fn is_altered(text: &str, repair: Repair) -> bool {
    // The first byte of U+0080 to U+00BF, controls among them, and the zero-width characters.
    let is_rare =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || matches!(byte, 0x7f | 0xc2);
    let is_zero_width =
        |three: &[u8]| matches!(three, [0xef, 0xbb, 0xbf] | [0xe2, 0x80, 0x8b] | [0xe2, 0x81, 0xa0]);
    let bytes = text.as_bytes();
    repair == Repair::Basic
        && (bytes.iter().fold(false, |found, &byte| found | is_rare(byte))
            || bytes.windows(3).any(is_zero_width))
        && Lines::of(text).any(|line| !RepairedLine::new(line).map(|(_, c)| c).eq(line.chars()))
}

/// Whether repair changes more of `text` than how its lines end.
pub(crate) fn is_repaired(text: &str, repair: Repair) -> bool {
    let is_changed = |line: &str| line::trim(line).len() < line.len() || is_altered(line, repair);
    repair == Repair::Basic && Lines::of(text).any(is_changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (name, text, expected) in [
            ("plain", "苹果 AI", "苹果 AI"),
            ("VT, FF, NEL become spaces", "a\u{b}b\u{c}c\u{85}d", "a b c d"),
            ("other controls go, TAB stays", "a\u{0}b\u{7}\tc\u{9f}\u{7f}", "ab\tc"),
            ("a word break stays", "ขาย\u{200b}ดี", "ขาย\u{200b}ดี"),
            ("escape sequences go", "\x1b[1ma\x1b[0mb", "ab"),
            ("zero-width characters go", "a\u{feff}b\u{200b}c\u{2060}d", "abcd"),
            ("ZWJ stays", "👩\u{200d}💻", "👩\u{200d}💻"),
            ("lines of a block", "a \r\n b\r c\u{7}\nd", "a\nb\nc\nd"),
            ("more of them", "a\r\r\nb\u{2028}c \x1b[m\n\x1b[1m d", "a\nb\nc\nd"),
        ] {
            let mut out = Vec::new();
            repair(text, Repair::Basic, Edges::Trimmed, &mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{name}");
            let inside: Vec<String> =
                Lines::of(text).map(|line| RepairedLine::new(line).map(|(_, c)| c).collect()).collect();
            let is_changed = !Lines::of(text).eq(inside.iter().map(String::as_str));
            assert_eq!(is_altered(text, Repair::Basic), is_changed, "{name}");
            assert!(!is_altered(text, Repair::None));
        }
    }

    #[test]
    fn none_touches_line_endings_only() {
        let mut out = Vec::new();
        repair(" a\u{7} \r\nb\u{feff}", Repair::None, Edges::Trimmed, &mut out).unwrap();
        assert_eq!(out, " a\u{7} \nb\u{feff}".as_bytes());
    }

    #[test]
    fn white_space_that_means_something_stays() {
        let mut out = Vec::new();
        repair("  a\u{7}  \r\n\u{3000}\n\tb\u{c}", Repair::Basic, Edges::Kept, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "  a  \n\u{3000}\n\tb ");
    }
}
