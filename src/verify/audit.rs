//! The result of an audit.

use serde::Serialize;

use crate::store::path::printable_bytes;

/// Name and version of the schema; the number grows when a field changes its meaning or goes.
const SCHEMA: &str = "tamis.audit/1";

/// The result of an audit. Nothing is wrong if it lists no difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// `tamis.audit/1`.
    pub schema: &'static str,
    /// Documents of the input.
    pub documents: u64,
    /// Paragraphs of these documents.
    pub paragraphs: u64,
    /// Paragraphs that the ledger does not remove: they must be in OUT.
    pub kept: u64,
    /// Paragraphs that the ledger removes.
    pub removed: u64,
    /// Removed paragraphs that are said to stand in an earlier run.
    #[serde(skip_serializing_if = "is_none")]
    pub earlier: u64,
    /// Whether that was looked up: the configuration names indexes.
    #[serde(skip)]
    pub is_looked_up: bool,
    /// How many differences there are. What follows the first in one file is not compared if nothing names its
    /// records.
    pub num_differences: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// A difference between the inputs, OUT and the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The kind of the difference.
    pub kind: DifferenceKind,
    /// Path of the document, of the input where it has one, as the ledger spells it; or the name of the file of the
    /// account, where that is wrong as a whole.
    pub path: String,
    /// Number of its record, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Line of the input file, from 1, where lines are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Paragraph of the input's document, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<u64>,
    /// A sentence about the difference.
    pub what: String,
}

/// The kind of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// A document or paragraph that should be in OUT, as the ledger does not account for it, is missing there.
    Missing,
    /// Something else stands in the place of a document or paragraph.
    Changed,
    /// A document or paragraph of OUT is in no input, or should have gone.
    Foreign,
    /// A paragraph is in OUT twice.
    Twice,
    /// A line of the ledger is wrong.
    Ledger,
    /// The list of rejections is wrong.
    Rejected,
    /// The list of what was written is wrong.
    Files,
    /// The summary is wrong.
    Summary,
}

impl DifferenceKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Foreign => "foreign",
            Self::Twice => "twice",
            Self::Ledger => "ledger",
            Self::Rejected => "rejected",
            Self::Files => "files",
            Self::Summary => "summary",
        }
    }
}

impl std::fmt::Display for Difference {
    /// Writes one line, in which control characters are escaped.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&printable_bytes(self.path.as_bytes()))?;
        for (name, number) in [("record", self.record), ("line", self.line), ("paragraph", self.paragraph)] {
            if let Some(number) = number {
                write!(f, ", {name} {number}")?;
            }
        }
        write!(f, ": {}: {}", self.kind.name(), printable_bytes(self.what.as_bytes()))
    }
}

/// How many differences there were at some point, in all and in the list.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DifferenceMark {
    num_differences: u64,
    num_listed: usize,
}

/// The number of differences that an audit lists.
const MAX_TOLD: usize = 20;

impl Audit {
    pub(super) fn new() -> Self {
        Self {
            schema: SCHEMA,
            documents: 0,
            paragraphs: 0,
            kept: 0,
            removed: 0,
            earlier: 0,
            is_looked_up: false,
            num_differences: 0,
            differences: Vec::new(),
        }
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.num_differences == 0
    }

    /// Counts a difference, and lists it if it is one of the first.
    pub(super) fn add(&mut self, difference: Difference) {
        self.num_differences += 1;
        if self.has_room() {
            self.differences.push(difference);
        }
    }

    /// Whether another difference would be listed.
    pub(super) fn has_room(&self) -> bool {
        self.differences.len() < MAX_TOLD
    }

    /// Adds a difference of a file or document as a whole.
    pub(super) fn add_at(
        &mut self,
        kind: DifferenceKind,
        path: &str,
        record: Option<u64>,
        what: impl Into<String>,
    ) {
        let what = what.into();
        self.add(Difference { kind, path: path.to_owned(), record, line: None, paragraph: None, what });
    }

    /// Adds what another audit came to.
    pub(super) fn join(&mut self, other: Self) {
        self.num_differences += other.num_differences;
        let room = MAX_TOLD.saturating_sub(self.differences.len());
        self.differences.extend(other.differences.into_iter().take(room));
    }

    /// How many differences there are now.
    pub(super) fn mark(&self) -> DifferenceMark {
        DifferenceMark { num_differences: self.num_differences, num_listed: self.differences.len() }
    }

    /// Forgets those after a mark.
    pub(super) fn go_back(&mut self, mark: DifferenceMark) {
        self.num_differences = mark.num_differences;
        self.differences.truncate(mark.num_listed);
    }

    /// The audit as JSON.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default(); // strings and integers only
        json.push('\n');
        json
    }
}

/// Characters of a text that are shown.
const SHOWN: usize = 40;

/// The beginning of a text, as far as its first line, in quotes.
pub(super) fn excerpt(text: &[u8]) -> String {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    // Four bytes a character at most; the last may be cut.
    let shown = String::from_utf8_lossy(&line[..line.len().min(4 * SHOWN + 4)]);
    let mut chars = shown.chars();
    let mut excerpt: String = chars.by_ref().take(SHOWN).collect();
    if chars.next().is_some() {
        excerpt.push('…');
    }
    format!("“{excerpt}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_one_plain_line() {
        let mut audit = Audit::new();
        assert!(audit.is_clean());
        audit.add_at(DifferenceKind::Foreign, "a\u{1b}[2J", Some(3), "b\u{202e}c\n");
        let shown = audit.differences[0].to_string();
        assert_eq!(shown, "a\\u{1b}[2J, record 3: foreign: b\\u{202e}c\\u{a}");
        assert!(!audit.is_clean() && audit.to_json().contains("\"kind\": \"foreign\""));
    }

    #[test]
    fn only_the_first_are_kept() {
        let mut audit = Audit::new();
        (0..30).for_each(|n| audit.add_at(DifferenceKind::Missing, "a", Some(n), "x"));
        assert_eq!((audit.num_differences, audit.differences.len()), (30, MAX_TOLD));
    }

    #[test]
    fn excerpts_are_short() {
        assert_eq!(excerpt(b"one\ntwo"), "“one”");
        assert_eq!(excerpt("苹".repeat(41).as_bytes()), format!("“{}…”", "苹".repeat(40)));
        assert_eq!(excerpt("苹".repeat(200).as_bytes()), format!("“{}…”", "苹".repeat(40)));
    }
}
