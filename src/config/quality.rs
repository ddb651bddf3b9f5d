//! The profiles by which documents of low quality go.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;

/// What documents are measured by, and the bounds (contract C5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QualityProfile {
    /// Nothing is measured.
    #[default]
    Off,
    /// Signals of pages that are no news.
    News,
    /// The filters of FineWeb-2, with the values of each language.
    Fineweb2,
    /// The filters of Gopher.
    Gopher,
    /// The filters of C4.
    C4,
}

impl QualityProfile {
    /// Whether anything is measured.
    pub fn is_on(self) -> bool {
        self != Self::Off
    }
}

/// The languages that bounds are given for: what a document is written in, told by its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QualityLanguage {
    /// All of them, but for those that have a bound of their own.
    All,
    /// Chinese.
    Zh,
    /// Japanese.
    Ja,
    /// Korean.
    Ko,
    /// Thai.
    Th,
    /// Any language in Latin letters.
    Latin,
    /// Any other.
    Other,
}

/// What a measure is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QualityBound {
    /// Nothing: no document goes for it.
    Off,
    /// A share or a number, in ten-thousandths.
    At(u64),
}

/// Bounds of one's own for the signals of a profile, by language: a table `[quality-bounds.zh]` of `tamis.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QualityBounds(BTreeMap<QualityLanguage, BTreeMap<String, QualityBound>>);

impl QualityProfile {
    /// The names of its signals, in the order in which they are looked at.
    pub fn signals(self) -> Vec<&'static str> {
        match self {
            Self::Off => Vec::new(),
            Self::News => NEWS.to_vec(),
            Self::Fineweb2 => FINEWEB2.to_vec(),
            Self::Gopher => FINEWEB2.into_iter().filter(|signal| !OF_FINEWEB.contains(signal)).collect(),
            Self::C4 => vec!["curly-brackets", "lorem-ipsum", "sentences"],
        }
    }
}

const NEWS: [&str; 18] = [
    "replacement-characters",
    "latin-1-characters",
    "utf-8-read-as-gbk",
    "letters-and-digits",
    "frequent-hanzi",
    "unbroken-hanzi",
    "consonant-clusters",
    "lorem-ipsum",
    "code-characters",
    "lines-of-numbers",
    "notice",
    "offer",
    "cut-off",
    "link-list",
    "word-list",
    "repeated-phrase",
    "notice-words",
    "offer-words",
];

const FINEWEB2: [&str; 25] = [
    "duplicate-lines",
    "duplicate-line-characters",
    "top-2-gram",
    "top-3-gram",
    "top-4-gram",
    "duplicate-5-grams",
    "duplicate-6-grams",
    "duplicate-7-grams",
    "duplicate-8-grams",
    "duplicate-9-grams",
    "duplicate-10-grams",
    "line-punctuation",
    "short-lines",
    "duplicate-characters",
    "line-breaks",
    "words",
    "most-words",
    "word-length",
    "most-word-length",
    "hashes",
    "ellipses",
    "bullet-lines",
    "cut-lines",
    "words-with-letters",
    "stop-words",
];

/// The signals of `FineWeb` that Gopher does not have.
const OF_FINEWEB: [&str; 4] = ["line-punctuation", "short-lines", "duplicate-characters", "line-breaks"];

impl QualityBound {
    /// In a whole, or in one of what is counted.
    pub const PARTS: u64 = 10_000;

    /// A number that is spelled as people do; `None` if it is negative, or none.
    fn of(number: f64) -> Option<Self> {
        let parts = (number * 10_000.0).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between the two")]
        (0.0..1e12).contains(&parts).then_some(Self::At(parts as u64))
    }
}

impl Serialize for QualityBound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Off => serializer.serialize_str("off"),
            Self::At(parts) if parts % Self::PARTS == 0 => serializer.serialize_u64(parts / Self::PARTS),
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            Self::At(parts) => serializer.serialize_f64(parts as f64 / 10_000.0),
        }
    }
}

impl<'de> Deserialize<'de> for QualityBound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelled {
            Number(f64),
            Off(Off),
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Off {
            Off,
        }
        let bound = match Spelled::deserialize(deserializer) {
            Ok(Spelled::Number(number)) => Self::of(number),
            Ok(Spelled::Off(Off::Off)) => Some(Self::Off),
            Err(_) => None,
        };
        bound.ok_or_else(|| D::Error::custom("a bound is a number from 0 on, or \"off\""))
    }
}

impl QualityBounds {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(BTreeMap::is_empty)
    }

    /// The bound of a signal in texts of a language, if one is given.
    pub fn of(&self, language: QualityLanguage, signal: &str) -> Option<QualityBound> {
        let own = |language| self.0.get(&language)?.get(signal).copied();
        own(language).or_else(|| own(QualityLanguage::All))
    }

    /// Refuses bounds for signals that the profile does not have.
    pub(super) fn validate(&self, profile: QualityProfile) -> Result<(), Error> {
        let signals = profile.signals();
        let refused = |what: String| Err(Error::Config(format!("quality-bounds: {what}")));
        if !self.is_empty() && signals.is_empty() {
            return refused(
                "tamis.toml has bounds, and no profile is asked for; add --quality, or take them out"
                    .to_owned(),
            );
        }
        match self.0.values().flat_map(BTreeMap::keys).find(|name| !signals.contains(&name.as_str())) {
            Some(name) => refused(format!(
                "{name} is no signal of this profile; take it out of tamis.toml, or ask for its profile; this one has {}",
                signals.join(", ")
            )),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_as_people_spell_them() {
        let json = r#"{"all":{"link-list":"off","notice":0.2},"zh":{"notice":0.3}}"#;
        let bounds: QualityBounds = serde_json::from_str(json).unwrap();
        let of = |language, signal| bounds.of(language, signal);
        assert_eq!(of(QualityLanguage::Zh, "notice"), Some(QualityBound::At(3000)));
        assert_eq!(of(QualityLanguage::Ja, "notice"), Some(QualityBound::At(2000)));
        assert_eq!(of(QualityLanguage::Zh, "link-list"), Some(QualityBound::Off));
        assert_eq!(of(QualityLanguage::Zh, "offer"), None);
        assert_eq!(serde_json::to_string(&bounds).unwrap(), json);
        let counts = r#"{"latin":{"word-length":3.5,"words":30}}"#;
        let bounds: QualityBounds = serde_json::from_str(counts).unwrap();
        assert_eq!(serde_json::to_string(&bounds).unwrap(), counts);
        for wrong in [r#"{"zh":{"notice":-1}}"#, r#"{"zh":{"notice":"on"}}"#, r#"{"en":{"notice":1}}"#] {
            assert!(serde_json::from_str::<QualityBounds>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn bounds_are_of_signals_of_the_profile() {
        let bounds: QualityBounds = serde_json::from_str(r#"{"zh":{"notice":0.2}}"#).unwrap();
        assert!(bounds.validate(QualityProfile::News).is_ok());
        assert!(bounds.validate(QualityProfile::Gopher).is_err());
        assert!(bounds.validate(QualityProfile::Off).is_err());
        assert!(QualityBounds::default().validate(QualityProfile::Off).is_ok());
    }
}
