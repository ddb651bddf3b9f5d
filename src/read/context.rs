//! The settings that reading depends on.

use std::fmt;

use super::coding::Detection;
use crate::config::SplitConfig;

/// The settings that reading depends on, made once a run.
#[derive(Debug)]
pub(crate) struct ReadContext {
    /// Path of the field that holds a record's text.
    pub text_field: FieldPath,
    /// Name of the field that names a record.
    pub id_field: String,
    pub(super) split: SplitConfig,
    pub(super) detection: Detection,
    /// Most bytes of a document that is decoded, and of a plain text file.
    pub(super) decoded_limit: u64,
    pub(super) text_limit: u64,
}

/// A dotted path to a field: `article.body` is the field `body` of the object in the field `article`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath(Vec<String>);

impl FieldPath {
    /// Parses a dotted path.
    pub(crate) fn new(path: &str) -> Self {
        Self(path.split('.').map(str::to_owned).collect())
    }
}

impl FieldPath {
    /// The names on the path, at least one.
    pub(super) fn names(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// The pieces of a large file are about this long; a smaller file is read whole.
pub(crate) const PIECE_BYTES: u64 = 256 * 1024;
