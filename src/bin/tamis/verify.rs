//! `tamis verify`: an audit of a run that is done.

use std::fmt::Write;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Arg, Args, ValueHint};
use serde_json::Value;
use tamis::Summary;
use tamis::account::names::SUMMARY;
use tamis::store::open_file;
use tamis::store::path::printable;
use tamis::{Audit, Destination};

use crate::account::{grouped, record};
use crate::args::CleanArgs;
use crate::exit::Exit;
use crate::settings::Settings;

pub(crate) const HELP: &str = "\
Reads the inputs, OUT and its account (OUT.tamis) and holds them against one another, with other code than that of \
`clean`. Give the inputs and options of `clean`; those of them that only say how to write mean nothing here. If \
OUT.tamis/summary.json tells of other options, that is an error.

Every paragraph of the inputs must stand in OUT, in its place and once, or in a line of the ledger whose survivor stays; \
what the ledger calls a copy must be one; OUT must hold nothing else. Every line of rejected.jsonl and every figure of \
summary.json is counted again. What is said to stand in an earlier run is looked \
up in the indexes of --index and --earlier; without them it is counted only. Of records the other fields are compared too, but \
for the headers of web archives. How alike near-duplicates are is not measured again.

Prints the first differences, one a line, and how many there are.

Exit codes: 0 all is as it should be, 1 something is not, 2 error, 130 interrupted.";

/// Inputs and options of `verify`.
#[derive(Debug, Args)]
#[command(mut_arg("against", of_the_run))]
pub(crate) struct VerifyArgs {
    /// Its `--against` is the OUT here.
    #[command(flatten)]
    clean: CleanArgs,

    /// Look up in the index FILE what the ledger says to stand in earlier runs, as in that of --index; can be given
    /// several times.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    earlier: Option<Vec<PathBuf>>,
}

/// `--against` of `verify`, which had it before `clean` did.
fn of_the_run(against: Arg) -> Arg {
    against
        .help("The OUT of the run [default: that of --out]")
        .value_name("OUT")
        .value_hint(ValueHint::DirPath)
        .help_heading(None)
}

pub(crate) fn verify(args: VerifyArgs) -> anyhow::Result<Exit> {
    let VerifyArgs { mut clean, earlier } = args;
    let against = std::mem::replace(&mut clean.options.against, earlier).unwrap_or_default();
    let settings = Settings::load(&clean)?;
    let out = match against.as_slice() {
        [] => settings.out.as_ref(),
        [out] => Some(out),
        _ => bail!("against: there is one OUT; what is in indexes goes with --earlier"),
    };
    let Some(out) = out else {
        bail!("no --against: name the OUT of `tamis clean`");
    };
    if out.as_os_str() == "-" {
        bail!("against -: what went to standard output is gone; verify what is in a directory");
    }
    let roots = settings.roots()?;
    let record = record(&Destination::Directory(out.clone())).unwrap_or_default();
    check_options(&settings, &record.join(SUMMARY))?;
    let progress = crate::start(settings.verbose, settings.quiet)?;
    let audit = tamis::verify(roots, out, &record, &settings.config, &progress);
    progress.clear();
    let audit = audit?;
    let printed = if settings.json {
        crate::print(&audit.to_json())
    } else if settings.quiet && audit.is_clean() {
        Ok(Exit::Done)
    } else {
        crate::print(&page(&audit))
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

/// What went for earlier runs, and whether it was looked up.
fn earlier(audit: &Audit) -> String {
    let number = grouped(audit.earlier);
    match audit {
        Audit { earlier: 0, .. } => String::new(),
        Audit { is_looked_up: true, .. } => format!(", {number} of them in earlier runs"),
        _ => {
            format!(", {number} of them in earlier runs, by the ledger's word (--earlier FILE looks them up)")
        }
    }
}

/// Options that do not decide what is right.
const IDLE: [&str; 2] = ["shard_size", "ledger_text"];

/// Compares the options with those that the summary tells of, if there is one: nobody audits by other rules by
/// accident.
fn check_options(settings: &Settings, summary: &Path) -> anyhow::Result<()> {
    let file = open_file(summary).ok();
    let told = file.and_then(|file| serde_json::from_reader::<_, Value>(BufReader::new(file)).ok());
    let Some(told) = told.as_ref().and_then(|summary| summary.get("config")) else {
        return Ok(()); // the audit does not need it
    };
    let own = serde_json::to_value(Summary::new(&settings.config).config)?;
    let mut options = Vec::new();
    differing(&own, told, "", &mut options);
    if !options.is_empty() {
        bail!(
            "{}: the run had other options than these: {}; give those that `tamis clean` was given",
            printable(summary),
            options.join(", ")
        );
    }
    Ok(())
}

/// The options that differ, each as `--name: this, there that`.
fn differing(own: &Value, told: &Value, group: &str, options: &mut Vec<String>) {
    if let (Value::Object(own), Value::Object(told)) = (own, told) {
        for (name, own) in own.iter().filter(|(name, _)| !IDLE.contains(&name.as_str())) {
            let told = told.get(name).unwrap_or(&Value::Null);
            differing(own, told, &option(group, name), options);
        }
        return;
    }
    if own != told {
        let shown = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => "not given".to_owned(),
            Value::Object(_) => "given".to_owned(),
            other => other.to_string(),
        };
        options.push(format!("--{group} (here {}, there {})", shown(own), shown(told)));
    }
}

/// The option behind a name in the summary.
fn option(group: &str, name: &str) -> String {
    match (group, name) {
        ("near", "units") => "near".to_owned(),
        ("near", "min_chars") => "near-min-chars".to_owned(),
        ("near", "priority") => "keep".to_owned(),
        _ => name.replace('_', "-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn options_that_differ_are_named() {
        let own = json!({"split": "line", "min_chars": 3, "near": null, "shard_size": null, "new": null});
        let told =
            json!({"split": "block", "min_chars": 3, "near": {"units": "both"}, "shard_size": 5, "old": 1});
        let mut options = Vec::new();
        differing(&own, &told, "", &mut options);
        assert_eq!(options, ["--near (here not given, there given)", "--split (here line, there block)"]);
        let near = |chars: u64| json!({"near": {"units": "both", "min_chars": chars}});
        options.clear();
        differing(&near(40), &near(20), "", &mut options);
        assert_eq!(options, ["--near-min-chars (here 40, there 20)"]);
    }
}
