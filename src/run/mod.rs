//! The engine: scan → decide → write, a batch at a time. The only room that knows all stages.
//!
//! # The flow
//! [`crate::clean()`] lists the inputs, calls [`run`], and publishes what it made. [`run`] does this, in this order:
//!
//! 1. `Checkpointer::new`, `Journal::take_checkpoint`: checkpoints are kept if the output has a journal ([`checkpoint`]), and
//!    `--resume` finds the last one there. Without one the run begins ([`begin`]: 2 to 6); with one it resumes
//!    ([`resume`]: 7 and 8).
//! 2. `AccountFiles::create`, `RecordIds::new`, `EvidenceStore::new`: the files of the account, and stores for the ids
//!    of records and for evidence.
//! 3. [`search()`]: finds what must be known of the whole corpus before anything is written.
//!    1. [`passages`] keeps the grams of texts for an index, and finds the documents that hold a passage of an earlier
//!       run.
//!    2. [`copies`] finds copies of whole documents, if only copies of them are to go. [`near`] finds near-duplicates: a pass keeps a sketch of each text, another one the features of the texts
//!       that met, and each group of those is settled by itself.
//!    3. [`filter()`](filter::filter) finds the documents that filters drop: a pass decides as if all stayed, and
//!       measures what is left.
//! 4. `Checkpointer::end_search`: the findings are saved, and a checkpoint is due.
//! 5. `Decider::new` ([`decider`]), `Recorder::new` ([`recorder`]): one gives verdicts, by the findings and by what
//!    it sees; the other one does what must happen in corpus order.
//! 6. `PassProgress::new`: the pass begins at the first source ([`pass`], [`feed`]).
//! 7. `Checkpoint::parse`, `Checkpoint::check`: the checkpoint is read, and held against the configuration and the inputs.
//! 8. `Checkpoint::resume_search`, `Checkpoint::resume`, `Recorder::resume`: findings, decider, course and recorder stand as
//!    they stood at the checkpoint.
//! 9. [`drive()`] takes the pass through to its end ([`write()`]). Batch after batch is fed ([`feed`]), scanned
//!    ([`scan`]), settled ([`decider`]), rendered ([`render()`]) and recorded ([`recorder`]).
//!    1. While one batch is scanned, the batch before it is rendered and recorded; between the two the scanned batch
//!       is settled. The first in corpus order stays, which needs no look-ahead: a text is written while it is in
//!       memory.
//!    2. Where prints reach the ceiling on memory ([`ceiling`]), or at once against an index, they overflow
//!       ([`overflow`]): one pass puts those of the rest aside in partitions on disk, each is settled by itself, and
//!       another pass writes the rest.
//!    3. From time to time, between two batches, a checkpoint is saved.
//! 10. `Recorder::finish`: the ledger ends, and the counts become the summary.
//! 11. `History::write`: an index with this run in it is made beside the old one ([`history`]).
//! 12. `Output::sync`: what a checkpoint or an index speaks of is on disk.
//!
//! A document that is not what an earlier pass read ends the run ([`recheck`]). What each pass needs stands in one
//! table ([`pass`]).
//!
//! # Memory
//! 40 bytes and the path a file, 4 bytes a document, 30 to 36 a surviving paragraph (to the ceiling), two batches of
//! text (8 MiB each, or one paragraph or record if that is longer), a third where they are unpacked ahead, and 4 MiB
//! of what is compressed on its way out. What near-duplicates add stands in [`near`].

pub(crate) mod boilerplate;
pub(crate) mod ceiling;
pub(crate) mod checkpoint;
mod convert;
mod copies;
pub(crate) mod corpus;
pub(crate) mod decider;
pub(crate) mod drive;
pub(crate) mod feed;
mod filter;
pub(crate) mod found;
mod fresh_texts;
pub(crate) mod history;
pub(crate) mod lookup;
mod near;
mod overflow;
pub(crate) mod pass;
mod passages;
pub(crate) mod progress;
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

use checkpoint::{Checkpoint, Checkpointer, EVIDENCE, refused};
use corpus::Corpus;
use decider::Decider;
use drive::{ChunkVisitor, drive};
use feed::Feed;
use found::Stores;
use history::History;
use pass::{Keys, Pass};
use progress::PassProgress;
use recorder::{AccountFiles, ID_STORES, LedgerStores, Recorder, SavedRecorder};
use render::{RenderContext, render};
use search::search;

/// The checkpointer of a run that writes.
type RunCheckpointer<'a> = Checkpointer<'a, SavedRecorder>;

/// Takes a run through to its end, from its beginning or from where it was cut short; what it wrote is not published.
///
/// # Errors
/// Any [`crate::Error`].
pub(crate) fn run(corpus: &Corpus<'_>) -> Result<Summary> {
    let checkpointer = Checkpointer::new(corpus);
    if checkpointer.is_some() {
        corpus.output.keep_digests()?;
    }
    let left = corpus.output.journal().and_then(Journal::take_checkpoint);
    let summary = match left {
        Some(state) => resume(corpus, &state, checkpointer.as_ref())?,
        None => begin(corpus, checkpointer.as_ref())?,
    };
    // An index must not outlive the texts it knows, nor a journal what it speaks of.
    if corpus.history.is_some_and(History::is_updated)
        || checkpointer.as_ref().is_some_and(Checkpointer::has_checkpoint)
    {
        corpus.output.sync()?;
    }
    Ok(summary)
}

/// Takes a run from its beginning to its end.
fn begin(corpus: &Corpus<'_>, checkpointer: Option<&RunCheckpointer<'_>>) -> Result<Summary> {
    let output = corpus.output;
    let files = AccountFiles::create(output)?;
    let mut ids = RecordIds::new([output.store(ID_STORES[0])?, output.store(ID_STORES[1])?]);
    let mut evidence = EvidenceStore::new(output.store(EVIDENCE)?);
    // A checkpoint holds a search as a whole.
    let search = search(corpus, &mut Stores { ids: &mut ids, evidence: &mut evidence })?;
    let (findings, basis) = search.basis();
    let findings = findings.as_ref();
    if let (Some(findings), Some(checkpointer)) = (findings, checkpointer) {
        checkpointer.end_search(corpus, findings, &mut evidence)?;
    }
    let decider = Decider::new(Pass::Decide, corpus.config.decide.paragraph_scope(), basis(findings));
    let decider = decider.keeping(corpus, &[]);
    let recorder = Recorder::new(corpus, files, LedgerStores { ids, evidence }, findings);
    let progress = PassProgress::new(Pass::Decide, Feed::new(corpus));
    write(corpus, progress, decider, recorder, checkpointer)
}

/// Resumes a run from its last checkpoint.
fn resume(corpus: &Corpus<'_>, state: &[u8], checkpointer: Option<&RunCheckpointer<'_>>) -> Result<Summary> {
    let state: Checkpoint<SavedRecorder> = Checkpoint::parse(state, corpus.output)?;
    state.check(corpus)?;
    let (written, recorder) = state.left();
    let open = recorder.open_files(corpus.config.write.to);
    corpus.output.check_written(written, &open, &|| corpus.observer.is_cancelled()).map_err(refused)?;
    let (findings, evidence) = state.resume_search(corpus.output).map_err(refused)?;
    let (decider, progress, recorder) =
        state.resume(corpus, findings.as_ref(), checkpointer).map_err(refused)?;
    let recorder = Recorder::resume(corpus, recorder, findings.as_ref(), evidence).map_err(refused)?;
    write(corpus, progress, decider, recorder, checkpointer)
}

/// The pass that writes.
fn write(
    corpus: &Corpus<'_>,
    progress: PassProgress<'_>,
    mut decider: Decider<'_>,
    mut recorder: Recorder<'_>,
    checkpointer: Option<&RunCheckpointer<'_>>,
) -> Result<Summary> {
    let findings = recorder.findings();
    let visit = |settled, places: &_| render(settled, &RenderContext { corpus, places, findings });
    let visitor = ChunkVisitor { keys: Keys::Unread, visit: &visit, commit: &mut recorder, checkpointer };
    drive(corpus, progress, &mut decider, visitor)?;
    decider.report_by_hand(corpus.observer);
    let summary = recorder.finish(decider.places())?;
    if let Some(history) = corpus.history {
        history.write(corpus.sources, decider.places(), corpus.config)?;
    }
    Ok(summary)
}
