//! Contract D4: text in every encoding becomes the same UTF-8, is counted under its name, and is never guessed
//! silently. What it decodes to is held against `encoding_rs` used directly.
#![expect(
    clippy::format_collect,
    clippy::cast_possible_truncation,
    clippy::fn_params_excessive_bools,
    reason = "texts of a few lines, made for a test"
)]

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use tamis::Config;
use tamis::config::{EncodingErrors, Repair, SplitMode};

use crate::support::files::Files;
use crate::support::json;
use crate::support::languages::{
    self, FRENCH, JAPANESE, KOREAN, RUSSIAN, SIMPLIFIED, TRADITIONAL, encode, long,
};
use crate::support::memory::{self, clean, clean_twice, file, files};
use crate::support::packs::{csv, jsonl, texts};
use crate::support::run::Run;

fn utf16(text: &str, is_big: bool, has_mark: bool) -> Vec<u8> {
    languages::utf16(text, is_big, if has_mark { "\u{feff}" } else { "" })
}

/// ISO-2022-JP of kana, hanzi and ASCII: JIS X 0208 is EUC-JP without the high bits (RFC 1468).
fn iso_2022_jp(text: &str) -> Vec<u8> {
    let (mut out, mut is_double) = (Vec::new(), false);
    for c in text.chars() {
        if c.is_ascii() == is_double {
            out.extend_from_slice(if is_double { b"\x1b(B" } else { b"\x1b$B" });
            is_double = !is_double;
        }
        let pair = EUC_JP.encode(c.encode_utf8(&mut [0; 4])).0.into_owned();
        out.extend(pair.iter().map(|byte| byte & 0x7f));
    }
    if is_double {
        out.extend_from_slice(b"\x1b(B");
    }
    out
}

/// One text in every encoding that can hold it, by the name of the encoding.
fn matrix() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for (text, encodings) in [
        (SIMPLIFIED, &[GB18030][..]),
        (TRADITIONAL, &[BIG5, GB18030]),
        (JAPANESE, &[SHIFT_JIS, EUC_JP]),
        (KOREAN, &[EUC_KR]),
        (RUSSIAN, &[WINDOWS_1251]),
        (FRENCH, &[WINDOWS_1252]),
    ] {
        for &encoding in encodings {
            let name = if encoding == GB18030 { "gb18030" } else { encoding.name() };
            all.push((text, name, encode(encoding, text)));
        }
        for (name, is_big) in [("UTF-16LE", false), ("UTF-16BE", true)] {
            all.push((text, name, utf16(text, is_big, true)));
            all.push((text, name, utf16(text, is_big, false)));
        }
        all.push((text, "UTF-8", [b"\xef\xbb\xbf", text.as_bytes()].concat()));
    }
    all.push((JAPANESE, "ISO-2022-JP", iso_2022_jp(JAPANESE)));
    all
}

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    change(&mut config);
    config
}

/// Each encoding beside UTF-8 reduces to the first copy, in one file a form and in all of them together.
#[test]
fn every_form_is_the_same_text() {
    for (text, name, bytes) in matrix() {
        let run = clean(&files([("a.txt", text.into()), ("b.txt", bytes)]), &config(|_| ()));
        assert_eq!(run.names(), ["a.txt"], "{name}: {:?}", run.reasons());
        let encodings = &run.summary.documents.encodings;
        assert_eq!(encodings.values().sum::<u64>(), 2);
        assert_eq!(encodings[name], if name == "UTF-8" { 2 } else { 1 }, "{encodings:?}");
        assert_eq!(run.ledger.len(), 1, "a copy is one run");
    }
    let all: Files =
        matrix().into_iter().enumerate().map(|(n, (_, _, bytes))| (format!("{n:02}.txt"), bytes)).collect();
    let run = clean_twice(&all, &config(|_| ()));
    assert_eq!(run.out.len(), 6, "{:?}", run.names());
    assert_eq!(run.summary.documents.emptied, all.len() as u64 - 6);
}

/// Files of several pieces are decoded alike, under a name that promises text and under one that does not, and in
/// every way of splitting.
#[test]
fn every_form_of_a_large_text() {
    for (text, name, _) in matrix().into_iter().filter(|(text, ..)| [SIMPLIFIED, JAPANESE].contains(text)) {
        let text = long(text, 400_000);
        let bytes = match name {
            "UTF-16LE" => utf16(&text, false, false),
            "UTF-16BE" => utf16(&text, true, false),
            "ISO-2022-JP" => iso_2022_jp(&text),
            name => encode(Encoding::for_label(name.as_bytes()).expect("a label"), &text),
        };
        let is_told_late = ["UTF-16BE", "ISO-2022-JP"].contains(&name);
        let splits = [SplitMode::Line, SplitMode::Block, SplitMode::Sentence];
        for split in splits.into_iter().take(if is_told_late { 3 } else { 2 }) {
            let config = config(|config| config.split.split = split);
            let expected = clean(&file("a.txt", &text), &config).out.remove("a.txt").expect("a text");
            let run = clean(&files([("a.txt", bytes.clone()), ("b.log", bytes.clone())]), &config);
            assert_eq!(run.rejected.len(), 0, "{name} {split:?}: {:?}", run.rejected);
            assert!(run.out["a.txt"] == expected, "{name} {split:?}");
            assert_eq!(run.names(), ["a.txt"]);
            assert_eq!(run.summary.documents.encodings, [(name.to_owned(), 2)].into(), "{split:?}");
        }
    }
}

/// Spans of the ledger are offsets in the decoded text, whatever the pieces (contract O5).
#[test]
fn spans_are_of_the_decoded_text() {
    let (text, title) = (long(SIMPLIFIED, 400_000), "标题只有一行");
    let both = format!("{title}\n{text}\r\n{title}　\n尾声\n{title}\n");
    for (name, bytes) in [
        ("gb18030", encode(GB18030, &both)),
        ("utf-16", utf16(&both, false, true)),
        ("utf-8", [b"\xef\xbb\xbf", both.as_bytes()].concat()),
        (
            "iso",
            iso_2022_jp(
                &format!("{title}\n{}\r\n{title}　\n尾声\n{title}\n", long(JAPANESE, 400_000))
                    .replace("题", "題")
                    .replace("标", "標")
                    .replace("只", "唯")
                    .replace("声", "聲"),
            ),
        ),
    ] {
        for split in [SplitMode::Line, SplitMode::Block, SplitMode::Sentence] {
            let mut config = config(|config| config.split.split = split);
            config.write.ledger_text = true;
            let run = clean(&file("a.txt", &bytes), &config);
            let decoded = match name {
                "iso" => encoding_rs::ISO_2022_JP.decode(&bytes).0.into_owned(),
                _ => both.clone(),
            };
            let titles: Vec<_> = run.ledger.iter().filter(|line| line["survivor"]["last"] == 0).collect();
            assert_eq!(titles.len(), if split == SplitMode::Block { 0 } else { 2 }, "{name} {split:?}");
            for line in titles {
                let place =
                    |n: usize| usize::try_from(line["span"][n].as_u64().expect("a span")).expect("small");
                assert_eq!(
                    format!("{}\n", &decoded[place(0)..place(1)]),
                    json::text_of(line, "text"),
                    "{name}"
                );
                assert_eq!(&decoded[place(0)..place(1)], decoded.lines().next().expect("a title"), "{name}");
            }
        }
    }
}

/// GBK's A3 A0 is U+E5E5 and no space, as in iconv and ICU: beside its UTF-8 form it is the same text, small or
/// large, and where its two bytes belong to two characters it is neither.
#[test]
fn the_pair_a3a0() {
    for lines in [3, 30_000] {
        let text: String = (0..lines)
            .map(|n| format!("第{n}行中文\u{e5e5}正文 \u{e5e5}\u{e5e5}的是不了在人有我他\n"))
            .collect();
        let parts: Vec<Vec<u8>> = text.split('\u{e5e5}').map(|part| encode(GB18030, part)).collect();
        let bytes = parts.join(&b"\xa3\xa0"[..]);
        for split in [SplitMode::Line, SplitMode::Block] {
            let config = config(|config| config.split.split = split);
            let run = clean(&files([("a.txt", bytes.clone()), ("b.txt", text.clone().into())]), &config);
            assert_eq!(run.text("a.txt"), text, "{split:?}");
            assert_eq!(run.names(), ["a.txt"]);
        }
    }
    // 帮 is B0 EF, 牐 is A0 90: D6 A3 | A0 90 is no A3 A0.
    let text = "郑牐郑牐的是不了在人有我他\n";
    let bytes = encode(GB18030, text);
    assert!(bytes.windows(2).any(|pair| pair == b"\xa3\xa0"), "{bytes:x?}");
    assert_eq!(clean(&file("a.txt", bytes), &config(|_| ())).text("a.txt"), text);
}

/// The beginning of a large file does not decide for the rest of it.
#[test]
fn encodings_that_begin_late() {
    let ascii = (0..6000)
        .map(|n| format!("line {n} of plain ASCII, fifty bytes and some more\n"))
        .collect::<String>();
    assert!(ascii.len() > 300 * 1024);
    let later = long(SIMPLIFIED, 300_000);
    let japanese = long(JAPANESE, 300_000);
    let quoted = format!("he said “yes”\n{ascii}");
    let accent = format!("{ascii}{}", long(FRENCH, 100_000));
    for (name, text, bytes) in [
        ("gb18030", format!("{ascii}{later}"), encode(GB18030, &format!("{ascii}{later}"))),
        ("gb18030", format!("{quoted}{later}"), encode(GB18030, &format!("{quoted}{later}"))),
        ("ISO-2022-JP", format!("{ascii}{japanese}"), iso_2022_jp(&format!("{ascii}{japanese}"))),
        ("UTF-16LE", format!("{ascii}{later}"), utf16(&format!("{ascii}{later}"), false, false)),
        ("windows-1252", accent.clone(), encode(WINDOWS_1252, &accent)),
        ("UTF-8", format!("{ascii}{later}"), format!("{ascii}{later}").into()),
    ] {
        for split in [SplitMode::Line, SplitMode::Block] {
            let config = config(|config| config.split.split = split);
            let expected = clean(&file("a.txt", &text), &config).out.remove("a.txt").expect("a text");
            // A file before it and one after it, which are read in the same batch, lose nothing by it.
            let around = files([
                ("0.txt", "before\n".into()),
                ("a.txt", bytes.clone()),
                ("b.txt", "before\nafter\n".into()),
            ]);
            let run = clean_twice(&around, &config);
            assert_eq!(run.reasons(), [("", ""); 0], "{name}");
            assert!(run.out["a.txt"] == expected, "{name} {split:?}");
            let after = if split == SplitMode::Line { "after\n" } else { "before\nafter\n" };
            assert_eq!((run.text("0.txt"), run.text("b.txt")), ("before\n", after));
            assert_eq!(run.summary.documents.encodings[name], if name == "UTF-8" { 3 } else { 1 });
        }
    }
}

/// All that came of a beginning longer than a batch is taken back: its output, its ledger, its survivors.
#[test]
fn an_encoding_that_begins_after_a_batch() {
    let ascii = (0..20_000).map(|n| format!("{n} {}\n", "of plain ASCII, ".repeat(28))).collect::<String>();
    assert!(ascii.len() > 8_500_000);
    let text = format!("before\n{ascii}{SIMPLIFIED}after\n");
    let around = |bytes| {
        files([("0.txt", "before\n".into()), ("a.txt", bytes), ("b.txt", "before\nafter\n0 x\n".into())])
    };
    let expected = clean(&around(text.clone().into()), &config(|_| ()));
    let run = clean(&around(encode(GB18030, &text)), &config(|_| ()));
    assert!(run.out == expected.out, "{:?}", memory::differing(&run.out, &expected.out));
    assert_eq!(run.ledger, expected.ledger);
    assert_eq!(run.summary.files.read, 3);
}

/// Damaged UTF-8 is rejected with its place, or with its place filled, and never taken for anything else.
#[test]
fn damaged_utf8() {
    let text = long(SIMPLIFIED, 600_000);
    for len in [SIMPLIFIED.len(), 500_000] {
        let end = text.floor_char_boundary(len);
        for at in [3, end / 2, end - 4] {
            let mut bytes = text.as_bytes()[..end].to_vec();
            bytes[at] = 0xff;
            let valid = String::from_utf8_lossy(&bytes).find('\u{fffd}').expect("a fault") as u64;
            let run = clean(&file("a.txt", &bytes), &config(|_| ()));
            assert_eq!(run.reasons(), [("a.txt", "not_utf8")], "{len} {at}");
            assert_eq!(run.rejected[0]["byte"].as_u64(), Some(valid));
            assert_eq!(run.out, Files::new());
            let replace = config(|config| config.read.encoding_errors = EncodingErrors::Replace);
            let run = clean_twice(&file("a.txt", &bytes), &replace);
            let lossy = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(run.text("a.txt").matches('\u{fffd}').count(), lossy.matches('\u{fffd}').count());
            assert_eq!(run.summary.documents.replaced, lossy.matches('\u{fffd}').count() as u64);
            assert_eq!(run.summary.documents.encodings["UTF-8"], 1);
        }
    }
}

/// `--encoding` is for what is neither marked nor UTF-8; what it does not decode is rejected or replaced.
#[test]
fn a_given_encoding() {
    let given = |name: &str| config(|config| config.read.encoding = Some(name.to_owned()));
    let run = clean(&file("a.txt", encode(BIG5, "短\n")), &given("big5"));
    assert_eq!(run.text("a.txt"), "短\n");
    for text in [SIMPLIFIED.to_owned(), long(SIMPLIFIED, 600_000)] {
        let run = clean(
            &files([("a.txt", text.clone().into()), ("b.txt", utf16(&text, true, true))]),
            &given("big5"),
        );
        assert_eq!(run.names(), ["a.txt"]);
        let mut bad = encode(GB18030, &text);
        let at = bad.len() / 2 - (bad.len() / 2) % 2;
        let at = at + bad[at..].iter().position(|&byte| byte == b'\n').expect("a line");
        bad.insert(at, 0xff);
        for split in [SplitMode::Line, SplitMode::Block] {
            let mut config = given("gbk");
            config.split.split = split;
            let run = clean(&file("a.txt", &bad), &config);
            assert_eq!(run.reasons(), [("a.txt", "undecodable")], "{split:?}");
            if split == SplitMode::Line {
                assert_eq!(run.rejected[0]["byte"].as_u64(), Some(at as u64));
            }
            config.read.encoding_errors = EncodingErrors::Replace;
            let run = clean_twice(&file("a.txt", &bad), &config);
            assert_eq!(run.text("a.txt").matches('\u{fffd}').count(), 1);
            assert_eq!(run.summary.documents.replaced, 1);
        }
    }
    let mut config = Config::default();
    config.read.encoding = Some("klingon".to_owned());
    let outcome = tamis::clean(&["tests".into()], None, &config, &tamis::NoObserver);
    assert!(matches!(outcome, Err(tamis::Error::Config(_))));
}

/// A text in no encoding in particular is rejected, with a remedy.
#[test]
fn what_cannot_be_told() {
    let noise: Vec<u8> = (0_u32..4000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x81).collect();
    for (bytes, reason) in [
        (noise, "encoding_unknown"),
        (b"\x00\x00\xfe\xff\x00\x00\x00a".to_vec(), "encoding_unknown"),
        (b"\xff\xfe\x00\xd8\n\x00".to_vec(), "undecodable"),
    ] {
        let run = clean(&file("a.txt", bytes), &config(|_| ()));
        assert_eq!(run.reasons(), [("a.txt", reason)]);
        assert!(json::text_of(&run.rejected[0], "remedy").contains("--encoding"));
    }
}

/// JSON Lines and tables in other encodings: records as from UTF-8, all other fields with them.
#[test]
fn containers_of_records() {
    for records in [4, 20_000] {
        let chosen: Vec<String> = (0..records)
            .map(|n| format!("{}第{n}条", SIMPLIFIED.lines().nth(n % 5).expect("a line")))
            .collect();
        for (path, text) in
            [("a.jsonl", jsonl(&chosen)), ("a.csv", csv(&chosen)), ("a.tsv", csv(&chosen).replace(',', "\t"))]
        {
            let expected = clean(&file(path, &text), &config(|_| ()));
            assert_eq!(expected.summary.records.read, records as u64);
            for (name, bytes) in [
                ("gb18030", encode(GB18030, &text)),
                ("UTF-16LE", utf16(&text, false, true)),
                ("UTF-16BE", utf16(&text, true, true)),
                ("UTF-16LE", utf16(&text, false, false)),
                ("UTF-16BE", utf16(&text, true, false)),
                ("UTF-8", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ] {
                let run = clean_twice(&file(path, bytes), &config(|_| ()));
                assert!(run.out == expected.out, "{path} {name} {:?}", run.rejected.first());
                assert_eq!(
                    run.summary.documents.encodings,
                    [(name.to_owned(), records as u64)].into(),
                    "{path}"
                );
            }
        }
    }
}

/// One bad line, or one in another encoding, is one bad record: the file stays UTF-8 (contract O4).
#[test]
fn one_bad_line_in_a_container() {
    for count in [5, 5000] {
        let mut lines: Vec<Vec<u8>> =
            (0..count).map(|n| jsonl(&[format!("第{n}条消息，内容各不相同")]).into_bytes()).collect();
        lines[count / 2] = encode(GB18030, &jsonl(&["这一行不是"]));
        let run = clean_twice(&file("a.jsonl", lines.concat()), &config(|_| ()));
        assert_eq!(run.reasons(), [("a.jsonl", "not_utf8")]);
        assert_eq!(run.rejected[0]["line"].as_u64(), Some(count as u64 / 2 + 1));
        assert_eq!(texts("jsonl", &run.out["a.jsonl"]).len(), count - 1);
    }
}

/// A mark is no text even where nothing is repaired, and an escape of a terminal makes no Japanese.
#[test]
fn marks_and_escapes() {
    let plain = config(|config| config.split.repair = Repair::None);
    let run = |bytes: &[u8]| -> Run { clean_twice(&file("a.txt", bytes), &plain) };
    for bytes in [b"\xef\xbb\xbfx\n".to_vec(), utf16("x\n", false, true), utf16("x\n", true, true)] {
        assert_eq!(run(&bytes).text("a.txt"), "x\n");
    }
    assert_eq!(run(b"\x1b[31mred\x1b[0m\n").text("a.txt"), "\x1b[31mred\x1b[0m\n");
    let run = clean(&file("a.txt", b"\xef\xbb\xbf"), &config(|_| ()));
    assert_eq!((run.summary.documents.emptied, run.out.len()), (1, 0));
}
