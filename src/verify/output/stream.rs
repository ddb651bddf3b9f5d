//! Files as they came, or shards: OUT read in order, a document where one should be.

use super::{Due, OutputSearch, OutputUnit};
use crate::error::Result;
use crate::read::{Chunk, Part, PartFate, Role, Slot};
use crate::run::corpus::Buffers;
use crate::store::path;
use crate::units::SourceId;
use crate::verify::audit::{Audit, DifferenceKind, excerpt};
use crate::verify::input_scan::OtherFields;

/// A batch of OUT.
type OutputBatch = Vec<(Chunk, Vec<OtherFields>)>;

/// Files as they came, or shards: read in order.
pub(in crate::verify) struct OutputStream<'a> {
    next: Box<dyn FnMut() -> Result<Option<OutputBatch>> + 'a>,
    buffers: &'a Buffers,
    /// The source of the input that each of OUT's stands for; `None`: OUT is shards.
    mirrored: Option<Vec<SourceId>>,
    /// Paths of OUT's sources.
    names: Vec<Vec<u8>>,
    batch: std::vec::IntoIter<(Chunk, Vec<OtherFields>)>,
    chunk: Chunk,
    rests: Vec<OtherFields>,
    /// The part of the chunk, its slot, and the byte of its text that come next.
    part: usize,
    slot: usize,
    at: usize,
    /// The id of the record before, as JSON.
    last_id: Vec<u8>,
    /// Whether the SHA-256 of the document that was opened last is not that of its text.
    pub(super) has_other_hash: bool,
    /// The file or member that is being compared is read to its end.
    is_over: bool,
    /// Documents in a row that were not found.
    num_missed: u32,
    /// Whether the documents of OUT can no longer be matched with those of the input.
    pub(super) is_lost: bool,
}

/// The number of records in a row that may be missing before the search in a file is given up.
const MAX_MISSED: u32 = 8;

impl<'a> OutputStream<'a> {
    pub(in crate::verify) fn new(
        next: impl FnMut() -> Result<Option<OutputBatch>> + 'a,
        buffers: &'a Buffers,
        mirrored: Option<Vec<SourceId>>,
        names: Vec<Vec<u8>>,
    ) -> Self {
        Self {
            next: Box::new(next),
            buffers,
            mirrored,
            names,
            batch: Vec::new().into_iter(),
            chunk: Chunk::default(),
            rests: Vec::new(),
            part: 0,
            slot: 0,
            at: 0,
            last_id: Vec::new(),
            has_other_hash: false,
            is_over: false,
            num_missed: 0,
            is_lost: false,
        }
    }

    /// Goes on to the next part. Returns whether there is one.
    fn fill(&mut self) -> Result<bool> {
        while self.part >= self.chunk.parts.len() {
            let Some((chunk, rests)) = self.batch.next() else {
                match (self.next)()? {
                    Some(batch) => self.batch = batch.into_iter(),
                    None => return Ok(false),
                }
                continue;
            };
            self.buffers.give_back(std::mem::replace(&mut self.chunk, chunk).bytes);
            (self.rests, self.part) = (rests, 0);
            self.enter();
        }
        Ok(true)
    }

    /// Begins the part.
    fn enter(&mut self) {
        self.slot = self.chunk.parts.get(self.part).map_or(0, |part| part.slots.start);
        self.at = 0;
    }

    fn leave_part(&mut self) {
        self.is_over |= self.mirrored.is_some() && self.chunk.parts[self.part].is_last;
        self.part += 1;
        self.enter();
    }

    /// The unit of the input that the part stands for.
    fn unit<'p>(&self, part: &'p Part) -> OutputUnit<'p> {
        let source = self.mirrored.as_ref().and_then(|of| of.get(part.source.index()).copied());
        let member = part.member().map(|member| member.path.as_slice());
        OutputUnit { source: source.unwrap_or(part.source), member }
    }

    /// Whether the part belongs to what is asked for; of shards, all do.
    fn is_in(&self, part: &Part, unit: OutputUnit<'_>) -> bool {
        let is_document = matches!(part.role, Role::Whole | Role::Member(_));
        is_document && (self.mirrored.is_none() || self.unit(part) == unit)
    }

    fn name(&self, part: &Part) -> String {
        let mut name = self.names.get(part.source.index()).cloned().unwrap_or_default();
        if let Some(member) = part.member() {
            name.push(b'/');
            name.extend_from_slice(&member.path);
        }
        path::lossless(&name).into_owned()
    }

    /// Passes over what is no part of a unit: beginnings and ends of archives.
    fn skip_marks(&mut self, audit: &mut Audit) -> Result<bool> {
        while self.fill()? {
            let part = &self.chunk.parts[self.part];
            if matches!(part.role, Role::Whole | Role::Member(_)) {
                return Ok(true);
            }
            self.report_fate(audit);
            self.leave_part();
        }
        Ok(false)
    }

    fn report_fate(&self, audit: &mut Audit) {
        let part = &self.chunk.parts[self.part];
        let what = match &part.fate {
            PartFate::Read | PartFate::Reread(_) => return,
            PartFate::Skipped(reason) => format!("OUT has a file that is not text: {}", reason.name()),
            PartFate::Rejected(fault) => format!("OUT cannot be read: {fault}"),
        };
        audit.add_at(DifferenceKind::Changed, &self.name(part), None, what);
    }

    /// Goes on to the next document of a unit. Returns whether there is one.
    fn document(&mut self, unit: OutputUnit<'_>, audit: &mut Audit) -> Result<bool> {
        while self.skip_marks(audit)? {
            let part = &self.chunk.parts[self.part];
            if self.is_over || !self.is_in(part, unit) {
                return Ok(false);
            }
            if self.slot >= part.slots.end {
                self.report_fate(audit);
                self.leave_part();
                continue;
            }
            let slot = &self.chunk.slots[self.slot];
            if slot.is_verbatim {
                self.slot += 1;
                continue;
            }
            if let Some(fault) = &slot.fault {
                let what = format!("OUT has a broken record: {fault}");
                audit.add_at(DifferenceKind::Changed, &self.name(part), None, what);
                self.slot += 1;
                continue;
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn id(&self) -> &[u8] {
        &self.chunk.bytes[self.chunk.slots[self.slot].id.range()]
    }

    pub(super) fn open(&mut self, due: Due<'_>, audit: &mut Audit) -> Result<OutputSearch> {
        while self.document(due.unit, audit)? {
            let slot = &self.chunk.slots[self.slot];
            let rest = self.rests.get(self.slot).cloned().unwrap_or_default();
            let is_named = !due.id.is_empty() || !slot.id.is_empty();
            let is_other_path = self.mirrored.is_none() && rest.path.as_deref() != json(due.path).as_deref();
            if slot.is_record && is_named && (self.id() != due.id || is_other_path) {
                let shown = String::from_utf8_lossy(self.id()).into_owned();
                if !self.last_id.is_empty() && self.id() == self.last_id {
                    let name = self.name(&self.chunk.parts[self.part]);
                    audit.add_at(DifferenceKind::Twice, &name, None, format!("the record with id {shown}"));
                    self.slot += 1;
                    continue;
                }
                self.miss();
                let what = if is_other_path { "of another path, " } else { "" };
                return Ok(OutputSearch::Not(format!("OUT has another record next, {what}with id {shown}")));
            }
            self.last_id = self.id().to_vec();
            self.has_other_hash = rest.has_other_hash;
            self.num_missed = 0;
            if let Some(uid) = due.uid.filter(|uid| rest.uid.as_deref() != json(uid).as_deref()) {
                let found = rest.uid.as_deref().unwrap_or("missing");
                return Ok(OutputSearch::Other(format!("its uid is {found}, and should be {uid}")));
            }
            if due.fields.is_some_and(|fields| slot.is_record && fields != rest.fields) {
                let what = "its other fields differ from the input".to_owned();
                return Ok(OutputSearch::Other(what));
            }
            if due.record.is_some() && rest.record.is_some() && due.record != rest.record {
                let what = "it loses nothing, and is not written as in the input".to_owned();
                return Ok(OutputSearch::Other(what));
            }
            return Ok(OutputSearch::Here);
        }
        self.miss();
        Ok(OutputSearch::Not("it is not in OUT".to_owned()))
    }

    fn miss(&mut self) {
        self.num_missed += 1;
        self.is_lost |= self.num_missed > MAX_MISSED;
    }

    /// Gives up the document. Where an id names each record, the next can be found all the same.
    pub(super) fn give_up(&mut self) {
        let is_record = self.chunk.slots.get(self.slot).is_some_and(|slot| slot.is_record);
        if self.is_at_slot() && is_record && !self.last_id.is_empty() {
            (self.slot, self.at) = (self.slot + 1, 0);
        } else {
            self.is_lost = true;
        }
    }

    /// The bytes of the document's text that are left in this chunk.
    fn left(&self) -> &[u8] {
        let Some(slot) = self.chunk.slots.get(self.slot).filter(|_| self.is_at_slot()) else { return b"" };
        &self.chunk.bytes[slot.text.range()][self.at..]
    }

    fn is_at_slot(&self) -> bool {
        self.chunk.parts.get(self.part).is_some_and(|part| part.slots.contains(&self.slot))
    }

    /// Goes on to the next piece of a text whose bytes are used up. Returns whether there is one.
    fn go_on(&mut self) -> Result<bool> {
        let is_text = |slot: &Slot| !slot.is_record;
        while self.left().is_empty() {
            let part = self.chunk.parts.get(self.part);
            let is_open = part.is_some_and(|part| !part.is_last && part.fate == PartFate::Read);
            if !is_open || !self.chunk.slots.get(self.slot).is_none_or(is_text) {
                return Ok(false);
            }
            self.slot += 1;
            if !self.is_at_slot() {
                self.leave_part();
                if !self.fill()? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Whether these bytes come next; then they are passed.
    pub(super) fn take(&mut self, expected: &[u8]) -> Result<bool> {
        let mut expected = expected;
        let start = (self.part, self.slot, self.at);
        while !expected.is_empty() {
            if !self.go_on()? {
                return Ok(false);
            }
            let left = self.left();
            let len = left.len().min(expected.len());
            if left[..len] != expected[..len] {
                // So that what stands there can be shown; not across chunks, which seldom matters.
                if (self.part, self.slot) == (start.0, start.1) {
                    self.at = start.2;
                }
                return Ok(false);
            }
            self.at += len;
            expected = &expected[len..];
        }
        Ok(true)
    }

    /// Ends the document; what is left of it is given back.
    pub(super) fn close(&mut self) -> Result<Option<Vec<u8>>> {
        let left = if self.go_on()? { Some(self.head()) } else { None };
        if self.chunk.slots.get(self.slot).is_some_and(|slot| slot.is_record) && self.is_at_slot() {
            (self.slot, self.at) = (self.slot + 1, 0);
        } else {
            self.is_lost |= left.is_some();
            self.slot += usize::from(self.is_at_slot() && !self.is_lost);
            self.at = 0;
        }
        Ok(left)
    }

    /// The beginning of what comes next of the document.
    pub(super) fn head(&self) -> Vec<u8> {
        let left = self.left();
        left[..left.len().min(1024)].to_vec()
    }

    /// Whether what comes next is the line that was passed last, once more.
    pub(super) fn is_again(&self, line: &[u8]) -> bool {
        let Some(slot) = self.chunk.slots.get(self.slot).filter(|_| self.is_at_slot()) else { return false };
        let passed = &self.chunk.bytes[slot.text.range()][..self.at];
        let before = passed.strip_suffix(b"\n").unwrap_or(passed).strip_suffix(line);
        !line.is_empty() && before.is_some_and(|before| before.last().is_none_or(|&byte| byte == b'\n'))
    }

    /// Leaves a unit behind, and reports documents in it that should not be there.
    pub(super) fn end_unit(&mut self, unit: OutputUnit<'_>, is_due: bool, audit: &mut Audit) -> Result<()> {
        if self.mirrored.is_none() {
            return Ok(());
        }
        let mut is_told = self.is_lost;
        let is_there =
            !self.is_over && self.skip_marks(audit)? && self.is_in(&self.chunk.parts[self.part], unit);
        if is_there && !is_due && !is_told {
            let name = self.name(&self.chunk.parts[self.part]);
            let what = "OUT has it, and nothing of it should be kept";
            audit.add_at(DifferenceKind::Foreign, &name, None, what);
            is_told = true;
        }
        while self.document(unit, audit)? {
            if !is_told {
                self.report_foreign(audit);
                is_told = true;
            }
            (self.slot, self.at) = (self.slot + 1, 0);
        }
        (self.is_lost, self.is_over, self.num_missed) = (false, false, 0);
        self.last_id.clear();
        Ok(())
    }

    fn report_foreign(&self, audit: &mut Audit) {
        let (name, text) = (self.name(&self.chunk.parts[self.part]), excerpt(self.left()));
        audit.add_at(DifferenceKind::Foreign, &name, None, format!("OUT has another document next: {text}"));
    }

    /// Leaves a source behind, and reports members in it that should not be there.
    pub(super) fn end_source(&mut self, source: SourceId, audit: &mut Audit) -> Result<()> {
        if self.mirrored.is_none() {
            return Ok(());
        }
        while self.fill()? {
            let part = &self.chunk.parts[self.part];
            if self.unit(part).source > source {
                break;
            }
            if matches!(part.role, Role::Whole | Role::Member(_)) && part.is_first {
                let what = "OUT has it, and nothing of it should be kept, or not at this place";
                audit.add_at(DifferenceKind::Foreign, &self.name(part), None, what);
            }
            self.report_fate(audit);
            self.leave_part();
        }
        self.is_over = false;
        Ok(())
    }

    /// Tells of what is left in the end.
    pub(super) fn finish(&mut self, audit: &mut Audit) -> Result<()> {
        let mut is_told = self.is_lost;
        let everything = OutputUnit { source: SourceId(u32::MAX), member: None };
        while self.document(everything, audit)? {
            if !is_told {
                self.report_foreign(audit);
                is_told = true;
            }
            (self.slot, self.at) = (self.slot + 1, 0);
        }
        Ok(())
    }
}

/// A text as a JSON string.
fn json(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}
