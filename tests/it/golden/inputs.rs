//! Inputs of every kind, the same bytes in every run: nothing here asks a clock or chance.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use arrow_schema::{Field, Schema};
use encoding_rs::{BIG5, EUC_KR, GB18030, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::support::files::Files;
use crate::support::languages::{
    FRENCH, JAPANESE, KOREAN, RUSSIAN, SIMPLIFIED, TRADITIONAL, encode, long, utf16,
};
use crate::support::lines;
use crate::support::near::lines;
use crate::support::packs::{COMPRESSIONS, compress, csv, jsonl, tar, wet, zip};
use crate::support::random::Noise;
use crate::support::texts::{article, paragraph};

/// Texts of three paragraphs, of which many share some.
fn texts(seed: usize, count: usize) -> Vec<String> {
    let mut noise = Noise::new(seed + 500);
    let mut text = || {
        let [a, b, c] = [0; 3].map(|_| paragraph(noise.below(700)));
        format!("{a}\n{b}\n\n{c}\n")
    };
    (0..count).map(|_| text()).collect()
}

/// JSON Lines with ids of several kinds and fields that are none of ours.
pub(crate) fn shard(seed: usize, records: usize) -> Vec<u8> {
    let mut noise = Noise::new(seed + 1000);
    let mut all = String::new();
    for (n, text) in texts(seed, records).iter().enumerate() {
        let id = noise.pick(&["\"id\":7,", "\"id\":\"a longer id, which stands elsewhere: 40 bytes\",", ""]);
        let text = serde_json::json!(text);
        writeln!(all, "{{{id}\"n\":{n}, \"ts\":{},\"text\":{text}}}", n % 5)
            .expect("a string takes everything");
    }
    all.into_bytes()
}

fn tsv(texts: &[String]) -> String {
    let rows = texts.iter().enumerate().map(|(id, text)| format!("{id}\t{}\tx\n", text.replace('\n', " ")));
    std::iter::once("id\ttext\tmore\n".to_owned()).chain(rows).collect()
}

/// A web archive of responses, requests, a page of HTML and a conversion with a digest.
fn warc(texts: &[String]) -> String {
    let record = |kind: &str, more: &str, block: &str| {
        let len = block.len();
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://a/{len}\r\n{more}Content-Length: {len}\r\n\r\n{block}\r\n\r\n"
        )
    };
    let is_http = "Content-Type: application/http; msgtype=response\r\n";
    let page = |kind: &str, body: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{body}");
    let head = [
        record("warcinfo", "", "software: x\r\n"),
        record("request", is_http, "GET / HTTP/1.1\r\n\r\n"),
        record("response", is_http, &page("text/html", "<p>one</p>")),
        record("response", is_http, &page("image/png", "PNG")),
    ];
    let digested = "WARC-Block-Digest: sha1:OLD\r\nContent-Type: text/plain\r\n";
    let body = texts.iter().enumerate().map(|(n, text)| match n % 3 {
        0 => record("response", is_http, &page("text/plain; charset=utf-8", text)),
        1 => record("conversion", digested, text),
        _ => record("resource", "Content-Type: text/plain\r\n", text),
    });
    head.into_iter().chain(body).collect()
}

/// A Parquet file of these texts with numbers beside them; the number chooses the type of column and the compression.
fn parquet(number: usize, texts: &[String]) -> Vec<u8> {
    let text = texts.iter().enumerate().map(|(n, text)| (n % 11 != 5).then_some(text.as_str()));
    let text: Vec<Option<&str>> = text.collect();
    let column: ArrayRef = match number {
        0 => Arc::new(StringArray::from(text)),
        1 => Arc::new(LargeStringArray::from(text)),
        _ => Arc::new(StringViewArray::from(text)),
    };
    let compression =
        [Compression::SNAPPY, Compression::ZSTD(ZstdLevel::default()), Compression::UNCOMPRESSED][number];
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values((0_i64..).take(texts.len())));
    let field = |name: &str, column: &ArrayRef| Field::new(name, column.data_type().clone(), true);
    let schema = Arc::new(Schema::new(vec![field("id", &ids), field("text", &column)]));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![ids, column]).expect("a batch");
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(40))
        .set_created_by("tests".to_owned())
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).expect("a writer");
    writer.write(&batch).expect("memory");
    writer.into_inner().expect("memory")
}

/// Members of every kind, long texts included.
fn long_members(seed: usize) -> Vec<(&'static str, Vec<u8>)> {
    let late = [article(seed + 3..seed + 1400).as_bytes(), b"\xff\n"].concat(); // it is bad at its end
    let long = [("g/late.txt", late), ("g/long.txt", article(seed..seed + 1400).into())];
    members(seed).into_iter().chain(long).collect()
}

/// Members of every kind.
fn members(seed: usize) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.txt", article(seed..seed + 12).into()),
        ("dir/b.jsonl.gz", compress("gz", &shard(seed, 9))),
        ("dir/c.csv", csv(&texts(seed, 5)).into()),
        ("dir/d.wet", wet(&texts(seed + 1, 5)).into()),
        ("dir/e.parquet", parquet(0, &texts(seed + 2, 50))),
        ("e.txt.xz", compress("xz", article(seed + 5..seed + 20).as_bytes())),
        ("emptied.txt", (paragraph(1) + "\n").into()),
        ("empty.txt", Vec::new()),
        ("f", article(seed + 40..seed + 50).into()),
        ("gbk.txt", encode(GB18030, &SIMPLIFIED.repeat(3))),
        ("nested.zip", zip(&[("x.txt", "x\n".into()), ("y.jsonl", shard(seed + 3, 4))])),
        ("nested.tar.gz", compress("gz", &tar(&[("x.txt", article(seed..seed + 7).into())]))),
        ("picture.png", b"\x89PNG\0\0".to_vec()),
        ("paper.pdf", b"%PDF".to_vec()),
        ("bad.txt", b"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xff\n".to_vec()),
        ("z.txt", article(0..8).into()),
    ]
}

fn ascii(count: usize) -> String {
    lines::lines(count, |n| format!("line {n} of plain ASCII, fifty bytes and some more"))
}

fn encodings(files: &mut Files) {
    let late = format!("{}{}", ascii(5400), long(SIMPLIFIED, 20_000));
    for (name, bytes) in [
        ("gbk.txt", encode(GB18030, SIMPLIFIED)),
        ("gbk-long.txt", encode(GB18030, &long(SIMPLIFIED, 300_000))),
        ("big5.txt", encode(BIG5, TRADITIONAL)),
        ("sjis.txt", encode(SHIFT_JIS, JAPANESE)),
        ("euckr.txt", encode(EUC_KR, KOREAN)),
        ("cp1251.txt", encode(WINDOWS_1251, RUSSIAN)),
        ("cp1252.txt", encode(WINDOWS_1252, FRENCH)),
        ("utf16le-marked.txt", utf16(SIMPLIFIED, false, "\u{feff}")),
        ("utf16be.txt", utf16(TRADITIONAL, true, "")),
        ("utf8-marked.txt", ["\u{feff}", FRENCH].concat().into()),
        // They begin as plain ASCII, for more than a piece.
        ("guessed-wrong.txt", encode(GB18030, &late)),
        ("guessed-wrong-16.txt", utf16(&late, false, "")),
        ("late.txt", [article(200..1600).as_bytes(), b"\xff\n"].concat()), // bad at its end only
        ("bad.txt", b"\xe4\xb8\xad\xe6\x96\x87\xff\n".to_vec()),
        ("records.jsonl", encode(GB18030, &jsonl(&[SIMPLIFIED, SIMPLIFIED]))),
        ("table.csv", encode(GB18030, &csv(&[SIMPLIFIED, SIMPLIFIED]))),
    ] {
        files.insert(format!("encodings/{name}"), bytes);
    }
}

/// Texts that are nearly alike, in every kind of place.
fn nearly(files: &mut Files) {
    let mut dice = Noise::new(5);
    for n in 0..12 {
        let words = dice.words(150 + 40 * n);
        let edited = |at: usize| {
            let mut words = words.clone();
            words[at * 17 % 150] = format!("edited{at}");
            lines(&words)
        };
        files.insert(format!("near/{n:02}.txt"), lines(&words).into());
        files.insert(format!("near/{n:02}-edited.txt"), edited(n).into());
        let records = [edited(n + 1), lines(&words), edited(n + 2)];
        files.insert(format!("near/{n:02}.jsonl"), jsonl(&records).into());
        if n % 4 == 0 {
            files.insert(format!("near/{n:02}.tar"), tar(&[("x.txt", edited(n + 3).into())]));
            files.insert(format!("near/{n:02}.txt.zst"), compress("zst", lines(&words).as_bytes()));
            let half = lines(&words[..100]);
            files.insert(format!("near/{n:02}-half.txt"), half.into());
        }
        let han = dice.han(300);
        let report = |number: usize| format!("{han}，第{number}号，报{}.5元。\n", 7 * number);
        files.insert(format!("near/han-{n:02}.csv"), csv(&[report(n), report(n + 1), report(n)]).into());
    }
}

/// Every container and compression.
pub(crate) fn everything() -> Files {
    let mut files = Files::new();
    let mut add = |name: &str, content: Vec<u8>| files.insert(name.to_owned(), content);
    for n in 0..8 {
        add(&format!("news/{}/{n}.txt", n % 3), article(n * 7..n * 7 + 40).into());
    }
    add("news/notes.md", ("# Title\n\n".to_owned() + &article(3..9)).into());
    add("news/plain", article(90..99).into());
    add("news/crlf.text", article(4..14).replace('\n', "\r\n").into());
    add("news/blank.txt", " \n\u{3000}\n".into());
    add("news/empty.txt", Vec::new());
    add("news/long.txt", article(20..1500).into());
    add("news/one-line.txt", ((0..1350).map(paragraph).collect::<String>() + "\n").into());
    add("news/picture.png", b"\x89PNG\0\0".to_vec());
    add("news/paper.pdf", b"%PDF".to_vec());
    add("records/a.jsonl", shard(1, 40));
    add("records/a.ndjson", shard(2, 10));
    add("records/long.jsonl", shard(3, 450));
    add("records/a.csv", csv(&texts(4, 30)).into());
    add("records/long.csv", csv(&texts(5, 450)).into());
    add("records/a.tsv", tsv(&texts(6, 30)).into());
    add("web/a.warc", warc(&texts(7, 30)).into());
    add("web/a.wet", wet(&texts(8, 30)).into());
    add("web/long.wet", wet(&texts(9, 450)).into());
    for kind in COMPRESSIONS {
        add(&format!("packed/a.txt.{kind}"), compress(kind, article(30..80).as_bytes()));
        add(&format!("packed/long.txt.{kind}"), compress(kind, article(30..1400).as_bytes()));
        add(&format!("packed/a.jsonl.{kind}"), compress(kind, &shard(10, 40)));
        add(&format!("packed/a.warc.{kind}"), compress(kind, warc(&texts(11, 12)).as_bytes()));
        let two = [compress(kind, article(0..9).as_bytes()), compress(kind, article(5..15).as_bytes())];
        add(&format!("packed/two.txt.{kind}"), two.concat());
        add(&format!("packed/a.tar.{kind}"), compress(kind, &tar(&members(100))));
    }
    add("packed/named-wrong.txt", compress("gz", article(0..9).as_bytes()));
    add("packed/a.csv.gz", compress("gz", csv(&texts(12, 30)).as_bytes()));
    let records: Vec<u8> =
        texts(13, 9).iter().flat_map(|text| compress("gz", wet(&[text]).as_bytes())).collect();
    add("packed/records.wet.gz", records);
    for number in 0..3 {
        add(&format!("columns/{number}.parquet"), parquet(number, &texts(14 + number, 130)));
    }
    add("archives/a.zip", zip(&long_members(200)));
    add("archives/a.tar", tar(&long_members(300)));
    add("archives/a.tgz", compress("gz", &tar(&members(400))));
    encodings(&mut files);
    nearly(&mut files);
    files
}

/// The short files of everything and a few long texts, for commands that take their time.
pub(crate) fn for_a_search() -> Files {
    let long = ["news/long.txt", "encodings/late.txt"];
    let mut files = everything();
    files.retain(|name, content| {
        content.len() < 60_000 && !name.contains("long") || long.contains(&name.as_str())
    });
    files
}

/// Texts that are not UTF-8, and long texts whose encoding is guessed wrong or that are bad at their ends.
pub(crate) fn encoded() -> Files {
    let mut files = Files::new();
    encodings(&mut files);
    files
}

/// The files for a search without the long text that is retracted. Below a ceiling, a run after a search decides
/// differently on what follows such a text.
pub(crate) fn below_a_ceiling() -> Files {
    let mut files = for_a_search();
    files.remove("encodings/late.txt");
    files
}

/// Paragraphs of about half a kilobyte, which are quickly read.
pub(crate) fn wide(numbers: Range<usize>) -> String {
    lines::lines(numbers.len(), |n| format!("{} {}", numbers.start + n, "of plain ASCII, ".repeat(30)))
}

/// Texts longer than what is settled at once: one that turns out bad at its end, and one whose encoding was guessed
/// wrong.
pub(crate) fn late() -> Files {
    let ascii = wide(0..17_500);
    assert!(ascii.len() > 8_500_000);
    let text = format!("before\n{ascii}{SIMPLIFIED}after\n");
    let bad = [text.as_bytes(), b"x\xe4\xb8\n", b"tail\n"].concat();
    Files::from(
        [
            ("0.txt", ("before\n".to_owned() + &article(0..2000)).into()),
            ("bad.txt", bad),
            ("guessed-wrong.txt", encode(GB18030, &text)),
            ("z.txt", b"before\nafter\n0 x\n".to_vec()),
        ]
        .map(|(name, content)| (name.to_owned(), content)),
    )
}

/// Files that are broken, each in a way of its own, and a good one.
pub(crate) fn broken() -> Files {
    let mut files = Files::new();
    let mut add = |name: &str, content: Vec<u8>| files.insert(name.to_owned(), content);
    let broken_lines: [&[u8]; 12] = [
        b"{\"text\":\"one\"}",
        b"{\"text\":\"tw\xff\"}",
        b"",
        b"{\"note\":\"three\"}",
        b"{\"text\":\"four\"",
        b"{\"text\":\"five\",\"text\":\"5\"}",
        b"{\"text\":6}",
        b"[\"seven\"]",
        b"{\"text\":\"\\udc00\"}",
        b"{\"text\":\"nine\",\"n\":1,\"n\":2}",
        b"{\"text\":\"ten\"} {}",
        b"{\"text\":\"one\\neleven\"}",
    ];
    add("a.txt", article(0..9).into());
    add("lines.jsonl", broken_lines.join(&b'\n'));
    add("no-field.csv", b"id,body\n1,x\n".to_vec());
    add("torn.csv", b"id,text\n1,\"one\n".to_vec());
    for kind in COMPRESSIONS {
        let all = compress(kind, &shard(20, 400));
        add(&format!("half.jsonl.{kind}"), all[..all.len() / 2].to_vec());
        let all = compress(kind, article(0..900).as_bytes());
        add(&format!("half.txt.{kind}"), all[..all.len() / 2].to_vec());
        let mut damaged = all.clone();
        damaged[all.len() / 3] ^= 0x55;
        add(&format!("damaged.txt.{kind}"), damaged);
    }
    add("undecodable.txt", b"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xff\n".to_vec());
    let mut archive = zip(&[("a.txt", article(0..100).into()), ("b.txt", article(100..200).into())]);
    archive[200] ^= 0xff;
    add("member.zip", archive);
    let archive = tar(&members(7));
    add("half.tar", archive[..archive.len() / 2].to_vec());
    let columns = parquet(0, &texts(1, 90));
    add("half.parquet", columns[..columns.len() / 2].to_vec());
    let web = warc(&texts(2, 9));
    add("half.warc", web.as_bytes()[..web.len() - 30].to_vec());
    add("no-zip.zip", b"PK\x03\x04 and no more".to_vec());
    add("empty.txt", Vec::new());
    add("empty.csv", Vec::new());
    add("empty.jsonl.gz", compress("gz", b""));
    files
}
