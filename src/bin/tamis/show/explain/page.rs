//! Two texts beside one another, or one above the other, with what differs marked: by colour on a terminal, by
//! `[-…-]` and `{+…+}` elsewhere. What comes from texts is escaped.

use std::fmt::Write;

use tamis::OriginalParagraph;
use tamis::report::diff::{Row, Word, words};
use tamis::store::path::printable_bytes;

use super::wrap::{Atom, Line, wrap};
use crate::show::screen::{Screen, columns};

/// Two columns need this much.
const MIN_TWO_COLUMNS: usize = 100;
/// A text is not wrapped to less than this.
const MIN_TEXT: usize = 16;
/// Equal paragraphs beside a difference.
const CONTEXT: usize = 1;
/// Number of first paragraphs that are shown where nothing differs, beside the last.
const HEAD_EQUAL: usize = 3;
/// Equal paragraphs that are not worth a gap.
const SHORT: usize = 6;

/// How a page is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// Columns; nothing is wrapped without.
    pub(crate) width: Option<usize>,
    pub(crate) has_colour: bool,
    /// Show equal paragraphs too.
    pub(crate) is_full: bool,
}

impl Page {
    /// That of standard output. COLUMNS says more than the terminal.
    pub(crate) fn of_stdout(is_full: bool) -> Self {
        let screen = Screen::of(&std::io::stdout());
        Self { width: columns().or(screen.width), has_colour: screen.has_colour, is_full }
    }

    fn has_two_columns(self) -> bool {
        self.width.is_some_and(|width| width >= MIN_TWO_COLUMNS)
    }
}

/// One side of a page: its paragraphs, and what stands before each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) paragraphs: &'a [OriginalParagraph],
    /// Index of the first in its document.
    pub(crate) first: u64,
}

impl<'a> Side<'a> {
    fn text(&self, index: Option<usize>) -> Option<&'a str> {
        Some(self.paragraphs.get(index?)?.text.as_str())
    }

    /// The line of a paragraph; of a record, its number.
    fn label(&self, index: usize) -> u64 {
        let line = self.paragraphs.get(index).and_then(|paragraph| paragraph.line);
        line.unwrap_or(self.first + u64::try_from(index).unwrap_or(0))
    }

    fn shown(&self, index: Option<usize>) -> String {
        index.map_or(String::new(), |index| self.label(index).to_string())
    }

    fn label_width(&self) -> usize {
        self.paragraphs.len().checked_sub(1).map_or(1, |last| self.label(last).to_string().len())
    }

    fn unit(&self) -> &'static str {
        if self.paragraphs.iter().any(|paragraph| paragraph.line.is_some()) { "line" } else { "paragraph" }
    }
}

/// Rows, or how many equal ones are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Row(Row),
    Gap(usize),
}

/// Leaves out equal paragraphs that are far from any difference.
fn fold(rows: &[Row], is_equal: impl Fn(&Row) -> bool, is_full: bool) -> Vec<Shown> {
    let equal: Vec<bool> = rows.iter().map(is_equal).collect();
    let nothing_differs = equal.iter().all(|equal| *equal);
    let is_near = |index: usize| {
        let around = index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(rows.len());
        equal[around].iter().any(|equal| !equal)
    };
    let is_shown = |index: usize| {
        let is_edge = index < HEAD_EQUAL || index + 1 == rows.len();
        is_full || if nothing_differs { is_edge || rows.len() <= SHORT } else { is_near(index) }
    };
    let (mut shown, mut index) = (Vec::new(), 0);
    while index < rows.len() {
        let hidden = (index..rows.len()).take_while(|index| !is_shown(*index)).count();
        if hidden > 1 {
            shown.push(Shown::Gap(hidden));
            index += hidden;
        } else {
            shown.push(Shown::Row(rows[index]));
            index += 1;
        }
    }
    shown
}

/// The page of rows of two sides.
pub(crate) fn page(rows: &[Row], removed: Side<'_>, survivor: Side<'_>, page: Page) -> String {
    let is_equal =
        |row: &Row| row.removed.is_some() && removed.text(row.removed) == survivor.text(row.survivor);
    let labels = removed.label_width().max(survivor.label_width());
    let layout = Layout { removed, survivor, page, labels };
    let mut text = String::new();
    if page.has_two_columns() {
        layout.heading(&mut text);
    }
    for shown in fold(rows, is_equal, page.is_full) {
        match shown {
            Shown::Gap(number) => {
                let _ = writeln!(text, "  … {number} equal paragraphs …"); // writing to a String cannot fail
            }
            Shown::Row(row) if page.has_two_columns() => layout.beside(row, &mut text),
            Shown::Row(row) => layout.above(row, is_equal(&row), &mut text),
        }
    }
    text
}

/// The page of one side, where the other cannot be read. All of it is equal.
pub(crate) fn alone(rows: &[Row], removed: Side<'_>, page: Page) -> String {
    let survivor = Side { paragraphs: &[], first: 0 };
    let layout = Layout { removed, survivor, page, labels: removed.label_width() };
    let mut text = String::new();
    for shown in fold(rows, |_| true, page.is_full) {
        match shown {
            Shown::Gap(number) => {
                let _ = writeln!(text, "  … {number} paragraphs …"); // writing to a String cannot fail
            }
            Shown::Row(row) => {
                let told = removed.text(row.removed).unwrap_or_default();
                let atoms = atoms(&words(told, told).0, MARKS[0], page.has_colour);
                layout.block(' ', [&removed.shown(row.removed), ""], &atoms, &mut text);
            }
        }
    }
    text
}

struct Layout<'a> {
    removed: Side<'a>,
    survivor: Side<'a>,
    page: Page,
    /// Columns of a label.
    labels: usize,
}

impl Layout<'_> {
    /// Columns for the text of one of two columns: `LABEL TEXT │ LABEL TEXT`, two in.
    fn column(&self) -> usize {
        let width = self.page.width.unwrap_or(MIN_TWO_COLUMNS);
        ((width - 5) / 2).saturating_sub(self.labels + 1).max(MIN_TEXT)
    }

    fn heading(&self, text: &mut String) {
        let column = self.column() + self.labels + 1;
        let removed = format!("removed, by {}", self.removed.unit());
        let _ = writeln!(text, "  {removed:<column$} │ survivor, by {}", self.survivor.unit());
    }

    fn cells(&self, row: Row) -> [Vec<Atom>; 2] {
        let texts = [self.removed.text(row.removed), self.survivor.text(row.survivor)];
        let (removed, survivor) = words(texts[0].unwrap_or_default(), texts[1].unwrap_or_default());
        [atoms(&removed, MARKS[0], self.page.has_colour), atoms(&survivor, MARKS[1], self.page.has_colour)]
    }

    /// Two columns.
    fn beside(&self, row: Row, text: &mut String) {
        let column = self.column();
        let [left, right] = self.cells(row).map(|atoms| wrap(&atoms, column));
        let mut labels = [self.removed.shown(row.removed), self.survivor.shown(row.survivor)];
        let width = self.labels;
        for number in 0..left.len().max(right.len()) {
            let line = |lines: &[Line]| lines.get(number).cloned().unwrap_or_default();
            let (left, right) = (line(&left), line(&right));
            let padding = " ".repeat(column.saturating_sub(left.width));
            let full = format!(
                "  {:>width$} {}{padding} │ {:>width$} {}",
                labels[0], left.text, labels[1], right.text
            );
            let _ = writeln!(text, "{}", full.trim_end());
            labels = [String::new(), String::new()];
        }
    }

    /// One above the other; what is equal stands there once.
    fn above(&self, row: Row, is_equal: bool, text: &mut String) {
        let [removed, survivor] = self.cells(row);
        let labels = [self.removed.shown(row.removed), self.survivor.shown(row.survivor)];
        if is_equal {
            return self.block(' ', [&labels[0], &labels[1]], &removed, text);
        }
        if row.removed.is_some() {
            self.block('-', [&labels[0], ""], &removed, text);
        }
        if row.survivor.is_some() {
            self.block('+', ["", &labels[1]], &survivor, text);
        }
    }

    fn block(&self, mark: char, labels: [&str; 2], atoms: &[Atom], text: &mut String) {
        let width = self.labels;
        let room =
            self.page.width.map_or(usize::MAX, |columns| columns.saturating_sub(2 * width + 8).max(MIN_TEXT));
        let (mut mark, mut labels) = (mark, labels);
        for line in wrap(atoms, room) {
            let full = format!("  {mark} {:>width$} {:>width$} │ {}", labels[0], labels[1], line.text);
            let _ = writeln!(text, "{}", full.trim_end());
            (mark, labels) = (' ', ["", ""]);
        }
    }
}

/// How what differs is marked on either side: without colours, and with.
const MARKS: [Marks; 2] = [
    Marks { around: ["[-", "-]"], colour: "\u{1b}[31m", strong: "\u{1b}[1;7;31m" },
    Marks { around: ["{+", "+}"], colour: "\u{1b}[32m", strong: "\u{1b}[1;7;32m" },
];

#[derive(Debug, Clone, Copy)]
struct Marks {
    around: [&'static str; 2],
    colour: &'static str,
    /// Of numbers, which are to be seen at once, and of white space, which could not be seen.
    strong: &'static str,
}

fn atoms(words: &[Word<'_>], marks: Marks, has_colour: bool) -> Vec<Atom> {
    let mut atoms: Vec<Atom> = Vec::with_capacity(words.len());
    let mut was_marked = false;
    for word in words {
        let is_end = matches!(word.text, "\n" | "\r\n");
        let text = if is_end { "\n".to_owned() } else { printable_bytes(word.text.as_bytes()) };
        if has_colour {
            let is_strong = word.is_number() || word.text.trim().is_empty();
            let colour = word.differs.then_some(if is_strong { marks.strong } else { marks.colour });
            atoms.push(Atom { text, colour });
            continue;
        }
        match (was_marked, word.differs) {
            (false, true) => atoms.push(Atom { text: marks.around[0].to_owned() + &text, colour: None }),
            (true, false) => {
                close(&mut atoms, marks);
                atoms.push(Atom { text, colour: None });
            }
            _ => atoms.push(Atom { text, colour: None }),
        }
        was_marked = word.differs;
    }
    if was_marked {
        close(&mut atoms, marks);
    }
    atoms
}

/// Ends what is marked, in the same atom, so that no line begins with the mark.
fn close(atoms: &mut [Atom], marks: Marks) {
    if let Some(last) = atoms.last_mut() {
        last.text.push_str(marks.around[1]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::told::compared;
    use super::*;
    use tamis::fingerprint::Fingerprint;
    use tamis::report::diff::align;
    use unicode_width::UnicodeWidthStr;

    fn paragraphs(texts: &[&str]) -> Vec<OriginalParagraph> {
        let paragraph = |(index, text): (u64, &&str)| OriginalParagraph {
            line: Some(2 * index + 1),
            span: (0, 0),
            text: (*text).to_owned(),
            fingerprint: Fingerprint::of(text.as_bytes()),
        };
        (0..).zip(texts).map(paragraph).collect()
    }

    const NARROW: Page = Page { width: None, has_colour: false, is_full: false };

    fn shown(old: &[&str], new: &[&str], style: Page) -> String {
        let (old, new) = (paragraphs(old), paragraphs(new));
        let rows = align(&compared(&old), &compared(&new));
        page(&rows, Side { paragraphs: &old, first: 0 }, Side { paragraphs: &new, first: 0 }, style)
    }

    #[test]
    fn one_above_the_other() {
        let text = shown(&["今天涨13.9%", "same", "gone\u{1b}[2J"], &["今天涨14.2%", "same"], NARROW);
        let expected = "  - 1   │ 今天涨[-13.9-]%\n  +   1 │ 今天涨{+14.2+}%\n    3 3 │ same\n  - 5   │ [-gone\\u{1b}[2J-]\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn side_by_side() {
        let wide = Page { width: Some(100), ..NARROW };
        let text = shown(&["甲".repeat(30).as_str(), "b"], &["甲".repeat(29).as_str(), "b", "c"], wide);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("  {:<47} │ survivor, by line", "removed, by line"));
        // Two columns a character: 45 hold 21 of them, and a closing one.
        assert_eq!(lines[1], format!("  1 {}    │ 1 {}", "甲".repeat(21), "甲".repeat(21)));
        assert_eq!(
            lines[2],
            format!("    {}[-甲-]{} │   {}", "甲".repeat(8), " ".repeat(45 - 22), "甲".repeat(8))
        );
        assert_eq!(lines[3], format!("  3 b{} │ 3 b", " ".repeat(44)));
        assert_eq!(lines[4], format!("    {} │ 5 {{+c+}}", " ".repeat(45)));
        assert!(lines.iter().all(|line| line.width() <= 100), "{text}");
    }

    #[test]
    fn colours() {
        let text = shown(&["up 1 a"], &["up 2 b"], Page { has_colour: true, ..NARROW });
        assert!(text.contains("up \u{1b}[1;7;31m1\u{1b}[0m"), "{text:?}");
        assert!(text.contains("\u{1b}[32mb\u{1b}[0m"), "{text:?}");
        assert!(!text.contains("[-"), "{text:?}");
    }

    #[test]
    fn equal_paragraphs_far_from_differences_are_left_out() {
        let rows: Vec<Row> = (0..10).map(|n| Row::pair(n, n)).collect();
        let gaps = |equal: &dyn Fn(usize) -> bool, is_full| {
            let shown = fold(&rows, |row| equal(row.removed.unwrap_or(0)), is_full);
            let name = |shown: &Shown| match shown {
                Shown::Row(row) => row.removed.unwrap_or(0).to_string(),
                Shown::Gap(number) => format!("[{number}]"),
            };
            shown.iter().map(name).collect::<Vec<_>>().join(" ")
        };
        for (name, differing, expected) in [
            ("nothing differs", vec![], "0 1 2 [6] 9"),
            ("one, and one line of context", vec![5], "[4] 4 5 6 [3]"),
            ("a gap of one is no gap", vec![2, 6], "0 1 2 3 4 5 6 7 [2]"),
        ] {
            assert_eq!(gaps(&|n| !differing.contains(&n), false), expected, "{name}");
        }
        assert_eq!(gaps(&|_| true, true), "0 1 2 3 4 5 6 7 8 9");
    }
}
