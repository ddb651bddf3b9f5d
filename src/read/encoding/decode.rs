//! Legacy bytes to UTF-8: in memory, or as a reader around another.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030};

use super::private;
use crate::read::position::ReadPosition;

/// The text that replaces a malformed sequence.
const REPLACEMENT: &str = "\u{fffd}";

/// Appends the text of `bytes` to `out` and returns the number of malformed sequences, each of which has
/// become U+FFFD.
///
/// `bytes` must be whole lines of an encoding whose lines are independent, or a whole document without its
/// byte order mark. Cost: O(n), no memory beyond `out`.
///
/// # Errors
/// Unless `replace`: the offset in `bytes` of the first malformed sequence. `out` holds the text before it
/// then.
pub(crate) fn decode(
    encoding: &'static Encoding,
    bytes: &[u8],
    replace: bool,
    out: &mut String,
) -> Result<u64, usize> {
    // Two bytes of a hanzi become three; what has more to it makes room below.
    out.reserve(bytes.len() / 2 * 3 + 16);
    let mut num_replaced = 0;
    let mut at = 0;
    while encoding == GB18030
        && let Some(place) = private::find(&bytes[at..])
    {
        num_replaced +=
            decode_run(encoding, &bytes[at..at + place], replace, out).map_err(|byte| at + byte)?;
        out.push_str(private::TEXT);
        at += place + private::LEN;
    }
    num_replaced += decode_run(encoding, &bytes[at..], replace, out).map_err(|byte| at + byte)?;
    Ok(num_replaced)
}

fn decode_run(
    encoding: &'static Encoding,
    bytes: &[u8],
    replace: bool,
    out: &mut String,
) -> Result<u64, usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut read, mut num_replaced) = (0, 0);
    loop {
        let (result, taken) = decoder.decode_to_string_without_replacement(&bytes[read..], out, true);
        read += taken;
        match result {
            DecoderResult::InputEmpty => return Ok(num_replaced),
            DecoderResult::OutputFull => out.reserve((bytes.len() - read) * 2 + 16),
            // The sequence is followed by `after` bytes that were read already.
            DecoderResult::Malformed(len, after) if !replace => {
                return Err(read.saturating_sub(usize::from(len) + usize::from(after)));
            }
            DecoderResult::Malformed(..) => {
                out.push_str(REPLACEMENT);
                num_replaced += 1;
            }
        }
    }
}

/// How much is read and decoded at a time, in bytes.
const BUFFER_BYTES: usize = 64 * 1024;

/// A reader of UTF-8 around a reader of any other encoding, whose byte order mark is passed already.
///
/// A malformed sequence becomes U+FFFD if it is to be replaced, and else the one byte 0xFF, which is never
/// valid in UTF-8: whoever checks the text finds it in its place. Memory: two buffers of 64 KiB.
pub(crate) struct Transcoder<R> {
    reader: R,
    decoder: Decoder,
    replace: bool,
    num_replaced: ReadPosition,
    input: Box<[u8]>,
    /// The bytes of `input` that are to be decoded, and where what is read of them ends.
    pending: std::ops::Range<usize>,
    filled: usize,
    is_at_end: bool,
    output: Box<[u8]>,
    /// The bytes of `output` that are decoded and not handed out.
    decoded: std::ops::Range<usize>,
}

impl<R> std::fmt::Debug for Transcoder<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let encoding = self.decoder.encoding().name();
        f.debug_struct("Transcoder").field("encoding", &encoding).finish_non_exhaustive()
    }
}

impl<R: Read> Transcoder<R> {
    /// Decodes what `reader` gives.
    pub(crate) fn new(reader: R, encoding: &'static Encoding, replace: bool) -> Self {
        Self {
            reader,
            decoder: encoding.new_decoder_without_bom_handling(),
            replace,
            num_replaced: ReadPosition::default(),
            input: vec![0; BUFFER_BYTES].into_boxed_slice(),
            pending: 0..0,
            filled: 0,
            is_at_end: false,
            output: vec![0; BUFFER_BYTES].into_boxed_slice(),
            decoded: 0..0,
        }
    }

    /// Counts the malformed sequences there.
    #[must_use]
    pub(in crate::read) fn counting(self, num_replaced: ReadPosition) -> Self {
        Self { num_replaced, ..self }
    }

    /// The number of malformed sequences that became U+FFFD so far, to be seen from outside.
    pub(in crate::read) fn num_replaced(&self) -> ReadPosition {
        self.num_replaced.clone()
    }

    /// Fills the empty output; it stays empty at the end alone.
    fn fill(&mut self) -> io::Result<()> {
        let mut written = 0;
        while written == 0 {
            if self.pending.is_empty() {
                if self.is_at_end {
                    break;
                }
                self.read()?;
            }
            written = self.decode();
        }
        self.decoded = 0..written;
        Ok(())
    }

    /// Reads on. In GB18030 whole characters are decoded at a time, so that none is missed in two halves.
    fn read(&mut self) -> io::Result<()> {
        self.input.copy_within(self.pending.end..self.filled, 0);
        self.filled -= self.pending.end;
        let count = self.reader.read(&mut self.input[self.filled..])?;
        self.filled += count;
        self.is_at_end = count == 0;
        let mut end = self.filled;
        if self.decoder.encoding() == GB18030 && !self.is_at_end {
            end = private::whole(&self.input[..end]);
            if end == 0 && self.filled == self.input.len() {
                end = self.filled; // one row of hanzi without an end
            }
        }
        self.pending = 0..end;
        Ok(())
    }

    /// The pending bytes up to a pair that is decoded by ourselves.
    fn run(&self) -> std::ops::Range<usize> {
        let run = self.pending.clone();
        let is_own = self.decoder.encoding() == GB18030;
        let place = if is_own { private::find(&self.input[run.clone()]) } else { None };
        place.map_or(run.clone(), |place| run.start..run.start + place)
    }

    /// Decodes what is pending into the empty output, as far as there is room, and returns the length.
    fn decode(&mut self) -> usize {
        let run = self.run();
        if run.is_empty() && !self.pending.is_empty() {
            self.pending.start += private::LEN;
            self.output[..private::TEXT.len()].copy_from_slice(private::TEXT.as_bytes());
            return private::TEXT.len();
        }
        let is_last = self.is_at_end && run.end == self.pending.end;
        // The mark of a malformed sequence needs room after whatever the decoder has written.
        let room = self.output.len() - REPLACEMENT.len();
        let mut written = 0;
        loop {
            let (result, taken, len) = self.decoder.decode_to_utf8_without_replacement(
                &self.input[self.pending.start..run.end],
                &mut self.output[written..room],
                is_last,
            );
            self.pending.start += taken;
            written += len;
            match result {
                DecoderResult::InputEmpty | DecoderResult::OutputFull => return written,
                DecoderResult::Malformed(..) => {
                    let mark: &[u8] = if self.replace { REPLACEMENT.as_bytes() } else { &[0xff] };
                    self.output[written..written + mark.len()].copy_from_slice(mark);
                    written += mark.len();
                    self.num_replaced.advance(usize::from(self.replace));
                    if written >= room {
                        return written;
                    }
                }
            }
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.decoded.is_empty() && !buffer.is_empty() {
            self.fill()?;
        }
        let count = self.decoded.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.output[self.decoded.start..self.decoded.start + count]);
        self.decoded.start += count;
        Ok(count)
    }
}
