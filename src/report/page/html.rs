//! The file: style, script and data in one page.
//!
//! Whatever comes from an input stands in the data, a block of JSON in which `<`, `>` and `&` are escaped, so that
//! nothing in it ends the block. The page forbids itself to fetch anything, and to run any other script than its own,
//! whose SHA-256 it names.

use std::fmt::Write as _;
use std::io::{self, Write};

use data_encoding::BASE64;
use serde::Serialize;
use serde_json::ser::Formatter;
use sha2::{Digest, Sha256};

use super::data::Data;
use super::label::RunLabel;
use crate::decide::Rule;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// The script, in parts that read those before them.
const SCRIPT: &str = concat!(
    "// Draws the page from its data. Everything from an input becomes a text node, never markup.\n",
    "(() => {\n\"use strict\";\n\n",
    include_str!("script/base.js"),
    include_str!("script/figures.js"),
    include_str!("script/lists.js"),
    include_str!("script/keep.js"),
    include_str!("script/groups.js"),
    include_str!("script/controls.js"),
    "})();\n"
);

/// The place in the script where the names of the rules are filled in.
const RULES: &str = "  // rules\n";

/// The script, with the rules of the table that the page names.
fn script(is_named: impl Fn(Rule) -> bool) -> String {
    let mut rules = String::new();
    for rule in Rule::ALL.into_iter().filter(|rule| is_named(*rule)) {
        let quote = if rule.name().contains('-') { "\"" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(rules, "  {quote}{}{quote}: \"{}\",", rule.name(), rule.titles());
    }
    SCRIPT.replacen(RULES, &rules, 1)
}

/// What a page holds beside its style and its script.
pub(super) struct Content<'a> {
    pub(super) data: &'a Data,
    /// HTML that stands before everything else, or nothing.
    pub(super) head: &'a str,
    pub(super) run: Option<&'a RunLabel>,
}

/// Writes the page.
pub(super) fn write(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Content { data, head, run } = content;
    let script = script(|rule| !rule.is_quiet() || data.removes_by(rule));
    let mut rest = PAGE;
    while let Some((before, marked)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let (name, after) = marked.split_once("}}").unwrap_or((marked, ""));
        match name {
            "policy" => out.write_all(policy(&script).as_bytes())?,
            "head" => out.write_all(head.as_bytes())?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(script.as_bytes())?,
            "run" => run.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Inert))?,
            _ => data.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Inert))?,
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// The content security policy.
fn policy(script: &str) -> String {
    let hash = |text: &str| BASE64.encode(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(script)
    )
}

/// JSON without characters that mean something to HTML, that old scripts take for the end of a line, or that reorder
/// what an editor shows.
struct Inert;

fn is_alive(c: char) -> bool {
    matches!(c, '<' | '>' | '&' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Formatter for Inert {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, found) in fragment.match_indices(is_alive) {
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for c in found.chars() {
                write!(writer, "\\u{:04x}", u32::from(c))?;
            }
            written = at + found.len();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_is_html() {
        let hostile = "</script><!--<script>&amp;\u{2028}\u{2029}\u{0}\"\\ 中";
        let mut json = Vec::new();
        hostile.serialize(&mut serde_json::Serializer::with_formatter(&mut json, Inert)).unwrap();
        let text = String::from_utf8(json).unwrap();
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\0']), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
    }

    #[test]
    fn the_assets_do_not_end_their_elements() {
        for asset in [STYLE, &script(|_| true)] {
            assert!(!asset.contains("</") && !asset.contains("<!--"));
        }
        let mut names: Vec<&str> =
            PAGE.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0)).collect();
        names.sort_unstable();
        assert_eq!(names, ["data", "head", "policy", "run", "script", "style"]);
    }

    #[test]
    fn the_script_knows_every_rule() {
        assert_eq!(SCRIPT.matches(RULES).count(), 1);
        let script = script(|_| true);
        assert!(!script.contains(RULES));
        for line in ["  exact: \"repeated paragraphs\",", "  \"exact-document\": \"copies of documents\","] {
            assert!(script.lines().any(|known| known == line), "{line}");
        }
        for rule in Rule::ALL {
            assert!(script.contains(&format!(": \"{}\",\n", rule.titles())), "{rule:?}");
        }
        assert!(!super::script(|rule| rule != Rule::Exact).contains(Rule::Exact.titles()));
    }
}
