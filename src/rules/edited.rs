//! A text of which spans are replaced, and where each piece of it came from.

use std::ops::Range;

use crate::config::Repair;
use crate::decide::Rule;
use crate::document::Edges;
use crate::normalize::placed_chars;

/// A span of a paragraph in place of which something else is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The bytes of the paragraph, as it was read, that were replaced.
    pub span: Range<usize>,
    /// The rule.
    pub rule: Rule,
    /// The number of what is masked, or of the rule of one's own.
    pub number: u64,
    /// The text that was replaced.
    pub text: String,
    /// What is written in its place; `None` if it stands, and is only told of.
    pub with: Option<String>,
}

/// What a rule writes in place of a span of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// Bytes of the text as it is now.
    pub span: Range<usize>,
    pub rule: Rule,
    pub number: u64,
    pub with: String,
}

/// A piece of a text that is being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the text.
    at: usize,
    /// The bytes that it came from.
    origin: Range<usize>,
    /// Whether it stands as it came, byte for byte.
    is_plain: bool,
}

/// A text that is being edited.
///
/// Memory: the text, and 32 bytes for each piece that was replaced or repaired.
#[derive(Debug, Clone)]
pub(crate) struct EditedText {
    text: String,
    pieces: Vec<Piece>,
    edits: Vec<Edit>,
}

impl EditedText {
    /// A text that stands as it was read.
    pub(crate) fn new(text: &str) -> Self {
        let piece = Piece { at: 0, origin: 0..text.len(), is_plain: true };
        Self { text: text.to_owned(), pieces: vec![piece], edits: Vec::new() }
    }

    /// A paragraph as repair leaves it.
    pub(crate) fn repaired(text: &str, repair: Repair, edges: Edges) -> Self {
        let mut edited =
            Self { text: String::with_capacity(text.len()), pieces: Vec::new(), edits: Vec::new() };
        for (place, c) in placed_chars(text, repair, edges) {
            let origin = place..place + text[place..].chars().next().map_or(0, char::len_utf8);
            let is_plain = text[place..].starts_with(c);
            edited.push_piece(origin, is_plain);
            edited.text.push(c);
        }
        edited
    }

    /// The text as it is now.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Adds a piece at the end, which is a part of the last one if both stand as they came.
    fn push_piece(&mut self, origin: Range<usize>, is_plain: bool) {
        match self.pieces.last_mut() {
            Some(last) if last.is_plain && is_plain && last.origin.end == origin.start => {
                last.origin.end = origin.end;
            }
            _ => self.pieces.push(Piece { at: self.text.len(), origin, is_plain }),
        }
    }

    /// Writes something in place of spans, which stand in order and apart. Returns whether there are any.
    pub(crate) fn replace(&mut self, replacements: Vec<Replacement>) -> bool {
        let is_any = !replacements.is_empty();
        if is_any {
            let edits = std::mem::take(&mut self.edits);
            let old = std::mem::replace(self, Self { text: String::new(), pieces: Vec::new(), edits });
            let mut end = 0;
            for Replacement { span, rule, number, with } in replacements {
                self.push_old(&old, end..span.start);
                let origin = old.origin_of(&span);
                self.pieces.push(Piece { at: self.text.len(), origin: origin.clone(), is_plain: false });
                self.text.push_str(&with);
                let text = old.text[span.clone()].to_owned();
                self.edits.push(Edit { span: origin, rule, number, text, with: Some(with) });
                end = span.end;
            }
            self.push_old(&old, end..old.text.len());
        }
        is_any
    }

    /// Adds bytes of the text before.
    fn push_old(&mut self, old: &Self, span: Range<usize>) {
        let mut at = span.start;
        while at < span.end {
            let (piece, piece_end) = old.piece_at(at);
            let end = span.end.min(piece_end);
            let origin = if piece.is_plain {
                piece.origin.start + (at - piece.at)..piece.origin.start + (end - piece.at)
            } else {
                piece.origin.clone()
            };
            self.push_piece(origin, piece.is_plain);
            self.text.push_str(&old.text[at..end]);
            at = end;
        }
    }

    /// The piece in which a byte stands, and where that piece ends.
    fn piece_at(&self, at: usize) -> (&Piece, usize) {
        let next = self.pieces.partition_point(|piece| piece.at <= at);
        let end = self.pieces.get(next).map_or(self.text.len(), |piece| piece.at);
        (&self.pieces[next - 1], end) // the first piece begins the text
    }

    /// The bytes that a span which is not empty came from.
    fn origin_of(&self, span: &Range<usize>) -> Range<usize> {
        let (first, last) = (self.piece_at(span.start).0, self.piece_at(span.end - 1).0);
        let start =
            if first.is_plain { first.origin.start + (span.start - first.at) } else { first.origin.start };
        let end = if last.is_plain { last.origin.start + (span.end - last.at) } else { last.origin.end };
        start..end
    }

    /// The text and its edits, in the order of their places; those of a later rule stand behind.
    pub(crate) fn finish(self) -> (String, Vec<Edit>) {
        let mut edits = self.edits;
        edits.sort_by_key(|edit| edit.span.start);
        (self.text, edits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(span: Range<usize>, with: &str) -> Replacement {
        Replacement { span, rule: Rule::Mask, number: 0, with: with.to_owned() }
    }

    #[test]
    fn edits_name_the_bytes_that_were_read() {
        let mut edited = EditedText::new("abcdefghij");
        assert!(!edited.replace(Vec::new()));
        assert!(edited.replace(vec![put(1..3, "XYZ"), put(5..6, "")]));
        assert_eq!(edited.text(), "aXYZdeghij");
        // One within what was replaced, one over an edge of it, and one behind it.
        assert!(edited.replace(vec![put(2..3, "-"), put(3..5, "+"), put(8..9, "/")]));
        assert_eq!(edited.text(), "aX-+egh/j");
        let (_, edits) = edited.finish();
        let shown: Vec<_> = edits
            .iter()
            .map(|edit| (edit.span.clone(), &*edit.text, edit.with.as_deref().unwrap_or_default()))
            .collect();
        let expected =
            [(1..3, "bc", "XYZ"), (1..3, "Y", "-"), (1..4, "Zd", "+"), (5..6, "f", ""), (8..9, "i", "/")];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_repair_changed_has_its_place() {
        let text = " a\u{200b}b\u{b}c\r\n d ";
        let mut edited = EditedText::repaired(text, Repair::Basic, Edges::Trimmed);
        assert_eq!(edited.text(), "ab c\nd");
        edited.replace(vec![put(0..2, "[N]"), put(2..3, "_"), put(5..6, "!")]);
        assert_eq!(edited.text(), "[N]_c\n!");
        let (_, edits) = edited.finish();
        let read: Vec<&str> = edits.iter().map(|edit| &text[edit.span.clone()]).collect();
        assert_eq!(read, ["a\u{200b}b", "\u{b}", "d"]);
    }

    #[test]
    fn every_span_of_every_edited_text_came_from_somewhere() {
        let text = "中文ab字";
        let ends: Vec<usize> = (0..=text.len()).filter(|end| text.is_char_boundary(*end)).collect();
        let spans = |text: &str| -> Vec<Range<usize>> {
            let ends: Vec<usize> = (0..=text.len()).filter(|end| text.is_char_boundary(*end)).collect();
            ends.iter().flat_map(|&a| ends.iter().filter(move |&&b| b > a).map(move |&b| a..b)).collect()
        };
        assert!(ends.len() > 3);
        for first in spans(text) {
            let mut edited = EditedText::new(text);
            edited.replace(vec![put(first.clone(), "二x")]);
            for second in spans(edited.text()) {
                let mut twice = edited.clone();
                twice.replace(vec![put(second, "")]);
                let (_, edits) = twice.finish();
                assert!(
                    edits
                        .iter()
                        .all(|edit| edit.span.end <= text.len() && text.get(edit.span.clone()).is_some())
                );
            }
        }
    }
}
