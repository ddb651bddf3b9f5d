//! Rules of one's own: what their patterns match in a paragraph.

use regex::{Captures, Regex};

use super::edited::{EditedText, Replacement};
use crate::config::{CustomAction, CustomPlace, CustomRule};
use crate::decide::Rule;
use crate::error::Result;

/// Paragraphs of text at the beginning and at the end of a document that are its edge.
pub(crate) const EDGE: usize = 3;

/// The rules of a configuration, compiled.
#[derive(Debug, Clone, Default)]
pub(crate) struct CustomRules {
    rules: Vec<Compiled>,
}

#[derive(Debug, Clone)]
struct Compiled {
    name: String,
    regex: Regex,
    place: CustomPlace,
    action: CustomAction,
    /// What is written in place of what matched.
    with: String,
}

impl CustomRules {
    /// Compiles rules.
    ///
    /// # Errors
    /// [`crate::Error::Config`] if a pattern is none.
    pub(crate) fn of(rules: &[CustomRule]) -> Result<Self> {
        let compiled = rules.iter().map(|rule| {
            let with = rule.with.clone().unwrap_or_default();
            Ok(Compiled {
                name: rule.name.clone(),
                regex: rule.regex()?,
                place: rule.place,
                action: rule.action,
                with,
            })
        });
        Ok(Self { rules: compiled.collect::<Result<_>>()? })
    }

    /// The name of the rule of this number.
    pub(crate) fn name(&self, number: u64) -> Option<&str> {
        self.rules.get(usize::try_from(number).ok()?).map(|rule| &*rule.name)
    }

    /// Whether a rule does anything to paragraphs of documents that stay.
    pub(crate) fn judges_paragraphs(&self) -> bool {
        self.rules.iter().any(|rule| rule.action != CustomAction::DropDocument)
    }

    /// Whether a rule asks where the edges of a document are.
    pub(crate) fn has_edges(&self) -> bool {
        self.rules.iter().any(|rule| rule.place == CustomPlace::Edge)
    }

    /// The number of the first rule that removes this paragraph as a whole: its pattern matches it, or nothing is left of
    /// it when its rules have replaced what they match.
    ///
    /// Cost: that of each pattern, linear in the text.
    pub(crate) fn removes(&self, text: &str, is_edge: bool) -> Option<u64> {
        let whole = (0..).zip(&self.rules).find(|(_, rule)| {
            let is_whole = rule.place != CustomPlace::Document && rule.action == CustomAction::Remove;
            is_whole && rule.matches(text, is_edge)
        });
        whole.map(|(number, _)| number).or_else(|| self.empties(text, is_edge))
    }

    /// The number of the rule that leaves nothing of this paragraph but white space.
    fn empties(&self, text: &str, is_edge: bool) -> Option<u64> {
        if !self.replaces(text, is_edge) {
            return None;
        }
        let mut edited = EditedText::new(text);
        for (number, rule) in (0..).zip(&self.rules) {
            if edited.replace(rule.replacements(number, edited.text(), is_edge))
                && edited.text().trim().is_empty()
            {
                return Some(number);
            }
        }
        None
    }

    /// Whether a rule writes something in place of a part of this paragraph: without one that matches it as it is, none
    /// ever does.
    pub(crate) fn replaces(&self, text: &str, is_edge: bool) -> bool {
        self.rules.iter().any(|rule| rule.is_of_span(is_edge) && rule.regex.is_match(text))
    }

    /// Replaces what the rules match in a paragraph that stays, rule after rule.
    pub(crate) fn replace(&self, edited: &mut EditedText, is_edge: bool) {
        for (number, rule) in (0..).zip(&self.rules) {
            edited.replace(rule.replacements(number, edited.text(), is_edge));
        }
    }

    /// A bit for each rule that drops the document of a paragraph in which its pattern matches; those that ask for the edge
    /// of a document stand apart.
    pub(crate) fn drops(&self, text: &str) -> Drops {
        let mut drops = Drops::default();
        for (number, rule) in self.rules.iter().enumerate() {
            if rule.action == CustomAction::DropDocument && rule.matches(text, true) {
                let bits =
                    if rule.place == CustomPlace::Edge { &mut drops.at_edge } else { &mut drops.anywhere };
                *bits |= 1 << number;
            }
        }
        drops
    }

    /// Whether a rule drops documents.
    pub(crate) fn drops_documents(&self) -> bool {
        self.rules.iter().any(|rule| rule.action == CustomAction::DropDocument)
    }
}

/// The rules that drop the document of a paragraph, a bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Drops {
    /// Wherever the paragraph stands.
    pub anywhere: u64,
    /// If it stands at the edge of what is left of the document.
    pub at_edge: u64,
}

impl Compiled {
    fn matches(&self, text: &str, is_edge: bool) -> bool {
        (is_edge || self.place != CustomPlace::Edge) && self.regex.is_match(text)
    }

    /// Whether the rule writes something in place of what it matches in a paragraph that stands at the edge or not.
    fn is_of_span(&self, is_edge: bool) -> bool {
        match self.action {
            CustomAction::Replace => is_edge || self.place != CustomPlace::Edge,
            CustomAction::Remove => self.place == CustomPlace::Document,
            CustomAction::DropDocument => false,
        }
    }

    /// What this rule writes in place of what it matches; nothing if it is about whole paragraphs or documents.
    fn replacements(&self, number: u64, text: &str, is_edge: bool) -> Vec<Replacement> {
        if !self.is_of_span(is_edge) {
            return Vec::new();
        }
        self.regex.captures_iter(text).filter_map(|found| self.replacement(number, &found)).collect()
    }

    fn replacement(&self, number: u64, found: &Captures<'_>) -> Option<Replacement> {
        let whole = found.get(0).filter(|whole| !whole.is_empty())?;
        let mut with = String::new();
        found.expand(&self.with, &mut with);
        // A group may hold a line end of the paragraph.
        let is_same = with == whole.as_str();
        (!is_same).then(|| Replacement { span: whole.range(), rule: Rule::Replacement, number, with })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(
        name: &str,
        pattern: &str,
        place: CustomPlace,
        action: CustomAction,
        with: Option<&str>,
    ) -> CustomRule {
        CustomRule {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
            place,
            action,
            with: with.map(str::to_owned),
        }
    }

    fn rules() -> CustomRules {
        let with = Some("$year-$month");
        CustomRules::of(&[
            rule("credit", "责任编辑：.{2,4}", CustomPlace::Edge, CustomAction::Remove, None),
            rule("advert", "(?i)buy now!+", CustomPlace::Paragraph, CustomAction::Remove, None),
            rule("tail", "（编辑：[^）]+）", CustomPlace::Document, CustomAction::Remove, None),
            rule(
                "date",
                "(?<year>\\d{4})年(?<month>\\d+)月",
                CustomPlace::Document,
                CustomAction::Replace,
                with,
            ),
            rule("shop", "加微信", CustomPlace::Document, CustomAction::DropDocument, None),
            rule("end", "完", CustomPlace::Edge, CustomAction::DropDocument, None),
        ])
        .unwrap()
    }

    #[test]
    fn whole_paragraphs_go() {
        let rules = rules();
        for (text, is_edge, number) in [
            ("责任编辑：李娜", true, Some(0)),
            ("责任编辑：李娜", false, None),
            ("责任编辑：李娜、王五报道", true, None),
            ("Buy now!!", false, Some(1)),
            ("Buy now!! Or not.", false, None),
            ("（编辑：李娜） ", false, Some(2)),
            ("雨。（编辑：李娜）", false, None),
        ] {
            assert_eq!(rules.removes(text, is_edge), number, "{text}");
        }
        assert_eq!((rules.name(2), rules.name(9)), (Some("tail"), None));
    }

    #[test]
    fn spans_are_replaced_rule_after_rule() {
        let mut edited = EditedText::new("2026年5月，雨。（编辑：李娜）（编辑：张三）2025年12月");
        rules().replace(&mut edited, false);
        assert_eq!(edited.text(), "2026-5，雨。2025-12");
    }

    #[test]
    fn documents_are_dropped_by_what_they_hold() {
        let drops = |text| rules().drops(text);
        assert_eq!(drops("请加微信123"), Drops { anywhere: 1 << 4, at_edge: 0 });
        assert_eq!(drops("完"), Drops { anywhere: 0, at_edge: 1 << 5 });
        assert_eq!(drops("完了"), Drops::default());
    }
}
