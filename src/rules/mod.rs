//! Stage 6a: what one document shows by itself. Filters measure the paragraphs that are left of a document when all other
//! rules have judged it, and drop it as a whole if a measure is out of bounds (contract C1).
//!
//! A filter is one file of this room: a measure that paragraphs are added to and pieces of a long text are joined by, and
//! a judgement. [`Measures`] and [`Filters`] name it once each; its row stands in the table of rules
//! ([`crate::decide::Rule`]). The prints by which boilerplate is found are made here too ([`boilerplate`]). Pure: no I/O,
//! no clock, and it cannot fail on text.

pub(crate) mod boilerplate;
mod short_document;

use serde::Serialize;

use crate::config::{Config, FilterConfig, Repair};
use crate::decide::Rule;
use crate::document::Edges;
use crate::normalize::repaired_chars;

use short_document::{Length, ShortDocument};

/// The filters that are switched on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filters {
    config: FilterConfig,
    repair: Repair,
}

/// The measures that filters take of a document, or of a piece of one: 16 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Measures {
    num_paragraphs: u64,
    length: Length,
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
        filters.is_on().then_some(Self { config: filters, repair: config.split.repair })
    }

    /// Adds a paragraph that is left, as it stands in the document.
    ///
    /// Cost: one look at each of its characters.
    pub(crate) fn add(&self, measures: &mut Measures, paragraph: &str) {
        measures.num_paragraphs += 1;
        measures.length.add(repaired_chars(paragraph, self.repair, Edges::Trimmed));
    }

    /// The filter that drops a document of these measures, if one does. A document of which nothing is left is emptied
    /// already, and left alone.
    pub(crate) fn judge(&self, measures: &Measures) -> Option<Dropped> {
        if measures.num_paragraphs == 0 {
            return None;
        }
        ShortDocument::of(self.config)?.judge(measures.length)
    }
}

impl Measures {
    /// Adds those of the piece that follows.
    pub(crate) fn join(&mut self, next: Self) {
        self.num_paragraphs += next.num_paragraphs;
        self.length.join(next.length);
    }
}

impl Dropped {
    /// A document that goes by `rule`, for what `evidence` says.
    fn new(rule: Rule, evidence: &impl Serialize) -> Self {
        let evidence = serde_json::to_string(evidence).unwrap_or_default(); // numbers and words only
        Self { rule, evidence }
    }
}
