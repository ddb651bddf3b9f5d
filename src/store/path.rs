//! Paths: raw bytes on the way from listing to output, escaped text on the way to people.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// The raw bytes of a path.
pub fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// The path of these raw bytes.
pub fn from_bytes(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// `base` with `relative` below it, or `None` if `relative` would lead anywhere else: it is empty, absolute,
/// or holds a `..`. Whatever stands in an input, nothing is written outside OUT.
pub fn below(base: &Path, relative: &[u8]) -> Option<PathBuf> {
    let relative = from_bytes(relative);
    let mut components = relative.components();
    let is_plain =
        components.clone().next().is_some() && components.all(|part| matches!(part, Component::Normal(_)));
    is_plain.then(|| base.join(relative))
}

/// `path` with `suffix` added to its last component.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A path as a person may see it on a terminal; see [`printable_bytes`].
pub fn printable(path: &Path) -> String {
    printable_bytes(bytes(path))
}

/// Raw bytes as a person may see them on a terminal: control and bidirectional characters as `\u{…}`,
/// bytes that are not UTF-8 as `\xNN`. A hostile file name cannot move the cursor or reorder the line.
///
/// ```
/// assert_eq!(tamis::store::path::printable_bytes(b"a\x1b[31m\xff"), "a\\u{1b}[31m\\xff");
/// ```
pub fn printable_bytes(bytes: &[u8]) -> String {
    // Nearly all names and texts are plain.
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.chars().any(is_hostile)
    {
        return text.to_owned();
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_hostile(c) {
                text.extend(c.escape_unicode());
            } else {
                text.push(c);
            }
        }
        push_hex(chunk.invalid(), &mut text);
    }
    text
}

/// Control characters, line separators, and the characters that reorder or hide text: UAX #9 marks,
/// embeddings, overrides and isolates, zero-width characters.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The bytes as JSON can hold them: a byte that is not UTF-8 as `\xNN`, and a backslash, so that the two can be
/// told apart, as `\\`. Nearly every path is borrowed as it is.
pub fn lossless(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\\') => return Cow::Borrowed(text),
        _ => {}
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        push_hex(chunk.invalid(), &mut text);
    }
    Cow::Owned(text)
}

/// The bytes that [`lossless`] wrote so. An escape that it does not write stands for itself.
pub fn from_lossless(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let hex = escape.strip_prefix('x').and_then(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok());
        if let Some(byte) = hex {
            bytes.push(byte);
            rest = &escape[3..];
        } else {
            bytes.push(b'\\');
            rest = escape.strip_prefix('\\').unwrap_or(escape);
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

fn push_hex(bytes: &[u8], text: &mut String) {
    for byte in bytes {
        let _ = write!(text, "\\x{byte:02x}"); // writing to a String cannot fail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_outside() {
        let base = Path::new("/out");
        assert_eq!(below(base, b"a/b.txt"), Some("/out/a/b.txt".into()));
        for bad in [&b""[..], b"/etc/x", b"../x", b"a/../../x", b".", b"./."] {
            assert_eq!(below(base, bad), None, "{bad:?}");
        }
    }

    #[test]
    fn lossless_tells_all_names_apart() {
        for (name, expected) in [(&b"a/b.txt"[..], "a/b.txt"), (b"\xff", "\\xff"), (b"\\xff", "\\\\xff")] {
            assert_eq!(lossless(name), expected);
            assert_eq!(from_lossless(expected), name);
        }
    }

    #[test]
    fn hostile_names_are_escaped() {
        for (name, expected) in [
            (&b"plain \xe4\xb8\xad.txt"[..], "plain 中.txt"),
            (b"a\nb\r\t", "a\\u{a}b\\u{d}\\u{9}"),
            ("x\u{202e}txt.exe".as_bytes(), "x\\u{202e}txt.exe"),
            (b"\xff\xfe", "\\xff\\xfe"),
        ] {
            assert_eq!(printable_bytes(name), expected);
        }
    }
}
