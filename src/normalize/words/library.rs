//! Comparison tokens by the book: the libraries applied in order. Slow, and the definition that the fast path
//! is tested against.

use std::borrow::Cow;
use std::sync::OnceLock;

use caseless::Caseless;
use hanconv::RawDictionary;
use html_escape::decode_html_entities;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::TokenSink;
use super::kind::{CharKind, kind};
use crate::config::Repair;
use crate::document::Edges;
use crate::normalize::repair::repaired_chars;

/// Folded text is segmented in pieces of about this many bytes.
const PIECE: usize = 16 * 1024;

/// Delivers the tokens of `text`.
///
/// Memory: the text once or twice, and the folded form of [`PIECE`] bytes or of the longest segment.
pub(super) fn tokens(text: &str, repair: Repair, sink: &mut impl TokenSink) {
    let repaired: String = repaired_chars(text, repair, Edges::Trimmed).collect();
    let decoded: Cow<'_, str> = decode_html_entities(&repaired);
    let mut folded = String::new();
    let mut limit = PIECE;
    for c in fold(decoded.chars()) {
        folded.push(c);
        if folded.len() >= limit {
            let done = deliver_settled(&folded, sink);
            folded.drain(..done);
            // Twice what is left, so that a segment of any length is looked at a few times only.
            limit = PIECE.max(2 * folded.len());
        }
    }
    folded.split_word_bounds().for_each(|segment| deliver(segment, sink));
}

/// Repaired and decoded text as it is segmented: NFKC, white space as U+0020, without Cc and Cf, case-folded,
/// in Simplified characters.
pub(super) fn fold(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let spaced = text.nfkc().map(|c| if c.is_whitespace() { ' ' } else { c });
    spaced.filter(|c| kind(*c) != CharKind::Invisible).default_case_fold().map(simplified)
}

/// The Simplified form of a Traditional character, the first where there are several; any other character as it
/// is. By single characters: 乾 is 干 in 乾隆, too, but so it is on both sides of a comparison.
fn simplified(c: char) -> char {
    static TABLE: OnceLock<Box<[(char, char)]>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let single = |text: &str| {
            let mut chars = text.chars();
            chars.next().filter(|_| chars.next().is_none())
        };
        let pairs = RawDictionary::TSCharacters.iter();
        let mut table: Box<[_]> = pairs.filter_map(|(from, to)| Some((single(from)?, single(to)?))).collect();
        table.sort_unstable();
        table
    });
    let is_covered = table.first().is_some_and(|first| first.0 <= c);
    let found = is_covered.then(|| table.binary_search_by_key(&c, |pair| pair.0));
    found.and_then(Result::ok).map_or(c, |place| table[place].1)
}

/// Delivers the segments of `text` that do not depend on what follows it, and returns where they end.
///
/// Those are all but two: the last one may go on, and if it does, the one before may have to take it in (`1` and
/// `,` before `5`). Where a segment begins, the rules of UAX #29 look back at nothing.
fn deliver_settled(text: &str, sink: &mut impl TokenSink) -> usize {
    let mut held = ["", ""];
    for segment in text.split_word_bounds() {
        deliver(held[0], sink);
        held = [held[1], segment];
    }
    text.len() - held[0].len() - held[1].len()
}

/// Delivers the token that `segment` is, if it is one.
fn deliver(segment: &str, sink: &mut impl TokenSink) {
    let mut is_open = false;
    // Where the characters begin that may turn out to be joiners.
    let mut gap = None;
    for (at, c) in segment.char_indices() {
        let kind = kind(c);
        if !matches!(kind, CharKind::Letter | CharKind::Digit) {
            gap = gap.or(Some(at));
            continue;
        }
        if let Some(start) = gap.take() {
            let gap = segment[start..at].chars().map(u32::from);
            if is_open {
                gap.for_each(|code| sink.joiner(code));
            } else {
                gap.for_each(|code| sink.separator(code));
            }
        }
        match kind {
            CharKind::Digit => sink.digit(u32::from(c)),
            _ => sink.letter(u32::from(c)),
        }
        is_open = true;
    }
    if is_open {
        sink.end();
    } else {
        segment.chars().for_each(|c| sink.separator(u32::from(c)));
    }
}
