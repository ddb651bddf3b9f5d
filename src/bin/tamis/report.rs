//! `tamis report`: the page of a run that is done.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueHint};
use tamis::report::LedgerLineRef;
use tamis::report::page::{LedgerLines, MAX_REJECTED, NoTexts, Page, Texts};
use tamis::store::path::printable;
use tamis::{OriginalTexts, Originals};

use crate::check::outputs::ReportFile;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::record::Record;
use crate::sources;

pub(crate) const HELP: &str = "\
The page is one file that needs no network: totals, what went by rule, encoding and directory, lengths, how often \
paragraphs stand, the 10,000 groups of duplicates that removed the most text with what differs between what stays and \
its copies, the most repeated paragraphs, and rejected inputs.

Texts come from the ledger, and from the inputs, which are read again where run.json says that they were; --input says \
where they are now. If they cannot be read the page is made without them, and a message says so.

Prints the path of the page.";

/// Options of `report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The OUT of a run of `tamis clean`, or its record (OUT.tamis).
    #[arg(value_name = "OUT", value_hint = ValueHint::DirPath)]
    out: PathBuf,

    /// Write the page to FILE [default: report.html in the record].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    html: Option<PathBuf>,

    /// Read the inputs here [default: where the run read them].
    #[arg(long, value_name = "INPUT", num_args = 1.., value_hint = ValueHint::AnyPath)]
    input: Vec<PathBuf>,

    /// Read the files named in FILE too, as `clean` does.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files_from: Option<PathBuf>,

    /// Show no texts but those in the ledger.
    #[arg(long, conflicts_with_all = ["input", "files_from"])]
    no_text: bool,
}

pub(crate) fn report(args: &ReportArgs, progress: &Progress) -> anyhow::Result<Exit> {
    let record = Record::open(&args.out)?;
    let path = args.html.clone().unwrap_or_else(|| record.directory().join("report.html"));
    let file = output(&path)?;
    let rejections = record.rejections(MAX_REJECTED)?;
    let originals = originals(args, &record, progress)?;
    let mut originals = originals.map(|originals| OriginalTexts { originals, observer: progress });
    let mut none = NoTexts(if args.no_text { "texts were left out (--no-text)" } else { NOT_THERE });
    let texts: &mut dyn Texts = match &mut originals {
        Some(originals) => originals,
        None => &mut none,
    };
    let page = Page::gather(&record.summary, &rejections, &mut Lines(&record), texts)?;
    let mut out = file.writer();
    page.write(&mut *out)
        .and_then(|()| out.flush())
        .context("cannot write the page; nothing was published")?;
    drop(out);
    file.publish()?;
    crate::print(&format!("{}\n", printable(&path)))
}

fn output(path: &Path) -> anyhow::Result<ReportFile> {
    if path.as_os_str() == "-" {
        bail!("html -: the page is for a browser; name a file");
    }
    ReportFile::probe(path)
}

/// Why the page is without texts.
const NOT_THERE: &str = "the inputs were not there when this page was made";

/// The inputs, unless they are not wanted, or not there and not named: then a message says so.
fn originals(args: &ReportArgs, record: &Record, progress: &Progress) -> anyhow::Result<Option<Originals>> {
    if args.no_text {
        return Ok(None);
    }
    let list = || -> anyhow::Result<Originals> {
        let run = record.run()?;
        let mut config = record.summary.config.reading();
        config.read.input_format = run.input_format;
        let roots = sources::roots(&run, &args.input, args.files_from.as_deref())?;
        Ok(Originals::list(roots, config, progress)?)
    };
    match list() {
        Ok(originals) => Ok(Some(originals)),
        Err(error) if args.input.is_empty() && args.files_from.is_none() => {
            crate::note(&format!("the page is without texts: {error:#}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The ledger of a record, checked for being all of it.
struct Lines<'a>(&'a Record);

impl LedgerLines for Lines<'_> {
    fn visit(
        &mut self,
        is_wanted: &dyn Fn(u64) -> bool,
        each: &mut dyn FnMut(u64, &LedgerLineRef<'_>) -> tamis::Result<()>,
    ) -> tamis::Result<()> {
        let mut ledger = self.0.ledger()?;
        let (mut number, mut num_removed, mut is_whole) = (0, 0_u64, true);
        while ledger.advance()? {
            if is_wanted(number) {
                let line = ledger.line_ref()?;
                let num_paragraphs = line.last.saturating_sub(line.first).saturating_add(1);
                num_removed = num_removed.saturating_add(num_paragraphs);
                each(number, &line)?;
            } else {
                is_whole = false;
            }
            number += 1;
        }
        // One that breaks off between two frames looks whole.
        if is_whole { self.0.check_total(num_removed) } else { Ok(()) }
    }
}
