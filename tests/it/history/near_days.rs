//! Near-duplicates of earlier runs (contract N5): day by day is as good as all at once with an index, only the new side
//! loses, numbers count, and what is said of it names the earlier run.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did, and change it")]

use std::fmt::Write;
use std::fs;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use tamis::config::{Keep, NearPreset, NearUnits};
use tamis::{Config, Rule};

use super::days::{
    Days, against, clean, day_by_day_is_all_at_once, ledger, resumed_is_uninterrupted, state, with_index,
    write_days,
};
use crate::support::cases::cases;
use crate::support::disk::read_files;
use crate::support::files::Files;
use crate::support::near::{lines, preset};
use crate::support::random::Noise;
use crate::support::sandbox::Sandbox;

fn near(of: NearPreset) -> Config {
    let mut config = preset(of, NearUnits::Documents);
    config.decide.near.keep = Keep::First;
    config
}

/// Days of articles, of their copies with some words replaced, cut or added, of parts of them, and of reports from one
/// template with numbers of their own.
pub(super) fn days(seed: usize, num_documents: usize) -> Days {
    let mut noise = Noise::new(seed);
    let bases: Vec<Vec<String>> = (0..6).map(|n| noise.words(30 + n * n * 30)).collect();
    let template = noise.words(60);
    let document = |noise: &mut Noise| {
        let kind = noise.below(10);
        if kind == 0 {
            let numbers: Vec<String> =
                template.iter().map(|word| format!("{word} {}", noise.below(3))).collect();
            return lines(&numbers);
        }
        let base = noise.below(bases.len());
        let mut words = bases[base].clone();
        if kind < 3 {
            let (start, len) = (noise.below(words.len() / 2), words.len() / 3);
            words = words[start..start + len].to_vec();
        }
        let (num_edits, len) = (noise.below(4) * noise.below(words.len() / 8 + 1), words.len());
        for _ in 0..num_edits {
            words[noise.below(len)] = noise.word();
        }
        lines(&words)
    };
    let day = |_| {
        let mut files = Files::new();
        let mut records = String::new();
        for n in 0..num_documents {
            let text = document(&mut noise);
            if n % 2 == 0 {
                files.insert(format!("{n}.txt"), text.into_bytes());
            } else {
                writeln!(records, "{}", json!({ "id": n, "text": text })).expect("a string");
            }
        }
        files.insert("r.jsonl".to_owned(), records.into_bytes());
        files
    };
    (0..3).map(day).collect()
}

fn idle(config: &mut Config, day: usize) {
    config.threads = day;
    config.memory = [None, Some(0), Some(100_000)][day % 3];
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..cases(40) })]

    /// Contract N5.
    #[test]
    fn near_day_by_day(
        seed in any::<usize>(),
        num_documents in 1_usize..25,
        of in select(&[NearPreset::Strict, NearPreset::News, NearPreset::Syndication][..]),
    ) {
        day_by_day_is_all_at_once(&days(seed, num_documents), &near(of), idle);
    }
}

/// Contract N5: with hundreds of documents, so that much goes.
#[test]
fn near_day_by_day_of_large_days() {
    for of in [NearPreset::Strict, NearPreset::News] {
        let lines = day_by_day_is_all_at_once(&days(7, 200), &near(of), idle);
        let gone = |rule| lines.iter().filter(|line| line.rule == rule).count();
        assert!(gone(Rule::NearDocument) > 40, "{of:?}: {}", gone(Rule::NearDocument));
        let contained = lines.iter().filter(|line| line.containment.is_some()).count();
        assert_eq!(contained > 10, of == NearPreset::News, "{of:?}: {contained}");
    }
}

/// Contract N5: what was taken in for the index is there after a run was cut short, and it is the same.
#[test]
fn a_run_that_is_resumed_leaves_the_same_texts() {
    resumed_is_uninterrupted(&days(11, 100), &near(NearPreset::News));
}

/// The index is the same whatever the threads and memory.
#[test]
fn texts_of_an_index_are_the_same_whatever_the_threads_and_memory() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    write_days(directory, &days(3, 60));
    let mut expected: Option<Vec<u8>> = None;
    for (number, (threads, memory)) in [(1, None), (2, Some(0)), (4, Some(100_000))].into_iter().enumerate() {
        let index = directory.join(format!("index-{number}"));
        for day in 1..=3 {
            let config = Config { threads, memory, ..near(NearPreset::News) };
            let config = with_index(&config, &index, &day.to_string());
            clean(&directory.join(format!("in/{day}")), &directory.join(format!("{number}-{day}")), &config);
        }
        let written = fs::read(&index).expect("an index");
        assert!(*expected.get_or_insert_with(|| written.clone()) == written, "{threads} threads, {memory:?}");
    }
}

/// What is only compared with stays as it is, and several indexes are as good as one.
#[test]
fn what_is_only_compared_with_stays_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    write_days(directory.path(), &days(5, 60));
    let config = near(NearPreset::News);
    clean(&path("in/1"), &path("1"), &with_index(&config, &path("a"), "1"));
    let before = state(&path("a"));
    clean(&path("in/2"), &path("2-against"), &against(&config, &[&path("a")]));
    assert!(state(&path("a")) == before);
    fs::copy(path("a"), path("both")).expect("a copy");
    clean(&path("in/2"), &path("2"), &with_index(&config, &path("both"), "2"));
    assert!(read_files(&path("2")) == read_files(&path("2-against")));
    assert!(ledger(&path("2")) == ledger(&path("2-against")));
    clean(&path("in/2"), &path("2-alone"), &with_index(&config, &path("b"), "2"));
    let sandbox = Sandbox::new();
    let shown = |name: &str| path(name).display().to_string();
    sandbox.tamis(&["index", "merge", &shown("a"), &shown("b"), "--out", &shown("merged")]).exits(0);
    clean(&path("in/3"), &path("3-two"), &against(&config, &[&path("a"), &path("b")]));
    clean(&path("in/3"), &path("3-merged"), &against(&config, &[&path("merged")]));
    assert!(read_files(&path("3-two")) == read_files(&path("3-merged")));
    assert!(ledger(&path("3-two")) == ledger(&path("3-merged")));
    assert!(ledger(&path("3-two")).iter().any(|line| line.earlier_run() == Some("2")));
}

/// Two days of market reports and one article that was edited.
fn market() -> Sandbox {
    let sandbox = Sandbox::new();
    let report = |rate: &str, points: &str| {
        format!(
            "中国外汇交易中心受权公布人民币汇率中间价公告，银行间外汇市场人民币汇率中间价为一美元对人民币{rate}元，\
             较前一交易日调整{points}个基点，市场人士表示供求基本平衡，预期总体稳定。\n"
        )
    };
    let article = "The council met on the first evening of the month and spoke for hours about the old bridge, \
                   which has been closed to lorries since the spring because its piers were found to be weak. \
                   Nobody could say when the work would begin, nor who would pay for the greater part of it.\n";
    sandbox.file("1/fx.txt", report("7.1234", "25"));
    sandbox.file(
        "1/r.jsonl",
        json!({"id": "x", "text": "unlike\n"}).to_string()
            + "\n"
            + &json!({"id": "y", "text": article}).to_string()
            + "\n",
    );
    sandbox.file("2/fx.txt", report("6.9876", "31"));
    sandbox.file("2/fx-again.txt", report("7.1234", "25").replace("市场人士", "业内人士"));
    sandbox.file("2/bridge.txt", article.replace("Nobody", "Nobody there"));
    sandbox.file("2/copy.txt", article);
    sandbox.tamis(&["clean", "1", "--out", "d1", "--index", "index", "--near-preset", "news", "-q"]).exits(0);
    sandbox
}

/// Contracts N2, N5, O5: other figures stay, and the ledger names run, path and record.
#[test]
fn figures_of_the_next_day_stay_and_the_ledger_names_the_run() {
    let sandbox = market();
    let day = ["clean", "2", "--out", "d2", "--index", "index", "--near-preset", "news"];
    let ran = sandbox.tamis(&day);
    let account = ran.exits(0).err() + &ran.out();
    assert!(account.contains("near-duplicate documents, 2 of them from earlier runs"), "{account}");
    let told: Vec<(Value, Value, Value)> = sandbox
        .ledger("d2.tamis")
        .iter()
        .map(|line| (line["path"].clone(), line["rule"].clone(), line["survivor"].clone()))
        .collect();
    let article = json!({"run": "d1", "path": "r.jsonl", "record": 1, "first": 0, "last": 0});
    let fx = json!({"run": "d1", "path": "fx.txt", "first": 0, "last": 0});
    assert_eq!(
        told,
        [
            (json!("bridge.txt"), json!("near-document"), article.clone()),
            (json!("copy.txt"), json!("exact-document"), article),
            (json!("fx-again.txt"), json!("near-document"), fx),
        ]
    );
    assert_eq!(sandbox.tree("d2").len(), 1, "the other figures stay");
    let summary = sandbox.summary("d2.tamis");
    assert_eq!(summary["documents"]["earlier"], json!({"exact-document": 1, "near-document": 2}));
    sandbox
        .tamis(&["verify", "2", "--out", "d2", "--earlier", "index", "--near-preset", "news", "-q"])
        .exits(0);
    let explained = sandbox.tamis(&["explain", "d2", "bridge.txt"]).exits(0).out();
    assert!(explained.contains("nearly the same text appears in an earlier run"), "{explained}");
    assert!(explained.contains("already in d1/r.jsonl, record 1"), "{explained}");
    // The runs of the index, and what is in it of each.
    let info = sandbox.tamis(&["index", "info", "index"]).exits(0).out();
    assert!(info.contains("threshold 0.5, shingle char:5, containment 0.8, number-guard 0.9"), "{info}");
    let info = sandbox.tamis(&["index", "info", "index", "--json"]).exits(0).out();
    let info: Value = serde_json::from_str(&info).expect("JSON");
    assert_eq!(
        (&info["texts"], &info["runs"][0]["texts"], &info["runs"][1]["texts"]),
        (&json!(4), &json!(3), &json!(1))
    );
}

/// Contract N5: a run without --near adds no texts, and one under other options is refused.
#[test]
fn other_ways_to_find_near_duplicates_are_refused() {
    let sandbox = market();
    let before = sandbox.tree("");
    for (options, told) in [
        (&["--index", "index", "--near"][..], "shingle: char:5 in the index, word:5 now"),
        (
            &["--index", "index", "--near-preset", "news", "--threshold", "0.6"],
            "threshold: 0.5 in the index, 0.6 now",
        ),
        (
            &["--against", "index", "--near-preset", "news", "--number-guard", "off"],
            "number-guard: 0.9 in the index, off now",
        ),
        (&["--index", "index", "--near-preset", "syndication"], "keep longest: "),
    ] {
        sandbox.tamis(&[&["clean", "2", "--out", "o", "-q"], options].concat()).exits(2).says(&[told]);
        assert!(sandbox.tree("") == before, "{options:?}");
    }
    sandbox.tamis(&["clean", "2", "--out", "d2", "--index", "index", "-q"]).exits(0);
    let info = sandbox.tamis(&["index", "info", "index", "--json"]).exits(0).out();
    let info: Value = serde_json::from_str(&info).expect("JSON");
    assert_eq!((info["runs"][1].get("texts"), &info["texts"]), (None, &json!(3)));
    let table = sandbox.tamis(&["index", "info", "index"]).exits(0).out();
    assert!(table.lines().any(|line| line.starts_with("d2 ") && line.ends_with(" -")), "{table}");
}

/// Contract N5: the gate names near-duplicates of earlier runs, of an index that is built for it.
#[test]
fn the_gate_finds_near_duplicates_of_a_benchmark() {
    let sandbox = market();
    let build = [
        "index",
        "build",
        "1",
        "--index",
        "benchmark",
        "--run-name",
        "benchmark",
        "--near-preset",
        "news",
        "-q",
    ];
    sandbox.tamis(&build).exits(0);
    let before = sandbox.read("benchmark");
    let check = ["check", "2", "--near-preset", "news", "--against", "benchmark"];
    let ran = sandbox.tamis(&check);
    let out = ran.exits(1).out() + &ran.err();
    assert!(out.contains("nearly the same text is already in benchmark/fx.txt"), "{out}");
    assert!(out.contains("benchmark/r.jsonl"), "{out}");
    assert_eq!(sandbox.read("benchmark"), before);
}

/// Contracts C2, N5: a document that a filter drops is no survivor, so that its copy of the next day stays.
#[test]
fn dropped_documents_are_not_in_the_index() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let mut noise = Noise::new(17);
    let (short, long) = (noise.words(60), noise.words(900));
    let mut edited = short.clone();
    edited[30] = "otherwise".to_owned();
    let day = |short: &[String]| {
        let file = |name: &str, words: &[String]| (name.to_owned(), lines(words).into_bytes());
        Files::from_iter([file("short.txt", short), file("long.txt", &long)])
    };
    write_days(directory.path(), &[day(&short), day(&edited)]);
    let config = near(NearPreset::News);
    let mut filtered = with_index(&config, &path("index"), "1");
    filtered.decide.filters.min_document_chars = Some(1000);
    clean(&path("in/1"), &path("1"), &filtered);
    clean(&path("in/2"), &path("2"), &with_index(&config, &path("index"), "2"));
    assert!(
        ledger(&path("1")).iter().any(|line| line.rule == Rule::ShortDocument),
        "the short one is dropped"
    );
    let gone: Vec<Rule> = ledger(&path("2")).iter().map(|line| line.rule).collect();
    assert_eq!(gone, [Rule::ExactDocument], "the long one goes, the short one stays");
    clean(&path("in/1"), &path("1-whole"), &with_index(&config, &path("whole"), "1"));
    clean(&path("in/2"), &path("2-whole"), &with_index(&config, &path("whole"), "2"));
    let gone: Vec<Rule> = ledger(&path("2-whole")).iter().map(|line| line.rule).collect();
    assert_eq!(gone, [Rule::ExactDocument, Rule::NearDocument], "both go if both stayed");
}
