//! `--to`: documents in another form than the one they came in. One schema for all of them: `id`, `path`, `text`,
//! and the fields they came with.

use std::io::{self, Write};

use crate::read::{Escaper, Field, ShardRow, ShardRows};

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Converted {
    /// Its name: the document's own id, or its place.
    pub id: String,
    /// Where it came from: the path of its file, and behind it that of the archive's member.
    pub path: String,
    /// Its clean text.
    pub text: String,
    /// The fields that came with it, as JSON.
    pub fields: Vec<Field>,
}

/// The names that are ours. A field of a document that has one of them gets `source_` before it.
const OURS: [&str; 3] = ["id", "path", "text"];

impl Converted {
    /// Writes the document as a line of JSON.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write_json<W: Write>(&self, out: &mut W) -> io::Result<()> {
        self.write_head(out)?;
        Escaper::new(out).write_all(self.text.as_bytes())?;
        self.write_tail(out)
    }

    /// Writes what stands before the text in its line.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write_head<W: Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"{\"id\":\"")?;
        Escaper::new(out).write_all(self.id.as_bytes())?;
        out.write_all(b"\",\"path\":\"")?;
        Escaper::new(out).write_all(self.path.as_bytes())?;
        out.write_all(b"\",\"text\":\"")
    }

    /// Writes what stands behind the text in its line.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write_tail<W: Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\"")?;
        for (name, value) in &self.fields {
            out.write_all(if OURS.contains(&name.as_str()) { b",\"source_" } else { b",\"" })?;
            Escaper::new(out).write_all(name.as_bytes())?;
            out.write_all(b"\":")?;
            out.write_all(value.as_bytes())?;
        }
        out.write_all(b"}\n")
    }

    /// The document as a row of a shard.
    fn row(&self) -> ShardRow<'_> {
        ShardRow { id: &self.id, path: &self.path, text: &self.text, fields: self.fields_json() }
    }

    /// The fields as a JSON object; `None` if there are none.
    fn fields_json(&self) -> Option<String> {
        if self.fields.is_empty() {
            return None;
        }
        let members: Vec<_> = self
            .fields
            .iter()
            .map(|(name, value)| format!("{}:{value}", serde_json::to_string(name).unwrap_or_default()))
            .collect();
        Some(format!("{{{}}}", members.join(",")))
    }
}

/// Documents as rows of a shard.
///
/// # Errors
/// If the texts are longer than a batch can hold (2 GiB), and in a build without Parquet.
pub(crate) fn rows(documents: &[Converted]) -> io::Result<ShardRows> {
    let rows: Vec<_> = documents.iter().map(Converted::row).collect();
    ShardRows::new(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_all_fields_once() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let document = Converted {
            id: "a\"b".to_owned(),
            path: "x.jsonl".to_owned(),
            text: "one\ntwo".to_owned(),
            fields: vec![field("n", "1.0"), field("path", "\"own\"")],
        };
        let mut line = Vec::new();
        document.write_json(&mut line).unwrap();
        let expected = r#"{"id":"a\"b","path":"x.jsonl","text":"one\ntwo","n":1.0,"source_path":"own"}"#
            .to_owned()
            + "\n";
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }
}
