//! A file's format, as far as its name tells (contract D2). The first bytes of a file beat its name: see
//! [`crate::read`].

use super::Plan;
use crate::error::SkipReason;

/// How a file, or a member of an archive, is to be taken apart, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plain text: one document. Its name promises text.
    Text,
    /// Plain text if it looks like text: one document. Its name promises nothing.
    Sniff,
    /// JSON Lines: one document a line.
    JsonLines,
    /// Comma-separated values: one document a row.
    Csv,
    /// Tab-separated values: one document a row.
    Tsv,
    /// A web archive: one document a text.
    Warc,
}

/// Names that promise text.
const TEXT: [&[u8]; 3] = [b"txt", b"md", b"text"];
/// Names that promise JSON Lines.
const JSON_LINES: [&[u8]; 2] = [b"jsonl", b"ndjson"];
/// Names that promise web archives.
const WARC: [&[u8]; 3] = [b"warc", b"wet", b"wat"];
/// Names that promise compression, which is told by content but decides how a file is opened.
const COMPRESSED: [&[u8]; 5] = [b"gz", b"zst", b"bz2", b"xz", b"zstd"];
/// Names that promise something to be unpacked; the short names of compressed tar archives among them.
const PACKED: [&[u8]; 7] = [b"tar", b"zip", b"parquet", b"tgz", b"tbz2", b"txz", b"tzst"];
/// Formats that this version cannot take apart: taking lines out of one as if it were prose would break it, so
/// that they are skipped whatever their bytes look like. Some of them are zip archives.
const UNSUPPORTED: [&[u8]; 19] = [
    b"json", b"arrow", b"feather", b"avro", b"orc", b"7z", b"rar", b"pdf", b"doc", b"docx", b"xlsx", b"pptx",
    b"odt", b"ods", b"odp", b"epub", b"jar", b"apk", b"whl",
];

/// What to do with a file of this path.
pub(super) fn plan_for(path: &[u8]) -> Plan {
    match extension(path) {
        Some(extension) if UNSUPPORTED.contains(&extension.as_slice()) => Plan::Skip(SkipReason::Unsupported),
        _ => Plan::Read(Format::of(path)),
    }
}

/// Whether a file of this name is to be unpacked, as far as its name tells.
pub fn is_packed(path: &[u8]) -> bool {
    extension(path).is_some_and(|extension| {
        [&COMPRESSED[..], &PACKED[..]].iter().any(|list| list.contains(&extension.as_slice()))
    })
}

impl Format {
    /// The format that a path promises, under a name of compression or not.
    pub fn of(path: &[u8]) -> Self {
        let Some(last) = extension(path) else { return Self::Sniff };
        let is_compressed = COMPRESSED.contains(&last.as_slice());
        let inner = if is_compressed { extension(&path[..path.len() - last.len() - 1]) } else { Some(last) };
        match inner.as_deref() {
            Some(name) if TEXT.contains(&name) => Self::Text,
            Some(name) if JSON_LINES.contains(&name) => Self::JsonLines,
            Some(name) if WARC.contains(&name) => Self::Warc,
            Some(b"csv") => Self::Csv,
            Some(b"tsv") => Self::Tsv,
            _ => Self::Sniff,
        }
    }

    /// Whether a member of this name in an archive is of a kind that is not read.
    pub fn is_unsupported(path: &[u8]) -> bool {
        matches!(plan_for(path), Plan::Skip(_))
    }
}

/// What stands after the last dot of the file's name, in lower case; a dot at the start of the name hides it and
/// begins no extension.
fn extension(path: &[u8]) -> Option<Vec<u8>> {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    match memchr::memrchr(b'.', name) {
        None | Some(0) => None,
        Some(dot) => Some(name[dot + 1..].to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name() {
        let skip = Plan::Skip(SkipReason::Unsupported);
        for (name, expected) in [
            ("a/b.txt", Plan::Read(Format::Text)),
            ("README.MD", Plan::Read(Format::Text)),
            ("x.text", Plan::Read(Format::Text)),
            ("x.jsonl", Plan::Read(Format::JsonLines)),
            ("x.NDJSON", Plan::Read(Format::JsonLines)),
            ("x.jsonl.gz", Plan::Read(Format::JsonLines)),
            ("x.txt.GZ", Plan::Read(Format::Text)),
            ("x.csv.zst", Plan::Read(Format::Csv)),
            ("x.tsv", Plan::Read(Format::Tsv)),
            ("x.warc.wet.gz", Plan::Read(Format::Warc)),
            ("x.gz", Plan::Read(Format::Sniff)),
            (".gz", Plan::Read(Format::Sniff)),
            ("x.tar.gz", Plan::Read(Format::Sniff)),
            ("x.json", skip.clone()),
            ("report.docx", skip),
            ("dir.txt/x", Plan::Read(Format::Sniff)),
            (".txt", Plan::Read(Format::Sniff)),
            ("x.log", Plan::Read(Format::Sniff)),
            ("x.", Plan::Read(Format::Sniff)),
        ] {
            assert_eq!(plan_for(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn packed_by_name() {
        for (name, expected) in [
            ("a.txt", false),
            ("a.txt.gz", true),
            ("a.TGZ", true),
            ("a.parquet", true),
            ("gz", false),
            ("a.jsonl", false),
        ] {
            assert_eq!(is_packed(name.as_bytes()), expected, "{name}");
        }
    }
}
