//! Scan: a chunk's documents are split, repaired, keyed and fingerprinted. Pure but for reading small files;
//! one call a chunk, in parallel.

use crate::config::{MatchConfig, Repair};
use crate::decide::PartitionedPrints;
use crate::document::Paragraph;
use crate::fingerprint::{Fingerprint, KeyHasher};
use crate::normalize::{KeyMaker, KeySink, is_altered, shows_text};
use crate::read::{Chunk, PARAGRAPH_BYTES, Part, ReadContext, TextVisitor};
use crate::rules::{Edge, Editor};
use crate::split::{SplitBy, Splitting};
use crate::units::count;

use super::corpus::{Corpus, Listing};
use super::feed::Work;
use super::pass::{Keys, Needs};
use super::reader::{Weigh, read_work};

/// The context that scanning needs, made once a run.
pub(crate) struct ScanContext<'a> {
    listing: Listing<'a>,
    read: &'a ReadContext,
    repair: Repair,
    matching: MatchConfig,
    keys: KeyMaker,
    needs: Needs,
    editor: &'a Editor,
    /// Whether anything depends on all characters of a key.
    counts_chars: bool,
}

impl<'a> ScanContext<'a> {
    /// How a pass over `corpus` scans that needs this.
    pub(crate) fn new(corpus: &Corpus<'a>, needs: Needs) -> Self {
        let config = corpus.config;
        Self {
            listing: corpus.listing(),
            read: corpus.read,
            repair: config.split.repair,
            matching: config.matching,
            keys: KeyMaker::new(config.matching.mode, config.split.repair),
            needs,
            editor: corpus.editor,
            counts_chars: config.decide.near.has_paragraphs(),
        }
    }
}

/// A chunk and its paragraphs.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    pub(crate) chunk: Chunk,
    /// The paragraphs of all its documents.
    pub(crate) paragraphs: Vec<Paragraph>,
    /// The scanned document of each of the chunk's slots.
    pub(crate) documents: Vec<ScannedDocument>,
    pub(crate) prints: PartitionedPrints,
    /// The paragraphs that are layout (contract I4), in order.
    pub(crate) layouts: Vec<u32>,
    /// The key of each paragraph, in a pass that needs keys.
    pub(crate) keys: Vec<ParagraphKey>,
    /// Whether its documents are to be fingerprinted.
    pub(crate) is_keyed: bool,
    /// The paragraphs that rules of one's own remove, in order, and the number of the rule.
    pub(crate) given: Vec<(usize, u64)>,
}

impl Scanned {
    /// Whether the paragraph of this number is layout (contract I4).
    pub(crate) fn is_layout(&self, number: usize) -> bool {
        self.layouts.binary_search_by(|&layout| (layout as usize).cmp(&number)).is_ok()
    }

    /// The paragraphs that rules of one's own remove. What they match is known by the paragraph alone, so that no pass has
    /// to remember it.
    fn removed_by(&self, editor: &Editor) -> Vec<(usize, u64)> {
        let mut removed = Vec::new();
        for part in &self.chunk.parts {
            for slot in part.slots.clone().filter(|slot| *slot < self.documents.len()) {
                let edge = self.edge(editor, part, slot);
                let text = &self.chunk.bytes[self.chunk.slots[slot].text.range()];
                let paragraphs = self.documents[slot].paragraphs.clone();
                for (index, number) in paragraphs.enumerate() {
                    let paragraph = &self.paragraphs[number];
                    let text = simdutf8::basic::from_utf8(&text[paragraph.span.range()]).unwrap_or_default();
                    let rule = editor.removes(text, paragraph, edge.has(index));
                    removed.extend(rule.map(|rule| (number, rule)));
                }
            }
        }
        removed
    }

    /// The edge of the document, or of the piece of one, in the slot of this number.
    pub(crate) fn edge(&self, editor: &Editor, part: &Part, slot: usize) -> Edge {
        let paragraphs = &self.documents[slot].paragraphs;
        let is_piece = part.is_piece_of_text();
        let ends = (!is_piece || part.is_first, !is_piece || part.is_last);
        if !editor.has_edges() {
            return Edge::of(0, (false, false), |_| false);
        }
        Edge::of(paragraphs.len(), ends, |index| self.is_layout(paragraphs.start + index))
    }

    /// Whether a document, or the piece of one, in the slot of this number holds text beside layout (contract I4).
    pub(crate) fn has_text(&self, number: usize) -> bool {
        let paragraphs = &self.documents[number].paragraphs;
        let layouts_before = |end: usize| self.layouts.partition_point(|&layout| (layout as usize) < end);
        paragraphs.len() > layouts_before(paragraphs.end) - layouts_before(paragraphs.start)
    }
}

/// The key of a paragraph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParagraphKey {
    pub(crate) fingerprint: Fingerprint,
    /// Characters of its key text, where anything depends on it; 0 if it is too short to be a duplicate (contract I4).
    pub(crate) num_chars: u64,
}

/// The paragraphs of one document in a [`Scanned`].
#[derive(Debug, Clone)]
pub(crate) struct ScannedDocument {
    pub(crate) paragraphs: std::ops::Range<usize>,
    pub(crate) blank_after: bool,
    /// The CRC-32 of its text, in a pass that is held against another; else 0.
    pub(crate) checksum: u32,
}

impl Weigh for Scanned {
    fn weight(&self) -> u64 {
        count(self.chunk.bytes.len()) + count(self.paragraphs.len()) * PARAGRAPH_BYTES
    }
}

/// Reads (if it is not read yet) and scans one chunk.
pub(crate) fn scan(work: Work, context: &ScanContext<'_>) -> Scanned {
    let mut scanner = Scanner::new(context);
    let chunk = read_work(work, context.listing, context.read, &mut scanner);
    let Scanner { paragraphs, documents, prints, layouts, keys, .. } = scanner;
    let prints =
        if prints.is_empty() { PartitionedPrints::default() } else { PartitionedPrints::partition(&prints) };
    let is_keyed = context.needs.keys == Keys::OfDocuments;
    let mut scanned =
        Scanned { chunk, paragraphs, documents, prints, layouts, keys, is_keyed, given: Vec::new() };
    if context.editor.custom().judges_paragraphs() {
        scanned.given = scanned.removed_by(context.editor);
    }
    scanned
}

/// Paragraphs of a chunk of news, with some to spare.
const USUAL_PARAGRAPHS: usize = 2048;

/// Scans the documents of one chunk as they are read.
struct Scanner<'a> {
    context: &'a ScanContext<'a>,
    hasher: KeyHasher,
    paragraphs: Vec<Paragraph>,
    documents: Vec<ScannedDocument>,
    /// Fingerprint, paragraph, first paragraph of the document.
    prints: Vec<(Fingerprint, u32, u32)>,
    layouts: Vec<u32>,
    keys: Vec<ParagraphKey>,
}

impl<'a> Scanner<'a> {
    fn new(context: &'a ScanContext<'a>) -> Self {
        Self {
            context,
            hasher: KeyHasher::counting_to(context.matching.min_chars),
            paragraphs: Vec::with_capacity(USUAL_PARAGRAPHS),
            documents: Vec::new(),
            prints: Vec::with_capacity(USUAL_PARAGRAPHS),
            layouts: Vec::new(),
            keys: match context.needs.keys {
                Keys::Unread => Vec::new(),
                Keys::OfParagraphs | Keys::OfDocuments => Vec::with_capacity(USUAL_PARAGRAPHS),
            },
        }
    }
}

impl Scanner<'_> {
    /// Marks the paragraphs from `start` on that repair changes, and those that are layout; where keys are made that is
    /// seen on the way.
    fn mark(&mut self, text: &str, start: usize) {
        for index in start..self.paragraphs.len() {
            let paragraph = &mut self.paragraphs[index];
            let body = &text[paragraph.span.range()];
            paragraph.altered |= is_altered(body, self.context.repair);
            // What repair takes out may be letters too: those of an escape sequence.
            let is_clear = !paragraph.altered && shows_text(body);
            if self.context.matching.min_chars > 0 && !is_clear {
                self.context.keys.make(text, paragraph, &mut self.hasher);
                self.is_short(index);
                self.hasher.reset();
            }
        }
    }

    /// Whether a paragraph is too short to be a duplicate (contract I4), whose key is made; notes it if it is layout.
    #[inline]
    fn is_short(&mut self, index: usize) -> bool {
        let num_chars = self.hasher.num_text_chars();
        let is_short = num_chars < self.context.matching.min_chars;
        if is_short && num_chars == 0 {
            self.layouts.push(to_u32(index));
        }
        is_short
    }

    /// Fingerprints the paragraphs from `start` on: those of one document.
    #[inline]
    fn fingerprint(&mut self, text: &str, start: usize) {
        for index in start..self.paragraphs.len() {
            self.context.keys.make(text, &mut self.paragraphs[index], &mut self.hasher);
            if self.is_short(index) {
                self.hasher.reset();
                continue;
            }
            self.prints.push((self.hasher.finish(), to_u32(index), to_u32(start)));
        }
    }

    /// Fingerprints the paragraphs from `start` on, and keeps the key of each.
    fn make_keys(&mut self, text: &str, start: usize) {
        for index in start..self.paragraphs.len() {
            self.context.keys.make(text, &mut self.paragraphs[index], &mut self.hasher);
            let is_short = self.is_short(index);
            let num_chars = match is_short {
                true => 0,
                false if self.context.counts_chars => self.hasher.num_chars(),
                false => u64::MAX,
            };
            let fingerprint = self.hasher.finish();
            if !is_short {
                self.prints.push((fingerprint, to_u32(index), to_u32(start)));
            }
            self.keys.push(ParagraphKey { fingerprint, num_chars });
        }
    }
}

impl TextVisitor for Scanner<'_> {
    fn document(&mut self, text: &str, by: SplitBy) -> Splitting {
        let start = self.paragraphs.len();
        let (splitting, blank_after) = by.split(text, &mut self.paragraphs);
        let Needs { prints, keys, checksums } = self.context.needs;
        match keys {
            Keys::OfParagraphs | Keys::OfDocuments => self.make_keys(text, start),
            Keys::Unread if prints => self.fingerprint(text, start),
            Keys::Unread => self.mark(text, start),
        }
        let checksum = if checksums { crc32fast::hash(text.as_bytes()) } else { 0 };
        self.documents.push(ScannedDocument {
            paragraphs: start..self.paragraphs.len(),
            blank_after,
            checksum,
        });
        splitting
    }
}

/// Index of a paragraph in its chunk. A chunk is at most a few times the longest line long, and a paragraph
/// takes two bytes.
fn to_u32(index: usize) -> u32 {
    u32::try_from(index)
        .expect("a chunk of 2^32 paragraphs would be 8 GiB of one-letter lines without a place to cut")
}
