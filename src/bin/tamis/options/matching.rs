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
    #[arg(hide_short_help = true, long = "match", value_name = "MODE", value_parser = modes(), help_heading = "Paragraphs")]
    #[serde(rename = "match")]
    mode: Option<MatchMode>,

    /// Which exact duplicates are removed [default: paragraphs].
    #[arg(long, value_name = "UNITS", value_parser = units(), help_heading = "Paragraphs")]
    exact: Option<ExactUnits>,

    /// Where a paragraph is compared with earlier ones [default: corpus].
    #[arg(hide_short_help = true, long, value_name = "SCOPE", value_parser = scopes(), help_heading = "Paragraphs")]
    scope: Option<Scope>,

    /// Keep every paragraph with fewer than N letters, marks, numbers and emoji [default: 1].
    ///
    /// Short paragraphs, such as names and dates, often repeat for a good reason.
    #[arg(hide_short_help = true, long, value_name = "N", help_heading = "Paragraphs")]
    min_chars: Option<u64>,
}

fn modes() -> impl TypedValueParser<Value = MatchMode> {
    one_of(&[
        ("exact", "compare the repaired text as it is"),
        (
            "canonical",
            "ignore width, ligatures, invisible characters and runs of white space (NFKC, but 10⁶ is not 106)",
        ),
        ("loose", "also ignore case and punctuation, but not the signs and units of numbers"),
    ])
}

fn units() -> impl TypedValueParser<Value = ExactUnits> {
    one_of(&[
        ("paragraphs", "paragraphs, wherever they appear"),
        ("documents", "whole documents; the kept ones are not changed"),
        ("both", "whole documents, then paragraphs of the kept ones"),
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
