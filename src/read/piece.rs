//! Pieces: what a stream of one source gives, one after the other.

use std::sync::Arc;

use super::chunk::Role;
use super::container::reader::{Body, End};
use super::content::Wrap;
use super::context::{PARAGRAPH_BYTES, ReadContext};
use super::fault::Fault;
use crate::document::Kind;
use crate::units::{SourceId, count};

/// A piece of a source.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(super) source: SourceId,
    pub(super) role: Role,
    pub(super) kind: Kind,
    pub(super) wrap: Wrap,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    pub(super) body: Body,
    /// The fault after the body, if there is one.
    pub(super) end: End,
    /// Something that lies after the end of the source or member that this piece ends.
    pub(super) trailing: Option<Fault>,
    /// Bytes of the source that were read for it.
    pub(super) num_bytes: u64,
    pub(super) encoding: &'static str,
    /// Whether that was guessed.
    pub(super) is_guess: bool,
    pub(super) num_replaced: u64,
    /// The settings of its file, if options name other ones for it.
    pub(super) context: Option<Arc<ReadContext>>,
    /// Its place in the source.
    pub(super) place: PiecePlace,
}

/// The place of a piece in its source: what of the source it belongs to, and its number there. What is left off
/// half-way changes nothing for what follows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct PiecePlace {
    /// 0 for a document or the beginning of an archive, then one more for each member, and the end of an archive.
    unit: u64,
    number: u64,
}

impl PiecePlace {
    /// The place of a part; of the next one if it follows in the same unit.
    pub(super) fn of(role: &Role, last: Option<Self>) -> Self {
        let unit = match role {
            Role::Whole | Role::ArchiveStart => 0,
            Role::Member(member) => member.number + 1,
            Role::ArchiveEnd => u64::MAX,
        };
        let number = last.filter(|last| last.unit == unit).map_or(0, |last| last.number + 1);
        Self { unit, number }
    }

    /// The first place that may come after this one.
    #[must_use]
    pub(crate) fn next(self) -> Self {
        Self { number: self.number + 1, ..self }
    }
}

/// Bytes that are held of lines, about, beside their text, while they are worked on.
pub(crate) fn held_of_lines(bytes: &[u8]) -> u64 {
    count(memchr::memchr_iter(b'\n', bytes).count()) * PARAGRAPH_BYTES
}

impl Piece {
    /// The source it is a piece of.
    pub(crate) fn source(&self) -> SourceId {
        self.source
    }

    /// Its place in the source.
    pub(crate) fn place(&self) -> PiecePlace {
        self.place
    }

    /// Whether a text goes on with it that began in a piece before it.
    pub(super) fn goes_on_with_text(&self) -> bool {
        matches!(self.role, Role::Whole | Role::Member(_)) && !self.kind.is_container() && !self.is_first
    }

    /// Bytes of the source that were read for it.
    pub(crate) fn num_bytes(&self) -> u64 {
        self.num_bytes
    }

    /// Bytes of text it holds.
    pub(crate) fn len(&self) -> u64 {
        count(match &self.body {
            Body::Text(piece) => piece.bytes.len(),
            Body::Page(bytes) | Body::Lines(bytes) => bytes.len(),
            Body::Records(records) => records.bytes.len(),
        })
    }

    /// Bytes that will be held of its lines, about, beside its text.
    pub(crate) fn num_held(&self) -> u64 {
        held_of_lines(match &self.body {
            Body::Text(piece) => &piece.bytes,
            Body::Page(bytes) | Body::Lines(bytes) => bytes,
            Body::Records(records) => &records.bytes,
        })
    }
}
