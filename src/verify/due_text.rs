//! The text that OUT should hold of a document, a paragraph after the other (contract P4), and how what OUT holds
//! differs from it.

use std::borrow::Cow;

use super::audit::{DifferenceKind, excerpt};
use super::input_scan::InputParagraph;
use super::output::OutputReader;
use crate::config::Repair;
use crate::normalize;
use crate::rules::{EditedParagraph, Editor};
use crate::split::line;

/// A paragraph, and the text that it stands in.
#[derive(Clone, Copy)]
pub(super) struct ParagraphAt<'a> {
    pub(super) text: &'a str,
    pub(super) sighted: &'a InputParagraph,
    /// What is written of it, if that is not what repair leaves.
    pub(super) edited: Option<&'a EditedParagraph>,
}

impl<'a> ParagraphAt<'a> {
    pub(super) fn body(self) -> &'a str {
        &self.text[self.sighted.paragraph.span.range()]
    }

    /// Appends the paragraph as it is written if it stays.
    pub(super) fn append_to(self, buffer: &mut Vec<u8>, repair: Repair) {
        match self.edited {
            Some(edited) => buffer.extend_from_slice(edited.text.as_bytes()),
            None => self.append_repaired(buffer, repair),
        }
    }

    /// Appends the paragraph as the ledger holds it if it goes.
    pub(super) fn append_for_record(self, buffer: &mut Vec<u8>, repair: Repair, editor: &Editor) {
        let start = buffer.len();
        self.append_repaired(buffer, repair);
        let repaired = std::str::from_utf8(&buffer[start..]).unwrap_or_default();
        if let Cow::Owned(masked) = editor.for_record(repaired) {
            buffer.truncate(start);
            buffer.extend_from_slice(masked.as_bytes());
        }
    }

    fn append_repaired(self, buffer: &mut Vec<u8>, repair: Repair) {
        if self.sighted.paragraph.altered {
            // Writing to memory cannot fail.
            let _ = normalize::repair(self.body(), repair, self.sighted.paragraph.edges, buffer);
        } else {
            buffer.extend_from_slice(self.body().as_bytes());
        }
    }
}

/// How a text is laid out in OUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum TextLayout {
    /// Each paragraph is ended by LF.
    #[default]
    Text,
    /// Paragraphs stand on lines of their own, and the last is ended if the text was.
    Record,
    /// Paragraphs stand on one line.
    OneLine,
    /// The text is as it was: nothing of it goes, and nothing is repaired.
    Unchanged,
}

/// What should come next of a text.
#[derive(Debug, Default)]
pub(super) struct DueText {
    layout: TextLayout,
    /// A paragraph that stays was passed.
    is_begun: bool,
    owes_blank: bool,
    /// The end of what was passed of a text that is as it was, or of the piece of it that is looked at.
    at: usize,
    /// What stands before the first paragraph of a text that is as it was, in the pieces before this one.
    before: Vec<u8>,
    /// It is a file, which has no byte order mark (contract D4), and not seen yet.
    is_unseen_file: bool,
}

impl DueText {
    /// The text of a record, whose container may have room for one line only.
    pub(super) fn of_record(is_one_line: bool) -> Self {
        let layout = if is_one_line { TextLayout::OneLine } else { TextLayout::Record };
        Self { layout, ..Self::default() }
    }

    /// Nothing of the text goes, and repair changes nothing but line ends, if anything: in a record it is as it was.
    pub(super) fn keep_all(&mut self) {
        if self.layout != TextLayout::Text {
            self.layout = TextLayout::Unchanged;
        }
    }

    /// The text is as it was, whatever it stands in.
    pub(super) fn left(self) -> Self {
        let is_unseen_file = self.layout == TextLayout::Text;
        Self { layout: TextLayout::Unchanged, is_unseen_file, ..self }
    }

    /// The text, or the next piece of it, is looked at.
    pub(super) fn begin_piece(&mut self, text: &str) {
        if std::mem::take(&mut self.is_unseen_file) {
            self.at = text.len() - text.trim_start_matches('\u{feff}').len();
        }
    }

    /// The piece of the text ends that was looked at.
    pub(super) fn end_piece(&mut self, text: &str) {
        if self.layout == TextLayout::Unchanged && !self.is_begun {
            self.before.extend_from_slice(&text.as_bytes()[self.at..]);
        }
        self.at = 0;
    }

    /// Whether all of it is as it was.
    pub(super) fn is_unchanged(&self) -> bool {
        self.layout == TextLayout::Unchanged
    }

    /// A blank line may stand here.
    pub(super) fn owe_blank(&mut self, is_blank: bool) {
        self.owes_blank |= is_blank;
    }

    /// A paragraph was compared: the next one stands behind it.
    pub(super) fn begin(&mut self) {
        self.is_begun = true;
    }

    /// A paragraph that stays was passed, and the blank lines before it.
    pub(super) fn pay_blank(&mut self) {
        self.owes_blank = false;
    }

    /// Puts the paragraph into the buffer, and what stands between it and the one before.
    pub(super) fn put(&mut self, at: ParagraphAt<'_>, repair: Repair, buffer: &mut Vec<u8>) {
        buffer.clear();
        let blank = (self.is_begun && self.owes_blank).then_some(b'\n');
        match self.layout {
            TextLayout::Text => {
                buffer.extend(blank);
                at.append_to(buffer, repair);
                buffer.push(b'\n');
            }
            TextLayout::Record => {
                buffer.extend(self.is_begun.then_some(b'\n'));
                buffer.extend(blank);
                at.append_to(buffer, repair);
            }
            TextLayout::OneLine => {
                buffer.extend(self.is_begun.then_some(b' '));
                at.append_to(buffer, repair);
                buffer.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
            }
            TextLayout::Unchanged => {
                let span = at.sighted.paragraph.span;
                buffer.append(&mut self.before);
                buffer.extend_from_slice(&at.text.as_bytes()[self.at..span.start]);
                buffer.extend_from_slice(at.edited.map_or(at.body(), |edited| &edited.text).as_bytes());
                self.at = span.end;
            }
        }
    }

    /// What should stand behind the last paragraph of a record with this text.
    pub(super) fn end<'t>(&self, text: &'t str) -> &'t str {
        match self.layout {
            TextLayout::Unchanged => &text[self.at..],
            TextLayout::Record if self.is_begun && text.ends_with(line::is_end) => "\n",
            TextLayout::Record | TextLayout::OneLine | TextLayout::Text => "",
        }
    }

    /// The line that OUT goes on with behind the last paragraph.
    pub(super) fn first_line<'h>(&self, head: &'h [u8]) -> &'h [u8] {
        let rest =
            if self.layout == TextLayout::Text { head } else { head.strip_prefix(b"\n").unwrap_or(head) };
        rest.split(|&byte| byte == b'\n').next().unwrap_or_default()
    }

    /// Describes the difference between what is due and what OUT holds in its place.
    pub(super) fn differs(&self, due: &[u8], written: &OutputReader<'_>) -> (DifferenceKind, String) {
        let head = written.head();
        let (due, found) = match self.layout {
            // The end of the line before.
            TextLayout::Record if self.is_begun => (&due[1..], head.strip_prefix(b"\n").unwrap_or(&head)),
            _ => (due, &head[..]),
        };
        let blanks = |text: &[u8]| text.iter().take_while(|&&byte| byte == b'\n').count();
        let (due_blanks, found_blanks) = (blanks(due), blanks(found));
        let (due, found) = (&due[due_blanks..], &found[found_blanks..]);
        let len = due.len().min(found.len());
        if found.is_empty() {
            return (DifferenceKind::Missing, format!("{} should be kept: OUT ends before it", excerpt(due)));
        }
        if due[..len] == found[..len] && due_blanks != found_blanks {
            let what = format!(
                "OUT should have {} blank lines before {}, and has {found_blanks}",
                due_blanks,
                excerpt(due)
            );
            return (DifferenceKind::Changed, what);
        }
        let line = found.split(|&byte| byte == b'\n').next().unwrap_or_default();
        if written.is_again(line) {
            return (DifferenceKind::Twice, format!("OUT has the line before it twice: {}", excerpt(line)));
        }
        (DifferenceKind::Changed, format!("{} should be here: OUT has {}", excerpt(due), excerpt(found)))
    }
}
