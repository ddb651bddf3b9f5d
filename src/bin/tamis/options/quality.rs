//! The profile by which documents are judged.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::QualityProfile;

use super::choices::one_of;

/// The option about what documents are measured by.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Quality {
    /// Remove documents of low quality, by the signals of a profile [default: off].
    ///
    /// It judges what is left after all other rules, with bounds for the language of each document: Chinese, Japanese,
    /// Korean and Thai are never measured by words between spaces. The ledger names the signal, its value and the bound.
    /// `inspect` removes nothing, and draws how documents score. Bounds of your own stand in tamis.toml.
    #[arg(hide_short_help = true, long, value_name = "PROFILE", value_parser = profiles(), help_heading = "Filters")]
    quality: Option<QualityProfile>,
}

fn profiles() -> impl TypedValueParser<Value = QualityProfile> {
    one_of(&[
        ("off", "measure nothing"),
        (
            "news",
            "error pages, log-in walls, banners, link lists, advertisements, tables of numbers, damaged text",
        ),
        (
            "fineweb2",
            "the filters of FineWeb-2, with its values for Chinese, Japanese, Korean and Thai, and FineWeb's for English",
        ),
        ("gopher", "the filters of Gopher on repetition and quality"),
        ("c4", "the filters of C4: sentences that end, no curly brackets, no lorem ipsum"),
    ])
}
