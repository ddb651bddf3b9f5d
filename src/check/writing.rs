//! Writing: problems are described on one thread and written on another, a batch at a time.

use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::report::{CheckReport, Problem, ProblemWriter};

use super::describe::Describer;
use super::log::Log;
use super::measure::{KnownUnits, for_each_unknown};

/// Problems of a batch.
const BATCH: usize = 1024;
/// Batches that wait to be written.
const MAX_WAITING: usize = 2;

fn failed(source: io::Error) -> Error {
    Error::Report { source }
}

/// The problems that the baseline does not hold, and the means to describe them.
pub(super) struct Unknown<'a, 't> {
    pub(super) log: &'a mut Log,
    /// The problems that the baseline holds.
    pub(super) known: Option<&'a KnownUnits>,
    pub(super) describer: &'a mut Describer<'t>,
}

/// Gives the writers all problems that the baseline does not hold.
pub(super) fn write(
    unknown: Unknown<'_, '_>,
    writers: &mut [Box<dyn ProblemWriter + '_>],
    report: &CheckReport,
    observer: &dyn Observer,
) -> Result<()> {
    writers.iter_mut().try_for_each(|writer| writer.begin(report)).map_err(failed)?;
    // Most formats list the first problems only.
    let most = writers.iter().map(|writer| writer.num_taken()).max().unwrap_or(0);
    if most > 0 {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel::<Vec<Problem>>(MAX_WAITING);
            let (back, written) = channel();
            let writers = &mut *writers;
            let writing = scope.spawn(move || {
                for batch in receiver {
                    for problem in &batch {
                        writers.iter_mut().try_for_each(|writer| writer.problem(problem)).map_err(failed)?;
                    }
                    let _ = back.send(batch); // nobody waits for it
                }
                Ok(())
            });
            let described = describe_all(unknown, &WriterChannel { sender, written, most }, observer);
            // A failed writer ends the descriptions, and its error is the one to return.
            let written =
                writing.join().unwrap_or_else(|_| Err(failed(io::Error::other("a writer panicked"))));
            written.and(described)
        })?;
    }
    writers.iter_mut().try_for_each(|writer| writer.finish(report)).map_err(failed)
}

/// The channels between the thread that describes and the thread that writes.
struct WriterChannel {
    sender: SyncSender<Vec<Problem>>,
    /// Full batches come back after they are written, and are freed on the thread that made them: an allocator is
    /// quickest that way.
    written: Receiver<Vec<Problem>>,
    /// Problems that are described.
    most: u64,
}

/// Describes the first problems.
fn describe_all(unknown: Unknown<'_, '_>, channel: &WriterChannel, observer: &dyn Observer) -> Result<()> {
    let Unknown { log, known, describer } = unknown;
    let mut num_described = 0;
    let mut batch = Vec::with_capacity(BATCH);
    for_each_unknown(log, known, |log, part| {
        if num_described >= channel.most {
            return Ok(ControlFlow::Break(()));
        }
        num_described += 1;
        batch.push(describer.problem(log, &part)?);
        if batch.len() < BATCH {
            return Ok(ControlFlow::Continue(()));
        }
        if observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
        channel.written.try_iter().for_each(drop);
        let is_heard = channel.sender.send(full).is_ok();
        Ok(if is_heard { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let _ = channel.sender.send(batch); // if nobody hears it, writing has failed, which is described elsewhere
    Ok(())
}
