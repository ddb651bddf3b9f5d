//! Text documents: read in pieces that end where a paragraph ends, and decoded to UTF-8 (contract D4).
//!
//! A large plain file is read once and optimistically: the encoding that its first piece shows is taken for that
//! of all of it. A later piece that is no text in it has the file read again, its encoding detected by all of
//! it first ([`Reread::Detected`]). What cannot be read twice is spooled, and detected before its first piece.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8};

use super::reader::{BOM, Body, End, PieceReader, Reread, Take, TextPiece, fill};
use super::{Access, Beside, Columns, Container, FieldsOf, Rewrite};
use crate::config::SplitConfig;
use crate::document::Kind;
use crate::read::coding::{Coding, Detection};
use crate::read::context::ReadContext;
use crate::read::encoding::{self, Decision};
use crate::read::fault::Fault;
use crate::read::position::ReadPosition;
use crate::read::slot::Slot;
use crate::split::{self, HEAD_BYTES, Method, Splitting, line};
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
    kind: Kind,
    detection: Detection,
    /// `None` until the beginning of the document shows it.
    coding: Option<Coding>,
    /// `None` until the beginning of the document shows it.
    splitting: Option<Splitting>,
    /// Most bytes of the document, and of one that is held whole.
    limit: u64,
    /// Most bytes of what is held whole: a block, or all of a document of Markdown.
    held_limit: u64,
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

/// What is known of a document before it is read.
#[derive(Debug, Clone, Copy)]
pub(in crate::read) struct TextStart {
    /// Its encoding; `None` if its beginning is to show it.
    pub(in crate::read) coding: Option<Coding>,
    /// Most bytes that it may have.
    pub(in crate::read) limit: u64,
}

/// What the beginning of a document shows.
enum Beginning {
    /// How it is split, and how it is encoded.
    Known(Splitting),
    /// Not enough: not one line is whole.
    TooShort,
    /// Its encoding, in which blocks cannot be told from bytes: it is decoded while reading, from the start.
    Anew,
    /// Nothing that could be relied on.
    Unclear,
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
    /// Reads `reader`, a document of this kind.
    pub(in crate::read) fn new(
        reader: Box<dyn Read + Send>,
        context: &ReadContext,
        kind: Kind,
        TextStart { coding, limit }: TextStart,
    ) -> Self {
        let mut reader = Self {
            reader,
            split: context.split,
            kind,
            detection: context.detection,
            coding,
            splitting: None,
            limit,
            held_limit: context.decoded_limit,
            carry: Vec::new(),
            num_read: 0,
            offset: 0,
            is_done: false,
            num_replaced: ReadPosition::default(),
        };
        if let Some(coding) = coding.filter(|coding| !has_lines(coding.encoding)) {
            reader.transcode(coding, Vec::new());
        }
        reader
    }

    /// The number of malformed sequences replaced while reading, to be seen from outside.
    pub(in crate::read) fn num_replaced(&self) -> ReadPosition {
        self.num_replaced.clone()
    }

    /// Decodes while reading: what was read, and what follows.
    fn transcode(&mut self, coding: Coding, read: Vec<u8>) {
        let rest = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        let raw = io::Cursor::new(read).chain(rest);
        let transcoder = encoding::Transcoder::new(raw, coding.encoding, self.detection.replace);
        self.reader = Box::new(transcoder.counting(self.num_replaced.clone()));
        self.coding = Some(Coding { is_decoded: true, is_settled: true, ..coding });
        (self.num_read, self.is_done) = (0, false);
    }

    /// The next piece, about [`PIECE_BYTES`] long, or as long as its one paragraph. Memory: the piece and at most
    /// a quarter more.
    fn next_text(&mut self, mut buffer: Vec<u8>) -> Result<NextText, Fault> {
        buffer.clear();
        buffer.append(&mut self.carry);
        let splitting = loop {
            let searched = buffer.len();
            let has_more = fill(&mut self.reader, &mut buffer, &mut self.num_read);
            if self.num_read > self.limit {
                return Err(Fault::too_large(self.limit));
            }
            self.is_done = !has_more.map_err(|error| Fault::of(&error).or_at(self.num_read))?;
            let known = match self.splitting {
                Some(splitting) => Beginning::Known(splitting),
                None => self.begin(&mut buffer),
            };
            let splitting = match known {
                Beginning::Known(splitting) => splitting,
                Beginning::TooShort | Beginning::Anew => continue,
                Beginning::Unclear => return Ok(NextText::Unclear),
            };
            if splitting.method == Method::Markdown {
                self.limit = self.limit.min(self.held_limit);
                if self.num_read > self.limit {
                    return Err(Fault::too_large(self.limit));
                }
            }
            if self.is_done {
                break splitting;
            }
            if let Some(cut) = cut_point(&buffer, searched, splitting) {
                self.carry.extend_from_slice(&buffer[cut..]);
                buffer.truncate(cut);
                break splitting;
            }
            if splitting.method == Method::Block && count(buffer.len()) > self.held_limit {
                return Err(Fault::too_long_a_block(self.held_limit));
            }
        };
        let coding = self.coding.unwrap_or(Coding::UTF_8);
        // A byte order mark is no part of the text (contract D4).
        let is_mark = self.offset == 0 && buffer.starts_with(BOM) && coding.is_utf8();
        let mark = if is_mark { BOM.len() } else { 0 };
        let offset = self.offset + count(mark);
        self.offset += count(buffer.len());
        buffer.drain(..mark);
        Ok(NextText::Piece(TextPiece { bytes: buffer, coding, offset, splitting }, self.is_done))
    }

    /// Finds how the document is encoded and split that `buffer` begins.
    fn begin(&mut self, buffer: &mut Vec<u8>) -> Beginning {
        let lines = if self.is_done { Some(buffer.len()) } else { line::last_end(buffer) };
        let Some(lines) = lines else { return Beginning::TooShort };
        let Some(coding) = self.coding.or_else(|| self.detect(&buffer[..lines])) else {
            return Beginning::Unclear;
        };
        let splitting = Splitting::of(self.split, self.kind, &head(buffer, coding));
        self.splitting = Some(splitting);
        // A blank line, at which blocks are cut, is known by its characters.
        if coding.is_utf8() || splitting.method.is_within_lines() {
            self.coding = Some(coding);
            return Beginning::Known(splitting);
        }
        if !coding.is_settled {
            return Beginning::Unclear;
        }
        self.transcode(coding, std::mem::take(buffer));
        Beginning::Anew
    }

    /// Detects the encoding by the first lines, if it is one whose lines can be decoded by themselves.
    fn detect(&self, lines: &[u8]) -> Option<Coding> {
        let (encoding, is_guess) = match encoding::detect(lines, self.detection.given) {
            Decision::Utf8 => (UTF_8, false),
            Decision::Other { encoding, is_guess } if has_lines(encoding) => (encoding, is_guess),
            _ => return None,
        };
        // All of a document of one piece is seen.
        Some(Coding { encoding, is_guess, is_decoded: false, is_settled: self.is_done })
    }
}

/// Whether each line of bytes in this encoding can be decoded by itself.
fn has_lines(encoding: &'static Encoding) -> bool {
    encoding == UTF_8 || encoding::is_line_independent(encoding)
}

/// The beginning of a document's text: all of it, or no less than what decides how it is split.
fn head(bytes: &[u8], coding: Coding) -> Cow<'_, str> {
    // No character is longer; what is cut off at the end stands after what decides.
    const LONGEST: usize = 4;
    if coding.is_utf8() {
        let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
        return String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES + LONGEST)]);
    }
    let mut text = String::new();
    let bytes = &bytes[..bytes.len().min(HEAD_BYTES * LONGEST)];
    // What cannot be decoded is replaced, or has the document rejected.
    let _ = encoding::decode(coding.encoding, bytes, true, &mut text);
    Cow::Owned(text)
}

/// The last place to cut, if there is one after the first `searched` bytes (before, there is none).
fn cut_point(buffer: &[u8], searched: usize, splitting: Splitting) -> Option<usize> {
    if !splitting.method.is_within_lines() {
        return split::cut_point(buffer, splitting);
    }
    // Two bytes more: where the last bytes were CR, their LF could have followed, and it is known now.
    let from = searched.saturating_sub(2);
    split::cut_point(&buffer[from..], splitting).map(|cut| cut + from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, SplitMode};
    use crate::error::RejectReason;

    /// Reads a text whose documents may have half a mebibyte, to its end; what is wrong with it.
    fn read(text: &str, split: SplitMode) -> Option<RejectReason> {
        let mut config = Config::default();
        config.split.split = split;
        let context = ReadContext { decoded_limit: 1 << 19, ..ReadContext::new(&config).unwrap() };
        let bytes = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        let start = TextStart { coding: None, limit: u64::MAX };
        let mut reader = TextReader::new(bytes, &context, Kind::Text, start);
        loop {
            let Take { is_last, end, .. } = reader.next(Vec::new());
            if let End::Fault(fault) = end {
                return Some(fault.reason);
            }
            if is_last {
                return None;
            }
        }
    }

    #[test]
    fn a_block_is_no_longer_than_a_document() {
        let block =
            "The ferry could not leave before the wind from the north had gone\ndown. ".repeat(20) + "\n";
        let endless = block.repeat(900);
        let blocks = (block + "\n").repeat(900);
        for (name, text, split, expected) in [
            ("a block without an end", &endless, SplitMode::Block, Some(RejectReason::TooLarge)),
            ("the same, found to be one", &endless, SplitMode::Auto, Some(RejectReason::TooLarge)),
            ("its lines", &endless, SplitMode::Line, None),
            ("as long, with blank lines", &blocks, SplitMode::Auto, None),
            ("as long, with blank lines, as asked for", &blocks, SplitMode::Block, None),
        ] {
            assert_eq!(read(text, split), expected, "{name}");
        }
    }
}
