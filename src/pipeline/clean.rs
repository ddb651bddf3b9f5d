//! The loop: scan a batch while the one before it is written, then settle it.

use rayon::prelude::*;

use super::commit::{RecordFiles, Recorder};
use super::feed::{BATCH_BYTES, Buffers, Feed};
use super::render::{RenderContext, Settled, SettledDocument, render};
use super::scan::{ScanContext, Scanned, scan};
use crate::config::Config;
use crate::decide::{Batch, Exact, Places};
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::read::PartFate;
use crate::report::{RunInfo, Summary};
use crate::store::{Area, Input, Output};
use crate::units::{DocumentId, Ordinal, ParagraphIndex, SourceId, count};

/// The ledger's name in the record.
pub(super) const LEDGER: &[u8] = b"removed.jsonl.zst";

/// Cleans `sources` from `input` to `output` and publishes. Runs on the caller's rayon pool.
pub(super) fn run(
    sources: &SourceList,
    (input, output): (&dyn Input, &dyn Output),
    config: &Config,
    observer: &dyn Observer,
    info: &dyn Fn() -> RunInfo,
) -> Result<Summary> {
    let buffers = Buffers::default();
    let context = ScanContext::new(sources, input, config);
    let mut feed = Feed::new(sources, input, config, &buffers);
    let mut decider =
        Decider { exact: Exact::new(config.decide), places: Places::default(), next: 0, open: None };
    let mut recorder = {
        let files = RecordFiles {
            ledger: output.create(Area::Record, LEDGER)?,
            rejected: output.create(Area::Record, b"rejected.jsonl")?,
            scratch: [output.scratch()?, output.scratch()?],
        };
        Recorder::new(sources, (output, observer), (config, &buffers), files, Summary::new(config))?
    };
    let mut settled = Vec::new();
    loop {
        if observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let batch = std::mem::take(&mut settled);
        let is_long = is_long(&batch);
        let writer = || {
            let context =
                RenderContext { scan: &context, output, places: &decider.places, config, buffers: &buffers };
            write(batch, &context, &mut recorder, &buffers)
        };
        let mut scanner = || {
            let work = feed.next_batch();
            work.into_par_iter().map(|work| scan(work, &context)).collect::<Vec<_>>()
        };
        let (scanned, written) = if is_long {
            // Two batches with a line of many megabytes each are not held at once.
            let written = writer();
            (scanner(), written)
        } else {
            rayon::join(scanner, writer)
        };
        written?;
        if scanned.is_empty() {
            break;
        }
        settled = decider.settle(scanned, &mut feed);
    }
    recorder.finish(&decider.places)?;
    let Recorder { summary, .. } = recorder;
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
fn is_long(batch: &[Settled]) -> bool {
    batch.iter().map(|settled| count(settled.scanned.chunk.bytes.len())).sum::<u64>() > 2 * BATCH_BYTES
}

/// Decide, and where everything stands.
struct Decider {
    exact: Exact,
    places: Places,
    /// Place of the next paragraph.
    next: u64,
    open: Option<OpenDocument>,
}

/// A large text document of which some pieces are settled.
#[derive(Debug, Clone, Copy)]
struct OpenDocument {
    source: SourceId,
    id: DocumentId,
    start: Ordinal,
}

impl Decider {
    /// Gives every paragraph of a batch its verdict.
    fn settle(&mut self, mut scanned: Vec<Scanned>, feed: &mut Feed<'_>) -> Vec<Settled> {
        self.drop_bad_documents(&mut scanned, feed);
        let mut documents = Vec::with_capacity(scanned.len());
        let mut batches = Vec::with_capacity(scanned.len());
        for scanned in &scanned {
            let first = Ordinal(self.next);
            let begun_before = self.open;
            documents.push(self.place(scanned));
            let goes_on = scanned.chunk.parts.first().is_some_and(|part| !part.is_first);
            batches.push(Batch {
                records: &scanned.records,
                num_paragraphs: scanned.paragraphs.len(),
                first,
                open_document: begun_before.filter(|_| goes_on).map(|open| open.start),
            });
        }
        self.places.set_end(Ordinal(self.next));
        let verdicts = self.exact.settle(&batches);
        let settled = scanned.into_iter().zip(verdicts).zip(documents);
        settled.map(|((scanned, verdicts), documents)| Settled { scanned, verdicts, documents }).collect()
    }

    /// Numbers a chunk's documents and paragraphs.
    fn place(&mut self, scanned: &Scanned) -> Vec<SettledDocument> {
        let mut documents = Vec::with_capacity(scanned.documents.len());
        for part in &scanned.chunk.parts {
            if part.is_first {
                self.places.push_source();
            }
            for slot in part.slots.clone() {
                let start = Ordinal(self.next + count(scanned.documents[slot].paragraphs.start));
                let open = self.open.filter(|open| open.source == part.source);
                let (id, first) = match open {
                    Some(open) => (open.id, start.0 - open.start.0),
                    None => (self.places.push_document(start), 0),
                };
                documents.push(SettledDocument { id, first: ParagraphIndex(first) });
                if part.is_first && !part.is_last && !part.is_container {
                    self.open = Some(OpenDocument { source: part.source, id, start });
                }
            }
            if part.is_last {
                self.open = None;
            }
        }
        self.next += count(scanned.paragraphs.len());
        documents
    }

    /// Takes large text documents that turned out to be bad out of the batch and, if they were begun in an
    /// earlier one, out of what is settled. One piece stays, to tell the reason.
    fn drop_bad_documents(&mut self, scanned: &mut Vec<Scanned>, feed: &mut Feed<'_>) {
        let is_bad = |scanned: &Scanned| match scanned.chunk.parts.as_slice() {
            [part] if part.fate != PartFate::Read && !part.is_container => Some(part.source),
            _ => None,
        };
        let bad: Vec<SourceId> = scanned.iter().filter_map(is_bad).collect();
        for source in bad {
            feed.abandon(source);
            if let Some(open) = self.open.take_if(|open| open.source == source) {
                self.exact.retract(open.start);
            }
            let mut is_first = false;
            let mut has_reason = false;
            scanned.retain_mut(|scanned| match scanned.chunk.parts.as_mut_slice() {
                [part] if part.source == source => {
                    is_first |= part.is_first;
                    part.is_first = is_first;
                    let stays = part.fate != PartFate::Read && !has_reason;
                    has_reason |= stays;
                    stays
                }
                _ => true,
            });
        }
    }
}
