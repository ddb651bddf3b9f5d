//! The languages that `--language` knows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of a document, or one of the two answers that are none: `mixed` and `und`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(u8);

/// Codes: ISO 639-1, with the script for Chinese (BCP 47); Cantonese, `mixed` and `und` have none of two letters. First
/// those that `rules/language` tells by words, in the order of its table.
const CODES: [&str; Language::COUNT] = [
    "af", "ar", "az", "be", "bg", "ca", "cs", "cy", "da", "de", "en", "eo", "es", "et", "eu", "fa", "fi",
    "fr", "ga", "hi", "hr", "hu", "id", "is", "it", "kk", "la", "lt", "lv", "mk", "mn", "mr", "ms", "nl",
    "no", "pl", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv", "sw", "tl", "tr", "uk", "ur", "vi",
    "yo", "zu", "zh", "zh-Hans", "zh-Hant", "yue", "ja", "ko", "th", "el", "he", "hy", "ka", "bn", "pa",
    "gu", "ta", "te", "kn", "ml", "si", "lo", "bo", "my", "km", "am", "mixed", "und",
];

/// Other names that people and catalogues use.
const ALIASES: [(&str, &str); 24] = [
    ("zh-cn", "zh-Hans"),
    ("zh-sg", "zh-Hans"),
    ("zh-hans-cn", "zh-Hans"),
    ("zh-tw", "zh-Hant"),
    ("zh-hk", "zh-Hant"),
    ("zh-mo", "zh-Hant"),
    ("zh-hant-tw", "zh-Hant"),
    ("zh-hant-hk", "zh-Hant"),
    ("zh-yue", "yue"),
    ("cmn", "zh"),
    ("zho", "zh"),
    ("chi", "zh"),
    ("eng", "en"),
    ("jpn", "ja"),
    ("jp", "ja"),
    ("kor", "ko"),
    ("kr", "ko"),
    ("nb", "no"),
    ("nn", "no"),
    ("bs", "hr"),
    ("iw", "he"),
    ("in", "id"),
    ("fil", "tl"),
    ("undetermined", "und"),
];

impl Language {
    /// How many there are.
    pub const COUNT: usize = 79;

    /// Chinese in characters that Simplified and Traditional Chinese share.
    pub const CHINESE: Self = Self(53);
    /// Simplified Chinese.
    pub const SIMPLIFIED: Self = Self(54);
    /// Traditional Chinese.
    pub const TRADITIONAL: Self = Self(55);
    /// Cantonese.
    pub const CANTONESE: Self = Self(56);
    /// Japanese.
    pub const JAPANESE: Self = Self(57);
    /// Several languages, none of which has most of the text.
    pub const MIXED: Self = Self(77);
    /// Undecided: no words, or too few.
    pub const UNDECIDED: Self = Self(78);

    /// All languages and answers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).map(Self).take(Self::COUNT)
    }

    /// Its place in the order of all.
    pub fn number(self) -> usize {
        usize::from(self.0)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        CODES[self.number()]
    }

    /// Whether it is Chinese in any form, Cantonese among them.
    pub fn is_chinese(self) -> bool {
        (Self::CHINESE..=Self::CANTONESE).contains(&self)
    }

    /// This language and those that a document in it may be told to be in: all forms of Chinese for `zh`; and `zh` for a
    /// form of it, as a text in characters that both share may be either.
    fn with_forms(self) -> impl Iterator<Item = Self> {
        let is_form = move |other: Self| match self {
            Self::CHINESE => other.is_chinese(),
            Self::SIMPLIFIED | Self::TRADITIONAL => other == Self::CHINESE,
            _ => false,
        };
        Self::all().filter(move |other| *other == self || is_form(*other))
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        let given = code.trim().replace('_', "-");
        let lower = given.to_ascii_lowercase();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == lower).map(|(_, code)| *code);
        let wanted = alias.unwrap_or(&given);
        Self::all()
            .find(|language| language.code().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| format!("{code:?} is no language that is told; these are: {}", CODES.join(", ")))
    }
}

/// The languages whose documents stay.
///
/// It is written as codes with commas between them. Documents that are `mixed` or `und` stay too, unless `-mixed` or
/// `-und` is among them: a rule that cannot judge a text leaves it (contract C3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Languages {
    /// A bit for each language that was named.
    named: u128,
    drops_mixed: bool,
    drops_undecided: bool,
}

impl Languages {
    /// Whether a document in this language stays.
    pub fn keeps(self, language: Language) -> bool {
        match language {
            Language::MIXED => !self.drops_mixed,
            Language::UNDECIDED => !self.drops_undecided,
            _ => self.named().flat_map(Language::with_forms).any(|kept| kept == language),
        }
    }

    fn named(self) -> impl Iterator<Item = Language> {
        Language::all().filter(move |language| self.named >> language.number() & 1 == 1)
    }
}

impl FromStr for Languages {
    type Err = String;

    fn from_str(list: &str) -> Result<Self, String> {
        let mut languages = Self { named: 0, drops_mixed: false, drops_undecided: false };
        for code in list.split(',').map(str::trim).filter(|code| !code.is_empty()) {
            match code {
                "-mixed" => languages.drops_mixed = true,
                "-und" => languages.drops_undecided = true,
                _ => languages.named |= 1 << code.parse::<Language>()?.number(),
            }
        }
        let answers = 1 << Language::MIXED.number() | 1 << Language::UNDECIDED.number();
        if languages.named & !answers == 0 {
            return Err(format!(
                "{list:?} names no language; write codes with commas between them, such as zh,en"
            ));
        }
        // They stay anyway.
        languages.named &= !answers;
        Ok(languages)
    }
}

impl fmt::Display for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut codes: Vec<&str> = self.named().map(Language::code).collect();
        codes.extend(self.drops_mixed.then_some("-mixed"));
        codes.extend(self.drops_undecided.then_some("-und"));
        f.write_str(&codes.join(","))
    }
}

impl TryFrom<String> for Languages {
    type Error = String;

    fn try_from(list: String) -> Result<Self, String> {
        list.parse()
    }
}

impl From<Languages> for String {
    fn from(languages: Languages) -> Self {
        languages.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_written() {
        for (list, written) in [
            ("zh,en", Ok("en,zh")),
            (" EN , zh_TW ,en", Ok("en,zh-Hant")),
            ("zh-hans,yue", Ok("zh-Hans,yue")),
            ("en,und,-mixed,-und", Ok("en,-mixed,-und")),
            ("nb", Ok("no")),
            ("", Err("names no language")),
            ("-und", Err("names no language")),
            ("und", Err("names no language")),
            ("en,xx", Err("\"xx\" is no language")),
            ("en zh", Err("is no language")),
        ] {
            let read = list.parse::<Languages>();
            match (&read, written) {
                (Ok(languages), Ok(written)) => {
                    assert_eq!(languages.to_string(), written, "{list}");
                    assert_eq!(written.parse(), read, "{list}");
                }
                (Err(error), Err(part)) => assert!(error.contains(part), "{list}: {error}"),
                _ => panic!("{list}: {read:?}"),
            }
        }
    }

    #[test]
    fn what_stays() {
        for (list, language, stays) in [
            ("en", "en", true),
            ("en", "de", false),
            ("en", "und", true),
            ("en", "mixed", true),
            ("en,-und", "und", false),
            ("en,-und", "mixed", true),
            ("en,-mixed", "mixed", false),
            ("zh", "zh", true),
            ("zh", "zh-Hans", true),
            ("zh", "zh-Hant", true),
            ("zh", "yue", true),
            ("zh", "ja", false),
            ("zh-Hans", "zh", true),
            ("zh-Hans", "zh-Hans", true),
            ("zh-Hans", "zh-Hant", false),
            ("zh-Hant", "yue", false),
            ("yue", "zh-Hant", false),
        ] {
            let languages: Languages = list.parse().unwrap();
            assert_eq!(languages.keeps(language.parse().unwrap()), stays, "{list}: {language}");
        }
    }
}
