//! The rules that remove or replace text, in one table: what each judges, what stays in the place of what it removes, and how
//! people are told of it.
//!
//! A new rule is a variant of [`Rule`] and a row of [`TABLE`](table). What removes by it is another matter: a search that
//! fills [`super::Findings`], or a kernel of its own.

mod table;

use crate::config::DecideConfig;
use table::TABLE;

/// A rule that removes or replaces text. The order is that of reports.
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
    /// Documents in other languages than those that were asked for.
    Language,
    /// Documents of low quality.
    Quality,
    /// Documents in which the pattern of a rule of one's own matches.
    CustomDocument,
    /// Paragraphs that recur in the documents of one source as its furniture does.
    Boilerplate,
    /// Paragraphs that a rule of one's own removes.
    Custom,
    /// Text that was decoded with the wrong encoding before it came here.
    Encoding,
    /// Credits in brackets at the end of paragraphs.
    Credit,
    /// Spans of paragraphs in place of which a rule of one's own writes something else.
    Replacement,
    /// Spans of personal data.
    Mask,
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
    /// Spans of paragraphs that stay: something else is written in their place.
    Spans,
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
        if num_paragraphs <= 1 { self.why_one } else { self.why_several }
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

    /// Whether it replaces spans of paragraphs that stay, and removes none.
    pub fn is_of_spans(self) -> bool {
        self.judges() == Judges::Spans
    }

    /// What its evidence calls the name of what it found, if it finds several things: a kind, or a name that a person
    /// gave.
    pub(crate) fn names_by(self) -> &'static str {
        if matches!(self, Self::Mask | Self::Encoding) { "kind" } else { "name" }
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

    /// Whether the limits of a check count what it removes: layout is no text (contract I4), and what replaces a span
    /// removes nothing.
    pub fn is_counted(self) -> bool {
        self != Self::Layout && !self.is_of_spans()
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
