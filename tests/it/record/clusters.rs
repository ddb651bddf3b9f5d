//! `tamis clusters`: documents that went as a whole, by the document that stays. The real binary.

#![cfg(feature = "cli")]

use serde_json::Value;

use crate::support::sandbox::Sandbox;

/// A text of its own kind, with what differs between its copies.
fn text(kind: usize, copy: &str) -> String {
    let words: Vec<String> = (0..80).map(|n| format!("w{}", (n + 1) * (kind + 3))).collect();
    format!("{} {copy}\n{}\n", words[..40].join(" "), words[40..].join(" "))
}

fn record(id: &str, text: &str) -> String {
    format!("{{{id}\"text\":{}}}\n", serde_json::to_string(text).expect("JSON"))
}

/// Three groups: of four, of two records with ids, of two.
fn cleaned() -> Sandbox {
    let sandbox = Sandbox::new();
    for (name, kind, copy) in [
        ("a.txt", 1, "first"),
        ("b.txt", 1, "second"),
        ("c.txt", 2, "first"),
        ("d.txt", 1, "first"),
        ("e.txt", 2, "second"),
        ("z.txt", 3, "alone"),
    ] {
        sandbox.file(format!("in/{name}"), text(kind, copy));
    }
    let records = [
        record("", &text(1, "third")),
        record("\"id\":\"x\\ty\",", &text(4, "first")),
        record("\"id\":90071992547409931,", &text(4, "second")),
    ];
    sandbox.file("in/r.jsonl", records.concat());
    sandbox.tamis(&["clean", "in", "--near", "--out", "out"]).exits(0);
    sandbox
}

#[test]
fn the_largest_group_is_first() {
    let sandbox = cleaned();
    let ran = sandbox.tamis(&["clusters", "out"]);
    let page = ran.exits(0).is_plain().out();
    let words: Vec<Vec<&str>> = page.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0], ["a.txt"]);
    assert_eq!((words[1][0], words[1][1]), ("b.txt", "near-document"));
    assert_eq!(words[2], ["d.txt", "exact-document"]);
    assert_eq!(words[3][..2], ["r.jsonl#0", "near-document"]);
    assert!(words[1][2].starts_with("0."), "{page}");
    assert_eq!((words[5][0], words[8].as_slice()), ("c.txt", &["r.jsonl#1", "(id", "\"x\\ty\")"][..]));
    assert_eq!(page.lines().last(), Some("3 groups: 5 documents removed, 3 kept"));
    assert!(!page.contains("z.txt"), "{page}");
    assert_eq!(ran.err(), "");
}

#[test]
fn tsv_names_each_document_once() {
    let sandbox = cleaned();
    let ran = sandbox.tamis(&["clusters", "out", "--tsv"]);
    let expected = "a.txt\ta.txt\nb.txt\ta.txt\nd.txt\ta.txt\nr.jsonl#0\ta.txt\nc.txt\tc.txt\ne.txt\tc.txt\n\
                    x\\ty\tx\\ty\n90071992547409931\tx\\ty\n";
    assert_eq!(ran.exits(0).out(), expected);
}

#[test]
fn json_is_a_group_a_line() {
    let sandbox = cleaned();
    let ran = sandbox.tamis(&["clusters", "out", "--json"]);
    let lines: Vec<Value> =
        ran.exits(0).out().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["survivor"], serde_json::json!({"path": "a.txt"}));
    assert_eq!(lines[0]["members"][1], serde_json::json!({"path": "d.txt", "rule": "exact-document"}));
    assert_eq!(lines[2]["survivor"], serde_json::json!({"path": "r.jsonl", "record": 1, "id": "x\ty"}));
    assert!(ran.out().contains("\"id\":90071992547409931,"), "{}", ran.out());
    sandbox.tamis(&["clusters", "out", "--json", "--tsv"]).exits(2);
}

#[test]
fn without_near_there_are_none() {
    let sandbox = cleaned();
    for (out, more) in [("exact", &[][..]), ("paragraphs", &["--near=paragraphs"])] {
        sandbox.tamis(&[&["clean", "in", "--out", out], more].concat()).exits(0);
        let ran = sandbox.tamis(&["clusters", out]);
        ran.exits(0)
            .says(&["this run did not search for duplicate documents; run `tamis clean` with --near"]);
        assert_eq!(ran.out(), "");
    }
    sandbox.tamis(&["clusters", "in"]).exits(2).says(&["in: no record of a run found"]);
}
