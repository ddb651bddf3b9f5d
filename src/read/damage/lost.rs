//! Damage that lost bytes: it is told, not repaired.

use std::ops::Range;

use super::charset::Charset;
use super::line::sequence;
use super::{Damage, Kind};

/// Lines that speak of such damage.
const SPEAKS: [&str; 10] =
    ["乱码", "亂碼", "编码", "編碼", "文字化け", "mojibake", "程序员", "“锟", "「锟", "“烫"];

/// Adds damage that cannot be repaired, where there is no other, and puts all in order.
pub(super) fn add(text: &str, damage: &mut Vec<Damage>) {
    let mut found = runs(text, '\u{fffd}', 1, Kind::Replacement);
    if !SPEAKS.iter().any(|words| text.contains(words)) {
        found.extend(kun(text));
        found.extend(runs(text, '烫', 4, Kind::Unwritten));
        found.extend(runs(text, '屯', 3, Kind::Unwritten));
    }
    found.extend(lost_bytes(text));
    for found in found {
        let is_apart =
            |damage: &Damage| damage.span.end <= found.span.start || found.span.end <= damage.span.start;
        if damage.iter().all(is_apart) {
            damage.push(found);
        }
    }
    damage.sort_by_key(|damage| damage.span.start);
}

fn lost(span: Range<usize>, kind: Kind) -> Damage {
    Damage { span, kind, replacement: None }
}

/// Runs of a character, from a length on.
fn runs(text: &str, c: char, least: usize, kind: Kind) -> Vec<Damage> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(c) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += c.len_utf8(),
            _ => runs.push(at..at + c.len_utf8()),
        }
    }
    runs.retain(|run| run.len() >= least * c.len_utf8());
    runs.into_iter().map(|run| lost(run, kind)).collect()
}

/// Pairs of U+FFFD as UTF-8, read as GBK: 锟斤拷.
fn kun(text: &str) -> Vec<Damage> {
    const PAIR: &str = "锟斤拷";
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(PAIR) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += PAIR.len(),
            _ => runs.push(at..at + PAIR.len()),
        }
    }
    runs.into_iter().map(|run| lost(run, Kind::ReplacementAsGbk)).collect()
}

/// What a byte of a whole sequence counts for a stretch, and what others count against it.
const WHOLE: i32 = 1;
const HOLE: i32 = 0;
const ASCII: i32 = -1;
const OTHER: i32 = -3;
/// Four sequences and no more than a hole or two: six characters.
const ENOUGH: i32 = 12;

/// Stretches of six characters and more that are nearly UTF-8 read as GBK, and single signs with their last byte lost.
fn lost_bytes(text: &str) -> Vec<Damage> {
    let mut found: Vec<Damage> = Vec::new();
    for sign in ['鈥', '锛', '銆'] {
        for (at, _) in text.match_indices(sign) {
            let end = at + sign.len_utf8();
            if text[end..].starts_with(['?', '\u{fffd}']) {
                found.push(lost(at..end + 1, Kind::LostBytes));
            }
        }
    }
    let table = Charset::Gbk.table();
    let (mut bytes, mut offsets) = (Vec::new(), Vec::new());
    for (at, c) in text.char_indices() {
        // What could not be decoded stands as a question mark; it takes the place of a byte or two.
        let pair = if matches!(c, '?' | '\u{fffd}') { 0 } else { table.bytes(c).unwrap_or(0x2020) };
        let [lead, trail] = pair.to_be_bytes();
        bytes.extend((lead != 0).then_some(lead).into_iter().chain([trail]));
        offsets.resize(bytes.len(), at..at + c.len_utf8());
    }
    let (mut sum, mut start, mut at) = (0, 0, 0);
    let mut best: Option<(i32, Range<usize>)> = None;
    while at <= bytes.len() {
        let step = bytes.get(at..).filter(|rest| !rest.is_empty()).map_or((1, i32::MIN / 2), step);
        at += step.0;
        sum += step.1;
        if sum <= 0 {
            if let Some((_, range)) = best.take() {
                found.push(lost(offsets[range.start].start..offsets[range.end - 1].end, Kind::LostBytes));
            }
            (sum, start) = (0, at);
        } else if sum >= ENOUGH && best.as_ref().is_none_or(|(most, _)| sum > *most) {
            best = Some((sum, start..at));
        }
    }
    found
}

/// How far the first bytes reach, and what they count.
fn step(bytes: &[u8]) -> (usize, i32) {
    match sequence(bytes) {
        Some((_, len @ 3..)) => (len, WHOLE * i32::try_from(len).unwrap_or_default()),
        _ if bytes[0] == 0 => (1, HOLE),
        _ if bytes[0] >= 0xe0 && bytes.len() > 2 && bytes[1] >= 0x80 && bytes[1] < 0xc0 && bytes[2] == 0 => {
            (3, HOLE)
        }
        _ if bytes[0] < 0x80 => (1, ASCII),
        _ => (1, OTHER),
    }
}
