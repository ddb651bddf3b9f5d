//! Settle: a scanned batch's paragraphs get their verdicts, and its documents their places. What turned out to be
//! bad, or to be read again in another way, is taken out first, as if it had never been.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod by_hand;
mod given;
mod layout;
mod retract;
mod saved;

pub(crate) use saved::{
    DeciderLogs, MARKS, OverflowStart, PieceLog, Resumed, SavedDecider, SavedDeciderLogs, VERDICTS,
};

use by_hand::KeptPlaces;
use layout::Left;

use super::feed::{Feed, Rewind};
use super::pass::Pass;
use super::recheck::{Checksums, Recheck, Unlike};

use super::scan::Scanned;
use super::settled::{Settled, SettledDocument};
use crate::config::Scope;
use crate::decide::{ChunkPrints, Copies, Exact, Findings, OwnerKind, Places, Verdict};
use crate::discover::SourceList;
use crate::error::Error;
use crate::fingerprint::DocumentHasher;
use crate::read::{Part, Role};
use crate::units::{DocumentId, Ordinal, ParagraphIndex, SourceId, count};

/// Gives verdicts, and numbers documents and paragraphs.
pub(crate) struct Decider<'a> {
    /// Exact de-duplication, in a pass that needs it.
    pub(crate) copies: Copies,
    numbering: Numbering<'a>,
    /// Findings of the searches of the whole corpus.
    findings: Option<&'a Findings>,
    /// Whether documents are what they were.
    recheck: Option<Recheck>,
    /// Checksums of the documents, collected in this pass if the corpus will be read again.
    noting: Option<Checksums>,
    /// The checksums that were collected.
    noted: Option<Arc<Checksums>>,
    /// Places that are kept by hand, in a pass whose verdicts are carried out.
    by_hand: Option<KeptPlaces<'a>>,
    cursor: PlaceCursor,
}

/// The place that the decider has come to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PlaceCursor {
    /// Place of the next paragraph.
    next: u64,
    /// The next document, where documents are numbered already.
    next_document: u64,
    open: Option<PartlySettledText>,
    /// A document that was abandoned: pieces of it that were fed already are to be dropped.
    abandoned: Option<(SourceId, u64)>,
    /// What is left of the text in the middle of which the next batch begins.
    left: Left,
}

/// The source of the places of documents and paragraphs.
enum Numbering<'a> {
    /// This pass gives them.
    Given(Places),
    /// The pass before gave them.
    Known(&'a Places),
    /// This pass gave them, and reads the rest of the corpus a second time.
    Kept(Places),
}

/// Knowledge about every document from earlier passes: its place and its checksum.
#[derive(Debug)]
pub(crate) struct KnownCorpus {
    pub(crate) places: Places,
    pub(crate) checksums: Arc<Checksums>,
}

/// Knowledge about the corpus with which a pass begins.
pub(crate) enum Basis<'a> {
    /// Nothing is known: the pass numbers everything, and collects checksums here if the corpus will be read again.
    Nothing(Option<Checksums>),
    /// Where everything stands; what documents were, if they are to be held to it; and what was found.
    Borrowed { places: &'a Places, checksums: Option<Arc<Checksums>>, findings: Option<&'a Findings> },
    /// The result of a search, for the pass that is taken through to the end with it and may be saved.
    Searched(KnownCorpus, Option<&'a Findings>),
}

/// A large text document of which some pieces are settled.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PartlySettledText {
    owner: (SourceId, u64),
    id: DocumentId,
    start: Ordinal,
    /// Bytes of its decoded text so far.
    len: u64,
    #[serde(skip)] // no pass that is sealed needs it
    hasher: DocumentHasher,
    /// The checksum of its pieces so far.
    checksum: u32,
}

/// Where a chunk begins.
struct ChunkStart {
    /// Place of its first paragraph.
    first: Ordinal,
    /// Place of the first paragraph of the document that it begins in the middle of.
    open_document: Option<Ordinal>,
}

/// The reason why a pass cannot go on.
#[derive(Debug)]
pub(crate) enum Halt {
    /// A source is not what it was when it was read before.
    Changed(SourceId),
    /// Something failed.
    Error(Error),
}

impl Halt {
    /// The error that ends the run.
    pub(crate) fn into_error(self, sources: &SourceList) -> Error {
        match self {
            Self::Changed(source) => Error::Changed { path: sources.get(source).place.relative.to_vec() },
            Self::Error(error) => error,
        }
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The source, and the number of its member, that a part belongs to.
fn owner(part: &Part) -> (SourceId, u64) {
    (part.source, part.unit())
}

/// The part of a chunk that holds a piece of a large text document.
fn piece(scanned: &Scanned) -> Option<&Part> {
    match scanned.chunk.parts.as_slice() {
        [part] if part.is_piece_of_text() => Some(part),
        _ => None,
    }
}

impl<'a> Decider<'a> {
    /// Begins a pass. Copies of paragraphs are sought in this range, if it is given and the pass seeks them at all.
    pub(crate) fn new(pass: Pass, scope: impl Into<Option<Scope>>, basis: Basis<'a>) -> Self {
        let scope = scope.into().filter(|_| pass.settles_copies());
        let copies = scope.map_or(Copies::NotSought, |scope| Copies::InMemory(Exact::new(scope)));
        let plain = Self {
            copies,
            numbering: Numbering::Given(Places::default()),
            findings: None,
            recheck: None,
            noting: None,
            noted: None,
            by_hand: None,
            cursor: PlaceCursor::default(),
        };
        match basis {
            Basis::Nothing(noting) => Self { noting, ..plain },
            Basis::Borrowed { places, checksums, findings } => {
                let (numbering, recheck) = (Numbering::Known(places), checksums.map(Recheck::new));
                Self { numbering, findings, recheck, ..plain }
            }
            Basis::Searched(KnownCorpus { places, checksums }, findings) => {
                let recheck = Some(Recheck::new(Arc::clone(&checksums)));
                Self {
                    numbering: Numbering::Kept(places),
                    findings,
                    recheck,
                    noted: Some(checksums),
                    ..plain
                }
            }
        }
    }

    /// Whether it takes in prints of paragraphs, to find copies.
    pub(crate) fn takes_prints(&self) -> bool {
        matches!(self.copies, Copies::InMemory(_) | Copies::Partitioned(_))
    }

    /// Whether documents are noted, or held to an earlier reading.
    pub(crate) fn has_checksums(&self) -> bool {
        self.recheck.is_some() || self.noting.is_some()
    }

    /// Ends the pass.
    ///
    /// # Errors
    /// [`Halt::Changed`] if a document is missing.
    pub(crate) fn finish(&mut self) -> Result<(), Halt> {
        let missing = self.recheck.as_mut().map_or(Ok(()), Recheck::finish);
        missing.map_err(|unlike| self.halt(unlike, None))
    }

    /// A document that is not what it was belongs to this source, or to an earlier one that was left out.
    fn halt(&self, unlike: Unlike, source: Option<SourceId>) -> Halt {
        match unlike {
            Unlike::Error(error) => Halt::Error(error),
            Unlike::Document(document) => {
                let owner = self.places().owner(document).source;
                Halt::Changed(source.map_or(owner, |source| owner.min(source)))
            }
        }
    }

    /// Where everything stands, so far or as it was found before.
    pub(crate) fn places(&self) -> &Places {
        match &self.numbering {
            Numbering::Given(places) | Numbering::Kept(places) => places,
            Numbering::Known(places) => places,
        }
    }

    /// Where everything stands, and what every document was, if this pass found and noted it.
    pub(crate) fn into_known(self) -> Option<KnownCorpus> {
        let places = match self.numbering {
            Numbering::Given(places) | Numbering::Kept(places) => places,
            Numbering::Known(_) => return None,
        };
        let checksums = self.noted.or(self.noting.map(Arc::new))?;
        Some(KnownCorpus { places, checksums })
    }

    /// The place of the next paragraph.
    pub(crate) fn next(&self) -> Ordinal {
        Ordinal(self.cursor.next)
    }

    fn given(&mut self) -> Option<&mut Places> {
        match &mut self.numbering {
            Numbering::Given(places) => Some(places),
            Numbering::Known(_) | Numbering::Kept(_) => None,
        }
    }

    /// Gives every paragraph of a batch its verdict.
    ///
    /// # Errors
    /// [`Halt::Changed`] if a document is not what it was in the pass before.
    pub(crate) fn settle(
        &mut self,
        mut scanned: Vec<Scanned>,
        feed: &mut Feed<'_>,
    ) -> Result<(Vec<Settled>, Option<Rewind>), Halt> {
        if let Some(abandoned) = self.cursor.abandoned {
            scanned.retain(|scanned| piece(scanned).is_none_or(|part| owner(part) != abandoned));
        }
        for scanned in &scanned {
            feed.note_ways(&scanned.chunk);
        }
        let rewind = self.take_reread(&mut scanned)?;
        self.drop_bad_documents(&mut scanned, feed)?;
        let mut documents = Vec::with_capacity(scanned.len());
        let mut origins = Vec::with_capacity(scanned.len());
        for scanned in &scanned {
            let goes_on = scanned.chunk.parts.first().is_some_and(|part| !part.is_first);
            let open = self.cursor.open.as_ref().filter(|_| goes_on).map(|open| open.start);
            self.begin_chunk(scanned);
            origins.push(ChunkStart { first: Ordinal(self.cursor.next), open_document: open });
            documents.push(self.place(scanned)?);
        }
        let next = Ordinal(self.cursor.next);
        if let Some(places) = self.given() {
            places.set_end(next);
        }
        let mut verdicts = self.verdicts(&mut scanned, &documents, &origins)?;
        self.keep_by_hand(&scanned, &mut verdicts, &mut documents);
        self.cursor.left.settle(&scanned, &mut verdicts, &mut documents);
        let settled = scanned.into_iter().zip(verdicts).zip(documents).zip(origins);
        let settled = settled.map(|(((scanned, verdicts), documents), origin)| Settled {
            scanned,
            verdicts,
            documents,
            first: origin.first,
            edited: Vec::new(),
        });
        Ok((settled.collect(), rewind))
    }

    /// The verdicts on the paragraphs of a batch. This is the order of rules: whole documents first, and
    /// what goes with one was never seen by the rules after it; then boilerplate; then copies; then near-duplicate paragraphs. Layout
    /// comes after all of them.
    fn verdicts(
        &mut self,
        scanned: &mut [Scanned],
        documents: &[Vec<SettledDocument>],
        origins: &[ChunkStart],
    ) -> Result<Vec<Vec<Verdict>>, Error> {
        let of_documents: Vec<Option<Vec<Verdict>>> = scanned
            .iter()
            .zip(documents)
            .zip(origins)
            .map(|((scanned, documents), origin)| self.judge(scanned, documents, origin.first))
            .collect();
        for (scanned, given) in scanned.iter_mut().zip(&of_documents) {
            if let Some(given) = given {
                scanned.prints.retain(|paragraph| given[paragraph as usize].is_kept());
            }
        }
        let batches = scanned.iter().zip(origins).map(|(scanned, origin)| ChunkPrints {
            prints: &scanned.prints,
            num_paragraphs: scanned.paragraphs.len(),
            first: origin.first,
            open_document: origin.open_document,
        });
        let mut verdicts = self.copies.settle(&batches.collect::<Vec<_>>())?;
        for (verdicts, given) in verdicts.iter_mut().zip(of_documents) {
            for (verdict, given) in verdicts.iter_mut().zip(given.unwrap_or_default()) {
                if !given.is_kept() {
                    *verdict = given;
                }
            }
        }
        if let Some(findings) = self.findings.filter(|findings| findings.has_paragraphs()) {
            for (verdicts, origin) in verdicts.iter_mut().zip(origins) {
                for (verdict, place) in verdicts.iter_mut().zip(origin.first.0..) {
                    *verdict = findings.judge_paragraph(Ordinal(place), *verdict);
                }
            }
        }
        Ok(verdicts)
    }

    /// Takes up the known numbers where a chunk begins with a source or member: sources before it may have been left
    /// out.
    fn begin_chunk(&mut self, scanned: &Scanned) {
        let Some(part) = scanned.chunk.parts.first() else { return };
        if matches!(self.numbering, Numbering::Given(_)) || !part.is_first {
            return;
        }
        if matches!(part.role, Role::Whole | Role::ArchiveStart) {
            self.cursor.next_document = self.places().first_document(part.source).0;
        }
        // A bad document before it took some places, and how many depends on where batches were cut.
        self.cursor.next = self.places().span(DocumentId(self.cursor.next_document)).0.0;
    }

    /// Numbers a chunk's documents and paragraphs.
    fn place(&mut self, scanned: &Scanned) -> Result<Vec<SettledDocument>, Halt> {
        let mut documents = Vec::with_capacity(scanned.documents.len());
        for part in &scanned.chunk.parts {
            if part.is_first {
                self.begin(part);
            }
            for slot in part.slots.clone() {
                documents.push(self.place_slot(scanned, part, slot)?);
            }
            if part.is_last {
                self.cursor.open = None;
            }
        }
        self.cursor.next += count(scanned.paragraphs.len());
        Ok(documents)
    }

    fn begin(&mut self, part: &Part) {
        let kind = if part.kind.is_container() { OwnerKind::Container } else { OwnerKind::Document };
        let Some(places) = self.given() else { return };
        match &part.role {
            Role::Whole => places.push_source(kind),
            Role::ArchiveStart => places.push_source(OwnerKind::Archive),
            Role::Member(member) => places.push_member(&member.path, kind),
            Role::ArchiveEnd => {}
        }
    }

    fn place_slot(&mut self, scanned: &Scanned, part: &Part, number: usize) -> Result<SettledDocument, Halt> {
        let slot = &scanned.chunk.slots[number];
        if slot.is_verbatim {
            return Ok(SettledDocument::default());
        }
        let paragraphs = &scanned.documents[number].paragraphs;
        let start = Ordinal(self.cursor.next + count(paragraphs.start));
        let len = count(slot.text.len());
        let is_whole = part.is_last || part.kind.is_container();
        let mut open = self.cursor.open.take_if(|open| open.owner == owner(part)).unwrap_or_else(|| {
            let id = self.push_document(start);
            PartlySettledText {
                owner: owner(part),
                id,
                start,
                len: 0,
                hasher: DocumentHasher::default(),
                checksum: 0,
            }
        });
        if scanned.is_keyed {
            for key in scanned.keys.get(paragraphs.clone()).unwrap_or_default() {
                open.hasher.update(&key.fingerprint);
            }
        }
        let first = ParagraphIndex(start.0 - open.start.0);
        let mut document =
            SettledDocument { id: open.id, first, offset: open.len, ..SettledDocument::default() };
        open.len += len;
        open.checksum = open.checksum.rotate_left(1) ^ scanned.documents[number].checksum;
        if !is_whole {
            self.cursor.open = Some(open);
            return Ok(document);
        }
        if let Some(recheck) = &mut self.recheck {
            let checked = recheck.check(open.id, open.checksum);
            checked.map_err(|unlike| self.halt(unlike, Some(part.source)))?;
        }
        if let Some(noting) = &mut self.noting {
            noting.note(open.id, open.checksum)?;
        }
        if scanned.is_keyed {
            document.digest = Some(open.hasher.finish());
        }
        Ok(document)
    }

    fn push_document(&mut self, start: Ordinal) -> DocumentId {
        match &mut self.numbering {
            Numbering::Given(places) => places.push_document(start),
            Numbering::Known(_) | Numbering::Kept(_) => {
                self.cursor.next_document += 1;
                DocumentId(self.cursor.next_document - 1)
            }
        }
    }
}
