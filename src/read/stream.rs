//! A large source, read as a stream of pieces that end where a paragraph or a record ends.

use std::io::{self, Read};

use super::{BOM, PIECE_BYTES};
use crate::config::SplitConfig;
use crate::discover::Format;
use crate::split;
use crate::units::{SourceId, count};

/// A source that is being read.
pub struct Stream {
    source: SourceId,
    format: Format,
    reader: io::Result<Box<dyn Read + Send>>,
    split: SplitConfig,
    /// Bytes read that belong to the next piece.
    carry: Vec<u8>,
    /// Offset in the file of the next piece.
    offset: u64,
    /// Bytes of the byte order mark that the file begins with.
    bom: u64,
    is_done: bool,
}

/// A piece of a large source.
#[derive(Debug)]
pub struct Piece {
    /// The source.
    pub source: SourceId,
    /// Its format.
    pub format: Format,
    /// Whole paragraphs or records.
    pub bytes: Vec<u8>,
    /// Where they stand in the file.
    pub offset: u64,
    /// Bytes before them that are no text: those of a byte order mark.
    pub bom: u64,
    /// Whether they are the first of the file.
    pub is_first: bool,
    /// Whether they are the last of the file.
    pub is_last: bool,
    /// Reading failed after these bytes.
    pub fault: Option<io::Error>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("source", &self.source)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

impl Stream {
    pub(super) fn new(
        source: SourceId,
        format: Format,
        reader: io::Result<Box<dyn Read + Send>>,
        split: SplitConfig,
    ) -> Self {
        Self { source, format, reader, split, carry: Vec::new(), offset: 0, bom: 0, is_done: false }
    }

    /// The source being read.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// Reads the next piece into `buffer`; `None` after the last.
    ///
    /// A piece is about [`PIECE_BYTES`] long, or as long as its one paragraph or record. Memory: the piece and
    /// at most a quarter more.
    pub fn next_piece(&mut self, mut buffer: Vec<u8>) -> Option<Piece> {
        if self.is_done {
            return None;
        }
        buffer.clear();
        buffer.append(&mut self.carry);
        let mut fault = None;
        loop {
            let searched = buffer.len();
            match self.fill(&mut buffer) {
                Ok(true) => {
                    if let Some(cut) = self.cut_point(&buffer, searched) {
                        self.carry.extend_from_slice(&buffer[cut..]);
                        buffer.truncate(cut);
                        break;
                    }
                }
                Ok(false) => {
                    self.is_done = true;
                    break;
                }
                Err(error) => {
                    self.is_done = true;
                    fault = Some(error);
                    break;
                }
            }
        }
        let offset = self.offset;
        self.offset += count(buffer.len());
        let is_first = offset == 0;
        let bom = self.bom;
        if is_first && buffer.starts_with(BOM) {
            self.bom = count(BOM.len());
        }
        let (source, format, is_last) = (self.source, self.format, self.is_done);
        Some(Piece { source, format, bytes: buffer, offset, bom, is_first, is_last, fault })
    }

    /// Reads more bytes; `false` at the end of the file.
    fn fill(&mut self, buffer: &mut Vec<u8>) -> io::Result<bool> {
        let reader = match &mut self.reader {
            Ok(reader) => reader,
            Err(error) => return Err(io::Error::new(error.kind(), error.to_string())),
        };
        let missing = PIECE_BYTES.saturating_sub(count(buffer.len()));
        let want = missing.max(count(buffer.len()) / 4);
        buffer.reserve(usize::try_from(want).unwrap_or(0));
        let got = reader.take(want).read_to_end(buffer)?;
        Ok(count(got) == want)
    }

    /// The last place to cut, if there is one after the first `searched` bytes (before, there is none).
    fn cut_point(&self, buffer: &[u8], searched: usize) -> Option<usize> {
        match self.format {
            // One byte more: a CR that was the last byte is no longer.
            Format::JsonLines => split::line::last_lf(&buffer[searched..]).map(|cut| cut + searched),
            _ if self.split.split == crate::config::SplitMode::Block => split::cut_point(buffer, self.split),
            _ => {
                let from = searched.saturating_sub(1);
                split::cut_point(&buffer[from..], self.split).map(|cut| cut + from)
            }
        }
    }
}
