//! A chunk: some bytes of the corpus and where the documents in them stand.

use crate::discover::Format;
use crate::error::{RejectReason, SkipReason};
use crate::units::{ByteSpan, SourceId};

/// A run of bytes in corpus order: several whole small files, or one piece of a large one.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The bytes as read; the values of records are decoded in place.
    pub bytes: Vec<u8>,
    /// The sources that have bytes here, in corpus order.
    pub parts: Vec<Part>,
    /// The documents, in corpus order.
    pub slots: Vec<Slot>,
}

/// What a chunk holds of one source.
#[derive(Debug)]
pub struct Part {
    /// The source.
    pub source: SourceId,
    /// Whether it is a container of records; else it is one text document.
    pub is_container: bool,
    /// Whether the source begins here.
    pub is_first: bool,
    /// Whether the source ends here.
    pub is_last: bool,
    /// Its documents: a range of [`Chunk::slots`].
    pub slots: std::ops::Range<usize>,
    /// How reading went.
    pub fate: PartFate,
    /// Bytes read.
    pub num_bytes: usize,
    /// Line feeds among them.
    pub num_lines: u64,
}

/// How reading a source, or a piece of it, went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartFate {
    /// Well.
    Read,
    /// It is not for us.
    Skipped(SkipReason),
    /// It is bad from here on: a text document as a whole, a container after the records that were read.
    Rejected {
        /// The kind of fault.
        reason: RejectReason,
        /// Byte offset in the file, if known.
        byte: Option<u64>,
        /// The fault in words.
        detail: String,
    },
}

/// One document, or the part of a large text document that stands in this chunk. All spans are in
/// [`Chunk::bytes`].
#[derive(Debug, Clone, Default)]
pub struct Slot {
    /// Its decoded text.
    pub text: ByteSpan,
    /// Offset of that text in the document's decoded text: 0 but for the later pieces of a large one.
    pub offset: u64,
    /// The line of a record, without its LF.
    pub line: ByteSpan,
    /// The raw value of a record's text field, quotes included. After decoding in place only its bounds mean
    /// something.
    pub value: ByteSpan,
    /// The raw value of a record's id field; empty if it has none.
    pub id: ByteSpan,
    /// Line feeds of the part before the record.
    pub lines_before: u64,
    /// Why the record is rejected.
    pub fault: Option<Box<RecordFault>>,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFault {
    /// The kind of fault.
    pub reason: RejectReason,
    /// Byte offset in the line, if known.
    pub byte: Option<u64>,
    /// The fault in words.
    pub detail: String,
}

impl Slot {
    /// Whether it is a record that was read well.
    pub fn is_record(&self) -> bool {
        !self.value.is_empty()
    }

    /// A text document, or the piece of one that stands at `offset` of its text.
    pub fn text(text: ByteSpan, offset: u64) -> Self {
        Self { text, offset, ..Self::default() }
    }
}

impl Chunk {
    /// An empty chunk that reuses `buffer`.
    pub fn new(mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        Self { bytes: buffer, parts: Vec::new(), slots: Vec::new() }
    }

    /// Begins the part of a source before its bytes are appended; what is pushed until [`Self::end_part`] belongs to it.
    pub fn begin_part(&mut self, source: SourceId, format: Format, is_first: bool) {
        let at = self.slots.len();
        self.parts.push(Part {
            source,
            is_container: format == Format::JsonLines,
            is_first,
            is_last: true,
            slots: at..at,
            fate: PartFate::Read,
            num_bytes: self.bytes.len(),
            num_lines: 0,
        });
    }

    /// Adds a document to the part that was begun last.
    pub fn push(&mut self, slot: Slot) {
        self.slots.push(slot);
    }

    /// Ends the part that was begun last.
    pub fn end_part(&mut self, fate: PartFate, is_last: bool) {
        let (slots, bytes) = (self.slots.len(), self.bytes.len());
        if let Some(part) = self.parts.last_mut() {
            part.is_last = is_last || fate != PartFate::Read;
            part.slots.end = slots;
            part.num_bytes = bytes - part.num_bytes.min(bytes); // was where it starts
            part.fate = fate;
        }
    }

    /// Ends the part that was begun last as rejected.
    pub fn reject_part(&mut self, reason: RejectReason, byte: Option<u64>, detail: &str) {
        self.end_part(PartFate::Rejected { reason, byte, detail: detail.to_owned() }, true);
    }
}
