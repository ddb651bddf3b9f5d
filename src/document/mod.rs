//! A document, a paragraph, and what documents come in, as plain data.
//!
//! [`Document`] is what an embedder hands in and gets back; [`Paragraph`] is what `split` finds in a
//! document's text; [`Kind`] is what documents come in. None of them knows how it is read, compared or written.

mod kind;
mod pages;
mod sources;

pub use kind::Kind;
pub use pages::PageCounts;
pub use sources::SourceFigures;

use crate::units::ByteSpan;

/// A plain-text document in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name in the ledger and the order in which it counts: a relative path with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Document {
    /// A document of this name and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// A paragraph of a document, with its place and the details that writing it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paragraph {
    /// The paragraph without its line ending and, under repair, without the white space and removed
    /// characters at its ends. Lies on character boundaries of the text it was split from.
    pub span: ByteSpan,
    /// A blank line stands between it and the paragraph before it, or the start of the text.
    pub blank_before: bool,
    /// Whether the written paragraph differs from the bytes of the span.
    pub altered: bool,
    /// What repair does to white space at the ends of its lines.
    pub edges: Edges,
}

impl Paragraph {
    /// A paragraph of trimmed lines that is written as it stands.
    pub fn new(span: ByteSpan, blank_before: bool) -> Self {
        Self { span, blank_before, altered: false, edges: Edges::default() }
    }
}

/// What repair does to white space at the ends of lines (contract P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edges {
    /// It is trimmed.
    #[default]
    Trimmed,
    /// It stays: it means something in Markdown (contract P2).
    Kept,
}
