//! What is no JSON and stands in JSON Lines all the same (contract O4): `NaN`, `Infinity` and `-Infinity`, which many
//! programs write for numbers, and half of a surrogate pair in a string that nobody has to decode.

/// A line of the same length in which these are replaced by what JSON has in their place, so that a parser of JSON finds
/// everything where it stands; `None` if the line has none of them.
///
/// Whether the line is JSON otherwise is for the parser to say. O(n).
pub(super) fn strict_twin(line: &str) -> Option<String> {
    let mut twin = line.as_bytes().to_vec();
    let (mut at, mut is_in_string, mut is_changed) = (0, false, false);
    while let Some(&byte) = twin.get(at) {
        let len = match byte {
            b'\\' if is_in_string => {
                let escape = escape(&twin[at..]);
                if escape == Escape::LoneSurrogate {
                    is_changed = true;
                    twin[at + 2..at + 6].copy_from_slice(b"fffd");
                }
                escape.len()
            }
            b'"' => {
                is_in_string = !is_in_string;
                1
            }
            b'N' | b'I' if !is_in_string => match number(&twin, at) {
                Some(number) => {
                    is_changed = true;
                    twin[at..at + number.len()].copy_from_slice(number);
                    number.len()
                }
                None => 1,
            },
            _ => 1,
        };
        at += len;
    }
    // Bytes of ASCII took the place of others.
    if is_changed { String::from_utf8(twin).ok() } else { None }
}

/// Whether a value, as it is spelled, is no number that JSON has.
pub(super) fn is_not_finite(value: &str) -> bool {
    value.trim_start_matches('-').starts_with(['N', 'I'])
}

/// The number that takes the place of the word at `at`, if that is no number and stands where one can.
fn number(line: &[u8], at: usize) -> Option<&'static [u8]> {
    let (word, number): (&[u8], &[u8]) =
        if line[at] == b'N' { (b"NaN", b"0.0") } else { (b"Infinity", b"0.000000") };
    if !line[at..].starts_with(word) {
        return None;
    }
    let is_negative = line[at] == b'I' && line[..at].ends_with(b"-");
    let before = line[..at - usize::from(is_negative)].last();
    let after = line.get(at + word.len());
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
    let is_apart = !before.is_some_and(is_of_word) && !after.is_some_and(is_of_word);
    is_apart.then_some(number)
}

/// An escape in a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// A backslash and a character.
    Short,
    /// `\uXXXX`, or what begins like it.
    Unicode,
    /// A surrogate pair.
    Pair,
    /// Half of one.
    LoneSurrogate,
}

impl Escape {
    /// Bytes to pass over.
    fn len(self) -> usize {
        match self {
            Self::Short | Self::Unicode => 2, // the digits are as good as any other characters
            Self::Pair => 12,
            Self::LoneSurrogate => 6,
        }
    }
}

/// The escape that `bytes` begins with.
fn escape(bytes: &[u8]) -> Escape {
    if bytes.get(1) != Some(&b'u') {
        return Escape::Short;
    }
    match hex4(bytes) {
        Some(0xd800..0xdc00) => {
            let is_pair = bytes.get(6..).and_then(hex4).is_some_and(|low| (0xdc00..0xe000).contains(&low));
            if is_pair { Escape::Pair } else { Escape::LoneSurrogate }
        }
        Some(0xdc00..0xe000) => Escape::LoneSurrogate,
        _ => Escape::Unicode,
    }
}

/// The four hexadecimal digits of the `\uXXXX` at the start of `bytes`.
pub(super) fn hex4(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |sum, &digit| Some(sum << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    #[test]
    fn table() {
        for (line, expected) in [
            (r#"{"a":1,"b":"NaN"}"#, None),
            (r#"{"a":NaN}"#, Some(r#"{"a":0.0}"#)),
            (r#"{"a": -Infinity ,"b":[Infinity,NaN]}"#, Some(r#"{"a": -0.000000 ,"b":[0.000000,0.0]}"#)),
            (r#"{"\"NaN":"\\","b":NaN}"#, Some(r#"{"\"NaN":"\\","b":0.0}"#)),
            (r#"{"a\ud83d":"\ud83d\ude00\ude00x"}"#, Some(r#"{"a\ufffd":"\ud83d\ude00\ufffdx"}"#)),
            (r#"{"a":"\uDBFF\u0041"}"#, Some(r#"{"a":"\ufffd\u0041"}"#)),
            (r#"{"a":1NaN,"b":NaN1,"c":-NaN,"d":NaNs,"e":--Infinity,"f":1eInfinity,"g":NaN.0}"#, None),
            (r#"{"a":"\ud8"#, None),
            (r#"{"a":"\"#, None),
            ("N", None),
            ("NaN", Some("0.0")),
        ] {
            assert_eq!(strict_twin(line).as_deref(), expected, "{line}");
        }
        for (value, expected) in
            [("NaN", true), ("-Infinity", true), ("Infinity", true), ("-1", false), ("\"NaN\"", false)]
        {
            assert_eq!(is_not_finite(value), expected, "{value}");
        }
    }

    proptest! {
        /// What is JSON has no twin but for halves of surrogate pairs, and a twin is as long and JSON too.
        #[test]
        fn twins(line in r#"[\[{]("[aN\\]{0,2}(\\ud83d|\\ude00)?"|NaN|-?Infinity|[-1,:.e]){0,6}[\]}]"#) {
            let is_json = |line: &str| serde_json::from_str::<IgnoredAny>(line).is_ok();
            let twin = strict_twin(&line);
            if let Some(twin) = &twin {
                prop_assert_eq!(twin.len(), line.len());
                prop_assert_eq!(strict_twin(twin), None);
            }
            if is_json(&line) {
                prop_assert!(twin.is_none_or(|twin| is_json(&twin)));
            }
        }
    }
}
