//! What passes over the whole corpus found before anything is written.

use std::sync::Arc;

use super::corpus::Corpus;
use super::decider::{Basis, KnownCorpus, MARKS};
use super::recheck::Checksums;
use crate::account::EvidenceStore;
use crate::decide::Findings;
use crate::error::Result;
use crate::units::DocumentId;
use crate::write::RecordIds;

/// What was found: what goes, and what the pass that carries it out needs to know.
#[derive(Default)]
pub(crate) struct Search {
    pub(crate) findings: Findings,
    pub(crate) known: Option<KnownCorpus>,
}

impl Search {
    /// The findings, if anything was searched for, and what the pass that carries them out begins with.
    pub(crate) fn basis(self) -> (Option<Findings>, impl for<'f> FnOnce(Option<&'f Findings>) -> Basis<'f>) {
        let Self { findings, known } = self;
        let findings = known.is_some().then_some(findings);
        (findings, |findings| known.map_or(Basis::Nothing(None), |known| Basis::Searched(known, findings)))
    }
}

/// What was found before a search begins.
#[derive(Clone, Copy)]
pub(crate) struct Searched<'a> {
    pub(crate) known: &'a KnownCorpus,
    pub(crate) findings: &'a Findings,
}

/// What a pass begins with that comes before the one that writes: where everything stands, if that is known, or to find
/// it.
///
/// # Errors
/// [`crate::Error::Output`].
pub(super) fn basis<'a>(corpus: &Corpus<'_>, before: Option<Searched<'a>>) -> Result<Basis<'a>> {
    Ok(match before {
        None => Basis::Nothing(Some(Checksums::new(corpus.output.store(MARKS)?, DocumentId(0)))),
        Some(Searched { known: KnownCorpus { places, checksums }, findings }) => {
            Basis::Borrowed { places, checksums: Some(Arc::clone(checksums)), findings: Some(findings) }
        }
    })
}

/// What a search writes down: the ids of records, and why texts go.
pub(crate) struct Stores<'a> {
    pub(crate) ids: &'a mut RecordIds,
    pub(crate) evidence: &'a mut EvidenceStore,
}
