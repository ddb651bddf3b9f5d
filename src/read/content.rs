//! Recognizes compression and archives by the first bytes of a file. Files that are neither are documents or containers
//! of records: see [`super::container`].

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
    /// The compression whose magic number `head` starts with.
    pub(crate) fn of(head: &[u8]) -> Self {
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

/// Whether bytes of no promised format look like no text: there is a NUL among the first of them, and they are
/// not UTF-16.
pub(super) fn is_binary(head: &[u8]) -> bool {
    let head = &head[..head.len().min(SNIFF_BYTES)];
    memchr::memchr(0, head).is_some()
        && !matches!(
            super::encoding::detect(&head[..head.len() & !1], None),
            super::encoding::Decision::Other { .. }
        )
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
            (&tar, Compression::None, Some(Archive::Tar)),
            (b"", Compression::None, None),
        ] {
            assert_eq!((Compression::of(head), Archive::of(head)), (compression, archive), "{head:?}");
        }
    }
}
