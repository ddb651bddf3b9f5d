//! Earlier runs.

use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use tamis::config::{HistoryConfig, Limit};

use super::path::AnyPath;

/// Options about earlier runs and their index.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct History {
    /// Count paragraphs of earlier runs as earlier, by the index FILE, and add this run to it when OUT is complete;
    /// without FILE there it is made.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    index: Option<AnyPath>,

    /// Count paragraphs of the index FILE as earlier, and leave it as it is; can be given several times.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    against: Option<Vec<AnyPath>>,

    /// Remove a document that has this share of the runs of tokens of a text in an index of --against, if that holds them
    /// (`tamis index build --grams`), or off [default: 0.5].
    #[arg(long, value_name = "SHARE", help_heading = "Earlier runs")]
    contamination: Option<Limit>,

    /// What this run is called in the index [default: the name of OUT].
    #[arg(long, value_name = "NAME", help_heading = "Earlier runs")]
    run_name: Option<String>,
}

impl History {
    /// Without a word there was no earlier run.
    pub(super) fn defaults() -> Self {
        Self { against: Some(Vec::new()), ..Self::default() }
    }

    /// The paths, which the library takes apart from the other options.
    pub(super) fn apply(&self, config: &mut HistoryConfig) {
        config.index = self.index.clone().map(|AnyPath(index)| index);
        config.against = self.against.iter().flatten().map(|AnyPath(index)| index.clone()).collect();
    }
}
