//! What a character says about the language of a text: its script, as far as scripts tell languages apart.
//!
//! By blocks of Unicode and not by the property Script: it takes a few comparisons a character, and which of two
//! blocks of one script a letter stands in does not matter here.

/// A script, or a group of them that is told apart by other means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Han,
    Kana,
    Hangul,
    Thai,
    Greek,
    Hebrew,
    Armenian,
    Georgian,
    Bengali,
    Gurmukhi,
    Gujarati,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Lao,
    Tibetan,
    Myanmar,
    Khmer,
    Ethiopic,
    /// A letter of any other script.
    Other,
}

impl Script {
    /// How many scripts there are.
    pub(super) const COUNT: usize = Self::Other as usize + 1;

    /// All of them, in their order.
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Latin,
        Self::Cyrillic,
        Self::Arabic,
        Self::Devanagari,
        Self::Han,
        Self::Kana,
        Self::Hangul,
        Self::Thai,
        Self::Greek,
        Self::Hebrew,
        Self::Armenian,
        Self::Georgian,
        Self::Bengali,
        Self::Gurmukhi,
        Self::Gujarati,
        Self::Tamil,
        Self::Telugu,
        Self::Kannada,
        Self::Malayalam,
        Self::Sinhala,
        Self::Lao,
        Self::Tibetan,
        Self::Myanmar,
        Self::Khmer,
        Self::Ethiopic,
        Self::Other,
    ];

    /// The script of a letter, or of a mark that is part of a word; `None` for what is part of none.
    pub(super) fn of(c: char) -> Option<Self> {
        match c {
            'a'..='z' | 'A'..='Z' => Some(Self::Latin),
            '\0'..='\u{a9}' => None,
            '\u{4e00}'..='\u{9fff}' => Some(Self::Han),
            '\u{ac00}'..='\u{d7a3}' => Some(Self::Hangul),
            '\u{3041}'..='\u{3096}'
            | '\u{309d}'..='\u{309f}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{30fc}'..='\u{30ff}' => Some(Self::Kana),
            _ if c.is_alphabetic() || is_mark(c) => Some(Self::of_block(c)),
            _ => None,
        }
    }

    /// The script of the block that a letter or mark stands in.
    #[expect(clippy::match_same_arms, reason = "blocks in their order")]
    fn of_block(c: char) -> Self {
        match u32::from(c) {
            0x0aa..=0x2af
            | 0x300..=0x36f
            | 0x1e00..=0x1eff
            | 0x2c60..=0x2c7f
            | 0xa720..=0xa7ff
            | 0xfb00..=0xfb06 => Self::Latin,
            0x370..=0x3ff | 0x1f00..=0x1fff => Self::Greek,
            0x400..=0x52f | 0x1c80..=0x1c8f => Self::Cyrillic,
            0x530..=0x58f => Self::Armenian,
            0x590..=0x5ff | 0xfb1d..=0xfb4f => Self::Hebrew,
            0x600..=0x6ff | 0x750..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfeff => Self::Arabic,
            0x900..=0x97f => Self::Devanagari,
            0x980..=0x9ff => Self::Bengali,
            0xa00..=0xa7f => Self::Gurmukhi,
            0xa80..=0xaff => Self::Gujarati,
            0xb80..=0xbff => Self::Tamil,
            0xc00..=0xc7f => Self::Telugu,
            0xc80..=0xcff => Self::Kannada,
            0xd00..=0xd7f => Self::Malayalam,
            0xd80..=0xdff => Self::Sinhala,
            0xe00..=0xe7f => Self::Thai,
            0xe80..=0xeff => Self::Lao,
            0xf00..=0xfff => Self::Tibetan,
            0x1000..=0x109f => Self::Myanmar,
            0x10a0..=0x10ff | 0x1c90..=0x1cbf => Self::Georgian,
            0x1100..=0x11ff | 0x3130..=0x318f | 0xa960..=0xa97f | 0xd7b0..=0xd7ff | 0xffa0..=0xffdc => {
                Self::Hangul
            }
            0x1200..=0x139f => Self::Ethiopic,
            0x1780..=0x17ff => Self::Khmer,
            0x31f0..=0x31ff | 0xff66..=0xff9f => Self::Kana,
            0x3005..=0x3007 | 0x3400..=0x4dbf | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => Self::Han,
            0xff21..=0xff5a => Self::Latin,
            _ => Self::Other,
        }
    }

    /// How much a letter of this script says, in letters of an alphabet: a Chinese text takes about a third of the
    /// characters of an English one that says the same, and a syllable of Hangul stands for two to three letters.
    pub(super) fn weight(self) -> u32 {
        match self {
            Self::Han | Self::Kana | Self::Hangul => 3,
            _ => 1,
        }
    }

    /// Whether words of this script stand between spaces and are looked at one by one.
    pub(super) fn is_alphabet(self) -> bool {
        matches!(self, Self::Latin | Self::Cyrillic | Self::Arabic | Self::Devanagari)
    }
}

/// Marks that are part of a word and not alphabetic: combining accents, the nukta and the virama, vowel points.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{93c}' | '\u{94d}'
        | '\u{e47}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_a_script() {
        for (c, script) in [
            ('a', Some(Script::Latin)),
            ('é', Some(Script::Latin)),
            ('ệ', Some(Script::Latin)),
            ('ж', Some(Script::Cyrillic)),
            ('ی', Some(Script::Arabic)),
            ('ि', Some(Script::Devanagari)),
            ('\u{94d}', Some(Script::Devanagari)),
            ('雨', Some(Script::Han)),
            ('𠮷', Some(Script::Han)),
            ('ー', Some(Script::Kana)),
            ('ｶ', Some(Script::Kana)),
            ('비', Some(Script::Hangul)),
            ('ฝ', Some(Script::Thai)),
            ('ώ', Some(Script::Greek)),
            ('א', Some(Script::Hebrew)),
            ('1', None),
            ('１', None),
            ('٣', None),
            ('،', None),
            ('।', None),
            ('×', None),
            ('、', None),
            ('・', None),
            ('☔', None),
        ] {
            assert_eq!(Script::of(c), script, "{c}");
        }
    }
}
