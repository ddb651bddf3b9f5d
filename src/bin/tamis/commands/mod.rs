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
mod report;
mod sources;
mod verify;

use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// A fine sieve for text corpora: removes repeated paragraphs and accounts for every one.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Tamis {
    #[command(subcommand)]
    command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the inputs out again without repeated paragraphs.
    #[command(after_help = clean::HELP)]
    Clean(Box<clean::CleanArgs>),
    /// Pass or fail by what cleaning would remove: a step in CI.
    #[command(after_help = check::HELP)]
    Check(Box<check::CheckArgs>),
    /// Set a directory up for `check`: look at it, then write tamis.toml, a baseline and a workflow.
    #[command(after_help = init::HELP)]
    Init(Box<init::InitArgs>),
    /// Say what is there, before any cleaning.
    #[command(after_help = inspect::HELP)]
    Inspect(Box<inspect::InspectArgs>),
    /// Audit what `clean` made: every paragraph of the inputs is in OUT or accounted for, and nothing else is there.
    #[command(after_help = verify::HELP)]
    Verify(Box<verify::VerifyArgs>),
    /// Show why paragraphs or documents went, beside what stays in their place.
    #[command(after_help = explain::HELP)]
    Explain(explain::ExplainArgs),
    /// List the documents that went as a whole, by the document that stays in their place.
    #[command(after_help = clusters::HELP)]
    Clusters(clusters::ClustersArgs),
    /// Write the page of a run: what went by rule, directory and length, and its groups side by side.
    #[command(after_help = report::HELP)]
    Report(report::ReportArgs),
    /// Look into, merge or export indexes of earlier runs.
    #[command(after_help = index::HELP)]
    Index(index::IndexArgs),
    /// Print the configuration that `clean` would run with, and where each value comes from.
    Config(Box<clean::CleanArgs>),
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

impl Tamis {
    /// Does what was asked for.
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.command {
            Command::Clean(args) => clean::clean(&args),
            Command::Check(args) => check::check(&args),
            Command::Init(args) => init::init(&args),
            Command::Inspect(args) => inspect::inspect(&args),
            Command::Verify(args) => verify::verify(&args),
            Command::Explain(args) => explain::explain(&args),
            Command::Clusters(args) => clusters::clusters(&args),
            Command::Report(args) => report::report(&args),
            Command::Index(args) => index::index(args),
            Command::Config(args) => clean::config(&args),
            Command::Completions { shell } => help::completions(shell),
            Command::Man { command } => help::man(command.as_deref()),
        }
    }
}

#[cfg(test)]
mod tests;
