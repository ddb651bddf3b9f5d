//! The account at the end of a run, to be read at a glance.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::path::PathBuf;

use tamis::Destination;
use tamis::Outcome;
use tamis::account::Summary;
pub(crate) use tamis::account::{grouped, size};
use tamis::config::{DEFAULT_TEXT_FIELDS, SplitMode};
use tamis::decide::{Rule, Stays};
use tamis::document::PageCounts;
use tamis::error::SkipReason;
use tamis::store::path::printable_bytes;
use tamis::store::{account_of, path};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::screen::shell_word;

/// Rows of an account: what is counted, how many there are, and more about them.
#[derive(Default)]
struct Rows(String);

impl Rows {
    fn add(&mut self, name: &str, total: impl Display, rest: impl Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{name:<11} {total:>14}   {rest}");
    }

    /// Documents and paragraphs, and what went by each rule.
    fn add_texts(&mut self, summary: &Summary) {
        let (documents, paragraphs, bytes) = (&summary.documents, &summary.paragraphs, &summary.bytes);
        let num_kept = kept(documents.kept, documents.read, grouped);
        let emptied = grouped(documents.emptied);
        self.add("documents", grouped(documents.read), format!("{num_kept}, {emptied} emptied"));
        self.add("paragraphs", grouped(paragraphs.read), kept(paragraphs.kept, paragraphs.read, grouped));
        self.add("text", size(bytes.paragraphs), kept(bytes.kept, bytes.paragraphs, size));
        for (rule, &removed) in &paragraphs.removed {
            let removed_bytes = bytes.removed.get(rule).copied().unwrap_or_default();
            let rest = format!(
                "{} of paragraphs, {} of text: {}",
                share(removed, paragraphs.read),
                share(removed_bytes, bytes.paragraphs),
                removed_as(rule, summary)
            );
            self.add("removed", grouped(removed), rest);
        }
        if let Some(by_hand) = paragraphs.kept_by_hand {
            let whole = match documents.kept_by_hand {
                None | Some(0) => String::new(),
                Some(1) => "; 1 document would be removed as a whole".to_owned(),
                Some(number) => format!("; {} documents would be removed as a whole", grouped(number)),
            };
            self.add(
                "by hand",
                grouped(by_hand),
                format!("paragraphs are kept that rules would remove{whole}"),
            );
        }
        for rule in Rule::ALL.into_iter().filter(|rule| rule.is_of_spans()) {
            let Some(names_of) = summary.by_name.get(rule.name()) else { continue };
            let rest = format!("{}: {}", rule.counted(), names(names_of));
            self.add("replaced", grouped(names_of.values().sum()), rest);
        }
        if documents.stubs > 0 {
            self.add("stubs", grouped(documents.stubs), "documents keep less than a fifth of their text");
        }
    }

    /// How documents were read: fields of records, hard-wrapped lines, encodings.
    fn add_reading(&mut self, summary: &Summary) {
        let documents = &summary.documents;
        let counts = &summary.records.fields;
        if !counts.is_empty() {
            let is_guess = summary.config.options().read.text_field == DEFAULT_TEXT_FIELDS;
            let is_plain = counts.len() == 1 && counts.contains_key("text");
            let advice =
                if is_guess && !is_plain { "; if that is wrong, name another with --text-field" } else { "" };
            let rest = format!("records with their text in {}{advice}", fields(counts));
            self.add("fields", grouped(counts.values().sum()), rest);
        }
        if let Some(counts) = summary.pages {
            self.add("pages", grouped(counts.read), pages(counts));
        }
        if documents.blocks > 0 && summary.config.options().split.split == SplitMode::Auto {
            let rest = "hard-wrapped documents, split by blocks (--split auto)".to_owned();
            self.add("wrapped", grouped(documents.blocks), rest);
        }
        let num_utf8 = documents.encodings.get("UTF-8").unwrap_or(&0);
        let num_other = documents.encodings.values().sum::<u64>() - num_utf8;
        if num_other > 0 {
            let guessed = match documents.guessed.values().sum() {
                0 => String::new(),
                num_guessed => format!("; {} guessed (check them, or set --encoding)", grouped(num_guessed)),
            };
            let rest = format!("documents that are not UTF-8: {}{guessed}", names(&documents.encodings));
            self.add("decoded", grouped(num_other), rest);
        }
        if documents.replaced > 0 {
            self.add(
                "replaced",
                grouped(documents.replaced),
                "malformed sequences, written as U+FFFD".to_owned(),
            );
        }
    }

    /// The paragraphs of which most copies were removed, one a line.
    fn add_repeated(&mut self, repeated: &[Repeated], width: Option<usize>) {
        let mut name = "repeated";
        for Repeated { copies, place, text } in repeated {
            let rest = match text {
                Some(text) => format!("copies of “{text}”"),
                None => format!("copies, the first at {place}"),
            };
            let rest = printable_bytes(rest.replace(['\n', '\t'], " ").as_bytes());
            let room = width.unwrap_or(MAX_WIDTH).saturating_sub(BEFORE_REST).max(MIN_TEXT);
            self.add(name, grouped(*copies), shortened(&rest, room));
            name = "";
        }
    }

    /// Advice where nothing was read: a wrong path or glob is no error.
    fn add_advice(&mut self, summary: &Summary) {
        if summary.documents.read == 0 && summary.num_rejected() == 0 {
            let rest =
                "no document was found: check the inputs, --include and --exclude, or ask `tamis inspect`";
            self.add("note", "", rest);
        }
    }

    /// Files, members and records that were left out.
    fn add_left_out(&mut self, summary: &Summary) {
        let (files, members, records) = (&summary.files, &summary.members, &summary.records);
        if summary.num_skipped() > 0 {
            let reasons = units([&files.skipped, &members.skipped, &records.skipped]);
            self.add("skipped", grouped(summary.num_skipped()), reasons);
            if [&files.skipped, &members.skipped].iter().any(|counts| is_perhaps_text(counts)) {
                self.add("", String::new(), ASKED.to_owned());
            }
        }
        if summary.num_rejected() > 0 {
            let reasons = units([&files.rejected, &members.rejected, &records.rejected]);
            self.add("rejected", grouped(summary.num_rejected()), reasons);
        }
    }
}

/// A paragraph that is repeated, in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repeated {
    /// Copies that were removed.
    pub(crate) copies: u64,
    /// The place of the first of them, as `tamis explain` takes it.
    pub(crate) place: String,
    /// The text, if it is known.
    pub(crate) text: Option<String>,
}

/// The account of a run that wrote to `destination` and removed these paragraphs most often, where a line has `width`
/// columns.
pub(crate) fn account(
    outcome: &Outcome,
    destination: &Destination,
    repeated: &[Repeated],
    width: Option<usize>,
) -> String {
    let summary = &outcome.summary;
    let mut rows = Rows::default();
    rows.add_texts(summary);
    rows.add_reading(summary);
    rows.add_left_out(summary);
    rows.add_advice(summary);
    rows.add_repeated(repeated, width);
    let seconds = outcome.elapsed.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate with one decimal")]
    let rate = summary.bytes.input as f64 / 1e6 / seconds.max(1e-9);
    rows.add("time", format!("{seconds:.2} s"), format!("{rate:.1} MB/s, {} threads", outcome.threads));
    let Rows(mut text) = rows;
    match destination {
        Destination::Directory(out) => {
            let _ = writeln!(text, "output      {}", path::printable(out));
        }
        Destination::Stdout { .. } => {}
        Destination::Nowhere => text.push_str("dry run: nothing was written\n"),
    }
    if let Some(record) = record(destination) {
        let _ = writeln!(text, "record      {}", path::printable(&record));
    }
    let done = match destination {
        Destination::Directory(out) => Some(out),
        Destination::Stdout { record } => record.as_ref(),
        Destination::Nowhere => None,
    };
    if let Some(done) = done {
        let _ = writeln!(text, "next        tamis report {}", shell_word(&path::printable(done)));
    }
    text
}

/// Columns of a line whose end is cut off, where nothing says how many there are.
const MAX_WIDTH: usize = 80;
/// Columns of a row before its rest.
const BEFORE_REST: usize = 29;
/// No text is cut to fewer columns.
const MIN_TEXT: usize = 20;

/// A text of at most so many columns; its end gives way to an ellipsis, and the closing quotation mark stays.
fn shortened(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let end = if text.ends_with('”') { "…”" } else { "…" };
    let (mut short, mut width) = (String::new(), end.width());
    for grapheme in text.graphemes(true) {
        width += grapheme.width();
        if width > columns {
            break;
        }
        short.push_str(grapheme);
    }
    short + end
}

/// The advice on files whose lines are syntax.
const ASKED: &str = "to read code, markup or data as text, add --include with their ending, such as '*.py'";

/// Whether files were skipped that may be text.
fn is_perhaps_text(skipped: &BTreeMap<String, u64>) -> bool {
    [SkipReason::Unsupported, SkipReason::Html].iter().any(|reason| skipped.contains_key(reason.name()))
}

/// Names the paragraphs that went by a rule.
fn removed_as(name: &str, summary: &Summary) -> String {
    let of_earlier = |number: u64| match number {
        0 => String::new(),
        number => format!(", {} of them from earlier runs", grouped(number)),
    };
    let number = |numbers: &BTreeMap<String, u64>| numbers.get(name).copied().unwrap_or_default();
    let (documents, paragraphs) = (&summary.documents, &summary.paragraphs);
    match Rule::named(name) {
        Some(rule) if rule.is_one_for_one() => rule.counted().to_owned() + &of_earlier(paragraphs.earlier),
        Some(rule) if rule.is_of_documents() => {
            let removed = number(&documents.removed);
            let counted = if removed == 1 { rule.title() } else { rule.counted() };
            // What a document holds always stands in an earlier run: that says nothing of the document.
            let is_held = rule.stays() == Stays::Held;
            let earlier = if is_held { 0 } else { number(&documents.earlier) };
            format!("in {} {counted}{}", grouped(removed), of_earlier(earlier))
        }
        Some(rule) => rule.counted().to_owned(),
        None => name.to_owned(),
    }
}

/// Where the record of a run stands.
pub(crate) fn record(destination: &Destination) -> Option<PathBuf> {
    match destination {
        Destination::Directory(out) => Some(account_of(out)),
        Destination::Stdout { record } => record.clone(),
        Destination::Nowhere => None,
    }
}

fn kept(kept: u64, total: u64, shown: fn(u64) -> String) -> String {
    format!("{} kept ({})", shown(kept), share(kept, total))
}

/// A share with one decimal. Rounded, but 100 % means all of it and 0 % none.
pub(crate) fn share(part: u64, total: u64) -> String {
    let (part, total) = (u128::from(part), u128::from(total.max(1)));
    let rounded = (part * 2000 / total).div_ceil(2);
    let permille = if part == 0 || part == total { rounded } else { rounded.clamp(1, 999) };
    format!("{}.{} %", permille / 10, permille % 10)
}

fn reasons(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<_> =
        counts.iter().map(|(reason, n)| format!("{} {}", grouped(*n), reason.replace('_', " "))).collect();
    parts.join(", ")
}

/// Reasons by what they are of.
pub(crate) fn units([files, members, records]: [&BTreeMap<String, u64>; 3]) -> String {
    let units = [("files", files), ("members", members), ("records", records)];
    let parts = units.into_iter().filter(|(_, counts)| !counts.is_empty());
    parts.map(|(what, counts)| format!("{what}: {}", reasons(counts))).collect::<Vec<_>>().join("; ")
}

/// Pages: how much of what is visible is their text, those without one, and those whose encoding is another than they say.
pub(crate) fn pages(counts: PageCounts) -> String {
    let mut text =
        format!("{} of their visible text is read", share(counts.chars_text, counts.chars_visible));
    let without = counts.without_text();
    if !without.is_empty() {
        let total: u64 = without.iter().map(|(_, number)| number).sum();
        let parts: Vec<_> =
            without.iter().map(|(what, number)| format!("{} {what}", grouped(*number))).collect();
        let have = if total == 1 { "has" } else { "have" };
        let _ = write!(text, "; {} {have} no main text: {}", grouped(total), parts.join(", "));
    }
    if counts.other_charset > 0 {
        let _ = write!(text, "; {} in another encoding than they say", grouped(counts.other_charset));
    }
    text
}

/// The fields in which the texts of records were found, the most frequent first.
pub(crate) fn fields(counts: &BTreeMap<String, u64>) -> String {
    let mut all: Vec<_> = counts.iter().collect();
    all.sort_by_key(|(name, records)| (std::cmp::Reverse(**records), *name));
    let named = |name: &str| printable_bytes(name.as_bytes());
    let parts: Vec<_> = match all[..] {
        [] => return String::new(),
        [(name, _)] => vec![named(name)],
        _ => all.iter().map(|(name, records)| format!("{} ({})", named(name), grouped(**records))).collect(),
    };
    parts.join(", ")
}

/// Encodings by number of documents, but for UTF-8.
fn names(counts: &BTreeMap<String, u64>) -> String {
    let parts = counts.iter().filter(|(name, _)| *name != "UTF-8");
    parts.map(|(name, n)| format!("{} {name}", grouped(*n))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_columns() {
        for (text, columns, expected) in [
            ("copies of “short”", 20, "copies of “short”"),
            ("copies of “a longer one”", 20, "copies of “a longe…”"),
            ("copies of “今天下雨，明天晴。”", 20, "copies of “今天下…”"),
            ("copies, the first at a/b/c.txt:3", 20, "copies, the first a…"),
        ] {
            let short = shortened(text, columns);
            assert_eq!(short, expected);
            assert!(short.width() <= columns, "{short}");
        }
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(
            [share(9_999, 10_000), share(2, 3), share(1, 1_000_000), share(0, 0)],
            ["99.9 %", "66.7 %", "0.1 %", "0.0 %"]
        );
    }
}
