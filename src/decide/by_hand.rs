//! Places that are kept by hand (contract O7): rules decide as if nobody had named them, and what is named stays.
//!
//! Whoever goes through documents asks [`ByHand::of_path`], then [`Named`], for the places that name a document, and
//! notes what became of them, so that a place that kept nothing is reported.
//!
//! Memory: the places, and a byte for each.

use std::collections::HashMap;

use crate::config::{DecideConfig, read_place};
use crate::observe::KeptNothing;

/// The places that are kept by hand, and what became of them so far.
#[derive(Debug)]
pub(crate) struct ByHand {
    by_path: HashMap<String, Vec<NamedPlace>>,
    spelled: Vec<String>,
    uses: Vec<PlaceUse>,
    /// Of places that name a text which may still turn out to be bad.
    pending: Vec<(usize, PlaceUse)>,
}

/// A place, read in one way.
#[derive(Debug, Clone, Copy)]
struct NamedPlace {
    /// Its number among all places.
    number: usize,
    record: Option<u64>,
    paragraphs: Option<(u64, u64)>,
}

/// What became of a place. A later one takes in those before it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize,
)]
pub(crate) enum PlaceUse {
    /// It names nothing so far.
    #[default]
    Nowhere,
    /// It names something that no rule removes.
    Idle,
    /// It keeps something that a rule would remove.
    Keeps,
}

/// The places that name a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named(Vec<NamedPlace>);

impl ByHand {
    /// Those of a configuration; `None` if there are none. Places are valid
    /// ([`Config::validate`](crate::config::Config::validate)): what is none is left out.
    pub(crate) fn of(config: &DecideConfig) -> Option<Self> {
        let spelled = config.keep_places.clone();
        let mut by_path: HashMap<String, Vec<NamedPlace>> = HashMap::new();
        for (number, place) in spelled.iter().enumerate() {
            for reading in read_place(place).unwrap_or_default() {
                let named = NamedPlace { number, record: reading.record, paragraphs: reading.paragraphs };
                by_path.entry(reading.path).or_default().push(named);
            }
        }
        let uses = vec![PlaceUse::default(); spelled.len()];
        (!spelled.is_empty()).then_some(Self { by_path, spelled, uses, pending: Vec::new() })
    }

    /// Whether a place names something in the file or member of this path.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// The places that name a document, or paragraphs of it.
    pub(crate) fn named(&self, path: &str, record: Option<u64>) -> Named {
        let of_path = self.by_path.get(path).map_or(&[][..], Vec::as_slice);
        // A path alone names every record of its file.
        let is_of_document = |named: &&NamedPlace| {
            named.record == record || named.record.is_none() && named.paragraphs.is_none()
        };
        Named(of_path.iter().filter(is_of_document).copied().collect())
    }

    /// A file or member begins: what was noted of a text before it that did not end is void.
    pub(crate) fn begin_unit(&mut self) {
        self.pending.clear();
    }

    /// Notes what became of a place, as soon as its document has come to its end.
    pub(crate) fn note(&mut self, number: usize, place_use: PlaceUse) {
        self.pending.push((number, place_use));
    }

    /// A document comes to its end, and is good.
    pub(crate) fn end_document(&mut self) {
        for (number, place_use) in self.pending.drain(..) {
            if let Some(known) = self.uses.get_mut(number) {
                *known = place_use.max(*known);
            }
        }
    }

    /// What became of the places so far.
    pub(crate) fn uses(&self) -> &[PlaceUse] {
        &self.uses
    }

    /// The same places, of which this became before.
    #[must_use]
    pub(crate) fn resume(self, uses: &[PlaceUse]) -> Self {
        let uses = if uses.len() == self.uses.len() { uses.to_vec() } else { self.uses };
        Self { uses, ..self }
    }

    /// The places that kept nothing; `None` if there are none.
    pub(crate) fn kept_nothing(&self) -> Option<KeptNothing> {
        let places = |wanted: PlaceUse| {
            let all = self.spelled.iter().zip(&self.uses);
            all.filter(|(_, place_use)| **place_use == wanted).map(|(place, _)| place.clone()).collect()
        };
        let found = KeptNothing { nowhere: places(PlaceUse::Nowhere), idle: places(PlaceUse::Idle) };
        (!found.nowhere.is_empty() || !found.idle.is_empty()).then_some(found)
    }
}

impl Named {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a paragraph is named.
    pub(crate) fn has(&self, paragraph: u64) -> bool {
        self.0.iter().any(|named| named.overlaps(paragraph, paragraph.saturating_add(1)))
    }

    /// Whether any of the paragraphs before `end` is named, or the document as a whole.
    pub(crate) fn has_any_before(&self, end: u64) -> bool {
        self.0.iter().any(|named| named.overlaps(0, end))
    }

    /// The numbers of the places that name one of these paragraphs.
    pub(crate) fn within(&self, first: u64, end: u64) -> impl Iterator<Item = usize> {
        self.0.iter().filter(move |named| named.overlaps(first, end)).map(|named| named.number)
    }
}

impl NamedPlace {
    /// Whether it names one of these paragraphs, or all of the document.
    fn overlaps(&self, start: u64, end: u64) -> bool {
        self.paragraphs.is_none_or(|(first, last)| first < end && last >= start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_hand(places: &[&str]) -> ByHand {
        let keep_places = places.iter().map(|place| (*place).to_owned()).collect();
        ByHand::of(&DecideConfig { keep_places, ..DecideConfig::default() }).unwrap()
    }

    #[test]
    fn places_name_documents_and_paragraphs() {
        assert!(ByHand::of(&DecideConfig::default()).is_none());
        let places = by_hand(&["a.txt:1", "b.jsonl#2", "c", "a.txt:3-4", "d.jsonl#1:0"]);
        let kept = |path, record, num| -> Vec<u64> {
            let named = places.named(path, record);
            (0..num).filter(|&paragraph| named.has(paragraph)).collect()
        };
        assert_eq!(kept("a.txt", None, 6), [1, 3, 4]);
        assert_eq!(kept("b.jsonl", Some(2), 2), [0, 1]);
        assert!(kept("b.jsonl", Some(1), 2).is_empty());
        assert_eq!(kept("c", Some(7), 1), [0], "a path names all records of its file");
        assert_eq!(kept("d.jsonl", Some(1), 2), [0]);
        assert!(places.named("d.jsonl", None).is_empty() && !places.has_path("e"));
        let named = places.named("a.txt", None);
        assert!(!named.has_any_before(1) && named.has_any_before(2));
        assert_eq!(named.within(0, 4).collect::<Vec<_>>(), [0, 3]);
    }

    #[test]
    fn places_that_keep_nothing_are_known() {
        let mut places = by_hand(&["a:0", "b:0", "c:0"]);
        places.begin_unit();
        places.note(0, PlaceUse::Keeps);
        places.end_document();
        places.note(1, PlaceUse::Idle);
        places.end_document();
        places.note(2, PlaceUse::Keeps);
        places.begin_unit(); // the text was bad
        let expected = KeptNothing { nowhere: vec!["c:0".to_owned()], idle: vec!["b:0".to_owned()] };
        assert_eq!(places.kept_nothing(), Some(expected));
        let uses = places.uses().to_vec();
        assert_eq!(by_hand(&["a:0", "b:0", "c:0"]).resume(&uses).uses(), uses);
    }
}
