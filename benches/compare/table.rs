//! The result as a Markdown table.

use std::fmt::Write as _;

use super::measure::Sample;
use crate::common::cache::Corpus;

/// One tool's line: its name, and its runs or why there are none.
#[derive(Debug)]
pub(crate) struct Row {
    /// The tool.
    pub(crate) name: &'static str,
    /// One sample a run that counts; empty if the tool did not run.
    pub(crate) samples: Vec<Sample>,
    /// A note for the reader: not installed, failed, another number of lines.
    pub(crate) note: String,
}

/// Prints rates in MB (10^6 bytes) of text a second, and each tool's time as a multiple of the first row's, which
/// is `tamis`. Times are medians; memory is the greatest of all runs.
pub(crate) fn render(title: &str, corpus: &Corpus, rows: &[Row]) -> String {
    let mut table = format!("\n### {title}\n\n");
    table += "| tool | median s | MB/s | time / tamis | CPU s | peak MB | note |\n";
    table += "|---|---:|---:|---:|---:|---:|---|\n";
    let ours = rows.first().filter(|row| row.name == "tamis").and_then(wall);
    for row in rows {
        let seconds = wall(row);
        let cpu = median(row.samples.iter().filter_map(|sample| Some(sample.usage?.cpu)));
        let peak = row.samples.iter().filter_map(|sample| Some(sample.usage?.peak_bytes)).max();
        let cells = [
            seconds.map(|s| format!("{s:.2}")),
            seconds.map(|s| format!("{:.0}", megabytes(corpus.totals.text_bytes) / s)),
            seconds.zip(ours).map(|(s, ours)| format!("{:.2}", s / ours)),
            cpu.map(|s| format!("{s:.2}")),
            peak.map(|bytes| format!("{:.0}", megabytes(bytes))),
        ];
        let cells = cells.map(|cell| cell.unwrap_or_else(|| "-".to_owned())).join(" | ");
        writeln!(table, "| {} | {cells} | {} |", row.name, row.note)
            .expect("writing to a String cannot fail");
    }
    table
}

fn wall(row: &Row) -> Option<f64> {
    median(row.samples.iter().map(|sample| sample.wall))
}

/// The middle value, or the mean of the two in the middle.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (last, middle) = (values.len().checked_sub(1)?, values.len() / 2);
    Some(f64::midpoint(values[last / 2], values[middle]))
}

#[expect(clippy::cast_precision_loss, reason = "shown with at most two decimals")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
