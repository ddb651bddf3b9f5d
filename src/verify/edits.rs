//! Spans of paragraphs that stay, in place of which something else is written: what the ledger says of them, held against
//! what the rules make of the input.

use super::Auditor;
use super::audit::{DifferenceKind, excerpt};
use super::document::DocumentAudit;
use super::due_text::ParagraphAt;
use super::ledger::OpenLine;
use crate::account::{LedgerLine, RawJson};
use crate::rules::{Edit, Editor};
use crate::units::count;

/// The lines of the ledger about spans of the next paragraph.
#[derive(Default)]
pub(super) struct ToldEdits(Vec<LedgerLine<'static>>);

impl ToldEdits {
    /// A line is about a span of the next paragraph.
    pub(super) fn tell(&mut self, line: Option<OpenLine>) {
        self.0.extend(line.map(|open| open.told.line));
    }
}

impl Auditor<'_> {
    /// Holds the lines about spans of a paragraph against what the rules replace in it: nothing, if it goes.
    pub(super) fn compare_edits(&mut self, open: &mut DocumentAudit, at: ParagraphAt<'_>, stays: bool) {
        let told = std::mem::take(&mut open.edits.0);
        let due = at.edited.filter(|_| stays).map_or(&[][..], |edited| &edited.edits);
        let start = open.bytes + count(at.sighted.paragraph.span.start);
        let is_same = told.len() == due.len()
            && told.iter().zip(due).all(|(line, edit)| is_told(line, edit, start, self.editor));
        if !is_same {
            let what = format!(
                "the ledger tells of {} replaced spans of this paragraph, and the rules replace {}, or others: {}",
                told.len(),
                due.len(),
                excerpt(self.editor.for_record(at.body()).as_bytes()),
            );
            self.report(open, Some(at), DifferenceKind::Ledger, what);
        }
        for line in &told {
            self.recount.span(line);
        }
    }
}

/// Whether a line says what an edit of a paragraph is that begins at `start` of the document's text.
fn is_told(line: &LedgerLine<'_>, edit: &Edit, start: u64, editor: &Editor) -> bool {
    let evidence = editor.evidence(edit.rule, edit.number);
    line.rule == edit.rule
        && line.span == (start + count(edit.span.start), start + count(edit.span.end))
        && line.evidence.as_ref().map(RawJson::json) == evidence.as_deref()
        && line.text == editor.text_for_record(edit)
        && line.replacement.as_deref() == editor.with_for_record(edit).as_deref()
}
