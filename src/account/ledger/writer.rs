//! The ledger, written: one JSON line a stretch of removed paragraphs, in corpus order, compressed (contract O5).
//!
//! Lines are collected into frames of about a megabyte, each a Zstandard frame with a checksum (RFC 8878), so
//! that a large document that turns out to be bad can be taken back whole.

use std::borrow::Cow;
use std::io;

use rayon::prelude::*;
use zstd::bulk::Compressor;

use super::evidence::{EvidenceStore, Likeness};
use super::json::RecordId;
use super::line::{LedgerLine, LedgerPlace};
use super::stretch::Stretch;
use crate::account::names::LEDGER;
use crate::decide::{Earlier, EarlierPlace, Finding, Findings, Owner, Places, Reason, Rule};
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::store::{OutputFile, path};
use crate::units::{DocumentId, Ordinal};
use crate::write::{RecordIds, SavedIds};

/// Text of a frame before compression.
const FRAME_BYTES: usize = 1024 * 1024;
/// Frames that are compressed side by side.
const MAX_FULL: usize = 4;
/// 1: on lines that repeat themselves this much as small as Zstandard's default, 3, in 0.6 of the time.
const LEVEL: i32 = 1;

/// Writes the ledger.
pub struct Ledger {
    file: Box<dyn OutputFile>,
    lines: Vec<u8>,
    /// Frames that are full and not yet compressed.
    full: Vec<Vec<u8>>,
    /// The last stretch, which the next may go on.
    open: Option<(DocumentId, Stretch)>,
    ids: RecordIds,
    evidence: EvidenceStore,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("open", &self.open).finish_non_exhaustive()
    }
}

/// What the ledger needs to name a place.
#[derive(Clone, Copy)]
pub struct LedgerContext<'a> {
    /// The sources.
    pub sources: &'a SourceList,
    /// Where documents start.
    pub places: &'a Places,
    /// What near-duplicates were found.
    pub findings: Option<&'a Findings>,
    /// What earlier runs left.
    pub earlier: Option<&'a dyn Earlier>,
}

impl std::fmt::Debug for LedgerContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerContext").finish_non_exhaustive()
    }
}

impl<'a> LedgerContext<'a> {
    /// The path of a document: that of its file, and behind it that of the archive's member.
    pub fn path_bytes(self, owner: Owner<'_>) -> Cow<'a, [u8]> {
        let file = self.sources.get(owner.source).place.relative;
        match owner.member {
            None => Cow::Borrowed(file),
            Some(member) => Cow::Owned([file, b"/", member].concat()),
        }
    }

    /// The path of a document, as JSON can hold it.
    pub fn path(self, owner: Owner<'_>) -> Cow<'a, str> {
        match self.path_bytes(owner) {
            Cow::Borrowed(bytes) => path::lossless(bytes),
            Cow::Owned(bytes) => Cow::Owned(path::lossless(&bytes).into_owned()),
        }
    }
}

/// Where the survivors of a stretch stand, and by which rule it goes.
#[derive(Debug, Clone)]
pub struct Survivors {
    /// Their document.
    pub document: SurvivorDocument,
    /// The first of them, or of their document.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// The rule.
    pub rule: Rule,
    /// Why a near-duplicate is held to be one.
    pub finding: Option<Finding>,
}

/// The document in which survivors stand.
#[derive(Debug, Clone)]
pub enum SurvivorDocument {
    /// One of this run.
    Here(DocumentId),
    /// One of an earlier run, with the place of its first survivor.
    Earlier(EarlierPlace),
}

impl Ledger {
    /// A ledger that writes to `file`, of documents with these ids and near-duplicates with this evidence.
    pub fn new(file: Box<dyn OutputFile>, ids: RecordIds, evidence: EvidenceStore) -> Self {
        Self { file, lines: Vec::new(), full: Vec::new(), open: None, ids, evidence }
    }

    /// Notes the id of a record (see [`RecordIds::note`]).
    ///
    /// # Errors
    /// [`Error::Output`].
    pub fn note_id(&mut self, document: DocumentId, id: &[u8]) -> Result<()> {
        self.ids.note(document, id)
    }

    /// Adds a stretch of a document. Stretches come in corpus order.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub fn push(&mut self, document: DocumentId, stretch: Stretch, context: LedgerContext<'_>) -> Result<()> {
        let next = match &mut self.open {
            Some((open, last)) if *open == document => last.extend(stretch),
            _ => Some(stretch),
        };
        if let Some(next) = next
            && let Some((document, stretch)) = self.open.replace((document, next))
        {
            self.write_line(document, &stretch, context)?;
        }
        Ok(())
    }

    fn write_line(
        &mut self,
        document: DocumentId,
        stretch: &Stretch,
        context: LedgerContext<'_>,
    ) -> Result<()> {
        let survivors = survivors(stretch.reason, stretch.num_paragraphs(), context)?;
        let removed = self.name(document, context)?;
        let Likeness { similarity, containment, numbers } = match survivors.finding {
            Some(finding) => self.evidence.read(finding)?,
            None => Likeness::default(),
        };
        let line = LedgerLine {
            path: removed.path,
            record: removed.record,
            id: removed.id,
            first: stretch.first.0,
            last: stretch.last.0,
            span: stretch.span,
            rule: survivors.rule,
            survivor: Some(self.place(&survivors, context)?),
            evidence: None,
            similarity,
            containment,
            numbers,
            text: stretch.text.as_deref(),
        };
        serde_json::to_writer(&mut self.lines, &line).map_err(|error| compress_error(error.into()))?;
        self.lines.push(b'\n');
        if self.lines.len() >= FRAME_BYTES {
            self.full.push(std::mem::take(&mut self.lines));
            if self.full.len() >= MAX_FULL {
                self.write_full()?;
            }
        }
        Ok(())
    }

    /// The place of survivors, as a line says it.
    fn place<'s>(&mut self, survivors: &'s Survivors, context: LedgerContext<'s>) -> Result<LedgerPlace<'s>> {
        let (run, name) = match &survivors.document {
            SurvivorDocument::Here(document) => (None, self.name(*document, context)?),
            SurvivorDocument::Earlier(place) => {
                let name = Name { path: Cow::Borrowed(&place.path), record: place.record, id: None };
                (Some(Cow::Borrowed(place.run.as_str())), name)
            }
        };
        let Name { path, record, id } = name;
        Ok(LedgerPlace { run, path, record, id, first: survivors.first, last: survivors.last })
    }

    fn name<'s>(&mut self, document: DocumentId, context: LedgerContext<'s>) -> Result<Name<'s>> {
        let owner = context.places.owner(document);
        let mut name = Name { path: context.path(owner), record: owner.record, id: None };
        if owner.record.is_some() {
            let id = String::from_utf8(self.ids.get(document)?).unwrap_or_default();
            name.id = RecordId::spelled(id); // none has an empty one
        }
        Ok(name)
    }

    /// Compresses full frames, in parallel, and writes them.
    fn write_full(&mut self) -> Result<()> {
        let frames: Vec<Result<Vec<u8>>> = self.full.par_iter().map(|lines| compress(lines)).collect();
        self.full.clear();
        frames.into_iter().try_for_each(|frame| self.file.append(&frame?))
    }

    fn end_frame(&mut self) -> Result<()> {
        if !self.lines.is_empty() {
            self.full.push(std::mem::take(&mut self.lines));
        }
        self.write_full()
    }

    /// The place to go back to if the document that begins now turns out to be bad. Where frames end does not depend
    /// on it.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub fn checkpoint(&mut self) -> Result<Checkpoint> {
        self.write_full()?;
        Ok(Checkpoint { len: self.file.len(), lines: self.lines.clone(), open: self.open.clone() })
    }

    /// Writes what can be written, and says how to take it up.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub fn save(&mut self) -> Result<SavedLedger> {
        self.write_full()?;
        let lines =
            String::from_utf8(self.lines.clone()).map_err(|error| compress_error(io::Error::other(error)))?;
        Ok(SavedLedger { len: self.file.len(), lines, open: self.open.clone(), ids: self.ids.save()? })
    }

    /// Takes up what was saved, with its file and the stores of ids as they were then.
    pub fn take_up(
        saved: SavedLedger,
        file: Box<dyn OutputFile>,
        ids: RecordIds,
        evidence: EvidenceStore,
    ) -> Self {
        Self { lines: saved.lines.into_bytes(), open: saved.open, ..Self::new(file, ids, evidence) }
    }

    /// Writes what is left. A ledger without a line is an empty frame.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub fn finish(&mut self, context: LedgerContext<'_>) -> Result<()> {
        if let Some((document, stretch)) = self.open.take() {
            self.write_line(document, &stretch, context)?;
        }
        self.end_frame()?;
        if self.file.is_empty() { self.file.append(&compress(&[])?) } else { Ok(()) }
    }

    /// Forgets everything after a checkpoint.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub fn roll_back(&mut self, checkpoint: Checkpoint) -> Result<()> {
        let Checkpoint { len, lines, open } = checkpoint;
        (self.lines, self.open) = (lines, open);
        self.full.clear();
        self.file.truncate(len)
    }
}

/// A ledger that was saved.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct SavedLedger {
    /// How long its file was.
    pub len: u64,
    /// Lines of a frame that was not full.
    lines: String,
    open: Option<(DocumentId, Stretch)>,
    /// The ids of records.
    pub ids: SavedIds,
}

/// A place in the ledger to go back to. Memory: a frame that is not full yet.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    len: u64,
    lines: Vec<u8>,
    open: Option<(DocumentId, Stretch)>,
}

/// Where the survivors of `num` paragraphs that go for one reason stand. Cost: two binary searches; of an earlier
/// run one or two reads.
///
/// # Errors
/// Those of what earlier runs left.
pub fn survivors(reason: Reason, num: u64, context: LedgerContext<'_>) -> Result<Survivors> {
    let paragraph = |place: Ordinal, num: u64, rule, finding| {
        let located = context.places.locate(place);
        let first = located.paragraph.0;
        let document = SurvivorDocument::Here(located.document);
        Survivors { document, first, last: first + num - 1, rule, finding }
    };
    let whole = |document: DocumentId, rule, finding| {
        let (start, end) = context.places.span(document);
        let last = (end.0 - start.0).saturating_sub(1);
        Survivors { document: SurvivorDocument::Here(document), first: 0, last, rule, finding }
    };
    Ok(match reason {
        Reason::Exact(place) => paragraph(place, num, Rule::Exact, None),
        Reason::Earlier(place) => earlier(place, num, context)?,
        Reason::ExactDocument(document) => whole(document, Rule::ExactDocument, None),
        Reason::Found { rule, number } => {
            let finding = context.findings.map(|findings| findings.finding(rule, number)).unwrap_or_default();
            let survivor = finding.survivor().unwrap_or_default();
            if rule.is_of_documents() {
                whole(DocumentId(survivor), rule, Some(finding))
            } else {
                paragraph(Ordinal(survivor), 1, rule, Some(finding))
            }
        }
    })
}

fn earlier(place: u64, num: u64, context: LedgerContext<'_>) -> Result<Survivors> {
    let Some(earlier) = context.earlier else {
        return Err(compress_error(io::Error::other("a copy of an earlier run, and there is none")));
    };
    let found = earlier.locate(place)?;
    let (first, last) = (found.paragraph, found.paragraph + num - 1);
    let document = SurvivorDocument::Earlier(found);
    Ok(Survivors { document, first, last, rule: Rule::Exact, finding: None })
}

/// How a line names a document.
struct Name<'a> {
    path: Cow<'a, str>,
    record: Option<u64>,
    id: Option<RecordId<'static>>,
}

/// A frame, with a checksum.
fn compress(lines: &[u8]) -> Result<Vec<u8>> {
    let mut compressor = Compressor::new(LEVEL).map_err(compress_error)?;
    compressor.include_checksum(true).map_err(compress_error)?;
    compressor.compress(lines).map_err(compress_error)
}

fn compress_error(source: io::Error) -> Error {
    Error::Output { path: LEDGER.into(), operation: "compress", source }
}
