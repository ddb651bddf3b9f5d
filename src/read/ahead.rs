//! Bytes before anything is known of them: the first of a stream, which are given again to whoever reads it, and what
//! stands in for a file.

use std::io::{self, Cursor, Read, SeekFrom};

use super::container::FoundCharset;
use super::content::{Head, SNIFF_BYTES};
use super::context::PIECE_BYTES;
use crate::discover::Format;
use crate::store::InputFile;
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

/// The bytes of a container of records.
pub(super) enum RecordBytes {
    Seekable(Box<dyn InputFile>),
    Stream(Box<dyn Read + Send>),
}

impl RecordBytes {
    pub(super) fn into_reader(self) -> Box<dyn Read + Send> {
        match self {
            Self::Seekable(file) => Box::new(file),
            Self::Stream(reader) => reader,
        }
    }

    /// The reader after the byte order mark, and what `detect` finds by the first piece: the encoding, and the length
    /// of the mark.
    pub(super) fn detect(
        self,
        detect: impl FnOnce(&[u8]) -> FoundCharset,
    ) -> io::Result<(Box<dyn Read + Send>, FoundCharset)> {
        let len = units::index(PIECE_BYTES);
        match self {
            // Read again from the file itself, which fills buffers better than a copy of its beginning does.
            Self::Seekable(mut file) => {
                let ahead = peek(&mut file, len);
                let found = detect(&ahead.head);
                file.seek(SeekFrom::Start(count(found.mark)))?;
                Ok((Box::new(file), found))
            }
            Self::Stream(mut reader) => {
                let mut ahead = peek(&mut reader, len);
                let found = detect(&ahead.head);
                ahead.head.drain(..found.mark);
                Ok((ahead.before(reader), found))
            }
        }
    }
}

/// A stream in the place of a file: it cannot be sought in, and nobody tries.
pub(super) struct Once(pub(super) Box<dyn Read + Send>);

impl Read for Once {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl io::Seek for Once {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::NotSeekable.into())
    }
}
