//! Boilerplate of a source goes with all its copies, and nothing else of a document does (contract C2, C4).

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tamis::config::{ExactUnits, NearConfig, NearUnits, RecoveryConfig};
use tamis::document::SourceFigures;
use tamis::{Config, Error, NoObserver, Observer};

use crate::support::disk;
use crate::support::files::{Files, write_files};
use crate::support::json::text_of;
use crate::support::lines::lines;
use crate::support::memory;
use crate::support::run::Run;
use crate::support::sandbox::Sandbox;
use crate::support::texts::paragraph;

/// Boilerplate goes, and nothing else; what a source is.
fn config(source: &str) -> Config {
    let mut config = Config::default();
    config.decide.boilerplate = true;
    config.decide.source = source.parse().expect("a source");
    config
}

/// An article of a site of this template: its furniture around its own headline and text.
fn article(template: &[&str], number: usize) -> String {
    let mut text = String::new();
    for line in template {
        let line = line.replace("{n}", &number.to_string()).replace("{word}", &word(number));
        let lines: Vec<String> = match line.as_str() {
            "TEXT" => (0..4).map(|part| paragraph(number * 10 + part)).collect(),
            line => vec![line.to_owned()],
        };
        for line in lines {
            writeln!(text, "{line}").expect("a string takes everything");
        }
    }
    text
}

/// A number without digits: headlines differ in more than those.
fn word(number: usize) -> String {
    let digits = number.to_string().into_bytes();
    digits.iter().filter_map(|digit| "零一二三四五六七八九".chars().nth(usize::from(digit - b'0'))).collect()
}

const CHINESE: &[&str] = &[
    "首页 > 新闻中心 > 正文",
    "第{word}座新桥今天通车",
    "发布时间：2024-01-{n} 来源：晨报",
    "TEXT",
    "（责任编辑：王{word}）",
    "版权声明：未经本网授权，不得转载本站内容。",
    "相关新闻",
    "共有 {n} 条评论",
];

const ENGLISH: &[&str] = &[
    "Home | News | Business",
    "Council {word} votes on a new bridge",
    "By John Smith",
    "TEXT",
    "Read more",
    "Sign up for our newsletter",
    "© 2024 The Daily Paper. All rights reserved.",
];

/// The lines of a template that are a document's own.
fn own<'a>(template: &[&'a str]) -> Vec<&'a str> {
    template
        .iter()
        .copied()
        .filter(|line| line.contains("{word}座") || line.contains("{word} votes") || *line == "TEXT")
        .collect()
}

fn site(name: &str, template: &[&str], numbers: std::ops::Range<usize>) -> Files {
    numbers.map(|n| (format!("{name}/{n}.txt"), article(template, n).into_bytes())).collect()
}

/// Rule, path and evidence of each line of the ledger.
fn told(run: &Run) -> Vec<(&str, &str, &Value)> {
    run.ledger.iter().map(|line| (text_of(line, "rule"), text_of(line, "path"), &line["evidence"])).collect()
}

#[test]
fn all_copies_go_and_no_headline_and_no_text() {
    for (name, template) in [("zh", CHINESE), ("en", ENGLISH)] {
        let run = disk::clean(&site(name, template, 1..13), &config("directory"));
        for n in 1..13 {
            let path = format!("{name}/{n}.txt");
            assert_eq!(run.text(&path), article(&own(template), n), "{path}");
        }
        assert!(told(&run).iter().all(|(rule, ..)| *rule == "boilerplate"), "{name}");
        let removed: usize = run.ledger.iter().map(|line| text_of(line, "text").lines().count()).sum();
        assert_eq!(
            removed,
            12 * (template.len() - own(template).len()),
            "the removed text stands in the ledger"
        );
    }
}

#[test]
fn the_ledger_says_of_what_source_and_where() {
    let run = disk::clean(&site("zh", CHINESE, 1..13), &config("directory"));
    let first = &run.ledger[0];
    assert_eq!((&first["first"], text_of(first, "text")), (&0.into(), "首页 > 新闻中心 > 正文\n"));
    let expected =
        serde_json::json!({"source": "zh", "documents": 12, "of": 12, "where": "top", "signal": "strong"});
    assert_eq!(first["evidence"], expected);
    assert!(first["survivor"].is_null(), "nothing stays in its place");
    assert_eq!(run.summary.paragraphs.removed.get("boilerplate"), Some(&72));
    assert!(run.summary.to_json().contains("\"boilerplate\": true"));
    assert_eq!(run.summary.sources, Some(SourceFigures { found: 1, named: 12, unnamed: 0 }));
}

#[test]
fn nothing_goes_unasked_or_from_two_documents() {
    let files = site("zh", CHINESE, 1..13);
    let run = memory::clean(&files, &Config::default());
    assert!(told(&run).iter().all(|(rule, ..)| *rule == "exact"));
    assert!(!run.summary.to_json().contains("boilerplate"));
    let run = memory::clean(&site("zh", CHINESE, 1..3), &config("directory"));
    assert!(told(&run).iter().all(|(rule, ..)| *rule == "exact"));
}

#[test]
fn a_source_is_a_directory_or_its_first_levels() {
    let mut files = Files::new();
    for (n, month) in (1..13).zip(["a", "b"].into_iter().cycle()) {
        files.insert(
            format!("site/{month}/{n}.txt"),
            article(&["Site of the Daily Paper", "Bridge {word}", "TEXT"], n).into_bytes(),
        );
    }
    // Alone at the top, so that no source has three documents.
    let sources = |source: &str| {
        let run = memory::clean(&files, &config(source));
        let names = run.ledger.iter().map(|line| text_of(&line["evidence"], "source").to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(sources("directory"), [vec!["site/a"; 6], vec!["site/b"; 6]].concat());
    assert_eq!(sources("directory:1"), vec!["site"; 12]);
}

/// Records of two sites, which stand in turns.
fn records(url: impl Fn(usize) -> Option<String>) -> String {
    let record = |n: usize| {
        let (template, site) = if n.is_multiple_of(2) { (CHINESE, "晨报") } else { (ENGLISH, "Paper") };
        let mut record = serde_json::json!({"id": n, "site": site, "text": article(template, n)});
        if let Some(url) = url(n) {
            record["url"] = url.into();
        }
        format!("{record}\n")
    };
    (1..25).map(record).collect()
}

#[test]
fn a_source_is_the_host_of_an_address_or_a_field() {
    let url = |n: usize| {
        let host = if n.is_multiple_of(2) { "News.Example" } else { "www.paper.example:443" };
        Some(format!("https://{host}/a/{n}?x=1"))
    };
    let file = |url: &dyn Fn(usize) -> Option<String>| memory::file("dump/a.jsonl", records(url));
    for (source, names) in [("url", ["news.example", "www.paper.example"]), ("site", ["晨报", "Paper"])] {
        let run = memory::clean(&file(&url), &config(source));
        let of = |line: &Value| text_of(&line["evidence"], "source").to_owned();
        assert!(run.ledger.iter().all(|line| names.contains(&of(line).as_str())), "{source}");
        assert!(
            run.ledger.iter().all(|line| line["evidence"]["of"] == 12),
            "{source}: half of the records each"
        );
        assert_eq!(run.summary.paragraphs.removed.get("boilerplate"), Some(&(12 * 6 + 12 * 5)), "{source}");
    }
    // Without an address it is the directory.
    let some = |n: usize| url(n).filter(|_| n > 4);
    let run = memory::clean(&file(&some), &config("url"));
    assert_eq!(run.summary.sources, Some(SourceFigures { found: 3, named: 20, unnamed: 4 }));
    let hosts = ["news.example", "www.paper.example", "dump"];
    let sources = run.ledger.iter().filter(|line| line["rule"] == "boilerplate");
    assert!(sources.clone().all(|line| hosts.contains(&text_of(&line["evidence"], "source"))));
    assert!(sources.filter(|line| line["evidence"]["of"] == 10).count() > 0);
}

#[test]
fn pages_are_of_their_site() {
    let mut archive = String::new();
    for n in 1..9 {
        let text = lines(4, |part| format!("<p>{}</p>", paragraph(n * 10 + part)));
        let body = format!(
            "<html><head><title>第{n}座新桥今天通车</title></head><body><article><h1>第{n}座新桥今天通车</h1>{text}\
             <p>（责任编辑：王五）</p></article></body></html>"
        );
        let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}");
        let _ = write!(
            archive,
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{n}>\r\nWARC-Target-URI: https://news.example/{n}\r\n\
             Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{http}\r\n\r\n",
            http.len()
        );
    }
    let run = memory::clean(&memory::file("a.warc", archive), &config("url"));
    assert_eq!(run.ledger.len(), 8);
    for line in &run.ledger {
        assert_eq!(
            (text_of(line, "text"), text_of(&line["evidence"], "source")),
            ("（责任编辑：王五）\n", "news.example")
        );
    }
}

#[test]
fn the_only_line_before_a_text_stays() {
    // A column whose articles have no other headline.
    let template = &["每日一桥", "TEXT", "（责任编辑：王{word}）"];
    let mut without_exact = config("directory");
    without_exact.decide.exact = ExactUnits::Off;
    let run = memory::clean(&site("column", template, 1..9), &without_exact);
    for n in 1..9 {
        assert_eq!(run.text(&format!("column/{n}.txt")), article(&template[..2], n));
    }
}

#[test]
fn credits_of_a_mixed_source_go_by_the_lists() {
    let files: Files = (1..61)
        .map(|n| {
            let template: &[&str] = match n {
                1..4 => &["桥{word}通车", "TEXT", "责任编辑：王{word}"],
                4..6 => &["桥{word}通车", "TEXT", "记者手记：王{word}"],
                6..9 => &["桥{word}通车", "TEXT", "记者：你是怎么到桥上的？", "TEXT"],
                _ => &["桥{word}通车", "TEXT"],
            };
            (format!("mixed/{n}.txt"), article(template, n).into_bytes())
        })
        .collect();
    let run = memory::clean(&files, &config("directory"));
    let gone: Vec<&str> = run
        .ledger
        .iter()
        .filter(|line| line["rule"] == "boilerplate")
        .map(|line| text_of(line, "text"))
        .collect();
    assert_eq!(gone, ["责任编辑：王一\n", "责任编辑：王二\n", "责任编辑：王三\n"]);
}

#[test]
fn near_duplicates_do_not_count_and_what_a_filter_gives_back_is_cleaned_too() {
    let mut config = config("directory");
    config.decide.near = NearConfig { units: Some(NearUnits::Both), ..NearConfig::default() };
    let credit = "（责任编辑：王五）";
    let text = |seed: usize, num: usize| -> String { lines(num, |part| paragraph(seed * 10 + part)) };
    let copy = |n: usize, more: &str| {
        (format!("a/{n}.txt"), format!("桥\n{}{credit}\n{more}", text(3, 4)).into_bytes())
    };
    let other =
        |n: usize| (format!("a/{n}.txt"), format!("{}\n{}{credit}\n", word(n), text(n, 8)).into_bytes());
    let mut files: Files = [copy(1, ""), copy(2, "更正一\n"), copy(3, "更正二\n"), other(20)].into();
    let run = memory::clean(&files, &config);
    assert_eq!(run.names(), ["a/1.txt", "a/20.txt"]);
    assert!(told(&run).iter().all(|(rule, ..)| *rule != "boilerplate"), "of two documents only");
    files.extend((21..24).map(other));
    let run = memory::clean(&files, &config);
    assert_eq!(run.text("a/1.txt"), format!("桥\n{}", text(3, 4)));
    // The first is too short, so that the second is given back.
    let num_chars = run.text("a/1.txt").chars().filter(|c| !c.is_whitespace()).count();
    config.decide.filters.min_document_chars = Some(num_chars as u64 + 1);
    let run = memory::clean(&files, &config);
    assert_eq!(run.names(), ["a/2.txt", "a/20.txt", "a/21.txt", "a/22.txt", "a/23.txt"]);
    assert_eq!(run.text("a/2.txt"), format!("桥\n{}更正一\n", text(3, 4)));
    assert_eq!(run.text("a/20.txt"), format!("二零\n{}", text(20, 8)));
}

/// Cuts a run short when it has asked so often whether it should stop.
struct Cut(AtomicU64);

impl Observer for Cut {
    fn is_cancelled(&self) -> bool {
        self.0.fetch_sub(1, Ordering::Relaxed) == 0
    }
}

#[test]
fn the_same_bytes_after_an_interruption() {
    let directory = tempfile::tempdir().expect("a directory");
    let (input, out) = (directory.path().join("in"), directory.path().join("out"));
    let mut files = site("zh", CHINESE, 1..13);
    for n in 0..4 {
        let long = lines(2500, |part| paragraph(5000 * (n + 1) + part));
        files.insert(
            format!("zh/long-{n}.txt"),
            format!("{}座新桥今天通车\n{long}相关新闻\n", word(n)).into_bytes(),
        );
    }
    write_files(&input, &files);
    let mut num_resumed = 0;
    for memory in [None, Some(400_000)] {
        let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(100_000) };
        let mut config = Config { memory, recovery, threads: 1, ..config("directory") };
        config.write.force = true;
        let run = |observer: &dyn Observer| {
            tamis::clean(std::slice::from_ref(&input), Some(Path::new(&out)), &config, observer)
        };
        let counter = Cut(AtomicU64::new(u64::MAX));
        run(&counter).expect("a run");
        let num_asked = u64::MAX - counter.0.into_inner();
        let (whole, record) = (disk::read_files(&out), disk::read_files(&directory.path().join("out.tamis")));
        assert!(!whole["zh/long-3.txt"].ends_with("相关新闻\n".as_bytes()));
        for back in [12, 6, 3] {
            std::fs::remove_dir_all(&out).expect("OUT");
            let cut = run(&Cut(AtomicU64::new(num_asked - back)));
            assert!(matches!(cut, Err(Error::Interrupted)), "{cut:?}");
            num_resumed += usize::from(directory.path().join("out.tamis-partial").exists());
            run(&NoObserver).expect("a run");
            assert!(disk::read_files(&out) == whole, "{memory:?} {back}");
            let again = disk::read_files(&directory.path().join("out.tamis"));
            assert!(
                again["removed.jsonl.zst"] == record["removed.jsonl.zst"],
                "{memory:?} {back}: the ledger"
            );
        }
    }
    assert!(num_resumed > 0, "nothing was left to go on from");
}

#[test]
fn the_same_bytes_however_a_run_goes() {
    let mut files = site("zh", CHINESE, 1..40);
    files.extend(site("en", ENGLISH, 40..90));
    files.insert("dump/a.jsonl".to_owned(), records(|_| None).into_bytes());
    // A text of several pieces, in which furniture stands at the end.
    let long = lines(20_000, |n| paragraph(5000 + n));
    files.insert("zh/long.txt".to_owned(), format!("第0座新桥今天通车\n{long}相关新闻\n").into_bytes());
    let base = Config { threads: 1, ..config("directory") };
    let run = disk::clean(&files, &base);
    assert!(!run.text("zh/long.txt").ends_with("相关新闻\n"));
    for (name, other) in [
        ("threads", Config { threads: 4, ..base.clone() }),
        ("memory", Config { memory: Some(1024 * 1024), ..base.clone() }),
        ("no memory", Config { memory: Some(0), ..base.clone() }),
    ] {
        assert!(disk::clean(&files, &other) == run, "{name}");
    }
    assert!(memory::clean(&files, &base) == run, "in memory");
}

#[test]
fn commands_know_the_rule() {
    let sandbox = Sandbox::new();
    for (path, content) in site("in/zh", CHINESE, 1..13) {
        sandbox.file(path, content);
    }
    let clean = sandbox.tamis(&["clean", "in", "--out", "out", "--boilerplate", "--source=directory:1"]);
    clean.exits(0);
    assert!(
        clean.err().contains("72 ") || clean.out().contains("paragraphs of boilerplate"),
        "{}{}",
        clean.out(),
        clean.err()
    );
    sandbox.tamis(&["verify", "in", "--out", "out", "--boilerplate", "--source=directory:1"]).exits(0);
    let told = sandbox.tamis(&["explain", "out", "zh/1.txt:0"]);
    told.exits(0);
    assert!(told.out().contains("boilerplate") && told.out().contains("\"zh\""), "{}", told.out());
    sandbox.tamis(&["report", "out"]).exits(0);
    let check = sandbox.tamis(&["check", "in", "--boilerplate", "--format", "json", "--max-duplicates", "0"]);
    assert!(check.out().contains("\"boilerplate\""), "{}", check.out());
    sandbox.tamis(&["clean", "in", "--dry-run", "--boilerplate"]).exits(0);
    for (arguments, expected) in [
        (&["clean", "in", "--out", "x", "--source", "url"][..], "add --boilerplate"),
        (&["clean", "in", "--out", "x", "--boilerplate", "--source", "directory:0"], "directory:1"),
    ] {
        let refused = sandbox.tamis(arguments);
        refused.exits(2);
        assert!(refused.err().contains(expected), "{}", refused.err());
    }
    let unnamed = sandbox.tamis(&["clean", "in", "--dry-run", "--boilerplate", "--source", "url"]);
    unnamed.exits(0);
    assert!(unnamed.err().contains("12 of 12 documents do not name their source"), "{}", unnamed.err());
}

#[test]
fn what_is_left_is_left_by_a_second_run() {
    let run = memory::clean(&site("zh", CHINESE, 1..13), &config("directory"));
    let again = memory::clean(&run.out, &config("directory"));
    assert_eq!(again.out, run.out);
    assert_eq!(again.ledger.len(), 0);
}
