//! A manifest: what runs left, held against what is committed, or written anew.
#![expect(clippy::disallowed_methods, reason = "a test reads and writes its own files")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sha2::{Digest, Sha256};

use super::calm;

use crate::support::process::{Ran, Running};
use crate::support::sandbox::Sandbox;
use crate::support::tree::Node;

/// The outcome of a run, by name: `exit`, `stdout`, `stderr`, and files by their paths.
pub(crate) type Left = BTreeMap<String, Vec<u8>>;

/// The name of a ledger's lines in what a run left.
const LINES: &str = ":lines";

/// The manifest of some runs, under construction.
pub(crate) struct Book {
    name: &'static str,
    /// Title of each section, and what the runs left.
    sections: Vec<(String, Left)>,
}

impl Book {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, sections: Vec::new() }
    }

    /// Runs the command line, and enters what it leaves in these files and directories, whose old content goes first.
    /// Gives back the exit code.
    #[track_caller]
    pub(crate) fn run(&mut self, sandbox: &Sandbox, args: &str, watched: &[&str]) -> i32 {
        self.run_anew(sandbox, args, watched, watched)
    }

    /// The command on several numbers of threads: each must leave the same.
    #[track_caller]
    pub(crate) fn run_threads(&mut self, sandbox: &Sandbox, args: &str, watched: &[&str], threads: &[usize]) {
        for threads in threads {
            sandbox.file("tamis.toml", format!("threads = {threads}\n"));
            self.run(sandbox, args, watched);
        }
        fs::remove_file(sandbox.path("tamis.toml")).expect("a file");
    }

    /// The command; of what it leaves only `cleared` is removed first.
    #[track_caller]
    pub(crate) fn run_anew(
        &mut self,
        sandbox: &Sandbox,
        args: &str,
        watched: &[&str],
        cleared: &[&str],
    ) -> i32 {
        remove(sandbox, cleared);
        self.run_titled(sandbox, (args, args), watched)
    }

    /// The command under another title; nothing is removed.
    #[track_caller]
    pub(crate) fn run_titled(
        &mut self,
        sandbox: &Sandbox,
        (title, args): (&str, &str),
        watched: &[&str],
    ) -> i32 {
        let ran = finished(&mut quiet(sandbox, args));
        let mut left = files(sandbox, watched);
        enter_printed(&mut left, &ran, sandbox);
        self.enter(title, left);
        ran.code()
    }

    /// The command with this on standard input.
    #[track_caller]
    pub(crate) fn run_on(&mut self, sandbox: &Sandbox, args: &str, input: &[u8], watched: &[&str]) {
        remove(sandbox, watched);
        let mut running = Running::start(quiet(sandbox, args).stdin(Stdio::piped()));
        running.type_in(input);
        let ran = running.finish();
        let mut left = files(sandbox, watched);
        enter_printed(&mut left, &ran, sandbox);
        self.enter(args, left);
    }

    /// Enters what a run left. If the title stands there already, both must be the same.
    #[track_caller]
    pub(crate) fn enter(&mut self, title: &str, left: Left) {
        if let Some((_, before)) = self.sections.iter().find(|(known, _)| known == title) {
            let differences = compare(before, &left);
            assert!(differences.is_empty(), "two runs of {title} differ:\n{differences}");
            return;
        }
        self.sections.push((title.to_owned(), left));
    }

    /// The outcome of the run with this title.
    pub(crate) fn left(&self, title: &str) -> &Left {
        let section = self.sections.iter().find(|(known, _)| known == title);
        &section.unwrap_or_else(|| panic!("{title}: no such section")).1
    }

    /// Holds the manifest against the committed one, or writes that.
    #[track_caller]
    pub(crate) fn close(self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{}.golden", self.name));
        let found = self.text();
        if std::env::var_os("TAMIS_BLESS").is_some_and(|value| value == "1") {
            fs::write(&path, &found).expect("a manifest");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "{}", self.differences(&expected));
        for (_, left) in &self.sections {
            for content in left.values() {
                keep(content);
            }
        }
    }

    fn text(&self) -> String {
        let section = |(title, left): &(String, Left)| {
            let lines = left.iter().map(|(name, content)| entry(name, content));
            format!("[{title}]\n{}\n", lines.collect::<String>())
        };
        self.sections.iter().map(section).collect()
    }

    fn differences(&self, expected: &str) -> String {
        let mut expected = parsed(expected);
        let mut text = format!("{}.golden: outputs changed; TAMIS_BLESS=1 accepts it\n", self.name);
        for (title, left) in &self.sections {
            let Some(golden) = expected.remove(title) else {
                let _ = writeln!(text, "[{title}]: not in the manifest");
                continue;
            };
            let told = against(&golden, left);
            if !told.is_empty() {
                let _ = writeln!(text, "[{title}]\n{told}");
            }
        }
        for title in expected.keys() {
            let _ = writeln!(text, "[{title}]: in the manifest only");
        }
        text
    }
}

/// The command line in the sandbox, with as little of the environment as it takes.
pub(crate) fn quiet(sandbox: &Sandbox, args: &str) -> Command {
    let words: Vec<&str> = args.split(' ').collect();
    let mut command = sandbox.command(&words);
    command.env_clear();
    command.envs(["PATH", "TMPDIR"].iter().filter_map(|key| Some((key, std::env::var_os(key)?))));
    command
}

/// Runs a command to its end, however busy the machine is.
pub(crate) fn finished(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().expect("a process");
    Ran { status, stdout, stderr }
}

fn remove(sandbox: &Sandbox, paths: &[&str]) {
    for path in paths {
        let path = sandbox.path(path);
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }; // it may not be there
    }
}

/// Exit code and both streams.
pub(crate) fn enter_printed(left: &mut Left, ran: &Ran, sandbox: &Sandbox) {
    left.insert("exit".to_owned(), ran.code().to_string().into());
    for (name, stream) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        left.insert(name.to_owned(), calm::printed(stream.clone(), sandbox.root()));
    }
}

/// The files at and below these paths of a sandbox.
pub(crate) fn files(sandbox: &Sandbox, watched: &[&str]) -> Left {
    let mut left = Left::new();
    for path in watched {
        let full = sandbox.path(path);
        if full.is_dir() {
            for (relative, node) in sandbox.tree(path) {
                let name = format!("{path}/{}", relative.display().to_string().escape_debug());
                match node {
                    Node::File(content) => enter_file(&mut left, &name, content, sandbox),
                    Node::Directory => {}
                    other => panic!("{name}: {other:?}"),
                }
            }
        } else if full.exists() {
            enter_file(&mut left, path, sandbox.read(path), sandbox);
        }
    }
    left
}

fn enter_file(left: &mut Left, name: &str, content: Vec<u8>, sandbox: &Sandbox) {
    if name.ends_with("removed.jsonl.zst") {
        let lines = zstd::stream::decode_all(content.as_slice()).expect("Zstandard");
        left.insert(format!("{name}{LINES}"), lines);
    }
    left.insert(name.to_owned(), calm::file(name, content, sandbox.root()));
}

fn hash(content: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(content))
}

/// A line of the manifest: name, length and hash; of the exit code, itself; of a ledger's lines, their number too.
fn entry(name: &str, content: &[u8]) -> String {
    let lines = memchr::memchr_iter(b'\n', content).count();
    match name {
        "exit" => format!("exit {}\n", String::from_utf8_lossy(content)),
        "stdout" | "stderr" if content.is_empty() => String::new(),
        _ if name.ends_with(LINES) => format!("{name} {} {} {lines} lines\n", content.len(), hash(content)),
        _ => format!("{name} {} {}\n", content.len(), hash(content)),
    }
}

/// The sections of a manifest: lines by name.
fn parsed(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut sections = BTreeMap::<String, BTreeMap<String, String>>::new();
    let mut title = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(new) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            new.clone_into(&mut title);
        } else {
            let name = line.split(' ').next().unwrap_or_default().to_owned();
            sections.entry(title.clone()).or_default().insert(name, format!("{line}\n"));
        }
    }
    sections
}

/// The differences between a section of the manifest and the outcome of a run.
fn against(golden: &BTreeMap<String, String>, left: &Left) -> String {
    let mut text = String::new();
    for name in golden.keys().chain(left.keys().filter(|name| !golden.contains_key(*name))) {
        let expected = golden.get(name).cloned().unwrap_or_default();
        let found = left.get(name).map_or_else(String::new, |content| entry(name, content));
        if expected != found {
            let _ =
                writeln!(text, "  {name}\n    expected {}\n    found    {}", shown(&expected), shown(&found));
            if let (Some(content), Some(kept)) = (left.get(name), kept(&expected)) {
                text.push_str(&first_difference(&kept, content));
            }
        }
    }
    text
}

/// A line of a manifest, or that there is none.
fn shown(entry: &str) -> &str {
    if entry.is_empty() { "nothing" } else { entry.trim() }
}

/// The differences between the outcomes of two runs.
pub(crate) fn compare(expected: &Left, found: &Left) -> String {
    let mut text = String::new();
    for name in expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name))) {
        match (expected.get(name), found.get(name)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => {
                let _ = write!(
                    text,
                    "  {name}: {} bytes, {} bytes\n{}",
                    a.len(),
                    b.len(),
                    first_difference(a, b)
                );
            }
            (a, _) => {
                let _ =
                    writeln!(text, "  {name}: only in the {}", if a.is_some() { "first" } else { "second" });
            }
        }
    }
    text
}

/// The first line in which two texts differ, or the first byte.
fn first_difference(expected: &[u8], found: &[u8]) -> String {
    let (Ok(expected_text), Ok(found_text)) = (std::str::from_utf8(expected), std::str::from_utf8(found))
    else {
        let at = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
        return format!("    first at byte {at} of {} and {}\n", expected.len(), found.len());
    };
    let (mut a, mut b) = (expected_text.split_inclusive('\n'), found_text.split_inclusive('\n'));
    for number in 1.. {
        let (a, b) = (a.next(), b.next());
        if a != b {
            let (a, b) = (a.unwrap_or("(the end)"), b.unwrap_or("(the end)"));
            let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
            let shown = |line: &str| line.chars().skip(same.saturating_sub(60)).take(200).collect::<String>();
            return format!(
                "    line {number}, from character {}:\n    - {:?}\n    + {:?}\n",
                same.saturating_sub(60),
                shown(a),
                shown(b)
            );
        }
        if a.is_none() {
            break;
        }
    }
    String::new()
}

/// Where what was seen is kept.
fn kept_path(hash: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden").join(hash)
}

/// Keeps what a passing test saw, so that a later one can show what differs.
fn keep(content: &[u8]) {
    let path = kept_path(&hash(content));
    if !path.exists() {
        let staged = path.with_extension(format!("{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        let packed = zstd::stream::encode_all(content, 1).expect("memory");
        fs::write(&staged, packed).and_then(|()| fs::rename(&staged, &path)).expect("a file");
    }
}

/// The name of what a line of the manifest is about, if it was kept.
fn kept(entry: &str) -> Option<Vec<u8>> {
    let packed = fs::read(kept_path(entry.split(' ').nth(2)?.trim())).ok()?;
    zstd::stream::decode_all(packed.as_slice()).ok()
}
