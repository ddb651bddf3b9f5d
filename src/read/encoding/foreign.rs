//! Encodings that are not read, as the WHATWG Encoding Standard has none of them: recognized, so that they are refused
//! by name.

use encoding_rs::GB18030;
use memchr::memmem;

use super::chinese::is_frequent;

/// Begins the escape sequences of ISO 2022.
pub(super) const ESCAPE: u8 = 0x1b;

/// So much of a document, or of a piece of one, shows whether it is in an encoding of seven bits that is not read.
pub(super) const SEVEN_BIT_BYTES: usize = 64 * 1024;

/// Whether bytes of ASCII may be text in an encoding of seven bits. Cost: a search of all, and one of the beginning.
pub(crate) fn may_be_seven_bit(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(SEVEN_BIT_BYTES)];
    memchr::memchr(ESCAPE, bytes).is_some() || memmem::find(head, HZ_OPEN).is_some()
}

/// The encoding of seven bits that these bytes of ASCII are in, if it is one that is not read.
pub(super) fn seven_bit(bytes: &[u8]) -> Option<&'static str> {
    for (designation, name) in [
        (&b"\x1b$)C"[..], "ISO-2022-KR"),
        (b"\x1b$)A", "ISO-2022-CN"),
        (b"\x1b$)G", "ISO-2022-CN"),
        (b"\x1b$*H", "ISO-2022-CN"),
    ] {
        // Text follows between SO and SI (RFC 1557, RFC 1922).
        let place = memmem::find(bytes, designation);
        if place.is_some_and(|place| memchr::memchr(0x0e, &bytes[place..]).is_some()) {
            return Some(name);
        }
    }
    is_hz(bytes).then_some("HZ-GB-2312")
}

const HZ_OPEN: &[u8] = b"~{";
const HZ_CLOSE: &[u8] = b"~}";

/// Whether what stands between `~{` and `~}` is Chinese in GB2312 without its high bits (RFC 1843): hanzi and
/// punctuation, at least a quarter of them frequent.
fn is_hz(bytes: &[u8]) -> bool {
    let mut text = String::new();
    let mut rest = bytes;
    while let Some(open) = memmem::find(rest, HZ_OPEN) {
        rest = &rest[open + HZ_OPEN.len()..];
        // It ends in its line at the latest.
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let inside = &line[..memmem::find(line, HZ_CLOSE).unwrap_or(line.len())];
        if inside.is_empty()
            || inside.len() % 2 == 1
            || !inside.iter().all(|byte| (0x21..0x7f).contains(byte))
        {
            return false;
        }
        let pairs: Vec<u8> = inside.iter().map(|byte| byte | 0x80).collect();
        let Some(decoded) = GB18030.decode_without_bom_handling_and_without_replacement(&pairs) else {
            return false;
        };
        text.push_str(&decoded);
    }
    let frequent = text.chars().filter(|c| is_frequent(u32::from(*c))).count();
    frequent * 4 >= text.chars().count() && frequent > 0
}

/// Whether `bytes`, the beginning of a document, are UTF-32 without a mark: of each four bytes the first two are
/// zero, or the last two, as far as planes 0 and 1 go.
pub(super) fn is_utf32(bytes: &[u8]) -> bool {
    let units = bytes[..bytes.len().min(4096)].chunks_exact(4);
    if units.len() < 2 {
        return false;
    }
    let is_text = |unit: u32| char::from_u32(unit).is_some_and(|c| c != '\0' && unit < 0x2_0000);
    units.clone().all(|unit| is_text(u32::from_le_bytes([unit[0], unit[1], unit[2], unit[3]])))
        || units.clone().all(|unit| is_text(u32::from_be_bytes([unit[0], unit[1], unit[2], unit[3]])))
}

/// Whether bytes that are no UTF-8 are EBCDIC: letters, digits and the space stand where ASCII has none of them.
pub(super) fn is_ebcdic<'a>(parts: impl Iterator<Item = &'a [u8]>) -> bool {
    let (mut all, mut spaces, mut letters, mut ascii) = (0_usize, 0_usize, 0_usize, 0_usize);
    for byte in parts.flatten() {
        all += 1;
        match byte {
            0x40 => spaces += 1,
            0x81..=0x89
            | 0x91..=0x99
            | 0xa2..=0xa9
            | 0xc1..=0xc9
            | 0xd1..=0xd9
            | 0xe2..=0xe9
            | 0xf0..=0xf9 => {
                letters += 1;
            }
            b' ' | b'\n' => ascii += 1,
            _ => {}
        }
    }
    all >= 20 && letters * 10 >= all * 7 && spaces * 20 >= all && ascii * 50 <= all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_bits() {
        for (bytes, expected) in [
            (&b"\x1b$)C\x0e>H3g\x0f abc\n"[..], Some("ISO-2022-KR")),
            (b"\x1b$)A\x0eVPND\x0f\n", Some("ISO-2022-CN")),
            (b"plain \x1b[31m \x1b$)C", None),
            (b"This is ~{<:Ky2;S{#,NpJ)l6HK!#~}Bye.\n", Some("HZ-GB-2312")),
            (b"~{VPND~}", Some("HZ-GB-2312")),
            (b"In TeX ~{a} is a space, ~{bc} too~}\n", None),
            (b"~{~}", None),
            (b"x~{abc~}", None),
        ] {
            assert_eq!(seven_bit(bytes), expected, "{}", String::from_utf8_lossy(bytes));
            assert!(expected.is_none() || may_be_seven_bit(bytes));
        }
    }

    #[test]
    fn four_bytes_a_character() {
        for text in ["ab", "中文，好", "Привет\n", "a😀b"] {
            let little: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            let big: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
            assert!(is_utf32(&little) && is_utf32(&big), "{text}");
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(!is_utf32(&utf16), "{text}");
        }
        assert!(!is_utf32(b"a\0b\0c\0d\0") && !is_utf32(b"ab\0\0\0\0\0\0") && !is_utf32(b""));
    }

    #[test]
    fn letters_of_ebcdic() {
        // "Hello world, this is a mainframe" in code page 037.
        let text =
            b"\xc8\x85\x93\x93\x96\x40\xa6\x96\x99\x93\x84\x6b\x40\xa3\x88\x89\xa2\x40\x89\xa2\x40\x81\x40\
            \x94\x81\x89\x95\x86\x99\x81\x94\x85\x25";
        assert!(is_ebcdic(std::iter::once(&text[..])));
        let (russian, _, _) = encoding_rs::KOI8_U.encode("это русский текст в кодировке, и он длинный\n");
        assert!(!is_ebcdic(std::iter::once(&*russian)));
    }
}
