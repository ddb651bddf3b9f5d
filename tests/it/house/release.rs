//! What a release is made of: its workflow, its scripts, which are run, and what else names its archives.

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::process::Command;

use serde_json::Value;

use super::runner::{Runner, file, root, yaml};
use crate::support::process::{self, Ran, has, run, skip};

/// Files with scripts, below the root.
const SCRIPTS: [&str; 8] = [
    ".github/action/base.sh",
    ".github/action/check.sh",
    ".github/action/comment.sh",
    ".github/action/hook.sh",
    ".github/action/install.sh",
    ".github/release/draft.sh",
    ".github/release/notes.sh",
    ".github/release/pack.sh",
];

const WORKFLOWS: [&str; 2] = [".github/workflows/ci.yml", ".github/workflows/release.yml"];

fn files_of(directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(directory)).unwrap();
    let name = |entry: std::fs::DirEntry| format!("{directory}/{}", entry.file_name().to_str().unwrap());
    entries.map(|entry| name(entry.unwrap())).collect()
}

#[test]
fn scripts_are_clean() {
    let mut found = [files_of(".github/action"), files_of(".github/release")].concat();
    found.sort();
    assert_eq!(found, SCRIPTS);
    if !has("shellcheck") {
        return skip("scripts_are_clean", "shellcheck is not installed");
    }
    let mut shellcheck = Command::new("shellcheck");
    shellcheck.current_dir(root()).arg("--external-sources").args(SCRIPTS).arg(".ci/run");
    run(&mut shellcheck).exits(0);
}

#[test]
fn workflows_are_of_the_form_that_github_asks_for() {
    let mut found = files_of(".github/workflows");
    found.sort();
    assert_eq!(found, WORKFLOWS);
    for name in WORKFLOWS {
        let workflow = yaml(&file(name));
        for (job, definition) in workflow["jobs"].as_object().unwrap() {
            for step in definition["steps"].as_array().unwrap() {
                let script = step["run"].as_str().unwrap_or_default();
                assert!(!script.contains("${{"), "{name}, {job}: nothing is pasted into a script: {script}");
                for script in script.split_whitespace().filter(|word| word.starts_with(".github/")) {
                    assert!(root().join(script).is_file(), "{name}, {job}: {script}");
                }
            }
        }
    }
    if !has("check-jsonschema") {
        return skip("workflows_are_of_the_form_that_github_asks_for", "check-jsonschema is not installed");
    }
    let check = |schema: &str, files: &[&str]| {
        let mut check = Command::new("check-jsonschema");
        check.current_dir(root()).args(["--builtin-schema", schema]).args(files);
        run(&mut check)
    };
    check("vendor.github-workflows", &WORKFLOWS).exits(0);
    check("vendor.github-actions", &["action.yml"]).exits(0);
    // The schema is there and looks.
    assert_ne!(check("vendor.github-workflows", &["action.yml"]).code(), 0);
}

#[test]
fn ci_runs_the_gate_on_linux_and_macos() {
    let gate = &yaml(&file(".github/workflows/ci.yml"))["jobs"]["gate"];
    let systems = gate["strategy"]["matrix"]["os"].to_string();
    assert!(systems.contains("ubuntu") && systems.contains("macos"), "{systems}");
    let steps = gate["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["run"] == "bash .ci/run"));
}

/// The value of a key of Cargo.toml's package.
fn package(key: &str) -> String {
    let manifest: toml::Table = file("Cargo.toml").parse().unwrap();
    manifest["package"][key].as_str().unwrap().to_owned()
}

/// Fills the fields of one of binstall's templates.
fn filled(template: &str, target: &str) -> String {
    let version = package("version");
    let fields = [
        ("repo", "REPO"),
        ("name", "tamis"),
        ("version", &version),
        ("target", target),
        ("bin", "tamis"),
        ("binary-ext", ""),
    ];
    let filled = fields
        .into_iter()
        .fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{ {name} }}"), value));
    assert!(!filled.contains('{'), "{filled}");
    filled
}

/// The targets that the workflow builds for.
fn targets() -> Vec<String> {
    let workflow = yaml(&file(".github/workflows/release.yml"));
    let matrix = workflow["jobs"]["binaries"]["strategy"]["matrix"]["include"].as_array().unwrap().clone();
    matrix.iter().map(|row| row["target"].as_str().unwrap().to_owned()).collect()
}

/// Packs this program as that of a target. It is called by a script, as it is too large for a test with all that helps to
/// debug it.
fn pack(runner: &Runner, target: &str) -> Ran {
    runner.program("small", &format!("#!/bin/sh\nexec '{}' \"$@\"\n", process::TAMIS));
    let mut command = runner.command("bash");
    command.arg(root().join(".github/release/pack.sh"));
    command.args([&package("version"), target, "bin/small", "archives"]);
    run(&mut command)
}

#[test]
fn archives_are_where_binstall_and_the_action_look_for_them() {
    let manifest: toml::Table = file("Cargo.toml").parse().unwrap();
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let template = |key: &str| binstall[key].as_str().unwrap();
    assert_eq!(template("pkg-fmt"), "tgz");
    let runner = Runner::bare();
    for target in ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin"] {
        let ran = pack(&runner, target);
        let archive = ran.exits(0).out().trim().to_owned();
        let version = package("version");
        let expected = format!("REPO/releases/download/v{version}/{}", archive.replace("archives/", ""));
        assert_eq!(filled(template("pkg-url"), target), expected);
        run(runner.command("tar").args(["-xzf", &archive])).exits(0);
        let binary = filled(template("bin-dir"), target);
        run(runner.command(runner.sandbox.path(&binary).to_str().unwrap()).arg("--version")).exits(0);
        let directory = binary.strip_suffix("/tamis").unwrap();
        for name in
            ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "man/tamis.1", "man/tamis-init.1"]
        {
            assert!(!runner.sandbox.read(format!("{directory}/{name}")).is_empty(), "{name}");
        }
        assert!(runner.sandbox.read_text(format!("{directory}/completions/tamis.bash")).contains("tamis"));
    }
    // What the action asks for is built.
    let script = file(".github/action/install.sh");
    let targets = targets();
    assert_eq!(targets.len(), 4);
    for target in &targets {
        assert!(script.contains(&format!("echo {target} ;;")), "{target}");
    }
}

#[test]
fn a_binary_that_needs_libraries_is_not_packed_as_static() {
    if !has("ldd") {
        return skip("a_binary_that_needs_libraries_is_not_packed_as_static", "ldd is not installed");
    }
    let runner = Runner::bare();
    runner.program("ldd", "#!/bin/sh\necho '\tlibc.so.6 => /lib/libc.so.6 (0x0)'\n");
    pack(&runner, "x86_64-unknown-linux-musl").exits(2).says(&["is not static", "libc.so.6"]);
    assert!(!runner.sandbox.exists("archives"));
    runner.program("ldd", "#!/bin/sh\necho '\tstatically linked'\n");
    pack(&runner, "x86_64-unknown-linux-musl").exits(0);
}

fn notes(runner: &Runner, tag: &str) -> Ran {
    let mut command = runner.command("bash");
    command.arg(root().join(".github/release/notes.sh")).args([tag, "."]);
    run(&mut command)
}

#[test]
fn notes_are_the_section_of_the_version() {
    let runner = Runner::bare();
    runner.sandbox.file(
        "Cargo.toml",
        "[package]\nname = \"tamis\"\nversion = \"1.2.0\"\n\n[dependencies.x]\nversion = \"9\"\n",
    );
    runner.sandbox.file(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n- later\n\n## [1.2.0] - 2027-01-02\n\n### Added\n- `a` & \"b\" \\n $HOME\n\n- c\n\n\
         ## [1.2.0-rc.1]\n- rc\n\n## [1.1.0]\n- earlier\n\n[1.2.0]: https://example.org\n",
    );
    let ran = notes(&runner, "v1.2.0");
    assert_eq!(ran.exits(0).out(), "### Added\n- `a` & \"b\" \\n $HOME\n\n- c\n");
    notes(&runner, "v1.1.0").exits(2).says(&["the tag says 1.1.0", "Cargo.toml says 1.2.0", "set `version`"]);
    for tag in ["", "1.2.0", "v1.2", "v1.2.0-rc.1", "v1.2.0; touch pwned"] {
        notes(&runner, tag).exits(2).says(&["v1.2.3"]);
    }
    assert!(!runner.sandbox.exists("pwned"));
    for changelog in
        ["# Changelog\n\n## [Unreleased]\n- x\n", "## [1.2.0]\n\n## [1.1.0]\n- x\n", "## 1.2.0\n- x\n"]
    {
        runner.sandbox.file("CHANGELOG.md", changelog);
        notes(&runner, "v1.2.0").exits(2).says(&["no text under '## [1.2.0]'"]);
    }
    // The real one has a section for what comes next.
    assert!(file("CHANGELOG.md").contains("\n## [Unreleased]\n"));
}

/// A gh that knows of a release as `STUB_RELEASE` says: `none`, `true` (a draft) or `false` (published).
const GH: &str = "#!/bin/sh\n\
    if [ \"$2\" = view ]; then [ \"$STUB_RELEASE\" = none ] && exit 1; echo \"$STUB_RELEASE\"; exit; fi\n\
    printf '%s\\0' \"$@\" >> \"$STUB_ARGS\"\n";

fn draft(runner: &Runner, release: &str) -> Ran {
    let mut command = runner.command("bash");
    command.arg(root().join(".github/release/draft.sh")).args(["v1.2.0", "notes.md", "archives"]);
    run(command.env("STUB_RELEASE", release))
}

#[test]
fn a_release_is_drafted_with_checksums() {
    let runner = Runner::bare();
    runner.program("gh", GH);
    draft(&runner, "none").exits(2).says(&["no archive of v1.2.0"]);
    for target in ["b", "a"] {
        runner.sandbox.file(format!("archives/tamis-1.2.0-{target}.tar.gz"), target);
    }
    runner.sandbox.file("archives/tamis-1.1.0-a.tar.gz", "old");
    draft(&runner, "none").exits(0);
    let sums = runner.sandbox.read_text("archives/SHA256SUMS");
    let names: Vec<&str> = sums.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    assert_eq!(names, ["tamis-1.2.0-a.tar.gz", "tamis-1.2.0-b.tar.gz"]);
    // SHA-256 of the letter a.
    assert!(sums.starts_with("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  "), "{sums}");
    let files = ["archives/tamis-1.2.0-a.tar.gz", "archives/tamis-1.2.0-b.tar.gz", "archives/SHA256SUMS"];
    let create = ["release", "create", "v1.2.0", "--draft", "--verify-tag", "--title", "tamis 1.2.0"];
    let expected = [&create[..], &["--notes-file", "notes.md"], &files].concat();
    assert_eq!(runner.arguments(), expected);
    // Again, it brings the draft up to date; and it never touches what is published.
    std::fs::remove_file(runner.sandbox.path("arguments")).unwrap();
    draft(&runner, "true").exits(0);
    let edit =
        ["release", "edit", "v1.2.0", "--notes-file", "notes.md", "release", "upload", "v1.2.0", "--clobber"];
    assert_eq!(runner.arguments(), [&edit[..], &files].concat());
    std::fs::remove_file(runner.sandbox.path("arguments")).unwrap();
    draft(&runner, "false").exits(2).says(&["published already"]);
    assert!(!runner.sandbox.exists("arguments"));
}

#[test]
fn the_release_is_a_draft_of_everything_that_was_built() {
    let workflow = yaml(&file(".github/workflows/release.yml"));
    assert_eq!(workflow["on"]["push"]["tags"][0], "v[0-9]+.[0-9]+.[0-9]+");
    assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}));
    let jobs = workflow["jobs"].as_object().unwrap();
    for (name, job) in jobs {
        let may_write = job["permissions"]["contents"] == "write";
        assert_eq!(may_write, name == "draft", "{name}");
    }
    let needs = jobs["draft"]["needs"].to_string();
    for job in ["notes", "binaries", "image-of-all-platforms"] {
        assert!(needs.contains(job), "{job}");
    }
    let attests = |job: &str| {
        let steps = jobs[job]["steps"].as_array().unwrap();
        let uses = |step: &Value| {
            step["uses"].as_str().unwrap_or_default().starts_with("actions/attest-build-provenance@")
        };
        steps.iter().any(uses) && jobs[job]["permissions"]["attestations"] == "write"
    };
    assert!(attests("binaries") && attests("image-of-all-platforms"));
    let uses_build = jobs["binaries"]["steps"].to_string();
    assert!(uses_build.contains("--locked --profile dist") && uses_build.contains(".github/release/pack.sh"));
}
