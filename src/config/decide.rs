//! Which copies are removed, and where they are looked for.

use serde::{Deserialize, Serialize};

use super::annotate::Annotation;
use super::boilerplate::SourceBy;
use super::custom::{self, CustomAction, CustomRule};
use super::language::Languages;
use super::mask::MaskConfig;
use super::near::NearConfig;
use super::places::read_place;
use super::quality::{QualityBounds, QualityProfile};
use super::share::{Limit, Share};
use crate::error::{Error, Result};

/// Where a paragraph must be the first of its kind (contract I3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The whole corpus.
    #[default]
    Corpus,
    /// Each document by itself.
    Document,
}

/// The units of which exact copies are removed (contract I5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExactUnits {
    /// Paragraphs.
    #[default]
    Paragraphs,
    /// Whole documents.
    Documents,
    /// Whole documents, then the paragraphs of those that stay.
    Both,
    /// Nothing.
    Off,
}

impl ExactUnits {
    /// Whether copies of documents go as such.
    pub fn has_documents(self) -> bool {
        matches!(self, Self::Documents | Self::Both)
    }

    /// Whether copies of paragraphs go.
    pub fn has_paragraphs(self) -> bool {
        matches!(self, Self::Paragraphs | Self::Both)
    }
}

/// Which copies are removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecideConfig {
    /// The units of which exact copies are removed.
    pub exact: ExactUnits,
    /// The range in which a paragraph must be the first of its kind.
    pub scope: Scope,
    /// The share of the grams of a text of an earlier run from which on a document that has them goes, where an index
    /// of [`HistoryConfig::against`](super::HistoryConfig::against) holds grams (contract N5). Default 0.5.
    pub contamination: Limit,
    /// Whether the boilerplate of each source goes (contract C4). Default no.
    pub boilerplate: bool,
    /// Whether encoding damage is repaired before anything else (contract C2). Default no.
    pub fix_encoding: bool,
    /// What the source of a document is. Default its directory (contract C4).
    pub source: SourceBy,
    /// Near-duplicates.
    #[serde(flatten)]
    pub near: NearConfig,
    /// Filters of documents.
    #[serde(flatten)]
    pub filters: FilterConfig,
    /// Bounds of one's own for the signals of [`FilterConfig::quality`]. Default none.
    #[serde(skip_serializing_if = "QualityBounds::is_empty")]
    pub quality_bounds: QualityBounds,
    /// What is written beside documents instead of removing them for it. Default nothing.
    pub annotate: Vec<Annotation>,
    /// Rules of one's own, in the order in which they are applied. Default none.
    #[serde(rename = "rule")]
    pub custom: Vec<CustomRule>,
    /// Personal data that is masked (contract C6).
    #[serde(flatten)]
    pub mask: MaskConfig,
    /// Places whose text stays whatever the rules say, each as [`read_place`] reads it (contract O7).
    pub keep_places: Vec<String>,
}

impl Default for DecideConfig {
    fn default() -> Self {
        Self {
            exact: ExactUnits::default(),
            scope: Scope::default(),
            contamination: Limit::AtLeast(Share::hundredths(50)),
            boilerplate: false,
            fix_encoding: false,
            source: SourceBy::default(),
            near: NearConfig::default(),
            filters: FilterConfig::default(),
            quality_bounds: QualityBounds::default(),
            annotate: Vec::new(),
            custom: Vec::new(),
            mask: MaskConfig::default(),
            keep_places: Vec::new(),
        }
    }
}

impl DecideConfig {
    /// Whether a rule needs the whole corpus before anything is written, so that it is read more than once.
    pub fn reads_ahead(&self) -> bool {
        self.boilerplate
            || self.near.units.is_some()
            || self.exact.has_documents()
            || self.has_filters()
            || self.drops_by_custom_rules()
    }

    /// The range in which copies of paragraphs are removed, if they are.
    pub fn paragraph_scope(&self) -> Option<Scope> {
        self.exact.has_paragraphs().then_some(self.scope)
    }

    /// Whether any rule judges paragraphs of documents that stay.
    pub fn judges_paragraphs(&self) -> bool {
        self.boilerplate
            || self.exact.has_paragraphs()
            || self.near.has_paragraphs()
            || self.removes_by_custom_rules()
    }

    /// Whether this is written beside documents.
    pub fn annotates(&self, what: Annotation) -> bool {
        self.annotate.contains(&what)
    }

    /// The profile that documents are measured by, to be removed or annotated.
    pub fn quality_profile(&self) -> QualityProfile {
        match self.filters.quality {
            QualityProfile::Off if self.annotates(Annotation::Quality) => QualityProfile::News,
            asked => asked,
        }
    }

    /// The filters that remove documents.
    pub fn removing_filters(&self) -> FilterConfig {
        let quality =
            if self.annotates(Annotation::Quality) { QualityProfile::Off } else { self.filters.quality };
        let languages = self.filters.languages.filter(|_| !self.annotates(Annotation::Language));
        FilterConfig { languages, quality, ..self.filters }
    }

    /// Whether a filter removes documents.
    pub fn has_filters(&self) -> bool {
        self.removing_filters().is_on()
    }

    /// Whether a rule of one's own drops documents.
    pub fn drops_by_custom_rules(&self) -> bool {
        self.custom.iter().any(|rule| rule.action == CustomAction::DropDocument)
    }

    /// Whether a rule of one's own removes or replaces text within documents.
    pub fn removes_by_custom_rules(&self) -> bool {
        self.custom.iter().any(|rule| rule.action != CustomAction::DropDocument)
    }

    /// Refuses what does not go together.
    pub(super) fn validate(&self) -> Result<()> {
        let refused = |what: &str| Err(Error::Config(what.to_owned()));
        for place in &self.keep_places {
            read_place(place).map_err(|fault| Error::Config(format!("keep-places: {fault}")))?;
        }
        custom::validate(&self.custom)?;
        self.quality_bounds.validate(self.quality_profile())?;
        self.mask.validate()?;
        let (is_in_document, has_near) = (self.scope == Scope::Document, self.near.has_paragraphs());
        if !self.exact.has_paragraphs() && has_near {
            return refused(
                "exact: near-duplicate paragraphs are searched for only where exact duplicates are removed; add --exact paragraphs \
                 or both, or search for documents only (--near=documents)",
            );
        }
        if is_in_document && has_near {
            return refused(
                "scope document: near-duplicate paragraphs are always searched for in the whole corpus; leave it out, or \
                 search for documents only (--near=documents)",
            );
        }
        if is_in_document && !self.exact.has_paragraphs() {
            return refused(
                "scope document: it limits the search for duplicate paragraphs, and --exact switches that search off; leave one of the two out",
            );
        }
        if self.filters.min_kept_share.share().is_some() && !self.judges_paragraphs() {
            return refused(
                "min-kept-share: a document becomes a stub where its paragraphs are removed, and --exact switches that off; leave one of the two out",
            );
        }
        Ok(())
    }
}

/// Filters: rules that drop a document by what all other rules leave of it. All are off by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FilterConfig {
    /// A document goes of which fewer characters are left that are no white space. As an option it is called
    /// `min_doc_chars`.
    #[serde(rename = "min_doc_chars")]
    pub min_document_chars: Option<u64>,
    /// A document goes of which other rules left less than this share of its text: of the characters of its paragraphs
    /// that are no white space, layout aside.
    pub min_kept_share: Limit,
    /// A document goes that is in another language. As an option it is called `language`.
    #[serde(rename = "language")]
    pub languages: Option<Languages>,
    /// A document goes in what is left of which this profile finds that it is of low quality (contract C5).
    pub quality: QualityProfile,
}

impl FilterConfig {
    /// Whether any filter is on.
    pub fn is_on(self) -> bool {
        let has_least = self.min_document_chars.is_some() || self.min_kept_share.share().is_some();
        has_least || self.languages.is_some() || self.quality.is_on()
    }
}
