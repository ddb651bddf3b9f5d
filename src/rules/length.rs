//! The length of texts, as filters measure it.

use crate::units::count;

/// Characters that are no white space: letters of any script count as one each, so that one bound means about as much
/// text in Chinese as it says, and about a fifth as many words in English.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Length {
    chars: u64,
}

impl Length {
    /// The length of a text.
    ///
    /// Cost: one look at each of its characters.
    pub(super) fn of(text: &str) -> Self {
        Self { chars: count(text.chars().filter(|c| !c.is_whitespace()).count()) }
    }

    pub(super) fn join(&mut self, next: Self) {
        self.chars += next.chars;
    }

    pub(super) fn chars(self) -> u64 {
        self.chars
    }
}
