//! A directory of its own for each test, the real binary run in it, and what it leaves behind, read back.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The binary under test.
pub(crate) const TAMIS: &str = env!("CARGO_BIN_EXE_tamis");

/// A run that takes longer hangs.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// A directory that is gone when the test ends.
pub(crate) struct Sandbox {
    directory: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root().join(relative)
    }

    /// Writes a file and the directories above it.
    pub(crate) fn file(&self, relative: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(&path, content).expect("a file");
        path
    }

    pub(crate) fn read(&self, relative: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(relative);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn read_text(&self, relative: impl AsRef<Path>) -> String {
        String::from_utf8(self.read(relative)).expect("UTF-8")
    }

    pub(crate) fn exists(&self, relative: impl AsRef<Path>) -> bool {
        self.path(relative).symlink_metadata().is_ok()
    }

    /// Everything below a directory of the sandbox: files with their bytes, links with their targets.
    pub(crate) fn tree(&self, relative: impl AsRef<Path>) -> Tree {
        let mut tree = Tree::new();
        collect(&self.path(relative), Path::new(""), &mut tree);
        tree
    }

    /// The command line in this directory, with nothing on standard input.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: &[A]) -> Command {
        let mut command = Command::new(TAMIS);
        command.args(args).current_dir(self.root()).stdin(Stdio::null());
        command
    }

    /// Runs the command line in this directory.
    pub(crate) fn tamis<A: AsRef<OsStr>>(&self, args: &[A]) -> Ran {
        run(&mut self.command(args))
    }

    /// The lines of a run's ledger.
    pub(crate) fn ledger(&self, record: &str) -> Vec<serde_json::Value> {
        let compressed = self.read(Path::new(record).join("removed.jsonl.zst"));
        let lines = zstd::stream::decode_all(compressed.as_slice()).expect("Zstandard");
        json_lines(&lines)
    }

    /// The lines of a run's list of rejections.
    pub(crate) fn rejected(&self, record: &str) -> Vec<serde_json::Value> {
        json_lines(&self.read(Path::new(record).join("rejected.jsonl")))
    }

    /// A run's summary.
    pub(crate) fn summary(&self, record: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(Path::new(record).join("summary.json"))).expect("JSON")
    }
}

fn json_lines(lines: &[u8]) -> Vec<serde_json::Value> {
    let lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("a line of JSON")).collect()
}

/// What stands below a directory, by relative path.
pub(crate) type Tree = BTreeMap<PathBuf, Node>;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Directory,
    File(Vec<u8>),
    Link(PathBuf),
    Special,
}

fn collect(directory: &Path, prefix: &Path, tree: &mut Tree) {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    for entry in entries {
        let entry = entry.expect("an entry");
        let (path, relative) = (entry.path(), prefix.join(entry.file_name()));
        let kind = entry.file_type().expect("a type");
        let node = if kind.is_dir() {
            collect(&path, &relative, tree);
            Node::Directory
        } else if kind.is_symlink() {
            Node::Link(fs::read_link(&path).expect("a link"))
        } else if kind.is_file() {
            Node::File(fs::read(&path).unwrap_or_default()) // a file without permissions is empty to us
        } else {
            Node::Special
        };
        tree.insert(relative, node);
    }
}

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

    /// Checks that standard error holds all of these (contract X2: path, what is wrong, remedy).
    #[track_caller]
    pub(crate) fn says(&self, parts: &[&str]) -> &Self {
        let err = self.err();
        for part in parts {
            assert!(err.contains(part), "{part:?} is not in standard error:\n{err}");
        }
        self
    }

    /// Checks that no terminal would be told to do anything: no escape, no control or bidirectional character.
    #[track_caller]
    pub(crate) fn is_plain(&self) -> &Self {
        for stream in [&self.stdout, &self.stderr] {
            let text = std::str::from_utf8(stream).expect("UTF-8");
            let hostile = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!text.contains(hostile), "{text:?}");
        }
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

    /// Writes to standard input and leaves it open.
    pub(crate) fn type_in(&mut self, input: &[u8]) {
        let stdin = self.child.stdin.as_mut().expect("a pipe to standard input");
        match stdin.write_all(input) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => panic!("standard input: {error}"),
            _ => {}
        }
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

/// A path as text, which all of ours are but those that are not on purpose.
pub(crate) fn shown(path: &Path) -> &str {
    std::str::from_utf8(path.as_os_str().as_bytes()).expect("a path in UTF-8")
}

/// So many lines, each with its LF.
pub(crate) fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|number| line(number) + "\n").collect()
}
