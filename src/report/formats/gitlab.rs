//! `gitlab`: GitLab's code quality report, a JSON array with a line a problem.
//!
//! GitLab wants a file and a line of each, and a fingerprint that no other of the report has. What has no line
//! stands at line 1 and says its place in the description.

use std::io::{self, Write};

use serde::Serialize;

use super::words::{Failing, description, file, identity, lines, place};
use super::{Out, ProblemWriter};
use crate::fingerprint::Fingerprint;
use crate::report::check::{CheckReport, Problem};

pub(super) struct Gitlab {
    out: Out,
    failing: Failing,
    is_first: bool,
}

impl Gitlab {
    pub(super) fn new(out: Out) -> Self {
        Self { out, failing: Failing::default(), is_first: true }
    }
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: IssuePlace,
}

#[derive(Serialize)]
struct IssuePlace {
    path: String,
    lines: IssueLines,
}

#[derive(Serialize)]
struct IssueLines {
    begin: u64,
    end: u64,
}

impl ProblemWriter for Gitlab {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        self.failing = Failing::of(report);
        self.out.write_all(b"[")
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        let location = &problem.location;
        let (begin, end) = lines(location).unwrap_or((1, 1));
        let kind = problem.kind.name();
        let issue = Issue {
            description: format!("{}: {}", place(location), description(problem)),
            check_name: kind,
            // One text can be a problem of two kinds.
            fingerprint: Fingerprint::of(format!("{kind}:{}", identity(problem)).as_bytes()).to_string(),
            severity: if self.failing.has(problem.kind) { "major" } else { "minor" },
            location: IssuePlace { path: file(location), lines: IssueLines { begin, end } },
        };
        self.out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        serde_json::to_writer(&mut self.out, &issue)?;
        Ok(())
    }

    fn finish(&mut self, _: &CheckReport) -> io::Result<()> {
        self.out.write_all(b"\n]\n")?;
        self.out.flush()
    }
}
