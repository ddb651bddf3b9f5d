//! Every other legacy encoding: the guess of a general detector, taken only if the text that comes out of it
//! is text of that encoding's languages.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_8859_5, ISO_8859_6, ISO_8859_7,
    ISO_8859_8, KOI8_U, SHIFT_JIS, WINDOWS_874, WINDOWS_1251, WINDOWS_1253, WINDOWS_1255, WINDOWS_1256,
};

use super::chinese::is_frequent;
use super::widened;

/// The encoding of the document with these parts, or `None` if it cannot be detected. Takes two passes over them.
pub(super) fn guess<'a, I: Iterator<Item = &'a [u8]>>(parts: impl Fn() -> I) -> Option<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for (i, part) in parts().enumerate() {
        if i > 0 {
            // The line's end keeps the letters of two places from being taken for neighbors.
            detector.feed(b"\n", false);
        }
        detector.feed(part, false);
    }
    detector.feed(b"", true);
    let encoding = widened(detector.guess(None, Utf8Detection::Deny));
    CharTally::of(parts(), encoding)?.is_plausible(encoding).then_some(encoding)
}

/// Whether the character is a frame, of which tables in IBM866 are full, or punctuation or a full-width form
/// of Chinese, Japanese and Korean.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{259f}' | '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff65}')
}

/// Counts of the characters of a decoded text, by script.
#[derive(Debug, Default)]
struct CharTally {
    characters: usize,
    /// Control characters that no text has.
    controls: usize,
    ascii_letters: usize,
    /// Characters beyond ASCII that are no [signs](is_sign).
    others: usize,
    /// Characters beyond ASCII that stand in a row of at least four, letters among them.
    in_rows: usize,
    /// Letters among them.
    letters: usize,
    /// The letter that ends the Latin encodings: a byte 0xFF, of which no language makes much use.
    last_letters: usize,
    hanzi: usize,
    frequent_hanzi: usize,
    /// Kana of full width.
    kana: usize,
    hangul: usize,
    cyrillic: usize,
    /// Cyrillic capitals.
    cyrillic_capitals: usize,
    /// Cyrillic letters that make up half of any text in Russian, Ukrainian, Bulgarian or Serbian.
    cyrillic_common: usize,
    greek: usize,
    hebrew: usize,
    arabic: usize,
    thai: usize,
}

impl CharTally {
    /// The tally of the text of these parts, or `None` if they cannot be decoded.
    fn of<'a>(parts: impl Iterator<Item = &'a [u8]>, encoding: &'static Encoding) -> Option<Self> {
        let mut tally = Self::default();
        let mut text = String::with_capacity(16 * 1024);
        for mut part in parts {
            let mut decoder = encoding.new_decoder_without_bom_handling();
            loop {
                let (result, read) = decoder.decode_to_string_without_replacement(part, &mut text, true);
                part = &part[read..];
                tally.add(&text);
                text.clear();
                match result {
                    DecoderResult::InputEmpty => break,
                    DecoderResult::OutputFull => {}
                    DecoderResult::Malformed(..) => return None,
                }
            }
        }
        Some(tally)
    }

    fn add(&mut self, text: &str) {
        let (mut row, mut row_letters) = (0, 0);
        for c in text.chars() {
            self.characters += 1;
            if c.is_ascii() {
                self.end_row(row, row_letters);
                (row, row_letters) = (0, 0);
            } else {
                row += 1;
                row_letters += usize::from(c.is_alphabetic());
            }
            match c {
                'a'..='z' | 'A'..='Z' => self.ascii_letters += 1,
                '\t'..='\r' | '\u{1a}' | '\u{1b}' => {}
                c if c.is_control() => self.controls += 1,
                c if c.is_ascii() || is_sign(c) => {}
                c => self.add_other(c),
            }
        }
        self.end_row(row, row_letters);
    }

    fn end_row(&mut self, characters: usize, letters: usize) {
        if characters >= 4 && letters >= 2 {
            self.in_rows += characters;
        }
    }

    fn add_other(&mut self, c: char) {
        self.others += 1;
        self.letters += usize::from(c.is_alphabetic());
        self.last_letters += usize::from(matches!(c, 'ÿ' | '˙'));
        let counter = match c {
            '\u{4e00}'..='\u{9fff}' => {
                self.frequent_hanzi += usize::from(is_frequent(u32::from(c)));
                &mut self.hanzi
            }
            '\u{400}'..='\u{52f}' => {
                self.cyrillic_capitals += usize::from(c.is_uppercase());
                self.cyrillic_common += usize::from("оеаинтсОЕАИНТС".contains(c));
                &mut self.cyrillic
            }
            '\u{370}'..='\u{3ff}' => &mut self.greek,
            '\u{590}'..='\u{5ff}' => &mut self.hebrew,
            '\u{600}'..='\u{6ff}' => &mut self.arabic,
            '\u{e00}'..='\u{e7f}' => &mut self.thai,
            '\u{3041}'..='\u{30ff}' => &mut self.kana,
            '\u{ac00}'..='\u{d7a3}' => &mut self.hangul,
            _ => return,
        };
        *counter += 1;
    }

    /// Whether text in that encoding looks like this. One control character in a thousand is let pass.
    fn is_plausible(&self, encoding: &'static Encoding) -> bool {
        self.controls <= self.characters / 1000 && self.last_letters * 2 < self.others && self.is_of(encoding)
    }

    /// Whether the characters beyond ASCII are those of the encoding's languages.
    fn is_of(&self, encoding: &'static Encoding) -> bool {
        // With less than this, shares say little.
        let is_short = self.others < 20;
        let half = |count: usize| count * 2 >= self.others;
        let most = |count: usize| is_short || count * 5 >= self.others * 4;
        match encoding {
            // Of hanzi at random one in forty is frequent.
            e if [GB18030, BIG5].contains(&e) => {
                is_short || half(self.hanzi) && self.frequent_hanzi * 8 >= self.hanzi
            }
            // Text without kana is not Japanese. Half-width kana do not count: any GB2312 is full of their
            // bytes.
            e if [SHIFT_JIS, EUC_JP].contains(&e) => {
                half(self.kana + self.hanzi) && self.kana * 20 >= self.letters && self.kana > 0
            }
            e if e == EUC_KR => half(self.hangul),
            // Greek read as KOI8 becomes capitals with a like sound; what is none of these has other letters.
            e if [WINDOWS_1251, ISO_8859_5, KOI8_U, IBM866].contains(&e) => {
                most(self.cyrillic)
                    && (is_short || self.cyrillic_common * 3 >= self.cyrillic)
                    && (is_short || e != KOI8_U || self.cyrillic_capitals * 2 <= self.cyrillic)
            }
            e if [WINDOWS_1253, ISO_8859_7].contains(&e) => most(self.greek),
            e if [WINDOWS_1255, ISO_8859_8].contains(&e) => most(self.hebrew),
            e if [WINDOWS_1256, ISO_8859_6].contains(&e) => most(self.arabic),
            e if e == WINDOWS_874 => most(self.thai),
            // Latin: no language has accents on more than a third of its letters, nor on four in a row.
            _ => {
                let is_rare = if is_short {
                    self.letters <= self.ascii_letters
                } else {
                    self.letters * 2 <= self.ascii_letters
                };
                is_rare && self.in_rows * 2 <= self.others
            }
        }
    }
}
