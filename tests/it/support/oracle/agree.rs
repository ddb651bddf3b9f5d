//! The oracle against a run on disk: every byte, every count, every line of the record.

use tamis::Config;

use super::{Cleaned, Place, Rejected};
use crate::support::disk;
use crate::support::files::Files;
use crate::support::ledger::{LayoutLine, Line};
use crate::support::run::Run;

/// Cleans `files` both ways and says where the two first differ.
pub(crate) fn check(files: &Files, config: &Config) -> Result<Run, String> {
    let run = disk::clean(files, config);
    let expected = super::clean(files, config);
    check_files(&run.out, &expected.files)?;
    check_ledger(&run.lines(), &expected)?;
    check_layout(&run.layouts(), &expected)?;
    same("rejections", &rejections(&run), &expected.rejected)?;
    check_counts(&run, &expected)?;
    Ok(run)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}:\n   found {found:?}\nexpected {expected:?}"))
}

fn check_files(found: &Files, expected: &Files) -> Result<(), String> {
    same("files written", &found.keys().collect::<Vec<_>>(), &expected.keys().collect())?;
    for (path, content) in found {
        let expected = &expected[path];
        if content != expected {
            let at = content.iter().zip(expected).take_while(|(a, b)| a == b).count();
            let near =
                |bytes: &[u8]| bytes[at.saturating_sub(40)..].iter().copied().take(120).collect::<Vec<_>>();
            let (found, expected) = (near(content), near(expected));
            same(
                &format!("{path} at byte {at}"),
                &String::from_utf8_lossy(&found),
                &String::from_utf8_lossy(&expected),
            )?;
            return Err(format!("{path} at byte {at}: found {found:?}, expected {expected:?}"));
        }
    }
    Ok(())
}

/// Expands the runs to single paragraphs; their spans must begin and end where the paragraphs do.
fn check_ledger(ledger: &[Line], cleaned: &Cleaned) -> Result<(), String> {
    let mut expected = cleaned.removed.iter();
    for line in ledger {
        let id = |place: &Place| cleaned.ids.get(&(place.path.clone(), place.record?)).cloned();
        same("ids", &line.ids, &[id(&line.first), id(&line.survivor)])?;
        same(
            "length of a run",
            &(line.last - line.first.index),
            &(line.survivor_last - line.survivor.index),
        )?;
        let mut span = None;
        for offset in 0..=line.last - line.first.index {
            let at = |place: &Place| Place { index: place.index + offset, ..place.clone() };
            let (removed, found, survivor) = expected.next().ok_or(format!("one run too many: {line:?}"))?;
            same("removed", &(at(&line.first), at(&line.survivor)), &(removed.clone(), survivor.clone()))?;
            span = Some((span.map_or(found.0, |(start, _)| start), found.1));
        }
        same(&format!("span of {line:?}"), &Some(line.span), &span)?;
    }
    same("removed, but not in the ledger", &expected.next(), &None)
}

/// Expands the lines about layout to single paragraphs.
fn check_layout(ledger: &[LayoutLine], cleaned: &Cleaned) -> Result<(), String> {
    let mut expected = cleaned.layout.iter();
    for line in ledger {
        let (mut span, mut text) = (None, String::new());
        for index in line.first.index..=line.last {
            let (place, found, written) = expected.next().ok_or(format!("too much layout: {line:?}"))?;
            same("layout", &Place { index, ..line.first.clone() }, place)?;
            span = Some((span.map_or(found.0, |(start, _)| start), found.1));
            text.push_str(written);
        }
        same(&format!("span and text of {line:?}"), &(Some(line.span), &line.text), &(span, &text))?;
    }
    same("layout that is not in the ledger", &expected.next(), &None)
}

fn rejections(run: &Run) -> Vec<Rejected> {
    let lines = run.record["rejected.jsonl"].split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let rejection = |line| {
        let json: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        let place = json.get("record").and_then(|record| Some((record.as_u64()?, json["line"].as_u64()?)));
        // Which of the two it is, is not the oracle's to tell.
        if json["reason"] == "encoding_unknown" {
            return (json["path"].as_str().unwrap_or_default().to_owned(), place, "not_utf8");
        }
        let reasons =
            ["not_utf8", "not_json", "not_object", "no_text", "text_not_string", "text_twice", "undecodable"];
        let reason = reasons.into_iter().find(|reason| json["reason"] == *reason).unwrap_or("another");
        (json["path"].as_str().unwrap_or_default().to_owned(), place, reason)
    };
    lines.map(rejection).collect()
}

fn check_counts(run: &Run, expected: &Cleaned) -> Result<(), String> {
    let summary = &run.summary;
    let on_disk = serde_json::from_slice(&run.record["summary.json"]).map_err(|error| error.to_string())?;
    same("summary.json", &on_disk, summary)?;
    let rejected_files = expected.rejected.iter().filter(|(_, record, _)| record.is_none()).count() as u64;
    let rejected_records = expected.rejected.len() as u64 - rejected_files;
    let num_removed = (expected.removed.len() + expected.layout.len()) as u64;
    let output: usize = expected.files.values().map(Vec::len).sum();
    let sum = |counts: &std::collections::BTreeMap<String, u64>| counts.values().sum::<u64>();
    let (files, documents) = (&summary.files, &summary.documents);
    let (paragraphs, bytes) = (&summary.paragraphs, &summary.bytes);
    for (what, found, expected) in [
        ("files found", files.found, expected.files_read + expected.files_skipped + rejected_files),
        ("files read", files.read, expected.files_read),
        ("files skipped", sum(&files.skipped), expected.files_skipped),
        ("files rejected", sum(&files.rejected), rejected_files),
        ("records read", summary.records.read, expected.records_read),
        ("records rejected", sum(&summary.records.rejected), rejected_records),
        ("documents read", documents.read, expected.documents_kept + expected.documents_emptied),
        ("documents kept", documents.kept, expected.documents_kept),
        ("documents emptied", documents.emptied, expected.documents_emptied),
        ("paragraphs read", paragraphs.read, expected.paragraphs_kept + num_removed),
        ("paragraphs kept", paragraphs.kept, expected.paragraphs_kept),
        ("paragraphs removed", sum(&paragraphs.removed), num_removed),
        ("bytes of input", bytes.input, expected.bytes_input),
        ("bytes of paragraphs", bytes.paragraphs, expected.bytes_kept + expected.bytes_removed),
        ("bytes kept", bytes.kept, expected.bytes_kept),
        ("bytes removed", sum(&bytes.removed), expected.bytes_removed),
        ("bytes of output", bytes.output, output as u64),
    ] {
        same(what, &found, &expected)?;
    }
    for (_, record, reason) in &expected.rejected {
        let counts = if record.is_some() { &summary.records.rejected } else { &files.rejected };
        let same_kind = expected.rejected.iter().filter(|other| other.1.is_some() == record.is_some());
        let count = same_kind.filter(|other| other.2 == *reason).count() as u64;
        let found = match (*reason, record.is_some()) {
            ("not_utf8", false) => {
                ["not_utf8", "encoding_unknown"].iter().filter_map(|r| counts.get(*r)).sum()
            }
            _ => counts.get(*reason).copied().unwrap_or_default(),
        };
        same(reason, &found, &count)?;
    }
    Ok(())
}
