//! Takes in the prints of a run's documents, chunk by chunk.

use std::collections::BTreeMap;

use super::Room;
use super::prints::PrintStore;
use super::source::{SourceNames, directory, named};
use crate::config::SourceBy;
use crate::decide::Findings;
use crate::decide::boilerplate::{FLOOR, Firsts, Line, Twins};
use crate::document::SourceFigures;
use crate::error::Result;
use crate::normalize::KeyText;
use crate::observe::SourceCounts;
use crate::read::{Chunk, Fields, Part, ReadContext};
use crate::rules::boilerplate::LinePrinter;
use crate::run::corpus::{Corpus, path_of};
use crate::run::render::encode_error;
use crate::run::settled::Settled;
use crate::run::walk::{PieceSlot, RecordSlot, UnitVisitor};
use crate::units::{Ordinal, count};

/// What is seen of a document, or of a piece of one.
#[derive(Default)]
pub(super) struct SeenSlot {
    lines: Vec<Line>,
    /// What its record, or its page, names as its source.
    source: Option<String>,
}

/// Makes the prints of each slot of a chunk.
pub(super) fn look(corpus: &Corpus<'_>, settled: &Settled, printer: &LinePrinter) -> Result<Vec<SeenSlot>> {
    let chunk = &settled.scanned.chunk;
    let sources = named_sources(chunk, corpus.read, &corpus.config.decide.source)?;
    let mut room = KeyText::default();
    let look = |(number, source): (usize, Option<String>)| {
        if chunk.slots[number].fault.is_some() {
            return SeenSlot::default();
        }
        let document = settled.judged(number);
        let keys = &settled.scanned.keys[settled.scanned.documents[number].paragraphs.clone()];
        let lines = document.paragraphs.iter().zip(keys);
        let lines = lines.map(|(paragraph, key)| {
            printer.print(&mut room, document.paragraph(paragraph), &key.fingerprint)
        });
        SeenSlot { lines: lines.collect(), source }
    };
    Ok(sources.into_iter().enumerate().map(look).collect())
}

/// What the record, or the page, of each slot of a chunk names as its source.
///
/// # Errors
/// [`crate::Error`] if fields that were read cannot be read again.
pub(crate) fn named_sources(chunk: &Chunk, read: &ReadContext, by: &SourceBy) -> Result<Vec<Option<String>>> {
    let mut sources = vec![None; chunk.slots.len()];
    if matches!(by, SourceBy::Directory(_)) {
        return Ok(sources);
    }
    for part in &chunk.parts {
        let fields = Fields::new(chunk, part, read).map_err(encode_error)?;
        for number in part.slots.clone().filter(|number| chunk.slots[*number].fault.is_none()) {
            sources[number] = named(by, &fields, number);
        }
    }
    Ok(sources)
}

/// A text of which some pieces are there, or a document as a whole.
#[derive(Debug)]
struct OpenDocument {
    /// Place of its first paragraph.
    place: Ordinal,
    source: u32,
    counts: bool,
    /// It does not name its source.
    is_unnamed: bool,
    lines: Vec<Line>,
}

/// The prints of the corpus.
pub(super) struct Collected {
    store: PrintStore,
    twins: Twins,
    sources: SourceNames,
    /// Documents, by source.
    num_documents: Vec<u32>,
    num_unnamed: u64,
    /// Documents of the file or member that is open, by source, and those of them that do not name it.
    unit: BTreeMap<u32, (u32, u32)>,
    /// Documents of earlier runs that count, of all sources.
    num_earlier: u64,
    open: Option<OpenDocument>,
}

/// The prints of the corpus, when all are there.
pub(super) struct Whole {
    pub(super) store: PrintStore,
    pub(super) sources: SourceNames,
    /// Of the documents that count, those of earlier runs before those of this one, the first of their kind.
    pub(super) firsts: Firsts,
    pub(super) num_earlier: u64,
    pub(super) figures: SourceFigures,
}

impl Collected {
    /// Nothing of this run. Documents of earlier ones are there to be told from their copies.
    ///
    /// # Errors
    /// Those of the stores and of the indexes.
    pub(super) fn new(corpus: &Corpus<'_>, room: &Room<'_>) -> Result<Self> {
        let (mut twins, mut num_earlier) = (Twins::new(room.scratch()?), 0);
        if let Some(history) = corpus.history {
            history.for_each_prints(|block| {
                num_earlier += count(block.documents.len());
                let mut documents = block.documents.iter();
                documents.try_for_each(|document| {
                    twins.push(&block.sources[document.source], &block.lines[document.lines.clone()])
                })
            })?;
        }
        Ok(Self {
            store: PrintStore::new(room.scratch()?),
            twins,
            sources: SourceNames::default(),
            num_documents: Vec::new(),
            num_unnamed: 0,
            unit: BTreeMap::new(),
            num_earlier,
            open: None,
        })
    }

    /// Takes in a document that is whole.
    fn end(&mut self, document: OpenDocument) -> Result<()> {
        let OpenDocument { place, source, counts, is_unnamed, lines } = document;
        let of_unit = self.unit.entry(source).or_default();
        of_unit.0 += 1;
        of_unit.1 += u32::from(is_unnamed);
        if lines.is_empty() {
            return Ok(());
        }
        let name = self.sources.name(source);
        if counts {
            self.twins.push(name, &lines)?;
        }
        self.store.push((place, name), counts, &lines)
    }

    /// The file or member that is open is good: its documents are those that are read.
    fn end_unit(&mut self) {
        self.num_documents.resize(self.sources.len(), 0);
        for (source, (num, num_unnamed)) in std::mem::take(&mut self.unit) {
            self.num_documents[source as usize] += num;
            self.num_unnamed += u64::from(num_unnamed);
        }
    }

    /// Forgets what is open, which turned out to be bad.
    fn drop_unit(&mut self) {
        self.open = None;
        self.unit.clear();
    }

    /// Ends the collection.
    ///
    /// # Errors
    /// Those of the stores and of the indexes.
    pub(super) fn finish(mut self, corpus: &Corpus<'_>) -> Result<Whole> {
        self.store.end_block()?;
        let documents: u64 = self.num_documents.iter().map(|num| u64::from(*num)).sum();
        let mut is_of_run: Vec<bool> = self.num_documents.iter().map(|num| *num > 0).collect();
        is_of_run.resize(self.sources.len(), false);
        self.num_documents.resize(self.sources.len(), 0);
        let found = count(is_of_run.iter().filter(|is| **is).count());
        if let Some(history) = corpus.history {
            history.for_each_prints(|block| {
                for document in &block.documents {
                    if let Some(source) = self.sources.find(&block.sources[document.source]) {
                        self.num_documents[source as usize] += 1;
                    }
                }
                Ok(())
            })?;
        }
        corpus.observer.counted(&SourceCounts {
            documents,
            unnamed: self.num_unnamed,
            sources: found,
            small: count(
                self.num_documents.iter().zip(&is_of_run).filter(|(num, is)| **is && **num < FLOOR).count(),
            ),
        });
        let unnamed = self.num_unnamed;
        let figures = SourceFigures { found, named: documents - unnamed, unnamed };
        let Self { store, sources, num_earlier, .. } = self;
        Ok(Whole { store, sources, firsts: self.twins.firsts()?, num_earlier, figures })
    }
}

/// Takes in the prints of a chunk: one [`SeenSlot`] for each of its slots.
pub(super) struct ChunkLines<'c, 'a> {
    pub(super) collected: &'c mut Collected,
    pub(super) settled: &'c Settled,
    pub(super) seen: Vec<SeenSlot>,
    /// Earlier findings. Documents that go by them do not count.
    pub(super) gone: Option<&'c Findings>,
    pub(super) corpus: &'c Corpus<'a>,
    pub(super) room: &'c Room<'a>,
}

impl ChunkLines<'_, '_> {
    /// Takes in a document, or the next piece of one.
    fn add(&mut self, part: &Part, number: usize, is_end: bool) -> Result<()> {
        let SeenSlot { lines, source } = std::mem::take(&mut self.seen[number]);
        let open = self.collected.open.take();
        let mut document = open.unwrap_or_else(|| self.begin(part, number, source));
        if document.lines.is_empty() {
            document.lines = lines;
        } else {
            document.lines.extend(lines);
        }
        if is_end {
            return self.collected.end(document);
        }
        let num_bytes = count(document.lines.len() * size_of::<Line>());
        self.room.check(num_bytes, "the paragraphs of one document")?;
        self.collected.open = Some(document);
        Ok(())
    }

    /// Begins a document, which names this source.
    fn begin(&mut self, part: &Part, number: usize, source: Option<String>) -> OpenDocument {
        let (depth, is_unnamed) = match &self.corpus.config.decide.source {
            SourceBy::Directory(depth) => (*depth, false),
            SourceBy::Url | SourceBy::Field(_) => (None, source.is_none()),
        };
        let name = source.unwrap_or_else(|| directory(&path_of(self.corpus.sources, part), depth));
        let id = self.settled.documents[number].id;
        OpenDocument {
            place: self.place(number),
            source: self.collected.sources.number(name),
            counts: self.gone.is_none_or(|gone| gone.judge_document(id).is_kept()),
            is_unnamed,
            lines: Vec::new(),
        }
    }

    /// The place of the first paragraph of the slot.
    fn place(&self, number: usize) -> Ordinal {
        Ordinal(self.settled.first.0 + count(self.settled.scanned.documents[number].paragraphs.start))
    }
}

impl UnitVisitor for ChunkLines<'_, '_> {
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.collected.drop_unit();
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        self.add(record.part, record.number, true)
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        self.add(piece.part, piece.number, piece.is_end)
    }

    fn drop_unit(&mut self, _part: &Part, _is_begun: bool) -> Result<()> {
        self.collected.drop_unit();
        Ok(())
    }

    fn end_unit(&mut self, _part: &Part, _num_records: Option<u64>) -> Result<()> {
        self.collected.end_unit();
        Ok(())
    }
}
