//! How documents are cut.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::{Repair, SplitMode};

use super::choices::one_of;

/// Options about paragraphs.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Splitting {
    /// What a paragraph is [default: auto].
    #[arg(long, value_name = "MODE", value_parser = split_modes(), help_heading = "Paragraphs")]
    split: Option<SplitMode>,

    /// What happens to each line first [default: basic].
    #[arg(long, value_name = "MODE", value_parser = repairs(), help_heading = "Paragraphs")]
    repair: Option<Repair>,
}

fn split_modes() -> impl TypedValueParser<Value = SplitMode> {
    one_of(&[
        ("auto", "of each document what its beginning shows: block if it is hard-wrapped, else line"),
        ("line", "every line that is not blank"),
        ("block", "a run of lines that are not blank (hard-wrapped text)"),
        ("sentence", "every sentence of a line (UAX #29)"),
        (
            "markdown",
            "a fenced or indented block, a table, a block of HTML, the front matter; every other line",
        ),
    ])
}

fn repairs() -> impl TypedValueParser<Value = Repair> {
    one_of(&[
        ("basic", "remove escape sequences, control and zero-width characters, trim both ends"),
        ("none", "leave lines as they are"),
    ])
}
