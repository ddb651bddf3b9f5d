//! Text that is cut into lines of a number of columns.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A piece of text that is not cut unless a line is too short for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Atom {
    pub(super) text: String,
    pub(super) colour: Option<&'static str>,
}

const RESET: &str = "\u{1b}[0m";

/// A line and its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) width: usize,
}

impl Line {
    fn push(&mut self, text: &str, width: usize, colour: Option<&str>) {
        match colour {
            None => self.text.push_str(text),
            Some(colour) => self.text.extend([colour, text, RESET]),
        }
        self.width += width;
    }
}

/// Columns at the end of a line that are for closing punctuation: it may not begin the next.
const HANGING: usize = 2;

/// Whether a part of a line belongs to what is before it: Chinese, which is cut between any two characters, does
/// not begin a line so.
fn is_closing(part: &str) -> bool {
    let mut chars = part.chars();
    chars.next().is_some_and(|c| "，。、；：？！）」』》〉】〕”’…,.;:?!)]}%".contains(c))
        && chars.next().is_none()
}

/// Lines of at most this number of columns; there is always one.
pub(super) fn wrap(atoms: &[Atom], columns: usize) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    let mut open = Line::default();
    for atom in atoms {
        let mut parts = atom.text.split('\n').peekable();
        while let Some(part) = parts.next() {
            let (width, room) = (part.width(), columns.saturating_sub(HANGING));
            let is_hanging = is_closing(part) && open.width + width <= columns;
            if open.width + width <= room || is_hanging {
                open.push(part, width, atom.colour);
            } else if width <= room {
                end_line(&mut lines, &mut open);
                if !part.trim().is_empty() || atom.colour.is_some() {
                    open.push(part, width, atom.colour);
                }
            } else {
                for grapheme in part.graphemes(true) {
                    if open.width + grapheme.width() > room {
                        end_line(&mut lines, &mut open);
                    }
                    open.push(grapheme, grapheme.width(), atom.colour);
                }
            }
            if parts.peek().is_some() {
                end_line(&mut lines, &mut open);
            }
        }
    }
    end_line(&mut lines, &mut open);
    lines.remove(0);
    lines
}

fn end_line(lines: &mut Vec<Line>, open: &mut Line) {
    lines.push(std::mem::take(open));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_between_words() {
        let atoms = |words: &[&str]| {
            words.iter().map(|word| Atom { text: (*word).to_owned(), colour: None }).collect::<Vec<_>>()
        };
        for (name, words, expected) in [
            ("nothing", vec![], vec![""]),
            ("words", vec!["one", " ", "two", " ", "three"], vec!["one two", "three"]),
            ("a long word", vec!["a", "0123456789"], vec!["a0123456", "789"]),
            ("Chinese", vec!["一", "二", "三", "四", "五"], vec!["一二三四", "五"]),
            ("a closing one", vec!["一", "二", "三", "四", "，", "五"], vec!["一二三四，", "五"]),
            ("lines of a block", vec!["a", "\n", "b"], vec!["a", "b"]),
        ] {
            let lines: Vec<String> = wrap(&atoms(&words), 8 + HANGING)
                .into_iter()
                .map(|line| line.text.trim_end().to_owned())
                .collect();
            assert_eq!(lines, expected, "{name}");
        }
    }
}
