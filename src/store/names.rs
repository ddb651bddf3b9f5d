//! The names of the files in an account, by which the store knows what is an account and what is not.

/// The counts of a run. Its presence tells that a directory is an account.
pub const SUMMARY: &str = "summary.json";
/// The ledger.
pub const LEDGER: &str = "removed.jsonl.zst";
/// The list of rejections.
pub const REJECTED: &str = "rejected.jsonl";
/// The list of what was written to OUT.
pub const FILES: &str = "files.jsonl";
/// The circumstances of a run.
pub const RUN_INFO: &str = "run.json";
/// The page that `tamis report` makes.
pub const PAGE: &str = "report.html";

/// All of them.
pub(super) const ALL: [&str; 6] = [SUMMARY, LEDGER, REJECTED, FILES, RUN_INFO, PAGE];

/// How the name of a page begins while it is written.
pub const STAGED_PAGE: &str = ".tamis-report-";
