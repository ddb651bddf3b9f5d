//! `tamis check`: what `clean` would remove, held against limits and what was there before.

mod git;
mod help;
mod known;
mod quiet;
mod rooted;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueHint};
use serde::Serialize;
use tamis::report::{Baseline, BaselineSettings, ProblemWriter, ReportFormat};
use tamis::store::path::printable;
use tamis::store::{InputPlace, Root};
use tamis::{Allow, Before, Config, Gate, check as run_check};

use super::outputs::{ReportFile, Stdout};
use crate::exit::Exit;
use crate::options::{
    AnyPath, BEFORE, Boilerplate, ConfigFile, Damage, Filters, GateOptions, History, Layers, Masking,
    Matching, Memory, Messages, Near, Options, Quality, Reading, Recipes, Settings, Sources, Splitting,
    Threads, hidden, secondary,
};
use crate::progress::{Progress, start};
use crate::show::screen::{FittedWriter, Screen};
use git::Revision;
pub(crate) use help::HELP;
use help::SECONDARY;
use known::{read_allow, read_baseline, say_unused, write_baseline};
pub(super) use quiet::Quiet;
use rooted::{Repository, Rooted, is_for_platforms};

/// Inputs and options of `check`.
#[derive(Debug, Args, Serialize)]
#[command(mut_args(hidden(&["index", "run_name"])), mut_args(secondary(&SECONDARY)))]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    #[serde(flatten)]
    sources: Sources,

    #[command(flatten)]
    #[serde(rename = "check")]
    gate: GateOptions,

    /// Write the problems to FILE, for --baseline, and exit with 0.
    #[arg(hide_short_help = true, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["baseline", "since_ref"], help_heading = "What is new")]
    #[serde(skip)]
    write_baseline: Option<PathBuf>,

    #[command(flatten)]
    #[serde(flatten)]
    splitting: Splitting,

    #[command(flatten)]
    #[serde(flatten)]
    matching: Matching,

    #[command(flatten)]
    #[serde(flatten)]
    history: History,

    #[command(flatten)]
    #[serde(flatten)]
    near: Near,

    #[command(flatten)]
    #[serde(flatten)]
    filters: Filters,

    #[command(flatten)]
    #[serde(flatten)]
    quality: Quality,
    #[command(flatten)]
    #[serde(flatten)]
    masking: Masking,

    #[command(flatten)]
    #[serde(flatten)]
    damage: Damage,
    #[command(flatten)]
    #[serde(flatten)]
    boilerplate: Boilerplate,
    #[command(flatten)]
    #[serde(flatten)]
    recipes: Recipes,

    #[command(flatten)]
    #[serde(flatten)]
    reading: Reading,

    #[command(flatten)]
    #[serde(flatten)]
    messages: Messages,

    #[command(flatten)]
    #[serde(flatten)]
    threads: Threads,

    #[command(flatten)]
    #[serde(flatten)]
    memory: Memory,

    #[command(flatten)]
    #[serde(skip)]
    file: ConfigFile,
}

impl CheckArgs {
    /// The options of the command and of the file.
    fn settings(&self) -> anyhow::Result<Settings> {
        let mut layers = Layers::read(self, &self.file)?;
        for key in ["index", "run-name"] {
            layers.refuse(key, "a check does not change an index; compare with one with --against FILE")?;
        }
        // Of what is compared with, a flag beats whatever the file says.
        let GateOptions { baseline, since_ref, .. } = &self.gate;
        if since_ref.as_deref().is_some_and(git::is_no_base) {
            layers.forget("check", &["since-ref"]); // the baseline is all that there is to compare with
        } else if baseline.is_some() || since_ref.is_some() || self.write_baseline.is_some() {
            layers.forget("check", &BEFORE);
        }
        layers.confine_reports()?;
        layers.confine(&["spill-dir"])?;
        let mut settings = Settings::of(layers)?;
        // Where documents would be written to changes nothing of what is decided.
        (settings.config.write.to, settings.config.write.shard_size) = (None, None);
        Ok(settings)
    }
}

/// Everything a check needs besides its inputs.
struct Plan {
    options: GateOptions,
    allow: Option<(Allow, String)>,
    baseline: Option<(Baseline, PathBuf)>,
    write_baseline: Option<ReportFile>,
    reports: Vec<(ReportFormat, Option<ReportFile>)>,
}

pub(super) fn check(args: &CheckArgs) -> anyhow::Result<Exit> {
    let settings = args.settings()?;
    let Options { sources, messages, .. } = &settings.options;
    sources.check()?;
    let mut plan = Plan::new(&settings, args.write_baseline.as_deref())?;
    let roots = if plan.options.allows_empty() { sources.roots_if_any()? } else { sources.roots()? };
    let mut config = settings.config.clone();
    plan.leave_out(&roots, &mut config)?;
    let progress = start(messages)?;
    let revision = match &plan.options.since_ref {
        None => None,
        Some(name) if git::is_no_base(name) => {
            if !messages.is_quiet() {
                let but = if plan.baseline.is_some() { " that is not in the baseline" } else { "" };
                say(&format!(
                    "since-ref {name}: all zeros mean that there is no base, so everything counts{but}"
                ));
            }
            None
        }
        Some(name) => Some((since(name, &roots, &config, &progress)?, name)),
    };
    let has_changed = |place: InputPlace<'_>| match &revision {
        Some(((revision, _), _)) => revision.has_changed(place),
        None => false,
    };
    let before = match (&plan.baseline, &revision) {
        (Some((baseline, path)), _) => Some((baseline.clone(), format!("baseline {}", printable(path)))),
        (None, Some(((_, baseline), name))) => Some((baseline.clone(), format!("already at {name}"))),
        (None, None) => None,
    };
    let gate = Gate {
        limits: plan.options.limits(),
        needs_documents: !plan.options.allows_empty(),
        allow: plan.allow.take(),
        before: before.map(|(baseline, name)| Before { baseline, name, has_changed: &has_changed }),
        wants_baseline: plan.write_baseline.is_some(),
        writers: plan.writers(messages.is_quiet()),
        page: plan.page(),
    };
    let checked = run_check(roots, &config, gate, &Quiet { progress: &progress, is_bar: true });
    progress.clear();
    let checked = checked?;
    if let Some(allowed) = checked.report.allowed.as_ref().filter(|_| !messages.is_quiet()) {
        say_unused(allowed);
    }
    for (_, file) in &plan.reports {
        file.as_ref().map_or(Ok(()), ReportFile::publish)?;
    }
    if let (Some(file), Some(baseline)) = (&plan.write_baseline, &checked.baseline) {
        write_baseline(file, baseline, messages.is_quiet())?;
        return Ok(Exit::Done);
    }
    Ok(if checked.report.has_passed() { Exit::Done } else { Exit::Broken })
}

/// Says something beside the report.
fn say(note: &str) {
    // A closed standard error is no error (contract X2).
    let _ = writeln!(io::stderr(), "tamis: {note}");
}

impl Plan {
    /// Checks everything that can be wrong before anything is read.
    fn new(settings: &Settings, write_baseline: Option<&Path>) -> anyhow::Result<Self> {
        let options = settings.options.check.clone().unwrap_or_default();
        let allow = match &options.allow {
            None => None,
            Some(AnyPath(path)) => Some((read_allow(path, &settings.config)?, printable(path))),
        };
        let baseline = match &options.baseline {
            None => None,
            Some(AnyPath(path)) => Some((read_baseline(path, &settings.config)?, path.clone())),
        };
        let mut reports: Vec<(ReportFormat, Option<ReportFile>)> = Vec::new();
        let mut names: Vec<PathBuf> = Vec::new();
        for target in options.format.iter().flatten() {
            match &target.file {
                None if reports.iter().any(|(_, file)| file.is_none()) => {
                    bail!(
                        "format {target}: another format already goes to standard output; write {target}=FILE"
                    )
                }
                None if target.format == ReportFormat::Html => {
                    bail!("format html: a page cannot go to standard output; write html=FILE")
                }
                None => reports.push((target.format, None)),
                Some(_) if reports.iter().any(|(format, _)| *format == target.format) => {
                    bail!("format {target}: this format is already given; one file is enough")
                }
                Some(file) => {
                    if names.contains(file) {
                        bail!("format {target}: another format already goes to this file");
                    }
                    names.push(file.clone());
                    reports.push((target.format, Some(ReportFile::probe(file)?)));
                }
            }
        }
        let write_baseline = write_baseline.map(ReportFile::probe).transpose()?;
        Ok(Self { options, allow, baseline, write_baseline, reports })
    }

    /// Leaves the files that a check itself reads and writes out of its inputs.
    fn leave_out(&self, roots: &[Root], config: &mut Config) -> anyhow::Result<()> {
        let reports = self.reports.iter().filter_map(|(_, file)| file.as_ref()).map(ReportFile::path);
        let baseline = self.options.baseline.as_ref().map(|AnyPath(path)| path.as_path());
        let allow = self.options.allow.as_ref().map(|AnyPath(path)| path.as_path());
        let lists = [allow, baseline, self.write_baseline.as_ref().map(ReportFile::path)];
        for file in reports.chain(lists.into_iter().flatten()) {
            let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
            let (Ok(parent), Some(name)) =
                (parent.unwrap_or(Path::new(".")).canonicalize(), file.file_name())
            else {
                continue;
            };
            let real = parent.join(name);
            for root in roots {
                let Root::Directory(directory) = root else { continue };
                let Ok(directory) = directory.canonicalize() else { continue };
                if let Ok(below) = real.strip_prefix(directory) {
                    let below = below.to_str().with_context(|| {
                        format!(
                            "{}: a report inside an input needs a name in UTF-8; write it elsewhere",
                            printable(file)
                        )
                    })?;
                    config.read.exclude.push(format!("/{}", globset::escape(below)));
                }
            }
        }
        Ok(())
    }

    /// The writers that report problems. People get the text, unless standard output has something else to say.
    fn writers(&self, is_quiet: bool) -> Vec<Box<dyn ProblemWriter>> {
        let mut writers = Vec::new();
        let is_silent = is_quiet || self.write_baseline.is_some();
        if !is_silent && self.reports.iter().all(|(_, file)| file.is_some()) {
            writers.extend(ReportFormat::Text.writer(Box::new(screen())));
        }
        let repository = std::env::current_dir().ok().and_then(|directory| Repository::above(&directory));
        for (format, file) in &self.reports {
            let out = match file {
                Some(file) => file.writer(),
                None if *format == ReportFormat::Text => Box::new(screen()),
                None => Box::<Stdout>::default(),
            };
            let repository = repository.clone().filter(|_| is_for_platforms(*format));
            writers.extend(format.writer(out).map(|writer| match repository {
                Some(repository) => Box::new(Rooted { repository, writer }) as _,
                None => writer,
            }));
        }
        writers
    }

    fn page(&self) -> Option<Box<dyn Write + Send>> {
        let page = self.reports.iter().find(|(format, _)| *format == ReportFormat::Html);
        page.and_then(|(_, file)| file.as_ref()).map(ReportFile::writer)
    }
}

/// Standard output, as a terminal can show it.
fn screen() -> FittedWriter<Stdout> {
    FittedWriter::new(Stdout::default(), Screen::of(&io::stdout()))
}

/// The inputs as a revision held them, and their problems.
fn since(
    name: &str,
    roots: &[Root],
    config: &Config,
    progress: &Progress,
) -> anyhow::Result<(Revision, Baseline)> {
    let revision = Revision::check_out(name, roots)?;
    let settings = BaselineSettings::of(config);
    if revision.roots.is_empty() {
        return Ok((revision, Baseline::empty(settings)));
    }
    let gate = Gate { wants_baseline: true, ..Gate::default() };
    let then = run_check(revision.roots.clone(), config, gate, &Quiet { progress, is_bar: false })?;
    Ok((revision, then.baseline.unwrap_or(Baseline::empty(settings))))
}
