//! Blocks of prints: the prints of some documents, written and read. A block stands for itself. A line that an earlier
//! document of the block has takes one or two bytes, a sentence of its own 12.
//!
//! `v` is a LEB128 integer, all others are little-endian. A block is a sequence of documents, in order of their places:
//!
//! - `v`: the place of its first paragraph, less that of the block's first document;
//! - its source, `v`: 0, and behind it `v` the number of bytes of its name and these; or the number, from 1 on, of a name
//!   that was spelled in this block before;
//! - `v`: 0 or 1, whether it counts, and twice its number of paragraphs;
//! - each paragraph, `v`: 0, and behind it the print; or the number, from 1 on, of a print that was spelled in this block
//!   before.
//!
//! A print is `v`: what it shows (6 bits), whether it has a class by its digits, one by its head, and a word, a bit each;
//! 64 bits of its fingerprint u64; `v`: its columns; and of those that it has, the classes, u64 each, and `v` the word.

use std::collections::HashMap;
use std::ops::Range;

use super::line::{Line, Shows, Word};
use crate::units::{Ordinal, count, index, push_varint, take_varint};

/// Bytes after which a block ends.
const BLOCK_BYTES: usize = 64 * 1024;

const DIGITS: u64 = 1 << 6;
const SLOT: u64 = 1 << 7;
const WORD: u64 = 1 << 8;

/// A document in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PrintedDocument {
    /// The place of its first paragraph.
    pub(crate) place: Ordinal,
    /// Number of its source in [`PrintBlock::sources`].
    pub(crate) source: usize,
    /// Whether it counts: it does not go as a copy or a near-duplicate. It is judged in any case.
    pub(crate) counts: bool,
    /// Its paragraphs in [`PrintBlock::lines`].
    pub(crate) lines: Range<usize>,
}

/// The documents of a block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PrintBlock {
    pub(crate) sources: Vec<String>,
    pub(crate) documents: Vec<PrintedDocument>,
    pub(crate) lines: Vec<Line>,
}

/// A block that is being written.
#[derive(Debug, Default)]
pub(crate) struct OpenPrints {
    bytes: Vec<u8>,
    /// Place of its first document.
    start: u64,
    sources: HashMap<String, u64>,
    /// What was spelled: the print of a key, and its number.
    known: HashMap<u64, (Line, u64)>,
    num_spelled: u64,
}

impl OpenPrints {
    /// Adds a document. Places ascend.
    pub(crate) fn push(&mut self, (place, source): (Ordinal, &str), counts: bool, lines: &[Line]) {
        if self.bytes.is_empty() {
            self.start = place.0;
        }
        push_varint(&mut self.bytes, place.0 - self.start);
        if let Some(number) = self.sources.get(source) {
            push_varint(&mut self.bytes, *number);
        } else {
            self.sources.insert(source.to_owned(), count(self.sources.len()) + 1);
            self.bytes.push(0);
            push_varint(&mut self.bytes, count(source.len()));
            self.bytes.extend_from_slice(source.as_bytes());
        }
        push_varint(&mut self.bytes, u64::from(counts) | count(lines.len()) << 1);
        for line in lines {
            self.push_line(line);
        }
    }

    fn push_line(&mut self, line: &Line) {
        // Under a looser way to compare, paragraphs of one key have several prints.
        if let Some((_, number)) = self.known.get(&line.key).filter(|(known, _)| known == line) {
            push_varint(&mut self.bytes, *number);
            return;
        }
        self.num_spelled += 1;
        self.known.insert(line.key, (*line, self.num_spelled));
        let Line { key, digits, slot, width, word, shows } = *line;
        let bit = |bit: u64, is: bool| if is { bit } else { 0 };
        let has = bit(DIGITS, digits != 0) | bit(SLOT, slot != 0) | bit(WORD, word.is_some());
        self.bytes.push(0);
        push_varint(&mut self.bytes, u64::from(shows.bits()) | has);
        self.bytes.extend_from_slice(&key.to_le_bytes());
        push_varint(&mut self.bytes, u64::from(width));
        for class in [digits, slot].into_iter().filter(|class| *class != 0) {
            self.bytes.extend_from_slice(&class.to_le_bytes());
        }
        if let Some(word) = word {
            push_varint(&mut self.bytes, u64::from(word.number()));
        }
    }

    /// Whether the block is long enough.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= BLOCK_BYTES
    }

    /// Ends the block: the place of its first document and its bytes, unless it is empty. The next one begins.
    pub(crate) fn take(&mut self) -> Option<(u64, Vec<u8>)> {
        let Self { bytes, start, .. } = std::mem::take(self);
        (!bytes.is_empty()).then_some((start, bytes))
    }
}

impl PrintBlock {
    /// The documents of a block whose first document stands at `start`; `None` of other bytes.
    pub(crate) fn decode(start: u64, mut bytes: &[u8]) -> Option<Self> {
        let mut block = Self::default();
        let mut spelled: Vec<Line> = Vec::new();
        while !bytes.is_empty() {
            let place = start.checked_add(take_varint(&mut bytes)?)?;
            let is_next = block.documents.last().map_or(place == start, |before| before.place.0 <= place);
            let source = block.take_source(&mut bytes).filter(|_| is_next)?;
            let head = take_varint(&mut bytes)?;
            let (counts, num_lines) = (head & 1 == 1, head >> 1);
            let first = block.lines.len();
            for _ in 0..num_lines {
                let line = match take_varint(&mut bytes)? {
                    0 => {
                        spelled.push(take_line(&mut bytes)?);
                        *spelled.last()?
                    }
                    number => *spelled.get(index(number - 1))?,
                };
                block.lines.push(line);
            }
            let lines = first..block.lines.len();
            block.documents.push(PrintedDocument { place: Ordinal(place), source, counts, lines });
        }
        Some(block)
    }

    fn take_source(&mut self, bytes: &mut &[u8]) -> Option<usize> {
        let number = take_varint(bytes)?;
        if number > 0 {
            return Some(index(number - 1)).filter(|number| *number < self.sources.len());
        }
        let len = usize::try_from(take_varint(bytes)?).ok()?;
        let (name, rest) = bytes.split_at_checked(len)?;
        *bytes = rest;
        self.sources.push(std::str::from_utf8(name).ok()?.to_owned());
        Some(self.sources.len() - 1)
    }
}

/// Takes a print from the front.
fn take_line(bytes: &mut &[u8]) -> Option<Line> {
    let take_word = |bytes: &mut &[u8]| {
        let (word, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(u64::from_le_bytes(*word))
    };
    let head = take_varint(bytes).filter(|head| *head < WORD << 1)?;
    let key = take_word(bytes)?;
    let width = u32::try_from(take_varint(bytes)?).ok()?;
    let digits = if head & DIGITS == 0 { 0 } else { take_word(bytes)? };
    let slot = if head & SLOT == 0 { 0 } else { take_word(bytes)? };
    let number = if head & WORD == 0 { None } else { Some(u16::try_from(take_varint(bytes)?).ok()?) };
    let shows = Shows::of_bits((head & 0x3f) as u8);
    Some(Line { key, digits, slot, width, word: number.map(Word::of_number), shows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::mix;

    fn line(n: u64) -> Line {
        Line {
            key: mix(n),
            digits: if n.is_multiple_of(3) { mix(n + 100) } else { 0 },
            slot: if n.is_multiple_of(5) { mix(n + 200) } else { 0 },
            width: u32::try_from(n * 40).unwrap(),
            word: n.is_multiple_of(7).then(|| Word::whole_line(9)),
            shows: Shows::of_bits((n & 63) as u8),
        }
    }

    fn block() -> (OpenPrints, PrintBlock) {
        let (mut open, mut expected) = (OpenPrints::default(), PrintBlock::default());
        for n in 0..20_u64 {
            let lines: Vec<Line> = [1, 2, n + 3, n + 4].map(line).to_vec();
            let lines = if n == 4 { Vec::new() } else { lines };
            let name = ["a", "news.example", "目录"][index(n % 3)];
            open.push((Ordinal(7 + n * n), name), n % 2 == 0, &lines);
            if n < 3 {
                expected.sources.push(name.to_owned());
            }
            let first = expected.lines.len();
            expected.lines.extend(lines);
            expected.documents.push(PrintedDocument {
                place: Ordinal(7 + n * n),
                source: index(n % 3),
                counts: n % 2 == 0,
                lines: first..expected.lines.len(),
            });
        }
        (open, expected)
    }

    #[test]
    fn blocks_come_back_and_damage_is_an_error_or_an_answer() {
        let (mut open, expected) = block();
        let (start, bytes) = open.take().unwrap();
        assert_eq!((start, open.take()), (7, None));
        assert_eq!(PrintBlock::decode(start, &bytes).as_ref(), Some(&expected));
        assert_eq!(PrintBlock::decode(u64::MAX - 3, &bytes), None);
        for at in 0..bytes.len() {
            let _ = PrintBlock::decode(start, &bytes[..at]); // any answer, and an end
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                let _ = PrintBlock::decode(start, &bytes);
            }
        }
    }

    #[test]
    fn what_stood_before_takes_little() {
        let mut open = OpenPrints::default();
        let lines: Vec<Line> = (0..20).map(line).collect();
        open.push((Ordinal(0), "a"), true, &lines);
        let first = open.bytes.len();
        open.push((Ordinal(20), "a"), true, &lines);
        assert_eq!(open.bytes.len() - first, 3 + 20);
        // The same key with other classes is another print.
        let other = Line { digits: 99, ..line(1) };
        open.push((Ordinal(40), "a"), true, &[other, line(1), other]);
        let (start, bytes) = open.take().unwrap();
        let block = PrintBlock::decode(start, &bytes).unwrap();
        assert_eq!(block.lines[40..], [other, line(1), other]);
    }

    #[test]
    fn numbers_in_a_block_are_believed_when_they_fit() {
        for bytes in
            [&[0, 0, 5, b'a'][..], &[0, 1, 0], &[0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f], &[1, 0, 0, 0]]
        {
            assert_eq!(PrintBlock::decode(0, bytes), None, "{bytes:?}");
        }
    }
}
