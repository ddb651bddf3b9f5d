//! Repair of a line: which of its characters stay (contract P3).
//!
//! Sources: ECMA-48, sections 5.3 to 5.6 and 8.3 (escape sequences); UAX #14 (`Line_Break`).

use super::complex::is_complex;

/// Begins every escape sequence.
pub(crate) const ESCAPE: u8 = 0x1b;
/// Ends a control string, such as the title of a window.
pub(crate) const BEL: u8 = 0x07;
/// Parts words in scripts that are written without spaces.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// The fate of one character inside a line under repair (contract P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The character stays.
    Keep,
    /// The character becomes a space: VT, FF, NEL.
    Space,
    /// The character goes: other control characters but TAB, and U+FEFF, U+2060; with ESC the escape sequence that
    /// it begins; U+200B but where it parts words.
    Remove,
}

/// The fate of `c` under repair. LF and CR have none: they end lines and never stand inside one.
#[inline]
pub(crate) fn fate(c: char) -> Fate {
    match c {
        '\u{b}' | '\u{c}' | '\u{85}' => Fate::Space,
        '\t' | '\n' | '\r' => Fate::Keep,
        '\u{feff}' | ZERO_WIDTH_SPACE | '\u{2060}' => Fate::Remove,
        c if c.is_control() => Fate::Remove,
        _ => Fate::Keep,
    }
}

/// The characters of a line as repair leaves them, each with the place in the line where it came from. White space
/// at both ends is not trimmed.
#[derive(Debug, Clone)]
pub(crate) struct RepairedLine<'a> {
    line: &'a str,
    rest: std::str::Chars<'a>,
    /// The last character that stayed.
    last: char,
    /// Up to where it is known whether a zero-width space stays, and whether it does.
    known: (usize, bool),
}

impl<'a> RepairedLine<'a> {
    /// Repairs `line`, which holds no line end.
    pub(crate) fn new(line: &'a str) -> Self {
        Self { line, rest: line.chars(), last: ' ', known: (0, false) }
    }

    fn place(&self) -> usize {
        self.line.len() - self.rest.as_str().len()
    }

    /// Passes the rest of the escape sequence of which ESC was passed.
    #[cold]
    fn skip_escape(&mut self, escape: usize) {
        let len = escape_len(&self.line.as_bytes()[escape..]);
        if len > 0 {
            self.rest = self.line[escape + len..].chars();
        }
    }

    /// Whether a zero-width space that was just passed parts words: it stands between characters of scripts that
    /// take it for that. Cost: linear for all of a line, as what stands before the next character is looked at once.
    #[cold]
    fn parts_words(&mut self) -> bool {
        if !is_complex(self.last) {
            return false;
        }
        if self.known.0 < self.place() {
            let mut ahead = self.clone();
            let next = loop {
                let place = ahead.place();
                match ahead.rest.next() {
                    Some(c) if fate(c) != Fate::Remove => break Some(c),
                    Some('\u{1b}') => ahead.skip_escape(place),
                    Some(_) => {}
                    None => break None,
                }
            };
            self.known = (ahead.place(), next.is_some_and(is_complex));
        }
        self.known.1
    }
}

impl Iterator for RepairedLine<'_> {
    type Item = (usize, char);

    #[inline]
    fn next(&mut self) -> Option<(usize, char)> {
        loop {
            let place = self.place();
            let c = self.rest.next()?;
            match fate(c) {
                Fate::Keep => {
                    self.last = c;
                    return Some((place, c));
                }
                Fate::Space => {
                    self.last = ' ';
                    return Some((place, ' '));
                }
                Fate::Remove if c == '\u{1b}' => self.skip_escape(place),
                Fate::Remove if c == ZERO_WIDTH_SPACE && self.parts_words() => return Some((place, c)),
                Fate::Remove => {}
            }
        }
    }
}

/// Most bytes between the introducer of a control sequence and its last byte. The longest in use set two colours and
/// a few attributes.
const MAX_PARAMETERS: usize = 128;
/// Most bytes of a control string, such as the title of a window or the address of a link: what is longer is text that
/// stands between two damaged sequences.
const MAX_STRING: usize = 4096;

/// Number of bytes of the ANSI escape sequence with which `bytes` begin; 0 if they begin with none that is whole.
///
/// Control sequences (CSI), control strings (OSC, DCS, SOS, PM, APC; ended by ST, OSC by BEL too), sequences with
/// intermediate bytes (`ESC ( B`) and those of two characters, each begun by ESC: the C1 controls that stand for
/// two of these characters are in text found as damaged letters only. Of a sequence that breaks off nothing but ESC is
/// a control character; the rest stays. Cost: at most the bounds above.
pub(crate) fn escape_len(bytes: &[u8]) -> usize {
    let [ESCAPE, kind, body @ ..] = bytes else { return 0 };
    match kind {
        b'[' => {
            let parameters = body.iter().take_while(|byte| matches!(byte, 0x20..=0x3f)).count();
            let is_whole = parameters <= MAX_PARAMETERS && matches!(body.get(parameters), Some(0x40..=0x7e));
            if is_whole { parameters + 3 } else { 0 }
        }
        b']' => string_len(body, true),
        b'P' | b'X' | b'^' | b'_' => string_len(body, false),
        0x20..=0x2f => {
            let more = body.iter().take_while(|byte| matches!(byte, 0x20..=0x2f)).count();
            let is_whole = more <= MAX_PARAMETERS && matches!(body.get(more), Some(0x30..=0x7e));
            if is_whole { more + 3 } else { 0 }
        }
        0x30..=0x7e => 2,
        _ => 0,
    }
}

/// Number of bytes of a control string whose first two are passed; 0 if it ends too early.
fn string_len(body: &[u8], is_ended_by_bell: bool) -> usize {
    let body = &body[..body.len().min(MAX_STRING)];
    let is_end =
        |at: usize| matches!(body[at], 0..=8 | 0xa..=0x1f | 0x7f) || super::line::end_len(&body[at..]) > 0;
    let Some(end) = (0..body.len()).find(|&at| is_end(at)) else { return 0 };
    match body[end..] {
        [BEL, ..] if is_ended_by_bell => 2 + end + 1,
        [ESCAPE, b'\\', ..] => 2 + end + 2,
        _ => 0,
    }
}

/// Whether an escape sequence may end where `bytes` do, with a character that is printable. Cost: a look at one or two
/// bytes of nearly all text.
#[inline]
pub(crate) fn may_end_escape(bytes: &[u8]) -> bool {
    let Some((0x30..=0x7e, before)) = bytes.split_last() else { return false };
    match before.last() {
        Some(&ESCAPE) => true,
        Some(b'[' | 0x20..=0x3f) => may_end_long_escape(before),
        _ => false,
    }
}

#[cold]
fn may_end_long_escape(before: &[u8]) -> bool {
    let parameters = before.iter().rev().take_while(|byte| matches!(byte, 0x20..=0x3f)).count();
    let before = &before[..before.len() - parameters];
    before.last() == Some(&ESCAPE) || before.ends_with(&[ESCAPE, b'['])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(line: &str) -> String {
        RepairedLine::new(line).map(|(_, c)| c).collect()
    }

    /// Contract P3: escape sequences go whole, and what is none stays but for its control characters.
    #[test]
    fn escape_sequences() {
        for (name, line, expected) in [
            ("colour", "\x1b[31m红\x1b[0m色", "红色"),
            ("parameters of many kinds", "a\x1b[38;2;255;100;0mb\x1b[?25lc\x1b[4:3md\x1b[ q", "abcd"),
            ("title, ended by BEL", "a\x1b]0;标题\x07b", "ab"),
            ("link, ended by ST", "\x1b]8;;https://a.example/?b=1\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("device control string", "a\x1bP1$r0m\x1b\\b", "ab"),
            ("two characters", "a\x1b7b\x1b8c\x1bMd\x1b=e", "abcde"),
            ("character set", "a\x1b(Bb\x1b$)Cc", "abc"),
            ("breaks off", "a\x1b", "a"),
            ("parameters break off", "a\x1b[31", "a[31"),
            ("no parameters", "a\x1b[中", "a[中"),
            ("string breaks off", "a\x1b]0;title", "a]0;title"),
            ("string meets another", "a\x1b]0;b\x1b[1mc", "a]0;bc"),
            ("BEL ends no other string", "a\x1bPb\x07c", "aPbc"),
            ("ESC ESC", "\x1b\x1b[1ma", "a"),
            ("before a letter of another script", "\x1b中", "中"),
            ("C1 is no introducer", "a\u{9b}31mb", "a31mb"),
            ("NUL inside", "\x1b\0[1m", "[1m"),
        ] {
            assert_eq!(repaired(line), expected, "{name}");
        }
    }

    #[test]
    fn no_sequence_is_longer_than_its_bound() {
        let whole = |parameters: &str| format!("\x1b[{parameters}m");
        assert_eq!(repaired(&whole(&"1".repeat(MAX_PARAMETERS))), "");
        assert!(repaired(&whole(&"1".repeat(MAX_PARAMETERS + 1))).starts_with("[1"));
        let title = |len: usize| format!("\x1b]{}\x07", "x".repeat(len));
        assert_eq!(repaired(&title(MAX_STRING - 1)), "");
        assert_eq!(repaired(&title(MAX_STRING)).len(), MAX_STRING + 1);
        for unit in ["\x1b]", "\x1b[", "\x1b[1;", "\x1bP", "\x1b(", "ก\u{200b}", "\u{200b}\x1b]x"] {
            let line = unit.repeat(100_000);
            assert!(repaired(&line).len() < line.len(), "{unit:?}");
        }
        assert_eq!(repaired(&format!("ก{}ข", "\u{200b}".repeat(200_000))).len(), 600_006);
    }

    /// Contract P3: U+200B stays where it parts words, judged after the other removals.
    #[test]
    fn zero_width_spaces() {
        for (name, line, expected) in [
            ("Thai", "สวัสดี\u{200b}ครับ", "สวัสดี\u{200b}ครับ"),
            ("Khmer, Lao, Myanmar", "ខ\u{200b}គ ກ\u{200b}ຂ က\u{200b}ခ", "ខ\u{200b}គ ກ\u{200b}ຂ က\u{200b}ခ"),
            ("Latin and Han", "a\u{200b}b中\u{200b}文", "ab中文"),
            ("one side", "ก\u{200b}a\u{200b}ข\u{200b} \u{200b}ค\u{200b}", "กaข ค"),
            ("past what is removed", "ก\u{feff}\u{200b}\u{7}\x1b[1m\u{2060}ข", "ก\u{200b}ข"),
            ("several", "ก\u{200b}\u{200b}ข", "ก\u{200b}\u{200b}ข"),
            ("beside a page break", "ก\u{200b}\u{c}ข", "ก ข"),
            ("digits and marks of other scripts", "ก\u{200b}๑ก\u{200b}\u{301}", "ก๑ก\u{301}"),
        ] {
            assert_eq!(repaired(line), expected, "{name}");
            assert_eq!(repaired(&repaired(line)), expected, "{name}, twice");
        }
    }
}
