//! The runs of three tokens of a text, as a set.

use crate::fingerprint::{Token, mix};
use crate::units;

/// Tokens of a run.
pub(super) const LEN: usize = 3;

/// A set of runs of three tokens: their hashes of 64 bits, open addressing, a half to three quarters of it empty.
pub(super) struct Grams {
    table: Vec<u64>,
    /// What is left of a hash once it is shifted by this is its place.
    shift: u32,
}

impl Grams {
    /// The runs of a text. Cost: O(tokens); 16 to 32 bytes each.
    pub(super) fn of(tokens: &[Token]) -> Self {
        let len = (2 * tokens.len()).next_power_of_two().max(2);
        let mut grams = Self { table: vec![0; len], shift: u64::BITS - len.ilog2() };
        for gram in of(tokens) {
            let place = grams.place(gram);
            grams.table[place] = gram;
        }
        grams
    }

    /// Whether this run is one of them.
    pub(super) fn has(&self, gram: u64) -> bool {
        self.table[self.place(gram)] == gram
    }

    /// Where the run stands, or would stand.
    fn place(&self, gram: u64) -> usize {
        let mut place = units::index(gram >> self.shift);
        while self.table[place] != 0 && self.table[place] != gram {
            place = if place + 1 == self.table.len() { 0 } else { place + 1 };
        }
        place
    }
}

/// The runs of a text, in order. None is 0.
pub(super) fn of(tokens: &[Token]) -> impl Iterator<Item = u64> {
    tokens.windows(LEN).map(|run| {
        let [a, b, c] = [run[0], run[1], run[2]].map(|token| u64::from(token.code()));
        mix(mix(a << 32 | b) ^ c).max(1)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_is_the_set_of_runs() {
        for len in [0, 1, 2, 3, 4, 7, 100, 5000] {
            let token = |n: u64| Token::from_code(u32::try_from(mix(n) % 17).expect("small"));
            let tokens: Vec<Token> = (0..len).map(token).collect();
            let others: Vec<Token> = (0..300).map(|n| token(n + 1_000_000)).collect();
            let set: BTreeSet<&[Token]> = tokens.windows(LEN).collect();
            let grams = Grams::of(&tokens);
            assert!(of(&tokens).all(|gram| grams.has(gram)));
            for (run, gram) in others.windows(LEN).zip(of(&others)) {
                assert_eq!(grams.has(gram), set.contains(run), "{len} {run:?}");
            }
        }
    }
}
