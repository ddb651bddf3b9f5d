//! What a paragraph is in one document under `--split auto` (contract P2): decided by its kind and by its beginning.

use super::Method;
use crate::document::Kind;

/// The bytes of a document's decoded text, from its start, that decide how it is split.
pub const HEAD_BYTES: usize = 64 * 1024;

/// What a paragraph is in a document of this kind that begins with `text`. Records have the kind of their container.
///
/// A kind whose files are split in a way of their own is asked for here, before the text is.
pub(super) fn method(kind: Kind, text: &str) -> Method {
    if kind == Kind::Markdown {
        return Method::Markdown;
    }
    let _ = head(text);
    Method::Line
}

/// The beginning of a text that decides.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(HEAD_BYTES)]
}
