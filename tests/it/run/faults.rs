//! Faults: what cannot be read, hostile names, outputs that cannot be written, runs that are interrupted or killed.
//! Each test checks the exit code, that the message names the path and a remedy, that nothing partial stands under a
//! final name, that no staging is left, and, where the run goes on, that everything else was cleaned.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tamis::store::{Input, InputFile, InputPlace, MemoryInput, MemoryOutput};
use tamis::{Config, NoObserver, Outcome};

use crate::support::lines::lines;
use crate::support::memory;
use crate::support::process::{Ran, Running, TAMIS, TIMEOUT, has, run, skip};
use crate::support::run::adds_up;
use crate::support::sandbox::Sandbox;
use crate::support::terminal::shown;
use crate::support::tree::{Node, Tree};
use crate::support::user::OrdinaryUser;

// What every fault has in common.

/// Checks that nothing was published and nothing is left of the attempt.
#[track_caller]
fn is_untouched(sandbox: &Sandbox, before: &Tree) {
    assert_eq!(sandbox.tree(""), *before);
}

/// Checks that OUT and its record stand there, nothing else, and that the counts add up.
#[track_caller]
fn is_published(sandbox: &Sandbox, out: &str, files: &[&str]) -> Value {
    let found: Vec<_> =
        files_of(&sandbox.tree(out)).into_iter().map(|name| shown(&name).to_owned()).collect();
    assert_eq!(found, files);
    let record = format!("{out}.tamis");
    let names: Vec<_> = files_of(&sandbox.tree(&record));
    let expected = ["files.jsonl", "rejected.jsonl", "removed.jsonl.zst", "run.json", "summary.json"];
    assert_eq!(names, expected.map(PathBuf::from));
    no_staging(sandbox);
    let summary = sandbox.summary(&record);
    adds_up(&serde_json::from_value(summary.clone()).expect("a summary"));
    let rejected = sum(&summary["files"]["rejected"]) + sum(&summary["records"]["rejected"]);
    assert_eq!(sandbox.rejected(&record).len() as u64, rejected, "each rejection is listed");
    summary
}

fn files_of(tree: &Tree) -> Vec<PathBuf> {
    tree.iter().filter(|(_, node)| matches!(node, Node::File(_))).map(|(name, _)| name.clone()).collect()
}

#[track_caller]
fn no_staging(sandbox: &Sandbox) {
    let tree = sandbox.tree("");
    let left = tree.keys().find(|name| name.as_os_str().as_bytes().ends_with(b".tamis-partial"));
    assert_eq!(left, None);
}

fn sum(counts: &Value) -> u64 {
    counts.as_object().expect("counts").values().filter_map(Value::as_u64).sum()
}

/// A sandbox with `in/a.txt` before and `in/z.txt` after whatever goes wrong; each repeats a line of the other.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "first\nshared\n");
    sandbox.file("in/z.txt", "shared\nlast\n");
    sandbox
}

/// Checks that the two files around the fault were cleaned.
#[track_caller]
fn others_are_clean(sandbox: &Sandbox) {
    assert_eq!(sandbox.read_text("out/a.txt"), "first\nshared\n");
    assert_eq!(sandbox.read_text("out/z.txt"), "last\n");
}

const CLEAN: [&str; 4] = ["clean", "in", "--out", "out"];

// Files that cannot be read (contract X1: 3, each is listed).

#[test]
fn an_unreadable_file_and_an_unreadable_directory() {
    let sandbox = sandbox();
    let Some(user) = OrdinaryUser::find(&sandbox, "an_unreadable_file_and_an_unreadable_directory") else {
        return;
    };
    let file = sandbox.file("in/locked.txt", "secret\nlast\n");
    let records = sandbox.file("in/locked.jsonl", "{\"text\":\"secret\"}\n");
    let large = sandbox.file("in/large.txt", "secret\n".repeat(100_000));
    sandbox.file("in/shut/x.txt", "secret\n");
    let directory = sandbox.path("in/shut");
    let shut = [(file.as_path(), 0), (&records, 0), (&large, 0), (&directory, 0)];
    let ran = user.tamis_with(&sandbox, &shut, &CLEAN);
    ran.exits(3);
    for name in ["locked.txt", "locked.jsonl", "large.txt", "shut"] {
        ran.says(&[&format!("{name}: cannot be "), "Permission denied", "check its permissions"]);
    }
    let summary = is_published(&sandbox, "out", &["a.txt", "z.txt"]);
    others_are_clean(&sandbox);
    assert_eq!(summary["files"]["rejected"], serde_json::json!({"unreadable": 4}));
    // Named by the user it is a mistake to be told, not a part of the corpus to be left out.
    let ran = user.tamis_with(&sandbox, &[(&directory, 0)], &["clean", "in/shut", "--out", "out2"]);
    ran.exits(2).says(&["in/shut", "Permission denied", "check the path and its permissions"]);
    user.tamis_with(&sandbox, &[(&file, 0)], &["clean", "in/locked.txt", "--out", "out3"])
        .says(&["locked.txt"]);
    assert!(
        !sandbox.exists("out2") && files_of(&sandbox.tree("")).iter().all(|name| !name.starts_with("out3"))
    );
}

#[test]
fn a_directory_in_which_out_cannot_be_made() {
    let sandbox = sandbox();
    let Some(user) = OrdinaryUser::find(&sandbox, "a_directory_in_which_out_cannot_be_made") else { return };
    fs::create_dir(sandbox.path("fixed")).expect("a directory");
    old_output(&sandbox, "fixed/old", "old.txt");
    let before = sandbox.tree("");
    let fixed = sandbox.path("fixed");
    for (out, path) in
        [("fixed/out", "fixed/out"), ("fixed/new/out", "fixed/new"), ("fixed/old", "fixed/old")]
    {
        let args = ["clean", "in", "--out", out, "--force"];
        let ran = user.tamis_with(&sandbox, &[(&fixed, 0o555)], &args);
        ran.exits(2).says(&[path, "Permission denied", "nothing was published", "permissions"]);
        is_untouched(&sandbox, &before);
    }
}

/// An input whose files change behind the back of the list: sizes that lie, files that do not open, and reads that
/// fail in the middle.
#[derive(Default)]
struct Unsteady {
    files: MemoryInput,
    sizes: BTreeMap<&'static str, u64>,
    vanished: BTreeSet<&'static str>,
    torn: BTreeSet<&'static str>,
}

impl Input for Unsteady {
    fn open(&self, place: InputPlace<'_>) -> io::Result<Box<dyn InputFile>> {
        let name = str::from_utf8(place.relative).expect("UTF-8");
        if self.vanished.contains(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let file = self.files.open(place)?;
        Ok(if self.torn.contains(name) { Box::new(Torn(file)) } else { file })
    }

    fn size(&self, place: InputPlace<'_>) -> io::Result<u64> {
        let name = str::from_utf8(place.relative).expect("UTF-8");
        self.sizes.get(name).map_or_else(|| self.files.size(place), |&size| Ok(size))
    }
}

/// A disk that fails.
struct Torn(Box<dyn InputFile>);

impl Read for Torn {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk failed")),
            got => Ok(got),
        }
    }
}

impl Seek for Torn {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// Cleans files of an unsteady input and gives back OUT.
fn clean_unsteady(mut input: Unsteady, files: &[(&str, &str)]) -> (BTreeMap<String, String>, Outcome) {
    let names: Vec<String> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    for (name, content) in files {
        input.files.insert(*name, content.as_bytes());
    }
    let output = MemoryOutput::new();
    let outcome = memory::run(&names, (&input, &output), &Config::default(), &NoObserver).expect("a run");
    adds_up(&outcome.summary);
    let (out, _) = memory::published(&output);
    let text = |(name, content)| (name, String::from_utf8(content).expect("UTF-8"));
    (out.into_iter().map(text).collect(), outcome)
}

fn rejected(outcome: &Outcome, reason: &str) -> u64 {
    outcome.summary.files.rejected.get(reason).copied().unwrap_or_default()
}

#[test]
fn a_file_that_vanishes_after_it_was_listed() {
    for size in [6, 1_000_000] {
        let input = Unsteady {
            vanished: ["b.txt", "c.jsonl"].into(),
            sizes: [("b.txt", size), ("c.jsonl", size)].into(),
            ..Unsteady::default()
        };
        let files = [
            ("a.txt", "one\n"),
            ("b.txt", "two\n"),
            ("c.jsonl", "{\"text\":\"two\"}\n"),
            ("d.txt", "two\none\n"),
        ];
        let (out, outcome) = clean_unsteady(input, &files);
        // What was never read is nobody's survivor.
        assert_eq!(
            out,
            [("a.txt", "one\n"), ("d.txt", "two\n")].map(|(a, b)| (a.to_owned(), b.to_owned())).into()
        );
        assert_eq!(rejected(&outcome, "unreadable"), 2, "{size}");
    }
}

#[test]
fn a_file_that_shrinks_or_grows_after_it_was_listed() {
    let long = "a line of some length, number one\nand its twin, number two\n".repeat(40_000);
    let unique = "a line of some length, number one\nand its twin, number two\n";
    let files = [("a.txt", "one\n"), ("b.txt", &*long), ("c.txt", "one\ntwo\n")];
    for (size, is_read) in [(0, false), (100, false), (1 << 20, true), (2 << 20, true), (64 << 20, true)] {
        let input = Unsteady { sizes: [("b.txt", size)].into(), ..Unsteady::default() };
        let (out, outcome) = clean_unsteady(input, &files);
        assert_eq!((out["a.txt"].as_str(), out["c.txt"].as_str()), ("one\n", "two\n"));
        assert_eq!(out.get("b.txt").map(String::as_str), is_read.then_some(unique), "{size}");
        assert_eq!(rejected(&outcome, "growing"), u64::from(!is_read), "{size}");
    }
    // To nothing, and by a little.
    let input = Unsteady { sizes: [("b.txt", 1 << 20), ("c.txt", 1)].into(), ..Unsteady::default() };
    let (out, outcome) = clean_unsteady(input, &[("b.txt", ""), ("c.txt", "one\ntwo\n")]);
    assert_eq!(out, [("c.txt".to_owned(), "one\ntwo\n".to_owned())].into());
    assert_eq!((outcome.summary.files.read, outcome.summary.documents.emptied), (2, 1));
}

#[test]
fn a_file_of_which_only_a_part_can_be_read() {
    let mut text = lines(60_000, |number| format!("line number {number}"));
    text.push_str("half a li");
    let records = lines(3, |number| format!("{{\"text\":\"line number {number}\"}}"));
    let files = [
        ("a.txt", &*text),
        ("b.jsonl", &*format!("{records}{{\"te")),
        ("c.txt", "line number 2\nline number 3\n"),
    ];
    for size in [10, 2 << 20] {
        let input = Unsteady {
            torn: ["a.txt", "b.jsonl"].into(),
            sizes: [("a.txt", 2 << 20), ("b.jsonl", size)].into(),
            ..Unsteady::default()
        };
        let (out, outcome) = clean_unsteady(input, &files);
        assert_eq!(rejected(&outcome, "unreadable"), 2);
        // Half a text document is none. Whole records before the break are documents, however the file is read.
        assert!(!out.contains_key("a.txt"));
        assert_eq!(out["b.jsonl"].lines().count(), 3, "listed at {size} bytes");
        assert_eq!(out["c.txt"], "line number 3\n");
    }
}

/// Waits until something is so.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < TIMEOUT, "waited too long: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Sends a signal by name, with the shell's `kill`, to a process that may have ended.
fn signal(running: &Running, name: &str) {
    let kill = format!("kill -{name} {} 2>&-", running.child.id());
    Command::new("sh").args(["-c", &kill]).status().expect("a shell");
}

/// A run that has listed its inputs and waits for standard input, the first of them.
fn waiting_run(sandbox: &Sandbox, args: &[&str]) -> Running {
    let mut running =
        Running::start(sandbox.command(&[&["clean", "-", "in"], args].concat()).stdin(Stdio::piped()));
    running.type_in(b"typed\n");
    // The record is begun when the inputs are listed.
    wait_until("the run begins", || sandbox.exists("out.tamis-partial/record/rejected.jsonl"));
    running
}

#[test]
fn files_that_change_on_disk_while_the_run_works() {
    let sandbox = sandbox();
    for name in ["vanishes", "shrinks", "grows", "turns"] {
        sandbox.file(format!("in/{name}.txt"), format!("{name}\nsecond line\n"));
    }
    sandbox.file("in/gone/x.txt", "x\n");
    let running = waiting_run(&sandbox, &["--out", "out"]);
    fs::remove_file(sandbox.path("in/vanishes.txt")).expect("a file to remove");
    fs::remove_dir_all(sandbox.path("in/gone")).expect("a directory to remove");
    sandbox.file("in/shrinks.txt", "shr");
    sandbox.file("in/grows.txt", "line\n".repeat(500_000));
    fs::remove_file(sandbox.path("in/turns.txt")).expect("a file to remove");
    fs::create_dir(sandbox.path("in/turns.txt")).expect("a directory");
    let ran = running.finish();
    ran.exits(3).says(&["vanishes.txt", "No such file", "gone/x.txt", "turns.txt", "not a regular file now"]);
    ran.says(&["grows.txt: it grew while it was read; run again when no program writes to it"]);
    is_published(&sandbox, "out", &["a.txt", "shrinks.txt", "stdin.txt", "z.txt"]);
    others_are_clean(&sandbox);
    assert_eq!(sandbox.read_text("out/shrinks.txt"), "shr\n");
}

// What stands in a tree beside regular files (contract D2).

#[test]
fn a_directory_named_like_a_file() {
    let sandbox = sandbox();
    sandbox.file("in/x.txt/inner.txt", "inner\n");
    fs::create_dir(sandbox.path("in/empty.jsonl")).expect("a directory");
    sandbox.tamis(&CLEAN).exits(0);
    is_published(&sandbox, "out", &["a.txt", "x.txt/inner.txt", "z.txt"]);
}

#[test]
fn symbolic_links() {
    let sandbox = sandbox();
    sandbox.file("elsewhere/x.txt", "x\n");
    for (target, link) in [
        ("a.txt", "in/link.txt"),
        ("../elsewhere", "in/linked"),
        ("nowhere", "in/dangling.txt"),
        ("..", "in/sub/loop"),
        ("itself.txt", "in/itself.txt"),
    ] {
        fs::create_dir_all(sandbox.path(link).parent().expect("a parent")).expect("a directory");
        symlink(target, sandbox.path(link)).expect("a link");
    }
    let ran = sandbox.tamis(&CLEAN);
    assert_eq!(ran.exits(0).err(), "");
    let summary = is_published(&sandbox, "out", &["a.txt", "z.txt"]);
    assert_eq!(summary["files"]["skipped"], serde_json::json!({"symlink": 5}));
    others_are_clean(&sandbox);
    let ran = sandbox.tamis(&["clean", "in", "--out", "followed", "--follow"]);
    ran.exits(3).says(&[
        "dangling.txt",
        "No such file",
        "sub/loop",
        "a loop of symbolic links",
        "itself.txt",
    ]);
    let summary = is_published(&sandbox, "followed", &["a.txt", "linked/x.txt", "z.txt"]);
    assert_eq!(summary["files"]["rejected"], serde_json::json!({"unreadable": 3}));
    assert_eq!(summary["documents"]["emptied"], 1, "link.txt repeats a.txt");
    // A link that the user names is followed.
    sandbox.tamis(&["clean", "in/link.txt", "in/linked", "--out", "named"]).exits(0);
    is_published(&sandbox, "named", &["link.txt", "x.txt"]);
    let ran = sandbox.tamis(&["clean", "in/dangling.txt", "--out", "none"]);
    ran.exits(2).says(&["in/dangling.txt", "No such file", "check the path"]);
    assert!(!sandbox.exists("none"));
}

#[test]
fn a_fifo_and_a_socket_never_block() {
    let sandbox = sandbox();
    let fifo = sandbox.path("in/fifo.txt");
    if !has("mkfifo") || !run(Command::new("mkfifo").arg(&fifo)).status.success() {
        return skip("a_fifo_and_a_socket_never_block", "`mkfifo` does not work here");
    }
    let _socket = UnixListener::bind(sandbox.path("in/socket.txt")).expect("a socket");
    symlink("fifo.txt", sandbox.path("in/to-fifo.txt")).expect("a link");
    sandbox.tamis(&[&CLEAN[..], &["--follow"]].concat()).exits(0);
    let summary = is_published(&sandbox, "out", &["a.txt", "z.txt"]);
    others_are_clean(&sandbox);
    assert_eq!(summary["files"]["skipped"], serde_json::json!({"special": 3}));
    // A FIFO that is named is read: `bounds` does that.
    sandbox.file("list", "in/to-fifo.txt\n");
    let ran = sandbox.tamis(&["clean", "--files-from", "list", "--out", "none"]);
    ran.exits(2).says(&["in/to-fifo.txt", "a FIFO, and a list may only name files"]);
    for (input, kind) in [("in/socket.txt", "a socket"), ("/dev/null", "a device")] {
        let ran = sandbox.tamis(&["clean", input, "--out", "none"]);
        ran.exits(2).says(&[input, kind, "give its content through a file, or `-`"]);
        assert!(!sandbox.exists("none"));
    }
    no_staging(&sandbox);
}

// Names.

#[test]
fn names_that_are_not_utf8() {
    let sandbox = sandbox();
    let name = |bytes: &'static [u8]| Path::new(OsStr::from_bytes(bytes));
    if fs::write(sandbox.path(name(b"caf\xe9")), "").is_err() {
        return skip("names_that_are_not_utf8", "this file system has none");
    }
    sandbox.file(name(b"in/caf\xe9.txt"), "own\nshared\n");
    sandbox.file(name(b"in/d\xff\xfe/\xe4\xb8\xad\xe4.jsonl"), "{\"text\":\"inner\"}\n{}\n");
    let ran = sandbox.tamis(&CLEAN);
    ran.exits(3).says(&["d\\xff\\xfe/中\\xe4.jsonl:2"]).is_plain();
    assert_eq!(sandbox.read(name(b"out/caf\xe9.txt")), b"own\n");
    assert_eq!(sandbox.read(name(b"out/d\xff\xfe/\xe4\xb8\xad\xe4.jsonl")), b"{\"text\":\"inner\"}\n");
    assert_eq!(sandbox.ledger("out.tamis")[0]["path"], "caf\\xe9.txt");
    assert_eq!(sandbox.rejected("out.tamis")[0]["path"], "d\\xff\\xfe/中\\xe4.jsonl");
    // As an input, and as OUT.
    let args = [&b"clean"[..], b"in/d\xff\xfe", b"--out", b"o\xff/out"].map(OsStr::from_bytes);
    sandbox.tamis(&args).exits(3).is_plain();
    assert!(
        sandbox.exists(name(b"o\xff/out/\xe4\xb8\xad\xe4.jsonl")) && sandbox.exists(name(b"o\xff/out.tamis"))
    );
    let ran = sandbox.tamis(&[&b"clean"[..], b"no\xff", b"--out", b"none"].map(OsStr::from_bytes));
    ran.exits(2).says(&["no\\xff"]).is_plain();
    no_staging(&sandbox);
}

// Every input file is accounted for: no two under one name.
#[test]
fn the_record_tells_apart_a_name_that_is_not_utf8_and_one_that_is_spelled_like_it() {
    let sandbox = Sandbox::new();
    for name in [&b"in/x\xff.txt"[..], b"in/x\\xff.txt"] {
        if fs::write(sandbox.path("probe").with_file_name(OsStr::from_bytes(b"p\xff")), "").is_err() {
            return;
        }
        sandbox.file(Path::new(OsStr::from_bytes(name)), b"\xff\n");
    }
    sandbox.tamis(&CLEAN).exits(3);
    let rejected = sandbox.rejected("out.tamis");
    assert_ne!(rejected[0]["path"], rejected[1]["path"]);
}

#[test]
fn hostile_names_do_nothing_to_the_terminal() {
    const HOSTILE: &str = "a\nb\u{1b}[31m\u{202e}txt\u{2066}\u{7}\u{9b}";
    const ESCAPED: &str = "a\\u{a}b\\u{1b}[31m\\u{202e}txt\\u{2066}\\u{7}\\u{9b}";
    let sandbox = sandbox();
    sandbox.file(format!("in/{HOSTILE}.txt"), b"own\n\xff\n");
    sandbox.file(format!("in/{HOSTILE}.jsonl"), "{\"text\":\"first\\nmore\"}\n{}\n");
    sandbox.file(format!("in/{HOSTILE}"), b"\0");
    let out = format!("out{HOSTILE}");
    let ran = sandbox.tamis(&["clean", "in", "--out", &out, "-vv"]);
    ran.exits(3).is_plain();
    ran.says(&[&format!("rejected {ESCAPED}.txt:"), &format!("{ESCAPED}.jsonl:2"), "skipped"]);
    assert!(ran.out().contains(&format!("out{ESCAPED}.tamis\n")), "{}", ran.out());
    // The record is for programs: it has the name.
    let record = format!("{out}.tamis");
    assert_eq!(sandbox.ledger(&record)[0]["survivor"]["path"], format!("{HOSTILE}.jsonl"));
    let rejected = sandbox.rejected(&record);
    assert_eq!(
        rejected.iter().map(|line| &line["path"]).collect::<Vec<_>>(),
        [&format!("{HOSTILE}.jsonl"), &format!("{HOSTILE}.txt")]
    );
    assert!(!sandbox.read_text(format!("{record}/rejected.jsonl")).contains('\u{1b}'));
    for args in [
        &["clean", &format!("no{HOSTILE}"), "--out", "none"][..],
        &["clean", "in", "--out", &out],
        &["clean", "in", "--out", &format!("in/{HOSTILE}")],
        &["clean", "in", &format!("in/{HOSTILE}.txt"), "--out", "none"],
        &["clean", "in", "--out", "none", "--config", &format!("no{HOSTILE}")],
    ] {
        sandbox.tamis(args).exits(2).is_plain();
    }
    no_staging(&sandbox);
}

// Contents.

/// Peak memory in MiB of a command, by GNU time.
fn peak(sandbox: &Sandbox, args: &[&str]) -> (Ran, u64) {
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", "-o", "peak", TAMIS]).args(args).current_dir(sandbox.root());
    let ran = run(&mut command);
    let peak = sandbox.read_text("peak");
    (ran, peak.lines().last().and_then(|kib| kib.parse::<u64>().ok()).expect("a number of KiB") / 1024)
}

#[test]
fn a_line_of_64_mib() {
    let sandbox = sandbox();
    // A GNU time that cannot say so is none.
    if !Path::new("/usr/bin/time").exists() || peak(&sandbox, &["--version"]).0.code() != 0 {
        return skip("a_line_of_64_mib", "/usr/bin/time is not installed");
    }
    let line = "一行很长的文字，".repeat((64 << 20) / 24);
    sandbox.file("in/long.txt", format!("{line}\nshared\n"));
    let (ran, mib) = peak(&sandbox, &CLEAN);
    ran.exits(0);
    is_published(&sandbox, "out", &["a.txt", "long.txt", "z.txt"]);
    others_are_clean(&sandbox);
    assert!(sandbox.read_text("out/long.txt") == format!("{line}\n"), "the line is another");
    println!("a line of 64 MiB: peak {mib} MiB");
    assert!(mib < 64 * 2 + 128, "{mib} MiB");
}

#[test]
fn nul_bytes() {
    let sandbox = sandbox();
    sandbox.file("in/nul.txt", b"with a \0nul\n\0\n");
    sandbox.file("in/nul.jsonl", b"{\"text\":\"a \\u0000b\"}\n{\"text\":\"\0\"}\n");
    sandbox.file("in/no-extension", b"with a \0nul\n");
    sandbox.file("in/late", [b"x".repeat(9000), b"\n\0y\n".to_vec()].concat());
    let ran = sandbox.tamis(&CLEAN);
    ran.exits(3).says(&["nul.jsonl:2", "repair the line"]).is_plain();
    let summary = is_published(&sandbox, "out", &["a.txt", "late", "nul.jsonl", "nul.txt", "z.txt"]);
    others_are_clean(&sandbox);
    assert_eq!(summary["files"]["skipped"], serde_json::json!({"binary": 1}));
    assert_eq!(sandbox.read_text("out/nul.txt"), "with a nul\n"); // contract P3
    assert_eq!(sandbox.read_text("out/nul.jsonl"), "{\"text\":\"a b\"}\n");
    assert_eq!(sandbox.read_text("out/late"), format!("{}\ny\n", "x".repeat(9000)));
}

// Contract D4: what cannot be decoded is rejected, listed, and left out, never half-written.
#[test]
fn invalid_utf8_in_the_middle_of_a_text() {
    for lines in [10, 50_000, 600_000] {
        let sandbox = sandbox();
        let mut text = Vec::new();
        for number in 0..lines {
            text.extend(format!("line {number}\n").into_bytes());
        }
        let offset = text.len() + 4;
        text.extend(b"\xe4\xb8\xad\n\xe4\xb8\nlast\n".repeat(2));
        text.extend(b"more\n".repeat(lines));
        sandbox.file("in/bad.txt", &text);
        sandbox.file("in/c.txt", "line 3\nline 4\n");
        let ran = sandbox.tamis(&CLEAN);
        let message = format!("bad.txt: not valid UTF-8 (at byte {offset}); repair it");
        ran.exits(3).says(&[&message]);
        let summary = is_published(&sandbox, "out", &["a.txt", "c.txt", "z.txt"]);
        others_are_clean(&sandbox);
        assert_eq!(
            sandbox.read_text("out/c.txt"),
            "line 3\nline 4\n",
            "no survivor stands in what is left out"
        );
        assert_eq!(summary["paragraphs"]["read"], 6);
        assert_eq!(sandbox.rejected("out.tamis")[0]["byte"], offset);
        assert_eq!(sandbox.ledger("out.tamis").len(), 1);
    }
}

// Contract O4: a bad record is rejected with file and line number, and the rest of the file goes on.
#[test]
fn bad_records() {
    let sandbox = sandbox();
    let lines: [(&[u8], &str, &str); 12] = [
        (b"{\"text\":\"one\"}", "", ""),
        (b"{\"text\":\"tw\xff\"}", "not_utf8", "repair it"),
        (b"", "", ""),
        (b"{\"raw\":\"three\"}", "no_text", "--text-field"),
        (b"{\"text\":\"four\"", "not_json", "repair the line"),
        (b"{\"text\":\"five\",\"text\":\"5\"}", "text_twice", "remove one of the two"),
        (b"{\"text\":6}", "text_not_string", "must be a string"),
        (b"[\"seven\"]", "not_object", "must be a JSON object"),
        (b"{\"text\":\"\\udc00\"}", "undecodable", "surrogate"),
        (b"{\"text\":\"nine\",\"n\":1,\"n\":2}", "", ""),
        (b"{\"text\":\"ten\"} {}", "not_json", "repair the line"),
        (b"{\"text\":\"one\\neleven\"}", "", ""),
    ];
    sandbox.file("in/r.jsonl", lines.map(|(line, ..)| line).join(&b'\n'));
    let ran = sandbox.tamis(&CLEAN);
    ran.exits(3).is_plain();
    let mut expected = Vec::new();
    for (number, (_, reason, remedy)) in (1..).zip(lines).filter(|(_, (_, reason, _))| !reason.is_empty()) {
        let prefix = format!("tamis: rejected r.jsonl:{number}: ");
        let err = ran.err();
        let message =
            err.lines().find(|line| line.starts_with(&prefix)).unwrap_or_else(|| panic!("{prefix}: {err}"));
        assert!(message.contains(remedy), "{message}");
        expected.push((number, reason));
    }
    is_published(&sandbox, "out", &["a.txt", "r.jsonl", "z.txt"]);
    others_are_clean(&sandbox);
    let kept = "{\"text\":\"one\"}\n{\"text\":\"nine\",\"n\":1,\"n\":2}\n{\"text\":\"eleven\"}";
    assert_eq!(sandbox.read_text("out/r.jsonl"), kept);
    let listed = sandbox.rejected("out.tamis");
    let listed: Vec<_> = listed
        .iter()
        .map(|line| (line["line"].as_u64().expect("a line"), line["reason"].as_str().expect("a reason")))
        .collect();
    assert_eq!(listed, expected);
}

// Contract X2: many rejections do not bury the terminal, and all are listed.
#[test]
fn more_rejections_than_a_person_reads() {
    let sandbox = sandbox();
    sandbox.file("in/r.jsonl", "{}\n".repeat(5000));
    let ran = sandbox.tamis(&CLEAN);
    ran.exits(3)
        .says(&["r.jsonl:1 and 4,999 more records: ", "4,999 more rejected: see out.tamis/rejected.jsonl"]);
    assert_eq!(ran.err().lines().count(), 2);
    assert_eq!(sandbox.rejected("out.tamis").len(), 5000);
    is_published(&sandbox, "out", &["a.txt", "z.txt"]);
}

// OUT (contract O3).

/// A sandbox in which OUT stands already, with its record.
fn sandbox_with_old_output() -> Sandbox {
    let sandbox = sandbox();
    old_output(&sandbox, "out", "old/old.txt");
    sandbox
}

/// The files left by a run that wrote one file.
fn old_output(sandbox: &Sandbox, out: &str, file: &str) {
    sandbox.file(format!("{out}/{file}"), "old\n");
    sandbox.file(format!("{out}.tamis/summary.json"), "{}\n");
    sandbox.file(format!("{out}.tamis/files.jsonl"), format!("{{\"path\":\"{file}\",\"bytes\":4}}\n"));
}

#[test]
fn out_exists() {
    let sandbox = sandbox_with_old_output();
    let before = sandbox.tree("");
    let ran = sandbox.tamis(&CLEAN);
    ran.exits(2).says(&["out: exists and is not empty", "choose another OUT", "--force"]);
    is_untouched(&sandbox, &before);
    sandbox.tamis(&[&CLEAN[..], &["--force"]].concat()).exits(0);
    is_published(&sandbox, "out", &["a.txt", "z.txt"]);
    assert!(!sandbox.exists("out/old"), "a directory of the old output is left");
    // An empty OUT is none.
    fs::create_dir(sandbox.path("empty")).expect("a directory");
    sandbox.tamis(&["clean", "in", "--out", "empty"]).exits(0);
    is_published(&sandbox, "empty", &["a.txt", "z.txt"]);
}

#[test]
fn out_is_no_directory_or_no_output() {
    let sandbox = sandbox();
    sandbox.file("file", "mine\n");
    sandbox.file("letters.tamis/letter.txt", "mine\n");
    sandbox.file("note.tamis", "mine\n");
    symlink("nowhere", sandbox.path("dangling")).expect("a link");
    let before = sandbox.tree("");
    for (out, expected) in [
        ("file", &["file: exists and is not a directory", "move it away or choose another OUT"][..]),
        ("file/out", &["file", "exists"]),
        ("letters", &["letters.tamis", "is not the record of a run", "move it away or choose another OUT"]),
        ("note", &["note.tamis", "is not the record of a run"]),
        ("dangling", &["dangling", "does not name a directory"]),
        ("new/..", &["overlap: one contains the other"]),
    ] {
        for force in ["--force=true", "--force=false"] {
            let ran = sandbox.tamis(&["clean", "in", "--out", out, force]);
            ran.exits(2).says(expected);
            is_untouched(&sandbox, &before);
        }
    }
}

// What is not ours is not ours to remove, whatever its name.
#[test]
fn staging_is_not_made_in_what_somebody_else_put_there() {
    let sandbox = sandbox();
    sandbox.file("out.tamis-partial/letter.txt", "mine\n");
    let before = sandbox.tree("");
    sandbox.tamis(&CLEAN).exits(2).says(&["out.tamis-partial"]);
    is_untouched(&sandbox, &before);
}

#[test]
fn out_and_an_input_inside_one_another() {
    let sandbox = sandbox();
    sandbox.file("in/sub/b.txt", "b\n");
    sandbox.file("parent/in/a.txt", "a\n");
    sandbox.file("done.tamis/summary.json", "{}\n");
    fs::create_dir(sandbox.path("done")).expect("a directory");
    symlink("in", sandbox.path("to-in")).expect("a link");
    symlink("in/sub", sandbox.path("to-sub")).expect("a link");
    let before = sandbox.tree("");
    for (inputs, out) in [
        (&["in"][..], "in"),
        (&["in"], "in/"),
        (&["in"], "in/new"),
        (&["in"], "in/sub/deep/new"),
        (&["in/sub"], "in"),
        (&["in/sub/b.txt"], "in"),
        (&["in/a.txt"], "in/a.txt"),
        (&["in/a.txt"], "in/a.txt/out"),
        (&["."], "out"),
        (&["parent/in"], "parent"),
        (&["in/a.txt", "-", "in/sub"], "in/sub/new"),
        (&["to-in"], "in/new"),
        (&["in"], "to-in"),
        (&["in"], "to-in/new"),
        (&["to-in/sub"], "in"),
        (&["to-sub"], "in"),
        (&["in"], "to-sub/new"),
        (&["done.tamis"], "done"),
    ] {
        let args: Vec<_> = ["clean"].iter().chain(inputs).copied().chain(["--force", "--out", out]).collect();
        let ran = sandbox.tamis(&args);
        assert_eq!(ran.code(), 2, "{args:?} {}", ran.err());
        let input = inputs.last().expect("an input");
        ran.says(&[out, input, "overlap: one contains the other", "choose an OUT outside every input"]);
        is_untouched(&sandbox, &before);
    }
}

// Not even by a way that is only there once the parent of OUT is made.
#[test]
fn out_inside_an_input_through_a_directory_that_is_not_there() {
    let sandbox = sandbox();
    let before = sandbox.tree("");
    for out in ["x/../in/new", "x/y/../../in/new", "in/../x/../in"] {
        sandbox.tamis(&["clean", "in", "--force", "--out", out]).exits(2).says(&[out]);
        is_untouched(&sandbox, &before);
    }
}

// A name that only looks as if it began like another is no part of it.
#[test]
fn out_beside_an_input_of_a_similar_name() {
    let sandbox = sandbox();
    sandbox.tamis(&["clean", "in", "--out", "in-clean"]).exits(0);
    sandbox.tamis(&["clean", "in", "--out", "in/../in2"]).exits(0);
    is_published(&sandbox, "in-clean", &["a.txt", "z.txt"]);
    is_published(&sandbox, "in2", &["a.txt", "z.txt"]);
}

#[test]
fn out_behind_a_symbolic_link_is_swapped_where_it_stands() {
    let sandbox = sandbox();
    old_output(&sandbox, "disk/out", "old.txt");
    symlink("disk/out", sandbox.path("out")).expect("a link");
    sandbox.tamis(&CLEAN).exits(2).says(&["--force"]);
    sandbox.tamis(&[&CLEAN[..], &["--force"]].concat()).exits(0);
    is_published(&sandbox, "disk/out", &["a.txt", "z.txt"]);
    assert_eq!(sandbox.tree("")[Path::new("out")], Node::Link("disk/out".into()));
    assert!(!sandbox.exists("out.tamis"));
}

// Contract O1: an error before any work.
#[test]
fn inputs_that_collide() {
    let sandbox = sandbox();
    sandbox.file("twin/a.txt", "a\n");
    sandbox.file("file/x", "x\n");
    sandbox.file("directory/x/y.txt", "y\n");
    let before = sandbox.tree("");
    for (inputs, place) in [
        (["in", "twin"], "a.txt"),
        (["in", "in"], "a.txt"),
        (["in", "in/z.txt"], "z.txt"),
        (["file", "directory"], "x"),
        (["directory", "file"], "x"),
        (["in/a.txt", "twin/a.txt"], "a.txt"),
    ] {
        let ran = sandbox.tamis(&[&["clean"], &inputs[..], &["--out", "out"]].concat());
        ran.exits(2).says(&[&format!("{place}: the inputs "), inputs[0], inputs[1], "rename one"]);
        is_untouched(&sandbox, &before);
    }
    sandbox
        .tamis(&["clean", "in", "directory", "file/x", "--dry-run"])
        .exits(2)
        .says(&["would both be written"]);
    // What is not written collides with nothing.
    symlink("x", sandbox.path("twin/z.txt")).expect("a link");
    fs::remove_file(sandbox.path("twin/a.txt")).expect("a file to remove");
    sandbox.tamis(&["clean", "in", "twin", "--out", "out"]).exits(0);
}

#[test]
fn a_run_that_fails_leaves_no_directory_that_it_made() {
    let sandbox = sandbox();
    let before = sandbox.tree("");
    sandbox.tamis(&["clean", "in", "in", "--out", "new/parent/out"]).exits(2);
    is_untouched(&sandbox, &before);
}

/// Runs tamis where no file may be longer than 8 KiB.
fn tamis_on_a_small_ration(sandbox: &Sandbox, args: &[&str]) -> Ran {
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
    let mut command = Command::new("bash");
    command.args(["-c", script, TAMIS]).args(args).current_dir(sandbox.root()).stdin(Stdio::null());
    run(&mut command)
}

// All or nothing: the previous output stays as it was.
#[test]
fn a_write_that_fails() {
    if !has("bash") {
        return skip("a_write_that_fails", "bash is not installed");
    }
    let sandbox = sandbox_with_old_output();
    let lines = |name: &str, count: usize| lines(count, |number| format!("{name} {number}"));
    sandbox.file("in/m/small.txt", lines("small", 10));
    let before = sandbox.tree("");
    for (name, content) in [
        ("in/n/whole.txt", lines("whole", 5_000)),
        ("in/n/pieces.txt", lines("pieces", 500_000)),
        ("in/n/records.jsonl", format!("{{\"text\":\"{}\"}}\n", "x".repeat(10_000))),
        ("in/n/rejected.jsonl", "{}\n".repeat(1_000)),
    ] {
        let file = sandbox.file(name, content);
        for (out, force) in [("out", "--force"), ("new", "--force=false")] {
            let ran = tamis_on_a_small_ration(&sandbox, &["clean", "in", "--out", out, force]);
            ran.exits(2).says(&[
                ".tamis-partial",
                "cannot write: File too large",
                "nothing was published",
                "free space",
            ]);
            assert_eq!(ran.out(), "");
        }
        fs::remove_file(file).expect("a file to remove");
        fs::remove_dir(sandbox.path("in/n")).expect("a directory to remove");
        is_untouched(&sandbox, &before);
    }
    tamis_on_a_small_ration(&sandbox, &["clean", "in", "--out", "out", "--force"]).exits(0);
    is_published(&sandbox, "out", &["a.txt", "m/small.txt", "z.txt"]);
}

/// Runs a shell script in the sandbox with a file system of 256 KiB at `disk`.
fn on_a_small_disk(sandbox: &Sandbox, script: &str) -> Ran {
    fs::create_dir_all(sandbox.path("disk")).expect("a directory");
    let mount = format!("mount -t tmpfs -o size=256k tmpfs disk || exit 99\n{script}");
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &mount, TAMIS]).current_dir(sandbox.root()).stdin(Stdio::null());
    run(&mut command)
}

#[test]
fn a_full_disk() {
    let sandbox = sandbox();
    if !has("unshare") || on_a_small_disk(&sandbox, "exit 7").code() != 7 {
        return skip("a_full_disk", "`unshare -rm` and a tmpfs in it are not permitted here");
    }
    for number in 0..40 {
        let lines = lines(1000, |line| format!("file {number} line {line}"));
        sandbox.file(format!("in/n/{number:02}.txt"), lines);
    }
    let script = "
        mkdir disk/out disk/out.tamis; echo old > disk/out/old.txt; echo '{}' > disk/out.tamis/summary.json
        echo '{\"path\":\"old.txt\",\"bytes\":4}' > disk/out.tamis/files.jsonl; find disk | sort > before
        \"$0\" clean in --out disk/new; echo $? >> codes
        \"$0\" clean in --out disk/out --force; echo $? >> codes
        find disk | sort > after; cat disk/out/old.txt
        \"$0\" clean in/a.txt --out disk/out --force -q; echo $? >> codes
        find disk | sort >> after";
    let ran = on_a_small_disk(&sandbox, script);
    ran.exits(0).says(&[
        "No space left on device",
        "disk/",
        ".tamis-partial",
        "nothing was published",
        "free space",
    ]);
    assert_eq!((ran.out().as_str(), sandbox.read_text("codes").as_str()), ("old\n", "2\n2\n0\n"));
    let (before, after) = (sandbox.read_text("before"), sandbox.read_text("after"));
    let published = after.strip_prefix(&before).unwrap_or_else(|| panic!("{before}{after}"));
    assert!(published.contains("disk/out/a.txt") && !published.contains("old"), "{published}");
    // A file system cannot take the place of another: OUT that is one is refused, whatever it holds.
    let script = "\"$0\" clean in/a.txt --out disk; code=$?; find disk*; exit $code";
    let ran = on_a_small_disk(&sandbox, script);
    ran.exits(2).says(&["disk", "nothing was published"]);
    assert_eq!(ran.out(), "disk\n");
}

// Interrupted and killed runs. All or nothing.

/// Types on, so that the run never ends of itself, until it notices the signal it was sent. A signal and the end of
/// input race otherwise.
fn type_until_it_ends(mut running: Running) -> Ran {
    let block = lines(4096, |number| format!("line {number} of what is typed"));
    while running.child.try_wait().expect("a status").is_none() {
        running.type_in(block.as_bytes());
    }
    running.finish()
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    for name in ["INT", "TERM", "HUP"] {
        let sandbox = sandbox();
        let before = sandbox.tree("");
        let running = waiting_run(&sandbox, &["--out", "out"]);
        signal(&running, name);
        let ran = type_until_it_ends(running);
        ran.exits(130).says(&["interrupted: nothing was published"]);
        assert_eq!(ran.out(), "");
        is_untouched(&sandbox, &before);
    }
    let sandbox = sandbox_with_old_output();
    let before = sandbox.tree("");
    let running = waiting_run(&sandbox, &["--out", "out", "--force"]);
    signal(&running, "INT");
    type_until_it_ends(running).exits(130);
    is_untouched(&sandbox, &before);
    sandbox.tamis(&[&CLEAN[..], &["--force"]].concat()).exits(0);
    is_published(&sandbox, "out", &["a.txt", "z.txt"]);
}

#[test]
fn a_run_that_hangs_in_a_read_ends_at_the_second_signal() {
    let sandbox = sandbox_with_old_output();
    let mut running = waiting_run(&sandbox, &["--out", "out", "--force"]);
    signal(&running, "INT");
    let mut code = None;
    wait_until("the run ends", || {
        signal(&running, "INT");
        code = running.child.try_wait().expect("a status");
        code.is_some()
    });
    assert_eq!(code.and_then(|code| code.code()), Some(130));
    assert_eq!(sandbox.read_text("out/old/old.txt"), "old\n");
    sandbox.tamis(&[&CLEAN[..], &["--force"]].concat()).exits(0);
    is_published(&sandbox, "out", &["a.txt", "z.txt"]);
}

#[test]
fn a_killed_run_leaves_nothing_but_staging_which_the_next_run_clears() {
    for old in [sandbox(), sandbox_with_old_output()] {
        let before = old.tree("");
        let mut running = waiting_run(&old, &["--out", "out", "--force"]);
        running.child.kill().expect("a process to kill");
        running.finish().exits(1009);
        let mut after = old.tree("");
        after.retain(|name, _| !name.starts_with("out.tamis-partial"));
        assert_eq!(after, before, "nothing but staging");
        assert!(old.exists("out.tamis-partial/corpus"));
        old.tamis(&[&CLEAN[..], &["--force"]].concat()).exits(0);
        is_published(&old, "out", &["a.txt", "z.txt"]);
        others_are_clean(&old);
    }
}

#[test]
fn two_runs_on_one_out() {
    let sandbox = sandbox();
    let mut running = waiting_run(&sandbox, &["--out", "out"]);
    for out in ["out", "./out/", "in/../out"] {
        let ran = sandbox.tamis(&["clean", "in", "--out", out, "--force"]);
        ran.exits(2).says(&["out: another run is writing this OUT", "wait for it, or choose another OUT"]);
    }
    sandbox.tamis(&["clean", "in", "--out", "other"]).exits(0);
    running.type_in(b"first\n");
    running.finish().exits(0);
    is_published(&sandbox, "out", &["a.txt", "stdin.txt", "z.txt"]);
    assert_eq!(sandbox.read_text("out/a.txt"), "shared\n");
    is_published(&sandbox, "other", &["a.txt", "z.txt"]);
}

// Crashes in the middle of publishing, made by hand: see `src/store/publish.rs` for the steps.

/// How far a run came with publishing before it crashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// Staging is complete, and the marker is half written.
    HalfMarker,
    /// The marker is written.
    Marker,
    /// The old record stepped aside.
    OldRecordAside,
    /// The new record has its name.
    NewRecord,
    /// On a file system without an exchange, the old OUT stepped aside.
    OldCorpusAside,
    /// The new OUT has its name: committed.
    Committed,
    /// Some of the old output is removed.
    HalfCleared,
}

const STEPS: [Step; 7] = [
    Step::HalfMarker,
    Step::Marker,
    Step::OldRecordAside,
    Step::NewRecord,
    Step::OldCorpusAside,
    Step::Committed,
    Step::HalfCleared,
];

/// The state of OUT before the run that crashed, and how it makes room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Old {
    /// Nothing.
    Nothing,
    /// An output, which changes places with the new one in one step.
    Exchanged,
    /// An output, which is moved into staging first.
    MovedAside,
}

impl Old {
    fn sandbox(self) -> Sandbox {
        if self == Self::Nothing { sandbox() } else { sandbox_with_old_output() }
    }
}

/// A sandbox as a run leaves it that is cut short after `step`. Its output is `new.txt`.
fn crashed(step: Step, old: Old) -> Sandbox {
    let sandbox = old.sandbox();
    let staging = |name: &str| format!("out.tamis-partial/{name}");
    sandbox.file(staging("lock"), "tamis-staging 1\n");
    sandbox.file(staging("scratch-0"), "scratch");
    sandbox.file(staging("corpus/new.txt"), "new\n");
    sandbox.file(staging("record/summary.json"), "{\"new\":1}\n");
    sandbox.file(staging("record/files.jsonl"), "{\"path\":\"new.txt\",\"bytes\":4}\n");
    let number = |name: &str| fs::metadata(sandbox.path(staging(name))).expect("a directory").ino();
    let marker = format!("{} {}\n", number("corpus"), number("record"));
    let len = if step == Step::HalfMarker { marker.len() / 4 } else { marker.len() };
    sandbox.file(staging("publishing"), &marker[..len]);
    let rename = |from: &str, to: &str| fs::rename(sandbox.path(from), sandbox.path(to)).expect("a rename");
    if step >= Step::OldRecordAside && old != Old::Nothing {
        rename("out.tamis", &staging("old-record"));
    }
    if step >= Step::NewRecord {
        rename(&staging("record"), "out.tamis");
    }
    let committed = step >= Step::Committed;
    if (step >= Step::OldCorpusAside && old == Old::MovedAside) || (committed && old == Old::Exchanged) {
        rename("out", &staging("old-corpus"));
    }
    if committed {
        rename(&staging("corpus"), "out");
    }
    if committed && old == Old::Exchanged {
        rename(&staging("old-corpus"), &staging("corpus"));
    }
    if step == Step::HalfCleared {
        for name in ["old-record", "corpus", "scratch-0"] {
            let path = sandbox.path(staging(name));
            let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path)); // as far as it is there
        }
    }
    sandbox
}

/// The files that must be in the sandbox once the crash is undone, or the rest of it done.
fn settled(step: Step, old: Old) -> Tree {
    let sandbox = old.sandbox();
    if step >= Step::Committed {
        let _ = fs::remove_dir_all(sandbox.path("out")); // as far as it is there
        sandbox.file("out/new.txt", "new\n");
        sandbox.file("out.tamis/summary.json", "{\"new\":1}\n");
        sandbox.file("out.tamis/files.jsonl", "{\"path\":\"new.txt\",\"bytes\":4}\n");
    }
    sandbox.tree("")
}

fn every_crash() -> impl Iterator<Item = (Step, Old)> {
    let all =
        STEPS.iter().flat_map(|&step| [Old::Nothing, Old::Exchanged, Old::MovedAside].map(|old| (step, old)));
    all.filter(|&(step, old)| step != Step::OldCorpusAside || old == Old::MovedAside)
}

#[test]
fn a_crash_while_publishing_is_undone_before_the_next_run_works() {
    for (step, old) in every_crash() {
        // The next run fails after it has taken over: what it leaves is what stood there before the crash.
        let sandbox = crashed(step, old);
        let ran = sandbox.tamis(&["clean", "in", "in", "--out", "out", "--force"]);
        ran.exits(2).says(&["would both be written"]);
        assert_eq!(sandbox.tree(""), settled(step, old), "{step:?} {old:?}");
        // The next run works.
        let sandbox = crashed(step, old);
        sandbox.tamis(&[&CLEAN[..], &["--force"]].concat()).exits(0);
        is_published(&sandbox, "out", &["a.txt", "z.txt"]);
        others_are_clean(&sandbox);
    }
}

#[test]
fn a_crash_while_publishing_is_undone_by_a_run_without_force_too() {
    for (step, old) in every_crash() {
        let sandbox = crashed(step, old);
        let ran = sandbox.tamis(&CLEAN);
        if old == Old::Nothing && step < Step::Committed {
            ran.exits(0);
            is_published(&sandbox, "out", &["a.txt", "z.txt"]);
        } else {
            ran.exits(2).says(&["out: exists and is not empty", "--force"]);
            // OUT and its record belong together again. Whether staging is cleared is not promised.
            let mut left = sandbox.tree("");
            left.retain(|name, _| !name.starts_with("out.tamis-partial"));
            assert_eq!(left, settled(step, old), "{step:?} {old:?}");
        }
    }
}
