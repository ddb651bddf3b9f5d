//! Filters: documents that go by what is left of them.

use clap::Args;
use serde::{Deserialize, Serialize};
use tamis::config::Limit;

/// Options about documents of which too little is left when all other rules have judged them.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Filters {
    /// Remove documents of which fewer than N characters are left [default: no limit].
    ///
    /// It counts after all other rules, without white space. What is removed is in the ledger with its text.
    #[arg(hide_short_help = true, long, value_name = "N", help_heading = "Filters")]
    min_doc_chars: Option<u64>,

    /// Remove documents of which duplicates left less than this share, or off [default: off].
    ///
    /// Such a document is a stub: often only its by-line is new. SHARE is the part of its characters, without white space
    /// and layout; 0.2 is a fifth. A document that lost nothing is never removed.
    #[arg(hide_short_help = true, long, value_name = "SHARE", help_heading = "Filters")]
    min_kept_share: Option<Limit>,
}
