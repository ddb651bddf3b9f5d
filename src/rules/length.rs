//! The length of texts, as filters measure it.

use crate::units::count;

/// U+3000 in UTF-8.
const IDEOGRAPHIC_SPACE: &[u8] = "\u{3000}".as_bytes();

/// Characters that are no white space: letters of any script count as one each, so that one bound means about as much
/// text in Chinese as it says, and about a fifth as many words in English.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Length {
    chars: u64,
}

impl Length {
    /// The length of a text.
    ///
    /// Cost: about a look at each byte for white space of ASCII and one for any other, in vector instructions.
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let num_chars = bytes.iter().filter(|byte| !matches!(byte, 0x80..=0xbf)).count();
        let num_ascii = bytes.iter().filter(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
        let is_space = |at: usize| text[at..].starts_with(char::is_whitespace);
        // All other white space begins with one of these bytes (PropList.txt: U+0085, U+00A0, U+1680, U+2000 to U+205F), or is
        // the ideographic space.
        let num_other = memchr::memchr3_iter(0xc2, 0xe1, 0xe2, bytes).filter(|at| is_space(*at)).count();
        let num_ideographic = memchr::memmem::find_iter(bytes, IDEOGRAPHIC_SPACE).count();
        Self { chars: count(num_chars - num_ascii - num_other - num_ideographic) }
    }

    pub(super) fn join(&mut self, next: Self) {
        self.chars += next.chars;
    }

    pub(super) fn chars(self) -> u64 {
        self.chars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_are_no_white_space() {
        assert_eq!(Length::of("天 下\u{3000}雨\n\té “x”\u{85}\u{2003}。").chars(), 8);
        for c in '\0'..=char::MAX {
            let text = format!("a{c}字");
            let expected = 2 + u64::from(!c.is_whitespace());
            assert_eq!(Length::of(&text).chars(), expected, "{c:?}");
        }
    }
}
