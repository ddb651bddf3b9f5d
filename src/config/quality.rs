//! The profiles by which documents of low quality go.

use serde::{Deserialize, Serialize};

/// What documents are measured by, and the bounds (contract C5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QualityProfile {
    /// Nothing is measured.
    #[default]
    Off,
    /// Signals of pages that are no news.
    News,
    /// The filters of FineWeb-2, with the values of each language.
    Fineweb2,
    /// The filters of Gopher.
    Gopher,
    /// The filters of C4.
    C4,
}

impl QualityProfile {
    /// Whether anything is measured.
    pub fn is_on(self) -> bool {
        self != Self::Off
    }
}

/// The languages that bounds are given for: what a document is written in, told by its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QualityLanguage {
    /// All of them, but for those that have a bound of their own.
    All,
    /// Chinese.
    Zh,
    /// Japanese.
    Ja,
    /// Korean.
    Ko,
    /// Thai.
    Th,
    /// Any language in Latin letters.
    Latin,
    /// Any other.
    Other,
}

/// What a measure is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QualityBound {
    /// Nothing: no document goes for it.
    Off,
    /// A share or a number, in ten-thousandths.
    At(u64),
}

/// Bounds of one's own for the signals of a profile, by language: a table `[quality-bounds.zh]` of `tamis.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QualityBounds(BTreeMap<QualityLanguage, BTreeMap<String, QualityBound>>);

impl QualityProfile {
    /// The names of its signals, in the order in which they are looked at.
    pub fn signals(self) -> &'static [&'static str] {
        match self {
            Self::Off => &[],
            Self::News => &NEWS,
            Self::Fineweb2 => &FINEWEB2,
            Self::Gopher => &GOPHER,
            Self::C4 => &["curly-brackets", "lorem-ipsum", "sentences"],
        }
    }
}

const NEWS: [&str; 16] = [
    "replacement-characters",
    "latin-1-characters",
    "utf-8-read-as-gbk",
    "letters-and-digits",
    "frequent-hanzi",
    "unbroken-hanzi",
    "consonant-clusters",
    "lorem-ipsum",
    "code-characters",
    "lines-of-numbers",
    "notice",
    "offer",
    "cut-off",
    "link-list",
    "word-list",
    "repeated-phrase",
];

const GOPHER: [&str; 20] = [
    "duplicate-lines",
    "duplicate-line-characters",
    "top-2-gram",
    "top-3-gram",
    "top-4-gram",
    "duplicate-5-grams",
    "duplicate-6-grams",
    "duplicate-7-grams",
    "duplicate-8-grams",
    "duplicate-9-grams",
    "duplicate-10-grams",
    "words",
    "word-length",
    "hashes",
    "ellipses",
    "bullet-lines",
    "cut-lines",
    "words-with-letters",
    "stop-words",
    "lines-of-prose",
];

impl QualityBound {
    /// In a whole, or in one of what is counted.
    pub const PARTS: u64 = 10_000;
}
