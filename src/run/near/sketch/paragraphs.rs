//! The sketches of paragraphs.

use std::iter::Peekable;

use crate::decide::Places;
use crate::decide::near::{Banding, MemberPlace, SignatureId, Signatures, Signed};
use crate::error::Result;
use crate::fingerprint::{NoNumbers, SampledTokens, Sampler, Shingler};
use crate::read::Part;
use crate::run::corpus::Corpus;
use crate::run::decider::{Decider, KnownCorpus};
use crate::run::drive::{ChunkVisitor, drive};
use crate::run::feed::Feed;
use crate::run::found::{self, Searched};
use crate::run::near::pending::Pending;
use crate::run::near::{check_texts, near_budget, report};
use crate::run::pass::{Keys, Pass};
use crate::run::progress::PassProgress;
use crate::run::settled::Settled;
use crate::run::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::store::Output;
use crate::units::Ordinal;
use crate::write::RecordIds;

use super::{Sketcher, make_room, note};

/// Adds a text that stands there.
fn push(
    texts: &mut Signatures,
    member: MemberPlace,
    text: &Signed,
    output: &dyn Output,
) -> Result<SignatureId> {
    make_room(texts, output)?;
    texts.push(member, text)
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
pub(in crate::run::near) fn paragraphs(
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
                let (digest, rank) = (key.fingerprint.table_hash(), || ranks.of(number, len));
                if let Some(text) = sketcher.signed(&shingles.into_hashes(), sample, digest, rank) {
                    let place = Ordinal(settled.first.0 + index as u64);
                    seen.push((number, (place, text)));
                }
            }
        }
    }
    Ok(seen)
}
