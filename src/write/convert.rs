//! `--to`: documents in another form than the one they came in. One schema for all of them: `uid`, `id`, `path`, `text`,
//! `sha256`, and the fields they came with (contract O6).

use std::io::{self, Write};

use super::uid::{UID_LEN, Uid, sha256};
use crate::read::{Escaper, Field, ShardRow, ShardRows};

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Converted {
    /// Its uid.
    pub uid: Uid,
    /// Its name: the document's own id, or its place.
    pub id: String,
    /// Where it came from: the path of its file, and behind it that of the archive's member.
    pub path: String,
    /// Its clean text.
    pub text: String,
    /// The fields that came with it, as JSON.
    pub fields: Vec<Field>,
    /// What was measured of it, as JSON, if that is asked for.
    pub annotations: Option<String>,
}

/// The name of the field of annotations.
pub(crate) const ANNOTATIONS: &str = "tamis";

/// The names that are ours. A field of a document that has one of them gets `source_` before it, until its name is that
/// of no other field.
const OURS: [&str; 5] = ["uid", "id", "path", "text", "sha256"];

const SOURCE: &str = "source_";

/// The beginning of a line, up to the uid.
const LINE_START: &str = "{\"uid\":\"";

/// Where the uid stands in a line that begins at `start`.
pub(crate) fn uid_in_line(start: usize) -> std::ops::Range<usize> {
    let start = start + LINE_START.len();
    start..start + UID_LEN
}

impl Converted {
    /// Writes the document as a line of JSON.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write_json<W: Write>(&self, out: &mut W) -> io::Result<()> {
        self.write_head(out)?;
        Escaper::new(out).write_all(self.text.as_bytes())?;
        self.write_tail(&sha256(self.text.as_bytes()), out)
    }

    /// Writes what stands before the text in its line.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write_head<W: Write>(&self, out: &mut W) -> io::Result<()> {
        write!(out, "{LINE_START}{}\",\"id\":\"", self.uid)?;
        Escaper::new(out).write_all(self.id.as_bytes())?;
        out.write_all(b"\",\"path\":\"")?;
        Escaper::new(out).write_all(self.path.as_bytes())?;
        out.write_all(b"\",\"text\":\"")
    }

    /// Writes what stands behind the text in its line; `sha256` is that of the text.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write_tail<W: Write>(&self, sha256: &str, out: &mut W) -> io::Result<()> {
        write!(out, "\",\"sha256\":\"{sha256}\"")?;
        if let Some(annotations) = &self.annotations {
            write!(out, ",\"{ANNOTATIONS}\":{annotations}")?;
        }
        for (name, value) in &self.fields {
            out.write_all(b",\"")?;
            for _ in 0..self.num_prefixes(name) {
                out.write_all(SOURCE.as_bytes())?;
            }
            Escaper::new(out).write_all(name.as_bytes())?;
            out.write_all(b"\":")?;
            out.write_all(value.as_bytes())?;
        }
        out.write_all(b"}\n")
    }

    /// How often `source_` stands before the name of a field.
    fn num_prefixes(&self, name: &str) -> usize {
        let is_ours = OURS.contains(&name) || name == ANNOTATIONS && self.annotations.is_some();
        if !is_ours {
            return 0;
        }
        let mut times = 1;
        while self.fields.iter().any(|(other, _)| *other == SOURCE.repeat(times) + name) {
            times += 1;
        }
        times
    }

    /// The document as a row of a shard.
    fn row(&self) -> ShardRow<'_> {
        ShardRow {
            uid: self.uid.to_string(),
            id: &self.id,
            path: &self.path,
            text: &self.text,
            sha256: sha256(self.text.as_bytes()),
            fields: self.fields_json(),
        }
    }

    /// The fields as a JSON object; `None` if there are none.
    fn fields_json(&self) -> Option<String> {
        if self.fields.is_empty() && self.annotations.is_none() {
            return None;
        }
        // A field that came with the document keeps its name here, but that of annotations.
        let spelled = |name: &str| {
            let is_ours = name == ANNOTATIONS && self.annotations.is_some();
            let prefix = if is_ours { SOURCE.repeat(self.num_prefixes(name)) } else { String::new() };
            serde_json::to_string(&(prefix + name)).unwrap_or_default()
        };
        let fields = self.fields.iter().map(|(name, value)| format!("{}:{value}", spelled(name)));
        let annotations =
            self.annotations.iter().map(|annotations| format!("\"{ANNOTATIONS}\":{annotations}"));
        let members: Vec<_> = annotations.chain(fields).collect();
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
    use crate::write::uid::UidName;

    #[test]
    fn a_line_holds_all_fields_once() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let document = Converted {
            uid: Uid::new("x.jsonl", UidName::Id("a\"b")),
            id: "a\"b".to_owned(),
            path: "x.jsonl".to_owned(),
            text: "one\ntwo".to_owned(),
            fields: vec![
                field("n", "1.0"),
                field("path", "\"own\""),
                field("uid", "1"),
                field("source_uid", "2"),
            ],
            annotations: None,
        };
        let mut line = Vec::new();
        document.write_json(&mut line).unwrap();
        let uid = document.uid.to_string();
        assert_eq!(line[uid_in_line(0)], *uid.as_bytes());
        // `printf 'one\ntwo' | sha256sum`
        let sha256 = "21066d108d5319ecb5a1fc4454f42ef22fc5f1c7df49c31d90294950e0ea8b2c";
        let expected = format!(
            r#"{{"uid":"{uid}","id":"a\"b","path":"x.jsonl","text":"one\ntwo","sha256":"{sha256}","n":1.0,"#
        );
        let fields = r#""source_path":"own","source_source_uid":1,"source_uid":2}"#;
        assert_eq!(String::from_utf8(line).unwrap(), expected + fields + "\n");
    }
}
