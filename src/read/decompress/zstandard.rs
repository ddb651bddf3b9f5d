//! Zstandard: frames that follow one another, skippable ones among them, with windows up to 2 GiB (`zstd --long=31`).
//!
//! A window is asked for by the header of its frame, and the memory is taken as the frame is decoded: a small frame with
//! a large window takes little. Only a frame that fills more of its window than may be held is a fault.

use std::io::{self, BufRead, Read};

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::{get_dict_id_from_frame, get_frame_content_size};

use super::counted::Counted;
use super::{Compression, MAGIC_BYTES};
use crate::error::RejectReason;
use crate::read::fault::Fault;
use crate::units::count;

/// The largest window that the format's own tool decodes, `zstd --long=31`; on 32 bits, what can be addressed.
const MAX_WINDOW_LOG: u32 = if usize::BITS < 64 { 30 } else { 31 };

/// Decodes frames.
pub(super) struct Zstandard<R> {
    reader: Counted<R>,
    decoder: Decoder<'static>,
    /// Most bytes of a window that are held.
    limit: u64,
    /// The frame that is being decoded.
    frame: Option<Frame>,
    /// A frame was begun: another one need not follow.
    is_begun: bool,
}

/// The details in the header of a frame, and how far it is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    window: u64,
    /// Length of its content, if the header has it.
    content: Option<u64>,
    decoded: u64,
}

impl Frame {
    /// The frame that begins with `head` (RFC 8878, section 3.1.1.1).
    fn of(head: &[u8]) -> Self {
        let content = get_frame_content_size(head).ok().flatten();
        let is_skippable = !head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        let window = match (head.get(4), head.get(5)) {
            _ if is_skippable => 0,
            // A single segment: the window is the content.
            (Some(descriptor), _) if descriptor & 0x20 != 0 => content.unwrap_or(0),
            (_, Some(window)) => {
                let base = 1_u64 << (10 + (window >> 3));
                base + base / 8 * u64::from(window & 7)
            }
            _ => 0,
        };
        Self { window, content, decoded: 0 }
    }

    /// Checks that no more of the window is needed than may be held.
    fn check(self, limit: u64) -> Result<(), Fault> {
        let needed = self.decoded.max(self.content.unwrap_or(0)).min(self.window);
        let is_beyond = self.window > 1 << MAX_WINDOW_LOG;
        if needed <= limit && !is_beyond {
            return Ok(());
        }
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        let most = if is_beyond {
            format!("and tamis decodes up to {} MiB", mib(1 << MAX_WINDOW_LOG))
        } else {
            format!("of which --memory leaves {}", mib(limit))
        };
        let detail = format!("the zstd stream needs a window of {} MiB, {most}", mib(self.window));
        Err(Fault::new(RejectReason::WindowTooLarge, detail))
    }
}

impl<R: Read> Zstandard<R> {
    /// Decodes the frames that `reader` begins with, and holds at most `limit` bytes of a window.
    pub(super) fn new(reader: Counted<R>, limit: u64) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(MAX_WINDOW_LOG))?;
        Ok(Self { reader, decoder, limit, frame: None, is_begun: false })
    }

    pub(super) fn into_inner(self) -> Counted<R> {
        self.reader
    }

    /// Begins the next frame; `false` if none follows.
    fn begin(&mut self) -> io::Result<bool> {
        let head = self.reader.peek(MAGIC_BYTES)?;
        if self.is_begun && Compression::by_magic(head) != Compression::Zstd {
            return Ok(false);
        }
        if let Some(dictionary) = get_dict_id_from_frame(head) {
            let detail = format!(
                "the zstd stream was compressed with dictionary {dictionary}, which is not in the file"
            );
            return Err(Fault::new(RejectReason::NeedsDictionary, detail).into());
        }
        let frame = Frame::of(head);
        frame.check(self.limit)?;
        (self.frame, self.is_begun) = (Some(frame), true);
        Ok(true)
    }
}

impl<R: Read> Read for Zstandard<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.frame.is_none() && !self.begin()? {
                return Ok(0);
            }
            let bytes = self.reader.fill_buf()?;
            let is_end = bytes.is_empty();
            let (mut input, mut output) = (InBuffer::around(bytes), OutBuffer::around(&mut *out));
            let hint = self.decoder.run(&mut input, &mut output)?;
            let (taken, got) = (input.pos(), output.pos());
            self.reader.consume(taken);
            if let Some(frame) = &mut self.frame {
                frame.decoded += count(got);
                frame.check(self.limit)?;
            }
            // Zero: the frame is decoded, and all of it given out.
            if hint == 0 {
                self.frame = None;
            }
            if got > 0 {
                return Ok(got);
            }
            if is_end && hint != 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_of_headers() {
        let frame = |window, content| Frame { window, content, decoded: 0 };
        for (head, expected) in [
            (&b"\x28\xb5\x2f\xfd\x00\xa8\0\0\0"[..], frame(2 << 30, None)),
            (b"\x28\xb5\x2f\xfd\x00\xa9\0\0\0", frame((2 << 30) + (256 << 20), None)),
            (b"\x28\xb5\x2f\xfd\x00\x58\0\0\0", frame(2 << 20, None)),
            (b"\x28\xb5\x2f\xfd\x20\x09\0\0\0", frame(9, Some(9))),
            (b"\x28\xb5\x2f\xfd\x80\x58\x01\0\0\x80\0\0", frame(2 << 20, Some(0x8000_0001))),
            (b"\x50\x2a\x4d\x18\xff\xff\xff\xff", frame(0, Some(0))),
            (b"\x28\xb5\x2f\xfd", frame(0, None)),
        ] {
            assert_eq!(Frame::of(head), expected, "{head:x?}");
        }
    }

    #[test]
    fn only_what_is_needed_of_a_window_counts() {
        const MIB: u64 = 1 << 20;
        let check = |window, content, decoded, limit| {
            let checked = Frame { window, content, decoded }.check(limit);
            checked.map_err(|fault| (fault.reason, fault.detail.contains("2048 MiB"))).err()
        };
        let told = Some((RejectReason::WindowTooLarge, true));
        assert_eq!(check(2048 * MIB, None, 128 * MIB, 128 * MIB), None);
        assert_eq!(check(2048 * MIB, None, 128 * MIB + 1, 128 * MIB), told);
        assert_eq!(check(2048 * MIB, Some(129 * MIB), 0, 128 * MIB), told, "the header says so at once");
        assert_eq!(check(2048 * MIB, Some(1 << 40), 0, u64::MAX), None);
        assert_eq!(check(8 * MIB, Some(1 << 40), 1 << 40, 128 * MIB), None);
        assert_eq!(check(4096 * MIB, None, 0, u64::MAX), told, "the largest there is");
    }
}
