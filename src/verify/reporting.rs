//! Reports differences at the next paragraph of a document.

use super::Auditor;
use super::audit::{Difference, DifferenceKind};
use super::document::DocumentAudit;
use super::due_text::ParagraphAt;
use super::kept_paragraphs::{self, KeptPlace};
use super::ledger::{NumberedLine, OpenLine};
use crate::run::reader::count_lines;
use crate::store::path;

impl Auditor<'_> {
    /// A place in words.
    pub(super) fn place(&self, place: KeptPlace) -> String {
        if place.source() == kept_paragraphs::EARLIER {
            return "in an earlier run".to_owned();
        }
        let file = path::lossless(self.sources.get(place.source()).place.relative);
        format!("as paragraph {} of a document of {file}", place.paragraph())
    }

    /// Reports a fault of the line about the next paragraph, once for each line.
    pub(super) fn report_line(&mut self, open: &mut DocumentAudit, why: &str) {
        let Some(OpenLine { told: NumberedLine { line, number }, is_bad, .. }) = &mut open.told else {
            return;
        };
        if std::mem::replace(is_bad, true) {
            return;
        }
        self.audit.add(Difference {
            kind: DifferenceKind::Ledger,
            path: self.unit.path.clone(),
            record: open.record,
            line: open.line,
            paragraph: Some(line.first),
            what: format!("line {number} of the ledger, of paragraphs {}-{}: {why}", line.first, line.last),
        });
    }

    /// Reports a difference at the next paragraph.
    pub(super) fn report(
        &mut self,
        open: &DocumentAudit,
        at: Option<ParagraphAt<'_>>,
        kind: DifferenceKind,
        what: String,
    ) {
        let is_told = self.audit.has_room();
        let line = open.line.or_else(|| {
            let at = at.filter(|_| open.record.is_none() && is_told)?;
            Some(open.lines + count_lines(&at.text[..at.sighted.paragraph.span.start]) + 1)
        });
        let (path, paragraph) = (self.unit.path.clone(), at.map(|_| open.num_paragraphs));
        self.audit.add(Difference { kind, path, record: open.record, line, paragraph, what });
    }
}
