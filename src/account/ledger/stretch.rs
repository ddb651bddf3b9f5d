//! Stretches: consecutive paragraphs of one document that go for one reason: they repeat consecutive paragraphs of
//! one other, or their document goes (contract O5).

use crate::config::Repair;
use crate::decide::{Earlier, Places, Reason};
use crate::document::Paragraph;
use crate::error::Result;
use crate::normalize;
use crate::units::{Ordinal, ParagraphIndex, count};
use crate::write::Judged;

/// Consecutive removed paragraphs whose survivors are consecutive in one document, or whose document goes as a
/// whole. A near-duplicate paragraph is a stretch of its own.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stretch {
    /// The first removed paragraph.
    pub first: ParagraphIndex,
    /// The last removed paragraph.
    pub last: ParagraphIndex,
    /// Byte offsets of the first removed byte and of the one after the last, in the document's decoded text.
    pub span: (u64, u64),
    /// Why the first goes.
    pub reason: Reason,
    /// The place after the last paragraph of the survivors' document, of copies of paragraphs.
    pub survivor_end: Ordinal,
    /// The repaired paragraphs, each ended by LF, if the ledger is to hold them.
    pub text: Option<String>,
}

/// Whether the paragraph `distance` after one that goes for a reason goes on where that does.
fn goes_on(reason: Reason, next: Reason, distance: u64, survivor_end: Ordinal) -> bool {
    match (reason, next) {
        (Reason::Exact(first), Reason::Exact(next)) => {
            next.0 == first.0 + distance && next.0 < survivor_end.0
        }
        (Reason::Earlier(first), Reason::Earlier(next)) => next == first + distance && next < survivor_end.0,
        _ if reason.rule().is_of_documents() => reason == next,
        _ => false,
    }
}

/// A stretch with text is cut at this many bytes, so that memory does not depend on the length of a document.
const MAX_TEXT: usize = 16 * 1024 * 1024;

impl Stretch {
    /// Paragraphs in it.
    pub fn num_paragraphs(&self) -> u64 {
        self.last.0 - self.first.0 + 1
    }

    fn text_len(&self) -> usize {
        self.text.as_ref().map_or(0, String::len)
    }

    /// Takes `next` in if it goes on where this one ends; gives it back if not.
    pub fn extend(&mut self, next: Self) -> Option<Self> {
        let text_len = self.text_len() + next.text_len();
        let is_next = next.first.0 == self.last.0 + 1
            && goes_on(self.reason, next.reason, self.num_paragraphs(), self.survivor_end)
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

/// What stretches are made from.
pub struct StretchContext<'a> {
    /// Where the survivors stand.
    pub places: &'a Places,
    /// Where those of earlier runs stand.
    pub earlier: Option<&'a dyn Earlier>,
    /// How text is repaired.
    pub repair: Repair,
    /// Which stretches hold their text.
    pub text: StretchText,
}

/// Which stretches hold the text that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StretchText {
    /// None.
    Nothing,
    /// Those by rules other than exact ones: their text stands nowhere else.
    NotExact,
    /// All.
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
pub fn for_each_stretch(
    document: Judged<'_>,
    (first, offset): (ParagraphIndex, u64),
    context: &StretchContext<'_>,
    mut visit: impl FnMut(Stretch) -> Result<()>,
) -> Result<()> {
    let mut open: Option<Stretch> = None;
    for ((paragraph, verdict), index) in document.iter().zip(first.0..) {
        let Some(reason) = verdict.reason() else {
            open.take().map_or(Ok(()), &mut visit)?;
            continue;
        };
        // Looking the survivor's document up is needed only where no stretch goes on.
        let is_continued = open
            .as_ref()
            .is_some_and(|open| goes_on(open.reason, reason, index - open.first.0, open.survivor_end));
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
                push_repaired(document, paragraph, context.repair, text);
            }
            continue;
        }
        let next = Stretch {
            first: ParagraphIndex(index),
            last: ParagraphIndex(index),
            span: (offset + count(paragraph.span.start), offset + count(paragraph.span.end)),
            reason,
            survivor_end,
            text: has_text.then(|| {
                let mut text = String::new();
                push_repaired(document, paragraph, context.repair, &mut text);
                text
            }),
        };
        let rejected = match &mut open {
            Some(open) => open.extend(next),
            None => Some(next),
        };
        if let Some(next) = rejected {
            open.replace(next).map_or(Ok(()), &mut visit)?;
        }
    }
    open.map_or(Ok(()), visit)
}

/// Appends a paragraph as it would be written, ended by LF.
fn push_repaired(document: Judged<'_>, paragraph: &Paragraph, repair: Repair, out: &mut String) {
    let text = document.paragraph(paragraph);
    if paragraph.altered {
        out.extend(normalize::repaired_chars(text, repair));
    } else {
        out.push_str(text);
    }
    out.push('\n');
}
