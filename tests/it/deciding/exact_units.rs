//! `--exact`: the units of which exact copies go (contract I5), and documents that stay as they came (contract P4).

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did, and change it")]

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use tamis::config::{ExactUnits, NearConfig, NearUnits, RecoveryConfig, Repair, Scope};
use tamis::store::Root;
use tamis::{Config, DifferenceKind, Error, NoObserver, Observer};

use crate::support::disk::read_files;
use crate::support::files::{Files, write_files};
use crate::support::lines::lines;
use crate::support::packs::compress;
use crate::support::sandbox::Sandbox;

/// Line ends, indents, blank lines and characters that repair would change.
const TEXT: &str = "\u{3000}\u{3000}今天下雨。  \r\n\r\n\r\n\u{200b}明天晴。\u{7}\r\n今天下雨。\r\n";
/// The same by key text.
const COPY: &str = "今天下雨。\n明天晴。\n\n今天下雨。";

fn corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    let record = |text: &str| format!("{}\n", json!({ "n": 1.50, "text": text }));
    for (path, text) in [
        ("in/a.txt", TEXT.to_owned()),
        ("in/b.txt", COPY.to_owned()),
        ("in/c.txt", "明天晴。\r今天下雨。\r\r".to_owned()),
        ("in/d.txt", "-----\n\n\n-----".to_owned()),
        ("in/e.txt", "-----\n\n\n-----".to_owned()),
        ("in/f.txt", "\n\n\n".to_owned()),
        (
            "in/g.jsonl",
            [record("新闻 \r\n\r\n\r\n x"), record("新闻\nx"), record(COPY), record("x")].concat(),
        ),
    ] {
        sandbox.file(path, text);
    }
    sandbox
}

const KEPT: [&str; 5] = ["a.txt", "c.txt", "d.txt", "e.txt", "g.jsonl"];

#[test]
fn whole_documents_go_and_the_others_stay_as_they_came() {
    let sandbox = corpus();
    sandbox.tamis(&["clean", "in", "--exact", "documents", "--out", "out"]).exits(0);
    let (input, out) = (read_files(&sandbox.path("in")), read_files(&sandbox.path("out")));
    assert_eq!(out.keys().collect::<Vec<_>>(), KEPT);
    for path in &KEPT[..4] {
        assert_eq!(out[*path], input[*path], "{path}");
    }
    let lines_of = |files: &Files| -> Vec<String> {
        String::from_utf8_lossy(&files["g.jsonl"]).lines().map(str::to_owned).collect()
    };
    let records = lines_of(&input);
    assert_eq!(lines_of(&out), [records[0].clone(), records[3].clone()]);
    let ledger = sandbox.ledger("out.tamis");
    let told: Vec<_> = ledger
        .iter()
        .map(|line| json!([line["path"], line["record"], line["rule"], line["survivor"]["path"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["b.txt", null, "exact-document", "a.txt"]),
            json!(["g.jsonl", 1, "exact-document", "g.jsonl"]),
            json!(["g.jsonl", 2, "exact-document", "a.txt"])
        ]
    );
    let summary = sandbox.summary("out.tamis");
    assert_eq!(summary["config"]["exact"], "documents");
    assert_eq!(summary["documents"]["removed"], json!({"exact-document": 3}));
    assert!(summary["paragraphs"]["removed"].get("exact").is_none(), "the rule is off");
    sandbox.tamis(&["verify", "in", "--exact", "documents", "--out", "out"]).exits(0);
    sandbox.tamis(&["verify", "in", "--out", "out"]).exits(2).says(&["--exact"]);
    let checked = sandbox.tamis(&["check", "in", "--exact", "documents"]);
    assert!(
        checked.exits(1).out().contains("in/b.txt:1-4: the whole document is a copy of in/a.txt"),
        "{}",
        checked.out()
    );
    // Cleaned again, nothing goes, and every byte is what it was.
    sandbox.tamis(&["clean", "out", "--exact", "documents", "--out", "twice"]).exits(0);
    assert_eq!(read_files(&sandbox.path("twice")), out);
}

#[test]
fn every_unit_in_every_form() {
    let sandbox = corpus();
    for (exact, num_documents, num_paragraphs) in
        [("documents", 3, 0), ("both", 3, 4), ("off", 0, 0), ("paragraphs", 0, 12)]
    {
        for to in [None, Some("txt"), Some("jsonl"), Some("parquet")] {
            let out = format!("{exact}-{}", to.unwrap_or("same"));
            let form = to.map_or_else(Vec::new, |to| vec!["--to", to]);
            let args = [&["--exact", exact, "--out", &out][..], &form].concat();
            sandbox.tamis(&[&["clean", "in"], &args[..]].concat()).exits(0);
            let summary = sandbox.summary(&format!("{out}.tamis"));
            let removed = |what: &str, rule: &str| summary[what]["removed"][rule].as_u64().unwrap_or(0);
            assert_eq!(removed("documents", "exact-document"), num_documents, "{out}");
            assert_eq!(removed("paragraphs", "exact"), num_paragraphs, "{out}");
            sandbox.tamis(&[&["verify", "in"], &args[..]].concat()).exits(0);
        }
    }
    let same = |path: &str| std::fs::read(sandbox.path(format!("off-same/{path}"))).expect("a file");
    for (path, content) in read_files(&sandbox.path("in")).into_iter().filter(|(path, _)| path != "f.txt") {
        assert_eq!(same(&path), content, "{path}");
    }
    // Repair that is asked for is done.
    sandbox.tamis(&["clean", "in", "--exact", "off", "--repair", "basic", "--out", "repaired"]).exits(0);
    let repaired = std::fs::read_to_string(sandbox.path("repaired/a.txt")).expect("a file");
    assert_eq!(repaired, "今天下雨。\n\n明天晴。\n今天下雨。\n");
}

/// Near-duplicates and copies go as wholes, and what stays is not touched.
#[test]
fn near_duplicates_of_documents_only() {
    let sandbox = corpus();
    let article = lines(40, |n| format!("  第{n}段说的是另一件事，与上文无关。  \r\n\r\n\r"));
    sandbox.file("in/h.txt", &article);
    sandbox.file("in/i.txt", format!("来源：另一家\r\n{article}"));
    sandbox.file("in/j.txt", &article);
    let args = ["in", "--near", "--exact", "documents", "--out", "out"];
    sandbox.tamis(&[&["clean"], &args[..]].concat()).exits(0);
    let (input, out) = (read_files(&sandbox.path("in")), read_files(&sandbox.path("out")));
    assert_eq!(out.keys().map(String::as_str).collect::<Vec<_>>(), [&KEPT[..], &["h.txt"]].concat());
    for path in ["a.txt", "c.txt", "h.txt"] {
        assert_eq!(out[path], input[path], "{path}");
    }
    let documents = &sandbox.summary("out.tamis")["documents"];
    assert_eq!(documents["removed"], json!({"exact-document": 4, "near-document": 1}));
    assert!(documents.get("stubs").is_none(), "every document that stays is whole");
    sandbox.tamis(&[&["verify"], &args[..]].concat()).exits(0);
}

/// Texts of several pieces: a copy, one that differs at its end, and blank lines before the first paragraph.
#[test]
fn long_texts() {
    let sandbox = Sandbox::new();
    let body = lines(100_000, |n| format!("line {n} of a long text\r\n\r\n\r"));
    let text = "\n".repeat(3_000_000) + &body;
    sandbox.file("in/a.txt", &text);
    sandbox.file("in/b.txt", &body);
    sandbox.file("in/c.txt", format!("{text}one more"));
    sandbox.file("in/d.txt", "\n".repeat(9_000_000));
    sandbox.file("in/e.txt.gz", compress("gz", "\n".repeat(9_000_000).as_bytes()));
    for (to, names) in [(None, vec!["a.txt", "c.txt"]), (Some("jsonl"), vec!["part-00000.jsonl"])] {
        let form = to.map_or_else(Vec::new, |to| vec!["--to", to]);
        let args = [&["in", "--exact", "documents", "--force", "--out", "out"][..], &form].concat();
        sandbox.tamis(&[&["clean"], &args[..]].concat()).exits(0);
        let (input, out) = (read_files(&sandbox.path("in")), read_files(&sandbox.path("out")));
        assert_eq!(out.keys().collect::<Vec<_>>(), names);
        if to.is_none() {
            assert!(out["a.txt"] == input["a.txt"] && out["c.txt"] == input["c.txt"], "byte for byte");
        } else {
            let texts: Vec<String> = String::from_utf8_lossy(&out[names[0]])
                .lines()
                .map(|line| {
                    serde_json::from_str::<serde_json::Value>(line).expect("JSON")["text"].to_string()
                })
                .collect();
            let spelled = |path: &str| json!(String::from_utf8_lossy(&input[path])).to_string();
            assert!(texts == [spelled("a.txt"), spelled("c.txt")], "the whole texts");
        }
        sandbox.tamis(&[&["verify"], &args[..]].concat()).exits(0);
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let sandbox = corpus();
    for (args, parts) in [
        (
            &["--exact", "documents", "--near=paragraphs"][..],
            ["exact: near-duplicate paragraphs", "--near=documents"],
        ),
        (&["--exact", "off", "--near=both"], ["exact: near-duplicate paragraphs", "--exact paragraphs"]),
        (&["--exact", "documents", "--scope", "document"], ["scope document", "leave one of the two out"]),
        (
            &["--exact", "documents", "--index", "index"],
            ["exact: only paragraphs can be compared with earlier runs", "leave --exact out"],
        ),
        (
            &["--exact", "both", "--index", "index"],
            ["exact: only paragraphs can be compared with earlier runs", "leave --exact out"],
        ),
        (&["--exact", "records"], ["records", "documents"]),
    ] {
        let args = [&["clean", "in", "--out", "out"], args].concat();
        sandbox.tamis(&args).exits(2).says(&parts).is_plain();
        assert!(!sandbox.exists("out") && !sandbox.exists("index"), "{args:?}");
    }
    let build = ["index", "build", "in", "--index", "index", "--run-name", "one"];
    sandbox
        .tamis(&[&build[..], &["--exact", "documents"]].concat())
        .exits(2)
        .says(&["exact", "leave --exact out"]);
    // In the file it is an option of other commands.
    sandbox.file("tamis.toml", "exact = 'documents'\n");
    sandbox.tamis(&build).exits(0);
    sandbox.file("tamis.toml", "");
    sandbox.tamis(&["clean", "in", "--against", "index", "--out", "out"]).exits(0);
    assert_eq!(sandbox.summary("out.tamis")["documents"]["kept"], 2, "layout is in no index");
}

/// A copy that stays, or a document that is not what it was, is found by an audit.
#[test]
fn an_audit_finds_copies_that_stay() {
    let sandbox = corpus();
    let config = |exact| {
        let mut config = Config::default();
        config.decide.exact = exact;
        config.split.repair = Repair::None;
        config
    };
    let (input, out) = (sandbox.path("in"), sandbox.path("out"));
    let (off, documents) = (config(ExactUnits::Off), config(ExactUnits::Documents));
    tamis::clean(std::slice::from_ref(&input), Some(&out), &off, &NoObserver).expect("a run");
    let audit = |config: &Config| {
        let roots = vec![Root::look(&input).expect("an input")];
        tamis::verify(roots, &out, &sandbox.path("out.tamis"), config, &NoObserver).expect("an audit")
    };
    assert!(audit(&off).is_clean());
    let found = audit(&documents);
    let twice = found.differences.iter().filter(|found| found.kind == DifferenceKind::Twice);
    assert_eq!(twice.map(|found| found.path.as_str()).collect::<Vec<_>>(), ["b.txt", "g.jsonl", "g.jsonl"]);
    for (path, text) in
        [("a.txt", TEXT.replace("\r\n\r\n\r\n", "\r\n\r\n")), ("c.txt", "明天晴。\r今天下雨。\r".to_owned())]
    {
        let before = std::fs::read(out.join(path)).expect("a file");
        write_files(&out, &Files::from([(path.to_owned(), text.into_bytes())]));
        assert!(!audit(&off).is_clean(), "{path}");
        write_files(&out, &Files::from([(path.to_owned(), before)]));
    }
    assert!(audit(&off).is_clean());
}

/// Cuts a run short when it has asked so often whether it should stop.
struct Cut(AtomicU64);

impl Observer for Cut {
    fn is_cancelled(&self) -> bool {
        self.0.fetch_sub(1, Ordering::Relaxed) == 0
    }
}

/// Promise "same bytes": whatever the memory and the threads, and after an interruption.
#[test]
fn the_same_bytes_below_a_ceiling_and_after_an_interruption() {
    let directory = tempfile::tempdir().expect("a directory");
    let (input, out) = (directory.path().join("in"), directory.path().join("out"));
    let text = |n: usize| lines(400, |line| format!(" {} of {line} \r\n\n", n % 60));
    let files: Files = (0..120).map(|n| (format!("{n:03}.txt"), text(n).into_bytes())).collect();
    write_files(&input, &files);
    let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(100_000) };
    for exact in [ExactUnits::Documents, ExactUnits::Both, ExactUnits::Off] {
        let mut expected: Option<Files> = None;
        let mut num_resumed = 0;
        for (memory, threads) in [(None, 2), (Some(400_000), 1)] {
            let mut config = Config { memory, threads, recovery: recovery.clone(), ..Config::default() };
            (config.decide.exact, config.split.repair) = (exact, Repair::None);
            config.write.force = true;
            let run = |observer: &dyn Observer| {
                tamis::clean(std::slice::from_ref(&input), Some(Path::new(&out)), &config, observer)
            };
            let counter = Cut(AtomicU64::new(u64::MAX));
            run(&counter).expect("a run");
            let num_asked = u64::MAX - counter.0.into_inner();
            let whole = read_files(&out);
            assert!(expected.get_or_insert_with(|| whole.clone()) == &whole, "{exact:?} {memory:?}");
            if exact != ExactUnits::Both {
                assert_eq!(whole.len(), if exact == ExactUnits::Off { 120 } else { 60 });
                assert!(whole.iter().all(|(path, text)| files[path] == *text), "{exact:?}: byte for byte");
            }
            for back in [12, 6, 3] {
                std::fs::remove_dir_all(&out).expect("OUT");
                let cut = run(&Cut(AtomicU64::new(num_asked - back)));
                assert!(matches!(cut, Err(Error::Interrupted)), "{exact:?}: {cut:?}");
                num_resumed += usize::from(directory.path().join("out.tamis-partial").exists());
                run(&NoObserver).expect("a run");
                assert!(read_files(&out) == whole, "{exact:?} {memory:?} {back}");
            }
        }
        assert!(num_resumed > 0, "{exact:?}: nothing was left to go on from");
    }
}

/// A document that a filter drops is no survivor: its copy stays (contract C2).
#[test]
fn a_dropped_document_gives_its_copies_back() {
    let sandbox = Sandbox::new();
    let mut config = Config::default();
    config.decide.exact = ExactUnits::Both;
    config.decide.filters.min_document_chars = Some(8);
    let (long, short) = ("一二三四五六七八九十。", "一二三四。");
    sandbox.file("in/a.txt", format!("{long}\n{short}\n"));
    sandbox.file("in/b.txt", format!("{short}\n甲乙。\n"));
    sandbox.file("in/c.txt", format!("{short}\n甲乙。\n"));
    let (input, out) = (sandbox.path("in"), sandbox.path("out"));
    tamis::clean(std::slice::from_ref(&input), Some(&out), &config, &NoObserver).expect("a run");
    // What is left of b is too short, and c is judged as a copy, not by its length: it is given back.
    assert_eq!(read_files(&out).keys().collect::<Vec<_>>(), ["a.txt", "c.txt"]);
    config.decide.near = NearConfig { units: Some(NearUnits::Documents), ..NearConfig::default() };
    config.decide.scope = Scope::Document;
    assert!(config.validate().is_ok(), "copies of paragraphs in their document, and of documents everywhere");
}

/// Documents that keep less than a fifth of their text are counted where people look.
#[test]
fn stubs_are_counted() {
    let sandbox = Sandbox::new();
    let article = lines(9, |n| format!("第{n}段：今天的新闻内容在这里。"));
    sandbox.file("in/a.txt", &article);
    sandbox.file("in/b.txt", format!("记者：甲\n{article}"));
    sandbox.file("in/c.jsonl", format!("{}\n", json!({ "text": format!("来源：乙\n{article}") })));
    sandbox.file("in/d.txt", format!("{}{}", &article[..article.len() / 3], "x".repeat(article.len() / 4)));
    for args in [&["--out", "out"][..], &["--to", "jsonl", "--out", "shards"]] {
        let ran = sandbox.tamis(&[&["clean", "in"], args].concat());
        assert!(
            ran.exits(0)
                .out()
                .contains("stubs                    2   documents keep less than a fifth of their text"),
            "{}",
            ran.out()
        );
        let record = format!("{}.tamis", args[args.len() - 1]);
        assert_eq!(sandbox.summary(&record)["documents"]["stubs"], 2);
        sandbox.tamis(&[&["verify", "in"], args].concat()).exits(0);
    }
    sandbox.tamis(&["report", "out", "--html", "page.html"]).exits(0);
    let page = std::fs::read_to_string(sandbox.path("page.html")).expect("a page");
    assert!(page.contains("\"stubs\":2") && page.contains("less than a fifth"));
    sandbox.tamis(&["clean", "in", "--exact", "documents", "--out", "whole"]).exits(0);
    assert!(sandbox.summary("whole.tamis")["documents"].get("stubs").is_none());
}
