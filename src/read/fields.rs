//! What a record holds beside its text: for those who write it in another form (`--to`).

use std::borrow::Cow;
use std::fmt;
#[cfg(feature = "parquet")]
use std::io;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::ReadContext;
use super::chunk::{Chunk, Part, Slot};
use super::content::Kind;
use super::csv::{self, Dialect};
use super::warc;

/// A field of a record: its name, and its value as JSON.
pub type Field = (String, String);

/// The fields of the records of one part.
#[derive(Debug)]
pub struct Fields<'a> {
    chunk: &'a Chunk,
    part: &'a Part,
    context: &'a ReadContext,
    /// The rows of a Parquet file as lines of JSON.
    #[cfg(feature = "parquet")]
    rows: Vec<String>,
}

impl<'a> Fields<'a> {
    /// The fields of the records of `part`.
    ///
    /// # Errors
    /// If the rows of a Parquet file cannot be put into JSON.
    #[cfg(feature = "parquet")]
    pub fn new(chunk: &'a Chunk, part: &'a Part, context: &'a ReadContext) -> io::Result<Self> {
        let rows = match &part.rows {
            Some(rows) => super::parquet::json_lines(rows).map_err(io::Error::other)?,
            None => Vec::new(),
        };
        Ok(Self { chunk, part, context, rows })
    }

    /// The fields of the records of `part`.
    ///
    /// # Errors
    /// Never without Parquet.
    #[cfg(not(feature = "parquet"))]
    pub fn new(chunk: &'a Chunk, part: &'a Part, context: &'a ReadContext) -> std::io::Result<Self> {
        Ok(Self { chunk, part, context })
    }

    /// The fields of the record in the chunk's slot of this number but its text and its id, in the order in which
    /// they stand there.
    pub fn of(&self, number: usize) -> Vec<Field> {
        let slot = &self.chunk.slots[number];
        let mut fields = match self.part.kind {
            Kind::Text => Vec::new(),
            Kind::JsonLines => self.json(slot),
            Kind::Csv(delimiter) => self.row(slot, Dialect { delimiter }),
            Kind::Warc => self.headers(slot),
            #[cfg(feature = "parquet")]
            Kind::Parquet => {
                self.rows.get(number - self.part.slots.start).map_or_else(Vec::new, |row| members(row))
            }
            #[cfg(not(feature = "parquet"))]
            Kind::Parquet => Vec::new(),
        };
        let text = self.context.text_field.to_string();
        fields.retain(|(name, _)| *name != text && *name != self.context.id_field);
        fields
    }

    /// The line with a null in the place of the text, which was decoded in place.
    fn json(&self, slot: &Slot) -> Vec<Field> {
        let bytes = &self.chunk.bytes;
        let (before, after) = (slot.line.start..slot.value.start, slot.value.end..slot.line.end);
        let line = [&bytes[before], b"null", &bytes[after]].concat();
        members(&String::from_utf8_lossy(&line))
    }

    fn row(&self, slot: &Slot, dialect: Dialect) -> Vec<Field> {
        let bytes = &self.chunk.bytes;
        let (before, after) = (slot.line.start..slot.value.start, slot.value.end..slot.line.end);
        // Quotes in its place, lest a row of one field be an empty line.
        let row = [&bytes[before], b"\"\"", &bytes[after]].concat();
        let names = self.part.columns.as_deref().unwrap_or_default();
        let values = csv::fields(&row, dialect);
        names.iter().cloned().zip(values.iter().map(|value| json_string(value))).collect()
    }

    fn headers(&self, slot: &Slot) -> Vec<Field> {
        /// What describes the record and not what it holds.
        const OWN: [&str; 3] = ["Content-Length", "WARC-Block-Digest", "WARC-Payload-Digest"];
        let head = &self.chunk.bytes[slot.line.start..slot.value.start];
        let fields = warc::head_fields(head).filter(|field| !field.name.is_empty());
        let text = |span: crate::units::ByteSpan| String::from_utf8_lossy(&head[span.range()]).into_owned();
        let fields = fields.map(|field| (text(field.name), json_string(&text(field.value))));
        fields.filter(|(name, _)| !OWN.iter().any(|own| own.eq_ignore_ascii_case(name))).collect()
    }
}

fn json_string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default() // a string always can
}

/// The members of a JSON object, each value as it is spelled.
fn members(line: &str) -> Vec<Field> {
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
