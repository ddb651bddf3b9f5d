//! Reads web archives piece by piece, each ending where a record ends, to the end of the file: where a record is damaged
//! or its length is wrong, it is rejected and the next one is looked for (contract D5).
//!
//! A length is right if another record, or the end of the file, follows the block. Blocks that are not held in memory,
//! those of pictures for instance, are looked through on the way: what begins like a record in one is held on to until it
//! shows that the block is as long as it should be.

use std::io::Read;

use super::kind::RecordKind;
use super::search::{self, Search};
use super::syntax::{self, Step, WarcRecord};
use crate::config::Pages;
use crate::error::{RejectReason, SkipReason};
use crate::read::container::json::json_string;
use crate::read::container::reader::{Body, End, PieceReader, Records, Take, fill};
use crate::read::context::{PIECE_BYTES, ReadContext};
use crate::read::fault::Fault;
use crate::read::slot::Slot;
use crate::units::{self, ByteSpan, count};

/// Most bytes that are held of a block that is passed over, behind what begins like a record in it. Where more follow,
/// and they are records one after the other, the length of the block is taken for wrong.
const HELD_BYTES: usize = 4 * 1024 * 1024;

/// Reads records piece by piece.
pub(super) struct WebReader {
    reader: Box<dyn Read + Send>,
    /// Most bytes of a record's block.
    limit: u64,
    pages: Pages,
    /// Bytes read that belong to the next piece.
    carry: Vec<u8>,
    num_read: u64,
    is_at_end: bool,
    /// Why the next record is looked for, if it is.
    lost: Option<Lost>,
}

/// The fault of a record, or of what should be one.
struct Lost {
    /// The fault, if records follow.
    of_record: Fault,
    /// The fault, if none follows and the file ends; `None` if it is the record's all the same.
    of_file: Option<Fault>,
}

/// A piece as far as it is read.
struct Reading {
    buffer: Vec<u8>,
    /// Where the next record begins in it.
    at: usize,
    records: Records,
}

impl Reading {
    /// The bytes that are not taken yet.
    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Drops bytes that are not taken yet.
    fn drop_bytes(&mut self, len: usize) {
        let end = self.buffer.len().min(self.at + len);
        self.buffer.drain(self.at..end);
    }

    fn reject(&mut self, fault: Fault) {
        self.records.slots.push(Slot::rejected(ByteSpan::default(), fault));
    }
}

impl WebReader {
    pub(super) fn new(reader: Box<dyn Read + Send>, context: &ReadContext) -> Self {
        let (limit, pages, carry) = (context.decoded_limit, context.pages, Vec::new());
        Self { reader, limit, pages, carry, num_read: 0, is_at_end: false, lost: None }
    }

    /// Takes the next record; `false` at the end.
    fn step(&mut self, reading: &mut Reading) -> Result<bool, Fault> {
        if self.lost.is_some() {
            return self.find(reading).map(|()| true);
        }
        match syntax::next(reading.rest(), self.is_at_end) {
            Step::End => {
                reading.at = reading.buffer.len();
                Ok(false)
            }
            Step::NeedMore { passed } => {
                reading.drop_bytes(passed);
                self.more(reading).map(|()| true)
            }
            Step::Fault { byte, detail } => {
                let detail = format!("the web archive is damaged: {detail}");
                let fault = Fault::new(RejectReason::NotWarc, detail).or_at(self.place(reading, byte));
                // Its header is whole: its block breaks off, or is shorter than its length says.
                if let Step::Record(record) = syntax::next(reading.rest(), false) {
                    self.lose(&record, self.place(reading, record.head.start), Some(fault));
                    reading.drop_bytes(record.head.end);
                    return Ok(true);
                }
                self.lost = Some(Lost { of_record: fault.clone(), of_file: Some(fault) });
                // What begins here is no record.
                reading.drop_bytes(syntax::num_empty(reading.rest()) + 1);
                Ok(true)
            }
            Step::Record(record) => self.record(record, reading).map(|()| true),
        }
    }

    /// The place in the file of a byte that is not taken yet.
    fn place(&self, reading: &Reading, byte: usize) -> u64 {
        self.num_read - count(reading.rest().len() - byte)
    }

    fn more(&mut self, reading: &mut Reading) -> Result<(), Fault> {
        let has_more = fill(&mut self.reader, &mut reading.buffer, &mut self.num_read);
        self.is_at_end = !has_more.map_err(|error| Fault::of(&error).or_at(self.num_read))?;
        Ok(())
    }

    /// Looks for the next record after one that is lost.
    fn find(&mut self, reading: &mut Reading) -> Result<(), Fault> {
        let found = search::find(reading.rest(), self.is_at_end);
        let (Search::At(passed) | Search::None { passed }) = found;
        reading.drop_bytes(passed);
        if matches!(found, Search::None { .. }) && !self.is_at_end {
            return self.more(reading);
        }
        match self.lost.take() {
            Some(Lost { of_file: Some(fault), .. }) if matches!(found, Search::None { .. }) => Err(fault),
            Some(Lost { of_record, .. }) => {
                reading.reject(of_record);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn record(&mut self, record: WarcRecord, reading: &mut Reading) -> Result<(), Fault> {
        let is_wanted = match record.kind {
            RecordKind::Skip(_) => false,
            RecordKind::Page { .. } => self.pages != Pages::Skip,
            RecordKind::Document { .. } | RecordKind::Keep => true,
        };
        let is_overlong = record.content_length > self.limit;
        let Some(end) = record.end else {
            if is_wanted && !is_overlong {
                return self.more(reading);
            }
            return self.pass_over(record, reading);
        };
        match search::is_followed(&reading.rest()[end..], self.is_at_end) {
            None => return self.more(reading),
            Some(false) if !record.is_ended(reading.rest()) => {
                self.lose(&record, self.place(reading, record.head.start), None);
                reading.drop_bytes(record.head.end);
                return Ok(());
            }
            Some(_) => {}
        }
        if !is_wanted || is_overlong {
            self.skip(&record, reading);
            // What is skipped is not carried along: its bytes go.
            reading.drop_bytes(end);
            return Ok(());
        }
        let at = reading.at;
        let head = record.head.shifted(at);
        let block_end = head.end + units::index(record.content_length);
        let line = ByteSpan::new(head.start, block_end);
        let id = if record.id.is_empty() { record.uri } else { record.id }.shifted(at);
        reading.records.slots.push(match record.parts() {
            Some(parts) => {
                Slot { line, id, value: parts.payload.shifted(at), is_record: true, ..Slot::default() }
            }
            None => Slot { line, is_verbatim: true, ..Slot::default() },
        });
        reading.at += end;
        Ok(())
    }

    /// Counts a record that is not read.
    fn skip(&self, record: &WarcRecord, reading: &mut Reading) {
        match record.kind {
            RecordKind::Page { .. } if self.pages == Pages::Skip => {
                reading.records.skipped.push(SkipReason::Html);
            }
            RecordKind::Skip("revisit") => reading.records.skipped.push(SkipReason::Revisit),
            RecordKind::Skip(_) => reading.records.skipped.push(SkipReason::NoText),
            RecordKind::Document { .. } | RecordKind::Page { .. } => {
                reading.reject(Fault::too_large(self.limit));
            }
            RecordKind::Keep => {}
        }
    }

    /// The length of a record, which begins at `place`, is wrong: the next one is looked for in its block. `of_file`: the
    /// fault, if there is none.
    fn lose(&mut self, record: &WarcRecord, place: u64, of_file: Option<Fault>) {
        let detail =
            format!("the Content-Length of the record, {}, does not match its block", record.content_length);
        let of_record = Fault::new(RejectReason::WrongLength, detail).or_at(place);
        self.lost = Some(Lost { of_record, of_file });
    }

    /// Passes over the block of a record, which is not held.
    fn pass_over(&mut self, record: WarcRecord, reading: &mut Reading) -> Result<(), Fault> {
        let place = self.place(reading, record.head.start);
        let head = reading.rest()[record.head.range()].to_vec();
        reading.drop_bytes(record.head.end);
        let mut left = record.content_length;
        loop {
            let block = units::index(left);
            if let Some(after) = reading.rest().get(block..) {
                match search::is_followed(after, self.is_at_end) {
                    None => {
                        self.more(reading)?;
                        continue;
                    }
                    Some(is_followed) if is_followed || search::ends_record(&head, after) => {
                        self.skip(&record, reading);
                        reading.drop_bytes(block);
                    }
                    Some(_) => self.lose(&record, place, None),
                }
                return Ok(());
            }
            if self.is_at_end {
                let detail = "the web archive ends in the block of a record";
                let fault = Fault::new(RejectReason::NotWarc, detail).or_at(self.num_read);
                self.lose(&record, place, Some(fault));
                return Ok(());
            }
            let passed = match search::find(reading.rest(), false) {
                Search::At(0) if reading.rest().len() > HELD_BYTES => {
                    if search::is_chain(reading.rest()) {
                        self.lose(&record, place, None);
                        return Ok(());
                    }
                    HELD_BYTES / 4
                }
                Search::At(passed) | Search::None { passed } => passed,
            };
            reading.drop_bytes(passed);
            left -= count(passed);
            if reading.rest().len() <= HELD_BYTES {
                self.more(reading)?;
            }
        }
    }
}

impl PieceReader for WebReader {
    /// The next records.
    fn next(&mut self, mut buffer: Vec<u8>) -> Take {
        buffer.clear();
        buffer.append(&mut self.carry);
        let mut reading = Reading { buffer, at: 0, records: Records::default() };
        let outcome = loop {
            match self.step(&mut reading) {
                Ok(true) if count(reading.at) >= PIECE_BYTES => break Ok(false),
                Ok(true) => {}
                Ok(false) => break Ok(true),
                Err(fault) => break Err(fault),
            }
        };
        let Reading { mut buffer, at, mut records } = reading;
        self.carry.extend_from_slice(&buffer[at..]);
        buffer.truncate(at);
        for slot in records.slots.iter_mut().filter(|slot| slot.is_record) {
            // The id as JSON, behind the records.
            let id = String::from_utf8_lossy(&buffer[slot.id.range()]).into_owned();
            let start = buffer.len();
            buffer.extend_from_slice(json_string(&id).as_bytes());
            slot.id = ByteSpan::new(start, buffer.len());
        }
        records.bytes = buffer;
        let (is_last, end) = match outcome {
            Ok(is_last) => (is_last, End::Well),
            Err(fault) => (true, End::Fault(fault)),
        };
        Take { body: Body::Records(records), is_last, end }
    }

    fn num_read(&self) -> u64 {
        self.num_read
    }
}
