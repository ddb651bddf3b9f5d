//! `tamis inspect`: what is there, before any cleaning.

use clap::Args;
use serde::Serialize;

use crate::exit::Exit;
use crate::options::{ConfigFile, Json, Messages, Reading, Settings, Sources, Splitting, Threads};
use crate::progress::start;
use crate::show::inspection::page;
use crate::terminal::print;

pub(super) const HELP: &str = "\
Reads everything as `clean` would, with the same options and tamis.toml, and writes nothing: formats, encodings, \
sizes, scripts, and what would be skipped or rejected and why. Always exits 0 unless there is nothing to read.";

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
    print(&if options.json.is_wanted() { inspection.to_json() } else { page(&inspection) })
}
