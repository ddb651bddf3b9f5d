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
An index remembers each paragraph that earlier runs kept, so that later runs can remove its duplicates. It is one file \
with about 25 bytes per paragraph. It has no text, only fingerprints and the place of each paragraph.

Runs with --near add about 400 to 600 bytes per document, so that its near-duplicates can be found: a sketch, and numbers \
instead of words. `index build --grams` adds 8 bytes per token, so that a text can be found inside longer ones. Runs with --boilerplate \
add about 12 bytes per paragraph, so that later runs count the documents of a source with theirs.";

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
    /// Show the settings and the runs of an index.
    #[command(after_help = info::HELP)]
    Info(info::InfoArgs),
    /// Add inputs to an index without cleaning them.
    #[command(after_help = super::MORE, after_long_help = build::HELP)]
    Build(Box<build::BuildArgs>),
    /// Merge several indexes into one.
    #[command(after_help = merge::HELP)]
    Merge(merge::MergeArgs),
    /// Print each paragraph of an index as a line of JSON.
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
