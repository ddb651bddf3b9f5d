//! The settings that reading depends on.

use std::fmt;

use super::coding::Detection;
use super::fault::Fault;
use crate::config::SplitConfig;
use crate::discover::Globs;
use crate::error::RejectReason;
use crate::split::{self, Splitting};
use crate::units::count;

/// The settings that reading depends on, made once a run.
#[derive(Debug)]
pub(crate) struct ReadContext {
    /// Path of the field that holds a record's text.
    pub text_field: FieldPath,
    /// Name of the field that names a record.
    pub id_field: String,
    /// Whether hidden members of archives are read.
    pub(super) hidden: bool,
    /// Which endings of members are asked for.
    pub(super) globs: Globs,
    pub(super) split: SplitConfig,
    pub(super) paragraphs: ParagraphLimit,
    pub(super) detection: Detection,
    /// Most bytes of a document that is decoded, and of a plain text file.
    pub(super) decoded_limit: u64,
    pub(super) text_limit: u64,
}

/// A dotted path to a field: `article.body` is the field `body` of the object in the field `article`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath(Vec<String>);

impl FieldPath {
    /// Parses a dotted path.
    pub(crate) fn new(path: &str) -> Self {
        Self(path.split('.').map(str::to_owned).collect())
    }
}

impl FieldPath {
    /// The names on the path, at least one.
    pub(super) fn names(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// The pieces of a large file are about this long; a smaller file is read whole.
pub(crate) const PIECE_BYTES: u64 = 256 * 1024;

/// Bytes of memory that a paragraph takes beside its text while its batch is worked on, about: where it stands, its
/// print twice, its verdict, and what of those two batches hold at once. Measured: 15 million lines of one character
/// took 100 bytes each of those that were held.
pub(crate) const PARAGRAPH_BYTES: u64 = 100;

/// How many paragraphs a document may have that is held at once, which is a record, or a text that cannot be cut (one
/// line of sentences).
#[derive(Debug, Clone, Copy)]
pub(super) struct ParagraphLimit {
    most: u64,
}

/// 2^20: of so many paragraphs a document may be made whatever `--max-document-size` is. While its batch is worked on
/// each takes about 100 bytes ([`PARAGRAPH_BYTES`]), all of them 100 MiB. A book has some
/// ten thousand.
const LEAST_LIMIT: u64 = 1 << 20;

/// A document may have one paragraph for so many bytes that it may have: 2^20 for the 256 MiB of the default. Like
/// those, the limit does not follow `--memory`, as the output must not.
const BYTES_A_PARAGRAPH: u64 = 256;

impl ParagraphLimit {
    /// The limit for documents of at most `max_document_size` bytes.
    pub(super) fn new(max_document_size: u64) -> Self {
        Self { most: (max_document_size / BYTES_A_PARAGRAPH).max(LEAST_LIMIT) }
    }

    /// Checks that a text has no more paragraphs.
    pub(super) fn check(self, text: &str, splitting: Splitting) -> Result<(), Fault> {
        // Each takes a byte.
        if count(text.len()) <= self.most {
            return Ok(());
        }
        let number = split::num_paragraphs(text, splitting);
        if number <= self.most {
            return Ok(());
        }
        let detail =
            format!("it has {number} paragraphs, and {} are the most that are held at once", self.most);
        Err(Fault::new(RejectReason::TooManyParagraphs, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Repair;
    use crate::split::Method;

    #[test]
    fn so_many_paragraphs_are_held_at_once() {
        let most = usize::try_from(LEAST_LIMIT).unwrap();
        let with = |max_document_size, text: &str, method| {
            let splitting = Splitting { method, repair: Repair::Basic };
            let checked = ParagraphLimit::new(max_document_size).check(text, splitting);
            checked.err().map(|fault| (fault.reason, fault.detail))
        };
        let told = |number| {
            let detail =
                format!("it has {number} paragraphs, and 1048576 are the most that are held at once");
            Some((RejectReason::TooManyParagraphs, detail))
        };
        let lines = "a\n".repeat(most);
        let more = format!("{lines}b");
        for (text, method, expected) in [
            (&*lines, Method::Line, None),
            (&*more, Method::Line, told(1_048_577)),
            (&*more, Method::Block, None),
            (&*"\n\n\n".repeat(most), Method::Line, None),
            (&*"a\n\n".repeat(2 * most), Method::Block, told(2_097_152)),
            (&*"好。".repeat(most + 2), Method::Sentence, told(1_048_578)),
        ] {
            assert_eq!(with(1, text, method), expected, "{method:?}");
        }
        assert_eq!(with(256 << 20, &more, Method::Line), told(1_048_577));
        assert_eq!(with((256 << 20) + 256, &more, Method::Line), None);
    }
}
