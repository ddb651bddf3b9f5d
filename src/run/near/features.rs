//! Features: what the texts that met another are compared by, kept on disk.

use std::collections::HashMap;
use std::iter::Peekable;

use crate::config::Shingle;
use crate::decide::Places;
use crate::decide::near::{Banded, Components, Features, MemberPlace, SignatureId, Signatures};
use crate::error::{Error, Result};
use crate::fingerprint::{Numbers, Shingler, Shingles, Wording};
use crate::normalize::Tokenizer;
use crate::read::Part;
use crate::run::corpus::Corpus;
use crate::run::decider::{Basis, Decider};
use crate::run::drive::{ChunkVisitor, drive};
use crate::run::feed::Feed;
use crate::run::pass::{Keys, Pass};
use crate::run::progress::PassProgress;
use crate::run::settled::Settled;
use crate::run::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::store::Scratch;
use crate::units::{DocumentId, Ordinal};

use super::{Compared, ComparedUnits, report};

/// The features of texts, on disk.
pub(super) struct FeatureStore {
    scratch: Box<dyn Scratch>,
    /// Offset and length. 29 to 57 bytes a text that met another.
    places: HashMap<SignatureId, (u64, usize)>,
}

impl FeatureStore {
    fn keep(&mut self, text: SignatureId, features: &[u8]) -> Result<()> {
        let offset = self.scratch.append(features)?;
        self.places.insert(text, (offset, features.len()));
        Ok(())
    }

    /// Bytes of the features of these texts, encoded.
    pub(super) fn num_bytes(&self, texts: &[SignatureId]) -> usize {
        let places = texts.iter().filter_map(|text| self.places.get(text));
        places.fold(0, |bytes, &(_, len)| bytes.saturating_add(len))
    }

    /// The features of a text, encoded.
    pub(super) fn read(&mut self, text: SignatureId, bytes: &mut Vec<u8>) -> Result<()> {
        let Some(&(offset, len)) = self.places.get(&text) else { return Ok(()) };
        bytes.resize(len, 0);
        self.scratch.read_at(offset, bytes)
    }
}

/// The texts that are wanted, sorted by where they stand. 16 bytes a text.
struct TextsByPlace(Vec<(MemberPlace, SignatureId)>);

impl TextsByPlace {
    fn new(texts: &Signatures, components: &Components) -> Self {
        let mut wanted: Vec<_> = components.texts().iter().map(|&text| (texts.best(text), text)).collect();
        wanted.sort_unstable();
        Self(wanted)
    }

    fn get(&self, member: MemberPlace) -> Option<SignatureId> {
        let number = self.0.binary_search_by_key(&member, |(member, _)| *member).ok()?;
        self.0.get(number).map(|(_, text)| *text)
    }

    /// Which sources hold any of them.
    fn sources(&self, num_sources: usize, units: ComparedUnits, places: &Places) -> Vec<bool> {
        let mut sources = vec![false; num_sources];
        for &(member, _) in &self.0 {
            let document = match units {
                ComparedUnits::Documents => DocumentId(member),
                ComparedUnits::Paragraphs => places.locate(Ordinal(member)).document,
            };
            if let Some(source) = sources.get_mut(places.owner(document).source.index()) {
                *source = true;
            }
        }
        sources
    }
}

/// The features of a text, or of a piece of one.
enum MadeFeatures {
    /// A whole text, encoded.
    Whole(SignatureId, Vec<u8>),
    /// A piece of a long text.
    Piece(SignatureId, Box<FeaturePiece>),
}

struct FeaturePiece {
    features: Features,
    shingles: Shingles,
}

/// The features made from a chunk, each with the number of its slot.
type ChunkMade = Vec<(usize, MadeFeatures)>;

/// Makes features.
struct FeatureMaker<'a> {
    tokenizer: Tokenizer,
    shingle: Shingle,
    wanted: &'a TextsByPlace,
    units: ComparedUnits,
}

impl FeatureMaker<'_> {
    fn make(&self, settled: &Settled) -> ChunkMade {
        match self.units {
            ComparedUnits::Documents => self.documents(settled),
            ComparedUnits::Paragraphs => self.paragraphs(settled),
        }
    }

    fn documents(&self, settled: &Settled) -> ChunkMade {
        let mut made = Vec::new();
        let mut shingler = Shingler::new(self.shingle, Numbers::default());
        for part in &settled.scanned.chunk.parts {
            for number in part.slots.clone() {
                let Some(text) = self.wanted.get(settled.documents[number].id.0) else { continue };
                let document = settled.judged(number);
                for paragraph in document.paragraphs {
                    self.tokenizer.tokens(document.paragraph(paragraph), &mut shingler);
                    shingler.numbers.end_line();
                }
                let mut shingles = shingler.finish();
                let len = shingles.num_elements();
                let one = if part.is_piece_of_text() {
                    let wording = shingler.numbers.finish_part();
                    let features = Features::new(len, &shingles.take_complete(), wording);
                    MadeFeatures::Piece(text, Box::new(FeaturePiece { features, shingles }))
                } else {
                    let wording = shingler.numbers.finish();
                    MadeFeatures::Whole(text, Features::new(len, &shingles.into_hashes(), wording).encode())
                };
                made.push((number, one));
            }
        }
        made
    }

    fn paragraphs(&self, settled: &Settled) -> ChunkMade {
        let mut made = Vec::new();
        let mut shingler = Shingler::new(self.shingle, Numbers::default());
        let numbers = 0..settled.scanned.chunk.slots.len();
        for number in numbers {
            let document = settled.judged(number);
            let start = settled.scanned.documents[number].paragraphs.start;
            for (paragraph, index) in document.paragraphs.iter().zip(start..) {
                let Some(text) = self.wanted.get(settled.first.0 + index as u64) else { continue };
                self.tokenizer.tokens(document.paragraph(paragraph), &mut shingler);
                let shingles = shingler.finish();
                let len = shingles.num_elements();
                let wording = shingler.numbers.finish_part();
                let features = Features::new(len, &shingles.into_hashes(), wording).encode();
                made.push((number, MadeFeatures::Whole(text, features)));
            }
        }
        made
    }
}

/// Keeps features and joins pieces, in corpus order.
struct FeatureJoiner {
    collected: FeatureStore,
    /// A long text of which some pieces were seen.
    open: Option<(SignatureId, Features, Shingles)>,
    shingle: Shingle,
    walk: Walk,
}

impl FeatureJoiner {
    fn add(&mut self, settled: &Settled, made: ChunkMade) -> Result<()> {
        let mut walk = self.walk;
        walk.chunk(
            &settled.scanned.chunk,
            &mut ChunkFeatureJoiner { joiner: self, made: made.into_iter().peekable() },
        )?;
        self.walk = walk;
        Ok(())
    }

    fn join(&mut self, text: SignatureId, piece: FeaturePiece) {
        let FeaturePiece { features, shingles } = piece;
        self.open = Some(match self.open.take() {
            None => (text, features, shingles),
            Some((text, mut joined, mut ends)) => {
                ends.join(shingles, self.shingle);
                let mut next = Features::new(0, &ends.take_complete(), Wording::default());
                next.join(features);
                joined.join(next);
                (text, joined, ends)
            }
        });
    }

    /// Ends a long text.
    fn finish(&mut self) -> Result<()> {
        let Some((text, mut joined, ends)) = self.open.take() else { return Ok(()) };
        if joined.is_empty() {
            // Shorter than one shingle.
            joined.join(Features::new(0, &ends.into_hashes(), Wording::default()));
        }
        self.collected.keep(text, &joined.encode())
    }
}

/// Adds what was made of a chunk.
struct ChunkFeatureJoiner<'j> {
    joiner: &'j mut FeatureJoiner,
    made: Peekable<std::vec::IntoIter<(usize, MadeFeatures)>>,
}

impl ChunkFeatureJoiner<'_> {
    /// Adds what was made of a slot; what was made of slots before it that were not shown goes.
    fn add(&mut self, number: usize) -> Result<()> {
        while let Some((slot, made)) = self.made.next_if(|(slot, _)| *slot <= number) {
            match made {
                _ if slot < number => {}
                MadeFeatures::Whole(text, features) => self.joiner.collected.keep(text, &features)?,
                MadeFeatures::Piece(text, piece) => self.joiner.join(text, *piece),
            }
        }
        Ok(())
    }
}

impl UnitVisitor for ChunkFeatureJoiner<'_> {
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.joiner.open = None;
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        self.add(record.number)
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        self.add(piece.number)?;
        if piece.is_end { self.joiner.finish() } else { Ok(()) }
    }

    fn drop_unit(&mut self, _part: &Part, _is_begun: bool) -> Result<()> {
        self.joiner.open = None;
        Ok(())
    }
}

/// Reads the sources of these texts again and keeps what they are compared by.
pub(super) fn keep_features(
    corpus: &Corpus<'_>,
    compared: &Compared<'_>,
    components: &Components,
    places: &Places,
) -> Result<FeatureStore> {
    let Compared { banded: Banded { texts, .. }, units } = *compared;
    let wanted = TextsByPlace::new(texts, components);
    let sources = wanted.sources(corpus.sources.len(), units, places);
    let shingle = corpus.config.decide.near.shingle;
    let maker = FeatureMaker {
        tokenizer: Tokenizer::new(corpus.config.split.repair),
        shingle,
        wanted: &wanted,
        units,
    };
    let basis = Basis::Borrowed { places, checksums: None, findings: None };
    let mut decider = Decider::new(Pass::Features, corpus.config.decide.scope, basis);
    let collected =
        FeatureStore { scratch: corpus.output.scratch()?, places: HashMap::with_capacity(wanted.0.len()) };
    let mut joiner = FeatureJoiner { collected, open: None, shingle, walk: Walk::default() };
    let visit = |settled: Settled, _: &Places| {
        let made = maker.make(&settled);
        Ok((settled, made))
    };
    let mut commit = |(settled, made): (Settled, ChunkMade), _: &Places| {
        report(corpus, &settled);
        joiner.add(&settled, made)?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor = ChunkVisitor { keys: Keys::Unread, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(
        corpus,
        PassProgress::new(Pass::Features, Feed::new(corpus).only(&sources)),
        &mut decider,
        visitor,
    )?;
    let missing = wanted.0.iter().find(|(_, text)| !joiner.collected.places.contains_key(text));
    if let Some(&(member, _)) = missing {
        let document = match units {
            ComparedUnits::Documents => DocumentId(member),
            ComparedUnits::Paragraphs => places.locate(Ordinal(member)).document,
        };
        let source = places.owner(document).source;
        return Err(Error::Changed { path: corpus.sources.get(source).place.relative.to_vec() });
    }
    Ok(joiner.collected)
}
