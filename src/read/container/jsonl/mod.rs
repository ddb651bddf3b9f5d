//! JSON Lines: every line that is not blank is a record (contract O4). A bad record is a fault in its slot and
//! the file goes on.

mod escape;
mod form;
mod unescape;

use std::fmt;
use std::io;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::json::members;
use super::{Access, Beside, Charset, Container, Escape, FieldsOf, InOrder, InPlace, Rewrite};
use crate::error::RejectReason;
use crate::read::content::Head;
use crate::read::context::ReadContext;
use crate::read::fault::Fault;
use crate::read::slot::Slot;
use crate::units::{ByteSpan, count};

pub(crate) use escape::Escaper;
pub(in crate::read) use form::JsonForm;
use unescape::unescape;

/// JSON Lines.
pub(super) struct JsonLines;

impl Container for JsonLines {
    fn is_shown_by(&self, head: Head<'_>, context: &ReadContext) -> bool {
        JsonForm::of(head, context) == JsonForm::Lines
    }

    fn access(&self) -> Access {
        InOrder::lines(Charset::Utf8) // RFC 8259, section 8.1
    }

    fn decode(&self, bytes: &mut Vec<u8>, slot: &mut Slot, context: &ReadContext) -> Result<u64, Fault> {
        let line = slot.line;
        let fault =
            |reason, byte: Option<usize>, detail: String| Fault { reason, byte: byte.map(count), detail };
        let raw = &bytes[line.range()];
        if count(raw.len()) > context.decoded_limit {
            return Err(Fault::too_large(context.decoded_limit));
        }
        let text = simdutf8::compat::from_utf8(raw).map_err(|error| {
            fault(RejectReason::NotUtf8, Some(error.valid_up_to()), "not valid UTF-8".to_owned())
        })?;
        let fields = FieldPlaces::find(text, context)?;
        let value = fields.text.shifted(line.start);
        let inner = ByteSpan::new(value.start + 1, value.end - 1);
        let len = unescape(&mut bytes[inner.range()]).map_err(|at| {
            let at = inner.start - line.start + at;
            fault(RejectReason::NotJson, Some(at), "half of a surrogate pair stands alone".to_owned())
        })?;
        slot.text = ByteSpan::new(inner.start, inner.start + len);
        slot.value = value;
        slot.id = fields.id.map_or(ByteSpan::default(), |id| id.shifted(line.start));
        Ok(0)
    }

    /// The members of the line with a null in the place of the text, which was decoded in place.
    fn fields<'a>(&self, Beside { bytes, slots, .. }: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        Ok(Box::new(|number| {
            let Slot { line, value, .. } = slots[number];
            let (before, after) = (line.start..value.start, value.end..line.end);
            let line = [&bytes[before], b"null", &bytes[after]].concat();
            members(&String::from_utf8_lossy(&line))
        }))
    }

    /// A line feed ends each record, also where none did.
    fn rewrite(&self) -> Rewrite {
        Rewrite::InPlace(InPlace { escape: Some(Escape::Json), end: b"\n" })
    }
}

/// Where the fields that matter stand in a line.
struct FieldPlaces {
    text: ByteSpan,
    id: Option<ByteSpan>,
}

/// The result of visiting one record.
#[derive(Default)]
struct Visit<'de> {
    text: Option<&'de RawValue>,
    is_text_twice: bool,
    id: Option<&'de RawValue>,
}

impl FieldPlaces {
    fn find(line: &str, context: &ReadContext) -> Result<Self, Fault> {
        let fault = |reason, detail: String| Fault { reason, byte: None, detail };
        let mut visit = Visit::default();
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let seed =
            ObjectSeed { path: context.text_field.names(), id: Some(&context.id_field), visit: &mut visit };
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
        if visit.is_text_twice {
            let detail = format!("the field {} stands twice", context.text_field);
            return Err(fault(RejectReason::TextTwice, detail));
        }
        let Some(text) = visit.text else {
            return Err(fault(RejectReason::NoText, format!("no field {}", context.text_field)));
        };
        if !text.get().starts_with('"') {
            let detail = format!("the field {} is {}, not a string", context.text_field, kind(text.get()));
            return Err(fault(RejectReason::TextNotString, detail));
        }
        let is_name = |raw: &&RawValue| !raw.get().starts_with(['{', '[', 'n', 't', 'f']);
        Ok(Self {
            text: span_in(line, text.get()),
            id: visit.id.filter(is_name).map(|id| span_in(line, id.get())),
        })
    }
}

/// The parser's message without the position, which counts lines of the one line it was given.
fn reason_of(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

/// The span of `part`, a slice of `line`, in it.
fn span_in(line: &str, part: &str) -> ByteSpan {
    let start = part.as_ptr().addr() - line.as_ptr().addr();
    ByteSpan::new(start, start + part.len())
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

/// Visits an object, and the object in the field that leads to the text; passes over everything else.
struct ObjectSeed<'a, 'de> {
    /// The rest of the path to the text field; never empty.
    path: &'a [String],
    /// The id field's name, on the top level only.
    id: Option<&'a str>,
    visit: &'a mut Visit<'de>,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((name, rest)) = self.path.split_first() else { return Ok(()) };
        let mut is_seen = false;
        while let Some(key) = map.next_key::<JsonKey<'de>>()? {
            let is_id = self.id.is_some_and(|id| key.0 == id);
            if key.0 != *name {
                if is_id {
                    self.visit.id = Some(map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
                continue;
            }
            self.visit.is_text_twice |= is_seen;
            is_seen = true;
            let value: &'de RawValue = map.next_value()?;
            if is_id {
                self.visit.id = Some(value);
            }
            if rest.is_empty() {
                self.visit.text = Some(value);
            } else if value.get().starts_with('{') {
                let mut inner = serde_json::Deserializer::from_str(value.get());
                let seed = ObjectSeed { path: rest, id: None, visit: &mut *self.visit };
                seed.deserialize(&mut inner).map_err(serde::de::Error::custom)?;
            }
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct JsonKey<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

/// Whether a line is a record with the text field, whatever else is wrong with it; `None` if it is no JSON object.
fn has_text(line: &str, context: &ReadContext) -> Option<bool> {
    match FieldPlaces::find(line, context).map_err(|fault| fault.reason) {
        Err(RejectReason::NotJson | RejectReason::NotObject) => None,
        Err(RejectReason::NoText) => Some(false),
        _ => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(line: &str, text_field: &str) -> Result<(String, String), RejectReason> {
        let mut config = crate::Config::default();
        config.read.text_field = text_field.to_owned();
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
            assert_eq!(find(line, path), expected, "{line}");
        }
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = format!(r#"{{"x":{}{},"text":"a"}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(find(&deep, "text"), Ok((r#""a""#.to_owned(), String::new())));
    }
}
