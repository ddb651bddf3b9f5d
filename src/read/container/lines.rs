//! A container of lines, read in pieces that end where a line ends; every line that is not blank is a record.

use std::io::{self, BufRead, Read};

use super::reader::{BOM, Body, End, PieceReader, Records, Take, fill};
use crate::read::context::ReadContext;
use crate::read::fault::Fault;
use crate::read::slot::Slot;
use crate::split::line::last_lf;
use crate::units::{ByteSpan, count};

/// Adds a slot for each record in the lines of `bytes[span]`, its text not decoded yet; returns how many lines there
/// are.
pub(in crate::read) fn find(bytes: &[u8], span: ByteSpan, slots: &mut Vec<Slot>) -> u64 {
    let mut start = span.start;
    let mut lines_before = 0;
    while start < span.end {
        let rest = &bytes[start..span.end];
        let end = start + memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = ByteSpan::new(start, end);
        if !bytes[line.range()].trim_ascii().is_empty() {
            slots.push(Slot { line, lines_before, is_record: true, ..Slot::default() });
        }
        lines_before += 1;
        start = end;
    }
    lines_before
}

/// Reads lines piece by piece.
pub(super) struct LineReader {
    reader: io::BufReader<Box<dyn Read + Send>>,
    /// Most bytes of a line.
    limit: u64,
    /// Bytes read that belong to the next piece.
    carry: Vec<u8>,
    num_read: u64,
    is_first: bool,
    /// The line that is being read is too long: it is passed over.
    is_overlong: bool,
}

impl LineReader {
    /// Reads `reader`, whose lines are UTF-8.
    pub(super) fn new(reader: Box<dyn Read + Send>, context: &ReadContext) -> Self {
        // A buffer only to find the end of an overlong line; large reads go past it.
        let reader = io::BufReader::new(reader);
        let (limit, carry) = (context.decoded_limit, Vec::new());
        Self { reader, limit, carry, num_read: 0, is_first: true, is_overlong: false }
    }

    /// Reads to the end of an overlong line; the record it holds is rejected.
    fn pass_over(&mut self) -> Take {
        let mut is_last = false;
        let mut fault = None;
        loop {
            let (end, len) = match self.reader.fill_buf() {
                Ok(bytes) => (memchr::memchr(b'\n', bytes), bytes.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    fault = Some(Fault::of(&error).or_at(self.num_read));
                    (None, 0)
                }
            };
            let taken = end.map_or(len, |end| end + 1);
            self.reader.consume(taken);
            self.num_read += count(taken);
            is_last |= len == 0;
            if end.is_some() || is_last {
                break;
            }
        }
        self.is_overlong = false;
        let slot = Slot::rejected(ByteSpan::default(), Fault::too_large(self.limit));
        let records = Records { slots: vec![slot], num_lines: 1, ..Default::default() };
        Take { body: Body::Records(records), is_last, end: End::of(fault) }
    }
}

impl PieceReader for LineReader {
    /// The next lines, about a piece of them, or one that is longer. Before a fault stand the whole lines that
    /// were read.
    fn next(&mut self, mut buffer: Vec<u8>) -> Take {
        if self.is_overlong {
            return self.pass_over();
        }
        buffer.clear();
        buffer.append(&mut self.carry);
        let (mut is_last, mut fault) = (false, None);
        loop {
            let searched = buffer.len();
            match fill(&mut self.reader, &mut buffer, &mut self.num_read) {
                Ok(true) => {}
                Ok(false) => is_last = true,
                Err(error) => {
                    (is_last, fault) = (true, Some(Fault::of(&error).or_at(self.num_read)));
                    // A record that breaks off with its file is no bad record.
                    buffer.truncate(last_lf(&buffer).unwrap_or(0));
                }
            }
            if is_last {
                break;
            }
            if let Some(cut) = last_lf(&buffer[searched..]) {
                self.carry.extend_from_slice(&buffer[searched + cut..]);
                buffer.truncate(searched + cut);
                break;
            }
            if count(buffer.len()) > self.limit {
                self.is_overlong = true;
                buffer.clear();
                break;
            }
        }
        if std::mem::take(&mut self.is_first) && buffer.starts_with(BOM) {
            buffer.drain(..BOM.len());
        }
        Take { body: Body::Lines(buffer), is_last, end: End::of(fault) }
    }

    fn num_read(&self) -> u64 {
        self.num_read
    }
}
