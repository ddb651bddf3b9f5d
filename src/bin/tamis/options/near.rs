//! Near-duplicates.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::{Keep, Limit, NearConfig, NearPreset, NearSwitch, NearUnits, Share, Shingle};
use tamis::store::path::printable;

use super::choices::one_of;
use super::keys::{arguments, key};
use super::path::AnyPath;

/// The key of the option that switches the search on.
const NEAR: &str = "near";

/// Options about near-duplicates.
#[expect(clippy::struct_field_names, reason = "the options' names")]
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Near {
    /// Treat near-duplicates as duplicates too [default: off].
    ///
    /// Near-duplicates are texts that are nearly the same, such as edited copies. Without UNITS, --near compares whole
    /// documents. UNITS come after an equals sign, as in --near=both.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "documents", value_name = "UNITS", value_parser = units(), help_heading = "Near-duplicates")]
    near: Option<NearSwitch>,

    /// Settings for near-duplicates [default: strict].
    ///
    /// A preset sets the options below to values that fit together, and turns --near on. If you give one of them too,
    /// your value counts.
    #[arg(long, value_name = "PRESET", value_parser = presets(), help_heading = "Near-duplicates")]
    near_preset: Option<NearPreset>,

    /// How similar two texts must be to count as near-duplicates [default: 0.8].
    ///
    /// SHARE is the Jaccard similarity: the number of shingles that both texts have, divided by the number of all
    /// shingles of the two.
    #[arg(hide_short_help = true, long, value_name = "SHARE", help_heading = "Near-duplicates")]
    threshold: Option<Share>,

    /// What texts are compared by: runs of N words (word:N) or N characters (char:N) [default: word:5].
    #[arg(hide_short_help = true, long, value_name = "UNIT:N", help_heading = "Near-duplicates")]
    shingle: Option<Shingle>,

    /// Share of the numbers that must agree, or off [default: 0.8].
    ///
    /// Texts made from one template often differ only in numbers. The guard compares the numbers in the same places of
    /// two texts, and replaced words too; off compares neither.
    #[arg(hide_short_help = true, long, value_name = "SHARE", help_heading = "Near-duplicates")]
    number_guard: Option<Limit>,

    /// Also remove a text when this share of its shingles appears in a longer text that is kept, or off [default: off].
    #[arg(hide_short_help = true, long, value_name = "SHARE", help_heading = "Near-duplicates")]
    containment: Option<Limit>,

    /// Which of several near-duplicates is kept: first, longest, newest:FIELD or priority:FILE [default: first].
    #[arg(hide_short_help = true, long, value_name = "CHOICE", help_heading = "Near-duplicates")]
    keep: Option<Keep>,

    /// Search for near-duplicates only among paragraphs of at least N characters [default: 40].
    #[arg(hide_short_help = true, long, value_name = "N", help_heading = "Near-duplicates")]
    near_min_chars: Option<u64>,
}

/// The names of units, with their help.
const UNITS: [(&str, &str); 4] = [
    ("documents", "whole documents"),
    ("paragraphs", "paragraphs"),
    ("both", "whole documents, then paragraphs of the kept ones"),
    ("off", "nothing"),
];

fn units() -> impl TypedValueParser<Value = NearSwitch> {
    one_of(&UNITS)
}

fn presets() -> impl TypedValueParser<Value = NearPreset> {
    one_of(&[
        ("strict", "the same text with small edits and the same numbers"),
        ("news", "edited copies of news, but not reports that share only a template"),
        ("syndication", "every edited copy, also reports that share only a template"),
    ])
}

impl Near {
    /// The preset, from which the values come that nobody set.
    pub(super) fn preset(&self) -> NearPreset {
        self.near_preset.unwrap_or_default()
    }

    /// Whether the search is on if nobody says it, so that a file with all options in it switches nothing on.
    pub(super) fn defaults(asked: &Self) -> Self {
        let switch = asked.units_by_default().map_or(NearSwitch::Off, NearSwitch::On);
        Self { near: Some(switch), ..Self::default() }
    }

    /// What is searched for if nobody says it: a preset switches the search on.
    pub(super) fn units_by_default(&self) -> Option<NearUnits> {
        self.near_preset.map(|_| NearUnits::Documents)
    }

    /// Whether near-duplicates are searched for.
    fn is_on(&self) -> bool {
        self.near.map_or(self.units_by_default(), NearSwitch::units).is_some()
    }

    /// An option among `flags` that means nothing, as near-duplicates are not searched for.
    pub(super) fn idle(&self, flags: &toml::Table) -> Option<String> {
        let options = arguments::<Self>();
        let mut keys = options.iter().map(key).filter(|key| *key != NEAR && !self.is_on());
        keys.find(|key| flags.contains_key(*key)).map(str::to_owned)
    }

    /// Refuses units behind `--near` without an equals sign, which are taken for an input: as long as no file is
    /// called so.
    pub(super) fn check_inputs(flags: &toml::Table, inputs: &[AnyPath]) -> anyhow::Result<()> {
        let is_unit = |path: &Path| UNITS.iter().any(|(name, _)| path.as_os_str() == *name);
        let mistaken = inputs.iter().find(|AnyPath(path)| is_unit(path) && !path.exists());
        match mistaken {
            Some(AnyPath(path)) if flags.contains_key(NEAR) => {
                let name = printable(path);
                bail!(
                    "{name}: no such file or directory; if it is the unit that --near compares, write it after an equals sign: \
                     --near={name}"
                )
            }
            _ => Ok(()),
        }
    }

    /// The globs of a file that `--keep` names.
    pub(super) fn apply(config: &mut NearConfig) -> anyhow::Result<()> {
        if let (Keep::Priority(file), Some(_)) = (&config.keep, config.units) {
            config.priority = read_priority(Path::new(file))?;
        }
        Ok(())
    }
}

/// The globs of a file, one a line, the best first; blank lines and those that begin with `#` are no globs.
fn read_priority(file: &Path) -> anyhow::Result<Vec<String>> {
    let shown = printable(file);
    #[expect(clippy::disallowed_methods, reason = "a list of globs is no document; the store is for corpora")]
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("keep priority:{shown}: cannot read this file of globs"))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let globs: Vec<String> = lines.map(str::to_owned).collect();
    if globs.is_empty() {
        bail!("keep priority:{shown}: it lists no glob; write one per line, the best first");
    }
    Ok(globs)
}
