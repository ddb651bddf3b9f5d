//! Fields of records as JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::lenient;
use crate::units::ByteSpan;

/// A field of a record: its name, and its value as JSON.
pub(crate) type Field = (String, String);

/// A text as JSON.
pub(super) fn json_string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default() // a string always can
}

/// The span of `part`, a slice of `line`, in it.
pub(super) fn span_in(line: &str, part: &str) -> ByteSpan {
    let start = part.as_ptr().addr() - line.as_ptr().addr();
    ByteSpan::new(start, start + part.len())
}

/// The members of a JSON object, each value as it is spelled, be it JSON or not ([`lenient`]).
pub(super) fn members(line: &str) -> Vec<Field> {
    let found = find_members(line).or_else(|error| match lenient::strict_twin(line) {
        Some(twin) => find_members(&twin),
        None => Err(error),
    });
    // A record was parsed before; what is no object any more has no fields.
    let found = found.unwrap_or_default();
    found.into_iter().map(|(name, value)| (name, line[value.range()].to_owned())).collect()
}

/// The members of a JSON object, and where their values stand.
fn find_members(line: &str) -> serde_json::Result<Vec<(String, ByteSpan)>> {
    struct JsonMembers<'a>(&'a str);

    impl<'de> Visitor<'de> for JsonMembers<'_> {
        type Value = Vec<(String, ByteSpan)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::new();
            while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                let value: &'de RawValue = map.next_value()?;
                fields.push((name.into_owned(), span_in(self.0, value.get())));
            }
            Ok(fields)
        }
    }

    serde_json::Deserializer::from_str(line).deserialize_map(JsonMembers(line))
}

/// The keys of a JSON object.
pub(super) fn keys(line: &str) -> Vec<String> {
    find_members(line).unwrap_or_default().into_iter().map(|(key, _)| key).collect()
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
        let line = r#"{"a\ud83d":NaN,"b":"\ud83d","c":-Infinity}"#;
        let expected = [("a\u{fffd}", "NaN"), ("b", r#""\ud83d""#), ("c", "-Infinity")];
        assert_eq!(members(line), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
