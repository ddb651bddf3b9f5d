//! The forms of JSON in a file: lines, each a record, or one document (contract D2).

use serde::de::IgnoredAny;

use super::has_text;
use crate::read::content::Head;
use crate::read::context::ReadContext;

/// How a file holds JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) enum JsonForm {
    /// It is not certain that it does.
    None,
    /// Every line is an object, and they are records: there are two of them, or the first has the text field.
    Lines,
    /// It is an array of objects, which may be records.
    Array,
    /// It is another document: one object, an array of something else.
    Document,
}

/// Lines that are looked at.
const MAX_LINES: usize = 16;

impl JsonForm {
    /// The form of what `head` begins, which may be prose. Cost: nothing for what does not begin with a brace or a
    /// bracket.
    pub(in crate::read) fn of(head: Head<'_>, context: &ReadContext) -> Self {
        if head.may_be_json() { Self::named(head, context) } else { Self::None }
    }

    /// The form of what `head` begins under a name that promises JSON: a first line may be damaged.
    pub(in crate::read) fn named(head: Head<'_>, context: &ReadContext) -> Self {
        let text = head.text(context.detection);
        let text = text.trim_start();
        if is_lines(text, head.is_whole, context) {
            return Self::Lines;
        }
        let form = match text.as_bytes() {
            [b'{', rest @ ..] if rest.trim_ascii_start().first() == Some(&b'"') => Self::Document,
            [b'[', rest @ ..] => match rest.trim_ascii_start().first() {
                Some(b'{') => Self::Array,
                Some(b'[' | b'"') => Self::Document,
                _ => return Self::None,
            },
            _ => return Self::None,
        };
        match serde_json::from_str::<IgnoredAny>(text.trim_end()) {
            Ok(_) => form,
            // It is cut off where the first bytes are.
            Err(error) if error.is_eof() && !head.is_whole => form,
            Err(_) => Self::None,
        }
    }
}

/// Whether a text is JSON Lines: most of its first lines are objects, and two are or the first has the text field.
fn is_lines(text: &str, is_whole: bool, context: &ReadContext) -> bool {
    let mut lines = text.split('\n').map(str::trim).filter(|line| !line.is_empty()).peekable();
    let (mut num_lines, mut num_objects, mut is_text) = (0, 0, false);
    while num_lines < MAX_LINES
        && let Some(line) = lines.next()
    {
        // The last line may go on where the first bytes end.
        let is_cut = !is_whole && lines.peek().is_none() && !text.ends_with('\n');
        let found = match num_lines {
            0 if is_cut => has_text_so_far(line, context).then_some(true),
            _ if is_cut => line.starts_with('{').then_some(false),
            _ => has_text(line, context),
        };
        is_text |= num_lines == 0 && found == Some(true);
        num_lines += 1;
        num_objects += usize::from(found.is_some());
    }
    num_objects * 2 > num_lines && (num_objects > 1 || is_text)
}

/// Whether a record that breaks off has the text field before it does.
fn has_text_so_far(line: &str, context: &ReadContext) -> bool {
    // It breaks off in a string, most often the text itself, or after one.
    let line = line.trim_end_matches('\\');
    ["\"}", "\"}}", "}", "}}"].iter().any(|end| has_text(&[line, end].concat(), context) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn form(text: &str, is_whole: bool) -> JsonForm {
        let context = ReadContext::new(&Config::default()).unwrap();
        JsonForm::of(Head { bytes: text.as_bytes(), is_whole }, &context)
    }

    #[test]
    fn forms_of_whole_files() {
        for (text, expected) in [
            (r#"{"text":"a"}"#, JsonForm::Lines),
            ("\u{feff}\n{\"text\":\"a\"}\r\n", JsonForm::Lines),
            (r#"{"text":null}"#, JsonForm::Lines),
            ("{\"a\":1}\n{\"b\":2}", JsonForm::Lines),
            ("{\"a\":1}\nbad\n{\"b\":2}", JsonForm::Lines),
            ("bad\n{\"a\":1}\n{\"b\":2}", JsonForm::None), // as any prose
            (r#"{"a":1}"#, JsonForm::Document),
            ("{\"a\":1}\nand prose", JsonForm::None),
            ("{\n\"text\": \"a\"\n}\n", JsonForm::Document),
            ("{\"docs\": [\n{\"text\":\"a\"}\n]}", JsonForm::Document),
            ("{\"docs\": [\n{\"text\":\"a\"},\n{\"text\":\"b\"}\n]}", JsonForm::Document),
            ("[\n{\"text\":\"a\"},\n{\"text\":\"b\"}\n]", JsonForm::Array),
            ("[{\"text\":\"a\"}", JsonForm::None),
            ("[\"a\", 1]", JsonForm::Document),
            ("[1, 2]", JsonForm::None),
            ("[Music]", JsonForm::None),
            ("\0\u{3000}{\"te\u{c}xt\":\"\"}\r\u{feff}{}\r", JsonForm::Lines),
            ("{}", JsonForm::None),
            ("{\"text\":\"a\"}{\"text\":\"b\"}", JsonForm::None),
            ("", JsonForm::None),
            ("a", JsonForm::None),
        ] {
            assert_eq!(form(text, true), expected, "{text:?}");
        }
    }

    #[test]
    fn a_name_promises_more() {
        let context = ReadContext::new(&Config::default()).unwrap();
        for (text, expected) in [
            ("bad\n{\"a\":1}\n{\"b\":2}", JsonForm::Lines),
            ("bad\nbad\n{\"a\":1}\n{\"b\":2}", JsonForm::None),
            ("", JsonForm::None),
        ] {
            let head = Head { bytes: text.as_bytes(), is_whole: true };
            assert_eq!(JsonForm::named(head, &context), expected, "{text:?}");
        }
    }

    #[test]
    fn the_first_bytes_do() {
        for (text, expected) in [
            (r#"{"id":1,"text":"and so on"#, JsonForm::Lines),
            (r#"{"id":1,"text":"and so \"#, JsonForm::Lines),
            (r#"{"id":1,"html":"and so on"#, JsonForm::Document),
            (r#"{"id":1,"text":"a","more":{"x":"y"#, JsonForm::Lines),
            ("{\"a\":1}\n{\"b\"", JsonForm::Lines),
            ("{\"a\":1}\n{\"b\":2}\n{\"c\"", JsonForm::Lines),
            ("{\n  \"text\": \"a\",\n  \"b", JsonForm::Document),
            ("[{\"text\":\"a\"},{\"te", JsonForm::Array),
            ("[{\"text\" is no JSON", JsonForm::None),
        ] {
            assert_eq!(form(text, false), expected, "{text:?}");
        }
    }

    #[test]
    fn any_encoding_will_do() {
        let context = ReadContext::new(&Config::default()).unwrap();
        let lines = "{\"text\":\"第一段，新闻\"}\n{\"text\":\"第二段，新闻\"}\n";
        let wide: Vec<u8> = lines.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [encoding_rs::GBK.encode(lines).0.into_owned(), [b"\xff\xfe", &*wide].concat()] {
            assert_eq!(JsonForm::of(Head { bytes: &bytes, is_whole: true }, &context), JsonForm::Lines);
        }
    }
}
