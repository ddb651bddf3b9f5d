//! `--annotate` writes what is measured beside a document, and removes none for it (contract C5).

#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use serde_json::{Value, json};

use crate::support::json::{json_lines, text_of};
use crate::support::sandbox::Sandbox;

const LINKS: &str = "首页\n国内\n国际\n社会\n评论\n财经\n科技\n体育\n娱乐\n图片\n";
const BULLETIN: &str = "本市明天多云转晴，北风三级，最高气温八度。\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let record =
        |id: u64, text: &str| json!({"id": id, "text": text, "tamis": "own", "n": id}).to_string() + "\n";
    sandbox.file("in/a.jsonl", record(1, LINKS) + &record(2, BULLETIN));
    let long = crate::support::lines::lines(9000, |n| format!("专题之{n}号"));
    sandbox.file("in/b.txt", format!("首页\n登录\n注册\n{long}"));
    sandbox
}

#[test]
fn scores_stand_beside_documents_that_stay() {
    let sandbox = sandbox();
    let clean = |more: &[&str]| {
        let arguments = [&["clean", "in", "--out", "out", "--force", "--to", "jsonl"], more].concat();
        sandbox.tamis(&arguments).exits(0);
        json_lines(&std::fs::read(sandbox.path("out/part-00000.jsonl")).expect("a shard"))
    };
    let plain = clean(&[]);
    assert!(plain.len() == 3 && plain.iter().all(|document| document["tamis"]["quality"].is_null()));
    assert_eq!(clean(&["--quality", "news"]).len(), 2, "one document is a list of links");
    let annotated = clean(&["--quality", "news", "--annotate", "quality"]);
    let out: Vec<&Value> = annotated.iter().map(|document| &document["tamis"]["quality"]["out"]).collect();
    assert_eq!(out[..2], [&json!(["link-list"]), &json!([])]);
    assert!(annotated[2]["tamis"]["quality"]["scores"]["link-list"].is_number(), "a text of many pieces");
    assert_eq!((text_of(&annotated[0], "source_tamis"), annotated[1]["n"].as_u64()), ("own", Some(2)));
    assert_eq!(annotated[0]["tamis"]["quality"]["profile"], "news");
    let by_default = clean(&["--annotate", "quality"]);
    assert_eq!(by_default[0]["tamis"], annotated[0]["tamis"], "news is the profile if none is named");
    let gopher = clean(&["--annotate", "quality", "--quality", "gopher"]);
    assert_eq!(gopher[0]["tamis"]["quality"]["profile"], "gopher");
}

#[test]
fn an_audit_passes_over_annotations() {
    let sandbox = sandbox();
    for to in ["jsonl", "parquet"] {
        let options = ["--to", to, "--annotate", "quality"];
        sandbox.tamis(&[&["clean", "in", "--out", "out", "--force"], &options[..]].concat()).exits(0);
        sandbox.tamis(&[&["verify", "in", "--out", "out"], &options[..]].concat()).exits(0);
    }
}

#[test]
fn only_shards_are_annotated() {
    let sandbox = sandbox();
    for to in [&[][..], &["--to", "txt"]] {
        let refused =
            sandbox.tamis(&[&["clean", "in", "--out", "out", "--annotate", "quality"], to].concat());
        refused.exits(2);
        assert!(refused.err().contains("add --to jsonl or --to parquet"), "{}", refused.err());
    }
}

#[test]
fn documents_in_other_languages_go_or_are_annotated() {
    let sandbox = Sandbox::new();
    sandbox.file(
        "in/en.txt",
        "The museum opens its new wing on Friday morning, and tickets are sold at the door.\n",
    );
    sandbox.file(
        "in/fr.txt",
        "Le musée ouvre sa nouvelle aile vendredi matin, et les billets sont vendus à l’entrée.\n",
    );
    sandbox.file("in/und.txt", "12 34 56\n");
    sandbox.file("in/zh.txt", BULLETIN);
    let kept = |list: &str| {
        let arguments = ["clean", "in", "--out", "out", "--force", "--language", list];
        sandbox.tamis(&arguments).exits(0);
        sandbox.tamis(&["verify", "in", "--out", "out", "--language", list]).exits(0);
        crate::support::disk::read_files(&sandbox.path("out")).into_keys().collect::<Vec<_>>()
    };
    assert_eq!(kept("zh,en"), ["en.txt", "und.txt", "zh.txt"]);
    assert_eq!(kept("fr,-und"), ["fr.txt"]);
    assert_eq!(kept("zh-Hant"), ["und.txt"]);
    let ledger = crate::support::run::LEDGER;
    let lines = std::fs::read(sandbox.path(format!("out.tamis/{ledger}"))).expect("a ledger");
    let lines = json_lines(&zstd::stream::decode_all(lines.as_slice()).expect("Zstandard"));
    assert_eq!(lines[0]["evidence"]["language"], "en");
    let to = [
        "clean",
        "in",
        "--out",
        "out",
        "--force",
        "--to",
        "jsonl",
        "--language",
        "zh",
        "--annotate",
        "language",
    ];
    sandbox.tamis(&to).exits(0);
    let shard = json_lines(&std::fs::read(sandbox.path("out/part-00000.jsonl")).expect("a shard"));
    let codes: Vec<&str> =
        shard.iter().map(|document| text_of(&document["tamis"]["language"], "code")).collect();
    assert_eq!(codes, ["en", "fr", "und", "zh-Hans"]);
    let refused = sandbox.tamis(&["clean", "in", "--out", "out", "--force", "--language", "klingon"]);
    refused.exits(2);
    assert!(refused.err().contains("klingon"), "{}", refused.err());
}
