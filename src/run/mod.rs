//! Joins the stages: scan → decide → write, a batch at a time. The only room that knows them all.
//!
//! While one batch is scanned (read, split, hashed, in parallel), the batch before it is written; between the
//! two, decide settles the scanned batch against everything before it. First-in-corpus-order needs no
//! look-ahead, so that a document's text is read once and written while it is still in memory.
//!
//! When records fill the memory they may take, or against an index of earlier runs from the beginning, the rest is
//! read ahead: records are dealt to buckets on disk, each bucket is settled by itself, and the rest is read once more
//! with the verdicts ([`overflow`]). Between two batches what is done is sealed from time to time ([`checkpoint`]): a journal, and
//! stores that are only appended to, from which another run goes on. What earlier runs left is read, and this one
//! added to it, in [`history`].
//!
//! Near-duplicates need the whole corpus first. Under `--near` two passes go before: *survey* keeps a sketch of
//! every text (about 240 bytes a document in all), *collect* reads those sources again that hold a text which met
//! another, and keeps on disk what it is compared by. Then the pass above carries out what was decided. Every
//! document is held against its first reading: an input that changed in between ends the run.
//!
//! Memory: 40 bytes and the path a file, 4 bytes a document, 30 to 36 a surviving paragraph (to the ceiling), two batches of text (8 MiB each, or one
//! paragraph or record if that is longer), a third where they are unpacked ahead, and 4 MiB of what is compressed
//! on its way out.

pub(crate) mod ceiling;
pub(crate) mod checkpoint;
mod convert;
pub(crate) mod corpus;
pub(crate) mod course;
pub(crate) mod decider;
pub(crate) mod drive;
pub(crate) mod feed;
mod filter;
pub(crate) mod found;
pub(crate) mod history;
pub(crate) mod lookup;
mod near;
mod overflow;
pub(crate) mod pass;
pub(crate) mod reader;
mod recheck;
pub(crate) mod recorder;
pub(crate) mod render;
pub(crate) mod scan;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod settled;
pub(crate) mod texts;
pub(crate) mod walk;

use crate::account::{EvidenceStore, Summary};
use crate::error::Result;
use crate::store::Journal;
use crate::write::RecordIds;

use checkpoint::{EVIDENCE, Sealer, State, refused};
use corpus::Corpus;
use course::Course;
use decider::Decider;
use drive::{Visitor, drive};
use feed::Feed;
use found::Stores;
use history::History;
use pass::{Keys, Pass};
use recorder::{ID_STORES, RecordFiles, RecordStores, Recorder, SavedRecorder};
use render::{RenderContext, render};
use search::search;

/// The sealer of a run that writes.
type RunSealer<'a> = Sealer<'a, SavedRecorder>;

/// Takes a run through to its end, from its beginning or from where it was cut short; what it wrote is not published.
///
/// # Errors
/// Any [`crate::Error`].
pub(crate) fn run(corpus: &Corpus<'_>) -> Result<Summary> {
    let sealer = Sealer::new(corpus.output, corpus.config, corpus.history);
    let left = corpus.output.journal().and_then(Journal::take_left);
    let summary = match left {
        Some(state) => go_on(corpus, &state, sealer.as_ref())?,
        None => go(corpus, sealer.as_ref())?,
    };
    // An index must not outlive the texts it knows, nor a journal what it speaks of.
    if corpus.history.is_some_and(History::is_updated) || sealer.as_ref().is_some_and(Sealer::has_sealed) {
        corpus.output.sync()?;
    }
    Ok(summary)
}

/// Goes from the beginning to the end.
fn go(corpus: &Corpus<'_>, sealer: Option<&RunSealer<'_>>) -> Result<Summary> {
    let output = corpus.output;
    let files = RecordFiles::create(output)?;
    let mut ids = RecordIds::new([output.store(ID_STORES[0])?, output.store(ID_STORES[1])?]);
    let mut evidence = EvidenceStore::new(output.store(EVIDENCE)?);
    // A search is sealed as a whole.
    let search = search(corpus, &mut Stores { ids: &mut ids, evidence: &mut evidence })?;
    let (findings, basis) = search.basis();
    let findings = findings.as_ref();
    if let (Some(findings), Some(sealer)) = (findings, sealer) {
        sealer.end_search(corpus, findings, &mut evidence)?;
    }
    let decider = Decider::new(Pass::Decide, corpus.config.decide.scope, basis(findings));
    let recorder = Recorder::new(corpus, files, RecordStores { ids, evidence }, findings);
    let course = Course::new(Pass::Decide, Feed::new(corpus));
    write(corpus, course, decider, recorder, sealer)
}

/// Goes on from where a run was cut short.
fn go_on(corpus: &Corpus<'_>, state: &[u8], sealer: Option<&RunSealer<'_>>) -> Result<Summary> {
    let state = State::parse(state, corpus.output)?;
    state.check(corpus)?;
    let (findings, evidence) = state.resume_search(corpus.output).map_err(refused)?;
    let (decider, course, recorder) = state.resume(corpus, findings.as_ref(), sealer).map_err(refused)?;
    let recorder = Recorder::take_up(corpus, recorder, findings.as_ref(), evidence).map_err(refused)?;
    write(corpus, course, decider, recorder, sealer)
}

/// The pass that writes.
fn write(
    corpus: &Corpus<'_>,
    course: Course<'_>,
    mut decider: Decider<'_>,
    mut recorder: Recorder<'_>,
    sealer: Option<&RunSealer<'_>>,
) -> Result<Summary> {
    let findings = recorder.findings();
    let visit = |settled, places: &_| render(settled, &RenderContext { corpus, places, findings });
    let visitor = Visitor { keys: Keys::Unread, visit: &visit, commit: &mut recorder, sealer };
    drive(corpus, course, &mut decider, visitor)?;
    let summary = recorder.finish(decider.places())?;
    if let Some(history) = corpus.history {
        history.write(corpus.sources, decider.places(), corpus.config)?;
    }
    Ok(summary)
}
