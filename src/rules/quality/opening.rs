//! The opening of what is left of a document: the text that quality is judged by, of bounded size.

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
    /// Cost: one look at each of its characters that have room.
    pub(crate) fn add(&mut self, paragraph: impl Iterator<Item = char>) {
        for c in paragraph.chain(std::iter::once('\n')) {
            if !self.push(c) {
                return;
            }
        }
    }

    /// Adds that of the piece that follows.
    pub(crate) fn join(&mut self, next: &Self) {
        let is_whole = next.text.chars().all(|c| self.push(c));
        self.is_full |= is_whole && next.is_full;
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Adds a character; false if it has no room.
    fn push(&mut self, c: char) -> bool {
        self.is_full |= self.text.len() + c.len_utf8() > MOST_BYTES;
        if !self.is_full {
            self.text.push(c);
        }
        !self.is_full
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
                whole.add(paragraph.chars());
            }
            assert!(whole.is_full && whole.text.len() > MOST_BYTES - 4 && whole.text.len() <= MOST_BYTES);
            for size in [1, 7, 40] {
                let mut joined = Opening::default();
                for piece in paragraphs.chunks(size) {
                    let mut opening = Opening::default();
                    for paragraph in piece {
                        opening.add(paragraph.chars());
                    }
                    joined.join(&opening);
                }
                assert!(joined == whole, "pieces of {size} after {skipped}");
            }
        }
    }
}
