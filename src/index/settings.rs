//! The settings that an index depends on, and the list of its runs.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::config::{Config, MatchMode, Repair, SplitMode};
use crate::normalize::{KEY_VERSION, unicode_versions};

/// The settings that decide on fingerprints and on which paragraphs have one. An index made under other settings cannot
/// be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexSettings {
    /// The version of the rules by which key text is made, [`KEY_VERSION`].
    pub key_version: u32,
    /// `--match`
    #[serde(rename = "match")]
    pub match_mode: MatchMode,
    /// `--split`
    pub split: SplitMode,
    /// `--repair`
    pub repair: Repair,
    /// `--min-chars`: paragraphs with fewer letters, marks, numbers and emoji are not in the index.
    pub min_chars: u64,
    /// The versions of Unicode behind the key text, as in the summary.
    pub unicode: BTreeMap<String, String>,
}

/// A run that is in an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexRun {
    /// Its name: no two of an index are the same.
    pub name: String,
    /// Paragraphs of its corpus, which is the number of places it takes.
    #[serde(rename = "paragraphs")]
    pub num_paragraphs: u64,
    /// Paragraphs that are in the index.
    #[serde(rename = "entries")]
    pub num_entries: u64,
    /// Documents that the index can name.
    #[serde(rename = "documents")]
    pub num_documents: u64,
}

impl IndexRun {
    /// A run with `num_paragraphs` places, and with nothing in the index yet.
    pub fn new(name: impl Into<String>, num_paragraphs: u64) -> Self {
        Self { name: name.into(), num_paragraphs, num_entries: 0, num_documents: 0 }
    }
}

/// A setting that differs: its name, and its two values.
type SettingDifference = (String, String, String);

fn differ<T: Serialize + PartialEq>(name: &str, one: &T, other: &T) -> Option<SettingDifference> {
    let spelled = |value: &T| serde_json::to_string(value).unwrap_or_default().replace('"', "");
    (one != other).then(|| (name.to_owned(), spelled(one), spelled(other)))
}

impl IndexSettings {
    /// The settings of a run under this configuration.
    pub fn of(config: &Config) -> Self {
        let version = |(major, minor, patch)| format!("{major}.{minor}.{patch}");
        Self {
            key_version: KEY_VERSION,
            match_mode: config.matching.mode,
            split: config.split.split,
            repair: config.split.repair,
            min_chars: config.matching.min_chars,
            unicode: unicode_versions().map(|(name, v)| (name.to_owned(), version(v))).into(),
        }
    }

    /// Why an index with these settings cannot be used by a run with `now`: the first setting that differs. A larger
    /// `min_chars` now is no reason: the index knows all paragraphs that are looked for.
    pub fn mismatch(&self, now: &Self) -> Option<String> {
        let (own, now_chars) = (&self.min_chars, &now.min_chars);
        let shorter = || differ("min-chars", own, now_chars).filter(|_| now_chars < own);
        let (name, index, now) = self.differs(now).or_else(shorter)?;
        Some(format!("{name}: {index} in the index, {now} now"))
    }

    /// Why fingerprints of the two cannot be compared.
    fn differs(&self, other: &Self) -> Option<SettingDifference> {
        let unicode = || {
            let names = self.unicode.keys().chain(other.unicode.keys());
            let mut told = names.filter_map(|name| {
                let of = |settings: &Self| settings.unicode.get(name).cloned().unwrap_or("none".to_owned());
                differ(&format!("Unicode of {}", name.replace('_', " ")), &of(self), &of(other))
            });
            told.next()
        };
        differ("version of the key text", &self.key_version, &other.key_version)
            .or_else(|| differ("match", &self.match_mode, &other.match_mode))
            .or_else(|| differ("split", &self.split, &other.split))
            .or_else(|| differ("repair", &self.repair, &other.repair))
            .or_else(unicode)
    }

    /// The settings of an index over both: what is shorter than either's `min_chars` may be missing.
    ///
    /// # Errors
    /// The first setting, other than `min_chars`, that differs.
    pub fn joined(&self, other: &Self) -> Result<Self, String> {
        match self.differs(other) {
            None => Ok(Self { min_chars: self.min_chars.max(other.min_chars), ..self.clone() }),
            Some((name, own, others)) => Err(format!("{name}: {own} and {others}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mismatches_are_named() {
        let of = |change: fn(&mut Config)| {
            let mut config = Config::default();
            config.matching.min_chars = 5;
            change(&mut config);
            IndexSettings::of(&config)
        };
        let index = of(|_| ());
        assert_eq!(index.mismatch(&index), None);
        assert_eq!(index.mismatch(&of(|c| c.matching.min_chars = 6)), None);
        for (now, expected) in [
            (of(|c| c.matching.mode = MatchMode::Loose), "match: canonical in the index, loose now"),
            (of(|c| c.split.split = SplitMode::Block), "split: auto in the index, block now"),
            (of(|c| c.split.repair = Repair::None), "repair: basic in the index, none now"),
            (of(|c| c.matching.min_chars = 4), "min-chars: 5 in the index, 4 now"),
        ] {
            assert_eq!(index.mismatch(&now).as_deref(), Some(expected));
        }
        let mut other = index.clone();
        other.unicode.insert("case_folding".to_owned(), "99.0.0".to_owned());
        let told = index.mismatch(&other).unwrap();
        assert!(told.starts_with("Unicode of case folding: ") && told.ends_with(" 99.0.0 now"), "{told}");
        other.unicode.remove("case_folding");
        assert!(index.mismatch(&other).unwrap().ends_with("none now"));
        assert!(other.mismatch(&index).unwrap().contains("none in the index"));
        let older = IndexSettings { key_version: 1, ..index.clone() };
        let told = older.mismatch(&index);
        assert_eq!(told.as_deref(), Some("version of the key text: 1 in the index, 2 now"));
    }

    #[test]
    fn joined_settings_promise_no_more_than_either() {
        let index = IndexSettings::of(&Config::default());
        let longer = IndexSettings { min_chars: 7, ..index.clone() };
        assert_eq!(index.joined(&longer), Ok(longer.clone()));
        assert_eq!(longer.joined(&index), Ok(longer.clone()));
        let other = IndexSettings { split: SplitMode::Sentence, ..index };
        assert_eq!(longer.joined(&other), Err("split: auto and sentence".to_owned()));
    }
}
