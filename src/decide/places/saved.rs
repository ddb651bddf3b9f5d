//! Places on disk, for a run that may have to go on after it was cut short: each time what came since the last time.

use serde::{Deserialize, Serialize};

use super::{BLOCK, OwnerStart, Places};
use crate::units::{Ordinal, count};

/// How much of [`Places`] is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct SavedPlaces {
    documents: u64,
    sources: usize,
    members: usize,
    end: u64,
}

/// Most documents, sources and members of a piece: a megabyte or two.
const MOST: usize = 65_536;

impl Places {
    /// Encodes the places that were added since `saved`. Returns the new mark and the bytes to append. A long addition
    /// comes in several parts: call this until [`Self::is_saved`]. Places that are saved must not be retracted later.
    pub(crate) fn save(&self, saved: SavedPlaces) -> (SavedPlaces, Vec<u8>) {
        let mut bytes = Vec::new();
        let mut word = |word: u64| bytes.extend_from_slice(&word.to_le_bytes());
        let documents = saved.documents..self.num_documents.min(saved.documents + count(MOST));
        word(documents.end - documents.start);
        let number = self.blocks.partition_point(|block| block.first_document <= documents.start);
        for block in self.blocks.iter().skip(number.saturating_sub(1)) {
            if block.first_document >= documents.end {
                break;
            }
            for (document, start) in (block.first_document..).zip(&block.starts) {
                if documents.contains(&document) {
                    word(block.base + u64::from(*start));
                }
            }
        }
        let sources = saved.sources..self.sources.len().min(saved.sources + MOST);
        word(count(sources.len()));
        self.sources[sources.clone()].iter().for_each(|unit| word(unit.0));
        let members = saved.members..self.members.len().min(saved.members + MOST);
        word(count(members.len()));
        for (number, (unit, end)) in members.clone().zip(&self.members[members.clone()]) {
            let start = number.checked_sub(1).map_or(0, |before| self.members[before].1);
            let path = &self.paths[start..*end];
            bytes.extend_from_slice(&unit.0.to_le_bytes());
            bytes.extend_from_slice(&count(path.len()).to_le_bytes());
            bytes.extend_from_slice(path);
        }
        let (documents, sources, members) = (documents.end, sources.end, members.end);
        (SavedPlaces { documents, sources, members, end: self.end }, bytes)
    }

    /// Whether all there is is saved.
    pub(crate) fn is_saved(&self, saved: SavedPlaces) -> bool {
        self.mark() == saved
    }

    /// How much there is.
    fn mark(&self) -> SavedPlaces {
        let (sources, members) = (self.sources.len(), self.members.len());
        SavedPlaces { documents: self.num_documents, sources, members, end: self.end }
    }

    /// Resumes from the bytes that [`Self::save`] gave, in the same order; `None` if they are not those.
    pub(crate) fn resume(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = bytes;
        for _ in 0..take(&mut rest)? {
            self.push_document(Ordinal(take(&mut rest)?));
        }
        for _ in 0..take(&mut rest)? {
            self.sources.push(OwnerStart(take(&mut rest)?));
        }
        for _ in 0..take(&mut rest)? {
            let unit = OwnerStart(take(&mut rest)?);
            let len = usize::try_from(take(&mut rest)?).ok()?;
            self.paths.extend_from_slice(rest.split_off(..len)?);
            self.members.push((unit, self.paths.len()));
        }
        rest.is_empty().then_some(())
    }

    /// Ends the resume: returns `None` if the places do not end as `saved` says.
    pub(crate) fn end_resume(&mut self, saved: SavedPlaces) -> Option<()> {
        self.end = saved.end;
        debug_assert!(self.blocks.iter().all(|block| block.starts.len() <= BLOCK));
        (self.mark() == saved).then_some(())
    }
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let word = bytes.split_off(..8)?;
    Some(u64::from_le_bytes(word.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::OwnerKind;
    use super::*;
    use crate::units::DocumentId;

    #[test]
    fn places_come_back() {
        let mut places = Places::default();
        let (mut saved, mut pieces) = (SavedPlaces::default(), Vec::new());
        let mut place = 0;
        for n in 0..9000_u64 {
            match n % 1000 {
                0 => places.push_source(OwnerKind::Archive),
                1..4 => places.push_member(format!("m{n}").as_bytes(), OwnerKind::Container),
                _ => {}
            }
            places.push_document(Ordinal(place));
            place += n % 4;
            places.set_end(Ordinal(place));
            if n % 700 == 3 {
                let bytes;
                (saved, bytes) = places.save(saved);
                pieces.push(bytes);
            }
        }
        let bytes;
        (saved, bytes) = places.save(saved);
        pieces.push(bytes);
        let mut back = Places::default();
        for bytes in &pieces {
            back.resume(bytes).unwrap();
        }
        back.end_resume(saved).unwrap();
        for document in (0..9000).map(DocumentId) {
            assert_eq!(back.span(document), places.span(document));
            assert_eq!(back.owner(document), places.owner(document));
        }
        let mut cut = Places::default();
        assert!(cut.resume(&pieces[0][..17]).is_none() && cut.end_resume(saved).is_none());
    }
}
