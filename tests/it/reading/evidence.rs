//! Contract D4: an encoding is guessed by the evidence of the text or not at all, and what is not read is refused by
//! name.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_8859_2, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, X_MAC_CYRILLIC,
};
use tamis::Config;

use crate::support::files::Files;
use crate::support::json;
use crate::support::languages::{RUSSIAN, SIMPLIFIED, TRADITIONAL, encode, long};
use crate::support::memory::{clean, clean_twice, file, files};
use crate::support::packs::tar;

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    change(&mut config);
    config
}

/// Short texts, and the encodings that people write them in.
const SHORT: [(&str, &[&Encoding]); 12] = [
    (
        "设计 你好 标题 目录 中文 一月 银行 北京大学 用户名 第一章 开始 返回 是 好的 上海市 关于我们 电话",
        &[GB18030],
    ),
    ("標題 目錄 銀行 臺灣 首頁 聯絡我們 使用者 第一章 開始 這個 電話 新聞", &[BIG5, GB18030]),
    (
        "日本 東京都 こんにちは です テスト 設定 ファイル 終了 お知らせ 会社 はい 株式会社 電話",
        &[SHIFT_JIS, EUC_JP],
    ),
    ("안녕 서울 대한민국 파일 제목 시작 오류 설정 그리고 네 감사합니다 뉴스", &[EUC_KR]),
    (
        "привет да нет Москва файл ошибка год начало ещё это Россия",
        &[WINDOWS_1251, KOI8_R, IBM866, X_MAC_CYRILLIC],
    ),
    ("café naïve Müller élève garçon señor über Zoë Ærø Åse ça où", &[WINDOWS_1252, MACINTOSH]),
    ("żółw święta łódź gęś źródło być są", &[WINDOWS_1250, ISO_8859_2]),
    ("kůň žena příště děti čas být", &[WINDOWS_1250, ISO_8859_2]),
    ("Ελλάδα και είναι το αρχείο ναι", &[WINDOWS_1253]),
    ("güzel değil çocuk İstanbul şehir ığdır", &[WINDOWS_1254]),
    ("20° ©2006 100€ “yes” don’t – …", &[WINDOWS_1252]),
    ("AI人才 GPU算力 第3条 Q&A问答 2024年", &[GB18030]),
];

/// A short text is decoded as it was written, or rejected with the remedies: never anything else.
#[test]
fn a_short_text_is_right_or_rejected() {
    let (mut right, mut all) = (0, 0);
    for (words, encodings) in SHORT {
        for &encoding in encodings {
            for word in words.split(' ') {
                let (bytes, _, has_failed) = encoding.encode(word);
                if has_failed || bytes.is_ascii() || std::str::from_utf8(&bytes).is_ok() {
                    continue;
                }
                all += 1;
                let run = clean(&file("a.txt", [&bytes[..], b"\n"].concat()), &config(|_| ()));
                if let Some(rejection) = run.rejected.first() {
                    let reason = json::text_of(rejection, "reason");
                    let remedy = json::text_of(rejection, "remedy");
                    if reason == "not_utf8" {
                        continue; // most of its bytes are a character of UTF-8, too
                    }
                    assert_eq!(reason, "encoding_unknown", "{word} {}", encoding.name());
                    assert!(remedy.contains("--encoding 'GLOB=") && remedy.contains("--encoding-fallback"));
                } else {
                    assert_eq!(run.text("a.txt"), format!("{word}\n"), "{}", encoding.name());
                    right += 1;
                }
            }
        }
    }
    assert!(all > 100 && right * 5 > all * 2, "{right} of {all}");
}

/// What is guessed is counted as guessed; what a mark, an option or UTF-8 itself says is not.
#[test]
fn guesses_are_counted() {
    let corpus = files([
        ("a.txt", encode(GB18030, SIMPLIFIED)),
        ("b.txt", encode(BIG5, TRADITIONAL)),
        ("c.txt", "текст\n".into()),
    ]);
    let run = clean(&corpus, &config(|_| ()));
    assert_eq!(run.summary.documents.guessed, [("Big5".to_owned(), 1), ("gb18030".to_owned(), 1)].into());
    let run =
        clean(&corpus, &config(|config| config.read.encoding = vec!["*=gbk".into(), "b.*=big5".into()]));
    assert_eq!(run.summary.documents.encodings["gb18030"], 2, "the first glob that matches decides");
    assert!(run.summary.documents.guessed.is_empty());
    let run = clean(&corpus, &config(|config| config.read.encoding = vec!["gbk".into(), "b.*=big5".into()]));
    assert_eq!((run.text("b.txt"), run.summary.documents.encodings["Big5"]), (TRADITIONAL, 1));
}

/// `--encoding GLOB=NAME` names files, members of archives and containers of records.
#[test]
fn an_encoding_for_some_files() {
    let word = |encoding| [encode(encoding, "短"), b"\n".to_vec()].concat();
    let record = |encoding| encode(encoding, "{\"text\":\"短\"}\n");
    let corpus: Files = [
        ("big/a.txt".to_owned(), word(BIG5)),
        ("big/b.jsonl".to_owned(), record(BIG5)),
        ("gb/a.txt".to_owned(), word(GB18030)),
        ("pack.tar".to_owned(), tar(&[("jp/a.txt", word(SHIFT_JIS)), ("gb/b.txt", word(GB18030))])),
        ("other.txt".to_owned(), encode(EUC_JP, "短い\n")),
    ]
    .into();
    let values = ["euc-jp", "big/**=cp950", "**/jp/*=cp932", "gb/*=GB2312", "pack.tar=gbk"];
    let mut config = config(|config| config.read.encoding = values.map(str::to_owned).to_vec());
    config.decide.scope = tamis::config::Scope::Document;
    let run = clean(&corpus, &config);
    assert_eq!(run.reasons(), [("", ""); 0]);
    let encodings = &run.summary.documents.encodings;
    let counts = [("Big5", 2), ("EUC-JP", 1), ("Shift_JIS", 1), ("gb18030", 2)];
    assert_eq!(*encodings, counts.map(|(name, count)| (name.to_owned(), count)).into());
    assert!(run.text("big/a.txt") == "短\n" && run.text("gb/a.txt") == "短\n");
    assert_eq!(run.text("other.txt"), "短い\n");
}

/// `--encoding-fallback` is for texts of which nothing is known: not for those that are told, nor for damaged UTF-8.
#[test]
fn a_fallback_for_what_cannot_be_told() {
    let corpus = files([
        ("a.txt", encode(BIG5, TRADITIONAL)),
        ("b.txt", b"\xe0 \xe8 \xec\n".to_vec()),
        ("c.txt", "中文\u{fffd}的字\n".as_bytes()[..14].to_vec()),
        ("d.txt", b"\x00\x00\xfe\xff\x00\x00\x00a".to_vec()),
    ]);
    let run = clean(&corpus, &config(|_| ()));
    let reasons = [("b.txt", "encoding_unknown"), ("c.txt", "not_utf8"), ("d.txt", "encoding_unread")];
    assert_eq!(run.reasons(), reasons);
    let run = clean(&corpus, &config(|config| config.read.encoding_fallback = Some("latin-1".into())));
    assert_eq!(run.reasons(), reasons[1..]);
    assert_eq!((run.text("a.txt"), run.text("b.txt")), (TRADITIONAL, "à è ì\n"));
    assert_eq!(run.summary.documents.guessed, [("Big5".to_owned(), 1)].into());
}

/// Encodings that are not read are told by name, with what to do, wherever they come from.
#[test]
fn what_is_not_read_is_named() {
    let utf32: Vec<u8> = "只有四个字节\n".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    for (bytes, name) in [
        (utf32.clone(), "UTF-32"),
        ([b"\xff\xfe\0\0", &utf32[..]].concat(), "UTF-32"),
        (b"\x1b$)C\n\x0eGQ1[\x0f is \x0e4k\x0f\n".to_vec(), "ISO-2022-KR"),
        (b"\x1b$)A\x0eVPND\x0f\n".to_vec(), "ISO-2022-CN"),
        (b"The title: ~{VPND1jLb~}, and ~{5D~} more.\n".to_vec(), "HZ"),
    ] {
        let long = [&bytes[..], &b"plain text goes on here\n".repeat(20_000)].concat();
        let bodies = if name == "UTF-32" { vec![bytes] } else { vec![bytes, long] };
        for bytes in bodies {
            let run = clean(&file("a.txt", bytes), &config(|_| ()));
            assert_eq!(run.reasons(), [("a.txt", "encoding_unread")], "{name}");
            assert!(json::text_of(&run.rejected[0], "detail").contains(name));
            assert!(json::text_of(&run.rejected[0], "remedy").contains("iconv -f"));
        }
    }
    for text in ["In ~{a} TeX ~{b}\n", "see ~{user}/x and ~/y\n", "\u{1b}[31mred\u{1b}[0m\n"] {
        assert_eq!(clean(&file("a.txt", text), &config(|_| ())).reasons(), [("", ""); 0], "{text}");
    }
}

/// Cyrillic of the Macintosh is none of Windows.
#[test]
fn mac_cyrillic() {
    for text in [RUSSIAN.to_owned(), long(RUSSIAN, 400_000)] {
        let run = clean_twice(&file("a.txt", encode(X_MAC_CYRILLIC, &text)), &config(|_| ()));
        assert_eq!(run.text("a.txt"), text);
        assert_eq!(run.summary.documents.encodings, [("x-mac-cyrillic".to_owned(), 1)].into());
    }
}

/// A file that is in one encoding first and then in another is no text in either.
#[test]
fn an_encoding_that_changes() {
    let koi8 = |len| encode(KOI8_R, &long(RUSSIAN, len));
    let windows = |len| encode(WINDOWS_1251, &long(RUSSIAN, len));
    let chinese = |len| encode(GB18030, &long(SIMPLIFIED, len));
    let traditional = |len| encode(BIG5, &long(TRADITIONAL, len));
    for len in [4000, 600_000] {
        for bytes in [
            [windows(len), koi8(len)].concat(),
            [chinese(len), traditional(len)].concat(),
            [traditional(len), chinese(len)].concat(),
        ] {
            let run = clean(&files([("a.txt", bytes), ("b.txt", "fine\n".into())]), &config(|_| ()));
            assert_eq!(run.names(), ["b.txt"], "{len}");
            assert_eq!(run.rejected.len(), 1);
        }
    }
}
