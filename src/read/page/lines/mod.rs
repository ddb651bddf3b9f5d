//! The lines of a page: its block structure as text. A paragraph, an item of a list, a row of a table, a line of
//! code or verse is a line; what is broken in the markup only is one line (contract H1).

use dom_query::{NodeId, NodeRef};
use unicode_script::{Script, UnicodeScript};

use super::reduce::LINE;
use super::tags;

/// A line of a page's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line {
    pub(super) text: String,
    /// The line of the page in which it begins, or the block that it stands in; 0 if that is not known.
    pub(super) at: usize,
    /// Characters of it that stand in links, without spaces.
    pub(super) num_linked: usize,
    /// The level of the heading that it is, from 1; 0 if it is none.
    pub(super) level: u8,
    /// Whether it goes on with the block of the line before: behind `<br>`, in code, in a list or a table.
    pub(super) is_continued: bool,
    /// Whether it stands beside the text of the page, as far as the page says.
    pub(super) is_beside: bool,
    /// The node that it begins in.
    pub(super) node: Option<NodeId>,
}

impl Line {
    /// How much of this line is prose: the weight of its characters if it is a sentence or more outside of links,
    /// 0 otherwise.
    pub(super) fn prose(&self) -> usize {
        /// Shorter lines are labels, names and buttons.
        const LEAST: usize = 60;
        let (mut weight, mut number, mut ends) = (0, 0, 0);
        for c in self.text.chars() {
            number += 1;
            weight += weight_of(c);
            ends += usize::from(matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '，' | '；' | '、'));
        }
        if weight < LEAST || ends == 0 || self.num_linked * 3 > number { 0 } else { weight }
    }

    /// Whether most of it stands in links.
    pub(super) fn is_linked(&self) -> bool {
        self.num_linked * 2 > self.text.chars().count()
    }
}

/// The sum of [`Line::prose`].
pub(super) fn prose<'a>(lines: impl IntoIterator<Item = &'a Line>) -> usize {
    lines.into_iter().map(Line::prose).sum()
}

/// What a character says, in letters of an alphabet: one of Chinese says as much as three.
pub(super) fn weight_of(c: char) -> usize {
    // Most text is before all of these, and looking scripts up takes time.
    if c < '\u{1100}' {
        return 1;
    }
    match c.script() {
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul => 3,
        _ if is_wide(c) => 3,
        _ => 1,
    }
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{303f}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff01}'..='\u{ff60}')
        || matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo)
}

/// What parts the cells of a row.
const CELL: &str = "\t";

/// Reads the lines below `root`.
pub(super) fn lines(root: &NodeRef<'_>) -> Vec<Line> {
    marked_lines(root, |_| false)
}

/// Reads the lines below `root`, and marks those that begin in an element that stands beside the text.
pub(super) fn marked_lines(root: &NodeRef<'_>, is_beside: impl Fn(&NodeRef<'_>) -> bool) -> Vec<Line> {
    let mut writer = Writer::default();
    // The outermost element that is open and stands beside the text.
    let mut beside = None;
    let mut node = Some(*root);
    // Without recursion: a page can be as deep as it likes.
    while let Some(current) = node {
        writer.enter(&current);
        if beside.is_none() && current.is_element() && is_beside(&current) {
            beside = Some(current.id);
        }
        writer.is_beside = beside.is_some();
        if let Some(child) = current.first_child() {
            node = Some(child);
            continue;
        }
        let mut done = current;
        node = loop {
            writer.leave(&done);
            if beside == Some(done.id) {
                beside = None;
                writer.is_beside = false;
            }
            if done.id == root.id {
                break None;
            }
            if let Some(next) = done.next_sibling() {
                break Some(next);
            }
            match done.parent() {
                Some(parent) => done = parent,
                None => break None,
            }
        };
    }
    writer.end_line();
    writer.done
}

/// Whether a break in the markup between these two stands for nothing: both are of a script without spaces, or of its
/// punctuation (CSS Text, "Segment Break Transformation Rules").
fn is_joint(before: char, after: char) -> bool {
    is_wide(before) && is_wide(after)
}

/// A row of a table that is being read.
#[derive(Debug, Default)]
struct Row {
    /// The lines before it.
    before: usize,
    /// Where its cells begin among the lines.
    cells: Vec<usize>,
}

/// What stands between two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Gap {
    #[default]
    None,
    /// The end of a line within a block.
    Line,
    /// The end of a block.
    Block,
}

#[derive(Default)]
struct Writer {
    done: Vec<Line>,
    line: Line,
    /// What stands before the line that is open, or will be.
    gap: Gap,
    /// White space that is due before the next character, and whether the markup was broken there.
    space: Option<bool>,
    /// The line of the page of the block that is open.
    at: usize,
    /// The text that is read.
    node: Option<NodeId>,
    /// The level of the heading that is open.
    level: u8,
    is_beside: bool,
    rows: Vec<Row>,
    preformatted: usize,
    links: usize,
}

impl Writer {
    fn enter(&mut self, node: &NodeRef<'_>) {
        if node.is_text() {
            self.node = Some(node.id);
            return self.text(&node.text());
        }
        let Some(name) = node.qual_name_ref() else { return };
        let name = name.local.as_ref();
        if tags::is_block(name) || matches!(name, "br" | "hr") {
            self.end_line();
            self.widen_gap(name);
            if let Some(line) = node.attr(LINE).and_then(|line| line.parse().ok()) {
                self.at = line;
            }
        }
        match name {
            "tr" => self.rows.push(Row { before: self.done.len(), cells: Vec::new() }),
            "td" | "th" => {
                let begin = self.done.len();
                if let Some(row) = self.rows.last_mut() {
                    row.cells.push(begin);
                }
            }
            "pre" | "listing" => self.preformatted += 1,
            "a" => self.links += 1,
            "h1" => self.level = 1,
            "h2" => self.level = 2,
            "h3" => self.level = 3,
            _ => {}
        }
    }

    fn leave(&mut self, node: &NodeRef<'_>) {
        let Some(name) = node.qual_name_ref() else { return };
        let name = name.local.as_ref();
        if tags::is_block(name) {
            self.end_line();
            self.widen_gap(name);
        }
        match name {
            "tr" => self.end_row(),
            "pre" | "listing" => self.preformatted = self.preformatted.saturating_sub(1),
            "a" => self.links = self.links.saturating_sub(1),
            "h1" | "h2" | "h3" => self.level = 0,
            _ => {}
        }
    }

    /// An element of this name begins or ends between two lines.
    fn widen_gap(&mut self, name: &str) {
        let gap = match name {
            // Two in a row leave a line blank.
            "br" if self.gap == Gap::None => Gap::Line,
            "li" | "dt" | "dd" | "tr" | "td" | "th" | "thead" | "tbody" | "tfoot" | "colgroup" => Gap::Line,
            _ => Gap::Block,
        };
        self.gap = self.gap.max(gap);
    }

    /// Ends a row: one line if each of its cells is one at most.
    fn end_row(&mut self) {
        let Some(Row { before, cells }) = self.rows.pop() else { return };
        let ends = cells.iter().skip(1).copied().chain([self.done.len()]);
        let is_one = cells.len() > 1
            && self.done.len() - before > 1
            && cells.first() == Some(&before)
            && cells.iter().zip(ends).all(|(begin, end)| end - begin <= 1);
        if !is_one {
            return;
        }
        let mut cells = self.done.drain(before..);
        let Some(mut row) = cells.next() else { return };
        for cell in cells {
            row.text.push_str(CELL);
            row.text.push_str(&cell.text);
            row.num_linked += cell.num_linked;
        }
        self.done.push(row);
    }

    fn text(&mut self, text: &str) {
        if self.preformatted > 0 {
            let mut lines = text.split('\n');
            let first = lines.next().unwrap_or_default();
            self.push(first.trim_end_matches('\r'));
            for line in lines {
                self.end_line();
                self.widen_gap("br");
                self.at += usize::from(self.at > 0);
                self.push(line.trim_end_matches('\r'));
            }
            return;
        }
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.find(is_space).unwrap_or(rest.len());
            self.push(&rest[..word]);
            rest = &rest[word..];
            let gap = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
            if gap > 0 {
                let is_broken = rest[..gap].contains('\n');
                self.space = Some(self.space.unwrap_or(false) | is_broken);
                rest = &rest[gap..];
            }
        }
    }

    /// Appends what has no white space but spaces of its own.
    fn push(&mut self, text: &str) {
        let Some(first) = text.chars().next() else { return };
        if self.line.text.is_empty() {
            self.line.is_continued = std::mem::take(&mut self.gap) == Gap::Line;
            self.line.at = self.at;
            self.line.node = self.node;
            self.line.level = self.level;
            self.line.is_beside = self.is_beside;
        }
        if let Some(is_broken) = self.space.take()
            && let Some(last) = self.line.text.chars().next_back()
            && !(is_broken && is_joint(last, first))
        {
            self.line.text.push(' ');
        }
        self.line.text.push_str(text);
        if self.links > 0 {
            self.line.num_linked += text.chars().count();
        }
    }

    /// Ends the line that is open, if there is something on it.
    fn end_line(&mut self) {
        self.space = None;
        let line = std::mem::take(&mut self.line);
        let text = line.text.trim_end();
        // White space at the beginning means something in code only.
        let text = if self.preformatted > 0 { text } else { text.trim_start() };
        if !text.trim().is_empty() {
            self.done.push(Line { text: text.to_owned(), ..line });
        }
    }
}

#[cfg(test)]
mod tests;
