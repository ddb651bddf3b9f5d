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
    /// How a document is split into paragraphs [default: auto].
    #[arg(long, value_name = "MODE", value_parser = split_modes(), help_heading = "Paragraphs")]
    split: Option<SplitMode>,

    /// How each line is repaired first [default: basic].
    #[arg(hide_short_help = true, long, value_name = "MODE", value_parser = repairs(), help_heading = "Paragraphs")]
    repair: Option<Repair>,
}

fn split_modes() -> impl TypedValueParser<Value = SplitMode> {
    one_of(&[
        ("auto", "block for a document that is hard-wrapped, line for others"),
        ("line", "each line that is not blank"),
        ("block", "lines between blank lines, for hard-wrapped text"),
        ("sentence", "each sentence of a line (UAX #29)"),
        ("markdown", "each block of code, table, HTML block and front matter, and each other line"),
    ])
}

fn repairs() -> impl TypedValueParser<Value = Repair> {
    one_of(&[
        ("basic", "remove escape sequences, control and zero-width characters, trim both ends"),
        ("none", "change nothing"),
    ])
}
