//! A JSON Lines record with another text: everything but the text field's value byte for byte (contract O4).

use std::io::{self, Write};

use crate::read::{Chunk, Slot};

/// Writes the line of a record; `write_value` writes the new text, which is escaped on the way.
///
/// The value is written as UTF-8 with the escapes that JSON requires and no others, so that cleaning twice
/// writes the same bytes.
///
/// # Errors
/// Those of `out`.
pub fn write_record<W: Write, T>(
    chunk: &Chunk,
    slot: &Slot,
    out: &mut W,
    write_value: impl FnOnce(&mut Escaper<'_, W>) -> io::Result<T>,
) -> io::Result<T> {
    out.write_all(&chunk.bytes[slot.line.start..slot.value.start])?;
    out.write_all(b"\"")?;
    let value = write_value(&mut Escaper(out))?;
    out.write_all(b"\"")?;
    out.write_all(&chunk.bytes[slot.value.end..slot.line.end])?;
    out.write_all(b"\n")?;
    Ok(value)
}

/// Escapes what is written through it for the inside of a JSON string (RFC 8259, section 7).
#[derive(Debug)]
pub struct Escaper<'a, W>(&'a mut W);

impl<W: Write> Write for Escaper<'_, W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let mut plain = 0;
        for (at, &byte) in content.iter().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.0.write_all(&content[plain..at])?;
            plain = at + 1;
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
