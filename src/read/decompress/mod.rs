//! Compressed streams, decoded on the fly, one after the other to the true end of their file (contract D5). Guards
//! against what a hostile stream can do: a fault names the byte of the compressed file at which it stands, and a stream
//! that expands without end is cut off.
//!
//! Streams of one format that follow one another are one file, and zeros between them and after the last are padding,
//! as on tapes. What else lies after the end of a stream is left out and named: [`Trailing`].

mod counted;
#[cfg(test)]
mod tests;
mod zstandard;

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use counted::Counted;
use zstandard::Zstandard;

use super::content::Compression;
use super::fault::Fault;
use super::position::ReadPosition;
use crate::error::RejectReason;
use crate::units::count;

/// Tells of what lies after the end of a source, or of a member of an archive, outside its reader. Of several things the
/// first is told.
#[derive(Debug, Clone, Default)]
pub(super) struct Trailing(Arc<Mutex<Option<Fault>>>);

impl Trailing {
    /// Notes that `num` bytes from `byte` on lie after the end of `what`.
    pub(super) fn note(&self, what: &str, byte: u64, num: u64) {
        let detail = if num == 1 {
            format!("one byte after the end of {what} is left out")
        } else {
            format!("{num} bytes after the end of {what} are left out")
        };
        self.tell(Fault { reason: RejectReason::Trailing, byte: Some(byte), detail });
    }

    /// Notes what is wrong with what lies there.
    pub(super) fn tell(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
    }

    /// Takes what was noted.
    pub(super) fn take(&self) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The total that all layers and members of one source are unpacked to, against the size of that source. Each layer
/// and each member may keep to [`Fault::bomb`]'s bound while together they do not: an archive of compressed files, say.
#[derive(Debug, Clone)]
pub(super) struct Total {
    unpacked: ReadPosition,
    /// Bytes of the source; `u64::MAX` if they are not known.
    packed: u64,
    /// Bytes of the source that were read.
    read: ReadPosition,
}

impl Total {
    /// Of a source of this size, of which `read` counts the bytes that were read.
    pub(super) fn new(packed: u64, read: &ReadPosition) -> Self {
        Self { unpacked: ReadPosition::default(), packed, read: read.clone() }
    }

    /// Adds what was unpacked.
    ///
    /// # Errors
    /// A [`Fault`], if that is too much for what the source takes up.
    pub(super) fn add(&self, unpacked: usize) -> io::Result<()> {
        self.unpacked.advance(unpacked);
        let unpacked = self.unpacked.get();
        let packed = if self.packed == u64::MAX { self.read.get() } else { self.packed };
        match Fault::bomb("all that its file holds", unpacked, packed) {
            Some(bomb) => Err(bomb.into()),
            None => Ok(()),
        }
    }
}

/// Most memory that an xz stream may ask for: level 9 takes 65 MiB.
const XZ_MEMORY: u64 = 256 * 1024 * 1024;

/// Bytes at the beginning of a stream that tell its format.
const MAGIC_BYTES: usize = 18;

/// A reader that decodes a compressed file.
pub(super) struct Decompressor<R: Read> {
    /// The stream that is being decoded; `None` after the last.
    stream: Option<Stream<R>>,
    compression: Compression,
    position: ReadPosition,
    start: u64,
    decoded: u64,
    limits: Limits,
    trailing: Trailing,
}

/// The bounds of what decompressing may take.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// The total that the source is unpacked to.
    pub(super) total: Total,
    /// Most bytes of a Zstandard window that are held.
    pub(super) window: u64,
}

/// One stream; of Zstandard, all frames that follow one another.
enum Stream<R: Read> {
    Gzip(flate2::bufread::GzDecoder<Counted<R>>),
    Zstd(Box<Zstandard<R>>),
    Bzip2(bzip2::bufread::BzDecoder<Counted<R>>),
    Xz(liblzma::bufread::XzDecoder<Counted<R>>),
}

impl<R: Read> Stream<R> {
    fn new(reader: Counted<R>, compression: Compression, window: u64) -> io::Result<Option<Self>> {
        Ok(Some(match compression {
            Compression::None => return Ok(None),
            Compression::Gzip => Self::Gzip(flate2::bufread::GzDecoder::new(reader)),
            Compression::Zstd => Self::Zstd(Box::new(Zstandard::new(reader, window)?)),
            Compression::Bzip2 => Self::Bzip2(bzip2::bufread::BzDecoder::new(reader)),
            Compression::Xz => {
                let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, 0)?;
                Self::Xz(liblzma::bufread::XzDecoder::new_stream(reader, stream))
            }
        }))
    }

    fn into_inner(self) -> Counted<R> {
        match self {
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.into_inner(),
            Self::Bzip2(decoder) => decoder.into_inner(),
            Self::Xz(decoder) => decoder.into_inner(),
        }
    }
}

impl<R: Read> Read for Stream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(out),
            Self::Zstd(decoder) => decoder.read(out),
            Self::Bzip2(decoder) => decoder.read(out),
            Self::Xz(decoder) => decoder.read(out),
        }
    }
}

impl<R: Read> Decompressor<R> {
    /// Decodes `reader`, which begins with a stream of this compression; `position` counts the bytes taken from it, and
    /// `trailing` is told what lies after its last stream.
    pub(super) fn new(
        reader: R,
        compression: Compression,
        position: &ReadPosition,
        limits: Limits,
        trailing: Trailing,
    ) -> io::Result<Self> {
        let start = position.get();
        let counted = Counted::new(reader, position.clone());
        let stream = Stream::new(counted, compression, limits.window)?;
        Ok(Self { stream, compression, position: position.clone(), start, decoded: 0, limits, trailing })
    }

    /// Reads on through the streams of the file.
    fn read_on(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(stream) = &mut self.stream else { return Ok(0) };
            let got = stream.read(out)?;
            if got > 0 {
                return Ok(got);
            }
            let Some(mut rest) = self.stream.take().map(Stream::into_inner) else { return Ok(0) };
            rest.skip_zeros()?;
            let head = rest.peek(MAGIC_BYTES)?;
            if Compression::by_magic(head) == self.compression {
                self.stream = Stream::new(rest, self.compression, self.limits.window)?;
            } else if !head.is_empty() {
                let byte = self.position.get();
                let what = format!("the {} stream", self.compression.name());
                self.trailing.note(&what, byte, rest.drain()?);
            }
        }
    }

    /// A fault of the stream, in words that say where.
    fn fault(&self, error: &io::Error) -> Fault {
        if Fault::behind(error).is_some() {
            let fault = Fault::of(error);
            let is_ours = fault.reason != RejectReason::Unreadable;
            return if is_ours { fault.or_at(self.position.get()) } else { fault };
        }
        let name = self.compression.name();
        let detail = if error.kind() == io::ErrorKind::UnexpectedEof {
            format!("the {name} stream ends too early, after {} decoded bytes", self.decoded)
        } else {
            format!("the {name} stream is damaged after {} decoded bytes ({error})", self.decoded)
        };
        Fault { reason: RejectReason::Corrupt, byte: Some(self.position.get()), detail }
    }
}

impl<R: Read> Read for Decompressor<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.read_on(out).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => self.fault(&error).into(),
        })?;
        self.decoded += count(got);
        let compressed = self.position.get() - self.start;
        if let Some(bomb) = Fault::bomb("it", self.decoded, compressed) {
            return Err(bomb.into());
        }
        self.limits.total.add(got)?;
        Ok(got)
    }
}
