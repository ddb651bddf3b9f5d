//! Render: a settled chunk's documents are formatted, and whole files written, in parallel; what must be
//! appended in order is handed to [`super::commit`].

use std::io::{self, Write};

use crate::config::{Config, Repair};
use crate::decide::near::Findings;
use crate::decide::{Earlier, Places, Verdict};
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::read::{Compression, Part, PartFate, Rewrite, Rows, ShardRows, Slot};
use crate::report::Counts;
use crate::store::{Output, path};
use crate::units::{DocumentId, Ordinal, ParagraphIndex, SourceId, count};
use crate::write::{self, Judged, Layout, Run, RunText, Runs, Written};

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
    /// Place of the first paragraph.
    pub(super) first: Ordinal,
}

/// Where a document, or the piece of it in a chunk, stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct SettledDocument {
    pub(super) id: DocumentId,
    /// Index in the document of the first paragraph in the chunk.
    pub(super) first: ParagraphIndex,
    /// Where the text in the chunk stands in the document's decoded text.
    pub(super) offset: u64,
    /// The document's fingerprint, where it ends and its keys are known.
    pub(super) digest: Option<Fingerprint>,
}

impl Default for SettledDocument {
    /// Where no document stands.
    fn default() -> Self {
        Self { id: DocumentId(u64::MAX), first: ParagraphIndex(0), offset: 0, digest: None }
    }
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

/// What is to be appended to a source.
pub(super) enum Content {
    /// These bytes, and where each record ends if it is compressed by itself.
    Bytes { bytes: Vec<u8>, ends: Vec<usize>, layout: Layout },
    /// These rows of a table.
    Rows(Rows),
    /// These rows of a shard.
    Shard(ShardRows),
    /// What [`Settled::write_part`] writes.
    TooLong,
}

/// What rendering needs to know.
pub(super) struct RenderContext<'a> {
    pub(super) scan: &'a ScanContext<'a>,
    pub(super) output: &'a dyn Output,
    pub(super) places: &'a Places,
    pub(super) findings: Option<&'a Findings>,
    pub(super) earlier: Option<&'a dyn Earlier>,
    pub(super) config: &'a Config,
    pub(super) buffers: &'a Buffers,
}

/// Formats a chunk and writes the files that stand whole in it.
pub(super) fn render(settled: Settled, context: &RenderContext<'_>) -> Result<Rendered> {
    let mut parts = Vec::with_capacity(settled.scanned.chunk.parts.len());
    let mut buffer = context.buffers.take();
    for part in &settled.scanned.chunk.parts {
        parts.push(settled.render_part(part, &mut buffer, context)?);
    }
    context.buffers.give_back(buffer);
    Ok(Rendered { settled, parts })
}

pub(super) fn encode_error(source: io::Error) -> Error {
    Error::Output { path: path::from_bytes(b"a buffer in memory").to_owned(), operation: "write", source }
}

impl<'a> RenderContext<'a> {
    /// Where a source's output goes.
    fn relative(&self, source: SourceId) -> &'a [u8] {
        self.scan.sources.get(source).place.relative
    }
}

impl Settled {
    fn render_part(
        &self,
        part: &Part,
        buffer: &mut Vec<u8>,
        context: &RenderContext<'_>,
    ) -> Result<RenderedPart> {
        let mut rendered = RenderedPart::default();
        let is_same = context.config.write.to.is_none();
        let rewrite = part.kind.rewrite();
        let is_streamed = is_same && matches!(rewrite, Rewrite::Text | Rewrite::InPlace(_));
        if self.scanned.chunk.bytes.len() > MAX_RENDERED && is_streamed {
            rendered.content = Some(Content::TooLong);
            return Ok(rendered);
        }
        let runs_context = runs_context((context.places, context.earlier), context.config);
        self.for_each_run(part, &runs_context, |document, run| {
            rendered.runs.push((document, run));
            Ok(())
        })?;
        if let Some(to) = context.config.write.to {
            return Ok(RenderedPart { runs: rendered.runs, ..self.convert_part(part, to, context)? });
        }
        if let Some(rows) = &part.rows {
            let (rows, counts) = self.rows(part, rows, context.config.split.repair).map_err(encode_error)?;
            rendered.counts = counts;
            rendered.content = Some(Content::Rows(rows));
            return Ok(rendered);
        }
        buffer.clear();
        let mut ends = Vec::new();
        let written = self.write_part(part, context.config.split.repair, buffer, |out| ends.push(out.len()));
        let (counts, layout) = written.map_err(encode_error)?;
        rendered.counts = counts;
        if !part.kind.is_compressed_by_record() {
            ends.clear();
        }
        let is_whole =
            part.is_whole_source() && part.fate == PartFate::Read && !matches!(rewrite, Rewrite::Rows);
        if !is_whole {
            let bytes = std::mem::replace(buffer, context.buffers.take());
            rendered.content = Some(Content::Bytes { bytes, ends, layout });
            return Ok(rendered);
        }
        if !part.kind.is_container() {
            rendered.counts.documents_kept = u64::from(layout.has_text);
            rendered.counts.documents_emptied = u64::from(!layout.has_text);
        }
        if rendered.counts.documents_kept > 0 {
            let compressed = match part.wrap.outer {
                Compression::None => None,
                outer => Some(write::compress(buffer, &ends, outer).map_err(encode_error)?),
            };
            let bytes = compressed.as_ref().unwrap_or(buffer);
            rendered.counts.bytes_output = count(bytes.len());
            context.output.write(context.relative(part.source), bytes)?;
        }
        Ok(rendered)
    }

    /// Writes the documents of `part` that keep a paragraph, and what is no document and stays; the layout is
    /// that of the last one. After each of them `mark` is shown the output.
    ///
    /// The counts know nothing of what else became of the part: its bytes in and out are not in them, and for
    /// a text document neither is whether it was kept.
    pub(super) fn write_part<W: Write>(
        &self,
        part: &Part,
        repair: Repair,
        out: &mut W,
        mut mark: impl FnMut(&W),
    ) -> io::Result<(Counts, Layout)> {
        let chunk = &self.scanned.chunk;
        let mut counts = self.part_counts(part);
        let mut layout = Layout::default();
        for slot_number in part.slots.clone() {
            let slot = &chunk.slots[slot_number];
            if slot.is_verbatim {
                write::write_verbatim(chunk, slot, part.kind, out)?;
                mark(out);
            }
            if slot.fault.is_some() || slot.is_verbatim {
                continue;
            }
            let document = self.judged(slot_number);
            let written = if !slot.is_record {
                write::write_text(document, repair, out)?
            } else if is_emptied(document) {
                write::write_text(document, repair, &mut io::sink())? // only the counts
            } else {
                let written = write::write_record((chunk, slot, part.kind), document, repair, out)?;
                mark(out);
                written
            };
            layout = written.layout;
            counts += document_counts(slot, &written);
        }
        Ok((counts, layout))
    }

    /// The rows that keep a paragraph.
    fn rows(&self, part: &Part, rows: &Rows, repair: Repair) -> io::Result<(Rows, Counts)> {
        let mut counts = self.part_counts(part);
        let mut texts = Vec::with_capacity(part.slots.len());
        for slot_number in part.slots.clone() {
            let slot = &self.scanned.chunk.slots[slot_number];
            if slot.fault.is_some() {
                texts.push(None);
                continue;
            }
            let mut text = Vec::new();
            let written = write::write_text(self.judged(slot_number), repair, &mut text)?;
            counts += document_counts(slot, &written);
            let text = String::from_utf8(text).map_err(io::Error::other)?;
            texts.push(written.layout.has_text.then_some(text));
        }
        Ok((rows.with_texts(&texts)?, counts))
    }

    /// What is known of a part's documents without writing them.
    pub(super) fn part_counts(&self, part: &Part) -> Counts {
        let mut counts = Counts { replaced: part.num_replaced, ..Counts::default() };
        for number in part.slots.clone() {
            for (paragraph, verdict) in self.judged(number).iter() {
                counts.lengths.add(paragraph.span.len(), verdict.is_kept());
            }
        }
        counts
    }

    pub(super) fn judged(&self, slot_number: usize) -> Judged<'_> {
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
            let SettledDocument { id, first, offset, .. } = self.documents[slot_number];
            write::for_each_run(self.judged(slot_number), (first, offset), context, |run| visit(id, run))?;
        }
        Ok(())
    }
}

/// Whether no paragraph of a document stays.
fn is_emptied(document: Judged<'_>) -> bool {
    document.verdicts.iter().all(|verdict| !verdict.is_kept())
}

/// What a document, or a piece of a text, adds to the counts.
pub(super) fn document_counts(slot: &Slot, written: &Written) -> Counts {
    Counts {
        records: u64::from(slot.is_record),
        documents_kept: u64::from(slot.is_record && written.layout.has_text),
        documents_emptied: u64::from(slot.is_record && !written.layout.has_text),
        paragraphs_kept: written.num_kept,
        removed: written.removed,
        bytes_kept: written.kept_bytes,
        ..Counts::default()
    }
}

/// What runs are made from.
pub(super) fn runs_context<'a>(
    (places, earlier): (&'a Places, Option<&'a dyn Earlier>),
    config: &Config,
) -> Runs<'a> {
    let text = if config.write.ledger_text { RunText::All } else { RunText::NotExact };
    Runs { places, earlier, repair: config.split.repair, text }
}
