//! A slot: where a document stands in the bytes that were read.

use super::damage::MendedSpan;
use super::fault::Fault;
use super::page::PageFacts;
use crate::split::Splitting;
use crate::units::ByteSpan;

/// One document, or the part of a large text document that stands in this chunk. All spans are in
/// the bytes of its chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slot {
    /// Its decoded text.
    pub text: ByteSpan,
    /// How the document that the text is of is split.
    pub splitting: Splitting,
    /// Whether it is a record that was read well.
    pub is_record: bool,
    /// Bytes that are written as they stand, if any document of the part is kept: the header of a table.
    pub is_verbatim: bool,
    /// The raw bytes of a record, with the end of its line where it has one.
    pub line: ByteSpan,
    /// The raw value of a record's text field, quotes included.
    pub value: ByteSpan,
    /// The number of the field that holds a record's text, among the names that were tried.
    pub field: Option<u32>,
    /// Whether the record that was read is still known.
    pub raw: RawRecord,
    /// The JSON of a record's id; empty if it has none.
    pub id: ByteSpan,
    /// Line feeds of the part before the record.
    pub lines_before: u64,
    /// What is known of the page whose text it is.
    pub page: Option<Box<PageFacts>>,
    /// What was damaged in its text and is repaired, or could not be.
    pub damage: Option<Box<[MendedSpan]>>,
    /// Why the record is rejected.
    pub fault: Option<Box<Fault>>,
}

/// How the record that was read is had again once its text is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum RawRecord {
    /// Not at all: characters were replaced, or it was never a run of bytes.
    #[default]
    Lost,
    /// Its raw bytes stand where they stood.
    Stands,
    /// The text was decoded over them; writing the record again with this text spells it as it was.
    Spelled,
}

impl Slot {
    /// A text document, or a piece of one.
    pub(crate) fn text(text: ByteSpan, splitting: Splitting) -> Self {
        Self { text, splitting, ..Self::default() }
    }

    /// Whether its text is not the one that was read: damage was repaired in it.
    pub(crate) fn is_mended(&self) -> bool {
        self.damage.iter().flatten().any(|damage| damage.was.is_some())
    }

    /// A record that is rejected.
    pub(crate) fn rejected(line: ByteSpan, fault: Fault) -> Self {
        Self { line, fault: Some(Box::new(fault)), ..Self::default() }
    }

    /// Rejects a record that was found to be bad after its place was known.
    pub(crate) fn reject(&mut self, fault: Fault) {
        *self = Self { lines_before: self.lines_before, ..Self::rejected(self.line, fault) };
    }
}
