//! Records examined chunks in the log and the counts, in corpus order.

use std::collections::HashSet;

use crate::account::{Counts, Stretch, Summary};
use crate::decide::{Places, Rule, Verdict};
use crate::document::Paragraph;
use crate::error::{Rejection, Result};
use crate::fingerprint::{DocumentHasher, Fingerprint};
use crate::read::{Fault, Part, Slot};
use crate::report::TextMark;
use crate::run::recorder::Tally;
use crate::run::scan::ParagraphKey;
use crate::run::settled::{LayoutFate, Settled};
use crate::run::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::units::{self, DocumentId, Ordinal, count};
use crate::write::RecordIds;

use super::examine::{Examined, ExaminedSlot};
use super::lines::LineNumbers;
use super::log::{Detail, Log, LogEntry, LoggedStretch, LoggedText};
use super::texts::FileTexts;

/// Takes the examined chunks in corpus order, and keeps a log and counts of them.
pub(super) struct CheckRecorder<'a> {
    tally: Tally<'a>,
    pub(super) log: Log,
    pub(super) lines: LineNumbers,
    pub(super) ids: RecordIds,
    walk: Walk,
    open: OpenUnit,
    /// The stretch that the next may go on.
    stretch: Option<OpenStretch>,
    /// Whether the paragraphs of stretches are kept one by one, and marks of the files' texts.
    has_details: bool,
    texts: FileTexts,
    pub(super) allowed: Allowed,
}

/// Removable paragraphs that an allow-list lets pass.
#[derive(Default)]
pub(super) struct Allowed {
    /// Paragraphs, by their fingerprint.
    pub(super) fingerprints: HashSet<Fingerprint>,
    /// Whether each entry of the list let any pass.
    pub(super) is_used: Vec<bool>,
}

impl Allowed {
    fn add(&mut self, (fingerprint, entry): (Fingerprint, usize)) {
        self.fingerprints.insert(fingerprint);
        if let Some(is_used) = self.is_used.get_mut(entry) {
            *is_used = true;
        }
    }
}

/// The findings of a check of one corpus.
pub(super) struct Found {
    pub(super) summary: Summary,
    pub(super) log: Log,
    pub(super) lines: LineNumbers,
    pub(super) ids: RecordIds,
    pub(super) texts: FileTexts,
    pub(super) allowed: Allowed,
}

/// A text or container of which some parts were seen.
#[derive(Default)]
struct OpenUnit {
    counts: Counts,
    /// Lines of a text before its next piece.
    num_lines: u64,
    /// Whether a paragraph of the text stays.
    has_kept: bool,
    /// The counts of pieces of which it is open whether their layout stays (contract P5), if there are any.
    held: Option<Counts>,
    /// Whether the text has a paragraph at all.
    has_paragraphs: bool,
    /// The first entry that is about it.
    first_entry: u64,
    /// Hashes a text that comes in pieces.
    hasher: DocumentHasher,
    /// All paragraphs so far.
    text: TextMark,
}

/// A stretch that may go on.
struct OpenStretch {
    document: DocumentId,
    stretch: Stretch,
    num_bytes: u64,
    excerpt: LoggedText,
    /// Number of its first detail.
    details: Option<u64>,
    /// The fingerprint of its first paragraph, or of all of them together.
    fingerprint: Fingerprint,
    hasher: DocumentHasher,
}

/// Where a slot's document stands.
#[derive(Clone, Copy)]
struct SlotPlace<'s> {
    settled: &'s Settled,
    part: &'s Part,
    slot: &'s Slot,
    number: usize,
    /// The line on which a record begins.
    line: Option<u64>,
    /// Whether the document ends with the slot.
    is_end: bool,
}

impl<'a> CheckRecorder<'a> {
    pub(super) fn new(tally: Tally<'a>, log: Log, has_details: bool, ids: RecordIds) -> Self {
        let lines = LineNumbers::default();
        let (walk, open) = (Walk::default(), OpenUnit::default());
        let (texts, allowed) = (FileTexts::default(), Allowed::default());
        Self { tally, log, lines, ids, walk, open, stretch: None, has_details, texts, allowed }
    }

    /// Expects what is seen to name this many entries of an allow-list.
    pub(super) fn allows(self, num_entries: usize) -> Self {
        let allowed = Allowed { is_used: vec![false; num_entries], ..Allowed::default() };
        Self { allowed, ..self }
    }

    /// Takes in a chunk and gives it back.
    pub(super) fn take(&mut self, examined: Examined, places: &Places) -> Result<Settled> {
        let Examined { settled, mut seen, counts } = examined;
        let mut walk = self.walk;
        let chunk = &settled.scanned.chunk;
        for (part, counts) in chunk.parts.iter().zip(&counts) {
            let seen = seen.as_mut_slice();
            let mut visitor = PartCheck { recorder: &mut *self, settled: &settled, seen, counts, places };
            walk.part(chunk, part, &mut visitor)?;
            self.tally.advance(part);
        }
        self.walk = walk;
        Ok(settled)
    }

    fn take_slot(&mut self, place: SlotPlace<'_>, seen: ExaminedSlot) -> Result<()> {
        let SlotPlace { settled, part, slot, number, line, is_end } = place;
        let document = settled.documents[number];
        if document.layout != LayoutFate::Open {
            self.release(document.id, document.layout);
        }
        if slot.is_record {
            self.ids.note(document.id, &settled.scanned.chunk.bytes[slot.id.range()])?;
        }
        self.note_lines(place, &seen);
        seen.allowed.into_iter().for_each(|allowed| self.allowed.add(allowed));
        for (stretch, excerpt) in seen.stretches {
            self.push(place, stretch, &excerpt)?;
        }
        self.open.num_lines += seen.num_lines;
        self.open.has_kept |= seen.has_kept && document.layout != LayoutFate::Open;
        let paragraphs = settled.scanned.documents[number].paragraphs.clone();
        let has_paragraphs = !paragraphs.is_empty();
        self.open.has_paragraphs |= has_paragraphs;
        let keys = &settled.scanned.keys[paragraphs];
        if self.has_details {
            for key in keys {
                self.open.text.add(&key.fingerprint);
            }
        }
        // The fingerprint is asked for only if nothing stays.
        if part.is_piece_of_text() && !self.open.has_kept {
            for key in keys {
                self.open.hasher.update(&key.fingerprint);
            }
        }
        if !is_end {
            return Ok(());
        }
        self.close_stretch(document.digest)?;
        self.tally.end_document(&document);
        let (has_kept, has_paragraphs) = if slot.is_record {
            (seen.has_kept, has_paragraphs)
        } else {
            (self.open.has_kept, self.open.has_paragraphs)
        };
        // A document that came without text was not emptied by anything that a gate could hold against it.
        if !has_kept && has_paragraphs {
            let of_pieces = || std::mem::take(&mut self.open.hasher).finish();
            let fingerprint = document.digest.or(seen.fingerprint).unwrap_or_else(of_pieces);
            let line = line.unwrap_or(0);
            self.log.push(LogEntry::Emptied { document: document.id, line, fingerprint })?;
        }
        Ok(())
    }

    /// What becomes of layout is known that the log says goes, if it says so of the open text.
    fn release(&mut self, document: DocumentId, fate: LayoutFate) {
        let Some(held) = self.open.held.take() else { return };
        if fate == LayoutFate::Goes {
            self.open.counts += held.with_rest_removed(Rule::Layout);
        } else {
            self.open.counts += held;
            self.open.has_kept = true;
            self.log.keep_layout(document);
        }
    }

    fn note_lines(&mut self, place: SlotPlace<'_>, seen: &ExaminedSlot) {
        let SlotPlace { settled, number, slot, line, .. } = place;
        let paragraphs = settled.scanned.documents[number].paragraphs.clone();
        let start = Ordinal(settled.first.0 + count(paragraphs.start));
        if slot.is_record {
            self.lines.note(start, paragraphs.map(|_| line.map(|line| (line, line))));
        } else {
            let before = self.open.num_lines + 1;
            self.lines
                .note(start, seen.lines.iter().map(|(first, last)| Some((before + first, before + last))));
        }
    }

    fn push(&mut self, place: SlotPlace<'_>, stretch: Stretch, excerpt: &str) -> Result<()> {
        let SlotPlace { settled, number, .. } = place;
        let document = &settled.documents[number];
        let paragraphs = settled.scanned.documents[number].paragraphs.start;
        let within = |index: u64| paragraphs + units::index(index - document.first.0);
        let range = within(stretch.first.0)..within(stretch.last.0) + 1;
        let scanned = &settled.scanned;
        let (paragraphs, keys) = (&scanned.paragraphs[range.clone()], &scanned.keys[range]);
        let is_of_document = stretch.reason.rule().is_of_documents();
        let details = if self.has_details && !is_of_document { self.detail(paragraphs, keys)? } else { None };
        let rejected = match &mut self.stretch {
            Some(open) if open.document == document.id => open.stretch.extend(stretch),
            _ => Some(stretch),
        };
        if let Some(stretch) = rejected {
            self.close_stretch(None)?;
            let excerpt = self.log.push_text(excerpt)?;
            let fingerprint = keys.first().map_or(Fingerprint::of(b""), |key| key.fingerprint);
            let (document, hasher) = (document.id, DocumentHasher::default());
            self.stretch =
                Some(OpenStretch { document, stretch, num_bytes: 0, excerpt, details, fingerprint, hasher });
        }
        if let Some(open) = &mut self.stretch {
            open.num_bytes += paragraphs.iter().map(|paragraph| count(paragraph.span.len())).sum::<u64>();
            // The fingerprint of a document that goes as a whole is known when it ends.
            if !is_of_document {
                for key in keys {
                    open.hasher.update(&key.fingerprint);
                }
            }
        }
        Ok(())
    }

    /// Keeps the paragraphs of a stretch; the number of the first.
    fn detail(&mut self, paragraphs: &[Paragraph], keys: &[ParagraphKey]) -> Result<Option<u64>> {
        let mut first = None;
        for (paragraph, key) in paragraphs.iter().zip(keys) {
            let num_bytes = count(paragraph.span.len());
            let number = self.log.push_detail(Detail { fingerprint: key.fingerprint, num_bytes })?;
            first.get_or_insert(number);
        }
        Ok(first)
    }

    /// The open stretch goes on no more; `whole` is the fingerprint of its document, if that ends.
    fn close_stretch(&mut self, whole: Option<Fingerprint>) -> Result<()> {
        let Some(open) = self.stretch.take() else { return Ok(()) };
        let OpenStretch { document, stretch, num_bytes, excerpt, details, fingerprint, hasher } = open;
        let fingerprint = if stretch.reason.rule().is_of_documents() {
            whole.unwrap_or(fingerprint)
        } else if stretch.first == stretch.last {
            fingerprint
        } else {
            hasher.finish()
        };
        self.log.push(LogEntry::Stretch(LoggedStretch {
            document,
            first: stretch.first.0,
            last: stretch.last.0,
            span: stretch.span,
            verdict: Verdict::removed(stretch.reason),
            num_bytes,
            excerpt,
            details: details.unwrap_or(0),
            fingerprint,
        }))
    }

    fn end_unit(&mut self, part: &Part) -> Result<()> {
        self.tally.end_unit(part).map_or(Ok(()), |rejection| self.log_rejection(part, &rejection))
    }

    fn log_rejection(&mut self, part: &Part, rejection: &Rejection) -> Result<()> {
        let identity = [rejection.path.as_slice(), b"\0", rejection.reason.name().as_bytes()].concat();
        let rejected = self.log.push_rejection(rejection)?;
        let fingerprint = Fingerprint::of(&identity);
        self.log.push(LogEntry::Rejected { source: part.source, rejected, fingerprint })
    }

    /// The counts, and the rest.
    pub(super) fn finish(self) -> Found {
        let Self { tally, log, lines, ids, texts, allowed, .. } = self;
        Found { summary: tally.finish(), log, lines, ids, texts, allowed }
    }
}

/// Goes through a part of an examined chunk, with one [`ExaminedSlot`] for each slot.
struct PartCheck<'p, 'a> {
    recorder: &'p mut CheckRecorder<'a>,
    settled: &'p Settled,
    seen: &'p mut [ExaminedSlot],
    /// The counts of the part.
    counts: &'p Counts,
    places: &'p Places,
}

impl UnitVisitor for PartCheck<'_, '_> {
    fn begin_archive(&mut self, part: &Part) -> Result<()> {
        self.recorder.tally.count_input(part);
        Ok(())
    }

    fn end_archive(&mut self, part: &Part) -> Result<()> {
        self.recorder.tally.count_input(part);
        self.recorder.end_unit(part)
    }

    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.recorder.open = OpenUnit { first_entry: self.recorder.log.len(), ..OpenUnit::default() };
        Ok(())
    }

    fn rejected_record(&mut self, record: &RecordSlot<'_>, fault: &Fault) -> Result<()> {
        let owner = self.places.owner(self.settled.documents[record.number].id);
        let rejection = self.recorder.tally.reject_record(record, fault, owner);
        self.recorder.log_rejection(record.part, &rejection)
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        let RecordSlot { part, slot, number, line, .. } = *record;
        let place = SlotPlace { settled: self.settled, part, slot, number, line, is_end: true };
        self.recorder.take_slot(place, std::mem::take(&mut self.seen[number]))
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        let PieceSlot { part, slot, number, is_end } = *piece;
        let place = SlotPlace { settled: self.settled, part, slot, number, line: None, is_end };
        self.recorder.take_slot(place, std::mem::take(&mut self.seen[number]))
    }

    fn end_part(&mut self, part: &Part) -> Result<()> {
        self.recorder.tally.count_records(part);
        let open = &mut self.recorder.open;
        let is_open = self.settled.layout_of(part) == LayoutFate::Open;
        *(if is_open { open.held.get_or_insert_default() } else { &mut open.counts }) += *self.counts;
        Ok(())
    }

    fn drop_unit(&mut self, part: &Part, is_begun: bool) -> Result<()> {
        let recorder = &mut *self.recorder;
        if is_begun {
            recorder.log.retract(recorder.open.first_entry);
            (recorder.open, recorder.stretch) = (OpenUnit::default(), None);
        }
        recorder.end_unit(part)
    }

    fn end_unit(&mut self, part: &Part, _num_records: Option<u64>) -> Result<()> {
        let mut open = std::mem::take(&mut self.recorder.open);
        if !part.kind.is_container() {
            open.counts.end_document(open.has_kept);
        }
        self.recorder.tally.add(&open.counts, part);
        if self.recorder.has_details {
            self.recorder.texts.add(part.source, open.text);
        }
        self.recorder.end_unit(part)
    }
}
