//! The pass that filters need: everything is decided as if all documents stayed, what is left of each is measured, and
//! those that a filter drops are found. Nothing is written before: no document has to be taken back, however long it is
//! and wherever it goes, standard output among them.
//!
//! A dropped document is no survivor (contract C2): the pass that writes decides again without it.
//!
//! Memory: 32 bytes a document that goes. While quality is measured, also the openings of the documents of a chunk that
//! come in pieces.

use super::corpus::Corpus;
use super::decider::Decider;
use super::drive::{ChunkVisitor, drive};
use super::feed::Feed;
use super::found::{self, Search, Searched};
use super::overflow::report;
use super::pass::{Keys, Pass};
use super::progress::PassProgress;
use super::settled::{LayoutFate, Settled};
use super::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::account::{EvidenceStore, RawJson};
use crate::decide::{Finding, Findings, Places, Reason, Rule};
use crate::document::Edges;
use crate::error::Result;
use crate::observe::Stage;
use crate::read::Part;
use crate::rules::{Dropped, Fate, FilteredParagraph, Filters, Measures};
use crate::units::{DocumentId, Ordinal, count};

/// Finds the documents that filters drop, and where everything stands, if no search found it before. Why documents go is
/// kept for the ledger.
///
/// # Errors
/// Any [`crate::Error`].
pub(super) fn filter(
    corpus: &Corpus<'_>,
    filters: &Filters,
    searched: Option<Searched<'_>>,
    evidence: &mut EvidenceStore,
) -> Result<Search> {
    corpus.observer.begun(Stage::Filtering);
    let mut decider =
        Decider::new(Pass::Decide, corpus.config.decide.paragraph_scope(), found::basis(corpus, searched)?);
    let mut judge = FilterJudge { filters, open: Measures::default(), dropped: Vec::new() };
    let mut walk = Walk::default();
    let visit = |settled: Settled, _: &Places| {
        let measured = measure(&settled, filters);
        Ok((settled, measured))
    };
    let mut commit = |(settled, measured): (Settled, Vec<Measured>), _: &Places| {
        report(corpus, &settled);
        walk.chunk(
            &settled.scanned.chunk,
            &mut ChunkFilterJudge { judge: &mut judge, settled: &settled, measured },
        )?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor = ChunkVisitor { keys: Keys::Unread, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Decide, Feed::new(corpus)), &mut decider, visitor)?;
    Ok(Search { findings: findings(judge.dropped, evidence)?, known: decider.into_known() })
}

/// The findings of dropped documents, by rule.
fn findings(dropped: Vec<(DocumentId, Dropped)>, evidence: &mut EvidenceStore) -> Result<Findings> {
    let mut by_rule: Vec<Vec<(DocumentId, Finding)>> = vec![Vec::new(); Rule::ALL.len()];
    for (document, Dropped { rule, evidence: json }) in dropped {
        let found = evidence.keep_own(RawJson::spelled(json).as_ref())?;
        by_rule[rule as usize].push((document, found));
    }
    let mut findings = Findings::default();
    for (rule, removed) in Rule::ALL.into_iter().zip(by_rule).filter(|(_, removed)| !removed.is_empty()) {
        findings.add_documents(rule, removed);
    }
    Ok(findings)
}

/// What a chunk tells of a document: a whole one is judged where it is measured, side by side with others.
#[derive(Debug)]
enum Measured {
    /// Why a whole document goes, if it does.
    Whole(Option<Dropped>),
    /// A piece of one.
    Piece(Measures),
}

/// Measures what is left of each document of a chunk, or of the piece of one in it.
fn measure(settled: &Settled, filters: &Filters) -> Vec<Measured> {
    let scanned = &settled.scanned;
    let measure = |number: usize, is_whole: bool| {
        let mut measures = Measures::default();
        let document = settled.judged(number);
        let numbers = scanned.documents[number].paragraphs.clone();
        // Places count on through a document; the paragraphs before these may be in another chunk.
        let start = settled.first.0 + count(numbers.start) - settled.documents[number].first.0;
        for ((paragraph, verdict), number) in document.iter().zip(numbers) {
            let is_layout = scanned.is_layout(number);
            let fate = match verdict.reason() {
                _ if verdict.is_kept() => Fate::Left,
                Some(Reason::Exact(Ordinal(place))) if place >= start => Fate::OwnCopy,
                _ => Fate::Gone,
            };
            let filtered = FilteredParagraph {
                text: document.paragraph(paragraph),
                altered: paragraph.altered || paragraph.edges == Edges::Kept,
                is_layout,
                fate,
            };
            filters.add(&mut measures, filtered);
        }
        if is_whole { Measured::Whole(filters.judge(&measures, false)) } else { Measured::Piece(measures) }
    };
    let is_whole = scanned.chunk.whole_slots();
    is_whole.into_iter().enumerate().map(|(number, is_whole)| measure(number, is_whole)).collect()
}

/// Judges documents, in corpus order.
struct FilterJudge<'a> {
    filters: &'a Filters,
    /// The measures of the pieces of a long text so far.
    open: Measures,
    dropped: Vec<(DocumentId, Dropped)>,
}

impl FilterJudge<'_> {
    fn judge(&mut self, document: DocumentId, dropped: Option<Dropped>) {
        self.dropped.extend(dropped.map(|dropped| (document, dropped)));
    }
}

/// Judges the documents of a chunk: one [`Measured`] for each of its slots.
struct ChunkFilterJudge<'c, 'a> {
    judge: &'c mut FilterJudge<'a>,
    settled: &'c Settled,
    measured: Vec<Measured>,
}

impl UnitVisitor for ChunkFilterJudge<'_, '_> {
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.judge.open = Measures::default();
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        let judged = match &mut self.measured[record.number] {
            Measured::Whole(dropped) => dropped.take(),
            Measured::Piece(measures) => self.judge.filters.judge(measures, false),
        };
        self.judge.judge(self.settled.documents[record.number].id, judged);
        Ok(())
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        let document = &self.settled.documents[piece.number];
        match &mut self.measured[piece.number] {
            Measured::Whole(dropped) => self.judge.judge(document.id, dropped.take()),
            Measured::Piece(measures) => self.judge.open.join(measures),
        }
        if piece.is_end {
            let measures = std::mem::take(&mut self.judge.open);
            // Layout that goes in the end was measured in the pieces before.
            let dropped = self.judge.filters.judge(&measures, document.layout == LayoutFate::Goes);
            self.judge.judge(document.id, dropped);
        }
        Ok(())
    }

    fn drop_unit(&mut self, _part: &Part, _is_begun: bool) -> Result<()> {
        self.judge.open = Measures::default();
        Ok(())
    }

    fn end_unit(&mut self, _part: &Part, _num_records: Option<u64>) -> Result<()> {
        Ok(())
    }
}
