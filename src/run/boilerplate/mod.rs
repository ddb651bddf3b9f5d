//! The pass that finds the boilerplate of each source (contract C4): every paragraph is reduced to a print, and when all
//! are there sources are counted and judged ([`crate::decide::boilerplate`]).
//!
//! It comes after the searches that drop documents, and before near-duplicate paragraphs (contract C2). Documents that go
//! do not count; they are judged with the others, as a document that a filter drops gives back what went for it. Documents
//! of earlier runs count as if they stood before those of this one, and are not judged; an index that this run is added to
//! takes the prints of those that count.
//!
//! Memory: prints (12 bytes a paragraph of its own) and what is counted go to disk beyond a quarter of the room each. Of each
//! paragraph that recurs in its source 20 bytes stay, of a class of short lines 40, of a document 4 and a bit, and the
//! prints of one document. What goes takes 32 bytes a paragraph until OUT is written.

mod collect;
mod evidence;
mod judge;
mod prints;
mod room;
mod source;

use super::corpus::Corpus;
use super::decider::Decider;
use super::drive::{ChunkVisitor, drive};
use super::feed::Feed;
use super::found::{self, Search, Searched};
use super::overflow::report;
use super::pass::{Keys, Pass};
use super::progress::PassProgress;
use super::settled::Settled;
use super::walk::Walk;
use crate::account::EvidenceStore;
use crate::decide::{Finding, Findings, Places, Rule};
use crate::document::SourceFigures;
use crate::error::Result;
use crate::observe::Stage;
use crate::rules::boilerplate::LinePrinter;
use crate::units::Ordinal;

pub(crate) use collect::named_sources;
pub(crate) use source::directory;

use collect::{ChunkLines, Collected, SeenSlot, Whole, look};
use evidence::KeptEvidence;
use judge::AllDocuments;
use room::Room;

/// The paragraphs that go as boilerplate, in corpus order.
type Gone = Vec<(Ordinal, Finding)>;

/// What goes as boilerplate, and of which sources.
#[derive(Debug, Clone, Default)]
pub(super) struct Furniture {
    gone: Gone,
    sources: Option<SourceFigures>,
}

impl Furniture {
    /// Adds it to findings, if it was searched for.
    pub(super) fn add_to(self, findings: &mut Findings) {
        if let Some(sources) = self.sources {
            findings.add_places(Rule::Boilerplate, self.gone);
            findings.set_sources(sources);
        }
    }
}

/// Searches the corpus, if boilerplate is to go. Adds it to what was `found`, and gives it back, if a later search may need
/// it again.
///
/// # Errors
/// Any [`crate::Error`].
pub(super) fn search(
    corpus: &Corpus<'_>,
    found: Search,
    evidence: &mut EvidenceStore,
) -> Result<(Search, Furniture)> {
    let decide = &corpus.config.decide;
    if !decide.boilerplate {
        return Ok((found, Furniture::default()));
    }
    corpus.observer.begun(Stage::Counting);
    let Search { mut findings, known } = found;
    let before = known.as_ref().map(|known| Searched { known, findings: &findings });
    let mut decider = Decider::new(Pass::Decide, None, found::basis(corpus, before)?);
    let printer = LinePrinter::new(corpus.config.split.repair);
    let room = Room::of(corpus);
    let (mut walk, mut collected) = (Walk::default(), Collected::new(corpus, &room)?);
    let visit = |settled: Settled, _: &Places| {
        let seen = look(corpus, &settled, &printer)?;
        Ok((settled, seen))
    };
    let mut commit = |(settled, seen): (Settled, Vec<SeenSlot>), _: &Places| {
        report(corpus, &settled);
        let chunk = &settled.scanned.chunk;
        let gone = before.map(|before| before.findings);
        walk.chunk(
            chunk,
            &mut ChunkLines { collected: &mut collected, settled: &settled, seen, gone, corpus, room: &room },
        )?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor =
        ChunkVisitor { keys: Keys::OfParagraphs, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Decide, Feed::new(corpus)), &mut decider, visitor)?;
    let known = decider.into_known().or(known);
    let furniture = settle(corpus, collected, &room, evidence)?;
    let again = if decide.has_filters() || decide.drops_by_custom_rules() {
        furniture.clone()
    } else {
        Furniture::default()
    };
    furniture.add_to(&mut findings);
    Ok((Search { findings, known }, again))
}

/// Counts and judges what was collected: the paragraphs that go, in corpus order.
fn settle(
    corpus: &Corpus<'_>,
    collected: Collected,
    room: &Room<'_>,
    evidence: &mut EvidenceStore,
) -> Result<Furniture> {
    let Whole { store, sources, firsts, num_earlier, figures } = collected.finish(corpus)?;
    let documents = AllDocuments {
        history: corpus.history,
        own: &store,
        sources: &sources,
        firsts: &firsts,
        num_earlier,
    };
    let counts = documents.count(room)?;
    let mut kept = KeptEvidence::new(evidence, &sources);
    let gone = documents.judge(&counts, room, &mut kept)?;
    if let Some(history) = corpus.history.filter(|history| history.is_updated()) {
        documents.keep(history, corpus)?;
    }
    Ok(Furniture { gone, sources: Some(figures) })
}
