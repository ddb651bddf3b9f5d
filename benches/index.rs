//! The index of earlier runs: how long opening, asking, adding to and merging take.
//!
//! `cargo bench --bench index -- [--entries 100000000] [--day 1GB] [--runs 3] [--dir DIR]`
//!
//! An index of a given number of made-up entries is written, and merged with one of half of a day's files (which gives the
//! merge's figure); then the day is cleaned against it, and added to it, in turn with cleaning the day alone.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench talks to its user")]
#![expect(clippy::cast_precision_loss, reason = "rates, to be read")]

mod common;
#[expect(dead_code, reason = "the end-to-end bench uses the rest")]
mod compare;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use common::cache::corpus;
use common::shape::Shape;
use compare::measure::{Sample, Stopwatch};
use compare::tools::Call;
use tamis::Config;
use tamis::fingerprint::Fingerprint;
use tamis::index::{IndexEntry, IndexRun, IndexSettings, IndexWriter, IndexedDocument};
use tamis::store::index_file::Replacement;
use tamis::units::Ordinal;

type Outcome<T> = Result<T, Box<dyn Error>>;

const TAMIS: &str = env!("CARGO_BIN_EXE_tamis");

/// The command of the bench.
struct Options {
    entries: u64,
    day: u64,
    runs: usize,
    dir: PathBuf,
}

fn main() -> ExitCode {
    match options().and_then(|options| bench(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("index: {error}");
            ExitCode::from(2)
        }
    }
}

fn options() -> Outcome<Options> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_bench = arguments.iter().any(|argument| argument == "--bench");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut options = Options {
        entries: if is_bench { 100_000_000 } else { 10_000 },
        day: if is_bench { 1_000_000_000 } else { 1_000_000 },
        runs: if is_bench { 3 } else { 1 },
        dir: target.parent().unwrap_or(target).join("bench-corpus"),
    };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--entries" => options.entries = value()?.parse()?,
            "--day" => options.day = value()?.parse()?,
            "--runs" => options.runs = value()?.parse()?,
            "--dir" => options.dir = PathBuf::from(value()?),
            _ if name == "--bench" || !is_bench => {}
            _ => return Err(format!("unknown argument {name}").into()),
        }
    }
    Ok(options)
}

fn bench(options: &Options) -> Outcome<()> {
    fs::create_dir_all(&options.dir)?;
    let dir = fs::canonicalize(&options.dir)?;
    let day = corpus(&dir, Shape::Jsonl, 1, options.day)?;
    let work = dir.join(format!("index-{}", options.entries));
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let bench = Bench { watch: Stopwatch::new(), work };
    let (made_up, half, index) = (bench.path("made-up"), bench.path("half"), bench.path("index"));
    write_made_up(&made_up, options.entries)?;
    let mut files: Vec<PathBuf> =
        fs::read_dir(&day.input)?.map(|entry| Ok(entry?.path())).collect::<Outcome<_>>()?;
    files.sort();
    files.truncate(files.len().div_ceil(2));
    let mut build = vec!["index".into(), "build".into(), "-q".into(), "--run-name".into(), "half".into()];
    build.extend(["--index".into(), half.clone()]);
    build.extend(files);
    bench.run(&build)?;
    let merge: Vec<PathBuf> =
        vec!["index".into(), "merge".into(), made_up.clone(), half, "--out".into(), index.clone()];
    let merged = bench.run(&merge)?;
    let bytes = fs::metadata(&index)?.len();
    fs::remove_file(&made_up)?;
    println!(
        "### {} entries, {:.1} GB, a day of {} bytes of text",
        options.entries,
        bytes as f64 / 1e9,
        day.totals.text_bytes
    );
    println!("\n| what | s | MB/s | of | peak MB |\n|---|---:|---:|---|---:|");
    row("merge", &[merged], bytes, "index written");
    let info: Vec<PathBuf> = vec!["index".into(), "info".into(), index.clone()];
    let opened: Vec<Sample> = (0..options.runs).map(|_| bench.run(&info)).collect::<Outcome<_>>()?;
    row("open", &opened, 0, "");
    let (mut alone, mut against, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.runs {
        alone.push(bench.clean(&day.input, &[])?);
        against.push(bench.clean(&day.input, &["--against".into(), index.clone()])?);
        // The run replaces the file, so that a second name of it is as good as a copy.
        let copy = bench.path("copy");
        fs::hard_link(&index, &copy)?;
        added.push(bench.clean(&day.input, &["--index".into(), copy.clone()])?);
        fs::remove_file(&copy)?;
    }
    row("clean alone", &alone, day.totals.text_bytes, "text");
    row("clean --against", &against, day.totals.text_bytes, "text");
    row("clean --index", &added, day.totals.text_bytes, "text");
    fs::remove_dir_all(&bench.work)?;
    Ok(())
}

struct Bench {
    watch: Stopwatch,
    work: PathBuf,
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }

    fn run(&self, arguments: &[PathBuf]) -> Outcome<Sample> {
        let arguments = std::iter::once(TAMIS.into()).chain(arguments.iter().cloned());
        let call = Call { arguments: arguments.map(Into::into).collect(), stdin: None, stdout: None };
        Ok(self.watch.run(&call, &self.work)?)
    }

    fn clean(&self, input: &Path, options: &[PathBuf]) -> Outcome<Sample> {
        let out = self.path("out");
        let mut arguments = vec!["clean".into(), input.to_owned(), "-q".into(), "--out".into(), out.clone()];
        arguments.extend_from_slice(options);
        let sample = self.run(&arguments)?;
        fs::remove_dir_all(&out)?;
        fs::remove_dir_all(out.with_extension("tamis"))?;
        Ok(sample)
    }
}

fn row(what: &str, samples: &[Sample], bytes: u64, of: &str) {
    let mut walls: Vec<f64> = samples.iter().map(|sample| sample.wall).collect();
    walls.sort_by(f64::total_cmp);
    let wall = walls[walls.len() / 2];
    let peak = samples.iter().filter_map(|sample| sample.usage).map(|usage| usage.peak_bytes).max();
    let rate = if bytes > 0 { format!("{:.0}", bytes as f64 / 1e6 / wall) } else { String::new() };
    println!("| {what} | {wall:.2} | {rate} | {of} | {} |", peak.unwrap_or(0) / 1_000_000);
}

/// An index of one run of made-up paragraphs, twelve a document, a thousand documents a file.
fn write_made_up(path: &Path, entries: u64) -> Outcome<()> {
    const PARAGRAPHS: u64 = 12;
    let mut file = Replacement::begin(path)?;
    let settings = IndexSettings::of(&Config::default());
    let run = IndexRun::new("made-up", entries);
    let mut writer = IndexWriter::new(&mut file, &settings, &[run])?;
    let step = u128::MAX / u128::from(entries.max(1));
    for n in 0..entries {
        let fingerprint = Fingerprint::from_bytes((u128::from(n) * step).to_be_bytes());
        // Places are scattered, as fingerprints are.
        let place = Ordinal(n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % entries);
        writer.push(IndexEntry { fingerprint, place })?;
    }
    for (number, start) in (0..).zip((0..entries).step_by(12)) {
        let path = format!("crawl/2026-11/part-{:06}.jsonl", number / 1000);
        writer.push_document(&IndexedDocument {
            path: path.as_bytes(),
            record: Some(number % 1000),
            start: Ordinal(start),
            num_paragraphs: PARAGRAPHS.min(entries - start),
        })?;
    }
    writer.finish()?;
    file.commit()?;
    Ok(())
}
