//! Markdown (contract P2, `--split markdown`): a fenced or indented block of code, a table, a block of HTML, the front
//! matter and a heading with its underline are each one paragraph; every other line is one. White space that means
//! something stays: indentation, and the two spaces at the end of a line that break it.
//!
//! Blocks are found by a CommonMark parser. It sees the text without the marks that only matter inside a line (see
//! [`mask`]): what they come to is of no use here, and in a hostile text takes time that grows with the square of its
//! length.
//!
//! Source: CommonMark 0.31.2; tables as in GitHub Flavored Markdown, as implemented by `pulldown-cmark`.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::line;
use super::repaired::{Fate, fate};
use crate::config::Repair;
use crate::document::{Edges, Paragraph};
use crate::error::caught::catch;
use crate::units::{ByteSpan, count};

/// Shows the paragraphs of `text` to `visit`; returns whether a blank line stands after the last one.
///
/// Memory: a copy of the text, and what the parser takes: some 50 bytes a line, a cell of a table and a mark of
/// [`num_marks`].
pub(super) fn for_each(text: &str, repair: Repair, visit: impl FnMut(Paragraph)) -> bool {
    let mut lines = Lines { text, repair, blank: false, open: None, visit };
    let mut blocks = blocks(text).into_iter().enumerate().peekable();
    line::for_each_raw(text, |line| {
        while blocks.next_if(|(_, block)| block.end <= line.start).is_some() {}
        let block = blocks.peek().filter(|(_, block)| block.start < line.end.max(line.start + 1));
        lines.take(line, block.map(|(number, _)| *number));
    });
    lines.close();
    lines.blank
}

/// Characters of a text that cost the parser memory: ends of lines, and marks that it is shown.
pub fn num_marks(text: &str) -> u64 {
    count(
        mask(text)
            .bytes()
            .filter(|byte| matches!(byte, b'\n' | b'\r' | b'|' | b']') || is_mark(*byte))
            .count(),
    )
}

/// Whether a character may mean something inside a line.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'*' | b'_' | b'!' | b'&' | b'$' | b'^' | b'~' | b'`' | b'[' | b'<' | b'\\')
}

/// Puts lines together to paragraphs.
struct Lines<'a, V> {
    text: &'a str,
    repair: Repair,
    /// A blank line stands after the last paragraph, or after what is open.
    blank: bool,
    open: Option<OpenBlock>,
    visit: V,
}

/// A block of which some lines were seen.
struct OpenBlock {
    number: usize,
    paragraph: Paragraph,
}

impl<V: FnMut(Paragraph)> Lines<'_, V> {
    /// Takes the next line, which belongs to the block of this number, if to any.
    fn take(&mut self, raw: ByteSpan, block: Option<usize>) {
        let content = line::content(self.text, raw.start, raw.end, self.repair);
        if self.open.as_ref().is_some_and(|open| Some(open.number) != block) {
            self.close();
        }
        if content.is_empty() {
            self.blank = true; // inside a block only if nothing follows
            return;
        }
        let Some(number) = block else {
            let paragraph = Paragraph::new(self.with_edges(raw, content), std::mem::take(&mut self.blank));
            return (self.visit)(Paragraph { edges: Edges::Kept, ..paragraph });
        };
        if let Some(OpenBlock { paragraph, .. }) = &mut self.open {
            // What stands between its lines is written as it stands, but for the ends of lines.
            let between = &self.text.as_bytes()[paragraph.span.end..raw.start];
            paragraph.altered |= has_other_ends(self.text, between, paragraph.span.end);
            paragraph.span.end = raw.end;
            self.blank = false;
        } else {
            // A byte order mark is no text at the start of a line (contract D4).
            let line = &self.text[raw.range()];
            let start = raw.end - line.trim_start_matches('\u{feff}').len();
            let paragraph = Paragraph::new(ByteSpan::new(start, raw.end), std::mem::take(&mut self.blank));
            let paragraph = Paragraph { edges: Edges::Kept, ..paragraph };
            self.open = Some(OpenBlock { number, paragraph });
        }
    }

    /// Ends the block that is open.
    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            (self.visit)(open.paragraph);
        }
    }

    /// The content of a line with the indentation before it and the hard break behind it.
    fn with_edges(&self, raw: ByteSpan, content: ByteSpan) -> ByteSpan {
        if self.repair == Repair::None {
            return content;
        }
        let is_indent = |c: char| matches!(c, ' ' | '\t');
        let before = &self.text[raw.start..content.start];
        let kept = before.trim_end_matches(|c| is_indent(c) || fate(c) == Fate::Remove);
        let indent = before[kept.len()..].trim_start_matches(|c| !is_indent(c));
        let behind = &self.text[content.end..raw.end];
        let is_break = behind.len() >= 2 && behind.bytes().all(|byte| byte == b' ');
        ByteSpan::new(content.start - indent.len(), if is_break { raw.end } else { content.end })
    }
}

/// Whether `between`, which begins at `start` of `text` with the end of a line, has line ends that are no single LF.
fn has_other_ends(text: &str, between: &[u8], start: usize) -> bool {
    let mut is_other = false;
    let mut at = 0;
    line::for_each_raw(&text[start..start + between.len()], |line| {
        is_other |= between[at..line.start] != *b"\n" && line.start > 0;
        at = line.end;
    });
    is_other || between[at..] != *b"\n"
}

/// The blocks of a text that are one paragraph each, in order, not overlapping. If the parser fails, which it never
/// should, that is all of the text: then nothing is taken out of it.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let front = front_matter(text);
    catch(|| parsed(&text[front..])).map_or_else(
        || std::iter::once(0..text.len()).collect(),
        |blocks| {
            let front_matter = (front > 0).then_some(0..front);
            let blocks = blocks.into_iter().map(|block| block.start + front..block.end + front);
            front_matter.into_iter().chain(blocks).collect()
        },
    )
}

/// The blocks that the parser finds.
fn parsed(text: &str) -> Vec<Range<usize>> {
    let masked = mask(text);
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for (event, span) in Parser::new_ext(&masked, options).into_offset_iter() {
        let Event::Start(tag) = event else { continue };
        let is_block = match tag {
            Tag::CodeBlock(_) | Tag::Table(_) | Tag::HtmlBlock => true,
            // One with an underline has at least two lines.
            Tag::Heading { .. } => masked[span.clone()].trim_end().contains(['\n', '\r']),
            _ => false,
        };
        if is_block && blocks.last().is_none_or(|last| last.end <= span.start) {
            blocks.push(span);
        }
    }
    blocks
}

/// Where the front matter of a text ends, in YAML or TOML: between lines of three dashes, or of three plus signs, of
/// which the first begins the text. 0 if there is none. A blank line behind the first makes it a rule of dashes.
fn front_matter(text: &str) -> usize {
    if !text.starts_with("---") && !text.starts_with("+++") {
        return 0;
    }
    let (mut end, mut number) = (0, 0);
    let mut fence = "";
    line::for_each_raw(text, |raw| {
        let line = text[raw.range()].trim_end();
        match number {
            0 => fence = line,
            1 if line.is_empty() => fence = "",
            _ => {}
        }
        let is_fence = |line: &str| matches!(line, "---" | "+++");
        let is_end = line == fence || (fence == "---" && line == "...");
        if number > 0 && end == 0 && is_fence(fence) && is_end {
            end = raw.end;
        }
        number += 1;
    });
    end
}

/// The text with characters that mean something inside a line only put out: all bytes stand where they stood. A mark can
/// begin or make a block only before the first letter of its line; what stands behind that is not looked at, but for what
/// ends HTML or parts the cells of a table.
fn mask(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut line = Masked::default();
    for at in 0..bytes.len() {
        let byte = bytes[at];
        if matches!(byte, b'\n' | b'\r') {
            line = Masked::default();
            continue;
        }
        let next = bytes.get(at + 1).copied().unwrap_or(b'\n');
        if line.is_put_out(byte, next, &bytes[..at]) {
            bytes[at] = b'x';
        }
    }
    String::from_utf8(bytes).unwrap_or_default() // one ASCII character in the place of another
}

/// Markers of containers (lists, quotations) that may stand one inside the other: more is no text that people write, and
/// takes time with each line.
const MAX_DEPTH: usize = 100;

/// The beginning of a line that is masked.
#[derive(Debug, Clone, Copy, Default)]
struct Masked {
    /// A letter was seen, or a character that is not ASCII.
    has_text: bool,
    /// It may begin a fence of backticks, which none may follow.
    may_be_fence: bool,
    /// Markers of containers before any text.
    depth: usize,
}

impl Masked {
    /// Whether a character is put out that stands behind `before`.
    fn is_put_out(&mut self, byte: u8, next: u8, before: &[u8]) -> bool {
        if !self.has_text {
            self.has_text = byte.is_ascii_alphabetic() || !byte.is_ascii();
            self.may_be_fence |= byte == b'`' && before.ends_with(b"``");
            let is_item = matches!(byte, b'-' | b'+' | b'*' | b')' | b'.') && next == b' ';
            self.depth += usize::from(is_item || byte == b'>');
            let is_too_deep = self.depth > MAX_DEPTH;
            self.has_text |= is_too_deep;
            return is_too_deep || (byte == b'[' && next != b'^');
        }
        match byte {
            b'`' => !self.may_be_fence,
            b'[' => !before.ends_with(b"CDATA"),
            b'<' => next != b'/',
            b'\\' => next != b'|',
            _ => is_mark(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paragraphs of a text, each as it is written.
    fn paragraphs(text: &str, repair: Repair) -> Vec<String> {
        let mut found = Vec::new();
        for_each(text, repair, |paragraph| {
            let body = &text[paragraph.span.range()];
            let written: String = crate::normalize::repaired_chars(body, repair, paragraph.edges).collect();
            assert!(paragraph.altered || !body.contains('\r'), "{body:?}");
            found.push(written);
        });
        found
    }

    /// Holds that a text has these paragraphs, written with blank lines between them or not.
    fn check(name: &str, text: &str, expected: &[&str]) {
        assert_eq!(paragraphs(text, Repair::Basic), expected, "{name}");
    }

    #[test]
    fn blocks_are_one_paragraph() {
        for (name, text, expected) in [
            ("a fence", "a\n```rust\nx\n\n  y\n```\nb\n", &["a", "```rust\nx\n\n  y\n```", "b"][..]),
            ("a fence of tildes", "~~~\n```\n~~~\n```\nz", &["~~~\n```\n~~~", "```\nz"]),
            ("a fence that does not end", "a\n\n```\nb\n\nc\n\n\n", &["a", "```\nb\n\nc"]),
            ("a fence that ends longer", "````\n```\n`````\nb", &["````\n```\n`````", "b"]),
            ("an empty fence", "```\n```\na", &["```\n```", "a"]),
            ("backticks of one line are no fence", "```a``` b\nc\n", &["```a``` b", "c"]),
            (
                "a fence in a list",
                "- a\n\n  ```\n  b\n\n  c\n  ```\n- d\n",
                &["- a", "  ```\n  b\n\n  c\n  ```", "- d"],
            ),
            ("a fence that begins an item", "1. ```\n   b\n   ```\n2. c", &["1. ```\n   b\n   ```", "2. c"]),
            ("a fence in a quotation", "> a\n> ```\n> b\n> ```\n> c", &["> a", "> ```\n> b\n> ```", "> c"]),
            ("code by its indentation", "a\n\n    b\n\n\n      c\n\n\nd", &["a", "    b\n\n\n      c", "d"]),
            ("code by a tab", "\tb\n\tc\n", &["\tb\n\tc"]),
            ("indentation behind text is none", "a\n    b\n", &["a", "    b"]),
            ("a table", "| a | b |\n|---|:-:|\n| c | d |\n\ne", &["| a | b |\n|---|:-:|\n| c | d |", "e"]),
            ("a table without outer bars", "a | b\n--|--\n*c* | `d`\n", &["a | b\n--|--\n*c* | `d`"]),
            ("a table in a list", "- | a |\n  |---|\n  | b |\n", &["- | a |\n  |---|\n  | b |"]),
            ("no table", "a | b\nc | d\n", &["a | b", "c | d"]),
            ("HTML", "<div>\n<p>a\n\nb\n</div>\n", &["<div>\n<p>a", "b", "</div>"]),
            ("a comment", "<!-- a\n\n  b -->\nc\n", &["<!-- a\n\n  b -->", "c"]),
            (
                "a script",
                "<script>\nlet a = '<b>';\n\nf();\n</script>\nc\n",
                &["<script>\nlet a = '<b>';\n\nf();\n</script>", "c"],
            ),
            ("CDATA", "<![CDATA[\n\na\n]]>\nb", &["<![CDATA[\n\na\n]]>", "b"]),
            (
                "a heading with its underline",
                "Title *of*\nthis\n===\na\n---\n",
                &["Title *of*\nthis\n===", "a\n---"],
            ),
            ("a heading in a quotation", "> a\n> -\n", &["> a\n> -"]),
            ("other headings", "# a\n## b ##\n", &["# a", "## b ##"]),
            ("a rule of dashes", "a\n\n---\n\n* * *\n___\n", &["a", "---", "* * *", "___"]),
        ] {
            check(name, text, expected);
        }
    }

    #[test]
    fn front_matter_is_one_paragraph() {
        for (name, text, expected) in [
            ("YAML", "---\na: b\n\nc: |\n  d\n---\n# e\n", &["---\na: b\n\nc: |\n  d\n---", "# e"][..]),
            ("YAML with dots", "---\na: b\n...\nc", &["---\na: b\n...", "c"]),
            ("TOML", "+++\na = 1\n+++\nb", &["+++\na = 1\n+++", "b"]),
            ("empty", "---\n---\na", &["---\n---", "a"]),
            (
                "with a fence in it",
                "---\na: |\n  ```\n---\nb\n```\nc\n```\n",
                &["---\na: |\n  ```\n---", "b", "```\nc\n```"],
            ),
            ("a rule of dashes", "---\n\na\n\n---\n", &["---", "a", "---"]),
            ("that does not end", "---\na: b\nc\n", &["---", "a: b", "c"]),
            ("not at the start", "a\n\n---\nb: c\n---\n", &["a", "---", "b: c\n---"]),
            ("of another kind", "---\na\n+++\n", &["---", "a", "+++"]),
            ("a longer rule", "----\na\n\n----\n", &["----", "a", "----"]),
        ] {
            check(name, text, expected);
        }
    }

    #[test]
    fn white_space_that_means_something_stays() {
        for (name, text, expected) in [
            (
                "the levels of a list",
                "- a\n  - b\n\t- c\n    1. d\n",
                &["- a", "  - b", "\t- c", "    1. d"][..],
            ),
            ("a hard break", "a  \nb   \nc \nd\t\n", &["a  ", "b   ", "c", "d"]),
            ("lazy lines", "> a\nb\n", &["> a", "b"]),
            ("ideographic indentation is no level", "\u{3000}\u{3000}今天\n", &["今天"]),
            ("what repair removes", "\u{feff}  \u{200b}- a\u{7}\u{200b}  \n", &["  - a"]),
            ("other ends of lines", "```\r\n a \r\n```\rb  \r\n", &["```\n a \n```", "b  "]),
            ("controls in a block", "```\n  a\u{7}\u{c}b\n```", &["```\n  a b\n```"]),
        ] {
            check(name, text, expected);
        }
        assert_eq!(paragraphs(" a \n```\n b\u{7}\n```", Repair::None), [" a ", "```\n b\u{7}\n```"]);
        assert_eq!(paragraphs("\u{feff} a\n\u{feff}```\nb", Repair::None), [" a", "```", "b"]);
    }

    #[test]
    fn blank_lines_stand_between_paragraphs() {
        let blanks = |text: &str| {
            let mut found = Vec::new();
            let blank_after = for_each(text, Repair::Basic, |paragraph| found.push(paragraph.blank_before));
            (found, blank_after)
        };
        for (text, expected) in [
            ("", (vec![], false)),
            ("\n\n", (vec![], true)),
            ("a\n\n```\nb\n\nc\n```\nd\n\n", (vec![false, true, false], true)),
            ("```\na\n```\n\nb", (vec![false, true], false)),
            ("    a\n\n\nb", (vec![false, true], false)),
            ("\n---\n\n```\n\n", (vec![true, true], true)),
            ("---\na: b\n---\n\nc", (vec![false, true], false)),
        ] {
            assert_eq!(blanks(text), expected, "{text:?}");
        }
    }

    #[test]
    fn masks_change_no_block() {
        for text in [
            "a `b` *c* [d](e) ![f](g) <h> &amp; \\* ~~i~~\n",
            "```a *b*\n*c* `d`\n```\n",
            "| a \\| b | c |\n|---|---|\n| *d* | [e] |\n",
            "> - 1. *a* [b]\n>   ```\n>   [c]\n>   ```\n",
            "[^a]: b\n\n    c\n\n        d\n",
            "<pre>\n*a*\n\n</pre>\nb\n",
        ] {
            let blocks = |text: &str| {
                let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
                let events = Parser::new_ext(text, options).into_offset_iter();
                let blocks = events.filter_map(|(event, span)| match event {
                    Event::Start(Tag::CodeBlock(_) | Tag::Table(_) | Tag::HtmlBlock) => Some(span),
                    _ => None,
                });
                blocks.collect::<Vec<_>>()
            };
            let masked = mask(text);
            assert_eq!(masked.len(), text.len());
            assert_eq!(blocks(&masked), blocks(text), "{text:?} {masked:?}");
        }
    }

    #[test]
    fn nesting_without_end_is_no_nesting() {
        for marker in ["> ", "- ", "1. ", ">"] {
            let text = format!("{}a\n{}", marker.repeat(20_000), "b\n".repeat(20_000));
            let mut number = 0;
            for_each(&text, Repair::Basic, |_| number += 1);
            assert_eq!(number, 20_001, "{marker}");
        }
        assert_eq!(num_marks("a*b*\n**c**\n[d][e]\n"), 3 + 2 + 2);
    }
}
