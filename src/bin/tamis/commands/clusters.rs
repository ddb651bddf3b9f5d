//! `tamis clusters`: the documents that went as a whole, by the document that stays in their place.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Serialize;
use tamis::Run;
use tamis::account::{LedgerLine, LedgerLineRef, LedgerPlace, RecordId};
use tamis::decide::Rule;
use tamis::store::path::printable_bytes;

use crate::exit::Exit;
use crate::show::account::grouped;
use crate::terminal::{note, print_more};

pub(crate) const HELP: &str = "\
Groups come from the ledger, from its rules exact-document and near-document (`tamis clean --near`). The largest group \
comes first, then they are sorted by path. Documents outside of all groups are not listed.

--json prints one group per line: {\"survivor\":{\"path\",\"record\",\"id\"},\"members\":[{\"path\",\"record\",\"id\",\
\"rule\",\"similarity\"}]}. It leaves out record and id if there is none, and similarity also if it is 1.
--tsv prints `id TAB cluster`, one line per document, including the document that is kept. An id is the value of the \
record's id field (a string without its quotes), otherwise PATH or PATH#RECORD; cluster is the id of the kept document. A \
TAB in it is written \\t, a line feed \\n, a carriage return \\r, another control character \\u{…}, and in the value of an \
id field a backslash \\\\.";

/// Options of `clusters`.
#[derive(Debug, Args)]
pub(crate) struct ClustersArgs {
    /// The OUT of a run of `tamis clean`, or its record (OUT.tamis).
    #[arg(value_name = "OUT", value_hint = ValueHint::DirPath)]
    out: PathBuf,

    /// Print JSON, one group per line.
    #[arg(long, conflicts_with = "tsv")]
    json: bool,

    /// Print `id TAB cluster`, one line per document.
    #[arg(long)]
    tsv: bool,
}

/// A document.
#[derive(Debug, Clone, Serialize)]
struct Place {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<RecordId<'static>>,
}

/// A document that went.
#[derive(Debug, Clone, Serialize)]
struct Member {
    #[serde(flatten)]
    place: Place,
    rule: Rule,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
}

/// Documents of which one stays.
#[derive(Debug, Clone, Serialize)]
struct Group {
    survivor: Place,
    members: Vec<Member>,
}

pub(crate) fn clusters(args: &ClustersArgs) -> anyhow::Result<Exit> {
    let run = Run::open(&args.out)?;
    let has_documents = run.summary().config.options().decide.near.has_documents();
    if !has_documents {
        note("this run did not search for duplicate documents; run `tamis clean` with --near");
    }
    let groups = groups(&run)?;
    if args.json {
        for group in &groups {
            print_more((serde_json::to_string(group)? + "\n").as_bytes())?;
        }
    } else if args.tsv {
        groups.iter().try_for_each(|group| print_more(tsv(group).as_bytes()))?;
    } else {
        groups.iter().try_for_each(|group| print_more(page(group).as_bytes()))?;
        if has_documents {
            print_more(totals(&groups).as_bytes())?;
        }
    }
    Ok(Exit::Done)
}

/// The groups, the largest first, then by path. Memory: the places of the documents that went.
fn groups(run: &Run) -> anyhow::Result<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut numbers: HashMap<(String, Option<u64>), usize> = HashMap::new();
    run.for_each_line(|line| {
        if let Some(survivor) = line.survivor.as_ref().filter(|_| line.rule.is_of_documents()) {
            let key = (survivor.path.clone().into_owned(), survivor.record);
            let number = *numbers.entry(key).or_insert(groups.len());
            add(&mut groups, number, line);
        }
        Ok(())
    })?;
    groups.sort_by(|a, b| {
        let key = |group: &Group| (Reverse(group.members.len()), group.survivor.record);
        let (a_key, b_key) = (key(a), key(b));
        a_key.0.cmp(&b_key.0).then_with(|| a.survivor.path.cmp(&b.survivor.path)).then(a_key.1.cmp(&b_key.1))
    });
    Ok(groups)
}

fn add(groups: &mut Vec<Group>, number: usize, line: LedgerLineRef<'_>) {
    let LedgerLine { path, record, id, rule, survivor, similarity, .. } = line;
    if number == groups.len()
        && let Some(LedgerPlace { path, record, id, .. }) = survivor
    {
        let survivor = Place { path: path.into_owned(), record, id: id.map(RecordId::into_owned) };
        groups.push(Group { survivor, members: Vec::new() });
    }
    let members = &mut groups[number].members;
    // A long document takes several lines, one after the other.
    let is_told = members.last().is_some_and(|last| last.place.path == path && last.place.record == record);
    if !is_told {
        let place = Place { path: path.into_owned(), record, id: id.map(RecordId::into_owned) };
        members.push(Member { place, rule, similarity });
    }
}

/// A group as people read it.
fn page(group: &Group) -> String {
    let mut text = format!("{}\n", shown(&group.survivor));
    let places: Vec<String> = group.members.iter().map(|member| shown(&member.place)).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or_default().min(60);
    for (member, place) in group.members.iter().zip(places) {
        let similarity = member.similarity.map_or(String::new(), |similarity| format!("  {similarity}"));
        let _ = writeln!(text, "  {place:<width$}  {}{similarity}", member.rule.name());
    }
    text.push('\n');
    text
}

fn totals(groups: &[Group]) -> String {
    let num_members = groups.iter().map(|group| group.members.len()).sum::<usize>();
    let number = |count: usize| grouped(u64::try_from(count).unwrap_or(u64::MAX));
    let unit = if groups.len() == 1 { "group" } else { "groups" };
    let documents = if num_members == 1 { "document" } else { "documents" };
    let (num_groups, num_members) = (number(groups.len()), number(num_members));
    format!("{num_groups} {unit}: {num_members} {documents} removed, {num_groups} kept\n")
}

/// PATH, PATH#RECORD, and the id behind it.
fn shown(place: &Place) -> String {
    let mut text = place.path.clone();
    if let Some(record) = place.record {
        let _ = write!(text, "#{record}");
    }
    if let Some(id) = &place.id {
        let _ = write!(text, " (id {})", id.json());
    }
    printable_bytes(text.as_bytes())
}

fn tsv(group: &Group) -> String {
    let cluster = name(&group.survivor);
    let mut text = format!("{cluster}\t{cluster}\n");
    for member in &group.members {
        let _ = writeln!(text, "{}\t{cluster}", name(&member.place));
    }
    text
}

/// The id of a record; PATH or PATH#RECORD of what has none.
fn name(place: &Place) -> String {
    match (&place.id, place.record) {
        (Some(id), _) => escaped(&id.text().replace('\\', "\\\\")),
        (None, None) => escaped(&place.path),
        (None, Some(record)) => escaped(&format!("{}#{record}", place.path)),
    }
}

/// Without what ends a cell or a line, or moves a cursor.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            c if c.is_control() => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_cells() {
        let place = |path: &str, record, id: Option<&str>| Place {
            path: path.to_owned(),
            record,
            id: id.map(|id| serde_json::from_str(id).unwrap()),
        };
        for (place, expected) in [
            (place("a/b.txt", None, None), "a/b.txt"),
            (place("a.jsonl", Some(3), None), "a.jsonl#3"),
            (place("a.jsonl", Some(3), Some("\"x-1\"")), "x-1"),
            (place("a.jsonl", Some(3), Some("90071992547409931")), "90071992547409931"),
            (place("a.jsonl", Some(3), Some(r#""a\tb\nc\\d\u001b[1m""#)), "a\\tb\\nc\\\\d\\u{1b}[1m"),
            (place("a.jsonl", Some(3), Some(r#"{"n":1}"#)), r#"{"n":1}"#),
            (place("tab\there\\xff", None, None), "tab\\there\\xff"),
        ] {
            assert_eq!(name(&place), expected);
        }
    }
}
