//! The part of a document that its encoding is told from: everything that is not plain ASCII, up to a limit,
//! and thereafter blocks spread evenly over the rest, so that neither memory nor time depend on the length.
//!
//! Which bytes are kept depends on their place in the document alone, not on the chunks they came in.

/// Bytes are kept or passed over in blocks of this size, counted from the start of the document.
const BLOCK: usize = 4096;

/// Bytes kept without a gap: more than any article, and most books.
const DENSE_BYTES: usize = 2 * 1024 * 1024;

/// Bytes kept of what follows. When they are full, every other block of them goes.
const SPREAD_BYTES: usize = 1024 * 1024;

/// The first stride of sampling: one block of this many is kept.
const FIRST_STRIDE: u64 = 16;

/// The sample of a document. Memory: at most `DENSE_BYTES + SPREAD_BYTES`, little for ASCII.
#[derive(Debug)]
pub(super) struct Sample {
    /// The first blocks that hold more than ASCII.
    dense: Vec<u8>,
    /// Where in `dense` blocks begin whose predecessor in the document was plain ASCII.
    runs: Vec<usize>,
    /// Whether `dense` has taken what it can.
    is_full: bool,
    /// Whole blocks from the rest of the document, and their numbers.
    spread: Vec<u8>,
    spread_numbers: Vec<u64>,
    stride: u64,
    /// The block that is being filled; its bytes are kept only if they can be wanted.
    block: Vec<u8>,
    filled: usize,
    number: u64,
    /// Number of the last block of `dense`.
    last: Option<u64>,
    /// Length of the document.
    len: u64,
    /// Whether there is a NUL in the document.
    has_nul: bool,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            dense: Vec::new(),
            runs: Vec::new(),
            is_full: false,
            spread: Vec::new(),
            spread_numbers: Vec::new(),
            stride: FIRST_STRIDE,
            block: Vec::new(),
            filled: 0,
            number: 0,
            last: None,
            len: 0,
            has_nul: false,
        }
    }
}

impl Sample {
    /// Takes the next bytes of the document.
    pub(super) fn feed(&mut self, mut chunk: &[u8]) {
        self.len += chunk.len() as u64;
        self.has_nul = self.has_nul || memchr::memchr(0, chunk).is_some();
        while !chunk.is_empty() {
            let (now, rest) = chunk.split_at(chunk.len().min(BLOCK - self.filled));
            if now.len() == BLOCK {
                self.keep(now);
            } else {
                if self.is_wanted() {
                    self.block.extend_from_slice(now);
                }
                self.filled += now.len();
                if self.filled == BLOCK {
                    self.close();
                }
            }
            chunk = rest;
        }
    }

    /// Takes the end of the document.
    pub(super) fn finish(&mut self) {
        if self.filled > 0 {
            self.close();
        }
    }

    /// Whether the block that begins now is kept if it holds more than ASCII.
    fn is_wanted(&self) -> bool {
        !self.is_full || self.number.is_multiple_of(self.stride)
    }

    fn close(&mut self) {
        let block = std::mem::take(&mut self.block);
        self.keep(&block);
        self.block = block;
        self.block.clear();
        self.filled = 0;
    }

    /// Takes one block, which is empty if it is not wanted.
    fn keep(&mut self, block: &[u8]) {
        // UTF-16 may have no byte above ASCII; its NULs give it away.
        let is_plain = block.is_ascii() && memchr::memchr(0, block).is_none();
        if self.is_wanted() && !is_plain {
            self.is_full |= self.dense.len() + block.len() > DENSE_BYTES;
            if self.is_full {
                self.keep_spread(block);
            } else {
                if self.last.is_none_or(|last| last + 1 != self.number) {
                    self.runs.push(self.dense.len());
                }
                self.dense.extend_from_slice(block);
                self.last = Some(self.number);
            }
        }
        self.number += 1;
    }

    fn keep_spread(&mut self, block: &[u8]) {
        if block.len() < BLOCK || !self.number.is_multiple_of(self.stride) {
            return;
        }
        self.spread.extend_from_slice(block);
        self.spread_numbers.push(self.number);
        if self.spread.len() < SPREAD_BYTES {
            return;
        }
        self.stride *= 2;
        let mut kept = 0;
        for from in 0..self.spread_numbers.len() {
            if self.spread_numbers[from].is_multiple_of(self.stride) {
                self.spread.copy_within(from * BLOCK..(from + 1) * BLOCK, kept * BLOCK);
                self.spread_numbers[kept] = self.spread_numbers[from];
                kept += 1;
            }
        }
        self.spread.truncate(kept * BLOCK);
        self.spread_numbers.truncate(kept);
    }

    /// The length of the document.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is a NUL byte in the document.
    pub(super) fn has_nul(&self) -> bool {
        self.has_nul
    }

    /// Whether at least a quarter of the document is control characters, if it is ASCII: then it is no ASCII.
    pub(super) fn has_many_controls(&self) -> bool {
        let is_control = |byte: &&u8| byte.is_ascii_control() && !matches!(**byte, b'\t' | b'\n' | b'\r');
        let is_printable = |byte: &&u8| (b' '..0x7f).contains(*byte);
        let number =
            |is: fn(&&u8) -> bool| -> usize { self.raw().map(|slice| slice.iter().filter(is).count()).sum() };
        let kept: usize = self.raw().map(<[u8]>::len).sum();
        // Line ends between NULs alone are text of no script. What was not kept of a document beyond the limits is
        // taken to be like the rest.
        let (controls, printable) = (number(is_control), number(is_printable));
        controls * 4 >= kept && printable * 4 >= kept && (self.is_full || controls as u64 * 4 >= self.len)
    }

    /// The kept bytes, in order: slices that begin at even offsets of the document and end at even ones, or
    /// at its end. A character may be cut at either end of a slice.
    pub(super) fn raw(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let ends = self.runs.iter().skip(1).copied().chain([self.dense.len()]);
        let runs = self.runs.iter().zip(ends).map(|(start, end)| &self.dense[*start..end]);
        runs.chain(self.spread.chunks(BLOCK))
    }

    /// The kept bytes, in order, cut between characters of any encoding that has ASCII in it.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let is_whole = !self.is_full && self.last.is_some_and(|last| last + 1 == self.number);
        let last_run = self.runs.len().wrapping_sub(1);
        // A run begins where the document begins or after ASCII: there a character begins.
        self.raw().enumerate().filter_map(move |(i, slice)| match i.cmp(&last_run) {
            std::cmp::Ordering::Equal if is_whole => Some(slice),
            std::cmp::Ordering::Less | std::cmp::Ordering::Equal => {
                Some(until_boundary(slice).unwrap_or(slice))
            }
            std::cmp::Ordering::Greater => from_boundary(slice).and_then(until_boundary),
        })
    }
}

/// Whether a byte is a whole character wherever it stands: trail bytes of GB18030 begin at 0x30, all others
/// at 0x40. Spaces, commas and line ends are such bytes.
fn is_boundary(byte: u8) -> bool {
    byte < 0x30
}

fn until_boundary(slice: &[u8]) -> Option<&[u8]> {
    slice.iter().rposition(|b| is_boundary(*b)).map(|place| &slice[..=place])
}

fn from_boundary(slice: &[u8]) -> Option<&[u8]> {
    slice.iter().position(|b| is_boundary(*b)).map(|place| &slice[place + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(chunks: &[&[u8]]) -> Sample {
        let mut sample = Sample::default();
        for chunk in chunks {
            sample.feed(chunk);
        }
        sample.finish();
        sample
    }

    #[test]
    fn passes_over_ascii() {
        let mut document = vec![b'a'; 10 * BLOCK];
        assert_eq!(sample(&[&document]).raw().count(), 0);
        document[3 * BLOCK + 5] = 0xe9;
        document[4 * BLOCK - 1] = b' ';
        document[9 * BLOCK + 5] = 0xe9;
        let sample = sample(&[&document]);
        let parts: Vec<_> = sample.parts().collect();
        assert_eq!(parts, [&document[3 * BLOCK..4 * BLOCK], &document[9 * BLOCK..]]);
    }

    #[test]
    fn is_bounded_spread_and_independent_of_chunks() {
        let line = [[0xd6, 0xd0].repeat(40), vec![b'\n']].concat();
        let document = line.repeat(80 * 1024 * 1024 / line.len());
        let whole = sample(&[&document]);
        let kept: usize = whole.raw().map(<[u8]>::len).sum();
        assert!((DENSE_BYTES..=DENSE_BYTES + SPREAD_BYTES).contains(&kept));
        assert!(whole.spread_numbers.last().is_some_and(|n| *n > 79 * 256));
        assert!(whole.parts().skip(1).all(|part| part[0] == 0xd6 && part.ends_with(b"\n")));
        let cut = sample(&document.chunks(77_777).collect::<Vec<_>>());
        assert!(whole.raw().eq(cut.raw()));
    }

    #[test]
    fn sees_nuls_and_controls() {
        assert!(!sample(&[b"abc"]).has_nul());
        let nuls = sample(&[b"a\0b\0", b"\0", b"c"]);
        assert!(nuls.has_nul() && nuls.has_many_controls());
        let rest = vec![b'a'; BLOCK];
        assert!(!sample(&[b"a\0b\0", &rest]).has_many_controls());
    }
}
