//! The loop: feed a batch while the one before it is scanned and the one before that written, then settle.

use rayon::prelude::*;

use super::commit::{RecordFiles, Recorder};
use super::feed::{BATCH_BYTES, Buffers, Feed, OutputSpooler, Work};
use super::render::{RenderContext, Settled, render};
use super::scan::{ScanContext, scan};
use super::settle::{Decider, Rewind};
use crate::config::Config;
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::read::ReadContext;
use crate::report::{RunInfo, Summary};
use crate::store::{Area, Input, Output};
use crate::units::count;

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
    let context = ScanContext::new((sources, input), &read, config);
    let mut feed = Feed::new((sources, input), &read, (&spooler, output.can_retract()), &buffers);
    let mut decider = Decider::new(config);
    let files = RecordFiles::create(output)?;
    let mut recorder = Recorder::new(
        sources,
        (output, observer, &spooler),
        (config, &buffers),
        files,
        Summary::new(config),
    )?;
    let (mut fed, mut settled, mut is_done) = (None, Vec::new(), false);
    while !is_done || !settled.is_empty() {
        if observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let batch = std::mem::take(&mut settled);
        let is_long = is_long(&batch, fed.as_deref());
        let writer = || {
            let context =
                RenderContext { scan: &context, output, places: &decider.places, config, buffers: &buffers };
            write(batch, &context, &mut recorder, &buffers)
        };
        let scanner = |work: Vec<Work>| work.into_par_iter().map(|work| scan(work, &context)).collect();
        let (scanned, written): (Result<Vec<_>>, _) = match fed.take() {
            // Batches with a line of many megabytes each are not held at once.
            work if is_long => {
                let written = writer();
                (work.map_or_else(|| feed.next_batch(), Ok).map(scanner), written)
            }
            // What is unpacked is unpacked ahead. Unpacking and packing each take one thread their time, and
            // so start at once on two; scanning is shared by whoever is done first.
            Some(work) => {
                let (next, (written, scanned)) =
                    rayon::join(|| feed.next_batch(), || rayon::join(writer, || scanner(work)));
                fed = Some(next?);
                (Ok(scanned), written)
            }
            // What is only read is in the cache when it is scanned.
            None => rayon::join(|| feed.next_batch().map(scanner), writer),
        };
        written?;
        let scanned = scanned?;
        is_done = scanned.is_empty() && fed.as_ref().is_none_or(Vec::is_empty);
        let rewind;
        (settled, rewind) = decider.settle(scanned, &mut feed);
        if let Some(Rewind { first, source, how }) = rewind {
            feed.rewind(first, source, how);
            (fed, is_done) = (None, false);
        }
        if fed.is_none() && feed.is_unpacking() {
            fed = Some(feed.next_batch()?);
        }
    }
    recorder.finish(&decider.places)?;
    publish(recorder.summary, output, observer, info)
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

/// Renders a batch in parallel and commits it in order.
fn write(
    batch: Vec<Settled>,
    context: &RenderContext<'_>,
    recorder: &mut Recorder<'_>,
    buffers: &Buffers,
) -> Result<()> {
    let rendered: Result<Vec<_>> = batch.into_par_iter().map(|settled| render(settled, context)).collect();
    for rendered in rendered? {
        let settled = recorder.commit(rendered, context.places)?;
        buffers.give_back(settled.scanned.chunk.bytes);
    }
    Ok(())
}

/// Whether a batch holds much more than a batch should.
fn is_long(settled: &[Settled], fed: Option<&[Work]>) -> bool {
    let settled = settled.iter().map(|settled| count(settled.scanned.chunk.bytes.len())).sum::<u64>();
    let fed = fed.unwrap_or_default().iter().map(Work::len).sum();
    settled.max(fed) > 2 * BATCH_BYTES
}
