//! A text and the repairs of it, laid one over the other where it was damaged more than once.

use std::ops::Range;

use super::{Damage, Kind};

/// A text with what was found in it so far.
pub(super) struct Layers<'a> {
    text: &'a str,
    laid: Vec<Laid>,
}

/// Damage, and the range that its replacement takes in the text as repaired so far.
struct Laid {
    damage: Damage,
    range: Range<usize>,
}

/// An edit of the text as repaired so far.
pub(super) struct Repair {
    pub(super) span: Range<usize>,
    pub(super) text: String,
    pub(super) kind: Kind,
}

impl<'a> Layers<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, laid: Vec::new() }
    }

    /// The text as repaired so far.
    pub(super) fn text(&self) -> String {
        super::repaired(self.text, self.laid.iter().map(|laid| &laid.damage))
    }

    /// Whether a span of the text as repaired so far has been repaired in part.
    pub(super) fn touches(&self, span: &Range<usize>) -> bool {
        self.laid.iter().any(|Laid { range, .. }| range.start < span.end && span.start < range.end)
    }

    /// All that was found, in order.
    pub(super) fn into_damage(self) -> Vec<Damage> {
        self.laid.into_iter().map(|laid| laid.damage).collect()
    }

    /// Lays repairs, which are in order, over those before.
    pub(super) fn lay(&mut self, repairs: Vec<Repair>) {
        let now = self.text();
        let mut below = std::mem::take(&mut self.laid).into_iter().peekable();
        // Ends of what lies before: in the original, and in the text as repaired so far.
        let mut known = (0, 0);
        for Repair { span, text, mut kind } in repairs {
            while let Some(before) = below.next_if(|laid| laid.range.end <= span.start) {
                known = (before.damage.span.end, before.range.end);
                self.laid.push(before);
            }
            let mut whole = span.clone();
            let mut start = known.0 + span.start.saturating_sub(known.1);
            while let Some(Laid { damage, range }) = below.next_if(|laid| laid.range.start < span.end) {
                if range.start <= span.start {
                    (whole.start, start) = (range.start, damage.span.start);
                }
                whole.end = whole.end.max(range.end);
                known = (damage.span.end, range.end);
                kind = kind.over(damage.kind);
            }
            let end = known.0 + whole.end - known.1;
            let text = [&now[whole.start..span.start], &text, &now[span.end..whole.end]].concat();
            let damage = Damage { span: start..end, kind, replacement: Some(text) };
            self.laid.push(Laid { damage, range: 0..0 });
            known = (end, whole.end);
        }
        self.laid.extend(below);
        self.place();
    }

    /// Says anew where each replacement is in the text as repaired.
    fn place(&mut self) {
        let (mut now, mut before) = (0, 0);
        for Laid { damage, range } in &mut self.laid {
            now += damage.span.start - before;
            before = damage.span.end;
            let len = damage.replacement.as_deref().unwrap_or_default().len();
            *range = now..now + len;
            now += len;
        }
    }
}
