//! Sketches: one of every text that may be a near-duplicate.

use std::iter::Peekable;

use crate::config::Shingle;
use crate::decide::near::{Banding, Judge, MemberPlace, Rank, SignatureId, Signatures, Signed};
use crate::decide::{Findings, NO_TEXT, Places};
use crate::error::Result;
use crate::fingerprint::{
    NoNumbers, PieceSample, Sample, SampledTokens, Sampler, Shingler, Shingles, Sketch,
};
use crate::normalize::Tokenizer;
use crate::read::Part;
use crate::run::corpus::Corpus;
use crate::run::decider::{Decider, KnownCorpus};
use crate::run::drive::{ChunkVisitor, drive};
use crate::run::feed::Feed;
use crate::run::found::{self, Searched};
use crate::run::pass::{Keys, Pass};
use crate::run::progress::PassProgress;
use crate::run::settled::Settled;
use crate::run::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::store::Output;
use crate::units::{self, DocumentId, Ordinal};
use crate::write::RecordIds;

use super::pending::Pending;
use super::rank::Ranking;
use super::{check_texts, near_budget, report};

/// The sketches of documents.
pub(super) struct DocumentSketches {
    pub(super) texts: Signatures,
    /// The text of each document.
    pub(super) texts_of: Vec<SignatureId>,
}

/// The sketch of one slot: of a document, or of a piece of one.
enum SlotSketch {
    /// The slot has nothing to compare.
    Nothing,
    /// A whole document.
    Whole(Signed),
    /// A piece of a long text.
    Piece(Box<SketchPiece>),
}

/// The sketch of a piece of a long text, its sample, and what is left of its shingles to join them.
struct SketchPiece {
    sketch: Option<Sketch>,
    sample: PieceSample,
    shingles: Shingles,
}

/// Makes sketches.
struct Sketcher<'a> {
    tokenizer: Tokenizer,
    shingle: Shingle,
    banding: Banding,
    /// Whether samples are kept: where a text goes that a longer one holds.
    is_sampling: bool,
    ranking: Ranking<'a>,
    corpus: Corpus<'a>,
}

impl<'a> Sketcher<'a> {
    fn new(corpus: &Corpus<'a>, banding: Banding) -> Result<Self> {
        Ok(Self {
            tokenizer: Tokenizer::new(corpus.config.split.repair),
            shingle: corpus.config.decide.near.shingle,
            banding,
            is_sampling: Judge::new(&corpus.config.decide.near).has_containment(),
            ranking: Ranking::new(*corpus)?,
            corpus: *corpus,
        })
    }

    /// An empty set of texts.
    fn texts(&self) -> Signatures {
        let budget = near_budget(self.corpus.config) / 2;
        let (num_bins, is_ranked) = (self.banding.num_bins(), self.ranking.is_ranked());
        if self.is_sampling {
            return Signatures::within(budget / 2, num_bins, is_ranked).with_samples(budget / 2);
        }
        Signatures::within(budget, num_bins, is_ranked)
    }

    /// What a text with these shingles is compared by; `None` if it has none.
    fn signed(&self, hashes: &[u64], sample: Sample, digest: u64, rank: Rank) -> Option<Signed> {
        let sketch = Sketch::of(hashes, self.banding.num_bins())?;
        Some(Signed { digest, bins: sketch.bits().collect(), rank, sample })
    }

    /// Sketches each slot of a chunk.
    fn look(&self, settled: &Settled) -> Result<Vec<SlotSketch>> {
        if self.is_sampling {
            self.look_with(settled, SampledTokens::default())
        } else {
            self.look_with(settled, NoNumbers)
        }
    }

    fn look_with(&self, settled: &Settled, sampler: impl Sampler) -> Result<Vec<SlotSketch>> {
        let chunk = &settled.scanned.chunk;
        let mut seen = Vec::with_capacity(chunk.slots.len());
        let mut shingler = Shingler::new(self.shingle, sampler);
        for part in &chunk.parts {
            let ranks = self.ranking.part(settled, part)?;
            for number in part.slots.clone() {
                let document = settled.judged(number);
                for paragraph in document.paragraphs {
                    self.tokenizer.tokens(document.paragraph(paragraph), &mut shingler);
                }
                let mut shingles = shingler.finish();
                seen.push(if part.is_piece_of_text() {
                    let sketch = Sketch::of(&shingles.take_complete(), self.banding.num_bins());
                    let sample = shingler.numbers.take_piece();
                    SlotSketch::Piece(Box::new(SketchPiece { sketch, sample, shingles }))
                } else {
                    let (len, sample) = (shingles.num_elements(), shingler.numbers.take());
                    let signed = settled.documents[number].digest.and_then(|digest| {
                        let rank = ranks.of(number, len);
                        self.signed(&shingles.into_hashes(), sample, digest.table_hash(), rank)
                    });
                    signed.map_or(SlotSketch::Nothing, SlotSketch::Whole)
                });
            }
        }
        Ok(seen)
    }
}

/// Adds up what is seen, in corpus order.
struct SketchAdder<'a> {
    sketches: DocumentSketches,
    /// A long text of which some pieces are seen.
    open: Option<SketchPiece>,
    sketcher: &'a Sketcher<'a>,
    /// Earlier findings. Documents that go by them are not compared.
    gone: Option<&'a Findings>,
    walk: Walk,
}

impl SketchAdder<'_> {
    fn add(&mut self, settled: &Settled, seen: Vec<SlotSketch>) -> Result<()> {
        let mut walk = self.walk;
        walk.chunk(&settled.scanned.chunk, &mut ChunkSketchAdder { adder: self, settled, seen })?;
        self.walk = walk;
        Ok(())
    }

    fn join(&mut self, next: SketchPiece) {
        let Some(open) = &mut self.open else {
            self.open = Some(next);
            return;
        };
        let Sketcher { shingle, banding, .. } = *self.sketcher;
        open.shingles.join(next.shingles, shingle);
        open.sample.join(next.sample);
        let joint = Sketch::of(&open.shingles.take_complete(), banding.num_bins());
        for sketch in [next.sketch, joint].into_iter().flatten() {
            match &mut open.sketch {
                Some(open) => open.join(&sketch),
                none => *none = Some(sketch),
            }
        }
    }

    /// Ends a long text with its last piece.
    fn finish(&mut self, settled: &Settled, piece: &PieceSlot<'_>) -> Result<()> {
        let document = settled.documents[piece.number];
        let (Some(open), Some(digest)) = (self.open.take(), document.digest) else { return Ok(()) };
        let SketchPiece { sketch, sample, shingles } = open;
        let rank = self.sketcher.ranking.part(settled, piece.part)?.of(piece.number, shingles.num_elements());
        let digest = digest.table_hash();
        let signed = match sketch {
            Some(sketch) => {
                Some(Signed { digest, bins: sketch.bits().collect(), rank, sample: sample.finish() })
            }
            // Shorter than one shingle.
            None => self.sketcher.signed(&shingles.into_hashes(), sample.finish(), digest, rank),
        };
        signed.map_or(Ok(()), |text| self.push(document.id, &text))
    }

    fn push(&mut self, document: DocumentId, text: &Signed) -> Result<()> {
        if self.gone.is_some_and(|gone| !gone.judge_document(document).is_kept()) {
            return Ok(());
        }
        let text = push(&mut self.sketches.texts, document.0, text, self.sketcher.corpus.output)?;
        let index = units::index(document.0);
        self.sketches.texts_of.resize(index, NO_TEXT);
        self.sketches.texts_of.push(text);
        Ok(())
    }
}

/// Adds what is seen of a chunk: one [`SlotSketch`] for each of its slots.
struct ChunkSketchAdder<'c, 'a> {
    adder: &'c mut SketchAdder<'a>,
    settled: &'c Settled,
    seen: Vec<SlotSketch>,
}

impl ChunkSketchAdder<'_, '_> {
    fn seen(&mut self, number: usize) -> SlotSketch {
        self.seen
            .get_mut(number)
            .map_or(SlotSketch::Nothing, |seen| std::mem::replace(seen, SlotSketch::Nothing))
    }
}

impl UnitVisitor for ChunkSketchAdder<'_, '_> {
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.adder.open = None;
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        match self.seen(record.number) {
            SlotSketch::Whole(text) => self.adder.push(self.settled.documents[record.number].id, &text),
            SlotSketch::Piece(_) | SlotSketch::Nothing => Ok(()),
        }
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        match self.seen(piece.number) {
            SlotSketch::Whole(text) => self.adder.push(self.settled.documents[piece.number].id, &text),
            SlotSketch::Piece(next) => {
                self.adder.join(*next);
                if piece.is_end { self.adder.finish(self.settled, piece) } else { Ok(()) }
            }
            SlotSketch::Nothing => Ok(()),
        }
    }

    fn drop_unit(&mut self, _part: &Part, _is_begun: bool) -> Result<()> {
        self.adder.open = None;
        Ok(())
    }
}

/// Adds a text that stands there. The store for what has no room is made when it is needed first.
fn push(
    texts: &mut Signatures,
    member: MemberPlace,
    text: &Signed,
    output: &dyn Output,
) -> Result<SignatureId> {
    while texts.needs_scratch() {
        texts.overflow_to(output.scratch()?);
    }
    texts.push(member, text)
}

/// Sketches all documents that do not go already; the ids of records are noted. Gives back where everything stands too,
/// if that was not known.
pub(super) fn documents(
    corpus: &Corpus<'_>,
    banding: Banding,
    before: Option<Searched<'_>>,
    ids: &mut RecordIds,
) -> Result<(DocumentSketches, Option<KnownCorpus>)> {
    let sketcher = Sketcher::new(corpus, banding)?;
    let sketches = DocumentSketches { texts: sketcher.texts(), texts_of: Vec::new() };
    let gone = before.map(|before| before.findings);
    let mut adder = SketchAdder { sketches, open: None, sketcher: &sketcher, gone, walk: Walk::default() };
    let scope = corpus.config.decide.scope;
    let mut decider = Decider::new(Pass::Sketch, scope, found::basis(corpus, before)?);
    let visit = |settled: Settled, _: &Places| {
        let seen = sketcher.look(&settled)?;
        Ok((settled, seen))
    };
    let mut commit = |(settled, seen): (Settled, Vec<SlotSketch>), _: &Places| {
        note(&settled, ids)?;
        report(corpus, &settled);
        adder.add(&settled, seen)?;
        check_texts(corpus.config, adder.sketches.texts.len())?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor =
        ChunkVisitor { keys: Keys::OfDocuments, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Sketch, Feed::new(corpus)), &mut decider, visitor)?;
    Ok((adder.sketches, decider.into_known()))
}

/// Notes the ids of a chunk's records, for the ledger.
fn note(settled: &Settled, ids: &mut RecordIds) -> Result<()> {
    let chunk = &settled.scanned.chunk;
    for (slot, document) in chunk.slots.iter().zip(&settled.documents) {
        if slot.is_record {
            ids.note(document.id, &chunk.bytes[slot.id.range()])?;
        }
    }
    Ok(())
}

/// A paragraph that is to be compared, with the number of its slot.
type SeenParagraph = (usize, (Ordinal, Signed));

/// Adds the paragraphs that are to be compared, in corpus order. Those of a long text wait until it is known to be
/// good.
struct ParagraphAdder<'a> {
    texts: Signatures,
    pending: Pending<'a>,
    output: &'a dyn Output,
    walk: Walk,
}

impl ParagraphAdder<'_> {
    fn add(&mut self, settled: &Settled, seen: Vec<SeenParagraph>) -> Result<()> {
        let mut walk = self.walk;
        let seen = seen.into_iter().peekable();
        walk.chunk(&settled.scanned.chunk, &mut ChunkParagraphs { adder: self, seen })?;
        self.walk = walk;
        Ok(())
    }

    fn push(&mut self, place: Ordinal, text: &Signed) -> Result<()> {
        push(&mut self.texts, place.0, text, self.output).map(drop)
    }
}

/// Adds what is seen of a chunk.
struct ChunkParagraphs<'c, 'a> {
    adder: &'c mut ParagraphAdder<'a>,
    seen: Peekable<std::vec::IntoIter<SeenParagraph>>,
}

impl ChunkParagraphs<'_, '_> {
    /// The next paragraph of a slot; those of slots before it that were not shown go.
    fn next_of(&mut self, number: usize) -> Option<(Ordinal, Signed)> {
        while self.seen.next_if(|(slot, _)| *slot < number).is_some() {}
        self.seen.next_if(|(slot, _)| *slot == number).map(|(_, seen)| seen)
    }

    /// Adds the paragraphs of a slot at once.
    fn add(&mut self, number: usize) -> Result<()> {
        while let Some((place, text)) = self.next_of(number) {
            self.adder.push(place, &text)?;
        }
        Ok(())
    }
}

impl UnitVisitor for ChunkParagraphs<'_, '_> {
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.adder.pending.clear();
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        self.add(record.number)
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        if !piece.part.is_piece_of_text() {
            return self.add(piece.number);
        }
        let seen = std::iter::from_fn(|| self.next_of(piece.number)).collect();
        self.adder.pending.add(seen)
    }

    fn drop_unit(&mut self, _part: &Part, _is_begun: bool) -> Result<()> {
        self.adder.pending.clear();
        Ok(())
    }

    fn end_unit(&mut self, _part: &Part, _num_records: Option<u64>) -> Result<()> {
        let ParagraphAdder { texts, pending, output, .. } = &mut *self.adder;
        pending.take(|place, text| push(texts, place.0, text, *output).map(drop))
    }
}

/// Sketches the paragraphs that are no copies, of the documents that stay. Gives back where everything stands too, if
/// that was not known.
pub(super) fn paragraphs(
    corpus: &Corpus<'_>,
    banding: Banding,
    before: Option<Searched<'_>>,
    ids: &mut RecordIds,
) -> Result<(Signatures, Option<KnownCorpus>)> {
    let sketcher = Sketcher::new(corpus, banding)?;
    let pending = Pending::new(corpus.output, banding.num_bins(), near_budget(corpus.config) / 4);
    let mut adder =
        ParagraphAdder { texts: sketcher.texts(), pending, output: corpus.output, walk: Walk::default() };
    let mut decider = Decider::new(Pass::Decide, corpus.config.decide.scope, found::basis(corpus, before)?);
    // Contract I4: what is shorter than `--min-chars` never goes as a duplicate.
    let min_chars = corpus.config.decide.near.min_chars.max(corpus.config.matching.min_chars);
    let visit = |settled: Settled, _: &Places| {
        let seen = look_at_paragraphs(&settled, &sketcher, min_chars)?;
        Ok((settled, seen))
    };
    let mut commit = |(settled, seen): (Settled, Vec<SeenParagraph>), _: &Places| {
        note(&settled, ids)?;
        report(corpus, &settled);
        adder.add(&settled, seen)?;
        check_texts(corpus.config, adder.texts.len())?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor =
        ChunkVisitor { keys: Keys::OfDocuments, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Decide, Feed::new(corpus)), &mut decider, visitor)?;
    Ok((adder.texts, decider.into_known()))
}

fn look_at_paragraphs(
    settled: &Settled,
    sketcher: &Sketcher<'_>,
    min_chars: u64,
) -> Result<Vec<SeenParagraph>> {
    if sketcher.is_sampling {
        look_at_paragraphs_with(settled, sketcher, min_chars, SampledTokens::default())
    } else {
        look_at_paragraphs_with(settled, sketcher, min_chars, NoNumbers)
    }
}

fn look_at_paragraphs_with(
    settled: &Settled,
    sketcher: &Sketcher<'_>,
    min_chars: u64,
    sampler: impl Sampler,
) -> Result<Vec<SeenParagraph>> {
    let mut seen = Vec::new();
    let mut shingler = Shingler::new(sketcher.shingle, sampler);
    for part in &settled.scanned.chunk.parts {
        let ranks = sketcher.ranking.part(settled, part)?;
        for number in part.slots.clone() {
            let document = settled.judged(number);
            let start = settled.scanned.documents[number].paragraphs.start;
            for ((paragraph, verdict), index) in document.iter().zip(start..) {
                let key = settled.scanned.keys[index];
                // One that is too short to be a duplicate has no character.
                if !verdict.is_kept() || key.num_chars < min_chars.max(1) {
                    continue;
                }
                sketcher.tokenizer.tokens(document.paragraph(paragraph), &mut shingler);
                let shingles = shingler.finish();
                let (len, sample) = (shingles.num_elements(), shingler.numbers.take());
                let (digest, rank) = (key.fingerprint.table_hash(), ranks.of(number, len));
                if let Some(text) = sketcher.signed(&shingles.into_hashes(), sample, digest, rank) {
                    let place = Ordinal(settled.first.0 + index as u64);
                    seen.push((number, (place, text)));
                }
            }
        }
    }
    Ok(seen)
}
