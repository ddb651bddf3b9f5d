//! A chunk whose paragraphs have verdicts: what the stages after deciding take in.

use crate::account::{Counts, LedgerContext, Stretch, StretchContext, StretchText, for_each_stretch};
use crate::config::Config;
use crate::decide::Verdict;
use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::read::{Part, Slot};
use crate::rules::{EditedParagraph, EditedPlace, Editor};
use crate::units::{self, DocumentId, Ordinal, ParagraphIndex, count};
use crate::write::{Edits, Judged, Written};

use super::scan::Scanned;

/// A chunk whose paragraphs have verdicts.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) scanned: Scanned,
    /// The verdict on each paragraph.
    pub(crate) verdicts: Vec<Verdict>,
    /// The place of each slot's document.
    pub(crate) documents: Vec<SettledDocument>,
    /// Place of the first paragraph.
    pub(crate) first: Ordinal,
    /// The paragraphs that stay and are written otherwise than repair leaves them, by their numbers in the chunk, in order;
    /// none before [`Self::edit`].
    pub(crate) edited: Vec<(usize, EditedParagraph)>,
}

/// Where a document, or the piece of it in a chunk, stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SettledDocument {
    pub(crate) id: DocumentId,
    /// Index in the document of the first paragraph in the chunk.
    pub(crate) first: ParagraphIndex,
    /// Where the text in the chunk stands in the document's decoded text.
    pub(crate) offset: u64,
    /// The document's fingerprint, where it ends and its keys are known.
    pub(crate) digest: Option<Fingerprint>,
    /// The fate of its layout.
    pub(crate) layout: LayoutFate,
    /// A rule removes it as a whole, and it is kept by hand.
    pub(crate) is_kept_by_hand: bool,
}

/// What becomes of the layout of a document (contract P5), as far as it is known where a piece of it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LayoutFate {
    /// It stays: text of the document does, or the document lost nothing.
    #[default]
    Stays,
    /// Layout is all that stays of a long text so far, in this piece and those before it. The verdicts on it say that it
    /// stays.
    Open,
    /// The document ends and has no text left: the layout goes, as the verdicts say, and with it that of all pieces
    /// before, whose verdicts do not.
    Goes,
}

impl Default for SettledDocument {
    /// Where no document stands.
    fn default() -> Self {
        let (id, first) = (DocumentId(u64::MAX), ParagraphIndex(0));
        Self { id, first, offset: 0, digest: None, layout: LayoutFate::default(), is_kept_by_hand: false }
    }
}

impl Settled {
    /// Finds what is written otherwise than repair leaves it, in the paragraphs that stay.
    ///
    /// Cost: that of the rules that are on; nothing without one.
    pub(crate) fn edit(&mut self, editor: &Editor) {
        if !editor.is_on() {
            return;
        }
        let mut edited = Vec::new();
        for part in &self.scanned.chunk.parts {
            for slot in part.slots.clone() {
                let edge = self.scanned.edge(editor, part, slot);
                let numbers = self.scanned.documents[slot].paragraphs.clone();
                let judged = self.judged(slot);
                for (index, ((paragraph, verdict), number)) in judged.iter().zip(numbers).enumerate() {
                    if verdict.is_kept() {
                        let damage = self.scanned.chunk.slots[slot].damage.as_deref();
                        let at = EditedPlace::of(paragraph, edge.has(index), damage);
                        let found = editor.edit(judged.paragraph(paragraph), paragraph, at);
                        edited.extend(found.map(|found| (number, found)));
                    }
                }
            }
        }
        self.edited = edited;
    }

    /// Counts of a part's documents, as far as they are known without writing them.
    pub(crate) fn part_counts(&self, part: &Part) -> Counts {
        let mut counts = Counts {
            documents_by_blocks: self.scanned.chunk.num_by_blocks(part),
            replaced: part.num_replaced,
            ..Counts::default()
        };
        for number in part.slots.clone() {
            for (paragraph, verdict) in self.judged(number).iter() {
                counts.lengths.add(paragraph.span.len(), verdict.is_kept());
                counts.kept_by_hand += u64::from(verdict.is_kept_by_hand());
            }
        }
        counts
    }

    pub(crate) fn judged(&self, slot_number: usize) -> Judged<'_> {
        let document = &self.scanned.documents[slot_number];
        let is_mended = self.scanned.chunk.slots[slot_number].is_mended();
        Judged {
            text: &self.scanned.chunk.bytes[self.scanned.chunk.slots[slot_number].text.range()],
            paragraphs: &self.scanned.paragraphs[document.paragraphs.clone()],
            verdicts: &self.verdicts[document.paragraphs.clone()],
            blank_after: document.blank_after,
            edits: Edits::of(&self.edited, document.paragraphs.clone()).of_mended(is_mended),
        }
    }

    /// The fate of the layout in a piece of a long text. What becomes of that of other documents is known, and done.
    pub(crate) fn layout_of(&self, part: &Part) -> LayoutFate {
        let piece = self.documents.get(part.slots.start).filter(|_| part.is_piece_of_text());
        piece.map_or(LayoutFate::Stays, |document| document.layout)
    }

    /// Calls `visit` with the stretches of removed paragraphs of a slot: also with the layout that goes if that is all
    /// that stays of the document.
    pub(crate) fn for_each_stretch_of(
        &self,
        slot_number: usize,
        context: &StretchContext<'_>,
        mut visit: impl FnMut(Stretch) -> Result<()>,
    ) -> Result<()> {
        let SettledDocument { first, offset, layout, .. } = self.documents[slot_number];
        let judged = self.judged(slot_number);
        // A page is never read in pieces: its stretches begin in the text that is here.
        let page = self.scanned.chunk.slots[slot_number].page.as_deref();
        let (mut line, mut counted) = (0, 0);
        let visit = |stretch: Stretch| {
            let Some(page) = page else { return visit(stretch) };
            let start = units::index(stretch.span.0);
            line += count(memchr::memchr_iter(b'\n', &judged.text[counted..start]).count());
            counted = start;
            visit(Stretch { page_line: page.line_of(line), ..stretch })
        };
        if layout != LayoutFate::Open {
            return for_each_stretch(judged, first, offset, context, visit);
        }
        let gone = |verdict: &Verdict| if verdict.is_kept() { Verdict::LAYOUT } else { *verdict };
        let verdicts: Vec<Verdict> = judged.verdicts.iter().map(gone).collect();
        for_each_stretch(Judged { verdicts: &verdicts, ..judged }, first, offset, context, visit)
    }

    /// Calls `visit` with the stretches of removed paragraphs of `part`, as [`Self::for_each_stretch_of`] does.
    pub(crate) fn for_each_stretch(
        &self,
        part: &Part,
        context: &StretchContext<'_>,
        mut visit: impl FnMut(DocumentId, Stretch) -> Result<()>,
    ) -> Result<()> {
        for slot_number in part.slots.clone() {
            let id = self.documents[slot_number].id;
            self.for_each_stretch_of(slot_number, context, |stretch| visit(id, stretch))?;
        }
        Ok(())
    }
}

/// The counts that a document, or a piece of a text, adds.
pub(crate) fn document_counts(slot: &Slot, written: &Written) -> Counts {
    let mut counts = Counts {
        records: u64::from(slot.is_record),
        paragraphs_kept: written.num_kept,
        removed: written.removed,
        bytes_kept: written.kept_bytes,
        ..Counts::default()
    };
    if slot.is_record {
        counts.end_document(written.layout.has_text);
    }
    counts
}

/// The context from which stretches are made.
pub(crate) fn stretch_context<'a>(context: LedgerContext<'a>, config: &Config) -> StretchContext<'a> {
    let LedgerContext { places, findings, earlier, editor, .. } = context;
    let text = if config.write.ledger_text { StretchText::All } else { StretchText::NotExact };
    StretchContext { places, findings, earlier, editor, repair: config.split.repair, text }
}
