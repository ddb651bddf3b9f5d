//! Compressed streams, decoded on the fly. Guards against what a hostile stream can do: a fault names the byte of
//! the compressed file at which it stands, and a stream that expands without end is cut off.

use std::io::{self, BufRead, Read};

use super::content::Compression;
use super::fault::Fault;
use super::position::ReadPosition;
use crate::error::RejectReason;
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
    fn new(reader: R, position: ReadPosition) -> Self {
        Self { reader, buffer: vec![0; BUFFER_BYTES].into(), start: 0, end: 0, position }
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

/// A reader that decodes a compressed stream.
pub(super) struct Decompressor<R: Read> {
    decoder: Decoder<R>,
    compression: Compression,
    position: ReadPosition,
    start: u64,
    decoded: u64,
    total: Total,
}

enum Decoder<R: Read> {
    Gzip(Option<flate2::bufread::GzDecoder<Counted<R>>>),
    Zstd(zstd::stream::read::Decoder<'static, Counted<R>>),
    Bzip2(bzip2::bufread::MultiBzDecoder<Counted<R>>),
    Xz(liblzma::bufread::XzDecoder<Counted<R>>),
    None(Counted<R>),
}

impl<R: Read> Decompressor<R> {
    /// Decodes `reader`; `position` counts the bytes taken from it, `total` those of its source that were unpacked.
    pub(super) fn new(
        reader: R,
        compression: Compression,
        position: &ReadPosition,
        total: Total,
    ) -> io::Result<Self> {
        let counted = Counted::new(reader, position.clone());
        let decoder = match compression {
            Compression::None => Decoder::None(counted),
            Compression::Gzip => Decoder::Gzip(Some(flate2::bufread::GzDecoder::new(counted))),
            Compression::Zstd => Decoder::Zstd(zstd::stream::read::Decoder::with_buffer(counted)?),
            Compression::Bzip2 => Decoder::Bzip2(bzip2::bufread::MultiBzDecoder::new(counted)),
            Compression::Xz => {
                let stream =
                    liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, liblzma::stream::CONCATENATED)?;
                Decoder::Xz(liblzma::bufread::XzDecoder::new_stream(counted, stream))
            }
        };
        let start = position.get();
        Ok(Self { decoder, compression, position: position.clone(), start, decoded: 0, total })
    }

    /// A fault of the stream, in words that say where.
    fn fault(&self, error: &io::Error) -> Fault {
        if Fault::behind(error).is_some() {
            return Fault::of(error);
        }
        let name = self.compression.name();
        let detail = if error.kind() == io::ErrorKind::UnexpectedEof {
            format!("the {name} stream breaks off after {} decoded bytes", self.decoded)
        } else {
            format!("the {name} stream is damaged after {} decoded bytes ({error})", self.decoded)
        };
        Fault { reason: RejectReason::Corrupt, byte: Some(self.position.get()), detail }
    }
}

impl<R: Read> Read for Decompressor<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = match &mut self.decoder {
            Decoder::Gzip(decoder) => read_gzip(decoder, out),
            Decoder::Zstd(decoder) => decoder.read(out),
            Decoder::Bzip2(decoder) => decoder.read(out),
            Decoder::Xz(decoder) => decoder.read(out),
            Decoder::None(reader) => return reader.read(out),
        };
        let got = got.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => self.fault(&error).into(),
        })?;
        self.decoded += count(got);
        let compressed = self.position.get() - self.start;
        if let Some(bomb) = Fault::bomb("it", self.decoded, compressed) {
            return Err(bomb.into());
        }
        self.total.add(got)?;
        Ok(got)
    }
}

/// Reads on through the members of a gzip file. Zeros after the last one are padding, as on tapes.
fn read_gzip<R: Read>(
    decoder: &mut Option<flate2::bufread::GzDecoder<Counted<R>>>,
    out: &mut [u8],
) -> io::Result<usize> {
    if out.is_empty() {
        return Ok(0);
    }
    loop {
        let Some(member) = decoder else { return Ok(0) };
        let got = member.read(out)?;
        if got > 0 {
            return Ok(got);
        }
        let Some(mut rest) = decoder.take().map(flate2::bufread::GzDecoder::into_inner) else { return Ok(0) };
        match rest.fill_buf()? {
            [] => return Ok(0),
            [0, ..] => return skip_padding(&mut rest).map(|()| 0),
            _ => *decoder = Some(flate2::bufread::GzDecoder::new(rest)),
        }
    }
}

fn skip_padding<R: Read>(rest: &mut Counted<R>) -> io::Result<()> {
    loop {
        let bytes = rest.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        let is_all = zeros == bytes.len();
        rest.consume(zeros);
        if !is_all {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes follow that are no gzip member"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn compress(compression: Compression, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match compression {
            Compression::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(&mut out, flate2::Compression::new(6));
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap();
            }
            Compression::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(&mut out, 3).unwrap();
                encoder.include_checksum(true).unwrap();
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap();
            }
            Compression::Bzip2 => {
                let mut encoder = bzip2::write::BzEncoder::new(&mut out, bzip2::Compression::new(9));
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap();
            }
            Compression::Xz => {
                let mut encoder = liblzma::write::XzEncoder::new(&mut out, 1);
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap();
            }
            Compression::None => out.extend_from_slice(text),
        }
        out
    }

    fn decode(compression: Compression, bytes: &[u8]) -> Result<Vec<u8>, (RejectReason, Option<u64>)> {
        let mut out = Vec::new();
        let position = ReadPosition::default();
        let total = Total::new(count(bytes.len()), &position);
        let reader = Decompressor::new(bytes, compression, &position, total);
        let read = reader.and_then(|mut reader| reader.read_to_end(&mut out));
        match read {
            Ok(_) => Ok(out),
            Err(error) => {
                let fault = Fault::of(&error);
                Err((fault.reason, fault.byte))
            }
        }
    }

    const ALL: [Compression; 4] = [Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz];

    #[test]
    fn several_streams_are_one() {
        for compression in ALL {
            let two = [compress(compression, b"one\n"), compress(compression, "二\n".as_bytes())].concat();
            assert_eq!(Compression::of(&two), compression);
            assert_eq!(decode(compression, &two), Ok("one\n二\n".as_bytes().to_vec()), "{compression:?}");
        }
    }

    #[test]
    fn every_truncation_is_told() {
        let text = "今天天气很好。\n".repeat(40);
        for compression in ALL {
            let whole = compress(compression, text.as_bytes());
            for len in 1..whole.len() {
                let (reason, byte) = decode(compression, &whole[..len]).unwrap_err();
                assert_eq!(reason, RejectReason::Corrupt, "{compression:?} {len}");
                assert!(byte.is_some_and(|byte| byte <= count(len)), "{compression:?} {len}");
            }
        }
    }

    #[test]
    fn padding_is_none_of_the_stream_and_rubbish_is_a_fault() {
        let mut padded = compress(Compression::Gzip, b"text");
        padded.extend_from_slice(&[0; 1000]);
        assert_eq!(decode(Compression::Gzip, &padded), Ok(b"text".to_vec()));
        padded.push(1);
        assert_eq!(decode(Compression::Gzip, &padded).unwrap_err().0, RejectReason::Corrupt);
    }

    #[test]
    fn a_bomb_is_cut_off() {
        let zeros = vec![0; 256 * 1024 * 1024];
        for compression in [Compression::Gzip, Compression::Zstd] {
            let bomb = compress(compression, &zeros);
            let outcome = decode(compression, &bomb);
            assert_eq!(outcome.map(|text| text.len()).unwrap_err().0, RejectReason::Bomb, "{compression:?}");
        }
    }

    #[test]
    fn what_a_source_holds_is_counted_together() {
        let read = ReadPosition::default();
        read.advance(10);
        for (packed, most) in [(u64::MAX, 64 * 1024 * 1024), (100_000, 100_099_999)] {
            let total = Total::new(packed, &read);
            let (layer, other) = (total.clone(), total);
            assert!(layer.add(usize::try_from(most).unwrap()).is_ok(), "{packed}");
            assert_eq!(Fault::of(&other.add(1).unwrap_err()).reason, RejectReason::Bomb, "{packed}");
        }
    }
}
