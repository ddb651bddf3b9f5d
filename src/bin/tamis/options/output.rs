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
    /// Write the cleaned documents to this directory; `-` is standard output.
    #[arg(short, long, visible_alias = "output", value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<AnyPath>,

    /// With `--out -`: write the record of the run to this directory.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) record: Option<AnyPath>,

    /// Replace an OUT that is not empty and that a run wrote, in one step, when the new one is complete.
    #[arg(long, visible_alias = "overwrite", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    force: Option<bool>,

    /// Wait until OUT is on the disk, also where nothing is replaced.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    sync: Option<bool>,

    /// Do everything but write.
    #[arg(short = 'n', long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    dry_run: Option<bool>,

    /// Write documents in this form [default: the form they came in].
    #[arg(long, value_name = "FORMAT", value_parser = targets())]
    to: Option<TargetFormat>,

    /// Bytes of a shard of `--to jsonl` or `--to parquet`, about [default: 512MiB].
    #[arg(long, value_name = "SIZE")]
    shard_size: Option<ByteSize>,

    /// With `--to jsonl` or `--to parquet`: write OUT/README.md, the card that dataset hubs read.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    dataset_card: Option<bool>,
}

/// Options about the ledger.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Ledger {
    /// Put the text of exact duplicates into the ledger too.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reporting")]
    ledger_text: Option<bool>,
}

fn targets() -> impl TypedValueParser<Value = TargetFormat> {
    one_of(&[
        ("txt", "a text file a document"),
        ("jsonl", "shards of JSON Lines: uid, id, path, text, sha256, and the fields the document came with"),
        ("parquet", "shards of Parquet: uid, id, path, text, sha256, and fields, the JSON of the others"),
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
            bail!("record: the record stands beside OUT; --record goes with --out - only");
        }
        Ok(match out {
            _ if self.dry_run.unwrap_or_default() => Destination::Nowhere,
            None => bail!("no --out: name the directory to write to, or use --dry-run"),
            Some(out) if out.as_os_str() == "-" => Destination::Stdout { record: record.cloned() },
            Some(out) => Destination::Directory(out.clone()),
        })
    }
}
