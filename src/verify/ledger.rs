//! The ledger, read along with the input: each line in its turn, and what is out of turn told.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::audit::{Audit, DifferenceKind};
use super::sight::hash;
use crate::account::{LedgerLine, LedgerReader};
use crate::config::NearConfig;
use crate::decide::Rule;
use crate::discover::{Plan, SourceList};
use crate::error::{Error, Result};
use crate::store::{DiskInput, Input, InputFile, Place, Root, path};
use crate::units::SourceId;

/// A line of the ledger, and its number from 1.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) line: LedgerLine<'static>,
    pub(super) number: u64,
}

/// Opens a ledger.
///
/// # Errors
/// [`Error::Record`] if it cannot be read.
pub(super) fn open(file: &Path) -> Result<LedgerReader<Box<dyn InputFile>>> {
    let opened = DiskInput::new(vec![Root::File(file.to_owned())]).open(Place { root: 0, relative: b"" });
    let opened = opened.map_err(|error| Error::Record {
        path: file.to_owned(),
        line: None,
        what: format!("cannot read this ledger: {error}"),
    })?;
    LedgerReader::new(file, opened)
}

/// Reads the ledger in step with the input.
pub(super) struct Ledger {
    reader: LedgerReader<Box<dyn InputFile>>,
    number: u64,
    /// Sources that are read, by 64 bits of their paths. 24 bytes each.
    sources: HashMap<u64, SourceId>,
    head: Option<(Told, SourceId)>,
    is_at_end: bool,
    /// Members of the source being read that are done with.
    done: HashSet<String>,
}

/// A document of the input, as the ledger names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) source: SourceId,
    pub(super) path: &'a str,
    pub(super) record: Option<u64>,
}

impl Ledger {
    pub(super) fn new(file: &Path, sources: &SourceList) -> Result<Self> {
        let read = sources.iter().filter(|source| matches!(source.plan, Plan::Read(_)));
        let sources = read.map(|source| (hash(path::lossless(source.place.relative).as_bytes()), source.id));
        Ok(Self {
            reader: open(file)?,
            number: 0,
            sources: sources.collect(),
            head: None,
            is_at_end: false,
            done: HashSet::new(),
        })
    }

    /// The file that holds the document of this path: itself, or the archive.
    fn source_of(&self, path: &str) -> Option<SourceId> {
        let archives = memchr::memchr_iter(b'/', path.as_bytes()).map(|end| &path[..end]);
        archives.chain([path]).find_map(|path| self.sources.get(&hash(path.as_bytes())).copied())
    }

    /// Reads on until there is a line of a file that there is.
    fn fill(&mut self, audit: &mut Audit) -> Result<()> {
        while self.head.is_none() && !self.is_at_end {
            let Some(line) = self.reader.next().transpose()? else {
                self.is_at_end = true;
                break;
            };
            self.number += 1;
            let told = Told { line, number: self.number };
            match self.source_of(&told.line.path) {
                Some(source) => self.head = Some((told, source)),
                None => stale(&told, "there is no such input", audit),
            }
        }
        Ok(())
    }

    /// The next line about a document. Documents come in corpus order; what is told of those before it is too late.
    pub(super) fn take(&mut self, document: Named<'_>, audit: &mut Audit) -> Result<Option<Told>> {
        loop {
            self.fill(audit)?;
            let Some((told, source)) = &self.head else { return Ok(None) };
            let line = &told.line;
            if *source > document.source {
                return Ok(None);
            }
            let is_here = *source == document.source && line.path == document.path;
            if is_here && line.record == document.record {
                return Ok(self.head.take().map(|(told, _)| told));
            }
            let is_past = *source < document.source
                || (is_here && line.record < document.record)
                || self.done.contains(&*line.path);
            if !is_past {
                return Ok(None);
            }
            self.drop_head("it stands behind those of later documents", audit);
        }
    }

    /// A file, or a member of an archive, is read to its end: no line about it may be left.
    pub(super) fn end_unit(&mut self, path: &str, is_member: bool, audit: &mut Audit) -> Result<()> {
        self.fill(audit)?;
        while self.head.as_ref().is_some_and(|(told, _)| told.line.path == path) {
            self.drop_head(NOTHING, audit);
            self.fill(audit)?;
        }
        if is_member {
            self.done.insert(path.to_owned());
        }
        Ok(())
    }

    /// A source is read to its end.
    pub(super) fn end_source(&mut self, source: SourceId, audit: &mut Audit) -> Result<()> {
        self.fill(audit)?;
        while self.head.as_ref().is_some_and(|(_, head)| *head <= source) {
            self.drop_head(NOTHING, audit);
            self.fill(audit)?;
        }
        self.done.clear();
        Ok(())
    }

    /// The input is read to its end.
    pub(super) fn finish(&mut self, audit: &mut Audit) -> Result<()> {
        self.end_source(SourceId(u32::MAX), audit)
    }

    fn drop_head(&mut self, why: &str, audit: &mut Audit) {
        if let Some((told, _)) = self.head.take() {
            stale(&told, why, audit);
        }
    }
}

/// What is wrong with a line whatever it is about, if anything is. How alike texts are it says itself.
pub(super) fn fault_of(line: &LedgerLine<'_>, near: &NearConfig) -> Option<&'static str> {
    let LedgerLine { first, last, rule, survivor, similarity, containment, text, .. } = line;
    let is_possible = match rule {
        Rule::Exact => true,
        Rule::ExactDocument | Rule::NearDocument => near.has_documents(),
        Rule::NearParagraph => near.has_paragraphs(),
    };
    if !is_possible {
        return Some("under these options no rule of this name removes anything");
    }
    let Some(survivor) = survivor else {
        let is_owed = rule.has_survivor().then_some("nothing is said to stay in their place");
        return is_owed.or(text.is_none().then_some("the text is missing"));
    };
    if !rule.has_survivor() {
        return Some("this rule leaves nothing in their place");
    }
    if survivor.run.is_some() && *rule != Rule::Exact {
        return Some("in earlier runs only copies of paragraphs stand");
    }
    let is_matched = match rule {
        Rule::Exact => survivor.last.checked_sub(survivor.first) == last.checked_sub(*first),
        Rule::NearParagraph => first == last && survivor.first == survivor.last,
        Rule::ExactDocument | Rule::NearDocument => true,
    };
    if !is_matched {
        return Some("as many paragraphs must stay as go");
    }
    if rule.is_exact() {
        return (similarity.is_some() || containment.is_some())
            .then_some("what is a copy is not merely alike");
    }
    if text.is_none() {
        return Some("the text is missing");
    }
    let is_contained =
        near.containment.share().zip(*containment).is_some_and(|(least, share)| share >= least.as_f64());
    let is_alike = similarity.unwrap_or(1.0) >= near.threshold.as_f64();
    (!is_alike && !is_contained).then_some("under these options it is not alike enough")
}

/// A document that there is not, or of which this was told already.
const NOTHING: &str = "there is no such document, or it has no such paragraphs";

fn stale(told: &Told, why: &str, audit: &mut Audit) {
    let LedgerLine { path, record, first, last, .. } = &told.line;
    let what = format!("line {} of the ledger, of paragraphs {first}-{last}: {why}", told.number);
    audit.add_at(DifferenceKind::Ledger, (path, *record), what);
}
