//! The first bytes of a stream, read before anything is known of it, and given again to whoever reads it.

use std::io::{self, Cursor, Read};

use super::content::{Head, SNIFF_BYTES};
use super::context::PIECE_BYTES;
use crate::discover::Format;
use crate::units::{self, count};

/// The first bytes of a stream, and the error that stands after them if they are fewer than were asked for.
pub(super) struct Ahead {
    pub(super) head: Vec<u8>,
    pub(super) error: Option<io::Error>,
}

/// The first bytes of a stream, at most `len`.
pub(super) fn peek(reader: &mut impl Read, len: usize) -> Ahead {
    let mut head = Vec::with_capacity(len);
    let error = reader.take(count(len)).read_to_end(&mut head).err();
    Ahead { head, error }
}

impl Ahead {
    /// Reads on to the length of a piece if that is needed to recognize what begins here.
    pub(super) fn extend(&mut self, format: Format, reader: &mut impl Read) {
        let is_json = format == Format::Json || (!format.kind().is_container() && self.head().may_be_json());
        if is_json && self.error.is_none() && self.head.len() == SNIFF_BYTES {
            let missing = PIECE_BYTES - count(SNIFF_BYTES);
            self.error = reader.take(missing).read_to_end(&mut self.head).err();
        }
    }

    /// The first bytes.
    pub(super) fn head(&self) -> Head<'_> {
        let len = self.head.len();
        let is_cut = len == SNIFF_BYTES || len == units::index(PIECE_BYTES);
        Head { bytes: &self.head, is_whole: !is_cut && self.error.is_none() }
    }

    /// A reader that gives what was read ahead first.
    pub(super) fn before(self, rest: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        Box::new(Prefixed { head: Cursor::new(self.head), error: self.error, rest })
    }
}

struct Prefixed {
    head: Cursor<Vec<u8>>,
    error: Option<io::Error>,
    rest: Box<dyn Read + Send>,
}

impl Read for Prefixed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.head.read(out)?;
        if got > 0 || out.is_empty() {
            return Ok(got);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.rest.read(out),
        }
    }
}
