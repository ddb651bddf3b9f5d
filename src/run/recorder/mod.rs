//! Records rendered chunks in corpus order, one at a time: large files are appended to, ledger and list of rejections
//! go on, counts are added up.

mod append;
mod files;
mod held;
mod saved;
mod tally;
mod uids;

pub(crate) use saved::SavedRecorder;

use std::io::{Read, Seek, SeekFrom};

use crate::account::{
    CARD, Counts, EvidenceStore, LedgerContext, LedgerWriter, RejectedLine, RollbackPoint, Summary, card,
    names,
};
use crate::config::{Config, TargetFormat};
use crate::decide::{Earlier, Findings, Places};
use crate::discover::SourceList;
use crate::error::{Rejection, Result};
use crate::read::{Fault, Part, Spool, Spooler};
use crate::store::{Area, Output, OutputFile, WrittenFile, path};
use crate::units::count;
use crate::write::{BlankLines, Converted, RecordIds, Shards, SourceWriter, Uid, UidName};

use crate::rules::{ANNOTATED_BYTES, Editor, annotations};
use crate::run::corpus::{Buffers, Corpus, path_of};
use crate::run::drive::Commit;
use crate::run::render::{PartContent, Rendered, RenderedPart, encode_error};
use crate::run::settled::{LayoutFate, Settled, stretch_context};
use crate::run::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use files::FileList;
use held::HeldLayout;
pub(crate) use tally::{SavedTally, Tally};
use uids::OpenUids;

/// Makes the account of a run, and appends to its output.
pub(crate) struct Recorder<'a> {
    sources: &'a SourceList,
    output: &'a dyn Output,
    spooler: &'a dyn Spooler,
    config: &'a Config,
    editor: &'a Editor,
    buffers: &'a Buffers,
    ledger: LedgerWriter,
    findings: Option<&'a Findings>,
    earlier: Option<&'a dyn Earlier>,
    rejected: Box<dyn OutputFile>,
    /// The list of what is written.
    files: FileList,
    /// The source that is being appended to, and the path of its file.
    writer: Option<SourceWriter<'a>>,
    open_path: Vec<u8>,
    /// Where all documents go under `--to jsonl` and `--to parquet`.
    shards: Option<Shards<'a>>,
    /// The ids of the open container's records, where they go into shards.
    uids: OpenUids,
    /// Where the walk stands within the open document.
    walk: Walk,
    open: Option<OpenDocument>,
    is_in_archive: bool,
    tally: Tally<'a>,
}

/// A document or container that is appended to, piece by piece.
#[derive(Default)]
struct OpenDocument {
    /// Counts of its pieces so far. They are added to the run's when the document is whole, as it may still turn out to
    /// be bad.
    counts: Counts,
    layout: BlankLines,
    /// Where the ledger goes back to then.
    rollback_point: Option<RollbackPoint>,
    /// Bytes that stand before the first kept document. They are dropped if no document is kept.
    pending: Vec<u8>,
    /// Something of it is written.
    is_written: bool,
    /// A text that is to go into a shard.
    text: Spool,
    /// Layout of which it is open whether it stays.
    held: Option<HeldLayout>,
}

/// The files and stores that a recorder writes beside the corpus.
pub(crate) struct AccountFiles {
    pub(crate) ledger: Box<dyn OutputFile>,
    pub(crate) rejected: Box<dyn OutputFile>,
    pub(crate) files: Box<dyn OutputFile>,
}

/// Stores that the ledger looks things up in: the ids of records, and why texts go.
pub(crate) struct LedgerStores {
    pub(crate) ids: RecordIds,
    pub(crate) evidence: EvidenceStore,
}

/// The stores of records' ids.
pub(crate) const ID_STORES: [&str; 2] = ["ids-index", "ids"];

impl AccountFiles {
    /// Begins them.
    pub(crate) fn create(output: &dyn Output) -> Result<Self> {
        Ok(Self {
            ledger: output.create(Area::Account, names::LEDGER.as_bytes())?,
            rejected: output.create(Area::Account, names::REJECTED.as_bytes())?,
            files: output.create(Area::Account, names::FILES.as_bytes())?,
        })
    }
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(
        corpus: &Corpus<'a>,
        files: AccountFiles,
        stores: LedgerStores,
        findings: Option<&'a Findings>,
    ) -> Self {
        let Corpus { sources, output, spooler, config, editor, buffers, .. } = *corpus;
        let AccountFiles { ledger, rejected, files } = files;
        let LedgerStores { ids, evidence } = stores;
        let shards = match config.write.to {
            None | Some(TargetFormat::Txt) => None,
            Some(to) => Some(Shards::new(output, to, config.write.shard_bytes())),
        };
        Self {
            sources,
            output,
            spooler,
            config,
            editor,
            buffers,
            ledger: LedgerWriter::new(ledger, ids, evidence),
            findings,
            earlier: corpus.earlier(),
            rejected,
            files: FileList::new(files),
            writer: None,
            open_path: Vec::new(),
            shards,
            uids: OpenUids::default(),
            walk: Walk::default(),
            open: None,
            is_in_archive: false,
            tally: Tally::new(corpus, findings),
        }
    }

    /// Findings of the searches of the whole corpus.
    pub(crate) fn findings(&self) -> Option<&'a Findings> {
        self.findings
    }

    /// The information that the ledger needs to name places.
    fn context<'p>(&self, places: &'p Places) -> LedgerContext<'p>
    where
        'a: 'p,
    {
        LedgerContext {
            sources: self.sources,
            places,
            findings: self.findings,
            earlier: self.earlier,
            editor: self.editor,
        }
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
            let mut walk = self.walk;
            walk.part(chunk, part, &mut PartCommit { recorder: self, settled: &settled, rendered, places })?;
            // Lines are those of the open document, which is what is saved.
            self.walk = if self.open.is_some() { walk } else { Walk::default() };
            self.tally.advance(part);
        }
        Ok(settled)
    }

    /// Ends the ledger, and gives the counts.
    pub(crate) fn finish(mut self, places: &Places) -> Result<Summary> {
        if let Some(shards) = &mut self.shards {
            self.tally.add_output(shards.finish()?);
        }
        self.list_shards()?;
        let context = self.context(places);
        self.ledger.finish(context)?;
        let mut summary = self.tally.finish();
        self.ledger.count_named(self.editor, &mut summary);
        if self.config.write.dataset_card {
            let card = card(&summary);
            summary.bytes.output += count(card.len());
            self.output.write(CARD.as_bytes(), card.as_bytes())?;
            self.files.add(&WrittenFile::of(CARD.as_bytes(), count(card.len())))?;
        }
        self.files.flush()?;
        Ok(summary)
    }

    /// A source or a member is done with.
    fn end_unit(&mut self, part: &Part) -> Result<()> {
        self.tally.end_unit(part).map_or(Ok(()), |rejection| self.list(&rejection))
    }

    /// Lists what is rejected.
    fn list(&mut self, rejection: &Rejection) -> Result<()> {
        self.rejected.append(&RejectedLine::of(rejection).to_json())
    }

    /// Lists the shards that are done.
    fn list_shards(&mut self) -> Result<()> {
        let done = self.shards.as_mut().map_or_else(Vec::new, Shards::take_done);
        done.iter().try_for_each(|shard| self.files.add(shard))
    }

    /// Counts the document or container that ends, if one is open, and ends what was written of it.
    fn close_document(&mut self, part: &Part, context: LedgerContext<'_>) -> Result<()> {
        let Some(OpenDocument { mut counts, layout, is_written, mut text, .. }) = self.open.take() else {
            return Ok(());
        };
        // What is converted whole is counted already.
        if !part.kind.is_container() && (part.is_piece_of_text() || self.config.write.to.is_none()) {
            counts.end_document(layout.has_text);
        }
        self.tally.add(&counts, part);
        if let Some(shards) = &mut self.shards {
            if text.is_empty() || !layout.has_text {
                return Ok(());
            }
            let path = path::lossless(&path_of(context.sources, part)).into_owned();
            let uid = Uid::new(&path, UidName::File);
            let annotations = annotations(self.config, &beginning(&mut text)?);
            let id = path.clone();
            let document = Converted { uid, id, path, text: String::new(), fields: Vec::new(), annotations };
            return shards.append_long(&document, &mut text);
        }
        if is_written && !layout.has_text && !part.kind.is_container() {
            return self.discard(part); // blank lines
        }
        match part.member() {
            Some(member) if self.config.write.to.is_none() => match &mut self.writer {
                Some(writer) if is_written => writer.end_member(member, &part.output_path(&member.path)),
                _ => Ok(()),
            },
            _ => self.close_writer(),
        }
    }

    fn close_writer(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let bytes_output = writer.finish()?;
        self.tally.add_output(bytes_output);
        self.files.add(&WrittenFile::of(&self.open_path, bytes_output))
    }

    /// Takes back what is written of a large text document that turned out to be bad.
    fn retract(&mut self, part: &Part) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        if let Some(rollback_point) = open.rollback_point {
            self.ledger.roll_back(rollback_point)?;
        }
        self.discard(part)
    }

    /// Takes back what is written of the text that is open.
    fn discard(&mut self, part: &Part) -> Result<()> {
        let is_member = part.member().is_some() && self.config.write.to.is_none();
        match &mut self.writer {
            Some(writer) if is_member => writer.drop_member(),
            writer => writer.take().map_or(Ok(()), SourceWriter::discard)?,
        }
        Ok(())
    }
}

/// Commits a part of a chunk.
struct PartCommit<'c, 'a> {
    recorder: &'c mut Recorder<'a>,
    settled: &'c Settled,
    rendered: RenderedPart,
    places: &'c Places,
}

impl UnitVisitor for PartCommit<'_, '_> {
    fn begin_archive(&mut self, part: &Part) -> Result<()> {
        self.recorder.is_in_archive = true;
        self.recorder.tally.count_input(part);
        Ok(())
    }

    fn end_archive(&mut self, part: &Part) -> Result<()> {
        self.recorder.is_in_archive = false;
        self.recorder.tally.count_input(part);
        self.recorder.close_writer()?;
        self.recorder.end_unit(part)
    }

    fn begin_unit(&mut self, part: &Part) -> Result<()> {
        self.recorder.uids.begin_unit();
        if self.rendered.content.is_some() {
            let is_piece = part.is_piece_of_text();
            let rollback_point = if is_piece { Some(self.recorder.ledger.rollback_point()?) } else { None };
            self.recorder.open = Some(OpenDocument { rollback_point, ..OpenDocument::default() });
        }
        Ok(())
    }

    fn rejected_record(&mut self, record: &RecordSlot<'_>, fault: &Fault) -> Result<()> {
        let owner = self.places.owner(self.settled.documents[record.number].id);
        let rejection = self.recorder.tally.reject_record(record, fault, owner);
        self.recorder.list(&rejection)
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        self.recorder.tally.end_document(&self.settled.documents[record.number]);
        Ok(())
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        if piece.is_end {
            self.recorder.tally.end_document(&self.settled.documents[piece.number]);
        }
        Ok(())
    }

    fn end_part(&mut self, part: &Part) -> Result<()> {
        let Self { recorder, settled, rendered, places } = self;
        let mut rendered = std::mem::take(rendered);
        rendered.counts.bytes_input = part.num_bytes;
        let context = recorder.context(places);
        recorder.tally.count_records(part);
        let fate = settled.layout_of(part);
        if fate == LayoutFate::Open {
            return recorder.hold(settled, part, rendered, context);
        }
        if let Some(document) = settled.documents.get(part.slots.start) {
            recorder.release(document.id, part, fate, context)?;
        }
        let RenderedPart { counts, stretches, files, uid_claims, mut content } = rendered;
        if let Some(content) = &mut content {
            let path = path::lossless(&path_of(context.sources, part)).into_owned();
            recorder.uids.settle(&path, &uid_claims, content);
        }
        if matches!(content, Some(PartContent::TooLong)) {
            let all = stretch_context(context, recorder.config);
            settled.for_each_stretch(part, &all, |document, stretch| {
                recorder.ledger.push(document, stretch, context)
            })?;
        }
        for (document, stretch) in stretches {
            recorder.ledger.push(document, stretch, context)?;
        }
        files.iter().try_for_each(|file| recorder.files.add(file))?;
        match content {
            None => recorder.tally.add(&counts, part),
            Some(content) => recorder.append(settled, part, content, &counts)?,
        }
        Ok(())
    }

    fn drop_unit(&mut self, part: &Part, _is_begun: bool) -> Result<()> {
        self.recorder.retract(part)?;
        self.recorder.end_unit(part)
    }

    fn end_unit(&mut self, part: &Part, _num_records: Option<u64>) -> Result<()> {
        let context = self.recorder.context(self.places);
        self.recorder.close_document(part, context)?;
        self.recorder.end_unit(part)
    }
}

impl Commit<Rendered> for Recorder<'_> {
    type Saved = SavedRecorder;

    fn commit(&mut self, rendered: Rendered, places: &Places) -> Result<Vec<u8>> {
        Ok(self.take(rendered, places)?.scanned.chunk.bytes)
    }

    fn save(&mut self) -> Result<Option<SavedRecorder>> {
        self.saved()
    }
}

/// The beginning of a text that is put together, as far as it is annotated.
fn beginning(text: &mut Spool) -> Result<String> {
    let mut bytes = Vec::new();
    let read = Read::take(&mut *text, count(ANNOTATED_BYTES)).read_to_end(&mut bytes);
    read.and_then(|_| text.seek(SeekFrom::Start(0))).map_err(encode_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
