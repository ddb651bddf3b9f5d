//! Promise "same bytes, always": OUT and its record depend on the input's bytes, relative paths and the
//! configuration and on nothing else.

use std::fmt::Write;
use std::path::Path;
use std::sync::LazyLock;

use tamis::config::{ExactUnits, MatchMode, Repair, Scope, SplitMode};
use tamis::store::MemoryOutput;
use tamis::{Config, NoObserver, Summary};

use crate::support::disk;
use crate::support::files::{self, Files};
use crate::support::memory;
use crate::support::random::Noise;
use crate::support::texts::{article, paragraph};

/// Some sixty files: texts that repeat one another and themselves, one of more than a batch, shards of JSON
/// Lines, bad ones of every size, ones that are not for us, empty ones, and names whose order is easily got
/// wrong.
static CORPUS: LazyLock<Files> = LazyLock::new(|| {
    let mut files = Files::new();
    for n in 0..30 {
        files.insert(format!("news/{}/{n}.txt", n % 4), text(n, 20 + n * 7, 2000).into_bytes());
    }
    for n in 0..9 {
        files.insert(format!("shards/{n}.jsonl"), shard(n, n * 200));
    }
    files.insert("news/2/big.txt".to_owned(), text(99, 45_000, 40_000).into_bytes());
    let order = [
        "a/b.txt",
        "a/b/c.txt",
        "a-b.txt",
        "a.txt",
        "A.md",
        "a b.txt",
        "中/文.text",
        "\u{e9}",
        ".txt",
        "z.x",
    ];
    for (n, name) in order.into_iter().enumerate() {
        files.insert(name.to_owned(), article(n * 3..n * 3 + 20).into_bytes());
    }
    let mut bad = text(5, 3000, 2000).into_bytes();
    for (name, at) in [("bad/begin.txt", 10), ("news/3/bad.txt", bad.len() - 10), ("shards/bad.txt", 300_000)]
    {
        bad.insert(at, 0xff);
        files.insert(name.to_owned(), bad.clone());
        bad.remove(at);
    }
    for (name, content) in [
        ("bad/small.txt", &b"x\xff"[..]),
        ("bad/lines.jsonl", b"{\n[]\n{\"text\":1}\n{}\n\xff\n{\"text\":\"x\",\"text\":\"\"}\n"),
        ("bad.jsonl/empty.jsonl", b""),
        ("empty.txt", b""),
        ("blank.txt", "\u{3000}\n\u{feff}\r\n".as_bytes()),
        ("news/1/skipped.pdf", b"%PDF"),
        ("news/1/skipped.bin", b"PNG\0"),
        ("table.json", b"[]\n"),
    ] {
        files.insert(name.to_owned(), content.to_vec());
    }
    files.insert("large.bin".to_owned(), vec![0; 300_000]);
    files
});

/// A text in which lines, runs of lines and whole articles stand more than once.
fn text(seed: usize, lines: usize, variety: usize) -> String {
    let mut noise = Noise::new(seed);
    let mut text = String::new();
    let mut num = 0;
    while num < lines {
        let (start, len) = (noise.below(variety), noise.below(60) + 1);
        text += &article(start..start + len);
        text += noise.pick(&["", "\n", "\u{3000}\u{feff}\r\n", "\r", "one line\u{7}\n"]);
        num += len;
    }
    text
}

fn shard(seed: usize, records: usize) -> Vec<u8> {
    let mut noise = Noise::new(seed + 1000);
    let mut lines = String::new();
    for n in 0..records {
        let (first, second) = (paragraph(39_000 + noise.below(4000)), paragraph(39_000 + noise.below(4000)));
        let id = noise.pick(&["\"id\":7,", "\"id\":\"q\\u0031\",", ""]);
        let line = write!(lines, "{{{id}\"n\":{n}.0,\"text\":\"{first}\\n\\n{second}\"}}");
        line.expect("a string takes everything");
        lines += noise.pick(&["\n", "\n", "\n", "\r\n", "\n\n", " x\n"]); // the last makes it a bad one
    }
    lines.into_bytes()
}

/// The default, and one in which every option is another.
fn configs() -> [Config; 2] {
    let mut other = Config::default();
    (other.split.split, other.split.repair) = (SplitMode::Block, Repair::None);
    (other.matching.mode, other.matching.min_chars) = (MatchMode::Loose, 12);
    (other.decide.exact, other.decide.scope) = (ExactUnits::Both, Scope::Document);
    other.write.ledger_text = true;
    (other.read.hidden, other.read.tsv_quotes) = (true, true);
    [Config::default(), other]
}

/// OUT and its record but for `run.json`, by path below `out` and `out.tamis`, and the summary.
fn clean(directory: &Path, out: &str, config: &Config, threads: usize) -> (Files, Summary) {
    let config = Config { threads, ..config.clone() };
    let (input, out) = (directory.join("in"), directory.join(out));
    let outcome = tamis::clean(&[input], Some(&out), &config, &NoObserver).expect("a run");
    let mut all = disk::read_files(&out);
    all = all.into_iter().map(|(path, content)| (format!("out/{path}"), content)).collect();
    let record = disk::read_files(&out.with_extension("tamis"));
    all.extend(record.into_iter().map(|(path, content)| (format!("out.tamis/{path}"), content)));
    all.remove("out.tamis/run.json").expect("a record of the run");
    (all, outcome.summary)
}

/// Writes the corpus below `directory`, its files in this order.
fn write(directory: &Path, order: &[&String]) {
    for path in order {
        let one = Files::from([((*path).clone(), CORPUS[*path].clone())]);
        files::write_files(&directory.join("in"), &one);
    }
}

/// The paths of the corpus in an order that is none.
fn shuffled(seed: usize) -> Vec<&'static String> {
    let mut noise = Noise::new(seed);
    let mut paths: Vec<_> = CORPUS.keys().collect();
    for end in (1..paths.len()).rev() {
        paths.swap(end, noise.below(end + 1));
    }
    paths
}

#[track_caller]
fn assert_same(found: &Files, expected: &Files, what: &str) {
    let differs = |path: &&String| found.get(*path) != expected.get(*path);
    let differing: Vec<_> = found.keys().chain(expected.keys()).filter(differs).collect();
    assert!(differing.is_empty(), "{what}: {differing:?}");
}

/// A corpus in which nothing happens would prove nothing.
fn assert_eventful(summary: &Summary) {
    assert_eq!(summary.files.found, CORPUS.len() as u64);
    // One file is hidden.
    assert_eq!(summary.num_skipped(), if summary.config.options().read.hidden { 4 } else { 5 });
    assert_eq!(summary.files.rejected["not_utf8"] + summary.files.rejected["encoding_unknown"], 4);
    assert!(
        ["not_json", "not_object", "not_utf8", "no_text", "text_not_string", "text_twice"]
            .iter()
            .all(|reason| summary.records.rejected[*reason] > 0)
    );
    assert!(summary.documents.emptied > 1 && summary.documents.kept > 1000);
    assert!(summary.num_removed() > 1000 && summary.bytes.input > 12_000_000);
}

/// Threads, order of creation, absolute path, another run, another run's OUT in the way.
#[test]
fn same_bytes_always() {
    // Where a tmpfs is at hand a directory is listed in the order of creation, newest first; a disk may sort.
    let other = if Path::new("/dev/shm").is_dir() { "/dev/shm".into() } else { std::env::temp_dir() };
    let (here, there) =
        (tempfile::tempdir().expect("a directory"), tempfile::tempdir_in(other).expect("a directory"));
    let deep = there.path().join("an other/absolute.path/中文/in/in");
    write(here.path(), &CORPUS.keys().collect::<Vec<_>>());
    write(&deep, &shuffled(1));
    write(there.path(), &shuffled(2));
    for (number, mut config) in configs().into_iter().enumerate() {
        let (expected, summary) = clean(here.path(), &format!("out-{number}"), &config, 1);
        assert_eventful(&summary);
        config.write.force = true; // over what stands there after the first of these
        for (threads, directory, what) in [
            (1, here.path(), "another run"),
            (2, here.path(), "2 threads"),
            (8, here.path(), "8 threads"),
            (8, &*deep, "another path and order"),
            (2, there.path(), "a third path and order"),
        ] {
            let (found, _) = clean(directory, "out", &config, threads);
            assert_same(&found, &expected, what);
        }
    }
}

/// However little memory there is: from the first record on disk, and from the middle of the corpus on.
#[test]
fn same_bytes_whatever_the_memory() {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), &shuffled(5));
    for (number, config) in configs().into_iter().enumerate() {
        let (expected, _) = clean(directory.path(), &format!("out-{number}"), &config, 2);
        for (memory, threads) in [(0, 1), (100_000, 2), (700_000, 1), (1_500_000, 3), (3_000_000, 2)] {
            let config = Config { memory: Some(memory), ..config.clone() };
            let (found, _) = clean(directory.path(), &format!("out-{number}-{memory}"), &config, threads);
            assert_same(&found, &expected, &format!("{memory} bytes of memory"));
        }
    }
}

/// Sentences too do not depend on threads; once.
#[test]
fn same_sentences_whatever_the_threads() {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), &shuffled(3));
    let mut config = Config::default();
    config.split.split = SplitMode::Sentence;
    let (one, summary) = clean(directory.path(), "one", &config, 1);
    assert_eventful(&summary);
    assert_same(&clean(directory.path(), "eight", &config, 8).0, &one, "8 threads");
}

/// Memory is a store like the disk (promise: by the command line or from another program).
#[test]
fn memory_gives_the_same_bytes_as_disk() {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), &shuffled(4));
    let input = memory::input(&CORPUS);
    for (number, config) in configs().into_iter().enumerate() {
        let (expected, summary) = clean(directory.path(), &format!("out-{number}"), &config, 2);
        let output = MemoryOutput::new();
        let outcome = memory::run(CORPUS.keys(), (&input, &output), &config, &NoObserver).expect("a run");
        assert_eq!(outcome.summary, summary);
        let (out, record) = memory::published(&output);
        let below = |area: &str, files: Files| {
            files.into_iter().map(|(path, content)| (format!("{area}/{path}"), content)).collect::<Vec<_>>()
        };
        let found = [below("out", out), below("out.tamis", record)].concat().into_iter().collect();
        assert_same(&found, &expected, "in memory");
    }
}
