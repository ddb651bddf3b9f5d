//! `tamis verify`: what `clean` makes is verified, under every option and of every kind of file; what was doctored
//! since is not, and the place is named. The real binary, and the library where there are many runs.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did, and change it")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tamis::config::{MatchMode, NearConfig, NearPreset, NearUnits, Repair, Scope, SplitMode, TargetFormat};
use tamis::store::Root;
use tamis::{Config, NoObserver};

use crate::support::lines;
use crate::support::packs;
use crate::support::process::Ran;
use crate::support::random::Noise;
use crate::support::sandbox::Sandbox;
use crate::support::tree::Node;

/// Runs `verify` on `in` and `out`.
fn verify(sandbox: &Sandbox, options: &[&str]) -> Ran {
    let ran = sandbox.tamis(&[&["verify", "in", "--out", "out"], options].concat());
    ran.is_plain();
    ran
}

/// Cleans `in` and verifies it; some inputs may be rejected.
#[track_caller]
fn is_verified(sandbox: &Sandbox, options: &[&str]) {
    let _ = fs::remove_dir_all(sandbox.path("out")); // what was doctored is not replaced
    let cleaned = sandbox.tamis(&[&["clean", "in", "--out", "out", "-q"], options].concat());
    assert!([0, 3].contains(&cleaned.code()), "{options:?}: {}", cleaned.err());
    let ran = verify(sandbox, options);
    assert_eq!(ran.code(), 0, "{options:?}\n{}{}", ran.out(), ran.err());
    assert!(ran.out().starts_with("verified: ") && ran.err().is_empty(), "{}{}", ran.out(), ran.err());
}

/// Verification fails, and what it prints first holds all of these.
#[track_caller]
fn is_found(sandbox: &Sandbox, options: &[&str], parts: &[&str]) {
    let ran = verify(sandbox, options);
    ran.exits(1);
    let out = ran.out();
    let first = out.lines().next().unwrap_or_default();
    for part in parts {
        assert!(first.contains(part), "{part:?} is not first in\n{out}");
    }
    assert!(out.lines().last().is_some_and(|line| line.starts_with("not verified: ")), "{out}");
}

/// Puts something else into a file.
fn doctor(sandbox: &Sandbox, file: &str, change: impl FnOnce(String) -> String) {
    let text = sandbox.read_text(file);
    let changed = change(text.clone());
    assert_ne!(text, changed, "{file}: nothing was changed");
    sandbox.file(file, changed);
}

/// How a text is doctored.
type Change<T> = fn(T) -> T;

/// How what is read already is.
type ChangeIn<T> = fn(&mut T);

/// Lines of a ledger.
type Lines = Vec<Value>;

const LEDGER: &str = "out.tamis/removed.jsonl.zst";

/// Puts something else into the ledger.
fn doctor_ledger(sandbox: &Sandbox, change: impl FnOnce(&mut Vec<Value>)) {
    let mut lines = sandbox.ledger("out.tamis");
    let before = lines.clone();
    change(&mut lines);
    assert_ne!(lines, before, "nothing was changed");
    let text = lines::lines(lines.len(), |number| lines[number].to_string());
    sandbox.file(LEDGER, zstd::bulk::compress(text.as_bytes(), 1).expect("Zstandard"));
}

/// The number of the first line of the ledger about a path.
fn line_of(lines: &[Value], path: &str) -> usize {
    lines.iter().position(|line| line["path"] == path).expect("a line of the ledger")
}

/// A report long enough to have near-duplicates.
fn report(day: u32, mood: &str) -> String {
    format!(
        "Harbour report\nThe harbour board of Port Calder met on {day} April to hear what the winter storms had done \
         to the old quay, and found that of 48 piles 12 were to be replaced before the first ferry of June.\n\
         Engineers spoke of {mood} weather, of a budget of 6.20 million and of 900 islanders who wait for the boat \
         each morning with their bicycles, their bread and their children.\nThe timetable will be printed in the local \
         paper and pinned up at both landings in the last week of May, and passengers with comments on the draft can \
         send them to the office on Customs Quay, where a clerk answers every letter by hand before the month is out.\n"
    )
}

/// Texts of which paragraphs go.
fn texts() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "one\n\n\n  two\u{7} two\nthree\n\nfour\n");
    sandbox.file("in/b.txt", "two two\nthree\n\nfive\nsix\n\nseven\n");
    sandbox.file("in/c.txt", "one\nfour\n");
    sandbox.file("in/d/e.txt", "seven\neight\nnine\none\nten\n");
    sandbox.file("in/r.jsonl", packs::jsonl(&["one\nr1\nr2", "r3\ntwo two", "r4", "r1"]));
    is_verified(&sandbox, &[]);
    sandbox
}

/// The same, and documents that go as a whole.
fn reports() -> Sandbox {
    let sandbox = texts();
    sandbox.file("in/n1.txt", report(15, "mild"));
    sandbox.file("in/n2.txt", report(15, "rough"));
    sandbox.file("in/n3.txt", report(15, "mild"));
    let alone = |text: &str| report(15, text).lines().nth(3).unwrap_or_default().to_owned();
    sandbox.file("in/p1.txt", format!("another beginning\n{}\n", alone("mild").replace("clerk", "woman")));
    is_verified(&sandbox, NEAR);
    sandbox
}

const NEAR: &[&str] = &["--near=both"];

#[test]
fn the_sample_corpus_under_every_option() {
    let sandbox = Sandbox::new();
    std::os::unix::fs::symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"), sandbox.path("in"))
        .expect("a link");
    for options in [
        "",
        "--ledger-text",
        "--near",
        "--near=paragraphs",
        "--near=both",
        "--near=both --near-preset news",
        "--near=both --near-preset syndication",
        "--near=both --keep longest --threshold 0.5",
        "--near --scope document",
        "--scope document",
        "--min-chars 12",
        "--min-chars 12 --near=both",
        "--match loose",
        "--match exact",
        "--split block",
        "--split block --near=both",
        "--split sentence",
        "--repair none",
        "--exclude *.jsonl",
        "--to txt",
        "--to jsonl",
        "--to jsonl --shard-size 4KiB --near=both",
        "--to parquet",
        "--to parquet --split sentence",
        "--threads 1",
    ] {
        is_verified(&sandbox, &options.split_whitespace().collect::<Vec<_>>());
    }
}

#[test]
fn every_kind_of_file() {
    let sandbox = Sandbox::new();
    let texts = ["one\ntwo", "two", "three\n\none\nfour", "苹果\n五"];
    for format in ["jsonl", "csv", "wet", "docs"] {
        sandbox.file(format!("in/x.{format}"), packs::container(format, &texts));
        for compression in ["gz", "zst", "bz2", "xz"] {
            let packed =
                packs::compress(compression, &packs::container(format, &["one\nx", compression, "six"]));
            sandbox.file(format!("in/y.{format}.{compression}"), packed);
        }
    }
    let members = [
        ("m/1.txt", b"one\nm1\nm2\n".to_vec()),
        ("m/2.txt", b"two\n".to_vec()),
        ("m/3.jsonl", packs::jsonl(&["m1", "m3\nm4", "m5"]).into_bytes()),
        ("m/4.txt.gz", packs::compress("gz", b"m6\none\n")),
        ("m/5.bin", vec![0; 50]),
    ];
    sandbox.file("in/t.tar", packs::tar(&members));
    sandbox.file("in/t2.tar.gz", packs::compress("gz", &packs::tar(&members[1..])));
    sandbox.file("in/z.zip", packs::zip(&[("q.txt", b"q1\none\n".to_vec()), ("r.txt", b"q1".to_vec())]));
    sandbox.file("in/legacy.txt", encoding_rs::GB18030.encode("澜湾航海博物馆重新开放\n一\n五\n").0);
    sandbox.file(
        "in/broken.jsonl",
        "{\"text\":\"one\\nb1\"}\nno json\n{\"text\":\"b2\"}\n{\"txt\":1}\n{\"text\":\"b1\"}\n",
    );
    sandbox.file("in/broken.txt.gz", &packs::compress("gz", b"never read\none\n")[..20]);
    sandbox.file("in/broken.txt", b"bad \xff\xfe\xff bytes\n\xff");
    sandbox.file("in/named", "a name that promises nothing\none\n");
    sandbox.file("in/empty.txt", "\n \n");
    sandbox.tamis(&["clean", "in/x.jsonl", "--to", "parquet", "--out", "p"]).exits(0);
    fs::rename(sandbox.path("p/part-00000.parquet"), sandbox.path("in/zz.parquet")).expect("a file");
    for options in [
        "",
        "--near=both",
        "--to txt",
        "--to jsonl",
        "--to parquet",
        "--scope document",
        "--max-document-size 40",
        "--encoding gb18030",
        "--encoding-errors replace",
    ] {
        is_verified(&sandbox, &options.split_whitespace().collect::<Vec<_>>());
    }
}

#[test]
fn large_files_are_compared_piece_by_piece() {
    let sandbox = Sandbox::new();
    let long = |seed: usize| {
        lines::lines(40_000, |n| match (n + seed) % 7 {
            0 => format!("one of {} that repeat", n % 500),
            3 => String::new(),
            _ => format!("line {n} of {seed}"),
        })
    };
    sandbox.file("in/a.txt", long(0));
    sandbox.file("in/b.txt", long(1) + "\u{ff}one more line, without an end");
    sandbox.file("in/c.txt.gz", packs::compress("gz", long(2).as_bytes()));
    sandbox.file("in/d.txt", [long(3).as_bytes(), b"\xff\xff\xff"].concat());
    for options in [
        &[][..],
        &["--to", "jsonl"],
        &["--to", "txt"],
        &["--split", "block"],
        &["--max-document-size", "400000"],
    ] {
        is_verified(&sandbox, options);
    }
    is_verified(&sandbox, &[]);
    doctor(&sandbox, "out/b.txt", |text| text.replacen("line 39000 of 1\n", "", 1));
    is_found(&sandbox, &[], &["b.txt, line 39001, paragraph ", "changed: “line 39000 of 1”", "“line 390"]);
}

#[test]
fn several_inputs_and_a_configuration_file() {
    let sandbox = texts();
    sandbox.file("more/f.txt", "one\neleven\n");
    sandbox.file("list", "more/f.txt\n");
    let run = |verb: &[&str], inputs: &[&str]| sandbox.tamis(&[verb, inputs].concat());
    for inputs in [&["more/f.txt", "in"][..], &["in", "--files-from", "list"]] {
        run(&["clean", "--out", "out", "--force", "-q"], inputs).exits(0);
        run(&["verify", "--out", "out"], inputs).exits(0);
        // Another order is another corpus order.
        run(&["verify", "in", "more/f.txt", "--out", "out"], &[]);
    }
    sandbox.file("tamis.toml", "input = ['in']\nout = 'out'\nmatch = 'loose'\n");
    sandbox.tamis(&["clean", "-q", "--force"]).exits(0);
    sandbox.tamis(&["verify"]).exits(0);
    let json = sandbox.tamis(&["verify", "--json"]);
    let audit: Value = serde_json::from_slice(&json.exits(0).stdout).expect("JSON");
    assert_eq!((&audit["schema"], &audit["num_differences"]), (&json!("tamis.audit/1"), &json!(0)));
    assert_eq!(audit["paragraphs"], sandbox.summary("out.tamis")["paragraphs"]["read"]);
    assert_eq!(audit["kept"], sandbox.summary("out.tamis")["paragraphs"]["kept"]);
    assert_eq!(sandbox.tamis(&["verify", "--quiet"]).exits(0).out(), "");
}

#[test]
fn other_options_are_no_audit() {
    let sandbox = texts();
    let cases: [(&[&str], &str); 5] = [
        (&["--match", "loose"], "--match (now loose, in the run canonical)"),
        (&["--min-chars", "3"], "--min-chars (now 3, in the run 1)"),
        (&["--near"], "--near (now given, in the run not given)"),
        (&["--to", "jsonl"], "--to (now jsonl, in the run not given)"),
        (&["--exclude", "*.md", "--split", "block"], "--split (now block, in the run auto)"),
    ];
    for (options, what) in cases {
        verify(&sandbox, options).exits(2).says(&["out.tamis/summary.json", what, "give the options of"]);
    }
    // Without a summary the audit goes on, and finds what it finds.
    fs::remove_file(sandbox.path("out.tamis/summary.json")).expect("a file");
    is_found(&sandbox, &[], &["summary.json: summary: it cannot be read"]);
    verify(&sandbox, &["--to", "jsonl"]).exits(1);
    sandbox.tamis(&["verify", "in"]).exits(2).says(&["no --out"]);
    sandbox.tamis(&["verify", "-", "--out", "out"]).exits(2).says(&["standard input"]);
    sandbox.tamis(&["verify", "in", "--out", "-"]).exits(2).says(&["standard output"]);
    sandbox.tamis(&["verify", "in", "--out", "nothing"]).exits(2).says(&["nothing"]);
    sandbox.tamis(&["verify", "in", "--out", "in/a.txt"]).exits(2).says(&["not a directory"]);
    sandbox.tamis(&["verify", "--out", "out"]).exits(2).says(&["no input"]);
    fs::remove_file(sandbox.path(LEDGER)).expect("a file");
    verify(&sandbox, &[]).exits(2).says(&["removed.jsonl.zst", "cannot read this ledger"]);
}

#[test]
fn the_run_is_named_as_clean_named_it() {
    let sandbox = texts();
    for out in [&["--out", "out"][..], &["--output", "out"], &["-o", "out"]] {
        sandbox.tamis(&[&["verify", "in"], out].concat()).exits(0);
    }
    // Everywhere, `--against` is an index.
    for against in [&["--against", "out"][..], &["--against", "out", "--out", "out"]] {
        sandbox.tamis(&[&["verify", "in"], against].concat()).exits(2).says(&[
            "against: ",
            "--out",
            "--earlier",
        ]);
    }
    let help = sandbox.tamis(&["verify", "--help"]).exits(0).out();
    assert!(help.contains("--earlier") && !help.contains("--against"), "{help}");
    // The record may stand elsewhere; then nothing is read beside OUT.
    fs::rename(sandbox.path("out.tamis"), sandbox.path("moved")).expect("a directory");
    verify(&sandbox, &[]).exits(2).says(&["removed.jsonl.zst", "cannot read this ledger"]);
    verify(&sandbox, &["--record", "moved"]).exits(0);
    verify(&sandbox, &["--record", "moved", "--match", "loose"])
        .exits(2)
        .says(&["moved/summary.json", "--match"]);
}

/// A change to a file of OUT, and the finding.
const TEXTS: &[(&str, &str, Change<String>, &[&str])] = &[
    (
        "deleted",
        "out/b.txt",
        |t| t.replace("five\n", ""),
        &["b.txt, line 4, paragraph 2: changed: “five” should be here: OUT has “six”"],
    ),
    (
        "the last deleted",
        "out/d/e.txt",
        |t| t.replace("ten\n", ""),
        &["d/e.txt, line 5, paragraph 4: missing: “ten” should be kept: OUT ends"],
    ),
    (
        "doubled",
        "out/b.txt",
        |t| t.replace("five\n", "five\nfive\n"),
        &["b.txt, line 5, paragraph 3: twice: OUT has the line before it twice: “five”"],
    ),
    (
        "the last doubled",
        "out/b.txt",
        |t| t + "seven\n",
        &["b.txt: twice: OUT has more after its last paragraph: “seven”"],
    ),
    (
        "edited",
        "out/b.txt",
        |t| t.replace("six", "sIx"),
        &["b.txt, line 5, paragraph 3: changed: “six”", "“sIx”"],
    ),
    ("longer", "out/b.txt", |t| t.replace("six", "six "), &["paragraph 3: changed: “six”", "“six ”"]),
    (
        "swapped",
        "out/d/e.txt",
        |t| t.replace("eight\nnine", "nine\neight"),
        &["d/e.txt, line 2, paragraph 1: changed: “eight”", "“nine”"],
    ),
    (
        "back again",
        "out/d/e.txt",
        |t| t.replace("ten\n", "one\nten\n"),
        &["d/e.txt, line 5, paragraph 4: changed: “ten”", "“one”"],
    ),
    (
        "a blank line less",
        "out/b.txt",
        |t| t.replace("\n\n", "\n"),
        &["b.txt, line 7, paragraph 4: changed: OUT should have 1 blank lines", "and has 0"],
    ),
    (
        "a blank line more",
        "out/a.txt",
        |t| t.replace("three\n", "\nthree\n"),
        &["a.txt, line 5, paragraph 2: changed: OUT should have 0 blank lines", "and has 1"],
    ),
    ("no LF at the end", "out/a.txt", |t| t.trim_end().to_owned(), &["a.txt, line 7, paragraph 3: "]),
    ("CR LF", "out/a.txt", |t| t.replacen('\n', "\r\n", 1), &["a.txt, line 1, paragraph 0: changed"]),
    ("no text", "out/a.txt", |_| "\u{1}\u{0}\u{0}".to_owned(), &["a.txt"]),
];

#[test]
fn texts_that_were_doctored() {
    let sandbox = texts();
    for (name, file, change, parts) in TEXTS {
        let before = sandbox.read(file);
        doctor(&sandbox, file, change);
        is_found(&sandbox, &[], parts);
        sandbox.file(file, before);
        assert_eq!(verify(&sandbox, &[]).code(), 0, "{name}");
    }
    sandbox.file("out/b.txt", b"five\n\xff\n");
    is_found(&sandbox, &[], &["b.txt"]);
}

#[test]
fn files_that_were_doctored() {
    let sandbox = texts();
    let b = sandbox.read("out/b.txt");
    fs::remove_file(sandbox.path("out/b.txt")).expect("a file");
    is_found(
        &sandbox,
        &[],
        &["b.txt, line 4, paragraph 2: missing: “five” should be kept: it is not in OUT"],
    );
    sandbox.file("out/b.txt", b);
    sandbox.file("out/c.txt", "one\n");
    is_found(&sandbox, &[], &["c.txt: foreign: OUT has it, and nothing of it should be kept"]);
    sandbox.file("out/c.txt", "");
    is_found(&sandbox, &[], &["c.txt: foreign"]);
    fs::remove_file(sandbox.path("out/c.txt")).expect("a file");
    sandbox.file("out/d/foreign.txt", "something else\n");
    is_found(&sandbox, &[], &["d/foreign.txt: foreign: OUT has it, and the inputs do not"]);
    fs::remove_file(sandbox.path("out/d/foreign.txt")).expect("a file");
    std::os::unix::fs::symlink("a.txt", sandbox.path("out/link.txt")).expect("a link");
    is_found(&sandbox, &[], &["link.txt: foreign"]);
    fs::remove_file(sandbox.path("out/link.txt")).expect("a file");
    verify(&sandbox, &[]).exits(0);
    // The input changed.
    sandbox.file("in/d/e.txt", "seven\neight\nnine\nnew\none\nten\n");
    is_found(
        &sandbox,
        &[],
        &["d/e.txt, paragraph 3: ledger: line 5", "no copy of it is kept before it: “new”"],
    );
}

/// A change to records, and the finding.
const RECORDS: &[(&str, Change<String>, &[&str])] = &[
    (
        "deleted",
        |t| t.lines().skip(1).fold(String::new(), |t, line| t + line + "\n"),
        &["r.jsonl, record 0, line 1, paragraph 1"],
    ),
    (
        "the last deleted",
        |t| t.lines().take(2).fold(String::new(), |t, line| t + line + "\n"),
        &["r.jsonl, record 2, line 3, paragraph 0: missing: “r4” should be kept"],
    ),
    ("doubled", |t| t.lines().fold(String::new(), |t, line| t + line + "\n" + line + "\n"), &["r.jsonl"]),
    (
        "one more",
        |t| t + "{\"text\":\"more\"}\n",
        &["r.jsonl: foreign: OUT has another document next: “more”"],
    ),
    ("edited", |t| t.replace("r3", "R3"), &["r.jsonl, record 1, line 2, paragraph 0: changed: “r3”", "“R3”"]),
    ("no record", |t| t.replace('}', ""), &["r.jsonl"]),
    (
        "another field",
        |t| t.replacen("{\"", "{\"new\":1,\"", 1),
        &["r.jsonl, record 0, line 1: changed: its other fields"],
    ),
];

#[test]
fn records_that_were_doctored() {
    let sandbox = texts();
    for (name, change, parts) in RECORDS {
        let before = sandbox.read("out/r.jsonl");
        doctor(&sandbox, "out/r.jsonl", change);
        is_found(&sandbox, &[], parts);
        sandbox.file("out/r.jsonl", before);
        assert_eq!(verify(&sandbox, &[]).code(), 0, "{name}");
    }
}

#[test]
fn records_with_ids_are_found_again() {
    let sandbox = Sandbox::new();
    let record = |n: usize| format!("{{\"id\":\"x{n}\",\"n\":1.50,\"text\":\"text {n}\\nsame\"}}\n");
    sandbox.file("in/r.jsonl", (0..40).map(record).collect::<String>());
    is_verified(&sandbox, &[]);
    let lines: Vec<String> =
        sandbox.read_text("out/r.jsonl").lines().map(|line| format!("{line}\n")).collect();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        sandbox.file("out/r.jsonl", lines.concat());
        let ran = verify(&sandbox, &[]);
        let lines: Vec<String> = ran.exits(1).out().lines().map(str::to_owned).collect();
        assert!(lines.len() <= 3, "{lines:?}");
        lines[0].clone()
    };
    let first = with(&|lines| drop(lines.remove(5)));
    assert!(first.starts_with("r.jsonl, record 5, line 6, paragraph 0: missing: “text 5”"), "{first}");
    let first = with(&|lines| lines.insert(5, lines[4].clone()));
    assert_eq!(first, "r.jsonl: twice: the record with id \"x4\"");
    let first = with(&|lines| lines[7] = lines[7].replace("text 7", "text seven"));
    assert!(first.starts_with("r.jsonl, record 7, line 8, paragraph 0: changed"), "{first}");
    let first = with(&|lines| lines[7] = lines[7].replace("1.50", "1.5"));
    assert!(first.starts_with("r.jsonl, record 7, line 8: changed: its other fields"), "{first}");
}

#[test]
fn other_forms_that_were_doctored() {
    let sandbox = texts();
    let options = &["--to", "jsonl"];
    is_verified(&sandbox, options);
    let shard = "out/part-00000.jsonl";
    let before = sandbox.read_text(shard);
    for (change, parts) in [
        (before.replace("nine", "NINE"), &["d/e.txt, line 3, paragraph 2: changed"][..]),
        (
            before.replacen("\"path\":\"b.txt\"", "\"path\":\"x.txt\"", 1),
            &["b.txt, line 4, paragraph 2: missing", "of another path"],
        ),
        (
            before.replacen("\"id\":\"b.txt\"", "\"id\":\"x.txt\"", 1),
            &["b.txt, line 4, paragraph 2: missing", "\"x.txt\""],
        ),
        (
            before.clone() + "{\"id\":\"z\",\"path\":\"z\",\"text\":\"z\\n\"}\n",
            &["part-00000.jsonl: foreign"],
        ),
        (
            before.lines().skip(1).fold(String::new(), |t, line| t + line + "\n"),
            &["a.txt, line 1, paragraph 0: missing: “one”"],
        ),
    ] {
        assert_ne!(change, before);
        sandbox.file(shard, change);
        is_found(&sandbox, options, parts);
    }
    sandbox.file(shard, &before);
    sandbox.file("out/part-00002.jsonl", "");
    is_found(&sandbox, options, &["part-00002.jsonl: foreign"]);
    let options = &["--to", "txt"];
    is_verified(&sandbox, options);
    let record = "out/r.jsonl/00000001.txt";
    doctor(&sandbox, record, |text| text + "more\n");
    is_found(
        &sandbox,
        options,
        &["r.jsonl, record 1, line 2: foreign: OUT has more after its last paragraph: “more”"],
    );
    sandbox.file(record, "r3");
    is_found(&sandbox, options, &["r.jsonl, record 1, line 2, paragraph 0"]);
    fs::remove_file(sandbox.path(record)).expect("a file");
    is_found(
        &sandbox,
        options,
        &["r.jsonl, record 1, line 2, paragraph 0: missing", "r.jsonl/00000001.txt is not in OUT"],
    );
    sandbox.file(record, "r3\n");
    verify(&sandbox, options).exits(0);
    sandbox.file("out/c.txt", "one\n");
    is_found(&sandbox, options, &["c.txt: foreign"]);
}

#[test]
fn archives_that_were_doctored() {
    let sandbox = Sandbox::new();
    let member = |n: usize| (["1.txt", "2.txt", "3.txt"][n], format!("member {n}\nsame\n").into_bytes());
    sandbox.file("in/t.tar", packs::tar(&[member(0), member(1), member(2)]));
    is_verified(&sandbox, &[]);
    let kept =
        |n: usize| (member(n).0, if n == 0 { member(0).1 } else { format!("member {n}\n").into_bytes() });
    for (members, parts) in [
        (vec![kept(0), kept(2)], &["t.tar/2.txt, line 1, paragraph 0: missing: “member 1”"][..]),
        (vec![kept(0), kept(1), kept(2), ("4.txt", b"more\n".to_vec())], &["t.tar/4.txt: foreign"]),
        (vec![kept(0), kept(1), kept(1), kept(2)], &["t.tar/3.txt, line 1, paragraph 0: missing"]),
        (vec![kept(0), kept(1), member(2)], &["t.tar/3.txt: foreign", "“same”"]),
    ] {
        sandbox.file("out/t.tar", packs::tar(&members));
        is_found(&sandbox, &[], parts);
    }
    sandbox.file("out/t.tar", packs::tar(&[kept(0), kept(1), kept(2)]));
    verify(&sandbox, &[]).exits(0);
}

/// A change to the ledger of [`texts`] (b.txt 0-1; c.txt 0, 1; d/e.txt 0, 3; r.jsonl 0, 1, 3), and what is found.
const LEDGERS: &[(&str, ChangeIn<Lines>, &[&str])] = &[
    (
        "a line less",
        |l| drop(l.remove(0)),
        &[
            "b.txt, line 1, paragraph 0: twice: it is kept, and its copy too, as paragraph 1 of a document of a.txt: “two two”",
        ],
    ),
    ("all lines less", |l| l.clear(), &["b.txt, line 1, paragraph 0: twice"]),
    (
        "a line twice",
        |l| l.insert(0, l[0].clone()),
        &["b.txt, paragraph 0: ledger: line 2 of the ledger, of paragraphs 0-1"],
    ),
    ("swapped", |l| l.swap(0, 1), &["b.txt, line 1, paragraph 0: twice"]),
    ("swapped in a document", |l| l.swap(1, 2), &["c.txt, line 1, paragraph 0: twice"]),
    (
        "another survivor's path",
        |l| l[0]["survivor"]["path"] = json!("c.txt"),
        &[
            "b.txt, paragraph 0: ledger: line 1",
            "another copy of it is kept, as paragraph 1 of a document of a.txt",
        ],
    ),
    (
        "no survivor",
        |l| l[0]["survivor"]["path"] = json!("nothing.txt"),
        &["b.txt, paragraph 0: ledger: line 1", "another copy of it is kept"],
    ),
    (
        "another survivor",
        |l| {
            l[0]["survivor"]["first"] = json!(0);
            l[0]["survivor"]["last"] = json!(1);
        },
        &["b.txt, paragraph 0: ledger: line 1", "another copy of it is kept"],
    ),
    (
        "survivors too long",
        |l| l[0]["survivor"]["last"] = json!(3),
        &["b.txt, paragraph 0: ledger: line 1", "the kept and the removed paragraphs must be equally many"],
    ),
    (
        "shorter",
        |l| {
            l[0]["last"] = json!(0);
            l[0]["survivor"]["last"] = json!(1);
        },
        &["b.txt, paragraph 0: ledger: line 1", "is bytes 0-7"],
    ),
    (
        "longer",
        |l| {
            l[0]["last"] = json!(2);
            l[0]["span"][1] = json!(19);
            l[0]["survivor"]["last"] = json!(3);
        },
        &["b.txt, paragraph 0: ledger: line 1", "no copy of it is kept before it: “five”"],
    ),
    ("backwards", |l| l[0]["first"] = json!(5), &["b.txt, paragraph 5: ledger: line 1", "out of order"]),
    (
        "beyond the end",
        |l| {
            l[7]["first"] = json!(7);
            l[7]["last"] = json!(7);
        },
        &["r.jsonl, record 3, line 4, paragraph 0: twice"],
    ),
    (
        "another rule",
        |l| l[0]["rule"] = json!("exact-document"),
        &["b.txt, paragraph 0: ledger: line 1", "under these options"],
    ),
    (
        "other bytes",
        |l| l[0]["span"][1] = json!(12),
        &["b.txt, paragraph 0: ledger: line 1 of the ledger, of paragraphs 0-1: paragraph 1 is bytes 8-13"],
    ),
    (
        "another record",
        |l| l[7]["record"] = json!(2),
        &["r.jsonl, record 2, line 3, paragraph 0: ledger: line 8"],
    ),
    (
        "another path",
        |l| l[0]["path"] = json!("x.txt"),
        &["x.txt: ledger: line 1 of the ledger, of paragraphs 0-1: the inputs do not have this file"],
    ),
];

#[test]
fn a_ledger_that_was_doctored() {
    let sandbox = texts();
    let before = sandbox.read(LEDGER);
    for (name, change, parts) in LEDGERS {
        doctor_ledger(&sandbox, change);
        let ran = verify(&sandbox, &[]);
        assert_eq!(ran.code(), 1, "{name}: {}", ran.out());
        is_found(&sandbox, &[], parts);
        sandbox.file(LEDGER, &before);
    }
    verify(&sandbox, &[]).exits(0);
    // A paragraph that is the only one of its kind is said to be a copy, and is gone.
    doctor(&sandbox, "out/b.txt", |text| text.replace("five\n", ""));
    doctor_ledger(&sandbox, |lines| {
        lines.insert(1, json!({"path": "b.txt", "first": 2, "last": 2, "span": [15, 19], "rule": "exact", "survivor": {"path": "a.txt", "first": 0, "last": 0}}));
    });
    is_found(
        &sandbox,
        &[],
        &["b.txt, paragraph 2: ledger: line 2", "no copy of it is kept before it: “five”"],
    );
    for broken in [&before[..before.len() - 3], &b"no ledger"[..]] {
        sandbox.file(LEDGER, broken);
        verify(&sandbox, &[]).exits(2).says(&["removed.jsonl.zst", "damaged"]);
    }
}

/// A change to the line about a document of [`reports`], and the finding.
const NEAR_LEDGERS: &[(&str, &str, ChangeIn<Value>, &str)] = &[
    ("n2.txt", "no survivor", |l| l["survivor"]["path"] = json!("n9.txt"), "the inputs do not have"),
    ("n2.txt", "a survivor that goes", |l| l["survivor"]["path"] = json!("n3.txt"), "is removed itself"),
    ("n2.txt", "itself", |l| l["survivor"]["path"] = json!("n2.txt"), "is removed itself"),
    ("n2.txt", "part of a survivor", |l| l["survivor"]["last"] = json!(1), "not all paragraphs"),
    (
        "n2.txt",
        "another text",
        |l| l["text"] = json!(l["text"].as_str().unwrap_or_default().replace("rough", "Rough")),
        "the text differs from the input",
    ),
    (
        "n2.txt",
        "more text",
        |l| l["text"] = json!(format!("{}more\n", l["text"].as_str().unwrap_or_default())),
        "the text differs from the input",
    ),
    ("n2.txt", "no text", |l| drop(l.as_object_mut().map(|l| l.remove("text"))), "the text is missing"),
    ("n2.txt", "less alike", |l| l["similarity"] = json!(0.7), "it is not similar enough"),
    ("n3.txt", "not quite a copy", |l| l["similarity"] = json!(0.9), "an exact copy has no similarity"),
    (
        "n2.txt",
        "a copy",
        |l| {
            l["rule"] = json!("exact-document");
            l["similarity"] = Value::Null;
        },
        "it is not a copy",
    ),
    ("n2.txt", "part of it", |l| l["last"] = json!(2), "is bytes"),
    ("n3.txt", "a survivor that is no copy", |l| l["survivor"]["path"] = json!("a.txt"), "it is not a copy"),
    (
        "p1.txt",
        "a survivor that is gone",
        |l| l["survivor"]["path"] = json!("n3.txt"),
        "that should be kept in its place is not kept",
    ),
    (
        "p1.txt",
        "several survivors",
        |l| l["survivor"]["last"] = json!(7),
        "the kept and the removed paragraphs must be equally many",
    ),
];

#[test]
fn a_ledger_of_near_duplicates_that_was_doctored() {
    let sandbox = reports();
    let before = sandbox.read(LEDGER);
    for (path, name, change, what) in NEAR_LEDGERS {
        doctor_ledger(&sandbox, |lines| {
            let number = line_of(lines, path);
            change(&mut lines[number]);
        });
        let ran = verify(&sandbox, NEAR);
        assert_eq!(ran.code(), 1, "{path}, {name}: {}", ran.out());
        assert!(
            ran.out().contains(what) && ran.out().contains(&format!("{path}, paragraph ")),
            "{name}: {}",
            ran.out()
        );
        sandbox.file(LEDGER, &before);
    }
    // Whole documents go as a whole.
    doctor_ledger(&sandbox, |lines| {
        let number = line_of(lines, "n3.txt");
        lines.remove(number);
    });
    is_found(&sandbox, NEAR, &["n3.txt, line 1, paragraph 0: twice"]);
}

/// A small corpus that looks random, of lines that repeat, in every way of writing them.
fn rough(sandbox: &Sandbox, seed: usize) {
    let mut noise = Noise::new(seed);
    let lines = [
        "one",
        "two two",
        " one ",
        "ＡＩ",
        "AI",
        "ai",
        "",
        "",
        " \u{3000}",
        "t\u{7}wo two",
        "a\u{b}b",
        "\u{feff}one",
        "苹果。好！",
        "苹果",
        "One. Two. Three.",
        "x\u{200b}y",
        "«quoted» “too”",
        "a\u{85}b",
        "long enough to be compared with others, number 15, and so on to its end",
        "long enough to be compared with others, number 15, and so on to an end",
    ];
    let ends = ["\n", "\n", "\n\n", "\r\n", "\r"];
    let mut text = |most: usize| -> String {
        (0..noise.below(most))
            .map(|_| lines[noise.below(lines.len())].to_owned() + ends[noise.below(ends.len())])
            .collect()
    };
    let _ = fs::remove_dir_all(sandbox.path("in")); // it may be the first
    for file in 0..8 {
        sandbox.file(format!("in/{file}.txt"), text(12));
    }
    let texts: Vec<String> = (0..8).map(|_| text(6)).collect();
    sandbox.file("in/r.jsonl", packs::jsonl(&texts[..3]));
    sandbox.file("in/r.csv", packs::csv(&texts[3..5]));
    sandbox.file("in/w.wet", packs::wet(&texts[5..]));
    sandbox.file(
        "in/t.tar",
        packs::tar(&[
            ("1.txt", text(5).into_bytes()),
            ("2.jsonl", packs::jsonl(&[text(5), text(5)]).into_bytes()),
        ]),
    );
}

#[test]
fn whatever_clean_makes_is_verified_until_a_line_is_gone() {
    let sandbox = Sandbox::new();
    for seed in 0..80 {
        rough(&sandbox, seed);
        let mut noise = Noise::new(seed + 1000);
        let mut config = Config { threads: 1, ..Config::default() };
        config.write.force = true;
        config.write.to =
            [None, None, None, Some(TargetFormat::Txt), Some(TargetFormat::Jsonl)][noise.below(5)];
        config.split.split =
            [SplitMode::Auto, SplitMode::Line, SplitMode::Block, SplitMode::Sentence][noise.below(4)];
        config.split.repair = [Repair::Basic, Repair::Basic, Repair::None][noise.below(3)];
        config.matching.mode = [MatchMode::Canonical, MatchMode::Exact, MatchMode::Loose][noise.below(3)];
        config.matching.min_chars = [0, 0, 4][noise.below(3)];
        let units = [None, Some(NearUnits::Documents), Some(NearUnits::Both)][noise.below(3)];
        let preset = [NearPreset::Strict, NearPreset::Syndication][noise.below(2)];
        config.decide.near = NearConfig { units, ..NearConfig::preset(preset) };
        config.decide.scope = if units == Some(NearUnits::Both) {
            Scope::Corpus
        } else {
            [Scope::Corpus, Scope::Document][noise.below(2)]
        };
        let out = sandbox.path("out");
        tamis::clean(&[sandbox.path("in")], Some(&out), &config, &NoObserver).expect("a run");
        assert!(passes(&sandbox, &config), "{seed}: {config:?}\n{:?}", sandbox.tree("in"));
        let tree = sandbox.tree("out");
        let texts = tree.iter().filter_map(|(path, node)| match node {
            Node::File(bytes) if path.extension().is_some_and(|end| end == "txt") => Some((path, bytes)),
            _ => None,
        });
        for (path, bytes) in texts {
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
            lines.remove(noise.below(lines.len()));
            sandbox.file(Path::new("out").join(path), lines.concat());
            assert!(!passes(&sandbox, &config), "{seed}: {}: {config:?}", path.display());
            sandbox.file(Path::new("out").join(path), bytes);
        }
    }
}

/// The parts of a ledger's line that are checked; how alike near-duplicates are is not measured again.
fn checked(line: &str) -> Option<Value> {
    let line: Value = serde_json::from_str(line).ok()?;
    let keys = ["path", "record", "id", "first", "last", "span", "rule", "text"];
    let survivor = ["path", "record", "first", "last"];
    let told = keys.map(|key| line[key].clone());
    Some(json!([told, survivor.map(|key| line["survivor"][key].clone())]))
}

/// One byte of `text` is another, goes, or comes.
fn mutated(text: &[u8], seed: usize) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let mut changed = text.to_vec();
    let at = noise.below(text.len());
    let bytes = b"\n\r \t\0\"\\a0129,:{}\xe4\xff";
    let byte = bytes[noise.below(bytes.len())];
    match noise.below(3) {
        0 => changed[at] = byte,
        1 => drop(changed.remove(at)),
        _ => changed.insert(at, byte),
    }
    changed
}

/// `verify` by the library; an error counts as a difference.
fn passes(sandbox: &Sandbox, config: &Config) -> bool {
    let roots = vec![Root::look(&sandbox.path("in")).expect("an input")];
    let paths = (sandbox.path("out"), sandbox.path("out.tamis"));
    let audit = tamis::verify(roots, &paths.0, &paths.1, config, &NoObserver);
    audit.is_ok_and(|audit| audit.is_clean())
}

#[test]
fn no_byte_can_be_changed_unnoticed() {
    let sandbox = reports();
    let mut config = Config { threads: 1, ..Config::default() };
    config.decide.near = NearConfig { units: Some(NearUnits::Both), ..config.decide.near };
    assert!(passes(&sandbox, &config));
    for (file, rounds) in [("a.txt", 120), ("b.txt", 120), ("n1.txt", 60), ("r.jsonl", 200)] {
        let name = format!("out/{file}");
        let before = sandbox.read(&name);
        for seed in 0..rounds {
            let changed = mutated(&before, seed);
            // Of records, what is the same JSON in the same order is the same: blank lines between them, say.
            let parsed = |bytes: &[u8]| -> Option<Vec<Value>> {
                let text = std::str::from_utf8(bytes).ok()?;
                let lines = text.split('\n').filter(|line| !line.trim_ascii().is_empty());
                lines.map(|line| serde_json::from_str(line).ok()).collect()
            };
            let is_same = changed == before || (file == "r.jsonl" && parsed(&changed) == parsed(&before));
            sandbox.file(&name, &changed);
            let is_passed = passes(&sandbox, &config);
            assert!(!is_passed || is_same, "{file}, {seed}: {}", String::from_utf8_lossy(&changed));
        }
        sandbox.file(&name, &before);
    }
    assert!(passes(&sandbox, &config));
}

#[test]
fn no_byte_of_the_ledger_can_be_changed_unnoticed() {
    let sandbox = reports();
    let mut config = Config { threads: 1, ..Config::default() };
    config.decide.near = NearConfig { units: Some(NearUnits::Both), ..config.decide.near };
    let before = zstd::stream::decode_all(sandbox.read(LEDGER).as_slice()).expect("Zstandard");
    let parsed = |bytes: &[u8]| -> Option<Vec<Value>> {
        std::str::from_utf8(bytes).ok()?.split_terminator('\n').map(checked).collect()
    };
    for seed in 0..600 {
        let changed = mutated(&before, seed);
        sandbox.file(LEDGER, zstd::bulk::compress(&changed, 1).expect("Zstandard"));
        let is_passed = passes(&sandbox, &config);
        let is_same = parsed(&changed) == parsed(&before);
        assert!(!is_passed || is_same, "{seed}: {}", String::from_utf8_lossy(&changed));
    }
}
