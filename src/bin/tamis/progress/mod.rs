//! The display of a run that works: a line about long work ([`plan`]), the inputs that were rejected, the log; and how a
//! run is told to stop.

mod plan;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use tamis::Destination;
use tamis::Observer;
use tamis::account::grouped;
use tamis::account::names::REJECTED;
use tamis::error::{Rejection, SkipReason};
use tamis::observe::{KeptNothing, SourceCounts, Stage};
use tamis::store::{DiskOutput, path};
use tamis::units::count;

use crate::exit::Exit;
use crate::options::Messages;
use crate::show::account::record;
use crate::show::screen::{Screen, is_ci};
use crate::terminal::note;
use plan::{COLUMNS, Plan};

/// Work shorter than this shows no bar.
const LONG: Duration = Duration::from_millis(500);
/// The line is drawn as often as this.
const TICK: Duration = Duration::from_millis(250);
/// More lines about rejections than this are in the record only.
const MAX_SHOWN: usize = 10;
/// Places that kept nothing and are named.
const MAX_PLACES: usize = 5;
/// More records of a file than this that have the same fault are told of in one line.
const MAX_ALIKE: usize = 3;

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
                    "stopped at once; unfinished output is left in {}: the next run into the same OUT clears it, \
                     or continues it with --resume",
                    staged.display()
                ));
            }
            #[expect(clippy::exit, reason = "the user insists")]
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    })
    .context("cannot listen for Ctrl-C")?;
    // What a CI system shows is a log: a line that is drawn over and over would fill it with control characters.
    let is_drawn = !messages.is_quiet() && io::stderr().is_terminal() && !is_ci();
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

/// Rejections, shown when their file is done with: where many records of a file have one fault, in one line.
#[derive(Debug, Default)]
struct Rejected {
    /// Of the file that is being read, by reason.
    groups: Vec<RejectedGroup>,
    num_shown: usize,
    /// Rejections that were not shown with their place.
    num_untold: u64,
}

/// Rejections of one file for one reason.
#[derive(Debug)]
struct RejectedGroup {
    /// The first of them.
    first: Vec<Rejection>,
    number: u64,
}

impl Rejected {
    /// Whether a rejection is of the file that is being read.
    fn is_of(&self, rejection: &Rejection) -> bool {
        self.groups.iter().flat_map(|group| &group.first).all(|first| first.path == rejection.path)
    }

    fn add(&mut self, rejection: &Rejection) {
        let is_alike = |first: &Rejection| {
            (first.reason, first.record.is_some()) == (rejection.reason, rejection.record.is_some())
        };
        match self.groups.iter_mut().find(|group| group.first.first().is_some_and(is_alike)) {
            Some(group) => {
                group.number += 1;
                if group.first.len() < MAX_ALIKE {
                    group.first.push(rejection.clone());
                }
            }
            None => self.groups.push(RejectedGroup { first: vec![rejection.clone()], number: 1 }),
        }
    }

    /// The lines that are to be shown.
    fn take(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        for RejectedGroup { first, number } in self.groups.drain(..) {
            let is_each_told = count(first.len()) == number;
            let told = if is_each_told { &first[..] } else { &first[..1] };
            let room = MAX_SHOWN.saturating_sub(self.num_shown);
            let told = &told[..told.len().min(room)];
            let more = if is_each_told { String::new() } else { grouped(number - 1) };
            lines.extend(told.iter().map(|rejection| rejection.with_more(&more).to_string()));
            self.num_shown += told.len();
            self.num_untold += number - count(told.len());
        }
        lines
    }
}

/// Poisoned only if another thread panicked, and then the run is over.
fn lock(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Draws a line on standard error, or nothing.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    is_drawn: bool,
    started: Instant,
    plan: Arc<Mutex<Plan>>,
    rejected: Mutex<Rejected>,
    /// Files that were skipped with advice.
    num_told: AtomicUsize,
    interrupted: &'static AtomicBool,
}

impl Progress {
    fn new(is_drawn: bool, interrupted: &'static AtomicBool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let plan = Arc::new(Mutex::new(Plan::new(0)));
        let drawn = Arc::clone(&plan);
        // One column is for the cursor.
        let width = Screen::of(&io::stderr()).width.map_or(COLUMNS, |width| COLUMNS.min(width - 1));
        let line = move |_: &ProgressState, out: &mut dyn fmt::Write| {
            let line = lock(&drawn).line(Instant::now(), width);
            let _ = out.write_str(&line); // a line that cannot be drawn is not drawn
        };
        if let Ok(style) = ProgressStyle::with_template("{line}") {
            bar.set_style(style.with_key("line", line));
        }
        Self {
            bar,
            is_drawn,
            started: Instant::now(),
            plan,
            rejected: Mutex::default(),
            num_told: AtomicUsize::new(0),
            interrupted,
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
        self.show_rejected(&mut self.rejected());
    }

    fn rejected(&self) -> MutexGuard<'_, Rejected> {
        // Poisoned only if another thread panicked, and then the run is over.
        self.rejected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what was rejected of the file that was read last.
    fn show_rejected(&self, rejected: &mut Rejected) {
        for line in rejected.take() {
            self.bar.suspend(|| {
                let _ = writeln!(io::stderr(), "tamis: rejected {line}");
            });
        }
    }

    /// Takes the bar away and says how many more inputs were rejected than were shown.
    pub(crate) fn finish(&self, destination: &Destination) {
        self.clear();
        let more = self.rejected().num_untold;
        if more > 0 {
            let record = record(destination).map(|record| record.join(REJECTED));
            let place = record.map_or(String::new(), |record| format!(": see {}", path::printable(&record)));
            let _ = writeln!(io::stderr(), "tamis: {} more rejected{place}", grouped(more));
        }
    }

    /// So much more of the stage is done.
    fn go_on(&self, more: u64) {
        lock(&self.plan).advance(more);
        self.show();
    }

    /// Shows the bar once the work has turned out to be long.
    fn show(&self) {
        if self.is_drawn && self.bar.is_hidden() && self.started.elapsed() > LONG {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
            // What is left grows while nothing seems to happen.
            self.bar.enable_steady_tick(TICK);
        }
    }
}

impl Observer for Progress {
    fn discovered(&self, files: u64, bytes: u64) {
        tracing::info!(files, bytes, "inputs listed");
        *lock(&self.plan) = Plan::new(bytes);
    }

    fn planned(&self, stages: &[Stage]) {
        lock(&self.plan).set_stages(stages);
    }

    fn begun(&self, stage: Stage) {
        tracing::info!(stage = stage.name(), "begun");
        lock(&self.plan).begin(stage, Instant::now());
    }

    fn settling(&self, texts: u64) {
        lock(&self.plan).measure(texts);
    }

    fn settled(&self, texts: u64) {
        self.go_on(texts);
    }

    fn searched(&self, files: u64, bytes: u64) {
        self.advanced(files, bytes);
    }

    fn advanced(&self, files: u64, bytes: u64) {
        if files > 0 {
            self.show_rejected(&mut self.rejected());
        }
        self.go_on(bytes);
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
        let mut rejected = self.rejected();
        if !rejected.is_of(rejection) {
            self.show_rejected(&mut rejected);
        }
        rejected.add(rejection);
    }

    fn kept_nothing(&self, places: &KeptNothing) {
        let KeptNothing { nowhere, idle } = places;
        for (places, what) in [(nowhere, "nothing in the inputs"), (idle, "text that no rule removes")] {
            if places.is_empty() {
                continue;
            }
            let shown = places.iter().take(MAX_PLACES).map(|place| path::printable_bytes(place.as_bytes()));
            let shown = shown.collect::<Vec<_>>().join(", ");
            let more = if places.len() > MAX_PLACES { ", …" } else { "" };
            let number = match places.len() {
                1 => "1 place names".to_owned(),
                number => format!("{} places name", grouped(count(number))),
            };
            self.bar.suspend(|| {
                let line = format!(
                    "tamis: keep-places: {number} {what}: {shown}{more}; mend the list or take them out"
                );
                let _ = writeln!(io::stderr(), "{line}");
            });
        }
    }

    fn counted(&self, sources: &SourceCounts) {
        let SourceCounts { documents, unnamed, sources, small } = *sources;
        let mut lines = Vec::new();
        if unnamed > 0 {
            lines.push(format!(
                "{} of {} documents do not name their source; their directory is their source",
                grouped(unnamed),
                grouped(documents)
            ));
        }
        if small == sources && documents > 0 {
            lines.push(
                "every source has fewer than 3 documents, so nothing recurs; --source says what a source is"
                    .to_owned(),
            );
        }
        self.bar.suspend(|| {
            for line in lines {
                let _ = writeln!(io::stderr(), "tamis: boilerplate: {line}");
            }
        });
    }

    fn is_cancelled(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
