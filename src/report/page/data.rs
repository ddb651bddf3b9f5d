//! The data that the page's script gets, as JSON.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::chosen::{ParagraphsPlace, Paths, shown_id};
use super::copies::{CLASSES, Standing};
use super::groups::Group;
use super::lost::LostData;
use super::{MAX_REJECTED, MAX_TEXT};
use crate::account::{RejectedLine, Summary};
use crate::decide::Rule;
use crate::normalize::KeyMaker;
use crate::report::diff::Runs;
use crate::store::path::printable_bytes;

/// Everything that is shown. What comes from an input is plain text here, with what could reorder a line spelled out
/// in paths and ids.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    summary: Summary,
    /// The largest groups.
    pub(super) groups: Vec<GroupData>,
    pub(super) num_groups: u64,
    /// Numbers of paragraphs by how often they stand: each class begins at the first number and ends before the next
    /// class.
    copies: Vec<(u64, u64)>,
    pub(super) repeated: Vec<RepeatedData>,
    pub(super) lost: Vec<LostData>,
    rejected: Vec<RejectedLine>,
    num_rejected: u64,
    num_skipped: u64,
    max_text: usize,
    paths: Vec<String>,
    /// Paths as the ledger spells them, by their numbers, where that is not how they are shown.
    spelled: BTreeMap<usize, String>,
    reasons: Vec<String>,
    #[serde(skip)]
    reason_numbers: HashMap<String, u32>,
}

/// A group.
#[derive(Debug, Serialize)]
pub(super) struct GroupData {
    rule: &'static str,
    /// Whether documents went as a whole.
    #[serde(rename = "whole", skip_serializing_if = "is_false")]
    is_whole: bool,
    copies: u32,
    paragraphs: u64,
    bytes: u64,
    similarity: f64,
    pub(super) survivor: Option<PlaceData>,
    /// The first copies.
    pub(super) places: Vec<PlaceData>,
}

/// Where paragraphs stand, and their text.
#[derive(Debug, Serialize)]
pub(super) struct PlaceData {
    /// The earlier run it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// Number of the path.
    path: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    first: u64,
    last: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) similarity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) containment: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// There is more of it.
    #[serde(rename = "cut", skip_serializing_if = "is_false")]
    pub(super) is_cut: bool,
    /// Whether the text is that of the survivor.
    #[serde(rename = "same", skip_serializing_if = "is_false")]
    pub(super) is_same: bool,
    /// Where it differs from what stays, and where that differs from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) runs: Option<(Runs, Runs)>,
    /// Number of the reason why there is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missing: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A paragraph that stands more than once.
#[derive(Debug, Serialize)]
pub(super) struct RepeatedData {
    times: u64,
    pub(super) place: Option<PlaceData>,
}

impl Data {
    /// Whether anything went by a rule.
    pub(super) fn removes_by(&self, rule: Rule) -> bool {
        self.summary.paragraphs.removed.get(rule.name()).is_some_and(|removed| *removed > 0)
    }

    pub(super) fn new(summary: &Summary, rejections: &[RejectedLine], standing: &Standing) -> Self {
        let mut copies: Vec<(u64, u64)> = CLASSES.into_iter().zip(standing.classes).collect();
        while copies.last().is_some_and(|(_, paragraphs)| *paragraphs == 0) {
            copies.pop();
        }
        let repeated = standing.repeated.iter();
        Self {
            summary: printable(summary),
            groups: Vec::new(),
            num_groups: 0,
            copies,
            repeated: repeated.map(|of| RepeatedData { times: of.times.0, place: None }).collect(),
            lost: Vec::new(),
            rejected: rejections.iter().take(MAX_REJECTED).map(printable_rejection).collect(),
            num_rejected: summary.num_rejected(),
            num_skipped: summary.num_skipped(),
            max_text: MAX_TEXT,
            paths: Vec::new(),
            spelled: BTreeMap::new(),
            reasons: Vec::new(),
            reason_numbers: HashMap::new(),
        }
    }

    /// What makes lines the same in the run.
    pub(super) fn key_maker(&self) -> KeyMaker {
        let options = self.summary.config.options();
        KeyMaker::new(options.matching.mode, options.split.repair)
    }

    /// Number of the reason why a text is not there.
    pub(super) fn reason(&mut self, why: &str) -> u32 {
        if let Some(&number) = self.reason_numbers.get(why) {
            return number;
        }
        let number = u32::try_from(self.reasons.len()).expect("a page shows a bounded number of texts");
        self.reasons.push(printable_bytes(why.as_bytes()));
        self.reason_numbers.insert(why.to_owned(), number);
        number
    }

    pub(super) fn set_paths(&mut self, paths: &Paths) {
        self.paths = paths.spelled.iter().map(|path| printable_bytes(path.as_bytes())).collect();
        let shown = self.paths.iter().zip(&paths.spelled).enumerate();
        let other = shown.filter(|(_, (shown, spelled))| shown != spelled);
        self.spelled = other.map(|(number, (_, spelled))| (number, spelled.clone())).collect();
    }
}

impl GroupData {
    pub(super) fn of(group: &Group) -> Self {
        Self {
            rule: group.rule.name(),
            is_whole: group.rule.is_of_documents(),
            copies: group.copies,
            paragraphs: group.paragraphs,
            bytes: group.bytes,
            similarity: (f64::from(group.similarity) * 1e4).round() / 1e4,
            survivor: None,
            places: Vec::new(),
        }
    }
}

impl PlaceData {
    /// A place without a text.
    pub(super) fn of(place: &ParagraphsPlace) -> Self {
        Self {
            run: place.run.as_deref().map(|run| printable_bytes(run.as_bytes())),
            path: place.path,
            record: place.record,
            id: place.id.as_deref().map(shown_id),
            first: place.first,
            last: place.last,
            line: None,
            similarity: None,
            containment: None,
            text: None,
            is_cut: false,
            is_same: false,
            runs: None,
            missing: None,
        }
    }
}

/// The summary with the names of directories as people may see them.
fn printable(summary: &Summary) -> Summary {
    let mut summary = summary.clone();
    let mut directories = BTreeMap::new();
    for (path, counts) in std::mem::take(&mut summary.directories) {
        directories.insert(printable_bytes(path.as_bytes()), counts);
    }
    summary.directories = directories;
    summary
}

fn printable_rejection(line: &RejectedLine) -> RejectedLine {
    RejectedLine {
        path: printable_bytes(line.path.as_bytes()),
        detail: printable_bytes(line.detail.as_bytes()),
        ..line.clone()
    }
}
