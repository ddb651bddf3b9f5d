//! The account that a run left in a sandbox, read back.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::fs;
use std::path::Path;

use super::json::json_lines;
use super::sandbox::Sandbox;

impl Sandbox {
    pub(crate) fn read(&self, relative: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(relative);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn read_text(&self, relative: impl AsRef<Path>) -> String {
        String::from_utf8(self.read(relative)).expect("UTF-8")
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
