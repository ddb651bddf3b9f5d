//! Every option of the command, declared once: a field of a group with its flag, its key of `tamis.toml` and its help.
//!
//! A group is a struct of options that belong together. A command takes groups by flattening them; [`Options`] is all of
//! them. What is known of options follows from the declarations: clap lists the flags, which are the keys; serde makes a
//! table of what was typed and of a file. [`layers`] lays these tables over the defaults, which the library's
//! configuration serializes to, and [`settings`] makes a configuration of what comes out.

mod all;
mod boilerplate;
mod choices;
mod damage;
mod file;
mod filters;
mod found;
mod gate;
mod history;
mod keys;
mod layers;
pub(crate) mod list;
mod masking;
mod matching;
mod near;
mod output;
mod path;
mod quality;
mod reading;
mod recipe;
mod reporting;
mod running;
mod settings;
mod sources;
mod splitting;
mod table;

pub(crate) use all::Options;
pub(crate) use boilerplate::Boilerplate;
pub(crate) use damage::Damage;
pub(crate) use file::{ConfigFile, DEFAULT_NAME};
pub(crate) use filters::Filters;
pub(crate) use gate::{BEFORE, GateOptions};
pub(crate) use history::History;
pub(crate) use keys::{hidden, secondary};
pub(crate) use layers::Layers;
pub(crate) use masking::Masking;
pub(crate) use matching::Matching;
pub(crate) use near::Near;
pub(crate) use path::AnyPath;
pub(crate) use quality::Quality;
pub(crate) use reading::Reading;
pub(crate) use recipe::Recipes;
pub(crate) use reporting::{Json, Messages};
pub(crate) use running::{Memory, Threads};
pub(crate) use settings::Settings;
pub(crate) use sources::Sources;
pub(crate) use splitting::Splitting;
pub(crate) use table::table;

#[cfg(test)]
mod tests;
