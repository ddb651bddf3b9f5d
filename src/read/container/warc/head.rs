//! Header blocks, of records and of the HTTP messages in them: where they end, their fields, and what the fields say that
//! every record has.

use std::iter;

use memchr::memchr;

use crate::units::{ByteSpan, count};

/// The longest header block that is believed, of a record and of the HTTP response in it: 64 KiB, eight times
/// what web servers accept.
pub(super) const MAX_HEAD: usize = 64 * 1024;

/// Length of the header block at the start of `record`, its empty line included; `None` if that does not end
/// within 64 KiB.
pub(super) fn head_len(record: &[u8]) -> Option<usize> {
    let mut start = 0;
    loop {
        let end = start + memchr(b'\n', &record[start..record.len().min(MAX_HEAD)])?;
        if matches!(&record[start..end], b"" | b"\r") {
            return Some(end + 1);
        }
        start = end + 1;
    }
}

/// A field of a header block. Spans are in the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeadField {
    /// The whole field: its line with the line end, and the lines that continue it.
    pub(super) raw: ByteSpan,
    /// Its name; empty for a line that is no field, such as the first one.
    pub(super) name: ByteSpan,
    /// Its value, without the white space around it.
    pub(super) value: ByteSpan,
}

/// The lines of a header block, continued ones as one (RFC 2616, section 2.2), in order. Their raw spans are
/// the whole block.
pub(super) fn head_fields(head: &[u8]) -> impl Iterator<Item = HeadField> {
    let mut start = 0;
    iter::from_fn(move || {
        let mut end = line_end(head, start)?;
        while matches!(head.get(end), Some(b' ' | b'\t')) {
            end = line_end(head, end)?;
        }
        let raw = ByteSpan::new(start, end);
        start = end;
        let none = ByteSpan::new(raw.end, raw.end);
        Some(match memchr(b':', &head[raw.range()]) {
            Some(colon) if raw.start > 0 => HeadField {
                raw,
                name: trimmed(head, ByteSpan::new(raw.start, raw.start + colon)),
                value: trimmed(head, ByteSpan::new(raw.start + colon + 1, raw.end)),
            },
            _ => HeadField { raw, name: none, value: none },
        })
    })
}

/// The value of the first field of this name that has one.
pub(super) fn value_of<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let is_named = |field: &HeadField| head[field.name.range()].eq_ignore_ascii_case(name.as_bytes());
    let values = head_fields(head).filter(is_named).map(|field| &head[field.value.range()]);
    values.into_iter().find(|value| !value.is_empty())
}

/// The place after the line that begins at `start`; `None` if none does.
fn line_end(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
    Some(start + memchr(b'\n', rest).map_or(rest.len(), |at| at + 1))
}

/// `span` without the ASCII white space at its ends. An empty one stands at the start of the span, so that a
/// value put there stands after its colon.
pub(super) fn trimmed(bytes: &[u8], span: ByteSpan) -> ByteSpan {
    let text = bytes[span.range()].trim_ascii_end();
    let start = span.start + text.len() - text.trim_ascii_start().len();
    ByteSpan::new(start, span.start + text.len())
}

/// `span` without a pair of these brackets around it.
pub(super) fn without(bytes: &[u8], span: ByteSpan, [open, close]: [u8; 2]) -> ByteSpan {
    match &bytes[span.range()] {
        [first, .., last] if *first == open && *last == close => ByteSpan::new(span.start + 1, span.end - 1),
        _ => span,
    }
}

/// A value without the angle brackets around it.
pub(super) fn without_brackets(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"<").and_then(|value| value.strip_suffix(b">")).unwrap_or(value)
}

/// The details in the header of a record. Spans are in the parsed bytes.
#[derive(Default)]
pub(super) struct WarcMeta {
    pub(super) content_length: u64,
    pub(super) warc_type: ByteSpan,
    pub(super) content_type: Option<ByteSpan>,
    pub(super) uri: ByteSpan,
    pub(super) id: ByteSpan,
    pub(super) is_segment: bool,
}

impl WarcMeta {
    /// Reads a header; of a field that stands twice the first counts. The error is a place and the fault.
    pub(super) fn read(bytes: &[u8], head: ByteSpan) -> Result<Self, (usize, &'static str)> {
        let mut meta = Self::default();
        let mut length = None;
        let first = |seen: &mut ByteSpan, value| {
            if seen.is_empty() {
                *seen = value;
            }
        };
        for field in head_fields(&bytes[head.range()]) {
            let value = field.value.shifted(head.start);
            let name = &bytes[field.name.shifted(head.start).range()];
            let is = |expected: &str| name.eq_ignore_ascii_case(expected.as_bytes());
            if is("Content-Length") {
                let number = decimal(&bytes[value.range()])
                    .filter(|number| number.checked_add(count(head.end)).is_some())
                    .ok_or((value.start, "the Content-Length of the record is not a number"))?;
                if length.is_some_and(|length| length != number) {
                    return Err((value.start, "the record has two lengths"));
                }
                length = Some(number);
            } else if is("WARC-Type") {
                first(&mut meta.warc_type, value);
            } else if is("Content-Type") {
                meta.content_type = meta.content_type.or(Some(value));
            } else if is("WARC-Target-URI") {
                first(&mut meta.uri, without(bytes, value, *b"<>"));
            } else if is("WARC-Record-ID") {
                first(&mut meta.id, without(bytes, value, *b"<>"));
            } else if is("WARC-Segment-Number") {
                meta.is_segment = true;
            }
        }
        meta.content_length = length.ok_or((head.start, "the record has no Content-Length"))?;
        Ok(meta)
    }
}

/// The number that `digits` spell: nothing but digits, no sign.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
