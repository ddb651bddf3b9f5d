//! The bench's command line.

use std::env;
use std::path::{Path, PathBuf};

use crate::common::shape::Shape;

/// How to call the bench.
pub(crate) const USAGE: &str = "cargo bench --bench end_to_end -- \
    [--size 256MB] [--runs 3] [--shape file|tree|jsonl|gzip|zstd|gb18030|all] [--only NAME,...] [--seed 1] [--dir DIR] [--list]";

/// The measurement that was asked for.
#[derive(Debug)]
pub(crate) struct Options {
    /// Bytes of text in the corpus.
    pub(crate) size: u64,
    /// Rounds that count; one more goes before them to warm up.
    pub(crate) runs: usize,
    /// Shapes of the corpus.
    pub(crate) shapes: Vec<Shape>,
    /// Names of the tools to run; all if empty.
    pub(crate) only: Vec<String>,
    /// Seed of the corpus.
    pub(crate) seed: u64,
    /// Where corpora are kept and outputs are written, for as long as a run takes.
    pub(crate) dir: PathBuf,
    /// Only lists the tools and whether they are installed.
    pub(crate) list: bool,
}

impl Options {
    /// Reads the arguments of this process.
    ///
    /// Cargo passes `--bench` when it benches. It does not when it only tests the benches, and then what stands
    /// here is small: one round on 1 MB, which asserts the results.
    ///
    /// # Errors
    /// An argument is unknown or malformed; the message says which.
    pub(crate) fn from_arguments() -> Result<Self, String> {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let is_bench = arguments.iter().any(|argument| argument == "--bench");
        let mut options = Self::new(is_bench);
        let mut rest = arguments.iter().filter(|argument| *argument != "--bench");
        while let Some(name) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("{name} needs a value\nusage: {USAGE}"));
            match name.as_str() {
                "--size" => options.size = parse_size(value()?)?,
                "--runs" => options.runs = parse(value()?)?,
                "--shape" => options.shapes = parse_shapes(value()?)?,
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--seed" => options.seed = parse(value()?)?,
                "--dir" => options.dir = PathBuf::from(value()?),
                "--list" => options.list = true,
                _ if !is_bench => {} // `cargo test` passes its own flags to every target
                _ => return Err(format!("unknown argument {name}\nusage: {USAGE}")),
            }
        }
        if options.runs == 0 {
            return Err("--runs must be at least 1".to_owned());
        }
        Ok(options)
    }

    fn new(is_bench: bool) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (size, runs) = if is_bench { (256_000_000, 3) } else { (1_000_000, 1) };
        Self {
            size,
            runs,
            shapes: Shape::ALL.to_vec(),
            only: if is_bench { Vec::new() } else { vec!["tamis".to_owned()] },
            seed: 1,
            dir: target.parent().unwrap_or(target).join("bench-corpus"),
            list: false,
        }
    }

    /// Whether the tool of this name is to run.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}

/// Bytes from `1GB`, `256MB`, `4KB` (powers of 1000) or plain `1000000`.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let upper = text.to_ascii_uppercase();
    let (number, unit) = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("", 1)]
        .into_iter()
        .find_map(|(suffix, unit)| Some((upper.strip_suffix(suffix)?, unit)))
        .expect("the empty suffix always fits");
    let size = parse::<u64>(number)?.saturating_mul(unit);
    if size == 0 { Err(format!("--size {text} leaves nothing to measure")) } else { Ok(size) }
}

fn parse_shapes(text: &str) -> Result<Vec<Shape>, String> {
    if text == "all" {
        return Ok(Shape::ALL.to_vec());
    }
    match Shape::ALL.into_iter().find(|shape| shape.name() == text) {
        Some(shape) => Ok(vec![shape]),
        None => Err(format!("--shape {text}: it is file, tree, jsonl or all")),
    }
}
