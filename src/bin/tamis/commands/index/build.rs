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

pub(super) const HELP: &str = "\
Reads everything as `clean` would, with the same options and tamis.toml, and writes nothing but the index: FILE is \
made, or the run is added to it. Use it for a benchmark's texts, or for what was cleaned before there was an index. With \
--near (and its options) near-duplicates of these documents can be found too, and those among them count once. With \
--grams 13 a document is found inside longer ones, as a question is in a page: that takes 8 bytes a token. A text \
of fewer than N tokens is looked for as a whole if 8 of them are words or numbers.

Exit codes: 0 done, 2 error and the index is as it was, 3 done but some inputs were rejected, 130 interrupted.";

/// Inputs and options of `index build`.
#[derive(Debug, Args, Serialize)]
#[command(
    mut_arg("index", |index| index.required(true).help("The index").help_heading(None)),
    mut_arg("run_name", |name| name.required(true).help("What the inputs are called in it").help_heading(None)),
    mut_arg("min_chars", |min| min.help("Leave out paragraphs with fewer than N letters, marks, numbers and emoji [default: 1]")),
    mut_args(hidden(&["against", "contamination", "exact", "scope"]))
)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    #[serde(flatten)]
    sources: Sources,

    #[command(flatten)]
    #[serde(flatten)]
    history: History,

    /// Keep all runs of N tokens of each document, so that it is found inside longer ones (`clean` and `check` --against
    /// FILE); 13 is usual, 8 to 32 are possible [default: none are kept].
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
    layers.refuse("against", "an index holds its inputs, whatever stands in others; leave it out")?;
    layers.refuse("contamination", "an index takes in its inputs as they are; leave it out")?;
    layers.refuse("exact", "an index holds paragraphs; leave it out")?;
    layers.refuse("scope", "an index is about its whole inputs; leave it out")?;
    layers.confine(&["spill-dir"])?;
    layers.forget_key("exact"); // repair depends on it
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
    Ok(if outcome?.summary.num_rejected() > 0 { Exit::SomeRejected } else { Exit::Done })
}
