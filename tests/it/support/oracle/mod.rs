//! The contract, slowly: every rule in the most obvious way, one paragraph after the other, in memory.
//!
//! Shares no code with the crate but the names of the options. Rules are cited by their number.

pub(crate) mod agree;
mod key;
mod repair;
mod seen;
pub(crate) mod wrapping;

pub(crate) use key::key_text;

use std::collections::HashMap;
use std::ops::Range;

use serde_json::value::RawValue;
use tamis::config::{Config, Repair, SplitConfig, SplitMode};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::files::Files;
use seen::Seen;

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

/// Cleans `files`.
pub(crate) fn clean(files: &Files, config: &Config) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let mut seen = Seen::default();
    let mut order: Vec<&String> = files.keys().collect();
    order.sort_by_key(|path| path.split('/').map(str::as_bytes).collect::<Vec<_>>()); // contract D3
    for path in order {
        let bytes = files[path].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&files[path]); // contract D4
        if is_skipped(path, bytes) {
            cleaned.files_skipped += 1; // contract D2
            if path.rsplit('.').next() == Some("json") {
                cleaned.bytes_input += files[path].len() as u64; // its content decides, and was read
            }
            continue;
        }
        let is_container = is_container(path);
        let written = if is_container {
            clean_records(path, bytes, config, &mut seen, &mut cleaned)
        } else if let Ok(text) = std::str::from_utf8(bytes) {
            clean_text((path, None), text, config, &mut seen, &mut cleaned)
                .into_text(text, config)
                .into_bytes()
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
    let is_object =
        |line: &&str| line.starts_with('{') && serde_json::from_str::<&RawValue>(&strict(line)).is_ok();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(16).collect();
    let num_objects = lines.iter().filter(|line| is_object(line)).count();
    let has_text = |line: &str| {
        let line = &strict(line);
        let name = |key: Range<usize>| serde_json::from_str::<String>(&line[key]);
        members(line)
            .unwrap_or_default()
            .into_iter()
            .any(|(key, _)| name(key).is_ok_and(|name| name == "text"))
    };
    let is_text = lines.first().is_some_and(|line| is_object(line) && has_text(line));
    num_objects * 2 > lines.len() && (num_objects > 1 || is_text)
}

/// What is left of a document.
struct Kept {
    /// Its paragraphs and, as empty ones, the blank lines between them.
    lines: Vec<String>,
    /// Whether all of its paragraphs are.
    is_whole: bool,
}

impl Kept {
    /// The text of a file whose text was `before`: every line is ended (contract P4).
    fn into_text(self, before: &str, config: &Config) -> String {
        if is_left(config) && !self.lines.is_empty() {
            return before.trim_start_matches('\u{feff}').to_owned(); // contract D4
        }
        self.lines.into_iter().map(|line| line + "\n").collect()
    }

    /// The text of a record whose text was `before` (contract P4).
    fn into_record(self, before: &str, config: &Config) -> String {
        if self.is_whole && (is_left(config) || !is_repaired(before, config.split)) {
            return before.to_owned();
        }
        let end = if before.ends_with(['\n', '\r', '\u{2028}', '\u{2029}']) { "\n" } else { "" };
        self.lines.join("\n") + end
    }
}

/// Whether documents that stay are written as they came: no rule judges paragraphs, and nothing is repaired.
fn is_left(config: &Config) -> bool {
    !config.decide.exact.has_paragraphs() && config.split.repair == Repair::None
}

/// Whether repair changes a text in more than its line ends. Where repair is off, only byte order marks before lines or
/// sentences go (contract D4), which are all that is not white space outside of the paragraphs.
fn is_repaired(text: &str, config: SplitConfig) -> bool {
    if config.repair == Repair::Basic {
        return lines(text).iter().any(|line| repaired(line) != *line);
    }
    let mut end = 0;
    let mut gaps = String::new();
    for paragraph in paragraphs(text, config) {
        gaps += &text[end..paragraph.span.0];
        end = paragraph.span.1;
    }
    (gaps + &text[end..]).contains('\u{feff}')
}

/// What is left of one document; nothing if it keeps nothing.
fn clean_text(
    (path, record): (&str, Option<u64>),
    text: &str,
    config: &Config,
    seen: &mut Seen,
    cleaned: &mut Cleaned,
) -> Kept {
    let mut kept = Kept { lines: Vec::new(), is_whole: true };
    let paragraphs = paragraphs(text, config.split);
    if seen.removes((path, record), &paragraphs, config, cleaned) {
        return Kept { is_whole: false, ..kept };
    }
    let mut owes_blank = false;
    let (mut layout, mut num_kept, mut lost_any) = (Vec::new(), 0, false);
    for (index, paragraph) in (0..).zip(paragraphs) {
        let Paragraph { text, span, blank_before } = paragraph;
        let place = Place { path: path.to_owned(), record, index };
        owes_blank |= blank_before;
        let key = key_text(&text, config.matching.mode);
        let num_chars = key.chars().filter(|c| is_text(*c)).count() as u64;
        let is_short = num_chars < config.matching.min_chars; // contract I4
        let survivor = seen.survivor(&key, &place, config).filter(|_| !is_short);
        if let Some(survivor) = survivor {
            cleaned.removed.push((place, span, survivor.clone()));
            cleaned.bytes_removed += (span.1 - span.0) as u64;
            kept.is_whole = false;
            lost_any = true;
            continue;
        }
        if is_short && num_chars == 0 {
            layout.push((place, span, text.clone() + "\n"));
        } else if !is_short {
            seen.keep(key, place, config);
        }
        num_kept += 1;
        cleaned.paragraphs_kept += 1;
        cleaned.bytes_kept += (span.1 - span.0) as u64;
        if owes_blank && !kept.lines.is_empty() {
            kept.lines.push(String::new()); // contract P4
        }
        owes_blank = false;
        kept.lines.push(text);
    }
    // Contract P5: layout goes with the last text.
    if lost_any && layout.len() == num_kept {
        let num_bytes: usize = layout.iter().map(|(_, span, _)| span.1 - span.0).sum();
        cleaned.paragraphs_kept -= num_kept as u64;
        cleaned.bytes_kept -= num_bytes as u64;
        cleaned.bytes_removed += num_bytes as u64;
        cleaned.layout.extend(layout);
        kept.lines.clear();
    }
    let is_empty = kept.lines.is_empty();
    *(if is_empty { &mut cleaned.documents_emptied } else { &mut cleaned.documents_kept }) += 1;
    kept
}

/// The clean lines of a JSON Lines file (contract P4, O4).
fn clean_records(
    path: &str,
    bytes: &[u8],
    config: &Config,
    seen: &mut Seen,
    cleaned: &mut Cleaned,
) -> Vec<u8> {
    let mut written = Vec::new();
    let lines = (1..).zip(bytes.split_inclusive(|&byte| byte == b'\n'));
    let lines = lines.filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace));
    for (number, (line_number, line)) in (0..).zip(lines) {
        match parse(line) {
            Err(reason) => {
                cleaned.rejected.push((path.to_owned(), Some((number, line_number)), reason));
            }
            Ok(Record { text, before, value, after, id }) => {
                cleaned.records_read += 1;
                cleaned.ids.extend(id.map(|id| ((path.to_owned(), number), id)));
                let kept = clean_text((path, Some(number)), &text, config, seen, cleaned);
                if !kept.lines.is_empty() {
                    let new = kept.into_record(&text, config);
                    let spelled = serde_json::to_string(&new).expect("a string");
                    let value = if new == text { value } else { &spelled };
                    written.extend([before, value, after].concat().into_bytes());
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

/// A record: its text, the value of the text field as it is spelled, the line before and after it, and its id as JSON.
struct Record<'a> {
    text: String,
    before: &'a str,
    value: &'a str,
    after: &'a str,
    id: Option<String>,
}

fn parse(line: &[u8]) -> Result<Record<'_>, &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "not_utf8")?;
    // Python's NaN and infinities are let pass for numbers, and halves of surrogate pairs outside of the text.
    let strict = strict(line);
    serde_json::from_str::<&RawValue>(&strict).map_err(|_| "not_json")?;
    let members = members(line).ok_or("not_object")?;
    let name = |key: &Range<usize>| serde_json::from_str::<String>(&strict[key.clone()]);
    let mut values = members.iter().filter(|(key, _)| name(key).is_ok_and(|name| name == "text"));
    let (_, value) = values.next().ok_or("no_text")?;
    if values.next().is_some() {
        return Err("text_twice");
    }
    if !line[value.clone()].starts_with('"') {
        return Err("text_not_string");
    }
    let text = serde_json::from_str(&line[value.clone()]).map_err(|_| "undecodable")?; // half a surrogate pair
    let id = members.iter().find(|(key, _)| name(key).is_ok_and(|name| name == "id"));
    let id = id.map(|(_, value)| line[value.clone()].to_owned());
    let is_name = |c: char| c == '"' || c == '-' || c.is_ascii_digit();
    let id = id.filter(|id| id.starts_with(is_name) && !id.starts_with("-I"));
    Ok(Record {
        text,
        before: &line[..value.start],
        value: &line[value.clone()],
        after: &line[value.end..],
        id,
    })
}

/// A line of the same length, with zeros for what JSON has no number for and without halves of surrogate pairs.
fn strict(line: &str) -> String {
    let mut strict = String::new();
    // Quotes and halves of pairs, if backslashes are taken with what follows them.
    let mut in_string = false;
    while let Some(rest) = line.get(strict.len()..).filter(|rest| !rest.is_empty()) {
        let hex = |at: usize| {
            let digits =
                rest.get(at..).and_then(|rest| rest.strip_prefix("\\u")).and_then(|rest| rest.get(..4));
            digits
                .filter(|digits| !digits.starts_with('+'))
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        };
        let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || "+-._".contains(c));
        let is_begun = !strict.ends_with(|c: char| c.is_alphanumeric() || "+-._".contains(c));
        let word = ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| rest.starts_with(word));
        match (hex(0), hex(6), word) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000), _) if in_string => strict += &rest[..12],
            (Some(0xd800..0xe000), _, _) if in_string => strict += "\\ufffd",
            (_, _, Some(word)) if !in_string && is_begun && is_end(&rest[word.len()..]) => {
                let sign = &word[..word.find(['N', 'I']).expect("a letter")];
                strict = strict + sign + "0." + &"0".repeat(word.len() - sign.len() - 2);
            }
            _ => {
                let mut chars = rest.chars();
                let first = chars.next();
                in_string ^= first == Some('"');
                strict.extend(first);
                strict.extend(chars.next().filter(|_| in_string && first == Some('\\')));
            }
        }
    }
    strict
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
