//! Escapes a text for the inside of a JSON string, as little as JSON allows.

use std::io::{self, Write};

/// Escapes what is written through it for the inside of a JSON string (RFC 8259, section 7).
#[derive(Debug)]
pub(crate) struct Escaper<'a, W>(&'a mut W);

impl<'a, W: Write> Escaper<'a, W> {
    /// Escapes on the way to `out`.
    pub(crate) fn new(out: &'a mut W) -> Self {
        Self(out)
    }
}

impl<W: Write> Write for Escaper<'_, W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let mut plain = 0;
        while let Some(at) = special(&content[plain..]) {
            let (before, byte) = (plain + at, content[plain + at]);
            self.0.write_all(&content[plain..before])?;
            plain = before + 1;
            match byte {
                b'"' => self.0.write_all(b"\\\"")?,
                b'\\' => self.0.write_all(b"\\\\")?,
                b'\n' => self.0.write_all(b"\\n")?,
                b'\t' => self.0.write_all(b"\\t")?,
                b'\r' => self.0.write_all(b"\\r")?,
                8 => self.0.write_all(b"\\b")?,
                12 => self.0.write_all(b"\\f")?,
                control => write!(self.0, "\\u{control:04x}")?,
            }
        }
        self.0.write_all(&content[plain..])?;
        Ok(content.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The first byte that must be escaped: a control character, a quote or a backslash.
///
/// Blocks are asked as a whole, without a branch a byte, which compiles to vector instructions; only the block with a
/// hit is looked through.
fn special(content: &[u8]) -> Option<usize> {
    const BLOCK: usize = 32;
    let marks = |byte: u8| u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    let (blocks, rest) = content.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        if block.iter().fold(0, |found, byte| found | marks(*byte)) != 0 {
            return special_by_words(block).map(|at| number * BLOCK + at);
        }
    }
    special_by_words(rest).map(|at| blocks.len() * BLOCK + at)
}

/// As [`special`], of a few bytes: in words of eight, as a branch a byte would be mispredicted at each hit.
fn special_by_words(content: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // Bit 7 of a byte is clear if it is 0. Bit 7 is masked before each sum, so that nothing is carried into the next byte.
    let others = |word: u64| ((word & !HIGH) + ONES * 0x7f) | word;
    let (words, rest) = content.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let no_control = ((word & !HIGH) + ONES * (0x80 - 0x20)) | word;
        let no_quote = others(word ^ (ONES * u64::from(b'"')));
        let no_backslash = others(word ^ (ONES * u64::from(b'\\')));
        let found = !(no_control & no_quote & no_backslash) & HIGH;
        if found != 0 {
            return Some(number * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let is_special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    rest.iter().position(is_special).map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn special_bytes_are_found_wherever_they_stand() {
        for byte in 0..=u8::MAX {
            let is_special = byte < 0x20 || byte == b'"' || byte == b'\\';
            for at in 0..80 {
                for around in [b'a', 0x7f, 0x80, 0xff] {
                    let mut content = [around; 80];
                    content[at] = byte;
                    assert_eq!(special(&content), is_special.then_some(at), "{byte} at {at}, in {around}");
                }
            }
        }
        assert_eq!((special(b""), special(b"\"\n")), (None, Some(0)));
    }

    proptest! {
        #[test]
        fn escapes_as_serde_json_does(text in any::<String>()) {
            let mut out = Vec::new();
            Escaper(&mut out).write_all(text.as_bytes()).unwrap();
            prop_assert_eq!(format!("\"{}\"", String::from_utf8(out).unwrap()), serde_json::to_string(&text).unwrap());
        }
    }
}
