//! Web archives (WARC, WET): every record that holds plain text is a record. Read in pieces that end where one ends.

mod rewrite;
mod syntax;
#[cfg(test)]
mod tests;

use std::io::{self, Read};

use syntax::{RecordKind, Step};

use super::json::json_string;
use super::reader::{Body, End, PieceReader, Records, Take, fill};
use super::{Access, Beside, Charset, Container, FieldsOf, InOrder, Rewrite};
use crate::error::{RejectReason, SkipReason};
use crate::read::content::Head;
use crate::read::context::{PIECE_BYTES, ReadContext};
use crate::read::encoding;
use crate::read::fault::Fault;
use crate::read::slot::Slot;
use crate::units::{self, ByteSpan, count};

/// WARC.
pub(super) struct Warc;

impl Container for Warc {
    fn is_shown_by(&self, Head { bytes: head, .. }: Head<'_>, _: &ReadContext) -> bool {
        // Clean text has no CR.
        head.starts_with(b"WARC/1.") && head.get(8..10) == Some(&b"\r\n"[..])
    }

    fn access(&self) -> Access {
        InOrder::records(Charset::Bytes, |reader, context| Ok(Box::new(WebReader::new(reader, context))))
    }

    /// The text is the payload, decoded behind everything else if it is not UTF-8.
    fn decode(&self, bytes: &mut Vec<u8>, slot: &mut Slot, context: &ReadContext) -> Result<u64, Fault> {
        let payload = &bytes[slot.value.range()];
        if simdutf8::basic::from_utf8(payload).is_ok() {
            slot.text = slot.value;
            return Ok(0);
        }
        let label = match syntax::next(&bytes[slot.line.range()], true) {
            Step::Record(record) => record.parts().and_then(|parts| parts.charset),
            Step::NeedMore { .. } | Step::End | Step::Fault { .. } => None,
        };
        let label = label.map(|span| String::from_utf8_lossy(&bytes[span.shifted(slot.line.start).range()]));
        let given = label.and_then(|label| encoding::by_label(&label)).or(context.detection.given);
        let coding = context.detection.settle(encoding::detect(payload, given))?;
        let mut text = String::new();
        let replace = context.detection.replace;
        let num_replaced = encoding::decode(coding.encoding, payload, replace, &mut text).map_err(|at| {
            let detail = format!("not valid {}", encoding::name(coding.encoding));
            Fault::at(RejectReason::Undecodable, at, detail)
        })?;
        let start = bytes.len();
        bytes.extend_from_slice(text.as_bytes());
        slot.text = ByteSpan::new(start, bytes.len());
        Ok(num_replaced)
    }

    /// The headers, but for those that describe the record and not what it holds.
    fn fields<'a>(&self, Beside { bytes, slots, .. }: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        const OWN: [&str; 3] = ["Content-Length", "WARC-Block-Digest", "WARC-Payload-Digest"];
        Ok(Box::new(|number| {
            let slot = &slots[number];
            let head = &bytes[slot.line.start..slot.value.start];
            let fields = syntax::head_fields(head).filter(|field| !field.name.is_empty());
            let text = |span: ByteSpan| String::from_utf8_lossy(&head[span.range()]).into_owned();
            let fields = fields.map(|field| (text(field.name), json_string(&text(field.value))));
            fields.filter(|(name, _)| !OWN.iter().any(|own| own.eq_ignore_ascii_case(name))).collect()
        }))
    }

    fn rewrite(&self) -> Rewrite {
        Rewrite::Whole { write: rewrite::write_record, end: rewrite::RECORD_END }
    }

    /// ISO 28500, annex D.
    fn is_compressed_by_record(&self) -> bool {
        true
    }
}

/// Reads records piece by piece.
struct WebReader {
    reader: Box<dyn Read + Send>,
    /// Most bytes of a record's block.
    limit: u64,
    /// Bytes read that belong to the next piece.
    carry: Vec<u8>,
    num_read: u64,
    is_at_end: bool,
}

impl WebReader {
    fn new(reader: Box<dyn Read + Send>, context: &ReadContext) -> Self {
        Self { reader, limit: context.decoded_limit, carry: Vec::new(), num_read: 0, is_at_end: false }
    }

    /// Takes the next record; `false` at the end.
    fn step(&mut self, buffer: &mut Vec<u8>, at: &mut usize, records: &mut Records) -> Result<bool, Fault> {
        match syntax::next(&buffer[*at..], self.is_at_end) {
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
        record: syntax::WarcRecord,
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
        let block_end = head.end + units::index(record.content_length);
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

impl PieceReader for WebReader {
    /// The next records.
    fn next(&mut self, mut buffer: Vec<u8>) -> Take {
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
