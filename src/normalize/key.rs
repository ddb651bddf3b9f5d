//! Key text of a paragraph: the fast path where it can, the libraries where it must.

use super::buffer::KeyBuffer;
use super::fold::{FoldTable, fold};
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

/// Keeps the whole key text.
#[derive(Debug, Default)]
struct KeyText {
    buffer: KeyBuffer,
    flushed: Vec<u8>,
}

impl KeyText {
    fn into_bytes(mut self) -> Vec<u8> {
        self.flushed.extend_from_slice(self.buffer.as_bytes());
        self.flushed
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
        let mut key = KeyText::default();
        let span = ByteSpan::new(0, text.len());
        self.make(text, &mut Paragraph::new(span, false), &mut key);
        String::from_utf8_lossy(&key.into_bytes()).into_owned()
    }

    #[inline]
    fn fold(&self, text: &str, span: ByteSpan, sink: &mut impl KeySink) -> bool {
        let mut rest = span;
        while rest.len() > PIECE {
            let cut = text.floor_char_boundary(rest.start + PIECE);
            if !fold(text, ByteSpan::new(rest.start, cut), self.table, sink.buffer()) {
                return false;
            }
            sink.flush();
            rest.start = cut;
        }
        if !fold(text, rest, self.table, sink.buffer()) {
            return false;
        }
        if self.mode == MatchMode::Canonical && sink.buffer().last() == Some(b' ') {
            sink.buffer().pop();
        }
        true
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
            MatchMode::Loose => library::loose(chars, &mut emit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The line as `split` would cut it.
    fn trimmed(line: &str) -> &str {
        &line[crate::split::line::trim(line).range()]
    }

    /// Key text by the fast path, if it gives any, and by the libraries.
    fn both(mode: MatchMode, line: &str, key: &mut KeyText) -> (Option<Vec<u8>>, Vec<u8>) {
        let maker = KeyMaker::new(mode, Repair::Basic);
        let take = |key: &mut KeyText| {
            let bytes = [key.flushed.as_slice(), key.buffer.as_bytes()].concat();
            key.reset();
            bytes
        };
        let is_fast = maker.fold(line, crate::split::line::trim(line), key);
        let fast = Some(take(key)).filter(|_| is_fast);
        maker.by_library(trimmed(line), Edges::Trimmed, key);
        (fast, take(key))
    }

    fn agree(mode: MatchMode, line: &str, key: &mut KeyText) -> bool {
        let (fast, slow) = both(mode, line, key);
        fast.is_none_or(|fast| fast == slow)
    }

    #[test]
    fn canonical_table() {
        let key = |text| KeyMaker::new(MatchMode::Canonical, Repair::Basic).key_text(text);
        for (name, text, expected) in [
            ("full width is half width", "ＡＩ１２３，。", "AI123,。"),
            ("white space is one space", "a \t\u{a0}\u{3000}b", "a b"),
            ("white space at both ends", " \u{3000}a\u{2003} ", "a"),
            ("Cf is removed", "a\u{ad}b\u{200d}c\u{200e}", "abc"),
            ("white space first, then Cf", "a \u{200e} b", "a  b"),
            ("ligature", "ﬁn", "fin"),
            ("composition", "e\u{301}", "é"),
            ("ellipsis", "好…", "好..."),
            ("case stays", "Ab", "Ab"),
            ("nothing left", "\u{200e}", ""),
        ] {
            assert_eq!(key(text), expected, "{name}");
        }
    }

    #[test]
    fn numbers_are_not_folded_away() {
        let key = |text| KeyMaker::new(MatchMode::Loose, Repair::Basic).key_text(text);
        assert_ne!(key("中间价报7.1234元"), key("中间价报6.9876元"));
    }

    #[test]
    fn loose_table() {
        let key = |text| KeyMaker::new(MatchMode::Loose, Repair::Basic).key_text(text);
        assert_eq!(key("苹果 AI！"), key("苹果AI"));
        assert_eq!(key("Straße, ΣΑΣ"), "strasseσασ");
        assert_eq!(key("⑴ ½"), "112");
        assert_eq!(key("——"), "");
    }

    #[test]
    fn exact_is_the_repaired_text() {
        let key = |text| KeyMaker::new(MatchMode::Exact, Repair::Basic).key_text(text);
        assert_eq!(key("ＡＩ  b\u{7}\u{c}c"), "ＡＩ  b c");
    }

    #[test]
    fn news_takes_the_fast_path() {
        for text in
            ["今天，“苹果”公布了（2024年）第3季度业绩……", "It's 5 p.m. — said “Lee”.", "价格：￥12.50；"]
        {
            assert!(both(MatchMode::Canonical, text, &mut KeyText::default()).0.is_some(), "{text}");
        }
    }

    #[test]
    fn every_character_alone_and_between_letters() {
        let mut key = KeyText::default();
        for mode in [MatchMode::Exact, MatchMode::Canonical, MatchMode::Loose] {
            let all = (0..=0x10_ffff_u32).filter_map(char::from_u32).filter(|c| !matches!(c, '\n' | '\r'));
            for c in all {
                for text in [c.to_string(), format!("a{c}b 가 {c} {c}")] {
                    assert!(agree(mode, &text, &mut key), "{mode:?} U+{:04X}", u32::from(c));
                }
            }
        }
    }

    /// Characters from all over Unicode, the awkward blocks more often.
    fn awkward() -> impl Strategy<Value = String> {
        let c = prop_oneof![
            4 => any::<char>(),
            3 => proptest::char::range('\u{20}', '\u{7e}'),
            3 => proptest::char::range('\u{4e00}', '\u{9fff}'),
            2 => proptest::char::range('\u{3000}', '\u{30ff}'),
            2 => proptest::char::range('\u{ff00}', '\u{ffef}'),
            2 => proptest::char::range('\u{300}', '\u{345}'),
            2 => proptest::char::range('\u{1100}', '\u{11ff}'),
            2 => proptest::char::range('\u{ac00}', '\u{ad00}'),
            2 => proptest::char::range('\u{2000}', '\u{206f}'),
            1 => proptest::char::range('\u{0}', '\u{ad}'),
            2 => Just(' '),
        ];
        let is_inside_a_line = |c: &char| !matches!(c, '\n' | '\r');
        proptest::collection::vec(c, 0..24)
            .prop_map(move |chars| chars.into_iter().filter(is_inside_a_line).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn the_fast_path_agrees_with_the_libraries(text in awkward()) {
            for mode in [MatchMode::Exact, MatchMode::Canonical, MatchMode::Loose] {
                prop_assert!(agree(mode, &text, &mut KeyText::default()));
            }
        }

        #[test]
        fn pieces_make_no_difference(text in awkward(), times in 1..400usize) {
            let long = text.repeat(times);
            for mode in [MatchMode::Exact, MatchMode::Canonical, MatchMode::Loose] {
                prop_assert!(agree(mode, &long, &mut KeyText::default()));
            }
        }
    }
}
