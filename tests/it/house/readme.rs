//! Every command in README.md and docs/ runs, and their transcripts are what the commands print.
//!
//! `TAMIS_BLESS=1 cargo test --test it -- house::readme` writes the transcripts anew, in place. Read the difference
//! before you commit it.

#![cfg(feature = "cli")]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it reads files, and fails by panicking"
)]

use std::ops::Range;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process::{TAMIS, has, skip};

/// A fenced block: its language, its lines, and the number of its first line in the page.
struct Block {
    language: String,
    lines: Vec<String>,
    first: usize,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let body = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            let body = body.map(str::to_owned).collect();
            blocks.push(Block { language: language.to_owned(), lines: body, first: number + 1 });
        }
    }
    blocks
}

/// A directory like a clone's top level, with the programs that README calls on its PATH.
struct Clone {
    directory: tempfile::TempDir,
}

impl Clone {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let bin = directory.path().join("target/bin");
        std::fs::create_dir_all(&bin).unwrap();
        let tamis = Path::new(TAMIS);
        symlink(tamis, bin.join("tamis")).unwrap();
        symlink(example(), bin.join("embed")).unwrap();
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        for entry in walkdir::WalkDir::new(&corpus) {
            let entry = entry.unwrap();
            let copy = directory.path().join("corpus").join(entry.path().strip_prefix(&corpus).unwrap());
            if entry.file_type().is_dir() {
                std::fs::create_dir_all(copy).unwrap();
            } else {
                std::fs::copy(entry.path(), copy).unwrap();
            }
        }
        Self { directory }
    }

    /// Runs a command line as README shows it; what it prints, messages first, and its exit code.
    fn run(&self, line: &str) -> (String, i32) {
        let line =
            line.replace("cargo run --release -- ", "tamis ").replace("cargo run --example embed", "embed");
        let path = format!(
            "{}:{}",
            self.directory.path().join("target/bin").display(),
            std::env::var("PATH").unwrap()
        );
        let shell = Command::new("sh")
            .args(["-c", &line])
            .current_dir(self.directory.path())
            .env("PATH", path)
            .env_remove("COLUMNS")
            .output();
        let output = shell.unwrap();
        let text = [output.stderr, output.stdout].concat();
        (String::from_utf8(text).unwrap(), output.status.code().unwrap())
    }
}

/// The example's binary, beside the command's.
fn example() -> PathBuf {
    Path::new(TAMIS).with_file_name("examples").join("embed")
}

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// README and everything in docs/.
fn pages() -> Vec<String> {
    let docs = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap();
    let paths = docs.map(|entry| entry.unwrap().path());
    let pages = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut names: Vec<String> =
        pages.map(|path| format!("docs/{}", path.file_name().unwrap().to_str().unwrap())).collect();
    names.sort();
    names.insert(0, "README.md".to_owned());
    names
}

/// Pages about the inside of the program. What they show must run too, but they need not show anything.
const INSIDE: [&str; 3] = ["docs/architecture.md", "docs/contract.md", "docs/extending.md"];

/// What was found on a page.
#[derive(Default)]
struct Found {
    commands: usize,
    transcripts: usize,
    /// Transcripts that show something else than what their command prints.
    stale: Vec<Stale>,
}

/// A transcript that is not true: where its printed lines stand on the page, and what belongs there.
struct Stale {
    command: String,
    lines: Range<usize>,
    printed: Vec<String>,
}

#[test]
fn commands_run_and_transcripts_are_true() {
    let is_blessed = std::env::var_os("TAMIS_BLESS").is_some_and(|value| value == "1");
    let (mut commands, mut transcripts, mut report) = (0, 0, Vec::new());
    for name in pages() {
        let text = page(&name);
        let found = follow(&text);
        let count = found.commands + found.transcripts;
        assert!(count > 0 || INSIDE.contains(&name.as_str()), "{name}: no command found");
        commands += found.commands;
        transcripts += found.transcripts;
        if is_blessed && !found.stale.is_empty() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
            std::fs::write(path, with_transcripts(&text, &found.stale)).unwrap();
            continue;
        }
        for stale in found.stale {
            let shown: Vec<&str> = text.lines().collect();
            let shown = shown[stale.lines].join("\n");
            let printed = stale.printed.join("\n");
            report.push(format!("{name}: $ {}\nshown:\n{shown}\nprinted:\n{printed}", stale.command));
        }
    }
    assert!(
        report.is_empty(),
        "transcripts changed; TAMIS_BLESS=1 accepts what is printed now\n{}",
        report.join("\n\n")
    );
    assert!(commands >= 60 && transcripts >= 8, "{commands} commands and {transcripts} transcripts found");
}

/// Runs the commands and transcripts of a page, in their order, in a directory of their own.
fn follow(page: &str) -> Found {
    let clone = Clone::new();
    let mut found = Found::default();
    for block in blocks(page) {
        if block.language == "console" {
            found.transcripts += 1;
            found.stale.extend(follow_transcript(&clone, &block));
        } else if block.language == "sh" {
            found.commands += block.lines.iter().filter(|line| run_command(&clone, line)).count();
        }
    }
    found
}

/// Runs a line of a block of commands, which must succeed; whether it is one that can run here.
fn run_command(clone: &Clone, line: &str) -> bool {
    if line.starts_with("cargo test") || line.starts_with("cargo bench") || line.starts_with("cargo install")
    {
        return false; // this very test, or one that runs beside it; the others build, and take their time
    }
    if line.contains("--example") && !example().is_file() {
        skip(line, "the example is built by `cargo test`, not by `cargo test --test it`");
        return false;
    }
    if let Some(program) = missing(line) {
        skip(line, &format!("{program} is not installed"));
        return false;
    }
    let (text, code) = clone.run(line);
    assert!(matches!(code, 0 | 3), "{line}: exit {code}\n{text}");
    true
}

/// A program that a command line needs and that is not there.
fn missing(line: &str) -> Option<&'static str> {
    let needs_git = line.starts_with("git ") || line.contains("--since-ref");
    let needed = [("git", needs_git), ("zstd", line.contains("zstd ")), ("jq", line.contains("jq "))];
    needed.into_iter().find(|(program, is_needed)| *is_needed && !has(program)).map(|(program, _)| program)
}

/// Runs what a block shows a transcript of, and compares. How long something takes does not count. If a transcript
/// ends with the line `…`, it shows the first lines of what is printed.
fn follow_transcript(clone: &Clone, block: &Block) -> Option<Stale> {
    let command = block.lines[0].strip_prefix("$ ").unwrap();
    if let Some(program) = missing(command) {
        skip(command, &format!("{program} is not installed"));
        return None;
    }
    let (text, _) = clone.run(command);
    let mut printed: Vec<String> = text.lines().map(str::to_owned).collect();
    let shown = &block.lines[1..];
    if let Some((more, first)) = shown.split_last().filter(|(last, _)| *last == "…") {
        assert!(printed.len() > first.len(), "{command}: prints only {} lines", printed.len());
        printed.truncate(first.len());
        printed.push(more.clone());
    }
    // A page keeps the time that it shows: that of a debug build says nothing.
    let is_time = |line: &&String| line.starts_with("time ");
    if let (Some(now), Some(time)) =
        (printed.iter().position(|line| is_time(&line)), shown.iter().find(is_time))
    {
        printed[now].clone_from(time);
    }
    let is_true = printed == shown;
    let lines = block.first + 1..block.first + block.lines.len();
    (!is_true).then(|| Stale { command: command.to_owned(), lines, printed })
}

/// A page with what is printed now in place of the transcripts that are not true.
fn with_transcripts(page: &str, stale: &[Stale]) -> String {
    let mut lines: Vec<&str> = page.lines().collect();
    for stale in stale.iter().rev() {
        lines.splice(stale.lines.clone(), stale.printed.iter().map(String::as_str));
    }
    lines.join("\n") + "\n"
}

#[test]
fn transcripts_are_written_anew_in_their_place() {
    let page = "# Page\n\n```console\n$ one\na\nb\n```\n\ntext\n\n```console\n$ two\nc\n```\n";
    let stale = |block: &Block, printed: &[&str]| Stale {
        command: block.lines[0].clone(),
        lines: block.first + 1..block.first + block.lines.len(),
        printed: printed.iter().map(|line| (*line).to_owned()).collect(),
    };
    let blocks = blocks(page);
    let stale = [stale(&blocks[0], &["A"]), stale(&blocks[1], &["C", "D"])];
    assert_eq!(
        with_transcripts(page, &stale),
        "# Page\n\n```console\n$ one\nA\n```\n\ntext\n\n```console\n$ two\nC\nD\n```\n"
    );
}

/// A newcomer reads it to the end.
#[test]
fn readme_is_short() {
    let lines = page("README.md").lines().count();
    assert!(lines <= 200, "README.md has {lines} lines");
}

/// The anchors of a page: its headings as GitHub names them, and those that it sets itself.
fn anchors(page: &str) -> Vec<String> {
    let headings =
        page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let slug = |heading: &str| -> String {
        let kept = heading.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    let set = page.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    headings.map(slug).chain(set).collect()
}

/// Links to files and headings of the repository, pictures among them.
#[test]
fn links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut count, mut broken) = (0, Vec::new());
    for name in pages().into_iter().chain(["CONTRIBUTING.md".to_owned()]) {
        let text = page(&name);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = match path {
                "" => root.join(&name),
                path => root.join(&name).with_file_name(path),
            };
            let is_there = path.exists()
                && (anchor.is_empty()
                    || anchors(&std::fs::read_to_string(path).unwrap()).contains(&anchor.to_owned()));
            count += 1;
            if !is_there {
                broken.push(format!("{name}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "there is no such file or heading:\n{}", broken.join("\n"));
    assert!(count >= 100, "{count} links found");
}

#[test]
fn every_option_is_in_the_table() {
    let help = |command| {
        let help = Command::new(TAMIS).args([command, "--help"]).output().unwrap().stdout;
        String::from_utf8(help).unwrap()
    };
    // Those of `init` alone are where it is described.
    let table = page("docs/options.md") + &page("docs/ci.md");
    let helps =
        ["clean", "check", "init", "verify", "inspect", "explain", "clusters", "report"].map(help).concat();
    for word in helps.split_whitespace().filter(|word| word.starts_with("--")) {
        let option =
            word.trim_end_matches(|c: char| !c.is_alphanumeric()).split(['[', '=', ',']).next().unwrap();
        // Whole names only: `--input-format` does not tell of `--input`.
        let is_in_table = [" ", "`", "=", "["].iter().any(|end| table.contains(&format!("`{option}{end}")));
        assert!(is_in_table || option == "--help" || option == "--verbose", "{option}");
    }
}

/// README, everything in docs/, and the page for contributors.
#[test]
fn tests_and_benches_that_are_named_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for name in pages().into_iter().chain(["CONTRIBUTING.md".to_owned()]) {
        let text = page(&name);
        for (option, directory) in [("--test ", "tests"), ("--bench ", "benches")] {
            for rest in text.split(option).skip(1) {
                let target: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let files = [format!("{target}.rs"), format!("{target}/main.rs")];
                let exists = files.iter().any(|file| root.join(directory).join(file).is_file());
                assert!(exists, "{name}: {option}{target}: there is no such target");
                count += 1;
            }
        }
        for rest in text.split("--test it ").skip(1) {
            let modules = rest.split(['\n', '`', '#']).next().unwrap().split_whitespace();
            for module in modules.filter(|word| *word != "--") {
                let path = root.join("tests/it").join(module.replace("::", "/"));
                assert!(
                    path.is_dir() || path.with_extension("rs").is_file(),
                    "{name}: {module}: no such tests"
                );
                count += 1;
            }
        }
    }
    assert!(count >= 6, "{count} targets found");
}
