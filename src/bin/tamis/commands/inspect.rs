//! `tamis inspect`: what is there, before any cleaning.

use std::io;

use clap::Args;
use serde::Serialize;

use crate::exit::Exit;
use crate::options::{ConfigFile, Json, Messages, Quality, Reading, Settings, Sources, Splitting, Threads};
use crate::progress::start;
use crate::show::inspection::page;
use crate::show::screen::Screen;
use crate::terminal::print;

pub(super) const HELP: &str = "\
Reads the inputs as `clean` would, with the same options and tamis.toml, and writes nothing. It shows formats, encodings, \
sizes, scripts, how documents score by a profile of quality, and what `clean` would skip or reject, and why. It exits with 0 unless there is nothing to read.

Examples:
  tamis inspect dump
      Show what the directory dump contains.
  tamis inspect dump --include '*.jsonl' --text-field body
      Look only at JSON Lines, with the text in the field body.
  tamis inspect dump --quality news
      Draw how documents score by each signal of a profile, and where it cuts.
  zcat dump.jsonl.gz | tamis inspect - --input-format jsonl --json
      Inspect standard input, and print JSON.";

/// Inputs and options of `inspect`.
#[derive(Debug, Args, Serialize)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    #[serde(flatten)]
    sources: Sources,

    #[command(flatten)]
    #[serde(flatten)]
    splitting: Splitting,

    #[command(flatten)]
    #[serde(flatten)]
    quality: Quality,

    #[command(flatten)]
    #[serde(flatten)]
    reading: Reading,

    #[command(flatten)]
    #[serde(flatten)]
    json: Json,

    #[command(flatten)]
    #[serde(flatten)]
    messages: Messages,

    #[command(flatten)]
    #[serde(flatten)]
    threads: Threads,

    #[command(flatten)]
    #[serde(skip)]
    file: ConfigFile,
}

pub(super) fn inspect(args: &InspectArgs) -> anyhow::Result<Exit> {
    let settings = Settings::load(args, &args.file)?;
    let options = &settings.options;
    let roots = options.sources.roots()?;
    let progress = start(&options.messages)?;
    let inspection = tamis::inspect(roots, &settings.config, &progress);
    progress.clear();
    let inspection = inspection?;
    if options.json.is_wanted() {
        return print(&inspection.to_json());
    }
    let screen = Screen::of(&io::stdout());
    print(&screen.fit(&page(&inspection, screen.width)))
}
