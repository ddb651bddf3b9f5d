//! The commands: what each is given, and what it asks of the library.

mod check;
mod clean;
mod clusters;
mod explain;
mod help;
mod index;
mod init;
mod inspect;
mod outputs;
mod repeated;
mod report;
mod sources;
mod verify;

use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// Removes repeated paragraphs and near-duplicate documents from text corpora, and lists each one with the copy that is kept.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true, after_help = HELP)]
pub(crate) struct Tamis {
    #[command(subcommand)]
    command: Command,
}

const HELP: &str = "\
Start with: tamis inspect DIR, then tamis clean DIR --out OUT, then tamis report OUT.
`tamis COMMAND -h` shows the options that most people need, `tamis COMMAND --help` shows all, with examples.";

/// The last line of a short help.
const MORE: &str = "`--help` shows all options, what each is for, and examples.";

/// The commands: those of daily use first.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what the inputs contain, without changing anything.
    #[command(after_help = MORE, after_long_help = inspect::HELP)]
    Inspect(Box<inspect::InspectArgs>),
    /// Write the inputs to OUT without repeated paragraphs.
    #[command(after_help = MORE, after_long_help = clean::HELP)]
    Clean(Box<clean::CleanArgs>),
    /// Write a page about a run: what it removed, by rule and directory, with examples side by side.
    #[command(after_help = report::HELP)]
    Report(report::ReportArgs),
    /// Fail if the inputs have more duplicates than the limits allow.
    #[command(after_help = MORE, after_long_help = check::HELP)]
    Check(Box<check::CheckArgs>),
    /// Set up a directory for `check`: write tamis.toml, a baseline and a workflow for CI.
    #[command(after_help = init::HELP)]
    Init(Box<init::InitArgs>),
    /// Show why a paragraph or document was removed, beside the text that is kept.
    #[command(after_help = explain::HELP)]
    Explain(explain::ExplainArgs),
    /// List documents that were removed as a whole, grouped by the document that is kept.
    #[command(after_help = clusters::HELP)]
    Clusters(clusters::ClustersArgs),
    /// Audit a run: is each paragraph of the inputs in OUT or in the ledger, and nothing else in OUT?
    #[command(after_help = MORE, after_long_help = verify::HELP)]
    Verify(Box<verify::VerifyArgs>),
    /// Show, build, merge or export indexes of earlier runs.
    #[command(after_help = index::HELP)]
    Index(index::IndexArgs),
    /// Print the configuration that `clean` would use, and where each value comes from.
    #[command(after_help = MORE)]
    Config(Box<clean::CleanArgs>),
    /// Print a completion script for a shell.
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

impl Tamis {
    /// Does what was asked for.
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.command {
            Command::Inspect(args) => inspect::inspect(&args),
            Command::Clean(args) => clean::clean(&args),
            Command::Report(args) => report::report(&args),
            Command::Check(args) => check::check(&args),
            Command::Init(args) => init::init(&args),
            Command::Explain(args) => explain::explain(&args),
            Command::Clusters(args) => clusters::clusters(&args),
            Command::Verify(args) => verify::verify(&args),
            Command::Index(args) => index::index(args),
            Command::Config(args) => clean::config(&args),
            Command::Completions { shell } => help::completions(shell),
            Command::Man { command } => help::man(command.as_deref()),
        }
    }
}

#[cfg(test)]
mod tests;
