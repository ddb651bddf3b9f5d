//! The figures of `summary.json`, counted again: by what the audit sees of the inputs, by what the ledger says of
//! them, and by what lies in OUT.
//!
//! Adding up is the business of [`Summary`]; what there is to add is found here. Figures that follow from the ledger or
//! from OUT mean nothing where one of the two is wrong, and are compared only where neither is.
//!
//! Some fields cannot be counted, and only their form is checked: the versions in `unicode`, which are those of the
//! program that ran; `config.shard_size`, as a shard does not say what was asked for; and `config.ledger_text` where
//! the ledger has no line that it changes. What is kept by hand is held against the number of what is named.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::Value;

use super::audit::{Audit, DifferenceKind};
use crate::account::{CountedUnit, Counts, Directories, LedgerLine, Summary, names};
use crate::config::{Config, SourceBy, TargetFormat};
use crate::decide::{Reason, Rule, Stays, Verdict};
use crate::document::SourceFigures;
use crate::read::{Chunk, Part, PartFate, WrittenIn};
use crate::run::boilerplate::directory;
use crate::store::open_file;
use crate::units::count;

/// Counts what a run counted.
pub(super) struct Recount {
    summary: Summary,
    directories: Directories,
    /// Of the file or member that is being read.
    unit: Counts,
    /// Bytes of the document that is being read that stay, and those that go.
    document: (u64, u64),
    /// Lines of the ledger that have a text only if that was asked for: those with one, and those without.
    texts: (u64, u64),
    /// Paragraphs that stay and are named, and documents with any: no more can be kept by hand.
    named: (u64, u64),
    /// Whether the document that is being read has any.
    is_document_named: bool,
    /// The sources of documents, and how many name theirs and do not: of all, and of the file or member that is being
    /// read.
    sources: HashMap<String, (u64, u64)>,
    unit_sources: BTreeMap<String, (u64, u64)>,
}

impl Recount {
    pub(super) fn new(config: &Config) -> Self {
        let (summary, directories) = (Summary::new(config), Directories::default());
        let (unit, none) = (Counts::default(), (0, 0));
        Self {
            summary,
            directories,
            unit,
            document: none,
            texts: none,
            named: none,
            is_document_named: false,
            sources: HashMap::new(),
            unit_sources: BTreeMap::new(),
        }
    }

    /// A file or a member begins, or what was counted of it is void.
    pub(super) fn begin_unit(&mut self) {
        (self.unit, self.document) = (Counts::default(), (0, 0));
        self.unit_sources.clear();
    }

    /// A document of the file at this path names this source, or none.
    pub(super) fn source(&mut self, named: Option<String>, path: &[u8], by: &SourceBy) {
        let (depth, is_named) = match by {
            SourceBy::Directory(depth) => (*depth, true),
            SourceBy::Url | SourceBy::Field(_) => (None, named.is_some()),
        };
        let counts = self.unit_sources.entry(named.unwrap_or_else(|| directory(path, depth))).or_default();
        counts.0 += u64::from(is_named);
        counts.1 += u64::from(!is_named);
    }

    /// A paragraph of this number of bytes stays.
    pub(super) fn keep(&mut self, num_bytes: usize) {
        self.unit.lengths.add(num_bytes, true);
        self.unit.paragraphs_kept += 1;
        self.unit.bytes_kept += count(num_bytes);
        self.document.0 += count(num_bytes);
    }

    /// Whether the paragraph that stays is named among those that are kept by hand.
    pub(super) fn keep_by_hand(&mut self, is_named: bool) {
        self.named.0 += u64::from(is_named);
        self.is_document_named |= is_named;
    }

    /// A paragraph of this number of bytes goes, as this line says.
    pub(super) fn remove(&mut self, num_bytes: usize, line: &LedgerLine<'_>) {
        self.unit.lengths.add(num_bytes, false);
        let rule = line.rule;
        let verdict = match line.earlier_run() {
            Some(_) if rule == Rule::Exact => Verdict::earlier(0),
            _ => Verdict::removed(Reason::Found { rule, number: 0 }),
        };
        self.unit.removed.add(verdict, count(num_bytes));
        self.document.1 += count(num_bytes);
    }

    /// A line of the ledger is looked at for the first time.
    pub(super) fn line(&mut self, line: &LedgerLine<'_>) {
        if line.rule.stays() == Stays::Same {
            let (with, without) = &mut self.texts;
            *(if line.text.is_some() { with } else { without }) += 1;
        }
        if line.rule == Rule::Custom {
            self.count_named(line, "name", line.num_paragraphs());
        }
    }

    /// A line about a span of a paragraph that stays.
    pub(super) fn span(&mut self, line: &LedgerLine<'_>) {
        self.count_named(line, line.rule.names_by(), 1);
    }

    fn count_named(&mut self, line: &LedgerLine<'_>, key: &str, num: u64) {
        let evidence = line.evidence.as_ref().and_then(|evidence| evidence.parse::<Value>().ok());
        let name = evidence.as_ref().and_then(|evidence| evidence.get(key)?.as_str());
        self.summary.count_named(line.rule, name.unwrap_or_default(), num);
    }

    /// A record is read well.
    pub(super) fn record(&mut self) {
        self.unit.records += 1;
    }

    /// A document ends: whether something of it stays, and the rule by which it goes as a whole, with whether that is for
    /// one of an earlier run.
    pub(super) fn document(&mut self, stays: bool, gone: Option<(Rule, bool)>) {
        self.unit.documents_kept += u64::from(stays);
        self.unit.documents_emptied += u64::from(!stays);
        self.named.1 += u64::from(std::mem::take(&mut self.is_document_named));
        let (kept, removed) = std::mem::take(&mut self.document);
        self.unit.documents_stubs += u64::from(stays && kept * 5 < kept + removed);
        if let Some((rule, is_earlier)) = gone {
            self.summary.count_removed(rule, is_earlier);
        }
    }

    /// A part of a unit is read.
    pub(super) fn part(&mut self, chunk: &Chunk, part: &Part) {
        self.unit.documents_by_blocks += chunk.num_by_blocks(part);
        self.unit.bytes_input += part.num_bytes;
        self.unit.replaced += part.num_replaced;
        self.summary.count_fields(part.fields.iter());
        self.summary.count_pages(part.pages);
        for reason in &part.skipped {
            self.summary.count_skipped_record(*reason);
        }
    }

    /// Bytes of an archive that belong to none of its members.
    pub(super) fn archive(&mut self, part: &Part) {
        self.summary.add(&Counts { bytes_input: part.num_bytes, ..Counts::default() }, part.written_in());
    }

    /// A unit of this path is good.
    pub(super) fn end_unit(&mut self, path: &str, part: &Part) {
        let counts = std::mem::take(&mut self.unit);
        self.summary.add(&counts, part.written_in());
        for (source, (named, unnamed)) in std::mem::take(&mut self.unit_sources) {
            let counts = self.sources.entry(source).or_default();
            counts.0 += named;
            counts.1 += unnamed;
        }
        if counts.documents_kept + counts.documents_emptied > 0 {
            self.directories.add(path, &counts);
        }
    }

    /// Counts the fate of a unit.
    pub(super) fn fate(&mut self, part: &Part) {
        let unit = if part.member().is_some() { CountedUnit::Member } else { CountedUnit::File };
        match (part.rejected(), &part.fate) {
            (Some(fault), _) => self.summary.count_rejected(unit, fault.reason),
            (None, PartFate::Read) => self.summary.count_read(unit),
            (None, PartFate::Skipped(reason)) => self.summary.count_skipped(unit, *reason),
            (None, PartFate::Rejected(_) | PartFate::Reread(_)) => {}
        }
    }

    /// A record is rejected.
    pub(super) fn reject_record(&mut self, reason: crate::error::RejectReason) {
        self.summary.count_rejected_record(reason);
    }

    /// Compares with the summary of `account`; OUT holds so many bytes. `is_sound`: nothing is wrong with OUT and the
    /// ledger.
    /// Gives back the summary as it should be, if that is the one that is there.
    pub(super) fn compare(
        mut self,
        account: &Path,
        bytes_output: u64,
        is_sound: bool,
        audit: &mut Audit,
    ) -> Option<Summary> {
        let is_shards = matches!(
            self.summary.config.options().write.to,
            Some(TargetFormat::Jsonl | TargetFormat::Parquet)
        );
        if bytes_output > 0 || is_shards {
            self.summary.add(&Counts { bytes_output, ..Counts::default() }, WrittenIn::NONE);
        }
        self.summary.set_directories(std::mem::take(&mut self.directories));
        self.summary.sources = self.summary.config.options().decide.boilerplate.then(|| SourceFigures {
            found: count(self.sources.len()),
            named: self.sources.values().map(|(named, _)| named).sum(),
            unnamed: self.sources.values().map(|(_, unnamed)| unnamed).sum(),
        });
        let text = match read(account) {
            Ok(text) => text,
            Err(error) => {
                tell(audit, &format!("it cannot be read: {error}"));
                return None;
            }
        };
        let Ok(found) = serde_json::from_str::<Value>(&text) else {
            tell(audit, "not JSON");
            return None;
        };
        let parsed = serde_json::from_str::<Summary>(&text).ok();
        if let Some(parsed) = &parsed {
            self.adopt(parsed, audit);
        }
        let due = serde_json::to_value(&self.summary).unwrap_or_default(); // strings and integers only
        let mut differing = Vec::new();
        differences("", &due, &found, &mut differing);
        let is_equal = differing.is_empty();
        differing.retain(|(name, _)| is_sound || !follows(name));
        for (name, what) in &differing {
            tell(audit, &format!("{name}: {what}"));
        }
        if is_equal && text != self.summary.to_json() {
            tell(audit, "the run would write it in another way");
        }
        is_equal.then_some(self.summary)
    }

    /// Takes over what cannot be counted, if it has the form that it should have.
    fn adopt(&mut self, found: &Summary, audit: &mut Audit) {
        let Summary { config, unicode, .. } = found;
        let is_version = |version: &String| {
            let parts: Vec<_> = version.split('.').map(str::parse::<u16>).collect();
            parts.len() == 3 && parts.iter().all(Result::is_ok)
        };
        if unicode.keys().eq(self.summary.unicode.keys()) && unicode.values().all(is_version) {
            self.summary.unicode.clone_from(unicode);
        }
        let told = &config.options().write;
        let is_with_text = match self.texts {
            (0, 0) => told.ledger_text,
            (with, 0) => with > 0,
            (0, _) => false,
            (with, without) => {
                let what = format!(
                    "{with} lines about exact duplicates have a text and {without} do not: all must, or none"
                );
                audit.add_at(DifferenceKind::Ledger, names::LEDGER, None, what);
                told.ledger_text
            }
        };
        // Whether a rule would remove what is named is not decided again.
        let (paragraphs, documents) = self.named;
        adopt(&mut self.summary.paragraphs.kept_by_hand, found.paragraphs.kept_by_hand, paragraphs);
        adopt(&mut self.summary.documents.kept_by_hand, found.documents.kept_by_hand, documents);
        let shard_size = told.shard_size.filter(|&size| size > 0);
        self.summary.config.set_unknown(shard_size, is_with_text);
    }
}

/// Takes over a number if there is to be one, and it is no larger than `most`.
fn adopt(own: &mut Option<u64>, found: Option<u64>, most: u64) {
    if let (Some(own), Some(found)) = (own, found) {
        *own = found.min(most);
    }
}

/// No summary is longer: it has a line or two for each of a thousand directories and some counts.
const MAX_SUMMARY: u64 = 64 * 1024 * 1024;

fn read(account: &Path) -> std::io::Result<String> {
    let file = open_file(&account.join(names::SUMMARY))?;
    std::io::read_to_string(std::io::Read::take(file, MAX_SUMMARY))
}

fn tell(audit: &mut Audit, what: &str) {
    audit.add_at(DifferenceKind::Summary, names::SUMMARY, None, what);
}

/// Whether a figure follows from the ledger or OUT.
fn follows(name: &str) -> bool {
    let (group, rest) = name.split_once('.').unwrap_or((name, ""));
    match group {
        "encodings" | "directories" | "lengths" => true,
        "documents" | "paragraphs" | "bytes" => ["kept", "emptied", "stubs", "removed", "earlier", "output"]
            .iter()
            .any(|name| rest.starts_with(name)),
        "config" => rest == "ledger_text",
        _ => false,
    }
}

/// Characters of a value that are shown.
const SHOWN: usize = 60;

/// The beginning of a value.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The values that differ, by their place.
fn differences(name: &str, due: &Value, found: &Value, differing: &mut Vec<(String, String)>) {
    let (Value::Object(due_values), Value::Object(found_values)) = (due, found) else {
        if due != found {
            let what = format!("it says {}, and should say {}", shown(found), shown(due));
            differing.push((name.to_owned(), what));
        }
        return;
    };
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    for (key, due) in due_values {
        match found_values.get(key) {
            Some(found) => differences(&inner(key), due, found, differing),
            None => differing.push((inner(key), format!("it is missing, and should say {}", shown(due)))),
        }
    }
    for (key, found) in found_values.iter().filter(|(key, _)| !due_values.contains_key(*key)) {
        differing.push((inner(key), format!("it says {}, and should not be there", shown(found))));
    }
}
