//! Earlier runs.

use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use tamis::config::{HistoryConfig, Limit};

use super::path::AnyPath;

/// Options about earlier runs and their index.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct History {
    /// Also remove what earlier runs kept.
    ///
    /// FILE is an index of the paragraphs of earlier runs, for a corpus that grows day by day. tamis creates FILE if it
    /// does not exist, and adds this run to it when OUT is complete.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    index: Option<AnyPath>,

    /// Also compare with the index FILE, without changing it. Repeatable.
    #[arg(hide_short_help = true, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    against: Option<Vec<AnyPath>>,

    /// Remove a document that contains this share of one text of a benchmark, or off [default: 0.5].
    ///
    /// It needs an index of the benchmark that `tamis index build --grams` made. SHARE is measured in runs of tokens.
    #[arg(hide_short_help = true, long, value_name = "SHARE", help_heading = "Earlier runs")]
    contamination: Option<Limit>,

    /// The name of this run in the index [default: the name of OUT].
    #[arg(hide_short_help = true, long, value_name = "NAME", help_heading = "Earlier runs")]
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
