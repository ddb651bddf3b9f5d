//! Which paragraphs are the same.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::{ExactUnits, MatchMode, Scope};

use super::choices::one_of;

/// Which paragraphs are the same, and which of them go.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Matching {
    /// Which paragraphs count as the same [default: canonical].
    #[arg(long = "match", value_name = "MODE", value_parser = modes(), help_heading = "Paragraphs")]
    #[serde(rename = "match")]
    mode: Option<MatchMode>,

    /// What of several exact copies is removed [default: paragraphs].
    #[arg(long, value_name = "UNITS", value_parser = units(), help_heading = "Paragraphs")]
    exact: Option<ExactUnits>,

    /// Where a paragraph must be the first of its kind [default: corpus].
    #[arg(long, value_name = "SCOPE", value_parser = scopes(), help_heading = "Paragraphs")]
    scope: Option<Scope>,

    /// Never count paragraphs with fewer than N letters, marks, numbers and emoji as duplicates [default: 1].
    #[arg(long, value_name = "N", help_heading = "Paragraphs")]
    min_chars: Option<u64>,
}

fn modes() -> impl TypedValueParser<Value = MatchMode> {
    one_of(&[
        ("exact", "the repaired text itself"),
        ("canonical", "NFKC, but 10⁶ is not 106; no invisible characters; runs of white space as one space"),
        ("loose", "canonical, case-folded, letters, marks and numbers only; signs and units of numbers stay"),
    ])
}

fn units() -> impl TypedValueParser<Value = ExactUnits> {
    one_of(&[
        ("paragraphs", "paragraphs, wherever they stand"),
        ("documents", "whole documents; those that stay are left as they are"),
        ("both", "whole documents, then the paragraphs of those that stay"),
        ("off", "nothing"),
    ])
}

impl Matching {
    /// Whether copies of paragraphs stay, so that documents do as they are.
    pub(super) fn spares_paragraphs(&self) -> bool {
        self.exact.is_some_and(|exact| !exact.has_paragraphs())
    }
}

fn scopes() -> impl TypedValueParser<Value = Scope> {
    one_of(&[("corpus", "in the whole corpus"), ("document", "in its own document")])
}
