//! WARC 1.0 and 1.1 (ISO 28500) and the drafts 0.17 and 0.18, WET included: which records hold plain text or a page, and
//! where it stands in them.
//!
//! In: bytes that begin where a record may begin, decompressed. Out: one [`Step`] at a time. A record is
//! announced as soon as its header is whole, so that the caller can pass over a block larger than its memory;
//! `Content-Length` is only a number here, nothing is allocated by it. Documents are `conversion` records and
//! those `resource` and `response` records whose payload is a page, or plain text and not encoded; `warcinfo` is kept
//! as it is, everything else is left out with a reason ([`super::kind`]).
//!
//! Tolerated: lines that end in LF alone, folded header fields, any spelling of names, lines that are no
//! fields, and any number of empty lines (or none) between records. Not looked at: digests, dates, the status
//! of a response. Knows no encoding: it says where the label of one stands.

use super::head::{MAX_HEAD, WarcMeta, head_len};
use super::kind::{RecordKind, kind};
use super::search;
use crate::units::ByteSpan;

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
        let (payload, charset, is_page) = match self.kind {
            RecordKind::Document { payload, charset } => (payload, charset, false),
            RecordKind::Page { payload, charset } => (payload, charset, true),
            RecordKind::Keep | RecordKind::Skip(_) => return None,
        };
        let block = self.block()?;
        let payload = ByteSpan::new(block.start + payload, block.end);
        Some(Parts { head: self.head, payload, charset, is_page })
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
    /// Whether the payload is a page, coded as it was sent.
    pub is_page: bool,
}

/// The record at the start of `bytes`, after any empty lines.
///
/// `is_end` says that the file ends with `bytes`: then a record that is not whole is a fault, and there is
/// never a [`Step::NeedMore`]. Otherwise that is returned for at most 132 KiB after the empty lines: the
/// header of a record, that of an HTTP response in it, and the beginning of its body. O(length of the headers) time.
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
