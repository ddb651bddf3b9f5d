//! Counts sources, members, records and documents in corpus order, and reports progress to the observer. Cleaning and
//! checking count in one way.

use serde::{Deserialize, Serialize};

use crate::account::{CountedUnit, Counts, Directories, Summary};
use crate::decide::{Findings, Owner};
use crate::discover::SourceList;
use crate::error::{RecordPlace, Rejection};
use crate::observe::Observer;
use crate::read::{Fault, Part, PartFate, WrittenIn};
use crate::run::corpus::{Corpus, path_of};
use crate::run::settled::SettledDocument;
use crate::run::walk::RecordSlot;
use crate::store::path;

/// The counts of a run while it goes on.
pub(crate) struct Tally<'a> {
    sources: &'a SourceList,
    observer: &'a dyn Observer,
    findings: Option<&'a Findings>,
    summary: Summary,
    directories: Directories,
    /// Bytes of the open source that were read, and those of them that the observer was given.
    read: u64,
    told: u64,
}

/// A [`Tally`] that was saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedTally {
    summary: Summary,
    directories: Directories,
    read: u64,
    told: u64,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(corpus: &Corpus<'a>, findings: Option<&'a Findings>) -> Self {
        Self {
            sources: corpus.sources,
            observer: corpus.observer,
            findings,
            summary: Summary { sources: findings.and_then(Findings::sources), ..Summary::new(corpus.config) },
            directories: Directories::default(),
            read: 0,
            told: 0,
        }
    }

    /// Saves the counts.
    pub(crate) fn save(&self) -> SavedTally {
        let (summary, directories) = (self.summary.clone(), self.directories.clone());
        SavedTally { summary, directories, read: self.read, told: self.told }
    }

    /// Resumes saved counts.
    pub(crate) fn resume(corpus: &Corpus<'a>, saved: SavedTally, findings: Option<&'a Findings>) -> Self {
        let SavedTally { summary, directories, read, told } = saved;
        Self { summary, directories, read, told, ..Self::new(corpus, findings) }
    }

    /// Adds counts of a part's documents that are done with.
    pub(crate) fn add(&mut self, counts: &Counts, part: &Part) {
        let has_documents = counts.documents_kept + counts.documents_emptied > 0;
        self.summary.add(counts, part.written_in());
        if has_documents {
            self.directories.add(&path::lossless(&path_of(self.sources, part)), counts);
        }
    }

    /// Adds bytes that were written.
    pub(crate) fn add_output(&mut self, bytes_output: u64) {
        self.summary.add(&Counts { bytes_output, ..Counts::default() }, WrittenIn::NONE);
    }

    /// Counts bytes of an archive that belong to none of its members.
    pub(crate) fn count_input(&mut self, part: &Part) {
        self.summary.add(&Counts { bytes_input: part.num_bytes, ..Counts::default() }, part.written_in());
    }

    /// Counts a document that ends, if it goes as a whole, or would and is kept by hand.
    pub(crate) fn end_document(&mut self, document: &SettledDocument) {
        let Some(findings) = self.findings else { return };
        if document.is_kept_by_hand {
            return self.summary.count_kept_by_hand();
        }
        let verdict = findings.judge_document(document.id);
        if let Some(rule) = verdict.rule() {
            self.summary.count_removed(rule, findings.goes_for_earlier(verdict));
        }
    }

    /// Counts a source or a member by what became of it; gives it back if it is rejected.
    pub(crate) fn end_unit(&mut self, part: &Part) -> Option<Rejection> {
        let unit = if part.member().is_some() { CountedUnit::Member } else { CountedUnit::File };
        if let Some(fault) = part.rejected() {
            self.summary.count_rejected(unit, fault.reason);
            return Some(self.rejection(part, None, fault));
        }
        match &part.fate {
            PartFate::Read => self.summary.count_read(unit),
            PartFate::Skipped(reason) => {
                self.summary.count_skipped(unit, *reason);
                self.observer.skipped(&path_of(self.sources, part), *reason);
            }
            PartFate::Rejected(_) | PartFate::Reread(_) => {}
        }
        None
    }

    /// Counts the records of a part that are not for us, and those that are by the field that holds their text.
    pub(crate) fn count_records(&mut self, part: &Part) {
        self.summary.count_fields(part.fields.iter());
        self.summary.count_pages(part.pages);
        for reason in &part.skipped {
            self.summary.count_skipped_record(*reason);
        }
    }

    /// Counts a record that is rejected, and gives it back; `owner` is its place in the corpus.
    pub(crate) fn reject_record(
        &mut self,
        record: &RecordSlot<'_>,
        fault: &Fault,
        owner: Owner<'_>,
    ) -> Rejection {
        self.summary.count_rejected_record(fault.reason);
        let place = RecordPlace { record: owner.record.unwrap_or_default(), line: record.line };
        self.rejection(record.part, Some(place), fault)
    }

    fn rejection(&self, part: &Part, record: Option<RecordPlace>, fault: &Fault) -> Rejection {
        let Fault { reason, byte, detail } = fault.clone();
        let rejection = Rejection { path: path_of(self.sources, part), record, byte, reason, detail };
        self.observer.rejected(&rejection);
        rejection
    }

    /// Tells the observer. With a source that is left off half-way its unread rest is done with too, and what is
    /// read again is not told twice.
    pub(crate) fn advance(&mut self, part: &Part) {
        let listed = self.sources.get(part.source).size;
        let is_end = part.ends_source();
        let is_reread = matches!(part.fate, PartFate::Reread(_));
        self.read = if is_reread { 0 } else { self.read + part.num_bytes };
        let is_left_off = is_end && part.fate != PartFate::Read && listed != u64::MAX && !is_reread;
        let reached = if is_left_off { listed.max(self.read) } else { self.read };
        let bytes = reached.saturating_sub(self.told);
        self.told += bytes;
        let is_done = is_end && !is_reread;
        if is_done {
            (self.read, self.told) = (0, 0);
        }
        self.observer.advanced(u64::from(is_done), bytes);
    }

    /// The counts.
    pub(crate) fn finish(mut self) -> Summary {
        self.summary.set_directories(self.directories);
        self.summary
    }
}
