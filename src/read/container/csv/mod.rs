//! CSV and TSV: every row is a record, its text one field. Read in pieces that end where a row ends (contract P4, O4).

mod dialect;
mod quote;
mod syntax;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::sync::Arc;

use dialect::{Delimiters, Dialect};
pub(super) use quote::{Quoter, needs_quotes};
use syntax::{ColumnNames, CsvFault, CsvRecord, Header};

use super::json::json_string;
use super::reader::{Body, End, PieceReader, Records, Take, fill};
use super::{Access, Beside, Charset, Container, Escape, FieldsOf, InOrder, InPlace, Rewrite};
use crate::document::Kind;
use crate::error::RejectReason;
use crate::read::context::{PIECE_BYTES, ReadContext};
use crate::read::fault::Fault;
use crate::read::slot::{RawRecord, Slot};
use crate::units::{ByteSpan, count};

/// CSV and TSV; the delimiter is the one that the file's name suggests.
pub(super) struct Table<const DELIMITER: u8>;

/// The columns of a table as its header names them, for `--to`, which needs the other fields.
#[derive(Debug)]
pub(crate) struct Columns {
    /// The names of the columns.
    pub names: Vec<String>,
    dialect: Dialect,
}

impl<const DELIMITER: u8> Container for Table<DELIMITER> {
    fn access(&self) -> Access {
        InOrder::records(Charset::Any, |reader, context| {
            Ok(Box::new(RowReader::new(reader, DELIMITER, context)?))
        })
    }

    /// Takes the quotes off the text and off the id, if fields stand in quotes here.
    fn decode(
        &self,
        bytes: &mut Vec<u8>,
        slot: &mut Slot,
        columns: Option<&Columns>,
        _: &ReadContext,
    ) -> Result<u64, Fault> {
        let dialect = columns.map_or(Dialect::new(DELIMITER, false), |columns| columns.dialect);
        if let Err(error) = simdutf8::compat::from_utf8(&bytes[slot.line.range()]) {
            return Err(Fault::at(RejectReason::NotUtf8, error.valid_up_to(), "not valid UTF-8"));
        }
        if !slot.id.is_empty() {
            let mut id = bytes[slot.id.range()].to_vec();
            let span = dialect.unescape(&mut id);
            let json = json_string(&String::from_utf8_lossy(&id[span.range()]));
            let start = bytes.len();
            bytes.extend_from_slice(json.as_bytes());
            slot.id = ByteSpan::new(start, bytes.len());
        }
        slot.text = dialect.decode(bytes, slot.value);
        slot.raw = RawRecord::Stands;
        Ok(0)
    }

    fn fields<'a>(&self, beside: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        let Beside { bytes, slots, columns: Some(columns), .. } = beside else {
            return Ok(Box::new(|_| Vec::new()));
        };
        Ok(Box::new(|number| {
            let Slot { line, value, .. } = slots[number];
            let (before, after) = (line.start..value.start, value.end..line.end);
            // Quotes in place of the text, lest a row of one field be an empty line.
            let row = [&bytes[before], b"\"\"", &bytes[after]].concat();
            let values = syntax::fields(&row, columns.dialect);
            columns.names.iter().cloned().zip(values.iter().map(|value| json_string(value))).collect()
        }))
    }

    fn rewrite(&self, columns: Option<&Columns>) -> Rewrite {
        let Dialect { delimiter, has_quotes } =
            columns.map_or(Dialect::new(DELIMITER, false), |columns| columns.dialect);
        let escape = has_quotes.then_some(Escape::Csv { delimiter });
        Rewrite::InPlace(InPlace { escape, is_one_line: !has_quotes })
    }
}

/// Reads rows piece by piece.
struct RowReader {
    reader: Box<dyn Read + Send>,
    dialect: Dialect,
    header: Header,
    columns: Arc<Columns>,
    /// Most bytes of a row.
    limit: u64,
    /// Bytes read that belong to the next piece.
    carry: Vec<u8>,
    num_read: u64,
    is_first: bool,
    is_at_end: bool,
}

impl RowReader {
    /// Reads the header of `reader`, whose bytes are UTF-8.
    fn new(mut reader: Box<dyn Read + Send>, delimiter: u8, context: &ReadContext) -> Result<Self, Fault> {
        let texts: Vec<_> = context.text_fields.iter().map(|(_, name)| name).collect();
        let names = ColumnNames { texts: &texts, id: &context.id_field };
        let delimiters = Delimiters { preferred: delimiter, tsv_quotes: context.tsv_quotes };
        let (mut carry, mut num_read) = (Vec::new(), 0);
        // A header is a few hundred bytes; where none ends within two pieces, none does.
        let (mut is_at_end, mut found) = (false, None);
        while found.is_none() && !is_at_end && count(carry.len()) < 2 * PIECE_BYTES {
            is_at_end = !fill(&mut reader, &mut carry, &mut num_read).map_err(|error| Fault::of(&error))?;
            found = syntax::choose_dialect(&carry, is_at_end, delimiters, names);
        }
        if found.is_none() && is_at_end && carry.trim_ascii().is_empty() {
            // An empty file is an empty table.
            let header = Header { num_columns: 0, text: 0, field: 0, id: None, start: 0, len: carry.len() };
            found = Some((Dialect::new(delimiter, context.tsv_quotes), header));
        }
        let Some((dialect, header)) = found else {
            let columns = syntax::columns(&carry, delimiters);
            let is_quoted = columns.iter().any(|name| name.starts_with('"') && name.ends_with('"'));
            let mut missing = context.text_fields.missing("column", columns);
            if is_quoted {
                missing.detail.push_str("; --tsv-quotes removes quotes");
            }
            return Err(missing);
        };
        let (limit, is_first) = (context.decoded_limit, true);
        let names = syntax::fields(&carry[header.start..header.len], dialect);
        let columns = Arc::new(Columns { names, dialect });
        Ok(Self { reader, dialect, header, columns, limit, carry, num_read, is_first, is_at_end })
    }

    /// The whole rows of `bytes` from `start` on, and where they end.
    fn walk(&self, bytes: &[u8], start: usize) -> (Records, usize) {
        let mut records = Records::default();
        let lines_in_header = count(memchr::memchr_iter(b'\n', &bytes[..start]).count());
        if start > 0 {
            let line = ByteSpan::new(0, start);
            records.slots.push(Slot { line, is_verbatim: true, ..Slot::default() });
        }
        let is_end = self.is_at_end;
        let walk = syntax::records(&bytes[start..], &self.header, self.dialect, is_end, |record| {
            let slot = slot(&record, start, lines_in_header, self.limit);
            records.slots.push(Slot { field: u32::try_from(self.header.field).ok(), ..slot });
        });
        records.num_lines = lines_in_header + walk.num_lines;
        (records, start + walk.len)
    }
}

impl PieceReader for RowReader {
    /// The next rows. The header stands before the first of them.
    fn next(&mut self, mut buffer: Vec<u8>) -> Take {
        buffer.clear();
        buffer.append(&mut self.carry);
        let start = if self.is_first { self.header.len } else { 0 };
        let mut fault = None;
        let (records, len) = loop {
            let is_ready = count(buffer.len()) >= PIECE_BYTES || self.is_at_end;
            let (records, len) = if is_ready { self.walk(&buffer, start) } else { (Records::default(), 0) };
            if self.is_at_end || (is_ready && len > start) {
                break (records, len);
            }
            if count(buffer.len()) > self.limit {
                let mut too_large = Fault::too_large(self.limit);
                too_large.detail = format!("a row is {}: is one of its quotes not closed?", too_large.detail);
                fault = Some(too_large.or_at(self.num_read - count(buffer.len())));
                break (records, len);
            }
            match fill(&mut self.reader, &mut buffer, &mut self.num_read) {
                Ok(has_more) => self.is_at_end = !has_more,
                Err(error) => {
                    fault = Some(Fault::of(&error).or_at(self.num_read));
                    // Whole rows only: the one that breaks off with the file is no bad row.
                    break self.walk(&buffer, start);
                }
            }
        };
        self.carry.extend_from_slice(&buffer[len..]);
        buffer.truncate(len);
        let is_last = fault.is_some() || self.is_at_end;
        self.is_first = false;
        let columns = Some(Arc::clone(&self.columns));
        Take {
            body: Body::Records(Records { bytes: buffer, columns, ..records }),
            is_last,
            end: End::of(fault),
        }
    }

    fn num_read(&self) -> u64 {
        self.num_read
    }

    fn kind(&self) -> Option<Kind> {
        Some(if self.dialect.delimiter == b'\t' { Kind::Tsv } else { Kind::Csv })
    }
}

fn slot(record: &CsvRecord, start: usize, lines_in_header: u64, limit: u64) -> Slot {
    let line = record.raw.shifted(start);
    let lines_before = lines_in_header + record.lines_before;
    if let Some(fault) = record.fault {
        let (reason, byte) = match fault {
            CsvFault::UnclosedQuote { byte } => (RejectReason::NotCsv, Some(count(byte))),
            CsvFault::TooFewFields { .. } => (RejectReason::NotCsv, None),
            CsvFault::OtherFields { .. } => (RejectReason::NotTsv, None),
        };
        let fault = Fault { byte, ..Fault::new(reason, fault.to_string()) };
        return Slot { lines_before, ..Slot::rejected(line, fault) };
    }
    if count(line.len()) > limit {
        return Slot { lines_before, ..Slot::rejected(line, Fault::too_large(limit)) };
    }
    Slot {
        line,
        lines_before,
        value: record.text.shifted(start),
        id: record.id.shifted(start),
        is_record: true,
        ..Slot::default()
    }
}
