//! Every command in README.md and docs/ runs, and their transcripts are what the commands print.

#![cfg(feature = "cli")]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it reads files, and fails by panicking"
)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process::{TAMIS, has, skip};

/// A fenced block: its language and its lines.
struct Block {
    language: String,
    lines: Vec<String>,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let body = lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect();
            blocks.push(Block { language: language.to_owned(), lines: body });
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

#[test]
fn commands_run() {
    for name in pages() {
        let count = run_commands(&page(&name));
        assert!(count >= 6 || INSIDE.contains(&name.as_str()), "{name}: {count} commands found");
    }
}

/// Runs the commands of a page in a directory of its own; how many there were.
fn run_commands(page: &str) -> usize {
    let clone = Clone::new();
    let mut count = 0;
    let blocks = blocks(page);
    let shown = blocks.iter().filter(|block| block.language == "sh" || block.language == "console");
    for (block, line) in shown.flat_map(|block| block.lines.iter().map(move |line| (block, line))) {
        if block.language == "console" {
            // What it leaves is there for the commands after it; what it prints is another test's.
            line.strip_prefix("$ ").map(|line| clone.run(line));
            continue;
        }
        if (line.starts_with("git ") || line.contains("--since-ref")) && !has("git") {
            skip(line, "git is not installed");
            continue;
        }
        if line.starts_with("cargo test") || line.starts_with("cargo bench") {
            continue; // this very test, or one that runs beside it; and benches take their time
        }
        if line.contains("--example") && !example().is_file() {
            skip(line, "the example is built by `cargo test`, not by `cargo test --test it`");
            continue;
        }
        let (text, code) = clone.run(line);
        assert!(matches!(code, 0 | 3), "{line}: exit {code}\n{text}");
        count += 1;
    }
    count
}

#[test]
fn transcripts_are_true() {
    for name in pages() {
        let count = follow_transcripts(&page(&name));
        assert!(count > 0 || INSIDE.contains(&name.as_str()), "{name}: no transcript found");
    }
}

/// Runs what a page shows a transcript of, and compares; how many there were.
fn follow_transcripts(page: &str) -> usize {
    let clone = Clone::new();
    let is_stable = |line: &&str| !line.starts_with("time ");
    let mut count = 0;
    for block in blocks(page).iter().filter(|block| block.language == "console") {
        let command = block.lines[0].strip_prefix("$ ").unwrap();
        if command.contains("zstd") && !has("zstd") {
            skip(command, "zstd is not installed");
            continue;
        }
        let (text, _) = clone.run(command);
        let printed: Vec<&str> = text.lines().filter(is_stable).collect();
        let shown: Vec<&str> = block.lines[1..].iter().map(String::as_str).filter(is_stable).collect();
        assert_eq!(printed, shown, "{command}");
        count += 1;
    }
    count
}

#[test]
fn every_option_is_in_the_table() {
    let help = |command| {
        let help = Command::new(TAMIS).args([command, "--help"]).output().unwrap().stdout;
        String::from_utf8(help).unwrap()
    };
    // Those of `init` alone are where it is described.
    let readme = page("README.md") + &page("docs/ci.md");
    let helps = ["clean", "check", "init", "verify", "report"].map(help).concat();
    for word in helps.split_whitespace().filter(|word| word.starts_with("--")) {
        let option =
            word.trim_end_matches(|c: char| !c.is_alphanumeric()).split(['[', '=', ',']).next().unwrap();
        assert!(option == "--help" || option == "--verbose" || readme.contains(option), "{option}");
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
