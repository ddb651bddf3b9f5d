//! The elements of HTML, as far as reading a page goes: which of them hold text, and which break lines.

/// What an element is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// It begins and ends lines.
    Block,
    /// It begins and ends lines, and the next of its kind ends it: a paragraph, a list item, a cell.
    Item,
    /// It stands within a line.
    Inline,
    /// A link, which the next one ends.
    Link,
    /// It is looks only: its tags go, and its text stays. Parsers open such elements again in each paragraph that follows
    /// while they are not ended, without any bound.
    Transparent,
    /// It holds nothing.
    Void,
    /// It is not text: it goes with what it holds.
    Dropped,
}

/// An element of HTML.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) class: Class,
}

/// The table: names by class.
const TABLE: [(Class, &[&str]); 7] = [
    (
        Class::Block,
        &[
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "caption",
            "center",
            "details",
            "dialog",
            "dir",
            "div",
            "dl",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hgroup",
            "html",
            "legend",
            "listing",
            "main",
            "menu",
            "nav",
            "ol",
            "pre",
            "search",
            "section",
            "summary",
            "table",
            "ul",
        ],
    ),
    (Class::Item, &["colgroup", "dd", "dt", "head", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr"]),
    (
        Class::Inline,
        &[
            "abbr", "acronym", "bdi", "bdo", "cite", "data", "del", "dfn", "ins", "kbd", "mark", "output",
            "picture", "q", "ruby", "samp", "slot", "span", "sub", "sup", "time", "var",
        ],
    ),
    (Class::Link, &["a"]),
    (
        Class::Transparent,
        &["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"],
    ),
    (Class::Void, &["area", "base", "br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"]),
    (
        Class::Dropped,
        &[
            "annotation",
            "annotation-xml",
            "applet",
            "audio",
            "button",
            "canvas",
            "iframe",
            "label",
            "noembed",
            "noframes",
            "noscript",
            "object",
            "plaintext",
            "rp",
            "rt",
            "script",
            "select",
            "style",
            "svg",
            "template",
            "textarea",
            "title",
            "video",
            "xmp",
        ],
    ),
];

/// Whether the element of this name breaks lines.
pub(super) fn is_block(name: &str) -> bool {
    of(name).is_some_and(|element| matches!(element.class, Class::Block | Class::Item))
}

/// The element of this name, in any case.
pub(super) fn of(name: &str) -> Option<Element> {
    let mut rows = TABLE.iter();
    rows.find_map(|(class, names)| {
        let found = names.iter().find(|known| known.eq_ignore_ascii_case(name))?;
        Some(Element { name: found, class: *class })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_class_each() {
        let mut names: Vec<&str> = TABLE.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let number = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), number);
        assert_eq!(of("DIV").map(|element| element.name), Some("div"));
        assert!(of("x-article").is_none());
    }
}
