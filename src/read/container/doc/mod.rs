//! Dumps of `<doc>` elements, as Sogou's news corpora and wikiextractor have them: every element is a record. Read in
//! pieces that end where one ends; tags stay byte for byte (contract D5).

mod syntax;
#[cfg(test)]
mod tests;

use std::io::{self, Read};

use syntax::{Parts, Step, TagLine};

use super::json::json_string;
use super::reader::{Body, End, PieceReader, Records, Take, fill};
use super::{Access, Beside, Charset, Columns, Container, FieldsOf, InOrder, InPlace, Rewrite};
use crate::error::RejectReason;
use crate::read::content::{Head, SNIFF_BYTES};
use crate::read::context::{PIECE_BYTES, ReadContext};
use crate::read::fault::Fault;
use crate::read::slot::{RawRecord, Slot};
use crate::units::{ByteSpan, count};

/// A dump of `<doc>` elements.
pub(super) struct DocDump;

impl Container for DocDump {
    fn is_shown_by(&self, head: Head<'_>, context: &ReadContext) -> bool {
        head.first_byte() == Some(b'<')
            && syntax::is_dump(&Head::of(head.bytes, SNIFF_BYTES).text(context.detection))
    }

    fn access(&self) -> Access {
        InOrder::records(Charset::Any, |reader, context| Ok(Box::new(DocReader::new(reader, context))))
    }

    /// The text is what stands between the tags, as it is.
    fn decode(
        &self,
        bytes: &mut Vec<u8>,
        slot: &mut Slot,
        _: Option<&Columns>,
        context: &ReadContext,
    ) -> Result<u64, Fault> {
        let line = slot.line;
        let record = &bytes[line.range()];
        if count(record.len()) > context.decoded_limit {
            return Err(Fault::too_large(context.decoded_limit));
        }
        let text = simdutf8::compat::from_utf8(record)
            .map_err(|error| Fault::at(RejectReason::NotUtf8, error.valid_up_to(), "not valid UTF-8"))?;
        let parts =
            Parts::of(record, &context.id_field).map_err(|what| Fault::new(RejectReason::NotDoc, what))?;
        if syntax::holds_tag(&text[parts.text.range()]) {
            let detail = "its text holds a tag <doc> or </doc>";
            return Err(Fault::at(RejectReason::NotDoc, parts.text.start, detail));
        }
        let id = (!parts.id.is_empty()).then(|| json_string(&text[parts.id.range()]));
        slot.value = parts.text.shifted(line.start);
        slot.text = slot.value;
        slot.raw = RawRecord::Stands;
        if let Some(id) = id {
            let start = bytes.len();
            bytes.extend_from_slice(id.as_bytes());
            slot.id = ByteSpan::new(start, bytes.len());
        }
        Ok(0)
    }

    /// The attributes of the start tag, or the elements beside the text.
    fn fields<'a>(&self, Beside { bytes, slots, .. }: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        Ok(Box::new(|number| {
            let record = &bytes[slots[number].line.range()];
            let text = |span: ByteSpan| String::from_utf8_lossy(&record[span.range()]).into_owned();
            let fields = Parts::of(record, "").map(|parts| parts.fields(record)).unwrap_or_default();
            fields.into_iter().map(|(name, value)| (text(name), json_string(&text(value)))).collect()
        }))
    }

    fn rewrite(&self, _: Option<&Columns>) -> Rewrite {
        Rewrite::InPlace(InPlace { escape: None, is_one_line: false })
    }
}

/// Reads records piece by piece.
struct DocReader {
    reader: Box<dyn Read + Send>,
    /// Most bytes of a record.
    limit: u64,
    /// Bytes read that belong to the next piece.
    carry: Vec<u8>,
    num_read: u64,
    is_at_end: bool,
    /// Something is longer than that: lines are passed over up to the next tag.
    is_overlong: bool,
    /// The line that is being passed over began before.
    is_mid_line: bool,
}

/// A line that is longer is no tag.
const MAX_TAG: usize = 64 * 1024;

/// What is being made of a piece.
struct Taking {
    buffer: Vec<u8>,
    /// Everything before was taken.
    at: usize,
    records: Records,
}

impl Taking {
    /// Takes what goes up to `end`, whose first line is at `start`; the lines before it.
    fn take(&mut self, start: usize, end: usize) -> u64 {
        let num_lines = |bytes: &[u8]| count(memchr::memchr_iter(b'\n', bytes).count());
        let before = self.records.num_lines + num_lines(&self.buffer[self.at..start]);
        self.records.num_lines = before + num_lines(&self.buffer[start..end]);
        self.at = end;
        before
    }

    /// Takes bytes up to `end`, and lets go of them.
    fn drop_to(&mut self, end: usize) {
        let start = self.at;
        self.take(start, end);
        self.buffer.drain(start..end);
        self.at = start;
    }
}

impl DocReader {
    fn new(reader: Box<dyn Read + Send>, context: &ReadContext) -> Self {
        let (limit, carry) = (context.decoded_limit, Vec::new());
        Self { reader, limit, carry, num_read: 0, is_at_end: false, is_overlong: false, is_mid_line: false }
    }

    /// Takes the next record; `false` at the end.
    fn step(&mut self, piece: &mut Taking) -> Result<bool, Fault> {
        if self.is_overlong {
            return self.pass_over(piece);
        }
        let at = piece.at;
        let step = syntax::next(&piece.buffer[at..], self.is_at_end);
        match step {
            Step::End => {
                let end = piece.buffer.len();
                piece.drop_to(end);
                Ok(false)
            }
            Step::NeedMore if count(piece.buffer.len() - at) > self.limit => {
                let lines_before = piece.records.num_lines;
                let slot = Slot::rejected(ByteSpan::default(), Fault::too_large(self.limit));
                piece.records.slots.push(Slot { lines_before, ..slot });
                self.is_overlong = true;
                // Its own tag is not the next.
                let blank = piece.buffer[at..].len() - piece.buffer[at..].trim_ascii_start().len();
                let first = self.line_len(&piece.buffer[at + blank..]);
                self.is_mid_line = first.is_none();
                piece.drop_to(first.map_or(piece.buffer.len(), |len| at + blank + len));
                Ok(true)
            }
            Step::NeedMore => self.more(piece),
            Step::Record { start, end } => {
                let line = ByteSpan::new(at, at + end);
                let lines_before = piece.take(at + start, at + end);
                piece.records.slots.push(Slot { line, lines_before, is_record: true, ..Slot::default() });
                Ok(true)
            }
            Step::Bad { start, end, what } => {
                let line = ByteSpan::new(at, at + end);
                let lines_before = piece.take(at + start, at + end);
                let slot = Slot::rejected(line, Fault::new(RejectReason::NotDoc, what));
                piece.records.slots.push(Slot { lines_before, ..slot });
                Ok(true)
            }
        }
    }

    fn more(&mut self, piece: &mut Taking) -> Result<bool, Fault> {
        let has_more = fill(&mut self.reader, &mut piece.buffer, &mut self.num_read);
        self.is_at_end = !has_more.map_err(|error| Fault::of(&error).or_at(self.num_read))?;
        Ok(true)
    }

    /// Passes over lines up to a tag: behind one that ends a record, before one that begins the next.
    fn pass_over(&mut self, piece: &mut Taking) -> Result<bool, Fault> {
        while let Some(len) = self.line_len(&piece.buffer[piece.at..]) {
            let line = &piece.buffer[piece.at..piece.at + len];
            let tag = if std::mem::take(&mut self.is_mid_line) { None } else { TagLine::of(line) };
            if matches!(tag, None | Some(TagLine::End)) {
                piece.drop_to(piece.at + len);
            }
            if tag.is_some() {
                self.is_overlong = false;
                return Ok(true);
            }
        }
        if self.is_at_end {
            return Ok(false);
        }
        if piece.buffer.len() - piece.at > MAX_TAG {
            self.is_mid_line = true;
            piece.drop_to(piece.buffer.len());
        }
        self.more(piece)
    }

    /// The length of the line that `bytes` begin with, if all of it is there.
    fn line_len(&self, bytes: &[u8]) -> Option<usize> {
        let end = memchr::memchr(b'\n', bytes).map(|end| end + 1);
        end.or((self.is_at_end && !bytes.is_empty()).then_some(bytes.len()))
    }
}

impl PieceReader for DocReader {
    /// The next records.
    fn next(&mut self, mut buffer: Vec<u8>) -> Take {
        buffer.clear();
        buffer.append(&mut self.carry);
        let mut piece = Taking { buffer, at: 0, records: Records::default() };
        let outcome = loop {
            match self.step(&mut piece) {
                Ok(true) if count(piece.at) >= PIECE_BYTES => break Ok(false),
                Ok(true) => {}
                Ok(false) => break Ok(true),
                Err(fault) => break Err(fault),
            }
        };
        let Taking { mut buffer, at, mut records } = piece;
        self.carry.extend_from_slice(&buffer[at..]);
        buffer.truncate(at);
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
