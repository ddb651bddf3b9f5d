//! `tamis clean`, and `tamis config`, which takes the same options.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;
use tamis::store::DiskOutput;
use tamis::{Destination, Error};

use crate::exit::Exit;
use crate::options::{ConfigFile, Options, Settings};
use crate::progress::{STAGED, start};
use crate::show::account::account;
use crate::terminal::{note, print, report_error};

pub(super) const HELP: &str = "\
OUT holds the cleaned documents and nothing else. Beside it, OUT.tamis holds summary.json, \
removed.jsonl.zst (every removed paragraph and where its twin stands), rejected.jsonl and run.json.

Every option can stand in tamis.toml (in the current directory, or --config FILE) under its long name; \
a flag beats the file. A tamis.toml that is found, not named, cannot force, and writes only below its directory.

Exit codes: 0 done, 2 error and nothing was published, 3 done but some inputs were rejected, 130 interrupted.";

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
    let account = if json.is_wanted() {
        outcome.summary.to_json()
    } else if !messages.is_quiet() {
        account(&outcome, &destination)
    } else {
        String::new()
    };
    let printed = match destination {
        // Standard output is the corpus.
        Destination::Stdout { .. } => {
            let _ = io::stderr().write_all(account.as_bytes()); // nothing can be done if it is gone
            Ok(Exit::Done)
        }
        _ => print(&account),
    };
    if let Err(error) = printed {
        report_error(&error.context("the run is done, but its account cannot be printed")); // exit 2 means: not published
    }
    Ok(if outcome.summary.num_rejected() > 0 { Exit::SomeRejected } else { Exit::Done })
}
