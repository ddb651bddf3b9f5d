//! Scans chunks for an audit: the paragraphs of the input, and of records on both sides the fields beside their text.

use crate::config::{Config, MatchConfig, Repair, TargetFormat};
use crate::document::Paragraph;
use crate::fingerprint::{Fingerprint, KeyHasher};
use crate::normalize::{KeyMaker, repaired_chars};
use crate::read::{Chunk, Field, Fields, ReadContext, Rewrite, TextVisitor};
use crate::run::corpus::Listing;
use crate::run::feed::Work;
use crate::run::reader::{count_lines, read_work};
use crate::split::{self, Splitting};

/// A paragraph of the input.
#[derive(Debug, Clone, Copy)]
pub(super) struct InputParagraph {
    pub(super) paragraph: Paragraph,
    pub(super) fingerprint: Fingerprint,
    /// Too short to be removed as a duplicate (contract I4).
    pub(super) is_short: bool,
}

/// A document of the input, or a piece of one.
#[derive(Debug, Clone, Default)]
pub(super) struct InputDocument {
    /// Where its paragraphs stand in [`InputChunk::paragraphs`].
    pub(super) paragraphs: std::ops::Range<usize>,
    pub(super) blank_after: bool,
    /// Its lines.
    pub(super) lines: u64,
}

/// A scanned chunk of the input.
#[derive(Debug, Default)]
pub(super) struct InputChunk {
    pub(super) paragraphs: Vec<InputParagraph>,
    /// The document of each slot of the chunk.
    pub(super) documents: Vec<InputDocument>,
    /// The other fields of each slot.
    pub(super) rests: Vec<OtherFields>,
}

/// The fields of a record beside its text.
#[derive(Debug, Clone, Default)]
pub(super) struct OtherFields {
    /// Its fields; the same on both sides. 0 where they are not compared.
    pub(super) fields: u64,
    /// Where a document of a shard says that it came from, as JSON.
    pub(super) path: Option<String>,
}

/// The form in which the other fields of a record are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OtherFieldsOf {
    /// Both sides have one form.
    Mirrored,
    /// The document is one of the input, and is to be converted.
    Input,
    /// The document is one of a shard, and was converted to this form.
    Shard(TargetFormat),
}

/// How the input is looked at.
pub(super) struct InputScan<'a> {
    repair: Repair,
    matching: MatchConfig,
    keys: KeyMaker,
    pub(super) read: &'a ReadContext,
    /// The fields that are compared beside the text of records.
    rest: Option<OtherFieldsOf>,
}

impl<'a> InputScan<'a> {
    pub(super) fn new(config: &Config, read: &'a ReadContext) -> Self {
        let rest = match config.write.to {
            None => Some(OtherFieldsOf::Mirrored),
            Some(TargetFormat::Txt) => None,
            Some(TargetFormat::Jsonl | TargetFormat::Parquet) => Some(OtherFieldsOf::Input),
        };
        Self {
            repair: config.split.repair,
            matching: config.matching,
            keys: KeyMaker::new(config.matching.mode, config.split.repair),
            read,
            rest,
        }
    }

    /// Reads a chunk and looks at it.
    pub(super) fn scan(&self, work: Work, listing: Listing<'_>) -> (Chunk, InputChunk) {
        let mut visitor = InputVisitor {
            scan: self,
            input_scan: InputChunk::default(),
            found: Vec::new(),
            hasher: KeyHasher::default(),
        };
        let chunk = read_work(work, listing, self.read, &mut visitor);
        let mut input_scan = visitor.input_scan;
        input_scan.rests = self.rest.map_or_else(Vec::new, |rest| rests(&chunk, self.read, rest));
        (chunk, input_scan)
    }
}

/// Looks at documents as they are read.
struct InputVisitor<'a> {
    scan: &'a InputScan<'a>,
    input_scan: InputChunk,
    found: Vec<Paragraph>,
    hasher: KeyHasher,
}

impl TextVisitor for InputVisitor<'_> {
    fn document(&mut self, text: &str, splitting: Splitting) {
        let InputScan { repair, matching, keys, .. } = self.scan;
        self.found.clear();
        let blank_after = split::split(text, splitting, &mut self.found);
        let start = self.input_scan.paragraphs.len();
        for &paragraph in &self.found {
            let mut paragraph = paragraph;
            keys.make(text, &mut paragraph, &mut self.hasher);
            let is_short = matching.min_chars > 0 && self.hasher.num_chars() < matching.min_chars;
            paragraph.altered = is_altered(&text[paragraph.span.range()], *repair);
            let fingerprint = self.hasher.finish();
            self.input_scan.paragraphs.push(InputParagraph { paragraph, fingerprint, is_short });
        }
        let (paragraphs, lines) = (start..self.input_scan.paragraphs.len(), count_lines(text));
        self.input_scan.documents.push(InputDocument { paragraphs, blank_after, lines });
    }
}

/// Whether repair changes a paragraph. Asked again, and not of those who write it.
fn is_altered(text: &str, repair: Repair) -> bool {
    let bytes = text.as_bytes();
    // Controls but TAB, and the first byte of those that are not ASCII.
    let is_rare = |byte: u8| (byte < b' ' && byte != b'\t') || byte == 0x7f || byte == 0xc2;
    let has_rare = bytes.iter().fold(false, |found, &byte| found | is_rare(byte));
    let others = ["\u{feff}", "\u{200b}", "\u{2060}", "\u{2028}", "\u{2029}"];
    let is_rare = has_rare || others.iter().any(|c| memchr::memmem::find(bytes, c.as_bytes()).is_some());
    is_rare && !repaired_chars(text, repair).eq(text.chars())
}

/// The fields that the records of a chunk hold beside their texts, one entry for each slot.
pub(super) fn rests(chunk: &Chunk, context: &ReadContext, how: OtherFieldsOf) -> Vec<OtherFields> {
    let mut rests = vec![OtherFields::default(); chunk.slots.len()];
    for part in chunk.parts.iter().filter(|part| part.kind.is_container()) {
        let is_raw = match part.kind.rewrite() {
            Rewrite::InPlace(_) => how == OtherFieldsOf::Mirrored,
            // A header of a web archive that depends on the text is part of the comparison, too.
            Rewrite::Whole { .. } if how == OtherFieldsOf::Mirrored => continue,
            Rewrite::Whole { .. } | Rewrite::Rows | Rewrite::Text => false,
        };
        let columns = part.columns.as_ref().map_or(0, |columns| hash(columns.names.join("\0").as_bytes()));
        let fields = if is_raw { None } else { Fields::new(chunk, part, context).ok() };
        for number in part.slots.clone().filter(|&number| chunk.slots[number].is_record) {
            rests[number] = match &fields {
                None => OtherFields { fields: raw(chunk, number, columns), path: None },
                Some(fields) => of_fields(fields.of(number), how),
            };
        }
    }
    rests
}

/// The bytes of a record but for those of its text, and the columns of its table.
fn raw(chunk: &Chunk, number: usize, columns: u64) -> u64 {
    let (bytes, slot) = (&chunk.bytes, &chunk.slots[number]);
    let (before, after) = (slot.line.start..slot.value.start, slot.value.end..slot.line.end);
    hash(&[&columns.to_le_bytes(), &bytes[before], b"\0", &bytes[after]].concat())
}

fn of_fields(mut fields: Vec<Field>, how: OtherFieldsOf) -> OtherFields {
    let value = |fields: &[Field], name: &str| {
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
    };
    let mut path = None;
    if let OtherFieldsOf::Shard(to) = how {
        path = value(&fields, "path");
        if to == TargetFormat::Parquet {
            let json = value(&fields, "fields").and_then(|value| serde_json::from_str::<String>(&value).ok());
            return OtherFields { fields: hash(json.unwrap_or_default().as_bytes()), path };
        }
        fields.retain(|(name, _)| name != "path");
    }
    if how == OtherFieldsOf::Input {
        for (name, _) in &mut fields {
            if ["id", "path", "text"].contains(&name.as_str()) {
                name.insert_str(0, "source_");
            }
        }
    }
    if fields.is_empty() {
        return OtherFields { fields: hash(b""), path };
    }
    let name = |name: &str| serde_json::to_string(name).unwrap_or_default(); // a string always can
    let members: Vec<_> = fields.iter().map(|(field, value)| format!("{}:{value}", name(field))).collect();
    OtherFields { fields: hash(format!("{{{}}}", members.join(",")).as_bytes()), path }
}

/// 64 bits of SHA-256.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    Fingerprint::of(bytes).table_hash()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::line;
    use proptest::prelude::*;

    #[test]
    fn what_repair_changes() {
        for (text, expected) in [
            ("plain\ttext", false),
            ("苹果 “AI”，«好»", false),
            ("a\u{85}b", true),
            ("a\u{200b}b", true),
            ("a\rb", true),
            ("a\u{2028}b", true),
            ("ก\u{200b}ข", false),
            ("a\x1b[mb", true),
            ("a \nb", true),
            ("a\nb", false),
        ] {
            assert_eq!(is_altered(text, Repair::Basic), expected, "{text:?}");
        }
        assert!(is_altered("a\r\nb", Repair::None) && !is_altered("a \u{7}\nb", Repair::None));
    }

    proptest! {
        #[test]
        fn nothing_that_repair_changes_is_overlooked(text in any::<String>()) {
            let is_changed = !repaired_chars(&text, Repair::Basic).eq(text.chars());
            let is_trimmed = line::trim(&text).len() < text.len();
            prop_assert!(is_altered(&text, Repair::Basic) == is_changed || is_trimmed);
        }
    }
}
