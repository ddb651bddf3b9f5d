//! WARC 1.0 and 1.1 (ISO 28500) and the drafts 0.17 and 0.18, WET included: which records hold plain text, and where it
//! stands in them.
//!
//! In: bytes that begin where a record may begin, decompressed. Out: one [`Step`] at a time. A record is
//! announced as soon as its header is whole, so that the caller can pass over a block larger than its memory;
//! `Content-Length` is only a number here, nothing is allocated by it. Documents are `conversion` records and
//! those `resource` and `response` records whose payload is plain text and not encoded; `warcinfo` is kept as
//! it is, everything else is left out with a reason.
//!
//! Tolerated: lines that end in LF alone, folded header fields, any spelling of names, lines that are no
//! fields, and any number of empty lines (or none) between records. Not looked at: digests, dates, the status
//! of a response. Knows no encoding: it says where the label of one stands.

use std::iter;

use memchr::memchr;

use super::search;
use crate::units::{ByteSpan, count};

/// The longest header block that is believed, of a record and of the HTTP response in it: 64 KiB, eight times
/// what web servers accept.
pub(super) const MAX_HEAD: usize = 64 * 1024;

/// The most HTTP header fields that are believed; servers send about 20, and Apache accepts 100.
const MAX_HTTP_FIELDS: usize = 256;

/// The syntax element at the beginning of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A record may begin, but its header is not whole. Never at the end of the file.
    NeedMore {
        /// Bytes at the beginning that are empty lines and can be dropped.
        passed: usize,
    },
    /// A record.
    Record(WarcRecord),
    /// Only empty lines follow, and the file ends.
    End,
    /// The bytes are no record: [`search::find`] finds the next one.
    Fault {
        /// Offset of the fault in the bytes.
        byte: usize,
        /// The fault in words.
        detail: &'static str,
    },
}

/// One record. All spans are in the bytes that were parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WarcRecord {
    /// The header block with the empty line that ends it; the block follows.
    pub head: ByteSpan,
    /// Length of the block as the header has it. The end of the block, `head.end + content_length`, is in
    /// `u64`.
    pub content_length: u64,
    /// Where the record ends, with the two line ends after its block; `None` if that is not among the bytes
    /// yet. A caller that drops the block instead of reading on gives those two to the next call, as empty
    /// lines.
    pub end: Option<usize>,
    /// The treatment of the record.
    pub kind: RecordKind,
    /// The URI that was crawled, without angle brackets; empty if there is none.
    pub uri: ByteSpan,
    /// The identifier of the record, without angle brackets; empty if there is none.
    pub id: ByteSpan,
}

impl WarcRecord {
    /// The block; `None` if the record is not whole in the bytes.
    pub(super) fn block(&self) -> Option<ByteSpan> {
        self.end?;
        Some(ByteSpan::new(self.head.end, self.head.end + usize::try_from(self.content_length).ok()?))
    }

    /// Whether the line ends that end a record stand after the block, as its own header has them. `bytes` are those that
    /// were parsed, and the record is whole in them.
    pub(super) fn is_ended(&self, bytes: &[u8]) -> bool {
        self.block().is_some_and(|block| search::ends_record(&bytes[self.head.range()], &bytes[block.end..]))
    }

    /// The parts of a document; `None` if it is none or not whole in the bytes.
    pub(super) fn parts(&self) -> Option<Parts> {
        let RecordKind::Document { payload, charset } = self.kind else { return None };
        let block = self.block()?;
        Some(Parts { head: self.head, payload: ByteSpan::new(block.start + payload, block.end), charset })
    }
}

/// The parts of a record that holds a document, as they are read and written. All spans are in the same
/// bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    /// The header block of the record, with its empty line.
    pub head: ByteSpan,
    /// The text, up to the end of the block. An HTTP header may stand between `head` and it.
    pub payload: ByteSpan,
    /// The label of the text's encoding, in one of the headers.
    pub charset: Option<ByteSpan>,
}

/// The treatment of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordKind {
    /// The record holds plain text.
    Document {
        /// Offset of the text in the block: after the HTTP header if there is one, else 0.
        payload: usize,
        /// The label of the encoding, if the text's `Content-Type` has one.
        charset: Option<ByteSpan>,
    },
    /// The record describes the file, and is written as it is.
    Keep,
    /// The record holds no plain text, for this reason.
    Skip(&'static str),
}

/// The record at the start of `bytes`, after any empty lines.
///
/// `is_end` says that the file ends with `bytes`: then a record that is not whole is a fault, and there is
/// never a [`Step::NeedMore`]. Otherwise that is returned for at most 128 KiB after the empty lines: the
/// header of a record and that of an HTTP response in it. O(length of the headers) time.
pub(super) fn next(bytes: &[u8], is_end: bool) -> Step {
    let start = num_empty(bytes);
    let more = Step::NeedMore { passed: start };
    let rest = &bytes[start..];
    if rest.is_empty() {
        return if is_end { Step::End } else { more };
    }
    let fault = |byte, detail| Step::Fault { byte, detail };
    if !has_version(rest) {
        let is_other = rest.starts_with(NAME);
        let what = if is_other {
            "tamis does not read this version of the record"
        } else {
            "not the beginning of a WARC record"
        };
        return fault(start, what);
    }
    let Some(len) = head_len(rest) else {
        return match (rest.len() > MAX_HEAD, is_end) {
            (true, _) => fault(start, "the header of the record is longer than 64 KiB"),
            (false, true) => fault(bytes.len(), "the file ends in the header of a record"),
            (false, false) => more,
        };
    };
    let head = ByteSpan::new(start, start + len);
    let meta = match WarcMeta::read(bytes, head) {
        Ok(meta) => meta,
        Err((byte, detail)) => return fault(byte, detail),
    };
    let available = bytes.len() - head.end;
    let block_len = usize::try_from(meta.content_length).ok().filter(|len| *len <= available);
    if block_len.is_none() && is_end {
        return fault(bytes.len(), "the file ends in the block of a record");
    }
    let block = ByteSpan::new(head.end, head.end + block_len.unwrap_or(available));
    let Some(kind) = kind(bytes, block, block_len.is_some(), &meta) else { return more };
    let end = block_len.and_then(|_| trailer_len(&bytes[block.end..], is_end)).map(|len| block.end + len);
    let WarcMeta { content_length, uri, id, .. } = meta;
    Step::Record(WarcRecord { head, content_length, end, kind, uri, id })
}

/// The name that every record begins with.
pub(super) const NAME: &[u8] = b"WARC/";

/// How the records begin that are read.
const VERSIONS: [&[u8]; 3] = [b"WARC/1.", b"WARC/0.17", b"WARC/0.18"];

/// Whether bytes begin like a record of a version that is read, as far as they go.
pub(super) fn has_version(bytes: &[u8]) -> bool {
    VERSIONS.iter().any(|version| version.starts_with(&bytes[..bytes.len().min(version.len())]))
}

/// Bytes of empty lines, or of padding, at the beginning.
pub(super) fn num_empty(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n' | 0)).unwrap_or(bytes.len())
}

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

/// The place after the line that begins at `start`; `None` if none does.
fn line_end(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
    Some(start + memchr(b'\n', rest).map_or(rest.len(), |at| at + 1))
}

/// `span` without the ASCII white space at its ends. An empty one stands at the start of the span, so that a
/// value put there stands after its colon.
fn trimmed(bytes: &[u8], span: ByteSpan) -> ByteSpan {
    let text = bytes[span.range()].trim_ascii_end();
    let start = span.start + text.len() - text.trim_ascii_start().len();
    ByteSpan::new(start, span.start + text.len())
}

/// `span` without a pair of these brackets around it.
fn without(bytes: &[u8], span: ByteSpan, [open, close]: [u8; 2]) -> ByteSpan {
    match &bytes[span.range()] {
        [first, .., last] if *first == open && *last == close => ByteSpan::new(span.start + 1, span.end - 1),
        _ => span,
    }
}

/// Length of the two line ends after a block, or of as many as are there; `None` if more bytes are needed to
/// know.
fn trailer_len(bytes: &[u8], is_end: bool) -> Option<usize> {
    let mut len = 0;
    for _ in 0..2 {
        match &bytes[len..] {
            [b'\n', ..] => len += 1,
            [b'\r', b'\n', ..] => len += 2,
            [] | [b'\r'] if !is_end => return None,
            _ => break,
        }
    }
    Some(len)
}

/// The details in the header of a record. Spans are in the parsed bytes.
#[derive(Default)]
pub(super) struct WarcMeta {
    content_length: u64,
    pub(super) warc_type: ByteSpan,
    content_type: Option<ByteSpan>,
    uri: ByteSpan,
    id: ByteSpan,
    is_segment: bool,
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

/// Decides on the treatment of a record. `block` is the part of its block that was read, all of it if `is_whole`.
/// `None` if more has to be read first.
fn kind(bytes: &[u8], block: ByteSpan, is_whole: bool, meta: &WarcMeta) -> Option<RecordKind> {
    let warc_type = bytes[meta.warc_type.range()].to_ascii_lowercase();
    let reason = match &warc_type[..] {
        b"warcinfo" => return Some(RecordKind::Keep),
        // A segment is a part of a text, and the others are elsewhere (ISO 28500, section 7).
        b"conversion" | b"resource" | b"response" if meta.is_segment => "segment",
        b"conversion" if meta.content_type.is_none() => {
            return Some(RecordKind::Document { payload: 0, charset: None });
        }
        b"response" if is_http(bytes, meta.content_type) => return http_kind(bytes, block, is_whole),
        b"conversion" | b"resource" | b"response" => return Some(text_kind(bytes, meta.content_type, 0)),
        b"request" => "request",
        b"metadata" => "metadata",
        b"revisit" => "revisit",
        b"continuation" => "segment",
        _ => "other",
    };
    Some(RecordKind::Skip(reason))
}

/// The kind of a record by the media type of its text, which begins at `payload` in the block.
fn text_kind(bytes: &[u8], content_type: Option<ByteSpan>, payload: usize) -> RecordKind {
    let Some(content_type) = content_type else { return RecordKind::Skip("no_type") };
    let media_type = bytes[media_type(bytes, content_type).range()].to_ascii_lowercase();
    match &media_type[..] {
        b"text/plain" => RecordKind::Document { payload, charset: charset(bytes, content_type) },
        b"text/html" | b"application/xhtml+xml" => RecordKind::Skip("html"),
        _ => RecordKind::Skip("not_text"),
    }
}

/// The kind of a record whose block is an HTTP response.
fn http_kind(bytes: &[u8], block: ByteSpan, is_whole: bool) -> Option<RecordKind> {
    let bad = RecordKind::Skip("bad_http");
    let mut fields = [httparse::EMPTY_HEADER; MAX_HTTP_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let mut parser = httparse::ParserConfig::default();
    parser
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .ignore_invalid_headers_in_responses(true);
    let seen = ByteSpan::new(block.start, block.end.min(block.start + MAX_HEAD));
    let payload = match parser.parse_response(&mut response, &bytes[seen.range()]) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) if !is_whole && seen.len() < MAX_HEAD => return None,
        Ok(httparse::Status::Partial) | Err(_) => return Some(bad),
    };
    let mut content_type = None;
    for field in head_fields(&bytes[block.start..block.start + payload]) {
        let name = &bytes[field.name.shifted(block.start).range()];
        let value = field.value.shifted(block.start);
        if name.eq_ignore_ascii_case(b"Content-Type") {
            content_type = content_type.or(Some(value));
        }
        let is_encoding = |name: &[u8]| {
            name.eq_ignore_ascii_case(b"Transfer-Encoding") || name.eq_ignore_ascii_case(b"Content-Encoding")
        };
        let coding = &bytes[value.range()];
        if is_encoding(name) && !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity") {
            return Some(RecordKind::Skip("encoded"));
        }
    }
    Some(text_kind(bytes, content_type, payload))
}

fn is_http(bytes: &[u8], content_type: Option<ByteSpan>) -> bool {
    content_type.is_some_and(|value| {
        bytes[media_type(bytes, value).range()].eq_ignore_ascii_case(b"application/http")
    })
}

/// The media type in the value of a `Content-Type`: what stands before its parameters.
fn media_type(bytes: &[u8], content_type: ByteSpan) -> ByteSpan {
    let len = memchr(b';', &bytes[content_type.range()]).unwrap_or(content_type.len());
    trimmed(bytes, ByteSpan::new(content_type.start, content_type.start + len))
}

/// The value of the parameter `charset` of a `Content-Type`, without quotes.
fn charset(bytes: &[u8], content_type: ByteSpan) -> Option<ByteSpan> {
    let mut start = content_type.start;
    // Every parameter follows a semicolon; one in a quoted value would end it early, but no label has one.
    while let Some(at) = memchr(b';', &bytes[start..content_type.end]) {
        start += at + 1;
        let rest = &bytes[start..content_type.end];
        let parameter = ByteSpan::new(start, start + memchr(b';', rest).unwrap_or(rest.len()));
        let Some(equals) = memchr(b'=', &bytes[parameter.range()]) else { continue };
        let name = &bytes[parameter.start..parameter.start + equals];
        if name.trim_ascii().eq_ignore_ascii_case(b"charset") {
            let value = trimmed(bytes, ByteSpan::new(parameter.start + equals + 1, parameter.end));
            let label = trimmed(bytes, without(bytes, without(bytes, value, *b"\"\""), *b"''"));
            return Some(label).filter(|label| !label.is_empty());
        }
    }
    None
}
