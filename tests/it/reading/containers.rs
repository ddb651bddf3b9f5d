//! Tables and web archives: the text changes, everything else comes back as it was (contract O1, O4).
#![expect(clippy::format_collect, reason = "texts of a few lines, made for a test")]

use tamis::Config;

use crate::support::json::text_of;
use crate::support::memory::{clean, clean_twice, file, files};
use crate::support::packs::{compress, decompress, texts, wet};
use crate::support::run::Run;

fn config(text_field: &str) -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    config.read.text_field = text_field.into();
    config
}

fn run(name: &str, content: &str) -> Run {
    clean_twice(&file(name, content), &config("text"))
}

/// Everything but the text stands as it stood: quotes that were not needed, spaces, line ends, empty fields.
#[test]
fn tables_are_kept_as_they_are() {
    for (name, content, expected) in [
        (
            "a.csv",
            "id,text,x\n1,one,\n2,two,\"q\"\n3,one,r\n",
            "id,text,x\n1,\"one\n\",\n2,\"two\n\",\"q\"\n",
        ),
        (
            "a.csv",
            "\"id\" ,\"text\"\r\n\"1\",  one\r\n2,\"one\r\n\r\ntwo\"\r\n",
            "\"id\" ,\"text\"\r\n\"1\",\"one\n\"\r\n2,\"two\n\"\r\n",
        ),
        (
            "a.csv",
            "text;n\n\"a;\"\"b\"\"\";1\n;2\n中文;3,4\n",
            "text;n\n\"a;\"\"b\"\"\n\";1\n\"中文\n\";3,4\n",
        ),
        ("a.csv", "\u{feff}text\none\ntwo", "text\n\"one\n\"\n\"two\n\""),
        ("a.tsv", "id\ttext\n1\tone, and\n2\t\"one, and\"\n", "id\ttext\n1\t\"one, and\n\"\n"),
        ("a.csv", "id\ttext\n1\tone\n", "id\ttext\n1\t\"one\n\"\n"),
        ("a.csv", "a|text\nx|one\n", "a|text\nx|\"one\n\"\n"),
        ("a.csv", "text,more\none,1,2,3\ntwo\n", "text,more\n\"one\n\",1,2,3\n\"two\n\"\n"),
        ("a.csv", "text,text\none,one\n", "text,text\n\"one\n\",one\n"),
        ("a.csv", "\n\ntext\n\none\n\n\n", "\n\ntext\n\"one\n\"\n"),
    ] {
        let run = run(name, content);
        assert_eq!(run.reasons(), [("", ""); 0], "{content:?}");
        assert_eq!(run.text(name), expected, "{content:?}");
    }
    // A table of which nothing is left is not written (contract P5).
    let run = run("a.csv", "text\n\"\"\n　\n");
    assert_eq!((run.out.len(), run.summary.documents.emptied, run.summary.files.read), (0, 2, 1));
}

/// Bad rows are rejected with their line, and a table without the column, with its columns.
#[test]
fn tables_that_are_bad() {
    let few = run("a.csv", "id,text\n1,\"one\nmore\"\n2\n3,three\n\n4\n");
    let lines: Vec<_> =
        few.rejected.iter().map(|line| (line["line"].as_u64(), line["record"].as_u64())).collect();
    assert_eq!(lines, [(Some(4), Some(1)), (Some(7), Some(3))]);
    assert_eq!(few.reasons(), [("a.csv", "not_csv"); 2]);
    assert_eq!(texts("csv", &few.out["a.csv"]), ["one\nmore\n", "three\n"]);
    let open = run("a.csv", "id,text\n1,one\n2,\"two\n3,three\n");
    assert_eq!(
        (open.reasons(), open.rejected[0]["line"].as_u64(), open.rejected[0]["byte"].as_u64()),
        (vec![("a.csv", "not_csv")], Some(3), Some(2))
    );
    assert_eq!(open.text("a.csv"), "id,text\n1,\"one\n\"\n");
    let bytes = [b"id,text\n1,\xff\n".as_slice(), "2,二\n".as_bytes()].concat();
    let bad = clean_twice(&file("a.csv", bytes), &config("text"));
    assert_eq!((bad.reasons(), bad.rejected[0]["byte"].as_u64()), (vec![("a.csv", "not_utf8")], Some(2)));
    let none = clean(&file("a.csv", "id,body\n1,x\n"), &config("text"));
    assert_eq!(none.reasons(), [("a.csv", "no_text")]);
    assert!(text_of(&none.rejected[0], "detail").contains("id, body"));
    assert!(text_of(&none.rejected[0], "remedy").contains("--text-field"));
    let named = clean_twice(&file("a.csv", "id,正文\n1,x\n"), &config("正文"));
    assert_eq!(named.text("a.csv"), "id,正文\n1,\"x\n\"\n");
}

/// The ledger names rows by number and id, in a table of many pieces too.
#[test]
fn rows_in_the_ledger() {
    let rows: String =
        (0..20_000).map(|n| format!("k\"{n},\"row {n} of the table\n\nand more of {n}\"\n")).collect();
    let table = format!("id,text\n{rows}last,row 7 of the table\nbad\n");
    let run = clean_twice(
        &files([("a.csv", table.into()), ("b.txt", "row 19999 of the table\n".into())]),
        &config("text"),
    );
    let [first, second] = &run.ledger[..] else { panic!("{:?}", run.ledger) };
    assert_eq!(
        (first["record"].as_u64(), text_of(first, "id"), text_of(&first["survivor"], "id")),
        (Some(20_000), "last", "k\"7")
    );
    assert_eq!(second["survivor"]["record"].as_u64(), Some(19_999));
    assert_eq!(run.rejected[0]["line"].as_u64(), Some(60_003));
}

/// Records that are no text are left out and counted, `warcinfo` and every header line stay, lengths and digests
/// are right.
#[test]
fn web_archives() {
    let record = |kind: &str, more: &str, block: &str| {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://a/\r\n{more}Content-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
    };
    let http = |kind: &str, body: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{body}");
    let is_http = "Content-Type: application/http; msgtype=response\r\n";
    let archive = [
        record("warcinfo", "", "software: x\r\n"),
        record("request", is_http, "GET / HTTP/1.1\r\n\r\n"),
        record("response", is_http, &http("text/html", "<p>one</p>")),
        record("response", is_http, &http("text/plain; charset=utf-8", "one\n")),
        record("response", is_http, &http("image/png", "PNG")),
        record(
            "conversion",
            "X-Odd:  stays \r\nWARC-Block-Digest: sha1:OLD\r\nContent-Type: text/plain\r\n",
            "one\r\ntwo",
        ),
        record("metadata", "", "x"),
        record("conversion", "Content-Type: text/plain\r\n", "two\n"),
        record("resource", "Content-Type: text/plain\r\n", "three\n"),
    ];
    let expected = [
        archive[0].clone(),
        archive[3].clone(),
        record(
            "conversion",
            "X-Odd:  stays \r\nWARC-Block-Digest: sha1:SHL3HHMMKEHMKVBEUQCA7RKYTIP6IIMU\r\nContent-Type: text/plain\r\n",
            "two\n",
        ),
        archive[8].clone(),
    ];
    for (name, compression) in [("a.warc", "none"), ("a.warc.gz", "gz"), ("a.wet.zst", "zst")] {
        let run =
            clean_twice(&file(name, compress(compression, archive.concat().as_bytes())), &config("text"));
        assert_eq!(run.reasons(), [("", ""); 0]);
        let out = String::from_utf8(decompress(compression, &run.out[name])).expect("UTF-8");
        assert_eq!(
            out,
            expected.concat().replace("SHL3HHMMKEHMKVBEUQCA7RKYTIP6IIMU", &digest_in(&out)),
            "{name}"
        );
        let skipped = [("html", 1), ("no_text", 3)].map(|(reason, count)| (reason.to_owned(), count));
        assert_eq!(run.summary.records.skipped, skipped.into());
        assert_eq!((run.summary.records.read, run.summary.documents.emptied), (4, 1));
        if compression == "gz" {
            assert_eq!(num_members(&run.out[name]), 4, "a record is a member");
        }
    }
    let cut = archive.concat();
    let run = clean_twice(&file("a.warc", &cut[..cut.len() - 30]), &config("text"));
    assert_eq!((run.reasons(), run.summary.records.read), (vec![("a.warc", "not_warc")], 3));
    assert!(run.rejected[0]["byte"].as_u64().expect("a byte") > 1000);
}

/// The digest that stands in an archive, after it was checked.
fn digest_in(archive: &str) -> String {
    use sha1::Digest;
    let digest = archive
        .split("WARC-Block-Digest: sha1:")
        .nth(1)
        .expect("a digest")
        .split("\r\n")
        .next()
        .expect("a line");
    assert_eq!(digest, data_encoding::BASE32.encode(&sha1::Sha1::digest(b"two\n")));
    digest.to_owned()
}

fn num_members(bytes: &[u8]) -> usize {
    let (mut rest, mut num) = (bytes, 0);
    while !rest.is_empty() {
        let mut decoder = flate2::bufread::GzDecoder::new(rest);
        std::io::copy(&mut decoder, &mut std::io::sink()).expect("gzip");
        rest = decoder.into_inner();
        num += 1;
    }
    num
}

/// Records in another encoding are decoded by their label, or told; those of a large archive too.
#[test]
fn encodings_in_web_archives() {
    let text = "新华社北京电，今年第一季度国民经济开局良好。\n";
    let gbk = encoding_rs::GB18030.encode(text).0;
    let record = |label: &str, n: usize| {
        let n = format!("{n}\n");
        let head = format!(
            "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain{label}\r\nContent-Length: {}\r\n\r\n",
            gbk.len() + n.len()
        );
        [head.as_bytes(), &gbk, n.as_bytes(), b"\r\n\r\n"].concat()
    };
    let records: Vec<u8> = [record("; charset=gb2312", 0), record("", 1)].concat();
    let run = clean_twice(&file("a.wet", records), &config("text"));
    let out = run.text("a.wet");
    assert!(out.contains("charset=UTF-8") && out.contains(text) && out.ends_with("1\n\r\n\r\n"), "{out}");
    assert_eq!(run.summary.documents.emptied, 0);
    let many: Vec<String> = (0..6000).map(|n| format!("{text}{n}\n\n{text}")).collect();
    let run = clean_twice(&file("a.wet", wet(&many)), &config("text"));
    assert_eq!(
        texts("warc", &run.out["a.wet"]).concat(),
        format!("{text}{}", (0..6000).map(|n| format!("{n}\n")).collect::<String>())
    );
}

#[test]
fn an_empty_file_is_an_empty_table() {
    for content in ["", "\n\n", "\u{feff}"] {
        let run = clean(&file("t.csv", content), &config("text"));
        assert!(run.out.is_empty() && run.rejected.is_empty(), "{content:?}");
        assert_eq!((run.summary.files.read, run.summary.documents.read), (1, 0));
    }
}
