//! Windows-1252 that was read as Latin-1: its quotation marks, dashes and the euro sign are controls then, which no text has.

use super::charset::Charset;
use super::line::Line;
use super::{Edit, Misread};

/// Whether a text may hold controls of Latin-1: the first byte of all of them stands in it.
pub(super) fn may_be_in(text: &str) -> bool {
    memchr::memchr(0xc2, text.as_bytes()).is_some()
}

/// The damage of a line. If one control cannot be punctuation where it stands, the line was written in another charset.
pub(super) fn edits(line: &Line) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (at, c) in line.chars.iter().enumerate().filter(|(_, c)| ('\u{80}'..='\u{9f}').contains(*c)) {
        let Some(new) = punctuation(line, at, *c) else { return Vec::new() };
        let misread = Misread { written: Charset::Cp1252, read: Charset::Latin1 };
        edits.push(Edit { chars: at..at + 1, text: new.to_string(), misread, gain: 0 });
    }
    edits
}

fn punctuation(line: &Line, at: usize, c: char) -> Option<char> {
    let byte = u8::try_from(u32::from(c)).ok()?;
    let (new, _) = Charset::Cp1252.table().char_at(&[byte])?;
    let is_letter = |at: Option<usize>| at.and_then(|at| line.at(at)).is_some_and(char::is_alphabetic);
    let (is_behind, is_before) = (is_letter(at.checked_sub(1)), is_letter(Some(at + 1)));
    let fits = match new {
        // `don’t`, `the king’s`, `l’été`; not the `í` of another charset in `turístico`.
        '’' if is_behind && is_before => {
            let is_short_before = !is_letter(at.checked_sub(2));
            let is_short_after =
                (1..3).any(|len| is_letter(Some(at + len)) && !is_letter(Some(at + len + 1)));
            is_short_before || is_short_after
        }
        '–' | '—' | '…' | '‘' | '’' => true,
        '€' | '‚' | '„' | '‹' | '“' | '”' | '•' | '™' | '›' => !(is_behind && is_before),
        _ => false,
    };
    fits.then_some(new)
}
