//! Every other legacy encoding: of those in which the text can be read, the one that reads best, if it reads like text
//! and every other reading is far less likely.

use encoding_rs::{
    BIG5, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_8859_2, ISO_8859_4, ISO_8859_5,
    ISO_8859_6, ISO_8859_7, ISO_8859_13, KOI8_U, MACINTOSH, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_874,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
    WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};

use super::evidence::Language::{
    Ar, Bg, Ca, Cs, Da, De, El, En, Es, Et, Fa, Fi, Fr, He, Hr, Hu, Is, It, Lt, Lv, Mk, Nb, Nl, Pl, Pt, Ro,
    Ru, Sk, Sl, Sr, Sv, Th, Tr, Uk, Vi,
};
use super::evidence::{AsciiWords, Cost, Evidence, Reading, Wide};

/// An encoding that a text may have.
struct Candidate {
    encoding: &'static Encoding,
    /// The languages that are written in it.
    reading: Reading,
    /// How rare it is.
    prior: Cost,
}

const WESTERN: &[super::evidence::Language] = &[En, Fr, De, Es, It, Pt, Nl, Sv, Da, Nb, Fi, Is, Ca, Et];
const CENTRAL: &[super::evidence::Language] = &[En, De, Pl, Cs, Sk, Hu, Sl, Hr, Ro];
const BALTIC: &[super::evidence::Language] = &[En, Lt, Lv, Et, Pl];
const CYRILLIC: &[super::evidence::Language] = &[Ru, Uk, Bg, Mk, Sr];

/// UTF-16 without a NUL has no space and no line's end: a few characters of these.
const UTF_16: &[Wide] = &[Wide::Hans, Wide::Hant, Wide::Ja, Wide::Ko];

/// All that are guessed. Where two of them read the same text, the first is named.
static CANDIDATES: [Candidate; 27] = {
    const fn by_letters(
        encoding: &'static Encoding,
        languages: &'static [super::evidence::Language],
        prior: Cost,
    ) -> Candidate {
        Candidate { encoding, reading: Reading::Letters(languages), prior }
    }
    const fn wide(encoding: &'static Encoding, ways: &'static [Wide], prior: Cost) -> Candidate {
        Candidate { encoding, reading: Reading::Wide(ways), prior }
    }
    [
        by_letters(WINDOWS_1252, WESTERN, 0),
        wide(GB18030, &[Wide::Hans, Wide::Hant], 0),
        wide(BIG5, &[Wide::Hant], 0),
        wide(SHIFT_JIS, &[Wide::Ja], 0),
        wide(EUC_JP, &[Wide::Ja], 2),
        wide(EUC_KR, &[Wide::Ko], 0),
        by_letters(WINDOWS_1251, CYRILLIC, 0),
        by_letters(KOI8_U, &[Ru, Uk, Bg], 4),
        by_letters(IBM866, &[Ru, Bg, Uk], 6),
        by_letters(ISO_8859_5, CYRILLIC, 8),
        by_letters(X_MAC_CYRILLIC, CYRILLIC, 4),
        by_letters(WINDOWS_1253, &[El], 0),
        by_letters(ISO_8859_7, &[El], 2),
        by_letters(WINDOWS_1255, &[He], 0),
        by_letters(WINDOWS_1256, &[Ar, Fa], 0),
        by_letters(ISO_8859_6, &[Ar], 10),
        by_letters(WINDOWS_874, &[Th], 0),
        by_letters(WINDOWS_1250, CENTRAL, 6),
        by_letters(ISO_8859_2, CENTRAL, 8),
        by_letters(WINDOWS_1254, &[En, Tr], 6),
        by_letters(WINDOWS_1257, BALTIC, 12),
        by_letters(WINDOWS_1258, &[Vi], 14),
        by_letters(ISO_8859_13, BALTIC, 14),
        by_letters(ISO_8859_4, BALTIC, 14),
        by_letters(MACINTOSH, WESTERN, 20),
        wide(UTF_16LE, UTF_16, 10),
        wide(UTF_16BE, UTF_16, 10),
    ]
};

/// By so much the best reading must be likelier than any other: 11 bits, two thousand times. Of a short text no reading
/// is, of a long one nearly always one.
const MARGIN: Cost = 22;

/// The most windows that are looked at, and about how long they are, in bytes.
const WINDOWS: usize = 16;
const WINDOW_BYTES: usize = 1024;

/// What is looked at of a window, which is as long as a text without a space or a line's end.
const MOST_BYTES: usize = 16 * WINDOW_BYTES;

/// A reading that costs so much more than the best so far is not looked at any further.
const HOPELESS: Cost = 2000;

/// The cost of a malformed sequence.
const MALFORMED: Cost = 60;

/// In a window with so many characters the text must read like text.
const WINDOW_CHARACTERS: u32 = 40;

/// The result of a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// This encoding.
    Is(&'static Encoding),
    /// This one as well as the other.
    Either(&'static Encoding, &'static Encoding),
    /// The text is not the same encoding throughout: most of it seems to be in this one.
    Mixed(&'static Encoding),
    /// None of them.
    None,
}

/// A candidate with what came out of it.
struct Tried {
    candidate: &'static Candidate,
    evidence: Evidence,
    text: String,
    malformed: Cost,
    /// Whether each window that is long enough reads like text.
    is_even: bool,
}

impl Tried {
    fn new(candidate: &'static Candidate, ascii: &AsciiWords) -> Self {
        let evidence = Evidence::new(candidate.reading, ascii);
        Self { candidate, evidence, text: String::new(), malformed: 0, is_even: true }
    }

    fn cost(&self) -> Cost {
        self.candidate.prior + self.evidence.cost() + self.malformed * MALFORMED
    }

    /// Reads a window. A text of which one character in twenty is malformed is not in this encoding.
    fn read(&mut self, window: &[u8]) -> bool {
        let start = self.text.len();
        self.malformed += decode(self.candidate.encoding, window, &mut self.text);
        let text = &self.text[start..];
        let mut alone = Evidence::new(self.candidate.reading, &AsciiWords::new());
        alone.add(text);
        if alone.characters >= WINDOW_CHARACTERS {
            self.is_even &= alone.is_text(25);
        }
        self.evidence.join(&alone);
        self.text.push('\n');
        self.malformed * 20 <= self.evidence.characters
    }
}

/// Appends the text of `bytes` without what is malformed, of which the number is returned.
fn decode(encoding: &'static Encoding, mut bytes: &[u8], text: &mut String) -> Cost {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    text.reserve(bytes.len() * 3);
    let mut malformed = 0;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(bytes, text, true);
        bytes = &bytes[read..];
        match result {
            DecoderResult::InputEmpty => return malformed,
            DecoderResult::OutputFull => text.reserve(bytes.len() * 3 + 16),
            DecoderResult::Malformed(..) => malformed += 1,
        }
    }
}

/// The encoding of the document with these parts. Of UTF-16 only `utf16` is tried, for a short document.
pub(super) fn guess<'a>(parts: impl Iterator<Item = &'a [u8]>, utf16: Option<&'static Encoding>) -> Guess {
    let windows = windows(parts);
    let mut ascii = AsciiWords::new();
    for window in &windows {
        ascii.add(window);
    }
    let is_open = |candidate: &&Candidate| {
        ![UTF_16LE, UTF_16BE].contains(&candidate.encoding) || Some(candidate.encoding) == utf16
    };
    let candidates = CANDIDATES.iter().filter(is_open);
    let mut tried: Vec<Tried> = candidates.map(|candidate| Tried::new(candidate, &ascii)).collect();
    for window in windows {
        tried.retain_mut(|tried| tried.read(window));
        let least = tried.iter().map(Tried::cost).min().unwrap_or_default();
        tried.retain(|tried| tried.cost() <= least + HOPELESS);
    }
    let Some(best) = tried.iter().min_by_key(|tried| tried.cost()) else { return Guess::None };
    let others = tried.iter().filter(|tried| tried.text != best.text);
    let second = others.min_by_key(|tried| tried.cost());
    let encoding = best.candidate.encoding;
    if !best.evidence.is_text(0) {
        return Guess::None;
    }
    match second {
        Some(second) if second.cost() < best.cost() + MARGIN => {
            Guess::Either(encoding, second.candidate.encoding)
        }
        _ if !best.is_even => Guess::Mixed(encoding),
        _ => Guess::Is(encoding),
    }
}

/// Whether a piece of a document reads like text in the encoding that its beginning showed.
pub(super) fn agrees(piece: &[u8], encoding: &'static Encoding) -> bool {
    let Some(candidate) = CANDIDATES.iter().find(|candidate| candidate.encoding == encoding) else {
        return true;
    };
    let windows = windows(std::iter::once(piece));
    let mut tried = Tried::new(candidate, &AsciiWords::new());
    windows.iter().all(|window| tried.read(window)) && tried.is_even
}

/// Windows spread evenly over what is not ASCII. All of them begin between characters, and end there, but for one
/// that is too long.
fn windows<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
    let mut all: Vec<&[u8]> = parts.flat_map(Windows).filter(|window| !window.is_ascii()).collect();
    let number = all.len();
    if number > WINDOWS {
        all = (0..WINDOWS).map(|place| all[place * number / WINDOWS]).collect();
    }
    all.iter().map(|window| &window[..window.len().min(MOST_BYTES)]).collect()
}

/// Cuts a part into windows.
struct Windows<'a>(&'a [u8]);

impl<'a> Iterator for Windows<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let least = WINDOW_BYTES.min(self.0.len());
        let is_space = |byte: &u8| matches!(byte, b'\n' | b'\r' | b' ');
        // A line's end is never part of another character; a space is, as far as it goes, no more.
        let end = self.0[least..].iter().position(is_space).map_or(self.0.len(), |place| least + place + 1);
        let (window, rest) = self.0.split_at(end);
        self.0 = rest;
        (!window.is_empty()).then_some(window)
    }
}
