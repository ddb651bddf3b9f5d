//! The output of `tamis inspect` for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use tamis::config::SplitMode;
use tamis::report::{DrawnClass, InspectedQuality, InspectedSignal, Inspection, shown};
use tamis::split::Method;
use tamis::store::path::printable_bytes;
use tamis::units::count;

use super::account::{fields, grouped, pages, share, size, units};

/// Skipped and rejected inputs that are shown; JSON has more.
const MAX_SHOWN: usize = 10;
/// Characters of the longest bar.
const BAR: u64 = 32;

/// Columns before a bar.
const BEFORE_BAR: u64 = 25;

/// The page for an inspection, for lines of `width` columns if there is a limit.
pub(crate) fn page(inspection: &Inspection, width: Option<usize>) -> String {
    let mut text = String::new();
    let mut row = |name: &str, total: u64, rest: &str| row(&mut text, name, total, rest);
    let (files, members, records) = (&inspection.files, &inspection.members, &inspection.records);
    row("files", files.found, &format!("{} read, {}", grouped(files.read), size(inspection.bytes.input)));
    for (name, counts) in [
        ("formats", &inspection.formats),
        ("compressed", &inspection.compressions),
        ("archives", &inspection.archives),
    ] {
        if !counts.is_empty() {
            row(name, counts.values().sum(), &by_count(counts));
        }
    }
    if members.found > 0 {
        row("members", members.found, &format!("{} read", grouped(members.read)));
    }
    if records.read > 0 {
        row("records", records.read, "");
    }
    if !records.fields.is_empty() {
        row(
            "fields",
            records.fields.values().sum(),
            &format!("records with their text in {}", fields(&records.fields)),
        );
    }
    row("documents", inspection.documents, &format!("{} of text", size(inspection.bytes.text)));
    if inspection.documents > 0 {
        row("encodings", inspection.encodings.values().sum(), &by_count(&inspection.encodings));
    }
    pages_read(inspection, &mut row);
    row("paragraphs", inspection.paragraphs, "");
    if inspection.num_skipped() > 0 {
        row(
            "skipped",
            inspection.num_skipped(),
            &units([&files.skipped, &members.skipped, &records.skipped]),
        );
    }
    if inspection.num_rejected() > 0 {
        let counts = [&files.rejected, &members.rejected, &records.rejected];
        row("rejected", inspection.num_rejected(), &units(counts));
    }
    methods(inspection, &mut text);
    histogram(inspection, width, &mut text);
    scripts(inspection, &mut text);
    if let Some(quality) = &inspection.quality {
        scores(quality, &mut text);
    }
    if let Some(longest) = &inspection.longest_paragraph {
        let _ = writeln!(text, "\nlongest paragraph, {}\n  {longest}", size(longest.bytes));
    }
    listed(inspection, &mut text);
    text
}

/// A row: what is counted, how many there are, and more about them.
fn row(text: &mut String, name: &str, total: u64, rest: &str) {
    let _ = writeln!(text, "{}", format!("{name:<11} {:>14}   {rest}", grouped(total)).trim_end());
}

/// The rows on pages, if there are any.
fn pages_read(inspection: &Inspection, row: &mut impl FnMut(&str, u64, &str)) {
    let Some(pages) = &inspection.pages else { return };
    row("pages", pages.counts.read, &self::pages(pages.counts));
    if !pages.languages.is_empty() {
        let languages = format!("pages: {}", by_count(&pages.languages));
        row("languages", pages.languages.values().sum(), &languages);
    }
}

/// Names by count, the most frequent first.
fn by_count(counts: &BTreeMap<String, u64>) -> String {
    let mut all: Vec<_> = counts.iter().collect();
    all.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    all.iter().map(|(name, count)| format!("{} {name}", grouped(**count))).collect::<Vec<_>>().join(", ")
}

/// How the documents of each format are split.
fn methods(inspection: &Inspection, text: &mut String) {
    if inspection.split != SplitMode::Auto || inspection.methods.is_empty() {
        return;
    }
    text.push_str("\nhow documents are split (--split auto)\n");
    for (format, methods) in &inspection.methods {
        let total: u64 = methods.values().sum();
        let blocks = methods.get(Method::Block.name()).copied().unwrap_or_default();
        let documents = if total == 1 { "document" } else { "documents" };
        let what = match blocks {
            0 => format!("{} {documents}, split by lines", grouped(total)),
            _ if blocks == total => format!("{} hard-wrapped {documents}, split by blocks", grouped(total)),
            _ => format!(
                "{} of {} documents are hard-wrapped and split by blocks, the others by lines",
                grouped(blocks),
                grouped(total)
            ),
        };
        let _ = writeln!(text, "  {format:<9} {what}");
    }
}

fn histogram(inspection: &Inspection, width: Option<usize>, text: &mut String) {
    let classes: Vec<_> = inspection.sizes.classes().collect();
    let Some(most) = classes.iter().map(|(_, count)| *count).max() else { return };
    let room = width.map_or(BAR, |width| count(width).saturating_sub(BEFORE_BAR).clamp(1, BAR));
    text.push_str("\nlength of documents\n");
    for (name, number) in classes {
        let bar = "█".repeat(usize::try_from((number * room).div_ceil(most)).unwrap_or(0));
        let _ = writeln!(text, "  {name:<9} {:>12} {bar}", grouped(number));
    }
}

fn scripts(inspection: &Inspection, text: &mut String) {
    let scripts = inspection.scripts.sorted();
    let total: u64 = scripts.iter().map(|(_, characters)| characters).sum();
    if total == 0 {
        return;
    }
    text.push_str("\ncharacters by script\n");
    for (script, characters) in scripts.iter().take(MAX_SHOWN) {
        let _ = writeln!(text, "  {script:<9} {:>12} {}", grouped(*characters), share(*characters, total));
    }
}

/// How documents score by a profile: a drawing of each signal that some are out by, and a row of any other.
fn scores(quality: &InspectedQuality, text: &mut String) {
    let profile = choice(&quality.profile);
    let (out, all) = (quality.out, quality.documents);
    let _ = writeln!(
        text,
        "\nquality by the profile {profile}: {} of {} documents are out of bounds",
        grouped(out),
        grouped(all)
    );
    let head = |signal: &InspectedSignal| {
        let side = if signal.is_at_least { "at least" } else { "at most" };
        format!("{}, {}: {side} {}", signal.signal, choice(&signal.language), shown(signal.bound))
    };
    let (drawn, quiet): (Vec<_>, Vec<_>) = quality.signals.iter().partition(|signal| signal.out > 0);
    for signal in drawn {
        let (out, judged) = (grouped(signal.out), grouped(signal.judged));
        let _ = writeln!(text, "\n  {}; out: {out} of {judged} documents", head(signal));
        let classes = signal.drawn();
        let most = classes.iter().map(|class| class.documents).max().unwrap_or(1).max(1);
        for DrawnClass { values, documents, is_out } in classes {
            let bar = "█".repeat(usize::try_from((documents * BAR).div_ceil(most)).unwrap_or(0));
            let mark = if is_out { "out" } else { "" };
            let line = format!("    {values:<17} {:>12} {mark:<3} {bar}", grouped(documents));
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    if !quiet.is_empty() {
        text.push_str("\n  no document is out by\n");
        for signal in quiet {
            let documents = if signal.judged == 1 { "document" } else { "documents" };
            let _ = writeln!(text, "    {} ({} {documents})", head(signal), grouped(signal.judged));
        }
    }
}

/// A choice as it is spelled in options.
fn choice(choice: &impl serde::Serialize) -> String {
    let spelled = serde_json::to_value(choice).unwrap_or_default();
    spelled.as_str().unwrap_or_default().to_owned()
}

fn listed(inspection: &Inspection, text: &mut String) {
    let more = |text: &mut String, total: u64, shown: u64| {
        let more = total.saturating_sub(shown);
        if more > 0 {
            let _ = writeln!(text, "  and {} more", grouped(more));
        }
    };
    let pages = inspection.pages.iter().flat_map(|pages| &pages.without_text);
    let without = inspection
        .pages
        .as_ref()
        .map_or(0, |pages| pages.counts.without_text().iter().map(|(_, number)| number).sum());
    if without > 0 {
        text.push_str("\npages without a main text\n");
        for page in pages.take(MAX_SHOWN) {
            let record = page.record.map_or(String::new(), |record| format!("#{record}"));
            let path = printable_bytes(page.path.as_bytes());
            let _ = writeln!(text, "  {path}{record}: {}", page.reason.replace('_', " "));
        }
        more(text, without, MAX_SHOWN as u64);
    }
    // Records of web archives are counted only: there may be as many as there are pages.
    let skipped = inspection.files.skipped.values().chain(inspection.members.skipped.values()).sum();
    if skipped > 0 {
        text.push_str("\nskipped\n");
        for skipped in inspection.skipped.iter().take(MAX_SHOWN) {
            let reason = skipped.reason.name().replace('_', " ");
            let detail = skipped.detail.map_or(String::new(), |detail| format!("; {detail}"));
            let _ = writeln!(text, "  {}: {reason}{detail}", printable_bytes(skipped.path.as_bytes()));
        }
        more(text, skipped, MAX_SHOWN as u64);
    }
    if inspection.num_rejected() > 0 {
        text.push_str("\nwill be rejected\n");
        for rejected in inspection.rejected.iter().take(MAX_SHOWN) {
            let field = |name: &str| rejected[name].as_str().unwrap_or_default();
            let mut place = printable_bytes(field("path").as_bytes());
            if let Some(line) = rejected["line"].as_u64() {
                let _ = write!(place, ":{line}");
            } else if let Some(record) = rejected["record"].as_u64() {
                let _ = write!(place, "#{record}");
            }
            if let Some(more) = rejected["more"].as_u64() {
                let _ = write!(place, " and {} more records", grouped(more));
            }
            let byte = rejected["byte"].as_u64().map_or(String::new(), |byte| format!(" (at byte {byte})"));
            let detail = printable_bytes(field("detail").as_bytes());
            let _ = writeln!(text, "  {place}: {detail}{byte}; {}", field("remedy"));
        }
        let shown = inspection
            .rejected
            .iter()
            .take(MAX_SHOWN)
            .map(|rejected| 1 + rejected["more"].as_u64().unwrap_or(0));
        more(text, inspection.num_rejected(), shown.sum());
    }
}
