//! Commit: what a rendered chunk changes in order: large files are appended to, the ledger and the list of
//! rejections go on, counts are added up. One chunk at a time, in corpus order.

use std::io;

use crate::config::Config;
use crate::decide::Places;
use crate::discover::SourceList;
use crate::error::{RecordPlace, RejectReason, Rejection, Result};
use crate::observe::Observer;
use crate::read::{Part, PartFate};
use crate::report::{Counts, Summary, rejection_line};
use crate::store::{Area, FileWriter, Output, OutputFile, Scratch};
use crate::units::{SourceId, count};
use crate::write::{Layout, Ledger, LedgerContext};

use super::feed::Buffers;
use super::render::{Content, Rendered, RenderedPart, Settled, runs_context};

/// The record of a run while it is made.
pub(super) struct Recorder<'a> {
    sources: &'a SourceList,
    output: &'a dyn Output,
    observer: &'a dyn Observer,
    config: &'a Config,
    buffers: &'a Buffers,
    ledger: Ledger,
    rejected: Box<dyn OutputFile>,
    open: Option<OpenSource>,
    /// Bytes of the open source that the observer was told of.
    advanced: u64,
    pub(super) summary: Summary,
}

/// A large source of which some pieces are committed.
struct OpenSource {
    file: Option<Box<dyn OutputFile>>,
    /// What its pieces add up to; counted when it is whole, as it may still turn out to be bad.
    counts: Counts,
    layout: Layout,
    /// Where the ledger goes back to then.
    checkpoint: u64,
    num_lines: u64,
}

/// What a recorder writes to beside the corpus.
pub(super) struct RecordFiles {
    pub(super) ledger: Box<dyn OutputFile>,
    pub(super) rejected: Box<dyn OutputFile>,
    pub(super) scratch: [Box<dyn Scratch>; 2],
}

impl<'a> Recorder<'a> {
    pub(super) fn new(
        sources: &'a SourceList,
        (output, observer): (&'a dyn Output, &'a dyn Observer),
        (config, buffers): (&'a Config, &'a Buffers),
        files: RecordFiles,
        summary: Summary,
    ) -> Result<Self> {
        let RecordFiles { ledger, rejected, scratch } = files;
        let ledger = Ledger::new(ledger, scratch)?;
        Ok(Self {
            sources,
            output,
            observer,
            config,
            buffers,
            ledger,
            rejected,
            open: None,
            advanced: 0,
            summary,
        })
    }

    /// Commits a chunk and gives it back.
    pub(super) fn commit(&mut self, rendered: Rendered, places: &Places) -> Result<Settled> {
        let Rendered { settled, parts } = rendered;
        let chunk = &settled.scanned.chunk;
        for (slot, document) in chunk.slots.iter().zip(&settled.documents) {
            if slot.is_record() {
                self.ledger.note_id(document.id, &chunk.bytes[slot.id.range()])?;
            }
        }
        for (part, rendered) in chunk.parts.iter().zip(parts) {
            self.commit_part(&settled, part, rendered, places)?;
            self.advance(part);
        }
        Ok(settled)
    }

    /// Tells the observer. With a source that is left off half-way its unread rest is done with too.
    fn advance(&mut self, part: &Part) {
        let listed = self.sources.get(part.source).size;
        let is_left_off = part.fate != PartFate::Read && listed != u64::MAX;
        let bytes = if is_left_off { listed.saturating_sub(self.advanced) } else { count(part.num_bytes) };
        self.advanced = if part.is_last { 0 } else { self.advanced + bytes };
        self.observer.advanced(u64::from(part.is_last), bytes);
    }

    /// Ends the ledger; nothing is committed after this.
    pub(super) fn finish(&mut self, places: &Places) -> Result<()> {
        self.ledger.finish(LedgerContext { sources: self.sources, places })
    }

    fn commit_part(
        &mut self,
        settled: &Settled,
        part: &Part,
        rendered: RenderedPart,
        places: &Places,
    ) -> Result<()> {
        if part.fate != PartFate::Read && !part.is_container {
            self.retract()?;
            return self.end_source(part);
        }
        if part.is_first && rendered.content.is_some() {
            self.open_source(places)?;
        }
        self.reject_records(settled, part, places)?;
        let context = LedgerContext { sources: self.sources, places };
        if matches!(rendered.content, Some(Content::TooLong)) {
            let runs = runs_context(places, self.config);
            settled.for_each_run(part, &runs, |document, run| self.ledger.push(document, run, context))?;
        }
        for (document, run) in rendered.runs {
            self.ledger.push(document, run, context)?;
        }
        let mut counts = rendered.counts;
        counts.bytes_input = count(part.num_bytes);
        match rendered.content {
            None => self.summary.add(counts),
            Some(content) => self.append(settled, part, content, counts)?,
        }
        if part.is_last {
            self.close_source(part.is_container);
            self.end_source(part)?;
        }
        Ok(())
    }

    fn open_source(&mut self, places: &Places) -> Result<()> {
        let checkpoint = self.ledger.checkpoint(LedgerContext { sources: self.sources, places })?;
        let (counts, layout) = (Counts::default(), Layout::default());
        self.open = Some(OpenSource { file: None, counts, layout, checkpoint, num_lines: 0 });
        Ok(())
    }

    /// Appends a piece to the file of its source, which is made when there is something to write.
    fn append(&mut self, settled: &Settled, part: &Part, content: Content, counts: Counts) -> Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let (more, layout) = match &content {
            Content::Bytes(_, layout) => (counts, *layout),
            Content::TooLong => {
                let (more, layout) = settled
                    .write_part(part, self.config.split.repair, &mut io::sink())
                    .map_err(super::render::encode_error)?;
                (Counts { bytes_input: counts.bytes_input, ..more }, layout)
            }
        };
        let is_something = match &content {
            Content::Bytes(bytes, _) => !bytes.is_empty(),
            Content::TooLong => more.paragraphs_kept > 0,
        };
        if is_something {
            let file = match &mut open.file {
                Some(file) => file,
                none => {
                    let relative = self.sources.get(part.source).place.relative;
                    none.insert(self.output.create(Area::Corpus, relative)?)
                }
            };
            if !part.is_container && open.layout.owes_blank(layout) {
                file.append(b"\n")?;
            }
            match content {
                Content::Bytes(bytes, _) => {
                    file.append(&bytes)?;
                    self.buffers.give_back(bytes);
                }
                Content::TooLong => {
                    let mut out = io::BufWriter::new(FileWriter::new(&mut **file));
                    let written = settled.write_part(part, self.config.split.repair, &mut out);
                    let written = written.and_then(|_| io::Write::flush(&mut out));
                    out.into_parts().0.finish(written)?;
                }
            }
        }
        open.layout = open.layout.joined(layout);
        open.counts += more;
        open.num_lines += part.num_lines;
        Ok(())
    }

    /// Counts the large source that ends, if one is open.
    fn close_source(&mut self, is_container: bool) {
        let Some(OpenSource { file, mut counts, layout, .. }) = self.open.take() else { return };
        counts.bytes_output = file.map_or(0, |file| file.len());
        if !is_container {
            counts.documents_kept = u64::from(layout.has_text);
            counts.documents_emptied = u64::from(!layout.has_text);
        }
        self.summary.add(counts);
    }

    /// Takes back what is written of a large text document that turned out to be bad.
    fn retract(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        self.ledger.roll_back(open.checkpoint)?;
        open.file.map_or(Ok(()), OutputFile::discard)
    }

    /// Counts a source by what became of it, and lists it if it is rejected.
    fn end_source(&mut self, part: &Part) -> Result<()> {
        match &part.fate {
            PartFate::Read => self.summary.count_file(),
            PartFate::Skipped(reason) => {
                self.summary.count_skipped(*reason);
                self.observer.skipped(self.sources.get(part.source).place.relative, *reason);
            }
            PartFate::Rejected { reason, byte, detail } => {
                self.summary.count_rejected_file(*reason);
                self.reject(part.source, None, (*reason, *byte, detail))?;
            }
        }
        Ok(())
    }

    fn reject_records(&mut self, settled: &Settled, part: &Part, places: &Places) -> Result<()> {
        let lines_before = self.open.as_ref().map_or(0, |open| open.num_lines);
        for number in part.slots.clone() {
            let slot = &settled.scanned.chunk.slots[number];
            let Some(fault) = &slot.fault else { continue };
            let (_, record) = places.source_of(settled.documents[number].id);
            let place = RecordPlace { record, line: lines_before + slot.lines_before + 1 };
            self.summary.count_rejected_record(fault.reason);
            self.reject(part.source, Some(place), (fault.reason, fault.byte, &fault.detail))?;
        }
        Ok(())
    }

    fn reject(
        &mut self,
        source: SourceId,
        record: Option<RecordPlace>,
        (reason, byte, detail): (RejectReason, Option<u64>, &str),
    ) -> Result<()> {
        let path = self.sources.get(source).place.relative.to_vec();
        let rejection = Rejection { path, record, byte, reason, detail: detail.to_owned() };
        self.rejected.append(&rejection_line(&rejection))?;
        self.observer.rejected(&rejection);
        Ok(())
    }
}
