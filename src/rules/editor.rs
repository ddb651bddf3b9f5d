//! What is written otherwise than it was read in paragraphs that stay: without credits at their ends, by rules of one's own,
//! and then with masks (contract C2).

use std::borrow::Cow;

use serde_json::json;

use super::credit::{Credit, credit, head};
use super::custom::{CustomRules, EDGE};
use super::edited::{Edit, EditedText, Replacement};
use super::mask::{Masked, Masks};
use crate::config::{Config, MaskKind, Repair};
use crate::decide::Rule;
use crate::document::Paragraph;
use crate::error::Result;
use crate::read::damage::{self, MendedSpan};

/// The rules that judge a paragraph by itself: those that remove it, and those that replace spans of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Editor {
    /// Whether credits go from the ends of paragraphs, as boilerplate does.
    trims_credits: bool,
    /// Whether encoding damage is repaired, which is told here.
    shows_damage: bool,
    custom: CustomRules,
    masks: Option<Masks>,
    /// What is written in place of what is masked, in the order of [`MaskKind::ALL`].
    mask_texts: Vec<String>,
    repair: Repair,
    /// Whether the ledger holds what is masked.
    shows_masked: bool,
}

/// A paragraph that stays, and is written otherwise than it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EditedParagraph {
    /// The text that is written.
    pub text: String,
    /// What was replaced, in the order of the places.
    pub edits: Vec<Edit>,
}

/// What is known of a paragraph from the document around it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct EditedPlace<'a> {
    /// Whether it stands at the edge of the document.
    pub is_edge: bool,
    /// What was damaged in it.
    pub damage: &'a [MendedSpan],
}

impl<'a> EditedPlace<'a> {
    /// The place of a paragraph in a document with this damage, which stands in order.
    pub(crate) fn of(paragraph: &Paragraph, is_edge: bool, damage: Option<&'a [MendedSpan]>) -> Self {
        let damage = damage.unwrap_or_default();
        let before = |place: usize| damage.partition_point(|damage| damage.span.start < place);
        Self { is_edge, damage: &damage[before(paragraph.span.start)..before(paragraph.span.end)] }
    }
}

/// What was repaired in a paragraph, or could not be.
fn repair(damage: &MendedSpan, paragraph: &Paragraph) -> Option<Edit> {
    let MendedSpan { span, kind, now, was } = damage;
    let start = span.start.checked_sub(paragraph.span.start)?;
    let end = span.end.min(paragraph.span.end).checked_sub(paragraph.span.start)?;
    let with = was.as_ref().map(|_| now.clone());
    let text = was.as_ref().unwrap_or(now).clone();
    Some(Edit { span: start..end, rule: Rule::Encoding, number: kind.number(), text, with })
}

/// The paragraphs at the edge of a document, or of a piece of one: those before `head`, and those from `tail` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    head: usize,
    tail: usize,
}

impl Edge {
    /// The edge of a text of `num_paragraphs` paragraphs, of which some are layout. A piece of a long text may have a
    /// beginning or an end only, or none.
    pub(crate) fn of(
        num_paragraphs: usize,
        (is_first, is_last): (bool, bool),
        is_layout: impl Fn(usize) -> bool,
    ) -> Self {
        let texts = || (0..num_paragraphs).filter(|index| !is_layout(*index));
        let head = texts().nth(EDGE - 1).map_or(num_paragraphs, |last| last + 1);
        let tail = texts().rev().nth(EDGE - 1).unwrap_or(0);
        Self { head: if is_first { head } else { 0 }, tail: if is_last { tail } else { num_paragraphs } }
    }

    /// Whether the paragraph of this number is at the edge.
    pub(crate) fn has(self, index: usize) -> bool {
        index < self.head || index >= self.tail
    }
}

impl Editor {
    /// The editor of a configuration.
    ///
    /// # Errors
    /// [`crate::Error::Config`] if a pattern is none.
    pub(crate) fn of(config: &Config) -> Result<Self> {
        let mask = &config.decide.mask;
        Ok(Self {
            trims_credits: config.decide.boilerplate,
            shows_damage: config.decide.fix_encoding,
            custom: CustomRules::of(&config.decide.custom)?,
            masks: Masks::of(mask),
            mask_texts: MaskKind::ALL.map(|kind| mask.text_of(kind)).into(),
            repair: config.split.repair,
            shows_masked: mask.ledger_unmasked,
        })
    }

    /// Whether a rule asks where the edges of documents are.
    pub(crate) fn has_edges(&self) -> bool {
        self.trims_credits || self.custom.has_edges()
    }

    /// The rules of one's own.
    pub(crate) fn custom(&self) -> &CustomRules {
        &self.custom
    }

    /// Whether any paragraph may be removed or written otherwise.
    pub(crate) fn is_on(&self) -> bool {
        self.masks.is_some() || self.custom.judges_paragraphs() || self.trims_credits || self.shows_damage
    }

    /// The number of the rule of one's own that removes a paragraph, if one does.
    pub(crate) fn removes(&self, text: &str, paragraph: &Paragraph, is_edge: bool) -> Option<u64> {
        self.custom.removes(&self.repaired(text, paragraph), is_edge)
    }

    /// The text of a paragraph as the rules see it.
    fn repaired<'t>(&self, text: &'t str, paragraph: &Paragraph) -> Cow<'t, str> {
        if !paragraph.altered {
            return Cow::Borrowed(text);
        }
        Cow::Owned(crate::normalize::repaired_chars(text, self.repair, paragraph.edges).collect())
    }

    /// What is written of a paragraph that stays, if that is not what repair leaves of it.
    ///
    /// Cost: that of each pattern, and a look at each byte for masks; a few copies where anything is found.
    pub(crate) fn edit(
        &self,
        text: &str,
        paragraph: &Paragraph,
        at: EditedPlace<'_>,
    ) -> Option<EditedParagraph> {
        let EditedPlace { is_edge, damage } = at;
        let edited = || {
            if paragraph.altered {
                EditedText::repaired(text, self.repair, paragraph.edges)
            } else {
                EditedText::new(text)
            }
        };
        // Nearly every paragraph ends here, before anything is copied.
        let repaired = self.repaired(text, paragraph);
        let has_credit = self.trims_credits && is_edge && credit(&repaired).is_some();
        let is_replaced = || self.custom.replaces(&repaired, is_edge);
        let is_masked = || self.masks.is_some_and(|masks| !masks.find(&repaired).is_empty());
        if damage.is_empty() && !has_credit && !is_replaced() && !is_masked() {
            return None;
        }
        let mut edited = edited();
        if self.trims_credits && is_edge {
            let trimmed = credit(edited.text()).map(|Credit { span, head }| Replacement {
                span,
                rule: Rule::Credit,
                number: head,
                with: String::new(),
            });
            edited.replace(trimmed.into_iter().collect());
        }
        self.custom.replace(&mut edited, is_edge);
        if let Some(masks) = self.masks {
            edited
                .replace(masks.find(edited.text()).into_iter().map(|masked| self.masking(masked)).collect());
        }
        let (text, later) = edited.finish();
        // What was damaged was repaired before anything else.
        let mut edits: Vec<Edit> = damage.iter().filter_map(|damage| repair(damage, paragraph)).collect();
        edits.extend(later);
        edits.sort_by_key(|edit| edit.span.start);
        (!edits.is_empty()).then_some(EditedParagraph { text, edits })
    }

    fn masking(&self, Masked { span, kind }: Masked) -> Replacement {
        let with = self.mask_texts[kind as usize].clone();
        Replacement { span, rule: Rule::Mask, number: kind as u64, with }
    }

    /// A text as a run may leave it behind: masked, unless it may hold what is masked (contract C6).
    pub(crate) fn for_record<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.masks {
            Some(masks) if !self.shows_masked => self.masked(masks, text),
            _ => Cow::Borrowed(text),
        }
    }

    /// A text with its masks.
    fn masked<'t>(&self, masks: Masks, text: &'t str) -> Cow<'t, str> {
        let found = masks.find(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut edited = EditedText::new(text);
        edited.replace(found.into_iter().map(|masked| self.masking(masked)).collect());
        Cow::Owned(edited.finish().0)
    }

    /// The text that the ledger holds of an edit: what was replaced, but not what a mask hides.
    pub(crate) fn text_for_record(&self, edit: &Edit) -> Option<String> {
        match edit.rule {
            Rule::Mask => self.shows_masked.then(|| edit.text.clone()),
            _ => Some(self.for_record(&edit.text).into_owned()),
        }
    }

    /// What is written in place of an edit, as the ledger says it; `None` if that is what stood there.
    pub(crate) fn with_for_record(&self, edit: &Edit) -> Option<String> {
        edit.with.as_ref().map(|with| self.for_record(with).into_owned())
    }

    /// The name of what a rule that judges by itself found: a kind of personal data, or a rule of one's own.
    pub(crate) fn name(&self, rule: Rule, number: u64) -> Option<Cow<'_, str>> {
        match rule {
            Rule::Mask => Some(MaskKind::ALL.get(usize::try_from(number).ok()?)?.name().into()),
            Rule::Encoding => damage::Kind::of_number(number).map(damage::Kind::name),
            Rule::Custom | Rule::Replacement => self.custom.name(number).map(Cow::Borrowed),
            Rule::Credit => head(number).map(Cow::Borrowed),
            _ => None,
        }
    }

    /// The evidence of a rule that judges by itself, as JSON.
    pub(crate) fn evidence(&self, rule: Rule, number: u64) -> Option<String> {
        let (key, name) = (rule.names_by(), self.name(rule, number)?);
        Some(json!({ key: name }).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{CustomAction, CustomPlace, CustomRule, DecideConfig, MaskConfig};
    use crate::units::ByteSpan;

    fn editor(ledger_unmasked: bool) -> Editor {
        let mask = MaskConfig { kinds: MaskKind::ALL.to_vec(), ledger_unmasked, ..MaskConfig::default() };
        let custom = vec![CustomRule {
            name: "at".to_owned(),
            pattern: "\\(at\\)".to_owned(),
            place: CustomPlace::Document,
            action: CustomAction::Replace,
            with: Some("@".to_owned()),
        }];
        let decide = DecideConfig { custom, mask, ..DecideConfig::default() };
        Editor::of(&Config { decide, ..Config::default() }).unwrap()
    }

    #[test]
    fn masks_come_after_the_rules_of_ones_own() {
        let text = "写信给 li(at)example.cn，或 13812345678。";
        let paragraph = Paragraph::new(ByteSpan { start: 0, end: text.len() }, false);
        let edited = editor(false).edit(text, &paragraph, EditedPlace::default()).unwrap();
        assert_eq!(edited.text, "写信给 [EMAIL]，或 [CN-MOBILE]。");
        let read: Vec<&str> = edited.edits.iter().map(|edit| &text[edit.span.clone()]).collect();
        assert_eq!(read, ["li(at)example.cn", "(at)", "13812345678"]);
        let plain = "今天下雨。";
        let paragraph = Paragraph::new(ByteSpan { start: 0, end: plain.len() }, false);
        assert_eq!(editor(false).edit(plain, &paragraph, EditedPlace::default()), None);
    }

    #[test]
    fn repair_hides_nothing_from_a_mask() {
        let text = "li\u{200b}@exa\u{feff}mple.cn";
        let paragraph =
            Paragraph { altered: true, ..Paragraph::new(ByteSpan { start: 0, end: text.len() }, false) };
        let edited = editor(false).edit(text, &paragraph, EditedPlace::default()).unwrap();
        assert_eq!((&*edited.text, &edited.edits[0].span), ("[EMAIL]", &(0..text.len())));
    }

    #[test]
    fn what_is_masked_is_not_left_behind() {
        for (unmasked, text) in [(false, "致电 [CN-MOBILE]"), (true, "致电 13812345678")] {
            let editor = editor(unmasked);
            assert_eq!(editor.for_record("致电 13812345678"), text);
            let number = MaskKind::CnMobile as u64;
            let edit = Edit {
                span: 0..11,
                rule: Rule::Mask,
                number,
                text: "13812345678".into(),
                with: Some("x".into()),
            };
            assert_eq!(editor.text_for_record(&edit).is_some(), unmasked);
            assert_eq!(editor.evidence(Rule::Mask, number).unwrap(), "{\"kind\":\"cn-mobile\"}");
            assert_eq!(editor.evidence(Rule::Replacement, 0).unwrap(), "{\"name\":\"at\"}");
        }
    }

    #[test]
    fn edges_are_of_text() {
        let layouts = [false, true, false, false, false, false, true, false, false];
        let edge = |ends| Edge::of(layouts.len(), ends, |index: usize| layouts[index]);
        let numbers = |edge: Edge| (0..layouts.len()).filter(|index| edge.has(*index)).collect::<Vec<_>>();
        assert_eq!(numbers(edge((true, true))), [0, 1, 2, 3, 5, 6, 7, 8]);
        assert_eq!(numbers(edge((true, false))), [0, 1, 2, 3]);
        assert_eq!(numbers(edge((false, true))), [5, 6, 7, 8]);
        assert!(numbers(edge((false, false))).is_empty());
        let short = Edge::of(2, (true, false), |_| false);
        assert!(short.has(0) && short.has(1));
    }
}
