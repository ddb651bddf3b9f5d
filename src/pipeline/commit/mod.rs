//! Commit: what a rendered chunk changes in order: large files are appended to, the ledger and the list of
//! rejections go on, counts are added up. One chunk at a time, in corpus order.

mod saved;

pub(super) use saved::SavedRecorder;

use std::io::{self, Write};

use crate::config::{Config, TargetFormat};
use crate::decide::near::Findings;
use crate::decide::{Earlier, Places};
use crate::discover::SourceList;
use crate::error::{Rejection, Result};
use crate::read::{Part, PartFate, Role, Spool, Spooler, Wrap};
use crate::report::{Counts, Summary, rejection_line};
use crate::store::{Area, Output, OutputFile, path};
use crate::write::{
    Checkpoint, Converted, EvidenceStore, Layout, Ledger, LedgerContext, Piece, RecordIds, Shards,
    SourceWriter,
};

use super::convert::text_path;
use super::drive::{Commit, Corpus};
use super::feed::Buffers;
use super::render::{Content, Rendered, RenderedPart, Settled, encode_error, runs_context};
use super::tally::{Tally, path_of};

/// The record of a run while it is made.
pub(super) struct Recorder<'a> {
    sources: &'a SourceList,
    output: &'a dyn Output,
    spooler: &'a dyn Spooler,
    config: &'a Config,
    buffers: &'a Buffers,
    ledger: Ledger,
    findings: Option<&'a Findings>,
    earlier: Option<&'a dyn Earlier>,
    rejected: Box<dyn OutputFile>,
    /// The source that is being appended to, and the path of its file.
    writer: Option<SourceWriter<'a>>,
    open_path: Vec<u8>,
    /// Where all documents go under `--to jsonl` and `--to parquet`.
    shards: Option<Shards<'a>>,
    open: Option<OpenDocument>,
    is_in_archive: bool,
    tally: Tally<'a>,
}

/// A document or container that is appended to, piece by piece.
#[derive(Default)]
struct OpenDocument {
    /// What its pieces add up to; counted when it is whole, as it may still turn out to be bad.
    counts: Counts,
    layout: Layout,
    /// Where the ledger goes back to then.
    checkpoint: Option<Checkpoint>,
    num_lines: u64,
    /// What stands before the first document that is kept, and goes if none is.
    pending: Vec<u8>,
    /// Something of it is written.
    is_written: bool,
    /// A text that is to go into a shard.
    text: Spool,
}

/// What a recorder writes to beside the corpus.
pub(super) struct RecordFiles {
    pub(super) ledger: Box<dyn OutputFile>,
    pub(super) rejected: Box<dyn OutputFile>,
}

/// The ledger's name in the record.
pub(super) const LEDGER: &[u8] = b"removed.jsonl.zst";
/// The name of the list of rejections.
const REJECTED: &[u8] = b"rejected.jsonl";
/// The stores of records' ids.
pub(super) const ID_STORES: [&str; 2] = ["ids-index", "ids"];

impl RecordFiles {
    /// Begins them.
    pub(super) fn create(output: &dyn Output) -> Result<Self> {
        Ok(Self {
            ledger: output.create(Area::Record, LEDGER)?,
            rejected: output.create(Area::Record, REJECTED)?,
        })
    }
}

impl<'a> Recorder<'a> {
    pub(super) fn new(
        corpus: &Corpus<'a>,
        files: RecordFiles,
        (ids, evidence): (RecordIds, EvidenceStore),
        findings: Option<&'a Findings>,
    ) -> Self {
        let Corpus { sources, output, spooler, config, buffers, .. } = *corpus;
        let RecordFiles { ledger, rejected } = files;
        let shards = match config.write.to {
            None | Some(TargetFormat::Txt) => None,
            Some(to) => Some(Shards::new(output, to, config.write.shard_bytes())),
        };
        Self {
            sources,
            output,
            spooler,
            config,
            buffers,
            ledger: Ledger::new(ledger, ids, evidence),
            findings,
            earlier: corpus.earlier(),
            rejected,
            writer: None,
            open_path: Vec::new(),
            shards,
            open: None,
            is_in_archive: false,
            tally: Tally::new(corpus, findings),
        }
    }

    /// What the ledger needs to know.
    fn context<'p>(&self, places: &'p Places) -> LedgerContext<'p>
    where
        'a: 'p,
    {
        LedgerContext { sources: self.sources, places, findings: self.findings, earlier: self.earlier }
    }

    /// Takes in a chunk and gives it back.
    fn take(&mut self, rendered: Rendered, places: &Places) -> Result<Settled> {
        let Rendered { settled, parts } = rendered;
        let chunk = &settled.scanned.chunk;
        for (slot, document) in chunk.slots.iter().zip(&settled.documents) {
            if slot.is_record {
                self.ledger.note_id(document.id, &chunk.bytes[slot.id.range()])?;
            }
        }
        for (part, rendered) in chunk.parts.iter().zip(parts) {
            self.commit_part(&settled, part, rendered, places)?;
            self.tally.advance(part);
        }
        Ok(settled)
    }

    /// Ends the ledger, and gives the counts.
    pub(super) fn finish(mut self, places: &Places) -> Result<Summary> {
        if let Some(shards) = self.shards.take() {
            self.tally.add_output(shards.finish()?);
        }
        let context = self.context(places);
        self.ledger.finish(context)?;
        Ok(self.tally.finish())
    }

    fn commit_part(
        &mut self,
        settled: &Settled,
        part: &Part,
        rendered: RenderedPart,
        places: &Places,
    ) -> Result<()> {
        match &part.role {
            Role::ArchiveStart => {
                self.is_in_archive = true;
                self.tally.count_input(part);
                return Ok(());
            }
            Role::ArchiveEnd => {
                self.is_in_archive = false;
                self.tally.count_input(part);
                self.close_writer()?;
                return self.end_unit(part);
            }
            Role::Whole | Role::Member(_) => {}
        }
        if part.fate != PartFate::Read && !part.kind.is_container() {
            self.retract(part)?;
            return self.end_unit(part);
        }
        let context = self.context(places);
        if part.is_first && rendered.content.is_some() {
            let checkpoint = if part.is_piece_of_text() { Some(self.ledger.checkpoint()?) } else { None };
            self.open = Some(OpenDocument { checkpoint, ..OpenDocument::default() });
        }
        let lines_before = self.open.as_ref().map_or(0, |open| open.num_lines);
        for rejection in self.tally.end_records(settled, part, places, lines_before) {
            self.list(&rejection)?;
        }
        if matches!(rendered.content, Some(Content::TooLong)) {
            let runs = runs_context((places, self.earlier), self.config);
            settled.for_each_run(part, &runs, |document, run| self.ledger.push(document, run, context))?;
        }
        for (document, run) in rendered.runs {
            self.ledger.push(document, run, context)?;
        }
        self.tally.count_removed(settled, part);
        let mut counts = rendered.counts;
        counts.bytes_input = part.num_bytes;
        match rendered.content {
            None => self.tally.add(&counts, part),
            Some(content) => self.append(settled, part, content, &counts)?,
        }
        if part.is_last {
            self.close_document(part, context)?;
            self.end_unit(part)?;
        }
        Ok(())
    }

    /// A source or a member is done with.
    fn end_unit(&mut self, part: &Part) -> Result<()> {
        self.tally.end_unit(part).map_or(Ok(()), |rejection| self.list(&rejection))
    }

    /// Lists what is rejected.
    fn list(&mut self, rejection: &Rejection) -> Result<()> {
        self.rejected.append(&rejection_line(rejection))
    }

    /// Appends a piece to its source, whose output is made when there is something to write.
    fn append(&mut self, settled: &Settled, part: &Part, content: Content, counts: &Counts) -> Result<()> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        let (more, layout) = match content {
            Content::Bytes { bytes, ends, layout } => {
                self.append_bytes(part, (&bytes, &ends), (counts, layout), &mut open)?;
                self.buffers.give_back(bytes);
                (*counts, layout)
            }
            Content::TooLong => {
                let (more, layout) = self.append_long(settled, part, &mut open)?;
                (Counts { bytes_input: counts.bytes_input, ..more }, layout)
            }
            #[cfg(feature = "parquet")]
            Content::Rows(rows) => {
                if counts.documents_kept > 0 {
                    self.writer(part, &mut open)?.write(&Piece::Rows(&rows))?;
                }
                (*counts, Layout::default())
            }
            #[cfg(feature = "parquet")]
            Content::Batch(batch) => {
                self.shards.as_mut().map_or(Ok(()), |shards| shards.append_rows(&batch))?;
                (*counts, Layout::default())
            }
        };
        open.layout = open.layout.joined(layout);
        open.counts += more;
        open.num_lines += part.num_lines;
        self.open = Some(open);
        Ok(())
    }

    fn append_bytes(
        &mut self,
        part: &Part,
        (bytes, ends): (&[u8], &[usize]),
        (counts, layout): (&Counts, Layout),
        open: &mut OpenDocument,
    ) -> Result<()> {
        if self.shards.is_some() {
            return self.append_to_shard(part, (bytes, ends), layout, open);
        }
        if !keeps(part, counts) && !open.is_written {
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
            writer.write(&Piece::Bytes(b"\n"))?;
        }
        writer.write(&if ends.is_empty() { Piece::Bytes(bytes) } else { Piece::Records(bytes, ends) })
    }

    /// Appends what is too long to be formatted in memory: once to count it, and once to write it.
    fn append_long(
        &mut self,
        settled: &Settled,
        part: &Part,
        open: &mut OpenDocument,
    ) -> Result<(Counts, Layout)> {
        let repair = self.config.split.repair;
        let counted = settled.write_part(part, repair, &mut io::sink(), |_| ());
        let (counts, layout) = counted.map_err(encode_error)?;
        if !keeps(part, &counts) {
            if !open.is_written {
                settled.write_part(part, repair, &mut open.pending, |_| ()).map_err(encode_error)?;
            }
            return Ok((counts, layout));
        }
        let owes_blank = !part.kind.is_container() && open.layout.owes_blank(layout);
        let mut out = io::BufWriter::new(self.writer(part, open)?.bytes());
        let joined = if owes_blank { out.write_all(b"\n") } else { Ok(()) };
        let written = joined.and_then(|()| settled.write_part(part, repair, &mut out, |_| ()));
        let written = written.and_then(|_| out.flush());
        out.into_parts().0.finish(written)?;
        Ok((counts, layout))
    }

    /// Appends lines of JSON to the shard, or a piece of a text to what will be one.
    fn append_to_shard(
        &mut self,
        part: &Part,
        (bytes, ends): (&[u8], &[usize]),
        layout: Layout,
        open: &mut OpenDocument,
    ) -> Result<()> {
        if !part.is_piece_of_text() {
            return self.shards.as_mut().map_or(Ok(()), |shards| shards.append_lines(bytes, ends));
        }
        if open.layout.owes_blank(layout) {
            open.text.append(b"\n", self.spooler)?;
        }
        open.text.append(bytes, self.spooler)?;
        Ok(())
    }

    /// The writer of the open document; what was to stand before its first kept document is written.
    fn writer(&mut self, part: &Part, open: &mut OpenDocument) -> Result<&mut SourceWriter<'a>> {
        let is_mirrored = self.config.write.to.is_none();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let relative = self.sources.get(part.source).place.relative.to_vec();
                let (relative, wrap) = match self.config.write.to {
                    None => (relative, part.wrap),
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
                let is_record = part.kind == crate::read::Kind::Warc;
                let piece = if is_record { Piece::Records(&pending, &end) } else { Piece::Bytes(&pending) };
                writer.write(&piece)?;
            }
        }
        Ok(writer)
    }

    /// Counts the document or container that ends, if one is open, and ends what was written of it.
    fn close_document(&mut self, part: &Part, context: LedgerContext<'_>) -> Result<()> {
        let Some(OpenDocument { mut counts, layout, is_written, mut text, .. }) = self.open.take() else {
            return Ok(());
        };
        // What is converted whole is counted already.
        if !part.kind.is_container() && (part.is_piece_of_text() || self.config.write.to.is_none()) {
            counts.documents_kept = u64::from(layout.has_text);
            counts.documents_emptied = u64::from(!layout.has_text);
        }
        self.tally.add(&counts, part);
        if let Some(shards) = &mut self.shards {
            if text.is_empty() {
                return Ok(());
            }
            let path = path::lossless(&path_of(context.sources, part)).into_owned();
            let document = Converted { id: path.clone(), path, text: String::new(), fields: Vec::new() };
            return shards.append_long(&document, &mut text);
        }
        match part.member() {
            Some(member) if self.config.write.to.is_none() => match &mut self.writer {
                Some(writer) if is_written => writer.end_member(member),
                _ => Ok(()),
            },
            _ => self.close_writer(),
        }
    }

    fn close_writer(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let bytes_output = writer.finish()?;
        self.tally.add_output(bytes_output);
        Ok(())
    }

    /// Takes back what is written of a large text document that turned out to be bad.
    fn retract(&mut self, part: &Part) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        if let Some(checkpoint) = open.checkpoint {
            self.ledger.roll_back(checkpoint)?;
        }
        let is_member = part.member().is_some() && self.config.write.to.is_none();
        match &mut self.writer {
            Some(writer) if is_member => writer.drop_member(),
            writer => writer.take().map_or(Ok(()), SourceWriter::discard)?,
        }
        Ok(())
    }
}

impl Commit<Rendered> for Recorder<'_> {
    fn commit(&mut self, rendered: Rendered, places: &Places) -> Result<Vec<u8>> {
        Ok(self.take(rendered, places)?.scanned.chunk.bytes)
    }

    fn save(&mut self) -> Result<Option<SavedRecorder>> {
        self.saved()
    }
}

/// Whether something of a part stays.
fn keeps(part: &Part, counts: &Counts) -> bool {
    if part.kind.is_container() { counts.documents_kept > 0 } else { counts.paragraphs_kept > 0 }
}
