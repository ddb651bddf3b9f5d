//! Decodes a JSON string: where it stands if the record can be spelled again from it, or else behind everything else,
//! so that the record still says it as it is spelled there.

use std::io::Write;

use super::Escaper;
use crate::read::container::lenient::hex4;
use crate::units::ByteSpan;

/// A decoded string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unescaped {
    /// Where it stands.
    pub text: ByteSpan,
    /// Whether it was written over the string, whose spelling [`Escaper`] gives back.
    pub is_over: bool,
    /// Halves of surrogate pairs that became U+FFFD.
    pub num_replaced: u64,
}

/// Decodes the contents of a JSON string, `bytes[inner]` (without its quotes). An escape without a meaning, which is
/// half of a surrogate pair (RFC 8259, section 8.2), becomes U+FFFD if `replace`, and is the error otherwise: its
/// offset in the string. Then the string stays as it was.
///
/// The syntax of escapes was checked by the JSON parser before; what it would have refused is refused here too.
pub(super) fn unescape(bytes: &mut Vec<u8>, inner: ByteSpan, replace: bool) -> Result<Unescaped, usize> {
    let Some(first) = memchr::memchr(b'\\', &bytes[inner.range()]) else {
        return Ok(Unescaped { text: inner, is_over: false, num_replaced: 0 });
    };
    unescape_over(bytes, inner, first).or_else(|unspelled| {
        unspelled.restore(bytes);
        unescape_behind(bytes, inner, first, replace)
    })
}

/// A string that was decoded over itself as far as it is spelled as we do.
struct Unspelled {
    /// The decoded text, from the first backslash on.
    decoded: ByteSpan,
    /// The end of what it was decoded from.
    end: usize,
}

impl Unspelled {
    /// Puts the string back as it was.
    fn restore(&self, bytes: &mut [u8]) {
        let decoded = bytes[self.decoded.range()].to_vec();
        let mut raw = &mut bytes[self.decoded.start..self.end];
        Escaper::new(&mut raw).write_all(&decoded).expect("it was as long before");
    }
}

/// The character and the length of the escape at the start of `bytes`, if it is spelled as we do.
fn own_escape(bytes: &[u8]) -> Option<(u8, usize)> {
    let byte = match bytes.get(1)? {
        b'n' => b'\n',
        b'"' => b'"',
        b'\\' => b'\\',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => return own_unicode_escape(bytes),
        _ => return None,
    };
    Some((byte, 2))
}

/// Control characters without an escape of their own, in small hexadecimal digits.
fn own_unicode_escape(bytes: &[u8]) -> Option<(u8, usize)> {
    let digits = bytes.get(..6)?.strip_prefix(b"\\u00")?;
    let is_own = matches!(digits, [b'0' | b'1', b'0'..=b'9' | b'a'..=b'f']);
    let control = hex4(bytes).and_then(|control| u8::try_from(control).ok());
    control.filter(|control| is_own && !matches!(control, 8 | 9 | 10 | 12 | 13)).map(|control| (control, 6))
}

/// Decodes a string over itself, from its first backslash on, as far as its escapes are spelled as we do.
fn unescape_over(bytes: &mut [u8], inner: ByteSpan, first: usize) -> Result<Unescaped, Unspelled> {
    let start = inner.start + first;
    let (mut from, mut to) = (start, start);
    // `from` is at a backslash.
    while from < inner.end {
        let Some((byte, len)) = own_escape(&bytes[from..inner.end]) else {
            return Err(Unspelled { decoded: ByteSpan::new(start, to), end: from });
        };
        bytes[to] = byte;
        (from, to) = (from + len, to + 1);
        let plain = memchr::memchr(b'\\', &bytes[from..inner.end]).unwrap_or(inner.end - from);
        bytes.copy_within(from..from + plain, to);
        (from, to) = (from + plain, to + plain);
    }
    Ok(Unescaped { text: ByteSpan::new(inner.start, to), is_over: true, num_replaced: 0 })
}

/// Decodes a string behind everything else, from its first backslash on.
fn unescape_behind(
    bytes: &mut Vec<u8>,
    inner: ByteSpan,
    first: usize,
    replace: bool,
) -> Result<Unescaped, usize> {
    // An escape is at least as long as its character: \n 2 for 1, \uXXXX 6 for at most 3, a pair 12 for 4.
    bytes.reserve(inner.len());
    let start = bytes.len();
    let mut num_replaced = 0;
    bytes.extend_from_within(inner.start..inner.start + first);
    let mut from = inner.start + first;
    while from < inner.end {
        // `from` is at a backslash.
        let raw = &bytes[from..inner.end];
        let Escaped { c, len, is_lone } = match escape(raw) {
            Some(escaped) if replace || !escaped.is_lone => escaped,
            _ => {
                bytes.truncate(start);
                return Err(from - inner.start);
            }
        };
        num_replaced += u64::from(is_lone);
        bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        from += len;
        let plain = memchr::memchr(b'\\', &bytes[from..inner.end]).unwrap_or(inner.end - from);
        bytes.extend_from_within(from..from + plain);
        from += plain;
    }
    Ok(Unescaped { text: ByteSpan::new(start, bytes.len()), is_over: false, num_replaced })
}

/// The character that an escape stands for.
#[derive(Debug, Clone, Copy)]
struct Escaped {
    c: char,
    /// Bytes of the escape.
    len: usize,
    /// Whether it is half of a surrogate pair, and the character U+FFFD.
    is_lone: bool,
}

/// The escape at the start of `bytes`.
fn escape(bytes: &[u8]) -> Option<Escaped> {
    let simple = match bytes.get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode_escape(bytes),
        _ => return None,
    };
    Some(Escaped { c: simple, len: 2, is_lone: false })
}

fn unicode_escape(bytes: &[u8]) -> Option<Escaped> {
    let first = hex4(bytes)?;
    if let Some(c) = char::from_u32(first) {
        return Some(Escaped { c, len: 6, is_lone: false });
    }
    let second = bytes.get(6..).and_then(hex4).and_then(|second| second.checked_sub(0xdc00));
    let pair = second.filter(|low| *low < 0x400 && first < 0xdc00);
    let c = pair.and_then(|low| char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low));
    Some(c.map_or(Escaped { c: char::REPLACEMENT_CHARACTER, len: 6, is_lone: true }, |c| Escaped {
        c,
        len: 12,
        is_lone: false,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    /// The string in the middle of other bytes, decoded. Where it was decoded over itself it can be spelled again.
    fn decoded_to(text: &str, replace: bool) -> Result<(String, u64), usize> {
        let mut bytes = format!("{{\"{text}\"}} \n").into_bytes();
        let before = bytes.clone();
        let inner = ByteSpan::new(2, 2 + text.len());
        let decoded = unescape(&mut bytes, inner, replace);
        if let Ok(Unescaped { text, is_over: true, .. }) = decoded {
            let mut spelled = Vec::new();
            Escaper::new(&mut spelled).write_all(&bytes[text.range()]).unwrap();
            bytes.splice(inner.range(), spelled);
            assert_eq!(bytes, before, "the record is spelled as it was");
            bytes = before.clone();
            let first = memchr::memchr(b'\\', &bytes[inner.range()]).unwrap();
            assert!(unescape_over(&mut bytes, inner, first).is_ok());
        } else {
            assert_eq!(&bytes[..before.len()], before, "the record stays as it was");
        }
        let Unescaped { text, num_replaced, is_over } = decoded?;
        assert!(text == inner || is_over || text.end == bytes.len());
        Ok((String::from_utf8(bytes[text.range()].to_vec()).unwrap(), num_replaced))
    }

    fn decoded(text: &str) -> Result<String, usize> {
        decoded_to(text, false).map(|(text, _)| text)
    }

    #[test]
    fn table() {
        for (text, expected) in [
            ("", Ok("")),
            ("plain 中", Ok("plain 中")),
            (r#"\"\\\/\b\f\n\r\t"#, Ok("\"\\/\u{8}\u{c}\n\r\t")),
            (r"a\u4e2d\u6587b", Ok("a中文b")),
            (r"\ud83d\ude00!", Ok("😀!")),
            (r"x\ud83d", Err(1)),
            (r"\ude00", Err(0)),
            (r"\ud83d\u0041", Err(0)),
            (r"\ud83dxxxxxx", Err(0)),
            (r"\q", Err(0)),
            (r"ab\", Err(2)),
            (r"\u00g0", Err(0)),
        ] {
            assert_eq!(decoded(text), expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn only_our_own_spelling_is_decoded_over_itself() {
        for (text, is_own) in [
            (r#"a\n\t\r\b\f\"\\b"#, true),
            (r"\u0000\u001f\u000b", true),
            (r"\u001F", false),
            (r"\u000a", false),
            (r"\u0020", false),
            (r"\u007f", false),
            (r"a\/b", false),
            (r"\n\u4e2d", false),
            (r"\n\u00", false),
            (r"\n\", false),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            let inner = ByteSpan::new(0, bytes.len());
            let unescaped = unescape_over(&mut bytes, inner, text.find('\\').unwrap());
            assert_eq!(unescaped.is_ok(), is_own, "{text}");
        }
    }

    #[test]
    fn halves_are_replaced_and_nothing_else_is() {
        for (text, expected) in [
            (r"a\ud83d\ude00", Ok(("a😀", 0))),
            (r"x\ud83d", Ok(("x\u{fffd}", 1))),
            (r"\ude00\ud83d\ud83d\ude00", Ok(("\u{fffd}\u{fffd}😀", 2))),
            (r"\ud83d\u0041\n", Ok(("\u{fffd}A\n", 1))),
            (r"\ud83d\q", Err(6)),
            (r"\u00g0", Err(0)),
        ] {
            let expected = expected.map(|(text, number): (&str, u64)| (text.to_owned(), number));
            assert_eq!(decoded_to(text, true), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in any::<String>(), ascii in any::<bool>()) {
            let mut json = serde_json::to_string(&text).unwrap();
            if ascii {
                let mut escaped = String::new();
                for c in json.chars() {
                    if c.is_ascii() {
                        escaped.push(c);
                    } else {
                        for unit in c.encode_utf16(&mut [0; 2]) {
                            let _ = write!(escaped, "\\u{unit:04X}");
                        }
                    }
                }
                json = escaped;
            }
            prop_assert_eq!(decoded(&json[1..json.len() - 1]), Ok(text));
        }

        #[test]
        fn accepts_what_serde_json_accepts(text in r#"([a-z]|\\["\\/bfnrtu]|[0-9a-fD8cC]{1,4}){0,12}"#) {
            let by_serde = serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
            prop_assert_eq!(decoded(&text).ok(), by_serde);
        }
    }
}
