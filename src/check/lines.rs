//! The line on which every paragraph begins.

use crate::split::line;
use crate::units::{self, ByteSpan, Ordinal};

/// Lines of paragraphs, by their place: 4 bytes each, 16 more for one that takes several lines.
#[derive(Debug, Default)]
pub(super) struct LineNumbers {
    first: Vec<u32>,
    /// The last line of each paragraph that does not end on its first, by its place.
    last: Vec<LastLine>,
}

/// The last line of the paragraph at a place.
#[derive(Debug, Clone, Copy)]
struct LastLine {
    place: usize,
    line: u32,
}

/// Stands for no line, or for a line whose number does not fit.
const NONE: u32 = 0;

impl LineNumbers {
    /// Notes the lines of paragraphs that stand one after the other from `place` on. `None` has no lines.
    pub(super) fn note(&mut self, place: Ordinal, lines: impl Iterator<Item = Option<(u64, u64)>>) {
        let start = units::index(place.0);
        // A line whose number does not fit is reported without one.
        let number = |line: u64| u32::try_from(line).unwrap_or(NONE);
        // Places that are not given again leave a gap; a source that begins anew is noted again.
        self.first.resize(start, NONE);
        self.last.truncate(self.last.partition_point(|last| last.place < start));
        for line in lines {
            let (first, last) = line.unwrap_or_default();
            if last != first {
                self.last.push(LastLine { place: self.first.len(), line: number(last) });
            }
            self.first.push(number(first));
        }
    }

    /// First and last line of paragraphs.
    pub(super) fn of(&self, first: Ordinal, last: Ordinal) -> Option<(u64, u64)> {
        let number = |line: u32| (line != NONE).then_some(u64::from(line));
        let begins = |place: Ordinal| number(*self.first.get(usize::try_from(place.0).ok()?)?);
        let ends = |place: Ordinal| {
            let at = self.last.binary_search_by_key(&units::index(place.0), |last| last.place);
            at.map_or_else(|_| begins(place), |at| number(self.last[at].line))
        };
        Some((begins(first)?, ends(last)?))
    }
}

/// Counts the lines of a text, bit by bit: every byte once.
pub(super) struct LineCounter<'a> {
    text: &'a [u8],
    at: usize,
    lines: u64,
}

impl<'a> LineCounter<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, lines: 0 }
    }

    /// Line endings (contract P1) before `end`, which must not go back.
    pub(super) fn before(&mut self, end: usize) -> u64 {
        let end = end.max(self.at);
        self.lines += line::count_ends(self.text, ByteSpan::new(self.at, end));
        self.at = end;
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_split_ends_them() {
        for (text, expected) in [
            ("", 0),
            ("a\nb", 1),
            ("a\r\nb\r\n", 2),
            ("a\rb\r", 2),
            ("\r\r\n\n", 2),
            ("…\u{2028}”\u{2029}", 2),
        ] {
            for cut in 0..=text.len() {
                let mut counter = LineCounter::new(text.as_bytes());
                counter.before(cut);
                assert_eq!(counter.before(text.len()), expected, "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn lines_by_place() {
        let mut lines = LineNumbers::default();
        lines.note(Ordinal(0), [Some((1, 2)), Some((4, 4))].into_iter());
        lines.note(Ordinal(3), [None, Some((u64::MAX, 9))].into_iter());
        lines.note(Ordinal(5), [Some((7, 9))].into_iter());
        let of = |first, last| lines.of(Ordinal(first), Ordinal(last));
        assert_eq!(
            [of(0, 1), of(5, 5), of(2, 2), of(3, 3), of(4, 4)],
            [Some((1, 4)), Some((7, 9)), None, None, None]
        );
        assert_eq!(of(6, 6), None);
        lines.note(Ordinal(1), [Some((8, 8))].into_iter());
        assert_eq!(
            (lines.of(Ordinal(1), Ordinal(1)), lines.of(Ordinal(5), Ordinal(5))),
            (Some((8, 8)), None)
        );
        let mut single = LineNumbers::default();
        single.note(Ordinal(0), [Some((3, 3)), Some((5, 5))].into_iter());
        assert_eq!(single.of(Ordinal(0), Ordinal(1)), Some((3, 5)));
    }
}
