//! A record with another text: everything but the text byte for byte, and all of it where nothing changes (contract
//! P4, O4).

#![warn(clippy::wildcard_enum_match_arm)]

use std::io::{self, Write};

use super::text::{TextForm, count_text, write_paragraphs, write_untouched};
use super::{Judged, Written};
use crate::config::Repair;
use crate::normalize;
use crate::read::{Chunk, NewRecord, Part, Rewrite, Slot};
use crate::split::line;
use crate::units::count;

/// The text of a record that is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordText<'a> {
    document: Judged<'a>,
    /// The counts of its paragraphs; its layout says only whether a text is left.
    pub written: Written,
    /// Whether it is the text that was read, byte for byte: nothing of it was removed, and no character repaired.
    is_unchanged: bool,
    /// Whether it stands on one line, whatever stood between its paragraphs.
    is_one_line: bool,
    form: TextForm,
}

impl<'a> RecordText<'a> {
    /// The text of a record of `part`.
    pub(crate) fn new(document: Judged<'a>, part: &Part, form: TextForm) -> Self {
        let written = count_text(document);
        let is_whole = document.verdicts.iter().all(|verdict| verdict.is_kept());
        let is_unchanged = is_whole
            && document.edits.is_empty()
            && (form == TextForm::Untouched || !is_repaired(document, form.repair()));
        Self { document, written, is_unchanged, is_one_line: part.rewrite().is_one_line(), form }
    }

    /// Whether all paragraphs stay.
    fn is_whole(&self) -> bool {
        self.written.num_kept == count(self.document.paragraphs.len())
    }

    /// Whether no paragraph stays.
    pub(crate) fn is_empty(&self) -> bool {
        !self.written.layout.has_text
    }

    /// Writes the text (contract P4): as it was read if nothing changed, or else its kept paragraphs, the last of which
    /// is ended by LF only if a line end stood at the end of the text.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write<W: Write>(&self, out: &mut W) -> io::Result<()> {
        if self.is_unchanged {
            return out.write_all(self.document.text);
        }
        if self.form == TextForm::Untouched && self.is_whole() && !self.is_one_line {
            return write_untouched(self.document, 0, out);
        }
        if self.is_one_line {
            let mut lines = Vec::new();
            write_paragraphs(self.document, self.form.repair(), false, &mut lines)?;
            return write_joined(&lines, out);
        }
        let is_ended = line::is_ended(self.document.text);
        write_paragraphs(self.document, self.form.repair(), is_ended, out).map(drop)
    }

    /// The text as a string.
    ///
    /// # Errors
    /// Never: clean text is text.
    pub(crate) fn into_string(self) -> io::Result<String> {
        let mut text = Vec::with_capacity(self.document.text.len());
        self.write(&mut text)?;
        // Checked by SIMD and copied, which is quicker than std's check.
        simdutf8::basic::from_utf8(&text).map(str::to_owned).map_err(io::Error::other)
    }
}

/// Writes lines as one, with a space between them.
fn write_joined<W: Write>(lines: &[u8], out: &mut W) -> io::Result<()> {
    let lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    for (number, line) in lines.enumerate() {
        if number > 0 {
            out.write_all(b" ")?;
        }
        out.write_all(line)?;
    }
    Ok(())
}

/// Whether repair changes more of a document than how its lines end. What stands between paragraphs tells, and the few
/// paragraphs that are not written as they stand.
fn is_repaired(document: Judged<'_>, repair: Repair) -> bool {
    let Judged { text, paragraphs, .. } = document;
    let mut end = 0;
    for (number, paragraph) in paragraphs.iter().enumerate() {
        if is_repaired_between(&text[end..paragraph.span.start], number > 0, repair) {
            return true;
        }
        if paragraph.altered && normalize::is_repaired(document.paragraph(paragraph), repair) {
            return true;
        }
        end = paragraph.span.end;
    }
    is_repaired_between(&text[end..], false, repair)
}

/// Whether repair takes anything away between two paragraphs, or outside of all.
#[inline]
fn is_repaired_between(gap: &[u8], is_inside: bool, repair: Repair) -> bool {
    if gap.iter().all(|byte| matches!(byte, b'\n' | b'\r')) {
        return false;
    }
    let gap = simdutf8::basic::from_utf8(gap).unwrap_or_default(); // of characters, as paragraphs are
    if repair == Repair::None {
        // Blank lines are as they are; a U+FEFF that begins one is no text (contract D4).
        return !gap.chars().all(char::is_whitespace);
    }
    // White space at the end of a line goes, that between two sentences of a line does not.
    let is_between_sentences = is_inside && gap.chars().all(line::is_space_inside);
    !is_between_sentences && !gap.chars().all(line::is_end)
}

/// A record as it was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Original<'a> {
    /// The chunk that holds it.
    pub chunk: &'a Chunk,
    /// The part of the chunk that it belongs to.
    pub part: &'a Part,
    /// Where it stands in the chunk.
    pub slot: &'a Slot,
}

/// Writes a record again, with this text.
///
/// # Errors
/// Those of `out`; rows of a table are not written one by one.
pub(crate) fn write_record<W: Write>(
    original: Original<'_>,
    text: &RecordText<'_>,
    out: &mut W,
) -> io::Result<()> {
    let Original { chunk, part, slot } = original;
    match part.rewrite() {
        Rewrite::Text => text.write(out),
        Rewrite::InPlace(in_place) => {
            if text.is_unchanged && in_place.write_as_read(&chunk.bytes, slot, out)? {
                return Ok(());
            }
            in_place.write(&chunk.bytes, slot, out, |value| text.write(value))
        }
        Rewrite::Whole { write, .. } => {
            let mut new = Vec::new();
            text.write(&mut new)?;
            let (record, page) = (&chunk.bytes[slot.line.range()], slot.page.as_deref());
            write(NewRecord { record, page, text: &new }, out)
        }
        Rewrite::Rows => Err(io::Error::other("rows are written together")),
    }
}

/// Writes what is no document and stays as it is.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_verbatim<W: Write>(original: Original<'_>, out: &mut W) -> io::Result<()> {
    let Original { chunk, part, slot } = original;
    out.write_all(&chunk.bytes[slot.line.range()])?;
    out.write_all(part.rewrite().end())
}
