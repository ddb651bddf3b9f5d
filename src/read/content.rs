//! What bytes are, told by the first of them: compressed, an archive, or a document or container of records.

use crate::discover::Format;

/// How a stream of bytes is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Compression {
    /// Not at all.
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
fn is_clean_text(head: &[u8]) -> bool {
    let head = &head[..head.len().min(SNIFF_BYTES)];
    let is_utf8 = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_utf8 && !head.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

impl Compression {
    /// The compression whose magic number `head` starts with.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            // A frame, or a skippable frame that stands before one (RFC 8878, sections 3.1.1 and 3.1.2).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            // A block, or the end of a stream without one.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..]
                if !is_clean_text(head) =>
            {
                Self::Bzip2
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::None,
        }
    }

    /// Its usual name.
    pub fn name(self) -> &'static str {
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
pub enum Archive {
    /// tar, in the forms of POSIX and GNU.
    Tar,
    /// zip.
    Zip,
}

impl Archive {
    /// The archive whose magic number stands in `head`.
    pub fn of(head: &[u8]) -> Option<Self> {
        /// Where a tar header says so.
        const USTAR: usize = 257;
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            _ if head.get(USTAR..USTAR + 5) == Some(b"ustar") && !is_clean_text(head) => Some(Self::Tar),
            _ => None,
        }
    }

    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::Zip => "zip",
        }
    }
}

/// What a stream of bytes is, once nothing is left to unpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One document.
    Text,
    /// A document a line.
    JsonLines,
    /// A document a row, with this delimiter between fields.
    Csv(u8),
    /// A document a record that holds text.
    Warc,
    /// A document a row.
    Parquet,
}

impl Kind {
    /// What `head` begins, under a name that promises `format`.
    pub(super) fn of(head: &[u8], format: Format) -> Self {
        if head.starts_with(b"PAR1") && !is_clean_text(head) {
            return Self::Parquet;
        }
        match format {
            Format::JsonLines => Self::JsonLines,
            Format::Csv => Self::Csv(b','),
            Format::Tsv => Self::Csv(b'\t'),
            Format::Warc => Self::Warc,
            // Clean text has no CR.
            Format::Text | Format::Sniff
                if head.starts_with(b"WARC/1.") && head.get(8..10) == Some(&b"\r\n"[..]) =>
            {
                Self::Warc
            }
            Format::Text | Format::Sniff => Self::Text,
        }
    }

    /// Whether it holds records, each a document, and is not one document itself.
    pub fn is_container(self) -> bool {
        self != Self::Text
    }

    /// Whether a record's place in it is the number of a line.
    pub fn has_lines(self) -> bool {
        matches!(self, Self::JsonLines | Self::Csv(_))
    }

    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::JsonLines => "jsonl",
            Self::Csv(b'\t') => "tsv",
            Self::Csv(_) => "csv",
            Self::Warc => "warc",
            Self::Parquet => "parquet",
        }
    }
}

/// How the bytes of documents are wrapped up in a source, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Wrap {
    /// Compression of the whole file.
    pub outer: Compression,
    /// The archive it is.
    pub archive: Option<Archive>,
    /// Compression of the archive's member.
    pub inner: Compression,
}

/// How much of the beginning of a file is looked at to tell text from binary: what git looks at.
pub(super) const SNIFF_BYTES: usize = 8 * 1024;

/// Whether bytes of no promised format look like no text: there is a NUL among the first of them, and they are
/// not UTF-16.
pub(super) fn is_binary(head: &[u8]) -> bool {
    let head = &head[..head.len().min(SNIFF_BYTES)];
    memchr::memchr(0, head).is_some()
        && !matches!(
            super::encoding::detect(&head[..head.len() & !1], None),
            super::encoding::Decision::Other(_)
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_numbers() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (head, compression, archive, kind) in [
            (&b"\x1f\x8b\x08\0"[..], Compression::Gzip, None, Kind::Text),
            (b"\x28\xb5\x2f\xfd", Compression::Zstd, None, Kind::Text),
            (b"BZh91AY&SY\xff", Compression::Bzip2, None, Kind::Text),
            (b"BZh91AY&SY is a name", Compression::None, None, Kind::Text),
            (b"BZh is a name", Compression::None, None, Kind::Text),
            (b"\xfd7zXZ\0", Compression::Xz, None, Kind::Text),
            (b"PK\x03\x04", Compression::None, Some(Archive::Zip), Kind::Text),
            (&tar, Compression::None, Some(Archive::Tar), Kind::Text),
            (b"PAR1\x15\x04", Compression::None, None, Kind::Parquet),
            (b"PAR1\n", Compression::None, None, Kind::Text),
            (b"WARC/1.0\r\n", Compression::None, None, Kind::Warc),
            (b"WARC/1.0\n", Compression::None, None, Kind::Text),
            (b"", Compression::None, None, Kind::Text),
        ] {
            let told = (Compression::of(head), Archive::of(head), Kind::of(head, Format::Sniff));
            assert_eq!(told, (compression, archive, kind), "{head:?}");
        }
    }
}
