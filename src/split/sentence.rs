//! Sentences of a line by UAX #29 (contract P2, `--split sentence`).
//!
//! Source: Unicode Standard Annex #29, "Unicode Text Segmentation", section 5, as implemented by
//! `unicode-segmentation`.

use unicode_segmentation::UnicodeSegmentation;

use super::line;
use super::repaired::{Fate, RepairedLine, fate};
use crate::config::Repair;
use crate::document::Paragraph;
use crate::units::ByteSpan;

/// Appends the sentences of `text`; returns whether a blank line stands after the last one.
#[inline]
pub(super) fn for_each(text: &str, repair: Repair, mut visit: impl FnMut(Paragraph)) -> bool {
    let mut blank = false;
    line::for_each(text, repair, |span| {
        if span.is_empty() {
            blank = true;
            return;
        }
        let line = &text[span.range()];
        for_each_sentence(line, repair, |start, end| {
            let sentence = line::content(line, start, end, repair).shifted(span.start);
            if !sentence.is_empty() {
                visit(Paragraph::new(sentence, blank));
                blank = false;
            }
        });
    });
    blank
}

/// Calls `visit` with the bounds, in `line`, of the sentences of the *repaired* line: repair comes
/// before anything else (contract P3), and a form feed that becomes a space can end a sentence.
fn for_each_sentence(line: &str, repair: Repair, mut visit: impl FnMut(usize, usize)) {
    if repair == Repair::None || line.chars().all(|c| fate(c) == Fate::Keep) {
        for (start, sentence) in line.split_sentence_bound_indices() {
            visit(start, start + sentence.len());
        }
        return;
    }
    let mut repaired = String::with_capacity(line.len());
    // Where the one runs on beside the other: an offset in the repaired line, and the one in the line.
    let mut origins: Vec<ByteSpan> = Vec::new();
    for (offset, c) in RepairedLine::new(line) {
        let goes_on = origins.last().is_some_and(|last| repaired.len() - last.start == offset - last.end);
        if !goes_on {
            origins.push(ByteSpan { start: repaired.len(), end: offset });
        }
        repaired.push(c);
    }
    let origin = |at: usize| {
        let before = origins.partition_point(|place| place.start <= at);
        match before.checked_sub(1).map(|index| origins[index]) {
            Some(place) if at < repaired.len() => place.end + (at - place.start),
            _ => line.len(),
        }
    };
    for (start, sentence) in repaired.split_sentence_bound_indices() {
        visit(origin(start), origin(start + sentence.len()));
    }
}
