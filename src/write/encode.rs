//! Compression on the way out: the same format that the source came in.
//!
//! gzip, bzip2 and xz are slow to write, so that blocks of a fixed length are compressed in parallel, each by
//! itself. Where blocks end depends on the bytes alone, and so does what is written. A gzip file stays one member
//! (RFC 1952): its blocks end on byte boundaries (RFC 1951, section 3.2.4), as those of pigz do. bzip2 and xz files
//! become several streams, which every reader of those formats joins. Zstandard is one frame, written as a stream:
//! some readers stop after the first of several.

use std::io::{self, Write};

use flate2::{Compress, FlushCompress, Status};
use rayon::prelude::*;

use crate::read::Compression;
use crate::units::{self, count};

/// The compression level of each format: the default of the format's own tool, but for gzip, where level 3 takes 0.7 of
/// the time of level 6 and 1.05 of its space on news.
const GZIP_LEVEL: u32 = 3;
const ZSTD_LEVEL: i32 = 3;
const XZ_LEVEL: u32 = 6;

/// Bytes of a block. bzip2's own blocks are 900 kB.
const GZIP_BLOCK: usize = 256 * 1024;
const BZIP2_BLOCK: usize = 900_000;
const XZ_BLOCK: u32 = 1024 * 1024;
/// Blocks compressed at once.
const GROUP: usize = 8;

/// Compresses what is written through it.
pub(crate) enum Encoder<W: Write> {
    /// Bytes are written as they are.
    Plain(W),
    /// Bytes are compressed in blocks.
    Blocks(BlockEncoder<W>),
    /// Bytes are compressed as a stream.
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Encoder<W> {
    /// An encoder into `out`.
    ///
    /// # Errors
    /// If a compressor cannot be made (no memory).
    pub(crate) fn new(out: W, compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::None => Self::Plain(out),
            Compression::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(out, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
            compression => Self::Blocks(BlockEncoder::new(out, compression)),
        })
    }

    /// Writes what is buffered and gives the output back.
    pub(crate) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Blocks(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }

    /// Writes records, each of which ends at one of `ends`. Under gzip each becomes a member of its own, as a web
    /// archive has it (ISO 28500, annex D): then it can be read from where an index says it begins.
    pub(crate) fn write_records(&mut self, bytes: &[u8], ends: &[usize]) -> io::Result<()> {
        match self {
            Self::Blocks(encoder) if encoder.compression == Compression::Gzip => {
                encoder.end_member()?;
                let starts = std::iter::once(&0).chain(ends);
                let spans: Vec<_> = starts.zip(ends).map(|(&start, &end)| &bytes[start..end]).collect();
                encoder.has_members = true;
                let members: io::Result<Vec<_>> =
                    spans.par_iter().map(|record| gzip_member(record)).collect();
                members?.iter().try_for_each(|member| encoder.out.write_all(member))
            }
            encoder => encoder.write_all(bytes),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Blocks(encoder) => encoder.write(bytes).map(|()| bytes.len()),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes of a whole file, compressed; records that end at `ends` each by itself (see
/// [`Encoder::write_records`]).
///
/// # Errors
/// If a compressor cannot be made (no memory).
pub(crate) fn compress(bytes: &[u8], ends: &[usize], compression: Compression) -> io::Result<Vec<u8>> {
    let mut encoder = Encoder::new(Vec::new(), compression)?;
    if ends.is_empty() {
        encoder.write_all(bytes)?;
    } else {
        encoder.write_records(bytes, ends)?;
    }
    encoder.finish()
}

/// Compresses blocks in parallel on the caller's rayon pool.
pub(crate) struct BlockEncoder<W> {
    out: W,
    compression: Compression,
    buffer: Vec<u8>,
    /// Checksum and length of a gzip member so far.
    crc: crc32fast::Hasher,
    length: u32,
    /// Something is written.
    is_begun: bool,
    /// Whole members were written: there is no member to end.
    has_members: bool,
}

impl<W: Write> BlockEncoder<W> {
    fn new(out: W, compression: Compression) -> Self {
        let crc = crc32fast::Hasher::new();
        Self { out, compression, buffer: Vec::new(), crc, length: 0, is_begun: false, has_members: false }
    }

    fn block_len(&self) -> usize {
        match self.compression {
            Compression::Bzip2 => BZIP2_BLOCK,
            Compression::Xz => XZ_BLOCK as usize,
            _ => GZIP_BLOCK,
        }
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let full = self.block_len() * GROUP;
        while !bytes.is_empty() {
            let len = bytes.len().min(full - self.buffer.len());
            self.buffer.extend_from_slice(&bytes[..len]);
            bytes = &bytes[len..];
            if self.buffer.len() == full {
                self.end_blocks()?;
            }
        }
        Ok(())
    }

    /// Compresses what is buffered.
    fn end_blocks(&mut self) -> io::Result<()> {
        let is_begun = std::mem::replace(&mut self.is_begun, true);
        if self.compression == Compression::Gzip && !is_begun {
            self.out.write_all(&GZIP_HEADER)?;
        }
        let (compression, block_len) = (self.compression, self.block_len());
        let blocks: Vec<_> = match (self.buffer.is_empty(), compression) {
            (true, Compression::Gzip) => Vec::new(),
            (true, _) => vec![compress_block(&[], compression)],
            _ => self.buffer.par_chunks(block_len).map(|block| compress_block(block, compression)).collect(),
        };
        for block in blocks {
            let (block, crc) = block?;
            self.out.write_all(&block)?;
            self.crc.combine(&crc);
        }
        // The field holds the length modulo 2^32 (RFC 1952, section 2.3.1).
        self.length = self.length.wrapping_add((count(self.buffer.len()) & 0xffff_ffff) as u32);
        self.buffer.clear();
        Ok(())
    }

    /// Ends the gzip member that is begun, or the last of the blocks.
    fn end_member(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.end_blocks()?;
        }
        if self.compression == Compression::Gzip && std::mem::take(&mut self.is_begun) {
            self.out.write_all(&LAST_BLOCK)?;
            self.out.write_all(&std::mem::take(&mut self.crc).finalize().to_le_bytes())?;
            self.out.write_all(&std::mem::take(&mut self.length).to_le_bytes())?;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<W> {
        if !self.is_begun && !self.has_members && self.buffer.is_empty() {
            self.end_blocks()?; // an empty file is a file of its format too
        }
        self.end_member()?;
        Ok(self.out)
    }
}

/// A member without name and time, so that it depends on its content alone; written on an unknown system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// A last block of no bytes (RFC 1951, section 3.2.6).
const LAST_BLOCK: [u8; 2] = [3, 0];

fn gzip_member(record: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = Encoder::new(Vec::new(), Compression::Gzip)?;
    encoder.write_all(record)?;
    encoder.finish()
}

/// A block, and for gzip its checksum.
fn compress_block(block: &[u8], compression: Compression) -> io::Result<(Vec<u8>, crc32fast::Hasher)> {
    let mut crc = crc32fast::Hasher::new();
    let compressed = match compression {
        Compression::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
            encoder.write_all(block)?;
            encoder.finish()?
        }
        Compression::Xz => {
            let mut options = liblzma::stream::LzmaOptions::new_preset(XZ_LEVEL)?;
            options.dict_size(XZ_BLOCK);
            let mut filters = liblzma::stream::Filters::new();
            filters.lzma2(&options);
            let stream =
                liblzma::stream::Stream::new_stream_encoder(&filters, liblzma::stream::Check::Crc64)?;
            let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
            encoder.write_all(block)?;
            encoder.finish()?
        }
        _ => {
            crc.update(block);
            deflate(block)?
        }
    };
    Ok((compressed, crc))
}

/// Deflates a block so that another can follow: it ends on a byte boundary and refers to nothing before it.
fn deflate(block: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressor = Compress::new(flate2::Compression::new(GZIP_LEVEL), false);
    let mut out = Vec::with_capacity(block.len() / 2 + 64);
    loop {
        let taken = units::index(compressor.total_in());
        let status = compressor.compress_vec(&block[taken..], &mut out, FlushCompress::Full);
        let is_all = units::index(compressor.total_in()) == block.len();
        // Room left over says that the flush is complete.
        match status.map_err(io::Error::other)? {
            Status::Ok | Status::BufError if is_all && out.len() < out.capacity() => return Ok(out),
            _ => out.reserve(block.len() / 4 + 64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn decoded(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        match compression {
            // One member: a reader that stops after the first loses nothing.
            Compression::Gzip => flate2::read::GzDecoder::new(bytes).read_to_end(&mut text).unwrap(),
            Compression::Zstd => zstd::stream::read::Decoder::new(bytes)
                .unwrap()
                .single_frame()
                .read_to_end(&mut text)
                .unwrap(),
            Compression::Bzip2 => bzip2::read::MultiBzDecoder::new(bytes).read_to_end(&mut text).unwrap(),
            Compression::Xz => {
                liblzma::read::XzDecoder::new_multi_decoder(bytes).read_to_end(&mut text).unwrap()
            }
            Compression::None => bytes.to_vec().as_slice().read_to_end(&mut text).unwrap(),
        };
        text
    }

    const ALL: [Compression; 5] =
        [Compression::None, Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz];

    #[test]
    fn round_trips() {
        let long: Vec<u8> = (0..3_000_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        for text in [&b""[..], b"a", &long[..GZIP_BLOCK], &long[..GZIP_BLOCK * GROUP], &long[..5_000_001]] {
            for compression in ALL {
                let bytes = compress(text, &[], compression).unwrap();
                assert_eq!(
                    Compression::of(&bytes),
                    if text.len() > 1 { compression } else { Compression::of(&bytes) }
                );
                assert!(decoded(compression, &bytes) == text, "{compression:?} {}", text.len());
            }
        }
    }

    #[test]
    fn where_writes_end_changes_nothing() {
        let text: Vec<u8> = (0..1_500_000_u32).flat_map(|n| (n / 5).to_be_bytes()).collect();
        for compression in ALL {
            let whole = compress(&text, &[], compression).unwrap();
            let mut encoder = Encoder::new(Vec::new(), compression).unwrap();
            for piece in text.chunks(77_777) {
                encoder.write_all(piece).unwrap();
            }
            assert!(encoder.finish().unwrap() == whole, "{compression:?}");
        }
    }

    #[test]
    fn records_are_members() {
        let mut encoder = Encoder::new(Vec::new(), Compression::Gzip).unwrap();
        encoder.write_records(b"onetwo", &[3, 6]).unwrap();
        let bytes = encoder.finish().unwrap();
        assert_eq!(decoded(Compression::Gzip, &bytes), b"one");
        let mut all = Vec::new();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut all).unwrap();
        assert_eq!(all, b"onetwo");
    }
}
