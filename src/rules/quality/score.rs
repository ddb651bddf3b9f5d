//! What was measured of a document, and the bound it is held against.

use serde::{Serialize, Serializer};

use crate::config::QualityBound;

/// A number as people read it. Decisions were made on integers before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// A number of things.
    Count(u64),
    /// A share, in ten-thousandths.
    Share(u64),
}

/// Ten-thousandths in a whole.
const PARTS: u64 = QualityBound::PARTS;

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Count(count) => serializer.serialize_u64(count),
            Self::Share(parts) => {
                let shown = |parts: u64| f64::from(u32::try_from(parts).unwrap_or(u32::MAX));
                serializer.serialize_f64(shown(parts) / shown(PARTS))
            }
        }
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measured {
    Count(u64),
    /// A part, and the whole.
    Share(u64, u64),
}

/// On which side of its bound a measure is let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    AtMost,
    AtLeast,
}

/// One measure of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Score {
    /// The name of what is measured.
    pub signal: &'static str,
    measured: Measured,
    side: Side,
    /// In ten-thousandths.
    bound: u64,
    /// Whether the document is judged by it.
    is_judged: bool,
}

impl Score {
    const fn new(signal: &'static str, measured: Measured, side: Side, bound: u64) -> Self {
        Self { signal, measured, side, bound, is_judged: true }
    }

    /// A share that must not be above `bound` thousandths.
    pub(super) fn at_most(signal: &'static str, (part, whole): (u64, u64), bound: u64) -> Self {
        Self::new(signal, Measured::Share(part, whole), Side::AtMost, bound * (PARTS / 1000))
    }

    /// A share that must not be below `bound` thousandths. Of nothing no share can be told.
    pub(super) fn at_least(signal: &'static str, (part, whole): (u64, u64), bound: u64) -> Self {
        Self::new(signal, Measured::Share(part, whole), Side::AtLeast, bound * (PARTS / 1000))
    }

    /// A number that must not be above `bound`.
    pub(super) fn no_more(signal: &'static str, count: u64, bound: u64) -> Self {
        Self::new(signal, Measured::Count(count), Side::AtMost, bound * PARTS)
    }

    /// A number that must not be below `bound`.
    pub(super) fn no_fewer(signal: &'static str, count: u64, bound: u64) -> Self {
        Self::new(signal, Measured::Count(count), Side::AtLeast, bound * PARTS)
    }

    /// The same measure, for which the document goes only under this condition too.
    pub(super) fn only_if(self, condition: bool) -> Self {
        Self { is_judged: self.is_judged && condition, ..self }
    }

    /// The same measure, held against another bound.
    pub(super) fn held_against(self, bound: QualityBound) -> Self {
        match bound {
            QualityBound::Off => self.only_if(false),
            QualityBound::At(bound) => {
                // Of things there are whole numbers.
                let bound = match (self.measured, self.side) {
                    (Measured::Share(..), _) => bound,
                    (Measured::Count(_), Side::AtMost) => bound / PARTS * PARTS,
                    (Measured::Count(_), Side::AtLeast) => bound.next_multiple_of(PARTS),
                };
                Self { bound, ..self }
            }
        }
    }

    /// What was measured, in ten-thousandths, rounded away from a bound that it is beyond.
    pub(crate) fn value_parts(&self) -> u64 {
        match (self.measured, self.side) {
            (Measured::Count(count), _) => count * PARTS,
            (Measured::Share(_, 0), _) => 0,
            (Measured::Share(part, whole), Side::AtMost) => (part * PARTS).div_ceil(whole),
            (Measured::Share(part, whole), Side::AtLeast) => part * PARTS / whole,
        }
    }

    /// Whether it is a number of things, and no share.
    pub(crate) fn is_count(&self) -> bool {
        matches!(self.measured, Measured::Count(_))
    }

    /// What it is held against, in ten-thousandths.
    pub(crate) fn bound_parts(&self) -> u64 {
        self.bound
    }

    /// What was measured.
    pub(crate) fn value(&self) -> Amount {
        match self.measured {
            Measured::Count(count) => Amount::Count(count),
            Measured::Share(part, whole) => Amount::Share((part * PARTS).checked_div(whole).unwrap_or(0)),
        }
    }

    /// What it is held against.
    pub(crate) fn bound(&self) -> Amount {
        match self.measured {
            Measured::Count(_) => Amount::Count(self.bound / PARTS),
            Measured::Share(..) => Amount::Share(self.bound),
        }
    }

    /// Whether its bound is the least that is let pass, and not the most.
    pub(crate) fn is_at_least(&self) -> bool {
        self.side == Side::AtLeast
    }

    /// Whether the document is judged by it.
    pub(crate) fn is_judged(&self) -> bool {
        self.is_judged
    }

    /// Whether the document goes for it.
    pub(crate) fn is_out(&self) -> bool {
        let (part, whole) = match self.measured {
            Measured::Count(count) => (count, 1),
            Measured::Share(part, whole) => (part, whole),
        };
        let (part, bound) =
            (u128::from(part) * u128::from(PARTS), u128::from(whole) * u128::from(self.bound));
        self.is_judged
            && match self.side {
                Side::AtMost => part > bound,
                Side::AtLeast => part < bound,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_let_pass() {
        for (score, is_out, value, bound) in [
            (Score::at_most("a", (287, 1000), 287), false, "0.287", "0.287"),
            (Score::at_most("a", (2871, 10_000), 287), true, "0.2871", "0.287"),
            (Score::at_most("a", (1, 0), 287), true, "0.0", "0.287"),
            (Score::at_least("a", (1, 2), 500), false, "0.5", "0.5"),
            (Score::at_least("a", (1, 3), 500), true, "0.3333", "0.5"),
            (Score::at_least("a", (0, 0), 500), false, "0.0", "0.5"),
            (Score::no_more("a", 2, 2), false, "2", "2"),
            (Score::no_more("a", 3, 2), true, "3", "2"),
            (Score::no_fewer("a", 2, 2), false, "2", "2"),
            (Score::no_fewer("a", 1, 2), true, "1", "2"),
            (Score::no_fewer("a", 1, 2).only_if(false), false, "1", "2"),
            (Score::at_most("a", (1, 3), 500).held_against(QualityBound::At(3333)), true, "0.3333", "0.3333"),
            (Score::no_more("a", 3, 2).held_against(QualityBound::At(3 * PARTS)), false, "3", "3"),
            (Score::no_more("a", 3, 2).held_against(QualityBound::At(25_000)), true, "3", "2"),
            (Score::no_fewer("a", 2, 2).held_against(QualityBound::At(25_000)), true, "2", "3"),
            (Score::no_more("a", 3, 2).held_against(QualityBound::Off), false, "3", "2"),
        ] {
            assert_eq!(score.is_out(), is_out, "{score:?}");
            assert_eq!(serde_json::to_string(&score.value()).unwrap(), value, "{score:?}");
            assert_eq!(serde_json::to_string(&score.bound()).unwrap(), bound, "{score:?}");
        }
    }
}
