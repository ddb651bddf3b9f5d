//! Seals: what a run has done so far, written down so that another run can go on from there after this one was killed
//! (`--resume`). A run seals after every so many bytes of input, between two batches.
//!
//! A state speaks of files by their length: what a run writes is only ever appended to, so that cutting them back
//! brings a state back. What stands in memory is appended to stores ([`Logs`]); what is small stands in the state.
//!
//! Not sealed are: the middle of a search for near-duplicates, corpora with standard input, the middle of one text,
//! and the middle of what a compressor or an archive holds back. Then an earlier state stands.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::convert::unpacked_path;
use super::corpus::Corpus;
use super::course::{Course, Rest};
use super::decider::{Decider, Log, Logs, Resumed, SavedDecider, SavedLogs};
use super::feed::{Feed, Position, Ways};
use super::history::History;
use super::pass::Pass;
use crate::account::EvidenceStore;
use crate::config::{Config, DEFAULT_SEAL_EVERY, TargetFormat, WriteConfig};
use crate::decide::Findings;
use crate::discover::{SourceList, is_packed};
use crate::error::{Error, Result};
use crate::store::{Input, Journal, Mark, Output, path};
use crate::units::count;

/// How far a run had come, as it stands in the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State<S> {
    /// What the output depends on beside the inputs.
    config: String,
    /// Number of sources, and the store of their stamps.
    sources: (usize, Mark),
    pass: Pass,
    /// In [`Pass::Partition`]: the rest that is read ahead.
    rest: Option<Rest>,
    /// In [`Pass::Write`]: the survivors for an index that are kept.
    fresh: Option<Mark>,
    search: Option<SavedSearch>,
    position: Position,
    ways: Ways,
    decider: SavedDecider,
    logs: SavedLogs,
    /// The recorder, as it is or, while the rest is decided ahead, as it was when that began.
    recorder: S,
}

/// What a search for near-duplicates came to: what its stores hold.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SavedSearch {
    findings: Mark,
    evidence: Mark,
}

/// The stores of a search: what goes, and why.
const FINDINGS: &str = "findings";
pub(crate) const EVIDENCE: &str = "evidence";

/// The store of the sources' stamps.
const SOURCES: &str = "sources";

/// Seals the states of a run.
pub(crate) struct Sealer<'a, S> {
    output: &'a dyn Output,
    journal: &'a Journal,
    every: u64,
    config: String,
    inner: Mutex<Inner<S>>,
}

struct Inner<S> {
    /// Bytes of input since the last seal.
    since: u64,
    /// Seals wait for so many bytes.
    due: u64,
    pass: Pass,
    rest: Option<Rest>,
    fresh: Option<Mark>,
    search: Option<SavedSearch>,
    /// The recorder when the rest began to be decided ahead.
    recorder: Option<S>,
    logs: Option<Logs>,
    sources: Option<(usize, Mark)>,
}

impl<'a, S: Clone + Serialize> Sealer<'a, S> {
    /// A sealer for an output that has a journal.
    pub(crate) fn new(output: &'a dyn Output, config: &Config, history: Option<&History>) -> Option<Self> {
        let journal = output.journal()?;
        let every = config.recovery.seal_every.unwrap_or(DEFAULT_SEAL_EVERY).max(1);
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

    /// Poisoned only if sealing panicked, and then the run is over.
    fn lock(&self) -> MutexGuard<'_, Inner<S>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many more bytes of input are done with.
    pub(crate) fn advance(&self, num_bytes: u64) {
        self.lock().since += num_bytes;
    }

    /// Whether anything was sealed.
    pub(crate) fn has_sealed(&self) -> bool {
        self.lock().logs.is_some()
    }

    /// Whether a seal is due; between two sources it is when it is wanted.
    pub(crate) fn is_due(&self, position: Position) -> bool {
        let inner = self.lock();
        inner.since >= inner.due || !position.is_within() && self.wants(&inner)
    }

    /// Whether a seal would be due if it were possible.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wants(&self.lock())
    }

    fn wants(&self, inner: &Inner<S>) -> bool {
        inner.since >= self.every && inner.due != u64::MAX
    }

    /// A search is through. That is worth a seal if anything is.
    pub(crate) fn end_search(
        &self,
        corpus: &Corpus<'_>,
        findings: &Findings,
        evidence: &mut EvidenceStore,
    ) -> Result<()> {
        if corpus.sources.total_size() < self.every {
            return Ok(());
        }
        let mut log = Log(self.output.store(FINDINGS)?);
        findings.save(|piece| log.append(piece))?;
        let mut inner = self.lock();
        inner.search = Some(SavedSearch { findings: log.0.mark()?, evidence: evidence.mark()? });
        inner.due = 0;
        Ok(())
    }

    /// The prints of `rest` are put aside from here on.
    pub(crate) fn begin_partition(&self, rest: &Rest, recorder: Option<S>) {
        let mut inner = self.lock();
        inner.pass = Pass::Partition;
        inner.rest = Some(rest.clone());
        inner.recorder = recorder;
    }

    /// What was settled on disk is written from here on. That is worth a seal if anything is.
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

    /// Seals what is done, if the pass and the record are where they can be taken up again.
    pub(crate) fn seal(
        &self,
        corpus: &Corpus<'_>,
        feed: &Feed<'_>,
        decider: &mut Decider<'_>,
        recorder: Option<S>,
    ) -> Result<()> {
        let inner = &mut *self.lock();
        // If not now, then a little later.
        inner.due = inner.since + self.every / 16;
        // What is read ahead is not recorded.
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
            none => none.insert(Logs::new(self.output)?),
        };
        let Some(decider) = decider.save(logs)? else { return Ok(()) };
        let state = State {
            config: self.config.clone(),
            sources,
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
        self.journal.seal(json)
    }
}

/// What the output of a run depends on beside its inputs.
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
    format!("{} {read:?} {split:?} {matching:?} {decide:?} {write:?} {history:?}", env!("CARGO_PKG_VERSION"))
}

/// Why a run cannot go on with what was left.
fn resume_error(output: &dyn Output, what: &dyn std::fmt::Display) -> Error {
    let path = output.journal().map_or_else(|| "journal".into(), |journal| journal.path().to_owned());
    Error::Resume { path, what: what.to_string() }
}

/// A file that a state speaks of is not what it was: another attempt would come to the same.
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

/// Writes down what tells whether sources change: eight bytes each. `None` if that cannot be told of one of them:
/// another run would not get it again (standard input), or not see that it is another.
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

/// A number that is another if the file was changed or stands elsewhere.
fn stamp(place: crate::store::Place<'_>, input: &dyn Input) -> Option<u64> {
    let name = u64::from(crc32fast::hash(place.relative)) | count(place.root) << 32;
    Some(input.stamp(place)?.rotate_left(7) ^ name)
}

impl<S: Clone + Serialize + DeserializeOwned> State<S> {
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
                &"the options, the index or the version of the program are not those of the run that was cut short",
            ));
        }
        let mut store = corpus.output.reopen_store(SOURCES, self.sources.1).map_err(refused)?;
        let changed = |place: &[u8]| Error::Resume {
            path: path::from_bytes(place).to_owned(),
            what: "this input is not what it was in the run that was cut short, or comes at another place"
                .to_owned(),
        };
        let mut stamps = vec![0; usize::try_from(self.sources.1.len).unwrap_or(0)];
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
            "there were {} files in the inputs of the run that was cut short, and there are {} now",
            self.sources.0,
            corpus.sources.len()
        );
        Err(resume_error(corpus.output, &what))
    }

    /// What a search came to before.
    pub(crate) fn resume_search(&self, output: &dyn Output) -> Result<(Option<Findings>, EvidenceStore)> {
        let Some(SavedSearch { findings: mark, evidence }) = self.search else {
            return Ok((None, EvidenceStore::new(output.scratch()?)));
        };
        let mut findings = Findings::default();
        Log(output.reopen_store(FINDINGS, mark)?).for_each(mark, |piece| findings.take_up(piece))?;
        Ok((Some(findings), EvidenceStore::new(output.reopen_store(EVIDENCE, evidence)?)))
    }

    /// The pass, where it goes on, and the recorder.
    pub(crate) fn resume<'a>(
        self,
        corpus: &Corpus<'a>,
        findings: Option<&'a Findings>,
        sealer: Option<&Sealer<'_, S>>,
    ) -> Result<(Decider<'a>, Course<'a>, S)> {
        let from = Resumed { scope: corpus.config.decide.scope, output: corpus.output, findings };
        let (decider, logs) = Decider::resume(self.decider, &self.logs, from)?;
        if let Some(sealer) = sealer {
            let mut inner = sealer.lock();
            (inner.pass, inner.rest, inner.fresh) = (self.pass, self.rest.clone(), self.fresh);
            (inner.sources, inner.search) = (Some(self.sources), self.search);
            (inner.logs, inner.recorder) = (Some(logs), Some(self.recorder.clone()));
        }
        // What was written after the seal is written once more.
        let written = self.rest.as_ref().map_or(self.position, |rest| rest.position);
        forget_after(written, corpus)?;
        if let (Some(history), Some(fresh)) = (corpus.history, self.fresh) {
            history.take_up(fresh, corpus.output)?;
        }
        let feed = Feed::new(corpus).starting(self.position, self.ways);
        Ok((decider, Course { pass: self.pass, feed, rest: self.rest }, self.recorder))
    }
}

/// Removes what stands in the corpus of sources that come after a position: another run may have begun to write a text
/// that this one finds to be bad before it writes any of it. What a source that is begun wrote is part of the state.
fn forget_after(position: Position, corpus: &Corpus<'_>) -> Result<()> {
    let first = position.source().index() + usize::from(position.is_within());
    for source in corpus.sources.iter().skip(first) {
        let relative = source.place.relative;
        corpus.output.forget(relative)?;
        if corpus.config.write.to == Some(TargetFormat::Txt) && is_packed(relative) {
            corpus.output.forget(&unpacked_path(relative.to_vec()))?;
        }
    }
    Ok(())
}
