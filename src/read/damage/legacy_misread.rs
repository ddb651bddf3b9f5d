//! Text of a legacy encoding that was read as another. Nearly all bytes are something in each of them, so that only
//! plausibility tells: the stretch is sought whose characters gain most by being read otherwise.

use std::ops::Range;

use super::charset::{Charset, Table};
use super::line::{Line, Stretch};
use super::plausible::weight;
use super::{Edit, Misread};

use Charset::{Big5, Big5Kana, Cp866, Cp1251, Cp1252, EucJp, EucKr, Gbk, Koi8R, MacRoman, ShiftJis};

/// What is read as what: the charset it was read in, and those it may have been written in.
const READINGS: [(Charset, &[Charset]); 9] = [
    (Cp1252, &[Gbk, Cp1251, Koi8R, ShiftJis, EucJp, Big5, EucKr]),
    (Cp1251, &[Gbk, Koi8R, Cp866, ShiftJis, EucJp, Big5, EucKr]),
    (Koi8R, &[Cp1251, Cp866]),
    (MacRoman, &[Gbk, ShiftJis, EucJp, Big5, EucKr]),
    (Gbk, &[Big5, ShiftJis, EucJp, EucKr]),
    (Big5, &[Gbk, ShiftJis, EucJp, EucKr]),
    (Big5Kana, &[Gbk, ShiftJis, EucJp, EucKr]),
    (ShiftJis, &[Gbk, Big5, EucJp, EucKr]),
    (EucKr, &[Gbk, Big5, ShiftJis, EucJp]),
];

/// What a byte without a meaning costs: no stretch goes over it.
const BARRIER: i32 = i32::MIN / 2;
/// The plausibility that a stretch must gain, in quarters of a bit, and what it must have in the end: about one
/// accident in 4,000 and in 500 stretches.
const MIN_GAIN: i32 = 48;
const MIN_WEIGHT: i32 = 36;
/// Letters of an alphabet weigh little each: there what is gained decides.
const MIN_ALPHABET_WEIGHT: i32 = 0;
/// Different characters in a stretch: a row of one sign (`ÄÄÄÄ`) can be read as a row of one frequent character.
const MIN_DIFFERENT: usize = 3;
/// What may be lost by a character of a stretch's first or last word.
const MAX_LOSS_IN_WORD: i32 = 16;
/// What may be lost by a word beside a stretch that is likely to have been damaged with it, per character.
const MAX_LOSS_BESIDE: i32 = 2;
/// The same of words of one to three letters, which may be rare ones.
const MAX_LOSS_OF_SHORT: i32 = 8;

/// The damage of a line, for each pair of charsets.
pub(super) fn edits(line: &Line) -> Vec<Vec<Edit>> {
    let mut all = Vec::new();
    for (read, written) in READINGS {
        let stretches = line.stretches(read);
        for written in written {
            let misread = Misread { written: *written, read };
            let edits: Vec<Edit> =
                stretches.iter().flat_map(|stretch| of_stretch(line, stretch, misread)).collect();
            if !edits.is_empty() {
                all.push(edits);
            }
        }
    }
    all
}

/// A character as it would be read.
#[derive(Debug, Clone, Copy)]
struct Read {
    /// The characters in the stretch that it takes the place of: the first, and the one behind the last.
    chars: (usize, usize),
    c: char,
    weight: i32,
    gain: i32,
    is_new: bool,
}

fn of_stretch(line: &Line, stretch: &Stretch, misread: Misread) -> Vec<Edit> {
    // Nearly all stretches end here, before anything is kept of them.
    if !gains_enough(Reader::new(line, stretch, misread)) {
        return Vec::new();
    }
    let reads: Vec<Read> = Reader::new(line, stretch, misread).collect();
    let mut edits = Vec::new();
    let mut from = 0;
    while let Some(best) = best(&reads[from..]) {
        let best = widened(&reads, from + best.start..from + best.end, from);
        from = best.end;
        if let Some(edit) = edit(stretch, &reads[best], misread) {
            edits.push(edit);
        }
    }
    edits
}

/// Reads the characters of a stretch otherwise.
struct Reader<'a> {
    line: &'a Line,
    stretch: &'a Stretch,
    written: Charset,
    table: &'static Table,
    /// What each character of the line weighs as it stands.
    standing: &'a [i32],
    byte: usize,
    /// The character of the stretch that is read next.
    first: usize,
    before: Option<char>,
}

impl<'a> Reader<'a> {
    fn new(line: &'a Line, stretch: &'a Stretch, misread: Misread) -> Self {
        let Misread { written, read } = misread;
        let standing = line.standing(read.is_double_byte());
        Self { line, stretch, written, table: written.table(), standing, byte: 0, first: 0, before: None }
    }
}

impl Iterator for Reader<'_> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        let Self { line, stretch, first, .. } = *self;
        if self.byte >= stretch.bytes.len() {
            return None;
        }
        let whole =
            stretch.decode_at(self.table, self.byte).filter(|(c, _)| !('\u{80}'..='\u{9f}').contains(c));
        // A character of the misreading that is cut in two is no barrier: what follows it makes up for it, or does not.
        let (c, len) = whole.unwrap_or((
            '\0',
            stretch.starts.get(first + 1).map_or(1, |next| next.saturating_sub(self.byte).max(1)),
        ));
        self.byte += len;
        let mut end = first;
        while end < stretch.num_chars() && stretch.starts[end] < self.byte {
            end += 1;
        }
        let is_cut = stretch.starts[end] != self.byte;
        let chars = stretch.first + first..stretch.first + end;
        let is_new = line.chars[chars.clone()] != [c] && end > first;
        let weight = if is_new { weight(self.written, self.before, c) } else { 0 };
        // A row of one sign (`────`) can be read as a row of one frequent character.
        let weight = if self.before == Some(c) { weight.min(0) } else { weight };
        let was: i32 = self.standing[chars].iter().sum();
        let gain = if whole.is_none() {
            BARRIER
        } else if is_new || is_cut {
            weight - was
        } else {
            0
        };
        let is_new = is_new || is_cut || first == end;
        self.before = Some(c);
        self.first = end;
        Some(Read { chars: (first, end), c, weight, gain, is_new })
    }
}

/// Whether any stretch of what is read gains enough: then [`best`] finds one.
fn gains_enough(reads: impl Iterator<Item = Read>) -> bool {
    let mut sum = 0_i32;
    for read in reads {
        sum = sum.max(0).saturating_add(read.gain);
        if sum >= MIN_GAIN {
            return true;
        }
    }
    false
}

/// The stretch that gains most, if it gains enough (Kadane's scan).
fn best(reads: &[Read]) -> Option<Range<usize>> {
    let (mut sum, mut start) = (0_i32, 0);
    let mut best: Option<(i32, Range<usize>)> = None;
    for (at, read) in reads.iter().enumerate() {
        if sum <= 0 {
            (sum, start) = (0, at);
        }
        sum = sum.saturating_add(read.gain);
        if sum >= MIN_GAIN && best.as_ref().is_none_or(|(most, _)| sum > *most) {
            best = Some((sum, start..at + 1));
        }
        if read.gain == BARRIER && best.is_some() {
            break;
        }
    }
    best.map(|(_, range)| range)
}

/// A stretch with the words beside it that were damaged with it.
fn widened(reads: &[Read], mut range: Range<usize>, from: usize) -> Range<usize> {
    while range.start > from && is_of_word(&reads[range.start - 1]) {
        range.start -= 1;
    }
    while range.end < reads.len() && is_of_word(&reads[range.end]) {
        range.end += 1;
    }
    loop {
        let word = reads[from..range.start].iter().rev().scan((0, false), word_step).last();
        match word {
            Some(len) if is_bearable(&reads[range.start - len..range.start]) => range.start -= len,
            _ => break,
        }
    }
    loop {
        let word = reads[range.end..].iter().scan((0, false), word_step).last();
        match word {
            Some(len) if is_bearable(&reads[range.end..range.end + len]) => range.end += len,
            _ => break,
        }
    }
    range
}

/// Whether a character beside a stretch, without ASCII between them, may have been damaged with it.
fn is_of_word(read: &Read) -> bool {
    read.is_new && read.gain > -MAX_LOSS_IN_WORD
}

/// Counts the ASCII beside a stretch and the word behind it.
fn word_step(state: &mut (usize, bool), read: &Read) -> Option<usize> {
    let (len, is_in_word) = state;
    if *is_in_word && !read.is_new {
        return None;
    }
    *is_in_word |= read.is_new;
    *len += 1;
    Some(*len)
}

fn is_bearable(word: &[Read]) -> bool {
    let num_new = word.iter().filter(|read| read.is_new).count();
    let gain = word.iter().fold(0_i32, |sum, read| sum.saturating_add(read.gain));
    let max_loss = if num_new <= 3 { MAX_LOSS_OF_SHORT } else { MAX_LOSS_BESIDE };
    num_new > 0 && gain >= -max_loss * i32::try_from(num_new).unwrap_or(i32::MAX / 2)
}

fn edit(stretch: &Stretch, reads: &[Read], misread: Misread) -> Option<Edit> {
    let first = reads.iter().position(|read| read.is_new)?;
    let last = reads.iter().rposition(|read| read.is_new)?;
    let reads = &reads[first..=last];
    let new = || reads.iter().filter(|read| read.is_new);
    let gain = reads.iter().map(|read| read.gain).sum();
    let weight: i32 = new().map(|read| read.weight).sum();
    let num = i32::try_from(new().count()).ok()?;
    let is_alphabet = matches!(misread.written, Cp1251 | Koi8R | Cp866);
    let (least, least_each) = if is_alphabet { (MIN_ALPHABET_WEIGHT, 0) } else { (MIN_WEIGHT, 3) };
    let mut different: Vec<char> = new().map(|read| read.c).filter(|c| c.is_alphabetic()).collect();
    different.sort_unstable();
    different.dedup();
    if weight < least || weight < least_each * num || different.len() < MIN_DIFFERENT {
        return None;
    }
    let chars = stretch.first + reads.first()?.chars.0..stretch.first + reads.last()?.chars.1;
    // A character of the misreading must not be cut at an end.
    let bytes = stretch.starts[chars.start - stretch.first]..stretch.starts[chars.end - stretch.first];
    let table = misread.written.table();
    let mut at = bytes.start;
    let mut text = String::new();
    while at < bytes.end {
        let (c, len) = stretch.decode_at(table, at)?;
        text.push(c);
        at += len;
    }
    (at == bytes.end).then_some(Edit { chars, text, misread, gain })
}
