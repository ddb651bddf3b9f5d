//! `tamis check`: decides what `clean` decides, says where, and passes or fails by limits and by what was there before.

#![cfg(feature = "cli")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::lines::lines;
use crate::support::process::{self, Ran, Running, has, run, skip};
use crate::support::sandbox::Sandbox;

fn corpus() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").to_str().expect("UTF-8").to_owned()
}

/// A sandbox with the sample corpus in `corpus`.
fn sample() -> Sandbox {
    let sandbox = Sandbox::new();
    for entry in walkdir::WalkDir::new(corpus()).into_iter().map(|entry| entry.expect("an entry")) {
        let below = entry.path().strip_prefix(corpus()).expect("below the corpus");
        if entry.file_type().is_file() {
            sandbox.file(Path::new("corpus").join(below), read(entry.path()));
        }
    }
    sandbox
}

#[expect(clippy::disallowed_methods, reason = "a test reads files")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a file")
}

/// The JSON report of a check of `in`.
pub(super) fn report(sandbox: &Sandbox, args: &[&str]) -> Value {
    let ran = sandbox.tamis(&[&["check", "in", "--format", "json"], args].concat());
    assert!(matches!(ran.code(), 0 | 1), "{}", ran.err());
    let report: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    assert_eq!(report["passed"], ran.code() == 0);
    report
}

pub(super) fn problems(report: &Value) -> &[Value] {
    report["problems"].as_array().expect("problems")
}

/// A place as the ledger spells it: path below `in`, record, paragraphs.
fn place(location: &Value) -> Value {
    let file = location["file"].as_str().expect("a file");
    let path = file.strip_prefix("in/").expect("a file below `in`").to_owned();
    let path = location["member"].as_str().map_or(path.clone(), |member| format!("{path}/{member}"));
    json!([path, location["record"], location["id"], location["paragraphs"]])
}

fn ledger_place(line: &Value) -> Value {
    json!([line["path"], line["record"], line["id"], [line["first"], line["last"]]])
}

/// Checks `in` and cleans it, and holds one against the other. Returns the report.
#[track_caller]
fn same_as_clean(sandbox: &Sandbox, args: &[&str]) -> Value {
    let cleaned = sandbox.tamis(&[&["clean", "in", "--out", "out", "--force", "--quiet"], args].concat());
    assert!(matches!(cleaned.code(), 0 | 3), "{}", cleaned.err());
    let report = report(sandbox, args);
    let removed: Vec<&Value> =
        problems(&report).iter().filter(|problem| !problem["survivor"].is_null()).collect();
    let ledger = sandbox.ledger("out.tamis");
    for (line, problem) in ledger.iter().zip(&removed) {
        assert_eq!(problem["kind"], line["rule"], "{line}");
        assert_eq!(place(&problem["location"]), ledger_place(line), "{args:?}");
        assert_eq!(place(&problem["survivor"]), ledger_place(&line["survivor"]), "{line}");
        assert_eq!(problem["similarity"], line["similarity"], "{line}");
        lines_are_true(sandbox, line, &problem["location"]);
    }
    assert_eq!(ledger.len(), removed.len(), "{args:?}");
    let (mut then, mut now) = (sandbox.summary("out.tamis"), report["summary"].clone());
    for summary in [&mut then, &mut now] {
        summary["bytes"]["output"] = Value::Null;
    }
    assert_eq!(now, then, "{args:?}");
    let rejected = sandbox.rejected("out.tamis");
    let of_kind = |kind: &str| problems(&report).iter().filter(|p| p["kind"] == kind).count();
    assert_eq!(of_kind("rejected"), rejected.len());
    // A document that came without text is not written, and is no problem.
    assert!(
        then["documents"]["emptied"].as_u64().is_some_and(|emptied| of_kind("emptied") as u64 <= emptied)
    );
    report
}

/// The lines of a plain text in UTF-8 are counted again from the ledger's span.
fn lines_are_true(sandbox: &Sandbox, line: &Value, location: &Value) {
    let path = Path::new("in").join(line["path"].as_str().expect("a path"));
    let is_text = path.extension().is_some_and(|extension| extension == "txt");
    if !is_text || !line["record"].is_null() || !location["member"].is_null() {
        return;
    }
    let Ok(text) = String::from_utf8(sandbox.read(&path)) else { return };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n\u{0}");
    let at =
        |index: usize| usize::try_from(line["span"][index].as_u64().expect("a span")).expect("in memory");
    let line_of = |end: usize| 1 + text[..end].matches(['\n', '\r']).count();
    assert_eq!(location["lines"], json!([line_of(at(0)), line_of(at(1))]), "{line}");
}

#[test]
fn decides_what_clean_decides() {
    let sandbox = sample();
    std::os::unix::fs::symlink("corpus", sandbox.path("in")).expect("a link");
    for args in [
        &[][..],
        &["--near"],
        &["--near=both", "--near-preset", "news"],
        &["--near=paragraphs", "--near-min-chars", "10", "--keep", "longest"],
        &["--near-preset", "syndication", "--near"],
        &["--match", "loose"],
        &["--match", "exact", "--scope", "document"],
        &["--min-chars", "20", "--repair", "none"],
        &["--split", "sentence"],
        &["--split", "block"],
        &["--exclude", "wire/", "--encoding-errors", "replace"],
    ] {
        same_as_clean(&sandbox, args);
    }
}

#[test]
fn decides_what_clean_decides_of_hostile_inputs() {
    let sandbox = Sandbox::new();
    let long = lines(60_000, |n| format!("第{}行，一段文字 line {}\n", n % 50_000, n % 50_000));
    sandbox.file("in/a-long.txt", &long);
    sandbox.file("in/b-cr.txt", "one\rtwo\r\rone\r\ntwo\n\rthree");
    // It turns out to be no text when much of it was read.
    sandbox.file("in/c-bad.txt", [long.as_bytes(), &[0xff, 0xfe, 0xff, b'\n']].concat());
    // Its encoding is told by all of it: it is read again.
    let (gbk, _, _) = encoding_rs::GB18030.encode(&long);
    sandbox.file("in/d-gbk.txt", &gbk);
    sandbox.file(
        "in/e.jsonl",
        "{\"text\":\"one\"}\n\nnothing\n{\"text\":\"\"}\n{\"id\":7,\"text\":\"two\\none\"}\n",
    );
    sandbox.file("in/f.csv", "id,text\r\n1,\"one\ntwo\"\r\n2,new\r\n3,new\r\n");
    sandbox.file("in/g-empty.txt", "");
    sandbox.file("in/h-nul.txt", b"a\0b\n\xff");
    // Each is rejected by itself, whatever stands before it.
    for name in ["i", "j", "k"] {
        sandbox.file(format!("in/{name}.txt"), b"\xff\xfe\xff\n");
        sandbox.file(format!("in/{name}.jsonl.gz"), b"\x1f\x8b\x08\0no gzip");
    }
    same_as_clean(&sandbox, &[]);
    same_as_clean(&sandbox, &["--near=both", "--near-min-chars", "0"]);
    let report = same_as_clean(&sandbox, &["--split", "block"]);
    assert!(report["summary"]["files"]["rejected"].as_object().is_some_and(|rejected| !rejected.is_empty()));
    // A line is where a person would look.
    let csv = report_of(&sandbox, "in/f.csv");
    assert_eq!(csv, json!([[2, 2], [5, 5]]));
}

/// The lines of the exact problems of a file, under the default split.
fn report_of(sandbox: &Sandbox, file: &str) -> Value {
    let report = report(sandbox, &[]);
    let of_file = problems(&report).iter().filter(|p| p["location"]["file"] == file && p["kind"] == "exact");
    of_file.map(|problem| problem["location"]["lines"].clone()).collect()
}

#[test]
fn archives_are_named_with_their_members() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "one\ntwo\n");
    let mut tar = tar::Builder::new(Vec::new());
    let text = b"new\n\none\n";
    let mut header = tar::Header::new_gnu();
    header.set_size(u64::try_from(text.len()).expect("a size"));
    header.set_mode(0o644);
    header.set_cksum();
    tar.append_data(&mut header, "site/b.txt", &text[..]).expect("a member");
    sandbox.file("in/b.tar", tar.into_inner().expect("a tar"));
    let report = same_as_clean(&sandbox, &[]);
    let location = &problems(&report)[0]["location"];
    assert_eq!((&location["member"], &location["lines"]), (&json!("site/b.txt"), &json!([3, 3])));
}

#[test]
fn nothing_is_written() {
    let sandbox = sample();
    let before = sandbox.tree(".");
    sandbox.tamis(&["check", "corpus", "--near"]).exits(1);
    assert_eq!(sandbox.tree("."), before);
}

/// The whole way of the issue: it fails, passes when clean, passes with its baseline, fails with one more copy.
#[test]
fn a_gate_from_its_beginning() {
    let sandbox = sample();
    let ran = sandbox.tamis(&["check", "corpus"]);
    let out = ran.exits(1).out();
    for part in ["131", "corpus/site/marathon.txt:25-47", "corpus/site/marathon.txt:1-23", "--max-duplicates"]
    {
        assert!(out.contains(part), "{part}\n{out}");
    }
    sandbox.tamis(&["clean", "corpus", "--out", "clean", "--quiet"]).exits(3);
    sandbox.tamis(&["check", "clean"]).exits(0);
    let wrote = sandbox.tamis(&["check", "corpus", "--write-baseline", "base.txt"]);
    assert_eq!(
        wrote.exits(0).out(),
        "base.txt: wrote 137 problems; with --baseline, they do not count from now on\n"
    );
    sandbox.tamis(&["check", "corpus", "--baseline", "base.txt"]).exits(0);
    sandbox.file("corpus/aa/again.txt", sandbox.read("corpus/site/marathon.txt"));
    let ran = sandbox.tamis(&["check", "corpus", "--baseline", "base.txt", "--format", "json"]);
    let report: Value = serde_json::from_slice(&ran.exits(1).stdout).expect("JSON");
    let blamed: Vec<_> = problems(&report).iter().map(|p| &p["location"]["file"]).collect();
    assert!(blamed.iter().all(|file| **file == "corpus/aa/again.txt"), "it comes first: {blamed:?}");
    assert_eq!((&report["limits"][0]["found"], &report["known"]), (&json!(24), &json!(137)));
}

#[test]
fn of_one_copy_more_the_new_one_is_named() {
    let sandbox = sample();
    sandbox.tamis(&["check", "corpus", "--write-baseline", "base.txt"]).exits(0);
    sandbox.file("corpus/site/more.txt", sandbox.read("corpus/site/marathon.txt"));
    let ran = sandbox.tamis(&["check", "corpus", "--baseline", "base.txt", "--format", "json"]);
    let report: Value = serde_json::from_slice(&ran.exits(1).stdout).expect("JSON");
    let files: Vec<&Value> = problems(&report).iter().map(|problem| &problem["location"]["file"]).collect();
    assert_eq!(files, [&json!("corpus/site/more.txt"); 3]);
    // A copy less is no problem.
    sandbox.file("corpus/site/more.txt", "");
    sandbox.file("corpus/site/marathon.txt", "");
    let ran = sandbox.tamis(&["check", "corpus", "--baseline", "base.txt", "--max-emptied", "2"]);
    ran.exits(0);
}

#[test]
fn baselines_are_the_same_wherever_their_texts_stand() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "x\ny\nx\n");
    sandbox.file("in/b.txt", "y\nz\nx\n");
    sandbox.tamis(&["check", "in", "--write-baseline", "1", "--threads", "1"]).exits(0);
    sandbox.tamis(&["check", "in", "--write-baseline", "2", "--threads", "4", "--quiet"]).exits(0);
    assert_eq!(sandbox.read("1"), sandbox.read("2"));
    // Lines may move about inside a file.
    sandbox.file("in/a.txt", "y\nx\n\n\nx\n");
    sandbox.tamis(&["check", "in", "--write-baseline", "2"]).exits(0);
    assert_eq!(sandbox.read("1"), sandbox.read("2"));
    // What else stands there is known by the line of the file.
    sandbox.file("in/a.txt", "more\ny\nx\n\n\nx\n");
    sandbox.tamis(&["check", "in", "--write-baseline", "2"]).exits(0);
    let (one, two) = (sandbox.read_text("1"), sandbox.read_text("2"));
    let other: Vec<_> = one.lines().zip(two.lines()).filter(|(one, two)| one != two).collect();
    let [file, end] = other[..] else { panic!("two lines differ: {other:?}") };
    assert_eq!((file.0[..13] == file.1[..13], &file.0[..5], &end.0[..4]), (true, "file ", "end "));
}

#[test]
fn baselines_that_say_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "x\nx\n");
    sandbox.tamis(&["check", "in", "--write-baseline", "base"]).exits(0);
    let good = sandbox.read_text("base");
    let check = |args: &[&str]| sandbox.tamis(&[&["check", "in", "--baseline", "base"], args].concat());
    check(&[]).exits(0);
    check(&["--match", "loose"]).exits(2).says(&[
        "base:3: it was made under --match canonical, and this is --match loose",
        "make a new one with: tamis check in --write-baseline base --match loose",
    ]);
    check(&["--split", "block"]).exits(2).says(&["base:4", "--split auto"]);
    for (name, bad, says) in [
        ("empty", String::new(), "base:1: not a tamis baseline"),
        ("other", "x: 1\n".to_owned(), "not a tamis baseline"),
        ("version", good.replace("baseline 3", "baseline 9"), "version is \"9\""),
        (
            "old version",
            good.replace("baseline 3", "baseline 2"),
            "its version is \"2\", and this tamis reads version 3",
        ),
        ("old key text", good.replace("key 2", "key 1"), "base:2: its key text has version 1"),
        ("cut", good.split_inclusive('\n').take(5).collect(), "ends too early"),
        ("edited", good.replacen(" 1 ", " 9 ", 1), "damaged or was edited"),
    ] {
        sandbox.file("base", bad);
        check(&[]).exits(2).says(&[says, "make a new one with: tamis check in --write-baseline base"]);
        assert!(check(&[]).out().is_empty(), "{name}");
    }
    sandbox.tamis(&["check", "in", "--baseline", "none"]).exits(2).says(&["none", "--write-baseline none"]);
}

#[test]
fn limits_hold_up_to_their_figure() {
    let sandbox = Sandbox::new();
    // 2 of 5 paragraphs go, 6 of 15 bytes; a document is emptied; a line is rejected.
    sandbox.file("in/a.txt", "aaa\nbbb\nccc\n");
    sandbox.file("in/b.jsonl", "{\"text\":\"aaa\\nbbb\"}\n{}\n");
    let check = |args: &[&str]| sandbox.tamis(&[&["check", "in"], args].concat()).code();
    let lift = ["--max-rejected", "1", "--max-emptied", "1"];
    let with = |args: &[&'static str]| check(&[&lift, args].concat());
    assert_eq!([with(&["--max-duplicates", "2"]), with(&["--max-duplicates", "1"]), with(&[])], [0, 1, 1]);
    assert_eq!([with(&["--max-duplicate-ratio", "0.4"]), with(&["--max-duplicate-ratio", "0.3999"])], [0, 1]);
    assert_eq!(with(&["--max-duplicate-ratio", "0.5", "--max-duplicates", "1"]), 1, "both hold");
    assert_eq!(with(&["--max-duplicate-ratio", "0"]), 1);
    let all = ["--max-duplicates", "9", "--max-near-duplicates", "0"];
    assert_eq!(check(&[&all[..], &["--max-rejected", "1"]].concat()), 1, "emptied");
    assert_eq!(check(&[&all[..], &["--max-emptied", "1"]].concat()), 1, "rejected: never exit code 3");
    assert_eq!(check(&[&all[..], &lift].concat()), 0);
    for (args, says) in [
        (["--max-duplicate-ratio", "5%"], "0.05"),
        (["--max-duplicates", "1.5"], "max-duplicates"),
        (["--format", "yaml"], "sarif"),
    ] {
        sandbox.tamis(&[&["check", "in"][..], &args].concat()).exits(2).says(&[says]);
    }
}

#[test]
fn near_duplicates_have_a_limit_of_their_own() {
    let sandbox = sample();
    let args = [
        "check",
        "corpus",
        "--near",
        "--max-duplicates",
        "999",
        "--max-emptied",
        "99",
        "--max-rejected",
        "4",
    ];
    sandbox.tamis(&[&args[..], &["--max-near-duplicates", "7"]].concat()).exits(0);
    let ran = sandbox.tamis(&[&args[..], &["--max-near-duplicates", "6"]].concat());
    assert!(ran.exits(1).out().contains("similarity 0.9231"), "{}", ran.out());
}

#[test]
fn the_file_says_what_flags_say() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "x\nx\n");
    sandbox.file(
        "c/tamis.toml",
        "input = ['../in']\nout = 'never'\nto = 'jsonl'\n[check]\nmax-duplicates = 1\nformat = ['json=r.json']\n",
    );
    sandbox.tamis(&["check", "--config", "c/tamis.toml"]).exits(0);
    let report: Value = serde_json::from_slice(&sandbox.read("c/r.json")).expect("JSON");
    assert_eq!(report["limits"][0]["limit"], 1);
    sandbox.tamis(&["check", "--config", "c/tamis.toml", "--max-duplicates", "0"]).exits(1);
    let shown = sandbox.tamis(&["config", "--config", "c/tamis.toml"]).exits(0).out();
    assert!(shown.ends_with(
        "\n[check]\nmax-duplicates = 1 # c/tamis.toml\nformat = [\"json=c/r.json\"] # c/tamis.toml\n"
    ));
    sandbox.file("tamis.toml", shown);
    sandbox.tamis(&["check"]).exits(0);
    sandbox.file("tamis.toml", "input = ['in']\n[check]\nmax_duplicates = 1\n");
    sandbox.tamis(&["check"]).exits(2).says(&["line 3", "did you mean `max-duplicates`?"]);
    sandbox.file("tamis.toml", "[check]\nformat = ['yaml']\n");
    sandbox.tamis(&["check", "in"]).exits(2).says(&["yaml", "sarif"]);
    sandbox.file("tamis.toml", "[check]\nbaseline = 'base'\n");
    sandbox.tamis(&["check", "in"]).exits(2).says(&["base", "--write-baseline"]);
    sandbox.tamis(&["check", "in", "--write-baseline", "base"]).exits(0);
    sandbox.tamis(&["check", "in"]).exits(0);
}

#[test]
fn reports_are_asked_for_before_the_work_starts() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "x\nx\n");
    let check = |formats: &[&str]| {
        let formats = formats.iter().flat_map(|format| ["--format", format]);
        sandbox.tamis(&["check", "in"].into_iter().chain(formats).collect::<Vec<_>>())
    };
    check(&["sarif=no/r.sarif"]).exits(2).says(&["no/r.sarif", "there is no directory no; make it first"]);
    check(&["sarif=in"]).exits(2).says(&["in", "directory"]);
    check(&["json", "sarif"]).exits(2).says(&["sarif=FILE"]);
    check(&["json=r", "sarif=r"]).exits(2).says(&["already goes to this file"]);
    check(&["html"]).exits(2).says(&["html=FILE"]);
    check(&["html=a", "html=b"]).exits(2).says(&["already given"]);
    check(&["json="]).exits(2).says(&["name the file"]);
    assert_eq!(sandbox.tree(".").len(), 2, "nothing is left");
    let files =
        ["json=r.json", "sarif=r.sarif", "junit=r.xml", "gitlab=gl.json", "markdown=s.md", "html=r.html"];
    let ran = check(&[&files[..], &["github"]].concat());
    assert!(sandbox.read_text("r.html").contains("\"a.txt\""));
    assert!(ran.exits(1).out().starts_with("::error "), "{}", ran.out());
    for file in ["r.json", "gl.json", "r.sarif"] {
        serde_json::from_slice::<Value>(&sandbox.read(file)).expect(file);
    }
    assert!(
        sandbox.read_text("r.xml").contains("in/a.txt") && sandbox.read_text("s.md").contains("in/a.txt")
    );
    // People get the text where nothing else is printed, and nothing if they ask for that.
    assert!(check(&["json=r.json"]).exits(1).out().contains("check failed"));
    let quiet = sandbox.tamis(&["check", "in", "--quiet"]);
    assert!(quiet.exits(1).out().is_empty() && quiet.err().is_empty());
}

#[test]
fn reports_inside_an_input_are_left_out() {
    let sandbox = Sandbox::new();
    sandbox.file("a[1].txt", "x\nx\n");
    let args = ["check", ".", "--write-baseline", "base[1].txt"];
    sandbox.tamis(&args).exits(0);
    let check = [
        "check",
        ".",
        "--baseline",
        "base[1].txt",
        "--format",
        "markdown=r*.md",
        "--format",
        "json=./r.json",
    ];
    for _ in 0..2 {
        sandbox.tamis(&check).exits(0);
        let report: Value = serde_json::from_slice(&sandbox.read("r.json")).expect("JSON");
        assert_eq!((&report["summary"]["documents"]["read"], &report["known"]), (&json!(1), &json!(1)));
    }
}

#[test]
fn the_same_bytes_at_any_number_of_threads() {
    let sandbox = sample();
    let formats = ["json", "sarif", "junit", "gitlab", "markdown", "github", "text"];
    let mut before: Option<Vec<Vec<u8>>> = None;
    for threads in ["1", "2", "7"] {
        let all = formats.map(|format| {
            let args = ["check", "corpus", "--near=both", "--threads", threads, "--format", format];
            sandbox.tamis(&args).exits(1).stdout.clone()
        });
        assert!(before.get_or_insert(all.to_vec()).iter().eq(&all), "{threads} threads");
    }
}

#[test]
fn who_stops_reading_changes_no_verdict() {
    let sandbox = sample();
    let line = format!(
        "{} check corpus --format json | head -c 1 > /dev/null; echo ${{PIPESTATUS[0]}}",
        process::TAMIS
    );
    if !has("bash") {
        return skip("who_stops_reading_changes_no_verdict", "there is no bash");
    }
    let ran = run(Command::new("bash").args(["-c", &line]).current_dir(sandbox.root()));
    assert_eq!((ran.out().as_str(), ran.err().as_str()), ("1\n", ""));
}

#[test]
fn standard_input_is_checked() {
    let sandbox = Sandbox::new();
    let ran = |args: &[&str], input: &str| -> Ran {
        let mut command = sandbox.command(&[&["check", "-"], args].concat());
        let mut running = Running::start(command.stdin(std::process::Stdio::piped()));
        running.type_in(input.as_bytes());
        running.finish()
    };
    ran(&[], "x\ny\n").exits(0);
    assert!(ran(&[], "x\ny\nx\n").exits(1).out().contains("-:3: repeats -:1"));
    ran(&["--since-ref", "HEAD"], "x\n").exits(2).says(&["standard input"]);
}

/// Runs git in a directory of the sandbox, as nobody in particular.
pub(super) fn git(sandbox: &Sandbox, directory: &str, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]);
    command.args(args).current_dir(sandbox.path(directory));
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    run(&mut command).exits(0);
}

#[test]
fn since_a_revision_only_what_is_new_counts() {
    if !has("git") {
        return skip("since_a_revision_only_what_is_new_counts", "there is no git");
    }
    let sandbox = sample();
    git(&sandbox, ".", &["init", "-q"]);
    git(&sandbox, ".", &["add", "corpus"]);
    git(&sandbox, ".", &["commit", "-q", "-m", "a"]);
    let tree = sandbox.tree(".");
    let check = |args: &[&str]| sandbox.tamis(&[&["check", "corpus", "--since-ref"], args].concat());
    assert!(check(&["HEAD"]).exits(0).out().contains("already at HEAD"));
    assert_eq!(sandbox.tree("."), tree, "neither the tree nor the repository is touched");
    sandbox.file("corpus/aaa.txt", sandbox.read("corpus/site/marathon.txt"));
    let ran = check(&["HEAD", "--format", "json"]);
    let report: Value = serde_json::from_slice(&ran.exits(1).stdout).expect("JSON");
    assert_eq!(report["limits"][0]["found"], 24);
    // The new copy comes first in corpus order, and is what the report names all the same.
    let mut removed = problems(&report).iter().filter(|p| !p["survivor"].is_null());
    assert!(removed.all(|p| p["location"]["file"] == "corpus/aaa.txt"), "{report:#}");
    // So it is for the document that nobody touched and of which nothing stays.
    let emptied: Vec<_> = problems(&report).iter().filter(|p| p["kind"] == "emptied").collect();
    assert_eq!(emptied.len(), 1, "{report:#}");
    assert_eq!(emptied[0]["location"]["file"], "corpus/aaa.txt");
    assert_eq!(emptied[0]["survivor"]["file"], "corpus/site/marathon.txt");
    let told = check(&["HEAD"]);
    let blamed = "         - corpus/site/marathon.txt";
    assert!(!told.out().contains(blamed), "{}", told.out());
    assert!(
        told.out().contains("because of this text, no paragraph of corpus/site/marathon.txt:1-47 is kept"),
        "{}",
        told.out()
    );
    assert!(
        told.out().ends_with("remove the copies, or allow them with --allow FILE or a higher limit\n"),
        "a new baseline would change nothing: {}",
        told.out()
    );
    git(&sandbox, ".", &["add", "corpus"]);
    git(&sandbox, ".", &["commit", "-q", "-m", "b"]);
    check(&["HEAD"]).exits(0);
    check(&["HEAD~1", "--max-duplicates", "23"]).exits(1);
    check(&["HEAD~1", "--max-duplicates", "24", "--max-emptied", "1"]).exits(0);
    // From inside the repository, of a part of it, and of what was not there then.
    let inside = |args: &[&str]| run(sandbox.command(args).current_dir(sandbox.path("corpus/site")));
    inside(&["check", "marathon.txt", ".", "--since-ref", "HEAD"]).exits(2).says(&["marathon.txt"]);
    inside(&["check", ".", "--since-ref", "HEAD"]).exits(0);
    sandbox.file("corpus/new/a.txt", "x\nx\n");
    sandbox.tamis(&["check", "corpus/new", "--since-ref", "HEAD"]).exits(1);
    check(&["nothing-of-this-name"]).exits(2).says(&["since-ref nothing-of-this-name", "fetch it first"]);
    check(&["--output=x"]).exits(2);
    let elsewhere = Sandbox::new();
    elsewhere.file("in/a.txt", "x\n");
    elsewhere.tamis(&["check", "in", "--since-ref", "HEAD"]).exits(2).says(&["in", "git repository"]);
}
