//! Contract O4: the text of a record is the first of the fields that may hold it, decided for each record, and for each
//! file by globs.

use tamis::Config;

use crate::support::json::text_of;
use crate::support::json::without_uids;
use crate::support::memory::{clean, clean_twice, file, files};
use crate::support::packs::{compress, decompress, tar, untar};
use crate::support::run::Run;
use crate::support::sandbox::Sandbox;

fn config(fields: &[&str]) -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    if !fields.is_empty() {
        config.read.text_field = fields.iter().map(|&field| field.to_owned()).collect();
    }
    config
}

fn fields_of(run: &Run) -> Vec<(&str, u64)> {
    run.summary.records.fields.iter().map(|(name, records)| (name.as_str(), *records)).collect()
}

/// Each record of a file has its text where it has it; every other byte stays.
#[test]
fn the_first_field_that_a_record_has() {
    let lines = [
        r#"{"content":"both\n","text":"one\nsame\n"}"#,
        r#"{"id":2,"content":"two\nsame\n"}"#,
        r#"{"正文":"three\nsame\n","内容":"not this one\n"}"#,
        r#"{"body":null,"content":"null is further behind\n"}"#,
        r#"{"article":"four\nsame\n","headline":"same\n"}"#,
    ];
    let run = clean_twice(&file("a.jsonl", lines.join("\n") + "\n"), &config(&[]));
    let expected = [
        r#"{"content":"both\n","text":"one\nsame\n"}"#,
        r#"{"id":2,"content":"two\n"}"#,
        r#"{"正文":"three\n","内容":"not this one\n"}"#,
        r#"{"body":null,"content":"null is further behind\n"}"#,
        r#"{"article":"four\n","headline":"same\n"}"#,
    ];
    assert_eq!(run.text("a.jsonl"), expected.join("\n") + "\n");
    assert_eq!(fields_of(&run), [("article", 1), ("content", 2), ("text", 1), ("正文", 1)]);
}

/// The first field is not passed over because it holds no string.
#[test]
fn a_field_that_is_no_string_is_not_passed_over() {
    let bad = [
        r#"{"text":null,"content":"x\n"}"#,
        r#"{"content":["x"],"body":"x\n"}"#,
        r#"{"a":{"b":1},"body":"x\n"}"#,
    ];
    let run = clean(&file("a.jsonl", bad.join("\n")), &config(&["text,content", "a.b", "body"]));
    assert_eq!(run.reasons(), [("a.jsonl", "text_not_string"); 3]);
    let told: Vec<_> = run.rejected.iter().map(|line| text_of(line, "detail")).collect();
    let expected = [
        "the field text is null, not a string",
        "the field content is an array, not a string",
        "the field a.b is a number, not a string",
    ];
    assert_eq!(told, expected);
}

/// A key that holds a dot wins over the path.
#[test]
fn a_key_that_holds_a_dot() {
    let lines = [
        r#"{"article.body":"one\nsame\n","article":{"body":"same\n"}}"#,
        r#"{"article":{"body":"two\nsame\n","n":1.50}}"#,
        r#"{"article":{"body":3},"article.body":"three\nsame\n"}"#,
    ];
    let run = clean_twice(&file("a.jsonl", lines.join("\n") + "\n"), &config(&["article.body"]));
    let expected = [
        lines[0],
        r#"{"article":{"body":"two\n","n":1.50}}"#,
        r#"{"article":{"body":3},"article.body":"three\n"}"#,
    ];
    assert_eq!(run.text("a.jsonl"), expected.join("\n") + "\n");
    assert_eq!(fields_of(&run), [("article.body", 3)]);
}

/// The header of a table names the column, also under another delimiter.
#[test]
fn the_first_column_that_a_table_has() {
    let tables = [
        ("a.csv", "content,id,body\n\"one\nsame\n\",1,same\n", "content,id,body\n\"one\nsame\n\",1,same\n"),
        ("b.csv", "id;正文\n2;\"two\nsame\n\"\n", "id;正文\n2;\"two\n\"\n"),
        ("c.tsv", "a.b\tc\nsame\tx\nthree\tsame\n", "a.b\tc\nthree\tsame\n"),
    ];
    let input = files(tables.map(|(name, table, _)| (name, table.into())));
    let mut config = config(&["text,content,正文", "*.tsv=a.b"]);
    let run = clean_twice(&input, &config);
    for (name, _, expected) in tables {
        assert_eq!(run.text(name), expected, "{name}");
    }
    assert_eq!(fields_of(&run), [("a.b", 2), ("content", 1), ("正文", 1)]);
    config.read.text_field = vec!["text".to_owned()];
    let run = clean(&input, &config);
    assert_eq!(run.reasons(), [("a.csv", "no_text"), ("b.csv", "no_text"), ("c.tsv", "no_text")]);
    assert_eq!(text_of(&run.rejected[0], "detail"), "no column text; its columns are content, id, body");
}

/// A glob names the fields of the files that match, wherever they are: small, long, compressed, in archives.
#[test]
fn fields_by_file() {
    let line = |n: usize| format!("{{\"text\":\"same\\n\",\"content\":\"line {n}\\n\"}}\n");
    let long: String = (1000..9000).map(line).collect();
    assert!(long.len() > 300_000, "read in pieces");
    let packed = tar(&[("x/f.jsonl", line(6).into_bytes()), ("y/g.jsonl", line(7).into_bytes())]);
    let input = files([
        ("a.jsonl", line(1).into_bytes()),
        ("b.jsonl.gz", compress("gz", line(2).as_bytes())),
        ("c.ndjson", line(3).into_bytes()),
        ("d/e.jsonl", long.clone().into_bytes()),
        ("f.tar", packed),
        ("g.csv", b"text,content\nsame,a line\n".to_vec()),
    ]);
    let run = clean_twice(&input, &config(&["*.jsonl=content", "f.tar/x/**=text", "*.csv=title,content"]));
    assert_eq!(run.text("a.jsonl"), line(1));
    assert_eq!(decompress("gz", &run.out["b.jsonl.gz"]), line(2).into_bytes());
    assert_eq!(run.text("c.ndjson"), line(3), "by default it is the field text");
    assert!(run.text("d/e.jsonl") == long);
    // `x/f.jsonl` is one for both globs: the first that was named is tried first, and its text is a copy.
    assert_eq!(untar(&run.out["f.tar"]).into_keys().collect::<Vec<_>>(), ["x/f.jsonl", "y/g.jsonl"]);
    assert_eq!(fields_of(&run), [("content", 8005), ("text", 1)]);
    let run = clean(&input, &config(&["f.tar/x/**=text", "*.jsonl=content", "*.csv=content"]));
    assert_eq!(untar(&run.out["f.tar"]).into_keys().collect::<Vec<_>>(), ["y/g.jsonl"]);
    assert_eq!(fields_of(&run), [("content", 8004), ("text", 2)]);
}

/// Converted documents leave out the field that their text came from, and no other that might have held it.
#[test]
fn converted_records_leave_out_their_own_field() {
    let sandbox = Sandbox::new();
    sandbox.file(
        "in/a.jsonl",
        "{\"id\":\"1\",\"body\":\"one\\n\",\"内容\":\"x\"}\n{\"id\":\"2\",\"text\":\"two\\n\",\"body\":\"y\"}\n",
    );
    sandbox.file("in/b.csv", "id,content,body\n3,\"three\n\",z\n");
    sandbox.tamis(&["clean", "in", "--out", "out", "--to", "jsonl"]).exits(0);
    let expected = concat!(
        "{\"id\":\"1\",\"path\":\"a.jsonl\",\"text\":\"one\\n\",\"内容\":\"x\"}\n",
        "{\"id\":\"2\",\"path\":\"a.jsonl\",\"text\":\"two\\n\",\"body\":\"y\"}\n",
        "{\"id\":\"3\",\"path\":\"b.csv\",\"text\":\"three\\n\",\"body\":\"z\"}\n",
    );
    assert_eq!(without_uids(&sandbox.read_text("out/part-00000.jsonl")), expected);
    sandbox.tamis(&["verify", "in", "--out", "out", "--to", "jsonl"]).exits(0);
}

/// Every program takes the same field, and what a run found is found again.
#[test]
fn all_programs_take_the_same_field() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.jsonl", "{\"text\":\"no\\n\",\"content\":\"one\\nsame\\n\"}\n");
    sandbox.file("in/b.csv", "body,text\n\"two\nsame\n\",no\n");
    let fields = ["--text-field", "*.jsonl=content", "--text-field", "body"];
    let with = |command: &[&str]| sandbox.tamis(&[command, &fields].concat());
    let cleaned = with(&["clean", "in", "--out", "out"]);
    assert!(
        cleaned.exits(0).out().contains("records with their text in body (1), content (1)"),
        "{}",
        cleaned.out()
    );
    assert_eq!(sandbox.read_text("out/b.csv"), "body,text\n\"two\n\",no\n");
    with(&["verify", "in", "--out", "out"]).exits(0);
    let inspected = with(&["inspect", "in"]);
    assert!(
        inspected.exits(0).out().contains("records with their text in body (1), content (1)"),
        "{}",
        inspected.out()
    );
    with(&["check", "in", "--max-duplicates", "0"]).exits(1);
    with(&["check", "out", "--max-duplicates", "0"]).exits(0);
}

// Contract X2: many records with one fault are one message, and each is listed.
#[test]
fn one_message_for_many_records() {
    let sandbox = Sandbox::new();
    let lines: Vec<String> = (1..=3400)
        .map(|n| match n {
            20 => "not JSON".to_owned(),
            3000 => "{\"text\":\"the only one\\n\"}".to_owned(),
            _ => format!("{{\"id\":{n},\"raw\":\"text {n}\",\"url\":\"u\"}}"),
        })
        .collect();
    sandbox.file("in/a.jsonl", lines.join("\n"));
    sandbox.file("in/b.jsonl", "{}\n{\"text\":1}\n{}\n");
    let ran = sandbox.tamis(&["clean", "in", "--out", "out"]);
    let names = "no field text, content, body, article, 正文 or 内容";
    ran.exits(3).says(&[
        &format!(
            "tamis: rejected a.jsonl:1 and 3,397 more records: {names}; its fields are id, raw, url; use --text-field"
        ),
        "tamis: rejected a.jsonl:20: not JSON",
        &format!("tamis: rejected b.jsonl:1: {names}; use --text-field"),
        "tamis: rejected b.jsonl:2: the field text is a number, not a string",
        &format!("tamis: rejected b.jsonl:3: {names}; use --text-field"),
        "tamis: 3,397 more rejected: see out.tamis/rejected.jsonl",
    ]);
    assert_eq!(ran.err().lines().count(), 6, "{}", ran.err());
    let listed = sandbox.rejected("out.tamis");
    assert_eq!(listed.len(), 3402);
    let lines: Vec<_> = listed[..3399].iter().filter_map(|line| line["line"].as_u64()).collect();
    assert_eq!(lines, (1..=3400).filter(|n| *n != 3000).collect::<Vec<_>>());
    let inspected = sandbox.tamis(&["inspect", "in"]);
    assert!(inspected.out().contains("a.jsonl:1 and 3,397 more records: "), "{}", inspected.out());
}
