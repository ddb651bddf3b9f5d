//! The command as a filter (`--out -`), over lists of files and over globs.

#![cfg(feature = "cli")]

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::lines::lines;
use crate::support::process::{self, Ran, Running};
use crate::support::sandbox::Sandbox;
use crate::support::terminal::shown;

/// Runs the command line with something on standard input.
fn tamis_reading(sandbox: &Sandbox, args: &[&str], input: &[u8]) -> Ran {
    let mut running = Running::start(sandbox.command(args).stdin(Stdio::piped()));
    running.type_in(input);
    running.finish()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

// Contract X2: standard output is the corpus, and nothing else.
#[test]
fn a_text_comes_out_clean() {
    let sandbox = Sandbox::new();
    for (name, input, expected) in [
        ("lines", "一\n二\n一\n".as_bytes().to_vec(), "一\n二\n"),
        ("no final line end", b"a\na\nb".to_vec(), "a\nb\n"),
        ("nothing", Vec::new(), ""),
        (
            "GB18030",
            b"\xb5\xda\xd2\xbb\xb6\xce\xca\xc7\xd0\xc2\xce\xc5\xb5\xc4\xc4\xda\xc8\xdd\xa1\xa3\n".repeat(2),
            "第一段是新闻的内容。\n",
        ),
    ] {
        let ran = tamis_reading(&sandbox, &["clean", "-", "--out", "-"], &input);
        ran.exits(0).is_plain();
        assert_eq!(ran.out(), expected, "{name}");
        assert!(ran.err().contains("documents"), "{name}: the account stands on standard error");
        let quiet = tamis_reading(&sandbox, &["clean", "-", "--out", "-", "--quiet"], &input);
        assert_eq!((quiet.exits(0).out().as_str(), quiet.err().as_str()), (expected, ""), "{name}");
    }
    assert!(sandbox.tree("").is_empty(), "nothing is written");
}

#[test]
fn records_come_out_as_they_came() {
    let sandbox = Sandbox::new();
    let args = ["clean", "-", "--out", "-", "-q", "--input-format"];
    let run = |format: &str, input: &[u8]| tamis_reading(&sandbox, &[&args[..], &[format]].concat(), input);
    let ran = run("jsonl", b"{\"n\":1.0,\"text\":\"a\\nb\"}\n{\"text\":\"b\"}\n{\"text\":\"c\"}\n");
    assert_eq!(ran.exits(0).out(), "{\"n\":1.0,\"text\":\"a\\nb\"}\n{\"text\":\"c\"}\n");
    let ran = run("csv", b"n,text\n1,a\n2,a\n");
    assert_eq!(ran.exits(0).out(), "n,text\n1,a\n");
    let ran = run("tsv", b"text\tn\na\t1\nb\t2\n");
    assert_eq!(ran.exits(0).out(), "text\tn\na\t1\nb\t2\n");
    // What is compressed comes out compressed.
    let ran = run("jsonl", &gzip(b"{\"text\":\"a\"}\n{\"text\":\"a\"}\n"));
    let mut text = String::new();
    let mut decoder = flate2::read::GzDecoder::new(ran.exits(0).stdout.as_slice());
    std::io::Read::read_to_string(&mut decoder, &mut text).expect("gzip");
    assert_eq!(text, "{\"text\":\"a\"}\n");
}

#[test]
fn bad_input_is_told_and_the_rest_goes_on() {
    let sandbox = Sandbox::new();
    let args = ["clean", "-", "--out", "-", "--input-format", "jsonl"];
    let ran = tamis_reading(&sandbox, &args, b"{\"text\":\"a\"}\n{\"text\n{\"text\":\"b\"}\n");
    ran.exits(3).says(&["stdin.jsonl:2", "not JSON"]);
    assert_eq!(ran.out().lines().count(), 2);
    // Half a text is none, however long the good half is.
    let mut text = lines(200_000, |number| format!("第 {number} 行")).into_bytes();
    text.extend(b"\xe4\xb8\n");
    let ran = tamis_reading(&sandbox, &["clean", "-", "--out", "-", "-q"], &text);
    ran.exits(3).says(&["stdin.txt", "not valid UTF-8", &(text.len() - 3).to_string()]);
    assert!(ran.stdout.is_empty());
    // With a truncated stream the records before the break are out.
    let records = lines(5000, |number| format!("{{\"text\":\"record {number} of a long list\"}}"));
    let whole = gzip(records.as_bytes());
    let mut running = Running::start(sandbox.command(&args).stdin(Stdio::piped()));
    running.type_in(&whole[..whole.len() / 2]);
    let ran = running.finish();
    ran.exits(3).says(&["stdin.jsonl", "ends too early"]);
    assert!(!ran.stdout.is_empty());
}

// Contract X2: a closed pipe is not an error.
#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let sandbox = Sandbox::new();
    sandbox.file("long.txt", lines(400_000, |number| format!("line number {number}")));
    let line =
        format!("{} clean - --out - -q < long.txt | head -n 1; echo ${{PIPESTATUS[0]}}", process::TAMIS);
    let mut bash = std::process::Command::new("bash");
    let ran = process::run(bash.args(["-c", &line]).current_dir(sandbox.root()));
    assert_eq!(ran.out(), "line number 0\n0\n");
    assert_eq!(ran.err(), "");
}

#[test]
fn the_record_goes_where_it_is_asked_for() {
    let sandbox = Sandbox::new();
    let args = ["clean", "-", "--out", "-", "-q", "--record", "account"];
    tamis_reading(&sandbox, &args, b"a\na\n").exits(0);
    let names: Vec<_> = sandbox.tree("account").into_keys().collect();
    assert_eq!(
        names,
        ["files.jsonl", "rejected.jsonl", "removed.jsonl.zst", "run.json", "summary.json"]
            .map(std::path::PathBuf::from)
    );
    assert_eq!(sandbox.ledger("account").len(), 1);
    let names: Vec<_> = sandbox.tree("").into_keys().filter(|path| path.components().count() == 1).collect();
    assert_eq!(names, [Path::new("account")], "and nothing else is left");
    tamis_reading(&sandbox, &args, b"b\n").exits(2).says(&["account", "not empty", "--force"]);
    let forced = [&args[..], &["--force"]].concat();
    tamis_reading(&sandbox, &forced, b"b\n").exits(0);
    assert_eq!(sandbox.summary("account")["paragraphs"]["kept"], 1);
}

#[test]
fn several_files_go_into_one_stream_of_records() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "one\ntwo\n");
    sandbox.file("in/b.jsonl", "{\"id\":7,\"text\":\"two\\nthree\"}\n");
    let ran = sandbox.tamis(&["clean", "in", "--out", "-", "-q", "--to", "jsonl"]);
    let out = ran.exits(0).out();
    let records: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let found: Vec<Value> =
        records.iter().map(|record| json!([record["id"], record["path"], record["text"]])).collect();
    assert_eq!(found, [json!(["a.txt", "a.txt", "one\ntwo\n"]), json!(["7", "b.jsonl", "three"])]);
}

// Lists.

#[test]
fn a_list_names_files_and_where_they_go() {
    let sandbox = Sandbox::new();
    for name in ["in/a.txt", "in/sub/b.txt", "in/c d.txt", "in/no.txt"] {
        sandbox.file(name, format!("text of {name}\n"));
    }
    for (number, list) in ["in/sub/b.txt\n./in/a.txt\nin/c d.txt\n", "in/sub/b.txt\0in/a.txt\0in/c d.txt\0"]
        .into_iter()
        .enumerate()
    {
        sandbox.file("list", list);
        let (out, piped) = (format!("out{number}"), format!("piped{number}"));
        sandbox.tamis(&["clean", "--files-from", "list", "--out", &out]).exits(0);
        tamis_reading(&sandbox, &["clean", "--files-from", "-", "--out", &piped], list.as_bytes()).exits(0);
        for out in [out, piped] {
            let files = ["in/a.txt", "in/sub/b.txt", "in/c d.txt"];
            assert!(files.iter().all(|file| sandbox.exists(Path::new(&out).join(file))), "{list:?}");
            assert!(!sandbox.exists(Path::new(&out).join("in/no.txt")));
        }
    }
    // An absolute path loses its root, as with tar(1).
    let absolute = sandbox.path("in/a.txt");
    sandbox.file("list", shown(&absolute));
    sandbox.tamis(&["clean", "--files-from", "list", "--out", "absolute"]).exits(0);
    assert!(sandbox.exists(Path::new("absolute").join(absolute.strip_prefix("/").expect("absolute"))));
}

// Contract D3: inputs in the order given.
#[test]
fn the_order_of_a_list_decides_what_is_first() {
    let sandbox = Sandbox::new();
    sandbox.file("a.txt", "same\n");
    sandbox.file("b.txt", "same\n");
    sandbox.file("list", "b.txt\na.txt\n");
    sandbox.tamis(&["clean", "--files-from", "list", "--out", "out"]).exits(0);
    assert!(sandbox.exists("out/b.txt") && !sandbox.exists("out/a.txt"));
}

#[test]
fn a_bad_list_fails_before_any_work() {
    let sandbox = Sandbox::new();
    sandbox.file("a.txt", "a\n");
    for (list, says) in [
        ("a.txt\nno.txt\n", &["no.txt", "No such file"][..]),
        ("../a.txt\n", &["..", "absolute path"]),
        ("\n", &["names no file"]),
        ("a.txt\na.txt\n", &["a.txt", "both be written"]),
    ] {
        sandbox.file("list", list);
        sandbox.tamis(&["clean", "--files-from", "list", "--out", "out"]).exits(2).says(says);
        assert!(!sandbox.exists("out") && !sandbox.exists("out.tamis"), "{list:?}");
    }
    sandbox.file("out/list.txt", "x\n");
    sandbox.file("list", "out/list.txt\n");
    let ran = sandbox.tamis(&["clean", "--files-from", "list", "--out", "out", "--force"]);
    ran.exits(2).says(&["overlap: one contains the other"]);
}

// Contract D2: what a glob leaves out is counted as skipped.
#[test]
fn globs_choose_files() {
    let sandbox = Sandbox::new();
    for name in ["a.txt", "b.md", "sub/c.txt", "sub/draft-1.txt", "sub/deep/d.txt"] {
        sandbox.file(Path::new("in").join(name), format!("text of {name}\n"));
    }
    for (number, (globs, kept)) in [
        (&["--include", "*.txt"][..], &["a.txt", "sub/c.txt", "sub/draft-1.txt", "sub/deep/d.txt"][..]),
        (&["--include", "*.txt", "--exclude", "draft*"], &["a.txt", "sub/c.txt", "sub/deep/d.txt"]),
        (&["--exclude", "sub/"], &["a.txt", "b.md"]),
        (&["--include", "sub/*.txt", "--include", "*.md"], &["b.md", "sub/c.txt", "sub/draft-1.txt"]),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out{number}");
        sandbox.tamis(&[&["clean", "in", "--out", &out], globs].concat()).exits(0);
        let mut found: Vec<_> =
            sandbox.tree(&out).into_keys().filter(|path| path.extension().is_some()).collect();
        found.sort();
        let mut kept: Vec<_> = kept.iter().map(std::path::PathBuf::from).collect();
        kept.sort();
        assert_eq!(found, kept, "{globs:?}");
        let summary = sandbox.summary(&format!("{out}.tamis"));
        assert_eq!(summary["files"]["skipped"]["excluded"], 5 - kept.len(), "{globs:?}");
        assert_eq!(summary["files"]["found"], 5);
    }
}
