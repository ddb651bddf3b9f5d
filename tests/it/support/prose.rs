//! Prose that was wrapped.

use unicode_width::UnicodeWidthStr;

/// Wraps a text at a number of columns: between words, or between any two characters where there are no spaces. Ends
/// with a line feed.
pub(crate) fn wrapped(text: &str, columns: usize) -> String {
    let (mut lines, has_spaces) = (vec![String::new()], text.contains(' ') && text.is_ascii());
    let parts: Vec<String> = if has_spaces {
        text.split(' ').map(str::to_owned).collect()
    } else {
        text.chars().map(String::from).collect()
    };
    for part in parts {
        let line = lines.last_mut().expect("there is one");
        let gap = if line.is_empty() || !has_spaces { "" } else { " " };
        if !line.is_empty() && line.width() + gap.width() + part.width() > columns {
            lines.push(part);
        } else {
            line.push_str(gap);
            line.push_str(&part);
        }
    }
    lines.join("\n") + "\n"
}
