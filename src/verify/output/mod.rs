//! OUT, read along with the input: what it holds is compared with what should be there, byte by byte (contract P4).

mod files;
mod stream;

use super::audit::Audit;
use crate::error::Result;
use crate::units::SourceId;

pub(super) use files::OneFileEach;
pub(super) use stream::OutputStream;

/// Where a document of the input should stand in OUT.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due<'a> {
    pub(super) unit: OutputUnit<'a>,
    /// The JSON of its id: in a shard, what names it there.
    pub(super) id: &'a [u8],
    /// Its uid, in a shard.
    pub(super) uid: Option<&'a str>,
    /// Path as the ledger spells it.
    pub(super) path: &'a str,
    /// A hash of its fields beside the text, if it is a record.
    pub(super) fields: Option<u64>,
    /// A hash of all its bytes, if it is a record that is to be as it was.
    pub(super) record: Option<u64>,
    /// Where it stands below OUT, where each document has a file.
    pub(super) file: &'a [u8],
}

/// A file, or a member of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutputUnit<'a> {
    pub(super) source: SourceId,
    pub(super) member: Option<&'a [u8]>,
}

/// The result of looking for a document in OUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OutputSearch {
    /// The document, or another one, is in its place.
    Here,
    /// The document is there, but differs, for this reason.
    Other(String),
    /// The document is not there, for this reason.
    Not(String),
}

/// Reads OUT in step with the input.
pub(super) enum OutputReader<'a> {
    Stream(OutputStream<'a>),
    Files(OneFileEach<'a>),
}

impl OutputReader<'_> {
    /// Looks for the next document that should be there.
    pub(super) fn open(&mut self, due: Due<'_>, audit: &mut Audit) -> Result<OutputSearch> {
        match self {
            Self::Stream(stream) => stream.open(due, audit),
            Self::Files(files) => Ok(files.open(due)),
        }
    }

    /// Whether these bytes come next in it; then they are passed.
    pub(super) fn take(&mut self, expected: &[u8]) -> Result<bool> {
        match self {
            Self::Stream(stream) => stream.take(expected),
            Self::Files(files) => Ok(files.take(expected)),
        }
    }

    /// The text that stands there instead; empty at the end of the document.
    pub(super) fn head(&self) -> Vec<u8> {
        match self {
            Self::Stream(stream) => stream.head(),
            Self::Files(files) => files.head.clone(),
        }
    }

    /// Whether this line was passed just now.
    pub(super) fn is_again(&self, line: &[u8]) -> bool {
        match self {
            Self::Stream(stream) => stream.is_again(line),
            Self::Files(_) => false,
        }
    }

    /// Whether the document that was opened last tells of another text by its SHA-256.
    pub(super) fn has_other_hash(&self) -> bool {
        matches!(self, Self::Stream(stream) if stream.has_other_hash)
    }

    /// Ends the document; gives back what is left of it.
    pub(super) fn close(&mut self) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Stream(stream) => stream.close(),
            Self::Files(files) => Ok(files.close()),
        }
    }

    /// Gives up the document: what follows of it is not compared.
    pub(super) fn give_up(&mut self) {
        match self {
            Self::Stream(stream) => stream.give_up(),
            Self::Files(files) => files.open = None,
        }
    }

    /// Whether the documents of OUT can no longer be matched with those of the input.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Stream(stream) if stream.is_lost)
    }

    /// A file, or a member of an archive, is through. `is_due`: something of it should be there.
    pub(super) fn end_unit(&mut self, unit: OutputUnit<'_>, is_due: bool, audit: &mut Audit) -> Result<()> {
        match self {
            Self::Stream(stream) => stream.end_unit(unit, is_due, audit),
            Self::Files(_) => Ok(()),
        }
    }

    /// A source is through.
    pub(super) fn end_source(&mut self, source: SourceId, audit: &mut Audit) -> Result<()> {
        match self {
            Self::Stream(stream) => stream.end_source(source, audit),
            Self::Files(_) => Ok(()),
        }
    }

    /// Everything is through.
    pub(super) fn finish(&mut self, audit: &mut Audit) -> Result<()> {
        match self {
            Self::Stream(stream) => stream.finish(audit),
            Self::Files(_) => Ok(()),
        }
    }
}
