//! Runs that were cut short and go on leave what a run leaves that nothing happened to.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use tamis::config::{NearConfig, NearPreset, NearUnits, RecoveryConfig};
use tamis::{Config, Error, NoObserver, Observer};

use super::book::{Book, finished, quiet};
use super::ceilings::left;
use super::containers::sandbox;
use super::inputs::{self, wide};

use crate::support::files::Files;
use crate::support::process::{Ran, TAMIS};
use crate::support::sandbox::Sandbox;

const OUT: [&str; 2] = ["out", "out.tamis"];

/// The journal of a run that was cut short.
const JOURNAL: &str = "out.tamis-partial/journal";

/// Some of everything, more text than is settled at once, and last a text that is longer than what the system lets a run
/// write in the end.
fn files() -> Files {
    let mut files = inputs::everything();
    files.retain(|name, _| {
        ["news/", "archives/", "records/"].iter().any(|directory| name.starts_with(directory))
    });
    for n in 0..36_usize {
        files.insert(format!("wide/{n:02}.txt"), wide(n * 1000..n * 1000 + 1100).into_bytes());
    }
    files.insert("zz/last.txt".to_owned(), wide(100_000..105_000).into_bytes());
    files
}

/// The command, which the system kills when it has written 1 or 2 MB to a file; where the signal is ignored, the write
/// fails.
fn killed(sandbox: &Sandbox, args: &str) -> Ran {
    let script = format!("ulimit -c 0; ulimit -f 2000; exec \"$0\" {args}");
    finished(Command::new("sh").args(["-c", &script, TAMIS]).current_dir(sandbox.root()))
}

#[test]
fn commands() {
    let (sandbox, mut book) = (sandbox(&files()), Book::new("resumed"));
    for options in ["", " --index index"] {
        let args = format!("clean in --out out --seal-every 300kB --threads 2 -q{options}");
        let watched = [&OUT[..], &["index"]].concat();
        book.run_anew(&sandbox, &args, &watched, &watched);
        let whole = book.left(&args).clone();
        for path in ["out", "out.tamis"] {
            std::fs::remove_dir_all(sandbox.path(path)).expect("a directory");
        }
        let _ = std::fs::remove_file(sandbox.path("index")); // not every run has one
        let ran = killed(&sandbox, &args);
        assert!(ran.code() == 2 || ran.code() > 1000, "it was not cut short: {}", ran.err());
        assert!(sandbox.exists(JOURNAL) && !sandbox.exists("out"), "no checkpoint: {}", ran.err());
        let resumed = format!("{args} --resume");
        book.run_anew(&sandbox, &resumed, &watched, &[]);
        assert!(!sandbox.exists("out.tamis-partial"));
        let without = |left: &super::book::Left| {
            let mut left = left.clone();
            left.retain(|name, _| !name.ends_with("run.json") && name != "stderr");
            left
        };
        let differences = super::book::compare(&without(&whole), &without(book.left(&resumed)));
        assert!(differences.is_empty(), "{resumed}:\n{differences}");
    }
    book.close();
}

/// Cuts a run short when it is asked for the last of so many times whether it should stop.
struct Cut {
    left: AtomicU64,
}

impl Observer for Cut {
    fn is_cancelled(&self) -> bool {
        self.left.fetch_sub(1, Ordering::Relaxed) == 0
    }
}

/// How often a run asks whether it should stop.
struct Count(AtomicU64);

impl Observer for Count {
    fn is_cancelled(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed);
        false
    }
}

/// The library below low ceilings: cut short in several places, and gone on with.
#[test]
fn below_ceilings() {
    let (sandbox, mut book) = (sandbox(&inputs::below_a_ceiling()), Book::new("resumed-ceilings"));
    let (input, out) = (sandbox.path("in"), sandbox.path("out"));
    for (title, memory, units) in [
        ("in memory", 8_000_000, None),
        ("on disk", 0, None),
        ("on disk from the middle", 500_000, None),
        ("a search on disk", 300_000, Some(NearUnits::Both)),
    ] {
        let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(100_000) };
        let mut config = Config { memory: Some(memory), threads: 1, recovery, ..Config::default() };
        config.decide.near = NearConfig { units, ..NearConfig::preset(NearPreset::Strict) };
        config.write.force = true;
        let clean = |observer: &dyn Observer| {
            tamis::clean(std::slice::from_ref(&input), Some(Path::new(&out)), &config, observer)
        };
        let count = Count(AtomicU64::new(0));
        clean(&count).expect("a run");
        book.enter(title, left(&sandbox, &OUT));
        let num_asked = count.0.into_inner();
        let mut num_resumed = 0;
        for back in [12, 6, 3] {
            std::fs::remove_dir_all(&out).expect("OUT");
            let cut = clean(&Cut { left: AtomicU64::new(num_asked - back) });
            assert!(matches!(cut, Err(Error::Interrupted)), "{title}: {cut:?}");
            num_resumed += usize::from(sandbox.exists(JOURNAL));
            clean(&NoObserver).expect("a run");
            book.enter(title, left(&sandbox, &OUT));
        }
        assert!(num_resumed > 0, "{title}: no run went on from a checkpoint");
    }
    book.close();
}

/// Without `--resume` a run says what it clears, and begins anew.
#[test]
fn begun_anew() {
    let (sandbox, mut book) = (sandbox(&files()), Book::new("begun-anew"));
    let args = "clean in --out out --seal-every 300kB";
    killed(&sandbox, args);
    assert!(sandbox.exists(JOURNAL));
    let other =
        finished(&mut quiet(&sandbox, "clean in --out out --seal-every 300kB --split block --resume"));
    assert_eq!(other.code(), 2, "{}", other.err());
    book.run_anew(&sandbox, args, &OUT, &[]);
    book.close();
}
