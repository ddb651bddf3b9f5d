//! Render: a settled chunk's documents are formatted, and whole files written, in parallel; what must be
//! appended in order is handed to [`super::commit`].

use std::io::{self, Write};

use crate::config::{Config, Repair};
use crate::decide::{Places, Verdict};
use crate::error::{Error, Result};
use crate::read::{Part, PartFate, Slot};
use crate::report::Counts;
use crate::store::{Output, path};
use crate::units::{DocumentId, ParagraphIndex, SourceId, count};
use crate::write::{self, Judged, Layout, Run, Runs, Written};

use super::feed::Buffers;
use super::scan::{ScanContext, Scanned};

/// A chunk whose paragraphs have verdicts.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) scanned: Scanned,
    /// One for each paragraph.
    pub(super) verdicts: Vec<Verdict>,
    /// One for each slot.
    pub(super) documents: Vec<SettledDocument>,
}

/// Where a document, or the piece of it in a chunk, stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct SettledDocument {
    pub(super) id: DocumentId,
    /// Index in the document of the first paragraph in the chunk.
    pub(super) first: ParagraphIndex,
}

/// A chunk longer than this (one with a long line) is not formatted in memory but straight into its file, and
/// its runs go straight into the ledger.
const MAX_RENDERED: usize = 2 * 1024 * 1024;

/// What rendering a chunk gave: one part for each of the chunk's.
pub(super) struct Rendered {
    pub(super) settled: Settled,
    pub(super) parts: Vec<RenderedPart>,
}

/// What rendering a part gave.
#[derive(Default)]
pub(super) struct RenderedPart {
    pub(super) counts: Counts,
    pub(super) runs: Vec<(DocumentId, Run)>,
    /// What is to be appended, if the part is not a whole file.
    pub(super) content: Option<Content>,
}

/// What is to be appended to a file.
pub(super) enum Content {
    /// These bytes.
    Bytes(Vec<u8>, Layout),
    /// What [`Settled::write_part`] writes.
    TooLong,
}

/// What rendering needs to know.
pub(super) struct RenderContext<'a> {
    pub(super) scan: &'a ScanContext<'a>,
    pub(super) output: &'a dyn Output,
    pub(super) places: &'a Places,
    pub(super) config: &'a Config,
    pub(super) buffers: &'a Buffers,
}

/// Formats a chunk and writes the files that stand whole in it.
pub(super) fn render(settled: Settled, context: &RenderContext<'_>) -> Result<Rendered> {
    let mut parts = Vec::with_capacity(settled.scanned.chunk.parts.len());
    let mut buffer = context.buffers.take();
    let runs_context = runs_context(context.places, context.config);
    for part in &settled.scanned.chunk.parts {
        let mut rendered = RenderedPart::default();
        if settled.scanned.chunk.bytes.len() > MAX_RENDERED {
            rendered.content = Some(Content::TooLong);
            parts.push(rendered);
            continue;
        }
        let is_whole = part.is_first && part.is_last && part.fate == PartFate::Read;
        settled.for_each_run(part, &runs_context, |document, run| {
            rendered.runs.push((document, run));
            Ok(())
        })?;
        buffer.clear();
        let written = settled.write_part(part, context.config.split.repair, &mut buffer);
        let (counts, layout) = written.map_err(encode_error)?;
        rendered.counts = counts;
        rendered.counts.bytes_output = count(buffer.len());
        if is_whole && !part.is_container {
            rendered.counts.documents_kept = u64::from(layout.has_text);
            rendered.counts.documents_emptied = u64::from(!layout.has_text);
        }
        if !is_whole {
            let bytes = std::mem::replace(&mut buffer, context.buffers.take());
            rendered.content = Some(Content::Bytes(bytes, layout));
        } else if !buffer.is_empty() {
            context.output.write(context.relative(part.source), &buffer)?;
        }
        parts.push(rendered);
    }
    context.buffers.give_back(buffer);
    Ok(Rendered { settled, parts })
}

pub(super) fn encode_error(source: io::Error) -> Error {
    Error::Output { path: path::from_bytes(b"a buffer in memory").to_owned(), operation: "write", source }
}

impl<'a> RenderContext<'a> {
    fn relative(&self, source: SourceId) -> &'a [u8] {
        self.scan.sources.get(source).place.relative
    }
}

impl Settled {
    /// Writes the documents of `part` that keep a paragraph; the layout is that of the last one.
    ///
    /// The counts know nothing of what else became of the part: its bytes in and out are not in them, and for
    /// a text document neither is whether it was kept.
    pub(super) fn write_part<W: Write>(
        &self,
        part: &Part,
        repair: Repair,
        out: &mut W,
    ) -> io::Result<(Counts, Layout)> {
        let mut counts = Counts::default();
        let mut layout = Layout::default();
        for slot_number in part.slots.clone() {
            let slot = &self.scanned.chunk.slots[slot_number];
            if slot.fault.is_some() {
                continue;
            }
            let document = self.judged(slot_number);
            let written = if slot.is_record() {
                self.write_slot(slot, document, repair, out)?
            } else {
                write::write_text(document, repair, out)?
            };
            layout = written.layout;
            counts += Counts {
                records: u64::from(slot.is_record()),
                documents_kept: u64::from(slot.is_record() && layout.has_text),
                documents_emptied: u64::from(slot.is_record() && !layout.has_text),
                paragraphs_kept: written.num_kept,
                paragraphs_exact: written.num_removed,
                bytes_kept: written.kept_bytes,
                bytes_exact: written.removed_bytes,
                ..Counts::default()
            };
        }
        Ok((counts, layout))
    }

    fn write_slot<W: Write>(
        &self,
        slot: &Slot,
        document: Judged<'_>,
        repair: Repair,
        out: &mut W,
    ) -> io::Result<Written> {
        if document.verdicts.iter().all(|verdict| verdict.survivor().is_some()) {
            return write::write_text(document, repair, &mut io::sink()); // emptied: only the counts
        }
        write::write_record(&self.scanned.chunk, slot, out, |value| {
            write::write_text(document, repair, value)
        })
    }

    fn judged(&self, slot_number: usize) -> Judged<'_> {
        let document = &self.scanned.documents[slot_number];
        Judged {
            text: &self.scanned.chunk.bytes[self.scanned.chunk.slots[slot_number].text.range()],
            paragraphs: &self.scanned.paragraphs[document.paragraphs.clone()],
            verdicts: &self.verdicts[document.paragraphs.clone()],
            blank_after: document.blank_after,
        }
    }

    /// Calls `visit` with the runs of removed paragraphs of `part`.
    pub(super) fn for_each_run(
        &self,
        part: &Part,
        context: &Runs<'_>,
        mut visit: impl FnMut(DocumentId, Run) -> Result<()>,
    ) -> Result<()> {
        for slot_number in part.slots.clone() {
            let SettledDocument { id, first } = self.documents[slot_number];
            let offset = self.scanned.chunk.slots[slot_number].offset;
            write::for_each_run(self.judged(slot_number), (first, offset), context, |run| visit(id, run))?;
        }
        Ok(())
    }
}

/// What runs are made from.
pub(super) fn runs_context<'a>(places: &'a Places, config: &Config) -> Runs<'a> {
    Runs { places, repair: config.split.repair, has_text: config.write.ledger_text }
}
