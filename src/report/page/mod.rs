//! The report as a page: one HTML file that needs nothing else, with the largest groups of duplicates and their texts.
//!
//! [`Page::gather`] goes through the ledger two or three times and asks once for all texts; [`Page::write`] writes the
//! page. The same record and inputs give the same bytes.
//!
//! | part | what it does |
//! |---|---|
//! | `groups` | counts the ledger's lines by what stays in their place |
//! | `copies` | how often paragraphs stand, from the stretches that were removed |
//! | `chosen` | which groups are shown, and where their copies stand |
//! | `lost` | which documents lost most, and what is left of them |
//! | `label` | which run it is of: what varies from run to run stands in a block of its own |
//! | `texts` | which texts are read, and what of them is shown |
//! | `data` | what the page's script is given |
//! | `html` | the file: everything from an input in one block of JSON without `<`, `>` or `&` |
//!
//! Memory: about 70 bytes a line of the ledger, then the groups that are shown and at most [`MAX_TEXT_BYTES`] of text.

mod chosen;
mod copies;
mod data;
mod groups;
mod html;
mod label;
mod lost;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::HashSet;
use std::io::{self, Read, Write};

use crate::account::{LedgerLineRef, LedgerReader, RejectedLine, Run, Summary};
use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::report::CheckReport;

use chosen::Chosen;
use copies::Standing;
use data::Data;
use groups::Groups;
use lost::Lost;

pub use label::RunLabel;

/// Groups that are shown.
pub const MAX_GROUPS: usize = 10_000;
/// Copies of a group whose places are shown, each beside what stays, as far as there is room for its text.
pub const MAX_COPIES: usize = 20;
/// Documents that are shown among those that lost most.
pub const MAX_LOST: usize = 20;
/// Most repeated paragraphs that are shown.
pub const MAX_REPEATED: usize = 50;
/// Rejections that are shown.
pub const MAX_REJECTED: usize = 1000;
/// Bytes of a text that are shown.
pub const MAX_TEXT: usize = 4096;
/// Bytes of all texts together, about.
pub const MAX_TEXT_BYTES: usize = 24 * 1024 * 1024;

/// The lines of a ledger, from the first to the last, as often as they are asked for.
///
/// Whatever opens a ledger anew is one:
/// ```
/// use tamis::report::page::{LedgerLines, NoTexts, Page};
/// use tamis::account::LedgerReader;
/// use tamis::{Config, Document, NoObserver};
/// let documents = [Document::new("a", "今天下雨。\n"), Document::new("b", "今天下雨。\n")];
/// let cleaned = tamis::clean_documents(documents, &Config::default(), &NoObserver)?;
/// let mut lines = || LedgerReader::new("ledger", cleaned.ledger.as_slice());
/// let page = Page::gather(&cleaned.outcome.summary, &[], &mut lines, &mut NoTexts("not here"))?;
/// let mut html = Vec::new();
/// page.write(&mut html).expect("memory takes everything");
/// # Ok::<(), tamis::Error>(())
/// ```
pub trait LedgerLines {
    /// Visits the lines of which `is_wanted` says so by their number, from 0. The first time all are.
    ///
    /// # Errors
    /// Those of the ledger, and of `each`.
    fn visit(
        &mut self,
        is_wanted: &dyn Fn(u64) -> bool,
        each: &mut dyn FnMut(u64, &LedgerLineRef<'_>) -> Result<()>,
    ) -> Result<()>;
}

impl<R: Read, F: FnMut() -> Result<LedgerReader<R>>> LedgerLines for F {
    fn visit(
        &mut self,
        is_wanted: &dyn Fn(u64) -> bool,
        each: &mut dyn FnMut(u64, &LedgerLineRef<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut reader = self()?;
        let mut number = 0;
        while reader.advance()? {
            if is_wanted(number) {
                each(number, &reader.line_ref()?)?;
            }
            number += 1;
        }
        Ok(())
    }
}

/// The ledger of a run, which is checked for being all of it where all lines are wanted.
impl LedgerLines for Run {
    fn visit(
        &mut self,
        is_wanted: &dyn Fn(u64) -> bool,
        each: &mut dyn FnMut(u64, &LedgerLineRef<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut ledger = self.ledger()?;
        let (mut number, mut num_removed, mut is_whole) = (0, 0_u64, true);
        while ledger.advance()? {
            if is_wanted(number) {
                let line = ledger.line_ref()?;
                num_removed = num_removed.saturating_add(line.num_paragraphs());
                each(number, &line)?;
            } else {
                is_whole = false;
            }
            number += 1;
        }
        if is_whole { self.check_total(num_removed) } else { Ok(()) }
    }
}

/// Consecutive paragraphs of a document, by their place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPlace {
    /// Path as the ledger spells it.
    pub path: String,
    /// Number of the record, from 0.
    pub record: Option<u64>,
    /// The first paragraph, from 0.
    pub first: u64,
    /// The last; `u64::MAX` is the last that there is.
    pub last: u64,
    /// Bytes after which paragraphs may be left out.
    pub most_bytes: usize,
}

/// Paragraphs as they are written, joined by LF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The paragraphs.
    pub text: String,
    /// Where each of them ends in it.
    pub ends: Vec<usize>,
    /// The line of the file on which they begin, from 1, if it has lines.
    pub line: Option<u64>,
    /// Byte of the document's decoded text at which they begin.
    pub start: u64,
    /// Bytes of the document from the first paragraph that was asked for to the last, those left out among them.
    pub num_bytes: u64,
    /// Identity of the paragraphs under the run's match mode.
    pub key: Fingerprint,
    /// Paragraphs at its end are left out.
    pub is_cut: bool,
}

/// Where texts are read again.
pub trait Texts {
    /// Reads what is wanted; the answers stand in the order of the questions. A text that is not there is told with
    /// the reason.
    ///
    /// # Errors
    /// Stops the work when it says so.
    fn read(&mut self, wanted: &[TextPlace]) -> Result<Vec<std::result::Result<Text, String>>>;
}

/// A source of texts that has none, for this reason; the page shows those in the ledger only.
#[derive(Debug, Clone, Copy)]
pub struct NoTexts<'a>(pub &'a str);

impl Texts for NoTexts<'_> {
    fn read(&mut self, wanted: &[TextPlace]) -> Result<Vec<std::result::Result<Text, String>>> {
        Ok(wanted.iter().map(|_| Err(self.0.to_owned())).collect())
    }
}

/// The content of the page.
#[derive(Debug)]
pub struct Page {
    data: Data,
    /// The head of the page, as HTML.
    head: String,
    run: Option<RunLabel>,
}

impl Page {
    /// Gathers what is shown. Of `rejections` [`MAX_REJECTED`] are.
    ///
    /// # Errors
    /// Those of the ledger and of the texts.
    pub fn gather(
        summary: &Summary,
        rejections: &[RejectedLine],
        lines: &mut dyn LedgerLines,
        texts: &mut dyn Texts,
    ) -> Result<Self> {
        let (mut groups, mut lost) = (Groups::default(), Lost::default());
        lines.visit(&|_| true, &mut |_, line| {
            groups.add(line);
            lost.add(line);
            Ok(())
        })?;
        let moved = copies::moved(&groups, lines)?;
        let (groups, of_line, mut chosen) = Chosen::of(groups);
        let standing = Standing::of(groups, moved);
        chosen.want(&standing.repeated);
        let group = |number: u64| usize::try_from(number).ok().and_then(|at| of_line.get(at)).copied();
        let is_chosen: HashSet<u32> = chosen.numbers().collect();
        let is_wanted = |number: u64| group(number).is_some_and(|group| is_chosen.contains(&group));
        lines.visit(&is_wanted, &mut |number, line| {
            chosen.add(group(number).unwrap_or_default(), line);
            Ok(())
        })?;
        let mut data = Data::new(summary, rejections, &standing);
        texts::fill(&mut data, chosen, lost, texts)?;
        Ok(Self { data, head: String::new(), run: None })
    }

    /// The page of this run.
    #[must_use]
    pub fn of_run(self, run: RunLabel) -> Self {
        Self { run: Some(run), ..self }
    }

    /// The page of a check: it begins with the outcome and the limits.
    #[must_use]
    pub fn of_check(self, report: &CheckReport) -> Self {
        Self { head: super::formats::section(report), ..self }
    }

    /// Writes the page.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        html::write(&html::Content { data: &self.data, head: &self.head, run: self.run.as_ref() }, out)
    }
}
