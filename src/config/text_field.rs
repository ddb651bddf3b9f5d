//! The fields that may hold a record's text, as they are written in options (contract O4).

/// The fields that are tried if none is named, in this order.
pub const DEFAULT_TEXT_FIELDS: [&str; 6] = ["text", "content", "body", "article", "正文", "内容"];

/// One value of `--text-field`: `NAME`, `NAME,NAME`, or either behind `GLOB=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextFieldOption {
    /// The files that it is for; all, if there is none.
    pub(crate) glob: Option<String>,
    /// Names of fields, or dotted paths, in the order in which they are tried.
    pub(crate) names: Vec<String>,
}

impl TextFieldOption {
    /// Parses a value. A backslash before a comma, an equals sign or a backslash makes it part of a name.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(crate) fn parse(value: &str) -> Result<Self, &'static str> {
        let mut glob = None;
        let mut names = vec![String::new()];
        let mut characters = value.char_indices();
        while let Some((at, character)) = characters.next() {
            let Some(name) = names.last_mut() else { break };
            match character {
                '\\' => match characters.next() {
                    Some((_, next)) if ['\\', ',', '='].contains(&next) => name.push(next),
                    Some((_, next)) => name.extend(['\\', next]),
                    None => name.push('\\'),
                },
                '=' if glob.is_none() => {
                    // A glob is no list of names: what was read of it as such is read again.
                    glob = Some(value[..at].to_owned());
                    names = vec![String::new()];
                }
                ',' => names.push(String::new()),
                _ => name.push(character),
            }
        }
        if names.iter().any(|name| name.split('.').any(str::is_empty)) {
            return Err("a field name is empty; write a name such as text or article.body");
        }
        if glob.as_ref().is_some_and(|glob| glob.is_empty() || has_comma(glob)) {
            return Err(
                "only one glob may come before the equals sign; write '*.jsonl=content', and other fields by \
                        themselves",
            );
        }
        Ok(Self { glob, names })
    }
}

/// Whether a comma stands in a glob where it parts no alternatives.
fn has_comma(glob: &str) -> bool {
    let mut depth = 0_u32;
    glob.chars().any(|character| {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        for (value, glob, names) in [
            ("text", None, &["text"][..]),
            ("meta.text,body", None, &["meta.text", "body"]),
            ("*.jsonl=content", Some("*.jsonl"), &["content"]),
            ("a/*.{jsonl,json}=a,b", Some("a/*.{jsonl,json}"), &["a", "b"]),
            (r"last\, first", None, &["last, first"]),
            (r"a\=b", None, &["a=b"]),
            (r"*=a=b\\,c\d", Some("*"), &["a=b\\", "c\\d"]),
        ] {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            let expected = TextFieldOption { glob: glob.map(str::to_owned), names };
            assert_eq!(TextFieldOption::parse(value), Ok(expected), "{value}");
        }
        for bad in ["", "a,", "a..b", "*.csv=", "=a", "text,*.jsonl=content"] {
            assert!(TextFieldOption::parse(bad).is_err(), "{bad}");
        }
    }
}
