//! Stage 6a: what one document shows by itself. Filters measure the paragraphs that are left of a document when all other
//! rules have judged it, and drop it as a whole if a measure is out of bounds (contract C1).
//!
//! A filter is one file of this room: a measure that paragraphs are added to and pieces of a long text are joined by, and
//! a judgement. [`Measures`] and [`Filters`] name it once each; its row stands in the table of rules
//! ([`crate::decide::Rule`]). An [`Editor`] judges paragraphs by themselves: it removes them, or writes something else in
//! place of spans of them. The prints by which boilerplate is found are made here too ([`boilerplate`]). Pure: no I/O,
//! no clock, and it cannot fail on text.

mod annotations;
pub(crate) mod boilerplate;
mod credit;
mod custom;
mod custom_document;
mod edited;
mod editor;
mod language;
mod length;
mod mask;
mod quality;
mod short_document;
mod stub;

pub(crate) use annotations::{ANNOTATED_BYTES, annotations};
pub(crate) use edited::Edit;
pub(crate) use editor::{Edge, EditedParagraph, EditedPlace, Editor};

use std::borrow::Cow;

use serde::Serialize;

use crate::config::{Config, Repair};
use crate::decide::Rule;
use crate::document::Edges;
use crate::normalize::repaired_chars;

use custom::CustomRules;
use custom_document::MatchedRules;
use language::{LanguageFilter, Sample};
use length::Length;
pub(crate) use quality::{Judge, Opening, Score, Scores};
use short_document::ShortDocument;
use stub::{KeptText, Stub};

/// The filters that are switched on.
#[derive(Debug, Clone)]
pub(crate) struct Filters {
    stub: Option<Stub>,
    short_document: Option<ShortDocument>,
    language: Option<LanguageFilter>,
    quality: Option<Judge>,
    /// The rules of one's own, if one drops documents.
    custom: Option<CustomRules>,
    repair: Repair,
}

/// The measures that filters take of a document, or of a piece of one: some 100 bytes, and the opening of the document if
/// its quality is asked for, or 2 KiB of it for its language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Measures {
    /// Paragraphs that are left.
    num_paragraphs: u64,
    /// Those of them that are no layout.
    num_texts: u64,
    /// The length of what is left, layout and all.
    length: Length,
    text: KeptText,
    /// The beginning of the document, whatever other rules leave of it; empty if its language is not asked for.
    sample: Sample,
    /// What is left, without layout; while that is nothing, what goes. `None` if quality is not asked for, or there is
    /// nothing.
    opening: Option<Box<Opening>>,
    custom: MatchedRules,
}

/// A paragraph that filters measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FilteredParagraph<'a> {
    /// As it stands in the document.
    pub text: &'a str,
    /// Whether it is not what filters look at: repair changes it, or it keeps white space at its edges.
    pub altered: bool,
    /// What all other rules do with it.
    pub fate: Fate,
    /// Whether it is layout (contract I4).
    pub is_layout: bool,
}

/// What becomes of a paragraph that filters measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is left.
    Left,
    /// It goes as a copy of another paragraph of its own document, so that the document has its text all the same.
    OwnCopy,
    /// It goes for another reason.
    Gone,
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
    /// The filters of a configuration; `None` if all are off. `editor` holds the rules of one's own.
    pub(crate) fn of(config: &Config, editor: &Editor) -> Option<Self> {
        let filters = config.decide.removing_filters();
        let custom = Some(editor.custom()).filter(|custom| custom.drops_documents());
        (filters.is_on() || custom.is_some()).then(|| Self {
            stub: Stub::of(filters),
            short_document: ShortDocument::of(filters),
            language: LanguageFilter::of(filters),
            quality: Judge::removing(&config.decide),
            custom: custom.cloned(),
            repair: config.split.repair,
        })
    }

    /// Adds a paragraph.
    ///
    /// Cost: one look at each of its characters, if a filter asks for all of them.
    pub(crate) fn add(&self, measures: &mut Measures, paragraph: FilteredParagraph<'_>) {
        let FilteredParagraph { altered, is_layout, fate, .. } = paragraph;
        let is_left = fate == Fate::Left;
        let text: &str = &if altered {
            Cow::Owned(repaired_chars(paragraph.text, self.repair, Edges::Trimmed).collect())
        } else {
            Cow::Borrowed(paragraph.text)
        };
        let counts_text = self.stub.is_some() && !is_layout && fate != Fate::OwnCopy;
        if self.language.is_some() && !is_layout {
            measures.sample.add(text);
        }
        if self.quality.is_some() && !is_layout {
            measures.add_to_opening(text, fate);
        }
        if !is_left && !counts_text {
            return;
        }
        measures.num_paragraphs += u64::from(is_left);
        measures.num_texts += u64::from(is_left && !is_layout);
        if counts_text || self.short_document.is_some() {
            let length = Length::of(text);
            if counts_text {
                measures.text.add(length, is_left);
            }
            if is_left {
                measures.length.join(length);
            }
        }
        if let Some(custom) = self.custom.as_ref().filter(|_| is_left && !is_layout) {
            measures.custom.add(custom.drops(text));
        }
    }

    /// The filter that drops a document of these measures, if one does: the first of them in the table of rules. A
    /// document of which nothing is left is emptied already, and left alone; but one in another language or of low quality
    /// goes for that, or the text of a copy before it that goes would come back in it.
    ///
    /// `layout_goes` says that the layout which is left goes too, as nothing else is (contract P5).
    pub(crate) fn judge(&self, measures: &Measures, layout_goes: bool) -> Option<Dropped> {
        let language = || self.language?.judge(&measures.sample);
        let opening = measures.opening.as_deref();
        if measures.num_paragraphs == 0 || layout_goes {
            let quality = || self.quality.as_ref()?.judge(&opening?.without_copies());
            return language().filter(|_| !measures.sample.is_empty()).or_else(quality);
        }
        let quality = || self.quality.as_ref()?.judge(opening?);
        let stub = self.stub.and_then(|stub| stub.judge(measures.text));
        let short_document = || self.short_document.and_then(|short| short.judge(measures.length));
        let custom = || custom_document::judge(self.custom.as_ref()?, measures.custom);
        stub.or_else(short_document).or_else(language).or_else(quality).or_else(custom)
    }
}

impl Measures {
    /// Adds a paragraph to the opening; it begins anew with the first one that is left.
    fn add_to_opening(&mut self, text: &str, fate: Fate) {
        if fate == Fate::Left && self.num_texts == 0 {
            self.opening = None;
        }
        if fate == Fate::Left || fate == Fate::Gone && self.num_texts == 0 {
            self.opening.get_or_insert_default().add(text);
        }
    }

    /// Adds those of the piece that follows.
    pub(crate) fn join(&mut self, next: &Self) {
        let is_opened_anew = self.num_texts == 0 && next.num_texts > 0;
        if is_opened_anew {
            self.opening = None;
        }
        let goes_on = self.num_texts == 0 || next.num_texts > 0;
        if let Some(next) = next.opening.as_ref().filter(|_| goes_on) {
            self.opening.get_or_insert_default().join(next);
        }
        self.num_paragraphs += next.num_paragraphs;
        self.num_texts += next.num_texts;
        self.length.join(next.length);
        self.text.join(next.text);
        self.sample.join(&next.sample);
        self.custom.join(next.custom);
    }
}

impl Dropped {
    /// A document that goes by `rule`, for what `evidence` says.
    fn new(rule: Rule, evidence: &impl Serialize) -> Self {
        let evidence = serde_json::to_string(evidence).unwrap_or_default(); // numbers and words only
        Self { rule, evidence }
    }
}
