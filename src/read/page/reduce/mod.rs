//! A page as far as its text is concerned: one walk over the markup, in linear time, before a parser builds a tree of it.
//!
//! What no reader sees goes (scripts, styles, comments, templates), and so do attributes that say nothing about the text.
//! What the page says about itself is kept aside ([`Head`]). Elements deeper than [`MAX_DEPTH`] become flat, as in
//! browsers, since parsers and extractors take time that grows with the depth. Elements that break lines are
//! given the number of their line ([`LINE`]), so that a paragraph of the text is found again in the page.
//!
//! The walk follows the tokenizer of the HTML standard (<https://html.spec.whatwg.org/multipage/parsing.html>) as far as
//! tags, comments and raw text are told apart by it. Memory: no more than the page itself and 16 bytes a tag.

use std::fmt::Write;
use std::ops::Range;

use super::markup::{Tag, find_end, head, is_about_sight, is_page};
use super::tags::{self, Class, Element};

/// The attribute that holds the line of an element in the page, from 1.
pub(super) const LINE: &str = "data-l";

/// Elements are nested no deeper than this. Browsers flatten a page from 512 on; real pages reach 60.
const MAX_DEPTH: usize = 200;

/// The longest value of an attribute that is kept, in bytes: names of classes are shorter.
const MAX_VALUE: usize = 256;

/// The most of what a page says about itself that is kept, in pieces of each kind: pages have a few dozen.
const MAX_FACTS: usize = 256;

/// What a page says about itself. Values are as they stand in the page, references and all.
#[derive(Debug, Default)]
pub(super) struct Head<'a> {
    /// The content of `<title>`.
    pub(super) title: Option<&'a str>,
    /// The language of `<html>`.
    pub(super) lang: Option<&'a str>,
    /// `<meta>` elements with a content: name, property or `itemprop`, and the content.
    pub(super) metas: Vec<(&'a str, &'a str)>,
    /// Where `<link rel="canonical">` leads.
    pub(super) canonical: Option<&'a str>,
    /// The contents of `<script type="application/ld+json">`.
    pub(super) linked_data: Vec<&'a str>,
    /// The `datetime` of `<time>` elements.
    pub(super) times: Vec<&'a str>,
    /// Whether the page has scripts.
    pub(super) has_scripts: bool,
}

/// A page that was reduced.
#[derive(Debug)]
pub(super) struct Reduced<'a> {
    /// The markup that is left.
    pub(super) html: String,
    /// What the page says about itself.
    pub(super) head: Head<'a>,
    /// Tags in the markup, each of which may become an element.
    pub(super) num_tags: usize,
}

/// Reduces a page.
pub(super) fn reduce(page: &str) -> Reduced<'_> {
    let mut reducer = Reducer {
        page,
        at: 0,
        counted: 0,
        line: 1,
        html: String::with_capacity(page.len() / 2),
        head: Head::default(),
        num_tags: 0,
        num_references: 0,
        open: Vec::new(),
        absent: Vec::new(),
        shown: 0,
    };
    reducer.run();
    Reduced { html: reducer.html, head: reducer.head, num_tags: reducer.num_tags }
}

struct Reducer<'a> {
    page: &'a str,
    at: usize,
    /// Line feeds before this place are in `line`.
    counted: usize,
    line: usize,
    html: String,
    head: Head<'a>,
    num_tags: usize,
    /// References written so far.
    num_references: usize,
    /// Names of the elements that are open. Those deeper than [`MAX_DEPTH`] are left out.
    open: Vec<&'static str>,
    /// What was looked for from some place on, and is not there: it is not looked for again.
    absent: Vec<&'static str>,
    /// Up to here, what is shown without scripts is the text of the page.
    shown: usize,
}

impl<'a> Reducer<'a> {
    fn run(&mut self) {
        while let Some(open) = memchr::memchr(b'<', &self.page.as_bytes()[self.at..]) {
            let open = self.at + open;
            self.text(self.at..open);
            self.at = open;
            let rest = &self.page.as_bytes()[open + 1..];
            match rest.first() {
                Some(b'!') => self.declaration(),
                Some(b'?') => self.skip_past(b">", open + 1),
                Some(b'/') => match rest.get(1) {
                    Some(first) if first.is_ascii_alphabetic() => self.end_tag(),
                    _ => self.skip_past(b">", open + 2),
                },
                Some(first) if first.is_ascii_alphabetic() => self.start_tag(),
                _ => {
                    self.reference("&lt;");
                    self.at = open + 1;
                }
            }
        }
        self.text(self.at..self.page.len());
    }

    /// Takes over text. NUL is no character of a page, and an ampersand that begins no reference is spelled as one:
    /// parsers are slow at many of them.
    fn text(&mut self, range: Range<usize>) {
        let text = &self.page[range];
        // A line of code is a line of the text, which holds half as much as an element.
        let num_lines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        if num_lines > 1 && self.open.iter().take(MAX_DEPTH).any(|name| *name == "pre") {
            self.num_tags += num_lines / 2;
        }
        let mut taken = 0;
        for at in memchr::memchr2_iter(b'\0', b'&', text.as_bytes()) {
            let next = text.as_bytes().get(at + 1);
            let instead = match text.as_bytes()[at] {
                b'&' if next.is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'#') => "&",
                b'&' => "&amp;",
                _ => "",
            };
            self.html.push_str(&text[taken..at]);
            self.reference(instead);
            taken = at + 1;
        }
        self.html.push_str(&text[taken..]);
    }

    /// Writes a reference. Parsers append one to the text before it in a time that grows with that text: an empty comment
    /// now and then begins a new one.
    fn reference(&mut self, reference: &str) {
        /// References in one text.
        const MOST: usize = 512;
        self.num_references += 1;
        if self.num_references.is_multiple_of(MOST) {
            self.html.push_str("<!---->");
        }
        self.html.push_str(reference);
    }

    /// Goes on behind the next `end` from here on, or at the end of the page.
    fn skip_past(&mut self, end: &[u8], from: usize) {
        let rest = self.page.as_bytes().get(from..).unwrap_or_default();
        let found = memchr::memmem::find(rest, end);
        self.at = found.map_or(self.page.len(), |found| from + found + end.len());
    }

    /// A comment, a document type, or what is taken for a comment.
    fn declaration(&mut self) {
        /// What archives put around the bar that they write into a page.
        const TOOLBAR: &str = "<!-- BEGIN WAYBACK TOOLBAR INSERT -->";
        const TOOLBAR_END: &str = "<!-- END WAYBACK TOOLBAR INSERT -->";
        let rest = &self.page[self.at..];
        if rest.starts_with(TOOLBAR)
            && let Some(found) =
                self.find(TOOLBAR_END, |rest| memchr::memmem::find(rest, TOOLBAR_END.as_bytes()))
        {
            self.at += found + TOOLBAR_END.len();
            return;
        }
        let Some(comment) = rest.strip_prefix("<!--") else { return self.skip_past(b">", self.at) };
        if comment.starts_with('>') || comment.starts_with("->") {
            return self.skip_past(b">", self.at);
        }
        let bytes = self.page.as_bytes();
        let mut from = self.at + 2;
        let end = loop {
            let Some(dash) = memchr::memmem::find(&bytes[from..], b"--") else { break None };
            // A run of dashes is looked at once, however long it is.
            let run = bytes[from + dash..].iter().take_while(|byte| **byte == b'-').count();
            let after = from + dash + run;
            let is_end = after > self.at + 4;
            match bytes.get(after..) {
                Some([b'>', ..]) if is_end => break Some(after + 1),
                Some([b'!', b'>', ..]) if is_end => break Some(after + 2),
                _ => from = after,
            }
        };
        self.at = end.unwrap_or(self.page.len());
    }

    /// Reads the tag that begins behind `from`, and goes on behind it; `None` if the page ends in it.
    fn tag(&mut self, from: usize) -> Option<Tag<'a>> {
        let (page, bytes) = (self.page, self.page.as_bytes());
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
        let skip = |at: usize, pass: &dyn Fn(&u8) -> bool| {
            at + bytes[at..].iter().position(|byte| !pass(byte)).unwrap_or(bytes.len() - at)
        };
        let name_end = skip(from, &|byte| !is_space(byte) && !matches!(byte, b'/' | b'>'));
        let mut tag = Tag { name: &page[from..name_end], attributes: Vec::new() };
        let mut at = name_end;
        loop {
            at = skip(at, &|byte| is_space(byte) || *byte == b'/');
            match bytes.get(at) {
                None => {
                    self.at = page.len();
                    return None;
                }
                Some(b'>') => {
                    self.at = at + 1;
                    return Some(tag);
                }
                Some(_) => {}
            }
            // A name may begin with an equals sign.
            let end = skip(at + 1, &|byte| !is_space(byte) && !matches!(byte, b'/' | b'>' | b'='));
            let name = page.get(at..end).unwrap_or_default();
            let equals = skip(end, &is_space);
            let mut value = "";
            at = end;
            if bytes.get(equals) == Some(&b'=') {
                let start = skip(equals + 1, &is_space);
                (value, at) = if let Some(quote @ (b'"' | b'\'')) = bytes.get(start) {
                    let Some(len) = memchr::memchr(*quote, &bytes[start + 1..]) else {
                        self.at = page.len();
                        return None;
                    };
                    (&page[start + 1..start + 1 + len], start + len + 2)
                } else {
                    let end = skip(start, &|byte| !is_space(byte) && *byte != b'>');
                    (&page[start..end], end)
                };
            }
            if tag.attributes.len() < MAX_FACTS {
                tag.attributes.push((name, value));
            }
        }
    }

    /// Looks for something from here on, once and for all if it is not there; where it stands from here.
    fn find(&mut self, what: &'static str, find: impl FnOnce(&[u8]) -> Option<usize>) -> Option<usize> {
        if self.absent.contains(&what) {
            return None;
        }
        let found = find(&self.page.as_bytes()[self.at..]);
        if found.is_none() {
            self.absent.push(what);
        }
        found
    }

    fn end_tag(&mut self) {
        let Some(Tag { name, .. }) = self.tag(self.at + 2) else { return };
        let Some(known) = tags::of(name) else { return };
        match known.class {
            Class::Block | Class::Inline => {
                let Some(depth) = self.find_open(known) else { return };
                self.open.truncate(depth);
                if depth >= MAX_DEPTH {
                    return self.flatten(known);
                }
            }
            Class::Item | Class::Link => {}
            Class::Void if known.name == "br" => {}
            Class::Void | Class::Transparent | Class::Dropped => return,
        }
        // What is not open is opened by its end.
        self.num_tags += usize::from(matches!(known.name, "p" | "br"));
        self.html.push_str("</");
        self.html.push_str(known.name);
        self.html.push('>');
    }

    /// The depth of the open element that an end tag ends, by the rules of the standard: an element within a line is not
    /// ended from inside a block, and nothing outside of a table from inside it.
    fn find_open(&self, known: Element) -> Option<usize> {
        /// How far an end tag looks. Whoever nests deeper and leaves out end tags gets a flat text.
        const MOST: usize = 256;
        for (depth, name) in self.open.iter().enumerate().rev().take(MOST) {
            if *name == known.name {
                return Some(depth);
            }
            let is_barrier = *name == "table" || known.class == Class::Inline && tags::is_block(name);
            if is_barrier {
                return None;
            }
        }
        None
    }

    /// An element that is too deep: if it is a block, its line ends.
    fn flatten(&mut self, known: Element) {
        if known.class == Class::Block {
            self.html.push_str("<br>");
            self.num_tags += 1;
        }
    }

    fn start_tag(&mut self) {
        let start = self.at;
        let Some(tag) = self.tag(start + 1) else { return };
        self.note(&tag);
        // Elements of a page's own, like `<x-article>`, hold text as all others do.
        let Some(known) = tags::of(tag.name) else { return };
        match known.class {
            Class::Dropped => return self.drop_content(&tag, known.name),
            Class::Transparent => return,
            Class::Block | Class::Inline => {
                self.open.push(known.name);
                if self.open.len() > MAX_DEPTH {
                    return self.flatten(known);
                }
            }
            Class::Item | Class::Link | Class::Void => {}
        }
        self.num_tags += 1;
        self.html.push('<');
        self.html.push_str(known.name);
        if matches!(known.class, Class::Block | Class::Item) || known.name == "br" {
            self.count_lines(start);
            let _ = write!(self.html, " {LINE}={}", self.line); // a string takes everything
        }
        for (name, value) in &tag.attributes {
            self.attribute(name, value);
        }
        self.html.push('>');
    }

    /// Drops an element with what it holds; without an end, only its tag.
    fn drop_content(&mut self, tag: &Tag<'a>, name: &'static str) {
        let content = self.at;
        if name == "noscript" && content < self.shown {
            return;
        }
        let Some(end) = self.find(name, |rest| find_end(rest, name)) else {
            // Browsers take all that follows for the content of these.
            if matches!(name, "script" | "style" | "plaintext" | "xmp") {
                self.at = self.page.len();
            }
            return;
        };
        let text = &self.page[content..content + end];
        if name == "noscript" && is_page(text) {
            self.shown = content + end;
            return;
        }
        self.skip_past(b">", content + end);
        match name {
            "script" => {
                self.head.has_scripts = true;
                let kind = tag.get("type").unwrap_or_default().trim();
                let is_data = kind.eq_ignore_ascii_case("application/ld+json");
                if is_data && self.head.linked_data.len() < MAX_FACTS {
                    self.head.linked_data.push(text);
                }
            }
            "title" if self.head.title.is_none() => self.head.title = Some(text),
            _ => {}
        }
    }

    /// Notes what an element says about the page.
    fn note(&mut self, tag: &Tag<'a>) {
        if tag.attributes.is_empty() {
            return;
        }
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        if is("meta") {
            let name = ["property", "name", "itemprop", "http-equiv"].iter().find_map(|key| tag.get(key));
            if let (Some(name), Some(content)) = (name, tag.get("content"))
                && self.head.metas.len() < MAX_FACTS
            {
                self.head.metas.push((name, content));
            }
        } else if is("link") {
            let is_canonical = tag.get("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"));
            self.head.canonical = self.head.canonical.or(tag.get("href").filter(|_| is_canonical));
        } else if is("html") {
            self.head.lang = self.head.lang.or(tag.get("lang")).or(tag.get("xml:lang"));
        } else if is("time") && self.head.times.len() < MAX_FACTS {
            self.head.times.extend(tag.get("datetime"));
        }
    }

    /// Keeps an attribute if it says something about what its element is.
    fn attribute(&mut self, name: &str, value: &str) {
        const KEPT: [&str; 16] = [
            "class",
            "id",
            "role",
            "hidden",
            "aria-hidden",
            "aria-modal",
            "style",
            "rel",
            "itemprop",
            "href",
            "src",
            "colspan",
            "summary",
            "lang",
            "type",
            "align",
        ];
        let Some(name) = KEPT.iter().find(|kept| kept.eq_ignore_ascii_case(name)) else { return };
        let value = match *name {
            // Only whether it can be seen.
            "style" if !is_about_sight(value) => return,
            // Only whether there is one, and where it leads at all.
            "href" => head(value, 12),
            "src" => "x",
            _ => head(value, MAX_VALUE),
        };
        self.html.push(' ');
        self.html.push_str(name);
        self.html.push_str("=\"");
        for part in value.split_inclusive(['"', '\0']) {
            match part.as_bytes().last() {
                Some(b'"') => {
                    self.html.push_str(&part[..part.len() - 1]);
                    self.html.push_str("&quot;");
                }
                Some(0) => self.html.push_str(&part[..part.len() - 1]),
                _ => self.html.push_str(part),
            }
        }
        self.html.push('"');
    }

    /// Counts lines up to this place.
    fn count_lines(&mut self, to: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.page.as_bytes()[self.counted..to]).count();
        self.counted = to;
    }
}

#[cfg(test)]
mod tests;
