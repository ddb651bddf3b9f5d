//! JSON Lines: every line that is not blank is a record (contract O4). A bad record is a fault in its slot and
//! the file goes on.

mod escape;
mod form;
mod unescape;

use std::fmt;
use std::io;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::json::{keys, members, span_in};
use super::lenient;
use super::{Access, Beside, Charset, Columns, Container, Escape, FieldsOf, InOrder, InPlace, Rewrite};
use crate::error::RejectReason;
use crate::read::content::Head;
use crate::read::context::ReadContext;
use crate::read::fault::Fault;
use crate::read::slot::{RawRecord, Slot};
use crate::read::text_fields::behind;
use crate::units::{ByteSpan, count};

pub(crate) use escape::Escaper;
pub(in crate::read) use form::JsonForm;
use unescape::{Unescaped, unescape};

/// JSON Lines.
pub(super) struct JsonLines;

impl Container for JsonLines {
    fn is_shown_by(&self, head: Head<'_>, context: &ReadContext) -> bool {
        JsonForm::of(head, context) == JsonForm::Lines
    }

    fn access(&self) -> Access {
        InOrder::lines(Charset::Utf8) // RFC 8259, section 8.1
    }

    fn decode(
        &self,
        bytes: &mut Vec<u8>,
        slot: &mut Slot,
        _: Option<&Columns>,
        context: &ReadContext,
    ) -> Result<u64, Fault> {
        decode_line(bytes, slot, context)
    }

    /// The members of the line with a null in the place of the text, which is long.
    fn fields<'a>(&self, Beside { bytes, slots, .. }: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        Ok(Box::new(|number| {
            let Slot { line, value, .. } = slots[number];
            let (before, after) = (line.start..value.start, value.end..line.end);
            let line = [&bytes[before], b"null", &bytes[after]].concat();
            members(&String::from_utf8_lossy(&line))
        }))
    }

    fn rewrite(&self, _: Option<&Columns>) -> Rewrite {
        Rewrite::InPlace(InPlace { escape: Some(Escape::Json), is_one_line: false })
    }
}

/// Checks a line and finds its text.
fn decode_line(bytes: &mut Vec<u8>, slot: &mut Slot, context: &ReadContext) -> Result<u64, Fault> {
    let replace = context.detection.replace;
    let raw = &bytes[slot.line.range()];
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    if count(raw.len()) > context.decoded_limit {
        return Err(Fault::too_large(context.decoded_limit));
    }
    let text = match simdutf8::compat::from_utf8(raw) {
        Ok(text) => text,
        Err(_) if replace => {
            let num_replaced = replace_malformed(bytes, slot);
            return Ok(num_replaced + decode_line(bytes, slot, context)?);
        }
        Err(error) => {
            return Err(Fault::at(RejectReason::NotUtf8, error.valid_up_to(), "not valid UTF-8"));
        }
    };
    let fields = find(text, context)?;
    let line = slot.line;
    slot.value = fields.text.shifted(line.start);
    slot.field = Some(fields.field);
    slot.id = fields.id.map_or(ByteSpan::default(), |id| id.shifted(line.start));
    let inner = ByteSpan::new(slot.value.start + 1, slot.value.end - 1);
    let unescaped = unescape(bytes, inner, replace).map_err(|at| {
        let at = inner.start - line.start + at;
        Fault::at(RejectReason::Undecodable, at, "half of a surrogate pair is missing")
    })?;
    slot.text = unescaped.text;
    slot.raw = match unescaped {
        Unescaped { is_over: true, .. } => RawRecord::Spelled,
        Unescaped { num_replaced: 0, .. } => RawRecord::Stands,
        _ => RawRecord::Lost,
    };
    Ok(unescaped.num_replaced)
}

/// Copies a line behind everything else, with U+FFFD for what is not UTF-8 in it. Returns how often.
fn replace_malformed(bytes: &mut Vec<u8>, slot: &mut Slot) -> u64 {
    let raw = &bytes[slot.line.range()];
    let num_replaced = raw.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    let line = String::from_utf8_lossy(raw).into_owned();
    slot.line = ByteSpan::new(bytes.len(), bytes.len() + line.len());
    bytes.extend_from_slice(line.as_bytes());
    count(num_replaced)
}

/// Finds the fields that matter in a line of JSON, which may hold what JSON has not outside its text.
fn find(line: &str, context: &ReadContext) -> Result<FieldPlaces, Fault> {
    let found = FieldPlaces::find(line, context);
    if !found.as_ref().is_err_and(|fault| fault.reason == RejectReason::NotJson) {
        return found;
    }
    let Some(twin) = lenient::strict_twin(line) else { return found };
    let FieldPlaces { text, field, id } = FieldPlaces::find(&twin, context)?;
    Ok(FieldPlaces { text, field, id: id.filter(|id| !lenient::is_not_finite(&line[id.range()])) })
}

/// Where the fields that matter stand in a line.
struct FieldPlaces {
    text: ByteSpan,
    /// The number of the field that holds the text.
    field: u32,
    id: Option<ByteSpan>,
}

impl FieldPlaces {
    fn find(line: &str, context: &ReadContext) -> Result<Self, Fault> {
        let fault = |reason, detail: String| Fault { reason, byte: None, detail };
        let names = &context.text_fields;
        let mut found = Found::default();
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let seed = ObjectSeed { paths: names.iter(), id: Some(&context.id_field), found: &mut found };
        let parsed = seed.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        if let Err(error) = parsed {
            if error.is_data() && serde_json::from_str::<IgnoredAny>(line).is_ok() {
                return Err(fault(RejectReason::NotObject, "not a JSON object".to_owned()));
            }
            return Err(Fault {
                reason: RejectReason::NotJson,
                byte: Some(count(error.column().saturating_sub(1))),
                detail: format!("not JSON: {}", reason_of(&error)),
            });
        }
        let Found { text: Some(text), id } = found else { return Err(names.missing("field", keys(line))) };
        let (name, value) = (names.get(text.field), text.value.get());
        if text.is_twice {
            return Err(fault(RejectReason::TextTwice, format!("the field {name} appears twice")));
        }
        if !value.starts_with('"') {
            let detail = format!("the field {name} is {}, not a string", kind(value));
            return Err(fault(RejectReason::TextNotString, detail));
        }
        let is_name = |raw: &&RawValue| !raw.get().starts_with(['{', '[', 'n', 't', 'f']);
        Ok(Self {
            text: span_in(line, value),
            field: text.field,
            id: id.filter(is_name).map(|id| span_in(line, id.get())),
        })
    }
}

/// The parser's message without the position, which counts lines of the one line it was given.
fn reason_of(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

fn kind(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'n') => "null",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    }
}

/// The fields of a record that were found so far.
#[derive(Default)]
struct Found<'de> {
    text: Option<FoundText<'de>>,
    id: Option<&'de RawValue>,
}

/// The best of the fields that were seen.
#[derive(Clone, Copy)]
struct FoundText<'de> {
    value: &'de RawValue,
    /// The number of its name; the lowest counts.
    field: u32,
    /// Bytes of the key that led to it: of keys that are the beginning of one path, the longest counts.
    key_len: usize,
    /// It, or something on the way to it, stands there more than once.
    is_twice: bool,
}

/// Visits an object, and the objects in it that lead to a field that is sought; passes over everything else.
struct ObjectSeed<'a, 'de, P> {
    /// The numbers and paths of the fields that are sought.
    paths: P,
    /// The id field's name, on the top level only.
    id: Option<&'a str>,
    found: &'a mut Found<'de>,
}

impl<'a, 'de, P: Iterator<Item = (u32, &'a str)> + Clone> ObjectSeed<'a, 'de, P> {
    /// Whether a field of this key can be, or can lead to, a better one than what was found.
    fn is_sought(&self, key: &str) -> bool {
        let best = self.found.text.map_or(u32::MAX, |best| best.field);
        self.paths
            .clone()
            .take_while(|(field, _)| *field <= best)
            .any(|(_, path)| behind(path, key).is_some())
    }

    /// Takes in a field whose key is sought.
    fn take(&mut self, key: &str, value: &'de RawValue) -> serde_json::Result<()> {
        for (field, path) in self.paths.clone() {
            let Some(rest) = behind(path, key) else { continue };
            if let Some(best) = &mut self.found.text {
                let is_same = (best.field, best.key_len) == (field, key.len());
                best.is_twice |= is_same;
                if is_same || best.field < field || (best.field == field && best.key_len > key.len()) {
                    return Ok(());
                }
            }
            if let Some((value, is_twice)) = follow(value, field, rest)? {
                self.found.text = Some(FoundText { value, field, key_len: key.len(), is_twice });
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The value at the end of a path that begins in `value`, and whether something on the way to it stands there twice.
fn follow<'de>(
    value: &'de RawValue,
    field: u32,
    path: &str,
) -> serde_json::Result<Option<(&'de RawValue, bool)>> {
    if path.is_empty() {
        return Ok(Some((value, false)));
    }
    if !value.get().starts_with('{') {
        return Ok(None);
    }
    let mut found = Found::default();
    let seed = ObjectSeed { paths: std::iter::once((field, path)), id: None, found: &mut found };
    seed.deserialize(&mut serde_json::Deserializer::from_str(value.get()))?;
    Ok(found.text.map(|text| (text.value, text.is_twice)))
}

impl<'a, 'de, P: Iterator<Item = (u32, &'a str)> + Clone> DeserializeSeed<'de> for ObjectSeed<'a, 'de, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a, 'de, P: Iterator<Item = (u32, &'a str)> + Clone> Visitor<'de> for ObjectSeed<'a, 'de, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<JsonKey<'de>>()? {
            let is_id = self.id.is_some_and(|id| key.0 == id);
            let is_sought = self.is_sought(&key.0);
            if !is_id && !is_sought {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &'de RawValue = map.next_value()?;
            if is_id {
                self.found.id = Some(value);
            }
            if is_sought {
                self.take(&key.0, value).map_err(serde::de::Error::custom)?;
            }
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct JsonKey<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

/// Whether a line is a record with the text field, whatever else is wrong with it; `None` if not JSON object.
fn has_text(line: &str, context: &ReadContext) -> Option<bool> {
    match find(line, context).map_err(|fault| fault.reason) {
        Err(RejectReason::NotJson | RejectReason::NotObject) => None,
        Err(RejectReason::NoText) => Some(false),
        _ => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(line: &str, text_fields: &[&str]) -> Result<(String, String), RejectReason> {
        let mut config = crate::Config::default();
        config.read.text_field = text_fields.iter().map(|&field| field.to_owned()).collect();
        let context = ReadContext::new(&config).unwrap();
        let fields = FieldPlaces::find(line, &context).map_err(|fault| fault.reason)?;
        let id = fields.id.map_or_else(String::new, |id| line[id.range()].to_owned());
        Ok((line[fields.text.range()].to_owned(), id))
    }

    #[test]
    fn fields() {
        let ok = |text: &str, id: &str| Ok((text.to_owned(), id.to_owned()));
        for (line, path, expected) in [
            (r#"{"id":7,"text":"a"}"#, "text", ok(r#""a""#, "7")),
            (r#" { "text" : "a\n" , "n" : 1e400 } "#, "text", ok(r#""a\n""#, "")),
            (r#"{"a":{"b":"x","text":"no"},"id":"q"}"#, "a.b", ok(r#""x""#, r#""q""#)),
            (r#"{"t\u0065xt":"a"}"#, "text", ok(r#""a""#, "")),
            (r#"{"id":{"x":1},"text":""}"#, "text", ok(r#""""#, "")),
            (r#"{"x":1,"x":2,"text":"a"}"#, "text", ok(r#""a""#, "")),
            (r#"{"text":"a","text":"b"}"#, "text", Err(RejectReason::TextTwice)),
            (r#"{"a":{"b":"x"},"a":1}"#, "a.b", Err(RejectReason::TextTwice)),
            (r#"{"a":1}"#, "text", Err(RejectReason::NoText)),
            (r#"{"a":"text"}"#, "a.b", Err(RejectReason::NoText)),
            (r#"{"text":null}"#, "text", Err(RejectReason::TextNotString)),
            (r#"{"text":["a"]}"#, "text", Err(RejectReason::TextNotString)),
            (r#"["text"]"#, "text", Err(RejectReason::NotObject)),
            (r#""text""#, "text", Err(RejectReason::NotObject)),
            (r#"{"text":"a"#, "text", Err(RejectReason::NotJson)),
            (r#"{"text":"a"} x"#, "text", Err(RejectReason::NotJson)),
            (r#"{"text":"a","n":01}"#, "text", Err(RejectReason::NotJson)),
            ("{\"text\":\"a\tb\"}", "text", Err(RejectReason::NotJson)),
        ] {
            assert_eq!(find(line, &[path]), expected, "{line}");
        }
    }

    #[test]
    fn the_first_field_that_is_there() {
        let ok = |text: &str| Ok((text.to_owned(), String::new()));
        let twice = || Err(RejectReason::TextTwice);
        for (line, fields, expected) in [
            (r#"{"content":"c","text":"t"}"#, &[][..], ok(r#""t""#)),
            (r#"{"content":"c","title":"t"}"#, &[], ok(r#""c""#)),
            (r#"{"内容":"c","正文":"t","body":{}}"#, &[], Err(RejectReason::TextNotString)),
            (r#"{"内容":"c","正文":"t"}"#, &[], ok(r#""t""#)),
            (r#"{"text":null,"content":"c"}"#, &[], Err(RejectReason::TextNotString)),
            (r#"{"content":"c","content":"d","text":"t"}"#, &[], ok(r#""t""#)),
            (r#"{"text":"t","content":"c","content":"d"}"#, &[], ok(r#""t""#)),
            (r#"{"text":"t","content":"c","text":"d"}"#, &[], twice()),
            (r#"{"b":"b","a":"a"}"#, &["b", "a"], ok(r#""b""#)),
            (r#"{"a":{"y":"2"},"b":"b"}"#, &["a.x", "b", "a.y"], ok(r#""b""#)),
            (r#"{"a":{"y":"2"},"c":"c"}"#, &["a.x", "b", "a.y"], ok(r#""2""#)),
            (r#"{"a":{"y":"2","x":"1"},"b":"b"}"#, &["a.x", "b", "a.y"], ok(r#""1""#)),
            // A key that has the whole name, or more of it, wins.
            (r#"{"a":{"b":"nested"},"a.b":"whole"}"#, &["a.b"], ok(r#""whole""#)),
            (r#"{"a.b":"whole","a":{"b":"nested"}}"#, &["a.b"], ok(r#""whole""#)),
            (r#"{"a.b":"x","a":{"b":"nested"},"a.b":"y"}"#, &["a.b"], twice()),
            (r#"{"a.b":1,"a":{"b":"nested"}}"#, &["a.b"], Err(RejectReason::TextNotString)),
            (r#"{"a":{"b":{"c":"1"},"b.c":"2"},"a.b":{"c":"3"}}"#, &["a.b.c"], ok(r#""3""#)),
            (r#"{"a":{"b":{"c":"1"},"b.c":"2"},"a.b":{"d":"3"}}"#, &["a.b.c"], ok(r#""2""#)),
            (r#"{"a":{"b":"x","b":"y"}}"#, &["a.b"], twice()),
            (r#"{"ab":"x","a":"y"}"#, &["a.b"], Err(RejectReason::NoText)),
            (r#"{"":"x"}"#, &[], Err(RejectReason::NoText)),
        ] {
            assert_eq!(find(line, fields), expected, "{line} {fields:?}");
        }
    }

    #[test]
    fn a_record_without_text_says_what_it_has() {
        let told = |line: &str| {
            let context = ReadContext::new(&crate::Config::default()).unwrap();
            FieldPlaces::find(line, &context).err().map(|fault| fault.detail)
        };
        let names = "no field text, content, body, article, 正文 or 内容";
        let expected = format!("{names}; its fields are id, ti\ttle");
        assert_eq!(
            told(r#"{"id":1,"ti\ttle":"x"}"#).unwrap().replace('\t', "\\t"),
            expected.replace('\t', "\\t")
        );
        assert_eq!(told("{}").unwrap(), names);
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = format!(r#"{{"x":{}{},"text":"a"}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(find(&deep, &["text"]), Ok((r#""a""#.to_owned(), String::new())));
    }
}
