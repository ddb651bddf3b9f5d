//! The pass that finds copies of whole documents (contract I5): every document is reduced to its fingerprint, and of those
//! with one fingerprint the first in corpus order stays.
//!
//! Where near-duplicate documents are searched for, their copies are found on the way, and this pass is not taken.
//!
//! Memory: 4 bytes a document (and 4 for what it was: [`super::recheck::Checksums`]) and 8 a distinct one until OUT is
//! written, and 21 to 28 more a distinct one meanwhile.

use hashbrown::HashTable;

use super::ceiling::{FIXED, above_fixed};
use super::corpus::Corpus;
use super::decider::Decider;
use super::drive::{ChunkVisitor, drive};
use super::feed::Feed;
use super::found::{self, Search, Searched};
use super::overflow::report;
use super::pass::{Keys, Pass};
use super::progress::PassProgress;
use super::settled::Settled;
use super::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::config::Config;
use crate::decide::{DocumentTexts, Findings, NO_TEXT, Places};
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::observe::Stage;
use crate::read::Part;
use crate::units::{self, DocumentId, count};

/// Searches the corpus, if copies of documents are to go and nothing else finds them. What was `found` before stays
/// found: documents that go already are not compared.
///
/// # Errors
/// Any [`Error`].
pub(super) fn search(corpus: &Corpus<'_>, found: Search) -> Result<Search> {
    let decide = &corpus.config.decide;
    if !decide.exact.has_documents() || decide.near.has_documents() {
        return Ok(found);
    }
    corpus.observer.begun(Stage::Fingerprinting);
    let Search { mut findings, known } = found;
    let before = known.as_ref().map(|known| Searched { known, findings: &findings });
    let mut decider = Decider::new(Pass::Sketch, None, found::basis(corpus, before)?);
    let mut texts = DistinctTexts::default();
    let (mut walk, mut has_text) = (Walk::default(), false);
    let visit = |settled: Settled, _: &Places| Ok(settled);
    let mut commit = |settled: Settled, _: &Places| {
        report(corpus, &settled);
        let gone = before.map(|before| before.findings);
        let chunk = &settled.scanned.chunk;
        walk.chunk(
            chunk,
            &mut ChunkCopies { texts: &mut texts, settled: &settled, gone, has_text: &mut has_text },
        )?;
        texts.check_memory(corpus.config)?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor =
        ChunkVisitor { keys: Keys::OfDocuments, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Sketch, Feed::new(corpus)), &mut decider, visitor)?;
    let known = decider.into_known().or(known);
    findings.add_copies(DocumentTexts::new(texts.of, texts.first));
    Ok(Search { findings, known })
}

/// Documents by what they hold.
#[derive(Default)]
struct DistinctTexts {
    /// The text of each document.
    of: Vec<u32>,
    /// The first document of each text.
    first: Vec<u64>,
    fingerprints: Vec<Fingerprint>,
    table: HashTable<u32>,
}

/// Most bytes of a distinct text.
const TEXT_BYTES: u64 = 36;

impl DistinctTexts {
    /// Adds a document. Documents come in order.
    fn add(&mut self, document: DocumentId, fingerprint: Fingerprint) {
        let fingerprints = &self.fingerprints;
        let next =
            u32::try_from(fingerprints.len()).expect("2^32 distinct documents: more than 150 GB of memory");
        let entry = self.table.entry(
            fingerprint.table_hash(),
            |&text| fingerprints[text as usize] == fingerprint,
            |&text| fingerprints[text as usize].table_hash(),
        );
        let text = *entry.or_insert(next).get();
        if text == next {
            self.fingerprints.push(fingerprint);
            self.first.push(document.0);
        }
        self.of.resize(units::index(document.0), NO_TEXT);
        self.of.push(text);
    }

    /// Checks that they fit below the ceiling on memory, if there is one: within half of what is above its fixed part.
    fn check_memory(&self, config: &Config) -> Result<()> {
        // A ceiling below the smallest of the command is for tests and says nothing of this.
        let Some(memory) = config.memory.filter(|memory| memory / 2 >= FIXED) else { return Ok(()) };
        let num_bytes = count(self.first.len()) * TEXT_BYTES + count(self.of.len()) * 4;
        if num_bytes <= above_fixed(memory) / 2 {
            return Ok(());
        }
        Err(Error::Config(format!(
            "memory {memory}: copies of documents take {TEXT_BYTES} bytes for each of more than {} documents; give more, or \
             clean the inputs in several runs",
            self.first.len()
        )))
    }
}

/// Adds the documents of a chunk that are good and hold text.
struct ChunkCopies<'c> {
    texts: &'c mut DistinctTexts,
    settled: &'c Settled,
    /// Earlier findings. Documents that go by them are no copies of one another.
    gone: Option<&'c Findings>,
    /// Whether a piece of the text that goes on holds text.
    has_text: &'c mut bool,
}

impl ChunkCopies<'_> {
    /// Ends a document with its last slot.
    fn end(&mut self, number: usize, has_text: bool) {
        let document = self.settled.documents[number];
        let is_gone = self.gone.is_some_and(|gone| !gone.judge_document(document.id).is_kept());
        if let Some(fingerprint) = document.digest.filter(|_| has_text && !is_gone) {
            self.texts.add(document.id, fingerprint);
        }
    }
}

impl UnitVisitor for ChunkCopies<'_> {
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        *self.has_text = false;
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        self.end(record.number, self.settled.scanned.has_text(record.number));
        Ok(())
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        *self.has_text |= self.settled.scanned.has_text(piece.number);
        if piece.is_end {
            let has_text = std::mem::take(self.has_text);
            self.end(piece.number, has_text);
        }
        Ok(())
    }

    fn drop_unit(&mut self, _part: &Part, _is_begun: bool) -> Result<()> {
        *self.has_text = false;
        Ok(())
    }

    fn end_unit(&mut self, _part: &Part, _num_records: Option<u64>) -> Result<()> {
        Ok(())
    }
}
