//! A run that is done, opened by the account that it left (contract O2).

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::names::{LEDGER, REJECTED, RUN_INFO, SUMMARY};
use super::{LedgerLine, LedgerLineRef, LedgerReader, RejectedLine, RunInfo, Summary};
use crate::error::{Error, Result};
use crate::store::{InputFile, account_of, is_file, open_file, own_file};

/// The account of a run that is done: its counts, what went and what stays for it, and what was left out.
///
/// ```
/// use std::io::Write;
///
/// use tamis::{Config, NoObserver, Run};
///
/// let mut input = tempfile::NamedTempFile::new()?;
/// input.write_all("新华社北京电\n今天下雨。\n今天下雨。\n".as_bytes())?;
/// let directory = tempfile::tempdir()?;
/// let out = directory.path().join("clean");
/// tamis::clean(&[input.path().to_owned()], Some(&out), &Config::default(), &NoObserver)?;
///
/// let run = Run::open(&out)?;
/// assert_eq!(run.summary().paragraphs.kept, 2);
/// for line in run.lines()? {
///     let line = line?;
///     let survivor = line.survivor.expect("a copy has one");
///     assert_eq!((line.first, survivor.first), (2, 1));
///     assert_eq!(line.path, survivor.path);
/// }
/// assert_eq!(run.rejections()?.count(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Run {
    directory: PathBuf,
    summary: Summary,
}

impl Run {
    /// Opens the account of the run that wrote `out`, or the account that is `out` itself.
    ///
    /// # Errors
    /// [`Error::NoAccount`] if there is none, [`Error::Account`] if its summary cannot be read.
    pub fn open(out: impl AsRef<Path>) -> Result<Self> {
        let out = out.as_ref();
        let beside = account_of(out);
        let directory = [&*beside, out]
            .into_iter()
            .find(|directory| is_file(&directory.join(LEDGER)))
            .map(Path::to_owned);
        let Some(directory) = directory else {
            return Err(Error::NoAccount { path: out.to_owned(), missing: beside.join(LEDGER) });
        };
        let summary = read(&directory.join(SUMMARY))?;
        Ok(Self { directory, summary })
    }

    /// Where the account stands.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The counts, and the options they depend on.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Reads the circumstances of the run: `run.json`.
    ///
    /// # Errors
    /// [`Error::Account`] if it cannot be read.
    pub fn info(&self) -> Result<RunInfo> {
        read(&self.directory.join(RUN_INFO))
    }

    /// Whether the run was this user's, on this machine, and nobody else can have written what [`Self::info`] says: the
    /// file still is the one that the run made, belongs to this user, and cannot be written by others. A record that was
    /// copied, unpacked or checked out is not one's own, even if it was once. Where a file system does not know when
    /// files were made, none is.
    ///
    /// Whoever made a record may have written any path into it, so that only one's own says which inputs are read again.
    pub fn is_own(&self, info: &RunInfo) -> bool {
        let found = own_file(&self.directory.join(RUN_INFO));
        info.file.is_some() && found.is_ok_and(|found| found == info.file)
    }

    /// The ledger, from its beginning. Whether it is all of it nobody checks; see [`Self::lines`].
    ///
    /// # Errors
    /// [`Error::Account`] if it cannot be opened.
    pub fn ledger(&self) -> Result<LedgerReader<Box<dyn InputFile>>> {
        LedgerReader::open(self.directory.join(LEDGER))
    }

    /// The lines of the ledger, in corpus order. The last item is an error if they do not account for every removed
    /// paragraph of the summary, as a ledger that breaks off between two frames looks whole.
    ///
    /// # Errors
    /// [`Error::Account`] if it cannot be opened.
    pub fn lines(&self) -> Result<Lines<'_>> {
        Ok(Lines { run: self, ledger: Some(self.ledger()?), num_removed: 0 })
    }

    /// Visits the lines of the ledger, borrowed from the reader, and checks as [`Self::lines`] does that they are all.
    ///
    /// # Errors
    /// [`Error::Account`] if it cannot be read or is not all of it, and the first of `visit`.
    pub fn for_each_line(&self, mut visit: impl FnMut(LedgerLineRef<'_>) -> Result<()>) -> Result<()> {
        let mut ledger = self.ledger()?;
        let mut num_removed = 0_u64;
        while ledger.advance()? {
            let line = ledger.line_ref()?;
            num_removed = num_removed.saturating_add(line.num_paragraphs());
            visit(line)?;
        }
        self.check_total(num_removed)
    }

    /// Checks that the ledger accounts for every removed paragraph.
    pub(crate) fn check_total(&self, num_removed: u64) -> Result<()> {
        let expected = self.summary.num_removed();
        if num_removed == expected {
            return Ok(());
        }
        Err(Error::Account {
            path: self.directory.join(LEDGER),
            line: None,
            what: format!("it lists {num_removed} removed paragraphs, and summary.json counts {expected}"),
        })
    }

    /// The inputs and records that were rejected, in corpus order.
    ///
    /// # Errors
    /// [`Error::Account`] if the list cannot be opened.
    pub fn rejections(&self) -> Result<Rejections> {
        let path = self.directory.join(REJECTED);
        match open_file(&path) {
            Ok(file) => Ok(Rejections { path, lines: BufReader::new(file).lines(), number: 0 }),
            Err(error) => Err(unreadable(&path, None, &error)),
        }
    }
}

/// The lines of a run's ledger ([`Run::lines`]).
#[derive(Debug)]
pub struct Lines<'a> {
    run: &'a Run,
    /// None once it came to its end or to an error.
    ledger: Option<LedgerReader<Box<dyn InputFile>>>,
    num_removed: u64,
}

impl Iterator for Lines<'_> {
    type Item = Result<LedgerLine<'static>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.ledger.as_mut()?.next() {
            Some(Ok(line)) => {
                self.num_removed = self.num_removed.saturating_add(line.num_paragraphs());
                Some(Ok(line))
            }
            Some(Err(error)) => {
                self.ledger = None;
                Some(Err(error))
            }
            None => {
                self.ledger = None;
                self.run.check_total(self.num_removed).err().map(Err)
            }
        }
    }
}

/// The rejections of a run ([`Run::rejections`]).
pub struct Rejections {
    path: PathBuf,
    lines: std::io::Lines<BufReader<Box<dyn InputFile>>>,
    number: u64,
}

impl fmt::Debug for Rejections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejections").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Iterator for Rejections {
    type Item = Result<RejectedLine>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        self.number += 1;
        let line = line.map_err(|error| unreadable(&self.path, Some(self.number), &error));
        Some(line.and_then(|line| parse(line.as_bytes(), &self.path, Some(self.number))))
    }
}

/// Reads a file that is one JSON value.
fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let mut json = Vec::new();
    let read = open_file(path).and_then(|mut file| file.read_to_end(&mut json));
    read.map_err(|error| unreadable(path, None, &error))?;
    parse(&json, path, None)
}

fn parse<T: DeserializeOwned>(json: &[u8], path: &Path, line: Option<u64>) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| Error::Account {
        path: path.to_owned(),
        line,
        what: format!("this version of tamis cannot read it: {error}"),
    })
}

fn unreadable(path: &Path, line: Option<u64>, error: &std::io::Error) -> Error {
    let what = format!("cannot read this part of the record: {error}");
    Error::Account { path: path.to_owned(), line, what }
}
