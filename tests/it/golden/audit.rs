//! The commands that look at inputs and at runs that are done: `check`, `verify`, `explain`, `inspect`, `clusters` and `report`.

use super::book::Book;
use super::containers;
use super::inputs;
use super::sample;

use crate::support::sandbox::Sandbox;

/// The formats of a check that go to a file.
const FORMATS: [&str; 8] = ["text", "json", "github", "sarif", "junit", "gitlab", "markdown", "html"];

/// Every format, on standard output and in a file; a baseline, and what is new beside it.
fn checked(book: &mut Book, sandbox: &Sandbox, input: &str, options: &str) {
    let all = FORMATS.map(|format| format!(" --format {format}={format}.report")).concat();
    let reports = FORMATS.map(|format| format!("{format}.report"));
    let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
    book.run(sandbox, &format!("check {input}{options}{all}"), &reports);
    book.run(sandbox, &format!("check {input}{options} --write-baseline baseline"), &["baseline"]);
    let mut run = |more: &str, watched: &[&str]| {
        book.run_anew(sandbox, &format!("check {input}{options} {more}"), watched, watched);
    };
    run("--baseline baseline", &[]);
    run("--baseline baseline --format json", &[]);
    sandbox.file("added/a.txt", sandbox.read("new.txt"));
    run(&format!("added --baseline baseline{all}"), &reports);
    for format in &FORMATS[..7] {
        run(&format!("--max-duplicates 10 --format {format}"), &[]);
    }
    run("--max-duplicate-ratio 0.9 --max-rejected 100 --max-emptied 100", &[]);
    run("-q", &[]);
}

#[test]
fn checks_of_the_sample() {
    let (sandbox, mut book) = (sample::sandbox(), Book::new("check"));
    let repeated = sandbox.read("corpus/wire/digest.txt");
    sandbox.file("new.txt", [&repeated, "new\nnew\n".as_bytes(), &repeated].concat());
    checked(&mut book, &sandbox, "corpus", "");
    checked(&mut book, &sandbox, "corpus", " --near=both");
    book.close();
}

#[test]
fn checks_of_containers() {
    let (sandbox, mut book) = (containers::sandbox(&inputs::for_a_search()), Book::new("check-containers"));
    let all = FORMATS.map(|format| format!(" --format {format}={format}.report")).concat();
    let reports = FORMATS.map(|format| format!("{format}.report"));
    let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
    book.run(&sandbox, &format!("check in{all}"), &reports);
    book.run_threads(&sandbox, &format!("check in --near{all}"), &reports, &[1, 4]);
    book.run(&sandbox, "check in --memory 256MiB --scope document --format json", &[]);
    book.run(&sandbox, "check in --write-baseline baseline", &["baseline"]);
    book.close();
}

/// Cleans, and looks into the run with every command that does.
fn looked_into(book: &mut Book, sandbox: &Sandbox, clean: &str, places: &[&str]) {
    book.run(sandbox, &format!("clean {clean} --out out"), &["out", "out.tamis"]);
    let mut run = |args: &str, watched: &[&str]| {
        book.run_titled(sandbox, (&format!("{args} (clean {clean})"), args), watched);
    };
    let verified = clean.replace(" --ledger-text", "");
    run(&format!("verify {verified} --out out"), &[]);
    run(&format!("verify {verified} --out out --json"), &[]);
    for place in places {
        run(&format!("explain out {place}"), &[]);
        run(&format!("explain out {place} --json --full"), &[]);
    }
    for options in ["", " --json", " --tsv"] {
        run(&format!("clusters out{options}"), &[]);
    }
    run("report out", &["out.tamis/report.html"]);
    run("report out --no-text --html page.html", &["page.html"]);
}

#[test]
fn tools_on_the_sample() {
    let (sandbox, mut book) = (sample::sandbox(), Book::new("tools"));
    for options in ["", " --json", " --split sentence", " --threads 4"] {
        book.run(&sandbox, &format!("inspect corpus{options}"), &[]);
    }
    let places = [
        "wire/fish-market-0416.txt",
        "wire/digest.txt",
        "wire/digest.txt:3",
        "site/library-print.txt",
        "site/museum-hant.txt",
        "dump/letters.csv#1",
        "dump/records-20270418.ndjson",
        "dump/page-0093.txt:0",
        "site/nowhere.txt",
    ];
    looked_into(&mut book, &sandbox, "corpus", &places);
    looked_into(&mut book, &sandbox, "corpus --near=both --near-preset news --ledger-text", &places);
    // A run that was meddled with.
    sandbox.file("out/wire/digest.txt", "something else\n");
    let options = "--near=both --near-preset news";
    book.run(&sandbox, &format!("verify corpus --out out {options}"), &[]);
    book.run(&sandbox, &format!("verify corpus --out out {options} --json"), &[]);
    book.run(&sandbox, "verify corpus --out out", &[]);
    book.close();
}

#[test]
fn tools_on_containers() {
    let (sandbox, mut book) = (containers::sandbox(&inputs::for_a_search()), Book::new("tools-containers"));
    for options in ["", " --json", " --split block"] {
        book.run_threads(&sandbox, &format!("inspect in{options}"), &[], &[1, 4]);
    }
    let places = [
        "news/0/3.txt",
        "packed/a.tar.gz/a.txt",
        "archives/a.tgz/dir/b.jsonl.gz#2",
        "columns/1.parquet",
        "near/03-edited.txt",
    ];
    looked_into(&mut book, &sandbox, "in --near=both", &places);
    book.close();
}
