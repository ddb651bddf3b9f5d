//! Pages of HTML: one document, which is the text of the page (contract H1). A page is held as a whole.

use std::io::{self, Read};

use super::reader::{Body, End, PieceReader, Take};
use super::{Access, Beside, Columns, Container, FieldsOf, Rewrite};
use crate::config::Pages;
use crate::read::content::{Head, SNIFF_BYTES};
use crate::read::context::ReadContext;
use crate::read::fault::Fault;
use crate::read::slot::Slot;
use crate::store::InputFile;
use crate::units::count;

/// A page.
pub(super) struct Html;

impl Container for Html {
    fn is_shown_by(&self, head: Head<'_>, context: &ReadContext) -> bool {
        context.pages != Pages::Skip
            && head.first_byte() == Some(b'<')
            && is_page(skip_comments(&Head::of(head.bytes, SNIFF_BYTES).text(context.detection)).0)
    }

    fn access(&self) -> Access {
        Access::Page(|file, context| {
            Ok(Box::new(PageReader { file, limit: context.decoded_limit, num_read: 0 }))
        })
    }

    /// There are no records: a page is read as a whole.
    fn decode(
        &self,
        _: &mut Vec<u8>,
        _: &mut Slot,
        _: Option<&Columns>,
        _: &ReadContext,
    ) -> Result<u64, Fault> {
        Ok(0)
    }

    /// What a page says of itself stands beside its text: [`crate::read::PageFacts`].
    fn fields<'a>(&self, _: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        Ok(Box::new(|_| Vec::new()))
    }

    fn rewrite(&self, _: Option<&Columns>) -> Rewrite {
        Rewrite::Text
    }
}

/// Reads a page at once.
struct PageReader {
    file: Box<dyn InputFile>,
    /// Most bytes of a page.
    limit: u64,
    num_read: u64,
}

impl PieceReader for PageReader {
    fn next(&mut self, mut buffer: Vec<u8>) -> Take {
        buffer.clear();
        let read = self.file.by_ref().take(self.limit.saturating_add(1)).read_to_end(&mut buffer);
        self.num_read = count(buffer.len());
        let fault = match read {
            Err(error) => Some(Fault::of(&error).or_at(self.num_read)),
            Ok(_) if self.num_read > self.limit => Some(Fault::too_large(self.limit)),
            Ok(_) => None,
        };
        match fault {
            None => Take { body: Body::Page(buffer), is_last: true, end: End::Well },
            fault => Take { body: Body::Lines(Vec::new()), is_last: true, end: End::of(fault) },
        }
    }

    fn num_read(&self) -> u64 {
        self.num_read
    }
}

/// A text without the comments and processing instructions that it begins with, and whether one of those says that it is
/// XML.
pub(in crate::read) fn skip_comments(text: &str) -> (&str, bool) {
    let mut rest = text.trim_start();
    let mut is_xml = false;
    loop {
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            is_xml |= begins_with(rest, "<?xml");
            "?>"
        } else {
            break;
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after.trim_start(),
            None => break,
        }
    }
    (rest, is_xml)
}

/// Whether a text begins as a page does, behind its comments: with one of its first tags, and others follow. What is left
/// of a page whose tags were taken out may begin with a document type, and is text.
pub(in crate::read) fn is_page(text: &str) -> bool {
    if !["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| begins_with(text, tag)) {
        return false;
    }
    let rest = text.split_once('>').map_or("", |(_, rest)| rest).as_bytes();
    let is_tag = |at: usize| match &rest[at + 1..] {
        [b'/' | b'!', next, ..] | [next, ..] => next.is_ascii_alphabetic(),
        [] => false,
    };
    memchr::memchr_iter(b'<', rest).any(is_tag)
}

/// Whether a text begins with a tag, in any case, whose name ends there.
pub(in crate::read) fn begins_with(text: &str, tag: &str) -> bool {
    let bytes = text.as_bytes();
    let is_tag = bytes.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag.as_bytes()));
    is_tag && bytes.get(tag.len()).is_none_or(|next| next.is_ascii_whitespace() || b"/>[".contains(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_tags() {
        for (text, expected) in [
            ("<!DOCTYPE html>\n<html>", true),
            ("<html lang=en><head>", true),
            ("<HEAD><title>a</title>", true),
            ("<!doctype html>\n<p>a", true),
            ("<html>a</html>", true),
            ("<!doctype html>\n1 < 2, and nothing else", false),
            ("<!doctype html>\nNews\nSport\n", false),
            ("<html> is a tag", false),
            ("<html", false),
            ("<p>a</p>", false),
            ("a <html><p>", false),
        ] {
            assert_eq!(is_page(text), expected, "{text:?}");
        }
    }
}
