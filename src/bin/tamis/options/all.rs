//! All groups of options.

use clap::Args;
use serde::{Deserialize, Serialize};
use tamis::config::{CustomRule, QualityBounds};

use super::boilerplate::Boilerplate;
use super::damage::Damage;
use super::filters::Filters;
use super::gate::GateOptions;
use super::history::History;
use super::masking::Masking;
use super::matching::Matching;
use super::near::Near;
use super::output::{Ledger, Output};
use super::quality::Quality;
use super::reading::Reading;
use super::recipe::Recipes;
use super::reporting::{Json, Messages};
use super::running::{Memory, Recovery, Threads};
use super::sources::Sources;
use super::splitting::Splitting;

/// Every option of `clean`, in the order in which help and `tamis config` show them.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Options {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) sources: Sources,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) output: Output,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) splitting: Splitting,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) matching: Matching,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) history: History,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) near: Near,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) recipes: Recipes,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) damage: Damage,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) boilerplate: Boilerplate,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) filters: Filters,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) quality: Quality,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) masking: Masking,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) reading: Reading,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) ledger: Ledger,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) json: Json,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) messages: Messages,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) threads: Threads,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) memory: Memory,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) recovery: Recovery,

    /// Rules of one's own, which stand in the file only.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rule: Vec<CustomRule>,

    /// Bounds of one's own for the signals of a profile, which stand in the file only.
    #[arg(skip)]
    #[serde(rename = "quality-bounds", skip_serializing_if = "QualityBounds::is_empty")]
    pub(crate) quality_bounds: QualityBounds,

    /// The options of `check`, which are a table of their own in the file and flags of `check` only.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check: Option<GateOptions>,
}
