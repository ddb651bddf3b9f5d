//! The ledger of a run that removed exact duplicates, and the layout of documents without text, line by line.

use tamis::account::{LedgerLine, LedgerReader};
use tamis::decide::Rule;

use super::oracle::Place;

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The first removed paragraph.
    pub(crate) first: Place,
    /// Index of the last removed paragraph.
    pub(crate) last: u64,
    /// Byte span in the decoded text.
    pub(crate) span: (usize, usize),
    /// Survivor of the first.
    pub(crate) survivor: Place,
    /// Index of the last one's survivor.
    pub(crate) survivor_last: u64,
    /// The ids of the two records, as JSON.
    pub(crate) ids: [Option<String>; 2],
    /// The removed text, if the run was to put it there.
    pub(crate) text: Option<String>,
}

/// A line of the ledger about layout that goes with the rest of its document (contract P5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LayoutLine {
    /// The first removed paragraph.
    pub(crate) first: Place,
    /// Index of the last removed paragraph.
    pub(crate) last: u64,
    /// Byte span in the decoded text.
    pub(crate) span: (usize, usize),
    /// The removed text.
    pub(crate) text: String,
}

/// Decodes the lines of a ledger that are about copies.
///
/// # Panics
/// If a line holds more than is known.
pub(crate) fn lines(compressed: &[u8]) -> Vec<Line> {
    told(compressed).0
}

/// Decodes the lines of a ledger that are about layout.
///
/// # Panics
/// If a line holds more than is known.
pub(crate) fn layouts(compressed: &[u8]) -> Vec<LayoutLine> {
    told(compressed).1
}

fn told(compressed: &[u8]) -> (Vec<Line>, Vec<LayoutLine>) {
    let mut reader = LedgerReader::new(super::run::LEDGER, compressed).expect("memory");
    let spelled = zstd::stream::decode_all(compressed).expect("Zstandard");
    let mut spelled = std::str::from_utf8(&spelled).expect("UTF-8").lines();
    let (mut lines, mut layouts) = (Vec::new(), Vec::new());
    while reader.advance().expect("a line") {
        let line = reader.line().expect("a line of the ledger");
        assert_eq!(serde_json::to_string(&line).ok().as_deref(), spelled.next());
        match line.rule {
            Rule::Layout => layouts.push(layout(line)),
            _ => lines.push(copies(line)),
        }
    }
    assert_eq!(spelled.next(), None);
    (lines, layouts)
}

fn layout(line: LedgerLine<'_>) -> LayoutLine {
    let LedgerLine { path, record, first, last, span, survivor, evidence, text, .. } = line;
    assert!(survivor.is_none() && evidence.is_none());
    let offset = |offset: u64| usize::try_from(offset).expect("a span in memory");
    LayoutLine {
        first: Place { path: path.into_owned(), record, index: first },
        last,
        span: (offset(span.0), offset(span.1)),
        text: text.expect("the text of what stands nowhere else"),
    }
}

fn copies(line: LedgerLine<'_>) -> Line {
    let LedgerLine { path, record, id, first, last, span, rule, survivor, text, .. } = line;
    assert!(matches!(rule, Rule::Exact | Rule::ExactDocument));
    let survivor = survivor.expect("a survivor");
    let offset = |offset: u64| usize::try_from(offset).expect("a span in memory");
    Line {
        first: Place { path: path.into_owned(), record, index: first },
        last,
        span: (offset(span.0), offset(span.1)),
        survivor: Place { path: survivor.path.into_owned(), record: survivor.record, index: survivor.first },
        survivor_last: survivor.last,
        ids: [id, survivor.id].map(|id| id.map(|id| id.json().to_owned())),
        text,
    }
}
