//! Decodes a JSON string in place: the decoded text is never longer than its escaped form, so that a record
//! of any length needs no second copy.

/// Decodes the contents of a JSON string (without its quotes) in place and returns the length of the text, or
/// the offset of an escape that has no meaning: a lone surrogate (RFC 8259, section 8.2).
///
/// The syntax of escapes was checked by the JSON parser before; what it would have refused is refused here too.
pub(super) fn unescape(bytes: &mut [u8]) -> Result<usize, usize> {
    let Some(first) = memchr::memchr(b'\\', bytes) else { return Ok(bytes.len()) };
    let (mut from, mut to) = (first, first);
    while from < bytes.len() {
        // `from` is at a backslash.
        let (c, width) = escape(&bytes[from..]).ok_or(from)?;
        let mut utf8 = [0; 4];
        let encoded = c.encode_utf8(&mut utf8).as_bytes();
        // An escape is at least as long as its character: \n 2 for 1, \uXXXX 6 for at most 3, a pair 12 for 4.
        bytes[to..to + encoded.len()].copy_from_slice(encoded);
        (from, to) = (from + width, to + encoded.len());
        let plain = memchr::memchr(b'\\', &bytes[from..]).unwrap_or(bytes.len() - from);
        bytes.copy_within(from..from + plain, to);
        (from, to) = (from + plain, to + plain);
    }
    Ok(to)
}

/// The character of the escape at the start of `bytes`, and its length.
fn escape(bytes: &[u8]) -> Option<(char, usize)> {
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
    Some((simple, 2))
}

fn unicode_escape(bytes: &[u8]) -> Option<(char, usize)> {
    let first = hex4(bytes)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first).map(|c| (c, 6)); // a low surrogate alone is no char
    }
    let second = hex4(bytes.get(6..)?)?;
    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low).map(|c| (c, 12))
}

/// The four hexadecimal digits of the `\uXXXX` at the start of `bytes`.
fn hex4(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |sum, &digit| Some(sum << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    fn decoded(text: &str) -> Result<String, usize> {
        let mut bytes = text.as_bytes().to_vec();
        let len = unescape(&mut bytes)?;
        bytes.truncate(len);
        Ok(String::from_utf8(bytes).unwrap())
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
