//! A file's format, as far as its name tells (contract D2). The first bytes of a file beat its name: see
//! [`crate::read`].

use super::SourcePlan;
use super::globs::Globs;
use super::syntax;
use crate::document::Kind;
use crate::error::SkipReason;

/// How a file, or a member of an archive, is to be taken apart, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Its name promises nothing: plain text if it looks like text.
    Sniff,
    /// Its name promises this.
    Named(Kind),
    /// Its name is that of JSON, which is JSON Lines or one document: the first bytes tell.
    Json,
    /// It is text of this kind, whatever it looks like and is called: a document that an embedder gives.
    Given(Kind),
    /// Its name is that of a program that makes pages: a page if the first bytes show one, and source code otherwise.
    ServerPage,
    /// It is to be read: as text, unless the first bytes show a page or a container. Nothing that they look like has it
    /// skipped.
    Asked,
    /// It was written by a run: as text, unless the first bytes show a container.
    Written,
}

/// Names that promise compression, which is told by content but decides how a file is opened.
pub(super) const COMPRESSED: [&[u8]; 5] = [b"gz", b"zst", b"bz2", b"xz", b"zstd"];
/// Names that promise an archive.
const ARCHIVES: [&[u8]; 2] = [b"tar", b"zip"];
/// The short names of compressed tar archives.
const COMPRESSED_ARCHIVES: [&[u8]; 4] = [b"tgz", b"tbz2", b"txz", b"tzst"];

/// Decides by its path how a file is treated. What the table of [`syntax`] names is skipped, unless it is text and one
/// of the globs names its ending.
pub(super) fn plan_for(path: &[u8], globs: Option<&Globs>) -> SourcePlan {
    let is_asked = |part| globs.is_some_and(|globs| globs.ask_for(path, part));
    let reads_pages = globs.is_none_or(Globs::reads_pages);
    match (syntax::unread(path), Format::of(path)) {
        (Some(unread), _) if unread.is_text && is_asked(unread.part.clone()) => {
            SourcePlan::Read(Format::Asked)
        }
        (Some(unread), _) if unread.is_server_page && reads_pages => SourcePlan::Read(Format::ServerPage),
        (Some(unread), _) => SourcePlan::Skip(unread.reason),
        // The markup of a page is text like any other where pages are not read and it is asked for.
        (None, Format::Named(kind)) if kind.is_page() && !reads_pages => {
            let end = unpacked_name(path).len();
            let start = extension(&path[..end]).map_or(end, |ending| end - ending.len());
            if is_asked(start..end) {
                SourcePlan::Read(Format::Asked)
            } else {
                SourcePlan::Skip(SkipReason::Html)
            }
        }
        (None, format) => SourcePlan::Read(format),
    }
}

/// Where the text of a page goes: `a.html` to `a.html.txt`, `a.html.gz` to `a.html.txt.gz` (contract H3). What is called a
/// text already stays where it is.
pub(crate) fn page_text_path(path: &[u8]) -> Vec<u8> {
    let unpacked = unpacked_name(path);
    let is_text = extension(unpacked).is_some_and(|ending| Kind::of_ending(&ending) == Some(Kind::Text));
    if is_text { path.to_vec() } else { [unpacked, b".txt", &path[unpacked.len()..]].concat() }
}

/// What a file is that is skipped by its name, for people: "source code".
pub(crate) fn not_prose(path: &[u8]) -> Option<&'static str> {
    syntax::unread(path).map(|unread| unread.what)
}

/// Whether the name of a file says that it has to be unpacked.
pub(crate) fn is_packed(path: &[u8]) -> bool {
    Packing::of(path).outer
}

/// What the name of a file says about how it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Packing {
    /// The file is a compressed stream, an archive, or a container that is no text.
    pub outer: bool,
    /// What the stream is unpacked to is an archive, or a container that is no text: `a.tar.gz`, `a.tgz`.
    pub inner: bool,
}

impl Packing {
    /// The packing that a path promises.
    pub(crate) fn of(path: &[u8]) -> Self {
        let is_in = |list: &[&[u8]], ending: &Vec<u8>| list.contains(&ending.as_slice());
        let is_unpacked_once = |ending: &Vec<u8>| {
            is_in(&ARCHIVES, ending) || Kind::of_ending(ending).is_some_and(Kind::is_binary)
        };
        match extension(path) {
            Some(last) if is_in(&COMPRESSED, &last) => {
                let inner = extension(&path[..path.len() - last.len() - 1]);
                Self { outer: true, inner: inner.is_some_and(|inner| is_unpacked_once(&inner)) }
            }
            Some(last) if is_in(&COMPRESSED_ARCHIVES, &last) => Self { outer: true, inner: true },
            Some(last) => Self { outer: is_unpacked_once(&last), inner: false },
            None => Self::default(),
        }
    }
}

/// Where the ending of a path begins that says what its file is; with a compression's, two endings are one.
pub(crate) fn stem_len(path: &[u8]) -> usize {
    let without = |path: &[u8], ending: &[u8]| path.len() - ending.len() - 1;
    let Some(last) = extension(path) else { return path.len() };
    let stem = without(path, &last);
    let inner = if COMPRESSED.contains(&last.as_slice()) { extension(&path[..stem]) } else { None };
    inner.map_or(stem, |inner| without(&path[..stem], &inner))
}

/// The path without the ending that says how the file is compressed.
pub(super) fn unpacked_name(path: &[u8]) -> &[u8] {
    match extension(path) {
        Some(last) if COMPRESSED.contains(&last.as_slice()) => &path[..path.len() - last.len() - 1],
        _ => path,
    }
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
        match inner {
            Some(ending) if ending == b"json" => Self::Json,
            inner => inner.and_then(|ending| Kind::of_ending(&ending)).map_or(Self::Sniff, Self::promised),
        }
    }

    /// The format that a name of this kind promises; nothing if the first bytes have to show it anyway.
    pub(super) fn promised(kind: Kind) -> Self {
        if kind.is_binary() { Self::Sniff } else { Self::Named(kind) }
    }

    /// The kind that the name promises; text where it promises nothing.
    pub fn kind(self) -> Kind {
        match self {
            Self::Sniff | Self::ServerPage | Self::Asked | Self::Written => Kind::Text,
            Self::Named(kind) | Self::Given(kind) => kind,
            Self::Json => Kind::of_json(),
        }
    }

    /// The format of what was read as this format and is written again: what was text stays text, whatever it looks
    /// like now.
    #[must_use]
    pub(crate) fn written(self) -> Self {
        match self.kind() {
            kind if kind.is_container() => Self::Named(kind),
            _ => Self::Written,
        }
    }
}

/// The part of the file's name after its last dot, in lower case. A dot at the start of the name hides the file and
/// begins no extension.
pub(super) fn extension(path: &[u8]) -> Option<Vec<u8>> {
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
        let skip = |reason| SourcePlan::Skip(reason);
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
            ("x.json", SourcePlan::Read(Format::Json)),
            ("x.JSON.zst", SourcePlan::Read(Format::Json)),
            ("x.json.txt", SourcePlan::Read(Format::Named(Kind::Text))),
            ("report.docx", skip(SkipReason::Unsupported)),
            ("a.py.gz", skip(SkipReason::Unsupported)),
            ("a.html", SourcePlan::Read(Format::Named(Kind::Html))),
            ("a.SHTML.gz", SourcePlan::Read(Format::Named(Kind::Html))),
            ("a.php", SourcePlan::Read(Format::ServerPage)),
            ("a.mhtml", skip(SkipReason::Html)),
            ("dir.txt/x", SourcePlan::Read(Format::Sniff)),
            (".txt", SourcePlan::Read(Format::Sniff)),
            ("x.log", SourcePlan::Read(Format::Sniff)),
            ("x.", SourcePlan::Read(Format::Sniff)),
        ] {
            assert_eq!(plan_for(name.as_bytes(), None), expected, "{name}");
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
    fn texts_of_pages() {
        for (path, expected) in [
            ("a/b.html", "a/b.html.txt"),
            ("b.HTM.gz", "b.HTM.txt.gz"),
            ("wiki/Ferry", "wiki/Ferry.txt"),
            ("v1.2/x.php.zst", "v1.2/x.php.txt.zst"),
            ("a.txt", "a.txt"),
            ("a.txt.gz", "a.txt.gz"),
            (".gz", ".gz.txt"),
        ] {
            assert_eq!(page_text_path(path.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn packed_by_name() {
        for (name, outer, inner) in [
            ("a.txt", false, false),
            ("a.txt.gz", true, false),
            ("a.TGZ", true, true),
            ("a.tar.zst", true, true),
            ("a.zip", true, false),
            ("a.parquet", true, false),
            ("a.parquet.gz", true, true),
            ("gz", false, false),
            ("a.jsonl", false, false),
        ] {
            assert_eq!(Packing::of(name.as_bytes()), Packing { outer, inner }, "{name}");
        }
    }
}
