//! The encoding of a document (contract D4): bytes of one whole document in, a [`Decision`] out, and the
//! decoding of its pieces to UTF-8.
//!
//! A byte order mark decides; else valid UTF-8 is UTF-8; else the encoding is given, or detected over the
//! whole document ([`Detector`]). What cannot be told is [`Decision::Broken`], never a silent guess: damaged
//! UTF-8 is not taken for a legacy encoding in which every byte means something. A legacy encoding that is
//! told can still be damaged somewhere: decoding finds that place. Does not know what a file, a line or a
//! record is.

mod chinese;
mod decode;
mod detector;
mod guess;
mod private;
mod sample;
#[cfg(test)]
mod tests;
mod utf16;
mod utf8;

pub(crate) use decode::{Transcoder, decode};
pub(crate) use detector::Detector;

use encoding_rs::{Encoding, GB18030, GBK, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// The result of detecting an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Valid UTF-8, with or without a byte order mark.
    Utf8,
    /// Text to be decoded with this encoding; never GBK, always its superset GB18030. Whether every byte of
    /// it can be decoded is not known yet.
    Other(&'static Encoding),
    /// The encoding cannot be detected, or the document is not valid in it.
    Broken {
        /// Offset in the document of the first byte that is not UTF-8.
        byte: u64,
        /// Whether it is UTF-8 all the same, and damaged.
        is_utf8: bool,
        /// The fault, as a phrase for a message: "not valid UTF-8".
        detail: &'static str,
    },
}

/// The decision about one document that is in memory: [`Detector`] fed with one slice.
pub(crate) fn detect(document: &[u8], given: Option<&'static Encoding>) -> Decision {
    let mut detector = Detector::new(given);
    detector.feed(document);
    detector.finish()
}

/// Detects the byte order mark at the start of `head`. Returns its encoding and its length in bytes.
///
/// Four bytes are enough to look at. UTF-32 is no encoding of the WHATWG standard: the mark of its
/// little-endian form begins like that of UTF-16LE, but is none.
pub(crate) fn by_bom(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    if is_utf32(head) { None } else { Encoding::for_bom(head) }
}

/// Whether `head` begins with a byte order mark of UTF-32.
fn is_utf32(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xfe, 0, 0]) || head.starts_with(&[0, 0, 0xfe, 0xff])
}

/// The encoding with this label, or `None` if there is none that text can be decoded with.
///
/// Labels are those of the WHATWG Encoding Standard, section 4.2, in any case: `big5`, `latin1`, `shift-jis`.
pub(crate) fn by_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).map(widened)
}

/// GB18030 for GBK, which it holds; any other encoding as it is.
fn widened(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

/// The name of an encoding, as the WHATWG Encoding Standard spells it.
pub(crate) fn name(encoding: &'static Encoding) -> &'static str {
    encoding.name()
}

/// Whether `bytes` hold an escape sequence that calls in a Japanese character set (RFC 1468, RFC 2237).
///
/// Text without one is not ISO-2022-JP. Cost: a search for ESC.
pub(crate) fn has_jp_escape(bytes: &[u8]) -> bool {
    const DESIGNATIONS: [&[u8]; 5] = [b"$B", b"$@", b"(J", b"(I", b"$(D"];
    memchr::memchr_iter(0x1b, bytes)
        .any(|place| DESIGNATIONS.iter().any(|tail| bytes[place + 1..].starts_with(tail)))
}

/// Whether pieces cut after any LF or CR byte can be decoded one by one: in this encoding LF and CR are no
/// part of another character, and no state is carried over a line's end.
pub(crate) fn is_line_independent(encoding: &'static Encoding) -> bool {
    ![UTF_16LE, UTF_16BE, ISO_2022_JP, REPLACEMENT].contains(&encoding)
}

/// Whether the encoding's text is UTF-8 already.
fn is_utf8(encoding: &'static Encoding) -> bool {
    encoding == UTF_8
}
