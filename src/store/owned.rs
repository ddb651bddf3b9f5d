//! Directories that are ours to replace (contract O3): a directory that is empty, or that holds nothing but what
//! the run wrote whose account stands beside it. What a run wrote, its account lists ([`names::FILES`]).
//!
//! Memory: the paths that are listed, and about 60 bytes for each, while a directory is looked through.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::names;
use super::path::{bytes, from_lossless, lossless, printable};
use crate::error::{Error, Result};

/// A line of the list of what a run wrote to OUT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Where it stands below OUT; a byte that is not UTF-8 as `\xNN`, a backslash as `\\`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
}

impl WrittenFile {
    /// The line of a file.
    pub fn of(relative: &[u8], bytes: u64) -> Self {
        Self { path: lossless(relative).into_owned(), bytes }
    }

    /// The line as it is written, with its LF.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec(self).unwrap_or_default(); // a string and an integer
        json.push(b'\n');
        json
    }
}

/// Whether a directory is there and holds nothing.
pub(super) fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

/// Refuses to replace an OUT that is not ours, and an OUT that is unless `force`; refuses an account that is none, or
/// that holds more than one. `account` is `None` if `out` itself is one.
pub(super) fn check_free(out: &Path, account: Option<&Path>, force: bool) -> Result<()> {
    let foreign = |path: &Path, what: String| Error::OutputForeign { path: path.to_owned(), what };
    if out.symlink_metadata().is_ok() {
        if !out.is_dir() {
            return Err(foreign(out, "is not a directory".to_owned()));
        }
        if !is_empty(out) {
            if !force {
                return Err(Error::OutputExists { path: out.to_owned() });
            }
            let refused = match account {
                Some(account) => only_written(out, account),
                None => only_an_account(out),
            };
            let only = "; --force replaces only what a run wrote";
            refused.map_err(|what| foreign(out, what + only))?;
        }
    }
    match account {
        Some(account) if account.symlink_metadata().is_ok() => {
            only_an_account(account).map_err(|what| foreign(account, what))
        }
        _ => Ok(()),
    }
}

/// Why something in an account is not the account's.
fn only_an_account(directory: &Path) -> std::result::Result<(), String> {
    let is_account = |name: &str| {
        let found = directory.join(name).symlink_metadata();
        found.is_ok_and(|found| found.is_file())
    };
    if directory.is_symlink() || !is_empty(directory) && !is_account(names::SUMMARY) {
        return Err("is not the record of a run".to_owned());
    }
    for entry in std::fs::read_dir(directory).map_err(|error| unlisted(&error))? {
        let name = entry.map_err(|error| unlisted(&error))?.file_name();
        let is_ours = name.to_str().is_some_and(|name| {
            (names::ALL.contains(&name) || name.starts_with(names::STAGED_PAGE)) && is_account(name)
        });
        if !is_ours {
            return Err(format!(
                "is the record of a run and holds {}, which no run wrote",
                printable(name.as_ref())
            ));
        }
    }
    Ok(())
}

fn unlisted(error: &io::Error) -> String {
    format!("cannot be listed ({error})")
}

/// Why something in OUT is not what the run wrote whose account this is.
fn only_written(out: &Path, account: &Path) -> std::result::Result<(), String> {
    let list = account.join(names::FILES);
    let beside = |what: &str| format!("{what} ({})", printable(&list));
    if !account.join(names::SUMMARY).is_file() {
        return Err(format!("has no record of a run beside it ({})", printable(account)));
    }
    if !list.is_file() {
        return Err(beside(
            "has a record beside it that does not list the written files: an earlier version made it",
        ));
    }
    let written = read(&list).map_err(|what| beside(&what))?;
    for entry in WalkDir::new(out).min_depth(1).sort_by_file_name() {
        let entry = entry.map_err(|error| format!("cannot be looked through ({error})"))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let relative = entry.path().strip_prefix(out).unwrap_or(entry.path());
        let shown = || printable(relative);
        let Some(&expected) = written.get(bytes(relative)).filter(|_| entry.file_type().is_file()) else {
            return Err(format!("holds {}, which the run that made it did not write", shown()));
        };
        let found = entry.metadata().map_err(|error| format!("cannot be looked through ({error})"))?.len();
        if found != expected {
            return Err(format!("has {} with {found} bytes, but the run wrote {expected}", shown()));
        }
    }
    Ok(())
}

/// The files that a list names, with their sizes.
fn read(list: &Path) -> std::result::Result<HashMap<Box<[u8]>, u64>, String> {
    let mut written = HashMap::new();
    for_each_written(list, |path, bytes| {
        written.insert(path.into(), bytes);
    })?;
    Ok(written)
}

/// Gives each path below OUT that a list names, with its size. The error is the rest of a sentence about OUT.
pub fn for_each_written(list: &Path, mut give: impl FnMut(Vec<u8>, u64)) -> std::result::Result<(), String> {
    let mut lines = BufReader::new(
        File::open(list)
            .map_err(|error| format!("has a list of what was written that cannot be read: {error}"))?,
    );
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let damaged = |why: &dyn std::fmt::Display| {
            format!("has a list of what was written that is damaged at line {number}: {why}")
        };
        if lines.read_until(b'\n', &mut line).map_err(|error| damaged(&error))? == 0 {
            break;
        }
        let file: WrittenFile = serde_json::from_slice(&line).map_err(|error| damaged(&error))?;
        give(from_lossless(&file.path), file.bytes);
    }
    Ok(())
}
