//! The fast path to key text: one pass over UTF-8 bytes that folds each character by table straight into
//! the key buffer.
//!
//! NFKC is context-free between characters that neither combine nor compose with what stands before them
//! (UAX #15, section 9.1: normalization boundaries). For those the folded form is looked up; at the first
//! other character, or one that repair would change, the pass gives up and the libraries take the whole
//! paragraph. In Chinese and English news under 2 % of the paragraphs come to that. A property test holds
//! the table to the libraries over all of Unicode.

use std::sync::OnceLock;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::library;
use crate::config::MatchMode;
use crate::split::line::{Fate, fate};

/// The folded form of one character: at most [`MAX_FORM`] bytes, or a special case in `len`.
#[derive(Debug, Clone, Copy)]
struct Form {
    bytes: [u8; MAX_FORM],
    len: u8,
}

const MAX_FORM: usize = 7;
/// `len` of a white-space character: becomes one space, or none after another.
const SPACE: u8 = 0xfe;
/// `len` of a character that needs its context or is repaired: the libraries must do it.
const HARD: u8 = 0xff;

/// Code points a page.
const PAGE: usize = 256;
/// Pages up to U+10FFFF.
const NUM_PAGES: usize = 0x11_0000 / PAGE;

type Page = [Form; PAGE];

/// The folded forms of all characters for one match mode, made page by page when first needed
/// (about 30 µs a page; Chinese and English news touch some 90).
#[derive(Debug)]
pub(super) struct FoldTable {
    mode: MatchMode,
    pages: [OnceLock<Box<Page>>; NUM_PAGES],
}

static EXACT: FoldTable = FoldTable::new(MatchMode::Exact);
static CANONICAL: FoldTable = FoldTable::new(MatchMode::Canonical);
static LOOSE: FoldTable = FoldTable::new(MatchMode::Loose);

impl FoldTable {
    const fn new(mode: MatchMode) -> Self {
        Self { mode, pages: [const { OnceLock::new() }; NUM_PAGES] }
    }

    /// The table of a match mode.
    pub(super) fn of(mode: MatchMode) -> &'static Self {
        match mode {
            MatchMode::Exact => &EXACT,
            MatchMode::Canonical => &CANONICAL,
            MatchMode::Loose => &LOOSE,
        }
    }

    #[inline]
    fn form(&self, code: u32) -> Form {
        let code = code as usize;
        let page = self.pages[code / PAGE].get_or_init(|| self.make_page(code / PAGE));
        page[code % PAGE]
    }

    #[cold]
    fn make_page(&self, number: usize) -> Box<Page> {
        let first = u32::try_from(number * PAGE).unwrap_or(u32::MAX);
        let mut page = Box::new([Form { bytes: [0; MAX_FORM], len: HARD }; PAGE]);
        for (form, code) in page.iter_mut().zip(first..) {
            if let Some(c) = char::from_u32(code) {
                *form = make_form(c, self.mode);
            }
        }
        page
    }
}

fn make_form(c: char, mode: MatchMode) -> Form {
    let hard = Form { bytes: [0; MAX_FORM], len: HARD };
    if fate(c) != Fate::Keep {
        return hard;
    }
    let folded: Vec<char> = match mode {
        MatchMode::Exact => vec![c],
        MatchMode::Canonical if c.is_whitespace() => return Form { len: SPACE, ..hard },
        _ if !starts_afresh(c) => return hard,
        MatchMode::Canonical => std::iter::once(c).nfkc().collect(),
        MatchMode::Loose => {
            let mut kept = Vec::new();
            library::loose(std::iter::once(c), |c| kept.push(c));
            kept
        }
    };
    // A form with white space in it (U+00A8), or one that is removed, meets its neighbours' white space:
    // rare, and left to the libraries.
    if mode == MatchMode::Canonical && folded.iter().any(|&c| c.is_whitespace() || library::is_invisible(c)) {
        return hard;
    }
    let text: String = folded.into_iter().collect();
    let mut form = hard;
    if let (Some(place), Ok(len)) = (form.bytes.get_mut(..text.len()), u8::try_from(text.len())) {
        place.copy_from_slice(text.as_bytes());
        form.len = len;
    }
    form
}

/// Whether nothing before `c` can change how `c` is normalized: its decomposition starts with a starter
/// that composes with nothing to its left.
fn starts_afresh(c: char) -> bool {
    std::iter::once(c).nfkd().next().is_some_and(|first| {
        canonical_combining_class(first) == 0 && is_nfc_quick(std::iter::once(first)) == IsNormalized::Yes
    }) && std::iter::once(c).nfkc().next().is_some_and(|first| canonical_combining_class(first) == 0)
}

/// Folds `text` to the end of `out`; returns `false` at the first character that needs the libraries (what
/// was appended by then is of no use).
///
/// `text` must be cut at character boundaries. In canonical mode a space is appended after another
/// character only and at most once; the space at the end of the key is the caller's to take off.
#[inline]
pub(super) fn fold(text: &str, table: &FoldTable, out: &mut Vec<u8>) -> bool {
    match table.mode {
        MatchMode::Canonical => fold_bytes::<true>(text.as_bytes(), table, out),
        MatchMode::Exact => fold_bytes::<true>(text.as_bytes(), table, out),
        MatchMode::Loose => fold_bytes::<false>(text.as_bytes(), table, out),
    }
}

/// `PLAIN`: printable ASCII and Han fold to themselves, so that whole words of bytes are copied.
fn fold_bytes<const PLAIN: bool>(src: &[u8], table: &FoldTable, out: &mut Vec<u8>) -> bool {
    let mut at = 0;
    while let Some(&byte) = src.get(at) {
        if PLAIN {
            if byte < 0x80 {
                at = copy_ascii(src, at, table.mode, out);
            } else if is_han_lead(byte) {
                at = copy_han(src, at, out);
            }
        }
        let Some((code, width)) = decode(src, at) else { return at == src.len() };
        if !append(table.form(code), out) {
            return false;
        }
        at += width;
    }
    true
}

#[inline]
fn append(form: Form, out: &mut Vec<u8>) -> bool {
    match form.len {
        HARD => return false,
        SPACE => {
            if out.last().is_some_and(|&last| last != b' ') {
                out.push(b' ');
            }
        }
        len => {
            let end = out.len() + usize::from(len);
            out.extend_from_slice(&form.bytes);
            out.truncate(end);
        }
    }
    true
}

/// U+4000-U+9FFF: all Han (or hexagrams), all their own NFKC form. Lead bytes E4-E9.
#[inline]
fn is_han_lead(byte: u8) -> bool {
    (0xe4..=0xe9).contains(&byte)
}

/// Copies Han from `at` on, four characters at a time while they last; returns the place after them.
#[inline]
fn copy_han(src: &[u8], mut at: usize, out: &mut Vec<u8>) -> usize {
    while let Some(word) = src.get(at..).and_then(|rest| rest.first_chunk::<12>()) {
        if !(is_han_lead(word[0]) & is_han_lead(word[3]) & is_han_lead(word[6]) & is_han_lead(word[9])) {
            break;
        }
        out.extend_from_slice(word);
        at += 12;
    }
    while let Some(word) = src.get(at..).and_then(|rest| rest.first_chunk::<3>()) {
        if !is_han_lead(word[0]) {
            break;
        }
        out.extend_from_slice(word);
        at += 3;
    }
    at
}

/// Copies words of eight printable ASCII bytes from `at` on, without two spaces in a row in canonical mode;
/// returns the place after them.
#[inline]
fn copy_ascii(src: &[u8], mut at: usize, mode: MatchMode, out: &mut Vec<u8>) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    while let Some(bytes) = src.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*bytes);
        // Bit 7 of a byte is set if it is not ASCII, below 0x20, or 0x7F (bytes are below 0x80 where the
        // sums matter, so that nothing is carried into the next byte).
        let low = word & !HIGH;
        let odd = word | !(low + ONES * (0x80 - 0x20)) | (low + ONES);
        if odd & HIGH != 0 {
            break;
        }
        // Bit 7 of a byte is set if it is a space.
        let spaces = !((word ^ (ONES * 0x20)) + ONES * 0x7f) & HIGH;
        let follows_space = spaces & 0x80 != 0 && out.last().is_none_or(|&last| last == b' ');
        if mode == MatchMode::Canonical && (spaces & (spaces << 8) != 0 || follows_space) {
            break;
        }
        out.extend_from_slice(bytes);
        at += 8;
    }
    at
}

/// The code point at `at` and its width. `src` is valid UTF-8 and `at` a boundary; `None` at the end.
#[inline]
fn decode(src: &[u8], at: usize) -> Option<(u32, usize)> {
    let rest = src.get(at..)?;
    let low = |index: usize| rest.get(index).map(|&byte| u32::from(byte & 0x3f));
    let first = u32::from(*rest.first()?);
    Some(match first {
        0..0x80 => (first, 1),
        0x80..0xe0 => ((first & 0x1f) << 6 | low(1)?, 2),
        0xe0..0xf0 => ((first & 0x0f) << 12 | low(1)? << 6 | low(2)?, 3),
        _ => ((first & 0x07) << 18 | low(1)? << 12 | low(2)? << 6 | low(3)?, 4),
    })
}
