//! The ids that the ledger gives what stays: each is that of the record that stands there.
//!
//! The ledger is read before, for the records to look at. Only where an id is not as it should be is it read again, for
//! the lines to name. Memory: 24 to 48 bytes a record that stays for another.

use std::collections::HashMap;
use std::path::Path;

use super::audit::{Audit, Difference, DifferenceKind};
use super::input_scan::hash;
use super::kept_paragraphs::key;
use crate::account::{LedgerPlace, LedgerReader};
use crate::error::Result;

/// A record that stays for another.
#[derive(Debug, Clone, Copy)]
struct Named {
    /// 64 bits of its id, as a line says it.
    told: u64,
    /// The id's hash as it is, once the record was read.
    actual: Option<u64>,
}

/// The records that stay for others, by [`key`].
#[derive(Debug, Default)]
pub(super) struct SurvivorIds {
    records: HashMap<u64, Named>,
    is_wrong: bool,
}

/// 64 bits of the id that a line gives what stays.
fn told(survivor: &LedgerPlace<'_>) -> u64 {
    hash(survivor.id.as_ref().map_or("", |id| id.json()).as_bytes())
}

/// Whether what stays may have an id: a text has none, and of earlier runs none is known.
fn may_have(survivor: &LedgerPlace<'_>) -> bool {
    survivor.record.is_some() && survivor.run.is_none()
}

impl SurvivorIds {
    /// A line says that this stays.
    pub(super) fn add(&mut self, survivor: &LedgerPlace<'_>) {
        if !may_have(survivor) {
            self.is_wrong |= survivor.id.is_some();
            return;
        }
        let told = told(survivor);
        let named =
            self.records.entry(key(&survivor.path, survivor.record)).or_insert(Named { told, actual: None });
        self.is_wrong |= named.told != told;
    }

    /// A record of this id is read.
    pub(super) fn note(&mut self, record: u64, id: &[u8]) {
        if let Some(named) = self.records.get_mut(&record) {
            let id = hash(id);
            named.actual = Some(id);
            self.is_wrong |= named.told != id;
        }
    }

    /// Names the lines whose ids are not those of what stays.
    pub(super) fn check(&self, ledger: &Path, audit: &mut Audit) -> Result<()> {
        if !self.is_wrong {
            return Ok(());
        }
        for (line, number) in LedgerReader::open(ledger)?.zip(1_u64..) {
            let line = line?;
            let Some(survivor) = &line.survivor else { continue };
            let is_right = if may_have(survivor) {
                let named = self.records.get(&key(&survivor.path, survivor.record));
                // What is not there is told elsewhere.
                named.and_then(|named| named.actual).is_none_or(|actual| actual == told(survivor))
            } else {
                survivor.id.is_none()
            };
            if !is_right {
                let what = format!(
                    "line {number} of the ledger, of paragraphs {}-{}: the id of the survivor is not that of {}",
                    line.first, line.last, survivor.path
                );
                let (path, record) = (line.path.to_string(), line.record);
                let (kind, paragraph) = (DifferenceKind::Ledger, Some(line.first));
                audit.add(Difference { kind, path, record, line: None, paragraph, what });
            }
        }
        Ok(())
    }
}
