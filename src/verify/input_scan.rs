//! Scans chunks for an audit: the paragraphs of the input, and of records on both sides the fields beside their text.

use super::uids;
use crate::config::{Config, MatchConfig, Repair, SourceBy, TargetFormat};
use crate::document::{Edges, Paragraph};
use crate::fingerprint::{Fingerprint, KeyHasher};
use crate::normalize::{KeyMaker, repaired_chars};
use crate::read::{Chunk, Field, Fields, InPlace, ReadContext, Rewrite, TextVisitor};
use crate::rules::{Edge, EditedParagraph, EditedPlace, Editor};
use crate::run::boilerplate::named_sources;
use crate::run::corpus::Listing;
use crate::run::feed::Work;
use crate::run::reader::{count_lines, read_work};
use crate::split::{SplitBy, Splitting, line};
use crate::write::ANNOTATIONS;

/// A paragraph of the input.
#[derive(Debug, Clone, Copy)]
pub(super) struct InputParagraph {
    pub(super) paragraph: Paragraph,
    pub(super) fingerprint: Fingerprint,
    /// Too short to be removed as a duplicate (contract I4).
    pub(super) is_short: bool,
    /// No text (contract I4).
    pub(super) is_layout: bool,
    /// The line of the page in which it begins, if that is known.
    pub(super) page_line: Option<u64>,
}

/// A document of the input, or a piece of one.
#[derive(Debug, Clone, Default)]
pub(super) struct InputDocument {
    /// Where its paragraphs stand in [`InputChunk::paragraphs`].
    pub(super) paragraphs: std::ops::Range<usize>,
    pub(super) blank_after: bool,
    /// Its lines.
    pub(super) lines: u64,
    /// Whether repair changes more of it than how its lines end.
    pub(super) is_repaired: bool,
}

/// A scanned chunk of the input.
#[derive(Debug, Default)]
pub(super) struct InputChunk {
    pub(super) paragraphs: Vec<InputParagraph>,
    /// The document of each slot of the chunk.
    pub(super) documents: Vec<InputDocument>,
    /// The other fields of each slot.
    pub(super) rests: Vec<OtherFields>,
    /// The paragraphs that are written otherwise than repair leaves them if they stay, by their numbers.
    pub(super) edited: Vec<(usize, EditedParagraph)>,
    /// What each slot names as its source, if boilerplate goes.
    pub(super) sources: Vec<Option<String>>,
}

/// The fields of a record beside its text.
#[derive(Debug, Clone, Default)]
pub(super) struct OtherFields {
    /// Its fields; the same on both sides. 0 where they are not compared.
    pub(super) fields: u64,
    /// Where a document of a shard says that it came from, as JSON.
    pub(super) path: Option<String>,
    /// The uid that a document of a shard has, as JSON.
    pub(super) uid: Option<String>,
    /// Whether the SHA-256 that a document of a shard has is not that of its text.
    pub(super) has_other_hash: bool,
    /// The JSON of the id under which a record stands in OUT, if it is not the one that it came with: that of a page.
    pub(super) new_id: Option<Vec<u8>>,
    /// All bytes of a record that is written again as it came, where nothing of its text changes (contract P4).
    pub(super) record: Option<u64>,
}

/// The form in which the other fields of a record are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OtherFieldsOf {
    /// Both sides have one form.
    Mirrored,
    /// The document is one of the input, and is to be converted, perhaps with annotations.
    Input { is_annotated: bool },
    /// The document is one of a shard, and was converted to this form, perhaps with annotations, which are not compared.
    Shard { to: TargetFormat, is_annotated: bool },
}

/// How the input is looked at.
pub(super) struct InputScan<'a> {
    repair: Repair,
    matching: MatchConfig,
    keys: KeyMaker,
    pub(super) read: &'a ReadContext,
    editor: &'a Editor,
    /// The fields that are compared beside the text of records.
    rest: Option<OtherFieldsOf>,
    /// What a source is, if boilerplate goes.
    source: Option<&'a SourceBy>,
}

impl<'a> InputScan<'a> {
    pub(super) fn new(config: &'a Config, read: &'a ReadContext, editor: &'a Editor) -> Self {
        let rest = match config.write.to {
            None => Some(OtherFieldsOf::Mirrored),
            Some(TargetFormat::Txt) => None,
            Some(TargetFormat::Jsonl | TargetFormat::Parquet) => {
                Some(OtherFieldsOf::Input { is_annotated: !config.decide.annotate.is_empty() })
            }
        };
        Self {
            repair: config.split.repair,
            matching: config.matching,
            keys: KeyMaker::new(config.matching.mode, config.split.repair),
            read,
            editor,
            rest,
            source: Some(&config.decide.source).filter(|_| config.decide.boilerplate),
        }
    }

    /// Reads a chunk and looks at it.
    pub(super) fn scan(&self, work: Work, listing: Listing<'_>) -> (Chunk, InputChunk) {
        let mut visitor = InputVisitor {
            scan: self,
            input_scan: InputChunk::default(),
            found: Vec::new(),
            hasher: KeyHasher::counting_to(self.matching.min_chars),
        };
        let chunk = read_work(work, listing, self.read, &mut visitor);
        let mut input_scan = visitor.input_scan;
        input_scan.find_in_pages(&chunk);
        if self.editor.is_on() {
            input_scan.edit(&chunk, self.editor);
        }
        for (slot, document) in chunk.slots.iter().zip(&mut input_scan.documents) {
            document.is_repaired |= slot.is_mended();
        }
        input_scan.rests = self.rest.map_or_else(Vec::new, |rest| rests(&chunk, self.read, rest));
        let sources = self.source.map(|source| named_sources(&chunk, self.read, source));
        input_scan.sources = sources.and_then(Result::ok).unwrap_or_default();
        (chunk, input_scan)
    }
}

impl InputChunk {
    /// Notes what the rules make of each paragraph.
    fn edit(&mut self, chunk: &Chunk, editor: &Editor) {
        for part in &chunk.parts {
            let ends = (!part.is_piece_of_text() || part.is_first, !part.is_piece_of_text() || part.is_last);
            for slot in part.slots.clone().filter(|slot| *slot < self.documents.len()) {
                let numbers = self.documents[slot].paragraphs.clone();
                let paragraphs = &self.paragraphs[numbers.clone()];
                let edge = Edge::of(paragraphs.len(), ends, |index| paragraphs[index].is_layout);
                let text =
                    std::str::from_utf8(&chunk.bytes[chunk.slots[slot].text.range()]).unwrap_or_default();
                for (index, (sighted, number)) in paragraphs.iter().zip(numbers).enumerate() {
                    let body = text.get(sighted.paragraph.span.range()).unwrap_or_default();
                    let at = EditedPlace::of(
                        &sighted.paragraph,
                        edge.has(index),
                        chunk.slots[slot].damage.as_deref(),
                    );
                    let edited = editor.edit(body, &sighted.paragraph, at);
                    self.edited.extend(edited.map(|edited| (number, edited)));
                }
            }
        }
    }

    /// Notes where the paragraphs of pages stand in those.
    fn find_in_pages(&mut self, chunk: &Chunk) {
        for (slot, document) in chunk.slots.iter().zip(&self.documents) {
            let Some(page) = &slot.page else { continue };
            let text = std::str::from_utf8(&chunk.bytes[slot.text.range()]).unwrap_or_default();
            let (mut line, mut counted) = (0, 0);
            for sighted in &mut self.paragraphs[document.paragraphs.clone()] {
                let start = sighted.paragraph.span.start;
                line += count_lines(&text[counted..start]);
                counted = start;
                sighted.page_line = page.line_of(line);
            }
        }
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
    fn document(&mut self, text: &str, by: SplitBy) -> Splitting {
        let InputScan { repair, matching, keys, .. } = self.scan;
        self.found.clear();
        let (splitting, blank_after) = by.split(text, &mut self.found);
        let start = self.input_scan.paragraphs.len();
        for &paragraph in &self.found {
            let mut paragraph = paragraph;
            keys.make(text, &mut paragraph, &mut self.hasher);
            let num_chars = self.hasher.num_text_chars();
            let is_short = num_chars < matching.min_chars;
            paragraph.altered = is_altered(&text[paragraph.span.range()], *repair, paragraph.edges);
            let fingerprint = self.hasher.finish();
            let is_layout = is_short && num_chars == 0;
            self.input_scan.paragraphs.push(InputParagraph {
                paragraph,
                fingerprint,
                is_short,
                is_layout,
                page_line: None,
            });
        }
        let is_repaired = is_repaired(text, &self.found, *repair);
        let (paragraphs, lines) = (start..self.input_scan.paragraphs.len(), count_lines(text));
        self.input_scan.documents.push(InputDocument { paragraphs, blank_after, lines, is_repaired });
        splitting
    }
}

/// Whether repair changes a paragraph. Asked again, and not of those who write it.
fn is_altered(text: &str, repair: Repair, edges: Edges) -> bool {
    let bytes = text.as_bytes();
    // Controls but TAB, and the first byte of those that are not ASCII.
    let is_rare = |byte: u8| (byte < b' ' && byte != b'\t') || byte == 0x7f || byte == 0xc2;
    let has_rare = bytes.iter().fold(false, |found, &byte| found | is_rare(byte));
    let others = ["\u{feff}", "\u{200b}", "\u{2060}", "\u{2028}", "\u{2029}"];
    let is_rare = has_rare || others.iter().any(|c| memchr::memmem::find(bytes, c.as_bytes()).is_some());
    is_rare && !repaired_chars(text, repair, edges).eq(text.chars())
}

/// Whether repair changes more of a text than how its lines end. Where it is off, only what is no text goes: a U+FEFF
/// that begins a line (contract D4). Asked of all of the text, and not of those who write it.
fn is_repaired(text: &str, paragraphs: &[Paragraph], repair: Repair) -> bool {
    if repair == Repair::None {
        let ends = paragraphs.iter().map(|paragraph| paragraph.span.end);
        let starts = paragraphs.iter().map(|paragraph| paragraph.span.start).chain([text.len()]);
        return std::iter::once(0)
            .chain(ends)
            .zip(starts)
            .any(|(end, start)| text[end..start].contains('\u{feff}'));
    }
    let is_changed =
        |line: &str| line::trim(line).len() < line.len() || is_altered(line, repair, Edges::Trimmed);
    // The white space around lines stays inside of paragraphs of Markdown, and goes between them.
    if paragraphs.iter().any(|paragraph| paragraph.edges == Edges::Kept) {
        let ends = std::iter::once(0).chain(paragraphs.iter().map(|paragraph| paragraph.span.end));
        let starts = paragraphs.iter().map(|paragraph| paragraph.span.start).chain([text.len()]);
        let is_changed_between =
            ends.zip(starts).any(|(end, start)| !text[end..start].chars().all(line::is_end));
        let is_changed_inside =
            |paragraph: &Paragraph| is_altered(&text[paragraph.span.range()], repair, paragraph.edges);
        return is_changed_between || paragraphs.iter().any(is_changed_inside);
    }
    text.split(line::is_end).any(is_changed)
}

/// The fields that the records of a chunk hold beside their texts, one entry for each slot.
pub(super) fn rests(chunk: &Chunk, context: &ReadContext, how: OtherFieldsOf) -> Vec<OtherFields> {
    let nothing = OtherFields { fields: hash(b""), ..OtherFields::default() };
    let mut rests = vec![nothing; chunk.slots.len()];
    for part in &chunk.parts {
        let in_place = match part.rewrite() {
            Rewrite::InPlace(in_place) => Some(in_place).filter(|_| how == OtherFieldsOf::Mirrored),
            // A header of a web archive that depends on the text is part of the comparison, too.
            Rewrite::Whole { page_id, .. } if how == OtherFieldsOf::Mirrored => {
                for number in part.slots.clone() {
                    let slot = &chunk.slots[number];
                    let id = || page_id(&chunk.bytes[slot.id.range()]);
                    rests[number].new_id = slot.page.is_some().then(id);
                }
                continue;
            }
            Rewrite::Whole { .. } | Rewrite::Rows | Rewrite::Text => None,
        };
        let columns = part.columns.as_ref().map_or(0, |columns| hash(columns.names.join("\0").as_bytes()));
        let fields = if in_place.is_some() { None } else { Fields::new(chunk, part, context).ok() };
        let has_fields =
            |number: &usize| chunk.slots[*number].is_record || chunk.slots[*number].page.is_some();
        for number in part.slots.clone().filter(has_fields) {
            rests[number] = match &fields {
                None => OtherFields {
                    fields: raw(chunk, number, columns),
                    record: in_place.and_then(|in_place| whole(chunk, number, in_place)),
                    ..OtherFields::default()
                },
                Some(fields) => {
                    let text = &chunk.bytes[chunk.slots[number].text.range()];
                    of_fields(fields.of(number), how, text)
                }
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

/// All bytes of a record as they were read, if that is still known.
fn whole(chunk: &Chunk, number: usize, in_place: InPlace) -> Option<u64> {
    let mut record = Vec::new();
    let is_known = in_place.write_as_read(&chunk.bytes, &chunk.slots[number], &mut record);
    is_known.is_ok_and(|is_known| is_known).then(|| hash(&record))
}

/// The fields of a document that has this text.
fn of_fields(mut fields: Vec<Field>, how: OtherFieldsOf, text: &[u8]) -> OtherFields {
    let value = |fields: &[Field], name: &str| {
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
    };
    let mut others = OtherFields::default();
    if let OtherFieldsOf::Shard { to, is_annotated } = how {
        others.path = value(&fields, "path");
        others.uid = value(&fields, "uid");
        others.has_other_hash = value(&fields, "sha256") != Some(uids::sha256_json(text));
        if to == TargetFormat::Parquet {
            let json = value(&fields, "fields").and_then(|value| serde_json::from_str::<String>(&value).ok());
            let json = json.unwrap_or_default();
            let rest = if is_annotated { without_annotations(&json) } else { json };
            return OtherFields { fields: hash(rest.as_bytes()), ..others };
        }
        fields.retain(|(name, _)| {
            let is_ours = ["uid", "path", "sha256"].contains(&name.as_str());
            !is_ours && (!is_annotated || name != ANNOTATIONS)
        });
    }
    if let OtherFieldsOf::Input { is_annotated } = how {
        let names: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
        for (name, _) in &mut fields {
            let is_ours = ["uid", "id", "path", "text", "sha256"].contains(&name.as_str());
            if is_ours || is_annotated && name == ANNOTATIONS {
                name.insert_str(0, "source_");
                while names.contains(name) {
                    name.insert_str(0, "source_");
                }
            }
        }
    }
    if fields.is_empty() {
        return OtherFields { fields: hash(b""), ..others };
    }
    let name = |name: &str| serde_json::to_string(name).unwrap_or_default(); // a string always can
    let members: Vec<_> = fields.iter().map(|(field, value)| format!("{}:{value}", name(field))).collect();
    let fields = hash(format!("{{{}}}", members.join(",")).as_bytes());
    OtherFields { fields, ..others }
}

/// The fields of a row without its annotations, which are the first of them.
fn without_annotations(json: &str) -> String {
    let Some(rest) = json.strip_prefix(&format!("{{\"{ANNOTATIONS}\":")) else { return json.to_owned() };
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
    let _ = values.next();
    match rest.get(values.byte_offset()..) {
        Some(rest) if rest.starts_with(',') => format!("{{{}", &rest[1..]),
        _ => String::new(),
    }
}

/// 64 bits of SHA-256.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    Fingerprint::of(bytes).table_hash()
}

#[cfg(test)]
mod tests {
    use super::*;
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
            assert_eq!(is_altered(text, Repair::Basic, Edges::Trimmed), expected, "{text:?}");
        }
        let is_altered_at_all = |text| is_altered(text, Repair::None, Edges::Trimmed);
        assert!(is_altered_at_all("a\r\nb") && !is_altered_at_all("a \u{7}\nb"));
        assert!(is_altered(" a\u{7} \n b", Repair::Basic, Edges::Kept));
        assert!(!is_altered(" a \n b", Repair::Basic, Edges::Kept));
    }

    proptest! {
        #[test]
        fn nothing_that_repair_changes_is_overlooked(text in any::<String>()) {
            let is_changed = !repaired_chars(&text, Repair::Basic, Edges::Trimmed).eq(text.chars());
            let is_trimmed = line::trim(&text).len() < text.len();
            prop_assert!(is_altered(&text, Repair::Basic, Edges::Trimmed) == is_changed || is_trimmed);
        }
    }
}
