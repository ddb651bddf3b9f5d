//! A WARC record with another payload: the lengths and digests in its headers corrected, every other header
//! line byte for byte (ISO 28500, section 5).

use std::io::{self, Write};

use data_encoding::{BASE32, HEXLOWER};
use sha1::{Digest, Sha1};

use super::conversion::Conversion;
use super::head::head_fields;
use super::syntax::{Parts, Step, next};
use crate::read::container::NewRecord;
use crate::units::ByteSpan;

/// Bytes that end a record.
pub(super) const RECORD_END: &[u8] = b"\r\n\r\n";

/// Writes a record with a new text, which is UTF-8. A page becomes a [`Conversion`].
///
/// If the payload is the same, the record is copied as it is. Otherwise `Content-Length` is corrected, in the
/// HTTP header too if there is one and it has it; `WARC-Block-Digest` and `WARC-Payload-Digest` are made anew
/// if they are SHA-1 and taken out if they are anything else; and a label of another encoding than UTF-8 is
/// corrected. What is written ends with two line ends in any case, so that writing it again gives the same
/// bytes.
///
/// # Errors
/// Those of `out`.
pub(super) fn write_record(
    NewRecord { record: bytes, page, text: new }: NewRecord<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Step::Record(parsed) = next(bytes, true) else { return Ok(()) };
    let Some(Parts { head, payload, charset, is_page }) = parsed.parts() else { return Ok(()) };
    if is_page {
        let language = page.map_or("", |page| &page.about.language);
        return Conversion { head: &bytes[head.range()], language, text: new }.write(out);
    }
    if bytes[payload.range()] == *new {
        out.write_all(&bytes[head.start..payload.end])?;
        return out.write_all(RECORD_END);
    }
    let charset = charset.filter(|label| !is_utf8(&bytes[label.range()]));
    let mut http_head = Vec::new();
    let http = HeadEditor { bytes, head: ByteSpan::new(head.end, payload.start), charset };
    http.write(&mut http_head, |name, _| {
        if name.eq_ignore_ascii_case(b"Content-Length") {
            Edit::Value(new.len().to_string())
        } else {
            Edit::Keep
        }
    })?;
    HeadEditor { bytes, head, charset }.write(out, |name, value| {
        if name.eq_ignore_ascii_case(b"Content-Length") {
            Edit::Value((http_head.len() + new.len()).to_string())
        } else if name.eq_ignore_ascii_case(b"WARC-Block-Digest") {
            digest(value, &[&http_head, new])
        } else if name.eq_ignore_ascii_case(b"WARC-Payload-Digest") {
            digest(value, &[new])
        } else {
            Edit::Keep
        }
    })?;
    out.write_all(&http_head)?;
    out.write_all(new)?;
    out.write_all(RECORD_END)
}

fn is_utf8(label: &[u8]) -> bool {
    label.eq_ignore_ascii_case(b"UTF-8") || label.eq_ignore_ascii_case(b"UTF8")
}

/// The change to a header field.
enum Edit {
    /// The field stays as it is.
    Keep,
    /// The field stays with this value.
    Value(String),
    /// The field goes.
    Remove,
}

/// The digest of `content` in place of `old`, spelled like it: hexadecimal if it was, else Base32 as Common
/// Crawl writes it. Of another algorithm than SHA-1 there is none, and a wrong digest is worse than no
/// digest.
fn digest(old: &[u8], content: &[&[u8]]) -> Edit {
    let mut old = old.splitn(2, |byte| *byte == b':');
    let (Some(label), Some(old)) = (old.next(), old.next()) else { return Edit::Remove };
    let Ok(label) = str::from_utf8(label) else { return Edit::Remove };
    if !label.eq_ignore_ascii_case("sha1") {
        return Edit::Remove;
    }
    let mut hasher = Sha1::new();
    for part in content {
        hasher.update(part);
    }
    let hash = hasher.finalize();
    let is_hex = old.len() == 2 * hash.len();
    let spelled = if is_hex { HEXLOWER.encode(&hash) } else { BASE32.encode(&hash) };
    Edit::Value(format!("{label}:{spelled}"))
}

/// Writes a header block with some fields edited.
struct HeadEditor<'a> {
    bytes: &'a [u8],
    /// Where the block stands in `bytes`.
    head: ByteSpan,
    /// A label in `bytes`, of this block or not, that becomes UTF-8.
    charset: Option<ByteSpan>,
}

impl HeadEditor<'_> {
    /// Writes the block; `edit` is given the name and the value of each field.
    fn write(&self, out: &mut dyn Write, edit: impl Fn(&[u8], &[u8]) -> Edit) -> io::Result<()> {
        for field in head_fields(&self.bytes[self.head.range()]) {
            let raw = field.raw.shifted(self.head.start);
            let value = field.value.shifted(self.head.start);
            let name = &self.bytes[field.name.shifted(self.head.start).range()];
            let label = self.charset.filter(|label| raw.start <= label.start && label.end <= raw.end);
            match (edit(name, &self.bytes[value.range()]), label) {
                (Edit::Keep, None) => out.write_all(&self.bytes[raw.range()])?,
                (Edit::Keep, Some(label)) => self.replace(raw, label, "UTF-8", out)?,
                (Edit::Value(new), _) => self.replace(raw, value, &new, out)?,
                (Edit::Remove, _) => {}
            }
        }
        Ok(())
    }

    /// Writes the field `raw` with `new` in place of `part` of it.
    fn replace(&self, raw: ByteSpan, part: ByteSpan, new: &str, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.bytes[raw.start..part.start])?;
        out.write_all(new.as_bytes())?;
        out.write_all(&self.bytes[part.end..raw.end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first record of `bytes` with this payload, if it is a document.
    fn rewritten(bytes: &[u8], new: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        write_record(NewRecord { record: bytes, page: None, text: new }, &mut out).unwrap();
        Some(out).filter(|out| !out.is_empty())
    }

    fn text_of(bytes: &[u8]) -> Vec<u8> {
        let Step::Record(record) = next(bytes, true) else { panic!("no record") };
        bytes[record.parts().unwrap().payload.range()].to_vec()
    }

    #[test]
    fn a_conversion() {
        let record = "\r\nWARC/1.0\r\nWARC-Type: conversion\r\nwarc-block-digest:\r\n sha1:OLD\r\n\
            X-Odd :\tstays\r\n  folded\r\nContent-Length:    3\r\nWARC-Payload-Digest: sha256:abc\r\n\r\nold\r\n\r\n";
        let expected = "WARC/1.0\r\nWARC-Type: conversion\r\nwarc-block-digest:\r\n \
            sha1:O4XMK2ZL76G3BO2K3MDFZ2PSCKBYUUKD\r\n\
            X-Odd :\tstays\r\n  folded\r\nContent-Length:    9\r\n\r\nnew text\n\r\n\r\n";
        let out = rewritten(record.as_bytes(), b"new text\n").unwrap();
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn a_response() {
        let record = "WARC/1.1\nWARC-Type: response\nContent-Type: application/http\n\
            WARC-Payload-Digest: SHA1:0000000000000000000000000000000000000000\nWARC-Block-Digest: sha1:OLD\n\
            Content-Length: 83\n\n\
            HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=gb2312\r\nContent-Length: 7\r\n\r\nold";
        let expected = "WARC/1.1\nWARC-Type: response\nContent-Type: application/http\n\
            WARC-Payload-Digest: SHA1:772ec56b2bff8db0bb4adb065ce9f212838a5143\n\
            WARC-Block-Digest: sha1:WNY35HMNY2D7BHCFX7INBP7P4APWOCRQ\nContent-Length: 88\n\n\
            HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: 9\r\n\r\nnew text\n\r\n\r\n";
        let out = rewritten(record.as_bytes(), b"new text\n").unwrap();
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn the_same_payload_is_copied() {
        // The wrong digest stays: it was wrong before.
        let record = "WARC/1.0\nWARC-Type: conversion\nWARC-Block-Digest: md5:x\nContent-Length: 03\n\nold\n";
        let out = rewritten(record.as_bytes(), b"old").unwrap();
        assert_eq!(out, [record.trim_end().as_bytes(), b"\r\n\r\n"].concat());
    }

    #[test]
    fn digests() {
        let empty = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ";
        for (old, expected) in
            [("sha1:", Some(empty)), ("sha1", None), ("md5:OLD", None), ("", None), ("é:1", None)]
        {
            let found = match digest(old.as_bytes(), &[]) {
                Edit::Value(value) => Some(value),
                Edit::Keep | Edit::Remove => None,
            };
            assert_eq!(found.as_deref(), expected, "{old}");
        }
    }

    fn header_line() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "WARC-Block-Digest: sha1:3EF4GAYJ",
            "WARC-Payload-Digest:sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
            "warc-payload-digest: sha256:00",
            "WARC-Target-URI: <http://a/>",
            "X: folded\r\n\tline",
            "no field",
            ": no name",
        ])
        .prop_map(str::to_owned)
    }

    /// A document with any mixture of header lines.
    fn document() -> impl Strategy<Value = Vec<u8>> {
        let lines = prop::collection::vec(header_line(), 0..5);
        let http_lines = prop::collection::vec(
            prop::sample::select(vec![
                "Content-Length: 0",
                "content-length:",
                "Server: x",
                "Content-Length:\r\n 12",
            ]),
            0..4,
        );
        let label =
            prop::sample::select(vec!["", ";charset=utf-8", "; charset=\"gbk\"", ";charset='Big5';x"]);
        let end = prop::sample::select(vec!["\r\n", "\n"]);
        (any::<bool>(), lines, http_lines, label, end, any::<Vec<u8>>()).prop_map(
            |(is_http, mut lines, http, label, end, payload)| {
                let mut block = String::new();
                if is_http {
                    lines.push("WARC-Type: response\r\nContent-Type: application/http".to_owned());
                    block = format!("HTTP/1.0 200\r\nContent-Type: text/plain{label}\r\n");
                    block.extend(http.iter().flat_map(|line| [line, "\r\n"]));
                    block += "\r\n";
                } else {
                    lines.push(format!("WARC-Type: resource\r\nContent-Type: text/plain{label}"));
                }
                let block = block.replace("\r\n", end);
                lines.insert(lines.len() / 2, format!("Content-Length: {}", block.len() + payload.len()));
                let head = format!("WARC/1.0\r\n{}\r\n\r\n", lines.join("\r\n")).replace("\r\n", end);
                [head.as_bytes(), block.as_bytes(), &payload, end.as_bytes(), end.as_bytes()].concat()
            },
        )
    }

    proptest! {
        #[test]
        fn writing_again_gives_the_same_bytes(bytes in document(), new in any::<String>(), other in any::<String>()) {
            prop_assume!(text_of(&bytes) != new.as_bytes());
            let once = rewritten(&bytes, new.as_bytes()).expect("a document");
            prop_assert_eq!(text_of(&once), new.as_bytes());
            prop_assert!(once.ends_with(b"\r\n\r\n"));
            let twice = rewritten(&once, new.as_bytes()).expect("a document");
            prop_assert_eq!(&twice, &once);
            // Nothing of the first payload is left: by way of another one the same bytes come out.
            let by_way = rewritten(&once, other.as_bytes()).expect("a document");
            prop_assert_eq!(rewritten(&by_way, new.as_bytes()), Some(once));
        }

        #[test]
        fn a_copy_differs_in_its_end_only(bytes in document()) {
            let copy = rewritten(&bytes, &text_of(&bytes)).expect("a document");
            let body = &copy[..copy.len() - 4];
            prop_assert!(bytes.starts_with(body));
            prop_assert!(bytes[body.len()..].iter().all(|byte| matches!(byte, b'\r' | b'\n')));
        }
    }
}
