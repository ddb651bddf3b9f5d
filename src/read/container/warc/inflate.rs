//! Streams of gzip, zlib and deflate that lie in memory, decoded.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use crate::units::index;

/// Decodes the members of gzip that the bytes begin with. What follows them is not looked at, as in browsers.
pub(super) struct Gzip<'a> {
    member: GzDecoder<&'a [u8]>,
}

impl<'a> Gzip<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { member: GzDecoder::new(bytes) }
    }
}

impl Read for Gzip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let got = self.member.read(buffer)?;
            let rest = *self.member.get_ref();
            if got > 0 || buffer.is_empty() || !rest.starts_with(&[0x1f, 0x8b]) {
                return Ok(got);
            }
            self.member = GzDecoder::new(rest);
        }
    }
}

/// Decodes a stream of zlib, or of deflate without its header, which some servers send. The readers of the crate take the
/// end of the bytes for the end of the stream.
pub(super) struct Inflate<'a> {
    rest: &'a [u8],
    decoder: Decompress,
    is_done: bool,
}

impl<'a> Inflate<'a> {
    pub(super) fn new(rest: &'a [u8], is_zlib: bool) -> Self {
        Self { rest, decoder: Decompress::new(is_zlib), is_done: false }
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_done || buffer.is_empty() {
            return Ok(0);
        }
        let (taken, given) = (self.decoder.total_in(), self.decoder.total_out());
        let status = self.decoder.decompress(self.rest, buffer, FlushDecompress::None);
        let status = status.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.rest.consume(index(self.decoder.total_in() - taken));
        let got = index(self.decoder.total_out() - given);
        self.is_done = status == Status::StreamEnd;
        if got == 0 && !self.is_done {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(got)
    }
}
