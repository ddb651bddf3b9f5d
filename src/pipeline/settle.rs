//! Settle: a scanned batch's paragraphs get their verdicts, and its documents their places. What turned out to be
//! bad, or to be read again in another way, is taken out first, as if it had never been.

use super::feed::Feed;
use super::render::{Settled, SettledDocument};
use super::scan::Scanned;
use crate::config::Config;
use crate::decide::{Batch, Exact, Places, UnitKind};
use crate::read::{Part, PartFate, Reread, Role};
use crate::units::{DocumentId, Ordinal, ParagraphIndex, SourceId, count};

/// Decide, and where everything stands.
pub(super) struct Decider {
    exact: Exact,
    pub(super) places: Places,
    /// Place of the next paragraph.
    next: u64,
    open: Option<OpenDocument>,
    /// A document that was abandoned: pieces of it that were fed already are to be dropped.
    abandoned: Option<(SourceId, u64)>,
}

/// A large text document of which some pieces are settled.
#[derive(Debug, Clone, Copy)]
struct OpenDocument {
    owner: (SourceId, u64),
    id: DocumentId,
    start: Ordinal,
    /// Bytes of its decoded text so far.
    len: u64,
}

/// Where reading is to begin anew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rewind {
    pub(super) first: SourceId,
    /// The source that is to be read in another way.
    pub(super) source: SourceId,
    pub(super) how: Reread,
}

/// The source, and the number of its member, that a part belongs to.
fn owner(part: &Part) -> (SourceId, u64) {
    (part.source, part.unit())
}

/// The part of a chunk that holds a piece of a large text document.
fn piece(scanned: &Scanned) -> Option<&Part> {
    match scanned.chunk.parts.as_slice() {
        [part] if part.is_piece_of_text() => Some(part),
        _ => None,
    }
}

impl Decider {
    /// Nothing seen yet.
    pub(super) fn new(config: &Config) -> Self {
        let (exact, places) = (Exact::new(config.decide), Places::default());
        Self { exact, places, next: 0, open: None, abandoned: None }
    }

    /// Gives every paragraph of a batch its verdict.
    pub(super) fn settle(
        &mut self,
        mut scanned: Vec<Scanned>,
        feed: &mut Feed<'_>,
    ) -> (Vec<Settled>, Option<Rewind>) {
        if let Some(abandoned) = self.abandoned {
            scanned.retain(|scanned| piece(scanned).is_none_or(|part| owner(part) != abandoned));
        }
        let rewind = self.take_reread(&mut scanned);
        self.drop_bad_documents(&mut scanned, feed);
        let mut documents = Vec::with_capacity(scanned.len());
        let mut batches = Vec::with_capacity(scanned.len());
        for scanned in &scanned {
            let first = Ordinal(self.next);
            let begun_before = self.open;
            documents.push(self.place(scanned));
            let goes_on = scanned.chunk.parts.first().is_some_and(|part| !part.is_first);
            batches.push(Batch {
                records: &scanned.records,
                num_paragraphs: scanned.paragraphs.len(),
                first,
                open_document: begun_before.filter(|_| goes_on).map(|open| open.start),
            });
        }
        self.places.set_end(Ordinal(self.next));
        let verdicts = self.exact.settle(&batches);
        let settled = scanned.into_iter().zip(verdicts).zip(documents);
        let settled =
            settled.map(|((scanned, verdicts), documents)| Settled { scanned, verdicts, documents });
        (settled.collect(), rewind)
    }

    /// Numbers a chunk's documents and paragraphs.
    fn place(&mut self, scanned: &Scanned) -> Vec<SettledDocument> {
        let mut documents = Vec::with_capacity(scanned.documents.len());
        for part in &scanned.chunk.parts {
            if part.is_first {
                self.begin(part);
            }
            for slot in part.slots.clone() {
                documents.push(self.place_slot(scanned, part, slot));
            }
            if part.is_last {
                self.open = None;
            }
        }
        self.next += count(scanned.paragraphs.len());
        documents
    }

    fn begin(&mut self, part: &Part) {
        let kind = if part.kind.is_container() { UnitKind::Container } else { UnitKind::Document };
        match &part.role {
            Role::Whole => self.places.push_source(kind),
            Role::ArchiveStart => self.places.push_source(UnitKind::Archive),
            Role::Member(member) => self.places.push_member(&member.path, kind),
            Role::ArchiveEnd => {}
        }
    }

    fn place_slot(&mut self, scanned: &Scanned, part: &Part, number: usize) -> SettledDocument {
        let slot = &scanned.chunk.slots[number];
        if slot.is_verbatim {
            return SettledDocument { id: DocumentId(u64::MAX), first: ParagraphIndex(0), offset: 0 };
        }
        let start = Ordinal(self.next + count(scanned.documents[number].paragraphs.start));
        let len = count(slot.text.len());
        if let Some(open) = self.open.as_mut().filter(|open| open.owner == owner(part)) {
            let first = ParagraphIndex(start.0 - open.start.0);
            let document = SettledDocument { id: open.id, first, offset: open.len };
            open.len += len;
            return document;
        }
        let id = self.places.push_document(start);
        if part.is_first && !part.is_last && !part.kind.is_container() {
            self.open = Some(OpenDocument { owner: owner(part), id, start, len });
        }
        SettledDocument { id, first: ParagraphIndex(0), offset: 0 }
    }

    /// Takes large text documents that turned out to be bad out of the batch and, if they were begun in an
    /// earlier one, out of what is settled. One piece stays, to tell the reason.
    fn drop_bad_documents(&mut self, scanned: &mut Vec<Scanned>, feed: &mut Feed<'_>) {
        // What is read again is not bad: its pieces come once more.
        let is_bad = |part: &Part| matches!(part.fate, PartFate::Rejected(_) | PartFate::Skipped(_));
        let bad: Vec<_> = scanned.iter().filter_map(piece).filter(|part| is_bad(part)).map(owner).collect();
        for bad in bad {
            feed.abandon(bad);
            self.abandoned = Some(bad);
            if let Some(open) = self.open.take_if(|open| open.owner == bad) {
                self.exact.retract(open.start);
            }
            let (mut is_first, mut has_reason) = (false, false);
            scanned.retain_mut(|scanned| match scanned.chunk.parts.as_mut_slice() {
                [part] if part.is_piece_of_text() && owner(part) == bad => {
                    is_first |= part.is_first;
                    // Once told, whatever follows goes.
                    let stays = is_bad(part) && !has_reason;
                    has_reason |= stays;
                    if stays {
                        part.is_first = is_first;
                    }
                    stays
                }
                _ => true,
            });
        }
    }

    /// Takes the first chunk with a source that is to be read again, and everything after it, out of the batch.
    fn take_reread(&mut self, scanned: &mut Vec<Scanned>) -> Option<Rewind> {
        let reread = |scanned: &Scanned| {
            scanned.chunk.parts.iter().find_map(|part| match part.fate {
                PartFate::Reread(how) => Some((part.source, how)),
                _ => None,
            })
        };
        let (at, (source, how)) = scanned.iter().enumerate().find_map(|(at, s)| Some((at, reread(s)?)))?;
        scanned.truncate(at + 1);
        let mut bad = scanned.pop()?;
        let mut first = bad.chunk.parts.first()?.source;
        let mut is_begun = bad.chunk.parts.first().is_some_and(|part| !part.is_first);
        while let Some(before) = scanned.pop_if(|s| piece(s).is_some_and(|part| part.source == source)) {
            is_begun = piece(&before).is_some_and(|part| !part.is_first);
            first = source;
        }
        if let Some(open) = self.open.take_if(|open| open.owner == (source, 0)) {
            self.exact.retract(open.start);
            // Its places are not given again: what was settled in them may be remembered.
            self.places.pop_source();
        }
        if is_begun {
            // What is written of it is to be taken back, in its turn.
            bad.chunk.slots.clear();
            if let Some(part) = bad.chunk.parts.first_mut() {
                (part.is_first, part.slots) = (false, 0..0);
            }
            let chunk = bad.chunk;
            scanned.push(Scanned { chunk, ..Scanned::default() });
        }
        Some(Rewind { first, source, how })
    }
}
