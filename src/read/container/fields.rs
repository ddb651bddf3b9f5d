//! What a record holds beside its text: for those who write it in another form (`--to`).

use std::borrow::Cow;
use std::{fmt, io};

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::FieldsOf;
use crate::read::ReadContext;
use crate::read::chunk::{Chunk, Part};

/// A field of a record: its name, and its value as JSON.
pub type Field = (String, String);

/// The fields of the records of one part.
pub struct Fields<'a> {
    of: FieldsOf<'a>,
    context: &'a ReadContext,
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields").finish_non_exhaustive()
    }
}

impl<'a> Fields<'a> {
    /// The fields of the records of `part`.
    ///
    /// # Errors
    /// If the rows of a table cannot be put into JSON.
    pub fn new(chunk: &'a Chunk, part: &'a Part, context: &'a ReadContext) -> io::Result<Self> {
        Ok(Self { of: part.kind.container().fields(chunk, part)?, context })
    }

    /// The fields of the record in the chunk's slot of this number but its text and its id, in the order in which
    /// they stand there.
    pub fn of(&self, number: usize) -> Vec<Field> {
        let mut fields = (self.of)(number);
        let text = self.context.text_field.to_string();
        fields.retain(|(name, _)| *name != text && *name != self.context.id_field);
        fields
    }
}

/// A text as JSON.
pub(super) fn json_string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default() // a string always can
}

/// The members of a JSON object, each value as it is spelled.
pub(super) fn members(line: &str) -> Vec<Field> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
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
    serde_json::Deserializer::from_str(line).deserialize_map(Members).unwrap_or_default()
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
