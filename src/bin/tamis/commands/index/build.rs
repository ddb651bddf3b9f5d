//! `tamis index build`: an index of what is cleaned already, or never will be.

use clap::Args;
use serde::Serialize;
use tamis::Destination;
use tamis::config::DecideConfig;

use crate::exit::Exit;
use crate::options::{
    ConfigFile, History, Layers, Matching, Memory, Messages, Near, Options, Reading, Settings, Sources,
    Splitting, Threads, hidden,
};
use crate::progress::start;

pub(super) const HELP: &str = "\
Reads everything as `clean` would, with the same options and tamis.toml, and writes nothing but the index: FILE is \
made, or the run is added to it. Use it for a benchmark's texts, or for what was cleaned before there was an index. With \
--near (and its options) near-duplicates of these documents can be found too, and those among them count once.

Exit codes: 0 done, 2 error and the index is as it was, 3 done but some inputs were rejected, 130 interrupted.";

/// Inputs and options of `index build`.
#[derive(Debug, Args, Serialize)]
#[command(
    mut_arg("index", |index| index.required(true).help("The index").help_heading(None)),
    mut_arg("run_name", |name| name.required(true).help("What the inputs are called in it").help_heading(None)),
    mut_arg("min_chars", |min| min.help("Leave out paragraphs with fewer than N letters, marks, numbers and emoji [default: 1]")),
    mut_args(hidden(&["against", "exact", "scope", "keep_places"]))
)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    #[serde(flatten)]
    sources: Sources,

    #[command(flatten)]
    #[serde(flatten)]
    history: History,

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

pub(super) fn build(args: &BuildArgs) -> anyhow::Result<Exit> {
    let mut layers = Layers::read(args, &args.file)?;
    layers.refuse("against", "an index holds its inputs, whatever stands in others; leave it out")?;
    layers.refuse("exact", "an index holds paragraphs; leave it out")?;
    layers.refuse("scope", "an index is about its whole inputs; leave it out")?;
    layers.refuse("keep-places", "an index removes nothing; leave it out")?;
    layers.confine(&["spill-dir"])?;
    layers.forget_key("exact"); // repair depends on it
    layers.forget_key("keep-places");
    let mut settings = Settings::of(layers)?;
    // Of what cleaning can be set to only what makes a paragraph counts here.
    settings.config.decide = DecideConfig { near: settings.config.decide.near, ..DecideConfig::default() };
    settings.config.history.against.clear();
    let Options { sources, messages, .. } = &settings.options;
    let roots = sources.roots()?;
    let progress = start(messages)?;
    let outcome = tamis::clean_roots(roots, &Destination::Nowhere, &settings.config, &progress);
    progress.finish(&Destination::Nowhere);
    Ok(if outcome?.summary.num_rejected() > 0 { Exit::SomeRejected } else { Exit::Done })
}
