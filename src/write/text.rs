//! The kept paragraphs of one document, laid out (contract P4).

use std::io::{self, Write};

use crate::config::{Config, Repair};
use crate::decide::{Removed, Verdict};
use crate::document::Paragraph;
use crate::normalize;
use crate::rules::EditedParagraph;
use crate::units::{ByteSpan, count};

/// Whether blank lines are owed around consecutive written paragraphs; the pieces of a large document are
/// put together by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct BlankLines {
    /// Something was written.
    pub has_text: bool,
    /// A blank line stood before the first written paragraph.
    pub blank_before: bool,
    /// A blank line stood after the last written paragraph.
    pub blank_after: bool,
}

impl BlankLines {
    /// Whether a blank line stands between what was written before and `next`.
    pub(crate) fn owes_blank(self, next: Self) -> bool {
        self.has_text && next.has_text && (self.blank_after || next.blank_before)
    }

    /// The layout of this piece and `next` together.
    #[must_use]
    pub(crate) fn joined(self, next: Self) -> Self {
        match (self.has_text, next.has_text) {
            (true, true) => Self { blank_after: next.blank_after, ..self },
            (true, false) => {
                Self { blank_after: self.blank_after | next.blank_before | next.blank_after, ..self }
            }
            (false, _) => {
                let owed = self.blank_before | self.blank_after;
                Self { blank_before: owed | next.blank_before, ..next }
            }
        }
    }
}

/// The result of writing a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// The blank lines at its ends.
    pub(crate) layout: BlankLines,
    /// Paragraphs kept.
    pub num_kept: u64,
    /// Bytes of the kept paragraphs in the input.
    pub kept_bytes: u64,
    /// Paragraphs removed, and their bytes in the input, by rule.
    pub(crate) removed: Removed,
}

/// A document's text, or a piece of it, with the paragraphs `split` found in it and a verdict for each.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The decoded text: valid UTF-8, as is every paragraph, since spans lie on character boundaries.
    pub text: &'a [u8],
    /// Its paragraphs in order.
    pub paragraphs: &'a [Paragraph],
    /// The verdicts on its paragraphs.
    pub verdicts: &'a [Verdict],
    /// Whether a blank line stands after the last paragraph.
    pub blank_after: bool,
    /// The paragraphs that are written otherwise than repair leaves them.
    pub edits: Edits<'a>,
}

/// The paragraphs among some consecutive ones that are written otherwise than repair leaves them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edits<'a> {
    /// Their numbers, in order, and what is written.
    edited: &'a [(usize, EditedParagraph)],
    /// The number of the first paragraph.
    first: usize,
    /// Whether the text is not the one that was read, perhaps where no paragraph stands.
    is_mended: bool,
}

impl<'a> Edits<'a> {
    /// Those among `edited`, which stand in order, of the paragraphs of these numbers.
    pub(crate) fn of(edited: &'a [(usize, EditedParagraph)], numbers: std::ops::Range<usize>) -> Self {
        let before = |end: usize| edited.partition_point(|(number, _)| *number < end);
        Self {
            edited: &edited[before(numbers.start)..before(numbers.end)],
            first: numbers.start,
            is_mended: false,
        }
    }

    /// These, of a text that is not the one that was read.
    #[must_use]
    pub(crate) fn of_mended(self, is_mended: bool) -> Self {
        Self { is_mended, ..self }
    }

    /// Whether there are none, and the text is the one that was read.
    pub(crate) fn is_empty(self) -> bool {
        self.edited.is_empty() && !self.is_mended
    }

    /// What is written of the paragraph at `index` among them, if it is among the edited ones.
    #[inline]
    pub(crate) fn get(self, index: usize) -> Option<&'a EditedParagraph> {
        if self.edited.is_empty() {
            return None;
        }
        let number = self.first + index;
        let found = self.edited.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(&self.edited[found].1)
    }
}

impl<'a> Judged<'a> {
    /// The text of a paragraph. Checked again, as it is held as bytes; only altered paragraphs need it.
    pub fn paragraph(self, paragraph: &Paragraph) -> &'a str {
        simdutf8::basic::from_utf8(&self.text[paragraph.span.range()]).unwrap_or_default()
    }

    /// The paragraphs with their verdicts.
    pub fn iter(self) -> impl Iterator<Item = (&'a Paragraph, Verdict)> {
        self.paragraphs.iter().zip(self.verdicts.iter().copied())
    }
}

/// How the text of a document that stays is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextForm {
    /// Its kept paragraphs, repaired and laid out.
    LaidOut(Repair),
    /// As it came: no rule judges paragraphs, and nothing is repaired.
    Untouched,
}

impl TextForm {
    /// The form under a configuration (contract P4).
    pub(crate) fn of(config: &Config) -> Self {
        if config.leaves_texts() { Self::Untouched } else { Self::LaidOut(config.split.repair) }
    }

    /// How lines are repaired.
    pub(super) fn repair(self) -> Repair {
        match self {
            Self::LaidOut(repair) => repair,
            Self::Untouched => Repair::None,
        }
    }
}

/// Writes a document as a file of text, or a piece of one, in this form; `is_first` says whether it begins the file.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_document<W: Write>(
    document: Judged<'_>,
    form: TextForm,
    is_first: bool,
    out: &mut W,
) -> io::Result<Written> {
    match form {
        TextForm::LaidOut(repair) => write_text(document, repair, out),
        TextForm::Untouched => {
            let written = count_text(document);
            // Pieces of blank lines are among them: whoever appends them knows whether the document stays.
            if written.num_kept == count(document.paragraphs.len()) {
                let marks = if is_first { document.text.len() - unmarked(document.text).len() } else { 0 };
                write_untouched(document, marks, out)?;
            }
            Ok(written)
        }
    }
}

/// Writes a text as it came, from a place on that is no paragraph's; only what is edited is written otherwise.
///
/// # Errors
/// Those of `out`.
pub(super) fn write_untouched<W: Write>(document: Judged<'_>, start: usize, out: &mut W) -> io::Result<()> {
    let mut at = start;
    if !document.edits.is_empty() {
        for (index, paragraph) in document.paragraphs.iter().enumerate() {
            if let Some(edited) = document.edits.get(index) {
                out.write_all(&document.text[at..paragraph.span.start])?;
                out.write_all(edited.text.as_bytes())?;
                at = paragraph.span.end;
            }
        }
    }
    out.write_all(&document.text[at..])
}

/// A text that is not taken to begin with a byte order mark when it is read again (contract D4).
fn unmarked(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix("\u{feff}".as_bytes()) {
        text = rest;
    }
    text
}

/// Counts as [`write_text`] would, but for blank lines, and writes nothing.
pub(crate) fn count_text(document: Judged<'_>) -> Written {
    let mut written = Written::default();
    for (paragraph, verdict) in document.iter() {
        let bytes = count(paragraph.span.len());
        if written.removed.add(verdict, bytes) {
            continue;
        }
        written.num_kept += 1;
        written.kept_bytes += bytes;
    }
    written.layout.has_text = written.num_kept > 0;
    written
}

/// Writes the kept paragraphs of a document in order, each ended by LF, with one blank line where at least one
/// stood between two of them. No blank line comes first or last.
///
/// # Errors
/// Those of `out`.
pub fn write_text<W: Write>(document: Judged<'_>, repair: Repair, out: &mut W) -> io::Result<Written> {
    write_paragraphs(document, repair, true, out)
}

/// As [`write_text`]; the last paragraph is ended by LF only if `is_ended`.
pub(super) fn write_paragraphs<W: Write>(
    document: Judged<'_>,
    repair: Repair,
    is_ended: bool,
    out: &mut W,
) -> io::Result<Written> {
    let mut written = Written::default();
    let mut owes_blank = false;
    // What is kept as it stands is copied a run at a time: most of the time it is a whole document. The run is empty
    // behind a paragraph that was written already, but for the LF that ends it.
    let mut run = ByteSpan::default();
    for (index, (paragraph, verdict)) in document.iter().enumerate() {
        owes_blank |= paragraph.blank_before;
        let bytes = count(paragraph.span.len());
        if written.removed.add(verdict, bytes) {
            continue;
        }
        written.num_kept += 1;
        written.kept_bytes += bytes;
        let edited = document.edits.get(index);
        let is_plain = !paragraph.altered && edited.is_none();
        let goes_on = !owes_blank && is_plain && is_line_feed(document.text, run.end, paragraph.span.start);
        if goes_on && !run.is_empty() {
            run.end = paragraph.span.end;
            continue;
        }
        if written.layout.has_text {
            end_run(document.text, &mut run, true, out)?;
            if owes_blank {
                out.write_all(b"\n")?;
            }
        } else {
            written.layout.has_text = true;
            written.layout.blank_before = owes_blank;
        }
        owes_blank = false;
        if let Some(edited) = edited {
            out.write_all(edited.text.as_bytes())?;
        } else if paragraph.altered {
            normalize::repair(document.paragraph(paragraph), repair, paragraph.edges, out)?;
        } else {
            run = paragraph.span;
        }
    }
    let owed = owes_blank | document.blank_after;
    if written.layout.has_text {
        end_run(document.text, &mut run, is_ended, out)?;
        written.layout.blank_after = owed;
    } else {
        written.layout.blank_before = owed;
    }
    Ok(written)
}

/// Whether nothing but one LF stands from `end` to `start`.
fn is_line_feed(text: &[u8], end: usize, start: usize) -> bool {
    start == end + 1 && text.get(end) == Some(&b'\n')
}

/// Writes a run of paragraphs, and the LF that ends the last of them if it `is_ended`.
fn end_run<W: Write>(text: &[u8], run: &mut ByteSpan, is_ended: bool, out: &mut W) -> io::Result<()> {
    let run = std::mem::take(run);
    if is_ended && is_line_feed(text, run.end, run.end + 1) && !run.is_empty() {
        return out.write_all(&text[run.start..=run.end]); // the LF that ends it stands there already
    }
    out.write_all(&text[run.range()])?;
    if is_ended { out.write_all(b"\n") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::Splitting;
    use crate::units::Ordinal;

    /// Writes `text` as one piece, without the lines that start with `-`.
    fn piece(text: &str) -> (String, BlankLines) {
        let mut paragraphs = Vec::new();
        let blank_after = crate::split::split(text, Splitting::default(), &mut paragraphs);
        let duplicate = Verdict::duplicate_of(Ordinal(0));
        let verdict =
            |p: &Paragraph| if text[p.span.range()].starts_with('-') { duplicate } else { Verdict::KEEP };
        let verdicts: Vec<_> = paragraphs.iter().map(verdict).collect();
        let judged = Judged {
            text: text.as_bytes(),
            paragraphs: &paragraphs,
            verdicts: &verdicts,
            blank_after,
            edits: Edits::default(),
        };
        let mut out = Vec::new();
        let written = write_text(judged, Repair::Basic, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), written.layout)
    }

    #[test]
    fn layout_of_one_document() {
        for (text, expected) in [
            ("a\nb", "a\nb\n"),
            ("\n\na\n\n\n b \n\n", "a\n\nb\n"),
            ("a\n\n-x\nb", "a\n\nb\n"),
            ("a\n-x\n\n-y\nb\n-z\nc", "a\n\nb\nc\n"),
            ("-x\n\na\n\n-y\n", "a\n"),
            ("-x\n", ""),
            ("", ""),
        ] {
            assert_eq!(piece(text).0, expected, "{text:?}");
        }
    }

    #[test]
    fn pieces_join_to_the_whole() {
        let lines = ["a\n", "-x\n", "\n", " b\n", "\n\n", "-y\n", "c\n"];
        // Every sequence of up to four lines, cut at every place.
        for seed in 0..7_usize.pow(4) {
            let chosen: Vec<&str> = (0..4).map(|n| lines[seed / 7_usize.pow(n) % 7]).collect();
            let whole = piece(&chosen.concat());
            for cut in 0..=4 {
                let ((left, first), (right, second)) =
                    (piece(&chosen[..cut].concat()), piece(&chosen[cut..].concat()));
                let joint = if first.owes_blank(second) { "\n" } else { "" };
                assert_eq!(format!("{left}{joint}{right}"), whole.0, "{chosen:?} at {cut}");
                assert_eq!(first.joined(second), whole.1, "{chosen:?} at {cut}");
            }
        }
    }
}
