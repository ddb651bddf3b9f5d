//! How a table spells its records: the byte between two fields, and whether fields may stand in quotes (contract P4).

use memchr::memchr;

use crate::units::ByteSpan;

/// The delimiters that are tried after the one the file's name suggests.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How a file spells its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// The byte between two fields.
    pub delimiter: u8,
    /// Whether a field may stand in quotes.
    pub has_quotes: bool,
}

impl Dialect {
    /// How fields are spelled between these delimiters: TAB means TSV, whose fields stand in quotes only if that is said
    /// (`--tsv-quotes`).
    pub(super) fn new(delimiter: u8, tsv_quotes: bool) -> Self {
        Self { delimiter, has_quotes: delimiter != b'\t' || tsv_quotes }
    }

    /// Takes the quotes off a raw field in place, if it stands in any; returns where in it the value then stands.
    pub(super) fn unescape(self, raw: &mut [u8]) -> ByteSpan {
        if self.has_quotes { unescape(raw) } else { ByteSpan::new(0, raw.len()) }
    }

    /// The value of the field `bytes[raw]`, which stays as it is: where it stands in the field, or without its quotes
    /// behind everything else.
    pub(super) fn decode(self, bytes: &mut Vec<u8>, raw: ByteSpan) -> ByteSpan {
        let field = &bytes[raw.range()];
        if !self.has_quotes || field.first() != Some(&b'"') {
            return raw;
        }
        if memchr(b'"', &field[1..]).is_some_and(|end| end + 2 == field.len()) {
            return ByteSpan::new(raw.start + 1, raw.end - 1);
        }
        let start = bytes.len();
        bytes.extend_from_within(raw.range());
        let value = unescape(&mut bytes[start..]).shifted(start);
        bytes.truncate(value.end);
        value
    }
}

/// Takes the quotes off a raw field in place and returns where in it the value then stands.
///
/// Quotes are syntax only where a field begins with one: they are taken off, and a doubled one is one quote.
/// What stands between the closing quote and the delimiter belongs to the value, as with the `csv` crate.
fn unescape(raw: &mut [u8]) -> ByteSpan {
    if raw.first() != Some(&b'"') {
        return ByteSpan::new(0, raw.len());
    }
    let (mut from, mut to) = (1, 1);
    loop {
        let quote = memchr(b'"', &raw[from..]).map_or(raw.len(), |at| from + at);
        let is_doubled = raw.get(quote + 1) == Some(&b'"');
        let end = if is_doubled { quote + 1 } else { quote };
        raw.copy_within(from..end, to);
        to += end - from;
        from = (quote + if is_doubled { 2 } else { 1 }).min(raw.len());
        if !is_doubled {
            break;
        }
    }
    raw.copy_within(from.., to);
    ByteSpan::new(1, to + raw.len() - from)
}

/// The delimiters that a file may have, the likely one first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delimiters {
    /// The one that the file's name suggests.
    pub preferred: u8,
    /// Whether the fields of TSV may stand in quotes.
    pub tsv_quotes: bool,
}

impl Delimiters {
    /// The dialects that are tried with a file that begins with `head`, behind the hint of a spreadsheet: the one that
    /// hint names, or else the preferred one, then comma, TAB, semicolon and bar.
    pub(super) fn dialects(self, hint: Option<Hint>) -> impl Iterator<Item = Dialect> {
        let all = std::iter::once(self.preferred)
            .chain(DELIMITERS.into_iter().filter(move |&c| c != self.preferred));
        let tried = all.filter(|byte| is_delimiter(*byte)).filter(move |_| hint.is_none());
        let tried = hint.map(|hint| hint.delimiter).into_iter().chain(tried);
        tried.map(move |delimiter| Dialect::new(delimiter, self.tsv_quotes))
    }
}

/// What stands in the first line of a table for a spreadsheet: which delimiter it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hint {
    delimiter: u8,
    /// Bytes of the line, its end included.
    pub len: usize,
}

impl Hint {
    /// Recognizes `sep=;`, in any case and with or without quotes around it.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let end = memchr::memchr2(b'\r', b'\n', head).unwrap_or(head.len());
        let line = &head[..end];
        let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
        let (name, &[delimiter]) = line.split_at_checked(4)? else { return None };
        let len = end + head[end..].iter().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        // Of two line feeds the second ends an empty line.
        let len = if head[end..len] == *b"\n\n" { end + 1 } else { len };
        (name.eq_ignore_ascii_case(b"sep=") && is_delimiter(delimiter)).then_some(Self { delimiter, len })
    }
}

/// Whether a byte can stand between fields, whoever asks for it.
fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n')
}
