//! `tamis report`: the page of a run that is done.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueHint};
use tamis::account::names::PAGE;
use tamis::report::page::{MAX_REJECTED, NoTexts, Page, RunLabel, Texts};
use tamis::store::path::{bytes, printable};
use tamis::{OriginalTexts, Originals, Run};

use super::outputs::ReportFile;
use super::sources;
use crate::exit::Exit;
use crate::options::Messages;
use crate::progress::{Progress, start};
use crate::terminal::{note, print};

pub(crate) const HELP: &str = "\
The page is one file that needs no network: totals; what was removed by rule, encoding, directory and length; how often \
paragraphs appear; the documents that lost the most text; the 10,000 groups of duplicates that removed the most text, with their \
differences; the most repeated paragraphs; and rejected inputs. Tick copies to get a list for `tamis clean --keep-places`.

Texts come from the ledger and from the inputs. report reads the inputs again from where run.json says that they were; \
--input says where they are now. It does not follow the paths in a record that somebody else made: name the inputs with \
--input. If the inputs cannot be read, the page is made without their texts, and a message says so.

It prints the path of the page.";

/// Options of `report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The OUT of a run of `tamis clean`, or its record (OUT.tamis).
    #[arg(value_name = "OUT", value_hint = ValueHint::DirPath)]
    out: PathBuf,

    /// Write the page to FILE [default: report.html in the record].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    html: Option<PathBuf>,

    /// Where the inputs are now [default: where the run read them].
    #[arg(long, value_name = "INPUT", num_args = 1.., value_hint = ValueHint::AnyPath)]
    input: Vec<PathBuf>,

    /// Also read the files that FILE lists, as `clean` does.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files_from: Option<PathBuf>,

    /// Show only the texts that the ledger has.
    #[arg(long, conflicts_with_all = ["input", "files_from"])]
    no_text: bool,
}

pub(super) fn report(args: &ReportArgs) -> anyhow::Result<Exit> {
    let progress = &start(&Messages::none())?;
    let mut run = Run::open(&args.out)?;
    let path = args.html.clone().unwrap_or_else(|| run.directory().join(PAGE));
    let file = output(&path)?;
    let rejections = run.rejections()?.take(MAX_REJECTED).collect::<tamis::Result<Vec<_>>>()?;
    let originals = originals(args, &run, progress)?;
    let mut originals = originals.map(|originals| OriginalTexts { originals, observer: progress });
    let mut none = NoTexts(if args.no_text { "texts were left out (--no-text)" } else { NOT_THERE });
    let texts: &mut dyn Texts = match &mut originals {
        Some(originals) => originals,
        None => &mut none,
    };
    let summary = run.summary().clone();
    let page = Page::gather(&summary, &rejections, &mut run, texts)?;
    let page = match run.info() {
        Ok(info) => page.of_run(RunLabel::of(&info, out_of(run.directory()))),
        Err(error) => {
            note(&format!("the page does not say when and how the run was made: {error:#}"));
            page
        }
    };
    let mut out = file.writer();
    page.write(&mut *out)
        .and_then(|()| out.flush())
        .context("cannot write the page; nothing was published")?;
    drop(out);
    file.publish()?;
    print(&format!("{}\n", printable(&path)))
}

/// What a run's OUT is called in commands: the name of its record without `.tamis`, or the record itself.
fn out_of(record: &Path) -> &[u8] {
    let name = bytes(record);
    name.strip_suffix(b".tamis").filter(|out| !out.is_empty() && !out.ends_with(b"/")).unwrap_or(name)
}

fn output(path: &Path) -> anyhow::Result<ReportFile> {
    if path.as_os_str() == "-" {
        bail!("html -: a page cannot go to standard output; name a file");
    }
    ReportFile::probe(path)
}

/// Why the page is without texts.
const NOT_THERE: &str = "the inputs could not be read when this page was made";

/// The inputs, unless they are not wanted, or not there and not named: then a message says so.
fn originals(args: &ReportArgs, run: &Run, progress: &Progress) -> anyhow::Result<Option<Originals>> {
    if args.no_text {
        return Ok(None);
    }
    let list = || -> anyhow::Result<Originals> {
        let info = run.info()?;
        let roots = sources::roots(run, &info, &args.input, args.files_from.as_deref())?;
        Ok(Originals::list(roots, sources::reading(run, &info), progress)?)
    };
    match list() {
        Ok(originals) => Ok(Some(originals)),
        Err(error) if args.input.is_empty() && args.files_from.is_none() => {
            note(&format!("the page is without texts: {error:#}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
