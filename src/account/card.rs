//! The card of a dataset: `README.md` as dataset hubs read it, YAML and then Markdown. It says what the summary says but
//! for the bytes of OUT, of which it is a part: no time, no path and no machine, so that it is the same from run to run.

use std::fmt::Write;

use serde_json::Value;

use super::{Summary, grouped};
use crate::config::TargetFormat;
use crate::decide::Rule;

/// Its name in OUT.
pub(crate) const CARD: &str = "README.md";

/// The sizes that hubs know: up to how many documents, and the name.
const SIZES: [(u64, &str); 10] = [
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
    (10_000_000_000, "1B<n<10B"),
    (100_000_000_000, "10B<n<100B"),
    (1_000_000_000_000, "100B<n<1T"),
];

/// The card of a run with this summary.
pub(crate) fn card(summary: &Summary) -> String {
    let mut text = String::new();
    let _ = write_card(summary, &mut text); // writing to a String cannot fail
    text
}

fn write_card(summary: &Summary, out: &mut String) -> std::fmt::Result {
    let Summary { documents, paragraphs, bytes, config, .. } = summary;
    let is_parquet = config.options().write.to == Some(TargetFormat::Parquet);
    let extension = if is_parquet { "parquet" } else { "jsonl" };
    let size = SIZES.iter().find(|(below, _)| documents.kept < *below).map_or("n>1T", |(_, name)| name);
    write!(
        out,
        "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: part-*.{extension}\n\
         size_categories:\n- {size}\ntags:\n- deduplicated\n---\n\n# {} documents\n\n\
         Cleaned with tamis: repeated text was removed.\n\n\
         | | read | kept | removed |\n|---|---:|---:|---:|\n",
        grouped(documents.kept)
    )?;
    let mut row = |name: &str, read: u64, kept: u64| {
        let [read, kept, removed] = [read, kept, read.saturating_sub(kept)].map(grouped);
        writeln!(out, "| {name} | {read} | {kept} | {removed} |")
    };
    row("documents", documents.read, documents.kept)?;
    row("paragraphs", paragraphs.read, paragraphs.kept)?;
    row("bytes of paragraphs", bytes.paragraphs, bytes.kept)?;
    let removed = Rule::ALL.into_iter().filter_map(|rule| {
        let num_removed = *paragraphs.removed.get(rule.name())?;
        (num_removed > 0).then_some((rule, num_removed))
    });
    for (number, (rule, num_removed)) in removed.enumerate() {
        if number == 0 {
            out.push_str("\n| paragraphs removed by rule | |\n|---|---:|\n");
        }
        writeln!(out, "| `{}`: {} | {} |", rule.name(), rule.description(), grouped(num_removed))?;
    }
    out.push_str("\n## Fields\n\n| field | holds |\n|---|---|\n");
    out.push_str(
        "| `uid` | a UUID that follows from `path` and the record: the same in every run |\n\
         | `id` | the id that the document came with, or its place |\n\
         | `path` | the file that the document comes from |\n\
         | `text` | the cleaned text |\n\
         | `sha256` | the SHA-256 of `text` in UTF-8, hexadecimal |\n",
    );
    out.push_str(if is_parquet {
        "| `fields` | the other fields that the document came with, as JSON; null if there are none |\n"
    } else {
        "| others | the fields that the document came with |\n"
    });
    out.push_str("\n## Options\n\n```json\n");
    let mut options = serde_json::to_value(config).unwrap_or_default(); // names, numbers and text only
    if let Value::Object(options) = &mut options {
        let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        options.retain(|_, value| !is_empty(value));
    }
    writeln!(out, "{options:#}\n```")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_card_names_the_size_that_hubs_know() {
        let mut config = Config::default();
        config.write.to = Some(TargetFormat::Parquet);
        let mut summary = Summary::new(&config);
        for (kept, size) in [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (u64::MAX, "n>1T")] {
            summary.documents.kept = kept;
            let card = card(&summary);
            assert!(card.contains(&format!("size_categories:\n- {size}\ntags:")), "{card}");
            assert!(card.contains("path: part-*.parquet\n"), "{card}");
        }
    }
}
