//! Stretches: consecutive paragraphs of one document that go for one reason: they repeat consecutive paragraphs of
//! one other, or their document goes (contract O5).

use std::borrow::Cow;

use crate::config::Repair;
use crate::decide::{Earlier, EvidencePlace, Finding, Findings, Places, Reason, Rule};
use crate::document::Paragraph;
use crate::error::Result;
use crate::normalize;
use crate::rules::{EditedParagraph, Editor};
use crate::units::{Ordinal, ParagraphIndex, count};
use crate::write::Judged;

/// Consecutive removed paragraphs whose survivors are consecutive in one document, whose document goes as a whole, or
/// that go for equal evidence by a rule without survivors. A near-duplicate paragraph is a stretch of its own.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Stretch {
    /// The first removed paragraph.
    pub first: ParagraphIndex,
    /// The last removed paragraph.
    pub last: ParagraphIndex,
    /// Byte offsets of the first removed byte and of the one after the last, in the document's decoded text.
    pub span: (u64, u64),
    /// The line of the page in which the first begins, if it is of a page and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_line: Option<u64>,
    /// Why the first goes.
    pub reason: Reason,
    /// The place after the last paragraph of the survivors' document, of copies of paragraphs.
    pub survivor_end: Ordinal,
    /// Where the evidence stands for which they go, if nothing stays in their place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_evidence: Option<EvidencePlace>,
    /// The repaired paragraphs, each ended by LF, if the ledger is to hold them; of an edit, what was replaced.
    pub text: Option<String>,
    /// What is written in place of the span, if this is an edit of a paragraph that stays and anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}

/// A stretch with text is cut at this many bytes, so that memory does not depend on the length of a document.
const MAX_TEXT: usize = 16 * 1024 * 1024;

impl Stretch {
    /// Paragraphs in it.
    pub(crate) fn num_paragraphs(&self) -> u64 {
        self.last.0 - self.first.0 + 1
    }

    /// Whether the paragraph behind the last, which goes for this reason and evidence of its own, belongs to it.
    fn goes_on(&self, next: Reason, own_evidence: Option<EvidencePlace>) -> bool {
        let (distance, end) = (self.num_paragraphs(), self.survivor_end.0);
        match (self.reason, next) {
            (Reason::Exact(first), Reason::Exact(next)) => next.0 == first.0 + distance && next.0 < end,
            (Reason::Earlier(first), Reason::Earlier(next)) => next == first + distance && next < end,
            (reason, next) if reason.rule().is_of_documents() => reason == next,
            // These have no finding: their numbers are their evidence.
            (Reason::Found { rule: Rule::Custom, .. }, _) => self.reason == next,
            (reason, next) => {
                reason.rule() == next.rule()
                    && self.own_evidence.is_some()
                    && self.own_evidence == own_evidence
            }
        }
    }

    fn text_len(&self) -> usize {
        self.text.as_ref().map_or(0, String::len)
    }

    /// Takes `next` in if it goes on where this one ends; gives it back if not.
    pub(crate) fn extend(&mut self, next: Self) -> Option<Self> {
        let text_len = self.text_len() + next.text_len();
        let is_next = next.first.0 == self.last.0 + 1
            && self.goes_on(next.reason, next.own_evidence)
            && !self.reason.rule().is_of_spans()
            && !next.reason.rule().is_of_spans()
            && text_len <= MAX_TEXT;
        if !is_next {
            return Some(next);
        }
        self.last = next.last;
        self.span.1 = next.span.1;
        self.survivor_end = next.survivor_end;
        if let (Some(text), Some(more)) = (&mut self.text, next.text) {
            text.push_str(&more);
        }
        None
    }
}

/// The information that joining paragraphs to stretches needs.
pub(crate) struct StretchContext<'a> {
    /// Where the survivors stand.
    pub places: &'a Places,
    /// Findings of the searches that ran before this pass.
    pub findings: Option<&'a Findings>,
    /// Where the survivors of earlier runs stand.
    pub earlier: Option<&'a dyn Earlier>,
    /// The rules that judge a paragraph by itself.
    pub editor: &'a Editor,
    /// How text is repaired.
    pub repair: Repair,
    /// Which stretches hold their text.
    pub text: StretchText,
}

/// Which stretches hold the text that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StretchText {
    /// None.
    Nothing,
    /// Stretches that go by rules other than exact ones: their text stands nowhere else.
    NotExact,
    /// All stretches.
    All,
}

impl StretchContext<'_> {
    /// The place after the last paragraph of the document in which a copy's survivor stands.
    fn survivor_end(&self, reason: Reason) -> Result<Ordinal> {
        Ok(match (reason, self.earlier) {
            (Reason::Exact(survivor), _) => self.places.locate(survivor).document_end,
            (Reason::Earlier(place), Some(earlier)) => Ordinal(earlier.locate(place)?.document_end),
            _ => Ordinal(0),
        })
    }

    /// Where the evidence of what was found stands, if nothing stays in its place. Layout goes without a finding.
    fn own_evidence(&self, reason: Reason) -> Option<EvidencePlace> {
        let Reason::Found { rule, number } = reason else { return None };
        let finding = self.findings.map_or_else(Finding::default, |findings| findings.finding(rule, number));
        finding.survivor().is_none().then(|| finding.evidence())
    }
}

impl std::fmt::Debug for StretchContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StretchContext").field("text", &self.text).finish_non_exhaustive()
    }
}

/// Calls `visit` with the stretches among the paragraphs of one document, or of a piece of it whose first paragraph
/// is `first` and whose text starts at `offset` of the document's.
///
/// # Errors
/// The first of `visit`, and those of what earlier runs left.
pub(crate) fn for_each_stretch(
    document: Judged<'_>,
    first: ParagraphIndex,
    offset: u64,
    context: &StretchContext<'_>,
    mut visit: impl FnMut(Stretch) -> Result<()>,
) -> Result<()> {
    let mut open: Option<Stretch> = None;
    for (at, (paragraph, verdict)) in document.iter().enumerate() {
        let index = first.0 + count(at);
        let Some(reason) = verdict.reason() else {
            open.take().map_or(Ok(()), &mut visit)?;
            if let Some(edited) = document.edits.get(at) {
                let place = offset + count(paragraph.span.start);
                edits(edited, ParagraphIndex(index), place, context).try_for_each(&mut visit)?;
            }
            continue;
        };
        // Looking the survivor's document up is needed only where no stretch goes on.
        let own_evidence = context.own_evidence(reason);
        let is_continued = open.as_ref().is_some_and(|open| open.goes_on(reason, own_evidence));
        let survivor_end = match &open {
            Some(open) if is_continued => open.survivor_end,
            _ => context.survivor_end(reason)?,
        };
        let has_text = match context.text {
            StretchText::Nothing => false,
            StretchText::NotExact => verdict.rule().is_some_and(|rule| !rule.is_exact()),
            StretchText::All => true,
        };
        // Most of the time a whole document goes: its text is put together in one place.
        if let Some(open) = open.as_mut().filter(|open| is_continued && open.text_len() <= MAX_TEXT / 2) {
            open.last = ParagraphIndex(index);
            open.span.1 = offset + count(paragraph.span.end);
            if let Some(text) = &mut open.text {
                push_repaired(document, paragraph, context, text);
            }
            continue;
        }
        let next = Stretch {
            first: ParagraphIndex(index),
            last: ParagraphIndex(index),
            span: (offset + count(paragraph.span.start), offset + count(paragraph.span.end)),
            page_line: None, // whoever knows the page adds it
            reason,
            survivor_end,
            own_evidence,
            text: has_text.then(|| {
                let mut text = String::new();
                push_repaired(document, paragraph, context, &mut text);
                text
            }),
            replacement: None,
        };
        let next = match &mut open {
            Some(open) if is_continued => open.extend(next), // cut where its text is too long
            _ => Some(next),
        };
        if let Some(next) = next {
            open.replace(next).map_or(Ok(()), &mut visit)?;
        }
    }
    open.map_or(Ok(()), visit)
}

/// The edits of a paragraph that stays, whose first byte stands at `place` of the document's text.
fn edits<'e>(
    edited: &'e EditedParagraph,
    index: ParagraphIndex,
    place: u64,
    context: &'e StretchContext<'_>,
) -> impl Iterator<Item = Stretch> + 'e {
    edited.edits.iter().map(move |edit| Stretch {
        first: index,
        last: index,
        span: (place + count(edit.span.start), place + count(edit.span.end)),
        page_line: None, // whoever knows the page adds it
        reason: Reason::Found { rule: edit.rule, number: edit.number },
        survivor_end: Ordinal(0),
        own_evidence: None,
        text: context.editor.text_for_record(edit),
        replacement: context.editor.with_for_record(edit),
    })
}

/// Appends a paragraph as the ledger holds it, ended by LF: repaired, and without what a mask hides.
fn push_repaired(
    document: Judged<'_>,
    paragraph: &Paragraph,
    context: &StretchContext<'_>,
    out: &mut String,
) {
    let (text, start) = (document.paragraph(paragraph), out.len());
    if paragraph.altered {
        out.extend(normalize::repaired_chars(text, context.repair, paragraph.edges));
    } else {
        out.push_str(text);
    }
    if let Cow::Owned(masked) = context.editor.for_record(&out[start..]) {
        out.truncate(start);
        out.push_str(&masked);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{EvidenceStore, RawJson};
    use crate::decide::Verdict;
    use crate::store::{MemoryOutput, Output};
    use crate::units::{ByteSpan, DocumentId};
    use crate::write::Edits;

    fn stretch(first: u64, reason: Reason) -> Stretch {
        Stretch {
            first: ParagraphIndex(first),
            last: ParagraphIndex(first),
            span: (10 * first, 10 * first + 9),
            page_line: None,
            reason,
            survivor_end: Ordinal(9),
            own_evidence: None,
            text: None,
            replacement: None,
        }
    }

    #[test]
    fn consecutive_survivors_make_a_stretch() {
        let exact = |place| Reason::Exact(Ordinal(place));
        let document = Reason::ExactDocument(DocumentId(3));
        let near = |number| Reason::Found { rule: Rule::NearParagraph, number };
        for (first, second, goes_on) in [
            (stretch(4, exact(1)), stretch(5, exact(2)), true),
            (stretch(4, exact(1)), stretch(5, exact(3)), false),
            (stretch(4, exact(1)), stretch(6, exact(2)), false),
            (stretch(4, exact(8)), stretch(5, exact(9)), false),
            (stretch(4, Reason::Earlier(1)), stretch(5, Reason::Earlier(2)), true),
            (stretch(4, exact(1)), stretch(5, Reason::Earlier(2)), false),
            (stretch(4, document), stretch(5, document), true),
            (stretch(4, near(1)), stretch(5, near(1)), false),
        ] {
            let mut joined = first.clone();
            let rejected = joined.extend(second.clone());
            assert_eq!(rejected.is_none(), goes_on, "{first:?} {second:?}");
            assert_eq!(joined.last.0, if goes_on { 5 } else { 4 });
        }
    }

    #[test]
    fn one_rule_without_survivors_and_equal_evidence_make_a_stretch() {
        let mut store = EvidenceStore::new(MemoryOutput::new().scratch().unwrap());
        let mut place = |evidence: Option<u64>| {
            let json = evidence.map(|evidence| RawJson::of(&evidence).unwrap());
            store.keep_own(json.as_ref()).unwrap().evidence()
        };
        let [often, again, other, none, nothing] =
            [Some(812), Some(812), Some(7), None, None].map(&mut place);
        let found = |first: u64, rule, own_evidence| Stretch {
            own_evidence: Some(own_evidence),
            ..stretch(first, Reason::Found { rule, number: first })
        };
        let (rule, another) = (Rule::NearParagraph, Rule::Exact);
        for (second, goes_on) in [
            (found(5, rule, again), true),
            (found(6, rule, again), false),
            (found(5, another, again), false),
            (found(5, rule, other), false),
            (found(5, rule, none), false),
            (stretch(5, Reason::Found { rule, number: 4 }), false),
        ] {
            assert_eq!(found(4, rule, often).extend(second.clone()).is_none(), goes_on, "{second:?}");
        }
        assert_eq!(found(4, rule, none).extend(found(5, rule, nothing)), None);
    }

    #[test]
    fn paragraphs_without_survivors_keep_their_text() {
        let finding = |evidence| Finding::new(None, evidence);
        let evidence = EvidencePlace { offset: 3, len: 3 };
        let mut findings = Findings::default();
        let rule = Rule::NearParagraph;
        let found = [(0, evidence), (1, evidence), (3, evidence), (4, EvidencePlace::default())];
        findings.add_paragraphs(rule, found.map(|(place, at)| (Ordinal(place), finding(at))).into());
        let text = "share\ntweet\nnews\nlike\nend\n";
        let paragraphs: Vec<Paragraph> = [(0, 5), (6, 11), (12, 16), (17, 21), (22, 25)]
            .map(|(start, end)| Paragraph::new(ByteSpan { start, end }, false))
            .into();
        let verdicts: Vec<Verdict> =
            (0..5).map(|place| findings.judge_paragraph(Ordinal(place), Verdict::KEEP)).collect();
        let judged = Judged {
            text: text.as_bytes(),
            paragraphs: &paragraphs,
            verdicts: &verdicts,
            blank_after: false,
            edits: Edits::default(),
        };
        let context = StretchContext {
            places: &Places::default(),
            findings: Some(&findings),
            earlier: None,
            editor: &Editor::default(),
            repair: Repair::default(),
            text: StretchText::NotExact,
        };
        let mut stretches = Vec::new();
        for_each_stretch(judged, ParagraphIndex(7), 100, &context, |stretch| {
            stretches.push((stretch.first.0, stretch.last.0, stretch.span, stretch.text.unwrap()));
            Ok(())
        })
        .unwrap();
        let expected = [
            (7, 8, (100, 111), "share\ntweet\n".to_owned()),
            (10, 10, (117, 121), "like\n".to_owned()),
            (11, 11, (122, 125), "end\n".to_owned()),
        ];
        assert_eq!(stretches, expected);
    }

    #[test]
    fn a_stretch_is_saved_and_comes_back() {
        let plain = stretch(4, Reason::Exact(Ordinal(1)));
        let json = r#"{"first":4,"last":4,"span":[40,49],"reason":{"Exact":1},"survivor_end":9,"text":null}"#;
        assert_eq!(serde_json::to_string(&plain).unwrap(), json);
        let own = Stretch { own_evidence: Some(EvidencePlace { offset: 5, len: 7 }), ..plain.clone() };
        for stretch in [plain, own] {
            let json = serde_json::to_vec(&stretch).unwrap();
            assert_eq!(serde_json::from_slice::<Stretch>(&json).unwrap(), stretch);
        }
    }
}
