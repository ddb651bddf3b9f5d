//! The order in which the encoding of a document is decided.

use encoding_rs::{Decoder, DecoderResult, Encoding, ISO_2022_JP, UTF_8};

use super::chinese::Gb18030Evidence;
use super::sample::Sample;
use super::utf8::{Damage, Utf8Progress, has_utf8_line};
use super::{Decision, by_bom, guess, is_utf8, is_utf32, utf16};

/// The fault of a document that was written as UTF-8 and is damaged.
const NOT_UTF8: &str = "not valid UTF-8";

/// Decides the encoding of one document that comes in chunks of any size, cut anywhere.
///
/// The decision does not depend on where chunks are cut. Memory: up to 3 MiB, next to none for UTF-8. Time:
/// that of checking for UTF-8; a document of another encoding than UTF-8, UTF-16 and GB18030 takes 0.1 s a
/// MiB of the sample more, and 0.4 ms at least.
#[derive(Debug)]
pub(crate) struct Detector {
    given: Option<&'static Encoding>,
    /// The first bytes, where a byte order mark is.
    head: Vec<u8>,
    utf8: Utf8Progress,
    japanese: Japanese,
    sample: Sample,
}

impl Detector {
    /// A detector for one document. `given` is what it is decoded with if it has no byte order mark and is
    /// neither UTF-8 nor UTF-16.
    pub(crate) fn new(given: Option<&'static Encoding>) -> Self {
        let (utf8, japanese, sample) = (Utf8Progress::default(), Japanese::default(), Sample::default());
        Self { given, head: Vec::new(), utf8, japanese, sample }
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
        }
    }

    /// Decides, at the end of the document.
    pub(crate) fn finish(mut self) -> Decision {
        let error = self.utf8.error();
        match by_bom(&self.head) {
            Some((encoding, _)) if encoding == UTF_8 => return error.map_or(Decision::Utf8, not_utf8),
            Some((encoding, _)) => return Decision::Other(encoding),
            None if is_utf32(&self.head) => {
                return Decision::Broken { byte: 0, is_utf8: false, detail: "UTF-32, which is not read" };
            }
            None => {}
        }
        if self.utf8.is_settled() {
            return match (error, self.given) {
                (None, _) => Decision::Utf8,
                (Some(_), Some(encoding)) => Decision::Other(encoding),
                (Some(byte), None) => not_utf8(byte),
            };
        }
        self.sample.finish();
        if !self.utf8.has_characters() && self.japanese.is_found() {
            return Decision::Other(ISO_2022_JP);
        }
        if let Some(encoding) = self.utf16_by_nuls() {
            return Decision::Other(encoding);
        }
        match (error, self.given) {
            (None, _) => Decision::Utf8,
            (Some(_), Some(encoding)) => Decision::Other(encoding),
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
            return Decision::Other(encoding_rs::GB18030);
        }
        let mut damage = Damage::default();
        self.sample.parts().for_each(|part| damage.add(part));
        if damage.is_utf8() {
            return not_utf8(error);
        }
        let utf16 = (self.sample.len().is_multiple_of(2) && !self.sample.has_nul())
            .then(|| utf16::byte_order(self.sample.raw(), false))
            .flatten();
        match utf16.or_else(|| guess::guess(|| self.sample.parts())) {
            Some(encoding) => Decision::Other(encoding),
            None => Decision::Broken { byte: error, is_utf8: false, detail: UNKNOWN },
        }
    }
}

/// The fault of a document that is in no encoding for certain.
const UNKNOWN: &str = "not valid UTF-8, and in no other encoding for certain";

fn not_utf8(byte: u64) -> Decision {
    Decision::Broken { byte, is_utf8: true, detail: NOT_UTF8 }
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
