//! Writing: problems are told on one thread and written on another, a batch at a time.

use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::report::{CheckReport, Problem, ProblemWriter};

use super::log::Log;
use super::measure::{Known, for_each_piece};
use super::tell::Teller;

/// Problems of a batch.
const BATCH: usize = 1024;
/// Batches that wait to be written.
const MAX_WAITING: usize = 2;

fn failed(source: io::Error) -> Error {
    Error::Report { source }
}

/// Problems that are not known: where they stand, and what describes them.
pub(super) struct Unknown<'a, 't> {
    pub(super) log: &'a mut Log,
    /// Those that are known.
    pub(super) known: Option<&'a Known>,
    pub(super) teller: &'a mut Teller<'t>,
}

/// Tells the writers of everything that is not known.
pub(super) fn write(
    unknown: Unknown<'_, '_>,
    writers: &mut [Box<dyn ProblemWriter + '_>],
    report: &CheckReport,
    observer: &dyn Observer,
) -> Result<()> {
    writers.iter_mut().try_for_each(|writer| writer.begin(report)).map_err(failed)?;
    // Most formats tell of the first few only.
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
            let told = tell(unknown, &Line { sender, written, most }, observer);
            // What cannot be written ends the telling, and is the error to tell.
            let written =
                writing.join().unwrap_or_else(|_| Err(failed(io::Error::other("a writer panicked"))));
            written.and(told)
        })?;
    }
    writers.iter_mut().try_for_each(|writer| writer.finish(report)).map_err(failed)
}

/// The way from the teller to the writers.
struct Line {
    sender: SyncSender<Vec<Problem>>,
    /// What is written comes back: an allocator is quickest where what one thread made is not freed by another.
    written: Receiver<Vec<Problem>>,
    /// Problems that are told.
    most: u64,
}

/// Tells of the first problems.
fn tell(unknown: Unknown<'_, '_>, line: &Line, observer: &dyn Observer) -> Result<()> {
    let Unknown { log, known, teller } = unknown;
    let mut num_told = 0;
    let mut batch = Vec::with_capacity(BATCH);
    for_each_piece(log, known, |log, piece| {
        if num_told >= line.most {
            return Ok(ControlFlow::Break(()));
        }
        num_told += 1;
        batch.push(teller.problem(log, &piece)?);
        if batch.len() < BATCH {
            return Ok(ControlFlow::Continue(()));
        }
        if observer.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
        line.written.try_iter().for_each(drop);
        let is_heard = line.sender.send(full).is_ok();
        Ok(if is_heard { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let _ = line.sender.send(batch); // if nobody hears it, writing has failed, which is told elsewhere
    Ok(())
}
