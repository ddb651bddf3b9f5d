//! The opening of what is left of a document: the text that quality is judged by, of bounded size.

use std::collections::HashSet;

/// Bytes of UTF-8 of a document that are looked at. They hold some 20,000 Chinese characters or 10,000 English words: all
/// of nearly every document, and enough to tell what any other is. Splitting looks no further either (contract P2).
const MOST_BYTES: usize = 64 * 1024;

/// The first paragraphs of a document that are left, each ended by LF.
///
/// It is the beginning of one stream of characters, wherever a long text was cut into pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Opening {
    text: String,
    /// Whether a character had no room, so that nothing follows.
    is_full: bool,
}

impl Opening {
    /// Adds a paragraph.
    ///
    /// Cost: a copy of what has room.
    pub(crate) fn add(&mut self, paragraph: &str) {
        self.push(paragraph);
        self.push("\n");
    }

    /// Adds that of the piece that follows.
    pub(crate) fn join(&mut self, next: &Self) {
        self.push(&next.text);
        self.is_full |= next.is_full;
    }

    /// The opening of a document of which nothing is left as if it were the first of its kind: what it says again goes as
    /// a copy of its own there.
    pub(crate) fn without_copies(&self) -> Self {
        let mut said = HashSet::new();
        let text = self.text.split_inclusive('\n').filter(|line| said.insert(*line)).collect();
        Self { text, is_full: self.is_full }
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Adds the characters that have room.
    fn push(&mut self, text: &str) {
        if self.is_full {
            return;
        }
        let room = MOST_BYTES - self.text.len();
        self.is_full = text.len() > room;
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_the_same_opening() {
        // Lengths at which the last character that has room is another one for each.
        let texts = ["一二三\n四", "ab", "é", "", "字a"].map(|text| text.repeat(700));
        for skipped in 0..4 {
            let paragraphs: Vec<&str> =
                texts.iter().map(String::as_str).cycle().skip(skipped).take(80).collect();
            let mut whole = Opening::default();
            for paragraph in &paragraphs {
                whole.add(paragraph);
            }
            assert!(whole.is_full && whole.text.len() > MOST_BYTES - 4 && whole.text.len() <= MOST_BYTES);
            for size in [1, 7, 40] {
                let mut joined = Opening::default();
                for piece in paragraphs.chunks(size) {
                    let mut opening = Opening::default();
                    for paragraph in piece {
                        opening.add(paragraph);
                    }
                    joined.join(&opening);
                }
                assert!(joined == whole, "pieces of {size} after {skipped}");
            }
        }
    }
}
