//! A line of the ledger: one set of types, for writing it and for reading it back.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::evidence::LedgerNumbers;
use super::json::{RawJson, RecordId, borrowed};
use crate::decide::Rule;

/// Where survivors stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPlace<'a> {
    /// Name of the earlier run it stands in, if it is not this one.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Cow<'a, str>>,
    /// Path of the document's file, and behind it that of the archive's member.
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// Number of the record, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Its id.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId<'a>>,
    /// The first paragraph, from 0.
    pub first: u64,
    /// The last.
    pub last: u64,
}

impl LedgerPlace<'_> {
    /// This place with strings of its own.
    pub fn into_owned(self) -> LedgerPlace<'static> {
        let Self { run, path, record, id, first, last } = self;
        LedgerPlace {
            run: run.map(owned),
            path: owned(path),
            record,
            id: id.map(RecordId::into_owned),
            first,
            last,
        }
    }
}

/// A line of the ledger: a stretch of paragraphs of one document that one rule removed (contract O5).
///
/// The removed text is a `T`: a string where it is asked for, or the JSON of one ([`LedgerLineRef`]) where it may be
/// passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub struct LedgerLine<'a, T = String> {
    /// Path of the document's file, and behind it that of the archive's member.
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// Number of the record, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Its id.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId<'a>>,
    /// The first paragraph, from 0.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// Bytes of the document's decoded text, from the first removed to the one after the last.
    pub span: (u64, u64),
    /// The line of the page of HTML in which the first begins, from 1, if the document is a page and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_line: Option<u64>,
    /// The rule.
    pub rule: Rule,
    /// The paragraphs that stay in the place of the removed ones; `None` if the rule has no survivors.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub survivor: Option<LedgerPlace<'a>>,
    /// Why they go, by a rule without survivors: what that says is its own.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    pub evidence: Option<RawJson<'a>>,
    /// The Jaccard coefficient, if it is not 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// The share that stands in the survivor, where that is why it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containment: Option<f64>,
    /// The numbers in either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<LedgerNumbers>,
    /// The first and last paragraph of the passage that is the survivor's, where `containment` is the share of the
    /// survivor that stands in what goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<(u64, u64)>,
    /// The removed paragraphs, repaired, each ended by LF; of a rule on spans, what it replaced, but not what a mask hides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<T>,
    /// What is written in place of the span, by a rule on spans: the paragraph stays.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Cow<'a, str>>,
}

/// A line that borrows from where it was read; its text is JSON that nobody has looked into.
pub type LedgerLineRef<'a> = LedgerLine<'a, &'a RawValue>;

impl<T> LedgerLine<'_, T> {
    /// Paragraphs that the line accounts for; none if it tells of a span of one that stays.
    pub fn num_paragraphs(&self) -> u64 {
        if self.rule.is_of_spans() {
            return 0;
        }
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// The place of the survivors, if they stand in this run.
    pub fn survivor_here(&self) -> Option<&LedgerPlace<'_>> {
        self.survivor.as_ref().filter(|survivor| survivor.run.is_none())
    }

    /// The earlier run in which what stays stands, if it is not this one.
    pub fn earlier_run(&self) -> Option<&str> {
        self.survivor.as_ref()?.run.as_deref()
    }

    /// This line with strings of its own.
    pub fn into_owned(self) -> LedgerLine<'static, T> {
        let Self { path, record, id, first, last, span, rule, survivor, evidence, .. } = self;
        LedgerLine {
            path: owned(path),
            record,
            id: id.map(RecordId::into_owned),
            first,
            last,
            span,
            page_line: self.page_line,
            rule,
            survivor: survivor.map(LedgerPlace::into_owned),
            evidence: evidence.map(RawJson::into_owned),
            similarity: self.similarity,
            containment: self.containment,
            numbers: self.numbers,
            passage: self.passage,
            text: self.text,
            replacement: self.replacement.map(owned),
        }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}
