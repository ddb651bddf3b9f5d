//! What was measured of a document, and the bound it is held against.

use serde::{Serialize, Serializer};

/// A number as people read it. Decisions were made on integers before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// A number of things.
    Count(u64),
    /// A share, in ten-thousandths.
    Share(u32),
}

/// Ten-thousandths in a whole.
const PARTS: u32 = 10_000;

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Count(count) => serializer.serialize_u64(count),
            Self::Share(parts) => serializer.serialize_f64(f64::from(parts) / f64::from(PARTS)),
        }
    }
}

/// One measure of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Score {
    /// The name of what is measured.
    pub signal: &'static str,
    pub value: Amount,
    pub bound: Amount,
    /// Whether the document goes for it.
    pub is_out: bool,
}

impl Score {
    /// A share that must not be above `bound` thousandths.
    pub(super) fn at_most(signal: &'static str, (part, whole): (u64, u64), bound: u64) -> Self {
        let is_out = part * 1000 > whole * bound;
        Self { signal, value: share(part, whole), bound: share(bound, 1000), is_out }
    }

    /// A share that must not be below `bound` thousandths. Of nothing no share can be told.
    pub(super) fn at_least(signal: &'static str, (part, whole): (u64, u64), bound: u64) -> Self {
        let is_out = part * 1000 < whole * bound;
        Self { signal, value: share(part, whole), bound: share(bound, 1000), is_out }
    }

    /// A number that must not be above `bound`.
    pub(super) fn no_more(signal: &'static str, count: u64, bound: u64) -> Self {
        Self { signal, value: Amount::Count(count), bound: Amount::Count(bound), is_out: count > bound }
    }

    /// A number that must not be below `bound`.
    pub(super) fn no_fewer(signal: &'static str, count: u64, bound: u64) -> Self {
        Self { signal, value: Amount::Count(count), bound: Amount::Count(bound), is_out: count < bound }
    }

    /// The same measure, for which the document goes only under this condition too.
    pub(super) fn only_if(self, condition: bool) -> Self {
        Self { is_out: self.is_out && condition, ..self }
    }
}

fn share(part: u64, whole: u64) -> Amount {
    let parts = (part * u64::from(PARTS)).checked_div(whole).unwrap_or(0);
    Amount::Share(u32::try_from(parts).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_let_pass() {
        for (score, is_out, value) in [
            (Score::at_most("a", (287, 1000), 287), false, "0.287"),
            (Score::at_most("a", (2871, 10_000), 287), true, "0.2871"),
            (Score::at_most("a", (1, 0), 287), true, "0.0"),
            (Score::at_least("a", (1, 2), 500), false, "0.5"),
            (Score::at_least("a", (1, 3), 500), true, "0.3333"),
            (Score::at_least("a", (0, 0), 500), false, "0.0"),
            (Score::no_more("a", 2, 2), false, "2"),
            (Score::no_more("a", 3, 2), true, "3"),
            (Score::no_fewer("a", 2, 2), false, "2"),
            (Score::no_fewer("a", 1, 2), true, "1"),
            (Score::no_fewer("a", 1, 2).only_if(false), false, "1"),
        ] {
            assert_eq!(score.is_out, is_out, "{score:?}");
            assert_eq!(serde_json::to_string(&score.value).unwrap(), value, "{score:?}");
        }
    }
}
