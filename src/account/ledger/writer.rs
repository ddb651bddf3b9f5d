//! The ledger, written: one JSON line a stretch of removed paragraphs, in corpus order, compressed (contract O5).
//!
//! Lines are collected into frames of about a megabyte, each a Zstandard frame with a checksum (RFC 8878), so
//! that a large document that turns out to be bad can be taken back whole.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;
use zstd::bulk::Compressor;

use super::evidence::{Evidence, EvidenceStore, Likeness};
use super::json::RecordId;
use super::line::{LedgerLine, LedgerPlace};
use super::stretch::Stretch;
use super::survivors::{LedgerContext, SurvivorDocument, SurvivorPlace, Survivors, survivors};
use crate::account::Summary;
use crate::account::names::LEDGER;
use crate::decide::{Reason, Rule};
use crate::error::{Error, Result};
use crate::rules::Editor;
use crate::store::{Mark, OutputFile};
use crate::units::DocumentId;
use crate::write::{RecordIds, SavedIds};

/// Text of a frame before compression.
const FRAME_BYTES: usize = 1024 * 1024;
/// Frames that are compressed side by side.
const MAX_FULL: usize = 4;
/// 1: on lines that repeat themselves this much as small as Zstandard's default, 3, in 0.6 of the time.
const LEVEL: i32 = 1;

/// Writes the ledger.
pub(crate) struct LedgerWriter {
    file: Box<dyn OutputFile>,
    lines: Vec<u8>,
    /// Frames that are full and not yet compressed.
    full: Vec<Vec<u8>>,
    /// The last stretch, which the next may go on.
    open: Option<(DocumentId, Stretch)>,
    ids: RecordIds,
    evidence: EvidenceStore,
    named: NamedCounts,
}

/// What rules with names of their own found, by rule and number.
pub(crate) type NamedCounts = BTreeMap<Rule, BTreeMap<u64, u64>>;

impl std::fmt::Debug for LedgerWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("open", &self.open).finish_non_exhaustive()
    }
}

impl LedgerWriter {
    /// A ledger that writes to `file`, of documents with these ids and near-duplicates with this evidence.
    pub(crate) fn new(file: Box<dyn OutputFile>, ids: RecordIds, evidence: EvidenceStore) -> Self {
        Self {
            file,
            lines: Vec::new(),
            full: Vec::new(),
            open: None,
            ids,
            evidence,
            named: NamedCounts::new(),
        }
    }

    /// Notes the id of a record (see [`RecordIds::note`]).
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn note_id(&mut self, document: DocumentId, id: &[u8]) -> Result<()> {
        self.ids.note(document, id)
    }

    /// Adds a stretch of a document. Stretches come in corpus order.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn push(
        &mut self,
        document: DocumentId,
        stretch: Stretch,
        context: LedgerContext<'_>,
    ) -> Result<()> {
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
        let Survivors { rule, place, finding } =
            survivors(stretch.reason, stretch.num_paragraphs(), context)?;
        let Evidence { likeness, own } = self.evidence.read(finding)?;
        let evidence = own.or_else(|| context.evidence(stretch.reason));
        let Likeness { similarity, containment, numbers, passage } = likeness;
        let numbers = numbers.map(|numbers| numbers.for_record(context.editor));
        if let Reason::Found { rule, number } = stretch.reason
            && context.editor.name(rule, number).is_some()
        {
            let num = if rule.is_of_spans() { 1 } else { stretch.num_paragraphs() };
            *self.named.entry(rule).or_default().entry(number).or_default() += num;
        }
        let owner = context.places.owner(document);
        let survivor = match &place {
            Some(place) => Some(self.named(place, context)?),
            None => None,
        };
        let line = LedgerLine {
            path: context.path(owner),
            record: owner.record,
            id: self.id(document, owner.record)?,
            first: stretch.first.0,
            last: stretch.last.0,
            span: stretch.span,
            page_line: stretch.page_line,
            rule,
            survivor,
            evidence,
            similarity,
            containment,
            numbers,
            passage,
            text: stretch.text.as_deref(),
            replacement: stretch.replacement.as_deref().map(Cow::Borrowed),
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
    fn named<'s>(&mut self, place: &'s SurvivorPlace, context: LedgerContext<'s>) -> Result<LedgerPlace<'s>> {
        let mut named = place.named(context);
        if let SurvivorDocument::Here(document) = place.document {
            named.id = self.id(document, named.record)?;
        }
        Ok(named)
    }

    /// The id of a record, if it is one.
    fn id(&mut self, document: DocumentId, record: Option<u64>) -> Result<Option<RecordId<'static>>> {
        if record.is_none() {
            return Ok(None);
        }
        let id = String::from_utf8(self.ids.get(document)?).unwrap_or_default();
        Ok(RecordId::spelled(id)) // none has an empty one
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
    pub(crate) fn rollback_point(&mut self) -> Result<RollbackPoint> {
        self.write_full()?;
        let (lines, open, named) = (self.lines.clone(), self.open.clone(), self.named.clone());
        Ok(RollbackPoint { mark: self.file.mark(), lines, open, named })
    }

    /// Writes what can be written, and returns the state to resume from.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn save(&mut self) -> Result<SavedLedgerWriter> {
        self.write_full()?;
        let lines =
            String::from_utf8(self.lines.clone()).map_err(|error| compress_error(io::Error::other(error)))?;
        Ok(SavedLedgerWriter {
            mark: self.file.mark(),
            lines,
            open: self.open.clone(),
            named: self.named.clone(),
            ids: self.ids.save()?,
        })
    }

    /// Resumes a saved ledger, with its file and the stores of ids as they were then.
    pub(crate) fn resume(
        saved: SavedLedgerWriter,
        file: Box<dyn OutputFile>,
        ids: RecordIds,
        evidence: EvidenceStore,
    ) -> Self {
        let SavedLedgerWriter { lines, open, named, .. } = saved;
        Self { lines: lines.into_bytes(), open, named, ..Self::new(file, ids, evidence) }
    }

    /// Writes what is left. A ledger without a line is an empty frame.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn finish(&mut self, context: LedgerContext<'_>) -> Result<()> {
        if let Some((document, stretch)) = self.open.take() {
            self.write_line(document, &stretch, context)?;
        }
        self.end_frame()?;
        if self.file.is_empty() { self.file.append(&compress(&[])?) } else { Ok(()) }
    }

    /// Adds what it tells of rules with names of their own to the summary.
    pub(crate) fn count_named(&self, editor: &Editor, summary: &mut Summary) {
        for (rule, numbers) in &self.named {
            for (number, num) in numbers {
                summary.count_named(*rule, &editor.name(*rule, *number).unwrap_or_default(), *num);
            }
        }
    }

    /// Forgets everything after a checkpoint.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn roll_back(&mut self, rollback_point: RollbackPoint) -> Result<()> {
        let RollbackPoint { mark, lines, open, named } = rollback_point;
        (self.lines, self.open, self.named) = (lines, open, named);
        self.full.clear();
        self.file.truncate(mark)
    }
}

/// A ledger that was saved.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct SavedLedgerWriter {
    /// Length and checksum of its file when it was saved.
    pub mark: Mark,
    /// Lines of a frame that was not full.
    lines: String,
    open: Option<(DocumentId, Stretch)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    named: NamedCounts,
    /// The ids of records.
    pub ids: SavedIds,
}

/// A place in the ledger to go back to. Memory: a frame that is not full yet.
#[derive(Debug, Clone)]
pub(crate) struct RollbackPoint {
    mark: Mark,
    lines: Vec<u8>,
    open: Option<(DocumentId, Stretch)>,
    named: NamedCounts,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{LedgerReader, RawJson};
    use crate::decide::{Findings, OwnerKind, Places};
    use crate::discover::{Format, SourceList, SourcePlan};
    use crate::document::Kind;
    use crate::store::{Area, MemoryOutput, Output};
    use crate::units::{Ordinal, ParagraphIndex};

    /// No rule about paragraphs is without survivors yet: findings without them are ascribed to one that has them.
    #[test]
    fn what_goes_without_a_survivor_is_written_and_comes_back() {
        let output = MemoryOutput::new();
        let scratch = || output.scratch().unwrap();
        let mut evidence = EvidenceStore::new(scratch());
        let rule = Rule::NearParagraph;
        let often = RawJson::of(&serde_json::json!({"documents": 812})).unwrap();
        let (with, without) = (evidence.keep_own(Some(&often)).unwrap(), evidence.keep_own(None).unwrap());
        let mut findings = Findings::default();
        findings.add_paragraphs(rule, vec![(Ordinal(0), with), (Ordinal(1), with), (Ordinal(2), without)]);
        let mut sources = SourceList::default();
        sources.push(0, b"a.txt", SourcePlan::Read(Format::Named(Kind::Text))).unwrap();
        let mut places = Places::default();
        places.push_source(OwnerKind::Document);
        let document = places.push_document(Ordinal(0));
        places.set_end(Ordinal(3));
        let context = LedgerContext {
            sources: &sources,
            places: &places,
            findings: Some(&findings),
            earlier: None,
            editor: &Editor::default(),
        };
        let file = output.create(Area::Account, LEDGER.as_bytes()).unwrap();
        let mut ledger = LedgerWriter::new(file, RecordIds::new([scratch(), scratch()]), evidence);
        for (index, found) in (0..).zip([with, with, without]) {
            let stretch = Stretch {
                first: ParagraphIndex(index),
                last: ParagraphIndex(index),
                span: (4 * index, 4 * index + 3),
                page_line: (index == 2).then_some(9),
                reason: Reason::Found { rule, number: index },
                survivor_end: Ordinal(0),
                own_evidence: Some(found.evidence()),
                text: Some("赞\n".to_owned()),
                replacement: None,
            };
            ledger.push(document, stretch, context).unwrap();
        }
        ledger.finish(context).unwrap();
        output.publish().unwrap();
        let written = output.take_published().remove(&(Area::Account, LEDGER.into())).unwrap();
        let spelled = zstd::stream::decode_all(written.as_slice()).unwrap();
        let expected = concat!(
            r#"{"path":"a.txt","first":0,"last":1,"span":[0,7],"rule":"near-paragraph","#,
            r#""evidence":{"documents":812},"text":"赞\n赞\n"}"#,
            "\n",
            r#"{"path":"a.txt","first":2,"last":2,"span":[8,11],"page_line":9,"rule":"near-paragraph","text":"赞\n"}"#,
            "\n",
        );
        assert_eq!(String::from_utf8(spelled).unwrap(), expected);
        let lines = LedgerReader::new(LEDGER, written.as_slice()).unwrap();
        let lines: Vec<LedgerLine<'_>> = lines.map(Result::unwrap).collect();
        assert_eq!(lines[0].evidence, Some(often));
        assert!(lines.iter().all(|line| line.survivor.is_none() && line.similarity.is_none()));
        assert_eq!(lines[1].text.as_deref(), Some("赞\n"));
    }
}
