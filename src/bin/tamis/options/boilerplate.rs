//! Boilerplate of a source.

use clap::Args;
use serde::{Deserialize, Serialize};
use tamis::config::SourceBy;

/// Options about boilerplate.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Boilerplate {
    /// Remove the boilerplate of each source: credits, notices, navigation [default: off].
    ///
    /// Boilerplate is paragraphs that recur in the documents of one source as its furniture does. All copies go. It needs
    /// at least 3 documents of different text from a source, and does better with 10.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Boilerplate")]
    boilerplate: Option<bool>,

    /// What the source of a document is: url, directory, directory:DEPTH, or the name of a field [default: directory].
    ///
    /// `url` is the host in the field `url` of a record, or in the address of a page; `directory:1` the first directory
    /// of the path. A document without such a field has its directory as its source.
    #[arg(hide_short_help = true, long, value_name = "SOURCE", help_heading = "Boilerplate")]
    source: Option<SourceBy>,
}

/// The key of the option that needs the other.
const SOURCE: &str = "source";

impl Boilerplate {
    /// Whether boilerplate goes.
    pub(super) fn is_on(&self) -> bool {
        self.boilerplate == Some(true)
    }

    /// An option among `flags` that means nothing, as boilerplate stays.
    pub(super) fn idle(&self, flags: &toml::Table) -> Option<&'static str> {
        (!self.is_on() && flags.contains_key(SOURCE)).then_some(SOURCE)
    }
}
