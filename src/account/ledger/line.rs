//! A line of the ledger: one set of types, for writing it and for reading it back.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::evidence::LedgerNumbers;
use crate::decide::Rule;

/// The id of a record, as its JSON is spelled.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct RecordId<'a>(Cow<'a, RawValue>);

impl RecordId<'_> {
    /// The id that this JSON spells, if it is JSON.
    pub fn of_json(json: String) -> Option<RecordId<'static>> {
        Some(RecordId(Cow::Owned(RawValue::from_string(json).ok()?)))
    }

    /// The JSON.
    pub fn json(&self) -> &str {
        self.0.get()
    }

    /// The text of a JSON string; anything else as it is spelled.
    pub fn text(&self) -> Cow<'_, str> {
        match serde_json::from_str::<String>(self.json()) {
            Ok(text) => Cow::Owned(text),
            Err(_) => Cow::Borrowed(self.json()),
        }
    }

    /// This id with a spelling of its own.
    pub fn into_owned(self) -> RecordId<'static> {
        RecordId(Cow::Owned(self.0.into_owned()))
    }
}

impl PartialEq for RecordId<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Eq for RecordId<'_> {}

impl<'de> Deserialize<'de> for RecordId<'_> {
    /// The spelling is copied; a line that is read borrows it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|json| Self(Cow::Owned(json)))
    }
}

/// Takes an id where it stands.
fn borrow_id<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RecordId<'a>>, D::Error> {
    let json = Option::<&'a RawValue>::deserialize(deserializer)?;
    Ok(json.map(|json| RecordId(Cow::Borrowed(json))))
}

/// Where survivors stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPlace<'a> {
    /// Name of the earlier run it stands in, if it is not this one.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Cow<'a, str>>,
    /// Path of the document's file, and behind it that of the archive's member.
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// Number of the record, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Its id.
    #[serde(borrow, default, deserialize_with = "borrow_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId<'a>>,
    /// The first paragraph, from 0.
    pub first: u64,
    /// The last.
    pub last: u64,
}

impl LedgerPlace<'_> {
    /// This place with strings of its own.
    pub fn into_owned(self) -> LedgerPlace<'static> {
        let Self { run, path, record, id, first, last } = self;
        LedgerPlace {
            run: run.map(owned),
            path: owned(path),
            record,
            id: id.map(RecordId::into_owned),
            first,
            last,
        }
    }
}

/// A line of the ledger: a stretch of paragraphs of one document that one rule removed (contract O5).
///
/// The removed text is a `T`: a string where it is asked for, or the JSON of one ([`LedgerLineRef`]) where it may be
/// passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub struct LedgerLine<'a, T = String> {
    /// Path of the document's file, and behind it that of the archive's member.
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// Number of the record, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Its id.
    #[serde(borrow, default, deserialize_with = "borrow_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId<'a>>,
    /// The first paragraph, from 0.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// Bytes of the document's decoded text, from the first removed to the one after the last.
    pub span: (u64, u64),
    /// The rule.
    #[serde(serialize_with = "write_rule", deserialize_with = "read_rule")]
    pub rule: Rule,
    /// What stays in their place.
    #[serde(borrow)]
    pub survivor: LedgerPlace<'a>,
    /// The Jaccard coefficient, if it is not 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// The share that stands in the survivor, where that is why it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containment: Option<f64>,
    /// The numbers in either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<LedgerNumbers>,
    /// The removed paragraphs, repaired, each ended by LF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<T>,
}

/// A line that borrows from where it was read; its text is JSON that nobody has looked into.
pub type LedgerLineRef<'a> = LedgerLine<'a, &'a RawValue>;

impl<T> LedgerLine<'_, T> {
    /// Paragraphs that the line accounts for.
    pub fn num_paragraphs(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// This line with strings of its own.
    pub fn into_owned(self) -> LedgerLine<'static, T> {
        let Self { path, record, id, first, last, span, rule, survivor, similarity, .. } = self;
        LedgerLine {
            path: owned(path),
            record,
            id: id.map(RecordId::into_owned),
            first,
            last,
            span,
            rule,
            survivor: survivor.into_owned(),
            similarity,
            containment: self.containment,
            numbers: self.numbers,
            text: self.text,
        }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn write_rule<S: Serializer>(rule: &Rule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.name())
}

fn read_rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
    deserializer.deserialize_str(RuleName)
}

/// Takes a rule's name where it stands: there is one in each line.
struct RuleName;

impl serde::de::Visitor<'_> for RuleName {
    type Value = Rule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a rule")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Rule, E> {
        let known = Rule::ALL.into_iter().find(|rule| rule.name() == name);
        known.ok_or_else(|| E::custom(format_args!("unknown rule {name:?}")))
    }
}
