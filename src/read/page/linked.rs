//! What a page says of itself as linked data (JSON-LD): when it was published, its headline, and its text.
//!
//! It is read without trust: no more than [`MAX_BYTES`] of it, no deeper than the JSON parser goes, and what is not JSON
//! is left alone.

use serde_json::{Map, Value};

/// More linked data than this is not read; pages have some 10 kB.
const MAX_BYTES: usize = 1 << 20;

/// What is known of the article of a page. What is not known is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Linked {
    pub(super) headline: String,
    /// When it was published, as it stands there.
    pub(super) published: String,
    /// Its text, with or without markup.
    pub(super) body: String,
}

impl Linked {
    /// Reads the pieces of linked data of a page. The first article that they speak of is the page's.
    pub(super) fn of(pieces: &[&str]) -> Self {
        let mut found = Self::default();
        let mut left = MAX_BYTES;
        for piece in pieces {
            let Some(rest) = left.checked_sub(piece.len()) else { break };
            left = rest;
            let Ok(value) = serde_json::from_str::<Value>(piece.trim()) else { continue };
            found.read(&value);
        }
        found
    }

    /// Reads a value: things stand alone, in lists, and in graphs.
    fn read(&mut self, value: &Value) {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(values) => open.extend(values.iter().rev()),
                Value::Object(thing) => {
                    self.read_thing(thing);
                    let inner = ["@graph", "mainEntity", "mainEntityOfPage"];
                    open.extend(inner.iter().filter_map(|key| thing.get(*key)));
                }
                _ => {}
            }
        }
    }

    fn read_thing(&mut self, thing: &Map<String, Value>) {
        if !thing.get("@type").is_some_and(is_article) {
            return;
        }
        let fields = [
            (&mut self.headline, "headline"),
            (&mut self.published, "datePublished"),
            (&mut self.body, "articleBody"),
        ];
        for (field, key) in fields {
            if field.is_empty()
                && let Some(text) = thing.get(key).and_then(Value::as_str)
            {
                text.clone_into(field);
            }
        }
    }
}

/// Whether a type of schema.org is that of a text which is published.
fn is_article(kind: &Value) -> bool {
    let is = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        name.ends_with("Article")
            || name.ends_with("Posting")
            || matches!(name, "Report" | "WebPage" | "Review")
    };
    match kind {
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alone_in_a_list_and_in_a_graph() {
        let date = "2020-01-31T08:05:00+08:00";
        let thing = format!(r#"{{"@type": "NewsArticle", "headline": "雨", "datePublished": "{date}"}}"#);
        let typed = thing.replace(r#""NewsArticle""#, r#"["Thing", "NewsArticle"]"#);
        for text in [
            thing.clone(),
            typed,
            format!(r#"[{{"@type": "Organization", "headline": "no"}}, {thing}]"#),
            format!(r#"{{"@context": "https://schema.org", "@graph": [{{"@type": "Person"}}, {thing}]}}"#),
            format!(r#"{{"@type": "ItemPage", "mainEntity": {thing}}}"#),
        ] {
            let linked = Linked::of(&["not JSON", &text]);
            assert_eq!((linked.headline.as_str(), linked.published.as_str()), ("雨", date), "{text}");
        }
    }

    #[test]
    fn hostile_data_is_left_alone() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let long = format!(r#"{{"@type": "Article", "headline": "{}"}}"#, "a".repeat(MAX_BYTES));
        let wrong = r#"{"@type": 7, "headline": "a"}"#;
        let numbers = r#"{"@type": "Article", "headline": 7, "datePublished": null}"#;
        for text in [deep.as_str(), long.as_str(), wrong, numbers, "", "null", "{"] {
            assert_eq!(Linked::of(&[text]), Linked::default());
        }
    }
}
