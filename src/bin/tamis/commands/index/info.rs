//! `tamis index info`: what an index was made under, and the runs in it.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Serialize;
use tamis::config::Limit;
use tamis::index::{IndexReader, IndexRun, IndexSettings, NearSettings};
use tamis::store::path::{printable, printable_bytes};

use crate::exit::Exit;
use crate::show::account::grouped;
use crate::terminal::print;

pub(super) const HELP: &str = "\
It is fast for an index of any size, as it reads only the tables at its end. `tamis index export` also checks the entries.

Each run has a line with these columns. '-' means that the run has none:
  paragraphs  paragraphs that the run read
  entries     paragraphs that the index remembers of it
  documents   documents that the index can name
  texts       documents whose near-duplicates can be found (--near)
  passages    documents that can be found inside longer ones (--grams)";

/// Options of `index info`.
#[derive(Debug, Args)]
pub(super) struct InfoArgs {
    /// The index.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The account as JSON.
#[derive(Debug, Serialize)]
struct Info<'a> {
    version: u32,
    settings: &'a IndexSettings,
    entries: u64,
    paragraphs: u64,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_per_entry: Option<f64>,
    /// Texts of which near-duplicates are found, and their bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_bytes: Option<u64>,
    /// Texts that are found inside longer ones, and the bytes of their grams.
    #[serde(skip_serializing_if = "Option::is_none")]
    passages: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gram_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counted: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    print_bytes: Option<u64>,
    runs: &'a [IndexRun],
}

pub(super) fn info(args: &InfoArgs) -> anyhow::Result<Exit> {
    let index = super::open(&args.file)?;
    let text = if args.json {
        serde_json::to_string_pretty(&Info {
            version: index.settings().version(),
            settings: index.settings(),
            entries: index.num_entries(),
            paragraphs: index.num_places(),
            bytes: index.num_bytes(),
            bytes_per_entry: tenths_per_entry(&index).map(|tenths| f64::from(tenths) / 10.0),
            texts: index.num_texts(),
            text_bytes: index.num_texts().map(|_| index.num_text_bytes()),
            passages: index.num_passages(),
            gram_bytes: index.num_passages().map(|_| index.num_gram_bytes()),
            counted: index.num_counted(),
            print_bytes: index.num_counted().map(|_| index.num_print_bytes()),
            runs: index.runs(),
        })? + "\n"
    } else {
        page(&index)
    };
    print(&text)
}

/// Bytes an entry, in tenths, rounded.
fn tenths_per_entry(index: &IndexReader) -> Option<u32> {
    let others = index.num_text_bytes() + index.num_gram_bytes() + index.num_print_bytes();
    let bytes = index.num_bytes().saturating_sub(others);
    let tenths = bytes.saturating_mul(10).saturating_add(index.num_entries() / 2);
    u32::try_from(tenths.checked_div(index.num_entries())?).ok()
}

/// The account as people read it.
fn page(index: &IndexReader) -> String {
    let mut text = totals(index);
    let settings = serde_json::to_value(index.settings()).unwrap_or_default();
    for (key, name) in
        [("match", "match"), ("split", "split"), ("repair", "repair"), ("min_chars", "min-chars")]
    {
        let value = &settings[key];
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = writeln!(text, "{name:<9}  {value}"); // writing to a String cannot fail
    }
    let unicode: Vec<String> = index.settings().unicode.iter().map(|(of, v)| format!("{v} ({of})")).collect();
    let unicode = printable_bytes(unicode.join(", ").as_bytes());
    let _ = writeln!(text, "Unicode    {}", unicode.replace('_', " "));
    if let (Some(near), Some(num_texts)) = (&index.settings().near, index.num_texts()) {
        let NearSettings { shingle, threshold, .. } = near;
        let bytes = index.num_text_bytes().checked_div(num_texts).unwrap_or(0);
        let of = |limit: Limit| limit.share().map_or("off".to_owned(), |share| share.to_string());
        let (containment, guard) = (of(near.containment), of(near.number_guard));
        let _ = writeln!(
            text,
            "near       {} texts, {bytes} bytes each: threshold {threshold}, shingle {shingle}, containment {containment}, \
             number-guard {guard}",
            grouped(num_texts)
        );
    }
    if let (Some(grams), Some(num_passages)) = (index.settings().grams, index.num_passages()) {
        let bytes = index.num_gram_bytes().checked_div(num_passages).unwrap_or(0);
        let (num_passages, tokens) = (grouped(num_passages), grams.tokens);
        let _ =
            writeln!(text, "grams      {num_passages} texts, {bytes} bytes each: runs of {tokens} tokens");
    }
    if let (Some(sources), Some(num_counted)) = (&index.settings().sources, index.num_counted()) {
        let bytes = index.num_print_bytes().checked_div(num_counted).unwrap_or(0);
        let source = printable_bytes(sources.source.to_string().as_bytes());
        let num_counted = grouped(num_counted);
        let _ = writeln!(text, "source     {source}: {num_counted} documents counted, {bytes} bytes each");
    }
    if !index.runs().is_empty() {
        text.push('\n');
        text.push_str(&table(index.runs()));
    }
    text
}

/// One line about an index.
pub(super) fn totals(index: &IndexReader) -> String {
    let plural = |count: u64, one: &str, more: &str| {
        format!("{} {}", grouped(count), if count == 1 { one } else { more })
    };
    let runs = plural(u64::try_from(index.runs().len()).unwrap_or(u64::MAX), "run", "runs");
    let entries = plural(index.num_entries(), "entry", "entries");
    let each = tenths_per_entry(index).map_or(String::new(), |tenths| {
        let (whole, tenth) = (tenths / 10, tenths % 10);
        format!(" ({whole}.{tenth} an entry)")
    });
    let bytes = plural(index.num_bytes(), "byte", "bytes");
    format!("{}: {runs}, {entries}, {bytes}{each}\n", printable(index.path()))
}

fn table(runs: &[IndexRun]) -> String {
    let has_texts = runs.iter().any(|run| run.num_texts.is_some());
    let has_passages = runs.iter().any(|run| run.num_passages.is_some());
    let has_counted = runs.iter().any(|run| run.num_counted.is_some());
    let [texts, passages, counted] =
        [(has_texts, "texts"), (has_passages, "passages"), (has_counted, "counted")]
            .map(|(has, title)| if has { title } else { "" });
    let titles = ["run", "paragraphs", "entries", "documents", texts, passages, counted];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(runs.iter().map(|run| {
        let [paragraphs, entries, documents] =
            [run.num_paragraphs, run.num_entries, run.num_documents].map(grouped);
        // A run that searched for no near-duplicates has none: "-", and not 0. So has one that counted no sources.
        let or_none = |num: Option<u64>, has: bool| {
            num.map_or_else(|| if has { "-".to_owned() } else { String::new() }, grouped)
        };
        let texts = or_none(run.num_texts, has_texts);
        let counted = or_none(run.num_counted, has_counted);
        let passages = run.num_passages.map_or_else(String::new, grouped);
        [printable_bytes(run.name.as_bytes()), paragraphs, entries, documents, texts, passages, counted]
    }));
    let mut widths = [0; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let [name_width, numbers @ ..] = widths;
    let mut text = String::new();
    for [name, cells @ ..] in rows {
        let mut line = format!("{name:<name_width$}");
        for (cell, width) in cells.iter().zip(numbers).filter(|(_, width)| *width > 0) {
            let _ = write!(line, "  {cell:>width$}");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
