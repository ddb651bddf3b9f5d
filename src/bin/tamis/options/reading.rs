//! How inputs are read.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tamis::config::{ByteSize, EncodingErrors, Pages, one_or_several, several_or_one};
use tamis::document::Kind;

use super::choices::one_of;

/// Which files are read, and how.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Reading {
    /// Field that has the text of a record. Repeatable.
    ///
    /// A name, or a dotted path such as article.body. Given several times, the first field that a record has counts.
    /// `GLOB=NAME` applies to matching files only [default: text, content, body, article, 正文, 内容].
    #[arg(long, value_name = "FIELD", help_heading = "Reading")]
    #[serde(deserialize_with = "one_or_several")]
    text_field: Option<Vec<String>>,

    /// How much of a web page is read [default: main].
    ///
    /// A page is an HTML file, or any file that begins as one.
    #[arg(hide_short_help = true, long, value_name = "WHAT", value_parser = pages(), help_heading = "Reading")]
    pages: Option<Pages>,

    /// Field that has the HTML of a page. Repeatable.
    ///
    /// Its text is extracted, as that of an HTML file. A name, or a dotted path. If --text-field is given too, it must
    /// name the field as well.
    #[arg(hide_short_help = true, long, value_name = "FIELD", help_heading = "Reading")]
    #[serde(deserialize_with = "one_or_several", serialize_with = "several_or_one")]
    html_field: Option<Vec<String>>,

    /// The field that identifies a record in the ledger [default: id].
    #[arg(hide_short_help = true, long, value_name = "NAME", help_heading = "Reading")]
    id_field: Option<String>,

    /// Read quoted fields in TSV as in CSV.
    ///
    /// Without it, a quote in TSV is an ordinary character.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reading")]
    tsv_quotes: Option<bool>,

    /// Read only files that match this glob. Repeatable.
    ///
    /// Files that tamis otherwise skips as code, markup or data are read as text if a glob names their ending ('*.py').
    #[arg(long, value_name = "GLOB", help_heading = "Reading")]
    include: Option<Vec<String>>,

    /// Leave out files that match this glob. Repeatable.
    ///
    /// It wins over --include.
    #[arg(long, value_name = "GLOB", help_heading = "Reading")]
    exclude: Option<Vec<String>>,

    /// Encoding of text that is not UTF-8.
    ///
    /// It applies to text without a byte order mark. `GLOB=NAME` applies to matching files only. Repeatable [default:
    /// detected].
    #[arg(long, value_name = "[GLOB=]NAME", help_heading = "Reading")]
    #[serde(deserialize_with = "one_or_several", serialize_with = "several_or_one")]
    encoding: Option<Vec<String>>,

    /// Encoding of text whose encoding cannot be detected [default: such text is rejected].
    #[arg(hide_short_help = true, long, value_name = "NAME", help_heading = "Reading")]
    encoding_fallback: Option<String>,

    /// What happens to a document with malformed bytes [default: reject].
    #[arg(hide_short_help = true, long, value_name = "MODE", value_parser = encoding_errors(), help_heading = "Reading")]
    encoding_errors: Option<EncodingErrors>,

    /// Reject longer documents [default: 256MiB for records and for what is unpacked].
    #[arg(hide_short_help = true, long, value_name = "SIZE", help_heading = "Reading")]
    max_document_size: Option<ByteSize>,

    /// Follow symbolic links inside directories.
    #[arg(hide_short_help = true, long, visible_alias = "follow-links", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reading")]
    follow: Option<bool>,

    /// Read hidden files inside directories and archives.
    ///
    /// A file is hidden if its name begins with a dot or is `__MACOSX`.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Reading")]
    hidden: Option<bool>,

    /// The format of standard input [default: text].
    #[arg(hide_short_help = true, long, value_name = "FORMAT", value_parser = input_formats(), help_heading = "Reading")]
    input_format: Option<Kind>,
}

fn input_formats() -> impl TypedValueParser<Value = Kind> {
    one_of(&Kind::ALL.map(|kind| (kind.name(), kind.what())))
}

fn pages() -> impl TypedValueParser<Value = Pages> {
    one_of(&[
        ("main", "title and body, without navigation, advertisement and comments"),
        ("text", "all visible text"),
        ("skip", "nothing: pages are skipped"),
    ])
}

fn encoding_errors() -> impl TypedValueParser<Value = EncodingErrors> {
    one_of(&[("reject", "reject the document"), ("replace", "replace them with U+FFFD and count them")])
}
