//! The result of `tamis inspect`.

use std::collections::BTreeMap;

use serde::Serialize;
use unicode_script::{Script, UnicodeScript};

use super::quality::InspectedQuality;
use crate::account::{CountedUnit, FileCounts, RecordCounts, RejectedLine};
use crate::config::SplitMode;
use crate::document::PageCounts;
use crate::error::{RejectReason, Rejection, SkipReason};
use crate::store::path;
use crate::units::count;

/// Name and version of the schema; the number grows when a field changes its meaning or goes.
const SCHEMA: &str = "tamis.inspection/1";

/// Skipped and rejected inputs that are listed; all are counted.
const MAX_LISTED: usize = 100;

/// More records of a file than this that have the same fault are listed as one.
const MAX_ALIKE: usize = 3;

/// Counts of the inputs as they are, before any cleaning.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Inspection {
    /// `tamis.inspection/1`.
    pub schema: &'static str,
    /// Input files.
    pub files: FileCounts,
    /// Members of archives.
    pub members: FileCounts,
    /// Records of containers.
    pub records: RecordCounts,
    /// Files and members read, by format: text, jsonl, csv, tsv, warc, doc, parquet.
    pub formats: BTreeMap<String, u64>,
    /// Files and members read that are compressed, by how.
    pub compressions: BTreeMap<String, u64>,
    /// Archives, by kind.
    pub archives: BTreeMap<String, u64>,
    /// Text files and records.
    pub documents: u64,
    /// Documents by the encoding they are written in.
    pub encodings: BTreeMap<String, u64>,
    /// What was asked for as the way of splitting documents.
    pub split: SplitMode,
    /// Documents by the format of their file, and then by how they are split: line, block, sentence. Under
    /// `--split auto`, those that are split by blocks are hard-wrapped.
    pub methods: BTreeMap<String, BTreeMap<String, u64>>,
    /// Pages of HTML among the documents; only there if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<InspectedPages>,
    /// Paragraphs of all documents.
    pub paragraphs: u64,
    /// Bytes.
    pub bytes: InspectedBytes,
    /// Documents by the length of their text.
    pub sizes: Sizes,
    /// Characters by script.
    pub scripts: Scripts,
    /// How documents score by the profile of quality that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<InspectedQuality>,
    /// The first of the longest paragraphs.
    pub longest_paragraph: Option<LongestParagraph>,
    /// The first hundred files that would be skipped.
    pub skipped: Vec<Skipped>,
    /// The first hundred inputs and records that would be rejected, as `rejected.jsonl` has them. Where many records of a
    /// file have the same fault, one of them stands for all, and `more` is how many others there are.
    pub rejected: Vec<serde_json::Value>,
}

/// Pages of HTML.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct InspectedPages {
    /// How many there are, of which kinds, and how much of what is visible is their text.
    #[serde(flatten)]
    pub counts: PageCounts,
    /// Pages by language, as far as it is known.
    pub languages: BTreeMap<String, u64>,
    /// The first hundred pages without a main text.
    pub without_text: Vec<PageWithoutText>,
}

/// A page without a main text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageWithoutText {
    /// Its path.
    pub path: String,
    /// Number of its record, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Why it has none: `list`, `error_page`, `script_only`, `empty`.
    pub reason: &'static str,
}

/// Bytes that were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct InspectedBytes {
    /// Bytes of the files.
    pub input: u64,
    /// Bytes of the documents, unpacked and decoded.
    pub text: u64,
}

/// Something that would be skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
    /// What it is by its name, or what can be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
}

/// Where the longest paragraph stands, and how it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LongestParagraph {
    /// Path of its file, and behind it that of the archive's member.
    pub path: String,
    /// Number of its record, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Its number in the document, from 0.
    pub paragraph: u64,
    /// Its length.
    pub bytes: u64,
    /// Its first characters.
    pub text: String,
}

/// Documents by length: how many are shorter than each of these, and not shorter than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sizes([u64; SIZE_LIMITS.len() + 1]);

/// Upper ends of the classes of [`Sizes`], in bytes, each named as it is shown.
const SIZE_LIMITS: [(&str, u64); 8] = [
    ("256 B", 256),
    ("1 KiB", 1 << 10),
    ("4 KiB", 1 << 12),
    ("16 KiB", 1 << 14),
    ("64 KiB", 1 << 16),
    ("256 KiB", 1 << 18),
    ("1 MiB", 1 << 20),
    ("16 MiB", 1 << 24),
];

impl InspectedPages {
    /// Notes a page without a main text.
    pub(crate) fn note_without_text(&mut self, page: PageWithoutText) {
        if self.without_text.len() < MAX_LISTED {
            self.without_text.push(page);
        }
    }
}

impl Sizes {
    /// Counts a document of this length.
    pub fn count(&mut self, bytes: u64) {
        let class = SIZE_LIMITS.iter().position(|(_, limit)| bytes < *limit).unwrap_or(SIZE_LIMITS.len());
        self.0[class] += 1;
    }

    /// Each class that has a document: its name, and how many.
    pub fn classes(&self) -> impl Iterator<Item = (String, u64)> {
        let names = SIZE_LIMITS.iter().map(|(name, _)| format!("< {name}"));
        let last = format!("≥ {}", SIZE_LIMITS[SIZE_LIMITS.len() - 1].0);
        names.chain([last]).zip(self.0).filter(|(_, count)| *count > 0)
    }
}

impl Serialize for Sizes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.classes())
    }
}

/// Characters by script (UAX #24); what all scripts share, such as digits and punctuation, is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Scripts(BTreeMap<&'static str, u64>);

impl Scripts {
    /// The scripts of a text. Cost: a table look-up a character that is neither ASCII nor a common hanzi.
    pub fn of(text: &str) -> Self {
        let mut scripts = Self::default();
        let (mut current, mut run) = (Script::Common, 0);
        for c in text.chars() {
            let script = match c {
                'a'..='z' | 'A'..='Z' => Script::Latin,
                '\0'..='\x7f' => Script::Common,
                '\u{4e00}'..='\u{9fff}' => Script::Han,
                c => c.script(),
            };
            if script != current {
                scripts.push(current, run);
                (current, run) = (script, 0);
            }
            run += 1;
        }
        scripts.push(current, run);
        scripts
    }

    fn push(&mut self, script: Script, characters: u64) {
        let is_shared = matches!(script, Script::Common | Script::Inherited | Script::Unknown);
        if !is_shared && characters > 0 {
            *self.0.entry(script.full_name()).or_default() += characters;
        }
    }

    /// Adds those of another text.
    pub fn add(&mut self, other: &Self) {
        for (script, characters) in &other.0 {
            *self.0.entry(script).or_default() += characters;
        }
    }

    /// The scripts, the most frequent first.
    pub fn sorted(&self) -> Vec<(&'static str, u64)> {
        let mut all: Vec<_> = self.0.iter().map(|(script, characters)| (*script, *characters)).collect();
        all.sort_by_key(|(script, characters)| (std::cmp::Reverse(*characters), *script));
        all
    }
}

impl FileCounts {
    /// Counts one that was read to its end.
    pub(crate) fn read(&mut self) {
        self.found += 1;
        self.read += 1;
    }

    /// Counts one that is not for us.
    pub(crate) fn skip(&mut self, reason: SkipReason) {
        self.found += 1;
        *self.skipped.entry(reason.name().to_owned()).or_default() += 1;
    }

    /// Counts one that something is wrong with.
    pub(crate) fn reject(&mut self, reason: RejectReason) {
        self.found += 1;
        *self.rejected.entry(reason.name().to_owned()).or_default() += 1;
    }
}

impl Inspection {
    /// An inspection of nothing yet.
    pub fn new(split: SplitMode) -> Self {
        Self { schema: SCHEMA, split, ..Self::default() }
    }

    pub(crate) fn unit(&mut self, unit: CountedUnit) -> &mut FileCounts {
        match unit {
            CountedUnit::File => &mut self.files,
            CountedUnit::Member => &mut self.members,
        }
    }

    /// Lists what would be skipped.
    pub(crate) fn note_skipped(&mut self, skipped: Skipped) {
        if self.skipped.len() < MAX_LISTED {
            self.skipped.push(skipped);
        }
    }

    /// Lists what would be rejected.
    pub(crate) fn note_rejected(&mut self, rejection: &Rejection) {
        let (file, reason) = (path::lossless(&rejection.path), rejection.reason.name());
        let is_alike = |(_, other): &(usize, &serde_json::Value)| {
            other["reason"] == reason && other["record"].is_u64() == rejection.record.is_some()
        };
        let listed = self.rejected.iter().enumerate().rev();
        let of_file = listed.take_while(|(_, other)| other["path"] == *file);
        let alike: Vec<_> = of_file.filter(is_alike).map(|(number, _)| number).collect();
        let more = |first: &usize| self.rejected[*first]["more"].as_u64();
        let (more, is_full) = (alike.last().and_then(more), self.rejected.len() >= MAX_LISTED);
        match alike.split_last() {
            Some((&first, others)) if more.is_some() || alike.len() >= MAX_ALIKE || is_full => {
                self.rejected[first]["more"] = (more.unwrap_or(0) + count(alike.len())).into();
                // What stood there by itself is one of them; the last comes first.
                for other in others {
                    self.rejected.remove(*other);
                }
            }
            _ if is_full => {}
            // Strings and integers only.
            _ => self.rejected.push(serde_json::to_value(RejectedLine::of(rejection)).unwrap_or_default()),
        }
    }

    /// The number of files, members and records that would be skipped.
    pub fn num_skipped(&self) -> u64 {
        let counts = [&self.files.skipped, &self.members.skipped, &self.records.skipped];
        counts.into_iter().flat_map(BTreeMap::values).sum()
    }

    /// The number of files, members and records that would be rejected.
    pub fn num_rejected(&self) -> u64 {
        let counts = [&self.files.rejected, &self.members.rejected, &self.records.rejected];
        counts.into_iter().flat_map(BTreeMap::values).sum()
    }

    /// The inspection as JSON.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default(); // strings and integers only
        json.push('\n');
        json
    }
}

/// A path as people see it.
impl std::fmt::Display for LongestParagraph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&path::printable_bytes(self.path.as_bytes()))?;
        if let Some(record) = self.record {
            write!(f, "#{record}")?;
        }
        let dots = if count(self.text.len()) < self.bytes { "…" } else { "" };
        write!(f, ", paragraph {}: {}{dots}", self.paragraph, path::printable_bytes(self.text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RecordPlace;

    #[test]
    fn scripts_of_a_text() {
        let scripts = Scripts::of("今天 ABC, ｱイ 한 é1。");
        assert_eq!(scripts.sorted(), [("Latin", 4), ("Han", 2), ("Katakana", 2), ("Hangul", 1)]);
    }

    #[test]
    fn many_faults_of_one_kind_are_listed_as_one() {
        let mut inspection = Inspection::new(SplitMode::Auto);
        let rejection = |file: &str, record: u64, reason| Rejection {
            path: file.into(),
            record: Some(RecordPlace { record, line: None }),
            byte: None,
            reason,
            detail: String::new(),
        };
        for record in 0..5000 {
            inspection.note_rejected(&rejection("a", record, RejectReason::NoText));
            if record % 2500 == 0 {
                inspection.note_rejected(&rejection("a", record, RejectReason::NotJson));
            }
        }
        inspection.note_rejected(&rejection("b", 0, RejectReason::NoText));
        let shown = |line: &serde_json::Value| {
            let number = |name: &str| line[name].as_u64();
            (line["path"].as_str().unwrap().to_owned(), number("record").unwrap(), number("more"))
        };
        let listed: Vec<_> = inspection.rejected.iter().map(shown).collect();
        let expected = [("a", 0, Some(4999)), ("a", 0, None), ("a", 2500, None), ("b", 0, None)];
        assert_eq!(listed, expected.map(|(path, record, more)| (path.to_owned(), record, more)));
    }

    #[test]
    fn sizes_by_class() {
        let mut sizes = Sizes::default();
        for bytes in [0, 255, 256, 1 << 20, 1 << 30] {
            sizes.count(bytes);
        }
        let classes: Vec<_> = sizes.classes().collect();
        let named = [("< 256 B", 2), ("< 1 KiB", 1), ("< 16 MiB", 1), ("≥ 16 MiB", 1)];
        assert_eq!(classes, named.map(|(name, n)| (name.to_owned(), n)));
    }
}
