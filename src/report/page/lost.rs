//! The documents that lost most, and samples of what is left of them. Documents that a rule removed as a whole are none:
//! nothing is left of them, and groups show them.
//!
//! Lines of a ledger stand in corpus order, so that one document is counted at a time. Memory: [`MAX_LOST`] documents.

use serde::Serialize;

use super::chosen::{Paths, shown_id};
use super::{MAX_LOST, Text, TextPlace};
use crate::account::LedgerLineRef;

/// Stretches of a document that are remembered, to know what is left between them.
const MAX_STRETCHES: usize = 512;
/// Bytes of what is left that are read of a document.
const MAX_READ: usize = 16 * 1024;
/// Bytes of what is left that are shown.
const MAX_LEFT: usize = 600;

/// The documents that lost most so far.
#[derive(Debug, Default)]
pub(super) struct Lost {
    open: Option<LostDocument>,
    /// Those that lost the most bytes first; equals in corpus order.
    most: Vec<LostDocument>,
}

/// A document that lost paragraphs.
#[derive(Debug)]
pub(super) struct LostDocument {
    path: String,
    record: Option<u64>,
    id: Option<String>,
    paragraphs: u64,
    bytes: u64,
    /// Where paragraphs are gone: first and last, in order.
    stretches: Vec<(u64, u64)>,
    /// Whether more of them are gone than are remembered.
    is_cut: bool,
}

/// What is shown of it.
#[derive(Debug, Serialize)]
pub(super) struct LostData {
    path: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    paragraphs: u64,
    bytes: u64,
    /// Bytes of the whole document, if it could be read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// Some of what is left; empty if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<String>,
    /// There is more of it.
    #[serde(rename = "cut", skip_serializing_if = "std::ops::Not::not")]
    is_cut: bool,
    /// Number of the reason why there is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u32>,
}

impl Lost {
    /// Counts a line.
    pub(super) fn add(&mut self, line: &LedgerLineRef<'_>) {
        let is_same = |open: &LostDocument| open.path == line.path && open.record == line.record;
        if !self.open.as_ref().is_some_and(is_same) {
            self.close();
        }
        if line.rule.is_of_documents() || line.rule.is_of_spans() {
            return;
        }
        let open = self.open.get_or_insert_with(|| LostDocument {
            path: line.path.to_string(),
            record: line.record,
            id: line.id.as_ref().map(|id| id.json().to_owned()),
            paragraphs: 0,
            bytes: 0,
            stretches: Vec::new(),
            is_cut: false,
        });
        open.paragraphs = open.paragraphs.saturating_add(line.num_paragraphs());
        open.bytes = open.bytes.saturating_add(line.span.1.saturating_sub(line.span.0));
        let has_room = open.stretches.len() < MAX_STRETCHES;
        match open.stretches.last_mut() {
            Some((_, last)) if last.saturating_add(1) == line.first => *last = line.last,
            _ if has_room => open.stretches.push((line.first, line.last)),
            _ => open.is_cut = true,
        }
    }

    /// The document is done with.
    fn close(&mut self) {
        let Some(document) = self.open.take() else { return };
        let at = self.most.partition_point(|other| other.bytes >= document.bytes);
        if at < MAX_LOST {
            self.most.insert(at, document);
            self.most.truncate(MAX_LOST);
        }
    }

    /// Those that lost most.
    pub(super) fn finish(mut self) -> Vec<LostDocument> {
        self.close();
        self.most
    }
}

impl LostDocument {
    /// The first paragraph that is left, if the document has so many.
    fn first_left(&self) -> u64 {
        self.stretches.first().filter(|(first, _)| *first == 0).map_or(0, |(_, last)| last.saturating_add(1))
    }

    /// Requests for its size, and for what is left of it.
    pub(super) fn wanted(&self) -> [TextPlace; 2] {
        let of = |first, most_bytes| TextPlace {
            path: self.path.clone(),
            record: self.record,
            first,
            last: u64::MAX,
            most_bytes,
        };
        [of(0, 1), of(self.first_left(), MAX_READ)]
    }

    /// What is shown of it, by the answers to these requests; `missing` is the number of a reason.
    pub(super) fn show(
        self,
        paths: &mut Paths,
        [whole, rest]: [Result<Text, String>; 2],
        missing: impl FnOnce(&str) -> u32,
    ) -> LostData {
        let (left, is_cut) = match &rest {
            Ok(rest) => self.left(rest),
            Err(_) => (String::new(), false),
        };
        let (total, missing) = match whole {
            Ok(whole) => (Some(whole.num_bytes), None),
            Err(why) => (None, Some(missing(&why))),
        };
        LostData {
            path: paths.number(&self.path),
            record: self.record,
            id: self.id.as_deref().map(shown_id),
            paragraphs: self.paragraphs,
            bytes: total.map_or(self.bytes, |total| self.bytes.min(total)),
            total,
            left: total.map(|_| left),
            is_cut,
            missing,
        }
    }

    /// The first paragraphs that are left, of a text that begins with the first of them; and whether there is more.
    fn left(&self, rest: &Text) -> (String, bool) {
        let (mut left, mut start) = (String::new(), 0);
        let mut stretches = self.stretches.iter().copied().peekable();
        for (&end, paragraph) in rest.ends.iter().zip(self.first_left()..) {
            while stretches.next_if(|(_, last)| *last < paragraph).is_some() {}
            let is_gone = stretches.peek().is_some_and(|(first, _)| *first <= paragraph);
            if self.is_cut && stretches.peek().is_none() || left.len() > MAX_LEFT {
                return (cut(left), true);
            }
            if !is_gone {
                if !left.is_empty() {
                    left.push('\n');
                }
                left.push_str(rest.text.get(start..end).unwrap_or_default());
            }
            start = end.saturating_add(1);
        }
        let is_cut = rest.is_cut || left.len() > MAX_LEFT;
        (cut(left), is_cut)
    }
}

/// As much of a text as is shown.
fn cut(mut text: String) -> String {
    let end = text.floor_char_boundary(MAX_LEFT.min(text.len()));
    text.truncate(end);
    text
}

/// Requests for the texts of all of them.
pub(super) fn wanted(lost: &[LostDocument]) -> impl Iterator<Item = TextPlace> {
    lost.iter().flat_map(LostDocument::wanted)
}
