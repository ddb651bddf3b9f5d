//! Appends to the output of a source, piece by piece.

use std::io::{self, Write};

use super::{OpenDocument, Recorder};
use crate::account::Counts;
use crate::error::Result;
use crate::read::{Part, Wrap};
use crate::run::convert::text_path;
use crate::run::corpus::{output_path, path_of};
use crate::run::render::{PartContent, encode_error};
use crate::run::settled::Settled;
use crate::store::Area;
use crate::write::{BlankLines, SourceWriter, TextForm, WritePiece};

/// The formatted text of a part.
#[derive(Clone, Copy)]
struct Formatted<'a> {
    bytes: &'a [u8],
    /// Where each record ends if it is compressed by itself.
    ends: &'a [usize],
    layout: BlankLines,
}

impl<'a> Recorder<'a> {
    /// Appends a piece to its source, whose output is made when there is something to write.
    pub(super) fn append(
        &mut self,
        settled: &Settled,
        part: &Part,
        content: PartContent,
        counts: &Counts,
    ) -> Result<()> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        let (more, layout) = match content {
            PartContent::Bytes { bytes, ends, layout } => {
                let formatted = Formatted { bytes: &bytes, ends: &ends, layout };
                self.append_bytes(part, formatted, counts, &mut open)?;
                self.buffers.give_back(bytes);
                (*counts, layout)
            }
            PartContent::TooLong => {
                let (more, layout) = self.append_long(settled, part, &mut open)?;
                (Counts { bytes_input: counts.bytes_input, ..more }, layout)
            }
            PartContent::Rows(rows) => {
                if counts.documents_kept > 0 {
                    self.writer(part, &mut open)?.write(&WritePiece::Rows(&rows))?;
                }
                (*counts, BlankLines::default())
            }
            PartContent::Shard(rows) => {
                self.shards.as_mut().map_or(Ok(()), |shards| shards.append_rows(&rows))?;
                (*counts, BlankLines::default())
            }
        };
        open.layout = open.layout.joined(layout);
        open.counts += more;
        self.open = Some(open);
        Ok(())
    }

    fn append_bytes(
        &mut self,
        part: &Part,
        formatted: Formatted<'_>,
        counts: &Counts,
        open: &mut OpenDocument,
    ) -> Result<()> {
        let Formatted { bytes, ends, layout } = formatted;
        if self.shards.is_some() {
            return self.append_to_shard(part, formatted, open);
        }
        if self.waits(part, counts) && !open.is_written {
            // Nothing is kept so far: what stands between documents waits for one.
            open.pending.extend_from_slice(bytes);
            return Ok(());
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let owes_blank = !part.kind.is_container() && open.layout.owes_blank(layout);
        let writer = self.writer(part, open)?;
        if owes_blank {
            writer.write(&WritePiece::Bytes(b"\n"))?;
        }
        writer.write(&if ends.is_empty() {
            WritePiece::Bytes(bytes)
        } else {
            WritePiece::Records(bytes, ends)
        })
    }

    /// Appends what is too long to be formatted in memory: once to count it, and once to write it.
    fn append_long(
        &mut self,
        settled: &Settled,
        part: &Part,
        open: &mut OpenDocument,
    ) -> Result<(Counts, BlankLines)> {
        let form = TextForm::of(self.config);
        let counted = settled.write_part(part, form, &mut io::sink(), |_| ());
        let (counts, layout) = counted.map_err(encode_error)?;
        if self.waits(part, &counts) {
            if !open.is_written {
                settled.write_part(part, form, &mut open.pending, |_| ()).map_err(encode_error)?;
            }
            return Ok((counts, layout));
        }
        let owes_blank = !part.kind.is_container() && open.layout.owes_blank(layout);
        let mut out = io::BufWriter::new(self.writer(part, open)?.bytes());
        let joined = if owes_blank { out.write_all(b"\n") } else { Ok(()) };
        let written = joined.and_then(|()| settled.write_part(part, form, &mut out, |_| ()));
        let written = written.and_then(|_| out.flush());
        out.into_parts().0.finish(written)?;
        Ok((counts, layout))
    }

    /// Whether nothing of a part stays by itself. Blank lines of a file that is written as it came are written at once,
    /// however many there are; if nothing follows they are taken back. Those of a member are few enough to wait.
    fn waits(&self, part: &Part, counts: &Counts) -> bool {
        let is_left = !part.kind.is_container() && part.member().is_none() && self.config.leaves_texts();
        !is_left && !keeps(part, counts)
    }

    /// Appends lines of JSON to the shard, or a piece of a text to what will be one.
    fn append_to_shard(
        &mut self,
        part: &Part,
        formatted: Formatted<'_>,
        open: &mut OpenDocument,
    ) -> Result<()> {
        let Formatted { bytes, ends, layout } = formatted;
        if !part.is_piece_of_text() {
            return self.shards.as_mut().map_or(Ok(()), |shards| shards.append_lines(bytes, ends));
        }
        if open.layout.owes_blank(layout) {
            open.text.append(b"\n", self.spooler)?;
        }
        open.text.append(bytes, self.spooler)?;
        Ok(())
    }

    /// Writes bytes of the open document.
    pub(super) fn write_bytes(&mut self, part: &Part, open: &mut OpenDocument, bytes: &[u8]) -> Result<()> {
        self.writer(part, open)?.write(&WritePiece::Bytes(bytes))
    }

    /// The writer of the open document; what was to stand before its first kept document is written.
    fn writer(&mut self, part: &Part, open: &mut OpenDocument) -> Result<&mut SourceWriter<'a>> {
        let is_mirrored = self.config.write.to.is_none();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let (relative, wrap) = match self.config.write.to {
                    None => (output_path(self.sources, part)?, part.wrap),
                    // Each text is a file of its own.
                    Some(_) => (text_path(path_of(self.sources, part), part, None), Wrap::default()),
                };
                let file = self.output.create(Area::Corpus, &relative)?;
                self.open_path = relative;
                none.insert(SourceWriter::new(file, wrap, self.spooler)?)
            }
        };
        if !std::mem::replace(&mut open.is_written, true) {
            if part.member().is_some() && is_mirrored {
                writer.begin_member(part.wrap.inner)?;
            }
            let pending = std::mem::take(&mut open.pending);
            if !pending.is_empty() {
                let end = [pending.len()];
                let is_record = part.kind.is_compressed_by_record();
                let piece =
                    if is_record { WritePiece::Records(&pending, &end) } else { WritePiece::Bytes(&pending) };
                writer.write(&piece)?;
            }
        }
        Ok(writer)
    }
}

/// Whether something of a part stays.
fn keeps(part: &Part, counts: &Counts) -> bool {
    if part.kind.is_container() { counts.documents_kept > 0 } else { counts.paragraphs_kept > 0 }
}
