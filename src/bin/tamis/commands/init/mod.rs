//! `tamis init`: looks at a directory and sets it up for `tamis check`.

mod files;
mod texts;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueHint};
use serde::Serialize;
use tamis::report::{Baseline, Inspection};
use tamis::store::Root;
use tamis::store::path::{printable, printable_bytes};
use tamis::{Gate, check as run_check};

use super::check::Quiet;
use crate::exit::Exit;
use crate::options::{DEFAULT_NAME, Layers, Messages, Reading, Settings, Splitting, Threads, hidden};
use crate::progress::{Progress, start};
use crate::show::account::{fields, grouped, size, units};
use crate::terminal::{print, report_error};
use files::{NewFile, refuse_existing, write_all};
use texts::Setup;

/// The baseline, in the directory that is set up.
const BASELINE: &str = "tamis-baseline.txt";

/// The workflow, below the root of the repository.
const WORKFLOW: &str = ".github/workflows/tamis.yml";

/// Lines of a baseline that a dry run shows.
const MAX_SHOWN: usize = 10;

pub(super) const HELP: &str = "\
Reads DIR as `inspect` does, and says what it found. Then it writes three files:
  DIR/tamis.toml               how to read the corpus; `tamis check` takes it when you run it in DIR
  DIR/tamis-baseline.txt       today's problems, which do not count
  .github/workflows/tamis.yml  a workflow for GitHub Actions, at the root of the Git repository that DIR is in

`tamis check`, run in DIR, then passes until a change adds a new problem.

All of these files are written, or none. Existing files are replaced only with --force. Options about paragraphs and \
reading are written into tamis.toml.

Exit codes: 0 done, 2 error and nothing was written, 130 interrupted.";

/// The directory and the options of `init`.
#[derive(Debug, Args)]
#[command(mut_args(hidden(&["input_format"])))]
pub(crate) struct InitArgs {
    /// The directory that holds the corpus.
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath, default_value = ".")]
    dir: PathBuf,

    /// Write no workflow.
    #[arg(long)]
    no_workflow: bool,

    /// Write no baseline: today's problems fail the check.
    #[arg(long)]
    no_baseline: bool,

    /// Replace existing files of these names.
    #[arg(long, visible_alias = "overwrite", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    force: Option<bool>,

    /// Print what would be written, and write nothing.
    #[arg(short = 'n', long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    dry_run: Option<bool>,

    #[command(flatten)]
    written: WrittenOptions,

    #[command(flatten)]
    run: RunOptions,
}

/// Options that go into tamis.toml.
#[derive(Debug, Args, Serialize)]
struct WrittenOptions {
    #[command(flatten)]
    #[serde(flatten)]
    splitting: Splitting,

    #[command(flatten)]
    #[serde(flatten)]
    reading: Reading,
}

/// Options of this run only.
#[derive(Debug, Args, Serialize)]
struct RunOptions {
    #[command(flatten)]
    #[serde(flatten)]
    messages: Messages,

    #[command(flatten)]
    #[serde(flatten)]
    threads: Threads,
}

/// The files that are to be written.
struct Targets {
    config: PathBuf,
    baseline: Option<PathBuf>,
    workflow: Option<Workflow>,
}

/// The workflow, and the directory that it checks.
struct Workflow {
    path: PathBuf,
    /// Below the root of the repository; empty if it is the root.
    below: String,
}

pub(super) fn init(args: &InitArgs) -> anyhow::Result<Exit> {
    let is_dry = args.dry_run.unwrap_or_default();
    let Root::Directory(dir) = Root::look(&args.dir)? else {
        bail!("{}: it is not a directory; name the directory that holds the corpus", printable(&args.dir));
    };
    let targets = Targets::of(args, &dir)?;
    if !is_dry {
        refuse_existing(&targets.paths(), args.force.unwrap_or_default())?;
    }
    let progress = start(&args.run.messages)?;
    let mut setup = Setup::new(&args.written, targets.baseline.as_ref().map(|_| BASELINE))?;
    let inspection = inspect(args, &dir, &setup, &progress)?;
    setup.suit(&inspection);
    let baseline = match &targets.baseline {
        Some(_) => Some(baseline(args, &dir, &setup, &progress)?),
        None => None,
    };
    progress.clear();
    let is_quiet = args.run.messages.is_quiet();
    if !is_quiet || is_dry {
        print(&found(&dir, &inspection, baseline.as_ref()))?; // who reads no further wants the files all the same
    }
    let files = targets.files(&setup, baseline.as_ref());
    if is_dry {
        return print(&shown(&files, targets.baseline.as_deref()));
    }
    write_all(&files)?;
    if !is_quiet && let Err(error) = print(&written(&files, &targets, &args.dir)) {
        report_error(&error.context("the files are written, but the list of them is lost")); // 2 means: not written
    }
    Ok(Exit::Done)
}

impl Targets {
    fn of(args: &InitArgs, dir: &Path) -> anyhow::Result<Self> {
        let workflow = if args.no_workflow { None } else { Some(Workflow::of(dir)?) };
        let baseline = (!args.no_baseline).then(|| dir.join(BASELINE));
        Ok(Self { config: dir.join(DEFAULT_NAME), baseline, workflow })
    }

    fn paths(&self) -> Vec<&Path> {
        let workflow = self.workflow.as_ref().map(|workflow| workflow.path.as_path());
        [Some(self.config.as_path()), self.baseline.as_deref(), workflow].into_iter().flatten().collect()
    }

    fn files(&self, setup: &Setup, baseline: Option<&Baseline>) -> Vec<NewFile> {
        let mut files = vec![NewFile { path: self.config.clone(), content: setup.config() }];
        if let (Some(path), Some(baseline)) = (&self.baseline, baseline) {
            files.push(NewFile { path: path.clone(), content: baseline.to_text() });
        }
        if let Some(Workflow { path, below }) = &self.workflow {
            files.push(NewFile { path: path.clone(), content: texts::workflow(below) });
        }
        files
    }
}

impl Workflow {
    /// The one of the repository that a directory is in, found as git finds it; else one for the directory itself.
    fn of(dir: &Path) -> anyhow::Result<Self> {
        let real =
            dir.canonicalize().with_context(|| format!("{}: cannot resolve this path", printable(dir)))?;
        let Some(top) = real.ancestors().find(|above| above.join(".git").exists()) else {
            return Ok(Self { path: dir.join(WORKFLOW), below: String::new() });
        };
        let below = real.strip_prefix(top).unwrap_or(Path::new(""));
        if below.as_os_str().is_empty() {
            return Ok(Self { path: dir.join(WORKFLOW), below: String::new() });
        }
        // An expression of GitHub's would be evaluated.
        match below.to_str() {
            Some(below) if !below.contains("${{") => {
                Ok(Self { path: top.join(WORKFLOW), below: below.to_owned() })
            }
            _ => bail!(
                "{}: a workflow cannot name this directory; write it by hand, and add --no-workflow here",
                printable(below)
            ),
        }
    }
}

/// The options of a check of the directory, by the tamis.toml that is to be written.
fn settings(args: &InitArgs, dir: &Path, setup: &Setup) -> anyhow::Result<Settings> {
    let text = setup.config_without_baseline();
    Settings::of(Layers::of_text(&args.run, &text, dir).with_context(|| printable(&dir.join(DEFAULT_NAME)))?)
}

fn inspect(args: &InitArgs, dir: &Path, setup: &Setup, progress: &Progress) -> anyhow::Result<Inspection> {
    let settings = settings(args, dir, setup)?;
    let inspection = tamis::inspect(settings.options.sources.roots()?, &settings.config, progress)?;
    if inspection.documents > 0 {
        return Ok(inspection);
    }
    progress.clear();
    let left_out = [("skipped", skipped(&inspection)), ("rejected", rejected(&inspection))];
    let left_out = left_out.into_iter().filter(|(_, counts)| !counts.is_empty());
    let mut reasons: Vec<String> = left_out.map(|(what, counts)| format!("{what} {counts}")).collect();
    if reasons.is_empty() {
        reasons.push("it holds no file".to_owned());
    }
    if let Some(first) = inspection.rejected.first() {
        let field = |name: &str| printable_bytes(first[name].as_str().unwrap_or_default().as_bytes());
        let line = first["line"].as_u64().map_or(String::new(), |line| format!(":{line}"));
        reasons.push(format!("{}{line}: {}; {}", field("path"), field("detail"), field("remedy")));
    }
    let dir = printable(dir);
    bail!(
        "{dir}: no document was found, and nothing was written; `tamis inspect {dir}` says more: {}",
        reasons.join("; ")
    );
}

/// What is no text, by reason.
fn skipped(inspection: &Inspection) -> String {
    let Inspection { files, members, records, .. } = inspection;
    units([&files.skipped, &members.skipped, &records.skipped])
}

/// What cannot be read, by reason.
fn rejected(inspection: &Inspection) -> String {
    let Inspection { files, members, records, .. } = inspection;
    units([&files.rejected, &members.rejected, &records.rejected])
}

/// Today's problems, as `check --write-baseline` writes them.
fn baseline(args: &InitArgs, dir: &Path, setup: &Setup, progress: &Progress) -> anyhow::Result<Baseline> {
    let settings = settings(args, dir, setup)?;
    let gate = Gate { wants_baseline: true, ..Gate::default() };
    let observer = Quiet { progress, is_bar: true }; // what is rejected was told when it was looked at
    let checked = run_check(settings.options.sources.roots()?, &settings.config, gate, &observer)?;
    checked.baseline.context("the check gave no baseline back")
}

/// What was found, for people.
fn found(dir: &Path, inspection: &Inspection, baseline: Option<&Baseline>) -> String {
    let mut text = String::new();
    let mut row = |name: &str, what: &str| {
        let _ = writeln!(text, "{name:<9}{what}"); // a String takes everything
    };
    let counted =
        |number: u64, what: &str| format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" });
    let documents = counted(inspection.documents, "document");
    let paragraphs = counted(inspection.paragraphs, "paragraph");
    let bytes = size(inspection.bytes.text);
    row("found", &format!("{documents}, {paragraphs}, {bytes} of text in {}", printable(dir)));
    let formats: Vec<_> =
        inspection.formats.iter().map(|(name, number)| format!("{} {name}", grouped(*number))).collect();
    row("files", &formats.join(", "));
    if !inspection.records.fields.is_empty() {
        row("fields", &format!("the text of records is in: {}", fields(&inspection.records.fields)));
    }
    let wrapped = texts::num_wrapped(inspection);
    if wrapped > 0 {
        row(
            "wrapped",
            &format!("{} documents are hard-wrapped; a paragraph is a run of lines there", grouped(wrapped)),
        );
    }
    for (name, counts) in [("skipped", skipped(inspection)), ("rejected", rejected(inspection))] {
        if !counts.is_empty() {
            row(name, &format!("{counts} (`tamis inspect` lists them)"));
        }
    }
    if let Some(baseline) = baseline {
        let number = grouped(baseline.num_problems());
        row("problems", &format!("{number} today; they are in the baseline, and only new ones count"));
    }
    text
}

/// The files that would be written, for a dry run.
fn shown(files: &[NewFile], baseline: Option<&Path>) -> String {
    let mut text = String::new();
    for NewFile { path, content } in files {
        let _ = writeln!(text, "\nwould write {}:\n", name(path));
        let most = if Some(path.as_path()) == baseline { MAX_SHOWN } else { usize::MAX };
        for line in content.lines().take(most) {
            let _ = writeln!(text, "  {line}");
        }
        let more = content.lines().count().saturating_sub(most);
        if more > 0 {
            let _ = writeln!(text, "  … {} more lines", grouped(tamis::units::count(more)));
        }
    }
    text
}

/// A path for people: from the current directory on, if it lies below.
fn name(path: &Path) -> String {
    let current = std::env::current_dir().unwrap_or_default();
    let below = path.strip_prefix(".").or_else(|_| path.strip_prefix(&current));
    printable(below.unwrap_or(path))
}

/// What was written, and what to do next.
fn written(files: &[NewFile], targets: &Targets, dir: &Path) -> String {
    let mut text = String::new();
    for NewFile { path, .. } in files {
        let _ = writeln!(text, "{:<9}{}", "wrote", name(path));
    }
    if targets.workflow.is_some() && texts::action().starts_with(texts::OWNER) {
        let _ = writeln!(
            text,
            "{:<9}in the workflow, replace {} with the GitHub account that has the tamis repository",
            "edit",
            texts::OWNER
        );
    }
    let is_here = dir == Path::new(".");
    let _ = writeln!(
        text,
        "{:<9}run `tamis check`{}; then commit these files",
        "next",
        if is_here { String::new() } else { format!(" in {}", printable(dir)) }
    );
    text
}
