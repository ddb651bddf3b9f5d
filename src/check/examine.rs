//! Examines settled chunks in parallel: which stretches go, and on which lines paragraphs stand. Nothing is formatted.

use crate::account::{Counts, LedgerContext, Stretch, StretchContext, StretchText};
use crate::config::Config;
use crate::document::Edges;
use crate::error::Result;
use crate::fingerprint::{DocumentHasher, Fingerprint};
use crate::normalize::repaired_chars;
use crate::read::Part;
use crate::run::settled::{Settled, document_counts, stretch_context};
use crate::units;
use crate::write;

use super::allow::Allow;
use super::lines::LineCounter;

/// Stands for a line of a page that is not known: no file has as many.
const UNKNOWN_LINE: u64 = 1 << 62;

/// A chunk, and what was seen of it: one [`ExaminedSlot`] for each of its slots.
pub(super) struct Examined {
    pub(super) settled: Settled,
    pub(super) seen: Vec<ExaminedSlot>,
    /// Counts of each part.
    pub(super) counts: Vec<Counts>,
}

/// The result of examining one slot: a document, or a piece of one.
#[derive(Default)]
pub(super) struct ExaminedSlot {
    /// Removed stretches, each with the beginning of its text.
    pub(super) stretches: Vec<(Stretch, String)>,
    /// The first and last line of each paragraph of a text, from 0, counted from the slot's beginning.
    pub(super) lines: Vec<(u64, u64)>,
    /// Lines of a text.
    pub(super) num_lines: u64,
    /// Whether a paragraph stays.
    pub(super) has_kept: bool,
    /// Paragraphs that go and are let pass, each with the entry of the list.
    pub(super) allowed: Vec<(Fingerprint, usize)>,
    /// The fingerprint of a whole emptied document.
    pub(super) fingerprint: Option<Fingerprint>,
}

/// Characters of an excerpt.
const EXCERPT: usize = 60;

/// The rules that a chunk is examined by.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) config: &'a Config,
    /// The paragraphs that may repeat.
    pub(super) allow: Option<&'a Allow>,
}

/// Examines a chunk.
pub(super) fn examine(
    mut settled: Settled,
    context: LedgerContext<'_>,
    rules: Rules<'_>,
) -> Result<Examined> {
    settled.edit(context.editor);
    let context = StretchContext { text: StretchText::Nothing, ..stretch_context(context, rules.config) };
    let num_slots = settled.scanned.chunk.slots.len();
    let mut examined = Examined { seen: Vec::with_capacity(num_slots), counts: Vec::new(), settled };
    for part in &examined.settled.scanned.chunk.parts {
        let mut counts = examined.settled.part_counts(part);
        counts.bytes_input = part.num_bytes;
        for number in part.slots.clone() {
            let slot = &examined.settled.scanned.chunk.slots[number];
            if slot.is_verbatim || slot.fault.is_some() {
                examined.seen.push(ExaminedSlot::default());
                continue;
            }
            let (seen, more) = look(&examined.settled, part, number, &context, rules)?;
            counts += more;
            examined.seen.push(seen);
        }
        examined.counts.push(counts);
    }
    Ok(examined)
}

/// The beginning of a text, on one line.
fn excerpt(text: impl Iterator<Item = char>) -> String {
    text.take(EXCERPT).map(|c| if c == '\n' { ' ' } else { c }).collect()
}

fn look(
    settled: &Settled,
    part: &Part,
    number: usize,
    context: &StretchContext<'_>,
    Rules { config, allow }: Rules<'_>,
) -> Result<(ExaminedSlot, Counts)> {
    let document = settled.judged(number);
    let written = write::count_text(document);
    let mut seen = ExaminedSlot { has_kept: written.layout.has_text, ..ExaminedSlot::default() };
    let place = &settled.documents[number];
    settled.for_each_stretch_of(number, context, |stretch| {
        let index = units::index(stretch.first.0 - place.first.0);
        let text = document.paragraphs.get(index).map_or("", |paragraph| document.paragraph(paragraph));
        let excerpt = if stretch.reason.rule().is_of_spans() {
            excerpt(stretch.text.as_deref().unwrap_or_default().chars())
        } else if context.editor.is_on() {
            let repaired: String = repaired_chars(text, config.split.repair, Edges::Trimmed).collect();
            excerpt(context.editor.for_record(&repaired).chars())
        } else {
            excerpt(repaired_chars(text, config.split.repair, Edges::Trimmed))
        };
        if let Some(allow) = allow.filter(|_| !stretch.reason.rule().is_of_documents()) {
            let last = units::index(stretch.last.0 - place.first.0);
            let start = settled.scanned.documents[number].paragraphs.start;
            for (at, paragraph) in
                document.paragraphs.iter().enumerate().take(last.saturating_add(1)).skip(index)
            {
                let fingerprint = settled.scanned.keys[start + at].fingerprint;
                let entry = allow.entry(&fingerprint, document.paragraph(paragraph));
                seen.allowed.extend(entry.map(|entry| (fingerprint, entry)));
            }
        }
        seen.stretches.push((stretch, excerpt));
        Ok(())
    })?;
    if !part.kind.is_container() {
        let mut counter = LineCounter::new(document.text);
        let is_one_line = settled.scanned.chunk.slots[number].splitting.method.is_within_lines();
        for paragraph in document.paragraphs {
            let first = counter.before(paragraph.span.start);
            let last = if is_one_line { first } else { counter.before(paragraph.span.end) };
            let page = settled.scanned.chunk.slots[number].page.as_deref();
            seen.lines.push(page.map_or((first, last), |page| {
                let line = |line| page.line_of(line).map_or(UNKNOWN_LINE, |line| line - 1);
                (line(first), line(last))
            }));
        }
        seen.num_lines = counter.before(document.text.len());
    }
    if !seen.has_kept && !part.is_piece_of_text() {
        let mut hasher = DocumentHasher::default();
        let paragraphs = settled.scanned.documents[number].paragraphs.clone();
        settled.scanned.keys[paragraphs].iter().for_each(|key| hasher.update(&key.fingerprint));
        seen.fingerprint = Some(hasher.finish());
    }
    Ok((seen, document_counts(&settled.scanned.chunk.slots[number], &written)))
}
