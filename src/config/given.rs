//! Where the inputs of a run are.

/// Where the inputs are, as they were named: what it takes to read them again. Paths as
/// [`crate::store::path::lossless`] writes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given {
    /// The directory that relative paths start from, absolute.
    pub directory: Option<String>,
    /// The inputs.
    pub inputs: Vec<String>,
    /// The list of files.
    pub files_from: Option<String>,
}
