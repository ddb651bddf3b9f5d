//! Decoding: the bytes of a chunk become the texts of its documents, in place, and are shown to a [`TextVisitor`].

use encoding_rs::UTF_8;

use super::chunk::{Chunk, PartFate};
use super::coding::Coding;
use super::container::lines;
use super::container::reader::{BOM, Records, Reread};
use super::context::ReadContext;
use super::damage::{Mended, MendedSpan, Mender};
use super::encoding;
use super::fault::Fault;
use super::page::{self, PageText, Told};
use super::slot::{RawRecord, Slot};
use super::text_fields::FieldCounts;
use crate::config::Pages;
use crate::document::{Kind, PageCounts};
use crate::error::RejectReason;
use crate::split::{SplitBy, Splitting};
use crate::units::{ByteSpan, count};

/// Takes the text of each document as it is read: one call for each slot of the chunk, in order. A rejected
/// record, and bytes that are no document, have the empty text.
pub(crate) trait TextVisitor {
    /// The next document, or the next piece of a large one. Returns how it is split.
    fn document(&mut self, text: &str, by: SplitBy) -> Splitting;
}

/// A visitor for readers that need the bytes of a chunk only.
#[derive(Debug)]
pub(crate) struct IgnoreTexts;

impl TextVisitor for IgnoreTexts {
    fn document(&mut self, text: &str, by: SplitBy) -> Splitting {
        by.splitting(text)
    }
}

/// The way in which the bytes of a piece are decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decoding<'a> {
    pub(super) coding: Coding,
    /// Where they stand in the document.
    pub(super) offset: u64,
    pub(super) context: &'a ReadContext,
    /// How the document is split that they are a piece of; `None` if they are all of it, and show it.
    pub(super) splitting: Option<Splitting>,
}

impl Decoding<'_> {
    /// How the document is split.
    fn split_by(self, chunk: &Chunk) -> SplitBy {
        let kind = chunk.parts.last().map_or(Kind::Text, |part| part.kind);
        self.splitting.map_or(SplitBy::Text(self.context.split, kind), SplitBy::Known)
    }
}

/// Decodes a whole document that stands at the end of `chunk` from `start` on, and shows it to `visitor`.
pub(super) fn decode_whole(
    chunk: &mut Chunk,
    start: usize,
    context: &ReadContext,
    visitor: &mut impl TextVisitor,
) -> PartFate {
    let detection = context.detection;
    let plain = Decoding { coding: Coding::UTF_8, offset: 0, context, splitting: None };
    // Nearly every file is UTF-8 without a byte that would make it anything else.
    let bytes = &chunk.bytes[start..];
    let is_plain = memchr::memchr(0, bytes).is_none() && !encoding::may_be_seven_bit(bytes);
    let mark = if chunk.bytes[start..].starts_with(BOM) { BOM.len() } else { 0 };
    if is_plain && let Some(fate) = decode_utf8(chunk, start + mark, plain, visitor) {
        return fate;
    }
    let mark = encoding::by_bom(&chunk.bytes[start..]).map_or(0, |(_, mark)| mark);
    match detection.settle(encoding::detect(&chunk.bytes[start..], detection.given)) {
        Ok(coding) => {
            chunk.bytes.drain(start..start + mark);
            let decoding = Decoding { coding, offset: count(mark), context, splitting: None };
            decode(chunk, start, decoding, visitor)
        }
        Err(fault) => {
            chunk.bytes.truncate(start);
            PartFate::Rejected(fault)
        }
    }
}

/// Decodes a piece, or a whole document, that stands at the end of `chunk` from `start` on, and shows it to
/// `visitor`. What is no text leaves no slot and no bytes.
pub(super) fn decode(
    chunk: &mut Chunk,
    start: usize,
    decoding: Decoding<'_>,
    visitor: &mut impl TextVisitor,
) -> PartFate {
    let Decoding { coding, offset, context, .. } = decoding;
    if let Some(part) = chunk.parts.last_mut() {
        part.encoding = encoding::name(coding.encoding);
        part.is_guess = coding.is_guess;
    }
    let bytes = &chunk.bytes[start..];
    if !coding.is_utf8() {
        return decode_other(chunk, start, decoding, visitor);
    }
    if !coding.is_settled && encoding::is_seven_bit(bytes) {
        return reread(chunk, start);
    }
    if let Some(fate) = decode_utf8(chunk, start, decoding, visitor) {
        return fate;
    }
    if !coding.is_settled {
        return reread(chunk, start);
    }
    let bytes = &chunk.bytes[start..];
    if !context.detection.replace {
        let fault = undecodable(bytes, coding, offset);
        chunk.bytes.truncate(start);
        return PartFate::Rejected(fault);
    }
    let lossy = String::from_utf8_lossy(bytes).into_owned();
    let num_replaced = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    chunk.bytes.truncate(start);
    let (text, damage) = mended(lossy, context);
    show(chunk, Decoded { text, num_replaced: count(num_replaced), damage }, decoding, visitor)
}

/// Decodes a page that stands at the end of `chunk` from `start` on, and shows its text to `visitor`; the text takes its
/// place.
pub(super) fn decode_page(
    chunk: &mut Chunk,
    start: usize,
    context: &ReadContext,
    visitor: &mut impl TextVisitor,
) -> PartFate {
    let read = page::read(&chunk.bytes[start..], Told::default(), context.pages, context.detection);
    chunk.bytes.truncate(start);
    let (PageText { text, facts }, written) = match read {
        Ok(read) => read,
        Err(fault) => return PartFate::Rejected(fault),
    };
    if let Some(part) = chunk.parts.last_mut() {
        part.encoding = encoding::name(written.encoding);
        part.is_guess = written.is_guess;
        part.num_replaced += written.num_replaced;
        part.pages += facts.counts();
    }
    let kind = chunk.parts.last().map_or(Kind::Text, |part| part.kind);
    let (text, damage) = mended(text, context);
    let by = match context.paragraphs.check(&text, SplitBy::Text(context.split, kind)) {
        Ok(by) => by,
        Err(fault) => return PartFate::Rejected(fault),
    };
    let splitting = visitor.document(&text, by);
    append(chunk, text.into_bytes());
    let slot = Slot::text(ByteSpan::new(start, chunk.bytes.len()), splitting);
    chunk.push(Slot { page: Some(Box::new(facts)), damage, ..slot });
    PartFate::Read
}

fn reread(chunk: &mut Chunk, start: usize) -> PartFate {
    chunk.bytes.truncate(start);
    PartFate::Reread(Reread::Detected)
}

/// Shows bytes that are UTF-8 already; `None` if they are not.
fn decode_utf8(
    chunk: &mut Chunk,
    start: usize,
    decoding: Decoding<'_>,
    visitor: &mut impl TextVisitor,
) -> Option<PartFate> {
    let span = ByteSpan::new(start, chunk.bytes.len());
    let text = simdutf8::basic::from_utf8(&chunk.bytes[span.range()]).ok()?;
    let mended = decoding.context.mender.as_ref().and_then(|mender| mender.mend(text));
    if let Some(Mended { text: Some(text), damage }) = mended {
        chunk.bytes.truncate(start);
        return Some(show(chunk, Decoded { text, num_replaced: 0, damage: Some(damage) }, decoding, visitor));
    }
    let by = match decoding.context.paragraphs.check(text, decoding.split_by(chunk)) {
        Ok(by) => by,
        Err(fault) => {
            chunk.bytes.truncate(start);
            return Some(PartFate::Rejected(fault));
        }
    };
    let splitting = visitor.document(text, by);
    chunk.push(Slot { damage: mended.map(|mended| mended.damage), ..Slot::text(span, splitting) });
    Some(PartFate::Read)
}

fn decode_other(
    chunk: &mut Chunk,
    start: usize,
    decoding: Decoding<'_>,
    visitor: &mut impl TextVisitor,
) -> PartFate {
    let Decoding { coding, offset, context, .. } = decoding;
    let replace = context.detection.replace;
    let bytes = &chunk.bytes[start..];
    if !coding.is_settled && coding.is_guess && !encoding::agrees(bytes, coding.encoding) {
        return reread(chunk, start);
    }
    let mut text = String::with_capacity(bytes.len() * 2);
    let decoded = encoding::decode(coding.encoding, bytes, replace && coding.is_settled, &mut text);
    match decoded {
        Ok(num_replaced) => {
            chunk.bytes.truncate(start);
            let (text, damage) = mended(text, context);
            show(chunk, Decoded { text, num_replaced, damage }, decoding, visitor)
        }
        Err(_) if !coding.is_settled => reread(chunk, start),
        Err(at) => {
            chunk.bytes.truncate(start);
            let name = encoding::name(coding.encoding);
            let fault = Fault::new(RejectReason::Undecodable, format!("not valid {name}"));
            PartFate::Rejected(fault.or_at(offset + count(at)))
        }
    }
}

/// A text that was decoded.
struct Decoded {
    text: String,
    num_replaced: u64,
    damage: Option<Box<[MendedSpan]>>,
}

/// A decoded text without the damage that can be repaired, and what was damaged.
fn mended(text: String, context: &ReadContext) -> (String, Option<Box<[MendedSpan]>>) {
    match context.mender.as_ref().and_then(|mender| mender.mend(&text)) {
        Some(Mended { text: mended, damage }) => (mended.unwrap_or(text), Some(damage)),
        None => (text, None),
    }
}

/// Repairs the text of a record; a repaired text is put behind everything else.
fn mend_record(mender: &Mender, bytes: &mut Vec<u8>, slot: &mut Slot) {
    let Some(Mended { text, damage }) = mender.mend(text_of(bytes, slot)) else { return };
    if let Some(text) = text {
        let start = bytes.len();
        bytes.extend_from_slice(text.as_bytes());
        slot.text = ByteSpan::new(start, bytes.len());
    }
    slot.damage = Some(damage);
}

/// Puts a decoded text at the end of the chunk.
fn show(
    chunk: &mut Chunk,
    Decoded { text, num_replaced, damage }: Decoded,
    decoding: Decoding<'_>,
    visitor: &mut impl TextVisitor,
) -> PartFate {
    let by = match decoding.context.paragraphs.check(&text, decoding.split_by(chunk)) {
        Ok(by) => by,
        Err(fault) => return PartFate::Rejected(fault),
    };
    let splitting = visitor.document(&text, by);
    let start = chunk.bytes.len();
    append(chunk, text.into_bytes());
    let slot = Slot::text(ByteSpan::new(start, chunk.bytes.len()), splitting);
    chunk.push(Slot { damage, ..slot });
    if let Some(part) = chunk.parts.last_mut() {
        part.num_replaced += num_replaced;
    }
    PartFate::Read
}

fn undecodable(bytes: &[u8], coding: Coding, offset: u64) -> Fault {
    if coding.encoding != UTF_8 {
        // Where in the file is not known: the bytes are decoded already.
        let name = encoding::name(coding.encoding);
        return Fault::new(RejectReason::Undecodable, format!("not valid {name}"));
    }
    let at = simdutf8::compat::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    Fault::new(RejectReason::NotUtf8, "not valid UTF-8").or_at(offset + count(at))
}

/// Appends bytes; takes them over where there are none yet.
pub(super) fn append(chunk: &mut Chunk, bytes: Vec<u8>) {
    if chunk.bytes.is_empty() {
        chunk.bytes = bytes;
    } else {
        chunk.bytes.extend_from_slice(&bytes);
    }
}

/// Finds the records in the lines from `start` to the end of `chunk`, and decodes their texts.
pub(super) fn decode_lines(
    chunk: &mut Chunk,
    start: usize,
    kind: Kind,
    context: &ReadContext,
    visitor: &mut impl TextVisitor,
) {
    let first = chunk.slots.len();
    let span = ByteSpan::new(start, chunk.bytes.len());
    let num_lines = lines::find(&chunk.bytes, span, &mut chunk.slots);
    if let Some(part) = chunk.parts.last_mut() {
        part.num_lines = num_lines;
    }
    decode_records(chunk, first, kind, context, visitor);
}

/// Adds records that were found while they were read, and decodes their texts.
pub(super) fn add_records(
    records: Records,
    kind: Kind,
    context: &ReadContext,
    chunk: &mut Chunk,
    visitor: &mut impl TextVisitor,
) {
    let (start, first) = (chunk.bytes.len(), chunk.slots.len());
    append(chunk, records.bytes);
    if let Some(part) = chunk.parts.last_mut() {
        part.num_lines = records.num_lines;
        part.skipped = records.skipped;
        part.columns = records.columns;
        part.rows = records.rows;
    }
    for mut slot in records.slots {
        for span in [&mut slot.text, &mut slot.line, &mut slot.value, &mut slot.id] {
            *span = span.shifted(start);
        }
        chunk.push(slot);
    }
    decode_records(chunk, first, kind, context, visitor);
}

/// Decodes the texts of the records from the slot of number `first` on, and shows each to `visitor`.
fn decode_records(
    chunk: &mut Chunk,
    first: usize,
    kind: Kind,
    context: &ReadContext,
    visitor: &mut impl TextVisitor,
) {
    let container = kind.container();
    let Chunk { bytes, parts, slots } = chunk;
    let (mut num_replaced, mut fields) = (0, FieldCounts::new(&context.text_fields));
    let mut pages = PageCounts::default();
    let columns = parts.last().and_then(|part| part.columns.clone());
    for slot in &mut slots[first..] {
        if slot.is_record {
            match container.decode(bytes, slot, columns.as_deref(), context) {
                Ok(replaced) => num_replaced += replaced,
                Err(fault) => slot.reject(fault),
            }
            if let Err(fault) = read_html(bytes, slot, context) {
                slot.reject(fault);
            }
            if let Some(mender) = context.mender.as_ref().filter(|_| slot.is_record) {
                mend_record(mender, bytes, slot);
            }
        }
        // Taken once, as it walks over the whole text.
        let mut text = text_of(bytes, slot);
        let mut by = SplitBy::Text(context.split, kind);
        match context.paragraphs.check(text, by) {
            Ok(checked) => by = checked,
            Err(fault) => {
                slot.reject(fault);
                text = "";
            }
        }
        if let Some(page) = &slot.page {
            pages += page.counts();
        }
        if let (true, Some(field)) = (slot.is_record, slot.field) {
            fields.count(field);
        }
        slot.splitting = visitor.document(text, by);
    }
    if let Some(part) = parts.last_mut() {
        part.num_replaced += num_replaced;
        part.fields = fields;
        part.pages = pages;
    }
}

/// Reads the page that is the text of a record, if it stands in a field of HTML; its text is put behind everything else.
fn read_html(bytes: &mut Vec<u8>, slot: &mut Slot, context: &ReadContext) -> Result<(), Fault> {
    let Some(field) = slot.field.filter(|_| slot.is_record && !context.html_fields.is_empty()) else {
        return Ok(());
    };
    let name = context.text_fields.get(field);
    if !context.html_fields.iter().any(|html| html == name) || context.pages == Pages::Skip {
        return Ok(());
    }
    let PageText { text, facts } = page::extract(text_of(bytes, slot), "", context.pages)?;
    let start = bytes.len();
    bytes.extend_from_slice(text.as_bytes());
    slot.text = ByteSpan::new(start, bytes.len());
    slot.raw = RawRecord::Lost;
    slot.page = Some(Box::new(facts));
    Ok(())
}

/// The text of a record. Its bytes were checked, and decoding makes text of text.
fn text_of<'a>(bytes: &'a [u8], slot: &Slot) -> &'a str {
    simdutf8::basic::from_utf8(&bytes[slot.text.range()]).unwrap_or_default()
}
