//! The decider when prints overflow to disk, and the part of it that is saved for a resumed run.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Decider, Numbering, PlaceCursor};
use crate::decide::{
    Copies, DiskVerdicts, Exact, Findings, Partitioner, PlaceUse, Places, SavedPartitioner, SavedPlaces,
    SavedSurvivors, SavedVerdicts, SettleOptions,
};
use crate::error::Result;
use crate::run::corpus::Corpus;
use crate::run::recheck::{Checksums, Recheck, SavedChecksums};
use crate::store::{Mark, Output, Scratch};
use crate::units::{self, DocumentId, Ordinal};

/// The state of the decider when prints begin to overflow. The second reading of the rest begins here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OverflowStart {
    cursor: PlaceCursor,
    /// The first document that is not checked yet, in a pass that is held against an earlier one.
    unchecked: Option<u64>,
    /// The first document that may be checked.
    first: DocumentId,
}

impl Decider<'_> {
    /// Begins [`Pass::Partition`]: from here on prints are put aside in a store of `output`, and what documents are is
    /// noted in another, if it was not. Gives back where the pass stands, to go through the rest once more.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn begin_partition(&mut self, output: &dyn Output) -> Result<OverflowStart> {
        let is_noted = self.has_checksums();
        let mut cursor = self.cursor.clone();
        let first = match &self.numbering {
            Numbering::Given(places) => {
                cursor.next_document = places.num_documents();
                cursor.open.as_ref().map_or(cursor.next_document, |open| open.id.0)
            }
            Numbering::Known(_) | Numbering::Kept(_) => 0,
        };
        let open = cursor.open.as_ref().map(|open| open.start);
        if let Copies::InMemory(exact) = std::mem::take(&mut self.copies) {
            self.copies = Copies::Partitioned(Partitioner::take_over(
                exact,
                output.store(PRINTS)?,
                Ordinal(cursor.next),
                open,
            )?);
        }
        if !is_noted {
            // A document that stands open is not known from its beginning.
            self.noting = Some(Checksums::new(output.store(MARKS)?, DocumentId(cursor.next_document)));
        }
        let unchecked = self.recheck.as_ref().map(Recheck::next);
        Ok(OverflowStart { cursor, unchecked, first: DocumentId(first) })
    }

    /// Begins [`Pass::Write`]: settles what was put aside, and goes back to `start`.
    ///
    /// # Errors
    /// Those of [`Partitioner::settle`].
    pub(crate) fn begin_write(&mut self, start: OverflowStart, options: SettleOptions<'_>) -> Result<()> {
        if let Copies::Partitioned(partitioner) = std::mem::take(&mut self.copies) {
            self.copies = Copies::Settled(partitioner.settle(Ordinal(self.cursor.next), options)?);
        }
        let OverflowStart { cursor, unchecked, first } = start;
        self.cursor = cursor;
        self.recheck = match (unchecked, self.recheck.take()) {
            (Some(next), Some(recheck)) => Some(recheck.back_to(DocumentId(next))),
            _ => None,
        };
        if let Some(noted) = self.noting.take() {
            let noted = Arc::new(noted);
            self.recheck = Some(Recheck::starting(Arc::clone(&noted), first));
            self.noted = Some(noted);
        }
        if let Numbering::Given(places) = &mut self.numbering {
            self.numbering = Numbering::Kept(std::mem::take(places));
        }
        Ok(())
    }
}

/// A pass that was saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedDecider {
    cursor: PlaceCursor,
    places: SavedPlaces,
    /// Whether the places were known before.
    is_known: bool,
    copies: SavedCopies,
    noting: Option<SavedChecksums>,
    noted: Option<SavedChecksums>,
    /// The first document that is not checked yet.
    unchecked: Option<u64>,
    /// What became of the places that are kept by hand.
    by_hand: Vec<PlaceUse>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum SavedCopies {
    NotSought,
    InMemory(SavedSurvivors),
    Partitioned(SavedPartitioner),
    Settled(SavedVerdicts),
}

/// The logs to which a pass is saved: places and survivors, each in a store.
pub(crate) struct DeciderLogs {
    places: PieceLog,
    survivors: PieceLog,
    saved_places: SavedPlaces,
    saved_survivors: SavedSurvivors,
}

/// The marks of the logs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedDeciderLogs {
    places: Mark,
    survivors: Mark,
}

/// Pieces of bytes, each behind its length as a little-endian `u64`.
pub(crate) struct PieceLog(pub(crate) Box<dyn Scratch>);

impl PieceLog {
    /// Appends a piece.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.append(&units::count(bytes.len()).to_le_bytes())?;
        self.0.append(bytes).map(drop)
    }

    /// Reads the pieces of a log that holds what `mark` says.
    pub(crate) fn for_each(&mut self, mark: Mark, mut visit: impl FnMut(&[u8]) -> Option<()>) -> Result<()> {
        let mut offset = 0;
        let mut bytes = Vec::new();
        while offset < mark.len {
            let mut len = [0; 8];
            self.0.read_at(offset, &mut len)?;
            offset += 8;
            let len = u64::from_le_bytes(len);
            if len > mark.len - offset {
                return Err(self.0.damaged(offset));
            }
            bytes.resize(units::index(len), 0);
            self.0.read_at(offset, &mut bytes)?;
            visit(&bytes).ok_or_else(|| self.0.damaged(offset))?;
            offset += len;
        }
        Ok(())
    }
}

const PLACES: &str = "places";
const SURVIVORS: &str = "survivors";

impl DeciderLogs {
    /// Empty.
    pub(crate) fn new(output: &dyn Output) -> Result<Self> {
        Ok(Self {
            places: PieceLog(output.store(PLACES)?),
            survivors: PieceLog(output.store(SURVIVORS)?),
            saved_places: SavedPlaces::default(),
            saved_survivors: SavedSurvivors::default(),
        })
    }

    /// Says what they hold.
    pub(crate) fn mark(&mut self) -> Result<SavedDeciderLogs> {
        Ok(SavedDeciderLogs { places: self.places.0.mark()?, survivors: self.survivors.0.mark()? })
    }
}

impl<'a> Decider<'a> {
    /// Saves the pass, if it is where it can be: not in the middle of a text, and of no pass before it.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn save(&mut self, logs: &mut DeciderLogs) -> Result<Option<SavedDecider>> {
        let (Numbering::Given(places) | Numbering::Kept(places)) = &self.numbering else { return Ok(None) };
        if self.cursor.open.is_some() {
            return Ok(None);
        }
        while !places.is_saved(logs.saved_places) {
            let bytes;
            (logs.saved_places, bytes) = places.save(logs.saved_places);
            logs.places.append(&bytes)?;
        }
        let saved = logs.saved_places;
        let copies = match &mut self.copies {
            Copies::NotSought => SavedCopies::NotSought,
            Copies::InMemory(exact) => {
                exact.save(&mut logs.saved_survivors, |bytes| logs.survivors.append(bytes))?;
                SavedCopies::InMemory(logs.saved_survivors.clone())
            }
            Copies::Partitioned(partitioner) => SavedCopies::Partitioned(partitioner.save()?),
            Copies::Settled(plan) => SavedCopies::Settled(plan.save()?),
        };
        Ok(Some(SavedDecider {
            cursor: self.cursor.clone(),
            places: saved,
            is_known: matches!(self.numbering, Numbering::Kept(_)),
            copies,
            noting: self.noting.as_mut().map(Checksums::save).transpose()?,
            noted: self.noted.as_ref().map(|noted| noted.save_shared()).transpose()?,
            unchecked: self.recheck.as_ref().map(Recheck::next),
            by_hand: self.by_hand.as_ref().map_or_else(Vec::new, |kept| kept.places.uses().to_vec()),
        }))
    }

    /// Resumes a saved pass, with its logs as they were then.
    ///
    /// # Errors
    /// [`crate::Error::Damaged`] if a store does not hold what it held, [`crate::Error::Output`].
    pub(crate) fn resume(
        saved: SavedDecider,
        logs: &SavedDeciderLogs,
        from: Resumed<'_, 'a>,
    ) -> Result<(Self, DeciderLogs)> {
        let Resumed { corpus, findings } = from;
        let (scope, output) = (corpus.config.decide.scope, corpus.output);
        let mut places_log = PieceLog(output.reopen_store(PLACES, logs.places)?);
        let mut places = Places::default();
        places_log.for_each(logs.places, |bytes| places.resume(bytes))?;
        places.end_resume(saved.places).ok_or_else(|| places_log.0.damaged(0))?;
        let mut survivors_log = PieceLog(output.reopen_store(SURVIVORS, logs.survivors)?);
        let mut saved_survivors = SavedSurvivors::default();
        let copies = match saved.copies {
            SavedCopies::NotSought => Copies::NotSought,
            SavedCopies::InMemory(survivors) => {
                let mut exact = Exact::new(scope);
                survivors_log.for_each(logs.survivors, |bytes| exact.resume(bytes))?;
                if !exact.is(&survivors) {
                    return Err(survivors_log.0.damaged(0));
                }
                saved_survivors = survivors;
                Copies::InMemory(exact)
            }
            SavedCopies::Partitioned(partitioner) => {
                let prints = output.reopen_store(PRINTS, partitioner.prints)?;
                Copies::Partitioned(Partitioner::resume(&partitioner, scope, prints)?)
            }
            SavedCopies::Settled(saved) => {
                let verdicts = output.reopen_store(VERDICTS, saved.verdicts)?;
                Copies::Settled(DiskVerdicts::resume(&saved, verdicts)?)
            }
        };
        let reopen = |saved: SavedChecksums| -> Result<Checksums> {
            Ok(Checksums::resume(&saved, output.reopen_store(MARKS, saved.mark)?))
        };
        let numbering = if saved.is_known { Numbering::Kept(places) } else { Numbering::Given(places) };
        let noting = saved.noting.map(reopen).transpose()?;
        let noted = saved.noted.map(reopen).transpose()?.map(Arc::new);
        let next = noted.as_ref().zip(saved.unchecked);
        let recheck = next.map(|(noted, next)| Recheck::starting(Arc::clone(noted), DocumentId(next)));
        let (cursor, by_hand) = (saved.cursor, None);
        let decider = Self { copies, numbering, findings, recheck, noting, noted, by_hand, cursor };
        let decider = decider.keeping(corpus, &saved.by_hand);
        let logs = DeciderLogs {
            places: places_log,
            survivors: survivors_log,
            saved_places: saved.places,
            saved_survivors,
        };
        Ok((decider, logs))
    }
}

/// The state and the resources from which a saved pass resumes.
#[derive(Clone, Copy)]
pub(crate) struct Resumed<'c, 'a> {
    pub(crate) corpus: &'c Corpus<'a>,
    pub(crate) findings: Option<&'a Findings>,
}

/// The stores of passes that overflow to disk.
const PRINTS: &str = "prints";
pub(crate) const MARKS: &str = "marks";
pub(crate) const VERDICTS: &str = "verdicts";
