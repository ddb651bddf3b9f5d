//! Settles a component: every text is judged against those that stay, in the order in which texts would stay.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::banding::Banding;
use super::features::{Features, NumberMarks};
use super::forest::{Forest, Position};
use super::judge::{Judge, Match, NumberOverlap};
use super::signatures::{SignatureId, Signatures, num_equal};
use crate::error::Result;

/// Survivors that are looked at closely for one text: half of them those of the most equal bins. Of a template's
/// hundreds of texts, all as alike, that may not be the one: under a number guard the other half are those of the
/// most equal numbers.
const MAX_COMPARED: usize = 32;
/// After the first that matches, so many more are looked at for one that is more like it.
const MAX_BETTER: usize = 4;

/// What becomes of a text that goes.
#[derive(Debug, Clone)]
pub struct Removal {
    /// The text.
    pub text: SignatureId,
    /// The one that stays in its place.
    pub survivor: SignatureId,
    /// Why.
    pub found: Match,
    /// The numbers of both.
    pub numbers: NumberOverlap,
}

/// Gives the features of a text.
pub trait Load {
    /// The features of this text.
    ///
    /// # Errors
    /// Those of the store they are kept in.
    fn load(&self, text: SignatureId) -> Result<Features>;
}

/// Settles the texts of a component, given in the order in which they would stay (see
/// [`super::components()`]). A text goes only if it matches one that stays: no chains.
///
/// The survivor named is the most similar of those that were looked at; of equals the one earlier in the order.
/// Cost: for each text one look-up, and at most 32 comparisons.
///
/// # Errors
/// Those of `load`.
pub fn settle(
    component: &[SignatureId],
    (texts, banding): (&Signatures, Banding),
    judge: &Judge,
    load: &dyn Load,
) -> Result<Vec<Removal>> {
    let mut forest = Forest::new(component, (texts, banding));
    let mut survivors = Cache::new(component.len());
    let mut found = Vec::new();
    let mut removals = Vec::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut numbers = ByNumbers::new(component.len());
    for (&text, position) in component.iter().zip(0..) {
        let features = load.load(text)?;
        let own = if judge.is_guarded() { features.number_marks() } else { NumberMarks::default() };
        forest.look_up(position, &mut found);
        numbers.look_up(own, &mut found);
        let bins = forest.bins(position);
        candidates.clear();
        candidates.extend(found.iter().filter_map(|&other| {
            let num_equal = num_equal(bins, forest.bins(other));
            (num_equal >= banding.min_equal).then(|| {
                let num_numbers = numbers.num_differing(own, other);
                Candidate { num_bins: banding.num_bins() - num_equal, num_numbers, text: other }
            })
        }));
        put_first(&mut candidates);
        let mut get = |other: Position| survivors.get(other, component, load);
        if let Some((survivor, found)) = best(&features, &candidates, judge, &mut get)? {
            let numbers = NumberOverlap::of(&features, &*get(survivor)?);
            removals.push(Removal { text, survivor: component[survivor as usize], found, numbers });
        } else {
            forest.insert(position);
            numbers.insert(position, own);
            survivors.put(position, features);
        }
    }
    Ok(removals)
}

/// A survivor that a text may match.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Bins that differ.
    num_bins: usize,
    /// Numbers that differ, about.
    num_numbers: u32,
    text: Position,
}

/// Puts those that are looked at first.
fn put_first(candidates: &mut [Candidate]) {
    candidates.sort_unstable_by_key(|other| (other.num_bins, other.num_numbers, other.text));
    if let Some((_, others)) = candidates.split_at_mut_checked(MAX_COMPARED / 2) {
        others.sort_unstable_by_key(|other| (other.num_numbers, other.num_bins, other.text));
    }
}

/// The survivor that a text matches best.
fn best(
    features: &Features,
    candidates: &[Candidate],
    judge: &Judge,
    get: &mut dyn FnMut(Position) -> Result<Rc<Features>>,
) -> Result<Option<(Position, Match)>> {
    let mut best: Option<(Position, Match)> = None;
    let mut left = MAX_BETTER;
    for &Candidate { text: other, .. } in candidates.iter().take(MAX_COMPARED) {
        if best.is_some() {
            if left == 0 {
                break;
            }
            left -= 1;
        }
        let Some(found) = judge.compare(features, &*get(other)?) else { continue };
        let is_better = best
            .as_ref()
            .is_none_or(|(at, so_far)| found.similarity.cmp(&so_far.similarity).then(at.cmp(&other)).is_gt());
        if is_better {
            best = Some((other, found));
        }
    }
    Ok(best)
}

/// Survivors by their numbers. Of a template's texts hundreds are as alike, and too many to be looked at; under the
/// guard only those of much the same numbers can match. 8 bytes a text, and the table.
struct ByNumbers {
    bits: Vec<u64>,
    same: HashMap<u64, Vec<Position>>,
}

/// Survivors of the same numbers that are looked up.
const MAX_SAME: usize = 128;

impl ByNumbers {
    fn new(len: usize) -> Self {
        Self { bits: vec![0; len], same: HashMap::new() }
    }

    fn insert(&mut self, text: Position, own: NumberMarks) {
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
    fn look_up(&self, own: NumberMarks, found: &mut Vec<Position>) {
        if let Some(same) = self.same.get(&own.sum) {
            found.extend(same);
            found.sort_unstable();
            found.dedup();
        }
    }

    /// How many of the numbers of a survivor differ, about.
    fn num_differing(&self, own: NumberMarks, other: Position) -> u32 {
        (own.bits ^ self.bits[other as usize]).count_ones()
    }
}

/// Features of survivors, as many as fit: they are asked for again and again.
struct Cache {
    features: Vec<Option<Rc<Features>>>,
    order: VecDeque<Position>,
    bytes: usize,
}

/// Bytes of features kept by each component that is being settled.
const CACHED_BYTES: usize = 32 * 1024 * 1024;

impl Cache {
    fn new(len: usize) -> Self {
        Self { features: vec![None; len], order: VecDeque::new(), bytes: 0 }
    }

    fn put(&mut self, text: Position, features: Features) -> Rc<Features> {
        let features = Rc::new(features);
        self.bytes += features.num_bytes();
        self.features[text as usize] = Some(features.clone());
        self.order.push_back(text);
        while self.bytes > CACHED_BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.features[oldest as usize].take().map_or(0, |features| features.num_bytes());
        }
        features
    }

    fn get(&mut self, text: Position, component: &[SignatureId], load: &dyn Load) -> Result<Rc<Features>> {
        match &self.features[text as usize] {
            Some(features) => Ok(features.clone()),
            None => Ok(self.put(text, load.load(component[text as usize])?)),
        }
    }
}
