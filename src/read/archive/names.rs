//! Names of the members of a zip archive, as text (contract D5).
//!
//! A name is UTF-8 if a flag says so or its bytes are. The others are in the encoding of the system that packed them,
//! which nothing says: it is given with `--encoding`, or told by all such names of the archive together. Where it cannot
//! be told the names stay the bytes that they are. Short names may be both: 系统 in GBK is ϵͳ in UTF-8. In an archive
//! that is known to be of GBK it is 系统.
//!
//! `\` parts names in archives of DOS and Windows. In GBK, Big5 and Shift_JIS it may be the second byte of a character,
//! and then it is no separator: in names whose encoding is not known neither, where it could be that.

use std::collections::HashMap;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8};

use super::plain;
use crate::discover::stem_len;
use crate::read::encoding::{self, Decision};

/// A name as the archive has it.
#[derive(Debug, Clone)]
pub(super) struct RawName {
    pub(super) bytes: Vec<u8>,
    /// The system that packed it takes `\` for a separator.
    pub(super) is_dos: bool,
    /// A flag or a field says that it is UTF-8.
    pub(super) is_unicode: bool,
}

/// Bytes beyond ASCII that names in an unknown encoding must have together for it to be told: 16, eight Chinese
/// characters. Measured on archives of one to 30 names made of the titles of Debian's packages: of 2,675 with 16 to 23
/// such bytes in GBK, Big5, Shift_JIS, EUC-JP and EUC-KR 2,666 were told right and none wrong (one held nothing but a
/// name that is UTF-8 by chance), and none of 4,819 with as many or more in ten encodings of one byte a character was
/// taken for one of these.
const LEAST_EVIDENCE: usize = 16;

/// Whether names may show this encoding, all of which have characters of two bytes. Those of one byte a character are too
/// much alike, and nobody detects those of DOS, in which most such names are.
fn is_shown(encoding: &'static Encoding) -> bool {
    [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR].contains(&encoding)
}

/// The encoding of those names that are not UTF-8, if it is certain. `given`: what was said of the texts.
pub(super) fn encoding_of(names: &[RawName], given: Option<&'static Encoding>) -> Option<&'static Encoding> {
    let others: Vec<&[u8]> =
        names.iter().map(|name| &*name.bytes).filter(|name| std::str::from_utf8(name).is_err()).collect();
    let decodes = |encoding: &&'static Encoding| {
        encoding.is_ascii_compatible() && others.iter().all(|name| decoded(name, encoding).is_some())
    };
    if let Some(given) = given.filter(|_| !others.is_empty()) {
        return Some(given).filter(|encoding| *encoding != UTF_8).filter(decodes);
    }
    let num_bytes = others.iter().flat_map(|name| name.iter()).filter(|byte| !byte.is_ascii()).count();
    if num_bytes < LEAST_EVIDENCE {
        return None;
    }
    match encoding::detect(&others.join(&b'\n'), None) {
        Decision::Other { encoding, .. } => {
            Some(encoding).filter(|encoding| is_shown(encoding)).filter(decodes)
        }
        Decision::Utf8 | Decision::Broken { .. } => None,
    }
}

/// A name decoded, unless it has bytes that are no text in this encoding or controls come out of it.
fn decoded(name: &[u8], encoding: &'static Encoding) -> Option<String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(name)?;
    (!text.chars().any(char::is_control)).then(|| text.into_owned())
}

impl RawName {
    /// The path that the name stands for, where names that are not UTF-8 are in this encoding, if it is known.
    pub(super) fn path(&self, encoding: Option<&'static Encoding>) -> Vec<u8> {
        let is_utf8 = match std::str::from_utf8(&self.bytes) {
            Ok(text) => !encoding.is_some_and(|encoding| self.is_rather(encoding, text)),
            Err(_) => false,
        };
        let (text, is_text) = match encoding {
            _ if is_utf8 => (self.bytes.clone(), true),
            Some(encoding) => match decoded(&self.bytes, encoding) {
                Some(text) => (text.into_bytes(), true),
                None => (self.bytes.clone(), false),
            },
            None => (self.bytes.clone(), false),
        };
        plain(&if self.is_dos { with_slashes(text, is_text) } else { text })
    }

    /// Whether it is rather in the encoding of the names around it than the text that it is as UTF-8. Two bytes of a
    /// double-byte character are one of UTF-8 by chance now and then; three bytes hardly ever are.
    fn is_rather(&self, encoding: &'static Encoding, text: &str) -> bool {
        !self.is_unicode
            && !text.is_ascii()
            && text.chars().all(|c| c.len_utf8() < 3)
            && is_shown(encoding)
            && decoded(&self.bytes, encoding).is_some()
    }
}

/// A name with `/` for every `\` that is a separator; in a text all are.
fn with_slashes(mut name: Vec<u8>, is_text: bool) -> Vec<u8> {
    let mut at = 0;
    while at < name.len() {
        let may_be_half = !is_text
            && matches!(name[at], 0x81..=0xfe)
            && matches!(name.get(at + 1), Some(0x40..=0x7e | 0x80..=0xfe));
        if may_be_half {
            at += 2;
            continue;
        }
        if name[at] == b'\\' {
            name[at] = b'/';
        }
        at += 1;
    }
    name
}

/// The names of an archive's members, each of which stands for one file when the archive is written again; with each
/// the number that its next namesake may have.
#[derive(Default)]
pub(super) struct Names(HashMap<Vec<u8>, u64>);

impl Names {
    /// The name of the next member: its own, or, if a member before it has that, the first free one of those with a
    /// number before the ending (`a~2.txt`).
    pub(super) fn take(&mut self, name: Vec<u8>) -> Vec<u8> {
        let Some(mut number) = self.0.get(&name).copied() else {
            self.0.insert(name.clone(), 2);
            return name;
        };
        let (stem, ending) = name.split_at(stem_len(&name));
        let mut numbered = name.clone();
        while self.0.contains_key(&numbered) {
            numbered = [stem, format!("~{number}").as_bytes(), ending].concat();
            number += 1;
        }
        self.0.insert(name, number);
        self.0.insert(numbered.clone(), 2);
        numbered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1252;

    fn raw(bytes: Vec<u8>, is_dos: bool) -> RawName {
        RawName { bytes, is_dos, is_unicode: false }
    }

    fn names(names: &[&str], encoding: &'static Encoding) -> Vec<RawName> {
        let name = |name: &&str| raw(encoding.encode(name).0.into_owned(), true);
        names.iter().map(name).collect()
    }

    const CHINESE: [&str; 4] =
        ["新闻/国内要闻汇编.txt", "新闻/国际财经周刊.txt", "图片说明.txt", "readme.txt"];

    #[test]
    fn an_archive_of_names_shows_their_encoding() {
        let taiwan = ["公司年度報告/功能說明表.txt", "公司年度報告/許可證與蓋章.txt", "會議記錄與結論.txt"];
        let japan = ["ソフトウェア/表示の設定について.txt", "お知らせ/予定表の一覧です.txt"];
        let korea = ["보고서/올해의 사업 계획과 예산.txt", "보고서/회의록과 참석자 명단.txt"];
        for (texts, encoding) in
            [(&CHINESE[..], GB18030), (&taiwan, BIG5), (&japan, SHIFT_JIS), (&korea, EUC_KR)]
        {
            let raw = names(texts, encoding);
            assert_eq!(encoding_of(&raw, None), Some(encoding), "{texts:?}");
            for (raw, text) in raw.iter().zip(texts) {
                assert_eq!(String::from_utf8(raw.path(Some(encoding))).unwrap(), *text);
            }
        }
    }

    #[test]
    fn too_little_shows_nothing() {
        assert_eq!(encoding_of(&names(&["功能表.txt"], BIG5), None), None);
        assert_eq!(encoding_of(&names(&["a.txt", "新闻.txt"], UTF_8), None), None);
        assert_eq!(encoding_of(&[], None), None);
    }

    #[test]
    fn the_encoding_that_was_given_holds_if_all_names_are_in_it() {
        let raw = names(&["新闻.txt"], GB18030);
        assert_eq!(encoding_of(&raw, Some(GB18030)), Some(GB18030));
        assert_eq!(encoding_of(&raw, Some(UTF_8)), None);
        assert_eq!(encoding_of(&raw, Some(encoding_rs::UTF_16LE)), None);
        let bad = self::raw(b"\xff.txt".to_vec(), true);
        assert_eq!(encoding_of(&[raw[0].clone(), bad], Some(GB18030)), None);
        // Of names that are UTF-8 all, what is said of the texts says nothing.
        assert_eq!(encoding_of(&names(&["café.txt"], UTF_8), Some(GB18030)), None);
    }

    #[test]
    fn a_name_that_is_utf8_by_chance_is_in_the_encoding_of_those_around_it() {
        for (name, by_chance, encoding) in [("系统1.txt", "ϵͳ1.txt", GB18030), ("호환.txt", "ȣȯ.txt", EUC_KR)]
        {
            let bytes = encoding.encode(name).0.into_owned();
            let path = |raw: &RawName, encoding| String::from_utf8(raw.path(encoding)).unwrap();
            let unknown = raw(bytes.clone(), true);
            assert_eq!(path(&unknown, Some(encoding)), name);
            assert_eq!(path(&unknown, None), by_chance);
            assert_eq!(path(&unknown, Some(WINDOWS_1252)), by_chance, "any bytes are text in it");
            let flagged = RawName { is_unicode: true, ..unknown };
            assert_eq!(path(&flagged, Some(encoding)), by_chance);
        }
        // Three bytes a character are no chance: 新 is two characters of GBK and a half.
        let longer = raw("新闻.txt".into(), true);
        assert!(decoded(&longer.bytes, GB18030).is_some());
        assert_eq!(String::from_utf8(longer.path(Some(GB18030))).unwrap(), "新闻.txt");
    }

    #[test]
    fn backslashes() {
        let path = |bytes: &[u8], is_dos, encoding| {
            String::from_utf8_lossy(&raw(bytes.to_vec(), is_dos).path(encoding)).into_owned()
        };
        assert_eq!(path(b"a\\b\\c.txt", true, None), "a/b/c.txt");
        assert_eq!(path(b"a\\b\\c.txt", false, None), "a\\b\\c.txt");
        assert_eq!(path(b".\\a.txt", true, None), "a.txt");
        // The second bytes of 誠 in GBK, 功 in Big5 and 表 in Shift_JIS are `\`.
        for (name, encoding) in [("誠", GB18030), ("功", BIG5), ("表", SHIFT_JIS)] {
            let bytes = encoding.encode(name).0.into_owned();
            assert_eq!(bytes[1], b'\\', "{name}");
            let whole = [&bytes, &b"\\x.txt"[..]].concat();
            assert_eq!(path(&whole, true, Some(encoding)), format!("{name}/x.txt"));
            let raw = raw(whole.clone(), true).path(None);
            assert_eq!(raw, [&bytes, &b"/x.txt"[..]].concat(), "half of a character, and a separator");
        }
        assert_eq!(path(b"caf\xe9\\x.txt", true, Some(WINDOWS_1252)), "café/x.txt");
    }

    #[test]
    fn a_name_that_is_taken_is_numbered() {
        let mut names = Names::default();
        for (name, expected) in [
            ("d/a.txt", "d/a.txt"),
            ("d/a.txt", "d/a~2.txt"),
            ("d/a~3.txt", "d/a~3.txt"),
            ("d/a.txt", "d/a~4.txt"),
            ("d/a~2.txt", "d/a~2~2.txt"),
            ("b.jsonl.gz", "b.jsonl.gz"),
            ("b.jsonl.gz", "b~2.jsonl.gz"),
            ("c.d/e", "c.d/e"),
            ("c.d/e", "c.d/e~2"),
        ] {
            assert_eq!(String::from_utf8(names.take(name.into())).unwrap(), expected);
        }
    }
}
