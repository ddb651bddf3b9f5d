//! Web pages: how fast their main text, and all of their text, becomes documents.
//!
//! `cargo bench --bench pages -- [--size 300MB] [--runs 3] [--dir DIR] [--set DIR]`
//!
//! Pages of ten made-up sites are cleaned. Outside of the measured time it is checked that each page has its text, with
//! every paragraph of its article. `--set` measures a directory of other pages, without a check. If trafilatura can be
//! imported by `python3`, or by the interpreter that `PYTHON` names, it extracts some of the pages in turn.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench talks to its user")]
#![expect(clippy::cast_precision_loss, reason = "rates, to be read")]

#[expect(dead_code, reason = "other benches use the rest")]
mod common;
#[expect(dead_code, reason = "the end-to-end bench uses the rest")]
mod compare;
mod site;

use std::collections::HashSet;
use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use common::random::Random;
use compare::measure::{Sample, Stopwatch};
use compare::options::parse_size;
use compare::tools::Call;
use site::Pages;

type Outcome<T> = Result<T, Box<dyn Error>>;

const TAMIS: &str = env!("CARGO_BIN_EXE_tamis");
const TRAFILATURA: &str = include_str!("compare/peers/trafilatura_pages.py");
const SEED: u64 = 1;

/// About how many bytes of the pages the other tool reads: it takes its time.
const SAMPLE_BYTES: u64 = 60_000_000;

/// The purpose of a [`Random`].
const FOR_SAMPLE: u64 = 21;

/// The command of the bench.
struct Options {
    size: u64,
    runs: usize,
    dir: PathBuf,
    /// Pages to measure instead of generated ones.
    set: Option<PathBuf>,
    /// Cargo tests the bench only: what others do is of no interest.
    is_bench: bool,
}

fn main() -> ExitCode {
    match options().and_then(|options| bench(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pages: {error}");
            ExitCode::from(2)
        }
    }
}

fn options() -> Outcome<Options> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let is_bench = arguments.iter().any(|argument| argument == "--bench");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut options = Options {
        size: if is_bench { 300_000_000 } else { 3_000_000 },
        runs: if is_bench { 3 } else { 1 },
        dir: target.parent().unwrap_or(target).join("bench-corpus"),
        set: None,
        is_bench,
    };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--size" => options.size = parse_size(value()?)?,
            "--runs" => options.runs = value()?.parse::<usize>()?.max(1),
            "--dir" => options.dir = PathBuf::from(value()?),
            "--set" => options.set = Some(PathBuf::from(value()?)),
            _ if name == "--bench" || !is_bench => {}
            _ => return Err(format!("unknown argument {name}").into()),
        }
    }
    Ok(options)
}

fn bench(options: &Options) -> Outcome<()> {
    fs::create_dir_all(&options.dir)?;
    let dir = fs::canonicalize(&options.dir)?;
    let (input, is_generated) = match &options.set {
        Some(set) => (fs::canonicalize(set).map_err(|error| format!("{}: {error}", set.display()))?, false),
        None => (site::tree(&dir, SEED, options.size)?, true),
    };
    let mut files = Vec::new();
    list(&input, &mut files)?;
    files.sort();
    let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    if bytes == 0 {
        return Err(format!("{}: there are no pages", input.display()).into());
    }
    let work = dir.join(format!("pages-work-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let bench = Bench { watch: Stopwatch::new(), work, input };
    let outcome = bench.measure(options, &files, is_generated);
    fs::remove_dir_all(&bench.work)?;
    outcome
}

/// The files below a directory with their sizes.
fn list(dir: &Path, files: &mut Vec<(PathBuf, u64)>) -> Outcome<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_dir() {
            list(&entry.path(), files)?;
        } else if about.is_file() {
            files.push((entry.path(), about.len()));
        }
    }
    Ok(())
}

struct Bench {
    watch: Stopwatch,
    /// A directory that the runs may fill.
    work: PathBuf,
    /// The directory of the pages.
    input: PathBuf,
}

/// What ran, on how many bytes of pages.
struct Row {
    name: &'static str,
    bytes: u64,
    samples: Vec<Sample>,
}

impl Row {
    fn new(name: &'static str, bytes: u64) -> Self {
        Self { name, bytes, samples: Vec::new() }
    }

    /// Megabytes of pages a second, by the median.
    fn rate(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.wall()
    }

    fn wall(&self) -> f64 {
        median(self.samples.iter().map(|sample| sample.wall))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Bench {
    fn measure(&self, options: &Options, files: &[(PathBuf, u64)], is_generated: bool) -> Outcome<()> {
        if is_generated {
            self.check(options.size)?;
        }
        let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
        let kb = bytes / 1000 / files.len() as u64;
        println!("### {} pages, {:.0} MB, {kb} kB a page", files.len(), bytes as f64 / 1e6);
        let mut ours = [
            (Row::new("tamis", bytes), &[][..]),
            (Row::new("tamis --threads 1", bytes), &["--threads", "1"]),
            (Row::new("tamis --pages text", bytes), &["--pages", "text"]),
        ];
        let python = if options.is_bench { python() } else { None };
        // Drawn at random: every tenth page is of the same site.
        let mut random = Random::new(SEED, FOR_SAMPLE, 0);
        let is_drawn = |_: &&(PathBuf, u64)| random.below(bytes) < SAMPLE_BYTES;
        let sample: Vec<&(PathBuf, u64)> = files.iter().filter(is_drawn).collect();
        let mut other = Row::new("trafilatura", sample.iter().map(|(_, bytes)| bytes).sum());
        for _ in 0..options.runs {
            for (row, arguments) in &mut ours {
                row.samples.push(self.clean(arguments)?);
                self.clear()?;
            }
            if let Some((python, _)) = &python {
                other.samples.push(self.trafilatura(python, &sample)?);
            }
        }
        println!(
            "\n| what | MB | s | MB/s | time / tamis | CPU s | peak MB |\n|---|---:|---:|---:|---:|---:|---:|"
        );
        let rate = ours[0].0.rate();
        let rows = ours.iter().map(|(row, _)| row);
        for row in rows.chain(python.is_some().then_some(&other)) {
            let usage = row.samples.iter().filter_map(|sample| sample.usage);
            let peak = usage.clone().map(|usage| usage.peak_bytes).max().unwrap_or(0);
            println!(
                "| {} | {:.0} | {:.2} | {:.1} | {:.2} | {:.2} | {} |",
                row.name,
                row.bytes as f64 / 1e6,
                row.wall(),
                row.rate(),
                rate / row.rate(),
                median(usage.map(|usage| usage.cpu)),
                peak / 1_000_000
            );
        }
        match python {
            Some((_, version)) => println!(
                "\ntrafilatura {version}, one process, on {} of the pages, without the time to start. Its memory and CPU \
                 time are with it.",
                sample.len()
            ),
            None => println!("\ntrafilatura: not installed (PYTHON names the interpreter that has it)"),
        }
        Ok(())
    }

    fn out(&self) -> PathBuf {
        self.work.join("out")
    }

    fn clean(&self, arguments: &[&str]) -> Outcome<Sample> {
        let mut all: Vec<OsString> =
            vec![TAMIS.into(), "clean".into(), self.input.clone().into(), "-q".into()];
        all.extend(["--out".into(), self.out().into()]);
        all.extend(arguments.iter().map(OsString::from));
        Ok(self.watch.run(&Call { arguments: all, stdin: None, stdout: None }, &self.work)?)
    }

    /// Removes what a run left.
    fn clear(&self) -> Outcome<()> {
        fs::remove_dir_all(self.out())?;
        Ok(fs::remove_dir_all(self.out().with_extension("tamis"))?)
    }

    /// Each generated page becomes a file, and has the paragraphs of its article while copies are kept.
    fn check(&self, size: u64) -> Outcome<()> {
        let mut problems = Vec::new();
        for arguments in [&["--exact", "off"][..], &["--exact", "off", "--pages", "text"]] {
            self.clean(arguments)?;
            for page in Pages::new(SEED, size) {
                let path = self.out().join(format!("{}.txt", page.path));
                #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
                let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", page.path))?;
                let lines: HashSet<&str> = text.lines().collect();
                let lost = page.paragraphs.iter().find(|paragraph| !lines.contains(paragraph.as_str()));
                problems.extend(lost.map(|lost| format!("{} {arguments:?} lacks: {lost}", page.path)));
            }
            self.clear()?;
        }
        match problems.first() {
            None => Ok(()),
            Some(first) => Err(format!("{} pages lack paragraphs: {first}", problems.len()).into()),
        }
    }

    /// The other tool on some pages. It says itself how long it took, without its start.
    fn trafilatura(&self, python: &str, sample: &[&(PathBuf, u64)]) -> Outcome<Sample> {
        let (listed, said, texts) =
            (self.work.join("listed"), self.work.join("said"), self.work.join("texts"));
        let paths: Vec<String> = sample.iter().map(|(path, _)| path.display().to_string()).collect();
        #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
        fs::write(&listed, paths.join("\n"))?;
        let arguments =
            vec![python.into(), "-c".into(), TRAFILATURA.into(), listed.into(), texts.clone().into()];
        let measured =
            self.watch.run(&Call { arguments, stdin: None, stdout: Some(said.clone()) }, &self.work)?;
        #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
        let wall = fs::read_to_string(said)?.trim().parse()?;
        fs::remove_dir_all(texts)?;
        Ok(Sample { wall, ..measured })
    }
}

/// An interpreter that can import trafilatura, and the version of that.
fn python() -> Option<(String, String)> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = "import trafilatura; print(trafilatura.__version__)";
    let output = Command::new(&python).args(["-c", probe]).stderr(Stdio::null()).output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some((python, version))
}
