//! Text documents: read in pieces that end where a paragraph ends, and decoded to UTF-8 (contract D4).
//!
//! A large plain file is read once and optimistically: the encoding that its first piece shows is taken for that
//! of all of it. A later piece that is no text in it has the file read again, its encoding detected by all of
//! it first ([`Reread::Detected`]). What cannot be read twice is spooled, and detected before its first piece.

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8};

use super::reader::{BOM, Body, End, PieceReader, Reread, Take, TextPiece, fill};
use super::{Access, Beside, Columns, Container, FieldsOf, Rewrite};
use crate::config::{SplitConfig, SplitMode};
use crate::read::coding::{Coding, Detection};
use crate::read::context::ReadContext;
use crate::read::encoding::{self, Decision};
use crate::read::fault::Fault;
use crate::read::position::ReadPosition;
use crate::read::slot::Slot;
use crate::split;
use crate::units::count;

/// Plain text: one document, which is its text.
pub(super) struct TextContainer;

impl Container for TextContainer {
    fn access(&self) -> Access {
        Access::Document
    }

    /// There are no records: a document is decoded as a whole.
    fn decode(
        &self,
        _: &mut Vec<u8>,
        _: &mut Slot,
        _: Option<&Columns>,
        _: &ReadContext,
    ) -> Result<u64, Fault> {
        Ok(0)
    }

    fn fields<'a>(&self, _: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        Ok(Box::new(|_| Vec::new()))
    }

    fn rewrite(&self, _: Option<&Columns>) -> Rewrite {
        Rewrite::Text
    }
}

/// Reads a text document piece by piece.
pub(in crate::read) struct TextReader {
    reader: Box<dyn Read + Send>,
    split: SplitConfig,
    detection: Detection,
    /// `None` until the first piece shows it.
    coding: Option<Coding>,
    limit: u64,
    /// Bytes read that belong to the next piece.
    carry: Vec<u8>,
    /// Bytes read in all.
    num_read: u64,
    /// Place of the next piece in the document.
    offset: u64,
    is_done: bool,
    /// Malformed sequences that were replaced while reading.
    num_replaced: ReadPosition,
}

/// The result of reading on in a text document.
enum NextText {
    /// A piece, and whether it is the last.
    Piece(TextPiece, bool),
    /// The first piece does not show the encoding.
    Unclear,
}

impl PieceReader for TextReader {
    fn next(&mut self, buffer: Vec<u8>) -> Take {
        let nothing = |end| Take { body: Body::Lines(Vec::new()), is_last: true, end };
        match self.next_text(buffer) {
            Ok(NextText::Piece(piece, is_last)) => Take { body: Body::Text(piece), is_last, end: End::Well },
            Ok(NextText::Unclear) => nothing(End::Reread(Reread::Detected)),
            Err(fault) => nothing(End::Fault(fault)),
        }
    }

    fn num_read(&self) -> u64 {
        self.num_read
    }
}

impl TextReader {
    /// Reads `reader`; `coding` is `None` if the first piece is to show it.
    pub(in crate::read) fn new(
        reader: Box<dyn Read + Send>,
        split: SplitConfig,
        detection: Detection,
        coding: Option<Coding>,
        limit: u64,
    ) -> Self {
        let (carry, is_done) = (Vec::new(), false);
        let num_replaced = ReadPosition::default();
        let mut reader = Self {
            reader,
            split,
            detection,
            coding,
            limit,
            carry,
            num_read: 0,
            offset: 0,
            is_done,
            num_replaced,
        };
        if let Some(coding) = coding.filter(|coding| !reader.can_cut(coding.encoding)) {
            reader.transcode(coding.encoding);
        }
        reader
    }

    /// The number of malformed sequences replaced while reading, to be seen from outside.
    pub(in crate::read) fn num_replaced(&self) -> ReadPosition {
        self.num_replaced.clone()
    }

    /// Whether raw bytes in this encoding can be cut where a paragraph ends.
    fn can_cut(&self, encoding: &'static Encoding) -> bool {
        // A blank line, at which blocks are cut, is known by its characters.
        let is_line = self.split.split != SplitMode::Block;
        encoding == UTF_8 || (is_line && encoding::is_line_independent(encoding))
    }

    /// Decodes from here on while reading.
    fn transcode(&mut self, encoding: &'static Encoding) {
        let raw = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        let transcoder = encoding::Transcoder::new(raw, encoding, self.detection.replace);
        self.num_replaced = transcoder.num_replaced();
        self.reader = Box::new(transcoder);
        let is_guess = self.coding.is_some_and(|coding| coding.is_guess);
        self.coding = Some(Coding { encoding, is_guess, is_decoded: true, is_settled: true });
    }

    /// The next piece, about [`PIECE_BYTES`] long, or as long as its one paragraph. Memory: the piece and at most
    /// a quarter more.
    fn next_text(&mut self, mut buffer: Vec<u8>) -> Result<NextText, Fault> {
        buffer.clear();
        buffer.append(&mut self.carry);
        loop {
            let searched = buffer.len();
            let has_more = fill(&mut self.reader, &mut buffer, &mut self.num_read);
            if self.num_read > self.limit {
                return Err(Fault::too_large(self.limit));
            }
            if !has_more.map_err(|error| Fault::of(&error).or_at(self.num_read))? {
                self.is_done = true;
                break;
            }
            if let Some(cut) = self.cut_point(&buffer, searched) {
                self.carry.extend_from_slice(&buffer[cut..]);
                buffer.truncate(cut);
                break;
            }
        }
        let offset = self.offset;
        self.offset += count(buffer.len());
        let mut mark = 0;
        if offset == 0 {
            if self.coding.is_none() && !self.detect(&buffer) {
                return Ok(NextText::Unclear);
            }
            // A byte order mark is no part of the text (contract D4).
            let is_mark = buffer.starts_with(BOM) && self.coding.is_some_and(Coding::is_utf8);
            mark = if is_mark { BOM.len() } else { 0 };
            buffer.drain(..mark);
        }
        let coding = self.coding.unwrap_or(Coding::UTF_8);
        Ok(NextText::Piece(TextPiece { bytes: buffer, coding, offset: offset + count(mark) }, self.is_done))
    }

    /// Detects the encoding by the first piece, if it is one in which pieces can be cut.
    fn detect(&mut self, piece: &[u8]) -> bool {
        let decision = encoding::detect(piece, self.detection.given);
        let (encoding, is_guess) = match decision {
            Decision::Utf8 => (UTF_8, false),
            Decision::Other { encoding, is_guess } if self.can_cut(encoding) => (encoding, is_guess),
            _ => return false,
        };
        // All of a document of one piece is seen.
        self.coding = Some(Coding { encoding, is_guess, is_decoded: false, is_settled: self.is_done });
        true
    }

    /// The last place to cut, if there is one after the first `searched` bytes (before, there is none).
    fn cut_point(&self, buffer: &[u8], searched: usize) -> Option<usize> {
        if self.split.split == SplitMode::Block {
            return split::cut_point(buffer, self.split);
        }
        // One byte more: a CR that was the last byte is no longer.
        let from = searched.saturating_sub(1);
        split::cut_point(&buffer[from..], self.split).map(|cut| cut + from)
    }
}
