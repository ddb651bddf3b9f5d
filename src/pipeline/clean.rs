//! A run: near-duplicates are searched for if they are to go, then everything is read, settled and written.

use super::commit::{RecordFiles, Recorder};
use super::drive::{Corpus, Visitor, drive};
use super::feed::{Buffers, OutputSpooler};
use super::near;
use super::render::{RenderContext, render};
use super::scan::{Purpose, ScanContext};
use crate::config::Config;
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::read::ReadContext;
use crate::report::{RunInfo, Summary};
use crate::store::{Area, Input, Output};
use crate::write::{EvidenceStore, RecordIds};

/// Cleans `sources` from `input` to `output` and publishes. Runs on the caller's rayon pool.
pub(super) fn run(
    sources: &SourceList,
    (input, output): (&dyn Input, &dyn Output),
    config: &Config,
    observer: &dyn Observer,
    info: &dyn Fn() -> RunInfo,
) -> Result<Summary> {
    let buffers = Buffers::default();
    let read = ReadContext::new(config)?;
    let spooler = OutputSpooler(output);
    let corpus = Corpus {
        sources,
        input,
        output,
        read: &read,
        spooler: &spooler,
        config,
        observer,
        buffers: &buffers,
        earlier: None,
    };
    let files = RecordFiles::create(output)?;
    let mut ids = RecordIds::new([output.scratch()?, output.scratch()?]);
    let mut evidence = EvidenceStore::new(output.scratch()?);
    let search = near::search(&corpus, &mut ids, &mut evidence)?;
    let findings = search.as_ref().map(|search| &search.findings);
    let mut context = ScanContext::new((sources, input), &read, config, Purpose::Records);
    if search.is_some() {
        context = context.checked();
    }
    let mut decider = near::decider(search.as_ref(), config);
    let mut recorder = Recorder::new(&corpus, files, (ids, evidence), findings);
    let visit = |settled, places: &_| {
        let context = RenderContext {
            scan: &context,
            output,
            places,
            findings,
            earlier: corpus.earlier,
            config,
            buffers: &buffers,
        };
        render(settled, &context)
    };
    let mut commit = |rendered, places: &_| {
        let settled = recorder.commit(rendered, places)?;
        Ok(settled.scanned.chunk.bytes)
    };
    let mut feed = corpus.feed();
    let visitor = Visitor { visit: &visit, commit: &mut commit };
    drive(&corpus, (&mut feed, &context), &mut decider, visitor)?;
    let summary = recorder.finish(decider.places())?;
    publish(summary, output, observer, info)
}

/// Writes the account of a run that is through, and publishes.
fn publish(
    summary: Summary,
    output: &dyn Output,
    observer: &dyn Observer,
    info: &dyn Fn() -> RunInfo,
) -> Result<Summary> {
    output.create(Area::Record, b"summary.json")?.append(summary.to_json().as_bytes())?;
    output.create(Area::Record, b"run.json")?.append(info().to_json().as_bytes())?;
    if observer.is_cancelled() {
        return Err(Error::Interrupted);
    }
    output.publish()?;
    Ok(summary)
}
