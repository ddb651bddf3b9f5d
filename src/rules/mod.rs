//! Stage 6a: what one document shows by itself. Filters measure the paragraphs that are left of a document when all other
//! rules have judged it, and drop it as a whole if a measure is out of bounds (contract C1).
//!
//! A filter is one file of this room: a measure that paragraphs are added to and pieces of a long text are joined by, and
//! a judgement. [`Measures`] and [`Filters`] name it once each; its row stands in the table of rules
//! ([`crate::decide::Rule`]). The prints by which boilerplate is found are made here too ([`boilerplate`]). Pure: no I/O,
//! no clock, and it cannot fail on text.

pub(crate) mod boilerplate;
mod length;
mod quality;
mod short_document;
mod stub;

use serde::Serialize;

use crate::config::{Config, Repair};
use crate::decide::Rule;
use crate::document::Edges;
use crate::normalize::repaired_chars;

use length::Length;
use quality::{Opening, Quality};
use short_document::ShortDocument;
use stub::{KeptText, Stub};

/// The filters that are switched on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filters {
    stub: Option<Stub>,
    short_document: Option<ShortDocument>,
    quality: Option<Quality>,
    repair: Repair,
}

/// The measures that filters take of a document, or of a piece of one: 40 bytes, and the opening of the document if its
/// quality is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Measures {
    /// Paragraphs that are left.
    num_paragraphs: u64,
    /// The length of what is left, layout and all.
    length: Length,
    text: KeptText,
    /// What is left, without layout; `None` if quality is not asked for, or nothing is left.
    opening: Option<Box<Opening>>,
}

/// A paragraph that filters measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FilteredParagraph<'a> {
    /// As it stands in the document.
    pub text: &'a str,
    /// Whether all other rules leave it.
    pub is_left: bool,
    /// Whether it is layout (contract I4).
    pub is_layout: bool,
    /// Whether it goes as a copy of another paragraph of its own document, so that the document has its text all the same.
    pub is_own_copy: bool,
}

/// A document that a filter drops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// The rule by which it goes.
    pub rule: Rule,
    /// The measured value and the bound, as JSON.
    pub evidence: String,
}

impl Filters {
    /// The filters of a configuration; `None` if all are off.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        let filters = config.decide.filters;
        filters.is_on().then(|| Self {
            stub: Stub::of(filters),
            short_document: ShortDocument::of(filters),
            quality: Quality::of(filters),
            repair: config.split.repair,
        })
    }

    /// Adds a paragraph.
    ///
    /// Cost: one look at each of its characters; none at what other rules remove, if no filter asks for it.
    pub(crate) fn add(&self, measures: &mut Measures, paragraph: FilteredParagraph<'_>) {
        let FilteredParagraph { text, is_left, is_layout, is_own_copy } = paragraph;
        let counts_text = self.stub.is_some() && !is_layout && !is_own_copy;
        if !is_left && !counts_text {
            return;
        }
        let length = Length::of(repaired_chars(text, self.repair, Edges::Trimmed));
        if counts_text {
            measures.text.add(length, is_left);
        }
        if is_left {
            measures.num_paragraphs += 1;
            measures.length.join(length);
        }
        if self.quality.is_some() && is_left && !is_layout {
            let opening = measures.opening.get_or_insert_default();
            opening.add(repaired_chars(text, self.repair, Edges::Trimmed));
        }
    }

    /// The filter that drops a document of these measures, if one does: the first of them in the table of rules. A
    /// document of which nothing is left is emptied already, and left alone.
    pub(crate) fn judge(&self, measures: &Measures) -> Option<Dropped> {
        if measures.num_paragraphs == 0 {
            return None;
        }
        let stub = self.stub.and_then(|stub| stub.judge(measures.text));
        let short_document = || self.short_document.and_then(|short| short.judge(measures.length));
        let quality = || {
            self.quality
                .zip(measures.opening.as_deref())
                .and_then(|(quality, opening)| quality.judge(opening))
        };
        stub.or_else(short_document).or_else(quality)
    }
}

impl Measures {
    /// Adds those of the piece that follows.
    pub(crate) fn join(&mut self, next: &Self) {
        self.num_paragraphs += next.num_paragraphs;
        self.length.join(next.length);
        self.text.join(next.text);
        if let Some(next) = &next.opening {
            self.opening.get_or_insert_default().join(next);
        }
    }
}

impl Dropped {
    /// A document that goes by `rule`, for what `evidence` says.
    fn new(rule: Rule, evidence: &impl Serialize) -> Self {
        let evidence = serde_json::to_string(evidence).unwrap_or_default(); // numbers and words only
        Self { rule, evidence }
    }
}
