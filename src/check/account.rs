//! Account: what was seen of chunks goes into the log and the counts, in corpus order.

use crate::account::{Counts, Stretch, Summary};
use crate::decide::{Places, Verdict};
use crate::document::Paragraph;
use crate::error::{Rejection, Result};
use crate::fingerprint::{DocumentHasher, Fingerprint};
use crate::read::{Part, PartFate, Role};
use crate::run::corpus::Corpus;
use crate::run::recorder::Tally;
use crate::run::scan::Key;
use crate::run::settled::Settled;
use crate::units::{DocumentId, Ordinal, count};
use crate::write::RecordIds;

use super::examine::{Examined, Seen};
use super::lines::Lines;
use super::log::{Detail, Entry, Log, Run, Text};

/// What is kept of a check while it goes through the corpus.
pub(super) struct Account<'a> {
    tally: Tally<'a>,
    pub(super) log: Log,
    pub(super) lines: Lines,
    pub(super) ids: RecordIds,
    open: OpenUnit,
    /// The stretch that the next may go on.
    stretch: Option<OpenStretch>,
    /// Whether the paragraphs of stretches are kept one by one.
    has_details: bool,
}

/// A text or container of which some parts were seen.
#[derive(Default)]
struct OpenUnit {
    counts: Counts,
    num_lines: u64,
    /// Whether a paragraph of the text stays.
    has_kept: bool,
    /// The first entry that is about it.
    first_entry: u64,
    /// Of a text that comes in pieces.
    hasher: DocumentHasher,
}

/// A stretch that may go on.
struct OpenStretch {
    document: DocumentId,
    stretch: Stretch,
    num_bytes: u64,
    excerpt: Text,
    /// Number of its first detail.
    details: Option<u64>,
    /// Of its first paragraph, and of all.
    fingerprint: Fingerprint,
    hasher: DocumentHasher,
}

/// Where a slot's document stands, and whether it ends with the slot.
#[derive(Clone, Copy)]
struct SlotPlace<'s> {
    settled: &'s Settled,
    number: usize,
    is_end: bool,
}

impl<'a> Account<'a> {
    pub(super) fn new(
        corpus: &Corpus<'a>,
        tally: Tally<'a>,
        (log, has_details): (Log, bool),
        ids: RecordIds,
    ) -> Self {
        let lines = Lines::new(corpus.config.split.split);
        Self { tally, log, lines, ids, open: OpenUnit::default(), stretch: None, has_details }
    }

    /// Takes in a chunk and gives it back.
    pub(super) fn take(&mut self, examined: Examined, places: &Places) -> Result<Settled> {
        let Examined { settled, seen, counts } = examined;
        let mut seen = seen.into_iter();
        for (part, counts) in settled.scanned.chunk.parts.iter().zip(counts) {
            let seen: Vec<Seen> = seen.by_ref().take(part.slots.len()).collect();
            self.take_part((&settled, part), (seen, &counts), places)?;
            self.tally.advance(part);
        }
        Ok(settled)
    }

    fn take_part(
        &mut self,
        (settled, part): (&Settled, &Part),
        (seen, counts): (Vec<Seen>, &Counts),
        places: &Places,
    ) -> Result<()> {
        if matches!(part.role, Role::ArchiveStart | Role::ArchiveEnd) {
            self.tally.count_input(part);
            let is_end = matches!(part.role, Role::ArchiveEnd);
            return if is_end { self.end_unit(part) } else { Ok(()) };
        }
        let is_container = part.kind.is_container();
        if part.fate != PartFate::Read && !is_container {
            if !part.is_first {
                // What was found in the pieces before this one.
                self.log.retract(self.open.first_entry);
                (self.open, self.stretch) = (OpenUnit::default(), None);
            }
            return self.end_unit(part);
        }
        if part.is_first {
            self.open = OpenUnit { first_entry: self.log.len(), ..OpenUnit::default() };
        }
        for rejection in self.tally.end_records(settled, part, places, self.open.num_lines) {
            self.log_rejection(part, &rejection)?;
        }
        for (number, seen) in part.slots.clone().zip(seen) {
            let is_end = is_container || part.is_last;
            self.take_slot(part, SlotPlace { settled, number, is_end }, seen)?;
        }
        self.tally.count_removed(settled, part);
        self.open.num_lines += if is_container { part.num_lines } else { 0 };
        self.open.counts += *counts;
        if part.is_last {
            let mut open = std::mem::take(&mut self.open);
            if !is_container {
                open.counts.documents_kept = u64::from(open.has_kept);
                open.counts.documents_emptied = u64::from(!open.has_kept);
            }
            self.tally.add(&open.counts, part);
            self.end_unit(part)?;
        }
        Ok(())
    }

    fn take_slot(&mut self, part: &Part, place: SlotPlace<'_>, seen: Seen) -> Result<()> {
        let SlotPlace { settled, number, is_end } = place;
        let slot = &settled.scanned.chunk.slots[number];
        if slot.is_verbatim || slot.fault.is_some() {
            return Ok(());
        }
        let document = settled.documents[number];
        if slot.is_record {
            self.ids.note(document.id, &settled.scanned.chunk.bytes[slot.id.range()])?;
        }
        self.note_lines(part, place, &seen);
        for (stretch, excerpt) in seen.stretches {
            self.push(place, stretch, &excerpt)?;
        }
        self.open.num_lines += seen.num_lines;
        self.open.has_kept |= seen.has_kept;
        // The fingerprint is asked for only if nothing stays.
        if part.is_piece_of_text() && !self.open.has_kept {
            let keys = &settled.scanned.keys[settled.scanned.documents[number].paragraphs.clone()];
            for key in keys {
                self.open.hasher.update(&key.fingerprint);
            }
        }
        if !is_end {
            return Ok(());
        }
        self.close_stretch(document.digest)?;
        let has_kept = if slot.is_record { seen.has_kept } else { self.open.has_kept };
        if !has_kept {
            let of_pieces = || std::mem::take(&mut self.open.hasher).finish();
            let fingerprint = document.digest.or(seen.fingerprint).unwrap_or_else(of_pieces);
            let line = if slot.is_record && part.kind.has_lines() {
                self.open.num_lines + slot.lines_before + 1
            } else {
                0
            };
            self.log.push(Entry::Emptied { document: document.id, line, fingerprint })?;
        }
        Ok(())
    }

    fn note_lines(&mut self, part: &Part, place: SlotPlace<'_>, seen: &Seen) {
        let SlotPlace { settled, number, .. } = place;
        let paragraphs = settled.scanned.documents[number].paragraphs.clone();
        let start = Ordinal(settled.first.0 + count(paragraphs.start));
        if part.kind.is_container() {
            let before = self.open.num_lines + settled.scanned.chunk.slots[number].lines_before;
            let line = part.kind.has_lines().then_some((before + 1, before + 1));
            self.lines.note(start, paragraphs.map(|_| line));
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
        let within = |index: u64| paragraphs + usize::try_from(index - document.first.0).unwrap_or(0);
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
    fn detail(&mut self, paragraphs: &[Paragraph], keys: &[Key]) -> Result<Option<u64>> {
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
        self.log.push(Entry::Run(Run {
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
        self.log.push(Entry::Rejected { source: part.source, rejected, fingerprint })
    }

    /// The counts, and the rest.
    pub(super) fn finish(self) -> (Summary, Log, Lines, RecordIds) {
        (self.tally.finish(), self.log, self.lines, self.ids)
    }
}
