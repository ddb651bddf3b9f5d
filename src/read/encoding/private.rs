//! The one place where our GB18030 is the standard's and not the web's.
//!
//! The pair A3 A0 is U+E5E5 in GB 18030-2000 to -2022, in iconv, ICU and Python, and U+3000 in the WHATWG
//! Encoding Standard. Old news pages use it as a space. A dump holds the same page as it was and converted to UTF-8
//! by one of those programs; only with their reading are the two the same text.

use memchr::memmem;

/// The pair.
const PAIR: [u8; 2] = [0xa3, 0xa0];

/// The character that the pair of bytes stands for, in UTF-8.
pub(super) const TEXT: &str = "\u{e5e5}";

/// Bytes of the pair.
pub(super) const LEN: usize = PAIR.len();

/// A byte below this is a character by itself and no part of a longer one.
const FIRST_TRAIL: u8 = b'0';

/// The first place of the pair in `bytes`, which begin where a character begins. One vectorised search where there
/// is none, as nearly everywhere.
pub(super) fn find(bytes: &[u8]) -> Option<usize> {
    let first = memmem::find(bytes, &PAIR)?;
    // The two bytes may belong to two characters: from the last place that is certain on, characters are counted.
    let mut at = bytes[..first].iter().rposition(|&byte| byte < FIRST_TRAIL).map_or(0, |place| place + 1);
    loop {
        at += match bytes[at..] {
            [0xa3, 0xa0, ..] => return Some(at),
            [] => return None,
            [0x81..=0xfe, b'0'..=b'9', 0x81..=0xfe, b'0'..=b'9', ..] => 4,
            [0x81..=0xfe, 0x40..=0xfe, ..] => 2,
            _ => 1,
        };
    }
}

/// The end of the bytes that certainly hold whole characters only, judged by single bytes.
pub(super) fn whole(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte < FIRST_TRAIL).map_or(0, |place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_pair_and_not_its_bytes() {
        for (bytes, expected) in [
            (&b"\xa3\xa0"[..], Some(0)),
            (b"a \xd6\xd0\xa3\xa0", Some(4)),
            (b"\xd6\xa3\xa0\xa3", None),
            (b"\xd6\xa3\xa0\xa3\xa3\xa0", Some(4)),
            (b"\n\xb0\xa3\xa0\xa1\n\xa3\xa0", Some(6)),
            (b"\x81\x30\xa3\x30\xa3\xa0", Some(4)),
            (b"\xa3", None),
            (b"", None),
        ] {
            assert_eq!(find(bytes), expected, "{bytes:x?}");
        }
    }
}
