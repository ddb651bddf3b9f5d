//! `tamis index build`: an index of what is cleaned already, or never will be.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use tamis::config::MatchMode;
use tamis::{self, Destination};

use crate::args::{CleanArgs, Options, Reading, Splitting, match_modes};
use crate::exit::Exit;
use crate::settings::Settings;
use crate::size::ByteSize;

pub(super) const HELP: &str = "\
Reads everything as `clean` would, with the same options and tamis.toml, and writes nothing but the index: FILE is \
made, or the run is added to it. Use it for a benchmark's texts, or for what was cleaned before there was an index.

Exit codes: 0 done, 2 error and the index is as it was, 3 done but some inputs were rejected, 130 interrupted.";

/// Inputs and options of `index build`.
#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// Files, directories and FIFOs to read; `-` is standard input.
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    inputs: Vec<PathBuf>,

    /// The index.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    index: PathBuf,

    /// What the inputs are called in it.
    #[arg(long, value_name = "NAME")]
    run_name: String,

    /// Read the files named in FILE too, one a line or each ended by NUL; `-` is standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files_from: Option<PathBuf>,

    /// Print no progress.
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    splitting: Splitting,

    /// Which paragraphs count as the same [default: canonical].
    #[arg(long = "match", value_name = "MODE", value_parser = match_modes(), help_heading = "Paragraphs")]
    matching: Option<MatchMode>,

    /// Leave out paragraphs with fewer than N characters of key text [default: 0].
    #[arg(long, value_name = "N", help_heading = "Paragraphs")]
    min_chars: Option<u64>,

    #[command(flatten)]
    reading: Reading,

    /// Worker threads; never changes the index [default: one a core].
    #[arg(long, value_name = "N", help_heading = "Configuration")]
    threads: Option<usize>,

    /// Most memory, from 256MiB up [default: half of the machine's or container's].
    #[arg(long, value_name = "SIZE", help_heading = "Configuration")]
    memory: Option<ByteSize>,

    /// Read the configuration from FILE instead of ./tamis.toml.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Configuration")]
    config: Option<PathBuf>,

    /// Read no configuration file.
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    no_config: bool,
}

pub(super) fn build(args: BuildArgs) -> anyhow::Result<Exit> {
    let BuildArgs { inputs, index, run_name, files_from, quiet, splitting, matching, min_chars, .. } = args;
    let BuildArgs { reading, threads, memory, config, no_config, .. } = args;
    let options = Options {
        index: Some(index),
        run_name: Some(run_name),
        files_from,
        quiet: quiet.then_some(true),
        splitting,
        matching,
        min_chars,
        reading,
        threads,
        memory,
        ..Options::default()
    };
    let mut settings = Settings::load(&CleanArgs { inputs, options, config, no_config })?;
    // Of what cleaning can be set to only what makes a paragraph counts here.
    settings.config.decide = tamis::config::DecideConfig::default();
    settings.config.history.against.clear();
    let roots = settings.roots()?;
    let progress = crate::start(settings.verbose, settings.quiet)?;
    let outcome = tamis::clean_roots(roots, &Destination::Nowhere, &settings.config, &progress);
    progress.finish(&Destination::Nowhere);
    Ok(if outcome?.summary.num_rejected() > 0 { Exit::SomeRejected } else { Exit::Done })
}
