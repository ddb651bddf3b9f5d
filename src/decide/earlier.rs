//! Paragraphs of earlier runs, as deciding looks them up. [`crate::index`] answers through these traits.

use crate::error::Result;
use crate::fingerprint::Fingerprint;

/// Paragraphs of earlier runs. They come before every paragraph of this run.
pub(crate) trait Earlier: Sync {
    /// The entries whose first eight bytes, as a big-endian number, are in a range, in ascending order.
    ///
    /// # Errors
    /// [`crate::Error`] if they cannot be read.
    fn entries(&self, first: u64, last: u64) -> Result<Box<dyn EarlierEntries + '_>>;

    /// Where a place is.
    ///
    /// # Errors
    /// [`crate::Error`] if that cannot be read.
    fn locate(&self, place: u64) -> Result<EarlierPlace>;
}

/// Where a paragraph of an earlier run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EarlierPlace {
    /// Name of the run.
    pub run: String,
    /// Path of its document, as the ledger spells it.
    pub path: String,
    /// Number of the record, if it is one.
    pub record: Option<u64>,
    /// Index of the paragraph in the document.
    pub paragraph: u64,
    /// The place after the last paragraph of the document.
    pub document_end: u64,
}

/// The bit of what stays that says that it is a document of an earlier run: below it stands the place of its first
/// paragraph. No run has so many documents, and no index so many places.
const EARLIER_DOCUMENT: u64 = 1 << 60;

/// A document of an earlier run as what stays, by the place of its first paragraph.
pub(crate) fn earlier_document(place: u64) -> u64 {
    EARLIER_DOCUMENT | place
}

/// The place of the first paragraph of what stays, if it is a document of an earlier run.
#[inline]
pub(crate) fn earlier_place(member: u64) -> Option<u64> {
    (member & EARLIER_DOCUMENT != 0).then_some(member & !EARLIER_DOCUMENT)
}

/// Entries in ascending order.
pub(crate) trait EarlierEntries {
    /// The next: a fingerprint and its place among what earlier runs left.
    ///
    /// # Errors
    /// [`crate::Error`] if it cannot be read.
    fn next_entry(&mut self) -> Result<Option<(Fingerprint, u64)>>;
}

/// The first entry that is not before `fingerprint`, from `entry` on.
pub(super) fn advance(
    entries: &mut dyn EarlierEntries,
    mut entry: Option<(Fingerprint, u64)>,
    fingerprint: Fingerprint,
) -> Result<Option<(Fingerprint, u64)>> {
    while entry.is_none_or(|(entry, _)| entry < fingerprint) {
        entry = entries.next_entry()?;
        if entry.is_none() {
            return Ok(Some((Fingerprint::from_bytes([u8::MAX; 16]), NONE)));
        }
    }
    Ok(entry)
}

/// The place of no entry: there is none any more.
pub(super) const NONE: u64 = u64::MAX;
