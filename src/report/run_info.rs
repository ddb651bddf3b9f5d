//! `run.json`: what varies from run to run and is therefore in no other file.

use serde::Serialize;

/// The circumstances of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunInfo {
    /// `tamis.run/1`.
    pub schema: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// The command line, if there was one.
    pub command: Vec<String>,
    /// When the run started, in seconds since 1970-01-01 UTC.
    pub started: u64,
    /// How long it took up to publishing, in seconds.
    pub seconds: f64,
    /// Worker threads.
    pub threads: usize,
}

impl RunInfo {
    /// The content of `run.json`.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default(); // strings and numbers only
        json.push('\n');
        json
    }
}
