//! The encoding of a container of records, which its first bytes show (contract D4).

use encoding_rs::{Encoding, UTF_8};

use crate::read::coding::Detection;
use crate::read::encoding::{self, Decision};
use crate::split::line::last_lf;

/// The encoding of a container's bytes, which are decoded before its records are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// They are UTF-8 by definition, and one bad line does not make them anything else: another encoding is believed
    /// if most lines that are not ASCII are no UTF-8, and the encoding is one of many bytes a character, which chance
    /// does not give.
    Utf8,
    /// The bytes are text in any encoding.
    Any,
    /// The bytes are no text as a whole: each record has an encoding of its own.
    Bytes,
}

impl Charset {
    /// The encoding of a container that begins with `head`, and the length of its byte order mark.
    pub(in crate::read) fn detect(self, head: &[u8], detection: Detection) -> (&'static Encoding, usize) {
        if self == Self::Bytes {
            return (UTF_8, 0);
        }
        if let Some(found) = encoding::by_bom(head) {
            return found;
        }
        // In UTF-16 the byte of a line feed is half of one, or of something else.
        let is_wide = memchr::memchr(0, head).is_some();
        let whole = if is_wide { None } else { last_lf(head) };
        let lines = &head[..whole.unwrap_or(head.len() & !1)];
        match encoding::detect(lines, detection.given) {
            Decision::Other(encoding) if detection.given == Some(encoding) => (encoding, 0),
            Decision::Other(encoding) if !encoding::is_line_independent(encoding) => (encoding, 0),
            Decision::Other(encoding) if self == Self::Any => (encoding, 0),
            Decision::Other(encoding) if !encoding.is_single_byte() && is_mostly_bad(lines) => (encoding, 0),
            Decision::Other(_) | Decision::Utf8 | Decision::Broken { .. } => (UTF_8, 0),
        }
    }
}

/// Whether most lines that are not ASCII, and at least two, are no UTF-8.
fn is_mostly_bad(lines: &[u8]) -> bool {
    let (mut bad, mut good) = (0, 0);
    for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_ascii()) {
        if simdutf8::basic::from_utf8(line).is_ok() { good += 1 } else { bad += 1 }
    }
    bad >= 2 && bad > good
}
