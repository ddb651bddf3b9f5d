//! Where records of a web archive begin and whether their lengths are right, where that is not for certain: after damage,
//! and in the blocks of records whose lengths lie.

use memchr::memmem;

use super::head::{MAX_HEAD, WarcMeta, head_len};
use super::syntax::{NAME, Step, WarcRecord, has_version, next, num_empty};
use crate::units::ByteSpan;

/// Whether what stands after a block are the two line ends that end its record, as its header has them.
pub(super) fn ends_record(head: &[u8], after: &[u8]) -> bool {
    after.starts_with(if head.ends_with(b"\r\n") { b"\r\n\r\n" } else { b"\n\n" })
}

/// Empty lines after a record that are looked at for what follows them.
const MAX_EMPTY: usize = 64;

/// Whether what stands after a record is the next one, or the end of the file; `None` if more has to be seen. Then the
/// record's length is right.
pub(super) fn is_followed(bytes: &[u8], is_end: bool) -> Option<bool> {
    let rest = &bytes[num_empty(&bytes[..bytes.len().min(MAX_EMPTY)])..];
    match rest {
        [] if bytes.len() < MAX_EMPTY && !is_end => None,
        [] => Some(true),
        rest if rest.len() < NAME.len() && NAME.starts_with(rest) => is_end.then_some(true),
        rest => Some(rest.starts_with(NAME) || bytes.len() - rest.len() == MAX_EMPTY),
    }
}

/// Where the next record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// One begins here.
    At(usize),
    /// None begins in so many bytes.
    None {
        /// Bytes that can be dropped.
        passed: usize,
    },
}

/// Looks for a record where none need begin: after damage, or in the block of one whose length may be wrong. It begins on
/// a line of its own, and its header says what type it has and how long it is.
pub(super) fn find(bytes: &[u8], is_end: bool) -> Search {
    for at in memmem::find_iter(bytes, NAME) {
        if at > 0 && bytes[at - 1] != b'\n' {
            continue;
        }
        match begins(&bytes[at..], is_end) {
            Some(true) => return Search::At(at),
            Some(false) => {}
            None => return Search::None { passed: at },
        }
    }
    // The name may be cut in two, and the line end before it is needed too.
    let kept = if is_end { 0 } else { NAME.len() };
    Search::None { passed: bytes.len().saturating_sub(kept) }
}

/// Whether a record begins with the bytes, by its header; `None` if that is not whole.
fn begins(bytes: &[u8], is_end: bool) -> Option<bool> {
    if !has_version(bytes) {
        return Some(false);
    }
    let Some(len) = head_len(bytes) else {
        return if is_end || bytes.len() > MAX_HEAD { Some(false) } else { None };
    };
    let version = bytes[NAME.len()..len].split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_version = version.trim_ascii_end().iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let meta = WarcMeta::read(bytes, ByteSpan::new(0, len));
    Some(is_version && meta.is_ok_and(|meta| !meta.warc_type.is_empty()))
}

/// Whether the bytes begin with a record, and are records one after the other as far as they go: one at least is whole.
pub(super) fn is_chain(bytes: &[u8]) -> bool {
    let (mut at, mut num_whole) = (0, 0);
    loop {
        match next(&bytes[at..], false) {
            Step::Record(WarcRecord { end: Some(end), .. }) => {
                at += end;
                match is_followed(&bytes[at..], false) {
                    Some(true) => num_whole += 1,
                    Some(false) => return false,
                    None => return num_whole > 0,
                }
            }
            Step::Record(_) | Step::NeedMore { .. } => return num_whole > 0,
            Step::End | Step::Fault { .. } => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_record() {
        let many = "\n".repeat(100);
        for (bytes, at_end, before) in [
            ("", Some(true), None),
            ("\r\n\r\n", Some(true), None),
            ("\0\0", Some(true), None),
            ("\n\nWAR", Some(true), None),
            ("\n\nWARC/1.0", Some(true), Some(true)),
            ("WARC/", Some(true), Some(true)),
            ("xWARC/", Some(false), Some(false)),
            ("\nWARE", Some(false), Some(false)),
            ("W x", Some(false), Some(false)),
            (&many, Some(true), Some(true)),
        ] {
            assert_eq!(is_followed(bytes.as_bytes(), true), at_end, "{bytes:?}");
            assert_eq!(is_followed(bytes.as_bytes(), false), before, "{bytes:?}");
        }
    }

    #[test]
    fn records_are_found() {
        let header = "WARC/1.0\r\nWARC-Type: x\r\nContent-Length: 1\r\n\r\n";
        let old = "WARC/0.18\nWARC-Type: x\nContent-Length: 1\n\n";
        for (before, header, expected) in [
            ("", header, true),
            ("text\n", header, true),
            ("text\n", old, true),
            ("text ", header, false),
            ("\nWARC/1.0 is a form\n", header, true),
            ("", "WARC/1.0\nContent-Length: 1\n\n", false),
            ("", "WARC/1.0\nWARC-Type: x\n\n", false),
            ("", "WARC/1.0 x\nWARC-Type: x\nContent-Length: 1\n\n", false),
            ("", "WARC/2.0\nWARC-Type: x\nContent-Length: 1\n\n", false),
        ] {
            let bytes = format!("{before}{header}");
            let due = if expected { Search::At(before.len()) } else { Search::None { passed: bytes.len() } };
            assert_eq!(find(bytes.as_bytes(), true), due, "{bytes:?}");
            // However much of it is seen, nothing of the record is passed.
            for len in 0..bytes.len() {
                match find(&bytes.as_bytes()[..len], false) {
                    Search::At(at) => assert_eq!(Search::At(at), due, "{bytes:?} {len}"),
                    Search::None { passed } => {
                        assert!(passed <= before.len() || !expected, "{bytes:?} {len}");
                    }
                }
            }
        }
    }

    #[test]
    fn chains() {
        let record = "WARC/1.0\nWARC-Type: x\nContent-Length: 5\n\ntext\n\n\n";
        for (bytes, expected) in [
            (record.repeat(3), true),
            (format!("{record}WARC/1.0\nWARC-Ty"), true),
            (record.to_owned(), false),
            (format!("{record}{record}and text"), false),
            ("WARC/1.0\nWARC-Type: x\nContent-Length: 999\n\ntext".to_owned(), false),
        ] {
            assert_eq!(is_chain(bytes.as_bytes()), expected, "{bytes:?}");
        }
    }
}
