//! Goes through the chunks of the input, as they were seen, document by document.

use super::document::DocumentAudit;
use super::due_text::DueText;
use super::input_scan::InputChunk;
use super::{AuditedUnit, Auditor, uids};
use crate::config::TargetFormat;
use crate::error::Result;
use crate::read::{Chunk, Fault, Part, Slot};
use crate::run::corpus::path_of;
use crate::run::walk::{PieceSlot, RecordSlot, UnitVisitor};
use crate::write::Edits;

/// Goes through a chunk, as it was seen.
pub(super) struct ChunkAudit<'c, 'a> {
    pub(super) auditor: &'c mut Auditor<'a>,
    pub(super) chunk: &'c Chunk,
    pub(super) input_scan: &'c InputChunk,
}

impl ChunkAudit<'_, '_> {
    /// Counts the source of a document.
    fn source(&mut self, part: &Part, number: usize) {
        let decide = &self.auditor.config.decide;
        if decide.boilerplate {
            let named = self.input_scan.sources.get(number).cloned().flatten();
            let path = path_of(self.auditor.sources, part);
            self.auditor.recount.source(named, &path, &decide.source);
        }
    }

    fn document(&mut self, open: &mut DocumentAudit, slot: &Slot, number: usize) -> Result<()> {
        let text = std::str::from_utf8(&self.chunk.bytes[slot.text.range()]).unwrap_or_default();
        let document = &self.input_scan.documents[number];
        let paragraphs = &self.input_scan.paragraphs[document.paragraphs.clone()];
        let edits = Edits::of(&self.input_scan.edited, document.paragraphs.clone());
        self.auditor.piece(open, text, document, (paragraphs, edits))
    }
}

impl UnitVisitor for ChunkAudit<'_, '_> {
    fn begin_archive(&mut self, part: &Part) -> Result<()> {
        self.auditor.recount.archive(part);
        Ok(())
    }

    fn end_archive(&mut self, part: &Part) -> Result<()> {
        self.auditor.recount.archive(part);
        self.auditor.fate(part);
        Ok(())
    }

    fn begin_unit(&mut self, part: &Part) -> Result<()> {
        let auditor = &mut *self.auditor;
        auditor.recount.begin_unit();
        auditor.unit = AuditedUnit::of(auditor.sources, part);
        let is_text = !part.kind.is_container();
        auditor.open = is_text.then(|| {
            let due = auditor.due(DueText::default());
            let mut open = DocumentAudit::text(&auditor.unit.path, due);
            open.uid = auditor.is_into_shards().then(|| uids::of_text(&auditor.unit.path));
            auditor.begin(open)
        });
        auditor.mark = auditor.audit.mark();
        Ok(())
    }

    fn rejected_record(&mut self, record: &RecordSlot<'_>, fault: &Fault) -> Result<()> {
        self.auditor.recount.reject_record(fault.reason);
        self.auditor.reject(record.part, record.place(), fault);
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        let RecordSlot { slot, number, .. } = *record;
        let others = self.input_scan.rests.get(number).cloned().unwrap_or_default();
        let id = &self.chunk.bytes[slot.id.range()];
        let due = match self.auditor.config.write.to {
            Some(TargetFormat::Txt) => DueText::default(),
            _ => DueText::of_record(record.part.rewrite().is_one_line()),
        };
        let due = self.auditor.due(due);
        let mut open = DocumentAudit::record(&self.auditor.unit.path, record.place(), id, others, due);
        let auditor = &mut *self.auditor;
        let place = record.place().filter(|_| auditor.is_into_shards());
        open.uid = place.map(|place| auditor.unit.uids.record(&auditor.unit.path, id, place.record));
        self.auditor.wanted.note_id(open.key, id);
        self.auditor.recount.record();
        self.source(record.part, number);
        let mut open = self.auditor.begin(open);
        self.document(&mut open, slot, number)?;
        self.auditor.close(open)
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        // Pieces behind the one that was bad mean nothing.
        let Some(mut open) = self.auditor.open.take() else { return Ok(()) };
        if let Some(others) = self.input_scan.rests.get(piece.number) {
            open.others.clone_from(others);
        }
        if piece.is_end {
            self.source(piece.part, piece.number);
        }
        self.document(&mut open, piece.slot, piece.number)?;
        self.auditor.open = Some(open);
        Ok(())
    }

    fn end_part(&mut self, part: &Part) -> Result<()> {
        self.auditor.recount.part(self.chunk, part);
        Ok(())
    }

    fn drop_unit(&mut self, part: &Part, is_begun: bool) -> Result<()> {
        if !is_begun {
            self.begin_unit(part)?;
        }
        if let Some(open) = self.auditor.open.take() {
            self.auditor.audit.go_back(self.auditor.mark);
            self.auditor.unit.is_due = false;
            self.auditor.drop_text(&open);
        }
        self.auditor.recount.begin_unit();
        self.auditor.fate(part);
        self.auditor.end_unit()
    }

    fn end_unit(&mut self, part: &Part, _num_records: Option<u64>) -> Result<()> {
        if let Some(open) = self.auditor.open.take() {
            self.auditor.close(open)?;
        }
        self.auditor.recount.end_unit(&self.auditor.unit.path, part);
        self.auditor.fate(part);
        self.auditor.end_unit()
    }
}
