//! The configuration of a run: one sub-config a stage, validated once, before any work.
//!
//! A configuration serializes to one flat map of options by name: `min_chars`, `near_preset`, `threads`. These are the
//! command's flags and the keys of `tamis.toml`, with `_` for `-`, and the keys of the summary; a field that is called
//! otherwise is renamed to its option. Read from such a map, an option that is not in it has its default. Paths are no
//! part of the map, as they need not be UTF-8. The library reads no file and no environment: what is not set here has
//! the default documented on its field.

mod annotate;
mod boilerplate;
mod custom;
mod decide;
mod given;
mod language;
mod mask;
mod near;
mod places;
mod quality;
mod several;
mod share;
mod size;
mod text_field;

use serde::{Deserialize, Serialize};

pub use annotate::Annotation;
pub use boilerplate::SourceBy;
pub use custom::{CustomAction, CustomPlace, CustomRule, MAX_CUSTOM_RULES};
pub use decide::{DecideConfig, ExactUnits, FilterConfig, Scope};
pub use given::Given;
pub use language::{Language, Languages};
pub use mask::{MaskConfig, MaskKind};
pub use near::{Keep, NearConfig, NearPreset, NearSwitch, NearUnits, Shingle, ShingleUnit};
pub use places::{PlaceReading, read_place};
pub use quality::{QualityBound, QualityBounds, QualityLanguage, QualityProfile};
pub use several::{Several, one_or_several, several_or_one};
pub use share::{Limit, Share};
pub use size::ByteSize;
pub use text_field::DEFAULT_TEXT_FIELDS;
pub(crate) use text_field::TextFieldOption;

use crate::document::Kind;
use crate::error::{Error, Result};

/// How documents are cut into paragraphs, as the user chose (contract P2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitMode {
    /// Each document as its own beginning says: by blocks if it is hard-wrapped, else by lines. What is named so is
    /// Markdown.
    #[default]
    Auto,
    /// Every line that is not blank is a paragraph.
    Line,
    /// A run of non-blank lines is one paragraph.
    Block,
    /// Every sentence (UAX #29) of a line is a paragraph.
    Sentence,
    /// Blocks of Markdown whose lines are syntax are a paragraph each, and so is every other line.
    Markdown,
}

/// Which paragraphs count as the same (contract I1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchMode {
    /// The repaired text itself.
    Exact,
    /// NFKC but for superscripts, fractions and circled numbers; control and format characters removed, white space
    /// collapsed.
    #[default]
    Canonical,
    /// Canonical, case-folded, only letters, marks and numbers, and what numbers mean something by.
    Loose,
}

/// Whether lines are repaired before anything else (contract P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repair {
    /// Remove escape sequences, control and zero-width characters, trim both ends.
    #[default]
    Basic,
    /// Leave lines as they are.
    None,
}

/// How files are opened and taken apart into documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadConfig {
    /// The fields that may hold a record's text: names or dotted paths, tried in order for each record, and
    /// `GLOB=NAME` for some files. Default [`DEFAULT_TEXT_FIELDS`] (contract O4).
    #[serde(deserialize_with = "one_or_several")]
    pub text_field: Vec<String>,
    /// Top-level field whose value names a record in the ledger. Default `id`.
    pub id_field: String,
    /// How much of a page of HTML is read. Default its main text (contract H1).
    pub pages: Pages,
    /// The fields among those that may hold a record's text which hold HTML: names or dotted paths. If any is named and
    /// no text field is, they are the text fields. Default none (contract H1).
    #[serde(deserialize_with = "one_or_several", serialize_with = "several_or_one")]
    pub html_field: Vec<String>,
    /// Fields of TSV may stand in quotes, as those of CSV do. Default no (contract P4).
    pub tsv_quotes: bool,
    /// Follow symbolic links inside directories. Default no (contract D2).
    pub follow: bool,
    /// Read hidden files inside directories and archives. Default no (contract D2).
    pub hidden: bool,
    /// The format of standard input. Default text.
    pub input_format: Kind,
    /// The encoding of text that has no byte order mark and is not valid UTF-8, as a label of the WHATWG
    /// Encoding Standard or another name in use, for all files, or as `GLOB=NAME` for some: the first glob that matches a
    /// file decides. Default: detected (contract D4).
    #[serde(deserialize_with = "one_or_several", serialize_with = "several_or_one")]
    pub encoding: Vec<String>,
    /// The encoding of texts of which no encoding is given, and none can be told. Default: they are rejected
    /// (contract D4).
    pub encoding_fallback: Option<String>,
    /// Treatment of bytes that are no text in their document's encoding. Default: the document is rejected.
    pub encoding_errors: EncodingErrors,
    /// Most bytes of a document. `None`: [`DEFAULT_MAX_DOCUMENT_SIZE`] for what is decoded (compressed text,
    /// members of archives, records), and no limit for a plain text file, which is never held whole.
    #[serde(deserialize_with = "size::bytes")]
    pub max_document_size: Option<u64>,
    /// Files to read, as globs over the path relative to its input; empty means all.
    pub include: Vec<String>,
    /// Files to leave out, as globs over the path relative to its input; beats `include`.
    pub exclude: Vec<String>,
}

/// 256 MiB: no article is as long, and a record of this size still fits in memory a few times.
pub const DEFAULT_MAX_DOCUMENT_SIZE: u64 = 256 * 1024 * 1024;

impl ReadConfig {
    /// The limit on documents that are decoded.
    pub fn decoded_limit(&self) -> u64 {
        self.max_document_size.unwrap_or(DEFAULT_MAX_DOCUMENT_SIZE)
    }
}

/// How much of a page of HTML is read (contract H1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pages {
    /// Nothing: pages are skipped.
    Skip,
    /// All text that a reader of the page sees.
    Text,
    /// Its main text: title and body, without navigation, advertisement and comments.
    #[default]
    Main,
}

/// Treatment of a document with bytes that are no text in its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EncodingErrors {
    /// The document is rejected.
    #[default]
    Reject,
    /// Each becomes U+FFFD and is counted.
    Replace,
}

impl Default for ReadConfig {
    fn default() -> Self {
        Self {
            text_field: DEFAULT_TEXT_FIELDS.map(str::to_owned).to_vec(),
            id_field: "id".to_owned(),
            pages: Pages::Main,
            html_field: Vec::new(),
            tsv_quotes: false,
            follow: false,
            hidden: false,
            input_format: Kind::Text,
            encoding: Vec::new(),
            encoding_fallback: None,
            encoding_errors: EncodingErrors::Reject,
            max_document_size: None,
            include: Vec::new(),
            exclude: Vec::new(),
        }
    }
}

/// How documents are cut and lines repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitConfig {
    /// The unit of de-duplication.
    pub split: SplitMode,
    /// Changes made to each line before anything else.
    pub repair: Repair,
}

/// The options that decide which paragraphs count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MatchConfig {
    /// How key text is made.
    #[serde(rename = "match")]
    pub mode: MatchMode,
    /// Paragraphs with fewer letters, marks, numbers and emoji in their key text are never removed as duplicates
    /// (contract I4). Default 1: those with none are layout. Under 0 nothing is layout.
    pub min_chars: u64,
}

impl Default for MatchConfig {
    fn default() -> Self {
        Self { mode: MatchMode::default(), min_chars: 1 }
    }
}

/// The form of the output, and the limits on where it may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is given or not")]
pub struct WriteConfig {
    /// Replace an OUT that is not empty, in one step, when the new one is complete (contract O3).
    pub force: bool,
    /// Wait until all of it is on the disk before and after OUT takes its name. Where something is replaced, or an
    /// index will speak of OUT, a run waits in any case (contract O3).
    pub sync: bool,
    /// Put the text of exact duplicates into the ledger too (contract O5).
    pub ledger_text: bool,
    /// Write documents in this form, whatever they came in. Default: as they came (contract O1).
    pub to: Option<TargetFormat>,
    /// Bytes of a shard, about, of `to` JSON Lines or Parquet. Default [`DEFAULT_SHARD_SIZE`].
    #[serde(deserialize_with = "size::bytes")]
    pub shard_size: Option<u64>,
    /// Write `README.md` beside the shards, the card that dataset hubs show (contract O2). Default no.
    pub dataset_card: bool,
}

impl WriteConfig {
    /// Bytes of a shard.
    pub fn shard_bytes(&self) -> u64 {
        self.shard_size.unwrap_or(DEFAULT_SHARD_SIZE)
    }
}

/// 512 MiB: few files for a large corpus, and each loads at once.
pub const DEFAULT_SHARD_SIZE: u64 = 512 * 1024 * 1024;

/// The forms in which documents can be written (`--to`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetFormat {
    /// A text file a document.
    Txt,
    /// Shards of JSON Lines: `uid`, `id`, `path`, `text`, `sha256`, and the fields the document came with (contract O6).
    Jsonl,
    /// Shards of Parquet: `uid`, `id`, `path`, `text`, `sha256`, and `fields`, the JSON of those the document came with.
    Parquet,
}

/// Everything a run depends on. [`Config::default`] is what the command does without flags.
///
/// ```
/// use tamis::config::{Config, MatchMode};
/// let mut config = Config::default();
/// config.matching.mode = MatchMode::Loose;
/// assert!(config.validate().is_ok());
///
/// let options = r#"{"match": "loose", "max_document_size": "4MiB"}"#;
/// config.read.max_document_size = Some(4 * 1024 * 1024);
/// assert_eq!(serde_json::from_str::<Config>(options)?, config);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Opening files and records.
    #[serde(flatten)]
    pub read: ReadConfig,
    /// Cutting and repairing.
    #[serde(flatten)]
    pub split: SplitConfig,
    /// Identity.
    #[serde(flatten)]
    pub matching: MatchConfig,
    /// Choice of survivors.
    #[serde(flatten)]
    pub decide: DecideConfig,
    /// Output.
    #[serde(flatten)]
    pub write: WriteConfig,
    /// Worker threads; 0 means one a core. Never changes a byte of the output.
    pub threads: usize,
    /// Most bytes of memory; never changes a byte of the output. Default: no ceiling.
    #[serde(deserialize_with = "size::bytes")]
    pub memory: Option<u64>,
    /// Indexes of earlier runs.
    #[serde(flatten)]
    pub history: HistoryConfig,
    /// How a run goes on after it was cut short, and where it keeps what that takes.
    #[serde(flatten)]
    pub recovery: RecoveryConfig,
    /// The command line, for `run.json` only.
    #[serde(skip)]
    pub command: Vec<String>,
    /// The inputs as they were given, recorded in `run.json` only.
    #[serde(skip)]
    pub given: Given,
}

/// Indexes of earlier runs to compare with, and the index to which this run is added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryConfig {
    /// The index that this run is compared with and added to; made if it is not there.
    #[serde(skip)]
    pub index: Option<std::path::PathBuf>,
    /// Indexes that it is only compared with.
    #[serde(skip)]
    pub against: Vec<std::path::PathBuf>,
    /// The name of this run in the index. Default: the name of OUT.
    pub run_name: Option<String>,
    /// Tokens of the grams that are kept of each document, so that it is found inside longer ones: 8 to 32. Default:
    /// none are kept.
    #[serde(skip)]
    pub grams: Option<usize>,
}

/// The options that prepare for an interruption, or continue after one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecoveryConfig {
    /// Go on with what a run into the same OUT left that was cut short; if it left nothing, begin at the beginning.
    pub resume: bool,
    /// The directory for what does not fit in memory. Default: beside OUT.
    #[serde(skip)]
    pub spill_dir: Option<std::path::PathBuf>,
    /// Bytes of input after which a checkpoint is saved. Default [`DEFAULT_SEAL_EVERY`].
    #[serde(deserialize_with = "size::bytes")]
    pub seal_every: Option<u64>,
}

/// 1 GiB: a few seconds of work.
pub const DEFAULT_SEAL_EVERY: u64 = 1024 * 1024 * 1024;

/// More threads than this are a typing error, not a machine.
const MAX_THREADS: usize = 1024;

impl Config {
    /// Whether a document that stays is written as its decoded text came: no rule judges paragraphs, and nothing is
    /// repaired (contract P4).
    pub fn leaves_texts(&self) -> bool {
        !self.decide.judges_paragraphs() && self.split.repair == Repair::None
    }

    /// Checks what types cannot.
    ///
    /// # Errors
    /// [`Error::Config`] if a text field or the id field is empty or has an empty component, if documents may
    /// have no byte, if what is to be removed does not go together, or if more than 1024 threads are asked for.
    pub fn validate(&self) -> Result<()> {
        for value in &self.read.text_field {
            TextFieldOption::parse(value)
                .map_err(|wrong| Error::Config(format!("text-field {value:?}: {wrong}")))?;
        }
        if self.read.id_field.is_empty() {
            return Err(Error::Config("id-field: the field name is empty; leave it out for `id`".to_owned()));
        }
        if self.write.shard_size.is_some()
            && !matches!(self.write.to, Some(TargetFormat::Jsonl | TargetFormat::Parquet))
        {
            return Err(Error::Config(
                "shard-size: only shards have a size; add --to jsonl or --to parquet".to_owned(),
            ));
        }
        if self.write.dataset_card
            && !matches!(self.write.to, Some(TargetFormat::Jsonl | TargetFormat::Parquet))
        {
            return Err(Error::Config(
                "dataset-card: hubs read shards; add --to jsonl or --to parquet".to_owned(),
            ));
        }
        if !self.decide.annotate.is_empty()
            && !matches!(self.write.to, Some(TargetFormat::Jsonl | TargetFormat::Parquet))
        {
            return Err(Error::Config(
                "annotate: only shards have a field for it; add --to jsonl or --to parquet".to_owned(),
            ));
        }
        if self.write.shard_size == Some(0) {
            return Err(Error::Config(
                "shard-size 0: a shard holds at least one document; leave it out".to_owned(),
            ));
        }
        if self.read.max_document_size == Some(0) {
            return Err(Error::Config(
                "max-document-size 0: every document is longer; leave it out".to_owned(),
            ));
        }
        self.decide.validate()?;
        if self.threads > MAX_THREADS {
            return Err(Error::Config(format!("threads {}: the limit is {MAX_THREADS}", self.threads)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_what_types_cannot() {
        let with = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.validate()
        };
        assert!(with(|_| ()).is_ok());
        assert!(with(|c| c.read.text_field = vec!["a.b".into()]).is_ok());
        for bad in [
            with(|c| c.read.text_field = vec![String::new()]),
            with(|c| c.read.text_field = vec!["a..b".into()]),
            with(|c| c.read.id_field = String::new()),
            with(|c| c.threads = 5000),
        ] {
            assert!(matches!(bad, Err(Error::Config(_))));
        }
    }

    #[test]
    fn comes_back_from_the_map_that_it_serializes_to() {
        let mut config = Config { threads: 3, memory: Some(1 << 30), ..Config::default() };
        config.matching = MatchConfig { mode: MatchMode::Exact, min_chars: u64::MAX };
        config.decide.near =
            NearConfig { units: Some(NearUnits::Both), ..NearConfig::preset(NearPreset::News) };
        config.decide.near.priority = vec!["*.txt".to_owned()];
        config.decide.filters.min_document_chars = Some(7);
        config.recovery.seal_every = Some(5);
        for config in [config, Config::default()] {
            let map = serde_json::to_value(&config).unwrap();
            assert!(map.as_object().is_some_and(|map| map.values().all(|value| !value.is_object())), "{map}");
            assert_eq!(serde_json::from_value::<Config>(map).unwrap(), config);
        }
    }
}
