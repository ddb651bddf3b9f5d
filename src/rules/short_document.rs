//! Short documents: those of which hardly any text is left, whatever they held before.

use serde::Serialize;

use super::Dropped;
use super::length::Length;
use crate::config::FilterConfig;
use crate::decide::Rule;

/// Drops documents that are too short.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShortDocument {
    /// Documents with fewer characters go.
    min_chars: u64,
}

/// The evidence for dropping a document.
#[derive(Debug, Serialize)]
struct ShortDocumentEvidence {
    chars: u64,
    min_chars: u64,
}

impl ShortDocument {
    /// The filter, if it is on.
    pub(super) fn of(config: FilterConfig) -> Option<Self> {
        Some(Self { min_chars: config.min_document_chars? })
    }

    pub(super) fn judge(self, length: Length) -> Option<Dropped> {
        let (chars, Self { min_chars }) = (length.chars(), self);
        (chars < min_chars)
            .then(|| Dropped::new(Rule::ShortDocument, &ShortDocumentEvidence { chars, min_chars }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Editor, Fate, FilteredParagraph, Filters, Measures};
    use super::*;
    use crate::config::{Config, DecideConfig};

    #[test]
    fn short_documents_go() {
        let filters = FilterConfig { min_document_chars: Some(5), ..FilterConfig::default() };
        let decide = DecideConfig { filters, ..DecideConfig::default() };
        let filters = Filters::of(&Config { decide, ..Config::default() }, &Editor::default()).unwrap();
        let left = |text| FilteredParagraph { text, altered: true, is_layout: false, fate: Fate::Left };
        for (name, paragraphs, chars) in [
            ("nothing is left", &[][..], None),
            ("short", &["今天下"], Some(3)),
            ("as long as it must be", &["今天下雨。"], None),
            ("white space does not count", &["a b", "　c\t"], Some(3)),
            ("nor does what repair removes", &["a\u{feff}b\u{200b}c"], Some(3)),
            ("several paragraphs", &["今天", "下雨。"], None),
        ] {
            let mut whole = Measures::default();
            for paragraph in paragraphs {
                filters.add(&mut whole, left(paragraph));
            }
            let mut joined = Measures::default();
            for paragraph in paragraphs {
                let mut piece = Measures::default();
                filters.add(&mut piece, left(paragraph));
                joined.join(&piece);
            }
            assert_eq!(joined, whole, "{name}");
            let dropped = filters.judge(&whole, false);
            let evidence = chars.map(|chars: u64| format!("{{\"chars\":{chars},\"min_chars\":5}}"));
            assert_eq!(dropped.as_ref().map(|dropped| dropped.evidence.clone()), evidence, "{name}");
            assert!(dropped.is_none_or(|dropped| dropped.rule == Rule::ShortDocument), "{name}");
        }
        assert!(Filters::of(&Config::default(), &Editor::default()).is_none());
    }
}
