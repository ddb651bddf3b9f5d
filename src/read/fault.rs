//! Faults of inputs, members and records, on their way from where they were found to the list of rejections.

use std::fmt;
use std::io;

use crate::error::{Error, RejectReason};
use crate::units::count;

/// Compressed data may expand to more than [`MAX_RATIO`] times its size up to this.
const SUSPICIOUS_BYTES: u64 = 64 * 1024 * 1024;
/// gzip cannot compress by more than 1032 (zlib's documentation, "Maximum Compression Factor"); text that other
/// formats compress by more is one line over and over.
const MAX_RATIO: u64 = 1000;

/// A fault of a source, of a member of an archive, or of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The kind of fault.
    pub reason: RejectReason,
    /// Byte offset in the file (of a record: in the record), if known.
    pub byte: Option<u64>,
    /// The fault in words.
    pub detail: String,
}

impl Fault {
    /// A fault without a place.
    pub(crate) fn new(reason: RejectReason, detail: impl Into<String>) -> Self {
        Self { reason, byte: None, detail: detail.into() }
    }

    /// A fault at a byte.
    pub(crate) fn at(reason: RejectReason, byte: usize, detail: impl Into<String>) -> Self {
        Self { reason, byte: Some(count(byte)), detail: detail.into() }
    }

    /// The fault that one of our own readers put into an error.
    pub(super) fn behind(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }

    /// The fault behind an error of a reader: one of our own readers', or the operating system's.
    pub(super) fn of(error: &io::Error) -> Self {
        match Self::behind(error) {
            Some(fault) => fault.clone(),
            None => Self::new(RejectReason::Unreadable, format!("cannot be read: {error}")),
        }
    }

    /// This fault, at this byte if it has no place yet.
    #[must_use]
    pub(super) fn or_at(mut self, byte: u64) -> Self {
        self.byte = self.byte.or(Some(byte));
        self
    }

    /// The fault of what expands too much: to more than [`MAX_RATIO`] times its size, once that is a lot. `what`
    /// expands, as a sentence begins.
    pub(super) fn bomb(what: &str, unpacked: u64, packed: u64) -> Option<Self> {
        if unpacked <= SUSPICIOUS_BYTES || unpacked / packed.max(1) <= MAX_RATIO {
            return None;
        }
        let detail =
            format!("{what} expands to more than {MAX_RATIO} times its size: {packed} bytes gave {unpacked}");
        Some(Self::new(RejectReason::Bomb, detail))
    }

    /// A document that is longer than `limit` bytes.
    pub(super) fn too_large(limit: u64) -> Self {
        Self::new(RejectReason::TooLarge, format!("longer than {limit} bytes"))
    }
}

impl Fault {
    /// A text without a blank line for longer than a block may be that is held whole.
    pub(super) fn too_long_a_block(limit: u64) -> Self {
        let detail = format!(
            "more than {limit} bytes without a blank line in a text that is split by blocks (--split line needs none)"
        );
        Self::new(RejectReason::TooLarge, detail)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

/// Why reading stops.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The input is bad.
    Fault(Fault),
    /// The run cannot go on: there is no space to unpack to.
    Fatal(Error),
    /// There is more to unpack than may be unpacked here.
    OverBudget,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Fault(Fault::of(&error))
    }
}
