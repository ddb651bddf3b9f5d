//! What tests of scripts and workflows share: files of the repository, and a runner that scripts run on.

#![cfg(feature = "cli")]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it reads files, and fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::process::{self, Ran, run};
use crate::support::sandbox::Sandbox;

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(super) fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The names behind `prefix` in a text: `inputs.` gives the inputs that it uses.
pub(super) fn named<'a>(text: &'a str, prefix: &'a str) -> BTreeSet<&'a str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let rests = text.split(prefix).skip(1);
    rests.map(|rest| &rest[..rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())]).collect()
}

pub(super) fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// A runner: a PATH with a tamis on it, and the files that a step is given.
pub(super) struct Runner {
    pub(super) sandbox: Sandbox,
    path: String,
}

/// A tamis that writes its arguments and the files of its formats down, and exits as it is told.
const STUB: &str = "#!/bin/sh\n\
     [ \"$1\" = --version ] && echo tamis 9.9.9 && exit\n\
     for argument in \"$@\"; do\n\
     printf '%s\\0' \"$argument\" >> \"$STUB_ARGS\"\n\
     case $argument in\n\
     --format=sarif=*) : > \"${argument#--format=sarif=}\" ;;\n\
     --format=html=*) : > \"${argument#--format=html=}\" ;;\n\
     --format=markdown=*) echo A report. > \"${argument#--format=markdown=}\" ;;\n\
     esac\n\
     done\n\
     exit \"${STUB_CODE:-0}\"\n";

impl Runner {
    /// Without a tamis.
    pub(super) fn bare() -> Self {
        let sandbox = Sandbox::new();
        for directory in ["bin", "temp"] {
            std::fs::create_dir(sandbox.path(directory)).unwrap();
        }
        let path = format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap());
        Self { sandbox, path }
    }

    /// With a tamis that writes its arguments down and exits as it is told.
    pub(super) fn with_stub() -> Self {
        let runner = Self::bare();
        runner.program("tamis", STUB);
        runner
    }

    /// With the real one.
    pub(super) fn new() -> Self {
        let mut runner = Self::bare();
        let tamis = Path::new(process::TAMIS).parent().unwrap();
        runner.path = format!("{}:{}", tamis.display(), runner.path);
        runner
    }

    /// Adds a program of this text, before all others of its name.
    pub(super) fn program(&self, name: &str, text: &str) {
        let program = self.sandbox.file(format!("bin/{name}"), "");
        // A program of its own writes it: what this process has open for writing, what another test starts at the same
        // moment has open too, and a file that is open for writing cannot be run.
        let write = "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\"";
        run(Command::new("sh").args(["-c", write]).arg(&program).arg(text)).exits(0);
    }

    /// Leaves nothing on PATH but the programs that were added and these of the machine.
    pub(super) fn only(&mut self, programs: &[&str]) {
        for program in programs {
            let path = std::env::var_os("PATH").unwrap();
            let found = std::env::split_paths(&path).map(|directory| directory.join(program));
            let found = found.into_iter().find(|file| file.is_file());
            let found = found.unwrap_or_else(|| panic!("{program} is not on PATH"));
            std::os::unix::fs::symlink(found, self.sandbox.path("bin").join(program)).unwrap();
        }
        self.path = self.sandbox.path("bin").display().to_string();
    }

    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.sandbox.root()).env("PATH", &self.path);
        command.env("GITHUB_OUTPUT", self.sandbox.path("output"));
        command.env("GITHUB_STEP_SUMMARY", self.sandbox.path("summary.md"));
        command.env("RUNNER_TEMP", self.sandbox.path("temp"));
        command.env("STUB_ARGS", self.sandbox.path("arguments"));
        command
    }

    /// Runs a script of the action under these variables.
    pub(super) fn script(&self, script: &str, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command("bash");
        command.arg(root().join(".github/action").join(script)).args(args).envs(variables.iter().copied());
        run(&mut command)
    }

    /// The arguments that the stub was called with.
    pub(super) fn arguments(&self) -> Vec<String> {
        let text = self.sandbox.read_text("arguments");
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// The outputs that the step gave the workflow.
    pub(super) fn outputs(&self) -> BTreeMap<String, String> {
        let text = self.sandbox.read_text("output");
        text.lines()
            .map(|line| line.split_once('=').unwrap())
            .map(|(key, value)| (key.into(), value.into()))
            .collect()
    }
}
