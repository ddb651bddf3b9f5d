//! `tamis index export`: the content of an index as JSON Lines.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Serialize;
use tamis::store::path::lossless;

use crate::exit::Exit;
use crate::terminal::print_more;

pub(super) const HELP: &str = "\
Prints one line per entry, {\"fingerprint\",\"run\",\"path\",\"record\",\"paragraph\"}, sorted by fingerprint. It leaves out \
record if there is none; numbers count from 0. In a path, a byte that is not UTF-8 is written \\xNN, and a backslash \\\\. \
It checks all that it prints.";

/// Options of `index export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The index.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    fingerprint: String,
    run: &'a str,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    paragraph: u64,
}

/// Bytes of a write.
const WRITE: usize = 64 * 1024;

pub(super) fn export(args: &ExportArgs) -> anyhow::Result<Exit> {
    let index = super::open(&args.file)?;
    let mut lines = Vec::new();
    for entry in index.entries(0..=u64::MAX) {
        let entry = entry?;
        let place = index.locate(entry.place)?;
        let line = Line {
            fingerprint: entry.fingerprint.to_string(),
            run: index.runs().get(place.run).map_or("", |run| &run.name),
            path: &lossless(&place.path),
            record: place.record,
            paragraph: place.paragraph,
        };
        serde_json::to_writer(&mut lines, &line)?;
        lines.push(b'\n');
        if lines.len() >= WRITE {
            print_more(&lines)?;
            lines.clear();
        }
    }
    print_more(&lines)?;
    Ok(Exit::Done)
}
