//! CSV and TSV: every record is a document, its text one field.
//!
//! In: bytes that begin where a record begins. Out: for each record the raw spans of the record, of its text
//! and of its id, so that everything but the text can be written again byte for byte.
//!
//! Fields in quotes are read as RFC 4180 has it and the `csv` crate reads it: any bytes give some records. Two things
//! are faults that crate lets pass: a record without a text field, and a quote that is never closed, which would make
//! one document of the rest of the file. TSV knows no quotes (IANA, text/tab-separated-values): a field is what stands
//! between two TABs, and every record has as many as the header.
//!
//! Line ends are LF, CR LF or CR; an empty line is no record. The caller takes a byte order mark off the
//! file.

use std::fmt;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter};

use super::dialect::{Delimiters, Dialect, Hint};
use crate::units::{ByteSpan, count};

/// The names of the columns that matter.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnNames<'a> {
    /// The columns that may hold the text; the first of them that is there does.
    pub texts: &'a [&'a str],
    /// The column that names the record.
    pub id: &'a str,
}

/// The content of the header record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Number of columns.
    pub num_columns: usize,
    /// Index of the text column, counted from 0.
    pub text: usize,
    /// The number of its name among those of [`ColumnNames::texts`].
    pub field: usize,
    /// Index of the id column, if there is one.
    pub id: Option<usize>,
    /// Where the header record begins, with empty lines before it: behind the hint of a spreadsheet.
    pub start: usize,
    /// Where it ends, its line end included: the records follow.
    pub len: usize,
}

/// One record. All spans are in the bytes that were walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CsvRecord {
    /// The record with its line end.
    pub raw: ByteSpan,
    /// The raw text field, its quotes included; empty if there is a fault.
    pub text: ByteSpan,
    /// The raw id field, its quotes included; empty if there is none.
    pub id: ByteSpan,
    /// Line feeds in the walked bytes before the record.
    pub lines_before: u64,
    /// Line feeds in the record, that of its line end included.
    pub num_lines: u64,
    /// The fault of the record.
    pub fault: Option<CsvFault>,
}

/// A fault of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CsvFault {
    /// The record ends before the text column.
    TooFewFields {
        /// Number of its fields.
        num_fields: usize,
        /// Number of the header's.
        num_columns: usize,
    },
    /// The record of a table without quotes has more or fewer fields than the header.
    OtherFields {
        /// Number of its fields.
        num_fields: usize,
        /// Number of the header's.
        num_columns: usize,
    },
    /// The file ends inside a quoted field.
    UnclosedQuote {
        /// Offset of the opening quote from the start of the record.
        byte: usize,
    },
}

impl fmt::Display for CsvFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewFields { num_fields, num_columns } => {
                write!(f, "no text: it has {num_fields} of {num_columns} fields")
            }
            Self::OtherFields { num_fields, num_columns } => {
                write!(f, "it has {num_fields} fields, and the header has {num_columns}")
            }
            Self::UnclosedQuote { .. } => f.write_str("a quote is opened and never closed"),
        }
    }
}

/// How far a walk came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CsvWalk {
    /// Bytes that are whole records and empty lines; what follows is the beginning of a record.
    pub len: usize,
    /// Line feeds among them.
    pub num_lines: u64,
}

/// The first dialect under which the header has a column named in `names.texts`, with what the header then
/// says: the one that a line before it names (`sep=;`), or else `delimiters`. `None` if there is no such column.
///
/// Names are compared without the white space around them; of two columns with the same name the first
/// counts. `head` begins with the header record and should hold it whole: if `is_end` is false a header that
/// does not end in `head` is not recognized.
pub(super) fn choose_dialect(
    head: &[u8],
    is_end: bool,
    delimiters: Delimiters,
    names: ColumnNames<'_>,
) -> Option<(Dialect, Header)> {
    let hint = Hint::of(head);
    let start = hint.map_or(0, |hint| hint.len);
    delimiters.dialects(hint).find_map(|dialect| {
        let found = header(&head[start..], is_end, dialect, names)?;
        Some((dialect, Header { start, len: start + found.len, ..found }))
    })
}

/// The names of the columns under the likely delimiter.
pub(super) fn columns(head: &[u8], delimiters: Delimiters) -> Vec<String> {
    let hint = Hint::of(head);
    let Some(dialect) = delimiters.dialects(hint).next() else { return Vec::new() };
    let head = &head[hint.map_or(0, |hint| hint.len)..];
    let mut names = Vec::new();
    let mut fields = RawFields::new(head, dialect, true);
    fields.pass_line_ends();
    while let Some(field) = fields.next() {
        names.push(name_of(&head[field.raw.range()], dialect));
        if field.is_last {
            break;
        }
    }
    names
}

/// The values of the first record of `bytes`, without their quotes.
pub(super) fn fields(bytes: &[u8], dialect: Dialect) -> Vec<String> {
    let mut values = Vec::new();
    let mut fields = RawFields::new(bytes, dialect, true);
    fields.pass_line_ends();
    while let Some(field) = fields.next() {
        let mut raw = bytes[field.raw.range()].to_vec();
        let span = dialect.unescape(&mut raw);
        values.push(String::from_utf8_lossy(&raw[span.range()]).into_owned());
        if field.is_last {
            break;
        }
    }
    values
}

/// Calls `visit` with every whole record of `bytes`, in order, and says how far that is.
///
/// `bytes` begins where a record begins, after the header. A record is whole when its line end is there and,
/// if that is a CR, the byte after it; at the end of the file (`is_end`) every record is whole. Empty lines
/// belong to no record. Where fields may stand in quotes a record may have more or fewer of them than the header, as
/// long as it has a text.
///
/// O(n) time, and no memory that depends on n.
pub(super) fn records(
    bytes: &[u8],
    header: &Header,
    dialect: Dialect,
    is_end: bool,
    mut visit: impl FnMut(CsvRecord),
) -> CsvWalk {
    let line_feeds = |span: ByteSpan| count(memchr_iter(b'\n', &bytes[span.range()]).count());
    let mut fields = RawFields::new(bytes, dialect, is_end);
    let mut walk = CsvWalk { len: 0, num_lines: 0 };
    loop {
        fields.pass_line_ends();
        let start = fields.at;
        walk.num_lines += line_feeds(ByteSpan::new(walk.len, start));
        walk.len = start;
        let Some(found) = RecordFields::read(&mut fields, header) else { return walk };
        let raw = ByteSpan::new(start, fields.at);
        let num_lines = line_feeds(raw);
        let fault = found.fault(start, header, dialect);
        visit(CsvRecord {
            raw,
            text: found.text.filter(|_| fault.is_none()).unwrap_or_default(),
            id: found.id.unwrap_or_default(),
            lines_before: walk.num_lines,
            num_lines,
            fault,
        });
        walk = CsvWalk { len: fields.at, num_lines: walk.num_lines + num_lines };
    }
}

/// The fields of one record.
#[derive(Default)]
struct RecordFields {
    num_fields: usize,
    text: Option<ByteSpan>,
    id: Option<ByteSpan>,
    /// Place of a quote that is never closed.
    open_quote: Option<usize>,
}

impl RecordFields {
    /// Reads a record; `None` if it is not whole, or there is none.
    fn read(fields: &mut RawFields<'_>, header: &Header) -> Option<Self> {
        let mut found = Self::default();
        loop {
            let field = fields.next()?;
            if found.num_fields == header.text {
                found.text = Some(field.raw);
            }
            if header.id == Some(found.num_fields) {
                found.id = Some(field.raw);
            }
            found.num_fields += 1;
            if field.is_last {
                found.open_quote = field.is_open.then_some(field.raw.start);
                return Some(found);
            }
        }
    }

    fn fault(&self, start: usize, header: &Header, dialect: Dialect) -> Option<CsvFault> {
        let (num_fields, num_columns) = (self.num_fields, header.num_columns);
        if !dialect.has_quotes {
            return (num_fields != num_columns).then_some(CsvFault::OtherFields { num_fields, num_columns });
        }
        if let Some(quote) = self.open_quote {
            return Some(CsvFault::UnclosedQuote { byte: quote - start });
        }
        let too_few = CsvFault::TooFewFields { num_fields, num_columns };
        self.text.is_none().then_some(too_few)
    }
}

/// Parses the header at the start of `head` under a dialect; `None` if it has no text column.
fn header(head: &[u8], is_end: bool, dialect: Dialect, names: ColumnNames<'_>) -> Option<Header> {
    let mut fields = RawFields::new(head, dialect, is_end);
    fields.pass_line_ends();
    // The number of the name and the index of the column: the first of the least.
    let mut text: Option<(usize, usize)> = None;
    let (mut id, mut num_columns) = (None, 0);
    loop {
        let field = fields.next()?;
        let name = name_of(&head[field.raw.range()], dialect);
        if let Some(number) = names.texts.iter().position(|text| *text == name)
            && text.is_none_or(|(best, _)| number < best)
        {
            text = Some((number, num_columns));
        }
        if name == names.id {
            id = id.or(Some(num_columns));
        }
        num_columns += 1;
        if field.is_last {
            let len = fields.at;
            let text = text.filter(|_| !field.is_open);
            let header = |(field, text)| Header { num_columns, text, field, id, start: 0, len };
            return text.map(header);
        }
    }
}

/// The name in a raw field of the header.
fn name_of(raw: &[u8], dialect: Dialect) -> String {
    let mut raw = raw.to_vec();
    let value = dialect.unescape(&mut raw);
    String::from_utf8_lossy(&raw[value.range()]).trim().to_owned()
}

/// A field as it stands in the bytes.
struct RawField {
    /// Its bytes with quotes, without the delimiter or line end.
    raw: ByteSpan,
    /// Whether the record ends with it.
    is_last: bool,
    /// Whether it is quoted and the quote is not closed.
    is_open: bool,
}

/// Reads raw fields one after the other.
struct RawFields<'a> {
    dialect: Dialect,
    reader: Reader,
    /// Whether a field follows, be there bytes left or not: a delimiter stands before it.
    is_in_record: bool,
    bytes: &'a [u8],
    at: usize,
    is_end: bool,
    /// Where the reader copies values that nobody looks at.
    scratch: [u8; 1024],
}

impl<'a> RawFields<'a> {
    fn new(bytes: &'a [u8], dialect: Dialect, is_end: bool) -> Self {
        let mut reader = ReaderBuilder::new().delimiter(dialect.delimiter).build();
        // The reader drops a byte order mark from the first bytes it is given, and these may be from the
        // middle of a file. Given an end first, it takes them for what they are.
        let _ = reader.read_field(&[], &mut []);
        Self { dialect, reader, is_in_record: false, bytes, at: 0, is_end, scratch: [0; 1024] }
    }

    /// Goes on to the next record. The reader takes line ends between records for nothing.
    fn pass_line_ends(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The next field, and past its delimiter or line end; `None` if it is not whole, or there is none.
    fn next(&mut self) -> Option<RawField> {
        if !self.dialect.has_quotes {
            return self.next_plain();
        }
        let start = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            if rest.is_empty() && !self.is_end {
                return None; // to the reader empty input is the end of the file
            }
            let (result, consumed, _) = self.reader.read_field(rest, &mut self.scratch);
            self.at += consumed;
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::End => return None,
                ReadFieldResult::Field { .. } if rest.is_empty() => {
                    let raw = ByteSpan::new(start, self.at);
                    return Some(RawField { raw, is_last: true, is_open: is_open(&self.bytes[raw.range()]) });
                }
                ReadFieldResult::Field { record_end } => {
                    let raw = ByteSpan::new(start, self.at - 1);
                    if record_end && !self.pass_lf_of_cr() {
                        return None;
                    }
                    return Some(RawField { raw, is_last: record_end, is_open: false });
                }
            }
        }
    }

    /// The next field where quotes are characters like all others.
    fn next_plain(&mut self) -> Option<RawField> {
        let (start, rest) = (self.at, &self.bytes[self.at..]);
        let Some(len) = memchr::memchr3(self.dialect.delimiter, b'\r', b'\n', rest) else {
            let is_field = self.is_end && (self.is_in_record || !rest.is_empty());
            (self.at, self.is_in_record) = (self.bytes.len(), false);
            let raw = ByteSpan::new(start, self.at);
            return is_field.then_some(RawField { raw, is_last: true, is_open: false });
        };
        let is_last = rest[len] != self.dialect.delimiter;
        self.at += len + 1;
        self.is_in_record = !is_last;
        if is_last && !self.pass_lf_of_cr() {
            return None;
        }
        Some(RawField { raw: ByteSpan::new(start, start + len), is_last, is_open: false })
    }

    /// After a line end: if that is a CR, passes the LF that may follow. False if it is not known what
    /// follows.
    fn pass_lf_of_cr(&mut self) -> bool {
        if self.bytes[..self.at].last() != Some(&b'\r') {
            return true;
        }
        match self.bytes.get(self.at) {
            Some(b'\n') => self.at += 1,
            Some(_) => {}
            None => return self.is_end,
        }
        true
    }
}

/// Whether a raw field opens a quote and does not close it.
fn is_open(raw: &[u8]) -> bool {
    if raw.first() != Some(&b'"') {
        return false;
    }
    let mut from = 1;
    while let Some(at) = memchr(b'"', &raw[from..]) {
        if raw.get(from + at + 1) != Some(&b'"') {
            return false;
        }
        from += at + 2;
    }
    true
}
