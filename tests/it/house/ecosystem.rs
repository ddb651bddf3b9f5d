//! The surroundings of the command: the hook for pre-commit, the job for GitLab, the Dockerfile, and the page that shows
//! them. Scripts are run; what only another machine can run is parsed, and what it names must be there.

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::runner::{Runner, file, keys, named, root, yaml};
use crate::support::process::{has, run, skip};

// pre-commit and GitLab.

#[test]
fn the_hook_runs_check() {
    let hooks = yaml(&file(".pre-commit-hooks.yaml"));
    let hook = &hooks[0];
    assert_eq!((&hook["id"], &hook["language"]), (&Value::from("tamis-check"), &Value::from("script")));
    assert_eq!(hook["pass_filenames"], false);
    let script = root().join(hook["entry"].as_str().unwrap());
    assert_ne!(script.metadata().unwrap().permissions().mode() & 0o111, 0, "pre-commit runs it as it is");
    assert!(hook["name"].is_string() && hook["types"].is_array());
}

#[test]
fn the_gitlab_job_leaves_the_reports_it_names() {
    let job = &yaml(&file("docs/gitlab-ci.yml"))["tamis-check"];
    let runner = Runner::with_stub();
    for line in ["before_script", "script"].into_iter().flat_map(|part| job[part].as_array().unwrap()) {
        run(runner.command("sh").args(["-c", line.as_str().unwrap()]).env("CI_PROJECT_DIR", ".")).exits(0);
    }
    let arguments = runner.arguments();
    for (report, format) in [("codequality", "gitlab"), ("junit", "junit")] {
        let named = format!("{format}={}", job["artifacts"]["reports"][report].as_str().unwrap());
        assert!(arguments.contains(&named), "{named} {arguments:?}");
    }
    assert_eq!(job["artifacts"]["when"], "always", "a failing job leaves its reports too");
}

// The container.

/// The instructions of a Dockerfile: name and arguments.
fn instructions(text: &str) -> Vec<(String, String)> {
    let lines: String =
        text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    let joined = lines.replace("\\\n", " ");
    let lines = joined.lines().filter(|line| !line.trim().is_empty());
    let parted = lines.map(|line| line.trim().split_once(' ').unwrap());
    parted.map(|(name, rest)| (name.to_owned(), rest.trim().to_owned())).collect()
}

/// Whether .dockerignore lets a path through: the last pattern that matches decides.
fn is_sent(ignored: &str, path: &str) -> bool {
    let matches = |pattern: &str| {
        let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
        path.len() >= pattern.len()
            && pattern.iter().zip(&path).all(|(part, name)| *part == "*" || part == name)
    };
    let patterns = ignored.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    patterns.fold(true, |sent, pattern| match pattern.strip_prefix('!') {
        Some(kept) => sent || matches(kept),
        None => sent && !matches(pattern),
    })
}

#[test]
fn the_image_is_built_of_what_is_there() {
    let ignored = file(".dockerignore");
    let mut copied = Vec::new();
    let (mut stages, mut built) = (BTreeSet::new(), BTreeSet::new());
    for (instruction, arguments) in instructions(&file("Dockerfile")) {
        let words: Vec<_> = arguments.split_whitespace().collect();
        match instruction.as_str() {
            "FROM" => {
                let is_pinned = words[0]
                    .split_once(':')
                    .is_some_and(|(_, tag)| tag.contains(|c: char| c.is_ascii_digit()));
                assert!(words[0] == "scratch" || is_pinned, "{arguments}");
                stages.extend(
                    words.iter().skip_while(|word| **word != "AS").nth(1).map(|name| (*name).to_owned()),
                );
            }
            "COPY" => match words[0].strip_prefix("--from=") {
                Some(stage) => {
                    assert!(
                        stages.contains(stage) && built.contains(words[1].trim_end_matches('/')),
                        "{arguments}"
                    );
                }
                None => copied.extend(words[..words.len() - 1].iter().map(|name| (*name).to_owned())),
            },
            "RUN" => {
                let after = |option: &str| words.iter().skip_while(|word| **word != option).nth(1);
                built.extend(after("--root").map(|root| format!("{root}/bin/tamis")));
                built.extend(words.last().and_then(|path| path.strip_suffix("/tmp")).map(str::to_owned));
                assert!(words.contains(&"--locked"), "{arguments}");
            }
            "WORKDIR" | "USER" | "ENTRYPOINT" | "CMD" => {}
            other => panic!("{other}"),
        }
    }
    for path in &copied {
        assert!(root().join(path).exists() && is_sent(&ignored, path), "{path}");
    }
    let manifest: toml::Table = file("Cargo.toml").parse().unwrap();
    let benches = manifest["bench"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bench| format!("benches/{}.rs", bench["name"].as_str().unwrap()));
    let paths = manifest["bin"].as_array().unwrap().iter();
    for path in benches.chain(paths.map(|target| target["path"].as_str().unwrap().to_owned())) {
        let is_copied = copied.iter().any(|source| Path::new(&path).starts_with(source));
        assert!(is_copied && is_sent(&ignored, &path), "the manifest names {path}");
    }
    assert!(!is_sent(&ignored, "target") && !is_sent(&ignored, ".git") && !is_sent(&ignored, "tests"));
}

#[test]
fn the_image_runs_the_binary_without_rights() {
    let instructions = instructions(&file("Dockerfile"));
    let last = instructions.iter().rposition(|(name, _)| name == "FROM").unwrap();
    let stage = &instructions[last..];
    let argument = |name: &str| &stage.iter().find(|(instruction, _)| instruction == name).unwrap().1;
    let user: Vec<u32> = argument("USER").split(':').map(|id| id.parse().unwrap()).collect();
    assert!(user.len() == 2 && user.iter().all(|id| *id > 0), "a number, as the image has no names");
    let entry: Vec<String> = serde_json::from_str(argument("ENTRYPOINT")).unwrap();
    assert!(
        stage
            .iter()
            .any(|(name, arguments)| name == "COPY"
                && arguments.ends_with(&format!("/bin/tamis {}", entry[0])))
    );
    if !has("hadolint") {
        return skip("the_image_runs_the_binary_without_rights", "hadolint is not installed");
    }
    run(Command::new("hadolint").arg(root().join("Dockerfile"))).exits(0);
}

// The page.

#[test]
fn what_the_page_shows_is_there() {
    let page = file("docs/ci.md");
    let blocks = |language: &str| {
        let fence = format!("```{language}\n");
        page.split(&fence)
            .skip(1)
            .map(|rest| rest.split("\n```").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let action = yaml(&file("action.yml"));
    let mut num_uses = 0;
    for block in blocks("yaml") {
        let shown = yaml(&block);
        for step in shown["jobs"]["check"]["steps"].as_array().into_iter().flatten() {
            if step["uses"].as_str().is_some_and(|uses| uses.contains("/tamis@")) {
                num_uses += 1;
                assert!(keys(&step["with"]).is_subset(&keys(&action["inputs"])), "{step}");
            }
        }
        for output in named(&block, "steps.tamis.outputs.") {
            assert!(!action["outputs"][output].is_null(), "{output}");
        }
        for repo in shown["repos"].as_array().into_iter().flatten() {
            assert_eq!(repo["hooks"][0]["id"], yaml(&file(".pre-commit-hooks.yaml"))[0]["id"]);
        }
    }
    assert_eq!(num_uses, 1);
    for block in blocks("toml") {
        block.parse::<toml::Table>().unwrap();
    }
    for name in keys(&action["inputs"]).into_iter().chain(keys(&action["outputs"])) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    for (name, _) in instructions(&file("Dockerfile")) {
        assert!(name.chars().all(|c| c.is_ascii_uppercase()));
    }
}
