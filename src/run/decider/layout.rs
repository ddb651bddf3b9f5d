//! Layout that goes with the rest of its document (contract P5): a document that lost paragraphs, and of which only
//! layout is left, loses that too. It follows from the verdicts on the document alone.
//!
//! A long text comes in pieces, and what stays of it may show with the last one only: until then its layout is
//! [`LayoutFate::Open`], and whoever carries verdicts out holds it back.

use serde::{Deserialize, Serialize};

use crate::decide::Verdict;
use crate::run::scan::Scanned;
use crate::run::settled::{LayoutFate, SettledDocument};

/// What is left of a document, or of the pieces of it so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Left {
    /// A paragraph of text stays.
    has_text: bool,
    /// A paragraph of layout stays.
    has_layout: bool,
    /// A paragraph goes.
    lost_any: bool,
}

impl Left {
    /// Gives layout its verdict in the chunks of a batch, and says of each document what became of it; `self` is what is
    /// left of the text that goes on with the first chunk.
    ///
    /// Cost: nothing for chunks without layout, but for pieces of long texts.
    pub(super) fn settle(
        &mut self,
        scanned: &[Scanned],
        verdicts: &mut [Vec<Verdict>],
        documents: &mut [Vec<SettledDocument>],
    ) {
        for ((scanned, verdicts), documents) in scanned.iter().zip(verdicts).zip(documents) {
            for part in &scanned.chunk.parts {
                if part.is_first {
                    *self = Self::default();
                }
                if scanned.layouts.is_empty() && !part.is_piece_of_text() {
                    continue;
                }
                for number in part.slots.clone() {
                    if part.kind.is_container() {
                        *self = Self::default();
                    }
                    let range = scanned.documents[number].paragraphs.clone();
                    let layouts = Layouts::within(&scanned.layouts, range.clone());
                    let is_end = part.is_last || part.kind.is_container();
                    documents[number].layout = self.settle_piece(&mut verdicts[range], layouts, is_end);
                }
            }
        }
    }

    /// Settles a document, or the next piece of one.
    fn settle_piece(&mut self, verdicts: &mut [Verdict], layouts: Layouts<'_>, is_end: bool) -> LayoutFate {
        let num_kept = verdicts.iter().filter(|verdict| verdict.is_kept()).count();
        // What is kept by hand counts as text (contract O7).
        let num_layout = layouts.iter().filter(|at| verdicts[*at] == Verdict::KEEP).count();
        self.has_text |= num_kept > num_layout;
        self.has_layout |= num_layout > 0;
        self.lost_any |= num_kept < verdicts.len();
        match (self.has_layout && !self.has_text, is_end) {
            (true, false) => LayoutFate::Open,
            (true, true) if self.lost_any => {
                verdicts
                    .iter_mut()
                    .filter(|verdict| verdict.is_kept())
                    .for_each(|verdict| *verdict = Verdict::LAYOUT);
                LayoutFate::Goes
            }
            _ => LayoutFate::Stays,
        }
    }
}

/// Paragraphs of a document that are layout.
#[derive(Clone, Copy)]
struct Layouts<'a> {
    /// Their numbers in the chunk.
    numbers: &'a [u32],
    /// The number of the document's first paragraph.
    start: usize,
}

impl<'a> Layouts<'a> {
    /// Those of `numbers` that are in `range`.
    fn within(numbers: &'a [u32], range: std::ops::Range<usize>) -> Self {
        let first = numbers.partition_point(|&number| (number as usize) < range.start);
        let end = numbers.partition_point(|&number| (number as usize) < range.end);
        Self { numbers: &numbers[first..end], start: range.start }
    }

    /// Their numbers in the document.
    fn iter(self) -> impl Iterator<Item = usize> + 'a {
        self.numbers.iter().map(move |&number| number as usize - self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ordinal;

    /// Settles pieces of one text: `t` is text that stays, `d` text that goes, `-` layout that stays, `=` layout that
    /// goes with its document.
    fn settle(pieces: &[&str]) -> (Vec<LayoutFate>, String) {
        let mut left = Left::default();
        let (mut fates, mut last) = (Vec::new(), String::new());
        for (number, piece) in pieces.iter().enumerate() {
            let gone = Verdict::duplicate_of(Ordinal(0));
            let mut verdicts: Vec<Verdict> =
                piece.chars().map(|c| if c == 'd' { gone } else { Verdict::KEEP }).collect();
            // Numbers begin anywhere in a chunk.
            let numbers: Vec<u32> =
                (7..).zip(piece.chars()).filter(|(_, c)| *c == '-').map(|(number, _)| number).collect();
            let layouts = Layouts::within(&numbers, 7..7 + piece.len());
            fates.push(left.settle_piece(&mut verdicts, layouts, number + 1 == pieces.len()));
            let shown = |(verdict, c): (&Verdict, char)| if *verdict == Verdict::LAYOUT { '=' } else { c };
            last = verdicts.iter().zip(piece.chars()).map(shown).collect();
        }
        (fates, last)
    }

    #[test]
    fn layout_goes_with_the_last_text() {
        use LayoutFate::{Goes, Open, Stays};
        for (pieces, fates, last) in [
            (&["-d-"][..], &[Goes][..], "=d="),
            (&["-t-"], &[Stays], "-t-"),
            (&["-dt"], &[Stays], "-dt"),
            (&["--"], &[Stays], "--"),
            (&["dd"], &[Stays], "dd"),
            (&[""], &[Stays], ""),
            (&["-", "d"], &[Open, Goes], "d"),
            (&["d", "-d", "-"], &[Stays, Open, Goes], "="),
            (&["d-", "d", "t", "-"], &[Open, Open, Stays, Stays], "-"),
            (&["-", "-"], &[Open, Stays], "-"),
            (&["t", "d-"], &[Stays, Stays], "d-"),
        ] {
            assert_eq!(settle(pieces), (fates.to_vec(), last.to_owned()), "{pieces:?}");
        }
    }

    #[test]
    fn layouts_of_a_document_are_found_in_its_chunk() {
        let numbers = [1, 4, 5, 9];
        for (range, expected) in [(0..4, vec![1]), (4..6, vec![0, 1]), (6..9, vec![]), (6..10, vec![3])] {
            assert_eq!(
                Layouts::within(&numbers, range.clone()).iter().collect::<Vec<_>>(),
                expected,
                "{range:?}"
            );
        }
    }
}
