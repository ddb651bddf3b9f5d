//! Runs that are killed, told that the disk fails, or given a disk that fills: nothing appears under a final name before
//! all of it is there, and `--resume` comes to the same bytes; what was left behind and was damaged since is refused.
//!
//! The real binary is killed at random times, and `tests/examples/cut.rs` at named steps. `TAMIS_LONG_TESTS=1` takes
//! 50 kills a set-up and every step there is; what runs without it is a sample.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

#[expect(dead_code, reason = "shared by several tests")]
mod common;
#[expect(dead_code, reason = "shared by several tests")]
mod oracle;
#[expect(dead_code, reason = "shared by several tests")]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::{Noise, article, paragraph};
use oracle::Files;
use support::{Node, Ran, Sandbox, TAMIS, Tree, has, run, skip};

fn is_long() -> bool {
    std::env::var_os("TAMIS_LONG_TESTS").is_some_and(|value| value == "1")
}

/// The program that is cut short at named steps.
fn cut() -> PathBuf {
    Path::new(TAMIS).with_file_name("examples").join("cut")
}

// What is cleaned.

fn shard(seed: usize, records: usize) -> Vec<u8> {
    let mut noise = Noise::new(seed + 1000);
    let mut lines = String::new();
    for n in 0..records {
        let (first, second) = (paragraph(noise.below(30_000)), paragraph(noise.below(30_000)));
        let id = noise.pick(&["\"id\":7,", "\"id\":\"a longer id, which stands elsewhere: 40 bytes\",", ""]);
        let line = writeln!(lines, "{{{id}\"n\":{n},\"text\":\"{first}\\n\\n{second}\"}}");
        line.expect("a string takes everything");
    }
    lines.into_bytes()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(content, 1).expect("memory")
}

/// An archive of a text, lines, a text that is bad at its end, and another.
fn archive(size: usize) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let bad = [article(7..size).as_bytes(), b"\xff"].concat();
    for (name, content) in [
        ("a.txt", article(0..size / 2).into_bytes()),
        ("b.jsonl", shard(5, size)),
        ("c/bad.txt", bad),
        ("d/e.txt", article(size..2 * size).into_bytes()),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, content.as_slice()).expect("memory");
    }
    builder.into_inner().expect("memory")
}

/// Everything that is read in a way of its own; large ones hold `size` paragraphs.
fn corpus(size: usize) -> Files {
    let mut files = Files::new();
    for n in 0..24_usize {
        let start = n * 37 % 400;
        files.insert(format!("news/{}/{n}.txt", n % 4), article(start..start + 90).into_bytes());
    }
    for n in 0..4 {
        files.insert(format!("shards/{n}.jsonl"), shard(n, size * n / 20));
    }
    files.insert("shards/large.jsonl".to_owned(), shard(77, size));
    files.insert("shards/packed.jsonl.gz".to_owned(), gzip(&shard(78, size / 2)));
    files.insert("news/2/large.txt".to_owned(), article(100..100 + 2 * size).into_bytes());
    files.insert("news/2/packed.txt.zst".to_owned(), zstd(article(50..size).as_bytes()));
    files.insert("news/5.tar".to_owned(), archive(size / 2));
    let bad = [article(200..size + 2000).as_bytes(), b"\xff"].concat();
    files.insert("news/3/bad.txt".to_owned(), bad);
    files.insert("shards/bad.jsonl".to_owned(), b"{\n[]\n{\"text\":1}\n".to_vec());
    files.insert("shards/torn.jsonl.gz".to_owned(), gzip(&shard(79, size / 9))[..2000].to_vec());
    files.insert("zz/last.txt".to_owned(), article(50_000..50_000 + size).into_bytes());
    files
}

// Runs, and what they leave.

/// A sandbox with a corpus in `in`, and what a run that nothing happens to makes of it.
struct Case {
    sandbox: Sandbox,
    /// What is run, in the sandbox.
    command: Vec<String>,
    expected: Tree,
    took: Duration,
}

/// Everything but the input and what two runs may differ in.
fn outcome(sandbox: &Sandbox) -> Tree {
    let mut tree = sandbox.tree("");
    tree.retain(|path, _| {
        !path.starts_with("in") && !path.starts_with("disk") && !path.ends_with("run.json")
    });
    tree
}

impl Case {
    fn new(files: &Files, command: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        common::write_files(&sandbox.path("in"), files);
        let command = command.iter().map(|&word| word.to_owned()).collect();
        let mut case = Self { sandbox, command, expected: Tree::new(), took: Duration::ZERO };
        let started = Instant::now();
        let ran = run(&mut case.command(&[]));
        assert!([0, 3].contains(&ran.code()), "{}", ran.err());
        case.took = started.elapsed();
        case.expected = outcome(&case.sandbox);
        assert!(case.expected.len() > 5);
        case.clear();
        case
    }

    /// The binary, which seals often.
    fn of_binary(files: &Files, more: &[&str]) -> Self {
        let command = [TAMIS, "clean", "in", "--out", "out", "--seal-every", "700kB", "-q", "--threads", "2"];
        Self::new(files, &[&command[..], more].concat())
    }

    /// The program that is cut short at steps.
    fn of_steps(files: &Files, more: &[&str]) -> Self {
        let cut = cut();
        let command = [cut.to_str().expect("UTF-8"), "out", "in", "seal-every=150000"];
        Self::new(files, &[&command[..], more].concat())
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).args(more).current_dir(self.sandbox.root()).stdin(Stdio::null());
        command
    }

    fn run(&self, more: &[&str]) -> Ran {
        run(&mut self.command(more))
    }

    /// Removes everything but the input.
    fn clear(&self) {
        for name in common::names(self.sandbox.root()).into_iter().filter(|name| !name.starts_with("in")) {
            let path = self.sandbox.path(name);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.expect("what a run left");
        }
    }

    /// Checks that everything is as if nothing had happened, and begins anew.
    #[track_caller]
    fn is_done(&self, what: &str) {
        self.is_same(what);
        self.clear();
    }

    #[track_caller]
    fn is_same(&self, what: &str) {
        let found = outcome(&self.sandbox);
        let names = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&self.expected), "{what}");
        for (path, node) in &self.expected {
            assert!(found[path] == *node, "{what}: {} is another", path.display());
        }
    }

    /// Checks that nothing of it stands under a final name.
    #[track_caller]
    fn is_unpublished(&self, what: &str) {
        for name in ["out", "out.tamis", "index"] {
            assert!(!self.sandbox.exists(name), "{what}: {name}");
        }
    }

    fn has_state(&self) -> bool {
        self.sandbox.exists("out.tamis-partial/journal")
    }

    #[track_caller]
    fn goes_on(&self, resume: &str, what: &str) {
        let ran = self.run(&[resume]);
        assert!([0, 3].contains(&ran.code()), "{what}: {}", ran.err());
        self.is_done(what);
    }
}

/// Kills a command after some time; whether it was still at work.
fn kill_after(command: &mut Command, time: Duration) -> bool {
    let mut child: Child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a process");
    let started = Instant::now();
    while started.elapsed() < time {
        if child.try_wait().expect("a status").is_some() {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("a process to kill");
    child.wait().expect("a status").code().is_none()
}

/// What came of kills.
#[derive(Debug, Default)]
struct Tally {
    killed: usize,
    /// Kills that left a state.
    sealed: usize,
    /// Kills of runs that went on from one.
    again: usize,
}

/// Kills runs at random times until so many were killed; each chain of kills ends with a run that comes through.
fn kill_at_random(case: &Case, resume: &str, seed: usize, num: usize) -> Tally {
    let (mut noise, mut tally) = (Noise::new(seed), Tally::default());
    while tally.killed < num {
        let time = |noise: &mut Noise| case.took.mul_f64(noise.below(1000) as f64 / 1000.0);
        let mut is_killed = kill_after(&mut case.command(&[]), time(&mut noise));
        loop {
            tally.killed += usize::from(is_killed);
            if case.sandbox.exists("out") {
                break; // it is all there, or else what follows says so
            }
            case.is_unpublished("killed");
            tally.sealed += usize::from(case.has_state());
            if noise.below(3) == 0 {
                break;
            }
            tally.again += usize::from(case.has_state());
            is_killed = kill_after(&mut case.command(&[resume]), time(&mut noise));
        }
        let ran = case.run(&[resume]);
        if ran.err().contains("out: exists and is not empty") {
            // It was killed while it cleared what was left, or after.
            assert!(ran.code() == 2 && !case.sandbox.exists("out.tamis-partial"), "{}", ran.err());
        } else {
            assert!([0, 3].contains(&ran.code()), "{}", ran.err());
        }
        case.is_done(&format!("{tally:?}"));
    }
    tally
}

#[expect(clippy::print_stderr, reason = "figures of the long run")]
fn tell(what: &str, tally: &dyn std::fmt::Debug) {
    eprintln!("{what}: {tally:?}");
}

fn num_kills(short: usize) -> usize {
    if is_long() { 50 } else { short }
}

const SIZE: usize = 6000;

#[test]
fn killed_in_memory() {
    let case = Case::of_binary(&corpus(SIZE), &[]);
    let tally = kill_at_random(&case, "--resume", 1, num_kills(6));
    tell("in memory", &tally);
    assert!(tally.sealed > 0);
}

#[test]
fn killed_with_an_index() {
    let case = Case::of_binary(&corpus(SIZE / 2), &["--index", "index"]);
    let tally = kill_at_random(&case, "--resume", 2, num_kills(5));
    tell("with an index", &tally);
    assert!(tally.sealed > 0);
}

#[test]
fn killed_on_disk() {
    let case = Case::of_steps(&corpus(SIZE / 2), &["memory=2000000"]);
    let tally = kill_at_random(&case, "resume=1", 3, num_kills(5));
    tell("on disk", &tally);
    assert!(tally.sealed > 0);
}

/// The output that is replaced stands whole until the new one does.
#[test]
fn killed_while_replacing() {
    let case = Case::of_binary(&corpus(1500), &["--force"]);
    let mut noise = Noise::new(4);
    let old = |case: &Case| {
        case.sandbox.file("old/in/a.txt", "the old one\n");
        case.sandbox.tamis(&["clean", "old/in", "--out", "out"]).exits(0);
        fs::remove_dir_all(case.sandbox.path("old")).expect("an input");
        (case.sandbox.tree("out"), case.sandbox.tree("out.tamis"))
    };
    let mut num_killed = 0;
    while num_killed < num_kills(4) {
        let before = old(&case);
        let time = case.took.mul_f64(noise.below(1000) as f64 / 1000.0);
        let is_killed = kill_after(&mut case.command(&[]), time);
        num_killed += usize::from(is_killed);
        let after = case.sandbox.tree("out");
        assert!(after == before.0 || after.len() == num_below(&case.expected, "out"), "neither");
        case.goes_on("--resume", "replaced");
    }
}

fn num_below(tree: &Tree, name: &str) -> usize {
    tree.keys().filter(|path| path.starts_with(name)).count() - 1
}

/// Without `--resume` what was left is named and cleared.
#[test]
fn a_run_that_does_not_go_on_says_what_it_clears() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    case.run(&["kill=write:write:5"]);
    assert!(case.has_state());
    let ran = case.sandbox.tamis(&["clean", "in", "--out", "out"]);
    ran.exits(3).says(&["out.tamis-partial", "cleared what a run left here that was cut short"]);
    case.is_done("cleared");
}

// Steps.

/// The steps a run takes: phase, kind, and how many.
fn steps(case: &Case) -> BTreeMap<(String, String), u64> {
    let ran = case.run(&["tell="]);
    ran.exits(0);
    case.is_done("told");
    let mut steps = BTreeMap::new();
    for line in ran.out().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        steps.insert((words[0].to_owned(), words[1].to_owned()), words[2].parse().expect("a number"));
    }
    steps
}

/// Some of so many, the first and the last among them.
fn some(num: u64, short: u64) -> Vec<u64> {
    let most = if is_long() { 40 } else { short };
    let mut some: Vec<u64> = (0..most.min(num)).map(|n| n * (num - 1) / (most.min(num) - 1).max(1)).collect();
    some.dedup();
    some
}

/// Cuts a run short at steps of every kind in every phase, goes on, and compares. Gives back how many were cut short in
/// each phase, and how many of these left a state.
fn cut_at_steps(case: &Case, how: &str, short: u64) -> BTreeMap<String, (usize, usize)> {
    let mut phases = BTreeMap::<String, (usize, usize)>::new();
    for ((phase, kind), num) in steps(case) {
        for number in some(num, short) {
            let step = format!("{how}={phase}:{kind}:{number}");
            let ran = case.run(&[&step]);
            case.is_unpublished(&step);
            if how == "kill" {
                assert!(ran.status.code().is_none(), "{step}: {}", ran.err());
            } else {
                ran.exits(2).says(&["cannot use: the disk failed; nothing was published", ": "]);
            }
            let (num_cut, num_sealed) = phases.entry(phase.clone()).or_default();
            *num_cut += 1;
            *num_sealed += usize::from(case.has_state());
            assert!(how == "kill" || case.has_state() || !case.sandbox.exists("out.tamis-partial"), "{step}");
            case.goes_on("resume=1", &step);
        }
    }
    phases
}

/// Checks that there are cuts in every phase, and states of most.
#[track_caller]
fn is_everywhere(phases: &BTreeMap<String, (usize, usize)>, what: &str) {
    tell(what, phases);
    for phase in ["deal", "settle", "stream", "write"] {
        assert!(phases[phase].0 > 0, "{what}: {phase}");
    }
    assert!(["deal", "settle", "write"].iter().all(|phase| phases[*phase].1 > 0), "{what}: {phases:?}");
}

const SMALL: usize = 1000;

#[test]
fn killed_at_steps() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    is_everywhere(&cut_at_steps(&case, "kill", 2), "kill");
}

#[test]
fn killed_at_steps_while_converting() {
    for to in ["to=txt", "to=jsonl"] {
        let case = Case::of_steps(&corpus(SMALL), &["memory=300000", to, "shard-size=300000"]);
        is_everywhere(&cut_at_steps(&case, "kill", 1), to);
    }
}

#[test]
fn every_step_can_fail() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    is_everywhere(&cut_at_steps(&case, "fail", 1), "fail");
}
