//! Names of encodings, as people and programs write them.

use encoding_rs::Encoding;

use super::widened;

/// Names beside the labels of the WHATWG Encoding Standard, folded, and a label that means the same: names of Windows
/// code pages, and those of Java, Python, iconv and MySQL.
const ALIASES: [(&str, &str); 16] = [
    ("utf8sig utf8bom utf8mb4 utf8mb3 cp65001 65001", "utf-8"),
    ("utf16be utf16besig ucs2be cp1201", "utf-16be"),
    ("utf16le utf16lesig ucs2le cp1200", "utf-16le"),
    ("cp936 ms936 windows936 936 gb231280 euccn", "gbk"),
    ("cp54936 54936 gb180302000 gb180302005 gb180302022", "gb18030"),
    ("cp950 ms950 windows950 950 cp951 big5hkscs big5hkscs2004 big5hkscs2008 hkscs", "big5"),
    ("cp932 ms932 windows932 932 windows31j sjis2004 shiftjis2004 shiftjisx0213 mskanji", "shift_jis"),
    ("eucjp ujis eucjis2004 eucjisx0213 eucjpms cp51932 51932 cp20932", "euc-jp"),
    (
        "iso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jp2004 iso2022jpext cp50220 cp50221 cp50222",
        "iso-2022-jp",
    ),
    ("cp949 ms949 windows949 949 uhc ksx1001 ksc56011987 cp51949", "euc-kr"),
    ("cp20866 koi8r", "koi8-r"),
    ("cp21866 koi8u", "koi8-u"),
    ("cp874 ms874 874 iso8859-11", "windows-874"),
    ("cp10000 macroman", "macintosh"),
    ("cp10007 cp10017 maccyrillic macukrainian", "x-mac-cyrillic"),
    ("cp28591 iso88591", "iso-8859-1"),
];

/// Encodings that are not in the WHATWG Encoding Standard, folded, and what iconv calls them.
const FOREIGN: [(&str, &str); 15] = [
    ("utf32 ucs4 utf324", "UTF-32"),
    ("utf32le ucs4le", "UTF-32LE"),
    ("utf32be ucs4be", "UTF-32BE"),
    ("utf7 unicode11utf7 csunicode11utf7", "UTF-7"),
    ("iso2022kr csiso2022kr", "ISO-2022-KR"),
    ("iso2022cn iso2022cnext", "ISO-2022-CN"),
    ("hz hzgb hzgb2312", "HZ"),
    ("euctw", "EUC-TW"),
    ("johab cp1361 ms1361", "JOHAB"),
    ("viscii csviscii", "VISCII"),
    ("tcvn tcvn5712", "TCVN5712-1"),
    ("ptcp154 cp154", "PT154"),
    ("koi8t", "KOI8-T"),
    ("maccentraleurope maclatin2", "MACCENTRALEUROPE"),
    ("macgreek", "MACGREEK"),
];

/// A name that stands for no encoding that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UnknownLabel {
    /// An encoding that iconv converts, by iconv's name.
    Foreign(String),
    /// Nothing.
    None,
}

/// The encoding with this label.
///
/// Labels are those of the WHATWG Encoding Standard, section 4.2, and other names that are in use. Case, and which
/// signs stand between letters and digits, do not matter: `shift_jis`, `Shift-JIS`, `shiftjis`.
///
/// # Errors
/// [`UnknownLabel`].
pub(crate) fn by_label(label: &str) -> Result<&'static Encoding, UnknownLabel> {
    let label = label.trim().to_ascii_lowercase();
    let folded: String = label.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.' | ':')).collect();
    let iso = folded.strip_prefix("iso8859").or_else(|| folded.strip_prefix("cp2859"));
    let spellings = [
        label.clone(),
        label.replace('_', "-"),
        folded.clone(),
        iso.map_or(String::new(), |part| format!("iso-8859-{part}")),
    ];
    let alias = ALIASES.iter().find(|(names, _)| names.split(' ').any(|name| name == folded));
    let mut labels = spellings.iter().map(String::as_str).chain(alias.map(|(_, label)| *label));
    let found = labels.find_map(|label| Encoding::for_label_no_replacement(label.as_bytes()));
    found.map(widened).ok_or_else(|| unknown(&folded))
}

fn unknown(folded: &str) -> UnknownLabel {
    if let Some((_, name)) = FOREIGN.iter().find(|(names, _)| names.split(' ').any(|name| name == folded)) {
        return UnknownLabel::Foreign((*name).to_owned());
    }
    // The code pages of DOS and of mainframes.
    let number = ["cp", "ibm", "ebcdiccp", "ebcdic"].iter().find_map(|prefix| folded.strip_prefix(prefix));
    match number {
        Some("") => UnknownLabel::Foreign("IBM037".to_owned()),
        Some(number)
            if (2..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            UnknownLabel::Foreign(format!("CP{number}"))
        }
        _ => UnknownLabel::None,
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{
        BIG5, EUC_JP, EUC_KR, GB18030, IBM866, ISO_2022_JP, ISO_8859_2, KOI8_R, MACINTOSH, SHIFT_JIS, UTF_8,
        UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1252, X_MAC_CYRILLIC,
    };

    use super::*;

    #[test]
    fn names_that_people_use() {
        for (labels, expected) in [
            (
                "gbk GB2312 gb18030 cp936 CP936 ms936 windows-936 936 gb2312-80 euc-cn gb_2312-80 x-gbk",
                GB18030,
            ),
            ("big5 cp950 ms950 big5hkscs big5-hkscs Big5_HKSCS x-x-big5", BIG5),
            ("shift_jis shift-jis sjis SJIS ms932 cp932 windows-31j s_jis csshiftjis", SHIFT_JIS),
            ("euc-jp euc_jp eucJP ujis", EUC_JP),
            ("euc-kr euc_kr cp949 uhc ks_c_5601-1987 ms949", EUC_KR),
            ("iso-2022-jp iso2022_jp iso2022_jp_2", ISO_2022_JP),
            ("utf-8 utf8 UTF_8 utf-8-sig utf_8_sig cp65001 utf8mb4", UTF_8),
            ("utf-16 utf-16le utf-16-le utf_16_le", UTF_16LE),
            ("utf-16be utf_16_be", UTF_16BE),
            (
                "latin1 latin-1 latin_1 iso8859_1 iso-8859-1 iso8859-1 cp1252 windows-1252 ascii l1",
                WINDOWS_1252,
            ),
            ("iso8859_2 latin2 latin-2 iso-8859-2", ISO_8859_2),
            ("koi8-r koi8_r KOI8R", KOI8_R),
            ("cp866 ibm866", IBM866),
            ("tis-620 tis_620 cp874 iso8859_11", WINDOWS_874),
            ("mac-cyrillic mac_cyrillic MacCyrillic x-mac-cyrillic", X_MAC_CYRILLIC),
            ("macroman mac_roman macintosh", MACINTOSH),
        ] {
            for label in labels.split(' ') {
                assert_eq!(by_label(label), Ok(expected), "{label}");
            }
        }
    }

    #[test]
    fn what_is_not_read_is_named() {
        let foreign = |name: &str| Err(UnknownLabel::Foreign(name.to_owned()));
        for (label, expected) in [
            ("UTF-32", foreign("UTF-32")),
            ("utf_7", foreign("UTF-7")),
            ("iso2022_kr", foreign("ISO-2022-KR")),
            ("iso-2022-kr", foreign("ISO-2022-KR")),
            ("hz-gb-2312", foreign("HZ")),
            ("hz", foreign("HZ")),
            ("cp437", foreign("CP437")),
            ("IBM850", foreign("CP850")),
            ("cp037", foreign("CP037")),
            ("johab", foreign("JOHAB")),
            ("replacement", Err(UnknownLabel::None)),
            ("klingon", Err(UnknownLabel::None)),
            ("", Err(UnknownLabel::None)),
        ] {
            assert_eq!(by_label(label), expected, "{label}");
        }
    }
}
