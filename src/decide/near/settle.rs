//! Settles a component: every text is judged against those that stay, in the order in which texts would stay.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::banding::Banding;
use super::features::{Features, NumberMarks};
use super::forest::{ComponentIndex, Forest};
use super::judge::{Judge, Match};
use super::numbers::NumberOverlap;
use super::signatures::{Banded, SignatureId, num_equal};
use crate::error::Result;

/// Survivors that are looked at closely for one text: half of them those of the most equal bins. Of a template's
/// hundreds of texts, all as alike, that may not be the one: under a number guard the other half are those of the
/// most equal numbers.
const MAX_COMPARED: usize = 32;
/// The number of candidates that are still compared after the first match, to find a better one.
const MAX_BETTER: usize = 4;

/// A text that goes, its survivor, and the evidence.
#[derive(Debug, Clone)]
pub(crate) struct Removal {
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
pub(crate) trait Load: Sync {
    /// The features of this text.
    ///
    /// # Errors
    /// Those of the store they are kept in.
    fn load(&self, text: SignatureId) -> Result<Features>;
}

/// Texts of a component that are held against the survivors so far at once, in parallel. A constant, so that nothing
/// depends on the number of threads.
const BLOCK: usize = 64;
/// Fewer are not worth dealing out.
const FEW: usize = 8;

/// Settles the texts of a component, given in the order in which they would stay (see
/// [`super::components()`]). A text goes only if it matches one that stays: no chains.
///
/// The survivor named is the most similar of those that were looked at; of equals the one earlier in the order.
/// Cost: for each text one look-up, and at most 64 comparisons, most of them in parallel. Memory: [`num_bytes`], and
/// twice `cached` bytes of features, which are read again where they do not fit; no result depends on it.
///
/// # Errors
/// Those of `load`, and of the store that holds sketches.
pub(crate) fn settle(
    component: &[SignatureId],
    banded: Banded<'_>,
    judge: &Judge,
    load: &dyn Load,
    cached: usize,
) -> Result<Vec<Removal>> {
    let mut settler = Settler {
        component,
        banding: banded.banding,
        judge,
        load,
        forest: Forest::new(component, banded)?,
        numbers: ByNumbers::new(component.len()),
        sizes: vec![0; component.len()],
        survivors: Mutex::new(Cache::new(component.len(), cached)),
        held: cached / BLOCK,
    };
    let mut removals = Vec::new();
    let positions: Vec<ComponentIndex> = (0..).take(component.len()).collect();
    for block in positions.chunks(BLOCK) {
        let look = |&text: &ComponentIndex| settler.look(text);
        let looked: Result<Vec<ComparedText>> = if block.len() < FEW {
            block.iter().map(look).collect()
        } else {
            block.par_iter().map(look).collect()
        };
        let mut fresh = Vec::new();
        for looked in looked? {
            removals.extend(settler.settle(looked, &mut fresh)?);
        }
    }
    Ok(removals)
}

/// The most bytes that settling a component of `num_texts` texts takes, apart from features and removals. Nearly all of
/// it is the forest that finds survivors: some 110 bytes a text and band if all of them survive.
pub(crate) fn num_bytes(num_texts: usize, banded: Banded<'_>) -> usize {
    // Of each text its position, size, number marks, place in the cache and in what was seen.
    const TEXT_BYTES: usize = 64;
    Forest::num_bytes(num_texts, banded).saturating_add(num_texts.saturating_mul(TEXT_BYTES))
}

/// A component while it is settled.
struct Settler<'a> {
    component: &'a [SignatureId],
    banding: Banding,
    judge: &'a Judge,
    load: &'a dyn Load,
    forest: Forest<'a>,
    numbers: ByNumbers,
    /// Shingles of each survivor; 0 if they are sampled.
    sizes: Vec<u32>,
    survivors: Mutex<Cache>,
    /// Features of a text of its block that are larger are read twice.
    held: usize,
}

/// A text, held against the survivors before its block.
struct ComparedText {
    text: ComponentIndex,
    /// `None` if they are too large to be held until all of the block is looked at.
    features: Option<Features>,
    marks: NumberMarks,
    found: Option<(ComponentIndex, Match)>,
}

impl Settler<'_> {
    fn look(&self, text: ComponentIndex) -> Result<ComparedText> {
        let features = self.load.load(self.component[text as usize])?;
        let marks = if self.judge.is_guarded() { features.number_marks() } else { NumberMarks::default() };
        let mut others = Vec::new();
        self.forest.look_up(text, &mut others);
        self.numbers.look_up(marks, &mut others);
        let found = self.best(text, &features, marks, &others)?;
        let features = (features.num_bytes() <= self.held).then_some(features);
        Ok(ComparedText { text, features, marks, found })
    }

    /// Settles a text. `fresh`: the survivors of its block so far.
    fn settle(&mut self, looked: ComparedText, fresh: &mut Vec<ComponentIndex>) -> Result<Option<Removal>> {
        let ComparedText { text, features, marks, mut found } = looked;
        let features = match features {
            Some(features) => features,
            None => self.load.load(self.component[text as usize])?,
        };
        if found.is_none() {
            found = self.best(text, &features, marks, fresh)?;
        }
        if let Some((survivor, found)) = found {
            let numbers = NumberOverlap::of(&features, &*self.features_of(survivor)?);
            let (text, survivor) = (self.component[text as usize], self.component[survivor as usize]);
            return Ok(Some(Removal { text, survivor, found, numbers }));
        }
        self.forest.insert(text);
        self.numbers.insert(text, marks);
        let size = if features.is_whole() { features.num_shingles() } else { 0 };
        // 0 stands for a size that is not known; such a text is compared in full.
        self.sizes[text as usize] = u32::try_from(size).unwrap_or(0);
        self.cache().put(text, Arc::new(features));
        fresh.push(text);
        Ok(None)
    }

    /// The survivor that a text matches best, of those given, each of which may be there more than once.
    fn best(
        &self,
        text: ComponentIndex,
        features: &Features,
        marks: NumberMarks,
        others: &[ComponentIndex],
    ) -> Result<Option<(ComponentIndex, Match)>> {
        let bins = self.forest.bins(text);
        let mut seen = SeenTexts::new(if others.is_empty() { 0 } else { self.component.len() });
        let candidates = others.iter().filter(|&&other| seen.is_new(other)).filter_map(|&other| {
            let num_equal = num_equal(bins, self.forest.bins(other));
            if num_equal < self.banding.min_equal || num_equal < self.least_equal(features, other) {
                return None;
            }
            let num_numbers = self.numbers.num_differing(marks, other);
            let num_bins = self.banding.num_bins() - num_equal;
            Some(Candidate { num_bins, num_numbers, text: other })
        });
        let mut candidates: Vec<Candidate> = candidates.collect();
        put_first(&mut candidates);
        let mut best: Option<(ComponentIndex, Match)> = None;
        let mut left = MAX_BETTER;
        for &Candidate { text: other, .. } in candidates.iter().take(MAX_COMPARED) {
            if best.is_some() {
                if left == 0 {
                    break;
                }
                left -= 1;
            }
            let Some(found) = self.judge.compare(features, &*self.features_of(other)?) else { continue };
            let is_better = best.as_ref().is_none_or(|(at, so_far)| {
                found.similarity.cmp(&so_far.similarity).then(at.cmp(&other)).is_gt()
            });
            if is_better {
                best = Some((other, found));
            }
        }
        Ok(best)
    }

    /// The number of equal bins below which a text cannot match a survivor, judged by their lengths.
    fn least_equal(&self, features: &Features, other: ComponentIndex) -> usize {
        let others = u64::from(self.sizes[other as usize]);
        if others == 0 || !features.is_whole() {
            return 0;
        }
        self.banding.min_equal_at(self.judge.least_jaccard(features.num_shingles(), others))
    }

    /// Poisoned only if a thread panicked, and then the run is over.
    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.survivors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn features_of(&self, text: ComponentIndex) -> Result<Arc<Features>> {
        let kept = self.cache().get(text);
        if let Some(features) = kept {
            return Ok(features);
        }
        let features = Arc::new(self.load.load(self.component[text as usize])?);
        self.cache().put(text, features.clone());
        Ok(features)
    }
}

/// The texts that came already: one bit each.
struct SeenTexts(Vec<u64>);

impl SeenTexts {
    fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    fn is_new(&mut self, text: ComponentIndex) -> bool {
        let (word, bit) = (text as usize / 64, 1 << (text % 64));
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
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

/// Features of survivors, as many as fit: they are asked for again and again.
struct Cache {
    features: Vec<Option<Arc<Features>>>,
    order: VecDeque<ComponentIndex>,
    bytes: usize,
    limit: usize,
}

impl Cache {
    fn new(len: usize, limit: usize) -> Self {
        Self { features: vec![None; len], order: VecDeque::new(), bytes: 0, limit }
    }

    fn put(&mut self, text: ComponentIndex, features: Arc<Features>) {
        let bytes = features.num_bytes();
        if self.features[text as usize].replace(features).is_some() {
            return; // two threads missed it at once
        }
        self.bytes += bytes;
        self.order.push_back(text);
        while self.bytes > self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.features[oldest as usize].take().map_or(0, |features| features.num_bytes());
        }
    }

    fn get(&self, text: ComponentIndex) -> Option<Arc<Features>> {
        self.features[text as usize].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::components::components;
    use super::super::signatures::{Signatures, Signed};
    use super::*;
    use crate::config::{Limit, NearConfig, NearPreset};
    use crate::fingerprint::{Sketch, Wording, mix};
    use crate::store::{MemoryOutput, Output};

    /// Shingles of a template, of which some are others: a few templates have very many texts.
    fn hashes(n: u64) -> Vec<u64> {
        let template = if mix(n).is_multiple_of(3) { mix(n) % 4 } else { 10 + mix(n) % 900 };
        let changed = mix(n ^ 5) % 25;
        let hash = |shingle: u64| {
            let is_changed = mix(n * 1000 + shingle) % 100 < changed;
            mix(if is_changed { n << 20 | shingle } else { template << 40 | shingle })
        };
        (0..60 + template % 7).map(hash).collect()
    }

    struct Made;

    impl Load for Made {
        fn load(&self, text: SignatureId) -> Result<Features> {
            let hashes = hashes(u64::from(text));
            Ok(Features::new(hashes.len() as u64, hashes, Wording::default()))
        }
    }

    /// Settles texts within three budgets: for sketches, for grouping, for features.
    fn removals(config: &NearConfig, [kept, budget, cached]: [usize; 3]) -> Vec<String> {
        let banding = Banding::of(config);
        let mut texts = Signatures::within(kept, banding.num_bins(), true);
        for n in 0..4000 {
            if texts.needs_scratch() {
                texts.overflow_to(MemoryOutput::new().scratch().unwrap());
            }
            let bins = Sketch::of(&hashes(n), banding.num_bins()).unwrap().bits().collect();
            let signed = Signed { digest: n, bins, rank: [mix(n) % 9, 0, 0] };
            assert_eq!(u64::from(texts.push(n, &signed).unwrap()), n);
        }
        let groups = components(&texts, banding, budget).unwrap();
        let banded = Banded { texts: &texts, banding };
        let settled = groups
            .iter()
            .flat_map(|group| settle(group, banded, &Judge::new(config), &Made, cached).unwrap());
        settled.map(|removal| format!("{removal:?}")).collect()
    }

    /// Sketches on disk, bands in rounds and features that are read again: the same texts go for the same survivors.
    #[test]
    fn budgets_do_not_matter() {
        for preset in [NearPreset::Strict, NearPreset::Syndication] {
            let config = NearConfig { number_guard: Limit::Off, ..NearConfig::preset(preset) };
            let expected = removals(&config, [usize::MAX; 3]);
            assert!(expected.len() > 1000, "{}", expected.len());
            for budgets in [[0, 0, 0], [0, usize::MAX, 100_000], [450_000, 30_000, 5000]] {
                assert!(removals(&config, budgets) == expected, "{preset:?} {budgets:?}");
            }
        }
    }
}
