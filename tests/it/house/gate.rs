//! The gate as a repository has it: the workflow of docs/ci.md and the action, with the real program, in Git repositories
//! of their own. What a change is compared with depends on the event, and each is tried.

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::path::Path;

use serde_json::Value;

use super::runner::{Runner, file, root, yaml};
use crate::support::process::{Ran, has, run, skip};

/// A repository in `work` of a runner's sandbox, with a corpus in `work/data` that is set up, pushed to `origin`.
struct Repository {
    runner: Runner,
}

const ZEROS: &str = "0000000000000000000000000000000000000000";
const GONE: &str = "123456789012345678901234567890123456789a";

impl Repository {
    /// `None` where there is no Git.
    fn new(test: &str) -> Option<Self> {
        if !has("git") {
            skip(test, "git is not installed");
            return None;
        }
        let repository = Self { runner: Runner::new() };
        repository.sh(".", "git init --quiet --bare --initial-branch main origin && git init --quiet --initial-branch main work");
        repository.sh("work", "git remote add origin ../origin");
        // Two problems that are there from the beginning.
        for name in ["a", "b"] {
            repository.write(&format!("data/{name}.txt"), "The ferry runs three times a day.\n");
        }
        let mut init = repository.runner.command("tamis");
        run(init.current_dir(repository.path("work")).args(["init", "data", "--quiet"])).exits(0);
        repository.commit("the corpus");
        repository.sh("work", "git push --quiet origin main && git fetch --quiet origin");
        Some(repository)
    }

    fn path(&self, relative: &str) -> std::path::PathBuf {
        self.runner.sandbox.path(relative)
    }

    fn sh(&self, directory: &str, script: &str) -> String {
        let mut shell = self.runner.command("sh");
        shell.args(["-c", script]).current_dir(self.path(directory));
        for who in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.org");
        }
        run(&mut shell).exits(0).out().trim().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        self.runner.sandbox.file(Path::new("work").join(name), text);
    }

    /// Commits everything but the reports of checks; the commit.
    fn commit(&self, message: &str) -> String {
        let commit = format!("git commit --quiet --message '{message}' && git rev-parse HEAD");
        self.sh("work", &format!("rm -f data/tamis.sarif data/tamis.html && git add --all && {commit}"))
    }

    /// Runs the workflow's step in a checkout.
    fn check_in(&self, checkout: &str, event: &[(&str, &str)]) -> Ran {
        for left in ["output", "summary.md"] {
            let _ = std::fs::remove_file(self.path(left)); // if it is there
        }
        let mut command = self.runner.command("bash");
        command.arg(root().join(".github/action/check.sh")).current_dir(self.path(checkout).join("data"));
        command.envs(variables(&with(), event));
        run(&mut command)
    }

    fn check(&self, event: &[(&str, &str)]) -> Ran {
        self.check_in("work", event)
    }
}

/// The inputs that the workflow gives the action: that of the page, in a directory below the root.
fn with() -> Value {
    let page = file("docs/ci.md");
    let workflow = page.split("```yaml\n").find(|block| block.contains("# Checks the corpus")).unwrap();
    let workflow = yaml(workflow.split("\n```").next().unwrap());
    let steps = workflow["jobs"]["check"]["steps"].as_array().unwrap().clone();
    let uses = |step: &&Value| step["uses"].as_str().unwrap_or_default().contains("/tamis@");
    let mut with = steps.iter().find(uses).unwrap()["with"].clone();
    with["working-directory"] = "data".into();
    with
}

/// The environment of the action's step, its expressions filled in: `${{ inputs.NAME }}`, `${{ github.event.NAME }}`, and
/// two of these with `||` between them.
fn variables(with: &Value, event: &[(&str, &str)]) -> Vec<(String, String)> {
    let action = yaml(&file("action.yml"));
    let value = |name: &str| match name.strip_prefix("inputs.") {
        Some(input) => {
            let given = with[input].as_str().or(action["inputs"][input]["default"].as_str());
            given.unwrap_or_else(|| panic!("there is no input {input}")).to_owned()
        }
        None => event
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(String::new(), |(_, value)| (*value).to_owned()),
    };
    let filled = |text: &str| {
        let inside = text.strip_prefix("${{ ").and_then(|text| text.strip_suffix(" }}")).unwrap();
        inside.split(" || ").map(value).find(|value| !value.is_empty()).unwrap_or_default()
    };
    let steps = action["runs"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["id"] == "check").unwrap();
    let variables = step["env"].as_object().unwrap().iter();
    variables.map(|(name, text)| (name.clone(), filled(text.as_str().unwrap()))).collect()
}

const BRANCH: (&str, &str) = ("github.event.repository.default_branch", "main");

fn push(before: &str) -> [(&str, &str); 2] {
    [("github.event.before", before), BRANCH]
}

#[test]
fn a_push_is_compared_with_the_commit_before_it() {
    let Some(repository) = Repository::new("a_push_is_compared_with_the_commit_before_it") else { return };
    let before = repository.sh("work", "git rev-parse HEAD");
    repository.write("data/c.txt", "The museum is open again.\n");
    let new = repository.commit("new text");
    let ran = repository.check(&push(&before));
    ran.exits(0).says(&[&format!("compared with {before}, the commit before this push")]);
    assert!(repository.runner.sandbox.read_text("summary.md").contains("tamis"));
    repository.write("data/d.txt", "The museum is open again.\n");
    repository.commit("a copy");
    let ran = repository.check(&push(&new));
    // From the root of the repository, as the platform wants it, and not what was there before.
    assert!(ran.exits(1).out().contains("file=data/d.txt,line=1"), "{}", ran.out());
    assert!(!ran.out().contains("data/b.txt"), "{}", ran.out());
    let outputs = repository.runner.outputs();
    let told = ["exit-code", "passed", "sarif", "page"].map(|name| &*outputs[name]);
    assert_eq!(told, ["1", "false", "data/tamis.sarif", "data/tamis.html"]);
    let sarif: Value =
        serde_json::from_slice(&repository.runner.sandbox.read("work/data/tamis.sarif")).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "data/d.txt");
    assert!(repository.runner.sandbox.read_text("work/data/tamis.html").contains("<html"));
    // Its own reports are no part of the corpus.
    repository.sh("work", "git rm --quiet data/d.txt");
    repository.commit("without it");
    repository.check(&push(&new)).exits(0);
}

#[test]
fn a_pull_request_is_compared_with_its_base() {
    let Some(repository) = Repository::new("a_pull_request_is_compared_with_its_base") else { return };
    let base = repository.sh("work", "git rev-parse HEAD && git checkout --quiet -b change");
    repository.write("data/c.txt", "The ferry runs three times a day.\n");
    repository.commit("a copy");
    for name in ["github.event.pull_request.base.sha", "github.event.merge_group.base_sha"] {
        let ran = repository.check(&[(name, &base), BRANCH]);
        assert!(ran.exits(1).out().contains("file=data/c.txt,line=1"), "{}", ran.out());
    }
    repository.write("data/c.txt", "The museum is open again.\n");
    repository.commit("something else");
    repository.check(&[("github.event.pull_request.base.sha", &base), BRANCH]).exits(0);
    // A base that cannot be had is an error: nothing else says what the change is.
    let ran = repository.check(&[("github.event.pull_request.base.sha", GONE), BRANCH]);
    ran.exits(2).says(&[GONE, "fetch-depth: 0"]);
}

#[test]
fn the_first_push_has_no_base_but_the_baseline() {
    let Some(repository) = Repository::new("the_first_push_has_no_base_but_the_baseline") else { return };
    let says = ["this branch is new", "everything counts that is not in the baseline"];
    repository.check(&push(ZEROS)).exits(0).says(&says);
    repository.write("data/c.txt", "The ferry runs three times a day.\n");
    repository.commit("a copy");
    repository.sh("work", "git push --quiet origin main && git fetch --quiet origin");
    repository.check(&push(ZEROS)).exits(1).says(&says);
    // Other events, a timer say, have nothing before them.
    repository.check(&[BRANCH]).exits(1).says(&["nothing before it"]);
}

#[test]
fn a_new_branch_is_compared_with_where_it_left_the_default_branch() {
    let Some(repository) = Repository::new("a_new_branch_is_compared_with_where_it_left_the_default_branch")
    else {
        return;
    };
    // Known to the default branch, unknown to the baseline.
    repository.write("data/c.txt", "The ferry runs three times a day.\n");
    let fork = repository.commit("a copy that came in");
    repository.sh(
        "work",
        "git push --quiet origin main && git checkout --quiet -b change && git fetch --quiet origin",
    );
    repository.write("data/d.txt", "The museum is open again.\n");
    repository.commit("new text");
    // So it is when a forced push took the commit before away.
    for (before, why) in [(ZEROS, "this branch is new"), (GONE, "is gone (the push was forced)")] {
        let ran = repository.check(&push(before));
        ran.exits(0).says(&[why, &format!("compared with {fork}, where it left main")]);
    }
    repository.write("data/e.txt", "The museum is open again.\n");
    repository.commit("a copy");
    repository.check(&push(ZEROS)).exits(1);
    // On the default branch itself there is the baseline only.
    repository.sh("work", "git checkout --quiet main");
    let ran = repository.check(&push(GONE));
    ran.exits(1).says(&["the push was forced", "everything counts that is not in the baseline"]);
    assert!(ran.out().contains("file=data/c.txt"), "{}", ran.out());
}

#[test]
fn a_shallow_checkout_fetches_what_it_is_compared_with() {
    let Some(repository) = Repository::new("a_shallow_checkout_fetches_what_it_is_compared_with") else {
        return;
    };
    let before = repository.sh("work", "git rev-parse HEAD");
    repository.write("data/c.txt", "The ferry runs three times a day.\n");
    repository.commit("a copy");
    repository.sh("work", "git push --quiet origin main");
    repository.sh(".", "git clone --quiet --depth 1 \"file://$PWD/origin\" shallow");
    let ran = repository.check_in("shallow", &push(&before));
    ran.exits(1).says(&[&format!("compared with {before}")]);
    assert!(ran.out().contains("file=data/c.txt"), "{}", ran.out());
}

#[test]
fn without_git_everything_counts_but_the_baseline() {
    let runner = Runner::new();
    for name in ["a", "b"] {
        runner.sandbox.file(format!("data/{name}.txt"), "The ferry runs three times a day.\n");
    }
    let check = || {
        let mut command = runner.command("bash");
        command.arg(root().join(".github/action/check.sh")).current_dir(runner.sandbox.path("data"));
        run(command.envs(variables(&with(), &push(ZEROS))).env("TAMIS_PATHS", "."))
    };
    if !has("git") {
        return skip("without_git_everything_counts_but_the_baseline", "git is not installed");
    }
    check().exits(1).says(&["not a git repository"]);
    run(runner.command("tamis").args(["init", "data", "--quiet"])).exits(0);
    check().exits(0);
}

#[test]
fn zeros_on_the_command_line_leave_the_baseline_in_force() {
    let runner = Runner::new();
    for name in ["a", "b"] {
        runner.sandbox.file(format!("data/{name}.txt"), "The ferry runs three times a day.\n");
    }
    run(runner.command("tamis").args(["init", "data", "--quiet"])).exits(0);
    let check = |args: &[&str]| {
        let mut tamis = runner.command("tamis");
        run(tamis.current_dir(runner.sandbox.path("data")).arg("check").args(args))
    };
    check(&["--since-ref", ZEROS]).exits(0).says(&["no base", "that is not in the baseline"]);
    runner.sandbox.file("data/c.txt", "The ferry runs three times a day.\n");
    check(&["--since-ref", ZEROS]).exits(1);
}

#[test]
fn the_page_shows_the_workflow_that_init_writes() {
    let runner = Runner::new();
    runner.sandbox.file("a.txt", "The ferry runs three times a day.\n");
    run(runner.command("tamis").args(["init", "--quiet"])).exits(0);
    let workflow = runner.sandbox.read_text(".github/workflows/tamis.yml");
    assert!(file("docs/ci.md").contains(&format!("```yaml\n{workflow}```\n")), "{workflow}");
}
