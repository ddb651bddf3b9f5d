//! Encoding damage.

use clap::Args;
use serde::{Deserialize, Serialize};

/// Options about text that was damaged before it came here.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Damage {
    /// Repair text that was decoded with the wrong encoding before it came here [default: false].
    ///
    /// It repairs what lost nothing, such as UTF-8 read as Latin-1, and tells of the rest. HTML references are decoded in
    /// documents that are not about HTML. Paragraphs are compared as they are repaired.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Encoding damage")]
    fix_encoding: Option<bool>,
}
