//! `--min-kept-share` and `--min-doc-chars`: what each command says of the documents that they remove.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what was written")]

use std::process::Stdio;

use crate::support::process::Running;
use crate::support::sandbox::Sandbox;

const BODY: &str = "今天上午，市气象台发布暴雨预警。\n预计明天上午雨势减弱，下午转多云。\n\
                    市民出行请带好雨具，注意交通安全。\n";
const STUBS: [&str; 2] = ["--min-kept-share", "0.2"];

/// An article, its copies with by-lines of their own, and a short text.
fn dump() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("dump/a.txt", format!("{BODY}本报记者 王小明\n"));
    sandbox.file("dump/b.txt", format!("{BODY}晚报记者 李四\n"));
    let text = format!("{BODY}新华网\n").replace('\n', "\\n");
    sandbox.file(
        "dump/c.jsonl",
        format!("{{\"id\":\"x7\",\"text\":\"{text}\"}}\n{{\"id\":8,\"text\":\"Ad.\"}}\n"),
    );
    sandbox
}

/// The command line with the options for both filters.
fn filtered<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [words, &STUBS, &["--min-doc-chars", "10"]].concat()
}

#[test]
fn a_run_says_what_they_removed() {
    let sandbox = dump();
    let told = ["in 2 stubs", "in 1 short document", "4   1 kept (25.0 %), 3 emptied"];
    let dry = sandbox.tamis(&filtered(&["clean", "dump", "--dry-run"]));
    dry.exits(0);
    assert!(told.iter().all(|part| dry.out().contains(part)), "{}", dry.out());
    let ran = sandbox.tamis(&filtered(&["clean", "dump", "--out", "out"]));
    ran.exits(0);
    assert!(told.iter().all(|part| ran.out().contains(part)), "{}", ran.out());
    let summary = sandbox.summary("out.tamis");
    assert_eq!(
        summary["config"]["filters"],
        serde_json::json!({ "min_doc_chars": 10, "min_kept_share": 0.2 })
    );
    assert_eq!(summary["documents"]["removed"], serde_json::json!({ "short-document": 1, "stub": 2 }));
    assert!(summary["documents"].get("stubs").is_none(), "none is left to be counted");

    sandbox.tamis(&filtered(&["verify", "dump", "--out", "out"])).exits(0);
    sandbox.tamis(&["verify", "dump", "--out", "out"]).exits(2).says(&[
        "--min-doc-chars (now not given, in the run 10)",
        "--min-kept-share (now off, in the run 0.2)",
    ]);
    sandbox.tamis(&["report", "out", "--html", "page.html"]).exits(0);
    let page = std::fs::read_to_string(sandbox.path("page.html")).expect("a page");
    assert!(page.contains("stub") && page.contains("晚报记者 李四"), "the removed text is on the page");
}

/// A document that goes without a survivor is shown with what decided; from the ledger, if the input cannot be read
/// again.
#[test]
fn explain_shows_their_text() {
    let sandbox = dump();
    let places = [
        ("b.txt:3", ["stub: the other rules leave too small", "\"chars\":6,\"of\":56", "晚报记者 李四"]),
        ("c.jsonl#id=x7:0", ["stub: ", "\"chars\":3,\"of\":53", "今天上午，市气象台发布暴雨预警。"]),
        ("c.jsonl#1", ["short-document: ", "\"chars\":3,\"min_chars\":10", "Ad."]),
    ];
    sandbox.tamis(&filtered(&["clean", "dump", "--out", "out", "-q"])).exits(0);
    let told = |out: &str, place: &str, parts: [&str; 3]| {
        let ran = sandbox.tamis(&["explain", out, place]);
        let page = ran.exits(0).out();
        assert!(parts.iter().all(|part| page.contains(part)), "{place}: {page}");
    };
    for (place, parts) in places {
        told("out", place, parts);
    }
    let article = format!("{{\"text\":\"{}本报\"}}\n", BODY.replace('\n', "\\n"));
    let stream = article.clone() + &article.replace("本报", "晚报");
    let args = filtered(&["clean", "-", "--input-format", "jsonl", "--out", "streamed", "-q"]);
    let mut running = Running::start(sandbox.command(&args).stdin(Stdio::piped()));
    running.type_in(stream.as_bytes());
    running.finish().exits(0);
    told("streamed", "stdin.jsonl#1", ["stub: ", "\"chars\":2,\"of\":52", "晚报"]);
}

/// What they remove counts as emptied, and for the ratio; the limit for duplicates does not count it.
#[test]
fn check_holds_them_against_the_limit_for_emptied_documents() {
    let sandbox = dump();
    let check = |more: &[&str]| sandbox.tamis(&filtered(&[&["check", "dump"], more].concat()));
    let failed = check(&[]);
    let out = failed.exits(1).out();
    for part in ["2   stubs", "1   short document", "pass 0 duplicate paragraphs", "FAIL 3 emptied documents"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    check(&["--max-emptied", "3"]).exits(0);
    let ratio = check(&["--max-emptied", "3", "--max-duplicate-ratio", "0.5"]);
    let out = ratio.exits(1).out();
    assert!(
        out.contains("dump/b.txt:1-4: the other rules leave too small a share of the whole document"),
        "{out}"
    );
    let json = check(&["--format", "json"]).exits(1).out();
    assert!(json.contains("\"stub\"") && json.contains("\"short-document\""), "{json}");
    // A baseline takes them in, and without the filters there are duplicates instead.
    check(&["--write-baseline", "known.txt"]).exits(0);
    check(&["--baseline", "known.txt"]).exits(0);
    let plain = sandbox.tamis(&["check", "dump"]);
    assert!(plain.exits(1).out().contains("pass 0 emptied documents"), "{}", plain.out());
}

/// Earlier runs leave stubs too, and what a stub held alone is in no index.
#[test]
fn stubs_of_earlier_runs_go_and_are_not_remembered() {
    let sandbox = Sandbox::new();
    sandbox.file("1/a.txt", format!("{BODY}本报记者\n"));
    sandbox.file("2/b.txt", format!("{BODY}晚报李四\n"));
    sandbox.file("3/c.txt", "晚报李四\n渔港今早恢复通航。\n");
    for day in ["1", "2", "3"] {
        let out = format!("out-{day}");
        let args = ["clean", day, "--out", &out, "--index", "seen.tamis-index", "-q"];
        sandbox.tamis(&[&args, &STUBS[..]].concat()).exits(0);
        let args = ["verify", day, "--out", &out, "--earlier", "seen.tamis-index"];
        sandbox.tamis(&[&args, &STUBS[..]].concat()).exits(0);
    }
    assert!(!sandbox.path("out-2/b.txt").exists(), "its by-line alone is new");
    assert_eq!(sandbox.summary("out-2.tamis")["documents"]["removed"], serde_json::json!({ "stub": 1 }));
    assert_eq!(sandbox.read("out-3/c.txt"), "晚报李四\n渔港今早恢复通航。\n".as_bytes());
    sandbox.file("4/d.txt", format!("{BODY}早报王五\n"));
    let against = ["check", "4", "--against", "seen.tamis-index", "--max-emptied", "1"];
    let ran = sandbox.tamis(&[&against, &STUBS[..]].concat());
    assert!(ran.exits(0).out().contains("1   stub"), "{}", ran.out());
}

#[test]
fn they_can_be_set_in_a_file_and_wrong_values_are_named() {
    let sandbox = dump();
    sandbox.file("tamis.toml", "min-kept-share = 0.2\nmin-doc-chars = 10\n");
    let ran = sandbox.tamis(&["clean", "dump", "--dry-run"]);
    assert!(ran.exits(0).out().contains("in 2 stubs"), "{}", ran.out());
    let off =
        sandbox.tamis(&["clean", "dump", "--dry-run", "--min-kept-share", "off", "--min-doc-chars", "0"]);
    assert!(off.exits(0).out().contains("4 kept"), "{}", off.out());
    std::fs::remove_file(sandbox.path("tamis.toml")).expect("a file");
    for (share, part) in [("20%", "is not a share"), ("0", "is not a share"), ("1.5", "or off")] {
        sandbox.tamis(&["clean", "dump", "--dry-run", "--min-kept-share", share]).exits(2).says(&[part]);
    }
    for exact in ["off", "documents"] {
        let args = ["clean", "dump", "--dry-run", "--exact", exact];
        sandbox.tamis(&[&args, &STUBS[..]].concat()).exits(2).says(&["min-kept-share: ", "--exact"]);
        // The length of a document has nothing to do with what was removed.
        sandbox.tamis(&[&args[..], &["--min-doc-chars", "10"]].concat()).exits(0);
    }
}
