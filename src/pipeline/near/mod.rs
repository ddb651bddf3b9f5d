//! The passes that find near-duplicates before anything is written: *survey* reads everything and keeps a sketch
//! of every text; what meets no other is done with. *Collect* reads again what is left and keeps, on disk, what
//! it is compared by. Then each group is settled by itself. Documents come first; paragraphs are those of the
//! documents that stay, and no copies.

mod collect;
mod rank;
mod survey;

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::drive::Corpus;
use super::recheck::Reading;
use super::settle::Decider;
use super::spill::tell;
use crate::config::Config;
use crate::decide::near::{
    self, Banding, Documents, Finding, Findings, Judge, Load, Removal, SignatureId, Signatures,
};
use crate::decide::{Copies, Exact, Places};
use crate::error::{Error, Result};
use crate::observe::Stage;
use crate::units::Ordinal;
use crate::write::{EvidenceStore, RecordIds};

use collect::Collected;
use survey::Survey;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Units {
    Documents,
    Paragraphs,
}

/// What the search came to.
pub(super) struct Search {
    /// Where everything stands.
    pub(super) places: Places,
    /// What goes.
    pub(super) findings: Findings,
    /// What every document was.
    pub(super) reading: Arc<Reading>,
}

/// What decides in the pass after a search, or in the only one if nothing was searched for.
pub(super) fn decider<'a>(search: Option<&'a Search>, config: &Config) -> Decider<'a> {
    let copies = Copies::Live(Exact::new(config.decide.scope));
    match search {
        None => Decider::new(copies),
        Some(search) => Decider::again(copies, &search.places, Some(&search.findings))
            .checking(Arc::clone(&search.reading)),
    }
}

/// Searches the corpus, if near-duplicates are to go. The ids of records, and why texts go, are kept for the ledger.
pub(super) fn search(
    corpus: &Corpus<'_>,
    ids: &mut RecordIds,
    evidence: &mut EvidenceStore,
) -> Result<Option<Search>> {
    let config = &corpus.config.decide.near;
    if config.units.is_none() {
        return Ok(None);
    }
    let banding = Banding::of(config);
    let mut findings = Findings::default();
    let mut known = None;
    let mut reading = None;
    if config.has_documents() {
        corpus.observer.begun(Stage::Sketching);
        let (survey, (places, noted)) = survey::documents(corpus, banding, ids)?;
        reading = noted;
        let Survey { texts, texts_of } = survey;
        let removed = settle(corpus, (&texts, banding), Units::Documents, &places, evidence)?;
        findings.set_documents(Documents::new(texts_of, texts, removed));
        known = Some(places);
    }
    if config.has_paragraphs() {
        corpus.observer.begun(Stage::Sketching);
        let earlier =
            known.as_ref().zip(reading.clone()).map(|(places, reading)| (places, &findings, reading));
        let (texts, (places, noted)) = survey::paragraphs(corpus, banding, earlier, ids)?;
        reading = reading.or(noted);
        let places = known.take().unwrap_or(places);
        let removed = settle(corpus, (&texts, banding), Units::Paragraphs, &places, evidence)?;
        let mut removed: Vec<(Ordinal, Finding)> =
            removed.into_iter().map(|(text, found)| (Ordinal(texts.best(text)), found)).collect();
        removed.sort_unstable_by_key(|(place, _)| *place);
        findings.set_paragraphs(removed);
        known = Some(places);
    }
    corpus.observer.begun(Stage::Cleaning);
    let (Some(places), Some(reading)) = (known, reading) else { return Ok(None) };
    Ok(Some(Search { places, findings, reading }))
}

/// Groups settled before their evidence is written down.
const BATCH: usize = 4096;

/// Finds the texts that go, sorted.
fn settle(
    corpus: &Corpus<'_>,
    (texts, banding): (&Signatures, Banding),
    units: Units,
    places: &Places,
    evidence: &mut EvidenceStore,
) -> Result<Vec<(SignatureId, Finding)>> {
    let components = near::components(texts, banding);
    if components.is_empty() {
        return Ok(Vec::new());
    }
    corpus.observer.begun(Stage::Comparing);
    let store = Store(Mutex::new(collect::collect(corpus, (texts, &components), units, places)?));
    let judge = Judge::new(&corpus.config.decide.near);
    let mut removed = Vec::new();
    for batch in components.chunks(BATCH) {
        if corpus.observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let settled: Result<Vec<Vec<Removal>>> = batch
            .par_iter()
            .map(|component| near::settle(component, (texts, banding), &judge, &store))
            .collect();
        for Removal { text, survivor, found, numbers } in settled?.into_iter().flatten() {
            removed.push((text, evidence.keep(texts.best(survivor), found, numbers)?));
        }
    }
    removed.sort_unstable_by_key(|(text, _)| *text);
    Ok(removed)
}

/// What was collected, for all groups at once.
struct Store(Mutex<Collected>);

impl Load for Store {
    fn load(&self, text: SignatureId) -> Result<near::Features> {
        let mut bytes = Vec::new();
        // Poisoned only if a read panicked, and then the run is over.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read(text, &mut bytes)?;
        Ok(near::Features::decode(&bytes).unwrap_or_default())
    }
}
