//! Check: the analysis of a cleaning run, bit for bit, but nothing is written. Findings go to a log on disk; when the
//! corpus is read, the log is held against a baseline and the limits, and reported to the writers.
//!
//! Memory beyond a cleaning run's: 4 bytes a paragraph for its line, and about 20 bytes a reported problem, to number
//! it. The log takes about 200 bytes a stretch on disk, and 24 a removed paragraph if a baseline is concerned.

mod allow;
mod describe;
mod examine;
mod lines;
mod log;
mod measure;
mod page;
mod recorder;
mod texts;
mod writing;

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::account::{EvidenceStore, LedgerContext, Summary, grouped};
use crate::config::Config;
use crate::decide::{Places, Reason};
use crate::discover::Source;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::report::{Baseline, BaselineSettings, CheckReport, LetPass, Limits, Problem, ProblemWriter};
use crate::rules::Editor;
use crate::run::corpus::Corpus;
use crate::run::decider::Decider;
use crate::run::drive::{ChunkVisitor, drive};
use crate::run::feed::Feed;
use crate::run::found::Stores;
use crate::run::history::History;
use crate::run::pass::{Keys, Pass};
use crate::run::progress::PassProgress;
use crate::run::recorder::Tally;
use crate::run::search::search;
use crate::run::session::Session;
use crate::store::{DiskInput, InputPlace, Root};
use crate::write::RecordIds;

pub use allow::{Allow, AllowFault};
use describe::{Describer, InputName, ReportedCounts};
use examine::Rules;
use log::{Log, LogEntry};
use measure::{Figures, KnownUnits};
use recorder::{Allowed, CheckRecorder, Found};
use texts::FileTexts;
use writing::Unknown;

/// The settings of a check, and the places its results go to.
#[derive(Default)]
pub struct Gate<'a> {
    /// How much is let pass.
    pub limits: Limits,
    /// Whether a check that would pass without a document to check is an error (contract X3).
    pub needs_documents: bool,
    /// The paragraphs that may repeat, and the name of their list.
    pub allow: Option<(Allow, String)>,
    /// The paragraphs that were there before.
    pub before: Option<Before<'a>>,
    /// Whether today's problems are to be given back as a baseline.
    pub wants_baseline: bool,
    /// Writers that get the problems, one for each report.
    pub writers: Vec<Box<dyn ProblemWriter + 'a>>,
    /// Where the page is written, if one is asked for.
    pub page: Option<Box<dyn Write + Send + 'a>>,
}

impl std::fmt::Debug for Gate<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Problems that were there before.
pub struct Before<'a> {
    /// The problems.
    pub baseline: Baseline,
    /// How it is called: `baseline FILE`, `already at REV`.
    pub name: String,
    /// Which files have changed since: what is new is looked for in them first. By index of the input and path below
    /// it.
    pub has_changed: &'a (dyn Fn(InputPlace<'_>) -> bool + Sync),
}

impl Before<'_> {
    /// Whether a file is another one than before: what is new is looked for in it.
    fn is_other(&self, source: Source<'_>, texts: &FileTexts) -> bool {
        (self.has_changed)(source.place) || self.baseline.is_other(texts.file(source))
    }
}

impl std::fmt::Debug for Before<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Before").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The result of a check.
#[derive(Debug)]
pub struct Checked {
    /// Counts, limits and numbers of problems.
    pub report: CheckReport,
    /// Today's problems, if they were asked for.
    pub baseline: Option<Baseline>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Checks inputs: what [`crate::clean_roots`] would remove or reject of them, held against limits.
///
/// # Errors
/// Any [`crate::Error`] of a run; [`crate::Error::Report`] if a writer fails; [`crate::Error::NoDocument`] if the gate
/// needs documents and there is none.
///
/// ```no_run
/// use tamis::{Config, Gate, NoObserver, check, report::Limits, store::Root};
/// let limits = Limits { duplicates: Some(0), ..Limits::default() };
/// let gate = Gate { limits, ..Gate::default() };
/// let checked = check(vec![Root::look("corpus".as_ref())?], &Config::default(), gate, &NoObserver)?;
/// assert!(checked.report.has_passed());
/// # Ok::<(), tamis::Error>(())
/// ```
pub fn check(
    roots: Vec<Root>,
    config: &Config,
    mut gate: Gate<'_>,
    observer: &dyn Observer,
) -> Result<Checked> {
    // What needs no document needs no input either.
    let session = if gate.needs_documents {
        Session::over(&roots, config, observer)?
    } else {
        Session::begin(config, observer)?
    };
    let started = Instant::now();
    let input = DiskInput::new(roots).following(config.read.follow);
    let history = History::open(config, None)?;
    let is_reread = config.decide.reads_ahead() || history.is_some();
    let input = if is_reread || config.memory.is_some() { input.rereadable() } else { input };
    let (report, baseline) =
        session.read(&input, |corpus| analyse(&corpus.after(history.as_ref()), input.roots(), &mut gate))?;
    Ok(Checked { report, baseline, elapsed: started.elapsed() })
}

/// Reads the corpus, and then reports.
fn analyse(
    corpus: &Corpus<'_>,
    roots: &[Root],
    gate: &mut Gate<'_>,
) -> Result<(CheckReport, Option<Baseline>)> {
    let Corpus { sources, output, config, observer, .. } = *corpus;
    let mut ids = RecordIds::new([output.scratch()?, output.scratch()?]);
    let mut evidence = EvidenceStore::new(output.scratch()?);
    let search = search(corpus, &mut Stores { ids: &mut ids, evidence: &mut evidence })?;
    let (findings, basis) = search.basis();
    let findings = findings.as_ref();
    let keys = if findings.is_some() { Keys::OfDocuments } else { Keys::OfParagraphs };
    let decider = Decider::new(Pass::Decide, config.decide.paragraph_scope(), basis(findings));
    let mut decider = decider.keeping(corpus, &[]);
    let log = Log::new([output.scratch()?, output.scratch()?, output.scratch()?]);
    let allow = gate.allow.as_ref().map(|(allow, _)| allow);
    // What is compared with a baseline or a list is compared paragraph by paragraph.
    let has_details = gate.wants_baseline || gate.before.is_some() || allow.is_some();
    let recorder = CheckRecorder::new(Tally::new(corpus, findings), log, has_details, ids);
    let mut recorder = recorder.allows(allow.map_or(0, Allow::len));
    let earlier = corpus.earlier();
    let visit = |settled, places: &Places| {
        let context = LedgerContext { sources, places, findings, earlier, editor: corpus.editor };
        examine::examine(settled, context, Rules { config, allow })
    };
    let mut commit = |examined, places: &Places| {
        let settled = recorder.take(examined, places)?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor = ChunkVisitor { keys, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Decide, Feed::new(corpus)), &mut decider, visitor)?;
    decider.report_by_hand(observer);
    let Found { mut summary, mut log, lines, ids, texts, allowed } = recorder.finish();
    count_named(&mut log, corpus.editor, &mut summary)?;
    let current = config.given.directory.as_deref();
    let mut writers = std::mem::take(&mut gate.writers);
    let before = gate.before.as_ref();
    let mut describer = Describer {
        sources,
        places: decider.places(),
        findings,
        earlier: corpus.earlier(),
        editor: corpus.editor,
        lines: &lines,
        ids,
        evidence,
        roots: roots.iter().map(|root| InputName::of(root, current)).collect(),
        has_changed: &|source| before.is_some_and(|before| before.is_other(sources.get(source), &texts)),
        reported: ReportedCounts::default(),
        last_file: None,
    };
    let known = known(&mut log, &describer, gate, &allowed)?;
    let unknown = Unknown { log: &mut log, known: known.as_ref(), describer: &mut describer };
    let report = report(unknown, gate, &mut writers, (summary, &allowed), observer)?;
    if let Some(out) = &mut gate.page {
        let mut texts = page::InputTexts { corpus, roots };
        page::write(out, &mut log, &mut describer, &report, &mut texts)?;
    }
    if !gate.wants_baseline {
        return Ok((report, None));
    }
    let settings = BaselineSettings::of(config);
    let baseline = measure::baseline(&mut log, known.as_ref(), settings, (&describer, &texts))?;
    Ok((report, Some(baseline)))
}

/// Counts what rules with names of their own found.
fn count_named(log: &mut Log, editor: &Editor, summary: &mut Summary) -> Result<()> {
    for number in 0..if editor.is_on() { log.len() } else { 0 } {
        let Some(LogEntry::Stretch(stretch)) = log.entry(number)? else { continue };
        if let Some(Reason::Found { rule, number }) = stretch.verdict.reason()
            && let Some(name) = editor.name(rule, number)
        {
            let num = if rule.is_of_spans() { 1 } else { stretch.last - stretch.first + 1 };
            summary.count_named(rule, &name, num);
        }
    }
    Ok(())
}

/// Compares the findings with the limits and reports them to the writers.
fn report(
    unknown: Unknown<'_, '_>,
    gate: &Gate<'_>,
    writers: &mut [Box<dyn ProblemWriter + '_>],
    (summary, allowed): (Summary, &Allowed),
    observer: &dyn Observer,
) -> Result<CheckReport> {
    let Unknown { log, known, describer } = unknown;
    let report = outcome(log, describer, gate, known, summary)?;
    let report = CheckReport { allowed: let_pass(gate, allowed, known), ..report };
    if gate.needs_documents && report.summary.documents.read == 0 && report.has_passed() {
        return Err(no_document(&report.summary));
    }
    writing::write(Unknown { log, known, describer }, writers, &report, observer)?;
    Ok(report)
}

/// Paragraphs that do not count: those that may repeat, and those that were there before.
fn known(
    log: &mut Log,
    describer: &Describer<'_>,
    gate: &Gate<'_>,
    allowed: &Allowed,
) -> Result<Option<KnownUnits>> {
    if gate.allow.is_none() && gate.before.is_none() {
        return Ok(None);
    }
    let mut known = measure::allow(log, &allowed.fingerprints)?;
    if let Some(before) = &gate.before {
        measure::remember(&mut known, log, &before.baseline, describer)?;
    }
    Ok(Some(known))
}

/// Counts what an allow-list let pass.
fn let_pass(gate: &Gate<'_>, allowed: &Allowed, known: Option<&KnownUnits>) -> Option<LetPass> {
    let (allow, name) = gate.allow.as_ref()?;
    let num_paragraphs = known.map_or(0, |known| known.num_allowed);
    Some(LetPass { name: name.clone(), num_paragraphs, unused: allow.unused(&allowed.is_used) })
}

/// Holds what was found against the limits.
fn outcome(
    log: &mut Log,
    describer: &mut Describer<'_>,
    gate: &Gate<'_>,
    known: Option<&KnownUnits>,
    summary: Summary,
) -> Result<CheckReport> {
    let mut figures = Figures::default();
    measure::for_each_unknown(log, known, |_, part| {
        figures.add(&part);
        Ok(ControlFlow::Continue(()))
    })?;
    let mut limits = Vec::new();
    for (mut row, worst) in figures.measure(&gate.limits, &summary) {
        let worst: Result<Vec<Problem>> =
            worst.parts().iter().map(|part| describer.unnumbered(log, part)).collect();
        row.worst = by_file(worst?);
        limits.push(row);
    }
    Ok(CheckReport {
        summary,
        limits,
        num_problems: figures.num_problems,
        num_known: known.map_or(0, |known| known.num_known),
        compared: gate.before.as_ref().map(|before| before.name.clone()),
        allowed: None,
    })
}

/// Places with those of one file together, and the file of the worst first.
fn by_file(mut worst: Vec<Problem>) -> Vec<Problem> {
    let mut files: Vec<String> = Vec::new();
    for Problem { location, .. } in &worst {
        if !files.contains(&location.file) {
            files.push(location.file.clone());
        }
    }
    worst.sort_by_key(|problem| files.iter().position(|file| *file == problem.location.file));
    worst
}

/// Says why nothing was checked.
fn no_document(summary: &Summary) -> Error {
    let Summary { files, members, records, .. } = summary;
    let mut skipped = BTreeMap::<&str, u64>::new();
    for (reason, number) in [&files.skipped, &members.skipped, &records.skipped].into_iter().flatten() {
        *skipped.entry(reason).or_default() += number;
    }
    let skipped: Vec<String> =
        skipped.iter().map(|(reason, number)| format!("{} {reason}", grouped(*number))).collect();
    Error::NoDocument { skipped: skipped.join(", ") }
}
