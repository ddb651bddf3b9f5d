//! Web archives (WARC, WET), read in pieces that end where a record ends.

use std::io::{self, Read};

use super::PIECE_BYTES;
use super::chunk::Slot;
use super::fault::Fault;
use super::stream::{Body, Records, Take};
use super::text::fill;
use super::warc::{self, Record, RecordKind, Step};
use crate::error::{RejectReason, SkipReason};
use crate::units::{ByteSpan, count};

/// Reads records piece by piece.
pub(super) struct WebReader {
    reader: Box<dyn Read + Send>,
    /// Most bytes of a record's block.
    limit: u64,
    /// Bytes read that belong to the next piece.
    carry: Vec<u8>,
    num_read: u64,
    is_at_end: bool,
}

impl WebReader {
    /// Bytes read so far.
    pub(super) fn num_read(&self) -> u64 {
        self.num_read
    }

    pub(super) fn new(reader: Box<dyn Read + Send>, limit: u64) -> Self {
        Self { reader, limit, carry: Vec::new(), num_read: 0, is_at_end: false }
    }

    /// The next records.
    pub(super) fn next(&mut self, mut buffer: Vec<u8>) -> Take {
        buffer.clear();
        buffer.append(&mut self.carry);
        let mut records = Records::default();
        let mut at = 0;
        let outcome = loop {
            match self.step(&mut buffer, &mut at, &mut records) {
                Ok(true) if count(at) >= PIECE_BYTES => break Ok(false),
                Ok(true) => {}
                Ok(false) => break Ok(true),
                Err(fault) => break Err(fault),
            }
        };
        self.carry.extend_from_slice(&buffer[at..]);
        buffer.truncate(at);
        for slot in records.slots.iter_mut().filter(|slot| slot.is_record) {
            // The id as JSON, behind the records.
            let id = String::from_utf8_lossy(&buffer[slot.id.range()]).into_owned();
            let start = buffer.len();
            buffer.extend_from_slice(serde_json::to_string(&id).unwrap_or_default().as_bytes());
            slot.id = ByteSpan::new(start, buffer.len());
        }
        records.bytes = buffer;
        let (is_last, fault) = match outcome {
            Ok(is_last) => (is_last, None),
            Err(fault) => (true, Some(fault)),
        };
        Take { body: Body::Records(records), is_last, fault }
    }

    /// Takes the next record; `false` at the end.
    fn step(&mut self, buffer: &mut Vec<u8>, at: &mut usize, records: &mut Records) -> Result<bool, Fault> {
        match warc::next(&buffer[*at..], self.is_at_end) {
            Step::End => {
                *at = buffer.len();
                Ok(false)
            }
            Step::NeedMore { .. } => self.more(buffer).map(|()| true),
            Step::Fault { byte, detail } => {
                let place = self.num_read - count(buffer.len() - *at - byte);
                Err(Fault::new(RejectReason::NotWarc, format!("the web archive is damaged: {detail}"))
                    .or_at(place))
            }
            Step::Record(record) => self.record(record, buffer, at, records).map(|()| true),
        }
    }

    fn more(&mut self, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let has_more = fill(&mut self.reader, buffer, &mut self.num_read);
        self.is_at_end = !has_more.map_err(|error| Fault::of(&error).or_at(self.num_read))?;
        Ok(())
    }

    fn record(
        &mut self,
        record: Record,
        buffer: &mut Vec<u8>,
        at: &mut usize,
        records: &mut Records,
    ) -> Result<(), Fault> {
        let is_wanted = !matches!(record.kind, RecordKind::Skip(_));
        let is_overlong = record.content_length > self.limit;
        let skip = |records: &mut Records| match record.kind {
            RecordKind::Skip("html") => records.skipped.push(SkipReason::Html),
            RecordKind::Skip(_) => records.skipped.push(SkipReason::NoText),
            RecordKind::Document { .. } => {
                records.slots.push(Slot::rejected(ByteSpan::default(), Fault::too_large(self.limit)));
            }
            RecordKind::Keep => {}
        };
        let Some(end) = record.end else {
            if is_wanted && !is_overlong {
                return self.more(buffer);
            }
            // Its block is not held: what is not read yet is passed over.
            let held = count(buffer.len() - *at - record.head.end);
            skip(records);
            *at = buffer.len();
            return self.pass_over(record.content_length.saturating_sub(held));
        };
        if !is_wanted || is_overlong {
            skip(records);
            // What is skipped is not carried along: its bytes go.
            buffer.drain(*at..*at + end);
            return Ok(());
        }
        let head = record.head.shifted(*at);
        let block_end = head.end + usize::try_from(record.content_length).unwrap_or(0);
        let line = ByteSpan::new(head.start, block_end);
        let id = if record.id.is_empty() { record.uri } else { record.id }.shifted(*at);
        records.slots.push(match record.parts() {
            Some(parts) => {
                Slot { line, id, value: parts.payload.shifted(*at), is_record: true, ..Slot::default() }
            }
            None => Slot { line, is_verbatim: true, ..Slot::default() },
        });
        *at += end;
        Ok(())
    }

    fn pass_over(&mut self, len: u64) -> Result<(), Fault> {
        let passed = io::copy(&mut (&mut self.reader).take(len), &mut io::sink());
        let passed = passed.map_err(|error| Fault::of(&error).or_at(self.num_read))?;
        self.num_read += passed;
        if passed < len {
            let detail = "the web archive breaks off in the block of a record";
            return Err(Fault::new(RejectReason::NotWarc, detail).or_at(self.num_read));
        }
        Ok(())
    }
}
