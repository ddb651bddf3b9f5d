//! Lines: where they end (contract P1), and what of a line is content (contract P3).

use memchr::{memchr, memchr2_iter, memchr3_iter, memrchr, memrchr2};

use super::repaired::{BEL, ESCAPE, Fate, RepairedLine, fate, may_end_escape};
use crate::config::Repair;
use crate::units::{ByteSpan, count};

/// The first byte of U+2028 and U+2029 in UTF-8, and of a few thousand other characters.
const SEPARATOR: u8 = 0xe2;

/// Number of bytes of the line end with which `bytes`, UTF-8, begin (contract P1); 0 if they begin with none.
#[inline]
pub fn end_len(bytes: &[u8]) -> usize {
    match bytes {
        [b'\n', ..] => 1,
        [SEPARATOR, 0x80, 0xa8 | 0xa9, ..] => 3,
        [SEPARATOR, ..] => 0,
        [b'\r', b'\n', ..] => 2,
        [b'\r', b'\r', b'\n', ..] => 3,
        [b'\r', ..] => 1,
        _ => 0,
    }
}

/// The line ends of a text, in order.
#[inline]
pub fn ends(text: &str) -> impl Iterator<Item = ByteSpan> + Clone + '_ {
    let bytes = text.as_bytes();
    ends_at(bytes, memchr3_iter(b'\n', b'\r', SEPARATOR, bytes))
}

/// The line ends of `bytes`, UTF-8, which begin at some of these places.
#[inline]
fn ends_at(
    bytes: &[u8],
    places: impl Iterator<Item = usize> + Clone,
) -> impl Iterator<Item = ByteSpan> + Clone {
    let mut next = 0;
    places.filter_map(move |at| {
        let len = if bytes[at] == b'\n' { 1 } else { end_len(&bytes[at..]) };
        // What stands before `next` was passed with a CR.
        if len == 0 || at < next {
            return None;
        }
        next = at + len;
        Some(ByteSpan { start: at, end: next })
    })
}

/// The lines of a text without their ends. A text that ends with a line end has no empty line behind it.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    rest: &'a str,
}

impl<'a> Lines<'a> {
    /// Those of `text`.
    pub fn of(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = ends(self.rest).next().unwrap_or(ByteSpan::new(self.rest.len(), self.rest.len()));
        let line = &self.rest[..end.start];
        self.rest = &self.rest[end.end..];
        Some(line)
    }
}

/// Number of line ends of the UTF-8 `text` whose LF, lone CR or separator stands in `range`. The numbers of
/// ranges that follow one another add up, wherever they meet.
pub fn count_ends(text: &[u8], range: ByteSpan) -> u64 {
    let bytes = &text[range.range()];
    let ends = memchr3_iter(b'\n', b'\r', SEPARATOR, bytes).filter(|at| match &text[range.start + at..] {
        [b'\r', b'\n', ..] | [b'\r', b'\r', b'\n', ..] => false, // counted with its LF
        rest => end_len(rest) > 0,
    });
    count(ends.count())
}

/// Whether repair takes `c` off the end of a line: white space, or a character that is removed anyway.
///
/// Removing first and trimming then gives the same text as trimming all of these and removing then.
#[inline]
fn is_edge(c: char) -> bool {
    c.is_whitespace() || fate(c) != Fate::Keep
}

/// Whether `c` ends a line (contract P1), by itself or with others.
#[inline]
pub fn is_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Whether a text, UTF-8, is ended by a line end.
pub fn is_ended(text: &[u8]) -> bool {
    matches!(text, [.., b'\n' | b'\r'] | [.., SEPARATOR, 0x80, 0xa8 | 0xa9])
}

/// Whether `c` is white space that may stand inside a line: repair leaves it there.
#[inline]
pub fn is_space_inside(c: char) -> bool {
    c.is_whitespace() && !is_end(c) && fate(c) == Fate::Keep
}

/// Calls `visit` with the span of every line of `text` that is ended or not empty, in order.
///
/// Under [`Repair::Basic`] the span is trimmed; a blank line has the empty span in both modes.
#[inline]
pub fn for_each(text: &str, repair: Repair, mut visit: impl FnMut(ByteSpan)) {
    for_each_raw(text, |line| visit(content(text, line.start, line.end, repair)));
}

/// Calls `visit` with the bounds of every line of `text` that is ended or not empty, without its end, in order.
///
/// Most texts hold no U+2028 and U+2029, but many characters that begin with the same byte, quotation marks among them.
/// So these two are looked for once, and not at each such byte: 0.06 ns a byte instead of 0.11 in Chinese and English news.
#[inline]
pub fn for_each_raw(text: &str, visit: impl FnMut(ByteSpan)) {
    let bytes = text.as_bytes();
    if holds_separator(bytes) {
        for_each_between(bytes, ends(text), visit);
    } else {
        for_each_between(bytes, ends_at(bytes, memchr2_iter(b'\n', b'\r', bytes)), visit);
    }
}

/// Whether U+2028 or U+2029 stands in `bytes`, UTF-8. All bytes are looked at, without a branch, which compiles to vector
/// instructions.
fn holds_separator(bytes: &[u8]) -> bool {
    let [_, second @ ..] = bytes else { return false };
    let [_, third @ ..] = second else { return false };
    let is_separator =
        |a: u8, b: u8, c: u8| u8::from(a == SEPARATOR) & u8::from(b == 0x80) & u8::from(c & 0xfe == 0xa8);
    let places = bytes.iter().zip(second).zip(third);
    places.fold(0, |found, ((a, b), c)| found | is_separator(*a, *b, *c)) != 0
}

#[inline]
fn for_each_between(bytes: &[u8], ends: impl Iterator<Item = ByteSpan>, mut visit: impl FnMut(ByteSpan)) {
    let mut start = 0;
    for end in ends {
        visit(ByteSpan::new(start, end.start));
        start = end.end;
    }
    if start < bytes.len() {
        visit(ByteSpan::new(start, bytes.len()));
    }
}

/// The span of the line `text[start..end]` that is content: trimmed under repair, empty if blank.
#[inline]
pub fn content(text: &str, start: usize, end: usize, repair: Repair) -> ByteSpan {
    let line = &text[start..end];
    match repair {
        Repair::Basic => trim(line).shifted(start),
        Repair::None => {
            // A byte order mark is no text (contract D4). Where files were put together one can begin any line,
            // and if that line came to be the first of an output, cleaning twice would take it for the mark of
            // the file: the promise stands above "leave lines as they are".
            let text = line.trim_start_matches('\u{feff}');
            if text.chars().all(char::is_whitespace) {
                return ByteSpan::new(end, end);
            }
            ByteSpan::new(end - text.len(), end)
        }
    }
}

/// The span of `line` without what repair takes off both ends.
#[inline]
pub fn trim(line: &str) -> ByteSpan {
    // Printable ASCII and U+4000-U+9FFF, of three bytes with a first one of E4 to E9, are no edges.
    let is_han = |byte: Option<&u8>| matches!(byte, Some(0xe4..=0xe9));
    let bytes = line.as_bytes();
    let begins_inside = bytes.first().is_some_and(u8::is_ascii_graphic) || is_han(bytes.first());
    let ends_inside = match bytes {
        [] => begins_inside,
        [.., last] if last.is_ascii_graphic() => !may_end_escape(bytes),
        [.., lead, _, _] => is_han(Some(lead)) || bytes.ends_with(FULL_STOP),
        _ => false,
    };
    if begins_inside && ends_inside { ByteSpan::new(0, line.len()) } else { trim_edges(line) }
}

/// What most Chinese lines end with.
const FULL_STOP: &[u8] = "。".as_bytes();

/// [`trim`] of any line.
fn trim_edges(line: &str) -> ByteSpan {
    let head = line.trim_start_matches(is_edge);
    let start = line.len() - head.len();
    let end = start + head.trim_end_matches(is_edge).len();
    // The printable part of an escape sequence is no edge by itself: one may begin in what was trimmed, end there with
    // BEL, or end with the last character.
    let bytes = line.as_bytes();
    if bytes[..start].contains(&ESCAPE) || bytes[end..].contains(&BEL) || may_end_escape(&bytes[start..end]) {
        return trim_escapes(line, ByteSpan::new(start, end));
    }
    ByteSpan::new(start, end)
}

/// The span of `line` that is content, if without a look at escape sequences that is `span`.
#[cold]
fn trim_escapes(line: &str, span: ByteSpan) -> ByteSpan {
    if memchr(ESCAPE, line.as_bytes()).is_none() {
        return span;
    }
    let mut kept = RepairedLine::new(line).filter(|(_, c)| !c.is_whitespace());
    let Some((start, first)) = kept.next() else { return ByteSpan::new(line.len(), line.len()) };
    let (last, c) = kept.last().unwrap_or((start, first));
    ByteSpan::new(start, last + c.len_utf8())
}

/// The last place after an LF or a CR at which a text that goes on may be cut: not where the LF of CR LF or of
/// CR CR LF may follow. `bytes` need not be valid UTF-8.
pub fn last_end(bytes: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    loop {
        let place = memrchr2(b'\n', b'\r', &bytes[..end])?;
        let goes_on = matches!(
            &bytes[place..],
            [b'\r'] | [b'\r', b'\r'] | [b'\r', b'\n', ..] | [b'\r', b'\r', b'\n', ..]
        );
        if !goes_on {
            return Some(place + 1);
        }
        end = place;
    }
}

/// The last place after an LF: where JSON Lines may be cut.
pub fn last_lf(bytes: &[u8]) -> Option<usize> {
    memrchr(b'\n', bytes).map(|place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contract P1.
    #[test]
    fn line_ends() {
        for (text, expected) in [
            ("", vec![]),
            ("a\nb\rc\r\nd", vec![1..2, 3..4, 5..7]),
            ("a\r\r\nb\r\r\r\n\n", vec![1..4, 5..6, 6..9, 9..10]),
            ("\r\r", vec![0..1, 1..2]),
            ("中\u{2028}“\u{2029}”\u{2028}", vec![3..6, 9..12, 15..18]),
            ("…“”\u{202a}\u{2060}", vec![]),
            ("\u{2028}\n", vec![0..3, 3..4]),
            ("“”\n“\u{2029}", vec![6..7, 10..13]),
            ("\n倨怩\n", vec![0..1, 7..8]), // E5 80 A8 and E6 80 A9
        ] {
            let found: Vec<_> = ends(text).map(ByteSpan::range).collect();
            let is_separated = text.contains(['\u{2028}', '\u{2029}']);
            assert_eq!(holds_separator(text.as_bytes()), is_separated, "{text:?}");
            assert_eq!(found, expected, "{text:?}");
            let mut start = 0;
            let mut lines: Vec<&str> = Vec::new();
            for end in &found {
                lines.push(&text[start..end.start]);
                start = end.end;
            }
            lines.extend(Some(&text[start..]).filter(|last| !last.is_empty()));
            assert_eq!(Lines::of(text).collect::<Vec<_>>(), lines, "{text:?}");
            let mut raw: Vec<&str> = Vec::new();
            for_each_raw(text, |line| raw.push(&text[line.range()]));
            assert_eq!(raw, lines, "{text:?}");
            for cut in 0..=text.len() {
                let of = |start, end| count_ends(text.as_bytes(), ByteSpan::new(start, end));
                assert_eq!(of(0, cut) + of(cut, text.len()), count(expected.len()), "{text:?} at {cut}");
            }
        }
    }

    /// A text is cut only where that makes no line end of two, nor two of one.
    #[test]
    fn places_to_cut() {
        for (bytes, expected) in [
            (&b"a"[..], None),
            (b"a\n", Some(2)),
            (b"a\r", None),
            (b"a\r\r", None),
            (b"a\n\r\r", Some(2)),
            (b"a\r\r\r", Some(2)),
            (b"a\r\r\n", Some(4)),
            (b"a\r\r\nb\r\r", Some(4)),
            (b"a\r\rb", Some(3)),
            (b"a\rb", Some(2)),
        ] {
            assert_eq!(last_end(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        }
    }

    /// Contract P3: what is white space or removed goes from both ends, escape sequences whole.
    #[test]
    fn trimmed_lines() {
        for (line, expected) in [
            ("a b", "a b"),
            (" \u{3000}甲\u{feff}\t", "甲"),
            ("\x1b[1;31m 错误 \x1b[0m", "错误"),
            ("red \x1b[0m", "red"),
            ("red\x1b(B\x1b[m", "red"),
            ("\x1b]0;title\x07text\x1b]8;;\x1b\\", "text"),
            ("\x1b[2K", ""),
            ("text\x1b", "text"),
            ("text\x1b[31", "text\x1b[31"),
            ("no escape [0m", "no escape [0m"),
        ] {
            assert_eq!(&line[trim(line).range()], expected, "{line:?}");
        }
    }
}
