//! The rules that remove text, in one table: what each judges, what stays in the place of what it removes, and how
//! people are told of it.
//!
//! A new rule is a variant of [`Rule`] and a row of [`TABLE`]. What removes by it is another matter: a search that
//! fills [`super::Findings`], or a kernel of its own.

use crate::config::DecideConfig;

/// A rule that removes text. The order is that of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Copies of paragraphs.
    Exact,
    /// Paragraphs of documents that are copies as a whole.
    ExactDocument,
    /// Paragraphs of documents that are near-duplicates.
    NearDocument,
    /// Near-duplicate paragraphs.
    NearParagraph,
    /// Documents that hold a passage of a benchmark.
    Contaminated,
    /// Documents of which other rules leave only a small share.
    Stub,
    /// Documents of which hardly any text is left.
    ShortDocument,
    /// Paragraphs that recur in the documents of one source as its furniture does.
    Boilerplate,
    /// What is left of a document that lost all of its text.
    Layout,
}

/// Units that a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judges {
    /// Whole documents: all paragraphs of one go or none.
    Documents,
    /// Paragraphs.
    Paragraphs,
}

/// The text that stays in the place of what a rule removes, if any does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// A copy of the text, so that the ledger need not hold it.
    Same,
    /// A text that is alike, and evidence of how alike.
    Alike,
    /// A text of an earlier run that the removed one holds, and the share of it that is there.
    Held,
    /// Nothing: a rule of this kind has no survivor, and its evidence is its own.
    Nothing,
}

/// A row of the table: what is known of a rule.
#[derive(Debug)]
struct RuleInfo {
    rule: Rule,
    /// Its name in the ledger, the summary and the formats of reports.
    name: &'static str,
    judges: Judges,
    stays: Stays,
    /// Whether these options ask for it.
    is_on: fn(&DecideConfig) -> bool,
    /// Whether it looks at the whole corpus first, so that what stays may come after what goes.
    looks_ahead: bool,
    /// Whether reports name it only where it removed something: so a new rule changes no report of those who do not use
    /// it.
    is_quiet: bool,
    /// A short name for one problem, and one for all problems of the rule.
    title: &'static str,
    titles: &'static str,
    /// A name for the removed text in the account at the end of a run. For a rule on documents it follows their number.
    counted: &'static str,
    wording: Wording,
    /// The long description of its problems, and what can be done about them; code stands in backticks.
    description: &'static str,
    help: &'static str,
}

/// Sentences about text that went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// A claim about the removed text. The place of the survivor follows it, if there is one.
    pub claim: &'static str,
    /// Why one paragraph went.
    pub why_one: &'static str,
    /// Why several went.
    pub why_several: &'static str,
}

impl Wording {
    /// The reason why `num_paragraphs` paragraphs went.
    pub fn why(&self, num_paragraphs: u64) -> &'static str {
        if num_paragraphs == 1 { self.why_one } else { self.why_several }
    }
}

/// The wording for text that also stands in an earlier run.
const EARLIER: Wording = Wording {
    claim: "already in",
    why_one: "it appears in an earlier run",
    why_several: "it appears in an earlier run",
};
/// The wording for text that is nearly the same in an earlier run.
const EARLIER_ALIKE: Wording = Wording {
    claim: "nearly the same text is already in",
    why_one: "nearly the same text appears in an earlier run",
    why_several: "nearly the same text appears in an earlier run",
};

/// All rules, in the order of [`Rule`].
const TABLE: &[RuleInfo] = &[
    RuleInfo {
        rule: Rule::Exact,
        name: "exact",
        judges: Judges::Paragraphs,
        stays: Stays::Same,
        is_on: |config| config.exact.has_paragraphs(),
        looks_ahead: false,
        is_quiet: false,
        title: "repeated paragraphs",
        titles: "repeated paragraphs",
        counted: "exact duplicates",
        wording: Wording {
            claim: "repeats",
            why_one: "this paragraph appears earlier in the corpus",
            why_several: "these paragraphs appear earlier in the corpus",
        },
        description: "These paragraphs appear earlier in the corpus or in an earlier run, with no difference that --match counts.",
        help: "`tamis clean` keeps the first and removes these. --min-chars spares short paragraphs.",
    },
    RuleInfo {
        rule: Rule::ExactDocument,
        name: "exact-document",
        judges: Judges::Documents,
        stays: Stays::Same,
        is_on: |config| config.exact.has_documents() || config.near.has_documents(),
        looks_ahead: true,
        is_quiet: false,
        title: "copy of a document",
        titles: "copies of documents",
        counted: "exact copies of documents",
        wording: Wording {
            claim: "the whole document is a copy of",
            why_one: "the whole document is a copy of one that is kept",
            why_several: "the whole document is a copy of one that is kept",
        },
        description: "This document and another one have the same paragraphs in the same order.",
        help: "`tamis clean` keeps one of them, with --near or --exact documents. Remove this one, or leave it out with --exclude.",
    },
    RuleInfo {
        rule: Rule::NearDocument,
        name: "near-document",
        judges: Judges::Documents,
        stays: Stays::Alike,
        is_on: |config| config.near.has_documents(),
        looks_ahead: true,
        is_quiet: false,
        title: "near-duplicate of a document",
        titles: "near-duplicates of documents",
        counted: "near-duplicate documents",
        wording: Wording {
            claim: "the whole document is a near-duplicate of",
            why_one: "the whole document is a near-duplicate of one that is kept",
            why_several: "the whole document is a near-duplicate of one that is kept",
        },
        description: "This document is nearly the same as one that is kept.",
        help: "`tamis explain` shows the two side by side. --threshold and --number-guard set how similar is too similar.",
    },
    RuleInfo {
        rule: Rule::NearParagraph,
        name: "near-paragraph",
        judges: Judges::Paragraphs,
        stays: Stays::Alike,
        is_on: |config| config.near.has_paragraphs(),
        looks_ahead: true,
        is_quiet: false,
        title: "near-duplicate of a paragraph",
        titles: "near-duplicates of paragraphs",
        counted: "near-duplicates",
        wording: Wording {
            claim: "is a near-duplicate of",
            why_one: "this paragraph is a near-duplicate of one that is kept",
            why_several: "these paragraphs are near-duplicates of others that are kept",
        },
        description: "This paragraph is nearly the same as one that is kept.",
        help: "`tamis explain` shows the two side by side. --near-min-chars spares short paragraphs.",
    },
    RuleInfo {
        rule: Rule::Contaminated,
        name: "contaminated",
        judges: Judges::Documents,
        stays: Stays::Held,
        is_on: |config| config.contamination.share().is_some(),
        looks_ahead: false,
        is_quiet: true,
        title: "document with a passage of a benchmark",
        titles: "documents with a passage of a benchmark",
        counted: "contaminated documents",
        wording: Wording {
            claim: "contains a passage of",
            why_one: "the document contains a passage of a benchmark",
            why_several: "the document contains a passage of a benchmark",
        },
        description: "This document contains a passage of a text of a benchmark, by an index of --against (`tamis index build --grams`).",
        help: "`tamis clean` removes the whole document. --contamination says how much of the text it must contain. --max-contaminated says how many such documents are allowed.",
    },
    RuleInfo {
        rule: Rule::Stub,
        name: "stub",
        judges: Judges::Documents,
        stays: Stays::Nothing,
        is_on: |config| config.filters.min_kept_share.share().is_some(),
        looks_ahead: true,
        is_quiet: true,
        title: "stub",
        titles: "stubs",
        counted: "stubs",
        wording: Wording {
            claim: "the other rules leave too small a share of the whole document",
            why_one: "the other rules leave too small a share of the whole document",
            why_several: "the other rules leave too small a share of the whole document",
        },
        description: "The other rules leave a smaller share of the text of this document than --min-kept-share demands.",
        help: "`tamis clean` removes what is left of it; its paragraphs are kept where other documents have them.",
    },
    RuleInfo {
        rule: Rule::ShortDocument,
        name: "short-document",
        judges: Judges::Documents,
        stays: Stays::Nothing,
        is_on: |config| config.filters.min_document_chars.is_some(),
        looks_ahead: true,
        is_quiet: true,
        title: "short document",
        titles: "short documents",
        counted: "short documents",
        wording: Wording {
            claim: "the other rules leave the whole document too short",
            why_one: "the other rules leave the whole document too short",
            why_several: "the other rules leave the whole document too short",
        },
        description: "The other rules leave less text of this document than --min-doc-chars demands.",
        help: "`tamis clean` removes what is left of it; its paragraphs are kept where other documents have them.",
    },
    RuleInfo {
        rule: Rule::Boilerplate,
        name: "boilerplate",
        judges: Judges::Paragraphs,
        stays: Stays::Nothing,
        is_on: |config| config.boilerplate,
        looks_ahead: true,
        is_quiet: true,
        title: "boilerplate of a source",
        titles: "boilerplate of sources",
        counted: "paragraphs of boilerplate",
        wording: Wording {
            claim: "is boilerplate of its source",
            why_one: "this paragraph recurs in the documents of its source, as credits, notices and navigation do",
            why_several: "these paragraphs recur in the documents of their source, as credits, notices and navigation do",
        },
        description: "These paragraphs recur in the documents of one source as credits, notices and navigation do. All copies are removed.",
        help: "The evidence says in how many documents of the source they appear, and where. --source says what a source is; --keep-places keeps what is named.",
    },
    RuleInfo {
        rule: Rule::Layout,
        name: "layout",
        judges: Judges::Paragraphs,
        stays: Stays::Nothing,
        is_on: |_| true,
        looks_ahead: false,
        is_quiet: true,
        title: "layout without text",
        titles: "layout without text",
        counted: "paragraphs of layout",
        wording: Wording {
            claim: "is layout in a document that has no text left",
            why_one: "it is layout, and its document has no text left",
            why_several: "they are layout, and their document has no text left",
        },
        description: "The other rules leave only layout of this document, such as lines of dashes and fences, so the layout is removed too.",
        help: "Layout is kept where text of its document is kept. No limit counts it; --min-chars 0 compares it as text.",
    },
];

impl Rule {
    /// All rules.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [TABLE[0].rule; TABLE.len()];
        let mut number = 0;
        while number < all.len() {
            all[number] = TABLE[number].rule;
            assert!(all[number] as usize == number, "the rows of the table stand in the order of the rules");
            number += 1;
        }
        all
    };

    fn info(self) -> &'static RuleInfo {
        &TABLE[self as usize]
    }

    /// The rule of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Its name in the ledger, the summary and the formats of reports.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// Units that it judges.
    pub fn judges(self) -> Judges {
        self.info().judges
    }

    /// The text that stays in the place of what the rule removes, if any does.
    pub fn stays(self) -> Stays {
        self.info().stays
    }

    /// Whether it is about whole documents.
    pub fn is_of_documents(self) -> bool {
        self.judges() == Judges::Documents
    }

    /// Whether what it removes stands elsewhere as it is.
    pub fn is_exact(self) -> bool {
        self.stays() == Stays::Same
    }

    /// Whether something stays in the place of what it removes.
    pub fn has_survivor(self) -> bool {
        self.stays() != Stays::Nothing
    }

    /// Whether paragraphs go one for one: each is a copy of the paragraph that stays in its place.
    pub fn is_one_for_one(self) -> bool {
        self.is_exact() && !self.is_of_documents()
    }

    /// Whether it removes anything under these options.
    pub fn is_on(self, config: &DecideConfig) -> bool {
        (self.info().is_on)(config)
    }

    /// Whether the limits of a check count what it removes: layout is no text (contract I4).
    pub fn is_counted(self) -> bool {
        self != Self::Layout
    }

    /// Whether reports name it only where it removed something.
    pub fn is_quiet(self) -> bool {
        self.info().is_quiet
    }

    /// One of its problems, in a few words: `copy of a document`.
    pub fn title(self) -> &'static str {
        self.info().title
    }

    /// All that it removes, in a few words: `copies of documents`.
    pub fn titles(self) -> &'static str {
        self.info().titles
    }

    /// A name for the removed text, to follow a number: `exact duplicates`. For a rule on documents it follows their
    /// number.
    pub fn counted(self) -> &'static str {
        self.info().counted
    }

    /// Sentences about what it removed; about text that stands in an earlier run there are others.
    pub fn wording(self, is_earlier: bool) -> Wording {
        match self.stays() {
            // It stands in nothing but earlier runs.
            Stays::Held => self.info().wording,
            Stays::Alike if is_earlier => EARLIER_ALIKE,
            _ if is_earlier => EARLIER,
            _ => self.info().wording,
        }
    }

    /// The long description of its problems.
    pub fn description(self) -> &'static str {
        self.info().description
    }

    /// Advice on its problems; code stands in backticks.
    pub fn help(self) -> &'static str {
        self.info().help
    }
}

/// Whether a rule is on under these options that looks at the whole corpus first, so that what stays may come after
/// what goes.
pub(crate) fn looks_ahead(config: &DecideConfig) -> bool {
    Rule::ALL.into_iter().any(|rule| rule.info().looks_ahead && rule.is_on(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_something() {
        for info in TABLE {
            let RuleInfo { name, title, titles, counted, wording, description, help, .. } = info;
            let Wording { claim, why_one, why_several } = wording;
            for text in [name, title, titles, counted, claim, why_one, why_several, description, help] {
                assert!(!text.is_empty() && text.trim() == *text, "{info:?}");
            }
            assert!(title.starts_with(|first: char| first.is_ascii_lowercase()), "it may begin a sentence");
        }
    }

    #[test]
    fn only_copies_of_paragraphs_and_what_an_index_brings_go_unasked() {
        let on: Vec<Rule> =
            Rule::ALL.into_iter().filter(|rule| rule.is_on(&DecideConfig::default())).collect();
        assert_eq!(on, [Rule::Exact, Rule::Contaminated, Rule::Layout]);
        assert!(!looks_ahead(&DecideConfig::default()));
    }
}
