//! Filters: documents that go by what is left of them.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::{Annotation, Languages, Limit};

use super::choices::one_of;

/// Options about documents of which too little is left when all other rules have judged them.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Filters {
    /// Remove documents of which fewer than N characters are left [default: no limit].
    ///
    /// It counts after all other rules, without white space. What is removed is in the ledger with its text.
    #[arg(hide_short_help = true, long, value_name = "N", help_heading = "Filters")]
    min_doc_chars: Option<u64>,

    /// With --to jsonl or parquet: write what is measured beside each document, and remove none for it: quality, language.
    ///
    /// In the field `tamis`. `quality` is the scores of the profile of --quality (news if none is named).
    #[arg(hide_short_help = true, long, value_name = "NAMES", value_delimiter = ',', value_parser = annotations(), hide_possible_values = true, help_heading = "Filters")]
    annotate: Option<Vec<Annotation>>,

    /// Remove documents of which duplicates left less than this share, or off [default: off].
    ///
    /// Such a document is a stub: often only its by-line is new. SHARE is the part of its characters, without white space
    /// and layout; 0.2 is a fifth. A document that lost nothing is never removed.
    #[arg(hide_short_help = true, long, value_name = "SHARE", help_heading = "Filters")]
    min_kept_share: Option<Limit>,

    /// Remove documents in other languages than these, such as zh,en [default: any language].
    ///
    /// Codes with commas between them: ISO 639-1; zh-Hans, zh-Hant and yue for forms of Chinese, zh for all of them. The
    /// language is told from the beginning of a document. Documents whose language cannot be told (und) or that have
    /// several (mixed) stay, unless -und or -mixed is in the list.
    #[arg(hide_short_help = true, long, value_name = "LIST", help_heading = "Filters")]
    language: Option<Languages>,
}

fn annotations() -> impl TypedValueParser<Value = Annotation> {
    one_of(&[("quality", "the scores of a profile of quality"), ("language", "the language")])
}
