//! Records of `<doc>` dumps: where they begin and end, what is wrong with others, and that the size of reads changes
//! nothing.

use std::io::Read;

use super::syntax::{TagLine, holds_tag, is_dump};
use super::*;
use crate::Config;

const NEWS: &str = "<doc>\n<url>http://a/1</url>\n<docno>d1</docno>\n<contenttitle>标题 <b></contenttitle>\n\
    <content>第一段\n第二段</content>\n</doc>\n";
const WIKI: &str =
    "<doc id=\"12\" url=\"https://a?x=1\" title=\"He said \"no\"\">\nTitle\n\nprose <a> 5 < 6\n</doc>\n";

/// A record as it was read: its line, and its text and id or what is wrong with it.
type Seen = (u64, Result<(String, String), String>);

/// Gives a few bytes at a time.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = self.1.min(out.len());
        self.0.read(&mut out[..len])
    }
}

/// The records of a dump, and the bytes that were written of those that are good.
fn read(dump: &'static str, limit: u64) -> (Vec<Seen>, String) {
    let mut config = Config::default();
    config.read.max_document_size = Some(limit);
    let context = ReadContext::new(&config).unwrap();
    let mut reader = DocReader::new(Box::new(Slow(dump.as_bytes(), 7)), &context);
    let (mut seen, mut written, mut lines) = (Vec::new(), String::new(), 0);
    loop {
        let Take { body: Body::Records(Records { mut bytes, slots, num_lines, .. }), is_last, end } =
            reader.next(Vec::new())
        else {
            panic!("records");
        };
        assert!(matches!(end, End::Well));
        for mut slot in slots {
            let fault = match slot.fault.take() {
                Some(fault) => Some(*fault),
                None => DocDump.decode(&mut bytes, &mut slot, None, &context).err(),
            };
            let text = |span: ByteSpan| String::from_utf8(bytes[span.range()].to_vec()).unwrap();
            seen.push((
                lines + slot.lines_before + 1,
                match fault {
                    Some(fault) => Err(fault.detail),
                    None => Ok((text(slot.text), text(slot.id))),
                },
            ));
            if seen.last().unwrap().1.is_ok() {
                written += &text(slot.line);
            }
        }
        lines += num_lines;
        if is_last {
            assert_eq!(reader.num_read(), count(dump.len()));
            return (seen, written);
        }
    }
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[test]
fn lines_that_are_tags() {
    for (line, expected) in [
        ("<doc>", Some(TagLine::Bare)),
        (" <DOC> \r\n", Some(TagLine::Bare)),
        ("<doc id=\"1\">", Some(TagLine::WithAttributes)),
        ("<doc id=\"1\" title=\"a > b\">\n", Some(TagLine::WithAttributes)),
        ("</doc>\r\n", Some(TagLine::End)),
        ("<document>", None),
        ("<docno>7</docno>", None),
        ("<doc id=\"1\"", None),
        ("<doc of mine>", None),
        ("<doc> and more", None),
        ("see </doc>", None),
        ("", None),
    ] {
        assert_eq!(TagLine::of(line.as_bytes()), expected, "{line:?}");
    }
}

#[test]
fn files_that_are_dumps() {
    for (head, expected) in [
        (NEWS, true),
        (WIKI, true),
        ("\n \n<doc id=\"1\">\nx", true),
        ("<doc>\n\n<url>u", true),
        ("<doc>\nprose", false),
        ("<doc>\n", false),
        ("prose\n<doc id=\"1\">", false),
        ("</doc>\n<doc id=\"1\">", false),
        ("", false),
    ] {
        assert_eq!(is_dump(head), expected, "{head:?}");
    }
}

#[test]
fn records_and_what_is_wrong_with_others() {
    let good = |text: &str, id: &str| Ok((text.to_owned(), id.to_owned()));
    let bad = |what: &str| Err(what.to_owned());
    let news = || good("第一段\n第二段", "\"d1\"");
    let wiki = || good("Title\n\nprose <a> 5 < 6\n", "\"12\"");
    for (dump, expected) in [
        (format!("{NEWS}{WIKI}"), vec![(1, news()), (8, wiki())]),
        (format!("\n\n{WIKI}\n\n{NEWS}\n\n"), vec![(3, wiki()), (10, news())]),
        (WIKI.trim_end().to_owned(), vec![(1, wiki())]),
        (WIKI.replace('\n', "\r\n"), vec![(1, good("Title\r\n\r\nprose <a> 5 < 6\r\n", "\"12\""))]),
        ("<doc>\nprose\n</doc>\n".to_owned(), vec![(1, good("prose\n", ""))]),
        ("<doc id=\"1\">\n</doc>\n".to_owned(), vec![(1, good("", "\"1\""))]),
        (
            format!("<doc id=\"1\">\nopen\n{WIKI}"),
            vec![(1, bad("a <doc> without an end tag: the next <doc> begins before it")), (3, wiki())],
        ),
        (
            format!("{WIKI}<doc id=\"1\">\nopen\n"),
            vec![(1, wiki()), (6, bad("a <doc> without an end tag: the file ends before it"))],
        ),
        (
            format!("{WIKI}</doc>\n{NEWS}"),
            vec![(1, wiki()), (6, bad("an end tag </doc> without a <doc>")), (7, news())],
        ),
        (
            format!("junk\n{NEWS}more\njunk"),
            vec![
                (1, bad("text outside of every <doc>")),
                (2, news()),
                (9, bad("text outside of every <doc>")),
            ],
        ),
        (format!("<doc>\n<url>u</url>\n</doc>\n{NEWS}"), vec![(1, bad("it has no <content>")), (4, news())]),
        ("<doc>\n<content>x\n</doc>\n".to_owned(), vec![(1, bad("its text has no end tag"))]),
        ("<doc>\n<text>a </text> b</text>\n</doc>".to_owned(), vec![(1, good("a </text> b", ""))]),
        (
            "<doc id=\"1\">\na </doc> b\n</doc>\n<doc id=\"2\">\n\u{200b}</doc>\n</doc>\n".to_owned(),
            vec![
                (1, bad("its text holds a tag <doc> or </doc>")),
                (4, bad("its text holds a tag <doc> or </doc>")),
            ],
        ),
        (String::new(), vec![]),
        ("\n\n".to_owned(), vec![]),
    ] {
        let (seen, written) = read(leak(dump.clone()), 1 << 20);
        assert_eq!(seen, expected, "{dump:?}");
        if expected.iter().all(|(_, record)| record.is_ok()) && !expected.is_empty() {
            assert_eq!(written, dump, "blank lines belong to a record");
        }
    }
}

#[test]
fn a_record_that_is_too_long_is_passed_over() {
    let long = "x".repeat(300_000);
    let too_long = || Err("longer than 200 bytes".to_owned());
    for (dump, lines) in [
        (format!("{NEWS}<doc id=\"1\">\n{long}\n</doc>\n{WIKI}"), [1, 8, 11]),
        (format!("{NEWS}<doc id=\"1\">\n{long}\n{WIKI}"), [1, 8, 10]),
        (format!("{NEWS}{long}\n{WIKI}"), [1, 8, 9]),
        (format!("{NEWS}<doc id=\"1\">\n{}\n</doc>\n{WIKI}", "line\n".repeat(100_000)), [1, 8, 100_011]),
    ] {
        let (seen, _) = read(leak(dump), 200);
        assert_eq!(seen.iter().map(|(line, _)| *line).collect::<Vec<_>>(), lines);
        assert_eq!(seen[1].1, too_long());
        assert!(seen[0].1.is_ok() && seen[2].1.is_ok(), "{seen:?}");
    }
    let (seen, _) = read(leak(format!("{NEWS}<doc id=\"1\">\n{}", long.repeat(3))), 200);
    assert_eq!(seen[1], (8, too_long()));
}

#[test]
fn fields_of_records() {
    let context = ReadContext::new(&Config::default()).unwrap();
    for (record, expected) in [
        (NEWS, vec![("url", "\"http://a/1\""), ("docno", "\"d1\""), ("contenttitle", "\"标题 <b>\"")]),
        (WIKI, vec![("id", "\"12\""), ("url", "\"https://a?x=1\""), ("title", r#""He said \"no\"""#)]),
        ("<doc>\nprose\n</doc>\n", vec![]),
        ("<doc id=\"\">\nprose\n</doc>\n", vec![("id", "\"\"")]),
    ] {
        let mut bytes = record.as_bytes().to_vec();
        let mut slot = Slot { line: ByteSpan::new(0, bytes.len()), is_record: true, ..Slot::default() };
        DocDump.decode(&mut bytes, &mut slot, None, &context).unwrap();
        let slots = [slot];
        let beside = Beside { bytes: &bytes, slots: &slots, columns: None, rows: None };
        let fields = DocDump.fields(beside).unwrap()(0);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(fields, expected, "{record}");
    }
}

#[test]
fn texts_that_would_end_a_record() {
    for (text, expected) in [
        ("</doc>", true),
        ("a </DOC> b", true),
        ("<doc>", true),
        ("<doc id=\"1\">", true),
        ("< / doc >", true),
        ("</d\u{ad}oc>", true),
        ("</d\0oc\u{200b}>", true),
        ("\u{1b}[0m</doc>", true),
        ("<\u{1b}[0m/doc>", true),
        ("<document>", false),
        ("<docno>", false),
        ("a < doc and b > c", false),
        ("</div>", false),
        ("doc", false),
    ] {
        assert_eq!(holds_tag(text), expected, "{text:?}");
    }
}
