//! The paragraphs that a run removed most often, for its account.
//!
//! They are counted from the ledger, which is the same at any number of threads and under any memory ceiling. Their texts
//! come from the files that hold a removed copy, and only from small ones: no input is read again as a whole for this.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tamis::account::LedgerLineRef;
use tamis::store::Root;
use tamis::store::path::{from_bytes, from_lossless};
use tamis::{ExcerptRequest, NoObserver, Originals, Run};

use crate::show::account::Repeated;

/// Paragraphs that are named.
const MOST: usize = 5;
/// A ledger of more paragraphs than this is not read again, as it would take more than some milliseconds: `tamis report`
/// counts those.
const MAX_REMOVED: u64 = 10_000;
/// Bytes of all files that are read for texts.
const MAX_BYTES: u64 = 1024 * 1024;
/// Endings of files whose size does not say how much there is to read.
const PACKED: [&str; 9] = ["gz", "tgz", "zst", "bz2", "xz", "zip", "tar", "parquet", "warc"];

/// The paragraphs of which the run with this record removed the most copies, at least two of each; none if there are too
/// many to count, or if the record cannot be read: the run itself is done and well.
pub(super) fn most_repeated(record: &Path, roots: &[Root]) -> Vec<Repeated> {
    let Ok(run) = Run::open(record) else { return Vec::new() };
    if run.summary().num_removed() > MAX_REMOVED {
        return Vec::new();
    }
    let mut counts = Counts::default();
    let counted = run.for_each_line(|line| {
        if !line.rule.is_of_spans() {
            counts.add(&line);
        }
        Ok(())
    });
    if counted.is_err() {
        return Vec::new();
    }
    let (mut most, wanted) = counts.most();
    if let Some(texts) = texts(&run, &wanted, files(&wanted, roots)) {
        for (repeated, text) in most.iter_mut().zip(texts) {
            repeated.text = text;
        }
    }
    most
}

/// A paragraph that is kept: its path and that of its run by number, its record and its place in the document.
type Survivor = (Option<usize>, usize, Option<u64>, u64);

/// The number of removed copies of a paragraph, and the first of them.
#[derive(Debug, Clone, Copy)]
struct Copies {
    number: u64,
    path: usize,
    record: Option<u64>,
    paragraph: u64,
}

/// Removed copies by the paragraph that is kept.
#[derive(Debug, Default)]
struct Counts {
    /// Names of paths and runs, by number.
    names: Vec<String>,
    numbers: HashMap<String, usize>,
    survivors: HashMap<Survivor, usize>,
    /// In the order of the first copies.
    found: Vec<Copies>,
}

impl Counts {
    fn name(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    fn add(&mut self, line: &LedgerLineRef<'_>) {
        let Some(survivor) = line.survivor.as_ref().filter(|_| line.rule.is_one_for_one()) else { return };
        let run = survivor.run.as_deref().map(|run| self.name(run));
        let (document, path) = (self.name(&survivor.path), self.name(&line.path));
        for (kept, paragraph) in (survivor.first..=survivor.last).zip(line.first..=line.last) {
            let next = self.found.len();
            let number = *self.survivors.entry((run, document, survivor.record, kept)).or_insert(next);
            match self.found.get_mut(number) {
                Some(copies) => copies.number += 1,
                None => self.found.push(Copies { number: 1, path, record: line.record, paragraph }),
            }
        }
    }

    /// Those with the most copies, and of as many the one that comes first.
    fn most(mut self) -> (Vec<Repeated>, Vec<ExcerptRequest>) {
        self.found.retain(|copies| copies.number > 1);
        self.found.sort_by_key(|copies| Reverse(copies.number));
        let most = self.found.iter().take(MOST);
        most.filter_map(|copies| Some(named(*copies, self.names.get(copies.path)?))).unzip()
    }
}

/// A paragraph as the account names it, and the request for its text.
fn named(copies: Copies, path: &str) -> (Repeated, ExcerptRequest) {
    let Copies { number, record, paragraph, .. } = copies;
    let path = path.to_owned();
    let place = record.map_or_else(|| path.clone(), |record| format!("{path}#{record}"));
    let repeated = Repeated { copies: number, place: format!("{place}:{paragraph}"), text: None };
    let paragraphs = Some((paragraph, paragraph));
    (repeated, ExcerptRequest { path, record, paragraphs, most_bytes: 1 })
}

/// The files that hold these paragraphs, as far as there are few bytes to read.
fn files(wanted: &[ExcerptRequest], roots: &[Root]) -> Vec<Root> {
    let mut files: Vec<Root> = Vec::new();
    let mut left = MAX_BYTES;
    for relative in wanted.iter().map(|request| from_lossless(&request.path)) {
        let place = roots.iter().find_map(|root| file_of(root, &relative));
        let Some(path) = place.filter(|path| !is_packed(path)) else { continue };
        let file = Root::Listed { path, relative };
        let Ok(metadata) = file.path().metadata() else { continue };
        if !files.contains(&file)
            && let Some(rest) = left.checked_sub(metadata.len())
        {
            left = rest;
            files.push(file);
        }
    }
    files
}

/// The file of this path, if the root has it.
fn file_of(root: &Root, relative: &[u8]) -> Option<PathBuf> {
    let path = match root {
        Root::Directory(directory) => directory.join(from_bytes(relative)),
        Root::File(path) if path.file_name() == Some(from_bytes(relative).as_os_str()) => path.clone(),
        Root::Listed { path, relative: listed } if listed == relative => path.clone(),
        Root::File(_) | Root::Listed { .. } | Root::Fifo(_) | Root::Stdin => return None,
    };
    path.is_file().then_some(path)
}

fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|ending| PACKED.iter().any(|packed| ending.eq_ignore_ascii_case(packed)))
}

/// The texts that are wanted, as far as they are in these files.
fn texts(run: &Run, wanted: &[ExcerptRequest], files: Vec<Root>) -> Option<Vec<Option<String>>> {
    let is_read = |request: &ExcerptRequest| {
        let relative = from_lossless(&request.path);
        files
            .iter()
            .any(|file| matches!(file, Root::Listed { relative: of_file, .. } if *of_file == relative))
    };
    let is_read: Vec<bool> = wanted.iter().map(is_read).collect();
    let read = wanted.iter().zip(&is_read).filter(|(_, is_read)| **is_read);
    let read: Vec<ExcerptRequest> = read.map(|(request, _)| request.clone()).collect();
    if read.is_empty() {
        return None;
    }
    let originals = Originals::list(files, run.summary().config.reading(), &NoObserver).ok()?;
    let mut answers = originals.read(&read, &NoObserver).ok()?.into_iter();
    let text = |is_read: bool| {
        let excerpt = is_read.then(|| answers.next())??.ok()?;
        excerpt.paragraphs.into_iter().next().map(|paragraph| paragraph.text)
    };
    Some(is_read.into_iter().map(text).collect())
}
