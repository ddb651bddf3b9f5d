//! `tamis index`: the index of earlier runs as a file: what is in it, several as one, and its content as JSON.

mod build;
mod export;
mod info;
mod merge;

use std::path::Path;

use clap::{Args, Subcommand};
use tamis::index::IndexReader;
use tamis::store::index_file;

use crate::exit::Exit;

pub(crate) const HELP: &str = "\
An index remembers every paragraph that survived earlier runs, so that later ones can remove what repeats them. It is \
one file, about 25 bytes a paragraph, and holds no text: fingerprints, and where each paragraph stood. Runs with --near add \
what near-duplicates of their documents are found by, some 400 to 600 bytes each: a sketch, and of their words only numbers. \
`index build --grams` adds 8 bytes a token, so that a text is found inside longer ones.";

/// Commands about an index.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct IndexArgs {
    #[command(subcommand)]
    command: IndexCommand,
}

/// The commands about an index.
#[derive(Debug, Subcommand)]
enum IndexCommand {
    /// Say what is in an index: its settings and its runs.
    #[command(after_help = info::HELP)]
    Info(info::InfoArgs),
    /// Add inputs to an index without cleaning them.
    #[command(after_help = build::HELP)]
    Build(Box<build::BuildArgs>),
    /// Write several indexes as one.
    #[command(after_help = merge::HELP)]
    Merge(merge::MergeArgs),
    /// Print every paragraph of an index as a line of JSON.
    #[command(after_help = export::HELP)]
    Export(export::ExportArgs),
}

pub(crate) fn index(args: IndexArgs) -> anyhow::Result<Exit> {
    match args.command {
        IndexCommand::Build(args) => build::build(&args),
        IndexCommand::Info(args) => info::info(&args),
        IndexCommand::Merge(args) => merge::merge(&args),
        IndexCommand::Export(args) => export::export(&args),
    }
}

/// Opens an index that is only read.
fn open(path: &Path) -> anyhow::Result<IndexReader> {
    Ok(IndexReader::open(index_file::open_for_reading(path)?, path)?)
}
