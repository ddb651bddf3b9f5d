//! The allow-list: paragraphs that may repeat, such as the footer of a site (`--allow`).
//!
//! An entry a line:
//!
//! ```text
//! // Whatever stands at the foot of every page.
//! All rights reserved.
//! pattern: Page * of *
//! ```
//!
//! A line is the text of a paragraph, and lets pass every paragraph that is the same under `--match`. Behind
//! `pattern: ` each `*` stands for any text, or none; what stands between is compared as `--match` compares, so
//! that white space beside a star does not count. Blank lines, and lines that begin with `//`, say nothing.

use std::collections::HashMap;

use crate::config::Config;
use crate::document::Kind;
use crate::fingerprint::Fingerprint;
use crate::normalize::KeyMaker;
use crate::split::{Splitting, split};

/// The beginning of a line that is a pattern.
const PATTERN: &str = "pattern:";
/// The beginning of a line that is a comment.
const COMMENT: &str = "//";

/// Paragraphs that are let pass.
#[derive(Debug)]
pub struct Allow {
    keys: KeyMaker,
    /// The line of each entry, from 1.
    lines: Vec<usize>,
    /// Entries by the fingerprint of their paragraph; the first of several.
    texts: HashMap<Fingerprint, usize>,
    /// The others.
    patterns: Vec<(usize, Pattern)>,
}

/// A line that is no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowFault {
    /// The line, from 1.
    pub line: usize,
    /// The fault and its remedy.
    pub what: String,
}

impl Allow {
    /// Reads a list whose entries are compared as this configuration says.
    ///
    /// # Errors
    /// [`AllowFault`] if a line is not UTF-8, or is a pattern without a star, or with nothing else.
    pub fn parse(list: &[u8], config: &Config) -> Result<Self, AllowFault> {
        let keys = KeyMaker::new(config.matching.mode, config.split.repair);
        let mut allow = Self { keys, lines: Vec::new(), texts: HashMap::new(), patterns: Vec::new() };
        let list = list.strip_prefix("\u{feff}".as_bytes()).unwrap_or(list);
        for (line, bytes) in (1..).zip(list.split(|&byte| byte == b'\n')) {
            let fault = |what: &str| AllowFault { line, what: what.to_owned() };
            let text = std::str::from_utf8(bytes);
            let text = text.map_err(|_| fault("it is not UTF-8; save the list as UTF-8"))?.trim();
            if text.is_empty() || text.starts_with(COMMENT) {
                continue;
            }
            let entry = allow.lines.len();
            match text.strip_prefix(PATTERN) {
                Some(pattern) => allow.patterns.push((entry, Pattern::new(pattern, keys).map_err(fault)?)),
                None => allow.add(text, entry, config),
            }
            allow.lines.push(line);
        }
        Ok(allow)
    }

    /// Lets the paragraphs of an entry pass: one, or under `--split sentence` each of its sentences.
    fn add(&mut self, text: &str, entry: usize, config: &Config) {
        let mut paragraphs = Vec::new();
        split(text, Splitting::of(config.split, Kind::Text, text), &mut paragraphs);
        for paragraph in paragraphs {
            let key = self.keys.key_text(&text[paragraph.span.range()]);
            self.texts.entry(Fingerprint::of(key.as_bytes())).or_insert(entry);
        }
    }

    /// Number of entries.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The entry that lets a paragraph pass.
    pub(super) fn entry(&self, fingerprint: &Fingerprint, text: &str) -> Option<usize> {
        let known = self.texts.get(fingerprint).copied();
        if known.is_some() || self.patterns.is_empty() {
            return known;
        }
        let key = self.keys.key_text(text);
        self.patterns.iter().find(|(_, pattern)| pattern.matches(&key)).map(|(entry, _)| *entry)
    }

    /// The lines of the entries that were not used.
    pub(super) fn unused(&self, is_used: &[bool]) -> Vec<usize> {
        let entries = self.lines.iter().zip(is_used);
        entries.filter(|(_, is_used)| !**is_used).map(|(line, _)| *line).collect()
    }
}

/// Key text with gaps: what it begins with, what follows in order, and what it ends with.
#[derive(Debug)]
struct Pattern {
    start: String,
    middle: Vec<String>,
    end: String,
}

impl Pattern {
    fn new(pattern: &str, keys: KeyMaker) -> Result<Self, &'static str> {
        let mut parts: Vec<String> = pattern.split('*').map(|part| keys.part_key_text(part.trim())).collect();
        if parts.iter().all(String::is_empty) {
            return Err("this pattern lets everything pass; write the text that stands beside its stars");
        }
        match (parts.pop(), parts.is_empty()) {
            (Some(end), false) => Ok(Self { start: parts.remove(0), middle: parts, end }),
            _ => Err("this pattern has no star; leave `pattern:` out, as it is the text of a paragraph"),
        }
    }

    fn matches(&self, key: &str) -> bool {
        let inner =
            key.strip_prefix(self.start.as_str()).and_then(|rest| rest.strip_suffix(self.end.as_str()));
        let Some(mut rest) = inner else { return false };
        self.middle.iter().all(|part| match rest.find(part.as_str()) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{MatchMode, SplitMode};

    fn entry(allow: &Allow, text: &str) -> Option<usize> {
        allow.entry(&Fingerprint::of(allow.keys.key_text(text).as_bytes()), text)
    }

    #[test]
    fn texts_and_patterns() {
        let list = "\u{feff}// foot\r\n\r\nAll rights  reserved.\r\n# Contact\npattern: Page * of *\npattern:*责任编辑：*\n";
        let allow = Allow::parse(list.as_bytes(), &Config::default()).unwrap();
        for (text, expected) in [
            ("All rights reserved.", Some(0)),
            ("Ａｌｌ rights reserved.", Some(0)),
            ("All　rights reserved.", Some(0)),
            ("all rights reserved.", None),
            ("All rights reserved. More", None),
            ("# Contact", Some(1)),
            ("Page 3 of 9", Some(2)),
            ("Page of", Some(2)),
            ("On Page 3 of 9", None),
            ("Page 3", None),
            ("（责任编辑：王五）", Some(3)),
            ("// foot", None),
        ] {
            assert_eq!(entry(&allow, text), expected, "{text}");
        }
        assert_eq!(allow.unused(&[true, false, false, true]), [4, 5]);
    }

    #[test]
    fn what_begins_and_what_ends_do_not_overlap() {
        let allow = Allow::parse(b"pattern: abc*bcd*cde", &Config::default()).unwrap();
        for (text, expected) in [("abcde", None), ("abcbcdcde", Some(0)), ("abcxbcdycde", Some(0))] {
            assert_eq!(entry(&allow, text), expected, "{text}");
        }
    }

    #[test]
    fn entries_are_compared_as_paragraphs_are() {
        let mut config = Config::default();
        config.matching.mode = MatchMode::Loose;
        config.split.split = SplitMode::Sentence;
        let allow = Allow::parse("One thing. Another!\npattern: No. * !".as_bytes(), &config).unwrap();
        for (text, expected) in
            [("ONE THING", Some(0)), ("another", Some(0)), ("no 7", Some(1)), ("One", None)]
        {
            assert_eq!(entry(&allow, text), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (list, line, what) in [
            (&b"a\npattern: * * \n"[..], 2, "lets everything pass"),
            (b"pattern:", 1, "lets everything pass"),
            (b"\n\npattern: all of it\n", 3, "has no star"),
            (b"a\n\xff\n", 2, "not UTF-8"),
        ] {
            let fault = Allow::parse(list, &Config::default()).unwrap_err();
            assert_eq!(fault.line, line, "{fault:?}");
            assert!(fault.what.contains(what), "{fault:?}");
        }
    }
}
