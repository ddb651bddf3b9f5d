//! Lines: where they end (contract P1), what repair does to a character, and what it trims (contract P3).

use memchr::{memchr2_iter, memrchr, memrchr2};

use crate::config::Repair;
use crate::units::ByteSpan;

/// The fate of one character inside a line under repair (contract P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The character stays.
    Keep,
    /// The character becomes a space: VT, FF, NEL.
    Space,
    /// The character goes: other control characters but TAB, and U+FEFF, U+200B, U+2060.
    Remove,
}

/// The fate of `c` under repair. LF and CR have none: they end lines and never stand inside one.
#[inline]
pub fn fate(c: char) -> Fate {
    match c {
        '\u{b}' | '\u{c}' | '\u{85}' => Fate::Space,
        '\t' | '\n' | '\r' => Fate::Keep,
        '\u{feff}' | '\u{200b}' | '\u{2060}' => Fate::Remove,
        c if c.is_control() => Fate::Remove,
        _ => Fate::Keep,
    }
}

/// Whether repair takes `c` off the end of a line: white space, or a character that is removed anyway.
///
/// Removing first and trimming then gives the same text as trimming all of these and removing then.
#[inline]
fn is_edge(c: char) -> bool {
    c.is_whitespace() || fate(c) != Fate::Keep
}

/// Calls `visit` with the span of every line of `text` that is ended or not empty, in order.
///
/// Under [`Repair::Basic`] the span is trimmed; a blank line has the empty span in both modes.
#[inline]
pub fn for_each(text: &str, repair: Repair, mut visit: impl FnMut(ByteSpan)) {
    for_each_raw(text, |line| visit(content(text, line.start, line.end, repair)));
}

/// Calls `visit` with the bounds of every line of `text` that is ended or not empty, without its ending, in order.
#[inline]
pub fn for_each_raw(text: &str, mut visit: impl FnMut(ByteSpan)) {
    let bytes = text.as_bytes();
    let mut start = 0;
    for end in memchr2_iter(b'\n', b'\r', bytes) {
        if end + 1 == start {
            continue; // the LF of a CR LF, passed with its CR
        }
        visit(ByteSpan::new(start, end));
        start = end + 1;
        if bytes[end] == b'\r' && bytes.get(start) == Some(&b'\n') {
            start += 1;
        }
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

/// The span of `line` without the characters that repair takes off both ends.
#[inline]
pub fn trim(line: &str) -> ByteSpan {
    let is_inner = |byte: Option<&u8>| byte.is_some_and(|b| (0x21..0x7f).contains(b));
    let bytes = line.as_bytes();
    let head = if is_inner(bytes.first()) { line } else { line.trim_start_matches(is_edge) };
    let start = line.len() - head.len();
    let body = if is_inner(bytes.last()) { head } else { head.trim_end_matches(is_edge) };
    ByteSpan::new(start, start + body.len())
}

/// The last place after a line ending; a CR that is the last byte does not count, as its LF may follow.
pub fn last_end(bytes: &[u8]) -> Option<usize> {
    match bytes.split_last() {
        None => None,
        Some((b'\n', _)) => Some(bytes.len()),
        Some((_, rest)) => {
            let place = memrchr2(b'\n', b'\r', rest)? + 1;
            // A CR just before the last byte, if that byte were LF, would have been the first arm.
            Some(place)
        }
    }
}

/// The last place after an LF: where JSON Lines may be cut.
pub fn last_lf(bytes: &[u8]) -> Option<usize> {
    memrchr(b'\n', bytes).map(|place| place + 1)
}
