//! Cleans: inputs are read, paragraphs and documents that repeat are taken out, and what stays is written and published
//! together with the account of the run.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::account::{RunInfo, Summary, names};
use crate::config::{Config, TargetFormat};
use crate::discover::{self, Format, SourceList, SourcePlan};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::run::corpus::{Corpus, Listing, Resources};
use crate::run::history::{History, check_place};
use crate::run::session::Session;
use crate::store::{
    Area, DiskInput, DiskOutput, Input, MemoryInput, MemoryOutput, NullOutput, Output, Recovery, Root,
    StreamOutput, path,
};
use crate::units::count;

/// The result of a run.
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
    /// The name of a run that writes to this destination, if none is given.
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
    let session = Session::over(&roots, config, observer)?;
    let (disk, stream);
    let output: &dyn Output = match destination {
        Destination::Directory(out) => {
            DiskOutput::check_overlap(out, &roots)?;
            check_place(config, out)?;
            let recovery =
                Recovery { resume: config.recovery.resume, spill_dir: config.recovery.spill_dir.clone() };
            let claimed = DiskOutput::recover(out, config.write.force, &recovery)?;
            // An index must not speak of an OUT that is not on the disk.
            let is_synced = config.write.sync || config.history.index.is_some();
            disk = if is_synced { claimed.synced() } else { claimed };
            &disk
        }
        Destination::Stdout { record } => {
            if let Some(record) = record {
                DiskOutput::check_overlap(record, &roots)?;
            }
            let is_stream = matches!(roots.as_slice(), [root] if root.is_stream());
            if !is_stream && config.write.to != Some(TargetFormat::Jsonl) {
                return Err(Error::Config(
                    "out -: one stream holds only one file; give `-` as the only input, or add --to jsonl"
                        .to_owned(),
                ));
            }
            if config.write.dataset_card {
                return Err(Error::Config(
                    "dataset-card: a card stands beside shards, and --out - writes none; name a directory"
                        .to_owned(),
                ));
            }
            let claimed = StreamOutput::begin(record.as_deref(), config.write.force)?;
            stream = if config.write.sync { claimed.synced() } else { claimed };
            &stream
        }
        Destination::Nowhere => &NullOutput,
    };
    let history = History::open(config, destination.name().as_deref())?;
    // What is read once stays in memory or is written; under a ceiling, or against an index, it may be read again.
    let is_reread = config.decide.reads_ahead() || config.memory.is_some() || history.is_some();
    let input = DiskInput::new(roots).following(config.read.follow);
    let input = if is_reread { input.rereadable() } else { input };
    let list = || discover::discover(input.roots(), &input, &config.read, observer);
    let ends = RunEnds { list: &list, input: &input, output };
    clean_after(ends, history.as_ref(), &session)
}

/// Documents cleaned in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The documents that keep a paragraph, in corpus order.
    pub documents: Vec<Document>,
    /// The content of `removed.jsonl.zst`.
    pub ledger: Vec<u8>,
    /// The result of the run.
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
    let session = Session::begin(config, observer)?;
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
        // A name says what a text is, and not that one is a container.
        let kind = Some(Format::of(document.path.as_bytes()).kind()).filter(|kind| !kind.is_container());
        let format = Format::Given(kind.unwrap_or_default());
        sources.push(0, document.path.as_bytes(), SourcePlan::Read(format))?;
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
    let ends = RunEnds { list: &list, input: &input, output: &output };
    let outcome = clean_after(ends, None, &session)?;
    let mut cleaned = Cleaned { documents: Vec::new(), ledger: Vec::new(), outcome };
    let mut written = Vec::new();
    // What was given as text comes back as text.
    let to_text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    for ((area, name), content) in output.take_published() {
        match area {
            Area::Corpus => written.push((to_text(name), content)),
            Area::Account if name == names::LEDGER.as_bytes() => cleaned.ledger = content,
            Area::Account => {}
        }
    }
    written.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
    cleaned.documents = written.into_iter().map(|(name, text)| Document::new(name, to_text(text))).collect();
    Ok(cleaned)
}

/// Cleans what `list` lists of any input, into any output.
///
/// `list` is called on the run's worker threads. [`clean`] and [`clean_documents`] do this with files and with
/// memory; tests call it with outputs that fail.
///
/// # Errors
/// Any [`Error`].
pub fn clean_between(
    list: &(dyn Fn() -> Result<SourceList> + Sync),
    input: &dyn Input,
    output: &dyn Output,
    config: &Config,
    observer: &dyn Observer,
) -> Result<Outcome> {
    clean_after(RunEnds { list, input, output }, None, &Session::begin(config, observer)?)
}

/// The two ends of a run: what it reads and where it writes.
#[derive(Clone, Copy)]
struct RunEnds<'a> {
    list: &'a (dyn Fn() -> Result<SourceList> + Sync),
    input: &'a dyn Input,
    output: &'a dyn Output,
}

/// Cleans after what earlier runs left.
fn clean_after(ends: RunEnds<'_>, history: Option<&History>, session: &Session<'_>) -> Result<Outcome> {
    let RunEnds { list, input, output } = ends;
    let (started, clock) = (SystemTime::now(), Instant::now());
    let summary = session.install(|| {
        let sources = list()?;
        let resources = Resources::new(session.config(), output)?;
        let listing = Listing { sources: &sources, input };
        let corpus = Corpus::new(listing, &resources, session.config(), session.observer()).after(history);
        let summary = crate::run::run(&corpus)?;
        let info = RunInfo {
            schema: "tamis.run/1".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: corpus.config.command.clone(),
            directory: corpus.config.given.directory.clone(),
            inputs: corpus.config.given.inputs.clone(),
            files_from: corpus.config.given.files_from.clone(),
            input_format: corpus.config.read.input_format,
            started: started.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            seconds: clock.elapsed().as_secs_f64(),
            threads: session.num_threads(),
            file: None,
        };
        publish(&corpus, &summary, info)?;
        Ok::<_, Error>(summary)
    })?;
    Ok(Outcome { summary, elapsed: clock.elapsed(), threads: session.num_threads() })
}

/// Writes the account of a run that is through, and publishes.
fn publish(corpus: &Corpus<'_>, summary: &Summary, info: RunInfo) -> Result<()> {
    let Corpus { output, history, .. } = *corpus;
    output.create(Area::Account, names::SUMMARY.as_bytes())?.append(summary.to_json().as_bytes())?;
    let mut run_info = output.create(Area::Account, names::RUN_INFO.as_bytes())?;
    let info = RunInfo { file: run_info.make_own()?, ..info };
    run_info.append(info.to_json().as_bytes())?;
    if corpus.observer.is_cancelled() {
        return Err(Error::Interrupted);
    }
    // OUT first: an index that knows texts which stand nowhere would lose them.
    history.map_or(Ok(()), |history| history.prepare(output))?;
    output.publish()?;
    history.map_or(Ok(()), History::commit)
}
