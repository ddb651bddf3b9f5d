//! How one document is split under `--split auto` (contract P2): by its kind, and by what its beginning shows.
//!
//! A text is *hard-wrapped* if its paragraphs were broken into lines at a margin. It shows at the breaks between two
//! lines that may stand inside a sentence ([`Break`]). If the text was wrapped, the word after such a break did not fit
//! on the line before it. In verse, lists, tables, logs and headlines it would have, as a rule. So each break is held
//! against the margin of its surroundings, and counted as one that wrapping explains ([`Tally::full`]) or does not.
//!
//! Cost: one pass over the line ends, or none where a text is split into lines first. Lines are measured only beside breaks
//! that may stand inside a sentence, of which texts with a paragraph on each line have hardly any, and all of these only
//! if one of them may be full.

mod breaks;

use std::ops::RangeInclusive;

use memchr::memchr2_iter;

use self::breaks::{Break, Line, MEASURES, Measure, MeasuredBreak, Width};
use super::{Method, line};
use crate::document::{Kind, Paragraph};
use crate::units::ByteSpan;

/// The bytes of a document's decoded text, from its start, that decide how it is split.
pub const HEAD_BYTES: usize = 64 * 1024;

/// How a document of this kind is split that begins with `text`. Records have the kind of their container.
///
/// A kind whose files are split in a way of their own is asked for here, before the text is.
pub(super) fn method(kind: Kind, text: &str) -> Method {
    match kind {
        Kind::Markdown => Method::Markdown,
        _ if is_wrapped(text) => Method::Block,
        _ => Method::Line,
    }
}

/// Whether the lines of a document of this kind decide how it is split.
pub(super) fn goes_by_lines(kind: Kind) -> bool {
    kind != Kind::Markdown
}

/// How a document is split whose whole text is `text` and whose lines, split and repaired, are `lines`: as
/// [`method`] says. `None` if some of them end as lines do not end that a program wrapped.
pub(super) fn method_of_lines(text: &str, lines: &[Paragraph]) -> Option<Method> {
    let is_wrapped = Evidence::of_lines(text, lines)?.is_wrapped(text);
    Some(if is_wrapped { Method::Block } else { Method::Line })
}

/// Whether a text is hard-wrapped that begins with `text`.
fn is_wrapped(text: &str) -> bool {
    let text = head(text);
    Evidence::of(text).is_wrapped(text)
}

/// The beginning of a text that decides.
fn head(text: &str) -> &str {
    let head = &text[..text.floor_char_boundary(HEAD_BYTES)];
    if head.len() == text.len() {
        return head;
    }
    // Half a line says nothing.
    line::last_end(head.as_bytes()).map_or(head, |end| &head[..end])
}

/// The lines of a text without their ends, the last one only if it is not empty. Programs that wrap text end lines with
/// LF or CR, so that U+2028 and U+2029 are characters here.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut ends = memchr2_iter(b'\n', b'\r', bytes);
    let mut start = 0;
    std::iter::from_fn(move || {
        let from = start;
        if from == bytes.len() {
            return None;
        }
        let Some(end) = ends.find(|end| *end >= from) else {
            start = bytes.len();
            return Some(&text[from..]);
        };
        start = end + line::end_len(&bytes[end..]);
        Some(&text[from..end])
    })
}

/// Whether a line is blank. It is looked at closely only if its first byte may be that of white space.
#[inline]
fn is_blank(line: &str) -> bool {
    match line.as_bytes().first() {
        None => true,
        Some(0x21..=0x7e | 0xe4..=0xe9) => false,
        Some(_) => line::trim(line).is_empty(),
    }
}

/// What the lines of a text show.
#[derive(Debug, Default)]
struct Evidence<'a> {
    /// The breaks that may stand inside a sentence, and those in tables.
    breaks: Vec<Break<'a>>,
    /// Breaks between two lines without a blank line between them.
    num_breaks: usize,
}

/// How many breaks wrapping explains, and how many it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    /// The next word did not fit.
    full: usize,
    /// The next word did fit, but the line was long already: people do not fill every line.
    near: usize,
    /// The line was short. It counts twice at a narrow margin, where verse stands. In an item of a list that goes on
    /// below its text it does not count, as nothing else than the item stands there.
    short: usize,
    /// One full break is enough.
    is_clear: bool,
    /// The widest margin of a full break, in columns or characters.
    margin: u32,
}

/// Breaks on each side that make up the surroundings of one. Texts are put together of parts with margins of their own.
const SURROUNDINGS: usize = 8;

/// A margin is at least so wide: lines of verse are shorter, in Chinese too.
const LEAST_MARGIN: u32 = 36;

/// A margin is at most so wide: a line that is wider is a paragraph.
const MOST_MARGIN: u32 = 160;

/// At a margin of this width one break is enough.
const CLEAR_MARGIN: RangeInclusive<u32> = 55..=100;

/// At a margin of this width a line may be left somewhat short. Few lines of verse are as long.
const LOOSE_MARGIN: u32 = 60;

/// Where a line stands that was found by splitting.
#[derive(Debug, Clone, Copy, Default)]
struct KnownLine {
    /// Where the content of the line before it ends.
    behind: usize,
    /// Its content.
    content: ByteSpan,
}

impl KnownLine {
    /// What stands before its content: line ends, white space and what repair removes.
    #[inline]
    fn gap(self) -> ByteSpan {
        ByteSpan::new(self.behind, self.content.start)
    }

    fn of(self, text: &str) -> Line<'_> {
        let gap = &text[self.gap().range()];
        let start = gap.bytes().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
        Line { indent: &gap[start..], text: &text[self.content.range()] }
    }
}

impl<'a> Evidence<'a> {
    fn of(text: &'a str) -> Self {
        let mut evidence = Self::default();
        let mut before: Option<Line<'_>> = None;
        for line in lines(text) {
            let line = Some(line).filter(|line| !is_blank(line)).map(Line::of);
            if let (Some(before), Some(line)) = (before, line) {
                evidence.num_breaks += 1;
                if !breaks::is_sentence_end(before.text) {
                    evidence.breaks.extend(Break::between(before, line));
                }
            }
            before = line;
        }
        evidence
    }

    /// As [`Self::of`] the text, by its lines that are not blank. `None` if some are ended by U+2028 or U+2029, which are
    /// characters here.
    fn of_lines(text: &'a str, lines: &[Paragraph]) -> Option<Self> {
        let mut evidence = Self::default();
        let mut before = KnownLine::default();
        for (number, paragraph) in lines.iter().enumerate() {
            let line = KnownLine { behind: before.content.end, content: paragraph.span };
            // A gap of one byte is LF or CR.
            if line.gap().len() > 1 && text[line.gap().range()].contains(['\u{2028}', '\u{2029}']) {
                return None;
            }
            if number > 0 && !paragraph.blank_before {
                evidence.num_breaks += 1;
                if !breaks::is_sentence_end(&text[before.content.range()]) {
                    evidence.breaks.extend(Break::between(before.of(text), line.of(text)));
                }
            }
            before = line;
        }
        Some(evidence)
    }

    fn is_wrapped(&self, text: &str) -> bool {
        // A text without a full break is not. Most have none, which shows before all lines are measured.
        self.breaks.iter().any(Break::may_be_full) && self.is_wrapped_as_measured(text)
    }

    fn is_wrapped_as_measured(&self, text: &str) -> bool {
        let breaks = self.breaks.iter().filter(|one| !one.is_in_table());
        let breaks = MeasuredBreaks(breaks.map(Break::measured).collect());
        let tallies = MEASURES.map(|measure| (breaks.tally(measure), measure));
        let (tally, measure) =
            tallies.into_iter().rev().max_by_key(|(tally, _)| tally.full).unwrap_or_default();
        let Tally { full, near, short, is_clear, margin } = tally;
        let is_enough = full >= 2 || (full == 1 && is_clear);
        // A table with a few lines of prose above it is a table. A list of short items is none, if hardly a break in it
        // looks like a sentence that wrapping does not explain.
        let share = if full >= short * 4 { 32 } else { 16 };
        let is_prose = (full + near) * share >= self.num_breaks;
        is_enough
            && is_prose
            && full >= short
            && full * 3 >= near
            && full >= short + num_over(text, margin, measure)
    }
}

/// The breaks of a text that may stand inside a sentence.
struct MeasuredBreaks(Vec<MeasuredBreak>);

impl MeasuredBreaks {
    fn tally(&self, measure: Measure) -> Tally {
        let mut tally = Tally::default();
        for (at, one) in self.0.iter().enumerate() {
            let margin = self.margin(at, measure);
            let (width, next) = (one.before[measure], one.after[measure]);
            let is_within = next <= margin + 2 && (LEAST_MARGIN..=MOST_MARGIN).contains(&margin);
            if is_within && one.with_word[measure] > margin {
                tally.full += 1;
                tally.is_clear |= one.is_clear && CLEAR_MARGIN.contains(&margin);
                tally.margin = tally.margin.max(margin);
            } else if is_within && one.is_sure && margin >= LOOSE_MARGIN && width * 5 >= margin * 4 {
                tally.near += 1;
            } else if !one.is_item {
                tally.short += if margin >= LOOSE_MARGIN { 1 } else { 2 };
            }
        }
        tally
    }

    /// The margin around the break of this number: the widest line beside a break, but for one in ten, which may hold
    /// a word that is too long.
    fn margin(&self, at: usize, measure: Measure) -> u32 {
        let around = at.saturating_sub(SURROUNDINGS)..(at + SURROUNDINGS + 1).min(self.0.len());
        let beside = |one: &MeasuredBreak| [one.before[measure], one.after[measure]];
        let mut widths: Vec<u32> = self.0[around].iter().flat_map(beside).collect();
        widths.sort_unstable();
        widths.get(widths.len() - 1 - widths.len() / 10).copied().unwrap_or_default()
    }
}

/// Lines that go far beyond the margin: paragraphs that were not wrapped.
fn num_over(text: &str, margin: u32, measure: Measure) -> usize {
    let limit = margin + margin / 3;
    // No character is wider than its bytes are many, but for a tab.
    let may_be_over = |line: &&str| line.len() > limit as usize || line.contains('\t');
    lines(text).filter(may_be_over).filter(|line| Width::of(Line::of(line))[measure] > limit).count()
}

#[cfg(test)]
mod tests;
