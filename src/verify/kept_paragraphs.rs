//! Kept paragraphs: every paragraph that the ledger does not remove, by its fingerprint and, where the ledger names it
//! as a survivor, by its place.

use std::collections::HashMap;

use hashbrown::HashTable;

use super::audit::{Audit, Difference, DifferenceKind};
use super::ids::SurvivorIds;
use super::input_scan::hash;
use crate::account::{LedgerLine, LedgerPlace, LedgerReader};
use crate::config::Config;
use crate::decide::looks_ahead;
use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::units::SourceId;

/// Where a paragraph stands that stays: two words, as there are many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeptPlace {
    /// [`key`] of its document.
    document: u64,
    /// The source, and 32 bits of the number of the paragraph.
    at: u64,
}

/// The bits of a paragraph's number in a [`KeptPlace`].
const PARAGRAPH: u64 = 0xffff_ffff;

impl KeptPlace {
    pub(super) fn new(document: u64, paragraph: u64, source: SourceId) -> Self {
        Self { document, at: u64::from(source.0) << 32 | paragraph & PARAGRAPH }
    }

    /// Whether it is this paragraph of this document.
    pub(super) fn is(self, document: u64, paragraph: u64) -> bool {
        self.document == document && self.paragraph() == paragraph & PARAGRAPH
    }

    /// Whether it is in this document.
    pub(super) fn is_of(self, document: u64) -> bool {
        self.document == document
    }

    /// The number of the paragraph.
    pub(super) fn paragraph(self) -> u64 {
        self.at & PARAGRAPH
    }

    /// The number of the source.
    pub(super) fn source(self) -> SourceId {
        SourceId((self.at >> 32) as u32)
    }
}

/// The source of a paragraph that stands in an earlier run, which is no source of this one.
pub(super) const EARLIER: SourceId = SourceId(u32::MAX);

/// [`key`] of a survivor's document, whatever run it stands in.
pub(super) fn survivor_key(survivor: &LedgerPlace<'_>) -> u64 {
    match &survivor.run {
        None => key(&survivor.path, survivor.record),
        // A NUL is in no path, and none begins with a slash.
        Some(run) => key(&format!("/{run}\0{}", survivor.path), survivor.record),
    }
}

/// A key of 64 bits that distinguishes a document from all others.
pub(super) fn key(path: &str, record: Option<u64>) -> u64 {
    let mut name = path.as_bytes().to_vec();
    if let Some(record) = record {
        name.push(0);
        name.extend_from_slice(&record.to_le_bytes());
    }
    hash(&name)
}

/// Paragraphs that stay, by fingerprint. 38 to 75 bytes each.
#[derive(Debug, Default)]
pub(super) struct KeptParagraphs(HashTable<(Fingerprint, KeptPlace)>);

impl KeptParagraphs {
    /// Where the paragraph with this fingerprint stays.
    pub(super) fn get(&self, fingerprint: Fingerprint) -> Option<KeptPlace> {
        self.0.find(fingerprint.table_hash(), |(kept, _)| *kept == fingerprint).map(|(_, place)| *place)
    }

    /// Adds a paragraph; gives back the place of one with the same fingerprint that stays already.
    pub(super) fn insert(&mut self, fingerprint: Fingerprint, place: KeptPlace) -> Option<KeptPlace> {
        let entry = self.0.entry(
            fingerprint.table_hash(),
            |(kept, _)| *kept == fingerprint,
            |(kept, _)| kept.table_hash(),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(kept) => Some(kept.get().1),
            hashbrown::hash_table::Entry::Vacant(free) => {
                free.insert((fingerprint, place));
                None
            }
        }
    }

    /// Takes a paragraph out again: its document turned out to be bad.
    pub(super) fn remove(&mut self, fingerprint: Fingerprint) {
        if let Ok(entry) = self.0.find_entry(fingerprint.table_hash(), |(kept, _)| *kept == fingerprint) {
            entry.remove();
        }
    }

    /// Forgets everything: another document begins, and each is for itself.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// A document that was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WholeDocument {
    /// 64 bits of its fingerprint.
    pub(super) digest: u64,
    pub(super) num_paragraphs: u64,
}

/// A document of which the ledger speaks as a whole.
#[derive(Debug, Clone, Copy, Default)]
struct DocumentClaim {
    /// Whether the ledger removes the document.
    goes: bool,
    /// The document as it was read, once it was.
    whole: Option<WholeDocument>,
}

/// Claims of the ledger about near-duplicates, whole documents and ids, and the facts to check them against. Survivors may
/// come after what goes for them: the ledger is read before the input, to know where to look, and again in the end. 16
/// to 48 bytes a line.
#[derive(Debug, Default)]
pub(super) struct LedgerClaims {
    documents: HashMap<u64, DocumentClaim>,
    /// Paragraphs by document and number: whether they stay.
    paragraphs: HashMap<(u64, u64), bool>,
    is_any: bool,
    /// The ids of what stays.
    ids: SurvivorIds,
}

impl LedgerClaims {
    /// Reads the claims of a ledger.
    pub(super) fn read(file: &std::path::Path, config: &Config) -> Result<Self> {
        let mut wanted = Self::default();
        let is_ahead = looks_ahead(&config.decide);
        for line in LedgerReader::open(file)? {
            let LedgerLine { path, record, rule, survivor, .. } = line?;
            if let Some(survivor) = &survivor {
                wanted.ids.add(survivor);
            }
            if !is_ahead {
                continue;
            }
            let survivor = survivor.filter(|survivor| survivor.run.is_none());
            let survivor = survivor.map(|survivor| (key(&survivor.path, survivor.record), survivor.first));
            if rule.is_of_documents() {
                wanted.documents.entry(key(&path, record)).or_default().goes = true;
                if let Some((document, _)) = survivor {
                    wanted.documents.entry(document).or_default();
                }
            } else if let Some(paragraph) = survivor.filter(|_| !rule.is_one_for_one()) {
                wanted.paragraphs.insert(paragraph, false);
            }
        }
        wanted.is_any = !wanted.documents.is_empty() || !wanted.paragraphs.is_empty();
        Ok(wanted)
    }

    /// Notes a paragraph that stays.
    pub(super) fn note_paragraph(&mut self, document: u64, paragraph: u64) {
        if !self.paragraphs.is_empty()
            && let Some(stays) = self.paragraphs.get_mut(&(document, paragraph))
        {
            *stays = true;
        }
    }

    /// Forgets the paragraphs of a document: it turned out to be bad.
    pub(super) fn forget(&mut self, document: u64) {
        let of_it = self.paragraphs.iter_mut().filter(|((owner, _), _)| *owner == document);
        for (_, stays) in of_it {
            *stays = false;
        }
    }

    /// Whether documents are to be noted.
    pub(super) fn has_documents(&self) -> bool {
        !self.documents.is_empty()
    }

    /// Notes a document that was read to its end.
    pub(super) fn note_document(&mut self, document: u64, whole: WholeDocument) {
        if let Some(noted) = self.documents.get_mut(&document) {
            noted.whole = Some(whole);
        }
    }

    /// Notes the id of a record.
    pub(super) fn note_id(&mut self, document: u64, id: &[u8]) {
        self.ids.note(document, id);
    }

    /// Checks what the ledger says against what was seen.
    pub(super) fn check(&self, file: &std::path::Path, audit: &mut Audit) -> Result<()> {
        self.ids.check(file, audit)?;
        if !self.is_any {
            return Ok(());
        }
        for (line, number) in LedgerReader::open(file)?.zip(1_u64..) {
            let line = line?;
            if let Some(survivor) = &line.survivor
                && let Some(why) = self.fault(&line, survivor)
            {
                let survivor = match survivor.record {
                    Some(record) => format!("{}#{record}", survivor.path),
                    None => survivor.path.to_string(),
                };
                audit.add(Difference {
                    kind: DifferenceKind::Ledger,
                    path: line.path.into_owned(),
                    record: line.record,
                    line: None,
                    paragraph: Some(line.first),
                    what: format!("line {number} of the ledger: {why}: {survivor}"),
                });
            }
        }
        Ok(())
    }

    fn fault(&self, line: &LedgerLine<'_>, place: &LedgerPlace<'_>) -> Option<&'static str> {
        let survivor = key(&place.path, place.record);
        // Of documents of earlier runs the index is believed.
        if line.rule.is_one_for_one() || place.run.is_some() {
            return None;
        }
        if !line.rule.is_of_documents() {
            let stays = self.paragraphs.get(&(survivor, place.first));
            return (stays != Some(&true))
                .then_some("the paragraph that should be kept in its place is not kept");
        }
        let own = key(&line.path, line.record);
        let noted = |key| self.documents.get(&key).copied().unwrap_or_default();
        let DocumentClaim { goes, whole: Some(twin) } = noted(survivor) else {
            return Some("the inputs do not have the document that should be kept in its place");
        };
        if goes || survivor == own {
            return Some("the document that should be kept in its place is removed itself");
        }
        if place.first != 0 || place.last.checked_add(1) != Some(twin.num_paragraphs) {
            return Some("these are not all paragraphs of the document that is kept in its place");
        }
        let is_copy = noted(own).whole.is_some_and(|own| own == twin);
        if line.rule.is_exact() && !is_copy {
            return Some("it is not a copy of the document that is kept in its place");
        }
        None
    }
}
