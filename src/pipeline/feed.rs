//! Cuts the corpus into batches of chunks, in corpus order: small files are read by the tasks that scan them,
//! several to a task; a large file is read here, piece by piece.

use std::ops::Range;
use std::sync::Mutex;

use crate::config::Config;
use crate::discover::SourceList;
use crate::read::{self, PIECE_BYTES, Piece, Stream};
use crate::store::Input;
use crate::units::{SourceId, count};

/// Text of a batch. 8 MiB: two batches and what they are formatted into stay far below the promised 128 MiB,
/// and a batch still gives each of many cores dozens of chunks.
pub(super) const BATCH_BYTES: u64 = 8 * 1024 * 1024;
/// Files of a batch, for trees of empty files.
const BATCH_FILES: usize = 4096;
/// Files of one chunk.
const CHUNK_FILES: u32 = 64;

/// The work of one scan task.
#[derive(Debug)]
pub(super) enum Work {
    /// Small files, to be read.
    Files(Range<u32>, Vec<u8>),
    /// A piece of a large file.
    Piece(Piece),
}

/// Gives out the corpus batch by batch.
pub(super) struct Feed<'a> {
    sources: &'a SourceList,
    input: &'a dyn Input,
    config: &'a Config,
    next: u32,
    stream: Option<Stream>,
    buffers: &'a Buffers,
}

impl<'a> Feed<'a> {
    pub(super) fn new(
        sources: &'a SourceList,
        input: &'a dyn Input,
        config: &'a Config,
        buffers: &'a Buffers,
    ) -> Self {
        Self { sources, input, config, next: 0, stream: None, buffers }
    }

    /// The next batch; empty at the end of the corpus.
    pub(super) fn next_batch(&mut self) -> Vec<Work> {
        let mut batch = Vec::new();
        let (mut bytes, mut files) = (0, 0);
        while bytes < BATCH_BYTES && files < BATCH_FILES {
            if let Some(stream) = &mut self.stream {
                match stream.next_piece(self.buffers.take()) {
                    Some(piece) => {
                        bytes += count(piece.bytes.len());
                        batch.push(Work::Piece(piece));
                    }
                    None => self.stream = None,
                }
                continue;
            }
            if self.next as usize >= self.sources.len() {
                break;
            }
            let source = self.sources.get(SourceId(self.next));
            if read::is_large(source) {
                self.stream = Some(read::open_stream(self.input, source, self.config));
                self.next += 1;
                continue;
            }
            let (range, size) = self.small_files();
            bytes += size;
            files += range.len();
            batch.push(Work::Files(range, self.buffers.take()));
        }
        batch
    }

    /// The next files for one chunk, and their size.
    fn small_files(&mut self) -> (Range<u32>, u64) {
        let start = self.next;
        let mut size = 0;
        while (self.next as usize) < self.sources.len()
            && self.next - start < CHUNK_FILES
            && size < PIECE_BYTES
        {
            let source = self.sources.get(SourceId(self.next));
            if read::is_large(source) {
                break;
            }
            size += source.size;
            self.next += 1;
        }
        (start..self.next, size)
    }

    /// Reads no more of `source`: it turned out to be bad.
    pub(super) fn abandon(&mut self, source: SourceId) {
        if self.stream.as_ref().is_some_and(|stream| stream.source() == source) {
            self.stream = None;
        }
    }
}

/// Buffers that go round between reading and writing, so that their pages are mapped once.
#[derive(Debug, Default)]
pub(super) struct Buffers(Mutex<Vec<Vec<u8>>>);

/// A buffer that grew beyond this (a long line) is freed.
const MAX_KEPT: usize = 2 * 1024 * 1024;

impl Buffers {
    pub(super) fn take(&self) -> Vec<u8> {
        let mut buffer = self.0.lock().map_or(None, |mut free| free.pop()).unwrap_or_default();
        buffer.clear();
        buffer
    }

    pub(super) fn give_back(&self, buffer: Vec<u8>) {
        if buffer.capacity() <= MAX_KEPT
            && let Ok(mut free) = self.0.lock()
        {
            free.push(buffer);
        }
    }
}
