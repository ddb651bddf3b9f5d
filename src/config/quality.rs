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
