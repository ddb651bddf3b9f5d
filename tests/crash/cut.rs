//! A run of the library that ends at a named step: killed there, or told that the disk fails. It is this very binary,
//! started again with [`ARGUMENTS`] in its environment.
//!
//! The arguments, one a line: `OUT`, `INPUT`, and any number of `KEY=VALUE`. `memory`, `seal-every` (bytes), `threads`,
//! `spill-dir`, `to` (`txt`, `jsonl`) and `resume` are those of the command. `kill=STEP` ends the process at a step
//! as a kill would, `fail=STEP` makes the step fail once, and `room=BYTES` makes every write fail from so many
//! bytes on. A step is `PHASE:KIND:NUMBER`, with one of the phases `stream`, `deal`, `settle` and `write`. With
//! `tell=` the steps there were are printed: phase, kind, and how many.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tamis::config::TargetFormat;
use tamis::observe::Stage;
use tamis::store::{DiskInput, DiskOutput, Recovery, Root};
use tamis::{Config, Error, Observer, discover};

use crate::support::faulty::{Watched, Watcher};
use crate::support::process::run;

/// The variable that holds the arguments.
const ARGUMENTS: &str = "TAMIS_CUT_SHORT";

/// The test that is the program where the variable is set.
const TEST: &str = "the_program_that_is_cut_short";

/// The beginning of a line about a step.
const STEP: &str = "step ";

/// The fault to inject, and the steps that happened.
#[derive(Debug, Default)]
struct Steps {
    kill: Option<String>,
    fail: Option<String>,
    room: Option<u64>,
    written: AtomicU64,
    phase: Mutex<&'static str>,
    seen: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

impl Steps {
    fn enter(&self, phase: &'static str) {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    /// So many bytes are about to be written.
    fn fill(&self, path: &Path, bytes: u64) -> tamis::Result<()> {
        let written = self.written.fetch_add(bytes, Ordering::Relaxed) + bytes;
        match self.room {
            Some(room) if written > room => Err(Error::Output {
                path: path.to_owned(),
                operation: "write",
                source: io::ErrorKind::StorageFull.into(),
            }),
            _ => Ok(()),
        }
    }
}

impl Watcher for Steps {
    fn meet(&self, kind: &'static str, path: &Path, _store: Option<u64>, bytes: u64) -> tamis::Result<()> {
        if kind == "store" && path.ends_with("verdicts") {
            self.enter("settle");
        }
        let phase = *self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let number = seen.entry((phase, kind)).or_default();
        let step = Some(format!("{phase}:{kind}:{number}"));
        *number += 1;
        drop(seen);
        if step == self.kill {
            std::process::abort(); // no destructor runs, as none does after SIGKILL
        }
        if step == self.fail {
            let source = io::Error::other("the disk failed");
            return Err(Error::Output { path: path.to_owned(), operation: "use", source });
        }
        self.fill(path, bytes)
    }
}

impl Observer for Steps {
    fn begun(&self, stage: Stage) {
        self.enter(if stage == Stage::Deciding { "deal" } else { "write" });
    }
}

/// Takes what the arguments say.
fn set(argument: &str, config: &mut Config, steps: &mut Steps) -> Result<(), String> {
    let (key, value) = argument.split_once('=').ok_or(format!("{argument}: no KEY=VALUE"))?;
    let number = || value.parse::<u64>().map_err(|error| format!("{argument}: {error}"));
    match key {
        "memory" => config.memory = Some(number()?),
        "seal-every" => config.recovery.seal_every = Some(number()?),
        "threads" => config.threads = usize::try_from(number()?).unwrap_or_default(),
        "resume" => config.recovery.resume = true,
        "spill-dir" => config.recovery.spill_dir = Some(value.into()),
        "to" => config.write.to = Some(if value == "txt" { TargetFormat::Txt } else { TargetFormat::Jsonl }),
        "boilerplate" => config.decide.boilerplate = true,
        "shard-size" => config.write.shard_size = Some(number()?),
        "kill" => steps.kill = Some(value.to_owned()),
        "fail" => steps.fail = Some(value.to_owned()),
        "room" => steps.room = Some(number()?),
        "tell" => {}
        _ => return Err(format!("{argument}: no such key")),
    }
    Ok(())
}

fn clean(out: &Path, input: &Path, config: &Config, steps: &Arc<Steps>) -> tamis::Result<()> {
    let recovery = Recovery { resume: config.recovery.resume, spill_dir: config.recovery.spill_dir.clone() };
    let output = Watched::new(DiskOutput::recover(out, false, &recovery)?, steps);
    let input = DiskInput::new(vec![Root::look(input)?]).rereadable();
    let list = || discover::discover(input.roots(), &input, &config.read, &**steps);
    tamis::clean_between(&list, &input, &output, config, &**steps).map(drop)
}

/// Runs as these arguments say, and gives back the exit code.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that is driven by tests")]
fn driven(arguments: &str) -> i32 {
    let mut words = arguments.lines();
    let (Some(out), Some(input)) = (words.next(), words.next()) else {
        eprintln!("OUT and INPUT are missing");
        return 2;
    };
    let (mut config, mut steps, mut tells) =
        (Config { threads: 2, ..Config::default() }, Steps::default(), false);
    for argument in words {
        tells |= argument == "tell=";
        if let Err(error) = set(argument, &mut config, &mut steps) {
            eprintln!("{error}");
            return 2;
        }
    }
    steps.enter("stream");
    let steps = Arc::new(steps);
    let done = clean(out.as_ref(), input.as_ref(), &config, &steps);
    if tells {
        for ((phase, kind), number) in &*steps.seen.lock().unwrap_or_else(PoisonError::into_inner) {
            println!("\n{STEP}{phase} {kind} {number}"); // behind what the harness of tests prints
        }
    }
    match done {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{error}");
            2
        }
    }
}

/// The program that is cut short, to which these arguments are given.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args([&format!("cut::{TEST}"), "--exact", "--nocapture"]).env(ARGUMENTS, arguments.join("\n"));
    command
}

/// The steps that a program told of: phase, kind, and how many.
pub(crate) fn told(out: &str) -> BTreeMap<(String, String), u64> {
    let mut steps = BTreeMap::new();
    for line in out.lines().filter_map(|line| line.strip_prefix(STEP)) {
        let words: Vec<&str> = line.split(' ').collect();
        steps.insert((words[0].to_owned(), words[1].to_owned()), words[2].parse().expect("a number"));
    }
    steps
}

/// The program itself, where a test gives it arguments; else a test that it understands no others.
#[test]
#[expect(clippy::exit, reason = "in a process of its own, which ends as a program does")]
fn the_program_that_is_cut_short() {
    if let Ok(arguments) = std::env::var(ARGUMENTS) {
        std::process::exit(driven(&arguments));
    }
    for arguments in
        [&["out"][..], &["out", "in", "kil=x"], &["out", "in", "memory"], &["out", "in", "room=x"]]
    {
        let ran = run(&mut program(arguments));
        ran.exits(2);
        assert!(!ran.err().is_empty(), "{arguments:?}");
    }
}
