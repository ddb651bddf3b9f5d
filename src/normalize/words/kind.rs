//! The few kinds into which tokens sort characters by `General_Category`, remembered.
//!
//! `unicode-properties` searches its ranges at each call, which took more than half of the time where tokens are
//! made by the libraries.

use std::sync::OnceLock;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::normalize::library::{is_invisible, is_word};

/// The kind of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum CharKind {
    /// L, M or N, but not Nd.
    Letter,
    /// Nd.
    Digit,
    /// Cc or Cf.
    Invisible,
    /// Anything else.
    Other,
}

/// Code points a page.
const PAGE: usize = 256;
/// Pages up to U+10FFFF.
const NUM_PAGES: usize = 0x11_0000 / PAGE;

/// The kind of `c`; the first call on a page of 256 characters finds the kinds of all of them.
#[inline]
pub(super) fn kind(c: char) -> CharKind {
    static PAGES: [OnceLock<Box<[CharKind; PAGE]>>; NUM_PAGES] = [const { OnceLock::new() }; NUM_PAGES];
    let code = u32::from(c) as usize;
    let page = PAGES[code / PAGE].get_or_init(|| {
        let first = u32::try_from(code - code % PAGE).expect("a page of characters");
        let mut page = Box::new([CharKind::Other; PAGE]);
        for (kind, code) in page.iter_mut().zip(first..) {
            *kind = char::from_u32(code).map_or(CharKind::Other, searched);
        }
        page
    });
    page[code % PAGE]
}

fn searched(c: char) -> CharKind {
    if c.general_category() == GeneralCategory::DecimalNumber {
        CharKind::Digit
    } else if is_word(c) {
        CharKind::Letter
    } else if is_invisible(c) {
        CharKind::Invisible
    } else {
        CharKind::Other
    }
}
