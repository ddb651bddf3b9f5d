//! The options of near-duplicate removal, as flags and as keys of `tamis.toml`.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::{Keep, Limit, NearConfig, NearPreset, NearUnits, Share, Shingle};

use crate::args::one_of;

/// Near-duplicates.
#[expect(clippy::struct_field_names, reason = "the options' names")]
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Near {
    /// Remove near-duplicates too, of documents unless said otherwise [default: off].
    #[arg(long, num_args = 0..=1, default_missing_value = "documents", value_name = "UNITS", value_parser = units(), help_heading = "Near-duplicates")]
    pub(crate) near: Option<NearUnits>,

    /// Settings that belong together; the options below override them [default: strict].
    #[arg(long, value_name = "PRESET", value_parser = presets(), help_heading = "Near-duplicates")]
    pub(crate) near_preset: Option<NearPreset>,

    /// The Jaccard coefficient of their shingles from which on two texts are near-duplicates [default: 0.8].
    #[arg(long, value_name = "SHARE", help_heading = "Near-duplicates")]
    pub(crate) threshold: Option<Share>,

    /// What texts are compared by: runs of N tokens (word:N) or of N characters (char:N) [default: word:5].
    #[arg(long, value_name = "UNIT:N", help_heading = "Near-duplicates")]
    pub(crate) shingle: Option<Shingle>,

    /// The share of the numbers in the same places of two texts that must agree, or off [default: 0.8].
    #[arg(long, value_name = "SHARE", help_heading = "Near-duplicates")]
    pub(crate) number_guard: Option<Limit>,

    /// Also remove a text of whose shingles this share stands in a longer one that stays, or off [default: off].
    #[arg(long, value_name = "SHARE", help_heading = "Near-duplicates")]
    pub(crate) containment: Option<Limit>,

    /// Which of several near-duplicates stays: first, longest, newest:FIELD or priority:FILE [default: first].
    #[arg(long, value_name = "CHOICE", help_heading = "Near-duplicates")]
    pub(crate) keep: Option<Keep>,

    /// Leave paragraphs with fewer than N characters of key text to exact matching [default: 40].
    #[arg(long, value_name = "N", help_heading = "Near-duplicates")]
    pub(crate) near_min_chars: Option<u64>,
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
    /// A flag beats the file.
    pub(crate) fn join(flags: Self, file: Self) -> Self {
        Self {
            near: flags.near.or(file.near),
            near_preset: flags.near_preset.or(file.near_preset),
            threshold: flags.threshold.or(file.threshold),
            shingle: flags.shingle.or(file.shingle),
            number_guard: flags.number_guard.or(file.number_guard),
            containment: flags.containment.or(file.containment),
            keep: flags.keep.or(file.keep),
            near_min_chars: flags.near_min_chars.or(file.near_min_chars),
        }
    }

    /// An option that was typed and means nothing without `--near`.
    pub(crate) fn idle(&self) -> Option<&'static str> {
        let typed = [
            ("near-preset", self.near_preset.is_some()),
            ("threshold", self.threshold.is_some()),
            ("shingle", self.shingle.is_some()),
            ("number-guard", self.number_guard.is_some()),
            ("containment", self.containment.is_some()),
            ("keep", self.keep.is_some()),
            ("near-min-chars", self.near_min_chars.is_some()),
        ];
        typed.into_iter().find(|(_, is_typed)| *is_typed).map(|(name, _)| name)
    }

    /// The configuration: the preset, and what was said beside it.
    pub(crate) fn config(&self) -> anyhow::Result<NearConfig> {
        let preset = NearConfig::preset(self.near_preset.unwrap_or_default());
        let keep = self.keep.clone().unwrap_or(preset.keep);
        let priority = match &keep {
            Keep::Priority(file) if self.near.is_some() => read_priority(Path::new(file))?,
            _ => Vec::new(),
        };
        Ok(NearConfig {
            units: self.near,
            preset: preset.preset,
            threshold: self.threshold.unwrap_or(preset.threshold),
            shingle: self.shingle.unwrap_or(preset.shingle),
            number_guard: self.number_guard.unwrap_or(preset.number_guard),
            containment: self.containment.unwrap_or(preset.containment),
            keep,
            priority,
            min_chars: self.near_min_chars.unwrap_or(preset.min_chars),
        })
    }

    /// The options of a configuration.
    pub(crate) fn effective(config: NearConfig) -> Self {
        Self {
            near: config.units,
            near_preset: Some(config.preset),
            threshold: Some(config.threshold),
            shingle: Some(config.shingle),
            number_guard: Some(config.number_guard),
            containment: Some(config.containment),
            keep: Some(config.keep),
            near_min_chars: Some(config.min_chars),
        }
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
