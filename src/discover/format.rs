//! A file's format, as far as its name tells (contract D2). The first bytes of a file beat its name: see
//! [`crate::read`].

use super::SourcePlan;
use crate::document::Kind;
use crate::error::SkipReason;

/// How a file, or a member of an archive, is to be taken apart, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Its name promises nothing: plain text if it looks like text.
    Sniff,
    /// Its name promises this.
    Named(Kind),
}

/// Names that promise compression, which is told by content but decides how a file is opened.
const COMPRESSED: [&[u8]; 5] = [b"gz", b"zst", b"bz2", b"xz", b"zstd"];
/// Names that promise an archive; the short names of compressed tar archives among them.
const ARCHIVES: [&[u8]; 6] = [b"tar", b"zip", b"tgz", b"tbz2", b"txz", b"tzst"];
/// Formats that this version cannot take apart: taking lines out of one as if it were prose would break it, so
/// that they are skipped whatever their bytes look like. Some of them are zip archives.
const UNSUPPORTED: [&[u8]; 19] = [
    b"json", b"arrow", b"feather", b"avro", b"orc", b"7z", b"rar", b"pdf", b"doc", b"docx", b"xlsx", b"pptx",
    b"odt", b"ods", b"odp", b"epub", b"jar", b"apk", b"whl",
];

/// Decides by its path how a file is treated.
pub(super) fn plan_for(path: &[u8]) -> SourcePlan {
    match extension(path) {
        Some(extension) if UNSUPPORTED.contains(&extension.as_slice()) => {
            SourcePlan::Skip(SkipReason::Unsupported)
        }
        _ => SourcePlan::Read(Format::of(path)),
    }
}

/// Whether the name of a file says that it has to be unpacked.
pub(crate) fn is_packed(path: &[u8]) -> bool {
    extension(path).is_some_and(|extension| {
        let is_in = |list: &[&[u8]]| list.contains(&extension.as_slice());
        is_in(&COMPRESSED) || is_in(&ARCHIVES) || Kind::of_ending(&extension).is_some_and(Kind::is_binary)
    })
}

/// Where the ending of a path begins that says what its file is; with a compression's, two endings are one.
pub(crate) fn stem_len(path: &[u8]) -> usize {
    let without = |path: &[u8], ending: &[u8]| path.len() - ending.len() - 1;
    let Some(last) = extension(path) else { return path.len() };
    let stem = without(path, &last);
    let inner = if COMPRESSED.contains(&last.as_slice()) { extension(&path[..stem]) } else { None };
    inner.map_or(stem, |inner| without(&path[..stem], &inner))
}

/// Whether the name of a file says that it holds no text and is no archive.
pub(super) fn is_binary(path: &[u8]) -> bool {
    extension(path).and_then(|extension| Kind::of_ending(&extension)).is_some_and(Kind::is_binary)
}

impl Format {
    /// The format that a path promises, under a name of compression or not.
    pub fn of(path: &[u8]) -> Self {
        let Some(last) = extension(path) else { return Self::Sniff };
        let is_compressed = COMPRESSED.contains(&last.as_slice());
        let inner = if is_compressed { extension(&path[..path.len() - last.len() - 1]) } else { Some(last) };
        inner.and_then(|ending| Kind::of_ending(&ending)).map_or(Self::Sniff, Self::promised)
    }

    /// The format that a name of this kind promises; nothing if the first bytes have to show it anyway.
    pub(super) fn promised(kind: Kind) -> Self {
        if kind.is_binary() { Self::Sniff } else { Self::Named(kind) }
    }

    /// The kind that the name promises; text where it promises nothing.
    pub fn kind(self) -> Kind {
        match self {
            Self::Sniff => Kind::Text,
            Self::Named(kind) => kind,
        }
    }

    /// Whether a member of this name in an archive is of a kind that is not read.
    pub fn is_unsupported(path: &[u8]) -> bool {
        matches!(plan_for(path), SourcePlan::Skip(_))
    }
}

/// The part of the file's name after its last dot, in lower case. A dot at the start of the name hides the file and
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
        let skip = SourcePlan::Skip(SkipReason::Unsupported);
        for (name, expected) in [
            ("a/b.txt", SourcePlan::Read(Format::Named(Kind::Text))),
            ("README.MD", SourcePlan::Read(Format::Named(Kind::Markdown))),
            ("x.markdown.xz", SourcePlan::Read(Format::Named(Kind::Markdown))),
            ("x.text", SourcePlan::Read(Format::Named(Kind::Text))),
            ("x.jsonl", SourcePlan::Read(Format::Named(Kind::JsonLines))),
            ("x.NDJSON", SourcePlan::Read(Format::Named(Kind::JsonLines))),
            ("x.jsonl.gz", SourcePlan::Read(Format::Named(Kind::JsonLines))),
            ("x.txt.GZ", SourcePlan::Read(Format::Named(Kind::Text))),
            ("x.csv.zst", SourcePlan::Read(Format::Named(Kind::Csv))),
            ("x.tsv", SourcePlan::Read(Format::Named(Kind::Tsv))),
            ("x.warc.wet.gz", SourcePlan::Read(Format::Named(Kind::Warc))),
            ("x.gz", SourcePlan::Read(Format::Sniff)),
            (".gz", SourcePlan::Read(Format::Sniff)),
            ("x.tar.gz", SourcePlan::Read(Format::Sniff)),
            ("x.json", skip.clone()),
            ("report.docx", skip),
            ("dir.txt/x", SourcePlan::Read(Format::Sniff)),
            (".txt", SourcePlan::Read(Format::Sniff)),
            ("x.log", SourcePlan::Read(Format::Sniff)),
            ("x.", SourcePlan::Read(Format::Sniff)),
        ] {
            assert_eq!(plan_for(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn stems() {
        for (name, stem) in [
            ("a/b.txt", "a/b"),
            ("b.v2.txt", "b.v2"),
            ("b.jsonl.gz", "b"),
            ("a.tar.GZ", "a"),
            ("b.c/d", "b.c/d"),
            (".txt", ".txt"),
            (".a.gz", ".a"),
        ] {
            assert_eq!(&name[..stem_len(name.as_bytes())], stem);
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
