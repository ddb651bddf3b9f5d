//! `run.json`: what varies from run to run and is therefore in no other file.

use serde::{Deserialize, Serialize};

use crate::document::Kind;
use crate::store::FileIdentity;

/// The circumstances of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// `tamis.run/1`.
    pub schema: String,
    /// Version of the program.
    pub version: String,
    /// The command line, if there was one.
    pub command: Vec<String>,
    /// The current directory, absolute; `null` if the run was not one of the command.
    #[serde(default)]
    pub directory: Option<String>,
    /// The inputs as given. In these paths a byte that is not UTF-8 is `\xNN` and a backslash `\\\\`.
    #[serde(default)]
    pub inputs: Vec<String>,
    /// The list of files as given.
    #[serde(default)]
    pub files_from: Option<String>,
    /// The kind of document that standard input held.
    #[serde(default)]
    pub input_format: Kind,
    /// When the run started, in seconds since 1970-01-01 UTC.
    pub started: u64,
    /// How long it took up to publishing, in seconds.
    pub seconds: f64,
    /// Worker threads.
    pub threads: usize,
    /// Which file this one is. Only then may it say what is read again ([`super::Run::is_own`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileIdentity>,
}

impl RunInfo {
    /// The content of `run.json`.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default(); // strings and numbers only
        json.push('\n');
        json
    }
}
