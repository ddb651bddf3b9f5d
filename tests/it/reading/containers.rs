//! Tables and web archives: the text changes, everything else comes back as it was (contract O1, O4).
#![expect(clippy::format_collect, reason = "texts of a few lines, made for a test")]

use tamis::Config;
use tamis::config::Pages;

use crate::support::json::text_of;
use crate::support::memory::{clean, clean_twice, file, files};
use crate::support::packs::{compress, decompress, texts, wet};
use crate::support::run::Run;

fn config(text_field: &str) -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    config.read.text_field = vec![text_field.into()];
    config
}

fn run(name: &str, content: &str) -> Run {
    clean_twice(&file(name, content), &config("text"))
}

/// Everything but the text stands as it stood, and the text too where nothing of it goes: quotes that were not needed,
/// spaces, line ends, empty fields. A text that changes stands in quotes if it did before or needs them.
#[test]
fn tables_are_kept_as_they_are() {
    for (name, content, expected) in [
        ("a.csv", "id,text,x\n1,one,\n2,two,\"q\"\n3,one,r\n", "id,text,x\n1,one,\n2,two,\"q\"\n"),
        (
            "a.csv",
            "\"id\" ,\"text\"\r\n\"1\",  one\r\n2,\"one\r\n\r\ntwo\"\r\n3,\"t\r\n\r\nu\r\n\"\r\n",
            "\"id\" ,\"text\"\r\n\"1\",one\r\n2,\"two\"\r\n3,\"t\r\n\r\nu\r\n\"\r\n",
        ),
        (
            "a.csv",
            "text;n\n\"a;\"\"b\"\"\";1\n;2\n中文;3,4\n\"中文\nc \"\"d\";5\n \"e\" ;6\n",
            "text;n\n\"a;\"\"b\"\"\";1\n中文;3,4\n\"c \"\"d\";5\n\"\"\"e\"\"\";6\n",
        ),
        ("a.csv", "\u{feff}text\none\ntwo", "text\none\ntwo"),
        ("a.csv", "a|text\nx|one\n", "a|text\nx|one\n"),
        ("a.csv", "text,more\none,1,2,3\ntwo\n", "text,more\none,1,2,3\ntwo\n"),
        ("a.csv", "text,text\none,one\n", "text,text\none,one\n"),
        ("a.csv", "\n\ntext\n\none\n\n\n", "\n\ntext\none\n"),
        // A spreadsheet's own hint names the delimiter, whatever the file is called.
        ("a.csv", "sep=;\r\nid;text\r\n1;a,b\r\n2;a,b\r\n", "sep=;\r\nid;text\r\n1;a,b\r\n"),
        ("a.tsv", "\u{feff}sep=,\nid,text\n1,\"a\nb\"\n", "sep=,\nid,text\n1,\"a\nb\"\n"),
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
    assert_eq!(texts("csv", &few.out["a.csv"]), ["one\nmore", "three"]);
    let open = run("a.csv", "id,text\n1,one\n2,\"two\n3,three\n");
    assert_eq!(
        (open.reasons(), open.rejected[0]["line"].as_u64(), open.rejected[0]["byte"].as_u64()),
        (vec![("a.csv", "not_csv")], Some(3), Some(2))
    );
    assert_eq!(open.text("a.csv"), "id,text\n1,one\n");
    let bytes = [b"id,text\n1,\xff\n".as_slice(), "2,二\n".as_bytes()].concat();
    let bad = clean_twice(&file("a.csv", bytes), &config("text"));
    assert_eq!((bad.reasons(), bad.rejected[0]["byte"].as_u64()), (vec![("a.csv", "not_utf8")], Some(2)));
    let none = clean(&file("a.csv", "id,body\n1,x\n"), &config("text"));
    assert_eq!(none.reasons(), [("a.csv", "no_text")]);
    assert!(text_of(&none.rejected[0], "detail").contains("id, body"));
    assert!(text_of(&none.rejected[0], "remedy").contains("--text-field"));
    let named = clean_twice(&file("a.csv", "id,正文\n1,x\n"), &config("正文"));
    assert_eq!(named.text("a.csv"), "id,正文\n1,x\n");
}

/// TSV knows no quotes (contract P4): a row is a line, a field what stands between two TABs, and what is written has no
/// more lines and no more quotes than what was read.
#[test]
fn tsv_has_no_quotes() {
    let content =
        "id\ttext\tn\r\n1\t\"one\t\r\n2\tone\t\"\r\n\r\n3\t say \"\"hi\"\" \tx\r\n4\t\"one\t\r\n5\ta\\nb\t";
    let expected = "id\ttext\tn\r\n1\t\"one\t\r\n2\tone\t\"\r\n3\tsay \"\"hi\"\"\tx\r\n5\ta\\nb\t";
    for name in ["a.tsv", "a.csv"] {
        let run = run(name, content);
        assert_eq!((run.reasons(), run.text(name)), (Vec::new(), expected), "{name}");
        assert_eq!(run.summary.paragraphs.read, 5);
    }
    // So do lines that no LF ends.
    let run = run(
        "a.tsv",
        "n\ttext\n1\ta\u{2028}\u{2028}b\u{2029}\n2\tb\u{2028}\u{2028}c\u{2028}a\u{2029}d\u{2028}\n",
    );
    assert_eq!(run.text("a.tsv"), "n\ttext\n1\ta\u{2028}\u{2028}b\u{2029}\n2\tc d\n");
    // Sentences stay on one line too, and nothing grows by reading it again.
    let mut sentences = config("text");
    sentences.split.split = tamis::config::SplitMode::Sentence;
    let run =
        clean_twice(&file("a.tsv", "n\ttext\n1\tOne. Two. Three.\n2\tTwo. Four. One. 五。\n"), &sentences);
    assert_eq!(run.text("a.tsv"), "n\ttext\n1\tOne. Two. Three.\n2\tFour. 五。\n");
}

/// A row of TSV with another number of fields is rejected, with the option by which quotes are read; under it they are.
#[test]
fn quotes_in_tsv_are_asked_for() {
    let content = "id\ttext\n1\t\"one\ntwo\"\n2\tthree\t\n3\tone\n4\t\"four\"\n";
    let run = run("a.tsv", content);
    let places: Vec<_> =
        run.rejected.iter().map(|line| (line["line"].as_u64(), text_of(line, "detail"))).collect();
    let told = |number| format!("it has {number} fields, and the header has 2");
    assert_eq!(places, [(Some(3), &*told(1)), (Some(4), &*told(3))]);
    assert_eq!(run.reasons(), [("a.tsv", "not_tsv"); 2]);
    assert!(text_of(&run.rejected[0], "remedy").contains("--tsv-quotes"));
    assert_eq!(run.text("a.tsv"), "id\ttext\n1\t\"one\n3\tone\n4\t\"four\"\n");
    let mut quoted = config("text");
    quoted.read.tsv_quotes = true;
    let run = clean_twice(&file("a.tsv", content), &quoted);
    assert_eq!(run.reasons(), [("", ""); 0]);
    assert_eq!(run.text("a.tsv"), "id\ttext\n1\t\"one\ntwo\"\n2\tthree\t\n4\t\"four\"\n");
    let header = clean(&file("a.tsv", "\"id\"\t\"text\"\n1\tx\n"), &config("text"));
    assert_eq!(header.reasons(), [("a.tsv", "no_text")]);
    assert!(text_of(&header.rejected[0], "detail").contains("--tsv-quotes"), "{:?}", header.rejected);
    let header = clean_twice(&file("a.tsv", "\"id\"\t\"text\"\n1\tx\n"), &quoted);
    assert_eq!(header.text("a.tsv"), "\"id\"\t\"text\"\n1\tx\n");
}

/// Half of a surrogate pair in the text is rejected with its place, or becomes U+FFFD and is counted; where nobody reads
/// it, it stays as it is spelled (contract D4, O4).
#[test]
fn halves_of_surrogate_pairs() {
    let lines = [
        r#"{"text":"a\n\ud83d b"}"#,
        r#"{"text":"\ud83d\ude00 \u4e2d","n":NaN,"x":"\udc80"}"#,
        r#"{"x":"\udc80","text":"\ud83d b\n\ude00\ud83d c"}"#,
    ];
    let content = lines.map(|line| format!("{line}\n")).concat();
    let rejecting = run("a.jsonl", &content);
    let places: Vec<_> =
        rejecting.rejected.iter().map(|line| (line["line"].as_u64(), line["byte"].as_u64())).collect();
    assert_eq!(places, [(Some(1), Some(12)), (Some(3), Some(22))]);
    assert_eq!(rejecting.reasons(), [("a.jsonl", "undecodable"); 2]);
    assert!(text_of(&rejecting.rejected[0], "remedy").contains("--encoding-errors replace"));
    assert_eq!(rejecting.text("a.jsonl"), format!("{}\n", lines[1]));
    let mut replace = config("text");
    replace.read.encoding_errors = tamis::config::EncodingErrors::Replace;
    let run = clean_twice(&file("a.jsonl", &content), &replace);
    let expected =
        ["{\"text\":\"a\\n\u{fffd} b\"}", lines[1], "{\"x\":\"\\udc80\",\"text\":\"\u{fffd}\u{fffd} c\"}"];
    assert_eq!(run.text("a.jsonl"), expected.map(|line| format!("{line}\n")).concat());
    assert_eq!((run.summary.documents.replaced, run.rejected.len()), (4, 0));
    // Bytes that are not UTF-8 are replaced in all of the line, as the output is UTF-8.
    let bytes = b"{\"y\":\"\xff\",\"text\":\"a\\/\xc3b\"}\n";
    let run = clean_twice(&file("a.jsonl", bytes), &replace);
    assert_eq!(run.text("a.jsonl"), "{\"y\":\"\u{fffd}\",\"text\":\"a\\/\u{fffd}b\"}\n");
    assert_eq!(run.summary.documents.replaced, 2);
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
            "two",
        ),
        archive[8].clone(),
    ];
    let mut config = config("text");
    config.read.pages = Pages::Skip;
    for (name, compression) in [("a.warc", "none"), ("a.warc.gz", "gz"), ("a.wet.zst", "zst")] {
        let run = clean_twice(&file(name, compress(compression, archive.concat().as_bytes())), &config);
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
    let run = clean_twice(&file("a.warc", &cut[..cut.len() - 30]), &config);
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
    assert_eq!(digest, data_encoding::BASE32.encode(&sha1::Sha1::digest(b"two")));
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
