//! Masks of personal data.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::MaskKind;

use super::choices::one_of;

/// Options about personal data.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Masking {
    /// Mask personal data of these kinds: email, ip, cn-mobile, cn-id, card [default: none].
    ///
    /// What is masked is in the ledger by kind and place, and nowhere in what the run leaves. Numbers with a check digit are
    /// masked only if it is right; landlines, hotlines and private addresses stay.
    #[arg(hide_short_help = true, long, value_name = "KINDS", value_delimiter = ',', value_parser = kinds(), hide_possible_values = true, help_heading = "Personal data")]
    mask: Option<Vec<MaskKind>>,

    /// Write TEXT in place of what is masked; {kind} in it is the kind [default: [{kind}]].
    #[arg(hide_short_help = true, long, value_name = "TEXT", help_heading = "Personal data")]
    mask_text: Option<String>,

    /// Write what is masked into the ledger [default: false].
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Personal data")]
    ledger_unmasked: Option<bool>,
}

fn kinds() -> impl TypedValueParser<Value = MaskKind> {
    one_of(&[
        ("email", "addresses of e-mail"),
        ("ip", "public network addresses, IPv4 and IPv6"),
        ("cn-mobile", "mobile numbers of mainland China"),
        ("cn-id", "identity card numbers of mainland China"),
        ("card", "numbers of payment cards"),
    ])
}

/// The options that need the first.
const DETAILS: [&str; 2] = ["mask-text", "ledger-unmasked"];

impl Masking {
    /// An option among `flags` that means nothing, as nothing is masked.
    pub(super) fn idle(&self, flags: &toml::Table) -> Option<&'static str> {
        let is_on = self.mask.as_ref().is_some_and(|kinds| !kinds.is_empty());
        DETAILS.into_iter().find(|option| !is_on && flags.contains_key(*option))
    }
}
