//! Reads the ledger in step with the input, each line in its turn, and reports lines that are out of turn.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::audit::{Audit, DifferenceKind};
use super::input_scan::hash;
use crate::account::{LedgerLine, LedgerReader};
use crate::config::{DecideConfig, NearConfig};
use crate::decide::Stays;
use crate::discover::{SourceList, SourcePlan};
use crate::error::Result;
use crate::store::{InputFile, path};
use crate::units::SourceId;

/// A line of the ledger about the paragraphs that come next.
pub(super) struct OpenLine {
    pub(super) told: NumberedLine,
    /// Bytes of its text that were compared.
    pub(super) text_at: usize,
    /// Its first paragraph was reached.
    pub(super) is_begun: bool,
    /// Whether a difference was reported for this line.
    pub(super) is_bad: bool,
}

/// A line of the ledger, and its number from 1.
#[derive(Debug)]
pub(super) struct NumberedLine {
    pub(super) line: LedgerLine<'static>,
    pub(super) number: u64,
}

/// Reads the ledger in step with the input.
pub(super) struct LedgerAudit {
    reader: LedgerReader<Box<dyn InputFile>>,
    number: u64,
    /// Sources that are read, by 64 bits of their paths. 24 bytes each.
    sources: HashMap<u64, SourceId>,
    head: Option<(NumberedLine, SourceId)>,
    is_at_end: bool,
    /// Members of the source being read that are done with.
    done: HashSet<String>,
}

/// A document of the input, as the ledger names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct DocumentName<'a> {
    pub(super) source: SourceId,
    pub(super) path: &'a str,
    pub(super) record: Option<u64>,
}

impl LedgerAudit {
    pub(super) fn new(file: &Path, sources: &SourceList) -> Result<Self> {
        let read = sources.iter().filter(|source| matches!(source.plan, SourcePlan::Read(_)));
        let sources = read.map(|source| (hash(path::lossless(source.place.relative).as_bytes()), source.id));
        Ok(Self {
            reader: LedgerReader::open(file)?,
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
            let told = NumberedLine { line, number: self.number };
            match self.source_of(&told.line.path) {
                Some(source) => self.head = Some((told, source)),
                None => stale(&told, "the inputs do not have this file", audit),
            }
        }
        Ok(())
    }

    /// The next line about a document. Documents come in corpus order; lines about earlier ones are too late, and are
    /// reported.
    pub(super) fn take(
        &mut self,
        document: DocumentName<'_>,
        audit: &mut Audit,
    ) -> Result<Option<NumberedLine>> {
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
            self.drop_head("it comes after those of later documents", audit);
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

/// Checks a line by itself, and returns its fault if it has one. How alike texts are is not checked.
pub(super) fn fault_of(line: &LedgerLine<'_>, config: &DecideConfig) -> Option<&'static str> {
    let LedgerLine { rule, evidence, similarity, containment, text, .. } = line;
    if !rule.is_on(config) {
        return Some("no rule of this name removes anything under these options");
    }
    let is_alike = similarity.is_some() || containment.is_some();
    fault_of_survivor(line).or_else(|| match rule.stays() {
        Stays::Same | Stays::Alike | Stays::Held if evidence.is_some() => {
            Some("the only evidence of this rule is the similarity")
        }
        Stays::Same => is_alike.then_some("an exact copy has no similarity"),
        // What a span held is compared with what the rules make of it.
        Stays::Nothing if rule.is_of_spans() => None,
        Stays::Alike | Stays::Held | Stays::Nothing if text.is_none() => Some("the text is missing"),
        Stays::Alike => {
            let NearConfig { threshold, containment: least, .. } = &config.near;
            let is_contained =
                least.share().zip(*containment).is_some_and(|(least, share)| share >= least.as_f64());
            let is_alike = similarity.unwrap_or(1.0) >= threshold.as_f64();
            (!is_alike && !is_contained).then_some("it is not similar enough under these options")
        }
        Stays::Held if line.earlier_run().is_none() => {
            Some("only texts of earlier runs are searched for in documents")
        }
        Stays::Held if line.passage.is_none_or(|(first, last)| first > last) => {
            Some("it does not say where the passage is")
        }
        Stays::Held => {
            let least = config.contamination.share();
            let is_held = least.zip(*containment).is_some_and(|(least, share)| share >= least.as_f64());
            (!is_held).then_some("it has too little of the text under these options")
        }
        Stays::Nothing => is_alike.then_some("this rule keeps nothing to be similar to"),
    })
}

/// Checks the survivors that a line names by themselves, and returns their fault if they have one.
fn fault_of_survivor(line: &LedgerLine<'_>) -> Option<&'static str> {
    let LedgerLine { first, last, rule, .. } = line;
    let Some(survivor) = &line.survivor else {
        return rule.has_survivor().then_some("the line does not say what is kept in their place");
    };
    if !rule.has_survivor() {
        return Some("this rule keeps nothing in their place");
    }
    if survivor.run.is_some() && !rule.is_one_for_one() && !rule.is_of_documents() {
        return Some("this rule cannot name an earlier run");
    }
    let is_matched = if rule.is_of_documents() {
        true
    } else if rule.is_one_for_one() {
        survivor.last.checked_sub(survivor.first) == last.checked_sub(*first)
    } else {
        first == last && survivor.first == survivor.last
    };
    (!is_matched).then_some("the kept and the removed paragraphs must be equally many")
}

/// The fault of a line about a document that does not exist, or about paragraphs that another line removed.
const NOTHING: &str = "the inputs do not have this document, or it does not have these paragraphs";

fn stale(told: &NumberedLine, why: &str, audit: &mut Audit) {
    let LedgerLine { path, record, first, last, .. } = &told.line;
    let what = format!("line {} of the ledger, of paragraphs {first}-{last}: {why}", told.number);
    audit.add_at(DifferenceKind::Ledger, path, *record, what);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::NearUnits;

    fn line(json: &str) -> LedgerLine<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_rule_that_leaves_something_says_what() {
        let mut config = DecideConfig::default();
        config.near.units = Some(NearUnits::Both);
        let stays = r#""survivor":{"path":"a","first":0,"last":0},"#;
        for rule in ["exact", "exact-document", "near-document", "near-paragraph"] {
            let with = |more: &str, text: &str| {
                format!(r#"{{"path":"b","first":0,"last":0,"span":[0,9],"rule":"{rule}",{more}{text}"#)
            };
            let text = if rule.starts_with("near") { r#""text":"x\n"}"# } else { r#""text":null}"# };
            assert_eq!(fault_of(&line(&with(stays, text)), &config), None, "{rule}");
            let silent = fault_of(&line(&with("", text)), &config);
            assert_eq!(silent, Some("the line does not say what is kept in their place"), "{rule}");
            let both = format!(r#"{stays}"evidence":{{"of":7}},"#);
            assert!(fault_of(&line(&with(&both, text)), &config).is_some(), "{rule}");
        }
    }
}
