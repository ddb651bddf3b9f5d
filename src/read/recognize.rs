//! Recognizes what a file is by its first bytes and its name: a document or container to read, something that is not
//! prose and is skipped, or something that its name does not promise and is rejected (contract D2).
//!
//! The same bytes and the same name give the same answer, whether a file is read whole or as a stream, in a directory,
//! an archive or on standard input.

use super::container::{JsonForm, begins_with, is_page, skip_comments};
use super::content::{self, Head, SNIFF_BYTES};
use super::context::ReadContext;
use super::fault::Fault;
use crate::config::Pages;
use crate::discover::Format;
use crate::document::Kind;
use crate::error::{RejectReason, SkipReason};

/// What a file turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recognized {
    /// A document or container of this kind.
    Read(Kind),
    /// Something that is not read.
    Skip(SkipReason),
    /// Something that should be something else.
    Reject(Fault),
}

/// Recognizes what is neither compressed nor an archive. `is_pack_due` says that its name promises that it is, or that
/// it is a container which is no text.
pub(super) fn recognize(
    head: Head<'_>,
    format: Format,
    is_pack_due: bool,
    context: &ReadContext,
) -> Recognized {
    if let Format::Given(kind) = format {
        return Recognized::Read(kind);
    }
    if let Some(fault) = lfs_pointer(head).filter(|_| !matches!(format, Format::Asked | Format::Written)) {
        return Recognized::Reject(fault);
    }
    // What a run wrote is no page, whatever it looks like.
    let kind = Kind::detect(head, format, context);
    let kind = if format == Format::Written && kind.is_page() { format.kind() } else { kind };
    if is_pack_due && !kind.is_binary() {
        let what = NotText::of(head, Format::Sniff, context).map(NotText::what);
        let what = what.unwrap_or(if head.bytes.is_empty() { "nothing" } else { "text" });
        return Recognized::Reject(misnamed("something packed", what));
    }
    let promised = format.kind();
    if kind.is_page() && context.pages == Pages::Skip {
        return Recognized::Skip(SkipReason::Html);
    }
    if format == Format::ServerPage && (!kind.is_page() || has_code(head.bytes)) {
        return Recognized::Skip(SkipReason::Unsupported);
    }
    if matches!(format, Format::Asked | Format::Written) || kind.is_binary() || kind != promised {
        return Recognized::Read(kind);
    }
    if promised.is_container() {
        return match NotText::at_first_sight(head, context) {
            // An error page, most often, in the place of what was asked for.
            Some(what) => Recognized::Reject(misnamed("records", what.what())),
            None if format == Format::Json => json(head, kind, context),
            None => Recognized::Read(kind),
        };
    }
    match NotText::of(head, format, context) {
        Some(NotText::Page) if kind.is_page() => Recognized::Read(kind),
        Some(NotText::Foreign(what) | NotText::Unread(what)) if format != Format::Sniff => {
            Recognized::Reject(misnamed("text", what))
        }
        Some(what) => Recognized::Skip(what.reason()),
        None => Recognized::Read(kind),
    }
}

/// Recognizes what is named `.json` and is of this kind if it is records: they are lines, or it is one document.
fn json(head: Head<'_>, kind: Kind, context: &ReadContext) -> Recognized {
    match JsonForm::named(head, context) {
        JsonForm::Lines => Recognized::Read(kind),
        JsonForm::Array => Recognized::Skip(SkipReason::JsonArray),
        JsonForm::Document | JsonForm::None => Recognized::Skip(SkipReason::Unsupported),
    }
}

/// What looks like a text document and is not prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotText {
    Page,
    Markup,
    JsonArray,
    JsonDocument,
    Script,
    Binary,
    Foreign(&'static str),
    Unread(&'static str),
}

impl NotText {
    /// What takes no more than a look at the first bytes: a page, another format.
    fn at_first_sight(head: Head<'_>, context: &ReadContext) -> Option<Self> {
        if head.first_byte() == Some(b'<') {
            return markup(&Head::of(head.bytes, SNIFF_BYTES).text(context.detection));
        }
        let foreign = content::foreign(head.bytes).map(Self::Foreign);
        foreign.or_else(|| content::unread(head.bytes).map(Self::Unread))
    }

    fn of(head: Head<'_>, format: Format, context: &ReadContext) -> Option<Self> {
        if let Some(what) = Self::at_first_sight(head, context) {
            return Some(what);
        }
        match JsonForm::of(head, context) {
            JsonForm::Array => return Some(Self::JsonArray),
            JsonForm::Document => return Some(Self::JsonDocument),
            JsonForm::Lines | JsonForm::None => {}
        }
        if format != Format::Sniff {
            return None;
        }
        if is_script(head.bytes) {
            return Some(Self::Script);
        }
        content::is_binary(head.bytes).then_some(Self::Binary)
    }

    fn reason(self) -> SkipReason {
        match self {
            Self::Page => SkipReason::Html,
            Self::JsonArray => SkipReason::JsonArray,
            Self::Markup | Self::JsonDocument | Self::Script | Self::Unread(_) => SkipReason::Unsupported,
            Self::Binary | Self::Foreign(_) => SkipReason::Binary,
        }
    }

    /// What it is, in a sentence.
    fn what(self) -> &'static str {
        match self {
            Self::Page => "an HTML page",
            Self::Markup => "an XML document",
            Self::JsonArray | Self::JsonDocument => "a JSON document",
            Self::Script => "a script",
            Self::Binary => "something else",
            Self::Foreign(what) | Self::Unread(what) => what,
        }
    }
}

/// The fault of a file that holds something else than its name promises.
fn misnamed(promised: &str, what: &str) -> Fault {
    Fault::new(RejectReason::Misnamed, format!("its name says {promised}, and it holds {what}"))
}

/// The longest file that is a pointer.
const MAX_POINTER: usize = 1024;

/// The fault of a Git LFS pointer, a few lines in the place of a file that was not fetched
/// (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>).
fn lfs_pointer(head: Head<'_>) -> Option<Fault> {
    let Head { bytes, is_whole } = head;
    if !is_whole
        || bytes.len() >= MAX_POINTER
        || !bytes.starts_with(b"version https://git-lfs.github.com/spec/")
    {
        return None;
    }
    let lines = || bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let value = |name: &[u8]| lines().find_map(|line| line.strip_prefix(name));
    value(b"oid ")?;
    let size: u64 = str::from_utf8(value(b"size ")?).ok()?.parse().ok()?;
    let detail = format!("it is a Git LFS pointer in the place of a file of {size} bytes");
    Some(Fault::new(RejectReason::LfsPointer, detail))
}

/// Whether a file begins with the line that names the program which runs it.
fn is_script(head: &[u8]) -> bool {
    head.strip_prefix(b"#!").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"/"))
}

/// What begins with a tag and is certainly markup: a page, or XML. Comments may stand before.
fn markup(text: &str) -> Option<NotText> {
    let (rest, is_xml) = skip_comments(text);
    if is_page(rest) {
        return Some(NotText::Page);
    }
    // The document type of a page whose tags are gone is left of it, and the rest is text.
    let is_rest_of_page = begins_with(rest, "<!doctype html");
    let is_known = !is_rest_of_page
        && ["<!doctype", "<mediawiki", "<rss", "<svg", "<tei"].iter().any(|tag| begins_with(rest, tag));
    (is_xml || is_known).then_some(NotText::Markup)
}

/// Whether the program of a server stands in it, and not what that made.
fn has_code(head: &[u8]) -> bool {
    [&b"<?php"[..], b"<?=", b"<%"].iter().any(|code| memchr::memmem::find(head, code).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn recognized(content: &[u8], format: Format) -> Recognized {
        recognized_with(content, format, Pages::Main)
    }

    fn recognized_with(content: &[u8], format: Format, pages: Pages) -> Recognized {
        let mut config = Config::default();
        config.read.pages = pages;
        let context = ReadContext::new(&config).unwrap();
        recognize(Head { bytes: content, is_whole: true }, format, false, &context)
    }

    #[test]
    fn what_is_not_prose() {
        const TEXT: Format = Format::Named(Kind::Text);
        const PAGE: Format = Format::Named(Kind::Html);
        let read = || Recognized::Read(Kind::Text);
        let page = || Recognized::Read(Kind::Html);
        let lines = || Recognized::Read(Kind::of_json());
        let skip = Recognized::Skip;
        for (content, format, expected) in [
            ("<!DOCTYPE html>\n<p>", TEXT, page()),
            ("\u{feff}\n<HTML lang=zh><p>", TEXT, page()),
            ("<!-- x -->\n<html><p>", Format::Sniff, page()),
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC><html>", TEXT, page()),
            ("<?xml version=\"1.0\"?>\n<a/>", TEXT, skip(SkipReason::Unsupported)),
            ("<mediawiki xmlns=\"x\">", Format::Sniff, skip(SkipReason::Unsupported)),
            ("<html><p>", Format::Asked, page()),
            ("<html><p>", Format::Written, read()),
            ("<html><p>", Format::ServerPage, page()),
            ("<html><?php echo 1 ?>", Format::ServerPage, skip(SkipReason::Unsupported)),
            ("echo 1", Format::ServerPage, skip(SkipReason::Unsupported)),
            ("a piece of a page", PAGE, page()),
            ("", PAGE, page()),
            ("<rss>", PAGE, skip(SkipReason::Unsupported)),
            ("{\"text\":\"a\"}", Format::Named(Kind::Csv), Recognized::Read(Kind::Csv)),
            ("<htmlx> is no tag", TEXT, read()),
            ("<h1>Title</h1>\n\nprose", TEXT, read()),
            ("the tag <html>", TEXT, read()),
            ("[{\"text\":\"a\"}]", TEXT, skip(SkipReason::JsonArray)),
            ("[{\"text\":\"a\"}]", Format::Json, skip(SkipReason::JsonArray)),
            ("[1] Smith, J.", TEXT, read()),
            ("[\"quoted\"] he said", TEXT, read()),
            ("[]", TEXT, read()),
            ("[]", Format::Json, skip(SkipReason::Unsupported)),
            ("[\"a\"]", Format::Json, skip(SkipReason::Unsupported)),
            ("{\n \"cells\": [],\n \"nbformat\": 4\n}", TEXT, skip(SkipReason::Unsupported)),
            ("{\n \"text\": \"a\"\n}\n", Format::Json, skip(SkipReason::Unsupported)),
            ("{brace} at the start", TEXT, read()),
            ("{}", TEXT, read()),
            ("{\"text\":\"a\"}", Format::Json, lines()),
            ("{\"text\":\"a\"}", TEXT, lines()),
            ("{\"body\":\"a\"}\n{\"body\":\"b\"}\n", Format::Json, lines()),
            ("{\"name\":\"a\"}\n", Format::Json, skip(SkipReason::Unsupported)),
            ("{\"name\":\"a\"}\n", TEXT, skip(SkipReason::Unsupported)),
            ("", Format::Json, skip(SkipReason::Unsupported)),
            ("no JSON at all", Format::Json, skip(SkipReason::Unsupported)),
            ("#!/bin/sh\necho", Format::Sniff, skip(SkipReason::Unsupported)),
            ("#!/bin/sh\necho", TEXT, read()),
            ("#! in Chinese", Format::Sniff, read()),
            ("a\0b", Format::Sniff, skip(SkipReason::Binary)),
            ("a\0b", Format::Asked, read()),
            ("%PDF-1.4", Format::Sniff, skip(SkipReason::Binary)),
        ] {
            assert_eq!(recognized(content.as_bytes(), format), expected, "{content:?} {format:?}");
        }
        for (content, format) in
            [("%PDF-1.4", TEXT), ("<html><p>", Format::Named(Kind::Csv)), ("<html><p>", Format::Json)]
        {
            let Recognized::Reject(fault) = recognized(content.as_bytes(), format) else {
                panic!("{content}")
            };
            assert_eq!(fault.reason, RejectReason::Misnamed);
        }
    }

    #[test]
    fn what_is_left_of_a_page_is_text() {
        let format = Format::Named(Kind::Text);
        let rest = recognized(b"<!doctype html>\nNews\nSport\n", format);
        assert_eq!(rest, Recognized::Read(Kind::Text));
        let other = recognized(b"<!doctype book>\nNews\n", format);
        assert_eq!(other, Recognized::Skip(SkipReason::Unsupported));
    }

    #[test]
    fn pages_in_any_encoding() {
        let page = "<!DOCTYPE html>\n<title>新闻</title>";
        let wide: Vec<u8> =
            "\u{feff}".encode_utf16().chain(page.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let gbk = encoding_rs::GBK.encode(page).0.into_owned();
        for bytes in [wide, gbk] {
            assert_eq!(recognized(&bytes, Format::Sniff), Recognized::Read(Kind::Html));
            for format in [Format::Sniff, Format::Named(Kind::Text)] {
                let skipped = recognized_with(&bytes, format, Pages::Skip);
                assert_eq!(skipped, Recognized::Skip(SkipReason::Html));
            }
            let asked = recognized_with(&bytes, Format::Asked, Pages::Skip);
            assert_eq!(asked, Recognized::Read(Kind::Text), "its markup is text");
        }
    }

    #[test]
    fn pointers() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        for format in [Format::Sniff, Format::Named(Kind::Csv), Format::Json] {
            let Recognized::Reject(fault) = recognized(pointer.as_bytes(), format) else {
                panic!("{format:?}")
            };
            assert_eq!(fault.reason, RejectReason::LfsPointer);
            assert!(fault.detail.contains("12345 bytes"), "{}", fault.detail);
        }
        for no_pointer in
            ["version https://git-lfs.github.com/spec/v1\nis a line", "version 1\noid x\nsize 1"]
        {
            assert_eq!(recognized(no_pointer.as_bytes(), Format::Sniff), Recognized::Read(Kind::Text));
        }
    }

    #[test]
    fn a_pack_is_due() {
        let context = ReadContext::new(&Config::default()).unwrap();
        for (content, what) in
            [("<html><p>", "an HTML page"), ("", "nothing"), ("{\"text\":\"a\"}\n", "text"), ("x", "text")]
        {
            let head = Head { bytes: content.as_bytes(), is_whole: true };
            let Recognized::Reject(fault) = recognize(head, Format::Sniff, true, &context) else {
                panic!("{content}")
            };
            assert_eq!(
                (fault.reason, fault.detail.ends_with(what)),
                (RejectReason::Misnamed, true),
                "{}",
                fault.detail
            );
        }
    }
}
