//! The treatment of a record: which hold plain text, which hold pages, and which are left out.
//!
//! The type of the record and the media type of its payload decide. Where that type says nothing, the payload is a page
//! if it begins like one. The status of a response does not matter: a page that only says that something is wrong has no
//! main text.

use memchr::memchr;

use super::body::HttpBody;
use super::head::{HeadField, MAX_HEAD, WarcMeta, head_fields, head_len, trimmed, without};
use crate::units::ByteSpan;

/// The most HTTP header fields that are believed; servers send about 20, and Apache accepts 100.
const MAX_HTTP_FIELDS: usize = 256;

/// So many bytes of a payload of no known type are looked at for the beginning of a page.
const BEGIN_BYTES: usize = 4 * 1024;

/// Media types that servers and crawlers give to what they do not know.
const UNKNOWN_TYPES: [&[u8]; 7] = [
    b"",
    b"*/*",
    b"application/octet-stream",
    b"application/unknown",
    b"unknown",
    b"unknown/unknown",
    b"application/x-unknown-content-type",
];

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
    /// The record holds a page, whose text is the document.
    Page {
        /// Offset of the page in the block, coded as it was sent.
        payload: usize,
        /// The label of the encoding, if the page's `Content-Type` has one.
        charset: Option<ByteSpan>,
    },
    /// The record describes the file, and is written as it is.
    Keep,
    /// The record holds no plain text, for this reason.
    Skip(&'static str),
}

/// Decides on the treatment of a record. `block` is the part of its block that was read, all of it if `is_whole`.
/// `None` if more has to be read first.
pub(super) fn kind(bytes: &[u8], block: ByteSpan, is_whole: bool, meta: &WarcMeta) -> Option<RecordKind> {
    let warc_type = bytes[meta.warc_type.range()].to_ascii_lowercase();
    let reason = match &warc_type[..] {
        b"warcinfo" => return Some(RecordKind::Keep),
        // A segment is a part of a text, and the others are elsewhere (ISO 28500, section 7).
        b"conversion" | b"resource" | b"response" if meta.is_segment => "segment",
        b"conversion" if meta.content_type.is_none() => {
            return Some(RecordKind::Document { payload: 0, charset: None });
        }
        b"response" if is_http(bytes, meta.content_type) => return http_kind(bytes, block, is_whole),
        b"conversion" | b"resource" | b"response" => {
            return Payload { bytes, block, at: 0, is_whole }.kind(meta.content_type);
        }
        b"request" => "request",
        b"metadata" => "metadata",
        b"revisit" => "revisit",
        b"continuation" => "segment",
        _ => "other",
    };
    Some(RecordKind::Skip(reason))
}

/// What a record holds behind its headers.
#[derive(Debug, Clone, Copy)]
struct Payload<'a> {
    bytes: &'a [u8],
    /// The part of the block that was read.
    block: ByteSpan,
    /// Offset in the block: an HTTP header may stand before it.
    at: usize,
    is_whole: bool,
}

impl Payload<'_> {
    /// The kind of its record by its media type, or by how it begins where that says nothing. `None` if more has to be
    /// read first.
    fn kind(self, content_type: Option<ByteSpan>) -> Option<RecordKind> {
        let Self { bytes, block, at: payload, is_whole } = self;
        let page = |charset| Some(RecordKind::Page { payload, charset });
        let media_type = content_type.map(|value| media_type(bytes, value));
        let media_type = media_type.map(|span| bytes[span.range()].to_ascii_lowercase());
        let charset = content_type.and_then(|value| charset(bytes, value));
        match media_type.as_deref().unwrap_or_default() {
            b"text/html" | b"application/xhtml+xml" => return page(charset),
            b"text/plain" if self.is_coded() => return Some(RecordKind::Skip("encoded")),
            b"text/plain" => return Some(RecordKind::Document { payload, charset }),
            unknown if UNKNOWN_TYPES.contains(&unknown) => {}
            _ => return Some(RecordKind::Skip("not_text")),
        }
        let body = &bytes[block.start + payload..block.end];
        if body.len() < BEGIN_BYTES && !is_whole {
            return None;
        }
        let (head, begin) = (self.head(), &body[..body.len().min(BEGIN_BYTES)]);
        if (HttpBody { head, bytes: begin, is_cut: true }).begins_like_page() {
            return page(charset);
        }
        Some(RecordKind::Skip("no_type"))
    }

    /// The HTTP header before it.
    fn head(&self) -> &[u8] {
        &self.bytes[self.block.start..self.block.start + self.at]
    }

    /// Whether it does not stand there as it is.
    fn is_coded(&self) -> bool {
        let head = self.head();
        head_fields(head).any(|field| {
            let coding = &head[field.value.range()];
            let names = [&b"Transfer-Encoding"[..], b"Content-Encoding"];
            let is_named = names.iter().any(|name| head[field.name.range()].eq_ignore_ascii_case(name));
            is_named && !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity")
        })
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
        // Crawlers that speak HTTP/2 write that in a header of the old form.
        Err(httparse::Error::Version) if bytes[seen.range()].starts_with(b"HTTP/") => {
            match head_len(&bytes[seen.range()]) {
                Some(len) => len,
                None if !is_whole && seen.len() < MAX_HEAD => return None,
                None => return Some(bad),
            }
        }
        Ok(httparse::Status::Partial) | Err(_) => return Some(bad),
    };
    let head = &bytes[block.start..block.start + payload];
    let is_type = |field: &HeadField| head[field.name.range()].eq_ignore_ascii_case(b"Content-Type");
    let content_type = head_fields(head).find(is_type).map(|field| field.value.shifted(block.start));
    Payload { bytes, block, at: payload, is_whole }.kind(content_type)
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
