//! A page as Common Crawl's WET files have its text: a `conversion` record that refers to the record it was made of
//! (contract H3; ISO 28500, section 6.7).

use std::io::{self, Write};

use data_encoding::BASE32;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::head::{WarcMeta, value_of};
use super::language::alpha3;
use super::rewrite::RECORD_END;
use crate::units::ByteSpan;

/// What a page becomes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversion<'a> {
    /// The header block of its record.
    pub(super) head: &'a [u8],
    /// Its language as a BCP 47 tag; empty if it is not known.
    pub(super) language: &'a str,
    /// Its text.
    pub(super) text: &'a [u8],
}

impl Conversion<'_> {
    /// Writes the record.
    ///
    /// # Errors
    /// Those of `out`.
    pub(super) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let Self { head, language, text } = self;
        let (id, name) = names(head);
        let new_id = new_id(&name).map(|id| format!("<{id}>")).unwrap_or_default();
        let refers_to = if id.is_empty() { String::new() } else { format!("<{id}>") };
        let digest = format!("sha1:{}", BASE32.encode(&Sha1::digest(text)));
        let value = |name: &str| value_of(head, name).map(one_line).unwrap_or_default();
        let (uri, date, length) = (value("WARC-Target-URI"), value("WARC-Date"), text.len().to_string());
        let line_end = if head.ends_with(b"\r\n") { "\r\n" } else { "\n" };
        out.write_all(version(head))?;
        out.write_all(line_end.as_bytes())?;
        for (name, value) in [
            ("WARC-Type", "conversion"),
            ("WARC-Target-URI", &uri),
            ("WARC-Date", &date),
            ("WARC-Record-ID", &new_id),
            ("WARC-Refers-To", &refers_to),
            ("WARC-Block-Digest", &digest),
            ("WARC-Identified-Content-Language", alpha3(language).unwrap_or_default()),
            ("Content-Type", "text/plain"),
            ("Content-Length", &length),
        ] {
            if !value.is_empty() {
                write!(out, "{name}: {value}{line_end}")?;
            }
        }
        out.write_all(line_end.as_bytes())?;
        out.write_all(text)?;
        out.write_all(RECORD_END)
    }
}

/// The id of the conversion of a record of this name, its id or its address; none if it has no name. The same name gives
/// the same id: a UUID of version 8 (RFC 9562), made of its SHA-256.
pub(super) fn new_id(name: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    let mut uuid = [0; 16];
    uuid.copy_from_slice(&Sha256::digest(name)[..16]);
    uuid[6] = 0x80 | uuid[6] & 0x0f;
    uuid[8] = 0x80 | uuid[8] & 0x3f;
    let hex = data_encoding::HEXLOWER.encode(&uuid);
    let (parts, mut at) = ([8, 4, 4, 4, 12], 0);
    let parts = parts.map(|len| {
        at += len;
        &hex[at - len..at]
    });
    Some(format!("urn:uuid:{}", parts.join("-")))
}

/// The id of a record, and what names it: that, or its address.
fn names(head: &[u8]) -> (String, String) {
    let meta = WarcMeta::read(head, ByteSpan::new(0, head.len())).unwrap_or_default();
    let of = |span: ByteSpan| String::from_utf8_lossy(&head[span.range()]).into_owned();
    let id = of(meta.id);
    let name = if id.is_empty() { of(meta.uri) } else { id.clone() };
    (one_line(id.as_bytes()), name)
}

/// A value on one line: continued ones are joined.
fn one_line(value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value);
    let lines: Vec<&str> = value.lines().map(str::trim).collect();
    lines.join(" ")
}

/// The first line of a record.
fn version(head: &[u8]) -> &[u8] {
    head.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(head: &str, language: &str, text: &str) -> String {
        let mut out = Vec::new();
        let conversion = Conversion { head: head.as_bytes(), language, text: text.as_bytes() };
        conversion.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_common_crawl_writes_it() {
        let head = "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nContent-Length: 99\r\n\
            WARC-Target-URI: <http://a/\r\n b>\r\nX: y\r\nWARC-Date: 2024-03-01T02:03:04Z\r\n\
            WARC-Block-Digest: sha1:OLD\r\nContent-Type: application/http\r\n\r\n";
        let expected = "WARC/1.1\r\nWARC-Type: conversion\r\nWARC-Target-URI: <http://a/ b>\r\n\
            WARC-Date: 2024-03-01T02:03:04Z\r\n\
            WARC-Record-ID: <urn:uuid:NEW>\r\nWARC-Refers-To: <urn:uuid:1>\r\n\
            WARC-Block-Digest: sha1:6V4EGR7TPQDPYWVXBRVOX7VLARSN46KZ\r\nWARC-Identified-Content-Language: zho\r\n\
            Content-Type: text/plain\r\nContent-Length: 7\r\n\r\n正文\n\r\n\r\n";
        let new = new_id("urn:uuid:1").unwrap();
        let digest = BASE32.encode(&Sha1::digest("正文\n"));
        let expected =
            expected.replace("urn:uuid:NEW", &new).replace("6V4EGR7TPQDPYWVXBRVOX7VLARSN46KZ", &digest);
        assert_eq!(written(head, "zh-CN", "正文\n"), expected);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let head = "WARC/0.18\nWARC-Type: response\nContent-Length: 99\n\n";
        let digest = BASE32.encode(&Sha1::digest("a"));
        let expected = format!(
            "WARC/0.18\nWARC-Type: conversion\nWARC-Block-Digest: sha1:{digest}\nContent-Type: text/plain\n\
             Content-Length: 1\n\na\r\n\r\n"
        );
        assert_eq!(written(head, "", "a"), expected);
        let named = "WARC/0.18\nWARC-Target-URI: u\nContent-Length: 9\n\n";
        let id = format!("WARC-Record-ID: <{}>\nWARC-Block", new_id("u").unwrap());
        assert!(written(named, "", "a").contains(&id));
    }

    #[test]
    fn ids_are_uuids() {
        let id = new_id("urn:uuid:1").unwrap();
        assert_eq!(id.len(), "urn:uuid:".len() + 36);
        assert_eq!((&id[23..24], "89ab".contains(&id[28..29])), ("8", true), "{id}");
        assert_eq!(new_id("urn:uuid:1"), Some(id.clone()));
        assert_ne!(new_id("urn:uuid:2"), Some(id));
        assert_eq!(new_id(""), None);
    }
}
