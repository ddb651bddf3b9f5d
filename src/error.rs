//! What can go wrong: [`Error`] ends a run and nothing is published; [`Rejection`] leaves out one
//! input, is listed, and the run goes on (contract X1, X2).
//!
//! Every message names the path, the place in it, the reason and the remedy, and paths are printed
//! with control and bidirectional characters escaped ([`crate::store::path::printable`]).

use std::io;
use std::path::PathBuf;

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

    /// An input named by the caller cannot be used at all.
    #[error("{}: cannot read this input: {source}; check the path and its permissions", printable(path))]
    Input {
        /// The input as given.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// An input named by the caller is neither a file nor a directory.
    #[error(
        "{}: not a regular file or directory ({kind}); give its content through a file, or `-` for standard input",
        printable(path)
    )]
    InputKind {
        /// The input as given.
        path: PathBuf,
        /// What it is: FIFO, socket, device.
        kind: &'static str,
    },

    /// An input is not what it was when it was read first in this run (near-duplicates take several readings).
    #[error(
        "{}: it changed while it was read; wait until it is written to no more, and run again",
        printable_bytes(path)
    )]
    Changed {
        /// Path relative to its input.
        path: Vec<u8>,
    },

    /// Two inputs would be written to one output file (contract O1).
    #[error(
        "{}: inputs {} and {} would both be written there; rename one, or clean their common parent directory",
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
        /// What is in the way.
        path: PathBuf,
        /// Why it is not replaced.
        what: &'static str,
    },

    /// OUT lies inside an input or an input inside OUT (contract O3).
    #[error(
        "{}: OUT and the input {} lie inside one another; choose an OUT outside every input",
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
        /// What is wrong with it, and where.
        what: String,
        /// What to do about it.
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
        "{}: there is no record of a run ({} is not there); name the OUT of `tamis clean`, or its record",
        printable(path),
        printable(missing)
    )]
    NoAccount {
        /// What was named.
        path: PathBuf,
        /// The file that would stand there.
        missing: PathBuf,
    },

    /// A file of the record of a run cannot be read back.
    #[error(
        "{}:{} {what}; bring back the record that `tamis clean` wrote, or run it again",
        printable(path),
        line.map_or(String::new(), |line| format!("{line}:"))
    )]
    Record {
        /// The file.
        path: PathBuf,
        /// The line in it, from 1.
        line: Option<u64>,
        /// What is wrong with it.
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
        /// What was tried: "write", "create", "rename".
        operation: &'static str,
        /// What the operating system said.
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
        "{}: about {} MB are needed there for what does not fit in memory, and {} MB are free; free some, name a \
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

    /// What a run wrote down for itself is not what it reads back.
    #[error(
        "{}: damaged at byte {offset}: what the run wrote there is not what it reads; nothing was published: check \
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
        /// What the operating system said.
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

/// Why an input file was left out without being wrong (contract D2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Not text: there is a NUL byte in its first 8 KiB and its name does not promise text.
    Binary,
    /// A container or compressed format that this version does not read.
    Unsupported,
    /// A symbolic link, and links are not followed (`--follow`).
    Symlink,
    /// A FIFO, socket or device.
    Special,
    /// Left out by `--include` or `--exclude`.
    Excluded,
    /// An archive inside an archive.
    Nested,
    /// A record of a web archive that holds a page, whose text is not extracted.
    Html,
    /// A record of a web archive that holds no text: a request, a picture.
    NoText,
}

impl SkipReason {
    /// The reason as it stands in the summary.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Unsupported => "unsupported",
            Self::Symlink => "symlink",
            Self::Special => "special",
            Self::Excluded => "excluded",
            Self::Nested => "nested",
            Self::Html => "html",
            Self::NoText => "no_text",
        }
    }
}

/// Why an input file or record was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectReason {
    /// The operating system would not let us open, list or read it.
    Unreadable,
    /// Not valid UTF-8.
    NotUtf8,
    /// It grew past its listed size while it was read.
    Growing,
    /// The line is not a JSON value.
    NotJson,
    /// The line is JSON but not an object.
    NotObject,
    /// The record has no text field.
    NoText,
    /// The text field is not a string.
    TextNotString,
    /// The text field stands twice in the record.
    TextTwice,
    /// Its encoding cannot be told.
    EncodingUnknown,
    /// It holds bytes that are no text in its encoding.
    Undecodable,
    /// The compressed stream is damaged or breaks off.
    Corrupt,
    /// It is longer than a document may be.
    TooLarge,
    /// It expands to so many times its size that it is an attack, not a text.
    Bomb,
    /// The rows are not CSV, or have too few fields.
    NotCsv,
    /// The web archive is damaged.
    NotWarc,
    /// The Parquet file is damaged or of an unknown kind.
    NotParquet,
    /// The archive is damaged.
    NotArchive,
    /// The member is encrypted.
    Encrypted,
    /// The member's name would lead out of the archive's directory.
    UnsafeName,
}

impl RejectReason {
    /// All reasons, in their order.
    pub const ALL: [Self; 19] = [
        Self::Unreadable,
        Self::NotUtf8,
        Self::Growing,
        Self::NotJson,
        Self::NotObject,
        Self::NoText,
        Self::TextNotString,
        Self::TextTwice,
        Self::EncodingUnknown,
        Self::Undecodable,
        Self::Corrupt,
        Self::TooLarge,
        Self::Bomb,
        Self::NotCsv,
        Self::NotWarc,
        Self::NotParquet,
        Self::NotArchive,
        Self::Encrypted,
        Self::UnsafeName,
    ];

    /// Its place among all.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The reason as it stands in the summary and in `rejected.jsonl`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotUtf8 => "not_utf8",
            Self::Growing => "growing",
            Self::NotJson => "not_json",
            Self::NotObject => "not_object",
            Self::NoText => "no_text",
            Self::TextNotString => "text_not_string",
            Self::TextTwice => "text_twice",
            Self::EncodingUnknown => "encoding_unknown",
            Self::Undecodable => "undecodable",
            Self::Corrupt => "corrupt",
            Self::TooLarge => "too_large",
            Self::Bomb => "bomb",
            Self::NotCsv => "not_csv",
            Self::NotWarc => "not_warc",
            Self::NotParquet => "not_parquet",
            Self::NotArchive => "not_archive",
            Self::Encrypted => "encrypted",
            Self::UnsafeName => "unsafe_name",
        }
    }

    /// What the user can do about it, in one clause.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Unreadable => "check its permissions, or leave it out of the input",
            Self::NotUtf8 => {
                "repair it, name its encoding with --encoding, or keep the rest with --encoding-errors replace"
            }
            Self::Growing => "run again when nothing is writing to it",
            Self::NotJson => "repair the line; the other records of the file were cleaned",
            Self::NotObject => "each line must be a JSON object",
            Self::NoText => "name the field that holds the text with --text-field",
            Self::TextNotString => "the field named by --text-field must hold a string",
            Self::TextTwice => "remove one of the two fields",
            Self::EncodingUnknown => "name its encoding with --encoding, for example --encoding gb18030",
            Self::Undecodable => {
                "name another encoding with --encoding, or keep the rest with --encoding-errors replace"
            }
            Self::Corrupt => "fetch or compress it again",
            Self::TooLarge => "allow longer documents with --max-document-size",
            Self::Bomb => "look at it by hand, and leave it out with --exclude",
            Self::NotCsv => "repair its quotes and rows; the rows before were cleaned",
            Self::NotWarc => "fetch it again; the records before were cleaned",
            Self::NotParquet => "write it again with another program",
            Self::NotArchive => "fetch or pack it again; the members before were cleaned",
            Self::Encrypted => "unpack it with its password and clean what is in it",
            Self::UnsafeName => "pack it again under a relative name without `..`",
        }
    }
}

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

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&printable_bytes(&self.path))?;
        if let Some(place) = self.record {
            match place.line {
                Some(line) => write!(f, ":{line}")?,
                None => write!(f, "#{}", place.record)?,
            }
        }
        write!(f, ": {}", self.detail)?;
        if let Some(byte) = self.byte {
            write!(f, " at byte {byte}")?;
        }
        write!(f, "; {}", self.reason.remedy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_in_their_places_and_have_one_name() {
        for (index, reason) in RejectReason::ALL.into_iter().enumerate() {
            assert_eq!(reason.index(), index);
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
        }
    }
}
