//! The part of the recorder that is saved for a resumed run.

use serde::{Deserialize, Serialize};

use super::files::FileList;
use super::uids::{OpenUids, SavedUids};
use super::{AccountFiles, ID_STORES, OpenDocument, Recorder, SavedTally, Tally};
use crate::account::{Counts, EvidenceStore, LedgerWriter, SavedLedgerWriter, names};
use crate::config::TargetFormat;
use crate::decide::Findings;
use crate::error::Result;
use crate::read::Wrap;
use crate::run::corpus::Corpus;
use crate::run::walk::Walk;
use crate::store::{Area, Mark, StagedFile};
use crate::write::{BlankLines, RecordIds, SavedShards, Shards, SourceWriter};

/// A saved [`Recorder`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedRecorder {
    ledger: SavedLedgerWriter,
    /// Length and checksum of the list of rejections.
    rejected: Mark,
    /// Length and checksum of the list of written files.
    files: Mark,
    /// The file that was appended to, and what it held.
    writer: Option<(Vec<u8>, Mark)>,
    shards: Option<SavedShards>,
    uids: Option<SavedUids>,
    open: Option<SavedDocument>,
    tally: SavedTally,
}

/// A saved [`OpenDocument`]: a container. In the middle of a text nothing is saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SavedDocument {
    counts: Counts,
    layout: BlankLines,
    num_lines: u64,
    pending: Vec<u8>,
    is_written: bool,
}

impl OpenDocument {
    /// Saves it, with the walk that goes through it.
    fn save(&self, walk: Walk) -> SavedDocument {
        let Self { counts, layout, is_written, .. } = *self;
        SavedDocument { counts, layout, num_lines: walk.lines(), pending: self.pending.clone(), is_written }
    }

    fn resume(saved: SavedDocument) -> (Self, Walk) {
        let SavedDocument { counts, layout, num_lines, pending, is_written } = saved;
        (Self { counts, layout, pending, is_written, ..Self::default() }, Walk::resumed(num_lines))
    }
}

impl SavedRecorder {
    /// The files that were appended to, as they were then.
    pub(crate) fn open_files(&self, to: Option<TargetFormat>) -> Vec<StagedFile> {
        let account =
            |name: &str, mark| StagedFile { area: Area::Account, relative: name.as_bytes().to_owned(), mark };
        let mut files = vec![
            account(names::LEDGER, self.ledger.mark),
            account(names::REJECTED, self.rejected),
            account(names::FILES, self.files),
        ];
        if let Some((relative, mark)) = &self.writer {
            files.push(StagedFile { area: Area::Corpus, relative: relative.clone(), mark: *mark });
        }
        files.extend(self.shards.zip(to).and_then(|(shards, to)| shards.open_file(to)));
        files
    }
}

impl<'a> Recorder<'a> {
    /// Resumes a saved recorder, with its files and stores as they were then.
    pub(crate) fn resume(
        corpus: &Corpus<'a>,
        saved: SavedRecorder,
        findings: Option<&'a Findings>,
        evidence: EvidenceStore,
    ) -> Result<Self> {
        let SavedRecorder { ledger, rejected, files, writer, shards, uids, open, tally } = saved;
        let output = corpus.output;
        let [index, ids] =
            [0, 1].map(|number| output.reopen_store(ID_STORES[number], ledger.ids.stores[number]));
        let mut ids = RecordIds::resume(&ledger.ids, [index?, ids?]);
        let uids = OpenUids::resume(uids, &mut ids)?;
        let files = AccountFiles {
            ledger: output.reopen(Area::Account, names::LEDGER.as_bytes(), ledger.mark)?,
            rejected: output.reopen(Area::Account, names::REJECTED.as_bytes(), rejected)?,
            files: output.reopen(Area::Account, names::FILES.as_bytes(), files)?,
        };
        let AccountFiles { ledger: ledger_file, rejected, files } = files;
        let (writer, open_path) = match writer {
            None => (None, Vec::new()),
            Some((relative, mark)) => {
                let file = output.reopen(Area::Corpus, &relative, mark)?;
                (Some(SourceWriter::new(file, Wrap::default(), corpus.spooler)?), relative)
            }
        };
        let shards = match (corpus.config.write.to, shards) {
            (Some(to), Some(saved)) => {
                Some(Shards::resume(output, to, corpus.config.write.shard_bytes(), saved)?)
            }
            _ => None,
        };
        let (open, walk) = open.map(OpenDocument::resume).unzip();
        Ok(Self {
            sources: corpus.sources,
            output,
            spooler: corpus.spooler,
            config: corpus.config,
            editor: corpus.editor,
            buffers: corpus.buffers,
            ledger: LedgerWriter::resume(ledger, ledger_file, ids, evidence),
            findings,
            earlier: corpus.earlier(),
            rejected,
            files: FileList::new(files),
            writer,
            open_path,
            shards,
            uids,
            walk: walk.unwrap_or_default(),
            open,
            is_in_archive: false,
            tally: Tally::resume(corpus, tally, findings),
        })
    }

    /// Saves the recorder, if it can be resumed here: no compressor or archive holds anything back, and no text is
    /// half-written.
    pub(super) fn saved(&mut self) -> Result<Option<SavedRecorder>> {
        let is_text =
            self.open.as_ref().is_some_and(|open| open.rollback_point.is_some() || !open.text.is_empty());
        let writer = match &self.writer {
            None => None,
            Some(writer) if writer.is_plain() => Some((self.open_path.clone(), writer.mark())),
            Some(_) => return Ok(None),
        };
        let shards = match &self.shards {
            None => None,
            Some(shards) => match shards.save() {
                None => return Ok(None),
                saved => saved,
            },
        };
        // The members that were written after the checkpoint would not be known.
        let is_scattered = self.is_in_archive && self.config.write.to == Some(TargetFormat::Txt);
        if is_text || is_scattered {
            return Ok(None);
        }
        self.list_shards()?;
        Ok(Some(SavedRecorder {
            ledger: self.ledger.save()?,
            rejected: self.rejected.mark(),
            files: self.files.flush()?,
            writer,
            shards,
            uids: self.uids.save(),
            open: self.open.as_ref().map(|open| open.save(self.walk)),
            tally: self.tally.save(),
        }))
    }
}
