//! Grounds: why a stretch goes, and what stays in its place.

use std::borrow::Cow;
use std::io;

use crate::account::names::LEDGER;
use crate::decide::{Earlier, EarlierPlace, Finding, Findings, Owner, Places, Reason, Rule};
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::store::path;
use crate::units::{DocumentId, Ordinal};

/// What the ledger needs to name a place.
#[derive(Clone, Copy)]
pub struct LedgerContext<'a> {
    /// The sources.
    pub sources: &'a SourceList,
    /// Where documents start.
    pub places: &'a Places,
    /// What searches found.
    pub findings: Option<&'a Findings>,
    /// What earlier runs left.
    pub earlier: Option<&'a dyn Earlier>,
}

impl std::fmt::Debug for LedgerContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerContext").finish_non_exhaustive()
    }
}

/// Why a stretch goes, as a line says it.
#[derive(Debug, Clone)]
pub struct Grounds {
    /// The rule.
    pub rule: Rule,
    /// What stays in its place, if something does.
    pub survivors: Option<Survivors>,
    /// What a search found; the evidence of it is kept in an [`EvidenceStore`](super::EvidenceStore).
    pub finding: Option<Finding>,
}

/// Where survivors stand.
#[derive(Debug, Clone)]
pub struct Survivors {
    /// Their document.
    pub document: SurvivorDocument,
    /// The first of them, or of their document.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// The document in which survivors stand.
#[derive(Debug, Clone)]
pub enum SurvivorDocument {
    /// One of this run.
    Here(DocumentId),
    /// One of an earlier run, with the place of its first survivor.
    Earlier(EarlierPlace),
}

impl<'a> LedgerContext<'a> {
    /// The path of a document: that of its file, and behind it that of the archive's member.
    pub fn path_bytes(self, owner: Owner<'_>) -> Cow<'a, [u8]> {
        let file = self.sources.get(owner.source).place.relative;
        match owner.member {
            None => Cow::Borrowed(file),
            Some(member) => Cow::Owned([file, b"/", member].concat()),
        }
    }

    /// The path of a document, as JSON can hold it.
    pub fn path(self, owner: Owner<'_>) -> Cow<'a, str> {
        match self.path_bytes(owner) {
            Cow::Borrowed(bytes) => path::lossless(bytes),
            Cow::Owned(bytes) => Cow::Owned(path::lossless(&bytes).into_owned()),
        }
    }

    /// Why `num` paragraphs go that go for one reason. Cost: two binary searches; of an earlier run one or two reads.
    ///
    /// # Errors
    /// Those of what earlier runs left.
    pub fn grounds(self, reason: Reason, num: u64) -> Result<Grounds> {
        let (survivors, finding) = match reason {
            Reason::Exact(place) => (Some(self.paragraphs(place, num)), None),
            Reason::Earlier(place) => (Some(self.of_earlier_run(place, num)?), None),
            Reason::ExactDocument(document) => (Some(self.whole(document)), None),
            Reason::Found { rule, number } => {
                let finding =
                    self.findings.map(|findings| findings.finding(rule, number)).unwrap_or_default();
                let survivors = finding.survivor().map(|survivor| {
                    if rule.is_of_documents() {
                        self.whole(DocumentId(survivor))
                    } else {
                        self.paragraphs(Ordinal(survivor), 1)
                    }
                });
                (survivors, Some(finding))
            }
        };
        Ok(Grounds { rule: reason.rule(), survivors, finding })
    }

    /// Paragraphs of a document of this run, from this place on.
    fn paragraphs(self, place: Ordinal, num: u64) -> Survivors {
        let located = self.places.locate(place);
        let first = located.paragraph.0;
        let document = SurvivorDocument::Here(located.document);
        Survivors { document, first, last: first + num - 1 }
    }

    /// All paragraphs of a document of this run.
    fn whole(self, document: DocumentId) -> Survivors {
        let (start, end) = self.places.span(document);
        let last = (end.0 - start.0).saturating_sub(1);
        Survivors { document: SurvivorDocument::Here(document), first: 0, last }
    }

    /// Paragraphs of a document of an earlier run, from this place in its index on.
    fn of_earlier_run(self, place: u64, num: u64) -> Result<Survivors> {
        let Some(earlier) = self.earlier else {
            let source = io::Error::other("a copy of an earlier run, and there is none");
            return Err(Error::Output { path: LEDGER.into(), operation: "write", source });
        };
        let found = earlier.locate(place)?;
        let (first, last) = (found.paragraph, found.paragraph + num - 1);
        Ok(Survivors { document: SurvivorDocument::Earlier(found), first, last })
    }
}
