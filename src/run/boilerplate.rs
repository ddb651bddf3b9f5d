//! The pass that finds the boilerplate of each source (contract C4): every paragraph is reduced to a print, and when all
//! are there each source is judged by itself ([`crate::decide::boilerplate`]).
//!
//! It comes after the searches that drop documents, and before near-duplicate paragraphs (contract C2). Documents that go
//! do not count; they are judged with the others, as a document that a filter drops gives back what went for it.
//!
//! Memory: 32 bytes a paragraph and 24 a document until all sources are judged, and meanwhile the counts of those that
//! are judged at once: 20 bytes or so a distinct paragraph, and 80 a class of short lines. What goes takes 32 bytes a
//! paragraph until OUT is written.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::Serialize;

use super::ceiling::{FIXED, above_fixed};
use super::corpus::{Corpus, path_of};
use super::decider::Decider;
use super::drive::{ChunkVisitor, drive};
use super::feed::Feed;
use super::found::{self, Search, Searched};
use super::near::value_of;
use super::overflow::report;
use super::pass::{Keys, Pass};
use super::progress::PassProgress;
use super::render::encode_error;
use super::settled::Settled;
use super::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::account::{EvidenceStore, RawJson};
use crate::config::{Config, SourceBy};
use crate::decide::boilerplate::{Line, Recurrence, Signal, SourceDocument, Standing, judge};
use crate::decide::{Finding, Findings, Places, Rule};
use crate::error::{Error, Result};
use crate::observe::{SourceCounts, Stage};
use crate::read::{Fields, Part};
use crate::rules::boilerplate::LinePrinter;
use crate::store::path::lossless;
use crate::units::{Ordinal, count};

/// The paragraphs that go as boilerplate, in corpus order.
pub(super) type Furniture = Vec<(Ordinal, Finding)>;

/// Searches the corpus, if boilerplate is to go. Adds it to what was `found`, and gives it back.
///
/// # Errors
/// Any [`Error`].
pub(super) fn search(
    corpus: &Corpus<'_>,
    found: Search,
    evidence: &mut EvidenceStore,
) -> Result<(Search, Furniture)> {
    if !corpus.config.decide.boilerplate {
        return Ok((found, Vec::new()));
    }
    corpus.observer.begun(Stage::Counting);
    let Search { mut findings, known } = found;
    let before = known.as_ref().map(|known| Searched { known, findings: &findings });
    let mut decider = Decider::new(Pass::Decide, None, found::basis(corpus, before)?);
    let printer = LinePrinter::new(corpus.config.split.repair);
    let (mut walk, mut collected) = (Walk::default(), Collected::default());
    let visit = |settled: Settled, _: &Places| {
        let seen = look(corpus, &settled, &printer)?;
        Ok((settled, seen))
    };
    let mut commit = |(settled, seen): (Settled, Vec<SeenSlot>), _: &Places| {
        report(corpus, &settled);
        let chunk = &settled.scanned.chunk;
        let gone = before.map(|before| before.findings);
        walk.chunk(
            chunk,
            &mut ChunkLines { collected: &mut collected, settled: &settled, seen, gone, corpus },
        )?;
        collected.check_memory(corpus.config)?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor =
        ChunkVisitor { keys: Keys::OfParagraphs, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Decide, Feed::new(corpus)), &mut decider, visitor)?;
    let known = decider.into_known().or(known);
    let removed = collected.settle(corpus);
    let mut kept = KeptEvidence { evidence, sources: &collected.sources.names, places: HashMap::new() };
    let furniture: Result<Furniture> =
        removed.into_iter().map(|gone| Ok((gone.place, kept.keep(gone.source, gone.why)?))).collect();
    let furniture = furniture?;
    findings.add_places(Rule::Boilerplate, furniture.clone());
    Ok((Search { findings, known }, furniture))
}

/// What is seen of a document, or of a piece of one.
#[derive(Default)]
struct SeenSlot {
    lines: Vec<Line>,
    /// What its record, or its page, names as its source.
    source: Option<String>,
}

/// Makes the prints of each slot of a chunk.
fn look(corpus: &Corpus<'_>, settled: &Settled, printer: &LinePrinter) -> Result<Vec<SeenSlot>> {
    let chunk = &settled.scanned.chunk;
    let mut seen: Vec<SeenSlot> = Vec::new();
    seen.resize_with(chunk.slots.len(), SeenSlot::default);
    let source = &corpus.config.decide.source;
    for part in &chunk.parts {
        let fields = match source {
            SourceBy::Directory(_) => None,
            SourceBy::Url | SourceBy::Field(_) => {
                Some(Fields::new(chunk, part, corpus.read).map_err(encode_error)?)
            }
        };
        for number in part.slots.clone().filter(|number| chunk.slots[*number].fault.is_none()) {
            let document = settled.judged(number);
            let keys = &settled.scanned.keys[settled.scanned.documents[number].paragraphs.clone()];
            let lines = document.paragraphs.iter().zip(keys);
            let lines =
                lines.map(|(paragraph, key)| printer.print(document.paragraph(paragraph), &key.fingerprint));
            let source = fields.as_ref().and_then(|fields| named(source, fields, number));
            seen[number] = SeenSlot { lines: lines.collect(), source };
        }
    }
    Ok(seen)
}

/// The field in which records of web archives have their address.
const WARC_ADDRESS: &str = "WARC-Target-URI";

/// The source that the fields of a record, or of a page, name.
fn named(source: &SourceBy, fields: &Fields<'_>, number: usize) -> Option<String> {
    let fields = fields.of(number);
    let value = |name: &str| match serde_json::from_str(&value_of(name, &fields)?).ok()? {
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match source {
        SourceBy::Directory(_) => None,
        SourceBy::Url => ["url", WARC_ADDRESS].into_iter().find_map(|name| host(&value(name)?)),
        SourceBy::Field(name) => value(name),
    }
}

/// The host of an address, in lower case.
fn host(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("//")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    (!host.is_empty()).then(|| host.to_lowercase())
}

/// The directory of a path, or its first levels; `.` if it has none.
fn directory(path: &[u8], depth: Option<u32>) -> String {
    let Some(end) = path.iter().rposition(|byte| *byte == b'/') else { return ".".to_owned() };
    let mut separators = path[..end].iter().enumerate().filter(|(_, byte)| **byte == b'/');
    let nth = depth.and_then(|depth| separators.nth(depth as usize - 1));
    let end = nth.map_or(end, |(at, _)| at);
    lossless(&path[..end]).into_owned()
}

/// Sources by their names.
#[derive(Debug, Default)]
struct SourceNames {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl SourceNames {
    fn number(&mut self, name: String) -> u32 {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).expect("2^32 sources: more than 200 GB of their names");
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }
}

/// A document whose prints are there.
#[derive(Debug, Clone, Copy)]
struct CollectedDocument {
    /// Place of its first paragraph.
    place: Ordinal,
    /// Where its prints begin.
    start: usize,
    source: u32,
    counts: bool,
    /// It does not name its source.
    is_unnamed: bool,
}

/// The prints of the corpus.
#[derive(Debug, Default)]
struct Collected {
    lines: Vec<Line>,
    documents: Vec<CollectedDocument>,
    sources: SourceNames,
    /// Where the open text begins, of which some pieces are there.
    open: Option<CollectedDocument>,
}

/// Bytes of a paragraph, about, with what is counted of it.
const PARAGRAPH_BYTES: u64 = 64;
const DOCUMENT_BYTES: u64 = 32;

/// A paragraph that goes.
struct Gone {
    place: Ordinal,
    source: u32,
    why: Recurrence,
}

impl Collected {
    /// Forgets what is there of a text that turned out to be bad.
    fn drop_open(&mut self) {
        if let Some(open) = self.open.take() {
            self.lines.truncate(open.start);
        }
    }

    /// Checks that the prints fit below the ceiling on memory, if there is one: within half of what is above its fixed
    /// part.
    fn check_memory(&self, config: &Config) -> Result<()> {
        // A ceiling below the smallest of the command is for tests and says nothing of this.
        let Some(memory) = config.memory.filter(|memory| memory / 2 >= FIXED) else { return Ok(()) };
        let num_paragraphs = self.lines.len();
        let num_bytes =
            count(num_paragraphs) * PARAGRAPH_BYTES + count(self.documents.len()) * DOCUMENT_BYTES;
        if num_bytes <= above_fixed(memory) / 2 {
            return Ok(());
        }
        Err(Error::Config(format!(
            "memory {memory}: --boilerplate takes {PARAGRAPH_BYTES} bytes for each of more than {num_paragraphs} paragraphs; \
             give more, or clean the sources in several runs"
        )))
    }

    /// Judges all sources: the paragraphs that go, in corpus order.
    fn settle(&self, corpus: &Corpus<'_>) -> Vec<Gone> {
        let ends = self.documents.iter().skip(1).map(|document| document.start).chain([self.lines.len()]);
        let mut documents: Vec<(CollectedDocument, &[Line])> = self
            .documents
            .iter()
            .zip(ends)
            .map(|(document, end)| (*document, &self.lines[document.start..end]))
            .collect();
        documents.sort_by_key(|(document, _)| document.source); // and in corpus order
        let sources: Vec<_> = documents.chunk_by(|(one, _), (other, _)| one.source == other.source).collect();
        let is_small = |documents: &&&[(CollectedDocument, &[Line])]| documents.len() < 3;
        corpus.observer.counted(&SourceCounts {
            documents: count(documents.len()),
            unnamed: count(documents.iter().filter(|(document, _)| document.is_unnamed).count()),
            sources: count(sources.len()),
            small: count(sources.iter().filter(is_small).count()),
        });
        let mut removed: Vec<Gone> = sources.par_iter().flat_map_iter(|documents| gone(documents)).collect();
        removed.sort_unstable_by_key(|gone| gone.place);
        removed
    }
}

/// The paragraphs of a source that go.
fn gone(documents: &[(CollectedDocument, &[Line])]) -> Vec<Gone> {
    let of_source: Vec<SourceDocument<'_>> =
        documents.iter().map(|(document, lines)| SourceDocument { lines, counts: document.counts }).collect();
    let judged = judge(&of_source);
    let documents = documents.iter().map(|(document, _)| document);
    let of_document = documents.zip(judged).flat_map(|(document, found)| {
        let (first, source) = (document.place.0, document.source);
        found.into_iter().map(move |(number, why)| Gone {
            place: Ordinal(first + count(number)),
            source,
            why,
        })
    });
    of_document.collect()
}

/// Why a paragraph goes, as the ledger says it.
#[derive(Serialize)]
struct BoilerplateEvidence<'a> {
    source: &'a str,
    /// How many of its documents have it, or lines of its class.
    documents: u32,
    /// How many of its documents were counted.
    of: u32,
    #[serde(rename = "where")]
    standing: Standing,
    signal: Signal,
}

/// Evidence that is kept once.
struct KeptEvidence<'a> {
    evidence: &'a mut EvidenceStore,
    sources: &'a [String],
    places: HashMap<(u32, Recurrence), Finding>,
}

impl KeptEvidence<'_> {
    fn keep(&mut self, source: u32, why: Recurrence) -> Result<Finding> {
        if let Some(found) = self.places.get(&(source, why)) {
            return Ok(*found);
        }
        let Recurrence { signal, num_documents, of, standing } = why;
        let name = self.sources.get(source as usize).map_or("", String::as_str);
        let json = BoilerplateEvidence { source: name, documents: num_documents, of, standing, signal };
        let json = RawJson::of(&json).ok(); // words and numbers only
        let found = self.evidence.keep_own(json.as_ref())?;
        self.places.insert((source, why), found);
        Ok(found)
    }
}

/// Takes in the prints of a chunk: one [`SeenSlot`] for each of its slots.
struct ChunkLines<'c, 'a> {
    collected: &'c mut Collected,
    settled: &'c Settled,
    seen: Vec<SeenSlot>,
    /// Earlier findings. Documents that go by them do not count.
    gone: Option<&'c Findings>,
    corpus: &'c Corpus<'a>,
}

impl ChunkLines<'_, '_> {
    /// Takes in a document, or the next piece of one.
    fn add(&mut self, part: &Part, number: usize, is_end: bool) {
        let SeenSlot { lines, source } = std::mem::take(&mut self.seen[number]);
        let place = self.place(number);
        let collected = &mut *self.collected;
        let document = collected.open.take().unwrap_or_else(|| {
            let by = &self.corpus.config.decide.source;
            let (depth, is_unnamed) = match by {
                SourceBy::Directory(depth) => (*depth, false),
                SourceBy::Url | SourceBy::Field(_) => (None, source.is_none()),
            };
            let name = source.unwrap_or_else(|| directory(&path_of(self.corpus.sources, part), depth));
            let id = self.settled.documents[number].id;
            CollectedDocument {
                place,
                start: collected.lines.len(),
                source: collected.sources.number(name),
                counts: self.gone.is_none_or(|gone| gone.judge_document(id).is_kept()),
                is_unnamed,
            }
        });
        collected.lines.extend(lines);
        if is_end {
            collected.documents.push(document);
        } else {
            collected.open = Some(document);
        }
    }

    /// The place of the first paragraph of the slot.
    fn place(&self, number: usize) -> Ordinal {
        Ordinal(self.settled.first.0 + count(self.settled.scanned.documents[number].paragraphs.start))
    }
}

impl UnitVisitor for ChunkLines<'_, '_> {
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.collected.drop_open();
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        self.add(record.part, record.number, true);
        Ok(())
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        self.add(piece.part, piece.number, piece.is_end);
        Ok(())
    }

    fn drop_unit(&mut self, _part: &Part, _is_begun: bool) -> Result<()> {
        self.collected.drop_open();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_addresses() {
        for (address, expected) in [
            ("https://News.163.com/a/b", Some("news.163.com")),
            ("http://user:pw@a.example:8080?x", Some("a.example")),
            ("//a.example/x", Some("a.example")),
            ("https://[::1]:80/", Some("[::1]")),
            ("a.example/x", None),
            ("file:///x", None),
            ("", None),
        ] {
            assert_eq!(host(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn directories_of_paths() {
        for (path, depth, expected) in [
            ("a.txt", None, "."),
            ("a/b.txt", None, "a"),
            ("a/b/c/d.txt", None, "a/b/c"),
            ("a/b/c/d.txt", Some(1), "a"),
            ("a/b/c/d.txt", Some(2), "a/b"),
            ("a/b/c/d.txt", Some(9), "a/b/c"),
            ("a.txt", Some(1), "."),
        ] {
            assert_eq!(directory(path.as_bytes(), depth), expected, "{path} {depth:?}");
        }
    }
}
