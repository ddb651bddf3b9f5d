//! The passes that find near-duplicates before anything is written: *sketch* reads everything and keeps a sketch
//! of every text; what meets no other is done with. *Features* reads again what is left and keeps, on disk, what
//! it is compared by. Then each group is settled by itself. Documents come first; paragraphs are those of the
//! documents that stay, and no copies.
//!
//! # Memory
//! What grows with the corpus, in bytes; what is not said to go stays until OUT is written.
//!
//! | of each | bytes | until |
//! |---|---:|---|
//! | document | 4 (what it was: [`super::recheck::Checksums`]), and 4 if documents are compared | |
//! | distinct text of a document | 8 | |
//! | distinct text | 21 to 28 in all (`--keep` but `first`: 53 to 60) | its kind is done with |
//! | its sketch in memory | 2 a bin: 192 (preset `strict`), 216 at most (`news`, `syndication`) | its kind is done with |
//! | its sketch on disk | 4 | its kind is done with |
//! | its sample, under `--containment` | 6, and 5 a key in memory: all windows as far as 128, of a long text one in 8, and one in 4 of those that begin with a word | its kind is done with |
//! | distinct text, while groups are made | 4.2, and 12 if it is in one | groups are made |
//! | text in a group | 4, and 45 to 73 while groups are settled; 8 a group | its kind is done with |
//! | text that goes | 32 | |
//!
//! (The 8 of a document's text are among the 21 to 28. Vectors that grow may have room for as much again, which is not
//! touched.) On disk: 4 a bin of a sketch and a key of a sample that are there, and 4 a shingle and 4 a token of a text in
//! a group.
//!
//! Where an index is used ([`super::history`]), texts are compared by what it keeps of them, and the second reading is
//! left out. The texts of earlier runs are texts like those of this run; each takes 11 bytes more, and 2 a bin, 5 a key and
//! 9 a number or so as far as there is room.
//!
//! Beside these, under a ceiling: sketches that stay in memory, the sort that groups texts, and groups that are settled
//! at once, each within half of [`near_budget`]; and before them the paragraphs of a long text that is not yet read to
//! its end, within a quarter. Sort and groups exceed it only where a single thing does: a sixteenth of
//! all texts (16 bytes each), or a 64th of all keys (16 bytes each, and 12 a pair that shares one); the texts of one key of a
//! band; one group ([`near::num_bytes`]: up to 110 a band or 24 a key, and 2 a bin if sketches are on disk, and 2.2 kB, for
//! each of its texts; and what is told of those that go). A text's
//! features are held whole while it is compared: 4 a shingle and 4 a token, and of either a million at most; and 16 to
//! 32 a token of both while two are aligned.

mod features;
mod pending;
mod rank;
mod sketch;

pub(super) use rank::value_of;

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::ceiling::{FIXED, above_fixed};
use super::corpus::Corpus;
use super::decider::KnownCorpus;
use super::found::{Search, Searched, Stores};
use super::overflow::report;
use crate::account::EvidenceStore;
use crate::config::{Config, Keep};
use crate::decide::near::{
    self, Banded, Banding, Comparable, Components, Judge, Load, Removal, SignatureId, Signatures,
};
use crate::decide::{DocumentTexts, Finding, Places, Rule};
use crate::error::{Error, Result};
use crate::observe::{Observer, Stage};
use crate::units::{self, Ordinal, count};

use features::FeatureStore;
use sketch::DocumentSketches;

/// The units that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ComparedUnits {
    Documents,
    Paragraphs,
}

/// Searches the corpus, if near-duplicate documents are to go. What was `found` before stays found: documents that go
/// already are not compared.
///
/// # Errors
/// Any [`Error`].
pub(crate) fn documents(corpus: &Corpus<'_>, found: Search, stores: &mut Stores<'_>) -> Result<Search> {
    let config = &corpus.config.decide.near;
    let Search { mut findings, mut known } = found;
    let banding = Banding::of(config);
    let judge = Judge::new(config);
    if config.has_documents() {
        corpus.observer.begun(Stage::Sketching);
        let before = known.as_ref().map(|known| Searched { known, findings: &findings });
        let (sketches, numbered) = sketch::documents(corpus, banding, before, stores.ids)?;
        known = known.or(numbered);
        let DocumentSketches { texts, texts_of } = sketches;
        let banded = Banded { texts: &texts, banding, judge: &judge };
        let compared = Compared { banded, units: ComparedUnits::Documents };
        let Some(KnownCorpus { places, .. }) = &known else { return Ok(Search { findings, known }) };
        let removed = settle(corpus, &compared, places, stores.evidence)?;
        if let Some(history) = corpus.history {
            history.keep_texts(&texts, &removed, places, corpus.output)?;
        }
        findings.add_texts(DocumentTexts::new(texts_of, texts.into_best()), Rule::NearDocument, removed);
    }
    Ok(Search { findings, known })
}

/// Searches the documents that stay, if near-duplicate paragraphs are to go. Paragraphs that go already are not compared.
///
/// # Errors
/// Any [`Error`].
pub(crate) fn paragraphs(corpus: &Corpus<'_>, found: Search, stores: &mut Stores<'_>) -> Result<Search> {
    let config = &corpus.config.decide.near;
    let Search { mut findings, mut known } = found;
    let banding = Banding::of(config);
    let judge = Judge::new(config);
    if config.has_paragraphs() {
        corpus.observer.begun(Stage::Sketching);
        let before = known.as_ref().map(|known| Searched { known, findings: &findings });
        let (texts, numbered) = sketch::paragraphs(corpus, banding, before, stores.ids)?;
        known = known.or(numbered);
        let banded = Banded { texts: &texts, banding, judge: &judge };
        let compared = Compared { banded, units: ComparedUnits::Paragraphs };
        let Some(KnownCorpus { places, .. }) = &known else { return Ok(Search { findings, known }) };
        let removed = settle(corpus, &compared, places, stores.evidence)?;
        let mut removed: Vec<(Ordinal, Finding)> =
            removed.into_iter().map(|(text, found)| (Ordinal(texts.best(text)), found)).collect();
        removed.sort_unstable_by_key(|(place, _)| *place);
        findings.add_paragraphs(Rule::NearParagraph, removed);
    }
    Ok(Search { findings, known })
}

/// Texts of one kind, as they are compared.
struct Compared<'a> {
    banded: Banded<'a>,
    units: ComparedUnits,
}

/// Bytes of memory for what is compared: half of what the ceiling leaves beside the batches that are read, and enough
/// to work with.
///
/// One half is for sketches, the other for the sort that groups texts and then for the groups that are settled.
fn near_budget(config: &Config) -> usize {
    const LEAST: usize = 1024 * 1024;
    let budget = config.memory.map_or(u64::MAX, |memory| above_fixed(memory) / 2);
    units::index(budget).max(LEAST)
}

/// Most bytes of a distinct text that stay in memory whatever there is of it, those of its rank, and those of its sample.
const TEXT_BYTES: u64 = 28;
const RANK_BYTES: u64 = 32;
const SAMPLE_BYTES: u64 = 6;
/// Those of its length and of where its numbers are, if an index is used.
const DETAIL_BYTES: u64 = 11;

/// Checks that the memory for `num_texts` distinct texts fits below the ceiling, if there is one: within half of what
/// is above the [`FIXED`] part, and within a quarter if prints of paragraphs are in memory too.
fn check_texts(config: &Config, num_texts: usize) -> Result<()> {
    let Some(memory) = config.memory.filter(|memory| memory / 2 >= FIXED) else { return Ok(()) };
    let near = &config.decide.near;
    let share = if near.has_paragraphs() { 4 } else { 2 };
    let rank = if near.keep == Keep::First { 0 } else { RANK_BYTES };
    let sample = if Judge::new(near).has_containment() { SAMPLE_BYTES } else { 0 };
    let has_index = config.history.index.is_some() || !config.history.against.is_empty();
    let each = TEXT_BYTES + rank + sample + if has_index { DETAIL_BYTES } else { 0 };
    let needed = count(num_texts).saturating_mul(each);
    if needed <= above_fixed(memory) / share {
        return Ok(());
    }
    Err(Error::Config(format!(
        "memory {memory}: near-duplicates take {each} bytes for each of more than {num_texts} texts, whatever else is on \
         disk; give more, or clean the inputs in several runs"
    )))
}

/// Groups settled before their evidence is written down; fewer if they do not fit.
const BATCH: usize = 4096;

/// Most bytes of features that are kept of a group while it is settled: they are asked for again and again.
const CACHED_BYTES: usize = 32 * 1024 * 1024;

/// Finds the texts that go, sorted.
fn settle(
    corpus: &Corpus<'_>,
    compared: &Compared<'_>,
    places: &Places,
    evidence: &mut EvidenceStore,
) -> Result<Vec<(SignatureId, Finding)>> {
    let banded = compared.banded;
    let budget = near_budget(corpus.config) / 2;
    let components = near::components(banded, budget, &|| corpus.observer.is_cancelled())?;
    if components.is_empty() {
        return Ok(Vec::new());
    }
    corpus.observer.begun(Stage::Comparing);
    let collected = if corpus.history.is_some() {
        Collected::InTexts(banded.texts)
    } else {
        Collected::OnDisk(features::keep_features(corpus, compared, &components, places)?.into())
    };
    let cached = CACHED_BYTES.min(budget / 8);
    let batches = batches(&components, &collected, cached, budget, |group| near::num_bytes(group, banded));
    let store = SharedFeatures { collected, observer: corpus.observer };
    let mut removed = Vec::new();
    corpus.observer.begun(Stage::Settling);
    corpus.observer.settling(count(components.texts().len()));
    let mut groups = components.iter();
    for batch in batches {
        let groups: Vec<&[SignatureId]> = groups.by_ref().take(batch).collect();
        let settled: Result<Vec<Vec<Removal>>> =
            groups.par_iter().map(|group| near::settle(group, banded, &store, cached)).collect();
        for Removal { text, survivor, found, numbers } in settled?.into_iter().flatten() {
            removed.push((text, evidence.keep(banded.texts.best(survivor), found, numbers)?));
        }
    }
    removed.sort_unstable_by_key(|(text, _)| *text);
    Ok(removed)
}

/// Numbers of groups that are settled together, as all of them may be held at once: a thread that waits for the texts of
/// one begins another. A group that does not fit is settled alone.
fn batches(
    components: &Components,
    collected: &Collected<'_>,
    cached: usize,
    budget: usize,
    num_bytes: impl Fn(&[SignatureId]) -> usize,
) -> Vec<usize> {
    let mut batches = Vec::new();
    let (mut batch, mut bytes) = (0, 0_usize);
    for group in components.iter() {
        let features = collected.num_bytes(group).saturating_mul(2).min(cached.saturating_mul(2));
        let own = num_bytes(group).saturating_add(features);
        if batch == BATCH || batch > 0 && bytes.saturating_add(own) > budget {
            batches.push(batch);
            (batch, bytes) = (0, 0);
        }
        batch += 1;
        bytes = bytes.saturating_add(own);
    }
    batches.push(batch);
    batches
}

/// Where it stands what texts are compared by.
enum Collected<'a> {
    /// Their features, in a store.
    OnDisk(Mutex<FeatureStore>),
    /// What an index keeps of them, with their sketches.
    InTexts(&'a Signatures),
}

/// Bytes of what an index keeps of a text while it is compared, about.
const SYNOPSIS_BYTES: usize = 2048;

impl Collected<'_> {
    fn num_bytes(&self, group: &[SignatureId]) -> usize {
        match self {
            Self::OnDisk(store) => store.lock().unwrap_or_else(PoisonError::into_inner).num_bytes(group),
            Self::InTexts(_) => group.len().saturating_mul(SYNOPSIS_BYTES),
        }
    }
}

/// What all texts are compared by, shared by the groups that are settled in parallel.
struct SharedFeatures<'a> {
    collected: Collected<'a>,
    observer: &'a dyn Observer,
}

impl Load for SharedFeatures<'_> {
    fn load(&self, text: SignatureId) -> Result<Comparable> {
        match &self.collected {
            Collected::OnDisk(store) => {
                let mut bytes = Vec::new();
                // Poisoned only if a read panicked, and then the run is over.
                store.lock().unwrap_or_else(PoisonError::into_inner).read(text, &mut bytes)?;
                Ok(Comparable::Whole(near::Features::decode(&bytes).unwrap_or_default()))
            }
            Collected::InTexts(texts) => {
                let synopsis = texts.synopsis(text)?;
                Ok(Comparable::Synopsis(
                    synopsis.expect("details are kept of all texts where an index is used"),
                ))
            }
        }
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }

    fn settled(&self, num_texts: usize) {
        self.observer.settled(count(num_texts));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets() {
        let of = |memory| near_budget(&Config { memory, ..Config::default() });
        assert_eq!(of(None), usize::MAX);
        assert_eq!((of(Some(0)), of(Some(256 << 20))), (1 << 20, 72 << 20));
        assert_eq!(of(Some(1 << 30)), 456 << 20);
        assert_eq!(of(Some(u64::MAX)), usize::try_from(u64::MAX / 2 - (56 << 20)).unwrap());
    }
}
