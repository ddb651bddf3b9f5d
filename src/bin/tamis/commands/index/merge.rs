//! `tamis index merge`: several indexes as one.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use anyhow::bail;
use clap::{Args, ValueHint};
use tamis::index::{self, IndexReader, MAGIC};
use tamis::store::Append;
use tamis::store::index_file::Replacement;
use tamis::store::path::printable;

use crate::exit::Exit;
use crate::options::Messages;
use crate::progress::{INTERRUPTED, start};
use crate::terminal::print;

pub(super) const HELP: &str = "\
The indexes must have the same settings, and each run needs a name of its own. Runs keep their order, those of the first \
FILE first; if several indexes have a paragraph, the first one counts. If --min-chars differs, the new index has the \
larger one.

The new index appears when it is complete, or not at all. It may replace one of the merged indexes (--force).";

/// Options of `index merge`.
#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// The indexes, the earliest first.
    #[arg(value_name = "FILE", required = true, num_args = 2.., value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,

    /// Write the new index to FILE.
    #[arg(short, long, visible_alias = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: PathBuf,

    /// Replace FILE if it is an index.
    #[arg(long)]
    force: bool,
}

/// Stops at Ctrl-C.
struct Stoppable<'a>(&'a mut Replacement);

impl Append for Stoppable<'_> {
    fn append(&mut self, content: &[u8]) -> tamis::Result<()> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(tamis::Error::Interrupted);
        }
        self.0.append(content)
    }
}

pub(super) fn merge(args: &MergeArgs) -> anyhow::Result<Exit> {
    start(&Messages::none())?;
    // Locked before anything is read: it may be one of those that are.
    let mut replacement = Replacement::begin(&args.out)?;
    check_free(args, &replacement)?;
    let indexes = args.files.iter().map(|file| super::open(file)).collect::<anyhow::Result<Vec<_>>>()?;
    let indexes: Vec<&IndexReader> = indexes.iter().collect();
    index::merge(&indexes, &mut Stoppable(&mut replacement))?;
    replacement.commit()?;
    print(&super::info::totals(&super::open(&args.out)?))
}

/// Refuses to replace what is not wanted to be, or is no index.
fn check_free(args: &MergeArgs, replacement: &Replacement) -> anyhow::Result<()> {
    let out = printable(&args.out);
    if !replacement.has_old() {
        return Ok(());
    }
    if !args.force {
        bail!("{out}: exists; choose another --out, or replace it with --force");
    }
    let start = replacement.old_start(8)?;
    if !start.is_empty() && start != MAGIC {
        bail!("{out}: exists and is not a tamis index; move it away or choose another --out");
    }
    Ok(())
}
