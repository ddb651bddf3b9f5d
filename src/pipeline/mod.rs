//! Joins the stages: scan → decide → write, a batch at a time. The only room that knows them all.
//!
//! While one batch is scanned (read, split, hashed, in parallel), the batch before it is written; between the
//! two, decide settles the scanned batch against everything before it. First-in-corpus-order needs no
//! look-ahead, so that a document's text is read once and written while it is still in memory.
//!
//! When records fill the memory they may take, or against an index of earlier runs from the beginning, the rest is
//! read ahead: records are dealt to buckets on disk, each bucket is settled by itself, and the rest is read once more
//! with the verdicts (`spill`). Between two batches what is done is sealed from time to time (`seal`): a journal, and
//! stores that are only appended to, from which another run goes on. What earlier runs left is read, and this one
//! added to it, in `history`.
//!
//! Near-duplicates need the whole corpus first. Under `--near` two passes go before: *survey* keeps a sketch of
//! every text (about 240 bytes a document in all), *collect* reads those sources again that hold a text which met
//! another, and keeps on disk what it is compared by. Then the pass above carries out what was decided. Every
//! document is held against its first reading: an input that changed in between ends the run.
//!
//! Memory: 40 bytes and the path a file, 4 bytes a document, 30 to 36 a surviving paragraph (to the ceiling), two batches of text (8 MiB each, or one
//! paragraph or record if that is longer), a third where they are unpacked ahead, and 4 MiB of what is compressed
//! on its way out.

mod check;
mod clean;
mod commit;
mod convert;
mod drive;
mod feed;
mod history;
mod inspect;
mod near;
mod originals;
mod page;
mod reading;
mod recheck;
mod render;
mod scan;
mod seal;
mod settle;
mod spill;
mod tally;
mod verify;

pub use check::{Before, Checked, Gate, check};
pub use inspect::inspect;
pub use originals::{Excerpt, Missing, OriginalParagraph, Originals, Wanted};
pub use page::OriginalTexts;
pub use verify::{Audit, Difference, DifferenceKind, verify};

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use history::History;

use crate::config::{Config, TargetFormat};
use crate::discover::{self, Format, Plan, SourceList};
use crate::document::{Document, Kind};
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::report::{RunInfo, Summary};
use crate::store::{
    Area, DiskInput, DiskOutput, Input, MemoryInput, MemoryOutput, NullOutput, Output, Recovery, Root,
    StreamOutput, path,
};
use crate::units::count;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The counts, as in `summary.json`.
    pub summary: Summary,
    /// How long it took.
    pub elapsed: Duration,
    /// Worker threads.
    pub threads: usize,
}

/// Cleans files and directories into `out`; `None` does everything but write.
///
/// # Errors
/// Any [`Error`]; then nothing was published, and what stood at `out` before stands there still.
///
/// ```no_run
/// use tamis::{Config, NoObserver};
/// let outcome = tamis::clean(&["dump".into()], Some("clean".as_ref()), &Config::default(), &NoObserver)?;
/// println!("{} of {} paragraphs stay", outcome.summary.paragraphs.kept, outcome.summary.paragraphs.read);
/// # Ok::<(), tamis::Error>(())
/// ```
pub fn clean(
    inputs: &[PathBuf],
    out: Option<&Path>,
    config: &Config,
    observer: &dyn Observer,
) -> Result<Outcome> {
    let roots = inputs.iter().map(|input| Root::look(input)).collect::<Result<Vec<_>>>()?;
    let destination = out.map_or(Destination::Nowhere, |out| Destination::Directory(out.to_owned()));
    clean_roots(roots, &destination, config, observer)
}

/// Where a run writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// OUT, and the record beside it.
    Directory(PathBuf),
    /// Standard output, as a filter; the record to this directory, if there is one.
    Stdout {
        /// Where the record goes.
        record: Option<PathBuf>,
    },
    /// Nowhere: everything is done but writing.
    Nowhere,
}

impl Destination {
    /// What a run that writes there is called, if it is not named.
    fn name(&self) -> Option<String> {
        let Self::Directory(out) = self else { return None };
        let out = DiskOutput::resolved(out);
        Some(path::lossless(out.file_name()?.as_encoded_bytes()).into_owned())
    }
}

/// Cleans inputs that were looked at already, those of a list among them ([`Root::listed`]).
///
/// # Errors
/// Any [`Error`]; then nothing was published, and what stood at the destination before stands there still. What
/// went to standard output is gone.
pub fn clean_roots(
    roots: Vec<Root>,
    destination: &Destination,
    config: &Config,
    observer: &dyn Observer,
) -> Result<Outcome> {
    config.validate()?;
    if roots.is_empty() {
        return Err(Error::NoInput);
    }
    let (disk, stream);
    let output: &dyn Output = match destination {
        Destination::Directory(out) => {
            DiskOutput::check_overlap(out, &roots)?;
            history::check_place(config, out)?;
            let recovery =
                Recovery { resume: config.recovery.resume, spill_dir: config.recovery.spill_dir.clone() };
            disk = DiskOutput::recover(out, config.write.force, &recovery)?;
            &disk
        }
        Destination::Stdout { record } => {
            if let Some(record) = record {
                DiskOutput::check_overlap(record, &roots)?;
            }
            let is_stream = matches!(roots.as_slice(), [Root::Stdin]);
            if !is_stream && config.write.to != Some(TargetFormat::Jsonl) {
                return Err(Error::Config(
                    "out -: several files do not fit into one stream; give `-` as the only input, or add --to jsonl"
                        .to_owned(),
                ));
            }
            stream = StreamOutput::begin(record.as_deref(), config.write.force)?;
            &stream
        }
        Destination::Nowhere => &NullOutput,
    };
    let history = History::open(config, destination.name().as_deref())?;
    // What is read once stays in memory or is written; under a ceiling, or against an index, it may be read again.
    let is_reread = config.decide.near.units.is_some() || config.memory.is_some() || history.is_some();
    let input = DiskInput::new(roots);
    let input = if is_reread { input.rereadable() } else { input };
    let list = || discover::discover(input.roots(), &input, &config.read, observer);
    run_after(&list, (&input, output), (config, history.as_ref()), observer)
}

/// Documents cleaned in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The documents that keep a paragraph, in corpus order.
    pub documents: Vec<Document>,
    /// The content of `removed.jsonl.zst`.
    pub ledger: Vec<u8>,
    /// What the run came to.
    pub outcome: Outcome,
}

/// Cleans documents that are in memory, in the order of their paths (contract D3).
///
/// # Errors
/// [`Error::Config`], [`Error::Collision`] if two documents have the same path, [`Error::Interrupted`].
///
/// ```
/// use tamis::{Config, Document, NoObserver};
/// let documents = [Document::new("a", "今天下雨。\nＡＩ\n"), Document::new("b", "AI\n明天晴。\n")];
/// let cleaned = tamis::clean_documents(documents, &Config::default(), &NoObserver)?;
/// assert_eq!(cleaned.documents[1], Document::new("b", "明天晴。\n"));
/// assert_eq!(cleaned.outcome.summary.num_removed(), 1);
/// # Ok::<(), tamis::Error>(())
/// ```
pub fn clean_documents(
    documents: impl IntoIterator<Item = Document>,
    config: &Config,
    observer: &dyn Observer,
) -> Result<Cleaned> {
    config.validate()?;
    let mut documents: Vec<Document> = documents.into_iter().collect();
    documents.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    let mut input = MemoryInput::new();
    let mut sources = SourceList::default();
    for pair in documents.windows(2) {
        if let [first, second] = pair
            && first.path == second.path
        {
            let name = PathBuf::from(&second.path);
            let relative = second.path.clone().into_bytes();
            return Err(Error::Collision { relative, first: name.clone(), second: name });
        }
    }
    for document in documents {
        sources.push(0, document.path.as_bytes(), Plan::Read(Format::Named(Kind::Text)))?;
        input.insert(document.path, document.text.into_bytes());
    }
    let sources = std::sync::Mutex::new(Some(sources));
    let list = || {
        let taken = sources.lock().map_or(None, |mut sources| sources.take());
        let mut sources = taken.unwrap_or_default();
        sources.measure(&input);
        observer.discovered(count(sources.len()), sources.total_size());
        Ok(sources)
    };
    let output = MemoryOutput::new();
    let outcome = run(&list, &input, &output, config, observer)?;
    let mut cleaned = Cleaned { documents: Vec::new(), ledger: Vec::new(), outcome };
    let mut written = Vec::new();
    // What was given as text comes back as text.
    let to_text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    for ((area, name), content) in output.take_published() {
        match area {
            Area::Corpus => written.push((to_text(name), content)),
            Area::Record if name == commit::LEDGER => cleaned.ledger = content,
            Area::Record => {}
        }
    }
    written.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
    cleaned.documents = written.into_iter().map(|(name, text)| Document::new(name, to_text(text))).collect();
    Ok(cleaned)
}

/// Runs the pipeline on a pool of its own between any input and any output.
///
/// `list` gives the sources, on the pool. This is what [`clean`] and [`clean_documents`] are made of; tests
/// call it with outputs that fail.
///
/// # Errors
/// Any [`Error`].
pub fn run(
    list: &(dyn Fn() -> Result<SourceList> + Sync),
    input: &dyn Input,
    output: &dyn Output,
    config: &Config,
    observer: &dyn Observer,
) -> Result<Outcome> {
    run_after(list, (input, output), (config, None), observer)
}

/// The same, after what earlier runs left.
fn run_after(
    list: &(dyn Fn() -> Result<SourceList> + Sync),
    (input, output): (&dyn Input, &dyn Output),
    (config, history): (&Config, Option<&History>),
    observer: &dyn Observer,
) -> Result<Outcome> {
    let started = (SystemTime::now(), Instant::now());
    let pool = pool(config)?;
    let threads = pool.current_num_threads();
    let info = || RunInfo {
        schema: "tamis.run/1".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: config.command.clone(),
        directory: config.given.directory.clone(),
        inputs: config.given.inputs.clone(),
        files_from: config.given.files_from.clone(),
        input_format: config.read.input_format,
        started: started.0.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        seconds: started.1.elapsed().as_secs_f64(),
        threads,
    };
    let summary = pool.install(|| {
        let sources = list()?;
        clean::run((&sources, history), (input, output), config, observer, &info)
    })?;
    Ok(Outcome { summary, elapsed: started.1.elapsed(), threads })
}

/// The worker threads of a run.
fn pool(config: &Config) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(config.threads)
        .thread_name(|number| format!("tamis-{number}"))
        .build()
        .map_err(|error| Error::Threads(error.to_string()))
}
