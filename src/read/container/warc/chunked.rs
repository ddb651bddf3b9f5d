//! The chunks of a body, joined (RFC 9112, section 7.1).

use memchr::memchr;

use crate::error::RejectReason;
use crate::read::fault::Fault;

/// The line before a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SizeLine {
    /// The length of the line with its end, and that of the chunk.
    Is { len: usize, size: u64 },
    /// The bytes end in it.
    Open,
    /// It is none.
    Not,
}

/// The longest line before a chunk that is believed: extensions may stand in it.
const MAX_SIZE_LINE: usize = 4 * 1024;

impl SizeLine {
    fn at(bytes: &[u8]) -> Self {
        let begin = &bytes[..bytes.len().min(MAX_SIZE_LINE)];
        let end = memchr(b'\n', begin);
        let line = &begin[..end.unwrap_or(begin.len())];
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        let number = str::from_utf8(digits).ok().filter(|_| is_hex);
        match (end, number.and_then(|digits| u64::from_str_radix(digits, 16).ok())) {
            (Some(end), Some(size)) => Self::Is { len: end + 1, size },
            (None, Some(_)) if begin.len() < MAX_SIZE_LINE => Self::Open,
            (None, None) if digits.is_empty() && begin.len() < MAX_SIZE_LINE => Self::Open,
            _ => Self::Not,
        }
    }
}

/// Joins the chunks of a body; `None` if it does not begin with one: it was stored without.
pub(super) fn join_chunks(bytes: &[u8], is_cut: bool) -> Result<Option<Vec<u8>>, Fault> {
    let damaged = |at: usize, what: &str| {
        let detail = format!("its body is damaged: {what} at byte {at} of it");
        Err(Fault::new(RejectReason::Corrupt, detail))
    };
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let (len, size) = match SizeLine::at(&bytes[at..]) {
            SizeLine::Is { len, size } => (len, size),
            SizeLine::Not | SizeLine::Open if at == 0 => return Ok(None),
            SizeLine::Open if is_cut => return Ok(Some(body)),
            SizeLine::Open => return damaged(at, "it breaks off before its last chunk,"),
            SizeLine::Not => return damaged(at, "no length of a chunk stands"),
        };
        at += len;
        if size == 0 {
            // Fields may follow, which say nothing about the text.
            return Ok(Some(body));
        }
        let rest = &bytes[at..];
        let Some(chunk) = usize::try_from(size).ok().and_then(|size| rest.get(..size)) else {
            if is_cut {
                body.extend_from_slice(rest);
                return Ok(Some(body));
            }
            return damaged(at, "it breaks off in the chunk");
        };
        body.extend_from_slice(chunk);
        at += chunk.len();
        at += match &bytes[at..] {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            [] | [b'\r'] => bytes.len() - at,
            _ => return damaged(at, "a chunk is longer than its length,"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks() {
        for (bytes, expected) in [
            ("3\r\nabc\r\n0\r\n\r\n", Some("abc")),
            ("3\nabc\n0\n\n", Some("abc")),
            (" 03 ;x=y\r\nabc\r\n00A\r\n0123456789\r\n000\r\nField: z\r\n\r\n", Some("abc0123456789")),
            // What stands behind the last one is not looked at.
            ("1\r\na\r\n0\r\n\r\nmore", Some("a")),
            ("0\r\n\r\n", Some("")),
            ("<html>\nabc", None),
            ("abc", None),
            ("", None),
            ("\r\n3\r\nabc", None),
            ("fffffffffffffffff\r\nabc", None),
        ] {
            let joined = join_chunks(bytes.as_bytes(), false).unwrap();
            assert_eq!(joined.as_deref(), expected.map(str::as_bytes), "{bytes:?}");
        }
    }

    #[test]
    fn damaged_chunks() {
        for (bytes, told, begin) in [
            ("3\r\nabc\r\n", "it breaks off before its last chunk, at byte 8", Some("abc")),
            ("3\r\nabc", "it breaks off before its last chunk, at byte 6", Some("abc")),
            ("3\r\nabc\r\n5", "it breaks off before its last chunk, at byte 8", Some("abc")),
            ("3\r\nabc\r\n5\r\nde", "it breaks off in the chunk at byte 11", Some("abcde")),
            ("ffffffffffffffff\r\nde", "it breaks off in the chunk at byte 18", Some("de")),
            ("3\r\nabcd\r\n0\r\n", "a chunk is longer than its length, at byte 6", None),
            ("3\r\nabc\r\nxyz\r\n", "no length of a chunk stands at byte 8", None),
            ("3\r\nabc\r\n\r\n", "no length of a chunk stands at byte 8", None),
        ] {
            let fault = join_chunks(bytes.as_bytes(), false).unwrap_err();
            assert_eq!(fault.reason, RejectReason::Corrupt);
            assert_eq!(fault.detail, format!("its body is damaged: {told} of it"), "{bytes:?}");
            let cut = join_chunks(bytes.as_bytes(), true).ok().flatten();
            assert_eq!(cut.as_deref(), begin.map(str::as_bytes), "{bytes:?}");
        }
    }
}
