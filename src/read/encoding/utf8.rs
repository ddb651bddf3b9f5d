//! UTF-8: whether a document is valid, how far, and whether what is not valid was UTF-8 once.

use memchr::memchr_iter;

/// A document with at least this many multi-byte characters before its first error was written as UTF-8. A hanzi of GBK
/// looks like a character of UTF-8 with a probability of about 1/7, other legacy characters with less.
const SETTLED: u64 = 32;

/// A line whose multi-byte characters are all valid and so long, all together in bytes, was written as UTF-8.
const LINE_BYTES: usize = 18;

/// How far a document, fed in chunks, is valid UTF-8.
#[derive(Debug, Default)]
pub(super) struct Utf8Progress {
    /// Offset of the first byte that is not yet known to be valid.
    valid: u64,
    /// The first bytes of a character whose rest is in the next chunk: 0 to 3.
    partial: Vec<u8>,
    /// Multi-byte characters so far.
    characters: u64,
    /// Whether an error was met; it is at `valid`.
    is_bad: bool,
}

impl Utf8Progress {
    /// Takes the next bytes of the document.
    pub(super) fn feed(&mut self, mut chunk: &[u8]) {
        while !self.is_bad && !self.partial.is_empty() {
            let Some((&byte, rest)) = chunk.split_first() else { return };
            self.partial.push(byte);
            chunk = rest;
            match std::str::from_utf8(&self.partial) {
                Ok(_) => {
                    self.valid += self.partial.len() as u64;
                    self.characters += 1;
                    self.partial.clear();
                }
                Err(error) => self.is_bad = error.error_len().is_some(),
            }
        }
        if self.is_bad {
            return;
        }
        let up_to = match simdutf8::compat::from_utf8(chunk) {
            Ok(_) => chunk.len(),
            Err(error) => {
                self.is_bad = error.error_len().is_some();
                error.valid_up_to()
            }
        };
        if !self.is_settled() {
            self.characters += count_leads(&chunk[..up_to]);
        }
        self.valid += up_to as u64;
        if !self.is_bad {
            self.partial.extend_from_slice(&chunk[up_to..]);
        }
    }

    /// Whether the document can be nothing else than UTF-8, valid or damaged.
    pub(super) fn is_settled(&self) -> bool {
        self.characters >= SETTLED
    }

    /// Whether a multi-byte character was met before any error.
    pub(super) fn has_characters(&self) -> bool {
        self.characters > 0
    }

    /// Returns the offset of the first byte that is not valid, at the end of the document.
    pub(super) fn error(&self) -> Option<u64> {
        (self.is_bad || !self.partial.is_empty()).then_some(self.valid)
    }

    /// Whether the only fault, at the end of the document, is that the last character is cut off.
    pub(super) fn is_cut_off(&self) -> bool {
        !self.is_bad && (self.partial.len() > 1 || !self.partial.is_empty() && self.characters > 0)
    }
}

/// The number of bytes that begin a multi-byte character in valid UTF-8.
fn count_leads(valid: &[u8]) -> u64 {
    // Blocks shorter than 256 bytes let the compiler count in bytes: a SIMD lane for each.
    valid.chunks(255).map(|block| u64::from(block.iter().map(|b| u8::from(*b >= 0xc0)).sum::<u8>())).sum()
}

/// How much of the bytes beyond ASCII is valid UTF-8.
#[derive(Debug, Default)]
pub(super) struct Damage {
    /// Valid multi-byte characters.
    characters: usize,
    /// Their bytes.
    valid: usize,
    /// Bytes beyond ASCII that belong to no valid character.
    invalid: usize,
}

impl Damage {
    /// Takes a part of the document that was cut between characters.
    pub(super) fn add(&mut self, part: &[u8]) {
        let count_high = |bytes: &[u8]| bytes.iter().filter(|b| !b.is_ascii()).count();
        for chunk in part.utf8_chunks() {
            let valid = chunk.valid().as_bytes();
            self.valid += count_high(valid);
            self.characters += valid.iter().filter(|b| **b >= 0xc0).count();
            self.invalid += count_high(chunk.invalid());
        }
    }

    /// Whether this is UTF-8 that was damaged: four fifths of it are valid. Texts of legacy encodings reach
    /// at most a half (Russian in IBM866), on average. Of one or two characters it is enough that they
    /// outweigh the rest.
    pub(super) fn is_utf8(&self) -> bool {
        let least = if self.characters < 3 { self.invalid + 1 } else { 4 * self.invalid };
        self.characters > 0 && self.valid >= least
    }
}

/// Whether a line of `part` was written as UTF-8: then a document that is not valid UTF-8 is of mixed
/// encodings, or damaged in another line.
pub(super) fn has_utf8_line(part: &[u8]) -> bool {
    let mut start = 0;
    memchr_iter(b'\n', part).chain([part.len()]).any(|end| {
        let line = &part[start.min(end)..end];
        start = end + 1;
        // In legacy text the check fails at the first character or the second: lines cost next to nothing.
        line.len() >= LINE_BYTES
            && std::str::from_utf8(line)
                .is_ok_and(|text| text.bytes().filter(|b| !b.is_ascii()).count() >= LINE_BYTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(chunks: &[&[u8]]) -> Utf8Progress {
        let mut progress = Utf8Progress::default();
        for chunk in chunks {
            progress.feed(chunk);
        }
        progress
    }

    #[test]
    fn finds_the_first_error_across_chunks() {
        for (chunks, error) in [
            (&[b"".as_slice()][..], None),
            (&["中文".as_bytes()], None),
            (&[b"a\xe4", b"\xb8", b"\xad"], None),
            (&[b"a\xe4", b"\xb8"], Some(1)),
            (&[b"a\xe4", b"a"], Some(1)),
            (&[b"a\xe4\xb8", b"\xadb\xffccc"], Some(5)),
            (&[b"a\xff", b"\xff"], Some(1)),
            (&[b"\xf0", b"\x9f", b"\x98", b"\x80", b"\x80"], Some(4)),
        ] {
            assert_eq!(progress(chunks).error(), error, "{chunks:?}");
        }
    }

    #[test]
    fn counts_characters() {
        let text = "中文é😀".repeat(100);
        assert_eq!(count_leads(text.as_bytes()), 400);
        assert!(progress(&[&text.as_bytes()[..120]]).is_settled());
        assert!(!progress(&["中".repeat(31).as_bytes()]).is_settled());
    }

    #[test]
    fn tells_damage_from_legacy() {
        let damage = |bytes: &[u8]| {
            let mut damage = Damage::default();
            damage.add(bytes);
            damage.is_utf8()
        };
        assert!(damage("中文字\u{e9}".as_bytes()));
        assert!(damage(b"\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xff\xff"));
        assert!(!damage(b"\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xff\xff\xff"));
        assert!(damage(b"caf\xc3\xa9, caf\xc3"));
        assert!(!damage(b"caf\xe9"));
        assert!(!damage(b"\xd6\xd0\xce\xc4\xd7\xd6\xb5\xc4"));
    }

    #[test]
    fn finds_a_line_of_utf8() {
        assert!(has_utf8_line(
            b"\xd6\xd0\n\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"
        ));
        assert!(!has_utf8_line(b"\xd6\xd0\n\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\n\n and much of ASCII\n"));
    }
}
