//! Options about messages.

use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};

/// For programs.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Json {
    /// Print JSON instead of text.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reporting")]
    json: Option<bool>,
}

/// For people.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Messages {
    /// Print no progress, no account and no text report.
    #[arg(hide_short_help = true, short, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reporting")]
    quiet: Option<bool>,

    /// Log each step; twice (-vv), also each skipped file.
    #[arg(hide_short_help = true, short, long, action = ArgAction::Count, help_heading = "Reporting")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) verbose: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(count: &u8) -> bool {
    *count == 0
}

impl Json {
    /// Without a word, people read it.
    pub(super) fn defaults() -> Self {
        Self { json: Some(false) }
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.json.unwrap_or_default()
    }
}

impl Messages {
    /// Without a word, people are told.
    pub(super) fn defaults() -> Self {
        Self { quiet: Some(false), ..Self::default() }
    }

    /// Of what takes no time.
    pub(crate) fn none() -> Self {
        Self { quiet: Some(true), ..Self::default() }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet.unwrap_or_default()
    }
}
