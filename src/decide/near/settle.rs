//! Settles a component: every text is judged against those that stay, in the order in which texts would stay.

use super::banding::Banding;
use super::features::{Features, NumberMarks};
use super::forest::Forest;
use super::judge::{Judge, Match};
use super::signatures::{SignatureId, Signatures};
use crate::error::Result;

/// Survivors that are looked at closely for one text: under a number guard those with the same numbers first (of a
/// template's hundreds of texts, all as alike, it is the one), then those of the most equal bins.
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
    let mut forest = Forest::default();
    let mut survivors = Cache::default();
    let mut found = Vec::new();
    let mut removals = Vec::new();
    let mut candidates: Vec<(u32, usize, usize, SignatureId)> = Vec::new();
    let mut numbers = ByNumbers::default();
    let order: std::collections::HashMap<SignatureId, usize> = component.iter().copied().zip(0..).collect();
    for &text in component {
        forest.look_up(text, texts, banding, &mut found);
        let features = load.load(text)?;
        let own = if judge.is_guarded() { features.number_marks() } else { NumberMarks::default() };
        numbers.look_up(own, &mut found);
        candidates.clear();
        candidates.extend(found.iter().filter_map(|&other| {
            let equal = texts.num_equal(text, other);
            (equal >= banding.min_equal).then(|| {
                let differing = numbers.num_differing(own, other);
                (differing, banding.num_bins() - equal, order.get(&other).copied().unwrap_or(0), other)
            })
        }));
        candidates.sort_unstable();
        let found = best(&features, &candidates, judge, |other| survivors.get(other, load))?;
        if let Some((survivor, found)) = found {
            removals.push(Removal { text, survivor, found });
        } else {
            forest.insert(text, texts, banding);
            numbers.insert(text, own);
            survivors.put(text, features);
        }
    }
    Ok(removals)
}

/// The survivor that a text matches best.
fn best(
    features: &Features,
    candidates: &[(u32, usize, usize, SignatureId)],
    judge: &Judge,
    mut get: impl FnMut(SignatureId) -> Result<std::rc::Rc<Features>>,
) -> Result<Option<(SignatureId, Match)>> {
    let mut best: Option<((usize, SignatureId), Match)> = None;
    let mut left = MAX_BETTER;
    for &(_, _, order, other) in candidates.iter().take(MAX_COMPARED) {
        if best.is_some() {
            if left == 0 {
                break;
            }
            left -= 1;
        }
        let Some(found) = judge.compare(features, &*get(other)?) else { continue };
        let is_better = best.as_ref().is_none_or(|((at, _), so_far)| {
            found.similarity.cmp(&so_far.similarity).then(at.cmp(&order)).is_gt()
        });
        if is_better {
            best = Some(((order, other), found));
        }
    }
    Ok(best.map(|((_, other), found)| (other, found)))
}

/// Survivors by their numbers. Of a template's texts hundreds are as alike, and too many to be looked at; with the
/// guard only those of the same numbers can match. 12 bytes a survivor with numbers, and the tables.
#[derive(Default)]
struct ByNumbers {
    bits: std::collections::HashMap<SignatureId, u64>,
    same: std::collections::HashMap<u64, Vec<SignatureId>>,
}

/// Survivors of the same numbers that are looked up.
const MAX_SAME: usize = 128;

impl ByNumbers {
    fn insert(&mut self, text: SignatureId, own: NumberMarks) {
        if own == NumberMarks::default() {
            return;
        }
        self.bits.insert(text, own.bits);
        let same = self.same.entry(own.sum).or_default();
        if same.len() < MAX_SAME {
            same.push(text);
        }
    }

    /// Adds the survivors of the same numbers to those found.
    fn look_up(&self, own: NumberMarks, found: &mut Vec<SignatureId>) {
        if let Some(same) = self.same.get(&own.sum) {
            found.extend(same);
            found.sort_unstable();
            found.dedup();
        }
    }

    /// How much the numbers of a survivor differ, about.
    fn num_differing(&self, own: NumberMarks, other: SignatureId) -> u32 {
        (own.bits ^ self.bits.get(&other).copied().unwrap_or(0)).count_ones()
    }
}

/// Features of survivors, as many as fit: they are asked for again and again.
#[derive(Default)]
struct Cache {
    features: std::collections::HashMap<SignatureId, std::rc::Rc<Features>>,
    order: std::collections::VecDeque<SignatureId>,
    bytes: usize,
}

/// Bytes of features kept by each component that is being settled.
const CACHED_BYTES: usize = 32 * 1024 * 1024;

impl Cache {
    fn put(&mut self, id: SignatureId, features: Features) -> std::rc::Rc<Features> {
        let features = std::rc::Rc::new(features);
        self.bytes += features.num_bytes();
        self.features.insert(id, features.clone());
        self.order.push_back(id);
        while self.bytes > CACHED_BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.features.remove(&oldest).map_or(0, |features| features.num_bytes());
        }
        features
    }

    fn get(&mut self, id: SignatureId, load: &dyn Load) -> Result<std::rc::Rc<Features>> {
        match self.features.get(&id) {
            Some(features) => Ok(features.clone()),
            None => Ok(self.put(id, load.load(id)?)),
        }
    }
}
