//! Programs that are run: the real binary before all, its exit code and its streams.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The binary under test.
pub(crate) const TAMIS: &str = env!("CARGO_BIN_EXE_tamis");

/// A run that takes longer hangs. No run takes a tenth of it, so that a slow or busy machine is not held for a hanging run.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(3);

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Ran {
    /// Exit code, or 1000 and the signal.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 1000 + self.status.signal().unwrap_or_default())
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Checks the exit code (contract X1).
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code(), code, "stdout:\n{}\nstderr:\n{}", self.out(), self.err());
        self
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    Running::start(command).finish()
}

/// A command that runs, its two streams read in the background.
pub(crate) struct Running {
    pub(crate) child: Child,
    started: Instant,
    streams: [Option<thread::JoinHandle<Vec<u8>>>; 2],
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
        let streams = [child.stdout.take().map(in_background), child.stderr.take().map(in_background)];
        Self { child, started: Instant::now(), streams }
    }

    /// Closes standard input and waits for the end.
    pub(crate) fn finish(mut self) -> Ran {
        drop(self.child.stdin.take());
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                break status;
            }
            if self.started.elapsed() > TIMEOUT {
                self.child.kill().expect("a process to kill");
                panic!("it hangs");
            }
            thread::sleep(Duration::from_millis(2));
        };
        let [stdout, stderr] = self
            .streams
            .each_mut()
            .map(|stream| stream.take().map_or_else(Vec::new, |stream| stream.join().expect("a reader")));
        Ran { status, stdout, stderr }
    }
}

fn in_background(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("a pipe");
        bytes
    })
}

/// Whether `program` can be run here.
pub(crate) fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// Says loudly that a test could not do its work here.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
pub(crate) fn skip(test: &str, why: &str) {
    eprintln!("SKIPPED {test}: {why}");
}
