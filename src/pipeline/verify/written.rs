//! OUT, read along with the input: what it holds is compared with what should be there, byte by byte (contract P4).

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

use super::audit::{Audit, DifferenceKind, excerpt};
use super::sight::{Rest, hash};
use crate::error::Result;
use crate::pipeline::feed::Buffers;
use crate::read::{Chunk, Part, PartFate, Role, Slot};
use crate::store::{DiskInput, Input, InputFile, Place, path};
use crate::units::SourceId;

/// Where a document of the input should stand in OUT.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due<'a> {
    pub(super) unit: Unit<'a>,
    /// The JSON of its id: in a shard, what names it there.
    pub(super) id: &'a [u8],
    /// Path as the ledger spells it.
    pub(super) path: &'a str,
    /// What it holds beside its text, if it is a record.
    pub(super) fields: Option<u64>,
    /// Where it stands below OUT, where each document has a file.
    pub(super) file: &'a [u8],
}

/// A file, or a member of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit<'a> {
    pub(super) source: SourceId,
    pub(super) member: Option<&'a [u8]>,
}

/// What became of looking for a document in OUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It is there, or something is.
    Here,
    /// It is there, but not all of it is as it was.
    Other(String),
    /// It is not there.
    Not(String),
}

/// What OUT holds.
pub(super) enum Written<'a> {
    Stream(Stream<'a>),
    Files(Files<'a>),
}

/// A batch of OUT.
pub(super) type Batch = Vec<(Chunk, Vec<Rest>)>;

/// Files as they came, or shards: read in order.
pub(super) struct Stream<'a> {
    next: Box<dyn FnMut() -> Result<Option<Batch>> + 'a>,
    buffers: &'a Buffers,
    /// The source of the input that each of OUT's stands for; `None`: OUT is shards.
    mirrored: Option<Vec<SourceId>>,
    /// Paths of OUT's sources.
    names: Vec<Vec<u8>>,
    batch: std::vec::IntoIter<(Chunk, Vec<Rest>)>,
    chunk: Chunk,
    rests: Vec<Rest>,
    /// The part of the chunk, its slot, and the byte of its text that come next.
    part: usize,
    slot: usize,
    at: usize,
    /// The id of the record before, as JSON.
    last_id: Vec<u8>,
    /// The file or member that is being compared is read to its end.
    is_over: bool,
    /// Documents in a row that were not found.
    num_missed: u32,
    /// Nothing tells any more what belongs together.
    is_lost: bool,
}

/// After so many records in a row that are not where they should be, no more are looked for.
const MAX_MISSED: u32 = 8;

impl<'a> Stream<'a> {
    pub(super) fn new(
        next: impl FnMut() -> Result<Option<Batch>> + 'a,
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
            is_over: false,
            num_missed: 0,
            is_lost: false,
        }
    }

    /// Goes on until there is a part; whether there is one.
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
    fn unit<'p>(&self, part: &'p Part) -> Unit<'p> {
        let source = self.mirrored.as_ref().and_then(|of| of.get(part.source.index()).copied());
        let member = part.member().map(|member| member.path.as_slice());
        Unit { source: source.unwrap_or(part.source), member }
    }

    /// Whether the part belongs to what is asked for; of shards, all do.
    fn is_in(&self, part: &Part, unit: Unit<'_>) -> bool {
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
            self.tell_fate(audit);
            self.leave_part();
        }
        Ok(false)
    }

    fn tell_fate(&self, audit: &mut Audit) {
        let part = &self.chunk.parts[self.part];
        let what = match &part.fate {
            PartFate::Read | PartFate::Reread(_) => return,
            PartFate::Skipped(reason) => format!("OUT holds a file that is no text: {}", reason.name()),
            PartFate::Rejected(fault) => format!("what OUT holds cannot be read: {fault}"),
        };
        audit.add_at(DifferenceKind::Changed, (&self.name(part), None), what);
    }

    /// Goes on to the next document of a unit; whether there is one.
    fn document(&mut self, unit: Unit<'_>, audit: &mut Audit) -> Result<bool> {
        while self.skip_marks(audit)? {
            let part = &self.chunk.parts[self.part];
            if self.is_over || !self.is_in(part, unit) {
                return Ok(false);
            }
            if self.slot >= part.slots.end {
                self.tell_fate(audit);
                self.leave_part();
                continue;
            }
            let slot = &self.chunk.slots[self.slot];
            if slot.is_verbatim {
                self.slot += 1;
                continue;
            }
            if let Some(fault) = &slot.fault {
                let what = format!("OUT holds a record that is none: {fault}");
                audit.add_at(DifferenceKind::Changed, (&self.name(part), None), what);
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

    fn open(&mut self, due: Due<'_>, audit: &mut Audit) -> Result<Found> {
        while self.document(due.unit, audit)? {
            let slot = &self.chunk.slots[self.slot];
            let rest = self.rests.get(self.slot).cloned().unwrap_or_default();
            let is_named = !due.id.is_empty() || !slot.id.is_empty();
            let is_other_path = self.mirrored.is_none() && rest.path.as_deref() != json(due.path).as_deref();
            if slot.is_record && is_named && (self.id() != due.id || is_other_path) {
                let shown = String::from_utf8_lossy(self.id()).into_owned();
                if !self.last_id.is_empty() && self.id() == self.last_id {
                    let name = self.name(&self.chunk.parts[self.part]);
                    audit.add_at(DifferenceKind::Twice, (&name, None), format!("the record with id {shown}"));
                    self.slot += 1;
                    continue;
                }
                self.miss();
                let what = if is_other_path { "of another path, " } else { "" };
                return Ok(Found::Not(format!("OUT goes on with a record {what}with id {shown}")));
            }
            self.last_id = self.id().to_vec();
            self.num_missed = 0;
            if due.fields.is_some_and(|fields| slot.is_record && fields != rest.fields) {
                let what = "its fields beside the text are not those of the input".to_owned();
                return Ok(Found::Other(what));
            }
            return Ok(Found::Here);
        }
        self.miss();
        Ok(Found::Not("it is not in OUT".to_owned()))
    }

    fn miss(&mut self) {
        self.num_missed += 1;
        self.is_lost |= self.num_missed > MAX_MISSED;
    }

    /// Gives up the document. Where an id names each record, the next can be found all the same.
    fn give_up(&mut self) {
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

    /// Goes on to the next piece of a text whose bytes are used up; whether there is one.
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
    fn take(&mut self, expected: &[u8]) -> Result<bool> {
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
    fn close(&mut self) -> Result<Option<Vec<u8>>> {
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
    fn head(&self) -> Vec<u8> {
        let left = self.left();
        left[..left.len().min(1024)].to_vec()
    }

    /// Whether what comes next is the line that was passed last, once more.
    fn is_again(&self, line: &[u8]) -> bool {
        let Some(slot) = self.chunk.slots.get(self.slot).filter(|_| self.is_at_slot()) else { return false };
        let passed = &self.chunk.bytes[slot.text.range()][..self.at];
        let before = passed.strip_suffix(b"\n").and_then(|passed| passed.strip_suffix(line));
        !line.is_empty() && before.is_some_and(|before| before.last().is_none_or(|&byte| byte == b'\n'))
    }

    /// Leaves a unit behind; tells of documents in it that should not be there.
    fn end_unit(&mut self, unit: Unit<'_>, is_due: bool, audit: &mut Audit) -> Result<()> {
        if self.mirrored.is_none() {
            return Ok(());
        }
        let mut is_told = self.is_lost;
        let is_there =
            !self.is_over && self.skip_marks(audit)? && self.is_in(&self.chunk.parts[self.part], unit);
        if is_there && !is_due && !is_told {
            let name = self.name(&self.chunk.parts[self.part]);
            let what = "OUT holds it, and nothing of it should stay";
            audit.add_at(DifferenceKind::Foreign, (&name, None), what);
            is_told = true;
        }
        while self.document(unit, audit)? {
            if !is_told {
                self.tell_foreign(audit);
                is_told = true;
            }
            (self.slot, self.at) = (self.slot + 1, 0);
        }
        (self.is_lost, self.is_over, self.num_missed) = (false, false, 0);
        self.last_id.clear();
        Ok(())
    }

    fn tell_foreign(&self, audit: &mut Audit) {
        let (name, text) = (self.name(&self.chunk.parts[self.part]), excerpt(self.left()));
        audit.add_at(DifferenceKind::Foreign, (&name, None), format!("OUT goes on with a document: {text}"));
    }

    /// Leaves a source behind; tells of members in it that should not be there.
    fn end_source(&mut self, source: SourceId, audit: &mut Audit) -> Result<()> {
        if self.mirrored.is_none() {
            return Ok(());
        }
        while self.fill()? {
            let part = &self.chunk.parts[self.part];
            if self.unit(part).source > source {
                break;
            }
            if matches!(part.role, Role::Whole | Role::Member(_)) && part.is_first {
                let what = "OUT holds it, and nothing of it should stay, or not at this place";
                audit.add_at(DifferenceKind::Foreign, (&self.name(part), None), what);
            }
            self.tell_fate(audit);
            self.leave_part();
        }
        self.is_over = false;
        Ok(())
    }

    /// Tells of what is left in the end.
    fn finish(&mut self, audit: &mut Audit) -> Result<()> {
        let mut is_told = self.is_lost;
        let everything = Unit { source: SourceId(u32::MAX), member: None };
        while self.document(everything, audit)? {
            if !is_told {
                self.tell_foreign(audit);
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

/// A file a document: each is opened when its turn comes.
pub(super) struct Files<'a> {
    input: &'a DiskInput,
    open: Option<BufReader<Box<dyn InputFile>>>,
    /// The last line that was compared, and what stands there instead, if it does.
    head: Vec<u8>,
    /// 64 bits of the path of each file that should be there.
    due: HashSet<u64>,
}

impl<'a> Files<'a> {
    pub(super) fn new(input: &'a DiskInput) -> Self {
        Self { input, open: None, head: Vec::new(), due: HashSet::new() }
    }

    /// Whether a document should stand in this file.
    pub(super) fn is_due(&self, file: &[u8]) -> bool {
        self.due.contains(&hash(file))
    }

    fn open(&mut self, due: Due<'_>) -> Found {
        self.due.insert(hash(due.file));
        match self.input.open(Place { root: 0, relative: due.file }) {
            Ok(file) => {
                self.open = Some(BufReader::new(file));
                Found::Here
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Found::Not(format!("{} is not in OUT", path::lossless(due.file)))
            }
            Err(error) => Found::Not(format!("{} cannot be read: {error}", path::lossless(due.file))),
        }
    }

    fn take(&mut self, expected: &[u8]) -> bool {
        let Some(file) = &mut self.open else { return false };
        self.head.clear();
        let len = crate::units::count(expected.len());
        let read = file.by_ref().take(len).read_to_end(&mut self.head);
        if read.is_ok() && self.head == expected {
            return true;
        }
        // The rest of a line that is longer than it should be.
        if !self.head.contains(&b'\n') {
            let _ = file.by_ref().take(1024).read_until(b'\n', &mut self.head); // only to be shown
        }
        false
    }

    fn close(&mut self) -> Option<Vec<u8>> {
        let mut left = Vec::new();
        let read = self.open.take()?.take(1024).read_to_end(&mut left);
        if read.is_err() || left.is_empty() { None } else { Some(left) }
    }
}

impl Written<'_> {
    /// Looks for the next document that should be there.
    pub(super) fn open(&mut self, due: Due<'_>, audit: &mut Audit) -> Result<Found> {
        match self {
            Self::Stream(stream) => stream.open(due, audit),
            Self::Files(files) => Ok(files.open(due)),
        }
    }

    /// Whether these bytes come next in it; then they are passed.
    pub(super) fn take(&mut self, expected: &[u8]) -> Result<bool> {
        match self {
            Self::Stream(stream) => stream.take(expected),
            Self::Files(files) => Ok(files.take(expected)),
        }
    }

    /// What stands there instead; empty at the end of the document.
    pub(super) fn head(&self) -> Vec<u8> {
        match self {
            Self::Stream(stream) => stream.head(),
            Self::Files(files) => files.head.clone(),
        }
    }

    /// Whether this line was passed just now.
    pub(super) fn is_again(&self, line: &[u8]) -> bool {
        match self {
            Self::Stream(stream) => stream.is_again(line),
            Self::Files(_) => false,
        }
    }

    /// Ends the document; gives back what is left of it.
    pub(super) fn close(&mut self) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Stream(stream) => stream.close(),
            Self::Files(files) => Ok(files.close()),
        }
    }

    /// Gives up the document: what follows of it is not compared.
    pub(super) fn give_up(&mut self) {
        match self {
            Self::Stream(stream) => stream.give_up(),
            Self::Files(files) => files.open = None,
        }
    }

    /// Whether what belongs together cannot be told any more.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Stream(stream) if stream.is_lost)
    }

    /// A file, or a member of an archive, is through. `is_due`: something of it should be there.
    pub(super) fn end_unit(&mut self, unit: Unit<'_>, is_due: bool, audit: &mut Audit) -> Result<()> {
        match self {
            Self::Stream(stream) => stream.end_unit(unit, is_due, audit),
            Self::Files(_) => Ok(()),
        }
    }

    /// A source is through.
    pub(super) fn end_source(&mut self, source: SourceId, audit: &mut Audit) -> Result<()> {
        match self {
            Self::Stream(stream) => stream.end_source(source, audit),
            Self::Files(_) => Ok(()),
        }
    }

    /// Everything is through.
    pub(super) fn finish(&mut self, audit: &mut Audit) -> Result<()> {
        match self {
            Self::Stream(stream) => stream.finish(audit),
            Self::Files(_) => Ok(()),
        }
    }
}
