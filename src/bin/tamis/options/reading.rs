//! How inputs are read.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::{ByteSize, EncodingErrors, one_or_several};
use tamis::document::Kind;

use super::choices::one_of;

/// Which files are read, and how.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Reading {
    /// A field that may hold a record's text, as a name or a dotted path; can be given several times, and the first that
    /// is there counts. `GLOB=NAME` is for files that match [default: text, content, body, article, 正文, 内容].
    #[arg(long, value_name = "FIELD", help_heading = "Reading")]
    #[serde(deserialize_with = "one_or_several")]
    text_field: Option<Vec<String>>,

    /// The field that names a record in the ledger [default: id].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    id_field: Option<String>,

    /// Read fields in quotes in TSV too, as in CSV; by default a quote is a character like all others there.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reading")]
    tsv_quotes: Option<bool>,

    /// Read only files that match this glob; can be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "Reading")]
    include: Option<Vec<String>>,

    /// Leave out files that match this glob; can be given several times, and beats --include.
    #[arg(long, value_name = "GLOB", help_heading = "Reading")]
    exclude: Option<Vec<String>>,

    /// The encoding of text that is not UTF-8 and has no byte order mark [default: detected].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    encoding: Option<String>,

    /// What happens to a document with bytes that are no text in its encoding [default: reject].
    #[arg(long, value_name = "MODE", value_parser = encoding_errors(), help_heading = "Reading")]
    encoding_errors: Option<EncodingErrors>,

    /// Reject longer documents [default: 256MiB for what is unpacked and for records].
    #[arg(long, value_name = "SIZE", help_heading = "Reading")]
    max_document_size: Option<ByteSize>,

    /// Follow symbolic links inside directories.
    #[arg(long, visible_alias = "follow-links", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reading")]
    follow: Option<bool>,

    /// Read hidden files inside directories and archives: names that begin with a dot, and `__MACOSX`.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reading")]
    hidden: Option<bool>,

    /// What standard input holds [default: text].
    #[arg(long, value_name = "FORMAT", value_parser = input_formats(), help_heading = "Reading")]
    input_format: Option<Kind>,
}

fn input_formats() -> impl TypedValueParser<Value = Kind> {
    one_of(&Kind::ALL.map(|kind| (kind.name(), kind.what())))
}

fn encoding_errors() -> impl TypedValueParser<Value = EncodingErrors> {
    one_of(&[("reject", "it is rejected"), ("replace", "each becomes U+FFFD and is counted")])
}
