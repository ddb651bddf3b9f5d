//! Repair: what is written of a paragraph (contract P3).

use std::io::{self, Write};

use crate::config::Repair;
use crate::document::Edges;
use crate::split::line::{self, Fate, fate};

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
pub(crate) fn repaired_chars(text: &str, repair: Repair, edges: Edges) -> impl Iterator<Item = char> + '_ {
    RepairedLines { text, start: 0 }.enumerate().flat_map(move |(number, raw)| {
        let body = match (repair, edges) {
            (Repair::Basic, Edges::Trimmed) => &raw[line::trim(raw).range()],
            (Repair::Basic, Edges::Kept) | (Repair::None, _) => raw,
        };
        let joint = (number > 0).then_some('\n');
        joint.into_iter().chain(body.chars().filter_map(move |c| match (repair, fate(c)) {
            (Repair::None, _) | (_, Fate::Keep) => Some(c),
            (Repair::Basic, Fate::Space) => Some(' '),
            (Repair::Basic, Fate::Remove) => None,
        }))
    })
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
        && text.chars().any(|c| fate(c) != Fate::Keep)
}

/// The lines of a paragraph without their endings (contract P1).
struct RepairedLines<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Iterator for RepairedLines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.start..).filter(|rest| !rest.is_empty())?;
        let Some(end) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) else {
            self.start = self.text.len();
            return Some(rest);
        };
        let is_pair = rest.as_bytes()[end..].starts_with(b"\r\n");
        self.start += end + if is_pair { 2 } else { 1 };
        Some(&rest[..end])
    }
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
            ("zero-width characters go", "a\u{feff}b\u{200b}c\u{2060}d", "abcd"),
            ("ZWJ stays", "👩\u{200d}💻", "👩\u{200d}💻"),
            ("lines of a block", "a \r\n b\r c\u{7}\nd", "a\nb\nc\nd"),
        ] {
            let mut out = Vec::new();
            repair(text, Repair::Basic, Edges::Trimmed, &mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{name}");
            let is_changed = text.chars().any(|c| fate(c) != Fate::Keep);
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
