//! The page of a check: the content of its log as lines of a ledger, and texts read again from the inputs.

use std::io::Write;

use crate::account::{Evidence, LedgerLineRef, RejectedLine, Survivors};
use crate::decide::Rule;
use crate::error::{Error, Result};
use crate::report::CheckReport;
use crate::report::page::{LedgerLines, MAX_REJECTED, Page, Text, TextPlace, Texts};
use crate::run::corpus::Corpus;
use crate::run::lookup::look_up;
use crate::run::texts::{requests, texts};
use crate::store::Root;

use super::describe::Describer;
use super::log::{Log, LogEntry, LoggedStretch};

/// Writes the page.
pub(super) fn write(
    out: &mut dyn Write,
    log: &mut Log,
    describer: &mut Describer<'_>,
    report: &CheckReport,
    texts: &mut dyn Texts,
) -> Result<()> {
    let rejections = rejections(log)?;
    let page = Page::gather(&report.summary, &rejections, &mut LogLines { log, describer }, texts)?;
    let page = page.of_check(report);
    page.write(out).and_then(|()| out.flush()).map_err(|source| Error::Report { source })
}

/// The first rejections.
fn rejections(log: &mut Log) -> Result<Vec<RejectedLine>> {
    let mut rejections = Vec::new();
    for number in 0..log.len() {
        if let Some(LogEntry::Rejected { rejected, .. }) = log.entry(number)? {
            rejections.push(RejectedLine::of(&log.rejection(&rejected)?));
        }
        if rejections.len() >= MAX_REJECTED {
            break;
        }
    }
    Ok(rejections)
}

/// The runs of a log. The ids of records are left out: looking them up takes longer than the rest.
struct LogLines<'a, 't> {
    log: &'a mut Log,
    describer: &'a mut Describer<'t>,
}

impl LedgerLines for LogLines<'_, '_> {
    fn visit(
        &mut self,
        is_wanted: &dyn Fn(u64) -> bool,
        each: &mut dyn FnMut(u64, &LedgerLineRef<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut num_runs = 0;
        for number in 0..self.log.len() {
            // What stays with a mask is not among what goes.
            let is_span = |stretch: &LoggedStretch| stretch.verdict.rule().is_some_and(Rule::is_of_spans);
            if let Some(LogEntry::Stretch(stretch)) = self.log.entry(number)?
                && !is_span(&stretch)
            {
                if is_wanted(num_runs) {
                    self.line(&stretch, &mut |line| each(num_runs, line))?;
                }
                num_runs += 1;
            }
        }
        Ok(())
    }
}

impl LogLines<'_, '_> {
    fn line(
        &mut self,
        stretch: &LoggedStretch,
        each: &mut dyn FnMut(&LedgerLineRef<'_>) -> Result<()>,
    ) -> Result<()> {
        let context = self.describer.context();
        let Some(Survivors { rule, place, finding }) = self.describer.what_stays(stretch)? else {
            return Ok(());
        };
        let Evidence { likeness, own } = self.describer.evidence.read(finding)?;
        let removed = context.places.owner(stretch.document);
        each(&LedgerLineRef {
            path: context.path(removed),
            record: removed.record,
            id: None,
            first: stretch.first,
            last: stretch.last,
            span: stretch.span,
            page_line: None,
            rule,
            survivor: place.as_ref().map(|place| place.named(context)),
            evidence: own.or_else(|| context.evidence(stretch.verdict.reason()?)),
            similarity: likeness.similarity,
            containment: likeness.containment,
            numbers: None,
            passage: likeness.passage,
            text: None,
            replacement: None,
        })
    }
}

/// The texts of inputs that a check has been through.
pub(super) struct InputTexts<'a> {
    pub(super) corpus: &'a Corpus<'a>,
    pub(super) roots: &'a [Root],
}

impl Texts for InputTexts<'_> {
    fn read(&mut self, wanted: &[TextPlace]) -> Result<Vec<std::result::Result<Text, String>>> {
        Ok(texts(look_up(&requests(wanted), self.corpus, self.roots)?))
    }
}
