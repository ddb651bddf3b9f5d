//! A buffer before a reader, which counts what is taken from it and lets one look ahead.

use std::io::{self, BufRead, Read};

use crate::read::fault::Fault;
use crate::read::position::ReadPosition;
use crate::units::count;

/// A buffer before a reader that counts what is taken from it.
pub(super) struct Counted<R> {
    reader: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    position: ReadPosition,
}

/// Compressed bytes read at once.
const BUFFER_BYTES: usize = 64 * 1024;

impl<R: Read> Counted<R> {
    pub(super) fn new(reader: R, position: ReadPosition) -> Self {
        Self { reader, buffer: vec![0; BUFFER_BYTES].into(), start: 0, end: 0, position }
    }

    /// The next bytes, at most `len` of them and fewer only at the end; they are not taken.
    pub(super) fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        let len = len.min(BUFFER_BYTES);
        while self.end - self.start < len {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(got) => self.end += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::of(&error).into()),
            }
        }
        Ok(&self.buffer[self.start..self.end.min(self.start + len)])
    }

    /// Takes all zeros that come next: padding, as on tapes.
    pub(super) fn skip_zeros(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.fill_buf()?;
            let num_zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
            let is_over = num_zeros < bytes.len() || bytes.is_empty();
            self.consume(num_zeros);
            if is_over {
                return Ok(());
            }
        }
    }

    /// Takes all that is left; returns how many bytes that is.
    pub(super) fn drain(&mut self) -> io::Result<u64> {
        let mut drained = 0;
        loop {
            let len = self.fill_buf()?.len();
            if len == 0 {
                return Ok(drained);
            }
            self.consume(len);
            drained += count(len);
        }
    }
}

impl<R: Read> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.start == self.end {
            match self.reader.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(got) => (self.start, self.end) = (0, got),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Marked, so that it is not taken for a fault of the stream.
                Err(error) => return Err(Fault::of(&error).into()),
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, amount: usize) {
        self.start += amount;
        self.position.advance(amount);
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let len = available.len().min(out.len());
        out[..len].copy_from_slice(&available[..len]);
        self.consume(len);
        Ok(len)
    }
}
