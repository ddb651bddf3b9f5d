//! Options about the output: what is written, and where.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::builder::TypedValueParser;
use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use tamis::Destination;
use tamis::config::{ByteSize, TargetFormat};

use super::choices::one_of;
use super::path::AnyPath;

/// Where documents are written to, and how.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Output {
    /// Write to this directory, or `-`.
    ///
    /// The directory gets the cleaned documents and nothing else; `-` is standard output. The record of the run is
    /// written beside it, to OUT.tamis.
    #[arg(short, long, visible_alias = "output", value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<AnyPath>,

    /// With --out -: write the record of the run to this directory.
    #[arg(hide_short_help = true, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) record: Option<AnyPath>,

    /// Replace the OUT of an earlier run.
    ///
    /// The old OUT is replaced in one step, when the new one is complete. A directory that no run wrote is never
    /// replaced.
    #[arg(long, visible_alias = "overwrite", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    force: Option<bool>,

    /// Wait until OUT is safe on the disk. Runs with --force or --index always wait.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    sync: Option<bool>,

    /// Do everything except writing.
    #[arg(short = 'n', long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    dry_run: Option<bool>,

    /// Write all documents in one format [default: the format of each input].
    #[arg(hide_short_help = true, long, value_name = "FORMAT", value_parser = targets())]
    to: Option<TargetFormat>,

    /// Approximate size of a shard of --to jsonl or --to parquet [default: 512MiB].
    #[arg(hide_short_help = true, long, value_name = "SIZE")]
    shard_size: Option<ByteSize>,

    /// With `--to jsonl` or `--to parquet`: write OUT/README.md, the card that dataset hubs read.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    dataset_card: Option<bool>,
}

/// Options about the ledger.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Ledger {
    /// Write the text of exact duplicates to the ledger too.
    ///
    /// The ledger always has the text of near-duplicates.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reporting")]
    ledger_text: Option<bool>,
}

fn targets() -> impl TypedValueParser<Value = TargetFormat> {
    one_of(&[
        ("txt", "a text file for each document"),
        ("jsonl", "shards of JSON Lines with uid, id, path, text, sha256 and all other fields"),
        (
            "parquet",
            "shards of Parquet with uid, id, path, text, sha256, and fields: all other fields as JSON",
        ),
    ])
}

impl Output {
    /// Without a word it is written.
    pub(super) fn defaults() -> Self {
        Self { dry_run: Some(false), ..Self::default() }
    }

    /// Where `clean` writes to.
    pub(crate) fn destination(&self) -> anyhow::Result<Destination> {
        let [out, record] = [&self.out, &self.record].map(|path| path.as_ref().map(|AnyPath(path)| path));
        if record.is_some() && out.map(PathBuf::as_path) != Some(Path::new("-")) {
            bail!("record: the record is written beside OUT; use --record only with --out -");
        }
        Ok(match out {
            _ if self.dry_run.unwrap_or_default() => Destination::Nowhere,
            None => bail!("no --out: name the directory to write to, or try it with --dry-run"),
            Some(out) if out.as_os_str() == "-" => Destination::Stdout { record: record.cloned() },
            Some(out) => Destination::Directory(out.clone()),
        })
    }
}
