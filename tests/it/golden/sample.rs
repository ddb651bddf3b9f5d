//! The corpus that comes with the project.
#![expect(clippy::disallowed_methods, reason = "a test copies its inputs")]

use std::path::Path;

use super::book::Book;

use crate::support::sandbox::Sandbox;

/// The files that a run leaves beside its streams.
const OUT: [&str; 2] = ["out", "out.tamis"];

/// A sandbox with `corpus/` in it.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for entry in walkdir::WalkDir::new(&corpus).sort_by_file_name() {
        let entry = entry.expect("an entry");
        if entry.file_type().is_file() {
            let relative = entry.path().strip_prefix(&corpus).expect("below the corpus");
            sandbox.file(Path::new("corpus").join(relative), std::fs::read(entry.path()).expect("a file"));
        }
    }
    sandbox
}

#[test]
fn options() {
    let (sandbox, mut book) = (sandbox(), Book::new("sample"));
    for options in [
        "",
        " --near",
        " --near=paragraphs",
        " --near=both --near-preset news",
        " --near --near-preset syndication --keep longest",
        " --near --near-preset news --containment 0.7 --shingle char:5 --keep newest:date",
        " --split block",
        " --split sentence",
        " --match exact",
        " --match loose",
        " --scope document",
        " --scope document --near=both",
        " --to txt",
        " --to jsonl",
        " --to jsonl --shard-size 4kB --near",
        " --to parquet",
        " --ledger-text",
        " --json",
        " --quiet",
        " -v",
        " --min-chars 20",
        " --repair none",
        " --text-field body --id-field url",
        " --include *.txt --exclude wire/*",
        " --encoding gbk --encoding-errors replace",
        " --max-document-size 1kB",
        " --threads 4 --memory 256MiB",
        " --resume",
    ] {
        book.run(&sandbox, &format!("clean corpus --out out{options}"), &OUT);
    }
    for options in ["", " --near", " --json", " --to parquet"] {
        book.run(&sandbox, &format!("clean corpus --dry-run{options}"), &OUT);
    }
    book.run(&sandbox, "clean corpus/wire corpus/site --out out", &OUT);
    book.run(&sandbox, "clean corpus/dump/letters.csv --out out", &OUT);
    book.close();
}

#[test]
fn streams() {
    let (sandbox, mut book) = (sandbox(), Book::new("streams"));
    let text = [sandbox.read("corpus/wire/digest.txt"), sandbox.read("corpus/site/about.md")].concat();
    let table = sandbox.read("corpus/dump/letters.csv");
    let lines = sandbox.read("corpus/dump/records-20270417.jsonl");
    for options in ["", " -q", " --split sentence", " --record record", " --json", " --near=paragraphs"] {
        book.run_on(&sandbox, &format!("clean - --out -{options}"), &text, &["record"]);
    }
    for options in ["", " --near", " --to jsonl"] {
        let args = format!("clean - --out - --input-format csv --record record{options}");
        book.run_on(&sandbox, &args, &table, &["record"]);
        let args = format!("clean - --out - --input-format jsonl --record record{options}");
        book.run_on(&sandbox, &args, &lines, &["record"]);
    }
    book.run_on(&sandbox, "clean - --out out --input-format jsonl", &lines, &OUT);
    book.run_on(&sandbox, "inspect - --input-format csv", &table, &[]);
    book.run_on(&sandbox, "check - --input-format jsonl", &lines, &[]);
    sandbox.file("list", "corpus/wire/digest.txt\ncorpus/site/about.md\ncorpus/dump/letters.csv\n");
    book.run(&sandbox, "clean --files-from list --out out", &OUT);
    book.close();
}

#[test]
fn words() {
    let (sandbox, mut book) = (sandbox(), Book::new("words"));
    let commands = [
        "clean",
        "check",
        "inspect",
        "verify",
        "explain",
        "clusters",
        "report",
        "index",
        "config",
        "completions",
    ];
    for command in commands {
        book.run(&sandbox, &format!("{command} --help"), &[]);
        book.run(&sandbox, &format!("man {command}"), &[]);
    }
    for command in ["info", "build", "merge", "export"] {
        book.run(&sandbox, &format!("index {command} --help"), &[]);
    }
    for args in [
        "--help",
        "man",
        "completions bash",
        "config corpus --out out --near",
        "clean corpus",
        "clean nowhere --out out",
    ] {
        book.run(&sandbox, args, &[]);
    }
    book.close();
}

/// The number of threads changes nothing.
#[test]
fn threads() {
    let (sandbox, mut book) = (sandbox(), Book::new("threads"));
    for options in ["", " --near=both", " --to jsonl --shard-size 4kB", " -vv"] {
        book.run_threads(&sandbox, &format!("clean corpus --out out{options}"), &OUT, &[1, 2, 4]);
    }
    book.close();
}
