//! UTF-8 that was read in an encoding of two bytes a character. Each run of such characters is UTF-8 as a whole or is not;
//! a character or two can be so by accident, and must be beside letters that they fit.

use std::ops::Range;

use super::charset::Charset;
use super::common::{Class, class};
use super::line::{Line, Stretch, sequence};
use super::plausible::weight;
use super::utf8_misread::{Script, runs, script};
use super::{Edit, Misread};

/// Encodings that UTF-8 is read in.
const DOUBLE: [Charset; 4] = [Charset::Gbk, Charset::ShiftJis, Charset::Big5, Charset::EucKr];

/// The damage of a line, for each of them.
pub(super) fn edits(line: &Line) -> Vec<Vec<Edit>> {
    DOUBLE.into_iter().map(|read| misread_as(line, read)).filter(|edits| !edits.is_empty()).collect()
}

/// A part of a run that is UTF-8 as a whole.
struct Segment {
    /// In the line.
    chars: Range<usize>,
    text: String,
    num_sequences: usize,
    is_whole_run: bool,
}

fn misread_as(line: &Line, read: Charset) -> Vec<Edit> {
    let mut segments = Vec::new();
    let mut is_foreign = false;
    for stretch in line.stretches(read) {
        for run in runs(line, stretch) {
            let before = segments.len();
            add_segments(stretch, run, &mut segments);
            is_foreign |= segments.len() == before;
        }
    }
    let evidence: Vec<Evidence> = segments.iter().map(|segment| judge_segment(line, segment)).collect();
    let num_joined: usize =
        evidence.iter().map(|evidence| if let Evidence::Joined(n) = evidence { *n } else { 0 }).sum();
    let num_ascii = line.chars.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let is_latin = num_joined >= 2 && !is_foreign && num_ascii >= 8;
    let is_sure = evidence.contains(&Evidence::Sure);
    let taken = segments.into_iter().zip(evidence).filter(|(segment, evidence)| match evidence {
        Evidence::Sure => true,
        Evidence::Joined(_) => is_latin || is_sure && segment.is_whole_run,
        Evidence::Weak => (is_sure || is_latin) && segment.is_whole_run,
        Evidence::None => false,
    });
    let misread = Misread { written: Charset::Utf8, read };
    taken.map(|(Segment { chars, text, .. }, _)| Edit { chars, text, misread, gain: 0 }).collect()
}

/// Adds the longest parts of a run that are whole sequences of UTF-8 and whole characters.
fn add_segments(stretch: &Stretch, run: Range<usize>, segments: &mut Vec<Segment>) {
    let mut first = run.start;
    while first < run.end {
        let start = stretch.starts[first];
        let end = stretch.starts[run.end];
        let (mut byte, mut num_sequences) = (start, 0);
        let mut last = None;
        while byte < end {
            let Some((_, len)) = one(&stretch.bytes[byte..end]) else { break };
            num_sequences += usize::from(len > 1);
            byte += len;
            if let Some(at) = stretch.char_at_byte(byte) {
                last = Some((at, byte, num_sequences));
            }
        }
        let Some((at, byte, num_sequences)) = last.filter(|(.., num_sequences)| *num_sequences > 0) else {
            first += 1;
            continue;
        };
        segments.push(Segment {
            chars: stretch.first + first..stretch.first + at,
            text: String::from_utf8_lossy(&stretch.bytes[start..byte]).into_owned(),
            num_sequences,
            is_whole_run: first == run.start && at == run.end,
        });
        first = at;
    }
}

fn one(bytes: &[u8]) -> Option<(char, usize)> {
    let lead = *bytes.first()?;
    if lead < 0x80 { Some((char::from(lead), 1)) } else { sequence(bytes) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    Sure,
    /// Accented letters in words of ASCII: at how many sides.
    Joined(usize),
    Weak,
    None,
}

fn judge_segment(line: &Line, segment: &Segment) -> Evidence {
    let chars = &line.chars[segment.chars.clone()];
    let new: Vec<char> = segment.text.chars().filter(|c| !c.is_ascii()).collect();
    if new.iter().any(|c| matches!(script(*c), Script::Never | Script::Control)) {
        return Evidence::None;
    }
    if new.iter().all(|c| matches!(u32::from(*c), 0xa0..=0x17f)) {
        return joined(line, segment);
    }
    let is_rare = |c: &char| !matches!(class(*c), Class::Frequent | Class::FrequentToo | Class::Everyday);
    if new.iter().all(|c| ('\u{2010}'..='\u{203a}').contains(c)) && chars.len() == 2 * segment.num_sequences {
        let is_sure = chars.iter().step_by(2).all(is_rare);
        return if is_sure { Evidence::Sure } else { Evidence::Weak };
    }
    let gain = gain(line, segment, &new);
    let num_bytes: usize = new.iter().map(|c| c.len_utf8()).sum();
    let (enough_bytes, enough) = if segment.is_whole_run { (6, 24) } else { (9, 40) };
    if num_bytes >= enough_bytes && gain >= enough {
        Evidence::Sure
    } else if segment.is_whole_run && gain > 0 {
        Evidence::Weak
    } else {
        Evidence::None
    }
}

fn joined(line: &Line, segment: &Segment) -> Evidence {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    let num = usize::from(is_letter(line.before(segment.chars.start)))
        + usize::from(
            is_letter(line.at(segment.chars.end))
                || segment.text.ends_with(|c: char| c.is_ascii_alphabetic()),
        );
    let is_rare = line.chars[segment.chars.clone()].iter().all(|c| class(*c) == Class::Rare);
    if segment.is_whole_run { Evidence::Joined(num + usize::from(is_rare)) } else { Evidence::None }
}

/// How much more plausible a segment is in the language that suits it best than it is as it stands.
fn gain(line: &Line, segment: &Segment, new: &[char]) -> i32 {
    let old: i32 = line.standing(false)[segment.chars.clone()].iter().sum();
    let languages = [Charset::Gbk, Charset::ShiftJis, Charset::EucKr, Charset::Cp1251];
    let best = languages.into_iter().map(|language| {
        let mut before = None;
        new.iter().map(|c| weight(language, before.replace(*c), *c)).sum::<i32>()
    });
    best.max().unwrap_or_default() - old
}
