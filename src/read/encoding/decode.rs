//! Legacy bytes to UTF-8: in memory, or as a reader around another.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// What takes the place of a malformed sequence.
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
pub fn decode(
    encoding: &'static Encoding,
    bytes: &[u8],
    replace: bool,
    out: &mut String,
) -> Result<u64, usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    // Two bytes of a hanzi become three; what has more to it makes room below.
    out.reserve(bytes.len() / 2 * 3 + 16);
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
pub struct Transcoder<R> {
    reader: R,
    decoder: Decoder,
    replace: bool,
    num_replaced: u64,
    input: Box<[u8]>,
    /// The bytes of `input` that are read and not decoded.
    pending: std::ops::Range<usize>,
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
    pub fn new(reader: R, encoding: &'static Encoding, replace: bool) -> Self {
        Self {
            reader,
            decoder: encoding.new_decoder_without_bom_handling(),
            replace,
            num_replaced: 0,
            input: vec![0; BUFFER_BYTES].into_boxed_slice(),
            pending: 0..0,
            is_at_end: false,
            output: vec![0; BUFFER_BYTES].into_boxed_slice(),
            decoded: 0..0,
        }
    }

    /// The number of malformed sequences that became U+FFFD so far.
    pub fn num_replaced(&self) -> u64 {
        self.num_replaced
    }

    /// Fills the empty output; it stays empty at the end alone.
    fn fill(&mut self) -> io::Result<()> {
        let mut written = 0;
        while written == 0 {
            if self.pending.is_empty() {
                if self.is_at_end {
                    break;
                }
                let count = self.reader.read(&mut self.input)?;
                self.pending = 0..count;
                self.is_at_end = count == 0;
            }
            written = self.decode();
        }
        self.decoded = 0..written;
        Ok(())
    }

    /// Decodes what is pending into the empty output, as far as there is room, and returns the length.
    fn decode(&mut self) -> usize {
        // The mark of a malformed sequence needs room after whatever the decoder has written.
        let room = self.output.len() - REPLACEMENT.len();
        let mut written = 0;
        loop {
            let (result, taken, len) = self.decoder.decode_to_utf8_without_replacement(
                &self.input[self.pending.clone()],
                &mut self.output[written..room],
                self.is_at_end,
            );
            self.pending.start += taken;
            written += len;
            match result {
                DecoderResult::InputEmpty | DecoderResult::OutputFull => return written,
                DecoderResult::Malformed(..) => {
                    let mark: &[u8] = if self.replace { REPLACEMENT.as_bytes() } else { &[0xff] };
                    self.output[written..written + mark.len()].copy_from_slice(mark);
                    written += mark.len();
                    self.num_replaced += u64::from(self.replace);
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
