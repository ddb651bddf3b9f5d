//! UTF-16 without a byte order mark, detected by the nature of its units in both byte orders.
//!
//! That NULs stand at odd offsets alone is not enough to go by: U+4E00 (一, "one"), U+3000 (the space that
//! indents a Chinese paragraph) and U+6700 (最, "most") put them at even ones.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::chinese::is_frequent;

/// Counts of code units in one byte order.
#[derive(Debug, Default)]
struct ByteOrderTally {
    units: usize,
    /// Units that most text has many of, and other encodings read as UTF-16 have not: ASCII, kana, frequent
    /// hanzi.
    telling: usize,
    /// Hanzi, kana and their punctuation.
    cjk: usize,
    /// Units that text hardly has.
    odd: usize,
    /// Control characters.
    controls: usize,
}

/// The kind of one unit.
enum CodeUnitKind {
    /// A unit that most text has many of.
    Telling,
    /// A unit of hanzi, kana or their punctuation that most text has many of.
    TellingCjk,
    /// Another of these.
    Cjk,
    /// A letter or sign of another script.
    Fair,
    /// A unit that text hardly has.
    Odd,
    /// Half of a character beyond U+FFFF.
    High,
    /// The other half.
    Low,
    /// A control character: a stray one is met even in the news.
    Control,
    /// A unit that no text has.
    Noncharacter,
}

fn kind(unit: u16) -> CodeUnitKind {
    match unit {
        0x09..=0x0d | 0x20..=0x7e | 0x2014 | 0x2018 | 0x2019 | 0x201c | 0x201d | 0x2026 => {
            CodeUnitKind::Telling
        }
        _ if is_small_script(unit) => CodeUnitKind::Telling,
        0..=0x1f | 0x7f..=0x9f => CodeUnitKind::Control,
        0xfdd0..=0xfdef | 0xfffe.. => CodeUnitKind::Noncharacter,
        0x3000..=0x3002
        | 0x3008..=0x3011
        | 0x3041..=0x30fe
        | 0xff01
        | 0xff08
        | 0xff09
        | 0xff0c
        | 0xff1a
        | 0xff1b
        | 0xff1f => CodeUnitKind::TellingCjk,
        0x4e00..=0x9fff if is_frequent(u32::from(unit)) => CodeUnitKind::TellingCjk,
        0xd800..=0xdbff => CodeUnitKind::High,
        0xdc00..=0xdfff => CodeUnitKind::Low,
        // ASCII in the other byte order.
        _ if unit.trailing_zeros() >= 8 => CodeUnitKind::Odd,
        0x4e00..=0x9fff | 0x3003..=0x303f | 0xff02..=0xffee => CodeUnitKind::Cjk,
        0xa0..=0x52f
        | 0x590..=0x6ff
        | 0x900..=0x11ff
        | 0x1e00..=0x1fff
        | 0x2010..=0x203b
        | 0x20ac
        | 0x2100..=0x22ff
        | 0x2500..=0x266f
        | 0x3100..=0x33ff
        | 0xac00..=0xd7a3 => CodeUnitKind::Fair,
        _ => CodeUnitKind::Odd,
    }
}

/// Whether the unit is of Latin, Greek, Cyrillic, Hebrew, Arabic, Thai, Georgian or the like: the high byte
/// is a control character in any other encoding. The first of a block may be ASCII in the other byte order.
fn is_small_script(unit: u16) -> bool {
    let is_of_block = matches!(unit >> 8, 1..=6 | 0x0e | 0x10 | 0x1e);
    is_of_block && unit.trailing_zeros() < 8
}

impl ByteOrderTally {
    /// The tally of the slices, or `None` if they hold what no text holds.
    fn of<'a>(slices: impl Iterator<Item = &'a [u8]>, order: fn([u8; 2]) -> u16) -> Option<Self> {
        let mut tally = Self::default();
        for slice in slices {
            tally.add(slice, order)?;
        }
        Some(tally)
    }

    fn add(&mut self, slice: &[u8], order: fn([u8; 2]) -> u16) -> Option<()> {
        // At the start of a slice the first half of a pair may have been passed over.
        let mut is_after_high = true;
        for (i, pair) in slice.chunks_exact(2).enumerate() {
            let kind = kind(order([pair[0], pair[1]]));
            match kind {
                CodeUnitKind::Telling => self.telling += 1,
                CodeUnitKind::TellingCjk => (self.telling, self.cjk) = (self.telling + 1, self.cjk + 1),
                CodeUnitKind::Cjk => self.cjk += 1,
                CodeUnitKind::Odd => self.odd += 1,
                CodeUnitKind::Control => self.controls += 1,
                CodeUnitKind::Noncharacter => return None,
                CodeUnitKind::Low if !is_after_high => return None,
                CodeUnitKind::Fair | CodeUnitKind::High | CodeUnitKind::Low => {}
            }
            if is_after_high && i > 0 && !matches!(kind, CodeUnitKind::Low) {
                return None;
            }
            is_after_high = matches!(kind, CodeUnitKind::High);
        }
        self.units += slice.len() / 2;
        Some(())
    }

    /// Whether this is text, as far as it goes, and `other`, of the other byte order, is less so.
    fn is_text(&self, other: Option<&Self>) -> bool {
        self.units >= 2
            && self.odd * 10 <= self.units
            && self.controls * 100 <= self.units
            && self.telling * 10 >= self.units
            && other.is_none_or(|other| other.odd > 2 * self.odd + 1)
    }

    /// Whether this is text in hanzi or kana that has no ASCII at all, not even a line's end.
    fn is_cjk_alone(&self, other: Option<&Self>) -> bool {
        self.is_text(other)
            && self.units >= 4
            && self.cjk * 10 >= self.units * 9
            && self.telling * 4 >= self.units
    }
}

/// The byte order of a document in UTF-16 that is kept in these slices, each of which begins at an even
/// offset; `None` if it is no such text. Without NULs there must be stronger evidence.
pub(super) fn byte_order<'a>(
    slices: impl Iterator<Item = &'a [u8]> + Clone,
    has_nuls: bool,
) -> Option<&'static Encoding> {
    let little = ByteOrderTally::of(slices.clone(), u16::from_le_bytes);
    let big = ByteOrderTally::of(slices, u16::from_be_bytes);
    let test = if has_nuls { ByteOrderTally::is_text } else { ByteOrderTally::is_cjk_alone };
    let is = |one: &Option<ByteOrderTally>, other: &Option<ByteOrderTally>| {
        one.as_ref().is_some_and(|t| test(t, other.as_ref()))
    };
    match (is(&little, &big), is(&big, &little)) {
        (true, false) => Some(UTF_16LE),
        (false, true) => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_byte_order() {
        for (text, has_nuls, is_told) in [
            ("Hello, world\n", true, true),
            ("ok", true, true),
            ("一", true, false),
            ("　　一个人，最后开了门。\n", true, true),
            ("一个人开了门", true, true),
            ("他们都说这是很好的事情", false, true),
            ("これは日本語の文章です", false, true),
            ("人間は這些我們的時候，説", false, true),
            ("Привет, как дела?\r\n", true, true),
            ("안녕하세요 여러분 반갑습니다\n", true, true),
            ("😀 ok\n", true, true),
            ("a\u{1}b\n", true, false),
            ("", true, false),
        ] {
            for (order, expected) in
                [(u16::to_le_bytes as fn(u16) -> [u8; 2], UTF_16LE), (u16::to_be_bytes, UTF_16BE)]
            {
                let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
                let found = byte_order([&*bytes].into_iter(), has_nuls);
                assert_eq!(found, is_told.then_some(expected), "{text}");
            }
        }
    }

    #[test]
    fn other_encodings_are_no_utf16() {
        for (encoding, text) in [
            (encoding_rs::SHIFT_JIS, "これは日本語の文章です。人間は考える葦である。私は学生です"),
            (encoding_rs::GB18030, "他们都说这是很好的事情，我们也这样想。"),
            (encoding_rs::BIG5, "他們都說這是很好的事情，我們也這樣想。"),
            (encoding_rs::EUC_KR, "안녕하세요여러분반갑습니다"),
            (encoding_rs::UTF_8, "他们都说这是很好的事情，我们也这样想。他们"),
            (encoding_rs::UTF_8, "bush hid the facts"),
        ] {
            let bytes = encoding.encode(text).0;
            for has_nuls in [true, false] {
                assert_eq!(byte_order([&*bytes].into_iter(), has_nuls), None, "{text}");
            }
        }
    }
}
