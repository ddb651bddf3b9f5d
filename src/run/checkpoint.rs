//! Checkpoints: the state of a run, saved so that another run can resume there after this one was killed (`--resume`).
//! A run saves a checkpoint after a fixed number of bytes of input, between two batches.
//!
//! A checkpoint records the lengths of files. A run only appends to its files, so that cutting them back to these
//! lengths restores them. State in memory is appended to stores ([`DeciderLogs`]); small state is part of the
//! checkpoint itself.
//!
//! No checkpoint can be saved in the middle of a search for near-duplicates, with standard input in the corpus, in the
//! middle of a text, or while a compressor or an archive holds bytes back. The checkpoint before then stays valid.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::corpus::Corpus;
use super::decider::{Decider, DeciderLogs, PieceLog, Resumed, SavedDecider, SavedDeciderLogs};
use super::feed::{Feed, FeedPosition, Ways};
use super::history::{FreshMarks, History};
use super::pass::Pass;
use super::progress::{PassProgress, RestOfCorpus};
use crate::account::EvidenceStore;
use crate::config::{Config, DEFAULT_SEAL_EVERY, WriteConfig};
use crate::decide::Findings;
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::normalize::KEY_VERSION;
use crate::store::{Input, Journal, Mark, Output, path};
use crate::units::{self, count};

/// A checkpoint as it stands in the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Checkpoint<S> {
    /// The options that the output depends on, beside the inputs.
    config: String,
    /// Number of sources, and the store of their stamps.
    sources: (usize, Mark),
    /// The list of the files of the corpus that were finished.
    written: Option<Mark>,
    pass: Pass,
    /// The rest of the corpus that is read ahead, in [`Pass::Partition`].
    rest: Option<RestOfCorpus>,
    /// The survivors that are kept for an index, in [`Pass::Write`].
    fresh: Option<Mark>,
    search: Option<SavedSearch>,
    position: FeedPosition,
    ways: Ways,
    decider: SavedDecider,
    logs: SavedDeciderLogs,
    /// The recorder, as it is or, while the rest is decided ahead, as it was when that began.
    recorder: S,
}

/// The result of a search for near-duplicates, as the marks of its stores.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SavedSearch {
    findings: Mark,
    evidence: Mark,
    /// The texts that are kept for an index.
    texts: FreshMarks,
}

/// The stores of a search: what goes, and why.
const FINDINGS: &str = "findings";
pub(crate) const EVIDENCE: &str = "evidence";

/// The store of the sources' stamps.
const SOURCES: &str = "sources";

/// Saves the checkpoints of a run.
pub(crate) struct Checkpointer<'a, S> {
    output: &'a dyn Output,
    journal: &'a Journal,
    every: u64,
    config: String,
    inner: Mutex<Inner<S>>,
}

struct Inner<S> {
    /// Bytes of input since the last checkpoint.
    since: u64,
    /// The number of bytes after which the next checkpoint is due.
    due: u64,
    pass: Pass,
    rest: Option<RestOfCorpus>,
    fresh: Option<Mark>,
    search: Option<SavedSearch>,
    /// The recorder when the rest began to be decided ahead.
    recorder: Option<S>,
    logs: Option<DeciderLogs>,
    sources: Option<(usize, Mark)>,
}

impl<'a, S: Clone + Serialize> Checkpointer<'a, S> {
    /// A checkpointer for an output that has a journal, if the corpus is large enough for a checkpoint: what no
    /// checkpoint names needs no digest.
    pub(crate) fn new(corpus: &Corpus<'a>) -> Option<Self> {
        let Corpus { output, config, history, .. } = *corpus;
        let journal = output.journal()?;
        let every = config.recovery.seal_every.unwrap_or(DEFAULT_SEAL_EVERY).max(1);
        // What overflows is read twice.
        if corpus.sources.total_size().saturating_mul(2) < every {
            return None;
        }
        let inner = Inner {
            since: 0,
            due: every,
            pass: Pass::Decide,
            rest: None,
            fresh: None,
            search: None,
            recorder: None,
            logs: None,
            sources: None,
        };
        Some(Self { output, journal, every, config: identity(config, history), inner: Mutex::new(inner) })
    }

    /// Poisoned only if saving a checkpoint panicked, and then the run is over.
    fn lock(&self) -> MutexGuard<'_, Inner<S>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts `num_bytes` more bytes of input as finished.
    pub(crate) fn advance(&self, num_bytes: u64) {
        self.lock().since += num_bytes;
    }

    /// Whether a checkpoint was saved.
    pub(crate) fn has_checkpoint(&self) -> bool {
        self.lock().logs.is_some()
    }

    /// Whether a checkpoint is due here. Between two sources it is due as soon as it is wanted.
    pub(crate) fn is_due(&self, position: FeedPosition) -> bool {
        let inner = self.lock();
        inner.since >= inner.due || !position.is_within() && self.wants(&inner)
    }

    /// Whether a checkpoint would be due if it were possible here.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wants(&self.lock())
    }

    fn wants(&self, inner: &Inner<S>) -> bool {
        inner.since >= self.every && inner.due != u64::MAX
    }

    /// Ends a search, and saves a checkpoint: searching was expensive.
    pub(crate) fn end_search(
        &self,
        corpus: &Corpus<'_>,
        findings: &Findings,
        evidence: &mut EvidenceStore,
    ) -> Result<()> {
        if corpus.sources.total_size() < self.every {
            return Ok(());
        }
        let mut log = PieceLog(self.output.store(FINDINGS)?);
        findings.save(|piece| log.append(piece))?;
        let texts = corpus.history.map_or(Ok(FreshMarks::default()), History::mark_texts)?;
        let mut inner = self.lock();
        inner.search = Some(SavedSearch { findings: log.0.mark()?, evidence: evidence.mark()?, texts });
        inner.due = 0;
        Ok(())
    }

    /// The prints of `rest` are put aside from here on.
    pub(crate) fn begin_partition(&self, rest: &RestOfCorpus, recorder: Option<S>) {
        let mut inner = self.lock();
        inner.pass = Pass::Partition;
        inner.rest = Some(rest.clone());
        inner.recorder = recorder;
    }

    /// Begins to write what was settled on disk, and saves a checkpoint: settling was expensive.
    pub(crate) fn begin_writing(&self, corpus: &Corpus<'_>) -> Result<()> {
        let mut inner = self.lock();
        inner.pass = Pass::Write;
        inner.rest = None;
        inner.fresh = corpus.history.map_or(Ok(None), History::mark)?;
        if corpus.sources.total_size() >= self.every {
            inner.due = 0;
        }
        Ok(())
    }

    /// Saves a checkpoint, if the pass and the recorder can be resumed here.
    pub(crate) fn save_checkpoint(
        &self,
        corpus: &Corpus<'_>,
        feed: &Feed<'_>,
        decider: &mut Decider<'_>,
        recorder: Option<S>,
    ) -> Result<()> {
        let inner = &mut *self.lock();
        // If not now, then a little later.
        inner.due = inner.since + self.every / 16;
        // The rest that is read ahead is not recorded yet.
        let recorder = if inner.pass == Pass::Partition { inner.recorder.clone() } else { recorder };
        let Some(recorder) = recorder else { return Ok(()) };
        if inner.sources.is_none() {
            inner.sources = write_stamps(corpus.sources, corpus.input, self.output)?;
        }
        let Some(sources) = inner.sources else {
            inner.due = u64::MAX; // nor will it be possible later
            return Ok(());
        };
        let logs = match &mut inner.logs {
            Some(logs) => logs,
            none => none.insert(DeciderLogs::new(self.output)?),
        };
        let Some(decider) = decider.save(logs)? else { return Ok(()) };
        let state = Checkpoint {
            config: self.config.clone(),
            sources,
            written: self.output.mark_written()?,
            pass: inner.pass,
            rest: inner.rest.clone(),
            fresh: inner.fresh,
            search: inner.search,
            position: feed.position(),
            ways: feed.ways().clone(),
            decider,
            logs: logs.mark()?,
            recorder,
        };
        let json = serde_json::to_vec(&state).map_err(|error| resume_error(self.output, &error))?;
        tracing::debug!(bytes = json.len(), "sealed");
        (inner.since, inner.due) = (0, self.every);
        self.journal.save_checkpoint(json)
    }
}

/// The options that the output of a run depends on, beside its inputs, as one text.
///
/// Every part of the configuration is named, so that a new one cannot be forgotten here.
fn identity(config: &Config, history: Option<&History>) -> String {
    let Config {
        read,
        split,
        matching,
        decide,
        write,
        // How the output comes about does not change it.
        threads: _,
        memory: _,
        recovery: _,
        // The indexes, as they are rather than as they were asked for, stand in `history`.
        history: _,
        // Told in the account only.
        command: _,
        given: _,
    } = config;
    let write = WriteConfig { force: false, sync: false, ..*write };
    let history = history.map(History::identity);
    let version = env!("CARGO_PKG_VERSION");
    format!("{version} {KEY_VERSION} {read:?} {split:?} {matching:?} {decide:?} {write:?} {history:?}")
}

/// The error of a run that cannot resume from what was left.
fn resume_error(output: &dyn Output, what: &dyn std::fmt::Display) -> Error {
    let path = output.journal().map_or_else(|| "journal".into(), |journal| journal.path().to_owned());
    Error::Resume { path, what: what.to_string() }
}

/// The error for a file that is not as the checkpoint says: another attempt would end in the same way.
pub(crate) fn refused(error: Error) -> Error {
    match error {
        Error::Damaged { path, offset } => {
            Error::Resume { path, what: format!("it is damaged at byte {offset}, or shorter than it was") }
        }
        Error::Output { path, operation, source } => {
            Error::Resume { path, what: format!("cannot {operation} it: {source}") }
        }
        error => error,
    }
}

/// Bytes of a stamp.
const STAMP: usize = 8;

/// Writes a stamp of eight bytes for each source, from which a change is seen. `None` if a source has no stamp: another
/// run could not read it again (standard input), or would not see that it changed.
fn write_stamps(
    sources: &SourceList,
    input: &dyn Input,
    output: &dyn Output,
) -> Result<Option<(usize, Mark)>> {
    let mut store = output.store(SOURCES)?;
    for source in sources.iter() {
        let Some(stamp) = stamp(source.place, input) else { return Ok(None) };
        store.append(&stamp.to_le_bytes())?;
    }
    Ok(Some((sources.len(), store.mark()?)))
}

/// A number that changes if the file is changed or replaced.
fn stamp(place: crate::store::InputPlace<'_>, input: &dyn Input) -> Option<u64> {
    let name = u64::from(crc32fast::hash(place.relative)) | count(place.root) << 32;
    Some(input.stamp(place)?.rotate_left(7) ^ name)
}

impl<S: Clone + Serialize + DeserializeOwned> Checkpoint<S> {
    /// Reads a state.
    pub(crate) fn parse(json: &[u8], output: &dyn Output) -> Result<Self> {
        serde_json::from_slice(json).map_err(|error| resume_error(output, &error))
    }

    /// Checks that this run is to do what that one was to.
    ///
    /// # Errors
    /// [`Error::Resume`] if the options, the program or an input is another.
    pub(crate) fn check(&self, corpus: &Corpus<'_>) -> Result<()> {
        if self.config != identity(corpus.config, corpus.history) {
            return Err(resume_error(
                corpus.output,
                &"the options, the index or the version of tamis are not those of the interrupted run",
            ));
        }
        let mut store = corpus.output.reopen_store(SOURCES, self.sources.1).map_err(refused)?;
        let changed = |place: &[u8]| Error::Resume {
            path: path::from_bytes(place).to_owned(),
            what: "this input has changed since the interrupted run, or comes at another place".to_owned(),
        };
        let mut stamps = vec![0; units::index(self.sources.1.len)];
        store.read_at(0, &mut stamps).map_err(refused)?;
        for (source, known) in corpus.sources.iter().zip(stamps.as_chunks::<STAMP>().0) {
            if stamp(source.place, corpus.input).map(u64::to_le_bytes) != Some(*known) {
                return Err(changed(source.place.relative));
            }
        }
        if corpus.sources.len() == self.sources.0 {
            return Ok(());
        }
        let what = format!(
            "the inputs had {} files in the interrupted run, and have {} now",
            self.sources.0,
            corpus.sources.len()
        );
        Err(resume_error(corpus.output, &what))
    }

    /// The state that the run left: the list of the files that were finished, and the recorder, which knows those
    /// that were not.
    pub(crate) fn left(&self) -> (Option<Mark>, &S) {
        (self.written, &self.recorder)
    }

    /// Loads the result of the search that the interrupted run finished.
    pub(crate) fn resume_search(&self, output: &dyn Output) -> Result<(Option<Findings>, EvidenceStore)> {
        let Some(SavedSearch { findings: mark, evidence, .. }) = self.search else {
            return Ok((None, EvidenceStore::new(output.scratch()?)));
        };
        let mut findings = Findings::default();
        PieceLog(output.reopen_store(FINDINGS, mark)?).for_each(mark, |piece| findings.resume(piece))?;
        Ok((Some(findings), EvidenceStore::new(output.reopen_store(EVIDENCE, evidence)?)))
    }

    /// The pass, where it goes on, and the recorder.
    pub(crate) fn resume<'a>(
        self,
        corpus: &Corpus<'a>,
        findings: Option<&'a Findings>,
        checkpointer: Option<&Checkpointer<'_, S>>,
    ) -> Result<(Decider<'a>, PassProgress<'a>, S)> {
        let from = Resumed { corpus, findings };
        let (decider, logs) = Decider::resume(self.decider, &self.logs, from)?;
        if let Some(checkpointer) = checkpointer {
            let mut inner = checkpointer.lock();
            (inner.pass, inner.rest, inner.fresh) = (self.pass, self.rest.clone(), self.fresh);
            (inner.sources, inner.search) = (Some(self.sources), self.search);
            (inner.logs, inner.recorder) = (Some(logs), Some(self.recorder.clone()));
        }
        if let (Some(history), Some(fresh)) = (corpus.history, self.fresh) {
            history.resume(fresh, corpus.output)?;
        }
        let texts = self.search.map(|search| search.texts);
        if let (Some(history), Some(texts)) = (corpus.history, texts) {
            history.resume_texts(texts, corpus.output)?;
        }
        let feed = Feed::new(corpus).starting(self.position, self.ways);
        Ok((decider, PassProgress { pass: self.pass, feed, rest: self.rest }, self.recorder))
    }
}
