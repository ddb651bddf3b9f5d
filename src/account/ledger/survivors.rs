//! Survivors: what stays in the place of a stretch, and how the ledger names it.

use std::borrow::Cow;
use std::io;

use super::json::RawJson;
use super::line::LedgerPlace;
use crate::account::names::LEDGER;
use crate::decide::{Earlier, EarlierPlace, Finding, Findings, Owner, Places, Reason, Rule, earlier_place};
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::rules::Editor;
use crate::store::path;
use crate::units::{DocumentId, Ordinal};

/// The information that the ledger needs to name a place.
#[derive(Clone, Copy)]
pub(crate) struct LedgerContext<'a> {
    /// The sources.
    pub sources: &'a SourceList,
    /// Where documents start.
    pub places: &'a Places,
    /// Findings of the searches that ran before this pass.
    pub findings: Option<&'a Findings>,
    /// Paragraphs of earlier runs, if there are any.
    pub earlier: Option<&'a dyn Earlier>,
    /// The rules that judge a paragraph by itself.
    pub editor: &'a Editor,
}

impl std::fmt::Debug for LedgerContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerContext").finish_non_exhaustive()
    }
}

impl<'a> LedgerContext<'a> {
    /// The evidence of a rule that judges a paragraph by itself, which no store holds.
    pub(crate) fn evidence(self, reason: Reason) -> Option<RawJson<'static>> {
        let Reason::Found { rule, number } = reason else { return None };
        self.editor.evidence(rule, number).and_then(RawJson::spelled)
    }

    /// The path of a document: that of its file, and behind it that of the archive's member.
    pub(crate) fn path_bytes(self, owner: Owner<'_>) -> Cow<'a, [u8]> {
        let file = self.sources.get(owner.source).place.relative;
        match owner.member {
            None => Cow::Borrowed(file),
            Some(member) => Cow::Owned([file, b"/", member].concat()),
        }
    }

    /// The path of a document, as JSON can hold it.
    pub(crate) fn path(self, owner: Owner<'_>) -> Cow<'a, str> {
        match self.path_bytes(owner) {
            Cow::Borrowed(bytes) => path::lossless(bytes),
            Cow::Owned(bytes) => Cow::Owned(path::lossless(&bytes).into_owned()),
        }
    }
}

/// The survivors of a stretch, and the rule that removed it.
#[derive(Debug, Clone)]
pub(crate) struct Survivors {
    /// The rule.
    pub rule: Rule,
    /// Where they stand; nowhere if the rule leaves nothing.
    pub place: Option<SurvivorPlace>,
    /// The finding of a search, if the stretch goes because of one.
    pub finding: Option<Finding>,
}

/// Where survivors stand.
#[derive(Debug, Clone)]
pub(crate) struct SurvivorPlace {
    /// The document in which they stand.
    pub document: SurvivorDocument,
    /// The first of them, or of their document.
    pub first: u64,
    /// The last.
    pub last: u64,
}

impl SurvivorPlace {
    /// The place as a line says it, without the id of a record.
    pub(crate) fn named<'s>(&'s self, context: LedgerContext<'s>) -> LedgerPlace<'s> {
        let (run, path, record) = match &self.document {
            SurvivorDocument::Here(document) => {
                let owner = context.places.owner(*document);
                (None, context.path(owner), owner.record)
            }
            SurvivorDocument::Earlier(place) => {
                (Some(Cow::Borrowed(place.run.as_str())), Cow::Borrowed(place.path.as_str()), place.record)
            }
        };
        LedgerPlace { run, path, record, id: None, first: self.first, last: self.last }
    }
}

/// The document in which survivors stand.
#[derive(Debug, Clone)]
pub(crate) enum SurvivorDocument {
    /// A document of this run.
    Here(DocumentId),
    /// A document of an earlier run, with the place of its first survivor.
    Earlier(EarlierPlace),
}

/// Finds the survivors of `num` paragraphs that go for one reason. Cost: two binary searches; for survivors in an
/// earlier run one or two reads.
///
/// # Errors
/// Those of what earlier runs left.
pub(crate) fn survivors(reason: Reason, num: u64, context: LedgerContext<'_>) -> Result<Survivors> {
    let paragraphs = |place: Ordinal, num: u64| {
        let located = context.places.locate(place);
        let (first, document) = (located.paragraph.0, SurvivorDocument::Here(located.document));
        SurvivorPlace { document, first, last: first + num - 1 }
    };
    let whole = |document: DocumentId| {
        if let Some(place) = earlier_place(document.0) {
            return whole_earlier(place, context);
        }
        let (start, end) = context.places.span(document);
        let last = (end.0 - start.0).saturating_sub(1);
        Ok(SurvivorPlace { document: SurvivorDocument::Here(document), first: 0, last })
    };
    let mut finding = None;
    let place = match reason {
        Reason::Exact(place) => Some(paragraphs(place, num)),
        Reason::Earlier(place) => Some(earlier(place, num, context)?),
        Reason::ExactDocument(document) => Some(whole(document)?),
        Reason::Found { rule, number } => {
            finding = context.findings.map(|findings| findings.finding(rule, number));
            let survivor = finding.and_then(Finding::survivor);
            let is_whole = rule.is_of_documents();
            let place = |n| if is_whole { whole(DocumentId(n)) } else { Ok(paragraphs(Ordinal(n), 1)) };
            survivor.map(place).transpose()?
        }
    };
    Ok(Survivors { rule: reason.rule(), place, finding })
}

fn earlier(place: u64, num: u64, context: LedgerContext<'_>) -> Result<SurvivorPlace> {
    let found = located(place, context)?;
    let (first, last) = (found.paragraph, found.paragraph + num - 1);
    Ok(SurvivorPlace { document: SurvivorDocument::Earlier(found), first, last })
}

/// The whole document of an earlier run whose first paragraph has this place.
fn whole_earlier(place: u64, context: LedgerContext<'_>) -> Result<SurvivorPlace> {
    let found = located(place, context)?;
    let last = (found.paragraph + found.document_end).saturating_sub(place + 1);
    Ok(SurvivorPlace { document: SurvivorDocument::Earlier(found), first: 0, last })
}

/// Where a paragraph of an earlier run stands.
fn located(place: u64, context: LedgerContext<'_>) -> Result<EarlierPlace> {
    let Some(earlier) = context.earlier else {
        let source = io::Error::other("a copy of an earlier run, and there is none");
        return Err(Error::Output { path: LEDGER.into(), operation: "write", source });
    };
    earlier.locate(place)
}
