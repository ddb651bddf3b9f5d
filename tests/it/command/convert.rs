//! `--to`: documents of any container in one schema, in shards whose names and ends depend on the documents alone.

#![cfg(feature = "cli")]

use std::path::Path;

use serde_json::{Value, json};

use crate::support::json::{json_lines, without_uids};
use crate::support::lines::lines;
use crate::support::sandbox::Sandbox;

/// Documents of several containers; every one keeps something.
fn corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "one\n\ntwo\n");
    sandbox.file(
        "in/b.jsonl",
        concat!(
            "{\"id\":\"r1\",\"text\":\"two\\nthree\",\"n\":1.50,\"path\":\"own\"}\n",
            "{\"text\":\"four\",\"list\":[1, 2]}\n",
            "{\"id\":3,\"text\":\"one\"}\n",
        ),
    );
    sandbox.file("in/c.csv", "id,title,text\r\n9,\"a,\"\"b\"\"\",\"five\nsix\"\r\n");
    let warc = "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://example.org/x\r\n\
        WARC-Record-ID: <urn:uuid:7>\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nseven\n\r\n\r\n";
    sandbox.file("in/d.warc", warc);
    sandbox.file("in/e.tar", {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(6);
        header.set_cksum();
        builder.append_data(&mut header, "x/eight.txt", &b"eight\n"[..]).expect("memory");
        builder.into_inner().expect("memory")
    });
    sandbox
}

fn records(sandbox: &Sandbox, path: &str) -> Vec<Value> {
    let text = sandbox.read_text(path);
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn json_lines_have_one_schema_and_the_fields_of_their_own() {
    let sandbox = corpus();
    sandbox.tamis(&["clean", "in", "--out", "out", "--to", "jsonl"]).exits(0);
    let found = json_lines(without_uids(&sandbox.read_text("out/part-00000.jsonl")).as_bytes());
    assert_eq!(
        found,
        [
            json!({"id": "a.txt", "path": "a.txt", "text": "one\n\ntwo\n"}),
            json!({"id": "r1", "path": "b.jsonl", "text": "three", "n": 1.5, "source_path": "own"}),
            json!({"id": "b.jsonl#1", "path": "b.jsonl", "text": "four", "list": [1, 2]}),
            json!({"id": "9", "path": "c.csv", "text": "five\nsix", "title": "a,\"b\""}),
            json!({"id": "urn:uuid:7", "path": "d.warc", "text": "seven\n", "WARC-Type": "conversion",
            "WARC-Target-URI": "http://example.org/x", "WARC-Record-ID": "<urn:uuid:7>",
            "Content-Type": "text/plain"}),
            json!({"id": "e.tar/x/eight.txt", "path": "e.tar/x/eight.txt", "text": "eight\n"}),
        ]
    );
    assert!(sandbox.read_text("out/part-00000.jsonl").contains("\"n\":1.50,"), "contract O4: as spelled");
    let summary = sandbox.summary("out.tamis");
    assert_eq!((&summary["documents"]["kept"], &summary["documents"]["emptied"]), (&json!(6), &json!(1)));
    assert_eq!(summary["bytes"]["output"], sandbox.read("out/part-00000.jsonl").len());
    // Cleaning twice changes nothing.
    sandbox.tamis(&["clean", "out", "--out", "again"]).exits(0);
    assert_eq!(sandbox.tree("again"), sandbox.tree("out"));
}

#[test]
fn text_files_stand_where_their_documents_stood() {
    let sandbox = corpus();
    sandbox.tamis(&["clean", "in", "--out", "out", "--to", "txt"]).exits(0);
    for (path, text) in [
        ("a.txt", "one\n\ntwo\n"),
        ("b.jsonl/00000000.txt", "three\n"),
        ("b.jsonl/00000001.txt", "four\n"),
        ("c.csv/00000000.txt", "five\nsix\n"),
        ("d.warc/00000000.txt", "seven\n"),
        ("e.tar/x/eight.txt", "eight\n"),
    ] {
        assert_eq!(sandbox.read_text(Path::new("out").join(path)), text, "{path}");
    }
    assert!(!sandbox.exists("out/b.jsonl/00000002.txt"), "emptied (contract P5)");
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_one_schema_and_gives_the_same_documents_back() {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let sandbox = corpus();
    sandbox.tamis(&["clean", "in", "--out", "out", "--to", "parquet"]).exits(0);
    let bytes = bytes::Bytes::from(sandbox.read("out/part-00000.parquet"));
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("Parquet").build().expect("rows");
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.expect("rows");
        let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["uid", "id", "path", "text", "sha256", "fields"]);
        for row in 0..batch.num_rows() {
            let value = |column: usize| batch.column(column).as_string::<i32>().value(row).to_owned();
            rows.push((value(1), value(3), (!batch.column(5).is_null(row)).then(|| value(5))));
        }
    }
    let row = |id: &str, text: &str, fields: Option<&str>| {
        (id.to_owned(), text.to_owned(), fields.map(str::to_owned))
    };
    assert_eq!(
        rows[..3],
        [
            row("a.txt", "one\n\ntwo\n", None),
            row("r1", "three", Some("{\"n\":1.50,\"path\":\"own\"}")),
            row("b.jsonl#1", "four", Some("{\"list\":[1, 2]}")),
        ]
    );
    assert_eq!(rows.len(), 6);
    sandbox.tamis(&["clean", "out", "--out", "again"]).exits(0);
    assert_eq!(sandbox.summary("again.tamis")["documents"]["kept"], 6);
    assert_eq!(sandbox.summary("again.tamis")["paragraphs"]["removed"]["exact"], 0);
}

// Same bytes, always: a shard ends where its documents say, and not a thread.
#[test]
fn shards_end_between_documents_and_depend_on_no_thread() {
    let sandbox = Sandbox::new();
    for file in 0..300 {
        sandbox.file(format!("in/{file:03}.txt"), lines(20, |line| format!("line {line} of file {file}")));
    }
    let long = lines(60_000, |line| format!("a long text's line {line}"));
    sandbox.file("in/long.txt", &long);
    let mut trees = Vec::new();
    for threads in ["1", "2", "8"] {
        let out = format!("out{threads}");
        let args =
            ["clean", "in", "--out", &out, "--to", "jsonl", "--shard-size", "50kB", "--threads", threads];
        sandbox.tamis(&args).exits(0);
        trees.push(sandbox.tree(&out));
    }
    assert!(trees[0] == trees[1] && trees[0] == trees[2]);
    let names: Vec<_> = trees[0].keys().cloned().collect();
    assert!(names.len() > 3 && names[0] == Path::new("part-00000.jsonl"), "{names:?}");
    let mut documents = Vec::new();
    for name in &names {
        let found = records(&sandbox, Path::new("out1").join(name).to_str().expect("UTF-8"));
        let bytes = sandbox.read(Path::new("out1").join(name)).len();
        assert!(bytes <= 50_000 || found.len() == 1, "{name:?}: {bytes} bytes, {} documents", found.len());
        documents.extend(found);
    }
    assert_eq!(documents.len(), 301);
    assert_eq!(documents[300]["text"], long, "a text of many pieces is one document");
}

#[test]
fn a_bad_text_among_shards_leaves_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "first\n");
    let mut bad = lines(60_000, |line| format!("第 {line} 行")).into_bytes();
    bad.extend(b"\xff\xfe\xff\n");
    sandbox.file("in/b.txt", &bad);
    sandbox.file("in/c.txt", "第 7 行\n");
    for to in ["jsonl", "txt"] {
        let out = format!("out-{to}");
        sandbox
            .tamis(&["clean", "in", "--out", &out, "--to", to])
            .exits(3)
            .says(&["b.txt", "not valid UTF-8"]);
        let tree = sandbox.tree(&out);
        assert_eq!(tree.len(), if to == "txt" { 2 } else { 1 }, "{tree:?}");
    }
    let found = records(&sandbox, "out-jsonl/part-00000.jsonl");
    assert_eq!(found.iter().map(|record| record["id"].clone()).collect::<Vec<_>>(), ["a.txt", "c.txt"]);
}
