//! The encoding of a document: what was detected, and what detecting it needs to know (contract D4).

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8};

use super::encoding::{self, Decision, Why};
use super::fault::{Fault, Trouble};
use crate::error::RejectReason;

/// The encoding of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coding {
    /// The encoding in which the document is written.
    pub(super) encoding: &'static Encoding,
    /// Whether it was guessed.
    pub(super) is_guess: bool,
    /// Whether the bytes are UTF-8 already, with a byte 0xFF for each malformed sequence.
    pub(super) is_decoded: bool,
    /// Whether all of the document showed the encoding, and not its beginning.
    pub(super) is_settled: bool,
}

impl Coding {
    /// UTF-8, and nothing else.
    pub(super) const UTF_8: Self =
        Self { encoding: UTF_8, is_guess: false, is_decoded: true, is_settled: true };

    pub(super) fn is_utf8(self) -> bool {
        self.is_decoded || self.encoding == UTF_8
    }
}

/// The options that encoding detection depends on, as they are for one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detection {
    /// `--encoding`.
    pub(super) given: Option<&'static Encoding>,
    /// `--encoding-fallback`.
    pub(super) fallback: Option<&'static Encoding>,
    /// `--encoding-errors replace`.
    pub(super) replace: bool,
}

impl Detection {
    /// The encoding of a document after a detector saw all of it.
    pub(super) fn settle(self, decision: Decision) -> Result<Coding, Fault> {
        let coding = |encoding, is_guess| Coding { encoding, is_guess, is_decoded: false, is_settled: true };
        let (byte, why) = match decision {
            Decision::Utf8 => return Ok(coding(UTF_8, false)),
            Decision::Other { encoding, is_guess } => return Ok(coding(encoding, is_guess)),
            Decision::Broken { byte, why } => (byte, why),
        };
        if let Some(encoding) = self.fallback_of(decision) {
            return Ok(coding(encoding, false));
        }
        let unknown = |detail: String| Err(Fault::new(RejectReason::EncodingUnknown, detail).or_at(byte));
        match why {
            // Damaged UTF-8: what is sound in it can be kept.
            Why::DamagedUtf8 if self.replace => Ok(coding(UTF_8, false)),
            Why::DamagedUtf8 => Err(Fault::new(RejectReason::NotUtf8, "not valid UTF-8").or_at(byte)),
            Why::Foreign(name) => {
                let detail = format!("its encoding is {name}, which tamis does not read");
                Err(Fault::new(RejectReason::EncodingUnread, detail).or_at(byte))
            }
            Why::Either(one, other) => {
                let (one, other) = (encoding::name(one), encoding::name(other));
                unknown(format!(
                    "not valid UTF-8, and too short to detect its encoding: it may be {one} or {other}"
                ))
            }
            Why::NoText => unknown("not valid UTF-8, and not text in any other encoding".to_owned()),
            Why::Mixed(encoding) => unknown(format!(
                "not valid UTF-8, and its encoding changes: part of it is {}",
                encoding::name(encoding)
            )),
        }
    }

    /// `--encoding-fallback`, if nothing tells the encoding of the text.
    pub(super) fn fallback_of(self, decision: Decision) -> Option<&'static Encoding> {
        let is_open = matches!(decision, Decision::Broken { why: Why::Either(..) | Why::NoText, .. });
        self.fallback.filter(|_| is_open)
    }

    /// Reads all of `reader` for its encoding.
    pub(super) fn detect(self, mut reader: impl Read) -> Result<Coding, Trouble> {
        let mut detector = encoding::Detector::new(self.given);
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(self.settle(detector.finish())?),
                Ok(got) => detector.feed(&buffer[..got]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
