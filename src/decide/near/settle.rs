//! Settles a component: every text is judged against those that stay, in the order in which texts would stay.

use std::collections::VecDeque;
use std::rc::Rc;

use super::banding::Banding;
use super::features::Features;
use super::forest::{Forest, Position};
use super::judge::{Judge, Match};
use super::signatures::{SignatureId, Signatures, num_equal};
use crate::error::Result;

/// Survivors that are looked at closely for one text, those of the most equal bins first.
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
    let mut candidates: Vec<(usize, Position)> = Vec::new();
    for (&text, position) in component.iter().zip(0..) {
        forest.look_up(position, &mut found);
        let bins = forest.bins(position);
        candidates.clear();
        candidates.extend(found.iter().filter_map(|&other| {
            let equal = num_equal(bins, forest.bins(other));
            (equal >= banding.min_equal).then(|| (banding.num_bins() - equal, other))
        }));
        candidates.sort_unstable();
        let features = load.load(text)?;
        let mut get = |other: Position| survivors.get(other, component, load);
        match best(&features, &candidates, judge, &mut get)? {
            Some((survivor, found)) => {
                removals.push(Removal { text, survivor: component[survivor as usize], found });
            }
            None => {
                forest.insert(position);
                survivors.put(position, features);
            }
        }
    }
    Ok(removals)
}

/// The survivor that a text matches best. `candidates`: how many bins differ, and which survivor; sorted.
fn best(
    features: &Features,
    candidates: &[(usize, Position)],
    judge: &Judge,
    get: &mut dyn FnMut(Position) -> Result<Rc<Features>>,
) -> Result<Option<(Position, Match)>> {
    let mut best: Option<(Position, Match)> = None;
    let mut left = MAX_BETTER;
    for &(_, other) in candidates.iter().take(MAX_COMPARED) {
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
