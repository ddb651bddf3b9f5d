//! Text documents: read in pieces that end where a paragraph ends, and decoded to UTF-8 (contract D4).
//!
//! A large plain file is read once and optimistically: the encoding that its first piece tells is taken for that
//! of all of it. A later piece that is no text in it has the file read again, its encoding told by all of it
//! first ([`Reread::Detected`]). What cannot be read twice is spooled, and told before its first piece.

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8};

use super::{Access, Container, FieldsOf, PieceReader, Rewrite};
use crate::config::{SplitConfig, SplitMode};
use crate::error::RejectReason;
use crate::read::chunk::{Chunk, Part, PartFate, Reread, Slot};
use crate::read::decompress::Position;
use crate::read::encoding::{self, Decision};
use crate::read::fault::{Fault, Trouble};
use crate::read::stream::{Body, End, Take};
use crate::read::{PIECE_BYTES, ReadContext, Visitor};
use crate::split;
use crate::units::{ByteSpan, count};

/// Plain text: one document, which is its text.
pub(super) struct Text;

impl Container for Text {
    fn access(&self) -> Access {
        Access::Document
    }

    /// There are no records: a document is decoded by [`decode`].
    fn decode(&self, _: &mut Vec<u8>, _: &mut Slot, _: &ReadContext) -> Result<u64, Fault> {
        Ok(0)
    }

    fn fields<'a>(&self, _: &'a Chunk, _: &'a Part) -> io::Result<FieldsOf<'a>> {
        Ok(Box::new(|_| Vec::new()))
    }

    fn rewrite(&self) -> Rewrite {
        Rewrite::Text
    }
}

/// The encoding of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) struct Coding {
    /// What the document is written in.
    pub(in crate::read) encoding: &'static Encoding,
    /// Whether the bytes are UTF-8 already, with a byte 0xFF for each malformed sequence.
    pub(in crate::read) is_decoded: bool,
    /// Whether all of the document told the encoding, and not its beginning.
    pub(in crate::read) is_settled: bool,
}

impl Coding {
    /// UTF-8, and nothing else.
    pub(in crate::read) const UTF_8: Self = Self { encoding: UTF_8, is_decoded: true, is_settled: true };

    fn is_utf8(self) -> bool {
        self.is_decoded || self.encoding == UTF_8
    }
}

/// What telling an encoding needs to know.
#[derive(Debug, Clone, Copy)]
pub(in crate::read) struct Telling {
    /// `--encoding`.
    pub(in crate::read) given: Option<&'static Encoding>,
    /// `--encoding-errors replace`.
    pub(in crate::read) replace: bool,
}

impl Telling {
    /// The encoding of a document after a detector saw all of it.
    pub(in crate::read) fn settle(self, decision: Decision) -> Result<Coding, Fault> {
        let coding = |encoding| Coding { encoding, is_decoded: false, is_settled: true };
        match decision {
            Decision::Utf8 => Ok(coding(UTF_8)),
            Decision::Other(encoding) => Ok(coding(encoding)),
            // Damaged UTF-8: what is sound in it can be kept.
            Decision::Broken { is_utf8: true, .. } if self.replace => Ok(coding(UTF_8)),
            Decision::Broken { byte, is_utf8, detail } => {
                let reason = if is_utf8 { RejectReason::NotUtf8 } else { RejectReason::EncodingUnknown };
                Err(Fault::new(reason, detail).or_at(byte))
            }
        }
    }

    /// Reads all of `reader` for its encoding.
    pub(in crate::read) fn detect(self, mut reader: impl Read) -> Result<Coding, Trouble> {
        let mut detector = encoding::Detector::new(self.given);
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(self.settle(detector.finish())?),
                Ok(got) => detector.feed(&buffer[..got]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Reads a text document piece by piece.
pub(in crate::read) struct TextReader {
    reader: Box<dyn Read + Send>,
    split: SplitConfig,
    telling: Telling,
    /// `None` until the first piece tells.
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
    num_replaced: Position,
}

/// A piece of a text document.
#[derive(Debug)]
pub(in crate::read) struct TextPiece {
    pub(in crate::read) bytes: Vec<u8>,
    pub(in crate::read) coding: Coding,
    /// Where the bytes stand in the document.
    pub(in crate::read) offset: u64,
}

/// What reading a text document on gives.
enum NextText {
    /// A piece, and whether it is the last.
    Piece(TextPiece, bool),
    /// The first piece does not tell the encoding.
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
    /// Reads `reader`; `coding` is `None` if the first piece is to tell it.
    pub(in crate::read) fn new(
        reader: Box<dyn Read + Send>,
        split: SplitConfig,
        (telling, coding): (Telling, Option<Coding>),
        limit: u64,
    ) -> Self {
        let (carry, is_done) = (Vec::new(), false);
        let num_replaced = Position::default();
        let mut reader = Self {
            reader,
            split,
            telling,
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
    pub(in crate::read) fn num_replaced(&self) -> Position {
        self.num_replaced.clone()
    }

    /// Whether raw bytes in this encoding can be cut where a paragraph ends.
    fn can_cut(&self, encoding: &'static Encoding) -> bool {
        // A blank line, at which blocks are cut, is told by its characters.
        let is_line = self.split.split != SplitMode::Block;
        encoding == UTF_8 || (is_line && encoding::is_line_independent(encoding))
    }

    /// Decodes from here on while reading.
    fn transcode(&mut self, encoding: &'static Encoding) {
        let raw = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        let transcoder = encoding::Transcoder::new(raw, encoding, self.telling.replace);
        self.num_replaced = transcoder.num_replaced();
        self.reader = Box::new(transcoder);
        self.coding = Some(Coding { encoding, is_decoded: true, is_settled: true });
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
            if self.coding.is_none() && !self.tell(&buffer) {
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

    /// Tells the encoding by the first piece, if it is one in which pieces can be cut.
    fn tell(&mut self, piece: &[u8]) -> bool {
        let decision = encoding::detect(piece, self.telling.given);
        let encoding = match decision {
            Decision::Utf8 => UTF_8,
            Decision::Other(encoding) if self.can_cut(encoding) => encoding,
            _ => return false,
        };
        // A document of one piece is told by all of it.
        self.coding = Some(Coding { encoding, is_decoded: false, is_settled: self.is_done });
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

/// The UTF-8 form of U+FEFF.
pub(in crate::read) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads up to a piece, or a quarter more of a long one; `false` at the end.
pub(in crate::read) fn fill(
    reader: &mut impl Read,
    buffer: &mut Vec<u8>,
    num_read: &mut u64,
) -> io::Result<bool> {
    let missing = PIECE_BYTES.saturating_sub(count(buffer.len()));
    let want = missing.max(count(buffer.len()) / 4);
    buffer.reserve(usize::try_from(want).unwrap_or(0));
    let before = buffer.len();
    let got = reader.take(want).read_to_end(buffer);
    *num_read += count(buffer.len() - before);
    Ok(count(got?) == want)
}

/// How the bytes of a piece are to be decoded.
#[derive(Debug, Clone, Copy)]
pub(in crate::read) struct Decoding {
    pub(in crate::read) coding: Coding,
    /// Where they stand in the document.
    pub(in crate::read) offset: u64,
    /// `--encoding-errors replace`.
    pub(in crate::read) replace: bool,
}

/// Decodes a whole document that stands at the end of `chunk` from `start` on, and shows it to `visitor`.
pub(in crate::read) fn decode_whole(
    chunk: &mut Chunk,
    start: usize,
    telling: Telling,
    visitor: &mut impl Visitor,
) -> PartFate {
    // Nearly every file is UTF-8 without a byte that would make it anything else.
    let is_plain = memchr::memchr2(0, ESCAPE, &chunk.bytes[start..]).is_none();
    let mark = if chunk.bytes[start..].starts_with(BOM) { BOM.len() } else { 0 };
    if is_plain && decode_utf8(chunk, start + mark, visitor) {
        return PartFate::Read;
    }
    let mark = encoding::by_bom(&chunk.bytes[start..]).map_or(0, |(_, mark)| mark);
    match telling.settle(encoding::detect(&chunk.bytes[start..], telling.given)) {
        Ok(coding) => {
            chunk.bytes.drain(start..start + mark);
            let decoding = Decoding { coding, offset: count(mark), replace: telling.replace };
            decode(chunk, start, decoding, visitor)
        }
        Err(fault) => {
            chunk.bytes.truncate(start);
            PartFate::Rejected(fault)
        }
    }
}

/// Begins the designations of ISO-2022-JP.
const ESCAPE: u8 = 0x1b;

/// Decodes a piece, or a whole document, that stands at the end of `chunk` from `start` on, and shows it to
/// `visitor`. What is no text leaves no slot and no bytes.
pub(in crate::read) fn decode(
    chunk: &mut Chunk,
    start: usize,
    decoding: Decoding,
    visitor: &mut impl Visitor,
) -> PartFate {
    let Decoding { coding, offset, replace } = decoding;
    if let Some(part) = chunk.parts.last_mut() {
        part.encoding = encoding::name(coding.encoding);
    }
    let bytes = &chunk.bytes[start..];
    if !coding.is_utf8() {
        return decode_other(chunk, start, decoding, visitor);
    }
    if !coding.is_settled && encoding::has_jp_escape(bytes) {
        return reread(chunk, start);
    }
    if decode_utf8(chunk, start, visitor) {
        return PartFate::Read;
    }
    if !coding.is_settled {
        return reread(chunk, start);
    }
    let bytes = &chunk.bytes[start..];
    if !replace {
        let fault = undecodable(bytes, coding, offset);
        chunk.bytes.truncate(start);
        return PartFate::Rejected(fault);
    }
    let lossy = String::from_utf8_lossy(bytes).into_owned();
    let num_replaced = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    chunk.bytes.truncate(start);
    show(chunk, start, (lossy, count(num_replaced)), visitor)
}

fn reread(chunk: &mut Chunk, start: usize) -> PartFate {
    chunk.bytes.truncate(start);
    PartFate::Reread(Reread::Detected)
}

/// Shows bytes that are UTF-8 already; `false` if they are not.
fn decode_utf8(chunk: &mut Chunk, start: usize, visitor: &mut impl Visitor) -> bool {
    let span = ByteSpan::new(start, chunk.bytes.len());
    let Ok(text) = simdutf8::basic::from_utf8(&chunk.bytes[span.range()]) else { return false };
    visitor.document(text);
    chunk.push(Slot::text(span));
    true
}

fn decode_other(
    chunk: &mut Chunk,
    start: usize,
    Decoding { coding, offset, replace }: Decoding,
    visitor: &mut impl Visitor,
) -> PartFate {
    let bytes = &chunk.bytes[start..];
    let mut text = String::with_capacity(bytes.len() * 2);
    let decoded = encoding::decode(coding.encoding, bytes, replace && coding.is_settled, &mut text);
    match decoded {
        Ok(num_replaced) => {
            chunk.bytes.truncate(start);
            show(chunk, start, (text, num_replaced), visitor)
        }
        Err(_) if !coding.is_settled => reread(chunk, start),
        Err(at) => {
            chunk.bytes.truncate(start);
            let name = encoding::name(coding.encoding);
            let fault = Fault::new(RejectReason::Undecodable, format!("not valid {name}"));
            PartFate::Rejected(fault.or_at(offset + count(at)))
        }
    }
}

/// Puts a decoded text at the end of the chunk.
fn show(
    chunk: &mut Chunk,
    start: usize,
    (text, num_replaced): (String, u64),
    visitor: &mut impl Visitor,
) -> PartFate {
    visitor.document(&text);
    if start == 0 {
        chunk.bytes = text.into_bytes();
    } else {
        chunk.bytes.extend_from_slice(text.as_bytes());
    }
    chunk.push(Slot::text(ByteSpan::new(start, chunk.bytes.len())));
    if let Some(part) = chunk.parts.last_mut() {
        part.num_replaced += num_replaced;
    }
    PartFate::Read
}

fn undecodable(bytes: &[u8], coding: Coding, offset: u64) -> Fault {
    if coding.encoding != UTF_8 {
        // Where in the file is not known: the bytes are decoded already.
        let name = encoding::name(coding.encoding);
        return Fault::new(RejectReason::Undecodable, format!("not valid {name}"));
    }
    let at = simdutf8::compat::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    Fault::new(RejectReason::NotUtf8, "not valid UTF-8").or_at(offset + count(at))
}
