//! A run that is done, opened by a library user: its summary, circumstances, ledger and rejections.

#![expect(clippy::disallowed_methods, reason = "a test writes inputs and damages what a run left")]

use std::fs;
use std::path::{Path, PathBuf};

use tamis::account::names;
use tamis::decide::Rule;
use tamis::error::RejectReason;
use tamis::{Config, Error, NoObserver, Run};

/// A directory in which `in` was cleaned into `out`.
fn cleaned() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let input = directory.path().join("in");
    fs::create_dir(&input).expect("a directory");
    let records = "{\"id\":\"x\",\"text\":\"same\\nmore\"}\n{\"text\":3}\nno JSON\n";
    for (name, content) in [("a.txt", "first\nsame\n"), ("b.txt", "first\nsame\nown\n"), ("r.jsonl", records)]
    {
        fs::write(input.join(name), content).expect("a file");
    }
    let out = directory.path().join("out");
    tamis::clean(&[input], Some(&out), &Config::default(), &NoObserver).expect("a run");
    (directory, out)
}

fn beside(out: &Path) -> PathBuf {
    out.with_extension("tamis")
}

#[test]
fn a_run_is_opened_by_its_output_or_its_account() {
    let (_directory, out) = cleaned();
    for path in [out.clone(), beside(&out), out.join(""), out.join("../out")] {
        let run = Run::open(&path).expect("a run");
        assert_eq!(run.summary().paragraphs.kept, 4, "{}", path.display());
        assert_eq!(run.directory().file_name(), beside(&out).file_name());
    }
    let run = Run::open(&out).expect("a run");
    let summary = fs::read_to_string(beside(&out).join(names::SUMMARY)).expect("a summary");
    assert_eq!(run.summary().to_json(), summary);
    let info = run.info().expect("circumstances");
    assert_eq!((info.schema.as_str(), info.command.len()), ("tamis.run/1", 0));
}

#[test]
fn the_ledger_is_read_line_by_line() {
    let (_directory, out) = cleaned();
    let run = Run::open(&out).expect("a run");
    let lines: Vec<_> = run.lines().expect("a ledger").map(|line| line.expect("a line")).collect();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let survivor = line.survivor.as_ref().expect("a survivor");
            (&*line.path, line.record, (line.first, line.last), &*survivor.path, survivor.first)
        })
        .collect();
    assert_eq!(told, [("b.txt", None, (0, 1), "a.txt", 0), ("r.jsonl", Some(0), (0, 0), "a.txt", 1)]);
    assert!(lines.iter().all(|line| line.rule == Rule::Exact && line.evidence.is_none()));
    assert_eq!(lines[1].id.as_ref().map(|id| id.text().into_owned()), Some("x".to_owned()));
    let mut borrowed = Vec::new();
    let all = run.for_each_line(|line| {
        borrowed.push((line.path.into_owned(), line.span));
        Ok(())
    });
    all.expect("a whole ledger");
    assert_eq!(borrowed, lines.iter().map(|line| (line.path.to_string(), line.span)).collect::<Vec<_>>());
}

#[test]
fn rejections_are_typed() {
    let (_directory, out) = cleaned();
    let rejections = Run::open(&out).expect("a run").rejections().expect("a list");
    let rejections: Vec<_> = rejections.map(|rejection| rejection.expect("a rejection")).collect();
    let told: Vec<_> = rejections.iter().map(|line| (&*line.path, line.line, line.reason)).collect();
    assert_eq!(
        told,
        [("r.jsonl", Some(2), RejectReason::TextNotString), ("r.jsonl", Some(3), RejectReason::NotJson)]
    );
    assert_eq!(rejections[1].remedy, RejectReason::NotJson.remedy());
}

#[test]
fn what_is_no_account_is_an_error_with_its_path() {
    let (directory, out) = cleaned();
    for path in [directory.path().join("in"), directory.path().join("nowhere"), PathBuf::from("/")] {
        let error = Run::open(&path).expect_err("no run");
        assert!(matches!(&error, Error::NoAccount { path: named, .. } if *named == path), "{error}");
        assert!(error.to_string().contains("no record of a run found"), "{error}");
    }
    let account = beside(&out);
    let run = Run::open(&out).expect("a run");
    let damage = |name: &str, content: &[u8]| fs::write(account.join(name), content).expect("a file");

    // Whole frames, and not all of them.
    damage(names::LEDGER, &zstd::bulk::compress(b"", 1).expect("a frame"));
    let last = run.lines().expect("a ledger").last().expect("an item").expect_err("it is empty");
    assert!(last.to_string().contains("it lists 0 removed paragraphs"), "{last}");
    assert_eq!(run.lines().expect("a ledger").count(), 1);
    let error = run.for_each_line(|_| Ok(())).expect_err("it is empty").to_string();
    assert_eq!(error, last.to_string());

    damage(names::LEDGER, b"no frame");
    assert_eq!(run.lines().expect("a ledger").filter(Result::is_err).count(), 1);
    damage(names::REJECTED, b"{\"path\":\"a\"}\n");
    damage(names::RUN_INFO, b"{}");
    damage(names::SUMMARY, b"[]");
    let errors = [
        (names::REJECTED, run.rejections().expect("a list").next().expect("a line").map(drop)),
        (names::RUN_INFO, run.info().map(drop)),
        (names::SUMMARY, Run::open(&out).map(drop)),
    ];
    for (name, result) in errors {
        let error = result.expect_err(name);
        assert!(matches!(&error, Error::Account { path, .. } if *path == account.join(name)), "{error}");
        for part in ["this version of tamis cannot read it", "run `tamis clean` again"] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    fs::remove_file(account.join(names::RUN_INFO)).expect("a file");
    let error = run.info().expect_err("it is gone").to_string();
    assert!(error.contains("cannot read this part of the record"), "{error}");
}
