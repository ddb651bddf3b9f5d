//! Collect: what the texts that met another are compared by, kept on disk.

use std::collections::HashMap;

use crate::config::Shingle;
use crate::decide::near::{Components, Features, Member, SignatureId, Signatures};
use crate::decide::{Copies, Places};
use crate::error::{Error, Result};
use crate::fingerprint::{Numbers, Shingler, Shingles, Slots};
use crate::normalize::Tokenizer;
use crate::read::PartFate;
use crate::run::corpus::Corpus;
use crate::run::course::Course;
use crate::run::decider::Decider;
use crate::run::drive::drive;
use crate::run::feed::Feed;
use crate::run::pass::Visitor;
use crate::run::scan::{Purpose, ScanContext};
use crate::run::settled::Settled;
use crate::store::Scratch;
use crate::units::{DocumentId, Ordinal};

use super::{Units, tell};

/// The features of texts, on disk.
pub(super) struct Collected {
    scratch: Box<dyn Scratch>,
    /// Offset and length. 29 to 57 bytes a text that met another.
    places: HashMap<SignatureId, (u64, usize)>,
}

impl Collected {
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
struct Wanted(Vec<(Member, SignatureId)>);

impl Wanted {
    fn new(texts: &Signatures, components: &Components) -> Self {
        let mut wanted: Vec<_> = components.texts().iter().map(|&text| (texts.best(text), text)).collect();
        wanted.sort_unstable();
        Self(wanted)
    }

    fn get(&self, member: Member) -> Option<SignatureId> {
        let number = self.0.binary_search_by_key(&member, |(member, _)| *member).ok()?;
        self.0.get(number).map(|(_, text)| *text)
    }

    /// Which sources hold any of them.
    fn sources(&self, num_sources: usize, units: Units, places: &Places) -> Vec<bool> {
        let mut sources = vec![false; num_sources];
        for &(member, _) in &self.0 {
            let document = match units {
                Units::Documents => DocumentId(member),
                Units::Paragraphs => places.locate(Ordinal(member)).document,
            };
            if let Some(source) = sources.get_mut(places.owner(document).source.index()) {
                *source = true;
            }
        }
        sources
    }
}

/// What was made of a chunk.
enum Made {
    /// A whole text, encoded.
    Whole(SignatureId, Vec<u8>),
    /// A piece of a long text, and whether it is the last.
    Piece(SignatureId, Box<Piece>),
}

struct Piece {
    features: Features,
    shingles: Shingles,
    is_first: bool,
    is_last: bool,
}

/// Makes features.
struct Maker<'a> {
    tokenizer: Tokenizer,
    shingle: Shingle,
    wanted: &'a Wanted,
    units: Units,
}

impl Maker<'_> {
    fn make(&self, settled: &Settled) -> Vec<Made> {
        match self.units {
            Units::Documents => self.documents(settled),
            Units::Paragraphs => self.paragraphs(settled),
        }
    }

    fn documents(&self, settled: &Settled) -> Vec<Made> {
        let mut made = Vec::new();
        let mut shingler = Shingler::new(self.shingle, Numbers::default());
        for part in &settled.scanned.chunk.parts {
            for number in part.slots.clone() {
                let Some(text) = self.wanted.get(settled.documents[number].id.0) else { continue };
                let document = settled.judged(number);
                for paragraph in document.paragraphs {
                    self.tokenizer.tokens(document.paragraph(paragraph), &mut shingler);
                }
                let mut shingles = shingler.finish();
                let numbers = shingler.numbers.finish();
                let len = shingles.num_elements();
                made.push(if part.is_piece_of_text() {
                    let features = Features::new(len, shingles.take_complete(), numbers);
                    let is_last = part.is_last && part.fate == PartFate::Read;
                    Made::Piece(
                        text,
                        Box::new(Piece { features, shingles, is_first: part.is_first, is_last }),
                    )
                } else {
                    Made::Whole(text, Features::new(len, shingles.into_hashes(), numbers).encode())
                });
            }
        }
        made
    }

    fn paragraphs(&self, settled: &Settled) -> Vec<Made> {
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
                let numbers = shingler.numbers.finish();
                made.push(Made::Whole(text, Features::new(len, shingles.into_hashes(), numbers).encode()));
            }
        }
        made
    }
}

/// Joins pieces, in corpus order.
struct Joiner {
    collected: Collected,
    open: Option<(SignatureId, Features, Shingles)>,
    shingle: Shingle,
}

impl Joiner {
    fn add(&mut self, made: Made) -> Result<()> {
        let (text, piece) = match made {
            Made::Whole(text, features) => return self.collected.keep(text, &features),
            Made::Piece(text, piece) => (text, *piece),
        };
        let Piece { features, shingles, is_first, is_last } = piece;
        let (mut joined, mut ends) = match self.open.take_if(|(open, ..)| *open == text && !is_first) {
            None => (features, shingles),
            Some((_, mut joined, mut ends)) => {
                ends.join(shingles, self.shingle);
                let mut next = Features::new(0, ends.take_complete(), Slots::default());
                next.join(features);
                joined.join(next);
                (joined, ends)
            }
        };
        if !is_last {
            self.open = Some((text, joined, ends));
            return Ok(());
        }
        if joined.is_empty() {
            // Shorter than one shingle.
            joined.join(Features::new(0, std::mem::take(&mut ends).into_hashes(), Slots::default()));
        }
        self.collected.keep(text, &joined.encode())
    }
}

/// Reads the sources of these texts again and keeps what they are compared by.
pub(super) fn collect(
    corpus: &Corpus<'_>,
    (texts, components): (&Signatures, &Components),
    units: Units,
    places: &Places,
) -> Result<Collected> {
    let wanted = Wanted::new(texts, components);
    let sources = wanted.sources(corpus.sources.len(), units, places);
    let shingle = corpus.config.decide.near.shingle;
    let maker =
        Maker { tokenizer: Tokenizer::new(corpus.config.split.repair), shingle, wanted: &wanted, units };
    let context = ScanContext::new(corpus, Purpose::Places);
    let mut decider = Decider::again(Copies::Unsought, places, None);
    let collected =
        Collected { scratch: corpus.output.scratch()?, places: HashMap::with_capacity(wanted.0.len()) };
    let mut joiner = Joiner { collected, open: None, shingle };
    let visit = |settled: Settled, _: &Places| {
        let made = maker.make(&settled);
        Ok((settled, made))
    };
    let mut commit = |(settled, made): (Settled, Vec<Made>), _: &Places| {
        tell(corpus, &settled);
        made.into_iter().try_for_each(|made| joiner.add(made))?;
        Ok(settled.scanned.chunk.bytes)
    };
    let feed = Feed::new(corpus).only(&sources);
    drive(
        corpus,
        (Course::Stream(feed), &context),
        &mut decider,
        Visitor { visit: &visit, commit: &mut commit, sealer: None },
    )?;
    let missing = wanted.0.iter().find(|(_, text)| !joiner.collected.places.contains_key(text));
    if let Some(&(member, _)) = missing {
        let document = match units {
            Units::Documents => DocumentId(member),
            Units::Paragraphs => places.locate(Ordinal(member)).document,
        };
        let source = places.owner(document).source;
        return Err(Error::Changed { path: corpus.sources.get(source).place.relative.to_vec() });
    }
    Ok(joiner.collected)
}
