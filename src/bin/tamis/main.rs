//! The command `tamis`: the only room with flags, terminals, signals and exit codes. Everything it does with
//! text it asks of the library.

mod account;
mod args;
mod check;
mod clusters;
mod config_file;
mod exit;
mod explain;
mod index;
mod inspection;
mod list;
mod near;
mod progress;
mod report;
mod settings;
mod size;
mod sources;
mod verify;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use clap::{CommandFactory, Parser};

use args::{CleanArgs, Command, Tamis};
use exit::Exit;
use progress::Progress;
use settings::Settings;
use tamis::Destination;
use tamis::Error;
use tamis::error::caught;
use tamis::store::DiskOutput;
use tamis::store::path::printable_bytes;

fn main() -> ExitCode {
    print_no_caught_panics();
    outlive_size_limits();
    let command = match Tamis::try_parse() {
        Ok(tamis) => tamis.command,
        Err(error) => return usage(&error),
    };
    let done = match command {
        Command::Clean(args) => Settings::load(&args).and_then(|mut settings| clean(&mut settings)),
        Command::Check(args) => check::check(*args),
        Command::Inspect(args) => {
            Settings::load(&CleanArgs::from(*args)).and_then(|settings| inspect(&settings))
        }
        Command::Verify(args) => verify::verify(*args),
        Command::Explain(args) => start(0, true).and_then(|progress| explain::explain(&args, &progress)),
        Command::Clusters(args) => clusters::clusters(&args),
        Command::Report(args) => start(0, true).and_then(|progress| report::report(&args, &progress)),
        Command::Index(args) => index::index(args),
        Command::Config(args) => {
            Settings::load(&args).and_then(|settings| settings.to_toml()).and_then(|text| print(&text))
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Tamis::command(), "tamis", &mut script);
            print_bytes(&script)
        }
        Command::Man { command } => man(command.as_deref()),
    };
    let exit = done.unwrap_or_else(|error| {
        let exit = Exit::of(&error);
        if exit != Exit::Done {
            report_error(&error);
        }
        exit
    });
    exit.into()
}

/// What an input leads the crates to that read it is told as a rejection, and not beside it as a panic.
fn print_no_caught_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !caught::is_caught() {
            print(panic);
        }
    }));
}

/// A write beyond the limit on the size of files (`ulimit -f`) is an error like that of a full disk: SIGXFSZ, which
/// comes with it, would end the command without a word.
fn outlive_size_limits() {
    // Where the signal cannot be caught it does what it did.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}

/// Ctrl-C, SIGTERM or SIGHUP came.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The OUT beside which a run stages.
static STAGED: OnceLock<PathBuf> = OnceLock::new();

fn inspect(settings: &Settings) -> anyhow::Result<Exit> {
    let roots = settings.roots()?;
    let progress = start(settings.verbose, settings.quiet)?;
    let inspection = tamis::inspect(roots, &settings.config, &progress);
    progress.clear();
    let inspection = inspection?;
    print(&if settings.json { inspection.to_json() } else { inspection::page(&inspection) })
}

/// What every long command begins with.
fn start(verbose: u8, is_quiet: bool) -> anyhow::Result<Progress> {
    start_logging(verbose);
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            // The second time: a read may hang for ever.
            if let Some(staged) = STAGED.get().and_then(|out| DiskOutput::staging_of(out)) {
                note(&format!(
                    "ended at once; what was staged stays in {}, until the next run into the same OUT clears it or goes on \
                     with --resume",
                    staged.display()
                ));
            }
            #[expect(clippy::exit, reason = "the user insists")]
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    })
    .context("cannot listen for Ctrl-C")?;
    let is_drawn = !is_quiet && io::stderr().is_terminal();
    Ok(Progress::new(is_drawn, &INTERRUPTED))
}

fn clean(settings: &mut Settings) -> anyhow::Result<Exit> {
    let destination = settings.destination()?;
    if destination == Destination::Nowhere {
        settings.leave_index();
    }
    let roots = settings.roots()?;
    if let Destination::Directory(out) = &destination {
        STAGED.get_or_init(|| out.clone());
    }
    let progress = start(settings.verbose, settings.quiet)?;
    let outcome = tamis::clean_roots(roots, &destination, &settings.config, &progress);
    progress.finish(&destination);
    // Who cannot go on, or is not the one who works there, is told what to do by the error.
    if let (Err(error), Destination::Directory(out)) = (&outcome, &destination)
        && !matches!(error, Error::Resume { .. } | Error::Busy { .. })
        && let Some(left) = DiskOutput::leftover(out)
    {
        note(&format!("what is done is kept in {}: go on with --resume", left.display()));
    }
    let outcome = outcome?;
    let account = if settings.json {
        outcome.summary.to_json()
    } else if !settings.quiet {
        account::account(&outcome, &destination)
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
        report_error(&error.context("the run is done, but its account is lost")); // exit 2 means: not published
    }
    Ok(if outcome.summary.num_rejected() > 0 { Exit::SomeRejected } else { Exit::Done })
}

/// Logs to standard error: what happens at `-v`, every file that is left out at `-vv`.
fn start_logging(verbose: u8) {
    let level = match verbose {
        0 => tracing::Level::WARN,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    let format = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).with_target(false);
    // A closed standard error is no error (contract X2).
    format.without_time().with_ansi(false).log_internal_errors(false).init();
}

fn man(command: Option<&str>) -> anyhow::Result<Exit> {
    let mut tamis = Tamis::command();
    tamis.build();
    let page = match command {
        None => tamis,
        Some(name) => {
            let found = tamis.get_subcommands().find(|command| command.get_name() == name);
            let found =
                found.with_context(|| format!("{name}: there is no such command; see `tamis --help`"))?;
            found.clone().name(format!("tamis-{name}"))
        }
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    print_bytes(&roff)
}

fn print(text: &str) -> anyhow::Result<Exit> {
    print_bytes(text.as_bytes())
}

/// Prints to standard output; a closed pipe is not an error (contract X2).
fn print_bytes(bytes: &[u8]) -> anyhow::Result<Exit> {
    match print_more(bytes) {
        Err(error) if Exit::of(&error) != Exit::Done => Err(error),
        _ => Ok(Exit::Done),
    }
}

/// Prints a part of what there is to print. A closed pipe is the error that ends the command well.
fn print_more(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Error::PipeClosed.into()),
        written => written.context("cannot write to standard output"),
    }
}

/// Says something on standard error that is no result.
fn note(message: &str) {
    let _ = writeln!(io::stderr(), "tamis: {}", printable_bytes(message.as_bytes())); // nothing can be done if it is gone
}

/// Prints an error. What comes from inputs, a hostile `tamis.toml` included, is escaped.
fn report_error(error: &anyhow::Error) {
    let message = match error.downcast_ref::<Error>() {
        Some(error) => error.to_string(), // it holds its source's message already
        None => format!("{error:#}"),
    };
    let lines: Vec<_> = message.trim_end().lines().map(|line| printable_bytes(line.as_bytes())).collect();
    // Nothing can be done if standard error is gone too.
    let _ = writeln!(io::stderr(), "tamis: {}", lines.join("\n"));
}

/// Prints what clap has to say: help, or what is wrong with the command line.
fn usage(error: &clap::Error) -> ExitCode {
    let plain = error.to_string();
    let is_hostile = plain.lines().any(|line| printable_bytes(line.as_bytes()) != line);
    if is_hostile {
        // A flag from a file name, by way of a glob, say.
        let lines: Vec<_> = plain.lines().map(|line| printable_bytes(line.as_bytes())).collect();
        let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
    } else {
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Failed.code()))
}
