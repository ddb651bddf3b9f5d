//! The contract, slowly: every rule in the most obvious way, one paragraph after the other, in memory.
//!
//! Shares no code with the crate but the names of the options. Rules are cited by their number.

pub(crate) mod agree;
mod key;
mod repair;
pub(crate) mod wrapping;

pub(crate) use key::key_text;

use std::collections::HashMap;
use std::ops::Range;

use serde_json::value::RawValue;
use tamis::config::{Config, Repair, Scope, SplitConfig, SplitMode};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::files::Files;

/// A paragraph as it is written, and where it stands in the decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paragraph {
    pub(crate) text: String,
    pub(crate) span: (usize, usize),
    pub(crate) blank_before: bool,
}

/// Where a paragraph stands: path, record if the file holds records, index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) record: Option<u64>,
    pub(crate) index: u64,
}

/// A file or record that is left out: path, record number and line number of a record, reason.
pub(crate) type Rejected = (String, Option<(u64, u64)>, &'static str);

/// The result of cleaning.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cleaned {
    pub(crate) files: Files,
    /// Removed paragraphs in corpus order: place, span in the decoded text, place of the survivor.
    pub(crate) removed: Vec<(Place, (usize, usize), Place)>,
    /// Removed layout in corpus order: place, span in the decoded text, as it would have been written.
    pub(crate) layout: Vec<(Place, (usize, usize), String)>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) files_read: u64,
    /// Files that are no prose.
    pub(crate) files_skipped: u64,
    pub(crate) records_read: u64,
    pub(crate) documents_kept: u64,
    pub(crate) documents_emptied: u64,
    pub(crate) paragraphs_kept: u64,
    pub(crate) bytes_input: u64,
    pub(crate) bytes_kept: u64,
    pub(crate) bytes_removed: u64,
    /// Ids of the records that have one.
    pub(crate) ids: HashMap<(String, u64), String>,
}

/// A run's memory of what it has seen: the key text and, in document scope, the document (contract I3).
type Seen = HashMap<(String, Option<(String, Option<u64>)>), Place>;

/// Cleans `files`.
pub(crate) fn clean(files: &Files, config: &Config) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let mut seen = Seen::new();
    let mut order: Vec<&String> = files.keys().collect();
    order.sort_by_key(|path| path.split('/').map(str::as_bytes).collect::<Vec<_>>()); // contract D3
    for path in order {
        let bytes = files[path].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&files[path]); // contract D4
        if is_skipped(path, bytes) {
            cleaned.files_skipped += 1; // contract D2
            continue;
        }
        let is_container = is_container(path);
        let written = if is_container {
            clean_records(path, bytes, config, &mut seen, &mut cleaned)
        } else if let Ok(text) = std::str::from_utf8(bytes) {
            clean_text((path, None), text, config, &mut seen, &mut cleaned).into_bytes()
        } else {
            cleaned.rejected.push((path.clone(), None, "not_utf8"));
            continue;
        };
        cleaned.files_read += 1;
        cleaned.bytes_input += files[path].len() as u64;
        if !written.is_empty() {
            cleaned.files.insert(path.clone(), written); // contract P5
        }
    }
    cleaned
}

/// Whether a file holds records.
pub(crate) fn is_container(path: &str) -> bool {
    matches!(path.rsplit('.').next(), Some("jsonl" | "json"))
}

/// Whether a file is left out by its name, or is JSON and no records.
pub(crate) fn is_skipped(path: &str, bytes: &[u8]) -> bool {
    match path.rsplit('.').next() {
        Some("py" | "html") => true,
        Some("json") => !is_json_lines(bytes),
        _ => false,
    }
}

/// Whether most of the first lines are objects, and two are or the first has the text field.
fn is_json_lines(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).replace('\u{feff}', "");
    let is_object = |line: &&str| line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(16).collect();
    let num_objects = lines.iter().filter(|line| is_object(line)).count();
    let has_text = |line: &str| {
        let name = |key: Range<usize>| serde_json::from_str::<String>(&line[key]);
        members(line)
            .unwrap_or_default()
            .into_iter()
            .any(|(key, _)| name(key).is_ok_and(|name| name == "text"))
    };
    let is_text = lines.first().is_some_and(|line| is_object(line) && has_text(line));
    num_objects * 2 > lines.len() && (num_objects > 1 || is_text)
}

/// The clean text of one document; empty if it keeps nothing.
fn clean_text(
    (path, record): (&str, Option<u64>),
    text: &str,
    config: &Config,
    seen: &mut Seen,
    cleaned: &mut Cleaned,
) -> String {
    let mut written = String::new();
    let mut owes_blank = false;
    let (mut layout, mut num_kept, mut lost_any) = (Vec::new(), 0, false);
    for (index, paragraph) in (0..).zip(paragraphs(text, config.split)) {
        let Paragraph { text, span, blank_before } = paragraph;
        let place = Place { path: path.to_owned(), record, index };
        owes_blank |= blank_before;
        let key = key_text(&text, config.matching.mode);
        let num_chars = key.chars().filter(|c| is_text(*c)).count() as u64;
        let is_short = num_chars < config.matching.min_chars; // contract I4
        let document = (config.decide.scope == Scope::Document).then(|| (path.to_owned(), record));
        if !is_short && let Some(survivor) = seen.get(&(key.clone(), document.clone())) {
            cleaned.removed.push((place, span, survivor.clone()));
            cleaned.bytes_removed += (span.1 - span.0) as u64;
            lost_any = true;
            continue;
        }
        if is_short && num_chars == 0 {
            layout.push((place, span, text.clone() + "\n"));
        } else if !is_short {
            seen.insert((key, document), place);
        }
        num_kept += 1;
        cleaned.paragraphs_kept += 1;
        cleaned.bytes_kept += (span.1 - span.0) as u64;
        if owes_blank && !written.is_empty() {
            written.push('\n'); // contract P4
        }
        owes_blank = false;
        written.push_str(&text);
        written.push('\n');
    }
    // Contract P5: layout goes with the last text.
    if lost_any && layout.len() == num_kept {
        let num_bytes: usize = layout.iter().map(|(_, span, _)| span.1 - span.0).sum();
        cleaned.paragraphs_kept -= num_kept as u64;
        cleaned.bytes_kept -= num_bytes as u64;
        cleaned.bytes_removed += num_bytes as u64;
        cleaned.layout.extend(layout);
        written.clear();
    }
    *(if written.is_empty() { &mut cleaned.documents_emptied } else { &mut cleaned.documents_kept }) += 1;
    written
}

/// The clean lines of a JSON Lines file (contract O4).
fn clean_records(
    path: &str,
    bytes: &[u8],
    config: &Config,
    seen: &mut Seen,
    cleaned: &mut Cleaned,
) -> Vec<u8> {
    let mut written = Vec::new();
    let lines = (1..).zip(bytes.split(|&byte| byte == b'\n'));
    let lines = lines.filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace));
    for (number, (line_number, line)) in (0..).zip(lines) {
        match parse(line) {
            Err(reason) => {
                cleaned.rejected.push((path.to_owned(), Some((number, line_number)), reason));
            }
            Ok(Record { text, before, after, id }) => {
                cleaned.records_read += 1;
                cleaned.ids.extend(id.map(|id| ((path.to_owned(), number), id)));
                let text = clean_text((path, Some(number)), &text, config, seen, cleaned);
                if !text.is_empty() {
                    let value = serde_json::to_string(&text).expect("a string");
                    written.extend([before, &value, after, "\n"].concat().into_bytes());
                }
            }
        }
    }
    written
}

/// The text of a good record.
pub(crate) fn record_text(line: &[u8]) -> Option<String> {
    Some(parse(line).ok()?.text)
}

/// A record: its text, the line before and after the value of the text field, and its id as JSON.
struct Record<'a> {
    text: String,
    before: &'a str,
    after: &'a str,
    id: Option<String>,
}

fn parse(line: &[u8]) -> Result<Record<'_>, &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "not_utf8")?;
    serde_json::from_str::<&RawValue>(line).map_err(|_| "not_json")?;
    let members = members(line).ok_or("not_object")?;
    let name = |key: &Range<usize>| serde_json::from_str::<String>(&line[key.clone()]);
    let mut values = members.iter().filter(|(key, _)| name(key).is_ok_and(|name| name == "text"));
    let (_, value) = values.next().ok_or("no_text")?;
    if values.next().is_some() {
        return Err("text_twice");
    }
    if !line[value.clone()].starts_with('"') {
        return Err("text_not_string");
    }
    let text = serde_json::from_str(&line[value.clone()]).map_err(|_| "not_json")?; // a lone surrogate
    let id = members.iter().find(|(key, _)| name(key).is_ok_and(|name| name == "id"));
    let id = id.map(|(_, value)| line[value.clone()].to_owned());
    let id = id.filter(|id| id.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit()));
    Ok(Record { text, before: &line[..value.start], after: &line[value.end..], id })
}

/// Where the keys and values stand in a line that is valid JSON; `None` if it is no object.
fn members(line: &str) -> Option<Vec<(Range<usize>, Range<usize>)>> {
    let (mut depth, mut in_string, mut escaped) = (0, false, false);
    let mut marks = Vec::new(); // the { : , : } of the outermost object
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true, // stands in strings only
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                marks.extend((depth == 1).then_some(at));
            }
            b'}' | b']' => {
                depth -= 1;
                marks.extend((depth == 0).then_some(at));
            }
            b':' | b',' => marks.extend((depth == 1).then_some(at)),
            _ => {}
        }
    }
    let trimmed = |pair: &[usize]| {
        let part = &line[pair[0] + 1..pair[1]];
        let start = pair[0] + 1 + part.len() - part.trim_start().len();
        start..start + part.trim().len()
    };
    let parts: Vec<_> = marks.windows(2).map(trimmed).collect();
    let pairs = parts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    line.trim_start().starts_with('{').then_some(pairs)
}

/// A character and its place in the decoded text.
type Char = (usize, char);

/// The paragraphs of a decoded text (contract P2).
pub(crate) fn paragraphs(text: &str, config: SplitConfig) -> Vec<Paragraph> {
    paragraphs_as(text, wrapping::settled(text, config))
}

/// The paragraphs of a text, or of a part of one, where it is settled how it is split.
pub(crate) fn paragraphs_as(text: &str, config: SplitConfig) -> Vec<Paragraph> {
    assert_ne!(config.split, SplitMode::Auto, "that is for the whole text to say");
    let mut found: Vec<Paragraph> = Vec::new();
    let mut blank_before = false;
    for line in lines(text) {
        let whole = if config.repair == Repair::Basic { repaired(&line) } else { line };
        let line = unmarked(&whole);
        if is_blank(&line) {
            blank_before = true;
            continue;
        }
        let parts = if config.split == SplitMode::Sentence { sentences(&line, config) } else { vec![line] };
        for part in parts {
            let next = Paragraph { text: string(&part), span: span(&part), blank_before };
            match found.last_mut() {
                Some(block) if config.split == SplitMode::Block && !blank_before => {
                    block.text.push('\n');
                    block.text.push_str(&string(&whole));
                    block.span.1 = next.span.1;
                }
                _ => found.push(next),
            }
            blank_before = false;
        }
    }
    found
}

/// The lines of a text without their ends (contract P1). A text that ends with a line ending gives one more,
/// which is empty and changes nothing.
fn lines(text: &str) -> Vec<Vec<Char>> {
    const ENDS: [&str; 6] = ["\r\r\n", "\r\n", "\r", "\n", "\u{2028}", "\u{2029}"];
    let mut lines = vec![Vec::new()];
    let mut next = 0;
    for (at, c) in text.char_indices() {
        if at < next {
            continue;
        }
        match (ENDS.iter().find(|end| text[at..].starts_with(**end)), lines.last_mut()) {
            (Some(end), _) => {
                next = at + end.len();
                lines.push(Vec::new());
            }
            (None, Some(line)) => line.push((at, c)),
            (None, None) => {}
        }
    }
    lines
}

/// A line as it is written (contract P3).
fn repaired(line: &[Char]) -> Vec<Char> {
    let fate = |&(at, c): &Char| match c {
        '\u{b}' | '\u{c}' | '\u{85}' => Some((at, ' ')),
        '\t' => Some((at, c)),
        '\u{feff}' | '\u{2060}' => None,
        _ => (c.general_category() != GeneralCategory::Control).then_some((at, c)),
    };
    let line: Vec<Char> = repair::without_escapes(line).iter().filter_map(fate).collect();
    trimmed(&repair::without_idle_breaks(&line))
}

fn trimmed(line: &[Char]) -> Vec<Char> {
    let is_text = |(_, c): &Char| !c.is_whitespace();
    match (line.iter().position(is_text), line.iter().rposition(is_text)) {
        (Some(first), Some(last)) => line[first..=last].to_vec(),
        _ => Vec::new(),
    }
}

/// A line without the byte order marks before it: they are no text (contract D4), and if the paragraph came
/// to be the first of an output, cleaning twice would take them off. Only `--repair none` leaves any.
fn unmarked(line: &[Char]) -> Vec<Char> {
    line.iter().copied().skip_while(|(_, c)| *c == '\u{feff}').collect()
}

fn is_blank(line: &[Char]) -> bool {
    line.iter().all(|(_, c)| c.is_whitespace())
}

/// The sentences of a line that is repaired already.
fn sentences(line: &[Char], config: SplitConfig) -> Vec<Vec<Char>> {
    let mut rest = line.iter().copied();
    let text = string(line);
    let cut = text.split_sentence_bounds().map(|sentence| {
        let sentence: Vec<Char> = rest.by_ref().take(sentence.chars().count()).collect();
        if config.repair == Repair::Basic { repaired(&sentence) } else { unmarked(&sentence) }
    });
    cut.filter(|sentence| !is_blank(sentence)).collect()
}

fn string(line: &[Char]) -> String {
    line.iter().map(|(_, c)| c).collect()
}

fn span(line: &[Char]) -> (usize, usize) {
    let end = |(at, c): &Char| at + c.len_utf8();
    (line.first().map_or(0, |(at, _)| *at), line.last().map_or(0, end))
}

/// Whether a character of key text makes a paragraph text (contract I4). An emoji is what forms one grapheme cluster with
/// an emoji and a joiner before it, and does not extend a letter.
fn is_text(c: char) -> bool {
    use unicode_properties::GeneralCategoryGroup::{Letter, Mark, Number};
    let clusters = |text: &str| text.graphemes(true).count();
    matches!(c.general_category_group(), Letter | Mark | Number)
        || ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
        || (clusters(&format!("\u{2764}\u{200d}{c}")) == 1 && clusters(&format!("x{c}")) == 2)
}
