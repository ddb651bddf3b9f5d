//! The characters of which text consists (contract I4): letters, marks, numbers and emoji. A paragraph whose key text
//! has none of them is layout: a rule of dashes, a fence, the rule of a table.

use std::ops::RangeInclusive;
use std::sync::OnceLock;

use unicode_properties::emoji::is_regional_indicator;
use unicode_segmentation::UnicodeSegmentation;

use super::{fold, library};

/// Counts the characters of text in `key`, which is valid UTF-8, until there are `most` of them.
///
/// Cost: that of the characters up to the last one counted, about 1 ns each.
#[inline]
pub fn count_text_chars(key: &[u8], most: u64) -> u64 {
    // Nearly every paragraph begins so, and by default one character is enough.
    if most == 1 && begins_with_text(key) { 1 } else { count_chars_of_text(key, most) }
}

/// Whether a key shows that its first character is text: one of ASCII, or a Han character of U+4000-U+8FFF, where
/// U+4DC0-U+4DFF are signs.
#[inline]
fn begins_with_text(key: &[u8]) -> bool {
    match key {
        [0xe4, second, ..] => *second != 0xb7,
        [first, ..] => first.is_ascii_alphanumeric() || HAN_LEADS.contains(first),
        [] => false,
    }
}

/// The first bytes in UTF-8 of U+5000-U+8FFF, which are Han.
const HAN_LEADS: RangeInclusive<u8> = 0xe5..=0xe8;

/// [`count_text_chars`] of any key.
fn count_chars_of_text(key: &[u8], most: u64) -> u64 {
    let (mut found, mut at) = (0, 0);
    while at < key.len() && found < most {
        if key[at] < 0x80 {
            found += u64::from(key[at].is_ascii_alphanumeric());
            at += 1;
            continue;
        }
        let Some((code, width)) = fold::decode(key, at) else { break };
        found += u64::from(is_text(code));
        at += width;
    }
    found
}

/// Whether a byte of `text`, which repair does not change, shows that its key text has a character of text, under any match
/// mode: a letter or digit of ASCII, or the first byte of U+5000-U+8FFF, which are Han. If none does there may be one all the same.
///
/// Cost: a look at each byte up to the first that shows it.
#[inline]
pub fn shows_text(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphanumeric() || HAN_LEADS.contains(&byte))
}

/// Code points a page.
const PAGE: usize = 256;
/// Pages up to U+10FFFF.
const NUM_PAGES: usize = 0x11_0000 / PAGE;

/// A bit for each code point of a page.
type TextPage = [u64; PAGE / 64];

/// The characters of text, page by page, each made when it is first asked for.
static PAGES: [OnceLock<TextPage>; NUM_PAGES] = [const { OnceLock::new() }; NUM_PAGES];

#[inline]
fn is_text(code: u32) -> bool {
    let code = code as usize;
    let Some(page) = PAGES.get(code / PAGE) else { return false };
    let page = page.get_or_init(|| make_page(code / PAGE));
    page[code % PAGE / 64] >> (code % 64) & 1 == 1
}

#[cold]
fn make_page(number: usize) -> TextPage {
    let mut page = TextPage::default();
    for at in 0..PAGE {
        let c = u32::try_from(number * PAGE + at).ok().and_then(char::from_u32);
        page[at / 64] |= u64::from(c.is_some_and(is_text_char)) << (at % 64);
    }
    page
}

/// `General_Category` L, M or N, `Regional_Indicator` or `Extended_Pictographic`.
fn is_text_char(c: char) -> bool {
    library::is_word(c) || is_regional_indicator(c) || is_pictographic(c)
}

/// `Extended_Pictographic`: joined to an emoji by U+200D such a character makes one grapheme cluster with it, and no
/// other does that would not belong to the cluster by itself (UAX #29, rule GB11).
fn is_pictographic(c: char) -> bool {
    let num_clusters = |text: &str| text.graphemes(true).count();
    num_clusters(&format!("😀\u{200d}{c}")) == 1 && num_clusters(&format!("a{c}")) == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_first_byte_shows_is_so() {
        for c in '\0'..=char::MAX {
            let mut utf8 = [0; 4];
            let key = c.encode_utf8(&mut utf8).as_bytes();
            assert!(!begins_with_text(key) || is_text(u32::from(c)), "{c:?}");
        }
        assert!(
            begins_with_text("中".as_bytes()) && begins_with_text(b"a") && !begins_with_text("䷀".as_bytes())
        );
    }
    use crate::config::{MatchMode, Repair};
    use crate::normalize::KeyMaker;

    #[test]
    fn letters_marks_numbers_and_emoji_are_text() {
        for (name, key, expected) in [
            ("nothing", "", 0),
            ("a rule of dashes", "----- * * * ===== ~~~", 0),
            ("the rule of a table", "|:---|---:|", 0),
            ("a fence", "```", 0),
            ("punctuation of all kinds", "——……「」！？·、", 0),
            ("symbols that are no emoji", "→ ≠ ∑ ￥ █ ─ ○ ䷀", 0),
            ("letters and digits of ASCII", "a-Z 09", 4),
            ("Han, from its first to its last block", "㐀一鿿𠀀", 4),
            ("other scripts", "éяあ한ไ", 5),
            ("marks", "e\u{301}\u{93f}", 3),
            ("numbers that are no digits", "½Ⅷ①", 3),
            ("emoji", "👍 ❤ 😀", 3),
            ("a flag", "🇨🇳", 2),
            ("a joined emoji", "👩💻", 2),
        ] {
            assert_eq!(count_text_chars(key.as_bytes(), u64::MAX), expected, "{name}");
            for most in 0..4 {
                assert_eq!(count_text_chars(key.as_bytes(), most), expected.min(most), "{name}");
            }
        }
    }

    #[test]
    fn what_shows_text_is_text_in_every_key() {
        let modes = [MatchMode::Exact, MatchMode::Canonical, MatchMode::Loose];
        let keys = modes.map(|mode| KeyMaker::new(mode, Repair::Basic));
        let all = (0..=0x2_ffff_u32).filter_map(char::from_u32).map(|c| c.to_string());
        let shown: Vec<String> = all.filter(|text| shows_text(text)).collect();
        assert!(shown.len() > 16_384, "Han and ASCII");
        for text in shown {
            for key in keys {
                assert!(count_text_chars(key.key_text(&text).as_bytes(), 1) == 1, "{text:?} {key:?}");
            }
        }
    }
}
