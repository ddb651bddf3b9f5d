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

/// The encoding that the first bytes of a container show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) struct FoundCharset {
    pub(in crate::read) encoding: &'static Encoding,
    /// The length of the byte order mark.
    pub(in crate::read) mark: usize,
    /// Whether the encoding was guessed.
    pub(in crate::read) is_guess: bool,
}

impl FoundCharset {
    /// UTF-8 without a mark.
    pub(in crate::read) const UTF_8: Self = Self { encoding: UTF_8, mark: 0, is_guess: false };
}

impl Charset {
    /// The encoding of a container that begins with `head`.
    pub(in crate::read) fn detect(self, head: &[u8], detection: Detection) -> FoundCharset {
        if self == Self::Bytes {
            return FoundCharset::UTF_8;
        }
        if let Some((encoding, mark)) = encoding::by_bom(head) {
            return FoundCharset { encoding, mark, is_guess: false };
        }
        // In UTF-16 the byte of a line feed is half of one, or of something else.
        let is_wide = memchr::memchr(0, head).is_some();
        let whole = if is_wide { None } else { last_lf(head) };
        let lines = &head[..whole.unwrap_or(head.len() & !1)];
        let decision = encoding::detect(lines, detection.given);
        if self == Self::Any
            && let Some(encoding) = detection.fallback_of(decision)
        {
            return FoundCharset { encoding, mark: 0, is_guess: false };
        }
        let Decision::Other { encoding, is_guess } = decision else { return FoundCharset::UTF_8 };
        let is_believed = self == Self::Any
            || !is_guess
            || !encoding::is_line_independent(encoding)
            || !encoding.is_single_byte() && is_mostly_bad(lines);
        if is_believed { FoundCharset { encoding, mark: 0, is_guess } } else { FoundCharset::UTF_8 }
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
