//! How near-duplicates are found and which of them stay.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::share::{Limit, Share};

/// The units that are compared for near-duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NearUnits {
    /// Whole documents, judged on their full text.
    Documents,
    /// Paragraphs.
    Paragraphs,
    /// Documents, then the paragraphs of those that stay.
    Both,
}

impl NearUnits {
    /// Whether documents are judged.
    pub fn has_documents(self) -> bool {
        self != Self::Paragraphs
    }

    /// Whether paragraphs are judged.
    pub fn has_paragraphs(self) -> bool {
        self != Self::Documents
    }
}

/// The units that are compared, or none: as an option is spelled. Where values may be true or false, `true` is
/// documents and `false` is `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NearSwitch {
    /// Near-duplicates stay.
    Off,
    /// These are compared.
    On(NearUnits),
}

impl NearSwitch {
    /// The units, if any are compared.
    pub fn units(self) -> Option<NearUnits> {
        match self {
            Self::Off => None,
            Self::On(units) => Some(units),
        }
    }
}

impl Serialize for NearSwitch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str(OFF),
            Self::On(units) => units.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for NearSwitch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SwitchVisitor)
    }
}

/// The name of no units.
const OFF: &str = "off";

/// Takes a name, or whether documents are compared.
struct SwitchVisitor;

impl Visitor<'_> for SwitchVisitor {
    type Value = NearSwitch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("documents, paragraphs, both or off, or true or false")
    }

    fn visit_bool<E: de::Error>(self, is_on: bool) -> Result<NearSwitch, E> {
        Ok(if is_on { NearSwitch::On(NearUnits::Documents) } else { NearSwitch::Off })
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<NearSwitch, E> {
        Ok(match name {
            "documents" => NearSwitch::On(NearUnits::Documents),
            "paragraphs" => NearSwitch::On(NearUnits::Paragraphs),
            "both" => NearSwitch::On(NearUnits::Both),
            OFF => NearSwitch::Off,
            _ => return Err(E::unknown_variant(name, &["documents", "paragraphs", "both", OFF])),
        })
    }
}

/// Units as [`NearSwitch`] spells them; none if there is nothing.
fn units_or_off<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NearUnits>, D::Error> {
    let switch = Option::<NearSwitch>::deserialize(deserializer)?;
    Ok(switch.and_then(NearSwitch::units))
}

/// Settings that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NearPreset {
    /// Only what is the same text but for small edits, with the same numbers.
    #[default]
    Strict,
    /// Edited copies of news, but not reports made from one template.
    News,
    /// Every edited copy; what is made from one template is merged.
    Syndication,
}

/// The units of which a shingle is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShingleUnit {
    /// Tokens: words, and characters of scripts without spaces (UAX #29).
    Word,
    /// Characters of the tokens, joined without spaces.
    Char,
}

/// The runs that two texts are compared by: `word:5` or `char:5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shingle {
    unit: ShingleUnit,
    len: u8,
}

impl Shingle {
    /// Most elements of a shingle.
    pub const MAX_LEN: usize = 32;

    /// Runs of `len` (1 to 32) elements.
    pub const fn new(unit: ShingleUnit, len: u8) -> Self {
        let len = if len == 0 { 1 } else { len };
        Self { unit, len: if len > 32 { 32 } else { len } }
    }

    /// The units of which the shingle is made.
    #[inline]
    pub fn unit(self) -> ShingleUnit {
        self.unit
    }

    /// Number of elements.
    #[inline]
    #[expect(clippy::len_without_is_empty, reason = "it is at least 1")]
    pub fn len(self) -> usize {
        usize::from(self.len)
    }
}

impl FromStr for Shingle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once(':').and_then(|(unit, len)| {
            let unit = match unit {
                "word" => ShingleUnit::Word,
                "char" => ShingleUnit::Char,
                _ => return None,
            };
            let len = len.parse().ok().filter(|len| (1..=Self::MAX_LEN).contains(&usize::from(*len)))?;
            Some(Self { unit, len })
        });
        parsed.ok_or_else(|| {
            format!("{text:?} is not a shingle; write word:N or char:N with N from 1 to 32, such as word:5")
        })
    }
}

impl fmt::Display for Shingle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            ShingleUnit::Word => "word",
            ShingleUnit::Char => "char",
        };
        write!(f, "{unit}:{}", self.len)
    }
}

impl TryFrom<String> for Shingle {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shingle> for String {
    fn from(shingle: Shingle) -> Self {
        shingle.to_string()
    }
}

/// Which of several near-duplicates stays.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Keep {
    /// The first in corpus order.
    #[default]
    First,
    /// The one of most tokens (characters under `char:N`); of equals the first.
    Longest,
    /// The one whose record has the greatest value in this field; of equals the first. A document without the
    /// field is the oldest.
    Newest(String),
    /// The one whose path matches the earliest line of this file of globs; of equals the first. A document that
    /// matches none comes last.
    Priority(String),
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "first" => Ok(Self::First),
            None if text == "longest" => Ok(Self::Longest),
            Some(("newest", field)) if !field.is_empty() => Ok(Self::Newest(field.to_owned())),
            Some(("priority", file)) if !file.is_empty() => Ok(Self::Priority(file.to_owned())),
            _ => {
                Err(format!("{text:?} is not a choice; write first, longest, newest:FIELD or priority:FILE"))
            }
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::Longest => f.write_str("longest"),
            Self::Newest(field) => write!(f, "newest:{field}"),
            Self::Priority(file) => write!(f, "priority:{file}"),
        }
    }
}

impl TryFrom<String> for Keep {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Keep> for String {
    fn from(keep: Keep) -> Self {
        keep.to_string()
    }
}

/// Removal of near-duplicates. [`NearConfig::default`] is what the `strict` preset does, switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NearConfig {
    /// The units that are compared. Default: none, near-duplicates stay.
    #[serde(rename = "near", deserialize_with = "units_or_off")]
    pub units: Option<NearUnits>,
    /// Where the values below come from if nothing else is said.
    #[serde(rename = "near_preset")]
    pub preset: NearPreset,
    /// The Jaccard coefficient from which on two texts are near-duplicates.
    pub threshold: Share,
    /// The shingles by which texts are compared.
    pub shingle: Shingle,
    /// The share of the numbers in two texts that must agree. [`Limit::Off`]: neither numbers nor replaced words are
    /// compared (contract N2).
    pub number_guard: Limit,
    /// The share of a text's shingles that must stand in a longer, kept text for the shorter one to go, whatever their
    /// similarity.
    pub containment: Limit,
    /// Which of several stays.
    pub keep: Keep,
    /// The globs of [`Keep::Priority`], the best first.
    pub priority: Vec<String>,
    /// Paragraphs with fewer key-text characters are left to exact matching.
    #[serde(rename = "near_min_chars")]
    pub min_chars: u64,
}

impl Default for NearConfig {
    fn default() -> Self {
        Self::preset(NearPreset::Strict)
    }
}

impl NearConfig {
    /// The values of a preset; nothing is switched on.
    pub fn preset(preset: NearPreset) -> Self {
        let strict = Self {
            units: None,
            preset,
            threshold: Share::hundredths(80),
            shingle: Shingle::new(ShingleUnit::Word, 5),
            number_guard: Limit::AtLeast(Share::hundredths(80)),
            containment: Limit::Off,
            keep: Keep::First,
            priority: Vec::new(),
            min_chars: 40,
        };
        match preset {
            NearPreset::Strict => strict,
            NearPreset::News => Self {
                threshold: Share::hundredths(50),
                shingle: Shingle::new(ShingleUnit::Char, 5),
                number_guard: Limit::AtLeast(Share::hundredths(90)),
                containment: Limit::AtLeast(Share::hundredths(80)),
                ..strict
            },
            NearPreset::Syndication => Self {
                threshold: Share::hundredths(45),
                shingle: Shingle::new(ShingleUnit::Char, 5),
                number_guard: Limit::Off,
                containment: Limit::AtLeast(Share::hundredths(80)),
                keep: Keep::Longest,
                ..strict
            },
        }
    }

    /// Whether documents are judged.
    pub fn has_documents(&self) -> bool {
        self.units.is_some_and(NearUnits::has_documents)
    }

    /// Whether paragraphs are judged.
    pub fn has_paragraphs(&self) -> bool {
        self.units.is_some_and(NearUnits::has_paragraphs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shingles_and_choices() {
        assert_eq!("char:3".parse(), Ok(Shingle::new(ShingleUnit::Char, 3)));
        for text in ["word", "word:0", "word:33", "byte:5", "word:", ":5", "word:5:5"] {
            assert!(text.parse::<Shingle>().is_err(), "{text}");
        }
        for text in ["first", "longest", "newest:meta.date", "priority:a:b"] {
            assert_eq!(text.parse::<Keep>().map(|keep| keep.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "last", "newest", "newest:", "priority:"] {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
    }
}
