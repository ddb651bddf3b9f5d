//! The encoding of a document: what was detected, and what detecting it needs to know (contract D4).

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8};

use super::encoding::{self, Decision};
use super::fault::{Fault, Trouble};
use crate::error::RejectReason;

/// The encoding of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coding {
    /// The encoding in which the document is written.
    pub(super) encoding: &'static Encoding,
    /// Whether the bytes are UTF-8 already, with a byte 0xFF for each malformed sequence.
    pub(super) is_decoded: bool,
    /// Whether all of the document showed the encoding, and not its beginning.
    pub(super) is_settled: bool,
}

impl Coding {
    /// UTF-8, and nothing else.
    pub(super) const UTF_8: Self = Self { encoding: UTF_8, is_decoded: true, is_settled: true };

    pub(super) fn is_utf8(self) -> bool {
        self.is_decoded || self.encoding == UTF_8
    }
}

/// The options that encoding detection depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detection {
    /// `--encoding`.
    pub(super) given: Option<&'static Encoding>,
    /// `--encoding-errors replace`.
    pub(super) replace: bool,
}

impl Detection {
    /// The encoding of a document after a detector saw all of it.
    pub(super) fn settle(self, decision: Decision) -> Result<Coding, Fault> {
        let coding = |encoding| Coding { encoding, is_decoded: false, is_settled: true };
        match decision {
            Decision::Utf8 => Ok(coding(UTF_8)),
            Decision::Other(encoding) => Ok(coding(encoding)),
            // Damaged UTF-8: what is sound in it can be kept.
            Decision::Broken { is_utf8: true, .. } if self.replace => Ok(coding(UTF_8)),
            Decision::Broken { byte, is_utf8, detail } => {
                let reason = if is_utf8 { RejectReason::NotUtf8 } else { RejectReason::EncodingUnknown };
                Err(Fault::new(reason, detail).or_at(byte))
            }
        }
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
