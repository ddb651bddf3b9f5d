//! The uids of records that have ids (contract O6): the first record of a file that has an id gets its uid by it, and
//! all others by their place. Records are formatted side by side as if none had the id of another; here, in corpus
//! order, those that do are put right.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::run::convert::own_id;
use crate::run::render::PartContent;
use crate::units::DocumentId;
use crate::write::{RecordIds, Uid, UidClaim, UidName, UsedIds, uid_in_line};

/// The ids of the container that is open.
#[derive(Debug, Default)]
pub(super) struct OpenUids {
    used: UsedIds,
    saved: Option<SavedUids>,
}

/// Saved [`OpenUids`]: the path of the container, and its first record that has an id. The ids themselves are those of
/// the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedUids {
    path: String,
    first: DocumentId,
}

impl OpenUids {
    /// Another text or container begins.
    pub(super) fn begin_unit(&mut self) {
        self.used.clear();
        self.saved = None;
    }

    /// Notes the ids of a part's records, and gives those whose ids were used before the uid of their place.
    pub(super) fn settle(&mut self, path: &str, claims: &[UidClaim], content: &mut PartContent) {
        if let (None, Some(claim)) = (&self.saved, claims.first()) {
            self.saved = Some(SavedUids { path: path.to_owned(), first: claim.document });
        }
        for claim in claims {
            if self.used.insert(claim.uid) {
                continue;
            }
            let Some(row) = claim.row else { continue };
            let uid = Uid::new(path, UidName::Record(claim.record)).to_string();
            match content {
                PartContent::Bytes { bytes, ends, .. } => {
                    let start = row.checked_sub(1).map_or(0, |before| ends[before]);
                    bytes[uid_in_line(start)].copy_from_slice(uid.as_bytes());
                }
                PartContent::Shard(rows) => rows.set_uid(row, &uid),
                PartContent::Rows(_) | PartContent::TooLong => {}
            }
        }
    }

    /// Says how to take them up.
    pub(super) fn save(&self) -> Option<SavedUids> {
        self.saved.clone()
    }

    /// Takes up what was saved; `ids` are those that were noted up to then.
    ///
    /// # Errors
    /// [`crate::Error::Output`] of the store of ids.
    pub(super) fn resume(saved: Option<SavedUids>, ids: &mut RecordIds) -> Result<Self> {
        let mut used = UsedIds::default();
        if let Some(SavedUids { path, first }) = &saved {
            for document in first.0..ids.end().0 {
                if let Some(id) = own_id(&ids.get(DocumentId(document))?) {
                    used.insert(Uid::new(path, UidName::Id(&id)));
                }
            }
        }
        Ok(Self { used, saved })
    }
}
