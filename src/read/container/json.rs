//! Fields of records as JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A field of a record: its name, and its value as JSON.
pub(crate) type Field = (String, String);

/// A text as JSON.
pub(super) fn json_string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default() // a string always can
}

/// The members of a JSON object, each value as it is spelled.
pub(super) fn members(line: &str) -> Vec<Field> {
    struct JsonMembers;

    impl<'de> Visitor<'de> for JsonMembers {
        type Value = Vec<Field>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Field>, A::Error> {
            let mut fields = Vec::new();
            while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                let value: &'de RawValue = map.next_value()?;
                fields.push((name.into_owned(), value.get().to_owned()));
            }
            Ok(fields)
        }
    }

    // A record was parsed before; what is no object any more has no fields.
    serde_json::Deserializer::from_str(line).deserialize_map(JsonMembers).unwrap_or_default()
}

/// The keys of a JSON object.
pub(super) fn keys(line: &str) -> Vec<String> {
    struct JsonKeys;

    impl<'de> Visitor<'de> for JsonKeys {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
            let mut keys = Vec::new();
            while let Some((key, IgnoredAny)) = map.next_entry()? {
                keys.push(key);
            }
            Ok(keys)
        }
    }

    serde_json::Deserializer::from_str(line).deserialize_map(JsonKeys).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_spelling_and_order() {
        let line = r#"{ "b" : 1.50e2, "a\u0041":[1, 2], "c": null }"#;
        let expected = [("b", "1.50e2"), ("aA", "[1, 2]"), ("c", "null")];
        assert_eq!(members(line), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(members("[]").is_empty());
    }
}
