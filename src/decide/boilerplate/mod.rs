//! Boilerplate of a source (contract C4): paragraphs that recur in its documents as their furniture does. A paragraph is
//! a print here ([`Line`]), made from its text in the room `rules`.
//!
//! Sources are judged in three passes over the prints of all documents, with integers only; the outcome does not depend
//! on the order of documents, and documents of earlier runs count as those of this one do.
//!
//! 1. In how many documents of different text does each paragraph stand? A sentence in fewer than three is a document's
//!    *own*. A document's text stands between its first and its last own sentence; other paragraphs stand before it, in
//!    it, or after it.
//! 2. In how many documents does each *class* of lines stand, and where in them? Classes are the paragraph itself, the
//!    short line with its digits levelled, the head of `head: tail`, and an entry of the word lists. Only documents vote
//!    whose sentences are mostly their own: neither copies nor forms.
//! 3. Which paragraphs of each document go? By the first [`Signal`] that holds. Where nothing else before the text can be
//!    the headline, one line stays (the *guard*).
//!
//! Prints wait in blocks ([`PrintBlock`]), in which they take a third of their size, and what is to be counted in buckets
//! ([`tally()`]). Memory: what recurs ([`Counts`]), a block, and the buckets.

mod block;
mod counts;
mod line;
mod tally;
#[cfg(test)]
mod tests;

pub(crate) use block::{OpenPrints, PrintBlock, PrintedDocument};
pub(crate) use counts::{Counts, FLOOR};
pub(crate) use line::{Line, PRINT_VERSION, Shows, Word};
pub(crate) use tally::{DocumentVisitor, Firsts, Printed, PrintedDocuments, Twins, tally};

use counts::{Count, Part, RecurringOfSource, Text, Zone};

/// The signal by which a paragraph goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signal {
    /// It stands in half of the documents: a line of their template.
    Strong,
    /// It stands in a tenth of them: after the text, at either end of the document, or beside another line that recurs.
    Medium,
    /// It is an entry of the word lists, such as `责任编辑: …` or `Read more`.
    Word,
    /// It has an address or the words of a notice, and stands verbatim before or after the text of several documents.
    Mark,
    /// It ends the text of a hundredth of the documents, and stands nowhere else.
    End,
    /// Lines of its form do so: the same but for digits, or for what follows a colon.
    Pattern,
}

/// Where lines of a class stand in the documents that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standing {
    /// Before the text in all of them.
    Top,
    /// After the text in all of them.
    End,
    /// At different places, or inside of a text.
    Anywhere,
}

/// Why a paragraph goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Recurrence {
    pub(crate) signal: Signal,
    /// Documents that have it or, by the signal, lines of its class.
    pub(crate) num_documents: u32,
    /// The documents that were counted.
    pub(crate) of: u32,
    pub(crate) standing: Standing,
}

/// Shares of the documents that make a line strong or medium.
const STRONG: Part = Part(1, 2);
const MEDIUM: Part = Part(1, 10);
/// Documents whose text a line must end, at least, and their share; and those if it ends in a full stop, as a sentence
/// does that many texts end with.
const END: (u32, Part) = (8, Part(1, 100));
const END_STOP: (u32, Part) = (10, Part(1, 50));
/// Documents in which an entry of the lists must stand so; and a line with an address or the words of a notice, verbatim.
const LISTED: u32 = 3;
const MARKED: u32 = 3;
const MARKED_SENTENCE: u32 = 5;
/// The share of the documents that have a listed or marked line in which it stands before or after the text; and of those
/// that have a line of small share, in which it ends the text.
const EDGE: Part = Part(4, 5);
const AT_END: Part = Part(9, 10);

impl Counts {
    /// Judges a document: the paragraphs that go, by number, in order.
    pub(crate) fn judge(&self, document: Printed<'_>) -> Vec<(usize, Recurrence)> {
        if self.num_voters(document.source) < FLOOR {
            return Vec::new();
        }
        Judge::new(self, document.source).judge(document.lines)
    }
}

/// How much a line recurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    None,
    Medium,
    Strong,
}

/// The counts of a source, and what they must reach.
struct Judge<'a> {
    counts: &'a Counts,
    source: u32,
    recurring: RecurringOfSource<'a>,
    num_voters: u32,
    strong: u32,
    medium: u32,
    end: u32,
    end_stop: u32,
}

impl<'a> Judge<'a> {
    fn new(counts: &'a Counts, source: u32) -> Self {
        let num_voters = counts.num_voters(source);
        let least = |(floor, share): (u32, Part)| floor.max(share.of(num_voters));
        Self {
            counts,
            source,
            recurring: counts.recurring.of_source(source),
            num_voters,
            strong: least((FLOOR, STRONG)),
            medium: least((FLOOR, MEDIUM)),
            end: least(END),
            end_stop: least(END_STOP),
        }
    }

    fn class(&self, class: u64) -> Count {
        self.counts.class(class, self.source)
    }

    fn count(&self, line: &Line) -> Count {
        self.class(line.key)
    }

    /// Documents that have the line, or the same with other digits.
    fn levelled(&self, line: &Line) -> Count {
        let (own, digits) = (self.count(line), self.class(line.digits));
        if digits.all > own.all { digits } else { own }
    }

    fn level(&self, line: &Line) -> Level {
        if !line.shows.has(Shows::LETTER) {
            return Level::None;
        }
        let num = self.levelled(line).all;
        let is_plain_sentence = line.is_sentence() && !line.is_notice();
        let strong = if is_plain_sentence { self.strong.max(END_STOP.0) } else { self.strong };
        if num >= strong {
            Level::Strong
        } else if num >= self.medium && line.has_letters() && !is_plain_sentence {
            Level::Medium
        } else {
            Level::None
        }
    }

    /// The count of the entry of the lists that a line is, if it goes for that.
    fn by_word(&self, line: &Line, zone: Zone) -> Option<Count> {
        let word = line.word?;
        let count = self.class(word.class());
        let goes = if word.is_whole_line() {
            count.all >= LISTED
        } else {
            zone != Zone::Inside && count.edge() >= LISTED && is_reached(EDGE, count.edge(), &count)
        };
        goes.then_some(count)
    }

    fn by_mark(&self, line: &Line, zone: Zone) -> Option<Count> {
        let is_marked = line.has_address() && zone != Zone::Inside || line.is_notice() && zone == Zone::End;
        let least = if line.is_sentence() { MARKED_SENTENCE } else { MARKED };
        let count = self.count(line);
        (is_marked && count.edge() >= least && is_reached(EDGE, count.edge(), &count)).then_some(count)
    }

    fn by_end(&self, line: &Line, zone: Zone) -> Option<(Signal, Count)> {
        if zone != Zone::End {
            return None;
        }
        let count = self.count(line);
        let least = if line.shows.has(Shows::STOP) { self.end_stop } else { self.end };
        if count.end >= least && is_reached(AT_END, count.end, &count) {
            return Some((Signal::End, count));
        }
        let counts = [line.digits, line.slot].map(|class| self.class(class));
        let pattern = counts.into_iter().find(|count| {
            count.end >= self.end && count.num_forms >= 3 && is_reached(AT_END, count.end, count)
        })?;
        Some((Signal::Pattern, pattern))
    }

    fn judge(&self, lines: &[Line]) -> Vec<(usize, Recurrence)> {
        let text = self.recurring.text(lines);
        let seen = |(number, line): (usize, &Line)| {
            let zone = Text::zone(text, number);
            Seen { level: self.level(line), word: self.by_word(line, zone), zone }
        };
        let seen: Vec<Seen> = lines.iter().enumerate().map(seen).collect();
        let title = text.and_then(|text| guarded(lines, &seen, text, self.recurring));
        let found = lines.iter().enumerate().filter_map(|(number, line)| {
            let is_byline = number == 0 && line.word == Some(Word::BY);
            if Some(number) == title || is_byline {
                return None;
            }
            let (signal, count) = self.signal(lines, &seen, number, text.is_some())?;
            Some((number, self.recurrence(signal, &count)))
        });
        found.collect()
    }

    /// The first signal of a paragraph, and the count that it rests on.
    fn signal(
        &self,
        lines: &[Line],
        seen: &[Seen],
        number: usize,
        has_text: bool,
    ) -> Option<(Signal, Count)> {
        let (line, Seen { level, word, zone }) = (&lines[number], seen[number]);
        let is_outer = || zone == Zone::End || number == 0 || number + 1 == lines.len();
        let recurs =
            |number: Option<usize>| number.and_then(|number| seen.get(number)).is_some_and(Seen::recurs);
        let has_neighbour = || recurs(number.checked_sub(1)) || recurs(Some(number + 1));
        match level {
            Level::Strong => return Some((Signal::Strong, self.levelled(line))),
            Level::Medium if has_text && (is_outer() || has_neighbour()) => {
                return Some((Signal::Medium, self.levelled(line)));
            }
            _ => {}
        }
        if !line.has_letters() {
            return None;
        }
        let by_word = word.map(|count| (Signal::Word, count));
        let by_mark = || self.by_mark(line, zone).map(|count| (Signal::Mark, count));
        by_word.or_else(by_mark).or_else(|| self.by_end(line, zone))
    }

    fn recurrence(&self, signal: Signal, count: &Count) -> Recurrence {
        let standing = match count {
            Count { inside: 0, end: 0, .. } => Standing::Top,
            Count { inside: 0, top: 0, .. } => Standing::End,
            _ => Standing::Anywhere,
        };
        Recurrence { signal, num_documents: count.all, of: self.num_voters, standing }
    }
}

/// Whether `n` of the documents that have a class are this share of them.
fn is_reached(share: Part, n: u32, count: &Count) -> bool {
    share.is_reached(u64::from(n), u64::from(count.all))
}

/// What is known of a paragraph of a document that is judged.
#[derive(Debug, Clone, Copy)]
struct Seen {
    level: Level,
    /// The count of the entry of the lists that it goes for.
    word: Option<Count>,
    zone: Zone,
}

impl Seen {
    fn recurs(&self) -> bool {
        self.level > Level::None || self.word.is_some()
    }
}

/// Lines before a text of which the first is the headline; of more than these it is the last, behind furniture.
const NEAR: usize = 3;

/// The line before the text that stays, as no other one there can be the headline.
fn guarded(lines: &[Line], seen: &[Seen], text: Text, recurring: RecurringOfSource<'_>) -> Option<usize> {
    let before = || lines.iter().zip(seen).take(text.first);
    let has_headline = before().any(|(line, seen)| {
        !recurring.has(line) && seen.level == Level::None && line.has_letters() && seen.word.is_none()
    });
    if has_headline {
        return None;
    }
    let may_be = |(line, seen): (&Line, &Seen)| {
        seen.level > Level::None && !line.is_sentence() && seen.word.is_none() && !line.has_address()
    };
    if text.first <= NEAR { before().position(may_be) } else { before().rposition(may_be) }
}
