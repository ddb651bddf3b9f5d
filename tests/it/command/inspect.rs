//! `tamis inspect`: what is there, and nothing is written.

#![cfg(feature = "cli")]

use std::io::Write;

use serde_json::{Value, json};

use crate::support::lines::lines;
use crate::support::sandbox::Sandbox;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

fn corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "第一段。\n\nSecond paragraph, the longest of all that stand here.\n");
    let (gb, ..) = encoding_rs::GB18030.encode("这是一段用国标编码写成的新闻，大家都可以看到。\n");
    sandbox.file("in/gb.txt", gb);
    sandbox.file("in/r.jsonl.gz", gzip(b"{\"text\":\"one\"}\n{\"text\n{\"text\":\"two\"}\n"));
    sandbox.file("in/cut.txt.gz", &gzip(&b"text ".repeat(500))[..20]);
    sandbox.file("in/image", b"PNG\0\0");
    sandbox.file("in/m.tar", {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(7);
        header.set_cksum();
        builder.append_data(&mut header, "x/member.txt", &b"member\n"[..]).expect("memory");
        builder.into_inner().expect("memory")
    });
    sandbox
}

fn inspect(sandbox: &Sandbox, more: &[&str]) -> Value {
    let ran = sandbox.tamis(&[&["inspect", "in", "--json"], more].concat());
    serde_json::from_slice(&ran.exits(0).stdout).expect("JSON")
}

#[test]
fn everything_is_counted() {
    let sandbox = corpus();
    let before = sandbox.tree("");
    let found = inspect(&sandbox, &[]);
    assert_eq!(found["schema"], "tamis.inspection/1");
    assert_eq!(
        found["files"],
        json!({"found": 6, "read": 4, "skipped": {"binary": 1}, "rejected": {"corrupt": 1}})
    );
    assert_eq!(found["members"]["read"], 1);
    assert_eq!(
        found["records"],
        json!({"read": 2, "fields": {"text": 2}, "skipped": {}, "rejected": {"not_json": 1}})
    );
    assert_eq!(found["formats"], json!({"jsonl": 1, "text": 3}));
    assert_eq!(found["compressions"], json!({"gzip": 1}));
    assert_eq!(found["archives"], json!({"tar": 1}));
    assert_eq!(found["documents"], 5);
    assert_eq!(found["encodings"], json!({"UTF-8": 4, "gb18030": 1}));
    assert_eq!(found["paragraphs"], 6);
    assert_eq!(found["sizes"], json!({"< 256 B": 5}));
    assert_eq!(found["scripts"]["Han"], 3 + 21);
    assert_eq!(found["longest_paragraph"]["path"], "gb.txt");
    assert_eq!(found["skipped"], json!([{"path": "image", "reason": "binary"}]));
    let rejected = found["rejected"].as_array().expect("a list");
    let places: Vec<_> = rejected.iter().map(|line| (line["path"].clone(), line["line"].clone())).collect();
    assert_eq!(places, [(json!("cut.txt.gz"), Value::Null), (json!("r.jsonl.gz"), json!(2))]);
    assert_eq!(sandbox.tree(""), before, "nothing is written");
    // The same whatever the threads, and what cleaning counts.
    assert_eq!(inspect(&sandbox, &["--threads", "1"]), found);
    sandbox.tamis(&["clean", "in", "--out", "out", "-q"]).exits(3);
    let summary = sandbox.summary("out.tamis");
    for counts in ["files", "members", "records"] {
        assert_eq!(summary[counts], found[counts], "{counts}");
    }
    assert_eq!(summary["documents"]["read"], found["documents"]);
    assert_eq!(summary["paragraphs"]["read"], found["paragraphs"]);
    assert_eq!(summary["documents"]["encodings"], found["encodings"]);
    // What is skipped or rejected as a whole is looked at too, and not counted as read by a run.
    assert_eq!(found["bytes"]["input"], summary["bytes"]["input"].as_u64().expect("a number") + 20 + 5);
}

#[test]
fn people_get_a_page() {
    let sandbox = corpus();
    let ran = sandbox.tamis(&["inspect", "in"]);
    ran.exits(0).is_plain();
    let page = ran.out();
    for part in [
        "files                    6   4 read",
        "3 text, 1 jsonl",
        "4 UTF-8, 1 gb18030",
        "length of documents",
        "Han",
        "longest paragraph",
        "image: binary",
        "r.jsonl.gz:2: not JSON",
        "cut.txt.gz: the gzip stream ends too early",
    ] {
        assert!(page.contains(part), "{part:?} is not in\n{page}");
    }
}

#[test]
fn a_large_text_is_one_document() {
    let sandbox = Sandbox::new();
    let text = lines(80_000, |number| format!("line {number}")) + "the longest line of all of them\n";
    sandbox.file("in/large.txt", &text);
    let found = inspect(&sandbox, &[]);
    assert_eq!((&found["documents"], &found["paragraphs"]), (&json!(1), &json!(80_001)));
    assert_eq!(found["longest_paragraph"]["paragraph"], 80_000);
    assert_eq!(found["bytes"], json!({"input": text.len(), "text": text.len()}));
}
