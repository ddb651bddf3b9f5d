//! Earlier runs: day by day with an index is as good as all at once, whatever happens on the way; and everything that
//! tells of what went tells of earlier runs. The library where there are many runs, and the real binary.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did, and change it")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use tamis::account::{LedgerLine, LedgerReader};
use tamis::config::{HistoryConfig, MatchMode, RecoveryConfig, Repair, Scope, SplitMode};
use tamis::index::{IndexSettings, IndexWriter};
use tamis::{Config, Error, NoObserver, Observer, Outcome, Rule};

use crate::support::cases::cases;
use crate::support::disk::read_files;
use crate::support::files::{Files, names, write_files};
use crate::support::lines;
use crate::support::process;
use crate::support::random::Noise;
use crate::support::sandbox::Sandbox;
use crate::support::terminal::shown;
use crate::support::texts::{article, paragraph};

/// The configuration, with an index to compare with and add to.
pub(super) fn with_index(config: &Config, index: &Path, run: &str) -> Config {
    let (index, run_name) = (Some(index.to_owned()), Some(run.to_owned()));
    let history = HistoryConfig { index, run_name, ..config.history.clone() };
    Config { history, ..config.clone() }
}

/// The configuration, with indexes to compare with only.
pub(super) fn against(config: &Config, indexes: &[&Path]) -> Config {
    let against = indexes.iter().map(|index| (*index).to_owned()).collect();
    Config { history: HistoryConfig { against, ..HistoryConfig::default() }, ..config.clone() }
}

pub(super) fn clean(input: &Path, out: &Path, config: &Config) -> Outcome {
    tamis::clean(&[input.to_owned()], Some(out), config, &NoObserver).expect("a run")
}

pub(super) fn ledger(out: &Path) -> Vec<LedgerLine<'static>> {
    let file = fs::read(record(out).join("removed.jsonl.zst")).expect("a ledger");
    let lines = LedgerReader::new("ledger", file.as_slice()).expect("memory");
    lines.collect::<tamis::Result<_>>().expect("lines")
}

pub(super) fn record(out: &Path) -> PathBuf {
    out.with_extension("tamis")
}

/// Everything that a run wrote, but for when and how.
pub(super) fn written(out: &Path) -> (Files, Files) {
    let mut record = read_files(&record(out));
    record.remove("run.json").expect("a record of the run");
    (read_files(out), record)
}

/// Files below a directory each: `1/…`, `2/…`.
pub(super) type Days = Vec<Files>;

/// Writes the days below `in`.
pub(super) fn write_days(directory: &Path, days: &[Files]) {
    for (day, files) in (1..).zip(days) {
        write_files(&directory.join(format!("in/{day}")), files);
    }
}

/// A line as the run over all days tells it, but for the id of what stays, which an index does not know.
fn as_of_all(line: LedgerLine<'static>, day: usize) -> LedgerLine<'static> {
    let mut line = LedgerLine { path: format!("{day}/{}", line.path).into(), ..line };
    let survivor = line.survivor.as_mut().expect("a survivor");
    let run = survivor.run.take().unwrap_or_else(|| day.to_string().into());
    survivor.path = format!("{run}/{}", survivor.path).into();
    survivor.id = None;
    line
}

/// The law: day by day is as good as all at once. Each day may have its own configuration of what changes nothing. Gives
/// back the lines of the ledger.
pub(super) fn day_by_day_is_all_at_once(
    days: &Days,
    config: &Config,
    idle: fn(&mut Config, usize),
) -> Vec<LedgerLine<'static>> {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    write_days(directory, days);
    let (all, index) = (directory.join("all"), directory.join("index"));
    // Where an index is used near-duplicates are found by what it keeps, all at once too (contract N5).
    let has_near = config.decide.near.units.is_some();
    let at_once = |name: &str| {
        if has_near {
            with_index(config, &directory.join(format!("index-of-{name}")), "all")
        } else {
            config.clone()
        }
    };
    let whole = clean(&directory.join("in"), &all, &at_once("all")).summary;
    // What is read a second time for want of memory is written the same.
    let (ceiling, again) = (Config { memory: Some(0), ..at_once("again") }, directory.join("again"));
    clean(&directory.join("in"), &again, &ceiling);
    assert_eq!(written(&again), written(&all));
    let (mut out, mut lines) = (Files::new(), Vec::new());
    let (mut kept, mut removed) = (0, 0);
    for day in 1..=days.len() {
        let mut config = with_index(config, &index, &day.to_string());
        idle(&mut config, day);
        let day_out = directory.join(format!("out-{day}"));
        let summary = clean(&directory.join(format!("in/{day}")), &day_out, &config).summary;
        out.extend(
            read_files(&day_out).into_iter().map(|(name, content)| (format!("{day}/{name}"), content)),
        );
        let told = ledger(&day_out);
        let copies = told.iter().filter(|line| line.rule == Rule::Exact);
        let earlier = copies.filter(|line| line.earlier_run().is_some());
        assert_eq!(earlier.map(|line| line.last - line.first + 1).sum::<u64>(), summary.paragraphs.earlier);
        lines.extend(told.into_iter().map(|line| as_of_all(line, day)));
        kept += summary.paragraphs.kept;
        removed += summary.num_removed();
    }
    assert_eq!(out, read_files(&all));
    let mut expected = ledger(&all);
    for line in &mut expected {
        line.survivor.as_mut().expect("a survivor").id = None;
    }
    assert_eq!(lines, expected);
    assert_eq!((kept, removed), (whole.paragraphs.kept, whole.num_removed()));
    lines
}

/// Lines that say the same under some match modes, some that are short, some that are several sentences.
const LINES: [&str; 12] = [
    "",
    "甲",
    "今天下雨。",
    "今天下雨",
    "ＡＩ产业 13.9%。",
    "AI产业 13.9%。",
    "ai产业　13.9%",
    "One two. Three four!",
    "One  two.",
    "Three four!",
    "  THREE four ",
    "a\u{200b}b\tc",
];

fn text() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(select(&LINES[..]), 0..8)
}

/// A text, or records of which one may be none.
fn file() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let plain = text().prop_map(|lines| ("txt", lines.join("\n").into_bytes()));
    let records = prop::collection::vec((text(), any::<bool>()), 0..4).prop_map(|records| {
        let mut content = String::new();
        for (number, (lines, is_bad)) in records.iter().enumerate() {
            let record = json!({ "id": number, "text": lines.join("\n") });
            let bad = json!({ "id": number });
            let written = writeln!(content, "{}", if *is_bad && number == 1 { bad } else { record });
            written.expect("a string takes everything");
        }
        ("jsonl", content.into_bytes())
    });
    prop_oneof![2 => plain, 1 => records]
}

fn days() -> impl Strategy<Value = Days> {
    let name = select(&["a", "b", "c/d", "c/e"][..]);
    let day = prop::collection::vec((name, file()), 1..4).prop_map(|files| {
        files
            .into_iter()
            .map(|(name, (extension, content))| (format!("{name}.{extension}"), content))
            .collect()
    });
    prop::collection::vec(day, 2..4)
}

fn options() -> impl Strategy<Value = Config> {
    let modes = select(&[MatchMode::Canonical, MatchMode::Loose, MatchMode::Exact][..]);
    let splits = select(&[SplitMode::Auto, SplitMode::Line, SplitMode::Block, SplitMode::Sentence][..]);
    let repairs = select(&[Repair::Basic, Repair::None][..]);
    (modes, splits, repairs, select(&[0, 5][..]), any::<bool>()).prop_map(
        |(mode, split, repair, min_chars, ledger_text)| {
            let mut config = Config { threads: 2, ..Config::default() };
            config.matching.mode = mode;
            config.matching.min_chars = min_chars;
            config.split.split = split;
            config.split.repair = repair;
            config.write.ledger_text = ledger_text;
            config
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..cases(90) })]

    #[test]
    fn day_by_day(days in days(), config in options()) {
        day_by_day_is_all_at_once(&days, &config, |config, day| {
            config.threads = day;
            config.memory = [None, Some(0), Some(100_000)][day % 3];
        });
    }
}

/// Some 300 kB a day: texts that repeat those of the same day and of the days before.
fn large_days() -> Days {
    let day = |day: usize| {
        let mut files = Files::new();
        let mut noise = Noise::new(day);
        for n in 0..8 {
            let start = noise.below(600) + day * 200;
            files.insert(format!("news/{n}.txt"), article(start..start + 100).into_bytes());
        }
        let mut records = String::new();
        for n in 0..300 {
            let first = paragraph(noise.below(900) + day * 100);
            let written = writeln!(records, "{{\"id\":{n},\"text\":\"{first}\\n{}\"}}", paragraph(n));
            written.expect("a string takes everything");
        }
        files.insert("shard.jsonl".to_owned(), records.into_bytes());
        let mut bad = article(0..1200).into_bytes();
        bad.push(0xff);
        files.insert("news/bad.txt".to_owned(), bad);
        files
    };
    (0..3).map(day).collect()
}

#[test]
fn day_by_day_of_large_days() {
    day_by_day_is_all_at_once(&large_days(), &Config::default(), |config, day| {
        config.threads = 4 - day;
        config.memory = (day != 2).then_some(300_000);
    });
}

#[test]
fn the_index_is_the_same_whatever_the_threads_and_memory() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    write_days(directory, &large_days());
    let mut expected: Option<[Vec<u8>; 3]> = None;
    for (number, (threads, memory)) in
        [(1, None), (2, Some(0)), (3, Some(300_000)), (4, Some(5_000_000)), (2, None)].into_iter().enumerate()
    {
        let index = directory.join(format!("index-{number}"));
        let after = [1, 2, 3].map(|day| {
            let config = Config { threads, memory, ..Config::default() };
            let config = with_index(&config, &index, &day.to_string());
            clean(&directory.join(format!("in/{day}")), &directory.join(format!("{number}-{day}")), &config);
            fs::read(&index).expect("an index")
        });
        let expected = expected.get_or_insert_with(|| after.clone());
        assert!(after == *expected, "{threads} threads, {memory:?}");
    }
}

/// Bytes of a file, and when it was changed.
pub(super) fn state(path: &Path) -> (Vec<u8>, SystemTime) {
    let changed = fs::metadata(path).and_then(|metadata| metadata.modified());
    (fs::read(path).expect("a file"), changed.expect("a time"))
}

#[test]
fn what_is_only_compared_with_stays_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    write_days(directory.path(), &large_days());
    let config = Config::default();
    clean(&path("in/1"), &path("1"), &with_index(&config, &path("a"), "1"));
    let before = state(&path("a"));
    let beside = names(directory.path());
    clean(&path("in/2"), &path("2-against"), &against(&config, &[&path("a")]));
    assert!(state(&path("a")) == before);
    let new: Vec<_> = names(directory.path()).difference(&beside).cloned().collect();
    assert_eq!(new, ["2-against", "2-against.tamis"].map(PathBuf::from));
    fs::copy(path("a"), path("both")).expect("a copy");
    clean(&path("in/2"), &path("2-index"), &with_index(&config, &path("both"), "2"));
    assert!(written(&path("2-against")) == written(&path("2-index")));

    // Two that are read, or one that is read and one that is added to, are as good as one of both days.
    clean(&path("in/2"), &path("2-alone"), &with_index(&config, &path("b"), "2"));
    clean(&path("in/3"), &path("3-one"), &against(&config, &[&path("both")]));
    clean(&path("in/3"), &path("3-two"), &against(&config, &[&path("a"), &path("b")]));
    let mut mixed = with_index(&config, &path("b"), "3");
    mixed.history.against.push(path("a"));
    clean(&path("in/3"), &path("3-mixed"), &mixed);
    assert!(read_files(&path("3-one")) == read_files(&path("3-two")));
    assert!(written(&path("3-two")) == written(&path("3-mixed")), "what is only read counts as earlier");
    assert!(ledger(&path("3-one")) == ledger(&path("3-two")), "of two that hold it the first is named");
    assert!(state(&path("a")) == before);
}

/// Two days of three lines each, and what is said of them.
fn two_days() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("1/a.txt", "zero\none\ntwo\nthree\n");
    sandbox.file("2/b.txt", "new\none\ntwo\n\nthree\nagain\nagain\n");
    sandbox.file("2/c.jsonl", "{\"id\":\"x\",\"text\":\"zero\"}\n{\"id\":\"y\",\"text\":\"other\"}\n");
    sandbox.tamis(&["clean", "1", "--out", "2026-11-20", "--index", "index", "-q"]).exits(0);
    sandbox
}

/// The same, with the second day cleaned.
fn two_cleaned() -> Sandbox {
    let sandbox = two_days();
    sandbox.tamis(&["clean", "2", "--out", "out", "--index", "index", "-q"]).exits(0);
    sandbox
}

#[test]
fn the_account_tells_of_earlier_runs() {
    let sandbox = two_days();
    let ran = sandbox.tamis(&["clean", "2", "--out", "out", "--index", "index"]);
    let account = ran.exits(0).err() + &ran.out();
    assert!(account.contains("exact duplicates, 4 of them from earlier runs\n"), "{account}");
    let paragraphs = &sandbox.summary("out.tamis")["paragraphs"];
    assert_eq!(*paragraphs, json!({"read": 8, "kept": 3, "removed": {"exact": 5}, "earlier": 4}));
    let lines = sandbox.ledger("out.tamis");
    let survivors: Vec<&Value> = lines.iter().map(|line| &line["survivor"]).collect();
    // Consecutive ones are one line (contract O5).
    let expected = [
        json!({"run": "2026-11-20", "path": "a.txt", "first": 1, "last": 3}),
        json!({"path": "b.txt", "first": 4, "last": 4}),
        json!({"run": "2026-11-20", "path": "a.txt", "first": 0, "last": 0}),
    ];
    assert_eq!(survivors, expected.iter().collect::<Vec<_>>());
    assert_eq!((&lines[0]["first"], &lines[0]["last"]), (&json!(1), &json!(3)));
    // Without an earlier run nothing is said of any.
    let first = sandbox.summary("2026-11-20.tamis");
    assert!(first["paragraphs"].get("earlier").is_none(), "{first}");
}

#[test]
fn days_of_nothing() {
    let sandbox = two_days();
    fs::create_dir(sandbox.path("nothing")).expect("a directory");
    sandbox.file("bad/a.txt", b"one\xff\n");
    sandbox.tamis(&["clean", "nothing", "--out", "o2", "--index", "index", "-q"]).exits(0);
    sandbox.tamis(&["clean", "bad", "--out", "o3", "--index", "index", "-q"]).exits(3);
    sandbox.tamis(&["clean", "nothing", "--out", "o4", "--index", "first", "-q"]).exits(0);
    let runs = |index: &str| {
        let info = sandbox.tamis(&["index", "info", index, "--json"]).exits(0).out();
        let info: Value = serde_json::from_str(&info).expect("JSON");
        let runs = info["runs"].as_array().expect("runs").iter();
        runs.map(|run| (run["name"].clone(), run["entries"].clone())).collect::<Vec<_>>()
    };
    let expected = [("2026-11-20", 4), ("o2", 0), ("o3", 0)].map(|(name, n)| (json!(name), json!(n)));
    assert_eq!(runs("index"), expected);
    assert_eq!(runs("first"), [(json!("o4"), json!(0))]);
    let clean = ["clean", "2", "--out", "out", "--index", "index", "--against", "first", "-q"];
    sandbox.tamis(&clean).exits(0);
    assert_eq!(sandbox.summary("out.tamis")["paragraphs"]["earlier"], 4);
}

#[test]
fn a_closed_pipe_leaves_the_index() {
    let sandbox = two_days();
    let before = sandbox.read("index");
    let long = lines::lines(200_000, |n| format!("paragraph {n}"));
    sandbox.file("long.txt", &long);
    let args = ["clean", "-", "--out", "-", "--index", "index", "--run-name", "piped", "-q"];
    let mut command = sandbox.command(&args);
    let input = fs::File::open(sandbox.path("long.txt")).expect("a file");
    let mut child = command.stdin(input).stdout(std::process::Stdio::piped()).spawn().expect("a process");
    drop(child.stdout.take());
    child.wait().expect("an end");
    assert_eq!(sandbox.read("index"), before);
    assert!(sandbox.tree("").keys().all(|name| !shown(name).starts_with("index.")));
}

#[test]
fn runs_end_with_documents() {
    let sandbox = Sandbox::new();
    sandbox.file("1/a.txt", "one\ntwo\n");
    sandbox.file("1/b.txt", "three\nfour\n");
    sandbox.file("2/a.txt", "one\ntwo\nthree\nfour\n");
    sandbox.tamis(&["clean", "1", "--out", "o1", "--index", "index", "-q"]).exits(0);
    sandbox.tamis(&["clean", "2", "--out", "o2", "--index", "index", "-q"]).exits(0);
    let lines = sandbox.ledger("o2.tamis");
    let told: Vec<_> = lines.iter().map(|line| (&line["first"], &line["survivor"]["path"])).collect();
    assert_eq!(told, [(&json!(0), &json!("a.txt")), (&json!(2), &json!("b.txt"))]);
    assert!(sandbox.tree("o2").is_empty());
}

#[test]
fn explain_shows_what_went() {
    let sandbox = two_cleaned();
    let ran = sandbox.tamis(&["explain", "out", "b.txt:2"]);
    let expected = "b.txt, lines 2-5, paragraphs 1-3\n  \
                    why         exact: it appears in an earlier run\n  \
                    survivor    already in 2026-11-20/a.txt, paragraphs 1-3\n\n    \
                    3   │ two\n";
    assert_eq!(ran.exits(0).is_plain().out(), expected);
    let ran = sandbox.tamis(&["explain", "out", "b.txt", "--json"]);
    let lines: Vec<Value> =
        ran.exits(0).out().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let survivor = json!({"run": "2026-11-20", "path": "a.txt", "first": 1, "last": 3});
    assert_eq!((&lines[0]["survivor"], &lines[0]["text"]), (&survivor, &json!("one\ntwo\nthree\n")));
    assert_eq!(lines[1]["survivor"]["text"], "again\n");
    let ran = sandbox.tamis(&["explain", "out", "c.jsonl#0"]);
    assert!(ran.exits(0).out().contains("already in 2026-11-20/a.txt, paragraph 0\n"), "{}", ran.out());
    // The earlier run's own paths are no inputs of this one.
    sandbox.tamis(&["explain", "out", "a.txt"]).exits(2).says(&["no input of this run has this path"]);
    // A file of the same name in the inputs is not taken for the survivor.
    sandbox.file("3/a.txt", "something else\ntwo\n");
    sandbox.tamis(&["clean", "3", "--out", "out3", "--index", "index", "-q"]).exits(0);
    let ran = sandbox.tamis(&["explain", "out3", "a.txt"]);
    assert!(
        ran.exits(0).out().ends_with("2026-11-20/a.txt, paragraph 2\n\n    2   │ two\n"),
        "{}",
        ran.out()
    );
}

/// The data given to the script of a page.
fn data_of(page: &str) -> Value {
    let (_, data) = page.split_once("type=\"application/json\" id=\"data\"").expect("the data");
    let data = &data[data.find('{').expect("an object")..];
    let mut values = serde_json::Deserializer::from_str(data).into_iter();
    values.next().expect("a value").expect("JSON")
}

#[test]
fn the_page_shows_what_went() {
    let sandbox = two_cleaned();
    // What an input is called is not to be taken for the survivor.
    sandbox.tamis(&["report", "out"]).exits(0);
    let cleaned = data_of(&sandbox.read_text("out.tamis/report.html"));
    sandbox.tamis(&["index", "build", "1", "--index", "first", "--run-name", "2026-11-20", "-q"]).exits(0);
    sandbox.tamis(&["check", "2", "--against", "first", "--format", "html=check.html"]).exits(1);
    let checked = data_of(&sandbox.read_text("check.html"));
    for data in [cleaned, checked] {
        let groups = data["groups"].as_array().expect("groups");
        assert_eq!(groups.len(), 3);
        let group = &groups[0];
        let paths = data["paths"].as_array().expect("paths");
        let path = |place: &Value| {
            let number = place["path"].as_u64().and_then(|number| usize::try_from(number).ok());
            paths[number.expect("a number")].clone()
        };
        let survivor = &group["survivor"];
        assert_eq!((&survivor["run"], path(survivor)), (&json!("2026-11-20"), json!("a.txt")));
        assert!(survivor.get("text").is_none() && survivor["missing"] == 0, "{survivor}");
        assert!(data["reasons"][0].as_str().expect("a reason").contains("earlier run"));
        let copy = &group["places"][0];
        assert_eq!((&copy["text"], path(copy)), (&json!("one\ntwo\nthree"), json!("b.txt")));
        let often = data["repeated"].as_array().expect("paragraphs");
        let of_earlier = often.iter().filter(|of| of["place"]["run"] == "2026-11-20");
        let texts: Vec<_> = of_earlier.map(|of| of["place"]["text"].as_str().expect("a text")).collect();
        assert_eq!(texts.len(), 4);
        assert!(["zero", "one", "two", "three"].iter().all(|text| texts.contains(text)), "{texts:?}");
    }
}

#[test]
fn check_tells_of_it_in_every_format() {
    let sandbox = two_days();
    let check = |args: &[&str]| sandbox.tamis(&[&["check", "2", "--against", "index"], args].concat());
    let lift = ["--max-emptied", "1"];
    check(&[&lift[..], &["--max-duplicates", "5"]].concat()).exits(0);
    check(&[&lift[..], &["--max-duplicates", "4"]].concat()).exits(1);
    check(&[&lift[..], &["--max-duplicate-ratio", "0.9"]].concat()).exits(0);
    check(&[&lift[..], &["--max-duplicate-ratio", "0.3"]].concat()).exits(1);
    check(&["--max-duplicates", "5"]).exits(1);
    sandbox.tamis(&["check", "2", "--max-duplicates", "1"]).exits(0);
    let said = "already in 2026-11-20/a.txt, paragraphs 1-3";
    for format in ["text", "github", "sarif", "junit", "gitlab", "markdown"] {
        let out = check(&["--format", format]).exits(1).out();
        assert!(out.replace('`', "").contains(said), "{format}: {out}");
        assert!(!out.contains("\"uri\":\"a.txt\""), "{format}: {out}");
    }
    let out = check(&["--format", "json"]).exits(1).out();
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let survivor = json!({"run": "2026-11-20", "file": "a.txt", "paragraphs": [1, 3]});
    assert_eq!(report["problems"][0]["survivor"], survivor);
    assert_eq!(report["summary"]["paragraphs"]["earlier"], 4);
    let out = check(&["--format", "sarif"]).exits(1).out();
    let sarif: Value = serde_json::from_str(&out).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let related: Vec<bool> = results.iter().map(|result| result.get("relatedLocations").is_some()).collect();
    assert_eq!(related, [false, true, false, false], "{out}");
    // A check with a baseline tells them apart too.
    check(&["--write-baseline", "base"]).exits(0);
    check(&["--baseline", "base"]).exits(0);
    let none = sandbox.tamis(&["check", "2", "--against", "none"]);
    none.exits(2).says(&["none: cannot read this index"]);
}

#[test]
fn verify_looks_earlier_runs_up() {
    let sandbox = two_cleaned();
    let verify = |args: &[&str]| sandbox.tamis(&[&["verify", "2", "--out", "out"], args].concat());
    let ran = verify(&[]);
    assert!(ran.exits(0).out().contains("5 accounted for in the ledger, 4 of them in earlier runs, as the"));
    for option in ["--index", "--earlier"] {
        let ran = verify(&[option, "index"]);
        assert!(ran.exits(0).out().ends_with("5 accounted for in the ledger, 4 of them in earlier runs\n"));
    }
    let audit: Value = serde_json::from_str(&verify(&["--json"]).exits(0).out()).expect("JSON");
    assert_eq!((&audit["removed"], &audit["earlier"]), (&json!(5), &json!(4)));
    sandbox.tamis(&["index", "build", "2", "--index", "second", "--run-name", "2", "-q"]).exits(0);
    let told = ["no index has it at this place", "5 differences", "b.txt", "c.jsonl"];
    let ran = verify(&["--earlier", "second"]);
    assert!(
        told[..1].iter().chain(&told[2..]).all(|part| ran.exits(1).out().contains(part)),
        "{}",
        ran.out()
    );
    verify(&["--earlier", "second", "--earlier", "index"]).exits(0);
    verify(&["--earlier", "none"]).exits(2).says(&["none: cannot read this index"]);
    sandbox.tamis(&["verify", "2", "--out", "out", "--against", "index"]).exits(2).says(&["--earlier"]);
}

/// Puts something else into the ledger of `out`.
fn doctor(sandbox: &Sandbox, change: impl Fn(&mut Vec<Value>)) {
    let mut lines = sandbox.ledger("out.tamis");
    change(&mut lines);
    let text = lines::lines(lines.len(), |number| lines[number].to_string());
    let compressed = zstd::bulk::compress(text.as_bytes(), 1).expect("Zstandard");
    sandbox.file("out.tamis/removed.jsonl.zst", compressed);
}

/// How a ledger is doctored.
type Change<'a> = &'a dyn Fn(&mut Vec<Value>);

#[test]
fn verify_finds_what_is_wrong_with_earlier_runs() {
    let index = &["--index", "index"][..];
    let moved = |line: &mut Value, first: u64| {
        line["survivor"] = json!({"run": "2026-11-20", "path": "a.txt", "first": first, "last": first + 2});
    };
    let cases: [(&str, Change<'_>, &[&str], &str); 6] = [
        ("run", &|lines| lines[0]["survivor"]["run"] = json!("2026-11-19"), index, "no index has it"),
        ("path", &|lines| lines[0]["survivor"]["path"] = json!("b.txt"), index, "no index has it"),
        ("place", &|lines| moved(&mut lines[0], 0), index, "no index has it"),
        (
            "number",
            &|lines| lines[0]["survivor"]["last"] = json!(9),
            &[],
            "the kept and the removed paragraphs must be equally many",
        ),
        ("rule", &|lines| lines[2]["rule"] = json!("exact-document"), &[], "no rule of this name removes"),
        ("silence", &|lines| drop(lines.remove(0)), &[], "should be here"),
    ];
    for (name, change, options, told) in cases {
        let sandbox = two_cleaned();
        doctor(&sandbox, change);
        let ran = sandbox.tamis(&[&["verify", "2", "--out", "out"], options].concat());
        assert!(ran.exits(1).out().contains(told), "{name}: {}", ran.out());
    }
}

#[test]
fn verify_finds_what_stays_beside_an_earlier_run() {
    let sandbox = Sandbox::new();
    sandbox.file("1/a.txt", "one\n");
    sandbox.file("2/b.txt", "one\ntwo\none\n");
    sandbox.tamis(&["clean", "1", "--out", "first", "--index", "index", "-q"]).exits(0);
    sandbox.tamis(&["clean", "2", "--out", "out", "--index", "index", "-q"]).exits(0);
    doctor(&sandbox, |lines| drop(lines.remove(1)));
    sandbox.file("out/b.txt", "two\none\n");
    let out = sandbox.tamis(&["verify", "2", "--out", "out"]).exits(1).out();
    assert!(out.starts_with("b.txt, line 3, paragraph 2: twice: "), "{out}");
    assert!(out.contains("in an earlier run: “one”"), "{out}");
    // And the other way round: what stays first is no copy of an earlier run.
    fs::remove_dir_all(sandbox.path("out")).expect("what was doctored, which is not replaced");
    sandbox.tamis(&["clean", "2", "--out", "out", "-q"]).exits(0);
    doctor(&sandbox, |lines| {
        lines[0]["survivor"] = json!({"run": "first", "path": "a.txt", "first": 0, "last": 0});
    });
    let out = sandbox.tamis(&["verify", "2", "--out", "out"]).exits(1).out();
    assert!(out.contains("another copy of it is kept"), "{out}");
}

#[test]
fn a_benchmark_is_kept_out() {
    let sandbox = Sandbox::new();
    sandbox.file("benchmark/test.jsonl", "{\"text\":\"Question 1: 7 × 6?\"}\n{\"text\":\"Ｑ２\"}\n");
    sandbox.file("corpus/a.txt", "A fine day.\nQuestion 1:  7 × 6?\nQ2\nQ3\n");
    let build = ["index", "build", "benchmark", "--index", "benchmark.index", "--run-name", "bench", "-q"];
    sandbox.tamis(&build).exits(0);
    let before = sandbox.read("benchmark.index");
    sandbox.tamis(&["clean", "corpus", "--out", "out", "--against", "benchmark.index", "-q"]).exits(0);
    assert_eq!(sandbox.read_text("out/a.txt"), "A fine day.\nQ3\n");
    assert_eq!(sandbox.read("benchmark.index"), before);
    let survivor = &sandbox.ledger("out.tamis")[0]["survivor"];
    assert_eq!(*survivor, json!({"run": "bench", "path": "test.jsonl", "record": 0, "first": 0, "last": 0}));
    sandbox.tamis(&build).exits(2).says(&["benchmark.index", "\"bench\"", "--run-name"]);
}

#[test]
fn building_is_as_good_as_cleaning() {
    let directory = tempfile::tempdir().expect("a directory");
    write_days(directory.path(), &large_days());
    let sandbox = Sandbox::new();
    for day in ["1", "2", "3"] {
        let input = directory.path().join("in").join(day);
        let out = format!("out-{day}");
        let clean = ["clean", shown(&input), "--out", &out, "--index", "cleaned", "--run-name", day, "-q"];
        sandbox.tamis(&clean).exits(3);
        let build = ["index", "build", shown(&input), "--index", "built", "--run-name", day, "-q"];
        sandbox.tamis(&build).exits(3);
        assert!(sandbox.read("built") == sandbox.read("cleaned"), "day {day}");
    }
}

#[test]
fn merging_days_that_do_not_overlap_is_as_good_as_one_after_the_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let day =
        |range: std::ops::Range<usize>| Files::from([("a.txt".to_owned(), article(range).into_bytes())]);
    write_days(directory.path(), &[day(0..300), day(300..500), day(200..600)]);
    let config = Config::default();
    for (input, out, index) in
        [("in/1", "1", "both"), ("in/2", "2", "both"), ("in/1", "1-alone", "a"), ("in/2", "2-alone", "b")]
    {
        clean(&path(input), &path(out), &with_index(&config, &path(index), &input[3..]));
    }
    let sandbox = Sandbox::new();
    let (a, b, merged) = (path("a"), path("b"), path("merged"));
    let merge = ["index", "merge", shown(&a), shown(&b), "--out", shown(&merged)];
    sandbox.tamis(&merge).exits(0);
    let export = |index: &Path| sandbox.tamis(&["index", "export", shown(index)]).exits(0).out();
    assert!(export(&merged) == export(&path("both")));
    for (out, index) in [("3-merged", "merged"), ("3-both", "both")] {
        clean(&path("in/3"), &path(out), &against(&config, &[&path(index)]));
    }
    assert!(written(&path("3-merged")) == written(&path("3-both")));
}

#[test]
fn other_settings_are_refused_and_leave_everything() {
    let sandbox = two_days();
    sandbox.file("3/a.txt", "fresh\n");
    let strict = ["clean", "3", "--out", "o3", "--index", "strict", "--min-chars", "5", "-q"];
    sandbox.tamis(&strict).exits(0);
    let before = sandbox.tree("");
    for (options, told) in [
        (&["--index", "index", "--match", "loose"][..], "match: canonical in the index, loose now"),
        (&["--index", "index", "--split", "block"], "split: auto in the index, block now"),
        (&["--index", "index", "--repair", "none"], "repair: basic in the index, none now"),
        (&["--index", "strict", "--min-chars", "4"], "min-chars: 5 in the index, 4 now"),
        (&["--against", "strict"], "min-chars: 5 in the index, 1 now"),
        (&["--against", "index", "--match", "exact"], "match: canonical in the index, exact now"),
        (
            &["--index", "index", "--near=both"],
            "near: an index can find near-duplicate documents of earlier runs",
        ),
        (&["--against", "index", "--near=paragraphs"], "--near=documents"),
        (
            &["--index", "index", "--near", "--keep", "longest"],
            "keep longest: the text of an earlier run is already published",
        ),
        (&["--against", "index", "--near"], "it holds no data to find near-duplicates with"),
        (&["--index", "index", "--scope", "document"], "scope document: "),
        (&["--index", "index", "--run-name", "2026-11-20"], "give it another name with --run-name"),
        (&["--index", "index", "--run-name", ""], "--run-name"),
        (&["--against", "nowhere"], "nowhere: cannot read this index"),
        (&["--index", "3"], "it is not a regular file"),
        (&["--index", "3/a.txt"], "not a tamis index"),
        (&["--index", "nowhere/index"], "nowhere/index"),
        (
            &["--index", "out/index"],
            "index out/index: it is inside out, which this run replaces; keep the index outside of OUT",
        ),
        (&["--against", "out.tamis/index"], "it is inside out"),
    ] {
        let ran = sandbox.tamis(&[&["clean", "2", "--out", "out", "-q"], options].concat());
        ran.exits(2).says(&[told]);
        assert!(sandbox.tree("") == before, "{options:?}");
    }
    // Nor is one taken that would go with an OUT that is replaced.
    let replace = ["clean", "1", "--out", "o3", "--force", "--index", "o3/index", "-q"];
    sandbox.tamis(&replace).exits(2).says(&["it is inside o3"]);
    // Fewer than the index knows: it holds all that is looked for.
    sandbox.tamis(&["clean", "2", "--out", "out", "--index", "index", "--min-chars", "5", "-q"]).exits(0);
}

#[test]
fn another_unicode_is_refused() {
    let sandbox = two_days();
    let mut settings = IndexSettings::of(&Config::default());
    settings.unicode.insert("normalization".to_owned(), "3.2.0".to_owned());
    let mut bytes = Vec::new();
    IndexWriter::new(&mut bytes, &settings, &[]).and_then(IndexWriter::finish).expect("an index");
    sandbox.file("old", &bytes);
    let ran = sandbox.tamis(&["clean", "2", "--out", "out", "--index", "old", "-q"]);
    ran.exits(2).says(&["old: ", "Unicode of normalization: 3.2.0 in the index, "]);
    assert_eq!(sandbox.read("old"), bytes);
}

#[test]
fn names_of_runs() {
    let sandbox = two_days();
    let again = ["clean", "1", "--out", "2026-11-20", "--force", "--index", "index", "-q"];
    sandbox
        .tamis(&again)
        .exits(2)
        .says(&["\"2026-11-20\"", "if this is another run, give it another name with --run-name"]);
    assert_eq!(sandbox.read_text("2026-11-20/a.txt"), "zero\none\ntwo\nthree\n");
    sandbox.tamis(&[&again[..], &["--run-name", "again"]].concat()).exits(0);
    assert!(sandbox.tree("2026-11-20").is_empty(), "its texts were all known");
    let info = sandbox.tamis(&["index", "info", "index", "--json"]).exits(0).out();
    let info: Value = serde_json::from_str(&info).expect("JSON");
    let names: Vec<_> = info["runs"].as_array().expect("runs").iter().map(|run| &run["name"]).collect();
    assert_eq!(names, [&json!("2026-11-20"), &json!("again")]);

    let stdout = |more: &[&str]| {
        let mut command =
            sandbox.command(&[&["clean", "-", "--out", "-", "--index", "index", "-q"], more].concat());
        let mut running = process::Running::start(command.stdin(std::process::Stdio::piped()));
        running.type_in(b"one\nfive\n");
        running.finish()
    };
    stdout(&[])
        .exits(2)
        .says(&["index: a run takes its name from OUT, and this one has none; add --run-name"]);
    assert_eq!(stdout(&["--run-name", "piped"]).exits(0).out(), "five\n");
    assert_eq!(stdout(&["--run-name", "piped again"]).exits(0).out(), "");
}

#[test]
fn a_dry_run_leaves_the_index() {
    let sandbox = two_days();
    let (before, at) = (sandbox.tree(""), state(&sandbox.path("index")));
    let ran = sandbox.tamis(&["clean", "2", "--out", "out", "--index", "index", "--dry-run"]);
    assert!((ran.exits(0).err() + &ran.out()).contains("4 of them from earlier runs"));
    assert!(sandbox.tree("") == before && state(&sandbox.path("index")) == at);
    // One that is not there yet is not made.
    sandbox.tamis(&["clean", "2", "--out", "out", "--index", "later", "--dry-run"]).exits(0);
    assert!(sandbox.tree("") == before);
}

/// Cuts a run short when it is asked for the `n`th time whether it should stop, after doing something.
struct Cut<F: Fn() + Sync> {
    left: AtomicU64,
    meanwhile: F,
    is_stopped: bool,
}

impl<F: Fn() + Sync> Observer for Cut<F> {
    fn is_cancelled(&self) -> bool {
        let is_now = self.left.fetch_sub(1, Ordering::Relaxed) == 0;
        if is_now {
            (self.meanwhile)();
        }
        is_now && self.is_stopped
    }
}

fn cut_at(n: u64) -> Cut<fn()> {
    Cut { left: AtomicU64::new(n), meanwhile: || (), is_stopped: true }
}

#[test]
fn an_interrupted_run_leaves_the_index() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    write_days(directory.path(), &large_days());
    clean(&path("in/1"), &path("1"), &with_index(&Config::default(), &path("index"), "1"));
    let before = state(&path("index"));
    let beside = names(directory.path());
    let config = Config { memory: Some(300_000), ..with_index(&Config::default(), &path("index"), "2") };
    let mut num_cut = 0;
    loop {
        let ended = tamis::clean(&[path("in/2")], Some(&path("2")), &config, &cut_at(num_cut));
        if ended.is_ok() {
            break;
        }
        assert!(matches!(ended, Err(Error::Interrupted)), "{ended:?}");
        assert!(state(&path("index")) == before, "cut at {num_cut}");
        assert_eq!(names(directory.path()), beside, "cut at {num_cut}");
        num_cut += 1;
    }
    assert!(num_cut > 5, "{num_cut}");
    assert!(state(&path("index")).0 != before.0);
}

#[test]
fn an_out_that_cannot_be_published_leaves_the_index() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    write_days(directory.path(), &large_days());
    clean(&path("in/1"), &path("1"), &with_index(&Config::default(), &path("index"), "1"));
    let before = fs::read(path("index")).expect("an index");
    let run = |out: &str, index: &str, observer: &dyn Observer| {
        let config = with_index(&Config::default(), &path(index), "2");
        tamis::clean(&[path("in/2")], Some(&path(out)), &config, observer)
    };
    fs::copy(path("index"), path("another")).expect("a copy");
    let asked = cut_at(u64::MAX);
    run("2-another", "another", &asked).expect("a run");
    // The last question is asked when everything is written.
    let last = u64::MAX - asked.left.into_inner() - 1;
    let meanwhile = || fs::remove_dir_all(path("2.tamis-partial")).expect("what is to be published");
    let observer = Cut { left: AtomicU64::new(last), meanwhile, is_stopped: false };
    let error = run("2", "index", &observer).expect_err("nothing to publish");
    assert!(matches!(error, Error::Output { .. }), "{error}");
    assert!(fs::read(path("index")).expect("an index") == before);
    let left = names(directory.path());
    assert!(!left.iter().any(|name| ["2", "2.tamis"].contains(&shown(name))), "{left:?}");
    assert!(!left.iter().any(|name| shown(name).starts_with("index.")), "{left:?}");
    run("2", "index", &NoObserver).expect("a run");
    assert!(fs::read(path("index")).expect("an index") == fs::read(path("another")).expect("an index"));
}

#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let lines = |from: usize| lines::lines(12, |n| format!("paragraph {}", n + from));
    let records = "{\"text\":\"one\"}\n{\"text\":\"two\"}\n";
    let day = |from: usize| {
        let text = |n: usize| (format!("{n}/a.txt"), lines(from + n * 12).into_bytes());
        Files::from([
            text(0),
            text(1),
            ("b.jsonl".to_owned(), format!("{records}{{\"text\":\"{from}\"}}").into()),
        ])
    };
    write_days(directory.path(), &[day(0), day(17)]);
    let config = Config { threads: 1, ..Config::default() };
    clean(&path("in/1"), &path("1"), &with_index(&config, &path("index"), "1"));
    let whole = fs::read(path("index")).expect("an index");
    let beside = names(directory.path());
    let config = with_index(&config, &path("index"), "2");
    // Every section, and not only its beginning: the index has some 1200 bytes.
    for at in (0..whole.len()).step_by(2) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at / 2 % 8);
        fs::write(path("index"), &flipped).expect("a file");
        let error =
            tamis::clean(&[path("in/2")], Some(&path("2")), &config, &NoObserver).expect_err("damage");
        assert!(matches!(error, Error::Index { .. }), "byte {at}: {error}");
        assert!(error.to_string().starts_with(shown(&path("index"))), "byte {at}: {error}");
        assert_eq!(names(directory.path()), beside, "byte {at}");
        assert!(fs::read(path("index")).expect("a file") == flipped, "byte {at}");
    }
    let sandbox = Sandbox::new();
    let (input, index) = (path("in/2"), path("index"));
    for (at, name) in [(3, "start"), (whole.len() / 2, "middle"), (whole.len() - 30, "end")] {
        let mut flipped = whole.clone();
        flipped[at] ^= 4;
        fs::write(&index, flipped).expect("a file");
        let ran = sandbox.tamis(&["clean", shown(&input), "--out", name, "--index", shown(&index), "-q"]);
        ran.exits(2).says(&[shown(&index)]);
    }
    for len in [0, 11, whole.len() / 2, whole.len() - 1] {
        fs::write(&index, &whole[..len]).expect("a file");
        let ran = sandbox.tamis(&["clean", shown(&input), "--out", "cut", "--index", shown(&index), "-q"]);
        ran.exits(2).says(&[shown(&index)]);
    }
    assert!(sandbox.tree("").is_empty());
}

#[test]
fn one_run_at_a_time() {
    let sandbox = two_days();
    sandbox.file("3/a.txt", "third\none\n");
    sandbox.file("4/a.txt", "fourth\nthird\n");
    let config = with_index(&Config::default(), &sandbox.path("index"), "3");
    let (begun, over) = (Barrier::new(2), Barrier::new(2));
    let meanwhile = || {
        begun.wait();
        over.wait();
    };
    let observer = Cut { left: AtomicU64::new(0), meanwhile, is_stopped: false };
    let second = ["clean", "4", "--out", "4.out", "--index", "index", "--run-name", "4", "-q"];
    std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            let (input, out) = (sandbox.path("3"), sandbox.path("3.out"));
            tamis::clean(&[input], Some(&out), &config, &observer)
        });
        begun.wait();
        let ran = sandbox.tamis(&second);
        // Who only reads need not wait.
        let read = sandbox.tamis(&["clean", "4", "--out", "4.read", "--against", "index", "-q"]);
        over.wait();
        ran.exits(2).says(&["index: another run is updating this index"]);
        read.exits(0);
        first.join().expect("a thread").expect("a run");
    });
    assert!(!sandbox.exists("4.out"));
    let runs = || {
        let info = sandbox.tamis(&["index", "info", "index", "--json"]).exits(0).out();
        let info: Value = serde_json::from_str(&info).expect("JSON");
        let runs = info["runs"].as_array().expect("runs");
        runs.iter().map(|run| run["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(runs(), ["2026-11-20", "3"]);
    sandbox.tamis(&second).exits(0);
    assert_eq!(runs(), ["2026-11-20", "3", "4"]);
    assert_eq!(sandbox.read_text("4.out/a.txt"), "fourth\n");
}

#[test]
fn a_run_that_is_resumed_leaves_the_same_index() {
    resumed_is_uninterrupted(&large_days(), &Config::default());
}

/// The second day leaves the same OUT and the same index, wherever it is cut short and resumed.
pub(super) fn resumed_is_uninterrupted(days: &Days, config: &Config) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    write_days(directory.path(), days);
    clean(&path("in/1"), &path("1"), &with_index(config, &path("before"), "1"));
    let before = fs::read(path("before")).expect("an index");
    let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(30_000) };
    let config = Config { memory: Some(300_000), threads: 2, recovery, ..config.clone() };
    let config = with_index(&config, &path("index"), "2");
    let run = |observer: &dyn Observer| tamis::clean(&[path("in/2")], Some(&path("2")), &config, observer);
    let begin = || fs::write(path("index"), &before).expect("an index");
    begin();
    run(&NoObserver).expect("a run");
    let expected = (written(&path("2")), fs::read(path("index")).expect("an index"));
    // A cut at every question from the first checkpoint on, and at some before.
    let (mut cut, mut step, mut num_resumed) = (0, 2, 0);
    loop {
        fs::remove_dir_all(path("2")).expect("OUT");
        fs::remove_dir_all(path("2.tamis")).expect("its record");
        begin();
        match run(&cut_at(cut)) {
            Err(Error::Interrupted) => {}
            Ok(_) => break,
            Err(error) => panic!("{cut}: {error}"),
        }
        assert!(fs::read(path("index")).expect("an index") == before, "cut at {cut}");
        let is_resumed = path("2.tamis-partial/journal").exists();
        num_resumed += u64::from(is_resumed);
        run(&NoObserver).unwrap_or_else(|error| panic!("{cut}: {error}"));
        assert!(
            (written(&path("2")), fs::read(path("index")).expect("an index")) == expected,
            "cut at {cut}"
        );
        let left = names(directory.path());
        assert!(!left.iter().any(|name| shown(name).contains("tamis-")), "cut at {cut}: {left:?}");
        if is_resumed && step > 1 {
            (cut, step) = (cut.saturating_sub(step), 1);
        }
        cut += step;
    }
    assert!(num_resumed > 2, "{num_resumed}");
}

#[test]
fn an_index_that_changed_ends_what_is_resumed() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    write_days(directory.path(), &large_days());
    let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(30_000) };
    let config = Config { memory: Some(300_000), recovery, ..Config::default() };
    let second = with_index(&config, &path("index"), "2");
    let mut cut = 0;
    while !path("2.tamis-partial/journal").exists() {
        let ended = tamis::clean(&[path("in/2")], Some(&path("2")), &second, &cut_at(cut));
        assert!(matches!(ended, Err(Error::Interrupted)), "{ended:?}");
        cut += 1;
    }
    clean(&path("in/1"), &path("1"), &with_index(&Config::default(), &path("index"), "1"));
    let before = fs::read(path("index")).expect("an index");
    let ended = tamis::clean(&[path("in/2")], Some(&path("2")), &second, &NoObserver);
    let error = ended.expect_err("it was decided against another index").to_string();
    assert!(error.contains("resume"), "{error}");
    assert!(fs::read(path("index")).expect("an index") == before);
}

#[test]
fn the_scope_of_documents_is_refused_by_the_library_too() {
    let mut config = with_index(&Config::default(), Path::new("nowhere/index"), "1");
    config.decide.scope = Scope::Document;
    let error = tamis::clean(&[PathBuf::from(".")], None, &config, &NoObserver).expect_err("refused");
    assert!(matches!(error, Error::Config(_)), "{error}");
}
