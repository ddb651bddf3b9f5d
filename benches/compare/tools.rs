//! The programs that run: `tamis`, and commands that a user would type instead.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::shape::Shape;

/// The program this bench is about.
const TAMIS: &str = env!("CARGO_BIN_EXE_tamis");
const POLARS: &str = include_str!("peers/polars_lines.py");
const DUCKDB: &str = include_str!("peers/duckdb_lines.sql");
const DUCKDB_PYTHON: &str = "import sys, duckdb; duckdb.execute(sys.argv[1])";

/// A tool on the shapes it can read.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Its name in tables and for `--only`.
    pub(crate) name: &'static str,
    /// The shapes it runs on.
    pub(crate) shapes: &'static [Shape],
    /// Ways to call it; the first one installed is taken.
    ways: &'static [Way],
    /// The job: the fate of the lines.
    pub(crate) result: Deduplication,
}

/// The form of a tool's result, which says how it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deduplication {
    /// This is us: the result must be right, to the line.
    Ours,
    /// Repeated lines are gone: the number of lines is compared, and a difference noted.
    Lines,
    /// A copy: nothing is checked.
    Nothing,
}

/// One way to call a tool.
#[derive(Debug)]
struct Way {
    /// A command that succeeds if the tool is installed and whose first line of output tells its version.
    probe: &'static [&'static str],
    call: fn(&Job) -> Call,
}

/// The task of a tool.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    /// The corpus: a file or a directory.
    pub(crate) input: &'a Path,
    /// Where its result goes; nothing is there yet, and the directory above is empty.
    pub(crate) output: &'a Path,
}

/// A command line.
#[derive(Debug)]
pub(crate) struct Call {
    /// The program and its arguments.
    pub(crate) arguments: Vec<OsString>,
    /// The file for standard input, if it is read.
    pub(crate) stdin: Option<PathBuf>,
    /// The file for standard output, if the result goes there.
    pub(crate) stdout: Option<PathBuf>,
}

/// A tool that is installed.
#[derive(Debug)]
pub(crate) struct Installed {
    /// The first line it says about its version.
    pub(crate) version: String,
    /// Makes the command line for a job.
    pub(crate) call: fn(&Job) -> Call,
}

/// All tools, in the order they run.
pub(crate) const TOOLS: &[Tool] = &[
    Tool {
        name: "tamis",
        shapes: &Shape::ALL,
        result: Deduplication::Ours,
        ways: &[Way { probe: &[TAMIS, "--version"], call: |job| tamis(job, &[]) }],
    },
    Tool {
        name: "tamis-1-thread",
        shapes: &Shape::ALL,
        result: Deduplication::Ours,
        ways: &[Way { probe: &[TAMIS, "--version"], call: |job| tamis(job, &["--threads", "1"]) }],
    },
    Tool {
        name: "tamis-512MB",
        shapes: &[Shape::File, Shape::Jsonl],
        result: Deduplication::Ours,
        ways: &[Way { probe: &[TAMIS, "--version"], call: |job| tamis(job, &["--memory", "512MB"]) }],
    },
    Tool {
        name: "tamis-256MiB",
        shapes: &[Shape::File, Shape::Jsonl],
        result: Deduplication::Ours,
        ways: &[Way { probe: &[TAMIS, "--version"], call: |job| tamis(job, &["--memory", "256MiB"]) }],
    },
    Tool {
        name: "tamis-to-jsonl",
        shapes: &[Shape::Tree],
        result: Deduplication::Ours,
        ways: &[Way { probe: &[TAMIS, "--version"], call: |job| tamis(job, &["--to", "jsonl"]) }],
    },
    Tool {
        name: "gzip-dc",
        shapes: &[Shape::Gzip],
        result: Deduplication::Nothing,
        ways: &[Way {
            probe: &["gzip", "--version"],
            call: |job| shell("cat \"$0\"/*.gz | gzip -dc > /dev/null", job),
        }],
    },
    Tool {
        name: "gzip-dc-by-2",
        shapes: &[Shape::Gzip],
        result: Deduplication::Nothing,
        ways: &[Way {
            probe: &["gzip", "--version"],
            call: |job| shell("ls \"$0\"/*.gz | xargs -P2 -n1 gzip -dc > /dev/null", job),
        }],
    },
    Tool {
        name: "cp",
        shapes: &Shape::ALL,
        result: Deduplication::Nothing,
        ways: &[Way {
            probe: &["cp", "--version"],
            call: |job| {
                Call::new(["cp".as_ref(), "-r".as_ref(), job.input.as_os_str(), job.output.as_os_str()])
            },
        }],
    },
    Tool {
        name: "polars",
        shapes: &[Shape::File],
        result: Deduplication::Lines,
        ways: &[Way {
            probe: &["python3", "-c", "import polars; print('polars', polars.__version__)"],
            call: |job| python(&[POLARS.as_ref(), job.input.as_os_str(), job.output.as_os_str()]),
        }],
    },
    Tool {
        name: "duckdb",
        shapes: &[Shape::File],
        result: Deduplication::Lines,
        ways: &[
            Way {
                probe: &["duckdb", "--version"],
                call: |job| Call::new(["duckdb".as_ref(), "-c".as_ref(), duckdb_query(job).as_os_str()]),
            },
            Way {
                probe: &["python3", "-c", "import duckdb; print('duckdb', duckdb.__version__)"],
                call: |job| python(&[DUCKDB_PYTHON.as_ref(), duckdb_query(job).as_os_str()]),
            },
        ],
    },
    Tool {
        name: "sort-u",
        shapes: &[Shape::File],
        result: Deduplication::Lines,
        ways: &[Way { probe: &["sort", "--parallel=2", "--version"], call: sort_unique }],
    },
    Tool {
        name: "huniq",
        shapes: &[Shape::File],
        result: Deduplication::Lines,
        ways: &[Way {
            probe: &["huniq", "--version"],
            call: |job| Call {
                stdin: Some(job.input.to_owned()),
                stdout: Some(job.output.to_owned()),
                ..Call::new(["huniq"])
            },
        }],
    },
    Tool {
        name: "gawk",
        shapes: &[Shape::File],
        result: Deduplication::Lines,
        ways: &[Way {
            probe: &["gawk", "--version"],
            call: |job| Call {
                stdout: Some(job.output.to_owned()),
                ..Call::new([
                    "env".as_ref(),
                    "LC_ALL=C".as_ref(),
                    "gawk".as_ref(),
                    "!seen[$0]++".as_ref(),
                    job.input.as_os_str(),
                ])
            },
        }],
    },
];

impl Tool {
    /// Finds out whether the tool is installed.
    pub(crate) fn find(&self) -> Option<Installed> {
        self.ways.iter().find_map(|way| {
            let (program, arguments) = way.probe.split_first()?;
            let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let version = said.lines().next().unwrap_or_default().to_owned();
            output.status.success().then_some(Installed { version, call: way.call })
        })
    }
}

impl Call {
    fn new<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        Self { arguments, stdin: None, stdout: None }
    }
}

fn tamis(job: &Job, more: &[&str]) -> Call {
    let mut call = Call::new([TAMIS, "clean"]);
    call.arguments.push(job.input.into());
    call.arguments.push("--out".into());
    call.arguments.push(job.output.into());
    call.arguments.push("--quiet".into());
    call.arguments.extend(more.iter().map(OsString::from));
    call
}

/// A line of shell; the corpus is `$0`.
fn shell(line: &str, job: &Job) -> Call {
    Call::new(["sh".as_ref(), "-c".as_ref(), line.as_ref(), job.input.as_os_str()])
}

/// GNU `sort -u` by bytes: quick, but the order of the lines is lost.
fn sort_unique(job: &Job) -> Call {
    let mut call = Call::new(["env", "LC_ALL=C", "sort", "-u", "--parallel=2", "-o"]);
    call.arguments.push(job.output.into());
    call.arguments.push(job.input.into());
    call
}

fn python(arguments: &[&OsStr]) -> Call {
    Call::new(["python3".as_ref(), "-c".as_ref()].iter().chain(arguments))
}

fn duckdb_query(job: &Job) -> OsString {
    let quoted = |path: &Path| path.to_string_lossy().replace('\'', "''");
    DUCKDB.replace("$INPUT", &quoted(job.input)).replace("$OUTPUT", &quoted(job.output)).into()
}
