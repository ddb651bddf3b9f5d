//! Pages in web archives: their main text is the document, whatever way they were sent, and it is written as a record of a
//! WET file (contract H1, H2, H3).

use std::io::Write;

use serde_json::json;
use sha1::{Digest, Sha1};
use tamis::Config;
use tamis::config::Pages;

use crate::support::files::Files;
use crate::support::json::{json_lines, text_of};
use crate::support::memory::{clean, clean_twice, file};
use crate::support::packs::{compress, decompress, texts};
use crate::support::sandbox::Sandbox;

const CHINESE: [&str; 4] = [
    "新华社北京三月一日电，国家统计局今天公布的数据显示，今年前两个月国民经济运行平稳，工业生产稳步回升，就业形势总体稳定，\
     居民消费价格温和上涨，多数主要指标好于预期。",
    "统计局发言人在新闻发布会上说，服务业增加值同比增长百分之五点八，其中信息传输、软件和信息技术服务业增长较快，\
     住宿和餐饮业在春节期间明显好转，带动了线下消费的恢复。",
    "分析人士认为，外部环境依然复杂严峻，国内需求不足的问题仍然存在，下一步应当继续实施积极的财政政策，\
     把扩大内需同深化供给侧改革结合起来，稳定市场主体的信心。",
    "记者在浙江、广东等地采访时了解到，不少企业的订单已经排到了下半年，工厂正在增加班次，\
     港口的集装箱吞吐量也比去年同期有所增长，物流企业正在招聘更多的司机。",
];

const ENGLISH: [&str; 3] = [
    "The harbour town voted on Tuesday to rebuild the old pier, which a storm destroyed two winters ago, and to pay for \
     it with a small tax on visitors that the council first proposed in the spring of last year.",
    "Several fishermen, who have landed their catch at a temporary quay since then, said after the meeting that the \
     decision came late, but that they were glad to have a date at last: work is to begin in October.",
    "The engineers who drew up the plans expect the new pier to last for sixty years; its piles are of steel, coated \
     against salt water, and its deck is a metre higher than the old one, as the sea is rising.",
];

/// A page with what pages have about their text.
fn page(title: &str, language: &str, paragraphs: &[&str]) -> String {
    let paragraphs = paragraphs.join("</p>\n<p>");
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\"><head><title>{title}</title>\n<script>var a = '<p>no</p>';</script>\n\
         <style>p {{ color: red }}</style></head>\n<body><nav><ul><li><a href=\"/\">Home</a></li><li><a href=\"/n\">\
         News</a></li></ul></nav>\n<article><h1>{title}</h1>\n<p>{paragraphs}</p></article>\n\
         <footer><a href=\"/about\">About us</a></footer></body></html>\n"
    )
}

fn chinese() -> String {
    page("前两个月国民经济运行平稳", "zh-CN", &CHINESE)
}

fn english() -> String {
    page("Town votes to rebuild its pier", "en", &ENGLISH)
}

fn record(kind: &str, id: &str, more: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Date: 2024-03-01T02:03:04Z\r\n\
         WARC-Target-URI: http://news.example/{id}\r\n{more}Content-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

/// A response with these fields in its HTTP header.
fn response(id: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    sent(id, "", fields, body)
}

fn sent(id: &str, more: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let http = format!("HTTP/1.1 200 OK\r\nServer: x\r\n{fields}\r\n");
    let more = format!("{more}Content-Type: application/http; msgtype=response\r\n");
    record("response", id, &more, &[http.as_bytes(), body].concat())
}

fn config() -> Config {
    Config { threads: 2, ..Config::default() }
}

/// The text of a page that stands in an archive as it is.
fn text_of_page(html: &str) -> String {
    let run = clean_twice(
        &file("a.warc", response("1", "Content-Type: text/html\r\n", html.as_bytes())),
        &config(),
    );
    texts("warc", &run.out["a.warc"]).concat()
}

/// A body in chunks of this length.
fn chunked(body: &[u8], len: usize) -> Vec<u8> {
    let chunk = |part: &[u8]| [format!("{:X}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
    let mut chunks: Vec<u8> = body.chunks(len).flat_map(chunk).collect();
    chunks.extend(b"0\r\n\r\n");
    chunks
}

/// A stream of brotli that holds the bytes as they are (RFC 7932, section 9.2): a stream of small blocks.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, block) in bytes.chunks(1 << 16).enumerate() {
        let len = u32::try_from(block.len() - 1).expect("a block");
        // Not the last, four digits of length, not compressed; before the first, the size of the window.
        let head = len << 3 | 1 << 19;
        let head = if number == 0 { head << 1 } else { head };
        out.extend(&head.to_le_bytes()[..3]);
        out.extend(block);
    }
    out.push(3);
    out
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// The main text of the page is the document, and nothing beside it.
#[test]
fn a_page_is_its_main_text() {
    let text = text_of_page(&chinese());
    for paragraph in CHINESE {
        assert!(text.lines().any(|line| line == paragraph), "{text}");
    }
    let text = text_of_page(&english());
    for paragraph in ENGLISH {
        assert!(text.lines().any(|line| line == paragraph), "{text}");
    }
    assert!(text.contains("Town votes to rebuild its pier"));
    for other in ["Home", "About us", "color", "<p>", "var a"] {
        assert!(!text.contains(other), "{other}: {text}");
    }
}

/// However a page was sent, and in whatever encoding, its text is that of the page.
#[test]
fn a_page_is_decoded() {
    for (html, label) in [(chinese(), "gb2312"), (english(), "utf-8"), (chinese(), "utf-8"), (chinese(), "")]
    {
        let expected = text_of_page(&html);
        let bytes = match label {
            "gb2312" => encoding_rs::GBK.encode(&html).0.into_owned(),
            _ => html.clone().into_bytes(),
        };
        let kind = match label {
            "" => String::new(),
            label => format!("Content-Type: text/html; charset={label}\r\n"),
        };
        for (fields, body) in [
            ("", bytes.clone()),
            ("Transfer-Encoding: chunked\r\n", chunked(&bytes, 1000)),
            ("Content-Encoding: gzip\r\n", compress("gz", &bytes)),
            ("Content-Encoding: br\r\n", brotli(&bytes)),
            ("Content-Encoding: deflate\r\n", zlib(&bytes)),
            ("Content-Encoding: zstd\r\n", compress("zst", &bytes)),
            (
                "Content-Encoding: gzip, br\r\nTransfer-Encoding: chunked\r\n",
                chunked(&brotli(&compress("gz", &bytes)), 99),
            ),
            // Stored decoded, under the headers with which they came.
            ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", bytes.clone()),
            ("Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n", bytes.clone()),
        ] {
            let record = response("1", &format!("{fields}{kind}"), &body);
            let run = clean_twice(&file("a.warc", record), &config());
            assert_eq!(run.reasons(), [("", ""); 0], "{label} {fields}");
            assert_eq!(texts("warc", &run.out["a.warc"]), [expected.as_str()], "{label} {fields}");
        }
    }
}

/// The record that a page becomes is one of a WET file; in an archive that is compressed, it is compressed by itself.
#[test]
fn a_page_is_written_as_wet() {
    let info = record("warcinfo", "0", "", b"software: x\r\n");
    let html = english();
    let plain =
        record("conversion", "2", "X-Odd:  stays \r\nContent-Type: text/plain\r\n", b"Another text.\n");
    let archive =
        [&info[..], &response("1", "Content-Type: text/html\r\n", html.as_bytes()), &plain].concat();
    let text = text_of_page(&html);
    for (name, compression) in [("a.warc", "none"), ("a.warc.gz", "gz"), ("a.warc.zst", "zst")] {
        let run = clean_twice(&file(name, compress(compression, &archive)), &config());
        let out = String::from_utf8(decompress(compression, &run.out[name])).expect("UTF-8");
        let (_, new) = out.split_once("WARC-Record-ID: <urn:uuid:1>").unwrap_or(("", &out));
        let id =
            new.split("WARC-Type: conversion").nth(1).and_then(|record| record.split("urn:uuid:").nth(1));
        let id = &id.expect("an id")[..36];
        let digest = data_encoding::BASE32.encode(&Sha1::digest(&text));
        let language = out.lines().find(|line| line.starts_with("WARC-Identified-Content-Language: "));
        assert!(language.is_none_or(|line| line.ends_with(": eng")));
        let language = language.map(|line| format!("{line}\r\n")).unwrap_or_default();
        let expected = format!(
            "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://news.example/1\r\n\
             WARC-Date: 2024-03-01T02:03:04Z\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Refers-To: <urn:uuid:1>\r\n\
             WARC-Block-Digest: sha1:{digest}\r\n{language}Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}\r\n\r\n",
            text.len()
        );
        let expected = [&info[..], expected.as_bytes(), &plain].concat();
        assert_eq!(out, String::from_utf8(expected).expect("UTF-8"), "{name}");
    }
}

/// What is left of a page of which paragraphs are removed is written with its own length and digest.
#[test]
fn paragraphs_of_pages_are_removed() {
    let more =
        page("Another town votes", "en", &[ENGLISH[0], CHINESE[1], ENGLISH[1], CHINESE[0], CHINESE[2]]);
    let kind = "Content-Type: text/html\r\n";
    let archive = [response("1", kind, english().as_bytes()), response("2", kind, more.as_bytes())].concat();
    let run = clean_twice(&file("a.warc", archive), &config());
    let out = texts("warc", &run.out["a.warc"]);
    assert_eq!(out[0], text_of_page(&english()));
    assert!(!out[1].contains(ENGLISH[0]) && !out[1].contains(ENGLISH[1]), "{}", out[1]);
    assert!(out[1].contains(CHINESE[0]) && out[1].contains(CHINESE[1]), "{}", out[1]);
    assert!(run.ledger.iter().all(|line| line["id"] == "urn:uuid:2"), "{:?}", run.ledger);
    let digest = data_encoding::BASE32.encode(&Sha1::digest(&out[1]));
    assert!(run.text("a.warc").contains(&format!("WARC-Block-Digest: sha1:{digest}")));
}

/// What is no page is counted with its reason, and a page without a text is emptied.
#[test]
fn records_that_hold_no_page() {
    let page = english();
    let archive: Vec<u8> = [
        record("request", "1", "Content-Type: application/http\r\n", b"GET / HTTP/1.1\r\n\r\n"),
        response("2", "Content-Type: image/png\r\n", b"PNG"),
        record(
            "revisit",
            "3",
            "Content-Type: application/http\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
        ),
        record("revisit", "4", "", b""),
        response("5", "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", b""),
        response("6", "", b"no page"),
        response("7", "", page.as_bytes()),
        record("resource", "8", "Content-Type: text/html\r\n", chinese().as_bytes()),
        record("metadata", "9", "", b"x"),
    ]
    .concat();
    let run = clean_twice(&file("a.warc", &archive), &config());
    assert_eq!(run.reasons(), [("", ""); 0]);
    assert_eq!(texts("warc", &run.out["a.warc"]), [text_of_page(&page), text_of_page(&chinese())]);
    let skipped = |counts: &[(&str, u64)]| {
        counts.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect()
    };
    assert_eq!(run.summary.records.skipped, skipped(&[("no_text", 4), ("revisit", 2)]));
    assert_eq!((run.summary.records.read, run.summary.documents.emptied), (3, 1));
    let mut config = config();
    config.read.pages = Pages::Skip;
    let run = clean(&file("a.warc", &archive), &config);
    assert_eq!(run.summary.records.skipped, skipped(&[("html", 3), ("no_text", 4), ("revisit", 2)]));
    config.read.pages = Pages::Text;
    let run = clean_twice(&file("a.warc", &archive), &config);
    assert!(texts("warc", &run.out["a.warc"])[0].contains("About us"));
}

/// A body that is damaged is rejected, by what is wrong with it, and the next record is read.
#[test]
fn damaged_bodies_are_rejected() {
    let html = english();
    let gzip = compress("gz", html.as_bytes());
    let mut damaged = gzip.clone();
    let place = damaged.len() - 6;
    damaged[place] ^= 1;
    let chunks = chunked(html.as_bytes(), 100);
    let good = response("9", "Content-Type: text/html\r\n", chinese().as_bytes());
    let expected = text_of_page(&chinese());
    for (fields, body, told) in [
        ("Content-Encoding: gzip\r\n", damaged.clone(), "the gzip stream of its body is damaged"),
        ("Content-Encoding: gzip\r\n", gzip[..200].to_vec(), "the gzip stream of its body breaks off"),
        (
            "Content-Encoding: br\r\n",
            brotli(html.as_bytes())[..500].to_vec(),
            "the brotli stream of its body is damaged",
        ),
        (
            "Transfer-Encoding: chunked\r\n",
            chunks[..150].to_vec(),
            "it breaks off in the chunk at byte 110 of it",
        ),
        ("Transfer-Encoding: chunked\r\n", [&chunks[..105], b"zz\r\n"].concat(), "its body is damaged"),
        (
            "Content-Encoding: compress\r\n",
            vec![0x1f, 0x9d, 0x90, 3],
            "the coding compress, which tamis does not read",
        ),
    ] {
        let fields = format!("Content-Type: text/html\r\n{fields}");
        let archive = [&response("1", &fields, &body)[..], &good].concat();
        let run = clean_twice(&file("a.warc", archive), &config());
        assert_eq!(run.reasons(), [("a.warc", "corrupt")], "{told}");
        assert!(text_of(&run.rejected[0], "detail").contains(told), "{told}: {:?}", run.rejected);
        assert_eq!(run.rejected[0]["record"], 0);
        assert_eq!(texts("warc", &run.out["a.warc"]), [expected.as_str()]);
    }
    // The archive says that it cut these: they are read as far as they go.
    for (fields, body) in [
        ("Content-Encoding: gzip\r\n", gzip[..gzip.len() - 60].to_vec()),
        ("Transfer-Encoding: chunked\r\n", chunks[..chunks.len() - 300].to_vec()),
        ("Content-Encoding: br\r\n", brotli(html.as_bytes())[..html.len() - 100].to_vec()),
    ] {
        let fields = format!("Content-Type: text/html\r\n{fields}");
        let run =
            clean_twice(&file("a.warc", sent("1", "WARC-Truncated: length\r\n", &fields, &body)), &config());
        assert_eq!(run.reasons(), [("", ""); 0], "{fields}");
        let text = texts("warc", &run.out["a.warc"]).concat();
        assert!(text.contains(ENGLISH[0]) && !text.contains("About us"), "{fields}: {text}");
    }
}

/// A body that expands without end is cut off.
#[test]
fn a_page_has_a_longest_length() {
    let html = format!("{}<script>{}</script>", english(), " ".repeat(3 << 20));
    let fields = "Content-Type: text/html\r\nContent-Encoding: gzip\r\n";
    let archive = response("1", fields, &compress("gz", html.as_bytes()));
    let mut config = config();
    config.read.max_document_size = Some(2 << 20);
    assert_eq!(clean_twice(&file("a.warc", &archive), &config).reasons(), [("a.warc", "too_large")]);
    config.read.max_document_size = Some(4 << 20);
    assert_eq!(clean_twice(&file("a.warc", &archive), &config).reasons(), [("", ""); 0]);
}

/// An archive of many pages, a large one among them.
fn many() -> Vec<u8> {
    let kind =
        "Content-Type: text/html; charset=gb2312\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n";
    let mut archive = record("warcinfo", "0", "", b"software: x\r\n");
    for n in 0..40 {
        let own: Vec<String> = CHINESE.iter().map(|text| format!("第{n}期：{text}")).collect();
        let mut paragraphs: Vec<&str> = own.iter().map(String::as_str).collect();
        paragraphs.push(CHINESE[n % 4]);
        let mut html = page(&format!("第{n}期快讯"), "zh-CN", &paragraphs);
        if n == 20 {
            let mut number = 1_u64;
            let mut next = || {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                format!("{number:x}")
            };
            let script: String = (0..300_000).map(|_| next()).collect();
            html = html.replace("</body>", &format!("<script>{script}</script></body>"));
            assert!(html.len() > 4 << 20);
        }
        let bytes = encoding_rs::GBK.encode(&html).0.into_owned();
        archive.extend(response(&format!("p{n}"), kind, &chunked(&compress("gz", &bytes), 5000)));
    }
    archive
}

/// Threads change nothing, in files and in what is told, and audits agree.
#[test]
fn threads_change_nothing() {
    let archive =
        Files::from([("a.warc".to_owned(), many()), ("b.warc.gz".to_owned(), compress("gz", &many()))]);
    let one = clean_twice(&archive, &Config { threads: 1, ..Config::default() });
    let three = clean_twice(&archive, &Config { threads: 3, ..Config::default() });
    assert_eq!(one.reasons(), [("", ""); 0]);
    assert!(one.out == three.out && one.record == three.record);
    let texts = texts("warc", &one.out["a.warc"]);
    assert_eq!(texts.len(), 40);
    assert!((0..40).all(|n| texts[n].contains(&format!("第{n}期：{}", CHINESE[3]))));
}

/// The real program: what pages say about themselves stands beside their text where the form has fields, and audits agree.
#[test]
fn fields_of_pages() {
    let sandbox = Sandbox::new();
    let kind = "Content-Type: text/html\r\n";
    let archive = [
        response("1", kind, chinese().as_bytes()),
        response("2", kind, chinese().as_bytes()),
        response("3", kind, english().as_bytes()),
    ];
    sandbox.file("in/a.warc", archive.concat());
    sandbox.file("in/b.warc.gz", compress("gz", &many()));
    for (to, out) in
        [("", "mirrored"), ("--to=jsonl", "lines"), ("--to=txt", "files"), ("--to=parquet", "rows")]
    {
        let run = |command| {
            let args = [command, "in", "--out", out, to];
            sandbox.tamis(if to.is_empty() { &args[..4] } else { &args[..] }).exits(0);
        };
        run("clean");
        run("verify");
    }
    #[expect(clippy::disallowed_methods, reason = "a test is not the library")]
    let lines = walkdir::WalkDir::new(sandbox.path("lines"))
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file())
        .flat_map(|entry| std::fs::read(entry.path()).expect("a file"))
        .collect::<Vec<u8>>();
    let lines = json_lines(&lines);
    assert_eq!(lines.len(), 2 + 40);
    assert_eq!(lines[0]["text"], json!(text_of_page(&chinese())));
    assert_eq!(lines[0]["id"], "urn:uuid:1");
    assert_eq!(lines[1]["id"], "urn:uuid:3");
    for (field, value) in [
        ("WARC-Target-URI", "http://news.example/3"),
        ("WARC-Date", "2024-03-01T02:03:04Z"),
        ("url", "http://news.example/3"),
        ("title", "Town votes to rebuild its pier"),
    ] {
        assert_eq!(lines[1][field], value, "{field}");
    }
}
