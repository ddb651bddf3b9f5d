//! The names of the files in an account.

/// The counts of a run. The store recognizes a directory as an account by this file.
pub use crate::store::SUMMARY;

/// The ledger.
pub const LEDGER: &str = "removed.jsonl.zst";
/// The list of rejections.
pub const REJECTED: &str = "rejected.jsonl";
/// The circumstances of a run.
pub const RUN_INFO: &str = "run.json";
/// The page that `tamis report` makes.
pub const PAGE: &str = "report.html";
