//! The passes about passages (contract N5): one keeps the grams of every text, for an index; the other looks for grams
//! of earlier runs in every document, and finds the documents that hold enough of one text. Nothing is written before.
//!
//! Memory: the grams of earlier runs ([`crate::decide::passages`]) within half of what a ceiling leaves, and 24 bytes for
//! each of them that stands in the document at hand; 32 a document that goes. Of a text whose grams are kept 8 a
//! token, and of a long one 16 MiB at most.

use super::ceiling::{FIXED, above_fixed};
use super::corpus::Corpus;
use super::decider::{Decider, KnownCorpus};
use super::drive::{ChunkVisitor, drive};
use super::feed::Feed;
use super::found::{self, Search, Searched};
use super::history::History;
use super::overflow::report;
use super::pass::{Keys, Pass};
use super::progress::PassProgress;
use super::settled::Settled;
use super::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::account::EvidenceStore;
use crate::config::{Repair, Share};
use crate::decide::passages::{GramSighting, Passages};
use crate::decide::{Finding, Places, Rule};
use crate::error::Result;
use crate::fingerprint::{GramEnds, GramHasher, GramSink, LEAST_WORDS};
use crate::index::{IndexPassage, MAX_GRAMS, thin};
use crate::normalize::Tokenizer;
use crate::observe::Stage;
use crate::read::Part;
use crate::units::DocumentId;

/// The documents that go as they hold a passage, in corpus order.
pub(super) type Contaminated = Vec<(DocumentId, Finding)>;

/// Whether either pass is needed.
pub(super) fn is_needed(corpus: &Corpus<'_>) -> bool {
    let share = corpus.config.decide.contamination.share();
    corpus
        .history
        .is_some_and(|history| history.gram_len().is_some() || share.is_some() && history.has_passages())
}

/// Keeps the grams of this run if an index wants them, and finds the documents that hold a passage of an index that is
/// compared with. Adds them to what was `found`, and gives them back.
///
/// # Errors
/// Any [`crate::Error`].
pub(super) fn search(
    corpus: &Corpus<'_>,
    mut found: Search,
    evidence: &mut EvidenceStore,
) -> Result<(Search, Contaminated)> {
    let Some(history) = corpus.history else { return Ok((found, Vec::new())) };
    if let Some(len) = history.gram_len() {
        history.begin_grams(corpus.output)?;
        let known = keep_grams(corpus, history, len, &found)?;
        found.known = found.known.or(known);
    }
    let Some(least) = corpus.config.decide.contamination.share() else { return Ok((found, Vec::new())) };
    // The sort that makes the table is over when documents are read.
    // A ceiling below the smallest of the command is for tests and says nothing of this.
    let memory = corpus.config.memory.filter(|memory| memory / 2 >= FIXED);
    let room = memory.map_or(u64::MAX, |memory| above_fixed(memory) / 2);
    let Some((passages, len)) = history.passages(room)? else { return Ok((found, Vec::new())) };
    let mut lengths: Vec<usize> = (LEAST_WORDS..len).filter(|short| passages.has_short(*short)).collect();
    lengths.push(len);
    let known = KnownPassages { passages, lengths, least };
    let (contaminated, places) = find(corpus, &known, &found, evidence)?;
    found.known = found.known.or(places);
    found.findings.add_documents(Rule::Contaminated, contaminated.clone());
    Ok((found, contaminated))
}

/// Takes in every gram of a text.
#[derive(Debug, Default)]
struct Taken(Vec<u64>);

impl GramSink for Taken {
    #[inline]
    fn gram(&mut self, hash: u64, _len: usize, _paragraphs: (u64, u64)) {
        self.0.push(hash);
    }
}

/// Takes in the grams of a text that are known.
struct Sighted<'p> {
    passages: &'p Passages,
    seen: Vec<GramSighting>,
}

impl GramSink for Sighted<'_> {
    #[inline]
    fn gram(&mut self, hash: u64, len: usize, paragraphs: (u64, u64)) {
        self.seen.extend(self.passages.find(hash, len, paragraphs));
    }
}

/// What is seen of a document, or of a piece of one, and its ends.
struct SeenSlot<T> {
    seen: Vec<T>,
    ends: GramEnds,
}

/// A pass over the grams of all documents: how they are taken in, and what is done with a document that ends.
trait GramPass: Sync {
    /// What is kept of a gram.
    type Seen: Send;
    type Sink<'s>: GramSink
    where
        Self: 's;

    fn hasher(&self) -> GramHasher<Self::Sink<'_>>;

    /// Takes what a sink took.
    fn take(sink: &mut Self::Sink<'_>) -> Vec<Self::Seen>;

    /// Leaves of what was seen what counts.
    fn thin(seen: &mut Vec<Self::Seen>);
}

/// Most of what is seen of a long text before it is thinned.
const MAX_SEEN: usize = 2 * MAX_GRAMS;

/// Hashes each slot of a chunk.
fn look<P: GramPass>(pass: &P, tokenizer: &Tokenizer, settled: &Settled) -> Vec<SeenSlot<P::Seen>> {
    let mut hasher = pass.hasher();
    let look = |number: usize| {
        let document = settled.judged(number);
        for (paragraph, index) in document.paragraphs.iter().zip(settled.documents[number].first.0..) {
            hasher.begin_paragraph(index);
            tokenizer.tokens(document.paragraph(paragraph), &mut hasher);
        }
        let ends = hasher.finish();
        let mut seen = P::take(&mut hasher.sink);
        P::thin(&mut seen);
        SeenSlot { seen, ends }
    };
    (0..settled.scanned.chunk.slots.len()).map(look).collect()
}

/// Takes a pass through the corpus; `end` is given what was seen of each good document, in corpus order. Gives back where
/// everything stands, if that was not known.
fn read<P: GramPass>(
    corpus: &Corpus<'_>,
    pass: &P,
    found: &Search,
    end: &mut End<'_, P::Seen>,
) -> Result<Option<KnownCorpus>> {
    corpus.observer.begun(Stage::Matching);
    let Search { findings, known } = found;
    let before = known.as_ref().map(|known| Searched { known, findings });
    let mut decider = Decider::new(Pass::Decide, None, found::basis(corpus, before)?);
    // Whatever a run does to its texts, an index knows repaired ones.
    let tokenizer = Tokenizer::new(Repair::Basic);
    let (mut walk, mut open) = (Walk::default(), None);
    let visit = |settled: Settled, _: &Places| {
        let seen = look(pass, &tokenizer, &settled);
        Ok((settled, seen))
    };
    let mut commit = |(settled, seen): (Settled, Vec<SeenSlot<P::Seen>>), places: &Places| {
        report(corpus, &settled);
        let seen = seen.into_iter().map(Some).collect();
        let mut adder = ChunkAdder { pass, settled: &settled, seen, open: &mut open, places, end: &mut *end };
        walk.chunk(&settled.scanned.chunk, &mut adder)?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor = ChunkVisitor { keys: Keys::Unread, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Decide, Feed::new(corpus)), &mut decider, visitor)?;
    Ok(decider.into_known())
}

/// What is done with what was seen of a good document, when it ends.
type End<'e, T> = dyn FnMut(EndedDocument<'_>, SeenSlot<T>) -> Result<()> + Send + 'e;

/// A document that ended, and where everything up to it stands.
struct EndedDocument<'c> {
    id: DocumentId,
    places: &'c Places,
}

/// Ends the documents of a chunk.
struct ChunkAdder<'c, P: GramPass> {
    pass: &'c P,
    settled: &'c Settled,
    seen: Vec<Option<SeenSlot<P::Seen>>>,
    /// A long text of which some pieces were seen.
    open: &'c mut Option<SeenSlot<P::Seen>>,
    places: &'c Places,
    end: &'c mut End<'c, P::Seen>,
}

impl<P: GramPass> ChunkAdder<'_, P> {
    fn end(&mut self, number: usize, seen: SeenSlot<P::Seen>) -> Result<()> {
        (self.end)(EndedDocument { id: self.settled.documents[number].id, places: self.places }, seen)
    }

    fn take(&mut self, number: usize) -> Option<SeenSlot<P::Seen>> {
        self.seen.get_mut(number).and_then(Option::take)
    }
}

impl<P: GramPass> UnitVisitor for ChunkAdder<'_, P> {
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        *self.open = None;
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        self.take(record.number).map_or(Ok(()), |seen| self.end(record.number, seen))
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        let Some(next) = self.take(piece.number) else { return Ok(()) };
        match self.open {
            None => *self.open = Some(next),
            Some(open) => {
                let mut joint = self.pass.hasher();
                open.ends.join(&next.ends, &mut joint);
                // In the order of the document, as the first sighting of a gram stays.
                open.seen.extend(P::take(&mut joint.sink));
                open.seen.extend(next.seen);
                if piece.is_end || open.seen.len() > MAX_SEEN {
                    P::thin(&mut open.seen);
                }
            }
        }
        match self.open.take() {
            Some(seen) if piece.is_end => self.end(piece.number, seen),
            open => {
                *self.open = open;
                Ok(())
            }
        }
    }

    fn drop_unit(&mut self, _part: &Part, _is_begun: bool) -> Result<()> {
        *self.open = None;
        Ok(())
    }
}

/// Keeps all grams of this length.
struct KeptGrams {
    len: usize,
}

impl GramPass for KeptGrams {
    type Seen = u64;
    type Sink<'s> = Taken;

    fn hasher(&self) -> GramHasher<Taken> {
        GramHasher::new(&[self.len], Taken::default())
    }

    fn take(sink: &mut Taken) -> Vec<u64> {
        std::mem::take(&mut sink.0)
    }

    fn thin(seen: &mut Vec<u64>) {
        thin(seen);
    }
}

/// Keeps the grams of all texts of this run.
fn keep_grams(
    corpus: &Corpus<'_>,
    history: &History,
    len: usize,
    found: &Search,
) -> Result<Option<KnownCorpus>> {
    let mut end = |document: EndedDocument<'_>, seen: SeenSlot<u64>| {
        let SeenSlot { seen: mut grams, ends } = seen;
        let short = ends.short_text(len);
        grams.extend(short.map(|(_, gram)| gram));
        let (place, _) = document.places.span(document.id);
        match IndexPassage::of(place, short.map(|(num_tokens, _)| num_tokens), grams) {
            Some(passage) => history.keep_grams(&passage),
            None => Ok(()),
        }
    };
    read(corpus, &KeptGrams { len }, found, &mut end)
}

/// The texts of earlier runs that are looked for.
struct KnownPassages {
    passages: Passages,
    /// The lengths of their grams.
    lengths: Vec<usize>,
    /// The share of a text that makes a document go.
    least: Share,
}

impl GramPass for KnownPassages {
    type Seen = GramSighting;
    type Sink<'s> = Sighted<'s>;

    fn hasher(&self) -> GramHasher<Sighted<'_>> {
        GramHasher::new(&self.lengths, Sighted { passages: &self.passages, seen: Vec::new() })
    }

    fn take(sink: &mut Sighted<'_>) -> Vec<GramSighting> {
        std::mem::take(&mut sink.seen)
    }

    fn thin(seen: &mut Vec<GramSighting>) {
        Passages::thin(seen);
    }
}

/// Finds the documents that hold a passage.
fn find(
    corpus: &Corpus<'_>,
    known: &KnownPassages,
    found: &Search,
    evidence: &mut EvidenceStore,
) -> Result<(Contaminated, Option<KnownCorpus>)> {
    let mut contaminated = Vec::new();
    let mut end = |document: EndedDocument<'_>, seen: SeenSlot<GramSighting>| {
        if let Some(held) = known.passages.judge(&seen.seen, known.least) {
            contaminated.push((document.id, evidence.keep_held(held)?));
        }
        Ok(())
    };
    let places = read(corpus, known, found, &mut end)?;
    Ok((contaminated, places))
}
