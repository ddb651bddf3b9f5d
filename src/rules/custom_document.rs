//! Documents that rules of one's own drop: a pattern matches in what is left of them.

use serde::Serialize;

use super::Dropped;
use super::custom::{CustomRules, Drops, EDGE};
use crate::decide::Rule;

/// The rules whose patterns match in a document, or in a piece of one: a bit each. Only the first and last paragraphs
/// are its edge; as a piece may have few, those of both ends are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct MatchedRules {
    anywhere: u64,
    /// Paragraphs so far, but no more than count.
    num: usize,
    head: [u64; EDGE],
    /// The last is the last paragraph.
    tail: [u64; EDGE],
}

impl MatchedRules {
    /// Adds a paragraph of text that is left.
    pub(super) fn add(&mut self, drops: Drops) {
        let Drops { anywhere, at_edge } = drops;
        self.anywhere |= anywhere;
        if self.num < EDGE {
            self.head[self.num] = at_edge;
            self.num += 1;
        }
        self.tail.rotate_left(1);
        self.tail[EDGE - 1] = at_edge;
    }

    pub(super) fn join(&mut self, next: Self) {
        self.anywhere |= next.anywhere;
        self.tail.rotate_left(next.num);
        self.tail[EDGE - next.num..].copy_from_slice(&next.tail[EDGE - next.num..]);
        for at_edge in next.head.into_iter().take(next.num) {
            if self.num < EDGE {
                self.head[self.num] = at_edge;
                self.num += 1;
            }
        }
    }

    /// All rules that match.
    fn all(self) -> u64 {
        self.head.into_iter().chain(self.tail).fold(self.anywhere, |all, bits| all | bits)
    }
}

/// The evidence for dropping a document.
#[derive(Debug, Serialize)]
struct CustomEvidence<'a> {
    name: &'a str,
}

/// Drops a document if a rule matches in it: the first of them is named.
pub(super) fn judge(rules: &CustomRules, matched: MatchedRules) -> Option<Dropped> {
    let all = matched.all();
    let name = rules.name(u64::from(all.trailing_zeros())).filter(|_| all > 0)?;
    Some(Dropped::new(Rule::CustomDocument, &CustomEvidence { name }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_the_whole() {
        // A document of up to nine paragraphs, each with a bit of its own, cut at every place.
        for len in 0..9_u32 {
            let drops: Vec<Drops> =
                (0..len).map(|bit| Drops { anywhere: 1 << (20 + bit), at_edge: 1 << bit }).collect();
            let of = |drops: &[Drops]| {
                let mut matched = MatchedRules::default();
                for drops in drops {
                    matched.add(*drops);
                }
                matched
            };
            let whole = of(&drops);
            let edge: u64 = (0..len).filter(|bit| *bit < 3 || *bit + 3 >= len).map(|bit| 1 << bit).sum();
            assert_eq!(whole.all() & 0xfffff, edge, "{len}");
            for cut in 0..=drops.len() {
                for second in cut..=drops.len() {
                    let mut joined = of(&drops[..cut]);
                    joined.join(of(&drops[cut..second]));
                    joined.join(of(&drops[second..]));
                    assert_eq!(joined, whole, "{len} {cut} {second}");
                }
            }
        }
    }
}
