//! The encoding of a document (contract D4): bytes of one whole document in, a [`Decision`] out, and the
//! decoding of its pieces to UTF-8.
//!
//! A byte order mark decides; else valid UTF-8 is UTF-8; else the encoding is given, or detected over the
//! whole document ([`Detector`]). A guess needs evidence: it is taken if its text reads like text and every other
//! reading is far less likely. What cannot be told is [`Decision::Broken`], never a silent guess: damaged
//! UTF-8 is not taken for a legacy encoding in which every byte means something. A legacy encoding that is
//! told can still be damaged somewhere: decoding finds that place. Does not know what a file, a line or a
//! record is.

mod chinese;
mod decode;
mod detector;
mod evidence;
mod foreign;
mod guess;
mod label;
mod private;
mod sample;
#[cfg(test)]
mod tests;
mod utf16;
mod utf8;

pub(crate) use chinese::is_frequent;
pub(crate) use decode::{Transcoder, decode};
pub(crate) use detector::Detector;
pub(crate) use foreign::may_be_seven_bit;
pub(crate) use label::{UnknownLabel, by_label};

use encoding_rs::{Encoding, GB18030, GBK, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// The result of detecting an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Valid UTF-8, with or without a byte order mark.
    Utf8,
    /// Text to be decoded with this encoding; never GBK, always its superset GB18030. Whether every byte of
    /// it can be decoded is not known yet.
    Other {
        /// The encoding.
        encoding: &'static Encoding,
        /// Whether it was guessed by its text: it was not given, and no mark and no escape sequence shows it.
        is_guess: bool,
    },
    /// The encoding cannot be detected, or the document is not valid in it.
    Broken {
        /// Offset in the document of the first byte that is not UTF-8.
        byte: u64,
        /// What is wrong.
        why: Why,
    },
}

/// Why a document has no encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is UTF-8, and damaged.
    DamagedUtf8,
    /// It may be in one encoding as well as in the other: too little of it tells.
    Either(&'static Encoding, &'static Encoding),
    /// It is no text in any encoding that is detected.
    NoText,
    /// It begins in this encoding and goes on in another.
    Mixed(&'static Encoding),
    /// It is in an encoding that is not read, of this name.
    Foreign(&'static str),
}

impl Decision {
    /// An encoding that a mark, an escape sequence or the user names.
    fn known(encoding: &'static Encoding) -> Self {
        Self::Other { encoding, is_guess: false }
    }

    /// An encoding that was guessed.
    fn guessed(encoding: &'static Encoding) -> Self {
        Self::Other { encoding, is_guess: true }
    }
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
fn has_jp_escape(bytes: &[u8]) -> bool {
    const DESIGNATIONS: [&[u8]; 5] = [b"$B", b"$@", b"(J", b"(I", b"$(D"];
    memchr::memchr_iter(0x1b, bytes)
        .any(|place| DESIGNATIONS.iter().any(|tail| bytes[place + 1..].starts_with(tail)))
}

/// Whether a piece of a document may be in the encoding that was guessed by its beginning. What is cheap to see is
/// seen of all of it, the rest of a few parts.
pub(crate) fn agrees(piece: &[u8], encoding: &'static Encoding) -> bool {
    if encoding == GB18030 {
        let head = &piece[..until(piece, 16 * 1024)];
        let mut evidence = chinese::Gb18030Evidence::default();
        evidence.add(head);
        if evidence.is_strong() {
            return true;
        }
    }
    guess::agrees(piece, encoding)
}

/// The end of the last line that ends before `most`, or of `bytes`.
fn until(bytes: &[u8], most: usize) -> usize {
    let head = &bytes[..most.min(bytes.len())];
    memchr::memrchr(b'\n', head).map_or(bytes.len(), |place| place + 1)
}

/// Whether `bytes` show that a text that began as UTF-8 is in an encoding of seven bits.
pub(crate) fn is_seven_bit(bytes: &[u8]) -> bool {
    has_jp_escape(bytes) || may_be_seven_bit(bytes) && foreign::seven_bit(bytes).is_some()
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
