//! What can be typed. Every option is optional here; [`crate::settings`] joins flags, file and defaults.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueHint};
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use tamis::config::{EncodingErrors, MatchMode, Repair, Scope, SplitMode, TargetFormat};
use tamis::document::Kind;

use crate::near::Near;
use crate::size::ByteSize;

/// A fine sieve for text corpora: removes repeated paragraphs and accounts for every one.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Tamis {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the inputs out again without repeated paragraphs.
    #[command(after_help = CLEAN_HELP)]
    Clean(Box<CleanArgs>),
    /// Pass or fail by what cleaning would remove: a step in CI.
    #[command(after_help = crate::check::HELP)]
    Check(Box<crate::check::CheckArgs>),
    /// Say what is there, before any cleaning.
    #[command(after_help = INSPECT_HELP)]
    Inspect(Box<InspectArgs>),
    /// Audit what `clean` made: every paragraph of the inputs is in OUT or accounted for, and nothing else is there.
    #[command(after_help = crate::verify::HELP)]
    Verify(Box<crate::verify::VerifyArgs>),
    /// Show why paragraphs or documents went, beside what stays in their place.
    #[command(after_help = crate::explain::HELP)]
    Explain(crate::explain::ExplainArgs),
    /// List the documents that went as a whole, by the document that stays in their place.
    #[command(after_help = crate::clusters::HELP)]
    Clusters(crate::clusters::ClustersArgs),
    /// Write the page of a run: what went by rule, directory and length, and its groups side by side.
    #[command(after_help = crate::report::HELP)]
    Report(crate::report::ReportArgs),
    /// Look into, merge or export indexes of earlier runs.
    #[command(after_help = crate::index::HELP)]
    Index(crate::index::IndexArgs),
    /// Print the configuration that `clean` would run with, and where each value comes from.
    Config(Box<CleanArgs>),
    /// Print a completion script.
    Completions {
        /// The shell to complete for.
        shell: clap_complete::Shell,
    },
    /// Print a manual page.
    Man {
        /// A command's page; without it, the page of tamis itself.
        command: Option<String>,
    },
}

const CLEAN_HELP: &str = "\
OUT holds the cleaned documents and nothing else. Beside it, OUT.tamis holds summary.json, \
removed.jsonl.zst (every removed paragraph and where its twin stands), rejected.jsonl and run.json.

Every option can stand in tamis.toml (in the current directory, or --config FILE) under its long name; \
a flag beats the file.

Exit codes: 0 done, 2 error and nothing was published, 3 done but some inputs were rejected, 130 interrupted.";

const INSPECT_HELP: &str = "\
Reads everything as `clean` would, with the same options and tamis.toml, and writes nothing: formats, encodings, \
sizes, scripts, and what would be skipped or rejected and why. Always exits 0 unless there is nothing to read.";

/// Inputs and options of `inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Files, directories and FIFOs to look at; `-` is standard input.
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub(crate) inputs: Vec<PathBuf>,

    /// Look at the files named in FILE too, one a line or each ended by NUL; `-` is standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files_from: Option<PathBuf>,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// Print no progress.
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) splitting: Splitting,

    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Worker threads; never changes what is printed [default: one a core].
    #[arg(long, value_name = "N", help_heading = "Configuration")]
    pub(crate) threads: Option<usize>,

    /// Read the configuration from FILE instead of ./tamis.toml.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Configuration")]
    pub(crate) config: Option<PathBuf>,

    /// Read no configuration file.
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub(crate) no_config: bool,
}

impl From<InspectArgs> for CleanArgs {
    /// The options that inspecting has in common with cleaning.
    fn from(args: InspectArgs) -> Self {
        let InspectArgs { inputs, files_from, json, quiet, splitting, reading, threads, config, no_config } =
            args;
        let (json, quiet) = (json.then_some(true), quiet.then_some(true));
        let options = Options { files_from, splitting, reading, json, quiet, threads, ..Options::default() };
        Self { inputs, options, config, no_config }
    }
}

/// Inputs and options of `clean`.
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// Files, directories and FIFOs to clean; `-` is standard input.
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) options: Options,

    /// Read the configuration from FILE instead of ./tamis.toml.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Configuration")]
    pub(crate) config: Option<PathBuf>,

    /// Read no configuration file.
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub(crate) no_config: bool,
}

/// The options, as flags and as keys of `tamis.toml`.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Options {
    /// The inputs, in the file only.
    #[arg(skip)]
    pub(crate) input: Option<Vec<PathBuf>>,

    /// What `check` lets pass and tells, in the file only; elsewhere these are flags of `check`.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check: Option<crate::check::GateOptions>,

    /// Read the files named in FILE too, one a line or each ended by NUL; `-` is standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files_from: Option<PathBuf>,

    /// Write the cleaned documents to this directory; `-` is standard output.
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,

    /// With `--out -`: write the record of the run to this directory.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) record: Option<PathBuf>,

    /// Replace an OUT that is not empty, in one step, when the new one is complete.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) force: Option<bool>,

    /// Do everything but write.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) dry_run: Option<bool>,

    /// Write documents in this form [default: the form they came in].
    #[arg(long, value_name = "FORMAT", value_parser = targets())]
    pub(crate) to: Option<TargetFormat>,

    /// Bytes of a shard of `--to jsonl` or `--to parquet`, about [default: 512MiB].
    #[arg(long, value_name = "SIZE")]
    pub(crate) shard_size: Option<ByteSize>,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) splitting: Splitting,

    /// Which paragraphs count as the same [default: canonical].
    #[arg(long = "match", value_name = "MODE", value_parser = match_modes(), help_heading = "Paragraphs")]
    #[serde(rename = "match")]
    pub(crate) matching: Option<MatchMode>,

    /// Where a paragraph must be the first of its kind [default: corpus].
    #[arg(long, value_name = "SCOPE", value_parser = scopes(), help_heading = "Paragraphs")]
    pub(crate) scope: Option<Scope>,

    /// Never remove paragraphs with fewer than N characters of key text [default: 0].
    #[arg(long, value_name = "N", help_heading = "Paragraphs")]
    pub(crate) min_chars: Option<u64>,

    /// Count paragraphs of earlier runs as earlier, by the index FILE, and add this run to it when OUT is complete;
    /// without FILE there it is made.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    pub(crate) index: Option<PathBuf>,

    /// Count paragraphs of the index FILE as earlier, and leave it as it is; can be given several times.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    pub(crate) against: Option<Vec<PathBuf>>,

    /// What this run is called in the index [default: the name of OUT].
    #[arg(long, value_name = "NAME", help_heading = "Earlier runs")]
    pub(crate) run_name: Option<String>,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) near: Near,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) reading: Reading,

    /// Put the text of exact duplicates into the ledger too.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reporting")]
    pub(crate) ledger_text: Option<bool>,

    /// Print the summary as JSON instead of the account.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reporting")]
    pub(crate) json: Option<bool>,

    /// Print no progress and no account.
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reporting")]
    pub(crate) quiet: Option<bool>,

    /// Log what happens; twice, every file that is left out.
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = "Reporting")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) verbose: u8,

    /// Worker threads; never changes the output [default: one a core].
    #[arg(long, value_name = "N", help_heading = "Configuration")]
    pub(crate) threads: Option<usize>,

    /// Most memory, from 256MiB up; what needs more goes to disk. Never changes the output [default: half of the
    /// machine's or container's].
    #[arg(long, value_name = "SIZE", help_heading = "Configuration")]
    pub(crate) memory: Option<ByteSize>,

    /// Go on with what a run into the same OUT left that was killed or could not write; if it left nothing, begin at
    /// the beginning.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Configuration")]
    pub(crate) resume: Option<bool>,

    /// Seal what is done each time so much input is, for --resume [default: 1GiB].
    #[arg(long, value_name = "SIZE", help_heading = "Configuration")]
    pub(crate) seal_every: Option<ByteSize>,

    /// Put what does not fit in memory into this directory while the run lasts [default: beside OUT].
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Configuration")]
    pub(crate) spill_dir: Option<PathBuf>,
}

/// How documents are cut, as flags and as keys of `tamis.toml`.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Splitting {
    /// What a paragraph is [default: line].
    #[arg(long, value_name = "MODE", value_parser = split_modes(), help_heading = "Paragraphs")]
    pub(crate) split: Option<SplitMode>,

    /// What happens to each line first [default: basic].
    #[arg(long, value_name = "MODE", value_parser = repairs(), help_heading = "Paragraphs")]
    pub(crate) repair: Option<Repair>,
}

/// How inputs are read, as flags and as keys of `tamis.toml`.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Reading {
    /// The field that holds a record's text, as a dotted path [default: text].
    #[arg(long, value_name = "PATH", help_heading = "Reading")]
    pub(crate) text_field: Option<String>,

    /// The field that names a record in the ledger [default: id].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) id_field: Option<String>,

    /// Read only files that match this glob; can be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "Reading")]
    pub(crate) include: Option<Vec<String>>,

    /// Leave out files that match this glob; can be given several times, and beats --include.
    #[arg(long, value_name = "GLOB", help_heading = "Reading")]
    pub(crate) exclude: Option<Vec<String>>,

    /// The encoding of text that is not UTF-8 and has no byte order mark [default: detected].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) encoding: Option<String>,

    /// What happens to a document with bytes that are no text in its encoding [default: reject].
    #[arg(long, value_name = "MODE", value_parser = encoding_errors(), help_heading = "Reading")]
    pub(crate) encoding_errors: Option<EncodingErrors>,

    /// Reject longer documents [default: 256MiB for what is unpacked and for records].
    #[arg(long, value_name = "SIZE", help_heading = "Reading")]
    pub(crate) max_document_size: Option<ByteSize>,

    /// Follow symbolic links inside directories.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reading")]
    pub(crate) follow: Option<bool>,

    /// What standard input holds, or a FIFO whose name does not say it [default: text].
    #[arg(long, value_name = "FORMAT", value_parser = input_formats(), help_heading = "Reading")]
    pub(crate) input_format: Option<Kind>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(count: &u8) -> bool {
    *count == 0
}

/// Parses one of these names, each with its help, into the library's type.
pub(crate) fn one_of<T>(names: &[(&'static str, &'static str)]) -> impl TypedValueParser<Value = T> + use<T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let values = names.iter().map(|&(name, help)| PossibleValue::new(name).help(help));
    PossibleValuesParser::new(values.collect::<Vec<_>>()).try_map(|name| {
        let name: StrDeserializer<'_, ValueError> = name.as_str().into_deserializer();
        T::deserialize(name)
    })
}

fn split_modes() -> impl TypedValueParser<Value = SplitMode> {
    one_of(&[
        ("line", "every line that is not blank"),
        ("block", "a run of lines that are not blank (hard-wrapped text)"),
        ("sentence", "every sentence of a line (UAX #29)"),
    ])
}

fn repairs() -> impl TypedValueParser<Value = Repair> {
    one_of(&[
        ("basic", "remove control and zero-width characters, trim both ends"),
        ("none", "leave lines as they are"),
    ])
}

pub(crate) fn match_modes() -> impl TypedValueParser<Value = MatchMode> {
    one_of(&[
        ("exact", "the repaired text itself"),
        ("canonical", "NFKC; runs of white space as one space; no control or format characters"),
        ("loose", "canonical, case-folded, letters, marks and numbers only"),
    ])
}

pub(crate) fn scopes() -> impl TypedValueParser<Value = Scope> {
    one_of(&[("corpus", "in the whole corpus"), ("document", "in its own document")])
}

fn input_formats() -> impl TypedValueParser<Value = Kind> {
    one_of(&Kind::ALL.map(|kind| (kind.name(), kind.what())))
}

fn targets() -> impl TypedValueParser<Value = TargetFormat> {
    one_of(&[
        ("txt", "a text file a document"),
        ("jsonl", "shards of JSON Lines: id, path, text, and the fields the document came with"),
        ("parquet", "shards of Parquet: id, path, text, and fields, the JSON of the others"),
    ])
}

fn encoding_errors() -> impl TypedValueParser<Value = EncodingErrors> {
    one_of(&[("reject", "it is rejected"), ("replace", "each becomes U+FFFD and is counted")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Tamis::command().debug_assert();
    }
}
