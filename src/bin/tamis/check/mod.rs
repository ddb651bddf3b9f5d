//! `tamis check`: what `clean` would remove, held against limits and what was there before.

mod git;
mod options;
pub(crate) mod outputs;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueHint};
use tamis::config::{MatchMode, Scope};
use tamis::error::SkipReason;
use tamis::observe::Stage;
use tamis::report::{Baseline, BaselineSettings, ProblemWriter, ReportFormat};
use tamis::store::path::printable;
use tamis::store::{Place, Root};
use tamis::{Before, Gate, check as run_check};
use tamis::{Config, Observer};

use crate::args::{CleanArgs, Options, Reading, Splitting, match_modes, scopes};
use crate::exit::Exit;
use crate::near::Near;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::size::ByteSize;
use git::Revision;
pub(crate) use options::{GateOptions, KEYS};
use outputs::{ReportFile, Stdout};

pub(crate) const HELP: &str = "\
Reads everything as `clean` would, with the same options and tamis.toml, decides the same, and writes nothing. Passes \
if no more would go or be rejected than the limits allow; without limits, if nothing would.

The limits, --baseline, --since-ref and --format can stand in the table [check] of tamis.toml under their long names. \
A baseline or report that lies inside an input is left out of it.

Exit codes: 0 passed, 1 a limit is broken, 2 error, 130 interrupted.";

/// Inputs and options of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Files, directories and FIFOs to check; `-` is standard input.
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    inputs: Vec<PathBuf>,

    /// Check the files named in FILE too, one a line or each ended by NUL; `-` is standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files_from: Option<PathBuf>,

    #[command(flatten)]
    gate: GateOptions,

    #[command(flatten)]
    splitting: Splitting,

    /// Which paragraphs count as the same [default: canonical].
    #[arg(long = "match", value_name = "MODE", value_parser = match_modes(), help_heading = "Paragraphs")]
    matching: Option<MatchMode>,

    /// Where a paragraph must be the first of its kind [default: corpus].
    #[arg(long, value_name = "SCOPE", value_parser = scopes(), help_heading = "Paragraphs")]
    scope: Option<Scope>,

    /// Never count paragraphs with fewer than N characters of key text as duplicates [default: 0].
    #[arg(long, value_name = "N", help_heading = "Paragraphs")]
    min_chars: Option<u64>,

    /// Count paragraphs of the index FILE (`tamis index`) as earlier; can be given several times.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Earlier runs")]
    against: Option<Vec<PathBuf>>,

    #[command(flatten)]
    near: Near,

    #[command(flatten)]
    reading: Reading,

    /// Print no progress and no text report.
    #[arg(short, long, help_heading = "Reporting")]
    quiet: bool,

    /// Log what happens; twice, every file that is left out.
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = "Reporting")]
    verbose: u8,

    /// Worker threads; never changes what is found [default: one a core].
    #[arg(long, value_name = "N", help_heading = "Configuration")]
    threads: Option<usize>,

    /// Most memory for what grows with the inputs' paragraphs; what needs more goes to disk [default: half of the
    /// machine's or container's].
    #[arg(long, value_name = "SIZE", help_heading = "Configuration")]
    memory: Option<ByteSize>,

    /// Read the configuration from FILE instead of ./tamis.toml.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Configuration")]
    config: Option<PathBuf>,

    /// Read no configuration file.
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    no_config: bool,
}

impl CheckArgs {
    /// The options that checking has in common with cleaning, and its own.
    fn split(self) -> (CleanArgs, GateOptions) {
        let Self { inputs, files_from, gate, splitting, matching, scope, min_chars, near, reading, .. } =
            self;
        let Self { quiet, verbose, threads, memory, against, config, no_config, .. } = self;
        let quiet = quiet.then_some(true);
        let options = Options {
            files_from,
            splitting,
            matching,
            scope,
            min_chars,
            against,
            near,
            reading,
            quiet,
            verbose,
            threads,
            memory,
            ..Options::default()
        };
        (CleanArgs { inputs, options, config, no_config }, gate)
    }
}

/// Everything a check needs besides its inputs.
struct Plan {
    options: GateOptions,
    baseline: Option<(Baseline, PathBuf)>,
    write_baseline: Option<ReportFile>,
    reports: Vec<(ReportFormat, Option<ReportFile>)>,
}

pub(crate) fn check(args: CheckArgs) -> anyhow::Result<Exit> {
    let (clean, gate) = args.split();
    let mut settings = Settings::load(&clean)?;
    let options = gate.join(settings.gate.clone());
    // Where documents would be written to changes nothing of what is decided.
    (settings.config.write.to, settings.config.write.shard_size) = (None, None);
    let plan = Plan::new(options, &settings)?;
    let roots = settings.roots()?;
    let mut config = settings.config.clone();
    plan.leave_out(&roots, &mut config)?;
    let progress = crate::start(settings.verbose, settings.quiet)?;
    let revision = match &plan.options.since_ref {
        None => None,
        Some(name) => Some((since(name, &roots, &config, &progress)?, name)),
    };
    let has_changed = |place: Place<'_>| match &revision {
        Some(((revision, _), _)) => revision.has_changed(place),
        None => false,
    };
    let before = match (&plan.baseline, &revision) {
        (Some((baseline, path)), _) => Some((baseline.clone(), format!("baseline {}", printable(path)))),
        (None, Some(((_, baseline), name))) => Some((baseline.clone(), format!("since {name}"))),
        (None, None) => None,
    };
    let gate = Gate {
        limits: plan.options.limits(),
        before: before.map(|(baseline, name)| Before { baseline, name, has_changed: &has_changed }),
        wants_baseline: plan.write_baseline.is_some(),
        writers: plan.writers(settings.quiet),
        page: plan.page(),
    };
    let checked = run_check(roots, &config, gate, &Quiet { progress: &progress, is_bar: true });
    progress.clear();
    let checked = checked?;
    for (_, file) in &plan.reports {
        file.as_ref().map_or(Ok(()), ReportFile::publish)?;
    }
    if let (Some(file), Some(baseline)) = (&plan.write_baseline, &checked.baseline) {
        write_baseline(file, baseline, settings.quiet)?;
        return Ok(Exit::Done);
    }
    Ok(if checked.report.has_passed() { Exit::Done } else { Exit::Broken })
}

fn write_baseline(file: &ReportFile, baseline: &Baseline, is_quiet: bool) -> anyhow::Result<()> {
    let told = || format!("{}: cannot write this baseline", printable(file.path()));
    let mut writer = file.writer();
    writer.write_all(baseline.to_text().as_bytes()).and_then(|()| writer.flush()).with_context(told)?;
    file.publish()?;
    if is_quiet {
        return Ok(());
    }
    let number = crate::account::grouped(baseline.num_problems());
    crate::print_more(
        format!("{}: {number} recorded; `--baseline` lets them pass\n", printable(file.path())).as_bytes(),
    )
}

impl Plan {
    /// Checks everything that can be wrong before anything is read.
    fn new(options: GateOptions, settings: &Settings) -> anyhow::Result<Self> {
        if settings.inputs.is_empty() && settings.files_from.is_none() {
            bail!("no input: name at least one file or directory, or `-` for standard input");
        }
        let baseline = match &options.baseline {
            None => None,
            Some(path) => Some((read_baseline(path, &settings.config)?, path.clone())),
        };
        let mut reports: Vec<(ReportFormat, Option<ReportFile>)> = Vec::new();
        let mut names: Vec<PathBuf> = Vec::new();
        for target in options.format.iter().flatten() {
            match &target.file {
                None if reports.iter().any(|(_, file)| file.is_none()) => {
                    bail!("format {target}: one format goes to standard output already; write {target}=FILE")
                }
                None if target.format == ReportFormat::Html => {
                    bail!("format html: the page is for a browser; write html=FILE")
                }
                None => reports.push((target.format, None)),
                Some(_) if reports.iter().any(|(format, _)| *format == target.format) => {
                    bail!("format {target}: this format is asked for already; one file is enough")
                }
                Some(file) => {
                    if names.contains(file) {
                        bail!("format {target}: another format is written to this file already");
                    }
                    names.push(file.clone());
                    reports.push((target.format, Some(ReportFile::probe(file)?)));
                }
            }
        }
        let write_baseline = options.write_baseline.as_deref().map(ReportFile::probe).transpose()?;
        Ok(Self { options, baseline, write_baseline, reports })
    }

    /// Leaves the files that a check itself reads and writes out of its inputs.
    fn leave_out(&self, roots: &[Root], config: &mut Config) -> anyhow::Result<()> {
        let reports = self.reports.iter().filter_map(|(_, file)| file.as_ref()).map(ReportFile::path);
        let baselines =
            [self.options.baseline.as_deref(), self.write_baseline.as_ref().map(ReportFile::path)];
        for file in reports.chain(baselines.into_iter().flatten()) {
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
                            "{}: inside an input a name must be UTF-8; write it elsewhere",
                            printable(file)
                        )
                    })?;
                    config.read.exclude.push(format!("/{}", globset::escape(below)));
                }
            }
        }
        Ok(())
    }

    /// What tells of problems. People get the text, unless standard output has something else to say.
    fn writers(&self, is_quiet: bool) -> Vec<Box<dyn ProblemWriter>> {
        let mut writers = Vec::new();
        let is_silent = is_quiet || self.write_baseline.is_some();
        if !is_silent && self.reports.iter().all(|(_, file)| file.is_some()) {
            writers.extend(ReportFormat::Text.writer(Box::<Stdout>::default()));
        }
        for (format, file) in &self.reports {
            let out = file.as_ref().map_or_else(|| Box::<Stdout>::default() as _, ReportFile::writer);
            writers.extend(format.writer(out));
        }
        writers
    }

    fn page(&self) -> Option<Box<dyn std::io::Write + Send>> {
        let page = self.reports.iter().find(|(format, _)| *format == ReportFormat::Html);
        page.and_then(|(_, file)| file.as_ref()).map(ReportFile::writer)
    }
}

fn read_baseline(path: &Path, config: &Config) -> anyhow::Result<Baseline> {
    #[expect(clippy::disallowed_methods, reason = "a baseline is no document; the store is for corpora")]
    let text = std::fs::read(path).map_err(|error| {
        let remedy = remedy(&config.command, path);
        anyhow::anyhow!("{}: cannot read this baseline: {error}; make one with: {remedy}", printable(path))
    })?;
    Baseline::parse(&text, BaselineSettings::of(config)).map_err(|fault| {
        anyhow::anyhow!(
            "{}:{}: {}; make a new one with: {}",
            printable(path),
            fault.line,
            fault.what,
            remedy(&config.command, path)
        )
    })
}

/// The command that makes the baseline which this one reads.
fn remedy(command: &[String], baseline: &Path) -> String {
    let mut words = vec!["tamis".to_owned()];
    let mut given = command.get(1..).unwrap_or_default().to_vec();
    if !given.iter().any(|word| word.starts_with("--baseline")) {
        // It stands in the configuration file.
        given.extend(["--write-baseline".to_owned(), printable(baseline)]);
    }
    for word in given {
        let word = match word.strip_prefix("--baseline") {
            Some("") => "--write-baseline".to_owned(),
            Some(file) if file.starts_with('=') => format!("--write-baseline{file}"),
            _ => word,
        };
        let is_plain = !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':' | ','));
        words.push(if is_plain { word } else { format!("'{}'", word.replace('\'', r"'\''")) });
    }
    words.join(" ")
}

/// What a revision held, and its problems.
fn since(
    name: &str,
    roots: &[Root],
    config: &Config,
    progress: &Progress,
) -> anyhow::Result<(Revision, Baseline)> {
    let revision = Revision::check_out(name, roots)?;
    let settings = BaselineSettings::of(config);
    if revision.roots.is_empty() {
        return Ok((revision, Baseline::of(settings, Vec::new())));
    }
    let gate = Gate { wants_baseline: true, ..Gate::default() };
    let then = run_check(revision.roots.clone(), config, gate, &Quiet { progress, is_bar: false })?;
    Ok((revision, then.baseline.unwrap_or(Baseline::of(settings, Vec::new()))))
}

/// Shows how far a check is, unless it is one of a revision that is gone; what is rejected stands in the report.
struct Quiet<'a> {
    progress: &'a Progress,
    is_bar: bool,
}

impl Observer for Quiet<'_> {
    fn discovered(&self, files: u64, bytes: u64) {
        if self.is_bar {
            self.progress.discovered(files, bytes);
        }
    }

    fn begun(&self, stage: Stage) {
        if self.is_bar {
            self.progress.begun(stage);
        }
    }

    fn searched(&self, files: u64, bytes: u64) {
        if self.is_bar {
            self.progress.searched(files, bytes);
        }
    }

    fn advanced(&self, files: u64, bytes: u64) {
        if self.is_bar {
            self.progress.advanced(files, bytes);
        }
    }

    fn skipped(&self, path: &[u8], reason: SkipReason) {
        self.progress.skipped(path, reason);
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_makes_a_new_baseline() {
        let command = |line: &[&str]| {
            let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
            remedy(&line, Path::new("c/base"))
        };
        assert_eq!(command(&["tamis", "check", "in"]), "tamis check in --write-baseline c/base");
        assert_eq!(
            command(&["/bin/tamis", "check", "a b", "--baseline", "x.txt", "--match=loose"]),
            "tamis check 'a b' --write-baseline x.txt --match=loose"
        );
        assert_eq!(
            command(&["tamis", "check", "it's", "--baseline=x"]),
            r"tamis check 'it'\''s' --write-baseline=x"
        );
    }
}
