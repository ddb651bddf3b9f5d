//! Sentences of a line by UAX #29 (contract P2, `--split sentence`).
//!
//! Source: Unicode Standard Annex #29, "Unicode Text Segmentation", section 5, as implemented by
//! `unicode-segmentation`.

use unicode_segmentation::UnicodeSegmentation;

use super::line::{self, Fate, fate};
use crate::config::{Repair, SplitConfig};
use crate::document::Paragraph;
use crate::units::ByteSpan;

/// Appends the sentences of `text`; returns whether a blank line stands after the last one.
pub(super) fn split(text: &str, config: SplitConfig, out: &mut Vec<Paragraph>) -> bool {
    let mut blank = false;
    line::for_each(text, config.repair, |span| {
        if span.is_empty() {
            blank = true;
            return;
        }
        let line = &text[span.range()];
        for_each_sentence(line, config.repair, |start, end| {
            let sentence = line::content(line, start, end, config.repair).shifted(span.start);
            if !sentence.is_empty() {
                out.push(Paragraph { span: sentence, blank_before: blank, altered: false });
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
    let mut origins: Vec<ByteSpan> = Vec::new(); // (offset in the repaired line, offset in the line)
    for (offset, c) in line.char_indices() {
        let written = match fate(c) {
            Fate::Keep => c,
            Fate::Space => ' ',
            Fate::Remove => continue,
        };
        origins.push(ByteSpan { start: repaired.len(), end: offset });
        repaired.push(written);
    }
    let origin = |at: usize| {
        let found = origins.binary_search_by_key(&at, |place| place.start);
        found.map_or(line.len(), |index| origins[index].end)
    };
    for (start, sentence) in repaired.split_sentence_bound_indices() {
        visit(origin(start), origin(start + sentence.len()));
    }
}
