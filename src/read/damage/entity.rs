//! References of HTML (`&nbsp;`, `&#8217;`) that a scraper left in text, and whether a document is one that means them.

use super::Kind;
use super::layers::Repair;

/// The longest reference that is looked for: `&CounterClockwiseContourIntegral;`.
const MAX_LEN: usize = 33;

/// A reference that is one without a semicolon too.
const UNENDED: &str = "&nbsp";

/// What numbers from 128 to 159 stand for: those of Windows-1252 (HTML Standard, 13.2.5.80).
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The references of a line and what they stand for. Each is decoded once: `&amp;lt;` becomes `&lt;`.
pub(super) fn references(text: &str) -> Vec<Repair> {
    let starts = memchr::memchr_iter(b'&', text.as_bytes());
    let repair = |start| {
        let (len, text) = reference(&text[start..])?;
        Some(Repair { span: start..start + len, text, kind: Kind::Entity })
    };
    starts.filter_map(repair).collect()
}

/// The reference that a text begins with: its length and what it stands for.
fn reference(text: &str) -> Option<(usize, String)> {
    // The one that old pages leave unended most; others may be parameters in an address (`&copy=1`).
    if let Some(rest) = text.strip_prefix(UNENDED)
        && !rest.starts_with(|c: char| c == ';' || c == '=' || c.is_ascii_alphanumeric())
    {
        return Some((UNENDED.len(), "\u{a0}".to_owned()));
    }
    let len = text.bytes().take(MAX_LEN).position(|byte| byte == b';')? + 1;
    let body = &text[1..len - 1];
    let new = if let Some(number) = body.strip_prefix('#') {
        numbered(number)?.to_string()
    } else {
        let is_name = body.len() > 1 && body.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let reference = &text[..len];
        let new = if is_name { html_escape::decode_html_entities(reference) } else { reference.into() };
        if new == reference {
            return None;
        }
        new.into_owned()
    };
    Some((len, new))
}

fn numbered(number: &str) -> Option<char> {
    let value = match number.strip_prefix(['x', 'X']) {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            u32::from_str_radix(digits, 16).ok()?
        }
        None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse().ok()?,
        _ => return None,
    };
    let c = match value {
        0x80..=0x9f => WINDOWS_1252.chars().nth(value as usize - 0x80)?,
        _ => char::from_u32(value)?,
    };
    (!c.is_control() && c != '\u{fffd}').then_some(c)
}

/// Whether a document shows markup or speaks of it, so that references in it are meant. It is told line by line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Markup {
    is_shown: bool,
}

/// Words of texts about markup.
const WORDS: [&str; 15] = [
    "HTML",
    "html",
    "XML",
    "xml",
    "entity",
    "entities",
    "Entity",
    "Entities",
    "escape",
    "实体",
    "转义",
    "實體",
    "跳脫",
    "実体参照",
    "エスケープ",
];

/// Names of elements that text quotes.
const ELEMENTS: [&str; 34] = [
    "a", "b", "i", "p", "u", "br", "hr", "div", "span", "img", "table", "tr", "td", "th", "ul", "ol", "li",
    "h1", "h2", "h3", "h4", "h5", "h6", "body", "head", "html", "script", "style", "link", "meta", "form",
    "input", "strong", "font",
];

impl Markup {
    /// Looks at a line.
    pub(crate) fn add(&mut self, line: &str) {
        self.is_shown = self.is_shown || WORDS.iter().any(|word| line.contains(word)) || has_tag(line);
    }

    /// Whether there is markup, so that references stay.
    pub(crate) fn is_shown(self) -> bool {
        self.is_shown
    }
}

/// Whether a line has a tag, or one whose brackets are references.
fn has_tag(line: &str) -> bool {
    let opened = memchr::memchr_iter(b'<', line.as_bytes()).map(|at| &line[at + 1..]);
    let escaped = line.match_indices("&lt;").map(|(at, reference)| &line[at + reference.len()..]);
    opened.chain(escaped).any(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
        rest.starts_with("!--")
            || ELEMENTS.iter().any(|name| name.eq_ignore_ascii_case(&rest[..end]))
                && [">", " ", "/", "&gt;"].iter().any(|next| rest[end..].starts_with(next))
    })
}
