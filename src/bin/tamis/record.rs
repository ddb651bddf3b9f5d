//! The record of a run that is done (contract O2), read back.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use tamis::Destination;
use tamis::report::{LedgerReader, RejectedLine, RunInfo, Summary};
use tamis::store::path::printable;

/// The ledger's name in the record.
const LEDGER: &str = "removed.jsonl.zst";

/// `OUT.tamis`.
#[derive(Debug)]
pub(crate) struct Record {
    directory: PathBuf,
    pub(crate) summary: Summary,
}

impl Record {
    /// The record of the run that wrote `out`, or the record that is `out` itself.
    pub(crate) fn open(out: &Path) -> anyhow::Result<Self> {
        let beside = crate::account::record(&Destination::Directory(out.to_owned()));
        let beside = beside.unwrap_or_default();
        let found =
            [beside.clone(), out.to_owned()].into_iter().find(|directory| directory.join(LEDGER).is_file());
        let Some(directory) = found else {
            bail!(
                "{}: there is no record of a run ({} is not there); name the OUT of `tamis clean`, or its record",
                printable(out),
                printable(&beside.join(LEDGER))
            );
        };
        let summary = read(&directory.join("summary.json"))?;
        Ok(Self { directory, summary })
    }

    /// What varied.
    pub(crate) fn run(&self) -> anyhow::Result<RunInfo> {
        read(&self.directory.join("run.json"))
    }

    /// The ledger, from its beginning.
    pub(crate) fn ledger(&self) -> tamis::Result<LedgerReader<File>> {
        let path = self.directory.join(LEDGER);
        #[expect(
            clippy::disallowed_methods,
            reason = "the record of a run is no document; the store is for corpora"
        )]
        match File::open(&path) {
            Ok(file) => LedgerReader::new(path, file),
            Err(error) => {
                let what = format!("cannot read this ledger: {error}");
                Err(tamis::Error::Record { path, line: None, what })
            }
        }
    }

    /// Visits the ledger to its end and checks that it accounts for every removed paragraph of the summary, as one
    /// that breaks off between two frames looks whole. `visit` gets the ledger at a line.
    pub(crate) fn scan(
        &self,
        mut visit: impl FnMut(&LedgerReader<File>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut ledger = self.ledger()?;
        let mut num_removed = 0_u64;
        while ledger.advance()? {
            let head = ledger.head()?;
            num_removed = num_removed.saturating_add(head.last.saturating_sub(head.first) + 1);
            visit(&ledger)?;
        }
        Ok(self.check_total(num_removed)?)
    }

    /// Checks that the ledger told of every removed paragraph.
    pub(crate) fn check_total(&self, num_removed: u64) -> tamis::Result<()> {
        let expected = self.summary.num_removed();
        if num_removed == expected {
            return Ok(());
        }
        Err(tamis::Error::Record {
            path: self.directory.join(LEDGER),
            line: None,
            what: format!("it tells of {num_removed} removed paragraphs, and summary.json of {expected}"),
        })
    }

    /// The first rejections.
    pub(crate) fn rejections(&self, most: usize) -> anyhow::Result<Vec<RejectedLine>> {
        let path = self.directory.join("rejected.jsonl");
        let told = || format!("{}: cannot read this part of the record", printable(&path));
        #[expect(
            clippy::disallowed_methods,
            reason = "the record of a run is no document; the store is for corpora"
        )]
        let file = File::open(&path).with_context(told)?;
        let mut rejections = Vec::new();
        for line in BufReader::new(file).lines().take(most) {
            rejections.push(serde_json::from_str(&line.with_context(told)?).with_context(|| {
                format!(
                    "{}: not what this version of tamis writes there; run `tamis clean` again",
                    printable(&path)
                )
            })?);
        }
        Ok(rejections)
    }

    /// Where the record stands.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the record of a run is no document; the store is for corpora"
    )]
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: cannot read this part of the record", printable(path)))?;
    serde_json::from_str(&text).with_context(|| {
        format!("{}: not what this version of tamis writes there; run `tamis clean` again", printable(path))
    })
}
