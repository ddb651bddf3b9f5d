//! The display of a run that works: a bar on long work, the inputs that were rejected, the log; and how a run is
//! told to stop.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tamis::Destination;
use tamis::Observer;
use tamis::account::names::REJECTED;
use tamis::error::{Rejection, SkipReason};
use tamis::observe::Stage;
use tamis::store::{DiskOutput, path};

use crate::exit::Exit;
use crate::options::Messages;
use crate::show::account::record;
use crate::terminal::note;

/// Work shorter than this shows no bar.
const LONG: Duration = Duration::from_millis(500);
/// More rejections than this are in the record only.
const MAX_SHOWN: u64 = 10;

/// Ctrl-C, SIGTERM or SIGHUP came.
pub(crate) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The OUT beside which a run stages.
pub(crate) static STAGED: OnceLock<PathBuf> = OnceLock::new();

/// Starts a long command: its log, its bar, its signals.
pub(crate) fn start(messages: &Messages) -> anyhow::Result<Progress> {
    start_logging(messages.verbose);
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            // The second time: a read may hang for ever.
            if let Some(staged) = STAGED.get().and_then(|out| DiskOutput::staging_of(out)) {
                note(&format!(
                    "ended at once; what was staged stays in {}, until the next run into the same OUT clears it or \
                     goes on with --resume",
                    staged.display()
                ));
            }
            #[expect(clippy::exit, reason = "the user insists")]
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    })
    .context("cannot listen for Ctrl-C")?;
    let is_drawn = !messages.is_quiet() && io::stderr().is_terminal();
    Ok(Progress::new(is_drawn, &INTERRUPTED))
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

/// Draws a bar on standard error, or nothing.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    is_drawn: bool,
    started: Instant,
    num_files: AtomicU64,
    num_done: AtomicU64,
    num_rejected: AtomicU64,
    /// Files that were skipped with advice.
    num_told: AtomicU64,
    interrupted: &'static AtomicBool,
}

impl Progress {
    fn new(is_drawn: bool, interrupted: &'static AtomicBool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self {
            bar,
            is_drawn,
            started: Instant::now(),
            num_files: AtomicU64::new(0),
            num_done: AtomicU64::new(0),
            num_rejected: AtomicU64::new(0),
            num_told: AtomicU64::new(0),
            interrupted,
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Takes the bar away and says how many more inputs were rejected than were shown.
    pub(crate) fn finish(&self, destination: &Destination) {
        self.clear();
        let more = self.num_rejected.load(Ordering::Relaxed).saturating_sub(MAX_SHOWN);
        if more > 0 {
            let record = record(destination).map(|record| record.join(REJECTED));
            let place = record.map_or(String::new(), |record| format!(": see {}", path::printable(&record)));
            let _ = writeln!(io::stderr(), "tamis: {more} more rejected{place}");
        }
    }

    /// Shows the bar once the work has turned out to be long.
    fn show(&self) {
        if self.is_drawn && self.bar.is_hidden() && self.started.elapsed() > LONG {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        }
    }
}

impl Observer for Progress {
    fn discovered(&self, files: u64, bytes: u64) {
        tracing::info!(files, bytes, "inputs listed");
        // Nobody knows how much standard input will be.
        let template = match bytes {
            0 => "{spinner} {prefix}{decimal_bytes}  {msg}  {decimal_bytes_per_sec}  {elapsed}",
            _ => {
                "{bar:32} {prefix}{percent:>3} %  {decimal_bytes} of {decimal_total_bytes}  {msg}  {decimal_bytes_per_sec}  {eta} left"
            }
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
        if bytes > 0 {
            self.bar.set_length(bytes);
        }
        self.num_files.store(files, Ordering::Relaxed);
        self.bar.reset_eta();
    }

    fn begun(&self, stage: Stage) {
        tracing::info!(stage = stage.name(), "begun");
        self.num_done.store(0, Ordering::Relaxed);
        self.bar.set_position(0);
        self.bar.set_prefix(format!("{}  ", stage.name()));
        self.bar.reset_eta();
    }

    fn searched(&self, files: u64, bytes: u64) {
        self.advanced(files, bytes);
    }

    fn advanced(&self, files: u64, bytes: u64) {
        let done = self.num_done.fetch_add(files, Ordering::Relaxed) + files;
        self.bar.inc(bytes);
        if self.is_drawn {
            self.bar.set_message(format!("{done} of {} files", self.num_files.load(Ordering::Relaxed)));
            self.show();
        }
    }

    fn skipped(&self, file: &[u8], reason: SkipReason) {
        if let Some(remedy) = reason.remedy()
            && self.num_told.fetch_add(1, Ordering::Relaxed) < MAX_SHOWN
        {
            let (file, what) = (path::printable_bytes(file), reason.name().replace('_', " "));
            self.bar.suspend(|| {
                let _ = writeln!(io::stderr(), "tamis: skipped {file}: {what}; {remedy}");
            });
        }
        tracing::debug!(file = %path::printable_bytes(file), reason = reason.name(), "skipped");
    }

    fn rejected(&self, rejection: &Rejection) {
        tracing::debug!(%rejection, "rejected");
        if self.num_rejected.fetch_add(1, Ordering::Relaxed) < MAX_SHOWN {
            self.bar.suspend(|| {
                let _ = writeln!(io::stderr(), "tamis: rejected {rejection}");
            });
        }
    }

    fn is_cancelled(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
