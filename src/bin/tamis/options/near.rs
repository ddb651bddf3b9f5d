//! Near-duplicates.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::{Keep, Limit, NearConfig, NearPreset, NearUnits, Share, Shingle};

use super::choices::one_of;
use super::keys::{arguments, key};

/// Options about near-duplicates.
#[expect(clippy::struct_field_names, reason = "the options' names")]
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Near {
    /// Remove near-duplicates too, of documents unless said otherwise [default: off].
    #[arg(long, num_args = 0..=1, default_missing_value = "documents", value_name = "UNITS", value_parser = units(), help_heading = "Near-duplicates")]
    near: Option<NearUnits>,

    /// Settings that belong together; the options below override them [default: strict].
    #[arg(long, value_name = "PRESET", value_parser = presets(), help_heading = "Near-duplicates")]
    near_preset: Option<NearPreset>,

    /// The Jaccard coefficient of their shingles from which on two texts are near-duplicates [default: 0.8].
    #[arg(long, value_name = "SHARE", help_heading = "Near-duplicates")]
    threshold: Option<Share>,

    /// What texts are compared by: runs of N tokens (word:N) or of N characters (char:N) [default: word:5].
    #[arg(long, value_name = "UNIT:N", help_heading = "Near-duplicates")]
    shingle: Option<Shingle>,

    /// The share of the numbers in the same places of two texts that must agree; off compares neither numbers nor
    /// replaced words [default: 0.8].
    #[arg(long, value_name = "SHARE", help_heading = "Near-duplicates")]
    number_guard: Option<Limit>,

    /// Also remove a text of whose shingles this share stands in a longer one that stays, or off [default: off].
    #[arg(long, value_name = "SHARE", help_heading = "Near-duplicates")]
    containment: Option<Limit>,

    /// Which of several near-duplicates stays: first, longest, newest:FIELD or priority:FILE [default: first].
    #[arg(long, value_name = "CHOICE", help_heading = "Near-duplicates")]
    keep: Option<Keep>,

    /// Leave paragraphs with fewer than N characters of key text to exact matching [default: 40].
    #[arg(long, value_name = "N", help_heading = "Near-duplicates")]
    near_min_chars: Option<u64>,
}

fn units() -> impl TypedValueParser<Value = NearUnits> {
    one_of(&[
        ("documents", "whole documents, judged on their full text"),
        ("paragraphs", "paragraphs"),
        ("both", "documents, then the paragraphs of those that stay"),
    ])
}

fn presets() -> impl TypedValueParser<Value = NearPreset> {
    one_of(&[
        ("strict", "the same text but for small edits, with the same numbers"),
        ("news", "edited copies of news, but not reports made from one template"),
        ("syndication", "every edited copy; what is made from one template is merged"),
    ])
}

impl Near {
    /// The preset, from which the values come that nobody set.
    pub(super) fn preset(&self) -> NearPreset {
        self.near_preset.unwrap_or_default()
    }

    /// An option among `flags` that means nothing, as near-duplicates are not searched for.
    pub(super) fn idle(&self, flags: &toml::Table) -> Option<String> {
        let options = arguments::<Self>();
        let mut keys = options.iter().map(key);
        keys.find(|key| self.near.is_none() && flags.contains_key(*key)).map(str::to_owned)
    }

    /// The globs of a file that `--keep` names.
    pub(super) fn apply(&self, config: &mut NearConfig) -> anyhow::Result<()> {
        if let (Keep::Priority(file), Some(_)) = (&config.keep, self.near) {
            config.priority = read_priority(Path::new(file))?;
        }
        Ok(())
    }
}

/// The globs of a file, one a line, the best first; blank lines and those that begin with `#` are no globs.
fn read_priority(file: &Path) -> anyhow::Result<Vec<String>> {
    let shown = tamis::store::path::printable(file);
    #[expect(clippy::disallowed_methods, reason = "a list of globs is no document; the store is for corpora")]
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("keep priority:{shown}: cannot read this file of globs"))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let globs: Vec<String> = lines.map(str::to_owned).collect();
    if globs.is_empty() {
        bail!("keep priority:{shown}: it holds no glob; write one a line, the best first");
    }
    Ok(globs)
}
