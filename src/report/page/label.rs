//! The run that a page is of: what `run.json` says of it. It varies from run to run, and stands in a block of its own.

use serde::Serialize;

use crate::account::RunInfo;
use crate::store::path::{lossless, printable_bytes};

/// The run that a page is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunLabel {
    /// The inputs as they were given.
    inputs: Vec<String>,
    /// When it started, in seconds since 1970-01-01 UTC.
    started: u64,
    /// The command line.
    command: Vec<String>,
    /// Version of the program.
    version: String,
    /// The OUT that a command names, as it is typed.
    out: String,
}

impl RunLabel {
    /// That of a run, whose output is called `out` in commands.
    pub fn of(info: &RunInfo, out: &[u8]) -> Self {
        let shown = |texts: &[String]| texts.iter().map(|text| printable_bytes(text.as_bytes())).collect();
        Self {
            inputs: shown(&info.inputs),
            started: info.started,
            command: shown(&info.command),
            version: printable_bytes(info.version.as_bytes()),
            out: lossless(out).into_owned(),
        }
    }
}
