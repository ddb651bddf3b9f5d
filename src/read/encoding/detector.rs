//! The order in which the encoding of a document is decided.

use encoding_rs::{Decoder, DecoderResult, Encoding, ISO_2022_JP, UTF_8};

use super::chinese::Gb18030Evidence;
use super::foreign::{ESCAPE, SEVEN_BIT_BYTES};
use super::guess::{self, Guess};
use super::sample::Sample;
use super::utf8::{Damage, Utf8Progress, has_utf8_line};
use super::{Decision, Why, by_bom, foreign, is_utf8, is_utf32, utf16};
use crate::split::line::last_lf;

/// Decides the encoding of one document that comes in chunks of any size, cut anywhere.
///
/// The decision does not depend on where chunks are cut. Memory: up to 3 MiB, next to none for UTF-8. Time:
/// that of checking for UTF-8; a document of another encoding than UTF-8, UTF-16 and GB18030 takes up to 10 ms more.
#[derive(Debug)]
pub(crate) struct Detector {
    given: Option<&'static Encoding>,
    /// The first bytes, where a byte order mark is.
    head: Vec<u8>,
    utf8: Utf8Progress,
    japanese: Japanese,
    /// What follows the first ESC or tilde, up to [`SEVEN_BIT_BYTES`].
    seven_bit: Vec<u8>,
    sample: Sample,
}

/// A document in UTF-16 without a NUL needs no other evidence if it is as long.
const UTF16_BYTES: u64 = 128;

impl Detector {
    /// A detector for one document. `given` is what it is decoded with if it has no byte order mark and is
    /// neither UTF-8 nor UTF-16.
    pub(crate) fn new(given: Option<&'static Encoding>) -> Self {
        let (utf8, japanese, sample) = (Utf8Progress::default(), Japanese::default(), Sample::default());
        Self { given, head: Vec::new(), utf8, japanese, seven_bit: Vec::new(), sample }
    }

    /// Takes the next bytes of the document.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        if self.head.len() < 4 {
            self.head.extend(chunk.iter().take(4 - self.head.len()));
        }
        let mark = by_bom(&self.head);
        if self.head.len() == 4 && mark.is_some_and(|(encoding, _)| !is_utf8(encoding)) {
            return;
        }
        self.utf8.feed(chunk);
        if mark.is_none() && !self.utf8.is_settled() {
            self.japanese.feed(chunk);
            self.sample.feed(chunk);
            self.feed_seven_bit(chunk);
        }
    }

    fn feed_seven_bit(&mut self, chunk: &[u8]) {
        let start = if self.seven_bit.is_empty() { memchr::memchr2(ESCAPE, b'~', chunk) } else { Some(0) };
        let Some(start) = start else { return };
        let room = SEVEN_BIT_BYTES - self.seven_bit.len();
        self.seven_bit.extend(chunk[start..].iter().take(room));
    }

    /// The name of the encoding of seven bits that is not read, if it is in one.
    fn foreign_seven_bit(&self) -> Option<&'static str> {
        if self.utf8.has_characters() || self.utf8.error().is_some() {
            return None;
        }
        let whole = if self.seven_bit.len() < SEVEN_BIT_BYTES { None } else { last_lf(&self.seven_bit) };
        foreign::seven_bit(&self.seven_bit[..whole.unwrap_or(self.seven_bit.len())])
    }

    /// Decides, at the end of the document.
    pub(crate) fn finish(mut self) -> Decision {
        let error = self.utf8.error();
        match by_bom(&self.head) {
            Some((encoding, _)) if encoding == UTF_8 => return error.map_or(Decision::Utf8, not_utf8),
            Some((encoding, _)) => return Decision::known(encoding),
            None if is_utf32(&self.head) => return not_read("UTF-32"),
            None => {}
        }
        if self.utf8.is_settled() {
            return match (error, self.given) {
                (None, _) => Decision::Utf8,
                (Some(_), Some(encoding)) => Decision::known(encoding),
                (Some(byte), None) => not_utf8(byte),
            };
        }
        self.sample.finish();
        if !self.utf8.has_characters() && self.japanese.is_found() {
            return Decision::known(ISO_2022_JP);
        }
        if self.given.is_none() {
            if self.sample.has_nul() && self.sample.raw().next().is_some_and(foreign::is_utf32) {
                return not_read("UTF-32");
            }
            if let Some(name) = self.foreign_seven_bit() {
                return not_read(name);
            }
        }
        if let Some(encoding) = self.utf16_by_nuls() {
            return Decision::known(encoding);
        }
        match (error, self.given) {
            (None, _) => Decision::Utf8,
            (Some(_), Some(encoding)) => Decision::known(encoding),
            (Some(byte), None) => self.legacy(byte),
        }
    }

    /// UTF-16 that has NULs, as nearly all of it has. English and Russian are valid UTF-8 in it, of control
    /// characters for a good part, which tells them from UTF-8 with a stray NUL.
    fn utf16_by_nuls(&self) -> Option<&'static Encoding> {
        let may_be = self.sample.len().is_multiple_of(2)
            && self.sample.has_nul()
            && (self.utf8.error().is_some() || self.sample.has_many_controls());
        may_be.then(|| utf16::byte_order(self.sample.raw(), true)).flatten()
    }

    /// The decision about a document that is not valid UTF-8 from `error` on.
    fn legacy(&self, error: u64) -> Decision {
        if self.utf8.is_cut_off() || self.sample.parts().any(has_utf8_line) {
            return not_utf8(error);
        }
        let mut evidence = Gb18030Evidence::default();
        self.sample.parts().for_each(|part| evidence.add(part));
        if evidence.is_strong() {
            return Decision::guessed(encoding_rs::GB18030);
        }
        let mut damage = Damage::default();
        self.sample.parts().for_each(|part| damage.add(part));
        if damage.is_utf8() {
            return not_utf8(error);
        }
        let utf16 = (self.sample.len().is_multiple_of(2) && !self.sample.has_nul())
            .then(|| utf16::byte_order(self.sample.raw(), false))
            .flatten();
        if let Some(encoding) = utf16.filter(|_| self.sample.len() >= UTF16_BYTES) {
            return Decision::guessed(encoding);
        }
        let broken = |why| Decision::Broken { byte: error, why };
        match guess::guess(self.sample.parts(), utf16) {
            Guess::Is(encoding) => Decision::guessed(encoding),
            _ if foreign::is_ebcdic(self.sample.parts()) => not_read("EBCDIC"),
            Guess::Either(one, other) => broken(Why::Either(one, other)),
            Guess::Mixed(encoding) => broken(Why::Mixed(encoding)),
            Guess::None => broken(Why::NoText),
        }
    }
}

fn not_utf8(byte: u64) -> Decision {
    Decision::Broken { byte, why: Why::DamagedUtf8 }
}

fn not_read(name: &'static str) -> Decision {
    Decision::Broken { byte: 0, why: Why::Foreign(name) }
}

/// Looks for ISO-2022-JP: an escape sequence, and what comes out of it is not ASCII.
#[derive(Default)]
enum Japanese {
    /// The text has no ESC so far.
    #[default]
    Plain,
    /// All decoded since the first ESC.
    Decoding(Box<Decoder>),
    /// There was more in it than ASCII. Decoding finds out whether the rest is sound.
    Found,
    /// The text is not in this encoding. The ESC was one of a terminal's colors, as a rule.
    Not,
}

impl std::fmt::Debug for Japanese {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            Self::Decoding(_) => "Decoding",
            Self::Found => "Found",
            Self::Not => "Not",
        })
    }
}

impl Japanese {
    fn feed(&mut self, mut chunk: &[u8]) {
        if matches!(self, Self::Plain) {
            let Some(escape) = memchr::memchr(0x1b, chunk) else { return };
            chunk = &chunk[escape..];
            *self = Self::Decoding(Box::new(ISO_2022_JP.new_decoder_without_bom_handling()));
        }
        let Self::Decoding(decoder) = self else { return };
        let mut text = [0; 1024];
        loop {
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(chunk, &mut text, false);
            chunk = &chunk[read..];
            if !text[..written].is_ascii() {
                return *self = Self::Found;
            }
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return *self = Self::Not,
            }
        }
    }

    /// Whether the document is ISO-2022-JP, if it has no bytes beyond ASCII.
    fn is_found(&self) -> bool {
        matches!(self, Self::Found)
    }
}
