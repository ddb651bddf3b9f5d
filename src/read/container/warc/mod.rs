//! Web archives (WARC, WET): every record that holds plain text or a page is a record. Read in pieces that end where one
//! ends. The text of a page is written as a record of a WET file (contract H3).

mod body;
mod chunked;
mod conversion;
mod head;
mod inflate;
mod kind;
mod language;
mod reader;
mod rewrite;
mod search;
mod syntax;
#[cfg(test)]
mod tests;

use std::io;

use body::HttpBody;
use reader::WebReader;
use syntax::{Parts, Step};

use super::json::json_string;
use super::{Access, Beside, Charset, Columns, Container, FieldsOf, InOrder, Rewrite};
use crate::error::RejectReason;
use crate::read::content::Head;
use crate::read::context::ReadContext;
use crate::read::encoding;
use crate::read::fault::Fault;
use crate::read::page::{self, PageText, Told};
use crate::read::slot::{RawRecord, Slot};
use crate::units::ByteSpan;

/// WARC.
pub(super) struct Warc;

impl Container for Warc {
    fn is_shown_by(&self, Head { bytes: head, .. }: Head<'_>, _: &ReadContext) -> bool {
        // Clean text has no CR.
        let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
        line.len() < head.len()
            && [&b"WARC/1.0\r"[..], b"WARC/1.1\r", b"WARC/0.17\r", b"WARC/0.18\r"].contains(&line)
    }

    fn access(&self) -> Access {
        InOrder::records(Charset::Bytes, |reader, context| Ok(Box::new(WebReader::new(reader, context))))
    }

    /// The text is the payload, decoded behind everything else if it is not UTF-8, or the text of a page.
    fn decode(
        &self,
        bytes: &mut Vec<u8>,
        slot: &mut Slot,
        _: Option<&Columns>,
        context: &ReadContext,
    ) -> Result<u64, Fault> {
        let parts = match syntax::next(&bytes[slot.line.range()], true) {
            Step::Record(record) => record.parts(),
            Step::NeedMore { .. } | Step::End | Step::Fault { .. } => None,
        };
        if let Some(parts) = parts.filter(|parts| parts.is_page) {
            return decode_page(bytes, slot, parts, context);
        }
        let payload = &bytes[slot.value.range()];
        if simdutf8::basic::from_utf8(payload).is_ok() {
            slot.text = slot.value;
            slot.raw = RawRecord::Stands;
            return Ok(0);
        }
        let label = parts.and_then(|parts| parts.charset);
        let label = label.map(|span| String::from_utf8_lossy(&bytes[span.shifted(slot.line.start).range()]));
        let given = label.and_then(|label| encoding::by_label(&label).ok()).or(context.detection.given);
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
            let fields = head::head_fields(head).filter(|field| !field.name.is_empty());
            let text = |span: ByteSpan| String::from_utf8_lossy(&head[span.range()]).into_owned();
            let fields = fields.map(|field| (text(field.name), json_string(&text(field.value))));
            fields.filter(|(name, _)| !OWN.iter().any(|own| own.eq_ignore_ascii_case(name))).collect()
        }))
    }

    fn rewrite(&self, _: Option<&Columns>) -> Rewrite {
        Rewrite::Whole { write: rewrite::write_record, page_id, end: rewrite::RECORD_END }
    }

    /// ISO 28500, annex D.
    fn is_compressed_by_record(&self) -> bool {
        true
    }
}

/// Decodes a page to its text, behind everything else in `bytes`.
fn decode_page(
    bytes: &mut Vec<u8>,
    slot: &mut Slot,
    parts: Parts,
    context: &ReadContext,
) -> Result<u64, Fault> {
    let record = &bytes[slot.line.range()];
    let head = &record[parts.head.range()];
    let is_cut = head::value_of(head, "WARC-Truncated").is_some();
    let http = &record[parts.head.end..parts.payload.start];
    let body = HttpBody { head: http, bytes: &record[parts.payload.range()], is_cut };
    let body = body.decode(context.decoded_limit)?;
    let label = parts.charset.map(|label| String::from_utf8_lossy(&record[label.range()]));
    let url = head::value_of(head, "WARC-Target-URI").map(head::without_brackets);
    let url = url.map(String::from_utf8_lossy).unwrap_or_default();
    let told = Told { charset: label.as_deref(), url: &url };
    let (PageText { text, facts }, written) = page::read(&body, told, context.pages, context.detection)?;
    let start = bytes.len();
    bytes.extend_from_slice(text.as_bytes());
    slot.text = ByteSpan::new(start, bytes.len());
    slot.page = Some(Box::new(facts));
    slot.raw = RawRecord::Lost;
    Ok(written.num_replaced)
}

/// The JSON of the id of a page's conversion, from that of the page's.
fn page_id(id: &[u8]) -> Vec<u8> {
    let name: String = serde_json::from_slice(id).unwrap_or_default();
    json_string(&conversion::new_id(&name).unwrap_or_default()).into_bytes()
}
