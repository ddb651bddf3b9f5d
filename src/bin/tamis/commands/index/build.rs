//! `tamis index build`: an index of what is cleaned already, or never will be.

use clap::Args;
use serde::Serialize;
use tamis::Destination;
use tamis::config::DecideConfig;
use tamis::fingerprint::GRAM_LENGTHS;

use crate::exit::Exit;
use crate::options::{
    ConfigFile, History, Layers, Matching, Memory, Messages, Near, Options, Reading, Settings, Sources,
    Splitting, Threads, hidden,
};
use crate::progress::start;
use crate::terminal::{print, report_error};

pub(super) const HELP: &str = "\
Reads the inputs as `clean` would, with the same options and tamis.toml, and writes only the index: it creates FILE, or adds \
a run to it. Use it for the texts of a benchmark, or for a corpus that was cleaned before there was an index. With --near \
(and its options), later runs can find near-duplicates of these documents too. If some of them are near-duplicates of \
each other, the index keeps only the first.

With --grams 13, later runs can find these documents inside longer ones, such as a question in a web page. This takes 8 \
bytes per token. A text of fewer than N tokens is searched for as a whole, if at least 8 of them are words or numbers.

Exit codes: 0 done; 2 error, the index is unchanged; 3 done, but some inputs were rejected; 130 interrupted.";

/// Inputs and options of `index build`.
#[derive(Debug, Args, Serialize)]
#[command(
    mut_arg("index", |index| index.required(true).help("The index").long_help(None).help_heading(None)),
    mut_arg("run_name", |name| name.required(true).help("The name of these inputs in the index").hide_short_help(false).help_heading(None)),
    mut_arg("min_chars", |min| min.help("Leave out paragraphs with fewer than N letters, marks, numbers and emoji [default: 1]").long_help(None)),
    mut_args(hidden(&["against", "contamination", "exact", "scope", "keep_places"]))
)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    #[serde(flatten)]
    sources: Sources,

    #[command(flatten)]
    #[serde(flatten)]
    history: History,

    /// Store all runs of N tokens of each document [default: none].
    ///
    /// With them, `clean` and `check` --against FILE find these documents inside longer ones. N is from 8 to 32; 13 is
    /// usual.
    #[arg(long, value_name = "N", value_parser = grams, help_heading = "Passages")]
    #[serde(skip)]
    grams: Option<usize>,

    #[command(flatten)]
    #[serde(flatten)]
    splitting: Splitting,

    #[command(flatten)]
    #[serde(flatten)]
    matching: Matching,

    #[command(flatten)]
    #[serde(flatten)]
    near: Near,

    #[command(flatten)]
    #[serde(flatten)]
    reading: Reading,

    #[command(flatten)]
    #[serde(flatten)]
    messages: Messages,

    #[command(flatten)]
    #[serde(flatten)]
    threads: Threads,

    #[command(flatten)]
    #[serde(flatten)]
    memory: Memory,

    #[command(flatten)]
    #[serde(skip)]
    file: ConfigFile,
}

/// A length of grams.
fn grams(text: &str) -> Result<usize, String> {
    let (least, most) = (GRAM_LENGTHS.start(), GRAM_LENGTHS.end());
    let length = text.parse().ok().filter(|length| GRAM_LENGTHS.contains(length));
    length.ok_or_else(|| format!("a gram has {least} to {most} tokens; 13 is usual"))
}

pub(super) fn build(args: &BuildArgs) -> anyhow::Result<Exit> {
    let mut layers = Layers::read(args, &args.file)?;
    layers.refuse("against", "an index always holds all its inputs; leave --against out")?;
    layers.refuse("contamination", "an index always holds all its inputs; leave --contamination out")?;
    layers.refuse("exact", "an index always holds paragraphs; leave --exact out")?;
    layers.refuse("scope", "an index always covers its whole inputs; leave --scope out")?;
    layers.refuse("keep-places", "building an index removes nothing; leave --keep-places out")?;
    layers.confine(&["spill-dir"])?;
    layers.forget_key("exact"); // repair depends on it
    layers.forget_key("keep-places");
    let mut settings = Settings::of(layers)?;
    // Of what cleaning can be set to only what makes a paragraph counts here.
    settings.config.decide = DecideConfig { near: settings.config.decide.near, ..DecideConfig::default() };
    settings.config.history.against.clear();
    settings.config.history.grams = args.grams;
    let Options { sources, messages, .. } = &settings.options;
    let roots = sources.roots()?;
    let progress = start(messages)?;
    let outcome = tamis::clean_roots(roots, &Destination::Nowhere, &settings.config, &progress);
    progress.finish(&Destination::Nowhere);
    let outcome = outcome?;
    if !messages.is_quiet()
        && let Some(index) = &settings.config.history.index
        && let Err(error) = super::open(index).and_then(|index| print(&super::info::totals(&index)))
    {
        report_error(&error.context("the index is written, but its totals cannot be printed")); // 2 means: unchanged
    }
    Ok(if outcome.summary.num_rejected() > 0 { Exit::SomeRejected } else { Exit::Done })
}
