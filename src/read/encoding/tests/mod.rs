//! Real sentences in each of their encodings, and laws on arbitrary bytes.

mod texts;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_2022_JP, KOI8_R, KOI8_U, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE, WINDOWS_874, WINDOWS_1250, WINDOWS_1252, WINDOWS_1253, WINDOWS_1255,
};
use proptest::prelude::*;
use std::io::Read;

use super::*;
use texts::{JAPANESE, SIMPLIFIED, TEXTS};

fn encode(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    match encoding {
        e if e == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        e if e == UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        // The Encoding Standard lets no one write KOI8-R's two differing letters by accident.
        _ => encoding.encode(text).0.into_owned(),
    }
}

/// KOI8-U differs from KOI8-R in eight letters and box drawings, of which the text has none.
fn is_same(found: &Decision, expected: &'static Encoding) -> bool {
    let Decision::Other { encoding, .. } = *found else { return false };
    encoding == expected || expected == KOI8_R && encoding == KOI8_U
}

fn decoded(bytes: &[u8], decision: &Decision) -> Option<String> {
    let mut text = String::new();
    match decision {
        Decision::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Decision::Other { encoding, .. } => decode(encoding, bytes, false, &mut text).ok().map(|_| text),
        Decision::Broken { .. } => None,
    }
}

fn detect_in_chunks(document: &[u8], size: usize, given: Option<&'static Encoding>) -> Decision {
    let mut detector = Detector::new(given);
    document.chunks(size.max(1)).for_each(|chunk| detector.feed(chunk));
    detector.finish()
}

fn not_read(name: &'static str) -> Decision {
    Decision::Broken { byte: 0, why: Why::Foreign(name) }
}

fn not_utf8(byte: usize) -> Decision {
    Decision::Broken { byte: byte as u64, why: Why::DamagedUtf8 }
}

#[test]
fn every_language_in_its_encodings() {
    for (text, encodings) in TEXTS {
        assert_eq!(detect(text.as_bytes(), None), Decision::Utf8);
        for encoding in encodings {
            for text in [text.to_owned(), text.replace('\n', "\r\n"), text.repeat(100)] {
                let bytes = encode(&text, encoding);
                let decision = detect(&bytes, None);
                assert!(is_same(&decision, encoding), "{decision:?}, not {}: {text:.80}", encoding.name());
                assert_eq!(decoded(&bytes, &decision), Some(text));
            }
        }
    }
}

/// Of the Latin alphabet's encodings a line often has too few letters that differ.
#[test]
fn single_lines_are_right_or_not_told() {
    let is_latin = |text: &str| text.chars().filter(char::is_ascii_lowercase).count() > 100;
    for (text, encodings) in TEXTS.into_iter().filter(|(text, _)| !is_latin(text)) {
        for (line, encoding) in
            text.split_inclusive('\n').flat_map(|line| encodings.iter().map(move |e| (line, e)))
        {
            let bytes = encode(line, encoding);
            let decision = detect(&bytes, None);
            let text = decoded(&bytes, &decision);
            assert!(text.is_none_or(|text| text == line), "{decision:?}, not {}: {line}", encoding.name());
        }
    }
}

#[test]
fn only_simplified_chinese_takes_the_quick_path() {
    let strong = |text: &str, encoding| {
        let mut evidence = chinese::Gb18030Evidence::default();
        evidence.add(&encode(text, encoding));
        evidence.is_strong()
    };
    for (text, encodings) in TEXTS {
        for encoding in encodings.iter().copied().chain([UTF_8]) {
            let is_right = text == SIMPLIFIED && encoding == GB18030;
            assert_eq!(strong(&text.repeat(10), encoding), is_right, "{}: {text:.80}", encoding.name());
            let mut pieces = text.split_inclusive(['。', '.', ',', ' ', '，', '\n']);
            assert!(
                is_right || !pieces.any(|piece| strong(piece, encoding)),
                "{}: {text:.80}",
                encoding.name()
            );
        }
    }
    assert!(SIMPLIFIED.lines().all(|line| strong(line, GB18030)));
    assert!(strong("李先生说他们是这样想的", GB18030));
}

#[test]
fn damaged_utf8_is_not_taken_for_legacy() {
    for (text, _) in TEXTS {
        for text in [text.to_owned(), text.repeat(50), text.lines().next().unwrap().to_owned()] {
            if text.chars().filter(|c| !c.is_ascii()).count() < 3 {
                continue; // of one or two characters, a damaged one proves nothing
            }
            let full = text.as_bytes();
            let char_at = |from: usize| (from..full.len()).find(|i| full[*i] >= 0xc0).unwrap();
            let (first, middle) = (char_at(0), char_at(full.len() / 3));
            // A lead byte without its character, a byte lost, a byte overwritten.
            for place in [first, middle] {
                let inserted = [&full[..place], &[0xe4], &full[place..]].concat();
                assert_eq!(detect(&inserted, None), not_utf8(place), "{text:.80}");
                let lost = [&full[..=place], &full[place + 2..]].concat();
                assert!(
                    matches!(detect(&lost, None), Decision::Broken { why: Why::DamagedUtf8, .. }),
                    "{text:.80}"
                );
                let mut overwritten = full.to_vec();
                overwritten[place] = 0xff;
                assert_eq!(detect(&overwritten, None), not_utf8(place), "{text:.80}");
            }
            let last = full.iter().rposition(|b| *b >= 0xc0).unwrap();
            assert_eq!(detect(&full[..=last], None), not_utf8(last), "{text:.80}");
        }
    }
    assert_eq!(detect("中文".as_bytes().split_last().unwrap().1, None), not_utf8(3));
}

#[test]
fn mixed_encodings_are_broken() {
    let mixed = [encode(SIMPLIFIED, GB18030).repeat(20), SIMPLIFIED.as_bytes().to_vec()].concat();
    assert!(matches!(detect(&mixed, None), Decision::Broken { why: Why::DamagedUtf8, .. }));
    let mixed = [SIMPLIFIED.as_bytes().to_vec(), encode(SIMPLIFIED, GB18030).repeat(20)].concat();
    assert_eq!(detect(&mixed, None), not_utf8(SIMPLIFIED.len()));
}

#[test]
fn damaged_legacy_is_told_all_the_same() {
    let mut bytes = encode(SIMPLIFIED, GB18030);
    bytes.pop();
    let cut = &bytes[..bytes.len() - 1];
    assert_eq!(detect(cut, None), Decision::guessed(GB18030));
    bytes[20] = 0xff;
    assert_eq!(detect(&bytes, None), Decision::guessed(GB18030));
    assert_eq!(decode(GB18030, &bytes, false, &mut String::new()), Err(20));
}

#[test]
fn damaged_legacy_is_never_taken_for_another() {
    for (text, encodings) in TEXTS {
        let double = [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR, WINDOWS_1253, WINDOWS_1255, WINDOWS_874];
        for encoding in encodings.iter().copied().filter(|e| double.contains(e)) {
            let full = encode(text, encoding);
            for place in (0..full.len()).step_by(7) {
                let mut bytes = full.clone();
                bytes[place] = 0xff;
                let decision = detect(&bytes, None);
                let is_safe = is_same(&decision, encoding) || decoded(&bytes, &decision).is_none();
                assert!(is_safe, "{decision:?}, not {}, damaged at {place}: {text:.80}", encoding.name());
            }
        }
    }
}

#[test]
fn marks_decide() {
    for (bytes, expected) in [
        (b"\xef\xbb\xbf".as_slice(), Decision::Utf8),
        (b"\xef\xbb\xbfabc", Decision::Utf8),
        (b"\xef\xbb\xbfab\xd6\xd0", not_utf8(5)),
        (b"\xef\xbb\xbf\xe4\xb8", not_utf8(3)),
        (b"\xff\xfe", Decision::known(UTF_16LE)),
        (b"\xff\xfea\0", Decision::known(UTF_16LE)),
        (b"\xfe\xff\0a", Decision::known(UTF_16BE)),
        (b"\xff\xfe\0\0a\0\0\0", not_read("UTF-32")),
        (b"\0\0\xfe\xff\0\0\0a", not_read("UTF-32")),
    ] {
        for given in [None, Some(BIG5)] {
            assert_eq!(detect(bytes, given), expected, "{bytes:?}");
            assert_eq!(detect_in_chunks(bytes, 1, given), expected, "{bytes:?}");
        }
    }
    assert_eq!(by_bom(b"\xef\xbb\xbfa"), Some((UTF_8, 3)));
    assert_eq!(by_bom(b"\xff\xfea\0"), Some((UTF_16LE, 2)));
    assert_eq!(by_bom(b"\xfe\xff"), Some((UTF_16BE, 2)));
    assert_eq!(by_bom(b"\xff\xfe\0\0"), None);
    assert_eq!(by_bom(b"\xef\xbb"), None);
}

#[test]
fn given_comes_after_utf8_and_utf16() {
    assert_eq!(detect("é".as_bytes(), Some(WINDOWS_1252)), Decision::Utf8);
    assert_eq!(detect(b"caf\xe9", Some(WINDOWS_1250)), Decision::known(WINDOWS_1250));
    assert_eq!(detect(&encode(SIMPLIFIED, GB18030), Some(BIG5)), Decision::known(BIG5));
    assert_eq!(detect(&encode(SIMPLIFIED, UTF_16LE), Some(BIG5)), Decision::known(UTF_16LE));
    let damaged = [SIMPLIFIED.as_bytes(), &[0xff]].concat();
    assert_eq!(detect(&damaged, Some(GB18030)), Decision::known(GB18030));
}

#[test]
fn small_and_odd_documents() {
    for (bytes, expected) in [
        (b"".as_slice(), Decision::Utf8),
        (b"a", Decision::Utf8),
        (b"plain\n", Decision::Utf8),
        (b"caf\xe9\n", Decision::guessed(WINDOWS_1252)),
        (b"caf\xe9", Decision::guessed(WINDOWS_1252)),
        (b"He said \x93so\x94.\n", Decision::guessed(WINDOWS_1252)),
        // A NUL in UTF-8, and the padding of a fixed field, are no UTF-16.
        (b"one\0two", Decision::Utf8),
        (b"helloworld\0\n", Decision::Utf8),
        (b"ab\0\0\0\0\0\0", Decision::Utf8),
        (b"a\0b\0\n\0", Decision::known(UTF_16LE)),
        (b"\0a\0b\0\n", Decision::known(UTF_16BE)),
        (b"a\0b\0\n", Decision::Utf8),
        // The colors of a terminal are no Japanese.
        (b"\x1b[31mred\x1b[0m \x1b(B", Decision::Utf8),
        (b"\x1b$B$3$s\x1b(B\n", Decision::known(ISO_2022_JP)),
        (b"\x1b$B$3$", Decision::known(ISO_2022_JP)),
        (b"\x1b$B\xe9", Decision::guessed(WINDOWS_1252)),
    ] {
        assert_eq!(detect(bytes, None), expected, "{:?}", String::from_utf8_lossy(bytes));
    }
    let binary: Vec<u8> = (0..4096_u32).map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    assert!(matches!(detect(&binary, None), Decision::Broken { .. }));
}

#[test]
fn legacy_far_into_a_long_document_is_found() {
    let mut bytes = b"plain ascii line\n".repeat(400_000);
    bytes.extend(encode(SIMPLIFIED, GB18030));
    assert_eq!(detect(&bytes, None), Decision::guessed(GB18030));
    let long = encode(JAPANESE, EUC_JP).repeat(20_000);
    assert_eq!(detect(&long, None), Decision::guessed(EUC_JP));
}

#[test]
fn names_and_properties() {
    assert_eq!(name(SHIFT_JIS), "Shift_JIS");
    assert!(
        [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR, WINDOWS_1252, UTF_8].into_iter().all(is_line_independent)
    );
    assert!(![UTF_16LE, UTF_16BE, ISO_2022_JP].into_iter().any(is_line_independent));
    for (bytes, expected) in [
        (b"a \x1b[0m \x1b(B".as_slice(), false),
        (b"\x1b", false),
        (b"a\x1b$B", true),
        (b"\x1b[1m\x1b$@", true),
        (b"\x1b(J", true),
        (b"\x1b(I", true),
        (b"\x1b$(D", true),
    ] {
        assert_eq!(has_jp_escape(bytes), expected, "{bytes:?}");
    }
}

#[test]
fn decodes_strictly_or_with_replacement() {
    let mut out = "kept ".to_owned();
    assert_eq!(decode(GB18030, b"a\xd6\xd0b", false, &mut out), Ok(0));
    assert_eq!(out, "kept a中b");
    for (encoding, bytes, error, text, count) in [
        (GB18030, b"ab\xff\xd6\xd0".as_slice(), 2, "ab\u{fffd}中", 1),
        (GB18030, b"\xd6\xd0\xd6", 2, "中\u{fffd}", 1),
        (GB18030, b"\xd6\xd0\xd6\n\xff", 2, "中\u{fffd}\n\u{fffd}", 2),
        (SHIFT_JIS, b"\x82\xa0\x82", 2, "あ\u{fffd}", 1),
        (UTF_16LE, b"a\0\0\xd8b\0", 2, "a\u{fffd}b", 1),
        (ISO_2022_JP, b"a\x1b[b", 1, "a\u{fffd}[b", 1),
    ] {
        assert_eq!(decode(encoding, bytes, false, &mut String::new()), Err(error), "{bytes:?}");
        let mut out = String::new();
        assert_eq!(decode(encoding, bytes, true, &mut out), Ok(count), "{bytes:?}");
        assert_eq!(out, text);
    }
}

/// A reader that gives a bounded number of bytes at a time.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(self.1);
        self.0.read(&mut buffer[..count])
    }
}

fn transcode(bytes: &[u8], step: usize, encoding: &'static Encoding, replace: bool) -> (Vec<u8>, u64) {
    let mut transcoder = Transcoder::new(Dribble(bytes, step), encoding, replace);
    let mut out = Vec::new();
    transcoder.read_to_end(&mut out).unwrap();
    (out, transcoder.num_replaced().get())
}

#[test]
fn transcoder_marks_what_is_malformed() {
    let bytes = b"a\0\0\xd8b\0c";
    for step in 1..8 {
        assert_eq!(transcode(bytes, step, UTF_16LE, false), (b"a\xffb\xff".to_vec(), 0));
        assert_eq!(transcode(bytes, step, UTF_16LE, true), ("a\u{fffd}b\u{fffd}".into(), 2));
    }
    // More marks than the output buffer holds.
    assert_eq!(
        transcode(&vec![0xff; 300_000], 100_000, GB18030, true),
        ("\u{fffd}".repeat(300_000).into(), 300_000)
    );
}

fn encodings() -> impl Strategy<Value = &'static Encoding> {
    prop::sample::select(vec![GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR, ISO_2022_JP, UTF_16LE, WINDOWS_1252])
}

/// Bytes that look like something: pieces of the texts in their encodings, between arbitrary bytes.
fn documents() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<Vec<u8>> = TEXTS
        .iter()
        .flat_map(|(text, encodings)| {
            let all = encodings.iter().copied().chain([UTF_8]);
            all.flat_map(|e| text.lines().map(move |line| encode(&format!("{line}\n"), e)))
        })
        .collect();
    let noise = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..12),
        Just(b"ascii \0\x1b$B \xff\xfe".to_vec()),
        Just(vec![b' '; 9000]),
    ];
    let piece = prop_oneof![4 => prop::sample::select(pieces), 1 => noise];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(crate::random::cases(200))]

    #[test]
    fn chunks_do_not_matter(
        document in prop_oneof![documents(), prop::collection::vec(any::<u8>(), 0..64)],
        size in 1_usize..6000,
        is_given in any::<bool>(),
    ) {
        let given = is_given.then_some(BIG5);
        let whole = detect(&document, given);
        prop_assert_eq!(detect_in_chunks(&document, size, given), whole);
        prop_assert_eq!(detect_in_chunks(&document, size % 7 + 1, given), whole);
    }

    #[test]
    fn broken_utf8_is_never_legacy(
        lines in prop::collection::vec(prop::sample::select(TEXTS.map(|(text, _)| text).to_vec()), 1..4),
        place in any::<prop::sample::Index>(),
        byte in prop_oneof![0x80_u8..=0xff],
        is_inserted in any::<bool>(),
    ) {
        let mut bytes = lines.concat().into_bytes();
        let place = place.index(bytes.len());
        if is_inserted { bytes.insert(place, byte) } else { bytes[place] = byte }
        let expected = match std::str::from_utf8(&bytes) {
            Ok(_) => Decision::Utf8,
            Err(error) => not_utf8(error.valid_up_to()),
        };
        prop_assert_eq!(detect(&bytes, None), expected);
    }

    #[test]
    fn valid_utf8_is_utf8(text in any::<String>()) {
        prop_assume!(!text.contains('\0') && !text.contains('\u{1b}'));
        prop_assert_eq!(detect(text.as_bytes(), None), Decision::Utf8);
    }

    #[test]
    fn decoding_agrees_with_encoding_rs(
        document in documents(),
        encoding in encodings(),
        step in 1_usize..5000,
    ) {
        let (expected, had_errors) = encoding.decode_without_bom_handling(&document);
        let mut out = String::new();
        let count = decode(encoding, &document, true, &mut out).unwrap();
        prop_assert_eq!(&out, &expected);
        prop_assert_eq!(count > 0, had_errors);
        let transcoded = transcode(&document, step, encoding, true);
        prop_assert_eq!(transcoded, (expected.into_owned().into_bytes(), count));
        let rejected = transcode(&document, step, encoding, false).0;
        match decode(encoding, &document, false, &mut String::new()) {
            Ok(_) => prop_assert_eq!(rejected, out.into_bytes()),
            Err(at) => {
                prop_assert!(at < document.len());
                prop_assert_eq!(memchr::memchr_iter(0xff, &rejected).count() as u64, count);
            }
        }
    }
}
