//! The settings that an index depends on, and the list of its runs.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::config::{
    Config, Limit, MatchMode, NearConfig, NearUnits, Repair, Share, Shingle, SourceBy, SplitMode,
};
use crate::decide::boilerplate::PRINT_VERSION;
use crate::decide::near::Banding;
use crate::fingerprint::{GRAM_VERSION, SAMPLE_VERSION, SKETCH_VERSION};
use crate::normalize::{KEY_VERSION, unicode_versions};

use super::layout;

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
    /// The settings under which near-duplicates of its texts are found; none if no run in it searched for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<NearSettings>,
    /// The grams that are kept of documents; none if none are. All runs of an index have them or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grams: Option<GramSettings>,
    /// The settings under which the boilerplate of sources is counted; none if no run in it counted any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<SourceSettings>,
}

/// The settings that decide on the prints of the documents of sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// `--source`
    pub source: SourceBy,
    /// The version of prints, which word lists belong to.
    pub version: u32,
}

impl SourceSettings {
    fn of(config: &Config) -> Option<Self> {
        let source = config.decide.source.clone();
        config.decide.boilerplate.then_some(Self { source, version: PRINT_VERSION })
    }

    fn differs(&self, other: &Self) -> Option<SettingDifference> {
        differ("source", &self.source, &other.source)
            .or_else(|| differ("version of prints", &self.version, &other.version))
    }
}

/// The settings that decide on the grams of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GramSettings {
    /// `--grams`: tokens of a gram.
    pub tokens: usize,
    /// The version of grams, [`GRAM_VERSION`].
    pub version: u32,
}

/// The settings that decide on what is kept of texts, and on which of them stayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearSettings {
    /// `--near`
    pub units: NearUnits,
    /// `--shingle`
    pub shingle: Shingle,
    /// `--threshold`
    pub threshold: Share,
    /// `--containment`
    pub containment: Limit,
    /// `--number-guard`
    pub number_guard: Limit,
    /// Bins of a sketch.
    pub bins: usize,
    /// The version of sketches, [`SKETCH_VERSION`].
    pub sketch_version: u32,
    /// The version of samples, [`SAMPLE_VERSION`].
    pub sample_version: u32,
}

impl NearSettings {
    fn of(config: &NearConfig) -> Option<Self> {
        let NearConfig { units, shingle, threshold, containment, number_guard, .. } = *config;
        Some(Self {
            units: units?,
            shingle,
            threshold,
            containment,
            number_guard,
            bins: Banding::of(config).num_bins(),
            sketch_version: SKETCH_VERSION,
            sample_version: SAMPLE_VERSION,
        })
    }

    fn differs(&self, other: &Self) -> Option<SettingDifference> {
        differ("near", &self.units, &other.units)
            .or_else(|| differ("shingle", &self.shingle, &other.shingle))
            .or_else(|| differ("threshold", &self.threshold, &other.threshold))
            .or_else(|| differ("containment", &self.containment, &other.containment))
            .or_else(|| differ("number-guard", &self.number_guard, &other.number_guard))
            .or_else(|| differ("version of sketches", &self.sketch_version, &other.sketch_version))
            .or_else(|| differ("version of samples", &self.sample_version, &other.sample_version))
            .or_else(|| differ("bins of a sketch", &self.bins, &other.bins))
    }
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
    /// Texts in the index, of which near-duplicates are found; none if the run searched for no near-duplicates.
    #[serde(default, rename = "texts", skip_serializing_if = "Option::is_none")]
    pub num_texts: Option<u64>,
    /// Texts in the index that are found inside longer ones, by their grams; none if no grams are kept.
    #[serde(default, rename = "passages", skip_serializing_if = "Option::is_none")]
    pub num_passages: Option<u64>,
    /// Documents by which the boilerplate of their sources is counted; none if the run counted none.
    #[serde(default, rename = "counted", skip_serializing_if = "Option::is_none")]
    pub num_counted: Option<u64>,
}

impl IndexRun {
    /// A run with `num_paragraphs` places, and with nothing in the index yet.
    pub fn new(name: impl Into<String>, num_paragraphs: u64) -> Self {
        Self {
            name: name.into(),
            num_paragraphs,
            num_entries: 0,
            num_documents: 0,
            num_texts: None,
            num_passages: None,
            num_counted: None,
        }
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
            near: NearSettings::of(&config.decide.near),
            grams: config.history.grams.map(|tokens| GramSettings { tokens, version: GRAM_VERSION }),
            sources: SourceSettings::of(config),
        }
    }

    /// The version of the format of an index with these settings.
    pub fn version(&self) -> u32 {
        match (&self.sources, self.grams) {
            (Some(_), _) => layout::PRINT_VERSION,
            (None, Some(_)) => layout::GRAM_VERSION,
            (None, None) => layout::VERSION,
        }
    }

    /// Bins of the sketches of its texts; 0 if it has none.
    pub(crate) fn num_bins(&self) -> usize {
        self.near.as_ref().map_or(0, |near| near.bins)
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
            .or_else(|| self.near.as_ref()?.differs(other.near.as_ref()?))
            .or_else(|| {
                let version = |settings: &Self| settings.grams.map(|grams| grams.version);
                differ("version of grams", &version(self)?, &version(other)?)
            })
            .or_else(|| self.sources.as_ref()?.differs(other.sources.as_ref()?))
    }

    /// Why texts under the two cannot stand in one index by their grams.
    pub(crate) fn grams_differ(&self, other: &Self) -> Option<SettingDifference> {
        let spelled =
            |settings: &Self| settings.grams.map_or("none".to_owned(), |grams| grams.tokens.to_string());
        differ("grams", &spelled(self), &spelled(other))
    }

    /// The settings of an index over both: what is shorter than either's `min_chars` may be missing.
    ///
    /// # Errors
    /// The first setting, other than `min_chars`, that differs.
    pub fn joined(&self, other: &Self) -> Result<Self, String> {
        match self.differs(other).or_else(|| self.grams_differ(other)) {
            None => Ok(Self {
                min_chars: self.min_chars.max(other.min_chars),
                near: self.near.clone().or_else(|| other.near.clone()),
                sources: self.sources.clone().or_else(|| other.sources.clone()),
                ..self.clone()
            }),
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
    fn other_ways_to_find_near_duplicates_are_named() {
        let of = |change: fn(&mut NearConfig)| {
            let mut config = Config::default();
            config.decide.near.units = Some(NearUnits::Documents);
            change(&mut config.decide.near);
            IndexSettings::of(&config)
        };
        let (plain, index) = (IndexSettings::of(&Config::default()), of(|_| ()));
        for (a, b) in [(&plain, &index), (&index, &plain), (&index, &index)] {
            assert_eq!(a.mismatch(b), None, "one without is no other");
            assert_eq!(a.joined(b).unwrap().near, index.near);
        }
        for (now, expected) in [
            (of(|c| c.threshold = Share::hundredths(70)), "threshold: 0.8 in the index, 0.7 now"),
            (of(|c| c.shingle = "char:5".parse().unwrap()), "shingle: word:5 in the index, char:5 now"),
            (of(|c| c.number_guard = Limit::Off), "number-guard: 0.8 in the index, off now"),
            (
                of(|c| c.containment = Limit::AtLeast(Share::hundredths(80))),
                "containment: off in the index, 0.8 now",
            ),
        ] {
            assert_eq!(index.mismatch(&now).as_deref(), Some(expected));
            assert!(index.joined(&now).is_err());
        }
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
