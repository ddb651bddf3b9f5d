//! JSON that is carried as it is spelled: ids of records, and evidence of rules.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// A JSON value as it is spelled.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct RawJson<'a>(Cow<'a, RawValue>);

/// The id of a record.
pub type RecordId<'a> = RawJson<'a>;

impl RawJson<'_> {
    /// The JSON of a value.
    ///
    /// # Errors
    /// Those of its `Serialize`, and of a map whose keys are no strings.
    pub fn of(value: &impl Serialize) -> serde_json::Result<RawJson<'static>> {
        Ok(RawJson(Cow::Owned(to_raw_value(value)?)))
    }

    /// The value that this spells, if it is JSON.
    pub fn spelled(json: String) -> Option<RawJson<'static>> {
        Some(RawJson(Cow::Owned(RawValue::from_string(json).ok()?)))
    }

    /// The JSON.
    pub fn json(&self) -> &str {
        self.0.get()
    }

    /// The text of a JSON string; anything else as it is spelled.
    pub fn text(&self) -> Cow<'_, str> {
        match self.parse::<String>() {
            Ok(text) => Cow::Owned(text),
            Err(_) => Cow::Borrowed(self.json()),
        }
    }

    /// The value.
    ///
    /// # Errors
    /// If it is no `T`.
    pub fn parse<'s, T: Deserialize<'s>>(&'s self) -> serde_json::Result<T> {
        serde_json::from_str(self.json())
    }

    /// This value with a spelling of its own.
    pub fn into_owned(self) -> RawJson<'static> {
        RawJson(Cow::Owned(self.0.into_owned()))
    }
}

impl PartialEq for RawJson<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Eq for RawJson<'_> {}

impl<'de> Deserialize<'de> for RawJson<'_> {
    /// Copies the spelling.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|json| Self(Cow::Owned(json)))
    }
}

/// Takes a value, if there is one, where it stands.
pub(super) fn borrowed<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<RawJson<'a>>, D::Error> {
    let json = Option::<&'a RawValue>::deserialize(deserializer)?;
    Ok(json.map(|json| RawJson(Cow::Borrowed(json))))
}
