//! Results of the searches that run over the whole corpus before anything is written.

use std::sync::Arc;

use super::corpus::Corpus;
use super::decider::{Basis, KnownCorpus, MARKS};
use super::recheck::Checksums;
use crate::account::EvidenceStore;
use crate::decide::Findings;
use crate::error::Result;
use crate::units::DocumentId;
use crate::write::RecordIds;

/// The result of all searches: the findings, and the knowledge that the pass after them needs.
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

/// The results of the searches before this one.
#[derive(Clone, Copy)]
pub(crate) struct Searched<'a> {
    pub(crate) known: &'a KnownCorpus,
    pub(crate) findings: &'a Findings,
}

/// The knowledge with which a search begins: the places of documents if they are known, or the means to find them.
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

/// Stores that a search fills: the ids of records, and the evidence for what goes.
pub(crate) struct Stores<'a> {
    pub(crate) ids: &'a mut RecordIds,
    pub(crate) evidence: &'a mut EvidenceStore,
}
