//! The fast path to key text: one pass over UTF-8 bytes that folds each character by table straight into
//! the key buffer.
//!
//! NFKC is context-free between characters that neither combine nor compose with what stands before them
//! (UAX #15, section 9.1: normalization boundaries). For those the folded form is looked up; at the first
//! other character, or one that repair would change, the pass gives up and the libraries take the whole
//! paragraph. In Chinese and English news few paragraphs come to that. A property test holds
//! the table to the libraries over all of Unicode.

use std::sync::OnceLock;

use caseless::Caseless;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::buffer::KeyBuffer;
use super::joint::{Break, line_break};
use super::library;
use super::loose::Gap;
use crate::config::{MatchMode, Repair};
use crate::split::repaired::{Fate, fate};
use crate::units::ByteSpan;

/// The folded form of one character: at most [`MAX_FORM`] bytes, or a special case in `len`.
#[derive(Debug, Clone, Copy)]
struct Form {
    bytes: [u8; MAX_FORM],
    len: u8,
}

/// Eight bytes are stored whatever the length.
const MAX_FORM: usize = 8;
/// The most bytes to which a character of two bytes may fold; [`KeyBuffer`] has room for them.
const MAX_FOLDED: usize = 7;
/// Bit of `len`, in loose mode: the form is a number, and no other character of those that stay is.
const NUMBER: u8 = 0x10;
/// `len` of a character that stays beside numbers only, in loose mode.
const GAP: u8 = 0xfc;
/// `len` of a character that ends a line.
const BREAK: u8 = 0xfd;
/// `len` of another white-space character: becomes one space, or none after another.
const SPACE: u8 = 0xfe;
/// `len` of a character that needs its context or is repaired: the libraries must do it.
const HARD: u8 = 0xff;

/// Code points a page.
const PAGE: usize = 256;
/// Pages up to U+10FFFF.
const NUM_PAGES: usize = 0x11_0000 / PAGE;

type FoldPage = Box<[Form]>;

/// The folded forms of all characters for one match mode, made page by page when first needed
/// (about 30 µs a page; Chinese and English news touch some 90).
#[derive(Debug)]
pub(super) struct FoldTable {
    mode: MatchMode,
    pages: [OnceLock<FoldPage>; NUM_PAGES],
}

static EXACT: FoldTable = FoldTable::new(MatchMode::Exact);
static CANONICAL: FoldTable = FoldTable::new(MatchMode::Canonical);
static LOOSE: FoldTable = FoldTable::new(MatchMode::Loose);

impl FoldTable {
    #[expect(clippy::large_stack_arrays, reason = "evaluated at compile time")]
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
    fn make_page(&self, number: usize) -> FoldPage {
        let first = u32::try_from(number * PAGE).expect("a page of characters");
        let hard = Form { bytes: [0; MAX_FORM], len: HARD };
        let forms =
            (first..).take(PAGE).map(|code| char::from_u32(code).map_or(hard, |c| make_form(c, self.mode)));
        forms.collect()
    }
}

fn make_form(c: char, mode: MatchMode) -> Form {
    let special = |len| Form { bytes: [0; MAX_FORM], len };
    if fate(c) != Fate::Keep {
        return special(HARD);
    }
    match (mode, c) {
        (MatchMode::Exact, _) => return form_of(&[c], 0),
        // Line ends that are rare, and tags, which may stay.
        (_, '\u{2028}' | '\u{2029}') => return special(HARD),
        _ if library::is_tag(c) => return special(HARD),
        (MatchMode::Canonical, '\n' | '\r') => return special(BREAK),
        (MatchMode::Canonical, c) if c.is_whitespace() => return special(SPACE),
        (MatchMode::Loose, c) if c.is_whitespace() => return special(GAP),
        _ if !starts_afresh(c) => return special(HARD),
        _ if library::is_unseen(c) => return special(0),
        _ => {}
    }
    let canonical: Vec<char> =
        if library::is_own_number(c) { vec![c] } else { std::iter::once(c).nfkc().collect() };
    // A form with white space in it (U+00A8) meets its neighbours' white space: rare, and left to the libraries.
    if canonical.iter().any(|&c| c.is_whitespace() || library::is_unseen(c)) {
        return special(HARD);
    }
    if mode == MatchMode::Canonical {
        return form_of(&canonical, 0);
    }
    let folded: Vec<char> = canonical.into_iter().default_case_fold().collect();
    let all = |is_kind: fn(char) -> bool| folded.iter().all(|c| is_kind(*c));
    match folded.iter().filter(|c| library::is_number(**c)).count() {
        _ if all(|c| !library::is_word(c)) => special(GAP),
        0 if all(library::is_word) => form_of(&folded, 0),
        _ if all(library::is_number) => form_of(&folded, NUMBER),
        _ => special(HARD), // a part of it is a gap, or beside one
    }
}

/// The form of a character that folds to `text`, with these bits beside its length.
fn form_of(text: &[char], bits: u8) -> Form {
    let text: String = text.iter().collect();
    let mut form = Form { bytes: [0; MAX_FORM], len: HARD };
    if let (Some(place), Some(len)) =
        (form.bytes.get_mut(..text.len()), u8::try_from(text.len()).ok().filter(|_| text.len() <= MAX_FOLDED))
    {
        place.copy_from_slice(text.as_bytes());
        form.len = len | bits;
    }
    form
}

/// Whether nothing before `c` can change how `c` is normalized: its decomposition starts with a starter
/// that composes with nothing to its left.
pub(super) fn starts_afresh(c: char) -> bool {
    std::iter::once(c).nfkd().next().is_some_and(|first| {
        canonical_combining_class(first) == 0 && is_nfc_quick(std::iter::once(first)) == IsNormalized::Yes
    }) && std::iter::once(c).nfkc().next().is_some_and(|first| canonical_combining_class(first) == 0)
}

/// Folds one paragraph, piece by piece.
#[derive(Debug)]
pub(super) struct Folder<'a> {
    text: &'a str,
    table: &'static FoldTable,
    repair: Repair,
    /// In loose mode, whether the last character that stayed is a number.
    is_after_number: bool,
    /// In loose mode, where the gap began after which nothing has stayed yet.
    gap: Option<usize>,
}

/// Longest gap beside a number that is filtered here, in bytes.
const MAX_GAP: usize = 64;

impl<'a> Folder<'a> {
    /// Folds a paragraph of `text`, repaired in this way.
    #[inline]
    pub(super) fn new(text: &'a str, table: &'static FoldTable, repair: Repair) -> Self {
        Self { text, table, repair, is_after_number: false, gap: None }
    }

    /// Folds `text[span]` to the end of `out`, and perhaps a few bytes of white space more; returns where the next piece
    /// begins, or `None` at the first character that needs the libraries (what was appended by then is of no use).
    ///
    /// The span must lie on character boundaries and its folded form fit the buffer's room. In canonical mode a
    /// space is appended after another character only and at most once; the space at the end of the key is the
    /// caller's to take off.
    #[inline]
    pub(super) fn fold(&mut self, span: ByteSpan, out: &mut KeyBuffer) -> Option<usize> {
        let (room, start) = out.room();
        let ends = match self.table.mode {
            MatchMode::Canonical => self.fold_bytes::<true>(span, room, start),
            MatchMode::Exact => self.fold_bytes::<false>(span, room, start),
            MatchMode::Loose => self.fold_loosely(span, room, start),
        };
        let (at, to) = ends?;
        out.set_len(to);
        Some(at)
    }

    /// Folds into `out` from `to` on and returns where that ends in the text and in `out`, or `None` at a hard
    /// character.
    ///
    /// Printable ASCII and Han fold to themselves and are copied in words, the part of a word that is not
    /// so being overwritten by what comes next. A word may be read past the end of the span, where the text goes
    /// on. `COLLAPSE`: a space after a space is not copied.
    #[inline]
    fn fold_bytes<const COLLAPSE: bool>(
        &self,
        span: ByteSpan,
        out: &mut [u8],
        mut to: usize,
    ) -> Option<(usize, usize)> {
        let text = self.text.as_bytes();
        let mut at = span.start;
        while at < span.end {
            let rest = &text[at..];
            let copied = match rest[0] {
                0..0x80 => copy_ascii::<COLLAPSE>(rest, out, to),
                0xe4..=0xe9 => copy_han(rest, out, to),
                _ => 0,
            };
            if copied > 0 {
                let copied = copied.min(span.end - at);
                (at, to) = (at + copied, to + copied);
                continue;
            }
            let (code, width) = decode(text, at)?;
            let form = self.table.form(code);
            if COLLAPSE && form.len == BREAK {
                (at, to) = self.break_line(at, out, to)?;
            } else {
                to = append(form, out, to)?;
                at += width;
            }
        }
        Some((at, to))
    }

    /// Folds the white space around the line end at `at`.
    #[inline(never)]
    fn break_line(&self, at: usize, out: &mut [u8], to: usize) -> Option<(usize, usize)> {
        match line_break(self.text, at, self.repair) {
            Break::Space { end } => Some((end, append(Form { bytes: [0; MAX_FORM], len: SPACE }, out, to)?)),
            // The space that white space before the break has become, if there was any.
            Break::Joint { end } => Some((end, to - usize::from(to > 0 && out[to - 1] == b' '))),
            Break::Unclear => None,
        }
    }

    /// Folds in loose mode.
    #[inline]
    fn fold_loosely(&mut self, span: ByteSpan, out: &mut [u8], mut to: usize) -> Option<(usize, usize)> {
        let text = self.text.as_bytes();
        let mut at = span.start;
        while at < span.end {
            let (code, width) = decode(text, at)?;
            let form = self.table.form(code);
            match form.len {
                GAP => _ = self.gap.get_or_insert(at),
                0 => {}
                _ => {
                    let is_number = form.len != HARD && form.len & NUMBER != 0;
                    if let Some(start) = self.gap.take()
                        && (is_number || self.is_after_number)
                    {
                        to = self.close_gap(ByteSpan::new(start, at), is_number, out, to)?;
                    }
                    let len = if is_number { form.len & !NUMBER } else { form.len };
                    to = append(Form { len, ..form }, out, to)?;
                    self.is_after_number = is_number;
                }
            }
            at += width;
        }
        Some((at, to))
    }

    /// Appends what stays of a gap beside a number.
    fn close_gap(&self, gap: ByteSpan, is_before_number: bool, out: &mut [u8], to: usize) -> Option<usize> {
        let raw = &self.text[gap.range()];
        let mut text = String::new();
        if gap.len() > MAX_GAP {
            return None;
        }
        for c in raw.chars() {
            match c {
                '\n' | '\r' => return None, // it may be a joint
                c if c.is_whitespace() && text.ends_with(' ') => {}
                c if c.is_whitespace() => text.push(' '),
                c if library::is_unseen(c) => {}
                c => text.extend(std::iter::once(c).nfkc().default_case_fold()),
            }
        }
        let gap = Gap { text: &text, is_after_number: self.is_after_number, is_before_number };
        let mut end = to;
        let mut has_room = true;
        gap.for_each_kept(|c| match out.get_mut(end..end + c.len_utf8()) {
            Some(place) => end += c.encode_utf8(place).len(),
            None => has_room = false,
        });
        has_room.then_some(end)
    }

    /// Ends the paragraph at `end`: in loose mode a gap may be open.
    #[inline]
    pub(super) fn finish(&mut self, end: usize, out: &mut KeyBuffer) -> Option<()> {
        if let Some(start) = self.gap.take()
            && self.is_after_number
        {
            let (room, to) = out.room();
            let to = self.close_gap(ByteSpan::new(start, end), false, room, to)?;
            out.set_len(to);
        }
        Some(())
    }
}

/// Writes a form to `out[to..]` and returns where it ends.
#[inline]
fn append(form: Form, out: &mut [u8], to: usize) -> Option<usize> {
    match form.len {
        SPACE => {
            let follows_text = to > 0 && out[to - 1] != b' ';
            if follows_text {
                out[to] = b' ';
            }
            Some(to + usize::from(follows_text))
        }
        len if usize::from(len) > MAX_FORM => None,
        len => {
            *out.get_mut(to..)?.first_chunk_mut()? = form.bytes;
            Some(to + usize::from(len))
        }
    }
}

/// U+4000-U+9FFF, whose lead bytes are E4 to E9: Han (and hexagrams), all their own NFKC form. Copies words of
/// five of them, and the part of the next word that is, to `out[to..]`; returns how many bytes that were.
#[inline]
fn copy_han(rest: &[u8], out: &mut [u8], to: usize) -> usize {
    // The lead bytes of five characters, each in a lane of 24 bits.
    const LANES: u128 = 1 | 1 << 24 | 1 << 48 | 1 << 72 | 1 << 96;
    let mut copied = 0;
    while let Some(bytes) = rest.get(copied..).and_then(|rest| rest.first_chunk::<16>()) {
        let Some(place) = out.get_mut(to + copied..).and_then(|out| out.first_chunk_mut::<16>()) else {
            break;
        };
        *place = *bytes;
        let leads = u128::from_le_bytes(*bytes) & (LANES * 0xff);
        // Bit 8 of a lane is carried into if the lead is at least E4, or at least EA.
        let is_han = (leads + LANES * (0x100 - 0xe4)) & !(leads + LANES * (0x100 - 0xea));
        let others = !is_han & (LANES << 8);
        if others != 0 {
            // A branch that is predicted while words are whole; the count would make each wait for the last.
            return copied + others.trailing_zeros() as usize / 24 * 3;
        }
        copied += 15;
    }
    copied
}

/// Copies words of eight printable ASCII bytes, and the part of the next word that is, to `out[to..]`; returns
/// how many bytes that were. Under `COLLAPSE` a space that follows a space, or nothing, is not one of them.
#[inline]
fn copy_ascii<const COLLAPSE: bool>(rest: &[u8], out: &mut [u8], to: usize) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let before = to.checked_sub(1).and_then(|last| out.get(last)).is_none_or(|&last| last == b' ');
    // Bit 7: the byte before the word is a space, or there is none.
    let mut before = u64::from(before) << 7;
    let mut copied = 0;
    while let Some(bytes) = rest.get(copied..).and_then(|rest| rest.first_chunk::<8>()) {
        let Some(place) = out.get_mut(to + copied..).and_then(|out| out.first_chunk_mut::<8>()) else {
            break;
        };
        *place = *bytes;
        let word = u64::from_le_bytes(*bytes);
        // Bit 7 of a byte is set if it is not ASCII, below 0x20, or 0x7F. Bit 7 is masked before each sum, so
        // that nothing is carried into the next byte.
        let low = word & !HIGH;
        let mut odd = word | !(low + ONES * (0x80 - 0x20)) | (low + ONES);
        if COLLAPSE {
            // Bit 7 of a byte is set if it is a space (or not ASCII, and odd already).
            let spaces = !((low ^ (ONES * 0x20)) + ONES * 0x7f) & HIGH;
            odd |= spaces & (spaces << 8 | before);
            before = spaces >> 56;
        }
        if odd & HIGH != 0 {
            return copied + (odd & HIGH).trailing_zeros() as usize / 8;
        }
        copied += 8;
    }
    copied
}

/// The code point at `at` and its width. `src` is valid UTF-8 and `at` a boundary before its end.
#[inline]
pub(super) fn decode(src: &[u8], at: usize) -> Option<(u32, usize)> {
    let low = |byte: u8| u32::from(byte & 0x3f);
    let rest = src.get(at..)?;
    let first = u32::from(*rest.first()?);
    if (0xe0..0xf0).contains(&first) {
        let [_, b, c] = *rest.first_chunk::<3>()?;
        return Some(((first & 0x0f) << 12 | low(b) << 6 | low(c), 3));
    }
    if first < 0x80 {
        return Some((first, 1));
    }
    if first < 0xe0 {
        let [_, b] = *rest.first_chunk::<2>()?;
        return Some(((first & 0x1f) << 6 | low(b), 2));
    }
    let [_, b, c, d] = *rest.first_chunk::<4>()?;
    Some(((first & 0x07) << 18 | low(b) << 12 | low(c) << 6 | low(d), 4))
}
