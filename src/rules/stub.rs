//! Stubs: documents of which other rules leave only a small share, such as a by-line.

use serde::Serialize;

use super::Dropped;
use super::length::Length;
use crate::config::{FilterConfig, Share};
use crate::decide::Rule;

/// The text of a document, and what is left of it. Layout counts on neither side (contract I4), and what stands in the
/// document twice counts once: a text that only repeats itself is no stub.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct KeptText {
    left: Length,
    whole: Length,
}

impl KeptText {
    /// Adds a paragraph that is neither layout nor a copy of another one of the document.
    pub(super) fn add(&mut self, paragraph: Length, is_left: bool) {
        self.whole.join(paragraph);
        if is_left {
            self.left.join(paragraph);
        }
    }

    pub(super) fn join(&mut self, next: Self) {
        self.left.join(next.left);
        self.whole.join(next.whole);
    }
}

/// Drops documents of which too small a share is left. One that lost nothing is never dropped: no share is more than
/// the whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stub {
    /// Documents of which a smaller share is left go.
    min_share: Share,
}

/// The evidence for dropping a document: the characters that are left, and those that it had.
#[derive(Debug, Serialize)]
struct StubEvidence {
    chars: u64,
    of: u64,
    min_share: Share,
}

impl Stub {
    /// The filter, if it is on.
    pub(super) fn of(config: FilterConfig) -> Option<Self> {
        config.min_kept_share.share().map(|min_share| Self { min_share })
    }

    pub(super) fn judge(self, text: KeptText) -> Option<Dropped> {
        let (chars, of, min_share) = (text.left.chars(), text.whole.chars(), self.min_share);
        let is_stub = !min_share.is_reached(chars, of);
        is_stub.then(|| Dropped::new(Rule::Stub, &StubEvidence { chars, of, min_share }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Editor, Fate, FilteredParagraph, Filters, Measures};
    use super::*;
    use crate::config::{Config, DecideConfig, Limit};

    /// The filters of which less than a fifth of the text may not be left.
    fn filters(min_document_chars: Option<u64>) -> Filters {
        let min_kept_share = Limit::AtLeast(Share::hundredths(20));
        let filters = FilterConfig { min_document_chars, min_kept_share, ..FilterConfig::default() };
        let decide = DecideConfig { filters, ..DecideConfig::default() };
        Filters::of(&Config { decide, ..Config::default() }, &Editor::default()).unwrap()
    }

    /// A paragraph that stays begins with `+`, one that goes with `-`, as a copy of one of the same document with `<`, and
    /// layout that stays with `=`.
    fn paragraph(spelled: &str) -> FilteredParagraph<'_> {
        let (kind, text) = spelled.split_at(1);
        let fate = match kind {
            "+" | "=" => Fate::Left,
            "<" => Fate::OwnCopy,
            _ => Fate::Gone,
        };
        FilteredParagraph { text, altered: true, is_layout: kind == "=", fate }
    }

    /// The measures of paragraphs, taken at once and in pieces of one.
    fn measures(filters: &Filters, paragraphs: &[&str]) -> Measures {
        let (mut whole, mut joined) = (Measures::default(), Measures::default());
        for spelled in paragraphs {
            filters.add(&mut whole, paragraph(spelled));
            let mut piece = Measures::default();
            filters.add(&mut piece, paragraph(spelled));
            joined.join(&piece);
        }
        assert_eq!(joined, whole, "{paragraphs:?}");
        whole
    }

    #[test]
    fn stubs_go() {
        let filters = filters(None);
        for (name, paragraphs, counts) in [
            ("nothing is there", &[][..], None),
            ("nothing is left", &["-今天下雨。"], None),
            ("nothing went, however short", &["+文"], None),
            ("a by-line", &["-今天下雨，明天晴。", "+文"], Some((1, 10))),
            ("as much as must be left", &["-今天下雨", "+文"], None),
            ("white space counts on neither side", &["-a b c d", "+e　\t"], None),
            ("nor does what repair removes", &["-\u{feff}a\u{200b}bcd", "+e"], None),
            ("nor layout", &["-今天下雨，明天晴。", "+文", "=--------------"], Some((1, 10))),
            (
                "its own copies",
                &["+今天下雨。", "<今天下雨。", "<今天下雨。", "<今天下雨。", "<今天下雨。", "<今天下雨。"],
                None,
            ),
            ("a by-line twice", &["-今天下雨，明天晴。", "+文", "<文", "<文"], Some((1, 10))),
            ("only layout, of which nothing went", &["=-----", "=* * *"], None),
            ("several paragraphs", &["+Jo Li", "-It rained all day long in town.", "+AP"], Some((6, 31))),
        ] {
            let dropped = filters.judge(&measures(&filters, paragraphs), false);
            let evidence =
                counts.map(|(chars, of)| format!("{{\"chars\":{chars},\"of\":{of},\"min_share\":0.2}}"));
            assert_eq!(dropped.as_ref().map(|dropped| dropped.evidence.clone()), evidence, "{name}");
            assert!(dropped.is_none_or(|dropped| dropped.rule == Rule::Stub), "{name}");
        }
    }

    #[test]
    fn a_stub_that_is_short_too_is_named_a_stub() {
        let filters = filters(Some(5));
        for (paragraphs, rule) in [
            (&["-今天下雨，明天晴。", "+文"][..], Some(Rule::Stub)),
            (&["+文"], Some(Rule::ShortDocument)),
            (&["-今天下雨", "+文"], Some(Rule::ShortDocument)),
            (&["+今天下雨。"], None),
        ] {
            let dropped = filters.judge(&measures(&filters, paragraphs), false);
            assert_eq!(dropped.map(|dropped| dropped.rule), rule, "{paragraphs:?}");
        }
    }
}
