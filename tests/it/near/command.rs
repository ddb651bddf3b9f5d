//! Near-duplicates (`--near`) on the command line: where they may come from and go to, what is refused and with which
//! remedy, and the keys of `tamis.toml`.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test gives the inputs another name")]

use std::process::Stdio;

use serde_json::Value;

use crate::support::process::{Ran, Running};
use crate::support::sandbox::Sandbox;

/// Three texts: the second is like the first.
const TEXTS: [&str; 3] = [
    "one two three four five six seven eight nine ten eleven twelve thirteen\n",
    "one two three four five six seven eight nine ten eleven twelve thirteen more\n",
    "something else that is not like the two before it at all, by any measure\n",
];

fn corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    for (n, text) in TEXTS.into_iter().enumerate() {
        sandbox.file(format!("in/{n}.txt"), text);
    }
    sandbox.file("r.jsonl", records());
    sandbox
}

fn records() -> String {
    let line = |(n, text)| format!("{}\n", serde_json::json!({"id": n, "at": n, "text": text}));
    TEXTS.into_iter().enumerate().map(line).collect::<Vec<_>>().concat()
}

fn typed_in(sandbox: &Sandbox, args: &[&str], input: &str) -> Ran {
    let mut running = Running::start(sandbox.command(args).stdin(Stdio::piped()));
    running.type_in(input.as_bytes());
    running.finish()
}

#[test]
fn near_without_a_value_is_about_documents() {
    let sandbox = corpus();
    sandbox.tamis(&["clean", "in", "--near", "--out", "out"]).exits(0);
    assert!(sandbox.exists("out/0.txt") && !sandbox.exists("out/1.txt") && sandbox.exists("out/2.txt"));
    let summary = sandbox.summary("out.tamis");
    assert_eq!(summary["config"]["near"]["units"], "documents");
    assert_eq!(summary["documents"]["removed"], serde_json::json!({"near-document": 1}));
    assert_eq!(sandbox.ledger("out.tamis")[0]["survivor"]["path"], "0.txt");
    // The same, with the inputs after it, and over what is there.
    sandbox.tamis(&["clean", "--near=documents", "in", "--out", "out"]).exits(2).says(&["--force"]);
    sandbox.tamis(&["clean", "--near=documents", "in", "--out", "out", "--force"]).exits(0);
    assert_eq!(sandbox.summary("out.tamis"), summary);
}

/// Inputs may follow `--near`, and units may not: they are taken for an input, unless a file is called so.
#[test]
fn near_swallows_no_input() {
    let sandbox = corpus();
    sandbox.tamis(&["clean", "--near", "in", "--out", "out"]).exits(0);
    assert!(sandbox.exists("out/0.txt") && !sandbox.exists("out/1.txt"));
    for args in [
        &["clean", "--near", "both", "in"][..],
        &["clean", "in", "--near", "paragraphs"],
        &["check", "--near", "documents", "in"],
    ] {
        let name = args.iter().find(|arg| ["both", "paragraphs", "documents"].contains(arg)).expect("one");
        let remedy = format!("--near={name}");
        sandbox.tamis(args).exits(2).says(&[&format!("{name}: no such file"), &remedy]).is_plain();
    }
    let ran = sandbox.tamis(&["clean", "in", "both", "--dry-run"]);
    assert!(!ran.exits(2).err().contains("--near"), "nobody asked for it: {}", ran.err());
    std::fs::rename(sandbox.path("in"), sandbox.path("both")).expect("a rename");
    sandbox.tamis(&["clean", "--near", "both", "--out", "named"]).exits(0);
    assert!(sandbox.exists("named/0.txt") && !sandbox.exists("named/1.txt"));
    sandbox.tamis(&["clean", "--near=lines", "both", "--out", "no"]).exits(2).says(&[
        "--near",
        "documents",
        "both",
    ]);
}

#[test]
fn a_preset_switches_the_search_on() {
    let sandbox = corpus();
    let units = |out: &str| sandbox.summary(&format!("{out}.tamis"))["config"]["near"]["units"].clone();
    sandbox.tamis(&["clean", "in", "--near-preset", "news", "--out", "preset"]).exits(0);
    assert_eq!(units("preset"), "documents");
    sandbox.tamis(&["clean", "in", "--near-preset", "news", "--near=paragraphs", "--out", "units"]).exits(0);
    assert_eq!(units("units"), "paragraphs");
    sandbox.tamis(&["clean", "in", "--near=off", "--out", "off"]).exits(0);
    assert!(sandbox.summary("off.tamis")["config"]["near"].is_null());
    sandbox
        .tamis(&["clean", "in", "--near=off", "--near-preset", "news"])
        .exits(2)
        .says(&["near-preset", "--near"]);
    for (number, (line, flags, expected)) in [
        ("near = true", &[][..], Value::from("documents")),
        ("near = 'both'", &[], "both".into()),
        ("near = false", &[], Value::Null),
        ("near = 'off'", &[], Value::Null),
        ("near-preset = 'news'", &[], "documents".into()),
        ("near = false\nnear-preset = 'news'", &[], Value::Null),
        ("near = false", &["--near"], "documents".into()),
        ("near = true", &["--near=off"], Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        sandbox.file("tamis.toml", line);
        let out = format!("file-{number}");
        sandbox.tamis(&[&["clean", "in", "--out", &out], flags].concat()).exits(0);
        let near = sandbox.summary(&format!("{out}.tamis"))["config"]["near"].clone();
        assert_eq!(near.get("units").cloned().unwrap_or_default(), expected, "{line} {flags:?}");
    }
}

#[test]
fn dry_runs_say_what_would_go() {
    let sandbox = corpus();
    let ran = sandbox.tamis(&["clean", "in", "--near=both", "--dry-run"]);
    ran.exits(0).is_plain();
    assert!(!sandbox.exists("out") && !sandbox.exists("out.tamis"));
}

/// Standard input is read three times: it is kept aside.
#[test]
fn standard_input() {
    let sandbox = corpus();
    let args = ["clean", "-", "--input-format", "jsonl", "--near", "--out", "-"];
    let ran = typed_in(&sandbox, &args, &records());
    ran.exits(0);
    let ids: Vec<Value> = ran
        .out()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].clone())
        .collect();
    assert_eq!(ids, [0, 2]);
    let text = format!("{}{}", TEXTS[0], TEXTS[1]);
    let ran =
        typed_in(&sandbox, &["clean", "-", "--split", "line", "--near=paragraphs", "--out", "-"], &text);
    assert_eq!(ran.exits(0).out(), TEXTS[0]);
    let ran = typed_in(&sandbox, &["clean", "-", "--split", "line", "--near", "--out", "out"], &text);
    assert!(ran.exits(0).out().contains("documents"), "the account");
    let large = text.repeat(20_000);
    let ran = typed_in(&sandbox, &["clean", "-", "--split", "line", "--near=both", "--out", "-"], &large);
    assert_eq!(ran.exits(0).out(), TEXTS[0]);
    let ran = typed_in(&sandbox, &["clean", "-", "--split", "line", "--near", "--out", "-"], "");
    assert_eq!(ran.exits(0).out(), "");
}

#[test]
fn other_forms_of_output() {
    let sandbox = corpus();
    let ran = sandbox.tamis(&["clean", "in", "r.jsonl", "--near", "--to", "jsonl", "--out", "-"]);
    let paths: Vec<Value> = ran
        .exits(0)
        .out()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["path"].clone())
        .collect();
    assert_eq!(paths, ["0.txt", "2.txt"], "{}", ran.out());
    for to in ["txt", "jsonl", "parquet"] {
        sandbox.tamis(&["clean", "in", "r.jsonl", "--near", "--to", to, "--out", to]).exits(0);
        let summary = sandbox.summary(&format!("{to}.tamis"));
        assert_eq!(
            (&summary["documents"]["kept"], &summary["documents"]["emptied"]),
            (&2.into(), &4.into()),
            "{to}"
        );
    }
}

/// Options that belong to `--near` are refused without it: they would do nothing. A preset is another matter.
#[test]
fn options_without_near() {
    let sandbox = corpus();
    for (option, value) in [
        ("threshold", "0.7"),
        ("shingle", "char:5"),
        ("number-guard", "off"),
        ("containment", "0.8"),
        ("keep", "longest"),
        ("keep", "priority:none"),
        ("near-min-chars", "10"),
    ] {
        let flag = format!("--{option}");
        sandbox.tamis(&["clean", "in", &flag, value, "--out", "out"]).exits(2).says(&[option, "--near"]);
        // In the file it is a setting like others.
        let line = if option == "near-min-chars" {
            format!("{option} = {value}\n")
        } else {
            format!("{option} = '{value}'\n")
        };
        sandbox.file("tamis.toml", line);
        sandbox.tamis(&["clean", "in", "--dry-run"]).exits(0);
        std::fs::remove_file(sandbox.path("tamis.toml")).expect("a file");
    }
}

#[test]
fn bad_values() {
    let sandbox = corpus();
    sandbox.file("empty", "# nothing\n\n");
    sandbox.file("bad", "ok/**\n[z\n");
    for (option, value, remedy) in [
        ("--near=lines", "", "documents"),
        ("--near-preset", "loose", "syndication"),
        ("--threshold", "0", "above 0"),
        ("--threshold", "80", "0.8"),
        ("--threshold", "80%", "0.8"),
        ("--threshold=-0.8", "", "0.8"),
        ("--threshold", "0.80001", "4 decimals"),
        ("--threshold", "", "0.8"),
        ("--threshold", "off", "0.8"),
        ("--shingle", "5", "word:5"),
        ("--shingle", "word:0", "word:5"),
        ("--shingle", "word:33", "1 to 32"),
        ("--shingle", "token:5", "char:N"),
        ("--number-guard", "1.5", "off"),
        ("--number-guard", "on", "off"),
        ("--containment", "0", "off"),
        ("--keep", "last", "longest"),
        ("--keep", "newest", "newest:FIELD"),
        ("--keep", "newest:", "newest:FIELD"),
        ("--keep", "priority:", "priority:FILE"),
        ("--keep", "priority:nowhere", "nowhere"),
        ("--keep", "priority:empty", "glob"),
        ("--keep", "priority:bad", "[z"),
        ("--near-min-chars", "few", "--near-min-chars"),
        ("--near-min-chars=-1", "", "near-min-chars"),
    ] {
        let mut args = vec!["clean", "in", "--out", "out"];
        if !option.starts_with("--near=") {
            args.push("--near");
        }
        args.push(option);
        if !option.contains('=') {
            args.push(value);
        }
        let ran = sandbox.tamis(&args);
        let name = option.trim_start_matches("--").split('=').next().unwrap_or_default();
        ran.exits(2).says(&[name, remedy]).is_plain();
        assert!(!sandbox.exists("out") && !sandbox.exists("out.tamis"), "{option} {value}");
    }
}

#[test]
fn the_configuration_file() {
    let sandbox = corpus();
    sandbox.file("prio", "1.*\n");
    sandbox.file(
        "tamis.toml",
        "near = 'documents'\nthreshold = 0.5\nkeep = 'priority:prio'\ncontainment = 'off'\nnumber-guard = 0.9\nshingle = 'word:3'\n",
    );
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(0);
    assert!(!sandbox.exists("out/0.txt") && sandbox.exists("out/1.txt"));
    let near = &sandbox.summary("out.tamis")["config"]["near"];
    assert_eq!(
        (&near["threshold"], &near["shingle"], &near["priority"]),
        (&0.5.into(), &"word:3".into(), &serde_json::json!(["1.*"]))
    );
    // A flag beats the file, and a preset what is not said.
    sandbox
        .tamis(&["clean", "in", "--out", "out", "--force", "--near-preset", "syndication", "--keep", "first"])
        .exits(0);
    let near = &sandbox.summary("out.tamis")["config"]["near"];
    assert_eq!(
        (&near["threshold"], &near["containment"], &near["keep"]),
        (&0.5.into(), &"off".into(), &"first".into())
    );
    for (line, parts) in [
        ("near = 'lines'", ["tamis.toml", "lines", "documents"]),
        ("threshold = 8", ["tamis.toml", "8", "0.8"]),
        ("threshold = '0,8'", ["tamis.toml", "0,8", "0.8"]),
        ("threshold = true", ["tamis.toml", "threshold", "0.8"]),
        ("number-guard = false", ["tamis.toml", "number-guard", "off"]),
        ("keep = 'last'", ["tamis.toml", "keep", "longest"]),
        ("shingle = '5'", ["tamis.toml", "shingle", "word"]),
        ("number_guard = 0.8", ["tamis.toml", "number_guard", "number-guard"]),
        ("near-min-chars = -4", ["tamis.toml", "near-min-chars", "-4"]),
    ] {
        sandbox.file("tamis.toml", line);
        sandbox.tamis(&["clean", "in", "--near", "--out", "no"]).exits(2).says(&parts).is_plain();
    }
}

/// Rejections count as they do without `--near`, each once.
#[test]
fn rejections_are_told_once() {
    let sandbox = corpus();
    sandbox.file("in/bad.txt", b"one two three\xff four\n");
    sandbox.file("in/lines.jsonl", format!("{{\n{}", records()));
    let ran = sandbox.tamis(&["clean", "in", "--near=both", "--out", "out"]);
    ran.exits(3).says(&["bad.txt", "lines.jsonl"]);
    assert_eq!(ran.err().matches("lines.jsonl").count(), 1, "{}", ran.err());
    assert_eq!(sandbox.rejected("out.tamis").len(), 2);
}
