//! What is written beside a document instead of removing it.

use serde::{Deserialize, Serialize};

/// What is measured of a document and written beside its text, in place of removing it for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Annotation {
    /// The scores of a profile of quality: that of [`super::FilterConfig::quality`], or `news`.
    Quality,
    /// The language.
    Language,
}
