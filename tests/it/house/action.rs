//! The GitHub action: its definition and its scripts, which are run.

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::collections::BTreeSet;

use serde_json::Value;

use super::runner::{Runner, file, keys, named, root, yaml};
use crate::support::process::{self, Ran, run, skip};

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
    let told = steps.iter().filter(|step| step["env"].is_object()).flat_map(|step| keys(&step["env"]));
    let told: BTreeSet<_> = told.filter(|name| name.starts_with("TAMIS_")).collect();
    let scripts =
        ["base", "check", "comment", "install"].map(|name| file(&format!(".github/action/{name}.sh")));
    let scripts = scripts.concat();
    let read: BTreeSet<_> = named(&scripts, "${").into_iter().chain(named(&scripts, "$")).collect();
    let read: BTreeSet<_> = read.into_iter().filter(|name| name.starts_with("TAMIS_")).collect();
    assert_eq!(told, read);
    let outputs = named(&scripts, "echo \"");
    for name in keys(&action["outputs"]) {
        assert!(outputs.contains(name), "{name}");
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
        ("TAMIS_PAGE", "-page `x`.html"),
        ("TAMIS_WORKING_DIRECTORY", "a b/"),
    ];
    runner.script("check.sh", &[], &variables).exits(0);
    let outputs = runner.outputs();
    let report = format!("--format=markdown={}", outputs["report"]);
    let expected = [
        "check",
        "--config=my tamis.toml",
        "--baseline=-base line.json",
        "--since-ref=origin/main; touch pwned",
        "--format=github",
        &report,
        "--format=sarif=out $x.sarif",
        "--format=html=-page `x`.html",
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
    let told = ["exit-code", "passed", "sarif", "page"].map(|name| &*outputs[name]);
    assert_eq!(told, ["0", "true", "a b/out $x.sarif", "a b/-page `x`.html"]);
    assert_eq!(runner.sandbox.read_text("summary.md"), "A report.\n");
}

#[test]
fn the_action_exits_as_tamis_does() {
    for (code, passed) in [("0", "true"), ("1", "false"), ("2", "false"), ("130", "false")] {
        let runner = Runner::with_stub();
        let switched_off =
            [("STUB_CODE", code), ("TAMIS_ANNOTATIONS", "false"), ("TAMIS_JOB_SUMMARY", "false")];
        runner.script("check.sh", &[], &switched_off).exits(code.parse().unwrap());
        let outputs = runner.outputs();
        let report = format!("--format=markdown={}", outputs["report"]);
        assert_eq!(runner.arguments(), ["check", "--format=text", &report]);
        assert!(!runner.sandbox.exists("summary.md"));
        assert_eq!((&*outputs["exit-code"], &*outputs["passed"]), (code, passed));
        assert!(!outputs.contains_key("sarif"));
    }
    // A name of two lines would tell the workflow another output.
    let runner = Runner::with_stub();
    for name in ["TAMIS_SARIF", "TAMIS_PAGE", "TAMIS_WORKING_DIRECTORY"] {
        runner.script("check.sh", &[], &[(name, "a\npassed=true")]).exits(2).says(&["one file name"]);
    }
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

// Where tamis comes from.

/// The version in Cargo.toml.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A curl that has the files of `releases`, and writes down what it was asked for.
const CURL: &str = "#!/bin/sh\n\
    while [ $# -gt 0 ]; do case $1 in --output) out=$2; shift 2 ;; https:*) url=$1; shift ;; *) shift ;; esac; done\n\
    echo \"$url\" >> asked\n\
    cp \"releases/${url##*/}\" \"$out\" 2>/dev/null || { echo 'curl: (22) 404' >&2; exit 22; }\n";

/// A cargo that builds a stub where it is told to.
const CARGO: &str = "#!/bin/sh\n\
    for argument in \"$@\"; do last=$argument; done\n\
    echo \"$@\" > built\n\
    mkdir -p \"$last/bin\" && printf '#!/bin/sh\\necho built\\n' > \"$last/bin/tamis\" && chmod 755 \"$last/bin/tamis\"\n";

/// A Linux machine with a Rust of this version, and no network.
fn builder(rust: &str) -> Runner {
    let mut runner = Runner::bare();
    runner.program("curl", CURL);
    runner.program("uname", "#!/bin/sh\n[ \"$1\" = -s ] && echo Linux || echo x86_64\n");
    runner.program("cargo", CARGO);
    runner.program("rustc", &format!("#!/bin/sh\necho 'rustc {rust} (0123abc 2026-01-01)'\n"));
    let tools = [
        "sh", "bash", "awk", "cat", "chmod", "cp", "cut", "dirname", "find", "git", "head", "mkdir",
        "mktemp", "mv",
    ];
    runner.only(&tools);
    runner.only(&["printf", "rm", "sed", "sha256sum", "sort", "tar", "gzip", "env"]);
    runner
}

/// Puts a release there: an archive with a binary that says `released`, and its checksum.
fn release(runner: &Runner) {
    let name = format!("tamis-{VERSION}-x86_64-unknown-linux-musl");
    let script = format!(
        "mkdir -p {name} releases && printf '#!/bin/sh\\necho released\\n' > {name}/tamis && chmod 755 {name}/tamis\n\
         tar -czf releases/{name}.tar.gz {name} && cd releases && sha256sum {name}.tar.gz > SHA256SUMS"
    );
    run(runner.command("bash").args(["-c", &script])).exits(0);
}

fn get(runner: &Runner, variables: &[(&str, &str)]) -> Ran {
    let root = runner.sandbox.path("root");
    let all = [&[("TAMIS_ROOT", root.to_str().unwrap())], variables].concat();
    runner.script("install.sh", &["get"], &all)
}

/// What the installed program says.
fn installed(runner: &Runner) -> String {
    run(runner.command(runner.sandbox.path("root/bin/tamis").to_str().unwrap()).arg("--version")).out()
}

#[test]
fn a_released_binary_is_taken_where_there_is_one() {
    let tag = format!("v{VERSION}");
    for (repository, address) in [
        ("OWNER/tamis", "https://github.com/OWNER/tamis"),
        ("https://example.org/OWNER/tamis.git", "https://example.org/OWNER/tamis"),
        ("git@example.org:OWNER/tamis.git", "https://example.org/OWNER/tamis"),
    ] {
        for by in [("TAMIS_REF", &*tag), ("TAMIS_VERSION", VERSION)] {
            let runner = builder("1.0.0");
            release(&runner);
            get(
                &runner,
                &[by, ("TAMIS_REPOSITORY", repository), ("GITHUB_SERVER_URL", "https://github.com")],
            )
            .exits(0)
            .says(&["downloaded", "checksum is right"]);
            assert_eq!(installed(&runner), "released\n");
            let asked = runner.sandbox.read_text("asked");
            assert!(
                asked.lines().all(|url| url.starts_with(&format!("{address}/releases/download/{tag}/"))),
                "{asked}"
            );
        }
    }
}

#[test]
fn a_binary_with_another_checksum_is_not_installed() {
    let runner = builder("1.95.0");
    release(&runner);
    let archive = format!("releases/tamis-{VERSION}-x86_64-unknown-linux-musl.tar.gz");
    let mut bytes = runner.sandbox.read(&archive);
    bytes.push(0);
    runner.sandbox.file(&archive, bytes);
    let by = [("TAMIS_VERSION", VERSION), ("TAMIS_REPOSITORY", "OWNER/tamis")];
    get(&runner, &by).exits(2).says(&["its SHA-256 is", "nothing was installed"]);
    assert!(!runner.sandbox.exists("root/bin/tamis") && !runner.sandbox.exists("built"));
}

#[test]
fn without_a_binary_tamis_is_built() {
    let tag = format!("v{VERSION}");
    let released = [("TAMIS_REF", &*tag), ("TAMIS_REPOSITORY", "OWNER/tamis")];
    // No release yet, a release without this machine, a branch, a local action, a repository that is not on the web.
    for (variables, says) in [
        (&released[..], "no binary"),
        (&[("TAMIS_REF", "main"), released[1]], "building"),
        (&[], "building"),
        (&[released[0], ("TAMIS_REPOSITORY", "/srv/tamis")], "no binary"),
        (&[released[0], ("TAMIS_REPOSITORY", "file:///srv/tamis")], "no binary"),
    ] {
        let runner = builder("1.95.0");
        if says == "building" {
            release(&runner);
        }
        get(&runner, variables).exits(0).says(&[says, "building tamis"]);
        assert_eq!(installed(&runner), "built\n");
        assert!(runner.sandbox.read_text("built").starts_with("install --locked "));
    }
    // Another version is not what this source is.
    let runner = builder("1.95.0");
    get(&runner, &[("TAMIS_VERSION", "9.8.7"), released[1]])
        .exits(2)
        .says(&["tamis 9.8.7 is asked for", "at v9.8.7"]);
    assert!(!runner.sandbox.exists("built"));
}

#[test]
fn the_compiler_is_looked_at_before_a_build() {
    for (rust, builds) in [
        ("1.94.9", false),
        ("1.9.0", false),
        ("0.99.0", false),
        ("1.95.0", true),
        ("1.95.0-nightly", true),
        ("1.100.0", true),
        ("2.0.0", true),
    ] {
        let runner = builder(rust);
        let ran = get(&runner, &[]);
        if builds {
            ran.exits(0);
        } else {
            let needed = env!("CARGO_PKG_RUST_VERSION");
            ran.exits(2).says(&[&format!("Rust {needed} or later"), rust, "rustup update stable"]);
        }
        assert_eq!(runner.sandbox.exists("built"), builds, "{rust}");
    }
    let runner = builder("1.95.0");
    std::fs::remove_file(runner.sandbox.path("bin/cargo")).unwrap();
    get(&runner, &[]).exits(2).says(&["no Rust to build one with", "https://rustup.rs", "put tamis on PATH"]);
}

#[test]
fn the_hook_takes_gets_and_keeps_tamis() {
    let runner = builder("1.95.0");
    let clone = runner.sandbox.path("clone");
    let copy =
        "mkdir -p clone/.github && cp -R \"$0/.github/action\" clone/.github/ && cp \"$0/Cargo.toml\" clone/";
    run(runner.command("bash").args(["-c", copy]).arg(root())).exits(0);
    let hook = |args: &[&str]| {
        run(runner
            .command("bash")
            .arg(clone.join(".github/action/hook.sh"))
            .args(args)
            .env("GIT_DIR", "/nowhere"))
    };
    // Built once.
    assert_eq!(hook(&["corpus"]).exits(0).out(), "built\n");
    std::fs::remove_file(runner.sandbox.path("built")).unwrap();
    assert_eq!(hook(&["corpus"]).exits(0).out(), "built\n");
    assert!(!runner.sandbox.exists("built"));
    // One of this version that is on PATH is taken; one of another is not.
    for (version, takes) in [(VERSION, true), ("0.0.1", false)] {
        let text = format!("#!/bin/sh\n[ \"$1\" = --version ] && echo tamis {version} || echo \"$@\"\n");
        runner.program("tamis", &text);
        let expected = if takes { "check --baseline=a b c\n" } else { "built\n" };
        assert_eq!(hook(&["--baseline=a b", "c"]).exits(0).out(), expected);
    }
    // A clone of a release's tag downloads it.
    std::fs::remove_dir_all(clone.join(".tamis")).unwrap();
    release(&runner);
    let git = format!(
        "cd clone && git init -q && git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m a \
         && git tag v{VERSION} && git remote add origin https://example.org/OWNER/tamis"
    );
    run(runner.command("bash").args(["-c", &git])).exits(0);
    assert_eq!(hook(&[]).exits(0).out(), "released\n");
}

// The comment.

/// A gh that has one comment with the marker if `STUB_COMMENT` says so, and fails if `STUB_GH` does.
const GH: &str = "#!/bin/sh\n\
    [ -n \"$STUB_GH\" ] && exit 1\n\
    printf '%s\\n' \"$*\" >> calls\n\
    for argument in \"$@\"; do case $argument in body=@*) cat \"${argument#body=@}\" > body ;; esac; done\n\
    case $* in *--paginate*) printf '%s' \"$STUB_COMMENT\" ;; esac\n";

fn comment(runner: &Runner, variables: &[(&str, &str)]) -> Ran {
    let given = [
        ("GITHUB_REPOSITORY", "OWNER/news"),
        ("GITHUB_JOB", "check"),
        ("TAMIS_PULL_REQUEST", "7"),
        ("TAMIS_REPORT", "report.md"),
        ("TAMIS_PASSED", "false"),
    ];
    runner.script("comment.sh", &[], &[&given, variables].concat())
}

fn commenter() -> Runner {
    let runner = Runner::bare();
    runner.program("gh", GH);
    runner.sandbox.file("report.md", "## tamis check failed\n`$(touch pwned)`\n");
    runner
}

#[test]
fn a_failed_check_comments_once_and_then_updates() {
    let runner = commenter();
    comment(&runner, &[]).exits(0);
    let calls = runner.sandbox.read_text("calls");
    let calls: Vec<&str> = calls.lines().collect();
    assert!(calls[0].starts_with("api --paginate repos/OWNER/news/issues/7/comments --jq "), "{calls:?}");
    assert!(
        calls[1].starts_with("api --method POST repos/OWNER/news/issues/7/comments --field body=@"),
        "{calls:?}"
    );
    let body = runner.sandbox.read_text("body");
    let (marker, report) = body.split_once('\n').unwrap();
    assert!(
        marker.starts_with("<!-- tamis check ") && calls[0].contains(&format!("startswith(\"{marker}\")"))
    );
    assert_eq!(report, "## tamis check failed\n`$(touch pwned)`\n");
    assert!(!runner.sandbox.exists("pwned"));
    // The comment that is there is updated, also by a check that passes.
    for passed in ["false", "true"] {
        let runner = commenter();
        comment(&runner, &[("STUB_COMMENT", "41\n42\n"), ("TAMIS_PASSED", passed)]).exits(0);
        let calls = runner.sandbox.read_text("calls");
        assert!(calls.contains("--method PATCH repos/OWNER/news/issues/comments/41 --field"), "{calls}");
        assert_eq!(runner.sandbox.read_text("body"), body, "the same check has the same marker");
    }
    // Another check of the job has a comment of its own.
    let other = commenter();
    comment(&other, &[("TAMIS_WORKING_DIRECTORY", "en")]).exits(0);
    assert_ne!(other.sandbox.read_text("body").lines().next(), body.lines().next());
}

#[test]
fn a_check_that_passes_begins_no_comment() {
    let runner = commenter();
    comment(&runner, &[("TAMIS_PASSED", "true")]).exits(0);
    assert_eq!(runner.sandbox.read_text("calls").lines().count(), 1);
    assert!(!runner.sandbox.exists("body"));
}

#[test]
fn a_comment_notifies_nobody() {
    let runner = commenter();
    runner.sandbox.file("report.md", "of &#64;someone, &#64;&#64;\n");
    comment(&runner, &[]).exits(0);
    let body = runner.sandbox.read_text("body");
    assert!(body.ends_with("\nof &#64;&#8203;someone, &#64;&#8203;&#64;&#8203;\n"), "{body}");
}

#[test]
fn a_long_report_is_cut_between_lines() {
    let runner = commenter();
    runner.sandbox.file("report.md", "一二三四五六七八九十\n".repeat(5000));
    comment(&runner, &[]).exits(0);
    let body = runner.sandbox.read_text("body");
    assert!(body.len() < 65_000 && body.len() > 55_000, "{}", body.len());
    let lines: Vec<&str> = body.lines().skip(1).collect();
    let (end, lines) = lines.split_last().unwrap();
    assert!(end.contains("The report is longer"));
    assert!(lines.iter().all(|line| line.is_empty() || *line == "一二三四五六七八九十"));
}

#[test]
fn a_comment_that_cannot_be_written_is_a_warning() {
    let runner = commenter();
    let ran = comment(&runner, &[("STUB_GH", "fails")]);
    assert!(
        ran.exits(0).out().starts_with("::warning ") && ran.out().contains("pull-requests: write"),
        "{}",
        ran.out()
    );
    let mut runner = Runner::bare();
    runner.only(&["bash"]);
    let ran = comment(&runner, &[]);
    assert!(ran.exits(0).out().contains("gh is not installed"), "{}", ran.out());
}
