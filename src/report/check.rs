//! The result of a check: the [`Problem`]s that cleaning would mend, held against [`Limits`]. The program `check` finds
//! them, and the report formats write them out.

use serde::Serialize;

use crate::account::{RawJson, RecordId, Summary};
use crate::config::Share;
use crate::decide::{Rule, Stays};
use crate::error::RejectReason;
use crate::fingerprint::Fingerprint;

/// The kind of a problem. Its name is the rule's id in the formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Text that a rule removes.
    Removed(Rule),
    /// A emptied document.
    Emptied,
    /// An input or record that is left out because something is wrong with it.
    Rejected,
}

impl ProblemKind {
    /// All kinds: those of the rules, then the others.
    pub const ALL: [Self; Rule::ALL.len() + 2] = {
        let mut all = [Self::Rejected; Rule::ALL.len() + 2];
        let mut number = 0;
        while number < Rule::ALL.len() {
            all[number] = Self::Removed(Rule::ALL[number]);
            number += 1;
        }
        all[number] = Self::Emptied;
        all
    };

    /// Its number in [`Self::ALL`].
    pub fn number(self) -> usize {
        match self {
            Self::Removed(rule) => rule as usize,
            Self::Emptied => Rule::ALL.len(),
            Self::Rejected => Rule::ALL.len() + 1,
        }
    }

    /// Its name: that of the rule, `emptied` or `rejected`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Removed(rule) => rule.name(),
            Self::Emptied => "emptied",
            Self::Rejected => "rejected",
        }
    }

    /// Whether reports name it only where there is one of it.
    fn is_quiet(self) -> bool {
        matches!(self, Self::Removed(rule) if rule.is_quiet())
    }

    /// A short title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Removed(rule) => rule.title(),
            Self::Emptied => "emptied document",
            Self::Rejected => "rejected input or record",
        }
    }

    /// A short title of several.
    pub fn titles(self) -> &'static str {
        match self {
            Self::Removed(rule) => rule.titles(),
            Self::Emptied => "emptied documents",
            Self::Rejected => "rejected inputs and records",
        }
    }

    /// The long description.
    pub fn description(self) -> &'static str {
        match self {
            Self::Removed(rule) => rule.description(),
            Self::Emptied => {
                "No paragraph of this document is kept: it has none, or all of them appear earlier in the corpus."
            }
            Self::Rejected => "This input or record cannot be read, and `tamis clean` would leave it out.",
        }
    }

    /// Advice; code stands in backticks.
    pub fn help(self) -> &'static str {
        match self {
            Self::Removed(rule) => rule.help(),
            Self::Emptied => "`tamis clean` does not write it. Remove it, or leave it out with --exclude.",
            Self::Rejected => "Repair it, or leave it out with --exclude. The message says what is wrong.",
        }
    }

    /// Whether it counts against the limit of this name. All that goes counts for the ratio, but for layout; what goes for
    /// nothing that stays is no duplicate.
    pub fn counts_for(self, limit: &str) -> bool {
        let counted = match self {
            Self::Removed(Rule::Mask) => return limit == Measured::MASKED,
            Self::Removed(rule) if !rule.is_counted() => return false,
            Self::Removed(rule) => match rule.stays() {
                Stays::Same => Measured::DUPLICATES,
                Stays::Alike => Measured::NEAR_DUPLICATES,
                Stays::Held => Measured::CONTAMINATED,
                Stays::Nothing => Measured::RATIO,
            },
            Self::Emptied => Measured::EMPTIED,
            Self::Rejected => Measured::REJECTED,
        };
        limit == counted || (limit == Measured::RATIO && matches!(self, Self::Removed(_)))
    }
}

/// A place in the inputs. Paths are spelled as in the ledger (a byte that is not UTF-8 as `\xNN`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The earlier run it stands in, if it does not stand in the inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The file as a reader opens it: the input as given, and behind it the path below it.
    pub file: String,
    /// The member, if the file is an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Number of the record, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId<'static>>,
    /// First and last paragraph of the document, from 0; none for a document or file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paragraphs: Option<(u64, u64)>,
    /// First and last line, from 1, of the file (of the member, of what is unpacked), where it has lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<(u64, u64)>,
}

/// Text that cleaning would remove, or an input that it would leave out. Removed text is one problem for each stretch,
/// as in the ledger (contract O5).
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Its kind.
    pub kind: ProblemKind,
    /// Where it is.
    pub location: Location,
    /// The place of the survivor, if the rule leaves one. Of a document that is emptied by text added
    /// elsewhere: the document, while `location` is that of the added text.
    pub survivor: Option<Location>,
    /// Paragraphs that go.
    pub num_paragraphs: u64,
    /// Bytes of these paragraphs in the decoded text.
    pub num_bytes: u64,
    /// The Jaccard coefficient, if it is not 1.
    pub similarity: Option<f64>,
    /// The share of the survivor that stands here, if it is a text of an earlier run that the document holds.
    pub containment: Option<f64>,
    /// The evidence of a rule that leaves no survivor.
    pub evidence: Option<RawJson<'static>>,
    /// Tells it from other problems wherever it stands: of the key texts of what goes, of an emptied document's; of
    /// a rejected input's path and reason.
    pub fingerprint: Fingerprint,
    /// How many problems of this fingerprint stand before it.
    pub occurrence: u64,
    /// The beginning of what goes, repaired; empty where there is no text.
    pub excerpt: String,
    /// Why it was rejected, and the fault in words.
    pub rejection: Option<(RejectReason, String)>,
}

/// How much is let pass. What has no limit is not counted against anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Bytes of paragraphs that go, of the bytes of all paragraphs (`--max-duplicate-ratio`).
    pub duplicate_ratio: Option<Share>,
    /// Paragraphs that go as copies (`--max-duplicates`).
    pub duplicates: Option<u64>,
    /// Documents and paragraphs that go as near-duplicates (`--max-near-duplicates`).
    pub near_duplicates: Option<u64>,
    /// Documents that hold a passage of a benchmark (`--max-contaminated`). It is reported where there are any, or some
    /// are let pass.
    pub contaminated: Option<u64>,
    /// Spans of personal data (`--max-masked`). It is reported where there are any, or some are let pass.
    pub masked: Option<u64>,
    /// Inputs and records that are rejected (`--max-rejected`).
    pub rejected: Option<u64>,
    /// Documents of which nothing stays (`--max-emptied`).
    pub emptied: Option<u64>,
}

/// A limit, held against what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The option's name without its dashes: `max-duplicates`.
    pub name: &'static str,
    /// The name of the counted things: `duplicate paragraphs`.
    pub what: &'static str,
    /// The figure: a count, or for a ratio bytes that go.
    pub found: u64,
    /// For a ratio the bytes of which they go.
    pub of: Option<u64>,
    /// The limit as it is typed: `0`, `0.05`.
    pub limit: String,
    /// Whether it is more than is let pass.
    pub is_broken: bool,
    /// The worst places, at most [`MAX_WORST`]: the file of the worst first, and those of one file together; of a limit
    /// that holds none.
    pub worst: Vec<Problem>,
}

impl Measured {
    /// The name of the limit on what goes as a share of all text.
    pub const RATIO: &'static str = "max-duplicate-ratio";
    /// The limit on paragraphs that go as copies.
    pub const DUPLICATES: &'static str = "max-duplicates";
    /// The limit on near-duplicates.
    pub const NEAR_DUPLICATES: &'static str = "max-near-duplicates";
    /// The limit on documents that hold a passage of a benchmark.
    pub const CONTAMINATED: &'static str = "max-contaminated";
    /// The limit on personal data.
    pub const MASKED: &'static str = "max-masked";
    /// The limit on rejections.
    pub const REJECTED: &'static str = "max-rejected";
    /// The limit on emptied documents.
    pub const EMPTIED: &'static str = "max-emptied";
}

/// Places that are named for a broken limit.
pub const MAX_WORST: usize = 5;

/// The result of a check, without its single problems.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckReport {
    /// The counts of the run that `clean` would make; without `bytes.output`.
    pub summary: Summary,
    /// The limits, in the order of [`Limits`]; those that were not set are left out.
    pub limits: Vec<Measured>,
    /// Problems by kind, in the order of [`ProblemKind::ALL`]: those that count. A report lists these.
    pub num_problems: [u64; ProblemKind::ALL.len()],
    /// Problems that a baseline or a revision holds already; they are not listed.
    pub num_known: u64,
    /// The name of what it was compared with: `baseline FILE`, `already at REV`.
    pub compared: Option<String>,
    /// Counts of what an allow-list let pass, if there was one.
    pub allowed: Option<LetPass>,
}

/// Counts of what an allow-list (paragraphs that may repeat) let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LetPass {
    /// How the list is called.
    #[serde(rename = "list")]
    pub name: String,
    /// Paragraphs that do not count.
    #[serde(rename = "paragraphs")]
    pub num_paragraphs: u64,
    /// The lines of the list, from 1, that let nothing pass.
    pub unused: Vec<usize>,
}

impl CheckReport {
    /// Whether every limit holds.
    pub fn has_passed(&self) -> bool {
        self.limits.iter().all(|limit| !limit.is_broken)
    }

    /// Problems by kind, in the order of [`ProblemKind::ALL`].
    pub fn counts(&self) -> impl Iterator<Item = (ProblemKind, u64)> {
        ProblemKind::ALL.into_iter().zip(self.num_problems)
    }

    /// Problems by kind, of those kinds that a report names.
    pub fn listed(&self) -> impl Iterator<Item = (ProblemKind, u64)> {
        self.counts().filter(|(kind, number)| *number > 0 || !kind.is_quiet())
    }

    /// Problems by kind, of those kinds that there are.
    pub fn found(&self) -> impl Iterator<Item = (ProblemKind, u64)> {
        self.counts().filter(|(_, number)| *number > 0)
    }

    /// Problems of all kinds.
    pub fn total(&self) -> u64 {
        self.num_problems.iter().sum()
    }
}

/// Writes a report: `begin`, the problems in corpus order, `finish`.
pub trait ProblemWriter: Send {
    /// Begins.
    ///
    /// # Errors
    /// Those of the output.
    fn begin(&mut self, report: &CheckReport) -> std::io::Result<()>;

    /// Writes a problem.
    ///
    /// # Errors
    /// Those of the output.
    fn problem(&mut self, problem: &Problem) -> std::io::Result<()>;

    /// The number of problems that it takes; it need not be given those after them.
    fn num_taken(&self) -> u64 {
        u64::MAX
    }

    /// Ends, and flushes.
    ///
    /// # Errors
    /// Those of the output.
    fn finish(&mut self, report: &CheckReport) -> std::io::Result<()>;
}
