//! Every option of the command, declared once: a field of a group with its flag, its key of `tamis.toml` and its help.
//!
//! A group is a struct of options that belong together. A command takes groups by flattening them; [`Options`] is all of
//! them. What is known of options follows from the declarations: clap lists the flags, which are the keys; serde makes a
//! table of what was typed and of a file. [`layers`] lays these tables over the defaults, which the library's
//! configuration serializes to, and [`settings`] makes a configuration of what comes out.

mod choices;
pub(crate) mod file;
pub(crate) mod gate;
mod history;
mod layers;
pub(crate) mod list;
mod matching;
mod near;
mod output;
mod path;
mod reading;
mod reporting;
mod running;
mod settings;
mod sources;
mod splitting;

use clap::{Arg, Args, Command};
use serde::{Deserialize, Serialize};

pub(crate) use file::ConfigFile;
pub(crate) use gate::GateOptions;
pub(crate) use history::History;
pub(crate) use layers::Layers;
pub(crate) use matching::Matching;
pub(crate) use near::Near;
pub(crate) use output::{Ledger, Output};
pub(crate) use path::AnyPath;
pub(crate) use reading::Reading;
pub(crate) use reporting::{Json, Messages};
pub(crate) use running::{Memory, Recovery, Threads};
pub(crate) use settings::Settings;
pub(crate) use sources::Sources;
pub(crate) use splitting::Splitting;

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

    /// The options of `check`, which are a table of their own in the file and flags of `check` only.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check: Option<GateOptions>,
}

/// The options of a group, as they are declared.
fn arguments<Group: Args>() -> Vec<Arg> {
    Group::augment_args(Command::new("options")).get_arguments().cloned().collect()
}

/// The key of an option: its long name, or the name of the positional one.
fn key(option: &Arg) -> &str {
    option.get_long().unwrap_or_else(|| option.get_id().as_str())
}

/// Hides options of groups, by their fields, that mean nothing to a command; [`Layers::refuse`] says so to who types one.
pub(crate) fn hidden(fields: &'static [&'static str]) -> impl FnMut(Arg) -> Arg {
    move |option: Arg| {
        let is_hidden = fields.contains(&option.get_id().as_str());
        if is_hidden { option.hide(true) } else { option }
    }
}

#[cfg(test)]
mod tests;
