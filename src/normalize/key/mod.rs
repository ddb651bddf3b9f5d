//! Key text of a paragraph: the fast path where it can, the libraries where it must.

#[cfg(test)]
mod tests;

use super::buffer::KeyBuffer;
use super::fold::{FoldTable, Folder};
use super::library;
use super::repair::{is_altered, repaired_chars};
use crate::config::{MatchMode, Repair};
use crate::document::{Edges, Paragraph};
use crate::units::ByteSpan;

/// Takes key text as it is made. Implemented by the hasher of stage 5.
pub trait KeySink {
    /// The buffer to append to; it holds at least the last byte appended so far, if there is one.
    fn buffer(&mut self) -> &mut KeyBuffer;

    /// Called now and then: a sink takes what is in the buffer if that is more than 8 KiB, but for the last byte.
    fn flush(&mut self);

    /// Forgets all of the key so far.
    fn reset(&mut self);
}

/// Keeps the whole key text of a paragraph, and its room for the next one.
#[derive(Debug, Default)]
pub struct KeyText {
    buffer: KeyBuffer,
    flushed: Vec<u8>,
}

impl KeyText {
    /// The key text: whole, as no part of a character is appended to a sink.
    fn text(&mut self) -> &str {
        let bytes = if self.flushed.is_empty() {
            self.buffer.as_bytes()
        } else {
            self.flushed.extend_from_slice(self.buffer.as_bytes());
            self.buffer.clear();
            &self.flushed
        };
        simdutf8::basic::from_utf8(bytes).unwrap_or_default()
    }
}

impl KeySink for KeyText {
    fn buffer(&mut self) -> &mut KeyBuffer {
        &mut self.buffer
    }

    fn flush(&mut self) {
        let count = self.buffer.len().saturating_sub(1);
        self.flushed.extend_from_slice(&self.buffer.as_bytes()[..count]);
        self.buffer.drop_front(count);
    }

    fn reset(&mut self) {
        self.buffer.clear();
        self.flushed.clear();
    }
}

/// Text is folded in pieces of about this many bytes, so that a sink can take the key of a line of any
/// length as it is made.
const PIECE: usize = 4 * 1024;

/// Makes key text under one configuration.
///
/// ```
/// use tamis::config::{MatchMode, Repair};
/// use tamis::normalize::KeyMaker;
/// let maker = KeyMaker::new(MatchMode::Canonical, Repair::Basic);
/// assert_eq!(maker.key_text("ＡＩ　１２３，好"), "AI 123,好");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct KeyMaker {
    mode: MatchMode,
    repair: Repair,
    table: &'static FoldTable,
}

impl KeyMaker {
    /// A maker of keys for this match mode, of text repaired in this way.
    pub fn new(mode: MatchMode, repair: Repair) -> Self {
        Self { mode, repair, table: FoldTable::of(mode) }
    }

    /// Appends the key text of `paragraph` (a span of `text`) to an empty `sink`, and marks the paragraph
    /// as altered if repair changes it.
    ///
    /// Cost: about 0.5 ns a byte on the fast path, 10 ns in the libraries.
    #[inline]
    pub fn make(&self, text: &str, paragraph: &mut Paragraph, sink: &mut impl KeySink) {
        let body = &text[paragraph.span.range()];
        // An altered block is compared by its repaired text; only exact keys can tell the difference.
        let is_foldable = !(paragraph.altered && self.mode == MatchMode::Exact);
        if is_foldable && self.fold(text, paragraph.span, sink) {
            return;
        }
        sink.reset();
        paragraph.altered |= is_altered(body, self.repair);
        self.by_library(body, paragraph.edges, sink);
    }

    /// The key text of one paragraph as a string, for explanations and tests. `text` is repaired first.
    pub fn key_text(&self, text: &str) -> String {
        self.key_text_in(&mut KeyText::default(), text).to_owned()
    }

    /// The same, made in `room`: for many paragraphs, one after the other.
    pub fn key_text_in<'r>(&self, room: &'r mut KeyText, text: &str) -> &'r str {
        room.reset();
        let span = ByteSpan::new(0, text.len());
        self.make(text, &mut Paragraph::new(span, false), room);
        room.text()
    }

    /// The key text of a part of a paragraph, to be looked for in that of the whole: none if loose key text would keep
    /// nothing of it.
    pub(crate) fn part_key_text(&self, text: &str) -> String {
        if self.mode != MatchMode::Loose {
            return self.key_text(text);
        }
        let mut key = String::new();
        library::loose(repaired_chars(text, self.repair, Edges::Trimmed), |c| key.push(c));
        key
    }

    /// Whether the fast path makes the key.
    #[inline]
    fn fold(&self, text: &str, span: ByteSpan, sink: &mut impl KeySink) -> bool {
        let mut folder = Folder::new(text, self.table, self.repair);
        let mut at = span.start;
        while span.end.saturating_sub(at) > PIECE {
            let cut = text.floor_char_boundary(at + PIECE);
            match folder.fold(ByteSpan::new(at, cut), sink.buffer()) {
                Some(next) => at = next,
                None => return false,
            }
            sink.flush();
        }
        if folder.fold(ByteSpan::new(at, span.end), sink.buffer()).is_none() {
            return false;
        }
        match self.mode {
            MatchMode::Exact => true,
            MatchMode::Canonical => {
                if sink.buffer().last() == Some(b' ') {
                    sink.buffer().pop();
                }
                true
            }
            // Without key text its canonical one is taken.
            MatchMode::Loose => folder.finish(span.end, sink.buffer()).is_some() && !sink.buffer().is_empty(),
        }
    }

    #[cold]
    fn by_library(&self, body: &str, edges: Edges, sink: &mut impl KeySink) {
        let mut utf8 = [0; 4];
        let mut emit = |c: char| {
            sink.buffer().extend(c.encode_utf8(&mut utf8).as_bytes());
            if sink.buffer().len() >= 2 * PIECE {
                sink.flush();
            }
        };
        let chars = repaired_chars(body, self.repair, edges);
        match self.mode {
            MatchMode::Exact => chars.for_each(emit),
            MatchMode::Canonical => library::canonical(chars, emit),
            MatchMode::Loose => {
                if !library::loose(chars.clone(), &mut emit) {
                    library::canonical(chars, emit);
                }
            }
        }
    }
}
