//! Earlier runs: whether what is said to stand in one does, by their indexes.

use crate::account::LedgerPlace;
use crate::config::Config;
use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::index::IndexReader;
use crate::store::{index_file, path};

/// The indexes of a configuration.
pub(super) struct EarlierRuns(Vec<IndexReader>);

impl EarlierRuns {
    pub(super) fn open(config: &Config) -> Result<Self> {
        let history = &config.history;
        let open = |path: &std::path::PathBuf| {
            let reader = IndexReader::open(index_file::open_for_reading(path)?, path)?;
            reader.check_use(config)?;
            Ok(reader)
        };
        history.against.iter().chain(&history.index).map(open).collect::<Result<_>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the claim that a paragraph of this fingerprint is number `told` of `place`, and returns the fault if it
    /// is wrong. Cost: a block of each index.
    pub(super) fn fault_of(
        &self,
        fingerprint: Fingerprint,
        place: &LedgerPlace<'_>,
        told: u64,
    ) -> Result<Option<String>> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut high = [0; 8];
        high.copy_from_slice(&fingerprint.as_bytes()[..8]);
        let high = u64::from_be_bytes(high);
        for reader in &self.0 {
            for entry in reader.entries(high..=high) {
                let entry = entry?;
                if entry.fingerprint != fingerprint {
                    continue;
                }
                let found = reader.locate(entry.place)?;
                let run = reader.runs().get(found.run).map(|run| run.name.as_str());
                if run == place.run.as_deref()
                    && path::lossless(&found.path) == place.path
                    && (found.record, found.paragraph) == (place.record, told)
                {
                    return Ok(None);
                }
            }
        }
        Ok(Some("no index has it at this place".to_owned()))
    }
}
