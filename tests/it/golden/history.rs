//! Days one after another, by an index.

use std::path::Path;

use tamis::config::HistoryConfig;
use tamis::{Config, NoObserver};

use super::book::{Book, finished, quiet};
use super::ceilings::left;
use super::inputs::{self, shard};

use crate::support::files::{Files, write_files};
use crate::support::packs::{compress, tar};
use crate::support::sandbox::Sandbox;
use crate::support::texts::article;

const LEFT: [&str; 3] = ["out", "out.tamis", "index"];

/// Three days: everything there is, what repeats much of it and itself, and a little more.
fn days() -> Sandbox {
    let sandbox = Sandbox::new();
    write_files(&sandbox.path("1"), &inputs::for_a_search());
    let second = [
        ("again.txt", article(0..60).into_bytes()),
        ("long.txt.gz", compress("gz", article(1000..4000).as_bytes())),
        ("records.jsonl", shard(3, 1000)),
        ("t.tar", tar(&[("x.txt", article(2500..2800).into()), ("y.jsonl", shard(50, 30))])),
        ("late.txt", [article(200..4000).as_bytes(), b"\xff\n"].concat()),
    ];
    write_files(&sandbox.path("2"), &named(second));
    write_files(&sandbox.path("3"), &named([("a.txt", article(3900..4100).into_bytes())]));
    sandbox
}

fn named<const N: usize>(files: [(&str, Vec<u8>); N]) -> Files {
    files.map(|(name, content)| (name.to_owned(), content)).into()
}

#[test]
fn indexes() {
    let (sandbox, mut book) = (days(), Book::new("history"));
    let mut day = |args: &str, watched: &[&str]| {
        let cleared: &[&str] = if args.starts_with("clean") { &["out", "out.tamis"] } else { &[] };
        book.run_anew(&sandbox, args, watched, cleared)
    };
    day("clean 1 --out out --index index --run-name one", &LEFT);
    day("clean 2 --out out --against index --dry-run", &LEFT);
    day("clean 2 --out out --index index --run-name two --ledger-text", &LEFT);
    day("verify 2 --out out --index index", &[]);
    day("clean 3 --out out --index index --run-name three --threads 4", &LEFT);
    day("clean 2 --out out --against index", &LEFT);
    day("clean 2 --out out --against index --index new --memory 256MiB", &["out", "out.tamis", "new"]);
    day("verify 2 --out out --index new --earlier index", &[]);
    day("clean 3 --out out --index index --run-name three", &[]);
    day("clean 3 --out out --index index --near", &[]);
    day("clean 3 --out out --index other --min-chars 30 --match loose", &["out", "out.tamis", "other"]);
    day("clean 3 --out out --against other", &[]);
    for args in [
        "index info index",
        "index info index --json",
        "index export index",
        "index export new",
        "check 3 --against index --format json",
        "check 3 --against index",
    ] {
        day(args, &[]);
    }
    day("index build 3 --index built --run-name three", &["built"]);
    day("index build 2 --index built --run-name two -q", &["built"]);
    day("index build 3 --index alone --run-name alone", &["alone"]);
    day("index merge built alone --out merged", &["merged"]);
    day("index export merged", &[]);
    day("index merge built built --out merged-2", &["merged-2"]);
    book.close();
}

/// The second day below low ceilings, by the library, leaves what the command leaves.
#[test]
fn below_ceilings() {
    let (sandbox, mut book) = (days(), Book::new("history-ceilings"));
    // How many places a text takes that is bad at its end depends on the ceiling, and an index counts them.
    std::fs::remove_file(sandbox.path("2/late.txt")).expect("a file");
    let first = |sandbox: &Sandbox| {
        let _ = std::fs::remove_file(sandbox.path("index")); // there is none the first time
        finished(&mut quiet(sandbox, "clean 1 --out first --force -q --index index --run-name one"));
    };
    first(&sandbox);
    finished(&mut quiet(&sandbox, "clean 2 --out out -q --index index --run-name two"));
    book.enter("the second day", left(&sandbox, &LEFT));
    for memory in [0, 1_000_000] {
        first(&sandbox);
        let history = HistoryConfig {
            index: Some(sandbox.path("index")),
            run_name: Some("two".to_owned()),
            ..HistoryConfig::default()
        };
        let mut config = Config { memory: Some(memory), threads: 2, history, ..Config::default() };
        config.write.force = true;
        let (input, out) = (sandbox.path("2"), sandbox.path("out"));
        tamis::clean(&[input], Some(Path::new(&out)), &config, &NoObserver).expect("a run");
        book.enter("the second day", left(&sandbox, &LEFT));
    }
    book.close();
}
