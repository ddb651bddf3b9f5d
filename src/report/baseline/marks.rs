//! Marks of files: what a baseline remembers of where its corpus lay, and of what stood there.

use std::fmt;

use crate::fingerprint::Fingerprint;

/// 32 bits of the fingerprint of a file's path: enough to distinguish a few files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileMark(u32);

impl FileMark {
    /// The mark of a path relative to its input.
    pub(crate) fn of(relative: &[u8]) -> Self {
        Self(beginning(&Fingerprint::of(relative)))
    }
}

/// 32 bits that stand for all paragraphs of a file: the sum of the beginnings of their fingerprints, so that their order
/// does not matter. A paragraph that is added, removed or edited goes unnoticed once in 2^32 times, and then an old copy
/// may be named in the place of a new one; whether a check passes does not depend on it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TextMark(u32);

impl TextMark {
    /// Takes in a paragraph.
    pub(crate) fn add(&mut self, paragraph: &Fingerprint) {
        self.0 = self.0.wrapping_add(beginning(paragraph));
    }

    /// Takes in all paragraphs of another text of the file.
    pub(crate) fn join(&mut self, text: Self) {
        self.0 = self.0.wrapping_add(text.0);
    }
}

/// A file of a corpus as a baseline remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CorpusFile {
    pub(crate) path: FileMark,
    pub(crate) text: TextMark,
}

impl CorpusFile {
    /// The file that a line of a baseline speaks of, behind its first word.
    pub(super) fn parse(words: &str) -> Option<Self> {
        let (path, text) = words.split_once(' ')?;
        let text = u32::from_str_radix(text, 16).ok()?;
        Some(Self { path: FileMark::parse(path)?, text: TextMark(text) })
    }
}

impl FileMark {
    pub(super) fn parse(word: &str) -> Option<Self> {
        u32::from_str_radix(word, 16).ok().map(Self)
    }
}

impl fmt::Display for FileMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Display for CorpusFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:08x}", self.path, self.text.0)
    }
}

fn beginning(fingerprint: &Fingerprint) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&fingerprint.as_bytes()[..4]);
    u32::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(paragraphs: &[&str]) -> TextMark {
        let mut mark = TextMark::default();
        for paragraph in paragraphs {
            mark.add(&Fingerprint::of(paragraph.as_bytes()));
        }
        mark
    }

    #[test]
    fn a_text_is_known_by_its_paragraphs_in_any_order() {
        assert_eq!(text(&["a", "b", "a"]), text(&["a", "a", "b"]));
        for other in [&["a", "b"][..], &["a", "b", "b"], &["a", "b", "c"], &["a", "b", "a", "c"], &[]] {
            assert_ne!(text(other), text(&["a", "b", "a"]), "{other:?}");
        }
        let mut joined = text(&["b"]);
        joined.join(text(&["a", "a"]));
        assert_eq!(joined, text(&["a", "b", "a"]));
    }

    #[test]
    fn a_file_comes_back_as_it_was_written() {
        let file = CorpusFile { path: FileMark::of(b"x"), text: text(&["a"]) };
        assert_eq!(CorpusFile::parse(&file.to_string()), Some(file));
        for damaged in ["", "1c6a3f52", "1c6a3f52 x", "x 1c6a3f52", "1c6a3f52 1c6a3f52 1"] {
            assert_eq!(CorpusFile::parse(damaged), None, "{damaged:?}");
        }
    }
}
