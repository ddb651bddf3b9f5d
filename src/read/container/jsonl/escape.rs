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
    let is_special = |byte: u8| marks(byte) != 0;
    let (blocks, rest) = content.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        if block.iter().fold(0, |found, byte| found | marks(*byte)) != 0 {
            let at = block.iter().position(|byte| is_special(*byte))?;
            return Some(number * BLOCK + at);
        }
    }
    rest.iter().position(|byte| is_special(*byte)).map(|at| blocks.len() * BLOCK + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escapes_as_serde_json_does(text in any::<String>()) {
            let mut out = Vec::new();
            Escaper(&mut out).write_all(text.as_bytes()).unwrap();
            prop_assert_eq!(format!("\"{}\"", String::from_utf8(out).unwrap()), serde_json::to_string(&text).unwrap());
        }
    }
}
