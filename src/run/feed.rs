//! Cuts the corpus into batches of chunks, in corpus order: small files are read by the tasks that scan them,
//! several to a task; a large one, and what is unpacked, is read here, piece by piece.

use std::collections::BTreeMap;
use std::ops::Range;

use super::corpus::{Buffers, Corpus};
use crate::discover::{SourceList, is_packed};
use crate::error::Result;
use crate::read::{
    self, Chunk, PIECE_BYTES, PartFate, Piece, PiecePlace, ReadContext, Reread, SourceStream, Spooler, Stop,
};
use crate::store::Input;
use crate::units::SourceId;

/// Most text of a batch. 8 MiB: two batches and what they are formatted into stay far below the promised 128 MiB,
/// and a batch still gives each of many cores dozens of chunks.
pub(crate) const BATCH_BYTES: u64 = 8 * 1024 * 1024;

/// Text of a batch under a ceiling on memory.
fn batch_bytes(memory: Option<u64>) -> u64 {
    memory.map_or(BATCH_BYTES, |memory| (memory / 32).clamp(64 * 1024, BATCH_BYTES))
}
/// Files of a batch, for trees of empty files.
const BATCH_FILES: usize = 4096;
/// Files of one chunk.
const CHUNK_FILES: u32 = 64;

/// The work of one scan task.
#[derive(Debug)]
pub(crate) enum Work {
    /// Small files, to be read.
    Files(Range<u32>, Vec<u8>),
    /// A piece of a large file.
    Piece(Box<Piece>),
}

impl Work {
    /// Bytes that are held for it already.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Files(..) => 0,
            Self::Piece(piece) => piece.len(),
        }
    }
}

/// How much of a batch may be held while it is worked on. A batch is cut by the bytes of its text; what is kept of its
/// paragraphs shows only as they are found, and of short lines it is many times their text. Four times the text of a
/// batch: lines of 33 bytes fill both.
#[derive(Clone, Copy)]
pub(crate) struct Room<'a> {
    sources: &'a SourceList,
    most: u64,
}

impl Room<'_> {
    /// Whether this is all that may be held.
    pub(crate) fn is_filled_by(&self, held: u64) -> bool {
        held >= self.most
    }

    /// Estimates the bytes that some work will hold, where `held_for_16` bytes were held for each 16 of text before.
    pub(crate) fn expected(&self, work: &Work, held_for_16: u64) -> u64 {
        match work {
            Work::Files(range, _) => {
                let sizes = range.clone().map(|number| self.sources.get(SourceId(number)).size);
                sizes.fold(0, u64::saturating_add) / 16 * held_for_16
            }
            Work::Piece(piece) => (piece.len() / 16 * held_for_16).max(piece.len() + piece.num_held()),
        }
    }
}

/// Where a feed stands: everything before it was given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct FeedPosition {
    /// The source.
    source: u32,
    /// The place in the source before which everything was given out.
    piece: PiecePlace,
}

impl FeedPosition {
    /// The source it is in, or before.
    pub(crate) fn source(self) -> SourceId {
        SourceId(self.source)
    }

    /// Whether something of that source stands before it.
    pub(crate) fn is_within(self) -> bool {
        self.piece != PiecePlace::default()
    }

    /// Where a piece of work begins.
    fn of(work: &Work) -> Self {
        match work {
            Work::Files(range, _) => Self { source: range.start, piece: PiecePlace::default() },
            Work::Piece(piece) => Self { source: piece.source().0, piece: piece.place() },
        }
    }
}

/// Where reading is to begin anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rewind {
    /// The source that it begins with.
    pub(crate) first: SourceId,
    /// The source that is to be read in another way.
    pub(crate) source: SourceId,
    /// The other way of reading it.
    pub(crate) how: Reread,
}

/// Which sources are read in another way than their size and beginning suggest.
pub(crate) type Ways = BTreeMap<SourceId, Reread>;

/// Gives out the corpus batch by batch.
pub(crate) struct Feed<'a> {
    sources: &'a SourceList,
    input: &'a dyn Input,
    context: &'a ReadContext,
    spooler: &'a dyn Spooler,
    next: u32,
    stream: Option<SourceStream<'a>>,
    /// Work that was taken for a batch and given back, as the batch was full; it stands before `ahead`.
    returned: Option<Vec<Work>>,
    /// The batch that is fed and not yet taken.
    ahead: Option<Vec<Work>>,
    /// The source that was given out in part before, and the place where its rest begins.
    resumed: Option<(SourceId, PiecePlace)>,
    /// How all sources are read that are read as streams, whatever `ways` says.
    way: Option<Reread>,
    /// Sources that are read in another way than their size and beginning suggest.
    ways: Ways,
    buffers: &'a Buffers,
    /// Which sources are given out; `None`: all.
    wanted: Option<&'a [bool]>,
    /// Text of a batch.
    batch_bytes: u64,
    /// Whether a batch ends with a large source.
    ends_with_source: bool,
}

impl<'a> Feed<'a> {
    /// Gives out the corpus from its beginning, in batches that fit below its ceiling on memory.
    pub(crate) fn new(corpus: &Corpus<'a>) -> Self {
        let way = if corpus.output.can_retract() { None } else { Some(Reread::Detected) };
        Self {
            sources: corpus.sources,
            input: corpus.input,
            context: corpus.read,
            spooler: corpus.spooler,
            next: 0,
            stream: None,
            returned: None,
            ahead: None,
            resumed: None,
            way,
            ways: Ways::new(),
            buffers: corpus.buffers,
            wanted: None,
            batch_bytes: batch_bytes(corpus.config.memory),
            ends_with_source: false,
        }
    }

    /// Gives out the corpus to one who cannot take back what was made of a document's beginning: no document is begun
    /// before all of it was read to detect its encoding.
    pub(crate) fn final_at_once(corpus: &Corpus<'a>) -> Self {
        Self { way: Some(Reread::Detected), batch_bytes: BATCH_BYTES, ..Self::new(corpus) }
    }

    /// Whether batches are to end with a large source from now on: between two sources nothing is held back.
    pub(crate) fn end_with_source(&mut self, ends: bool) {
        self.ends_with_source = ends;
    }

    /// Gives out these sources only, one `bool` a source.
    pub(crate) fn only(mut self, wanted: &'a [bool]) -> Self {
        self.wanted = Some(wanted);
        self
    }

    /// Begins at `position`, and reads sources in these ways.
    pub(crate) fn starting(mut self, position: FeedPosition, ways: Ways) -> Self {
        self.next = position.source;
        self.resumed = Some((SourceId(position.source), position.piece));
        self.ways = ways;
        self
    }

    /// Where it stands: what was taken from it stands before.
    pub(crate) fn position(&self) -> FeedPosition {
        match (self.ahead().and_then(<[Work]>::first), &self.stream) {
            (Some(work), _) => FeedPosition::of(work),
            (None, Some(stream)) => FeedPosition { source: stream.source().0, piece: stream.next_place() },
            (None, None) => FeedPosition { source: self.next, piece: PiecePlace::default() },
        }
    }

    /// Bytes of sources whose sizes are known that stand after its position.
    pub(crate) fn num_left(&self) -> u64 {
        let of_sources = |range: Range<u32>| -> u64 {
            let sizes = range.map(|number| self.sources.get(SourceId(number)).size);
            sizes.filter(|&size| size != u64::MAX).sum()
        };
        let ahead = self.returned.iter().chain(&self.ahead).flatten().map(|work| match work {
            Work::Files(range, _) => of_sources(range.clone()),
            Work::Piece(piece) => piece.num_bytes(),
        });
        let open = self.stream.as_ref().map_or(0, SourceStream::num_left);
        ahead.sum::<u64>() + open + of_sources(self.next..SourceId::at(self.sources.len()).0)
    }

    /// The batch that is taken next, if it is there already; it is empty at the end of the corpus.
    pub(crate) fn ahead(&self) -> Option<&[Work]> {
        self.returned.as_ref().or(self.ahead.as_ref()).map(Vec::as_slice)
    }

    /// Bytes that are held of what is fed and not yet taken.
    pub(crate) fn num_held(&self) -> u64 {
        self.returned.iter().chain(&self.ahead).flatten().map(Work::len).sum()
    }

    /// Takes what was given back.
    pub(crate) fn take_returned(&mut self) -> Option<Vec<Work>> {
        self.returned.take()
    }

    /// Takes the batch that is fed.
    pub(crate) fn take_ahead(&mut self) -> Option<Vec<Work>> {
        self.ahead.take()
    }

    /// Takes back the end of a batch, to be taken again before all else.
    pub(crate) fn give_back(&mut self, rest: Vec<Work>) {
        self.returned = Some(rest).filter(|rest| !rest.is_empty());
    }

    /// How much of a batch may be held while it is worked on, what is kept of its paragraphs included.
    pub(crate) fn room(&self) -> Room<'a> {
        Room { sources: self.sources, most: self.batch_bytes.saturating_mul(4) }
    }

    /// Feeds a batch before it is asked for.
    ///
    /// # Errors
    /// Those of [`Self::next_batch`].
    pub(crate) fn feed_ahead(&mut self) -> Result<()> {
        self.ahead = Some(self.next_batch()?);
        Ok(())
    }

    /// How sources are read.
    pub(crate) fn ways(&self) -> &Ways {
        &self.ways
    }

    /// The next piece of the stream that is open.
    fn next_piece(&mut self) -> Result<Option<Piece>> {
        let Some(stream) = &mut self.stream else { return Ok(None) };
        let source = stream.source();
        let rest = self.resumed.filter(|(resumed, _)| *resumed == source).map(|(_, rest)| rest);
        loop {
            let piece = stream.next_piece(self.buffers.take()).or_else(Stop::into_fatal)?;
            match (&piece, rest) {
                (Some(piece), Some(rest)) if piece.place() < rest => {}
                _ => return Ok(piece),
            }
        }
    }

    fn is_wanted(&self, number: u32) -> bool {
        self.wanted.is_none_or(|wanted| wanted.get(number as usize).copied().unwrap_or(false))
    }

    /// The next batch; empty at the end of the corpus.
    ///
    /// # Errors
    /// [`crate::Error::Output`] if there is no space to unpack to.
    pub(crate) fn next_batch(&mut self) -> Result<Vec<Work>> {
        let mut batch = Vec::new();
        let (mut bytes, mut files) = (0, 0);
        while bytes < self.batch_bytes && files < BATCH_FILES {
            if self.stream.is_some() {
                if let Some(piece) = self.next_piece()? {
                    bytes += piece.len();
                    files += 1; // members of archives may be small too
                    batch.push(Work::Piece(Box::new(piece)));
                    continue;
                }
                self.stream = None;
                if self.ends_with_source && !batch.is_empty() {
                    break;
                }
                continue;
            }
            if self.next as usize >= self.sources.len() {
                break;
            }
            if !self.is_wanted(self.next) {
                self.next += 1;
                continue;
            }
            if self.is_stream(self.next) {
                let source = self.sources.get(SourceId(self.next));
                let how = self.way.or_else(|| self.ways.get(&source.id).copied());
                self.stream = Some(SourceStream::new(self.input, source, self.context, how, self.spooler));
                self.next += 1;
                continue;
            }
            let (range, size) = self.small_files();
            bytes += size;
            files += range.len();
            batch.push(Work::Files(range, self.buffers.take()));
        }
        Ok(batch)
    }

    /// Whether more is to be done for the next bytes than to read them.
    pub(crate) fn is_unpacking(&self) -> bool {
        if let Some(stream) = &self.stream {
            return stream.is_unpacking();
        }
        let is_left = (self.next as usize) < self.sources.len();
        is_left
            && self.is_stream(self.next)
            && is_packed(self.sources.get(SourceId(self.next)).place.relative)
    }

    fn is_stream(&self, number: u32) -> bool {
        read::is_large(self.sources.get(SourceId(number))) || self.ways.contains_key(&SourceId(number))
    }

    /// The next files for one chunk, and their size.
    fn small_files(&mut self) -> (Range<u32>, u64) {
        let start = self.next;
        let mut size = 0;
        while (self.next as usize) < self.sources.len()
            && self.next - start < CHUNK_FILES
            && size < PIECE_BYTES
            && !self.is_stream(self.next)
            && self.is_wanted(self.next)
        {
            size += self.sources.get(SourceId(self.next)).size;
            self.next += 1;
        }
        (start..self.next, size)
    }

    /// Notes which sources of a chunk are to be read as streams, so that one way back does for all of a batch.
    pub(crate) fn note_ways(&mut self, chunk: &Chunk) {
        for part in chunk.parts.iter().filter(|part| part.fate == PartFate::Reread(Reread::AsStream)) {
            self.ways.insert(part.source, Reread::AsStream);
        }
    }

    /// Goes back to the beginning of a source that is to be read in another way.
    pub(crate) fn rewind(&mut self, rewind: Rewind) {
        let Rewind { first, source, how } = rewind;
        self.ways.insert(source, how);
        self.resumed = self.resumed.filter(|(resumed, _)| *resumed < first);
        self.next = first.0;
        self.stream = None;
        self.returned = None;
        self.ahead = None;
    }

    /// Reads no more of a document, a source or a member of this number: it turned out to be bad.
    pub(crate) fn abandon(&mut self, (source, unit): (SourceId, u64)) {
        if let Some(stream) = self.stream.as_mut().filter(|stream| stream.source() == source) {
            stream.leave_off(unit);
        }
    }
}
