//! The settings that reading depends on.

use std::sync::Arc;

use super::coding::Detection;
use super::damage::Mender;
use super::fault::Fault;
use super::given::GivenEncodings;
use super::text_fields::{FieldNames, TextFields};
use crate::config::{Pages, SplitConfig};
use crate::discover::Globs;
use crate::error::RejectReason;
use crate::split::{self, Method, SplitBy, Splitting};
use crate::units::count;

/// The settings that reading depends on, made once a run; for files that options name, made for each ([`Self::of`]).
#[derive(Debug, Clone)]
pub(crate) struct ReadContext {
    /// The fields that may hold a record's text.
    pub(super) text_fields: Arc<FieldNames>,
    /// The options that hold for some files only.
    pub(super) options: Arc<FileOptions>,
    /// Name of the field that names a record.
    pub id_field: String,
    /// How much of a page is read.
    pub(super) pages: Pages,
    /// Names among the text fields that hold HTML.
    pub(super) html_fields: Arc<[String]>,
    /// Whether fields of TSV may stand in quotes.
    pub(super) tsv_quotes: bool,
    /// Whether hidden members of archives are read.
    pub(super) hidden: bool,
    /// Which endings of members are asked for.
    pub(super) globs: Arc<Globs>,
    pub(super) split: SplitConfig,
    pub(super) paragraphs: ParagraphLimit,
    pub(super) detection: Detection,
    /// Repairs encoding damage, if that is asked for.
    pub(super) mender: Option<Arc<Mender>>,
    /// Most bytes of a document that is decoded, and of a plain text file.
    pub(super) decoded_limit: u64,
    pub(super) text_limit: u64,
    /// Most bytes of a Zstandard window that are held.
    pub(super) window_limit: u64,
}

/// The most bytes of a Zstandard window that are held under a ceiling on memory: half of it, and no less than the 128 MiB
/// that every decoder of the format takes without being asked.
pub(super) fn window_limit(memory: Option<u64>) -> u64 {
    memory.map_or(u64::MAX, |memory| (memory / 2).max(128 << 20))
}

impl ReadContext {
    /// The settings for the file or member of this path, if options name other ones for it.
    pub(super) fn of(&self, path: &[u8]) -> Option<Arc<Self>> {
        let (text_fields, encoding) = (self.options.text_fields.of(path), self.options.encodings.of(path));
        if text_fields.is_none() && encoding.is_none() {
            return None;
        }
        let text_fields = text_fields.unwrap_or_else(|| self.text_fields.clone());
        let detection = Detection { given: encoding.or(self.detection.given), ..self.detection };
        Some(Arc::new(Self { text_fields, detection, ..self.clone() }))
    }
}

/// The options that say something else for some files.
#[derive(Debug)]
pub(super) struct FileOptions {
    pub(super) text_fields: TextFields,
    pub(super) encodings: GivenEncodings,
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

/// Marks that Markdown may have for each paragraph that a document may have. Its parser takes about 50 bytes for each:
/// 200 MiB for the 2^22 of the default.
const MARKS_A_PARAGRAPH: u64 = 4;

impl ParagraphLimit {
    /// The limit for documents of at most `max_document_size` bytes.
    pub(super) fn new(max_document_size: u64) -> Self {
        Self { most: (max_document_size / BYTES_A_PARAGRAPH).max(LEAST_LIMIT) }
    }

    /// Checks that a text has no more paragraphs. Returns how it is split, if that had to be known.
    pub(super) fn check(self, text: &str, by: SplitBy) -> Result<SplitBy, Fault> {
        // Each takes a byte.
        if count(text.len()) <= self.most {
            return Ok(by);
        }
        let splitting = by.splitting(text);
        self.check_paragraphs(text, splitting)?;
        Ok(SplitBy::Known(splitting))
    }

    fn check_paragraphs(self, text: &str, splitting: Splitting) -> Result<(), Fault> {
        if splitting.method == Method::Markdown {
            return self.check_markdown(text);
        }
        let number = split::num_paragraphs(text, splitting);
        if number <= self.most {
            return Ok(());
        }
        let detail = format!("it has {number} paragraphs, and the limit is {}", self.most);
        Err(Fault::new(RejectReason::TooManyParagraphs, detail))
    }
}

impl ParagraphLimit {
    /// Checks a text that a parser takes apart, which costs memory for each line and mark: it has as many paragraphs as
    /// lines at most, and a few marks for each.
    fn check_markdown(self, text: &str) -> Result<(), Fault> {
        let num_lines = count(memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()).count());
        let most_marks = MARKS_A_PARAGRAPH * self.most;
        let detail = if num_lines > self.most {
            format!("it has {num_lines} lines, and the limit for Markdown is {}", self.most)
        } else if count(text.len()) > most_marks && split::num_marks(text) > most_marks {
            format!("it has more than {most_marks} lines and marks, the limit for Markdown")
        } else {
            return Ok(());
        };
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
            let checked = ParagraphLimit::new(max_document_size).check(text, SplitBy::Known(splitting));
            checked.err().map(|fault| (fault.reason, fault.detail))
        };
        let told = |number| {
            let detail = format!("it has {number} paragraphs, and the limit is 1048576");
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
            (&*"a b\n".repeat(most), Method::Markdown, None),
            (&*"**********\n".repeat(most / 4), Method::Markdown, None),
        ] {
            assert_eq!(with(1, text, method), expected, "{method:?}");
        }
        for (text, detail) in [
            ("a\n".repeat(most + 1), "it has 1048577 lines, and the limit for Markdown is 1048576"),
            ("**********\n".repeat(most / 2), "it has more than 4194304 lines and marks"),
        ] {
            let (reason, told) = with(1, &text, Method::Markdown).unwrap();
            assert_eq!(reason, RejectReason::TooManyParagraphs);
            assert!(told.starts_with(detail), "{told}");
        }
        assert_eq!(with(256 << 20, &more, Method::Line), told(1_048_577));
        assert_eq!(with((256 << 20) + 256, &more, Method::Line), None);
    }
}
