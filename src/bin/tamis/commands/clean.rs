//! `tamis clean`, and `tamis config`, which takes the same options.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;
use tamis::store::DiskOutput;
use tamis::{Destination, Error};

use super::repeated::most_repeated;
use crate::exit::Exit;
use crate::options::{ConfigFile, Options, Settings};
use crate::progress::{STAGED, start};
use crate::show::account::{account, record};
use crate::show::screen::Screen;
use crate::terminal::{note, print, report_error};

pub(super) const HELP: &str = "\
OUT has the cleaned documents and nothing else. OUT.tamis, beside it, is the record of the run: summary.json has the \
counts, removed.jsonl.zst (the ledger) lists each removed paragraph with the place where it is kept, rejected.jsonl \
lists inputs that could not be read, and run.json says when and how it ran.

Each option can also be set in tamis.toml, under its long name; a flag wins over the file. tamis reads the file in the \
current directory, or the one that --config names. A file that --config does not name may not set --force, and may only \
write below its own directory.

Exit codes: 0 done; 2 error, nothing was published; 3 done, but some inputs were rejected; 130 interrupted.

Examples:
  tamis clean dump --out clean
      Remove repeated paragraphs from all files in the directory dump.
  tamis clean dump --out clean --near-preset news --text-field article.body
      Also remove edited copies of articles, from records with the text in article.body.
  tamis clean 2026-11-30 --out clean/2026-11-30 --index seen.tamis-index
      Clean one day of a growing corpus, and remove what earlier days already have.";

/// Inputs and options of `clean`.
#[derive(Debug, Args, Serialize)]
pub(crate) struct CleanArgs {
    #[command(flatten)]
    #[serde(flatten)]
    options: Options,

    #[command(flatten)]
    #[serde(skip)]
    file: ConfigFile,
}

/// Prints the configuration.
pub(super) fn config(args: &CleanArgs) -> anyhow::Result<Exit> {
    print(&Settings::load(args, &args.file)?.to_toml())
}

pub(super) fn clean(args: &CleanArgs) -> anyhow::Result<Exit> {
    let mut settings = Settings::load(args, &args.file)?;
    settings.options.sources.check()?;
    let destination = settings.options.output.destination()?;
    if destination == Destination::Nowhere {
        settings.leave_index();
    } else {
        settings.confine()?;
    }
    let Options { sources, json, messages, .. } = &settings.options;
    let roots = sources.roots()?;
    let inputs = roots.clone();
    if let Destination::Directory(out) = &destination {
        STAGED.get_or_init(|| out.clone());
    }
    let progress = start(messages)?;
    let outcome = tamis::clean_roots(roots, &destination, &settings.config, &progress);
    progress.finish(&destination);
    // Who cannot go on, or is not the one who works there, is told what to do by the error.
    if let (Err(error), Destination::Directory(out)) = (&outcome, &destination)
        && !matches!(error, Error::Resume { .. } | Error::Busy { .. })
        && let Some(left) = DiskOutput::leftover(out)
    {
        note(&format!("the finished part is kept in {}: continue with --resume", left.display()));
    }
    let outcome = outcome?;
    // Standard output is the corpus, if it goes there.
    let is_corpus = matches!(destination, Destination::Stdout { .. });
    let screen = if is_corpus { Screen::of(&io::stderr()) } else { Screen::of(&io::stdout()) };
    let account = if json.is_wanted() {
        outcome.summary.to_json()
    } else if !messages.is_quiet() {
        let repeated = record(&destination).map(|record| most_repeated(&record, &inputs));
        screen.fit(&account(&outcome, &destination, &repeated.unwrap_or_default(), screen.width))
    } else {
        String::new()
    };
    let printed = if is_corpus {
        let _ = io::stderr().write_all(account.as_bytes()); // nothing can be done if it is gone
        Ok(Exit::Done)
    } else {
        print(&account)
    };
    if let Err(error) = printed {
        report_error(&error.context("the run is done, but its account cannot be printed")); // exit 2 means: not published
    }
    Ok(if outcome.summary.num_rejected() > 0 { Exit::SomeRejected } else { Exit::Done })
}
