//! Counts of a run, and the configuration they depend on: `summary.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::decide::{Removed, Rule};
use crate::document::{PageCounts, SourceFigures};
use crate::error::{RejectReason, SkipReason};
use crate::normalize::unicode_versions;
use crate::read::WrittenIn;

use super::{Directories, LengthCounts, Lengths, PartCounts, Settings};

/// Name and version of the schema; the number grows when a field changes its meaning or goes.
const SCHEMA: &str = "tamis.summary/1";

/// `summary.json`: what went in, what stayed, what went and why.
///
/// The counts add up: `files.found = read + skipped + rejected`, of members of archives too;
/// `documents.read = kept + emptied`, which is the sum of `documents.encodings`, of which `documents.guessed` is a part;
/// `paragraphs.read = kept + removed`; `bytes.paragraphs = kept + removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// `tamis.summary/1`.
    pub schema: String,
    /// The options the counts depend on.
    pub config: Settings,
    /// Versions of the Unicode tables behind the key text.
    pub unicode: BTreeMap<String, String>,
    /// Input files.
    pub files: FileCounts,
    /// Members of archives.
    pub members: FileCounts,
    /// Records of containers.
    pub records: RecordCounts,
    /// Text files and records.
    pub documents: DocumentCounts,
    /// Paragraphs.
    pub paragraphs: ParagraphCounts,
    /// Bytes.
    pub bytes: ByteCounts,
    /// What rules with names of their own found, by rule and name: paragraphs that rules of one's own remove, spans that they
    /// replace, and spans that are masked, by kind. Only there if there are any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_name: BTreeMap<String, BTreeMap<String, u64>>,
    /// Pages of HTML among the documents; only there if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<PageCounts>,
    /// Sources of documents, whose boilerplate is counted; only there with `boilerplate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<SourceFigures>,
    /// Counts of paragraphs by the encoding in which their document was written.
    #[serde(default)]
    pub encodings: BTreeMap<String, PartCounts>,
    /// Counts of paragraphs by the directory of their file; `.` is the top. A tree with more than
    /// [`super::MAX_DIRECTORIES`] directories is counted by its upper levels; a deeper directory counts for the one
    /// above it.
    #[serde(default)]
    pub directories: BTreeMap<String, PartCounts>,
    /// Counts of paragraphs by length. A key is a power of two: it stands for lengths from that many bytes up to one
    /// less than twice as many.
    #[serde(default)]
    pub lengths: BTreeMap<u64, LengthCounts>,
}

/// Input files, or members of archives, by what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileCounts {
    /// All files listed.
    pub found: u64,
    /// Files read to their end.
    pub read: u64,
    /// Files left out as not for us, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Files left out because something is wrong with them, by reason; a container counts here if reading it
    /// broke off, and the records before the break were cleaned, and any file after whose end something lies: what
    /// stands before was cleaned.
    pub rejected: BTreeMap<String, u64>,
}

/// Records of containers by what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RecordCounts {
    /// Records that became documents.
    pub read: u64,
    /// Those of them whose text is a field or column, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, u64>,
    /// Records left out as not for us, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Records left out, by reason.
    pub rejected: BTreeMap<String, u64>,
}

/// Documents by what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentCounts {
    /// Text files and records that were read.
    pub read: u64,
    /// Documents with at least one kept paragraph.
    pub kept: u64,
    /// Documents without one: not written.
    pub emptied: u64,
    /// Kept documents that keep less than a fifth of their text: of the bytes of their paragraphs.
    #[serde(default, skip_serializing_if = "is_none")]
    pub stubs: u64,
    /// Emptied documents that went as a whole, by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub removed: BTreeMap<String, u64>,
    /// Those of them in whose place a document of an earlier run stays, by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub earlier: BTreeMap<String, u64>,
    /// Documents that a rule would remove as a whole, and that are kept by hand. Only there under `keep_places`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_by_hand: Option<u64>,
    /// Documents read that were split by blocks; under `--split auto` those that are hard-wrapped.
    #[serde(default, skip_serializing_if = "is_none")]
    pub blocks: u64,
    /// Documents read, by the encoding they were written in.
    pub encodings: BTreeMap<String, u64>,
    /// Those among them whose encoding was guessed by their text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub guessed: BTreeMap<String, u64>,
    /// Malformed sequences that became U+FFFD (`--encoding-errors replace`).
    pub replaced: u64,
}

/// Paragraphs by what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ParagraphCounts {
    /// All paragraphs.
    pub read: u64,
    /// Paragraphs written.
    pub kept: u64,
    /// Paragraphs removed, by rule.
    pub removed: BTreeMap<String, u64>,
    /// Removed paragraphs that are copies of one in an earlier run.
    #[serde(default, skip_serializing_if = "is_none")]
    pub earlier: u64,
    /// Kept paragraphs that a rule would remove, and that are kept by hand. Only there under `keep_places`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_by_hand: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// Bytes by what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ByteCounts {
    /// Bytes of the files read.
    pub input: u64,
    /// Bytes of all paragraphs, as they stand in the decoded text.
    pub paragraphs: u64,
    /// Bytes of the kept ones.
    pub kept: u64,
    /// Bytes of the removed ones, by rule.
    pub removed: BTreeMap<String, u64>,
    /// Bytes written to OUT.
    pub output: u64,
}

/// Counts of a part of a run, to be added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Records read.
    pub records: u64,
    /// Documents with a kept paragraph.
    pub documents_kept: u64,
    /// Documents without one.
    pub documents_emptied: u64,
    /// Documents with a kept paragraph that keep less than a fifth of their text.
    pub documents_stubs: u64,
    /// Documents that were split by blocks.
    pub documents_by_blocks: u64,
    /// Paragraphs kept.
    pub paragraphs_kept: u64,
    /// Those of them that are kept by hand.
    #[serde(default)]
    pub kept_by_hand: u64,
    /// Paragraphs removed, and their bytes, by rule.
    pub removed: Removed,
    /// Bytes read.
    pub bytes_input: u64,
    /// Bytes of kept paragraphs.
    pub bytes_kept: u64,
    /// Bytes written.
    pub bytes_output: u64,
    /// Malformed sequences replaced.
    pub replaced: u64,
    /// Lengths of the paragraphs.
    pub lengths: Lengths,
}

/// Inputs that are counted as read, skipped or rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountedUnit {
    /// An input file.
    File,
    /// A member of an archive.
    Member,
}

impl Counts {
    /// The document ends that these are the counts of, and something of it stays or not.
    pub(crate) fn end_document(&mut self, stays: bool) {
        let removed: u64 = self.removed.iter().map(|(_, _, bytes)| bytes).sum();
        self.documents_kept = u64::from(stays);
        self.documents_emptied = u64::from(!stays);
        self.documents_stubs = u64::from(stays && is_stub(self.bytes_kept, removed));
    }

    /// These counts if the paragraphs that stay go by `rule`.
    #[must_use]
    pub(crate) fn with_rest_removed(mut self, rule: Rule) -> Self {
        self.removed.add_all(rule, self.paragraphs_kept, self.bytes_kept);
        Self { paragraphs_kept: 0, bytes_kept: 0, lengths: self.lengths.all_removed(), ..self }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.documents_kept += other.documents_kept;
        self.documents_emptied += other.documents_emptied;
        self.documents_stubs += other.documents_stubs;
        self.documents_by_blocks += other.documents_by_blocks;
        self.paragraphs_kept += other.paragraphs_kept;
        self.kept_by_hand += other.kept_by_hand;
        self.removed += other.removed;
        self.bytes_input += other.bytes_input;
        self.bytes_kept += other.bytes_kept;
        self.bytes_output += other.bytes_output;
        self.replaced += other.replaced;
        self.lengths += other.lengths;
    }
}

/// Whether a document of which so many bytes stay and go keeps less than a fifth of its text.
pub(crate) fn is_stub(kept: u64, removed: u64) -> bool {
    kept.saturating_mul(4) < removed
}

impl Summary {
    /// A summary of nothing yet.
    pub fn new(config: &Config) -> Self {
        let version = |(a, b, c): (u64, u64, u64)| format!("{a}.{b}.{c}");
        let kept_by_hand = (!config.decide.keep_places.is_empty()).then_some(0);
        Self {
            schema: SCHEMA.to_owned(),
            config: Settings::of(config),
            unicode: unicode_versions().map(|(name, v)| (name.to_owned(), version(v))).into(),
            files: FileCounts::default(),
            members: FileCounts::default(),
            records: RecordCounts::default(),
            documents: DocumentCounts { kept_by_hand, ..DocumentCounts::default() },
            paragraphs: ParagraphCounts { kept_by_hand, ..ParagraphCounts::default() },
            bytes: ByteCounts::default(),
            by_name: BTreeMap::new(),
            pages: None,
            sources: None,
            encodings: BTreeMap::new(),
            directories: BTreeMap::new(),
            lengths: BTreeMap::new(),
        }
    }

    /// Adds counts of documents that are done with, which were written in this encoding.
    pub(crate) fn add(&mut self, counts: &Counts, written_in: WrittenIn<'_>) {
        let WrittenIn { encoding, is_guess } = written_in;
        self.records.read += counts.records;
        self.documents.read += counts.documents_kept + counts.documents_emptied;
        let documents = counts.documents_kept + counts.documents_emptied;
        if documents > 0 {
            *self.documents.encodings.entry(encoding.to_owned()).or_default() += documents;
            if is_guess {
                *self.documents.guessed.entry(encoding.to_owned()).or_default() += documents;
            }
        }
        self.documents.blocks += counts.documents_by_blocks;
        self.documents.replaced += counts.replaced;
        self.documents.kept += counts.documents_kept;
        self.documents.emptied += counts.documents_emptied;
        self.documents.stubs += counts.documents_stubs;
        self.paragraphs.read += counts.paragraphs_kept;
        self.paragraphs.kept += counts.paragraphs_kept;
        if let Some(kept_by_hand) = &mut self.paragraphs.kept_by_hand {
            *kept_by_hand += counts.kept_by_hand;
        }
        self.bytes.input += counts.bytes_input;
        self.bytes.paragraphs += counts.bytes_kept;
        self.bytes.kept += counts.bytes_kept;
        for (rule, paragraphs, bytes) in counts.removed.iter() {
            // Without near-duplicates there is one rule, and it is listed whatever it removes.
            if paragraphs > 0 || rule == Rule::Exact && rule.is_on(&self.config.options().decide) {
                *self.paragraphs.removed.entry(rule.name().to_owned()).or_default() += paragraphs;
                *self.bytes.removed.entry(rule.name().to_owned()).or_default() += bytes;
            }
            self.paragraphs.read += paragraphs;
            self.bytes.paragraphs += bytes;
        }
        self.paragraphs.earlier += counts.removed.num_earlier();
        self.bytes.output += counts.bytes_output;
        for (from, lengths) in counts.lengths.iter() {
            let known = self.lengths.entry(from).or_default();
            known.kept += lengths.kept;
            known.removed += lengths.removed;
        }
        let part = PartCounts::of(counts);
        if part != PartCounts::default() {
            *self.encodings.entry(encoding.to_owned()).or_default() += part;
        }
    }

    /// Takes in the counts by directory.
    pub(crate) fn set_directories(&mut self, directories: Directories) {
        self.directories = directories.finish();
    }

    fn unit(&mut self, unit: CountedUnit) -> &mut FileCounts {
        match unit {
            CountedUnit::File => &mut self.files,
            CountedUnit::Member => &mut self.members,
        }
    }

    /// Counts a file or member that was read to its end.
    pub(crate) fn count_read(&mut self, unit: CountedUnit) {
        self.unit(unit).read();
    }

    /// Counts a document that went as a whole, and whether it did for one of an earlier run.
    pub(crate) fn count_removed(&mut self, rule: Rule, is_earlier: bool) {
        *self.documents.removed.entry(rule.name().to_owned()).or_default() += 1;
        if is_earlier {
            *self.documents.earlier.entry(rule.name().to_owned()).or_default() += 1;
        }
    }

    /// Counts a document that would go as a whole, and is kept by hand.
    pub(crate) fn count_kept_by_hand(&mut self) {
        *self.documents.kept_by_hand.get_or_insert_default() += 1;
    }

    /// Counts a skipped file or member.
    pub(crate) fn count_skipped(&mut self, unit: CountedUnit, reason: SkipReason) {
        self.unit(unit).skip(reason);
    }

    /// Counts a rejected file or member.
    pub(crate) fn count_rejected(&mut self, unit: CountedUnit, reason: RejectReason) {
        self.unit(unit).reject(reason);
    }

    /// Counts records by the field in which their text was found.
    pub(crate) fn count_fields<'a>(&mut self, fields: impl Iterator<Item = (&'a str, u64)>) {
        for (field, records) in fields {
            *self.records.fields.entry(field.to_owned()).or_default() += records;
        }
    }

    /// Counts what a rule found that has this name.
    pub(crate) fn count_named(&mut self, rule: Rule, name: &str, num: u64) {
        let names = self.by_name.entry(rule.name().to_owned()).or_default();
        *names.entry(name.to_owned()).or_default() += num;
    }

    /// Counts pages.
    pub(crate) fn count_pages(&mut self, pages: PageCounts) {
        if pages.read > 0 {
            *self.pages.get_or_insert_default() += pages;
        }
    }

    /// Counts a record that is not for us.
    pub(crate) fn count_skipped_record(&mut self, reason: SkipReason) {
        *self.records.skipped.entry(reason.name().to_owned()).or_default() += 1;
    }

    /// Counts a rejected record.
    pub(crate) fn count_rejected_record(&mut self, reason: RejectReason) {
        *self.records.rejected.entry(reason.name().to_owned()).or_default() += 1;
    }

    /// Rejected files, members and records together.
    pub fn num_rejected(&self) -> u64 {
        let rejected = [&self.files.rejected, &self.members.rejected, &self.records.rejected];
        rejected.into_iter().flat_map(BTreeMap::values).sum()
    }

    /// Skipped files, members and records together.
    pub fn num_skipped(&self) -> u64 {
        let skipped = [&self.files.skipped, &self.members.skipped, &self.records.skipped];
        skipped.into_iter().flat_map(BTreeMap::values).sum()
    }

    /// Removed paragraphs.
    pub fn num_removed(&self) -> u64 {
        self.paragraphs.removed.values().sum()
    }

    /// The content of `summary.json`.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default(); // strings and integers only
        json.push('\n');
        json
    }
}
