//! Why a paragraph goes, as the ledger says it.

use std::collections::HashMap;

use serde::Serialize;

use super::source::SourceNames;
use crate::account::{EvidenceStore, RawJson};
use crate::decide::Finding;
use crate::decide::boilerplate::{Recurrence, Signal, Standing};
use crate::error::Result;

/// Why a paragraph goes, as the ledger says it.
#[derive(Serialize)]
struct BoilerplateEvidence<'a> {
    source: &'a str,
    /// How many of its documents have it, or lines of its class.
    documents: u32,
    /// How many of its documents were counted.
    of: u32,
    #[serde(rename = "where")]
    standing: Standing,
    signal: Signal,
}

/// Evidence that is kept once.
pub(super) struct KeptEvidence<'a> {
    evidence: &'a mut EvidenceStore,
    sources: &'a SourceNames,
    places: HashMap<(u32, Recurrence), Finding>,
}

impl<'a> KeptEvidence<'a> {
    /// Nothing is kept yet.
    pub(super) fn new(evidence: &'a mut EvidenceStore, sources: &'a SourceNames) -> Self {
        Self { evidence, sources, places: HashMap::new() }
    }

    /// Keeps why a paragraph of a source goes.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) fn keep(&mut self, source: u32, why: Recurrence) -> Result<Finding> {
        if let Some(found) = self.places.get(&(source, why)) {
            return Ok(*found);
        }
        let Recurrence { signal, num_documents, of, standing } = why;
        let name = self.sources.name(source);
        let json = BoilerplateEvidence { source: name, documents: num_documents, of, standing, signal };
        let json = RawJson::of(&json).ok(); // words and numbers only
        let found = self.evidence.keep_own(json.as_ref())?;
        self.places.insert((source, why), found);
        Ok(found)
    }
}
