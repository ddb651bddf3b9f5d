//! Whatever the bytes and the name, a run ends well: never a panic, never an error, every file accounted for, and
//! what comes out is clean.
#![expect(
    clippy::format_collect,
    clippy::needless_for_each,
    reason = "texts of a few lines, made for a test"
)]

use std::sync::LazyLock;

use proptest::prelude::*;
use tamis::Config;
use tamis::config::{EncodingErrors, Scope, SplitMode};

use crate::support::cases::cases;
use crate::support::files::Files;
use crate::support::memory::{clean, clean_twice, differing, file, files};
use crate::support::packs::{compress, container, docs, jsonl, tar, zip};

/// Names that promise everything that can be promised.
const NAMES: [&str; 21] = [
    "a.txt",
    "a",
    "a.log",
    "a.jsonl",
    "a.csv",
    "a.tsv",
    "a.parquet",
    "a.warc",
    "a.wet.gz",
    "a.txt.gz",
    "a.jsonl.zst",
    "a.csv.xz",
    "a.txt.bz2",
    "a.tar",
    "a.tgz",
    "a.tar.zst",
    "a.zip",
    "a.json.gz",
    "a.json",
    "a.docs",
    "a.html",
];

fn text(count: usize) -> String {
    (0..count)
        .map(|n| format!("第{n}行，the {n}th line of it\n{}", if n % 3 == 0 { "\n" } else { "" }))
        .collect()
}

#[cfg(feature = "parquet")]
fn parquet() -> Vec<u8> {
    use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use std::sync::Arc;
    let texts: ArrayRef =
        Arc::new(StringArray::from((0..40).map(|n| (n % 7 > 0).then(|| text(n % 5))).collect::<Vec<_>>()));
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..40));
    let batch = RecordBatch::try_from_iter([("id", numbers), ("text", texts)]).expect("a batch");
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_compression(parquet::basic::Compression::SNAPPY)
        .build();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("memory");
    writer.into_inner().expect("memory")
}

#[cfg(not(feature = "parquet"))]
fn parquet() -> Vec<u8> {
    b"PAR1PAR1".to_vec()
}

/// Valid files of every kind, with the name each would have.
static VALID: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(|| {
    let texts: Vec<String> = (0..20).map(|n| text(n % 6 + 1)).collect();
    let (jsonl, wet) = (jsonl(&texts), container("warc", &texts));
    let members = || {
        vec![
            ("a.txt", text(9).into_bytes()),
            ("b/c.jsonl.gz", compress("gz", jsonl.as_bytes())),
            ("d.csv", container("csv", &texts)),
            ("e.wet", wet.clone()),
            ("f.parquet", parquet()),
        ]
    };
    let utf16: Vec<u8> = text(20).encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("a.txt", text(30).into_bytes()),
        ("a.txt", encoding_rs::GB18030.encode(&text(30)).0.into_owned()),
        ("a.log", utf16),
        (
            "a.txt",
            encoding_rs::SHIFT_JIS
                .encode("これは日本語の文章です。今日は天気がいいので散歩に行きましょう。\n")
                .0
                .into_owned(),
        ),
        ("a.txt", b"\x1b$B$3$l$OF|K\\8l$G$9\x1b(B\nplain\n\x1b$B$3$l\x1b(B".to_vec()),
        ("a.jsonl", jsonl.clone().into_bytes()),
        ("a.csv", container("csv", &texts)),
        ("a.warc", wet.clone()),
        ("a.json", jsonl.clone().into_bytes()),
        ("a", container("docs", &texts)),
        ("a.docs", encoding_rs::GB18030.encode(&docs(&texts)).0.into_owned()),
        ("a.parquet", parquet()),
        ("a.txt.gz", compress("gz", text(30).as_bytes())),
        ("a.jsonl.zst", compress("zst", jsonl.as_bytes())),
        ("a.csv.xz", compress("xz", &container("csv", &texts))),
        ("a.jsonl.bz2", compress("bz2", jsonl.as_bytes())),
        ("a.wet.gz", compress("gz", &wet)),
        ("a.tar", tar(&members())),
        ("a.tgz", compress("gz", &tar(&members()))),
        ("a.zip", zip(&members())),
    ]
});

fn configs() -> [Config; 4] {
    let mut replace = Config { threads: 1, ..Config::default() };
    replace.read.encoding_errors = EncodingErrors::Replace;
    replace.split.split = SplitMode::Sentence;
    let mut other = replace.clone();
    other.read.encoding = vec!["gb18030".to_owned()];
    other.split.split = SplitMode::Block;
    other.read.max_document_size = Some(300);
    let mut markdown = replace.clone();
    markdown.split.split = SplitMode::Markdown;
    [Config { threads: 1, ..Config::default() }, replace, other, markdown]
}

/// Cleans one file beside others that share lines with it, twice.
fn survives(name: &str, bytes: &[u8]) {
    let mut files = file(name, bytes);
    files.insert("0.txt".to_owned(), text(3).into_bytes());
    files.insert("z.jsonl".to_owned(), jsonl(&[text(12), "unlike every other".to_owned()]).into_bytes());
    for config in configs() {
        let run = clean(&files, &config);
        if config.read.max_document_size.is_some() {
            continue; // what is decoded may be longer than it was
        }
        let again = clean(&run.out, &config);
        let differing = differing(&again.out, &run.out);
        let shown = |files: &Files| {
            differing
                .first()
                .and_then(|path| files.get(path))
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        assert!(
            again.out == run.out,
            "{differing:?}: {:?} {:?} {:?}",
            shown(&run.out),
            shown(&again.out),
            again.rejected
        );
        assert_eq!(again.summary.num_removed(), 0);
        assert!(run.out.contains_key("z.jsonl"), "the others are cleaned");
    }
}

/// A change of some bytes.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Flip(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Repeat(usize, usize),
    Insert(usize, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0..20_000_usize;
    prop_oneof![
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at.clone(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, 1 << bit)),
        at.clone().prop_map(Change::Cut),
        (at.clone(), 0..600_usize).prop_map(|(at, len)| Change::Remove(at, len)),
        (at.clone(), 0..600_usize).prop_map(|(at, len)| Change::Repeat(at, len)),
        (at, prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn apply(change: &Change, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let len = bytes.len();
    let span = |at: usize, size: usize| (at % len)..(at % len + size).min(len);
    match change {
        Change::Set(at, byte) => bytes[at % len] = *byte,
        Change::Flip(at, mask) => bytes[at % len] ^= mask,
        Change::Cut(at) => bytes.truncate(at % len),
        Change::Remove(at, size) => drop(bytes.drain(span(*at, *size))),
        Change::Repeat(at, size) => {
            let copy = bytes[span(*at, *size)].to_vec();
            bytes.splice(at % len..at % len, copy);
        }
        Change::Insert(at, new) => drop(bytes.splice(at % len..at % len, new.iter().copied())),
    }
}

/// Bytes that mean something to a reader.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<&'static [u8]> = vec![
        b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
        b"\x28\xb5\x2f\xfd",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"PAR1",
        b"WARC/1.0\r\n",
        b"WARC-Type: conversion\r\n",
        b"Content-Length: 5\r\n\r\n",
        b"Content-Type: text/plain; charset=gbk\r\n",
        b"{\"text\":\"",
        b"\"}\n",
        b"\\ud800",
        b"text,id\n",
        b"\"",
        b",",
        b"\t",
        b"\n",
        b"\r\n",
        b"\r",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\x1b$B",
        b"\x1b(B",
        b"\0",
        b"\xe3\x80\x80",
        b"\xd6\xd0\xb5\xc4",
        b"\xa3\xa0",
        b"abc. Def",
        b"\xc2\x85",
        b"\x0c",
        b"\xff",
        b"<doc>\n",
        b"<doc id=\"1\">\n",
        b"<url>u</url>\n",
        b"<content>",
        b"</content>\n",
        b"</doc>\n",
        b"<html>",
        b"[",
    ];
    prop_oneof![3 => prop::sample::select(known).prop_map(<[u8]>::to_vec), 1 => prop::collection::vec(any::<u8>(), 0..12)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..cases(200) })]

    #[test]
    fn bytes_of_any_kind(fragments in prop::collection::vec(fragment(), 0..30), name in prop::sample::select(&NAMES[..])) {
        survives(name, &fragments.concat());
    }

    #[test]
    fn valid_files_that_were_damaged(
        (number, own, name) in (0..VALID.len(), prop::bool::weighted(0.8), prop::sample::select(&NAMES[..])),
        changes in prop::collection::vec(change(), 0..4),
    ) {
        let (own_name, bytes) = &VALID[number];
        let mut bytes = bytes.clone();
        changes.iter().for_each(|change| apply(change, &mut bytes));
        survives(if own { own_name } else { name }, &bytes);
    }

    #[test]
    fn damaged_files_in_good_archives(
        number in 0..VALID.len(),
        changes in prop::collection::vec(change(), 1..3),
        kind in prop::sample::select(&["a.tar", "a.zip", "a.tar.gz"][..]),
    ) {
        let (name, bytes) = &VALID[number];
        let mut bytes = bytes.clone();
        changes.iter().for_each(|change| apply(change, &mut bytes));
        let members = [("first.txt", text(5).into_bytes()), (name, bytes), ("last.txt", text(20).into_bytes())];
        let archive = match kind {
            "a.zip" => zip(&members),
            "a.tar" => tar(&members),
            _ => compress("gz", &tar(&members)),
        };
        survives(kind, &archive);
    }
}

/// Valid files stay valid: what the other tests damage is read to its end.
#[test]
fn valid_files_are_read() {
    for (name, bytes) in &*VALID {
        let run = clean_twice(&file(name, bytes), &configs()[0]);
        let reasons: Vec<_> =
            run.reasons().into_iter().filter(|(_, reason)| *reason != "text_not_string").collect();
        assert_eq!(reasons, [("", ""); 0], "{name}");
        assert_eq!(run.summary.files.read, 1);
    }
}

/// Every prefix of a small file of every kind.
#[test]
fn every_prefix() {
    for (name, bytes) in &*VALID {
        let step = (bytes.len() / 150).max(1);
        for len in (0..bytes.len()).step_by(step) {
            let run = clean(&file(name, &bytes[..len]), &configs()[0]);
            let again = clean(&run.out, &configs()[0]);
            assert!(again.out == run.out || run.out == Files::new(), "{name} at {len}");
        }
    }
}

/// A text of several pieces that packs to a small file: it begins with "mine" and ends with `end`.
fn packed_small(end: &[u8]) -> Vec<u8> {
    let lines: String = (0..9000).map(|n| format!("{n} {}\n", "a".repeat(90))).collect();
    let packed = compress("xz", &[b"mine\n", lines.as_bytes(), end].concat());
    assert!(packed.len() < 32 * 1024, "{}", packed.len());
    packed
}

/// A small file that unpacks to a long text which is bad in the end is nobody's survivor, and is rejected once.
#[test]
fn a_long_text_in_a_small_file_is_bad_as_a_whole() {
    let mut config = Config { threads: 1, ..Config::default() };
    config.read.encoding = vec!["utf-8".to_owned()];
    let far = "b".repeat(300_000);
    for end in [&b"\xff\xfe\n"[..], &[b"\xff\n", far.as_bytes(), b"\n\xff\n"].concat()] {
        let bad = packed_small(end);
        let archive = tar(&[("m.txt", bad.clone()), ("n.txt", b"other\n".to_vec())]);
        let run = clean(
            &files([
                ("a.txt", b"one\n".to_vec()),
                ("b.txt.xz", bad),
                ("c.txt", b"mine\none\n".to_vec()),
                ("d.tar.xz", compress("xz", &archive)),
                ("e.txt", b"other\nlast\nmine\n".to_vec()),
            ]),
            &config,
        );
        assert_eq!(
            run.reasons(),
            [("b.txt.xz", "not_utf8"), ("d.tar.xz/m.txt", "not_utf8")],
            "{}",
            end.len()
        );
        assert_eq!(run.names(), ["a.txt", "c.txt", "d.tar.xz", "e.txt"]);
        assert_eq!((run.text("c.txt"), run.text("e.txt")), ("mine\n", "last\n"));
    }
}

/// A long text that a small file unpacks to is one document: of its copies of a paragraph one stays.
#[test]
fn a_long_text_in_a_small_file_is_one_document() {
    let mut config = Config { threads: 1, ..Config::default() };
    for scope in [Scope::Corpus, Scope::Document] {
        config.decide.scope = scope;
        let texts = files([("a.txt.xz", packed_small(b"mine\n")), ("b.txt.gz", compress("gz", b"z\nz\n"))]);
        let run = clean_twice(&texts, &config);
        assert_eq!(run.summary.paragraphs.kept, 9002, "{scope:?}");
        assert_eq!(run.ledger.len(), 2);
    }
}
