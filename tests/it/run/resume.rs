//! A run that was cut short goes on from its last seal, and writes the same bytes.

use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tamis::config::{NearUnits, RecoveryConfig, Scope, TargetFormat};
use tamis::{Config, Error, NoObserver, Observer};

use crate::support::disk;
use crate::support::files::{self, Files};
use crate::support::random::Noise;
use crate::support::texts::{article, paragraph};

/// Texts that repeat one another, one large, shards of JSON Lines one of which is large, bad ones in between.
fn corpus() -> Files {
    let mut files = Files::new();
    for n in 0..20_usize {
        let start = n * 37 % 400;
        files.insert(format!("news/{}/{n}.txt", n % 4), article(start..start + 90).into_bytes());
    }
    for n in 0..6 {
        files.insert(format!("shards/{n}.jsonl"), shard(n, n * 300));
    }
    files.insert("shards/large.jsonl".to_owned(), shard(77, 3000));
    files.insert("news/2/large.txt".to_owned(), article(100..2500).into_bytes());
    let mut bad = article(200..2500).into_bytes();
    bad.push(0xff);
    files.insert("news/3/bad.txt".to_owned(), bad);
    files.insert("shards/bad.jsonl".to_owned(), b"{\n[]\n{\"text\":1}\n".to_vec());
    files
}

fn shard(seed: usize, records: usize) -> Vec<u8> {
    let mut noise = Noise::new(seed + 1000);
    let mut lines = String::new();
    for n in 0..records {
        let (first, second) = (paragraph(noise.below(3000)), paragraph(noise.below(3000)));
        let id = noise.pick(&[
            "\"id\":7,",
            "\"id\":\"a longer id that stands elsewhere, as it has 40 bytes\",",
            "",
        ]);
        let line = writeln!(lines, "{{{id}\"n\":{n},\"text\":\"{first}\\n\\n{second}\"}}");
        line.expect("a string takes everything");
    }
    lines.into_bytes()
}

/// Cuts a run short when it is asked for the `n`th time whether it should stop.
struct Cut {
    left: AtomicU64,
}

impl Observer for Cut {
    fn is_cancelled(&self) -> bool {
        self.left.fetch_sub(1, Ordering::Relaxed) == 0
    }
}

fn config(memory: Option<u64>) -> Config {
    let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(150_000) };
    Config { memory, threads: 2, recovery, ..Config::default() }
}

fn read(directory: &Path) -> (Files, Files) {
    let mut record = disk::read_files(&directory.join("out.tamis"));
    record.remove("run.json").expect("a record of the run");
    (disk::read_files(&directory.join("out")), record)
}

/// Cuts a run short at every step but `stride - 1` of each `stride`, goes on, and compares. Gives back how many runs
/// went on from a seal.
fn cut_everywhere(config: &Config, stride: usize) -> u64 {
    let directory = tempfile::tempdir().expect("a directory");
    files::write_files(&directory.path().join("in"), &corpus());
    let (input, out) = (directory.path().join("in"), directory.path().join("out"));
    let clean = |config: &Config, observer: &dyn Observer| {
        tamis::clean(std::slice::from_ref(&input), Some(&out), config, observer)
    };
    let forced = |config: &Config| {
        let mut config = config.clone();
        config.write.force = true;
        config
    };
    clean(config, &NoObserver).expect("a run");
    let expected = read(directory.path());
    let mut num_resumed = 0;
    for cut in (0..).step_by(stride) {
        std::fs::remove_dir_all(&out).expect("OUT");
        let observer = Cut { left: AtomicU64::new(cut) };
        match clean(&forced(config), &observer) {
            Err(Error::Interrupted) => {}
            Ok(_) => break,
            Err(error) => panic!("{cut}: {error}"),
        }
        assert!(!out.exists());
        num_resumed += u64::from(directory.path().join("out.tamis-partial/journal").exists());
        clean(&forced(config), &NoObserver).unwrap_or_else(|error| panic!("{cut}: {error}"));
        assert!(read(directory.path()) == expected, "cut at {cut}");
        assert!(!directory.path().join("out.tamis-partial").exists());
    }
    num_resumed
}

#[test]
fn in_memory() {
    assert!(cut_everywhere(&config(Some(60_000_000)), 1) > 3);
}

#[test]
fn on_disk_from_the_beginning() {
    let num = cut_everywhere(&config(Some(0)), 11);
    assert!(num > 5, "{num}");
}

#[test]
fn on_disk_from_the_middle() {
    for memory in [300_000, 700_000] {
        let num = cut_everywhere(&config(Some(memory)), 7);
        assert!(num > 5, "{memory}: {num}");
    }
}

#[test]
fn in_the_scope_of_documents_and_into_shards() {
    let mut config = config(Some(400_000));
    config.decide.scope = Scope::Document;
    config.write.to = Some(TargetFormat::Jsonl);
    config.write.shard_size = Some(300_000);
    let num = cut_everywhere(&config, 5);
    assert!(num > 5, "{num}");
}

/// The search is sealed as a whole; what comes after it as ever, in memory and on disk.
#[test]
fn after_a_search_for_near_duplicates() {
    let (documents, both) = (NearUnits::Documents, NearUnits::Both);
    for (units, memory, stride) in [(documents, 2_000_000, 13), (both, 300_000, 43)] {
        let mut config = config(Some(memory));
        config.decide.near.units = Some(units);
        let num = cut_everywhere(&config, stride);
        assert!(num > 0, "{units:?} {memory}: {num}");
    }
}
