//! A run of the library that is done, wherever it left what it left.

use std::collections::BTreeMap;

use serde_json::Value;
use tamis::Summary;

use super::files::Files;
use super::json::{json_lines, text_of};
use super::ledger::{self, LayoutLine, Line};

/// Rules on spans of paragraphs that stay.
const SPANS: [&str; 4] = ["encoding", "credit", "replacement", "mask"];

/// The name of the ledger in what a run leaves.
pub(crate) const LEDGER: &str = "removed.jsonl.zst";

/// A run that is done.
#[derive(Debug, PartialEq)]
pub(crate) struct Run {
    /// OUT.
    pub(crate) out: Files,
    /// The files beside it (`OUT.tamis`), but for `run.json`, which varies.
    pub(crate) record: Files,
    /// The lines of the ledger.
    pub(crate) ledger: Vec<Value>,
    /// The lines of `rejected.jsonl`.
    pub(crate) rejected: Vec<Value>,
    pub(crate) summary: Summary,
}

impl Run {
    /// A run that left this in OUT and beside it. Checks that the counts add up.
    #[track_caller]
    pub(crate) fn of(out: Files, mut record: Files, summary: Summary) -> Self {
        record.remove("run.json");
        let ledger = zstd::stream::decode_all(record[LEDGER].as_slice()).expect("Zstandard");
        let rejected = json_lines(&record["rejected.jsonl"]);
        let run = Self { out, record, ledger: json_lines(&ledger), rejected, summary };
        run.adds_up();
        run
    }

    /// The lines of the ledger about copies, of a run that removed no other text.
    pub(crate) fn lines(&self) -> Vec<Line> {
        ledger::lines(&self.record[LEDGER])
    }

    /// The lines of the ledger about layout that went with the rest of its document.
    pub(crate) fn layouts(&self) -> Vec<LayoutLine> {
        ledger::layouts(&self.record[LEDGER])
    }

    /// A file of OUT that is text.
    #[track_caller]
    pub(crate) fn text(&self, path: &str) -> &str {
        std::str::from_utf8(&self.out[path]).expect("UTF-8")
    }

    /// Path and reason of each rejection, in order.
    pub(crate) fn reasons(&self) -> Vec<(&str, &str)> {
        self.rejected.iter().map(|line| (text_of(line, "path"), text_of(line, "reason"))).collect()
    }

    /// The paths in OUT.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.out.keys().map(String::as_str).collect()
    }

    /// The counts agree with what the run left.
    #[track_caller]
    fn adds_up(&self) {
        adds_up(&self.summary);
        let Summary { files, members, records, paragraphs, bytes, .. } = &self.summary;
        let rejected = sum(&files.rejected) + sum(&members.rejected) + sum(&records.rejected);
        assert_eq!(self.rejected.len() as u64, rejected, "each rejection is listed");
        assert_eq!(bytes.output, self.out.values().map(|content| content.len() as u64).sum::<u64>());
        // A line about a span of a paragraph that stays accounts for no paragraph.
        let stretches = self.ledger.iter().filter(|line| !SPANS.contains(&text_of(line, "rule")));
        let removed = stretches.map(|line| {
            let index = |key: &str| line[key].as_u64().expect("an index");
            index("last") + 1 - index("first")
        });
        assert_eq!(removed.sum::<u64>(), sum(&paragraphs.removed), "the ledger accounts for what went");
    }
}

fn sum(counts: &BTreeMap<String, u64>) -> u64 {
    counts.values().sum()
}

/// Every input is accounted for (promise "nothing lost").
#[track_caller]
pub(crate) fn adds_up(summary: &Summary) {
    let Summary { files, members, documents, paragraphs, bytes, .. } = summary;
    for (what, counts) in [("files", files), ("members", members)] {
        let accounted = counts.read + sum(&counts.skipped) + sum(&counts.rejected);
        assert_eq!(counts.found, accounted, "{what}: {counts:?}");
    }
    assert_eq!(documents.read, documents.kept + documents.emptied);
    assert_eq!(documents.read, sum(&documents.encodings), "{documents:?}");
    assert_eq!(paragraphs.read, paragraphs.kept + sum(&paragraphs.removed));
    assert_eq!(bytes.paragraphs, bytes.kept + sum(&bytes.removed));
}
