//! What became of sources, members, records and documents: counted, and the rejected ones listed.

use super::{Recorder, path_of};
use crate::decide::Places;
use crate::error::{RecordPlace, Rejection, Result};
use crate::pipeline::render::Settled;
use crate::read::{Fault, Part, PartFate};
use crate::report::{Counts, Unit, rejection_line};

impl Recorder<'_> {
    /// Counts bytes of an archive that belong to none of its members.
    pub(super) fn count_input(&mut self, part: &Part) {
        self.summary.add(Counts { bytes_input: part.num_bytes, ..Counts::default() }, part.encoding);
    }

    /// Counts documents that go as a whole and end here.
    pub(super) fn count_removed(&mut self, settled: &Settled, part: &Part) {
        let Some(findings) = self.findings.filter(|_| part.is_last || part.kind.is_container()) else {
            return;
        };
        let documents = settled.documents.get(part.slots.clone()).unwrap_or_default();
        for rule in documents.iter().filter_map(|document| findings.judge_document(document.id).rule()) {
            self.summary.count_removed(rule);
        }
    }

    /// Counts a source or a member by what became of it, and lists it if it is rejected.
    pub(super) fn end_unit(&mut self, part: &Part) -> Result<()> {
        let unit = if part.member().is_some() { Unit::Member } else { Unit::File };
        match &part.fate {
            PartFate::Read => self.summary.count_read(unit),
            PartFate::Skipped(reason) => {
                self.summary.count_skipped(unit, *reason);
                self.observer.skipped(&path_of(self.sources, part), *reason);
            }
            PartFate::Rejected(fault) => {
                self.summary.count_rejected(unit, fault.reason);
                self.reject(part, None, fault)?;
            }
            PartFate::Reread(_) => {}
        }
        Ok(())
    }

    pub(super) fn reject_records(&mut self, settled: &Settled, part: &Part, places: &Places) -> Result<()> {
        for reason in &part.skipped {
            self.summary.count_skipped_record(*reason);
        }
        let lines_before = self.open.as_ref().map_or(0, |open| open.num_lines);
        for number in part.slots.clone() {
            let slot = &settled.scanned.chunk.slots[number];
            let Some(fault) = &slot.fault else { continue };
            let record = places.owner(settled.documents[number].id).record.unwrap_or_default();
            let has_lines = part.kind.has_lines();
            let line = has_lines.then_some(lines_before + slot.lines_before + 1);
            self.summary.count_rejected_record(fault.reason);
            self.reject(part, Some(RecordPlace { record, line }), fault)?;
        }
        Ok(())
    }

    fn reject(&mut self, part: &Part, record: Option<RecordPlace>, fault: &Fault) -> Result<()> {
        let Fault { reason, byte, detail } = fault.clone();
        let rejection = Rejection { path: path_of(self.sources, part), record, byte, reason, detail };
        self.rejected.append(&rejection_line(&rejection))?;
        self.observer.rejected(&rejection);
        Ok(())
    }
}
