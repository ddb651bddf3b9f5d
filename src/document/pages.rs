//! Counts of pages, as plain data.

use serde::{Deserialize, Serialize};

/// Pages of HTML that became text (contract H1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageCounts {
    /// Pages read, in files and records.
    pub read: u64,
    /// Those without a main text because they are lists of links.
    pub list: u64,
    /// Those without one that say that something is wrong: not found, not allowed.
    pub error_page: u64,
    /// Those without one whose text comes by scripts.
    pub script_only: u64,
    /// Those without any text.
    pub empty: u64,
    /// Those that say, or were sent with, another encoding than they have (contract H2).
    pub other_charset: u64,
    /// Characters that a reader of the pages sees.
    pub chars_visible: u64,
    /// Characters of what was taken for their text.
    pub chars_text: u64,
}

impl PageCounts {
    /// Pages without a main text, by reason: in words, and how many; those of which there are any.
    pub fn without_text(&self) -> Vec<(&'static str, u64)> {
        let Self { list, error_page, script_only, empty, .. } = *self;
        let all = [
            ("of links only", list),
            ("with an error", error_page),
            ("filled by scripts", script_only),
            ("without text", empty),
        ];
        all.into_iter().filter(|(_, number)| *number > 0).collect()
    }
}

impl std::ops::AddAssign for PageCounts {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.list += other.list;
        self.error_page += other.error_page;
        self.script_only += other.script_only;
        self.empty += other.empty;
        self.other_charset += other.other_charset;
        self.chars_visible += other.chars_visible;
        self.chars_text += other.chars_text;
    }
}
