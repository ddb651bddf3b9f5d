//! `tamis verify`: an audit of a run that is done.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::{self, BufReader};
use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tamis::account::Settings as RunSettings;
use tamis::account::names::SUMMARY;
use tamis::store::open_file;
use tamis::store::path::printable;
use tamis::{Audit, Config, Destination, Summary};

use crate::exit::Exit;
use crate::options::{AnyPath, ConfigFile, Layers, Options, Settings, hidden};
use crate::progress::start;
use crate::show::account::{grouped, record};
use crate::show::screen::Screen;
use crate::terminal::print;

pub(crate) const HELP: &str = "\
Compares the inputs, OUT and its record (OUT.tamis, or --record DIR). Its code is not that of `clean`. Give it the \
inputs and options of `clean`; those that only say how to write have no effect. It is an error if summary.json names \
other options.

Each paragraph of the inputs must be in OUT once, in its place, or in a line of the ledger whose kept text is in OUT. A \
paragraph that the ledger calls a duplicate must be one, and OUT must contain nothing else. verify also checks each line of \
rejected.jsonl, each figure of summary.json, and the other fields of records, except the headers of web archives. Paragraphs \
of earlier runs are looked up in the indexes of --index and --earlier; without an index they are only counted. The \
similarity of near-duplicates is not measured again.

It prints the first differences, one per line, and how many there are.

Exit codes: 0 no difference, 1 differences found, 2 error, 130 interrupted.

Examples:
  tamis verify dump --out clean
      Audit the run `tamis clean dump --out clean`.
  tamis verify dump --out clean --near-preset news
      Audit a run that removed near-duplicates.
  tamis verify 2026-11-30 --out clean/2026-11-30 --earlier seen.tamis-index
      Also look up, in the index, what the run removed because of earlier runs.";

/// Inputs and options of `verify`.
#[derive(Debug, Args, Serialize)]
#[command(
    mut_arg("out", |out| out.help("The OUT of the run").long_help(None)),
    mut_arg("record", |record| record.help("The record of the run [default: OUT.tamis]").long_help(None)),
    mut_args(hidden(&["against", "force", "sync", "dry_run"]))
)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    #[serde(flatten)]
    options: Options,

    /// Look up paragraphs of earlier runs in the index FILE, as in that of --index. Repeatable.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    #[serde(rename = "against", skip_serializing_if = "Option::is_none")]
    earlier: Option<Vec<AnyPath>>,

    #[command(flatten)]
    #[serde(skip)]
    file: ConfigFile,
}

impl VerifyArgs {
    /// The options of the command and of the file.
    fn settings(&self) -> anyhow::Result<Settings> {
        let flags = Layers::read(&self.options, &ConfigFile::none())?;
        flags.refuse(
            "against",
            "name the OUT of the run with --out, and the index of earlier runs with --earlier",
        )?;
        Settings::load(self, &self.file)
    }
}

pub(super) fn verify(args: &VerifyArgs) -> anyhow::Result<Exit> {
    let settings = args.settings()?;
    let Options { sources, output, json, messages, .. } = &settings.options;
    let Some(AnyPath(out)) = &output.out else {
        bail!("no --out: name the OUT of `tamis clean`");
    };
    if out.as_os_str() == "-" {
        bail!("out -: standard output cannot be read again; verify a run that wrote to a directory");
    }
    let roots = sources.roots()?;
    let record = match &output.record {
        Some(AnyPath(record)) => record.clone(),
        None => record(&Destination::Directory(out.clone())).unwrap_or_default(),
    };
    check_options(&settings.config, &record.join(SUMMARY))?;
    let progress = start(messages)?;
    let audit = tamis::verify(roots, out, &record, &settings.config, &progress);
    progress.clear();
    let audit = audit?;
    let printed = if json.is_wanted() {
        print(&audit.to_json())
    } else if messages.is_quiet() && audit.is_clean() {
        Ok(Exit::Done)
    } else {
        print(&Screen::of(&io::stdout()).fit(&page(&audit)))
    };
    printed.map(|_| if audit.is_clean() { Exit::Done } else { Exit::Broken })
}

/// The differences, and the verdict.
fn page(audit: &Audit) -> String {
    let mut text = String::new();
    for difference in &audit.differences {
        let _ = writeln!(text, "{difference}"); // writing to a String cannot fail
    }
    let (documents, paragraphs) = (grouped(audit.documents), grouped(audit.paragraphs));
    let _ = match audit.num_differences {
        0 => writeln!(
            text,
            "verified: {documents} documents, {paragraphs} paragraphs: {} in OUT, {} accounted for in the ledger{}",
            grouped(audit.kept),
            grouped(audit.removed),
            earlier(audit)
        ),
        1 => writeln!(text, "not verified: 1 difference in {documents} documents, {paragraphs} paragraphs"),
        num => writeln!(
            text,
            "not verified: {} differences in {documents} documents, {paragraphs} paragraphs",
            grouped(num)
        ),
    };
    text
}

/// The line about paragraphs that went for earlier runs, and whether it was looked up.
fn earlier(audit: &Audit) -> String {
    let number = grouped(audit.earlier);
    match audit {
        Audit { earlier: 0, .. } => String::new(),
        Audit { is_looked_up: true, .. } => format!(", {number} of them in earlier runs"),
        _ => {
            format!(", {number} of them in earlier runs, as the ledger says (--earlier FILE checks them)")
        }
    }
}

/// Options that do not decide what is right.
const IDLE: [&str; 2] = ["shard_size", "ledger_text"];

/// Compares the options with those that the summary tells of, if there is one: nobody audits by other rules by
/// accident.
fn check_options(config: &Config, summary: &Path) -> anyhow::Result<()> {
    let file = open_file(summary).ok();
    let told = file.and_then(|file| serde_json::from_reader::<_, Value>(BufReader::new(file)).ok());
    let Some(told) = told.as_ref().and_then(|summary| summary.get("config")) else {
        return Ok(()); // the audit does not need it
    };
    let shown = printable(summary);
    let told = RunSettings::deserialize(told)
        .with_context(|| format!("{shown}: it names options that this version does not know"))?;
    let options = differing(Summary::new(config).config.options(), told.options())?;
    if !options.is_empty() {
        bail!(
            "{shown}: the run had other options: {}; give the options of `tamis clean`",
            options.join(", ")
        );
    }
    Ok(())
}

/// The options that differ, each as `--name (now this, in the run that)`.
fn differing(own: &Config, told: &Config) -> anyhow::Result<Vec<String>> {
    let near = [own, told].map(|config| config.decide.near.units);
    let is_near = |name: &str| -> anyhow::Result<bool> {
        Ok(serde_json::to_value(&own.decide.near)?.get(name).is_some())
    };
    let (own, told) = (serde_json::to_value(own)?, serde_json::to_value(told)?);
    let mut options = Vec::new();
    // An option may be left out where it has no value.
    let names: BTreeSet<&String> =
        [&own, &told].into_iter().filter_map(Value::as_object).flat_map(|options| options.keys()).collect();
    for name in names {
        let [own, told] = [&own, &told].map(|options| options.get(name).unwrap_or(&Value::Null));
        // Where only one of the two searched for near-duplicates, that says it all.
        let is_one = near.contains(&None) && is_near(name)?;
        if own == told || IDLE.contains(&name.as_str()) || is_one && name != "near" {
            continue;
        }
        let shown = |value: &Value| match value {
            Value::Null => "not given".to_owned(),
            Value::String(_) if is_one => "given".to_owned(),
            Value::String(text) => text.clone(),
            Value::Array(places) if name == "keep_places" => match places.len() {
                1 => "1 place".to_owned(),
                number => format!("{number} places"),
            },
            other => other.to_string(),
        };
        let option = if name == "priority" { "keep".to_owned() } else { name.replace('_', "-") };
        options.push(format!("--{option} (now {}, in the run {})", shown(own), shown(told)));
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tamis::config::{NearConfig, NearPreset, NearUnits, SplitMode};

    #[test]
    fn options_that_differ_are_named() {
        let with = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config
        };
        let near = |config: &mut Config| {
            config.decide.near = NearConfig { units: Some(NearUnits::Both), ..NearConfig::default() };
        };
        let own = with(|config| config.matching.min_chars = 3);
        let mut told = with(|config| {
            config.matching.min_chars = 3;
            config.split.split = SplitMode::Block;
            config.write.ledger_text = true;
            config.write.shard_size = Some(5);
            config.decide.filters.min_document_chars = Some(9);
        });
        near(&mut told);
        told.decide.near.threshold = NearConfig::preset(NearPreset::News).threshold;
        let expected = [
            "--min-doc-chars (now not given, in the run 9)",
            "--near (now not given, in the run given)",
            "--split (now auto, in the run block)",
        ];
        assert_eq!(differing(&own, &told).unwrap(), expected);
        let (mut own, mut told) = (with(near), with(near));
        own.decide.near.priority = vec!["a".to_owned()];
        told.decide.near.min_chars = 20;
        let expected = ["--near-min-chars (now 40, in the run 20)", "--keep (now [\"a\"], in the run [])"];
        assert_eq!(differing(&own, &told).unwrap(), expected);
        assert!(differing(&own, &own).unwrap().is_empty());
    }
}
