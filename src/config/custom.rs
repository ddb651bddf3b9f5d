//! Rules of one's own: a regular expression, where it must match, and what is done there.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A rule of one's own: a `[[rule]]` of `tamis.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomRule {
    /// Its name in the ledger.
    pub name: String,
    /// The regular expression, in the syntax of the crate `regex`, which takes linear time.
    pub pattern: String,
    /// Where it must match. Default: a whole paragraph.
    #[serde(rename = "where", default)]
    pub place: CustomPlace,
    /// What is done there.
    pub action: CustomAction,
    /// The text that takes the place of what matched, for [`CustomAction::Replace`]: `$1` and `${name}` are groups of
    /// the pattern, `$$` is a dollar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
}

/// Where the pattern of a rule must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustomPlace {
    /// A whole paragraph.
    #[default]
    Paragraph,
    /// A whole paragraph that is one of the first three or the last three of its document.
    Edge,
    /// Anything within a paragraph, wherever it stands in the document.
    Document,
}

/// What is done where a pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustomAction {
    /// What matched is removed: the paragraph, or the part of it.
    Remove,
    /// What matched is replaced.
    Replace,
    /// The document is removed.
    DropDocument,
}

/// More rules than this are more than anybody writes.
pub const MAX_CUSTOM_RULES: usize = 64;

/// Bytes that a compiled pattern may take.
const MAX_PATTERN_SIZE: usize = 1 << 20;

impl CustomRule {
    /// The compiled pattern. It matches a whole paragraph where the rule asks for one.
    ///
    /// # Errors
    /// [`Error::Config`] if it is none, or takes too much memory.
    pub fn regex(&self) -> Result<Regex> {
        let pattern = match self.place {
            CustomPlace::Document => self.pattern.clone(),
            CustomPlace::Paragraph | CustomPlace::Edge => format!(r"\A(?:{})\z", self.pattern),
        };
        // By itself first, so that the message shows what was written; `a)|(b` is a pattern only within the group.
        let alone = RegexBuilder::new(&self.pattern).size_limit(MAX_PATTERN_SIZE).build();
        alone
            .and_then(|_| RegexBuilder::new(&pattern).size_limit(MAX_PATTERN_SIZE).build())
            .map_err(|error| self.fault(&format!("its pattern is no regular expression: {error}")))
    }

    fn fault(&self, what: &str) -> Error {
        Error::Config(format!("[[rule]] {:?}: {what}", self.name))
    }

    fn validate(&self) -> Result<()> {
        if self.name.trim().is_empty() || self.name.contains(char::is_control) {
            return Err(self.fault("its name is empty, or has control characters; the ledger shows it"));
        }
        let regex = self.regex()?;
        if regex.is_match("") {
            return Err(self.fault("its pattern matches the empty text, and so everywhere; write + for *"));
        }
        match (self.action, &self.with) {
            (CustomAction::Replace, None) => {
                Err(self.fault("it replaces, and does not say by what; add `with = \"…\"`"))
            }
            (CustomAction::Replace, Some(with)) if with.contains(['\n', '\r', '\u{2028}', '\u{2029}']) => {
                Err(self.fault("`with` has a line end; a paragraph cannot become two"))
            }
            (CustomAction::Replace, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(self.fault("`with` is for `action = \"replace\"`; leave one of the two out")),
        }
    }
}

/// Refuses rules that cannot be, or that share a name.
pub(super) fn validate(rules: &[CustomRule]) -> Result<()> {
    if rules.len() > MAX_CUSTOM_RULES {
        return Err(Error::Config(format!(
            "[[rule]]: at most {MAX_CUSTOM_RULES} of them, not {}",
            rules.len()
        )));
    }
    for (number, rule) in rules.iter().enumerate() {
        rule.validate()?;
        if rules[..number].iter().any(|other| other.name == rule.name) {
            return Err(rule.fault("another rule has this name"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_cannot_be_are_refused() {
        let rule = |pattern: &str, action, with: Option<&str>| CustomRule {
            name: "ads".to_owned(),
            pattern: pattern.to_owned(),
            place: CustomPlace::Document,
            action,
            with: with.map(str::to_owned),
        };
        for (rules, said) in [
            (vec![rule("a+", CustomAction::Remove, None)], None),
            (vec![rule("a+", CustomAction::Replace, Some("$0"))], None),
            (vec![rule("(a", CustomAction::Remove, None)], Some("no regular expression")),
            (vec![rule("a*", CustomAction::Remove, None)], Some("matches the empty text")),
            (vec![rule("a", CustomAction::Replace, None)], Some("add `with")),
            (vec![rule("a", CustomAction::Replace, Some("b\nc"))], Some("line end")),
            (vec![rule("a", CustomAction::DropDocument, Some("b"))], Some("leave one")),
            (vec![rule("a", CustomAction::Remove, None); 2], Some("another rule has this name")),
            (vec![rule("(?:\\pL{900}){900}", CustomAction::Remove, None)], Some("size limit")),
        ] {
            let error = validate(&rules).err().map(|error| error.to_string());
            let is_expected = match (&error, said) {
                (None, None) => true,
                (Some(error), Some(said)) => error.contains(said) && error.contains("[[rule]] \"ads\""),
                _ => false,
            };
            assert!(is_expected, "{rules:?}: {error:?}");
        }
        let many: Vec<CustomRule> = (0..=MAX_CUSTOM_RULES)
            .map(|number| CustomRule { name: number.to_string(), ..rule("a", CustomAction::Remove, None) })
            .collect();
        assert!(validate(&many).is_err());
    }

    #[test]
    fn a_whole_paragraph_is_matched_whole() {
        let toml = "name = \"a\"\npattern = \"a|b\"\naction = \"remove\"\n";
        let rule: CustomRule = toml::from_str(toml).unwrap();
        assert_eq!(rule.place, CustomPlace::Paragraph);
        let regex = rule.regex().unwrap();
        assert!(
            regex.is_match("a") && regex.is_match("b") && !regex.is_match("ab") && !regex.is_match("a\n")
        );
        let unbalanced = CustomRule { pattern: "a)|(b".to_owned(), ..rule };
        assert!(unbalanced.regex().is_err());
    }
}
