//! A run: near-duplicates are searched for if they are to go, then everything is read, settled and written.

use super::commit::{ID_STORES, RecordFiles, Recorder};
use super::drive::{Corpus, Course, Visitor, drive};
use super::feed::{Buffers, OutputSpooler};
use super::history::History;
use super::near;
use super::render::{RenderContext, render};
use super::scan::{Purpose, ScanContext};
use super::seal::{EVIDENCE, Sealer, State, refused};
use super::settle::Decider;
use crate::account::{EvidenceStore, RunInfo, Summary, names};
use crate::config::Config;
use crate::decide::near::Findings;
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::read::ReadContext;
use crate::store::{Area, Input, Journal, Output};
use crate::write::RecordIds;

/// Cleans `sources` from `input` to `output` and publishes. Runs on the caller's rayon pool.
pub(super) fn run(
    (sources, history): (&SourceList, Option<&History>),
    (input, output): (&dyn Input, &dyn Output),
    config: &Config,
    observer: &dyn Observer,
    info: &dyn Fn() -> RunInfo,
) -> Result<Summary> {
    let buffers = Buffers::default();
    let read = ReadContext::new(config)?;
    let spooler = OutputSpooler(output);
    let sealer = Sealer::new(output, config, history);
    let corpus = Corpus {
        sources,
        input,
        output,
        read: &read,
        spooler: &spooler,
        config,
        observer,
        buffers: &buffers,
        history,
        sealer: sealer.as_ref(),
    };
    let left = output.journal().and_then(Journal::take_left);
    let summary = match left {
        Some(state) => go_on(&corpus, &state)?,
        None => go(&corpus)?,
    };
    // An index must not outlive the texts it knows, nor a journal what it speaks of.
    if history.is_some_and(History::is_updated) || sealer.as_ref().is_some_and(Sealer::has_sealed) {
        output.sync()?;
    }
    publish(summary, (output, history), observer, info)
}

/// From the beginning to the end.
fn go(corpus: &Corpus<'_>) -> Result<Summary> {
    let output = corpus.output;
    let files = RecordFiles::create(output)?;
    let mut ids = RecordIds::new([output.store(ID_STORES[0])?, output.store(ID_STORES[1])?]);
    let mut evidence = EvidenceStore::new(output.store(EVIDENCE)?);
    // A search is sealed as a whole.
    let search = near::search(&Corpus { sealer: None, ..*corpus }, &mut ids, &mut evidence)?;
    let (findings, known) = near::Search::split(search);
    let findings = findings.as_ref();
    if let (Some(findings), Some(sealer)) = (findings, corpus.sealer) {
        sealer.end_search(corpus, findings, &mut evidence)?;
    }
    let decider = near::decider(known, findings, corpus.config);
    let recorder = Recorder::new(corpus, files, (ids, evidence), findings);
    write(corpus, Course::Stream(corpus.feed()), decider, recorder, findings)
}

/// From where a run was cut short.
fn go_on(corpus: &Corpus<'_>, state: &[u8]) -> Result<Summary> {
    let state = State::parse(state, corpus.output)?;
    state.check(corpus)?;
    let (findings, evidence) = state.take_up_search(corpus.output).map_err(refused)?;
    let (decider, course, recorder) = state.take_up(corpus).map_err(refused)?;
    let decider = decider.finding(findings.as_ref());
    let recorder = Recorder::take_up(corpus, recorder, (findings.as_ref(), evidence)).map_err(refused)?;
    write(corpus, course, decider, recorder, findings.as_ref())
}

/// The pass that writes.
fn write(
    corpus: &Corpus<'_>,
    course: Course<'_>,
    mut decider: Decider<'_>,
    mut recorder: Recorder<'_>,
    findings: Option<&Findings>,
) -> Result<Summary> {
    let Corpus { sources, input, output, read, config, buffers, .. } = *corpus;
    let earlier = corpus.earlier();
    let context = ScanContext::new((sources, input), read, config, Purpose::Records);
    let context = context.checked_if(findings.is_some());
    let visit = |settled, places: &_| {
        let context = RenderContext { scan: &context, output, places, findings, earlier, config, buffers };
        render(settled, &context)
    };
    let visitor = Visitor { visit: &visit, commit: &mut recorder };
    drive(corpus, (course, &context), &mut decider, visitor)?;
    let summary = recorder.finish(decider.places())?;
    if let Some(history) = corpus.history {
        history.write(corpus, decider.places())?;
    }
    Ok(summary)
}

/// Writes the account of a run that is through, and publishes.
fn publish(
    summary: Summary,
    (output, history): (&dyn Output, Option<&History>),
    observer: &dyn Observer,
    info: &dyn Fn() -> RunInfo,
) -> Result<Summary> {
    output.create(Area::Record, names::SUMMARY.as_bytes())?.append(summary.to_json().as_bytes())?;
    output.create(Area::Record, names::RUN_INFO.as_bytes())?.append(info().to_json().as_bytes())?;
    if observer.is_cancelled() {
        return Err(Error::Interrupted);
    }
    // OUT first: an index that knows texts which stand nowhere would lose them.
    history.map_or(Ok(()), |history| history.prepare(output))?;
    output.publish()?;
    history.map_or(Ok(()), History::commit)?;
    Ok(summary)
}
