//! The surroundings of the command: the GitHub action and its scripts, the hook for pre-commit, the job for GitLab, the
//! Dockerfile, and the page that shows them. Scripts are run; what only another machine can run is parsed, and what it
//! names must be there.

#![cfg(feature = "cli")]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it reads files, and fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::process::{self, Ran, has, run, skip};
use crate::support::sandbox::Sandbox;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The names behind `prefix` in a text: `inputs.` gives the inputs that it uses.
fn named<'a>(text: &'a str, prefix: &'a str) -> BTreeSet<&'a str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let rests = text.split(prefix).skip(1);
    rests.map(|rest| &rest[..rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())]).collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

// The action.

#[test]
fn the_action_is_whole() {
    let text = file("action.yml");
    let action = yaml(&text);
    assert_eq!(action["runs"]["using"], "composite");
    assert_eq!(named(&text, "inputs."), keys(&action["inputs"]), "each input is used, and there is no other");
    for (name, input) in action["inputs"].as_object().unwrap() {
        assert!(input["description"].is_string() && input["default"].is_string(), "{name}");
    }
    let steps = action["runs"]["steps"].as_array().unwrap();
    let ids: BTreeSet<_> = steps.iter().filter_map(|step| step["id"].as_str()).collect();
    assert_eq!(named(&text, "steps."), ids, "each step that is referred to is there");
    for step in steps {
        match (step["run"].as_str(), step["uses"].as_str()) {
            (Some(script), None) => {
                assert!(step["shell"].is_string(), "a composite step names its shell");
                assert!(!script.contains("${{"), "nothing is pasted into a script: {script}");
                let named = script.split_once("$GITHUB_ACTION_PATH/").unwrap().1.split('"').next().unwrap();
                assert!(root().join(named).is_file(), "{named}");
            }
            (None, Some(action)) => assert!(action.contains('@'), "{action}"),
            _ => panic!("{step}"),
        }
    }
}

#[test]
fn the_scripts_read_what_the_action_tells_them() {
    let action = yaml(&file("action.yml"));
    let steps = action["runs"]["steps"].as_array().unwrap();
    let told: BTreeSet<_> =
        steps.iter().filter(|step| step["env"].is_object()).flat_map(|step| keys(&step["env"])).collect();
    let scripts = file(".github/action/check.sh") + &file(".github/action/install.sh");
    let read: BTreeSet<_> = named(&scripts, "${").into_iter().chain(named(&scripts, "$")).collect();
    let read: BTreeSet<_> = read.into_iter().filter(|name| name.starts_with("TAMIS_")).collect();
    assert_eq!(told, read);
    let outputs = named(&scripts, "echo \"");
    for name in keys(&action["outputs"]) {
        assert!(outputs.contains(name), "{name}");
    }
}

/// A runner: a PATH with a tamis on it, and the files that a step is given.
struct Runner {
    sandbox: Sandbox,
    tamis: PathBuf,
}

impl Runner {
    /// With a tamis that writes its arguments down and exits as it is told.
    fn with_stub() -> Self {
        let sandbox = Sandbox::new();
        let stub = sandbox.file("bin/tamis", "");
        let text = "#!/bin/sh\n\
             [ \"$1\" = --version ] && echo tamis 9.9.9 && exit\n\
             for argument in \"$@\"; do\n\
             printf '%s\\0' \"$argument\" >> \"$STUB_ARGS\"\n\
             case $argument in --format=sarif=*) : > \"${argument#--format=sarif=}\" ;; esac\n\
             done\n\
             exit \"${STUB_CODE:-0}\"\n";
        // A program of its own writes it: what this process has open for writing, what another test starts at the same
        // moment has open too, and a file that is open for writing cannot be run.
        let write = "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\"";
        run(Command::new("sh").args(["-c", write]).arg(&stub).arg(text)).exits(0);
        Self { tamis: sandbox.path("bin"), sandbox }
    }

    /// With the real one.
    fn new() -> Self {
        let tamis = Path::new(process::TAMIS).parent().unwrap().to_owned();
        Self { sandbox: Sandbox::new(), tamis }
    }

    fn command(&self, program: &str) -> Command {
        let path = format!("{}:{}", self.tamis.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command.current_dir(self.sandbox.root()).env("PATH", path);
        command.env("GITHUB_OUTPUT", self.sandbox.path("output"));
        command.env("GITHUB_STEP_SUMMARY", self.sandbox.path("summary.md"));
        command.env("RUNNER_TEMP", self.sandbox.path("temp"));
        command.env("STUB_ARGS", self.sandbox.path("arguments"));
        command
    }

    /// Runs a script of the action under these variables.
    fn script(&self, script: &str, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command("bash");
        command.arg(root().join(".github/action").join(script)).args(args).envs(variables.iter().copied());
        run(&mut command)
    }

    /// The arguments that the stub was called with.
    fn arguments(&self) -> Vec<String> {
        let text = self.sandbox.read_text("arguments");
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// The outputs that the step gave the workflow.
    fn outputs(&self) -> BTreeMap<String, String> {
        let text = self.sandbox.read_text("output");
        text.lines()
            .map(|line| line.split_once('=').unwrap())
            .map(|(key, value)| (key.into(), value.into()))
            .collect()
    }
}

#[test]
fn inputs_reach_tamis_as_they_are() {
    let runner = Runner::with_stub();
    let paths = "a corpus/with spaces\n\n$(touch pwned)\n`touch pwned`; touch pwned\n-dash\n'quotes\" & <语料>\n  \n*\n";
    let variables = [
        ("TAMIS_PATHS", paths),
        ("TAMIS_ARGS", "--max-duplicates=1\r\n--exclude=a b*.txt\n"),
        ("TAMIS_CONFIG", "my tamis.toml"),
        ("TAMIS_BASELINE", "-base line.json"),
        ("TAMIS_SINCE_REF", "origin/main; touch pwned"),
        ("TAMIS_SARIF", "out $x.sarif"),
    ];
    runner.script("check.sh", &[], &variables).exits(0);
    let summary = format!("--format=markdown={}", runner.sandbox.path("summary.md").display());
    let expected = [
        "check",
        "--config=my tamis.toml",
        "--baseline=-base line.json",
        "--since-ref=origin/main; touch pwned",
        "--format=github",
        &summary,
        "--format=sarif=out $x.sarif",
        "--max-duplicates=1",
        "--exclude=a b*.txt",
        "--",
        "a corpus/with spaces",
        "$(touch pwned)",
        "`touch pwned`; touch pwned",
        "-dash",
        "'quotes\" & <语料>",
        "*",
    ];
    assert_eq!(runner.arguments(), expected);
    assert!(!runner.sandbox.exists("pwned"));
    let outputs = runner.outputs();
    assert_eq!(
        (&*outputs["exit-code"], &*outputs["passed"], &*outputs["sarif"]),
        ("0", "true", "out $x.sarif")
    );
}

#[test]
fn the_action_exits_as_tamis_does() {
    for (code, passed) in [("0", "true"), ("1", "false"), ("2", "false"), ("130", "false")] {
        let runner = Runner::with_stub();
        let switched_off =
            [("STUB_CODE", code), ("TAMIS_ANNOTATIONS", "false"), ("TAMIS_JOB_SUMMARY", "false")];
        runner.script("check.sh", &[], &switched_off).exits(code.parse().unwrap());
        assert_eq!(runner.arguments(), ["check", "--format=text"]);
        let outputs = runner.outputs();
        assert_eq!((&*outputs["exit-code"], &*outputs["passed"]), (code, passed));
        assert!(!outputs.contains_key("sarif"));
    }
    // A name of two lines would tell the workflow another output.
    let runner = Runner::with_stub();
    runner.script("check.sh", &[], &[("TAMIS_SARIF", "a\npassed=true")]).exits(2).says(&["one file name"]);
    assert!(!runner.sandbox.exists("output") && !runner.sandbox.exists("arguments"));
}

#[test]
fn the_action_takes_a_tamis_that_is_there() {
    for (wanted, found) in [("", "true"), ("9.9.9", "true"), ("1.0.0", "false")] {
        let runner = Runner::with_stub();
        runner.script("install.sh", &["find"], &[("TAMIS_VERSION", wanted)]).exits(0);
        let outputs = runner.outputs();
        assert_eq!(outputs["found"], found);
        assert_eq!(outputs.get("key").map(String::len), (found == "false").then_some(32));
    }
    Runner::with_stub().script("install.sh", &[], &[]).exits(2);
}

#[test]
fn the_action_checks_a_corpus() {
    let runner = Runner::new();
    if !run(runner.command(process::TAMIS).args(["check", "--help"])).status.success() {
        return skip("the_action_checks_a_corpus", "this tamis has no `check`");
    }
    let text = "The ferry to the islands runs three times a day from the first of May.\n";
    runner.sandbox.file("my corpus/a.txt", text);
    runner.sandbox.file("my corpus/b.txt", text);
    let variables = [("TAMIS_PATHS", "my corpus"), ("TAMIS_SARIF", "out.sarif")];
    let ran = runner.script("check.sh", &[], &variables);
    ran.exits(1);
    assert!(
        ran.out().starts_with("::error ") && ran.out().contains("file=my corpus/b.txt,line=1"),
        "{}",
        ran.out()
    );
    assert!(runner.sandbox.read_text("summary.md").contains("my corpus/b.txt"));
    let sarif: Value = serde_json::from_slice(&runner.sandbox.read("out.sarif")).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "my%20corpus/b.txt");
    assert_eq!(runner.outputs()["passed"], "false");
    let allowed = [("TAMIS_ARGS", "--max-duplicates=1\n--max-emptied=1"), variables[0]];
    runner.script("check.sh", &[], &allowed).exits(0);
}

#[test]
fn scripts_are_clean() {
    if !has("shellcheck") {
        return skip("scripts_are_clean", "shellcheck is not installed");
    }
    let scripts =
        [".github/action/check.sh", ".github/action/install.sh", ".ci/run"].map(|name| root().join(name));
    run(Command::new("shellcheck").args(scripts)).exits(0);
}

// pre-commit and GitLab.

#[test]
fn the_hook_runs_check() {
    let hooks = yaml(&file(".pre-commit-hooks.yaml"));
    let hook = &hooks[0];
    assert_eq!((&hook["id"], &hook["language"]), (&Value::from("tamis-check"), &Value::from("rust")));
    assert_eq!((&hook["entry"], &hook["pass_filenames"]), (&Value::from("tamis check"), &Value::from(false)));
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
