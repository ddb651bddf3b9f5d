//! The log of a check: everything that it found, on disk, until the baseline shows which of it counts. It does not hold
//! what follows from the places, sources and lines of the run.

use std::ops::Range;

use crate::decide::Verdict;
use crate::error::{RecordPlace, RejectReason, Rejection, Result};
use crate::fingerprint::Fingerprint;
use crate::store::Scratch;
use crate::units::{self, DocumentId, SourceId, count};

/// An entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogEntry {
    /// Consecutive paragraphs of a document that go for one reason.
    Stretch(LoggedStretch),
    /// A emptied document.
    Emptied {
        /// The document.
        document: DocumentId,
        /// The line of its file on which it begins, if that is known; else 0.
        line: u64,
        /// Its fingerprint.
        fingerprint: Fingerprint,
    },
    /// A rejection.
    Rejected {
        /// Its file.
        source: SourceId,
        /// The rest of it.
        rejected: LoggedRejection,
        /// The fingerprint of its path and the reason.
        fingerprint: Fingerprint,
    },
}

/// A stretch of removed paragraphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LoggedStretch {
    pub(super) document: DocumentId,
    pub(super) first: u64,
    pub(super) last: u64,
    /// Bytes of the document's decoded text.
    pub(super) span: (u64, u64),
    pub(super) verdict: Verdict,
    pub(super) num_bytes: u64,
    /// The beginning of its text.
    pub(super) excerpt: LoggedText,
    /// Number of its first paragraph among the details, where those are kept. A document that goes as a whole has none.
    pub(super) details: u64,
    /// The fingerprint of its only paragraph; of several paragraphs as if they were a document; or of the document that
    /// goes as a whole.
    pub(super) fingerprint: Fingerprint,
}

/// A rejection in the log. Its words are kept with the other texts; [`Log::rejection`] reads them back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LoggedRejection {
    path: LoggedText,
    detail: LoggedText,
    record: Option<RecordPlace>,
    byte: Option<u64>,
    reason: RejectReason,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LoggedText {
    offset: u64,
    len: u64,
}

/// A removed paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detail {
    pub(super) fingerprint: Fingerprint,
    pub(super) num_bytes: u64,
}

/// Words of an entry, each a little-endian u64: its kind, then its fields.
const WORDS: usize = 13;
const ENTRY_BYTES: usize = WORDS * 8;
const DETAIL_BYTES: usize = 24;
/// The word that stands for no number.
const NONE: u64 = u64::MAX;

/// Entries, their details and texts.
pub(super) struct Log {
    entries: Window,
    num_entries: u64,
    details: Window,
    num_details: u64,
    texts: Window,
    /// Entries of documents that turned out to be bad, in order.
    retracted: Vec<Range<u64>>,
    /// Documents whose layout stays, whatever entries say, in order.
    with_layout: Vec<DocumentId>,
}

impl Log {
    /// An empty log.
    pub(super) fn new([entries, details, texts]: [Box<dyn Scratch>; 3]) -> Self {
        let [entries, details, texts] = [entries, details, texts].map(Window::new);
        Self {
            entries,
            num_entries: 0,
            details,
            num_details: 0,
            texts,
            retracted: Vec::new(),
            with_layout: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, entry: LogEntry) -> Result<()> {
        self.entries.append(&encode(entry))?;
        self.num_entries += 1;
        Ok(())
    }

    pub(super) fn push_text(&mut self, text: &str) -> Result<LoggedText> {
        self.push_bytes(text.as_bytes())
    }

    fn push_bytes(&mut self, text: &[u8]) -> Result<LoggedText> {
        let offset = self.texts.append(text)?;
        Ok(LoggedText { offset, len: count(text.len()) })
    }

    /// Keeps the words of a rejection.
    pub(super) fn push_rejection(&mut self, rejection: &Rejection) -> Result<LoggedRejection> {
        let Rejection { path, record, byte, reason, detail } = rejection;
        let (path, detail) = (self.push_bytes(path)?, self.push_text(detail)?);
        Ok(LoggedRejection { path, detail, record: *record, byte: *byte, reason: *reason })
    }

    /// Appends a detail and returns its number.
    pub(super) fn push_detail(&mut self, detail: Detail) -> Result<u64> {
        let mut bytes = [0; DETAIL_BYTES];
        bytes[..16].copy_from_slice(detail.fingerprint.as_bytes());
        bytes[16..].copy_from_slice(&detail.num_bytes.to_le_bytes());
        self.details.append(&bytes)?;
        self.num_details += 1;
        Ok(self.num_details - 1)
    }

    /// Forgets the entries from this number on.
    pub(super) fn retract(&mut self, first: u64) {
        if first < self.num_entries {
            self.retracted.push(first..self.num_entries);
        }
    }

    /// Forgets the entries that say that layout of this document goes. Documents come in corpus order.
    pub(super) fn keep_layout(&mut self, document: DocumentId) {
        self.with_layout.push(document);
    }

    /// Entries, the retracted ones among them.
    pub(super) fn len(&self) -> u64 {
        self.num_entries
    }

    /// An entry, if it is not retracted.
    pub(super) fn entry(&mut self, number: u64) -> Result<Option<LogEntry>> {
        let mut bytes = [0; ENTRY_BYTES];
        bytes.copy_from_slice(self.entries.get(number * ENTRY_BYTES as u64, ENTRY_BYTES)?);
        let after = self.retracted.partition_point(|range| range.start <= number);
        let is_retracted = after.checked_sub(1).is_some_and(|at| self.retracted[at].contains(&number));
        Ok((!is_retracted).then(|| decode(&bytes)).filter(|entry| !self.is_kept_layout(entry)))
    }

    /// Whether an entry is about layout that stays.
    fn is_kept_layout(&self, entry: &LogEntry) -> bool {
        let LogEntry::Stretch(LoggedStretch { document, verdict, .. }) = entry else { return false };
        *verdict == Verdict::LAYOUT && self.with_layout.binary_search(document).is_ok()
    }

    pub(super) fn detail(&mut self, number: u64) -> Result<Detail> {
        let bytes = self.details.get(number * DETAIL_BYTES as u64, DETAIL_BYTES)?;
        let (mut fingerprint, mut num_bytes) = ([0; 16], [0; 8]);
        fingerprint.copy_from_slice(&bytes[..16]);
        num_bytes.copy_from_slice(&bytes[16..]);
        Ok(Detail {
            fingerprint: Fingerprint::from_bytes(fingerprint),
            num_bytes: u64::from_le_bytes(num_bytes),
        })
    }

    pub(super) fn text(&mut self, text: LoggedText) -> Result<String> {
        Ok(String::from_utf8_lossy(self.bytes(text)?).into_owned())
    }

    fn bytes(&mut self, text: LoggedText) -> Result<&[u8]> {
        self.texts.get(text.offset, units::index(text.len))
    }

    /// A rejection as it was.
    pub(super) fn rejection(&mut self, rejected: &LoggedRejection) -> Result<Rejection> {
        let LoggedRejection { path, detail, record, byte, reason } = *rejected;
        let (path, detail) = (self.bytes(path)?.to_vec(), self.text(detail)?);
        Ok(Rejection { path, record, byte, reason, detail })
    }
}

fn encode(entry: LogEntry) -> [u8; ENTRY_BYTES] {
    let mut words = [0; WORDS];
    let fingerprint = match entry {
        LogEntry::Stretch(stretch) => {
            words[..11].copy_from_slice(&[
                0,
                stretch.document.0,
                stretch.first,
                stretch.last,
                stretch.span.0,
                stretch.span.1,
                stretch.verdict.to_bits(),
                stretch.num_bytes,
                stretch.excerpt.offset,
                stretch.excerpt.len,
                stretch.details,
            ]);
            stretch.fingerprint
        }
        LogEntry::Emptied { document, line, fingerprint } => {
            words[..3].copy_from_slice(&[1, document.0, line]);
            fingerprint
        }
        LogEntry::Rejected { source, rejected, fingerprint } => {
            let LoggedRejection { path, detail, record, byte, reason } = rejected;
            let line = record.and_then(|place| place.line);
            words[..11].copy_from_slice(&[
                2,
                u64::from(source.0),
                path.offset,
                path.len,
                detail.offset,
                detail.len,
                record.map_or(NONE, |place| place.record),
                line.unwrap_or(NONE),
                byte.unwrap_or(NONE),
                count(reason.index()),
                0,
            ]);
            fingerprint
        }
    };
    let mut bytes = [0; ENTRY_BYTES];
    for (place, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *place = word.to_le_bytes();
    }
    bytes[ENTRY_BYTES - 16..].copy_from_slice(fingerprint.as_bytes());
    bytes
}

fn decode(bytes: &[u8; ENTRY_BYTES]) -> LogEntry {
    let word =
        |number: usize| bytes.as_chunks::<8>().0.get(number).map_or(0, |word| u64::from_le_bytes(*word));
    let text = |number: usize| LoggedText { offset: word(number), len: word(number + 1) };
    let mut fingerprint = [0; 16];
    fingerprint.copy_from_slice(&bytes[ENTRY_BYTES - 16..]);
    let fingerprint = Fingerprint::from_bytes(fingerprint);
    match word(0) {
        0 => LogEntry::Stretch(LoggedStretch {
            document: DocumentId(word(1)),
            first: word(2),
            last: word(3),
            span: (word(4), word(5)),
            verdict: Verdict::from_bits(word(6)),
            num_bytes: word(7),
            excerpt: text(8),
            details: word(10),
            fingerprint,
        }),
        1 => LogEntry::Emptied { document: DocumentId(word(1)), line: word(2), fingerprint },
        _ => {
            let optional = |number: usize| Some(word(number)).filter(|word| *word != NONE);
            let rejected = LoggedRejection {
                path: text(2),
                detail: text(4),
                record: optional(6).map(|record| RecordPlace { record, line: optional(7) }),
                byte: optional(8),
                reason: RejectReason::ALL[units::index(word(9))],
            };
            let source = SourceId::at(units::index(word(1)));
            LogEntry::Rejected { source, rejected, fingerprint }
        }
    }
}

/// Bytes read at once.
const WINDOW: u64 = 256 * 1024;

/// A scratch store that is read mostly from its beginning to its end.
struct Window {
    scratch: Box<dyn Scratch>,
    len: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    fn new(scratch: Box<dyn Scratch>) -> Self {
        Self { scratch, len: 0, start: 0, bytes: Vec::new() }
    }

    fn append(&mut self, bytes: &[u8]) -> Result<u64> {
        self.len += count(bytes.len());
        self.scratch.append(bytes)
    }

    fn get(&mut self, offset: u64, len: usize) -> Result<&[u8]> {
        let end = offset + count(len);
        if offset < self.start || end > self.start + count(self.bytes.len()) {
            let wanted = self.len.saturating_sub(offset).min(WINDOW.max(count(len)));
            self.start = offset;
            self.bytes.clear();
            self.bytes.resize(units::index(wanted.max(count(len))), 0);
            self.scratch.read_at(offset, &mut self.bytes)?;
        }
        let start = units::index(offset - self.start);
        Ok(&self.bytes[start..start + len])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{NullOutput, Output};
    use crate::units::Ordinal;

    #[test]
    #[expect(clippy::too_many_lines, reason = "one entry of each kind")]
    fn entries_come_back() {
        let scratch = || NullOutput.scratch().unwrap();
        let mut log = Log::new([scratch(), scratch(), scratch()]);
        let rejection = |n: u64| Rejection {
            path: vec![b'a', 0xff, u8::try_from(n % 256).unwrap()],
            record: n
                .is_multiple_of(2)
                .then_some(RecordPlace { record: n, line: n.is_multiple_of(4).then_some(n + 1) }),
            byte: n.is_multiple_of(5).then_some(n),
            reason: RejectReason::ALL[usize::try_from(n).unwrap() % RejectReason::ALL.len()],
            detail: format!("错 {n}"),
        };
        let mut entries = Vec::new();
        for n in 0..9000_u64 {
            let excerpt = log.push_text(&format!("文{n}")).unwrap();
            let fingerprint = Fingerprint::of(&n.to_le_bytes());
            assert_eq!(log.push_detail(Detail { fingerprint, num_bytes: n }).unwrap(), n);
            let entry = match n % 3 {
                0 => LogEntry::Stretch(LoggedStretch {
                    document: DocumentId(n),
                    first: 3,
                    last: n,
                    span: (5, u64::MAX),
                    verdict: Verdict::duplicate_of(Ordinal(n)),
                    num_bytes: 7,
                    excerpt,
                    details: n,
                    fingerprint,
                }),
                1 => LogEntry::Emptied { document: DocumentId(n), line: n, fingerprint },
                _ => {
                    let rejected = log.push_rejection(&rejection(n)).unwrap();
                    LogEntry::Rejected { source: SourceId(5), rejected, fingerprint }
                }
            };
            entries.push(entry);
            log.push(entry).unwrap();
        }
        for number in 9000..9003 {
            log.push(entries[3]).unwrap();
            log.retract(number);
        }
        log.retract(log.len());
        // Of the first of these documents the layout stays.
        for (document, is_kept) in [(20_000, true), (20_001, false)] {
            let LogEntry::Stretch(stretch) = entries[0] else { unreachable!("the first is a stretch") };
            let document = DocumentId(document);
            let layout = LogEntry::Stretch(LoggedStretch { document, verdict: Verdict::LAYOUT, ..stretch });
            let number = log.len();
            log.push(layout).unwrap();
            if is_kept {
                log.keep_layout(document);
            }
            assert_eq!(log.entry(number).unwrap(), (!is_kept).then_some(layout));
            log.retract(number);
        }
        for number in (0..log.len()).chain([0, 8999, 3]) {
            let expected = entries.get(usize::try_from(number).unwrap()).copied();
            assert_eq!(log.entry(number).unwrap(), expected);
            if let Some(LogEntry::Stretch(stretch)) = expected {
                assert_eq!(log.text(stretch.excerpt).unwrap(), format!("文{number}"));
                assert_eq!(log.detail(number).unwrap().num_bytes, number);
            }
            if let Some(LogEntry::Rejected { rejected, .. }) = expected {
                assert_eq!(log.rejection(&rejected).unwrap(), rejection(number));
            }
        }
    }
}
