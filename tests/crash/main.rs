//! Runs that are killed, told that the disk fails, or given a disk that fills: nothing appears under a final name
//! before all of it is there, and `--resume` comes to the same bytes; what was left behind and was damaged since is
//! refused.
//!
//! The real binary is killed at random times, and the program of [`cut`] at named steps. `TAMIS_LONG_TESTS=1` takes
//! 50 kills a set-up and up to 40 steps of a kind in each phase; what runs without it is a sample of about a minute.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

mod cut;
mod held;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::files::{self, Files};
use crate::support::process::{self, Ran, TAMIS, has, run, skip};
use crate::support::random::Noise;
use crate::support::sandbox::Sandbox;
use crate::support::texts::{article, paragraph};
use crate::support::tree::{Node, Tree};

fn is_long() -> bool {
    std::env::var_os("TAMIS_LONG_TESTS").is_some_and(|value| value == "1")
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
    /// The command, run in the sandbox.
    program: fn(&[&str]) -> Command,
    /// Its first arguments.
    arguments: Vec<String>,
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
    fn new(files: &Files, program: fn(&[&str]) -> Command, arguments: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        files::write_files(&sandbox.path("in"), files);
        let arguments = arguments.iter().map(|&word| word.to_owned()).collect();
        let mut case = Self { sandbox, program, arguments, expected: Tree::new(), took: Duration::ZERO };
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
        let arguments = ["clean", "in", "--out", "out", "--seal-every", "700kB", "-q", "--threads", "2"];
        let program = |arguments: &[&str]| {
            let mut command = Command::new(TAMIS);
            command.args(arguments);
            command
        };
        Self::new(files, program, &[&arguments[..], more].concat())
    }

    /// The program that is cut short at steps.
    fn of_steps(files: &Files, more: &[&str]) -> Self {
        Self::new(files, cut::program, &[&["out", "in", "seal-every=150000"], more].concat())
    }

    fn command(&self, more: &[&str]) -> Command {
        let arguments: Vec<&str> =
            self.arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let mut command = (self.program)(&arguments);
        command.current_dir(self.sandbox.root()).stdin(Stdio::null());
        command
    }

    fn run(&self, more: &[&str]) -> Ran {
        run(&mut self.command(more))
    }

    /// Removes everything but the input.
    fn clear(&self) {
        for name in files::names(self.sandbox.root()).into_iter().filter(|name| !name.starts_with("in")) {
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

/// So many thousandths of a time.
fn share(time: Duration, thousandths: usize) -> Duration {
    time * u32::try_from(thousandths).expect("a share") / 1000
}

/// Counts of kills and of what came of them.
#[derive(Debug, Default)]
struct Tally {
    killed: usize,
    /// Kills that left a state.
    sealed: usize,
    /// Kills of runs that went on from one.
    again: usize,
}

/// Kills runs at random times until `num` of them were killed; each chain of kills ends with a run that comes
/// through.
fn kill_at_random(case: &Case, resume: &str, seed: usize, num: usize) -> Tally {
    let (mut noise, mut tally) = (Noise::new(seed), Tally::default());
    while tally.killed < num {
        let time = |noise: &mut Noise| share(case.took, noise.below(1000));
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
            if case.expected.contains_key(Path::new("index")) {
                case.sandbox.tamis(&["index", "info", "index"]).exits(0); // who reads it brings it up to date
            }
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

/// The corpus with furniture behind the texts of its directories.
fn furnished(size: usize) -> Files {
    let mut files = corpus(size);
    for (path, content) in files.iter_mut().filter(|(path, _)| {
        path.starts_with("news/") && Path::new(path).extension().is_some_and(|end| end == "txt")
    }) {
        let own = path.len() * 100;
        content.extend_from_slice(article(90_000 + own..90_009 + own).as_bytes());
        content.extend_from_slice("责任编辑：王五\n分享到微信朋友圈\nShare this article\n".as_bytes());
    }
    files
}

#[test]
fn killed_with_boilerplate_and_an_index() {
    let files = furnished(SIZE / 2);
    let case = Case::of_binary(&files, &["--boilerplate", "--source", "directory:1", "--index", "index"]);
    let tally = kill_at_random(&case, "--resume", 5, num_kills(5));
    // A run that searches has no checkpoint before the search is done, which takes most of the time: how many kills come
    // behind one depends on the machine. `killed_at_steps_with_boilerplate` cuts there.
    tell("with boilerplate", &tally);
}

#[test]
fn killed_at_steps_with_boilerplate() {
    let case = Case::of_steps(&furnished(SMALL), &["memory=300000", "boilerplate="]);
    is_everywhere(&cut_at_steps(&case, "kill", 1), "boilerplate");
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
        let time = share(case.took, noise.below(1000));
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
    killed_at(&case, ("write", "append"));
    let ran = case.sandbox.tamis(&["clean", "in", "--out", "out"]);
    ran.exits(3).says(&["out.tamis-partial", "cleared what an interrupted run left here"]);
    case.is_done("cleared");
}

// Steps.

/// The steps a run takes: phase, kind, and how many.
fn steps(case: &Case) -> BTreeMap<(String, String), u64> {
    let ran = case.run(&["tell="]);
    ran.exits(0);
    case.is_done("told");
    cut::told(&ran.out())
}

/// Some of a number of steps, the first and the last among them.
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
fn killed_at_steps_while_converting_to_lines() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000", "to=jsonl", "shard-size=300000"]);
    is_everywhere(&cut_at_steps(&case, "kill", 1), "to lines");
}

#[test]
fn killed_at_steps_while_converting_to_texts() {
    // A file each of many records.
    let case = Case::of_steps(&corpus(SMALL / 4), &["memory=60000", "to=txt"]);
    is_everywhere(&cut_at_steps(&case, "kill", 1), "to texts");
}

#[test]
fn every_step_can_fail() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    is_everywhere(&cut_at_steps(&case, "fail", 1), "fail");
}

/// In the middle of what is compressed nothing is sealed, and so batches end with a file when a seal is wanted.
#[test]
fn compressed_files_are_sealed_one_by_one() {
    let files = (0..12).map(|n| (format!("{n:02}.jsonl.gz"), gzip(&shard(n, 2000 + 100 * n))));
    let case = Case::of_steps(&files.collect(), &["memory=40000000", "seal-every=1000000"]);
    let num = steps(&case)[&("stream".to_owned(), "create".to_owned())];
    for number in [num.div_ceil(2), num - 3] {
        let step = format!("kill=stream:create:{number}");
        assert!(case.run(&[&step]).status.code().is_none());
        assert!(case.has_state(), "{step}");
        case.goes_on("resume=1", &step);
    }
}

/// Where one large file ends and the next begins, a batch may end as well.
#[test]
fn killed_between_large_files() {
    let files = (0..5).map(|n| (format!("{n}.jsonl"), shard(n, 1100 + 100 * n)));
    let case = Case::of_steps(&files.collect(), &["memory=2000000", "seal-every=1"]);
    let num = steps(&case)[&("stream".to_owned(), "append".to_owned())];
    let mut num_sealed = 0;
    for number in 0..num {
        let step = format!("kill=stream:append:{number}");
        assert!(case.run(&[&step]).status.code().is_none());
        num_sealed += usize::from(case.has_state());
        case.goes_on("resume=1", &step);
    }
    assert!(num_sealed > 4, "{num_sealed} of {num}");
}

/// A run is killed at a step, two thirds into those of its kind, and what it left is kept in memory: it can be put
/// back.
fn killed_at(case: &Case, (phase, kind): (&str, &str)) -> Tree {
    let num = steps(case)[&(phase.to_owned(), kind.to_owned())];
    let step = format!("{phase}:{kind}:{}", num * 2 / 3);
    let ran = case.run(&[&format!("kill={step}")]);
    assert!(ran.status.code().is_none() && case.has_state(), "{step}: {}", ran.err());
    left(case)
}

fn left(case: &Case) -> Tree {
    let mut tree = case.sandbox.tree("");
    tree.retain(|path, _| !path.starts_with("in"));
    tree
}

fn put_back(case: &Case, left: &Tree) {
    case.clear();
    for (path, node) in left {
        match node {
            Node::Directory => fs::create_dir_all(case.sandbox.path(path)).expect("a directory"),
            Node::File(content) => drop(case.sandbox.file(path, content)),
            other => panic!("{other:?}"),
        }
    }
}

/// Another number of threads, and another ceiling on memory, change nothing.
#[test]
fn a_run_goes_on_with_other_means() {
    for (memory, others) in [
        ("memory=150000", &[&["memory=3000000"][..], &["threads=1"], &["memory=700000", "threads=3"]][..]),
        ("memory=300000", &[&["memory=100000000"], &["memory=0"]]),
    ] {
        let case = Case::of_steps(&corpus(SMALL), &[memory]);
        for ((phase, kind), num) in steps(&case) {
            if !["append", "note", "write"].contains(&kind.as_str()) {
                continue;
            }
            for number in some(num, 2) {
                let step = format!("kill={phase}:{kind}:{number}");
                for means in others.iter().skip(usize::from(!is_long()) * (number % 2) as usize).step_by(2) {
                    assert!(case.run(&[&step]).status.code().is_none());
                    let ran = case.run(&[&["resume=1"], *means].concat());
                    ran.exits(0);
                    case.is_done(&format!("{step}, then {means:?}"));
                }
            }
        }
    }
}

// What a disk does.

/// A file system of its own in a directory of the sandbox.
struct Disk(PathBuf);

impl Disk {
    fn mount(sandbox: &Sandbox, size: u64, test: &str) -> Option<Self> {
        let path = sandbox.path("disk");
        fs::create_dir_all(&path).expect("a directory");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&path);
        if has("mount") && run(&mut command).status.success() {
            return Some(Self(path));
        }
        skip(test, "no tmpfs can be mounted here, which takes root");
        None
    }

    fn grow(&self, size: u64) {
        let option = format!("remount,size={size}");
        let ran = run(Command::new("mount").args(["-o", &option]).arg(&self.0));
        assert!(ran.status.success(), "{}", ran.err());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run(Command::new("umount").arg(&self.0));
    }
}

fn num_bytes(tree: &Tree) -> u64 {
    tree.values().map(|node| if let Node::File(content) = node { content.len() as u64 } else { 0 }).sum()
}

/// The run ends, says where and what to do, keeps what is done, and goes on when there is room.
#[test]
fn a_disk_that_fills() {
    for more in [&[][..], &["--index", "index"]] {
        let case = Case::of_binary(&corpus(2500), more);
        let size = num_bytes(&case.expected);
        for room in if is_long() { vec![10, 30, 50, 70, 90, 97] } else { vec![40, 80] } {
            let Some(disk) = Disk::mount(&case.sandbox, size * room / 100, "a_disk_that_fills") else {
                return;
            };
            let args = ["clean", "in", "--out", "disk/out", "--seal-every", "700kB", "-q"];
            let args = [&args[..], more].concat();
            let ran = case.sandbox.tamis(&args);
            ran.exits(2);
            let is_foreseen = ran.err().contains("MB there for what does not fit in memory");
            assert!(is_foreseen || ran.err().contains("No space left on device"), "{}", ran.err());
            ran.says(&["disk/out.tamis-partial", if is_foreseen { "free some" } else { "check free space" }]);
            assert!(!disk.0.join("out").exists() && !disk.0.join("out.tamis").exists());
            let has_state = disk.0.join("out.tamis-partial/journal").exists();
            if has_state {
                ran.says(&["the finished part is kept in", "continue with --resume"]);
                // It comes to nothing again, and keeps what is done again.
                case.sandbox.tamis(&[&args[..], &["--resume"]].concat()).exits(2);
                assert!(disk.0.join("out.tamis-partial/journal").exists());
            }
            disk.grow(size * 10);
            case.sandbox.tamis(&[&args[..], &["--resume"]].concat()).exits(3);
            let mut found = case.sandbox.tree("disk");
            found.retain(|path, _| !path.ends_with("run.json"));
            if let Ok(index) = fs::read(case.sandbox.path("index")) {
                found.insert("index".into(), Node::File(index));
            }
            assert!(found == case.expected, "{room} % of {size} bytes");
            drop(disk);
            case.clear();
        }
    }
}

/// A full disk wherever a store or a file is written, told by the output.
#[test]
fn an_output_that_is_full() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    let mut num_sealed = 0;
    for room in (1..=if is_long() { 60 } else { 6 }).map(|n| n * 4_000_000 / if is_long() { 60 } else { 6 }) {
        let room = format!("room={room}");
        let ran = case.run(&[&room]);
        if ran.code() != 0 {
            ran.exits(2).says(&["cannot write: ", "nothing was published: check free space"]);
            case.is_unpublished(&room);
            num_sealed += usize::from(case.has_state());
            case.goes_on("resume=1", &room);
        }
        case.clear();
    }
    assert!(num_sealed > 1);
}

#[test]
fn too_little_space_is_told_before_it_is_taken() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=100000"]);
    let test = "too_little_space_is_told_before_it_is_taken";
    let Some(_disk) = Disk::mount(&case.sandbox, 300 * 1024, test) else { return };
    let ran = case.run(&["spill-dir=disk"]);
    ran.exits(2).says(&["/disk/out-", "MB there for what does not fit in memory", "--spill-dir"]);
    case.is_unpublished("no space");
}

// What was left, and is not what it was.

/// Damages a file of what a run left, and goes on: that is refused, or comes to the same.
#[track_caller]
fn damaged(case: &Case, left: &Tree, path: &Path, content: Option<&[u8]>, what: &str) -> bool {
    put_back(case, left);
    let full = case.sandbox.path(path);
    match content {
        Some(content) => fs::write(&full, content).expect("a file"),
        None => fs::remove_file(&full).expect("a file"),
    }
    let ran = case.run(&["resume=1"]);
    if ran.code() == 0 {
        case.is_same(what);
        return false;
    }
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
    let named = if name == "spill" { "out.tamis-partial" } else { name };
    ran.exits(2).says(&[named, "cannot resume", "run again without --resume, from the beginning"]);
    case.is_unpublished(what);
    true
}

/// Whether a state speaks of a file.
fn is_spoken_of(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_ours = path.parent() == Some(Path::new("out.tamis-partial"));
    is_ours && ["journal", "spill"].contains(&name)
        || name.starts_with("store-")
        || path.starts_with("out.tamis-partial/record")
}

#[test]
fn what_was_damaged_is_refused() {
    let (mut num_refused, mut num_same, mut refused) = (0, 0, BTreeSet::new());
    for (step, more) in [(("settle", "read"), "threads=2"), (("write", "append"), "spill-dir=spill")] {
        let case = Case::of_steps(&corpus(SMALL), &["memory=300000", more]);
        let left = killed_at(&case, step);
        let mut noise = Noise::new(9);
        for (path, node) in left.iter().filter(|(path, _)| is_spoken_of(path)) {
            let Node::File(content) = node else { continue };
            let told = format!("{step:?}: {}", path.display());
            let is_refused = damaged(&case, &left, path, None, &format!("{told} missing"));
            // Of some stores the state does not speak (any more); without a journal the run begins at the beginning.
            if is_refused {
                refused.insert(path.file_name().expect("a name").to_owned());
                num_refused += 1;
            }
            let len = content.len();
            if len == 0 {
                continue;
            }
            for keep in [0, len / 2, len - 1] {
                let what = format!("{told} cut to {keep}");
                let is_refused = damaged(&case, &left, path, Some(&content[..keep]), &what);
                *(if is_refused { &mut num_refused } else { &mut num_same }) += 1;
            }
            if path.starts_with("out.tamis-partial/record") {
                continue; // what is written already is told by its length alone
            }
            let num = if is_long() { 30 } else { 1 };
            let random: Vec<usize> = (0..num).map(|_| noise.below(len)).collect();
            for at in [0, len / 2, len - 1].into_iter().chain(random) {
                let mut flipped = content.clone();
                flipped[at] ^= 1 << (at % 8);
                let what = format!("{told} flipped at {at}");
                let is_refused = damaged(&case, &left, path, Some(&flipped), &what);
                *(if is_refused { &mut num_refused } else { &mut num_same }) += 1;
            }
        }
    }
    tell("damaged", &(num_refused, num_same));
    for name in ["sources", "places", "prints", "marks", "verdicts", "ids", "ids-index"] {
        assert!(refused.contains(OsStr::new(&format!("store-{name}"))), "{name}: {refused:?}");
    }
    assert!(num_refused > 60, "{num_refused} {num_same}");
}

/// Copies a directory with the times of its files.
fn copy(from: &Path, to: &Path) {
    let ran = run(Command::new("cp").arg("-a").args([from, to]));
    assert!(ran.status.success(), "{}", ran.err());
}

/// A change to a file of the input, and the message that it must cause.
type Change<'a> = (&'a dyn Fn(&str), &'a str, &'a str);

/// Inputs and options are to be those of the run that was cut short.
#[test]
fn other_inputs_and_options_are_refused() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    let (left, kept) = (killed_at(&case, ("write", "append")), Sandbox::new());
    let input = case.sandbox.path("in");
    copy(&input, &kept.path("in"));
    let write = |name: &str| fs::write(input.join(name), "another\n").expect("a file");
    let touch = |name: &str| drop(run(Command::new("touch").arg(input.join(name))));
    let remove = |name: &str| fs::remove_file(input.join(name)).expect("a file");
    let changes: [Change<'_>; 6] = [
        (&write, "zz/last.txt", "zz/last.txt: "),
        (&write, "news/0/12.txt", "news/0/12.txt: "),
        (&touch, "zz/last.txt", "zz/last.txt: "),
        (&write, "news/0/0a.txt", "news/0/0a.txt: "),
        (&write, "zz/new.txt", "and have 38 now"),
        (&remove, "zz/last.txt", "and have 36 now"),
    ];
    for (change, name, told) in changes {
        put_back(&case, &left);
        change(name);
        let ran = case.run(&["resume=1"]);
        ran.exits(2).says(&[told, "cannot resume", "run again without --resume"]);
        case.is_unpublished(name);
        assert!(case.has_state());
        fs::remove_dir_all(&input).expect("a directory");
        copy(&kept.path("in"), &input);
        case.goes_on("resume=1", name);
    }
    for options in [&["--match", "loose"][..], &["--text-field", "body"], &["--to", "jsonl"]] {
        put_back(&case, &left);
        let args = ["clean", "in", "--out", "out", "--resume"];
        let ran = case.sandbox.tamis(&[&args[..], options].concat());
        ran.exits(2).says(&["out.tamis-partial", "the options", "run again without --resume"]);
        assert!(!ran.err().contains("continue with --resume"), "{}", ran.err());
        assert!(case.has_state());
        case.is_unpublished("options");
    }
    case.clear();
}

/// A run that is refused does not take away what another one did.
#[test]
fn a_run_that_is_refused_clears_nothing() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    let left = killed_at(&case, ("write", "append"));
    for more in [&[][..], &["--resume"]] {
        put_back(&case, &left);
        case.sandbox.file("out/mine.txt", "mine\n");
        let ran = case.sandbox.tamis(&[&["clean", "in", "--out", "out"], more].concat());
        ran.exits(2).says(&["out: exists and is not empty"]);
        fs::remove_dir_all(case.sandbox.path("out")).expect("a directory");
        case.goes_on("resume=1", "refused");
    }
}

/// Standard input does not come again.
#[test]
fn a_run_of_standard_input_leaves_nothing_to_go_on_with() {
    let sandbox = Sandbox::new();
    files::write_files(&sandbox.path("in"), &corpus(SIZE));
    let args = ["clean", "in", "-", "--out", "out", "--seal-every", "100kB"];
    let mut running = process::Running::start(sandbox.command(&args).stdin(Stdio::piped()));
    let started = Instant::now();
    while !sandbox.exists("out.tamis-partial/corpus/news/2/large.txt") {
        assert!(started.elapsed() < process::TIMEOUT);
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(500)); // a seal takes no longer
    running.child.kill().expect("a process");
    running.finish();
    assert!(!sandbox.exists("out.tamis-partial/journal"));
}

/// The directory for what does not fit in memory is used, cleared, and to be the same.
#[test]
fn a_directory_for_what_does_not_fit_in_memory() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000", "spill-dir=spill"]);
    let left = killed_at(&case, ("write", "append"));
    let spilled =
        |case: &Case| case.sandbox.exists("spill") && !files::names(&case.sandbox.path("spill")).is_empty();
    assert!(spilled(&case) && left.keys().any(|path| path.ends_with("store-prints")));
    assert!(!case.sandbox.exists("out.tamis-partial/store-prints"));
    case.goes_on("resume=1", "with it");
    // Another one is refused, and so is none.
    for more in [&["spill-dir=other"][..], &[]] {
        put_back(&case, &left);
        let arguments = ["out", "in", "seal-every=150000", "memory=300000", "resume=1"];
        let mut command = cut::program(&[&arguments[..], more].concat());
        let ran = run(command.current_dir(case.sandbox.root()));
        ran.exits(2).says(&["out.tamis-partial", "/spill/out-", "give the same --spill-dir"]);
        assert!(case.has_state() && spilled(&case));
    }
    // It is not there for a while: a disk that is not mounted.
    put_back(&case, &left);
    fs::rename(case.sandbox.path("spill"), case.sandbox.path("elsewhere")).expect("a directory");
    let ran = case.run(&["resume=1"]);
    ran.exits(2).says(&["/spill/out-", "cannot resume"]);
    assert!(case.has_state());
    let _ = fs::remove_dir_all(case.sandbox.path("spill"));
    fs::rename(case.sandbox.path("elsewhere"), case.sandbox.path("spill")).expect("a directory");
    case.goes_on("resume=1", "it is back");
    // A run that does not go on clears it, whether it is given one or not.
    put_back(&case, &left);
    case.sandbox.tamis(&["clean", "in", "--out", "out", "-q"]).exits(3);
    assert!(!spilled(&case));
    case.is_done("without it");
}

/// A run is killed between the steps that publish.
#[test]
fn killed_while_publishing() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    let left = killed_at(&case, ("write", "publish"));
    let staging = case.sandbox.path("out.tamis-partial");
    for num in 0..=4 {
        put_back(&case, &left);
        let number = |name: &str| fs::metadata(staging.join(name)).expect("a directory").ino();
        let marker = format!("{} {}\n", number("corpus"), number("record"));
        let rename = |from: &str, to: &str| fs::rename(staging.join(from), case.sandbox.path(to));
        let steps: [&dyn Fn() -> std::io::Result<()>; 4] = [
            &|| fs::write(staging.join("publishing"), ""),
            &|| fs::write(staging.join("publishing"), &marker),
            &|| rename("record", "out.tamis"),
            &|| rename("corpus", "out"),
        ];
        steps[..num].iter().for_each(|step| step().expect("a step"));
        let ran = case.run(&["resume=1", "tell="]);
        if num == 4 {
            ran.exits(2).says(&["out: exists and is not empty"]);
        } else {
            ran.exits(0);
            assert!(ran.out().contains("reopen-store"), "{num}: it began at the beginning");
        }
        case.is_done(&format!("{num} steps"));
    }
}

/// Staging that was cleared cannot be resumed, and stays ours to clear.
#[test]
fn killed_while_clearing() {
    let case = Case::of_steps(&corpus(SMALL), &["memory=300000"]);
    killed_at(&case, ("write", "append"));
    let stuck = case.sandbox.path("out.tamis-partial/corpus/disk");
    let inner = Sandbox::new();
    fs::create_dir_all(&stuck).expect("a directory");
    if !has("mount")
        || !run(Command::new("mount").arg("--bind").arg(inner.root()).arg(&stuck)).status.success()
    {
        return skip("killed_while_clearing", "nothing can be mounted here, which takes root");
    }
    let disk = Disk(stuck);
    let ran = case.sandbox.tamis(&["clean", "in", "--out", "out", "-q"]);
    ran.exits(2).says(&["out.tamis-partial/corpus", "cannot remove"]);
    drop(disk);
    assert!(!case.has_state() && case.sandbox.exists("out.tamis-partial/lock"));
    case.goes_on("resume=1", "cleared");
}
