//! Web archives: records as crawlers write them, broken off anywhere, and no records at all.

use super::head::{MAX_HEAD, head_fields};
use super::kind::RecordKind;
use super::syntax::*;
use crate::units::ByteSpan;
use proptest::prelude::*;

const WARCINFO: &str = "WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Date: 2024-03-01T02:03:04Z\r\n\
    WARC-Record-ID: <urn:uuid:b4ef33d1-0000-4d5a-9f6e-000000000001>\r\n\
    Content-Type: application/warc-fields\r\nWARC-Filename: CC-MAIN-1.warc.wet.gz\r\nContent-Length: 24\r\n\r\n\
    Software-Info: ia-web.1\n\r\n\r\n";

const WET: &str = "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://example.cn/a?b=1\r\n\
    WARC-Date: 2024-03-01T02:03:04Z\r\nWARC-Record-ID: <urn:uuid:b4ef33d1-0000-4d5a-9f6e-000000000002>\r\n\
    WARC-Refers-To: <urn:uuid:b4ef33d1-0000-4d5a-9f6e-000000000003>\r\n\
    WARC-Block-Digest: sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5\r\nWARC-Identified-Content-Language: zho\r\n\
    Content-Type: text/plain\r\nContent-Length: 14\r\n\r\n标题\n正文\n\r\n\r\n";

const RESPONSE: &str = "WARC/1.1\nwarc-type:response\nWARC-Target-URI: <http://example.com/\n\trobots.txt>\n\
    WARC-Record-ID: <urn:uuid:4>\nContent-Type: application/http;\n msgtype=response\nContent-Length: 95\n\n\
    HTTP/1.1 200 OK\r\ncontent-TYPE : Text/Plain; x=1; charset=\"GB18030\"\r\nContent-Length: 6\r\n\r\nhello\n\n\n";

/// All records of `bytes`, as a caller with all of them in memory reads them, and how it ended.
fn all(bytes: &[u8]) -> (Vec<WarcRecord>, Step) {
    let (mut records, mut at) = (Vec::new(), 0);
    loop {
        match next(&bytes[at..], true) {
            Step::Record(record) => {
                let end = record.end.expect("at the end every record is whole");
                assert!(end > record.head.start);
                records.push(shifted(&record, at));
                at += end;
            }
            Step::Fault { byte, detail } => return (records, Step::Fault { byte: at + byte, detail }),
            step => return (records, step),
        }
    }
}

fn shifted(record: &WarcRecord, by: usize) -> WarcRecord {
    let kind = match record.kind {
        RecordKind::Document { payload, charset } => {
            RecordKind::Document { payload, charset: charset.map(|label| label.shifted(by)) }
        }
        RecordKind::Page { payload, charset } => {
            RecordKind::Page { payload, charset: charset.map(|label| label.shifted(by)) }
        }
        kind => kind,
    };
    let of = |span: ByteSpan| if span.is_empty() { span } else { span.shifted(by) };
    let end = record.end.map(|end| end + by);
    WarcRecord { head: of(record.head), end, kind, uri: of(record.uri), id: of(record.id), ..*record }
}

/// The records as a caller sees them that reads `step` bytes at a time and drops what it has passed.
fn streamed(bytes: &[u8], step: usize) -> Vec<WarcRecord> {
    let (mut records, mut at, mut end) = (Vec::new(), 0, 0);
    loop {
        match next(&bytes[at..end], end == bytes.len()) {
            Step::NeedMore { passed } => at += passed,
            Step::Record(record) => {
                if let Some(record_end) = record.end {
                    records.push(shifted(&record, at));
                    at += record_end;
                    continue;
                }
            }
            Step::End | Step::Fault { .. } => return records,
        }
        assert!(end < bytes.len(), "more is asked for at the end");
        end = bytes.len().min(end + step);
    }
}

fn only(text: &str) -> WarcRecord {
    match next(text.as_bytes(), true) {
        Step::Record(record) => record,
        step => panic!("{step:?}: {text}"),
    }
}

/// A record with these header lines and block.
fn made(lines: &str, block: &str) -> String {
    format!("WARC/1.0\r\n{lines}Content-Length: {}\r\n\r\n{block}\r\n\r\n", block.len())
}

#[test]
fn a_file() {
    let text = [WARCINFO, "\r\n\n", WET, RESPONSE].concat();
    let (records, step) = all(text.as_bytes());
    assert_eq!(step, Step::End);
    let kinds: Vec<_> = records.iter().map(|record| record.kind).collect();
    assert_eq!(kinds[..2], [RecordKind::Keep, RecordKind::Document { payload: 0, charset: None }]);
    let part = |span: ByteSpan| &text[span.range()];
    let parts: Vec<_> = records.iter().filter_map(WarcRecord::parts).collect();
    assert_eq!((part(parts[0].payload), part(parts[1].payload)), ("标题\n正文\n", "hello\n"));
    assert_eq!(parts[1].charset.map(part), Some("GB18030"));
    assert_eq!(part(records[1].uri), "http://example.cn/a?b=1");
    assert_eq!(part(records[1].id), "urn:uuid:b4ef33d1-0000-4d5a-9f6e-000000000002");
    assert_eq!(part(records[2].uri), "http://example.com/\n\trobots.txt");
    assert_eq!(records[1].head.start, WARCINFO.len() + 3);
    assert_eq!(records[2].end, Some(text.len()));
}

#[test]
fn kinds() {
    let sent = |head: &str, body: &str| {
        let block = format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}");
        made("WARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n", &block)
    };
    let http = |head: &str| sent(head, "text\n");
    let typed = |lines: &str| made(lines, "text\n");
    let skip = RecordKind::Skip;
    let text = |payload| RecordKind::Document { payload, charset: None };
    let page = |payload| RecordKind::Page { payload, charset: None };
    let typed_page = |lines: &str| made(lines, "<!DOCTYPE html>\n");
    let http_page = |head: &str| sent(head, "\n<HTML>");
    for (record, expected) in [
        (typed("WARC-Type: warcinfo\r\n"), RecordKind::Keep),
        (typed("WARC-Type: conversion\r\n"), text(0)),
        (typed("wArC-tYpE:CONVERSION\r\nno field\r\ncontent-type:TEXT/plain ; x\r\n"), text(0)),
        (typed("WARC-Type: conversion\r\nContent-Type: application/pdf\r\n"), skip("not_text")),
        (typed("WARC-Type: conversion\r\nWARC-Segment-Number: 1\r\n"), skip("segment")),
        (typed("WARC-Type: continuation\r\n"), skip("segment")),
        (typed("WARC-Type: resource\r\nContent-Type: text/plain\r\n"), text(0)),
        (typed("WARC-Type: resource\r\nContent-Type: text/plainer\r\n"), skip("not_text")),
        (typed("WARC-Type: resource\r\n"), skip("no_type")),
        (typed("WARC-Type: response\r\nContent-Type: text/html\r\n"), page(0)),
        (typed("WARC-Type: resource\r\nContent-Type: Application/XHTML+xml\r\n"), page(0)),
        (typed_page("WARC-Type: resource\r\n"), page(0)),
        (typed_page("WARC-Type: resource\r\nContent-Type: application/octet-stream\r\n"), page(0)),
        (typed_page("WARC-Type: resource\r\nContent-Type: text/css\r\n"), skip("not_text")),
        (typed_page("WARC-Type: conversion\r\n"), text(0)),
        (typed("WARC-Type: response\r\nContent-Type: text/dns\r\n"), skip("not_text")),
        (typed("WARC-Type: response\r\nContent-Type: application/http\r\n"), skip("bad_http")),
        (typed("WARC-Type: request\r\n"), skip("request")),
        (typed("WARC-Type: metadata\r\n"), skip("metadata")),
        (typed("WARC-Type: revisit\r\n"), skip("revisit")),
        (typed("WARC-Type: else\r\n"), skip("other")),
        (typed(""), skip("other")),
        (http("Content-Type: text/plain\r\n"), text(45)),
        (http("Content-Type: text/html\r\n"), page(44)),
        (http("Content-Type: application/xhtml+xml\r\n"), page(56)),
        (http("Content-Type: text/html\r\n").replace("HTTP/1.1", "HTTP/2.0"), page(44)),
        (http("Content-Type: text/html\r\n").replace("HTTP/1.1 2", "HTTP/2   2"), page(44)),
        (http("Content-Type: text/html\r\n").replace("HTTP/1.1", "HTTX/1.1"), skip("bad_http")),
        (http("Content-Type: text/html\r\nContent-Encoding: gzip\r\n"), page(68)),
        (http("Content-Type: application/octet-stream\r\n"), skip("no_type")),
        (http_page("X: y\r\n"), page(25)),
        (sent("Transfer-Encoding: chunked\r\n", "6\r\n<HTML>\r\n0\r\n\r\n"), page(47)),
        (http_page("Content-Type: unknown/unknown\r\nContent-Encoding: br\r\n"), page(72)),
        (http("X: y\r\n"), skip("no_type")),
        (http("Content-Type: text/plain\r\nTransfer-Encoding: Chunked\r\n"), skip("encoded")),
        (http("Content-Encoding: gzip\r\nContent-Type: text/plain\r\n"), skip("encoded")),
        (http("Content-Encoding: Identity\r\nContent-Type: text/plain\r\n"), text(73)),
        (http("X-Crawl-Content-Encoding: gzip\r\nContent-Type: text/plain\r\n"), text(77)),
    ] {
        assert_eq!(only(&record).kind, expected, "{record}");
    }
}

#[test]
fn charsets() {
    for (content_type, expected) in [
        ("text/plain;charset=utf-8", Some("utf-8")),
        ("text/plain; Charset = 'Big5' ; x", Some("Big5")),
        ("text/plain; format=flowed; charset=\"GBK\"", Some("GBK")),
        ("text/plain; format=flowed", None),
        ("text/plain; charset=", None),
        ("text/plain; charset=\"\"", None),
        ("text/plain; xcharset=a;charset=b;charset=c", Some("b")),
        ("text/plain", None),
    ] {
        let text = made(&format!("WARC-Type: resource\r\nContent-Type: {content_type}\r\n"), "x");
        let RecordKind::Document { charset, .. } = only(&text).kind else { panic!("{content_type}") };
        assert_eq!(charset.map(|label| &text[label.range()]), expected, "{content_type}");
    }
}

#[test]
fn faults() {
    let long = format!("WARC/1.0\r\nX: {}", "y".repeat(MAX_HEAD));
    for (text, expected) in [
        ("\n\nWARC-Type: x", (2, "not the beginning of a WARC record")),
        ("WARC/2.0\r\n", (0, "does not read this version")),
        ("WARC/0.9 1234 response", (0, "does not read this version")),
        ("WARC/1.0\r\nX: y\r\n\r\n", (0, "no Content-Length")),
        ("\nWARC/1.0\nContent-Length: -1\n\n", (26, "not a number")),
        ("WARC/1.0\nContent-Length: \n\n", (24, "not a number")),
        ("WARC/1.0\nContent-Length: 18446744073709551616\n\n", (25, "not a number")),
        ("WARC/1.0\nContent-Length: 18446744073709551615\n\n", (25, "not a number")),
        ("WARC/1.0\nContent-Length: 1\nContent-Length: 2\n\nab", (43, "two lengths")),
        ("WARC/1.0\nContent-Length: 9\n\nab", (30, "in the block")),
        ("WARC/1.0\nContent-Length: 9\n", (27, "in the header")),
        ("WAR", (3, "in the header")),
        (&long, (0, "longer than 64 KiB")),
    ] {
        let Step::Fault { byte, detail } = next(text.as_bytes(), true) else { panic!("{text}") };
        assert!(byte == expected.0 && detail.contains(expected.1), "{byte} {detail}: {text}");
    }
    assert_eq!(next(long.as_bytes(), false), next(long.as_bytes(), true));
    assert_eq!(next(b"\r\n\r", false), Step::NeedMore { passed: 3 });
    assert_eq!(next(b"", true), Step::End);
}

#[test]
fn a_block_larger_than_memory_is_announced() {
    let text = "WARC/1.0\nWARC-Type: conversion\nContent-Length: 18446744073709551000\n\nbegin";
    let Step::Record(record) = next(text.as_bytes(), false) else { panic!() };
    assert_eq!((record.content_length, record.end), (18_446_744_073_709_551_000, None));
    assert_eq!((record.block(), record.parts()), (None, None));
}

#[test]
fn an_endless_http_header_is_given_up() {
    let head = "WARC/1.0\nWARC-Type: response\nContent-Type: application/http\nContent-Length: 999999999\n\n";
    let text = format!("{head}HTTP/1.1 200 OK\r\nX: ");
    assert_eq!(next(text.as_bytes(), false), Step::NeedMore { passed: 0 });
    let text = text + &"y".repeat(MAX_HEAD);
    let Step::Record(record) = next(text.as_bytes(), false) else { panic!() };
    assert_eq!(record.kind, RecordKind::Skip("bad_http"));
}

#[test]
fn line_ends_after_a_block() {
    for (after, expected) in [("", 1), ("\n", 2), ("\r\n\r\n", 5), ("\n\r\n\n", 4), ("\r", 1), ("x", 1)] {
        let text = format!("WARC/1.0\nContent-Length: 1\n\n.{after}");
        assert_eq!(only(&text).end, Some(28 + expected), "{after:?}");
    }
}

#[test]
fn truncation_loses_no_earlier_record() {
    let text = [WARCINFO, WET, RESPONSE, WET].concat();
    let (whole, _) = all(text.as_bytes());
    for cut in 0..=text.len() {
        let (records, step) = all(&text.as_bytes()[..cut]);
        let num_whole = whole.iter().filter(|record| record.block().is_some_and(|b| b.end <= cut)).count();
        assert_eq!(records.len(), num_whole, "{cut}");
        for (record, expected) in records.iter().zip(&whole) {
            assert_eq!(WarcRecord { end: None, ..*record }, WarcRecord { end: None, ..*expected });
        }
        assert!(matches!(step, Step::End | Step::Fault { .. }));
    }
}

#[test]
fn pieces_give_the_same_records() {
    let text = ["\n\r\n", WARCINFO, WET, "\n", RESPONSE, WET, "\r\n"].concat();
    let (whole, _) = all(text.as_bytes());
    assert_eq!(whole.len(), 4);
    for step in [1, 2, 7, 100, 5000] {
        assert_eq!(streamed(text.as_bytes(), step), whole, "{step}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_parsed(bytes in any::<Vec<u8>>(), is_end in any::<bool>()) {
        let _ = next(&bytes, is_end);
        let _ = next(&[b"WARC/1.0\n", &bytes[..]].concat(), is_end);
        let _ = next(&[b"WARC/1.0\nContent-Length: 5\n", &bytes[..], b"\n\n"].concat(), is_end);
    }

    #[test]
    fn any_change_is_parsed(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = [WARCINFO, WET, RESPONSE].concat().into_bytes();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let (records, _) = all(&bytes);
        prop_assert_eq!(streamed(&bytes, 50), records);
    }

    #[test]
    fn the_fields_are_the_block(head in "[A:\r\n \t]{0,30}") {
        let mut end = 0;
        for field in head_fields(head.as_bytes()) {
            prop_assert_eq!(field.raw.start, end);
            prop_assert!(field.name.start >= field.raw.start && field.value.end <= field.raw.end);
            end = field.raw.end;
        }
        prop_assert_eq!(end, head.len());
    }
}
