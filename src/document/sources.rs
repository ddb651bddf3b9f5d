//! Counts of documents by whether they name their source.

use serde::{Deserialize, Serialize};

/// The sources whose boilerplate is counted (contract C4), and the documents read, by whether they name theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceFigures {
    /// Different sources.
    pub found: u64,
    /// Documents that name their source, as all do whose source is their directory.
    pub named: u64,
    /// Documents without the field that names it, so that it is their directory.
    pub unnamed: u64,
}
