//! What the first bytes of a file show by themselves: compression, an archive, no text at all. Files that are none of
//! these are documents or containers of records: see [`super::container`] and [`super::recognize`].

use std::borrow::Cow;

use super::coding::Detection;
use super::encoding::{self, Decision};

/// How a stream of bytes is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Compression {
    /// The file is not compressed.
    #[default]
    None,
    /// gzip, one member or several (RFC 1952).
    Gzip,
    /// Zstandard, one frame or several (RFC 8878).
    Zstd,
    /// bzip2, one stream or several.
    Bzip2,
    /// xz, one stream or several.
    Xz,
}

/// Whether bytes may be the beginning of clean text: UTF-8 without control characters but those between lines.
///
/// Some magic numbers are letters, and text may begin with those, after it was cleaned if not before.
pub(super) fn is_clean_text(head: &[u8]) -> bool {
    let head = &head[..head.len().min(SNIFF_BYTES)];
    let is_utf8 = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_utf8 && !head.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

impl Compression {
    /// The compression of a file that begins with `head`.
    pub(crate) fn of(head: &[u8]) -> Self {
        match Self::by_magic(head) {
            Self::Bzip2 if is_clean_text(head) => Self::None,
            compression => compression,
        }
    }

    /// The compression whose magic number `head` starts with.
    pub(super) fn by_magic(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            // A frame, or a skippable frame that stands before one (RFC 8878, sections 3.1.1 and 3.1.2).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            // A block, or the end of a stream without one.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::None,
        }
    }

    /// Its usual name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }
}

/// A file of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Archive {
    /// tar, in the forms of POSIX and GNU.
    Tar,
    /// zip.
    Zip,
}

impl Archive {
    /// The archive whose magic number stands in `head`.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        /// Where a tar header says so.
        const USTAR: usize = 257;
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            // Of several disks or of one, made as if for several (APPNOTE.TXT, sections 8.5.3 and 8.5.4).
            [b'P', b'K', 7, 8, b'P', b'K', 3, 4, ..] | [b'P', b'K', b'0', b'0', b'P', b'K', 3, 4, ..] => {
                Some(Self::Zip)
            }
            _ if head.get(USTAR..USTAR + 5) == Some(b"ustar") && !is_clean_text(head) => Some(Self::Tar),
            _ => None,
        }
    }

    /// Its usual name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::Zip => "zip",
        }
    }
}

/// The name of a form that is not read, in which a file is packed or holds web pages.
pub(super) fn unread(head: &[u8]) -> Option<&'static str> {
    match head {
        // LZ4, lzip, compress, lzop, framed Snappy, and Zstandard before version 0.8.
        [4, 0x22, 0x4d, 0x18, ..]
        | [2, 0x21, 0x4c, 0x18, ..]
        | [b'L', b'Z', b'I', b'P', 1, ..]
        | [0x1f, 0x9d | 0xa0, ..]
        | [0x89, b'L', b'Z', b'O', 0, ..]
        | [0xff, 6, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..]
        | [0x22..=0x27, 0xb5, 0x2f, 0xfd, ..] => Some("a stream of a compression that is not read"),
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => Some("a cabinet"),
        [b'P', b'A', b'R', b'E', ..] if !is_clean_text(head) => Some("an encrypted Parquet file"),
        _ if is_arc(head) => Some("an ARC file"),
        _ => None,
    }
}

/// Whether a file begins like an ARC file, the form of web archives before WARC: with a record about itself. Its first
/// line is an address, a numeric IP address, a date, a media type and a length; the second begins with two numbers.
fn is_arc(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(b"filedesc://") else { return false };
    let mut lines = rest.split(|&byte| byte == b'\n');
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
    let fields: Vec<_> = first.trim_ascii_end().rsplit(|&byte| byte == b' ').collect();
    let is_number = |field: &[u8]| !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    let has_fields = fields.len() >= 5
        && is_number(fields[0])
        && fields.iter().any(|field| field.len() >= 8 && is_number(field));
    let mut version = second.split(|&byte| byte == b' ');
    has_fields && version.next().is_some_and(is_number) && version.next().is_some_and(is_number)
}

/// How the bytes of documents are wrapped up in a source, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Wrap {
    /// Compression of the whole file.
    pub outer: Compression,
    /// The archive it is.
    pub archive: Option<Archive>,
    /// Compression of the archive's member.
    pub inner: Compression,
}

/// The number of bytes at the beginning of a file that decide whether it is text or binary; git looks at as many.
pub(super) const SNIFF_BYTES: usize = 8 * 1024;

/// The first bytes of a file, or of what a stream is unpacked to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    /// At least [`SNIFF_BYTES`] if there are so many; a piece's length of what [`Head::may_be_json`].
    pub(super) bytes: &'a [u8],
    /// Whether there are no more.
    pub(super) is_whole: bool,
}

impl<'a> Head<'a> {
    /// The first bytes up to `most`.
    pub(super) fn of(bytes: &'a [u8], most: usize) -> Self {
        if bytes.len() < most {
            Self { bytes, is_whole: true }
        } else {
            Self { bytes: &bytes[..most], is_whole: false }
        }
    }

    /// The first byte that is no white space, and nothing else that repair takes off a text: control characters,
    /// byte order marks, the other halves of wide characters.
    pub(super) fn first_byte(self) -> Option<u8> {
        let mut rest = &self.bytes[..self.bytes.len().min(SNIFF_BYTES)];
        loop {
            let len = match rest {
                [byte, ..] if byte.is_ascii_whitespace() || byte.is_ascii_control() => 1,
                [0xc2, 0x85 | 0xa0, ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0xa1, 0xa1, ..] => 2,
                [0xef, 0xbb, 0xbf, ..]
                | [0xe1, 0x9a, 0x80, ..]
                | [0xe2, 0x80, 0x80..=0x8b | 0xa8 | 0xa9 | 0xaf, ..]
                | [0xe2, 0x81, 0x9f | 0xa0, ..]
                | [0xe3, 0x80, 0x80, ..] => 3,
                _ => return rest.first().copied(),
            };
            rest = &rest[len..];
        }
    }

    /// Whether it may begin JSON, of which more than a few bytes have to be seen.
    pub(super) fn may_be_json(self) -> bool {
        matches!(self.first_byte(), Some(b'{' | b'['))
    }

    /// The text that it begins, as it is when it is repaired; what cannot be decoded is U+FFFD. What a text looks like
    /// must not depend on whether it was cleaned before.
    pub(super) fn text(self, detection: Detection) -> Cow<'a, str> {
        let text = match str::from_utf8(self.bytes) {
            Ok(text) => text,
            // A character is cut in two.
            Err(error) if error.error_len().is_none() => {
                str::from_utf8(&self.bytes[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => "\0",
        };
        // Bytes that are no text, or that NULs make a text of wide characters.
        if !text.contains('\0') {
            return repaired(Cow::Borrowed(text));
        }
        let by_content = || match encoding::detect(&self.bytes[..self.bytes.len() & !1], detection.given) {
            Decision::Other(encoding) => (encoding, 0),
            Decision::Utf8 | Decision::Broken { .. } => (encoding_rs::UTF_8, 0),
        };
        let (encoding, mark) = encoding::by_bom(self.bytes).unwrap_or_else(by_content);
        repaired(encoding.decode_without_bom_handling(&self.bytes[mark..]).0)
    }
}

/// A text without the characters that repair removes (contract P3), and with LF at the ends of its lines.
fn repaired(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_removed = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
            || matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}')
    };
    let has_lone_cr = || text.match_indices('\r').any(|(at, _)| !text[at + 1..].starts_with('\n'));
    if !text.contains(is_removed) && !has_lone_cr() {
        return text;
    }
    let spelled = text.chars().map(|c| match c {
        '\r' => '\n',
        '\x0b' | '\x0c' | '\u{85}' => ' ',
        c => c,
    });
    Cow::Owned(spelled.filter(|&c| !is_removed(c)).collect())
}

/// Formats that are no text, whose first bytes say so, and what they are called.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"%PDF-", "a PDF document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (b"\x89PNG\r\n\x1a\n", "a picture"),
    (b"\xff\xd8\xff\xe0", "a picture"),
    (b"\xff\xd8\xff\xe1", "a picture"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "a database"),
];

/// What bytes are that are certainly no text.
pub(super) fn foreign(head: &[u8]) -> Option<&'static str> {
    FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what)
}

/// Whether bytes of no promised format look like no text: there is a NUL among the first of them, and they are
/// not UTF-16.
pub(super) fn is_binary(head: &[u8]) -> bool {
    let head = &head[..head.len().min(SNIFF_BYTES)];
    memchr::memchr(0, head).is_some()
        && !matches!(encoding::detect(&head[..head.len() & !1], None), Decision::Other(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_numbers() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (head, compression, archive) in [
            (&b"\x1f\x8b\x08\0"[..], Compression::Gzip, None),
            (b"\x28\xb5\x2f\xfd", Compression::Zstd, None),
            (b"BZh91AY&SY\xff", Compression::Bzip2, None),
            (b"BZh91AY&SY is a name", Compression::None, None),
            (b"BZh is a name", Compression::None, None),
            (b"\xfd7zXZ\0", Compression::Xz, None),
            (b"PK\x03\x04", Compression::None, Some(Archive::Zip)),
            (b"PK00PK\x03\x04", Compression::None, Some(Archive::Zip)),
            (b"PK00", Compression::None, None),
            (&tar, Compression::None, Some(Archive::Tar)),
            (b"", Compression::None, None),
        ] {
            assert_eq!((Compression::of(head), Archive::of(head)), (compression, archive), "{head:?}");
        }
    }

    #[test]
    fn forms_that_are_not_read() {
        for (head, expected) in [
            (&b"\x04\x22\x4d\x18\x64"[..], true),
            (b"\x1f\x9d\x90", true),
            (b"PARE\x15\x04\0", true),
            (b"PARE the apple", false),
            (b"filedesc://a.arc 0.0.0.0 20080430120000 text/plain 76\n1 0 Alexa Internet\nURL ", true),
            (b"filedesc://a.arc 0.0.0.0 20080430120000 text/plain 200 - - 0 a.arc 76\n2 0 Internet\n", true),
            (b"filedesc://a.arc is how such files begin\n", false),
            (b"filedesc://a 0.0.0.0 20080430120000 text/plain 76\nNews of the day", false),
            (b"", false),
        ] {
            assert_eq!(unread(head).is_some(), expected, "{head:?}");
        }
    }
}
