//! Contract P3: what goes from a line as a whole, and what stays by its neighbours.

use unicode_linebreak::{BreakClass, break_property};

use super::Char;

const ESC: char = '\u{1b}';

/// The line without ANSI escape sequences. What begins like one and breaks off is none.
pub(super) fn without_escapes(line: &[Char]) -> Vec<Char> {
    let chars: Vec<char> = line.iter().map(|(_, c)| *c).collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let len = escape(&chars[at..]);
        if len == 0 {
            kept.push(line[at]);
        }
        at += len.max(1);
    }
    kept
}

/// Characters of the escape sequence at the beginning of `chars` (ECMA-48), 0 if there is none.
fn escape(chars: &[char]) -> usize {
    if chars.len() < 2 || chars[0] != ESC {
        return 0;
    }
    let run = |from: usize, is_of: fn(char) -> bool| chars[from..].iter().take_while(|c| is_of(**c)).count();
    let whole = |middle: usize, from: usize, is_last: fn(char) -> bool| {
        let last = from + middle;
        if middle <= 128 && chars.get(last).is_some_and(|c| is_last(*c)) { last + 1 } else { 0 }
    };
    match chars[1] {
        '[' => whole(run(2, |c| (' '..='?').contains(&c)), 2, |c| ('@'..='~').contains(&c)),
        ' '..='/' => whole(run(1, |c| (' '..='/').contains(&c)), 1, |c| ('0'..='~').contains(&c)),
        ']' | 'P' | 'X' | '^' | '_' => {
            let text = run(2, |c| c == '\t' || !c.is_ascii_control());
            let end = 2 + text;
            let len = match chars.get(end) {
                Some('\u{7}') if chars[1] == ']' => end + 1,
                Some(&ESC) if chars.get(end + 1) == Some(&'\\') => end + 2,
                _ => return 0,
            };
            // The bound on what stands between: 4096 bytes with the end.
            let bytes: usize = chars[2..len].iter().map(|c| c.len_utf8()).sum();
            if bytes <= 4096 { len } else { 0 }
        }
        '0'..='~' => 2,
        _ => 0,
    }
}

/// The line without the zero-width spaces that part no words.
pub(super) fn without_idle_breaks(line: &[Char]) -> Vec<Char> {
    let is_break = |c: &&Char| c.1 == '\u{200b}';
    let is_complex =
        |c: Option<&Char>| c.is_some_and(|c| break_property(u32::from(c.1)) == BreakClass::ComplexContext);
    let stays = |at: &usize| {
        let before = line[..*at].iter().rev().find(|c| !is_break(c));
        let after = line[*at..].iter().find(|c| !is_break(c));
        !is_break(&&line[*at]) || is_complex(before) && is_complex(after)
    };
    (0..line.len()).filter(stays).map(|at| line[at]).collect()
}
