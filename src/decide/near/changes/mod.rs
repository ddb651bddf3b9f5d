//! What is worded otherwise in one text than in the other: words that were replaced, and single characters and
//! letters, which copying alone changes (contract N2).
//!
//! Texts of one template differ at many places by a few words each: names, verbs, results. An edited copy lacks a
//! sentence or has one more, and a copy that was scanned differs by single letters. So what was replaced is weighed
//! apart from what was added or cut.
//!
//! Tokens that stand in a run of three that both texts have are the same, wherever that is: a paragraph that was moved
//! is no change. What is left are *changed runs*. Two of them, one of each text, are a *place* if two tokens before and
//! two after them are equal. No alignment of the whole texts is needed for that; inside a place the tokens are aligned
//! by their longest common subsequence (R. A. Wagner and M. J. Fischer, "The string-to-string correction problem",
//! JACM 21, 1974).

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::OnceLock;

use super::grams::{self, Grams};
use crate::fingerprint::{Token, mix};
use crate::units::count;

/// Tokens on each side of a changed run by which places are told.
const CONTEXT: usize = 2;
/// A replaced piece of more tokens is a passage that was written anew, not a template's word.
const MAX_REPLACED: usize = 12;
/// What a place, or a changed run without a counterpart, weighs at most: that a long name was replaced says no more than
/// that a short one was.
const MAX_WEIGHT: u64 = 4;
/// What a number weighs that was replaced.
const NUMBER_WEIGHT: u64 = 2;
/// What a negation weighs that one text has and the other has not, inside of both.
const NEGATION_WEIGHT: u64 = 8;
/// Changed runs of more tokens are not aligned, nor weighed.
const MAX_RUN: usize = 128;
/// Added or cut pieces of so many tokens may be a slip.
const MAX_SLIP: usize = 2;
/// Changed runs without a counterpart that are weighed: from three tokens on, up to a clause.
const MAX_LONE: usize = 24;

/// From so many slips on a text is a noisy copy, of a scan for example: what is worded otherwise there has to be held
/// against its slips.
const MANY_SLIPS: u64 = 8;
/// In a noisy copy one number in so many slips may be one itself.
const SLIPS_A_NUMBER: u64 = 3;
/// Slips that excuse so many replaced words: of the words of a noisy copy some are past recognition.
const SLIPS_A_WORD: u64 = 2;
/// Replaced words from which on two texts are not of one event, in thousandths of the shorter text's tokens.
const LEAST_REPLACED: u64 = 35;
/// In a text of fewer tokens, a question or a headline, one slip is as good as a word, and too much.
const SHORT: u64 = 1000_u64.div_ceil(LEAST_REPLACED);

/// What two texts say differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Changes {
    /// The weight of words and numbers that stand for others.
    pub(super) replaced: u64,
    /// The weight of words that stand for others at the beginning of both texts or at the end: a headline, a by-line.
    pub(super) replaced_at_ends: u64,
    /// Slips: single characters that stand for others, misspelled words, one or two tokens added or cut.
    pub(super) slips: u64,
}

impl Changes {
    /// The changes between two texts.
    ///
    /// Cost: O(tokens of both), and O(square of its length, [`MAX_RUN`] at most) for each changed run.
    pub(super) fn between(a: &[Token], b: &[Token]) -> Self {
        let mut changes = Self::default();
        if a == b {
            return changes;
        }
        let (in_a, in_b) = (Grams::of(a), Grams::of(b));
        let runs = [changed_runs(a, &in_b), changed_runs(b, &in_a)];
        let mut lone = [0, 0];
        changes.places([a, b], &runs, &mut lone);
        changes.replaced += lone[0].min(lone[1]);
        changes
    }

    /// How many of these conflicts between numbers are not slips themselves.
    pub(super) fn conflicts_but_slips(self, conflicts: u64) -> u64 {
        let excused = if self.slips < MANY_SLIPS { 0 } else { self.slips / SLIPS_A_NUMBER };
        conflicts.saturating_sub(excused)
    }

    /// Whether the changes are what editing leaves in a text of so many tokens.
    pub(super) fn are_few_in(self, num_tokens: u64) -> bool {
        if self.replaced * SLIPS_A_WORD <= self.slips && num_tokens >= SHORT {
            return true;
        }
        let all = if num_tokens < SHORT { self.slips + self.replaced_at_ends } else { 0 };
        let weight = self.replaced + all;
        weight == 0 || weight * 1000 < num_tokens * LEAST_REPLACED
    }

    /// Pairs the runs of both texts by what stands around them.
    fn places(&mut self, texts: [&[Token]; 2], runs: &[Vec<Range<usize>>; 2], lone: &mut [u64; 2]) {
        let keyed = [0, 1].map(|side: usize| {
            let keys = runs[side].iter().map(|run| context(texts[side], run));
            let mut keyed: Vec<(u64, &Range<usize>)> = keys.zip(&runs[side]).collect();
            keyed.sort_by_key(|(key, _)| *key);
            keyed
        });
        let [mut left, mut right] = [keyed[0].iter().peekable(), keyed[1].iter().peekable()];
        loop {
            let side = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some((a, _)), Some((b, _))) if a == b => {
                    let (Some((_, a)), Some((_, b))) = (left.next(), right.next()) else { break };
                    self.place(texts, [*a, *b]);
                    continue;
                }
                (Some((a, _)), Some((b, _))) => usize::from(a > b),
                (Some(_), None) => 0,
                (None, Some(_)) => 1,
            };
            let Some((_, run)) = (if side == 0 { left.next() } else { right.next() }) else { break };
            lone[side] += self.lone(texts[side], run);
        }
    }

    /// Weighs a changed run that has no counterpart: an addition or a cut.
    fn lone(&mut self, text: &[Token], run: &Range<usize>) -> u64 {
        let is_inside = run.start > 0 && run.end < text.len();
        if run.len() <= MAX_SLIP {
            if is_inside && is_negated(&text[run.clone()], &[]) {
                self.replaced += NEGATION_WEIGHT;
            } else if is_inside || text[run.clone()].iter().any(|token| token.is_character()) {
                // A word before a text or after it is an addition; a character may be a part of one.
                self.slips += 1;
            }
            return 0;
        }
        if is_inside && run.len() <= MAX_LONE { count(run.len()).min(MAX_WEIGHT) } else { 0 }
    }

    /// Weighs a place.
    fn place(&mut self, texts: [&[Token]; 2], runs: [&Range<usize>; 2]) {
        let is_all = |is: &dyn Fn(&Range<usize>, &[Token]) -> bool| {
            runs.into_iter().zip(texts).all(|(run, text)| is(run, text))
        };
        let is_inside = is_all(&|run, text| run.start > 0 && run.end < text.len());
        let is_at_end = is_all(&|run, _| run.start == 0) || is_all(&|run, text| run.end == text.len());
        let [a, b] = [&texts[0][runs[0].clone()], &texts[1][runs[1].clone()]];
        if a.len().max(b.len()) > MAX_RUN {
            return;
        }
        let (mut words, mut numbers, mut negations) = (0, 0, 0);
        differing_pieces(a, b, |a, b| match Piece::of(a, b) {
            _ if is_inside && is_negated(a, b) => negations += 1,
            Piece::Number => numbers += 1,
            Piece::Words(len) => words += len,
            Piece::Slips(slips) => self.slips += slips,
            Piece::Passage => {}
        });
        let place = if is_at_end { &mut self.replaced_at_ends } else { &mut self.replaced };
        *place += words.min(MAX_WEIGHT);
        self.replaced += numbers * NUMBER_WEIGHT + negations * NEGATION_WEIGHT;
    }
}

/// What stands in one text in place of what the other has.
enum Piece {
    /// A number, or several.
    Number,
    /// So many words.
    Words(u64),
    Slips(u64),
    /// More than a template's words.
    Passage,
}

impl Piece {
    fn of(a: &[Token], b: &[Token]) -> Self {
        let longest = a.len().max(b.len());
        if a.is_empty() || b.is_empty() {
            return if longest <= MAX_SLIP { Self::Slips(1) } else { Self::Passage };
        }
        let has_number = |piece: &[Token]| piece.iter().any(|token| token.is_number());
        if has_number(a) || has_number(b) || is_numeral(a) && is_numeral(b) {
            return Self::Number;
        }
        let are_characters = matches!((a, b), ([a], [b]) if a.is_character() && b.is_character());
        if are_characters || a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_spelling_of(*b)) {
            return Self::Slips(count(longest));
        }
        if longest <= MAX_REPLACED { Self::Words(count(longest)) } else { Self::Passage }
    }
}

/// Whether a piece is a number in words, or a part of one.
fn is_numeral(piece: &[Token]) -> bool {
    static NUMERALS: OnceLock<Vec<Token>> = OnceLock::new();
    let numerals = NUMERALS.get_or_init(|| {
        let words = "〇 零 一 二 两 三 四 五 六 七 八 九 十 百 千 万 亿 one two three four five six seven eight nine ten \
                     eleven twelve hundred thousand million billion first second third";
        words.split(' ').map(Token::of).collect()
    });
    piece.iter().all(|token| numerals.contains(token))
}

/// Pieces of more tokens are not asked whether they negate.
const MAX_NEGATED: usize = 2;

/// Whether one of two short pieces negates what the other says: the numbers of their negations differ.
fn is_negated(a: &[Token], b: &[Token]) -> bool {
    static NEGATIONS: OnceLock<Vec<Token>> = OnceLock::new();
    if a.len().max(b.len()) > MAX_NEGATED {
        return false;
    }
    let negations = NEGATIONS.get_or_init(|| {
        let words = "不 没 未 无 非 否 勿 not no never nor neither without cannot can't won't don't doesn't didn't isn't \
                     aren't wasn't weren't hasn't haven't hadn't wouldn't couldn't shouldn't";
        words.split(' ').map(Token::of).collect()
    });
    let num_in = |piece: &[Token]| piece.iter().filter(|token| negations.contains(token)).count();
    num_in(a) != num_in(b)
}

/// The runs of tokens that stand in no three in a row that the other text has.
fn changed_runs(text: &[Token], other: &Grams) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    // Tokens before this one are in such a row.
    let mut covered = 0;
    for (at, gram) in grams::of(text).enumerate() {
        if other.has(gram) {
            if covered < at {
                runs.push(covered..at);
            }
            covered = at + grams::LEN;
        }
    }
    if covered < text.len() {
        runs.push(covered..text.len());
    }
    runs
}

/// What stands around a run: a hash.
fn context(text: &[Token], run: &Range<usize>) -> u64 {
    let before = text[..run.start].iter().rev();
    let after = text[run.end..].iter();
    let fill = |tokens: &mut dyn Iterator<Item = &Token>, hash: u64| {
        let edges = std::iter::repeat(&Token::EDGE);
        tokens.chain(edges).take(CONTEXT).fold(hash, |hash, token| mix(hash ^ u64::from(token.code())))
    };
    fill(&mut { after }, fill(&mut { before }, 1))
}

/// Aligns two short runs by a longest common subsequence and shows the pieces between what they share.
fn differing_pieces<'t>(a: &'t [Token], b: &'t [Token], mut visit: impl FnMut(&'t [Token], &'t [Token])) {
    let width = b.len() + 1;
    // The length of the longest common subsequence of what follows.
    let mut lens = vec![0_u8; (a.len() + 1) * width];
    for at in (0..a.len()).rev() {
        for other in (0..b.len()).rev() {
            let (here, below) = (at * width + other, (at + 1) * width + other);
            lens[here] =
                if a[at] == b[other] { lens[below + 1] + 1 } else { lens[below].max(lens[here + 1]) };
        }
    }
    let (mut start, mut at) = ((0, 0), (0, 0));
    loop {
        let is_end = at.0 == a.len() || at.1 == b.len();
        let is_shared = !is_end && a[at.0] == b[at.1];
        if is_end || is_shared {
            let end = if is_end { (a.len(), b.len()) } else { at };
            if start != end {
                visit(&a[start.0..end.0], &b[start.1..end.1]);
            }
            if is_end {
                return;
            }
            at = (at.0 + 1, at.1 + 1);
            start = at;
        } else if lens[(at.0 + 1) * width + at.1] >= lens[at.0 * width + at.1 + 1] {
            at.0 += 1;
        } else {
            at.1 += 1;
        }
    }
}
