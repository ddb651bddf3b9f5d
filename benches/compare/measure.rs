//! One timed run of a program, measured from outside.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::tools::Call;

/// GNU time, which tells what `std` does not: processor time and memory.
const GNU_TIME: &str = "/usr/bin/time";

/// The cost of one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Time on the clock, in seconds.
    pub(crate) wall: f64,
    /// Processor time and memory, where GNU time is installed.
    pub(crate) usage: Option<Usage>,
}

/// The figures of GNU time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Processor time in user and kernel mode, in seconds.
    pub(crate) cpu: f64,
    /// Greatest resident memory, in bytes.
    pub(crate) peak_bytes: u64,
}

/// Measures programs; knows whether GNU time is installed.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    has_gnu_time: bool,
}

impl Stopwatch {
    /// Looks for GNU time.
    pub(crate) fn new() -> Self {
        let trial = Command::new(GNU_TIME).args(["-f", "%e", "true"]).stderr(Stdio::null()).status();
        Self { has_gnu_time: trial.is_ok_and(|status| status.success()) }
    }

    /// Runs the program in the directory `dir` and waits for it.
    ///
    /// # Errors
    /// The program cannot be started, or fails; the error holds what it wrote to standard error.
    pub(crate) fn run(&self, call: &Call, dir: &Path) -> io::Result<Sample> {
        let usage_file = dir.join("usage");
        let mut command = self.command(call, &usage_file);
        command.current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
        {
            if let Some(path) = &call.stdin {
                command.stdin(File::open(path)?);
            }
            if let Some(path) = &call.stdout {
                command.stdout(File::create(path)?);
            }
        }
        let start = Instant::now();
        let output = command.spawn()?.wait_with_output()?;
        let wall = start.elapsed().as_secs_f64();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(format!("{}: {}", output.status, said.trim())));
        }
        #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
        let usage = fs::read_to_string(&usage_file).ok().as_deref().and_then(parse_usage);
        Ok(Sample { wall, usage })
    }

    /// The command, under GNU time if it is there.
    fn command(&self, call: &Call, usage_file: &Path) -> Command {
        let (program, arguments) = call.arguments.split_first().expect("a call names its program");
        let mut command = if self.has_gnu_time {
            let mut command = Command::new(GNU_TIME);
            command.args(["-f", "%U %S %M", "-o"]).arg(usage_file).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments);
        command
    }
}

/// Reads seconds in user mode, seconds in the kernel and KiB of memory.
fn parse_usage(text: &str) -> Option<Usage> {
    let mut words = text.split_whitespace();
    let (user, system): (f64, f64) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let peak_kib: u64 = words.next()?.parse().ok()?;
    Some(Usage { cpu: user + system, peak_bytes: peak_kib * 1024 })
}
