//! `tamis report`: the page of a run, as the command makes it. What a browser makes of it, `page.rs` looks at.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test moves the inputs away")]

use serde_json::Value;

use crate::support::lines::lines;
use crate::support::sandbox::Sandbox;

/// The data of a page.
fn data(page: &str) -> Value {
    let start = "<script type=\"application/json\" id=\"data\">";
    let (_, rest) = page.split_once(start).expect("data");
    serde_json::from_str(rest.split_once("</script>").expect("an end").0).expect("JSON")
}

fn cleaned() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "标题\nＡＩ产业\n\nsame\n");
    sandbox.file("in/b.txt", "AI产业\nsame\nown\n");
    let near = |end: &str| format!("{} {end}\n", lines(60, |n| format!("w{n}")).replace('\n', " "));
    sandbox.file("in/c.txt", near("one"));
    sandbox.file("in/d.txt", near("two"));
    sandbox.file("in/r.jsonl", "{\"id\":\"x\\ty\",\"text\":\"same\\nmore\"}\n{\"text\":3}\n");
    sandbox.tamis(&["clean", "in", "--near", "--out", "out"]).exits(3);
    sandbox
}

#[test]
fn the_page_stands_in_the_record() {
    let sandbox = cleaned();
    let ran = sandbox.tamis(&["report", "out"]);
    assert_eq!((ran.exits(0).out(), ran.err()), ("out.tamis/report.html\n".into(), String::new()));
    let page = sandbox.read_text("out.tamis/report.html");
    let data = data(&page);
    let of_rule = |rule: &str| {
        let groups = data["groups"].as_array().expect("groups");
        groups.iter().find(|group| group["rule"] == rule).expect(rule).clone()
    };
    let exact = of_rule("exact");
    assert_eq!(exact["survivor"]["text"], "ＡＩ产业\nsame");
    assert_eq!((&exact["survivor"]["line"], &exact["survivor"]["first"]), (&2.into(), &1.into()));
    assert_eq!(
        (&exact["places"][0]["text"], &exact["places"][0]["line"]),
        (&"AI产业\nsame".into(), &1.into())
    );
    let near = of_rule("near-document");
    assert!(near["places"][0]["text"].as_str().expect("text").ends_with("two"));
    assert!(near["survivor"]["text"].as_str().expect("text").ends_with("one"));
    assert_eq!(data["repeated"][0]["times"], 3);
    assert_eq!(data["rejected"][0]["reason"], "text_not_string");
    let record = data["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .find(|group| group["places"][0]["id"] == "x\\u{9}y");
    assert_eq!(record.expect("the record")["places"][0]["same"], true);

    sandbox.tamis(&["report", "out.tamis", "--html", "again.html"]).exits(0);
    assert_eq!(sandbox.read_text("again.html"), page, "the same record gives the same bytes");
    let ran = sandbox.tamis(&["clean", "in", "--near", "--out", "out", "--force"]);
    ran.exits(3);
    assert!(!sandbox.exists("out.tamis/report.html"), "it was of another run");
}

#[test]
fn without_the_inputs_there_are_no_texts() {
    let sandbox = cleaned();
    std::fs::rename(sandbox.path("in"), sandbox.path("moved")).expect("a move");
    let ran = sandbox.tamis(&["report", "out"]);
    ran.exits(0).is_plain().says(&["without texts", "in: cannot read this input", "--input"]);
    let told = data(&sandbox.read_text("out.tamis/report.html"));
    assert_eq!(told["reasons"][0], "the inputs could not be read when this page was made");
    for group in told["groups"].as_array().expect("groups") {
        assert_eq!(group["survivor"].get("text"), None);
        let is_near = group["rule"] == "near-document"; // its text is in the ledger
        assert_eq!(group["places"][0].get("text").is_some(), is_near);
    }
    assert_eq!(sandbox.tamis(&["report", "out", "--input", "moved"]).exits(0).err(), "");
    let told = data(&sandbox.read_text("out.tamis/report.html"));
    assert!(told["groups"][1]["survivor"]["text"].is_string());
    sandbox.tamis(&["report", "out", "--input", "nowhere"]).exits(2).says(&["nowhere"]);
    let ran = sandbox.tamis(&["report", "out", "--no-text"]);
    assert_eq!(ran.exits(0).err(), "");
    assert!(sandbox.read_text("out.tamis/report.html").contains("--no-text"));
}

#[test]
fn inputs_that_changed_are_told() {
    let sandbox = cleaned();
    sandbox.file("in/b.txt", "something else\nsame\nown\n");
    sandbox.tamis(&["report", "out"]).exits(0);
    let told = data(&sandbox.read_text("out.tamis/report.html"));
    assert_eq!(told["reasons"], serde_json::json!(["it changed since the run"]));
}

#[test]
fn what_cannot_be_done_is_an_error() {
    let sandbox = cleaned();
    sandbox.tamis(&["report", "in"]).exits(2).says(&["in: no record of a run found"]);
    sandbox.tamis(&["report", "out", "--html", "-"]).exits(2).says(&["name a file"]);
    sandbox.tamis(&["report", "out", "--html", "in"]).exits(2).says(&["in: it is a directory"]);
    sandbox.tamis(&["report", "out", "--html", "no/such/place.html"]).exits(2).says(&["no/such/place.html"]);
    sandbox.tamis(&["report", "out", "--no-text", "--input", "in"]).exits(2);
    let ledger = sandbox.read("out.tamis/removed.jsonl.zst");
    sandbox.file("out.tamis/removed.jsonl.zst", &ledger[..ledger.len() - 9]);
    sandbox.tamis(&["report", "out"]).exits(2).is_plain().says(&[
        "removed.jsonl.zst",
        "damaged",
        "run `tamis clean` again",
    ]);
    sandbox.file("out.tamis/removed.jsonl.zst", zstd::bulk::compress(b"", 1).expect("a frame"));
    sandbox.tamis(&["report", "out"]).exits(2).says(&["it lists 0 removed paragraphs"]);
    assert!(!sandbox.exists("out.tamis/report.html"));
    let left: Vec<_> = sandbox.tree("out.tamis").into_keys().collect();
    assert_eq!(left.len(), 5, "{left:?}");
}

#[test]
fn nothing_of_an_input_is_markup() {
    let sandbox = Sandbox::new();
    let hostile = "</script><script>alert(1)</script><!--\u{202e}\u{2028}";
    let name = "in/<script>alert(2)<\u{202e}\u{7}.txt";
    sandbox.file(name, format!("{hostile}\n{hostile}\nnul\0nul\nnul\0nul\n"));
    sandbox.tamis(&["clean", "in", "--repair", "none", "--out", "out"]).exits(0);
    sandbox.tamis(&["report", "out"]).exits(0).is_plain();
    let page = sandbox.read_text("out.tamis/report.html");
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (3, 3));
    assert!(!page.contains(['\0', '\u{202e}', '\u{2028}', '\u{7}']) && !page.contains("<!--"));
    let told = data(&page);
    assert_eq!(told["paths"][0], "<script>alert(2)<\\u{202e}\\u{7}.txt");
    // U+2028 ends a line, and is no part of it (contract P1).
    assert_eq!(told["groups"][0]["survivor"]["text"], hostile.trim_end_matches('\u{2028}'));
    let (before, rest) = page.split_once("id=\"data\">").expect("data");
    let (_, after) = rest.split_once("</script>").expect("an end");
    for forbidden in ["http://", "https://", "src=", "href=", "url(", "@import", "innerHTML"] {
        assert!(!before.contains(forbidden) && !after.contains(forbidden), "{forbidden}");
    }
}
