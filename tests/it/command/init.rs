//! `tamis init`: looks at a directory and writes tamis.toml, a baseline and a workflow, all or none of them. A check of
//! the directory passes then, and fails when something new repeats.

#![cfg(feature = "cli")]

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::process::{Ran, has, run, skip};
use crate::support::sandbox::Sandbox;
use crate::support::user::OrdinaryUser;

/// A corpus with problems: paragraphs that repeat, an input that is broken, records with their text in two fields.
fn corpus(dir: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file(format!("{dir}/a.txt"), "第一段，讲的是渡轮。\nSecond paragraph.\n第一段，讲的是渡轮。\n");
    sandbox.file(format!("{dir}/sub/b.txt"), "Second paragraph.\nA third one.\n");
    sandbox.file(
        format!("{dir}/r.jsonl"),
        "{\"text\":\"Fourth.\"}\n{\"body\":\"Fifth.\"}\n{\"body\":\"Sixth.\"}\n{\"text\n",
    );
    sandbox.file(format!("{dir}/image.png"), b"\x89PNG\0\0");
    sandbox
}

/// Runs the command line in a directory of the sandbox.
fn tamis_in(sandbox: &Sandbox, dir: &str, args: &[&str]) -> Ran {
    run(sandbox.command(args).current_dir(sandbox.path(dir)))
}

/// The names of all files of the sandbox.
fn names(sandbox: &Sandbox) -> BTreeSet<PathBuf> {
    sandbox.tree("").into_keys().collect()
}

fn config(sandbox: &Sandbox, path: &str) -> toml::Table {
    sandbox.read_text(path).parse().expect("TOML")
}

const FILES: [&str; 3] = ["tamis.toml", "tamis-baseline.txt", ".github/workflows/tamis.yml"];

#[test]
fn a_check_passes_after_it_and_fails_when_something_new_repeats() {
    let sandbox = corpus("in");
    let before = names(&sandbox);
    let ran = tamis_in(&sandbox, "in", &["init"]);
    let out = ran.exits(0).out();
    for part in
        ["5 documents", "body (2), text (1)", "skipped  files: 1 binary", "rejected records: 1 not json"]
    {
        assert!(out.contains(part), "{part:?} in {out}");
    }
    for file in FILES {
        assert!(out.contains(&format!("wrote    {file}\n")), "{out}");
    }
    let new: Vec<PathBuf> = names(&sandbox).difference(&before).cloned().collect();
    let mut expected: Vec<PathBuf> = FILES.iter().map(|file| Path::new("in").join(file)).collect();
    expected.extend([".github", ".github/workflows"].map(|name| Path::new("in").join(name)));
    expected.sort();
    assert_eq!(new, expected);
    let config = config(&sandbox, "in/tamis.toml");
    assert_eq!(config["text-field"], toml::Value::from(vec!["text", "body"]), "in the order of the defaults");
    assert_eq!(config["split"].as_str(), Some("auto"));
    assert_eq!(config["check"]["baseline"].as_str(), Some("tamis-baseline.txt"));

    tamis_in(&sandbox, "in", &["check"]).exits(0);
    // The baseline is the one that `check` writes.
    tamis_in(&sandbox, "in", &["check", "--write-baseline", "../again.txt"]).exits(0);
    assert_eq!(sandbox.read_text("again.txt"), sandbox.read_text("in/tamis-baseline.txt"));
    // What it wrote is no part of the corpus.
    let inspected = tamis_in(&sandbox, "in", &["inspect", "--json"]).exits(0).out();
    let inspected: Value = serde_json::from_str(&inspected).expect("JSON");
    assert_eq!(inspected["documents"], 5);
    tamis_in(&sandbox, "in", &["clean", "--out", "../out", "--quiet"]).exits(3);
    assert!(!sandbox.exists("out/tamis-baseline.txt"));

    sandbox.file("in/new.txt", "A third one.\n");
    let ran = tamis_in(&sandbox, "in", &["check"]);
    assert!(ran.exits(1).out().contains("new.txt"), "{}", ran.out());
}

#[test]
fn a_corpus_without_problems_has_an_empty_baseline() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "One.\nTwo.\n");
    assert!(sandbox.tamis(&["init", "in"]).exits(0).out().contains("problems 0 today"));
    tamis_in(&sandbox, "in", &["check"]).exits(0);
    sandbox.file("in/b.txt", "Two.\n");
    tamis_in(&sandbox, "in", &["check"]).exits(1);
}

#[test]
fn the_workflow_stands_at_the_root_of_the_repository() {
    let sandbox = corpus("data/news \"one\"/in");
    std::fs::create_dir(sandbox.path(".git")).expect("a directory");
    let ran = sandbox.tamis(&["init", "data/news \"one\"/in"]);
    assert!(ran.exits(0).out().contains("wrote    .github/workflows/tamis.yml\n"), "{}", ran.out());
    assert!(sandbox.exists("data/news \"one\"/in/tamis.toml"));
    assert!(!sandbox.exists("data/news \"one\"/in/.github"));
    let workflow: Value =
        serde_saphyr::from_str(&sandbox.read_text(".github/workflows/tamis.yml")).expect("YAML");
    let steps = workflow["jobs"]["check"]["steps"].as_array().expect("steps");
    let with = &steps[1]["with"];
    assert_eq!(
        (&with["working-directory"], &with["since-ref"]),
        (&"data/news \"one\"/in".into(), &"auto".into())
    );
    assert_eq!(steps[0]["with"]["fetch-depth"], 0);
    // A second directory of the repository has the workflow against it, and says what to do.
    sandbox.file("other/a.txt", "One.\n");
    let before = sandbox.tree("");
    sandbox
        .tamis(&["init", "other"])
        .exits(2)
        .says(&[".github/workflows/tamis.yml: already there", "--no-workflow"]);
    assert_eq!(sandbox.tree(""), before);
    sandbox.tamis(&["init", "other", "--no-workflow"]).exits(0);
    tamis_in(&sandbox, "other", &["check"]).exits(0);
}

#[test]
fn the_workflow_is_of_the_form_that_github_asks_for() {
    if !has("check-jsonschema") {
        return skip("the_workflow_is_of_the_form_that_github_asks_for", "check-jsonschema is not installed");
    }
    let sandbox = corpus("data/新闻: [a]");
    std::fs::create_dir(sandbox.path(".git")).expect("a directory");
    sandbox.tamis(&["init", "data/新闻: [a]"]).exits(0);
    let mut check = Command::new("check-jsonschema");
    check.args(["--builtin-schema", "vendor.github-workflows"]);
    run(check.arg(sandbox.path(".github/workflows/tamis.yml"))).exits(0);
}

#[test]
fn parts_can_be_left_out() {
    let sandbox = corpus("in");
    sandbox.tamis(&["init", "in", "--no-workflow", "--no-baseline"]).exits(0);
    assert!(sandbox.exists("in/tamis.toml"));
    assert!(!sandbox.exists("in/tamis-baseline.txt") && !sandbox.exists("in/.github"));
    // Nothing is let pass then that nobody said.
    tamis_in(&sandbox, "in", &["check"]).exits(1);
    assert_eq!(config(&sandbox, "in/tamis.toml")["exclude"], toml::Value::from(vec!["/tamis.toml"]));
}

#[test]
fn options_are_obeyed_and_written() {
    let sandbox = corpus("in");
    sandbox.file("in/odd.jsonl", "{\"story\":\"Seventh.\"}\n");
    let args = ["--text-field", "story", "--text-field=text", "--split=line", "--exclude=sub/**"];
    let ran = sandbox.tamis(&[&["init", "in", "--no-workflow"][..], &args].concat());
    assert!(ran.exits(0).out().contains("3 documents"), "{}", ran.out());
    let config = config(&sandbox, "in/tamis.toml");
    assert_eq!(config["text-field"], toml::Value::from(vec!["story", "text"]));
    assert_eq!(config["split"].as_str(), Some("line"));
    let excluded = ["/tamis.toml", "/tamis-baseline.txt", "sub/**"];
    assert_eq!(config["exclude"], toml::Value::from(excluded.to_vec()));
    tamis_in(&sandbox, "in", &["check"]).exits(0);
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let sandbox = corpus("in");
    let before = sandbox.tree("");
    let out = sandbox.tamis(&["init", "in", "--dry-run", "--quiet"]).exits(0).out();
    assert_eq!(sandbox.tree(""), before);
    assert!(out.contains("5 documents") && !out.contains("wrote"), "{out}");
    // Then it writes what it has shown.
    sandbox.tamis(&["init", "in", "--quiet"]).exits(0);
    for file in FILES {
        assert!(out.contains(&format!("would write in/{file}:\n")), "{out}");
        // Of a baseline only the beginning is shown.
        let most = if file == FILES[1] { 10 } else { usize::MAX };
        for line in sandbox.read_text(format!("in/{file}")).lines().take(most) {
            assert!(out.contains(&format!("  {line}\n")), "{line:?} in {out}");
        }
    }
    // Also where the files are there already.
    let before = sandbox.tree("");
    sandbox.tamis(&["init", "in", "-n"]).exits(0);
    assert_eq!(sandbox.tree(""), before);
}

#[test]
fn nothing_is_replaced_unasked() {
    let sandbox = corpus("in");
    sandbox.file("in/tamis-baseline.txt", "mine\n");
    sandbox.file("in/.github/workflows/tamis.yml", "mine\n");
    let before = sandbox.tree("");
    let ran = sandbox.tamis(&["init", "in"]);
    ran.exits(2).says(&[
        "in/tamis-baseline.txt, in/.github/workflows/tamis.yml: already there; nothing was written",
        "--force",
    ]);
    assert_eq!(ran.out(), "");
    assert_eq!(sandbox.tree(""), before);
    // With it, these files are replaced and no others.
    sandbox.tamis(&["init", "in", "--force"]).exits(0);
    let after = sandbox.tree("");
    for (path, node) in &before {
        let is_named = FILES.iter().any(|file| *path == Path::new("in").join(file));
        assert_eq!(after.get(path) == Some(node), !is_named, "{}", path.display());
    }
    tamis_in(&sandbox, "in", &["check"]).exits(0);
    // A directory is never replaced.
    std::fs::remove_file(sandbox.path("in/tamis.toml")).expect("a file to remove");
    sandbox.file("in/tamis.toml/x.txt", "One.\n");
    let before = sandbox.tree("");
    sandbox.tamis(&["init", "in", "--force"]).exits(2).says(&["in/tamis.toml: it is not a file"]);
    assert_eq!(sandbox.tree(""), before);
}

#[test]
fn what_cannot_be_set_up_is_left_as_it_is() {
    let sandbox = corpus("in");
    std::fs::create_dir(sandbox.path("empty")).expect("a directory");
    sandbox.file("pictures/a.png", b"\x89PNG\0\0");
    sandbox.file("odd/a.jsonl", "{\"story\":\"One.\"}\n");
    sandbox.file("blocked/a.txt", "One.\n");
    sandbox.file("blocked/.github", "a file\n");
    let before = sandbox.tree("");
    for (args, says) in [
        (&["nowhere"][..], &["nowhere: "][..]),
        (&["in/a.txt"], &["in/a.txt: it is not a directory", "name the directory"]),
        (&["-"], &["-: it is not a directory"]),
        (&["empty"], &["empty: no document was found", "it holds no file", "nothing was written"]),
        (
            &["pictures"],
            &["pictures: no document was found", "skipped files: 1 binary", "tamis inspect pictures"],
        ),
        (&["odd"], &["odd: no document was found", "1 no text", "a.jsonl:1: ", "--text-field"]),
        (&["blocked"], &["blocked/.github/workflows/tamis.yml: cannot write", "nothing was written"]),
        (&["in", "--input-format", "csv"], &["input-format: it is about standard input"]),
        (&["in", "--split", "words"], &["words"]),
        (&["in", "--encoding", "klingon"], &["klingon"]),
    ] {
        let ran = sandbox.tamis(&[&["init"], args].concat());
        ran.exits(2).says(says);
        assert_eq!(sandbox.tree(""), before, "{args:?}");
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_left_as_it_is() {
    let sandbox = corpus("in");
    let test = "a_directory_that_cannot_be_written_is_left_as_it_is";
    let Some(user) = OrdinaryUser::find(&sandbox, test) else { return };
    let before = sandbox.tree("");
    let dir = sandbox.path("in");
    let ran = user.tamis_with(&sandbox, &[(&dir, 0o555)], &["init", "in"]);
    ran.exits(2).says(&["in/tamis.toml: cannot write this file", "nothing was written", "Permission denied"]);
    let ran = user.tamis_with(&sandbox, &[(&dir, 0)], &["init", "in"]);
    ran.exits(2).says(&["in", "Permission denied"]);
    assert_eq!(sandbox.tree(""), before);
    // One that cannot be read is rejected, as by a check, and is known from then on.
    let locked = sandbox.file("in/locked.txt", "One.\n");
    let sub = sandbox.path("in/sub");
    let open = [(dir.as_path(), 0o777), (&sub, 0o755), (&locked, 0)];
    let ran = user.tamis_with(&sandbox, &open, &["init", "in", "--no-workflow"]);
    assert!(ran.exits(0).out().contains("rejected files: 1 unreadable"), "{}", ran.out());
}

#[test]
fn the_same_directory_gives_the_same_files() {
    let texts = ["1", "2"].map(|threads| {
        let sandbox = corpus("in");
        sandbox.tamis(&["init", "in", "--quiet", "--threads", threads]).exits(0);
        sandbox.tree("")
    });
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn the_files_are_there_whoever_reads_what_is_said() {
    // A reader that has gone is no reason to leave the files out (contract X2).
    let sandbox = corpus("in");
    let mut child = sandbox.command(&["init", "in"]).stdout(Stdio::piped()).spawn().expect("a process");
    drop(child.stdout.take());
    assert!(child.wait().expect("an end").success());
    tamis_in(&sandbox, "in", &["check"]).exits(0);
    // Where nothing can be said at all, nothing is written.
    if !Path::new("/dev/full").exists() {
        return skip("the_files_are_there_whoever_reads_what_is_said", "there is no /dev/full");
    }
    let sandbox = corpus("in");
    let before = sandbox.tree("");
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let ended = sandbox.command(&["init", "in"]).stdout(full).stderr(Stdio::null()).status().expect("an end");
    assert_eq!(ended.code(), Some(2));
    assert_eq!(sandbox.tree(""), before);
}
