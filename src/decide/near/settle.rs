//! Settles a component: every text is judged against those that stay, in the order in which texts would stay.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::comparable::Comparable;
use super::features::NumberMarks;
use super::finder::{Finder, MAX_COMPARED};
use super::forest::ComponentIndex;
use super::hashes::ShingleHead;
use super::judge::{Judge, Match};
use super::numbers::NumberOverlap;
use super::signatures::{Banded, SignatureId};
use crate::error::{Error, Result};

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
    fn load(&self, text: SignatureId) -> Result<Comparable>;

    /// Whether the run is to stop.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// Told of the number of texts that are settled, again and again.
    fn settled(&self, _num_texts: usize) {}
}

/// Texts of a component that are settled at once, in parallel. A constant, so that nothing depends on the number of
/// threads. Where there may be texts of earlier runs it is one by one: which texts stand in a block together would depend
/// on what went in those runs, and the survivor that is named with it.
const BLOCK: usize = 64;
/// Fewer are not worth dealing out.
const FEW: usize = 8;

/// Settles the texts of a component, given in the order in which they would stay (see
/// [`super::components()`]). A text goes only if it matches one that stays: no chains.
///
/// The survivor named is the most similar of those that were looked at; of equals the one earlier in the order. Where an
/// index is used it is the first that matches.
///
/// A block of texts is held against the survivors before it, then those that match none against one another, both in
/// parallel; in their order, each of them then stays unless it matches one that does.
/// Cost: for each text one look-up, and at most 96 comparisons. Memory: [`num_bytes`], and
/// twice `cached` bytes of features, which are read again where they do not fit; no result depends on it.
///
/// # Errors
/// Those of `load`, and of the stores that hold sketches and samples; [`Error::Interrupted`] once it is cancelled.
pub(crate) fn settle(
    component: &[SignatureId],
    banded: Banded<'_>,
    load: &dyn Load,
    cached: usize,
) -> Result<Vec<Removal>> {
    let mut settler = Settler {
        component,
        judge: banded.judge,
        load,
        finder: Finder::new(component, banded)?,
        heads: vec![ShingleHead::default(); component.len()],
        cache: Mutex::new(Cache::new(component.len(), cached)),
    };
    let mut removals = Vec::new();
    let texts = banded.texts;
    // Those of earlier runs come first.
    let num_earlier = component.partition_point(|&text| texts.is_earlier(text));
    if num_earlier == component.len() {
        return Ok(removals);
    }
    let positions: Vec<ComponentIndex> = (0..).take(component.len()).collect();
    for &text in &positions[..num_earlier] {
        settler.stay(text)?;
    }
    let block = if texts.has_details() { 1 } else { BLOCK };
    for block in positions[num_earlier..].chunks(block) {
        removals.extend(settler.settle(block)?);
        load.settled(block.len());
    }
    Ok(removals)
}

/// The most bytes that settling a component takes, apart from features and removals: what its [`Finder`] needs.
pub(crate) fn num_bytes(component: &[SignatureId], banded: Banded<'_>) -> usize {
    // Of each text its position, number marks, place in the cache and first shingles.
    const TEXT_BYTES: usize = 64 + ShingleHead::NUM_BYTES;
    Finder::num_bytes(component, banded).saturating_add(component.len().saturating_mul(TEXT_BYTES))
}

/// A component while it is settled.
struct Settler<'a> {
    component: &'a [SignatureId],
    judge: &'a Judge,
    load: &'a dyn Load,
    finder: Finder<'a>,
    /// The first shingles of each text that stays or may.
    heads: Vec<ShingleHead>,
    cache: Mutex<Cache>,
}

/// A text, held against the survivors before its block.
enum ComparedText {
    Goes(Removal),
    /// It matches none of them.
    May(ComponentIndex, NumberMarks, ShingleHead),
}

/// A text that may stay, and the texts of its block before it that it matches: those of them that stay decide.
struct OpenText {
    text: ComponentIndex,
    marks: NumberMarks,
    matches: Vec<(ComponentIndex, Match)>,
}

impl Settler<'_> {
    /// A text of an earlier run stays.
    fn stay(&mut self, text: ComponentIndex) -> Result<()> {
        if self.load.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let features = self.load.load(self.component[text as usize])?;
        let marks = if self.judge.is_guarded() { features.number_marks() } else { NumberMarks::default() };
        self.heads[text as usize] = features.head();
        self.finder.insert(text, marks);
        self.cache().put(text, Arc::new(features));
        Ok(())
    }

    /// Settles a block of texts.
    fn settle(&mut self, block: &[ComponentIndex]) -> Result<Vec<Removal>> {
        let compared = each(block, |&text| self.against_survivors(text))?;
        let (mut removals, mut open) = (Vec::new(), Vec::new());
        for compared in compared {
            match compared {
                ComparedText::Goes(removal) => removals.push(removal),
                ComparedText::May(text, marks, head) => {
                    self.heads[text as usize] = head;
                    open.push((text, marks));
                }
            }
        }
        let before: Vec<ComponentIndex> = open.iter().map(|&(text, _)| text).collect();
        let numbered: Vec<_> = open.into_iter().zip(0..).collect();
        let open = each(&numbered, |&((text, marks), number)| {
            Ok(OpenText { text, marks, matches: self.matches(text, marks, &before[..number])? })
        })?;
        let mut stays = Vec::new();
        for OpenText { text, marks, matches } in open {
            let matches = matches.into_iter().filter(|(other, _)| stays.contains(other));
            if let Some((survivor, found)) = matches.reduce(better) {
                removals.push(self.removal(text, &*self.features_of(text)?, survivor, found)?);
            } else {
                stays.push(text);
                self.finder.insert(text, marks);
            }
        }
        Ok(removals)
    }

    /// Holds a text against the survivors so far.
    fn against_survivors(&self, text: ComponentIndex) -> Result<ComparedText> {
        if self.load.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let features = Arc::new(self.load.load(self.component[text as usize])?);
        let marks = if self.judge.is_guarded() { features.number_marks() } else { NumberMarks::default() };
        let head = features.head();
        let others = self.finder.look_up(text, marks);
        let head_of = |other: ComponentIndex| if other == text { &head } else { &self.heads[other as usize] };
        let candidates =
            self.finder.candidates(text, marks, &others, |other| head_of(other).num_shingles())?;
        let may_match = |other: &ComponentIndex| features.may_match(head_of(*other), self.judge);
        let mut best: Option<(ComponentIndex, Match)> = None;
        let (most, mut left) =
            if self.finder.is_in_order() { (usize::MAX, 0) } else { (MAX_COMPARED, MAX_BETTER) };
        for other in candidates.into_iter().filter(may_match).take(most) {
            if best.is_some() {
                if left == 0 {
                    break;
                }
                left -= 1;
            }
            let found = features.compare(&*self.features_of(other)?, self.judge);
            best = best.into_iter().chain(found.map(|found| (other, found))).reduce(better);
        }
        if let Some((survivor, found)) = best {
            return Ok(ComparedText::Goes(self.removal(text, &features, survivor, found)?));
        }
        self.cache().put(text, features);
        Ok(ComparedText::May(text, marks, head))
    }

    /// The texts of those given that a text matches.
    fn matches(
        &self,
        text: ComponentIndex,
        marks: NumberMarks,
        before: &[ComponentIndex],
    ) -> Result<Vec<(ComponentIndex, Match)>> {
        if self.load.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let head_of = |other: ComponentIndex| &self.heads[other as usize];
        let candidates =
            self.finder.candidates(text, marks, before, |other| head_of(other).num_shingles())?;
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let features = self.features_of(text)?;
        let mut matches = Vec::new();
        for other in candidates.into_iter().filter(|other| features.may_match(head_of(*other), self.judge)) {
            matches
                .extend(features.compare(&*self.features_of(other)?, self.judge).map(|found| (other, found)));
        }
        Ok(matches)
    }

    fn removal(
        &self,
        text: ComponentIndex,
        features: &Comparable,
        survivor: ComponentIndex,
        found: Match,
    ) -> Result<Removal> {
        let numbers = NumberOverlap::of(features.numbers(), self.features_of(survivor)?.numbers());
        let (text, survivor) = (self.component[text as usize], self.component[survivor as usize]);
        Ok(Removal { text, survivor, found, numbers })
    }

    /// Poisoned only if a thread panicked, and then the run is over.
    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn features_of(&self, text: ComponentIndex) -> Result<Arc<Comparable>> {
        let kept = self.cache().get(text);
        if let Some(features) = kept {
            return Ok(features);
        }
        let features = Arc::new(self.load.load(self.component[text as usize])?);
        self.cache().put(text, features.clone());
        Ok(features)
    }
}

/// What is made of each, in order; in parallel if they are many.
fn each<T: Sync, R: Send>(all: &[T], make: impl Fn(&T) -> Result<R> + Send + Sync) -> Result<Vec<R>> {
    if all.len() < FEW { all.iter().map(make).collect() } else { all.par_iter().map(make).collect() }
}

/// The more similar one; of equals the earlier.
fn better(a: (ComponentIndex, Match), b: (ComponentIndex, Match)) -> (ComponentIndex, Match) {
    if b.1.similarity.cmp(&a.1.similarity).then(a.0.cmp(&b.0)).is_gt() { b } else { a }
}

/// Features of texts that stay or may, as many as fit: they are asked for again and again.
struct Cache {
    features: Vec<Option<Arc<Comparable>>>,
    order: VecDeque<ComponentIndex>,
    bytes: usize,
    limit: usize,
}

impl Cache {
    fn new(len: usize, limit: usize) -> Self {
        Self { features: vec![None; len], order: VecDeque::new(), bytes: 0, limit }
    }

    fn put(&mut self, text: ComponentIndex, features: Arc<Comparable>) {
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

    fn get(&self, text: ComponentIndex) -> Option<Arc<Comparable>> {
        self.features[text as usize].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::banding::Banding;
    use super::super::components::components;
    use super::super::features::Features;
    use super::super::signatures::{Signatures, Signed};
    use super::*;
    use crate::config::{Limit, NearConfig, NearPreset};
    use crate::fingerprint::{Sample, SampledTokens, Sketch, Wording, mix};
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
        fn load(&self, text: SignatureId) -> Result<Comparable> {
            let hashes = hashes(u64::from(text));
            Ok(Comparable::Whole(Features::new(hashes.len() as u64, &hashes, Wording::default())))
        }
    }

    /// Settles texts within three budgets: for sketches, for grouping, for features.
    fn removals(config: &NearConfig, [kept, budget, cached]: [usize; 3]) -> Vec<String> {
        let banding = Banding::of(config);
        let judge = Judge::new(config);
        let mut texts = Signatures::within(kept, banding.num_bins(), true);
        if judge.has_containment() {
            texts = texts.with_samples(kept);
        }
        for n in 0..4000 {
            while texts.needs_scratch() {
                texts.overflow_to(MemoryOutput::new().scratch().unwrap());
            }
            let bins = Sketch::of(&hashes(n), banding.num_bins()).unwrap().bits().collect();
            let sample = Sample::of(&SampledTokens::words(&hashes(n)));
            let signed = Signed { digest: n, bins, rank: [mix(n) % 9, 0, 0], sample };
            assert_eq!(u64::from(texts.push(n, &signed).unwrap()), n);
        }
        let banded = Banded { texts: &texts, banding, judge: &judge };
        let groups = components(banded, budget, &|| false).unwrap();
        let settled = groups.iter().flat_map(|group| settle(group, banded, &Made, cached).unwrap());
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
