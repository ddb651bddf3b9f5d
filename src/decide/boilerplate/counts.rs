//! Counts of one source, in two passes over its documents: in how many each paragraph stands, and where in them each
//! class of short lines stands.
//!
//! Memory while a source is judged: 16 bytes a distinct paragraph of it, and 64 a class that stands in a document that
//! votes.

use hashbrown::HashTable;

use super::SourceDocument;
use super::line::Line;

/// Documents below which nothing recurs.
pub(super) const FLOOR: u32 = 3;

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

/// In how many documents each paragraph of a source stands.
#[derive(Debug, Default)]
pub(super) struct Frequencies(HashTable<(u64, u32)>);

impl Frequencies {
    fn add(&mut self, key: u64) {
        let entry = self.0.entry(key, |(known, _)| *known == key, |(known, _)| *known);
        entry.or_insert((key, 0)).into_mut().1 += 1;
    }

    /// In how many documents a paragraph stands.
    pub(super) fn of(&self, line: &Line) -> u32 {
        self.0.find(line.key, |(known, _)| *known == line.key).map_or(0, |(_, num)| *num)
    }

    /// Whether it is a document's own: a sentence that hardly another one has.
    fn is_own(&self, line: &Line) -> bool {
        line.is_sentence() && self.of(line) < FLOOR
    }

    /// The text of a document. Sentences with words of a notice do not bound it, if there are others.
    pub(super) fn text(&self, lines: &[Line]) -> Option<Text> {
        let of = |is_text: &dyn Fn(&Line) -> bool| {
            let is_own = |line: &Line| is_text(line) && self.is_own(line);
            let first = lines.iter().position(is_own)?;
            Some(Text { first, last: lines.iter().rposition(is_own)? })
        };
        of(&|line| !line.is_notice()).or_else(|| of(&|_| true))
    }

    /// Whether a document votes: most of its sentences are its own. A copy, or a form that was filled in, does not.
    fn votes(&self, lines: &[Line]) -> bool {
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
    /// The first two distinct paragraphs of the class, and their number up to three.
    forms: [u64; 2],
    pub(super) num_forms: u8,
}

impl Count {
    /// Documents in which it stands before or after the text only.
    pub(super) fn edge(&self) -> u32 {
        self.top + self.end
    }

    fn note_form(&mut self, key: u64) {
        let known = usize::from(self.num_forms.min(2));
        if self.num_forms < 3 && !self.forms[..known].contains(&key) {
            if let Some(place) = self.forms.get_mut(known) {
                *place = key;
            }
            self.num_forms += 1;
        }
    }

    fn vote(&mut self, zone: Zone) {
        self.all += 1;
        match zone {
            Zone::Top => self.top += 1,
            Zone::Inside => self.inside += 1,
            Zone::End => self.end += 1,
        }
    }
}

/// The counts of a source.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) frequencies: Frequencies,
    classes: HashTable<(u64, Count)>,
    /// Documents that vote.
    pub(super) num_voters: u32,
}

impl Counts {
    /// Counts the documents of a source. Documents with the same paragraphs count once.
    pub(super) fn of(documents: &[SourceDocument<'_>]) -> Self {
        let mut seen: HashTable<&[Line]> = HashTable::new();
        let mut different = Vec::new();
        let mut frequencies = Frequencies::default();
        let mut keys: Vec<u64> = Vec::new();
        for SourceDocument { lines, .. } in documents.iter().filter(|document| document.counts) {
            let hash =
                |lines: &[Line]| lines.iter().fold(0, |hash: u64, line| hash.rotate_left(5) ^ line.key);
            let is_same = |other: &&[Line]| {
                other.len() == lines.len() && other.iter().zip(*lines).all(|(a, b)| a.key == b.key)
            };
            if seen.find(hash(lines), is_same).is_some() {
                continue;
            }
            seen.insert_unique(hash(lines), lines, |lines| hash(lines));
            different.push(*lines);
            keys.clear();
            keys.extend(lines.iter().map(|line| line.key));
            keys.sort_unstable();
            keys.dedup();
            for key in &keys {
                frequencies.add(*key);
            }
        }
        drop(seen);
        let mut counts = Self { frequencies, classes: HashTable::new(), num_voters: 0 };
        let mut zones: Vec<(u64, Zone)> = Vec::new();
        for lines in different {
            counts.add(lines, &mut zones);
        }
        counts
    }

    /// Takes in the vote of a document, if it has one. `zones` is scratch.
    fn add(&mut self, lines: &[Line], zones: &mut Vec<(u64, Zone)>) {
        let text = self.frequencies.text(lines);
        if text.is_none() || !self.frequencies.votes(lines) {
            return;
        }
        self.num_voters += 1;
        zones.clear();
        for (number, line) in lines.iter().enumerate() {
            // A class of its own is a paragraph that stands in several documents only.
            let is_rare = self.frequencies.of(line) < FLOOR;
            for class in line.classes().skip(usize::from(is_rare)) {
                zones.push((class, Text::zone(text, number)));
                let entry = self.classes.entry(class, |(known, _)| *known == class, |(known, _)| *known);
                entry.or_insert((class, Count::default())).into_mut().1.note_form(line.key);
            }
        }
        // Of a class the last stays: inside before at the end before at the top.
        zones.sort_unstable();
        for same in zones.chunk_by(|(one, _), (other, _)| one == other) {
            if let Some((class, zone)) = same.last()
                && let Some((_, count)) = self.classes.find_mut(*class, |(known, _)| known == class)
            {
                count.vote(*zone);
            }
        }
    }

    /// The count of a class; of none if it is 0.
    pub(super) fn class(&self, class: u64) -> Count {
        let found = self.classes.find(class, |(known, _)| *known == class).filter(|_| class != 0);
        found.map_or_else(Count::default, |(_, count)| *count)
    }
}

/// Whether enough of the documents count, so that there is anything to judge.
pub(super) fn is_enough(documents: &[SourceDocument<'_>]) -> bool {
    documents.iter().filter(|document| document.counts).count() >= FLOOR as usize
}
