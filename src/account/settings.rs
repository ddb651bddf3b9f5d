//! The options of a run as its summary holds them.
//!
//! They are the flat map of options that a [`Config`] serializes to, without those that change nothing of what is kept.
//! Near-duplicates and filters stand in maps of their own. The tables of this file say only in which order the options
//! of `tamis.summary/1` stand, on which its bytes depend. An option that is in none of them came later: it is
//! written, behind the others, where it differs from its default, so that a summary keeps its bytes for those who
//! do not use the option.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::config::{Config, DecideConfig, NearConfig, NearPreset, ReadConfig, WriteConfig};
use crate::document::Kind;

/// The options of `tamis.summary/1`, in the order of the file.
const ORDER: [&str; 18] = [
    "split",
    "repair",
    "match",
    "scope",
    "min_chars",
    NEAR,
    FILTERS,
    "text_field",
    "id_field",
    "follow",
    "ledger_text",
    "encoding",
    "encoding_errors",
    "max_document_size",
    "include",
    "exclude",
    "to",
    "shard_size",
];

/// The map of near-duplicates; `null` where they stay.
const NEAR: &str = "near";

/// The options of near-duplicates and what they are called in their map, in the order of the file.
const NEAR_ORDER: [(&str, &str); 8] = [
    (NEAR, "units"),
    ("threshold", "threshold"),
    ("shingle", "shingle"),
    ("number_guard", "number_guard"),
    ("containment", "containment"),
    ("keep", "keep"),
    ("priority", "priority"),
    ("near_min_chars", "min_chars"),
];

/// The map of filters that are on; it is left out where none is.
const FILTERS: &str = "filters";

/// The options that decide what is kept, and the form it is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    config: Config,
}

impl Settings {
    /// Those of a configuration.
    pub(super) fn of(config: &Config) -> Self {
        let Config { read, split, matching, decide, write, .. } = config.clone();
        let mut config = Config { split, matching, decide, ..Config::default() };
        // What standard input holds is told in `run.json`, how OUT took its place is told nowhere.
        config.read = ReadConfig { input_format: Kind::default(), ..read };
        config.write = WriteConfig { force: false, sync: false, ..write };
        // A preset is no more than the values that it stands for.
        config.decide.near.preset = NearPreset::default();
        if config.decide.near.units.is_none() {
            config.decide.near = NearConfig::default();
        }
        Self { config }
    }

    /// Takes over what an audit cannot know of a run.
    pub(crate) fn set_unknown(&mut self, shard_size: Option<u64>, ledger_text: bool) {
        (self.config.write.shard_size, self.config.write.ledger_text) = (shard_size, ledger_text);
    }

    /// The options as a configuration in which everything else has its default.
    pub fn options(&self) -> &Config {
        &self.config
    }

    /// The configuration under which the inputs are read and cut as they were then, and texts are masked that are shown.
    /// What standard input held, `run.json` says.
    pub fn reading(&self) -> Config {
        let Config { read, split, matching, decide, .. } = self.config.clone();
        let DecideConfig { mask, fix_encoding, .. } = decide;
        let decide = DecideConfig { fix_encoding, mask, ..DecideConfig::default() };
        Config { read, split, matching, decide, ..Config::default() }
    }
}

/// The flat map of options of a configuration or a part of it.
fn map(config: &impl Serialize) -> serde_json::Result<Map<String, Value>> {
    serde_json::from_value(serde_json::to_value(config)?)
}

/// Takes the options of `part` out of a map.
fn take(options: &mut Map<String, Value>, part: &impl Serialize) -> serde_json::Result<Map<String, Value>> {
    let names = map(part)?;
    Ok(names.into_iter().filter_map(|(name, _)| options.remove_entry(&name)).collect())
}

/// The value of a name in the file.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Value(Value),
    Map(Ordered),
}

/// Options with the names they have in the file, in its order.
struct Ordered(Vec<(String, Entry)>);

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, entry)| (name, entry)))
    }
}

impl Ordered {
    /// The options of `order` in that order, each as it is called there, and behind them those that differ from
    /// `default`.
    fn of<'a>(
        mut options: Map<String, Value>,
        default: &Map<String, Value>,
        order: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut entries = Vec::new();
        for (option, name) in order {
            entries.extend(options.remove(option).map(|value| (name.to_owned(), Entry::Value(value))));
        }
        let later = options.into_iter().filter(|(option, value)| default.get(option) != Some(value));
        entries.extend(later.map(|(option, value)| (option, Entry::Value(value))));
        Self(entries)
    }

    /// The content of `config` in the summary.
    fn content(config: &Config) -> serde_json::Result<Self> {
        let (mut options, default) = (map(config)?, map(&Config::default())?);
        let near = take(&mut options, &config.decide.near)?;
        let filters = Self::of(take(&mut options, &config.decide.filters)?, &default, []);
        let near = config.decide.near.units.map(|_| Self::of(near, &default, NEAR_ORDER));
        // Their places in the order.
        options.insert(NEAR.to_owned(), Value::Null);
        if !filters.0.is_empty() {
            options.insert(FILTERS.to_owned(), Value::Null);
        }
        let mut content = Self::of(options, &default, ORDER.map(|name| (name, name)));
        let maps = near.map(|near| (NEAR, near)).into_iter().chain([(FILTERS, filters)]);
        for (name, map) in maps {
            if let Some((_, entry)) = content.0.iter_mut().find(|(known, _)| known == name) {
                *entry = Entry::Map(map);
            }
        }
        Ok(content)
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Ordered::content(&self.config).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut options = Map::deserialize(deserializer)?;
        if let Some(Value::Object(near)) = options.remove(NEAR) {
            let option =
                |name: &str| NEAR_ORDER.iter().find(|(_, known)| *known == name).map(|(option, _)| *option);
            options.extend(near.into_iter().map(|(name, value)| match option(&name) {
                Some(option) => (option.to_owned(), value),
                None => (name, value),
            }));
        }
        if let Some(Value::Object(filters)) = options.remove(FILTERS) {
            options.extend(filters);
        }
        let config = serde_json::from_value(Value::Object(options)).map_err(D::Error::custom)?;
        Ok(Self { config })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{MatchMode, NearUnits, TargetFormat};

    /// A configuration in which every part is other than by default.
    fn config() -> Config {
        let mut config = Config { threads: 3, ..Config::default() };
        config.matching.mode = MatchMode::Loose;
        config.read.include = vec!["*.txt".to_owned()];
        config.read.text_field = vec!["text".to_owned()];
        config.read.max_document_size = Some(7);
        config.write = WriteConfig { force: true, to: Some(TargetFormat::Txt), ..WriteConfig::default() };
        config.decide.near =
            NearConfig { units: Some(NearUnits::Both), ..NearConfig::preset(NearPreset::News) };
        config.decide.near.priority = vec!["b".to_owned(), "a".to_owned()];
        config
    }

    #[test]
    fn the_file_has_its_order() {
        let json = serde_json::to_string(&Settings::of(&config())).unwrap();
        let expected = concat!(
            r#"{"split":"auto","repair":"basic","match":"loose","scope":"corpus","min_chars":1,"#,
            r#""near":{"units":"both","threshold":0.5,"shingle":"char:5","number_guard":0.9,"containment":0.8,"#,
            r#""keep":"first","priority":["b","a"],"min_chars":40},"text_field":["text"],"id_field":"id","#,
            r#""follow":false,"ledger_text":false,"encoding":null,"encoding_errors":"reject","#,
            r#""max_document_size":7,"include":["*.txt"],"exclude":[],"to":"txt","shard_size":null}"#,
        );
        assert_eq!(json, expected);
        let json = serde_json::to_string(&Settings::of(&Config::default())).unwrap();
        assert!(json.contains(r#""min_chars":1,"near":null,"text_field""#), "{json}");
    }

    #[test]
    fn filters_stand_there_if_they_are_on() {
        let mut config = config();
        config.decide.filters.min_document_chars = Some(9);
        let json = serde_json::to_string(&Settings::of(&config)).unwrap();
        assert!(json.contains(r#""min_chars":40},"filters":{"min_doc_chars":9},"text_field""#), "{json}");
    }

    #[test]
    fn what_came_later_stands_behind_where_it_is_used() {
        let options = |later: u64| {
            let (mut options, name) = (Map::new(), |name: &str| name.to_owned());
            options.extend([(name("a"), 1.into()), (name("b"), 2.into()), (name("later"), later.into())]);
            options
        };
        let json = |later| {
            let ordered = Ordered::of(options(later), &options(0), [("b", "second"), ("a", "a")]);
            serde_json::to_string(&ordered).unwrap()
        };
        assert_eq!(json(0), r#"{"second":2,"a":1}"#);
        assert_eq!(json(5), r#"{"second":2,"a":1,"later":5}"#);
    }

    #[test]
    fn options_come_back_from_the_file() {
        let mut with_filter = config();
        with_filter.decide.filters.min_document_chars = Some(9);
        for config in [config(), with_filter, Config::default()] {
            let settings = Settings::of(&config);
            let json = serde_json::to_value(&settings).unwrap();
            assert_eq!(serde_json::from_value::<Settings>(json).unwrap(), settings);
            assert_eq!(settings.options().decide.near.units, config.decide.near.units);
            let reading = settings.reading();
            assert_eq!((reading.read, reading.matching), (config.read, config.matching));
        }
        assert!(serde_json::from_str::<Settings>(r#"{"split": "page"}"#).is_err());
    }
}
