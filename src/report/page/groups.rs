//! Counts the lines of a ledger by what stays in their place.

use std::cmp::Reverse;

use hashbrown::HashTable;
use serde_json::value::RawValue;

use crate::account::{LedgerLineRef, LedgerPlace, RawJson};
use crate::decide::Rule;
use crate::fingerprint::Fingerprint;
use crate::units::count;

/// A document by 64 bits of a SHA-256 of its path and record: among a million documents two are taken for one with a
/// chance of 3 in 10^8, and a count on the page is off then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DocumentKey(u64);

impl DocumentKey {
    pub(super) fn of(path: &str, record: Option<u64>) -> Self {
        let mut bytes = Vec::with_capacity(path.len() + 9);
        bytes.extend_from_slice(path.as_bytes());
        if let Some(record) = record {
            bytes.push(0); // in no path
            bytes.extend_from_slice(&record.to_le_bytes());
        }
        Self(Fingerprint::of(&bytes).table_hash())
    }

    pub(super) fn of_survivor(place: &LedgerPlace<'_>) -> Self {
        match &place.run {
            None => Self::of(&place.path, place.record),
            // A NUL is in no path, and no path begins with a slash.
            Some(run) => Self::of(&format!("/{run}\0{}", place.path), place.record),
        }
    }

    /// The key of a group without survivor: lines with one text and evidence are one group.
    fn of_evidence(line: &LedgerLineRef<'_>) -> Self {
        let (evidence, text) =
            (line.evidence.as_ref().map_or("", RawJson::json), line.text.map_or("", RawValue::get));
        Self::of(&format!("\0{evidence}\0{text}"), None)
    }
}

/// Copies of one stretch of paragraphs that one rule removed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    /// The document that stays, if one does.
    pub(super) document: DocumentKey,
    pub(super) first: u64,
    pub(super) last: u64,
    /// Removed paragraphs.
    pub(super) paragraphs: u64,
    pub(super) bytes: u64,
    pub(super) copies: u32,
    /// The lowest.
    pub(super) similarity: f32,
    pub(super) rule: Rule,
}

/// Stands for no group, in the list of the groups of lines.
const NO_GROUP: u32 = u32::MAX;

/// Groups, in the order in which the ledger first names them.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) all: Vec<Group>,
    table: HashTable<u32>,
    /// The group of each line.
    pub(super) of_line: Vec<u32>,
    previous: Previous,
}

/// The document that the line before is about.
#[derive(Debug, Default)]
pub(super) struct Previous {
    path: String,
    record: Option<u64>,
    end: u64,
    rule: Option<Rule>,
}

impl Previous {
    /// Whether the line goes on with the document that the line before began: a long document that went as a whole
    /// takes several lines.
    pub(super) fn goes_on(&mut self, line: &LedgerLineRef<'_>) -> bool {
        let is_same_file = self.path == line.path;
        let goes_on = line.rule.is_of_documents()
            && is_same_file
            && self.record == line.record
            && self.rule == Some(line.rule)
            && self.end == line.first;
        if !is_same_file {
            self.path.clear();
            self.path.push_str(&line.path);
        }
        (self.record, self.rule, self.end) = (line.record, Some(line.rule), line.last.saturating_add(1));
        goes_on
    }
}

impl Groups {
    /// Counts a line. What tells of a span of a paragraph that stays is in no group.
    pub(super) fn add(&mut self, line: &LedgerLineRef<'_>) {
        if line.rule.is_of_spans() {
            self.of_line.push(NO_GROUP);
            return;
        }
        let goes_on = self.previous.goes_on(line);
        let (document, (first, last)) = match &line.survivor {
            Some(place) => (DocumentKey::of_survivor(place), bounds(place.first, place.last)),
            None => (DocumentKey::of_evidence(line), (0, 0)),
        };
        let own = Group {
            document,
            first,
            last,
            paragraphs: line.num_paragraphs(),
            bytes: line.span.1.saturating_sub(line.span.0),
            copies: u32::from(!goes_on),
            similarity: lowest(line),
            rule: line.rule,
        };
        let number = match (goes_on, self.of_line.last()) {
            (true, Some(&number)) => number,
            _ => self.number(&own),
        };
        self.of_line.push(number);
        match self.all.get_mut(index(number)) {
            Some(group) => {
                group.paragraphs = group.paragraphs.saturating_add(own.paragraphs);
                group.bytes = group.bytes.saturating_add(own.bytes);
                group.copies += own.copies;
                group.similarity = group.similarity.min(own.similarity);
            }
            None => self.all.push(own),
        }
    }

    /// Number of the group that this is a part of; the next number for a new one.
    fn number(&mut self, own: &Group) -> u32 {
        let groups = &self.all;
        let key = |group: &Group| (group.document, group.first, group.last, group.rule);
        let next = u32::try_from(groups.len()).expect("2^32 groups: hundreds of GB of memory");
        let is_own = |number: &u32| key(&groups[index(*number)]) == key(own);
        let entry = self.table.entry(hash(own), is_own, |number| hash(&groups[index(*number)]));
        *entry.or_insert(next).get()
    }

    /// Numbers of the groups that removed the most bytes, the largest first, then in order.
    pub(super) fn largest(&self, most: usize) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..).take(self.all.len()).collect();
        let key = |number: &u32| (Reverse(self.all[index(*number)].bytes), *number);
        if numbers.len() > most {
            numbers.select_nth_unstable_by_key(most, key);
            numbers.truncate(most);
        }
        numbers.sort_unstable_by_key(key);
        numbers
    }
}

#[expect(clippy::cast_possible_truncation, reason = "shown with four decimals")]
fn lowest(line: &LedgerLineRef<'_>) -> f32 {
    line.similarity.unwrap_or(1.0) as f32
}

fn hash(group: &Group) -> u64 {
    let mixed = (group.document.0 ^ group.first.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29) ^ group.last ^ count(group.rule as usize)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// First and last, in order, and with room for one more, whatever a ledger says.
pub(super) fn bounds(first: u64, last: u64) -> (u64, u64) {
    let first = first.min(u64::MAX - 1);
    (first, last.clamp(first, u64::MAX - 1))
}

/// The place of what has this number.
pub(super) fn index(number: u32) -> usize {
    number as usize
}
