//! Render: a settled chunk's documents are formatted, and whole files written, in parallel; what must be
//! appended in order is handed to [`super::recorder`].

use std::io::{self, Write};

use crate::account::{Counts, Stretch};
use crate::decide::{Findings, Places};
use crate::error::{Error, Result};
use crate::read::{Compression, Part, PartFate, Rewrite, Rows, ShardRows};
use crate::store::{WrittenFile, path};
use crate::units::{DocumentId, count};
use crate::write::{self, BlankLines, Original, RecordText, TextForm, UidClaim};

use super::corpus::Corpus;
use super::settled::{Settled, document_counts, stretch_context};

/// A chunk longer than this (one with a long line) is not formatted in memory but straight into its file, and
/// its stretches go straight into the ledger.
const MAX_RENDERED: usize = 2 * 1024 * 1024;

/// A rendered chunk: one [`RenderedPart`] for each of its parts.
pub(crate) struct Rendered {
    pub(crate) settled: Settled,
    pub(crate) parts: Vec<RenderedPart>,
}

/// A rendered part of a chunk.
#[derive(Default)]
pub(crate) struct RenderedPart {
    pub(crate) counts: Counts,
    pub(crate) stretches: Vec<(DocumentId, Stretch)>,
    /// Whole files that were written.
    pub(crate) files: Vec<WrittenFile>,
    /// The records that have ids, where documents go into shards.
    pub(crate) uid_claims: Vec<UidClaim>,
    /// The content to append, if the part is not a whole file.
    pub(crate) content: Option<PartContent>,
}

/// The content that is appended to the output of a source.
pub(crate) enum PartContent {
    /// These bytes, and where each record ends if it is compressed by itself.
    Bytes { bytes: Vec<u8>, ends: Vec<usize>, layout: BlankLines },
    /// These rows of a table.
    Rows(Rows),
    /// These rows of a shard.
    Shard(ShardRows),
    /// Content that is too long for memory: [`Settled::write_part`] writes it.
    TooLong,
}

/// The context that rendering needs.
pub(crate) struct RenderContext<'a> {
    pub(crate) corpus: &'a Corpus<'a>,
    pub(crate) places: &'a Places,
    pub(crate) findings: Option<&'a Findings>,
}

/// Formats a chunk and writes the files that stand whole in it.
pub(crate) fn render(mut settled: Settled, context: &RenderContext<'_>) -> Result<Rendered> {
    settled.edit(context.corpus.editor);
    let mut parts = Vec::with_capacity(settled.scanned.chunk.parts.len());
    let mut buffer = context.corpus.buffers.take();
    for part in &settled.scanned.chunk.parts {
        parts.push(settled.render_part(part, &mut buffer, context)?);
    }
    context.corpus.buffers.give_back(buffer);
    Ok(Rendered { settled, parts })
}

pub(crate) fn encode_error(source: io::Error) -> Error {
    Error::Output { path: path::from_bytes(b"a buffer in memory").to_owned(), operation: "write", source }
}

impl RenderContext<'_> {
    /// How texts are written.
    pub(super) fn form(&self) -> TextForm {
        TextForm::of(self.corpus.config)
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
        let is_same = context.corpus.config.write.to.is_none();
        let rewrite = part.rewrite();
        let is_streamed = is_same && matches!(rewrite, Rewrite::Text | Rewrite::InPlace(_));
        if self.scanned.chunk.bytes.len() > MAX_RENDERED && is_streamed {
            rendered.content = Some(PartContent::TooLong);
            return Ok(rendered);
        }
        let stretches = stretch_context(context.ledger(), context.corpus.config);
        self.for_each_stretch(part, &stretches, |document, stretch| {
            rendered.stretches.push((document, stretch));
            Ok(())
        })?;
        if let Some(to) = context.corpus.config.write.to {
            let stretches = rendered.stretches;
            return Ok(RenderedPart { stretches, ..self.convert_part(part, to, context)? });
        }
        if let Some(rows) = &part.rows {
            let (rows, counts) = self.rows(part, rows, context.form()).map_err(encode_error)?;
            rendered.counts = counts;
            rendered.content = Some(PartContent::Rows(rows));
            return Ok(rendered);
        }
        buffer.clear();
        let mut ends = Vec::new();
        let written = self.write_part(part, context.form(), buffer, |out| ends.push(out.len()));
        let (counts, layout) = written.map_err(encode_error)?;
        rendered.counts = counts;
        if !part.kind.is_compressed_by_record() {
            ends.clear();
        }
        let is_whole =
            part.is_whole_source() && part.fate == PartFate::Read && !matches!(rewrite, Rewrite::Rows);
        if !is_whole {
            let bytes = std::mem::replace(buffer, context.corpus.buffers.take());
            rendered.content = Some(PartContent::Bytes { bytes, ends, layout });
            return Ok(rendered);
        }
        if !part.kind.is_container() {
            rendered.counts.end_document(layout.has_text);
        }
        if rendered.counts.documents_kept > 0 {
            let compressed = match part.wrap.outer {
                Compression::None => None,
                outer => Some(write::compress(buffer, &ends, outer).map_err(encode_error)?),
            };
            let bytes = compressed.as_ref().unwrap_or(buffer);
            rendered.counts.bytes_output = count(bytes.len());
            let relative = context.corpus.output_path(part)?;
            context.corpus.output.write(&relative, bytes)?;
            rendered.files.push(WrittenFile::of(&relative, count(bytes.len())));
        }
        Ok(rendered)
    }

    /// Writes the documents of `part` that keep a paragraph, and what is no document and stays; the layout is
    /// that of the last one. After each of them `mark` is shown the output.
    ///
    /// The counts know nothing of what else became of the part: its bytes in and out are not in them, and for
    /// a text document neither is whether it was kept.
    pub(crate) fn write_part<W: Write>(
        &self,
        part: &Part,
        form: TextForm,
        out: &mut W,
        mut mark: impl FnMut(&W),
    ) -> io::Result<(Counts, BlankLines)> {
        let chunk = &self.scanned.chunk;
        let mut counts = self.part_counts(part);
        let mut layout = BlankLines::default();
        for slot_number in part.slots.clone() {
            let slot = &chunk.slots[slot_number];
            let original = Original { chunk, part, slot };
            if slot.is_verbatim {
                write::write_verbatim(original, out)?;
                mark(out);
            }
            if slot.fault.is_some() || slot.is_verbatim {
                continue;
            }
            let document = self.judged(slot_number);
            let written = if slot.is_record {
                let text = RecordText::new(document, part, form);
                if !text.is_empty() {
                    write::write_record(original, &text, out)?;
                    mark(out);
                }
                text.written
            } else {
                write::write_document(document, form, part.is_first, out)?
            };
            layout = written.layout;
            counts += document_counts(slot, &written);
        }
        Ok((counts, layout))
    }

    /// The rows that keep a paragraph.
    fn rows(&self, part: &Part, rows: &Rows, form: TextForm) -> io::Result<(Rows, Counts)> {
        let mut counts = self.part_counts(part);
        let mut texts = Vec::with_capacity(part.slots.len());
        for slot_number in part.slots.clone() {
            let slot = &self.scanned.chunk.slots[slot_number];
            if slot.fault.is_some() {
                texts.push(None);
                continue;
            }
            let text = RecordText::new(self.judged(slot_number), part, form);
            counts += document_counts(slot, &text.written);
            texts.push(if text.is_empty() { None } else { Some(text.into_string()?) });
        }
        Ok((rows.with_texts(&texts)?, counts))
    }
}
