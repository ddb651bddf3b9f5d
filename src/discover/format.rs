//! A file's format, as far as its name tells (contract D2).

use super::Plan;
use crate::error::SkipReason;

/// How a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plain text: one document. Its name promises text.
    Text,
    /// Plain text if it looks like text: one document. Its name promises nothing.
    Sniff,
    /// JSON Lines: one document a line.
    JsonLines,
}

/// Names that promise text.
const TEXT: [&[u8]; 3] = [b"txt", b"md", b"text"];
/// Names that promise JSON Lines.
const JSON_LINES: [&[u8]; 2] = [b"jsonl", b"ndjson"];
/// Containers and compressed formats that this version cannot take apart: taking lines out of one as if it
/// were prose would break it, so that they are skipped whatever their bytes look like.
const UNSUPPORTED: [&[u8]; 18] = [
    b"json", b"csv", b"tsv", b"parquet", b"arrow", b"feather", b"avro", b"warc", b"wet", b"wat", b"gz",
    b"zst", b"bz2", b"xz", b"zip", b"tar", b"7z", b"pdf",
];

/// What to do with a file of this path.
pub(super) fn plan_for(path: &[u8]) -> Plan {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    let extension = match memchr::memrchr(b'.', name) {
        None | Some(0) => return Plan::Read(Format::Sniff),
        Some(dot) => name[dot + 1..].to_ascii_lowercase(),
    };
    let is_in = |list: &[&[u8]]| list.contains(&extension.as_slice());
    if is_in(&TEXT) {
        Plan::Read(Format::Text)
    } else if is_in(&JSON_LINES) {
        Plan::Read(Format::JsonLines)
    } else if is_in(&UNSUPPORTED) {
        Plan::Skip(SkipReason::Unsupported)
    } else {
        Plan::Read(Format::Sniff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name() {
        for (name, expected) in [
            ("a/b.txt", Plan::Read(Format::Text)),
            ("README.MD", Plan::Read(Format::Text)),
            ("x.text", Plan::Read(Format::Text)),
            ("x.jsonl", Plan::Read(Format::JsonLines)),
            ("x.NDJSON", Plan::Read(Format::JsonLines)),
            ("x.json", Plan::Skip(SkipReason::Unsupported)),
            ("x.txt.gz", Plan::Skip(SkipReason::Unsupported)),
            ("dir.txt/x", Plan::Read(Format::Sniff)),
            (".txt", Plan::Read(Format::Sniff)),
            ("x.log", Plan::Read(Format::Sniff)),
            ("x.", Plan::Read(Format::Sniff)),
        ] {
            assert_eq!(plan_for(name.as_bytes()), expected, "{name}");
        }
    }
}
