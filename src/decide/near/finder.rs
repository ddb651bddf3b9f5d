//! Finds the survivors of a group that a text may match: by the bands of their sketches, by the keys of their samples, and
//! by their numbers.

use std::collections::HashMap;

use super::close::Sketched;
use super::features::NumberMarks;
use super::forest::{ComponentIndex, Forest};
use super::signatures::{Banded, SignatureId};
use super::survivors::{KEY_BYTES, SurvivorsByKey};
use crate::error::Result;

/// In a group of so many texts each is held against all survivors: cheaper than any index.
const SMALL_GROUP: usize = 48;
/// The same, where an index is used: so many, that no group but that of a template is larger. Of a small group nothing
/// depends on which texts are in it that went in earlier runs.
const SMALL_GROUP_OF_INDEX: usize = 1024;

/// Whether each text of a group is held against all survivors.
fn is_small(component: &[SignatureId], banded: Banded<'_>) -> bool {
    let most = if banded.texts.has_details() { SMALL_GROUP_OF_INDEX } else { SMALL_GROUP };
    component.len() <= most
}

/// Survivors that are looked at closely for one text: half of them those of the most equal bins. Of a template's
/// hundreds of texts, all as alike, that may not be the one: under a number guard the other half are those of the
/// most equal numbers.
pub(super) const MAX_COMPARED: usize = 32;

/// The survivors of a group.
pub(super) struct Finder<'a> {
    component: &'a [SignatureId],
    banded: Banded<'a>,
    forest: Forest<'a>,
    /// Of a large group, where there are samples.
    by_key: Option<SurvivorsByKey>,
    numbers: ByNumbers,
    /// All survivors of a small group.
    all: Vec<ComponentIndex>,
}

impl<'a> Finder<'a> {
    /// A finder without survivors, for the texts of a group.
    ///
    /// # Errors
    /// Those of the stores that hold sketches and samples.
    pub(super) fn new(component: &'a [SignatureId], banded: Banded<'a>) -> Result<Self> {
        let by_key = match banded.texts.samples() {
            Some(samples) if !is_small(component, banded) => Some(SurvivorsByKey::new(component, samples)?),
            _ => None,
        };
        let forest = Forest::new(component, banded)?;
        Ok(Self {
            component,
            banded,
            forest,
            by_key,
            numbers: ByNumbers::new(component.len()),
            all: Vec::new(),
        })
    }

    /// The most bytes that the texts of a group take.
    pub(super) fn num_bytes(component: &[SignatureId], banded: Banded<'_>) -> usize {
        let is_small = is_small(component, banded);
        let is_banded = |id: &&SignatureId| !is_small && banded.is_banded(**id);
        let num_banded = component.iter().filter(is_banded).count();
        let forest = Forest::num_bytes(component.len(), num_banded, banded);
        let samples = banded.texts.samples().filter(|_| !is_small);
        let keys =
            |samples| component.iter().map(|&id| super::samples::Samples::len(samples, id)).sum::<usize>();
        forest.saturating_add(samples.map_or(0, keys).saturating_mul(KEY_BYTES))
    }

    fn is_small(&self) -> bool {
        is_small(self.component, self.banded)
    }

    /// Whether candidates come in the order in which they would stay, and the first that matches is the survivor. Where an
    /// index is used it must be: a text that went in an earlier run, and comes again, goes for the same one again, however
    /// alike those are that came between.
    pub(super) fn is_in_order(&self) -> bool {
        self.banded.texts.has_details() && self.is_small()
    }

    /// Adds a survivor.
    pub(super) fn insert(&mut self, text: ComponentIndex, own: NumberMarks) {
        self.numbers.insert(text, own);
        if self.is_small() {
            self.all.push(text);
            return;
        }
        if self.banded.is_banded(self.component[text as usize]) {
            self.forest.insert(text);
        }
        if let Some(by_key) = &mut self.by_key {
            by_key.insert(text);
        }
    }

    /// The survivors that a text may match, each once, in order.
    pub(super) fn look_up(&self, text: ComponentIndex, own: NumberMarks) -> Vec<ComponentIndex> {
        if self.is_small() {
            return self.all.clone();
        }
        let mut found = Vec::new();
        if self.banded.is_banded(self.component[text as usize]) {
            self.forest.look_up(text, &mut found);
        }
        if let Some(by_key) = &self.by_key {
            by_key.look_up(text, &mut found);
        }
        self.numbers.look_up(own, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Of some texts before this one those that it may match by all that is known of them, the most promising ones first
    /// (but see [`Self::is_in_order`]).
    /// `sizes` are the numbers of their shingles, 0 of a text whose number is not known.
    ///
    /// # Errors
    /// Those of the store that holds samples.
    pub(super) fn candidates(
        &self,
        text: ComponentIndex,
        own: NumberMarks,
        others: &[ComponentIndex],
        size: impl Fn(ComponentIndex) -> u64,
    ) -> Result<Vec<ComponentIndex>> {
        let sketched = |text: ComponentIndex| Sketched {
            id: self.component[text as usize],
            bins: self.forest.bins(text),
            size: size(text),
        };
        let mine = sketched(text);
        let mut candidates = Vec::new();
        for &other in others {
            let theirs = sketched(other);
            if let Some(num_bins) = self.banded.distance(mine, theirs)? {
                if self.banded.texts.has_details() && !self.banded.meet(mine, theirs)? {
                    continue;
                }
                let num_numbers = self.numbers.num_differing(own, other);
                candidates.push(Candidate { num_bins, num_numbers, text: other });
            }
        }
        if self.is_in_order() {
            candidates.sort_unstable_by_key(|candidate| candidate.text);
        } else {
            put_first(&mut candidates);
        }
        Ok(candidates.into_iter().map(|candidate| candidate.text).collect())
    }
}

/// A survivor that a text may match.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Bins that differ.
    num_bins: usize,
    /// Numbers that differ, about.
    num_numbers: u32,
    text: ComponentIndex,
}

/// Moves the most promising candidates to the front.
fn put_first(candidates: &mut [Candidate]) {
    candidates.sort_unstable_by_key(|other| (other.num_bins, other.num_numbers, other.text));
    if let Some((_, others)) = candidates.split_at_mut_checked(MAX_COMPARED / 2) {
        others.sort_unstable_by_key(|other| (other.num_numbers, other.num_bins, other.text));
    }
}

/// Survivors by their numbers. Of a template's texts hundreds are as alike, and too many to be looked at; under the
/// guard only those of much the same numbers can match. 8 bytes a text, and the table.
struct ByNumbers {
    bits: Vec<u64>,
    same: HashMap<u64, Vec<ComponentIndex>>,
}

/// Survivors of the same numbers that are looked up.
const MAX_SAME: usize = 128;

impl ByNumbers {
    fn new(len: usize) -> Self {
        Self { bits: vec![0; len], same: HashMap::new() }
    }

    fn insert(&mut self, text: ComponentIndex, own: NumberMarks) {
        if own == NumberMarks::default() {
            return;
        }
        self.bits[text as usize] = own.bits;
        let same = self.same.entry(own.sum).or_default();
        if same.len() < MAX_SAME {
            same.push(text);
        }
    }

    /// Adds the survivors of the same numbers to those found.
    fn look_up(&self, own: NumberMarks, found: &mut Vec<ComponentIndex>) {
        found.extend(self.same.get(&own.sum).into_iter().flatten());
    }

    /// How many of the numbers of a survivor differ, about.
    fn num_differing(&self, own: NumberMarks, other: ComponentIndex) -> u32 {
        (own.bits ^ self.bits[other as usize]).count_ones()
    }
}
