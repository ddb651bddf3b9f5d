//! Sketches: one of every text that may be a near-duplicate.

mod paragraphs;

pub(super) use paragraphs::paragraphs;

use crate::config::Shingle;
use crate::decide::near::{
    Banding, Judge, MAX_KEYS, Rank, SignatureId, Signatures, Signed, TextDetails, kept_bits,
};
use crate::decide::{Findings, NO_TEXT, Places};
use crate::error::Result;
use crate::fingerprint::{
    NoNumbers, NumberSample, PieceSample, Sample, SampledTokens, SampledWording, Sampler, Shingler, Shingles,
    Sketch,
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
use crate::units::{self, DocumentId};
use crate::write::RecordIds;

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
    /// A whole document, and what an index keeps of it beside.
    Whole(Signed, TextDetails),
    /// A piece of a long text.
    Piece(Box<SketchPiece>),
}

/// The sketch of a piece of a long text, its sample, and what is left of its shingles to join them.
struct SketchPiece {
    sketch: Option<Sketch>,
    sample: PieceSample,
    numbers: NumberSample,
    shingles: Shingles,
}

/// Makes sketches.
struct Sketcher<'a> {
    tokenizer: Tokenizer,
    shingle: Shingle,
    banding: Banding,
    /// Whether samples are kept: where a text goes that a longer one holds.
    is_sampling: bool,
    /// Whether texts are compared by what an index keeps of them.
    is_for_index: bool,
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
            is_for_index: corpus.history.is_some(),
            ranking: Ranking::new(*corpus)?,
            corpus: *corpus,
        })
    }

    /// An empty set of texts.
    fn texts(&self) -> Signatures {
        let budget = near_budget(self.corpus.config) / 2;
        let (num_bins, is_ranked) = (self.banding.num_bins(), self.ranking.is_ranked());
        let shares = 1 + usize::from(self.is_sampling) + usize::from(self.is_for_index);
        let budget = budget / shares;
        let mut texts = Signatures::within(budget, num_bins, is_ranked);
        if self.is_sampling {
            texts = texts.with_samples(budget);
        }
        if self.is_for_index {
            texts = texts.with_details(budget);
        }
        texts
    }

    /// The bins of a sketch, as far as they are kept.
    fn bins(&self, sketch: &Sketch) -> Vec<u16> {
        let bits = |bin| if self.is_for_index { kept_bits(bin) } else { bin };
        sketch.bits().map(bits).collect()
    }

    /// The sample of a text, as far as it is kept.
    fn kept(&self, sample: Sample) -> Sample {
        if self.is_for_index { sample.thinned(MAX_KEYS) } else { sample }
    }

    /// What a text with these shingles is compared by; `None` if it has none. It is ranked only if it has: a record that was
    /// rejected has no fields.
    fn signed(
        &self,
        hashes: &[u64],
        sample: Sample,
        digest: u64,
        rank: impl FnOnce() -> Rank,
    ) -> Option<Signed> {
        let sketch = Sketch::of(hashes, self.banding.num_bins())?;
        Some(Signed { digest, bins: self.bins(&sketch), rank: rank(), sample: self.kept(sample) })
    }

    /// Sketches each slot of a chunk.
    fn look(&self, settled: &Settled) -> Result<Vec<SlotSketch>> {
        if self.is_for_index {
            self.look_with(settled, SampledWording::new(self.is_sampling))
        } else if self.is_sampling {
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
                    shingler.numbers.end_line();
                }
                let mut shingles = shingler.finish();
                seen.push(if part.is_piece_of_text() {
                    let sketch = Sketch::of(&shingles.take_complete(), self.banding.num_bins());
                    let sample = shingler.numbers.take_piece();
                    let numbers = shingler.numbers.take_numbers(false);
                    SlotSketch::Piece(Box::new(SketchPiece { sketch, sample, numbers, shingles }))
                } else {
                    let (len, sample) = (shingles.num_elements(), shingler.numbers.take());
                    let details = TextDetails { len, numbers: shingler.numbers.take_numbers(true) };
                    let signed = settled.documents[number].digest.and_then(|digest| {
                        let rank = || ranks.of(number, len);
                        self.signed(&shingles.into_hashes(), sample, digest.table_hash(), rank)
                    });
                    signed.map_or(SlotSketch::Nothing, |signed| SlotSketch::Whole(signed, details))
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
        open.numbers.join(next.numbers);
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
        let SketchPiece { sketch, sample, numbers, shingles } = open;
        let details = TextDetails { len: shingles.num_elements(), numbers };
        let ranks = self.sketcher.ranking.part(settled, piece.part)?;
        let rank = || ranks.of(piece.number, details.len);
        let digest = digest.table_hash();
        let signed = match sketch {
            Some(sketch) => {
                let sample = self.sketcher.kept(sample.finish());
                Some(Signed { digest, bins: self.sketcher.bins(&sketch), rank: rank(), sample })
            }
            // Shorter than one shingle.
            None => self.sketcher.signed(&shingles.into_hashes(), sample.finish(), digest, rank),
        };
        signed.map_or(Ok(()), |text| self.push(document.id, &text, &details))
    }

    fn push(&mut self, document: DocumentId, text: &Signed, details: &TextDetails) -> Result<()> {
        if self.gone.is_some_and(|gone| !gone.judge_document(document).is_kept()) {
            return Ok(());
        }
        let texts = &mut self.sketches.texts;
        make_room(texts, self.sketcher.corpus.output)?;
        let text = texts.push_detailed(document.0, text, details)?;
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
            SlotSketch::Whole(text, details) => {
                self.adder.push(self.settled.documents[record.number].id, &text, &details)
            }
            SlotSketch::Piece(_) | SlotSketch::Nothing => Ok(()),
        }
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        match self.seen(piece.number) {
            SlotSketch::Whole(text, details) => {
                self.adder.push(self.settled.documents[piece.number].id, &text, &details)
            }
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

/// Makes the stores for what has no room, when they are needed first.
fn make_room(texts: &mut Signatures, output: &dyn Output) -> Result<()> {
    while texts.needs_scratch() {
        texts.overflow_to(output.scratch()?);
    }
    Ok(())
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
    let mut sketches = DocumentSketches { texts: sketcher.texts(), texts_of: Vec::new() };
    if let Some(history) = corpus.history {
        history.for_each_text(|member, signed, details| {
            make_room(&mut sketches.texts, corpus.output)?;
            sketches.texts.push_detailed(member, signed, details)?;
            check_texts(corpus.config, sketches.texts.len())
        })?;
    }
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
