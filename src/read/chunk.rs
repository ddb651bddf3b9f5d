//! A chunk: some bytes of the corpus and where the documents in them stand.

use std::sync::Arc;

use super::archive::ArchiveMember;
use super::container::{Columns, Reread, Rewrite, Rows};
use super::content::Wrap;
use super::fault::Fault;
use super::slot::Slot;
use super::text_fields::FieldCounts;
use crate::discover::page_text_path;
use crate::document::{Kind, PageCounts};
use crate::error::SkipReason;
use crate::split::Method;
use crate::units::{SourceId, count};

/// A run of bytes in corpus order: several whole small files, or one piece of a large one.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// The bytes as decoded to UTF-8; what a record spells otherwise than its text stands behind the record once more,
    /// as that text.
    pub bytes: Vec<u8>,
    /// The sources, or members of archives, that have bytes here, in corpus order.
    pub parts: Vec<Part>,
    /// The documents, in corpus order.
    pub slots: Vec<Slot>,
}

/// The whole to which a part belongs.
#[derive(Debug, Clone)]
pub(crate) enum Role {
    /// A source that is one document or one container of records.
    Whole,
    /// The beginning of an archive; holds nothing.
    ArchiveStart,
    /// A member of an archive: one document or one container of records.
    Member(Arc<ArchiveMember>),
    /// The end of an archive; holds nothing but how reading it went.
    ArchiveEnd,
}

/// The bytes that a chunk holds of one source, or of one member of an archive.
#[derive(Debug)]
pub(crate) struct Part {
    /// The source.
    pub source: SourceId,
    /// The whole to which the part belongs.
    pub role: Role,
    /// The kind of the source or member.
    pub kind: Kind,
    /// How it is wrapped up.
    pub wrap: Wrap,
    /// Whether the source or member begins here.
    pub is_first: bool,
    /// Whether the source or member ends here.
    pub is_last: bool,
    /// Its documents: a range of [`Chunk::slots`].
    pub slots: std::ops::Range<usize>,
    /// How reading went.
    pub fate: PartFate,
    /// Something that lies after the end of the source or member, which was read well.
    pub trailing: Option<Fault>,
    /// Bytes of the source read for it.
    pub num_bytes: u64,
    /// Line feeds among its bytes.
    pub num_lines: u64,
    /// Name of the encoding it was decoded from.
    pub encoding: &'static str,
    /// Whether that was guessed.
    pub is_guess: bool,
    /// Malformed sequences replaced by U+FFFD.
    pub num_replaced: u64,
    /// Records that are not for us, by reason.
    pub skipped: Vec<SkipReason>,
    /// The pages whose texts are its documents.
    pub pages: PageCounts,
    /// The fields that hold the texts of its records.
    pub fields: FieldCounts,
    /// The columns of a table of text.
    pub columns: Option<Arc<Columns>>,
    /// The rows behind the slots.
    pub rows: Option<Rows>,
}

/// The encoding of documents, for counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrittenIn<'a> {
    /// Its name.
    pub encoding: &'a str,
    /// Whether it was guessed.
    pub is_guess: bool,
}

impl WrittenIn<'_> {
    /// That of no document.
    pub(crate) const NONE: Self = Self { encoding: "", is_guess: false };
}

/// How reading a source, or a piece of it, went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PartFate {
    /// Well.
    Read,
    /// The part is not for this program.
    Skipped(SkipReason),
    /// The part is bad from here on: a text document as a whole, a container after the records that were read.
    Rejected(Fault),
    /// Reading the source has to begin again, in another way: nothing that was read of it counts.
    Reread(Reread),
}

impl Part {
    /// A part of which nothing is read yet.
    pub(crate) fn new(source: SourceId, role: Role, kind: Kind, wrap: Wrap) -> Self {
        Self {
            source,
            role,
            kind,
            wrap,
            is_first: true,
            is_last: true,
            slots: 0..0,
            fate: PartFate::Read,
            trailing: None,
            num_bytes: 0,
            num_lines: 0,
            encoding: "UTF-8",
            is_guess: false,
            num_replaced: 0,
            skipped: Vec::new(),
            pages: PageCounts::default(),
            fields: FieldCounts::default(),
            columns: None,
            rows: None,
        }
    }

    /// The encoding it was decoded from.
    pub(crate) fn written_in(&self) -> WrittenIn<'static> {
        WrittenIn { encoding: self.encoding, is_guess: self.is_guess }
    }

    /// Whether it is a whole source.
    pub(crate) fn is_whole_source(&self) -> bool {
        matches!(self.role, Role::Whole) && self.is_first && self.is_last
    }

    /// Whether its source ends with it.
    pub(crate) fn ends_source(&self) -> bool {
        self.is_last && matches!(self.role, Role::Whole | Role::ArchiveEnd)
    }

    /// Whether it may belong to a text document that stands in several chunks: one that goes wrong at once ends with
    /// its first piece, and others of its pieces may have been read all the same.
    pub(crate) fn is_piece_of_text(&self) -> bool {
        let is_document = matches!(self.role, Role::Whole | Role::Member(_)) && !self.kind.is_container();
        is_document && !(self.is_first && self.is_last && self.fate == PartFate::Read)
    }

    /// Where the output of a file or member of this name goes (contract O1, H3).
    pub(crate) fn output_path(&self, path: &[u8]) -> Vec<u8> {
        if self.kind.is_page() { page_text_path(path) } else { path.to_vec() }
    }

    /// How its records are written again with another text.
    pub(crate) fn rewrite(&self) -> Rewrite {
        self.kind.rewrite(self.columns.as_deref())
    }

    /// The archive's member it belongs to.
    pub(crate) fn member(&self) -> Option<&Arc<ArchiveMember>> {
        match &self.role {
            Role::Member(member) => Some(member),
            _ => None,
        }
    }

    /// The fault for which the source or member is rejected from here on, or for which something after its end is.
    pub(crate) fn rejected(&self) -> Option<&Fault> {
        match &self.fate {
            PartFate::Rejected(fault) => Some(fault),
            PartFate::Read => self.trailing.as_ref(),
            PartFate::Skipped(_) | PartFate::Reread(_) => None,
        }
    }

    /// Number of the member in its archive; 0 for a whole source.
    pub(crate) fn unit(&self) -> u64 {
        self.member().map_or(0, |member| member.number)
    }
}

impl Chunk {
    /// Whether each slot holds all of its document.
    pub(crate) fn whole_slots(&self) -> Vec<bool> {
        let mut is_whole: Vec<bool> = self.slots.iter().map(|slot| slot.is_record).collect();
        for part in self.parts.iter().filter(|part| part.is_first && part.is_last) {
            is_whole[part.slots.clone()].fill(true);
        }
        is_whole
    }

    /// An empty chunk that reuses `buffer`.
    pub(crate) fn new(mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        Self { bytes: buffer, parts: Vec::new(), slots: Vec::new() }
    }

    /// Documents that begin in a part of this chunk and are split by blocks.
    pub(crate) fn num_by_blocks(&self, part: &Part) -> u64 {
        let begins = |slot: &&Slot| slot.is_record || (!part.kind.is_container() && part.is_first);
        let slots = self.slots[part.slots.clone()].iter().filter(begins);
        count(slots.filter(|slot| slot.splitting.method == Method::Block).count())
    }

    /// Begins a part; what is pushed until [`Self::end_part`] belongs to it.
    pub(super) fn begin_part(&mut self, mut part: Part) {
        part.slots = self.slots.len()..self.slots.len();
        self.parts.push(part);
    }

    /// Adds a document to the part that was begun last.
    pub(super) fn push(&mut self, slot: Slot) {
        self.slots.push(slot);
    }

    /// Ends the part that was begun last. A part that went wrong is the last of its source or member.
    pub(super) fn end_part(&mut self, fate: PartFate) {
        let slots = self.slots.len();
        if let Some(part) = self.parts.last_mut() {
            part.is_last |= fate != PartFate::Read;
            part.slots.end = slots;
            part.fate = fate;
        }
    }
}
