//! What a page says about itself, as it is kept behind its text: a JSON object (contract H3).

use serde::{Deserialize, Serialize};

use super::{About, Absent, PageText};

/// The object. What is not known is left out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Facts {
    #[serde(skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    url: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    date: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    site: String,
    /// Why there is no main text.
    #[serde(skip_serializing_if = "String::is_empty")]
    absent: String,
}

/// The JSON of what a page says about itself, and of why it has no main text, if it has none.
pub(in crate::read) fn json(page: &PageText) -> String {
    let About { title, url, date, language, site } = page.about.clone();
    let absent = page.absent.map_or("", name).to_owned();
    let facts = Facts { title, url, date, language, site, absent };
    serde_json::to_string(&facts).unwrap_or_default() // texts always can
}

/// The fields that a page gives its record: names, and values as JSON. What is not known is left out.
pub(in crate::read) fn fields(json: &[u8]) -> Vec<(String, String)> {
    let Facts { title, url, date, language, site, .. } = read(json);
    let fields = [("title", title), ("url", url), ("date", date), ("language", language), ("site", site)];
    let known = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let json = |value: String| serde_json::to_string(&value).unwrap_or_default(); // a text always can
    known.map(|(name, value)| (name.to_owned(), json(value))).collect()
}

/// The language of a page as a BCP 47 tag; empty if it is not known.
pub(in crate::read) fn language(json: &[u8]) -> String {
    read(json).language
}

/// The facts of a page; none for what is no page.
fn read(json: &[u8]) -> Facts {
    serde_json::from_slice(json).unwrap_or_default()
}

/// The reason as it stands in the object.
fn name(absent: Absent) -> &'static str {
    match absent {
        Absent::List => "list",
        Absent::ErrorPage => "error_page",
        Absent::ScriptOnly => "script_only",
        Absent::Empty => "empty",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(about: About, absent: Option<Absent>) -> PageText {
        PageText { text: String::new(), lines: Vec::new(), about, absent, num_visible: 0 }
    }

    #[test]
    fn what_is_known_is_kept() {
        let about = About {
            title: "标题 \"A\"".to_owned(),
            language: "zh-CN".to_owned(),
            site: "s\n".to_owned(),
            ..About::default()
        };
        let made = json(&page(about, Some(Absent::ErrorPage)));
        assert_eq!(made, r#"{"title":"标题 \"A\"","language":"zh-CN","site":"s\n","absent":"error_page"}"#);
        let expected = [("title", r#""标题 \"A\"""#), ("language", r#""zh-CN""#), ("site", r#""s\n""#)];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields(made.as_bytes()), expected);
        assert_eq!(language(made.as_bytes()), "zh-CN");
    }

    #[test]
    fn nothing_is_known() {
        assert_eq!(json(&page(About::default(), None)), "{}");
        for json in ["{}", ""] {
            assert!(fields(json.as_bytes()).is_empty() && language(json.as_bytes()).is_empty());
        }
    }
}
