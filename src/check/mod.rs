//! Check: the analysis of a cleaning run, bit for bit, but nothing is written. Findings go to a log on disk; when the
//! corpus is read, the log is held against a baseline and the limits, and reported to the writers.
//!
//! Memory beyond a cleaning run's: 4 bytes a paragraph for its line, and about 20 bytes a reported problem, to number
//! it. The log takes about 200 bytes a stretch on disk, and 24 a removed paragraph if a baseline is concerned.

mod describe;
mod examine;
mod lines;
mod log;
mod measure;
mod page;
mod recorder;
mod writing;

use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::account::{EvidenceStore, LedgerContext, Summary};
use crate::config::Config;
use crate::decide::Places;
use crate::discover::SourceList;
use crate::error::Result;
use crate::observe::Observer;
use crate::report::{Baseline, BaselineSettings, CheckReport, Limits, Problem, ProblemWriter};
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

use describe::{Describer, InputName, ReportedCounts};
use log::Log;
use measure::{Figures, FileMarks};
use recorder::CheckRecorder;
use writing::Unknown;

/// The settings of a check, and the places its results go to.
#[derive(Default)]
pub struct Gate<'a> {
    /// How much is let pass.
    pub limits: Limits,
    /// Earlier problems to compare with. `None`: every problem is new.
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
    /// How it is called: `baseline FILE`, `since REV`.
    pub name: String,
    /// Which files have changed since: what is new is looked for in them first. By index of the input and path below
    /// it.
    pub has_changed: &'a (dyn Fn(InputPlace<'_>) -> bool + Sync),
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
/// Any [`crate::Error`] of a run; [`crate::Error::Report`] if a writer fails.
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
    let session = Session::over(&roots, config, observer)?;
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
    let mut decider = Decider::new(Pass::Decide, config.decide.scope, basis(findings));
    let log = Log::new([output.scratch()?, output.scratch()?, output.scratch()?]);
    // What is compared with a baseline is compared paragraph by paragraph.
    let has_details = gate.wants_baseline || gate.before.is_some();
    let mut recorder = CheckRecorder::new(corpus, Tally::new(corpus, findings), log, has_details, ids);
    let earlier = corpus.earlier();
    let visit = |settled, places: &Places| {
        examine::examine(settled, LedgerContext { sources, places, findings, earlier }, config)
    };
    let mut commit = |examined, places: &Places| {
        let settled = recorder.take(examined, places)?;
        Ok(settled.scanned.chunk.bytes)
    };
    let visitor = ChunkVisitor { keys, visit: &visit, commit: &mut commit, checkpointer: None };
    drive(corpus, PassProgress::new(Pass::Decide, Feed::new(corpus)), &mut decider, visitor)?;
    let (summary, mut log, lines, ids) = recorder.finish();
    let current = config.given.directory.as_deref();
    let mut describer = Describer {
        sources,
        places: decider.places(),
        findings,
        earlier: corpus.earlier(),
        lines: &lines,
        ids,
        evidence,
        roots: roots.iter().map(|root| InputName::of(root, current)).collect(),
        has_changed: gate.before.as_ref().map_or(&|_: InputPlace<'_>| false, |before| before.has_changed),
        reported: ReportedCounts::default(),
        last_file: None,
    };
    let report = report(&mut log, &mut describer, gate, summary, observer)?;
    if let Some(out) = &mut gate.page {
        let mut texts = page::InputTexts { corpus, roots };
        page::write(out, &mut log, &mut describer, &report.summary, &mut texts)?;
    }
    let baseline =
        if gate.wants_baseline { Some(today(&mut log, sources, decider.places(), config)?) } else { None };
    Ok((report, baseline))
}

/// Measures the findings and reports them to the writers.
fn report(
    log: &mut Log,
    describer: &mut Describer<'_>,
    gate: &mut Gate<'_>,
    summary: Summary,
    observer: &dyn Observer,
) -> Result<CheckReport> {
    let known = match &gate.before {
        None => None,
        Some(before) => {
            let Describer { sources, places, .. } = *describer;
            Some(measure::known(log, &before.baseline, sources, places, before.has_changed)?)
        }
    };
    let known = known.as_ref();
    let mut figures = Figures::default();
    measure::for_each_unknown(log, known, |_, part| {
        figures.add(&part);
        Ok(ControlFlow::Continue(()))
    })?;
    let mut limits = Vec::new();
    for (mut row, worst) in figures.measure(&gate.limits, &summary) {
        let worst: Result<Vec<Problem>> =
            worst.parts().iter().map(|part| describer.unnumbered(log, part)).collect();
        row.worst = worst?;
        limits.push(row);
    }
    let report = CheckReport {
        summary,
        limits,
        num_problems: figures.num_problems,
        num_known: known.map_or(0, |known| known.num_known),
        compared: gate.before.as_ref().map(|before| before.name.clone()),
    };
    let unknown = Unknown { log, known, describer };
    writing::write(unknown, &mut gate.writers, &report, observer)?;
    Ok(report)
}

/// Today's problems.
fn today(log: &mut Log, sources: &SourceList, places: &Places, config: &Config) -> Result<Baseline> {
    let mut problems = Vec::new();
    let mut marks = FileMarks::new(sources, places);
    measure::for_each_unit(log, |entry, kind, fingerprint| {
        problems.push((kind, fingerprint, marks.of(entry).1));
    })?;
    Ok(Baseline::of(BaselineSettings::of(config), problems))
}
