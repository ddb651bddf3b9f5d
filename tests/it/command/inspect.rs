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

/// Nine lists of links, one of which is half text, and three bulletins.
fn scored() -> Sandbox {
    let sandbox = Sandbox::new();
    let links = "首页\n国内\n国际\n社会\n评论\n财经\n科技\n体育\n娱乐\n图片\n";
    for n in 0..8 {
        sandbox.file(format!("in/links-{n}.txt"), format!("{links}专题{n}\n"));
    }
    let prose = "本市明天多云转晴，北风三级，最高气温八度，市民出门请带好衣物。";
    sandbox.file("in/mixed.txt", format!("{links}{prose}\n"));
    for n in 0..3 {
        sandbox.file(format!("in/news-{n}.txt"), format!("{prose}昨日降水{n}毫米。\n"));
    }
    sandbox
}

/// Contract C5: the scores of all documents, and the cut, which bounds in `tamis.toml` move.
#[test]
fn quality_is_drawn_and_bounds_are_chosen() {
    let sandbox = scored();
    let quality = inspect(&sandbox, &["--quality", "news"])["quality"].clone();
    assert_eq!((&quality["documents"], &quality["out"]), (&12.into(), &9.into()));
    let signals = quality["signals"].as_array().expect("signals");
    let links = signals.iter().find(|of| of["signal"] == "link-list" && of["at_most"] == 0.3).expect("it");
    assert_eq!((&links["language"], &links["judged"], &links["out"]), (&"zh".into(), &9.into(), &9.into()));
    assert!(inspect(&sandbox, &[])["quality"].is_null());
    let ran = sandbox.tamis(&["inspect", "in", "--quality", "news"]);
    ran.exits(0);
    let shown = ran.out();
    for line in [
        "quality by the profile news: 9 of 12 documents are out of bounds",
        "link-list, zh: at most 0.3; out: 9 of 9 documents",
        "    1                            8 out ████",
        "no document is out by",
    ] {
        assert!(shown.contains(line), "{line}:\n{shown}");
    }
    // With a higher bound the list that is half text stays, and nothing but the bound is another.
    let clean = ["clean", "in", "-o", "out", "--force", "--exact", "off"];
    sandbox.tamis(&[&clean[..], &["--quality", "news"]].concat()).exits(0);
    assert_eq!(sandbox.tree("out").len(), 3);
    sandbox.file("tamis.toml", "quality = \"news\"\n[quality-bounds.zh]\nlink-list = 0.9\n");
    sandbox.tamis(&clean).exits(0);
    assert_eq!(sandbox.tree("out").len(), 4);
    assert_eq!(sandbox.summary("out.tamis")["config"]["quality_bounds"]["zh"]["link-list"], 0.9);
    let drawn = inspect(&sandbox, &[])["quality"].clone();
    assert_eq!(drawn["out"], 8);
    let shown = sandbox.tamis(&["config"]).out();
    assert!(shown.contains("[quality-bounds.zh] # tamis.toml\nlink-list = 0.9\n"), "{shown}");
    sandbox.tamis(&["verify", "in", "--out", "out", "--exact", "off"]).exits(0);
}

/// What is no bound is refused by its name.
#[test]
fn bounds_that_are_none() {
    let sandbox = scored();
    for (bounds, expected) in [
        (
            "quality = \"news\"\n[quality-bounds.zh]\nlink-lists = 1\n",
            "link-lists is no signal of this profile; take it out of tamis.toml",
        ),
        ("[quality-bounds.zh]\nlink-list = 1\n", "add --quality"),
        (
            "quality = \"news\"\n[quality-bounds.zh]\nlink-list = \"on\"\n",
            "a bound is a number from 0 on, or \"off\"",
        ),
        ("quality = \"news\"\n[quality-bounds.en]\nnotice = 1\n", "unknown variant `en`"),
    ] {
        sandbox.file("tamis.toml", bounds);
        let ran = sandbox.tamis(&["clean", "in", "-o", "out"]);
        ran.exits(2);
        assert!(ran.err().contains(expected), "{bounds}: {}", ran.err());
    }
}
