//! `tamis clean` from start to end, beside what a user would type instead: `cp`, `polars`, `duckdb`, `sort -u`,
//! `huniq` and `gawk`, as far as they are installed.
//!
//! `cargo bench --bench end_to_end -- [--size 1GB] [--runs 3] [--shape file|tree|jsonl|all] [--only NAME,...]
//! [--dir DIR] [--list]`
//!
//! The tools take turns (A B C A B C …), so that a noisy machine is noisy for all; a first round warms up and does
//! not count. Every result of ours is asserted against the generator's exact totals, and every peer's lines are
//! counted, outside the time measured. No timing fails the bench.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench talks to its user")]

mod common;
mod compare;

use std::cell::RefCell;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;

use common::cache::{Corpus, corpus};
use common::shape::Shape;
use compare::check::{assert_cleaned, count_paragraphs};
use compare::measure::{Sample, Stopwatch};
use compare::options::Options;
use compare::table::{Row, render};
use compare::tools::{Deduplication, Installed, Job, TOOLS, Tool};

fn main() -> ExitCode {
    match Options::from_arguments().map_err(Into::into).and_then(|options| bench(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("end_to_end: {error}");
            ExitCode::from(2)
        }
    }
}

/// Lists the tools, or compares them on each shape.
fn bench(options: &Options) -> Result<(), Box<dyn Error>> {
    let tools: Vec<(&Tool, Option<Installed>)> =
        TOOLS.iter().filter(|tool| options.wants(tool.name)).map(|tool| (tool, tool.find())).collect();
    for (tool, installed) in &tools {
        let version = installed.as_ref().map_or("not installed", |installed| &installed.version);
        println!("{}: {version}", tool.name);
    }
    if options.list {
        return Ok(());
    }
    fs::create_dir_all(&options.dir)?;
    let dir = fs::canonicalize(&options.dir)?;
    for shape in &options.shapes {
        let corpus = corpus(&dir, *shape, options.seed, options.size)?;
        let entrants = tools.iter().filter(|(tool, _)| tool.shapes.contains(shape));
        let mut entrants: Vec<Entrant> =
            entrants.map(|(tool, found)| Entrant::new(tool, found.as_ref())).collect();
        let ring = Ring {
            shape: *shape,
            corpus: &corpus,
            stopwatch: Stopwatch::new(),
            dir: &dir,
            kept: RefCell::default(),
        };
        for round in 0..=options.runs {
            for entrant in &mut entrants {
                entrant.run(&ring, round)?;
            }
        }
        let rows: Vec<Row> = entrants.into_iter().map(|entrant| entrant.row).collect();
        print!("{}", render(&title(*shape, &corpus, options.runs), &corpus, &rows));
    }
    Ok(())
}

/// Says what was measured and on how many cores.
fn title(shape: Shape, corpus: &Corpus, num_runs: usize) -> String {
    let num_cores = thread::available_parallelism().map_or(0, usize::from);
    let totals = corpus.totals;
    format!(
        "{}: {num_cores} cores, {} documents, {} paragraphs, {} distinct, {} bytes of text, {} on disk, {num_runs} runs",
        shape.name(),
        totals.documents,
        totals.paragraphs,
        totals.distinct,
        totals.text_bytes,
        totals.disk_bytes,
    )
}

/// Settings that the runs on one shape share.
struct Ring<'a> {
    shape: Shape,
    corpus: &'a Corpus,
    stopwatch: Stopwatch,
    dir: &'a Path,
    /// Trees written so far. They stay until the shape is done: ext4 goes through the inodes freed in the last
    /// minutes one by one before it takes a new one, so that a tree made after one was removed costs many times
    /// as much, for us and for `cp -r`.
    kept: RefCell<Vec<Scratch>>,
}

/// A tool and what it has done so far.
struct Entrant<'a> {
    tool: &'a Tool,
    /// `None` if it is not installed, or has failed.
    installed: Option<&'a Installed>,
    row: Row,
}

impl<'a> Entrant<'a> {
    fn new(tool: &'a Tool, installed: Option<&'a Installed>) -> Self {
        let note = if installed.is_some() { "" } else { "not installed" };
        let row = Row { name: tool.name, samples: Vec::new(), note: note.to_owned() };
        Self { tool, installed, row }
    }

    /// Runs the tool once, checks its result and removes it; round 0 is the warm-up.
    ///
    /// # Errors
    /// We fail; a peer that fails is out, with a note.
    fn run(&mut self, ring: &Ring, round: usize) -> Result<(), Box<dyn Error>> {
        let Some(installed) = self.installed else { return Ok(()) };
        match self.sample(ring, installed) {
            Ok(sample) if round > 0 => self.row.samples.push(sample),
            Ok(_) => {}
            Err(error) if self.tool.result == Deduplication::Ours => {
                return Err(format!("{}: {error}", self.tool.name).into());
            }
            Err(error) => {
                eprintln!("{}: {error}", self.tool.name);
                "failed".clone_into(&mut self.row.note);
                self.installed = None;
            }
        }
        Ok(())
    }

    /// One run in a directory of its own.
    fn sample(&mut self, ring: &Ring, installed: &Installed) -> Result<Sample, Box<dyn Error>> {
        let scratch = Scratch::new(ring.dir)?;
        let output = scratch.0.join(if matches!(ring.shape, Shape::File | Shape::Gb18030) {
            "out.txt"
        } else {
            "out"
        });
        let call = (installed.call)(&Job { input: &ring.corpus.input, output: &output });
        let sample = ring.stopwatch.run(&call, &scratch.0)?;
        match self.tool.result {
            Deduplication::Ours => assert_cleaned(&output, ring.shape, ring.corpus)?,
            Deduplication::Lines => {
                let (found, expected) = (count_paragraphs(&output)?, ring.corpus.totals.distinct);
                if found != expected {
                    self.row.note = format!("{found} lines, not {expected}");
                }
            }
            Deduplication::Nothing => {}
        }
        if ring.shape == Shape::Tree {
            ring.kept.borrow_mut().push(scratch);
        }
        // Where there is no `sync`, the next run has a little noise more.
        drop(Command::new("sync").status());
        Ok(sample)
    }
}

/// A directory for one run, removed with what is in it.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn new(dir: &Path) -> std::io::Result<Self> {
        let mut number = 0;
        loop {
            let path = dir.join(format!("run-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                made => return made.map(|()| Self(path)),
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}
