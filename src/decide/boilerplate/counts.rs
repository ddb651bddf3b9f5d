//! The counts of all sources that a verdict depends on: which paragraphs recur, and where in the documents that vote each
//! class of short lines stands. What stands in fewer than [`FLOOR`] documents of its source is not among them.
//!
//! Memory: 20 bytes or so a paragraph that recurs, 40 a class that does, and 4 a source.

use hashbrown::HashTable;

use super::line::Line;
use crate::fingerprint::mix;
use crate::units::count;

/// Documents below which nothing recurs.
pub(crate) const FLOOR: u32 = 3;

/// A share, as a fraction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part(pub(super) u32, pub(super) u32);

impl Part {
    /// Whether `n` of `of` is as much.
    pub(super) fn is_reached(self, n: u64, of: u64) -> bool {
        n * u64::from(self.1) >= of * u64::from(self.0)
    }

    /// As much of `n`, rounded up.
    pub(super) fn of(self, n: u32) -> u32 {
        let of = (u64::from(n) * u64::from(self.0)).div_ceil(u64::from(self.1));
        u32::try_from(of).unwrap_or(u32::MAX)
    }
}

/// The least share of its sentences, by width, that is a document's own if it is to vote.
const OWN: Part = Part(1, 2);

/// Where a paragraph stands in its document: before its text, in it, or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Zone {
    Top,
    End,
    Inside,
}

impl Zone {
    pub(super) const ALL: [Self; 3] = [Self::Top, Self::End, Self::Inside];
}

/// The first and the last of a document's own sentences, between which its text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Text {
    /// The zone of the paragraph of this number in a document with this text.
    pub(super) fn zone(text: Option<Self>, number: usize) -> Zone {
        match text {
            Some(Self { first, .. }) if number < first => Zone::Top,
            Some(Self { last, .. }) if number > last => Zone::End,
            _ => Zone::Inside,
        }
    }
}

/// Something of one source, by 64 bits of its fingerprint and the number of the source.
pub(super) type OfSource = (u64, u32);

/// The bits by which something of a source is found in a table.
pub(super) fn table_hash((key, source): OfSource) -> u64 {
    // Furniture that many sources share must not meet in one place (the fractional part of the golden ratio).
    mix(key ^ (u64::from(source) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The paragraphs that stand in several documents of their source.
#[derive(Debug, Default)]
pub(super) struct Recurring(HashTable<OfSource>);

impl Recurring {
    pub(super) fn insert(&mut self, paragraph: OfSource) {
        self.0.insert_unique(table_hash(paragraph), paragraph, |paragraph| table_hash(*paragraph));
    }

    pub(super) fn num_bytes(&self) -> u64 {
        count(self.0.allocation_size())
    }

    /// Those of one source.
    pub(super) fn of_source(&self, source: u32) -> RecurringOfSource<'_> {
        RecurringOfSource { recurring: self, source }
    }
}

/// The paragraphs that recur in a source.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecurringOfSource<'a> {
    recurring: &'a Recurring,
    source: u32,
}

impl RecurringOfSource<'_> {
    /// Whether a paragraph stands in several documents.
    pub(super) fn has(self, line: &Line) -> bool {
        let paragraph = (line.key, self.source);
        self.recurring.0.find(table_hash(paragraph), |known| *known == paragraph).is_some()
    }

    /// Whether it is a document's own: a sentence that hardly another one has.
    fn is_own(self, line: &Line) -> bool {
        line.is_sentence() && !self.has(line)
    }

    /// The text of a document. Sentences with words of a notice do not bound it, if there are others.
    pub(super) fn text(self, lines: &[Line]) -> Option<Text> {
        let of = |is_text: &dyn Fn(&Line) -> bool| {
            let is_own = |line: &Line| is_text(line) && self.is_own(line);
            let first = lines.iter().position(is_own)?;
            Some(Text { first, last: lines.iter().rposition(is_own)? })
        };
        of(&|line| !line.is_notice()).or_else(|| of(&|_| true))
    }

    /// Whether a document votes: most of its sentences are its own. A copy, or a form that was filled in, does not.
    pub(super) fn votes(self, lines: &[Line]) -> bool {
        let sentences = lines.iter().filter(|line| line.is_sentence());
        let (mut own, mut all) = (0, 0);
        for line in sentences {
            all += u64::from(line.width);
            own += if self.is_own(line) { u64::from(line.width) } else { 0 };
        }
        OWN.is_reached(own, all)
    }
}

/// Documents that vote and have a class of lines, by where it stands in them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) all: u32,
    /// Not inside of the text, and in none of it at its end.
    pub(super) top: u32,
    pub(super) inside: u32,
    /// At the end, and not inside.
    pub(super) end: u32,
    /// Distinct paragraphs of the class, up to three.
    pub(super) num_forms: u8,
}

impl Count {
    /// Documents in which it stands before or after the text only.
    pub(super) fn edge(&self) -> u32 {
        self.top + self.end
    }

    pub(super) fn vote(&mut self, zone: Zone) {
        self.all += 1;
        match zone {
            Zone::Top => self.top += 1,
            Zone::Inside => self.inside += 1,
            Zone::End => self.end += 1,
        }
    }
}

/// The counts of all sources.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(super) recurring: Recurring,
    classes: HashTable<(OfSource, Count)>,
    /// Documents that vote, by source.
    num_voters: Vec<u32>,
}

impl Counts {
    pub(super) fn new(recurring: Recurring, num_voters: Vec<u32>) -> Self {
        Self { recurring, classes: HashTable::new(), num_voters }
    }

    pub(super) fn insert(&mut self, class: OfSource, count: Count) {
        self.classes.insert_unique(table_hash(class), (class, count), |(class, _)| table_hash(*class));
    }

    /// Bytes of memory that the counts take.
    pub(crate) fn num_bytes(&self) -> u64 {
        let others = self.classes.allocation_size() + self.num_voters.capacity() * size_of::<u32>();
        self.recurring.num_bytes() + count(others)
    }

    /// Documents of a source that vote.
    pub(super) fn num_voters(&self, source: u32) -> u32 {
        self.num_voters.get(source as usize).copied().unwrap_or(0)
    }

    /// The count of a class of a source; of none if the class is 0.
    pub(super) fn class(&self, class: u64, source: u32) -> Count {
        let class = (class, source);
        let found = || self.classes.find(table_hash(class), |(known, _)| *known == class);
        if class.0 == 0 { Count::default() } else { found().map_or_else(Count::default, |(_, count)| *count) }
    }
}
