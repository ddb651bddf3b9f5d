//! Errors and rejections. An [`Error`] ends a run, and nothing is published. A [`Rejection`] leaves out one input and
//! is listed, and the run goes on (contract X1, X2).
//!
//! Every message names the path, the place in it, the reason and the remedy, and paths are printed
//! with control and bidirectional characters escaped ([`crate::store::path::printable`]).

pub mod caught;
mod reason;

use std::io;
use std::path::PathBuf;

pub use reason::{RejectReason, SkipReason};

use crate::store::path::{printable, printable_bytes};

/// A fatal error: the run stopped and nothing was published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration contradicts itself or holds a value out of range.
    #[error("{0}")]
    Config(String),

    /// There is nothing to read.
    #[error("no input: name at least one file or directory")]
    NoInput,

    /// A check was to hold documents against limits, and found none (contract X3).
    #[error(
        "no document was found{}: nothing was checked; name the inputs or globs that hold the corpus, or add \
         --allow-empty if an empty corpus is fine",
        if skipped.is_empty() { String::new() } else { format!(" (skipped: {skipped})") }
    )]
    NoDocument {
        /// How many files were skipped, by reason.
        skipped: String,
    },

    /// An input named by the caller cannot be used at all.
    #[error("{}: cannot read this input: {source}; check the path and its permissions", printable(path))]
    Input {
        /// The input as given.
        path: PathBuf,
        /// The error that the operating system gave.
        source: io::Error,
    },

    /// An input named by the caller is neither a file nor a directory, nor a FIFO.
    #[error(
        "{}: not a regular file or directory ({kind}); give its content through a file, or `-` for standard input",
        printable(path)
    )]
    InputKind {
        /// The input as given.
        path: PathBuf,
        /// The type of file: socket, device.
        kind: &'static str,
    },

    /// An input is not what it was when it was read first in this run (near-duplicates take several readings).
    #[error(
        "{}: it changed while it was read; wait until no program writes to it, and run again",
        printable_bytes(path)
    )]
    Changed {
        /// Path relative to its input.
        path: Vec<u8>,
    },

    /// Two inputs would be written to one output file (contract O1).
    #[error(
        "{}: the inputs {} and {} would both be written there; rename one, or clean their common parent directory",
        printable_bytes(relative),
        printable(first),
        printable(second)
    )]
    Collision {
        /// The output path both would have, relative to OUT.
        relative: Vec<u8>,
        /// The input that comes first.
        first: PathBuf,
        /// The input that collides with it.
        second: PathBuf,
    },

    /// OUT exists and is not an empty directory (contract O3).
    #[error("{}: exists and is not empty; choose another OUT, or replace it with --force", printable(path))]
    OutputExists {
        /// OUT.
        path: PathBuf,
    },

    /// OUT or its record exists but is nothing this program may replace.
    #[error("{}: exists and {what}; move it away or choose another OUT", printable(path))]
    OutputForeign {
        /// The path that is in the way.
        path: PathBuf,
        /// Why it is not replaced.
        what: String,
    },

    /// OUT lies inside an input or an input inside OUT (contract O3).
    #[error(
        "{}: OUT and the input {} overlap: one contains the other; choose an OUT outside every input",
        printable(output),
        printable(input)
    )]
    OutputOverlapsInput {
        /// OUT.
        output: PathBuf,
        /// The input.
        input: PathBuf,
    },

    /// Another run is writing to the same OUT.
    #[error("{}: another run is writing this OUT; wait for it, or choose another OUT", printable(path))]
    Busy {
        /// OUT.
        path: PathBuf,
    },

    /// An index of earlier runs cannot be used.
    #[error("{}: {what}; {remedy}", printable(path))]
    Index {
        /// The index.
        path: PathBuf,
        /// The fault, and its place.
        what: String,
        /// A sentence about the way to mend it.
        remedy: &'static str,
    },

    /// Another run is updating the same index.
    #[error("{}: another run is updating this index; wait for it, or name another index", printable(path))]
    IndexBusy {
        /// The index.
        path: PathBuf,
    },

    /// There is no account of a run.
    #[error(
        "{}: no record of a run found ({} is missing); name the OUT of `tamis clean`, or its record",
        printable(path),
        printable(missing)
    )]
    NoAccount {
        /// The path that was named.
        path: PathBuf,
        /// The file that would stand there.
        missing: PathBuf,
    },

    /// A file of the record of a run cannot be read back.
    #[error(
        "{}:{} {what}; restore the record that `tamis clean` wrote, or run `tamis clean` again",
        printable(path),
        line.map_or(String::new(), |line| format!("{line}:"))
    )]
    Account {
        /// The file.
        path: PathBuf,
        /// The line in it, from 1.
        line: Option<u64>,
        /// The fault.
        what: String,
    },

    /// Writing the output failed.
    #[error(
        "{}: cannot {operation}: {source}; nothing was published: check free space and permissions there and run again",
        printable(path)
    )]
    Output {
        /// The file or directory.
        path: PathBuf,
        /// The operation that failed: "write", "create", "rename".
        operation: &'static str,
        /// The error that the operating system gave.
        source: io::Error,
    },

    /// There is nothing to go on with.
    #[error("{}: cannot resume: {what}; run again without --resume, from the beginning", printable(path))]
    Resume {
        /// OUT, or what stands in the way.
        path: PathBuf,
        /// Why not.
        what: String,
    },

    /// There is not enough room on disk for what does not fit in memory.
    #[error(
        "{}: the run needs about {} MB there for what does not fit in memory, and {} MB are free; free some space, name a \
         larger disk with --spill-dir, or give more --memory",
        printable(path),
        needed.div_ceil(1_000_000),
        free / 1_000_000
    )]
    Space {
        /// The directory.
        path: PathBuf,
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },

    /// A file that the run wrote for itself does not read back as it was written.
    #[error(
        "{}: damaged at byte {offset}: the run read back other bytes than it wrote; nothing was published: check \
         the disk, or choose another one with --spill-dir, and run again",
        printable(path)
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
    },

    /// A paragraph, line or count is beyond what a run can hold.
    #[error("{}: {what}", printable_bytes(path))]
    Limit {
        /// The source's path relative to its input.
        path: Vec<u8>,
        /// The limit that was passed and what to do.
        what: &'static str,
    },

    /// A report cannot be written.
    #[error("cannot write a report: {source}; check free space and permissions there and run again")]
    Report {
        /// The error that the operating system gave.
        source: io::Error,
    },

    /// The worker threads could not be started.
    #[error("cannot start the worker threads: {0}; try a smaller --threads")]
    Threads(String),

    /// Who read our standard output has closed it: there is nothing left to do.
    #[error("standard output was closed")]
    PipeClosed,

    /// The caller asked the run to stop (Ctrl-C); nothing was published.
    #[error("interrupted: nothing was published")]
    Interrupted,
}

/// Shorthand for results whose error is fatal.
pub type Result<T> = std::result::Result<T, Error>;

/// One input file or record that was left out because something is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Path relative to its input, as raw bytes.
    pub path: Vec<u8>,
    /// Where in the file; `None` for the whole file.
    pub record: Option<RecordPlace>,
    /// Byte offset in the file (or in the line, for a record) at which it went wrong, if known.
    pub byte: Option<u64>,
    /// The kind of fault.
    pub reason: RejectReason,
    /// The fault in words, without the path.
    pub detail: String,
}

/// Place of a record in its container file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordPlace {
    /// Number of the record, counted from 0.
    pub record: u64,
    /// Number of the line it starts on, counted from 1, where records are lines.
    pub line: Option<u64>,
}

impl Rejection {
    /// The rejection as it is shown, and that `more` records of the file have the same fault: a number in words or
    /// digits, or nothing.
    pub fn with_more<'a>(&'a self, more: &'a str) -> impl std::fmt::Display + 'a {
        std::fmt::from_fn(move |f| self.show(f, more))
    }

    fn show(&self, f: &mut std::fmt::Formatter<'_>, more: &str) -> std::fmt::Result {
        f.write_str(&printable_bytes(&self.path))?;
        if let Some(place) = self.record {
            match place.line {
                Some(line) => write!(f, ":{line}")?,
                None => write!(f, "#{}", place.record)?,
            }
        }
        if !more.is_empty() {
            write!(f, " and {more} more records")?;
        }
        write!(f, ": {}", self.detail)?;
        if let Some(byte) = self.byte {
            write!(f, " (at byte {byte})")?;
        }
        write!(f, "; {}", self.reason.remedy())
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.show(f, "")
    }
}
